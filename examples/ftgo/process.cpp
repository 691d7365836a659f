// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "process.hpp"

#include "contracts/courier.hpp"
#include "contracts/order.hpp"
#include "customers.hpp"
#include "inspection.hpp"
#include "report.hpp"

#include <fairway/amqp.hpp>
#include <fairway/env/sleep.hpp>
#include <fairway/port/gather.hpp>
#include <fairway/tcp.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
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

// Says when the process has met the broker, and what is wrong with the connection until then. Later it comes back by
// itself, so that only what is refused is worth saying.
class broker_watch final : public fairway::observer, public std::enable_shared_from_this<broker_watch> {
public:
    void on(fairway::observation const& o) noexcept override {
        if (o.what == fairway::occurrence::connected) met();
    }
    void met() noexcept {
        if (!std::exchange(met_, true)) std::cout << "connected" << std::endl;
    }
    auto log() {
        return [self = shared_from_this()](std::string_view where, fairway::error_code why, std::string_view text) {
            if (self->met_ && why != fairway::condition::permanent) return;
            auto const plain = text.empty() ? why.message() : std::string(text.substr(0, text.find(" [")));
            auto const what = std::string(where) + ": " + plain;
            constexpr std::size_t most = 100;
            if (self->said_.size() < most && self->said_.insert(what).second) std::cerr << what << std::endl;
            if (why == fairway::errc::unauthorized) std::_Exit(1); // it would be refused again and again
        };
    }

private:
    bool met_ = false;
    std::set<std::string> said_;
};

struct opened {
    fairway::any_transport net;
    std::shared_ptr<broker_watch> watch; // where there is a broker
};

opened open(fairway::asio::any_io_executor const& executor, std::string const& text) {
    fairway::url const where(text);
    if (where.scheme() == fairway::tcp::scheme) return {listen<fairway::tcp>(executor, where), {}};
    if (where.scheme() == fairway::unix_socket::scheme) return {listen<fairway::unix_socket>(executor, where), {}};
    if (where.scheme() != fairway::amqp::scheme && where.scheme() != fairway::amqps::scheme)
        throw std::invalid_argument("a process talks to others over tcp://, unix://, amqp:// or amqps://");
    auto watch = std::make_shared<broker_watch>();
    return {fairway::amqp(executor, fairway::amqp_options::from(where).on_trouble(watch->log())), watch};
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

fairway::task<int> run_office(opened way, process_options const& options) {
    auto& net = way.net;
    if (options.role == "order") keep_for<order_events>(net, {"notification", "auditor"});
    if (options.role == "delivery") keep_for<courier_calls>(net, {"swift", "pedal", "ox"});
    office works(net, options.role, options.office);
    if (auto const lines = works.journal_lines()) std::cout << "journal: " << *lines << " lines" << std::endl;
    fairway::service desk(net, options.name.empty() ? options.role : options.name, way.watch);
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

fairway::task<int> run_customers(opened way, process_options const& options) {
    if (way.watch) way.watch->met(); // by others before: they come last
    fairway::service people(way.net, "customers");
    fairway::service hall(way.net, "town-hall");
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
    auto way = open(executor, options.transport);
    if (options.role == "customers") return run_customers(std::move(way), options);
    return run_office(std::move(way), options);
}

} // namespace ftgo
