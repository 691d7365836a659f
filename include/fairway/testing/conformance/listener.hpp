// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_LISTENER_HPP
#define FAIRWAY_TESTING_CONFORMANCE_LISTENER_HPP

#include <fairway/testing/conformance/expect.hpp>
#include <fairway/transport/any_transport.hpp>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::testing::conformance::detail {

// The number that `scene::number` has put into a message; 0 for another message.
inline std::uint64_t number_of(delivery const& d) {
    std::string_view const body = d.body();
    std::uint64_t n = 0;
    auto const read = std::from_chars(body.data(), body.data() + body.size(), n);
    return read.ptr == body.data() + body.size() ? n : 0;
}

// What became of the shards of one channel and group, over all who owned them.
class shard_record {
public:
    // Accepted of each shard, in this order.
    std::map<std::uint32_t, numbers> const& accepted() const noexcept { return accepted_; }
    // How many different ones were accepted of all shards.
    std::size_t size() const noexcept { return seen_.size(); }

    void received(void const* by, std::uint32_t shard) {
        auto& now = owners_[shard];
        if (now.second > 0 && now.first != by)
            breach_ = "a shard was handed on while its owner had not settled what it had of it";
        if (now.first != by) now = {by, 0};
        ++now.second;
    }
    void settled(void const* by, std::uint32_t shard) {
        auto& now = owners_[shard];
        if (now.first == by && now.second > 0) --now.second;
    }
    void accept(std::uint32_t shard, std::uint64_t number) {
        accepted_[shard].push_back(number);
        seen_.insert(number);
    }
    // Has left: what it had comes again.
    void gone(void const* who) {
        for (auto& [shard, now] : owners_)
            if (now.first == who) now = {nullptr, 0};
    }
    // Throws where two owned one shard at a time.
    void check() const {
        if (!breach_.empty()) throw unmet(breach_);
    }

private:
    std::map<std::uint32_t, numbers> accepted_;
    std::set<std::uint64_t> seen_;
    std::map<std::uint32_t, std::pair<void const*, std::size_t>> owners_;
    std::string breach_;
};

// A consumer at the seam. It receives only when it was told to, settles when the case says so, and takes notes.
class listener final : public receiver {
public:
    struct note {
        std::uint64_t number;
        std::uint32_t attempt;
        std::uint32_t shard;
    };

    listener(any_transport net, subscription const& what) { in_ = net.listen(what, *this); }
    ~listener() override { close(); }

    // Notes in `record` too what becomes of its deliveries.
    void note_in(shard_record& record) { record_ = &record; }

    void ready() noexcept override {
        if (closed_) told_late_ = true;
        told_ = true;
    }

    // Receives up to `most`, and returns how many came.
    std::size_t take(std::size_t most = 1'000) {
        if (closed_ || (!told_.exchange(false) && !more_)) return 0;
        std::vector<delivery> batch;
        in_->notices(notices_);
        std::size_t const n = in_->receive(batch, most);
        expect_equal(n, batch.size(), "the number that receive returns");
        expect(n <= most, "receive to give no more than was asked for");
        more_ = n == most;
        for (auto& d : batch) {
            auto const shard = d.shard().value_or(no_shard);
            history_.push_back({number_of(d), d.attempt(), shard});
            if (record_) record_->received(this, shard);
            d.keep(); // it is looked at after the source was closed, too
            held_.push_back(std::move(d));
        }
        most_held_ = std::max(most_held_, held_.size());
        return n;
    }

    // Settles what it holds and `which` is true for, in one batch.
    void settle(bool accept, std::function<bool(delivery const&)> const& which) {
        std::vector<settlement> batch;
        std::vector<delivery> kept;
        for (auto& d : held_) {
            if (!which(d)) {
                kept.push_back(std::move(d));
                continue;
            }
            batch.push_back({d.tag(), accept});
            auto const shard = d.shard().value_or(no_shard);
            if (record_) record_->settled(this, shard);
            if (record_ && accept) record_->accept(shard, number_of(d));
            if (accept) accepted_.push_back(number_of(d));
        }
        held_ = std::move(kept);
        if (!batch.empty()) in_->settle(batch);
    }
    void accept_all() {
        settle(true, [](delivery const&) { return true; });
    }
    void release_all() {
        settle(false, [](delivery const&) { return true; });
    }
    void accept(std::uint64_t number) {
        settle(true, [number](delivery const& d) { return number_of(d) == number; });
    }
    void release(std::uint64_t number) {
        settle(false, [number](delivery const& d) { return number_of(d) == number; });
    }
    // Receives what there is and accepts it.
    std::size_t work() {
        std::size_t const n = take();
        accept_all();
        return n;
    }

    void pause() { in_->pause(); }
    void hold(std::uint32_t shard, bool on) { in_->hold(shard, on); }
    // Leaves; what it holds is not settled.
    void close() {
        if (closed_) return;
        in_->close();
        closed_ = true;
        if (record_) record_->gone(this);
    }

    // All that it received, in this order.
    numbers received() const {
        numbers all;
        for (auto const& one : history_) all.push_back(one.number);
        return all;
    }
    numbers const& accepted() const noexcept { return accepted_; }
    // What it received and has not settled.
    std::vector<delivery> const& held() const noexcept { return held_; }
    numbers held_numbers() const {
        numbers all;
        for (auto const& d : held_) all.push_back(number_of(d));
        return all;
    }
    std::vector<note> const& history() const noexcept { return history_; }
    // With which attempts a message came.
    numbers attempts_of(std::uint64_t number) const {
        numbers all;
        for (auto const& one : history_)
            if (one.number == number) all.push_back(one.attempt);
        return all;
    }
    std::size_t most_held() const noexcept { return most_held_; }
    std::vector<notice> const& notices() const noexcept { return notices_; }
    // Whether it was told of something after close had returned.
    bool told_late() const noexcept { return told_late_; }
    source& raw() noexcept { return *in_; }

private:
    std::shared_ptr<source> in_;
    shard_record* record_ = nullptr;
    std::vector<delivery> held_;
    std::vector<note> history_;
    numbers accepted_;
    std::vector<notice> notices_;
    std::size_t most_held_ = 0;
    bool more_ = false;
    std::atomic<bool> told_{false};
    std::atomic<bool> told_late_{false};
    std::atomic<bool> closed_{false};
};

} // namespace fairway::testing::conformance::detail

#endif
