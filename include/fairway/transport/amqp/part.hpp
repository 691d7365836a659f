// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_PART_HPP
#define FAIRWAY_TRANSPORT_AMQP_PART_HPP

#include <fairway/envelope/envelope.hpp>
#include <fairway/transport/seam.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace fairway::amqp_detail {

// What the broker delivers to a consumer over one AMQP channel, a queue's, and what becomes of it. Pure; guarded by the
// consumer's lock.
//
// Delivery tags count from 1 on each channel. What is given back out of its order would come again behind what follows
// it: so the queue of a shard gives back all together, once what was handed out has ended (`returns`), by closing the
// channel. RabbitMQ then keeps the order, but not where more than 32 go back by a nack.
class part {
public:
    // Told to the broker, in this order.
    struct answer {
        enum class kind { ack, ack_up_to, back, refuse } what;
        std::uint64_t tag;
    };

    // `in_order`: nothing may overtake what goes back. Of `prefetch`, which the broker delivers at most ahead of what
    // it was told, a half is a step.
    part(bool in_order, std::size_t prefetch)
        : in_order_(in_order), prefetch_(prefetch), step_(std::max<std::size_t>(prefetch / 2, 1)) {}

    // ---- from the broker ----
    // A channel was opened: its tags begin anew.
    void begin() {
        all_.clear();
        last_ = 0;
        next_ = 0;
        handed_ = 0;
        returning_ = false;
        done_ = 0;
        answers_.clear();
        ++generation_;
    }
    // The next delivery, which is the message's first one or a later attempt; without a message it is none that can be
    // handed out, and is refused. True where there is something new to hand out.
    bool deliver(envelope message, std::uint32_t attempt) {
        bool const wanted = message && !stopped_;
        auto const tag = ++last_;
        all_.push_back({std::move(message), tag, attempt, wanted ? state::here : state::over});
        if (!all_.back().message) {
            answers_.push_back({answer::kind::refuse, tag});
        } else if (stopped_ && !in_order_) {
            answers_.push_back({answer::kind::back, tag});
        } else if (stopped_) {
            all_.back().at = state::here; // goes back with all others
        }
        return wanted && !held_ && !returning_;
    }

    // ---- for the consumer ----
    bool has_some() const noexcept {
        if (held_ || stopped_ || returning_) return false;
        return std::any_of(all_.begin() + static_cast<std::ptrdiff_t>(next_), all_.end(),
            [](one const& d) { return d.at == state::here; });
    }
    struct handed {
        envelope message;
        std::uint64_t tag; // with the generation above its 40 bits
        std::uint32_t attempt;
    };
    // Where `has_some`.
    handed take() {
        while (all_[next_].at != state::here) ++next_;
        auto& d = all_[next_];
        d.at = state::out;
        ++handed_;
        ++next_;
        return {std::move(d.message), (generation_ & generation_mask) << tag_bits | d.tag, d.attempt};
    }
    // True where it was out.
    bool settle(std::uint64_t tag, bool accept) {
        if ((tag >> tag_bits & generation_mask) != (generation_ & generation_mask)) return false;
        tag &= (std::uint64_t{1} << tag_bits) - 1;
        auto const found = std::lower_bound(
            all_.begin(), all_.end(), tag, [](one const& left, std::uint64_t right) { return left.tag < right; });
        if (found == all_.end() || found->tag != tag || found->at != state::out) return false;
        auto& d = *found;
        --handed_;
        if (accept) {
            d.at = state::done;
            ++done_;
        } else if (in_order_) {
            d.at = state::back;
            returning_ = true;
        } else {
            d.at = state::over;
            answers_.push_back({answer::kind::back, tag});
        }
        return true;
    }
    void hold(bool on) noexcept { held_ = on; }
    // No more is handed out. What was not goes back: at once, or with `returns` where the order counts.
    void stop() {
        if (std::exchange(stopped_, true) || in_order_) return;
        for (std::size_t i = next_; i < all_.size(); ++i) {
            if (all_[i].at != state::here) continue;
            all_[i].at = state::over;
            answers_.push_back({answer::kind::back, all_[i].tag});
        }
    }
    bool stopped() const noexcept { return stopped_; }
    // It is wanted again.
    void resume() noexcept { stopped_ = false; }
    // Nothing that was handed out is open.
    bool idle() const noexcept { return handed_ == 0; }
    // All that the broker has delivered has to go back to it now.
    bool returns() const noexcept { return handed_ == 0 && (returning_ || stopped_); }
    std::size_t in_hands() const noexcept { return handed_; }
    // How many it remembers: not much more than twice what may be open, however long one stays so.
    std::size_t remembered() const noexcept { return all_.size(); }
    // How many were accepted of which the broker does not know.
    std::size_t untold() const noexcept { return done_; }
    // There is, or may soon be, more to tell it than what was accepted.
    bool has_more_to_tell() const noexcept { return stopped_ || returning_ || !answers_.empty(); }

    // It is to be told now: a step is full, or the broker can deliver nothing more before it is.
    bool is_due() const noexcept {
        if (done_ == 0) return false;
        bool const held_up = all_.front().at == state::out; // no step is full before that one has ended
        return done_ >= step_ || (!held_up && end_of_steps(all_.front().tag - 1 + done_) >= all_.front().tag) ||
               done_ + handed_ >= prefetch_;
    }

    // What the broker is to be told: the steps that are full, or all where none is or `all` is wanted.
    std::vector<answer> take_answers(bool all) {
        forget();
        // What is done in a row from the front is acknowledged at once, what is done behind that alone.
        // The broker takes a tag only that is open.
        std::size_t row = 0;
        while (row < all_.size() && (all_[row].at == state::done || all_[row].at == state::over)) ++row;
        auto const full = end_of_steps(row < all_.size() ? all_[row].tag - 1 : last_);
        bool const steps = !all && !has_more_to_tell() && row > 0 && full >= all_.front().tag;
        while (steps && all_[row - 1].tag > full) --row;
        std::uint64_t last = 0;
        for (std::size_t i = 0; i < row; ++i) {
            if (all_[i].at != state::done) continue;
            last = all_[i].tag;
            --done_;
        }
        std::vector<answer> told = std::exchange(answers_, {});
        if (last > 0) told.push_back({answer::kind::ack_up_to, last});
        drop(row);
        if (steps && !is_due()) return told;
        auto const alone = static_cast<std::ptrdiff_t>(told.size());
        for (std::size_t i = std::min(next_, all_.size()); i > 0 && done_ > 0; --i) {
            if (all_[i - 1].at != state::done) continue;
            all_[i - 1].at = state::over;
            --done_;
            told.push_back({answer::kind::ack, all_[i - 1].tag});
        }
        std::reverse(told.begin() + alone, told.end());
        return told;
    }

    // Of a tag: of the channel's, of the generation above them; the rest is the consumer's.
    static constexpr unsigned tag_bits = 40;
    static constexpr std::uint64_t generation_mask = 0xfff;
    static constexpr unsigned used_bits = 52;

private:
    enum class state {
        here, // not handed out
        out,  // handed out
        done, // accepted, which the broker does not know
        back, // released, which it does not know
        over, // it knows
    };
    struct one {
        envelope message;
        std::uint64_t tag;
        std::uint32_t attempt;
        state at;
    };

    // Where the last step ends that is full where all is done up to this tag. A step is half of what may be open, and
    // ends at the same tags each time: the broker delivers as many together as were acknowledged, so that one half is
    // on its way while the other one is handled. Acknowledged with a part of the next step, that one would end in the
    // delivery after it, and wait for that.
    std::uint64_t end_of_steps(std::uint64_t done_up_to) const noexcept { return done_up_to - done_up_to % step_; }
    void drop(std::size_t n) {
        all_.erase(all_.begin(), all_.begin() + static_cast<std::ptrdiff_t>(n));
        next_ -= std::min(next_, n);
    }
    // What is over, behind one that stays open for long.
    void forget() {
        if (all_.size() <= 2 * prefetch_) return;
        auto const is_over = [](one const& d) { return d.at == state::over; };
        auto const next = all_.begin() + static_cast<std::ptrdiff_t>(next_);
        next_ -= static_cast<std::size_t>(std::count_if(all_.begin(), next, is_over));
        std::erase_if(all_, is_over);
    }

    bool in_order_;
    std::size_t prefetch_;
    std::size_t step_;
    std::uint64_t generation_ = 0;
    std::deque<one> all_;    // that the broker has delivered and that is not over, by tags; some that are
    std::uint64_t last_ = 0; // the last tag
    std::size_t next_ = 0;   // the first of them that was not handed out, or is behind it
    std::size_t handed_ = 0;
    std::size_t done_ = 0; // that the broker does not know
    bool held_ = false;
    bool stopped_ = false;
    bool returning_ = false; // nothing is handed out until all has gone back
    std::vector<answer> answers_;
};

} // namespace fairway::amqp_detail

#endif
