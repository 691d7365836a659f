// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A channel map: what is written, and what is wrong with it.
#include "code_of.hpp"
#include "fw_catch.hpp"

#include <fairway/transport/tcp/channel_map.hpp>
#include <fairway/transport/tcp/discovery_options.hpp>

#include <random>

using namespace std::chrono_literals;
using fairway::channel_map;
using fairway::discovery_options;
using fairway::errc;

namespace {

// The endpoints of a channel, as text; those of names with dns://.
std::string find(channel_map const& m, std::string_view channel) {
    std::string text;
    for (auto const& p : m.find(channel)) {
        if (!text.empty()) text += " ";
        text += p.by_name ? "dns://" + p.at.host + ":" + std::to_string(p.at.port) : p.at.text();
    }
    return text;
}
std::string find(std::string_view text, std::string_view channel) {
    return find(channel_map::parse(text, "map"), channel);
}

// What is thrown for a text, without the error code's own text.
std::string wrong(std::string const& text) {
    try {
        (void)channel_map::parse(text, "map");
    } catch (fairway::system_error const& e) {
        CHECK(e.code() == errc::invalid_argument);
        std::string const what = e.what();
        return what.substr(0, what.find(": " + e.code().message()));
    }
    return "nothing";
}

} // namespace

TEST_CASE("A channel map says where the owners of channels listen") {
    auto const text = "# the warehouse\r\n"
                      "orders = stock-1:7000 ,tcp://[::1]:7001\r\n"
                      "\r\n"
                      "\torders.events=unix:///run/a#b,/run/c # both\n"
                      "prices = dns://Prices.internal:80 #\n"
                      "#orders = old:1\n"
                      "  # indented\n"
                      "last = h:1";
    CHECK(find(text, "orders") == "tcp://stock-1:7000 tcp://[::1]:7001");
    CHECK(find(text, "orders.events") == "unix:///run/a#b unix:///run/c");
    CHECK(find(text, "prices") == "dns://prices.internal:80");
    CHECK(find(text, "last") == "tcp://h:1");
    CHECK(find(text, "Orders").empty());
    CHECK(find(text, "orders.other").empty());
}

TEST_CASE("Dead letters of the longest names have places, too") {
    auto const dead = std::string(100, 'c') + '.' + std::string(100, 'g') + ".dead";
    CHECK(find(dead + " = h:1", dead) == "tcp://h:1");
    CHECK(find(dead.substr(0, 201) + ".* = h:1", dead) == "tcp://h:1");
}

TEST_CASE("The most specific line counts, whole") {
    auto const text = "* = h:1\norders.* = h:2\norders.eu.* = h:3\norders = h:4\norders.eu = h:5\n";
    CHECK(find(text, "orders") == "tcp://h:4");
    CHECK(find(text, "orders.us") == "tcp://h:2");
    CHECK(find(text, "orders.us.east") == "tcp://h:2");
    CHECK(find(text, "orders.eu") == "tcp://h:5");
    CHECK(find(text, "orders.eu.west") == "tcp://h:3");
    CHECK(find(text, "orders.eu.west.1") == "tcp://h:3");
    CHECK(find(text, "orders.") == "tcp://h:1"); // nothing behind the dot
    CHECK(find(text, "orders..x") == "tcp://h:2");
    CHECK(find(text, "ordersx.y") == "tcp://h:1");
    CHECK(find(text, "a") == "tcp://h:1");
    CHECK(find(text, ".") == "tcp://h:1");
    CHECK(find(text, "") == "tcp://h:1");
    CHECK(find("a.b = h:1", "").empty());
}

TEST_CASE("The line that counts is the one that a plain comparison finds") {
    std::mt19937_64 random(7);
    auto const name = [&] {
        std::string s;
        for (auto n = 1 + random() % 4; n > 0; --n) s += "ab."[random() % 3];
        return s;
    };
    for (int round = 0; round < 300; ++round) {
        channel_map m;
        std::map<std::string, std::string> lines; // pattern -> endpoint
        for (int i = 0; i < 6; ++i) {
            auto const kind = random() % 4;
            std::string const pattern = kind == 0 ? "*" : kind == 1 ? name() : name() + ".*";
            auto const to = "tcp://h:" + std::to_string(i + 1);
            if (lines.emplace(pattern, to).second) m.add(pattern, to, "line");
        }
        for (int i = 0; i < 20; ++i) {
            auto const channel = name();
            std::string best, expected;
            bool exact = false;
            for (auto const& [pattern, to] : lines) {
                if (pattern == channel) {
                    exact = true;
                    expected = to;
                }
                auto const head = pattern.substr(0, pattern.size() - 1);
                bool const matches =
                    pattern.back() == '*' && channel.size() > head.size() && channel.substr(0, head.size()) == head;
                if (!exact && matches && (expected.empty() || head.size() >= best.size())) {
                    best = head;
                    expected = to;
                }
            }
            CAPTURE(channel);
            CHECK(find(m, channel) == expected);
        }
    }
}

TEST_CASE("What is wrong in a channel map is said with its line") {
    CHECK(wrong("") == "map: it names no channel");
    CHECK(wrong("# nothing\n\n") == "map: it names no channel");
    CHECK(wrong("a = h:1\n\nb h:1\n") == "map, line 3: write it as 'channel = endpoint, endpoint'");
    std::string const left = ": on the left of '=' stands a channel's name (a-z A-Z 0-9 . _ -), a beginning of names "
                             "such as 'orders.*', or '*'";
    for (auto const* bad : {"", "a b", "a*", ".*x", "a.**", "**", ".*", "\xC3\xA4", "a/b"})
        CHECK(wrong(std::string(bad) + " = h:1") == "map, line 1" + left);
    CHECK(wrong(std::string(207, 'a') + " = h:1") == "map, line 1" + left);
    CHECK(wrong("a = h:1\nb = h:1\na = h:2") == "map, line 3: 'a' has its endpoints already: map, line 1");
    CHECK(wrong("* = h:1\n* = h:1") == "map, line 2: '*' has its endpoints already: map, line 1");
    CHECK(wrong("a.* = h:1\na.* = h:1") == "map, line 2: 'a.*' has its endpoints already: map, line 1");
    std::string const none = ": there is none; endpoints stand between single commas";
    CHECK(wrong("a =") == "map, line 1, endpoint 1" + none);
    CHECK(wrong("a = # h:1") == "map, line 1, endpoint 1" + none);
    CHECK(wrong("a = h:1,") == "map, line 1, endpoint 2" + none);
    CHECK(wrong("a = h:1,,h:2") == "map, line 1, endpoint 2" + none);
    CHECK(wrong("a = h:1, tcp://H:1") == "map, line 1, endpoint 2: it is in this list already");
    CHECK(wrong("a = h") == "map, line 1, endpoint 1: an endpoint is host:port or /path: the port is missing");
    CHECK(wrong("a = h:1 h:2").find("map, line 1, endpoint 1: an endpoint is host:port or /path: ") == 0);
    CHECK(wrong("a = http://h:1").find("map, line 1, endpoint 1: an endpoint is") == 0);
    CHECK(wrong("a = h:65536").find("a port is a number from 0 to 65535") != std::string::npos);
    CHECK(wrong("a = *:1") == "map, line 1, endpoint 1: it has a host to connect to, which is not '*'");
    CHECK(wrong("a = dns://:1") == "map, line 1, endpoint 1: it has a host to connect to, which is not '*'");
    CHECK(wrong("a = h:0") == "map, line 1, endpoint 1: it has a port to connect to, which is not 0");
    CHECK(wrong("a = dns://h:0") == "map, line 1, endpoint 1: it has a port to connect to, which is not 0");
    CHECK(wrong("a = dns://h").find("the port is missing") != std::string::npos);
    CHECK(wrong("a = dns://[::1]:1") ==
          "map, line 1, endpoint 1: behind dns:// stands a name; an address is written without dns://");
    CHECK(wrong("a = /run/x /run/y") == "map, line 1, endpoint 1: a path has no spaces");
    CHECK(wrong(std::string("a = h\0:1", 8)) != "nothing");
    CHECK(wrong("\xEF\xBB\xBF"
                "a = h:1") == "map, line 1" + left); // a byte order mark
}

TEST_CASE("Every bound of a channel map holds") {
    std::string peers = "a = h:1";
    for (std::size_t i = 2; i <= channel_map::max_peers; ++i) peers += ",h:" + std::to_string(i);
    CHECK(channel_map::parse(peers, "map").find("a").size() == channel_map::max_peers);
    CHECK(wrong(peers + ",h:9999") == "map, line 1: a channel has at most 256 endpoints");
    std::string lines;
    for (std::size_t i = 0; i < channel_map::max_channels; ++i) lines += "a" + std::to_string(i) + "=h:1\n";
    CHECK(find(lines, "a9999") == "tcp://h:1");
    CHECK(wrong(lines + "b.*=h:1\n") == "map, line 10001: there are at most 10000 channels");
    std::string const long_one = "a=h:1\n#" + std::string(channel_map::max_size, ' ');
    CHECK(code_of([&] { channel_map::parse(long_one, "map"); }) == errc::too_large);
}

TEST_CASE("Discovery takes its options from a URL") {
    discovery_options o;
    CHECK(o.take("channel.orders", "stock:7000, dns://more:7000"));
    CHECK(o.take("channel.*", "localhost:1"));
    CHECK(o.take("channels-every", "500ms"));
    CHECK(o.take("dns-every", "2min"));
    CHECK_FALSE(o.take("heartbeat", "5s"));
    CHECK_FALSE(o.take("channel", "5s"));
    CHECK(find(o.channels(), "orders") == "tcp://stock:7000 dns://more:7000");
    CHECK(find(o.channels(), "other") == "tcp://localhost:1");
    CHECK(o.file_interval() == 500ms);
    CHECK(o.dns_interval() == 2min);
    discovery_options f;
    CHECK(f.take("channels", "/etc/shop/channels"));
    CHECK(f.file() == "/etc/shop/channels");
    CHECK(f.file_interval() == 2s);
    CHECK(f.dns_interval() == 30s);
}

TEST_CASE("Options of discovery that are not understood are refused") {
    discovery_options o;
    auto const refused = [&](char const* name, char const* value) {
        return code_of([&] { o.take(name, value); }) == errc::invalid_argument;
    };
    CHECK(refused("channel.", "h:1"));
    CHECK(refused("channel.a", "h"));
    CHECK(refused("channels", ""));
    for (auto const* value :
        {"", "s", "2", "2 s", "-2s", "2m", "25h", "4294967295h", "99999999999s", "50ms", "1441min"})
        CHECK(refused("channels-every", value));
    CHECK(refused("dns-every", "999ms"));
    CHECK(o.take("channel.a", "h:1"));
    CHECK(refused("channel.a", "h:2"));
    CHECK(refused("channels", "/file"));
    discovery_options f;
    f.file("/file");
    CHECK(code_of([&] { f.channel("a", "h:1"); }) == errc::invalid_argument);
}
