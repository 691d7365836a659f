// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// RFC 8259: what is JSON and what is not, in the categories of the public JSON parsing test suites.
#include "fw_catch.hpp"
#include "helpers.hpp"

#include <string>
#include <string_view>
#include <vector>

using namespace codec_tests;
using namespace std::string_literals;

namespace {

std::vector<std::string> const accepted = {
    // values alone, and space
    "0", "-0", "42", "-1", "\"\"", "\"x\"", "true", "false", "null", "[]", "{}", " 1", "1 ", "\t\n\r 1\t\n\r ", " [ ] ",
    " { } ", "[ 1 , 2 ]", "{ \"a\" : 1 }",
    // numbers
    "0.0", "-0.0", "0.5", "123.456", "1e1", "1E1", "1e+1", "1e-1", "1E-01", "0e1", "0e+1", "0E0", "-1.5e-7", "1e00",
    "1.000000", "123456789012345678901234567890", "-123456789012345678901234567890",
    "0.00000000000000000000000000000000000001", "1e9999", "[0,-0,0.1,1e5]",
    // strings
    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\u0000\"", "\"\\u00e9\"", "\"\\uD83D\\uDE00\"", "\"\\uFFFF\"", "\"\\uabCD\"",
    "\"/\"", "\"\x7f\"", "\"\xc3\xa9\"", "\"\xe2\x80\xa8\xe2\x80\xa9\"", "\"\xf0\x9f\x98\x80\"", "\"\xef\xbb\xbf\"",
    "\"\xf4\x8f\xbf\xbf\"", "\"'\"", "\"/* no comment */\"", "\"{[,:]}\"", "\"\\\\u0041\"",
    // arrays and objects
    "[[]]", "[[],[]]", "[1,[2,[3,[]]]]", "[null,true,false,0,\"\",[],{}]", "{\"\":0}", "{\"a\":{}}",
    "{\"a\":1,\"b\":2}", "{\"a\":1,\"a\":2}", "{\"a\\u0000b\":1}", "{\"a\":[{\"b\":[{\"c\":null}]}]}",
    "{\"x\":[],\"y\":{}}", "{\"\\u0061\":\"\\u0061\"}", "[\n1\n,\n2\n]"};

std::vector<std::string> const rejected = {
    // nothing, too much, something else
    "", " ", "1 2", "[]]", "{}}", "{}{}", "[][]", "[1]x", "x", "nul", "nulll", "null1", "True", "TRUE", "NULL", "tru",
    "fals", "falsee", "undefined", "NaN", "nan", "Infinity", "-Infinity", "-nan", "\xef\xbb\xbf{}", "\xff", "1\0"s,
    "\0"s, "[1]\0"s, "\v1", "\f1", "\xc2\xa0 1", "\xe2\x80\xa8 1", "/", "#", "'a'", "`a`", "*", "@", "a:1",
    // numbers
    "-", "+1", "+", "01", "-01", "00", "-00", "012", "1.", "-1.", ".5", "-.5", ".", "1.e1", "1.5.5", "1e", "1e+", "1e-",
    "1E", "1e1.5", "1e1e1", "1ee1", "0x10", "0X1", "1x", "1f", "1d", "1_000", "1,000", "- 1", "--1", "-+1", "++1",
    "1+1", "1-1", "0e", "0e+", "0.e1", "1 000", "\xef\xbc\x91", "[1.]", "[01]", "[-]", "[.1]", "[1e]", "[+1]", "2.e3",
    "9.e+", "[0.1.2]", "[1a]", "[-foo]",
    // strings
    "\"", "\"a", "a\"", "\"\\\"", "\"\\", "\"\\x41\"", "\"\\a\"", "\"\\'\"", "\"\\0\"", "\"\\u\"", "\"\\u1\"",
    "\"\\u12\"", "\"\\u123\"", "\"\\u123g\"", "\"\\u 123\"", "\"\\u+123\"", "\"\\U0041\"", "\"\\ud800\"", "\"\\udc00\"",
    "\"\\ud800\\ud800\"", "\"\\ud800x\"", "\"\\ud800\\n\"", "\"\\ud800\\u\"", "\"\\ud800\\u12\"", "\"\\udc00\\ud800\"",
    "\"\\uD834\\uDd\"", "\"\n\"", "\"\t\"", "\"\r\"", "\"\0\""s, "\"\x1f\"", "\"\x01\"", "\"\\\n\"", "\"\x80\"",
    "\"\xff\"", "\"\xc3\"", "\"\xc0\xaf\"", "\"\xe0\x80\xaf\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"",
    "\"\xf8\x80\x80\x80\x80\"", "\"\\\xc3\xa9\"", "\"a\" \"b\"", "\"\\u00", "\"\\ud834\\",
    // arrays
    "[", "]", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1,,2]", "[,", "[1 2]", "[1;2]", "[1:2]", "[\"a\":1]", "[\"a\"",
    "[\"a", "[}", "[1}", "[[]", "[[", "[1]]", "[\"\",]", "[{]", "[true false]", "[-,1]", "[1,\n", "[nul]", "[*]",
    "[\"a\",,]", "[x", "[\"\": 1]",
    // objects
    "{", "}", "{]", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}", "{,\"a\":1}",
    "{\"a\":1,,\"b\":2}", "{\"a\"}", "{\"a\",1}", "{\"a\" 1}", "{\"a\"::1}", "{\"a\":}", "{\"a\":,}", "{a:1}",
    "{'a':1}", "{1:1}", "{null:1}", "{true:1}", "{[]:1}", "{{}:1}", "{\"a\":1 \"b\":2}", "{\"a\":1]", "{\"a\":\"b",
    "{\"a", "{\"a\":1}}", "{\"a\":1}#", "{\"a\":/*c*/1}", "{\"a\":1,1}", "{\"a\":1;\"b\":2}", "{\"a\"=1}",
    "{\"a\":1,\"b\"}", "{\"a\":1,\"b\":}", "{\"\\ud800\":1}", "{\"\n\":1}", "{\"\xff\":1}",
    // comments and other inventions
    "//\n1", "/**/1", "1//", "[1]//", "{\"a\":1}/**/", "#1", "<a>", "[1,...]", "(1)", "{\"a\":01}", "{\"a\":.1}"};

} // namespace

TEST_CASE("what RFC 8259 allows is read", "[codec][grammar]") {
    for (auto const& text : accepted) {
        INFO(text);
        CHECK(is_json(text));
        CHECK(is_json("[" + text + "]"));
        CHECK(is_json("{\"x\":" + text + ",\"y\":" + text + "}"));
        // In the place of an unknown field, too.
        CHECK(read_error<holder<int>>("{\"x\":" + text + ",\"value\":1}").empty());
    }
}

TEST_CASE("what RFC 8259 does not allow is not read", "[codec][grammar]") {
    for (auto const& text : rejected) {
        INFO(text);
        CHECK_FALSE(is_json(text));
        CHECK_FALSE(read_error<holder<int>>("{\"x\":" + text + ",\"value\":1}").empty());
        // Nor as any of the types that it could be meant for.
        CHECK_FALSE(read_error<std::string>(text).empty());
        CHECK_FALSE(read_error<double>(text).empty());
        CHECK_FALSE(read_error<bool>(text).empty());
        CHECK_FALSE(read_error<std::vector<int>>(text).empty());
        CHECK_FALSE(read_error<std::vector<std::string>>(text).empty());
        CHECK_FALSE(read_error<std::vector<std::optional<bool>>>(text).empty());
        CHECK_FALSE(read_error<holder<std::optional<int>>>(text).empty());
    }
}

TEST_CASE("what is read is at most 64 levels deep", "[codec][grammar]") {
    auto const nest = [](std::size_t depth, std::string_view open, std::string_view close) {
        std::string text;
        for (std::size_t i = 0; i < depth; ++i) text += open;
        for (std::size_t i = 0; i < depth; ++i) text += close;
        return text;
    };
    CHECK(is_json(nest(64, "[", "]")));
    CHECK_FALSE(is_json(nest(65, "[", "]")));
    CHECK(is_json(nest(63, "{\"a\":", "}").replace(63 * 5, 0, "{}")));
    CHECK_FALSE(is_json(nest(64, "{\"a\":", "}").replace(64 * 5, 0, "{}")));
    // As an unknown field one level is gone already.
    CHECK(read_error<holder<std::optional<int>>>("{\"x\":" + nest(63, "[", "]") + "}").empty());
    CHECK(read_error<holder<std::optional<int>>>("{\"x\":" + nest(64, "[", "]") + "}")
              .ends_with("/0: expected at most 64 levels, found more (byte 68)"));
    // And bombs are found where they start to be too deep.
    CHECK_FALSE(is_json(std::string(10'000'000, '[')));
    CHECK_FALSE(is_json(nest(1'000'000, "[{\"a\":", "}]")));
}

namespace {
struct tree {
    std::vector<tree> children;
};

tree chain(std::size_t structs) {
    tree root;
    for (std::size_t i = 1; i < structs; ++i) {
        tree parent;
        parent.children.push_back(std::move(root));
        root = std::move(parent);
    }
    return root;
}
} // namespace

TEST_CASE("what is written is at most 64 levels deep", "[codec][grammar]") {
    CHECK(survives(chain(32)));
    CHECK(write_error(chain(33)).ends_with("/children/0: expected at most 64 levels, found more"));
    std::string bomb;
    for (int i = 0; i < 100'000; ++i) bomb += "{\"children\":[";
    CHECK(read_error<tree>(bomb).ends_with("/children/0: expected at most 64 levels, found more (byte 416)"));
}
