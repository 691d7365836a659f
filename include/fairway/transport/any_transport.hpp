// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_ANY_TRANSPORT_HPP
#define FAIRWAY_TRANSPORT_ANY_TRANSPORT_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/execute.hpp>
#include <fairway/env/suspend.hpp>
#include <fairway/transport/seam.hpp>

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace fairway {

/// What a type must offer to carry messages; `any_transport` hides which one it is. All operations are thread-safe.
///
/// - `declare(subscription)` makes the group known, so that its messages are kept; `open(address)` gives the way to a
///   channel; `listen(subscription, receiver)` joins it. They throw `errc::unsupported` or `topology_mismatch`.
/// - `open_replies(receiver)` gives a reply channel of the caller's own; `open_reply(address)` the way to somebody's
///   reply channel, or null where the address is not one of this transport's reply channels.
/// - `settle(until, done)`, where there is one, calls `done` as soon as the other side has the settlements and replies
///   that were made here, at the latest at `until`: a drain waits for it.
/// - `close()` gives up connections; what was opened fails with `errc::closed` afterwards.
template <class T>
concept transport = std::movable<T> && requires(T& t, address const& to, subscription const& from, receiver& told,
                                           std::string_view reply_to) {
    { T::scheme } -> std::convertible_to<std::string_view>;
    { t.get_executor() } -> std::convertible_to<asio::any_io_executor>;
    { t.describe() } -> std::convertible_to<capabilities>;
    t.declare(from);
    { t.open(to) } -> std::convertible_to<std::shared_ptr<sink>>;
    { t.listen(from, told) } -> std::convertible_to<std::shared_ptr<source>>;
    { t.open_replies(told) } -> std::convertible_to<reply_channel>;
    { t.open_reply(reply_to) } -> std::convertible_to<std::shared_ptr<sink>>;
    t.close();
};

class observer;

namespace detail {

class service_core;

// Makes services on a transport. What they are made of takes a compiler seconds: it is compiled where a transport is
// named, or once for all, not in each file that has a service. service/engine.hpp, which the front header of each
// transport includes, specialises this for all of them.
template <class Transport>
struct engine_on {
    static_assert(sizeof(Transport) == 0,
        "fairway: services need more to run on this transport: include <fairway/service/engine.hpp> beside it");
};

} // namespace detail

/// A transport of any kind, shared by its copies.
class any_transport {
public:
    /// Wraps a transport.
    template <class T>
        requires(!std::same_as<std::remove_cvref_t<T>, any_transport> && transport<std::remove_cvref_t<T>>)
    any_transport(T&& t) : self_(std::make_shared<model<std::remove_cvref_t<T>>>(std::forward<T>(t))) {} // NOLINT

    /// The name of its kind, as in a URL.
    std::string_view scheme() const noexcept { return self_->scheme(); }
    /// Where the services that use it run.
    asio::any_io_executor get_executor() const { return self_->get_executor(); }
    /// What it can do.
    capabilities describe() const { return self_->describe(); }
    /// Makes a group known.
    void declare(subscription const& from) { self_->declare(from); }
    /// The way to a channel.
    std::shared_ptr<sink> open(address const& to) { return self_->open(to); }
    /// Joins a channel.
    std::shared_ptr<source> listen(subscription const& from, receiver& told) { return self_->listen(from, told); }
    /// A reply channel of the caller's own.
    reply_channel open_replies(receiver& told) { return self_->open_replies(told); }
    /// The way to somebody's reply channel; null where there is none.
    std::shared_ptr<sink> open_reply(std::string_view reply_to) { return self_->open_reply(reply_to); }
    /// Calls `done` once the other side has the settlements and replies that were made here, at the latest at `until`;
    /// soon where the transport says nothing of that.
    void settle(env::steady_point until, env::continuation done) { self_->settle(until, std::move(done)); }
    /// Gives up connections.
    void close() { self_->close(); }

private:
    friend class detail::service_core;

    struct concept_base {
        concept_base() = default;
        concept_base(concept_base const&) = delete;
        concept_base& operator=(concept_base const&) = delete;
        virtual ~concept_base() = default;
        virtual std::string_view scheme() const noexcept = 0;
        virtual asio::any_io_executor get_executor() const = 0;
        virtual capabilities describe() const = 0;
        virtual void declare(subscription const& from) = 0;
        virtual std::shared_ptr<sink> open(address const& to) = 0;
        virtual std::shared_ptr<source> listen(subscription const& from, receiver& told) = 0;
        virtual reply_channel open_replies(receiver& told) = 0;
        virtual std::shared_ptr<sink> open_reply(std::string_view reply_to) = 0;
        virtual void settle(env::steady_point until, env::continuation done) = 0;
        virtual void close() = 0;
        virtual std::shared_ptr<detail::service_core> serve(
            any_transport const& self, std::string name, std::shared_ptr<observer> watcher) = 0;
    };
    template <class T>
    struct model final : concept_base {
        explicit model(T t) : t_(std::move(t)) {}
        std::string_view scheme() const noexcept override { return T::scheme; }
        asio::any_io_executor get_executor() const override { return const_cast<T&>(t_).get_executor(); }
        capabilities describe() const override { return const_cast<T&>(t_).describe(); }
        void declare(subscription const& from) override { t_.declare(from); }
        std::shared_ptr<sink> open(address const& to) override { return t_.open(to); }
        std::shared_ptr<source> listen(subscription const& from, receiver& told) override {
            return t_.listen(from, told);
        }
        reply_channel open_replies(receiver& told) override { return t_.open_replies(told); }
        std::shared_ptr<sink> open_reply(std::string_view reply_to) override { return t_.open_reply(reply_to); }
        void settle(env::steady_point until, env::continuation done) override {
            if constexpr (requires { t_.settle(until, std::move(done)); })
                t_.settle(until, std::move(done));
            else
                env::post(get_executor(), [done = std::move(done)]() mutable { env::resume(std::move(done)); });
        }
        void close() override { t_.close(); }
        std::shared_ptr<detail::service_core> serve(
            any_transport const& self, std::string name, std::shared_ptr<observer> watcher) override {
            return detail::engine_on<T>::make(self, std::move(name), std::move(watcher));
        }
        T t_;
    };

    std::shared_ptr<concept_base> self_;
};

} // namespace fairway

#endif
