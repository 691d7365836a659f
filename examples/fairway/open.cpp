// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The only file that names transports.
#include "console.hpp"

#include <fairway/amqp.hpp>
#include <fairway/inproc.hpp>
#include <fairway/tcp.hpp>

#include <algorithm>
#include <utility>

namespace cli {
namespace {

template <class Transport>
opened open_node(
    fairway::asio::any_io_executor const& executor, fairway::url const& where, sent when, trouble_log log) {
    auto options = fairway::tcp_options::from(where);
    options.on_trouble(std::move(log));
    auto const& said = where.options();
    bool const is_said = std::any_of(said.begin(), said.end(), [](auto const& o) { return o.first == "confirm"; });
    if (when == sent::received && !is_said) options.confirm(fairway::confirmation::received);
    Transport node(executor, options);
    auto const local = node.local();
    auto places = [node](std::string const& channel) mutable {
        fairway::address to;
        to.channel = channel;
        node.open(to);
        std::vector<place> all;
        for (auto const& p : node.places(channel)) all.push_back({p.at.text(), p.connected, p.node, p.name});
        return all;
    };
    return {fairway::any_transport(std::move(node)), local ? local->text() : std::string(), reach::direct,
        std::move(places)};
}

opened open_broker(fairway::asio::any_io_executor const& executor, fairway::url const& where, trouble_log log) {
    auto options = fairway::amqp_options::from(where);
    options.on_trouble(std::move(log));
    return {fairway::amqp(executor, options), {}, reach::broker, {}};
}

} // namespace

opened open_transport(
    fairway::asio::any_io_executor const& executor, std::string const& url, sent when, trouble_log log) {
    fairway::url const where(url);
    if (where.scheme() == fairway::tcp::scheme) return open_node<fairway::tcp>(executor, where, when, std::move(log));
    if (where.scheme() == fairway::unix_socket::scheme)
        return open_node<fairway::unix_socket>(executor, where, when, std::move(log));
    if (where.scheme() == fairway::amqp::scheme || where.scheme() == fairway::amqps::scheme)
        return open_broker(executor, where, std::move(log));
    using namespace fairway;
    return {fairway::open<inproc, tcp, unix_socket, amqp, amqps>(executor, url), {}, reach::process, {}};
}

} // namespace cli
