// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_INTERESTS_HPP
#define FAIRWAY_TRANSPORT_TCP_INTERESTS_HPP

#include <fairway/env/clock.hpp>
#include <fairway/transport/tcp/channel_map.hpp>
#include <fairway/transport/tcp/interest.hpp>
#include <fairway/transport/tcp/links.hpp>
#include <fairway/transport/tcp/node_options.hpp>
#include <fairway/transport/tcp/peer_map.hpp>
#include <fairway/transport/tcp/place.hpp>
#include <fairway/transport/tcp/road_map.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::tcp_detail {

// What a node's services do with channels, by their names: asks the directory where the other ends are, has the links
// dial them, and tells the peers there. Used on the node's executor. Belongs to the node whose parts it refers to.
class interests : public std::enable_shared_from_this<interests> {
public:
    interests(asio::any_io_executor executor, node_options const& options, std::optional<links>& to,
        peer_map const& peers, road_map const& roads)
        : executor_(std::move(executor)),
          options_(options),
          links_(to),
          peers_(peers),
          roads_(roads),
          clock_(env::clock::of(executor_)) {}

    // ---- what its services do
    void sends_to(address const& to) {
        auto& i = interest_in(to);
        i.sends = true;
        if (to.kind == channel_kind::point_to_point) {
            watch(i);
        } else {
            announce(i);
        }
        for (auto const& [s, p] : peers_) p->use(roads_.find(to.channel));
        look_at_road(to.channel);
    }
    void declare_there(subscription const& what) {
        auto& i = topic(what.from);
        for (auto const& d : i.declared)
            if (d.group == what.group) return;
        i.declared.push_back(what);
        for (auto const& [s, p] : peers_)
            if (links_->is_at(*s, i.at)) p->declare(what);
    }
    void consumer_came(std::shared_ptr<node_source> const& to) {
        auto const& from = to->what().from;
        bool const topics = from.kind == channel_kind::publish_subscribe;
        auto& i = topics ? topic(from) : interest_in(from);
        std::erase_if(i.consumers, [](auto const& c) { return c.expired(); });
        i.consumers.push_back(to);
        if (!topics) announce(i);
        for (auto const& [s, p] : peers_) {
            if (!topics)
                p->consumer_came(to);
            else if (links_->is_at(*s, i.at))
                p->subscribe(to);
        }
    }
    void consumer_left(subscription const& what) {
        auto const found = all_.find(what.from.channel);
        if (found != all_.end() && !found->second.has(what.group)) {
            auto& i = found->second;
            std::erase_if(i.declared, [&](subscription const& d) { return d.group == what.group; });
            if (i.what.kind == channel_kind::point_to_point && i.live().empty()) i.announced.reset();
        }
    }
    // What consumers have settled and the other nodes were not told yet.
    void settle_up() {
        for (auto const& [name, i] : all_)
            for (auto const& one : i.consumers)
                if (auto const c = one.lock()) c->run();
    }
    // This node is none of its channels' ends any more.
    void withdraw_all() {
        for (auto& [name, i] : all_) i.announced.reset();
    }
    void clear() noexcept { all_.clear(); }
    // Where the directory says that the channel's other ends are, and who is there. On the executor.
    std::vector<tcp_place> places(std::string_view channel) const {
        std::vector<tcp_place> all;
        auto const found = all_.find(channel);
        if (found == all_.end()) return all;
        for (auto const& at : found->second.at) {
            auto& p = all.emplace_back();
            p.at = at;
            for (auto const& [s, other] : peers_) {
                if (!links_->is_at(*s, {at})) continue;
                p.connected = true;
                p.node = to_string(s->peer().node);
                p.name = s->peer().name;
            }
        }
        return all;
    }

    // ---- what the other nodes do
    // There is a session with it.
    void tell(peer& other) {
        for (auto& [name, i] : all_) tell(i, other);
    }
    // The session with this node leads to one more place.
    void tell_all_of(identity const& node) {
        for (auto const& [s, p] : peers_)
            if (s->peer().node == node)
                for (auto& [name, i] : all_) tell(i, *p);
    }
    // It has said who consumes the channel there.
    void answered(session& by, std::string_view channel) {
        auto const found = all_.find(channel);
        if (found != all_.end()) stop_waiting(found->second, by);
    }
    // False as long as such answers are missing.
    bool may_begin(std::string_view channel) const {
        auto const found = all_.find(channel);
        return found == all_.end() || found->second.begun || found->second.waits_for.empty();
    }
    void session_ended(session const& s) {
        for (auto& [name, i] : all_) stop_waiting(i, s);
        look_at_roads();
    }
    std::vector<std::shared_ptr<node_source>> consumers_of(std::string_view channel) const {
        auto const found = all_.find(channel);
        if (found == all_.end()) return {};
        return found->second.live();
    }
    // Consumers may have come, or gone: whoever waits for some is told.
    void look_at_road(std::string_view channel) {
        auto const way = roads_.find(channel);
        if (!way) return;
        auto const found = all_.find(channel);
        bool may_come = false;
        if (way->shape().kind == channel_kind::publish_subscribe)
            may_come = links_->local().has_value();
        else if (found != all_.end() && found->second.sends)
            may_come = !found->second.told || !found->second.waits_for.empty() ||
                       links_->may_come(found->second.at, is_dead_letters(channel));
        way->look_for_consumers(may_come);
    }
    void look_at_roads() {
        for (auto const& [name, i] : all_)
            if (i.sends) look_at_road(name);
    }

private:
    // So long others are waited for who do not say who consumes a channel there.
    static constexpr duration answers_within = std::chrono::seconds(5);
    interest& interest_in(address const& what) {
        auto const [at, fresh] = all_.try_emplace(what.channel);
        if (fresh) at->second.what = what;
        return at->second;
    }
    void watch(interest& i) {
        if (i.watch) return;
        i.watch = options_.places->watch(i.what, [weak = weak_from_this(), name = i.what.channel](auto const& at) {
            if (auto const self = weak.lock()) self->found(name, at);
        });
    }
    void tell(interest& i, peer& other) {
        if (links_->is_at(other.at(), i.at)) i.tell(other);
        if (i.begun || i.waits_for.empty() || i.patience) return;
        i.patience = clock_.make_alarm(executor_);
        i.patience->set(clock_.steady_now() + answers_within, [weak = weak_from_this(), name = i.what.channel] {
            auto const self = weak.lock();
            auto const late = self ? self->all_.find(name) : decltype(all_)::iterator();
            if (!self || late == self->all_.end() || late->second.waits_for.empty()) return;
            late->second.waits_for.clear();
            self->begin(late->second);
        });
    }
    void stop_waiting(interest& i, session const& s) {
        if (std::erase(i.waits_for, &s) == 0 || !i.waits_for.empty()) return;
        if (!i.begun) return begin(i);
        look_at_road(i.what.channel);
    }
    void begin(interest& i) {
        i.begun = true;
        i.patience.reset();
        for (auto const& [at, p] : peers_) p->begin(i.what.channel);
        look_at_road(i.what.channel);
    }
    // Others find it here: whoever consumes a point-to-point channel, or publishes.
    void announce(interest& i) {
        if (i.announced || !links_->local()) return;
        i.announced = options_.places->announce(i.what, options_.announce ? *options_.announce : *links_->local());
    }
    interest& topic(address const& from) {
        auto& i = interest_in(from);
        watch(i);
        return i;
    }
    // The directory says where a channel's other ends are.
    void found(std::string const& channel, std::vector<env::endpoint> at) {
        auto const known = all_.find(channel);
        if (known == all_.end()) return;
        bound(known->second, at);
        // Who is there no more is not asked any more.
        for (auto const& [s, p] : peers_) {
            if (!links_->is_at(*s, known->second.at) || links_->is_at(*s, at)) continue;
            if (known->second.what.kind == channel_kind::point_to_point)
                p->withdraw(channel);
            else
                p->stop_feeds(channel);
            stop_waiting(known->second, *s);
        }
        bool const was_empty = known->second.told && known->second.at.empty();
        known->second.at = std::move(at);
        known->second.told = true;
        if (known->second.at.empty() && !was_empty) miss_place(known->second);
        std::vector<env::endpoint> all;
        for (auto const& [name, i] : all_) all.insert(all.end(), i.at.begin(), i.at.end());
        links_->dial(all);
        for (auto const& [s, p] : peers_) tell(known->second, *p);
        look_at_road(channel);
    }

    // Each place is dialed: whoever writes lists does not say how often. Those that are in use stay.
    void bound(interest& i, std::vector<env::endpoint>& at) {
        constexpr auto most = channel_map::max_peers;
        bool const was = std::exchange(i.has_too_many, at.size() > most);
        if (!i.has_too_many) return;
        std::set<std::string> used;
        for (auto const& p : i.at) used.insert(p.text());
        std::stable_partition(at.begin(), at.end(), [&](env::endpoint const& p) { return used.contains(p.text()); });
        at.erase(at.begin() + most, at.end());
        if (was || !options_.dialing.trouble) return;
        options_.dialing.trouble("channels", errc::too_large,
            "there are more places for " + i.what.channel + " than " + std::to_string(most) + ", the rest is not used");
    }
    // Nobody can be dialed for it. That is nothing to tell of where this node itself is the other end.
    void miss_place(interest const& i) {
        bool const topic = i.what.kind == channel_kind::publish_subscribe;
        bool const is_needed =
            topic ? !i.sends && !(i.live().empty() && i.declared.empty()) : i.sends && i.live().empty();
        if (!is_needed || is_dead_letters(i.what.channel) || !options_.dialing.trouble) return;
        options_.dialing.trouble(
            "channels", errc::unroutable, "there is no place for " + i.what.channel + " at present");
    }

    asio::any_io_executor executor_;
    node_options const& options_;
    std::optional<links>& links_;
    peer_map const& peers_;
    road_map const& roads_;
    env::clock& clock_;
    std::map<std::string, interest, std::less<>> all_;
};

} // namespace fairway::tcp_detail

#endif
