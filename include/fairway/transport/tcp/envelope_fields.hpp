// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// An envelope in a record: PROTOCOL.md, "Envelope".
#ifndef FAIRWAY_TRANSPORT_TCP_ENVELOPE_FIELDS_HPP
#define FAIRWAY_TRANSPORT_TCP_ENVELOPE_FIELDS_HPP

#include <fairway/envelope/envelope.hpp>
#include <fairway/envelope/headers.hpp>
#include <fairway/envelope/time.hpp>
#include <fairway/transport/tcp/record_fields.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace fairway::tcp_detail {

// Which of the optional fields are there.
enum envelope_flag : std::uint16_t {
    has_correlation = 1,
    has_conversation = 2,
    has_causation = 4,
    has_life = 8,
    has_delay = 16,
    has_version = 32,
    has_shard = 64,
    all_flags = 127,
};

// An envelope that is about to be written: its size is known, and nothing can go wrong any more.
class wire_envelope {
public:
    // `e` has to stay; its time to live and its delay are counted from `now`. An object is encoded: throws what
    // `e.body()` throws, and `errc::invalid_header` where a text could not be read again.
    wire_envelope(envelope const& e, time_point now)
        : head_(e.head()), headers_(e.headers()), body_(e.body()), now_(now) {
        check("type", head_.type);
        check("content type", head_.content_type);
        check("source", head_.source);
        if (head_.correlation) add(has_correlation, 16);
        if (head_.conversation) add(has_conversation, 16);
        if (head_.causation) add(has_causation, 16);
        if (head_.expires != no_time) add(has_life, 8);
        if (head_.due > now) add(has_delay, 8);
        if (head_.version != message_version{}) add(has_version, 8);
        if (head_.shard != no_shard) add(has_shard, 4);
        size_ += fixed_bytes + head_.type.size() + head_.content_type.size() + head_.shard_key.size() +
                 head_.reply_to.size() + head_.source.size() + headers_.packed().size() + body_.size();
    }

    std::size_t size() const noexcept { return size_; }

    // Writes `size()` bytes; returns their end.
    char* write(char* to) const noexcept {
        field_writer out(to);
        out.put(flags_);
        out.put(head_.id);
        out.put(ticks(head_.time.time_since_epoch()));
        if (flags_ & has_correlation) out.put(head_.correlation);
        if (flags_ & has_conversation) out.put(head_.conversation);
        if (flags_ & has_causation) out.put(head_.causation);
        if (flags_ & has_life) out.put(ticks(left(head_.expires)));
        if (flags_ & has_delay) out.put(ticks(left(head_.due)));
        if (flags_ & has_version) {
            out.put(std::uint32_t{head_.version.major});
            out.put(std::uint32_t{head_.version.minor});
        }
        if (flags_ & has_shard) out.put(head_.shard);
        out.put(head_.type);
        out.put(head_.content_type);
        out.put(head_.shard_key);
        out.put(head_.reply_to);
        out.put(head_.source);
        out.put(static_cast<std::uint32_t>(headers_.packed().size()));
        out.put(static_cast<std::uint8_t>(headers_.size()));
        out.raw(headers_.packed().data(), headers_.packed().size());
        out.put(static_cast<std::uint32_t>(body_.size()));
        out.raw(body_.data(), body_.size());
        return out.at();
    }

private:
    static constexpr std::size_t fixed_bytes = 2 + 16 + 8 + 5 * 2 + 4 + 1 + 4;

    static void check(char const* what, std::string_view text) {
        if (!fairway::detail::is_plain_text(text) || text.size() > wire_limits::text)
            fairway::detail::check_header_value(what, text);
    }
    void add(envelope_flag flag, std::size_t bytes) noexcept {
        flags_ = static_cast<std::uint16_t>(flags_ | flag);
        size_ += bytes;
    }
    static std::uint64_t ticks(duration d) noexcept { return static_cast<std::uint64_t>(d.count()); }
    // None where it is over; a time beyond all times stays that on any clock.
    duration left(time_point t) const noexcept {
        if (t == time_point::max()) return duration::max();
        return std::max(duration::zero(), fairway::detail::saturating_distance(now_, t));
    }

    envelope_head head_;
    header_view headers_;
    std::string_view body_;
    time_point now_;
    std::size_t size_ = 0;
    std::uint16_t flags_ = 0;
};

namespace envelope_reading {

// The fields before the texts, whose sizes the flags tell: looked for together, once.
class fixed_fields {
public:
    fixed_fields(field_reader& in, std::uint16_t flags) : at_(in.take(size(flags)).data()) {}

    message_id id() noexcept {
        message_id id;
        id.high = fairway::detail::load<std::uint64_t>(std::endian::big, at_);
        id.low = fairway::detail::load<std::uint64_t>(std::endian::big, at_ + 8);
        at_ += 16;
        return id;
    }
    template <class Integer>
    Integer number() noexcept {
        auto const n = fairway::detail::load<Integer>(std::endian::little, at_);
        at_ += sizeof n;
        return n;
    }

private:
    static std::size_t size(std::uint16_t flags) noexcept {
        std::size_t all = 16 + 8;
        if ((flags & all_flags) == 0) return all;
        for (unsigned const f : {has_correlation, has_conversation, has_causation}) all += (flags & f) ? 16 : 0;
        for (unsigned const f : {has_life, has_delay, has_version}) all += (flags & f) ? 8 : 0;
        return all + ((flags & has_shard) ? 4 : 0);
    }
    char const* at_;
};

// The time that is `left` nanoseconds away from `now`, which is never the one that means "none".
inline time_point after(std::uint64_t left, time_point now) noexcept {
    if (left >= static_cast<std::uint64_t>(duration::max().count())) return time_point::max();
    auto const t = fairway::detail::saturating_add(now, duration(static_cast<duration::rep>(left)));
    return t == no_time ? t + duration(1) : t;
}

inline header_view headers(field_reader& in) {
    std::size_t const size = in.number<std::uint32_t>();
    std::size_t const count = in.number<std::uint8_t>();
    auto const packed = in.take(size);
    if (packed.empty() && count == 0) return {};
    auto const view = checked_headers(packed);
    if (view.size() != count) violate("another number of headers than an envelope says");
    return view;
}

} // namespace envelope_reading

// Reads an envelope that came at `now`; everything is copied into its one allocation after all has been checked. What
// stands behind it is of a later version. Throws `violation`, or `system_error` with `errc::too_large`,
// `too_many_headers`, `header_name_too_long`, `header_value_too_long`, `invalid_header` or `decode_failed`; the text
// quotes nothing.
inline envelope read_envelope(field_reader& in, time_point now) {
    envelope_head head;
    auto const flags = in.number<std::uint16_t>();
    envelope_reading::fixed_fields fixed(in, flags);
    head.id = fixed.id();
    head.time = time_point(duration(static_cast<duration::rep>(fixed.number<std::uint64_t>())));
    if ((flags & all_flags) != 0) {
        if (flags & has_correlation) head.correlation = fixed.id();
        if (flags & has_conversation) head.conversation = fixed.id();
        if (flags & has_causation) head.causation = fixed.id();
        if (flags & has_life) head.expires = envelope_reading::after(fixed.number<std::uint64_t>(), now);
        if (flags & has_delay) head.due = envelope_reading::after(fixed.number<std::uint64_t>(), now);
        if (flags & has_version) {
            head.version.major = fixed.number<std::uint32_t>();
            head.version.minor = fixed.number<std::uint32_t>();
        }
        if (flags & has_shard) head.shard = fixed.number<std::uint32_t>();
    }
    head.type = in.text();
    head.content_type = in.text();
    head.shard_key = in.text();
    head.reply_to = in.text();
    head.source = in.text();
    auto const headers = envelope_reading::headers(in);
    std::size_t const body_size = in.number<std::uint32_t>();
    if (body_size > limits::body) violate("a body is larger than 16 MiB", goodbye_code::too_large);
    return envelope::of_bytes(head, headers, in.take(body_size));
}

} // namespace fairway::tcp_detail

#endif
