// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_LAST_WORDS_HPP
#define FAIRWAY_TRANSPORT_TCP_LAST_WORDS_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/execute.hpp>
#include <fairway/env/suspend.hpp>
#include <fairway/transport/tcp/session.hpp>

#include <algorithm>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace fairway::tcp_detail {

// Who waits until the other nodes have all that was said to them. Used on the node's executor.
class last_words : public std::enable_shared_from_this<last_words> {
public:
    explicit last_words(asio::any_io_executor executor)
        : executor_(std::move(executor)), clock_(env::clock::of(executor_)) {}

    // Calls `done` once what was put into these sessions (the keys) is acknowledged or lost; at the latest at `until`.
    template <class Sessions>
    void wait(Sessions const& all, env::steady_point until, env::continuation done) {
        auto& one = waiting_.emplace_back();
        for (auto const& [s, ignored] : all) one.until.emplace_back(s->shared_from_this(), s->sent_offset());
        one.done.emplace(std::move(done));
        one.alarm = clock_.make_alarm(executor_);
        one.alarm->set(until, [weak = weak_from_this(), &one] {
            auto const self = weak.lock();
            if (!self) return;
            one.until.clear();
            self->look();
        });
        look();
    }
    // Something was acknowledged, or a session is over.
    void look() {
        for (auto w = waiting_.begin(); w != waiting_.end();) {
            auto const heard = [](auto const& u) { return u.first->over() || u.first->acked_offset() >= u.second; };
            if (!std::all_of(w->until.begin(), w->until.end(), heard)) {
                ++w;
                continue;
            }
            env::post(executor_, [done = std::move(*w->done)]() mutable { env::resume(std::move(done)); });
            w = waiting_.erase(w);
        }
    }
    // The execution context ends: whoever waits is not resumed.
    void abandon() noexcept { waiting_.clear(); }

private:
    struct waiter {
        std::vector<std::pair<std::shared_ptr<session>, std::uint64_t>> until;
        std::optional<env::continuation> done;
        std::unique_ptr<env::alarm> alarm;
    };

    asio::any_io_executor executor_;
    env::clock& clock_;
    std::list<waiter> waiting_;
};

} // namespace fairway::tcp_detail

#endif
