// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Nodes that come, go and move: where they are found, what waits for whom, and what their ends leave behind.
#include "fw_catch.hpp"
#include "node_kit.hpp"

#include <fairway/registry.hpp>

#include <array>
#include <map>

using namespace node_kit;

// ---- places

namespace {

// A process that finds others, and is found, by the registry at the host "registry".
struct citizen {
    citizen(town& t, std::string const& name) : at(t.start(name)) {
        // One node to speak with the registry, another one for the rest.
        tcp_options o;
        discovery_options where;
        where.channel("*", "registry:7000");
        o.name(name + "-locator").places(where).insecure(true);
        locator.emplace(any_transport(tcp(at.io->get_executor(), o)), name);
        locator->start();
        books = std::make_shared<registry_directory>(*locator);
        at.self.reset();
        at.node->close();
        at.node.reset();
        t.open(at, [this, &name](tcp_options& own) { own.listen("*:8000").announce(name + ":8000").places(books); });
    }
    // All of it, at once.
    void crash(town& t) {
        t.crash(at);
        books.reset();
        locator.reset();
    }
    process& at;
    std::optional<service> locator;
    std::shared_ptr<registry_directory> books;
};
// The channel's places that a process knows.
std::vector<std::string> places(process const& p, std::string_view channel) {
    std::vector<std::string> all;
    for (auto const& one : p.node->places(channel)) all.push_back(one.at.text());
    return all;
}
using texts = std::vector<std::string>;

process& start_registry(town& t, std::optional<registry>* into = nullptr) {
    auto& p = t.start("registry");
    registry const r(*p.self);
    p.self->handle<registry_channel>(r);
    if (into) into->emplace(r);
    return p;
}

} // namespace

TEST_CASE("by a registry a sender finds consumers, also after its restart", "[node]") {
    numbers at_stock;
    numbers at_depot;
    town t;
    auto& names = start_registry(t);
    citizen shop(t, "shop");
    auto const orders = shop.at.self->sender<jobs>();
    auto const early = t.begin(shop.at, ask(orders, 1, 30s));
    t.pass(2s);
    CHECK_FALSE(early->yet);
    CHECK(places(shop.at, jobs::name).empty());

    citizen stock(t, "stock");
    stock.at.self->handle<jobs>(answering(at_stock));
    REQUIRE(t.until([&] { return early->yet; }, 10s));
    CHECK(early->value == 10);
    CHECK(places(shop.at, jobs::name) == texts{"tcp://stock:8000"});

    // The consumer ends, its process lives on: it is withdrawn at once.
    for (bool const drains : {true, false}) {
        if (drains) CHECK(t.finish(stock.at, drain(*stock.at.self)).value);
        stock.at.self.reset();
        CHECK(t.until([&] { return places(shop.at, jobs::name).empty(); }, 2s));
        stock.at.self.emplace(stock.at.transport(), "stock");
        stock.at.self->handle<jobs>(answering(at_stock));
        stock.at.self->start();
        CHECK(t.until([&] { return places(shop.at, jobs::name) == texts{"tcp://stock:8000"}; }, 2s));
    }

    // Its process ends without a word: it goes with its lease.
    CHECK(t.finish(shop.at, ask(orders, 2)).value == 20);
    stock.crash(t);
    t.pass(10s);
    CHECK(places(shop.at, jobs::name) == texts{"tcp://stock:8000"});
    CHECK(t.until([&] { return places(shop.at, jobs::name).empty(); }, 35s));

    // Who comes after the registry's restart is found, by who knew the old one.
    t.crash(names);
    t.pass(10s);
    start_registry(t);
    citizen depot(t, "depot");
    depot.at.self->handle<jobs>(answering(at_depot));
    CHECK(t.until([&] { return places(shop.at, jobs::name) == texts{"tcp://depot:8000"}; }, 1min));
    CHECK(t.finish(shop.at, ask(orders, 3)).value == 30);
    CHECK(at_stock == numbers{1, 2});
    CHECK(at_depot == numbers{3});
    depot.crash(t);
    shop.crash(t);
}

TEST_CASE("a consumer that nobody has sent to is withdrawn from the registry when it goes", "[node]") {
    numbers handled;
    std::optional<registry> names;
    town t;
    start_registry(t, &names);
    citizen stock(t, "stock");
    for (bool const drains : {true, false}) {
        stock.at.self->handle<jobs>(answering(handled));
        CHECK(t.until([&] { return names->lists().size() == 1; }, 2s));
        if (drains) CHECK(t.finish(stock.at, drain(*stock.at.self)).value);
        stock.at.self.emplace(stock.at.transport(), "stock");
        stock.at.self->start();
        CHECK(t.until([&] { return names->lists().empty(); }, 2s));
    }
    // It stays as long as anybody consumes the channel there.
    service clerk(stock.at.transport(), "clerk");
    clerk.handle<jobs>(answering(handled));
    clerk.start();
    stock.at.self->handle<jobs>(answering(handled));
    CHECK(t.until([&] { return names->lists().size() == 1; }, 2s));
    stock.at.self.reset();
    t.pass(2s);
    CHECK(names->lists().size() == 1);
    clerk.close();
    CHECK(t.until([&] { return names->lists().empty(); }, 2s));
    stock.crash(t);
    names.reset();
}

TEST_CASE("two places of one node are one member, and are both there again with it", "[node]") {
    numbers handled;
    std::map<std::string, int> times; // each part
    town t;
    auto& stock = t.start("stock");
    auto const serve = [&] {
        stock.self->handle<jobs>(answering(handled));
        stock.self->handle<parts>([&](part const& p) { ++times[p.key + std::to_string(p.number)]; });
    };
    serve();
    auto& shop = t.start_beside(stock, "shop");
    shop.places->put(std::string(jobs::name), {"stock:7000"});
    shop.places->put(std::string(parts::name), {"localhost:7000", "stock:7000"});
    shop.places->put(std::string(steps::name), {"localhost:7000"});
    auto const asks = shop.self->sender<jobs>();
    auto const shelf = shop.self->sender<parts>();
    auto const walks = shop.self->sender<steps>();
    numbers walked;
    for (int round = 1; round <= 3; ++round) {
        stock.self->handle<steps>(into(walked));
        CHECK(t.finish(shop, ask(asks, round)).value == 10 * round);
        put<step>(walks, round);
        CHECK(t.finish(shop, flush(walks)).value);
        for (auto const* const key : {"a", "b", "c", "d", "e", "f"}) {
            part const p{key, round};
            CHECK_FALSE(shelf.try_send(p));
        }
        CHECK(t.finish(shop, flush(shelf)).value);
        t.pass(1s);
        CHECK(walked == up_to(round));
        CHECK(times.size() == 6U * static_cast<unsigned>(round));
        for (auto const& [what, n] : times) {
            INFO(what);
            CHECK(n == 1);
        }
        auto const known = shop.node->places(parts::name);
        REQUIRE(known.size() == 2);
        CHECK(known[0].connected);
        CHECK(known[1].connected);
        CHECK(known[0].node == known[1].node);
        CHECK(t.lab.streams().connections() == 1);
        // The node ends and another one is there: once in good order, once without a word.
        stock.self.reset();
        if (round == 1) stock.node->close();
        t.pass(1s);
        stock.node.reset();
        t.pass(15s);
        CHECK(shop.node->places(parts::name).size() == 2);
        CHECK_FALSE(shop.node->places(parts::name)[0].connected);
        t.open(stock);
        serve();
    }
    CHECK(handled == up_to(3));
}

TEST_CASE("a place that a channel's list has lost gets nothing of that channel, until it is back", "[node]") {
    numbers handled;
    numbers walked;
    town t;
    auto& stock = t.start("stock");
    stock.self->handle<jobs>(answering(handled));
    stock.self->handle<steps>(into(walked));
    auto& shop = t.start("shop");
    shop.places->put("*", {"stock:7000"});
    auto const asks = shop.self->sender<jobs>();
    auto const walks = shop.self->sender<steps>();
    put<step>(walks, 1);
    CHECK(t.finish(shop, flush(walks)).value);
    CHECK(t.finish(shop, ask(asks, 1)).value == 10);

    shop.places->put(std::string(steps::name), {});
    t.pass(1s);
    put<step>(walks, 2);
    t.pass(10s);
    CHECK(walked == numbers{1});
    CHECK(t.finish(shop, flush(walks)).code() == errc::not_connected);
    CHECK(t.finish(shop, ask(asks, 2)).value == 20); // over the same session
    CHECK(t.lab.streams().connections() == 1);

    for (int n = 3; n < 6; ++n) { // again and again
        shop.places->put(std::string(steps::name), {"stock:7000"});
        put<step>(walks, n);
        CHECK(t.finish(shop, flush(walks)).value);
        t.pass(1s);
        CHECK(walked == up_to(n));
        shop.places->put(std::string(steps::name), {});
        t.pass(1s);
    }
    // Off and on at once.
    shop.places->put(std::string(steps::name), {"stock:7000"});
    t.pass(1s);
    shop.places->put(std::string(steps::name), {});
    shop.places->put(std::string(steps::name), {"stock:7000"});
    put<step>(walks, 6);
    CHECK(t.finish(shop, flush(walks)).value);
    t.pass(1s);
    CHECK(walked == up_to(6));
    CHECK(t.lab.streams().connections() == 1);
}

TEST_CASE("a publisher that a topic's list has lost delivers nothing of it, until it is back", "[node]") {
    numbers read;
    numbers seen;
    town t;
    auto& press = t.start("press");
    auto const papers = press.self->sender<news>();
    auto const games = press.self->sender<sports>();
    auto& reader = t.start("reader");
    reader.places->put("*", {"press:7000"});
    reader.self->handle<news>(into(read));
    reader.self->handle<sports>(into(seen));
    t.pass(1s);
    put<note>(papers, 1);
    put<note>(games, 1);
    CHECK(t.finish(press, flush(papers)).value);
    t.pass(1s);
    CHECK(read == numbers{1});
    for (int n = 2; n < 5; ++n) {
        reader.places->put(std::string(news::name), {});
        t.pass(1s);
        put<note>(papers, n);
        put<note>(games, n);
        t.pass(10s);
        CHECK(read == up_to(n - 1));
        CHECK(seen == up_to(n));
        CHECK(t.lab.streams().connections() == 1);
        reader.places->put(std::string(news::name), {"press:7000"});
        t.pass(1s);
        CHECK(read == up_to(n)); // it was away for less than a minute
    }
    // Off and on at once.
    reader.places->put(std::string(news::name), {});
    reader.places->put(std::string(news::name), {"press:7000"});
    t.pass(1s);
    put<note>(papers, 5);
    t.pass(5s);
    CHECK(read == up_to(5));
    CHECK(reader.seen->count(occurrence::gap, news::name) == 0);
}

// ---- who is away

namespace {

change with_absence(duration d) {
    return [d](tcp_options& o) { o.absence(d).grace(1s); };
}

} // namespace

TEST_CASE("a remote subscriber that was away for too long hears of a gap, and of what comes then", "[node]") {
    numbers read;
    town t;
    auto& press = t.start("press", with_absence(20s));
    auto const papers = press.self->sender<news>();
    auto& reader = t.start("reader", with_absence(20s));
    reader.places->put("*", {"press:7000"});
    reader.self->handle<news>(into(read));
    t.pass(1s);
    put<note>(papers, 1);
    t.pass(1s);

    // Cut off, not for too long.
    t.lab.streams().cut_both("press", "reader");
    t.pass(17s);
    put<note>(papers, 2);
    t.pass(8s);
    t.lab.streams().heal_all();
    t.pass(20s);
    CHECK(read == up_to(2));
    CHECK(reader.seen->count(occurrence::gap, news::name) == 0);

    // And for longer.
    t.lab.streams().cut_both("press", "reader");
    put<note>(papers, 3);
    t.pass(90s);
    t.lab.streams().heal_all();
    t.pass(20s);
    CHECK(reader.seen->count(occurrence::gap, news::name) == 1);
    put<note>(papers, 4);
    t.pass(1s);
    CHECK(read == numbers{1, 2, 4});

    // Its process was away.
    t.crash(reader);
    t.pass(1min);
    auto& again = t.start("reader");
    again.places->put("*", {"press:7000"});
    again.self->handle<news>(into(read));
    t.pass(5s);
    CHECK(again.seen->count(occurrence::gap, news::name) == 1);
    put<note>(papers, 5);
    t.pass(1s);
    CHECK(read == numbers{1, 2, 4, 5});
    // It was told once.
    t.crash(again);
    t.pass(10s);
    auto& third = t.start("reader");
    third.places->put("*", {"press:7000"});
    third.self->handle<news>(into(read));
    put<note>(papers, 6);
    t.pass(5s);
    CHECK(third.seen->count(occurrence::gap, news::name) == 0);
    CHECK(read == numbers{1, 2, 4, 5, 6});
}

TEST_CASE("a subscriber at the publisher's node that was away for too long hears of a gap, too", "[node]") {
    numbers read;
    town t;
    auto& press = t.start("press", with_absence(20s));
    auto const papers = press.self->sender<news>();
    std::optional<service> reader;
    auto seen = std::make_shared<sightings>();
    auto const come = [&] {
        reader.emplace(press.transport(), "reader", seen);
        reader->handle<news>(into(read));
        reader->start();
        t.pass(1s);
    };
    come();
    put<note>(papers, 1);
    t.pass(1s);
    reader.reset();
    put<note>(papers, 2);
    t.pass(15s);
    come();
    CHECK(read == up_to(2));
    CHECK(seen->count(occurrence::gap, news::name) == 0);

    reader.reset();
    put<note>(papers, 3);
    t.pass(25s);
    put<note>(papers, 4);
    come();
    CHECK(seen->count(occurrence::gap, news::name) == 1);
    put<note>(papers, 5);
    t.pass(1s);
    CHECK(read == numbers{1, 2, 5});
    t.crash(press);
    reader.reset();
}

// ---- flush and drain

TEST_CASE("a flush of what nobody can take says so, and so does a drain", "[node]") {
    town t;
    auto& shop = t.start("shop");
    auto const walks = shop.self->sender<steps>();
    put<step>(walks, 1);
    CHECK(t.finish(shop, flush(walks), 1s).code() == errc::not_connected);
    CHECK(t.finish(shop, drain(*shop.self), 1s).code() == errc::not_connected);
    // Who asks before the directory has answered is told no sooner than it knows.
    auto& other = t.start("other");
    other.places->put("*", {"stock:7000"});
    auto const more = other.self->sender<steps>();
    put<step>(more, 1);
    auto const begun = t.begin(other, flush(more));
    t.pass(10s);
    CHECK_FALSE(begun->yet);
    auto const drained = t.begin(other, drain(*other.self, 5s));
    t.pass(4s);
    CHECK_FALSE(drained->yet);
    t.pass(2s);
    CHECK(drained->yet); // at its deadline
    CHECK(drained->code() == errc::timed_out);
    other.node->close();
    t.pass(1s);
    CHECK(begun->code() == errc::outcome_unknown);
}

TEST_CASE("a flush waits for who may come to its place, and so does a drain", "[node]") {
    for (bool const drains : {false, true}) {
        numbers walked;
        town t;
        auto& shop = t.start("shop");
        shop.places->put("*", {"stock:7000"});
        auto const walks = shop.self->sender<steps>();
        for (int n = 1; n <= 3; ++n) put<step>(walks, n);
        auto const over = t.begin(shop, drains ? drain(*shop.self) : flush(walks));
        t.pass(15s);
        CHECK_FALSE(over->yet);
        CHECK(walked.empty());
        t.start("stock").self->handle<steps>(into(walked));
        REQUIRE(t.until([&] { return over->yet; }, 10s));
        INFO(over->text());
        CHECK(over->value);
        t.pass(1s);
        CHECK(walked == up_to(3));
    }
}

TEST_CASE("a flush says where somebody is at the only place, but consumes nothing", "[node]") {
    numbers walked;
    town t;
    auto& stock = t.start("stock");
    auto& shop = t.start("shop");
    shop.places->put("*", {"stock:7000"});
    auto const walks = shop.self->sender<steps>();
    put<step>(walks, 1);
    CHECK(t.finish(shop, flush(walks)).code() == errc::not_connected);
    stock.self->handle<steps>(into(walked)); // the message is still there
    t.pass(1s);
    CHECK(walked == numbers{1});
    CHECK(t.finish(shop, flush(walks)).value);
}

TEST_CASE("a flush does not succeed where the only consumer may not have it, nor does a drain", "[node]") {
    numbers walked;
    for (bool const drains : {false, true}) {
        town t;
        auto& stock = t.start("stock", [](tcp_options& o) {
            o.accept_with(store(users({"shop"}))).allow(permissions::parse("shop: send node.jobs"));
        });
        stock.self->handle<steps>(into(walked));
        auto& shop = t.start("shop", as("shop"));
        shop.places->put("*", {"stock:7000"});
        auto const walks = shop.self->sender<steps>();
        put<step>(walks, 1);
        auto const over = t.begin(shop, drains ? drain(*shop.self, 20s) : flush(walks));
        t.until([&] { return over->yet; }, 1min);
        CHECK(over->code() == errc::not_connected);
        CHECK_FALSE(over->value);
    }
    CHECK(walked.empty());
}

TEST_CASE("a flush of a topic waits for a group that is away, until it is back or forgotten", "[node]") {
    for (bool const comes_back : {true, false}) {
        numbers read;
        numbers other;
        town t;
        auto& press = t.start("press", with_absence(40s));
        auto const papers = press.self->sender<news>();
        auto const add = [&](std::string const& name, numbers& all) -> process& {
            auto& p = t.start(name);
            p.places->put("*", {"press:7000"});
            p.self->handle<news>(into(all));
            return p;
        };
        auto& reader = add("reader", read);
        add("library", other);
        t.pass(1s);
        put<note>(papers, 1);
        CHECK(t.finish(press, flush(papers), 5s).value);
        t.crash(reader);
        t.pass(5s);
        put<note>(papers, 2);
        auto const over = t.begin(press, flush(papers));
        t.pass(20s);
        CHECK(other == up_to(2));
        CHECK_FALSE(over->yet);
        if (comes_back) add("reader", read);
        t.until([&] { return over->yet; }, 1min);
        INFO(over->text());
        CHECK(over->value);
        CHECK(t.lab.now() > (comes_back ? 20s : 40s));
        t.pass(1s);
        CHECK(read == up_to(comes_back ? 2 : 1));
    }
}

TEST_CASE("a flush of a topic that was opened after its subscriber had come waits for it", "[node]") {
    numbers read;
    town t;
    auto& press = t.start("press");
    auto& reader = t.start("reader");
    reader.places->put("*", {"press:7000"});
    reader.self->handle<news>(into(read));
    t.pass(1s);
    auto const papers = press.self->sender<news>();
    t.lab.streams().cut("press", "reader");
    for (int n = 1; n <= 3; ++n) put<note>(papers, n);
    auto const over = t.begin(press, flush(papers));
    t.pass(5s);
    CHECK(read.empty());
    CHECK_FALSE(over->yet);
    t.lab.streams().heal_all();
    REQUIRE(t.until([&] { return over->yet; }, 30s));
    CHECK(over->value);
    CHECK(read == up_to(3));
}

// ---- the end

TEST_CASE("a sender may end as soon as its flush has succeeded", "[node]") {
    enum class end { closed, destroyed, drained };
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
        auto const how = std::array{end::closed, end::destroyed, end::drained}[seed % 3];
        numbers handled;
        town t(seed);
        auto& stock = t.start("stock");
        auto const slowly = [&](step const& s) -> task<> {
            auto const n = s.number;
            co_await sleep_for(1s);
            handled.push_back(n);
        };
        stock.self->handle<steps>(slowly, handler_options().prefetch(4));
        auto& shop = t.start("shop");
        shop.places->put("*", {"stock:7000"});
        std::optional walks = shop.self->sender<steps>();
        for (int n = 1; n <= 100; ++n) put<step>(*walks, n);
        auto const over = how == end::drained ? t.finish(shop, drain(*shop.self)) : t.finish(shop, flush(*walks));
        CHECK(over.value);
        CHECK(handled.size() < 100);
        if (how == end::closed) {
            shop.node->close();
            t.pass(1s);
        }
        walks.reset();
        shop.self.reset();
        shop.node.reset();
        t.pass(100ms);
        t.crash(shop);
        t.pass(2min);
        INFO("seed " << seed);
        CHECK(sorted(handled) == up_to(100));
    }
}

TEST_CASE("a replier's drain is over when its last reply has arrived", "[node]") {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        town t(seed);
        auto& stock = t.start("stock");
        stock.self->handle<jobs>([](work const& w) -> task<done> {
            done const d{10 * w.number};
            co_await sleep_for(1s);
            co_return d;
        });
        auto& shop = t.start("shop");
        shop.places->put("*", {"stock:7000"});
        auto const answer = t.begin(shop, ask(shop.self->sender<jobs>(), static_cast<int>(seed), 1min));
        t.pass(500ms);
        auto const over = t.begin(stock, drain(*stock.self));
        bool const late = seed % 2 == 0;
        if (late) { // the reply is long on its way
            t.lab.streams().cut("stock", "shop");
            t.pass(5s);
            CHECK_FALSE(over->yet);
            CHECK_FALSE(answer->yet);
            t.lab.streams().heal_all();
        }
        REQUIRE(t.until([&] { return over->yet; }, 10s));
        CHECK(over->value);
        t.crash(stock);
        t.pass(1s);
        REQUIRE(answer->yet);
        CHECK(answer->value == 10 * static_cast<int>(seed));
    }
}

TEST_CASE("a subscriber hears of a gap when another publisher comes for one that is gone, and only then", "[node]") {
    numbers read;
    town t;
    auto& reader = t.start("reader");
    reader.places->put("*", {"press:7000", "mint:7000"});
    reader.self->handle<news>(into(read));
    t.pass(1s);
    auto const gaps = [&] { return reader.seen->count(occurrence::gap, news::name); };
    auto& press = t.start("press");
    auto const papers = press.self->sender<news>();
    t.pass(10s);
    put<note>(papers, 1);
    t.pass(1s);
    // One more.
    auto& mint = t.start("mint");
    auto const coins = mint.self->sender<news>();
    t.pass(10s);
    put<note>(coins, 2);
    t.pass(1s);
    // The same one again, after it was away, and without a pause.
    reader.places->put(std::string(news::name), {"mint:7000"});
    reader.places->put(std::string(news::name), {"press:7000", "mint:7000"});
    t.pass(10s);
    t.lab.streams().cut_both("press", "reader");
    t.pass(30s);
    put<note>(papers, 3);
    t.lab.streams().heal_all();
    t.pass(10s);
    CHECK(read == up_to(3));
    CHECK(gaps() == 0);
    // What it publishes before the reader has found it is for nobody.
    t.crash(press);
    auto& again = t.start("press");
    auto const next = again.self->sender<news>();
    put<note>(next, 4);
    t.pass(30s);
    put<note>(next, 5);
    t.pass(1s);
    CHECK(read == numbers{1, 2, 3, 5});
    CHECK(gaps() == 1);
    // The same where it ends in good order.
    t.finish(again, drain(*again.self));
    again.node->close();
    t.pass(1s);
    again.self.reset();
    t.open(again);
    t.pass(30s);
    CHECK(gaps() == 2);
    put<note>(coins, 6);
    t.pass(1s);
    CHECK(read == numbers{1, 2, 3, 5, 6});
    CHECK(gaps() == 2);
    // One more than there were.
    reader.places->put(std::string(news::name), {"press:7000", "mint:7000", "desk:7000"});
    t.start("desk");
    t.pass(10s);
    CHECK(gaps() == 2);
}

TEST_CASE(
    "a subscriber hears of a gap, too, when the other publisher comes before the first one is given up", "[node]") {
    numbers read;
    town t;
    auto& reader = t.start("reader");
    reader.self->handle<news>(into(read));
    auto& press = t.start("press");
    auto const papers = press.self->sender<news>();
    std::vector<std::string> places;
    auto const add = [&](std::string const& name) {
        places.push_back(name + ":7000");
        reader.places->put("*", places);
        t.pass(3s);
    };
    add("press");
    t.pass(10s);
    auto const gaps = [&] { return reader.seen->count(occurrence::gap, news::name); };
    auto& mint = t.start("mint");
    auto const coins = mint.self->sender<news>();
    // It comes while the other one is away for a moment.
    t.lab.streams().cut_both("press", "reader");
    t.pass(5s);
    add("mint");
    t.lab.streams().heal_all();
    t.pass(1min);
    put<note>(papers, 1);
    put<note>(coins, 2);
    t.pass(1s);
    CHECK(read == up_to(2));
    CHECK(gaps() == 0);
    // The other one does not come back.
    t.crash(press);
    auto& desk = t.start("desk");
    auto const letters = desk.self->sender<news>();
    put<note>(letters, 3);
    t.pass(1s);
    add("desk");
    t.pass(1min);
    put<note>(letters, 4);
    t.pass(1s);
    CHECK(read == numbers{1, 2, 4});
    CHECK(gaps() == 1);
    t.start("shop");
    add("shop");
    t.pass(1min);
    CHECK(gaps() == 1);
}

TEST_CASE(
    "what a publisher publishes before its subscribers have come waits for the groups that it has declared", "[node]") {
    numbers read;
    town t;
    auto& reader = t.start("reader");
    reader.places->put("*", {"press:7000"});
    reader.self->handle<news>(into(read));
    t.pass(1s);
    for (int n = 1; n <= 2; ++n) {
        auto& press = t.start("press");
        press.transport().declare({{std::string(news::name), channel_kind::publish_subscribe, 0}, "reader"});
        put<note>(press.self->sender<news>(), n);
        t.pass(30s);
        CHECK(read == up_to(n));
        t.crash(press);
    }
}

TEST_CASE("a group that a node has declared itself is kept until its first member has come and gone", "[node]") {
    numbers read;
    numbers other;
    town t;
    auto& press = t.start("press", with_absence(20s));
    press.transport().declare({{std::string(news::name), channel_kind::publish_subscribe, 0}, "reader"});
    auto const papers = press.self->sender<news>();
    put<note>(papers, 1);
    // Others come and go.
    auto& library = t.start("library");
    library.places->put("*", {"press:7000"});
    library.self->handle<news>(into(other));
    t.pass(10s);
    put<note>(papers, 2);
    t.pass(1s);
    t.crash(library);
    t.pass(2min);
    process* reader = nullptr;
    auto const come = [&] {
        reader = &t.start("reader");
        reader->places->put("*", {"press:7000"});
        reader->self->handle<news>(into(read));
        t.pass(10s);
        return reader->seen;
    };
    CHECK(come()->count(occurrence::gap, news::name) == 0);
    CHECK(read == up_to(2));
    CHECK(other == numbers{2});
    t.crash(*reader);
    put<note>(papers, 3);
    t.pass(2min);
    CHECK(come()->count(occurrence::gap, news::name) == 1);
    CHECK(read == up_to(2));
    // Said once more, it is waited for again.
    t.crash(*reader);
    t.pass(10s);
    press.transport().declare({{std::string(news::name), channel_kind::publish_subscribe, 0}, "reader"});
    put<note>(papers, 4);
    t.pass(2min);
    CHECK(come()->count(occurrence::gap, news::name) == 0);
    CHECK(read == numbers{1, 2, 4});
}

namespace {

struct bulk {
    using contract = command<"node.bulk">;
    std::string text;
};
using bulks = point_to_point<"node.bulks", bulk>;

} // namespace

TEST_CASE("large messages of many senders at the same time are each handled once", "[node]") {
    std::vector<std::uint32_t> attempts;
    town t;
    auto& stock = t.start("stock");
    stock.self->handle<bulks>([&](bulk const& b, delivery const& d) {
        CHECK(b.text.size() == 15'000'000);
        attempts.push_back(d.attempt());
    });
    std::vector<process*> shops;
    for (int n = 0; n < 5; ++n) {
        auto& shop = t.start("shop" + std::to_string(n));
        shop.places->put("*", {"stock:7000"});
        shops.push_back(&shop);
    }
    std::vector<sender_port<bulks>> ways;
    for (auto* const shop : shops) ways.push_back(shop->self->sender<bulks>());
    t.pass(1s);
    bulk const large{std::string(15'000'000, 'x')};
    for (auto const& way : ways) CHECK_FALSE(way.try_send(large));
    CHECK(t.until([&] { return attempts.size() == 5; }, 5min));
    CHECK(attempts == std::vector<std::uint32_t>(5, 1));
    CHECK(stock.troubles.empty());
    for (auto* const shop : shops) CHECK(shop->troubles.empty());
}

// ---- back-pressure

namespace {

template <class Port>
task<bool> send(Port port, int number, duration patience = 30s) {
    step const s{number};
    co_await port.send(s, send_options().patience(patience));
    co_return true;
}

} // namespace

TEST_CASE("senders that wait for room in a node's full queue are told of", "[node]") {
    numbers at_stock;
    town t;
    auto& shop = t.start("shop", [](tcp_options& o) { o.queue(1, limits::queue_bytes); });
    auto const out = shop.self->sender<steps>();
    put<step>(out, 1);
    auto const second = t.begin(shop, send(out, 2));
    auto const third = t.begin(shop, send(out, 3));
    t.pass(1s);
    CHECK_FALSE(second->yet);
    CHECK_FALSE(third->yet);
    CHECK(shop.seen->count(occurrence::blocked, steps::name) == 1);
    CHECK(shop.seen->count(occurrence::unblocked, steps::name) == 0);

    auto& stock = t.start("stock");
    stock.self->handle<steps>(into(at_stock));
    shop.places->put("*", {"stock:7000"});
    CHECK(t.until([&] { return at_stock == up_to(3); }));
    CHECK(second->value);
    CHECK(third->value);
    CHECK(shop.seen->count(occurrence::unblocked, steps::name) == 1);
    CHECK(shop.self->stats().blocked == 2);
}

TEST_CASE("a send is accepted at once where its node's queue is enough, and only there", "[node]") {
    town t;
    auto const at_once = [&](std::string const& name, confirmation when) {
        auto& p = t.start(name, [when](tcp_options& o) { o.confirm(when); });
        auto const commands = p.node->open({"node.steps", channel_kind::point_to_point, 0});
        auto const events = p.node->open({"node.news", channel_kind::publish_subscribe, 0});
        return std::vector{commands->accepts_at_once(), events->accepts_at_once()};
    };
    CHECK(at_once("quick", confirmation::queued) == std::vector{true, false});
    CHECK(at_once("careful", confirmation::received) == std::vector{false, false});
    CHECK(at_once("patient", confirmation::handled) == std::vector{false, false});
}

TEST_CASE("who drains is no consumer any more, so that a send for it has not happened", "[node]") {
    bool go_on = false;
    town t;
    auto& stock = t.start("stock");
    stock.self->handle<steps>([&](step const&) -> task<> {
        while (!go_on) co_await sleep_for(100ms);
    });
    auto& shop = t.start("shop", [](tcp_options& o) { o.confirm(confirmation::received); });
    shop.places->put("*", {"stock:7000"});
    auto const out = shop.self->sender<steps>();
    CHECK(t.finish(shop, send(out, 1)).value);

    auto const drained = t.begin(stock, drain(*stock.self, 1min));
    t.pass(1s);
    auto const late = t.begin(shop, send(out, 2, 2s));
    t.pass(5s);
    CHECK_FALSE(drained->yet);
    REQUIRE(late->yet);
    CHECK(late->code() == errc::not_connected);
    go_on = true;
    CHECK(t.until([&] { return drained->yet; }));
    CHECK(drained->value);
}
