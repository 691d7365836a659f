// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_SETTLING_HPP
#define FAIRWAY_PORT_SETTLING_HPP

#include <fairway/delivery/prefix.hpp>
#include <fairway/port/observer.hpp>
#include <fairway/transport/seam.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace fairway::detail {

// The last stage of each delivery: counts it into the ledger and settles it, in batches. Of a log it settles finished
// prefixes only.
class settling {
public:
    // Of a log of `shards` shards, 0 for one that is not sharded.
    settling(bool prefix_only, unsigned shards, std::shared_ptr<telemetry> counts) : counts_(std::move(counts)) {
        if (prefix_only) prefixes_.resize(std::max(shards, 1U));
    }

    std::size_t in_flight() const noexcept { return in_flight_; }

    void took(std::span<delivery const> batch) {
        count(counts_->received, batch.size());
        in_flight_ += batch.size();
        if (prefixes_.empty()) return;
        for (auto const& d : batch) {
            auto& prefix = prefix_of(d);
            // A shard that comes back begins anew, behind what was committed.
            if (!prefix.follows(d.tag())) prefix = {};
            prefix.received(d.tag());
        }
    }

    // It has ended, and is counted as `how`.
    void accept(delivery const& d, std::atomic<std::uint64_t>& how) {
        if (left_) return;
        count(how);
        --in_flight_;
        if (prefixes_.empty()) return settled_.push_back({d.tag(), true});
        // Nothing where the shard was lost meanwhile.
        if (auto const upto = prefix_of(d).finished(d.tag())) settled_.push_back({*upto, true});
    }
    // It has not ended: the transport may give it to anyone, a log with all that follows it; or has done so already,
    // and has lost it to somebody else.
    void give_back(delivery const& d, bool lost) {
        if (left_) return;
        count(counts_->released);
        --in_flight_;
        if (!lost) settled_.push_back({d.tag(), false});
    }

    // What was received of a log's shard, or of all of them, comes again from the committed place on.
    void forget(std::uint32_t shard) {
        if (shard < prefixes_.size()) prefixes_[shard] = {};
    }
    void forget_all() {
        for (auto& p : prefixes_) p = {};
    }

    void flush(source& to) {
        if (settled_.empty()) return;
        to.settle(settled_);
        settled_.clear();
    }

    // What has not ended is the transport's again, whatever becomes of its handler.
    void leave() {
        if (std::exchange(left_, true)) return;
        count(counts_->released, in_flight_);
        in_flight_ = 0;
    }
    bool left() const noexcept { return left_; }

private:
    finished_prefix& prefix_of(delivery const& d) {
        return prefixes_[std::min<std::size_t>(d.message().head().shard, prefixes_.size() - 1)];
    }

    std::shared_ptr<telemetry> counts_;
    std::vector<settlement> settled_;
    // One for each shard of a log.
    std::vector<finished_prefix> prefixes_;
    std::size_t in_flight_ = 0;
    bool left_ = false;
};

} // namespace fairway::detail

#endif
