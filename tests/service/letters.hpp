// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTS_SERVICE_LETTERS_HPP
#define FAIRWAY_TESTS_SERVICE_LETTERS_HPP

// Channels whose messages die, and letters that were put there by hand.

#include "code_of.hpp"
#include "fw_catch.hpp"

#include <fairway/dead_letters.hpp>
#include <fairway/fairway.hpp>
#include <fairway/testing.hpp>

#include <string>
#include <vector>

namespace letters {

using namespace fairway;

struct job {
    using contract = fairway::command<"jobs.job">;
    std::string name;
    std::string const& shard_key() const { return name; }
};
using jobs = point_to_point<"jobs", job>;
using sharded_jobs = sharded<8, point_to_point<"jobs.sharded", job>>;

struct told {
    using contract = fairway::event<"news.told">;
    std::string what;
    std::string const& shard_key() const { return what; }
};
using news = sharded<4, publish_subscribe<"news", told>>;

// Fails until it is mended.
struct worker {
    bool mended = false;
    int calls = 0;
    std::vector<std::string> done;

    void operator()(job const& j, delivery const& d) {
        ++calls;
        if (!mended) throw fault("broken", "no " + j.name);
        done.push_back(j.name + "/" + std::string(d.header("fw-dead-replays").value_or("0")));
    }
};

inline std::vector<std::string> names(std::vector<dead_letter> const& all) {
    std::vector<std::string> names;
    for (auto const& d : all) names.push_back(from_json_text<job>(d.body()).name);
    return names;
}

// A message as it lies in the dead-letter channel of `jobs` and "workers".
inline envelope letter(std::uint64_t n, std::string_view channel = "jobs", std::string_view group = "workers") {
    headers h;
    if (!channel.empty()) h.set_reserved("fw-dead-channel", channel);
    if (!group.empty()) h.set_reserved("fw-dead-group", group);
    h.set_reserved("fw-dead-attempts", "1");
    envelope_head head;
    head.id = {1, n};
    head.type = "jobs.job";
    head.content_type = "application/json";
    return envelope::of_bytes(head, h.view(), "{\"name\":\"" + std::to_string(n) + "\"}");
}

inline void put(any_transport net, std::string channel, envelope const& e) {
    address where;
    where.channel = std::move(channel);
    REQUIRE_FALSE(try_send_one(*net.open(where), e));
}
inline void put_letters(any_transport const& net, std::uint64_t n) {
    for (std::uint64_t i = 1; i <= n; ++i) put(net, "jobs.workers.dead", letter(i));
}

inline std::vector<std::string> numbers(std::uint64_t from, std::uint64_t to) {
    std::vector<std::string> all;
    for (auto i = from; i <= to; ++i) all.push_back(std::to_string(i));
    return all;
}

// What a test says to jobs' workers: many that fail.
inline void let_die(testing::bench& b, std::vector<std::string> const& names) {
    auto const port = b.sender<jobs>();
    for (auto const& n : names) {
        job const j{.name = n};
        b.run(port.send(j, send_options().header("tenant", "acme")));
    }
    b.settle();
}

} // namespace letters

#endif
