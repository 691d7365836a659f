// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "fw_catch.hpp"

#include "model.hpp"

#include <fairway/envelope/made_once.hpp>
#include <fairway/envelope/reference_count.hpp>

#include <stdexcept>
#include <string>
#include <vector>

namespace {

// As an envelope's block: shared, and ended by its last owner.
struct block {
    fairway::detail::reference_count<model::atomics> owners;
    model::plain<int> content{1};
};

class handle {
public:
    explicit handle(block* b) : block_(b) {}
    handle(handle const& other) : block_(other.block_) { block_->owners.add(); }
    handle& operator=(handle const&) = delete;
    ~handle() {
        if (block_->owners.drop()) delete block_;
    }
    int read() const { return block_->content; }

private:
    block* block_;
};

// Each thread has a handle of its own, and copies it; whoever is last ends the block.
void share(model::scene& s) {
    auto* const b = new block;
    for (int i = 0; i < 2; ++i) b->owners.add();
    for (auto const* name : {"one", "two", "three"})
        s.thread(name, [b] {
            handle const own(b);
            model::require(own.read() == 1, "the block is there");
        });
}
void copy(model::scene& s) {
    auto* const b = new block;
    b->owners.add();
    for (auto const* name : {"one", "two"})
        s.thread(name, [b] {
            handle const own(b);
            {
                handle const another(own);
                model::require(another.read() == 1, "the block is there");
            }
            model::require(own.read() == 1, "the block is there still");
        });
}

struct lazy {
    fairway::detail::made_once<model::plain<int>, model::atomics> bytes;
    model::plain<int> tries{0};

    // Fails so many times, having begun.
    int read(int failures) {
        return bytes.get([&] {
            ++tries;
            if (tries <= failures) throw std::runtime_error("it can't be encoded");
            return new model::plain<int>(2);
        });
    }
};

void make(model::scene& s) {
    auto& it = s.make<lazy>();
    for (auto const* name : {"one", "two", "three"})
        s.thread(name, [&] { model::require(it.read(0) == 2, "it is made"); });
    s.at_end([&] { model::require(it.tries == 1, "it is made once"); });
}

// The first one fails, having begun; whoever is next makes it.
void fail(model::scene& s) {
    auto& it = s.make<lazy>();
    for (auto const* name : {"one", "two"})
        s.thread(name, [&] {
            try {
                model::require(it.read(1) == 2, "it is made");
            } catch (std::runtime_error const&) {
                model::require(it.read(1) == 2, "it is made in the end");
            }
        });
    s.at_end([&] { model::require(it.tries == 2, "it is made once, after it failed once"); });
}

} // namespace

TEST_CASE("the last owner ends what is shared, after all others are done with it", "[reference-count]") {
    CHECK(model::passed(model::explore(share)));
    CHECK(model::passed(model::explore(copy)));
}

TEST_CASE("what dropping a reference releases and acquires is needed", "[reference-count]") {
    CHECK(model::unnoticed(model::weaken_each({share})) == std::vector<std::string>());
}

TEST_CASE("something is made once, and others wait for it", "[made-once]") {
    CHECK(model::passed(model::explore(make)));
    CHECK(model::passed(model::explore(fail)));
}

TEST_CASE("each memory order and notification of made_once is needed", "[made-once]") {
    auto const all = model::weaken_each({fail});
    CHECK(all.size() == 5);
    CHECK(model::unnoticed(all) == std::vector<std::string>());
}
