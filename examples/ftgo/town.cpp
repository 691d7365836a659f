// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "town.hpp"

#include "inspection.hpp"

#include <fairway/env/sleep.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <thread>

namespace ftgo {

using namespace std::chrono_literals;

/// An office with a thread of its own.
class branch_office {
public:
    branch_office(fairway::inproc::hub const& hub, std::string_view name)
        : works_(fairway::inproc(context_.get_executor(), hub), name) {
        works_.self().start();
        thread_ = std::thread([this] { context_.run(); });
    }
    ~branch_office() {
        context_.stop();
        thread_.join();
    }
    office& works() { return works_; }

private:
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> open_{context_.get_executor()};
    office works_;
    std::thread thread_;
};

town::town(fairway::asio::any_io_executor const& executor, std::optional<order_id> unheard)
    : net_(fairway::inproc(executor, hub_)), people_(net_, "customers"), crowd_(people_) {
    office_options options;
    options.unheard = unheard;
    for (auto const& name : office_names()) {
        if (name == "delivery")
            for (int i = 0; i < 2; ++i) branches_.push_back(std::make_unique<branch_office>(hub_, name));
        else
            offices_.push_back(std::make_unique<office>(net_, name, options));
    }
    people_.start();
    for (auto const& o : offices_) o->self().start();
}

town::~town() = default;

std::vector<books> town::all_books() const {
    std::vector<books> all(1);
    all[0].service = people_.name();
    all[0].done = people_.stats();
    for (auto const& o : offices_) all.push_back(o->books());
    for (auto const& b : branches_) all.push_back(b->works().books());
    return all;
}

fairway::task<std::vector<books>> town::close() {
    // A drained service finishes what it has received, not what is still under way to it: that has to arrive first.
    for (auto patience = 5s / 1ms; !is_quiet(all_books(), crowd_.log()) && patience > 0; --patience)
        co_await fairway::sleep_for(1ms);
    (void)co_await people_.drain(5s);
    for (auto const& o : offices_) (void)co_await o->self().drain(5s);
    for (auto const& b : branches_) {
        auto& self = b->works().self(); // on a thread of its own
        (void)co_await boost::asio::co_spawn(self.get_executor(), self.drain(5s), boost::asio::use_awaitable);
    }
    co_return all_books();
}

} // namespace ftgo
