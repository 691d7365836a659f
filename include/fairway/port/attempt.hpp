// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_ATTEMPT_HPP
#define FAIRWAY_PORT_ATTEMPT_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/handled.hpp>
#include <fairway/port/dead_letters.hpp>
#include <fairway/port/handler.hpp>
#include <fairway/port/handler_options.hpp>
#include <fairway/port/middleware.hpp>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <functional>
#include <limits>
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
    if (!d.message().may_have_reserved_headers() || here.from.kind != channel_kind::publish_subscribe) return false;
    auto const only = d.header(replay_group);
    return only && *only != here.group;
}

inline bool is_too_large(delivery const& d) noexcept {
    return !d.message().object_type() && d.message().body().size() > limits::body;
}

// How often a delivery may come that kills its process again and again, so that it never comes to a retry policy of
// `attempts`.
inline std::uint32_t most_deliveries(unsigned attempts) noexcept {
    // Not too few: what waited behind a message that kills was delivered as often, and is innocent.
    constexpr std::uint64_t least = 20, deaths_per_attempt = 10;
    auto const most = std::max(least, deaths_per_attempt * attempts);
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(most, std::numeric_limits<std::uint32_t>::max()));
}

// One attempt with a store around it: whether the store knows the message already is written into `known`. `run` is
// what is further inside.
struct remembered_attempt {
    delivery const& message;
    // Channel and group.
    std::string_view scope;
    responder& answers;
    env::clock& clock;
    std::function<task<>()> run;
    bool& known;
};

// What stands around the attempts of one subscription; most have nothing there.
struct surroundings {
    std::string channel;
    std::string scope;
    remembering_attempt memory;
    env::clock& clock;

    bool any(pipeline_parts const& parts) const noexcept { return memory || !parts.around->deliveries.empty(); }
};

// How an attempt ended.
struct attempt_end {
    std::exception_ptr error;
    // Its request has its reply.
    bool answered = false;
};

// A single attempt, whose failure is thrown.
class one_attempt final : public attempts {
public:
    explicit one_attempt(delivery const& with) noexcept : with_(with) {}
    delivery const& begin() override { return with_; }
    void failed() override { throw; }
    step next() override { return step::leave; }
    void wait(env::continuation) override {}

private:
    delivery const& with_;
};

inline task<> call_plain_later(pipeline_parts const& parts, delivery const& d, handler_entry const& entry) {
    entry.call(parts.handler.get(), d, parts.answers);
    co_return;
}

// One attempt with the store and the middleware around it; `known` is set where the store knows the message already.
// All that it is given lives until it has ended.
inline task<> attempt_around(
    pipeline_parts const& parts, surroundings const& with, delivery const& d, handler_entry const& entry, bool& known) {
    way_in way{parts.around->deliveries, {d, with.channel, parts.counts->service}, {}};
    one_attempt once(d);
    way.innermost = [&] {
        auto const* const how = entry.coroutine;
        return how ? how->run(*how, parts.handler.get(), once, parts.answers) : call_plain_later(parts, d, entry);
    };
    next_handler const outermost(way, 0);
    remembered_attempt const remembered{d, with.scope, *parts.answers, with.clock, [&] { return outermost(); }, known};
    if (with.memory)
        co_await with.memory(remembered);
    else
        co_await outermost();
    if (!known && !way.reached && d.wants_reply())
        parts.answers->fail(d, "no_reply", "the message was not handed to its handler");
}

} // namespace fairway::detail

#endif
