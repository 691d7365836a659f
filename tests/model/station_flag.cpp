// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"

#include "model.hpp"

#include <fairway/env/station_flag.hpp>

#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace {

using station_flag = fairway::env::detail::basic_station_flag<model::atomics>;

// As in a run loop: what is woken stands in a queue, at most once, until the loop takes it out.
struct station {
    station_flag flag;
    model::plain<station*> next{nullptr};
    model::plain<int> uses{0};
};

class queue {
public:
    void push(station* s) {
        std::lock_guard const lock(mutex_);
        s->next = std::exchange(first_, s);
    }
    // Of the loop, which takes all at once: what it has taken it leaves without the lock.
    station* pop() {
        if (!local_) {
            std::lock_guard const lock(mutex_);
            local_ = std::exchange(first_, nullptr);
        }
        return local_ ? std::exchange(local_, local_->next) : nullptr;
    }

private:
    model::mutex mutex_;
    station* first_ = nullptr;
    station* local_ = nullptr;
};

// A runnable with its waker, owned by whoever uses it; the last one ends it, which retires its station.
struct shared {
    queue woken;
    station* its = new station;
    model::atomic<int> owners{0};

    void wake() {
        if (its->flag.enter()) woken.push(its);
    }
    // As std::weak_ptr has it.
    bool lock() {
        int n = owners.load(std::memory_order_relaxed);
        while (n > 0)
            if (owners.compare_exchange_strong(n, n + 1, std::memory_order_relaxed)) return true;
        return false;
    }
    void drop() {
        if (owners.fetch_sub(1, std::memory_order_acq_rel) == 1 && its->flag.retire()) delete its;
    }
    // The loop's turn.
    template <class Run>
    void turn(Run run) {
        station* const s = woken.pop();
        if (!s) return;
        if (lock()) {
            s->flag.leave();
            run();
            drop();
        } else if (s->flag.abandon()) {
            delete s;
        }
    }
};

// Wakers that go, and a loop that goes: the station ends once, after all have done with it.
void ends(model::scene& s) {
    auto& it = s.make<shared>();
    it.owners.store(2);
    for (auto const* name : {"one", "two"})
        s.thread(name, [&] {
            it.wake();
            it.drop();
        });
    s.thread("loop", [&] { it.turn([&] { it.wake(); }); });
    s.at_end([&] {
        for (int i = 0; i < 3; ++i) it.turn([] {});
    });
}

// The same for what is written into it.
void written(model::scene& s) {
    auto& it = s.make<shared>();
    it.owners.store(1);
    s.thread("waker", [&] {
        ++it.its->uses;
        it.drop();
    });
    it.wake();
    s.thread("loop", [&] { it.turn([] {}); });
    s.at_end([&] { it.turn([] {}); });
}

// Nothing but the flag orders what is put in and the look at it by who is woken.
void seen(model::scene& s) {
    struct mailbox : shared {
        model::atomic<int> put[2];
        model::atomic<int> looks{0};
        bool saw[2] = {false, false};
    };
    auto& it = s.make<mailbox>();
    it.owners.store(1);
    auto const look = [&it] {
        for (int i = 0; i < 2; ++i) it.saw[i] = it.put[i].load(std::memory_order_relaxed) == 1;
    };
    for (int i = 0; i < 2; ++i)
        s.thread("waker " + std::to_string(i), [&, i] {
            it.put[i].store(1, std::memory_order_relaxed);
            it.wake();
        });
    s.thread("loop", [&, look] {
        it.turn(look);
        it.turn(look);
    });
    s.at_end([&, look] {
        it.turn(look);
        model::require(it.saw[0] && it.saw[1], "the last run sees what all of them put in");
        it.drop();
    });
}

} // namespace

TEST_CASE("a station ends once, after its wakers and its queue have done with it", "[station-flag]") {
    CHECK(model::passed(model::explore(ends)));
    CHECK(model::passed(model::explore(written)));
}

TEST_CASE("who is woken sees what those did that woke it in vain", "[station-flag]") {
    CHECK(model::passed(model::explore(seen)));
}

TEST_CASE("the memory orders of a station's flag are needed", "[station-flag]") {
    CHECK(model::unnoticed(model::weaken_each({ends, written, seen})) == std::vector<std::string>());
}
