// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_DELIVERY_PREFIX_HPP
#define FAIRWAY_DELIVERY_PREFIX_HPP

#include <fairway/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fairway {

/// How far a shard of a log may be committed: up to the last delivery before which none is unfinished.
///
/// A tag is a number that rises with each delivery of the shard, such as its offset; where the shard is read again from
/// an earlier one, begin with a new object. Each call takes constant time on
/// average where tags rise by one, and the logarithm of what is pending where they do not. Not thread-safe.
class finished_prefix {
public:
    /// Whether `tag` is above those of all deliveries so far.
    bool follows(std::uint64_t tag) const noexcept { return !last_ || tag > *last_; }
    /// Notes a delivery, in the order of the log. Throws `errc::invalid_argument` where `tag` is not above the one
    /// before.
    void received(std::uint64_t tag) {
        if (last_ && tag <= *last_)
            detail::fail(errc::invalid_argument,
                "the tags of a shard's deliveries rise: " + std::to_string(tag) + " after " + std::to_string(*last_));
        pending_.push_back({tag, false});
        last_ = tag;
    }

    /// Notes that a delivery is finished. Returns the tag up to which all are finished, if that is further than before.
    /// A tag that was not received, or is finished already, changes nothing.
    std::optional<std::uint64_t> finished(std::uint64_t tag) {
        auto const first = pending_.begin() + static_cast<std::ptrdiff_t>(first_);
        if (first == pending_.end() || tag < first->tag) return std::nullopt;
        // Tags rise by one at least: no delivery is further from the first than its tag is.
        auto const furthest = std::min<std::uint64_t>(tag - first->tag, pending() - 1);
        auto at = first + static_cast<std::ptrdiff_t>(furthest);
        if (at->tag != tag)
            at = std::lower_bound(first, at, tag, [](delivery const& d, std::uint64_t t) { return d.tag < t; });
        if (at->tag != tag) return std::nullopt;
        at->finished = true;
        if (at != first) return std::nullopt;
        return advance();
    }

    /// How many deliveries were received after the prefix, finished ones among them.
    std::size_t pending() const noexcept { return pending_.size() - first_; }

private:
    struct delivery {
        std::uint64_t tag = 0;
        bool finished = false;
    };

    // The prefix has grown by one at least. What it covers is removed only when it is the larger part, so that each
    // delivery is moved once on average.
    std::uint64_t advance() {
        std::uint64_t reached = 0;
        for (; first_ < pending_.size() && pending_[first_].finished; ++first_) reached = pending_[first_].tag;
        if (first_ > pending_.size() / 2) {
            pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(first_));
            first_ = 0;
        }
        return reached;
    }

    std::vector<delivery> pending_;
    std::size_t first_ = 0; // how many at the front of pending_ belong to the prefix
    std::optional<std::uint64_t> last_;
};

} // namespace fairway

#endif
