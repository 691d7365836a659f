// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "town.hpp"

#include "courier.hpp"
#include "delivery.hpp"
#include "order.hpp"

#include <fairway/env/sleep.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <thread>
#include <utility>

namespace ftgo {

using namespace std::chrono_literals;

namespace {

// The courier companies, and what they take for which zones.
std::map<std::string, std::map<std::string, bid>> const companies{
    {"swift", {{"center", {390, 12}}, {"north", {490, 19}}, {"harbour", {590, 25}}}},
    {"pedal", {{"center", {290, 17}}, {"south", {390, 24}}}},
    {"ox", {{"north", {450, 40}}, {"south", {450, 35}}, {"center", {450, 30}}}},
};

} // namespace

/// An instance of the delivery service with a thread of its own.
class delivery_office {
public:
    explicit delivery_office(fairway::inproc::hub const& hub)
        : self_(fairway::inproc(context_.get_executor(), hub), "delivery") {
        self_.handle<delivery_desk>(delivery_service(self_, companies.size()));
        self_.start();
        thread_ = std::thread([this] { context_.run(); });
    }
    ~delivery_office() {
        context_.stop();
        thread_.join();
    }
    fairway::service& self() { return self_; }

private:
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> open_{context_.get_executor()};
    fairway::service self_;
    std::thread thread_;
};

town::town(fairway::asio::any_io_executor const& executor, std::optional<order_id> unheard)
    : net_(fairway::inproc(executor, hub_)), crowd_(open("customers")) {
    auto& order = open("order");
    order.handle<orders>(order_service(order));
    open("consumer").handle<consumer_desk>(std::ref(consumer_));
    open("kitchen").handle<kitchen_desk>(std::ref(kitchen_));
    open("accounting").handle<accounting_desk>(std::ref(accounting_));
    for (int i = 0; i < 2; ++i) offices_.push_back(std::make_unique<delivery_office>(hub_));
    for (auto const& [name, tariff] : companies) open(name).handle<courier_calls>(courier_company(tariff));
    open("notification").handle<order_events>(std::ref(notification_));
    open("auditor").handle<order_events>([this, unheard](auto const& event) {
        if (event.id != unheard) auditor_(event);
    });
    for (auto const& s : services_) s->start();
}

town::~town() = default;

fairway::service& town::open(std::string name) {
    return *services_.emplace_back(std::make_unique<fairway::service>(net_, std::move(name)));
}

bool town::quiet() const {
    auto const n = crowd_.log().times.size();
    return auditor_.ended() == n && notification_.ended() == n && kitchen_.open() == 0 && accounting_.held().empty();
}

fairway::task<ledgers> town::close() {
    // A drained service finishes what it has received, not what is still under way to it: that has to arrive first.
    for (auto patience = 5s / 1ms; !quiet() && patience > 0; --patience) co_await fairway::sleep_for(1ms);

    ledgers all;
    for (auto const& s : services_) {
        auto const done = co_await s->drain(5s);
        all.emplace_back(s->name(), done);
    }
    for (auto const& office : offices_) {
        auto const done = co_await office->self().drain(5s);
        all.emplace_back(office->self().name(), done);
    }
    co_return all;
}

std::vector<std::string> town::check(ledgers const& all) const {
    auto wrong = auditor_.check(crowd_.log().told);
    auto const equal = [&](std::string const& what, auto a, std::string const& other, auto b) {
        if (std::cmp_not_equal(a, b))
            wrong.push_back(what + " is " + std::to_string(a) + ", but " + other + " is " + std::to_string(b));
    };
    equal("the number of orders", crowd_.log().times.size(), "that of orders that ended", auditor_.ended());
    equal("the number of orders", crowd_.log().times.size(), "that of customers who were told", notification_.ended());
    equal("the money taken", accounting_.captured(), "the price of what was delivered", auditor_.revenue());
    equal("the money held at the end", accounting_.held().size(), "what should be", 0);
    equal("the number of open tickets at the end", kitchen_.open(), "what should be", 0);
    for (auto const& [name, l] : all)
        equal(name + ": what it received", l.received, "what became of it",
            l.accepted + l.dead_lettered + l.released + l.expired);
    return wrong;
}

} // namespace ftgo
