// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"
#include "helpers.hpp"

#include <array>
#include <cstddef>
#include <vector>

using namespace codec_tests;
using fairway::from_json_text;

namespace {

using bytes = std::vector<unsigned char>;

bytes of(std::string_view text) { return {text.begin(), text.end()}; }

} // namespace

TEST_CASE("bytes are written in base64", "[codec][json]") {
    // The test vectors of RFC 4648.
    CHECK(text_of(of("")) == R"("")");
    CHECK(text_of(of("f")) == R"("Zg==")");
    CHECK(text_of(of("fo")) == R"("Zm8=")");
    CHECK(text_of(of("foo")) == R"("Zm9v")");
    CHECK(text_of(of("foob")) == R"("Zm9vYg==")");
    CHECK(text_of(of("fooba")) == R"("Zm9vYmE=")");
    CHECK(text_of(of("foobar")) == R"("Zm9vYmFy")");
    CHECK(text_of(bytes{0xfb, 0xff, 0xbf}) == R"("+/+/")");
    CHECK(text_of(std::vector<std::byte>{std::byte{0}}) == R"("AA==")");
    CHECK(text_of(std::array<std::byte, 3>{}) == R"("AAAA")");
    CHECK(text_of(std::array<unsigned char, 2>{1, 2}) == R"("AQI=")");
}

TEST_CASE("base64 is read strictly", "[codec][json]") {
    CHECK(from_json_text<bytes>(R"("Zm9vYmE=")") == of("fooba"));
    CHECK(from_json_text<bytes>(R"("+\/+\/")") == bytes{0xfb, 0xff, 0xbf});
    for (auto const* text : {"Zg", "Zg=", "Zg===", "Z===", "====", "=", "Zh==", "Zm9=", "Zm8=Zm8=", "Zm9v\\n", "Zm 9",
             "Zm9-", "Zm9_", "Z\u00e4==", "Zg==Zg==", "A=AA", "AA=A"}) {
        INFO(text);
        CHECK_FALSE(read_error<bytes>('"' + std::string(text) + '"').empty());
    }
    CHECK(read_error<bytes>("[1,2]") == "the body: expected bytes in base64, found an array (byte 0)");
    CHECK(read_error<bytes>(R"("Zg")") == "the body: expected bytes in base64, found another string (byte 0)");
}

TEST_CASE("an array of bytes has its length", "[codec][json]") {
    using id = std::array<std::byte, 4>;
    id const some{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{255}};
    CHECK(from_json_text<id>(text_of(some)) == some);
    CHECK(read_error<id>(R"("AAAA")") == "the body: expected 4 bytes in base64, found another string (byte 0)");
    CHECK(read_error<id>(R"("AAAAAAA=")") == "the body: expected 4 bytes in base64, found another string (byte 0)");
    CHECK(read_error<id>(R"("")") == "the body: expected 4 bytes in base64, found another string (byte 0)");
    CHECK(read_error<std::array<std::byte, 0>>(R"("")").empty());
}

TEST_CASE("random bytes survive", "[codec][json]") {
    dice random(4);
    for (std::size_t size = 0; size < 300; ++size) {
        bytes some(size);
        for (auto& byte : some) byte = static_cast<unsigned char>(random.next());
        if (from_json_text<bytes>(text_of(some)) != some) FAIL("lost " << size << " bytes");
    }
}
