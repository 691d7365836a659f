// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "samples.hpp"

#include "fw_catch.hpp"

#include <random>

using namespace samples;

namespace {

std::string sequence() {
    std::string bytes;
    append_record(bytes, offer_record{1, wire_kind::point_to_point, 0, "orders"});
    append_record(bytes, heartbeat_record{});
    append_record(bytes, ack_record{5});
    append_record(bytes, subscribe_record{3, wire_kind::point_to_point, 0, "orders", "stock", 16, 64, 1 << 20, 1});
    return bytes;
}

std::string all(record_input& in) {
    std::string found;
    while (auto const r = in.next()) {
        found += std::to_string(static_cast<int>(r->type)) + ":";
        found += r->payload;
        found += ";";
    }
    return found;
}

} // namespace

TEST_CASE("records come whole out of every split of the input") {
    auto const bytes = sequence();
    record_input whole;
    feed(whole, bytes);
    auto const expected = all(whole);
    CHECK(whole.empty());
    for (std::size_t a = 0; a <= bytes.size(); ++a)
        for (std::size_t b = a; b <= bytes.size(); ++b) {
            record_input in;
            std::string found;
            for (auto const& part : {bytes.substr(0, a), bytes.substr(a, b - a), bytes.substr(b)}) {
                feed(in, part);
                found += all(in);
            }
            if (found != expected || !in.empty()) FAIL("split at " << a << " and " << b);
        }
}

TEST_CASE("records of all sizes come out of random splits") {
    std::mt19937 random(7);
    std::string bytes;
    std::vector<std::size_t> sizes;
    for (int i = 0; i < 80; ++i) {
        std::size_t const size = random() % 4 == 0 ? random() % 300'000 : random() % 600;
        sizes.push_back(size);
        std::string payload(size, static_cast<char>('a' + i % 26));
        char head[head_bytes];
        write_head(head, record_type::deliver, size);
        bytes.append(head, head_bytes).append(payload);
    }
    for (int round = 0; round < 5; ++round) {
        record_input in;
        in.limit(wire_limits::most_largest_record);
        std::size_t next = 0;
        for (std::size_t at = 0; at < bytes.size();) {
            std::size_t const part =
                std::min<std::size_t>(bytes.size() - at, 1 + random() % (round < 2 ? 700 : 100'000));
            feed(in, std::string_view(bytes).substr(at, part));
            at += part;
            while (auto const r = in.next()) {
                REQUIRE(r->payload.size() == sizes.at(next));
                CHECK(r->payload.find_first_not_of(static_cast<char>('a' + next % 26)) == std::string_view::npos);
                ++next;
            }
        }
        CHECK(next == sizes.size());
        CHECK(in.empty());
        CHECK(in.capacity() < 2 * 300'000 + record_input::most_room);
        in.prepare();
        CHECK(in.capacity() <= record_input::most_room);
    }
}

TEST_CASE("a size is looked at before there is room for it") {
    auto const size_of = [](std::uint32_t size, std::size_t limit) {
        record_input in;
        in.limit(limit);
        char bytes[4];
        field_writer(bytes).put(size);
        feed(in, {bytes, 4});
        try {
            in.next();
            in.prepare();
            return std::pair(goodbye_code{}, in.capacity());
        } catch (violation const& v) {
            return std::pair(v.code(), in.capacity());
        }
    };
    CHECK(size_of(0, 4096).first == goodbye_code::protocol);
    CHECK(size_of(4096, 4096).first == goodbye_code{});
    CHECK(size_of(4097, 4096).first == goodbye_code::too_large);
    CHECK(size_of(0xffffffffU, 4096) == std::pair(goodbye_code::too_large, record_input::least_room));
    CHECK(size_of(0x80000000U, 1 << 20) == std::pair(goodbye_code::too_large, record_input::least_room));
    CHECK(size_of(1 << 20, 1 << 20).second == (1 << 20) + 4);
}

TEST_CASE("a preamble is refused at its first wrong byte") {
    for (std::size_t n = 0; n < preamble.size(); ++n) {
        record_input in;
        feed(in, preamble.substr(0, n));
        CHECK_FALSE(in.take_preamble());
        feed(in, "\xff");
        CHECK_THROWS_AS(in.take_preamble(), violation);
    }
    for (std::string_view const other : {"GET / HTTP/1.1\r\n", "\x16\x03\x01\x02", "FAIRWAY\2", "fairway\1"}) {
        record_input in;
        feed(in, other);
        CHECK_THROWS_AS(in.take_preamble(), violation);
    }
    record_input in;
    feed(in, std::string(preamble) + sequence());
    CHECK(in.take_preamble());
    CHECK_FALSE(all(in).empty());
}

TEST_CASE("fragments make the record again, whatever the largest record is") {
    for (std::size_t const largest : {3U, 4U, 10U, 100U, 4096U})
        for (std::size_t const size : {1U, 9U, 10U, 97U, 98U, 99U, 1000U, 5000U}) {
            std::string payload;
            for (std::size_t i = 0; i < size; ++i) payload += static_cast<char>(i * 7);
            fragment_plan const plan(size, largest);
            std::string bytes(plan.whole(), '\0');
            char* const tail = bytes.data() + bytes.size() - plan.bytes;
            *tail = static_cast<char>(record_type::deliver);
            std::memcpy(tail + 1, payload.data(), size);
            plan.spread(bytes.data());

            record_input in;
            in.limit(largest);
            feed(in, bytes);
            fragment_joiner joiner;
            std::size_t count = 0;
            bool whole = false;
            while (auto const r = in.next()) {
                REQUIRE(r->type == record_type::fragment);
                REQUIRE_FALSE(whole);
                ++count;
                if (auto const joined = joiner.take(r->payload)) {
                    whole = true;
                    CHECK(joined->first == record_type::deliver);
                    CHECK(joined->second == payload);
                    joiner.clear();
                    CHECK_FALSE(joiner.inside());
                } else {
                    CHECK(joiner.inside());
                }
            }
            CHECK(whole);
            CHECK(in.empty());
            CHECK(count == plan.count);
        }
}

TEST_CASE("fragments that break a rule are refused") {
    auto const refuse = [](std::vector<std::string> const& parts) {
        fragment_joiner joiner;
        try {
            for (auto const& part : parts) joiner.take(part);
        } catch (violation const& v) {
            return v.code();
        }
        return goodbye_code{};
    };
    using namespace std::string_literals;
    CHECK(refuse({"\0\x17"s, "\1abc"s}) == goodbye_code{});
    CHECK(refuse({""s}) == goodbye_code::protocol);
    CHECK(refuse({"\2abc"s}) == goodbye_code::protocol);
    CHECK(refuse({"\0"s}) == goodbye_code::protocol);
    CHECK(refuse({"\1"s}) == goodbye_code::protocol);
    CHECK(refuse({"\1\x1e"s}) == goodbye_code::protocol); // a fragment of fragments
    CHECK(refuse({"\1\x04"s}) == goodbye_code::protocol); // an ACK
    CHECK(refuse({"\1\x80"s}) == goodbye_code::protocol); // one that is not counted
    std::vector<std::string> const huge(18, std::string(1, '\0') + std::string(1 << 20, '\x17'));
    CHECK(refuse(huge) == goodbye_code::too_large);
}
