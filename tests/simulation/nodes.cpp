// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "nodes.hpp"

#include <fairway/tcp.hpp>

#include <string>
#include <utility>

namespace workload {

namespace {

// What connections do, with sessions that outlive them.
bool is_of_connections(fairway::error_code const& why, std::string_view text) {
    return why.category() == boost::asio::error::get_system_category() || why == boost::asio::error::eof ||
           why == fairway::errc::timed_out || text.find("handshake") != text.npos;
}
bool breaks_a_rule(fairway::error_code const& why) {
    for (auto const wrong : {fairway::errc::decode_failed, fairway::errc::too_large, fairway::errc::unauthorized,
             fairway::errc::unsupported, fairway::errc::queue_full})
        if (why == wrong) return true;
    return false;
}

} // namespace

fairway::any_transport make_node(
    fairway::testing::host& h, scenario const& s, std::function<void(std::string_view what, bool allowed)> told) {
    std::string all = "undertaker:7000";
    for (unsigned n = 0; n < s.hosts; ++n) all += ",h" + std::to_string(n) + ":7000";
    if (auto const self = all.find(h.name() + ":7000"); !s.node.finds_itself) {
        auto const end = all.find(',', self);
        all = end == all.npos ? all.substr(0, self - 1) : all.erase(self, end + 1 - self);
    }
    fairway::discovery_options places;
    places.channel("*", all);
    fairway::tcp_options o;
    o.listen("*:7000").name(h.name()).places(places).insecure(true);
    o.queue(s.queue_messages, fairway::limits::queue_bytes).window(s.node.window);
    o.heartbeat(s.node.heartbeat).grace(s.node.grace);
    // Longer than all drains and outages: what a group that is away for long misses is no loss, but nobody checks it.
    o.absence(std::chrono::hours(1));
    o.on_trouble([told = std::move(told)](std::string_view where, fairway::error_code why, std::string_view text) {
        if (is_of_connections(why, text)) return;
        std::string what(text);
        what.append(" (").append(why.message()).append(") at ").append(where);
        told(what, !breaks_a_rule(why));
    });
    return fairway::any_transport(fairway::tcp(h.executor(), o));
}

} // namespace workload
