// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What the codec's tests share.
#ifndef FAIRWAY_TESTS_CODEC_HELPERS_HPP
#define FAIRWAY_TESTS_CODEC_HELPERS_HPP

#include <fairway/codec/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace codec_tests {

// A struct with one field, called value.
template <class T>
struct holder {
    T value{};
};

template <class T>
std::string text_of(T const& value) {
    return fairway::to_json_text(value);
}

// Whether the value that comes out of a value's text has the same text.
template <class T>
bool survives(T const& value) {
    auto const text = text_of(value);
    return text_of(fairway::from_json_text<T>(text)) == text;
}

// What reading `text` as a T complains of; "" if nothing.
template <class T>
std::string read_error(std::string_view text) {
    try {
        static_cast<void>(fairway::from_json_text<T>(text));
        return "";
    } catch (fairway::decode_error const& e) {
        return e.code() == fairway::errc::decode_failed ? e.what() : "another code";
    }
}

// What writing `value` complains of; "" if nothing.
template <class T>
std::string write_error(T const& value) {
    try {
        static_cast<void>(text_of(value));
        return "";
    } catch (fairway::encode_error const& e) {
        return e.code() == fairway::errc::encode_failed ? e.what() : "another code";
    }
}

// Whether `text` is JSON.
inline bool is_json(std::string_view text) {
    try {
        fairway::json_reader reader(text);
        reader.skip();
        reader.finish();
        return true;
    } catch (fairway::decode_error const&) {
        return false;
    }
}

// A random generator that gives the same numbers everywhere (splitmix64).
class dice {
public:
    explicit dice(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }
    // 0 to sides - 1
    std::size_t roll(std::size_t sides) { return static_cast<std::size_t>(next() % sides); }

private:
    std::uint64_t state_;
};

} // namespace codec_tests

#endif
