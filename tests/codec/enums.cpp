// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"
#include "helpers.hpp"

#include <map>

using namespace codec_tests;
using fairway::from_json_text;

namespace {

enum class status { placed, paid, shipped = 5, lost = -2 };
enum class tolerant : std::uint8_t { unknown, red, green };
enum class far_away : int { near = 1, far = 700 };
enum unscoped : int { unscoped_a, unscoped_b };
enum without_type { without_a, without_b };
enum class spelled { in_transit, at_door };
enum class wide : std::uint64_t { one = 1 };
enum class flag : bool { off, on };
enum class letter : char { a = 'a', z = 'z' };

} // namespace

template <>
struct fairway::enum_default<tolerant> {
    static constexpr tolerant value = tolerant::unknown;
};
template <>
struct fairway::enum_range<far_away> {
    static constexpr int first = 0, last = 1000;
};
template <>
struct fairway::enum_names<spelled> {
    static constexpr enum_name<spelled> value[] = {{spelled::in_transit, "in-transit"}, {spelled::at_door, "at door"}};
};
template <>
struct fairway::enum_names<without_type> {
    static constexpr enum_name<without_type> value[] = {{without_a, "a"}, {without_b, "b"}};
};

TEST_CASE("enums are written by name", "[codec][json]") {
    CHECK(text_of(status::placed) == R"("placed")");
    CHECK(text_of(status::shipped) == R"("shipped")");
    CHECK(text_of(status::lost) == R"("lost")");
    CHECK(text_of(far_away::far) == R"("far")");
    CHECK(text_of(unscoped_b) == R"("unscoped_b")");
    CHECK(text_of(without_b) == R"("b")");
    CHECK(text_of(spelled::at_door) == R"("at door")");
    CHECK(text_of(wide::one) == R"("one")");
    CHECK(text_of(flag::on) == R"("on")");
    CHECK(text_of(letter::z) == R"("z")");
    enum class local { here, there };
    CHECK(text_of(local::there) == R"("there")");
}

TEST_CASE("enums are read by name or number", "[codec][json]") {
    CHECK(from_json_text<status>(R"("shipped")") == status::shipped);
    CHECK(from_json_text<status>(R"("l\u006fst")") == status::lost);
    CHECK(from_json_text<status>("5") == status::shipped);
    CHECK(from_json_text<status>("-2") == status::lost);
    CHECK(from_json_text<far_away>("700") == far_away::far);
    CHECK(from_json_text<spelled>(R"("in-transit")") == spelled::in_transit);
    CHECK(from_json_text<without_type>("1") == without_b);
    CHECK(from_json_text<wide>("1") == wide::one);
    CHECK(from_json_text<flag>("1") == flag::on);
    CHECK(from_json_text<letter>("122") == letter::z);
    CHECK_FALSE(read_error<flag>("2").empty());
    CHECK_FALSE(read_error<letter>("353").empty()); // 256 more than 'a'
}

TEST_CASE("unknown enumerators are errors", "[codec][json]") {
    std::string const expected = "the body: expected one of lost, placed, paid, shipped, found ";
    CHECK(read_error<status>(R"("returned")") == expected + "a string (byte 0)");
    CHECK(read_error<status>("3") == expected + "3 (byte 0)");
    CHECK(read_error<status>("99999999999") == expected + "99999999999 (byte 0)");
    CHECK(read_error<status>("1.0") == expected + "1.0 (byte 0)");
    CHECK(read_error<status>("true") == expected + "true (byte 0)");
    CHECK(read_error<status>("null") == expected + "null (byte 0)");
    CHECK(read_error<status>(R"("Placed")") == expected + "a string (byte 0)");
    CHECK(read_error<wide>(R"("two")") == "the body: expected one, found a string (byte 0)");
}

TEST_CASE("a marked enumerator stands for unknown ones", "[codec][json]") {
    CHECK(from_json_text<tolerant>(R"("green")") == tolerant::green);
    CHECK(from_json_text<tolerant>(R"("blue")") == tolerant::unknown);
    CHECK(from_json_text<tolerant>("77") == tolerant::unknown);
    CHECK(from_json_text<tolerant>("777") == tolerant::unknown);
    CHECK(from_json_text<tolerant>("-1") == tolerant::unknown);
    CHECK_FALSE(read_error<tolerant>("1.5").empty());
    CHECK_FALSE(read_error<tolerant>("[]").empty());
    CHECK_FALSE(read_error<tolerant>("null").empty());
}

TEST_CASE("a value without a name is not written", "[codec][json]") {
    CHECK(write_error(static_cast<status>(3)) == "the message: expected an enumerator with a name, found 3");
    CHECK(write_error(holder<tolerant>{static_cast<tolerant>(9)}) ==
          "/value: expected an enumerator with a name, found 9");
}

TEST_CASE("enums may be the keys of maps", "[codec][json]") {
    std::map<status, int> const counts{{status::paid, 2}, {status::lost, 1}};
    CHECK(text_of(counts) == R"({"lost":1,"paid":2})");
    CHECK(from_json_text<std::map<status, int>>(text_of(counts)) == counts);
    CHECK(read_error<std::map<status, int>>(R"({"what":1})") ==
          "/*: expected one of lost, placed, paid, shipped as name, found another (byte 8)");
}
