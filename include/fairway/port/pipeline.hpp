// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_PIPELINE_HPP
#define FAIRWAY_PORT_PIPELINE_HPP

#include <fairway/port/pipeline_state.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::detail {

// The stages through which each delivery of a subscription goes, in this order: limits and expiry, type, duplicates,
// lanes, attempt (middleware, decoding, handler), retry, reply or fault or dead letter, settlement. Each stage is one
// function below that calls the next, so that none can be left out. Everything runs on the service's executor.
class pipeline : pipeline_state, public std::enable_shared_from_this<pipeline> {
public:
    using pipeline_state::pipeline_state;

    using pipeline_state::idle;
    using pipeline_state::what;
    // Called on the executor whenever it became idle.
    void on_idle(std::function<void()> told) { on_idle_ = std::move(told); }

    void open(std::shared_ptr<source> from) {
        source_ = std::move(from);
        stuck_.open(source_.get());
        parking_.on_due([weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->resume_due();
        });
    }

    // Takes deliveries in, and settles what has ended by then.
    void take(std::vector<delivery>& batch) {
        taking_ = true;
        settling_.took(batch);
        for (auto& d : batch) admit(d);
        taking_ = false;
        if (stopped_) leave();
        flush();
        tell_idle();
    }

    // What has not begun, or waits for its next attempt, is not begun here any more: the shard's next owner does it.
    void hand_back(std::uint32_t shard, bool lost) {
        auto const of_shard = [shard](job const& j) { return j.message.message().head().shard == shard; };
        std::vector<job> back;
        // But for what has been given up: it ends here as long as its shard is not lost, or it would be handled after
        // it has become a dead letter.
        auto const to_be_tried = [&](job const& j) { return of_shard(j) && (lost || !j.given_up); };
        for (auto& s : parking_.extract(to_be_tried)) {
            lanes_.drop_parked(s.lane);
            back.push_back(std::move(s.job));
        }
        for (auto& j : lanes_.extract(of_shard)) back.push_back(std::move(j));
        stuck_.forget(shard);
        for (auto const& j : back) {
            if (duplicates_)
                for (auto const& waited : duplicates_->end(j.message.id())) settling_.give_back(waited, lost);
            settling_.give_back(j.message, lost);
        }
        if (lost) settling_.forget(shard);
        if (lanes_.waiting() > 0) wake_worker();
        flush();
        tell_idle();
    }
    // A worker has ended: another one does what waits.
    void worker_gone() {
        if (!ending() && lanes_.waiting() > 0) wake_worker();
    }
    // What was received comes again.
    void disconnected() {
        settling_.forget_all();
        stuck_.disconnected();
    }

    // Ends at once: handlers are cancelled, what is not settled goes back.
    void stop() {
        if (std::exchange(stopped_, true)) return;
        // Where a handler closes its own service, its message can still end when it returns.
        if (!taking_) leave();
        lanes_.clear();
        parking_.clear();
        dead_->stop();
        if (duplicates_) duplicates_->clear();
        workers_.stop();
    }

    // The execution context goes: drops parked coroutines without resuming them. Nothing may be posted from now on.
    void abandon() {
        stopped_ = true;
        parking_.clear();
        dead_->stop();
        workers_.abandon();
    }

private:
    // True from the moment when the service was closed, before stop() has run: no handler is called after the service's
    // destructor has returned.
    bool ending() const noexcept { return stopped_ || parts_.answers->closed(); }

    void leave() {
        if (settling_.left()) return;
        flush();
        if (source_) source_->close();
        settling_.leave();
    }

    // ---- stage: limits, expiry, type ----
    void admit(delivery& d) {
        if (ending()) return; // stop() gives it back
        if (is_for_another_group(d, what_)) return skip(d);
        if (drop_expired(d, progress::none)) return;
        if (auto const refused = beyond_limits(d, options_.retry().attempts()); !refused.empty())
            return refuse(d, refused, errc::handler_failed);
        handler_entry const* const entry = find_entry(parts_.table, d);
        if (!entry && what_.from.kind == channel_kind::publish_subscribe && !d.wants_reply()) {
            tell(occurrence::unknown_type, d, errc::unknown_type);
            return skip(d);
        }
        if (!entry) return refuse(d, "unknown_type", errc::unknown_type);
        if (entry->ignored) return skip(d);
        check_duplicate(job{std::move(d), entry});
    }

    // How far the handling of a delivery has come: once it has begun, duplicates may wait for its end; once it was
    // tried, those of its lane do.
    enum class progress { none, begun, tried };

    void skip(delivery const& d) {
        count(counts_.skipped);
        end(d, counts_.accepted, progress::none);
    }
    void refuse(delivery const& d, std::string_view code, errc why) {
        give_up(d, code, text_of(why), clock_.now(), progress::none);
    }

    bool drop_expired(delivery const& d, progress so_far) {
        auto const until = d.deadline();
        if (!until || *until > clock_.now()) return false;
        tell(occurrence::expired, d, errc::expired);
        if (options_.keep_expired() && !d.wants_reply())
            give_up(d, "expired", text_of(errc::expired), clock_.now(), so_far);
        else
            end(d, counts_.expired, so_far);
        return true;
    }

    // ---- stage: duplicates ----
    void check_duplicate(job j) {
        if (duplicates_) {
            switch (duplicates_->begin(j.message, clock_.steady_now())) {
            case duplicates::verdict::fresh: break;
            case duplicates::verdict::waits: return;
            case duplicates::verdict::handled: return end_duplicate(j.message);
            }
        }
        enter_lane(std::move(j));
    }
    void end_duplicate(delivery const& d) {
        tell(occurrence::duplicate, d, {});
        parts_.answers->repeat(d);
        settling_.accept(d, counts_.duplicates);
    }

    // ---- stage: lanes ----
    void enter_lane(job j) {
        auto const key = lane_of(options_.order(), options_.concurrency(), what_.from.shards,
            j.message.message().head().shard, j.message.shard_key());
        bool const shut = lanes_.shut(key);
        bool const free = !concurrent_ || (lanes_.waiting() == 0 && lanes_.running() < lanes_.limit());
        if (j.entry->call && !shut && free && !surroundings_.any(parts_)) return attempt_now({key, std::move(j)});
        if (shut && lanes_.stuck(key)) stuck_.add(j.message, 1);
        lanes_.add(key, std::move(j));
        if (!shut) wake_worker();
    }

    // ---- stage: attempt ----
    // A plain handler, run without a worker.
    void attempt_now(started s) {
        auto const how = call_now(parts_, what_.from.channel, s.job.message, *s.job.entry);
        // Where the service was closed meanwhile, what failed is given back, and so is a request: its reply was not
        // sent.
        if (ending() && (how.error || s.job.message.wants_reply())) return;
        auto const pause = conclude(s.job, how);
        if (!pause || stopped_) return;
        lanes_.park_new(s.lane);
        park(std::move(s), *pause);
    }

    void wake_worker() {
        // Workers end with the consumer only, which must not go before the last of them has let its slot go.
        if (workers_.wake_parked() || !workers_.may_start()) return;
        auto& w = workers_.add();
        workers_.start(w, work(shared_from_this(), w), shared_from_this());
    }

    static task<> work(std::shared_ptr<pipeline> self, worker& w) {
        w.copies = w.owners();
        auto park = [&self, &w](env::continuation wake) { self->workers_.park(w, std::move(wake)); };
        while (!self->ending()) {
            auto next = self->lanes_.next();
            if (!next) {
                co_await env::suspend(park);
                continue;
            }
            // It may have waited long for its turn.
            if (self->drop_expired(next->job.message, progress::begun)) {
                self->lanes_.finish(next->lane);
                self->settle_now();
                continue;
            }
            job& j = next->job;
            w.place->now.message = &j.message;
            w.place->now.answered = false;
            attempt_end how;
            bool known = false;
            // Each attempt begins with a cancellation of its own, whatever the handler before has done to its.
            co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
            co_await asio::this_coro::throw_if_cancelled(true);
            try {
                if (self->surroundings_.any(self->parts_))
                    co_await attempt_around(self->parts_, self->surroundings_, j.message, *j.entry, known);
                else if (j.entry->start)
                    co_await j.entry->start(self->parts_.handler.get(), j.message, self->parts_.answers);
                else
                    j.entry->call(self->parts_.handler.get(), j.message, self->parts_.answers);
            } catch (...) {
                how.error = std::current_exception();
            }
            how.answered = w.place->now.answered;
            // Where the handler has closed its service, Asio would otherwise throw out of the context's run() in the
            // end.
            co_await asio::this_coro::throw_if_cancelled(false);
            // What the handler has detached goes on for the delivery that has ended; the next one gets another worker.
            bool const shared = w.is_shared();
            if (shared)
                w.place->keep();
            else
                w.place->now.message = nullptr;
            if (self->ending()) co_return; // stop() gives it back: its reply, if any, was not sent any more
            if (known) self->end_known(j.message);
            auto const pause = known ? std::nullopt : self->conclude(j, how);
            if (self->stopped_) co_return; // by whom it told of that; nothing waits or is parked any more
            if (pause) {
                self->lanes_.park(next->lane);
                self->park(std::move(*next), *pause);
            } else {
                self->lanes_.finish(next->lane);
            }
            self->settle_now();
            if (shared) co_return;
        }
    }
    // ---- stage: retry ----
    // What becomes of a job after an attempt: it has ended, or is tried again after the time that this returns, which
    // is the longest while its dead letter is on its way.
    std::optional<duration> conclude(job& j, attempt_end const& how) {
        if (!how.error || how.answered) {
            // What fails after the answer is not tried again: the requester has it.
            if (how.error) tell_failure(j.message, explain(how.error, to_string(j.message.id()), options_.retry()));
            if (duplicates_) {
                duplicates_->handled(j.message.id(), clock_.steady_now());
                parts_.answers->expect(j.message);
            }
            end(j.message, counts_.accepted);
            return std::nullopt;
        }
        if (j.first_attempt == no_time) j.first_attempt = clock_.now();
        auto const why = explain(how.error, to_string(j.message.id()), options_.retry());
        if (why.retried) {
            auto const pause = options_.retry().next(j.message.attempt(), random_.next(), why.retry_after);
            auto const until = j.message.deadline();
            if (pause && (!until || saturating_add(clock_.now(), *pause) < *until)) {
                count(counts_.failed);
                count(counts_.retried);
                tell(occurrence::retried, j.message, why.error, why.told);
                j.message.count_attempt();
                return pause;
            }
        }
        tell_failure(j.message, why);
        if (give_up(j.message, why.code, why.text, j.first_attempt, progress::tried)) return std::nullopt;
        return duration::max();
    }

    // Its lane stays shut meanwhile, and its place taken; others go on.
    void park(started s, duration pause) {
        if (pause == duration::zero()) {
            lanes_.resume(s.lane, std::move(s.job));
            return wake_worker();
        }
        s.job.given_up = pause == duration::max();
        stuck_.add(s.job.message, 1 + lanes_.behind(s.lane));
        if (stopped_) return;
        parking_.put(saturating_add(clock_.steady_now(), pause), std::move(s));
    }
    void resume_due() {
        if (ending()) return;
        for (auto& s : parking_.take_due()) {
            // A handler or an observer that is called within may close the service.
            if (stopped_) return;
            stuck_.remove(s.job.message, 1 + lanes_.behind(s.lane));
            if (stopped_) return;
            lanes_.resume(s.lane, std::move(s.job));
            wake_worker();
        }
    }

    // ---- stage: fault or dead letter ----
    // A request is answered with the fault; a one-way message goes to the dead-letter channel, and is accepted once it
    // is there. False while one that was tried waits for that: should all end here, it comes again, before those of its
    // lane.
    bool give_up(
        delivery const& d, std::string_view code, std::string_view text, time_point first_attempt, progress so_far) {
        if (d.wants_reply()) {
            if (ending()) return true; // it is given back
            parts_.answers->fail(d, code, text);
            // Its requester has a fault; a duplicate must not succeed behind its back.
            if (duplicates_ && so_far == progress::tried) duplicates_->handled(d.id(), clock_.steady_now());
            end(d, counts_.accepted, so_far);
            return true;
        }
        tell(occurrence::dead_lettered, d, errc::handler_failed, code);
        enum class letter { sent, awaited, there };
        auto const state = std::make_shared<letter>(letter::sent);
        auto const told = [weak = weak_from_this(), d, so_far, state](error_code refused) {
            auto const self = weak.lock();
            if (!self || self->settling_.left()) return;
            if (refused) return self->tell(occurrence::dead_letter_refused, d, refused);
            // Not where it was given back meanwhile.
            if (*state == letter::awaited && !self->open_lane(d)) return;
            *state = letter::there;
            self->end(d, self->counts_.dead_lettered, so_far);
            if (!self->ending() && self->lanes_.waiting() > 0) self->wake_worker();
            self->settle_now();
        };
        try {
            dead_->put(d, {code, text, first_attempt}, told);
        } catch (std::exception const& e) {
            tell(occurrence::dead_letter_refused, d, errc::handler_failed, e.what());
            return true;
        }
        if (so_far != progress::tried || *state == letter::there) return true;
        *state = letter::awaited;
        return false;
    }
    // The dead letter of a parked job is there: its lane goes on. False where the job is not parked any more.
    bool open_lane(delivery const& d) {
        auto const this_one = [&d](job const& j) { return j.message.tag() == d.tag() && j.message.id() == d.id(); };
        auto const found = parking_.extract(this_one);
        for (auto const& s : found) {
            stuck_.remove(d, 1 + lanes_.behind(s.lane));
            if (stopped_) return false;
            lanes_.drop_parked(s.lane);
        }
        return !found.empty();
    }

    // ---- stage: settlement ----
    // It has ended, and with it its duplicates that waited for that. One that has not begun may be a duplicate itself:
    // it ends alone.
    void end(delivery const& d, std::atomic<std::uint64_t>& how, progress so_far = progress::begun) {
        settling_.accept(d, how);
        if (!duplicates_ || so_far == progress::none) return;
        for (auto const& waited : duplicates_->end(d.id())) end_duplicate(waited);
    }
    // The store knew it: another instance has handled it.
    void end_known(delivery const& d) {
        if (duplicates_) duplicates_->handled(d.id(), clock_.steady_now());
        tell(occurrence::duplicate, d, {});
        parts_.answers->repeat(d);
        end(d, counts_.duplicates);
    }
};

} // namespace fairway::detail

#endif
