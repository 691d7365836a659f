// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Against nlohmann::json, on texts and values from a seeded generator.
#include "fw_catch.hpp"
#include "helpers.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <map>
#include <string>
#include <vector>

using namespace codec_tests;
using nlohmann::json;

namespace {

struct line {
    std::string sku;
    std::int64_t qty{};
    double price{};
};
struct sample {
    std::string id;
    std::uint64_t number{};
    bool flag{};
    double ratio{};
    std::vector<line> lines;
    std::map<std::string, std::int32_t> counts;
    std::vector<std::vector<std::string>> words;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(line, sku, qty, price)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(sample, id, number, flag, ratio, lines, counts, words)

std::string random_string(dice& random) {
    constexpr std::string_view parts[] = {"a", "order", " ", "\"", "\\", "/", "\n", "\x01", "\x7f", "\xc3\xa4",
        "\xe2\x82\xac", "\xf0\x9f\x8d\xb5", "{", "}", "[1,2]", "long plain text that goes on"};
    std::string text;
    for (std::size_t n = random.roll(6); n > 0; --n) text += parts[random.roll(std::size(parts))];
    return text;
}

double random_double(dice& random) {
    switch (random.roll(4)) {
    case 0: return static_cast<double>(random.roll(100'000)) / 100;
    case 1: return -static_cast<double>(random.roll(1000));
    case 2: return std::ldexp(static_cast<double>(random.next() >> 11), static_cast<int>(random.roll(400)) - 250);
    default: return 1.0 / static_cast<double>(random.roll(1000) + 1);
    }
}

sample random_sample(dice& random) {
    sample out{random_string(random), random.next(), random.roll(2) == 0, random_double(random), {}, {}, {}};
    for (std::size_t n = random.roll(4); n > 0; --n)
        out.lines.push_back({random_string(random), static_cast<std::int64_t>(random.next()), random_double(random)});
    for (std::size_t n = random.roll(4); n > 0; --n)
        out.counts[random_string(random)] = static_cast<std::int32_t>(random.next());
    for (std::size_t n = random.roll(3); n > 0; --n) {
        out.words.emplace_back();
        for (std::size_t k = random.roll(3); k > 0; --k) out.words.back().push_back(random_string(random));
    }
    return out;
}

json random_tree(dice& random, int depth) {
    switch (random.roll(depth > 0 ? 8 : 6)) {
    case 0: return nullptr;
    case 1: return random.roll(2) == 0;
    case 2: return static_cast<std::int64_t>(random.next());
    case 3: return random.next();
    case 4: return random_double(random);
    case 5: return random_string(random);
    case 6: {
        json array = json::array();
        for (std::size_t n = random.roll(5); n > 0; --n) array.push_back(random_tree(random, depth - 1));
        return array;
    }
    default: {
        json object = json::object();
        for (std::size_t n = random.roll(5); n > 0; --n) object[random_string(random)] = random_tree(random, depth - 1);
        return object;
    }
    }
}

// Known differences: nlohmann takes a byte order mark, any depth, and refuses numbers that overflow a double.
bool comparable(std::string const& text) {
    return !text.starts_with("\xef\xbb\xbf") && text.find('e') == text.npos && text.find('E') == text.npos;
}

// Something like JSON, mostly.
std::string random_text(dice& random) {
    constexpr std::string_view parts[] = {"{", "}", "[", "]", ",", ":", "\"a\"", "\"\"", "\"\\u0041\"",
        "\"\\ud83c\\udf75\"", "\"\\ud83c\"", "1", "0", "-", "-0", "1.5", "01", "1.", ".5", "true", "false", "null",
        "nul", " ", "\n", "\"", "\\", "{\"a\":", "[1,", "\"b\":2", "\"\xc3\xa4\"", "\"\xc3\"", "\t", "{}", "[]",
        "12345678901234567890123"};
    std::string text;
    for (std::size_t n = random.roll(7) + 1; n > 0; --n) text += parts[random.roll(std::size(parts))];
    return text;
}

} // namespace

TEST_CASE("both read the same values, and both agree on the text", "[codec][differential]") {
    dice random(11);
    std::size_t mistakes = 0;
    for (int i = 0; i < 1500; ++i) {
        auto const value = random_sample(random);
        json const tree = value;
        auto const text = text_of(value);
        mistakes += json::parse(text) != tree;
        mistakes += text_of(json::parse(text).get<sample>()) != text;
        mistakes += json(fairway::from_json_text<sample>(text)) != tree;
        mistakes += json(fairway::from_json_text<sample>(tree.dump())) != tree;
        mistakes += json(fairway::from_json_text<sample>(tree.dump(2))) != tree;
        mistakes += json(fairway::from_json_text<sample>(tree.dump(-1, ' ', true))) != tree; // all escaped
    }
    CHECK(mistakes == 0);
}

TEST_CASE("what nlohmann writes is JSON", "[codec][differential]") {
    dice random(12);
    std::size_t mistakes = 0;
    for (int i = 0; i < 1500; ++i) {
        auto const tree = random_tree(random, 5);
        mistakes += !is_json(tree.dump()) + !is_json(tree.dump(1, '\t')) + !is_json(tree.dump(-1, ' ', true));
    }
    CHECK(mistakes == 0);
}

TEST_CASE("both accept the same texts", "[codec][differential]") {
    dice random(13);
    std::size_t good = 0;
    std::size_t compared = 0;
    for (int i = 0; i < 60'000; ++i) {
        auto const text = random_text(random);
        if (!comparable(text)) continue;
        bool const theirs = json::accept(text);
        if (is_json(text) != theirs) FAIL_CHECK("they differ on: " << text);
        good += theirs;
        ++compared;
    }
    CHECK(compared > 5000);
    CHECK(good > 500);
}

TEST_CASE("both accept the same damaged texts", "[codec][differential]") {
    dice random(14);
    std::size_t good = 0;
    std::size_t compared = 0;
    for (int i = 0; i < 15'000; ++i) {
        auto text = random_tree(random, 3).dump();
        for (std::size_t n = random.roll(3) + 1; n > 0 && !text.empty(); --n) {
            auto const at = random.roll(text.size());
            constexpr std::string_view odd = "\"\\{}[],:0-.1tfn \n\x01\x80\xc3";
            if (random.roll(3) == 0)
                text.erase(at, 1);
            else if (random.roll(2) == 0)
                text.insert(at, 1, odd[random.roll(odd.size())]);
            else
                text[at] = odd[random.roll(odd.size())];
        }
        if (!comparable(text)) continue;
        bool const theirs = json::accept(text);
        if (is_json(text) != theirs) FAIL_CHECK("they differ on: " << text);
        good += theirs;
        ++compared;
    }
    CHECK(compared > 3000);
    CHECK(good > 100);
}
