// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What `amqp` does: makes a node as the options say, and passes everything on to it.
#ifndef FAIRWAY_TRANSPORT_AMQP_TRANSPORT_DEFINITIONS_HPP
#define FAIRWAY_TRANSPORT_AMQP_TRANSPORT_DEFINITIONS_HPP

#include <fairway/detail/compile_once.hpp>
#include <fairway/env/at_home.hpp>
#include <fairway/transport/amqp/node.hpp>
#include <fairway/transport/amqp/tls.hpp>
#include <fairway/transport/amqp/transport.hpp>
#include <fairway/transport/amqp/url_options.hpp>
#include <fairway/transport/loopback.hpp>
#include <fairway/transport/trouble_log.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
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

FAIRWAY_DEFINITION amqp::amqp(asio::any_io_executor const& executor, amqp_options const& options)
    : self_(env::at_home(executor, std::make_shared<amqp_detail::node>(executor, node_of(executor, options)))) {
    self_->start();
}

FAIRWAY_DEFINITION amqp::amqp(asio::any_io_executor const& executor, url const& where)
    : amqp(executor, amqp_options::from(where)) {}

FAIRWAY_DEFINITION asio::any_io_executor amqp::get_executor() const { return self_->executor(); }

FAIRWAY_DEFINITION capabilities amqp::describe() const {
    capabilities c;
    c.point_to_point = c.publish_subscribe = c.sharded = c.replies = true;
    c.delay = self_->makes_queues();
    c.redelivers = c.central = c.duplicates = c.simulable = true;
    c.level = acceptance::durable;
    c.max_hold = std::chrono::minutes(29); // RabbitMQ's consumer_timeout is 30
    return c;
}

FAIRWAY_DEFINITION void amqp::declare(subscription const& from) { self_->declare(from); }

FAIRWAY_DEFINITION std::shared_ptr<sink> amqp::open(address const& to) {
    return std::make_shared<amqp_detail::amqp_sink>(self_, self_->open(to));
}

FAIRWAY_DEFINITION std::shared_ptr<source> amqp::listen(subscription const& from, receiver& told) {
    return self_->listen(from, told);
}

FAIRWAY_DEFINITION reply_channel amqp::open_replies(receiver& told) { return self_->open_replies(told); }

FAIRWAY_DEFINITION std::shared_ptr<sink> amqp::open_reply(std::string_view reply_to) {
    auto to = amqp_detail::reply_address::parse(reply_to, self_->reply_queues());
    if (!to) return nullptr;
    auto shared = std::make_shared<amqp_detail::reply_address const>(std::move(*to));
    return std::make_shared<amqp_detail::amqp_sink>(self_, self_->replies(), std::move(shared));
}

FAIRWAY_DEFINITION void amqp::settle(env::steady_point until, env::continuation done) {
    self_->settle(until, std::move(done));
}

FAIRWAY_DEFINITION void amqp::close() { self_->close(); }

FAIRWAY_DEFINITION amqp_detail::node_options amqp::node_of(
    asio::any_io_executor const& executor, amqp_options const& o) {
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

} // namespace fairway

#endif
