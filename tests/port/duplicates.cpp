// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Messages that come again: after they were handled, while they are, at another instance; and what their requesters
// get.
#include "fw_catch.hpp"
#include "port/kit.hpp"

#include <fairway/port/memory_store.hpp>

using namespace port_kit;

namespace {

// The in-process transport, saying that messages may come again after they were accepted; `again` sends a message of
// the log once more, as it was.
class repeating {
public:
    static constexpr std::string_view scheme = "repeating";
    // From a named function: a constructor from any_transport alone would be a way from one to the other and back.
    static repeating over(any_transport inner) {
        repeating r;
        r.inner_.emplace(std::move(inner));
        return r;
    }
    asio::any_io_executor get_executor() const { return inner_->get_executor(); }
    capabilities describe() const {
        auto c = inner_->describe();
        c.duplicates = true;
        return c;
    }
    void declare(subscription const& s) { inner_->declare(s); }
    std::shared_ptr<sink> open(address const& a) { return inner_->open(a); }
    std::shared_ptr<source> listen(subscription const& s, receiver& r) {
        if (s.from.shards == 0) return inner_->listen(s, r);
        told = &r;
        return from;
    }
    reply_channel open_replies(receiver& r) { return inner_->open_replies(r); }
    std::shared_ptr<sink> open_reply(std::string_view a) { return inner_->open_reply(a); }
    void close() { inner_->close(); }

    // Of sharded channels.
    inline static std::shared_ptr<source> from;
    inline static receiver* told = nullptr;

private:
    repeating() = default;
    std::optional<any_transport> inner_;
};

// Hands out what a test gives it, and remembers what was settled.
class scripted final : public source {
public:
    void give(receiver& to, std::vector<delivery> all, std::vector<notice> what) {
        deliveries_ = std::move(all);
        notices_ = std::move(what);
        to.ready();
    }
    std::size_t receive(std::vector<delivery>& out, std::size_t) override {
        for (auto& d : deliveries_) out.push_back(std::move(d));
        return std::exchange(deliveries_, {}).size();
    }
    void notices(std::vector<notice>& out) override {
        for (auto const& n : std::exchange(notices_, {})) out.push_back(n);
    }
    void hold(std::uint32_t, bool) override {}
    void settle(std::span<settlement const> all) override {
        for (auto const& s : one_by_one(all)) settled.push_back(s);
    }
    void pause() override {}
    void close() override {}

    std::vector<settlement> settled;

private:
    std::vector<delivery> deliveries_;
    std::vector<notice> notices_;
};

enum answering { returned, by_token, later };

struct stage {
    explicit stage(testing::bench_options const& o = {}) : b(o), net(repeating::over(b.transport())) {}

    // Sends the last message of a channel once more.
    void again(std::string const& channel, channel_kind kind = channel_kind::point_to_point) {
        envelope last;
        for (auto const& s : b.seen())
            if (s.channel == channel && s.what == testing::movement::sent) last = s.message;
        REQUIRE(last);
        REQUIRE_FALSE(try_send_one(*net.open({channel, kind, 0}), last));
        b.settle();
    }
    // A request, and a duplicate of it.
    auto ask_twice() {
        question const q{"x"};
        auto asked = b.start(b.sender<questions>().request(q, 10s));
        b.settle();
        again("questions");
        return asked;
    }
    std::size_t replies() {
        std::size_t n = 0;
        for (auto const& s : b.seen()) n += s.what == testing::movement::replied ? 1 : 0;
        return n;
    }

    bench b;
    any_transport net;
};

} // namespace

TEST_CASE("a copy that is settled unhandled does not end the handling in progress", "[duplicates]") {
    stage st;
    service s(st.net, "press");
    int begun = 0;
    struct printing {
        int& begun;
        task<> operator()(rumour const&) {
            ++begun;
            co_await sleep_for(1s);
        }
    };
    s.handle<rumours>(printing{begun});
    s.start();
    rumour const r{"ships sail"};
    st.b.run(st.b.sender<rumours>().send(r));
    REQUIRE(begun == 1);
    envelope const first = st.b.seen().front().message;
    auto const to = st.net.open({"rumours", channel_kind::publish_subscribe, 0});
    headers for_others(first.headers());
    for_others.set_reserved("fw-replay-group", "radio");
    auto const replayed = envelope::of_bytes(first.head(), for_others.view(), first.body());
    for (auto const& copy : {replayed, first}) REQUIRE_FALSE(try_send_one(*to, copy));
    st.b.settle();
    CHECK(begun == 1);
    st.b.advance(2s);
    CHECK(begun == 1);
    auto const all = st.b.run(s.drain());
    CHECK(all.received == 3);
    CHECK(all.skipped == 1);
    CHECK(all.duplicates == 1);
}

TEST_CASE("a message that comes again is not handled again", "[duplicates]") {
    stage st;
    auto const watcher = std::make_shared<note_book>();
    service s(st.net, "worker", watcher);
    int handled = 0;
    s.handle<tallies>([&](tally const&) { ++handled; });
    s.start();
    auto const port = st.b.sender<tallies>();
    tally const t{1};
    st.b.run(port.send(t));
    st.again("tallies");
    st.again("tallies");
    CHECK(handled == 1);
    st.b.run(port.send(t)); // another message with the same body
    CHECK(handled == 2);
    auto const l = st.b.run(s.drain());
    CHECK(l.received == 4);
    CHECK(l.accepted == 2);
    CHECK(l.duplicates == 2);
    CHECK(watcher->count(occurrence::duplicate) == 2);
}

TEST_CASE("the window has an end, in time and in number, and can be left out", "[duplicates]") {
    stage st;
    service s(st.net, "worker");
    int handled = 0;
    auto const ids = GENERATE(as<std::size_t>(), 2, 0);
    s.handle<tallies>([&](tally const&) { ++handled; }, handler_options().window(ids, 1min));
    s.start();
    tally const t{1};
    st.b.run(st.b.sender<tallies>().send(t));
    st.again("tallies");
    CHECK(handled == (ids == 0 ? 2 : 1));
    st.b.advance(1min);
    st.again("tallies");
    CHECK(handled == (ids == 0 ? 3 : 2));
}

TEST_CASE("only what succeeded counts as handled", "[duplicates]") {
    stage st;
    service s(st.net, "worker");
    int calls = 0;
    s.handle<tallies>([&](tally const&) {
        if (++calls == 1) throw fault("no", "not today");
    });
    s.start();
    tally const t{1};
    st.b.run(st.b.sender<tallies>().send(t));
    CHECK(s.stats().dead_lettered == 1);
    st.again("tallies");
    st.again("tallies");
    CHECK(calls == 2);
    CHECK(s.stats().duplicates == 1);
}

TEST_CASE("a duplicate of a message in progress waits for its end", "[duplicates]") {
    stage st;
    service s(st.net, "worker");
    int calls = 0;
    bool const fails = GENERATE(false, true);
    s.handle<tallies>([&](tally const&) -> task<> {
        ++calls;
        co_await sleep_for(1s);
        if (fails) throw fault("no", "not today");
    });
    s.start();
    tally const t{1};
    st.b.run(st.b.sender<tallies>().send(t));
    st.again("tallies");
    st.again("tallies");
    CHECK(calls == 1);
    CHECK(s.stats().duplicates == 0);
    CHECK(s.stats().received == 3);
    st.b.advance(2s);
    CHECK(calls == 1);
    CHECK(s.stats().duplicates == 2);
    CHECK(s.stats().dead_lettered == (fails ? 1 : 0));
}

TEST_CASE("a duplicate that came by another shard goes back when the first one's shard is lost", "[duplicates]") {
    auto const here = std::make_shared<scripted>();
    repeating::from = here;
    stage st;
    service s(st.net, "worker");
    int calls = 0;
    s.handle<steps>([&](step const&) {
        ++calls;
        throw transient("later");
    });
    s.start();
    st.b.settle();
    auto const copy = [](std::uint32_t shard) {
        envelope_head h;
        h.id = {1, 1};
        h.type = "kit.step";
        h.content_type = "application/json";
        h.shard_key = "k";
        h.shard = shard;
        return envelope::of_bytes(h, {}, R"({"key":"k","n":1})");
    };
    std::vector<delivery> both;
    both.emplace_back(copy(0), 7, 1);
    both.emplace_back(copy(1), 8, 1);
    here->give(*repeating::told, std::move(both), {});
    st.b.settle();
    CHECK(calls == 1);
    CHECK(here->settled.empty());
    here->give(*repeating::told, {}, {{notice_kind::shard_lost, 0}});
    st.b.settle();
    REQUIRE(here->settled.size() == 1);
    CHECK(here->settled.front().tag == 8);
    CHECK_FALSE(here->settled.front().accept);
    CHECK(s.stats().released == 2);
    repeating::from.reset();
}

TEST_CASE("a duplicated request gets the same reply again", "[duplicates]") {
    stage st;
    service s(st.net, "echo");
    int calls = 0;
    std::vector<reply_token<question>> tokens;
    auto const how = GENERATE(returned, by_token, later);
    CAPTURE(how);
    if (how == returned)
        s.handle<questions>([&](question const& q) { return answer{q.text + std::to_string(++calls)}; });
    else
        s.handle<questions>([&](question const& q, reply_token<question> to) {
            ++calls;
            if (how == by_token)
                to.send(answer{q.text + "1"});
            else
                tokens.push_back(std::move(to));
        });
    s.start();
    auto asked = st.ask_twice();
    CHECK(calls == 1);
    if (how == later) {
        // Its answer is on its way: the requester gets it, and no fault before.
        CHECK(st.replies() == 0);
        tokens.front().send(answer{"x1"});
        st.b.settle();
        CHECK(st.replies() == 1);
        st.again("questions");
    }
    CHECK(asked.result().text == "x1");
    CHECK(st.replies() == 2);
    for (auto const& m : st.b.seen())
        if (m.what == testing::movement::replied) CHECK(m.message.body() == R"({"text":"x1"})");
    CHECK(s.stats().duplicates >= 1);
}

TEST_CASE("a duplicate of a request that failed gets the same fault, and no second run", "[duplicates]") {
    stage st;
    service s(st.net, "echo");
    int calls = 0;
    s.handle<questions>([&](question const&) -> answer {
        if (++calls == 1) throw fault("no", "not today");
        return {"late"};
    });
    s.start();
    auto asked = st.ask_twice();
    CHECK(calls == 1);
    CHECK(st.replies() == 2);
    for (auto const& m : st.b.seen())
        if (m.what == testing::movement::replied) CHECK(m.message.body() == "not today");
    CHECK_THROWS_AS(asked.result(), fault);
    CHECK(s.stats().duplicates == 1);
}

TEST_CASE("a reply that is too large to be kept is not made again", "[duplicates]") {
    stage st;
    service s(st.net, "echo");
    int calls = 0;
    s.handle<questions>([&](question const&) {
        ++calls;
        return answer{std::string(100'000, 'x')};
    });
    s.start();
    question const q{"x"};
    (void)st.b.run(st.b.sender<questions>().request(q, 10s));
    st.again("questions");
    CHECK(calls == 1);
    bool fault_seen = false;
    for (auto const& m : st.b.seen())
        if (testing::is_fault(m)) fault_seen = m.message.headers().find("fw-fault-code") == "duplicate_request";
    CHECK(fault_seen);
}

TEST_CASE("a message without an id is handled each time", "[duplicates]") {
    stage st;
    service s(st.net, "worker");
    int handled = 0;
    s.handle<tallies>([&](tally const&) { ++handled; });
    s.start();
    envelope_head head;
    head.type = "kit.tally";
    auto const foreign = envelope::of_bytes(head, {}, R"({"key":"k","n":1})");
    auto const to = st.net.open({"tallies", channel_kind::point_to_point, 0});
    for (int i = 0; i < 3; ++i) {
        REQUIRE_FALSE(try_send_one(*to, foreign));
        st.b.settle();
    }
    CHECK(handled == 3);
}

TEST_CASE("a shared store knows what another instance has handled", "[duplicates][store]") {
    stage st;
    auto const store = std::make_shared<memory_store>();
    std::vector<std::string> calls;
    auto const add = [&](service& s, std::string const& name) {
        s.handle<questions>(
            [&calls, name](question const& q) {
                calls.push_back(name);
                return answer{name + " says " + q.text};
            },
            handler_options().remember_in(store));
        s.start();
        st.b.settle();
    };
    service first(st.net, "echo");
    add(first, "first");
    question const q{"x"};
    CHECK(st.b.run(st.b.sender<questions>().request(q, 10s)).text == "first says x");
    first.close();
    service second(st.net, "echo");
    add(second, "second");
    st.again("questions");
    CHECK(calls == std::vector<std::string>{"first"});
    CHECK(second.stats().duplicates == 1);
    std::vector<std::string> bodies;
    for (auto const& m : st.b.seen())
        if (m.what == testing::movement::replied) bodies.emplace_back(m.message.body());
    CHECK(bodies == std::vector<std::string>(2, R"({"text":"first says x"})"));
}

namespace {

class failing_store final : public duplicate_store {
public:
    task<std::optional<handled>> find(std::string_view, message_id, time_point) override {
        co_await sleep_for(10ms);
        if (++finds == 1) throw std::runtime_error("no connection");
        co_return std::nullopt;
    }
    task<> insert(std::string_view, message_id, envelope, time_point) override {
        co_await sleep_for(10ms);
        if (++inserts == 1) throw std::runtime_error("no connection");
    }
    int finds = 0;
    int inserts = 0;
};

} // namespace

TEST_CASE("where the store fails the delivery is tried again", "[duplicates][store]") {
    stage st;
    auto const store = std::make_shared<failing_store>();
    service s(st.net, "worker");
    int calls = 0;
    s.handle<tallies>([&](tally const&) { ++calls; }, handler_options().remember_in(store));
    s.start();
    tally const t{1};
    st.b.run(st.b.sender<tallies>().send(t));
    st.b.advance(5s);
    CHECK(store->finds == 3);
    CHECK(store->inserts == 2);
    CHECK(calls == 2); // at least once: the first run's record was lost
    CHECK(s.stats().accepted == 1);
}
