// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_OPTIONS_HPP
#define FAIRWAY_TRANSPORT_TCP_OPTIONS_HPP

#include <fairway/env/endpoint.hpp>
#include <fairway/env/tls_context.hpp>
#include <fairway/transport/directory.hpp>
#include <fairway/transport/hub/inbox.hpp>
#include <fairway/transport/tcp/authenticators.hpp>
#include <fairway/transport/tcp/discovery_options.hpp>
#include <fairway/transport/tcp/permissions.hpp>
#include <fairway/transport/time_option.hpp>
#include <fairway/transport/url.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace fairway {

/// What it takes for a send into a point-to-point channel to be accepted. `flush` waits until consumers, and all groups
/// of a publish-subscribe channel, have received what was sent; it fails with `not_connected` where nobody can come.
enum class confirmation {
    queued,   ///< it is in this node's queue, from which it is delivered again and again until it was handled
    received, ///< a process that consumes the channel has it
    handled,  ///< its handler has accepted it
};

/// How a node of the brokerless transport is made:
/// `tcp_options().listen("0.0.0.0:7000").tls(files).accept_with(store)`.
class tcp_options {
public:
    /// Does not listen, knows nobody, encrypts nothing; limits as in `limits`.
    tcp_options() = default;
    /// What a URL says, to be combined with what none can say: `tcp_options::from(url(text)).on_trouble(log)`. Reads
    /// the files that it names, but the one of `channels`. Each option may stand there once. Throws
    /// `errc::invalid_url`, and `errc::invalid_argument` for an option's value and for files that can't be used.
    static tcp_options from(url const& where);

    /// Where it listens: `host:port`, `*:port` or a Unix socket's `/path`; port 0 for any. Throws `errc::invalid_url`.
    tcp_options& listen(std::string_view at) { return listen_ = env::endpoint::parse(at), *this; }
    /// Under which address others reach it, where that is another one, for a registry.
    tcp_options& announce(std::string_view at) { return announce_ = env::endpoint::parse(at), *this; }
    /// Its name in the logs of others, UTF-8 of at most 256 bytes; none by default.
    tcp_options& name(std::string text) { return name_ = std::move(text), *this; }
    /// Where the others listen, as it is written by hand; see DISCOVERY.md.
    tcp_options& places(discovery_options where) { return places_ = std::move(where), *this; }
    /// The same from a directory, such as a `registry_directory`, which counts alone then.
    tcp_options& places(std::shared_ptr<fairway::directory> where) { return directory_ = std::move(where), *this; }
    /// Encrypts, and verifies who is at the other end.
    tcp_options& tls(env::tls_options files) { return tls_ = std::move(files), *this; }
    /// What it proves itself with where it dials.
    tcp_options& dial_with(client_credentials who) { return dials_ = std::move(who), *this; }
    /// Whoever dials it must prove who it is: by a password or token of `store`, which may be null, or by its
    /// certificate where `certificates` is set; then whoever has a certificate of the authorities that TLS trusts may
    /// connect.
    tcp_options& accept_with(std::shared_ptr<credential_store const> store, bool certificates = false) {
        return accepts_.emplace(std::move(store), certificates), *this;
    }
    /// What others may do, by who they have proved to be.
    tcp_options& allow(permissions what) { return allowed_ = std::move(what), *this; }
    /// Lets it listen, and dial, beyond this host without TLS or authentication; false by default.
    tcp_options& insecure(bool on) { return insecure_ = on, *this; }
    /// How much waits for a group of a channel, in messages and bytes; 10,000 and 64 MiB by default.
    tcp_options& queue(std::size_t messages, std::size_t bytes) {
        if (messages == 0 || bytes == 0) detail::fail(errc::invalid_argument, "a queue has room for one at least");
        return queues_ = {messages, bytes}, *this;
    }
    /// When a send is over, `queued` by default. Without any consumer one that waits for more than the queue ends with
    /// `not_connected` at its deadline, and has not happened; dead letters are only queued.
    tcp_options& confirm(confirmation when) { return confirms_ = when, *this; }
    /// How many deliveries a consumer that nobody competes with may have on the way to it; 1 to 1,000,000, 1,024 by
    /// default.
    tcp_options& window(std::uint32_t messages) {
        if (messages == 0 || messages > 1'000'000)
            detail::fail(errc::invalid_argument, "a window is 1 to 1000000 messages");
        return window_ = messages, *this;
    }
    /// A connection says something at least so often; one that says nothing for three times that is dead. 10 ms to 60
    /// s, 5 s by default.
    tcp_options& heartbeat(duration d) {
        using namespace std::chrono;
        return heartbeat_ = detail::within(d, milliseconds(10), seconds(60), "heartbeat is 10ms to 60s"), *this;
    }
    /// How long a session outlives its connection; then what was delivered and is not settled goes to others. 0 to 60
    /// s, 10 s by default.
    tcp_options& grace(duration d) {
        return grace_ = detail::within(d, duration::zero(), std::chrono::seconds(60), "grace is 0s to 60s"), *this;
    }
    /// How long the messages of a group of a publish-subscribe channel are kept while nobody receives for it, 1 s to 1
    /// day; then it is forgotten, and whoever comes back for it is told of a gap. Publishers wait for a group that is
    /// full. 1 min by default.
    tcp_options& absence(duration d) {
        using namespace std::chrono;
        return absence_ = detail::within(d, seconds(1), hours(24), "absence is 1s to 1 day"), *this;
    }
    /// Is told what is wrong with connections, places and permissions, for logs: on the transport's executor, soon
    /// after. What it throws leaves that one's `run()`.
    tcp_options& on_trouble(std::function<void(std::string_view where, error_code why, std::string_view text)> told) {
        return trouble_ = std::move(told), *this;
    }

private:
    friend class tcp;

    std::optional<env::endpoint> listen_;
    std::optional<env::endpoint> announce_;
    std::string name_;
    discovery_options places_;
    std::shared_ptr<fairway::directory> directory_;
    std::optional<env::tls_options> tls_;
    client_credentials dials_;
    std::optional<std::pair<std::shared_ptr<credential_store const>, bool>> accepts_;
    permissions allowed_;
    bool insecure_ = false;
    hub_detail::bounds queues_;
    confirmation confirms_ = confirmation::queued;
    std::uint32_t window_ = 1'024;
    duration heartbeat_ = std::chrono::seconds(5);
    duration absence_ = std::chrono::minutes(1);
    duration grace_ = std::chrono::seconds(10);
    std::function<void(std::string_view, error_code, std::string_view)> trouble_;
};

} // namespace fairway

#endif
