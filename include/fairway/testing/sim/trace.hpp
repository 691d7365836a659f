// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_SIM_TRACE_HPP
#define FAIRWAY_TESTING_SIM_TRACE_HPP

#include <fairway/envelope/message_id.hpp>
#include <fairway/envelope/time.hpp>
#include <fairway/testing/sim/draw.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace fairway::testing {

/// One thing that happened in a simulation; valid during the call that tells it.
struct sim_event {
    /// When, in virtual time since the simulation began.
    duration at{};
    /// The number of steps before it.
    std::uint64_t step = 0;
    /// Where: a host's name, or "broker".
    std::string_view where;
    /// What: "run" (a handler of the host), the kind of a message that arrived on a link ("publish", "deliver",
    /// "settle", ...), a fault ("crash", "start", "pause", "cut up", ...), what the broker did with a message or for a
    /// group of a channel ("accepted", "done", "expired", "duplicate", "fence", ...) or "note".
    std::string_view what;
    /// More: a message's type, a channel's name and the group's, the text of a note.
    std::string_view text;
    /// The message, if it is about one.
    message_id id{};
};

/// An event as one line of text.
inline std::string to_string(sim_event const& e) {
    auto const ns = static_cast<std::uint64_t>(e.at.count());
    std::string fraction = std::to_string(ns % 1'000'000'000);
    fraction.insert(0, 9 - fraction.size(), '0');
    std::string line = std::to_string(ns / 1'000'000'000) + "." + fraction + " #" + std::to_string(e.step) + " ";
    line.append(e.where).append(" ").append(e.what);
    if (!e.text.empty()) line.append(" ").append(e.text);
    if (e.id) line.append(" ").append(to_string(e.id));
    return line;
}

namespace sim_detail {

// Hashes all that happens, and tells it to whoever listens.
class trace {
public:
    std::uint64_t hash() const noexcept { return hash_; }
    void tell(std::function<void(sim_event const&)> told) { told_ = std::move(told); }

    // `now` and `step` are the simulation's own.
    void put(duration now, std::uint64_t step, std::string_view where, std::string_view what,
        std::string_view text = {}, message_id id = {}) {
        add(static_cast<std::uint64_t>(now.count()));
        add(hash_of(where));
        add(hash_of(what));
        if (!text.empty()) add(hash_of(text));
        if (id) {
            add(id.high);
            add(id.low);
        }
        if (!told_) return;
        sim_event e;
        e.at = now;
        e.step = step;
        e.where = where;
        e.what = what;
        e.text = text;
        e.id = id;
        told_(e);
    }

private:
    void add(std::uint64_t value) noexcept { hash_ = mix(hash_ ^ value) + 0x9e3779b97f4a7c15ULL; }

    std::uint64_t hash_ = 0;
    std::function<void(sim_event const&)> told_;
};

} // namespace sim_detail

} // namespace fairway::testing

#endif
