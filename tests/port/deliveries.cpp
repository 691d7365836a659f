// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What becomes of a delivery: handled, refused, expired, dead; what the handler sees of it.
#include "fw_catch.hpp"
#include "service/shop.hpp"

#include <fairway/fairway.hpp>
#include <fairway/testing.hpp>

using namespace fairway;
using namespace std::chrono_literals;
using testing::bench;

namespace {

struct note_v1 {
    using contract = fairway::event<"notes.note">;
    std::string text;
    static constexpr auto shard_key = &note_v1::text;
};
struct note {
    using contract = fairway::event<"notes.note">::version<2, 1>;
    std::string title;
    std::string text;
    static note upcast(note_v1 const& old) { return {.title = "untitled", .text = old.text}; }
};
struct note_v3 {
    using contract = fairway::event<"notes.note">::version<3>;
    std::string author;
};
struct note_v2_2 {
    using contract = fairway::event<"notes.note">::version<2, 2>;
    std::string title;
    std::string text;
    int stars = 5;
};
using notes = publish_subscribe<"notes", note>;
using notes_v1 = publish_subscribe<"notes", note_v1>;
using notes_v2_2 = publish_subscribe<"notes", note_v2_2>;
using notes_v3 = publish_subscribe<"notes", note_v3>;

struct wrong_order {
    using contract = fairway::command<"shop.place-order", shop::order_placed, shop::order_refused>;
    int sku = 1;
};
using wrong_orders = point_to_point<"orders", wrong_order>;

struct shouting {
    using contract = fairway::command<"shop.shout">;
    std::string text;
};
using orders_of_others = point_to_point<"orders", shouting>;
using events_of_others = sharded<4, publish_subscribe<"orders.events", note_v1, shop::order_placed>>;

class what_happened : public observer {
public:
    void on(observation const& o) noexcept override { seen.push_back(o.what); }
    std::vector<occurrence> seen;
};

// Its bytes can be made, and not be read.
struct one_way_codec {
    static constexpr std::string_view content_type = "application/x-scrambled";
    template <class T>
    static void encode(T const&, std::string& out) {
        out = "?";
    }
    template <class T>
    static void decode(std::string_view, T&) {
        throw std::runtime_error("the database password is hunter2");
    }
};
struct scrambled {
    using contract = fairway::command<"port.scrambled", scrambled>;
    using codec = one_way_codec;
    int n = 0;
};
using scrambles = point_to_point<"port.scrambles", scrambled>;

} // namespace

TEST_CASE("a handler may ask everything of a delivery", "[delivery]") {
    bench b;
    service mail(b.transport(), "mail");
    int handled = 0;
    mail.handle<shop::order_events>([&](shop::order_placed const& e, delivery const& d) {
        ++handled;
        CHECK(e.sku == "tea");
        CHECK(d.type() == "shop.order-placed");
        CHECK(d.source() == "test");
        CHECK(d.header("tenant") == "\xc3\xa4"
                                    "cme");
        CHECK(d.headers().size() == 2);
        CHECK(d.attempt() == 1);
        CHECK(d.time() == b.now());
        CHECK(d.deadline() == b.now() + 5s);
        CHECK(d.shard_key() == "order-7");
        CHECK(d.shard() == shard_of("order-7", 4));
        CHECK_FALSE(d.wants_reply());
        CHECK_FALSE(d.correlation());
        CHECK(d.id());
        CHECK(d.body() == R"({"order_id":"order-7","sku":"tea"})");
    });
    mail.start();
    b.settle();
    shop::order_placed const placed{.order_id = "order-7", .sku = "tea"};
    send_options const options = send_options()
                                     .header("tenant", "\xc3\xa4"
                                                       "cme")
                                     .header("trace", "1")
                                     .time_to_live(5s);
    b.run(b.sender<shop::order_events>().send(placed, options));
    CHECK(handled == 1);
}

TEST_CASE("a message can be delayed, expires, and can be sharded by another key", "[delivery]") {
    bench b;
    service mail(b.transport(), "mail");
    std::vector<std::pair<std::string, std::uint32_t>> got;
    mail.handle<shop::order_events>(
        [&](shop::order_placed const& e, delivery const& d) { got.emplace_back(e.sku, *d.shard()); });
    mail.start();
    b.settle();
    auto const port = b.sender<shop::order_events>();
    shop::order_placed const tea{.order_id = "1", .sku = "tea"}, milk{.order_id = "1", .sku = "milk"};
    b.run(port.send(tea, send_options().delay(10s).time_to_live(1s)));
    b.run(port.send(milk, send_options().shard_key("other")));
    CHECK(got == std::vector<std::pair<std::string, std::uint32_t>>{{"milk", shard_of("other", 4)}});
    b.advance(9999ms);
    CHECK(got.size() == 1);
    b.advance(1ms);
    REQUIRE(got.size() == 2);
    CHECK(got[1].first == "tea");

    mail.close();
    service again(b.transport(), "mail");
    b.run(port.send(tea, send_options().time_to_live(1s)));
    b.advance(1s);
    again.handle<shop::order_events>([&](shop::order_placed const&) { got.clear(); });
    again.start();
    b.settle();
    CHECK(got.size() == 2);
    CHECK(again.stats().expired == 1);
    CHECK_THROWS_AS(send_options().time_to_live(0s), system_error);
    CHECK_THROWS_AS(send_options().delay(-1s), system_error);
}

TEST_CASE("old and new versions run side by side", "[delivery][version]") {
    bench b;
    service reader(b.transport(), "reader");
    std::vector<note> got;
    reader.handle<notes>([&](note const& n) { got.push_back(n); });
    reader.start();
    b.settle();
    note_v1 const old{.text = "hello"};
    b.run(b.sender<notes_v1>().send(old));
    note_v2_2 const newer{.title = "t", .text = "x", .stars = 3};
    b.run(b.sender<notes_v2_2>().send(newer));
    note_v3 const newest{.author = "me"};
    b.run(b.sender<notes_v3>().send(newest));
    REQUIRE(got.size() == 2);
    CHECK(got[0].title == "untitled");
    CHECK(got[0].text == "hello");
    CHECK(got[1].title == "t");
    CHECK(reader.stats().dead_lettered == 1);
    CHECK(b.dead_letters<notes>("reader").size() == 1);
}

TEST_CASE(
    "a one-way message that its handler can't handle goes to the dead-letter channel", "[delivery][dead-letter]") {
    bench b(testing::bench_options().paranoid(GENERATE(false, true)));
    auto const watcher = std::make_shared<what_happened>();
    service stock(b.transport(), "stock", watcher);
    stock.handle<shop::orders>(overload{
        [](shop::place_order const&) { return shop::order_placed{}; },
        [](shop::cancel_order const& c) {
            if (c.order_id == "fault") throw fault("no_such_order", "it never was");
            if (c.order_id == "other") throw std::runtime_error("secret");
        },
    });
    stock.start();
    b.settle();
    auto const port = b.sender<shop::orders>();
    for (auto const* const id : {"fault", "fine", "other"}) {
        shop::cancel_order const cancel{.order_id = id};
        b.run(port.send(cancel, send_options().header("mine", "kept")));
    }
    b.advance(2s);
    auto const stats = stock.stats();
    CHECK(stats.received == 3);
    CHECK(stats.accepted == 1);
    CHECK(stats.dead_lettered == 2);
    CHECK(stats.failed == 6);
    CHECK(stats.retried == 4);
    using enum occurrence;
    CHECK(watcher->seen == std::vector<occurrence>{handler_failed, dead_lettered, retried, retried, retried, retried,
                               handler_failed, dead_lettered});
    CHECK(b.dead_letters<shop::orders>("stock").size() == 2);

    // Whoever reads the dead-letter channel finds the message as it was, and why it died.
    using dead = point_to_point<"orders.stock.dead", shop::cancel_order>;
    service doctor(b.transport(), "doctor");
    std::vector<std::string> causes;
    doctor.handle<dead>([&](shop::cancel_order const& c, delivery const& d) {
        CHECK(d.header("mine") == "kept");
        CHECK(d.header("fw-dead-channel") == "orders");
        CHECK(d.header("fw-dead-attempts") == (c.order_id == "fault" ? "1" : "5"));
        causes.push_back(c.order_id + "=" + std::string(d.header("fw-dead-code").value_or("?")));
    });
    doctor.start();
    b.settle();
    CHECK(causes == std::vector<std::string>{"fault=no_such_order", "other=handler_failed"});
}

TEST_CASE(
    "a type that the channel does not carry: dead on point-to-point, skipped on publish-subscribe", "[delivery]") {
    bench b;
    service stock(b.transport(), "stock");
    stock.handle<shop::orders>(overload{
        [](shop::place_order const&) { return shop::order_placed{}; },
        [](shop::cancel_order const&) {},
    });
    int events = 0;
    stock.handle<shop::order_events>([&](shop::order_placed const&) { ++events; });
    stock.start();
    b.settle();
    shouting const shout{.text = "hey"};
    b.run(b.sender<orders_of_others>().send(shout));
    CHECK(stock.stats().dead_lettered == 1);
    note_v1 const other{.text = "news"};
    b.run(b.sender<events_of_others>().send(other));
    CHECK(stock.stats().skipped == 1);
    CHECK(stock.stats().dead_lettered == 1);
    CHECK(events == 0);
}

TEST_CASE("a body that can't be read: a fault for a request, a dead letter otherwise", "[delivery]") {
    bench b;
    service stock(b.transport(), "stock");
    stock.handle<shop::orders>(overload{
        [](shop::place_order const&) { return shop::order_placed{}; },
        [](shop::cancel_order const&) {},
    });
    stock.start();
    b.settle();
    wrong_order const wrong;
    std::string text;
    try {
        b.run(b.sender<wrong_orders>().request(wrong));
    } catch (fault const& f) {
        CHECK(f.code() == "decode_failed");
        text = f.text();
    }
    CHECK(text.find("/sku: expected a string") == 0);
    b.run(b.sender<wrong_orders>().send(wrong));
    CHECK(stock.stats().dead_lettered == 1);
}

TEST_CASE("a codec that throws what it likes can't read the body, and says nothing of why", "[delivery]") {
    bench b(testing::bench_options().paranoid(true));
    auto const watcher = std::make_shared<what_happened>();
    service stock(b.transport(), "stock", watcher);
    int calls = 0;
    stock.handle<scrambles>([&calls](scrambled const&) {
        ++calls;
        return scrambled();
    });
    stock.start();
    scrambled const message;
    std::string told;
    try {
        b.run(b.sender<scrambles>().request(message));
    } catch (fault const& f) {
        told = f.code() + ": " + std::string(f.text());
    }
    CHECK(told == "decode_failed: the message's codec or upcast has failed");
    b.run(b.sender<scrambles>().send(message));
    CHECK(stock.stats().dead_lettered == 1);
    using enum occurrence;
    CHECK(watcher->seen == std::vector<occurrence>{handler_failed, handler_failed, dead_lettered}); // and no retry
    CHECK(calls == 0);
}

TEST_CASE("handlers of one key run one after another, of different keys beside each other", "[delivery][lanes]") {
    bench b;
    service mail(b.transport(), "mail");
    std::vector<std::string> log;
    mail.handle<shop::order_events>([&](shop::order_placed const& e) -> task<> {
        log.push_back("+" + e.order_id + e.sku);
        co_await sleep_for(e.order_id == "slow" ? 10s : 1s);
        log.push_back("-" + e.order_id + e.sku);
    });
    mail.start();
    b.settle();
    auto const port = b.sender<shop::order_events>();
    for (auto const* const sku : {"1", "2"})
        for (auto const* const id : {"slow", "quick"}) {
            shop::order_placed const placed{.order_id = id, .sku = sku};
            b.run(port.send(placed));
        }
    b.advance(30s);
    CHECK(log ==
          std::vector<std::string>{"+slow1", "+quick1", "-quick1", "+quick2", "-quick2", "-slow1", "+slow2", "-slow2"});
}

TEST_CASE("concurrency 1 runs coroutine handlers one after another", "[delivery][lanes]") {
    bench b;
    service stock(b.transport(), "stock");
    int running = 0, most = 0, done = 0;
    stock.handle<shop::orders>(overload{
                                   [](shop::place_order const&) { return shop::order_placed{}; },
                                   [&](shop::cancel_order const&) -> task<> {
                                       most = std::max(most, ++running);
                                       co_await sleep_for(1s);
                                       --running;
                                       ++done;
                                   },
                               },
        handler_options().concurrency(static_cast<std::size_t>(GENERATE(1, 3))));
    stock.start();
    auto const port = b.sender<shop::orders>();
    std::vector<shop::cancel_order> const all(9);
    auto const outcomes = b.run(port.send_all(all));
    CHECK(outcomes.size() == 9);
    auto const start = b.elapsed();
    for (int waited = 0; done < 9 && waited < 100; ++waited) b.advance(1s);
    CHECK(done == 9);
    CHECK((b.elapsed() - start) / 1s == 9 / most);
    CHECK((most == 1 || most == 3));
    CHECK_THROWS_AS(handler_options().concurrency(0), system_error);
}

TEST_CASE("ignore_others skips what a subscriber does not want", "[delivery]") {
    bench b;
    service mail(b.transport(), "mail");
    int seen = 0;
    mail.handle<events_of_others>(overload{[&](shop::order_placed const&) { ++seen; }, ignore_others});
    mail.start();
    b.settle();
    note_v1 const other{.text = "not for you"};
    b.run(b.sender<events_of_others>().send(other));
    shop::order_placed const placed{.order_id = "1", .sku = "tea"};
    b.run(b.sender<shop::order_events>().send(placed));
    CHECK(seen == 1);
    CHECK(mail.stats().skipped == 1);
    CHECK(mail.stats().accepted == 2);
}
