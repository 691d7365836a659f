// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Envelopes: what is copied, what is shared, when an object's bytes are made and when it ends.
#include "fw_catch.hpp"

#include <fairway/envelope/envelope.hpp>

#include <atomic>
#include <cstdint>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using fairway::body_type;
using fairway::envelope;
using fairway::envelope_head;
using fairway::errc;
using fairway::headers;

namespace {

// A body that counts what happens to it.
struct counted {
    std::string text;
    std::atomic<int>* encoded = nullptr;
    int* destroyed = nullptr;
};

body_type const counted_type{sizeof(counted), alignof(counted), "text/plain",
    [](void* object) noexcept {
        auto* const c = static_cast<counted*>(object);
        ++*c->destroyed;
        c->~counted();
    },
    [](void const* object, std::string& out) {
        auto const& c = *static_cast<counted const*>(object);
        ++*c.encoded;
        out = c.text;
    },
    "counted", {3, 1}};

struct counts {
    std::atomic<int> encoded{0};
    int destroyed = 0;
};

envelope make_counted(counts& c, std::string text) {
    return envelope::of_object({}, {}, counted_type, [&](void* where) {
        ::new (where) counted{std::move(text), &c.encoded, &c.destroyed};
    });
}

struct alignas(64) wide {
    char bytes[100] = {};
    static inline std::uintptr_t constructed_at = 0;
};

body_type const wide_type{sizeof(wide), alignof(wide), "application/octet-stream",
    [](void* object) noexcept { static_cast<wide*>(object)->~wide(); },
    [](void const* object, std::string& out) { out.assign(static_cast<wide const*>(object)->bytes, 100); }};

fairway::error_code refusal(envelope_head const& head, std::string_view body = {}) {
    try {
        (void)envelope::of_bytes(head, {}, body);
    } catch (fairway::system_error const& e) {
        return e.code();
    }
    return {};
}

} // namespace

TEST_CASE("an envelope of bytes copies all that it is made of") {
    envelope e;
    CHECK_FALSE(static_cast<bool>(e));
    {
        headers h;
        h.set("tenant", "acme").set("trace", "t-1");
        std::string const type = "shop.placed", content = "application/json", key = "k-1", reply = "inbox-1",
                          from = "till";
        envelope_head head;
        head.id = {1, 2};
        head.correlation = {3, 4};
        head.conversation = {5, 6};
        head.causation = {7, 8};
        head.type = type;
        head.version = {2, 5};
        head.shard = 7;
        head.content_type = content;
        head.shard_key = key;
        head.reply_to = reply;
        head.source = from;
        head.time = fairway::time_point(fairway::duration(10));
        head.expires = fairway::time_point(fairway::duration(20));
        head.due = fairway::time_point(fairway::duration(15));
        e = envelope::of_bytes(head, h.view(), std::string("{\"id\":1}"));
    }
    REQUIRE(static_cast<bool>(e));
    CHECK(e.head().id == fairway::message_id{1, 2});
    CHECK(e.head().correlation == fairway::message_id{3, 4});
    CHECK(e.head().conversation == fairway::message_id{5, 6});
    CHECK(e.head().causation == fairway::message_id{7, 8});
    CHECK(e.head().type == "shop.placed");
    CHECK(e.head().version == fairway::message_version{2, 5});
    CHECK(e.head().shard == 7U);
    CHECK(e.head().content_type == "application/json");
    CHECK(e.head().shard_key == "k-1");
    CHECK(e.head().reply_to == "inbox-1");
    CHECK(e.head().source == "till");
    CHECK(e.head().time.time_since_epoch().count() == 10);
    CHECK(e.head().expires.time_since_epoch().count() == 20);
    CHECK(e.head().due.time_since_epoch().count() == 15);
    CHECK(e.headers().size() == 2U);
    CHECK(e.headers().find("tenant") == "acme");
    CHECK(e.headers().find("trace") == "t-1");
    CHECK(e.body() == "{\"id\":1}");
    CHECK(e.object_type() == nullptr);
    CHECK(e.footprint() > 60);
}

TEST_CASE("an empty body, no headers, and zeros in a body") {
    auto const empty = envelope::of_bytes({}, {}, {});
    CHECK(empty.body().empty());
    CHECK(empty.headers().empty());
    CHECK(empty.head().type.empty());
    CHECK(empty.head().shard == fairway::no_shard);
    auto const zeros = envelope::of_bytes({}, {}, std::string_view("\0a\0", 3));
    CHECK(zeros.body() == std::string_view("\0a\0", 3));
}

TEST_CASE("a body has at most 16 MiB") {
    std::string body(fairway::limits::body, 'b');
    CHECK(refusal({}, body) == fairway::error_code());
    body += 'b';
    CHECK(refusal({}, body) == errc::too_large);
}

TEST_CASE("shard key and reply address obey the limits of header values") {
    std::string const longest(fairway::limits::header_value, 'x');
    std::string const too_long = longest + "x";
    envelope_head head;
    head.shard_key = longest;
    head.reply_to = longest;
    CHECK(refusal(head) == fairway::error_code());
    head.shard_key = too_long;
    CHECK(refusal(head) == errc::header_value_too_long);
    head.shard_key = "a\nb";
    CHECK(refusal(head) == errc::invalid_header);
    head.shard_key = {};
    head.reply_to = too_long;
    CHECK(refusal(head) == errc::header_value_too_long);
    head.reply_to = "\xff";
    CHECK(refusal(head) == errc::invalid_header);
}

TEST_CASE("copies share the block, moves leave nothing behind") {
    counts c;
    {
        auto first = make_counted(c, "tea");
        envelope const copy = first;
        CHECK(copy.object() == first.object());
        CHECK(copy.head().type.data() == first.head().type.data());
        envelope moved = std::move(first);
        CHECK_FALSE(static_cast<bool>(first)); // NOLINT: that is what is tested
        CHECK(moved.object() == copy.object());
        envelope other;
        other = copy;
        CHECK(other.body().data() == copy.body().data());
        other = std::move(moved);
        auto& self = other;
        other = self;
        CHECK(other.object() == copy.object());
        CHECK(c.destroyed == 0);
    }
    CHECK(c.destroyed == 1);
}

TEST_CASE("an object ends once, encoded or not") {
    counts never_encoded;
    { auto const e = make_counted(never_encoded, "tea"); }
    CHECK(never_encoded.destroyed == 1);
    CHECK(never_encoded.encoded == 0);
    counts encoded;
    {
        auto const e = make_counted(encoded, std::string(1000, 't'));
        CHECK(e.head().content_type == "text/plain");
        CHECK(e.object_type() == &counted_type);
        CHECK(e.body() == std::string(1000, 't'));
        CHECK(e.body().data() == e.body().data());
    }
    CHECK(encoded.destroyed == 1);
    CHECK(encoded.encoded == 1);
}

TEST_CASE("an object that could not be made is not ended") {
    counts c;
    auto const make = [&] {
        return envelope::of_object({}, {}, counted_type, [](void*) { throw std::runtime_error("no"); });
    };
    CHECK_THROWS_AS(make(), std::runtime_error);
    CHECK(c.destroyed == 0);
}

TEST_CASE("an object stands where its alignment wants it, whatever stands beside it") {
    std::string key;
    for (int n = 0; n < 70; ++n, key += 'k') {
        envelope_head head;
        head.shard_key = key;
        head.source = "till";
        auto const e = envelope::of_object(head, {}, wide_type, [](void* where) {
            wide::constructed_at = reinterpret_cast<std::uintptr_t>(where);
            ::new (where) wide;
        });
        REQUIRE(wide::constructed_at % 64 == 0);
        REQUIRE(reinterpret_cast<std::uintptr_t>(e.object()) == wide::constructed_at);
        REQUIRE(e.head().shard_key == key);
        REQUIRE(e.head().source == "till");
        REQUIRE(e.body().size() == 100);
    }
}

TEST_CASE("an object's other texts are copied") {
    counts c;
    envelope e;
    {
        headers h;
        h.set("tenant", "acme");
        std::string const key = "k-1", reply = "inbox-1", from = "till";
        envelope_head head;
        head.type = "what the object says is heeded";
        head.version = {9, 9};
        head.correlation = {1, 2};
        head.due = fairway::time_point(fairway::duration(15));
        head.shard_key = key;
        head.reply_to = reply;
        head.source = from;
        e = envelope::of_object(head, h.view(), counted_type, [&](void* where) {
            ::new (where) counted{"tea", &c.encoded, &c.destroyed};
        });
    }
    CHECK(e.headers().find("tenant") == "acme");
    CHECK(e.head().shard_key == "k-1");
    CHECK(e.head().reply_to == "inbox-1");
    CHECK(e.head().source == "till");
    CHECK(e.head().type == "counted");
    CHECK(e.head().version == fairway::message_version{3, 1});
    CHECK(e.head().content_type == "text/plain");
    CHECK(e.head().correlation == fairway::message_id{1, 2});
    CHECK_FALSE(e.head().causation);
    CHECK(e.due() == e.head().due);
    CHECK(e.due().time_since_epoch().count() == 15);
}

TEST_CASE("each standard header is what the head says, whichever others there are") {
    for (unsigned which = 0; which < 1024; ++which) {
        auto const has = [which](unsigned bit) { return (which >> bit & 1) != 0; };
        envelope_head head;
        head.id = {1, which};
        if (has(0)) head.correlation = {2, 3};
        if (has(1)) head.conversation = {4, 5};
        if (has(2)) head.causation = {6, 7};
        if (has(3)) head.due = fairway::time_point(fairway::duration(8));
        if (has(4)) head.version = {9, 10};
        if (has(5)) head.shard_key = "key";
        if (has(6)) head.reply_to = "back";
        if (has(7)) head.source = "till";
        if (has(8)) head.type = "type";
        headers h;
        if (has(9)) h.set("name", "value");
        auto const e = envelope::of_bytes(head, h.view(), "body");
        auto const read = e.head();
        REQUIRE(read.id == head.id);
        REQUIRE(read.correlation == head.correlation);
        REQUIRE(read.conversation == head.conversation);
        REQUIRE(read.causation == head.causation);
        REQUIRE(read.due == head.due);
        REQUIRE(read.version == head.version);
        REQUIRE(read.shard_key == head.shard_key);
        REQUIRE(read.reply_to == head.reply_to);
        REQUIRE(read.source == head.source);
        REQUIRE(read.type == head.type);
        REQUIRE(e.conversation() == (has(1) ? head.conversation : head.id));
        REQUIRE(e.wants_reply() == has(6));
        REQUIRE(e.headers().find("name").has_value() == has(9));
        REQUIRE_FALSE(e.headers().may_be_reserved());
        REQUIRE(e.body() == "body");
    }
}

TEST_CASE("type, content type and source are no longer than a header's value") {
    std::string const longest(fairway::limits::header_value, 'x');
    std::string const too_long = longest + "x";
    for (auto const text : {&envelope_head::type, &envelope_head::content_type, &envelope_head::source}) {
        envelope_head head;
        head.*text = longest;
        CHECK(refusal(head) == fairway::error_code());
        head.*text = too_long;
        CHECK(refusal(head) == errc::header_value_too_long);
    }
}

TEST_CASE("headers say whether one of Fairway's own may be among them") {
    headers h;
    h.set("tenant", "acme");
    CHECK_FALSE(h.view().may_be_reserved());
    CHECK_FALSE(envelope::of_bytes({}, h.view(), {}).headers().may_be_reserved());
    CHECK_FALSE(fairway::checked_headers(h.view().packed()).may_be_reserved());
    h.set_reserved("fw-x", "1");
    CHECK(h.view().may_be_reserved());
    CHECK(headers(h.view()).view().may_be_reserved());
    CHECK(envelope::of_bytes({}, h.view(), {}).headers().may_be_reserved());
}

TEST_CASE("an encoded body has at most 16 MiB, and the object stays usable") {
    counts c;
    {
        auto const fits = make_counted(c, std::string(fairway::limits::body, 'b'));
        CHECK(fits.body().size() == fairway::limits::body);
        auto const large = make_counted(c, std::string(fairway::limits::body + 1, 'b'));
        for (int i = 0; i < 2; ++i) {
            try {
                (void)large.body();
                FAIL("not refused");
            } catch (fairway::system_error const& e) {
                CHECK(e.code() == errc::too_large);
            }
        }
        CHECK(static_cast<counted const*>(large.object())->text.size() == fairway::limits::body + 1);
    }
    CHECK(c.destroyed == 2);
}

TEST_CASE("what an encoder throws comes out, and it may be asked again") {
    static int calls = 0;
    static body_type const stubborn{1, 1, "text/plain", [](void*) noexcept {},
        [](void const*, std::string& out) {
            if (++calls == 1) fairway::detail::fail(errc::encode_failed, "not now");
            out = "now";
        }};
    auto const e = envelope::of_object({}, {}, stubborn, [](void*) {});
    CHECK_THROWS_AS(e.body(), fairway::system_error);
    CHECK(e.body() == "now");
    CHECK(e.body() == "now");
    CHECK(calls == 2);
}

TEST_CASE("threads that want the bytes at the same time get the same ones, made once") {
    for (int round = 0; round < 200; ++round) {
        counts c;
        {
            std::vector<std::thread> threads;
            std::vector<std::string_view> seen(4);
            auto e = make_counted(c, std::string(100, 't'));
            std::atomic<int> waiting{0};
            for (auto& mine : seen)
                threads.emplace_back([&waiting, &mine, copy = e] {
                    ++waiting;
                    while (waiting < 4) std::this_thread::yield();
                    mine = copy.body();
                });
            for (auto& t : threads) t.join();
            for (auto const& text : seen) REQUIRE(text.data() == e.body().data());
            REQUIRE(c.encoded == 1);
            REQUIRE(c.destroyed == 0);
        }
        REQUIRE(c.destroyed == 1);
    }
}

TEST_CASE("threads that drop an envelope at the same time end its object once") {
    for (int round = 0; round < 200; ++round) {
        counts c;
        {
            std::vector<std::thread> threads;
            auto e = make_counted(c, "tea");
            for (int i = 0; i < 4; ++i)
                threads.emplace_back([copy = e]() mutable {
                    for (int k = 0; k < 50; ++k) envelope const another = copy;
                    copy = envelope();
                });
            e = envelope();
            for (auto& t : threads) t.join();
        }
        REQUIRE(c.destroyed == 1);
    }
}
