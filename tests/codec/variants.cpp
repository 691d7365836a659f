// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"
#include "helpers.hpp"

#include <fairway/contract/message.hpp>

#include <variant>

using namespace codec_tests;
using fairway::from_json_text;

namespace {

struct card {
    std::string number;
};
struct transfer {
    using contract = fairway::document<"bank.transfer">;
    std::string iban;
};
struct voucher {
    static constexpr std::string_view json_name = "gift-voucher";
    int value{};
};

using payment = std::variant<card, transfer, voucher>;
using scalars = std::variant<std::monostate, bool, int, std::int64_t, std::uint8_t, double, std::string,
    std::chrono::milliseconds, std::vector<std::byte>>;

} // namespace

TEST_CASE("a variant says which alternative it holds", "[codec][json]") {
    CHECK(text_of(payment(card{"4711"})) == R"({"type":"card","value":{"number":"4711"}})");
    CHECK(text_of(payment(transfer{"DE1"})) == R"({"type":"bank.transfer","value":{"iban":"DE1"}})");
    CHECK(text_of(payment(voucher{5})) == R"({"type":"gift-voucher","value":{"value":5}})");
    CHECK(text_of(scalars(1)) == R"({"type":"int32","value":1})");
    CHECK(text_of(scalars(std::int64_t{1})) == R"({"type":"int64","value":1})");
    CHECK(text_of(scalars(std::uint8_t{1})) == R"({"type":"uint8","value":1})");
    CHECK(text_of(scalars(1.5)) == R"({"type":"double","value":1.5})");
    CHECK(text_of(scalars("x")) == R"({"type":"string","value":"x"})");
    CHECK(text_of(scalars(true)) == R"({"type":"bool","value":true})");
    CHECK(text_of(scalars()) == R"({"type":"none","value":null})");
    CHECK(text_of(scalars(std::chrono::milliseconds(3))) == R"({"type":"duration","value":"3ms"})");
    CHECK(text_of(scalars(std::vector<std::byte>(1))) == R"({"type":"bytes","value":"AA=="})");
}

TEST_CASE("a variant is read as the alternative it names", "[codec][json]") {
    for (auto const& value : {payment(card{"4711"}), payment(transfer{"DE1"}), payment(voucher{5})}) {
        auto const read = from_json_text<payment>(text_of(value));
        CHECK(read.index() == value.index());
        CHECK(survives(value));
    }
    CHECK(survives(scalars()));
    CHECK(survives(std::vector<payment>{card{"a"}, voucher{1}}));
}

TEST_CASE("a variant's members come in any order, and among others", "[codec][json]") {
    auto const read = from_json_text<std::vector<payment>>(
        R"([{"value":{"number":"1"},"x":[{}],"type":"card"}, {"y":1,"type":"gift-voucher","value":{"value":7}}])");
    CHECK(std::get<card>(read.at(0)).number == "1");
    CHECK(std::get<voucher>(read.at(1)).value == 7);
}

TEST_CASE("what is wrong with a variant is said where it is", "[codec][json]") {
    using in = holder<payment>;
    CHECK(read_error<in>(R"({"value":{"type":"cash","value":1}})") ==
          "/value/type: expected one of card, bank.transfer, gift-voucher, found another string (byte 17)");
    CHECK(read_error<in>(R"({"value":{"type":1,"value":1}})") ==
          "/value/type: expected one of card, bank.transfer, gift-voucher, found 1 (byte 17)");
    CHECK(read_error<in>(R"({"value":{"type":"card","value":{"number":5}}})") ==
          "/value/value/number: expected a string, found 5 (byte 42)");
    CHECK(read_error<in>(R"({"value":{"value":{"number":5},"type":"card"}})") ==
          "/value/value/number: expected a string, found 5 (byte 28)");
    CHECK(read_error<in>(R"({"value":{"value":{}}})") ==
          "/value/type: expected one of card, bank.transfer, gift-voucher, found nothing (byte 9)");
    CHECK(read_error<in>(R"({"value":{"type":"card"}})") == "/value/value: expected a value, found nothing (byte 9)");
    CHECK(read_error<in>(R"({"value":{"type":"card","type":"card","value":{}}})") ==
          "/value/type: expected every name once, found one twice (byte 31)");
    CHECK(read_error<in>(R"({"value":{"type":"card","value":{"number":""},"value":{}}})") ==
          "/value/value: expected every name once, found one twice (byte 54)");
    CHECK(read_error<in>(R"({"value":{"value":1,"value":2,"type":"card"}})") ==
          "/value/value: expected every name once, found one twice (byte 28)");
    CHECK(read_error<payment>("[]") == "the body: expected an object, found an array (byte 0)");
    CHECK(read_error<scalars>(R"({"type":"none","value":1})") == "/value: expected null, found 1 (byte 23)");
}

TEST_CASE("a variant that lost its value is not written", "[codec][json]") {
    struct breaker {
        operator int() const { throw std::runtime_error("no value"); }
    };
    std::variant<std::string, int> broken = "a string that is too long to be held without an allocation";
    CHECK_THROWS_AS(broken.emplace<1>(breaker{}), std::runtime_error);
    if (broken.valueless_by_exception())
        CHECK(write_error(broken) == "the message: expected a value, found a variant that lost its own");
}
