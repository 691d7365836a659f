// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_INPROC_TRANSPORT_HPP
#define FAIRWAY_TRANSPORT_INPROC_TRANSPORT_HPP

#include <fairway/transport/hub/ends.hpp>
#include <fairway/transport/seam.hpp>
#include <fairway/transport/url.hpp>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway {

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
        explicit hub(options const& o = {})
            : state_(std::make_shared<hub_detail::hub_state>(
                  hub_detail::hub_options{{o.queue_messages, o.queue_bytes}, o.paranoid})) {}

    private:
        friend class inproc;
        std::shared_ptr<hub_detail::hub_state> state_;
    };

    /// The way of `executor`'s services into a hub.
    inproc(asio::any_io_executor executor, hub const& where) : inproc(std::move(executor), where.state_) {}

    /// The way into the hub that a URL names. Throws `errc::invalid_url` for an option it does not know.
    inproc(asio::any_io_executor const& executor, url const& where) : inproc(executor, of_context(executor, where)) {}

    /// Where its services run.
    asio::any_io_executor get_executor() const { return self_->executor(); }
    /// What it can do: everything, in memory.
    capabilities describe() const {
        capabilities c;
        c.point_to_point = c.publish_subscribe = c.sharded = c.replies = c.delay = c.back_pressure = true;
        c.redelivers = c.counts_attempts = c.simulable = c.central = true;
        c.passes_objects = !self_->hub().options().paranoid;
        c.level = acceptance::local;
        return c;
    }
    /// Makes a group known, so that its messages are kept.
    void declare(subscription const& from) { self_->hub().channel(from.from)->declare(from.group); }
    /// The way to a channel.
    std::shared_ptr<sink> open(address const& to) {
        return std::make_shared<hub_detail::hub_sink>(self_, self_->hub().channel(to));
    }
    /// Joins a channel.
    std::shared_ptr<source> listen(subscription const& from, receiver& told) {
        return std::make_shared<hub_detail::hub_source>(
            self_->shared_hub(), self_->hub().channel(from.from), from, told);
    }
    /// A reply channel of the caller's own.
    reply_channel open_replies(receiver& told) {
        auto [name, channel] = self_->hub().make_reply_channel();
        auto replies =
            std::make_shared<hub_detail::hub_source>(self_->shared_hub(), channel, subscription{}, told, name);
        return {std::move(name), std::move(replies)};
    }
    /// The way to somebody's reply channel; null where it does not exist (any more).
    std::shared_ptr<sink> open_reply(std::string_view reply_to) {
        auto channel = self_->hub().reply_channel_at(reply_to);
        if (!channel) return nullptr;
        return std::make_shared<hub_detail::hub_sink>(self_, std::move(channel));
    }
    /// Sends through it fail with `errc::closed` from now on.
    void close() { self_->close(); }

private:
    inproc(asio::any_io_executor executor, std::shared_ptr<hub_detail::hub_state> where)
        : self_(std::make_shared<hub_detail::attachment>(std::move(executor), std::move(where))) {
        self_->start();
    }
    static std::shared_ptr<hub_detail::hub_state> of_context(asio::any_io_executor const& executor, url const& where) {
        if (!where.authority().empty() || !where.path().empty())
            detail::fail(errc::invalid_url, "inproc:// has neither host nor path; share an inproc::hub instead");
        hub_detail::hub_options o;
        for (auto const& [name, value] : where.options()) {
            if (name != "paranoid" || (value != "true" && value != "false"))
                detail::fail(errc::invalid_url, "inproc:// knows one option: paranoid=true or paranoid=false");
            o.paranoid = value == "true";
        }
        auto& context = asio::query(executor, asio::execution::context);
        return asio::use_service<hub_detail::context_hub>(context).get(o);
    }

    std::shared_ptr<hub_detail::attachment> self_;
};

} // namespace fairway

#endif
