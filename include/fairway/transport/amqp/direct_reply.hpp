// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_DIRECT_REPLY_HPP
#define FAIRWAY_TRANSPORT_AMQP_DIRECT_REPLY_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fairway::amqp_detail {

// An address of RabbitMQ's direct reply-to: the name, and what leads to the requester's channel: its process, as Erlang
// writes one to other programs (erl_ext_dist, "NEW_PID_EXT" and "PID_EXT"), of a node `reply@` and digits, and a key;
// both in base64 (RFC 4648).
//
// RabbitMQ (3.10) closes the connection that publishes to one which is none, or whose node is not there, with all that
// is on its way. So it is looked at before, and what goes there is not sent again.
class direct_reply {
public:
    static constexpr std::string_view prefix = "amq.rabbitmq.reply-to.";

    static bool is_to(std::string_view queue) noexcept { return queue.starts_with(prefix); }
    // As far as one can see.
    static bool is_good(std::string_view queue) {
        if (!is_to(queue)) return false;
        queue.remove_prefix(prefix.size());
        auto const dot = queue.find('.');
        if (dot == queue.npos || !bytes_of(queue.substr(dot + 1))) return false;
        auto const process = bytes_of(queue.substr(0, dot));
        return process && is_process(*process);
    }

private:
    // Nothing for what is no base64, and for what says nothing.
    static std::optional<std::string> bytes_of(std::string_view text) {
        if (text.empty() || text.size() % 4 != 0) return std::nullopt;
        std::size_t const padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
        std::string bytes;
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < text.size(); ++i) {
            constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
            auto const digit = i < text.size() - padding ? digits.find(text[i]) : 0;
            if (digit == digits.npos) return std::nullopt;
            bits = bits << 6 | static_cast<std::uint32_t>(digit);
            if (i % 4 != 3) continue;
            for (int shift : {16, 8, 0}) bytes += static_cast<char>(bits >> shift & 0xff);
            bits = 0;
        }
        bytes.resize(bytes.size() - padding);
        return bytes;
    }
    // The format's version, the tag, the node's name as an atom in UTF-8, and three numbers.
    static bool is_process(std::string_view term) noexcept {
        auto const byte = [&](std::size_t i) { return i < term.size() ? static_cast<unsigned char>(term[i]) : 0U; };
        constexpr unsigned version = 131, new_pid = 88, pid = 103;
        constexpr unsigned atom = 118, small_atom = 119;
        if (byte(0) != version || (byte(1) != new_pid && byte(1) != pid)) return false;
        if (byte(2) != atom && byte(2) != small_atom) return false;
        std::size_t const head = byte(2) == small_atom ? 4 : 5;
        std::size_t const size = byte(2) == small_atom ? byte(3) : byte(3) << 8 | byte(4);
        std::size_t const numbers = byte(1) == new_pid ? 12 : 9;
        if (term.size() != head + size + numbers) return false;
        auto const name = term.substr(head, size);
        auto const at = name.find('@');
        return at != name.npos && at + 1 < name.size() && name.find_first_not_of("0123456789", at + 1) == name.npos;
    }
};

} // namespace fairway::amqp_detail

#endif
