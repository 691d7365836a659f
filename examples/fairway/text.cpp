// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "text.hpp"

#include <fairway/service/dead_letter_text.hpp>

#include <map>
#include <optional>

namespace cli {
namespace {

using fairway::detail::as_utf8;
using fairway::detail::visible;

// What a message is in JSON. Fields without a value are not there.
struct message_json {
    std::string time, id, type, version, channel;
    std::uint32_t attempt = 1;
    std::optional<std::uint32_t> shard;
    std::string shard_key, source, content_type;
    std::optional<std::string> correlation, expires;
    bool wants_reply = false;
    std::map<std::string, std::string> headers;
    std::optional<std::size_t> size;
    std::optional<std::string> body, body_base64;
};

struct sent_json {
    std::string id, channel, type, version, accepted;
};

struct fault_json {
    std::string id, fault, text, responder;
};

std::string time_text(fairway::time_point t) {
    auto const split = fairway::detail::split(t.time_since_epoch());
    if (t == fairway::no_time || !fairway::detail::can_write(split)) return "-";
    char text[32];
    return {text, fairway::detail::write_time(text, split, 3)};
}

// Nothing where it can't be written (an object of this process whose codec refuses it).
std::optional<std::string_view> body_of(fairway::delivery const& d) {
    try {
        return d.body();
    } catch (std::exception const&) {
        return std::nullopt;
    }
}

std::string json_line(std::string_view channel, fairway::delivery const& d, bool whole) {
    message_json j;
    j.time = time_text(d.time());
    j.id = to_string(d.id());
    j.type = as_utf8(d.type());
    j.version = fairway::detail::version_text(d.version());
    j.channel = channel;
    j.attempt = d.attempt();
    j.shard = d.shard();
    j.shard_key = as_utf8(d.shard_key());
    j.source = as_utf8(d.source());
    j.content_type = as_utf8(d.content_type());
    if (d.correlation()) j.correlation = to_string(d.correlation());
    if (d.deadline()) j.expires = time_text(*d.deadline());
    j.wants_reply = d.wants_reply();
    for (auto const& h : d.headers()) j.headers.insert_or_assign(as_utf8(h.name), as_utf8(h.value));
    if (auto const body = body_of(d)) {
        j.size = body->size();
        bool const text = fairway::detail::is_readable(*body);
        if (whole && text) j.body = *body;
        if (whole && !text) j.body_base64 = fairway::detail::base64_of(*body);
    }
    return fairway::detail::visible_json(fairway::to_json_text(j)) + "\n";
}

std::string hex_of(std::string_view bytes) {
    std::string out;
    for (char const c : bytes) fairway::detail::append_hex(out, static_cast<unsigned char>(c), 2);
    return out;
}

std::string body_lines(std::string_view body, bool whole) {
    if (body.empty()) return {};
    constexpr std::size_t beginning = 200;
    if (!fairway::detail::is_readable(body)) {
        bool const all = whole || 2 * body.size() <= beginning;
        return "  " + hex_of(all ? body : body.substr(0, beginning / 2)) + (all ? "\n" : "...\n");
    }
    return "  " + (whole ? visible(body) : fairway::detail::cut(body, beginning)) + "\n";
}

} // namespace

std::string message_text(std::string_view channel, fairway::delivery const& d, shown how) {
    if (how.json) return json_line(channel, d, how.body);
    std::string out = time_text(d.time()) + "  " + to_string(d.id()) + "  " +
                      (d.type().empty() ? "(no type)" : visible(d.type())) + " " +
                      fairway::detail::version_text(d.version());
    auto const also = [&out](std::string_view name, std::string const& value) {
        out.append("  ").append(name).append(value);
    };
    if (!d.source().empty()) also("from ", visible(d.source()));
    if (d.shard()) also("shard ", std::to_string(*d.shard()));
    if (!d.shard_key().empty()) also("key ", visible(d.shard_key()));
    if (d.attempt() > 1) also("attempt ", std::to_string(d.attempt()));
    if (d.wants_reply()) also("wants a reply", {});
    out += "\n";
    for (auto const& h : d.headers()) out += "  " + visible(h.name) + ": " + visible(h.value) + "\n";
    auto const body = body_of(d);
    return out + (body ? body_lines(*body, how.body) : "  (a body that can't be written)\n");
}

std::string sent_text(std::string_view channel, fairway::envelope const& e, std::string_view level, bool json) {
    sent_json j{to_string(e.id()), std::string(channel), std::string(e.type()),
        fairway::detail::version_text(e.version()), std::string(level)};
    if (json) return fairway::to_json_text(j) + "\n";
    return "sent " + j.id + " (accepted: " + j.accepted + ")\n";
}

std::string reply_text(fairway::delivery const& reply) {
    auto const body = body_of(reply).value_or("");
    if (!fairway::detail::is_readable(body)) return hex_of(body) + "\n";
    return visible(body) + "\n";
}

std::string fault_text(fairway::delivery const& reply, bool json) {
    fault_json j;
    j.id = to_string(reply.correlation());
    j.fault = as_utf8(reply.header("fw-fault-code").value_or(""));
    j.text = as_utf8(body_of(reply).value_or(""));
    j.responder = as_utf8(reply.source());
    if (json) return fairway::detail::visible_json(fairway::to_json_text(j)) + "\n";
    return visible(j.responder) + " refused (" + visible(j.fault) + "): " + visible(j.text) + "\n";
}

} // namespace cli
