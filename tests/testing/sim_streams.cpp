// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Simulated streams: what goes through them, and how they fail.
#include "fw_catch.hpp"
#include "testing/stream_kit.hpp"

#include <fairway/testing/sim/stream_lab.hpp>

#include <boost/asio/error.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

using namespace stream_kit;

TEST_CASE("bytes go both ways through simulated streams, whatever the seed", "[sim_streams]") {
    auto const up = numbered_bytes(200'000);
    auto const down = numbered_bytes(123'457);
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        two_hosts t{stream_options(seed).room(4096)};
        auto const sent = start(t.a, write(t.here, up));
        auto const answered = start(t.b, write(t.there, down));
        auto const got = start(t.b, read(t.there, up.size()));
        auto const heard = start(t.a, read(t.here, down.size()));
        REQUIRE(t.lab.run_until([&] { return sent->yet && answered->yet && got->yet && heard->yet; }));
        CHECK(got->value == up);
        CHECK(heard->value == down);
        CHECK(t.lab.now() > duration::zero());
    }
}

TEST_CASE("the same seed gives the same run", "[sim_streams]") {
    auto const run = [](std::uint64_t seed) {
        std::string told;
        two_hosts t{stream_options(seed), [&](stream_lab& lab) {
                        lab.streams().trace([&](std::string_view where, std::string_view what, std::string_view) {
                            told.append(std::to_string(lab.now().count())).append(where).append(what);
                        });
                    }};
        auto const sent = start(t.a, write(t.here, numbered_bytes(50'000)));
        auto const got = start(t.b, read(t.there, 50'000));
        t.lab.run_until([&] { return sent->yet && got->yet; });
        return told;
    };
    CHECK(run(1) == run(1));
    CHECK(run(1) != run(2));
}

TEST_CASE("reads and writes end at any byte", "[sim_streams]") {
    two_hosts t{stream_options(5).short_ones(2)};
    std::vector<std::size_t> sizes;
    for (int i = 0; i < 200; ++i) {
        auto const sent = start(t.a, write(t.here, "0123456789"));
        error_code ec;
        auto const got = start(t.b, read_some(t.there, ec));
        REQUIRE(t.lab.run_until([&] { return sent->yet && got->yet; }));
        sizes.push_back(got->value->size());
    }
    for (std::size_t n = 1; n <= 10; ++n) CHECK(std::count(sizes.begin(), sizes.end(), n) > 0);
}

TEST_CASE("a writer waits where there is no room, until somebody reads", "[sim_streams]") {
    two_hosts t{stream_options(3).room(1000)};
    auto const sent = start(t.a, write(t.here, numbered_bytes(1001)));
    t.lab.run_for(10s);
    CHECK_FALSE(sent->yet);
    auto const got = start(t.b, read(t.there, 1));
    REQUIRE(t.lab.run_until([&] { return sent->yet; }, 1s));
    CHECK(t.here.write_now(boost::asio::buffer("x", 1)) == 0);
}

TEST_CASE("what cannot be connected to says why", "[sim_streams]") {
    two_hosts t;
    auto const failed = [&](env::endpoint const& to) {
        auto const c = start(t.a, t.net_a().connect(to, t.a.get_executor()));
        REQUIRE(t.lab.run_until([&] { return c->yet; }, 10s));
        CHECK(c->text().find(to.host) != std::string::npos);
        return c->code();
    };
    CHECK(failed(env::endpoint::tcp("b", 1)) == boost::asio::error::connection_refused);
    CHECK(failed(env::endpoint::tcp("nobody", 80)) == boost::asio::error::host_not_found);
    t.lab.streams().refuse("b");
    CHECK(failed(t.place) == boost::asio::error::connection_refused);
    CHECK(failed(env::endpoint::file("/run/s")) == boost::asio::error::connection_refused);
    CHECK_THROWS_AS(t.net_b().listen(t.place, t.b.get_executor()), fairway::system_error);
    CHECK_THROWS_AS(t.net_b().listen(env::endpoint::tcp("a", 0), t.b.get_executor()), fairway::system_error);
    CHECK_THROWS_AS(t.lab.streams().cut("a", "nobody"), std::logic_error);
}

TEST_CASE("a Unix socket stays within its host", "[sim_streams]") {
    two_hosts t;
    auto const door = t.net_a().listen(env::endpoint::file("/run/s"), t.a.get_executor());
    auto const inside = start(t.a, t.net_a().connect(door->local(), t.a.get_executor()));
    auto const outside = start(t.b, t.net_b().connect(door->local(), t.b.get_executor()));
    auto const taken = start(t.a, door->accept());
    REQUIRE(t.lab.run_until([&] { return inside->yet && outside->yet && taken->yet; }));
    CHECK(inside->value);
    CHECK(taken->value);
    CHECK(outside->code() == boost::asio::error::connection_refused);
}

TEST_CASE("a cut is silence, and what was sent arrives when it is healed", "[sim_streams]") {
    two_hosts t;
    t.lab.streams().cut("a", "b");
    auto const sent = start(t.a, write(t.here, "hello"));
    auto const got = start(t.b, read(t.there, 5));
    auto const back = start(t.b, write(t.there, "other way"));
    auto const heard = start(t.a, read(t.here, 9));
    t.lab.run_for(1h);
    CHECK(sent->yet);
    CHECK_FALSE(got->yet);
    CHECK(heard->value == "other way");
    auto const late = start(t.a, t.net_a().connect(t.place, t.a.get_executor()));
    t.lab.run_for(1h);
    CHECK_FALSE(late->yet);
    t.lab.streams().heal("a", "b");
    t.lab.run_for(1s);
    CHECK(got->value == "hello");
    CHECK(late->value);
}

TEST_CASE("a reset ends both ends, and what is under way", "[sim_streams]") {
    two_hosts t;
    auto const sent = start(t.a, write(t.here, "hello"));
    error_code here;
    error_code there;
    auto const mine = start(t.a, read_some(t.here, here));
    auto const other = start(t.b, read_some(t.there, there));
    while (!sent->yet) t.lab.step();
    CHECK(t.lab.streams().reset("b", "a") == 1);
    CHECK(t.lab.streams().reset("b", "a") == 0);
    REQUIRE(t.lab.run_until([&] { return mine->yet && other->yet; }));
    CHECK(here == boost::asio::error::connection_reset);
    CHECK(there == boost::asio::error::connection_reset);
    CHECK(t.lab.streams().connections() == 0);
    auto const after = start(t.a, write(t.here, "x"));
    t.lab.run_for(1s);
    CHECK(after->code() == boost::asio::error::connection_reset);
}

TEST_CASE("what is closed is read to its end", "[sim_streams]") {
    two_hosts t;
    error_code ec;
    SECTION("read by who closed") {
        auto const sent = start(t.a, write(t.here, "bye"));
        t.lab.run_until([&] { return sent->yet; });
        t.here.close();
        auto const got = start(t.b, read(t.there, 3));
        t.lab.run_for(1s);
        CHECK(got->value == "bye");
        auto const end = start(t.b, read_some(t.there, ec));
        t.lab.run_for(1s);
        CHECK(ec == boost::asio::error::eof);
        t.there.close();
        t.lab.run_for(1s);
        CHECK(t.lab.streams().connections() == 0);
    }
    SECTION("not read by who closed: reset, as by a system") {
        auto const sent = start(t.b, write(t.there, "unread"));
        t.lab.run_for(1s);
        t.here.close();
        auto const end = start(t.b, read_some(t.there, ec));
        t.lab.run_for(1s);
        CHECK(ec == boost::asio::error::connection_reset);
    }
    SECTION("written to after the end: reset") {
        t.here = {};
        t.lab.run_for(1s);
        auto const sent = start(t.b, write(t.there, "into the void"));
        t.lab.run_for(1s);
        CHECK(sent->value);
        auto const end = start(t.b, read_some(t.there, ec));
        t.lab.run_for(1s);
        CHECK(ec == boost::asio::error::connection_reset);
    }
    SECTION("closed here: aborted") {
        auto const pending = start(t.a, read_some(t.here, ec));
        t.lab.run_for(1s);
        t.here.close();
        CHECK_FALSE(pending->yet);
        t.lab.run_for(1s);
        CHECK(ec == boost::asio::error::operation_aborted);
    }
}

TEST_CASE("a machine that crashes is silent, and answers with a reset when it is back", "[sim_streams]") {
    two_hosts t;
    error_code ec;
    auto const pending = start(t.a, read_some(t.here, ec));
    t.drop_b(crash_kind::machine);
    auto const sent = start(t.a, write(t.here, "are you there"));
    auto const late = start(t.a, t.net_a().connect(t.place, t.a.get_executor()));
    t.lab.run_for(1h);
    CHECK(sent->yet);
    CHECK_FALSE(pending->yet);
    CHECK_FALSE(late->yet);
    t.lab.start("b");
    t.lab.run_for(1s);
    REQUIRE(pending->yet);
    CHECK(ec == boost::asio::error::connection_reset);
    CHECK(late->code() == boost::asio::error::connection_refused);
}

TEST_CASE("a process that ends closes or resets its connections", "[sim_streams]") {
    std::vector<error_code> seen;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        two_hosts t{stream_options(seed)};
        error_code ec;
        auto const pending = start(t.a, read_some(t.here, ec));
        t.drop_b(crash_kind::process);
        REQUIRE(t.lab.run_until([&] { return pending->yet; }, 1s));
        CHECK((ec == boost::asio::error::eof || ec == boost::asio::error::connection_reset));
        seen.push_back(ec);
        auto const late = start(t.a, t.net_a().connect(t.place, t.a.get_executor()));
        t.lab.run_for(1s);
        CHECK(late->code() == boost::asio::error::connection_refused);
    }
    CHECK(std::count(seen.begin(), seen.end(), error_code(boost::asio::error::eof)) > 0);
    CHECK(std::count(seen.begin(), seen.end(), error_code(boost::asio::error::connection_reset)) > 0);
}

TEST_CASE("what waits on a simulated stream is cancelled alone", "[sim_streams]") {
    two_hosts t;
    boost::asio::cancellation_signal stop;
    error_code ec;
    SECTION("a read") {
        auto const r = start(t.a, read_some(t.here, ec), stop.slot());
        t.lab.run_for(1s);
        stop.emit(boost::asio::cancellation_type::terminal);
        t.lab.run_for(1s);
        CHECK(ec == boost::asio::error::operation_aborted);
        auto const sent = start(t.b, write(t.there, "x"));
        auto const again = start(t.a, read(t.here, 1));
        t.lab.run_for(1s);
        CHECK(again->value == "x");
    }
    SECTION("an accept") {
        auto const a = start(t.b, t.door->accept(), stop.slot());
        t.lab.run_for(1s);
        stop.emit(boost::asio::cancellation_type::terminal);
        t.lab.run_for(1s);
        CHECK(a->code() == boost::asio::error::operation_aborted);
        auto const again = start(t.b, t.door->accept());
        auto const c = start(t.a, t.net_a().connect(t.place, t.a.get_executor()));
        t.lab.run_for(1s);
        CHECK(again->value);
        CHECK(c->value);
    }
    SECTION("a connect") {
        t.lab.streams().cut_both("a", "b");
        auto const c = start(t.a, t.net_a().connect(t.place, t.a.get_executor()), stop.slot());
        t.lab.run_for(1s);
        stop.emit(boost::asio::cancellation_type::terminal);
        t.lab.run_for(1s);
        CHECK(c->code() == boost::asio::error::operation_aborted);
        // It arrives nevertheless, and is reset.
        auto const a = start(t.b, t.door->accept());
        t.lab.streams().heal_all();
        t.lab.run_for(1s);
        REQUIRE(a->value);
        auto const end = start(t.b, read_some(*a->value, ec));
        t.lab.run_for(1s);
        CHECK(ec == boost::asio::error::connection_reset);
    }
}

TEST_CASE("a closed door ends its accept, and refuses", "[sim_streams]") {
    two_hosts t;
    auto const a = start(t.b, t.door->accept());
    t.lab.run_for(1s);
    SECTION("closed") { t.door->close(); }
    SECTION("destroyed") { t.door.reset(); }
    auto const c = start(t.a, t.net_a().connect(t.place, t.a.get_executor()));
    t.lab.run_for(1s);
    CHECK(a->code() == boost::asio::error::operation_aborted);
    CHECK(c->code() == boost::asio::error::connection_refused);
}

TEST_CASE("a simulated host ends in the midst of anything", "[sim_streams]") {
    auto const alive = std::make_shared<int>(0);
    for (int steps = 0; steps < 150; ++steps) {
        stream_lab lab{stream_options(static_cast<std::uint64_t>(steps))};
        auto& a = lab.start("a");
        auto& b = lab.start("b");
        auto serve = [](boost::asio::io_context& io, std::shared_ptr<int> token) -> task<> {
            auto const door = net(io).listen(env::endpoint::tcp("*", 80), io.get_executor());
            for (;;) {
                auto s = co_await door->accept();
                co_await write(s, numbered_bytes(2000));
                ++*token;
            }
        };
        auto use = [](boost::asio::io_context& io, std::shared_ptr<int> token) -> task<> {
            for (;;) {
                auto s = co_await net(io).connect(env::endpoint::tcp("b", 80), io.get_executor());
                co_await read(s, 2000);
                ++*token;
            }
        };
        boost::asio::co_spawn(b, serve(b, alive), [](std::exception_ptr) {});
        boost::asio::co_spawn(a, use(a, alive), [](std::exception_ptr) {});
        int left = steps;
        lab.run_until([&] { return left-- == 0; }, 1s);
        lab.drop(steps % 2 == 0 ? "a" : "b", steps % 3 == 0 ? crash_kind::machine : crash_kind::process);
        lab.run_for(1ms);
    }
    CHECK(alive.use_count() == 1);
    CHECK(*alive > 0);
}
