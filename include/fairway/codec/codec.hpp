// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_CODEC_CODEC_HPP
#define FAIRWAY_CODEC_CODEC_HPP

#include <fairway/error.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace fairway {

/// A message that cannot be written, and which part of it: code `errc::encode_failed`.
///
/// `what()` names types, positions and field names only: neither strings nor the keys of maps, so it may be logged.
class encode_error : public system_error {
public:
    /// The part at `pointer`, called `shown` in `what()`, is not what `expected` says.
    encode_error(std::string pointer, std::string_view shown, std::string_view expected, std::string_view found)
        : system_error(make_error_code(errc::encode_failed)), pointer_(std::move(pointer)), expected_(expected) {
        text_.append(shown.empty() ? "the message" : shown).append(": expected ").append(expected);
        text_.append(", found ").append(found);
    }

    /// Where and why, in one line.
    char const* what() const noexcept override { return text_.c_str(); }
    /// The JSON pointer (RFC 6901) of the part, "" for the whole message; keys of maps stand in it as they are.
    std::string const& pointer() const noexcept { return pointer_; }
    /// What the format can carry there.
    std::string const& expected() const noexcept { return expected_; }

private:
    std::string pointer_;
    std::string expected_;
    std::string text_;
};

/// A body that is not the expected message, and where: code `errc::decode_failed`.
///
/// `what()` reads "/lines/2/quantity: expected an integer from 0 to 255, found a string (byte 57)". It names kinds,
/// numbers, positions and the fields of the struct: neither strings nor keys that the body brought along (a `*` stands
/// for those), so it may be logged.
class decode_error : public system_error {
public:
    /// The part at `pointer`, called `shown` in `what()`, is not what `expected` says; `offset` counts bytes.
    decode_error(std::string pointer, std::string_view shown, std::string_view expected, std::string_view found,
        std::size_t offset)
        : system_error(make_error_code(errc::decode_failed)),
          pointer_(std::move(pointer)),
          expected_(expected),
          offset_(offset) {
        text_.append(shown.empty() ? "the body" : shown).append(": expected ").append(expected);
        text_.append(", found ").append(found).append(" (byte ").append(std::to_string(offset)).append(")");
    }

    /// Where and why, in one line.
    char const* what() const noexcept override { return text_.c_str(); }
    /// The JSON pointer (RFC 6901) of the part, "" for the whole body; names stand in it as the body has them.
    std::string const& pointer() const noexcept { return pointer_; }
    /// What would have been right there.
    std::string const& expected() const noexcept { return expected_; }
    /// Where the part starts, in bytes from the start of the body.
    std::size_t offset() const noexcept { return offset_; }

private:
    std::string pointer_;
    std::string expected_;
    std::string text_;
    std::size_t offset_;
};

/// Messages as JSON, derived from their fields; defined in codec/json.hpp.
struct json_codec;

/// Chooses how `T` is written and read: `::type` is `T::codec` where that exists, `json_codec` otherwise.
template <class T>
struct codec_for {
    /// Has `content_type`, `encode(T const&, std::string&)` and `decode(std::string_view, T&)`.
    using type = json_codec;
};

template <class T>
    requires requires { typename T::codec; }
struct codec_for<T> {
    using type = typename T::codec;
};

/// Bodies that are passed on as they are: for messages whose only field is a `std::string`, a `std::vector<std::byte>`
/// or a `std::vector<unsigned char>`.
///
/// `struct photo { using codec = fairway::raw_codec; std::vector<std::byte> jpeg; };`
/// A message says what its bytes are by `static constexpr std::string_view content_type = "image/jpeg";`.
struct raw_codec {
    /// The media type of messages that have no `content_type` of their own.
    static constexpr std::string_view content_type = "application/octet-stream";

    /// Replaces `out` by the message's bytes.
    template <class T>
    static void encode(T const& message, std::string& out) {
        out.assign(bytes_of(message));
    }
    /// The message's bytes where they lie.
    template <class T>
    static std::string_view bytes_of(T const& message) {
        auto const& bytes = only_field(message);
        return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
    }

    /// Makes `bytes` the message's field; every body is valid.
    template <class T>
    static void decode(std::string_view bytes, T& out) {
        auto& field = only_field(out);
        using byte = typename std::remove_cvref_t<decltype(field)>::value_type;
        auto const* const first = reinterpret_cast<byte const*>(bytes.data());
        field.assign(first, first + bytes.size());
    }

private:
    template <class Message>
    static auto& only_field(Message& message) {
        static_assert(std::is_aggregate_v<Message>, "fairway: raw_codec needs a plain struct with one field of bytes");
        auto& [bytes] = message; // does not compile: the message has more than the one field that raw_codec is for
        using field = std::remove_cvref_t<decltype(bytes)>;
        static_assert(std::is_same_v<field, std::string> || std::is_same_v<field, std::vector<std::byte>> ||
                          std::is_same_v<field, std::vector<unsigned char>>,
            "fairway: the field of a message with raw_codec is a string, or a vector of std::byte or unsigned char");
        return bytes;
    }
};

} // namespace fairway

#endif
