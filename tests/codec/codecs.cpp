// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"

#include <fairway/codec/json.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace {

struct plain {
    int number{};
};
struct text {
    using codec = fairway::raw_codec;
    std::string body;
};
struct photo {
    using codec = fairway::raw_codec;
    static constexpr std::string_view content_type = "image/jpeg";
    std::vector<std::byte> body;
};
struct blob {
    using codec = fairway::raw_codec;
    std::vector<unsigned char> body;
};

} // namespace

TEST_CASE("a message chooses its codec", "[codec]") {
    STATIC_REQUIRE(std::is_same_v<fairway::codec_for<plain>::type, fairway::json_codec>);
    STATIC_REQUIRE(std::is_same_v<fairway::codec_for<text>::type, fairway::raw_codec>);
    STATIC_REQUIRE(fairway::json_codec::content_type == "application/json");
    STATIC_REQUIRE(photo::content_type == "image/jpeg"); // for those who put the body into an envelope
    STATIC_REQUIRE(fairway::raw_codec::content_type == "application/octet-stream");
}

TEST_CASE("the JSON codec reads all of a body", "[codec]") {
    std::string out = "something else";
    fairway::json_codec::encode(plain{7}, out);
    CHECK(out == R"({"number":7})");
    plain back;
    fairway::json_codec::decode(out, back);
    CHECK(back.number == 7);
    CHECK_THROWS_AS(fairway::json_codec::decode(out + "!", back), fairway::decode_error);
    CHECK_THROWS_AS(fairway::json_codec::decode("", back), fairway::system_error);
}

TEST_CASE("a raw body is the message's bytes", "[codec]") {
    std::string const bytes("\0\xff{\n", 4);
    std::string out = "something else";
    fairway::raw_codec::encode(text{bytes}, out);
    CHECK(out == bytes);
    text as_text{"old"};
    photo as_photo;
    blob as_blob;
    fairway::raw_codec::decode(bytes, as_text);
    fairway::raw_codec::decode(bytes, as_photo);
    fairway::raw_codec::decode(bytes, as_blob);
    CHECK(as_text.body == bytes);
    CHECK(as_photo.body[1] == std::byte{0xff});
    CHECK(as_blob.body.size() == 4);
    fairway::raw_codec::encode(as_photo, out);
    CHECK(out == bytes);
    fairway::raw_codec::decode("", as_blob);
    CHECK(as_blob.body.empty());
    fairway::raw_codec::encode(as_blob, out);
    CHECK(out.empty());
}

TEST_CASE("codec errors are system errors", "[codec]") {
    fairway::decode_error const read("/a~1b", "/*", "a string", "1", 3);
    CHECK(std::string(read.what()) == "/*: expected a string, found 1 (byte 3)");
    CHECK(read.pointer() == "/a~1b");
    CHECK(read.code() == make_error_code(fairway::errc::decode_failed));
    fairway::encode_error const written("", "", "a string", "1");
    CHECK(std::string(written.what()) == "the message: expected a string, found 1");
    CHECK(written.code() == make_error_code(fairway::errc::encode_failed));
}
