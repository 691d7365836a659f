// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_ORDER_CASES_HPP
#define FAIRWAY_TESTING_CONFORMANCE_ORDER_CASES_HPP

// Services on channels with shards: messages of one key are handled one after another, in the order sent.

#include <fairway/testing/conformance/actor.hpp>
#include <fairway/testing/conformance/case.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace fairway::testing::conformance {

namespace detail {

// The numbers of each key in the order in which their handlers ended, and whether two of a key ever ran at a time.
struct key_record {
    std::map<std::string, numbers> ended;
    std::map<std::string, int> running;
    std::size_t total = 0;
    bool overlap = false;

    // To be passed as behaviour: handles a message of a key for some time.
    behaviour during(duration shortest) {
        return [this, shortest](std::uint64_t n, delivery const& d) -> task<> {
            std::string const key(d.shard_key());
            struct running_now {
                int& count;
                ~running_now() { --count; }
            };
            running_now const now(++running[key]);
            overlap = overlap || now.count > 1;
            co_await sleep_for(shortest * static_cast<int>(1 + n % 3));
            ended[key].push_back(n);
            ++total;
        };
    }
    // Whether these many keys have ended these many messages, each counted once.
    bool complete(std::size_t keys, std::size_t each) const {
        auto const all = [each](auto const& k) { return each_once(k.second).size() >= each; };
        return ended.size() == keys && std::all_of(ended.begin(), ended.end(), all);
    }
    void check(scene const& play, std::size_t keys, numbers const& each) const {
        expect(!overlap, "messages of one key not to be handled at a time");
        expect_equal(ended.size(), keys, "the number of keys");
        for (auto const& [key, all] : ended) expect_equal(play.tidy(all), each, "the order of " + key);
    }
};

inline std::string nth_key(int n) { return "account-" + std::to_string(n); }

inline void keys_in_order(stage& on) {
    scene play(on);
    auto& record = play.make<key_record>();
    auto& stock = act(play, play.connect(), "stock");
    stock.on_job_lines(record.during(play.quiet() / 20));
    stock.start();
    auto& shop = act(play, play.connect(), "shop");
    std::vector<pending<std::vector<outcome>>> sent;
    for (int k = 0; k < 6; ++k) sent.push_back(shop.line_up(nth_key(k), count_up(1, 10)));
    for (auto& one : sent)
        for (auto const& o : wait_for(play, one, "a range to be sent"))
            expect_equal(o.error, error_code(), "an outcome");
    play.until([&] { return record.complete(6, 10); }, "all to be handled");
    record.check(play, 6, count_up(1, 10));
    expect(stock.done().most_running > 1, "messages of different keys to be handled at a time");
}

inline void keys_among_instances(stage& on) {
    scene play(on);
    auto& record = play.make<key_record>();
    auto& a = act(play, play.connect(), "mail");
    auto& b = act(play, play.connect(), "mail");
    for (auto* one : {&a, &b}) one->on_bulletin_lines(record.during(play.quiet() / 20)), one->start();
    play.pause();
    auto& shop = act(play, play.connect(), "shop");
    for (std::uint64_t n = 1; n <= 10; ++n)
        for (int k = 0; k < 8; ++k) wait_for(play, shop.publish_in_line(nth_key(k), {n}), "an event to be sent");
    play.until([&] { return record.complete(8, 10); }, "all to be handled");
    record.check(play, 8, count_up(1, 10));
    expect(!a.begun().empty() && !b.begun().empty(), "both instances to get a part");
}

inline void keys_while_instances_change(stage& on) {
    scene play(on);
    auto& record = play.make<key_record>();
    auto const begin = [&]() -> actor& {
        auto& one = act(play, play.connect(), "stock");
        one.on_job_lines(record.during(play.quiet() / 20), handler_options().prefetch(8));
        one.start();
        return one;
    };
    auto* first = &begin();
    play.pause();
    auto& shop = act(play, play.connect(), "shop");
    for (std::uint64_t part = 0; part < 3; ++part) {
        std::vector<pending<std::vector<outcome>>> sent;
        for (int k = 0; k < 6; ++k) sent.push_back(shop.line_up(nth_key(k), count_up(part * 8 + 1, part * 8 + 8)));
        for (auto& one : sent) wait_for(play, one, "a range to be sent");
        play.until([&] { return record.total >= part * 48 + 10; }, "a part to be handled");
        // Another one joins, and the first one ends in good order.
        auto* const second = &begin();
        play.pass(play.quiet() / 10);
        auto const l = wait_for(play, first->drain(play.patience()), "a drain to complete");
        expect_balance(l);
        first = second;
    }
    play.until([&] { return record.complete(6, 24); }, "all to be handled");
    record.check(play, 6, count_up(1, 24));
}

inline void keys_pick_shards(stage& on) {
    scene play(on);
    auto& stock = act(play, play.connect(), "stock");
    stock.on_job_lines();
    stock.start();
    auto& shop = act(play, play.connect(), "shop");
    for (int k = 0; k < 10; ++k) wait_for(play, shop.line_up(nth_key(k), {1, 2}), "a range to be sent");
    wait_for(play, shop.line_up("", count_up(3, 22)), "a range without a key to be sent");
    play.until([&] { return stock.ended().size() >= 40; }, "all to be handled");
    std::set<std::uint32_t> without_key;
    for (auto const& one : stock.done().begun) {
        auto const key = one.of.shard_key();
        expect(one.of.shard().has_value(), "a delivery to tell its shard");
        if (key.empty())
            without_key.insert(*one.of.shard());
        else
            expect_equal(*one.of.shard(), shard_of(key, 4), "the shard of " + std::string(key));
    }
    expect(without_key.size() > 1, "messages without a key to go to several shards");
}

inline void crash_keeps_order(stage& on) {
    scene play(on);
    auto& first_record = play.make<key_record>();
    auto& record = play.make<key_record>();
    auto& doomed = play.connect();
    auto& first = act(play, doomed, "stock");
    first.on_job_lines(first_record.during(play.quiet() / 20));
    first.start();
    play.pause();
    auto& shop = act(play, play.connect(), "shop");
    for (int k = 0; k < 4; ++k) wait_for(play, shop.line_up(nth_key(k), count_up(1, 10)), "a range to be sent");
    play.until([&] { return first_record.total >= 12; }, "a part to be handled");
    auto const before = first_record.ended;
    play.drop(doomed);
    auto& second = act(play, play.connect(), "stock");
    second.on_job_lines(record.during(play.quiet() / 20));
    second.start();
    auto const all_done = [&] {
        for (int k = 0; k < 4; ++k)
            if (auto const& all = record.ended[nth_key(k)]; all.empty() || all.back() != 10) return false;
        return true;
    };
    play.until(all_done, "the rest to be handled after a crash");
    expect(!record.overlap, "messages of one key not to be handled at a time");
    for (auto const& [key, all] : record.ended) {
        auto const mine = before.find(key);
        std::uint64_t const done = mine == before.end() || mine->second.empty() ? 0 : mine->second.back();
        // What was handled and not known to be accepted may come again, in order.
        expect(all.front() <= done + 1, "no message of " + key + " to be skipped after a crash");
        expect_equal(play.tidy(all), count_up(all.front(), 10), "the order of " + key + " after a crash");
    }
}

} // namespace detail

/// Services on channels with shards.
inline constexpr test_case order_cases[] = {
    {"messages of a key are handled in order", "One after another, and those of other keys beside them.",
        needs::queues | needs::shards, detail::keys_in_order},
    {"keys are split among instances", "Two instances of a group handle each key's messages in order, each its keys.",
        needs::topics | needs::shards, detail::keys_among_instances},
    {"order survives instances that come and go", "Joining and draining lose, repeat and reorder nothing of a key.",
        needs::queues | needs::shards | needs::redelivery, detail::keys_while_instances_change},
    {"a key picks its shard", "As shard_of says, the same as Kafka's Java client; without a key any shard.",
        needs::queues | needs::shards, detail::keys_pick_shards},
    {"order survives a crash", "The unaccepted tail of each key is handled again, in order.",
        needs::queues | needs::shards | needs::redelivery, detail::crash_keeps_order},
};

} // namespace fairway::testing::conformance

#endif
