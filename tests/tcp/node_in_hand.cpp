// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What nodes have of each other in hand: where it is much, where its place or its sender leaves, and where others could
// do it.
#include "fw_catch.hpp"
#include "node_kit.hpp"

#include <map>

using namespace node_kit;

namespace {

constexpr std::size_t page_bytes = 1024 * 1024;

struct page {
    using contract = document<"node.page">;
    int number = 0;
    std::string text;
};
struct fetch {
    using contract = command<"node.fetch", page>;
    int number = 0;
    std::string text;
};
using library = point_to_point<"node.library", fetch>;
using freight = point_to_point<"node.freight", page>;

// Handles numbers, each for so long.
auto slowly(numbers& begun, numbers& ended, duration d) {
    return [&begun, &ended, d](auto const& m) -> task<> {
        auto const n = m.number;
        begun.push_back(n);
        co_await sleep_for(d);
        ended.push_back(n);
    };
}
template <class Port>
task<std::size_t> fetched(Port port, int number) {
    fetch const f{number, {}};
    auto const got = co_await port.request(f, 2min);
    co_return got.text.size();
}

} // namespace

// ---- much

TEST_CASE("messages that are together more than a session keeps arrive one after the other", "[node]") {
    numbers handled;
    town t;
    auto& stock = t.start("stock");
    stock.self->handle<freight>(into(handled));
    auto& shop = t.start("shop");
    shop.places->put("*", {"stock:7000"});
    auto const loads = shop.self->sender<freight>();
    for (int n = 1; n <= 3; ++n) {
        page const p{n, std::string(13 * page_bytes, 'x')};
        CHECK_FALSE(loads.try_send(p));
    }
    CHECK(t.finish(shop, flush(loads)).value);
    t.pass(1s);
    CHECK(handled == up_to(3));
    CHECK(shop.troubles.empty());
    CHECK(stock.troubles.empty());
}

TEST_CASE("replies that are together more than a session keeps arrive, and a drain waits for all of them", "[node]") {
    town t;
    auto& stock = t.start("stock");
    stock.self->handle<library>([](fetch const& f) -> task<page> {
        page const p{f.number, std::string(page_bytes, 'x')};
        co_await sleep_for(1s);
        co_return p;
    });
    auto& shop = t.start("shop");
    shop.places->put("*", {"stock:7000"});
    auto const asks = shop.self->sender<library>();
    std::vector<std::shared_ptr<ended<std::size_t>>> answers;
    for (int n = 1; n <= 30; ++n) answers.push_back(t.begin(shop, fetched(asks, n)));
    t.pass(500ms);
    auto const over = t.finish(stock, drain(*stock.self));
    CHECK(over.value);
    t.crash(stock);
    t.pass(1s);
    for (auto const& a : answers) {
        REQUIRE(a->yet);
        CHECK(a->value == mebibyte);
    }
    CHECK(shop.told(errc::queue_full) == 0);
}

// ---- who could do it

TEST_CASE("a message goes to another node at once where the one that is its turn has no room", "[node]") {
    numbers unloaded;
    numbers at_stock;
    numbers at_depot;
    town t;
    auto& stock = t.start("stock");
    stock.self->handle<freight>(into(unloaded));
    stock.self->handle<steps>(into(at_stock));
    auto& depot = t.start("depot");
    depot.self->handle<steps>(into(at_depot));
    auto& shop = t.start("shop");
    shop.places->put(std::string(freight::name), {"stock:7000"});
    shop.places->put(std::string(steps::name), {"stock:7000", "depot:7000"});
    auto const loads = shop.self->sender<freight>();
    auto const walks = shop.self->sender<steps>();
    t.pass(1s);
    t.lab.streams().cut_both("shop", "stock");
    page const p{1, std::string(page_bytes, 'x')}; // fills the session
    CHECK_FALSE(loads.try_send(p));
    t.pass(1s);
    for (int n = 1; n <= 4; ++n) {
        put<step>(walks, n);
        t.pass(1s);
        CHECK(at_depot == up_to(n));
    }
    t.lab.streams().heal_all();
    t.pass(10s);
    CHECK(unloaded == numbers{1});
    CHECK(at_stock.empty());
}

TEST_CASE("a message goes to another node at once where the node's own consumer is busy for others", "[node]") {
    numbers here;
    numbers handled;
    numbers elsewhere;
    town t;
    auto& shop = t.start("shop");
    shop.self->handle<steps>(slowly(here, handled, 1min), handler_options().prefetch(1));
    auto& other = t.start("other");
    other.places->put("*", {"shop:7000"});
    auto& depot = t.start("depot");
    depot.self->handle<steps>(into(elsewhere));
    shop.places->put("*", {"depot:7000"});
    auto const walks = shop.self->sender<steps>();
    put<step>(other.self->sender<steps>(), 100);
    t.pass(1s);
    REQUIRE(here == numbers{100});
    for (int n = 1; n <= 4; ++n) {
        put<step>(walks, n);
        t.pass(1s);
        CHECK(elsewhere == up_to(n));
    }
}

// ---- who leaves

TEST_CASE("what is handled at a place that leaves is handled once", "[node]") {
    enum class also { nothing, another_channel };
    for (auto const needs : {also::nothing, also::another_channel}) {
        numbers begun;
        numbers handled;
        numbers at_depot;
        numbers jobs_handled;
        town t;
        auto& stock = t.start("stock");
        stock.self->handle<steps>(slowly(begun, handled, 5s), handler_options().prefetch(2).concurrency(2));
        stock.self->handle<jobs>(answering(jobs_handled));
        auto& depot = t.start("depot");
        auto& shop = t.start("shop");
        shop.places->put(std::string(steps::name), {"stock:7000"});
        auto const walks = shop.self->sender<steps>();
        auto const asks = shop.self->sender<jobs>();
        if (needs == also::another_channel) {
            shop.places->put(std::string(jobs::name), {"stock:7000"});
            CHECK(t.finish(shop, ask(asks, 1)).value == 10);
        }
        for (int n = 1; n <= 4; ++n) put<step>(walks, n);
        t.pass(1s);
        REQUIRE(begun.size() == 2);
        depot.self->handle<steps>(into(at_depot));
        shop.places->put(std::string(steps::name), {"depot:7000"});
        t.pass(2s);
        CHECK(at_depot == numbers{3, 4}); // what was not begun
        t.pass(10s);
        CHECK(sorted(handled) == numbers{1, 2});
        CHECK(at_depot == numbers{3, 4});
        CHECK(t.lab.streams().connections() == (needs == also::nothing ? 1U : 2U));
    }
}

TEST_CASE("a place that leaves keeps the order of the keys that it handles", "[node]") {
    std::map<std::string, numbers> begun;
    std::map<std::string, numbers> ended;
    town t;
    auto const handle = [&](process& p) {
        p.self->handle<parts>([&](part const& m) -> task<> {
            auto const one = m;
            CHECK(begun[one.key].size() == ended[one.key].size()); // no two of a key at a time
            begun[one.key].push_back(one.number);
            co_await sleep_for(3s);
            ended[one.key].push_back(one.number);
        });
    };
    auto& stock = t.start("stock");
    handle(stock);
    auto& depot = t.start("depot");
    handle(depot);
    auto& shop = t.start("shop");
    shop.places->put("*", {"stock:7000"});
    auto const shelf = shop.self->sender<parts>();
    for (int n = 1; n <= 3; ++n)
        for (auto const* const key : {"a", "b", "c", "d"}) {
            part const p{key, n};
            CHECK_FALSE(shelf.try_send(p));
        }
    t.pass(1s);
    CHECK(begun.size() == 4);
    shop.places->put("*", {"depot:7000"});
    t.pass(30s);
    CHECK(begun.size() == 4);
    for (auto const& [key, all] : begun) {
        INFO(key);
        CHECK(all == up_to(3));
    }
    CHECK(t.lab.streams().connections() == 1);
}

TEST_CASE("a publisher's place that leaves is left when what came from there is handled", "[node]") {
    numbers begun;
    numbers handled;
    numbers others;
    town t;
    auto& press = t.start("press");
    auto const papers = press.self->sender<news>();
    auto& reader = t.start("reader");
    reader.places->put("*", {"press:7000"});
    reader.self->handle<news>(slowly(begun, handled, 5s));
    t.pass(1s);
    put<note>(papers, 1);
    t.pass(1s);
    REQUIRE(begun == numbers{1});
    auto& second = t.start("second");
    service same(second.transport(), "reader");
    second.places->put("*", {"press:7000"});
    same.handle<news>(into(others));
    same.start();
    t.pass(1s);
    reader.places->put("*", {});
    t.pass(10s);
    CHECK(handled == numbers{1});
    CHECK(others.empty());
    CHECK(t.lab.streams().connections() == 1);
    same.close();
}

TEST_CASE("a place that leaves is not waited for without end", "[node]") {
    numbers begun;
    numbers handled;
    numbers at_depot;
    town t;
    auto& stock = t.start("stock");
    stock.self->handle<steps>(slowly(begun, handled, 10min));
    auto& depot = t.start("depot");
    depot.self->handle<steps>(into(at_depot));
    auto& shop = t.start("shop");
    shop.places->put("*", {"stock:7000"});
    put<step>(shop.self->sender<steps>(), 1);
    t.pass(1s);
    REQUIRE(begun == numbers{1});
    shop.places->put("*", {"depot:7000"});
    t.pass(20s);
    CHECK(at_depot.empty());
    t.pass(15s);
    CHECK(at_depot == numbers{1});
    CHECK(t.lab.streams().connections() == 1);
    // It is back while something is in hand: the session goes on.
    put<step>(shop.self->sender<steps>(), 2);
    shop.places->put("*", {"stock:7000"});
    t.pass(1s);
    put<step>(shop.self->sender<steps>(), 3);
    t.pass(1s);
    REQUIRE(begun.back() == 3);
    for (int i = 0; i < 3; ++i) {
        shop.places->put("*", {});
        t.pass(5s);
        shop.places->put("*", {"stock:7000"});
        t.pass(20s);
    }
    t.pass(10min);
    CHECK(std::count(handled.begin(), handled.end(), 3) == 1);
    CHECK(std::count(begun.begin(), begun.end(), 3) == 1);
}

TEST_CASE("of two places that share a session either may leave, and come back", "[node]") {
    numbers handled;
    town t;
    auto& stock = t.start("stock");
    stock.self->handle<jobs>(answering(handled));
    auto& shop = t.start_beside(stock, "shop");
    auto const asks = shop.self->sender<jobs>();
    int n = 0;
    auto const is_served = [&] {
        ++n;
        return t.finish(shop, ask(asks, n)).value == 10 * n;
    };
    shop.places->put("*", {"localhost:7000", "stock:7000"});
    CHECK(is_served());
    auto const seen = stock.seen->count(occurrence::connected, jobs::name);
    for (int round = 0; round < 3; ++round)
        for (auto const* const stays : {"localhost:7000", "stock:7000"}) {
            shop.places->put("*", {stays});
            t.pass(5s);
            CHECK(is_served());
            CHECK(t.lab.streams().connections() == 1);
            shop.places->put("*", {"localhost:7000", "stock:7000"});
            t.pass(5s);
            CHECK(is_served());
        }
    // Without another session in between.
    CHECK(stock.seen->count(occurrence::connected, jobs::name) == seen);
    // Where its dialer's place has left, and the node ends, the other place is dialed.
    for (auto const* const stays : {"localhost:7000", "stock:7000"}) {
        shop.places->put("*", {stays});
        t.pass(1s);
        stock.self.reset();
        stock.node->close();
        t.pass(1s);
        stock.node.reset();
        t.open(stock);
        stock.self->handle<jobs>(answering(handled));
        t.pass(30s);
        CHECK(is_served());
        CHECK(t.lab.streams().connections() == 1);
    }
    shop.places->put("*", {});
    t.pass(5s);
    CHECK(t.lab.streams().connections() == 0);
}

TEST_CASE("an offer that is withdrawn before it was answered is not waited for", "[node]") {
    numbers handled;
    numbers walked;
    town t;
    auto& stock = t.start("stock");
    stock.self->handle<jobs>(answering(handled));
    stock.self->handle<steps>(into(walked));
    auto& shop = t.start("shop");
    shop.places->put("*", {"stock:7000"});
    CHECK(t.finish(shop, ask(shop.self->sender<jobs>(), 1)).value == 10);
    auto const walks = shop.self->sender<steps>();
    // The channel has begun; the next offer is not answered.
    put<step>(walks, 1);
    CHECK(t.finish(shop, flush(walks)).value);
    shop.places->put(std::string(steps::name), {});
    t.pass(1s);
    t.lab.streams().cut("stock", "shop");
    shop.places->put(std::string(steps::name), {"stock:7000"});
    t.pass(100ms);
    shop.places->put(std::string(steps::name), {});
    t.pass(100ms);
    put<step>(walks, 2);
    CHECK(t.finish(shop, flush(walks), 1s).code() == errc::not_connected);
}

// ---- the end

TEST_CASE("what a sender has left behind is handled by a consumer that drains", "[node]") {
    for (bool const drains_first : {false, true}) {
        numbers handled;
        town t;
        auto& stock = t.start("stock");
        stock.self->handle<steps>(
            [&](step const& s) -> task<> {
                auto const n = s.number;
                co_await sleep_for(100ms);
                handled.push_back(n);
            },
            handler_options().prefetch(4));
        auto& shop = t.start("shop");
        shop.places->put("*", {"stock:7000"});
        std::optional walks = shop.self->sender<steps>();
        for (int n = 1; n <= 100; ++n) put<step>(*walks, n);
        CHECK(t.finish(shop, flush(*walks)).value);
        if (drains_first) CHECK(t.finish(shop, drain(*shop.self)).value);
        walks.reset();
        shop.self.reset();
        shop.node->close();
        t.pass(1s);
        CHECK(handled.size() < 100);
        auto const over = t.finish(stock, drain(*stock.self, 5min), 6min);
        CHECK(over.value);
        CHECK(sorted(handled) == up_to(100));
        CHECK(stock.self->stats().accepted == 100);
    }
}

TEST_CASE("a group that was declared from one node stays when another node goes", "[node]") {
    numbers read;
    numbers kept;
    town t;
    auto& press = t.start("press");
    auto& archive = t.start("archive");
    archive.places->put("*", {"press:7000"});
    archive.self.reset();
    archive.self.emplace(archive.transport(), "archive"); // it does not run yet
    archive.self->handle<news>(into(kept));
    t.pass(1s);
    auto& reader = t.start("reader");
    reader.places->put("*", {"press:7000"});
    reader.self->handle<news>(into(read));
    t.pass(1s);
    t.crash(reader);
    t.pass(40s);
    auto const papers = press.self->sender<news>();
    put<note>(papers, 1);
    t.pass(1s);
    archive.self->start();
    t.pass(1s);
    CHECK(kept == numbers{1});
}

TEST_CASE("a drain whose flush took all the time leaves a moment to what was answered, and tells of it", "[node]") {
    town t;
    auto& stock = t.start("stock");
    stock.places->put("*", {"nowhere:7000"});
    put<step>(stock.self->sender<steps>(), 1);
    stock.self->handle<jobs>([](work const& w) -> task<done> {
        done const d{10 * w.number};
        co_await sleep_for(1s);
        co_return d;
    });
    auto& shop = t.start("shop");
    shop.places->put("*", {"stock:7000"});
    auto const answer = t.begin(shop, ask(shop.self->sender<jobs>(), 1, 1min));
    t.pass(500ms);
    auto const over = t.begin(stock, drain(*stock.self, 2s));
    t.lab.streams().cut("stock", "shop");
    t.pass(2s + 20ms);
    CHECK_FALSE(over->yet);
    t.lab.streams().heal_all();
    REQUIRE(t.until([&] { return over->yet; }, 1s));
    CHECK(over->code() == errc::timed_out);
    CHECK(stock.seen->count(occurrence::unflushed, "") == 1);
    t.crash(stock);
    t.pass(1s);
    REQUIRE(answer->yet);
    CHECK(answer->value == 10);
}

TEST_CASE("a send that waits for room ends with its node", "[node]") {
    struct nobody final : receiver {
        void ready() noexcept override {}
    };
    town t;
    auto& shop = t.start("shop", [](tcp_options& o) { o.queue(1, mebibyte); });
    shop.self.reset();
    auto to = shop.node->open({"node.steps", channel_kind::point_to_point, 0});
    envelope_head head;
    head.type = "node.step";
    auto const one = envelope::of_bytes(head, {}, "{}");
    CHECK_FALSE(try_send_one(*to, one));
    std::optional<error_code> told;
    send_one(*to, one, env::steady_point::max(), shop.io->get_executor(), [&](error_code ec) { told = ec; });
    t.pass(1s);
    CHECK_FALSE(told);
    shop.node.reset();
    t.pass(1s);
    CHECK(told == errc::closed);
}
