// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_SERVICE_REGISTRY_HPP
#define FAIRWAY_SERVICE_REGISTRY_HPP

#include <fairway/env/task.hpp>
#include <fairway/envelope/time.hpp>

#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace fairway::detail {

// What the registry knows of a service.
class registered {
public:
    registered() = default;
    registered(registered const&) = delete;
    registered& operator=(registered const&) = delete;
    virtual ~registered() = default;
    virtual void shutdown(duration deadline) = 0;
};

// The services of one execution context, for whoever ends the program.
class registry : public asio::execution_context::service {
public:
    using key_type = registry;
    static inline asio::execution_context::id id;
    explicit registry(asio::execution_context& context) : service(context) {}

    static registry& of(asio::any_io_executor const& executor) {
        return asio::use_service<registry>(asio::query(executor, asio::execution::context));
    }

    void add(std::weak_ptr<registered> one) {
        std::lock_guard const lock(mutex_);
        std::erase_if(services_, [](auto const& s) { return s.expired(); });
        services_.push_back(std::move(one));
    }
    void drain_all() {
        std::vector<std::shared_ptr<registered>> all;
        {
            std::lock_guard const lock(mutex_);
            for (auto const& s : services_)
                if (auto one = s.lock()) all.push_back(std::move(one));
        }
        for (auto const& s : all) s->shutdown(std::chrono::seconds(30));
    }

private:
    void shutdown() override {}

    std::mutex mutex_;
    std::vector<std::weak_ptr<registered>> services_;
};

} // namespace fairway::detail

#endif
