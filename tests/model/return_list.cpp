// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"

#include "model.hpp"

#include <fairway/envelope/return_list.hpp>

#include <string>
#include <vector>

namespace {

struct block {
    model::plain<block*> next{nullptr};
    // Written by who uses the block, and by the owner once it is back.
    model::plain<int> content{0};
};
using list = fairway::detail::return_list<block, model::atomics>;

struct pool {
    list returned;
    block blocks[3];
    int taken = 0;
    int times = 0; // the first of them

    // Takes what is there and uses it again at once.
    void take(block* all) {
        while (all) {
            block* const next = all->next;
            all->next = nullptr;
            model::require(all->content == 1, "the block is as it was left");
            all->content = 2;
            ++taken;
            if (all == &blocks[0]) ++times;
            all = next;
        }
    }
};

// Two threads give back, one of them a chain, while the owner takes.
void give_and_take(model::scene& s) {
    auto& p = s.make<pool>();
    s.thread("one", [&] {
        p.blocks[0].content = 1;
        model::require(p.returned.push(p.blocks[0]), "it is open");
    });
    s.thread("two", [&] {
        p.blocks[1].content = 1;
        p.blocks[2].content = 1;
        p.blocks[1].next = &p.blocks[2];
        model::require(p.returned.push(p.blocks[1], p.blocks[2]), "it is open");
    });
    s.thread("owner", [&] {
        p.take(p.returned.take());
        p.take(p.returned.take());
    });
    s.at_end([&] {
        p.take(p.returned.take());
        model::require(p.taken == 3, "each came back once");
        model::require(p.returned.take() == nullptr, "it is empty");
    });
}

// A block goes to and fro: its address may be the head again that another push has seen before.
void to_and_fro(model::scene& s) {
    auto& p = s.make<pool>();
    auto& handed = s.make<model::atomic<bool>>(false);
    s.thread("one", [&] {
        p.blocks[0].content = 1;
        model::require(p.returned.push(p.blocks[0]), "it is open");
        while (!handed.load(std::memory_order_acquire)) model::pause();
        p.blocks[0].content = 1;
        model::require(p.returned.push(p.blocks[0]), "it is open");
    });
    s.thread("two", [&] {
        p.blocks[1].content = 1;
        model::require(p.returned.push(p.blocks[1]), "it is open");
    });
    s.thread("owner", [&] {
        for (;;) {
            p.take(p.returned.take());
            if (p.times == 1) break;
            model::pause();
        }
        handed.store(true, std::memory_order_release);
        p.take(p.returned.take());
    });
    s.at_end([&] {
        p.take(p.returned.take());
        model::require(p.taken == 3, "each came back each time");
    });
}

// The owner goes while others give back: each block is taken by the owner or stays with who had it.
void closing(model::scene& s) {
    auto& p = s.make<pool>();
    auto& kept = s.make<model::atomic<int>>(0);
    for (int i = 0; i < 2; ++i)
        s.thread("giver " + std::to_string(i), [&, i] {
            p.blocks[i].content = 1;
            if (p.returned.push(p.blocks[i])) return;
            model::require(p.blocks[i].content == 1, "it still is the giver's");
            kept.fetch_add(1, std::memory_order_relaxed);
        });
    s.thread("owner", [&] {
        p.take(p.returned.take());
        p.take(p.returned.close());
    });
    s.at_end([&] {
        model::require(p.taken + kept.load() == 2, "none is lost");
        model::require(!p.returned.push(p.blocks[2]), "it is closed");
    });
}

} // namespace

TEST_CASE("what is given back is taken once, as it was left", "[return-list]") {
    model::options how;
    how.spurious = 1;
    CHECK(model::passed(model::explore(give_and_take, how)));
    CHECK(model::passed(model::explore(to_and_fro)));
    CHECK(model::passed(model::explore(closing, how)));
}

TEST_CASE("each memory order of the return list is needed", "[return-list]") {
    auto const all = model::weaken_each({give_and_take, to_and_fro, closing});
    CHECK(model::unnoticed(all) == std::vector<std::string>());
}
