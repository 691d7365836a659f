// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What may stand in a header: the check reads eight bytes at a time, so each byte is tried at each place.
#include "fw_catch.hpp"

#include <fairway/envelope/header_text.hpp>

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

using fairway::detail::is_header_text;
using fairway::detail::is_plain_text;

namespace {

constexpr std::size_t places = 18;

// `part` at place `at` of a text that is `length` bytes longer.
std::string embed(std::string const& part, std::size_t at, std::size_t length, char fill = 'x') {
    std::string text(length, fill);
    return text.insert(at, part);
}

// Whether `part` is refused, or accepted, wherever it stands.
bool everywhere(bool expected, std::string const& part) {
    for (std::size_t at = 0; at < places; ++at)
        for (std::size_t length = at; length <= places; ++length)
            for (char const fill : {' ', 'x', '~'})
                if (is_header_text(embed(part, at, length, fill)) != expected) return false;
    return true;
}

// The bytes of a code point, also of one that UTF-8 forbids, in `length` bytes.
std::string encoded(unsigned code, int length) {
    std::string out;
    for (int i = 0; i < length - 1; ++i, code >>= 6) out.insert(out.begin(), static_cast<char>(0x80U | (code & 0x3fU)));
    unsigned const lead[] = {0, 0, 0xc0, 0xe0, 0xf0, 0xf8, 0xfc};
    out.insert(out.begin(), static_cast<char>(lead[length] | code));
    return out;
}

std::string bytes(std::initializer_list<int> values) {
    std::string out;
    for (int const v : values) out += static_cast<char>(v);
    return out;
}

} // namespace

TEST_CASE("printable ASCII is plain text, no other byte is, at any place") {
    for (int c = 0; c < 256; ++c) {
        bool const plain = c >= 0x20 && c <= 0x7e;
        for (std::size_t at = 0; at < places; ++at)
            for (std::size_t length = at; length <= places; ++length)
                for (char const fill : {' ', 'x', '~'})
                    if (is_plain_text(embed(bytes({c}), at, length, fill)) != plain)
                        FAIL("byte " << c << " at " << at << " of " << length + 1);
    }
    CHECK(is_plain_text(""));
}

TEST_CASE("no control character is header text: C0, DEL, C1") {
    for (int c = 0; c < 0x20; ++c)
        if (!everywhere(false, bytes({c}))) FAIL("C0 control " << c);
    CHECK(everywhere(false, bytes({0x7f})));
    for (unsigned c = 0x80; c < 0xa0; ++c)
        if (!everywhere(false, encoded(c, 2))) FAIL("C1 control " << c);
}

TEST_CASE("a control character is found behind other than ASCII too") {
    for (int c = 0; c < 0x20; ++c) CHECK_FALSE(is_header_text("caf\xc3\xa9" + bytes({c}) + "tail"));
    CHECK_FALSE(is_header_text("caf\xc3\xa9\x7f"));
    CHECK_FALSE(is_header_text("caf\xc3\xa9\r\nfw-type: x"));
}

TEST_CASE("every other code point of UTF-8 is header text") {
    for (unsigned c = 0x20; c < 0x7f; ++c)
        if (!everywhere(true, bytes({static_cast<int>(c)}))) FAIL("ASCII " << c);
    for (unsigned const c : {0xa0U, 0xffU, 0x7ffU})
        if (!everywhere(true, encoded(c, 2))) FAIL("two bytes " << c);
    for (unsigned const c : {0x800U, 0xfffU, 0x1000U, 0xcfffU, 0xd7ffU, 0xe000U, 0xfffdU, 0xffffU})
        if (!everywhere(true, encoded(c, 3))) FAIL("three bytes " << c);
    for (unsigned const c : {0x10000U, 0x3ffffU, 0x40000U, 0xfffffU, 0x100000U, 0x10ffffU})
        if (!everywhere(true, encoded(c, 4))) FAIL("four bytes " << c);
    for (unsigned c = 0xa0; c < 0x110000; ++c) {
        bool const surrogate = c >= 0xd800 && c < 0xe000;
        if (is_header_text(encoded(c, c < 0x800 ? 2 : c < 0x10000 ? 3 : 4)) == surrogate) FAIL("code point " << c);
    }
}

TEST_CASE("malformed UTF-8 is no header text") {
    SECTION("a continuation byte without a lead") {
        for (int c = 0x80; c < 0xc0; ++c)
            if (!everywhere(false, bytes({c}))) FAIL("byte " << c);
    }
    SECTION("bytes that UTF-8 never has") {
        for (int const c : {0xc0, 0xc1, 0xf5, 0xf6, 0xf7, 0xf8, 0xfb, 0xfc, 0xfd, 0xfe, 0xff}) {
            if (!everywhere(false, bytes({c}))) FAIL("byte " << c);
            if (!everywhere(false, bytes({c, 0x80, 0x80, 0x80}))) FAIL("byte " << c << " with continuations");
        }
    }
    SECTION("more bytes than needed") {
        for (unsigned const c : {0x0U, 0x2fU, 0x7fU}) CHECK(everywhere(false, encoded(c, 2)));
        for (unsigned const c : {0x0U, 0x2fU, 0x7fU, 0x80U, 0x7ffU}) CHECK(everywhere(false, encoded(c, 3)));
        for (unsigned const c : {0x0U, 0x2fU, 0x7ffU, 0x800U, 0xffffU}) CHECK(everywhere(false, encoded(c, 4)));
        CHECK(everywhere(false, encoded(0x20, 5)));
        CHECK(everywhere(false, encoded(0x20, 6)));
    }
    SECTION("surrogates") {
        for (unsigned const c : {0xd800U, 0xdbffU, 0xdc00U, 0xdfffU}) CHECK(everywhere(false, encoded(c, 3)));
    }
    SECTION("behind the last code point") {
        for (unsigned const c : {0x110000U, 0x13ffffU, 0x1fffffU}) CHECK(everywhere(false, encoded(c, 4)));
    }
    SECTION("cut short, by the end or by another character") {
        for (std::string const& whole : {encoded(0xe9, 2), encoded(0x20ac, 3), encoded(0x1f375, 4)})
            for (std::size_t n = 1; n < whole.size(); ++n) {
                CHECK(everywhere(false, whole.substr(0, n)));
                CHECK(everywhere(false, whole.substr(0, n) + whole));
            }
    }
    SECTION("a wrong byte at each continuation") {
        for (std::string const& whole : {encoded(0xe9, 2), encoded(0x20ac, 3), encoded(0x1f375, 4)})
            for (std::size_t at = 1; at < whole.size(); ++at)
                for (int const wrong : {0x00, 0x20, 0x7f, 0xc0, 0xff}) {
                    std::string text = whole;
                    text[at] = static_cast<char>(wrong);
                    CHECK(everywhere(false, text));
                }
    }
}

TEST_CASE("a text is not read behind its end") {
    // The last byte of a longer text would complete the sequence.
    std::string const whole = "tea \xe2\x82\xac";
    CHECK(is_header_text(whole));
    CHECK_FALSE(is_header_text(std::string_view(whole).substr(0, 6)));
    std::vector<char> const exact{'\xe2', '\x82'};
    CHECK_FALSE(is_header_text({exact.data(), exact.size()}));
}

TEST_CASE("each byte at each place of a text of each length is looked at") {
    for (std::size_t size = 1; size <= 26; ++size)
        for (std::size_t at = 0; at < size; ++at)
            for (int byte = 0; byte < 256; ++byte) {
                std::string text(size, '~');
                for (std::size_t i = 0; i < size; ++i) text[i] = i % 2 == 0 ? '!' : '~';
                text[at] = static_cast<char>(byte);
                bool const plain = byte >= 0x20 && byte <= 0x7e;
                bool const name = plain && byte != ' ' && byte != ':';
                if (fairway::detail::is_plain_text(text) != plain || fairway::detail::is_name_text(text) != name)
                    FAIL("byte " << byte << " at " << at << " of " << size);
            }
    CHECK(fairway::detail::is_plain_text(""));
}
