// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_FRAME_INPUT_HPP
#define FAIRWAY_TRANSPORT_AMQP_FRAME_INPUT_HPP

#include <fairway/error.hpp>
#include <fairway/transport/amqp/frame.hpp>
#include <fairway/transport/amqp/reply_code.hpp>
#include <fairway/transport/amqp/wire.hpp>
#include <fairway/transport/input_buffer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fairway::amqp_detail {

// The frames that come from a connection: bytes go in as they come, frames come out whole, where they lie.
//
// It holds no more than the largest frame and what was read at once: the size of a frame is looked at before room is
// made for it. What `next` returned is gone with the next `prepare`.
class frame_input : private fairway::detail::input_buffer {
public:
    using input_buffer::capacity;
    using input_buffer::commit;
    using input_buffer::empty;
    using input_buffer::least_room;
    using input_buffer::most_room;
    using input_buffer::prepare;
    using input_buffer::shrink;

    // Frames of up to `frame_max` bytes, as a whole, from now on; content headers of up to `header_max`.
    void limit(std::uint32_t frame_max, std::uint32_t header_max = 0) noexcept {
        frame_max_ = frame_max;
        header_max_ = std::max(frame_max, header_max);
    }

    // The client's protocol header, for a server: true once it is here, and taken. Throws `violation` at the first byte
    // that is another one; the answer to that is a protocol header of one's own.
    bool take_protocol_header() {
        auto const here = waiting().substr(0, protocol_header.size());
        if (here != protocol_header.substr(0, here.size()))
            violate(reply_code::frame_error, "the connection does not begin as those of AMQP 0-9-1 do");
        if (here.size() < protocol_header.size()) return false;
        take(here.size());
        return true;
    }

    // The next frame, if it has come whole. Throws `violation` with `frame_error` for what is none or is too large, and
    // `errc::unsupported` where a server answers with the protocol header of another version.
    std::optional<frame> next() {
        need(0);
        auto const here = waiting();
        if (here.empty()) return std::nullopt;
        if (here[0] == protocol_header[0]) return refused(here);
        auto const type = static_cast<frame_type>(here[0]);
        // So begins an alert, with which a server that wants TLS answers (RFC 8446, section 5.1).
        if (here[0] == '\x15') violate(reply_code::frame_error, "TLS is spoken there, for which amqps:// is");
        if (!is_known(type)) violate(reply_code::frame_error, "a frame of an unknown type");
        if (here.size() < frame_head_bytes) return std::nullopt;
        wire_reader head(here.substr(1));
        auto const channel = head.number<std::uint16_t>();
        std::size_t const size = head.number<std::uint32_t>();
        std::size_t const whole = size + frame_overhead;
        if (whole > (type == frame_type::header ? header_max_ : frame_max_))
            violate(reply_code::frame_error, "a frame is larger than agreed");
        if (type == frame_type::heartbeat && (channel != 0 || size != 0))
            violate(reply_code::frame_error, "a heartbeat with a channel or a payload");
        if (here.size() < whole) {
            need(whole);
            return std::nullopt;
        }
        auto const bytes = take(whole);
        if (bytes.back() != frame_end) violate(reply_code::frame_error, "a frame does not end where it says");
        return frame{type, channel, bytes.substr(frame_head_bytes, size)};
    }

private:
    static bool is_known(frame_type type) noexcept {
        return type == frame_type::method || type == frame_type::header || type == frame_type::body ||
               type == frame_type::heartbeat;
    }
    // No type of a frame has the value of 'A', with which a protocol header begins.
    static std::optional<frame> refused(std::string_view here) {
        constexpr auto name = protocol_header.substr(0, 4);
        if (!here.starts_with(name.substr(0, std::min(name.size(), here.size()))))
            violate(reply_code::frame_error, "a frame of an unknown type");
        if (here.size() < protocol_header.size()) return std::nullopt;
        auto const number = [&](std::size_t i) { return std::to_string(static_cast<unsigned char>(here[i])); };
        fairway::detail::fail(errc::unsupported,
            "the server does not take AMQP 0-9-1; it wants " + number(5) + "-" + number(6) + "-" + number(7));
    }

    std::size_t frame_max_ = least_frame_max;
    std::size_t header_max_ = least_frame_max;
};

} // namespace fairway::amqp_detail

#endif
