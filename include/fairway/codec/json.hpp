// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Structs as JSON and back, by their fields.
//
// | C++                       | JSON                                                           |
// |---------------------------|----------------------------------------------------------------|
// | plain struct              | object; a field is a member of the same name (see `renamed`)   |
// | bool; integers            | true, false; all digits, range checked                         |
// | float, double             | the shortest number; NaN and infinities are errors             |
// | std::string               | string; what is not UTF-8 is an error both ways                |
// | enum                      | name; numbers are read, too (see `enum_names`, `enum_default`) |
// | std::optional             | the value; if empty, a field is absent, anything else null     |
// | vector, deque, list, sets | array                                                          |
// | std::array                | array of exactly that length                                   |
// | map, unordered_map        | object; keys are strings, integers or enums                    |
// | vector or array of bytes  | string in base64 (std::byte, unsigned char)                    |
// | std::variant              | {"type": name of the alternative, "value": ...}                |
// | std::monostate            | null                                                           |
// | sys_time                  | "2026-11-23T08:15:00.250Z"; offsets are read, finer            |
// |                           | fractions dropped, a leap second is the next day's start       |
// | year_month_day            | "2026-11-23"                                                   |
// | duration                  | "250ms"; ns us ms s min h d are read if they fit exactly       |
// | a type with a json_as     | what that writes                                               |
//
// An alternative of a variant is called by its `json_name`, its json_as' `name`, its contract's wire name, for what std
// and the language provide bool int8 ... int64 uint8 ... uint64 float double string bytes time date duration none, or
// else by the unqualified name of its type.
//
// Members without a field are passed over, though checked. Members that a struct has a field for come once. They may be
// absent if the field is optional, if the struct's initialiser gives it another value than its type's own, or if the
// struct's `defaulted` lists it (see `fields`); it is then what `T{}` makes it.
#ifndef FAIRWAY_CODEC_JSON_HPP
#define FAIRWAY_CODEC_JSON_HPP

#include <fairway/codec/codec.hpp>
#include <fairway/codec/json_decode.hpp>
#include <fairway/codec/json_encode.hpp>

#include <string>
#include <string_view>

namespace fairway {

/// Replaces `out` by the JSON text of `value`; throws `encode_error`.
template <class T>
void to_json_text(T const& value, std::string& out) {
    json_writer writer(out);
    writer.write(value);
}

/// The JSON text of `value`; throws `encode_error`.
template <class T>
std::string to_json_text(T const& value) {
    std::string text;
    to_json_text(value, text);
    return text;
}

/// Reads a `T` from JSON text, all of it; throws `decode_error`.
template <class T>
T from_json_text(std::string_view text) {
    T value{};
    json_reader reader(text);
    reader.read(value);
    reader.finish();
    return value;
}

/// Messages as JSON, derived from their fields: the codec of every message that does not name another.
struct json_codec {
    /// The media type of the bodies.
    static constexpr std::string_view content_type = "application/json";

    /// Replaces `out` by the body of `message`; throws `encode_error`.
    template <class T>
    static void encode(T const& message, std::string& out) {
        to_json_text(message, out);
    }

    /// Reads `out`, which has to be a fresh `T{}`, from a body; throws `decode_error`, and `out` is then of no use.
    template <class T>
    static void decode(std::string_view bytes, T& out) {
        json_reader reader(bytes);
        reader.read(out);
        reader.finish();
    }
};

} // namespace fairway

#endif
