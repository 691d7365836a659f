// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Publish/asynchronous responses: what is collected, and why it ends.
#include "code_of.hpp"
#include "fw_catch.hpp"
#include "service/shop.hpp"

#include <fairway/fairway.hpp>
#include <fairway/testing.hpp>

#include <memory>

using namespace fairway;
using namespace std::chrono_literals;
using testing::bench;

namespace {

shop::ask_price const ask_tea{.sku = "tea"};

// Sellers who answer after so many seconds, with so many cents.
struct market {
    explicit market(bench& on) : b(on) {}
    void add(std::string name, duration after, int cents) {
        auto& s = *sellers.emplace_back(std::make_unique<service>(b.transport(), name));
        s.handle<shop::offers>([name, after, cents](shop::ask_price const&) -> task<shop::price> {
            co_await sleep_for(after);
            if (cents < 0) throw fault("closed", "not today");
            co_return shop::price{name, cents};
        });
        s.start();
        b.settle();
    }
    bench& b;
    std::vector<std::unique_ptr<service>> sellers;
};

using options = gather_options<shop::price>;

} // namespace

TEST_CASE("gather collects until the total timeout", "[gather]") {
    bench b;
    market m(b);
    m.add("a", 1s, 10);
    m.add("b", 2s, 20);
    m.add("late", 9s, 30);
    auto const start = b.elapsed();
    auto const all = b.run(b.sender<shop::offers>().gather(ask_tea, options(5s)));
    CHECK(b.elapsed() - start == 5s);
    CHECK(all.ended_by == gather_end::timed_out);
    REQUIRE(all.replies.size() == 2);
    CHECK(all.replies[0].responder == "a");
    CHECK(all.replies[1].value.cents == 20);
}

TEST_CASE("gather ends when the replies stall", "[gather]") {
    bench b;
    market m(b);
    m.add("a", 1s, 10);
    m.add("b", 2s, 20);
    m.add("c", 8s, 30);
    auto const start = b.elapsed();
    auto const all = b.run(b.sender<shop::offers>().gather(ask_tea, options(60s).stall(3s)));
    CHECK(b.elapsed() - start == 5s); // the last reply after 2 s, then 3 s of silence
    CHECK(all.ended_by == gather_end::stalled);
    CHECK(all.replies.size() == 2);
}

TEST_CASE("gather ends at the maximum, faults count", "[gather]") {
    bench b;
    market m(b);
    m.add("a", 1s, -1);
    m.add("b", 2s, 20);
    m.add("c", 3s, 30);
    auto const all = b.run(b.sender<shop::offers>().gather(ask_tea, options(60s).maximum(2)));
    CHECK(all.ended_by == gather_end::maximum);
    REQUIRE(all.replies.size() == 1);
    REQUIRE(all.faults.size() == 1);
    CHECK(all.faults[0].code() == "closed");
    CHECK(all.faults[0].responder() == "a");
}

TEST_CASE("gather ends with the first reply that satisfies", "[gather]") {
    bench b;
    market m(b);
    m.add("a", 1s, 90);
    m.add("b", 2s, 20);
    m.add("c", 3s, 10);
    auto const cheap = [](shop::price const& p) { return p.cents < 50; };
    auto const all = b.run(b.sender<shop::offers>().gather(ask_tea, options(60s).until(cheap)));
    CHECK(all.ended_by == gather_end::satisfied);
    REQUIRE(all.replies.size() == 2);
    CHECK(all.replies[1].value.cents == 20);
}

TEST_CASE("what a gather's condition throws ends it", "[gather]") {
    bench b;
    market m(b);
    m.add("a", 1s, 90);
    auto const broken = [](shop::price const&) -> bool { throw fault("broken", "not a reply"); };
    CHECK_THROWS_AS(b.run(b.sender<shop::offers>().gather(ask_tea, options(60s).until(broken))), fault);
}

TEST_CASE("gather suppresses a second answer of one responder", "[gather]") {
    bench b;
    // A group whose handler answers, and whose delivery is given to a second instance before it was settled.
    auto first = std::make_unique<service>(b.transport(), "twice");
    auto second = std::make_unique<service>(b.transport(), "twice");
    std::vector<reply_token<shop::ask_price>> kept;
    auto const answer_and_hang = [&](shop::ask_price const&, delivery const& d,
                                     reply_token<shop::ask_price> t) -> task<> {
        t.send(shop::price{"twice", static_cast<int>(d.attempt())});
        if (d.attempt() == 1) co_await sleep_for(1h);
    };
    first->handle<shop::offers>(answer_and_hang);
    first->start();
    b.settle();
    auto gathering = b.start(b.sender<shop::offers>().gather(ask_tea, options(5s)));
    b.settle();
    second->handle<shop::offers>(answer_and_hang);
    second->start();
    first.reset(); // not settled: the second instance gets it
    b.advance(5s);
    auto const all = gathering.result();
    CHECK(all.replies.size() == 1);
    CHECK(all.duplicates == 1);
}

TEST_CASE("gather without subscribers ends by its timeout, a cancelled one throws", "[gather]") {
    bench b;
    auto const port = b.sender<shop::offers>();
    CHECK(b.run(port.gather(ask_tea, options(1s))).replies.empty());
    auto gathering = b.start(port.gather(ask_tea, options(5s)));
    b.settle();
    gathering.cancel();
    b.settle();
    REQUIRE(gathering.done());
    CHECK(code_of([&] { gathering.result(); }) == errc::cancelled);
}
