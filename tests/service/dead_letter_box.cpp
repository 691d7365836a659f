// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Dead letters are looked at, replayed and thrown away.
#include "service/letters.hpp"

using namespace letters;
using namespace std::chrono_literals;
using testing::bench;
using texts = std::vector<std::string>;

TEST_CASE("letters are listed in their order and stay, how often one may look", "[dead-letter]") {
    bench b(testing::bench_options().paranoid(GENERATE(false, true)));
    service workers(b.transport(), "workers");
    worker w;
    workers.handle<jobs>(std::ref(w));
    workers.start();
    let_die(b, {"a", "b", "c"});
    auto const box = dead_letter_box::of<jobs>(b.transport(), "workers");
    CHECK(box.name() == "jobs.workers.dead");
    CHECK(box.channel().channel == "jobs");
    CHECK(box.group() == "workers");
    for (int i = 0; i < 20; ++i) {
        auto const all = b.run(box.list());
        REQUIRE(names(all) == texts{"a", "b", "c"});
        for (auto const& d : all) CHECK(d.attempts == 1);
    }
    CHECK(names(b.run(box.list(2))) == texts{"a", "b"});
    CHECK(b.run(box.list(0)).empty());
    auto const d = b.run(box.list(1)).front();
    CHECK(d.type == "jobs.job");
    CHECK(d.channel == "jobs");
    CHECK(d.group == "workers");
    CHECK(d.code == "broken");
    CHECK(d.text == "no a");
    CHECK(d.source == "test");
    CHECK(d.headers.find("tenant") == "acme");
    CHECK(d.headers.size() == 1);
    CHECK(d.time == time_point(std::chrono::floor<std::chrono::seconds>(d.message.head().time.time_since_epoch())));
    CHECK_FALSE(d.stray);
    CHECK(w.calls == 3);
    CHECK(b.dead_letters<jobs>("workers").size() == 3);
}

TEST_CASE("a channel without letters is quiet after a while of the injected clock", "[dead-letter]") {
    bench b;
    auto const box = dead_letter_box::of<jobs>(b.transport(), "workers", dead_letter_options().quiet(2s));
    CHECK(b.run(box.list()).empty());
    CHECK(b.elapsed() == 2s);
    auto const result = b.run(box.replay(which_letters::all()));
    CHECK(result.replayed == 0);
    CHECK_FALSE(result.more);
    CHECK(b.run(box.discard(which_letters::all())) == 0);
    CHECK_FALSE(b.run(box.find(message_id{1, 1})));
    CHECK(b.elapsed() == 8s);
}

TEST_CASE("letters that come while a list waits are listed", "[dead-letter]") {
    bench b;
    auto const box = dead_letter_box::of<jobs>(b.transport(), "workers");
    auto all = b.start(box.list());
    for (std::uint64_t i = 1; i <= 3; ++i) {
        b.advance(200ms);
        CHECK_FALSE(all.done());
        put(b.transport(), "jobs.workers.dead", letter(i));
    }
    b.advance(249ms);
    CHECK_FALSE(all.done());
    b.advance(1ms);
    REQUIRE(all.done());
    CHECK(names(all.result()) == texts{"1", "2", "3"});
}

TEST_CASE("one letter is found by its id", "[dead-letter]") {
    bench b;
    put_letters(b.transport(), 300);
    auto const box = dead_letter_box::of<jobs>(b.transport(), "workers");
    auto const found = b.run(box.find(message_id{1, 277}));
    REQUIRE(found);
    CHECK(found->body() == R"({"name":"277"})");
    CHECK(b.elapsed() == 0s);
    CHECK_FALSE(b.run(box.find(message_id{1, 301})));
    CHECK(names(b.run(box.list(300))) == numbers(1, 300));
}

TEST_CASE("a replayed letter is the message that it was, and leaves the channel", "[dead-letter]") {
    bench b(testing::bench_options().paranoid(GENERATE(false, true)));
    service workers(b.transport(), "workers");
    worker w;
    workers.handle<jobs>(std::ref(w));
    workers.start();
    let_die(b, {"a", "b"});
    auto const box = dead_letter_box::of<jobs>(b.transport(), "workers");
    auto const before = b.run(box.list());
    w.mended = true;
    b.forget();
    auto const result = b.run(box.replay(which_letters::all()));
    CHECK(result.replayed == 2);
    CHECK(result.refused.empty());
    CHECK(result.missing.empty());
    CHECK(result.strays == 0);
    CHECK_FALSE(result.more);
    CHECK(w.done == texts{"a/1", "b/1"});
    CHECK(b.run(box.list()).empty());
    std::size_t sent = 0;
    for (auto const& s : b.seen()) {
        if (s.what != testing::movement::sent) continue;
        CHECK(s.channel == "jobs");
        REQUIRE(sent < before.size());
        auto const& head = s.message.head();
        CHECK(head.id == before[sent].id);
        CHECK(head.source == "test");
        CHECK(head.time == before[sent].message.head().time);
        CHECK(s.message.headers().find("tenant") == "acme");
        CHECK(s.message.headers().size() == 2);
        CHECK(s.message.body() == before[sent].body());
        ++sent;
    }
    CHECK(sent == 2);
}

TEST_CASE("letters are chosen by id, by ids, by a predicate", "[dead-letter]") {
    bench b;
    put_letters(b.transport(), 6);
    service workers(b.transport(), "workers");
    worker w;
    w.mended = true;
    workers.handle<jobs>(std::ref(w));
    workers.start();
    auto const box = dead_letter_box::of<jobs>(b.transport(), "workers");

    CHECK(b.run(box.replay(message_id{1, 3})).replayed == 1);
    CHECK(w.done == texts{"3/1"});
    CHECK(b.elapsed() == 0s);

    std::vector<message_id> const ids{{1, 5}, {1, 9}, {1, 1}, {1, 5}};
    auto const some = b.run(box.replay(which_letters(ids)));
    CHECK(some.replayed == 2);
    CHECK(some.missing == std::vector<message_id>{{1, 9}});
    CHECK(w.done == texts{"3/1", "1/1", "5/1"});

    auto const even = [](dead_letter const& d) { return d.id.low % 4 == 0; };
    CHECK(b.run(box.discard(which_letters::where(even))) == 1);
    CHECK(b.run(box.discard(which_letters({message_id{1, 4}}))) == 0);
    CHECK(b.run(box.replay(which_letters(std::vector<message_id>()))).replayed == 0);
    CHECK(names(b.run(box.list())) == texts{"2", "6"});
    CHECK(b.run(box.discard(which_letters::all())) == 2);
    CHECK(b.run(box.list()).empty());
    CHECK(w.calls == 3);
}

TEST_CASE("a predicate that throws ends the operation, and nothing is lost", "[dead-letter]") {
    bench b;
    put_letters(b.transport(), 100);
    auto const box = dead_letter_box::of<jobs>(b.transport(), "workers");
    auto const angry = [](dead_letter const& d) -> bool {
        if (d.id.low == 70) throw std::runtime_error("angry");
        return true;
    };
    CHECK_THROWS_WITH(b.run(box.discard(which_letters::where(angry))), "angry");
    CHECK(names(b.run(box.list())) == numbers(1, 100));
}

TEST_CASE("letters that die again are replayed once by one call", "[dead-letter]") {
    bench b;
    service workers(b.transport(), "workers");
    worker w;
    workers.handle<jobs>(std::ref(w));
    workers.start();
    texts many;
    for (int i = 0; i < 200; ++i) many.push_back(std::to_string(i));
    let_die(b, many);
    auto const box = dead_letter_box::of<jobs>(b.transport(), "workers");
    for (std::uint32_t n = 1; n <= 3; ++n) {
        w.calls = 0;
        auto const result = b.run(box.replay(which_letters::all()));
        CHECK(result.replayed == 200);
        CHECK(w.calls == 200);
        auto const all = b.run(box.list(1000));
        CHECK(names(all) == many);
        for (auto const& d : all) REQUIRE(d.replays == n);
    }
    auto const ones = b.run(box.list(1));
    w.calls = 0;
    CHECK(b.run(box.replay(ones.front().id)).replayed == 1);
    CHECK(w.calls == 1);
}

TEST_CASE("a replay on a publish-subscribe channel names the group that failed", "[dead-letter]") {
    bench b;
    service good(b.transport(), "good");
    service bad(b.transport(), "bad");
    int handled = 0;
    bool mended = false;
    good.handle<news>([](told const&) {});
    bad.handle<news>([&](told const& t, delivery const& d) {
        if (!mended) throw fault("broken", "");
        ++handled;
        CHECK(d.shard() == shard_of(t.what, 4));
        CHECK(d.header("fw-replay-group") == "bad");
        CHECK(d.header("fw-dead-replays") == "1");
    });
    good.start();
    bad.start();
    auto const port = b.sender<news>();
    for (auto const* const what : {"rain", "snow", "sun"}) {
        told const t{.what = what};
        b.run(port.send(t));
    }
    CHECK(b.run(dead_letter_box::of<news>(b.transport(), "good").list()).empty());
    auto const box = dead_letter_box::of<news>(b.transport(), "bad");
    CHECK(b.run(box.list()).size() == 3);
    mended = true;
    b.forget();
    CHECK(b.run(box.replay(which_letters::all())).replayed == 3);
    CHECK(handled == 3);
    for (auto const& s : b.seen())
        if (s.what == testing::movement::sent) CHECK(s.message.headers().find("fw-replay-group") == "bad");
    CHECK(b.run(box.list()).empty());
}

TEST_CASE("a group that is not there yet gets its replays when it comes", "[dead-letter]") {
    bench b;
    told const t{.what = "rain"};
    headers h;
    h.set_reserved("fw-dead-channel", "news");
    h.set_reserved("fw-dead-group", "late");
    envelope_head head;
    head.id = {1, 1};
    head.type = "news.told";
    put(b.transport(), "news.late.dead", envelope::of_bytes(head, h.view(), to_json_text(t)));
    auto const box = dead_letter_box::of<news>(b.transport(), "late");
    CHECK(b.run(box.replay(which_letters::all())).replayed == 1);
    service late(b.transport(), "late");
    texts got;
    late.handle<news>([&](told const& one) { got.push_back(one.what); });
    late.start();
    b.settle();
    CHECK(got == texts{"rain"});
}

TEST_CASE("a replay goes to the shard of its key", "[dead-letter]") {
    bench b;
    service workers(b.transport(), "workers");
    std::vector<std::uint32_t> shards;
    bool mended = false;
    workers.handle<sharded_jobs>([&](job const& j, delivery const& d) {
        CHECK(d.shard() == shard_of(j.name, 8));
        if (!mended) throw fault("broken", "");
        shards.push_back(*d.shard());
    });
    workers.start();
    auto const port = b.sender<sharded_jobs>();
    for (int i = 0; i < 20; ++i) {
        job const j{.name = std::to_string(i)};
        b.run(port.send(j));
    }
    auto const box = dead_letter_box::of<sharded_jobs>(b.transport(), "workers");
    auto const all = b.run(box.list());
    REQUIRE(all.size() == 20);
    CHECK(all.front().message.head().shard == no_shard);
    mended = true;
    CHECK(b.run(box.replay(which_letters::all())).replayed == 20);
    CHECK(shards.size() == 20);
}

TEST_CASE("many letters, more than one operation reaches", "[dead-letter]") {
    bench b;
    put_letters(b.transport(), 5000);
    auto const box = dead_letter_box::of<jobs>(b.transport(), "workers", dead_letter_options().reach(3000));
    CHECK(names(b.run(box.list(1'000'000))) == numbers(1, 3000));
    auto const first = b.run(box.replay(which_letters::all()));
    CHECK(first.replayed == 3000);
    CHECK(first.more);
    CHECK(b.run(box.list(10'000)).size() == 2000);
    auto const second = b.run(box.replay(which_letters::all()));
    CHECK(second.replayed == 2000);
    CHECK_FALSE(second.more);
    service workers(b.transport(), "workers");
    worker w;
    w.mended = true;
    workers.handle<jobs>(std::ref(w));
    workers.start();
    b.settle();
    REQUIRE(w.done.size() == 5000);
    CHECK(w.done[4999] == "5000/1");
}

TEST_CASE("a box that can't be is refused", "[dead-letter]") {
    bench b;
    address where;
    where.channel = "jobs";
    CHECK(code_of([&] { dead_letter_box(b.transport(), where, ""); }) == errc::invalid_name);
    where.channel = "j o b s";
    CHECK(code_of([&] { dead_letter_box(b.transport(), where, "workers"); }) == errc::invalid_name);
    CHECK(code_of([] { dead_letter_options().reach(0); }) == errc::invalid_argument);
    CHECK(code_of([] { dead_letter_options().reach(10'001); }) == errc::invalid_argument);
    CHECK(code_of([] { dead_letter_options().quiet(-1s); }) == errc::invalid_argument);
    CHECK(code_of([] { dead_letter_options().patience(-1s); }) == errc::invalid_argument);
}
