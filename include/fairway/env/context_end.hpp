// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_CONTEXT_END_HPP
#define FAIRWAY_ENV_CONTEXT_END_HPP

#include <fairway/env/task.hpp>
#include <fairway/envelope/time.hpp>

#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace fairway::env {

/// Something that lives in an execution context and keeps suspended coroutines, which it has to drop when that goes.
class keeper {
public:
    keeper() = default;
    keeper(keeper const&) = delete;
    keeper& operator=(keeper const&) = delete;
    virtual ~keeper() = default;
    /// The execution context is being destroyed: drop its coroutines without resuming them.
    virtual void abandon() noexcept = 0;
    /// The program wants to end: begin to end in good order, within `deadline`. What need not does nothing.
    virtual void shutdown(duration deadline) { static_cast<void>(deadline); }
};

/// Tells the keepers of an execution context that it ends, or shall end.
///
/// A suspended coroutine owns what it uses, and is owned by what will resume it. Where that is a circle, somebody has
/// to cut it when the context is destroyed before the coroutine has ended.
class context_end : public asio::execution_context::service {
public:
    using key_type = context_end;
    /// Asio's key of the service.
    static inline asio::execution_context::id id;
    /// Made by Asio.
    explicit context_end(asio::execution_context& context) : service(context) {}

    /// Will tell `one`, if it is still there.
    static void tell(asio::any_io_executor const& executor, std::weak_ptr<keeper> one) {
        auto& self = asio::use_service<context_end>(asio::query(executor, asio::execution::context));
        std::lock_guard const lock(self.mutex_);
        // Amortised: the list is cleaned whenever it has doubled.
        if (self.keepers_.size() >= self.clean_at_) {
            std::erase_if(self.keepers_, [](auto const& k) { return k.expired(); });
            self.clean_at_ = 2 * self.keepers_.size() + 16;
        }
        self.keepers_.push_back(std::move(one));
    }

    /// Asks all to end in good order.
    void shut_all_down(duration deadline) {
        for (auto const& one : live()) one->shutdown(deadline);
    }

private:
    void shutdown() override {
        for (auto const& one : live()) one->abandon();
    }
    std::vector<std::shared_ptr<keeper>> live() {
        std::lock_guard const lock(mutex_);
        std::vector<std::shared_ptr<keeper>> all;
        for (auto const& k : keepers_)
            if (auto one = k.lock()) all.push_back(std::move(one));
        return all;
    }

    std::mutex mutex_;
    std::vector<std::weak_ptr<keeper>> keepers_;
    std::size_t clean_at_ = 16;
};

} // namespace fairway::env

#endif
