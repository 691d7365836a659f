// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_SCENE_HPP
#define FAIRWAY_TESTING_CONFORMANCE_SCENE_HPP

#include <fairway/contract/shard.hpp>
#include <fairway/testing/conformance/expect.hpp>
#include <fairway/testing/conformance/listener.hpp>
#include <fairway/testing/conformance/speaker.hpp>
#include <fairway/testing/conformance/stage.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::testing::conformance::detail {

// A message in the making.
struct draft {
    envelope_head head;
    std::string key;
    headers more;
    std::string body;

    envelope done() const {
        envelope_head h = head;
        h.shard_key = key;
        return envelope::of_bytes(h, more.view(), body);
    }
};

// One case on the stage: fresh names, participants, and what they have. All of it lives in the stage, until `clear`, so
// that what a handler refers to outlives it however the case ends.
class scene {
public:
    explicit scene(stage& on) : stage_(on), prefix_(on.unique("c")), able_(on.able()) {}

    stage& on() noexcept { return stage_; }
    capabilities const& able() const noexcept { return able_; }
    // A duration in cases is a multiple of this.
    duration quiet() const { return stage_.quiet(); }
    duration patience() const { return stage_.patience(); }

    participant& connect() { return enter(stage_.connect()); }
    participant& connect_narrow() { return enter(stage_.connect_narrow()); }
    void drop(participant const& who) {
        auto const id = who.id;
        stage_.drop(who);
        stage_.end_things_of(id);
    }

    // What handlers write to, or refer to.
    template <class T, class... Args>
    T& make(Args&&... args) {
        auto const made = std::make_shared<T>(std::forward<Args>(args)...);
        stage_.keep_state(made);
        return *made;
    }
    // What a participant has.
    template <class T, class... Args>
    T& give(participant const& to, Args&&... args) {
        auto const made = std::make_shared<T>(std::forward<Args>(args)...);
        stage_.keep(to.id, made);
        return *made;
    }

    std::string name(std::string_view text) const { return prefix_ + "." + std::string(text); }
    address queue(unsigned shards = 0, std::string_view text = "queue") const {
        return {name(text), channel_kind::point_to_point, shards};
    }
    address topic(unsigned shards = 0, std::string_view text = "topic") const {
        return {name(text), channel_kind::publish_subscribe, shards};
    }

    subscription subscribed(address const& to, std::string group, std::size_t prefetch = limits::prefetch) const {
        subscription what;
        what.from = to;
        what.group = std::move(group);
        what.prefetch = prefetch;
        return what;
    }
    listener& listen(
        participant& at, address const& to, std::string group = "group", std::size_t prefetch = limits::prefetch) {
        return give<listener>(at, at.net, subscribed(to, std::move(group), prefetch));
    }
    speaker& speak(participant& at, address const& to) { return give<speaker>(at, at.net, to); }

    // The n-th message of the case; n is its body.
    draft number(std::uint64_t n) const {
        draft d;
        d.head.id = {mark(), n};
        d.head.type = "conformance.number";
        d.head.content_type = "text/plain";
        d.body = std::to_string(n);
        return d;
    }
    // The same for a channel with shards.
    draft keyed(std::uint64_t n, std::string key, unsigned shards) const {
        draft d = number(n);
        d.head.shard = shard_of(key, shards);
        d.key = std::move(key);
        return d;
    }
    std::vector<envelope> all_numbers(numbers const& which) const {
        std::vector<envelope> all;
        for (auto const n : which) all.push_back(number(n).done());
        return all;
    }
    // Numbers for one shard.
    std::vector<envelope> on_shard(std::uint32_t shard, unsigned shards, numbers const& which) const {
        std::vector<envelope> all;
        for (auto const n : which) all.push_back(keyed(n, key_of(shard, shards), shards).done());
        return all;
    }
    // A key that picks this shard.
    static std::string key_of(std::uint32_t shard, unsigned shards) {
        for (unsigned i = 0;; ++i) {
            std::string key = "key-" + std::to_string(i);
            if (shard_of(key, shards) == shard) return key;
        }
    }

    // Sends, and waits until all is accepted.
    void send(speaker& by, std::vector<envelope> all) {
        std::size_t const n = all.size();
        auto const s = by.send(std::move(all), patience());
        // It is over when a consumer has it: there may be none yet.
        if (able_.level == acceptance::peer) return;
        until([&] { return s->done; }, "a send to complete");
        expect_equal(s->outcomes.size(), n, "the number of outcomes");
        for (auto const& o : s->outcomes) expect_equal(o.error, error_code(), "the outcome of a send");
    }
    void send(speaker& by, draft const& one) {
        std::vector<envelope> all;
        all.push_back(one.done());
        send(by, std::move(all));
    }
    void send(participant& by, address const& to, numbers const& which) { send(speak(by, to), all_numbers(which)); }

    // Waits until it is true.
    void until(std::function<bool()> const& done, std::string_view what) {
        if (!stage_.run_until(done, patience())) throw unmet("expected " + std::string(what) + ", in vain");
    }
    // Waits until these are the numbers, in this order.
    void until_numbers(std::function<numbers()> const& found, numbers const& expected, std::string_view what) {
        numbers last;
        auto const there = [&] { return (last = tidy(found())) == expected; };
        if (!stage_.run_until(there, patience())) expect_equal(last, expected, what);
    }
    // Waits until nothing has happened for long enough; subscriptions are in force then.
    void pause() { stage_.pass(quiet()); }
    void pass(duration d) { stage_.pass(d); }
    // Lets all of them receive for a while.
    void linger(std::vector<listener*> const& all) {
        auto const never = [&] {
            take(all);
            return false;
        };
        stage_.run_until(never, quiet());
    }
    // Calls `some` as long as it says that something came: what one settles may be there for another one at once. Not
    // for ever, though, whatever the transport does.
    static void repeat(std::function<std::size_t()> const& some) {
        for (int rounds = 0; rounds < 2'000 && some() > 0; ++rounds) {}
    }
    // All receive what there is.
    static void take(std::vector<listener*> const& all) {
        repeat([&all] {
            std::size_t n = 0;
            for (auto* one : all) n += one->take();
            return n;
        });
    }
    // All receive what there is, and accept it.
    static void work(std::vector<listener*> const& all) {
        repeat([&all] {
            std::size_t n = 0;
            for (auto* one : all) n += one->work();
            return n;
        });
    }

    // Waits until these listeners have received the numbers between them, in any order, once each.
    void until_received(std::vector<listener*> const& by, numbers const& expected, std::string_view what) {
        auto const found = [&] {
            numbers all;
            take(by);
            for (auto* one : by) all = joined(std::move(all), one->received());
            return sorted(std::move(all));
        };
        until_numbers(found, expected, what);
    }
    // The same, and each is accepted as soon as it comes.
    void until_accepted(std::vector<listener*> const& by, numbers const& expected, std::string_view what) {
        auto const found = [&] {
            numbers all;
            work(by);
            for (auto* one : by) all = joined(std::move(all), one->accepted());
            return sorted(std::move(all));
        };
        until_numbers(found, expected, what);
    }
    // Waits until one has received the numbers in this order.
    void until_in_order(listener& by, numbers const& expected, std::string_view what) {
        auto const found = [&] {
            by.take();
            return by.received();
        };
        until_numbers(found, expected, what);
    }

    // Without the repetitions that the transport allows itself.
    numbers tidy(numbers const& all) const { return able_.duplicates ? each_once(all) : all; }

private:
    participant& enter(participant one) {
        auto const id = one.id;
        auto const made = std::make_shared<participant>(std::move(one));
        stage_.keep(id, made);
        return *made;
    }
    // Tells this case's ids from others' (FNV-1a).
    std::uint64_t mark() const {
        std::uint64_t h = 0xcbf29ce484222325ULL;
        for (char const c : prefix_) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
        return h;
    }

    stage& stage_;
    std::string prefix_;
    capabilities able_;
};

} // namespace fairway::testing::conformance::detail

#endif
