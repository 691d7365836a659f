// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_AMQP_BROKER_HPP
#define FAIRWAY_TESTING_AMQP_BROKER_HPP

#include <fairway/testing/amqp/faults.hpp>
#include <fairway/testing/amqp/options.hpp>
#include <fairway/testing/amqp/server.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace fairway::testing {

/// What lies in a queue.
struct amqp_queue_state {
    /// Messages that wait.
    std::size_t ready = 0;
    /// Messages that were delivered and are not settled.
    std::size_t unsettled = 0;
    /// Its consumers.
    std::size_t consumers = 0;
};

/// A broker in this program that speaks AMQP 0-9-1 and does what RabbitMQ 3.10 does, for tests without RabbitMQ, and
/// for those that need a fault at the right moment.
///
///     testing::amqp_broker broker(io.get_executor(), testing::amqp_broker_options());
///     connect_to(broker.endpoint());
///     broker.set_faults({.withhold_confirms = true});
///
/// It takes the network, the clock and the time of its executor's context, so that it also runs over the simulated
/// ones. It knows direct, fanout and topic exchanges (no headers exchanges, alternate exchanges, and bindings between
/// exchanges), classic and quorum queues (no priorities, streams and policies), and neither transactions nor a prefetch
/// for whole channels. It is stricter in the number of channels, expires unused quorum queues in time, where RabbitMQ
/// takes up to 5 s more, and hands a classic queue with a single active consumer on at basic.cancel, where
/// RabbitMQ 3.10 breaks down.
///
/// Several of them may be the nodes of a cluster:
///
///     testing::amqp_broker second(io.get_executor(), broker, env::endpoint::tcp("*", 5673));
///     broker.crash(); // clients go to the second one
///
/// Nodes share virtual hosts, queues, users and faults; connections, and all that a node does from its start to its
/// stop, are its own. A node that stops gives back what its connections have not settled, and takes their exclusive
/// queues with it; when the last one stops, the broker does. Queues are there as long as any node is up, where RabbitMQ
/// needs the majority for quorum queues and the node of its declaration for a classic one. Nodes reach each other
/// always. They may run on different contexts, such as simulated hosts, of one thread.
///
/// Not thread-safe: used on its executor, which must be serial. Destroying it closes its connections.
class amqp_broker {
public:
    /// Listens at once. Throws `system_error`, as `env::network::listen` does.
    explicit amqp_broker(asio::any_io_executor executor, amqp_broker_options const& options = amqp_broker_options())
        : amqp_broker(std::move(executor), std::make_shared<amqp_detail::cluster>(options), options.at()) {}
    /// A further node of the cluster of `other`, whose options it has but for where it listens. Throws as above.
    amqp_broker(asio::any_io_executor executor, amqp_broker const& other, env::endpoint at)
        : amqp_broker(std::move(executor), other.server_->together(), std::move(at)) {}
    amqp_broker(amqp_broker const&) = delete;
    amqp_broker& operator=(amqp_broker const&) = delete;
    ~amqp_broker() { server_->abandon(); }

    /// Where this node listens, with the port that was chosen.
    env::endpoint const& endpoint() const noexcept { return server_->local(); }
    /// How many connections this node has.
    std::size_t connections() const noexcept { return server_->connections(); }
    /// How many it had that have ended.
    std::uint64_t ended_connections() const noexcept { return server_->ended(); }
    /// What lies in a queue; nothing where there is no such one.
    std::optional<amqp_queue_state> queue(std::string_view name, std::string_view virtual_host = "/") const {
        auto* const host = server_->state().find_host(virtual_host);
        auto const* const q = host ? host->find_queue(name) : nullptr;
        if (!q) return std::nullopt;
        return amqp_queue_state{q->ready(), q->unsettled(), q->consumers()};
    }

    // ---- faults
    /// What goes wrong from now on.
    void set_faults(amqp_faults const& f) {
        server_->state().faults = f;
        server_->settle_all();
    }
    /// Deletes a queue, as an operator does; its consumers are told. False where there is none.
    bool delete_queue(std::string_view name, std::string_view virtual_host = "/") {
        auto* const host = server_->state().find_host(virtual_host);
        if (!host || !host->remove(name)) return false;
        server_->settle();
        return true;
    }
    /// Cuts all connections of this node, without a word.
    void cut_connections() { server_->cut_all(); }
    /// Takes no messages, at no node: whoever publishes is told so (connection.blocked) and not read any further.
    void block(std::string reason = "low on memory") { server_->block(std::move(reason)); }
    /// Takes messages again.
    void unblock() { server_->unblock(); }
    /// Stops this node in good order: clients are told (320), new ones refused, and with the last node what is not
    /// durable is gone.
    void stop() { server_->stop(false); }
    /// Stops this node without a word. Messages that came to it and were not confirmed are lost by chance, with the
    /// last node all such: of a classic queue one in two, of a quorum queue some of the last ones.
    void crash() { server_->stop(true); }
    /// Listens again where this node did before. Throws as the constructor.
    void start() { server_->start(); }
    /// Stops this node in good order and starts it again.
    void restart() {
        stop();
        start();
    }

private:
    amqp_broker(asio::any_io_executor executor, std::shared_ptr<amqp_detail::cluster> of, env::endpoint at)
        : server_(std::make_shared<amqp_detail::server>(std::move(executor), std::move(of), std::move(at))) {
        server_->start();
    }

    std::shared_ptr<amqp_detail::server> server_;
};

} // namespace fairway::testing

#endif
