// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"

#include <fairway/codec/fields.hpp>

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

using namespace fairway::detail;

namespace {

struct empty {};

struct nested {
    std::array<std::string, 3> names; // g++ 12 does not survive PFR's own count of this
    int number;
};

struct of_all_sorts {
    nested first;
    std::string text;
    std::vector<nested> list;
    std::optional<std::string> maybe_text;
    std::optional<std::vector<int>> maybe_list;
    std::variant<std::monostate, int, std::string> either;
    std::chrono::sys_time<std::chrono::milliseconds> when;
    std::chrono::year_month_day date;
    std::map<std::string, std::vector<nested>> map;
    std::set<int> set;
    std::array<std::byte, 16> bytes;
    std::unique_ptr<int> move_only;
    empty nothing;
    bool flag;
    double trailing_;
};

struct tree {
    std::string name;
    std::vector<tree> children;
};

struct annotated {
    int first;
    int class_;
    static constexpr auto defaulted = fairway::fields("first");
    static constexpr auto json_names = fairway::renamed("class_", "class");
};

} // namespace

TEST_CASE("fields are counted", "[codec][fields]") {
    STATIC_REQUIRE(field_count<empty> == 0);
    STATIC_REQUIRE(field_count<nested> == 2);
    STATIC_REQUIRE(field_count<of_all_sorts> == 15);
    STATIC_REQUIRE(field_count<tree> == 2);
    STATIC_REQUIRE(field_count<annotated> == 2);
}

TEST_CASE("fields have their names", "[codec][fields]") {
    STATIC_REQUIRE(field_names<nested> == std::array<std::string_view, 2>{"names", "number"});
    STATIC_REQUIRE(field_names<tree> == std::array<std::string_view, 2>{"name", "children"});
    constexpr auto& names = field_names<of_all_sorts>;
    STATIC_REQUIRE(names.front() == "first");
    STATIC_REQUIRE(names[5] == "either");
    STATIC_REQUIRE(names.back() == "trailing_");
}

TEST_CASE("a local struct has fields, too", "[codec][fields]") {
    struct local {
        int one;
        std::string two;
    };
    STATIC_REQUIRE(field_names<local> == std::array<std::string_view, 2>{"one", "two"});
}

TEST_CASE("fields are reached by their index", "[codec][fields]") {
    nested object{{"a", "b", "c"}, 4};
    field<1>(object) = 5;
    CHECK(object.number == 5);
    CHECK(&field<0>(object) == &object.names);
    STATIC_REQUIRE(std::is_same_v<field_type<nested, 1>, int>);
}

TEST_CASE("a struct may rename and default its fields", "[codec][fields]") {
    STATIC_REQUIRE(field_names<annotated> == std::array<std::string_view, 2>{"first", "class_"});
    STATIC_REQUIRE(wire_names<annotated> == std::array<std::string_view, 2>{"first", "class"});
    STATIC_REQUIRE(is_listed_defaulted<annotated, 0>());
    STATIC_REQUIRE_FALSE(is_listed_defaulted<annotated, 1>());
}

TEST_CASE("sets of fields know when they are full", "[codec][fields]") {
    field_set<0> const none;
    CHECK(none.full());
    field_set<64> word;
    for (std::size_t i = 0; i < 64; ++i) {
        CHECK_FALSE(word.full());
        CHECK_FALSE(word.has(i));
        word.add(i);
    }
    CHECK(word.full());
    field_set<100> a;
    field_set<100> b;
    for (std::size_t i = 0; i < 100; ++i) (i % 3 == 0 ? a : b).add(i);
    CHECK_FALSE(a.full());
    CHECK((a | b).full());
    CHECK(a.has(99));
    CHECK_FALSE(b.has(99));
}
