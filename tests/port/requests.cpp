// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// How requests end: reply, fault, timeout, cancellation, close, refusals; each exactly once.
#include "code_of.hpp"
#include "fw_catch.hpp"
#include "service/shop.hpp"

#include <fairway/fairway.hpp>
#include <fairway/inproc.hpp>
#include <fairway/testing.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>

#include <cmath>
#include <exception>
#include <stdexcept>

using namespace fairway;
using namespace std::chrono_literals;
using testing::bench;

namespace {

shop::ask_price const tea{.sku = "tea"};

// Another program that gives a channel of ours other contents.
struct impostor {
    using contract = fairway::command<"shop.ask-price", shop::order_refused>;
    std::string sku;
};
using prices_elsewhere = point_to_point<"prices", impostor>;

struct weight {
    using contract = fairway::document<"shop.weight">;
    double kilos = 0;
};
struct weigh {
    using contract = fairway::command<"shop.weigh", weight>;
    std::string sku;
};
using scales = point_to_point<"scales", weigh>;

} // namespace

TEST_CASE("a request that nobody answers times out when its time has passed, not before", "[request]") {
    bench b;
    auto asked = b.start(b.sender<shop::prices>().request(tea, 2s));
    b.advance(1999ms);
    CHECK_FALSE(asked.done());
    b.advance(1ms);
    REQUIRE(asked.done());
    CHECK(code_of([&] { asked.result(); }) == errc::timed_out);
}

TEST_CASE(
    "a request that has timed out is not handled any more, and a late reply is dropped and counted", "[request]") {
    bench b;
    service customer(b.transport(), "customer");
    SECTION("expired before it was handled") {
        auto asked = b.start(customer.sender<shop::prices>().request(tea, 2s));
        b.advance(3s);
        CHECK(code_of([&] { asked.result(); }) == errc::timed_out);
        service late(b.transport(), "late");
        int handled = 0;
        late.handle<shop::prices>([&](shop::ask_price const&) {
            ++handled;
            return shop::price{"late", 1};
        });
        late.start();
        b.settle();
        CHECK(handled == 0);
        CHECK(late.stats().expired == 1);
    }
    SECTION("answered too late") {
        service slow(b.transport(), "slow");
        slow.handle<shop::prices>([](shop::ask_price const&) -> task<shop::price> {
            co_await sleep_for(5s);
            co_return shop::price{"slow", 1};
        });
        slow.start();
        auto asked = b.start(customer.sender<shop::prices>().request(tea, 2s));
        b.advance(6s);
        CHECK(code_of([&] { asked.result(); }) == errc::timed_out);
        CHECK(customer.stats().late_replies == 1);
        CHECK(slow.stats().replied == 1);
    }
}

TEST_CASE("requests with different timeouts end in the order of their deadlines", "[request]") {
    bench b;
    service customer(b.transport(), "customer");
    auto const port = customer.sender<shop::prices>();
    auto ten = b.start(port.request(tea, 10s));
    auto two = b.start(port.request(tea, 2s));
    auto five = b.start(port.request(tea, 5s));
    b.advance(2s);
    CHECK((two.done() && !five.done() && !ten.done()));
    b.advance(3s);
    CHECK((five.done() && !ten.done()));
    b.advance(5s);
    CHECK(ten.done());
}

TEST_CASE("a cancelled request ends at once with errc::cancelled", "[request]") {
    bench b;
    service customer(b.transport(), "customer");
    auto asked = b.start(customer.sender<shop::prices>().request(tea, 2s));
    b.settle();
    asked.cancel();
    b.settle();
    REQUIRE(asked.done());
    CHECK(code_of([&] { asked.result(); }) == errc::cancelled);
}

TEST_CASE("what requesters throw out of their coroutines goes to whoever runs the context", "[request]") {
    asio::io_context io;
    asio::any_io_executor executor = io.get_executor();
    SECTION("on a context") {}
    SECTION("on a strand") { executor = asio::make_strand(io); }
    auto const net = open<inproc>(executor, "inproc://");
    service pricing(net, "pricing");
    pricing.handle<shop::prices>([](shop::ask_price const&) { return shop::price{"tea", 1}; });
    pricing.start();
    service customer(net, "customer");
    auto const port = customer.sender<shop::prices>();
    int answered = 0;
    auto const ask = [&]() -> task<> {
        co_await port.request(tea);
        ++answered;
        throw std::runtime_error("thrown by the requester");
    };
    // Together, so that the replies come together, too.
    for (int i = 0; i < 3; ++i)
        asio::co_spawn(executor, ask(), [](std::exception_ptr const& e) {
            if (e) std::rethrow_exception(e);
        });
    int thrown = 0;
    for (int i = 0; i < 20; ++i) {
        try {
            io.restart();
            io.poll();
        } catch (std::exception const&) {
            ++thrown; // Asio makes one of several
        }
    }
    CHECK(answered == 3);
    CHECK(thrown >= 1);
}

TEST_CASE("closing the service ends its requests, and later operations, with errc::closed", "[request]") {
    bench b;
    auto customer = std::make_unique<service>(b.transport(), "customer");
    auto const port = customer->sender<shop::prices>();
    auto const offers = customer->sender<shop::offers>();
    auto asked = b.start(port.request(tea, 2s));
    auto gathering = b.start(offers.gather(tea, gather_options<shop::price>(2s)));
    b.settle();
    customer.reset();
    b.settle();
    REQUIRE(asked.done());
    CHECK(code_of([&] { asked.result(); }) == errc::closed);
    REQUIRE(gathering.done());
    CHECK(gathering.result().ended_by == gather_end::closed);
    CHECK(code_of([&] { (void)b.run(port.request(tea)); }) == errc::closed);
    CHECK(code_of([&] { (void)b.run(port.send(tea)); }) == errc::closed);
    CHECK(port.try_send(tea) == errc::closed);
}

TEST_CASE("a fault carries its code, text and responder, other exceptions carry no text", "[request][fault]") {
    bench b;
    service pricing(b.transport(), "pricing");
    pricing.handle<shop::prices>([](shop::ask_price const& ask) -> shop::price {
        if (ask.sku == "fault") throw fault("unknown_sku", "no such thing: \xc3\xbc");
        if (ask.sku == "bad code") throw fault("line\nbreak", "text");
        throw std::runtime_error("the database password is hunter2");
    });
    pricing.start();
    auto const port = b.sender<shop::prices>();
    auto const answer = [&](std::string sku) {
        shop::ask_price const ask{.sku = std::move(sku)};
        try {
            b.run(port.request(ask));
        } catch (fault const& f) {
            return f;
        }
        return fault("none", "");
    };
    auto const f = answer("fault");
    CHECK(f.code() == "unknown_sku");
    CHECK(f.text() == "no such thing: \xc3\xbc");
    CHECK(f.responder() == "pricing");
    CHECK(answer("bad code").code() == "invalid_fault_code");
    auto const secret = answer("other");
    CHECK(secret.code() == "handler_failed");
    CHECK(secret.text().find("hunter2") == std::string_view::npos);
    CHECK(secret.text().find("incident ") == 0);
}

TEST_CASE("a reply token that is dropped answers with the fault no_reply", "[request][token]") {
    bench b;
    service pricing(b.transport(), "pricing");
    std::vector<reply_token<shop::ask_price>> kept;
    pricing.handle<shop::prices>([&](shop::ask_price const& ask, delivery const& d, reply_token<shop::ask_price> t) {
        CHECK(d.wants_reply());
        if (ask.sku == "keep") kept.push_back(std::move(t));
    });
    pricing.start();
    auto const port = b.sender<shop::prices>();
    std::string code;
    try {
        b.run(port.request(tea));
    } catch (fault const& f) {
        code = f.code();
    }
    CHECK(code == "no_reply");
    shop::ask_price const keep{.sku = "keep"};
    auto asked = b.start(port.request(keep));
    b.settle();
    REQUIRE(kept.size() == 1);
    CHECK_FALSE(asked.done());
    kept.front().send(shop::price{"pricing", 7});
    CHECK_FALSE(kept.front());
    kept.front().send(shop::price{"pricing", 8}); // a second answer does nothing
    b.settle();
    REQUIRE(asked.done());
    CHECK(asked.result().cents == 7);
    CHECK(pricing.stats().replied == 2);
}

TEST_CASE("a request whose queue is full waits for room until its deadline", "[request][back-pressure]") {
    bench b(testing::bench_options().queue_messages(1));
    service customer(b.transport(), "customer");
    auto const port = customer.sender<shop::prices>();
    auto first = b.start(port.request(tea, 10s));
    b.settle();
    auto second = b.start(port.request(tea, 2s));
    auto third = b.start(port.request(tea, 5s));
    b.advance(3s);
    REQUIRE(second.done());
    auto const why = code_of([&] { second.result(); });
    CHECK((why == errc::timed_out || why == errc::queue_full));
    CHECK_FALSE(third.done());
    service pricing(b.transport(), "pricing");
    pricing.handle<shop::prices>([](shop::ask_price const&) { return shop::price{"pricing", 1}; });
    pricing.start();
    b.settle();
    CHECK((first.done() && third.done()));
    CHECK(third.result().cents == 1);
}

TEST_CASE("there is a bound of pending requests", "[request]") {
    bench b;
    service customer(b.transport(), "customer");
    auto const port = customer.sender<shop::prices>();
    std::vector<testing::pending<shop::price>> all;
    for (std::size_t i = 0; i <= limits::pending_requests; ++i) all.push_back(b.start(port.request(tea, 2s)));
    b.settle();
    REQUIRE(all.back().done());
    CHECK(code_of([&] { all.back().result(); }) == errc::too_many_requests);
    CHECK_FALSE(all.front().done());
    b.advance(2s);
    CHECK(code_of([&] { all.front().result(); }) == errc::timed_out);
}

TEST_CASE("a reply that can't be encoded is a fault, not a timeout", "[request][fault]") {
    bench b;
    service shop(b.transport(), "shop");
    shop.handle<scales>([](weigh const&) { return weight{std::nan("")}; });
    shop.start();
    weigh const tea_chest{.sku = "tea"};
    std::string code;
    try {
        b.run(b.sender<scales>().request(tea_chest));
    } catch (fault const& f) {
        code = f.code();
    }
    CHECK(code == "encode_failed");
    CHECK(shop.stats().replied == 1);
    CHECK(shop.stats().faulted == 1);
}

TEST_CASE("a reply that the request does not name is an error, not a timeout", "[request]") {
    bench b;
    service pricing(b.transport(), "pricing");
    pricing.handle<prices_elsewhere>([](impostor const&) { return shop::order_refused{"no"}; });
    pricing.start();
    CHECK(code_of([&] { b.run(b.sender<shop::prices>().request(tea)); }) == errc::unexpected_reply);
}
