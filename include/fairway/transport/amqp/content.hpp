// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Messages as the frames of a channel: a method, a content header, and the body in as many as it needs.
//
// This is the top of the codec, which does no I/O. A session puts what it reads into a `frame_input`, gives each frame
// to `dispatch` (channel 0) or to its channel's `content_assembler`, and appends what it has to say to a `std::string`
// by `append_method`, `append_content` and `append_heartbeat`. Methods are the structs of connection_methods.hpp,
// topology_methods.hpp and basic_methods.hpp; arguments and headers are tables of table.hpp; `negotiated` answers a
// `connection_tune`. A `violation` has the code to close the connection with. A server does the same from the other
// side, and begins with `take_protocol_header`.
#ifndef FAIRWAY_TRANSPORT_AMQP_CONTENT_HPP
#define FAIRWAY_TRANSPORT_AMQP_CONTENT_HPP

#include <fairway/transport/amqp/dispatch.hpp>
#include <fairway/transport/amqp/frame.hpp>
#include <fairway/transport/amqp/properties.hpp>
#include <fairway/transport/amqp/reply_code.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fairway::amqp_detail {

// Appends all frames of a message. Throws `errc::too_large` where the properties need more than a frame of `frame_max`
// bytes, or a text does not fit; nothing is appended then.
template <carries_content Method>
void append_content(std::string& out, std::uint16_t channel, Method const& method, basic_properties const& properties,
    std::string_view body, std::uint32_t frame_max) {
    appending all(out);
    content_header const header{body.size(), properties};
    append_frame(out, frame_type::method, channel, frame_max, [&](std::string& to) { append_fields(to, method); });
    append_frame(out, frame_type::header, channel, frame_max, [&](std::string& to) { append_fields(to, header); });
    while (!body.empty()) {
        auto const part = body.substr(0, frame_max - frame_overhead);
        append_frame(out, frame_type::body, channel, frame_max, [&](std::string& to) { to.append(part); });
        body.remove_prefix(part.size());
    }
    all.keep();
}

// What a method brought with it; borrowed.
struct content {
    basic_properties properties;
    std::string_view body;
};
// In place of it, where the body is above the limit: it was passed over.
struct oversized {
    basic_properties properties;
    std::uint64_t body_size = 0;
};

// Whether a handler is interested in a method, alone or with what it brings.
template <class Handler, class Method>
concept takes = (carries_content<Method> && std::invocable<Handler&, Method const&, content const&>) ||
                (!carries_content<Method> && std::invocable<Handler&, Method const&>);

// Joins the frames of one channel. It calls `handler(method)` for a method, `handler(method, content)` for one that
// brings a message once that is whole, and `handler(method, oversized)` for a message above the limit, for which it
// makes no room. All that a handler is given stays until it returns. A body of one frame stays where it lies; a longer
// one is copied once, into memory that grows as it comes and is used again.
class content_assembler {
public:
    explicit content_assembler(std::uint64_t most_body) noexcept : most_body_(most_body) {}

    // Takes the next frame. Throws `violation`: as `dispatch` does, of `unexpected_frame` for a wrong order and of
    // `frame_error` for a wrong size; and what `handler` throws.
    template <class Handler>
    void take(frame const& f, Handler&& handler) {
        switch (f.type) {
        case frame_type::method: return begin(f.payload, handler);
        case frame_type::header: return take_header(f.payload, handler);
        case frame_type::body: return take_body(f.payload, handler);
        default: violate(reply_code::unexpected_frame, "a heartbeat within a channel");
        }
    }

    // True in the middle of a message.
    bool inside() const noexcept { return awaited_ != frame_type::method; }

private:
    // More than this is given back after a body that needed it, in bytes.
    static constexpr std::size_t most_kept = 256 * 1024;

    void expect(frame_type type) const {
        if (type != awaited_) violate(reply_code::unexpected_frame, "the frames of a message are not in their order");
    }

    template <class Handler>
    void begin(std::string_view payload, Handler& handler) {
        expect(frame_type::method);
        dispatch(
            payload, [&]<class Method>(Method const& method) requires takes<Handler, Method> {
                if constexpr (carries_content<Method>) {
                    method_.assign(payload);
                    awaited_ = frame_type::header;
                } else {
                    handler(method);
                }
            });
    }

    template <class Handler>
    void take_header(std::string_view payload, Handler& handler) {
        expect(frame_type::header);
        // Its properties are looked at once, when the body is here.
        wire_reader in(payload);
        size_ = left_ = read_body_size(in);
        if (size_ == 0) return finish(payload, {}, handler);
        header_.assign(payload);
        body_.clear();
        awaited_ = frame_type::body;
    }

    template <class Handler>
    void take_body(std::string_view payload, Handler& handler) {
        expect(frame_type::body);
        if (payload.size() > left_) violate(reply_code::frame_error, "a body is longer than its header says");
        left_ -= payload.size();
        if (payload.size() == size_) return finish(header_, payload, handler);
        if (size_ <= most_body_) body_.append(payload);
        if (left_ > 0) return;
        finish(header_, body_, handler);
        if (body_.capacity() > most_kept) body_ = {};
        if (header_.capacity() > most_kept) header_ = {};
    }

    template <class Handler>
    void finish(std::string_view header, std::string_view body, Handler& handler) {
        awaited_ = frame_type::method;
        auto const properties = read_content_header(header).properties;
        dispatch(
            method_, [&]<carries_content Method>(Method const& method) requires takes<Handler, Method> {
                if (size_ > most_body_) {
                    oversized const passed_over{properties, size_};
                    handler(method, passed_over);
                } else {
                    content const whole{properties, body};
                    handler(method, whole);
                }
            });
    }

    std::uint64_t most_body_;
    frame_type awaited_ = frame_type::method;
    std::uint64_t size_ = 0; // of the body
    std::uint64_t left_ = 0;
    std::string method_;
    std::string header_;
    std::string body_;
};

} // namespace fairway::amqp_detail

#endif
