// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_HUB_MEMBER_HPP
#define FAIRWAY_TRANSPORT_HUB_MEMBER_HPP

#include <fairway/delivery/membership.hpp>
#include <fairway/transport/hub/log.hpp>
#include <fairway/transport/seam.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace fairway::hub_detail {

// Messages that a group has taken from a log.
struct taken_messages {
    log::run what;
    // How often they were delivered, this time included.
    std::uint32_t attempt = 1;
    std::uint32_t shard = 0;
};

// A consumer's end of a group: the deliveries that it has received and not settled yet, at most `prefetch`. Guarded by
// the channel's lock, but for what is said to be by another one.
//
// Messages that were taken together have tags in a row, and are one entry as long as they are not settled one by one,
// so that a burst is taken and settled by looking at its ends.
class member {
public:
    member(member_id id, receiver& told, std::size_t prefetch) noexcept : id_(id), told_(&told), prefetch_(prefetch) {}

    member_id id() const noexcept { return id_; }
    std::size_t held() const noexcept { return held_; }
    std::size_t free() const noexcept { return paused ? 0 : prefetch_ - std::min(prefetch_, held_); }
    void tell() const noexcept { told_->ready(); }
    // How many it may hold from now on; what it holds beyond that stays.
    void limit(std::size_t prefetch) noexcept { prefetch_ = prefetch; }

    // Returns their bytes.
    std::size_t deliver(taken_messages const& m, std::vector<delivery>& out) {
        out_.push_back({next_tag_, m});
        std::size_t bytes = 0;
        for (std::uint32_t n = 0; n < m.what.size(); ++n) {
            auto const& e = m.what.message(n);
            bytes += e.footprint();
            // The log keeps the message until this group has ended it.
            out.push_back(delivery::of_kept(e, next_tag_++, m.attempt));
        }
        held_ += m.what.size();
        return bytes;
    }

    // The part of these tags that may be out: the first one, and how many.
    std::pair<std::uint64_t, std::uint64_t> within(std::uint64_t tag, std::uint64_t count) const noexcept {
        if (first_ == out_.size()) return {tag, 0};
        auto const from = std::max(tag, out_[first_].tag);
        auto const to = std::min(tag + count, out_.back().end());
        return {from, to - std::min(from, to)};
    }
    // Takes `count` deliveries back, the first with the tag `tag`, and hands what they were to `end`; nothing for tags
    // that are not (or no longer) out.
    template <class End>
    void settle(std::uint64_t tag, std::uint64_t count, End&& end) {
        for (std::uint64_t const last = tag + count; tag < last;) {
            // Mostly the first entry.
            auto at = out_.begin() + static_cast<std::ptrdiff_t>(first_);
            if (at != out_.end() && at->end() <= tag)
                at = std::partition_point(at, out_.end(), [tag](entry const& e) { return e.end() <= tag; });
            if (at == out_.end()) return;
            tag = std::max(tag, at->tag);
            if (tag >= last) return;
            auto const n = static_cast<std::uint32_t>(std::min(last, at->end()) - tag);
            auto const settled = take_back(at, static_cast<std::uint32_t>(tag - at->tag), n);
            tag += n;
            end(settled);
        }
    }
    template <class End>
    void take_back_all(End&& end) {
        auto const all = std::exchange(out_, {});
        for (std::size_t i = std::exchange(first_, 0); i < all.size(); ++i) end(all[i].content);
        held_ = 0;
    }

    // The shards of which it wants nothing for now, whether they are its own or become so. Changed with the inbox's
    // lock held as well.
    std::vector<std::uint32_t> on_hold;
    // It takes nothing more.
    bool paused = false;
    // It got fewer than it asked for since it has no place free, and is to be told when it has.
    bool starved = false;
    // Where to look first for the next message: so that none of its shards has to wait for another one.
    std::uint32_t next_shard = 0;

    // It got fewer than it asked for since there were no more, and is to be told of the next one. Guarded by the
    // inbox's lock.
    bool hungry = false;
    // It was told and has not asked yet. Guarded by the inbox's lock.
    bool woken = false;

private:
    struct entry {
        std::uint64_t tag;
        taken_messages content;
        std::uint64_t end() const noexcept { return tag + content.what.size(); }
    };

    // Takes a part out of an entry.
    taken_messages take_back(std::vector<entry>::iterator at, std::uint32_t from, std::uint32_t n) {
        auto const size = at->content.what.size();
        held_ -= n;
        taken_messages part = at->content;
        if (n == size) {
            remove(at);
            return part;
        }
        part.what = at->content.what.part(from, n);
        entry rest{at->tag + from + n, at->content};
        rest.content.what = at->content.what.part(from + n, size - from - n);
        at->content.what = at->content.what.part(0, from);
        if (from == 0)
            *at = rest;
        else if (rest.content.what.size() > 0)
            out_.insert(at + 1, rest);
        return part;
    }
    void remove(std::vector<entry>::iterator at) {
        auto const first = out_.begin() + static_cast<std::ptrdiff_t>(first_);
        if (at != first) {
            out_.erase(at);
        } else if (++first_ == out_.size()) {
            out_.clear();
            first_ = 0;
        } else if (first_ >= 64) {
            out_.erase(out_.begin(), first + 1);
            first_ = 0;
        }
    }

    member_id id_;
    receiver* told_;
    std::size_t prefetch_;
    std::size_t held_ = 0;
    std::uint64_t next_tag_ = 1;
    // In the order of their tags; those before `first_` have been settled.
    std::vector<entry> out_;
    std::size_t first_ = 0;
};

} // namespace fairway::hub_detail

#endif
