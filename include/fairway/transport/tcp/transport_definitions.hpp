// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What `tcp` does: makes a node as the options say, and passes everything on to it.
#ifndef FAIRWAY_TRANSPORT_TCP_TRANSPORT_DEFINITIONS_HPP
#define FAIRWAY_TRANSPORT_TCP_TRANSPORT_DEFINITIONS_HPP

#include <fairway/detail/compile_once.hpp>
#include <fairway/env/at_home.hpp>
#include <fairway/env/secure_random.hpp>
#include <fairway/transport/tcp/make_node.hpp>
#include <fairway/transport/tcp/node.hpp>
#include <fairway/transport/tcp/transport.hpp>
#include <fairway/transport/trouble_log.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway {

FAIRWAY_DEFINITION tcp::tcp(asio::any_io_executor const& executor, tcp_options const& options)
    : self_(env::at_home(executor, std::make_shared<tcp_detail::node>(executor, node_of(executor, options)))) {
    self_->start();
}

FAIRWAY_DEFINITION tcp::tcp(asio::any_io_executor const& executor, url const& where)
    : tcp(executor, tcp_options::from(where)) {}

FAIRWAY_DEFINITION asio::any_io_executor tcp::get_executor() const { return self_->executor(); }

FAIRWAY_DEFINITION std::optional<env::endpoint> tcp::local() const { return self_->local(); }

FAIRWAY_DEFINITION std::vector<tcp_place> tcp::places(std::string_view channel) const { return self_->places(channel); }

FAIRWAY_DEFINITION capabilities tcp::describe() const {
    capabilities c;
    c.point_to_point = c.publish_subscribe = c.sharded = c.replies = c.delay = c.back_pressure = true;
    c.redelivers = c.counts_attempts = c.simulable = c.duplicates = true;
    c.level = self_->confirms() == confirmation::queued ? acceptance::local : acceptance::peer;
    return c;
}

FAIRWAY_DEFINITION void tcp::declare(subscription const& from) { self_->declare(from); }

FAIRWAY_DEFINITION std::shared_ptr<sink> tcp::open(address const& to) { return self_->open(to); }

FAIRWAY_DEFINITION std::shared_ptr<source> tcp::listen(subscription const& from, receiver& told) {
    return self_->listen(from, told);
}

FAIRWAY_DEFINITION reply_channel tcp::open_replies(receiver& told) { return self_->open_replies(told); }

FAIRWAY_DEFINITION std::shared_ptr<sink> tcp::open_reply(std::string_view reply_to) {
    return self_->open_reply(reply_to);
}

FAIRWAY_DEFINITION void tcp::settle(env::steady_point until, env::continuation done) {
    self_->settle(until, std::move(done));
}

FAIRWAY_DEFINITION void tcp::close() { self_->close(); }

FAIRWAY_DEFINITION tcp_detail::node_options tcp::node_of(asio::any_io_executor const& executor, tcp_options const& o) {
    auto random = [&secrets = env::secure_random::of(executor)](std::span<std::byte> out) { secrets.fill(out); };
    tcp_detail::node_options n;
    auto& s = n.dialing;
    random(std::as_writable_bytes(std::span(s.node.bytes)));
    s.node_name = o.name_;
    s.heartbeat = o.heartbeat_;
    s.grace = o.grace_;
    s.trouble = detail::posted(executor, o.trouble_);
    tcp_detail::server_credentials accepts;
    if (o.accepts_) accepts = {o.accepts_->first, o.accepts_->second, random};
    n.protects = {o.tls_.has_value(), accepts.required(), o.insecure_, o.tls_ && !o.tls_->verify_peer};
    s.verifies = !n.protects.unverified;
    s.authentication =
        std::make_shared<tcp_detail::node_authenticator>(o.dials_, std::move(accepts), std::move(random));
    n.accepting = s;
    if (o.tls_) {
        auto const tls = std::make_shared<env::tls_context>(*o.tls_);
        n.dialing.secure = tcp_detail::dialing_tls(tls);
        n.accepting.secure = tcp_detail::accepting_tls(tls);
    }
    if (o.listen_ && o.tls_ && o.tls_->certificate_file.empty())
        detail::fail(
            errc::invalid_argument, "listening at " + o.listen_->text() + " with TLS takes a certificate and its key");
    if (o.listen_) tcp_detail::check_listening(*o.listen_, n.protects);
    if (o.directory_ && o.listen_) tcp_detail::check_announcing(o.announce_.value_or(*o.listen_));
    if (!o.directory_)
        o.places_.channels().for_each_list([&n](std::vector<channel_peer> const& all) {
            for (auto const& p : all)
                if (!p.by_name) tcp_detail::check_dialing(p.at, n.protects);
        });
    n.listen = o.listen_;
    n.announce = o.announce_;
    n.places = o.directory_;
    if (!n.places) {
        directory_log log;
        if (s.trouble)
            log = [told = s.trouble](error_code const& why, std::string_view text) { told("channels", why, text); };
        n.places = std::make_shared<static_directory>(executor, o.places_, std::move(log));
    }
    n.allowed = o.allowed_;
    n.queues = o.queues_;
    n.absence = o.absence_;
    n.confirms = o.confirms_;
    n.window = o.window_;
    return n;
}

} // namespace fairway

#endif
