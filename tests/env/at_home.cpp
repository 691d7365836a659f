// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What lives on an executor ends there, whoever has it last.
#include "env/watched_clock.hpp"
#include "fw_catch.hpp"

#include <fairway/env/at_home.hpp>

#include <boost/asio/strand.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace env = fairway::env;

// Says what becomes of it.
class resident final : public env::keeper {
public:
    explicit resident(std::vector<std::string>& log) : log_(log) {}
    ~resident() override { log_.emplace_back("gone"); }
    void abandon() noexcept override { log_.emplace_back("abandoned"); }

private:
    std::vector<std::string>& log_;
};
std::shared_ptr<resident> settle_in(asio::any_io_executor const& executor, std::vector<std::string>& log) {
    auto one = std::make_shared<resident>(log);
    env::context_end::tell(executor, one);
    return env::at_home(executor, std::move(one));
}

using lines = std::vector<std::string>;

} // namespace

TEST_CASE("what is at home on an executor goes there, once all copies have gone", "[at-home]") {
    lines log;
    asio::io_context io;
    auto one = settle_in(io.get_executor(), log);
    auto copy = one;
    one.reset();
    io.poll();
    io.restart();
    CHECK(log.empty());
    asio::post(io, [&] {
        copy.reset();
        CHECK(log.empty()); // not within what drops it
    });
    io.poll();
    CHECK(log == lines{"gone"});
}

TEST_CASE("what has no home any more goes at once, and after it was told", "[at-home]") {
    lines log;
    bool const on_strand = GENERATE(false, true);
    std::optional<asio::io_context> io(std::in_place);
    auto one = settle_in(on_strand ? asio::any_io_executor(asio::make_strand(*io)) : io->get_executor(), log);
    SECTION("dropped before, where nothing ran any more") {
        one.reset();
        CHECK(log.empty());
        io.reset();
    }
    SECTION("dropped afterwards") {
        io.reset();
        CHECK(log == lines{"abandoned"});
        one.reset();
    }
    CHECK(log == lines{"abandoned", "gone"});
}

TEST_CASE("a context may end while another thread drops what is at home there", "[at-home]") {
    for (int i = 0; i < 200; ++i) {
        lines log;
        std::optional<asio::io_context> io(std::in_place);
        auto one = settle_in(io->get_executor(), log);
        std::atomic<bool> go{false};
        std::thread dropper([&] {
            while (!go) {}
            one.reset();
        });
        go = true;
        io.reset();
        dropper.join();
        REQUIRE(log == lines{"abandoned", "gone"});
    }
}

TEST_CASE("an alarm may be destroyed on another thread while it rings", "[at-home]") {
    env_kit::threaded t;
    t.start();
    for (int i = 0; i < 200; ++i) {
        auto const rung = std::make_shared<std::atomic<bool>>(false);
        auto alarm = t.ask([&] {
            auto a = t.clock.make_alarm(t.io.get_executor());
            a->set(t.clock.steady_now(), [rung] { *rung = true; });
            return a;
        });
        alarm.reset();
        // What was on its way then has come by now, and nothing comes later.
        for (int turn = 0; turn < 2; ++turn) t.ask([] { return true; });
        bool const has_rung = *rung;
        t.ask([] { return true; });
        CHECK(*rung == has_rung);
        CHECK(rung.use_count() == 1);
    }
}
