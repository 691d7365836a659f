// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_ROAD_MAP_HPP
#define FAIRWAY_TRANSPORT_TCP_ROAD_MAP_HPP

#include <fairway/transport/tcp/road.hpp>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::tcp_detail {

// The roads of a node, by their channels' names. Thread-safe.
class road_map {
public:
    // The channel's road; made as `awaits` says where there is none.
    std::shared_ptr<road> open(std::string const& name, std::shared_ptr<hub_detail::attachment> const& through,
        std::shared_ptr<hub_detail::channel_state> const& into, bool awaits) {
        std::lock_guard const lock(mutex_);
        auto& one = roads_[name];
        if (!one) one = std::make_shared<road>(through, into, awaits);
        return one;
    }
    // Null where there is none.
    std::shared_ptr<road> find(std::string_view name) const {
        std::lock_guard const lock(mutex_);
        auto const found = roads_.find(name);
        return found == roads_.end() ? nullptr : found->second;
    }
    std::vector<std::shared_ptr<road>> all() const {
        std::lock_guard const lock(mutex_);
        std::vector<std::shared_ptr<road>> all;
        for (auto const& [name, one] : roads_) all.push_back(one);
        return all;
    }

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::shared_ptr<road>, std::less<>> roads_;
};

} // namespace fairway::tcp_detail

#endif
