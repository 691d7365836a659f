// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "code_of.hpp"
#include "fw_catch.hpp"

#include <fairway/transport/tcp/permissions.hpp>

using namespace fairway;

namespace {

std::string refused(std::string_view text) {
    try {
        permissions::parse(text);
    } catch (system_error const& e) {
        REQUIRE(e.code() == errc::invalid_argument);
        return e.what();
    }
    return "";
}

} // namespace

TEST_CASE("permissions: without rules everybody may everything", "[tcp][permissions]") {
    permissions const none;
    CHECK(none.size() == 0);
    CHECK(none.may_send("checkout", "orders"));
    CHECK(none.may_receive("", "orders", "billing"));
}

TEST_CASE("permissions: with rules, what none of them allows is denied", "[tcp][permissions]") {
    auto const rules = permissions::parse("# the shop\n"
                                          "checkout: send orders, receive orders.events\r\n"
                                          "\n"
                                          "  billing : receive audit.* , receive orders.events as billing\n"
                                          "billing: send payments*\n"
                                          "spiffe://example.com/ops: send *, receive * as ops.*\n"
                                          "*: receive public.*\n");
    CHECK(rules.size() == 8);
    CHECK(rules.may_send("checkout", "orders"));
    CHECK(rules.may_receive("checkout", "orders.events", "any"));
    CHECK_FALSE(rules.may_receive("checkout", "orders", "any"));
    CHECK_FALSE(rules.may_send("checkout", "orders.events"));
    CHECK_FALSE(rules.may_send("checkout", "order"));
    CHECK_FALSE(rules.may_send("checkout", "orders2"));
    CHECK_FALSE(rules.may_send("checkout", "Orders"));
    CHECK_FALSE(rules.may_send("checkout", ""));
    CHECK_FALSE(rules.may_send("Checkout", "orders"));

    CHECK(rules.may_receive("billing", "orders.events", "billing"));
    CHECK_FALSE(rules.may_receive("billing", "orders.events", "inventory"));
    CHECK_FALSE(rules.may_receive("billing", "orders.events", "billing2"));
    CHECK_FALSE(rules.may_receive("billing", "orders.events", ""));
    CHECK(rules.may_receive("billing", "audit.", "any"));
    CHECK(rules.may_receive("billing", "audit.log", "any"));
    CHECK_FALSE(rules.may_receive("billing", "audit", "any"));
    CHECK(rules.may_send("billing", "payments"));
    CHECK(rules.may_send("billing", "payments.eu"));
    CHECK_FALSE(rules.may_send("billing", "payment"));

    CHECK(rules.may_send("spiffe://example.com/ops", "anything"));
    CHECK(rules.may_receive("spiffe://example.com/ops", "anything", "ops.night"));
    CHECK_FALSE(rules.may_receive("spiffe://example.com/ops", "anything", "billing"));

    // Everybody who is somebody.
    CHECK(rules.may_receive("stranger", "public.news", "any"));
    CHECK(rules.may_receive("checkout", "public.news", "any"));
    CHECK_FALSE(rules.may_send("stranger", "public.news"));
    CHECK_FALSE(rules.may_receive("", "public.news", "any"));
    CHECK_FALSE(rules.may_receive("*", "public.news", "any"));
    CHECK_FALSE(rules.may_send("", "orders"));
}

TEST_CASE("permissions: what is wrong with a text is said with its line", "[tcp][permissions]") {
    std::string const principal = "the name is not 1 to 256 printable ASCII characters";
    std::string const line = "a line is principal: send channel, receive channel as group";
    std::string const channel = "behind send or receive comes the name of a channel, a prefix and *, or * for all";
    std::string const group = "behind as comes the name of a group, a prefix and *, or * for all of them";
    std::vector<std::pair<std::string, std::string>> const cases{
        {"checkout", line},
        {"checkout send orders", line},
        {"a:b:c", line},
        {":send orders", line},
        {": send orders", line},
        {"two words: send orders", principal},
        {"check*: send orders", principal},
        {"\xc3\xa9: send orders", principal},
        {std::string(257, 'u') + ": send orders", principal},
        {"checkout:", "a permission is missing"},
        {"checkout: ", "a permission is missing"},
        {"checkout: send orders,", "a permission is missing"},
        {"checkout: , send orders", "a permission is missing"},
        {"checkout: deny orders", "a permission begins with send or receive"},
        {"checkout: Send orders", "a permission begins with send or receive"},
        {"checkout: send", channel},
        {"checkout: send a*b", channel},
        {"checkout: send **", channel},
        {"checkout: send *.events", channel},
        {"checkout: send or/ders", channel},
        {"checkout: send " + std::string(207, 'c'), channel},
        {"checkout: receive orders as " + std::string(101, 'g'), group},
        {"checkout: send orders receive events", "permissions are separated by commas"},
        {"checkout: send orders; receive events", channel},
        {"checkout: send orders as billing", "as names a group to receive in"},
        {"checkout: receive orders as", group},
        {"checkout: receive orders as b*d", group},
        {"checkout: receive orders as billing too", "permissions are separated by commas"},
        {"checkout: send " + std::string(2050, 'c'), "it is longer than 2048 bytes"},
    };
    for (auto const& [text, why] : cases) {
        auto const error = refused("ok: send orders\n#\n" + text + "\nnonsense");
        INFO(text << "\n" << error);
        CHECK(error.starts_with("permissions, line 3: " + why));
    }
    auto const dead = std::string(100, 'c') + '.' + std::string(100, 'g') + ".dead";
    CHECK(permissions::parse("checkout: send " + dead).may_send("checkout", dead));
    for (char const* const empty : {"", "\n\n", "# checkout: send orders\n"})
        CHECK(refused(empty).starts_with("permissions: there is no rule"));
    CHECK(refused(std::string(permissions::most_bytes + 1, '\n')).starts_with("permissions: more than 1048576 bytes"));
    std::string many;
    for (std::size_t i = 0; i < permissions::most; ++i) many += "a: send b\n";
    CHECK(permissions::parse(many).size() == permissions::most);
    CHECK(refused(many + "a: send b").starts_with("permissions, line 10001: there are more than 10000 rules"));
    CHECK(code_of([] { permissions::load("/nowhere/permissions"); }) == errc::invalid_argument);
}
