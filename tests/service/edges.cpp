// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What went wrong once, or nearly: ends in an unusual order, answers that meet exceptions, bounds at their edge.
#include "code_of.hpp"
#include "fw_catch.hpp"
#include "service/shop.hpp"

#include <fairway/fairway.hpp>
#include <fairway/inproc.hpp>
#include <fairway/testing.hpp>

#include <boost/asio/detached.hpp>

#include <memory>
#include <optional>
#include <thread>

using namespace fairway;
using namespace std::chrono_literals;
using testing::bench;

namespace {

shop::ask_price const ask_tea{.sku = "tea"};

fault fault_of(bench& b) {
    try {
        b.run(b.sender<shop::prices>().request(ask_tea));
    } catch (fault const& f) {
        return f;
    }
    return fault("none", "");
}

} // namespace

TEST_CASE("a handler that holds a reply token and throws answers with what it throws, once", "[edges][token]") {
    bench b;
    service seller(b.transport(), "seller");
    SECTION("plain") {
        seller.handle<shop::prices>(
            [](shop::ask_price const&, reply_token<shop::ask_price>) { throw fault("sold_out", "no ask_tea left"); });
    }
    SECTION("coroutine") {
        seller.handle<shop::prices>([](shop::ask_price const&, reply_token<shop::ask_price> mine) -> task<> {
            co_await sleep_for(1s);
            if (mine) throw fault("sold_out", "no ask_tea left");
        });
    }
    seller.start();
    CHECK(fault_of(b).code() == "sold_out");
    CHECK(seller.stats().replied == 1);
}

TEST_CASE("what a handler throws is not told, whatever its code", "[edges][fault]") {
    bench b;
    service seller(b.transport(), "seller");
    seller.handle<shop::prices>([](shop::ask_price const&) -> shop::price {
        throw system_error(make_error_code(errc::decode_failed), "password=hunter2");
    });
    seller.start();
    auto const f = fault_of(b);
    CHECK(f.code() == "handler_failed");
    CHECK(f.text().find("hunter2") == std::string_view::npos);
}

TEST_CASE(
    "a message that is full of headers in Fairway's name becomes a dead letter as others do", "[edges][dead-letter]") {
    bench b;
    service seller(b.transport(), "seller");
    seller.handle<shop::prices>([](shop::ask_price const&) { return shop::price{}; });
    seller.start();
    headers full;
    for (std::size_t n = 0; n < limits::headers; ++n) full.set("own-" + std::to_string(n), "x");
    for (std::size_t n = 0; n < limits::reserved_headers; ++n) full.set_reserved("fw-x" + std::to_string(n), "x");
    envelope_head head;
    head.id = {7, 9};
    head.type = "shop.unheard-of";
    auto const strange = envelope::of_bytes(head, full.view(), "{}");
    auto const way = b.transport().open({std::string(shop::prices::name), channel_kind::point_to_point, 0});
    CHECK_FALSE(try_send_one(*way, strange));
    b.settle();
    CHECK(seller.stats().dead_lettered == 1);
    CHECK(b.run(seller.drain(1h)).dead_lettered == 1);
}

TEST_CASE("a message that expires while it waits for its turn is not handled", "[edges][expired]") {
    bench b;
    service seller(b.transport(), "seller");
    int handled = 0;
    seller.handle<shop::prices>(
        [&](shop::ask_price const&) -> task<shop::price> {
            ++handled;
            co_await sleep_for(10s);
            co_return shop::price{};
        },
        handler_options().concurrency(1));
    seller.start();
    auto const port = b.sender<shop::prices>();
    b.run(port.send(ask_tea));
    b.run(port.send(ask_tea, send_options().time_to_live(5s)));
    b.advance(1min);
    CHECK(handled == 1);
    CHECK(seller.stats().expired == 1);
    CHECK(seller.stats().accepted == 1);
}

TEST_CASE("a second drain may be more impatient than the first", "[edges][drain]") {
    bench b;
    service seller(b.transport(), "seller");
    seller.handle<shop::prices>([](shop::ask_price const&) -> task<shop::price> {
        co_await sleep_for(1h);
        co_return shop::price{};
    });
    seller.start();
    auto asked = b.start(b.sender<shop::prices>().request(ask_tea, 2h));
    b.settle();
    seller.shutdown(30s);
    auto draining = b.start(seller.drain(1s));
    b.advance(1s);
    REQUIRE(draining.done());
    CHECK(draining.result().released == 1);
}

TEST_CASE("delayed messages stay within the bound, also when they are due and nobody takes them", "[edges][delay]") {
    bench b(testing::bench_options().queue_messages(10));
    auto const port = b.sender<shop::prices>();
    int accepted = 0;
    for (int i = 0; i < 100; ++i) {
        if (!port.try_send(ask_tea, send_options().delay(1s))) ++accepted;
        b.advance(1100ms);
    }
    CHECK(accepted == 20); // ten in the channel, ten that are due and find no room
    int handled = 0;
    service seller(b.transport(), "seller");
    seller.handle<shop::prices>([&](shop::ask_price const&) {
        ++handled;
        return shop::price{};
    });
    seller.start();
    b.advance(1s);
    CHECK(handled == accepted);
}

TEST_CASE("operations of a port whose service and context are gone say so", "[edges][end]") {
    std::optional<sender_port<shop::prices>> port;
    {
        asio::io_context gone;
        service customer(open<inproc>(gone.get_executor(), "inproc://"), "customer");
        port = customer.sender<shop::prices>();
    }
    asio::io_context io;
    int closed = 0;
    auto use = [&]() -> task<> {
        for (int i = 0; i < 3; ++i) {
            try {
                if (i == 0) co_await port->flush();
                if (i == 1) co_await port->send(ask_tea);
                if (i == 2) (void)co_await port->request(ask_tea);
            } catch (system_error const& e) {
                if (e.code() == errc::closed) ++closed;
            }
        }
    };
    asio::co_spawn(io, use(), asio::detached);
    io.run();
    CHECK(closed == 3);
    CHECK(port->try_send(ask_tea) == errc::closed);
}

TEST_CASE("requests that are refused at once do not nest", "[edges]") {
    asio::io_context io;
    any_transport net = open<inproc>(io.get_executor(), "inproc://");
    service customer(net, "customer");
    auto const port = customer.sender<shop::prices>();
    net.close();
    int refused = 0;
    auto ask = [&]() -> task<> {
        for (int i = 0; i < 20'000; ++i) {
            try {
                (void)co_await port.request(ask_tea);
            } catch (system_error const& e) {
                if (e.code() == errc::closed) ++refused;
            }
        }
    };
    asio::co_spawn(io, ask(), asio::detached);
    io.poll();
    CHECK(refused == 20'000);
}

TEST_CASE("a dead letter that waits for room goes with its context", "[edges][end]") {
    inproc::options small;
    small.queue_messages = 1;
    inproc::hub const hub(small);
    using dead = point_to_point<"orders.stock.dead", shop::cancel_order>;
    {
        asio::io_context gone;
        service stock(inproc(gone.get_executor(), hub), "stock");
        stock.handle<shop::orders>(overload{
            [](shop::place_order const&) { return shop::order_placed{}; },
            [](shop::cancel_order const&) { throw fault("no", "never"); },
        });
        stock.start();
        service customer(inproc(gone.get_executor(), hub), "customer");
        auto const port = customer.sender<shop::orders>();
        shop::cancel_order const cancel{.order_id = "1"};
        for (int i = 0; i < 3; ++i) {
            REQUIRE_FALSE(port.try_send(cancel));
            gone.poll();
            gone.restart();
        }
        CHECK(stock.stats().dead_lettered == 1);
    }
    asio::io_context io;
    service doctor(inproc(io.get_executor(), hub), "doctor");
    int letters = 0;
    doctor.handle<dead>([&](shop::cancel_order const&) { ++letters; });
    doctor.start();
    io.poll();
    CHECK(letters == 1);
}

TEST_CASE("run reports what is thrown before its task has begun", "[edges][run]") {
    CHECK(run([](auto const& executor) -> task<> {
        auto begin = [](any_transport) -> task<> { co_return; };
        return begin(open<inproc>(executor, "nonsense://"));
    }) == 1);
}

TEST_CASE("a blocking call whose context goes ends with errc::closed", "[edges][blocking]") {
    auto io = std::make_unique<asio::io_context>();
    auto customer = std::make_unique<service>(open<inproc>(io->get_executor(), "inproc://"), "customer");
    auto const port = blocking(customer->sender<shop::prices>());
    error_code ended;
    std::thread caller([&] { ended = code_of([&] { (void)port.request(ask_tea, 1h); }); });
    // Until the request is under way.
    while (customer->stats().requested == 0) {
        io->restart();
        io->poll();
    }
    io.reset();
    caller.join();
    CHECK(ended == errc::closed);
}
