// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Names, contracts and versions.
#include "fw_catch.hpp"

#include <fairway/contract.hpp>

#include <string>
#include <string_view>
#include <type_traits>

namespace bank {
struct iban {
    std::string text;
};
struct both {
    using contract = fairway::event<"bank.own">;
};
} // namespace bank

template <>
struct fairway::contract_for<bank::iban> : fairway::document<"bank.iban">::version<3, 4> {};
template <>
struct fairway::contract_for<bank::both> : fairway::event<"bank.foreign"> {};

namespace {

struct placed {
    using contract = fairway::event<"shop.placed">;
};
struct refused {
    using contract = fairway::document<"shop.refused">;
};
struct place {
    using contract = fairway::command<"shop.place", placed, refused>::version<2, 1>;
};
struct cancel {
    using contract = fairway::command<"shop.cancel">;
};
struct priced {
    using contract = fairway::event<"shop.priced">::version<7>;
};
struct stranger {};
struct text_contract {
    using contract = std::string;
};
class hidden {
    using contract = fairway::event<"hidden">;
};

using fairway::contract_of;
using fairway::message_kind;
using fairway::message_version;

static_assert(fairway::message<placed> && fairway::message<refused> && fairway::message<place>);
static_assert(fairway::message<bank::iban>);
static_assert(!fairway::message<stranger> && !fairway::message<text_contract> && !fairway::message<hidden>);
static_assert(!fairway::message<int> && !fairway::message<placed const*> && !fairway::message<placed&>);

static_assert(contract_of<placed>::kind == message_kind::event);
static_assert(contract_of<refused>::kind == message_kind::document);
static_assert(contract_of<place>::kind == message_kind::command);
static_assert(contract_of<bank::iban>::kind == message_kind::document);

static_assert(fairway::wire_name<place> == "shop.place");
static_assert(fairway::wire_name<bank::iban> == "bank.iban");
static_assert(fairway::wire_name<bank::both> == "bank.own", "a type's own contract goes first");

static_assert(contract_of<placed>::number == message_version{1, 0});
static_assert(contract_of<place>::number == message_version{2, 1});
static_assert(contract_of<priced>::number == message_version{7, 0});
static_assert(contract_of<bank::iban>::number == message_version{3, 4});

static_assert(std::is_same_v<contract_of<place>::replies, fairway::type_list<placed, refused>>);
static_assert(contract_of<cancel>::replies::size == 0);
static_assert(contract_of<placed>::replies::size == 0);
static_assert(contract_of<refused>::replies::size == 0);

} // namespace

TEST_CASE("a name is 1 to 100 of the characters that every broker takes") {
    CHECK(fairway::is_valid_name("a"));
    CHECK(fairway::is_valid_name("shop.place-order_2"));
    CHECK(fairway::is_valid_name("."));
    CHECK(fairway::is_valid_name(std::string(100, 'x')));
    CHECK_FALSE(fairway::is_valid_name(""));
    CHECK_FALSE(fairway::is_valid_name(std::string(101, 'x')));
    CHECK(fairway::is_valid_channel_name(std::string(100, 'c') + '.' + std::string(100, 'g') + ".dead"));
    CHECK_FALSE(fairway::is_valid_channel_name(std::string(207, 'x')));
    CHECK_FALSE(fairway::is_valid_channel_name(""));
    CHECK_FALSE(fairway::is_valid_channel_name("a b"));
    CHECK_FALSE(fairway::is_valid_name(std::string_view("a\0", 2)));
    std::string_view const allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    for (int c = 0; c < 256; ++c) {
        std::string const name = {'a', static_cast<char>(c), 'z'};
        INFO(c);
        CHECK(fairway::is_valid_name(name) == (allowed.find(static_cast<char>(c)) != std::string_view::npos));
    }
}

TEST_CASE("a literal as a template argument keeps its characters, zeros included") {
    constexpr fairway::fixed_string text("a\0b");
    CHECK(text.view() == std::string_view("a\0b", 3));
    CHECK(fairway::fixed_string("").view().empty());
}

TEST_CASE("versions compare by both numbers") {
    CHECK(message_version{1, 0} == message_version{});
    CHECK(message_version{1, 1} != message_version{1, 0});
    CHECK(message_version{2, 0} != message_version{1, 0});
}
