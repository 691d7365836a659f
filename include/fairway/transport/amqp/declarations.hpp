// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_DECLARATIONS_HPP
#define FAIRWAY_TRANSPORT_AMQP_DECLARATIONS_HPP

#include <fairway/transport/amqp/declare.hpp>
#include <fairway/transport/amqp/session.hpp>

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
        std::string name; // for people
        topology what;
        topology_mode mode;
    };
    // `changed` is called when all is there, or is not any more; `trouble` where the broker refuses something.
    declarations(std::function<void()> changed,
        std::function<void(std::string_view where, error_code why, std::string_view text)> trouble)
        : changed_(std::move(changed)), trouble_(std::move(trouble)) {}

    void add(need n) {
        all_.push_back(std::move(n));
        bool const idle = open_ && done_ + 1 == all_.size();
        if (idle) next();
    }
    void remove(std::string_view name) {
        for (std::size_t i = 0; i < all_.size(); ++i) {
            if (all_[i].name != name) continue;
            all_[i].mode = topology_mode::none;
            return;
        }
    }
    bool complete() const noexcept { return open_ && done_ == all_.size(); }

    void up(std::shared_ptr<session> const& s) {
        session_ = s;
        std::erase_if(all_, [](need const& n) { return n.mode == topology_mode::none; });
        done_ = 0;
        begin();
    }
    void down() {
        open_ = false;
        session_.reset();
        channel_.reset();
    }

    // ---- of its channel ----
    void on_open() override {
        open_ = true;
        next();
    }
    void on_closed(error_code why, std::string_view text) override {
        open_ = false;
        channel_.reset();
        if (!session_ || session_->over()) return;
        if (done_ < all_.size()) {
            if (trouble_) trouble_(all_[done_].name, why, text);
            ++done_; // who uses it is told again
        }
        begin();
    }

private:
    void begin() { channel_ = session_->open(weak_from_this()); }
    void next() {
        if (done_ == all_.size()) return changed_();
        auto const& n = all_[done_];
        declare(*channel_, n.what, n.mode, [weak = weak_from_this(), now = channel_] {
            auto const self = weak.lock();
            if (!self || self->channel_ != now) return;
            ++self->done_;
            self->next();
        });
    }

    std::function<void()> changed_;
    std::function<void(std::string_view, error_code, std::string_view)> trouble_;
    std::vector<need> all_;
    std::size_t done_ = 0;
    std::shared_ptr<session> session_;
    std::shared_ptr<channel> channel_;
    bool open_ = false;
};

} // namespace fairway::amqp_detail

#endif
