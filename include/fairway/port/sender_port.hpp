// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_SENDER_PORT_HPP
#define FAIRWAY_PORT_SENDER_PORT_HPP

#include <fairway/contract/channel.hpp>
#include <fairway/port/gather.hpp>
#include <fairway/port/request.hpp>
#include <fairway/port/sender_core.hpp>
#include <fairway/port/typed_body.hpp>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace fairway {

/// A message to be given away: `port.send(fairway::moved(order))` moves `order` into its envelope.
template <class M>
struct moved_message {
    /// The message that is moved from.
    M& message;
};

/// Gives a named message away: `port.send(fairway::moved(order))`.
template <class M>
moved_message<std::remove_reference_t<M>> moved(M&& message) noexcept { // NOLINT: && to explain what it refuses
    static_assert(std::is_lvalue_reference_v<M>, "fairway: moved(x) takes a name: write 'order o{...}; "
                                                 "send(fairway::moved(o))', or emplace<order>(...)");
    static_assert(!std::is_const_v<std::remove_reference_t<M>>,
        "fairway: moved(x) gives x away, so x must not be const: write send(x) to copy it");
    return {message};
}

/// The default time that a request waits for its reply.
inline constexpr duration default_timeout = std::chrono::seconds(30);

/// What business logic sees of a channel that it sends to. Copies are the same port; thread-safe.
///
/// Every operation takes the message into its envelope before it returns, so that nothing need outlive the call; what
/// it returns does the sending when it is awaited, by a coroutine whose execution context outlives the operation. After
/// the service was closed operations fail with `errc::closed`.
template <channel Channel>
class sender_port {
    template <class M>
    static consteval bool sendable() {
        using T = std::remove_cvref_t<M>;
        static_assert(carries<Channel, T>, "fairway: this channel does not carry this message: add it to the channel, "
                                           "or send it to one that carries it");
        static_assert(!carries<Channel, T> || std::is_lvalue_reference_v<M>,
            "fairway: messages are passed by name (g++ 12 destroys temporaries beside co_await twice): write 'order "
            "const "
            "o{...}; send(o)', or send(fairway::moved(o)) to give it away, or emplace<order>(...)");
        return carries<Channel, T> && std::is_lvalue_reference_v<M>;
    }

    template <class M>
    static consteval bool requestable() {
        static_assert(Channel::kind == channel_kind::point_to_point,
            "fairway: on a publish_subscribe channel many may answer: use gather(message, options)");
        if constexpr (Channel::kind == channel_kind::point_to_point && sendable<M>())
            return detail::answerable<std::remove_cvref_t<M>>();
        else
            return false;
    }

    template <class M, class Reply>
    static consteval bool gatherable() {
        using T = std::remove_cvref_t<M>;
        static_assert(Channel::kind == channel_kind::publish_subscribe,
            "fairway: on a point_to_point channel one answers: use request(message, timeout)");
        if constexpr (Channel::kind == channel_kind::publish_subscribe && sendable<M>()) {
            if constexpr (detail::answerable<T>()) {
                constexpr bool same = std::is_same_v<Reply, detail::gathered_of<T>>;
                static_assert(same, "fairway: the options of a gather name the reply that the command's contract "
                                    "names: gather_options<reply>, of several gather_options<std::variant<...>>");
                return same;
            }
        }
        return false;
    }

public:
    /// The channel.
    using channel_type = Channel;

    /// Made by `service::sender`.
    explicit sender_port(std::shared_ptr<detail::sender_core> core) : core_(std::move(core)) {}

    /// Sends a copy of `m`; completes when the transport has accepted it. Throws `system_error` with the errc of a
    /// refusal (`queue_full` after `options.patience()`, `closed`, `too_large`, ...), or of a violated limit.
    /// Cancellable until it was handed over: `errc::cancelled`.
    template <class M>
    [[nodiscard]] task<> send(M&& m, send_options const& options = {}) const {
        if constexpr (detail::is_range_of_messages<M, Channel>) {
            static_assert(
                !detail::is_range_of_messages<M, Channel>, "fairway: many messages are sent by send_all(range)");
        } else if constexpr (sendable<M&&>()) {
            return start(make(m, options), options);
        }
    }
    /// Gives a message away: `send(fairway::moved(m))`.
    template <class M>
    [[nodiscard]] task<> send(moved_message<M> m, send_options const& options = {}) const {
        if constexpr (sendable<M&>()) return start(make(std::move(m.message), options), options);
    }
    /// Makes the message in place from its fields and sends it: `emplace<order>("tea", 3)`.
    template <class M, class... Args>
    [[nodiscard]] task<> emplace(Args&&... args) const {
        constexpr bool fits = requires { M{std::forward<Args>(args)...}; };
        static_assert(fits, "fairway: emplace<message>(...) takes the message's fields in their order");
        if constexpr (fits && sendable<M&>()) {
            send_options const options;
            return start(make(M{std::forward<Args>(args)...}, options), options);
        }
    }

    /// Sends copies of many messages in their order; one outcome each, nothing is thrown for a refused one.
    template <detail::range Range>
    [[nodiscard]] task<std::vector<outcome>> send_all(Range const& messages, send_options const& options = {}) const {
        std::vector<envelope> all;
        for (auto const& m : messages)
            if constexpr (sendable<decltype(m)>()) all.push_back(make(m, options));
        return detail::sender_core::send_all(core_, std::move(all), options.patience());
    }

    /// Hands a copy of `m` over without waiting: no error, or `queue_full`, `closed`, `too_large`, ... Throws only
    /// where no message can be made: `unsupported` for a delay, a limit that is exceeded, what a middleware throws.
    template <class M>
    [[nodiscard]] error_code try_send(M const& m, send_options const& options = {}) const {
        if constexpr (sendable<M const&>()) {
            if (core_->closed()) return errc::closed;
            return core_->try_send(make(m, options));
        } else {
            return {};
        }
    }
    /// Waits until all that `try_send` handed over was accepted, or has failed, which it throws. It has no timeout and
    /// is not cancelled; it ends where the transport is closed.
    [[nodiscard]] task<> flush() const { return detail::sender_core::flush(core_); }

    /// Sends a command and waits for its answer: the reply type, or a `std::variant` of the reply types where the
    /// command names several.
    ///
    /// Throws `fault` where the handler answered with one, `system_error` with `timed_out`, `cancelled`, `closed`,
    /// `unexpected_reply`, `decode_failed`, `too_many_requests` or the errc of a refused send. The time counts from
    /// when the operation is awaited; the request carries what its delay leaves of it as its time to live. Within a
    /// handler it is no longer than the time that its own delivery has left. Throws `invalid_argument` for a delay that
    /// is not shorter. Cancellable.
    template <class M>
    [[nodiscard]] auto request(M&& m, duration timeout = default_timeout, send_options const& options = {}) const {
        if constexpr (requestable<M&&>()) {
            auto const left = core_->within_deadline(timeout);
            return detail::request<detail::reply_of<std::remove_cvref_t<M>>>(
                core_, make_request(m, timeout, options), left, wire_name<std::remove_cvref_t<M>>);
        } else
            return task<>(); // can be awaited, so that the compiler has no second complaint
    }

    /// Publishes a command and collects the answers of all groups until `options` say that it is enough.
    ///
    /// Never throws for what a responder did; throws `system_error` with `cancelled`, or the errc of a refused send.
    template <class M, class Reply>
    [[nodiscard]] auto gather(M&& m, gather_options<Reply> until, send_options const& options = {}) const {
        if constexpr (gatherable<M&&, Reply>()) {
            auto e = make_request(m, until.total(), options);
            auto const left = core_->within_deadline(until.total());
            return detail::gather<Reply>(core_, std::move(e), std::move(until), left, options.patience());
        } else {
            return task<>();
        }
    }

    /// The parts for adapters that build on the port.
    std::shared_ptr<detail::sender_core> const& core() const noexcept { return core_; }

    /// The envelope of a request, for adapters that build on the port.
    template <class M>
    envelope make_request(M const& m, duration timeout, send_options const& options) const {
        core_->check_open();
        if (timeout <= duration::zero()) detail::fail(errc::invalid_argument, "timeout must be positive");
        auto const delay = options.delay().value_or(duration::zero());
        if (delay >= timeout) detail::fail(errc::invalid_argument, "a request's delay is shorter than its timeout");
        // Its life begins when it is due, and its requester does not wait longer for that.
        auto const left = std::max(core_->within_deadline(timeout) - delay, duration(1));
        auto const life = std::min(options.time_to_live().value_or(left), left);
        return make(m, options, life, core_->answers()->open());
    }

private:
    task<> start(envelope e, send_options const& options) const {
        return detail::sender_core::send(core_, std::move(e), options.patience());
    }

    template <class M>
    envelope make(M&& m, send_options const& options) const {
        return make(std::forward<M>(m), options, options.time_to_live(), {});
    }
    template <class M>
    envelope make(M&& m, send_options const& options, std::optional<duration> life, std::string_view reply_to) const {
        using T = std::remove_cvref_t<M>;
        core_->check_open();
        auto const build = [&](std::string_view key) {
            constexpr detail::message_facts facts{wire_name<T>, contract_of<T>::number};
            envelope_head head = core_->head(facts, key, options, life);
            head.reply_to = reply_to;
            return core_->make(head, options.message_headers(), [&](header_view own) {
                if (!core_->passes_objects()) return detail::encoded_envelope<T>(head, own, m);
                return envelope::of_object(
                    head, own, detail::typed_body<T>, [&](void* where) { ::new (where) T(std::forward<M>(m)); });
            });
        };
        if (options.shard_key()) return build(*options.shard_key());
        if constexpr (has_shard_key<T>)
            return with_shard_key(m, build);
        else
            return build({});
    }

    std::shared_ptr<detail::sender_core> core_;
};

} // namespace fairway

#endif
