// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "arguments.hpp"
#include "commands.hpp"

#include <fairway/codec/json.hpp>
#include <fairway/service/dead_letter_text.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>

namespace cli {

std::string_view const channels_help = R"(usage: fairway channels URL [CHANNEL...] [options]

Tells what the transport can do and whether its broker (amqp) can be reached or, where services talk directly (tcp,
unix), where the URL's directory says that the other ends of the channels are, and who was met there. The status is 2
where somebody can't be reached, and 3 where the broker lets nobody in.

  --timeout D     how long to wait for them (2s)
  --json          one JSON object a line: first transport, point_to_point, publish_subscribe, sharded, replies, delay,
                  redelivers, duplicates, settles_prefix, central, accepted, max_body, max_headers, listening, and for
                  a broker connected; then for each place channel, at, connected, node, name, trouble
)";

namespace {

struct transport_json {
    std::string transport;
    bool point_to_point = false, publish_subscribe = false, sharded = false, replies = false, delay = false;
    bool redelivers = false, duplicates = false, settles_prefix = false, central = false;
    std::string accepted;
    std::size_t max_body = 0, max_headers = 0;
    std::string listening;
    std::optional<bool> connected; // with the broker
};

struct place_json {
    std::string channel, at;
    bool connected = false;
    std::string node, name, trouble;
};

transport_json facts_of(opened const& at) {
    auto const can = at.net.describe();
    transport_json t;
    t.transport = at.net.scheme();
    t.point_to_point = can.point_to_point;
    t.publish_subscribe = can.publish_subscribe;
    t.sharded = can.sharded;
    t.replies = can.replies;
    t.delay = can.delay;
    t.redelivers = can.redelivers;
    t.duplicates = can.duplicates;
    t.settles_prefix = can.settles_prefix;
    t.central = can.central;
    constexpr std::string_view levels[] = {"local", "peer", "broker", "durable"};
    t.accepted = levels[static_cast<std::size_t>(can.level)];
    t.max_body = can.max_body;
    t.max_headers = can.max_headers;
    t.listening = at.local;
    return t;
}

void print(transport_json const& t) {
    auto const line = [](std::string_view name, std::string_view value) {
        std::cout << name << std::string(20 - name.size(), ' ') << value << "\n";
    };
    auto const yes = [&line](std::string_view name, bool on) { line(name, on ? "yes" : "no"); };
    line("transport", t.transport);
    yes("point-to-point", t.point_to_point);
    yes("publish-subscribe", t.publish_subscribe);
    yes("shards", t.sharded);
    yes("requests", t.replies);
    yes("delays", t.delay);
    yes("redelivers", t.redelivers);
    yes("one place for all", t.central);
    line("accepted means", t.accepted);
    line("largest body", std::to_string(t.max_body) + " bytes");
    line("most headers", std::to_string(t.max_headers));
    if (!t.listening.empty()) line("listening at", t.listening);
    if (t.connected) yes("connected", *t.connected);
}

void print(place_json const& p) {
    std::cout << p.channel << "  " << p.at << "  ";
    if (p.connected)
        std::cout << "connected  node " << p.node
                  << (p.name.empty() ? "" : "  name " + fairway::detail::visible(p.name));
    else
        std::cout << "not connected" << (p.trouble.empty() ? "" : ": " + fairway::detail::visible(p.trouble));
    std::cout << "\n";
}

std::vector<place_json> look(console& c, opened const& at, std::string const& channel) {
    std::vector<place_json> all;
    for (auto const& p : at.places(channel))
        all.push_back({channel, p.at, p.connected, p.node, p.name, p.connected ? "" : c.trouble_at(p.at).value_or("")});
    return all;
}

// Leaves, however it ends, before who was told of it has gone.
struct leaving {
    fairway::source& from;
    ~leaving() { from.close(); }
};

// Whether the broker is met by then: it makes a queue for replies, which expires.
fairway::task<bool> meets_broker(console& c, fairway::any_transport& net, fairway::env::steady_point until) {
    ringing told(c.bell());
    auto const box = net.open_replies(told).replies;
    leaving const at_last{*box};
    std::vector<fairway::notice> all;
    bool connected = false;
    while (!connected && c.until(until) > fairway::duration::zero()) {
        co_await c.bell()->wait(c.until(until));
        box->notices(all);
        connected = std::any_of(
            all.begin(), all.end(), [](fairway::notice const& n) { return n.what == fairway::notice_kind::connected; });
    }
    co_return connected;
}

} // namespace

fairway::task<int> channels(console& c, given all) {
    arguments const a(all, {{"--timeout"}, {"--json", option::kind::flag}});
    if (a.rest().empty()) throw usage_error("URL is missing");
    std::vector<std::string> const names(a.rest().begin() + 1, a.rest().end());
    for (auto const& n : names) checked_channel(n);
    auto const until = c.after(a.time("--timeout").value_or(std::chrono::seconds(2)));
    bool const json = a.has("--json");

    auto& at = c.open(a.rest()[0]);
    auto facts = facts_of(at);
    if (at.to == reach::broker) facts.connected = co_await meets_broker(c, at.net, until);
    if (json)
        std::cout << fairway::to_json_text(facts) << "\n";
    else
        print(facts);
    if (!facts.connected.value_or(true)) co_return out_of_reach;
    if (names.empty() || !at.places) co_return done;

    int status = done;
    for (auto const& name : names) {
        auto places = look(c, at, name);
        // It is told of troubles, but not of who was met.
        constexpr auto pause = std::chrono::milliseconds(20);
        auto const is_known = [](place_json const& p) { return p.connected || !p.trouble.empty(); };
        while (places.empty() || !std::all_of(places.begin(), places.end(), is_known)) {
            auto const left = c.until(until);
            if (left <= fairway::duration::zero()) break;
            co_await c.bell()->wait(std::min<fairway::duration>(left, pause));
            places = look(c, at, name);
        }
        if (places.empty()) c.say("the directory names no place for " + name);
        for (auto const& p : places) {
            if (!p.connected) status = out_of_reach;
            if (json)
                std::cout << fairway::detail::visible_json(fairway::to_json_text(p)) << "\n";
            else
                print(p);
        }
        if (places.empty()) status = out_of_reach;
    }
    std::cout << std::flush;
    co_return status;
}

} // namespace cli
