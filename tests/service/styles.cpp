// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// All interaction styles, with everything on one thread and with a thread for each service. Made to run under TSan.
#include "fw_catch.hpp"
#include "service/shop.hpp"

#include <fairway/fairway.hpp>
#include <fairway/inproc.hpp>

#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>

#include <atomic>
#include <latch>
#include <map>
#include <thread>

using namespace fairway;
using namespace std::chrono_literals;

namespace {

constexpr int rounds = 100;

// As many threads as contexts; context 0 is the customer's.
class machine {
public:
    machine(std::size_t contexts, bool paranoid) : hub_(make_options(paranoid)) {
        for (std::size_t i = 0; i < contexts; ++i) contexts_.push_back(std::make_unique<asio::io_context>(1));
    }
    any_transport transport(std::size_t i) { return inproc(contexts_[i % contexts_.size()]->get_executor(), hub_); }
    // Runs until `customer` has ended, which also ends the other contexts.
    void run(task<> customer) {
        std::vector<asio::executor_work_guard<asio::io_context::executor_type>> guards;
        std::vector<std::thread> threads;
        for (std::size_t i = 1; i < contexts_.size(); ++i) {
            guards.push_back(asio::make_work_guard(*contexts_[i]));
            threads.emplace_back([this, i] { contexts_[i]->run(); });
        }
        std::exception_ptr failed;
        asio::co_spawn(*contexts_[0], std::move(customer), [&](std::exception_ptr e) {
            failed = e;
            for (auto& c : contexts_) c->stop();
        });
        contexts_[0]->run();
        guards.clear();
        for (auto& t : threads) t.join();
        if (failed) std::rethrow_exception(failed);
    }

private:
    static inproc::options make_options(bool paranoid) {
        inproc::options o;
        o.paranoid = paranoid;
        return o;
    }
    inproc::hub hub_;
    std::vector<std::unique_ptr<asio::io_context>> contexts_;
};

class order_service {
public:
    explicit order_service(service const& self) : events_(self.sender<shop::order_events>()) {}
    task<std::variant<shop::order_placed, shop::order_refused>> operator()(shop::place_order const& order) {
        if (order.quantity > 100) throw fault("too_many", "at most 100 of one kind");
        if (order.sku == "sold-out") co_return shop::order_refused{"sold out"};
        shop::order_placed const placed{.order_id = order.sku, .sku = order.sku};
        co_await events_.send(placed);
        co_return placed;
    }
    void operator()(shop::cancel_order const&) { ++cancelled; }
    static inline std::atomic<int> cancelled{0};

private:
    sender_port<shop::order_events> events_;
};

struct results {
    std::atomic<int> seen_by_mail{0};
    std::atomic<int> seen_by_audit{0};
};

task<> use_all_styles(any_transport mine, results& seen) {
    service customer(mine, "customer");
    auto const orders = customer.sender<shop::orders>();
    auto const prices = customer.sender<shop::prices>();
    auto const offers = customer.sender<shop::offers>();
    for (int i = 0; i < rounds; ++i) {
        // Request/response, with an event published on the way.
        shop::place_order const order{.sku = "tea-" + std::to_string(i), .quantity = 2};
        auto const answer = co_await orders.request(order, 5s);
        CHECK(std::get<shop::order_placed>(answer).order_id == order.sku);
        shop::place_order const sold_out{.sku = "sold-out"};
        auto const refusal = co_await orders.request(sold_out, 5s);
        CHECK(std::get<shop::order_refused>(refusal).reason == "sold out");
        // A fault is told, not timed out.
        shop::place_order const many{.sku = "tea", .quantity = 101};
        std::string code;
        try {
            (void)co_await orders.request(many, 5s);
        } catch (fault const& f) {
            code = f.code();
        }
        CHECK(code == "too_many");
        // Asynchronous request/response: answered later, from somewhere else.
        shop::ask_price const ask{.sku = order.sku};
        auto const price = co_await prices.request(ask, 5s);
        CHECK(price.cents == 250);
        // Publish/asynchronous responses.
        auto const bids = co_await offers.gather(ask, gather_options<shop::price>(5s).maximum(2));
        CHECK(bids.replies.size() == 2);
        CHECK(bids.ended_by == gather_end::maximum);
        // One-way notification.
        shop::cancel_order const cancel{.order_id = order.sku};
        co_await orders.send(cancel);
    }
    // The last request is behind all cancellations in the queue of the one order service.
    shop::place_order const last{.sku = "last"};
    auto const answer = co_await orders.request(last, 5s);
    CHECK(std::get<shop::order_placed>(answer).sku == "last");
    // Ask the subscribers until they have seen all that was published before.
    shop::ask_price const count{.sku = "count"};
    for (bool done = false; !done;) {
        auto const told = co_await offers.gather(count, gather_options<shop::price>(5s).maximum(2));
        done = told.replies.size() == 2 && seen.seen_by_mail == rounds + 1 && seen.seen_by_audit == rounds + 1;
    }
    CHECK(order_service::cancelled == rounds);
}

void all_styles(std::size_t contexts, bool paranoid) {
    order_service::cancelled = 0;
    results seen;
    machine m(contexts, paranoid);
    service stock(m.transport(1), "stock");
    stock.handle<shop::orders>(order_service(stock));
    stock.start();
    // The token is answered from another service's executor.
    service pricing(m.transport(2), "pricing");
    asio::any_io_executor const elsewhere = m.transport(3).get_executor();
    pricing.handle<shop::prices>([elsewhere](shop::ask_price const&, reply_token<shop::ask_price> answer) {
        asio::post(elsewhere, [answer = std::move(answer)]() mutable { answer.send(shop::price{"pricing", 250}); });
    });
    pricing.start();
    service mail(m.transport(2), "mail"), mail_too(m.transport(3), "mail"), audit(m.transport(3), "audit");
    for (auto* const s : {&mail, &mail_too})
        s->handle<shop::order_events>([&](shop::order_placed const&) { ++seen.seen_by_mail; });
    audit.handle<shop::order_events>([&](shop::order_placed const&) { ++seen.seen_by_audit; });
    for (auto* const s : {&mail, &audit})
        s->handle<shop::offers>([s](shop::ask_price const&) { return shop::price{s->name(), 1}; });
    for (auto* const s : {&mail, &mail_too, &audit}) s->start();
    m.run(use_all_styles(m.transport(0), seen));
    CHECK(seen.seen_by_mail == rounds + 1);
    CHECK(seen.seen_by_audit == rounds + 1);
    CHECK(stock.stats().failed == rounds);
    CHECK(mail.stats().accepted + mail_too.stats().accepted >= rounds + 1);
}

} // namespace

TEST_CASE("all interaction styles on one thread", "[styles]") { all_styles(1, GENERATE(false, true)); }
TEST_CASE("all interaction styles on four threads", "[styles]") { all_styles(4, GENERATE(false, true)); }

TEST_CASE("blocking callers on four threads", "[styles][blocking]") {
    asio::io_context io(1);
    any_transport const net = open<inproc>(io.get_executor(), "inproc://");
    service pricing(net, "pricing");
    pricing.handle<shop::prices>([](shop::ask_price const& ask) {
        if (ask.sku == "unknown") throw fault("unknown_sku", ask.sku);
        return shop::price{"pricing", static_cast<int>(ask.sku.size())};
    });
    pricing.handle<shop::offers>([](shop::ask_price const&) { return shop::price{"pricing", 1}; });
    pricing.start();
    service customer(net, "customer");
    auto const port = blocking(customer.sender<shop::prices>());
    auto const offers = blocking(customer.sender<shop::offers>());
    auto guard = asio::make_work_guard(io);
    std::thread loop([&] { io.run(); });
    std::atomic<int> right{0};
    {
        std::vector<std::thread> callers;
        for (int t = 0; t < 4; ++t)
            callers.emplace_back([&, t] {
                for (int i = 0; i < rounds; ++i) {
                    shop::ask_price const ask{.sku = std::string(static_cast<std::size_t>(t * rounds + i + 1), 'x')};
                    if (port.request(ask, 5s).cents == t * rounds + i + 1) ++right;
                }
                shop::ask_price const unknown{.sku = "unknown"};
                try {
                    (void)port.request(unknown, 5s);
                } catch (fault const& f) {
                    if (f.code() == "unknown_sku" && f.responder() == "pricing") ++right;
                }
                if (offers.gather(unknown, gather_options<shop::price>(5s).maximum(1)).replies.size() == 1) ++right;
            });
        for (auto& c : callers) c.join();
    }
    guard.reset();
    asio::post(io, [&] {
        pricing.close();
        customer.close();
    });
    loop.join();
    CHECK(right == 4 * (rounds + 2));
}

TEST_CASE("a blocking call on the service's own thread says that it would deadlock", "[styles][blocking]") {
    asio::io_context io(1);
    any_transport const net = open<inproc>(io.get_executor(), "inproc://");
    service customer(net, "customer");
    auto const port = blocking(customer.sender<shop::prices>());
    error_code told;
    asio::post(io, [&] {
        shop::ask_price const ask{.sku = "x"};
        try {
            (void)port.request(ask, 1s);
        } catch (system_error const& e) {
            told = e.code();
        }
    });
    io.run();
    CHECK(told == errc::would_deadlock);
}
