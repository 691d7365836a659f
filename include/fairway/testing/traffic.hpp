// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_TRAFFIC_HPP
#define FAIRWAY_TESTING_TRAFFIC_HPP

#include <fairway/envelope/envelope.hpp>
#include <fairway/error.hpp>
#include <fairway/port/request.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::testing {

/// What a bench saw happen to a message.
enum class movement {
    sent,     ///< somebody sent it to a channel
    replied,  ///< somebody answered a request with it; a fault is a reply too
    received, ///< a consumer took it
};

/// What became of it.
enum class fate {
    open,     ///< undecided: it waits for room, or its handler has not ended
    accepted, ///< taken by the transport, or handled
    refused,  ///< not taken by the transport; `sighting::error` says why
    released, ///< given back by the consumer
};

/// One movement of one message.
struct sighting {
    /// What was seen.
    movement what = movement::sent;
    /// When: the time since the bench was made.
    duration at{};
    /// The channel; of a reply the one that the request was sent to.
    std::string channel;
    /// Who received it: the group, empty for other movements.
    std::string group;
    /// The message.
    envelope message;
    /// How often it was delivered, counted from 1; of a received one.
    std::uint32_t attempt = 1;
    /// What became of it.
    fate end = fate::open;
    /// Why it was refused.
    error_code error;
};

/// True for a reply that is a fault.
inline bool is_fault(sighting const& s) {
    return s.what == movement::replied && s.message.type() == fairway::detail::fault_type;
}

namespace detail {

// At most `most` bytes of UTF-8, cut between characters.
inline std::string shortened(std::string_view text, std::size_t most) {
    if (text.size() <= most) return std::string(text);
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0U) == 0x80U) --most;
    return std::string(text.substr(0, most)) + "... (" + std::to_string(text.size()) + " bytes)";
}

inline bool is_text(std::string_view content_type) {
    return content_type.empty() || content_type.starts_with("text/") ||
           content_type.find("json") != std::string_view::npos || content_type.find("xml") != std::string_view::npos;
}

inline std::string body_text(envelope const& e) {
    constexpr std::size_t most = 160;
    try {
        auto const body = e.body();
        auto const type = e.content_type();
        if (!is_text(type)) return "<" + std::to_string(body.size()) + " bytes of " + std::string(type) + ">";
        return shortened(body, most);
    } catch (std::exception const& error) {
        return std::string("<not encodable: ") + error.what() + ">";
    }
}

// "1.250s"
inline std::string seconds_text(duration d) {
    auto const ms = std::chrono::floor<std::chrono::milliseconds>(d).count();
    auto fraction = std::to_string(ms % 1000);
    fraction.insert(0, 3 - fraction.size(), '0');
    return std::to_string(ms / 1000) + "." + fraction + "s";
}

// Who sent it, and the headers that a test may care for.
inline std::string header_text(envelope const& e) {
    std::string text;
    auto const add = [&text](std::string_view name, std::string_view value) {
        text.append(text.empty() ? "" : " ").append(name).append("=").append(value);
    };
    if (!e.source().empty()) add("from", e.source());
    if (!e.shard_key().empty()) add("key", e.shard_key());
    if (e.due() != no_time) add("delay", seconds_text(e.due() - e.time()));
    for (auto const& h : e.headers())
        if (!h.name.starts_with("fw-") || h.name == "fw-dead-code" || h.name == "fw-dead-text") add(h.name, h.value);
    return text.empty() ? "" : " [" + text + "]";
}

inline std::string fault_text(envelope const& e) {
    auto const code = e.headers().find(fairway::detail::fault_code_header);
    return "fault " + std::string(code.value_or("unknown")) + " \"" + body_text(e) + "\"";
}

inline std::string fate_text(sighting const& s) {
    switch (s.end) {
    case fate::open: return s.what == movement::received ? " -> not settled" : " -> waiting for room";
    case fate::accepted: return s.what == movement::received ? " -> accepted" : "";
    case fate::refused: return " -> refused: " + s.error.message();
    case fate::released: return " -> given back";
    }
    return {};
}

} // namespace detail

/// A movement as one line: time, what, channel, type, body, headers in brackets, and what became of it:
/// `+2.000s sent     orders: shop.place-order {"sku":"tea","quantity":3} [from=test tenant=acme]`.
inline std::string to_string(sighting const& s) {
    std::string text = "+" + detail::seconds_text(s.at);
    text.append(s.what == movement::sent ? " sent     " : s.what == movement::replied ? " replied  " : " received ");
    text.append(s.channel.empty() ? "(unknown)" : s.channel);
    if (s.what == movement::received) text.append(" by ").append(s.group);
    text.append(": ");
    if (is_fault(s)) {
        text.append(detail::fault_text(s.message));
    } else {
        auto const type = s.message.type();
        text.append(type.empty() ? "(no type)" : type);
        if (s.what != movement::received) text.append(" ").append(detail::body_text(s.message));
    }
    if (s.what != movement::received) text.append(detail::header_text(s.message));
    if (s.attempt > 1) text.append(" (attempt ").append(std::to_string(s.attempt)).append(")");
    return text + detail::fate_text(s);
}

/// All that a bench saw, in the order in which it happened. Thread-safe.
class traffic_log {
public:
    /// A place in the log that learns later what became of its message.
    using place = std::shared_ptr<sighting>;

    /// Writes a movement down.
    place add(sighting s) {
        std::lock_guard const lock(mutex_);
        auto const& head = s.message.head();
        if (s.what == movement::sent && !head.reply_to.empty()) requests_.insert_or_assign(head.id, s.channel);
        if (s.what == movement::replied) {
            auto const request = requests_.find(head.correlation);
            if (request != requests_.end()) s.channel = request->second;
        }
        // A message that was refused and is tried again, as when it waits for room, is one message, not two.
        if (s.what != movement::received) forget_refusal(s);
        if (s.end == fate::refused) ++refused_;
        return seen_.emplace_back(std::make_shared<sighting>(std::move(s)));
    }
    /// Writes down what became of it.
    void end(place const& p, fate how, error_code why = {}) {
        std::lock_guard const lock(mutex_);
        if (p->end != fate::open) return;
        p->end = how;
        p->error = why;
        if (how == fate::refused) ++refused_;
    }
    /// A copy of what was seen.
    std::vector<sighting> all() const {
        std::lock_guard const lock(mutex_);
        std::vector<sighting> copy;
        copy.reserve(seen_.size());
        for (auto const& s : seen_) copy.push_back(*s);
        return copy;
    }
    /// Forgets what was seen; requests that are not answered yet are still known.
    void clear() {
        std::lock_guard const lock(mutex_);
        seen_.clear();
        refused_ = 0;
    }

private:
    void forget_refusal(sighting const& s) {
        if (refused_ == 0) return;
        auto const same = std::find_if(seen_.rbegin(), seen_.rend(), [&s](place const& p) {
            return p->end == fate::refused && p->what == s.what && p->message.id() == s.message.id() &&
                   p->channel == s.channel;
        });
        if (same == seen_.rend()) return;
        seen_.erase(std::next(same).base());
        --refused_;
    }

    mutable std::mutex mutex_;
    std::vector<place> seen_;
    std::map<message_id, std::string> requests_;
    std::size_t refused_ = 0;
};

} // namespace fairway::testing

#endif
