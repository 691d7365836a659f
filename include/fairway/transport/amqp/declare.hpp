// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_DECLARE_HPP
#define FAIRWAY_TRANSPORT_AMQP_DECLARE_HPP

#include <fairway/transport/amqp/channel.hpp>
#include <fairway/transport/amqp/topology.hpp>
#include <fairway/transport/amqp/topology_methods.hpp>

#include <functional>
#include <memory>
#include <utility>

namespace fairway {

/// What becomes of the exchanges and queues that a channel needs.
enum class topology_mode {
    declare, ///< they are made where they are not there, and must have the same shape where they are
    verify,  ///< they must be there, in whatever shape; nothing is made, but queues of this program's own for replies
    none,    ///< nobody looks, and nothing is made, but the same
};

} // namespace fairway

namespace fairway::amqp_detail {

// Has a topology made or verified; calls `done` once all of it is there. What the broker refuses ends the channel.
// The calls go out together, and are answered in their order.
inline void declare(channel& on, topology const& what, topology_mode mode, std::function<void()> done) {
    auto const left = std::make_shared<std::size_t>(1);
    auto const all_done = std::make_shared<std::function<void()>>(std::move(done));
    auto const one_done = [left, all_done](auto const&...) {
        if (--*left == 0) (*all_done)();
    };
    bool const passive = mode == topology_mode::verify;
    if (mode != topology_mode::none) {
        for (auto const& e : what.exchanges) {
            exchange_declare d;
            d.exchange = e.name;
            d.type = e.type;
            d.durable = true;
            d.auto_delete = e.auto_delete;
            d.passive = passive || e.existing;
            ++*left;
            on.call<exchange_declare_ok>(d, one_done);
        }
        auto const look_for = [&](queue_spec const& q) {
            queue_declare d;
            d.queue = q.name;
            d.durable = true;
            d.passive = passive || q.existing;
            d.arguments = table_view(q.arguments);
            ++*left;
            on.call<queue_declare_ok>(d, one_done);
        };
        if (what.shape && !passive) look_for(*what.shape);
        for (auto const& q : what.queues) look_for(q);
    }
    if (mode == topology_mode::declare)
        for (auto const& b : what.bindings) {
            queue_bind m;
            m.queue = b.queue;
            m.exchange = b.exchange;
            m.routing_key = b.key;
            ++*left;
            on.call<queue_bind_ok>(m, one_done);
        }
    one_done();
}

} // namespace fairway::amqp_detail

#endif
