// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"
#include "helpers.hpp"

#include <fairway/codec/nlohmann.hpp>

#include <limits>
#include <string>

using namespace codec_tests;
using fairway::from_json_text;
using nlohmann::json;

namespace {

class iban {
public:
    iban() = default;
    explicit iban(std::string text) : text_(std::move(text)) {}
    std::string const& text() const { return text_; }

    friend void to_json(json& out, iban const& value) {
        if (value.text_ == "bad") throw std::runtime_error("a secret");
        out = {{"iban", value.text_}};
    }
    friend void from_json(json const& in, iban& value) { value.text_ = in.at("iban").get<std::string>(); }

private:
    std::string text_;
};

struct message {
    std::string id;
    json extra;
    std::optional<json> more;
    std::vector<iban> accounts;
    static constexpr auto defaulted = fairway::fields("accounts", "extra");
};

struct webhook {
    using codec = fairway::json_document_codec;
    json document;
};

struct ordered {
    nlohmann::ordered_json tree;
};

} // namespace

template <>
struct fairway::use_nlohmann<iban> : std::true_type {};

TEST_CASE("a field may be any JSON", "[codec][nlohmann]") {
    message const some{
        "m", json::parse(R"({"a":[1,2.5,"x",null,true,-3,{"b":{}}],"n":18446744073709551615})"), json(5), {}};
    CHECK(
        text_of(some) ==
        R"({"id":"m","extra":{"a":[1,2.5,"x",null,true,-3,{"b":{}}],"n":18446744073709551615},"more":5,"accounts":[]})");
    auto const read = from_json_text<message>(text_of(some));
    CHECK(read.extra == some.extra);
    CHECK(read.more == some.more);
    CHECK(from_json_text<message>(R"({"id":"m"})").extra.is_null());
    CHECK_FALSE(from_json_text<message>(R"({"id":"m","more":null})").more);
}

TEST_CASE("numbers keep their kind", "[codec][nlohmann]") {
    for (auto const* text : {"0", "-1", "18446744073709551615", "-9223372036854775808", "1.5", "1e5", "-0.25",
             "18446744073709551616", "-9223372036854775809", "123456789012345678901234567890", "1.0"}) {
        INFO(text);
        auto const read = from_json_text<json>(text);
        CHECK(read == json::parse(text));
        CHECK(read.type() == json::parse(text).type());
    }
    CHECK_FALSE(read_error<json>("1e999").empty());
    CHECK(read_error<json>("[01]") == "/0: expected ',' or ']', found 1 (byte 2)");
}

TEST_CASE("a tree has no more than 64 levels", "[codec][nlohmann]") {
    auto const nest = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    CHECK(survives(from_json_text<json>(nest(64))));
    CHECK_FALSE(read_error<json>(nest(65)).empty());
    CHECK_FALSE(read_error<json>(nest(1'000'000)).empty());
    CHECK_FALSE(read_error<message>(R"({"id":"","extra":)" + nest(64) + "}").empty());
    json deep;
    for (int i = 0; i < 65; ++i) deep = json::array({deep});
    CHECK(write_error(deep).ends_with("expected at most 64 levels, found more"));
}

TEST_CASE("a tree obeys the rules for all messages", "[codec][nlohmann]") {
    CHECK(write_error(message{"m", {{"rate", std::numeric_limits<double>::quiet_NaN()}}, {}, {}}) ==
          "/extra/*: expected a finite number, found NaN");
    CHECK(write_error(json("\xff")) == "the message: expected a string in UTF-8, found other bytes");
    CHECK(write_error(json::binary({1})) ==
          "the message: expected a value that JSON has, found a binary or discarded one");
    CHECK(read_error<json>(R"({"a":1,"b":2,"a":3})") == "/*: expected every name once, found one twice (byte 17)");
    CHECK(read_error<json>(R"([{"secret":[1,}])") == "/0/*/1: expected a value, found '}' (byte 14)");
    CHECK(read_error<json>("nul") == "the body: expected a value, found something else (byte 0)");
    CHECK(read_error<json>("") == "the body: expected a value, found the end of the text (byte 0)");
}

TEST_CASE("a type may keep its own to_json and from_json", "[codec][nlohmann]") {
    message const some{"m", nullptr, {}, {iban("DE1"), iban("DE2")}};
    CHECK(text_of(some) == R"({"id":"m","extra":null,"accounts":[{"iban":"DE1"},{"iban":"DE2"}]})");
    CHECK(from_json_text<message>(text_of(some)).accounts.at(1).text() == "DE2");
}

TEST_CASE("what to_json and from_json throw stays inside", "[codec][nlohmann]") {
    CHECK(read_error<message>(R"({"id":"m","accounts":[{"iban":"DE1"},{"ibam":"DE2"}]})") ==
          "/accounts/1: expected a value that its from_json takes, found an object (byte 37)");
    CHECK(write_error(message{"m", nullptr, {}, {iban("bad")}}) ==
          "/accounts/0: expected a value that its to_json takes, found another");
}

TEST_CASE("a body may be any JSON", "[codec][nlohmann]") {
    STATIC_REQUIRE(std::is_same_v<fairway::codec_for<webhook>::type, fairway::json_document_codec>);
    webhook hook;
    fairway::json_document_codec::decode(R"( {"event": ["push", 1]} )", hook);
    CHECK(hook.document["event"][0] == "push");
    std::string out;
    fairway::json_document_codec::encode(hook, out);
    CHECK(out == R"({"event":["push",1]})");
    CHECK_THROWS_AS(fairway::json_document_codec::decode("{} {}", hook), fairway::decode_error);
}

TEST_CASE("an ordered tree keeps its order", "[codec][nlohmann]") {
    std::string const text = R"({"tree":{"z":1,"a":{"y":2,"b":3}}})";
    CHECK(text_of(from_json_text<ordered>(text)) == text);
}
