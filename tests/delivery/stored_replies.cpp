// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The replies that are kept for duplicated requests, against a list that does the same slowly.
#include "code_of.hpp"
#include "fw_catch.hpp"

#include <fairway/delivery/stored_replies.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <random>
#include <string>
#include <utility>

using namespace std::chrono_literals;
using fairway::duration;
using fairway::envelope;
using fairway::errc;
using fairway::message_id;
using fairway::siphash_key;
using stored_replies = fairway::stored_replies<>;
using point = std::chrono::time_point<std::chrono::steady_clock, duration>;

namespace {

constexpr siphash_key key{11, 22};
constexpr point start{1h};

envelope reply_of(std::size_t bytes, char fill = 'x') {
    fairway::envelope_head head;
    head.type = "shop.order-placed";
    return envelope::of_bytes(head, {}, std::string(bytes, fill));
}
// A reply of so many bytes, all in all.
envelope reply_of_footprint(std::size_t bytes, char fill = 'x') {
    return reply_of(bytes - reply_of(0).footprint(), fill);
}

// What shall be kept, in the order in which it came.
class reference {
public:
    reference(std::size_t each, std::size_t all, duration age) : each_(each), all_(all), age_(age) {}

    bool store(std::uint32_t scope, message_id id, std::size_t size, char fill, point now) {
        kept_.remove_if([&](item const& i) { return i.scope == scope && i.id == id; });
        if (size > each_ || size > all_) return false;
        kept_.push_back({scope, id, size, fill, now});
        while (bytes() > all_) kept_.pop_front();
        return true;
    }
    char find(std::uint32_t scope, message_id id, point now) const {
        for (auto const& i : kept_)
            if (i.scope == scope && i.id == id && now - i.time < age_) return i.fill;
        return 0;
    }
    std::size_t bytes() const {
        std::size_t sum = 0;
        for (auto const& i : kept_) sum += i.size;
        return sum;
    }

private:
    struct item {
        std::uint32_t scope;
        message_id id;
        std::size_t size;
        char fill;
        point time;
    };
    std::size_t each_;
    std::size_t all_;
    duration age_;
    std::list<item> kept_;
};

} // namespace

TEST_CASE("the reply to a request is found by scope and id") {
    stored_replies replies(key);
    message_id const id{1, 2};
    CHECK(replies.find(0, id, start) == nullptr);
    CHECK(replies.store(0, id, reply_of(3, 'a'), start));
    REQUIRE(replies.find(0, id, start));
    CHECK(replies.find(0, id, start)->body() == "aaa");
    CHECK(replies.find(0, id, start)->head().type == "shop.order-placed");
    CHECK(replies.find(1, id, start) == nullptr);
    CHECK(replies.find(0, {2, 1}, start) == nullptr);
    CHECK(replies.bytes() == reply_of(3).footprint());
}

TEST_CASE("a later reply to the same request takes the place of the earlier one") {
    stored_replies replies(key);
    message_id const id{1, 2};
    CHECK(replies.store(0, id, reply_of(300, 'a'), start));
    CHECK(replies.store(0, id, reply_of(2, 'b'), start + 1s));
    CHECK(replies.find(0, id, start + 1s)->body() == "bb");
    CHECK(replies.bytes() == reply_of(2).footprint());
    CHECK_FALSE(replies.store(0, id, reply_of(fairway::limits::stored_reply), start + 2s));
    CHECK(replies.find(0, id, start + 2s) == nullptr);
    CHECK(replies.bytes() == 0);
}

TEST_CASE("a reply that is too large is not kept, and neither is none") {
    stored_replies replies(key, 1000, 1500);
    CHECK(replies.store(0, {1, 0}, reply_of_footprint(1000), start));
    CHECK_FALSE(replies.store(0, {2, 0}, reply_of_footprint(1001), start));
    CHECK_FALSE(replies.store(0, {3, 0}, envelope(), start));
    CHECK(replies.find(0, {1, 0}, start));
    CHECK_FALSE(replies.find(0, {2, 0}, start));
    CHECK_FALSE(replies.find(0, {3, 0}, start));

    stored_replies small(key, 1000, 900);
    CHECK_FALSE(small.store(0, {1, 0}, reply_of_footprint(901), start));
    CHECK(small.store(0, {1, 0}, reply_of_footprint(900), start));
    stored_replies nothing(key, 0, 0);
    CHECK_FALSE(nothing.store(0, {1, 0}, reply_of(1), start));

    stored_replies usual(key);
    CHECK(usual.store(0, {1, 0}, reply_of_footprint(64 * 1024), start));
    CHECK_FALSE(usual.store(0, {2, 0}, reply_of_footprint(64 * 1024 + 1), start));
}

TEST_CASE("the oldest replies go when there is no room") {
    stored_replies replies(key, 1000, 3000);
    for (std::uint64_t i = 1; i <= 3; ++i) CHECK(replies.store(0, {i, 0}, reply_of_footprint(1000), start));
    CHECK(replies.bytes() == 3000);
    CHECK(replies.find(0, {1, 0}, start));
    CHECK(replies.store(0, {4, 0}, reply_of_footprint(500), start));
    CHECK(replies.bytes() == 2500);
    CHECK_FALSE(replies.find(0, {1, 0}, start));
    CHECK(replies.store(0, {5, 0}, reply_of_footprint(500), start));
    CHECK(replies.find(0, {2, 0}, start));
    CHECK(replies.store(0, {6, 0}, reply_of_footprint(1000), start));
    CHECK_FALSE(replies.find(0, {2, 0}, start));
    for (std::uint64_t i = 3; i <= 6; ++i) CHECK(replies.find(0, {i, 0}, start));
}

TEST_CASE("by default 16 MiB are kept, 256 of the largest replies") {
    stored_replies replies(key);
    auto const largest = reply_of_footprint(64 * 1024);
    for (std::uint64_t i = 0; i < 300; ++i) CHECK(replies.store(0, {i, 0}, largest, start));
    CHECK(replies.bytes() == 16 * 1024 * 1024);
    CHECK_FALSE(replies.find(0, {43, 0}, start));
    CHECK(replies.find(0, {44, 0}, start));
}

TEST_CASE("a reply is forgotten when its age has passed, and dropped by later ones") {
    stored_replies replies(key, 1000, 100'000, 10s);
    for (std::uint64_t i = 0; i < 20; ++i) CHECK(replies.store(0, {i, 0}, reply_of_footprint(1000), start));
    CHECK(replies.find(0, {5, 0}, start + 10s - 1ns));
    CHECK_FALSE(replies.find(0, {5, 0}, start + 10s));
    for (std::uint64_t i = 20; i < 30; ++i) CHECK(replies.store(0, {i, 0}, reply_of_footprint(500), start + 10s));
    CHECK(replies.bytes() == 5000);
    replies.clear();
    CHECK(replies.bytes() == 0);
    CHECK_FALSE(replies.find(0, {25, 0}, start + 10s));
}

TEST_CASE("a reply that is dropped is freed") {
    auto const watched = std::make_shared<int>(1);
    using held = std::shared_ptr<int>;
    static constexpr fairway::body_type type = [] {
        fairway::body_type t{};
        t.size = sizeof(held);
        t.align = alignof(held);
        t.destroy = [](void* object) noexcept { static_cast<held*>(object)->~held(); };
        return t;
    }();
    auto const reply = [&] {
        return envelope::of_object({}, {}, type, [&](void* place) { new (place) held(watched); });
    };
    {
        stored_replies replies(key, 1000, 1000, 10s);
        CHECK(replies.store(0, {1, 0}, reply(), start));
        CHECK(watched.use_count() == 2);
        CHECK(replies.store(0, {1, 0}, reply(), start));
        CHECK(watched.use_count() == 2);
        CHECK(replies.store(0, {2, 0}, reply_of_footprint(1000), start));
        CHECK(watched.use_count() == 1);
        CHECK(replies.store(0, {3, 0}, reply(), start));
        CHECK(replies.store(0, {4, 0}, reply_of(1), start + 10s));
        CHECK(watched.use_count() == 1);
        CHECK(replies.store(0, {5, 0}, reply(), start));
        replies.clear();
        CHECK(watched.use_count() == 1);
        CHECK(replies.store(0, {6, 0}, reply(), start));
    }
    CHECK(watched.use_count() == 1);
}

TEST_CASE("stored replies do what a list does") {
    for (unsigned seed = 1; seed <= 12; ++seed) {
        std::size_t const all = seed % 3 == 0 ? 1200 : seed % 3 == 1 ? 20'000 : 300'000;
        stored_replies replies(key, 1000, all, 10s);
        reference expected(1000, all, 10s);
        std::mt19937_64 random(seed);
        point now = start;
        std::string wrong;
        for (int i = 0; i < 3000 && wrong.empty(); ++i) {
            now += std::chrono::milliseconds(random() % (seed % 2 ? 200 : 2));
            auto const scope = static_cast<std::uint32_t>(random() % 2);
            message_id const id{random() % 150, 9};
            auto const* const found = replies.find(scope, id, now);
            char const wanted = expected.find(scope, id, now);
            if ((found ? found->body().front() : char{0}) != wanted) wrong = "find";
            if (random() % 2) {
                auto const fill = static_cast<char>('a' + random() % 26);
                std::size_t const size = 400 + random() % 640;
                if (replies.store(scope, id, reply_of_footprint(size, fill), now) !=
                    expected.store(scope, id, size, fill, now))
                    wrong = "store";
            }
            if (replies.bytes() > all) wrong = "more than it may keep";
        }
        CAPTURE(seed);
        CHECK(wrong == "");
    }
}

TEST_CASE("stored replies of no age are refused") {
    CHECK(code_of([] { stored_replies(key, 1, 1, 0s); }) == errc::invalid_argument);
    CHECK(code_of([] { stored_replies(key, 1, 1, -1s); }) == errc::invalid_argument);
}
