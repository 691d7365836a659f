// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What a client of the registry decides, without I/O; and clients and registries together, at random, against a model.
#include "fw_catch.hpp"
#include "kit.hpp"

#include <fairway/registry/client_state.hpp>

#include <random>
#include <set>

using namespace std::chrono_literals;
using fairway::registry_lease;
using fairway::registry_list;
using fairway::registry_lists;
using fairway::detail::registry_client_state;
using fairway::detail::registry_state;

namespace {

using names = std::vector<std::string>;

registry_lists lists(std::string epoch, std::uint64_t revision, std::vector<registry_list> all) {
    return {std::move(epoch), revision, 30'000, std::move(all)};
}

struct fixture {
    registry_client_state c{"me"};
    fairway::env::steady_point now{1h};
    std::uint64_t number = 0;

    // Asks, which must be due, and is answered.
    void hears(registry_lists const& answer) {
        auto const q = c.next_watch(now);
        REQUIRE(q);
        REQUIRE(c.listed(q->number, answer, now));
        now += 50ms;
    }
};

} // namespace

TEST_CASE("A client announces all that is wanted, once for all, and withdraws it again") {
    fixture f;
    CHECK_FALSE(f.c.next_announce(f.now));
    CHECK_FALSE(f.c.next_event());
    f.c.announce({"x", "h:1"}, f.now);
    f.c.announce({"y", "h:1"}, f.now);
    f.c.announce({"x", "h:1"}, f.now);
    auto const a = f.c.next_announce(f.now);
    REQUIRE(a);
    CHECK(a->client == "me");
    CHECK(a->entries == std::vector<fairway::registry_entry>{{"x", "h:1"}, {"y", "h:1"}});
    CHECK_FALSE(f.c.next_announce(f.now)); // under way
    REQUIRE(f.c.leased(a->number, {"e1", 30'000}, f.now, 0));
    CHECK(f.c.next_event() == f.now + 10s);
    CHECK_FALSE(f.c.next_announce(f.now + 10s - 1ns));
    CHECK(f.c.next_announce(f.now + 10s)->number == a->number + 1);

    f.now += 11s;
    f.c.withdraw({"x", "h:1"}, f.now); // still wanted once
    CHECK_FALSE(f.c.next_announce(f.now));
    f.c.withdraw({"x", "h:1"}, f.now);
    CHECK(f.c.next_announce(f.now)->entries.size() == 1);
    f.c.withdraw({"y", "h:1"}, f.now);
    f.c.withdraw({"y", "h:1"}, f.now); // not wanted at all
    f.now += 50ms;
    auto const last = f.c.next_announce(f.now);
    CHECK(last->entries.empty());
    CHECK(f.c.leased(last->number, {"e1", 30'000}, f.now, 0));
    CHECK_FALSE(f.c.next_event()); // nothing to renew
    CHECK_FALSE(f.c.farewell(f.now));
    f.c.announce({"x", "h:1"}, f.now);
    CHECK(f.c.next_announce(f.now + 50ms)->entries.size() == 1);
    f.c.withdraw({"x", "h:1"}, f.now + 50ms); // not said yet
    CHECK(f.c.farewell(f.now + 50ms)->entries.empty());
    CHECK_FALSE(f.c.farewell(f.now + 50ms));
    CHECK_FALSE(f.c.next_event());
}

TEST_CASE("Who has said nothing says no farewell") {
    fixture f;
    f.c.announce({"x", "h:1"}, f.now);
    CHECK_FALSE(f.c.farewell(f.now));
    CHECK_FALSE(f.c.next_event());
}

TEST_CASE("A client does not keep step with others, and does not trust a lease that is none") {
    fixture f;
    f.c.announce({"x", "h:1"}, f.now);
    auto const due = [&](std::uint64_t lease_ms, std::uint64_t random) {
        auto const at = f.c.next_event().value();
        f.now = std::max(f.now, at);
        CHECK(f.c.leased(f.c.next_announce(f.now)->number, {"e1", lease_ms}, f.now, random));
        return f.c.next_event().value() - f.now;
    };
    CHECK(due(30'000, 0) == 10s);
    CHECK(due(30'000, 999'999'999) == 10s - 999'999'999ns);
    CHECK(due(0, 0) > 300ms);
    CHECK(due(~std::uint64_t{0}, 0) == 20min);
}

TEST_CASE("A client that is refused or not heard tries again, ever more seldom") {
    fixture f;
    f.c.announce({"x", "h:1"}, f.now);
    f.c.watch("x", f.now);
    for (auto const most : {250ms, 500ms, 1000ms, 2000ms, 4000ms, 5000ms, 5000ms}) {
        auto const a = f.c.next_announce(f.now);
        auto const q = f.c.next_watch(f.now);
        REQUIRE(a);
        REQUIRE(q);
        auto const range = static_cast<std::uint64_t>(fairway::duration(most - 50ms).count());
        CHECK(f.c.announce_failed(a->number, f.now, range));
        CHECK(f.c.watch_failed(q->number, f.now, range));
        CHECK(f.c.next_event() == f.now + most);
        f.now += most;
    }
    CHECK(f.c.leased(f.c.next_announce(f.now)->number, {"e1", 30'000}, f.now, 0));
    f.hears(lists("e1", 1, {}));
    CHECK(f.c.watch_failed(f.c.next_watch(f.now)->number, f.now, 0));
    CHECK(f.c.next_event() == f.now + 50ms); // from the beginning
}

TEST_CASE("Many channels that come one after the other are few messages, whether the registry answers or not") {
    fixture f;
    std::size_t questions = 0;
    std::size_t announcements = 0;
    for (int i = 0; i < 1000; ++i, f.now += 1ms) {
        f.c.watch("c" + std::to_string(i), f.now);
        f.c.announce({"c" + std::to_string(i), "h:1"}, f.now);
        questions += f.c.next_watch(f.now).has_value();
        announcements += f.c.next_announce(f.now).has_value();
    }
    CHECK(questions == 20);
    CHECK(announcements == 20);
    f.now += 50ms;
    CHECK(f.c.next_watch(f.now)->channels.size() == 1000);
    CHECK(f.c.next_announce(f.now)->entries.size() == 1000);
}

TEST_CASE("What answers an earlier message counts no longer") {
    fixture f;
    f.c.announce({"x", "h:1"}, f.now);
    f.c.watch("x", f.now);
    auto const a = f.c.next_announce(f.now)->number;
    auto const q = f.c.next_watch(f.now)->number;
    f.c.announce({"y", "h:1"}, f.now);
    f.c.watch("y", f.now);
    f.now += 50ms;
    auto const a2 = f.c.next_announce(f.now)->number;
    auto const q2 = f.c.next_watch(f.now);
    CHECK(q2->epoch.empty()); // y is not known yet
    CHECK_FALSE(f.c.leased(a, {"e1", 30'000}, f.now, 0));
    CHECK_FALSE(f.c.announce_failed(a, f.now, 0));
    CHECK_FALSE(f.c.listed(q, lists("e1", 1, {{"x", {"old"}}}), f.now));
    CHECK_FALSE(f.c.watch_failed(q, f.now, 0));
    CHECK(f.c.endpoints("x").empty());
    CHECK(f.c.leased(a2, {"e1", 30'000}, f.now, 0));
    CHECK(f.c.listed(q2->number, lists("e1", 2, {{"x", {"new"}}, {"y", {}}}), f.now));
    CHECK(f.c.endpoints("x") == names{"new"});
}

TEST_CASE("A client asks from what it knows, and with a pause that gathers changes") {
    fixture f;
    f.c.watch("x", f.now);
    auto const first = f.c.next_watch(f.now);
    CHECK(first->epoch.empty());
    CHECK(first->wait_ms == 10'000);
    CHECK(f.c.listed(first->number, lists("e1", 5, {{"x", {"h"}}}), f.now));
    CHECK(f.c.take_changed() == std::set<std::string>{"x"});
    CHECK_FALSE(f.c.next_watch(f.now + 50ms - 1ns));
    f.now += 50ms;
    auto const second = f.c.next_watch(f.now);
    CHECK(second->epoch == "e1");
    CHECK(second->since == 5);
    f.now += 10s;
    CHECK(f.c.listed(second->number, lists("e1", 9, {}), f.now));
    CHECK(f.c.take_changed().empty());
    CHECK(f.c.next_watch(f.now)->since == 9);
    // A channel that comes while a question waits is asked for soon; until it is known all are asked for.
    f.c.watch("y", f.now);
    CHECK(f.c.next_event() == f.now + 50ms);
    f.now += 50ms;
    auto const third = f.c.next_watch(f.now);
    CHECK(third->epoch.empty());
    f.c.watch("z", f.now); // before the answer
    CHECK(f.c.listed(third->number, lists("e1", 9, {{"x", {"h"}}, {"y", {}}}), f.now));
    f.now += 50ms;
    CHECK(f.c.next_watch(f.now)->epoch.empty());
    // Nobody asks for what nobody watches.
    for (auto const* name : {"x", "y", "z"}) f.c.unwatch(name);
    CHECK_FALSE(f.c.next_event());
    CHECK_FALSE(f.c.next_watch(f.now + 1h));
    CHECK(f.c.endpoints("x").empty());
}

TEST_CASE("Nobody is known to be at a channel once that was heard, or nothing was for long") {
    fixture f;
    f.c.watch("x", f.now);
    CHECK_FALSE(f.c.knows("x"));
    SECTION("heard") {
        f.hears(lists("e1", 1, {{"x", {}}}));
        CHECK(f.c.knows("x"));
        CHECK(f.c.take_changed() == std::set<std::string>{"x"});
        f.c.watch("y", f.now); // comes later
        f.c.watch("x", f.now);
        CHECK(f.c.knows("x"));
        CHECK_FALSE(f.c.knows("y"));
    }
    SECTION("heard of a registry that has just begun, which may not know yet") {
        auto young = lists("e1", 1, {{"x", {}}});
        young.unsettled_ms = 4'000;
        auto const settled = f.now + 4s;
        f.hears(young);
        young.unsettled_ms = 3'950;
        f.hears(young);
        CHECK_FALSE(f.c.knows("x"));
        SECTION("somebody comes") {
            young.lists = {{"x", {"a"}}};
            f.hears(young);
            CHECK(f.c.endpoints("x") == names{"a"});
        }
        SECTION("nobody comes") {
            CHECK(f.c.next_watch(f.now)); // under way
            CHECK(f.c.next_event() == settled);
            f.c.advance(settled);
            CHECK(f.c.endpoints("x").empty());
        }
        CHECK(f.c.knows("x"));
        CHECK(f.c.take_changed() == std::set<std::string>{"x"});
    }
    SECTION("not heard") {
        auto const began = f.now;
        while (f.c.next_event() < began + 30s) {
            f.now = *f.c.next_event();
            f.c.advance(f.now);
            CHECK_FALSE(f.c.knows("x"));
            auto const q = f.c.next_watch(f.now);
            REQUIRE(q);
            CHECK(f.c.watch_failed(q->number, f.now, ~std::uint64_t{0}));
        }
        CHECK(f.c.next_event() == began + 30s);
        f.c.advance(began + 30s);
        CHECK(f.c.knows("x"));
        CHECK(f.c.take_changed() == std::set<std::string>{"x"});
    }
    SECTION("nothing can be heard any more") {
        f.c.give_up();
        CHECK(f.c.knows("x"));
        CHECK(f.c.take_changed() == std::set<std::string>{"x"});
    }
    f.c.unwatch("x");
    f.c.unwatch("x");
    f.c.watch("x", f.now); // anew
    CHECK_FALSE(f.c.knows("x"));
}

TEST_CASE("After a restart entries that are missing stay for one lease") {
    fixture f;
    f.c.watch("x", f.now);
    f.c.watch("y", f.now);
    f.hears(lists("e1", 5, {{"x", {"a", "b", "c"}}, {"y", {"a"}}}));
    f.c.take_changed();
    f.hears(lists("e2", 1, {{"x", {"b"}}, {"y", {}}}));
    auto const grace_ends = f.now - 50ms + 30s;
    CHECK(f.c.endpoints("x") == names{"a", "b", "c"});
    CHECK(f.c.endpoints("y") == names{"a"});
    f.hears(lists("e2", 2, {{"x", {"a", "b", "d"}}}));
    CHECK(f.c.endpoints("x") == names{"a", "b", "c", "d"});
    f.hears(lists("e2", 3, {{"x", {"b", "d"}}})); // a was there, and went
    CHECK(f.c.endpoints("x") == names{"b", "c", "d"});
    f.c.take_changed();
    f.c.advance(grace_ends - 1ns);
    CHECK(f.c.take_changed().empty());
    f.c.advance(grace_ends);
    CHECK(f.c.take_changed() == std::set<std::string>{"x", "y"});
    CHECK(f.c.endpoints("x") == names{"b", "d"});
    CHECK(f.c.endpoints("y").empty());
}

TEST_CASE("A client tells a restarted registry about itself at once, and asks it again at once") {
    fixture f;
    f.c.announce({"x", "h:1"}, f.now);
    CHECK(f.c.leased(f.c.next_announce(f.now)->number, {"e1", 30'000}, f.now, 0));
    f.c.watch("x", f.now);
    f.hears(lists("e1", 5, {{"x", {}}}));
    CHECK_FALSE(f.c.next_announce(f.now));
    f.now += 5s;
    SECTION("found by asking") {
        f.hears(lists("e2", 1, {{"x", {}}}));
        CHECK(f.c.next_announce(f.now));
    }
    SECTION("found by announcing") {
        CHECK(f.c.next_watch(f.now)); // waits at the old one
        f.now += 5s;
        CHECK(f.c.leased(f.c.next_announce(f.now)->number, {"e2", 30'000}, f.now, 0));
        CHECK(f.c.next_watch(f.now));
    }
}

TEST_CASE("An incarnation that comes back after another one is a second registry") {
    fixture f;
    f.c.watch("x", f.now);
    f.hears(lists("e1", 5, {{"x", {}}}));
    f.hears(lists("e2", 5, {{"x", {}}}));
    CHECK_FALSE(f.c.take_conflict());
    f.hears(lists("e1", 5, {{"x", {}}}));
    CHECK(f.c.take_conflict());
    CHECK_FALSE(f.c.take_conflict());
}

namespace {

// Clients and a registry that restarts; messages and answers take their time, overtake each other and get lost.
class world {
public:
    explicit world(std::uint64_t seed) : random_(seed) { restart(); }

    void step(bool quiet) {
        now_ += std::chrono::milliseconds(random_() % 400);
        switch (quiet ? 9 : random_() % 10) {
        case 0: // somebody comes, or crashes
        case 1: {
            auto const i = random_() % clients_.size();
            if (clients_[i])
                clients_[i].reset();
            else
                clients_[i].emplace("c" + std::to_string(++born_));
            break;
        }
        case 2: // wants more or less
        case 3:
        case 4: want(random_() % clients_.size()); break;
        case 5:
            if (random_() % 20 == 0) restart();
            break;
        default: break;
        }
        for (auto& c : clients_)
            if (c) talk(*c);
        deliver(quiet);
        for (auto const& a : registry_->advance(now_)) answer(a.to, a.lists);
    }

    // All that live have announced, and know all: exactly that.
    void check() const {
        std::map<std::string, std::set<std::string>> truth;
        for (auto const& c : clients_)
            if (c)
                for (auto const& e : c->announced) truth[e.channel].insert(e.endpoint);
        std::vector<registry_list> expected;
        for (auto const& [name, all] : truth) expected.push_back({name, {all.begin(), all.end()}});
        CHECK(registry_->lists() == expected);
        std::size_t sum = 0;
        for (auto const& c : clients_)
            if (c) sum += c->announced.size();
        CHECK(registry_->entries() == sum);
        for (auto const& c : clients_) {
            if (!c) continue;
            for (auto const& name : c->watched) {
                auto const all = truth.find(name);
                auto const have = c->state.endpoints(name);
                CHECK(std::set<std::string>(have.begin(), have.end()) ==
                      (all == truth.end() ? std::set<std::string>() : all->second));
                auto const told = c->told.find(name);
                CHECK((told == c->told.end() ? names() : told->second) == have);
            }
        }
    }

    // Who lives and has been known to a client is never missing there.
    void check_never_missing() const {
        for (auto const& c : clients_) {
            if (!c) continue;
            for (auto const& [name, since] : c->complete) {
                auto const have = c->state.endpoints(name);
                for (auto const& endpoint : since) {
                    bool const wanted = std::any_of(clients_.begin(), clients_.end(), [&](auto const& other) {
                        return other && other->announced.contains({name, endpoint}) && !other->unheard(now_);
                    });
                    if (wanted) CHECK(std::find(have.begin(), have.end(), endpoint) != have.end());
                }
            }
        }
    }

private:
    struct client {
        explicit client(std::string name) : state(std::move(name)) {}
        // It could not renew in time: then it may be missing.
        bool unheard(fairway::env::steady_point now) const { return now - heard > lease - 3s; }

        registry_client_state state;
        std::set<fairway::registry_entry> announced;
        std::set<std::string> watched;
        std::map<std::string, names> told; // by way of take_changed
        std::map<std::string, names> complete;
        fairway::env::steady_point heard;
    };
    struct message {
        fairway::env::steady_point at;
        std::string from;
        std::uint64_t epoch_number = 0;
        std::optional<fairway::registry_announce> announce;
        std::optional<fairway::registry_watch> watch;
        std::optional<registry_lease> leased;
        std::optional<registry_lists> listed;
        std::uint64_t number = 0;
        bool failed = false;
    };

    void restart() {
        fairway::registry_limits l;
        l.lease = lease;
        l.forgotten_channels = 2;
        registry_.emplace("e" + std::to_string(++epoch_), l);
        // Those who wait there hear nothing until their time is over.
        for (auto const& [mark, q] : asked_) fail(q.first, q.second, 10s);
        asked_.clear();
    }

    void want(std::size_t i) {
        if (!clients_[i]) return;
        auto& c = *clients_[i];
        std::string const name(1, static_cast<char>('a' + random_() % 5));
        switch (random_() % 4) {
        case 0:
            if (c.watched.insert(name).second) c.state.watch(name, now_);
            break;
        case 1:
            if (c.watched.erase(name) > 0) {
                c.state.unwatch(name);
                c.told.erase(name);
                c.complete.erase(name);
            }
            break;
        default: {
            fairway::registry_entry const e{name, "tcp://h:" + std::to_string(1 + random_() % 3)};
            if (c.announced.erase(e) > 0) {
                c.state.withdraw(e, now_);
            } else {
                c.announced.insert(e);
                c.state.announce(e, now_);
                c.heard = now_ - lease; // not yet
            }
        }
        }
    }

    fairway::env::steady_point soon() { return now_ + std::chrono::milliseconds(random_() % 300); }

    void talk(client& c) {
        c.state.advance(now_);
        note(c);
        if (auto a = c.state.next_announce(now_)) {
            message m;
            m.at = soon();
            m.from = c.state.client();
            m.number = a->number;
            m.announce = std::move(a);
            flying_.push_back(std::move(m));
        }
        if (auto q = c.state.next_watch(now_)) {
            message m;
            m.at = soon();
            m.from = c.state.client();
            m.number = q->number;
            m.watch = std::move(q);
            flying_.push_back(std::move(m));
        }
    }
    void fail(std::string const& to, std::uint64_t number, fairway::duration after) {
        message m;
        m.at = now_ + after;
        m.from = to;
        m.number = number;
        m.failed = true;
        flying_.push_back(std::move(m));
    }
    void answer(std::uint64_t mark, registry_lists const& l) {
        auto const at = asked_.find(mark);
        if (at == asked_.end()) return;
        message m;
        m.at = soon();
        m.from = at->second.first;
        m.number = at->second.second;
        m.listed = l;
        flying_.push_back(std::move(m));
        asked_.erase(at);
    }
    client* find(std::string const& name) {
        for (auto& c : clients_)
            if (c && c->state.client() == name) return &*c;
        return nullptr;
    }
    void note(client& c) {
        for (auto const& name : c.state.take_changed()) c.told[name] = c.state.endpoints(name);
        for (auto const& name : c.watched) c.complete[name] = c.state.endpoints(name);
    }

    void deliver(bool quiet) {
        std::vector<message> due;
        for (auto i = flying_.begin(); i != flying_.end();) {
            if (i->at > now_) {
                ++i;
                continue;
            }
            due.push_back(std::move(*i));
            i = flying_.erase(i);
        }
        std::shuffle(due.begin(), due.end(), random_);
        for (auto const& m : due) {
            bool const lost = !quiet && random_() % 30 == 0;
            if (m.announce) {
                if (lost) {
                    fail_announce(m);
                    continue;
                }
                message back;
                back.at = soon();
                back.from = m.from;
                back.number = m.number;
                back.leased = registry_->announce("p", *m.announce, now_);
                if (auto* const c = find(m.from)) c->heard = now_;
                flying_.push_back(std::move(back));
            } else if (m.watch) {
                if (lost) {
                    fail(m.from, m.number, 5s);
                    continue;
                }
                asked_[++mark_] = {m.from, m.number};
                if (auto const l = registry_->watch("p", *m.watch, mark_, now_)) answer(mark_, *l);
            } else if (auto* const c = find(m.from)) {
                if (m.leased) c->state.leased(m.number, *m.leased, now_, random_());
                if (m.listed) c->state.listed(m.number, *m.listed, now_);
                if (m.failed && m.epoch_number == 0) c->state.watch_failed(m.number, now_, random_());
                if (m.failed && m.epoch_number == 1) c->state.announce_failed(m.number, now_, random_());
                note(*c);
            }
        }
    }
    void fail_announce(message const& m) {
        fail(m.from, m.number, 1s);
        flying_.back().epoch_number = 1;
    }

    static constexpr auto lease = 10s;

    std::mt19937_64 random_;
    fairway::env::steady_point now_{1h};
    std::optional<registry_state> registry_;
    std::uint64_t epoch_ = 0;
    std::uint64_t mark_ = 0;
    int born_ = 0;
    std::vector<std::optional<client>> clients_ = std::vector<std::optional<client>>(6);
    std::deque<message> flying_;
    std::map<std::uint64_t, std::pair<std::string, std::uint64_t>> asked_;
};

} // namespace

TEST_CASE("Whatever happens, once it is quiet all know exactly who lives") {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        CAPTURE(seed);
        world w(seed);
        for (int round = 0; round < 3; ++round) {
            for (int i = 0; i < 300; ++i) {
                w.step(false);
                w.check_never_missing();
            }
            for (int i = 0; i < 300; ++i) w.step(true); // about a minute: leases and grace end
            w.check();
        }
    }
}
