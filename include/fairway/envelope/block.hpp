// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// An envelope as one block of bytes, for links, stores and simulated networks of Fairway's own.
//
// The layout, version 1:
//
//     block  = version, field..., body field
//     field  = id, length, value
//
//     version  one byte: 1. Another layout, which readers of this one could not read, has another version.
//     id       one byte. Fields stand in rising order of their ids, so none comes twice.
//     length   of the value in bytes, as unsigned LEB128: seven bits to a byte, the lowest first; the high bit says
//     that
//              another byte follows. One to four bytes, and no more than needed: the last of several is not zero.
//     value    as the table says. Integers are little-endian, signed ones in two's complement. Texts are UTF-8 without
//              control characters (U+0000 to U+001F, U+007F to U+009F), of at most 8192 bytes.
//
//     id   field         value                                                                    where absent
//     1    id            16 bytes, a UUID in the order of RFC 9562: the most significant first    nil
//     2    correlation   the same                                                                 nil
//     3    conversation  the same                                                                 nil
//     4    causation     the same                                                                 nil
//     5    time          64 bits, signed: nanoseconds since 1970-01-01T00:00:00Z                  not set
//     6    expires       64 bits, signed: nanoseconds from the writing of the block on;           never
//                        negative for the past, 2^63-1 for beyond all times
//     7    due           the same                                                                 at once
//     8    type          text                                                                     empty
//     9    version       32 bits, major, and 32 bits, minor, both unsigned                        1.0
//     10   shard         32 bits, unsigned; 2^32-1 for none                                       none
//     11   content type  text                                                                     empty
//     12   shard key     text                                                                     empty
//     13   reply to      text                                                                     empty
//     14   source        text                                                                     empty
//     15   headers       for each header: 16 bits, length of the name; 16 bits, length of the     none
//                        value, both unsigned; name; value
//     255  body          bytes, at most 16 MiB, up to the end of the block                        never absent
//
// A name is 1 to 256 of the ASCII characters 0x21 to 0x7E but ':', and comes once; a value is a text. There are at most
// 64 headers whose names do not start with "fw-", and 80 in all.
//
// A reader passes over fields whose ids it does not know, and refuses what breaks a rule; so also a known field of
// another length than the table's. A writer leaves out fields whose value is what their absence says.
//
// "expires" and "due" count from when the block is written and, at the other end, from when it is read, so that hosts
// need not agree on what time it is. A store, whose blocks lie for a while, keeps both as they are by writing and
// reading with one and the same `now`.
#ifndef FAIRWAY_ENVELOPE_BLOCK_HPP
#define FAIRWAY_ENVELOPE_BLOCK_HPP

#include <fairway/envelope/byte_order.hpp>
#include <fairway/envelope/envelope.hpp>
#include <fairway/envelope/header_text.hpp>
#include <fairway/envelope/headers.hpp>
#include <fairway/envelope/message_id.hpp>
#include <fairway/envelope/time.hpp>
#include <fairway/error.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fairway {

namespace detail {

inline constexpr char block_version = 1;

enum class block_field : std::uint8_t {
    none,
    id,
    correlation,
    conversation,
    causation,
    time,
    expires,
    due,
    type,
    version,
    shard,
    content_type,
    shard_key,
    reply_to,
    source,
    headers,
    body = 255,
};

// How long it is from `now` until `t`; a time beyond all times stays that on any clock.
constexpr duration remaining(time_point t, time_point now) noexcept {
    return t == time_point::max() ? duration::max() : saturating_distance(now, t);
}

// The time which is `left` away from `now`.
constexpr time_point after(duration left, time_point now) noexcept {
    if (left == duration::max()) return time_point::max();
    auto const t = saturating_add(now, left);
    return t == no_time ? t + duration(1) : t; // not the one that means "never"
}

// Appends fields that are not what their absence says.
class block_writer {
public:
    explicit block_writer(std::string& out) : out_(out) { out_.push_back(block_version); }

    void id(block_field field, message_id id) {
        if (!id) return;
        begin(field, 16);
        append(out_, std::endian::big, id.high);
        append(out_, std::endian::big, id.low);
    }
    void ticks(block_field field, duration ticks) { number(field, static_cast<std::uint64_t>(ticks.count())); }
    template <std::unsigned_integral Integer>
    void number(block_field field, Integer value) {
        begin(field, sizeof value);
        append(out_, std::endian::little, value);
    }
    void version(message_version version) {
        if (version == message_version{}) return;
        begin(block_field::version, 8);
        append(out_, std::endian::little, std::uint32_t{version.major});
        append(out_, std::endian::little, std::uint32_t{version.minor});
    }
    void bytes(block_field field, std::string_view bytes) {
        if (bytes.empty() && field != block_field::body) return;
        begin(field, bytes.size());
        out_.append(bytes);
    }

private:
    void begin(block_field field, std::size_t length) {
        out_.push_back(static_cast<char>(field));
        for (; length > 0x7f; length >>= 7) out_.push_back(static_cast<char>(0x80 | (length & 0x7f)));
        out_.push_back(static_cast<char>(length));
    }

    std::string& out_;
};

// Reads field after field in place.
class block_reader {
public:
    explicit block_reader(std::string_view block) : rest_(block), size_(block.size()) {
        if (rest_.empty()) refuse("is empty");
        if (rest_[0] != block_version) refuse("is of a version that is not known here");
        rest_.remove_prefix(1);
    }

    // Goes on to the next field; false where that is the body, which ends the block.
    bool next() {
        if (rest_.empty()) refuse("ends without a body");
        auto const last = field_;
        field_ = static_cast<block_field>(static_cast<unsigned char>(rest_[0]));
        if (field_ <= last) refuse("has its fields not in rising order");
        rest_.remove_prefix(1);
        std::size_t const length = read_length();
        if (length > rest_.size()) refuse("is cut off in a value");
        value_ = rest_.substr(0, length);
        rest_.remove_prefix(length);
        if (field_ != block_field::body) return true;
        if (!rest_.empty()) refuse("goes on behind its body");
        return false;
    }

    block_field field() const noexcept { return field_; }
    std::string_view bytes() const noexcept { return value_; }

    message_id id() const {
        need(16);
        return {number_at<std::uint64_t>(std::endian::big, 0), number_at<std::uint64_t>(std::endian::big, 8)};
    }
    duration ticks() const { return duration(static_cast<duration::rep>(number<std::uint64_t>())); }
    template <std::unsigned_integral Integer>
    Integer number() const {
        need(sizeof(Integer));
        return number_at<Integer>(std::endian::little, 0);
    }
    message_version version() const {
        need(8);
        return {number_at<std::uint32_t>(std::endian::little, 0), number_at<std::uint32_t>(std::endian::little, 4)};
    }
    std::string_view text() const {
        auto const fault = header_value_fault(value_);
        if (fault == errc::header_value_too_long) refuse("has a text that is too long", *fault);
        if (fault) refuse("has bytes that are no text", *fault);
        return value_;
    }

private:
    std::size_t read_length() {
        std::size_t length = 0;
        for (unsigned shift = 0; shift < 28; shift += 7) {
            if (rest_.empty()) refuse("is cut off in a length");
            auto const byte = static_cast<unsigned char>(rest_[0]);
            rest_.remove_prefix(1);
            length |= std::size_t{byte & 0x7fU} << shift;
            if (byte > 0x7f) continue;
            if (byte == 0 && shift > 0) break;
            return length;
        }
        refuse("has a length of too many bytes");
    }

    template <std::unsigned_integral Integer>
    Integer number_at(std::endian order, std::size_t offset) const noexcept {
        return load<Integer>(order, value_.data() + offset);
    }

    void need(std::size_t length) const {
        if (value_.size() != length) refuse("has a value of another length");
    }

    [[noreturn]] void refuse(char const* why, errc code = errc::decode_failed) const {
        std::string text = "an envelope's block ";
        text.append(why).append(" (byte ").append(std::to_string(size_ - rest_.size()));
        if (field_ != block_field::none) text.append(", field ").append(std::to_string(static_cast<unsigned>(field_)));
        fail(code, text.append(")"));
    }

    std::string_view rest_;
    std::size_t size_;
    block_field field_ = block_field::none;
    std::string_view value_;
};

} // namespace detail

/// Appends `e` to `out` as one block of bytes, in the layout that this header begins with; `now` is when: "expires" and
/// "due" travel as the time that remains. A body that is an object is encoded.
///
/// Throws what `e.body()` throws, and `system_error` with `errc::invalid_header` where type, content type or source are
/// no texts that can be read again, with `invalid_argument` without a message; `out` is then as before.
inline void write_block(envelope const& e, time_point now, std::string& out) {
    using detail::block_field;
    if (!e) detail::fail(errc::invalid_argument, "no message to write");
    envelope_head const head = e.head();
    detail::check_header_value("type", head.type);
    detail::check_header_value("content type", head.content_type);
    detail::check_header_value("source", head.source);
    std::string_view const headers = e.headers().packed();
    std::string_view const body = e.body();
    constexpr std::size_t fixed = 144; // the version, and all ids, lengths and numbers
    out.reserve(out.size() + fixed + head.type.size() + head.content_type.size() + head.shard_key.size() +
                head.reply_to.size() + head.source.size() + headers.size() + body.size());

    detail::block_writer block(out);
    block.id(block_field::id, head.id);
    block.id(block_field::correlation, head.correlation);
    block.id(block_field::conversation, head.conversation);
    block.id(block_field::causation, head.causation);
    if (head.time != no_time) block.ticks(block_field::time, head.time.time_since_epoch());
    if (head.expires != no_time) block.ticks(block_field::expires, detail::remaining(head.expires, now));
    if (head.due != no_time) block.ticks(block_field::due, detail::remaining(head.due, now));
    block.bytes(block_field::type, head.type);
    block.version(head.version);
    if (head.shard != no_shard) block.number(block_field::shard, head.shard);
    block.bytes(block_field::content_type, head.content_type);
    block.bytes(block_field::shard_key, head.shard_key);
    block.bytes(block_field::reply_to, head.reply_to);
    block.bytes(block_field::source, head.source);
    block.bytes(block_field::headers, headers);
    block.bytes(block_field::body, body);
}

/// Reads an envelope from `bytes`, one whole block as `write_block` writes it, which came at `now`. Everything is
/// copied into the envelope's one allocation, after all has been checked.
///
/// Throws `system_error` with `errc::decode_failed` where the bytes are no such block, or with `too_large`,
/// `too_many_headers`, `header_name_too_long`, `header_value_too_long` or `invalid_header` where they break a limit or
/// a rule of headers; its text quotes nothing.
inline envelope read_block(std::string_view bytes, time_point now) {
    using detail::block_field;
    envelope_head head;
    header_view headers;
    detail::block_reader in(bytes);
    while (in.next()) {
        switch (in.field()) {
        case block_field::id: head.id = in.id(); break;
        case block_field::correlation: head.correlation = in.id(); break;
        case block_field::conversation: head.conversation = in.id(); break;
        case block_field::causation: head.causation = in.id(); break;
        case block_field::time: head.time = time_point(in.ticks()); break;
        case block_field::expires: head.expires = detail::after(in.ticks(), now); break;
        case block_field::due: head.due = detail::after(in.ticks(), now); break;
        case block_field::type: head.type = in.text(); break;
        case block_field::version: head.version = in.version(); break;
        case block_field::shard: head.shard = in.number<std::uint32_t>(); break;
        case block_field::content_type: head.content_type = in.text(); break;
        case block_field::shard_key: head.shard_key = in.text(); break;
        case block_field::reply_to: head.reply_to = in.text(); break;
        case block_field::source: head.source = in.text(); break;
        case block_field::headers: headers = checked_headers(in.bytes()); break;
        default: break; // of a later Fairway
        }
    }
    return envelope::of_bytes(head, headers, in.bytes());
}

} // namespace fairway

#endif
