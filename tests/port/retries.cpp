// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Failing handlers: what is tried again and when, what it holds up, and where it ends.
#include "fw_catch.hpp"
#include "port/kit.hpp"

using namespace port_kit;

namespace {

retry_policy exact(unsigned attempts) { return retry_policy().attempts(attempts).delay(100ms).jitter(false); }

} // namespace

TEST_CASE("a handler that fails is called again, at the policy's times, until it succeeds", "[retry]") {
    bench b;
    auto const watcher = std::make_shared<note_book>();
    service s(b.transport(), "worker", watcher);
    std::vector<std::pair<duration, unsigned>> tries;
    auto const flaky = [&](step const&, delivery const& d) {
        tries.emplace_back(b.elapsed(), d.attempt());
        CHECK(d.headers().size() == 1);
        CHECK(d.header("colour") == "red");
        if (d.attempt() < 4) throw std::runtime_error("not yet");
    };
    SECTION("a plain handler") { s.handle<steps>(flaky, handler_options().retry(exact(5))); }
    SECTION("a coroutine") {
        s.handle<steps>(
            [flaky](step const& m, delivery const& d) -> task<> {
                co_await sleep_for(0s);
                flaky(m, d);
            },
            handler_options().retry(exact(5)));
    }
    s.start();
    step const one{.key = "a", .n = 1};
    b.run(b.sender<steps>().send(one, send_options().header("colour", "red")));
    b.advance(2s);
    CHECK(tries == std::vector<std::pair<duration, unsigned>>{{0ms, 1}, {100ms, 2}, {300ms, 3}, {700ms, 4}});
    auto const l = s.stats();
    CHECK(l.accepted == 1);
    CHECK(l.failed == 3);
    CHECK(l.retried == 3);
    CHECK(l.dead_lettered == 0);
    CHECK(watcher->count(occurrence::retried) == 3);
    CHECK(watcher->count(occurrence::handler_failed) == 0);
}

TEST_CASE("when the attempts are used up, or the failure is permanent, the message is a dead letter", "[retry]") {
    bench b;
    service s(b.transport(), "worker");
    s.handle<steps>(
        [](step const& m) {
            if (m.n == 1) throw std::runtime_error("again and again");
            if (m.n == 2) throw fault("no", "never");
            if (m.n == 3) throw std::invalid_argument("bad");
        },
        handler_options().retry(exact(3).permanent<std::invalid_argument>()));
    s.start();
    b.settle();
    auto const begin = b.now();
    auto const port = b.sender<steps>();
    for (int n : {1, 2, 3, 4}) {
        step const m{.key = std::to_string(n), .n = n};
        b.run(port.send(m));
    }
    b.advance(5s);
    std::map<int, std::string> found;
    service doctor(b.transport(), "doctor");
    doctor.handle<point_to_point<"steps.worker.dead", step>>([&](step const& m, delivery const& d) {
        auto const text = [&](char const* name) { return std::string(d.header(name).value_or("?")); };
        found[m.n] = text("fw-dead-code") + " after " + text("fw-dead-attempts") + " of " + text("fw-dead-channel") +
                     " in " + text("fw-dead-group");
        CHECK(std::stoll(text("fw-dead-first-time")) == begin.time_since_epoch() / 1s);
    });
    doctor.start();
    b.settle();
    CHECK(found == std::map<int, std::string>{{1, "handler_failed after 3 of steps in worker"},
                       {2, "no after 1 of steps in worker"}, {3, "handler_failed after 1 of steps in worker"}});
    CHECK(s.stats().dead_lettered == 3);
    CHECK(s.stats().accepted == 1);
}

TEST_CASE("a failing key waits alone, and in order", "[retry][lanes]") {
    bench b;
    service s(b.transport(), "worker");
    std::vector<std::string> done;
    bool const coroutine = GENERATE(false, true);
    auto const handle = [&](step const& m, delivery const& d) {
        if (m.key == "bad" && m.n == 1 && d.attempt() < 4) throw transient("locked");
        done.push_back(m.key + std::to_string(m.n));
    };
    if (coroutine)
        s.handle<steps>(
            [&handle](step const& m, delivery const& d) -> task<> {
                co_await sleep_for(0s);
                handle(m, d);
            },
            handler_options().retry(exact(5)));
    else
        s.handle<steps>(handle, handler_options().retry(exact(5)));
    s.start();
    auto const port = b.sender<steps>();
    for (int n : {1, 2, 3})
        for (auto const* const key : {"bad", "good"}) {
            step const m{.key = key, .n = n};
            CHECK_FALSE(port.try_send(m));
        }
    b.settle();
    CHECK(done == std::vector<std::string>{"good1", "good2", "good3"});
    b.advance(3s);
    CHECK(done == std::vector<std::string>{"good1", "good2", "good3", "bad1", "bad2", "bad3"});
}

TEST_CASE("who asks for a later attempt gets it", "[retry]") {
    bench b;
    service s(b.transport(), "worker");
    std::vector<duration> tries;
    s.handle<steps>(
        [&](step const&, delivery const& d) {
            tries.push_back(b.elapsed());
            if (d.attempt() == 1) throw transient("come back", 3s);
        },
        handler_options().retry(exact(2)));
    s.start();
    step const one{.key = "a", .n = 1};
    b.run(b.sender<steps>().send(one));
    b.advance(10s);
    CHECK(tries == std::vector<duration>{0s, 3s});
}

TEST_CASE("a request is tried again as long as its requester waits, then gets the fault", "[retry]") {
    bench b;
    service s(b.transport(), "worker");
    int calls = 0;
    s.handle<questions>(
        [&](question const& q) -> answer {
            ++calls;
            if (q.text == "never" || calls < 3) throw std::runtime_error("busy");
            return {q.text};
        },
        handler_options().retry(exact(5)));
    s.start();
    auto const port = b.sender<questions>();
    question const good{"good"}, never{"never"};
    CHECK(b.run(port.request(good, 2s)).text == "good");
    CHECK(calls == 3);
    calls = 0;
    // 100, 200, 400 ms: the third retry would come too late.
    auto const begin = b.elapsed();
    CHECK_THROWS_AS(b.run(port.request(never, 500ms)), fault);
    CHECK(calls == 3);
    CHECK(b.elapsed() - begin == 300ms);
    CHECK(s.stats().faulted == 1);
    CHECK(s.stats().dead_lettered == 0);
}

TEST_CASE("at half the prefetch stuck, a shard's intake pauses, and says so", "[retry][lanes]") {
    bench b;
    auto const watcher = std::make_shared<note_book>();
    service s(b.transport(), "worker", watcher);
    std::vector<std::string> done;
    bool broken = true;
    s.handle<steps>(
        [&](step const& m) {
            if (m.key == "bad" && broken) throw transient("broken");
            done.push_back(m.key + std::to_string(m.n));
        },
        handler_options().retry(exact(8)).prefetch(8));
    s.start();
    auto const port = b.sender<steps>();
    // Keys of other shards go on, though far more messages of the bad key come than there are places.
    std::string const other = key_of_another_shard<steps>("bad");
    for (int n = 0; n < 20; ++n) {
        step const bad{.key = "bad", .n = n};
        CHECK_FALSE(port.try_send(bad));
    }
    b.settle();
    for (int n = 0; n < 20; ++n) {
        step const good{.key = other, .n = n};
        CHECK_FALSE(port.try_send(good));
    }
    b.settle();
    CHECK(done.size() == 20);
    CHECK(watcher->count(occurrence::intake_paused) == 1);
    CHECK(watcher->count(occurrence::intake_resumed) == 0);
    broken = false;
    b.advance(10s);
    CHECK(watcher->count(occurrence::intake_resumed) == 1);
    REQUIRE(done.size() == 40);
    for (int n = 0; n < 20; ++n) CHECK(done[static_cast<std::size_t>(20 + n)] == "bad" + std::to_string(n));
}

TEST_CASE("one at a time on an unsharded channel keeps the order, through retries", "[retry][lanes]") {
    bench b;
    service s(b.transport(), "worker");
    std::vector<int> done;
    s.handle<tallies>(
        [&](tally const& t, delivery const& d) -> task<> {
            co_await sleep_for(1ms);
            if (t.n == 2 && d.attempt() < 3) throw std::runtime_error("again");
            done.push_back(t.n);
        },
        handler_options().concurrency(1).retry(exact(5)));
    s.start();
    auto const port = b.sender<tallies>();
    for (int n : {1, 2, 3, 4}) {
        tally const t{n};
        CHECK_FALSE(port.try_send(t));
    }
    b.advance(2s);
    CHECK(done == std::vector{1, 2, 3, 4});
}

TEST_CASE("order by shard, by key and none", "[lanes]") {
    bench b;
    service s(b.transport(), "worker");
    auto const [order, at_a_time] = GENERATE(table<ordering, std::size_t>({
        {ordering::key, 2}, // two keys
        {ordering::shard, 1},
        {ordering::none, 4},
    }));
    std::size_t running = 0, most = 0;
    s.handle<steps>(
        [&](step const&) -> task<> {
            most = std::max(most, ++running);
            co_await sleep_for(10ms);
            --running;
        },
        handler_options().order(order));
    s.start();
    auto const port = b.sender<steps>();
    std::string const twin = key_of_the_same_shard<steps>("a");
    for (int n : {1, 2}) {
        step const one{.key = "a", .n = n}, two{.key = twin, .n = n};
        CHECK_FALSE(port.try_send(one));
        CHECK_FALSE(port.try_send(two));
    }
    b.advance(1s);
    CHECK(most == at_a_time);
    CHECK(s.stats().accepted == 4);
}

TEST_CASE("a message that goes round and round without ever failing is a dead letter in the end", "[retry]") {
    struct limit {
        unsigned attempts, deliveries;
    };
    for (auto const& [attempts, deliveries] : {limit{5, 50}, limit{1, 20}}) {
        INFO("attempts " << attempts);
        bench b;
        service first(b.transport(), "worker");
        first.handle<tallies>([](tally const&) {});
        tally const t{1};
        b.run(b.sender<tallies>().send(t));
        unsigned left = 0;
        for (int i = 0; i < 60; ++i) {
            // As a process that dies: it leaves without having settled.
            service dies(b.transport(), "worker");
            dies.handle<tallies>(
                [&](tally const&) -> task<> {
                    ++left;
                    co_await sleep_for(1h);
                },
                handler_options().retry(exact(attempts)));
            dies.start();
            b.settle();
            dies.close();
            b.settle();
        }
        CHECK(left == deliveries);
        auto const letter = b.expect_dead_letter<tallies>("worker", "too_many_attempts");
        CHECK(letter.attempts == deliveries + 1);
    }
}

TEST_CASE("a dead letter that finds no room is tried again until it is there", "[retry][dead-letter]") {
    bench b(testing::bench_options().queue_messages(2));
    auto const watcher = std::make_shared<note_book>();
    service s(b.transport(), "worker", watcher);
    s.handle<tallies>([](tally const&) { throw fault("no", "never"); });
    s.start();
    auto const port = b.sender<tallies>();
    for (int n = 0; n < 5; ++n) {
        tally const t{n};
        b.run(port.send(t));
    }
    b.advance(10s);
    CHECK(s.stats().dead_lettered == 2);
    using dead = point_to_point<"tallies.worker.dead", tally>;
    service doctor(b.transport(), "doctor");
    std::vector<int> got;
    doctor.handle<dead>([&](tally const& t) { got.push_back(t.n); });
    doctor.start();
    b.advance(1min);
    CHECK(got.size() == 5);
    CHECK(s.stats().dead_lettered == 5);
}

TEST_CASE("behind a message that was given up its key waits until the dead letter is there", "[retry][dead-letter]") {
    bench b(testing::bench_options().queue_messages(2));
    service s(b.transport(), "worker");
    std::vector<std::string> seen;
    auto const handle = [&](step const& m) {
        seen.push_back(m.key + std::to_string(m.n));
        if (m.key == "bad" && m.n < 4) throw fault("no", "never");
    };
    bool const coroutine = GENERATE(false, true);
    if (coroutine)
        s.handle<steps>([&handle](step const& m) -> task<> {
            co_await sleep_for(0s);
            handle(m);
        });
    else
        s.handle<steps>(handle);
    s.start();
    auto const port = b.sender<steps>();
    for (int n : {1, 2, 3, 4, 5})
        for (auto const* const key : {"bad", "good"}) {
            step const m{.key = key, .n = n};
            b.run(port.send(m));
        }
    b.advance(10s);
    // The third letter finds no room.
    auto const of = [&seen](std::string const& key) {
        std::vector<std::string> all;
        std::copy_if(
            seen.begin(), seen.end(), std::back_inserter(all), [&](auto const& m) { return m.starts_with(key); });
        return all;
    };
    CHECK(of("bad") == std::vector<std::string>{"bad1", "bad2", "bad3"});
    CHECK(of("good") == std::vector<std::string>{"good1", "good2", "good3", "good4", "good5"});
    CHECK(s.stats().dead_lettered == 2);
    using dead = point_to_point<"steps.worker.dead", step>;
    service doctor(b.transport(), "doctor");
    doctor.handle<dead>([](step const&) {});
    doctor.start();
    b.advance(1min);
    CHECK(of("bad") == std::vector<std::string>{"bad1", "bad2", "bad3", "bad4", "bad5"});
    CHECK(s.stats().dead_lettered == 3);
    auto const end = b.run(s.drain());
    CHECK(end.received == 10);
    CHECK(end.accepted == 7);
    CHECK(end.released == 0);
}

TEST_CASE("one slow key of a thousand costs the others at most a tenth", "[lanes]") {
    auto const others_took = [](duration slow) {
        bench b;
        service s(b.transport(), "worker");
        duration last{};
        std::size_t done = 0;
        s.handle<steps>([&](step const& m) -> task<> {
            co_await sleep_for(m.key == "key0" ? slow : 1ms);
            if (m.key == "key0") co_return;
            ++done;
            last = b.elapsed();
        });
        s.start();
        auto const port = b.sender<steps>();
        for (int n = 0; n < 4; ++n)
            for (int k = 0; k < 1000; ++k) {
                step const m{.key = "key" + std::to_string(k), .n = n};
                CHECK_FALSE(port.try_send(m));
            }
        b.advance(10s);
        CHECK(done == 4 * 999);
        return last;
    };
    auto const alone = others_took(1ms);
    auto const beside = others_took(100ms);
    CAPTURE(alone.count(), beside.count());
    CHECK(beside <= alone * 11 / 10);
}
