// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "code_of.hpp"
#include "fw_catch.hpp"
#include "samples.hpp"

#include <array>
#include <string>

using namespace samples;
using fairway::errc;

TEST_CASE("fields lie in bytes as the specification says") {
    std::string bytes;
    wire_writer to(bytes);
    to.put(std::uint8_t{0x12});
    to.put(std::uint16_t{0x1234});
    to.put(std::uint32_t{0x12345678});
    to.put(std::uint64_t{0x123456789abcdef0});
    to.put(std::string_view("short"));
    to.put(long_text{"long"});
    to.put(timestamp{0x1122334455667788});
    to.put(reply_code::not_found);
    to.put(method_id{60, 40});
    CHECK(bytes ==
          hex("12 1234 12345678 123456789abcdef0 05 73686f7274 00000004 6c6f6e67 1122334455667788 0194 003c0028"));

    wire_reader in(bytes);
    CHECK(in.number<std::uint8_t>() == 0x12);
    CHECK(in.number<std::uint16_t>() == 0x1234);
    CHECK(in.number<std::uint32_t>() == 0x12345678);
    CHECK(in.number<std::uint64_t>() == 0x123456789abcdef0);
    CHECK(in.short_text() == "short");
    CHECK(in.long_bytes() == "long");
    CHECK(timestamp::read(in) == timestamp{0x1122334455667788});
    reply_code code{};
    in.get(code);
    CHECK(code == reply_code::not_found);
    CHECK(method_id::read(in) == method_id{60, 40});
    CHECK(in.rest().empty());
}

TEST_CASE("flags share octets until something else comes") {
    std::string bytes;
    wire_writer to(bytes);
    std::array<bool, 11> const flags{true, false, true, false, false, false, false, true, true, false, true};
    for (bool const f : flags) to.put(f);
    to.put(std::uint8_t{7});
    to.put(true);
    to.put(std::string_view("x"));
    to.put(false);
    to.put(true);
    CHECK(bytes == hex("85 05 07 01 0178 02"));

    wire_reader in(bytes);
    bool flag = false;
    for (bool const f : flags) {
        in.get(flag);
        CHECK(flag == f);
    }
    CHECK(in.number<std::uint8_t>() == 7);
    in.get(flag);
    CHECK(flag);
    CHECK(in.short_text() == "x");
    in.get(flag);
    CHECK_FALSE(flag);
    in.get(flag);
    CHECK(flag);
    CHECK(in.rest().empty());
    CHECK(refusal([] {
        bool none = false;
        wire_reader("").get(none);
    }) == reply_code::syntax_error);
}

TEST_CASE("a text that does not fit its field is not written") {
    std::string bytes;
    wire_writer to(bytes);
    std::string const longest(255, 'a');
    to.put(std::string_view(longest));
    CHECK(wire_reader(bytes).short_text() == longest);
    std::string const longer(256, 'a');
    CHECK(code_of([&] { to.put(std::string_view(longer)); }) == errc::too_large);
    CHECK(bytes.size() == 256);
}

TEST_CASE("the codes of a channel leave the connection open") {
    for (auto const code : {reply_code::content_too_large, reply_code::access_refused, reply_code::not_found,
             reply_code::resource_locked, reply_code::precondition_failed})
        CHECK(is_of_channel(code));
    for (auto const code : {reply_code::connection_forced, reply_code::invalid_path, reply_code::frame_error,
             reply_code::syntax_error, reply_code::command_invalid, reply_code::channel_error,
             reply_code::unexpected_frame, reply_code::resource_error, reply_code::not_allowed,
             reply_code::not_implemented, reply_code::internal_error})
        CHECK_FALSE(is_of_channel(code));
}
