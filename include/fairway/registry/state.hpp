// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_REGISTRY_STATE_HPP
#define FAIRWAY_REGISTRY_STATE_HPP

#include <fairway/contract/name.hpp>
#include <fairway/env/clock.hpp>
#include <fairway/env/endpoint.hpp>
#include <fairway/error.hpp>
#include <fairway/registry/messages.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway {

/// What a registry allows.
struct registry_limits {
    /// How long entries stay without being announced again.
    duration lease = std::chrono::seconds(30);
    /// The longest that a question may wait for a change.
    duration longest_wait = std::chrono::seconds(60);
    /// The most entries of one principal.
    std::size_t entries_per_principal = 1'000;
    /// The most clients of one principal, those that only ask not counted.
    std::size_t clients_per_principal = 1'000;
    /// The most questions of one principal that wait for a change. A client has one at a time.
    std::size_t questions_per_principal = 1'000;
    /// The most entries.
    std::size_t entries = 100'000;
    /// The most endpoints of one channel.
    std::size_t endpoints_per_channel = 256;
    /// The most clients that announce.
    std::size_t clients = 10'000;
    /// The most questions that wait for a change.
    std::size_t questions = 10'000;
    /// The most channels in one question.
    std::size_t channels_per_question = 10'000;
    /// The most channels without any endpoint whose revision is remembered; beyond it all are forgotten, and who asks
    /// from before is told everything once.
    std::size_t forgotten_channels = 1'000;
};

namespace detail {

// What a registry knows and decides: no I/O, no waiting. Its user calls `advance` after each operation and at
// `next_event`. Sets and maps are ordered ones: clients choose the keys.
class registry_state {
public:
    using ticket = std::uint64_t; // the user's mark for a question

    struct answer {
        ticket to = 0;
        registry_lists lists;
    };

    // `epoch`: a text that no other incarnation has.
    registry_state(std::string epoch, registry_limits const& limits) : epoch_(std::move(epoch)), limits_(limits) {
        if (limits.lease < std::chrono::milliseconds(1))
            detail::fail(errc::invalid_argument, "registry: a lease is at least 1 ms");
    }

    // Throws `fault`, having changed nothing.
    registry_lease announce(std::string_view principal, registry_announce const& what, env::steady_point now) {
        begin(now);
        check_client(what.client);
        client_key const key{std::string(principal), what.client};
        auto const known = clients_.find(key);
        if (known != clients_.end() && what.number <= known->second.number) return lease();
        entry_set wanted = checked(what.entries);
        entry_set const none;
        entry_set const& had = known == clients_.end() ? none : known->second.entries;
        auto left_out = leave_out(wanted, had);
        check_bounds(key.first, known == clients_.end(), wanted.size(), had.size());

        client_record& c = clients_[key];
        if (known == clients_.end())
            ++principals_[key.first].clients;
        else
            leases_.erase({c.expires, key});
        c.number = what.number;
        c.expires = fairway::detail::saturating_add(now, limits_.lease);
        leases_.emplace(c.expires, key);
        replace(key.first, c, wanted);
        auto granted = lease();
        if (!left_out.empty()) granted.left_out = std::move(left_out);
        return granted;
    }

    // The answer, or nothing where it waits: then `advance` gives it. Throws `fault`.
    std::optional<registry_lists> watch(
        std::string_view principal, registry_watch const& what, ticket mark, env::steady_point now) {
        begin(now);
        check_client(what.client);
        if (what.channels.size() > limits_.channels_per_question)
            throw fault("registry.too_many",
                "a question names at most " + std::to_string(limits_.channels_per_question) + " channels");
        for (auto const& c : what.channels) check_channel(c);
        client_key const key{std::string(principal), what.client};
        auto const earlier = asking_.find(key);
        if (earlier != asking_.end()) {
            if (questions_.at(earlier->second).number >= what.number) return reply({}, revision_, now);
            ready_.insert(earlier->second);
            no_longer_asks(earlier);
        }
        bool const known = what.epoch == epoch_ && what.since >= floor_ && what.since <= revision_;
        auto now_known = reply(what.channels, known ? std::optional(what.since) : std::nullopt, now);
        if (!known || !now_known.lists.empty() || what.wait_ms == 0) return now_known;
        if (questions_.size() - ready_.size() >= limits_.questions)
            throw fault(
                "registry.too_many", "at most " + std::to_string(limits_.questions) + " questions wait for a change");
        if (auto const own = asking_of_.find(key.first);
            own != asking_of_.end() && own->second >= limits_.questions_per_principal)
            throw fault("registry.too_many", "at most " + std::to_string(limits_.questions_per_principal) +
                                                 " questions of one principal wait for a change");
        auto const most = std::chrono::duration_cast<std::chrono::milliseconds>(limits_.longest_wait).count();
        auto const wait = std::chrono::milliseconds(
            std::min(what.wait_ms, static_cast<std::uint64_t>(std::max<std::int64_t>(most, 0))));
        question q{key, what.number, what.since, fairway::detail::saturating_add(now, wait), what.channels};
        for (auto const& c : q.channels) interest_[c].insert(mark);
        ends_.emplace(q.until, mark);
        asking_.emplace(key, mark);
        ++asking_of_[key.first];
        questions_.emplace(mark, std::move(q));
        return std::nullopt;
    }

    // Ends what has ended, and returns the answers for which the time has come.
    std::vector<answer> advance(env::steady_point now) {
        begin(now);
        forgive_standstill(now);
        while (!leases_.empty() && leases_.begin()->first <= now) {
            auto const key = leases_.begin()->second;
            leases_.erase(leases_.begin());
            auto const at = clients_.find(key);
            replace(key.first, at->second, {});
            clients_.erase(at);
            if (--principals_[key.first].clients == 0) principals_.erase(key.first);
        }
        for (auto i = ends_.begin(); i != ends_.end() && i->first <= now; ++i) ready_.insert(i->second);
        std::vector<answer> all;
        for (auto const mark : ready_) all.push_back({mark, end_question(mark, now)});
        ready_.clear();
        return all;
    }

    // When `advance` has something to do, if nothing else happens.
    std::optional<env::steady_point> next_event() const {
        std::optional<env::steady_point> next;
        if (!leases_.empty()) next = leases_.begin()->first;
        if (!ends_.empty() && (!next || ends_.begin()->first < *next)) next = ends_.begin()->first;
        return next;
    }

    // All channels that somebody listens at.
    std::vector<registry_list> lists() const {
        std::vector<registry_list> all;
        for (auto const& [name, c] : channels_)
            if (!c.endpoints.empty()) all.push_back({name, names_of(c)});
        return all;
    }
    std::string const& epoch() const noexcept { return epoch_; }
    std::uint64_t revision() const noexcept { return revision_; }
    std::size_t entries() const noexcept { return entries_; }
    std::size_t clients() const noexcept { return clients_.size(); }
    std::size_t questions() const noexcept { return questions_.size(); }
    std::size_t remembered_channels() const noexcept { return channels_.size(); }

private:
    using entry_set = std::set<registry_entry>;
    using client_key = std::pair<std::string, std::string>; // principal, client

    struct client_record {
        std::uint64_t number = 0;
        env::steady_point expires;
        entry_set entries;
    };
    struct channel_record {
        std::uint64_t revision = 0;                   // of its last change
        std::map<std::string, std::size_t> endpoints; // how many clients announce each
    };
    struct principal_record {
        std::size_t clients = 0;
        std::size_t entries = 0;
    };
    struct question {
        client_key client;
        std::uint64_t number = 0;
        std::uint64_t since = 0;
        env::steady_point until;
        std::vector<std::string> channels;
    };

    static void check_client(std::string_view name) {
        if (!is_valid_name(name)) throw fault("registry.invalid", "a client's name is 1 to 100 of A-Z a-z 0-9 . _ -");
    }
    static void check_channel(std::string_view name) {
        if (!is_valid_channel_name(name))
            throw fault("registry.invalid",
                "a channel's name is 1 to " + std::to_string(max_channel_name_length) + " of A-Z a-z 0-9 . _ -");
    }
    // The endpoints in the one way to write them, so that two ways do not become two endpoints.
    static entry_set checked(std::vector<registry_entry> const& entries) {
        entry_set all;
        for (auto const& e : entries) {
            check_channel(e.channel);
            std::optional<env::endpoint> where;
            try {
                where = env::endpoint::parse(e.endpoint);
            } catch (system_error const&) {
                throw fault("registry.invalid", "channel " + e.channel + ": this is no endpoint");
            }
            if (where->kind == env::endpoint::family::tcp && (where->port == 0 || where->host == "*"))
                throw fault("registry.invalid",
                    "channel " + e.channel + ": an endpoint to connect to has a host, which is not '*', and a port");
            all.insert({e.channel, where->text()});
        }
        return all;
    }
    void check_bounds(std::string const& principal, bool is_new, std::size_t wanted, std::size_t had) const {
        auto const at = principals_.find(principal);
        auto const own = at == principals_.end() ? principal_record() : at->second;
        auto const refuse = [](std::size_t most, char const* of_what) {
            throw fault("registry.too_many", "at most " + std::to_string(most) + of_what);
        };
        if (is_new && own.clients >= limits_.clients_per_principal)
            refuse(limits_.clients_per_principal, " clients of one principal");
        if (is_new && clients_.size() >= limits_.clients) refuse(limits_.clients, " clients");
        // Who wants less than before may, whatever the bound.
        if (wanted <= had) return;
        if (own.entries - had + wanted > limits_.entries_per_principal)
            refuse(limits_.entries_per_principal, " entries of one principal");
        if (entries_ - had + wanted > limits_.entries) refuse(limits_.entries, " entries");
    }

    // Everybody who asks for a channel dials each of its endpoints: those beyond its bound are not wanted. Returns
    // their channels. Who announces all again gets in once there is room.
    std::vector<std::string> leave_out(entry_set& wanted, entry_set const& had) const {
        std::map<std::string, std::size_t> room;
        for (auto const& e : wanted) {
            auto const c = channels_.find(e.channel);
            room[e.channel] = limits_.endpoints_per_channel - (c == channels_.end() ? 0 : c->second.endpoints.size());
        }
        for (auto const& e : had)
            if (!wanted.contains(e) && announcing(e) == 1) ++room[e.channel];
        std::set<std::string> full;
        std::erase_if(wanted, [&](registry_entry const& e) {
            if (announcing(e) > 0) return false;
            if (auto& left = room[e.channel]; left > 0) return --left, false;
            return full.insert(e.channel), true;
        });
        return {full.begin(), full.end()};
    }
    // How many clients do so.
    std::size_t announcing(registry_entry const& e) const {
        auto const at = channels_.find(e.channel);
        if (at == channels_.end()) return 0;
        auto const found = at->second.endpoints.find(e.endpoint);
        return found == at->second.endpoints.end() ? 0 : found->second;
    }

    // The first thing that it does. It has heard of all who live one lease later.
    void begin(env::steady_point now) {
        if (!settled_at_) settled_at_ = fairway::detail::saturating_add(now, limits_.lease);
    }
    registry_lease lease() const { return {epoch_, lease_ms()}; }
    std::uint64_t lease_ms() const { return in_ms(limits_.lease); }
    static std::uint64_t in_ms(duration d) {
        return static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::milliseconds>(d).count());
    }
    static std::vector<std::string> names_of(channel_record const& c) {
        std::vector<std::string> all;
        all.reserve(c.endpoints.size());
        for (auto const& [name, n] : c.endpoints) all.push_back(name);
        return all;
    }
    // What changed after `since`; everything where that is nothing.
    registry_lists reply(
        std::vector<std::string> const& channels, std::optional<std::uint64_t> since, env::steady_point now) const {
        registry_lists r{epoch_, revision_, lease_ms(), {}, in_ms(std::max(*settled_at_ - now, duration(0)))};
        for (auto const& name : channels) {
            auto const at = channels_.find(name);
            if (at == channels_.end()) {
                if (!since) r.lists.push_back({name, {}});
            } else if (!since || at->second.revision > *since) {
                r.lists.push_back({name, names_of(at->second)});
            }
        }
        return r;
    }
    void no_longer_asks(std::map<client_key, ticket>::iterator which) {
        auto const own = asking_of_.find(which->first.first);
        if (--own->second == 0) asking_of_.erase(own);
        asking_.erase(which);
    }
    registry_lists end_question(ticket mark, env::steady_point now) {
        auto const at = questions_.find(mark);
        question const q = std::move(at->second);
        questions_.erase(at);
        ends_.erase({q.until, mark});
        if (auto const a = asking_.find(q.client); a != asking_.end() && a->second == mark) no_longer_asks(a);
        for (auto const& c : q.channels) {
            auto const i = interest_.find(c);
            if (i == interest_.end()) continue; // a channel that was named twice
            i->second.erase(mark);
            if (i->second.empty()) interest_.erase(i);
        }
        return reply(q.channels, q.since >= floor_ ? std::optional(q.since) : std::nullopt, now);
    }

    // Makes the client's entries those that it wants.
    void replace(std::string const& principal, client_record& c, entry_set const& wanted) {
        std::set<std::string> changed;
        for (auto const& e : c.entries)
            if (!wanted.contains(e) && remove(e)) changed.insert(e.channel);
        for (auto const& e : wanted)
            if (!c.entries.contains(e) && add(e)) changed.insert(e.channel);
        auto& own = principals_[principal];
        own.entries = own.entries - c.entries.size() + wanted.size();
        entries_ = entries_ - c.entries.size() + wanted.size();
        c.entries = wanted;
        if (changed.empty()) return;
        ++revision_;
        for (auto const& name : changed) {
            channels_.at(name).revision = revision_;
            if (auto const i = interest_.find(name); i != interest_.end())
                ready_.insert(i->second.begin(), i->second.end());
        }
        if (empty_ > limits_.forgotten_channels) forget_empty();
    }
    // Both: has the list changed?
    bool add(registry_entry const& e) {
        auto const [at, is_new] = channels_.try_emplace(e.channel);
        auto& endpoints = at->second.endpoints;
        if (!is_new && endpoints.empty()) --empty_;
        return ++endpoints[e.endpoint] == 1;
    }
    bool remove(registry_entry const& e) {
        auto& endpoints = channels_.at(e.channel).endpoints;
        auto const at = endpoints.find(e.endpoint);
        if (--at->second > 0) return false;
        endpoints.erase(at);
        if (endpoints.empty()) ++empty_;
        return true;
    }
    void forget_empty() {
        std::erase_if(channels_, [](auto const& c) { return c.second.endpoints.empty(); });
        empty_ = 0;
        floor_ = revision_;
    }

    // A lease that should have ended long ago: this process stood still (its host slept, or was moved), and could not
    // hear who renewed. All get the time that was lost, and one lease.
    void forgive_standstill(env::steady_point now) {
        if (leases_.empty()) return;
        auto const due = leases_.begin()->first;
        if (now <= due || now - due <= limits_.lease / 2) return;
        auto const lost = now - due;
        std::set<std::pair<env::steady_point, client_key>> later;
        for (auto const& [when, key] : leases_) {
            auto& c = clients_.at(key);
            c.expires = fairway::detail::saturating_add(fairway::detail::saturating_add(when, lost), limits_.lease);
            later.emplace_hint(later.end(), c.expires, key);
        }
        leases_.swap(later);
    }

    std::string epoch_;
    registry_limits limits_;
    std::optional<env::steady_point> settled_at_;
    std::uint64_t revision_ = 0;
    std::uint64_t floor_ = 0; // changes up to it may have been forgotten
    std::size_t entries_ = 0;
    std::size_t empty_ = 0; // channels without endpoints
    std::map<client_key, client_record> clients_;
    std::map<std::string, principal_record> principals_;
    std::map<std::string, channel_record> channels_;
    std::set<std::pair<env::steady_point, client_key>> leases_;
    std::map<ticket, question> questions_;
    std::map<client_key, ticket> asking_;
    std::map<std::string, std::size_t> asking_of_; // how many of each principal
    std::map<std::string, std::set<ticket>> interest_;
    std::set<std::pair<env::steady_point, ticket>> ends_;
    std::set<ticket> ready_;
};

} // namespace detail

} // namespace fairway

#endif
