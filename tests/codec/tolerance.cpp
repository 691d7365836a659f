// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Which fields a body may lack, and what else it may hold.
#include "fw_catch.hpp"
#include "helpers.hpp"

#include <limits>
#include <map>

using namespace codec_tests;
using fairway::from_json_text;

namespace {

struct limits {
    int low = 0;
    int high = 0;
};

struct place_order {
    std::string sku;
    int quantity = 1;
    std::string currency = "EUR";
    bool gift = false;
    std::string note;
    std::vector<int> tags{1, 2};
    limits range{3, 4};
    std::optional<int> priority = 5;
    double rate = std::numeric_limits<double>::quiet_NaN();
    static constexpr auto defaulted = fairway::fields("gift", "note");
};

struct strict {
    std::string sku;
    limits range;
    std::optional<int> opt;
};

struct renamed {
    int class_ = 0;
    std::string order_id;
    static constexpr auto json_names = fairway::renamed("class_", "class", "order_id", "orderId");
};

} // namespace

TEST_CASE("fields with a default may be absent", "[codec][json]") {
    auto const order = from_json_text<place_order>(R"({"sku":"tea"})");
    CHECK(order.sku == "tea");
    CHECK(order.quantity == 1);
    CHECK(order.currency == "EUR");
    CHECK_FALSE(order.gift);
    CHECK(order.note.empty());
    CHECK(order.tags == std::vector<int>{1, 2});
    CHECK(order.range.high == 4);
    CHECK(order.priority == 5);
}

TEST_CASE("a default gives way to what is there", "[codec][json]") {
    auto const order =
        from_json_text<place_order>(R"({"tags":[],"sku":"tea","priority":null,"quantity":0,"gift":true})");
    CHECK(order.tags.empty());
    CHECK_FALSE(order.priority);
    CHECK(order.quantity == 0);
    CHECK(order.gift);
}

TEST_CASE("other fields have to be there", "[codec][json]") {
    CHECK(read_error<place_order>("{}") == "/sku: expected a string, found nothing (byte 0)");
    CHECK(read_error<strict>(R"({"sku":"a"})") == "/range: expected an object, found nothing (byte 0)");
    CHECK(read_error<strict>(R"({"sku":"a","range":{"low":1}})") ==
          "/range/high: expected an integer from -2147483648 to 2147483647, found nothing (byte 19)");
    CHECK(read_error<strict>(R"({"range":{"high":1,"low":2},"opt":1})") ==
          "/sku: expected a string, found nothing (byte 0)");
    CHECK(read_error<std::vector<strict>>(R"([ {"sku":"a","range":{"high":1,"low":2}}, {}])") ==
          "/1/sku: expected a string, found nothing (byte 42)");
}

TEST_CASE("null is no value of other fields", "[codec][json]") {
    CHECK(read_error<strict>(R"({"sku":null})") == "/sku: expected a string, found null (byte 7)");
    CHECK(read_error<place_order>(R"({"sku":"tea","quantity":null})") ==
          "/quantity: expected an integer from -2147483648 to 2147483647, found null (byte 24)");
}

TEST_CASE("unknown fields are passed over, wherever they are", "[codec][json]") {
    auto const order = from_json_text<strict>(R"( {"zero":0,"sku":"tea","deep":{"a":[1,{"b":null}],"sku":"no"},
        "range":{"low":1,"middle":true,"high":2}, "last":"\u00e4" } )");
    CHECK(order.sku == "tea");
    CHECK(order.range.high == 2);
}

TEST_CASE("unknown fields are checked nevertheless", "[codec][json]") {
    CHECK(read_error<strict>(R"({"what":[1,]})") == "/*/1: expected a value, found ']' (byte 11)");
    CHECK(read_error<strict>(R"({"what":{"x":01}})") == "/*/*: expected ',' or '}', found 1 (byte 14)");
    CHECK(read_error<strict>(R"({"what":nul})") == "/*: expected a value, found something else (byte 8)");
}

TEST_CASE("a field is given once", "[codec][json]") {
    CHECK(read_error<limits>(R"({"low":1,"high":2,"low":1})") ==
          "/low: expected every name once, found one twice (byte 24)");
    CHECK(read_error<limits>(R"({"low":1,"low":2,"high":1})") ==
          "/low: expected every name once, found one twice (byte 15)");
    CHECK(read_error<limits>(R"({"high":1,"high":2,"low":1})") ==
          "/high: expected every name once, found one twice (byte 17)");
    CHECK(read_error<limits>(R"({"x":1,"x":2,"high":2,"low":1})").empty()); // unknown: not ours to judge
}

TEST_CASE("fields come in any order, with any space and spelling", "[codec][json]") {
    for (auto const* text : {R"({"low":1,"high":2})", R"({"high":2,"low":1})", R"({ "low" : 1 , "high" : 2 })",
             "{\n\t\"high\":\r2,\n\t\"low\": 1\n}", R"({"\u006cow":1,"h\u0069gh":2})"}) {
        auto const read = from_json_text<limits>(text);
        CHECK(read.low == 1);
        CHECK(read.high == 2);
    }
}

TEST_CASE("names on the wire may differ from those in C++", "[codec][json]") {
    CHECK(text_of(renamed{1, "o"}) == R"({"class":1,"orderId":"o"})");
    CHECK(from_json_text<renamed>(R"({"class":1,"orderId":"o"})").order_id == "o");
    CHECK(read_error<renamed>(R"({"class_":1,"orderId":"o"})") ==
          "/class: expected an integer from -2147483648 to 2147483647, found nothing (byte 0)");
}
