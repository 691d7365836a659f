// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Ends, duplicates and detached work at awkward moments.
#include "fw_catch.hpp"
#include "port/kit.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>

using namespace port_kit;

namespace {

std::vector<envelope> all_sent_to(bench& b, std::string const& channel) {
    std::vector<envelope> all;
    for (auto const& s : b.seen())
        if (s.channel == channel && s.what == testing::movement::sent) all.push_back(s.message);
    return all;
}

class may_repeat {
public:
    static constexpr std::string_view scheme = "may-repeat";
    static may_repeat over(any_transport inner) {
        may_repeat r;
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
    std::shared_ptr<source> listen(subscription const& s, receiver& r) { return inner_->listen(s, r); }
    reply_channel open_replies(receiver& r) { return inner_->open_replies(r); }
    std::shared_ptr<sink> open_reply(std::string_view a) { return inner_->open_reply(a); }
    void close() { inner_->close(); }

private:
    may_repeat() = default;
    std::optional<any_transport> inner_;
};

// Does something when it is told of one thing.
class actor : public observer {
public:
    explicit actor(occurrence when) : when_(when) {}
    void on(observation const& o) noexcept override {
        if (o.what == when_ && act) act();
    }
    std::function<void()> act;

private:
    occurrence when_;
};

bool balances(ledger const& l) {
    return l.received == l.accepted + l.dead_lettered + l.released + l.expired + l.duplicates;
}

} // namespace

TEST_CASE("a service closes itself in one of several retries that are due together", "[awkward]") {
    bench b;
    service s(b.transport(), "worker");
    s.handle<steps>(
        [&](step const&, delivery const& d) -> task<> {
            if (d.attempt() == 1) throw std::runtime_error("oops");
            s.close();
            co_return;
        },
        handler_options().retry(retry_policy().jitter(false)));
    s.start();
    step const one{"a", 1}, two{key_of_another_shard<steps>("a"), 2};
    b.run(b.sender<steps>().send(one));
    b.run(b.sender<steps>().send(two));
    b.advance(1s);
    CHECK(s.stats().received == 2);
    CHECK(balances(s.stats()));
}

TEST_CASE("an observer closes the service when it is told of a retry", "[awkward]") {
    bench b;
    bool const coroutine = GENERATE(false, true);
    auto const watcher = std::make_shared<actor>(occurrence::retried);
    service s(b.transport(), "worker", watcher);
    watcher->act = [&] { s.close(); };
    if (coroutine)
        s.handle<steps>([](step const&) -> task<> {
            co_await sleep_for(1s);
            throw std::runtime_error("oops");
        });
    else
        s.handle<steps>([](step const&) { throw std::runtime_error("oops"); });
    s.start();
    step const one{"a", 1};
    b.run(b.sender<steps>().send(one));
    b.advance(2s);
    CHECK(s.stats().received == 1);
    CHECK(balances(s.stats()));
    CHECK_FALSE(b.clock().next_alarm());
}

TEST_CASE("an observer closes the service when intake resumes", "[awkward]") {
    bench b;
    auto const watcher = std::make_shared<actor>(occurrence::intake_resumed);
    service s(b.transport(), "worker", watcher);
    watcher->act = [&] { s.close(); };
    s.handle<steps>(
        [](step const&) -> task<> {
            throw std::runtime_error("oops");
            co_return;
        },
        handler_options().prefetch(1).retry(retry_policy().jitter(false)));
    s.start();
    step const one{"a", 1};
    b.run(b.sender<steps>().send(one));
    b.advance(2s);
    CHECK(s.stats().received == 1);
    CHECK(balances(s.stats()));
}

TEST_CASE("a plain handler that closes its service and throws leaves nothing behind", "[awkward]") {
    bench b;
    service s(b.transport(), "worker");
    s.handle<tallies>([&](tally const&) {
        s.close();
        throw std::runtime_error("oops");
    });
    s.start();
    tally const t{1};
    b.run(b.sender<tallies>().send(t));
    CHECK(balances(s.stats()));
    CHECK_FALSE(b.clock().next_alarm()); // else a context that is run would not end before it has rung
    CHECK(s.stats().retried == 0);
}

TEST_CASE("a replay for another group does not end what is in progress in this one", "[awkward]") {
    bench b;
    any_transport net = may_repeat::over(b.transport());
    service s(net, "one");
    int running = 0, most = 0;
    s.handle<rumours>([&](rumour const&) -> task<> {
        most = std::max(most, ++running);
        co_await sleep_for(10s);
        --running;
    });
    s.start();
    rumour const r{"psst"};
    b.run(b.sender<rumours>().send(r));
    b.settle();
    REQUIRE(running == 1);
    envelope const original = all_sent_to(b, "rumours").back();
    auto const to = net.open({"rumours", channel_kind::publish_subscribe, 0});
    // What group "two" could not handle is replayed to it, under its own id.
    headers only;
    only.set_reserved("fw-replay-group", "two");
    envelope const replay = envelope::of_bytes(original.head(), only.view(), original.body());
    REQUIRE_FALSE(try_send_one(*to, replay));
    b.settle();
    CHECK(s.stats().skipped == 1);
    // The original comes again.
    REQUIRE_FALSE(try_send_one(*to, original));
    b.settle();
    CHECK(most == 1);
    b.advance(1min);
    CHECK(most == 1);
    CHECK(s.stats().duplicates == 1);
}

TEST_CASE("a duplicate that expires does not end those that wait for the first one", "[awkward]") {
    bench b;
    any_transport net = may_repeat::over(b.transport());
    service s(net, "worker");
    s.handle<tallies>([&](tally const&) -> task<> { co_await sleep_for(10s); });
    s.start();
    tally const t{1};
    b.run(b.sender<tallies>().send(t, send_options().time_to_live(5s)));
    envelope const original = all_sent_to(b, "tallies").back();
    auto const to = net.open({"tallies", channel_kind::point_to_point, 0});
    REQUIRE_FALSE(try_send_one(*to, original));
    b.advance(6s);
    REQUIRE_FALSE(try_send_one(*to, original));
    b.settle();
    CHECK(s.stats().expired == 1);
    CHECK(s.stats().duplicates == 0); // the first one has not ended
    b.advance(10s);
    CHECK(s.stats().duplicates == 1);
}

TEST_CASE("a handler's executor may be used when its service has gone", "[awkward]") {
    bench b;
    std::function<void()>
        pool; // a thread pool's work, which holds a copy of the executor until it has posted its result
    bool ran = false;
    auto const out = b.sender<rumours>();
    {
        service s(b.transport(), "gossip");
        s.handle<tallies>([&](tally const&) -> task<> {
            auto const executor = co_await asio::this_coro::executor;
            pool = [&, executor] {
                asio::post(executor, [&] {
                    rumour const r{"result"};
                    CHECK_FALSE(out.try_send(r));
                    ran = true;
                });
            };
        });
        s.start();
        tally const t{1};
        b.run(b.sender<tallies>().send(t));
    }
    b.settle();
    pool();
    pool = nullptr;
    b.settle();
    CHECK(ran);
}

TEST_CASE("what a handler posts to its executor does not work for the next delivery", "[awkward]") {
    bench b;
    service s(b.transport(), "gossip");
    auto const out = s.sender<rumours>();
    s.handle<tallies>(
        [&](tally const& t) -> task<> {
            auto const executor = co_await asio::this_coro::executor;
            if (t.n == 1)
                asio::post(executor, [&] {
                    rumour const r{"of the first"};
                    CHECK_FALSE(out.try_send(r));
                });
            else
                co_await sleep_for(1s);
        },
        handler_options().concurrency(1));
    tally const one{1}, two{2};
    b.run(b.sender<tallies>().send(one));
    b.run(b.sender<tallies>().send(two));
    s.start();
    b.settle();
    auto const tallied = all_sent_to(b, "tallies");
    auto const rumoured = all_sent_to(b, "rumours");
    REQUIRE(rumoured.size() == 1);
    CHECK(rumoured.back().head().causation != tallied.at(1).head().id);
    CHECK(rumoured.back().head().causation == tallied.at(0).head().id);
    b.advance(2s);
}

TEST_CASE("the completion of detached work works for the delivery", "[awkward]") {
    bench b;
    service s(b.transport(), "gossip");
    auto const out = s.sender<rumours>();
    s.handle<tallies>([&](tally const&) -> task<> {
        auto const executor = co_await asio::this_coro::executor;
        asio::co_spawn(executor, sleep_for(1s), [&](std::exception_ptr) {
            rumour const r{"done"};
            CHECK_FALSE(out.try_send(r));
        });
    });
    s.start();
    tally const t{1};
    b.run(b.sender<tallies>().send(t));
    b.advance(2s);
    auto const rumoured = all_sent_to(b, "rumours");
    REQUIRE(rumoured.size() == 1);
    CHECK(rumoured.back().head().causation == all_sent_to(b, "tallies").back().head().id);
}

TEST_CASE("who waits for the drain works for no delivery", "[awkward]") {
    bench b;
    service s(b.transport(), "gossip"), other(b.transport(), "other");
    s.handle<tallies>([&](tally const&) -> task<> {
        auto const executor = co_await asio::this_coro::executor;
        asio::co_spawn(executor, sleep_for(1h), asio::detached);
        co_await sleep_for(1s);
    });
    s.start();
    tally const t{1};
    b.run(b.sender<tallies>().send(t));
    auto const out = other.sender<rumours>();
    auto const afterwards = [&]() -> task<> {
        (void)co_await s.drain();
        rumour const r{"drained"};
        CHECK_FALSE(out.try_send(r));
    };
    b.run(afterwards());
    auto const rumoured = all_sent_to(b, "rumours");
    REQUIRE(rumoured.size() == 1);
    CHECK_FALSE(rumoured.back().head().causation);
}

TEST_CASE("work detached on the service's executor works for no delivery", "[awkward]") {
    bench b;
    service s(b.transport(), "gossip");
    auto const out = s.sender<rumours>();
    bool const plain = GENERATE(false, true);
    auto const work = [&]() -> task<> {
        co_await asio::post(asio::use_awaitable);
        rumour const r{"none"};
        CHECK_FALSE(out.try_send(r));
        co_return;
    };
    if (plain)
        s.handle<tallies>([&](tally const&) { asio::co_spawn(s.get_executor(), work(), asio::detached); });
    else
        s.handle<tallies>([&](tally const&) -> task<> {
            asio::co_spawn(s.get_executor(), work(), asio::detached);
            co_return;
        });
    s.start();
    tally const t{1};
    b.run(b.sender<tallies>().send(t));
    b.settle();
    auto const rumoured = all_sent_to(b, "rumours");
    REQUIRE(rumoured.size() == 1);
    CHECK_FALSE(rumoured.back().head().causation);
}

TEST_CASE("an inherited trace does not make a message that nobody can read", "[awkward]") {
    bench b;
    service s(b.transport(), "gossip");
    auto const out = s.sender<rumours>();
    s.handle<tallies>([&](tally const&) {
        send_options o;
        for (std::size_t i = 0; i < limits::headers; ++i) o.header("h" + std::to_string(i), "x");
        rumour const r{"full"};
        CHECK_FALSE(out.try_send(r, o));
    });
    s.start();
    tally const t{1};
    b.run(b.sender<tallies>().send(
        t, send_options().header("traceparent", "00-1-2-01").header("tracestate", "a").header("baggage", "b")));
    b.settle();
    auto const sent = all_sent_to(b, "rumours");
    REQUIRE(sent.size() == 1);
    CHECK_NOTHROW(checked_headers(sent.back().headers().packed()));
}
