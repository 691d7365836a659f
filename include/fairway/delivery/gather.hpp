// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_DELIVERY_GATHER_HPP
#define FAIRWAY_DELIVERY_GATHER_HPP

#include <fairway/envelope/message_id.hpp>
#include <fairway/envelope/time.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace fairway {

/// Why a gather ended.
enum class gather_end {
    timed_out, ///< the total timeout
    stalled,   ///< no reply for as long as the stall timer says
    maximum,   ///< as many answers as were asked for
    satisfied, ///< the predicate was true of a reply
    closed,    ///< the service was closed; what had come is there
};

/// Decides which replies of a gather count and when it ends (scatter-gather; Hohpe and Woolf, "Enterprise Integration
/// Patterns"). `TimePoint` is any time point in nanoseconds.
template <class TimePoint>
class gathering {
public:
    /// Starts at `now`.
    gathering(TimePoint now, duration total, std::optional<duration> stall, std::optional<std::size_t> maximum)
        : total_(detail::saturating_add(now, total)), stall_(stall), maximum_(maximum), last_(now) {}

    /// Until when to wait for the next reply.
    TimePoint deadline() const { return stall_ ? std::min(total_, detail::saturating_add(last_, *stall_)) : total_; }
    /// A reply came at `now`: false where its responder has answered already. Without a name of the responder the
    /// message's id is what tells replies apart.
    bool offer(std::string_view responder, message_id id, TimePoint now) {
        std::string const who = responder.empty() ? to_string(id) : std::string(responder);
        if (!seen_.insert(who).second) return false;
        last_ = now;
        return true;
    }
    /// Whether the answers that were let in are as many as were asked for.
    bool complete() const noexcept { return maximum_ && seen_.size() >= *maximum_; }
    /// Why it ends where the deadline has passed.
    gather_end expired() const { return deadline() < total_ ? gather_end::stalled : gather_end::timed_out; }

private:
    TimePoint total_;
    std::optional<duration> stall_;
    std::optional<std::size_t> maximum_;
    TimePoint last_;
    std::set<std::string, std::less<>> seen_;
};

} // namespace fairway

#endif
