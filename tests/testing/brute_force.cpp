// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Stops a scenario after every k handlers and destroys everything, services first or the execution context first. What
// leaks or is used too late is found by the sanitizers that the test is built with.
#include "brute_force.hpp"
#include "fw_catch.hpp"
#include "shop.hpp"

#include <fairway/port/memory_store.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <deque>
#include <functional>
#include <optional>

using namespace std::chrono_literals;
using brute_force::leaked;
using fairway::task;
using fairway::testing::bench;
using fairway::testing::bench_options;

namespace {

// What lives outside of the context's coroutines.
struct world {
    std::deque<fairway::service> services;
    std::deque<fairway::reply_token<shop::ask_price>> tokens;
    std::vector<std::function<void()>> late;

    fairway::service& add(bench& b, char const* name) { return services.emplace_back(b.transport(), name); }
};

// Runs one more handler, letting time pass where there is none. False when there is nothing left to do.
bool one_handler(bench& b) {
    b.context().restart();
    if (b.context().poll_one() > 0) return true;
    auto const next = b.clock().next_alarm();
    if (!next) return false;
    b.clock().advance_to(*next);
    b.context().restart();
    return b.context().poll_one() > 0 || b.clock().next_alarm().has_value();
}

enum class order { services_first, services_first_then_run, context_first };

using scenario = std::function<void(bench&, world&)>;

// Returns how many handlers it ran: fewer than k where the scenario has ended.
std::size_t stop_after(std::size_t k, scenario const& begin, order how, bench_options const& options) {
    std::optional<world> all(std::in_place);
    std::optional<bench> b(std::in_place, options);
    begin(*b, *all);
    std::size_t done = 0;
    while (done < k && one_handler(*b)) ++done;
    if (done < k) b->settle(); // throws what went wrong in the scenario itself
    if (how == order::context_first) {
        b.reset();
        all.reset();
        return done;
    }
    all.reset();
    if (how == order::services_first_then_run)
        for (int i = 0; i < 100'000 && one_handler(*b);) ++i;
    b.reset();
    return done;
}

void stop_everywhere(scenario const& begin, bench_options const& options = {}) {
    for (auto const how : {order::services_first, order::services_first_then_run, order::context_first}) {
        for (std::size_t k = 0;; ++k) {
            REQUIRE(k < 20'000);
            std::size_t const done = stop_after(k, begin, how, options);
            if (leaked()) FAIL("leaked, order " << static_cast<int>(how) << ", stopped after " << k);
            if (done < k) break;
        }
    }
}

task<> order_twice(fairway::sender_port<shop::orders> orders) {
    shop::place_order const tea{.sku = "tea", .quantity = 3};
    (void)co_await orders.request(tea, 2s);
    shop::place_order const slow{.sku = "slow", .quantity = 1};
    try {
        (void)co_await orders.request(slow, 2s);
    } catch (fairway::system_error const&) {}
    (void)co_await orders.request(slow, 20s);
    shop::cancel_order const c{"1"};
    co_await orders.send(c, fairway::send_options().delay(1s));
    co_await orders.send(c, fairway::send_options().time_to_live(1s).delay(1s));
}

task<> ask(fairway::sender_port<shop::prices> prices) {
    shop::ask_price const tea{"tea"};
    (void)co_await prices.gather(tea, fairway::gather_options<shop::quote>(3s).maximum(3));
    (void)co_await prices.gather(tea, fairway::gather_options<shop::quote>(3s).stall(500ms));
}

void requests(bench& b, world& w) {
    auto& stock = w.add(b, "inventory");
    stock.handle<shop::orders>(shop::inventory{stock});
    stock.start();
    auto& audit = w.add(b, "audit");
    audit.handle<shop::order_events>([](shop::order_placed const&) -> task<> { co_await fairway::sleep_for(100ms); },
        fairway::handler_options().concurrency(1));
    audit.start();
    b.spawn(order_twice(b.sender<shop::orders>()));
    b.spawn(order_twice(w.add(b, "checkout").sender<shop::orders>()));
}

void gathers(bench& b, world& w) {
    auto& quick = w.add(b, "quick");
    quick.handle<shop::prices>([](shop::ask_price const&) { return shop::quote{1.5}; });
    quick.start();
    auto& slow = w.add(b, "slow");
    slow.handle<shop::prices>([](shop::ask_price const&) -> task<shop::quote> {
        co_await fairway::sleep_for(1s);
        co_return shop::quote{2};
    });
    slow.start();
    auto& later = w.add(b, "later");
    later.handle<shop::prices>(
        [&w](shop::ask_price const&, fairway::reply_token<shop::ask_price> t) { w.tokens.push_back(std::move(t)); });
    later.start();
    b.spawn(ask(b.sender<shop::prices>()));
    b.spawn(ask(w.add(b, "customer").sender<shop::prices>()));
}

// Asks the inventory for everybody.
class front {
public:
    explicit front(fairway::service const& self) : orders_(self.sender<shop::orders>()) {}
    task<shop::quote> operator()(shop::ask_price const& ask) {
        shop::place_order const order{.sku = ask.sku, .quantity = 1};
        auto const placed = co_await orders_.request(order, 3s);
        co_return shop::quote{static_cast<double>(placed.sku.size())};
    }

private:
    fairway::sender_port<shop::orders> orders_;
};

task<> ask_front(fairway::sender_port<shop::one_price> price, std::string sku) {
    shop::ask_price const one{std::move(sku)};
    try {
        (void)co_await price.request(one, 10s);
    } catch (std::exception const&) {}
}

task<> await_run(std::shared_ptr<fairway::service> s) { co_await s->run(); }

// Services that live in a coroutine's frame: they end with it, and with the context.
task<> in_a_frame(fairway::any_transport net) {
    auto const executor = co_await boost::asio::this_coro::executor;
    fairway::service stock{net, "inventory"};
    stock.handle<shop::orders>(shop::inventory{stock});
    stock.start();
    auto const door = std::make_shared<fairway::service>(net, "front");
    door->handle<shop::one_price>(front{*door}, fairway::handler_options().concurrency(2));
    boost::asio::co_spawn(executor, await_run(door), boost::asio::detached);
    fairway::service customer{net, "customer"};
    auto const price = customer.sender<shop::one_price>();
    for (auto const* sku : {"tea", "slow", "none", "tea"})
        boost::asio::co_spawn(executor, ask_front(price, sku), boost::asio::detached);
    co_await ask_front(price, "tea");
    co_await fairway::sleep_for(1s);
    (void)co_await stock.drain(500ms);
    (void)co_await door->drain(10s);
    customer.close();
}

void frames(bench& b, world&) { b.spawn(in_a_frame(b.transport())); }

// Queues of two messages: everybody waits for room.
task<> send_many(fairway::sender_port<shop::moves> moves, int n) {
    std::vector<shop::moved_in> all;
    for (int i = 0; i < n; ++i) all.push_back({"sku" + std::to_string(i % 3)});
    (void)co_await moves.send_all(all, fairway::send_options().patience(300ms));
    for (auto const& one : all) co_await moves.send(one);
    co_await moves.flush();
}

template <class T>
task<> cancel_after(fairway::testing::pending<T> p, fairway::duration d) {
    co_await fairway::sleep_for(d);
    p.cancel();
}

void crowds(bench& b, world& w) {
    for (auto const* name : {"a", "b", "b"}) {
        auto& s = w.add(b, name);
        auto const one = fairway::handler_options().concurrency(2).prefetch(2);
        s.handle<shop::moves>([](shop::moved_in const&) -> task<> { co_await fairway::sleep_for(100ms); }, one);
        s.start();
    }
    b.spawn(send_many(b.sender<shop::moves>(), 7));
    auto const moves = w.add(b, "mover").sender<shop::moves>();
    b.spawn(cancel_after(b.start(send_many(moves, 5)), 250ms));
    b.spawn(cancel_after(b.start(fairway::sleep_for(1h)), 150ms));
    auto& last = w.services[1];
    w.late.push_back([&last] { last.close(); });
    b.spawn(cancel_after(b.start(last.run()), 700ms));
}

// Requests that are cancelled while they wait for room, for the reply, or for their turn.
void second_thoughts(bench& b, world& w) {
    auto& stock = w.add(b, "inventory");
    stock.handle<shop::orders>(shop::inventory{stock}, fairway::handler_options().concurrency(1).prefetch(1));
    stock.start();
    auto const orders = w.add(b, "checkout").sender<shop::orders>();
    shop::place_order const slow{.sku = "slow", .quantity = 1};
    for (int i = 1; i < 6; ++i) b.spawn(cancel_after(b.start(orders.request(slow, 8s)), i * 1500ms));
    auto const prices = b.sender<shop::prices>();
    b.spawn(cancel_after(b.start(ask(prices)), 1s));
    b.spawn(cancel_after(b.start(in_a_frame(b.transport())), 900ms));
}

// Handlers that fail, with middleware around them and a store beside them, that detach work and leave dead letters, for
// which there is little room.
void failures(bench& b, world& w) {
    auto const store = std::make_shared<fairway::memory_store>(fairway::siphash_key{1, 2});
    auto& s = w.add(b, "flaky");
    s.around_deliveries([](fairway::handling const& what, fairway::next_handler next) -> task<> {
        if (what.message.attempt() == 1) co_await fairway::sleep_for(10ms);
        co_await next();
    });
    auto const detached = []() -> task<> { co_await fairway::sleep_for(700ms); };
    auto const options = fairway::handler_options().concurrency(2).prefetch(4).remember_in(store);
    s.handle<shop::moves>(
        [detached](shop::moved_in const& m, fairway::delivery const& d) -> task<> {
            auto const executor = co_await boost::asio::this_coro::executor;
            boost::asio::co_spawn(executor, detached(), boost::asio::detached);
            if (m.sku == "sku0" && d.attempt() < 3) throw fairway::transient("again", 200ms);
            if (m.sku == "sku1") throw fairway::fault("no", "never");
            if (m.sku == "sku2") throw std::runtime_error("always");
        },
        options);
    s.start();
    auto& doctor = w.add(b, "doctor");
    using dead = fairway::point_to_point<"moves.flaky.dead", shop::moved_in>;
    doctor.handle<dead>([](shop::moved_in const&) -> task<> { co_await fairway::sleep_for(1s); });
    doctor.start();
    auto& plain = w.add(b, "plain");
    plain.handle<shop::orders>(fairway::overload{
        [](shop::place_order const& o, fairway::delivery const& d) {
            if (d.attempt() < 3) throw std::runtime_error("not yet");
            return shop::order_placed{.order_id = "1", .sku = o.sku};
        },
        [](shop::cancel_order const&) { throw std::runtime_error("always"); },
    });
    plain.start();
    auto const orders = w.add(b, "checkout").sender<shop::orders>();
    shop::place_order const tea{.sku = "tea", .quantity = 1};
    b.spawn(cancel_after(b.start(orders.request(tea, 2s)), 3s));
    b.spawn(cancel_after(b.start(orders.request(tea, 200ms)), 3s));
    shop::cancel_order const cancel{"1"};
    b.spawn(cancel_after(b.start(orders.send(cancel)), 3s));
    b.spawn(cancel_after(b.start(send_many(b.sender<shop::moves>(), 5)), 4s));
    auto& last = w.services.front();
    w.late.push_back([&last] { last.close(); });
    b.spawn(cancel_after(b.start(last.drain(5s)), 2s));
}

} // namespace

TEST_CASE("retries, dead letters, stores and detached work can be dropped at any moment", "[brute]") {
    stop_everywhere(failures, bench_options().queue_messages(3));
}

TEST_CASE("requests, events, delays and sleeping handlers can be dropped at any moment", "[brute]") {
    stop_everywhere(requests);
}

TEST_CASE("gathers and kept reply tokens can be dropped at any moment", "[brute]") { stop_everywhere(gathers); }

TEST_CASE("services inside coroutine frames, drained and cancelled, can be dropped at any moment", "[brute]") {
    stop_everywhere(frames);
}

TEST_CASE("senders that wait for room can be dropped at any moment", "[brute]") {
    stop_everywhere(crowds, bench_options().queue_messages(2));
    stop_everywhere(crowds, bench_options().queue_messages(2).paranoid(false));
}

TEST_CASE("cancelled requests, gathers and services can be dropped at any moment", "[brute]") {
    stop_everywhere(second_thoughts, bench_options().queue_messages(1));
}

TEST_CASE("on the real clock, what waits for an alarm ends with its context", "[brute]") {
    for (std::size_t k = 0;; ++k) {
        std::size_t done = 0;
        {
            boost::asio::io_context context(1);
            auto const net = fairway::open<fairway::inproc>(context.get_executor(), "inproc://");
            boost::asio::co_spawn(context, in_a_frame(net), boost::asio::detached);
            while (done < k && context.poll_one() > 0) ++done;
        }
        REQUIRE_FALSE(leaked());
        if (done < k) break;
    }
}

TEST_CASE("a context that ends gives back what its services had, and hears no more of the hub", "[brute]") {
    fairway::inproc::hub const hub;
    boost::asio::io_context lasting(1);
    std::optional<boost::asio::io_context> ending(1);
    fairway::service first(fairway::inproc(ending->get_executor(), hub), "stock");
    fairway::service second(fairway::inproc(lasting.get_executor(), hub), "stock");
    int handled = 0;
    first.handle<shop::one_price>([](shop::ask_price const&) -> task<shop::quote> {
        co_await fairway::sleep_for(1h);
        co_return shop::quote{1};
    });
    second.handle<shop::one_price>([&handled](shop::ask_price const&) { return shop::quote{double(++handled)}; });
    first.start();
    ending->poll();
    auto const price = second.sender<shop::one_price>();
    auto const other = first.sender<shop::one_price>();
    shop::ask_price const tea{"tea"};
    boost::asio::co_spawn(lasting, price.request(tea), boost::asio::detached);
    boost::asio::co_spawn(*ending, other.request(tea), boost::asio::detached);
    lasting.poll();
    ending->restart();
    ending->poll();
    CHECK(first.stats().received == 2);
    ending.reset();
    CHECK(other.try_send(tea) == fairway::errc::closed);
    CHECK_FALSE(price.try_send(tea));
    second.start();
    lasting.restart();
    lasting.poll();
    CHECK(handled == 3);
}
