// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_NETWORK_HPP
#define FAIRWAY_ENV_NETWORK_HPP

#include <fairway/env/endpoint.hpp>
#include <fairway/env/stream.hpp>
#include <fairway/env/task.hpp>

#include <boost/asio/execution_context.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fairway::env {

/// Somebody who listens. Not thread-safe. Destroying it closes it.
class acceptor {
public:
    acceptor() = default;
    acceptor(acceptor const&) = delete;
    acceptor& operator=(acceptor const&) = delete;
    virtual ~acceptor() = default;
    /// The next connection; at most one call at a time. Throws `system_error`: `boost::asio::error::operation_aborted`
    /// when it was cancelled or closed, else what is wrong with the system at the moment (such as
    /// `no_descriptors`), after which it may be called again. Cancelled, it has taken none.
    virtual task<stream> accept() = 0;
    /// Where it listens, with the port that was chosen.
    virtual endpoint local() const = 0;
    /// Ends it, and the `accept` that is pending. Connections that nobody has accepted are closed.
    virtual void close() noexcept = 0;
};

/// What is behind a network; see there.
class network_impl {
public:
    network_impl() = default;
    network_impl(network_impl const&) = delete;
    network_impl& operator=(network_impl const&) = delete;
    virtual ~network_impl() = default;
    /// As `network::connect`.
    virtual task<stream> connect(endpoint to, asio::any_io_executor on) = 0;
    /// As `network::listen`.
    virtual std::unique_ptr<acceptor> listen(endpoint const& at, asio::any_io_executor on) = 0;
    /// As `network::resolve`.
    virtual task<std::vector<std::string>> resolve(std::string host, asio::any_io_executor on) = 0;
    /// The execution context is being destroyed: drop what waits without resuming it.
    virtual void abandon() noexcept {}
};

/// The network of an execution context, real unless another was put there before its first use:
/// `boost::asio::make_service<env::network>(context, impl)`.
class network final : public asio::execution_context::service {
public:
    using key_type = network;
    /// Asio's key of the service.
    static inline asio::execution_context::id id;

    /// Made by Asio: the real one. Defined in env/real_network.hpp.
    explicit network(asio::execution_context& context);
    /// Another one.
    network(asio::execution_context& context, std::unique_ptr<network_impl> impl)
        : service(context), impl_(std::move(impl)) {}

    /// Connects to `to`; the stream's handlers run on `on`. Several addresses of a host are tried one after another, in
    /// the system's order, each time from another one on; who does not answer is waited for at most 3 s, and less where
    /// all would take more than 10 s. Throws `system_error` with the last one's error. Cancellable.
    task<stream> connect(endpoint to, asio::any_io_executor on) { return impl_->connect(std::move(to), std::move(on)); }
    /// Listens at `at`, with port 0 at any free port; its streams' handlers run on `on`. The host is an address,
    /// `localhost` or `*`. The file of a Unix socket is for its owner only, replaces one at which nobody listens any
    /// more, and is removed at the end. Throws `system_error`, such as `boost::asio::error::address_in_use`, which it
    /// is also while somebody else begins to listen there.
    std::unique_ptr<acceptor> listen(endpoint const& at, asio::any_io_executor on) {
        return impl_->listen(at, std::move(on));
    }
    /// The addresses of a host, at least one; an address is its own. Throws `system_error`. Cancellable.
    task<std::vector<std::string>> resolve(std::string host, asio::any_io_executor on) {
        return impl_->resolve(std::move(host), std::move(on));
    }

    /// The network of the executor's context. Who calls it includes env/real_network.hpp.
    static network& of(asio::any_io_executor const& executor);

private:
    void shutdown() override { impl_->abandon(); }

    std::unique_ptr<network_impl> impl_;
};

} // namespace fairway::env

#endif
