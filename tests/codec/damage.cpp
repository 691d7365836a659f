// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Bodies cut off and damaged: always an error, never a crash. The sanitizer builds are what gives this its worth.
#include "fw_catch.hpp"
#include "helpers.hpp"

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

using namespace codec_tests;

namespace {

enum class status { placed, paid };

struct line {
    std::string sku;
    std::uint8_t quantity{};
    double price{};
};

struct everything {
    std::string id;
    status state{};
    std::optional<std::string> note;
    std::vector<line> lines;
    std::map<std::string, std::vector<int>> tags;
    std::variant<std::monostate, std::string, line> extra;
    std::vector<std::byte> bytes;
    std::array<std::byte, 3> three{};
    std::chrono::sys_time<std::chrono::milliseconds> when{};
    std::chrono::milliseconds took{};
    std::chrono::year_month_day day{};
    std::array<std::int16_t, 2> pair{};
    bool flag{};
    float ratio{};
};

everything sample() {
    using namespace std::chrono;
    return {"o-1 \"\xc3\xa4\n\xf0\x9f\x8d\xb5", status::paid, "a note", {{"tea", 3, 19.99}, {"cup", 255, -1e-7}},
        {{"a", {1, -2}}, {"b/~", {}}}, line{"x", 1, 2.5}, std::vector<std::byte>(5), {},
        sys_days{2026y / 11 / 23} + 1ms, 250ms, 2026y / 11 / 23, {-5, 7}, true, 0.5f};
}

// Reads from a block of exactly the text's size, so that a sanitizer sees every byte read beyond.
bool readable(std::string_view text) {
    auto const exact = std::make_unique<char[]>(text.size());
    text.copy(exact.get(), text.size());
    std::string_view const view(exact.get(), text.size());
    try {
        auto const value = fairway::from_json_text<everything>(view);
        static_cast<void>(text_of(value)); // what can be read can be written
        return true;
    } catch (fairway::decode_error const& e) {
        // The error is fit for a log, and its place lies in the text.
        if (e.offset() > text.size() || !fairway::detail::is_utf8(e.what())) FAIL_CHECK("odd error: " << e.what());
        return false;
    }
}

} // namespace

TEST_CASE("the sample is as good as it gets", "[codec][damage]") { CHECK(survives(sample())); }

TEST_CASE("no start of a body is a body", "[codec][damage]") {
    auto const text = text_of(sample());
    for (std::size_t n = 0; n < text.size(); ++n) {
        if (readable(std::string_view(text).substr(0, n))) FAIL_CHECK("read from " << n << " bytes");
        if (is_json(std::string_view(text).substr(0, n))) FAIL_CHECK("skipped " << n << " bytes");
    }
    CHECK(readable(text));
}

TEST_CASE("each byte may be damaged", "[codec][damage]") {
    auto const text = text_of(sample());
    std::size_t read = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        for (char const c :
            {'\0', '"', '\\', '{', '}', '[', ']', ',', ':', '0', '-', 'e', ' ', '\x80', '\xff', '\n', 'a'}) {
            auto damaged = text;
            damaged[i] = c;
            read += readable(damaged);
        }
        auto without = text;
        without.erase(i, 1);
        read += readable(without);
    }
    CHECK(read > 0);
}

TEST_CASE("random damage is survived", "[codec][damage]") {
    auto const text = text_of(sample());
    dice random(21);
    std::size_t read = 0;
    for (int i = 0; i < 6000; ++i) {
        auto damaged = text;
        for (std::size_t n = random.roll(4) + 1; n > 0 && !damaged.empty(); --n) {
            auto const at = random.roll(damaged.size());
            auto const length = random.roll(9);
            switch (random.roll(5)) {
            case 0: damaged[at] = static_cast<char>(random.next()); break;
            case 1: damaged.erase(at, length); break;
            case 2: damaged.insert(at, text.substr(random.roll(text.size()), length)); break;
            case 3: damaged.insert(at, damaged.substr(at)); break;
            default: damaged.resize(at); break;
            }
            if (damaged.size() > 4 * text.size()) damaged.resize(text.size());
        }
        read += readable(damaged);
        static_cast<void>(is_json(damaged));
    }
    CHECK(read < 6000);
}

TEST_CASE("random bytes are survived", "[codec][damage]") {
    dice random(22);
    std::size_t read = 0;
    for (int i = 0; i < 6000; ++i) {
        std::string noise(random.roll(40), '\0');
        for (auto& c : noise) c = static_cast<char>(random.next());
        for (auto const* before : {"", "{\"id\":\"", "{\"pair\":[", "[\"\\u", "{\"when\":\"2026-"})
            read += readable(before + noise);
        static_cast<void>(is_json(noise));
    }
    // No noise has all the fields that are required.
    CHECK(read == 0);
}
