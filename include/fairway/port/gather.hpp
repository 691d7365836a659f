// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_GATHER_HPP
#define FAIRWAY_PORT_GATHER_HPP

#include <fairway/delivery/gather.hpp>
#include <fairway/envelope/time.hpp>
#include <fairway/error.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fairway {

/// One reply of a gather.
template <class Reply>
struct gathered_reply {
    /// The name of the service that answered.
    std::string responder;
    /// What it answered.
    Reply value;
};

/// What a gather collected, and why it ended.
template <class Reply>
struct gathered {
    /// The replies in the order in which they came, one per responder.
    std::vector<gathered_reply<Reply>> replies;
    /// Who answered with a fault instead.
    std::vector<fault> faults;
    /// Replies of a responder that had answered already; not among `replies`.
    std::size_t duplicates = 0;
    /// Replies that could not be decoded or are of a type that the request does not name; not among `replies`.
    std::size_t undecodable = 0;
    /// Why it ended.
    gather_end ended_by = gather_end::timed_out;
};

/// When a gather ends: at the total timeout at the latest.
template <class Reply>
class gather_options {
public:
    /// Ends after `total`, 5 s by default.
    explicit gather_options(duration total = std::chrono::seconds(5)) : total_(total) {}

    /// Ends where no reply has come for this long, the time before the first one included.
    gather_options& stall(duration d) & {
        stall_ = d;
        return *this;
    }
    /// Ends where no reply has come for this long, the time before the first one included.
    gather_options&& stall(duration d) && { return std::move(stall(d)); }
    /// Ends with this many answers, faults included.
    gather_options& maximum(std::size_t n) & {
        maximum_ = n;
        return *this;
    }
    /// Ends with this many answers, faults included.
    gather_options&& maximum(std::size_t n) && { return std::move(maximum(n)); }
    /// Ends with the first reply for which `enough` is true; that reply is among the collected.
    gather_options& until(std::function<bool(Reply const&)> enough) & {
        until_ = std::move(enough);
        return *this;
    }
    /// Ends with the first reply for which `enough` is true; that reply is among the collected.
    gather_options&& until(std::function<bool(Reply const&)> enough) && { return std::move(until(std::move(enough))); }

    /// The total timeout.
    duration total() const noexcept { return total_; }
    /// The stall timer, where there is one.
    std::optional<duration> stall() const noexcept { return stall_; }
    /// The maximum, where there is one.
    std::optional<std::size_t> maximum() const noexcept { return maximum_; }
    /// The predicate; may be empty.
    std::function<bool(Reply const&)> const& until() const noexcept { return until_; }

private:
    duration total_;
    std::optional<duration> stall_;
    std::optional<std::size_t> maximum_;
    std::function<bool(Reply const&)> until_;
};

} // namespace fairway

#endif
