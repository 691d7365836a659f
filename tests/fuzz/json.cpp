// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Any text as the JSON of structs with fields of all kinds: it is refused with a decode_error, or gives a value that
// can be written, and whose text reads as that value again. And what is JSON at all, nlohmann's parser says, too.
#include "must.hpp"

#include <fairway/codec/nlohmann.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

namespace fuzz {

enum class color { red, green, blue };
enum class level : std::int8_t { low = -5, high = 5, unknown = 0 };
enum class route { by_sea, by_land };

// A type that writes and reads itself.
class pair_of_numbers {
public:
    int first = 0;
    double second = 0;

    explicit pair_of_numbers(int n = 0) : first(n) {}
    bool operator==(pair_of_numbers const&) const = default;
};

struct line {
    static constexpr auto json_names = fairway::renamed("class_", "class");
    std::string class_;
    std::uint8_t quantity{};
    double price{};
    std::optional<std::string> note;
    int factor = 1;

    bool operator==(line const&) const = default;
};

struct tree {
    static constexpr auto defaulted = fairway::fields("b");
    std::optional<int> a;
    std::vector<tree> b;
    std::map<std::string, tree> c = {};

    bool operator==(tree const&) const;
};
bool tree::operator==(tree const& other) const { return a == other.a && b == other.b && c == other.c; }

template <class Rep, class Period>
using span_of = std::optional<std::chrono::duration<Rep, Period>>;
template <class Duration>
using time_in = std::optional<std::chrono::sys_time<Duration>>;

struct everything {
    std::optional<bool> flag;
    std::optional<std::int8_t> i8;
    std::optional<std::uint8_t> u8;
    std::optional<std::int16_t> i16;
    std::optional<std::uint32_t> u32;
    std::optional<std::int64_t> i64;
    std::optional<std::uint64_t> u64;
    std::optional<float> f;
    std::optional<double> d;
    std::optional<std::string> s;
    std::optional<color> e;
    std::optional<level> el;
    std::optional<route> er;
    std::optional<line> li;
    std::optional<tree> t;
    std::optional<pair_of_numbers> p;
    std::optional<std::vector<line>> lines;
    std::optional<std::vector<bool>> bits;
    std::optional<std::deque<std::string>> q;
    std::optional<std::list<std::optional<int>>> o;
    std::optional<std::set<double>> set;
    std::optional<std::array<std::int16_t, 2>> two;
    std::optional<std::array<std::vector<float>, 2>> floats;
    std::optional<std::vector<std::byte>> bytes;
    std::optional<std::array<unsigned char, 3>> three;
    std::optional<std::map<std::string, std::vector<int>>> m;
    std::optional<std::map<std::int8_t, double>> mi;
    std::optional<std::map<color, std::map<level, int>>> me;
    std::optional<std::variant<std::monostate, bool, std::int64_t, double, std::string, line, tree, color>> v;
    std::optional<std::vector<std::variant<line, std::uint8_t>>> vs;
    time_in<std::chrono::seconds> ts;
    time_in<std::chrono::milliseconds> tm;
    time_in<std::chrono::nanoseconds> tn;
    time_in<std::chrono::duration<std::int32_t, std::ratio<3600>>> th;
    time_in<std::chrono::days> td;
    time_in<std::chrono::weeks> tw;
    std::optional<std::chrono::year_month_day> day;
    span_of<std::int64_t, std::nano> dn;
    span_of<std::int16_t, std::milli> dm;
    span_of<std::int64_t, std::ratio<1>> ds;
    span_of<std::int64_t, std::ratio<86400>> dd;

    bool operator==(everything const&) const = default;
};

// What is in no particular order when it is written.
struct unordered {
    std::optional<std::unordered_map<std::string, int>> m;
    std::optional<std::unordered_map<std::uint8_t, line>> mi;
    std::optional<std::unordered_set<std::string>> q;

    bool operator==(unordered const&) const = default;
};

} // namespace fuzz

template <>
struct fairway::enum_default<fuzz::level> {
    static constexpr fuzz::level value = fuzz::level::unknown;
};
template <>
struct fairway::enum_names<fuzz::route> {
    static constexpr fairway::enum_name<fuzz::route> value[] = {
        {fuzz::route::by_sea, "by-sea"}, {fuzz::route::by_land, "by \"land\""}};
};
template <>
struct fairway::json_as<fuzz::pair_of_numbers> {
    static void write(json_writer& out, fuzz::pair_of_numbers const& p) {
        out.begin_array();
        out.element();
        out.number(p.first);
        out.element();
        out.number(p.second);
        out.end_array();
    }
    static void read(json_reader& in, fuzz::pair_of_numbers& p) {
        auto const* const where = in.position();
        in.begin_array();
        if (!in.next_element()) in.fail_at(where, "two numbers");
        p.first = in.integer<int>();
        if (!in.next_element()) in.fail_at(where, "two numbers");
        p.second = in.floating<double>();
        if (in.next_element()) in.fail_at(where, "two numbers");
    }
};

namespace {

using nlohmann::json;

void check_error(fairway::decode_error const& e, std::string_view text) {
    must(e.code() == fairway::errc::decode_failed, "a body is refused with decode_failed");
    must(e.offset() <= text.size(), "the place of the error is in the text");
    must(fairway::detail::is_utf8(e.what()), "the error is fit for a log");
}

template <class T>
bool read(std::string_view text, T& out) {
    try {
        fairway::json_codec::decode(text, out);
        return true;
    } catch (fairway::decode_error const& e) {
        check_error(e, text);
        return false;
    }
}

// Exceptions of other types, and those of writing, end the program.
template <class T>
bool check_value(std::string_view text, bool is_json) {
    T first{};
    if (!read(text, first)) return false;
    must(is_json, "what can be read is JSON");
    std::string const written = fairway::to_json_text(first);
    T second{};
    must(read(written, second), "what is written can be read");
    if constexpr (!std::is_same_v<T, json> && !std::is_same_v<T, nlohmann::ordered_json>)
        must(first == second, "a value survives");
    if constexpr (!std::is_same_v<T, fuzz::unordered>)
        must(fairway::to_json_text(second) == written, "a value has one text");
    return true;
}

bool is_json(std::string_view text) {
    try {
        fairway::json_reader reader(text);
        reader.skip();
        reader.finish();
        return true;
    } catch (fairway::decode_error const& e) {
        check_error(e, text);
        return false;
    }
}

// How deep a text is nested that is JSON.
unsigned depth_of(std::string_view text) {
    unsigned depth = 0;
    unsigned deepest = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char const c = text[i];
        if (in_string) {
            if (c == '\\') ++i;
            if (c == '"') in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            deepest = std::max(deepest, ++depth);
        } else if (c == '}' || c == ']') {
            --depth;
        }
    }
    return deepest;
}

// A zero is the end of the text for nlohmann.
bool takes_nlohmann(std::string_view text) { return text.find('\0') == std::string_view::npos && json::accept(text); }

// Further known differences: nlohmann takes a byte order mark and any depth, and refuses numbers too large for a
// double.
void check_against_nlohmann(std::string_view text, bool ours) {
    bool const theirs = takes_nlohmann(text);
    if (theirs && !ours)
        must(text.starts_with("\xef\xbb\xbf") || depth_of(text) > fairway::max_json_depth,
            "what nlohmann takes is JSON");
    constexpr std::size_t digits = std::numeric_limits<double>::max_exponent10;
    if (ours && !theirs)
        must(text.size() > digits || text.find_first_of("eE") != std::string_view::npos, "nlohmann takes what is JSON");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    bool const ours = is_json(text);
    check_against_nlohmann(text, ours);
    check_value<fuzz::everything>(text, ours);
    bool const tree = check_value<json>(text, ours);
    if (!ours) return 0; // exceptions are slow
    check_value<fuzz::unordered>(text, ours);
    must(check_value<nlohmann::ordered_json>(text, ours) == tree, "both trees can be read");
    if (tree && takes_nlohmann(text))
        must(fairway::from_json_text<json>(text) == json::parse(text), "both read the same");
    return 0;
}
