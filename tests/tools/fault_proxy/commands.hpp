// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The fault proxy told what to do, a line at a time.
#ifndef FAIRWAY_TESTS_TOOLS_FAULT_PROXY_COMMANDS_HPP
#define FAIRWAY_TESTS_TOOLS_FAULT_PROXY_COMMANDS_HPP

#include "flow.hpp"
#include "proxy.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace faults {

inline constexpr std::string_view commands_help =
    "latency TIME [JITTER] [up|down]   bytes arrive later: 20ms, 500us, 1s; 0 for no more\n"
    "rate BYTES [up|down]              bytes a second: 500, 64k, 1m; 0 for all there are\n"
    "split BYTES [up|down]             writes of 1 to so many bytes; 0 for all there are\n"
    "stall [up|down]                   nothing gets through, nothing is lost\n"
    "drop [up|down]                    what comes disappears: a black hole\n"
    "one-way up|down                   only what goes there gets through\n"
    "cut-after BYTES [up|down]         connections are reset after so many bytes; 0 for never\n"
    "refuse on|off                     new connections are reset at once\n"
    "half-open client|target           that end sees a reset, the other one is not told\n"
    "reset                             both ends of all connections see a reset\n"
    "heal                              all is well again; what has lost bytes is reset\n"
    "target ADDRESS                    new connections lead there\n"
    "stats                             what there was\n"
    "quit                              ends the proxy\n";

namespace commands_detail {

inline std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    while (true) {
        auto const begin = line.find_first_not_of(" \t\r");
        if (begin == std::string_view::npos) return words;
        line.remove_prefix(begin);
        auto const end = std::min(line.find_first_of(" \t\r"), line.size());
        words.push_back(line.substr(0, end));
        line.remove_prefix(end);
    }
}

// A number, and what stands behind it.
inline std::uint64_t number_of(std::string_view word, std::string_view& unit) {
    std::uint64_t n = 0;
    auto const result = std::from_chars(word.data(), word.data() + word.size(), n);
    if (result.ec != std::errc()) throw std::invalid_argument("not a number: " + std::string(word));
    unit = word.substr(static_cast<std::size_t>(result.ptr - word.data()));
    return n;
}
inline std::uint64_t times(std::uint64_t n, std::uint64_t factor, std::uint64_t most, std::string_view word) {
    if (n > most / factor) throw std::invalid_argument("too much: " + std::string(word));
    return n * factor;
}
inline std::uint64_t bytes_of(std::string_view word) {
    std::string_view unit;
    auto const n = number_of(word, unit);
    constexpr std::uint64_t most = std::uint64_t{1} << 40;
    if (unit.empty()) return times(n, 1, most, word);
    if (unit == "k") return times(n, 1'000, most, word);
    if (unit == "m") return times(n, 1'000'000, most, word);
    throw std::invalid_argument("not a number of bytes, such as 500, 64k or 1m: " + std::string(word));
}
inline duration time_of(std::string_view word) {
    std::string_view unit;
    auto const n = number_of(word, unit);
    constexpr std::uint64_t most = 3'600'000'000'000; // an hour
    if (unit == "s") return duration(times(n, 1'000'000'000, most, word));
    if (unit == "ms") return duration(times(n, 1'000'000, most, word));
    if (unit == "us") return duration(times(n, 1'000, most, word));
    if (unit.empty() && n == 0) return duration(0);
    throw std::invalid_argument("not a time, such as 20ms, 500us or 1s: " + std::string(word));
}
inline std::optional<direction> direction_of(std::string_view word) {
    if (word == "up") return direction::up;
    if (word == "down") return direction::down;
    return std::nullopt;
}

inline std::string text_of(proxy::counts const& c) {
    auto const flow = [](char const* name, flow_counts const& f) {
        auto const part = [name](char const* what, std::uint64_t n) {
            return " " + std::string(name) + "-" + what + "=" + std::to_string(n);
        };
        return part("passed", f.passed) + part("writes", f.writes) + part("dropped", f.dropped);
    };
    return "accepted=" + std::to_string(c.accepted) + " refused=" + std::to_string(c.refused) +
           " open=" + std::to_string(c.open) + " resets=" + std::to_string(c.resets) + flow("up", c.up) +
           flow("down", c.down);
}

} // namespace commands_detail

/// Does what the line says and returns what there is to say, without a line's end. Throws std::invalid_argument with
/// what is wrong with the line; nothing was done then. `quit` is up to the caller.
inline std::string obey(proxy& p, std::string_view line) {
    using namespace commands_detail;
    auto words = words_of(line);
    if (words.empty()) throw std::invalid_argument("no command");
    auto const command = words.front();
    words.erase(words.begin());

    std::vector<direction> where{direction::up, direction::down};
    auto const take_direction = [&](bool is_needed) {
        auto const d = words.empty() ? std::nullopt : direction_of(words.back());
        if (d) {
            where = {*d};
            words.pop_back();
        } else if (is_needed) {
            throw std::invalid_argument(std::string(command) + " up or down?");
        }
    };
    auto const expect = [&](std::size_t least, std::size_t most) {
        if (words.size() >= least && words.size() <= most) return;
        throw std::invalid_argument("not understood: " + std::string(line));
    };
    auto const change = [&](auto&& work) {
        for (auto const d : where) {
            auto faults = p.faults_of(d);
            work(faults);
            p.set(d, faults);
        }
    };

    if (command == "latency") {
        take_direction(false);
        expect(1, 2);
        auto const latency = time_of(words[0]);
        auto const jitter = words.size() == 2 ? time_of(words[1]) : duration(0);
        change([&](flow_faults& f) { f.latency = latency, f.jitter = jitter; });
    } else if (command == "rate" || command == "split" || command == "cut-after") {
        take_direction(false);
        expect(1, 1);
        auto const bytes = bytes_of(words[0]);
        if (command == "rate") change([&](flow_faults& f) { f.rate = bytes; });
        if (command == "split") change([&](flow_faults& f) { f.split = static_cast<std::size_t>(bytes); });
        if (command == "cut-after")
            for (auto const d : where) p.cut_after(d, bytes);
    } else if (command == "stall" || command == "drop") {
        take_direction(false);
        expect(0, 0);
        if (command == "stall") change([](flow_faults& f) { f.stall = true; });
        if (command == "drop") change([](flow_faults& f) { f.drop = true; });
    } else if (command == "one-way") {
        take_direction(true);
        expect(0, 0);
        where = {opposite(where.front())};
        change([](flow_faults& f) { f.drop = true; });
    } else if (command == "refuse") {
        expect(1, 1);
        if (words[0] != "on" && words[0] != "off") throw std::invalid_argument("refuse on or off?");
        p.refuse(words[0] == "on");
    } else if (command == "half-open") {
        expect(1, 1);
        if (words[0] != "client" && words[0] != "target") throw std::invalid_argument("half-open client or target?");
        return std::to_string(p.half_open(words[0] == "client" ? side::client : side::target));
    } else if (command == "target") {
        expect(1, 1);
        p.target(words[0]);
    } else if (command == "reset") {
        expect(0, 0);
        return std::to_string(p.reset());
    } else if (command == "heal") {
        expect(0, 0);
        p.heal();
    } else if (command == "stats") {
        expect(0, 0);
        return text_of(p.counted());
    } else {
        throw std::invalid_argument("no such command: " + std::string(command));
    }
    return {};
}

} // namespace faults

#endif
