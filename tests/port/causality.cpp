// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What a handler's messages inherit from the delivery that it handles, and what stands around deliveries and sends.
#include "fw_catch.hpp"
#include "port/kit.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

using namespace port_kit;

namespace {

envelope_head head_of(bench& b, std::string const& channel) {
    for (auto const& s : b.seen())
        if (s.channel == channel && s.what == testing::movement::sent) return s.message.head();
    FAIL("nothing was sent to " << channel);
    return {};
}
envelope sent_to(bench& b, std::string const& channel) {
    envelope last;
    for (auto const& s : b.seen())
        if (s.channel == channel && s.what == testing::movement::sent) last = s.message;
    REQUIRE(last);
    return last;
}

} // namespace

TEST_CASE("what a handler sends belongs to the conversation, has a cause, and carries the trace on", "[causality]") {
    bench b;
    service s(b.transport(), "gossip");
    auto const out = s.sender<rumours>();
    int const way = GENERATE(0, 1, 2);
    CAPTURE(way);
    if (way == 0)
        s.handle<tallies>([&](tally const&) {
            rumour const r{"plain"};
            CHECK_FALSE(out.try_send(r));
        });
    else
        s.handle<tallies>([&, way](tally const&) -> task<> {
            auto const executor = co_await asio::this_coro::executor;
            co_await sleep_for(1s);
            if (way == 2) co_await asio::post(executor, asio::use_awaitable); // Asio's own operations keep it too
            rumour const r{"later"};
            co_await out.send(r);
        });
    s.start();
    tally const t{1};
    auto const trace = send_options()
                           .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                           .header("tracestate", "a=b")
                           .header("baggage", "user=7")
                           .header("other", "x");
    b.run(b.sender<tallies>().send(t, trace));
    b.advance(2s);
    auto const cause = head_of(b, "tallies");
    CHECK_FALSE(cause.conversation);
    CHECK_FALSE(cause.causation);
    auto const effect = sent_to(b, "rumours");
    CHECK(effect.head().conversation == cause.id);
    CHECK(effect.head().causation == cause.id);
    CHECK(effect.headers().find("traceparent") == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    CHECK(effect.headers().find("tracestate") == "a=b");
    CHECK(effect.headers().find("baggage") == "user=7");
    CHECK_FALSE(effect.headers().find("other"));
    CHECK(effect.headers().size() == 3);

    // After the handler nothing is inherited.
    rumour const fresh{"fresh"};
    b.run(out.send(fresh));
    CHECK_FALSE(sent_to(b, "rumours").head().causation);
}

TEST_CASE("handlers that interleave do not take each other's cause", "[causality]") {
    bench b;
    service s(b.transport(), "gossip");
    auto const out = s.sender<rumours>();
    s.handle<tallies>([&](tally const& t) -> task<> {
        co_await sleep_for(std::chrono::milliseconds(100 - t.n));
        rumour const r{std::to_string(t.n)};
        co_await out.send(r);
        co_await sleep_for(std::chrono::milliseconds(t.n));
        co_await out.send(r);
    });
    s.start();
    std::map<std::string, message_id> ids;
    for (int n = 0; n < 40; ++n) {
        tally const t{n};
        b.run(b.sender<tallies>().send(t));
        ids[std::to_string(n)] = sent_to(b, "tallies").head().id;
    }
    b.advance(1s);
    std::size_t seen = 0;
    for (auto const& m : b.seen()) {
        if (m.channel != "rumours") continue;
        ++seen;
        auto const body = std::string(m.message.body());
        auto const n = body.substr(9, body.size() - 11);
        CHECK(m.message.head().causation == ids.at(n));
    }
    CHECK(seen == 80);
}

TEST_CASE("work that a handler detaches goes on for its delivery, and not for the next one", "[causality]") {
    bench b;
    service s(b.transport(), "gossip");
    auto const out = s.sender<rumours>();
    s.handle<tallies>(
        [&](tally const& t) -> task<> {
            auto const executor = co_await asio::this_coro::executor;
            auto const later = [](sender_port<rumours> port, int n) -> task<> {
                co_await sleep_for(1s);
                rumour const r{std::to_string(n)};
                co_await port.send(r);
            };
            asio::co_spawn(executor, later(out, t.n), asio::detached);
        },
        handler_options().concurrency(1));
    s.start();
    std::map<std::string, message_id> ids;
    for (int n = 0; n < 5; ++n) {
        tally const t{n};
        b.run(b.sender<tallies>().send(t));
        ids[std::to_string(n)] = sent_to(b, "tallies").head().id;
    }
    b.advance(5s);
    std::size_t seen = 0;
    for (auto const& m : b.seen()) {
        if (m.channel != "rumours") continue;
        ++seen;
        auto const body = std::string(m.message.body());
        CHECK(m.message.head().causation == ids.at(body.substr(9, body.size() - 11)));
    }
    CHECK(seen == 5);
    CHECK(s.stats().accepted == 5);
}

TEST_CASE("a worker whose handler has detached work is replaced, also where it is the only one", "[causality]") {
    bench b;
    service s(b.transport(), "gossip");
    int handled = 0;
    s.handle<tallies>(
        [&](tally const&) -> task<> {
            ++handled;
            auto const executor = co_await asio::this_coro::executor;
            asio::co_spawn(executor, sleep_for(1h), asio::detached);
        },
        handler_options().concurrency(1));
    s.start();
    b.settle();
    auto const port = b.sender<tallies>();
    for (int n = 0; n < 10; ++n) {
        tally const t{n};
        CHECK_FALSE(port.try_send(t));
    }
    b.settle();
    CHECK(handled == 10);
}

TEST_CASE("a handler's own request ends when its requester stops waiting", "[causality][deadline]") {
    bench b;
    service deaf(b.transport(), "deaf");
    service front(b.transport(), "front");
    auto const inner = front.sender<point_to_point<"nobody", question>>();
    duration waited{};
    error_code ended;
    front.handle<questions>([&](question const& q) -> task<answer> {
        auto const begin = b.elapsed();
        if (q.text == "late") co_await sleep_for(4s);
        try {
            (void)co_await inner.request(q, 30s);
        } catch (system_error const& e) {
            ended = e.code();
        }
        waited = b.elapsed() - begin;
        co_return answer{"gave up"};
    });
    front.start();
    auto const port = b.sender<questions>();
    question const early{"early"}, late{"late"};
    CHECK_THROWS_AS(b.run(port.request(early, 5s)), system_error);
    b.settle();
    CHECK(waited == 5s);
    CHECK(ended == errc::timed_out);
    CHECK(sent_to(b, "nobody").head().expires == sent_to(b, "questions").head().expires);
    ended = {};
    CHECK_THROWS_AS(b.run(port.request(late, 3s)), system_error);
    b.advance(10s);
    CHECK(ended == errc::timed_out);
    CHECK(waited == 4s);
}

TEST_CASE("a reply belongs to the conversation of its request", "[causality]") {
    bench b;
    service s(b.transport(), "echo");
    s.handle<questions>([](question const& q) { return answer{q.text}; });
    s.start();
    question const q{"x"};
    b.run(b.sender<questions>().request(q, 1s, send_options().header("traceparent", "00-1-2-01")));
    auto const asked = sent_to(b, "questions").head();
    bool seen = false;
    for (auto const& m : b.seen()) {
        if (m.what != testing::movement::replied) continue;
        seen = true;
        CHECK(m.message.head().correlation == asked.id);
        CHECK(m.message.head().causation == asked.id);
        CHECK(m.message.head().conversation == asked.id);
        CHECK(m.message.headers().find("traceparent") == "00-1-2-01");
    }
    CHECK(seen);
}

namespace {

class stamp : public send_middleware {
public:
    explicit stamp(std::vector<std::string>& log) : log_(log) {}
    void before(outgoing& m) override {
        if (m.own.find("forbidden")) throw fault("forbidden", "not this one");
        m.own.set("tenant", "acme");
        log_.push_back("before " + std::string(m.channel) + " " + std::string(m.head.type));
    }
    void after(std::string_view channel, envelope const& e, error_code outcome) noexcept override {
        log_.push_back("after " + std::string(channel) + " " + std::string(e.headers().find("tenant").value_or("?")) +
                       " " + (outcome ? outcome.message() : "ok"));
    }

private:
    std::vector<std::string>& log_;
};

} // namespace

TEST_CASE("middleware stands around each attempt of a delivery, in its order", "[middleware]") {
    bench b;
    service s(b.transport(), "worker");
    std::vector<std::string> log;
    auto const note = [&log](std::string const& name) {
        return [&log, name](handling const& what, next_handler next) -> task<> {
            log.push_back(name + " in " + std::string(what.channel) + " " + std::to_string(what.message.attempt()));
            try {
                co_await next();
            } catch (std::exception const& e) {
                log.push_back(name + " saw " + e.what());
                throw;
            }
            log.push_back(name + " out " + std::string(what.service));
        };
    };
    s.around_deliveries(note("a"));
    s.around_deliveries(note("b"));
    bool const coroutine = GENERATE(false, true);
    auto const handle = [&](tally const&, delivery const& d) {
        if (d.attempt() == 1) throw std::runtime_error("oops");
        log.push_back("handled");
    };
    if (coroutine)
        s.handle<tallies>([&handle](tally const& t, delivery const& d) -> task<> {
            co_await sleep_for(0s);
            handle(t, d);
        });
    else
        s.handle<tallies>(handle);
    s.start();
    tally const t{1};
    b.run(b.sender<tallies>().send(t));
    b.advance(1s);
    CHECK(log == std::vector<std::string>{"a in tallies 1", "b in tallies 1", "b saw oops", "a saw oops",
                     "a in tallies 2", "b in tallies 2", "handled", "b out worker", "a out worker"});
}

TEST_CASE("a middleware refuses, or leaves out the handler", "[middleware]") {
    bench b;
    service s(b.transport(), "worker");
    int handled = 0;
    s.around_deliveries([](handling const& what, next_handler next) -> task<> {
        if (what.message.header("token") == "wrong") throw fault("forbidden", "wrong token");
        if (what.message.header("token") == "none") co_return;
        co_await next();
    });
    s.handle<questions>([&](question const& q) {
        ++handled;
        return answer{q.text};
    });
    s.start();
    auto const port = b.sender<questions>();
    question const q{"x"};
    CHECK(b.run(port.request(q, 1s)).text == "x");
    auto const code = [&](char const* token) {
        try {
            (void)b.run(port.request(q, 1s, send_options().header("token", token)));
        } catch (fault const& f) {
            return f.code();
        }
        return std::string("none");
    };
    CHECK(code("wrong") == "forbidden");
    CHECK(code("none") == "no_reply");
    CHECK(handled == 1);
}

TEST_CASE("middleware stands around sends and sees how they end", "[middleware]") {
    bench b(testing::bench_options().queue_messages(1));
    std::vector<std::string> log;
    service s(b.transport(), "worker");
    s.around_sends(std::make_shared<stamp>(log));
    auto const port = s.sender<tallies>();
    tally const t{1};
    b.run(port.send(t));
    CHECK(port.try_send(t) == errc::queue_full);
    CHECK_THROWS_AS(b.run(port.send(t, send_options().patience(1s))), system_error);
    CHECK_THROWS_AS(b.run(port.send(t, send_options().header("forbidden", "1"))), fault);
    CHECK(log == std::vector<std::string>{"before tallies kit.tally", "after tallies acme ok",
                     "before tallies kit.tally", "after tallies acme the queue is full", "before tallies kit.tally",
                     "after tallies acme the queue is full"});
    CHECK(s.stats().blocked == 1);
}

TEST_CASE("a handler that sends to its own full channel does not wait for itself", "[back-pressure]") {
    bench b(testing::bench_options().queue_messages(4));
    service s(b.transport(), "worker");
    auto const port = s.sender<tallies>();
    int handled = 0;
    s.handle<tallies>(
        [&](tally const& t) -> task<> {
            ++handled;
            if (t.n < 20) {
                tally const next{t.n + 1};
                co_await port.send(next);
            }
        },
        handler_options().prefetch(4).concurrency(4));
    auto const test = b.sender<tallies>();
    for (int i = 0; i < 4; ++i) {
        tally const t{0};
        b.run(test.send(t));
    }
    std::vector<testing::pending<void>> others;
    tally const t{20};
    for (int i = 0; i < 20; ++i) others.push_back(b.start(test.send(t)));
    s.start();
    b.settle(); // no time passes: nobody has waited for a patience to end
    CHECK(handled == 4 * 21 + 20);
    for (auto& o : others) CHECK(o.done());
}

TEST_CASE("senders that wait for room are told of", "[back-pressure]") {
    bench b(testing::bench_options().queue_messages(1));
    auto const watcher = std::make_shared<note_book>();
    service s(b.transport(), "sender", watcher);
    auto const port = s.sender<tallies>();
    tally const t{1};
    b.run(port.send(t));
    auto first = b.start(port.send(t));
    auto second = b.start(port.send(t));
    b.settle();
    CHECK(watcher->seen == std::vector{occurrence::blocked});
    service taker(b.transport(), "taker");
    taker.handle<tallies>([](tally const&) {});
    taker.start();
    b.settle();
    CHECK(first.done());
    CHECK(second.done());
    CHECK(watcher->seen == std::vector{occurrence::blocked, occurrence::unblocked});
    CHECK(s.stats().blocked == 2);
}

TEST_CASE("a message for one group only is skipped by the others", "[dead-letter]") {
    bench b;
    std::vector<std::string> got;
    service one(b.transport(), "one"), two(b.transport(), "two");
    one.handle<rumours>([&](rumour const&) { got.push_back("one"); });
    two.handle<rumours>([&](rumour const&) { got.push_back("two"); });
    one.start();
    two.start();
    b.settle();
    headers only;
    only.set_reserved("fw-replay-group", "two");
    rumour const r{"psst"};
    b.run(b.sender<rumours>().send(r, send_options().with(only)));
    CHECK(got == std::vector<std::string>{"two"});
    CHECK(one.stats().skipped == 1);
}
