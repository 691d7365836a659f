// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_DELIVERY_MEMBERSHIP_HPP
#define FAIRWAY_DELIVERY_MEMBERSHIP_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace fairway {

/// A member of a consumer group; 0 is nobody.
using member_id = std::uint64_t;

/// Says who shall own each shard: shares differ by one at most, and no shard moves that need not.
///
/// `owners[i]` is who owns shard i now; `members` are in the order in which they joined. Without members nobody owns.
inline std::vector<member_id> balance(std::span<member_id const> owners, std::span<member_id const> members) {
    std::vector<member_id> next(owners.size(), 0);
    if (members.empty()) return next;
    std::size_t const share = owners.size() / members.size();
    std::size_t extra = owners.size() % members.size();

    // Members that own more than the share keep one of the extra shards first, so that fewer shards move.
    std::vector<std::size_t> quota(members.size(), share);
    std::vector<std::size_t> owned(members.size(), 0);
    auto const index = [&](member_id id) {
        return static_cast<std::size_t>(std::find(members.begin(), members.end(), id) - members.begin());
    };
    for (auto const owner : owners)
        if (auto const m = index(owner); m < members.size()) ++owned[m];
    for (std::size_t m = 0; m < members.size() && extra > 0; ++m)
        if (owned[m] > share) ++quota[m], --extra;
    for (std::size_t m = 0; m < members.size() && extra > 0; ++m)
        if (quota[m] == share) ++quota[m], --extra;

    for (std::size_t s = 0; s < owners.size(); ++s) {
        auto const m = index(owners[s]);
        if (m < members.size() && quota[m] > 0) next[s] = owners[s], --quota[m];
    }
    std::size_t m = 0;
    for (auto& owner : next) {
        if (owner != 0) continue;
        while (quota[m] == 0) ++m;
        owner = members[m];
        --quota[m];
    }
    return next;
}

/// Says who shall own each of `shards` shards, out of who the members are alone: all who know the same members agree.
/// Shares differ by one at most, and most shards stay where they are when a member comes or goes. By rendezvous hashing
/// (D. Thaler, C. Ravishankar, "Using Name-Based Mappings to Increase Hit Rates", 1998), with a bound for each member.
inline std::vector<member_id> agree(std::size_t shards, std::span<member_id const> members) {
    std::vector<member_id> owners(shards, 0);
    if (members.empty()) return owners;
    std::vector<std::pair<member_id, std::size_t>> left; // of its share
    for (auto const id : members) left.emplace_back(id, shards / members.size());
    std::sort(left.begin(), left.end());
    std::size_t extra = shards % members.size();
    std::vector<bool> has_extra(left.size(), false);
    // The last step of SplitMix64 (S. Vigna, 2015): mixes all bits.
    auto const weight = [](member_id id, std::size_t shard) {
        std::uint64_t x = id + 0x9e3779b97f4a7c15ULL * (shard + 1);
        x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
        x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
        return x ^ x >> 31;
    };
    for (std::size_t shard = 0; shard < shards; ++shard) {
        std::size_t best = left.size();
        for (std::size_t m = 0; m < left.size(); ++m) {
            bool const has_room = left[m].second > 0 || (extra > 0 && !has_extra[m]);
            if (!has_room) continue;
            if (best == left.size() || weight(left[m].first, shard) > weight(left[best].first, shard)) best = m;
        }
        owners[shard] = left[best].first;
        if (left[best].second > 0)
            --left[best].second;
        else
            has_extra[best] = true, --extra;
    }
    return owners;
}

} // namespace fairway

#endif
