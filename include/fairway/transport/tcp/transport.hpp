// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_TRANSPORT_HPP
#define FAIRWAY_TRANSPORT_TCP_TRANSPORT_HPP

#include <fairway/env/at_home.hpp>
#include <fairway/env/secure_random.hpp>
#include <fairway/transport/tcp/make_node.hpp>
#include <fairway/transport/tcp/node.hpp>
#include <fairway/transport/trouble_log.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway {

/// The brokerless transport over TCP: services talk to each other directly.
///
/// Its connections end, and its port is free, on its executor, once its last copy was dropped, on any thread.
class tcp {
public:
    /// Its name in URLs.
    static constexpr std::string_view scheme = "tcp";

    /// A node of `executor`, which is serial. Listens at once: throws `system_error` where that is not possible,
    /// `errc::invalid_argument` for files that can't be used, where it would be open to others than this host, or
    /// connect to them, without protection, or listen with TLS without a certificate, and where a directory would name
    /// no host to connect to.
    tcp(asio::any_io_executor const& executor, tcp_options const& options)
        : tcp(env::at_home(executor, std::make_shared<tcp_detail::node>(executor, node_of(executor, options)))) {}

    /// The node that a URL describes: `tcp://stock.internal:7000?ca=ca.pem` says where the others are, `listen`,
    /// `channels` and the other options are in the README's table. Throws `errc::invalid_url` besides.
    tcp(asio::any_io_executor const& executor, url const& where) : tcp(executor, tcp_options::from(where)) {}

    /// Where its services run.
    asio::any_io_executor get_executor() const { return self_->executor(); }
    /// Where it listens, with the port that was chosen; nothing where it does not.
    std::optional<env::endpoint> local() const { return self_->local(); }
    /// Where the directory says that the other ends of a channel are which is sent to, or a topic's which is listened
    /// to, and who is there now. On the executor; the directory answers some turns of it after the channel was opened.
    std::vector<tcp_place> places(std::string_view channel) const { return self_->places(channel); }
    /// What it can do.
    capabilities describe() const {
        capabilities c;
        c.point_to_point = c.publish_subscribe = c.sharded = c.replies = c.delay = c.back_pressure = true;
        c.redelivers = c.counts_attempts = c.simulable = c.duplicates = true;
        c.level = self_->confirms() == confirmation::queued ? acceptance::local : acceptance::peer;
        return c;
    }
    /// Makes a group known, so that its messages are kept by the publishers that can be reached.
    void declare(subscription const& from) { self_->declare(from); }
    /// The way to a channel.
    std::shared_ptr<sink> open(address const& to) { return self_->open(to); }
    /// Joins a channel.
    std::shared_ptr<source> listen(subscription const& from, receiver& told) { return self_->listen(from, told); }
    /// A reply channel of the caller's own.
    reply_channel open_replies(receiver& told) { return self_->open_replies(told); }
    /// The way to somebody's reply channel; null where there is no session with its node (any more).
    std::shared_ptr<sink> open_reply(std::string_view reply_to) { return self_->open_reply(reply_to); }
    /// Calls `done` once the others have the settlements and replies that were made here, or at `until`.
    void settle(env::steady_point until, env::continuation done) { self_->settle(until, std::move(done)); }
    /// Says goodbye to all; sends fail with `errc::closed` from now on.
    void close() { self_->close(); }

private:
    explicit tcp(std::shared_ptr<tcp_detail::node> self) : self_(std::move(self)) { self_->start(); }

    static tcp_detail::node_options node_of(asio::any_io_executor const& executor, tcp_options const& o) {
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
            detail::fail(errc::invalid_argument,
                "listening at " + o.listen_->text() + " with TLS takes a certificate and its key");
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

    std::shared_ptr<tcp_detail::node> self_;
};

/// The brokerless transport over Unix sockets, between processes of one host: `unix:///run/shop.sock`.
class unix_socket : public tcp {
public:
    /// Its name in URLs.
    static constexpr std::string_view scheme = "unix";
    using tcp::tcp;
};

} // namespace fairway

#endif
