// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"
#include "helpers.hpp"

#include <array>
#include <deque>
#include <limits>
#include <list>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

using namespace codec_tests;
using fairway::from_json_text;

namespace {

struct line {
    std::string sku;
    std::int64_t qty{};
    double price{};
};

struct order {
    std::string id;
    std::optional<std::string> note;
    bool gift{};
    std::vector<line> lines;
    std::optional<line> bonus;
};

struct only_optionals {
    std::optional<int> a;
    std::optional<int> b;
    std::optional<int> c;
};

struct empty {};

struct tree {
    std::string name;
    std::vector<tree> children;
};

// As many fields as there may be.
struct hundred {
    int a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5, c6, c7,
        c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1, f2, f3, f4, f5,
        f6, f7, f8, f9, g0, g1, g2, g3, g4, g5, g6, g7, g8, g9, h0, h1, h2, h3, h4, h5, h6, h7, h8, h9, i0, i1, i2, i3,
        i4, i5, i6, i7, i8, i9, j0, j1, j2, j3, j4, j5, j6, j7, j8, j9;
};

} // namespace

TEST_CASE("a struct becomes an object of its fields", "[codec][json]") {
    order const full{"o-1", "be quick", true, {{"tea", 2, 19.99}, {"cup", -1, 5}}, line{"spoon", 1, 0}};
    CHECK(text_of(full) == R"({"id":"o-1","note":"be quick","gift":true,"lines":[{"sku":"tea","qty":2,"price":19.99},)"
                           R"({"sku":"cup","qty":-1,"price":5}],"bonus":{"sku":"spoon","qty":1,"price":0}})");
    CHECK(survives(full));
    order const bare{"o-2", {}, false, {}, {}};
    CHECK(text_of(bare) == R"({"id":"o-2","gift":false,"lines":[]})");
    CHECK(survives(bare));
}

TEST_CASE("a struct without fields becomes an empty object", "[codec][json]") {
    CHECK(text_of(empty{}) == "{}");
    CHECK(read_error<empty>("{}").empty());
    CHECK(read_error<empty>(R"({"more":[1,{}]})").empty());
    CHECK(read_error<empty>("[]") == "the body: expected an object, found an array (byte 0)");
}

TEST_CASE("empty optionals leave no comma behind", "[codec][json]") {
    CHECK(text_of(only_optionals{}) == "{}");
    CHECK(text_of(only_optionals{1, {}, {}}) == R"({"a":1})");
    CHECK(text_of(only_optionals{{}, 2, {}}) == R"({"b":2})");
    CHECK(text_of(only_optionals{{}, {}, 3}) == R"({"c":3})");
    CHECK(text_of(only_optionals{1, {}, 3}) == R"({"a":1,"c":3})");
    CHECK(text_of(only_optionals{{}, 2, 3}) == R"({"b":2,"c":3})");
    CHECK(from_json_text<only_optionals>(R"({"c":3,"a":null})").c == 3);
}

TEST_CASE("containers become arrays", "[codec][json]") {
    CHECK(text_of(std::vector<int>{1, 2, 3}) == "[1,2,3]");
    CHECK(text_of(std::vector<int>{}) == "[]");
    CHECK(text_of(std::deque<std::string>{"a", ""}) == R"(["a",""])");
    CHECK(text_of(std::list<bool>{true, false}) == "[true,false]");
    CHECK(text_of(std::vector<bool>{true, false}) == "[true,false]");
    CHECK(text_of(std::set<int>{3, 1}) == "[1,3]");
    CHECK(text_of(std::array<std::string, 2>{"x", "y"}) == R"(["x","y"])");
    CHECK(text_of(std::vector<std::vector<int>>{{1}, {}, {2, 3}}) == "[[1],[],[2,3]]");
    CHECK(text_of(std::vector<std::optional<int>>{1, {}, 3}) == "[1,null,3]");

    CHECK(from_json_text<std::vector<bool>>("[true, false ]") == std::vector<bool>{true, false});
    CHECK(from_json_text<std::set<int>>("[3,1,3]") == std::set<int>{1, 3});
    CHECK(from_json_text<std::unordered_set<std::string>>(R"(["b","a"])") == std::unordered_set<std::string>{"a", "b"});
    CHECK(from_json_text<std::array<int, 3>>(" [ 1 ,2,\n3 ] ") == std::array<int, 3>{1, 2, 3});
    CHECK(from_json_text<std::array<int, 0>>("[]").empty());
    CHECK(from_json_text<std::vector<std::optional<int>>>("[1,null]") == std::vector<std::optional<int>>{1, {}});
    CHECK(survives(std::vector<std::vector<std::string>>(20, {"a", "b"})));
}

TEST_CASE("maps become objects", "[codec][json]") {
    CHECK(text_of(std::map<std::string, int>{{"b", 2}, {"a \"1\"", 1}}) == R"({"a \"1\"":1,"b":2})");
    CHECK(text_of(std::map<int, std::string>{{-3, "x"}}) == R"({"-3":"x"})");
    CHECK(text_of(std::map<std::string, int>{}) == "{}");
    CHECK(survives(std::map<std::string, std::map<std::string, std::vector<int>>>{{"x", {{"y", {1}}, {"z", {}}}}}));
    using counts = std::unordered_map<std::uint8_t, int>;
    CHECK(from_json_text<counts>(R"({"255":1,"0":2})") == counts{{255, 1}, {0, 2}});
    CHECK(
        read_error<counts>(R"({"256":1})") == "/*: expected an integer from 0 to 255 as name, found another (byte 7)");
    CHECK(read_error<counts>(R"({"01":1})") == "/*: expected an integer from 0 to 255 as name, found another (byte 6)");
    CHECK(read_error<counts>(R"({"1":1, "1":1})") == "/*: expected every name once, found one twice (byte 12)");
}

TEST_CASE("a type may contain itself", "[codec][json]") {
    tree const root{"root", {{"left", {}}, {"right", {{"leaf", {}}}}}};
    CHECK(text_of(root) == R"({"name":"root","children":[{"name":"left","children":[]},)"
                           R"({"name":"right","children":[{"name":"leaf","children":[]}]}]})");
    CHECK(survives(root));
}

TEST_CASE("a hundred fields are not too many", "[codec][json]") {
    hundred many{};
    many.a0 = 1;
    many.g3 = 2;
    many.j9 = 3;
    auto const text = text_of(many);
    auto const again = from_json_text<hundred>(text);
    CHECK(again.a0 + again.g3 * 10 + again.j9 * 100 == 321);
    auto backwards = std::string(text);
    backwards.replace(backwards.find("\"j9\":3"), 6, "\"j9\":4").replace(backwards.find("\"a0\":1"), 6, "\"j8\":1");
    CHECK_THROWS_AS(from_json_text<hundred>(backwards), fairway::decode_error);
    auto without = std::string(text);
    without.erase(without.find(",\"g3\":2"), 7);
    CHECK(read_error<hundred>(without) ==
          "/g3: expected an integer from -2147483648 to 2147483647, found nothing (byte 0)");
}

TEST_CASE("what a value held before is replaced", "[codec][json]") {
    order target{"old", "old", true, {{"old", 1, 1}}, line{}};
    fairway::json_codec::decode(R"({"id":"new","note":null,"gift":false,"lines":[]})", target);
    CHECK(target.id == "new");
    CHECK_FALSE(target.note);
    CHECK(target.lines.empty());
    CHECK(target.bonus); // absent: untouched
}

TEST_CASE("the text replaces what the string held", "[codec][json]") {
    std::string out(100'000, 'x');
    fairway::to_json_text(std::vector<int>{1}, out);
    CHECK(out == "[1]");
    fairway::json_codec::encode(order{"o", {}, true, {}, {}}, out);
    CHECK(out == R"({"id":"o","gift":true,"lines":[]})");
    for (std::size_t const n : {0u, 1u, 7u, 8u, 9u, 500u, 509u, 510u, 511u, 512u, 513u, 1023u, 5000u, 100'000u}) {
        std::string const text(n, 'a');
        fairway::to_json_text(text, out);
        CHECK(out == '"' + text + '"');
        CHECK(from_json_text<std::string>(out) == text);
    }
}
