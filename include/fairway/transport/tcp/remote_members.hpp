// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_REMOTE_MEMBERS_HPP
#define FAIRWAY_TRANSPORT_TCP_REMOTE_MEMBERS_HPP

#include <fairway/transport/tcp/remote_member.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::tcp_detail {

// The consumers that another node has here: by the numbers that it gave them, and by their channels, of which there may
// be many, so that a change in one costs nothing for the others.
class remote_members {
public:
    std::size_t size() const noexcept { return by_number_.size(); }
    bool empty() const noexcept { return by_number_.empty(); }
    // Null where it has none of that number.
    remote_member* find(std::uint32_t number) const {
        auto const found = by_number_.find(number);
        return found == by_number_.end() ? nullptr : found->second.get();
    }
    void add(std::uint32_t number, std::shared_ptr<remote_member> m) {
        by_channel_.emplace(key{channel_of(*m), number}, m.get());
        by_number_.emplace(number, std::move(m));
    }
    // Null where there is none.
    std::shared_ptr<remote_member> take(std::uint32_t number) {
        auto const found = by_number_.extract(number);
        if (!found) return nullptr;
        by_channel_.erase(key{channel_of(*found.mapped()), number});
        return found.mapped();
    }
    // Those of the channel's name that are members of another channel.
    std::vector<std::uint32_t> strangers_to(hub_detail::channel_state const& channel) const {
        std::vector<std::uint32_t> all;
        for_each_of(channel.shape().channel, [&](remote_member& m) {
            if (&m.channel() != &channel) all.push_back(m.number());
        });
        return all;
    }
    template <class F>
    void for_each(F f) const {
        for (auto const& [number, m] : by_number_) f(*m);
    }
    template <class F>
    void for_each_of(std::string_view channel, F f) const {
        for (auto at = by_channel_.lower_bound({channel, 0}); at != by_channel_.end() && at->first.first == channel;
             ++at)
            f(*at->second);
    }

private:
    using key = std::pair<std::string_view, std::uint32_t>; // the name is the member's channel's
    static std::string_view channel_of(remote_member const& m) noexcept { return m.channel().shape().channel; }

    std::map<std::uint32_t, std::shared_ptr<remote_member>> by_number_;
    std::map<key, remote_member*> by_channel_;
};

} // namespace fairway::tcp_detail

#endif
