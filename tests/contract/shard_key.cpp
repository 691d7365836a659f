// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The ways in which a message says by what it is sharded.
#include "fw_catch.hpp"

#include <fairway/contract.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace bank {
// A type from elsewhere: no contract, no key of its own.
struct transfer {
    std::string iban;
};
struct deposit {
    std::string iban;
};
} // namespace bank

template <>
struct fairway::contract_for<bank::transfer> : fairway::command<"bank.transfer"> {
    static std::string const& shard_key(bank::transfer const& t) { return t.iban; }
};
template <>
struct fairway::contract_for<bank::deposit> : fairway::command<"bank.deposit"> {};

namespace {

enum class region : std::uint8_t { north = 1, south = 200 };
enum plain { first = -3 };

template <class Key>
struct keyed {
    using contract = fairway::event<"keyed">;
    Key value;
    Key shard_key() const { return value; }
};
struct by_reference {
    std::string value;
    std::string const& shard_key() const { return value; }
};
struct by_view {
    std::string value;
    std::string_view shard_key() const { return std::string_view(value).substr(1); }
};
struct by_literal {
    char const* shard_key() const { return "always"; }
};
struct by_text_field {
    int other = 1;
    std::string customer;
    static constexpr auto shard_key = &by_text_field::customer;
};
struct by_number_field {
    std::int64_t customer = 0;
    static constexpr auto shard_key = &by_number_field::customer;
};
struct by_enum_field {
    region where = region::north;
    static constexpr auto shard_key = &by_enum_field::where;
};
struct by_double_field {
    double weight = 0;
    static constexpr auto shard_key = &by_double_field::weight;
};
struct not_const {
    std::string shard_key() { return {}; }
};
struct static_text {
    static constexpr std::string_view shard_key = "not a key";
};
struct without {};

template <class M>
std::string key_of(M const& m) {
    return fairway::with_shard_key(m, [](std::string_view key) { return std::string(key); });
}

static_assert(!fairway::has_shard_key<without>);
static_assert(!fairway::has_shard_key<not_const>);
static_assert(!fairway::has_shard_key<static_text>);
static_assert(!fairway::has_shard_key<by_double_field>);
static_assert(!fairway::has_shard_key<keyed<double>>);
static_assert(!fairway::has_shard_key<keyed<bool>>);
static_assert(!fairway::has_shard_key<keyed<std::optional<int>>>);
static_assert(!fairway::has_shard_key<bank::deposit>);
static_assert(fairway::has_shard_key<bank::transfer>);

} // namespace

TEST_CASE("a key is text") {
    CHECK(key_of(keyed<std::string>{"k-1"}) == "k-1");
    CHECK(key_of(by_reference{"k-2"}) == "k-2");
    CHECK(key_of(by_view{"#k-3"}) == "k-3");
    CHECK(key_of(by_literal{}) == "always");
    CHECK(key_of(keyed<std::string>{""}).empty());
    CHECK(key_of(keyed<std::string>{std::string("a\0b", 3)}) == std::string("a\0b", 3));
}

TEST_CASE("a key is an integer, written in decimal") {
    CHECK(key_of(keyed<int>{0}) == "0");
    CHECK(key_of(keyed<int>{-7}) == "-7");
    CHECK(key_of(keyed<std::uint8_t>{255}) == "255");
    CHECK(key_of(keyed<std::int8_t>{-128}) == "-128");
    CHECK(key_of(keyed<std::uint64_t>{std::numeric_limits<std::uint64_t>::max()}) == "18446744073709551615");
    CHECK(key_of(keyed<std::int64_t>{std::numeric_limits<std::int64_t>::min()}) == "-9223372036854775808");
}

TEST_CASE("a key is an enum, by its number") {
    CHECK(key_of(keyed<region>{region::south}) == "200");
    CHECK(key_of(keyed<plain>{first}) == "-3");
}

TEST_CASE("a key is a field that the message points to") {
    by_text_field text;
    text.customer = "acme";
    CHECK(key_of(text) == "acme");
    by_number_field number;
    number.customer = -5;
    CHECK(key_of(number) == "-5");
    CHECK(key_of(by_enum_field{}) == "1");
}

TEST_CASE("the contract of a foreign type gives the key") { CHECK(key_of(bank::transfer{"DE02"}) == "DE02"); }

TEST_CASE("with_shard_key returns what the function returns") {
    by_reference const m{"k"};
    std::string kept;
    auto const keep = [&](std::string_view key) -> std::string& { return kept = std::string(key); };
    static_assert(std::is_same_v<decltype(fairway::with_shard_key(m, keep)), std::string&>);
    CHECK(&fairway::with_shard_key(m, keep) == &kept);
    CHECK(kept == "k");
}
