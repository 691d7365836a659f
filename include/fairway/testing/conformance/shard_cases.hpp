// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_SHARD_CASES_HPP
#define FAIRWAY_TESTING_CONFORMANCE_SHARD_CASES_HPP

// Shards: one owner at a time, order within each.

#include <fairway/testing/conformance/case.hpp>
#include <fairway/testing/conformance/scene.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace fairway::testing::conformance {

namespace detail {

// Numbers first to last, on all shards; without a pattern, so that consumers in turn get no shard of their own by it.
inline std::vector<envelope> spread(scene const& play, unsigned shards, std::uint64_t first, std::uint64_t last) {
    std::vector<envelope> all;
    for (auto const n : count_up(first, last)) {
        auto const shard = static_cast<std::uint32_t>(n * 0x9e3779b97f4a7c15ULL >> 40) % shards;
        all.push_back(play.keyed(n, scene::key_of(shard, shards), shards).done());
    }
    return all;
}
inline std::set<std::uint32_t> shards_of(listener const& l) {
    std::set<std::uint32_t> all;
    for (auto const& one : l.history()) all.insert(one.shard);
    return all;
}
// Each shard's numbers came in rising order, none twice, and all of them.
inline void expect_order(scene const& play, shard_record const& record, std::size_t total) {
    record.check();
    std::size_t found = 0;
    for (auto const& [shard, all] : record.accepted()) {
        auto const once = play.tidy(all);
        expect_equal(once, each_once(sorted(once)), "the order of shard " + std::to_string(shard));
        found += once.size();
    }
    expect_equal(found, total, "the number of messages that were accepted once");
}

inline void order_of_one_sender(stage& on) {
    scene play(on);
    auto const to = play.queue(1);
    auto& there = play.listen(play.connect(), to, "stock", 8);
    play.pause();
    play.send(play.speak(play.connect(), to), play.on_shard(0, 1, count_up(1, 100)));
    auto const found = [&] {
        scene::work({&there});
        return there.accepted();
    };
    play.until_numbers(found, count_up(1, 100), "the order of one sender's messages on a shard");
}

inline void order_of_single_sends(stage& on) {
    scene play(on);
    auto const to = play.topic(2);
    auto& there = play.listen(play.connect(), to);
    play.pause();
    auto& sender = play.speak(play.connect(), to);
    // Each waits for the one before it, and another one is handed over without waiting.
    for (std::uint64_t n = 1; n <= 20; n += 2) {
        play.send(sender, play.keyed(n, scene::key_of(1, 2), 2));
        expect_equal(sender.try_one(play.keyed(n + 1, scene::key_of(1, 2), 2).done()), error_code(), "try_send");
    }
    play.until_in_order(there, count_up(1, 20), "the order of messages that were sent one by one");
}

inline void one_owner_each(stage& on, channel_kind kind, std::string const& a_group, std::string const& b_group) {
    scene play(on);
    auto const to = kind == channel_kind::point_to_point ? play.queue(4) : play.topic(4);
    auto& a = play.listen(play.connect(), to, a_group);
    auto& b = play.listen(play.connect(), to, b_group);
    play.pause();
    play.send(play.speak(play.connect(), to), spread(play, 4, 1, 40));
    play.until_accepted({&a, &b}, count_up(1, 40), "what both owners received");
    auto const of_a = shards_of(a), of_b = shards_of(b);
    expect(!of_a.empty() && !of_b.empty(), "both to own a shard");
    for (auto const shard : of_a) expect(!of_b.contains(shard), "a shard to have one owner");
}
inline void owners_of_a_queue(stage& on) { one_owner_each(on, channel_kind::point_to_point, "stock", "mail"); }
inline void owners_in_a_group(stage& on) { one_owner_each(on, channel_kind::publish_subscribe, "mail", "mail"); }

inline void groups_own_apart(stage& on) {
    scene play(on);
    auto const to = play.topic(4);
    auto& a = play.listen(play.connect(), to, "audit");
    auto& b = play.listen(play.connect(), to, "mail");
    play.pause();
    play.send(play.speak(play.connect(), to), spread(play, 4, 1, 20));
    for (auto* one : {&a, &b}) {
        play.until_accepted({one}, count_up(1, 20), "what a group received of four shards");
        expect_equal(shards_of(*one).size(), 4U, "the number of shards that a group's only instance owns");
    }
}

inline void shards_keep_what_came_before(stage& on) {
    scene play(on);
    auto const to = play.queue(4);
    play.send(play.speak(play.connect(), to), spread(play, 4, 1, 20));
    play.pause();
    auto& record = play.make<shard_record>();
    auto& late = play.listen(play.connect(), to);
    late.note_in(record);
    play.until_accepted({&late}, count_up(1, 20), "what was sent before the first owner came");
    expect_order(play, record, 20);
}

inline void more_members_than_shards(stage& on) {
    scene play(on);
    auto const to = play.queue(2);
    std::vector<listener*> all;
    for (int i = 0; i < 3; ++i) all.push_back(&play.listen(play.connect(), to, "stock"));
    play.pause();
    auto& sender = play.speak(play.connect(), to);
    play.send(sender, spread(play, 2, 1, 10));
    play.until_accepted(all, count_up(1, 10), "what three consumers received of two shards");
    std::size_t owners = 0;
    for (auto* one : all) owners += one->received().empty() ? 0 : 1;
    expect_equal(owners, 2U, "the number of owners of two shards");
    // The one without a shard gets one as soon as an owner goes.
    auto const busy = std::find_if(all.begin(), all.end(), [](auto* one) { return !one->received().empty(); });
    (*busy)->close();
    play.send(sender, spread(play, 2, 11, 20));
    play.until_accepted(all, count_up(1, 20), "what was received after an owner had gone");
}

inline void one_shard_waits_alone(stage& on) {
    scene play(on);
    auto const to = play.queue(2);
    auto& there = play.listen(play.connect(), to, "stock", 8);
    play.pause();
    auto& sender = play.speak(play.connect(), to);
    play.send(sender, play.on_shard(0, 2, {1}));
    play.until([&] { return there.take() > 0; }, "the first message of a shard to arrive");
    play.send(sender, play.on_shard(1, 2, count_up(2, 21)));
    auto const others = [&] {
        scene::repeat([&] {
            auto const n = there.take();
            there.settle(true, [](delivery const& d) { return number_of(d) != 1; });
            return n;
        });
        return there.accepted();
    };
    play.until_numbers(others, count_up(2, 21), "what comes of one shard while another one's delivery is unsettled");
    there.accept_all();
}

inline void hold_stops_one_shard(stage& on) {
    scene play(on);
    auto const to = play.queue(2);
    auto& record = play.make<shard_record>();
    auto& there = play.listen(play.connect(), to, "stock", 8);
    there.note_in(record);
    play.pause();
    auto& sender = play.speak(play.connect(), to);
    play.send(sender, play.on_shard(0, 2, {1, 2}));
    play.until_in_order(there, {1, 2}, "what came before the shard was held");
    there.hold(0, true);
    play.send(sender, play.on_shard(0, 2, {3, 4}));
    play.send(sender, play.on_shard(1, 2, {5, 6}));
    play.until_in_order(there, {1, 2, 5, 6}, "what comes while the other shard is held");
    play.linger({&there});
    expect_equal(there.received(), numbers{1, 2, 5, 6}, "what came while a shard was held");
    there.accept_all();
    play.linger({&there});
    expect_equal(there.received(), numbers{1, 2, 5, 6}, "what came of a held shard once all was settled");
    there.hold(0, false);
    play.until_accepted({&there}, count_up(1, 6), "what came in all");
    expect_order(play, record, 6);
}

inline void held_shard_is_not_lost(stage& on) {
    scene play(on);
    auto const to = play.queue(1);
    auto& record = play.make<shard_record>();
    auto& first = play.listen(play.connect(), to, "stock", 8);
    first.note_in(record);
    play.pause();
    play.send(play.speak(play.connect(), to), play.on_shard(0, 1, count_up(1, 3)));
    play.until_in_order(first, {1, 2, 3}, "what the first owner received");
    first.hold(0, true);
    first.accept(1);
    first.close(); // 2 and 3 are not settled
    auto& second = play.listen(play.connect(), to, "stock");
    second.note_in(record);
    play.until_accepted({&second}, {2, 3}, "what comes of a shard whose owner held it and went");
    expect_order(play, record, 3);
}

inline void released_comes_before_its_successors(stage& on) {
    scene play(on);
    auto const to = play.queue(1);
    auto& there = play.listen(play.connect(), to, "stock", 2);
    play.pause();
    play.send(play.speak(play.connect(), to), play.on_shard(0, 1, count_up(1, 4)));
    play.until([&] { return there.take(1) == 1; }, "the first message to arrive");
    expect_equal(there.received(), numbers{1}, "what was received");
    there.release(1);
    play.until([&] { return there.take(1) == 1; }, "the released message to come again");
    expect_equal(there.received(), numbers{1, 1}, "what was received");
    there.accept_all();
    auto const rest = [&] {
        scene::work({&there});
        return there.accepted();
    };
    play.until_numbers(rest, count_up(1, 4), "the order in which a shard was accepted");
}

inline void release_restores_order(stage& on) {
    scene play(on);
    auto const to = play.queue(1);
    auto& there = play.listen(play.connect(), to, "stock", 4);
    play.pause();
    play.send(play.speak(play.connect(), to), play.on_shard(0, 1, count_up(1, 6)));
    play.until_in_order(there, {1, 2, 3, 4}, "as many as the prefetch allows");
    there.release_all();
    auto const rest = [&] {
        scene::work({&there});
        return there.accepted();
    };
    play.until_numbers(rest, count_up(1, 6), "the order after four were released at once");
}

} // namespace detail

/// Shards: one owner at a time, order within each.
inline constexpr test_case shard_cases[] = {
    {"a sender's messages keep their order on a shard", "A batch on one shard is received in the order of sending.",
        needs::queues | needs::shards, detail::order_of_one_sender},
    {"sends one by one keep their order", "send and try_send of one sender do not overtake each other on a shard.",
        needs::topics | needs::shards, detail::order_of_single_sends},
    {"a queue's shards have one owner each", "On a point-to-point channel consumers of all groups split the shards.",
        needs::queues | needs::shards, detail::owners_of_a_queue},
    {"a topic's shards have one owner in each group", "The instances of a group split the shards among them.",
        needs::topics | needs::shards, detail::owners_in_a_group},
    {"groups own shards apart", "Every group has owners of its own for all shards.", needs::topics | needs::shards,
        detail::groups_own_apart},
    {"shards keep what came before their first owner", "Every shard's messages wait, in order, for an owner.",
        needs::queues | needs::shards, detail::shards_keep_what_came_before},
    {"a consumer without a shard takes over", "Of more consumers than shards one waits, and owns when another leaves.",
        needs::queues | needs::shards, detail::more_members_than_shards},
    {"a shard's unsettled delivery holds up no other shard", "Other shards go on, within the prefetch.",
        needs::queues | needs::shards, detail::one_shard_waits_alone},
    {"a held shard rests alone", "hold stops the intake of one shard, keeps what was received, and can be undone.",
        needs::queues | needs::shards, detail::hold_stops_one_shard},
    {"a held shard goes to the next owner", "What is unsettled of a held shard comes again when its owner goes.",
        needs::queues | needs::shards | needs::redelivery, detail::held_shard_is_not_lost},
    {"a released message comes before its successors", "Redelivery on a shard is in place, not at the end.",
        needs::queues | needs::shards | needs::redelivery, detail::released_comes_before_its_successors},
    {"several released messages come in their order", "A batch of releases restores the order of the shard.",
        needs::queues | needs::shards | needs::redelivery, detail::release_restores_order},
};

} // namespace fairway::testing::conformance

#endif
