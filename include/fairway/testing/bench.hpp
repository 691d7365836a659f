// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_BENCH_HPP
#define FAIRWAY_TESTING_BENCH_HPP

#include <fairway/env/random.hpp>
#include <fairway/inproc.hpp>
#include <fairway/service/service.hpp>
#include <fairway/testing/expectations.hpp>
#include <fairway/testing/manual_clock.hpp>
#include <fairway/testing/pending.hpp>
#include <fairway/testing/recorder.hpp>
#include <fairway/testing/stuck.hpp>

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace fairway::testing {

/// How a bench behaves: `bench b(bench_options().paranoid(false).seed(7))`.
class bench_options {
public:
    /// Paranoid, seed 1, the queue bounds of `limits`, 1,000,000 handlers at a time, an hour for an operation.
    bench_options() noexcept {} // NOLINT

    /// Encode and decode every message, so that a test finds what a broker would find; on by default.
    bench_options& paranoid(bool on) {
        paranoid_ = on;
        return *this;
    }
    /// Where the random numbers start; the same seed gives the same run.
    bench_options& seed(std::uint64_t n) {
        seed_ = n;
        return *this;
    }
    /// The most messages that wait for a group of a channel; more suspend their senders.
    bench_options& queue_messages(std::size_t n) {
        queue_messages_ = n;
        return *this;
    }
    /// The most bytes that wait for a group of a channel; more suspend their senders.
    bench_options& queue_bytes(std::size_t n) {
        queue_bytes_ = n;
        return *this;
    }
    /// How many handlers one call of `settle`, `advance` or `run` may run before it throws `stuck`.
    bench_options& max_handlers(std::size_t n) {
        max_handlers_ = n;
        return *this;
    }
    /// How far `run` advances the clock for one operation before it throws `stuck`.
    bench_options& max_wait(duration d) {
        max_wait_ = d;
        return *this;
    }

    /// Encode and decode every message?
    bool paranoid() const noexcept { return paranoid_; }
    /// Where the random numbers start.
    std::uint64_t seed() const noexcept { return seed_; }
    /// The most messages in a queue.
    std::size_t queue_messages() const noexcept { return queue_messages_; }
    /// The most bytes in a queue.
    std::size_t queue_bytes() const noexcept { return queue_bytes_; }
    /// The most handlers in one call.
    std::size_t max_handlers() const noexcept { return max_handlers_; }
    /// The most time for one operation.
    duration max_wait() const noexcept { return max_wait_; }

private:
    bool paranoid_ = true;
    std::uint64_t seed_ = 1;
    std::size_t queue_messages_ = limits::queue_messages;
    std::size_t queue_bytes_ = limits::queue_bytes;
    std::size_t max_handlers_ = 1'000'000;
    duration max_wait_ = std::chrono::hours(1);
};

/// A place to test services: one thread, a clock that moves only when told to, the same random numbers in every run,
/// and an in-process transport that writes down all traffic and, being paranoid, encodes and decodes every message.
///
///     testing::bench b;
///     service stock{b.transport(), "inventory"};
///     stock.handle<shop::orders>(inventory{stock});
///     stock.start();
///     b.run(b.sender<shop::orders>().send(order));
///     CHECK(b.expect_sent<shop::order_events, shop::order_placed>().sku == "tea");
///
/// Services must not outlive the bench by more than their destruction. Nothing here may be called from within a handler
/// of the bench; not thread-safe.
class bench final : public expectations {
public:
    /// A bench at 2026-01-01 00:00:00 UTC.
    explicit bench(bench_options const& options = {})
        : options_(options), clock_(asio::make_service<manual_clock>(context_)), transport_(make_transport()) {}

    /// What the services under test use; all of it is recorded.
    any_transport transport() const { return transport_; }
    /// Where they run.
    asio::any_io_executor get_executor() { return context_.get_executor(); }
    /// The context behind it, for what a test wants to add.
    asio::io_context& context() noexcept { return context_; }
    /// The clock.
    manual_clock& clock() noexcept { return clock_; }
    /// The calendar time on the bench.
    time_point now() const { return clock_.now(); }
    /// The time since the bench was made.
    duration elapsed() const { return clock_.elapsed(); }

    /// A port of a service of the test's own, named "test".
    template <channel Channel>
    sender_port<Channel> sender() {
        if (!test_) test_.emplace(transport_, "test");
        return test_->sender<Channel>();
    }

    /// Runs all that can run without time passing; alarms that are due ring. Throws what a spawned task threw, and
    /// `stuck` where it never ends.
    void settle() {
        budget left(options_);
        settle(left);
    }

    /// Lets time pass: goes from alarm to alarm, settling at each, up to `by` from now. Throws as `settle`.
    void advance(duration by) {
        budget left(options_);
        settle(left);
        auto const end = fairway::detail::saturating_add(clock_.steady_now(), by);
        for (auto next = clock_.next_alarm(); next && *next <= end; next = clock_.next_alarm()) {
            clock_.advance_to(*next);
            settle(left);
        }
        clock_.advance_to(end);
        settle(left);
    }

    /// Runs an operation until it has completed, then settles; returns its result or throws what it threw.
    ///
    /// Time passes only where nothing else is left to do, from alarm to alarm: a request that nobody answers ends with
    /// `errc::timed_out` after its timeout on this clock. Throws `stuck` where the operation can't complete: nothing is
    /// left to run and no alarm is set, or `bench_options::max_wait` has passed. The operation is cancelled then.
    template <class T>
    T run(task<T> operation) {
        budget left(options_);
        auto const state = detail::launch(get_executor(), std::move(operation));
        auto const end = fairway::detail::saturating_add(clock_.steady_now(), options_.max_wait());
        settle(left);
        while (!state->done) {
            auto const next = clock_.next_alarm();
            if (!next) give_up(*state, "nothing is left to run and no alarm is set");
            if (*next > end) give_up(*state, "it has not completed after " + text_of(options_.max_wait()));
            clock_.advance_to(*next);
            settle(left);
        }
        return pending<T>(state).result();
    }

    /// Starts a task beside the test, such as `service::run`; what it throws is thrown by the next `settle`, or by what
    /// settles.
    void spawn(task<> operation) {
        auto note = [failures = failures_](std::exception_ptr error) {
            if (error) failures->push_back(std::move(error));
        };
        asio::co_spawn(context_, std::move(operation), std::move(note));
    }

    /// Starts an operation whose end the test decides: look at it, cancel it, take its result. It runs when the bench
    /// settles.
    template <class T>
    [[nodiscard]] pending<T> start(task<T> operation) {
        return pending<T>(detail::launch(get_executor(), std::move(operation)));
    }

private:
    // How much one call may do.
    struct budget {
        explicit budget(bench_options const& o) : handlers(o.max_handlers()) {}
        std::size_t handlers;
    };

    any_transport make_transport() {
        asio::make_service<env::random>(context_, options_.seed());
        inproc::options o;
        o.paranoid = options_.paranoid();
        o.queue_messages = options_.queue_messages();
        o.queue_bytes = options_.queue_bytes();
        return recorder(inproc(context_.get_executor(), inproc::hub(o)), log());
    }

    void settle(budget& left) {
        if (context_.get_executor().running_in_this_thread())
            throw std::logic_error("a handler of the bench must not call the bench: it would run within itself");
        do {
            context_.restart();
            while (context_.poll_one() > 0)
                if (left.handlers-- == 0) not_at_rest();
        } while (clock_.advance_to(clock_.steady_now()) > 0);
        if (failures_->empty()) return;
        auto const first = failures_->front();
        failures_->erase(failures_->begin());
        std::rethrow_exception(first);
    }
    void before_looking() override { settle(); }

    // Cancelled, so that what waits does not wait for ever, and is not taken for a leak.
    template <class T>
    [[noreturn]] void give_up(detail::running<T>& state, std::string const& why) {
        state.signal.emit(asio::cancellation_type::terminal);
        budget left(options_);
        settle(left);
        throw stuck("the operation can't complete: " + why);
    }
    [[noreturn]] void not_at_rest() const {
        throw stuck("the bench does not come to rest: " + std::to_string(options_.max_handlers()) +
                    " handlers ran; does a message cause another one, and that the first?");
    }
    static std::string text_of(duration d) { return detail::seconds_text(d) + " on the bench's clock"; }

    bench_options options_;
    asio::io_context context_{1};
    manual_clock& clock_;
    any_transport transport_;
    std::optional<service> test_;
    std::shared_ptr<std::vector<std::exception_ptr>> failures_ = std::make_shared<std::vector<std::exception_ptr>>();
};

} // namespace fairway::testing

#endif
