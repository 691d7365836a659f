// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_DISCOVERY_STATE_HPP
#define FAIRWAY_TRANSPORT_TCP_DISCOVERY_STATE_HPP

// What discovery decides without I/O: when a file's new content counts, and when a name is looked up again.

#include <fairway/env/clock.hpp>
#include <fairway/env/files.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fairway::tcp_detail {

// A file that others write while it is read: a new content counts once two looks in a row have found the same. So one
// that is half written does not, and one that was written again within a tick of the file system's clock is seen.
class settled_content {
public:
    // Has the file to be read, which has this stamp now?
    bool wants(env::file_stamp const& now) const { return settled_ != now; }
    // What was read; true where it counts from now on.
    bool read(env::file_stamp const& now, std::string const& text) {
        if (seen_ != now || text_ != text) {
            seen_ = now;
            text_ = text;
            return false;
        }
        settled_ = now;
        text_.clear();
        seen_.reset();
        // The first one was taken as it was.
        return std::exchange(first_, std::nullopt) != text;
    }
    // The first content, which is in force already.
    void begin(env::file_stamp const& now, std::string const& text) {
        seen_ = now;
        text_ = text;
        first_ = text;
    }
    // It can't be read any more: whatever comes is new.
    void lost() {
        settled_.reset();
        seen_.reset();
        first_.reset();
    }

private:
    std::optional<env::file_stamp> settled_;
    std::optional<env::file_stamp> seen_;
    std::string text_;
    std::optional<std::string> first_;
};

// The addresses of a name: looked up at intervals, and sooner where that failed; the last ones stay meanwhile. An
// address goes once two answers in a row were without it: some servers tell a part of them, another one each time.
class name_state {
public:
    static constexpr std::size_t max_addresses = 256;
    static constexpr auto first_backoff = std::chrono::seconds(1);

    name_state(duration interval, env::steady_point now) : interval_(interval), due_(now) {}

    bool asking() const noexcept { return asking_; }
    env::steady_point due() const noexcept { return due_; }
    // True where it is to be looked up now, which is then under way.
    bool ask(env::steady_point now) {
        if (asking_ || due_ > now) return false;
        asking_ = true;
        return true;
    }
    // Not empty; `random`: 64 random bits.
    void answered(std::vector<std::string> addresses, env::steady_point now, std::uint64_t random) {
        asking_ = false;
        looked_up_ = true;
        failures_ = 0;
        // From nine to eleven tenths, so that clients do not keep step.
        due_ = now + interval_ - interval_ / 10 + share(interval_ / 5, random);
        std::sort(addresses.begin(), addresses.end());
        addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
        too_many_ = addresses.size() > max_addresses;
        if (too_many_) addresses.resize(max_addresses);
        addresses_ = addresses;
        for (auto& a : answer_before_) {
            if (addresses_.size() == max_addresses) break;
            if (!std::binary_search(addresses.begin(), addresses.end(), a)) addresses_.push_back(std::move(a));
        }
        answer_before_ = std::move(addresses);
    }
    void failed(env::steady_point now, std::uint64_t random) {
        asking_ = false;
        looked_up_ = true;
        duration const most = std::min<duration>(first_backoff * (1U << std::min(failures_, 16U)), interval_);
        ++failures_;
        due_ = now + most / 2 + share(most - most / 2, random);
    }
    // False while nothing is known, not even that it can't be found.
    bool looked_up() const noexcept { return looked_up_; }
    // Nobody twice, in no order.
    std::vector<std::string> const& addresses() const noexcept { return addresses_; }
    bool too_many() const noexcept { return too_many_; }

private:
    static duration share(duration whole, std::uint64_t random) {
        return duration(static_cast<duration::rep>(random % static_cast<std::uint64_t>(whole.count() + 1)));
    }

    duration interval_;
    env::steady_point due_;
    std::vector<std::string> addresses_;
    std::vector<std::string> answer_before_;
    unsigned failures_ = 0;
    bool asking_ = false;
    bool looked_up_ = false;
    bool too_many_ = false;
};

} // namespace fairway::tcp_detail

#endif
