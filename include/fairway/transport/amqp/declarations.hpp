// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_DECLARATIONS_HPP
#define FAIRWAY_TRANSPORT_AMQP_DECLARATIONS_HPP

#include <fairway/env/clock.hpp>
#include <fairway/transport/amqp/declare.hpp>
#include <fairway/transport/amqp/session.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::amqp_detail {

// What has to be on the broker before anything is published: queues that answers come to, groups whose messages are to
// be kept. Made anew with each session, one after the other over a channel of its own. Used on the executor.
class declarations final : public channel_user, public std::enable_shared_from_this<declarations> {
public:
    struct need {
        std::string name;  // for people
        std::string group; // of a channel's subscribers; nothing for others
        topology what;
        topology_mode mode;
        bool gone = false;    // while it was being made
        bool failed = false;  // refused, the last time that it was asked
        bool refused = false; // since it is there in another shape
    };
    // `changed` is called when all is there, or is not any more; `trouble` where the broker refuses something.
    declarations(asio::any_io_executor const& executor, std::function<void()> changed,
        std::function<void(std::string_view where, error_code why, std::string_view text)> trouble)
        : clock_(env::clock::of(executor)),
          alarm_(clock_.make_alarm(executor)),
          changed_(std::move(changed)),
          trouble_(std::move(trouble)) {}

    // It is made even where it was made before, since it may have gone.
    void add(need n) {
        remove(n.name, n.group);
        all_.push_back(std::move(n));
        bool const idle = open_ && done_ + 1 == all_.size();
        if (idle) next();
    }
    void remove(std::string_view name, std::string_view group = {}) {
        auto const same = [&](need const& n) { return n.name == name && n.group == group && !n.gone; };
        auto const n = std::find_if(all_.begin(), all_.end(), same);
        if (n == all_.end()) return;
        auto const at = static_cast<std::size_t>(n - all_.begin());
        if (open_ && at == done_) { // is being made
            n->gone = true;
            return;
        }
        all_.erase(n);
        if (at < done_) --done_;
    }
    // Its channel has another shape on the broker, the last time that it was asked.
    bool is_refused(std::string_view name, std::string_view group) const noexcept {
        return std::any_of(
            all_.begin(), all_.end(), [&](need const& n) { return n.refused && n.name == name && n.group == group; });
    }
    // For whatever reason.
    bool has_failed(std::string_view name, std::string_view group) const noexcept {
        return std::any_of(
            all_.begin(), all_.end(), [&](need const& n) { return n.failed && n.name == name && n.group == group; });
    }
    bool complete() const noexcept { return open_ && done_ == all_.size(); }
    std::size_t size() const noexcept { return all_.size(); }

    void up(std::shared_ptr<session> const& s) {
        session_ = s;
        std::erase_if(all_, [](need const& n) { return n.gone; });
        done_ = 0;
        begin();
    }
    void down() {
        open_ = is_to_ask_again_ = false;
        alarm_->cancel();
        session_.reset();
        channel_.reset();
    }

    // ---- of its channel ----
    void on_open() override {
        open_ = true;
        next();
    }
    void on_closed(error_code why, std::string_view text) override {
        bool const was_open = std::exchange(open_, false);
        channel_.reset();
        if (!session_ || session_->over()) return;
        if (trouble_ && done_ < all_.size()) trouble_(all_[done_].name, why, text);
        // Without a channel nobody was asked for anything: it is tried again.
        if (!was_open) return begin_later();
        if (done_ < all_.size()) { // refused; who uses it is told again
            all_[done_].failed = true;
            all_[done_].refused = why == errc::topology_mismatch;
            one_done();
        }
        begin();
    }

private:
    void begin() { channel_ = session_->open(weak_from_this()); }
    void begin_later() {
        is_to_ask_again_ = false;
        alarm_->set(clock_.steady_now() + std::chrono::seconds(1), [weak = weak_from_this()] {
            if (auto const self = weak.lock(); self && self->session_ && !self->channel_) self->begin();
        });
    }
    void next() {
        if (done_ == all_.size()) {
            ask_again_later();
            return changed_();
        }
        auto const& n = all_[done_];
        declare(*channel_, n.what, n.mode, [weak = weak_from_this(), now = channel_] {
            auto const self = weak.lock();
            if (!self || self->channel_ != now) return;
            self->all_[self->done_].failed = self->all_[self->done_].refused = false;
            self->one_done();
            self->next();
        });
    }
    // An operator may remove what has another shape, or give a permission.
    void ask_again_later() {
        constexpr duration pause = std::chrono::seconds(10);
        auto const failed = [](need const& n) { return n.failed; };
        if (std::none_of(all_.begin(), all_.end(), failed) || std::exchange(is_to_ask_again_, true)) return;
        alarm_->set(clock_.steady_now() + pause, [weak = weak_from_this(), failed] {
            auto const self = weak.lock();
            if (!self) return;
            self->is_to_ask_again_ = false;
            if (!self->complete()) return; // until they are, which asks again
            auto const first = std::stable_partition(self->all_.begin(), self->all_.end(), std::not_fn(failed));
            self->done_ = static_cast<std::size_t>(first - self->all_.begin());
            self->next();
        });
    }
    void one_done() {
        if (all_[done_].gone)
            all_.erase(all_.begin() + static_cast<std::ptrdiff_t>(done_));
        else
            ++done_;
    }

    env::clock& clock_;
    std::unique_ptr<env::alarm> alarm_;
    std::function<void()> changed_;
    std::function<void(std::string_view, error_code, std::string_view)> trouble_;
    std::vector<need> all_;
    std::size_t done_ = 0; // so many of them are made, or refused
    std::shared_ptr<session> session_;
    std::shared_ptr<channel> channel_;
    bool open_ = false;
    bool is_to_ask_again_ = false; // what was refused, by the alarm
};

} // namespace fairway::amqp_detail

#endif
