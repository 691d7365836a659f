// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "arguments.hpp"
#include "commands.hpp"
#include "text.hpp"

#include <fairway/contract/shard.hpp>
#include <fairway/env/random.hpp>
#include <fairway/env/suspend.hpp>
#include <fairway/transport/flush_by.hpp>

#include <chrono>
#include <iostream>

namespace cli {

std::string_view const send_help = R"(usage: fairway send URL CHANNEL --type NAME[:VERSION] [options] BODY

Sends one message, and waits until it is accepted and the transport holds it no longer. BODY is text, @FILE or - for the
standard input. Where services talk directly (tcp, unix), accepted means that a consumer has it, unless the URL says
another confirm=. Where nobody has taken it in time the status is 2.

  --type T        the contract's name, and its version if that is not 1.0: shop.place-order:2.1
  --queue         the channel is point-to-point (the default)
  --topic         the channel is publish-subscribe. Where services talk directly (tcp, unix) the publishers listen, so
                  the URL needs listen=, and --group
  --group G       keeps a published message for this group until it has come; may be there several times
  --header K=V    a header; may be there several times
  --key K         by what it is sharded
  --shards N      the channel has N shards
  --content-type  of the body (application/json)
  --ttl D         after this time it is worthless
  --timeout D     how long to wait (10s)
  --json          prints a JSON object: id, channel, type, version, accepted (local, peer, broker or durable)
)";

std::string_view const request_help = R"(usage: fairway request URL CHANNEL --type NAME[:VERSION] [options] BODY

Sends a request to a point-to-point channel and prints the reply's body. BODY is text, @FILE or - for the standard input.
Where the request is refused the status is 3, and 2 where nobody answers in time.

  --type T        the contract's name, and its version if that is not 1.0: shop.place-order:2.1
  --header K=V    a header; may be there several times
  --key K         by what it is sharded
  --shards N      the channel has N shards
  --content-type  of the body (application/json)
  --timeout D     how long to wait (5s)
  --json          prints a JSON object: the reply with its body, as of listen, or id, fault, text, responder
)";

namespace {

using fairway::errc;

constexpr std::string_view fault_type = "fairway.fault";

// What is to be sent, and where to.
struct parcel {
    fairway::address to;
    std::string type;
    fairway::message_version version;
    fairway::headers headers;
    std::string key;
    std::string content_type;
    std::string body;
};

parcel parcel_of(arguments const& a) {
    a.expect({"URL", "CHANNEL", "BODY"}, 3);
    parcel p;
    p.to.channel = checked_channel(a.rest()[1]);
    if (a.has("--topic")) p.to.kind = fairway::channel_kind::publish_subscribe;
    p.to.shards = static_cast<unsigned>(a.number("--shards", fairway::max_shards).value_or(0));
    auto const type = a.value("--type");
    if (!type) throw usage_error("say what it is: --type NAME");
    std::tie(p.type, p.version) = type_of(*type);
    for (auto const& text : a.values("--header")) {
        auto const [name, value] = pair_of(text);
        p.headers.set(name, value);
    }
    p.key = a.value("--key").value_or("");
    if (!p.key.empty() && p.to.shards == 0) throw usage_error("--key goes with --shards");
    p.content_type = a.value("--content-type").value_or("application/json");
    p.body = body_of(a.rest()[2]);
    return p;
}

fairway::envelope envelope_of(console& c, parcel const& p, fairway::duration life, std::string_view reply_to) {
    auto& random = fairway::env::random::of(c.executor());
    fairway::envelope_head h;
    h.time = c.clock().now();
    h.id = fairway::id_generator(random.next()).next(h.time.time_since_epoch().count());
    h.type = p.type;
    h.version = p.version;
    h.source = "fairway-cli";
    h.content_type = p.content_type;
    h.shard_key = p.key;
    h.reply_to = reply_to;
    if (life > fairway::duration::zero()) h.expires = fairway::detail::saturating_add(h.time, life);
    if (p.to.shards > 0)
        h.shard = p.key.empty() ? static_cast<std::uint32_t>(random.next() % p.to.shards)
                                : fairway::shard_of(p.key, p.to.shards);
    return fairway::envelope::of_bytes(h, p.headers.view(), p.body);
}

// Hands it over; throws where it was not accepted by then.
fairway::task<fairway::acceptance> hand_over(
    fairway::sink& to, fairway::envelope e, fairway::env::steady_point until, std::string channel) {
    std::vector<fairway::envelope> one;
    one.push_back(std::move(e));
    std::vector<fairway::outcome> outcomes;
    auto start = [&](fairway::env::continuation c) { to.send(std::move(one), until, outcomes, std::move(c)); };
    co_await fairway::env::suspend(start);
    if (!outcomes.front()) throw fairway::system_error(outcomes.front().error, "sending to " + channel);
    co_return outcomes.front().level;
}

std::string_view name_of(fairway::acceptance level) {
    switch (level) {
    case fairway::acceptance::local: return "local";
    case fairway::acceptance::peer: return "peer";
    case fairway::acceptance::broker: return "broker";
    case fairway::acceptance::durable: return "durable";
    }
    return "unknown";
}

// Replies to one request.
class reply_box {
public:
    reply_box(fairway::any_transport& net, console& c) : told_(c.bell()), way_(net.open_replies(told_)) {}
    reply_box(reply_box const&) = delete;
    reply_box& operator=(reply_box const&) = delete;
    ~reply_box() { way_.replies->close(); }
    std::string const& address() const noexcept { return way_.address; }

    // The first reply to this request, if one is there.
    std::optional<fairway::delivery> take(fairway::message_id request) {
        std::vector<fairway::delivery> batch;
        way_.replies->receive(batch, 64);
        for (auto& d : batch) {
            d.keep();
            fairway::settlement const accepted{d.tag(), true, 1};
            way_.replies->settle({&accepted, 1});
            if (d.correlation() == request) return std::move(d);
        }
        return std::nullopt;
    }

private:
    ringing told_;
    fairway::reply_channel way_;
};

} // namespace

fairway::task<int> send(console& c, given all) {
    arguments const a(
        all, {{"--type"}, {"--queue", option::kind::flag}, {"--topic", option::kind::flag},
                 {"--group", option::kind::values}, {"--header", option::kind::values}, {"--key"}, {"--shards"},
                 {"--content-type"}, {"--ttl"}, {"--timeout"}, {"--json", option::kind::flag}});
    if (a.has("--queue") && a.has("--topic")) throw usage_error("a channel is either --queue or --topic");
    if (a.has("--group") && !a.has("--topic")) throw usage_error("--group goes with --topic");
    parcel const p = parcel_of(a);
    auto const groups = a.values("--group");
    for (auto const& g : groups) checked_name(g, "group");
    auto const life = a.time("--ttl").value_or(fairway::duration::zero());
    auto const until = c.after(a.time("--timeout").value_or(std::chrono::seconds(10)));

    auto& at = c.open(a.rest()[0], sent::received);
    if (at.to == reach::direct && a.has("--topic") && (at.local.empty() || groups.empty()))
        throw usage_error("on this transport a publisher listens, and nobody else keeps what it publishes: add "
                          "listen=ADDRESS to the URL, and say for whom the message is by --group");
    for (auto const& g : groups) at.net.declare({p.to, g});
    auto const to = at.net.open(p.to);
    auto const message = envelope_of(c, p, life, {});
    auto level = fairway::acceptance::local;
    bool taken = false;
    try {
        level = co_await hand_over(*to, message, until, p.to.channel);
        taken = co_await fairway::detail::flush_by(to, until);
    } catch (fairway::system_error const& e) {
        if (e.code() != errc::not_connected) throw;
    }
    if (!taken) {
        c.say("nobody has taken the message in time; it ends with this program");
        co_return out_of_reach;
    }
    std::cout << sent_text(p.to.channel, message, name_of(level), a.has("--json")) << std::flush;
    co_return done;
}

fairway::task<int> request(console& c, given all) {
    arguments const a(all, {{"--type"}, {"--header", option::kind::values}, {"--key"}, {"--shards"}, {"--content-type"},
                               {"--timeout"}, {"--json", option::kind::flag}});
    parcel const p = parcel_of(a);
    auto const life = a.time("--timeout").value_or(std::chrono::seconds(5));
    auto const until = c.after(life);

    auto& at = c.open(a.rest()[0]);
    if (!at.net.describe().replies) throw fairway::system_error(errc::unsupported, "requests");
    reply_box box(at.net, c);
    auto const to = at.net.open(p.to);
    auto const message = envelope_of(c, p, life, box.address());
    auto const handing = co_await hand_over(*to, message, until, p.to.channel);
    static_cast<void>(handing);
    for (;;) {
        if (auto const reply = box.take(message.id())) {
            bool const fault = reply->type() == fault_type;
            bool const json = a.has("--json");
            if (fault)
                (json ? std::cout : std::cerr) << fault_text(*reply, json) << std::flush;
            else
                std::cout << (json ? message_text(p.to.channel, *reply, {true, true}) : reply_text(*reply))
                          << std::flush;
            co_return fault ? refused : done;
        }
        auto const left = c.until(until);
        if (left <= fairway::duration::zero()) break;
        co_await c.bell()->wait(left);
    }
    c.say("nobody has answered in time");
    co_return out_of_reach;
}

} // namespace cli
