// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_SIM_BROKER_HPP
#define FAIRWAY_TESTING_SIM_BROKER_HPP

#include <fairway/testing/sim/broker_group.hpp>
#include <fairway/testing/sim/draw.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::testing::sim_detail {

// The model broker: frames in, frames out, no I/O. What it has confirmed survives everything; sessions, with their
// reply channels and unconfirmed publishes, end with their connection.
class broker final : public desk {
public:
    using sender = std::function<void(std::uint64_t session, frame f)>;
    using teller = std::function<void(std::string_view what, std::string_view text, message_id id)>;

    broker(broker_options const& o, std::uint64_t seed, sender send, teller tell)
        : options_(o), dice_(seed, 4), send_(std::move(send)), tell_(std::move(tell)) {}

    // Topology is declared as by an administrator: at once, beside the links. Throws `topology_mismatch`.
    void declare(address const& a) { channel_of(a); }
    void declare(subscription const& s) { group_of(channel_of(s.from), s.group); }

    // The next inputs come at this time.
    void set_time(duration now) noexcept { now_ = now; }
    // When `tick` has something to do.
    std::optional<duration> wake() const {
        std::optional<duration> next = wake_at_;
        if (!delayed_.empty() && (!next || delayed_.begin()->first < *next)) next = delayed_.begin()->first;
        return next;
    }
    void repeat_one_in(std::uint64_t n) noexcept { repeat_ = n; }

    void tick() {
        wake_at_.reset();
        while (!delayed_.empty() && delayed_.begin()->first <= now_) {
            auto due = std::move(delayed_.begin()->second);
            delayed_.erase(delayed_.begin());
            // Confirmed is confirmed: what finds no room waits for it, whatever the bound.
            accept(*due.to, std::move(due.message), later(now_, due.life));
        }
        for (auto& [name, c] : channels_) {
            for (auto& g : c.groups) g.tick();
            if (c.waiting.empty()) continue;
            for (auto& g : c.groups) g.purge();
            resume(c);
            give_up(c);
        }
    }

    void drop(std::uint64_t session) {
        auto const found = sessions_.find(session);
        if (found == sessions_.end()) return;
        auto const gone = std::move(found->second);
        sessions_.erase(found);
        for (auto& [name, c] : channels_)
            std::erase_if(c.waiting, [session](blocked const& b) { return b.session == session; });
        // None of them gets anything any more, while one after another leaves.
        for (auto const& [number, c] : gone.consumers) c->paused = true;
        // How much of what was delivered was received nobody knows: all of it counts as an attempt.
        frame last;
        last.number = ~std::uint64_t{0};
        for (auto const& [number, c] : gone.consumers) remove(*c, last);
    }
    void restart() {
        for (auto& [name, c] : channels_) c.waiting.clear();
        while (!sessions_.empty()) drop(sessions_.begin()->first);
    }
    bool knows(std::uint64_t session) const { return sessions_.find(session) != sessions_.end(); }

    void take(std::uint64_t session, frame f) {
        if (f.kind == frame_kind::hello) {
            sessions_.emplace(session, session_state{});
            frame answer;
            answer.kind = frame_kind::welcome;
            return send_(session, std::move(answer));
        }
        auto const found = sessions_.find(session);
        if (found == sessions_.end()) return;
        if (f.kind == frame_kind::publish) return publish(session, std::move(f));
        if (f.kind == frame_kind::subscribe) return subscribe(session, found->second, f);
        if (f.kind == frame_kind::bye) return drop(session);
        auto const consumer = found->second.consumers.find(f.consumer);
        if (consumer == found->second.consumers.end()) return;
        auto& c = *consumer->second;
        if (f.kind == frame_kind::unsubscribe) {
            auto const gone = std::move(consumer->second);
            found->second.consumers.erase(consumer);
            remove(*gone, f);
        } else if (c.group) {
            act(c, f);
        }
    }

    std::size_t backlog(std::string_view channel, std::string_view group) const {
        auto const found = channels_.find(channel);
        if (found == channels_.end()) return 0;
        std::size_t n = 0;
        for (auto const& g : found->second.groups)
            if (found->second.shape.kind == channel_kind::point_to_point || g.name() == group) n += g.backlog();
        return n;
    }

    broker_options const& options() const override { return options_; }
    duration now() const override { return now_; }
    void send(broker_consumer const& to, frame f) override { send_(to.session, std::move(f)); }
    std::uint64_t next_tag(broker_consumer const& to) override { return ++sessions_.find(to.session)->second.tags; }
    bool repeats() override { return repeat_ > 0 && dice_.one_in(repeat_); }
    void wake_at(duration when) override {
        if (!wake_at_ || when < *wake_at_) wake_at_ = when;
    }
    void note(std::string_view what, std::string_view text, message_id id) override { tell_(what, text, id); }

private:
    // A publish that waits for room.
    struct blocked {
        std::uint64_t session;
        std::uint64_t sequence;
        envelope message;
        duration expires;
        duration until;
    };
    struct channel_state {
        address shape;
        std::vector<log> logs;
        std::list<broker_group> groups;
        std::list<blocked> waiting;
    };
    struct session_state {
        std::uint64_t tags = 0;
        std::map<std::uint64_t, std::unique_ptr<broker_consumer>> consumers;
    };
    struct delayed {
        channel_state* to;
        envelope message;
        duration life;
    };

    channel_state& channel_of(address const& a) {
        auto found = channels_.find(a.channel);
        if (found == channels_.end()) {
            found = channels_.try_emplace(a.channel).first;
            auto& c = found->second;
            c.shape = a;
            if (options_.log()) c.logs.resize(std::max(a.shards, 1U));
            if (a.kind == channel_kind::point_to_point) group_of(c, {});
        }
        auto& c = found->second;
        if (c.shape.kind != a.kind || c.shape.shards != a.shards)
            fairway::detail::fail(errc::topology_mismatch, a.channel);
        return c;
    }
    // A new group starts at now, a point-to-point channel at the earliest.
    broker_group& group_of(channel_state& c, std::string const& name) {
        if (c.shape.kind == channel_kind::point_to_point && !c.groups.empty()) return c.groups.front();
        for (auto& g : c.groups)
            if (g.name() == name) return g;
        std::vector<line> lines(std::max(c.shape.shards, 1U));
        for (std::size_t n = 0; n < c.logs.size(); ++n) lines[n] = line(c.logs[n], c.logs[n].size());
        return c.groups.emplace_back(*this, c.shape.channel, name, c.shape.shards, std::move(lines));
    }

    static std::uint32_t shard_of(channel_state const& c, envelope const& e) noexcept {
        return c.shape.shards == 0 ? 0 : e.shard() % c.shape.shards;
    }
    // A message goes to all groups or to none.
    static bool has_room(channel_state const& c) {
        return std::all_of(c.groups.begin(), c.groups.end(), [](broker_group const& g) { return g.has_room(); });
    }
    void accept(channel_state& c, envelope message, duration expires) {
        auto const shard = shard_of(c, message);
        tell_("accepted", c.shape.channel, message.id());
        item one{std::move(message), 0, 1, expires, false};
        if (options_.log()) {
            auto& to = c.logs[shard];
            one.sequence = to.size();
            to.push_back(std::move(one));
            for (auto& g : c.groups) g.push(shard);
        } else {
            for (auto& g : c.groups) g.push(one, shard);
        }
    }

    void confirm(std::uint64_t session, std::uint64_t sequence, error_code error) {
        frame f;
        f.kind = frame_kind::confirm;
        f.number = sequence;
        f.error = error;
        send_(session, std::move(f));
    }
    void publish(std::uint64_t session, frame f) {
        if (is_reply_address(f.to->channel)) return reply(session, std::move(f));
        auto const found = channels_.find(f.to->channel);
        if (found == channels_.end()) return confirm(session, f.number, errc::unroutable);
        auto& c = found->second;
        if (f.delay > duration::zero()) {
            if (delayed_.size() >= options_.queue_messages()) return confirm(session, f.number, errc::queue_full);
            delayed_.emplace(later(now_, f.delay), delayed{&c, std::move(f.message), after(f.delay, f.life)});
            return confirm(session, f.number, {});
        }
        duration const expires = later(now_, f.life);
        if (c.waiting.empty() && !has_room(c))
            for (auto& g : c.groups) g.purge();
        if (c.waiting.empty() && has_room(c)) {
            accept(c, std::move(f.message), expires);
            return confirm(session, f.number, {});
        }
        if (f.patience <= duration::zero()) return confirm(session, f.number, errc::queue_full);
        duration const until = later(now_, f.patience);
        if (until != duration::max()) wake_at(until);
        c.waiting.push_back({session, f.number, std::move(f.message), expires, until});
    }
    // What is left of a life that counts from now when the delay is over.
    static duration after(duration delay, duration life) noexcept {
        return life == duration::max() ? life : std::max(life - delay, duration::zero());
    }
    void reply(std::uint64_t session, frame f) {
        auto const found = replies_.find(f.to->channel);
        if (found == replies_.end()) return confirm(session, f.number, errc::unroutable);
        auto const& to = *found->second;
        frame answer;
        answer.kind = frame_kind::deliver;
        answer.consumer = to.number;
        answer.number = next_tag(to);
        answer.message = std::move(f.message);
        answer.life = f.life;
        send_(to.session, std::move(answer));
        confirm(session, f.number, {});
    }

    void subscribe(std::uint64_t session, session_state& s, frame const& f) {
        auto c = std::make_unique<broker_consumer>();
        auto& added = *c;
        added.id = ++members_;
        added.session = session;
        added.number = f.consumer;
        added.prefetch = std::max<std::size_t>(f.from->prefetch, 1);
        if (!s.consumers.emplace(f.consumer, std::move(c)).second) return;
        frame answer;
        answer.kind = frame_kind::subscribed;
        answer.consumer = f.consumer;
        send_(session, std::move(answer));
        if (is_reply_address(f.from->from.channel)) {
            replies_[f.from->from.channel] = &added;
            return;
        }
        auto& channel = channel_of(f.from->from);
        group_of(channel, f.from->group).join(added);
        resume(channel);
    }
    void remove(broker_consumer& c, frame const& last) {
        if (c.group) {
            c.group->leave(c, last);
            return resume_all();
        }
        for (auto i = replies_.begin(); i != replies_.end(); ++i) {
            if (i->second != &c) continue;
            replies_.erase(i);
            return;
        }
    }
    void act(broker_consumer& c, frame const& f) {
        switch (f.kind) {
        case frame_kind::pause: c.group->pause(c); break;
        case frame_kind::hold: c.group->hold(c, f.shard, f.on); break;
        case frame_kind::settle: c.group->settle(c, f.settled); break;
        case frame_kind::recall: c.group->recall(c, f); break;
        case frame_kind::yield: c.group->yield(c, f.shard, f.number); break;
        default: return;
        }
        resume_all();
    }

    void resume_all() {
        for (auto& [name, c] : channels_)
            if (!c.waiting.empty()) resume(c);
    }
    void resume(channel_state& c) {
        while (!c.waiting.empty() && has_room(c)) {
            blocked b = std::move(c.waiting.front());
            c.waiting.pop_front();
            accept(c, std::move(b.message), b.expires);
            confirm(b.session, b.sequence, {});
        }
    }
    void give_up(channel_state& c) {
        for (auto i = c.waiting.begin(); i != c.waiting.end();) {
            if (i->until > now_) {
                if (i->until != duration::max()) wake_at(i->until);
                ++i;
                continue;
            }
            confirm(i->session, i->sequence, errc::queue_full);
            i = c.waiting.erase(i);
        }
    }

    broker_options options_;
    dice dice_;
    sender send_;
    teller tell_;
    duration now_{};
    std::optional<duration> wake_at_;
    std::uint64_t repeat_ = 0;
    member_id members_ = 0;
    std::map<std::string, channel_state, std::less<>> channels_;
    std::map<std::uint64_t, session_state> sessions_;
    std::map<std::string, broker_consumer*, std::less<>> replies_;
    std::multimap<duration, delayed> delayed_;
};

} // namespace fairway::testing::sim_detail

#endif
