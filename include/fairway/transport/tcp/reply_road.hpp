// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_REPLY_ROAD_HPP
#define FAIRWAY_TRANSPORT_TCP_REPLY_ROAD_HPP

#include <fairway/env/run_loop.hpp>
#include <fairway/transport/hub/channel.hpp>
#include <fairway/transport/tcp/envelope_fields.hpp>
#include <fairway/transport/tcp/session.hpp>
#include <fairway/transport/tcp/stream_records.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace fairway::tcp_detail {

// The way to a reply channel of another node: a channel of its own, so that it has bounds and waiting senders like all
// others, whose only member puts the replies into the session. That one keeps them until they have arrived.
class reply_road final : public receiver, public env::runnable, public std::enable_shared_from_this<reply_road> {
public:
    // To the reply channel `number` of the node at the other end.
    reply_road(session& at, std::uint64_t number, hub_detail::bounds most, env::clock& clock)
        : session_(&at),
          number_(number),
          clock_(clock),
          channel_(
              std::make_shared<hub_detail::channel_state>(address{"reply", channel_kind::point_to_point, 0}, most)),
          me_(1, *this, most.messages) {}
    ~reply_road() override { end(); }

    // On the node's executor.
    void start(std::shared_ptr<env::run_loop> const& loop) {
        if (ended_) return;
        waker_.emplace(loop, weak_from_this());
        group_ = &channel_->join(me_, {});
        if (finishing_) ready();
    }
    std::shared_ptr<hub_detail::channel_state> const& channel() const noexcept { return channel_; }

    // Its requester needs it no more, or is gone. Thread-safe.
    bool ended() const noexcept { return ended_; }
    // Ends as soon as it has sent what waits.
    void finish() {
        finishing_ = true;
        if (!ended_ && waker_) ready();
    }

    void ready() noexcept override { waker_->wake(); }
    bool run() override {
        constexpr std::size_t most = 64;
        if (!group_) return false;
        waits_ = !session_->has_room();
        if (waits_) return false;
        std::size_t const n = channel_->receive(*group_, me_, batch_, most);
        waits_ = !send_what_fits();
        if (waits_) return false;
        if (n == most)
            ready();
        else if (finishing_)
            end();
        return n == most;
    }
    // Something is to be sent as soon as there is room.
    bool waits() const noexcept { return waits_; }
    void go_on() {
        if (waits_) ready();
    }
    // The session is over: what waits has nowhere to go.
    void end() {
        ended_ = true;
        if (group_) channel_->leave(*std::exchange(group_, nullptr), me_);
        channel_->close();
    }

private:
    // Each may be so large that the others go back: then false.
    bool send_what_fits() {
        auto const now = clock_.now();
        std::size_t n = 0;
        for (; n < batch_.size() && session_->has_room(); ++n) send(batch_[n].message(), now);
        bool const all = n == batch_.size();
        if (n > 0) {
            settlement const sent{batch_.front().tag(), true, static_cast<std::uint32_t>(n)};
            channel_->settle(*group_, me_, {&sent, 1});
        }
        if (!all) channel_->give_back(*group_, me_, batch_[n].tag(), batch_.size() - n);
        batch_.clear();
        return all;
    }
    void send(envelope const& e, time_point now) {
        wire_envelope const body(e, now);
        reply_head const head{number_};
        session_->put(
            reply_head::type, wire_size(head) + body.size(), [&](char* to) { body.write(write_fields(to, head)); });
    }

    session* session_;
    std::uint64_t number_;
    env::clock& clock_;
    std::shared_ptr<hub_detail::channel_state> channel_;
    hub_detail::member me_;
    hub_detail::group* group_ = nullptr;
    std::optional<env::waker> waker_;
    std::vector<delivery> batch_;
    bool waits_ = false;
    bool finishing_ = false;
    std::atomic<bool> ended_{false};
};

} // namespace fairway::tcp_detail

#endif
