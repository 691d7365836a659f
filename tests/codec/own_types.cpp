// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"
#include "helpers.hpp"

#include <map>

using namespace codec_tests;
using fairway::from_json_text;

namespace {

class money { // no aggregate: it has no fields to go by
public:
    money() = default;
    explicit money(std::int64_t cents) : cents_(cents) {}
    std::int64_t cents() const { return cents_; }

private:
    std::int64_t cents_ = 0;
};

struct point {
    double x{};
    double y{};
};

class bag {
public:
    std::map<std::string, std::string> raw;
    int size = 0;
};

struct shop {
    money price;
    std::optional<money> discount;
    std::vector<point> outline;
    std::variant<money, int> either;
    static constexpr auto defaulted = fairway::fields("outline", "either");
};

} // namespace

// As one value.
template <>
struct fairway::json_as<money> {
    static constexpr std::string_view expected = "an amount such as 12.50";
    static constexpr std::string_view name = "money";

    static void write(json_writer& out, money const& value) {
        auto const cents = std::to_string(value.cents() % 100);
        out.string(std::to_string(value.cents() / 100) + (cents.size() < 2 ? ".0" : ".") + cents);
    }
    static void read(json_reader& in, money& value) {
        char const* const where = in.position();
        auto const text = in.string();
        auto const point = text.find('.');
        if (point == text.npos || text.size() != point + 3) in.fail_at(where, expected);
        value = money(
            from_json_text<int>(text.substr(0, point)) * 100 + (text[point + 1] - '0') * 10 + text[point + 2] - '0');
    }
};

// As an array.
template <>
struct fairway::json_as<point> {
    static void write(json_writer& out, point const& value) {
        out.begin_array();
        for (double const part : {value.x, value.y}) {
            out.element();
            out.number(part);
        }
        out.end_array();
    }
    static void read(json_reader& in, point& value) {
        char const* const where = in.position();
        in.begin_array();
        for (double* const part : {&value.x, &value.y}) {
            if (!in.next_element()) in.fail_at(where, "two numbers");
            *part = in.floating<double>();
        }
        if (in.next_element()) in.fail_at(where, "two numbers");
    }
};

// As an object, with the text of what it does not know.
template <>
struct fairway::json_as<bag> {
    static void write(json_writer& out, bag const& value) {
        out.begin_object();
        out.key("size");
        out.write(value.size);
        for (auto const& [name, text] : value.raw) {
            out.key(name);
            out.json(text);
        }
        out.key("end");
        out.null();
        out.end_object();
    }
    static void read(json_reader& in, bag& value) {
        in.begin_object();
        for (std::string_view name; in.next_key(name);) {
            if (name == "size") {
                in.read(value.size);
            } else if (name == "end") {
                if (!in.null()) in.fail("null");
            } else {
                std::string const key(name);
                value.raw[key] = in.raw();
            }
        }
    }
};

TEST_CASE("a type may say how it is written and read", "[codec][json]") {
    shop const some{money(1250), money(5), {{1, 2.5}, {0, -1}}, money(100)};
    CHECK(text_of(some) ==
          R"({"price":"12.50","discount":"0.05","outline":[[1,2.5],[0,-1]],"either":{"type":"money","value":"1.00"}})");
    CHECK(survives(some));
}

TEST_CASE("errors of such types are placed as others are", "[codec][json]") {
    CHECK(read_error<shop>("{}") == "/price: expected an amount such as 12.50, found nothing (byte 0)");
    CHECK(read_error<shop>(R"({"price":"12"})") == "/price: expected an amount such as 12.50, found a string (byte 9)");
    CHECK(read_error<shop>(R"({"price":12})") == "/price: expected a string, found 12 (byte 9)");
    CHECK(read_error<shop>(R"({"price":"1.00","outline":[[1,2],[3]]})") ==
          "/outline/1: expected two numbers, found an array (byte 33)");
    CHECK(read_error<shop>(R"({"price":"1.00","outline":[[1,2,3]]})") ==
          "/outline/0: expected two numbers, found an array (byte 27)");
}

TEST_CASE("such a type may walk through an object", "[codec][json]") {
    auto const read = from_json_text<bag>(R"({ "a" : [1, {"b":"\u00e4"}] ,"size":3,"end": null, "c": "d" })");
    CHECK(read.size == 3);
    CHECK(read.raw.at("a") == R"([1, {"b":"\u00e4"}])");
    CHECK(read.raw.at("c") == R"("d")");
    CHECK(text_of(read) == R"({"size":3,"a":[1, {"b":"\u00e4"}],"c":"d","end":null})");
    CHECK(read_error<bag>(R"({"x":{"y":[}})") == "/x/*/0: expected a value, found '}' (byte 11)");
    CHECK(from_json_text<bag>("{}").raw.empty());
}
