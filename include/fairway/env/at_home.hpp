// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_AT_HOME_HPP
#define FAIRWAY_ENV_AT_HOME_HPP

#include <fairway/env/context_end.hpp>
#include <fairway/env/execute.hpp>

#include <memory>
#include <mutex>
#include <utility>

namespace fairway::env {

namespace detail {

// An executor, as long as its context is there.
class home final : public keeper {
public:
    explicit home(asio::any_io_executor executor) : executor_(std::move(executor)) {}
    void abandon() noexcept override {
        std::lock_guard const lock(mutex_);
        executor_ = nullptr;
    }
    // Lets it go there; here where the context has ended, which waits until this has returned.
    void let_go(std::shared_ptr<void> what) {
        std::lock_guard const lock(mutex_);
        if (executor_) env::post(executor_, [what = std::move(what)] {});
    }

private:
    std::mutex mutex_;
    asio::any_io_executor executor_;
};

} // namespace detail

/// For users on any thread, what is used on one executor only: once the last copy of the result has gone, `what` is let
/// go on the executor, never within that. A context that is destroyed before tells its keepers first, as ever, and then
/// lets it go. A strand of Asio's must not outlive its context, and `what` may hold one.
template <class T>
std::shared_ptr<T> at_home(asio::any_io_executor const& executor, std::shared_ptr<T> what) {
    auto const home = std::make_shared<detail::home>(executor);
    context_end::tell(executor, home);
    auto* const it = what.get();
    return {it, [home, what = std::move(what)](T*) mutable { home->let_go(std::move(what)); }};
}

} // namespace fairway::env

#endif
