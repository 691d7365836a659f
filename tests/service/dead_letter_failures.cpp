// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What can go wrong while dead letters are looked after: nothing is lost by it.
#include "service/letters.hpp"

#include <functional>
#include <memory>

using namespace letters;
using namespace std::chrono_literals;
using testing::bench;
using texts = std::vector<std::string>;

namespace {

// Passes everything on to another transport; what it says of itself, and its notices, are the test's.
class moody {
public:
    static constexpr std::string_view scheme = "moody";
    struct mood {
        capabilities able;
        std::vector<notice> notices;
        receiver* told = nullptr;
    };

    explicit moody(bench& b) : inner_(b.transport()), mood_(std::make_shared<mood>()) {
        mood_->able = inner_.describe();
    }
    mood& now() const { return *mood_; }
    asio::any_io_executor get_executor() const { return inner_.get_executor(); }
    capabilities describe() const { return mood_->able; }
    void declare(subscription const& from) { inner_.declare(from); }
    std::shared_ptr<sink> open(address const& to) { return inner_.open(to); }
    std::shared_ptr<source> listen(subscription const& from, receiver& told) {
        mood_->told = &told;
        return std::make_shared<moody_source>(inner_.listen(from, told), mood_);
    }
    reply_channel open_replies(receiver& told) { return inner_.open_replies(told); }
    std::shared_ptr<sink> open_reply(std::string_view to) { return inner_.open_reply(to); }
    void close() { inner_.close(); }

private:
    struct moody_source final : source {
        moody_source(std::shared_ptr<source> i, std::shared_ptr<mood> m) : inner(std::move(i)), shared(std::move(m)) {}
        std::size_t receive(std::vector<delivery>& out, std::size_t most) override { return inner->receive(out, most); }
        void notices(std::vector<notice>& out) override { out = std::exchange(shared->notices, {}); }
        void hold(std::uint32_t shard, bool on) override { inner->hold(shard, on); }
        void settle(std::span<settlement const> settlements) override { inner->settle(settlements); }
        void pause() override { inner->pause(); }
        void close() override { inner->close(); }
        std::shared_ptr<source> inner;
        std::shared_ptr<mood> shared;
    };
    any_transport inner_;
    std::shared_ptr<mood> mood_;
};

dead_letter_box box_of(any_transport net, dead_letter_options const& options = {}) {
    return dead_letter_box::of<jobs>(std::move(net), "workers", options);
}

} // namespace

TEST_CASE("a full channel takes what there is room for, and the rest stays", "[dead-letter]") {
    bench b(testing::bench_options().queue_messages(5));
    put_letters(b.transport(), 5);
    auto const port = b.sender<jobs>();
    for (auto const* const n : {"x", "y", "z"}) {
        job const j{.name = n};
        b.run(port.send(j));
    }
    auto const box = box_of(b.transport(), dead_letter_options().patience(3s));
    auto const result = b.run(box.replay(which_letters::all()));
    CHECK(b.elapsed() == 3250ms);
    CHECK(result.replayed == 2);
    REQUIRE(result.refused.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(result.refused[i].id == message_id{1, i + 3});
        CHECK(result.refused[i].error == errc::queue_full);
    }
    CHECK(names(b.run(box.list())) == texts{"3", "4", "5"});
}

TEST_CASE("a replay waits for room and then goes on", "[dead-letter]") {
    bench b(testing::bench_options().queue_messages(5));
    put_letters(b.transport(), 5);
    auto const port = b.sender<jobs>();
    job const j{.name = "x"};
    for (int i = 0; i < 5; ++i) b.run(port.send(j));
    auto replay = b.start(box_of(b.transport()).replay(which_letters::all()));
    b.advance(10s);
    CHECK_FALSE(replay.done());
    service workers(b.transport(), "workers");
    worker w;
    w.mended = true;
    workers.handle<jobs>(std::ref(w));
    workers.start();
    b.settle();
    REQUIRE(replay.done());
    CHECK(replay.result().replayed == 5);
    CHECK(w.done.size() == 10);
}

TEST_CASE("a full channel does not keep each letter waiting", "[dead-letter]") {
    bench b(testing::bench_options().queue_messages(500));
    put_letters(b.transport(), 500);
    service workers(b.transport(), "workers");
    auto const port = b.sender<jobs>();
    for (int i = 0; i < 500; ++i) {
        job const j{.name = "x"};
        b.run(port.send(j));
    }
    auto const result = b.run(box_of(b.transport()).replay(which_letters::all()));
    CHECK(b.elapsed() == 30250ms);
    CHECK(result.refused.size() == 500);
    CHECK(names(b.run(box_of(b.transport()).list(500))) == numbers(1, 500));
}

TEST_CASE("a closed transport refuses replays, the letters stay", "[dead-letter]") {
    bench b;
    put_letters(b.transport(), 100);
    auto const box = box_of(b.transport());
    b.transport().close();
    auto const result = b.run(box.replay(which_letters::all()));
    CHECK(result.replayed == 0);
    CHECK(result.refused.size() == 100);
    for (auto const& r : result.refused) REQUIRE(r.error == errc::closed);
    CHECK(names(b.run(box.list())) == numbers(1, 100));
}

TEST_CASE("one letter that can't be sent does not hold up the others", "[dead-letter]") {
    bench b;
    put(b.transport(), "jobs.workers.dead", letter(1));
    put(b.transport(), "jobs.workers.dead", letter(2, "other"));
    put(b.transport(), "jobs.workers.dead", letter(3, "jobs", "others"));
    headers lost;
    lost.set_reserved("fw-dead-channel", "jobs");
    lost.set_reserved("fw-dead-group", "workers");
    lost.set_reserved("fw-dead-body", "not encodable");
    envelope_head head;
    head.id = {1, 4};
    put(b.transport(), "jobs.workers.dead", envelope::of_bytes(head, lost.view(), ""));
    put(b.transport(), "jobs.workers.dead", letter(5));
    auto const box = box_of(b.transport());
    auto const result = b.run(box.replay(which_letters::all(), strays::replay));
    CHECK(result.replayed == 2);
    REQUIRE(result.refused.size() == 3);
    CHECK(result.refused[0].id == message_id{1, 2});
    CHECK(result.refused[0].error == errc::unroutable);
    CHECK(result.refused[1].error == errc::unroutable);
    CHECK(result.refused[2].error == errc::encode_failed);
    auto const rest = b.run(box.list());
    REQUIRE(rest.size() == 3);
    CHECK(rest[0].channel == "other");
    CHECK(rest[1].group == "others");
    for (auto const& s : b.seen())
        if (s.what == testing::movement::sent && s.channel != "jobs.workers.dead") CHECK(s.channel == "jobs");
}

TEST_CASE("what is no letter is listed, and replayed only if one insists", "[dead-letter]") {
    bench b(testing::bench_options().paranoid(GENERATE(false, true)));
    service workers(b.transport(), "workers");
    worker w;
    w.mended = true;
    workers.handle<jobs>(std::ref(w));
    workers.start();
    using dead = point_to_point<"jobs.workers.dead", job>;
    job const j{.name = "lost"};
    b.run(b.sender<dead>().send(j));
    put(b.transport(), "jobs.workers.dead", letter(2));
    auto const box = box_of(b.transport());
    auto const all = b.run(box.list());
    REQUIRE(names(all) == texts{"lost", "2"});
    CHECK(all[0].stray);
    CHECK(all[0].channel == "jobs");
    CHECK(all[0].group == "workers");
    CHECK(all[0].attempts == 0);
    auto const kept = b.run(box.replay(which_letters::all()));
    CHECK(kept.strays == 1);
    CHECK(kept.replayed == 1);
    CHECK(w.done == texts{"2/1"});
    auto const forced = b.run(box.replay(all[0].id, strays::replay));
    CHECK(forced.strays == 0);
    CHECK(forced.replayed == 1);
    CHECK(w.done == texts{"2/1", "lost/1"});
    CHECK(b.run(box.list()).empty());
}

TEST_CASE("a channel of another kind is an error, the letters stay", "[dead-letter]") {
    bench b;
    put_letters(b.transport(), 3);
    (void)b.sender<jobs>();
    address wrong;
    wrong.channel = "jobs";
    wrong.kind = channel_kind::publish_subscribe;
    dead_letter_box const box(b.transport(), wrong, "workers");
    CHECK(code_of([&] { b.run(box.replay(which_letters::all())); }) == errc::topology_mismatch);
    CHECK(names(b.run(box.list())) == numbers(1, 3));
}

TEST_CASE("a cancelled operation leaves all that it had not finished", "[dead-letter][cancel]") {
    bench b(testing::bench_options().queue_messages(4));
    put_letters(b.transport(), 4);
    auto const box = box_of(b.transport());

    auto list = b.start(box.list());
    b.advance(100ms);
    list.cancel();
    b.settle();
    REQUIRE(list.done());
    CHECK(code_of([&] { list.result(); }) == errc::cancelled);

    auto discard = b.start(box.discard(which_letters::all()));
    b.advance(100ms);
    discard.cancel();
    b.settle();
    CHECK(code_of([&] { discard.result(); }) == errc::cancelled);
    CHECK(names(b.run(box.list())) == numbers(1, 4));

    auto const port = b.sender<jobs>();
    job const j{.name = "x"};
    for (int i = 0; i < 3; ++i) b.run(port.send(j));
    auto replay = b.start(box.replay(which_letters::all()));
    b.advance(1s); // one was sent, the others wait for room
    replay.cancel();
    b.settle();
    REQUIRE(replay.done());
    CHECK(code_of([&] { replay.result(); }) == errc::cancelled);
    CHECK(names(b.run(box.list())) == texts{"2", "3", "4"});
}

TEST_CASE("cancelled after any number of handlers, each letter is in one place", "[dead-letter][cancel]") {
    auto const step = [](bench& b) {
        b.context().restart();
        if (b.context().poll_one() > 0) return true;
        auto const next = b.clock().next_alarm();
        if (next) b.clock().advance_to(*next);
        return next.has_value();
    };
    bool done = false;
    for (int k = 0; !done; ++k) {
        REQUIRE(k < 1000);
        INFO("cancelled after " << k);
        bench b(testing::bench_options().queue_messages(4));
        put_letters(b.transport(), 4);
        auto const port = b.sender<jobs>();
        job const j{.name = "x"};
        for (int i = 0; i < 2; ++i) b.run(port.send(j));
        auto const box = box_of(b.transport());
        auto first = b.start(box.list());
        auto replay = b.start(box.replay(which_letters::all()));
        auto last = b.start(box.list());
        int ran = 0;
        while (ran < k && step(b)) ++ran;
        done = ran < k;
        first.cancel();
        replay.cancel();
        last.cancel();
        b.settle();
        REQUIRE((first.done() && replay.done() && last.done()));
        auto all = names(b.run(box.list()));
        service workers(b.transport(), "workers");
        workers.handle<jobs>([&](job const& one) {
            if (one.name != "x") all.push_back(one.name);
        });
        workers.start();
        b.settle();
        std::sort(all.begin(), all.end());
        REQUIRE(all == numbers(1, 4));
    }
}

TEST_CASE("operations of one box wait for each other", "[dead-letter]") {
    bench b;
    put_letters(b.transport(), 3);
    auto const box = box_of(b.transport());
    auto const copy = box;
    auto first = b.start(box.list());
    auto second = b.start(copy.list());
    auto third = b.start(box.discard(which_letters::all()));
    auto fourth = b.start(box.list());
    auto fifth = b.start(box.list());
    b.advance(250ms);
    CHECK(first.done());
    CHECK_FALSE(second.done());
    third.cancel();
    b.settle();
    CHECK(third.done());
    CHECK(code_of([&] { third.result(); }) == errc::cancelled);
    second.cancel(); // in the middle of its turn
    b.advance(500ms);
    CHECK(code_of([&] { second.result(); }) == errc::cancelled);
    CHECK(names(first.result()) == numbers(1, 3));
    CHECK(names(fourth.result()) == numbers(1, 3));
    CHECK(names(fifth.result()) == numbers(1, 3));
}

TEST_CASE("an operation may outlive its box", "[dead-letter]") {
    bench b;
    put_letters(b.transport(), 3);
    auto list = b.start(box_of(b.transport()).list());
    b.advance(1s);
    CHECK(names(list.result()) == numbers(1, 3));
}

TEST_CASE("a context may end in the middle of operations", "[dead-letter]") {
    // What remains then would be a leak, or used after its end: the sanitizers tell.
    auto const steps = GENERATE(range(0, 40));
    std::weak_ptr<int> alive;
    {
        bench b(testing::bench_options().queue_messages(4));
        put_letters(b.transport(), 4);
        auto const port = b.sender<jobs>();
        job const j{.name = "x"};
        for (int i = 0; i < 3; ++i) b.run(port.send(j));
        auto const box = box_of(b.transport());
        auto const token = std::make_shared<int>();
        alive = token;
        auto const all = [token](dead_letter const&) { return true; };
        auto const replay = b.start(box.replay(which_letters::where(all)));
        auto const list = b.start(box.list());
        auto const discard = b.start(box.discard(which_letters::where(all)));
        for (int i = 0; i < steps; ++i) {
            b.context().restart();
            if (b.context().poll_one() > 0) continue;
            if (auto const next = b.clock().next_alarm()) b.clock().advance_to(*next);
        }
    }
    CHECK(alive.expired());
}

TEST_CASE("of a log letters are removed in their order only", "[dead-letter]") {
    bench b;
    put_letters(b.transport(), 3);
    put(b.transport(), "jobs.workers.dead", letter(4, ""));
    put(b.transport(), "jobs.workers.dead", letter(5));
    moody const net(b);
    net.now().able.settles_prefix = true;
    auto const box = box_of(net);
    CHECK(code_of([&] { b.run(box.replay(message_id{1, 2})); }) == errc::unsupported);
    CHECK(code_of([&] { b.run(box.discard(message_id{1, 2})); }) == errc::unsupported);
    auto const result = b.run(box.replay(which_letters::all()));
    CHECK(result.replayed == 3);
    CHECK(result.strays == 1);
    CHECK(names(b.run(box.list())) == texts{"4", "5"});
    CHECK(b.run(box.discard(which_letters::all())) == 2);
}

TEST_CASE("of a log nothing is sent that is behind a refused letter", "[dead-letter]") {
    bench b(testing::bench_options().queue_messages(6));
    put_letters(b.transport(), 5);
    auto const port = b.sender<jobs>();
    job const j{.name = "x"};
    for (int i = 0; i < 4; ++i) b.run(port.send(j));
    moody const net(b);
    net.now().able.settles_prefix = true;
    auto const result = b.run(box_of(net).replay(which_letters::all()));
    CHECK(result.replayed == 2);
    CHECK(result.refused.size() == 1);
    CHECK(names(b.run(box_of(net).list())) == numbers(3, 5));
}

TEST_CASE("a transport that can't give back has no box", "[dead-letter]") {
    bench b;
    moody const net(b);
    net.now().able.redelivers = false;
    CHECK(code_of([&] { box_of(net); }) == errc::unsupported);
    net.now().able.redelivers = true;
    net.now().able.point_to_point = false;
    CHECK(code_of([&] { box_of(net); }) == errc::unsupported);
}

TEST_CASE("a broker that is away is an error, not an empty channel", "[dead-letter]") {
    bench b;
    moody const net(b);
    auto list = b.start(box_of(net).list());
    b.settle();
    notice gone;
    gone.what = notice_kind::disconnected;
    net.now().notices.push_back(gone);
    net.now().told->ready();
    b.advance(2s);
    CHECK(code_of([&] { list.result(); }) == errc::not_connected);
}

TEST_CASE("a broker that was never met is an error, and no empty channel either", "[dead-letter]") {
    bench b;
    moody const net(b);
    net.now().able.level = acceptance::durable;
    auto list = b.start(box_of(net).list());
    b.settle();
    SECTION("nobody is there") {
        b.advance(2s);
        CHECK(code_of([&] { list.result(); }) == errc::not_connected);
    }
    SECTION("it is there") {
        notice met;
        met.what = notice_kind::connected;
        net.now().notices.push_back(met);
        net.now().told->ready();
        b.advance(1s);
        CHECK(list.result().empty());
    }
}

TEST_CASE("letters that come again after a lost connection are listed once", "[dead-letter]") {
    bench b;
    put_letters(b.transport(), 2);
    moody const net(b);
    auto list = b.start(box_of(net).list());
    b.settle();
    // The transport has lost what was not settled: it comes again.
    notice one;
    one.what = notice_kind::disconnected;
    net.now().notices.push_back(one);
    one.what = notice_kind::connected;
    net.now().notices.push_back(one);
    put_letters(b.transport(), 2);
    b.advance(1s);
    CHECK(names(list.result()) == numbers(1, 2));
}
