// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_CHANNEL_MAP_HPP
#define FAIRWAY_TRANSPORT_TCP_CHANNEL_MAP_HPP

#include <fairway/contract/name.hpp>
#include <fairway/env/endpoint.hpp>
#include <fairway/error.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway {

/// One entry of a channel's list.
struct channel_peer {
    /// Where somebody listens.
    env::endpoint at;
    /// The host is a name of which each address is an endpoint, to be looked up again and again (`dns://name:port`).
    bool by_name = false;

    friend bool operator==(channel_peer const&, channel_peer const&) = default;
};

/// Which endpoints the owner of each channel listens at, as it is written by hand:
///
///     # the warehouse
///     orders        = stock-1:7000, stock-2:7000
///     orders.*      = dns://stock.internal:7000
///     orders.events = unix:///run/shop/events
///     *             = localhost:7000
///
/// On the left stands a channel's name, or the beginning of names with `.*` behind it, or `*` for all others; the most
/// specific one counts, whole. On the right stand endpoints. A `#` at the beginning of a line, or behind a space,
/// begins a comment. What is not understood is an error that names the line: nothing is skipped.
class channel_map {
public:
    /// The longest text in bytes.
    static constexpr std::size_t max_size = std::size_t{1024} * 1024;
    /// The most lines with a channel.
    static constexpr std::size_t max_channels = 10'000;
    /// The most endpoints of one channel.
    static constexpr std::size_t max_peers = 256;

    /// No channels.
    channel_map() = default;

    /// Reads a text of lines; `source` names it in errors. Throws `errc::too_large` for more than `max_size` bytes and
    /// `errc::invalid_argument` for the rest: "source, line 3: ...". A text without any channel is an error too: a file
    /// is empty for a moment when it is written.
    static channel_map parse(std::string_view text, std::string const& source) {
        if (text.size() > max_size)
            detail::fail(errc::too_large, source + " has more than " + std::to_string(max_size) + " bytes");
        channel_map all;
        for (std::size_t number = 1; !text.empty(); ++number) {
            auto const end = text.find('\n');
            auto const line = trimmed(without_comment(text.substr(0, end)));
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
            if (line.empty()) continue;
            auto const where = source + ", line " + std::to_string(number);
            auto const equals = line.find('=');
            if (equals == std::string_view::npos) bad(where, "write it as 'channel = endpoint, endpoint'");
            all.add(trimmed(line.substr(0, equals)), line.substr(equals + 1), where);
        }
        if (all.empty()) bad(source, "it names no channel");
        return all;
    }

    /// Adds one line, whose two sides are given; `where` names it in errors. Throws `errc::invalid_argument`, having
    /// added nothing.
    void add(std::string_view pattern, std::string_view peers, std::string const& where) {
        bool const prefix = !pattern.empty() && pattern.back() == '*';
        auto const name = prefix ? pattern.substr(0, pattern.size() - 1) : pattern;
        if (prefix ? !is_prefix(name) : !is_valid_channel_name(name))
            bad(where, "on the left of '=' stands a channel's name (a-z A-Z 0-9 . _ -), a beginning of names such as "
                       "'orders.*', or '*'");
        auto& list = prefix ? prefixes_ : names_;
        if (auto const twice = list.find(name); twice != list.end())
            bad(where, "'" + std::string(pattern) + "' has its endpoints already: " + twice->second.where);
        if (names_.size() + prefixes_.size() >= max_channels)
            bad(where, "there are at most " + std::to_string(max_channels) + " channels");
        list.emplace(std::string(name), line{read_peers(peers, where), where});
    }

    /// The list of a channel; empty where nothing says one.
    std::vector<channel_peer> find(std::string_view channel) const {
        if (auto const at = names_.find(channel); at != names_.end()) return at->second.peers;
        // From the longest beginning to the shortest; the last one is '*'.
        for (auto dot = channel.rfind('.', channel.size() - 2); dot != std::string_view::npos && channel.size() > 1;
             dot = dot == 0 ? std::string_view::npos : channel.rfind('.', dot - 1))
            if (auto const at = prefixes_.find(channel.substr(0, dot + 1)); at != prefixes_.end())
                return at->second.peers;
        auto const at = prefixes_.find(std::string_view());
        return at == prefixes_.end() ? std::vector<channel_peer>() : at->second.peers;
    }

    /// Each list that it has, whatever its channels are.
    template <class F>
    void for_each_list(F f) const {
        for (auto const* const all : {&names_, &prefixes_})
            for (auto const& [name, one] : *all) f(one.peers);
    }

    /// True where it names no channel.
    bool empty() const noexcept { return names_.empty() && prefixes_.empty(); }

private:
    struct line {
        std::vector<channel_peer> peers;
        std::string where;
    };
    using lines = std::map<std::string, line, std::less<>>;

    [[noreturn]] static void bad(std::string const& where, std::string const& what) {
        detail::fail(errc::invalid_argument, where + ": " + what);
    }
    static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }
    static std::string_view trimmed(std::string_view s) {
        while (!s.empty() && is_space(s.front())) s.remove_prefix(1);
        while (!s.empty() && is_space(s.back())) s.remove_suffix(1);
        return s;
    }
    static std::string_view without_comment(std::string_view s) {
        for (std::size_t i = 0; i < s.size(); ++i)
            if (s[i] == '#' && (i == 0 || is_space(s[i - 1]))) return s.substr(0, i);
        return s;
    }
    // "", or a name and a dot behind it.
    static bool is_prefix(std::string_view s) {
        return s.empty() || (s.back() == '.' && is_valid_channel_name(s.substr(0, s.size() - 1)));
    }

    static std::vector<channel_peer> read_peers(std::string_view text, std::string const& where) {
        std::vector<channel_peer> all;
        for (bool more = true; more;) {
            auto const comma = text.find(',');
            more = comma != std::string_view::npos;
            auto const one = trimmed(text.substr(0, comma));
            if (more) text.remove_prefix(comma + 1);
            auto const place = where + ", endpoint " + std::to_string(all.size() + 1);
            if (one.empty()) bad(place, "there is none; endpoints stand between single commas");
            if (all.size() >= max_peers)
                bad(where, "a channel has at most " + std::to_string(max_peers) + " endpoints");
            auto peer = read_peer(one, place);
            if (std::find(all.begin(), all.end(), peer) != all.end()) bad(place, "it is in this list already");
            all.push_back(std::move(peer));
        }
        return all;
    }
    static channel_peer read_peer(std::string_view text, std::string const& place) {
        constexpr std::string_view dns = "dns://";
        channel_peer p;
        p.by_name = text.substr(0, dns.size()) == dns;
        try {
            p.at = env::endpoint::parse(p.by_name ? "tcp://" + std::string(text.substr(dns.size())) : text);
        } catch (system_error const& e) {
            std::string_view what = e.what();
            // Its text without the error code's: that is of a URL.
            what = what.substr(0, what.find(": " + e.code().message()));
            bad(place, std::string(what));
        }
        if (p.at.kind == env::endpoint::family::local) {
            // A space in a path is seldom meant; it is more likely a comma that is missing.
            if (p.at.path.find_first_of(" \t") != std::string::npos) bad(place, "a path has no spaces");
            return p;
        }
        if (p.at.host == "*") bad(place, "it has a host to connect to, which is not '*'");
        if (p.at.port == 0) bad(place, "it has a port to connect to, which is not 0");
        if (p.by_name && p.at.host.find(':') != std::string::npos)
            bad(place, "behind dns:// stands a name; an address is written without dns://");
        return p;
    }

    lines names_;
    lines prefixes_;
};

} // namespace fairway

#endif
