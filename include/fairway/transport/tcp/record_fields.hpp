// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// How the fields of records lie in bytes. Integers are little-endian; a text is its size in 16 bits and UTF-8 without
// control characters; a blob is its size in 16 bits and any bytes.
#ifndef FAIRWAY_TRANSPORT_TCP_RECORD_FIELDS_HPP
#define FAIRWAY_TRANSPORT_TCP_RECORD_FIELDS_HPP

#include <fairway/envelope/byte_order.hpp>
#include <fairway/envelope/header_text.hpp>
#include <fairway/envelope/message_id.hpp>
#include <fairway/transport/tcp/identity.hpp>
#include <fairway/transport/tcp/record.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace fairway::tcp_detail {

// Bytes that need not be a text.
struct blob {
    std::string_view bytes;
};

// Writes one value behind the other; there is room for all of them.
class field_writer {
public:
    explicit field_writer(char* to) noexcept : to_(to) {}
    char* at() const noexcept { return to_; }

    template <std::unsigned_integral Integer>
    void put(Integer value) noexcept {
        if constexpr (sizeof(Integer) > 1) value = fairway::detail::in_order(std::endian::little, value);
        raw(&value, sizeof value);
    }
    template <class Enum>
        requires std::is_enum_v<Enum>
    void put(Enum value) noexcept {
        put(static_cast<std::underlying_type_t<Enum>>(value));
    }
    void put(bool value) noexcept { put(static_cast<std::uint8_t>(value)); }
    void put(identity const& id) noexcept { raw(id.bytes.data(), id.bytes.size()); }
    void put(message_id id) noexcept {
        for (auto half : {id.high, id.low}) {
            half = fairway::detail::in_order(std::endian::big, half);
            raw(&half, sizeof half);
        }
    }
    // At most 65535 bytes.
    void put(std::string_view text) noexcept {
        put(static_cast<std::uint16_t>(text.size()));
        fairway::detail::copy_few(to_, text.data(), text.size());
        to_ += text.size();
    }
    void put(blob b) noexcept { put(b.bytes); }
    // A field of another type writes itself.
    template <class Field>
        requires requires(Field const& f, field_writer& out) { f.write(out); }
    void put(Field const& value) noexcept {
        value.write(*this);
    }
    void raw(void const* from, std::size_t size) noexcept {
        if (size > 0) std::memcpy(to_, from, size);
        to_ += size;
    }

private:
    char* to_;
};

// Reads them again, looking before each whether it is there. Texts and blobs stay where they are.
class field_reader {
public:
    explicit field_reader(std::string_view from) noexcept : rest_(from) {}
    std::string_view rest() const noexcept { return rest_; }

    template <std::unsigned_integral Integer>
    [[gnu::always_inline]] Integer number() {
        char const* const at = take(sizeof(Integer)).data();
        if constexpr (sizeof(Integer) == 1)
            return static_cast<Integer>(static_cast<unsigned char>(*at));
        else
            return fairway::detail::load<Integer>(std::endian::little, at);
    }
    [[gnu::always_inline]] std::string_view bytes() { return take(number<std::uint16_t>()); }
    [[gnu::always_inline]] std::string_view text() {
        auto const t = bytes();
        if (t.size() > wire_limits::text) violate("a text is longer than 8192 bytes");
        if (!fairway::detail::is_header_text(t)) violate("a text is not UTF-8 without control characters");
        return t;
    }
    [[gnu::always_inline]] std::string_view take(std::size_t size) {
        if (size > rest_.size()) [[unlikely]]
            violate("a record ends before its fields do");
        std::string_view const taken(rest_.data(), size);
        rest_.remove_prefix(size);
        return taken;
    }

    template <std::unsigned_integral Integer>
    void get(Integer& value) {
        value = number<Integer>();
    }
    template <class Enum>
        requires std::is_enum_v<Enum>
    void get(Enum& value) {
        value = static_cast<Enum>(number<std::underlying_type_t<Enum>>());
    }
    void get(bool& value) {
        auto const byte = number<std::uint8_t>();
        if (byte > 1) violate("a flag is neither 0 nor 1");
        value = byte == 1;
    }
    void get(identity& id) { std::memcpy(id.bytes.data(), take(id.bytes.size()).data(), id.bytes.size()); }
    void get(message_id& id) {
        char const* const at = take(16).data();
        id.high = fairway::detail::load<std::uint64_t>(std::endian::big, at);
        id.low = fairway::detail::load<std::uint64_t>(std::endian::big, at + 8);
    }
    void get(std::string_view& value) { value = text(); }
    void get(blob& value) { value.bytes = bytes(); }
    // A field of another type reads itself.
    template <class Field>
        requires requires(field_reader& in) { Field::read(in); }
    void get(Field& value) {
        value = Field::read(*this);
    }

private:
    std::string_view rest_;
};

template <class Number>
    requires(std::unsigned_integral<Number> || std::is_enum_v<Number>)
constexpr std::size_t field_size(Number) noexcept {
    return sizeof(Number);
}
inline std::size_t field_size(identity const&) noexcept { return 16; }
inline std::size_t field_size(std::string_view text) {
    if (text.size() > wire_limits::text) fairway::detail::fail(errc::too_large, "a text of more than 8192 bytes");
    return 2 + text.size();
}
inline std::size_t field_size(blob b) {
    if (b.bytes.size() > wire_limits::text) fairway::detail::fail(errc::too_large, "a blob of more than 8192 bytes");
    return 2 + b.bytes.size();
}

// What is written by `write_fields`, in bytes. Throws `errc::too_large` for a text above the limit.
template <class Record>
std::size_t wire_size(Record const& record) {
    std::size_t size = 0;
    Record::each(record, [&](auto const&... field) { size = (field_size(field) + ... + 0); });
    return size;
}
// Writes a record's fields in their order; returns the end.
template <class Record>
char* write_fields(char* to, Record const& record) noexcept {
    field_writer out(to);
    Record::each(record, [&](auto const&... field) { (out.put(field), ...); });
    return out.at();
}
// Reads them; what `in` holds behind them is of a later version, or the caller's. Throws `violation`.
template <class Record>
Record read_fields(field_reader& in) {
    Record record;
    Record::each(record, [&](auto&... field) { (in.get(field), ...); });
    return record;
}
template <class Record>
Record read_fields(std::string_view payload) {
    field_reader in(payload);
    return read_fields<Record>(in);
}

} // namespace fairway::tcp_detail

#endif
