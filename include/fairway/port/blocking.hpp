// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_BLOCKING_HPP
#define FAIRWAY_PORT_BLOCKING_HPP

#include <fairway/env/thread.hpp>
#include <fairway/port/sender_port.hpp>

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace fairway {

/// A sender port for callers that are no coroutine: each call blocks its thread until the operation has completed.
///
/// Some other thread must run the service's execution context. Called on a thread that runs it, every operation throws
/// `errc::would_deadlock` at once.
template <channel Channel>
class blocking_port {
public:
    /// The blocking face of a port.
    explicit blocking_port(sender_port<Channel> port) : port_(std::move(port)) {}

    /// As `sender_port::send`.
    template <class M>
    void send(M const& m, send_options const& options = {}) const {
        check();
        if constexpr (std::is_void_v<decltype(port_.send(m, options))>)
            return;
        else
            wait(port_.send(m, options));
    }

    /// As `sender_port::request`.
    template <class M>
    auto request(M const& m, duration timeout = default_timeout, send_options const& options = {}) const {
        check();
        if constexpr (!std::is_void_v<decltype(port_.request(m, timeout, options))>)
            return wait(port_.request(m, timeout, options));
    }

    /// As `sender_port::gather`.
    template <class M, class Options>
    auto gather(M const& m, Options until, send_options const& options = {}) const {
        check();
        if constexpr (!std::is_void_v<decltype(port_.gather(m, until, options))>)
            return wait(port_.gather(m, std::move(until), options));
    }

private:
    void check() const {
        if (env::runs_here(port_.core()->executor()))
            detail::fail(errc::would_deadlock, "blocking call to " + port_.core()->to().channel);
        port_.core()->check_open();
    }

    // Runs the operation on the service's executor, so that no second event loop is needed.
    template <class T>
    T wait(task<T> operation) const {
        struct result {
            std::exception_ptr error;
            std::optional<std::conditional_t<std::is_void_v<T>, bool, T>> value;
        };
        // Where the coroutine is dropped with its context, that is how the call ends.
        struct ending {
            env::rendezvous<result>* to;
            explicit ending(env::rendezvous<result>* t) : to(t) {}
            ending(ending&& o) noexcept : to(std::exchange(o.to, nullptr)) {}
            ending& operator=(ending&&) = delete;
            ~ending() {
                if (to) end(std::make_exception_ptr(system_error(make_error_code(errc::closed), "blocking call")), {});
            }
            void end(std::exception_ptr error, decltype(result::value) value) {
                std::exchange(to, nullptr)->set(result{std::move(error), std::move(value)});
            }
        };
        env::rendezvous<result> meeting;
        auto const executor = port_.core()->executor();
        if constexpr (std::is_void_v<T>) {
            asio::co_spawn(executor, std::move(operation),
                [e = ending(&meeting)](std::exception_ptr error) mutable { e.end(std::move(error), true); });
        } else {
            asio::co_spawn(
                executor, std::move(operation), [e = ending(&meeting)](std::exception_ptr error, T value) mutable {
                    e.end(std::move(error), std::optional<T>(std::move(value)));
                });
        }
        result r = meeting.take();
        if (r.error) std::rethrow_exception(r.error);
        if constexpr (!std::is_void_v<T>) return std::move(*r.value);
    }

    sender_port<Channel> port_;
};

/// The blocking face of a port: `auto reply = fairway::blocking(orders).request(order, 2s);`
template <channel Channel>
blocking_port<Channel> blocking(sender_port<Channel> port) {
    return blocking_port<Channel>(std::move(port));
}

} // namespace fairway

#endif
