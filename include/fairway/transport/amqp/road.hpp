// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_ROAD_HPP
#define FAIRWAY_TRANSPORT_AMQP_ROAD_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/run_loop.hpp>
#include <fairway/transport/amqp/declare.hpp>
#include <fairway/transport/amqp/delay_queue.hpp>
#include <fairway/transport/amqp/envelope_map.hpp>
#include <fairway/transport/amqp/lane.hpp>
#include <fairway/transport/amqp/road_context.hpp>
#include <fairway/transport/amqp/session.hpp>
#include <fairway/transport/outbox.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fairway::amqp_detail {

using amqp_outbox = fairway::detail::outbox<std::shared_ptr<reply_address const>>;

// The way of messages into one channel, or of all replies: an AMQP channel in confirm mode, so that the errors of one
// do not end another. What is not confirmed goes out again when the connection was lost; what comes back because its
// queue has gone, once that was made again.
class road final : public channel_user, public env::runnable, public std::enable_shared_from_this<road> {
public:
    // To a channel; nothing for replies.
    road(std::shared_ptr<road_context const> context, std::optional<address> to, fairway::detail::outbox_bounds most)
        : context_(std::move(context)),
          to_(std::move(to)),
          clock_(env::clock::of(context_->executor)),
          alarm_(clock_.make_alarm(context_->executor)),
          most_(most) {
        for (std::uint32_t i = 0; to_ && i < std::max(to_->shards, 1U); ++i)
            ways_.push_back(context_->names.way(*to_, i));
    }
    void start() {
        waker_.emplace(env::run_loop::of(context_->executor), weak_from_this());
        outbox_ =
            std::make_shared<amqp_outbox>(context_->executor, most_, acceptance::durable, [this] { waker_->wake(); });
    }

    // Thread-safe.
    std::shared_ptr<amqp_outbox> const& out() const noexcept { return outbox_; }

    // ---- on the executor ----
    void up(std::shared_ptr<session> const& s) {
        session_ = s;
        go_on();
    }
    void down() {
        session_.reset();
        pausing_ = false;
        lanes_.clear(); // another session finds other queues
        refuses_ = {};
        lost();
    }
    // There may be something to do.
    void go_on() {
        if (session_ && context_->may_publish() && !channel_ && !pausing_) open();
        waker_->wake();
    }
    void close() {
        outbox_->close();
        end();
    }
    void abandon() noexcept {
        outbox_->abandon();
        alarm_.reset();
        session_.reset();
        channel_.reset();
    }
    bool empty() const { return outbox_->empty(); }

    // ---- of its channel ----
    void on_open() override {
        auto const ready = [weak = weak_from_this(), now = channel_] {
            auto const self = weak.lock();
            if (self && self->channel_ == now) self->select();
        };
        if (to_)
            declare(*channel_, topology_of(*to_, context_->names), context_->mode, ready);
        else
            ready();
    }
    void on_closed(error_code why, std::string_view text) override {
        bool const is_session = !session_ || session_->over();
        if (why == errc::too_large && !is_session) suspect();
        lost();
        if (is_session) return;
        // Refused: what waits can't be sent, and an operator may change that. But what is not there is made again.
        if (context_->trouble) context_->trouble(to_ ? to_->channel : "replies", why, text);
        bool const is_missing = why == errc::unroutable && !is_made_here();
        if (why == errc::topology_mismatch || why == errc::unauthorized || is_missing) outbox_->refuse(why);
        open_later();
    }
    void on_return(basic_return const&, content const& what) override {
        auto const id = parse_id(what.properties.message_id.value_or(std::string_view()));
        auto const is_it = [&](auto const& p) { return p.second.id == id; };
        // They come back in the order in which they were published.
        auto const after = on_their_way_.upper_bound(last_returned_);
        auto found = std::find_if(after, on_their_way_.end(), is_it);
        if (found == on_their_way_.end()) found = std::find_if(on_their_way_.begin(), after, is_it);
        if (found == on_their_way_.end()) return;
        found->second.returned = true;
        last_returned_ = found->first;
    }
    void on_confirm(std::uint64_t tag, bool multiple, bool taken) override {
        auto const end = on_their_way_.upper_bound(tag);
        auto p = multiple ? on_their_way_.begin() : on_their_way_.lower_bound(tag);
        for (; p != end; p = on_their_way_.erase(p)) confirmed(p->second, taken);
        if (reopens_ && on_their_way_.empty()) reopen();
        waker_->wake();
    }
    void on_room() override { waker_->wake(); }

    // Publishes what there is.
    bool run() override {
        constexpr int at_once = 64;
        if (!context_->may_publish() || !ready_ || reopens_ || rests_) return false;
        auto const now = clock_.now();
        auto const each = std::min(most_.messages, std::numeric_limits<std::size_t>::max() / (lanes_.size() + 1));
        auto const most = suspects_ > 0 || probes_ ? 1 : (lanes_.size() + 1) * each;
        for (int n = 0; n < at_once; ++n) {
            if (on_their_way_.size() >= most) return false;
            if (!channel_->has_room() || session_->blocked()) return false;
            auto const one = next(now);
            if (!one) return false;
            publish(*one, now);
        }
        waker_->wake();
        return true;
    }

private:
    static constexpr duration least_pause = std::chrono::milliseconds(100);
    static constexpr duration most_pause = std::chrono::milliseconds(1'600);

    struct on_its_way {
        std::uint64_t number;
        message_id id;
        std::optional<std::uint32_t> through; // the lane, where the order counts
        bool once;                            // is not sent again
        bool returned = false;
    };

    // Whether it makes what is missing.
    bool is_made_here() const {
        return to_ && context_->mode == topology_mode::declare && !context_->names.existing().has(*to_);
    }
    void open() {
        channel_ = session_->open(weak_from_this());
        last_tag_ = 0;
        opened_at_ = clock_.steady_now();
        lanes_.resize(to_ ? to_->shards : 0);
        for (auto& l : lanes_) l.reopened();
        refuses_.reopened();
        going_on_.clear();
        std::erase_if(returned_, [this](std::uint64_t number) { return !outbox_->has(number); });
    }
    // None for what is delayed.
    std::optional<std::uint32_t> lane_of(envelope const& m, time_point now) const noexcept {
        auto const shard = m.shard();
        if (shard >= lanes_.size() || m.due() > now) return std::nullopt;
        return shard;
    }
    void go_on_with(std::uint32_t shard) {
        auto& l = lanes_[shard];
        if (l.may_go(most_.messages) && !std::exchange(l.goes_on, true)) going_on_.push_back(shard);
    }
    // What is held back goes before what comes later.
    std::optional<amqp_outbox::item> next(time_point now) {
        for (; !going_on_.empty(); going_on_.pop_back()) {
            auto& l = lanes_[going_on_.back()];
            if (l.may_go(most_.messages))
                if (auto one = outbox_->take_held(going_on_.back())) return one;
            l.goes_on = false;
        }
        auto const may_go = [&] { return context_->may_publish(); };
        return outbox_->take(may_go, [&](envelope const& m) {
            auto const shard = lane_of(m, now);
            return shard && !lanes_[*shard].may_go(most_.messages) ? shard : std::nullopt;
        });
    }
    // Where a quorum queue is made again before the broker has told its consumers that it was deleted, RabbitMQ never
    // tells them, and what they are sent from the new one gets lost in the broker (3.10).
    void open_later() {
        constexpr duration pause = std::chrono::seconds(1);
        pausing_ = true;
        alarm_->set(clock_.steady_now() + pause, [weak = weak_from_this()] {
            auto const self = weak.lock();
            if (!self) return;
            self->pausing_ = false;
            self->go_on();
        });
    }
    void select() {
        channel_->call<confirm_select_ok>(confirm_select{}, [weak = weak_from_this(), now = channel_](auto const&) {
            auto const self = weak.lock();
            if (!self || self->channel_ != now) return;
            self->ready_ = true;
            self->outbox_->connected();
        });
    }
    void lost(bool with_what_was_sent = true) {
        ready_ = reopens_ = rests_ = is_waiting_ = false;
        channel_.reset();
        later_.clear();
        last_returned_ = 0;
        for (auto const& [tag, p] : std::exchange(on_their_way_, {}))
            if (p.once) outbox_->end(p.number, errc::outcome_unknown);
        outbox_->begin_again(with_what_was_sent);
    }
    void close_channel(bool with_what_was_sent = true) {
        if (channel_) channel_->close();
        lost(with_what_was_sent);
    }
    void end() {
        alarm_->cancel();
        close_channel();
        session_.reset();
    }

    void publish(amqp_outbox::item const& what, time_point now) {
        basic_publish p;
        route made;
        auto const* way = &made;
        error_code refused;
        if (what.where) {
            // What goes to a direct reply-to is delivered, and returned nevertheless.
            made = {"", what.where->queue, !direct_reply::is_to(what.where->queue)};
        } else {
            auto const shard = to_->shards > 0 ? what.message.shard() : 0;
            if (shard >= ways_.size()) return outbox_->end(what.number, errc::unroutable);
            way = &ways_[shard];
        }
        try {
            auto properties = properties_.of(what.message, now);
            if (what.where && what.where->correlation) properties.correlation_id = *what.where->correlation;
            if (!what.where && what.message.due() > now) {
                made = *way;
                way = &made;
                refused = delay(made, what.message.due(), now);
            }
            p.exchange = way->exchange;
            p.routing_key = way->key;
            p.mandatory = way->mandatory;
            if (!refused) channel_->publish(p, properties, what.message.body());
        } catch (system_error const& e) {
            refused = e.code(); // a text does not fit its field, or a queue's name; or a header is the broker's
        }
        if (refused) return outbox_->end(what.number, refused);
        auto const through = lane_of(what.message, now);
        if (through) ++lanes_[*through].open;
        bool const once = what.where && !p.mandatory;
        on_their_way_.emplace_hint(
            on_their_way_.end(), ++last_tag_, on_its_way{what.number, what.message.id(), through, once});
    }
    // Leads the way through a queue in which a message stays so long.
    error_code delay(route& way, time_point due, time_point now) {
        auto const through = delay_queue::of(way, due - now, now, context_->names.prefix());
        if (!through || context_->mode != topology_mode::declare) return errc::unsupported;
        queue_declare d;
        d.queue = through->queue.name;
        d.durable = true;
        d.arguments = table_view(through->queue.arguments);
        channel_->call<queue_declare_ok>(d, [](auto const&) {});
        way = {"", through->queue.name, true};
        return {};
    }
    void confirmed(on_its_way const& p, bool taken) {
        if (suspects_ > 0) --suspects_;
        if (p.through) {
            lanes_[*p.through].ended(taken && !p.returned);
            go_on_with(*p.through);
        }
        if (taken && !p.returned) {
            if (!p.through) probes_ = false, refuses_.taken();
            if (!refused_.empty() && refused_.erase(p.number) > 0) pause_ = least_pause;
            if (!returned_.empty()) std::erase(returned_, p.number);
            return outbox_->end(p.number);
        }
        if (!taken) return refused(p);
        bool const known = std::find(returned_.begin(), returned_.end(), p.number) != returned_.end();
        if (!is_made_here() || known) {
            std::erase(returned_, p.number);
            return outbox_->end(p.number, errc::unroutable);
        }
        // Its queue was deleted: it is made again.
        returned_.push_back(p.number);
        outbox_->take_again(p.number);
        if (!std::exchange(reopens_, true)) reopen_soon();
    }
    // The broker has ended the channel since one of the messages on their way is larger than it allows, and does not
    // say which: each goes alone until they are through, and that one ends.
    void suspect() {
        suspects_ = on_their_way_.size();
        if (suspects_ != 1) return;
        outbox_->end(on_their_way_.begin()->second.number, errc::too_large);
        on_their_way_.clear(), suspects_ = 0;
    }
    // It goes again, after a pause, perhaps over another channel.
    void refused(on_its_way const& p) {
        constexpr duration patience_of_replies = std::chrono::seconds(10);
        auto const now = clock_.steady_now();
        auto const since = refused_.try_emplace(p.number, now).first->second;
        // Others' replies do not wait for a queue that is full, perhaps on purpose.
        if (!to_ && now - since >= patience_of_replies) {
            refused_.erase(p.number);
            return outbox_->end(p.number, errc::queue_full);
        }
        to_ ? outbox_->take_again(p.number, p.through) : later_.push_back(p.number);
        again_later(p.through);
        if (reopens_ || (p.through && lanes_[*p.through].is_known)) return;
        reopens_ = (p.through ? lanes_[*p.through].refuses : refuses_).again(since, opened_at_, now);
        if (reopens_) reopen_soon();
    }
    // Once all that is on its way was confirmed, or some time later.
    void reopen_soon() {
        constexpr duration patience = std::chrono::seconds(5);
        alarm_->set(clock_.steady_now() + patience, [weak = weak_from_this()] {
            if (auto const self = weak.lock(); self && self->reopens_) self->reopen();
        });
    }
    void reopen() {
        close_channel(!on_their_way_.empty());
        to_ ? open_later() : go_on(); // no queue is made for replies
    }
    // A queue that is full refuses all that comes: after a pause it is tried with one. The other groups of an event
    // have it each time, so that the pauses grow.
    void again_later(std::optional<std::uint32_t> shard) {
        if (to_) (shard ? lanes_[*shard].rests : rests_) = true;
        probes_ = probes_ || (to_ && lanes_.empty());
        if (reopens_ || std::exchange(is_waiting_, true)) return;
        alarm_->set(clock_.steady_now() + pause_, [weak = weak_from_this()] {
            auto const self = weak.lock();
            if (!self) return;
            self->rests_ = self->is_waiting_ = false;
            if (self->to_) self->pause_ = std::min(2 * self->pause_, most_pause);
            std::erase_if(self->refused_, [&self](auto const& r) { return !self->outbox_->has(r.first); });
            for (auto const number : std::exchange(self->later_, {})) self->outbox_->take_again(number);
            for (std::uint32_t i = 0; i < self->lanes_.size(); ++i)
                if (std::exchange(self->lanes_[i].rests, false)) self->go_on_with(i);
            self->waker_->wake();
        });
    }

    std::shared_ptr<road_context const> context_;
    std::optional<address> to_;
    env::clock& clock_;
    std::unique_ptr<env::alarm> alarm_;
    fairway::detail::outbox_bounds most_;
    std::optional<env::waker> waker_;
    std::shared_ptr<amqp_outbox> outbox_;
    std::shared_ptr<session> session_;
    std::shared_ptr<channel> channel_;
    std::vector<route> ways_; // of the shards, or of all
    envelope_properties properties_;
    std::map<std::uint64_t, on_its_way> on_their_way_; // by tags
    std::vector<lane> lanes_;                          // by shards
    std::vector<std::uint32_t> going_on_;              // which may have something that was held back
    std::vector<std::uint64_t> returned_;              // once
    std::uint64_t last_tag_ = 0;
    std::uint64_t last_returned_ = 0;
    std::size_t suspects_ = 0; // as `suspect` says
    bool ready_ = false;
    std::map<std::uint64_t, env::steady_point> refused_; // since when
    std::vector<std::uint64_t> later_;                   // replies that wait for the end of a pause
    refusing refuses_;                                   // but through lanes
    env::steady_point opened_at_{};
    duration pause_ = least_pause;
    bool probes_ = false;     // what goes elsewhere than through lanes goes alone until something was taken
    bool pausing_ = false;    // it was refused
    bool rests_ = false;      // the broker could not take something
    bool is_waiting_ = false; // for the end of a rest
    bool reopens_ = false;    // as `reopen_soon` says
};

} // namespace fairway::amqp_detail

#endif
