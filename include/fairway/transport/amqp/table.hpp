// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Field tables, where they lie in bytes: nothing is built to look at one, and none is copied to be written.
//
// The types are those of RabbitMQ, which differ from the specification's (https://www.rabbitmq.com/amqp-0-9-1-errata,
// section 3); 'U' is read, too, a signed short that other clients write.
#ifndef FAIRWAY_TRANSPORT_AMQP_TABLE_HPP
#define FAIRWAY_TRANSPORT_AMQP_TABLE_HPP

#include <fairway/transport/amqp/wire.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace fairway::amqp_detail {

// How deep tables and arrays may lie in a table, so that they are looked at.
inline constexpr unsigned most_nesting = 16;

template <class Element>
class sequence;
struct value_view;
struct table_entry;
// Entries in their order; of two with one name the first counts.
using table_view = sequence<table_entry>;
using array_view = sequence<value_view>;

// 'D': value / 10^scale.
struct decimal {
    std::uint8_t scale = 0;
    std::uint32_t value = 0;
    bool operator==(decimal const&) const = default;
};
// 'T', in seconds since 1970.
struct timestamp {
    std::uint64_t seconds = 0;
    bool operator==(timestamp const&) const = default;
    static timestamp read(wire_reader& in) { return {in.number<std::uint64_t>()}; }
    void write(wire_writer& out) const { out.put(seconds); }
};
// 'x', bytes that are no text.
struct binary {
    std::string_view bytes;
};
// 'V'.
struct no_value {};

// A value where it lies.
struct value_view {
    char type = 'V';
    // Behind the type; of a text, binary, table or array behind its size, too.
    std::string_view bytes;

    static value_view read(wire_reader& in) {
        char const type = in.take(1)[0];
        switch (type) {
        case 'V': return {type, {}};
        case 't':
        case 'b':
        case 'B': return {type, in.take(1)};
        case 's':
        case 'U':
        case 'u': return {type, in.take(2)};
        case 'I':
        case 'i':
        case 'f': return {type, in.take(4)};
        case 'D': return {type, in.take(5)};
        case 'l':
        case 'L':
        case 'd':
        case 'T': return {type, in.take(8)};
        case 'S':
        case 'x':
        case 'F':
        case 'A': return {type, in.long_bytes()};
        default: violate(reply_code::syntax_error, "a table has a value of an unknown type");
        }
    }

    // What it is; nothing where it is of another type. (Give a table a name before going over it: `*value.table()` is
    // gone before a loop begins.)
    std::optional<bool> flag() const noexcept;
    // Any integer. The unsigned ones fit, and 'L' is signed as RabbitMQ's is.
    std::optional<std::int64_t> integer() const noexcept;
    // Of both sizes.
    std::optional<double> real() const noexcept;
    std::optional<decimal> as_decimal() const noexcept;
    std::optional<timestamp> time() const noexcept;
    // 'S'; not 'x'.
    std::optional<std::string_view> text() const noexcept;
    std::optional<table_view> table() const noexcept;
    std::optional<array_view> array() const noexcept;
};

struct table_entry {
    std::string_view name;
    value_view value;
    static table_entry read(wire_reader& in) {
        auto const name = in.short_text();
        return {name, value_view::read(in)};
    }
};

// A table or an array, as its encoded elements: `for (auto const& [name, value] : table)`. One that was read from a
// field was looked through: to go over it does not throw then.
template <class Element>
class sequence {
public:
    sequence() = default;
    // Elements as `append_entry` or `append_value` write them; the bytes have to stay.
    explicit sequence(std::string_view elements) noexcept : bytes_(elements) {}
    // A field. Throws `violation` where it is not one. Others than RabbitMQ may have written it into a message: what
    // lies deeper than `most_nesting` is not looked at, and nothing for those who read it.
    static sequence read(wire_reader& in) {
        sequence const s(in.long_bytes());
        s.check(0);
        return s;
    }
    void write(wire_writer& out) const { out.put(long_text{bytes_}); }

    std::string_view bytes() const noexcept { return bytes_; }
    bool empty() const noexcept { return bytes_.empty(); }
    bool operator==(sequence const&) const = default;

    class iterator {
    public:
        explicit iterator(std::string_view elements) : in_(elements) { ++*this; }
        Element const& operator*() const noexcept { return current_; }
        Element const* operator->() const noexcept { return &current_; }
        iterator& operator++() {
            over_ = in_.rest().empty();
            if (!over_) current_ = Element::read(in_);
            return *this;
        }
        bool operator==(std::default_sentinel_t) const noexcept { return over_; }

    private:
        wire_reader in_;
        Element current_{};
        bool over_ = false;
    };
    iterator begin() const { return iterator(bytes_); }
    std::default_sentinel_t end() const noexcept { return {}; }

    // Throws `violation` unless all of it can be read, as deep as it is looked at; `depth` others are around it.
    void check(unsigned depth) const {
        if (depth >= most_nesting) return;
        for (auto const& element : *this) {
            value_view value;
            if constexpr (std::same_as<Element, table_entry>)
                value = element.value;
            else
                value = element;
            if (value.type == 'F') sequence<table_entry>(value.bytes).check(depth + 1);
            if (value.type == 'A') sequence<value_view>(value.bytes).check(depth + 1);
        }
    }

private:
    std::string_view bytes_;
};

// The value of a name; nothing where there is none.
inline std::optional<value_view> find(table_view table, std::string_view name) {
    for (auto const& entry : table)
        if (entry.name == name) return entry.value;
    return std::nullopt;
}

// ---- reading values ----
namespace values {
template <std::unsigned_integral Integer>
Integer load(std::string_view bytes) noexcept {
    return fairway::detail::load<Integer>(std::endian::big, bytes.data());
}
} // namespace values

inline std::optional<bool> value_view::flag() const noexcept {
    if (type != 't') return std::nullopt;
    return bytes[0] != '\0';
}
inline std::optional<std::int64_t> value_view::integer() const noexcept {
    switch (type) {
    case 'b': return static_cast<signed char>(bytes[0]);
    case 'B': return static_cast<unsigned char>(bytes[0]);
    case 's':
    case 'U': return static_cast<std::int16_t>(values::load<std::uint16_t>(bytes));
    case 'u': return values::load<std::uint16_t>(bytes);
    case 'I': return static_cast<std::int32_t>(values::load<std::uint32_t>(bytes));
    case 'i': return values::load<std::uint32_t>(bytes);
    case 'l':
    case 'L': return static_cast<std::int64_t>(values::load<std::uint64_t>(bytes));
    default: return std::nullopt;
    }
}
inline std::optional<double> value_view::real() const noexcept {
    if (type == 'f') return std::bit_cast<float>(values::load<std::uint32_t>(bytes));
    if (type == 'd') return std::bit_cast<double>(values::load<std::uint64_t>(bytes));
    return std::nullopt;
}
inline std::optional<decimal> value_view::as_decimal() const noexcept {
    if (type != 'D') return std::nullopt;
    return decimal{static_cast<std::uint8_t>(bytes[0]), values::load<std::uint32_t>(bytes.substr(1))};
}
inline std::optional<timestamp> value_view::time() const noexcept {
    if (type != 'T') return std::nullopt;
    return timestamp{values::load<std::uint64_t>(bytes)};
}
inline std::optional<std::string_view> value_view::text() const noexcept {
    if (type != 'S') return std::nullopt;
    return bytes;
}
inline std::optional<table_view> value_view::table() const noexcept {
    if (type != 'F') return std::nullopt;
    return table_view(bytes);
}
inline std::optional<array_view> value_view::array() const noexcept {
    if (type != 'A') return std::nullopt;
    return array_view(bytes);
}

// ---- writing ----
// Appends a value with the type that belongs to it: bool 't', integers by size and sign (there is no unsigned one of 64
// bits), float 'f', double 'd', texts 'S', and the types above. Throws `errc::too_large` for a text above 4 GiB.
template <class Value>
void append_value(std::string& out, Value const& value) {
    wire_writer to(out);
    auto const put = [&](char type, auto const& bits) {
        out.push_back(type);
        to.put(bits);
    };
    if constexpr (std::same_as<Value, bool>) {
        put('t', static_cast<std::uint8_t>(value));
    } else if constexpr (std::integral<Value>) {
        constexpr bool is_signed = std::signed_integral<Value>;
        static_assert(is_signed || sizeof(Value) < 8, "a table has no unsigned integers of 64 bits");
        put((is_signed ? "bsIl" : "Bui")[std::countr_zero(sizeof(Value))],
            static_cast<std::make_unsigned_t<Value>>(value));
    } else if constexpr (std::same_as<Value, float>) {
        put('f', std::bit_cast<std::uint32_t>(value));
    } else if constexpr (std::same_as<Value, double>) {
        put('d', std::bit_cast<std::uint64_t>(value));
    } else if constexpr (std::same_as<Value, decimal>) {
        put('D', value.scale);
        to.put(value.value);
    } else if constexpr (std::same_as<Value, timestamp>) {
        put('T', value);
    } else if constexpr (std::same_as<Value, binary>) {
        put('x', long_text{value.bytes});
    } else if constexpr (std::same_as<Value, no_value>) {
        out.push_back('V');
    } else if constexpr (std::same_as<Value, table_view>) {
        put('F', value);
    } else if constexpr (std::same_as<Value, array_view>) {
        put('A', value);
    } else {
        put('S', long_text{std::string_view(value)});
    }
}
// Appends an entry to the elements of a table: `append_entry(arguments, "x-queue-type", "quorum")` and then
// `table_view(arguments)`. It allocates nothing where `out` has room. Throws `errc::too_large` for a name of more than
// 255 bytes, and has appended nothing then.
template <class Value>
void append_entry(std::string& out, std::string_view name, Value const& value) {
    wire_writer(out).put(name);
    append_value(out, value);
}

} // namespace fairway::amqp_detail

#endif
