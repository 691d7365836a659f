// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_MEMORY_STORE_HPP
#define FAIRWAY_PORT_MEMORY_STORE_HPP

#include <fairway/delivery/stored_replies.hpp>
#include <fairway/delivery/window.hpp>
#include <fairway/env/secure_random.hpp>
#include <fairway/port/duplicate_store.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace fairway {

/// A `duplicate_store` in memory: instances of a group that live in one process share it, and what one has handled the
/// others do not handle again. Thread-safe; its calls never wait.
class memory_store final : public duplicate_store {
public:
    /// Remembers up to `ids` messages for `age` each, and of their replies as many as `limits::stored_replies` says.
    /// A secret key, from the system's source of random bytes, keeps its tables fast where an enemy chooses ids.
    explicit memory_store(std::size_t ids = limits::window_ids, duration age = std::chrono::minutes(10))
        : memory_store(random_key(), ids, age) {}
    /// The same with a given key: where runs must not differ, as in tests.
    explicit memory_store(
        siphash_key key, std::size_t ids = limits::window_ids, duration age = std::chrono::minutes(10))
        : handled_(key, ids, age), replies_(key, limits::stored_reply, limits::stored_replies, age) {}

    task<std::optional<handled>> find(std::string_view scope, message_id id, time_point now) override {
        co_return look(scope, id, now);
    }
    task<> insert(std::string_view scope, message_id id, envelope reply, time_point now) override {
        remember(scope, id, std::move(reply), now);
        co_return;
    }

private:
    static siphash_key random_key() {
        siphash_key key;
        env::secure_random::from_system(std::as_writable_bytes(std::span(&key, 1)));
        return key;
    }
    std::optional<handled> look(std::string_view scope, message_id id, time_point now) {
        std::lock_guard const lock(mutex_);
        auto const number = number_of(scope);
        if (!handled_.contains(number, id, now)) return std::nullopt;
        auto const* const reply = replies_.find(number, id, now);
        return handled{reply ? *reply : envelope()};
    }
    void remember(std::string_view scope, message_id id, envelope reply, time_point now) {
        std::lock_guard const lock(mutex_);
        auto const number = number_of(scope);
        handled_.insert(number, id, now);
        if (reply) replies_.store(number, id, std::move(reply), now);
    }
    std::uint32_t number_of(std::string_view scope) {
        auto const found = scopes_.find(scope);
        if (found != scopes_.end()) return found->second;
        return scopes_.emplace(scope, static_cast<std::uint32_t>(scopes_.size())).first->second;
    }

    std::mutex mutex_;
    std::map<std::string, std::uint32_t, std::less<>> scopes_;
    window<time_point> handled_;
    stored_replies<time_point> replies_;
};

} // namespace fairway

#endif
