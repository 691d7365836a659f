// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_PEER_HPP
#define FAIRWAY_TRANSPORT_TCP_PEER_HPP

#include <fairway/transport/hub/hub.hpp>
#include <fairway/transport/tcp/kept_for_peer.hpp>
#include <fairway/transport/tcp/node_source.hpp>
#include <fairway/transport/tcp/peer_host.hpp>
#include <fairway/transport/tcp/remote_members.hpp>
#include <fairway/transport/tcp/reply_road.hpp>
#include <fairway/transport/tcp/session.hpp>
#include <fairway/transport/tcp/wire_shape.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fairway::tcp_detail {

// What this node and another one do for each other over one session. Used on the node's executor.
class peer {
public:
    peer(peer_host& host, std::shared_ptr<session> at) : host_(host), session_(std::move(at)) {}
    peer(peer const&) = delete;
    peer& operator=(peer const&) = delete;

    session& at() const noexcept { return *session_; }

    // ---- what this node wants of the other one
    // Sends on this point-to-point channel go there too, if it has consumers. False where it was offered before.
    bool offer(address const& to) {
        if (roads_.contains(to.channel)) return false;
        if (roads_.size() >= most_parts) return host_.left_out(*session_, to.channel), false;
        roads_.emplace(to.channel, ++last_road_);
        session_->put(offer_record{last_road_, kind_of(to), to.shards, to.channel});
        return true;
    }
    void withdraw(std::string_view channel) {
        auto const gone = roads_.extract(std::string(channel));
        if (gone) session_->put(withdraw_record{gone.mapped()});
    }
    // Nothing of this channel is wanted from there any more.
    void stop_feeds(std::string_view channel) {
        for (auto const& [number, f] : feeds_)
            if (f.to->what().from.channel == channel) f.to->stop_feed(*f.from);
    }
    // A group's messages are to be kept there, unless none of them would be taken.
    void declare(subscription const& what) {
        if (!host_.may_send(session_->peer(), what.from.channel)) return;
        session_->put(declare_record{kind_of(what.from), what.from.shards, what.from.channel, what.group});
    }
    // A consumer of this node wants what is sent there.
    void subscribe(std::shared_ptr<node_source> const& to) {
        if (!to->wants_more() || is_fed(*to)) return;
        auto const& from = to->what().from.channel;
        if (!host_.may_send(session_->peer(), from)) return host_.denied(*session_, "send to " + from);
        if (feeds_.size() >= most_parts) return host_.left_out(*session_, from);
        auto const number = ++last_consumer_;
        auto const f = to->add_feed(*session_, number);
        feeds_.emplace(number, feeding{to, f});
        auto const& what = to->what();
        subscribe_record s;
        s.consumer = number;
        s.kind = kind_of(what.from);
        s.shards = what.from.shards;
        s.channel = what.from.channel;
        s.group = what.group;
        s.prefetch = static_cast<std::uint32_t>(std::min(what.prefetch, remote_member::most_window));
        s.window_messages = std::max<std::uint32_t>(s.prefetch, host_.window());
        s.member = to->member();
        s.window_bytes = remote_member::most_window_bytes;
        f->window = s.window_messages;
        f->window_bytes = s.window_bytes;
        session_->put(s);
    }
    // What a consumer has to say to the other node.
    void carry_out(std::uint32_t number, std::vector<feed::order> const& orders) {
        if (feeds_.count(number) == 0) return;
        for (auto const& o : orders) {
            switch (o.what) {
            case record_type::settle:
                put_settlements(number, o.bytes, o.ended, [this](settle_record const& r) { session_->put(r); });
                break;
            case record_type::hold: session_->put(hold_record{number, o.shard, o.on}); break;
            case record_type::pause: session_->put(pause_record{number}); break;
            case record_type::recalled: session_->put(recalled_record{number}); break;
            case record_type::unsubscribe:
                session_->put(unsubscribe_record{number});
                end_feed(number);
                break;
            default: break;
            }
        }
    }
    // The way to one of its reply channels; false where it has too many.
    bool start_replies(std::shared_ptr<reply_road> const& road) {
        std::erase_if(replies_, [](auto const& r) { return r->ended(); });
        if (replies_.size() >= most_parts) return false;
        road->start(host_.loop());
        replies_.push_back(road);
        return true;
    }
    // Some replies wait for room.
    bool holds_replies() const {
        return std::any_of(replies_.begin(), replies_.end(), [](auto const& r) { return r->waits(); });
    }

    // One of the two has deliveries of the other one in hand, or may have.
    bool has_parts() const noexcept { return !members_.empty() || !feeds_.empty(); }

    // ---- from the session
    // Throws `system_error` where the other node breaks the protocol's rules.
    void take(record_type type, std::string_view payload) {
        if (!std::exchange(heard_, true)) host_.heard(*this);
        if (type == record_type::deliver) return take_delivery(payload);
        hand_over();
        switch (type) {
        case record_type::settle: {
            auto const r = read_fields<settle_record>(payload);
            if (auto* const m = members_.find(r.consumer)) m->end_deliveries(r);
            return;
        }
        case record_type::reply: return take_reply(payload);
        case record_type::offer: return take_offer(read_fields<offer_record>(payload));
        case record_type::answered: {
            auto const road = number_in(payload);
            for (auto const& [channel, number] : roads_)
                if (number == road) host_.answered(*session_, channel);
            return;
        }
        case record_type::withdraw: {
            auto const gone = offers_.extract(number_in(payload));
            if (gone) stop_feeds(gone.mapped());
            return;
        }
        case record_type::declare: return take_declare(read_fields<declare_record>(payload));
        case record_type::subscribe: return take_subscribe(read_fields<subscribe_record>(payload));
        case record_type::unsubscribe: return take_unsubscribe(number_in(payload));
        case record_type::hold: {
            auto const r = read_fields<hold_record>(payload);
            if (auto* const m = members_.find(r.consumer)) m->hold(r.shard, r.on);
            return;
        }
        case record_type::pause:
            if (auto* const m = members_.find(number_in(payload))) {
                m->pause();
                host_.members_changed(m->channel().shape().channel);
            }
            return;
        case record_type::recalled:
            if (auto* const m = members_.find(number_in(payload))) m->recalled();
            return;
        case record_type::subscribed: {
            if (auto const* const f = fed(number_in(payload))) f->to->begun(*f->from);
            return;
        }
        case record_type::refused: return take_refusal(read_fields<refused_record>(payload));
        case record_type::closed: {
            if (auto const* const f = fed(number_in(payload))) f->to->stopped(*f->from);
            return;
        }
        case record_type::held: {
            auto const r = read_fields<held_record>(payload);
            if (auto const* const f = fed(r.consumer)) f->to->held(*f->from, r.shard);
            return;
        }
        case record_type::recall: {
            auto const r = read_fields<recall_record>(payload);
            if (auto const* const f = fed(r.consumer)) f->to->recall(*f->from, r.most);
            return;
        }
        case record_type::gap: {
            auto const r = read_fields<gap_record>(payload);
            if (auto const* const f = fed(r.consumer)) f->to->lost();
            return;
        }
        default: violate("a record of this type does not belong here");
        }
    }
    void on_acked(std::uint64_t offset) {
        members_.for_each([&](remote_member& m) { m.arrived(offset); });
    }
    // All that has come was taken.
    void on_batch_end() {
        hand_over();
        came_at_ = no_time;
    }
    void on_room() {
        members_.for_each([](remote_member& m) { m.go_on(); });
        for (auto const& r : replies_) r->go_on();
    }
    // The other node has ended in good order: what came in front of its goodbye is handled, since nobody delivers it
    // again.
    void hand_over_at_last() {
        try {
            hand_over();
        } catch (std::exception const&) {
            // More than its consumer has room for: the session is over already.
        }
    }
    // The session is over; or the node is, and then no receiver is told, which may be gone.
    void end(bool with_node = false) {
        arrived_.clear();
        auto members = std::exchange(members_, {});
        members.for_each([](remote_member& m) { m.leave(); });
        bool const outlives = session_->peer_has_ended();
        for (auto const& [number, f] : std::exchange(feeds_, {}))
            if (!with_node) f.to->end_feed(f.from, outlives);
        for (auto const& r : std::exchange(replies_, {})) r->end();
        offers_.clear();
        members.for_each([&](remote_member& m) { host_.members_changed(m.channel().shape().channel); });
        members = {};
        for (auto const& channel : kept_.end(host_.hub())) host_.channel_dropped(channel);
    }

    // A consumer of a point-to-point channel has come: the other node may have something for it.
    void consumer_came(std::shared_ptr<node_source> const& to) {
        for (auto const& [road, channel] : offers_)
            if (channel == to->what().from.channel) return subscribe(to);
    }
    // What its members take was sent by somebody who waits for it.
    void use(std::shared_ptr<road> const& way) {
        members_.for_each_of(way->shape().channel, [&](remote_member& m) { m.use(way); });
    }
    // What its consumers and its repliers have said is in the session.
    void settle_up() {
        for (auto const& r : replies_)
            while (r->run()) {}
    }
    // Whoever consumes the channel has said so.
    void begin(std::string_view channel) {
        members_.for_each_of(channel, [](remote_member& m) { m.begin(); });
    }
    // A channel is open here: whoever took it for one of another shape is refused.
    void opened(hub_detail::channel_state const& channel) {
        for (auto const number : members_.strangers_to(channel)) {
            take_unsubscribe(number);
            refuse(number, errc::topology_mismatch);
        }
    }
    void members_changed(std::string_view channel) {
        members_.for_each_of(channel, [](remote_member& m) { m.look_around(); });
    }

private:
    // How many of each kind there may be over one session.
    static constexpr std::size_t most_parts = 1'024;
    struct feeding {
        std::shared_ptr<node_source> to;
        std::shared_ptr<feed> from;
    };

    void refuse(std::uint32_t consumer, errc why) {
        session_->put(refused_record{consumer, static_cast<std::uint16_t>(why), {}});
    }

    // The consumer of that number; null where it has left, which the other node may not know yet.
    feeding const* fed(std::uint32_t number) const {
        auto const found = feeds_.find(number);
        if (found != feeds_.end()) return &found->second;
        if (number == 0 || number > last_consumer_) violate("there is no such consumer");
        return nullptr;
    }
    bool is_fed(node_source const& s) const {
        return std::any_of(feeds_.begin(), feeds_.end(),
            [&](auto const& f) { return f.second.to.get() == &s && !s.is_leaving(*f.second.from); });
    }
    void take_refusal(refused_record const& r) {
        if (auto const* const f = fed(r.consumer)) host_.refused(*session_, f->to->what(), static_cast<errc>(r.reason));
        end_feed(r.consumer);
    }
    void end_feed(std::uint32_t number) {
        auto const* const found = fed(number);
        if (!found) return;
        auto const gone = *found;
        feeds_.erase(number);
        if (arrived_for_ == number) arrived_for_ = 0;
        gone.to->end_feed(gone.from);
    }

    void take_delivery(std::string_view payload) {
        field_reader in(payload);
        auto const d = read_fields<deliver_head>(in);
        if (d.consumer != arrived_for_ || d.consumer == 0) {
            hand_over();
            static_cast<void>(fed(d.consumer));
            arrived_for_ = d.consumer;
        }
        arrived_.push_back(
            {read_envelope(in, came_at()), d.tag, d.attempt, static_cast<std::uint32_t>(payload.size())});
    }
    // Consecutive deliveries to one consumer are handed over together, before what has come behind them.
    void hand_over() {
        if (arrived_.empty()) return;
        if (auto const found = feeds_.find(arrived_for_); found != feeds_.end())
            found->second.to->deliver(*found->second.from, arrived_);
        arrived_.clear();
    }
    // What came together came at the same time.
    time_point came_at() {
        if (came_at_ == no_time) came_at_ = host_.time().now();
        return came_at_;
    }
    void take_reply(std::string_view payload) {
        field_reader in(payload);
        auto const to = host_.replies_at(read_fields<reply_head>(in).channel);
        auto message = read_envelope(in, came_at());
        // Its requester has gone, or asks for more than it takes in: the request times out.
        error_code ignored;
        if (to) to->try_send({&message, 1}, ignored);
    }
    void take_offer(offer_record const& o) {
        auto const to = shape_of(o);
        if (offers_.size() >= most_parts) violate("there are 1,024 offers at most", goodbye_code::limits);
        if (host_.may_send(session_->peer(), to.channel)) {
            if (!offers_.emplace(o.road, to.channel).second) violate("the road is there already");
            for (auto const& c : host_.consumers_of(to.channel)) subscribe(c);
        } else if (!is_dead_letters(to.channel) || !host_.consumers_of(to.channel).empty()) {
            // Every handler offers its dead letters, which few are there for.
            host_.denied(*session_, "send to " + to.channel);
        }
        session_->put(answered_record{o.road});
    }
    void take_declare(declare_record const& d) {
        auto const shape = shape_of(d);
        if (!host_.may_receive(session_->peer(), d.channel, d.group)) return;
        try {
            auto const channel = kept_.add(host_.hub(), shape, d.group, 0);
            if (channel && kept_for_peer::declare(*channel, d.group)) host_.members_changed(d.channel);
        } catch (system_error const&) {
            // Of another shape: the consumer is refused when it comes.
        }
    }
    void take_subscribe(subscribe_record const& s) {
        if (members_.find(s.consumer)) violate("the consumer is there already");
        auto const shape = shape_of(s);
        if (members_.size() >= most_parts) return refuse(s.consumer, errc::queue_full);
        if (!host_.may_receive(session_->peer(), s.channel, s.group)) {
            host_.denied(
                *session_, "receive from " + shape.channel + (s.group.empty() ? "" : " as " + std::string(s.group)));
            return refuse(s.consumer, errc::unauthorized);
        }
        std::shared_ptr<hub_detail::channel_state> channel;
        try {
            channel = kept_.add(host_.hub(), shape, s.group, kept_for_peer::of_member(shape));
            if (!channel) return refuse(s.consumer, errc::queue_full);
            kept_for_peer::declare(*channel, s.group);
        } catch (system_error const& e) {
            kept_.remove(kept_for_peer::of_member(shape));
            return refuse(s.consumer, static_cast<errc>(e.code().value()));
        }
        bool const begins = s.kind == wire_kind::publish_subscribe || host_.may_begin(s.channel);
        auto const m = std::make_shared<remote_member>(
            *session_, std::move(channel), s, begins, host_.time(), road_of(s), host_.awaits_handling());
        members_.add(s.consumer, m);
        session_->put(subscribed_record{s.consumer});
        if (auto const n = host_.missed(s.channel, s.group)) session_->put(gap_record{s.consumer, *n});
        if (auto const way = road_of(s)) way->add(m);
        m->start(host_.loop());
        host_.members_changed(s.channel);
    }
    std::shared_ptr<road> road_of(subscribe_record const& s) const { return host_.road_of(s.channel); }
    void take_unsubscribe(std::uint32_t number) {
        auto const m = members_.take(number);
        if (!m) return;
        m->leave();
        kept_.remove(kept_for_peer::of_member(m->channel().shape()));
        host_.members_changed(m->channel().shape().channel);
    }

    peer_host& host_;
    std::shared_ptr<session> session_;
    // What this node sends there.
    std::map<std::string, std::uint32_t, std::less<>> roads_;
    remote_members members_;
    std::vector<std::shared_ptr<reply_road>> replies_;
    // What comes from there.
    std::map<std::uint32_t, std::string> offers_;
    std::map<std::uint32_t, feeding> feeds_;
    kept_for_peer kept_;
    // Deliveries of this turn to a consumer, whose number is never 0.
    std::uint32_t arrived_for_ = 0;
    std::vector<letter> arrived_;
    time_point came_at_ = no_time;
    bool heard_ = false;
    std::uint32_t last_road_ = 0;
    std::uint32_t last_consumer_ = 0;
};

} // namespace fairway::tcp_detail

#endif
