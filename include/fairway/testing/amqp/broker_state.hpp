// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_AMQP_BROKER_STATE_HPP
#define FAIRWAY_TESTING_AMQP_BROKER_STATE_HPP

#include <fairway/envelope/time.hpp>
#include <fairway/testing/amqp/faults.hpp>
#include <fairway/testing/amqp/options.hpp>
#include <fairway/testing/amqp/virtual_host.hpp>
#include <fairway/testing/sim/draw.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace fairway::testing::amqp_detail {

// All that a broker is beside its connections, without I/O.
class broker_state {
public:
    explicit broker_state(amqp_broker_options const& o) : options(o), dice(o.seed(), 6) {
        for (auto const& name : o.virtual_hosts()) hosts_.try_emplace(name, name);
    }

    amqp_broker_options options;
    amqp_faults faults;
    std::optional<std::string> blocked; // why messages are not taken at the moment
    sim_detail::dice dice;

    // Does not go back, though the clocks of nodes differ.
    void set_time(time_point now) {
        now_ = std::max(now_, now);
        for (auto& [name, h] : hosts_) h.set_time(now_);
    }
    time_point now() const noexcept { return now_; }
    std::optional<time_point> wake() const {
        std::optional<time_point> next;
        for (auto const& [name, h] : hosts_)
            if (auto const w = h.wake()) next = std::min(next.value_or(time_point::max()), *w);
        return next;
    }
    void tick() {
        for (auto& [name, h] : hosts_) h.tick();
    }
    void serve() {
        for (auto& [name, h] : hosts_) h.serve();
    }

    virtual_host* find_host(std::string_view name) {
        auto const found = hosts_.find(name);
        return found == hosts_.end() ? nullptr : &found->second;
    }
    // Of a fault that happens to one in `n`.
    bool draws(std::uint64_t n) { return n > 0 && dice.one_in(n); }

    // One of several nodes has crashed: messages are lost by chance of which nobody there was told that they are safe.
    void lose_node(unsigned node) { lose_unconfirmed(node); }
    // All of it was stopped in good order, or has crashed: then the same happens to all messages.
    void restart(bool crash) {
        if (crash) lose_unconfirmed(std::nullopt);
        for (auto& [name, h] : hosts_) h.restart();
    }

private:
    void lose_unconfirmed(std::optional<unsigned> node) {
        for (auto& [name, h] : hosts_) h.lose_unconfirmed(dice, node);
    }

    std::map<std::string, virtual_host, std::less<>> hosts_;
    time_point now_{};
};

} // namespace fairway::testing::amqp_detail

#endif
