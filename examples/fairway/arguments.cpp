// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "arguments.hpp"

#include <fairway/codec/time_text.hpp>
#include <fairway/envelope/limits.hpp>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iostream>
#include <ratio>
#include <system_error>

namespace cli {
namespace {

template <class Number>
bool read_whole(std::string_view text, Number& out) {
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && end == text.data() + text.size();
}

std::string all_of(std::istream& in, std::string const& name) {
    std::string all;
    char part[65536];
    while (in.read(part, sizeof part) || in.gcount() > 0) {
        all.append(part, static_cast<std::size_t>(in.gcount()));
        if (all.size() > fairway::limits::body) throw usage_error(name + " has more than 16 MiB");
    }
    if (in.bad()) throw usage_error(name + " can't be read");
    return all;
}

} // namespace

std::string quoted(std::string_view text) {
    if (text.find("://") != std::string_view::npos) return "a URL";
    return "'" + std::string(text.substr(0, 100)) + "'";
}

arguments::arguments(std::span<std::string const> given, std::initializer_list<option> known) {
    for (bool options = true; !given.empty();) {
        std::string_view one = given.front();
        given = given.subspan(1);
        if (options && one == "--") {
            options = false;
            continue;
        }
        if (!options || one.size() < 2 || one.front() != '-') {
            rest_.emplace_back(one);
            continue;
        }
        auto const equals = one.find('=');
        auto const name = one.substr(0, equals);
        auto const* const rule =
            std::find_if(known.begin(), known.end(), [name](option const& o) { return o.name == name; });
        if (rule == known.end()) throw usage_error("unknown option: " + quoted(name));
        if (rule->what != option::kind::values && has(name)) throw usage_error(std::string(name) + " is there twice");
        std::string value;
        if (rule->what == option::kind::flag) {
            if (equals != std::string_view::npos) throw usage_error(std::string(name) + " takes no value");
        } else if (equals != std::string_view::npos) {
            value = one.substr(equals + 1);
        } else {
            if (given.empty()) throw usage_error(std::string(name) + " needs a value");
            value = given.front();
            given = given.subspan(1);
        }
        values_.emplace(std::string(name), std::move(value));
    }
}

void arguments::expect(std::initializer_list<std::string_view> places, std::size_t needed) const {
    if (rest_.size() < needed) throw usage_error(std::string(places.begin()[rest_.size()]) + " is missing");
    if (rest_.size() > places.size()) throw usage_error(quoted(rest_[places.size()]) + " is one argument too many");
}

std::optional<std::string> arguments::value(std::string_view name) const {
    auto const found = values_.find(name);
    if (found == values_.end()) return std::nullopt;
    return found->second;
}

std::vector<std::string> arguments::values(std::string_view name) const {
    std::vector<std::string> all;
    auto const [first, last] = values_.equal_range(name);
    for (auto i = first; i != last; ++i) all.push_back(i->second);
    return all;
}

std::optional<std::size_t> arguments::number(std::string_view name, std::size_t most) const {
    auto const text = value(name);
    if (!text) return std::nullopt;
    std::size_t n = 0;
    if (!read_whole(*text, n) || n < 1 || n > most)
        throw usage_error(std::string(name) + " takes a number from 1 to " + std::to_string(most));
    return n;
}

std::optional<fairway::duration> arguments::time(std::string_view name) const {
    auto const text = value(name);
    if (!text) return std::nullopt;
    std::int64_t ns = 0;
    if (!fairway::detail::read_duration(*text, 1, std::nano::den, ns) || ns < 0)
        throw usage_error(std::string(name) + " takes a time, such as 250ms or 2s");
    return fairway::duration(ns);
}

std::string const& checked_name(std::string const& name, std::string_view what) {
    if (!fairway::is_valid_name(name))
        throw usage_error("not the name of a " + std::string(what) + ": " + quoted(name));
    return name;
}

std::string const& checked_channel(std::string const& name) {
    if (!fairway::is_valid_channel_name(name)) throw usage_error("not the name of a channel: " + quoted(name));
    return name;
}

std::pair<std::string, fairway::message_version> type_of(std::string_view text) {
    auto const colon = text.find(':');
    std::pair<std::string, fairway::message_version> type{std::string(text.substr(0, colon)), {}};
    checked_name(type.first, "message type");
    if (colon == std::string_view::npos) return type;
    auto const version = text.substr(colon + 1);
    auto const dot = version.find('.');
    bool const minor = dot == std::string_view::npos || read_whole(version.substr(dot + 1), type.second.minor);
    if (!minor || !read_whole(version.substr(0, dot), type.second.major) || type.second.major == 0)
        throw usage_error("a version is written 2 or 2.1, not " + quoted(version));
    return type;
}

std::pair<std::string, std::string> pair_of(std::string const& text) {
    auto const equals = text.find('=');
    if (equals == std::string::npos || equals == 0) throw usage_error("a header is written name=value");
    return {text.substr(0, equals), text.substr(equals + 1)};
}

std::string body_of(std::string const& text) {
    if (text == "-") return all_of(std::cin, "the standard input");
    if (!text.starts_with('@')) return text;
    auto const name = text.substr(1);
    std::ifstream in(name, std::ios::binary);
    if (!in) throw usage_error(quoted(name) + " can't be opened");
    return all_of(in, quoted(name));
}

} // namespace cli
