// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_PIPELINE_STAGES_HPP
#define FAIRWAY_PORT_PIPELINE_STAGES_HPP

#include <fairway/port/pipeline_state.hpp>

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
        surrounded_ = surroundings_.any(parts_);
        stuck_.open(source_.get());
        parking_.on_due([weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->resume_due();
        });
    }

    // Takes deliveries in, and settles what has ended by then.
    void take(std::vector<delivery>& batch) {
        taking_ = true;
        settling_.took(batch);
        if (duplicates_) {
            duplicates_->expect(batch);
            looked_at_ = clock_.steady_now();
        }
        {
            env::handling_scope const scope(now_);
            for (auto& d : batch) admit(d);
        }
        taking_ = false;
        if (stopped_) leave();
        flush();
        tell_idle();
    }

    // What has not begun, or waits for its next attempt, is not begun here any more: the shard's next owner does it.
    void hand_back(std::uint32_t shard, bool lost) {
        auto const of_shard = [shard](job const& j) { return j.message.message().shard() == shard; };
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
            // A duplicate may have come by another shard, which is not lost.
            if (duplicates_)
                for (auto const& waited : duplicates_->end(j.message.id()))
                    settling_.give_back(waited, lost && waited.message().shard() == shard);
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

    // The way of a delivery to which nothing special happens is one piece of code without a call up to its handler:
    // hence what is said to the compiler here and there. Each of the deliveries of a message to 16 groups takes 14.2 ns
    // instead of 15.6.

    // ---- stage: limits, expiry, type ----
    [[gnu::always_inline]] void admit(delivery& d) {
        if (ending()) return; // stop() gives it back
        if (is_for_another_group(d, what_)) return skip(d);
        if (d.message().expires() != no_time && drop_expired(d, progress::none)) return;
        if (d.attempt() > most_deliveries_) return end_round_trips(d);
        auto const* const object = d.message().object_type();
        if (is_too_large(d)) return refuse(d, "too_large", errc::handler_failed);
        // Mostly of the same type as the one before.
        bool const as_before = object ? object == last_->object : !last_->type.empty() && last_->type == d.type();
        handler_entry const* const entry = as_before ? last_ : find_entry(parts_.table, d);
        if (!entry) return not_for_us(d);
        if (entry->ignored) return skip(d);
        last_ = entry;
        if (!duplicates_ || is_fresh(d)) enter_lane(d, *entry);
    }

    // How far the handling of a delivery has come: once it has begun, duplicates may wait for its end; once it was
    // tried, those of its lane do.
    enum class progress { none, begun, tried };

    // What was handled comes again, too, as long as nobody has heard of that.
    [[gnu::noinline]] void end_round_trips(delivery& d) {
        if (!duplicates_ || is_fresh(d)) refuse(d, "too_many_attempts", errc::handler_failed);
    }
    [[gnu::noinline]] void not_for_us(delivery const& d) {
        if (what_.from.kind != channel_kind::publish_subscribe || d.wants_reply())
            return refuse(d, "unknown_type", errc::unknown_type);
        tell(occurrence::unknown_type, d, errc::unknown_type);
        skip(d);
    }
    [[gnu::noinline]] void skip(delivery const& d) {
        tally(counts_.skipped);
        end(d, counts_.accepted, progress::none);
    }
    [[gnu::noinline]] void refuse(delivery const& d, std::string_view code, errc why) {
        give_up(d, code, text_of(why), clock_.now(), progress::none);
    }

    [[gnu::noinline]] bool drop_expired(delivery const& d, progress so_far) {
        auto const until = d.deadline();
        if (!until) return false;
        if (clock_.is_before(*until)) return false;
        tell(occurrence::expired, d, errc::expired);
        if (options_.keep_expired() && !d.wants_reply())
            give_up(d, "expired", text_of(errc::expired), clock_.now(), so_far);
        else
            end(d, counts_.expired, so_far);
        return true;
    }

    // ---- stage: duplicates ----
    [[gnu::noinline]] bool is_fresh(delivery& d) {
        auto const verdict = duplicates_->look(d, looked_at_);
        if (verdict == duplicates::verdict::handled) end_duplicate(d);
        return verdict == duplicates::verdict::fresh;
    }
    // What ends within a turn is as old as that: a look at the clock for each takes as long as all else about it.
    env::steady_point handled_at() const { return taking_ ? looked_at_ : clock_.steady_now(); }
    void end_duplicate(delivery const& d) {
        tell(occurrence::duplicate, d, {});
        parts_.answers->repeat(d);
        settling_.accept(d, counts_.duplicates);
    }

    // ---- stage: lanes ----
    [[gnu::always_inline]] void enter_lane(delivery& d, handler_entry const& entry) {
        if (entry.call && !surrounded_ && (lanes_.idle() || is_next(d)))
            attempt_now(d, entry);
        else
            wait_in_lane(d, entry);
    }
    // Others run, wait or are parked, and it need not wait for them.
    [[gnu::noinline]] bool is_next(delivery const& d) const {
        bool const free = !concurrent_ || (lanes_.waiting() == 0 && lanes_.running() < lanes_.limit());
        return free && !lanes_.shut(lane(d));
    }
    [[gnu::noinline]] void wait_in_lane(delivery& d, handler_entry const& entry) {
        auto const key = lane(d);
        bool const shut = lanes_.shut(key);
        if (shut && lanes_.stuck(key)) stuck_.add(d, 1);
        d.keep();
        if (duplicates_) duplicates_->begin(d.id());
        lanes_.add(key, {std::move(d), &entry});
        if (!shut) wake_worker();
    }
    lanes<job>::key lane(delivery const& d) const noexcept {
        return lane_of(options_.order(), options_.concurrency(), what_.from.shards, d.message().shard(), d.shard_key());
    }

    // ---- stage: attempt ----
    // A plain handler, run without a worker.
    [[gnu::always_inline]] void attempt_now(delivery& d, handler_entry const& entry) {
        if (!call_now(d, entry)) return fail_now(d, entry);
        // Where the service was closed meanwhile, a request is given back: its reply was not sent.
        if (!d.wants_reply() || !ending()) succeed(d);
    }
    // False where it has failed.
    [[gnu::always_inline]] bool call_now(delivery const& d, handler_entry const& entry) noexcept {
        now_.message = &d;
        now_.answered = false;
        bool ended = true;
        try {
            entry.call(parts_.handler.get(), d, parts_.answers);
        } catch (...) {
            failed_ = std::current_exception();
            ended = false;
        }
        now_.message = nullptr;
        return ended;
    }
    [[gnu::noinline]] void fail_now(delivery& d, handler_entry const& entry) {
        attempt_end const how{std::exchange(failed_, nullptr), std::exchange(now_.answered, false)};
        if (ending()) return; // it is given back
        d.keep();
        if (duplicates_) duplicates_->begin(d.id());
        started s{lane(d), {std::move(d), &entry}};
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

    // A worker's life; see pipeline.hpp.
    class worklist;
    static task<> work(std::shared_ptr<pipeline> self, worker& w);

    // ---- stage: retry ----
    // What becomes of a job after an attempt: it has ended, or is tried again after the time that this returns, which
    // is the longest while its dead letter is on its way.
    std::optional<duration> conclude(job& j, attempt_end const& how) {
        if (!how.error || how.answered) {
            // What fails after the answer is not tried again: the requester has it.
            if (how.error) tell_failure(j.message, explain(how.error, to_string(j.message.id()), options_.retry()));
            succeed(j.message);
            return std::nullopt;
        }
        if (j.first_attempt == no_time) j.first_attempt = clock_.now();
        auto const why = explain(how.error, to_string(j.message.id()), options_.retry());
        if (why.retried) {
            auto const pause = options_.retry().next(j.message.attempt(), random_.next(), why.retry_after);
            auto const until = j.message.deadline();
            if (pause && (!until || saturating_add(clock_.now(), *pause) < *until)) {
                tally(counts_.failed);
                tally(counts_.retried);
                tell(occurrence::retried, j.message, why.error, why.told);
                j.message.count_attempt();
                return pause;
            }
        }
        tell_failure(j.message, why);
        if (give_up(j.message, why.code, why.text, j.first_attempt, progress::tried)) return std::nullopt;
        return duration::max();
    }

    [[gnu::always_inline]] void succeed(delivery const& d) {
        if (duplicates_) remember(d);
        settling_.handled(d);
        if (duplicates_) end_duplicates_of(d);
    }
    [[gnu::noinline]] void remember(delivery const& d) {
        duplicates_->handled(d.id(), handled_at());
        if (d.wants_reply()) parts_.answers->expect(d);
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
            if (duplicates_ && so_far == progress::tried) duplicates_->handled(d.id(), handled_at());
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
        if (duplicates_ && so_far != progress::none) end_duplicates_of(d);
    }
    [[gnu::noinline]] void end_duplicates_of(delivery const& d) {
        for (auto const& waited : duplicates_->end(d.id())) end_duplicate(waited);
    }
    // The store knew it: another instance has handled it.
    void end_known(delivery const& d) {
        if (duplicates_) duplicates_->handled(d.id(), handled_at());
        tell(occurrence::duplicate, d, {});
        parts_.answers->repeat(d);
        end(d, counts_.duplicates);
    }
};

} // namespace fairway::detail

#endif
