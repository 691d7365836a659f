// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "samples.hpp"

#include "code_of.hpp"
#include "fw_catch.hpp"

using namespace samples;
using fairway::errc;

namespace {

// Each cut of its fields is refused, and what follows them is passed over.
template <class Record>
Record round_trip(Record const& record, std::string& bytes) {
    bytes = fields_of(record);
    for (std::size_t n = 0; n < bytes.size(); ++n)
        CHECK_THROWS_AS(read_fields<Record>(std::string_view(bytes).substr(0, n)), violation);
    Record const again = read_fields<Record>(bytes);
    CHECK(fields_of(again) == bytes);
    CHECK(fields_of(read_fields<Record>(bytes + "of a later version")) == bytes);
    return again;
}

template <class Record>
goodbye_code refusal(std::string_view payload) {
    try {
        read_fields<Record>(payload);
    } catch (violation const& v) {
        return v.code();
    }
    return {};
}

} // namespace

TEST_CASE("the records of a handshake are read as they were written") {
    std::string bytes;
    hello_record h;
    h.least_version = 1;
    h.most_version = 3;
    h.features = 0x8000000000000001ULL;
    h.required = 1;
    h.node = id_of(1);
    h.name = "checkout";
    h.session = id_of(0x20);
    h.token = id_of(0x40);
    h.received = 1234567890123ULL;
    h.heartbeat = 2500;
    h.largest_record = 65536;
    std::string packed;
    h.mechanisms = name_list({"SCRAM-SHA-256", "TOKEN"}, packed);
    auto const g = round_trip(h, bytes);
    CHECK(g.most_version == 3);
    CHECK(g.features == h.features);
    CHECK(g.node == h.node);
    CHECK(g.name == "checkout");
    CHECK(g.token == h.token);
    CHECK(g.received == h.received);
    CHECK(g.mechanisms.names() == std::vector<std::string_view>{"SCRAM-SHA-256", "TOKEN"});

    welcome_record w;
    w.features = 1;
    w.node = id_of(3);
    w.name = "stock";
    w.session = id_of(5);
    w.token = id_of(7);
    w.resumed = true;
    w.received = 99;
    auto const v = round_trip(w, bytes);
    CHECK(v.resumed);
    CHECK(v.session == w.session);
    CHECK(v.received == 99);

    auto const a = round_trip(auth_record{"SCRAM-SHA-256", {std::string_view("n,,\0\xff", 5)}}, bytes);
    CHECK(a.mechanism == "SCRAM-SHA-256");
    CHECK(a.data.bytes == std::string_view("n,,\0\xff", 5));
    CHECK(round_trip(ack_record{77}, bytes).offset == 77);
    auto const b = round_trip(goodbye_record{goodbye_code::limits, "too many"}, bytes);
    CHECK(b.code == goodbye_code::limits);
    CHECK(b.text == "too many");
    round_trip(heartbeat_record{}, bytes);
    CHECK(bytes.empty());
}

TEST_CASE("the records of a stream are read as they were written") {
    std::string bytes;
    auto const o = round_trip(offer_record{7, wire_kind::publish_subscribe, 8, "orders"}, bytes);
    CHECK(o.road == 7);
    CHECK(o.kind == wire_kind::publish_subscribe);
    CHECK(o.shards == 8);
    CHECK(o.channel == "orders");
    CHECK(round_trip(withdraw_record{7}, bytes).road == 7);
    auto const s = round_trip(
        subscribe_record{3, wire_kind::point_to_point, 0, "orders", "stock", 16, 64, 1 << 20, 0xabcdef0123456789},
        bytes);
    CHECK(s.group == "stock");
    CHECK(s.window_bytes == 1 << 20);
    CHECK(s.member == 0xabcdef0123456789);
    CHECK(round_trip(subscribed_record{4}, bytes).consumer == 4);
    CHECK(round_trip(recalled_record{6}, bytes).consumer == 6);
    CHECK(round_trip(answered_record{7}, bytes).road == 7);
    auto const back = round_trip(recall_record{8, 9}, bytes);
    CHECK((back.consumer == 8 && back.most == 9));
    auto const still = round_trip(held_record{10, 11}, bytes);
    CHECK((still.consumer == 10 && still.shard == 11));
    auto const kept = round_trip(declare_record{wire_kind::publish_subscribe, 4, "news", "mail"}, bytes);
    CHECK((kept.kind == wire_kind::publish_subscribe && kept.shards == 4));
    CHECK((kept.channel == "news" && kept.group == "mail"));
    CHECK(round_trip(unsubscribe_record{5}, bytes).consumer == 5);
    CHECK(round_trip(pause_record{6}, bytes).consumer == 6);
    CHECK(round_trip(closed_record{8}, bytes).consumer == 8);
    auto const r = round_trip(refused_record{9, 14, "another shape"}, bytes);
    CHECK(r.reason == 14);
    CHECK(r.text == "another shape");
    auto const w = round_trip(window_record{1, 2, 3}, bytes);
    CHECK(w.messages == 2);
    CHECK(w.bytes == 3);
    auto const d = round_trip(deliver_head{1, 0xffffffffffffULL, 3}, bytes);
    CHECK(d.tag == 0xffffffffffffULL);
    CHECK(d.attempt == 3);
    auto const h = round_trip(hold_record{1, 2, true}, bytes);
    CHECK(h.on);
    CHECK(round_trip(reply_head{1ULL << 40}, bytes).channel == 1ULL << 40);
    CHECK(round_trip(gap_record{2, 1000}, bytes).messages == 1000);

    std::vector<settled> const what{
        {5, 3, settle_how::accepted}, {1, 1, settle_how::released}, {~std::uint64_t{0}, 1, settle_how::returned}};
    auto const t = round_trip(settle_record{2, 4096, settled_list(what)}, bytes);
    CHECK(t.bytes_freed == 4096);
    REQUIRE(t.what.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) CHECK(t.what[i] == what[i]);
}

TEST_CASE("fields that break a rule are refused") {
    CHECK(refusal<offer_record>(std::string("\1\0\0\0\0\0\0\0\0\4\0a\nbc", 15)) == goodbye_code::protocol);
    CHECK(refusal<offer_record>(std::string("\1\0\0\0\0\0\0\0\0\4\0a\xff"
                                            "bc",
              15)) == goodbye_code::protocol);
    CHECK(refusal<offer_record>(std::string("\1\0\0\0\0\0\0\0\0\1\x20", 11) + std::string(8193, 'a')) ==
          goodbye_code::protocol);
    CHECK(refusal<hold_record>(std::string("\1\0\0\0\0\0\0\0\2", 9)) == goodbye_code::protocol);
    auto const settlement = [](settled one) {
        std::string const bytes = fields_of(settle_record{1, 0, settled_list({&one, 1})});
        return refusal<settle_record>(bytes);
    };
    CHECK(settlement({1, 1, settle_how::returned}) == goodbye_code{});
    CHECK(settlement({1, 1, settle_how{3}}) == goodbye_code::protocol);
    CHECK(settlement({1, 0, settle_how::accepted}) == goodbye_code::protocol);
    CHECK(settlement({~std::uint64_t{0}, 2, settle_how::accepted}) == goodbye_code::protocol);
    std::string const seventeen = std::string(1, '\x11') + std::string(34, '\1');
    field_reader in(seventeen);
    CHECK_THROWS_AS(name_list::read(in), violation);
}

TEST_CASE("what could not be read again is not written") {
    std::string const long_text(8193, 'a');
    CHECK(code_of([&] { wire_size(offer_record{1, {}, 0, long_text}); }) == errc::too_large);
    CHECK(code_of([&] { wire_size(auth_record{"x", {long_text}}); }) == errc::too_large);
    std::string packed;
    CHECK(code_of([&] { name_list(std::vector<std::string>(17, "x"), packed); }) == errc::invalid_argument);
}

TEST_CASE("an envelope is read as it was written") {
    for (bool const full : {false, true})
        for (std::string_view const body :
            {std::string_view(), std::string_view("{\"a\":1}"), std::string_view("\0\n", 2)}) {
            auto const e = message(full, body);
            auto const bytes = bytes_of(e);
            for (std::size_t n = 0; n < bytes.size(); ++n) {
                field_reader in(std::string_view(bytes).substr(0, n));
                CHECK_THROWS_AS(read_envelope(in, now), fairway::system_error);
            }
            auto const longer = bytes + "later";
            field_reader in(longer);
            CHECK(same(read_envelope(in, now), e));
            CHECK(in.rest() == "later");
        }
}

TEST_CASE("an envelope's life and delay are what is left of them") {
    auto const e = message(true, "x");
    auto const read_at = [](std::string const& bytes, fairway::time_point when) {
        field_reader in(bytes);
        return read_envelope(in, when);
    };
    auto const bytes = bytes_of(e);
    auto const there = now - std::chrono::hours(3); // another clock
    CHECK(read_at(bytes, there).expires() == there + std::chrono::seconds(30));
    CHECK(read_at(bytes, there).due() == there + std::chrono::seconds(5));
    CHECK(read_at(bytes, fairway::time_point::max()).expires() == fairway::time_point::max());
    wire_envelope const late(e, now + std::chrono::hours(1));
    std::string over(late.size(), '\0');
    late.write(over.data());
    CHECK(read_at(over, now).expires() == now);
    CHECK_FALSE(read_at(over, now).is_delayed());
    CHECK(read_at(over, fairway::no_time).expires() != fairway::no_time);

    fairway::envelope_head head = e.head();
    head.expires = fairway::time_point::max();
    auto const never = fairway::envelope::of_bytes(head, {}, "");
    CHECK(read_at(bytes_of(never), there).expires() == fairway::time_point::max());
}

TEST_CASE("an envelope that breaks a limit is refused, and its text quotes nothing") {
    auto const e = message(true, "body");
    auto const good = bytes_of(e);
    auto const refuse = [](std::string const& bytes) {
        try {
            field_reader in(bytes);
            read_envelope(in, now);
        } catch (fairway::system_error const& error) {
            CHECK(std::string_view(error.what()).find("acme") == std::string_view::npos);
            return error.code();
        }
        return fairway::error_code();
    };
    auto const at = good.find("tenant");
    auto const count = at - 5;
    REQUIRE(good[count] == 2);
    auto bad = good;
    bad[count] = 3;
    CHECK(refuse(bad) == errc::decode_failed);
    bad = good;
    bad[at] = ':';
    CHECK(refuse(bad) == errc::invalid_header);
    bad = good;
    bad[at + 6] = '\n';
    CHECK(refuse(bad) == errc::invalid_header);
    bad = good;
    bad[at - 9 + 3] = '\x7f'; // headers of 2 GiB
    CHECK(refuse(bad) == errc::decode_failed);
    bad = good;
    bad[good.size() - 4 - 1] = '\1'; // a body of 16 MiB and more
    CHECK(refuse(bad) == errc::too_large);
    auto const type = good.find("shop.order");
    bad = good;
    bad[type] = '\t';
    CHECK(refuse(bad) == errc::decode_failed);

    fairway::envelope_head head;
    head.type = "two\nlines";
    auto const odd = fairway::envelope::of_bytes(head, {}, "");
    CHECK(code_of([&] { wire_envelope(odd, now); }) == errc::invalid_header);
}

TEST_CASE("an object that can't be encoded throws before anything is written") {
    static constexpr fairway::body_type broken{1, 1, "application/json", [](void*) noexcept {},
        [](void const*, std::string&) { fairway::detail::fail(errc::encode_failed, "no bytes"); }, "t", {}};
    auto const e = fairway::envelope::of_object({}, {}, broken, [](void*) {});
    CHECK(code_of([&] { wire_envelope(e, now); }) == errc::encode_failed);
}
