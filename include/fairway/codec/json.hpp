// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Structs as JSON and back.
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
