// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "process.hpp"

#include "contracts/courier.hpp"
#include "contracts/order.hpp"
#include "customers.hpp"
#include "inspection.hpp"
#include "report.hpp"

#include <fairway/env/sleep.hpp>
#include <fairway/port/gather.hpp>
#include <fairway/tcp.hpp>

#include <chrono>
#include <iostream>
#include <stdexcept>
#include <utility>
#include <vector>

namespace ftgo {

using namespace std::chrono_literals;

namespace {

// Opens the transport and says where it listens: with port 0 nobody else knows.
template <class Transport>
fairway::any_transport listen(fairway::asio::any_io_executor const& executor, fairway::url const& where) {
    Transport made(executor, where);
    auto const at = made.local();
    std::cout << (at ? at->text() : "nowhere") << std::endl;
    return made;
}

fairway::any_transport open(fairway::asio::any_io_executor const& executor, std::string const& text) {
    fairway::url const where(text);
    if (where.scheme() == fairway::tcp::scheme) return listen<fairway::tcp>(executor, where);
    if (where.scheme() == fairway::unix_socket::scheme) return listen<fairway::unix_socket>(executor, where);
    throw std::invalid_argument("a process talks to others over tcp:// or unix://");
}

// What is published is kept for these from the first message on, also while they are not there (yet or again).
template <class Channel>
void keep_for(fairway::any_transport& net, std::vector<std::string> const& groups) {
    for (auto const& group : groups) {
        fairway::subscription s;
        s.from = {std::string(Channel::name), Channel::kind, Channel::shards};
        s.group = group;
        net.declare(s);
    }
}

// The part of the town hall in a process: shows its books to whoever asks.
class clerk {
public:
    explicit clerk(office& of) : office_(&of) {}

    fairway::task<books> operator()(show_books const& wish) {
        if (wish.last && !std::exchange(drained_, true)) (void)co_await office_->self().drain(5s);
        co_return office_->books();
    }

private:
    office* office_;
    bool drained_ = false;
};

fairway::task<int> run_office(fairway::any_transport net, process_options const& options) {
    if (options.role == "order") keep_for<order_events>(net, {"notification", "auditor"});
    if (options.role == "delivery") keep_for<courier_calls>(net, {"swift", "pedal", "ox"});
    office works(net, options.role, options.office);
    if (auto const lines = works.journal_lines()) std::cout << "journal: " << *lines << " lines" << std::endl;
    fairway::service desk(net, options.name.empty() ? options.role : options.name);
    desk.handle<town_hall>(clerk(works));
    works.self().start();
    co_await desk.run();
    co_return 0;
}

// The books of all offices, in the order in which the report names them.
class inspector {
public:
    inspector(fairway::service const& self, std::size_t offices)
        : questions_(self.sender<town_hall>()), offices_(offices) {}

    // Fewer than all where some did not answer in time.
    fairway::task<std::vector<books>> ask(bool last) {
        show_books const wish{.last = last};
        auto const answers = co_await questions_.gather(wish, fairway::gather_options<books>(10s).maximum(offices_));
        std::vector<books> all;
        for (auto const& name : office_names())
            for (auto const& a : answers.replies)
                if (a.value.service == name) all.push_back(a.value);
        co_return all;
    }
    bool has_all(std::vector<books> const& all) const { return all.size() == offices_; }

private:
    fairway::sender_port<town_hall> questions_;
    std::size_t offices_;
};

fairway::task<int> run_customers(fairway::any_transport net, process_options const& options) {
    fairway::service people(net, "customers");
    fairway::service hall(net, "town-hall");
    customers crowd(people);
    inspector inspects(hall, options.offices);
    people.start();
    hall.start();
    line_reader input(people.get_executor(), options.file);

    auto const begin = std::chrono::steady_clock::now();
    co_await crowd.order_from(input);
    std::optional<std::chrono::nanoseconds> took;
    if (options.timing) took = std::chrono::steady_clock::now() - begin;

    // As in one process: what is still under way has to arrive first.
    for (auto const deadline = std::chrono::steady_clock::now() + 10s; std::chrono::steady_clock::now() < deadline;) {
        auto const all = co_await inspects.ask(false);
        if (inspects.has_all(all) && is_quiet(all, crowd.log())) break;
        co_await fairway::sleep_for(20ms);
    }
    auto all = co_await inspects.ask(true);
    bool const complete = inspects.has_all(all);
    (void)co_await people.drain(5s);
    books own;
    own.service = people.name();
    own.done = people.stats();
    all.insert(all.begin(), std::move(own));
    report(std::cout, all, crowd.log(), took);
    if (!complete) {
        std::cerr << "check: only " << all.size() - 1 << " of " << options.offices << " processes answered\n";
        co_return 3;
    }
    co_return verdict(all, crowd.log());
}

} // namespace

fairway::task<int> run_process(fairway::asio::any_io_executor executor, process_options const& options) {
    auto net = open(executor, options.transport);
    if (options.role == "customers") return run_customers(std::move(net), options);
    return run_office(std::move(net), options);
}

} // namespace ftgo
