// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_OPTIONS_HPP
#define FAIRWAY_TRANSPORT_AMQP_OPTIONS_HPP

#include <fairway/env/endpoint.hpp>
#include <fairway/env/tls_context.hpp>
#include <fairway/transport/amqp/declare.hpp>
#include <fairway/transport/amqp/existing.hpp>
#include <fairway/transport/outbox.hpp>
#include <fairway/transport/secret.hpp>
#include <fairway/transport/secret_file.hpp>
#include <fairway/transport/url.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway {

/// How a program connects to RabbitMQ and what it does there:
/// `amqp_options().host("rabbit", 5671).user("shop", password).tls(files)`.
class amqp_options {
public:
    /// No host yet; the user guest, who may connect from the broker's own host only; everything else as in `limits`.
    amqp_options() = default;
    /// What a URL says, to be combined with what none can say: `amqp_options::from(url(text)).on_trouble(log)`. Reads
    /// the files that it names. Throws `errc::invalid_url`, and `errc::invalid_argument` for an option's value and for
    /// files that can't be used.
    static amqp_options from(url const& where);

    /// One more host of the same cluster; any of them will do.
    amqp_options& host(std::string name, std::uint16_t port) {
        return hosts_.push_back(env::endpoint::tcp(std::move(name), port)), *this;
    }
    /// Who it is (SASL PLAIN).
    amqp_options& user(std::string name, secret password) {
        return user_ = std::move(name), password_ = std::move(password), *this;
    }
    /// It is who its certificate says (SASL EXTERNAL, for which RabbitMQ needs a plug-in).
    amqp_options& user_of_certificate() { return user_.clear(), password_ = secret(), *this; }
    /// The virtual host; `/` by default.
    amqp_options& virtual_host(std::string name) { return virtual_host_ = std::move(name), *this; }
    /// Encrypts, and verifies that the broker is the host that was looked for.
    amqp_options& tls(env::tls_options files) { return tls_ = std::move(files), *this; }
    /// Lets it say its password to other hosts without TLS.
    amqp_options& insecure(bool on) { return insecure_ = on, *this; }
    /// Its name in the broker's list of connections.
    amqp_options& name(std::string text) { return name_ = std::move(text), *this; }
    /// What the names of its exchanges and queues begin with, at most 32 bytes; `fw.` by default.
    amqp_options& prefix(std::string text) {
        if (text.size() > 32) detail::fail(errc::invalid_argument, "a prefix has at most 32 bytes");
        return prefix_ = std::move(text), *this;
    }
    /// Messages of this channel go to an exchange that others have made, with this routing key, and queues of its own
    /// are bound to that with the key, which may be a pattern there: `"order.#"`. The exchange is never made, and
    /// looked for unless the topology's mode is none; where it is missing, what is sent fails with `errc::unroutable`.
    /// For unsharded channels. Throws `errc::invalid_argument` for names of more than 255 bytes and none, as do the
    /// following.
    amqp_options& existing_exchange(std::string channel, std::string exchange, std::string routing_key) {
        return existing_.set_exchange(std::move(channel), std::move(exchange), std::move(routing_key)), *this;
    }
    /// This point-to-point channel is a queue that others have made, under the same rules.
    amqp_options& existing_queue(std::string channel, std::string queue) {
        return existing_.set_queue(std::move(channel), {}, std::move(queue)), *this;
    }
    /// Messages of a publish-subscribe channel come to this group in a queue that others have made and bound, under the
    /// same rules.
    amqp_options& existing_queue(std::string channel, std::string group, std::string queue) {
        if (group.empty()) detail::fail(errc::invalid_argument, "the group of an existing queue has no name");
        return existing_.set_queue(std::move(channel), std::move(group), std::move(queue)), *this;
    }
    /// Replies also go to queues whose names begin so: of requesters without Fairway, which have chosen names for
    /// theirs. A request says where its reply goes, so whoever may send one can have something sent to these.
    amqp_options& reply_queues(std::string prefix) {
        if (prefix.empty()) detail::fail(errc::invalid_argument, "the prefix of reply queues is empty");
        return reply_queues_.push_back(std::move(prefix)), *this;
    }
    /// Who makes exchanges and queues; `declare`, the default, is this.
    amqp_options& topology(topology_mode who) { return mode_ = who, *this; }
    /// The broker deletes queues that nobody consumes from for so long, with what lies in them (dead letters, too), and
    /// exchanges with the last queue that was bound to them: for what is there for a while only, such as a test. 1 s to
    /// 24 days; 0, the default, for never. All programs of a prefix have to agree.
    amqp_options& expires(duration d) {
        if (d != duration::zero() && (d < std::chrono::seconds(1) || d > std::chrono::days(24)))
            detail::fail(errc::invalid_argument, "expires is 0s, or 1s to 24 days");
        return expires_ = d, *this;
    }
    /// How much is kept of what was sent to a channel and not confirmed, in messages and bytes; who sends more waits.
    /// 10,000 and 64 MiB by default.
    amqp_options& queue(std::size_t messages, std::size_t bytes) {
        if (messages == 0 || bytes == 0) detail::fail(errc::invalid_argument, "a queue has room for one at least");
        return most_ = {messages, bytes}, *this;
    }
    /// Either side says something at least so often, in whole seconds, 1 s to 60 s (the broker may want less); a
    /// connection on which nothing came for twice that is dropped. 4 s by default.
    amqp_options& heartbeat(duration d) {
        if (d < std::chrono::seconds(1) || d > std::chrono::seconds(60))
            detail::fail(errc::invalid_argument, "heartbeat is 1s to 60s");
        return heartbeat_ = d, *this;
    }
    /// Is told what is wrong with connections, and what the broker refuses, for logs: on the transport's executor, soon
    /// after. What it throws leaves that one's `run()`.
    amqp_options& on_trouble(std::function<void(std::string_view where, error_code why, std::string_view text)> told) {
        return trouble_ = std::move(told), *this;
    }

private:
    friend class amqp;

    std::vector<env::endpoint> hosts_;
    std::string user_ = "guest";
    secret password_{"guest"};
    std::string virtual_host_ = "/";
    std::optional<env::tls_options> tls_;
    bool insecure_ = false;
    std::string name_;
    std::string prefix_ = "fw.";
    amqp_detail::existing_names existing_;
    std::vector<std::string> reply_queues_;
    topology_mode mode_ = topology_mode::declare;
    duration expires_ = duration::zero();
    detail::outbox_bounds most_;
    duration heartbeat_ = std::chrono::seconds(4);
    std::function<void(std::string_view, error_code, std::string_view)> trouble_;
};

} // namespace fairway

#endif
