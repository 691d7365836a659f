// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Frames (AMQP 0-9-1, section 4.2.3), and appending those of methods and heartbeats to what is sent next.
#ifndef FAIRWAY_TRANSPORT_AMQP_FRAME_HPP
#define FAIRWAY_TRANSPORT_AMQP_FRAME_HPP

#include <fairway/envelope/byte_order.hpp>
#include <fairway/error.hpp>
#include <fairway/transport/amqp/method.hpp>
#include <fairway/transport/amqp/wire.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace fairway::amqp_detail {

// What a client sends first. A server that does not take it answers with the one that it wants, and closes.
inline constexpr std::string_view protocol_header{"AMQP\0\0\x09\x01", 8};

enum class frame_type : std::uint8_t {
    method = 1,
    header = 2, // of a content
    body = 3,   // a part of one
    heartbeat = 8,
};

// A frame as it came; its payload is borrowed.
struct frame {
    frame_type type;
    std::uint16_t channel;
    std::string_view payload;
};

// Bytes of a frame before its payload: type, channel, size; and with the octet behind it.
inline constexpr std::size_t frame_head_bytes = 7;
inline constexpr std::size_t frame_overhead = frame_head_bytes + 1;
inline constexpr char frame_end = '\xce';
// What each side has to take, of whole frames, and the most before there is an agreement.
inline constexpr std::uint32_t least_frame_max = 4096;

// Takes back what is appended to a buffer during its life, unless it is kept.
class appending {
public:
    explicit appending(std::string& out) noexcept : out_(out), begin_(out.size()) {}
    appending(appending const&) = delete;
    appending& operator=(appending const&) = delete;
    ~appending() {
        if (!kept_) out_.resize(begin_);
    }
    void keep() noexcept { kept_ = true; }

private:
    std::string& out_;
    std::size_t begin_;
    bool kept_ = false;
};

// Appends a frame whose payload is appended by `write(out)`. Throws `errc::too_large` for one of more than `frame_max`
// bytes, and leaves a part of it.
template <class Write>
void append_frame(std::string& out, frame_type type, std::uint16_t channel, std::uint32_t frame_max, Write&& write) {
    std::size_t const begin = out.size();
    wire_writer to(out);
    to.put(type);
    to.put(channel);
    to.put(std::uint32_t{0});
    write(out);
    std::size_t const size = out.size() - begin - frame_head_bytes;
    if (size + frame_overhead > frame_max) fairway::detail::fail(errc::too_large, "a frame above AMQP's frame-max");
    auto const wire_size = fairway::detail::in_order(std::endian::big, static_cast<std::uint32_t>(size));
    std::memcpy(out.data() + begin + frame_head_bytes - sizeof wire_size, &wire_size, sizeof wire_size);
    out.push_back(frame_end);
}

// Appends a method's frame. Throws `errc::too_large` where it, or a text of it, is larger than it can be; nothing is
// appended then.
template <class Method>
void append_method(std::string& out, std::uint16_t channel, Method const& method, std::uint32_t frame_max) {
    appending all(out);
    append_frame(out, frame_type::method, channel, frame_max, [&](std::string& to) { append_fields(to, method); });
    all.keep();
}

inline void append_heartbeat(std::string& out) {
    append_frame(out, frame_type::heartbeat, 0, least_frame_max, [](std::string&) {});
}

} // namespace fairway::amqp_detail

#endif
