// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_JOINING_BUDGET_HPP
#define FAIRWAY_TRANSPORT_TCP_JOINING_BUDGET_HPP

#include <fairway/transport/tcp/record.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace fairway::tcp_detail {

// How many bytes of records that are not whole yet a node holds, over all its sessions: all may have so many, and one
// principal half of them. Who finds no room waits for some. The record that has been there longest never waits, since
// room for the rest of it is kept, and so is that of each principal within its half: so one after another becomes
// whole. Used on one executor.
class joining_budget {
public:
    class share;

    // `largest`: how large a record may become; at most half of all.
    explicit joining_budget(std::size_t most = wire_limits::joining, std::size_t largest = wire_limits::joined)
        : largest_(largest), all_{most} {}

private:
    struct pool {
        std::size_t most = 0;
        std::size_t held = 0;
        std::list<share*> shares{}; // the one that has been there longest first

        bool has_room(share const& s, std::size_t bytes, std::size_t largest) const;
    };
    using place = std::list<share*>::iterator;

    bool take(share& s, std::size_t bytes);
    void enter(share& s);
    void leave(share& s) noexcept;

    std::size_t largest_;
    pool all_;
    std::map<std::string, pool> own_; // of principals; who is nobody has none
};

// What one session holds of it: of one record after another.
class joining_budget::share {
public:
    // `go_on` is called where it waits and there may be room; `whose`: a principal.
    share(std::shared_ptr<joining_budget> of, std::string whose, std::function<void()> go_on)
        : of_(std::move(of)), whose_(std::move(whose)), go_on_(std::move(go_on)) {}
    share(share const&) = delete;
    share& operator=(share const&) = delete;
    ~share() { give_back(); }

    // For some bytes more; false where it has to wait.
    bool take(std::size_t bytes) { return of_->take(*this, bytes); }
    // Gives all back, and waits no more.
    void give_back() noexcept { of_->leave(*this); }
    // Waits no more; keeps what it has.
    void stop_waiting() noexcept {
        if (held_ == 0) give_back();
        waits_ = false;
    }

private:
    friend class joining_budget;

    std::shared_ptr<joining_budget> of_;
    std::string whose_;
    std::function<void()> go_on_;
    std::size_t held_ = 0;
    bool waits_ = false;
    bool is_in_ = false; // the pools, there:
    place in_all_;
    pool* own_ = nullptr;
    place in_own_;
};

inline bool joining_budget::pool::has_room(share const& s, std::size_t bytes, std::size_t largest) const {
    auto const& first = *shares.front();
    std::size_t const kept = &first == &s ? 0 : largest - std::min(largest, first.held_);
    return held + bytes + kept <= most;
}

inline bool joining_budget::take(share& s, std::size_t bytes) {
    if (!s.is_in_) enter(s);
    s.waits_ = !all_.has_room(s, bytes, largest_) || (s.own_ && !s.own_->has_room(s, bytes, largest_));
    if (s.waits_) return false;
    s.held_ += bytes;
    all_.held += bytes;
    if (s.own_) s.own_->held += bytes;
    return true;
}

inline void joining_budget::enter(share& s) {
    if (!s.whose_.empty()) {
        s.own_ = &own_[s.whose_];
        s.own_->most = all_.most / 2;
        s.in_own_ = s.own_->shares.insert(s.own_->shares.end(), &s);
    }
    s.in_all_ = all_.shares.insert(all_.shares.end(), &s);
    s.is_in_ = true;
}

inline void joining_budget::leave(share& s) noexcept {
    if (!std::exchange(s.is_in_, false)) return;
    auto const held = std::exchange(s.held_, 0);
    s.waits_ = false;
    all_.held -= held;
    all_.shares.erase(s.in_all_);
    if (auto* const own = std::exchange(s.own_, nullptr)) {
        own->held -= held;
        own->shares.erase(s.in_own_);
        if (own->shares.empty()) own_.erase(s.whose_);
    }
    for (auto* const other : all_.shares)
        if (other->waits_ && other->go_on_) other->go_on_();
}

} // namespace fairway::tcp_detail

#endif
