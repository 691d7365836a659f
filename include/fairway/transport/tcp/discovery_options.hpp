// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_DISCOVERY_OPTIONS_HPP
#define FAIRWAY_TRANSPORT_TCP_DISCOVERY_OPTIONS_HPP

#include <fairway/envelope/time.hpp>
#include <fairway/error.hpp>
#include <fairway/transport/tcp/channel_map.hpp>
#include <fairway/transport/time_option.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace fairway {

/// Where a `static_directory` takes its lists from: `discovery_options().file("/etc/shop/channels")`, or options of a
/// URL, `?channel.orders=stock:7000&channel.*=localhost:7000`, `?channels=/etc/shop/channels&channels-every=2s`.
class discovery_options {
public:
    /// No channels; a file is looked at every 2 s, a name is looked up every 30 s.
    discovery_options() {} // NOLINT: not an aggregate, so that a temporary may stand beside co_await (g++ 12)

    /// Adds the endpoints of one channel, written as in a `channel_map`. Throws `errc::invalid_argument`, also where
    /// there is a file.
    discovery_options& channel(std::string_view pattern, std::string_view peers) {
        if (!file_.empty()) both();
        channels_.add(pattern, peers, "channel." + std::string(pattern));
        return *this;
    }
    /// Takes the channels from a file, a `channel_map`. Throws `errc::invalid_argument` where channels were added.
    discovery_options& file(std::string path) {
        if (path.empty()) detail::fail(errc::invalid_argument, "channels: the file has no name");
        if (!channels_.empty()) both();
        file_ = std::move(path);
        return *this;
    }
    /// How often the file is looked at, 100 ms to 1 day, else `errc::invalid_argument`. A change counts at the second
    /// look.
    discovery_options& file_interval(duration d) {
        file_interval_ = detail::within(
            d, std::chrono::milliseconds(100), std::chrono::hours(24), "channels-every is 100ms to 1 day");
        return *this;
    }
    /// How often a name is looked up, give or take a tenth; 1 s to 1 day, else `errc::invalid_argument`.
    discovery_options& dns_interval(duration d) {
        dns_interval_ = detail::within(d, std::chrono::seconds(1), std::chrono::hours(24), "dns-every is 1s to 1 day");
        return *this;
    }

    /// Takes an option of a URL: `channel.NAME`, `channels`, `channels-every` or `dns-every`; false for any other.
    /// Throws `errc::invalid_argument` for a value that is not understood.
    bool take(std::string_view name, std::string_view value) {
        constexpr std::string_view one = "channel.";
        if (name.substr(0, one.size()) == one)
            channel(name.substr(one.size()), value);
        else if (name == "channels")
            file(std::string(value));
        else if (name == "channels-every")
            file_interval(detail::read_time_option(name, value));
        else if (name == "dns-every")
            dns_interval(detail::read_time_option(name, value));
        else
            return false;
        return true;
    }

    /// The channels that were added.
    channel_map const& channels() const noexcept { return channels_; }
    /// The file; empty for none.
    std::string const& file() const noexcept { return file_; }
    /// How often the file is looked at.
    duration file_interval() const noexcept { return file_interval_; }
    /// How often a name is looked up.
    duration dns_interval() const noexcept { return dns_interval_; }

private:
    [[noreturn]] static void both() {
        detail::fail(errc::invalid_argument, "channels come from a file (channels=) or from options (channel.NAME=), "
                                             "not from both");
    }

    channel_map channels_;
    std::string file_;
    duration file_interval_ = std::chrono::seconds(2);
    duration dns_interval_ = std::chrono::seconds(30);
};

} // namespace fairway

#endif
