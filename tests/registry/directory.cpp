// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Registry and directories on a bench: services announce and watch, the registry restarts, everything goes away.
#include "fw_catch.hpp"
#include "kit.hpp"

#include <fairway/registry.hpp>
#include <fairway/testing.hpp>

using namespace std::chrono_literals;
using fairway::registry;
using fairway::registry_channel;
using fairway::registry_directory;
using fairway::registry_options;
using fairway::service;
using fairway::env::endpoint;
using fairway::testing::bench;
using registry_kit::channel;

namespace {

// The registry, which can end and begin anew.
class town {
public:
    // The first registry is there for a lease: it knows that it knows all.
    explicit town(registry_options options = {}) : options_(std::move(options)) {
        begin();
        b.advance(30s);
    }

    void begin() {
        host_.emplace(b.transport(), "registry");
        registry_.emplace(*host_, options_);
        host_->handle<registry_channel>(*registry_);
        host_->start();
        b.settle();
    }
    // As in a crash: what waits there is not answered.
    void end() {
        registry_.reset();
        host_.reset();
        b.settle();
    }
    registry& books() { return *registry_; }

    bench b;

private:
    registry_options options_;
    std::optional<service> host_;
    std::optional<registry> registry_;
};

// Somebody who uses a directory, and what it was told.
struct citizen {
    citizen(town& t, std::string name) : self(t.b.transport(), std::move(name)) {
        self.start();
        auto const log = [this](fairway::error_code const& e, std::string_view text) {
            said.push_back((e ? "! " : "") + std::string(text));
        };
        books.emplace(self, log);
    }
    void announces(std::string const& name, std::string const& where) {
        handles.push_back(books->announce(channel(name), endpoint::parse(where)));
    }
    void watches(std::string const& name) {
        handles.push_back(books->watch(channel(name), [this, name](std::vector<endpoint> const& all) {
            ++times[name];
            auto& text = known[name];
            text.clear();
            for (auto const& e : all) text += (text.empty() ? "" : " ") + e.text();
        }));
    }

    service self;
    std::optional<registry_directory> books;
    std::vector<std::shared_ptr<void>> handles;
    std::map<std::string, std::string> known;
    std::map<std::string, int> times;
    std::vector<std::string> said;
};

} // namespace

TEST_CASE("A directory tells at once what is known, and then every change, across services") {
    town t;
    citizen shop(t, "shop");
    citizen stock(t, "stock");
    shop.watches("orders");
    CHECK(shop.times["orders"] == 0); // never before it returns
    t.b.settle();
    CHECK(shop.times["orders"] == 1);
    CHECK(shop.known["orders"].empty());

    stock.announces("orders", "stock:7000");
    t.b.advance(100ms);
    CHECK(shop.known["orders"] == "tcp://stock:7000");
    CHECK(shop.times["orders"] == 2);
    stock.announces("orders", "stock-2:7000");
    stock.announces("other", "stock:7000");
    t.b.advance(100ms);
    CHECK(shop.known["orders"] == "tcp://stock-2:7000 tcp://stock:7000");
    CHECK(shop.times["orders"] == 3);

    // One who comes later knows all of it.
    citizen late(t, "late");
    late.watches("orders");
    late.watches("other");
    t.b.advance(100ms);
    CHECK(late.known["orders"] == "tcp://stock-2:7000 tcp://stock:7000");
    CHECK(late.known["other"] == "tcp://stock:7000");
    CHECK(shop.said.empty());
    CHECK(stock.said.empty());
}

TEST_CASE("A handle that is dropped withdraws, and tells nothing any more") {
    town t;
    citizen shop(t, "shop");
    citizen stock(t, "stock");
    stock.announces("orders", "stock:7000");
    stock.announces("orders", "stock:7000"); // twice: stays until both are dropped
    shop.watches("orders");
    t.b.advance(1s);
    stock.handles.pop_back();
    t.b.advance(1s);
    CHECK(shop.known["orders"] == "tcp://stock:7000");
    stock.handles.clear();
    t.b.advance(1s);
    CHECK(shop.known["orders"].empty());
    CHECK(t.books().lists().empty());

    auto const times = shop.times["orders"];
    shop.handles.clear();
    stock.announces("orders", "stock:7000");
    t.b.advance(1min);
    CHECK(shop.times["orders"] == times);
    CHECK(t.books().questions() == 0);
}

TEST_CASE("A watcher may drop its own handle, and watch more, when it is told") {
    town t;
    citizen shop(t, "shop");
    std::shared_ptr<void> first;
    std::shared_ptr<void> second;
    int told_first = 0;
    std::string told_second;
    first = shop.books->watch(channel("a"), [&](std::vector<endpoint> const&) {
        ++told_first;
        first.reset();
        second = shop.books->watch(channel("b"), [&](std::vector<endpoint> const& all) {
            if (!all.empty()) told_second = all.front().text();
        });
    });
    shop.announces("a", "h:1");
    shop.announces("b", "h:2");
    t.b.advance(1min);
    CHECK(told_first == 1);
    CHECK(told_second == "tcp://h:2");
}

TEST_CASE("Who crashes is withdrawn when its lease ends, who lives is renewed for ever") {
    town t;
    citizen shop(t, "shop");
    shop.watches("orders");
    citizen stock(t, "stock");
    stock.announces("orders", "stock:7000");
    {
        citizen doomed(t, "doomed");
        doomed.announces("orders", "doomed:7000");
        t.b.advance(1s);
        doomed.self.close(); // it can't say that it goes
    }
    t.b.advance(25s);
    CHECK(shop.known["orders"] == "tcp://doomed:7000 tcp://stock:7000");
    t.b.advance(5s);
    CHECK(shop.known["orders"] == "tcp://stock:7000");
    t.b.advance(1h);
    CHECK(shop.known["orders"] == "tcp://stock:7000");
    CHECK(shop.times["orders"] == 3); // with the first, empty one
}

TEST_CASE("A directory that goes withdraws what it announced") {
    town t;
    citizen stock(t, "stock");
    stock.announces("orders", "stock:7000");
    stock.watches("orders");
    t.b.advance(1s);
    CHECK(t.books().lists().size() == 1);
    stock.books.reset();
    t.b.settle();
    CHECK(t.books().lists().empty());
    auto const times = stock.times["orders"];
    stock.handles.clear(); // handles may outlive it
    t.b.advance(1min);
    CHECK(stock.times["orders"] == times);
}

TEST_CASE("Handles that are dropped right before their directory are withdrawn too") {
    town t;
    citizen stock(t, "stock");
    stock.announces("orders", "stock:7000");
    t.b.advance(1s);
    CHECK(t.books().lists().size() == 1);
    stock.handles.clear();
    stock.books.reset();
    t.b.settle();
    CHECK(t.books().lists().empty());
}

TEST_CASE("While the registry is away the lists stay, and its restart is not seen in them") {
    town t;
    citizen shop(t, "shop");
    citizen stock(t, "stock");
    shop.watches("orders");
    stock.announces("orders", "stock:7000");
    t.b.advance(1s);
    auto const times = shop.times["orders"];
    t.end();
    t.b.advance(10min);
    CHECK(shop.known["orders"] == "tcp://stock:7000");
    REQUIRE(shop.said.size() == 1);
    CHECK(shop.said[0] == "! registry, watching: the deadline passed");
    REQUIRE(stock.said.size() == 1);
    CHECK(stock.said[0] == "! registry, announcing: the deadline passed");

    t.begin();
    t.b.advance(20s); // backoff, the longest question, the next renewal
    CHECK(t.books().lists().size() == 1);
    CHECK(shop.known["orders"] == "tcp://stock:7000");
    CHECK(shop.times["orders"] == times);
    CHECK(shop.said.back() == "registry, watching: it answers again");
    CHECK(stock.said.back() == "registry, announcing: it answers again");
    t.b.advance(10min);
    CHECK(shop.times["orders"] == times);
    CHECK(shop.said.size() == 2);
}

TEST_CASE("Who comes just after a restart of the registry is not told that nobody is there") {
    town t;
    citizen stock(t, "stock");
    stock.announces("orders", "stock:7000");
    t.b.advance(1s);
    t.end();
    t.begin();
    citizen shop(t, "shop");
    shop.watches("orders");
    shop.watches("other");
    t.b.advance(15s); // the registry has heard of the stock
    CHECK(shop.known["orders"] == "tcp://stock:7000");
    CHECK(shop.times == std::map<std::string, int>{{"orders", 1}});
    t.b.advance(15s);
    CHECK(shop.times["other"] == 1);
    CHECK(shop.known["other"].empty());
    shop.watches("more");
    t.b.advance(1s);
    CHECK(shop.times["more"] == 1);
}

TEST_CASE("What a restarted registry never hears of again goes after one lease, what is withdrawn goes at once") {
    town t;
    citizen shop(t, "shop");
    shop.watches("orders");
    citizen stock(t, "stock");
    stock.announces("orders", "stock:7000");
    citizen other(t, "other");
    other.announces("orders", "other:7000");
    {
        citizen doomed(t, "doomed");
        doomed.announces("orders", "doomed:7000");
        t.b.advance(1s);
        t.end();
        doomed.self.close();
    }
    t.begin();
    t.b.advance(20s);
    CHECK(t.books().lists().at(0).endpoints.size() == 2);
    CHECK(shop.known["orders"] == "tcp://doomed:7000 tcp://other:7000 tcp://stock:7000");
    other.handles.clear();
    t.b.advance(100ms);
    CHECK(shop.known["orders"] == "tcp://doomed:7000 tcp://stock:7000");
    t.b.advance(31s);
    CHECK(shop.known["orders"] == "tcp://stock:7000");
}

TEST_CASE("A client alone finds a restarted registry soon, whether it announces or watches") {
    town t;
    citizen stock(t, "stock");
    stock.announces("orders", "stock:7000");
    t.b.advance(1s);
    t.end();
    t.begin();
    t.b.advance(10s); // a third of a lease
    CHECK(t.books().lists().size() == 1);

    citizen shop(t, "shop");
    shop.watches("orders");
    t.b.advance(1s);
    t.end();
    t.begin();
    t.b.advance(15s); // the longest question
    CHECK(t.books().questions() == 1);
}

TEST_CASE("Refusals reach the log once, and are over when they are") {
    bool allowed = false;
    registry_options o;
    o.principal([](fairway::delivery const& d) { return "team-" + std::string(d.source()); });
    o.may_announce([&allowed](std::string_view principal, fairway::registry_entry const& e) {
        return allowed || principal != "team-rogue" || e.channel != "orders";
    });
    town t(o);
    citizen rogue(t, "rogue");
    rogue.announces("orders", "rogue:7000");
    citizen stock(t, "stock");
    stock.announces("orders", "stock:7000");
    t.b.advance(10min);
    CHECK(t.books().lists() == std::vector<fairway::registry_list>{{"orders", {"tcp://stock:7000"}}});
    CHECK(rogue.said == std::vector<std::string>{"! registry, announcing: registry.forbidden: channel orders may not "
                                                 "be announced by this principal"});
    allowed = true;
    t.b.advance(5s);
    CHECK(t.books().lists().at(0).endpoints.size() == 2);
    CHECK(rogue.said.size() == 2);
}

TEST_CASE("A full channel takes none of a client's other channels out of the registry") {
    fairway::registry_limits l;
    l.endpoints_per_channel = 1;
    town t(registry_options().limits(l));
    citizen first(t, "first");
    first.announces("hot", "first:7000");
    citizen stock(t, "stock");
    stock.announces("orders", "stock:7000");
    t.b.advance(10s);
    stock.announces("hot", "stock:7000");
    t.b.advance(10min);
    using lists = std::vector<fairway::registry_list>;
    CHECK(t.books().lists() == lists{{"hot", {"tcp://first:7000"}}, {"orders", {"tcp://stock:7000"}}});
    CHECK(
        stock.said == std::vector<std::string>{"! registry, announcing: left out, because there are as many endpoints "
                                               "as may be: of channel hot"});
    first.handles.clear();
    t.b.advance(15s);
    CHECK(t.books().lists() == lists{{"hot", {"tcp://stock:7000"}}, {"orders", {"tcp://stock:7000"}}});
    CHECK(stock.said.size() == 2);
}

TEST_CASE("A directory whose service is closed keeps its lists and does nothing more") {
    town t;
    citizen shop(t, "shop");
    shop.watches("orders");
    shop.announces("orders", "h:1");
    t.b.advance(1s);
    shop.self.close();
    t.b.advance(1min);
    CHECK(shop.known["orders"] == "tcp://h:1");
    CHECK_FALSE(shop.said.empty());
    auto const said = shop.said.size();
    shop.announces("other", "h:1");
    shop.watches("other");
    t.b.advance(1h);
    CHECK(shop.times["other"] == 1); // nobody is known
    CHECK(shop.known["other"].empty());
    CHECK(shop.said.size() == said);
    CHECK_FALSE(t.b.clock().next_alarm()); // nothing keeps the context at work
    shop.handles.clear();
    CHECK(shop.times["orders"] == 1);
}

TEST_CASE("Nobody is told that nobody is there before the registry was heard") {
    town t;
    t.end();
    citizen shop(t, "shop");
    shop.watches("orders");
    t.b.advance(29s);
    CHECK(shop.times.empty());
    SECTION("it answers") {
        t.begin();
        citizen stock(t, "stock");
        stock.announces("orders", "stock:7000");
        t.b.advance(500ms);
        CHECK(shop.known["orders"] == "tcp://stock:7000");
        CHECK(shop.times["orders"] == 1);
    }
    SECTION("it does not") {
        t.b.advance(1s);
        CHECK(shop.times["orders"] == 1);
        CHECK(shop.known["orders"].empty());
    }
    SECTION("the service is closed") {
        shop.self.close();
        t.b.advance(500ms);
        CHECK(shop.times["orders"] == 1);
        CHECK(shop.known["orders"].empty());
    }
}

TEST_CASE("A directory may go in a watcher, and tells nothing more") {
    town t;
    citizen shop(t, "shop");
    int told = 0;
    for (int i = 0; i < 2; ++i)
        shop.handles.push_back(shop.books->watch(channel("orders"), [&](std::vector<endpoint> const&) {
            ++told;
            shop.books.reset();
        }));
    t.b.advance(1min);
    CHECK(told == 1);
}

TEST_CASE("Two registries at once are noticed") {
    town t;
    service second(t.b.transport(), "registry");
    second.handle<registry_channel>(registry(second));
    second.start();
    citizen shop(t, "shop");
    shop.watches("orders");
    shop.announces("orders", "shop:1");
    t.b.advance(2min);
    CHECK(std::count(shop.said.begin(), shop.said.end(),
              "! registry: two of them answer, each knows a half: run one only") > 0);
}

TEST_CASE("A registry that is told to end answers who waits") {
    town t;
    citizen shop(t, "shop");
    shop.watches("orders");
    t.b.advance(1s);
    CHECK(t.books().questions() == 1);
    boost::asio::use_service<fairway::env::context_end>(t.b.context()).shut_all_down(1s);
    t.b.settle();
    CHECK(t.b.faults<registry_channel>().size() == 1);
    CHECK(t.b.faults<registry_channel>().at(0).code() == "registry.closing");
}

TEST_CASE("Directories and the registry end with their context, whatever waits") {
    std::optional<town> t(std::in_place);
    std::optional<citizen> shop(std::in_place, *t, "shop");
    shop->watches("orders");
    shop->announces("orders", "h:1");
    t->b.advance(1s);
    CHECK(shop->known["orders"] == "tcp://h:1");
    SECTION("first the context") { t.reset(); }
    SECTION("first the directory") { shop.reset(); }
}
