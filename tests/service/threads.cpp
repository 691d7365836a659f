// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Instances come and go on several threads while others send. Made to run under TSan.
#include "fw_catch.hpp"
#include "service/shop.hpp"

#include <fairway/fairway.hpp>
#include <fairway/inproc.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/use_future.hpp>

#include <atomic>
#include <map>
#include <mutex>
#include <thread>

using namespace fairway;
using namespace std::chrono_literals;

namespace {

// A context with a thread of its own.
class loop {
public:
    loop() : guard_(asio::make_work_guard(io_)), thread_([this] { io_.run(); }) {}
    ~loop() {
        guard_.reset();
        thread_.join();
    }
    asio::io_context& io() { return io_; }

private:
    asio::io_context io_{1};
    asio::executor_work_guard<asio::io_context::executor_type> guard_;
    std::thread thread_;
};

struct protocol {
    std::mutex mutex;
    std::map<std::string, std::vector<int>> by_key;
    std::atomic<int> handled{0};

    void note(shop::order_placed const& e) {
        std::lock_guard const lock(mutex);
        by_key[e.order_id].push_back(std::stoi(e.sku));
        ++handled;
    }
};

// Handles for a while, then drains: nothing is left half done.
std::uint64_t work_for_a_while(loop& on, inproc::hub const& hub, protocol& all, bool coroutine, int until) {
    service mail(inproc(on.io().get_executor(), hub), "mail");
    if (coroutine)
        mail.handle<shop::order_events>([&all](shop::order_placed const& e) -> task<> {
            co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
            all.note(e);
        });
    else
        mail.handle<shop::order_events>([&all](shop::order_placed const& e) { all.note(e); });
    mail.start();
    while (all.handled < until) std::this_thread::yield();
    ledger const l = asio::co_spawn(on.io(), mail.drain(), asio::use_future).get();
    CHECK(l.received == l.accepted + l.released);
    CHECK(l.released == 0);
    return l.accepted;
}

} // namespace

TEST_CASE("shards move between threads without loss, reordering or duplicates", "[threads]") {
    constexpr int keys = 20;
    constexpr int each = 150;
    constexpr int senders = 2;
    constexpr int total = senders * keys * each;
    inproc::hub const hub;
    protocol all;
    loop sending[senders], handling[3];
    {
        // The group is known before the first message is sent.
        service first(inproc(handling[0].io().get_executor(), hub), "mail");
        first.handle<shop::order_events>([](shop::order_placed const&) {});
    }
    std::vector<std::future<void>> sent;
    std::vector<std::unique_ptr<service>> customers;
    for (int s = 0; s < senders; ++s) {
        auto& customer = *customers.emplace_back(
            std::make_unique<service>(inproc(sending[s].io().get_executor(), hub), "customer" + std::to_string(s)));
        auto send = [](sender_port<shop::order_events> port, int who) -> task<> {
            for (int i = 0; i < each; ++i)
                for (int k = 0; k < keys; ++k) {
                    shop::order_placed const e{
                        .order_id = std::to_string(who) + "/" + std::to_string(k), .sku = std::to_string(i)};
                    co_await port.send(e);
                }
        };
        sent.push_back(
            asio::co_spawn(sending[s].io(), send(customer.sender<shop::order_events>(), s), asio::use_future));
    }
    std::atomic<std::uint64_t> accepted{0};
    {
        std::vector<std::thread> instances;
        for (int n = 0; n < 3; ++n)
            instances.emplace_back([&, n] {
                for (int part = 1; part <= 8; ++part)
                    accepted += work_for_a_while(handling[n], hub, all, (n + part) % 2 == 0, total * part / 8);
            });
        for (auto& i : instances) i.join();
    }
    for (auto& s : sent) s.get();
    CHECK(accepted == static_cast<std::uint64_t>(total));
    CHECK(all.handled == total);
    CHECK(all.by_key.size() == senders * keys);
    for (auto const& [key, seen] : all.by_key) {
        INFO(key);
        CHECK(seen.size() == each);
        CHECK(std::is_sorted(seen.begin(), seen.end()));
    }
    for (auto& c : customers) c->close();
}

TEST_CASE("ports of one service are used from many threads at once", "[threads]") {
    constexpr int threads = 4;
    constexpr int each = 500;
    inproc::hub const hub;
    loop at_customer, at_seller;
    service seller(inproc(at_seller.io().get_executor(), hub), "seller");
    seller.handle<shop::prices>([](shop::ask_price const& a) { return shop::price{"seller", std::stoi(a.sku)}; });
    std::atomic<int> cancelled{0};
    seller.handle<shop::orders>(overload{
        [](shop::place_order const&) { return shop::order_placed{}; },
        [&](shop::cancel_order const&) { ++cancelled; },
    });
    seller.start();
    service customer(inproc(at_customer.io().get_executor(), hub), "customer");
    auto const prices = customer.sender<shop::prices>();
    auto const orders = customer.sender<shop::orders>();
    std::atomic<int> right{0};
    {
        std::vector<std::unique_ptr<loop>> loops;
        std::vector<std::future<void>> done;
        for (int t = 0; t < threads; ++t) {
            auto& mine = *loops.emplace_back(std::make_unique<loop>());
            auto use = [&, t]() -> task<> {
                for (int i = 0; i < each; ++i) {
                    shop::ask_price const ask{.sku = std::to_string(t * each + i)};
                    auto const p = co_await prices.request(ask);
                    if (p.cents == t * each + i) ++right;
                    shop::cancel_order const c{.order_id = ask.sku};
                    co_await orders.send(c);
                    if (orders.try_send(c)) co_await orders.send(c);
                }
            };
            done.push_back(asio::co_spawn(mine.io(), use, asio::use_future));
        }
        for (auto& d : done) d.get();
    }
    CHECK(right == threads * each);
    CHECK(customer.stats().requested == threads * each);
    while (cancelled < threads * each * 2) std::this_thread::yield();
    ledger const l = asio::co_spawn(at_seller.io(), seller.drain(), asio::use_future).get();
    CHECK(l.received == threads * each * 3);
    CHECK(l.accepted == l.received);
    customer.close();
}

TEST_CASE("services are closed and destroyed from other threads while they work", "[threads]") {
    for (int round = 0; round < 30; ++round) {
        inproc::hub const hub;
        loop at_customer, at_seller;
        auto seller = std::make_unique<service>(inproc(at_seller.io().get_executor(), hub), "seller");
        seller->handle<shop::prices>([](shop::ask_price const&) -> task<shop::price> {
            co_await sleep_for(100us);
            co_return shop::price{};
        });
        seller->start();
        auto customer = std::make_unique<service>(inproc(at_customer.io().get_executor(), hub), "customer");
        std::atomic<int> answered{0}, closed{0};
        auto ask = [](sender_port<shop::prices> port, std::atomic<int>& ok, std::atomic<int>& no) -> task<> {
            shop::ask_price const what{.sku = "tea"};
            try {
                for (;;) {
                    (void)co_await port.request(what, 20s);
                    ++ok;
                }
            } catch (system_error const& e) {
                if (e.code() == errc::closed) ++no;
            }
        };
        std::vector<std::future<void>> done;
        for (int i = 0; i < 8; ++i)
            done.push_back(asio::co_spawn(
                at_customer.io(), ask(customer->sender<shop::prices>(), answered, closed), asio::use_future));
        while (answered < 20) std::this_thread::yield();
        if (round % 2 == 0) seller.reset();
        customer.reset();
        seller.reset();
        for (auto& d : done) d.get();
        CHECK(closed == 8);
    }
}
