// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What links decide without I/O: what is in a consumer's hands, what goes back to where it came from, who was away for
// too long.
#include "fw_catch.hpp"

#include <fairway/transport/tcp/absences.hpp>
#include <fairway/transport/tcp/feed.hpp>

#include <chrono>
#include <map>
#include <random>
#include <string>
#include <vector>

using namespace fairway;
using namespace fairway::tcp_detail;
using namespace std::chrono_literals;

namespace {

letter numbered(std::uint64_t tag, std::uint32_t shard = no_shard) {
    envelope_head head;
    head.type = "test";
    head.shard = shard;
    return {envelope::of_bytes(head, {}, std::to_string(tag)), tag, 1, 10};
}

// What the other node is told, in words.
std::vector<std::string> words(feed& f) {
    std::vector<std::string> all;
    for (auto const& o : f.take_orders()) {
        switch (o.what) {
        case record_type::hold: all.push_back((o.on ? "hold " : "go on ") + std::to_string(o.shard)); break;
        case record_type::pause: all.push_back("pause"); break;
        case record_type::recalled: all.push_back("recalled"); break;
        case record_type::unsubscribe: all.push_back("unsubscribe"); break;
        default:
            for (auto const& e : o.ended) {
                std::string text = e.how == settle_how::accepted   ? "accepted "
                                   : e.how == settle_how::released ? "released "
                                                                   : "returned ";
                text += std::to_string(e.tag);
                if (e.count > 1) text += "-" + std::to_string(e.tag + e.count - 1);
                all.push_back(text);
            }
        }
    }
    return all;
}
using lines = std::vector<std::string>;

} // namespace

TEST_CASE("what is in hand ends once, in any order, however old it is", "[links]") {
    std::mt19937_64 random(7);
    for (int round = 0; round < 50; ++round) {
        in_hand hands;
        std::map<std::uint64_t, std::uint32_t> model;
        std::uint64_t last = 0;
        for (int step = 0; step < 5'000; ++step) {
            if (model.empty() || (random() % 2 == 0 && model.size() < 70)) {
                last += 1 + random() % 3;
                auto const bytes = static_cast<std::uint32_t>(random() % 1'000);
                hands.add({last, bytes, 0});
                model.emplace(last, bytes);
            } else {
                // Mostly one of the oldest, but for the very first ones, which stay long.
                auto const tag =
                    random() % 16 == 0
                        ? 1 + random() % (last + 1)
                        : std::next(model.begin(), static_cast<long>(random() % model.size() / 2 + model.size() / 4))
                              ->first;
                auto const found = hands.end(tag);
                auto const expected = model.find(tag);
                REQUIRE(found.has_value() == (expected != model.end()));
                if (found) {
                    REQUIRE(found->tag == tag);
                    REQUIRE(found->bytes == expected->second);
                    model.erase(expected);
                }
            }
            REQUIRE(hands.size() == model.size());
        }
        for (auto const& [tag, bytes] : model) REQUIRE(hands.end(tag)->bytes == bytes);
        CHECK(hands.size() == 0);
    }
}

TEST_CASE("a feed settles runs of deliveries, once", "[links]") {
    feed f(1, 0);
    for (std::uint64_t tag = 1; tag <= 6; ++tag) CHECK(f.deliver(numbered(tag)));
    CHECK(f.waiting() == 6);
    for (int n = 0; n < 5; ++n) (void)f.take();
    CHECK(f.settle(1, 3, true) == 3);
    CHECK(f.settle(1, 3, true) == 0);
    CHECK(f.settle(4, 1, false) == 1);
    CHECK(f.settle(5, 2, true) == 1); // 6 was not received
    CHECK(words(f) == lines{"accepted 1-3", "released 4", "accepted 5"});
    CHECK(f.in_hands() == 0);
}

TEST_CASE("a paused feed returns what was not received, and what comes late, and leaves when nothing more can come",
    "[links]") {
    feed f(1, 0);
    for (std::uint64_t tag = 1; tag <= 3; ++tag) f.deliver(numbered(tag));
    (void)f.take();
    f.stop(false);
    CHECK(words(f) == lines{"pause", "returned 2-3"});
    CHECK_FALSE(f.deliver(numbered(4)));
    CHECK(words(f) == lines{"returned 4"});
    CHECK(f.settle(1, 1, true) == 1);
    f.stop(true);
    CHECK(words(f) == lines{"accepted 1"});
    CHECK_FALSE(f.left());
    f.stopped();
    CHECK(f.left());
    CHECK(words(f) == lines{"unsubscribe"});
}

TEST_CASE("a feed that is to leave does so when what was received is settled, unless its consumer is gone", "[links]") {
    for (bool const gone : {false, true}) {
        feed f(1, 0);
        for (std::uint64_t tag = 1; tag <= 3; ++tag) f.deliver(numbered(tag));
        (void)f.take();
        (void)f.take();
        f.stop(true);
        f.stopped();
        CHECK(f.leaves());
        CHECK(words(f) == lines{"pause", "returned 3"});
        CHECK(f.settle(1, 1, true) == 1);
        CHECK(words(f) == lines{"accepted 1"});
        CHECK_FALSE(f.left());
        if (gone)
            f.close();
        else
            CHECK(f.settle(2, 1, false) == 1);
        CHECK(f.left());
        CHECK(words(f) == (gone ? lines{"unsubscribe"} : lines{"released 2", "unsubscribe"}));
    }
}

TEST_CASE("a held shard takes nothing in before the other node has answered", "[links]") {
    feed f(1, 4);
    f.deliver(numbered(1, 2));
    f.deliver(numbered(2, 3));
    f.hold(2, true);
    CHECK(words(f) == lines{"hold 2", "returned 1"});
    f.deliver(numbered(3, 2)); // was on its way
    CHECK(words(f) == lines{"returned 3"});
    f.hold(2, false);
    CHECK(words(f).empty()); // more may be on its way
    f.held(2);
    CHECK(words(f) == lines{"go on 2"});
    CHECK(f.deliver(numbered(4, 2)));
    CHECK(f.waiting() == 2); // 2 and 4
    f.hold(2, true);
    f.held(2);
    CHECK(words(f) == lines{"hold 2", "returned 4"});
    f.hold(2, false);
    CHECK(words(f) == lines{"go on 2"});
    // What has no shards, or not so many, is not held.
    f.hold(4, true);
    CHECK(words(f).empty());
}

TEST_CASE("what follows a released message of a shard does not overtake it", "[links]") {
    feed f(1, 2);
    for (std::uint64_t tag = 1; tag <= 3; ++tag) f.deliver(numbered(tag, 1));
    f.deliver(numbered(4, 0));
    (void)f.take();
    CHECK(f.settle(1, 1, false) == 1);
    CHECK(words(f) == lines{"hold 1", "returned 2-3", "released 1"});
    CHECK(f.waiting() == 1);
    f.deliver(numbered(5, 1));
    CHECK(words(f) == lines{"returned 5"});
    f.held(1);
    CHECK(words(f) == lines{"go on 1"});
    CHECK(f.deliver(numbered(6, 1)));
}

TEST_CASE("a recall gives back all but what makes up the limit", "[links]") {
    feed f(1, 0);
    for (std::uint64_t tag = 1; tag <= 8; ++tag) f.deliver(numbered(tag));
    for (int n = 0; n < 3; ++n) (void)f.take();
    f.recall(4);
    CHECK(words(f) == lines{"returned 5-8", "recalled"});
    f.recall(2);
    CHECK(words(f) == lines{"returned 4", "recalled"});
    f.recall(2);
    CHECK(words(f) == lines{"recalled"});
    CHECK(f.in_hands() == 3);
}

TEST_CASE("a feed that has ended says nothing more", "[links]") {
    feed f(1, 2);
    f.deliver(numbered(1, 0));
    f.deliver(numbered(2, 0));
    (void)f.take();
    f.end();
    CHECK(f.waiting() == 0);
    CHECK(f.in_hands() == 0);
    f.hold(0, true);
    f.stop(true);
    f.recall(0);
    f.held(0);
    CHECK_FALSE(f.deliver(numbered(3, 0)));
    CHECK(f.settle(1, 1, true) == 0);
    CHECK(words(f).empty());
}

TEST_CASE("the tags of deliveries rise, and leave room for the number of their feed", "[links]") {
    feed f(1, 0);
    CHECK(f.deliver(numbered(1)));
    CHECK(f.deliver(numbered(3))); // what went back in between is not said
    CHECK_THROWS_AS(f.deliver(numbered(3)), violation);
    CHECK_THROWS_AS(f.deliver(numbered(2)), violation);
    CHECK_THROWS_AS(f.deliver(numbered(std::uint64_t{1} << feed::tag_bits)), violation);
    CHECK(f.deliver(numbered((std::uint64_t{1} << feed::tag_bits) - 1)));
}

TEST_CASE("a group that nobody receives for is forgotten after its time", "[links]") {
    absences a(10s);
    env::steady_point const start(1h);
    a.look("news", {"mail", "log"}, start);
    a.look("other", {"mail"}, start + 4s);
    CHECK(a.next() == start + 10s);
    a.look("news", {"log"}, start + 5s);         // mail is back
    a.look("news", {"log", "mail"}, start + 6s); // and gone again
    CHECK(a.take_due(start + 9s).empty());
    CHECK(a.take_due(start + 10s) == std::vector<absences::group_name>{{"news", "log"}});
    CHECK(a.next() == start + 14s);
    CHECK(a.take_due(start + 20s) == std::vector<absences::group_name>{{"other", "mail"}, {"news", "mail"}});
    CHECK_FALSE(a.next());
    a.missed({"news", "log"}, 3);
    a.missed({"news", "log"}, 4);
    CHECK(a.take_missed("news", "log") == 7U);
    CHECK_FALSE(a.take_missed("news", "log"));
    CHECK_FALSE(a.take_missed("news", "mail"));
}
