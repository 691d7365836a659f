// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_NODE_HPP
#define FAIRWAY_TRANSPORT_TCP_NODE_HPP

#include <fairway/env/context_end.hpp>
#include <fairway/env/execute.hpp>
#include <fairway/env/secure_random.hpp>
#include <fairway/transport/hub/ends.hpp>
#include <fairway/transport/tcp/absence_watch.hpp>
#include <fairway/transport/tcp/interests.hpp>
#include <fairway/transport/tcp/last_words.hpp>
#include <fairway/transport/tcp/links.hpp>
#include <fairway/transport/tcp/node_options.hpp>
#include <fairway/transport/tcp/peer.hpp>
#include <fairway/transport/tcp/reply_ways.hpp>
#include <fairway/transport/tcp/road_map.hpp>
#include <fairway/transport/tcp/trouble_limit.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::tcp_detail {

// A node: the hub with the queues of what its services send, and the sessions with other nodes. The functions of the
// transport are thread-safe; all else runs on its executor, where it is destroyed.
class node final : public session_events,
                   public peer_host,
                   public env::keeper,
                   public std::enable_shared_from_this<node> {
public:
    node(asio::any_io_executor executor, node_options options)
        : executor_(std::move(executor)),
          options_(std::move(options)),
          hub_(std::make_shared<hub_detail::hub_state>(
              hub_detail::hub_options{options_.queues, true, first_member(options_.dialing.node)})),
          share_(std::make_shared<hub_detail::attachment>(executor_, hub_)),
          loop_(env::run_loop::of(executor_)),
          clock_(env::clock::of(executor_)),
          secrets_(env::secure_random::of(executor_)),
          absences_(std::make_shared<absence_watch>(
              executor_, hub_, options_.absence, [this](std::string const& name) { interests_->look_at_road(name); })),
          interests_(std::make_shared<interests>(executor_, options_, links_, peers_, roads_)) {}
    // Whoever still waits hears that it is closed.
    ~node() override {
        absences_->end();
        if (gone_) return;
        share_->close();
        for (auto const& way : roads_.all()) way->close();
        for (auto const& [s, p] : std::exchange(peers_, {})) p->end(true);
    }

    void start() {
        share_->start();
        env::context_end::tell(executor_, weak_from_this());
        auto failed = [weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->interests_->look_at_roads();
        };
        auto is_used = [this](session& s) {
            auto const p = find(s);
            return p && p->has_parts();
        };
        links_.emplace(executor_, options_, *this, std::move(failed), std::move(is_used));
    }
    asio::any_io_executor const& executor() const noexcept { return executor_; }
    std::optional<env::endpoint> const& local() const noexcept { return links_->local(); }

    confirmation confirms() const noexcept { return options_.confirms; }

    // ---- the transport's functions
    std::shared_ptr<sink> open(address const& to) {
        auto channel = hub_->channel(to);
        auto const way = road_into(to, channel);
        on_executor([to, channel](node& n) {
            n.opened(*channel);
            n.interests_->sends_to(to);
        });
        // Not into a topic: where nobody has subscribed it never fills, and who sends without end would never let
        // others of this executor have their turn.
        bool const at_once = options_.confirms == confirmation::queued && to.kind == channel_kind::point_to_point;
        return std::make_shared<road_sink>(way, at_once);
    }
    void declare(subscription const& what) {
        auto const channel = hub_->channel(what.from);
        channel->declare(what.group, true);
        on_executor([what, channel](node& n) {
            n.opened(*channel);
            if (what.from.kind == channel_kind::publish_subscribe) n.interests_->declare_there(what);
        });
    }
    std::shared_ptr<source> listen(subscription const& what, receiver& told) {
        auto const to = std::make_shared<node_source>(what, told);
        auto const channel = hub_->channel(what.from);
        auto local = std::make_shared<hub_detail::hub_source>(hub_, channel, what, told);
        to->tell_received(road_into(what.from, channel), awaits_handling());
        auto carry = [weak = weak_from_this()](feed& f, std::vector<feed::order> const& orders) {
            if (auto const self = weak.lock()) self->carry_out(f, orders);
        };
        auto left = [weak = weak_from_this(), what] {
            auto const self = weak.lock();
            if (!self || self->gone_) return;
            env::post(self->executor_, [weak, what] {
                auto const still = weak.lock();
                if (!still) return;
                still->interests_->consumer_left(what);
                still->members_changed(what.from.channel);
            });
        };
        to->start(loop_, std::move(local), std::move(carry), std::move(left));
        on_executor([to, channel](node& n) {
            n.opened(*channel);
            auto const& [from, group] = std::tie(to->what().from, to->what().group);
            if (from.kind == channel_kind::publish_subscribe && n.absences_->take_missed(from.channel, group))
                to->lost();
            n.interests_->consumer_came(to);
            n.members_changed(from.channel);
        });
        return to;
    }
    reply_channel open_replies(receiver& told) {
        // Only who was sent a request knows it, and can answer.
        std::uint64_t number = 0;
        secrets_.fill(std::as_writable_bytes(std::span(&number, 1)));
        auto [name, channel] = hub_->make_reply_channel(number);
        auto replies = std::make_shared<hub_detail::hub_source>(hub_, channel, subscription{}, told, name);
        return {reply_address{options_.dialing.node, number}.text(), std::move(replies)};
    }
    std::shared_ptr<sink> open_reply(std::string_view reply_to) {
        auto const to = reply_address::parse(reply_to);
        if (!to) return nullptr;
        std::shared_ptr<hub_detail::channel_state> channel;
        if (to->node == options_.dialing.node)
            channel = replies_at(to->number);
        else
            channel = replies_.open(
                *to, options_.queues, clock_,
                [this](std::shared_ptr<peer> by, auto const& road) {
                    on_executor([by = std::move(by), road](node&) {
                        if (!by->start_replies(road)) road->end();
                    });
                },
                [this](auto const& idle) { on_executor([idle](node&) { idle->finish(); }); });
        if (!channel) return nullptr;
        return std::make_shared<hub_detail::hub_sink>(share_, std::move(channel));
    }
    // Calls `done` once the other nodes have what is said to them here: settlements, replies; or at `until`.
    void settle(env::steady_point until, env::continuation done) {
        on_executor([until, done = std::move(done)](node& n) mutable {
            n.settle_up();
            n.last_words_->wait(n.peers_, until, std::move(done));
        });
    }
    void close() {
        share_->close();
        on_executor([](node& n) {
            n.absences_->end();
            n.interests_->withdraw_all();
            n.settle_up();
            for (auto const& way : n.roads_.all()) way->close();
            n.links_->close();
        });
    }
    std::vector<tcp_place> places(std::string_view channel) const { return interests_->places(channel); }
    void abandon() noexcept override {
        absences_->end();
        last_words_->abandon();
        for (auto const& way : roads_.all()) way->abandon();
        gone_ = true;
        interests_->clear();
        last_peer_.reset();
        for (auto const& [s, p] : std::exchange(peers_, {})) p->end(true);
        if (links_) links_->abandon();
    }

    // ---- for peers
    hub_detail::hub_state& hub() override { return *hub_; }
    std::shared_ptr<env::run_loop> const& loop() override { return loop_; }
    env::clock& time() override { return clock_; }
    std::uint32_t window() override { return options_.window; }
    void answered(session& by, std::string_view channel) override { interests_->answered(by, channel); }
    bool may_begin(std::string_view channel) override { return interests_->may_begin(channel); }
    std::shared_ptr<hub_detail::channel_state> replies_at(std::uint64_t number) override {
        std::array<char, reply_prefix.size() + std::numeric_limits<std::uint64_t>::digits10 + 1> name;
        auto const digits = std::copy(reply_prefix.begin(), reply_prefix.end(), name.begin());
        auto const end = std::to_chars(digits, name.end(), number).ptr;
        return hub_->reply_channel_at({name.begin(), end});
    }
    bool may_send(peer_info const& who, std::string_view channel) override {
        return options_.allowed.may_send(who.principal, channel);
    }
    bool may_receive(peer_info const& who, std::string_view channel, std::string_view group) override {
        return options_.allowed.may_receive(who.principal, channel, group);
    }
    std::vector<std::shared_ptr<node_source>> consumers_of(std::string_view channel) override {
        return interests_->consumers_of(channel);
    }
    std::shared_ptr<tcp_detail::road> road_of(std::string_view channel) override { return roads_.find(channel); }
    std::optional<std::uint64_t> missed(std::string_view channel, std::string_view group) override {
        return absences_->take_missed(channel, group);
    }
    void refused(session& by, subscription const& what, errc why) override {
        tell_of(by, why, "does not deliver " + what.from.channel + " to " + what.group);
    }
    void denied(session& by, std::string_view what) override {
        auto const& who = by.peer().principal;
        tell_of(by, errc::unauthorized,
            (who.empty() ? "somebody who is not authenticated" : who) + " may not " + std::string(what) +
                ": the permissions here do not say so");
    }
    void left_out(session& of, std::string_view channel) override {
        tell_of(of, errc::queue_full,
            std::string(channel) + " is left out: there are 1,024 channels with this node already");
    }
    void heard(peer& by) override { replies_.prefer(by.at().peer().node, by); }
    bool awaits_handling() override { return options_.confirms == confirmation::handled; }
    void channel_dropped(std::string_view channel) override { absences_->look(channel); }
    void members_changed(std::string_view channel) override {
        interests_->look_at_road(channel);
        for (auto const& [s, p] : peers_) p->members_changed(channel);
        absences_->look(channel);
    }

    // ---- from sessions
    void on_open(std::shared_ptr<session> const& s) override {
        if (s->peer().node == options_.dialing.node) { // it has dialed itself
            links_->is_self(*s);
            return interests_->look_at_roads();
        }
        auto const p = std::make_shared<peer>(*this, s);
        std::optional<std::string> dialed_as;
        if (!links_->is_dialed(*s)) dialed_as = s->peer().principal;
        if (links_->is_spare(*s)) return interests_->tell_all_of(s->peer().node);
        if (!replies_.add(s->peer().node, dialed_as, p)) return s->close(goodbye_code::unauthorized);
        peers_.emplace(s.get(), p);
        interests_->tell(*p);
    }
    void on_record(session& from, record_type type, std::string_view payload) override {
        if (&from != last_from_ || !last_peer_) {
            last_peer_ = find(from);
            last_from_ = &from;
        }
        if (last_peer_) last_peer_->take(type, payload);
    }
    void on_batch_end(session& from) override {
        if (&from == last_from_ && last_peer_) last_peer_->on_batch_end();
    }
    void on_acked(session& at, std::uint64_t offset) override {
        if (auto const p = find(at)) p->on_acked(offset);
        last_words_->look();
    }
    void on_room(session& at) override {
        if (auto const p = find(at)) p->on_room();
    }
    void on_end(session& at, error_code why) override {
        static_cast<void>(why);
        auto const found = peers_.find(&at);
        if (found == peers_.end()) return;
        auto const p = found->second;
        peers_.erase(found);
        last_peer_.reset();
        replies_.remove(at.peer().node, p);
        if (at.peer_has_ended()) p->hand_over_at_last();
        p->end();
        last_words_->look();
        interests_->session_ended(at);
    }

private:
    // As the hub names its reply channels.
    static constexpr std::string_view reply_prefix = "inproc-reply:";

    // Somebody here uses the channel.
    void opened(hub_detail::channel_state const& channel) {
        for (auto const& [s, p] : peers_) p->opened(channel);
        absences_->look(channel.shape().channel);
    }
    // What consumers have settled and the other nodes were not told yet: after the goodbye it would come again.
    void settle_up() {
        interests_->settle_up();
        for (auto const& [s, p] : peers_) p->settle_up();
    }
    template <class F>
    void on_executor(F f) {
        if (gone_) return;
        env::dispatch(executor_, [weak = weak_from_this(), f = std::move(f)]() mutable {
            if (auto const self = weak.lock()) f(*self);
        });
    }
    std::shared_ptr<peer> find(session& at) const {
        auto const found = peers_.find(&at);
        return found == peers_.end() ? nullptr : found->second;
    }
    std::shared_ptr<tcp_detail::road> road_into(
        address const& to, std::shared_ptr<hub_detail::channel_state> const& channel) {
        bool const awaits = options_.confirms != confirmation::queued && to.kind == channel_kind::point_to_point &&
                            !is_dead_letters(to.channel);
        return roads_.open(to.channel, share_, channel, awaits);
    }
    // Some lines for logs.
    void tell_of(session const& other, errc why, std::string_view text) {
        if (!options_.dialing.trouble) return;
        refusals_.tell(clock_.steady_now(), text,
            [&](std::string_view line) { options_.dialing.trouble(other.peer().endpoint, why, line); });
    }
    void carry_out(feed& f, std::vector<feed::order> const& orders) {
        if (auto const p = find(*f.at)) p->carry_out(f.number, orders);
    }

    asio::any_io_executor executor_;
    node_options options_;
    std::shared_ptr<hub_detail::hub_state> hub_;
    std::shared_ptr<hub_detail::attachment> share_;
    std::shared_ptr<env::run_loop> loop_;
    env::clock& clock_;
    env::secure_random& secrets_;
    std::atomic<bool> gone_{false}; // the execution context
    std::optional<links> links_;
    reply_ways replies_;
    std::shared_ptr<absence_watch> absences_;
    std::shared_ptr<last_words> last_words_ = std::make_shared<last_words>(executor_);
    trouble_limit refusals_;
    road_map roads_;
    // Used on the executor only.
    peer_map peers_;
    // Who has sent the last record.
    session* last_from_ = nullptr;
    std::shared_ptr<peer> last_peer_;
    std::shared_ptr<interests> interests_;
};

} // namespace fairway::tcp_detail

#endif
