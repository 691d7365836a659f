// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_LAST_WORDS_HPP
#define FAIRWAY_TRANSPORT_TCP_LAST_WORDS_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/execute.hpp>
#include <fairway/env/suspend.hpp>
#include <fairway/transport/tcp/peer_map.hpp>

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

    // Calls `done` once what was put into the sessions of these, and the replies that wait for room there, are
    // acknowledged or lost; at the latest at `until`.
    void wait(peer_map const& all, env::steady_point until, env::continuation done) {
        auto& one = waiting_.emplace_back();
        for (auto const& [s, p] : all) one.all.push_back({p, s->sent_offset()});
        one.done.emplace(std::move(done));
        one.until = until;
        one.alarm = clock_.make_alarm(executor_);
        one.alarm->set(until, [weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->look();
        });
        look();
    }
    // Something was acknowledged, or a session is over.
    void look() {
        for (auto w = waiting_.begin(); w != waiting_.end();) {
            if (clock_.steady_now() < w->until && !std::all_of(w->all.begin(), w->all.end(), is_heard)) {
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
    struct word {
        std::shared_ptr<peer> to;
        std::uint64_t end;
    };
    struct waiter {
        std::vector<word> all;
        std::optional<env::continuation> done;
        env::steady_point until;
        std::unique_ptr<env::alarm> alarm;
    };

    static constexpr std::uint64_t not_said_yet = ~std::uint64_t{0};
    static bool is_heard(word& w) {
        auto const& s = w.to->at();
        if (s.over()) return true;
        if (w.to->holds_replies())
            w.end = not_said_yet;
        else if (w.end == not_said_yet)
            w.end = s.sent_offset();
        return s.acked_offset() >= w.end;
    }

    asio::any_io_executor executor_;
    env::clock& clock_;
    std::list<waiter> waiting_;
};

} // namespace fairway::tcp_detail

#endif
