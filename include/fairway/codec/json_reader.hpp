// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_CODEC_JSON_READER_HPP
#define FAIRWAY_CODEC_JSON_READER_HPP

#include <fairway/codec/codec.hpp>
#include <fairway/codec/json_locate.hpp>
#include <fairway/codec/json_number.hpp>
#include <fairway/codec/json_scan.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

namespace fairway {

/// What kind of value comes next in a JSON text; `nothing` where none starts.
enum class json_type { nothing, null, boolean, number, string, object, array };

/// Reads JSON text value by value, strictly (RFC 8259), without building a tree; what a `json_as` gets to read with.
///
/// Every function throws `decode_error` if the text goes on in another way. Integers are written without fraction and
/// exponent. Nothing is nested deeper than `max_json_depth`. The text has to outlive the reader.
class json_reader {
public:
    /// Reads `text` from its start.
    explicit json_reader(std::string_view text) noexcept
        : begin_(text.data()), p_(text.data()), end_(text.data() + text.size()) {}
    json_reader(json_reader const&) = delete;
    json_reader& operator=(json_reader const&) = delete;

    /// What comes next.
    json_type peek() noexcept {
        skip_space();
        if (p_ == end_) return json_type::nothing;
        switch (*p_) {
        case '{': return json_type::object;
        case '[': return json_type::array;
        case '"': return json_type::string;
        case 'n': return json_type::null;
        case 't':
        case 'f': return json_type::boolean;
        default: return *p_ == '-' || detail::is_digit(*p_) ? json_type::number : json_type::nothing;
        }
    }
    /// Reads a `null` if one comes next.
    bool null() noexcept { return literal("null"); }
    /// Reads `true` or `false`.
    bool boolean() {
        if (literal("true")) return true;
        if (!literal("false")) fail("true or false");
        return false;
    }
    /// Reads an integer in the range of `Integer`.
    template <std::integral Integer>
    Integer integer() {
        skip_space();
        detail::integer_text number;
        char const* const behind = detail::read_integer(p_, end_, number);
        Integer value{};
        if (behind == nullptr || !number.to(value)) fail(detail::integer_range<Integer>());
        p_ = behind;
        return value;
    }
    /// Reads a number; one too large for `Float` is an error, one too small is 0.
    template <std::floating_point Float>
    Float floating() {
        skip_space();
        Float value{};
        char const* const behind = detail::read_floating(p_, end_, value);
        if (behind == nullptr) fail("a number");
        p_ = behind;
        return value;
    }
    /// Reads a string into `out`.
    void string(std::string& out) {
        char const* const first = open_string();
        p_ = detail::skip_plain(first, end_);
        if (p_ != end_ && *p_ == '"') [[likely]] {
            out.assign(first, p_++);
            return;
        }
        out.assign(first, p_);
        finish_string(&out);
    }
    /// Reads a string; it stays valid until the next one is read.
    std::string_view string() {
        char const* const first = open_string();
        p_ = detail::skip_plain(first, end_);
        if (p_ != end_ && *p_ == '"') [[likely]]
            return {first, static_cast<std::size_t>(p_++ - first)};
        scratch_.assign(first, p_);
        finish_string(&scratch_);
        return scratch_;
    }
    /// Opens an object.
    void begin_object() { open('{', "an object"); }
    /// Goes on to an object's next member and reads its name, which stays valid until the next string is read; false at
    /// the object's end.
    bool next_key(std::string_view& name) {
        if (!next_member()) return false;
        name = key();
        return true;
    }
    /// Opens an array.
    void begin_array() { open('[', "an array"); }
    /// Goes on to an array's next element; false at the array's end.
    bool next_element() { return next(']', "',' or ']'"); }
    /// Reads over one value, whatever it is; it is checked all the same.
    void skip() { skip_data(depth_ + 1); }
    /// Reads over one value and returns its text.
    std::string_view raw() {
        skip_space();
        char const* const first = p_;
        skip();
        return {first, static_cast<std::size_t>(p_ - first)};
    }
    /// Reads a value of any type that has JSON.
    template <class T>
    void read(T& out);

    /// Where the next value starts, for `fail_at`.
    char const* position() noexcept {
        skip_space();
        return p_;
    }
    /// Throws the error that what comes next is not what `expected` says.
    [[noreturn]] void fail(std::string_view expected) { fail_at(position(), expected); }
    /// Throws the error that the value at `where` is not what `expected` says.
    [[noreturn]] void fail_at(char const* where, std::string_view expected) const {
        fail_at(where, expected, detail::describe_json(where, end_));
    }
    /// Throws the error that the value at `where` is not what `expected` says but what `found` says.
    [[noreturn]] void fail_at(char const* where, std::string_view expected, std::string_view found) const {
        auto const place = locate(where);
        throw decode_error(place.pointer, place.shown, expected, found, offset(where));
    }
    /// Throws the error that the object at `where` lacks the member `name`, which would be what `expected` says.
    [[noreturn]] void fail_absent(char const* where, std::string_view name, std::string_view expected) const {
        auto place = locate(where);
        place.add(name, false);
        throw decode_error(place.pointer, place.shown, expected, "nothing", offset(where));
    }

    // What follows is for the code that reads structs.

    /// Reads an integer of up to 64 bits and a sign; false, and nothing is read, if none comes next.
    bool whole(detail::integer_text& out) noexcept {
        char const* const behind = detail::read_integer(position(), end_, out);
        if (behind != nullptr) p_ = behind;
        return behind != nullptr;
    }

    /// Says that the names in the object just opened are data, such as a map's keys, and not for logs.
    void names_are_data() noexcept { data_levels_ |= std::uint64_t{1} << (depth_ - 1); }
    /// Goes on to an object's next member, before its name; false at the object's end.
    bool next_member() { return next('}', "',' or '}'"); }
    /// Reads a member's name and its colon if they are exactly `text`.
    template <std::size_t N>
    bool key_is(std::array<char, N> const& text) noexcept {
        if (static_cast<std::size_t>(end_ - p_) < N || std::memcmp(p_, text.data(), N) != 0) return false;
        p_ += N;
        return true;
    }
    /// Reads a member's name and its colon.
    std::string_view key() {
        if (p_ == end_ || *p_ != '"') fail("a name in quotes");
        auto const name = string();
        skip_space();
        if (p_ == end_ || *p_ != ':') fail("':'");
        ++p_;
        return name;
    }
    /// Reads over the value of a member whose name is not known.
    void skip_unknown() { skip_data(depth_); }
    /// Reads the value at `where` again, by `read`, and then goes on behind what had been read so far.
    template <class Read>
    void again(char const* where, Read read) {
        char const* const here = std::exchange(p_, where);
        read();
        p_ = here;
    }
    /// Checks that nothing but space is left.
    void finish() {
        skip_space();
        if (p_ != end_) fail_at(p_, "the end of the text");
    }

private:
    void skip_space() noexcept {
        while (p_ != end_ && detail::is_space(*p_)) ++p_;
    }

    template <std::size_t N>
    bool literal(char const (&text)[N]) noexcept {
        skip_space();
        if (static_cast<std::size_t>(end_ - p_) < N - 1 || std::memcmp(p_, text, N - 1) != 0) return false;
        p_ += N - 1;
        return true;
    }

    // Behind the quote of a string.
    char const* open_string() {
        skip_space();
        if (p_ == end_ || *p_ != '"') fail("a string");
        return p_ + 1;
    }

    [[gnu::noinline]] void finish_string(std::string* out) {
        auto const [position, fault] = detail::read_string(p_, end_, out);
        p_ = position;
        switch (fault) {
        case detail::string_fault::none: return;
        case detail::string_fault::open: fail_at(p_, "'\"'");
        case detail::string_fault::control: fail_at(p_, "an escape sequence", "a control character");
        case detail::string_fault::utf8: fail_at(p_, "a string in UTF-8", "other bytes");
        case detail::string_fault::escape: fail_at(p_, "a known escape sequence", "another");
        case detail::string_fault::surrogate: fail_at(p_, "a pair of surrogates", "half of one");
        }
    }

    void open(char c, std::string_view expected) {
        skip_space();
        if (p_ == end_ || *p_ != c) fail(expected);
        enter();
    }

    void enter() {
        if (depth_ == max_json_depth) fail_at(p_, "at most 64 levels", "more");
        ++p_;
        ++depth_;
        fresh_ = true;
    }

    bool next(char closing, std::string_view expected) {
        skip_space();
        if (p_ == end_) fail(fresh_ ? expected.substr(7) : expected);
        if (*p_ == closing) {
            leave();
            return false;
        }
        if (!fresh_) {
            if (*p_ != ',') fail(expected);
            ++p_;
            skip_space();
        }
        fresh_ = false;
        return true;
    }

    void leave() noexcept {
        ++p_;
        --depth_;
        data_levels_ &= ~(~std::uint64_t{0} << depth_);
        fresh_ = false;
    }

    // Reads what has to be a value, without recursion: one bit per level tells objects from arrays.
    void skip_value() {
        unsigned const outside = depth_;
        std::uint64_t objects = 0;
        for (;;) {
            auto const type = peek();
            if (type == json_type::object || type == json_type::array) {
                bool const object = type == json_type::object;
                enter();
                objects = (objects << 1) | (object ? 1u : 0u);
            } else {
                skip_scalar(type);
                if (depth_ == outside) return;
            }
            while (!((objects & 1) != 0 ? next_member() : next_element())) {
                objects >>= 1;
                if (depth_ == outside) return;
            }
            if ((objects & 1) != 0) skip_key();
        }
    }

    void skip_key() {
        if (p_ == end_ || *p_ != '"') fail("a name in quotes");
        ++p_;
        finish_string(nullptr);
        skip_space();
        if (p_ == end_ || *p_ != ':') fail("':'");
        ++p_;
    }

    void skip_scalar(json_type type) {
        if (type == json_type::string) {
            ++p_;
            finish_string(nullptr);
        } else if (type == json_type::number) {
            char const* const behind = detail::skip_number(p_, end_);
            if (behind == nullptr) fail("a number");
            p_ = behind;
        } else if (!literal("null") && !literal("true") && !literal("false")) {
            fail("a value");
        }
    }

    // Reads over a value in which the names of objects from the level `level` on are data.
    void skip_data(unsigned level) {
        data_from_ = level;
        skip_value();
        data_from_ = max_json_depth + 1;
    }

    std::size_t offset(char const* where) const noexcept { return static_cast<std::size_t>(where - begin_); }

    detail::json_place locate(char const* where) const {
        auto const deeper = data_from_ > max_json_depth ? 0 : ~std::uint64_t{0} << (data_from_ - 1);
        std::string_view const text(begin_, static_cast<std::size_t>(end_ - begin_));
        return detail::json_locator(text, offset(where), data_levels_ | deeper).find();
    }

    char const* begin_;
    char const* p_;
    char const* end_;
    std::uint64_t data_levels_ = 0;
    unsigned depth_ = 0;
    unsigned data_from_ = max_json_depth + 1;
    bool fresh_ = false; // nothing has been read of the innermost object or array
    std::string scratch_;
};

} // namespace fairway

#endif
