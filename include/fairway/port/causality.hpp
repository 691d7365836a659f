// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_CAUSALITY_HPP
#define FAIRWAY_PORT_CAUSALITY_HPP

// What a message inherits from the delivery whose handling sends it: conversation, cause, the trace that it belongs to
// (W3C Trace Context and Baggage), and the time that is left.

#include <fairway/env/clock.hpp>
#include <fairway/env/handled.hpp>

#include <algorithm>
#include <string_view>

namespace fairway::detail {

inline constexpr std::string_view trace_headers[] = {"traceparent", "tracestate", "baggage"};

// Told apart by their lengths first: most headers are none of these.
inline bool is_trace_header(std::string_view name) noexcept {
    switch (name.size()) {
    case trace_headers[0].size(): return name == trace_headers[0];
    case trace_headers[1].size(): return name == trace_headers[1];
    case trace_headers[2].size(): return name == trace_headers[2];
    default: return false;
    }
}
inline bool has_trace_headers(delivery const& d) noexcept {
    auto const all = d.headers();
    return std::any_of(all.begin(), all.end(), [](header const& h) { return is_trace_header(h.name); });
}

inline void inherit_ids(envelope_head& head) noexcept {
    auto const* const cause = env::handling_scope::message();
    if (!cause) return;
    head.conversation = cause->conversation();
    head.causation = cause->id();
}

// True where there is a trace to inherit.
inline bool is_traced(delivery const* cause) noexcept { return cause && has_trace_headers(*cause); }

// What the sender has set itself stays; what finds no room is left out, for a message with more is refused elsewhere.
inline void inherit_trace(delivery const& cause, headers& own) {
    if (!has_trace_headers(cause) || own.find(trace_headers[0])) return;
    for (auto const name : trace_headers)
        if (auto const value = cause.header(name); value && !own.find(name) && own.size() < limits::headers)
            own.set(name, *value);
}

// No longer than the delivery that is being handled is worth anything; zero or less where it is not any more.
inline duration within_deadline(duration timeout, env::clock const& clock) noexcept {
    auto const* const cause = env::handling_scope::message();
    if (!cause || !cause->deadline()) return timeout;
    return std::min(timeout, *cause->deadline() - clock.now());
}

} // namespace fairway::detail

#endif
