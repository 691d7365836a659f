// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_TRANSPORT_HPP
#define FAIRWAY_TRANSPORT_AMQP_TRANSPORT_HPP

#include <fairway/env/at_home.hpp>
#include <fairway/transport/amqp/node.hpp>
#include <fairway/transport/amqp/options.hpp>
#include <fairway/transport/amqp/tls.hpp>
#include <fairway/transport/amqp/url_options.hpp>
#include <fairway/transport/loopback.hpp>
#include <fairway/transport/trouble_log.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway {

namespace amqp_detail {

// The way to a channel, or to somebody's reply queue.
class amqp_sink final : public sink {
public:
    amqp_sink(std::shared_ptr<node> through, std::shared_ptr<road> way, std::shared_ptr<reply_address const> to = {})
        : through_(std::move(through)), way_(std::move(way)), to_(std::move(to)) {}

    std::size_t try_send(std::span<envelope> envelopes, error_code& why) override {
        return way_->out()->try_send(to_, envelopes, why);
    }
    void send(std::vector<envelope> envelopes, env::steady_point deadline, std::vector<outcome>& into,
        env::continuation done) override {
        way_->out()->send(to_, through_, std::move(envelopes), deadline, into, std::move(done));
    }
    bool accepts_at_once() const noexcept override { return false; }
    void flush(error_code& into, env::continuation done) override { way_->out()->flush(into, std::move(done)); }

private:
    std::shared_ptr<node> through_;
    std::shared_ptr<road> way_;
    std::shared_ptr<reply_address const> to_;
};

} // namespace amqp_detail

/// RabbitMQ over AMQP 0-9-1: channels are its queues and exchanges, messages are accepted once the broker has confirmed
/// them, and other clients take part, see envelope_map.hpp and topology.hpp.
///
/// Its connections end on its executor, once its last copy and its last sink were dropped, on any thread.
class amqp {
public:
    /// Its name in URLs.
    static constexpr std::string_view scheme = "amqp";

    /// A part of `executor`, which is serial, in a broker's messaging. Connects as soon as that runs, and again
    /// whenever the connection is lost. Throws `errc::invalid_argument` without a host, for files that can't be used,
    /// and where it would say its password to another host without TLS.
    amqp(asio::any_io_executor const& executor, amqp_options const& options)
        : self_(env::at_home(executor, std::make_shared<amqp_detail::node>(executor, node_of(executor, options)))) {
        self_->start();
    }
    /// What a URL describes: `amqp://user:password@host:5672/vhost?options`. Throws `errc::invalid_url` besides.
    amqp(asio::any_io_executor const& executor, url const& where) : amqp(executor, amqp_options::from(where)) {}

    /// Where its services run.
    asio::any_io_executor get_executor() const { return self_->executor(); }
    /// What it can do.
    capabilities describe() const {
        capabilities c;
        c.point_to_point = c.publish_subscribe = c.sharded = c.replies = true;
        c.delay = self_->makes_queues();
        c.redelivers = c.central = c.duplicates = c.simulable = true;
        c.level = acceptance::durable;
        c.max_hold = std::chrono::minutes(29); // RabbitMQ's consumer_timeout is 30
        return c;
    }
    /// Makes a group known, so that its messages are kept, before anything else is published through this.
    void declare(subscription const& from) { self_->declare(from); }
    /// The way to a channel.
    std::shared_ptr<sink> open(address const& to) {
        return std::make_shared<amqp_detail::amqp_sink>(self_, self_->open(to));
    }
    /// Joins a channel.
    std::shared_ptr<source> listen(subscription const& from, receiver& told) { return self_->listen(from, told); }
    /// A reply channel of the caller's own.
    reply_channel open_replies(receiver& told) { return self_->open_replies(told); }
    /// The way to somebody's reply queue; null for what is not one.
    std::shared_ptr<sink> open_reply(std::string_view reply_to) {
        auto to = amqp_detail::reply_address::parse(reply_to, self_->reply_queues());
        if (!to) return nullptr;
        auto shared = std::make_shared<amqp_detail::reply_address const>(std::move(*to));
        return std::make_shared<amqp_detail::amqp_sink>(self_, self_->replies(), std::move(shared));
    }
    /// Calls `done` once the broker has the settlements and replies that were made here, or at `until`.
    void settle(env::steady_point until, env::continuation done) { self_->settle(until, std::move(done)); }
    /// Ends the connections; sends fail with `errc::closed` from now on.
    void close() { self_->close(); }

private:
    static amqp_detail::node_options node_of(asio::any_io_executor const& executor, amqp_options const& o) {
        if (o.hosts_.empty()) detail::fail(errc::invalid_argument, "amqp: there is no host to connect to");
        for (auto const& h : o.hosts_)
            if (!o.tls_ && !o.insecure_ && !o.user_.empty() && !detail::is_loopback(h.host))
                detail::fail(errc::invalid_argument,
                    "amqp: the password would go to " + h.host +
                        " without TLS: write amqps://, or insecure=true where the network is trusted");
        if (o.user_.empty() && !o.tls_)
            detail::fail(errc::invalid_argument, "amqp: who is the user of a certificate shows it by TLS");
        auto const l = std::make_shared<amqp_detail::link_options>();
        l->hosts = o.hosts_;
        l->user = o.user_;
        l->password = o.password_;
        l->virtual_host = o.virtual_host_;
        l->name = o.name_;
        l->heartbeat = o.heartbeat_;
        l->trouble = detail::posted(executor, o.trouble_);
        if (o.tls_) l->secure = amqp_detail::over_tls(std::make_shared<env::tls_context>(*o.tls_));
        return {l, amqp_detail::naming(o.prefix_, o.expires_, o.existing_), o.reply_queues_, o.mode_, o.most_};
    }

    std::shared_ptr<amqp_detail::node> self_;
};

/// The same with TLS: `amqps://user:password@host:5671/vhost`.
class amqps : public amqp {
public:
    /// Its name in URLs.
    static constexpr std::string_view scheme = "amqps";
    using amqp::amqp;
};

} // namespace fairway

#endif
