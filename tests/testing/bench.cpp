// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// How a bench runs operations and lets time pass.
#include "fw_catch.hpp"
#include "shop.hpp"

#include <boost/asio/post.hpp>

#include <functional>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;
using fairway::errc;
using fairway::task;
using fairway::testing::bench;
using fairway::testing::bench_options;
using fairway::testing::stuck;

namespace {

fairway::error_code error_of(std::function<void()> const& what) {
    try {
        what();
    } catch (fairway::system_error const& e) {
        return e.code();
    }
    return {};
}
template <class E>
std::string text_of(std::function<void()> const& what) {
    try {
        what();
    } catch (E const& e) {
        return e.what();
    }
    return "nothing was thrown";
}

struct no_default {
    explicit no_default(int n) : value(n) {}
    int value;
};
task<no_default> make(int n) { co_return no_default(n); }
task<> fail() {
    throw std::runtime_error("broken");
    co_return;
}
task<> forever() {
    for (;;) co_await fairway::sleep_for(0s);
}
task<> beat(int& beats) {
    for (;;) {
        co_await fairway::sleep_for(1s);
        ++beats;
    }
}

struct shop_bench {
    explicit shop_bench(bench_options const& options = {}) : b(options), stock(b.transport(), "inventory") {
        stock.handle<shop::orders>(shop::inventory{stock});
        stock.start();
    }
    bench b;
    fairway::service stock;
    fairway::sender_port<shop::orders> orders = b.sender<shop::orders>();
    shop::place_order tea{.sku = "tea", .quantity = 1};
    shop::place_order slow{.sku = "slow", .quantity = 1};
    shop::cancel_order cancel{"1"};
};

} // namespace

TEST_CASE("a bench starts at a fixed date and time stands still") {
    bench b;
    CHECK(b.now() == fairway::testing::manual_clock::start);
    CHECK(b.now() == std::chrono::sys_days(std::chrono::year(2026) / 1 / 1));
    b.settle();
    CHECK(b.elapsed() == 0s);
    b.advance(90s);
    CHECK(b.elapsed() == 90s);
    CHECK(b.now() == fairway::testing::manual_clock::start + 90s);
}

TEST_CASE("run returns what the operation returns, or throws what it throws") {
    bench b;
    CHECK(b.run(make(7)).value == 7);
    CHECK_THROWS_WITH(b.run(fail()), "broken");
    b.run(fairway::sleep_for(45min));
    CHECK(b.elapsed() == 45min);
}

TEST_CASE("run settles what the operation caused") {
    shop_bench s;
    s.b.run(s.orders.send(s.tea));
    CHECK(s.stock.stats().accepted == 1);
    CHECK(s.b.elapsed() == 0s);
}

TEST_CASE("a request that nobody answers in time takes its timeout, on the bench's clock") {
    shop_bench s;
    CHECK(error_of([&] { s.b.run(s.orders.request(s.slow, 2s)); }) == errc::timed_out);
    CHECK(s.b.elapsed() == 2s);
    s.b.advance(3s);
    CHECK(s.b.sent<shop::order_events, shop::order_placed>().size() == 1);
    CHECK(s.b.run(s.orders.request(s.slow, 5001ms)).sku == "slow");
    CHECK(s.b.elapsed() == 10s);
}

TEST_CASE("a delayed message arrives when it is due, and one that has expired is not handled") {
    shop_bench s;
    s.b.run(s.orders.send(s.tea, fairway::send_options().delay(2s)));
    CHECK(s.b.elapsed() == 0s);
    s.b.advance(2s - 1ns);
    CHECK(s.b.received<shop::orders, shop::place_order>("inventory").empty());
    s.b.advance(1ns);
    CHECK(s.b.received<shop::orders, shop::place_order>("inventory").size() == 1);

    bench b;
    auto const orders = b.sender<shop::orders>();
    b.run(orders.send(s.tea, fairway::send_options().time_to_live(1s)));
    b.advance(1s);
    fairway::service late(b.transport(), "inventory");
    late.handle<shop::orders>(shop::inventory{late});
    late.start();
    b.settle();
    CHECK(late.stats().expired == 1);
    b.expect_silence<shop::order_events>();
}

TEST_CASE("advance goes from alarm to alarm") {
    bench b;
    int beats = 0;
    b.spawn(beat(beats));
    b.advance(3500ms);
    CHECK(beats == 3);
    CHECK(b.elapsed() == 3500ms);
    b.advance(500ms);
    CHECK(beats == 4);
}

TEST_CASE("an operation that nothing can complete is reported and cancelled") {
    shop_bench s;
    s.stock.close();
    fairway::service idle(s.b.transport(), "idle");
    CHECK(text_of<stuck>([&] { s.b.run(idle.run()); }) ==
          "the operation can't complete: nothing is left to run and no alarm is set");
    CHECK(error_of([&] { (void)idle.sender<shop::orders>(); }) == errc::closed);
}

TEST_CASE("an operation that takes more than the longest wait is reported") {
    bench b(bench_options().max_wait(10s));
    int beats = 0;
    CHECK(text_of<stuck>([&] { b.run(beat(beats)); }) ==
          "the operation can't complete: it has not completed after 10.000s on the bench's clock");
    CHECK(beats == 10);
}

TEST_CASE("services that never come to rest are reported") {
    bench b(bench_options().max_handlers(100));
    b.spawn(forever());
    CHECK(text_of<stuck>([&] { b.settle(); }) == "the bench does not come to rest: 100 handlers ran; does a message "
                                                 "cause another one, and that the first?");
}

TEST_CASE("what a spawned task throws is thrown when the bench settles, once") {
    bench b;
    b.spawn(fail());
    b.spawn(fairway::sleep_for(1s));
    CHECK_THROWS_WITH(b.settle(), "broken");
    CHECK_NOTHROW(b.settle());
    CHECK_NOTHROW(b.advance(1s));
}

TEST_CASE("a started operation is looked at, cancelled, and gives its result") {
    shop_bench s;
    auto quick = s.b.start(s.orders.request(s.tea));
    auto waits = s.b.start(s.orders.request(s.slow));
    CHECK_FALSE(quick.done());
    CHECK_THROWS_WITH(quick.result(), "the operation has not completed");
    s.b.settle();
    CHECK(quick.done());
    CHECK(quick.result().sku == "tea");
    CHECK_FALSE(waits.done());
    waits.cancel();
    s.b.settle();
    REQUIRE(waits.done());
    CHECK(error_of([&] { (void)waits.result(); }) == errc::cancelled);
    CHECK(s.b.elapsed() == 0s);
}

TEST_CASE("a full queue makes senders wait until their patience ends") {
    bench b(bench_options().queue_messages(1));
    auto const orders = b.sender<shop::orders>();
    shop::cancel_order const c{"1"};
    b.run(orders.send(c));
    CHECK(orders.try_send(c) == errc::queue_full);
    CHECK(error_of([&] { b.run(orders.send(c, fairway::send_options().patience(3s))); }) == errc::queue_full);
    CHECK(b.elapsed() == 3s);
    CHECK(b.sent<shop::orders, shop::cancel_order>().size() == 1);
    auto waits = b.start(orders.send(c));
    b.settle();
    CHECK(b.seen().back().end == fairway::testing::fate::open);
    fairway::service stock(b.transport(), "inventory");
    stock.handle<shop::orders>(shop::inventory{stock});
    stock.start();
    b.settle();
    CHECK(waits.done());
    CHECK(b.sent<shop::orders, shop::cancel_order>().size() == 2);
}

TEST_CASE("a handler must not call the bench") {
    bench b;
    std::string text;
    boost::asio::post(b.get_executor(), [&] { text = text_of<std::logic_error>([&] { b.settle(); }); });
    b.settle();
    CHECK(text == "a handler of the bench must not call the bench: it would run within itself");
}

TEST_CASE("the same seed gives the same run, another one another") {
    auto const ids = [](std::uint64_t seed) {
        shop_bench s(bench_options().seed(seed));
        s.b.run(s.orders.send(s.tea));
        std::string all;
        for (auto const& one : s.b.seen()) all += to_string(one.message.head().id);
        return all;
    };
    CHECK(ids(5) == ids(5));
    CHECK(ids(5) != ids(6));
}

TEST_CASE("a gather ends when the bench's clock says so") {
    bench b;
    fairway::service quick(b.transport(), "quick");
    quick.handle<shop::prices>([](shop::ask_price const&) { return shop::quote{1.5}; });
    quick.start();
    shop::ask_price const tea{"tea"};
    auto const all = b.run(b.sender<shop::prices>().gather(tea, fairway::gather_options<shop::quote>(3s)));
    REQUIRE(all.replies.size() == 1);
    CHECK(all.ended_by == fairway::gather_end::timed_out);
    CHECK(b.elapsed() == 3s);
}
