// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What the registry decides, without I/O: leases, revisions, questions, bounds.
#include "fw_catch.hpp"
#include "kit.hpp"

using namespace std::chrono_literals;
using fairway::registry_limits;
using fairway::registry_list;
using fairway::registry_lists;
using fairway::detail::registry_state;
using registry_kit::announce;
using registry_kit::ask;
using registry_kit::fault_of;

namespace {

using lists = std::vector<registry_list>;

// One state at a time that the test sets.
struct fixture {
    explicit fixture(registry_limits const& l = {}) : state("e1", l) {}

    void announces(std::string const& client, std::uint64_t number, std::vector<fairway::registry_entry> entries,
        std::string const& principal = "p") {
        auto const answer = state.announce(principal, announce(client, number, std::move(entries)), now);
        CHECK(answer.epoch == "e1");
    }
    std::optional<registry_lists> asks(std::string const& client, std::uint64_t number, std::vector<std::string> of,
        std::string const& epoch, std::uint64_t since, std::uint64_t mark, std::uint64_t wait_ms = 10'000) {
        return state.watch("p", ask(client, number, std::move(of), epoch, since, wait_ms), mark, now);
    }
    // Tickets and lists of what is answered now.
    std::map<std::uint64_t, lists> answered() {
        std::map<std::uint64_t, lists> all;
        for (auto& a : state.advance(now)) {
            CHECK(a.lists.revision == state.revision());
            all.emplace(a.to, std::move(a.lists.lists));
        }
        return all;
    }

    registry_state state;
    fairway::env::steady_point now{1h};
};

} // namespace

TEST_CASE("An announcement is in the lists, in its endpoints' usual form, until its lease ends") {
    fixture f;
    f.announces("a", 1, {{"orders", "stock:7000"}, {"orders", "tcp://STOCK:7000"}, {"orders.events", "/run/shop"}});
    CHECK(f.state.lists() == lists{{"orders", {"tcp://stock:7000"}}, {"orders.events", {"unix:///run/shop"}}});
    CHECK(f.state.entries() == 2);
    CHECK(f.state.next_event() == f.now + 30s);
    f.now += 30s - 1ns;
    f.answered();
    CHECK(f.state.entries() == 2);
    f.now += 1ns;
    f.answered();
    CHECK(f.state.lists().empty());
    CHECK(f.state.entries() == 0);
    CHECK(f.state.clients() == 0);
    CHECK_FALSE(f.state.next_event());
}

TEST_CASE("The longest channel's name is that of a channel's dead letters") {
    fixture f;
    auto const dead = std::string(100, 'c') + '.' + std::string(100, 'g') + ".dead";
    f.announces("a", 1, {{dead, "h:1"}});
    auto const known = f.asks("w", 1, {"orders", dead}, "", 0, 1);
    REQUIRE(known);
    CHECK(known->lists == lists{{"orders", {}}, {dead, {"tcp://h:1"}}});
    CHECK(fault_of([&] { f.asks("w", 2, {dead + '.'}, "", 0, 2); }) == "registry.invalid");
}

TEST_CASE("A renewal extends the lease and changes no revision") {
    fixture f;
    f.announces("a", 1, {{"orders", "h:1"}});
    auto const before = f.state.revision();
    f.now += 20s;
    f.announces("a", 2, {{"orders", "h:1"}});
    CHECK(f.state.revision() == before);
    f.now += 20s;
    f.answered();
    CHECK(f.state.entries() == 1);
    CHECK(f.state.next_event() == f.now + 10s);
}

TEST_CASE("Announcements that come late or twice change nothing") {
    fixture f;
    f.announces("a", 2, {{"orders", "h:2"}});
    f.now += 5s;
    f.announces("a", 1, {{"orders", "h:1"}});
    f.announces("a", 2, {});
    CHECK(f.state.lists() == lists{{"orders", {"tcp://h:2"}}});
    CHECK(f.state.next_event() == f.now + 25s);
    // Also after it withdrew, while its name is remembered.
    f.announces("a", 3, {});
    f.announces("a", 2, {{"orders", "h:2"}});
    CHECK(f.state.lists().empty());
}

TEST_CASE("An endpoint stays as long as one of the clients that announce it") {
    fixture f;
    f.announces("a", 1, {{"orders", "h:1"}});
    auto const before = f.state.revision();
    f.announces("b", 1, {{"orders", "h:1"}});
    CHECK(f.state.revision() == before); // nothing new for anybody
    f.announces("a", 2, {});
    CHECK(f.state.lists() == lists{{"orders", {"tcp://h:1"}}});
    f.announces("b", 2, {});
    CHECK(f.state.lists().empty());
}

TEST_CASE("Clients of two principals with one name are two") {
    fixture f;
    f.announces("a", 1, {{"orders", "h:1"}}, "p");
    f.announces("a", 1, {{"orders", "h:2"}}, "q");
    f.announces("a", 2, {}, "q");
    CHECK(f.state.lists() == lists{{"orders", {"tcp://h:1"}}});
}

TEST_CASE("Who knows nothing is told everything that it asks for") {
    fixture f;
    f.announces("a", 1, {{"orders", "h:1"}, {"other", "h:1"}});
    auto const all = f.asks("w", 1, {"orders", "nobody"}, "", 0, 1);
    REQUIRE(all);
    CHECK(all->epoch == "e1");
    CHECK(all->revision == f.state.revision());
    CHECK(all->lease_ms == 30'000);
    CHECK(all->lists == lists{{"orders", {"tcp://h:1"}}, {"nobody", {}}});
    // So is who knows another incarnation, or a revision that has not been.
    CHECK(f.asks("w", 2, {"orders"}, "e0", 1, 2)->lists.size() == 1);
    CHECK(f.asks("w", 3, {"orders"}, "e1", 99, 3)->lists.size() == 1);
}

TEST_CASE("A registry says how long it may not know all yet") {
    fixture f;
    f.answered(); // it begins
    CHECK(f.asks("w", 1, {"orders"}, "", 0, 1)->unsettled_ms == 30'000);
    f.now += 10s;
    CHECK_FALSE(f.asks("w", 2, {"orders"}, "e1", 0, 2, 5'000));
    f.now += 5s;
    CHECK(f.state.advance(f.now).at(0).lists.unsettled_ms == 15'000);
    f.now += 15s - 1ns;
    CHECK(f.asks("w", 3, {"orders"}, "", 0, 3)->unsettled_ms == 1);
    f.now += 1ns;
    CHECK(f.asks("w", 4, {"orders"}, "", 0, 4)->unsettled_ms == 0);
    f.now += 1h;
    CHECK(f.asks("w", 5, {"orders"}, "", 0, 5)->unsettled_ms == 0);
}

TEST_CASE("Who knows the past is told what has changed since") {
    fixture f;
    f.announces("a", 1, {{"x", "h:1"}});
    auto const since = f.state.revision();
    f.announces("b", 1, {{"y", "h:2"}});
    CHECK(f.asks("w", 1, {"x", "y"}, "e1", since, 1)->lists == lists{{"y", {"tcp://h:2"}}});
    f.announces("a", 2, {});
    CHECK(f.asks("w", 2, {"x", "y"}, "e1", f.state.revision() - 1, 2)->lists == lists{{"x", {}}});
}

TEST_CASE("A question waits for a change of its channels") {
    fixture f;
    CHECK_FALSE(f.asks("w", 1, {"x", "x"}, "e1", 0, 7));
    CHECK_FALSE(f.asks("v", 1, {"y"}, "e1", 0, 8));
    CHECK(f.answered().empty());
    f.announces("a", 1, {{"x", "h:1"}});
    auto const got = f.answered();
    REQUIRE(got.size() == 1);
    CHECK(got.at(7).at(0) == registry_list{"x", {"tcp://h:1"}});
    CHECK(f.answered().empty());
    CHECK(f.state.questions() == 1);
}

TEST_CASE("The end of a lease answers too") {
    fixture f;
    f.announces("a", 1, {{"x", "h:1"}});
    f.now += 25s;
    CHECK_FALSE(f.asks("w", 1, {"x"}, "e1", f.state.revision(), 1));
    f.now += 5s;
    CHECK(f.answered() == std::map<std::uint64_t, lists>{{1, {{"x", {}}}}});
}

TEST_CASE("A question waits no longer than it says, and than the registry allows") {
    registry_limits l;
    l.longest_wait = 20s;
    fixture f(l);
    CHECK_FALSE(f.asks("w", 1, {"x"}, "e1", 0, 1, 1'000));
    CHECK_FALSE(f.asks("v", 1, {"x"}, "e1", 0, 2, 3'600'000));
    CHECK(f.asks("u", 1, {"x"}, "e1", 0, 3, 0)->lists.empty());
    CHECK(f.state.next_event() == f.now + 1s);
    f.now += 1s;
    CHECK(f.answered() == std::map<std::uint64_t, lists>{{1, {}}});
    CHECK(f.state.next_event() == f.now + 19s);
    f.now += 19s;
    CHECK(f.answered() == std::map<std::uint64_t, lists>{{2, {}}});
    CHECK_FALSE(f.state.next_event());
}

TEST_CASE("A client's next question ends the one before, in whatever order they come") {
    fixture f;
    CHECK_FALSE(f.asks("w", 1, {"x"}, "e1", 0, 1));
    CHECK_FALSE(f.asks("w", 3, {"x", "y"}, "e1", 0, 3));
    CHECK(f.answered() == std::map<std::uint64_t, lists>{{1, {}}});
    CHECK(f.asks("w", 2, {"x"}, "e1", 0, 2)->lists.empty()); // late
    CHECK(f.answered().empty());
    f.announces("a", 1, {{"y", "h:1"}});
    CHECK(f.answered().contains(3));
}

TEST_CASE("Channels without endpoints are forgotten at last, and nobody misses their end") {
    registry_limits l;
    l.forgotten_channels = 3;
    fixture f(l);
    f.announces("a", 1, {{"c0", "h:1"}, {"stays", "h:1"}});
    auto const since = f.state.revision();
    CHECK_FALSE(f.asks("w", 1, {"stays"}, "e1", since, 1));
    std::uint64_t number = 1;
    for (int i = 1; i < 6; ++i) f.announces("a", ++number, {{"c" + std::to_string(i), "h:1"}, {"stays", "h:1"}});
    CHECK(f.state.remembered_channels() < 6);
    CHECK(f.asks("v", 1, {"c0"}, "e1", since, 2)->lists == lists{{"c0", {}}});
    // One that has waited since before the forgetting is told all, too.
    f.announces("b", 1, {{"stays", "h:2"}});
    CHECK(f.answered().at(1) == lists{{"stays", {"tcp://h:1", "tcp://h:2"}}});
}

TEST_CASE("Leases are forgiven the time in which the registry itself stood still") {
    fixture f;
    f.announces("a", 1, {{"x", "h:1"}});
    f.now += 1s;
    f.announces("b", 1, {{"x", "h:2"}});
    f.now += 10min;
    f.answered();
    CHECK(f.state.entries() == 2);
    f.now += 30s;
    f.answered();
    CHECK(f.state.lists() == lists{{"x", {"tcp://h:2"}}});
    f.now += 1s;
    f.answered();
    CHECK(f.state.entries() == 0);
}

TEST_CASE("What is not well formed is refused and changes nothing") {
    fixture f;
    f.announces("a", 1, {{"x", "h:1"}});
    auto const refused = [&](fairway::registry_announce const& what) {
        auto const revision = f.state.revision();
        auto const code = fault_of([&] { f.state.announce("p", what, f.now); });
        CHECK(f.state.revision() == revision);
        CHECK(f.state.lists() == lists{{"x", {"tcp://h:1"}}});
        return code;
    };
    CHECK(refused(announce("", 2, {})) == "registry.invalid");
    CHECK(refused(announce("a b", 2, {})) == "registry.invalid");
    CHECK(refused(announce("a", 2, {{"", "h:1"}})) == "registry.invalid");
    CHECK(refused(announce("a", 2, {{"x", "h"}})) == "registry.invalid");
    CHECK(refused(announce("a", 2, {{"x", "h:0"}})) == "registry.invalid");
    CHECK(refused(announce("a", 2, {{"x", "*:1"}})) == "registry.invalid");
    CHECK(refused(announce("a", 2, {{"y", "h:1"}, {"x", "h:1\n"}})) == "registry.invalid");
    CHECK(fault_of([&] { f.asks("", 1, {"x"}, "", 0, 1); }) == "registry.invalid");
    CHECK(fault_of([&] { f.asks("w", 1, {"x y"}, "", 0, 1); }) == "registry.invalid");
    registry_limits none;
    none.lease = 0s;
    CHECK(code_of([&] { registry_state("e", none); }) == fairway::errc::invalid_argument);
}

TEST_CASE("The questions of one principal do not take the places of all others") {
    registry_limits l;
    l.questions_per_principal = 2;
    l.questions = 3;
    fixture f(l);
    std::uint64_t mark = 0;
    auto const waits = [&](std::string const& principal, std::string const& client, std::uint64_t number) {
        bool answered = false;
        auto const code = fault_of([&] {
            answered = f.state.watch(principal, ask(client, number, {"x"}, "e1", f.state.revision()), ++mark, f.now)
                           .has_value();
        });
        CHECK_FALSE(answered);
        return code;
    };
    CHECK(waits("p", "a", 1).empty());
    CHECK(waits("p", "b", 1).empty());
    CHECK(waits("p", "c", 1) == "registry.too_many");
    CHECK(waits("q", "a", 1).empty());
    CHECK(waits("p", "a", 2).empty()); // takes the place of its own
    CHECK(f.answered().size() == 1);
    CHECK(waits("p", "c", 2) == "registry.too_many");
    CHECK(waits("r", "a", 1) == "registry.too_many"); // the bound of all
    // Places are free again when questions end, by a change or in time.
    f.announces("n", 1, {{"x", "h:1"}});
    CHECK(f.answered().size() == 3);
    CHECK(waits("p", "c", 3).empty());
    CHECK(waits("p", "d", 1).empty());
    CHECK(waits("p", "e", 1) == "registry.too_many");
    f.now += 10s;
    CHECK(f.answered().size() == 2);
    CHECK(waits("p", "e", 2).empty());
    CHECK(waits("p", "f", 1).empty());
}

TEST_CASE("Every bound of the registry holds, and what is within it goes on") {
    registry_limits l;
    l.entries_per_principal = 2;
    l.clients_per_principal = 2;
    l.entries = 3;
    l.clients = 3;
    l.questions = 1;
    l.channels_per_question = 2;
    fixture f(l);
    auto const refused = [&](std::string const& principal, fairway::registry_announce const& what) {
        return fault_of([&] { f.state.announce(principal, what, f.now); });
    };
    f.announces("a", 1, {{"x", "h:1"}});
    f.announces("b", 1, {{"x", "h:1"}});
    CHECK(refused("p", announce("a", 2, {{"x", "h:1"}, {"y", "h:1"}})) == "registry.too_many"); // entries of p
    CHECK(refused("p", announce("c", 1, {})) == "registry.too_many");                           // clients of p
    CHECK(refused("q", announce("a", 1, {{"x", "h:1"}, {"y", "h:1"}})) == "registry.too_many"); // entries
    f.announces("a", 1, {}, "q");
    CHECK(refused("r", announce("a", 1, {})) == "registry.too_many"); // clients
    f.announces("a", 2, {{"z", "h:1"}});                              // as many as before
    f.announces("b", 2, {});
    f.announces("a", 3, {{"z", "h:1"}, {"y", "h:1"}});

    CHECK(fault_of([&] { f.asks("w", 1, {"1", "2", "3"}, "", 0, 1); }) == "registry.too_many");
    auto const r = f.state.revision();
    CHECK_FALSE(f.asks("w", 1, {"x"}, "e1", r, 1));
    CHECK(fault_of([&] { f.asks("v", 1, {"x"}, "e1", r, 2); }) == "registry.too_many");
    CHECK(f.asks("v", 2, {"z"}, "e1", 0, 3));       // has no need to wait
    CHECK_FALSE(f.asks("w", 2, {"x"}, "e1", r, 4)); // takes the place of its own
    CHECK(f.answered().contains(1));
}

TEST_CASE("A channel has so many endpoints, whoever announces them, and the rest of what is announced is taken") {
    registry_limits l;
    l.endpoints_per_channel = 2;
    l.entries_per_principal = 2;
    fixture f(l);
    using names = std::vector<std::string>;
    auto const left_out = [&](std::string const& principal, fairway::registry_announce const& what) {
        return f.state.announce(principal, what, f.now).left_out.value_or(names());
    };
    CHECK(left_out("p", announce("a", 1, {{"x", "h:1"}, {"x", "h:2"}, {"x", "h:3"}})) == names{"x"});
    CHECK(f.state.lists() == lists{{"x", {"tcp://h:1", "tcp://h:2"}}});
    f.announces("a", 2, {{"x", "h:1"}}, "p");
    f.announces("a", 1, {{"x", "h:2"}}, "q");
    CHECK(left_out("r", announce("a", 1, {{"x", "h:3"}, {"y", "h:3"}, {"x", "h:4"}})) == names{"x"});
    CHECK_FALSE(f.state.announce("r", announce("a", 2, {{"y", "h:3"}, {"x", "h:2"}}), f.now).left_out); // nothing new
    f.announces("a", 3, {{"x", "h:4"}}, "p");                             // instead of its other one
    CHECK(left_out("q", announce("a", 2, {{"x", "h:5"}})) == names{"x"}); // r has the one it had, too
    CHECK(f.state.lists() == lists{{"x", {"tcp://h:2", "tcp://h:4"}}, {"y", {"tcp://h:3"}}});
    // What is left out does not stand in the way of the rest, each time when it is renewed.
    f.now += 20s;
    CHECK(left_out("r", announce("a", 3, {{"y", "h:3"}, {"x", "h:2"}, {"x", "h:6"}})) == names{"x"});
    f.now += 20s;
    f.state.advance(f.now);
    CHECK(f.state.lists() == lists{{"x", {"tcp://h:2"}}, {"y", {"tcp://h:3"}}});
    CHECK(registry_limits().endpoints_per_channel == 256);
}
