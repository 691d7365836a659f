// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A letter read from its envelope, and the message made of it again.
#include "code_of.hpp"
#include "fw_catch.hpp"

#include <fairway/port/dead_letter.hpp>

#include <chrono>
#include <string>

using namespace fairway;
using namespace std::chrono_literals;

namespace {

constexpr message_id failed_id{7, 9};

envelope_head full_head() {
    envelope_head h;
    h.id = failed_id;
    h.correlation = {1, 1};
    h.conversation = {1, 2};
    h.causation = {1, 3};
    h.time = time_point(100s);
    h.expires = time_point(200s);
    h.due = time_point(150s);
    h.type = "shop.place-order";
    h.version = {2, 1};
    h.shard = 3;
    h.content_type = "application/json";
    h.shard_key = "order-7";
    h.reply_to = "somewhere";
    h.source = "checkout";
    return h;
}

headers death() {
    headers h;
    h.set("tenant", "acme");
    h.set_reserved("fw-dead-channel", "orders");
    h.set_reserved("fw-dead-group", "stock");
    h.set_reserved("fw-dead-code", "sold_out");
    h.set_reserved("fw-dead-text", "no tea");
    h.set_reserved("fw-dead-attempts", "5");
    h.set_reserved("fw-dead-first-time", "1767225600");
    h.set_reserved("fw-dead-time", "1767225660");
    h.set("trace", "1");
    return h;
}

dead_letter letter_with(std::string_view header, std::string_view value) {
    auto h = death();
    h.set_reserved(header, value);
    return read_dead_letter(envelope::of_bytes(full_head(), h.view(), "{}"));
}

std::string names_of(header_view h) {
    std::string all;
    for (auto const& one : h) all.append(one.name).append("=").append(one.value).append(" ");
    return all;
}

} // namespace

TEST_CASE("a letter says what it was and why it died", "[dead-letter]") {
    auto const d = read_dead_letter(envelope::of_bytes(full_head(), death().view(), "{\"sku\":\"tea\"}"), "x", "y");
    CHECK(d.id == failed_id);
    CHECK(d.type == "shop.place-order");
    CHECK(d.version == message_version{2, 1});
    CHECK(d.channel == "orders");
    CHECK(d.group == "stock");
    CHECK(d.code == "sold_out");
    CHECK(d.text == "no tea");
    CHECK(d.attempts == 5);
    CHECK(d.first_time == time_point(1767225600s));
    CHECK(d.time == time_point(1767225660s));
    CHECK(d.replays == 0);
    CHECK(d.source == "checkout");
    CHECK(d.content_type == "application/json");
    CHECK(names_of(d.headers.view()) == "tenant=acme trace=1 ");
    CHECK_FALSE(d.stray);
    CHECK(d.body() == "{\"sku\":\"tea\"}");
    CHECK(d.message.headers().size() == 9);
}

TEST_CASE("a message that nobody let die is a stray", "[dead-letter]") {
    envelope_head head;
    head.id = failed_id;
    auto const d = read_dead_letter(envelope::of_bytes(head, {}, "x"), "orders", "stock");
    CHECK(d.stray);
    CHECK(d.channel == "orders");
    CHECK(d.group == "stock");
    CHECK(d.attempts == 0);
    CHECK(d.time == no_time);
    CHECK(d.first_time == no_time);
    CHECK(d.code.empty());
}

TEST_CASE("numbers in a letter's headers are believed as far as they make sense", "[dead-letter]") {
    CHECK(letter_with("fw-dead-attempts", "4294967295").attempts == 4294967295);
    for (auto const* const bad : {"", "x", "5x", "-1", "4294967296", " 5"}) {
        CHECK(letter_with("fw-dead-attempts", bad).attempts == 0);
        CHECK(letter_with("fw-dead-replays", bad).replays == 0);
    }
    CHECK(letter_with("fw-dead-time", "9223372036").time == time_point(9223372036s));
    for (auto const* const bad : {"", "x", "-5", "9223372037", "99999999999999999999"})
        CHECK(letter_with("fw-dead-time", bad).time == no_time);
}

TEST_CASE("a replay is the original message", "[dead-letter]") {
    auto const d = read_dead_letter(envelope::of_bytes(full_head(), death().view(), "\x01\xff bytes"));
    auto const e = detail::replay_of(d, channel_kind::point_to_point, 8, 5);
    auto const& head = e.head();
    CHECK(head.id == failed_id);
    CHECK(head.correlation == message_id{1, 1});
    CHECK(head.conversation == message_id{1, 2});
    CHECK(head.causation == message_id{1, 3});
    CHECK(head.time == time_point(100s));
    CHECK(head.expires == no_time);
    CHECK(head.due == no_time);
    CHECK(head.type == "shop.place-order");
    CHECK(head.version == message_version{2, 1});
    CHECK(head.content_type == "application/json");
    CHECK(head.shard_key == "order-7");
    CHECK(head.shard == shard_of("order-7", 8));
    CHECK(head.reply_to.empty());
    CHECK(head.source == "checkout");
    CHECK(e.body() == "\x01\xff bytes");
    CHECK(names_of(e.headers()) == "tenant=acme trace=1 fw-dead-replays=1 ");
}

TEST_CASE("a replay counts, and tells a publish-subscribe channel who failed", "[dead-letter]") {
    auto h = death();
    h.set_reserved("fw-dead-replays", "3");
    h.set_reserved("fw-replay-group", "others");
    auto const d = read_dead_letter(envelope::of_bytes(full_head(), h.view(), ""));
    CHECK(d.replays == 3);
    CHECK(names_of(d.headers.view()) == "tenant=acme trace=1 ");
    auto const to_all = detail::replay_of(d, channel_kind::publish_subscribe, 0, 0);
    CHECK(names_of(to_all.headers()) == "tenant=acme trace=1 fw-dead-replays=4 fw-replay-group=stock ");
    CHECK(to_all.head().shard == no_shard);
    auto const to_one = detail::replay_of(d, channel_kind::point_to_point, 0, 0);
    CHECK(names_of(to_one.headers()) == "tenant=acme trace=1 fw-dead-replays=4 ");
    auto const often = letter_with("fw-dead-replays", "4294967295");
    CHECK(
        detail::replay_of(often, channel_kind::point_to_point, 0, 0).headers().find("fw-dead-replays") == "4294967295");
}

TEST_CASE("a replay without a shard key goes to a random shard", "[dead-letter]") {
    auto head = full_head();
    head.shard_key = {};
    auto const d = read_dead_letter(envelope::of_bytes(head, death().view(), ""));
    CHECK(detail::replay_of(d, channel_kind::point_to_point, 8, 13).head().shard == 5);
}

TEST_CASE("a message with as many headers as there may be can be replayed", "[dead-letter]") {
    headers h;
    for (std::size_t i = 0; i < limits::headers; ++i) h.set("h" + std::to_string(i), "v");
    h.set_reserved("fw-dead-channel", "orders");
    h.set_reserved("fw-dead-group", "stock");
    auto const d = read_dead_letter(envelope::of_bytes(full_head(), h.view(), ""));
    auto const e = detail::replay_of(d, channel_kind::publish_subscribe, 0, 0);
    CHECK(e.headers().size() == limits::headers + 2);
}

TEST_CASE("a letter without its body can't be replayed", "[dead-letter]") {
    auto const d = letter_with("fw-dead-body", "not encodable");
    CHECK(code_of([&] { detail::replay_of(d, channel_kind::point_to_point, 0, 0); }) == errc::encode_failed);
}
