// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// How services begin and end: run, drain, close, destruction; several services and instances in one process.
#include "code_of.hpp"
#include "fw_catch.hpp"
#include "service/shop.hpp"

#include <fairway/fairway.hpp>
#include <fairway/testing.hpp>

#include <csignal>
#include <string_view>

using namespace fairway;
using namespace std::chrono_literals;
using testing::bench;

namespace {

shop::ask_price const tea{.sku = "tea"};

void check_balance(ledger const& l) { CHECK(l.received == l.accepted + l.dead_lettered + l.released + l.expired); }

// Answers after a while, and counts.
struct slow_seller {
    int* begun;
    int* ended;
    task<shop::price> operator()(shop::ask_price const&) {
        ++*begun;
        co_await sleep_for(5s);
        ++*ended;
        co_return shop::price{"slow", 5};
    }
};

} // namespace

TEST_CASE("a name that a broker could not use is refused", "[service]") {
    bench b;
    for (auto const& name : {std::string(), std::string("a b"), std::string("ü"), std::string(101, 'x')})
        CHECK(code_of([&] { service s(b.transport(), name); }) == errc::invalid_name);
    CHECK_NOTHROW(service(b.transport(), std::string(100, 'x')));
}

TEST_CASE("run handles until the service is closed, cancelling it closes the service", "[service]") {
    bench b;
    service seller(b.transport(), "seller");
    seller.handle<shop::prices>([](shop::ask_price const&) { return shop::price{"seller", 1}; });
    auto running = b.start(seller.run());
    CHECK(b.run(b.sender<shop::prices>().request(tea)).cents == 1);
    CHECK_FALSE(running.done());
    SECTION("closed") { seller.close(); }
    SECTION("cancelled") { running.cancel(); }
    b.settle();
    REQUIRE(running.done());
    CHECK_NOTHROW(running.result());
    CHECK(code_of([&] { (void)seller.sender<shop::prices>(); }) == errc::closed);
    CHECK(code_of([&] { seller.handle<shop::offers>([](shop::ask_price const&) { return shop::price{}; }); }) ==
          errc::closed);
    auto again = b.start(seller.run());
    b.settle();
    CHECK(again.done());
}

TEST_CASE("a handler that is added while the service runs gets its messages", "[service]") {
    bench b;
    service seller(b.transport(), "seller");
    seller.start();
    b.settle();
    seller.handle<shop::prices>([](shop::ask_price const&) { return shop::price{"seller", 2}; });
    CHECK(b.run(b.sender<shop::prices>().request(tea)).cents == 2);
}

TEST_CASE("a service has one handler for a channel", "[service]") {
    bench b;
    service seller(b.transport(), "seller");
    auto const cheap = [](shop::ask_price const&) { return shop::price{"seller", 1}; };
    auto const dear = [](shop::ask_price const&) { return shop::price{"seller", 2}; };
    seller.handle<shop::prices>(cheap);
    try {
        seller.handle<shop::prices>(dear);
        FAIL("each would get a part of the messages");
    } catch (system_error const& e) {
        CHECK(e.code() == errc::invalid_argument);
        CHECK(std::string_view(e.what()).find("seller has a handler for it") != std::string_view::npos);
    }
    seller.start();
    for (int n = 0; n < 10; ++n) CHECK(b.run(b.sender<shop::prices>().request(tea)).cents == 1);
}

TEST_CASE("what an observer is told of has names", "[observer]") {
    CHECK(to_string(occurrence::handler_failed) == "handler_failed");
    CHECK(to_string(occurrence::unflushed) == "unflushed");
    CHECK(to_string(static_cast<occurrence>(99)) == "unknown");
}

TEST_CASE("drain lets handlers finish, gives back what was not received, and balances", "[service][drain]") {
    bench b;
    int begun = 0, ended = 0;
    service seller(b.transport(), "seller");
    seller.handle<shop::prices>(slow_seller{&begun, &ended}, handler_options().prefetch(3));
    auto running = b.start(seller.run());
    service customer(b.transport(), "customer");
    std::vector<testing::pending<shop::price>> asked;
    for (int i = 0; i < 5; ++i) asked.push_back(b.start(customer.sender<shop::prices>().request(tea)));
    b.settle();
    CHECK(begun == 3);
    auto draining = b.start(seller.drain(1min));
    auto draining_twice = b.start(seller.drain(1min));
    b.advance(4s);
    CHECK_FALSE(draining.done());
    b.advance(1s);
    REQUIRE(draining.done());
    CHECK(draining_twice.done());
    CHECK(running.done());
    ledger const l = draining.result();
    CHECK(l.received == 3);
    CHECK(l.accepted == 3);
    CHECK(l.replied == 3);
    check_balance(l);
    CHECK(ended == 3);
    // The other two were never taken: another instance answers them.
    service other(b.transport(), "seller");
    other.handle<shop::prices>([](shop::ask_price const&, delivery const& d) {
        CHECK(d.attempt() == 1);
        return shop::price{"other", 7};
    });
    other.start();
    b.settle();
    int answered_by_other = 0;
    for (auto& a : asked) {
        REQUIRE(a.done());
        if (a.result().cents == 7) ++answered_by_other;
    }
    CHECK(answered_by_other == 2);
}

TEST_CASE("drain cancels at its deadline what is left and gives it back", "[service][drain]") {
    bench b;
    int begun = 0, ended = 0;
    service seller(b.transport(), "seller");
    seller.handle<shop::prices>(slow_seller{&begun, &ended});
    seller.start();
    auto asked = b.start(b.sender<shop::prices>().request(tea, 1min));
    b.settle();
    auto draining = b.start(seller.drain(2s));
    b.advance(2s);
    REQUIRE(draining.done());
    ledger const l = draining.result();
    CHECK(l.released == 1);
    CHECK(l.accepted == 0);
    check_balance(l);
    CHECK(ended == 0);
    CHECK_FALSE(asked.done());
    service other(b.transport(), "seller");
    other.handle<shop::prices>([](shop::ask_price const&, delivery const& d) {
        return shop::price{"other", static_cast<int>(d.attempt())};
    });
    other.start();
    b.settle();
    CHECK(asked.result().cents == 2);
}

TEST_CASE("while it drains, a handler may still send and await replies", "[service][drain]") {
    bench b;
    int begun = 0, ended = 0;
    service seller(b.transport(), "seller");
    seller.handle<shop::prices>(slow_seller{&begun, &ended});
    seller.start();
    service shop_front(b.transport(), "front");
    auto const prices = shop_front.sender<shop::prices>();
    shop_front.handle<shop::offers>([prices](shop::ask_price const& ask) -> task<shop::price> {
        auto const price = co_await prices.request(ask);
        co_return price;
    });
    shop_front.start();
    b.settle();
    auto gathering = b.start(b.sender<shop::offers>().gather(tea, gather_options<shop::price>(1min).maximum(1)));
    b.settle();
    auto draining = b.start(shop_front.drain(30s));
    b.advance(5s);
    REQUIRE(draining.done());
    check_balance(draining.result());
    REQUIRE(gathering.done());
    CHECK(gathering.result().replies.size() == 1);
}

TEST_CASE("destroying a service in the middle of everything gives its work to others", "[service]") {
    bench b;
    int begun = 0, ended = 0;
    auto seller = std::make_unique<service>(b.transport(), "seller");
    seller->handle<shop::prices>(slow_seller{&begun, &ended});
    seller->start();
    auto asked = b.start(b.sender<shop::prices>().request(tea, 1min));
    b.settle();
    REQUIRE(begun == 1);
    seller.reset();
    b.settle();
    service other(b.transport(), "seller");
    other.handle<shop::prices>([](shop::ask_price const&) { return shop::price{"other", 9}; });
    other.start();
    b.settle();
    CHECK(asked.result().cents == 9);
    CHECK(ended == 0);
}

TEST_CASE("a handler may close or drain its own service", "[service]") {
    bench b;
    service seller(b.transport(), "seller");
    SECTION("close, from a plain handler") {
        seller.handle<shop::orders>(overload{
            [](shop::place_order const&) { return shop::order_placed{}; },
            [&](shop::cancel_order const&) { seller.close(); },
        });
    }
    SECTION("close, from a coroutine") {
        seller.handle<shop::orders>(overload{
            [](shop::place_order const&) { return shop::order_placed{}; },
            [&](shop::cancel_order const&) -> task<> {
                co_await sleep_for(1s);
                seller.close();
            },
        });
    }
    SECTION("drain, without waiting") {
        seller.handle<shop::orders>(overload{
            [](shop::place_order const&) { return shop::order_placed{}; },
            [&](shop::cancel_order const&) { seller.shutdown(); },
        });
    }
    auto running = b.start(seller.run());
    shop::cancel_order const cancel{.order_id = "1"};
    auto const port = b.sender<shop::orders>();
    b.run(port.send(cancel));
    b.run(port.send(cancel));
    b.advance(20s);
    CHECK(running.done());
    check_balance(seller.stats());
    // What its handler has ended is not handled again; what it had not taken is there for others.
    service other(b.transport(), "other");
    std::vector<std::uint32_t> attempts;
    other.handle<shop::orders>(overload{
        [](shop::place_order const&) { return shop::order_placed{}; },
        [&](shop::cancel_order const&, delivery const& d) { attempts.push_back(d.attempt()); },
    });
    other.start();
    b.settle();
    CHECK(attempts.size() + seller.stats().accepted == 2);
}

TEST_CASE("services of several names and instances live side by side", "[service]") {
    bench b;
    std::vector<std::unique_ptr<service>> all;
    std::map<std::string, int> handled;
    for (auto const* const name : {"mail", "mail", "mail", "audit"}) {
        auto& s = *all.emplace_back(std::make_unique<service>(b.transport(), name));
        s.handle<shop::order_events>([&handled, name](shop::order_placed const&) { ++handled[name]; });
        s.start();
    }
    b.settle();
    for (int i = 0; i < 30; ++i) {
        shop::order_placed const placed{.order_id = std::to_string(i), .sku = "tea"};
        b.run(b.sender<shop::order_events>().send(placed));
    }
    CHECK(handled["mail"] == 30);
    CHECK(handled["audit"] == 30);
    for (auto& s : all) CHECK(s->stats().received > 0);
}

TEST_CASE("binding a channel with another shape than it has fails at once", "[service]") {
    bench b;
    service seller(b.transport(), "seller");
    (void)seller.sender<shop::prices>();
    using other_kind = publish_subscribe<"prices", shop::ask_price>;
    CHECK(code_of([&] { (void)seller.sender<other_kind>(); }) == errc::topology_mismatch);
    CHECK(code_of([&] { seller.handle<other_kind>([](shop::ask_price const&) { return shop::price{}; }); }) ==
          errc::topology_mismatch);
}

TEST_CASE("sends wait for room, in order, and fail when their patience ends", "[service][back-pressure]") {
    bench b(testing::bench_options().queue_messages(2));
    service customer(b.transport(), "customer");
    auto const port = customer.sender<shop::orders>();
    auto const cancel = [&](int i, send_options const& o = {}) {
        shop::cancel_order const c{.order_id = std::to_string(i)};
        return b.start(port.send(c, o));
    };
    auto a = cancel(1), c = cancel(2), waits = cancel(3), gives_up = cancel(4, send_options().patience(1s)),
         d = cancel(5);
    b.settle();
    CHECK((a.done() && c.done() && !waits.done() && !gives_up.done()));
    shop::cancel_order const impatient{.order_id = "x"};
    CHECK(port.try_send(impatient) == errc::queue_full);
    d.cancel();
    b.advance(1s);
    REQUIRE(d.done());
    CHECK(code_of([&] { d.result(); }) == errc::cancelled);
    REQUIRE(gives_up.done());
    CHECK(code_of([&] { gives_up.result(); }) == errc::queue_full);
    CHECK_FALSE(waits.done());

    service stock(b.transport(), "stock");
    std::string handled;
    stock.handle<shop::orders>(overload{
        [](shop::place_order const&) { return shop::order_placed{}; },
        [&](shop::cancel_order const& o) { handled += o.order_id; },
    });
    stock.start();
    b.settle();
    CHECK(waits.done());
    CHECK(handled == "123");
    // More than fits at once: the rest goes in as room comes, one outcome each.
    std::vector<shop::cancel_order> const many(50, shop::cancel_order{.order_id = "."});
    auto const outcomes = b.run(port.send_all(many));
    CHECK(std::count_if(outcomes.begin(), outcomes.end(), [](outcome const& o) { return bool(o); }) == 50);
    CHECK(handled.size() == 53);
    b.run(port.flush());
    CHECK(customer.stats().sent == 53);
}

TEST_CASE("fairway::run returns what the task returns, and drains at a signal", "[run]") {
    CHECK(run([](auto const&) -> task<int> { co_return 7; }) == 7);
    CHECK(run([](auto const&) -> task<> { co_return; }) == 0);
    CHECK(run([](auto const&) -> task<> {
        throw std::runtime_error("expected by the test");
        co_return;
    }) == 1);
    bool drained = false;
    auto serve = [&drained](any_transport net) -> task<> {
        service s(net, "server");
        s.handle<shop::prices>([](shop::ask_price const&) { return shop::price{}; });
        asio::post(net.get_executor(), [] { std::raise(SIGTERM); });
        co_await s.run();
        drained = true;
    };
    CHECK(run([&](auto const& executor) { return serve(open<inproc>(executor, "inproc://")); }) == 0);
    CHECK(drained);
}
