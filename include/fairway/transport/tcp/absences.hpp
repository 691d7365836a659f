// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_ABSENCES_HPP
#define FAIRWAY_TRANSPORT_TCP_ABSENCES_HPP

#include <fairway/env/clock.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::tcp_detail {

// The groups of publish-subscribe channels that nobody receives for: their messages are kept for some time, then they
// are forgotten, and whoever comes back is told of the gap. Pure: takes `now`.
class absences {
public:
    using group_name = std::pair<std::string, std::string>; // channel, group

    explicit absences(duration most) : most_(most) {}

    // Of this channel nobody receives for these groups; for all others somebody does.
    void look(std::string const& channel, std::vector<std::string> absent, env::steady_point now) {
        std::sort(absent.begin(), absent.end());
        for (auto at = since_.lower_bound({channel, {}}); at != since_.end() && at->first.first == channel;) {
            auto const one = at++;
            if (!std::binary_search(absent.begin(), absent.end(), one->first.second)) forget(one);
        }
        for (auto& group : absent) {
            auto const [at, fresh] = since_.try_emplace({channel, std::move(group)}, now);
            if (fresh) by_time_.emplace(now, at->first);
        }
    }
    // When the next one is to be forgotten.
    std::optional<env::steady_point> next() const {
        if (by_time_.empty()) return std::nullopt;
        return fairway::detail::saturating_add(by_time_.begin()->first, most_);
    }
    // Those that are, at `now`.
    std::vector<group_name> take_due(env::steady_point now) {
        std::vector<group_name> due;
        while (!by_time_.empty() && now - by_time_.begin()->first >= most_) {
            due.push_back(by_time_.begin()->second);
            forget(since_.find(due.back()));
        }
        return due;
    }
    // So many messages of a group were dropped.
    void missed(group_name const& who, std::size_t messages) {
        if (missed_.size() < most_remembered || missed_.count(who) > 0) missed_[who] += messages;
    }
    // How many a group has missed; told once. A group that was forgotten without any may have missed some since.
    std::optional<std::uint64_t> take_missed(std::string_view channel, std::string_view group) {
        auto const found = missed_.find({std::string(channel), std::string(group)});
        if (found == missed_.end()) return std::nullopt;
        auto const n = found->second;
        missed_.erase(found);
        return n;
    }

private:
    static constexpr std::size_t most_remembered = 10'000;
    using places = std::map<group_name, env::steady_point>;

    void forget(places::iterator at) {
        by_time_.erase({at->second, at->first});
        since_.erase(at);
    }

    duration most_;
    places since_;
    std::set<std::pair<env::steady_point, group_name>> by_time_;
    std::map<group_name, std::uint64_t> missed_;
};

} // namespace fairway::tcp_detail

#endif
