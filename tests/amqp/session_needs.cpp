// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What has to be on the broker before anything is published.
#include "session_kit.hpp"

#include <fairway/transport/amqp/declarations.hpp>

using namespace session_kit;
using namespace fairway::amqp_detail;

namespace {

// Some needs, of which each is a queue of its name.
struct needing {
    explicit needing(connection_tune const& tune = {2047, 131072, 60}) : at(w.open(tune)) {}

    void add(std::string const& name, std::string const& group = {}) {
        declarations::need n{name, group, {}, fairway::topology_mode::declare};
        n.what.queues.push_back(queue_spec{name});
        all->add(std::move(n));
    }
    void up(std::uint16_t number = 1) {
        all->up(w.session);
        open(number);
    }
    void open(std::uint16_t number) {
        w.expect<channel_open>(*at, number);
        at->send(number, channel_open_ok());
    }
    // What the broker is asked for next.
    std::string asked(std::uint16_t number = 1) { return std::string(w.expect<queue_declare>(*at, number).queue); }
    void answer(std::uint16_t number = 1) { at->send(number, queue_declare_ok()); }
    void make(std::string const& name, std::uint16_t number = 1) {
        CHECK(asked(number) == name);
        answer(number);
    }
    void until_complete() {
        w.until([&] { return all->complete(); });
        CHECK(at->frames.empty());
    }

    world w;
    std::shared_ptr<server_end> at;
    int changes = 0;
    lines troubles;
    std::shared_ptr<declarations> all = std::make_shared<declarations>(
        w.io.get_executor(), [this] { ++changes; },
        [this](std::string_view where, fairway::error_code, std::string_view text) {
            troubles.push_back(std::string(where) + ": " + std::string(text));
        });
};

} // namespace

TEST_CASE("what is not needed any more is forgotten, on a connection that stays") {
    needing n;
    n.add("orders", "stock");
    n.up();
    n.make("orders");
    n.until_complete();
    for (int i = 0; i < 100; ++i) {
        auto const name = "replies " + std::to_string(i);
        n.add(name);
        CHECK_FALSE(n.all->complete());
        n.make(name);
        n.until_complete();
        n.all->remove(name);
        CHECK(n.all->complete());
        CHECK(n.all->size() == 1);
        n.add("orders", "stock"); // again: it may have gone
        n.make("orders");
        n.until_complete();
        CHECK(n.all->size() == 1);
    }
    CHECK(n.changes == 201);
}

TEST_CASE("what is not needed any more before it is made delays no other") {
    needing n;
    for (auto const* const name : {"1", "2", "3", "4"}) n.add(name);
    n.all->remove("1");
    n.up();
    CHECK(n.asked() == "2");
    n.all->remove("2"); // is being made
    n.all->remove("2");
    n.all->remove("3");
    n.add("2");
    n.w.settle();
    CHECK(n.at->frames.empty());
    CHECK(n.changes == 0);
    n.answer();
    n.make("4");
    n.make("2");
    n.until_complete();
    CHECK(n.all->size() == 2);
    CHECK(n.changes == 1);
}

TEST_CASE("what is refused is told, and the others are made") {
    needing n;
    for (auto const* const name : {"1", "2"}) n.add(name);
    n.up();
    CHECK(n.asked() == "1");
    bool const gone = GENERATE(false, true); // meanwhile
    if (gone) n.all->remove("1");
    channel_close refusal;
    refusal.code = reply_code::access_refused;
    refusal.text = "no";
    n.at->send(1, refusal);
    n.w.expect<channel_close_ok>(*n.at, 1);
    n.open(2);
    n.make("2", 2);
    n.until_complete();
    CHECK(n.troubles == lines{"1: no"});
    CHECK(n.all->size() == (gone ? 1 : 2));
}

TEST_CASE("what was refused is asked for again ten seconds later, until it is made") {
    needing n;
    n.add("orders", "stock");
    n.up();
    channel_close refusal;
    refusal.code = reply_code::access_refused;
    for (std::uint16_t number = 1; number <= 2; ++number) {
        CHECK(n.asked(number) == "orders");
        n.at->send(number, refusal);
        n.w.expect<channel_close_ok>(*n.at, number);
        n.open(static_cast<std::uint16_t>(3 - number)); // the one that is free
        n.until_complete();
        CHECK(n.all->has_failed("orders", "stock"));
        CHECK_FALSE(n.all->is_refused("orders", "stock")); // its shape is right
        n.w.pass(10s);
    }
    n.make("orders");
    n.until_complete();
    CHECK_FALSE(n.all->has_failed("orders", "stock"));
    n.w.pass(1min);
    CHECK(n.at->frames.empty());
    CHECK(n.troubles.size() == 2);
}

TEST_CASE("what is needed is made as soon as a channel is free") {
    needing n({1, 131072, 60});
    auto const user = hear();
    auto const other = n.w.open_channel(*n.at, user);
    n.add("1");
    n.all->up(n.w.session);
    n.w.settle();
    CHECK(n.troubles == lines{"1: the broker allows no more channels"});
    n.add("2"); // meanwhile
    n.w.pass(1s);
    CHECK(n.troubles.size() == 2);
    CHECK(n.at->frames.empty());
    CHECK_FALSE(n.all->complete());
    other->close();
    n.w.expect<channel_close>(*n.at, 1);
    n.at->send(1, channel_close_ok());
    n.w.settle();
    n.w.pass(1s);
    n.open(1);
    n.make("1");
    n.make("2");
    n.until_complete();
    CHECK(n.troubles.size() == 2);
    CHECK(n.changes == 1);
}
