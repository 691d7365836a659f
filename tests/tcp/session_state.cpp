// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Two sides of a session, over connections that are cut anywhere, in any split.
#include "samples.hpp"

#include <fairway/transport/tcp/session_state.hpp>

#include "code_of.hpp"
#include "fw_catch.hpp"

#include <random>

using namespace samples;
using namespace std::chrono_literals;
using fairway::env::steady_point;

namespace {

// Above a side: what came, what was said.
struct sink {
    std::vector<std::pair<record_type, std::string>> records;
    std::uint64_t acked = 0;
    int rooms = 0;
    bool lazy = false;
    bool over = false;
    session_state* state = nullptr;
    bool ended() const { return over; }
    void on_record(record_type type, std::string_view payload) {
        records.emplace_back(type, payload);
        if (lazy) state->defer_ack();
    }
    void on_acked(std::uint64_t offset) { acked = offset; }
    void on_room() { ++rooms; }
};

struct side {
    explicit side(session_options const& o) : options(o), state(o) { above.state = &state; }
    session_options options;
    session_state state;
    record_input in;
    sink above;
    std::vector<std::string> put;
    std::vector<std::uint64_t> ends;

    void send(std::string const& payload) {
        ends.push_back(state.put(
            record_type::deliver, payload.size(), [&](char* to) { std::memcpy(to, payload.data(), payload.size()); }));
        put.push_back(payload);
    }
    std::string write(steady_point now, std::size_t most = 1 << 20) {
        if (!state.wants_to_write()) return {};
        std::string bytes(session_state::control_bytes, '\0');
        std::string parts;
        auto const control =
            state.write(bytes.data(), most, 8, now, [&](output_part const& p) { parts.append(p.data, p.size); });
        return bytes.substr(0, control) + parts;
    }
    void take(std::string_view bytes, steady_point now) {
        while (!bytes.empty()) {
            auto const [to, room] = in.prepare();
            auto const n = std::min(room, bytes.size());
            std::memcpy(to, bytes.data(), n);
            in.commit(n);
            bytes.remove_prefix(n);
            state.take(in, now, above);
        }
    }
};

session_options small() {
    session_options o;
    o.node = id_of(1);
    o.largest_record = 4096;
    o.unacked = 64 * 1024;
    o.most_unacked = 256 * 1024;
    return o;
}

peer_terms terms(std::uint64_t received, std::size_t largest = 4096) {
    peer_terms t;
    t.session.received = received;
    t.largest_record = largest;
    t.heartbeat = 5s;
    return t;
}

// Both attached, from where they are.
void connect(side& a, side& b, steady_point now) {
    a.in = record_input();
    b.in = record_input();
    a.in.limit(4096);
    b.in.limit(4096);
    auto const of_a = a.state.received_offset();
    auto const of_b = b.state.received_offset();
    a.state.attach(terms(of_b), now);
    a.state.tell_acked(a.above);
    b.state.attach(terms(of_a), now);
    b.state.tell_acked(b.above);
}

void run(unsigned seed) {
    std::mt19937 random(seed);
    auto const chance = [&](unsigned n) { return random() % n == 0; };
    side a(small());
    side b(small());
    a.above.lazy = chance(2);
    steady_point now{};
    connect(a, b, now);
    std::string to_b;
    std::string to_a;
    bool connected = true;
    std::size_t capacity = 0;
    auto const move = [&](std::string& pipe, side& to) {
        auto const n = std::min<std::size_t>(pipe.size(), chance(3) ? random() % 20 : random() % 9000);
        to.take(std::string_view(pipe).substr(0, n), now);
        pipe.erase(0, n);
    };
    auto const step = [&](side& from, std::string& pipe, side& to) {
        if (from.put.size() < 60 && from.state.has_room() && chance(3)) {
            std::size_t const size = chance(12) ? random() % 20'000 : random() % 300;
            std::string payload = std::to_string(from.put.size()) + ":";
            payload.resize(payload.size() + size, static_cast<char>('a' + random() % 26));
            from.send(payload);
        }
        if (connected && chance(3)) pipe += from.write(now, 1 + random() % 20'000);
        if (connected && chance(2)) move(pipe, to);
        capacity = std::max(capacity, from.state.capacity());
    };
    for (int i = 0; i < 400; ++i) {
        now += 1ms;
        step(a, to_b, b);
        step(b, to_a, a);
        if (connected && chance(25)) {
            connected = false;
            to_a.clear();
            to_b.clear();
            a.state.detach(now);
            b.state.detach(now);
        } else if (!connected && chance(4)) {
            connect(a, b, now);
            connected = true;
        }
    }
    if (!connected) connect(a, b, now);
    for (int quiet = 0; quiet < 3;) {
        now += 200ms;
        for (auto* s : {&a, &b}) s->state.tick(now);
        to_b += a.write(now);
        to_a += b.write(now);
        quiet = to_a.empty() && to_b.empty() ? quiet + 1 : 0;
        b.take(to_b, now);
        a.take(to_a, now);
        to_a.clear();
        to_b.clear();
    }
    auto const check = [&](side const& from, side const& to) {
        REQUIRE(to.above.records.size() == from.put.size());
        for (std::size_t i = 0; i < from.put.size(); ++i) {
            if (to.above.records[i].second != from.put[i] || to.above.records[i].first != record_type::deliver)
                FAIL("seed " << seed << ": record " << i << " is another one");
        }
        CHECK(from.state.acked_offset() == from.state.put_offset());
        CHECK(from.above.acked == from.state.put_offset());
        CHECK(to.state.received_offset() == from.state.put_offset());
    };
    check(a, b);
    check(b, a);
    CHECK(capacity < 64 * 1024 + 20'100 + 6 * record_output::most_chunk);
}

goodbye_code broken(side& s, std::string const& bytes) {
    try {
        s.take(bytes, {});
    } catch (violation const& v) {
        return v.code();
    }
    return {};
}

template <class Record>
std::string whole(Record const& r) {
    std::string bytes;
    append_record(bytes, r);
    return bytes;
}
std::string raw(int type, std::string_view payload) {
    std::string bytes(head_bytes, '\0');
    write_head(bytes.data(), static_cast<record_type>(type), payload.size());
    return bytes.append(payload);
}

} // namespace

TEST_CASE("each record arrives once and in order, through cuts anywhere") {
    for (unsigned seed = 0; seed < 2000; ++seed) run(seed);
}

TEST_CASE("an acknowledgement says where a record ends") {
    side a(small());
    side b(small());
    connect(a, b, {});
    a.send("one");
    a.send(std::string(10'000, 'x'));
    CHECK(a.ends[0] == head_bytes + 3);
    b.take(a.write({}), {});
    a.take(b.write({}), {});
    CHECK(a.above.acked == a.ends[1]);
    CHECK(b.state.received_offset() == a.ends[1]);
}

TEST_CASE("acknowledgements come at once, or wait a little where they may") {
    side a(small());
    side b(small());
    connect(a, b, {});
    a.send("one");
    b.take(a.write({}), {});
    CHECK(b.state.wants_to_write());
    a.take(b.write({}), {});
    b.above.lazy = true;
    a.send("two");
    b.take(a.write({}), {});
    CHECK_FALSE(b.state.wants_to_write());
    CHECK(b.state.alarm() == steady_point(100ms));
    SECTION("until then") {
        CHECK(b.state.tick(steady_point(99ms)) == session_state::verdict::nothing);
        CHECK(b.state.tick(steady_point(100ms)) == session_state::verdict::write);
    }
    SECTION("until something else is written") {
        b.send("three");
        auto const bytes = b.write({});
        a.take(bytes, {});
        CHECK(bytes.size() == head_bytes + 8 + head_bytes + 5);
    }
    SECTION("until there are 64 KiB of them") {
        for (int i = 0; i < 20; ++i) {
            a.send(std::string(4000, 'x'));
            b.take(a.write({}), {});
            if (b.state.wants_to_write()) break;
        }
        CHECK(b.state.received_offset() - a.state.acked_offset() >= 64 * 1024);
        CHECK(b.state.received_offset() - a.state.acked_offset() < 64 * 1024 + 4100);
        a.take(b.write({}), {});
    }
    CHECK((a.state.acked_offset() == a.state.put_offset() || b.state.wants_to_write()));
}

TEST_CASE("a silent connection is kept by heartbeats, and a dead one noticed within 15 s") {
    side a(small());
    side b(small());
    connect(a, b, {});
    CHECK(a.state.alarm() == steady_point(5s));
    CHECK(a.state.tick(steady_point(4999ms)) == session_state::verdict::nothing);
    CHECK(a.state.tick(steady_point(5s)) == session_state::verdict::write);
    auto const beat = a.write(steady_point(5s));
    CHECK(beat == whole(heartbeat_record()));
    b.take(beat, steady_point(5s));
    CHECK_FALSE(b.state.wants_to_write());
    CHECK(b.state.tick(steady_point(19'999ms)) == session_state::verdict::write);
    b.write(steady_point(19'999ms));
    CHECK(b.state.tick(steady_point(20s)) == session_state::verdict::dead);
    CHECK(a.state.tick(steady_point(15s)) == session_state::verdict::dead);
}

TEST_CASE("a heartbeat that can't be written does not make the alarm ring all the time") {
    side a(small());
    side b(small());
    connect(a, b, {});
    int rings = 0;
    for (auto at = a.state.alarm(); at < steady_point(15s); at = a.state.alarm()) {
        CHECK(a.state.tick(at) == session_state::verdict::write);
        REQUIRE(++rings < 5);
    }
    CHECK(rings >= 2);
}

TEST_CASE("a session without a connection is over after its grace") {
    side a(small());
    side b(small());
    connect(a, b, {});
    a.state.detach(steady_point(1s));
    CHECK(a.state.alarm() == steady_point(11s));
    CHECK(a.state.tick(steady_point(10'999ms)) == session_state::verdict::nothing);
    CHECK(a.state.tick(steady_point(11s)) == session_state::verdict::over);
}

TEST_CASE("a peer that acknowledges nothing is found out, one that does is not") {
    side a(small());
    side b(small());
    connect(a, b, {});
    a.send("one");
    a.write({});
    auto verdict = session_state::verdict::nothing;
    steady_point at{};
    while (at < steady_point(60s) && verdict != session_state::verdict::stalled) {
        at += 1s;
        a.take(whole(heartbeat_record()), at);
        verdict = a.state.tick(at);
        if (verdict == session_state::verdict::write) a.write(at);
    }
    CHECK(at >= steady_point(30s));
    CHECK(at <= steady_point(36s));
}

TEST_CASE("a peer has its time to acknowledge from when something is written, however seldom heartbeats are") {
    auto o = small();
    o.heartbeat = 60s;
    side a(o);
    side b(o);
    connect(a, b, {});
    auto const beat = [&](steady_point at) {
        a.take(whole(heartbeat_record()), at);
        auto const verdict = a.state.tick(at);
        (void)a.write(at);
        return verdict;
    };
    (void)beat(steady_point(60s));
    a.send("one");
    auto const one = a.write(steady_point(119s));
    CHECK(beat(steady_point(120s)) != session_state::verdict::stalled);
    SECTION("it acknowledges") {
        b.take(one, steady_point(121s));
        a.take(b.write(steady_point(121s)), steady_point(121s));
        a.send("two");
        (void)a.write(steady_point(179s));
        CHECK(beat(steady_point(180s)) != session_state::verdict::stalled);
    }
    SECTION("it does not") {
        CHECK(beat(steady_point(148s)) != session_state::verdict::stalled);
        CHECK(beat(steady_point(149s)) == session_state::verdict::stalled);
    }
}

TEST_CASE("there is room below the bound, and an end above the last") {
    side a(small());
    side b(small());
    connect(a, b, {});
    while (a.state.has_room()) a.send(std::string(1000, 'x'));
    CHECK(a.state.put_offset() >= 64 * 1024);
    CHECK(a.state.put_offset() < 66 * 1024);
    CHECK(a.above.rooms == 0);
    b.take(a.write({}), {});
    a.take(b.write({}), {});
    CHECK(a.above.rooms == 1);
    CHECK(a.state.has_room());
    while (!a.state.overflows()) a.send(std::string(1000, 'x'));
    CHECK(a.state.put_offset() - a.state.acked_offset() > 256 * 1024);
}

TEST_CASE("what can't be filled was not put") {
    side a(small());
    side b(small());
    connect(a, b, {});
    a.send("one");
    auto const before = a.state.put_offset();
    for (std::size_t const size : {10U, 5000U})
        CHECK_THROWS_AS(
            a.state.put(record_type::deliver, size, [](char*) { throw std::runtime_error("no"); }), std::runtime_error);
    CHECK(a.state.put_offset() == before);
    CHECK(code_of([&] { a.state.put(record_type::deliver, wire_limits::joined, [](char*) {}); }) ==
          fairway::errc::too_large);
    a.send("two");
    b.take(a.write({}), {});
    REQUIRE(b.above.records.size() == 2);
    CHECK(b.above.records[1].second == "two");
}

TEST_CASE("each rule of a session that a peer breaks ends it") {
    side a(small());
    side b(small());
    connect(a, b, {});
    a.send("one");
    CHECK(broken(a, whole(ack_record{1})) == goodbye_code::protocol); // not written yet
    a.write({});
    CHECK(broken(a, whole(ack_record{8})) == goodbye_code{});
    CHECK(broken(a, whole(ack_record{7})) == goodbye_code::protocol);
    CHECK(broken(a, whole(ack_record{9})) == goodbye_code::protocol);
    CHECK(broken(a, raw(4, "short")) == goodbye_code::protocol);
    CHECK(broken(a, whole(hello_record())) == goodbye_code::protocol);
    CHECK(broken(a, whole(welcome_record())) == goodbye_code::protocol);
    CHECK(broken(a, whole(auth_record())) == goodbye_code::protocol);
    for (int const unknown : {0, 7, 15, 36, 127}) CHECK(broken(a, raw(unknown, "")) == goodbye_code::protocol);
    CHECK(broken(a, raw(30, std::string("\0\x17", 2)) + raw(19, "abcd")) == goodbye_code::protocol);
    side c(small());
    side d(small());
    connect(c, d, {});
    CHECK(broken(c, std::string("\xff\xff\xff\xff", 4)) == goodbye_code::too_large);
    CHECK_THROWS_AS(b.take(whole(goodbye_record{goodbye_code::limits, "enough"}), {}), dismissed);
}

TEST_CASE("records of later versions are passed over, and counted where they are of the stream") {
    side a(small());
    side b(small());
    connect(a, b, {});
    CHECK(broken(a, raw(128, "x") + raw(191, "yy")) == goodbye_code{});
    CHECK(a.state.received_offset() == 0);
    CHECK(broken(a, raw(192, "x") + raw(255, "yy")) == goodbye_code{});
    CHECK(a.state.received_offset() == 2 * head_bytes + 3);
    CHECK(a.above.records.empty());
    CHECK(broken(a, raw(30, "\1\xc8later")) == goodbye_code{});
    CHECK(a.above.records.empty());
}

TEST_CASE("a session is resumed only from where it may be") {
    bool and_unsent = false;
    auto const resume = [&](std::uint64_t received, std::size_t largest = 4096) {
        side a(small());
        side b(small());
        connect(a, b, {});
        a.send("one");
        a.send("two");
        a.write({});
        a.take(whole(ack_record{8}), {});
        if (and_unsent) a.send("three, which was never written");
        try {
            a.state.attach(terms(received, largest), {});
        } catch (violation const& v) {
            return v.code();
        }
        return goodbye_code{};
    };
    CHECK(resume(7) == goodbye_code::protocol);
    CHECK(resume(8) == goodbye_code{});
    CHECK(resume(16) == goodbye_code{});
    CHECK(resume(17) == goodbye_code::protocol);
    and_unsent = true;
    CHECK(resume(16) == goodbye_code{});
    CHECK(resume(20) == goodbye_code::protocol);
    CHECK(resume(8, 8192) == goodbye_code{});
}

TEST_CASE("records that are not whole have a budget that all sessions of a node share, and all become whole") {
    std::string const part =
        raw(static_cast<int>(record_type::fragment), std::string(1, '\0') + std::string(3'000, '\x17'));
    std::string const last = raw(static_cast<int>(record_type::fragment), "\1x");
    // Each is sent a record of 15,000 bytes, all at the same time.
    struct receiving {
        receiving(session_options const& o, std::string const& whose) : state(o, whose, [this] { may_go_on = true; }) {
            in.limit(4'096);
            state.attach(terms(0), {});
        }
        void put(std::string_view bytes) {
            auto const [to, room] = in.prepare();
            REQUIRE(room >= bytes.size());
            std::memcpy(to, bytes.data(), bytes.size());
            in.commit(bytes.size());
        }
        // False where it has to wait.
        bool take() {
            may_go_on = false;
            state.take(in, {}, above);
            return !state.held_back();
        }
        record_input in;
        sink above;
        bool may_go_on = true;
        std::size_t sent = 0;
        session_state state;
    };
    auto const run = [&](std::vector<std::string> const& principals) {
        auto o = small();
        o.joining = std::make_shared<joining_budget>(40'000, 15'001);
        std::vector<std::unique_ptr<receiving>> all;
        for (auto const& name : principals) all.push_back(std::make_unique<receiving>(o, name));
        std::size_t waits = 0;
        for (int rounds = 0; rounds < 100; ++rounds)
            for (auto const& one : all) {
                if (one->state.held_back() && !one->may_go_on) continue;
                if (!one->state.held_back() && one->sent < 6) one->put(one->sent++ < 5 ? part : last);
                if (!one->take()) ++waits;
            }
        for (auto const& one : all) {
            REQUIRE(one->above.records.size() == 1);
            CHECK(one->above.records[0].second.size() == 15'000);
        }
        return waits;
    };
    CHECK(run({"", ""}) == 0);
    CHECK(run({"a", "a"}) > 0); // one principal has half of it
    CHECK(run({"a", "b"}) == 0);
    CHECK(run({"", "", "", "", "", "", ""}) > 0);
    CHECK(run({"a", "b", "a", "c", "b", "a", "", "a", "b"}) > 0);
}

TEST_CASE("who waits for room to join a record is not taken for dead or slow, and is told when one ends") {
    auto o = small();
    o.joining = std::make_shared<joining_budget>(10'000, 5'000);
    joining_budget::share first(o.joining, {}, {});
    joining_budget::share second(o.joining, {}, {});
    REQUIRE(first.take(3'000));
    REQUIRE(second.take(4'000));
    side s(o);
    s.in.limit(4'096);
    s.state.attach(terms(0), {});
    std::string const part =
        raw(static_cast<int>(record_type::fragment), std::string(1, '\0') + std::string(500, '\x17'));
    s.take(part, {});
    s.take(part, steady_point(1s));
    CHECK_FALSE(s.state.held_back());
    // 8,000 bytes are taken, and 2,000 more are for the rest of the first one.
    s.take(raw(static_cast<int>(record_type::fragment), "\1x") + raw(23, "behind it"), steady_point(20s));
    CHECK(s.state.held_back());
    CHECK(s.above.records.empty());
    s.send("whose acknowledgement is not read");
    for (auto at = 25s; at <= 60s; at += 5s) {
        auto const verdict = s.state.tick(steady_point(at));
        CHECK((verdict == session_state::verdict::write || verdict == session_state::verdict::nothing));
        (void)s.write(steady_point(at));
        CHECK(s.state.alarm() > steady_point(at));
    }
    bool told = false;
    joining_budget::share third(o.joining, {}, [&] { told = true; });
    CHECK_FALSE(third.take(3'500));
    second.give_back();
    CHECK(told);
    CHECK_FALSE(third.take(5'000));
    s.state.take(s.in, steady_point(61s), s.above);
    CHECK_FALSE(s.state.held_back());
    REQUIRE(s.above.records.size() == 2);
    CHECK(s.above.records[1].second == "behind it");
    CHECK(third.take(3'500));
    // Another one has its own time.
    s.take(part, steady_point(61s));
    CHECK(s.state.tick(steady_point(62s)) != session_state::verdict::slow);
    CHECK(s.state.alarm() <= steady_point(91s));
}

TEST_CASE("who waits for room to join a record says so by its acknowledgements, and keeps its sender") {
    auto o = small();
    o.joining = std::make_shared<joining_budget>(10'000, 5'000);
    joining_budget::share first(o.joining, {}, {});
    REQUIRE(first.take(3'000));
    joining_budget::share second(o.joining, {}, {});
    REQUIRE(second.take(5'000));
    side a(small());
    side b(o);
    connect(a, b, {});
    a.send(std::string(4'500, 'x'));
    steady_point at{1s};
    b.take(a.write(at), at);
    REQUIRE(b.state.held_back());
    auto verdict = session_state::verdict::nothing;
    auto const pass = [&](fairway::duration time) {
        for (auto const end = at + time; at < end && verdict != session_state::verdict::stalled;) {
            at += 1s;
            if (at >= b.state.alarm()) (void)b.state.tick(at);
            CHECK(b.state.alarm() > at);
            b.send("so that it needs no heartbeat");
            a.take(b.write(at), at);
            verdict = a.state.tick(at);
        }
    };
    pass(4min);
    CHECK(verdict != session_state::verdict::stalled);
    SECTION("it goes on") {
        second.give_back();
        b.state.take(b.in, at, b.above);
        CHECK_FALSE(b.state.held_back());
        REQUIRE(b.above.records.size() == 1);
        a.take(b.write(at), at);
        CHECK(a.state.acked_offset() == a.state.put_offset());
        CHECK(b.write(at).empty());
    }
    SECTION("it does not") {
        pass(3min);
        CHECK(verdict == session_state::verdict::stalled);
        CHECK(at >= steady_point(5min));
        CHECK(at <= steady_point(5min + 40s));
    }
}

TEST_CASE("a record that was begun ends within 30 s, however much is said meanwhile") {
    side s(small());
    s.in.limit(4096);
    s.state.attach(terms(0), {});
    auto const part = raw(static_cast<int>(record_type::fragment), std::string("\0\x17", 2));
    auto const last = raw(static_cast<int>(record_type::fragment), "\1x");
    s.take(part, {});
    for (auto t = 4s; t < 30s; t += 4s) {
        CHECK(s.state.tick(steady_point(t)) != session_state::verdict::slow);
        s.take(part + whole(heartbeat_record()), steady_point(t));
        s.write(steady_point(t));
    }
    CHECK(s.state.alarm() == steady_point(30s));
    SECTION("it does not") { CHECK(s.state.tick(steady_point(30s)) == session_state::verdict::slow); }
    SECTION("it does, and another one has its own time") {
        s.take(last + part, steady_point(29s));
        CHECK(s.state.tick(steady_point(31s)) != session_state::verdict::slow);
        s.take(part, steady_point(58s));
        CHECK(s.state.tick(steady_point(58s)) != session_state::verdict::slow);
        CHECK(s.state.tick(steady_point(59s)) == session_state::verdict::slow);
    }
}

TEST_CASE("time without a connection does not count against a record that was begun") {
    side s(small());
    s.in.limit(4096);
    s.state.attach(terms(0), {});
    s.take(raw(static_cast<int>(record_type::fragment), std::string("\0\x17", 2)), steady_point(1s));
    s.state.detach(steady_point(22s));
    s.state.attach(terms(0), steady_point(31s));
    CHECK(s.state.tick(steady_point(32s)) == session_state::verdict::nothing);
    CHECK(s.state.tick(steady_point(39s)) != session_state::verdict::slow);
    CHECK(s.state.tick(steady_point(40s)) == session_state::verdict::slow);
}

TEST_CASE("who breaks its connection again and again has no more time for a record than the grace") {
    side s(small());
    s.in.limit(4096);
    s.state.attach(terms(0), {});
    s.take(raw(static_cast<int>(record_type::fragment), std::string("\0\x17", 2)), {});
    for (auto t = 0s; t < 36s; t += 9s) {
        s.state.detach(steady_point(t));
        s.state.attach(terms(0), steady_point(t + 9s));
    }
    CHECK(s.state.tick(steady_point(39s)) != session_state::verdict::slow);
    CHECK(s.state.tick(steady_point(40s)) == session_state::verdict::slow);
}

TEST_CASE("a large record lets what the other side waits for pass between its fragments") {
    for (std::size_t const largest : {std::size_t{4096}, std::size_t{1} << 20}) {
        session_options o;
        side one(o);
        side other(o);
        steady_point const start(1h);
        for (auto* const s : {&one, &other}) s->state.attach(terms(0, largest), start);
        one.in.limit(largest);
        other.in.limit(largest);
        std::string const large(5'000'000, 'l');
        one.send("before");
        one.send(large);
        one.send("behind");
        std::size_t writes = 0;
        for (; one.state.wants_to_write(); ++writes) {
            auto const bytes = one.write(start, 1 << 20);
            CHECK(bytes.size() <= (std::size_t{1} << 20) + largest + 100);
            other.take(bytes, start);
            CHECK(other.in.empty()); // it ends with a record
        }
        CHECK(writes >= 5);
        REQUIRE(other.above.records.size() == 3);
        CHECK(other.above.records[1].second == large);
        CHECK(other.above.records[2].second == "behind");
        // What has come meanwhile is acknowledged with each of them.
        one.send(large);
        other.send("small");
        CHECK(one.write(start, 1 << 20).size() < large.size());
        one.take(other.write(start), start);
        auto const acked = other.above.acked;
        other.take(one.write(start, 1 << 20), start);
        CHECK(other.above.acked > acked);
        CHECK(one.state.wants_to_write());
    }
}
