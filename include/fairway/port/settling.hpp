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

    std::size_t in_flight() const noexcept { return in_flight_ - run_size(); }

    void took(std::span<delivery const> batch) {
        tally(counts_->received, batch.size());
        in_flight_ += batch.size();
        if (prefixes_.empty()) return;
        for (auto const& d : batch) {
            auto& prefix = prefix_of(d);
            // A shard that comes back begins anew, behind what was committed.
            if (!prefix.follows(d.tag())) prefix = {};
            prefix.received(d.tag());
        }
    }

    // It was handled. Mostly one after the other: a run of them is counted and settled at its end, at the latest with
    // `flush`.
    [[gnu::always_inline]] void handled(delivery const& d) {
        if (d.tag() == run_end_)
            ++run_end_;
        else
            begin_run(d);
    }
    // It has ended, and is counted as `how`.
    void accept(delivery const& d, std::atomic<std::uint64_t>& how) {
        if (left_) return;
        tally(how);
        --in_flight_;
        if (prefixes_.empty()) return settled_.push_back({d.tag(), true});
        // Nothing where the shard was lost meanwhile.
        if (auto const upto = prefix_of(d).finished(d.tag())) settled_.push_back({*upto, true});
    }
    // It has not ended: the transport may give it to anyone, a log with all that follows it; or has done so already,
    // and has lost it to somebody else.
    void give_back(delivery const& d, bool lost) {
        if (left_) return;
        tally(counts_->released);
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
        end_run();
        if (settled_.empty()) return;
        to.settle(settled_);
        settled_.clear();
    }

    // What has not ended is the transport's again, whatever becomes of its handler.
    void leave() {
        if (std::exchange(left_, true)) return;
        end_run();
        tally(counts_->released, in_flight_);
        in_flight_ = 0;
    }
    bool left() const noexcept { return left_; }

private:
    // A tag that no delivery has.
    static constexpr std::uint64_t no_tag = ~std::uint64_t{0};

    [[gnu::noinline]] void begin_run(delivery const& d) {
        end_run();
        if (!prefixes_.empty() || left_) return accept(d, counts_->accepted);
        run_begin_ = d.tag();
        run_end_ = d.tag() + 1;
    }
    std::size_t run_size() const noexcept { return static_cast<std::size_t>(run_end_ - run_begin_); }
    void end_run() {
        auto const n = run_size();
        if (n == 0) return;
        settled_.push_back({run_begin_, true, static_cast<std::uint32_t>(n)});
        tally(counts_->accepted, n);
        in_flight_ -= n;
        run_begin_ = run_end_ = no_tag;
    }
    finished_prefix& prefix_of(delivery const& d) {
        return prefixes_[std::min<std::size_t>(d.message().shard(), prefixes_.size() - 1)];
    }

    std::shared_ptr<telemetry> counts_;
    std::vector<settlement> settled_;
    // One for each shard of a log.
    std::vector<finished_prefix> prefixes_;
    std::size_t in_flight_ = 0;
    // The tags of the present run.
    std::uint64_t run_begin_ = no_tag;
    std::uint64_t run_end_ = no_tag;
    bool left_ = false;
};

} // namespace fairway::detail

#endif
