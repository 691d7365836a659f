// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_ENDPOINT_HPP
#define FAIRWAY_ENV_ENDPOINT_HPP

#include <fairway/error.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace fairway::env {

/// Where somebody listens: a host and a port, or the file of a Unix socket.
class endpoint {
public:
    /// What kind of socket it is.
    enum class family {
        tcp,   ///< `host` and `port`
        local, ///< `path`
    };

    /// What kind of socket it is.
    family kind = family::tcp;
    /// A host's name in lower case, an IPv4 or IPv6 address without brackets, or `*` for all addresses of this host.
    std::string host;
    /// The port; 0 lets the system choose, where it is to listen at.
    std::uint16_t port = 0;
    /// The file of a Unix socket.
    std::string path;

    /// All addresses, any port.
    endpoint() : host("*") {}
    /// A TCP port of a host, whose name is not looked at.
    static endpoint tcp(std::string host, std::uint16_t port) {
        endpoint e;
        e.host = std::move(host);
        e.port = port;
        return e;
    }
    /// A Unix socket's file.
    static endpoint file(std::string path) {
        endpoint e;
        e.kind = family::local;
        e.host.clear();
        e.path = std::move(path);
        return e;
    }

    /// Reads `host:port`, `[::1]:80`, `:80` and `*:80` (all addresses), `/path`, and the same after `tcp://` or
    /// `unix://`. Throws `system_error` with `errc::invalid_url`, whose text does not repeat what it was given.
    static endpoint parse(std::string_view text) {
        constexpr std::string_view tcp_scheme = "tcp://";
        constexpr std::string_view unix_scheme = "unix://";
        if (text.substr(0, unix_scheme.size()) == unix_scheme) return parse_path(text.substr(unix_scheme.size()));
        if (text.substr(0, tcp_scheme.size()) == tcp_scheme) return parse_host(text.substr(tcp_scheme.size()));
        if (text.find("://") != std::string_view::npos) bad("it begins with tcp:// or unix://, or has no scheme");
        return text.substr(0, 1) == "/" ? parse_path(text) : parse_host(text);
    }

    /// As `parse` reads it: `tcp://host:port`, `tcp://[::1]:80`, `unix:///path`.
    std::string text() const {
        if (kind == family::local) return "unix://" + path;
        bool const bracketed = host.find(':') != std::string::npos;
        return "tcp://" + (bracketed ? "[" + host + "]" : host) + ":" + std::to_string(port);
    }

    friend bool operator==(endpoint const&, endpoint const&) = default;

private:
    [[noreturn]] static void bad(char const* rule) {
        fairway::detail::fail(errc::invalid_url, std::string("an endpoint is host:port or /path: ") + rule);
    }
    static endpoint parse_path(std::string_view text) {
        if (text.empty() || text[0] != '/') bad("the path of a Unix socket begins with '/'");
        if (text.find('\0') != std::string_view::npos) bad("the path has a NUL in it");
        if (text.size() > max_path) bad("the path of a Unix socket has at most 107 bytes");
        return file(std::string(text));
    }
    static endpoint parse_host(std::string_view text) {
        std::string_view name;
        std::string_view number;
        if (text.substr(0, 1) == "[") {
            auto const end = text.find("]:");
            if (end == std::string_view::npos) bad("an IPv6 address is written [address]:port");
            name = text.substr(1, end - 1);
            number = text.substr(end + 2);
            if (name.find(':') == std::string_view::npos || !all_of(name, is_ipv6))
                bad("in the brackets stands an IPv6 address");
        } else {
            auto const colon = text.rfind(':');
            if (colon == std::string_view::npos) bad("the port is missing");
            name = text.substr(0, colon);
            number = text.substr(colon + 1);
            if (name.find(':') != std::string_view::npos) bad("an IPv6 address is written [address]:port");
            if (name.empty()) name = "*";
            if (name != "*" && !all_of(name, is_name))
                bad("a host has letters, digits, '.', '-' and '_', and nothing else stands beside it");
        }
        if (name.size() > 253) bad("a host's name has at most 253 characters");
        std::uint16_t port = 0;
        auto const [end, error] = std::from_chars(number.data(), number.data() + number.size(), port);
        if (error != std::errc() || end != number.data() + number.size()) bad("a port is a number from 0 to 65535");
        std::string host(name);
        std::transform(host.begin(), host.end(), host.begin(),
            [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
        return tcp(std::move(host), port);
    }

    template <class Is>
    static bool all_of(std::string_view text, Is is) {
        return std::all_of(text.begin(), text.end(), is);
    }
    static bool is_name(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
               c == '_';
    }
    // A scope may follow: fe80::1%eth0.
    static bool is_ipv6(char c) { return is_name(c) || c == ':' || c == '%'; }

    static constexpr std::size_t max_path = 107;
};

} // namespace fairway::env

#endif
