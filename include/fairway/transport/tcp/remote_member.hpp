// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_REMOTE_MEMBER_HPP
#define FAIRWAY_TRANSPORT_TCP_REMOTE_MEMBER_HPP

#include <fairway/env/run_loop.hpp>
#include <fairway/transport/hub/channel.hpp>
#include <fairway/transport/tcp/envelope_fields.hpp>
#include <fairway/transport/tcp/road.hpp>
#include <fairway/transport/tcp/sent_sizes.hpp>
#include <fairway/transport/tcp/session.hpp>
#include <fairway/transport/tcp/stream_records.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace fairway::tcp_detail {

// A consumer at another node, as a member of a group of this node's hub: takes messages out of it as long as the
// consumer has room for them, and sends them over the session. Used on the node's executor, but for `ready`.
class remote_member final : public receiver,
                            public env::runnable,
                            public taker,
                            public std::enable_shared_from_this<remote_member> {
public:
    // What a consumer is let have out at most, whatever it asks for: all of it is kept here.
    static constexpr std::size_t most_window = 1'000'000;
    static constexpr std::uint64_t most_window_bytes = 16 * 1024 * 1024;

    // `window`: how many deliveries the consumer has room for where nobody competes with it; `prefetch` where somebody
    // does, so that none keeps what another one could do now.
    remote_member(session& at, std::shared_ptr<hub_detail::channel_state> from, subscribe_record const& what,
        bool begins, env::clock& clock, std::shared_ptr<road> awaited, bool until_handled)
        : session_(&at),
          from_(std::move(from)),
          number_(what.consumer),
          prefetch_(std::clamp<std::size_t>(what.prefetch, 1, most_window)),
          window_(std::clamp<std::size_t>(what.window_messages, prefetch_, most_window)),
          window_bytes_(std::clamp<std::uint64_t>(what.window_bytes, 1, most_window_bytes)),
          group_name_(what.group),
          clock_(clock),
          begun_(begins),
          road_(std::move(awaited)),
          until_handled_(until_handled),
          me_(what.member, *this, window_) {}
    ~remote_member() override { leave(); }

    void start(std::shared_ptr<env::run_loop> const& loop) {
        waker_.emplace(loop, weak_from_this());
        group_ = &from_->join(me_, group_name_);
    }
    std::uint32_t number() const noexcept { return number_; }
    hub_detail::channel_state const& channel() const noexcept { return *from_; }
    hub_detail::channel_state& channel() noexcept { return *from_; }

    // Members of its group have come or gone.
    void look_around() {
        if (!group_ || leaving_) return;
        bool const shares = from_->shares(*group_);
        if (shares == std::exchange(shares_, shares) && !shares) return;
        std::size_t const most = shares ? prefetch_ : window_;
        from_->limit(*group_, me_, most);
        // One recall is enough as long as it is not answered: nothing was sent after it.
        if (!shares || recalls_ > 0) return;
        // What it has not begun with goes to the others, or to a shard's new owner.
        ++recalls_;
        recall_record r;
        r.consumer = number_;
        r.most = static_cast<std::uint32_t>(from_->shape().shards > 0 ? 0 : most);
        session_->put(r);
    }

    void ready() noexcept override { waker_->wake(); }
    bool run() override {
        constexpr std::size_t at_once = 64;
        constexpr std::size_t most = 256;
        bool more = group_ && !leaving_;
        for (std::size_t sent = 0; more;) {
            if (!begun_ || recalls_ > 0 || !has_room()) {
                waits_ = true;
                from_->pass_on(*group_, me_);
                return false;
            }
            if (sent >= most) break;
            std::size_t const n = from_->receive(*group_, me_, batch_, at_once);
            send_what_fits();
            if (road_ && n > 0) road_->look();
            sent += n;
            more = n == at_once;
        }
        if (more) ready();
        return more;
    }

    // ---- what the consumer says
    void end_deliveries(settle_record const& what) {
        if (!group_) return;
        settled_.clear();
        for (std::size_t i = 0; i < what.what.size(); ++i) {
            auto const e = what.what[i];
            if (!out_.end(e.tag, e.count)) violate("what is settled is not out");
            if (e.how == settle_how::returned) {
                forget_receipts(e);
                from_->give_back(*group_, me_, e.tag, e.count);
            } else
                settled_.push_back({e.tag, e.how == settle_how::accepted, e.count});
            if (!handled_.empty()) note_handled(e);
        }
        if (!settled_.empty()) from_->settle(*group_, me_, settled_);
        go_on();
    }
    void hold(std::uint32_t shard, bool on) {
        if (!group_ || shard >= from_->shape().shards) return;
        from_->hold(*group_, me_, shard, on);
        if (on) session_->put(held_record{number_, shard});
    }
    void pause() {
        if (std::exchange(paused_, true)) violate("a consumer pauses once");
        if (group_) from_->pause(*group_, me_);
        session_->put(closed_record{number_});
    }
    void recalled() {
        if (recalls_ > 0) --recalls_;
        go_on();
    }
    void leave() {
        if (std::exchange(leaving_, true)) return; // the road may let it go
        if (group_) from_->leave(*std::exchange(group_, nullptr), me_);
        if (road_) road_->left();
    }

    // Somebody here sends into the channel from now on.
    void use(std::shared_ptr<road> const& way) {
        if (road_ || leaving_) return;
        road_ = way;
        road_->add(shared_from_this());
    }
    // From now on it takes what there is.
    void begin() {
        begun_ = true;
        go_on();
    }
    // ---- as a taker
    std::uint64_t taken_offset() const override { return taken_; }
    std::uint64_t arrived_offset() const override { return arrived_; }
    bool gone() const override { return leaving_; }
    // The other node has processed what was sent up to here.
    void arrived(std::uint64_t offset) {
        if (leaving_ || arrived_ >= taken_) return;
        arrived_ = offset;
        for (; !received_.empty() && received_.front().offset <= offset; received_.pop_front())
            road_->waits().received(received_.front().id);
        if (road_) road_->look();
    }

    // The session has room again.
    void go_on() {
        if (std::exchange(waits_, false)) ready();
    }

private:
    struct receipt {
        std::uint64_t offset;
        std::uint64_t tag;
        message_id id;
    };

    bool has_room() const noexcept { return out_.bytes() < window_bytes_ && session_->has_room(); }
    // Each may be so large that the others go back.
    void send_what_fits() {
        auto const now = clock_.now();
        std::size_t n = 0;
        for (; n < batch_.size() && has_room(); ++n) out_.add(static_cast<std::uint32_t>(send(batch_[n], now)));
        if (n < batch_.size()) from_->give_back(*group_, me_, batch_[n].tag(), batch_.size() - n);
        for (; n < batch_.size(); ++n) out_.add(0);
        batch_.clear();
    }
    // Returns its size.
    std::size_t send(delivery const& d, time_point now) {
        wire_envelope const body(d.message(), now);
        deliver_head const head{number_, d.tag(), d.attempt()};
        std::size_t const size = wire_size(head) + body.size();
        taken_ = session_->put(deliver_head::type, size, [&](char* to) { body.write(write_fields(to, head)); });
        if (road_ && road_->waits().awaited()) {
            if (until_handled_)
                handled_.emplace(d.tag(), d.id());
            else
                received_.push_back({taken_, d.tag(), d.id()});
        }
        return size;
    }
    // What comes back was not received.
    void forget_receipts(settled const& e) {
        auto const before = [](receipt const& r, std::uint64_t tag) { return r.tag < tag; };
        auto const first = std::lower_bound(received_.begin(), received_.end(), e.tag, before);
        received_.erase(first, std::lower_bound(first, received_.end(), e.tag + e.count, before));
    }
    void note_handled(settled const& e) {
        for (auto at = handled_.lower_bound(e.tag); at != handled_.end() && at->first - e.tag < e.count;) {
            if (e.how == settle_how::accepted) road_->waits().received(at->second);
            at = handled_.erase(at);
        }
    }

    session* session_;
    std::shared_ptr<hub_detail::channel_state> from_;
    std::uint32_t number_;
    std::size_t prefetch_;
    std::size_t window_;
    std::uint64_t window_bytes_;
    std::string group_name_;
    env::clock& clock_;
    bool begun_;
    // Who waits for what is sent; null where nobody sends.
    std::shared_ptr<road> road_;
    bool until_handled_;
    std::uint64_t taken_ = 0;
    std::uint64_t arrived_ = 0;
    std::deque<receipt> received_;                // once the other node has processed so much
    std::map<std::uint64_t, message_id> handled_; // once this delivery was accepted
    hub_detail::member me_;
    hub_detail::group* group_ = nullptr;
    std::optional<env::waker> waker_;
    std::vector<delivery> batch_;
    std::vector<settlement> settled_;
    sent_sizes out_;
    std::size_t recalls_ = 0; // that are not answered yet
    bool shares_ = false;
    bool waits_ = false;
    bool paused_ = false;
    bool leaving_ = false;
};

} // namespace fairway::tcp_detail

#endif
