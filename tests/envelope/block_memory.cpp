// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The memory of blocks: nobody gets what somebody else has, and what is kept is bounded.
#include "fw_catch.hpp"

#include <fairway/envelope/block_memory.hpp>

#include <condition_variable>
#include <cstddef>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

using fairway::detail::block_depot;
using fairway::detail::block_magazine;
using fairway::detail::block_sizes;
using fairway::detail::give_back_block;
using fairway::detail::obtain_block;

namespace {

// A block filled with a byte of its own: who else writes into it is found out.
struct held {
    void* block;
    std::size_t size;
    unsigned char mark;
};

held obtain(std::size_t size, std::size_t n) {
    held const h{obtain_block(size), size, static_cast<unsigned char>(n)};
    std::memset(h.block, h.mark, size);
    return h;
}
bool is_intact(held const& h) {
    for (std::size_t i = 0; i < h.size; ++i)
        if (static_cast<unsigned char*>(h.block)[i] != h.mark) return false;
    return true;
}

} // namespace

TEST_CASE("each size of a block has room in its class, and in no smaller one") {
    for (std::size_t size = 1; size <= block_sizes::largest; ++size) {
        auto const c = block_sizes::class_of(size);
        REQUIRE(c < block_sizes::classes);
        REQUIRE(block_sizes::size_of(c) >= size);
        REQUIRE((c == 0 || block_sizes::size_of(c - 1) < size));
    }
}

TEST_CASE("blocks that are held are different ones, of any size") {
    std::vector<held> all;
    std::set<void*> seen;
    for (std::size_t n = 0; n < 5000; ++n) {
        all.push_back(obtain(1 + n * 7 % 1200, n));
        REQUIRE(seen.insert(all.back().block).second);
        REQUIRE(reinterpret_cast<std::size_t>(all.back().block) % __STDCPP_DEFAULT_NEW_ALIGNMENT__ == 0);
        if (n % 3 == 2) {
            auto const h = all[n / 2 % all.size()];
            REQUIRE(is_intact(h));
            give_back_block(h.block, h.size);
            seen.erase(h.block);
            all.erase(all.begin() + static_cast<std::ptrdiff_t>(n / 2 % all.size()));
        }
    }
    for (auto const& h : all) {
        REQUIRE(is_intact(h));
        give_back_block(h.block, h.size);
    }
}

TEST_CASE("a block that was given back is used again") {
    if (!FAIRWAY_DETAIL_KEEP_BLOCKS) return; // every block is a new one, so that the use of an old one is found
    void* const block = obtain_block(500);
    give_back_block(block, 500);
    void* const again = obtain_block(497);
    CHECK(again == block);
    give_back_block(again, 497);
}

TEST_CASE("blocks obtained by one thread are given back by another, for long") {
    constexpr std::size_t blocks = 20'000, at_once = 300;
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<held> queue;
    std::size_t damaged = 0;
    std::thread consumer([&] {
        for (std::size_t n = 0; n < blocks; ++n) {
            std::unique_lock lock(mutex);
            changed.wait(lock, [&] { return !queue.empty(); });
            held const h = queue.front();
            queue.pop_front();
            lock.unlock();
            changed.notify_one();
            damaged += is_intact(h) ? 0 : 1;
            give_back_block(h.block, h.size);
        }
    });
    for (std::size_t n = 0; n < blocks; ++n) {
        auto const h = obtain(300 + n % 40, n);
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return queue.size() < at_once; });
        queue.push_back(h);
        lock.unlock();
        changed.notify_one();
    }
    consumer.join();
    CHECK(damaged == 0);
}

TEST_CASE("a thread that ends gives up what it kept, and later uses go without") {
    for (int round = 0; round < 20; ++round)
        std::thread([] {
            std::vector<void*> all;
            for (int i = 0; i < 200; ++i) all.push_back(obtain_block(700));
            for (void* const block : all) give_back_block(block, 700);
        }).join();
    // Destroyed after the cache of its thread, where it was made before.
    struct late {
        ~late() {
            if (block) give_back_block(block, 100);
            give_back_block(obtain_block(100), 100);
        }
        void* block = nullptr;
    };
    std::thread([] {
        thread_local late the_late;
        the_late.block = obtain_block(100);
        give_back_block(obtain_block(100), 100);
    }).join();
}

TEST_CASE("the depot takes so many magazines, and gives each to one") {
    auto const depot = std::make_unique<block_depot>();
    constexpr std::size_t c = 40;
    constexpr std::size_t most = block_depot::most_bytes / block_magazine::capacity / block_sizes::size_of(c);
    std::set<block_magazine*> in;
    for (std::size_t i = 0; i < most; ++i) {
        auto* m = new block_magazine;
        in.insert(m);
        REQUIRE(depot->put(c, m));
        REQUIRE(m == nullptr);
    }
    auto* one_more = new block_magazine;
    auto* const kept = one_more;
    CHECK_FALSE(depot->put(c, one_more));
    CHECK(one_more == kept);
    CHECK(depot->take(c + 1, nullptr) == nullptr);
    // An empty one for a full one, and the other way round.
    block_magazine* const full = depot->take(c, kept);
    REQUIRE(in.erase(full) == 1);
    auto* back = full;
    CHECK(depot->put(c, back));
    CHECK(back == kept);
    in.insert(full);
    delete kept;
    while (block_magazine* const m = depot->take(c, nullptr)) {
        REQUIRE(in.erase(m) == 1);
        delete m;
    }
    CHECK(in.empty());
}
