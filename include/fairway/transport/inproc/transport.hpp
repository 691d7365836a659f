// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_INPROC_TRANSPORT_HPP
#define FAIRWAY_TRANSPORT_INPROC_TRANSPORT_HPP

#include <fairway/env/execute.hpp>
#include <fairway/envelope/limits.hpp>
#include <fairway/transport/seam.hpp>
#include <fairway/transport/url.hpp>

#include <cstddef>
#include <memory>
#include <string_view>

namespace fairway {

namespace hub_detail {
class attachment;
class hub_state;
} // namespace hub_detail

/// The in-process transport: services of one program talk through a hub, across its threads and execution contexts.
///
/// A message is passed on as the object it is, without encoding it; the receiver sees a copy made when it was sent.
/// URL: `inproc://` is the hub of the executor's own context; `inproc://?paranoid=true` encodes and decodes every
/// message.
class inproc {
public:
    /// Its name in URLs.
    static constexpr std::string_view scheme = "inproc";

    /// How a hub behaves.
    struct options {
        // A constructor, so that a temporary of this type may stand beside co_await (g++ 12).
        /// Bounds as in `limits`, objects passed on.
        options() noexcept {} // NOLINT

        /// The most messages that wait for a group of a channel; more suspend their senders.
        std::size_t queue_messages = limits::queue_messages;
        /// The most bytes that wait for a group of a channel.
        std::size_t queue_bytes = limits::queue_bytes;
        /// Encode and decode every message, so that a test finds what a broker would find.
        bool paranoid = false;
    };

    /// Where services of several execution contexts meet; copies are the same hub.
    class hub {
    public:
        /// An empty hub.
        explicit hub(options const& o = {});

    private:
        friend class inproc;
        std::shared_ptr<hub_detail::hub_state> state_;
    };

    /// The way of `executor`'s services into a hub.
    inproc(asio::any_io_executor executor, hub const& where);

    /// The way into the hub that a URL names. Throws `errc::invalid_url` for an option it does not know.
    inproc(asio::any_io_executor const& executor, url const& where);

    /// Where its services run.
    asio::any_io_executor get_executor() const;
    /// What it can do: everything, in memory.
    capabilities describe() const;
    /// Makes a group known, so that its messages are kept.
    void declare(subscription const& from);
    /// The way to a channel.
    std::shared_ptr<sink> open(address const& to);
    /// Joins a channel.
    std::shared_ptr<source> listen(subscription const& from, receiver& told);
    /// A reply channel of the caller's own.
    reply_channel open_replies(receiver& told);
    /// The way to somebody's reply channel; null where it does not exist (any more).
    std::shared_ptr<sink> open_reply(std::string_view reply_to);
    /// Sends through it fail with `errc::closed` from now on.
    void close();

private:
    inproc(asio::any_io_executor executor, std::shared_ptr<hub_detail::hub_state> where);
    static std::shared_ptr<hub_detail::hub_state> of_context(asio::any_io_executor const& executor, url const& where);

    std::shared_ptr<hub_detail::attachment> self_;
};

} // namespace fairway

#ifndef FAIRWAY_COMPILE_ONCE
#include <fairway/transport/inproc/transport_definitions.hpp>
#endif

#endif
