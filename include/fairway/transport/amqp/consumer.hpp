// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_CONSUMER_HPP
#define FAIRWAY_TRANSPORT_AMQP_CONSUMER_HPP

#include <fairway/env/context_end.hpp>
#include <fairway/env/run_loop.hpp>
#include <fairway/transport/amqp/envelope_map.hpp>
#include <fairway/transport/amqp/shard_reader.hpp>
#include <fairway/transport/seam.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace fairway::amqp_detail {

// A consumer's source: a reader for each shard that it owns, or one for all. Thread-safe; what the broker is to be told
// is told on the executor, together, at the end of the turn.
class consumer final : public source,
                       public env::keeper,
                       public reader_owner,
                       public env::runnable,
                       public std::enable_shared_from_this<consumer> {
public:
    struct surroundings {
        asio::any_io_executor executor;
        // For messages that have no id of their own.
        std::function<message_id()> make_id;
        // Told of what can't be received: of which channel, and why.
        std::function<void(std::string_view where, error_code why, std::string_view text)> trouble;
    };
    // `readers`: one, or one for each shard. Those that are to read are given the session by `own` and `up`.
    consumer(std::shared_ptr<surroundings const> around, subscription what, receiver& told)
        : around_(std::move(around)), what_(std::move(what)), told_(&told) {}
    ~consumer() override { consumer::abandon(); }

    // `paused` is called on the executor once it wants no more, `left` once it is closed.
    void start(std::vector<shard_reader::wish> parts, std::function<void()> paused, std::function<void()> left) {
        when_paused_ = std::move(paused);
        waker_.emplace(env::run_loop::of(around_->executor), weak_from_this());
        env::context_end::tell(around_->executor, weak_from_this());
        left_ = std::move(left);
        for (auto& p : parts) readers_.push_back(std::make_shared<shard_reader>(*this, std::move(p)));
        wanted_.resize(readers_.size(), !is_sharded());
    }
    subscription const& what() const noexcept { return what_; }
    bool closed() const {
        std::lock_guard const lock(mutex_);
        return closed_;
    }

    // ---- on the executor ----
    void up(std::shared_ptr<session> const& s) {
        session_ = s;
        attach_wanted();
    }
    void down() {
        session_.reset();
        for (auto const& r : readers_) r->detach();
        std::lock_guard const lock(mutex_);
        for (auto const& r : readers_) r->state.begin();
        in_hands_ = 0;
        if (std::exchange(connected_, false)) tell(notice_kind::disconnected);
    }
    // These shards are its own from now on, and no others.
    void own(std::vector<bool> const& wanted) {
        wanted_ = wanted;
        {
            std::lock_guard const lock(mutex_);
            for (std::size_t i = 0; i < readers_.size(); ++i) {
                auto& r = *readers_[i];
                if (wanted_[i] || !r.attached() || r.state.stopped()) continue;
                r.state.stop();
                tell(notice_kind::shard_revoking, r.shard());
            }
        }
        attach_wanted();
        waker_->wake();
    }
    // Calls or drops `done` once the broker has all that was settled.
    void settled(std::function<void()> const& done) {
        tell_broker(true);
        for (auto const& r : readers_) r->sync(done);
    }
    // Also where its context has ended before it was used.
    void abandon() noexcept override {
        {
            std::lock_guard const lock(mutex_);
            closed_ = true;
        }
        for (auto const& r : readers_) r->leave();
        session_.reset();
        alarm_.reset();
        acks_alarm_.reset();
    }

    // ---- of its readers ----
    void on_reading(shard_reader& r) override {
        std::lock_guard const lock(mutex_);
        if (!std::exchange(connected_, true)) tell(notice_kind::connected);
        if (is_sharded()) tell(notice_kind::shard_gained, r.shard());
    }
    void on_message(shard_reader& r, basic_deliver const& how, content const& what) override {
        envelope message;
        std::uint32_t attempt = 1;
        try {
            received_head const of(what.properties, around_->make_id);
            message = read(r, of, what.body);
            attempt = of.attempt(how.redelivered);
        } catch (system_error const& e) {
            complain(e.code(), "a message that can't be received was refused");
        }
        std::lock_guard const lock(mutex_);
        if (r.state.deliver(std::move(message), attempt)) wake();
        waker_->wake(); // there may be something to answer
    }
    void on_too_large(shard_reader& r, basic_deliver const&) override {
        complain(errc::too_large, "a message that is larger than allowed was refused");
        std::lock_guard const lock(mutex_);
        r.state.deliver({}, 1);
        waker_->wake();
    }
    void on_stopped(shard_reader& r, error_code why, std::string_view text) override {
        bool const lost = !session_ || session_->over();
        if (!lost) complain(why, text);
        {
            std::lock_guard const lock(mutex_);
            in_hands_ -= r.state.in_hands();
            r.state.begin();
            // It may be another one's before there is a connection again.
            if (is_sharded()) tell(notice_kind::shard_lost, r.shard());
            if (lost) return; // `down` says so
            if (!is_sharded() && std::exchange(connected_, false)) tell(notice_kind::disconnected);
        }
        later_ = true; // it is tried again
        waker_->wake();
    }

    // ---- source ----
    std::size_t receive(std::vector<delivery>& out, std::size_t most) override {
        std::lock_guard const lock(mutex_);
        if (closed_) return 0;
        std::size_t const free = what_.prefetch - std::min(what_.prefetch, in_hands_);
        std::size_t const wanted = std::min(most, free);
        std::size_t n = 0;
        for (std::size_t i = 0; i < readers_.size() && n < wanted; ++i) {
            auto const which = (turn_ + i) % readers_.size();
            auto& r = *readers_[which];
            for (; n < wanted && r.state.has_some(); ++n) {
                auto d = r.state.take();
                out.emplace_back(std::move(d.message), std::uint64_t{which} << part::used_bits | d.tag, d.attempt);
                ++in_hands_;
            }
            if (r.state.is_due()) waker_->wake();
        }
        turn_ = (turn_ + 1) % readers_.size();
        if (n == most) return n;
        hungry_ = true;
        starved_ = n == wanted && wanted < most;
        return n;
    }
    void notices(std::vector<notice>& out) override {
        std::lock_guard const lock(mutex_);
        out.insert(out.end(), notices_.begin(), notices_.end());
        bool const ended = std::any_of(
            notices_.begin(), notices_.end(), [](notice const& n) { return n.what == notice_kind::disconnected; });
        notices_.clear();
        hungry_ = true;
        if (ended)
            for (auto const& r : readers_) r->state.hold(false);
    }
    void hold(std::uint32_t shard, bool on) override {
        std::lock_guard const lock(mutex_);
        if (closed_ || !is_sharded() || shard >= readers_.size()) return;
        readers_[shard]->state.hold(on);
        if (!on && readers_[shard]->state.has_some()) wake();
    }
    void settle(std::span<settlement const> settlements) override {
        std::lock_guard const lock(mutex_);
        if (closed_) return;
        for (auto const& s : settlements) {
            auto const which = static_cast<std::size_t>(s.tag >> part::used_bits);
            if (which >= readers_.size()) continue;
            for (std::uint32_t k = 0; k < s.count; ++k)
                if (readers_[which]->state.settle(s.tag + k, s.accept)) --in_hands_;
        }
        waker_->wake();
        if (std::exchange(starved_, false)) wake();
    }
    void pause() override {
        std::lock_guard const lock(mutex_);
        if (closed_ || std::exchange(paused_, true)) return;
        for (auto const& r : readers_) r->state.stop();
        waker_->wake();
        env::post(around_->executor, [weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->when_paused_();
        });
    }
    void close() override {
        std::function<void()> left;
        {
            std::lock_guard const lock(mutex_);
            if (std::exchange(closed_, true)) return;
            left.swap(left_);
        }
        if (!left) return;
        // The last settlements, and then what is not settled goes back.
        env::dispatch(around_->executor, [self = shared_from_this(), left = std::move(left)] {
            self->tell_broker(true);
            self->abandon();
            left();
        });
    }

    // Tells the broker what is due.
    bool run() override {
        tell_broker(false);
        if (std::exchange(later_, false)) try_later();
        return false;
    }

private:
    // From when the broker was told something of a queue until it is told of what was accepted since.
    static constexpr std::chrono::milliseconds longest_wait{4};

    bool is_sharded() const noexcept { return what_.from.shards > 0; }

    void attach_wanted() {
        if (!session_) return;
        std::lock_guard const lock(mutex_);
        if (paused_ || closed_) return;
        for (std::size_t i = 0; i < readers_.size(); ++i) {
            auto& r = *readers_[i];
            if (!wanted_[i] || r.attached()) continue;
            r.state.begin();
            r.state.resume();
            r.attach(session_);
        }
    }
    void try_later() {
        if (!session_) return;
        if (!alarm_) alarm_ = env::clock::of(around_->executor).make_alarm(around_->executor);
        auto const& clock = env::clock::of(around_->executor);
        alarm_->set(clock.steady_now() + std::chrono::seconds(1), [weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->attach_wanted();
        });
    }
    // While messages stream in, acknowledgements go together, half of the prefetch or what there is after some
    // milliseconds: to write one costs more than to take a message, here and for the broker. At once goes what comes
    // alone, what the broker waits for to deliver more, and what there is when it is told something else. Each shard
    // has a queue of its own, and steps of its own.
    enum class due { nothing, later, steps, all };
    static due what_is_due(shard_reader const& r, env::steady_point now) noexcept {
        if (!r.attached()) return due::nothing;
        if (r.state.has_more_to_tell()) return due::all;
        if (r.state.untold() == 0) return due::nothing;
        if (now >= r.told_at + longest_wait) return due::all;
        return r.state.is_due() ? due::steps : due::later;
    }
    // What is left, if anything is, is told before long.
    void tell_in_time(env::steady_point when) {
        if (when >= acks_at_) return;
        acks_at_ = when;
        if (!acks_alarm_) acks_alarm_ = env::clock::of(around_->executor).make_alarm(around_->executor);
        acks_alarm_->set(when, [weak = weak_from_this()] {
            auto const self = weak.lock();
            if (!self) return;
            self->acks_at_ = env::steady_point::max();
            self->run();
        });
    }
    void tell_broker(bool all) {
        auto const now = env::clock::of(around_->executor).steady_now();
        auto next = env::steady_point::max();
        bool left = false;
        for (auto const& r : readers_) {
            std::vector<part::answer> answers;
            bool stopped = false;
            bool leaves = false;
            {
                std::lock_guard const lock(mutex_);
                auto const what = all ? due::all : what_is_due(*r, now);
                if (what == due::steps || what == due::all) {
                    r->told_at = now;
                    answers = r->state.take_answers(what == due::all);
                    stopped = r->state.stopped() && r->attached();
                    leaves = r->state.returns() && r->attached();
                    if (leaves) r->state.begin();
                    if (leaves && stopped && is_sharded()) tell(notice_kind::shard_lost, r->shard());
                }
                if (what != due::nothing && r->state.untold() > 0) next = std::min(next, r->told_at + longest_wait);
            }
            r->tell(answers);
            // Of a shard the next owner must not begin before this one has ended: the channel closes then. Others may
            // go on at once.
            if (leaves)
                r->leave();
            else if (stopped && !is_sharded())
                r->cancel();
            left = left || leaves;
        }
        tell_in_time(next);
        if (left) attach_wanted(); // those that are still, or again, its own
    }
    envelope read(shard_reader const& r, received_head const& of, std::string_view body) const {
        envelope_head head = of.head();
        if (is_sharded()) head.shard = r.shard();
        if (of.left_out() > 0) complain(errc::invalid_header, "a message has headers that were left out");
        return envelope::of_bytes(head, of.headers().view(), body);
    }
    void complain(error_code why, std::string_view text) const {
        if (around_->trouble) around_->trouble(what_.from.channel, why, text);
    }
    // ---- with the lock held ----
    void wake() {
        if (!closed_ && std::exchange(hungry_, false)) told_->ready();
    }
    void tell(notice_kind what, std::uint32_t shard = no_shard) {
        notices_.push_back({what, shard});
        wake();
    }

    std::shared_ptr<surroundings const> around_;
    subscription what_;
    receiver* told_;
    std::function<void()> when_paused_;
    std::function<void()> left_;
    std::optional<env::waker> waker_;
    // Used on the executor only.
    std::shared_ptr<session> session_;
    std::vector<bool> wanted_;
    std::unique_ptr<env::alarm> alarm_;
    bool later_ = false;
    std::unique_ptr<env::alarm> acks_alarm_;
    env::steady_point acks_at_ = env::steady_point::max(); // when it rings

    std::vector<std::shared_ptr<shard_reader>> readers_;
    mutable std::mutex mutex_;
    std::vector<notice> notices_;
    std::size_t in_hands_ = 0;
    std::size_t turn_ = 0;
    bool hungry_ = true;
    bool starved_ = false;
    bool connected_ = false;
    bool paused_ = false;
    bool closed_ = false;
};

} // namespace fairway::amqp_detail

#endif
