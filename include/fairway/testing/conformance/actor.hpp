// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_ACTOR_HPP
#define FAIRWAY_TESTING_CONFORMANCE_ACTOR_HPP

#include <fairway/env/sleep.hpp>
#include <fairway/service/service.hpp>
#include <fairway/testing/conformance/contracts.hpp>
#include <fairway/testing/conformance/renamed.hpp>
#include <fairway/testing/conformance/scene.hpp>
#include <fairway/testing/pending.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fairway::testing::conformance::detail {

// What a handler does with a message before it is done; nothing where it is empty. It is called again for each message,
// and must live in state of the scene, or refer only to such.
using behaviour = std::function<task<>(std::uint64_t number, delivery const& d)>;

// What the handlers of one actor have done.
struct deeds {
    struct deed {
        std::uint64_t number;
        delivery of;
    };
    std::vector<deed> begun;
    numbers ended;
    std::size_t running = 0;
    std::size_t most_running = 0;
    std::vector<reply_token<question>> tokens;
    std::string name;
};

// One handler for all messages of the suite: notes what it gets, does what it is told to, answers.
class deed_doer {
public:
    deed_doer(std::shared_ptr<deeds> into, behaviour what) : into_(std::move(into)), what_(std::move(what)) {}

    task<> operator()(job const& m, delivery const& d) { return run(m.number, d); }
    task<> operator()(bulletin const& m, delivery const& d) { return run(m.number, d); }
    task<answer> operator()(question const& m, delivery const& d) {
        co_await run(m.number, d);
        co_return answer{m.number, into_->name};
    }

private:
    struct at_work {
        explicit at_work(deeds& of) : all(of) { all.most_running = std::max(all.most_running, ++all.running); }
        at_work(at_work const&) = delete;
        at_work& operator=(at_work const&) = delete;
        ~at_work() { --all.running; }
        deeds& all;
    };

    task<> run(std::uint64_t number, delivery const& d) {
        at_work const now(*into_);
        into_->begun.push_back({number, d});
        if (what_) co_await what_(number, d);
        into_->ended.push_back(number);
    }

    std::shared_ptr<deeds> into_;
    behaviour what_;
};

// A service of a case.
class actor {
public:
    actor(scene const& play, participant const& at, std::string const& name)
        : done_(std::make_shared<deeds>()), self_(renamed(at.net, play.name("")), name) {
        done_->name = name;
    }

    void on_questions(behaviour what = {}, handler_options const& o = {}) { handle<questions>(std::move(what), o); }
    void on_surveys(behaviour what = {}, handler_options const& o = {}) { handle<surveys>(std::move(what), o); }
    void on_jobs(behaviour what = {}, handler_options const& o = {}) { handle<jobs>(std::move(what), o); }
    void on_bulletins(behaviour what = {}, handler_options const& o = {}) { handle<bulletins>(std::move(what), o); }
    void on_job_lines(behaviour what = {}, handler_options const& o = {}) { handle<job_lines>(std::move(what), o); }
    void on_bulletin_lines(behaviour what = {}, handler_options const& o = {}) {
        handle<bulletin_lines>(std::move(what), o);
    }
    // Keeps the right to answer.
    void on_questions_later() {
        self_.handle<questions>([into = done_](question const& q, delivery const& d, reply_token<question> token) {
            into->begun.push_back({q.number, d});
            into->tokens.push_back(std::move(token));
        });
    }
    void start() { self_.start(); }

    pending<answer> ask(std::uint64_t n, duration timeout, send_options const& o = {}) {
        question const q{n};
        return launched(self_.sender<questions>().request(q, timeout, o));
    }
    pending<gathered<answer>> survey(std::uint64_t n, gather_options<answer> const& until) {
        question const q{n};
        return launched(self_.sender<surveys>().gather(q, until));
    }
    pending<void> do_job(std::uint64_t n, send_options const& o = {}) {
        job const j{n, {}};
        return launched(self_.sender<jobs>().send(j, o));
    }
    error_code try_job(std::uint64_t n, send_options const& o = {}) {
        job const j{n, {}};
        return self_.sender<jobs>().try_send(j, o);
    }
    pending<void> flush_jobs() { return launched(self_.sender<jobs>().flush()); }
    pending<std::vector<outcome>> do_jobs(numbers const& which, send_options const& o = {}) {
        std::vector<job> all;
        for (auto const n : which) all.push_back({n, {}});
        return launched(self_.sender<jobs>().send_all(all, o));
    }
    pending<void> publish(std::uint64_t n, send_options const& o = {}) {
        bulletin const b{n, {}};
        return launched(self_.sender<bulletins>().send(b, o));
    }
    // The n-th of a key; all in one batch, in their order.
    pending<std::vector<outcome>> line_up(std::string const& key, numbers const& which) {
        std::vector<job> all;
        for (auto const n : which) all.push_back({n, key});
        return launched(self_.sender<job_lines>().send_all(all));
    }
    pending<std::vector<outcome>> publish_in_line(std::string const& key, numbers const& which) {
        std::vector<bulletin> all;
        for (auto const n : which) all.push_back({n, key});
        return launched(self_.sender<bulletin_lines>().send_all(all));
    }
    pending<ledger> drain(duration deadline) { return launched(self_.drain(deadline)); }

    template <class T>
    pending<T> launched(task<T> operation) {
        return pending<T>(fairway::testing::detail::launch(self_.get_executor(), std::move(operation)));
    }

    service& self() noexcept { return self_; }
    deeds& done() noexcept { return *done_; }
    numbers begun() const {
        numbers all;
        for (auto const& one : done_->begun) all.push_back(one.number);
        return all;
    }
    numbers const& ended() const noexcept { return done_->ended; }
    ledger stats() const { return self_.stats(); }

private:
    template <class Channel>
    void handle(behaviour what, handler_options const& o) {
        self_.handle<Channel>(deed_doer(done_, std::move(what)), o);
    }

    std::shared_ptr<deeds> done_;
    service self_;
};

// Waits on the clock of its own context until it is opened, or cancelled.
class gate {
public:
    explicit gate(duration step) : step_(step) {}
    void open() noexcept { open_ = true; }
    task<> wait() {
        while (!open_) co_await sleep_for(step_);
    }

private:
    duration step_;
    bool open_ = false;
};

inline actor& act(scene& play, participant& at, std::string const& name) {
    return play.give<actor>(at, play, at, name);
}

// Waits for an operation, and takes its result or throws what it threw.
template <class T>
T wait_for(scene& play, pending<T> operation, std::string_view what) {
    play.until([&] { return operation.done(); }, what);
    return operation.result();
}

// The code with which an operation ends; none where it succeeds.
template <class T>
error_code end_of(scene& play, pending<T> operation, std::string_view what) {
    play.until([&] { return operation.done(); }, what);
    return code_of([&] { (void)operation.result(); });
}

// Waits until the handlers of these have ended for the numbers, in any order, once each.
inline void until_ended(scene& play, std::vector<actor*> const& by, numbers const& expected, std::string_view what) {
    auto const found = [&] {
        numbers all;
        for (auto* one : by) all = joined(std::move(all), one->ended());
        return sorted(std::move(all));
    };
    play.until_numbers(found, expected, what);
}

inline void expect_balance(ledger const& l) {
    expect_equal(l.accepted + l.dead_lettered + l.released + l.expired + l.duplicates, l.received,
        "the sum of what became of all deliveries");
}

} // namespace fairway::testing::conformance::detail

#endif
