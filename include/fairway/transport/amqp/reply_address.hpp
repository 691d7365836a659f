// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_REPLY_ADDRESS_HPP
#define FAIRWAY_TRANSPORT_AMQP_REPLY_ADDRESS_HPP

#include <fairway/transport/amqp/direct_reply.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>

namespace fairway::amqp_detail {

// Where a reply goes: a queue, and for requesters without Fairway the correlation id that it must have. As a text it is
// the queue's name, or `=<its size>:<queue><correlation id in hexadecimal digits>`, since that may be any bytes.
struct reply_address {
    std::string queue{};
    std::optional<std::string> correlation{};

    std::string text() const {
        if (!correlation) return queue;
        std::string all = "=" + std::to_string(queue.size()) + ":" + queue;
        for (char const c : *correlation) {
            auto const byte = static_cast<unsigned char>(c);
            all.append({digits[byte >> 4], digits[byte & 15]});
        }
        return all;
    }
    // Nothing where it is none. What stands in requests is not trusted: replies go to queues that are there for them,
    // and to no others. `more` are the beginnings of other such names.
    static std::optional<reply_address> parse(std::string_view text, std::span<std::string const> more = {}) {
        reply_address a;
        if (!text.starts_with('=')) {
            a.queue = text;
            return is_for_replies(a.queue, more) ? std::optional(a) : std::nullopt;
        }
        text.remove_prefix(1);
        std::size_t size = 0;
        auto const [colon, error] = std::from_chars(text.data(), text.data() + text.size(), size);
        text.remove_prefix(static_cast<std::size_t>(colon - text.data()));
        if (error != std::errc() || !text.starts_with(':') || size >= text.size()) return std::nullopt;
        a.queue = text.substr(1, size);
        text.remove_prefix(1 + size);
        if (text.size() % 2 != 0 || !is_for_replies(a.queue, more)) return std::nullopt;
        a.correlation.emplace(text.size() / 2, '\0');
        for (std::size_t i = 0; i < a.correlation->size(); ++i) {
            unsigned byte = 0;
            auto const* const at = text.data() + 2 * i;
            auto const [end, wrong] = std::from_chars(at, at + 2, byte, 16);
            if (wrong != std::errc() || end != at + 2) return std::nullopt;
            (*a.correlation)[i] = static_cast<char>(byte);
        }
        return a;
    }

    // The name of a reply queue of Fairway's: `secret` is what makes it one that nobody can guess.
    using secret_bytes = std::array<std::byte, 16>;
    static std::string own(std::string_view prefix, secret_bytes const& secret) {
        std::string name(prefix);
        name += own_mark;
        for (auto const b : secret) {
            name += digits[std::to_integer<std::size_t>(b >> 4)];
            name += digits[std::to_integer<std::size_t>(b & std::byte{15})];
        }
        return name;
    }
    // Whoever has made it, with whatever prefix.
    static bool is_own(std::string_view queue) noexcept {
        constexpr auto secret = 2 * std::tuple_size_v<secret_bytes>;
        if (queue.size() < own_mark.size() + secret || queue.size() > most_bytes) return false;
        auto const end = queue.substr(queue.size() - secret);
        return end.find_first_not_of(digits) == end.npos && queue.substr(0, queue.size() - secret).ends_with(own_mark);
    }

private:
    static constexpr std::string_view digits = "0123456789abcdef";
    static constexpr std::string_view own_mark = "reply.";
    static constexpr std::size_t most_bytes = 255;

    // Own ones, RabbitMQ's direct reply-to, and queues that it has named.
    static bool is_for_replies(std::string_view queue, std::span<std::string const> more) {
        if (queue.size() > most_bytes) return false;
        auto const begins = [queue](std::string_view p) { return queue.starts_with(p) && queue.size() > p.size(); };
        if (direct_reply::is_to(queue)) return direct_reply::is_good(queue);
        return is_own(queue) || begins("amq.gen-") || std::any_of(more.begin(), more.end(), begins);
    }
};

} // namespace fairway::amqp_detail

#endif
