// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// How the fields of methods and properties lie in bytes (AMQP 0-9-1, section 4.2.5). Integers are big-endian; a short
// string is its size in 8 bits and its bytes, a long one its size in 32 bits and its bytes; flags that follow each
// other share an octet, the first one in its lowest bit.
#ifndef FAIRWAY_TRANSPORT_AMQP_WIRE_HPP
#define FAIRWAY_TRANSPORT_AMQP_WIRE_HPP

#include <fairway/envelope/byte_order.hpp>
#include <fairway/error.hpp>
#include <fairway/transport/amqp/reply_code.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

namespace fairway::amqp_detail {

// A long string. A `std::string_view` by itself is a short one.
struct long_text {
    std::string_view bytes;
    bool operator==(long_text const&) const = default;
};

// Appends one value behind the other. Throws `errc::too_large` for a text that does not fit its field; what was written
// up to then stays.
class wire_writer {
public:
    explicit wire_writer(std::string& out) noexcept : out_(out) {}

    template <std::unsigned_integral Integer>
        requires(!std::same_as<Integer, bool>)
    void put(Integer value) {
        flags_ = 0;
        if constexpr (sizeof(Integer) == 1)
            out_.push_back(static_cast<char>(value));
        else
            fairway::detail::append(out_, std::endian::big, value);
    }
    template <class Enum>
        requires std::is_enum_v<Enum>
    void put(Enum value) {
        put(static_cast<std::underlying_type_t<Enum>>(value));
    }
    void put(std::same_as<bool> auto flag) {
        if (flags_ == 0) out_.push_back('\0');
        auto const octet = static_cast<unsigned char>(out_.back());
        out_.back() = static_cast<char>(octet | (flag ? 1U << flags_ : 0U));
        flags_ = (flags_ + 1) % 8;
    }
    void put(std::string_view text) {
        if (text.size() > 255) fairway::detail::fail(errc::too_large, "a short string of AMQP has at most 255 bytes");
        put(static_cast<std::uint8_t>(text.size()));
        out_.append(text);
    }
    void put(long_text text) {
        if (text.bytes.size() > std::numeric_limits<std::uint32_t>::max())
            fairway::detail::fail(errc::too_large, "a long string of AMQP has at most 4 GiB");
        put(static_cast<std::uint32_t>(text.bytes.size()));
        out_.append(text.bytes);
    }
    // A field of another type writes itself.
    template <class Field>
        requires requires(Field const& f, wire_writer& out) { f.write(out); }
    void put(Field const& value) {
        value.write(*this);
    }

private:
    std::string& out_;
    unsigned flags_ = 0; // in the last octet
};

// Reads them again, looking before each whether it is there: where it is not, it throws `violation` with
// `syntax_error`. Texts stay where they are.
class wire_reader {
public:
    explicit wire_reader(std::string_view from) noexcept : rest_(from) {}
    std::string_view rest() const noexcept { return rest_; }

    template <std::unsigned_integral Integer>
    Integer number() {
        flags_ = 0;
        char const* const at = take(sizeof(Integer)).data();
        if constexpr (sizeof(Integer) == 1)
            return static_cast<Integer>(static_cast<unsigned char>(*at));
        else
            return fairway::detail::load<Integer>(std::endian::big, at);
    }
    std::string_view short_text() { return take(number<std::uint8_t>()); }
    std::string_view long_bytes() { return take(number<std::uint32_t>()); }
    std::string_view take(std::size_t size) {
        if (size > rest_.size()) [[unlikely]]
            violate(reply_code::syntax_error, "a field goes beyond what it is a part of");
        std::string_view const taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }

    template <std::unsigned_integral Integer>
        requires(!std::same_as<Integer, bool>)
    void get(Integer& value) {
        value = number<Integer>();
    }
    template <class Enum>
        requires std::is_enum_v<Enum>
    void get(Enum& value) {
        value = static_cast<Enum>(number<std::underlying_type_t<Enum>>());
    }
    void get(bool& flag) {
        if (flags_ == 0) octet_ = static_cast<unsigned char>(take(1)[0]);
        flag = (octet_ >> flags_ & 1U) != 0;
        flags_ = (flags_ + 1) % 8;
    }
    void get(std::string_view& text) { text = short_text(); }
    void get(long_text& text) { text.bytes = long_bytes(); }
    // A field of another type reads itself.
    template <class Field>
        requires requires(wire_reader& in) { Field::read(in); }
    void get(Field& value) {
        value = Field::read(*this);
    }

private:
    std::string_view rest_;
    unsigned octet_ = 0; // the one that the last flag was in
    unsigned flags_ = 0; // of it that were read
};

} // namespace fairway::amqp_detail

#endif
