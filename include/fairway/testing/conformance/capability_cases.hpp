// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_CAPABILITY_CASES_HPP
#define FAIRWAY_TESTING_CONFORMANCE_CAPABILITY_CASES_HPP

// Capabilities are truthful: what is claimed is done, and a port that needs what is not claimed is refused when it is
// bound.

#include <fairway/testing/conformance/actor.hpp>
#include <fairway/testing/conformance/case.hpp>
#include <fairway/testing/conformance/content_cases.hpp>
#include <fairway/testing/conformance/delay_cases.hpp>
#include <fairway/testing/conformance/reply_cases.hpp>
#include <fairway/testing/conformance/shard_cases.hpp>
#include <fairway/testing/conformance/table.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace fairway::testing::conformance {

namespace detail {

inline void expect_unsupported(std::function<void()> const& bind, std::string_view what) {
    expect_equal(code_of(bind), errc::unsupported, "the error of " + std::string(what));
}

inline void participants_agree(stage& on) {
    scene play(on);
    auto const first = in_words(play.able());
    for (int i = 0; i < 2; ++i) {
        auto& other = play.connect();
        auto const same = in_words(other.net.describe());
        for (std::size_t row = 0; row < first.size(); ++row)
            expect_equal(
                same[row].second, first[row].second, "of another participant: " + std::string(first[row].first));
        expect(!other.net.scheme().empty(), "a transport to have a scheme");
    }
    auto const& able = play.able();
    expect(able.point_to_point || able.publish_subscribe, "a transport to carry channels of some kind");
    expect(able.max_body > 0, "a transport to carry bodies");
    expect(able.max_hold > duration::zero(), "a transport to leave time to handle a message");
}

inline void claims_queues(stage& on) {
    scene play(on);
    if (!play.able().point_to_point) {
        auto& shop = act(play, play.connect(), "shop");
        expect_unsupported([&] { shop.on_jobs(); }, "a handler of a point-to-point channel");
        return expect_unsupported([&] { (void)shop.try_job(1); }, "a sender to a point-to-point channel");
    }
    auto const to = play.queue();
    play.send(play.connect(), to, {1, 2});
    auto& a = play.listen(play.connect(), to, "stock");
    auto& b = play.listen(play.connect(), to, "mail");
    play.until_accepted({&a, &b}, {1, 2}, "what all consumers of a point-to-point channel received");
}

inline void claims_topics(stage& on) {
    scene play(on);
    if (!play.able().publish_subscribe) {
        auto& shop = act(play, play.connect(), "shop");
        expect_unsupported([&] { shop.on_bulletins(); }, "a handler of a publish-subscribe channel");
        return expect_unsupported([&] { (void)shop.publish(1); }, "a sender to a publish-subscribe channel");
    }
    auto const to = play.topic();
    auto& a = play.listen(play.connect(), to, "stock");
    auto& b = play.listen(play.connect(), to, "mail");
    play.pause();
    play.send(play.connect(), to, {1, 2});
    for (auto* one : {&a, &b})
        play.until_accepted({one}, {1, 2}, "what each group of a publish-subscribe channel received");
}

inline void claims_shards(stage& on) {
    scene play(on);
    auto const& able = play.able();
    if (!able.sharded) {
        auto& shop = act(play, play.connect(), "shop");
        expect_unsupported([&] { shop.on_job_lines(); }, "a handler of a sharded channel");
        expect_unsupported([&] { shop.on_bulletin_lines(); }, "a handler of a sharded channel");
        return expect_unsupported([&] { (void)shop.line_up("a", {1}); }, "a sender to a sharded channel");
    }
    auto const to = able.point_to_point ? play.queue(4) : play.topic(4);
    auto& record = play.make<shard_record>();
    auto& a = play.listen(play.connect(), to);
    auto& b = play.listen(play.connect(), to);
    a.note_in(record);
    b.note_in(record);
    play.pause();
    play.send(play.speak(play.connect(), to), spread(play, 4, 1, 40));
    play.until_accepted({&a, &b}, count_up(1, 40), "what the owners of four shards received");
    expect_order(play, record, 40);
    for (auto const shard : shards_of(a)) expect(!shards_of(b).contains(shard), "a shard to have one owner");
}

inline void claims_replies(stage& on) {
    scene play(on);
    if (!play.able().replies) {
        auto& shop = act(play, play.connect(), "shop");
        return expect_unsupported([&] { (void)shop.ask(1, play.patience()); }, "a sender of requests");
    }
    auto& at = play.connect();
    auto& me = play.give<requester>(at, at.net);
    play.pause();
    send_replies(play, play.connect(), me.address(), {1});
    play.until_numbers([&] { return me.received(); }, {1}, "the reply to a reply address");
}

inline void claims_delay(stage& on) {
    scene play(on);
    auto const& able = play.able();
    if (!able.delay) {
        auto& shop = act(play, play.connect(), "shop");
        auto const o = send_options().delay(play.quiet());
        if (able.point_to_point) return expect_unsupported([&] { (void)shop.do_job(1, o); }, "a delayed message");
        return expect_unsupported([&] { (void)shop.publish(1, o); }, "a delayed message");
    }
    auto const to = able.point_to_point ? play.queue() : play.topic();
    auto& here = play.connect();
    auto& there = play.listen(play.connect(), to);
    play.pause();
    timed when(play, here);
    draft d = play.number(1);
    d.head.due = when.now() + 3 * play.quiet();
    play.send(play.speak(here, to), d);
    play.until([&] { return when.take(there), when.has(1); }, "a delayed message to come");
    when.expect_not_before(1, d.head.due);
    there.accept_all();
}

// A channel of a kind that the transport has, in one shard where it has shards.
inline address some_channel(scene const& play) {
    unsigned const shards = play.able().sharded ? 1 : 0;
    return play.able().point_to_point ? play.queue(shards) : play.topic(shards);
}
inline std::vector<envelope> for_channel(scene const& play, address const& to, numbers const& which) {
    return to.shards ? play.on_shard(0, to.shards, which) : play.all_numbers(which);
}

inline void claims_redelivery(stage& on) {
    scene play(on);
    if (!play.able().redelivers) throw inapplicable("does not claim to redeliver");
    auto const to = some_channel(play);
    auto& doomed = play.connect();
    auto& first = play.listen(doomed, to);
    play.pause();
    play.send(play.speak(play.connect(), to), for_channel(play, to, {1, 2}));
    play.until_received({&first}, {1, 2}, "what was received");
    first.release_all();
    auto const again = [&] {
        first.take();
        return first.held().size() == 2;
    };
    play.until(again, "what was released to come again");
    play.drop(doomed);
    auto& second = play.listen(play.connect(), to);
    play.until_accepted({&second}, {1, 2}, "what was lost in a crash");
}

inline void claims_attempts(stage& on) {
    scene play(on);
    if (!play.able().counts_attempts || !play.able().redelivers) throw inapplicable("does not claim to count attempts");
    auto const to = some_channel(play);
    auto& there = play.listen(play.connect(), to);
    play.pause();
    play.send(play.speak(play.connect(), to), for_channel(play, to, {1}));
    for (std::uint64_t attempt = 1; attempt <= 3; ++attempt) {
        play.until([&] { return there.take() > 0; }, "a released message to come again");
        expect_equal(there.history().back().attempt, attempt, "the attempt of a message");
        if (attempt < 3)
            there.release_all();
        else
            there.accept_all();
    }
}

inline void claims_no_duplicates(stage& on) {
    scene play(on);
    if (play.able().duplicates) throw inapplicable("says that duplicates may come");
    auto const to = some_channel(play);
    std::vector<listener*> all;
    all.push_back(&play.listen(play.connect(), to, "stock", 4));
    play.pause();
    auto& sender = play.speak(play.connect(), to);
    for (std::uint64_t part = 0; part < 4; ++part) {
        play.send(sender, for_channel(play, to, count_up(part * 10 + 1, part * 10 + 10)));
        play.until_accepted(all, count_up(1, part * 10 + 10), "what was accepted");
        // One comes and one goes, with nothing unsettled.
        all.push_back(&play.listen(play.connect(), to, "stock", 4));
        all[part]->close();
        play.pause();
    }
    play.linger(all);
    numbers received;
    for (auto* one : all) received = joined(std::move(received), one->received());
    expect_equal(sorted(received), count_up(1, 40), "all that was delivered");
}

inline void claims_prefixes(stage& on) {
    scene play(on);
    if (!play.able().redelivers) throw inapplicable("does not claim to redeliver");
    auto const to = some_channel(play);
    auto& doomed = play.connect();
    auto& first = play.listen(doomed, to);
    play.pause();
    play.send(play.speak(play.connect(), to), for_channel(play, to, count_up(1, 5)));
    play.until_received({&first}, count_up(1, 5), "what was received");
    auto const third = first.held_numbers()[2];
    numbers rest;
    for (auto const n : first.held_numbers())
        if (play.able().settles_prefix ? n > third : n != third) rest.push_back(n);
    first.accept(third);
    play.pause(); // the settlement is on its way
    play.drop(doomed);
    auto& second = play.listen(play.connect(), to);
    play.until_accepted({&second}, sorted(rest), "what comes again after the third of five was accepted");
    play.linger({&second});
    expect_equal(sorted(play.tidy(second.received())), sorted(rest), "all that came again");
}

inline void claims_level(stage& on) {
    scene play(on);
    auto const to = some_channel(play);
    auto& there = play.listen(play.connect(), to);
    play.pause();
    auto& sender = play.speak(play.connect(), to);
    auto const s = sender.send(for_channel(play, to, {1}), play.patience());
    play.until([&] { return scene::work({&there}), s->done; }, "a send to complete");
    expect_equal(s->outcomes.front().error, error_code(), "the outcome");
    expect_equal(level_text(s->outcomes.front().level), level_text(play.able().level), "who has an accepted message");
}

inline void claims_largest_body(stage& on) {
    scene play(on);
    auto const most = play.able().max_body;
    auto const to = some_channel(play);
    auto& there = play.listen(play.connect(), to);
    play.pause();
    auto& sender = play.speak(play.connect(), to);
    draft d = to.shards ? play.keyed(1, scene::key_of(0, to.shards), to.shards) : play.number(1);
    d.body = patterned(most);
    play.send(sender, d);
    play.until([&] { return there.take() > 0; }, "the largest body to arrive");
    expect(there.held().front().body() == d.body, "the largest body to arrive unchanged");
    there.accept_all();
    d.body.push_back('x');
    if (most >= limits::body)
        return expect_equal(code_of([&] { (void)d.done(); }), errc::too_large, "the error of a larger body");
    auto const larger = d.done();
    expect_equal(sender.try_one(larger), errc::too_large, "the error of a larger body");
    auto const s = sender.send({larger}, play.patience());
    play.until([&] { return s->done; }, "a send of a larger body to complete");
    expect_equal(s->outcomes.front().error, errc::too_large, "the outcome of a larger body");
    play.linger({&there});
    expect_equal(play.tidy(there.received()).size(), 1U, "the number of messages that arrived");
}

inline void claims_most_headers(stage& on) {
    scene play(on);
    auto const most = play.able().max_headers;
    auto const to = some_channel(play);
    auto& there = play.listen(play.connect(), to);
    play.pause();
    draft d = to.shards ? play.keyed(1, scene::key_of(0, to.shards), to.shards) : play.number(1);
    for (std::size_t n = 0; n < std::min(most, limits::headers); ++n)
        d.more.set("header-" + std::to_string(n), "value " + std::to_string(n));
    // For what Fairway adds there is always room.
    for (int n = 0; n < 8; ++n) d.more.set_reserved("fw-test-" + std::to_string(n), "own");
    play.send(play.speak(play.connect(), to), d);
    play.until([&] { return there.take() > 0; }, "the most headers to arrive");
    expect_headers(there.held().front(), d.more);
    there.accept_all();
    if (most >= limits::headers) return;
    send_options o;
    for (std::size_t n = 0; n <= most; ++n) o.header("header-" + std::to_string(n), "value");
    auto& shop = act(play, play.connect(), "shop");
    auto const send = [&] { play.able().point_to_point ? (void)shop.do_job(1, o) : (void)shop.publish(1, o); };
    expect_equal(code_of(send), errc::too_many_headers, "the error of too many headers");
}

// Longer than anybody would wait in earnest, and than brokers do by default.
inline constexpr duration long_time = std::chrono::hours(3);

inline void claims_hold_time(stage& on) {
    scene play(on);
    auto const hold = play.able().max_hold;
    bool const for_ever = hold == duration::max();
    if (!for_ever && !on.virtual_time() && hold > play.patience()) throw inapplicable("takes too long in real time");
    auto const to = some_channel(play);
    auto& first = play.listen(play.connect(), to);
    play.pause();
    play.send(play.speak(play.connect(), to), for_channel(play, to, {1}));
    play.until_received({&first}, {1}, "what was received");
    auto& second = play.listen(play.connect(), to);
    if (!for_ever) {
        if (!play.able().redelivers) throw inapplicable("does not claim to redeliver");
        play.pass(hold);
        auto const again = [&] {
            scene::take({&first, &second});
            return first.received().size() + second.received().size() > 1;
        };
        return play.until(again, "what was unsettled for too long to come again");
    }
    play.pass(on.virtual_time() ? long_time : 5 * play.quiet());
    play.linger({&first, &second});
    expect_equal(first.received().size() + second.received().size(), 1U, "the deliveries while one is held");
    first.accept(1);
    play.pause();
    first.close();
    play.linger({&second});
    expect_equal(second.received(), numbers{}, "what came again although it was accepted after a long time");
}

inline void claims_simulable(stage& on) {
    scene play(on);
    if (!play.able().simulable) throw inapplicable("does not claim to run under simulation");
    if (!on.virtual_time()) throw inapplicable("this stage's time is real");
    if (!play.able().delay && on.narrow_room() == 0) throw inapplicable("nothing here waits for a time");
    using namespace std::chrono_literals;
    if (play.able().delay) {
        auto const to = some_channel(play);
        auto& here = play.connect();
        auto& there = play.listen(play.connect(), to);
        draft d = to.shards ? play.keyed(1, scene::key_of(0, to.shards), to.shards) : play.number(1);
        d.head.due = env::clock::of(here.net.get_executor()).now() + long_time;
        play.send(play.speak(here, to), d);
        play.pass(long_time - 10min);
        play.linger({&there});
        expect_equal(there.received(), numbers{}, "what came before its time on the stage's clock");
        play.pass(10min);
        play.until_accepted({&there}, {1}, "what came once hours had passed");
    }
    if (on.narrow_room() > 0) {
        auto const to = some_channel(play);
        address const other{to.channel + ".full", to.kind, to.shards};
        auto& at = play.connect_narrow();
        at.net.declare(play.subscribed(other, "group"));
        auto& sender = play.speak(at, other);
        auto const s = sender.send(for_channel(play, other, count_up(1, 500)), long_time);
        play.pass(long_time - 10min);
        expect(!s->done, "a send to wait for hours on the stage's clock");
        play.pass(20min);
        expect(s->done, "a send to give up once they have passed");
    }
}

} // namespace detail

/// Capabilities are truthful.
inline constexpr test_case capability_cases[] = {
    {"participants agree", "All participants of a transport say the same of it, and it makes sense.", needs::nothing,
        detail::participants_agree},
    {"point-to-point channels as claimed", "Claimed: one of all consumers. If not: binding such a port is unsupported.",
        needs::nothing, detail::claims_queues},
    {"publish-subscribe channels as claimed", "Claimed: every group. If not: binding such a port is unsupported.",
        needs::nothing, detail::claims_topics},
    {"shards as claimed", "Claimed: one owner each, in order. If not: binding a sharded port is unsupported.",
        needs::nothing, detail::claims_shards},
    {"replies as claimed", "Claimed: a reply address leads back. If not: binding a port of requests is unsupported.",
        needs::nothing, detail::claims_replies},
    {"delay as claimed", "Claimed: not before it is due. If not: sending with a delay is unsupported.", needs::nothing,
        detail::claims_delay},
    {"redelivery as claimed", "What was released, or lost in a crash, comes again.", needs::nothing,
        detail::claims_redelivery},
    {"counted attempts as claimed", "The first attempt is 1, the next one 2.", needs::nothing, detail::claims_attempts},
    {"duplicates as claimed", "Unless duplicates are claimed, what was accepted never comes again.", needs::nothing,
        detail::claims_no_duplicates},
    {"prefixes as claimed", "Accepting one message accepts those before it where that is claimed, and only there.",
        needs::nothing, detail::claims_prefixes},
    {"the level of acceptance as claimed", "An outcome tells the level that the transport claims.", needs::nothing,
        detail::claims_level},
    {"the largest body as claimed", "A body of that size arrives, a larger one is too_large.", needs::nothing,
        detail::claims_largest_body},
    {"the most headers as claimed", "So many arrive, beside Fairway's own; more are too_many_headers.", needs::nothing,
        detail::claims_most_headers},
    {"the time to handle a message as claimed", "A delivery stays its consumer's as long as is claimed.",
        needs::nothing, detail::claims_hold_time},
    {"simulation as claimed", "What waits for a time waits on the clock of its execution context.", needs::nothing,
        detail::claims_simulable},
};

} // namespace fairway::testing::conformance

#endif
