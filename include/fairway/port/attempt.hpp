// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_ATTEMPT_HPP
#define FAIRWAY_PORT_ATTEMPT_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/handled.hpp>
#include <fairway/port/dead_letters.hpp>
#include <fairway/port/duplicate_store.hpp>
#include <fairway/port/handler.hpp>
#include <fairway/port/middleware.hpp>

#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::detail {

// What a pipeline needs of its service.
struct pipeline_parts {
    std::shared_ptr<void> handler;
    std::vector<handler_entry> table;
    std::shared_ptr<telemetry> counts;
    std::shared_ptr<responder> answers;
    std::shared_ptr<middleware_chain const> around;
};

// A dead letter of a publish-subscribe channel is replayed to the group that it failed in.
inline bool is_for_another_group(delivery const& d, subscription const& here) noexcept {
    if (here.from.kind != channel_kind::publish_subscribe) return false;
    auto const only = d.header(replay_group_header);
    return only && *only != here.group;
}

// The code with which a delivery is refused that is too large, or kills its process again and again, so that it never
// comes to a retry policy of `attempts`; empty for all others.
inline std::string_view beyond_limits(delivery const& d, unsigned attempts) {
    constexpr std::uint64_t deaths_per_attempt = 10;
    if (!d.message().object_type() && d.message().body().size() > limits::body) return "too_large";
    return d.attempt() > deaths_per_attempt * attempts ? "too_many_attempts" : std::string_view();
}

// What stands around the attempts of one subscription; most have nothing there.
struct surroundings {
    std::string channel;
    // Channel and group, for the store.
    std::string scope;
    std::shared_ptr<duplicate_store> store;
    env::clock& clock;

    bool any(pipeline_parts const& parts) const noexcept { return store || !parts.around->deliveries.empty(); }
};

// One attempt of a plain handler without anything around it; returns what it threw.
inline std::exception_ptr call_now(
    pipeline_parts const& parts, std::string_view channel, delivery const& d, handler_entry const& entry) noexcept {
    env::handled const now{&d, channel};
    env::handling_scope const scope(now);
    try {
        entry.call(parts.handler.get(), d, parts.answers);
        return nullptr;
    } catch (...) {
        return std::current_exception();
    }
}

inline task<> call_plain_later(pipeline_parts const& parts, delivery const& d, handler_entry const& entry) {
    entry.call(parts.handler.get(), d, parts.answers);
    co_return;
}

// One attempt with the store and the middleware around it; true where the store knows the message already. All that it
// is given lives until it has ended.
inline task<bool> attempt_around(
    pipeline_parts const& parts, surroundings const& with, delivery const& d, handler_entry const& entry) {
    auto const& store = with.store;
    if (store && d.id()) {
        auto const known = co_await store->find(with.scope, d.id(), with.clock.now());
        if (known) {
            parts.answers->restore(d, known->reply);
            co_return true;
        }
    }
    auto innermost = [&parts, &d, &entry]() -> task<> {
        if (entry.start) return entry.start(parts.handler.get(), d, parts.answers);
        return call_plain_later(parts, d, entry);
    };
    way_in way{parts.around->deliveries, {d, with.channel, parts.counts->service}, {}};
    way.innermost = [&innermost] { return innermost(); };
    next_handler const outermost(way, 0);
    co_await outermost();
    if (!way.reached && d.wants_reply())
        parts.answers->fail(d, "no_reply", "the message was not handed to its handler");
    if (store && d.id()) {
        auto const reply = parts.answers->kept(d.id());
        co_await store->insert(with.scope, d.id(), reply, with.clock.now());
    }
    co_return false;
}

} // namespace fairway::detail

#endif
