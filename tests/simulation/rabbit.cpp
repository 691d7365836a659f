// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "rabbit.hpp"

#include <fairway/amqp.hpp>
#include <fairway/inproc.hpp>
#include <fairway/port/dead_letters.hpp>
#include <fairway/testing/amqp/broker.hpp>

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace workload {

namespace {

using fairway::channel_kind;
using fairway::task;
using fairway::testing::amqp_broker;
using fairway::testing::host;
using fairway::testing::simulation;

constexpr std::uint16_t port = 5672;

fairway::env::endpoint everywhere() { return fairway::env::endpoint::tcp("*", port); }

class model final : public rabbit, public std::enable_shared_from_this<model> {
public:
    model(host& h, scenario const& s, simulation& in) : s_(s), in_(in), dice_(s.seed, 102) {
        fairway::testing::amqp_broker_options o;
        o.listen_at(everywhere()).seed(s.seed);
        nodes_.push_back({h, std::make_unique<amqp_broker>(h.executor(), o)});
    }
    void add_node(host& h) override {
        nodes_.push_back({h, std::make_unique<amqp_broker>(h.executor(), any(), everywhere())});
    }

    void start() {
        auto& f = faults_;
        f.most_confirm_delay = s_.rabbit.confirm_delay;
        f.read_delay = s_.rabbit.read_delay;
        f.nack_one_in = s_.rabbit.nacks;
        f.nack_first_one_in = s_.rabbit.unready;
        f.nack_channel_one_in = s_.rabbit.refusals;
        f.close_one_in = s_.rabbit.closes;
        f.cut_one_in = s_.rabbit.cuts;
        f.repeat_one_in = s_.wrong.duplicates;
        any().set_faults(f);
        nodes_.front().on.spawn(misbehave(shared_from_this()));
        if (s_.rabbit.loses_node) nodes_.front().on.spawn(lose_node(shared_from_this()));
    }

    std::size_t backlog(fairway::address const& of, std::string_view group) const override {
        std::size_t n = 0;
        for (auto const& name : queues(of, group))
            if (auto const q = any().queue(name)) n += q->ready + q->unsettled;
        return n;
    }
    bool is_consumed(fairway::address const& of, std::string_view group) const override {
        auto const all = queues(of, group);
        return std::all_of(all.begin(), all.end(), [this](std::string const& name) {
            auto const q = any().queue(name);
            return q && q->consumers > 0;
        });
    }
    bool has_lost_something() override {
        // A channel that it closes is no connection that ends.
        std::uint64_t ended = 0;
        for (auto const& n : nodes_) ended += n.broker->ended_connections();
        return s_.rabbit.closes > 0 || std::exchange(known_, ended) != ended;
    }

private:
    struct node {
        host& on;
        std::unique_ptr<amqp_broker> broker;
        bool gone = false;
    };
    // What nodes share is known to each.
    amqp_broker& any() const { return *nodes_.front().broker; }
    // One of them, or all.
    std::span<node> some_nodes() {
        std::span all(nodes_);
        return nodes_.size() == 1 || dice_.one_in(3) ? all : all.subspan(dice_.below(nodes_.size()), 1);
    }
    void note(std::string const& what, std::span<node> who) {
        for (auto const& n : who) in_.note("RabbitMQ " + what + " at " + n.on.name());
    }

    static std::vector<std::string> queues(fairway::address const& of, std::string_view group) {
        fairway::amqp_detail::naming const names;
        std::vector<std::string> all;
        for (unsigned i = 0; i < std::max(of.shards, 1U); ++i) all.push_back(names.queue(of, group, i));
        return all;
    }

    static void start(std::span<node> who) {
        for (auto const& n : who)
            if (!n.gone) n.broker->start();
    }

    static task<> lose_node(std::shared_ptr<model> self) {
        co_await fairway::sleep_for(self->draw(1ms, self->s_.window));
        auto const who = std::span(self->nodes_).subspan(self->dice_.below(self->nodes_.size()), 1);
        self->note("goes for ever", who);
        who[0].gone = true;
        who[0].broker->crash();
    }
    static task<> misbehave(std::shared_ptr<model> self) {
        auto const end = self->s_.window;
        auto const most = 2 * self->s_.rabbit.troubles;
        while (most.count() && self->in_.elapsed() < end) {
            co_await fairway::sleep_for(self->draw(1ms, most));
            if (self->in_.elapsed() < end) co_await self->one_trouble();
        }
        if (self->in_.elapsed() < end) co_await fairway::sleep_for(end - self->in_.elapsed());
        self->in_.note("RabbitMQ is mended");
        auto& f = self->faults_;
        f.nack_one_in = f.nack_first_one_in = f.nack_channel_one_in = f.close_one_in = f.cut_one_in = f.repeat_one_in =
            0;
        self->any().set_faults(f);
    }
    task<> one_trouble() {
        auto const length = draw(1ms, 4s);
        auto const who = some_nodes();
        switch (dice_.below(s_.rabbit.deletes_queues ? 10 : 6)) {
        case 0:
            note("stops", who);
            for (auto const& n : who) n.broker->stop();
            co_await fairway::sleep_for(length);
            start(who);
            break;
        case 1:
            note("crashes", who);
            for (auto const& n : who) n.broker->crash();
            co_await fairway::sleep_for(length);
            start(who);
            break;
        case 2:
            in_.note("RabbitMQ blocks");
            any().block();
            co_await fairway::sleep_for(2 * length);
            any().unblock();
            break;
        case 3:
            in_.note("RabbitMQ withholds confirms");
            faults_.withhold_confirms = true;
            any().set_faults(faults_);
            co_await fairway::sleep_for(2 * length);
            faults_.withhold_confirms = false;
            any().set_faults(faults_);
            break;
        case 4:
            note("cuts all connections", who);
            for (auto const& n : who) n.broker->cut_connections();
            break;
        case 5:
            for (auto const& n : who) in_.pause(n.on, length);
            break;
        default: delete_queues();
        }
    }
    // What is in them would be lost, and of a publish-subscribe channel what comes before they are there again; of
    // shards what comes back might be overtaken.
    void delete_queues() {
        std::vector<fairway::address> all{{"work", channel_kind::point_to_point}};
        for (auto const* const on : road_names)
            for (auto const* const group : group_names) all.push_back({fairway::dead_letter_channel(on, group)});
        for (auto const& of : all)
            if (backlog(of, {}) == 0 && dice_.one_in(2) && any().delete_queue(queues(of, {}).front()))
                in_.note("RabbitMQ deletes the queue of " + of.channel);
    }
    fairway::duration draw(fairway::duration least, fairway::duration most) { return dice_.between(least, most); }

    scenario const& s_;
    simulation& in_;
    fairway::testing::sim_detail::dice dice_;
    fairway::testing::amqp_faults faults_;
    std::vector<node> nodes_;
    std::uint64_t known_ = 0; // connections that have ended
};

// With connections, and with what the faults of the scenario do.
bool may_happen(scenario const& s, fairway::error_code const& why) {
    if (why == fairway::errc::unroutable) return s.rabbit.closes > 0 || s.rabbit.deletes_queues;
    if (why == fairway::errc::timed_out || why == fairway::errc::not_connected) return !s.calm();
    return why.category() == boost::asio::error::get_system_category() && !s.calm();
}

} // namespace

std::shared_ptr<rabbit> rabbit::boot(host& h, scenario const& s, simulation& world) {
    auto const made = std::make_shared<model>(h, s, world);
    made->start();
    return made;
}

fairway::any_transport make_rabbit_client(
    host& h, scenario const& s, std::function<void(std::string_view what, bool allowed)> told) {
    if (h.name().starts_with(rabbit::places[0]))
        return fairway::any_transport(fairway::inproc(h.executor(), fairway::inproc::hub()));
    fairway::amqp_options o;
    for (unsigned n = 0; n < s.rabbit.nodes; ++n) o.host(rabbit::places[n], port);
    o.insecure(true).name(h.name());
    o.queue(s.queue_messages, fairway::limits::queue_bytes).heartbeat(s.node.heartbeat);
    o.on_trouble([&s, told = std::move(told)](std::string_view where, fairway::error_code why, std::string_view text) {
        std::string what(text);
        what.append(" (").append(why.message()).append(") at ").append(where);
        told(what, may_happen(s, why));
    });
    return fairway::any_transport(fairway::amqp(h.executor(), o));
}

} // namespace workload
