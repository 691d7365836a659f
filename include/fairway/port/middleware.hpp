// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_MIDDLEWARE_HPP
#define FAIRWAY_PORT_MIDDLEWARE_HPP

// What users put around each delivery and each send: logging, metrics, tracing, authorisation. Its place is fixed:
// around the handler, within duplicate check, order and retry, so that it can't be put where it would break them.

#include <fairway/env/task.hpp>
#include <fairway/envelope/delivery.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway {

/// One attempt to handle a delivery, as a middleware sees it. Valid until the attempt has ended.
struct handling {
    /// The delivery; `attempt()` says which attempt it is.
    delivery const& message;
    /// The channel that it came from.
    std::string_view channel;
    /// The service that handles it.
    std::string_view service;
};

class next_handler;

/// Stands around each attempt of each delivery: `co_await next()` runs what is further inside, the handler last. What
/// it throws, or lets through, is the attempt's failure, as if the handler had thrown it. Without calling `next` the
/// message counts as handled.
using delivery_middleware = std::function<task<>(handling const& what, next_handler next)>;

namespace detail {

// The way of one attempt through the middleware to its handler.
struct way_in {
    std::vector<delivery_middleware> const& around;
    handling what;
    std::function<task<>()> innermost;
    bool reached = false;
};

} // namespace detail

/// What is further inside: the next middleware, or the handler.
class next_handler {
public:
    /// Made by the library.
    next_handler(detail::way_in& way, std::size_t depth) noexcept : way_(&way), depth_(depth) {}

    /// Runs it. Call it once, and await what it returns.
    [[nodiscard]] task<> operator()() const {
        if (depth_ < way_->around.size()) return way_->around[depth_](way_->what, next_handler(*way_, depth_ + 1));
        way_->reached = true;
        return way_->innermost();
    }

private:
    detail::way_in* way_;
    std::size_t depth_;
};

/// A message before it is sent, as a middleware sees it.
struct outgoing {
    /// The channel that it goes to.
    std::string_view channel;
    /// Its standard headers.
    envelope_head const& head;
    /// Its own headers, which may be changed.
    headers& own;
};

/// Stands around each send of a service, requests and questions included, replies not. `before` is called on the
/// thread that sends, `after` there or on the service's executor: thread-safe where another thread sends.
class send_middleware {
public:
    send_middleware() = default;
    send_middleware(send_middleware const&) = delete;
    send_middleware& operator=(send_middleware const&) = delete;
    virtual ~send_middleware() = default;
    /// Called before the message is made. May set headers; what it throws is thrown by the operation, which then sends
    /// nothing.
    virtual void before(outgoing& message) { static_cast<void>(message); }
    /// Called when the message was accepted (no error) or refused; one of `try_send` when it was handed over.
    virtual void after(std::string_view channel, envelope const& message, error_code outcome) noexcept {
        static_cast<void>(channel), static_cast<void>(message), static_cast<void>(outcome);
    }
};

namespace detail {

// A service's middleware, outermost first. Complete before the service starts and its ports are used.
struct middleware_chain {
    std::vector<delivery_middleware> deliveries;
    std::vector<std::shared_ptr<send_middleware>> sends;
};

} // namespace detail

} // namespace fairway

#endif
