// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_REGISTRY_CLIENT_STATE_HPP
#define FAIRWAY_REGISTRY_CLIENT_STATE_HPP

#include <fairway/env/clock.hpp>
#include <fairway/registry/messages.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace fairway::detail {

// What a client of the registry knows and decides: what it announces and watches, when to say so, and which lists are
// in force. No I/O. Its user sends what `next_announce` and `next_watch` give, tells what became of it, and comes again
// at `next_event`.
//
// While the registry is away the lists stay as they are. Another incarnation of it knows at first only those who have
// found it already: entries of before that are missing there stay in force for one more lease.
//
// What has never been heard of a channel is not known, which is not the same as that nobody is there. An empty list of
// an incarnation that has just begun does not say so either.
class registry_client_state {
public:
    static constexpr auto longest_wait = std::chrono::seconds(10);     // of a question for its answer
    static constexpr auto least_pause = std::chrono::milliseconds(50); // between questions: it gathers what comes
    static constexpr auto renewed_pause = std::chrono::seconds(1);     // between what another incarnation causes
    static constexpr auto longest_unknown = std::chrono::seconds(30);  // who hears nothing for so long knows nobody
    static constexpr auto first_backoff = std::chrono::milliseconds(250);
    static constexpr auto longest_backoff = std::chrono::seconds(5);

    // `client`: a name that no other client has, a valid one.
    explicit registry_client_state(std::string client) : client_(std::move(client)) {}

    // ---- what the user wants; each call has its counterpart ----
    void announce(registry_entry e, env::steady_point now) {
        if (++wanted_[std::move(e)] == 1) announce_soon(now);
    }
    void withdraw(registry_entry const& e, env::steady_point now) {
        auto const at = wanted_.find(e);
        if (at == wanted_.end() || --at->second > 0) return;
        wanted_.erase(at);
        announce_soon(now);
    }
    void watch(std::string const& channel, env::steady_point now) {
        auto& w = watched_[channel];
        if (++w.users > 1) return;
        w.unknown_until = now + longest_unknown;
        knows_all_ = asked_all_ = false; // the question that waits does not ask for this channel
        // Each question names all channels: who watches one after the other does not ask at each.
        watch_due_ = std::max(now, asked_at_ + least_pause);
    }
    void unwatch(std::string const& channel) {
        auto const at = watched_.find(channel);
        if (at == watched_.end() || --at->second.users > 0) return;
        watched_.erase(at);
        changed_.erase(channel);
        if (watched_.empty()) watch_due_.reset();
    }

    // ---- what to send ----
    // All that is announced, where it is time to say so; the one before counts no longer.
    std::optional<registry_announce> next_announce(env::steady_point now) {
        if (!announce_due_ || *announce_due_ > now) return std::nullopt;
        announce_due_.reset();
        return announcement(now);
    }
    // A question, where it is time for one; the one before counts no longer.
    std::optional<registry_watch> next_watch(env::steady_point now) {
        if (!watch_due_ || *watch_due_ > now || watched_.empty()) return std::nullopt;
        watch_due_.reset();
        asked_at_ = now;
        registry_watch q;
        q.client = client_;
        q.number = ++watch_number_;
        q.epoch = knows_all_ ? epoch_ : std::string();
        q.since = knows_all_ ? revision_ : 0;
        q.wait_ms = std::chrono::duration_cast<std::chrono::milliseconds>(longest_wait).count();
        for (auto const& [name, w] : watched_) q.channels.push_back(name);
        asked_all_ = true;
        return q;
    }
    // The last word: nothing is announced any more. Nothing where nothing was, or where that has been said.
    std::optional<registry_announce> farewell(env::steady_point now) {
        bool const unsaid = !wanted_.empty() || announce_due_;
        wanted_.clear();
        announce_due_.reset();
        if (!unsaid || announce_number_ == 0) return std::nullopt;
        return announcement(now);
    }
    std::optional<env::steady_point> next_event() const {
        std::optional<env::steady_point> next = announce_due_;
        for (auto const& other : {watch_due_, grace_until_})
            if (other && (!next || *other < *next)) next = other;
        for (auto const& [name, w] : watched_)
            if (w.unknown_until && (!next || *w.unknown_until < *next)) next = w.unknown_until;
        return next;
    }

    // ---- what came of it; `random`: 64 random bits ----
    // Each returns false where it is about one that counts no longer.
    bool leased(std::uint64_t number, registry_lease const& answer, env::steady_point now, std::uint64_t random) {
        if (number != announce_number_) return false;
        announce_failures_ = 0;
        lease_ = bounded(answer.lease_ms);
        lease_epoch_ = answer.epoch;
        // A third of a lease, and up to a tenth less: clients do not keep step.
        auto const third = lease_ / 3;
        if (!wanted_.empty() && !announce_due_) announce_due_ = now + third - share(third / 10, random);
        // What waits there for changes waits at one that has gone.
        if (!watched_.empty() && !epoch_.empty() && answer.epoch != epoch_ && !watch_due_)
            watch_due_ = std::max(now, asked_at_ + renewed_pause);
        return true;
    }
    bool announce_failed(std::uint64_t number, env::steady_point now, std::uint64_t random) {
        if (number != announce_number_) return false;
        if (!announce_due_) announce_due_ = now + backoff(announce_failures_, random);
        return true;
    }
    bool listed(std::uint64_t number, registry_lists const& answer, env::steady_point now) {
        if (number != watch_number_) return false;
        watch_failures_ = 0;
        lease_ = bounded(answer.lease_ms);
        if (answer.epoch != epoch_) change_epoch(answer.epoch, now);
        revision_ = answer.revision;
        knows_all_ = asked_all_;
        duration const unsettled = std::chrono::milliseconds(std::min<std::uint64_t>(answer.unsettled_ms, 3'600'000));
        for (auto const& l : answer.lists) apply(l, now, unsettled);
        if (!watched_.empty()) {
            auto const soon = std::max(now, asked_at_ + least_pause);
            watch_due_ = watch_due_ ? std::min(*watch_due_, soon) : soon;
        }
        // A new one does not know what this client announces.
        if (!wanted_.empty() && answer.epoch != lease_epoch_ && announce_failures_ == 0) {
            auto const soon = std::max(now, announced_at_ + renewed_pause);
            announce_due_ = announce_due_ ? std::min(*announce_due_, soon) : soon;
        }
        return true;
    }
    bool watch_failed(std::uint64_t number, env::steady_point now, std::uint64_t random) {
        if (number != watch_number_) return false;
        if (!watched_.empty() && !watch_due_) watch_due_ = now + backoff(watch_failures_, random);
        return true;
    }
    // Nothing will be heard any more.
    void give_up() {
        for (auto& [name, w] : watched_)
            if (std::exchange(w.unknown_until, std::nullopt)) changed_.insert(name);
    }
    // Ends the time of grace, and the time in which a channel may be unknown.
    void advance(env::steady_point now) {
        for (auto& [name, w] : watched_) {
            if (!w.unknown_until || *w.unknown_until > now) continue;
            w.unknown_until.reset();
            changed_.insert(name);
        }
        if (!grace_until_ || *grace_until_ > now) return;
        grace_until_.reset();
        for (auto& [name, w] : watched_)
            if (!std::exchange(w.old, {}).empty()) changed_.insert(name);
    }

    // ---- what is in force ----
    // The channels whose lists have changed, or are known now, since this was last asked.
    std::set<std::string> take_changed() { return std::exchange(changed_, {}); }
    // False while nothing has been heard of it.
    bool knows(std::string const& channel) const {
        auto const at = watched_.find(channel);
        return at != watched_.end() && !at->second.unknown_until;
    }
    // Sorted.
    std::vector<std::string> endpoints(std::string const& channel) const {
        auto const at = watched_.find(channel);
        if (at == watched_.end()) return {};
        std::set<std::string> all = at->second.told;
        all.insert(at->second.old.begin(), at->second.old.end());
        return {all.begin(), all.end()};
    }
    // True once where incarnations of the registry come back that another one has followed: there are two of them.
    bool take_conflict() { return std::exchange(conflict_, false); }
    std::string const& client() const noexcept { return client_; }

private:
    struct watched {
        std::size_t users = 0;
        std::set<std::string> told;                     // by the present registry
        std::set<std::string> old;                      // by an earlier one, in the time of grace
        std::optional<env::steady_point> unknown_until; // while nothing has been heard of it
    };

    // Each announcement holds all entries: who comes with one after the other does not announce at each.
    void announce_soon(env::steady_point now) { announce_due_ = std::max(now, announced_at_ + least_pause); }
    registry_announce announcement(env::steady_point now) {
        announced_at_ = now;
        registry_announce a;
        a.client = client_;
        a.number = ++announce_number_;
        for (auto const& [e, users] : wanted_) a.entries.push_back(e);
        return a;
    }
    static duration bounded(std::uint64_t lease_ms) {
        return std::chrono::milliseconds(std::clamp<std::uint64_t>(lease_ms, 1'000, 3'600'000));
    }
    static duration share(duration whole, std::uint64_t random) {
        return duration(static_cast<duration::rep>(random % static_cast<std::uint64_t>(whole.count() + 1)));
    }
    // Full jitter, as of "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    static duration backoff(unsigned& failures, std::uint64_t random) {
        duration const most = std::min<duration>(first_backoff * (1U << std::min(failures, 10U)), longest_backoff);
        ++failures;
        return least_pause + share(most - least_pause, random);
    }

    void change_epoch(std::string const& epoch, env::steady_point now) {
        if (!epoch_.empty()) {
            for (auto& [name, w] : watched_) w.old.merge(std::exchange(w.told, {}));
            grace_until_ = now + lease_;
            if (std::find(past_epochs_.begin(), past_epochs_.end(), epoch) != past_epochs_.end()) conflict_ = true;
            past_epochs_.push_back(epoch_);
            if (past_epochs_.size() > 8) past_epochs_.pop_front();
        }
        epoch_ = epoch;
    }
    void apply(registry_list const& l, env::steady_point now, duration unsettled) {
        auto const at = watched_.find(l.channel);
        if (at == watched_.end()) return;
        auto& w = at->second;
        if (w.unknown_until && l.endpoints.empty() && unsettled > duration(0)) {
            w.unknown_until = std::min(*w.unknown_until, now + unsettled);
            return;
        }
        std::set<std::string> now_told(l.endpoints.begin(), l.endpoints.end());
        auto const before = endpoints(l.channel);
        // What the present one has told is its own to end.
        for (auto const& e : now_told) w.old.erase(e);
        w.told = std::move(now_told);
        bool const first = std::exchange(w.unknown_until, std::nullopt).has_value();
        if (first || endpoints(l.channel) != before) changed_.insert(l.channel);
    }

    std::string client_;
    std::map<registry_entry, std::size_t> wanted_; // and how often
    std::map<std::string, watched> watched_;
    std::set<std::string> changed_;
    duration lease_ = std::chrono::seconds(30);

    std::uint64_t announce_number_ = 0;
    std::optional<env::steady_point> announce_due_;
    env::steady_point announced_at_{-least_pause};
    unsigned announce_failures_ = 0;
    std::string lease_epoch_;

    std::uint64_t watch_number_ = 0;
    std::optional<env::steady_point> watch_due_;
    env::steady_point asked_at_{-least_pause};
    unsigned watch_failures_ = 0;
    std::string epoch_;
    std::uint64_t revision_ = 0;
    bool asked_all_ = false; // the last question is for all that is watched
    bool knows_all_ = false; // `revision_` holds for all that is watched
    std::optional<env::steady_point> grace_until_;
    std::deque<std::string> past_epochs_;
    bool conflict_ = false;
};

} // namespace fairway::detail

#endif
