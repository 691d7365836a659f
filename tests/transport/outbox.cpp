// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What was sent to a broker and is not confirmed.
#include "fw_catch.hpp"

#include <fairway/testing/manual_clock.hpp>
#include <fairway/transport/outbox.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

using namespace fairway;
using namespace std::chrono_literals;

namespace {

using outbox = detail::outbox<int>;
using numbers = std::vector<std::uint64_t>;

// An outbox for three messages, and who sends.
struct desk {
    asio::io_context io;
    testing::manual_clock& clock = asio::make_service<testing::manual_clock>(io);
    int woken = 0;
    std::shared_ptr<outbox> box = std::make_shared<outbox>(
        io.get_executor(), detail::outbox_bounds{3, 1 << 20}, acceptance::durable, [this] { ++woken; });

    struct sending {
        std::vector<outcome> outcomes;
        bool done = false;
        asio::cancellation_signal signal;
    };

    static envelope numbered(std::uint64_t n) {
        envelope_head h;
        h.id = {1, n};
        return envelope::of_bytes(h, {}, "x");
    }
    error_code try_one(std::uint64_t n) {
        auto e = numbered(n);
        error_code why;
        static_cast<void>(box->try_send(0, {&e, 1}, why));
        return why;
    }
    std::shared_ptr<sending> send(numbers const& which, env::steady_point until = env::steady_point::max()) {
        auto s = std::make_shared<sending>();
        std::vector<envelope> all;
        for (auto const n : which) all.push_back(numbered(n));
        auto told = asio::bind_executor(io.get_executor(), [s] { s->done = true; });
        box->send(0, nullptr, std::move(all), until, s->outcomes,
            asio::bind_cancellation_slot(s->signal.slot(), std::move(told)));
        run();
        return s;
    }
    std::shared_ptr<error_code> flush(bool& done) {
        auto into = std::make_shared<error_code>(errc::would_deadlock);
        box->flush(*into, asio::bind_executor(io.get_executor(), [into, &done] { done = true; }));
        run();
        return into;
    }
    // All that can be sent now, the numbers of the messages; of the items in `items`. Those from `held` on are held
    // back.
    numbers take(std::uint64_t held = 100) {
        return take_all([&] {
            return box->take([] { return true; },
                [held](envelope const& m) {
                    return m.id().low < held ? std::nullopt : std::optional<std::uint32_t>(held_by);
                });
        });
    }
    bool takes_nothing() {
        auto const free = [](envelope const&) { return std::optional<std::uint32_t>(); };
        return !box->take([] { return false; }, free);
    }
    numbers take_held(std::uint32_t by = held_by) {
        return take_all([&] { return box->take_held(by); });
    }
    template <class Take>
    numbers take_all(Take next) {
        numbers got;
        while (auto const i = next()) {
            got.push_back(i->message.id().low);
            items.push_back(i->number);
        }
        return got;
    }
    void end(std::size_t i, error_code why = {}) {
        box->end(items.at(i), why);
        run();
    }
    void run() {
        io.restart();
        io.poll();
    }
    static constexpr std::uint32_t held_by = 7;
    numbers items;
};

} // namespace

TEST_CASE("what was sent goes out in order, and ends when it is confirmed", "[outbox]") {
    desk d;
    d.box->connected();
    CHECK_FALSE(d.try_one(1));
    CHECK(d.woken == 1);
    auto const s = d.send({2, 3});
    CHECK(d.take() == numbers{1, 2, 3});
    CHECK(d.take().empty());
    d.end(2);
    CHECK_FALSE(s->done);
    d.end(1);
    REQUIRE(s->done);
    for (auto const& o : s->outcomes) CHECK((!o.error && o.level == acceptance::durable));
    CHECK_FALSE(d.box->empty());
    d.end(0);
    CHECK(d.box->empty());
}

TEST_CASE("nothing is taken as long as nothing may go", "[outbox]") {
    desk d;
    d.box->connected();
    CHECK_FALSE(d.try_one(1));
    CHECK(d.takes_nothing());
    CHECK(d.take() == numbers{1});
}

TEST_CASE("after a connection was lost all that is not confirmed goes out again, in order", "[outbox]") {
    desk d;
    d.box->connected();
    auto const s = d.send({1, 2, 3});
    CHECK(d.take() == numbers{1, 2, 3});
    d.end(1);
    d.box->begin_again();
    d.box->connected();
    CHECK(d.take() == numbers{1, 3});
    CHECK(d.items[3] == d.items[0]); // the same item
    d.end(3);
    d.end(4);
    CHECK(s->done);
}

TEST_CASE("what is refused after it was on a connection that was lost may have arrived", "[outbox]") {
    desk d;
    d.box->connected();
    auto const s = d.send({1, 2});
    REQUIRE(d.take(2) == numbers{1});
    d.box->begin_again();
    d.box->connected();
    CHECK(d.take() == numbers{1, 2});
    d.end(0, errc::unroutable);
    d.end(2, errc::unroutable);
    REQUIRE(s->done);
    CHECK(s->outcomes[0].error == errc::outcome_unknown);
    CHECK(s->outcomes[1].error == errc::unroutable);
}

TEST_CASE("what the broker said that it did not take has not arrived, though all goes out again", "[outbox]") {
    desk d;
    d.box->connected();
    auto const s = d.send({1});
    REQUIRE(d.take(2) == numbers{1});
    constexpr bool may_have_arrived = false;
    d.box->begin_again(may_have_arrived);
    d.box->connected();
    CHECK(d.take() == numbers{1});
    d.end(0, errc::unroutable);
    REQUIRE(s->done);
    CHECK(s->outcomes[0].error == errc::unroutable);
}

TEST_CASE("what the broker could not take goes out again before what follows", "[outbox]") {
    desk d;
    d.box->connected();
    auto const s = d.send({1, 2});
    CHECK(d.take() == numbers{1, 2});
    CHECK_FALSE(d.try_one(3));
    d.box->take_again(d.items[0]);
    CHECK(d.take() == numbers{1, 3});
    d.end(2);
    d.end(1);
    CHECK(s->done);
    CHECK_FALSE(s->outcomes[0].error);
}

TEST_CASE("what the broker could not take goes out again in its own order", "[outbox]") {
    desk d;
    d.box->connected();
    auto const s = d.send({1, 2, 3});
    CHECK(d.take() == numbers{1, 2, 3});
    for (std::size_t const refused : {2U, 0U, 1U}) d.box->take_again(d.items[refused]);
    CHECK(d.take() == numbers{1, 2, 3});
}

TEST_CASE("what is held back is passed over, and taken by what holds it back", "[outbox]") {
    desk d;
    d.box->connected();
    auto const s = d.send({1, 2});
    CHECK(d.take(2) == numbers{1});
    auto const woken = d.woken;
    CHECK_FALSE(d.try_one(3));
    CHECK(d.woken == woken + 1);
    CHECK(d.take() == numbers{3});
    CHECK(d.take_held(desk::held_by - 1).empty());
    CHECK(d.take_held(desk::held_by + 1).empty());
    CHECK(d.take_held() == numbers{2});
    CHECK(d.take_held().empty());
    d.end(0);
    d.end(2);
    CHECK(s->done);
}

TEST_CASE("what could not be taken goes first of what is held back", "[outbox]") {
    desk d;
    d.box->connected();
    auto const s = d.send({1, 2, 3});
    CHECK(d.take(3) == numbers{1, 2});
    d.box->take_again(d.items[1], desk::held_by);
    d.box->take_again(d.items[0], desk::held_by);
    CHECK(d.take().empty());
    CHECK(d.take_held() == numbers{1, 2, 3});
    d.box->take_again(d.items[0]);
    CHECK(d.take(1).empty()); // it has to wait again
    CHECK(d.take_held() == numbers{1});
}

TEST_CASE("what is held back has not arrived", "[outbox]") {
    desk d;
    d.box->connected();
    auto const s = d.send({1, 2, 3}, d.clock.steady_now() + 1s);
    CHECK(d.take(2) == numbers{1});
    SECTION("when its time is over") {
        d.clock.advance(1s);
        d.run();
        REQUIRE(s->done);
        CHECK(s->outcomes[0].error == errc::outcome_unknown);
        CHECK(s->outcomes[1].error == errc::queue_full);
        CHECK(d.take_held().empty()); // it is not sent later
        CHECK(d.box->empty());
    }
    SECTION("when the connection was lost") {
        d.box->begin_again();
        d.box->connected();
        CHECK(d.take_held().empty());
        CHECK(d.take() == numbers{1, 2, 3});
        for (std::size_t i = 1; i < 4; ++i) d.end(i, errc::unroutable);
        REQUIRE(s->done);
        CHECK(s->outcomes[0].error == errc::outcome_unknown);
        CHECK(s->outcomes[1].error == errc::unroutable);
    }
}

TEST_CASE("a flush waits for what is held back", "[outbox]") {
    desk d;
    d.box->connected();
    REQUIRE_FALSE(d.try_one(1));
    CHECK(d.take(1).empty());
    bool done = false;
    auto const into = d.flush(done);
    CHECK_FALSE(done);
    CHECK(d.take_held() == numbers{1});
    d.end(0);
    CHECK(done);
}

TEST_CASE("who finds no room waits, first come, first served", "[outbox]") {
    desk d;
    d.box->connected();
    auto const first = d.send({1, 2, 3, 4}), second = d.send({5});
    CHECK(d.try_one(6) == errc::queue_full);
    CHECK(d.take() == numbers{1, 2, 3});
    d.end(0);
    CHECK(d.take() == numbers{4});
    CHECK(d.try_one(6) == errc::queue_full);
    d.end(1);
    CHECK(d.take() == numbers{5});
    d.end(2);
    d.end(3);
    CHECK(first->done);
    CHECK_FALSE(second->done);
    d.end(4);
    CHECK(second->done);
}

TEST_CASE("at its deadline a send says what is certain", "[outbox]") {
    desk d;
    auto const until = d.clock.steady_now() + 1s;
    auto const s = d.send({1, 2, 3, 4}, until);
    SECTION("nothing was on a connection") {
        d.clock.advance(1s);
        d.run();
        REQUIRE(s->done);
        for (auto const& o : s->outcomes) CHECK(o.error == errc::not_connected);
        d.box->connected();
        CHECK(d.take().empty()); // it is not sent later
    }
    SECTION("some were") {
        d.box->connected();
        REQUIRE(d.take() == numbers{1, 2, 3});
        d.end(0);
        d.clock.advance(1s);
        d.run();
        REQUIRE(s->done);
        CHECK_FALSE(s->outcomes[0].error);
        CHECK(s->outcomes[1].error == errc::outcome_unknown);
        CHECK(s->outcomes[2].error == errc::outcome_unknown);
        CHECK(s->outcomes[3].error == errc::queue_full);
        d.end(1); // too late
    }
    CHECK(d.box->empty());
}

TEST_CASE("a cancelled send ends as one at its deadline", "[outbox]") {
    desk d;
    d.box->connected();
    auto const s = d.send({1, 2, 3, 4});
    REQUIRE(d.take(2) == numbers{1});
    s->signal.emit(asio::cancellation_type::terminal);
    d.run();
    REQUIRE(s->done);
    CHECK(s->outcomes[0].error == errc::outcome_unknown);
    for (std::size_t i : {1U, 2U, 3U}) CHECK(s->outcomes[i].error == errc::cancelled);
}

TEST_CASE("a flush waits for what was tried before it, and says what failed", "[outbox]") {
    desk d;
    d.box->connected();
    bool at_once = false;
    CHECK_FALSE(*d.flush(at_once));
    CHECK(at_once);
    REQUIRE_FALSE(d.try_one(1));
    REQUIRE_FALSE(d.try_one(2));
    bool done = false;
    auto const into = d.flush(done);
    REQUIRE_FALSE(d.try_one(3));
    CHECK(d.take() == numbers{1, 2, 3});
    d.end(1, errc::unroutable);
    CHECK_FALSE(done);
    d.end(0);
    REQUIRE(done);
    CHECK(*into == errc::unroutable);
    bool again = false;
    auto const next = d.flush(again);
    d.end(2);
    CHECK(again);
    CHECK_FALSE(*next); // it was told
}

TEST_CASE("who settles waits for all that was sent, whoever waits for it", "[outbox]") {
    desk d;
    d.box->connected();
    auto const s = d.send({1, 2, 3, 4}); // of which the last one finds no room
    auto const settle = [&d](bool& done) {
        d.box->settle(asio::bind_executor(d.io.get_executor(), [&done] { done = true; }));
        d.run();
    };
    bool done = false;
    settle(done);
    bool flushed = false;
    static_cast<void>(d.flush(flushed));
    CHECK(flushed); // which is about what nobody waits for
    CHECK(d.take() == numbers{1, 2, 3});
    for (std::size_t i = 0; i < 3; ++i) d.end(i);
    CHECK_FALSE(done);
    CHECK(d.take() == numbers{4});
    d.end(3);
    CHECK(done);
    bool again = false;
    settle(again);
    CHECK(again);
    bool soon = false;
    auto const earlier = d.send({5});
    settle(soon);
    auto const later = d.send({6});
    CHECK(d.take() == numbers{5, 6});
    d.end(4);
    CHECK(soon); // however much is sent meanwhile
}

TEST_CASE("a closed outbox takes nothing, and ends what waits", "[outbox]") {
    desk d;
    d.box->connected();
    auto const s = d.send({1, 2, 3, 4});
    REQUIRE(d.take(2) == numbers{1});
    d.box->close();
    d.run();
    REQUIRE(s->done);
    CHECK(s->outcomes[0].error == errc::outcome_unknown);
    CHECK(s->outcomes[3].error == errc::closed);
    CHECK(d.try_one(5) == errc::closed);
    auto const late = d.send({6});
    REQUIRE(late->done);
    CHECK(late->outcomes[0].error == errc::closed);
}

TEST_CASE("an address that is refused fails what waits, and may be tried again", "[outbox]") {
    desk d;
    auto const s = d.send({1});
    d.box->refuse(errc::topology_mismatch);
    d.run();
    REQUIRE(s->done);
    CHECK(s->outcomes[0].error == errc::topology_mismatch);
    CHECK_FALSE(d.try_one(2));
    d.box->connected();
    CHECK(d.take() == numbers{2});
}

TEST_CASE("an outbox whose context goes resumes nobody", "[outbox]") {
    auto d = std::make_unique<desk>();
    auto const s = d->send({1, 2, 3, 4});
    d->box->abandon();
    d->run();
    CHECK_FALSE(s->done);
    CHECK(s.use_count() == 1);
}
