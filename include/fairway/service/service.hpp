// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_SERVICE_SERVICE_HPP
#define FAIRWAY_SERVICE_SERVICE_HPP

#include <fairway/contract/channel.hpp>
#include <fairway/port/handler.hpp>
#include <fairway/port/handler_options.hpp>
#include <fairway/port/middleware.hpp>
#include <fairway/port/sender_port.hpp>
#include <fairway/service/core.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace fairway {

/// A participant: handles the messages of channels and sends messages to channels. Its name is its consumer group;
/// instances of one name share the work, in one process or in many.
///
/// It lives on the executor of its transport, which must be serial (an `io_context` run by one thread, or a strand):
/// its handlers run there and interleave only where they `co_await`. More cores: more services or instances, each on an
/// executor of its own. Destroying it at any moment is safe: handlers are cancelled, what they had not finished is
/// given back; `drain` first ends what has begun. A handler that is suspended then unwinds when its executor next runs:
/// what it refers to must live until then.
///
/// Any thread may make it and call what it has, but for these: `around_deliveries` and `around_sends` come before all
/// else; `run` and `drain` are awaited on its executor; and it is destroyed there, or when that does not run, or once
/// its `drain` has ended before the deadline: elsewhere a handler may still be running when the destructor has
/// returned.
class service {
public:
    /// A service named `name` (1 to 100 of A-Z a-z 0-9 . _ -, else `errc::invalid_name`) on a transport; `watcher`, if
    /// any, is told what goes wrong.
    service(any_transport const& transport, std::string name, std::shared_ptr<observer> watcher = nullptr)
        : core_(detail::service_core::make(transport, std::move(name), std::move(watcher))) {}
    service(service const&) = delete;
    service& operator=(service const&) = delete;
    ~service() { close(); }

    /// Handles the messages of `Channel` with `handler`: an object that can be called with each of them (`M const&`,
    /// and if it likes `delivery const&` and `reply_token<M>` behind it) and returns nothing, the reply, or a `task` of
    /// it.
    ///
    /// From now on messages for this group are kept; they are handled once `run` or `start` was called. What a handler
    /// throws is tried again as `options` say; then it becomes a fault at the requester, and a one-way message goes to
    /// the dead-letter channel. Throws `unsupported`, `topology_mismatch`, `closed`, or `invalid_argument` where the
    /// service handles the channel already (two handlers would get a part of the messages each: put both into one
    /// `overload`), and where the retries may take longer than the transport holds a delivery.
    template <class Channel, class Handler>
    void handle(Handler&& handler, handler_options const& options = {}) {
        static_assert(channel<Channel>, "fairway: name a channel: handle<point_to_point<\"name\", message>>(handler)");
        if constexpr (channel<Channel>) add<Channel>(std::forward<Handler>(handler), options);
    }

    /// The port through which business logic sends to `Channel`. Throws `unsupported`, `topology_mismatch` or `closed`.
    template <class Channel>
    auto sender() const {
        static_assert(channel<Channel>, "fairway: name a channel: sender<point_to_point<\"name\", message>>()");
        if constexpr (channel<Channel>)
            return sender_port<Channel>(core_->sender(address_of<Channel>(), asks(typename Channel::messages{})));
    }

    /// Puts a middleware around each attempt to handle a delivery, within those that were added before. Before `start`.
    void around_deliveries(delivery_middleware m) { core_->around_deliveries(std::move(m)); }
    /// Puts a middleware around each send of this service. Before its ports are used.
    void around_sends(std::shared_ptr<send_middleware> m) { core_->around_sends(std::move(m)); }

    /// Starts to handle, and completes when the service is closed or drained.
    ///
    /// Cancelling it closes the service.
    [[nodiscard]] task<> run() { return core_->run(); }
    /// Starts to handle, without waiting.
    void start() { core_->start(); }

    /// Ends in good order: stops intake (what was not received goes to other instances), lets running handlers finish
    /// (they may still send and await replies), flushes what was sent, then closes. At the deadline it cancels what is
    /// left and gives it back. Returns what the service has done. Messages that wait in a channel and were not received
    /// yet stay there: a drain right after a send may handle nothing. Throws, closed, where what was sent was not
    /// accepted: `errc::timed_out` at the deadline, or as a flush does (`errc::not_connected`).
    [[nodiscard]] task<ledger> drain(duration deadline = std::chrono::seconds(30)) { return core_->drain(deadline); }
    /// Begins to drain without waiting, which a handler of the service must not; `run` completes when it is done. Where
    /// something was not accepted the observer is told (`occurrence::unflushed`), and nobody else.
    void shutdown(duration deadline = std::chrono::seconds(30)) { core_->shutdown(deadline); }
    /// Ends now: handlers are cancelled, what they had not finished is given back; pending requests and later
    /// operations of its ports fail with `errc::closed`.
    void close() { core_->close(); }

    /// Its name, which is its consumer group.
    std::string const& name() const noexcept { return core_->name(); }
    /// Where it runs.
    asio::any_io_executor get_executor() const { return core_->executor(); }
    /// How many of its requests and gathers wait for answers.
    std::size_t pending_requests() const { return core_->pending_requests(); }
    /// What it has done so far.
    ledger stats() const noexcept { return core_->stats(); }

private:
    template <class Channel, class Handler>
    void add(Handler&& handler, handler_options const& options) {
        using H = std::decay_t<Handler>;
        detail::bound_handler bound;
        bound.table = detail::make_table<Channel, H>(typename Channel::messages{});
        bound.object = std::make_shared<H>(std::forward<Handler>(handler));
        core_->handle(address_of<Channel>(), std::move(bound), options);
    }
    template <class Channel>
    static address address_of() {
        return {std::string(Channel::name), Channel::kind, Channel::shards};
    }
    template <class... Ms>
    static constexpr bool asks(type_list<Ms...>) {
        return ((contract_of<Ms>::replies::size > 0) || ...);
    }

    std::shared_ptr<detail::service_core> core_;
};

} // namespace fairway

#endif
