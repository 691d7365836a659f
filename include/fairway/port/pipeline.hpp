// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_PIPELINE_HPP
#define FAIRWAY_PORT_PIPELINE_HPP

// The coroutine in which a pipeline's handlers run that are coroutines, or that have something around them.

#include <fairway/port/pipeline_stages.hpp>

#include <boost/asio/this_coro.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace fairway::detail {

// The jobs that a worker takes from the lanes, one after the other.
class pipeline::worklist final : public attempts {
public:
    worklist(pipeline& of, worker& by) noexcept : of_(of), worker_(by) {}

    // Those of one entry only from now on, or of any.
    void serve(handler_entry const* only) noexcept { only_ = only; }
    handler_entry const& entry() const noexcept { return *now_->job.entry; }
    // Set where the attempt has shown that the message was handled elsewhere.
    bool& known() noexcept { return known_; }

    delivery const& begin() override {
        state_ = state::begun;
        return now_->job.message;
    }
    void failed() override {
        if (state_ != state::taken && state_ != state::begun) throw; // it was no attempt
        state_ = state::begun;
        error_ = std::current_exception();
    }
    step next() override {
        if (state_ == state::begun) state_ = end() ? state::none : state::over;
        if (state_ == state::over) return step::leave;
        if (state_ == state::none && !take()) return of_.ending() ? step::leave : step::wait;
        return !only_ || only_ == &entry() ? step::attempt : step::leave;
    }
    void wait(env::continuation wake) override { of_.workers_.park(worker_, std::move(wake)); }

private:
    enum class state { none, taken, begun, over };

    // False where there is none.
    bool take() {
        while (!of_.ending() && (now_ = of_.lanes_.next())) {
            // It may have waited long for its turn.
            if (!of_.drop_expired(now_->job.message, progress::begun)) {
                worker_.place->now.message = &now_->job.message;
                worker_.place->now.answered = false;
                known_ = false;
                state_ = state::taken;
                return true;
            }
            of_.lanes_.finish(now_->lane);
            of_.settle_now();
        }
        return false;
    }
    // False where the worker has to end, too.
    bool end() {
        state_ = state::over; // also where this throws
        attempt_end const how{std::exchange(error_, nullptr), worker_.place->now.answered};
        // What the handler has detached goes on for the delivery that has ended; the next one gets another worker.
        bool const shared = worker_.is_shared();
        if (shared)
            worker_.place->keep();
        else
            worker_.place->now.message = nullptr;
        if (of_.ending()) return false; // stop() gives it back: its reply, if any, was not sent any more
        if (known_) of_.end_known(now_->job.message);
        auto const pause = known_ ? std::nullopt : of_.conclude(now_->job, how);
        if (of_.stopped_) return false; // by whom it told of that; nothing waits or is parked any more
        if (pause) {
            of_.lanes_.park(now_->lane);
            of_.park(std::move(*now_), *pause);
        } else {
            of_.lanes_.finish(now_->lane);
        }
        now_.reset();
        of_.settle_now();
        return !shared;
    }

    pipeline& of_;
    worker& worker_;
    handler_entry const* only_ = nullptr;
    std::optional<started> now_;
    std::exception_ptr error_;
    state state_ = state::none;
    bool known_ = false;
};

// Takes one job after the other, and parks where there is none.
inline task<> pipeline::work(std::shared_ptr<pipeline> self, worker& w) {
    w.copies = w.owners();
    worklist jobs(*self, w);
    auto park = [&jobs](env::continuation wake) { jobs.wait(std::move(wake)); };
    for (;;) {
        jobs.serve(nullptr);
        auto const step = jobs.next();
        if (step == attempts::step::leave) co_return;
        if (step == attempts::step::wait) {
            co_await env::suspend(park);
            continue;
        }
        auto const& entry = jobs.entry();
        co_await fresh_cancellation();
        co_await asio::this_coro::throw_if_cancelled(true);
        try {
            if (self->surrounded_) {
                co_await attempt_around(self->parts_, self->surroundings_, jobs.begin(), entry, jobs.known());
            } else if (entry.coroutine) {
                jobs.serve(&entry);
                co_await entry.coroutine->run(*entry.coroutine, self->parts_.handler.get(), jobs, self->parts_.answers);
            } else {
                entry.call(self->parts_.handler.get(), jobs.begin(), self->parts_.answers);
            }
        } catch (...) {
            jobs.failed();
        }
        // Where the handler has closed its service, Asio would otherwise throw out of the context's run() in the
        // end.
        co_await asio::this_coro::throw_if_cancelled(false);
    }
}

} // namespace fairway::detail

#endif
