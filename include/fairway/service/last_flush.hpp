// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_SERVICE_LAST_FLUSH_HPP
#define FAIRWAY_SERVICE_LAST_FLUSH_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/suspend.hpp>
#include <fairway/port/sender_core.hpp>

#include <boost/asio/bind_executor.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace fairway::detail {

// Flushes several ports, and waits for that no longer than to a deadline: where there is no room, or no connection, it
// may take for ever.
class last_flush : public std::enable_shared_from_this<last_flush> {
public:
    explicit last_flush(asio::any_io_executor executor) : executor_(std::move(executor)) {}

    // `into`, which lives as long as `done`, gets the first failure by then, if there is one, and `errc::timed_out`
    // where something is not accepted by then.
    void start(std::vector<std::shared_ptr<sender_core>> const& all, env::steady_point until, error_code& into,
        env::continuation done) {
        into_ = &into;
        done_.emplace(std::move(done));
        open_ = all.size();
        failed_.resize(all.size());
        if (open_ == 0) return finish({});
        alarm_ = env::clock::of(executor_).make_alarm(executor_);
        alarm_->set(until, [weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->finish(errc::timed_out);
        });
        for (std::size_t i = 0; i < all.size(); ++i)
            all[i]->flush_into(failed_[i], asio::bind_executor(executor_, [self = shared_from_this()] {
                if (--self->open_ == 0) self->finish({});
            }));
    }

private:
    void finish(error_code left) {
        if (!done_) return;
        auto const failed = std::find_if(failed_.begin(), failed_.end(), [](error_code const& e) { return !!e; });
        *into_ = failed == failed_.end() ? left : *failed;
        env::continuation done(std::move(*done_));
        done_.reset();
        alarm_.reset();
        env::resume(std::move(done));
    }

    asio::any_io_executor executor_;
    error_code* into_ = nullptr;
    std::vector<error_code> failed_;
    std::size_t open_ = 0;
    std::optional<env::continuation> done_;
    std::unique_ptr<env::alarm> alarm_;
};

} // namespace fairway::detail

#endif
