// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What the benchmarks over sockets share: two ends in one program, over TCP on the loopback or a Unix socket.
#ifndef FAIRWAY_BENCHMARKS_TCP_LINK_HPP
#define FAIRWAY_BENCHMARKS_TCP_LINK_HPP

#include "../inproc/order.hpp"
#include "../kit.hpp"

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace bench {

/// What connects the two ends.
enum class road { tcp, local };

/// How the names of scenarios begin.
inline std::string prefix_of(road r) { return r == road::tcp ? "tcp" : "unix"; }

/// The sizes of bodies; the four headers come on top.
inline constexpr std::size_t small_body = 100;
inline constexpr std::size_t large_body = 1024;

/// How many requests are under way at once in the scenarios called in_flight.
inline constexpr std::size_t window = 64;

/// Where a Unix socket may be bound: a file of this program, removed in the end.
class socket_file {
public:
    socket_file() {
        static int made = 0;
        auto const name = "fairway-bench-" + std::to_string(getpid()) + "-" + std::to_string(++made);
        path_ = std::filesystem::temp_directory_path() / name;
    }
    socket_file(socket_file const&) = delete;
    socket_file& operator=(socket_file const&) = delete;
    ~socket_file() {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }
    std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_;
};

/// When the last series of messages began: set by whoever sends, right before the first one.
inline std::uint64_t series_began = 0;
inline void begin_series() { series_began = now_ns(); }

/// A message as the limits have it: views into what was received.
struct message_view {
    std::vector<std::pair<std::string_view, std::string_view>> headers;
    std::string_view body;

    /// Empty where there is no such header.
    std::string_view header(std::string_view name) const {
        for (auto const& [n, value] : headers)
            if (n == name) return value;
        return {};
    }
};

/// Appends the headers, each as u16 size of the name, u16 size of the value, name, value.
inline void append_headers(std::string& to, std::vector<std::pair<std::string, std::string>> const& headers) {
    for (auto const& [name, value] : headers) {
        std::uint16_t const sizes[] = {
            static_cast<std::uint16_t>(name.size()), static_cast<std::uint16_t>(value.size())};
        to.append(reinterpret_cast<char const*>(sizes), sizeof sizes);
        to += name;
        to += value;
    }
}

/// Makes sure that a message arrived whole: one of its headers is looked up, as an application does.
inline void check(message_view const& m, std::size_t body) {
    if (m.header("event-type").size() != 23 || m.body.size() != body) std::abort();
}

/// A peer that is made at its first use, of these arguments.
template <class T, class... Arguments>
lazy<T> made_of(Arguments... arguments) {
    return lazy<T>([arguments...] { return std::make_unique<T>(arguments...); });
}

} // namespace bench

#endif
