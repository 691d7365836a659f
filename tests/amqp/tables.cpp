// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "allocations.hpp"
#include "code_of.hpp"
#include "fw_catch.hpp"
#include "samples.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace samples;
using fairway::errc;

namespace {

// The field of a table: its size and its elements.
std::string field(std::string_view elements) {
    std::string bytes;
    wire_writer(bytes).put(long_text{elements});
    return bytes;
}
table_view read_table(std::string_view bytes) {
    wire_reader in(bytes);
    auto const table = table_view::read(in);
    CHECK(in.rest().empty());
    return table;
}
value_view value_of(std::string_view bytes) {
    wire_reader in(bytes);
    return value_view::read(in);
}

} // namespace

TEST_CASE("each type of a table has RabbitMQ's letter and bytes") {
    std::string const expected = hex("01 74 74 01"
                                     "01 62 62 fe"
                                     "01 42 42 fe"
                                     "01 73 73 fffe"
                                     "01 75 75 fffe"
                                     "01 49 49 fffffffe"
                                     "01 69 69 fffffffe"
                                     "01 6c 6c fffffffffffffffe"
                                     "01 66 66 3fc00000"
                                     "01 64 64 bff8000000000000"
                                     "01 44 44 02 0000013a"
                                     "01 53 53 00000004 74657874"
                                     "01 78 78 00000002 00ff"
                                     "01 54 54 000000006b042ac0"
                                     "01 56 56"
                                     "01 46 46 00000020 05 636f756e74 6c 0000000000000003"
                                     "                  05 7175657565 53 00000006 6f7264657273"
                                     "01 41 41 0000002f 46 00000020 05 636f756e74 6c 0000000000000003"
                                     "                              05 7175657565 53 00000006 6f7264657273"
                                     "                  53 00000004 74657874 56");
    auto const bytes = table_of_all();
    CHECK(bytes == expected);
    for (auto const& [name, value] : table_view(bytes)) CHECK(name == std::string(1, value.type));
}

TEST_CASE("values are read as what they are, and as nothing else") {
    auto const bytes = field(table_of_all());
    auto const t = read_table(bytes);
    auto const at = [&](std::string_view name) {
        auto const found = find(t, name);
        REQUIRE(found);
        return *found;
    };
    CHECK(at("t").flag() == true);
    CHECK(at("b").integer() == -2);
    CHECK(at("B").integer() == 254);
    CHECK(at("s").integer() == -2);
    CHECK(at("u").integer() == 65534);
    CHECK(at("I").integer() == -2);
    CHECK(at("i").integer() == 4294967294);
    CHECK(at("l").integer() == -2);
    CHECK(at("f").real() == 1.5);
    CHECK(at("d").real() == -1.5);
    CHECK(at("D").as_decimal() == decimal{2, 314});
    CHECK(at("S").text() == "text");
    CHECK(at("x").bytes == std::string_view("\0\xff", 2));
    CHECK(at("T").time() == timestamp{1'795'435'200});
    CHECK(find(at("F").table().value(), "count")->integer() == 3);
    std::vector<char> types;
    auto const elements = at("A").array().value();
    for (auto const& value : elements) types.push_back(value.type);
    CHECK(types == std::vector<char>{'F', 'S', 'V'});
    CHECK_FALSE(find(t, "none"));
    CHECK_FALSE(find(table_view(), "none"));

    for (auto const& [name, value] : t) {
        std::string as;
        if (value.flag()) as += 't';
        if (value.integer()) as += 'i';
        if (value.real()) as += 'd';
        if (value.as_decimal()) as += 'D';
        if (value.time()) as += 'T';
        if (value.text()) as += 'S';
        if (value.table()) as += 'F';
        if (value.array()) as += 'A';
        CHECK(as.size() == (value.type == 'x' || value.type == 'V' ? 0 : 1));
    }
}

TEST_CASE("types that only other clients write are read") {
    CHECK(value_of(hex("4c fffffffffffffffe")).integer() == -2);
    CHECK(value_of(hex("55 fffe")).integer() == -2);
    CHECK(value_of(hex("74 02")).flag() == true);
    CHECK(value_of(hex("74 00")).flag() == false);
    for (int type = 0; type < 256; ++type) {
        std::string bytes(1, static_cast<char>(type));
        bool const known = std::string_view("tbBsuUIilLfdDTSxVFA").find(bytes[0]) != std::string_view::npos;
        bytes.append(8, '\0');
        CHECK(refusal([&] { value_of(bytes); }) == (known ? reply_code::success : reply_code::syntax_error));
    }
}

TEST_CASE("entries keep their order, and of two with one name the first is found") {
    std::string bytes;
    append_entry(bytes, "z", 1);
    append_entry(bytes, "a", 2);
    append_entry(bytes, "z", 3);
    append_entry(bytes, "", 4);
    std::string names;
    for (auto const& [name, value] : table_view(bytes)) names.append(name) += '.';
    CHECK(names == "z.a.z..");
    CHECK(find(table_view(bytes), "z")->integer() == 1);
    CHECK(find(table_view(bytes), "")->integer() == 4);
}

TEST_CASE("a table that is cut, at whatever place, is refused") {
    auto const whole = field(table_of_all());
    for (std::size_t n = 0; n < whole.size(); ++n) {
        auto const cut = whole.substr(0, n);
        CHECK(refusal([&] { read_table(cut); }) == reply_code::syntax_error);
        // With a size that is right, the cut is in the elements; some are between two of them.
        if (n < 4) continue;
        auto const shorter = field(cut.substr(4));
        auto const code = refusal([&] {
            auto const t = read_table(shorter);
            CHECK(whole.substr(4).starts_with(t.bytes()));
        });
        CHECK((code == reply_code::syntax_error || code == reply_code::success));
    }
}

TEST_CASE("a size that lies is refused, and nothing is allocated for it") {
    auto const whole = field(table_of_all());
    std::size_t refused = 0;
    for (std::size_t at = 0; at + 4 <= whole.size(); ++at)
        for (std::string_view const lie : {std::string_view("\xff\xff\xff\xff", 4),
                 std::string_view("\x7f\xff\xff\xff", 4), std::string_view("\0\x01\0\0", 4)}) {
            auto bytes = whole;
            bytes.replace(at, 4, lie);
            take_allocations();
            auto const code = refusal([&] {
                wire_reader in(bytes);
                table_view::read(in);
            });
            CHECK(take_allocations().largest < 1000);
            if (code != reply_code::success) ++refused;
        }
    CHECK(refused > whole.size());
    for (std::size_t const at : {std::size_t{0}, whole.find("text") - 4, whole.find("count") - 1})
        for (char const lie : {'\xff', '\x7f', '\1'}) {
            auto bytes = whole;
            bytes[at] = lie;
            CHECK(refusal([&] { read_table(bytes); }) == reply_code::syntax_error);
        }
}

TEST_CASE("tables and arrays are looked at so deep and no deeper, for others have written them") {
    auto const nested = [](unsigned depth, bool arrays) {
        std::string elements;
        for (unsigned i = 1; i < depth; ++i) {
            std::string outer;
            if (arrays && i + 1 < depth)
                append_value(outer, array_view(elements));
            else if (arrays)
                append_entry(outer, "a", array_view(elements));
            else
                append_entry(outer, "t", table_view(elements));
            elements = outer;
        }
        return field(elements);
    };
    for (bool const arrays : {false, true}) {
        auto const deepest = nested(most_nesting, arrays);
        auto const deeper = nested(most_nesting + 1, arrays);
        auto const bomb = nested(2'000, arrays);
        CHECK(refusal([&] { read_table(deepest); }) == reply_code::success);
        CHECK(refusal([&] { read_table(deeper); }) == reply_code::success);
        CHECK(refusal([&] { read_table(bomb); }) == reply_code::success);
    }
}

TEST_CASE("a name that does not fit is refused and leaves nothing") {
    std::string bytes;
    append_entry(bytes, std::string(255, 'n'), 1);
    auto const before = bytes;
    CHECK(code_of([&] { append_entry(bytes, std::string(256, 'n'), 1); }) == errc::too_large);
    CHECK(bytes == before);
    CHECK(find(table_view(bytes), std::string(255, 'n'))->integer() == 1);
}
