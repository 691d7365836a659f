// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_SESSION_OUTPUT_HPP
#define FAIRWAY_TRANSPORT_AMQP_SESSION_OUTPUT_HPP

#include <fairway/env/run_loop.hpp>
#include <fairway/transport/amqp/content.hpp>
#include <fairway/transport/amqp/frame.hpp>
#include <fairway/transport/amqp/frame_stream.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace fairway::amqp_detail {

// What a session and its channels put: all of a turn of the executor goes with one write.
class session_output {
public:
    session_output(frame_stream& to, std::size_t room) : to_(to), room_(room) {}

    // `who` will call `turn` in its runs.
    void wake(std::shared_ptr<env::run_loop> loop, std::weak_ptr<env::runnable> who) {
        waker_.emplace(std::move(loop), std::move(who));
    }
    // The largest frame from now on, in bytes.
    void limit(std::uint32_t frame_max) noexcept { frame_max_ = frame_max; }

    // Throws `errc::too_large`, and then nothing was put.
    template <class Method>
    void put(std::uint16_t channel, Method const& m) {
        if (ended_) return;
        append_method(to_.output(), channel, m, frame_max_);
        schedule();
    }
    template <class Method>
    void put(std::uint16_t channel, Method const& m, basic_properties const& properties, std::string_view body) {
        if (ended_) return;
        append_content(to_.output(), channel, m, properties, body, frame_max_);
        schedule();
    }

    // What is not written is below its bound; put on nevertheless, a little.
    bool has_room() const noexcept { return !full_ && !ended_; }
    // Something was written: whether there is room again.
    bool has_gained_room() noexcept {
        if (!full_ || ended_ || to_.unwritten() > room_ / 4 * 3) return false;
        full_ = false;
        return true;
    }

    // Takes nothing from now on.
    void end() noexcept { ended_ = true; }

    // Writes what was put.
    void turn() {
        // What those put who are next in the loop goes with it.
        if (std::exchange(lets_others_go_first_, false)) return waker_->wake();
        scheduled_ = false;
        to_.write();
    }

private:
    // While something is being written, the rest goes after that.
    void schedule() {
        if (to_.unwritten() >= room_) full_ = true;
        if (scheduled_ || to_.writing()) return;
        scheduled_ = lets_others_go_first_ = true;
        waker_->wake();
    }

    frame_stream& to_; // gone once it has ended
    std::size_t room_;
    std::uint32_t frame_max_ = least_frame_max;
    std::optional<env::waker> waker_;
    bool full_ = false;
    bool ended_ = false;
    bool scheduled_ = false;
    bool lets_others_go_first_ = false;
};

} // namespace fairway::amqp_detail

#endif
