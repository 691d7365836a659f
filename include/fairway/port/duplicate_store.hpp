// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_DUPLICATE_STORE_HPP
#define FAIRWAY_PORT_DUPLICATE_STORE_HPP

#include <fairway/env/task.hpp>
#include <fairway/envelope/envelope.hpp>
#include <fairway/port/attempt.hpp>

#include <concepts>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace fairway {

/// Remembers which messages were handled, beyond the life of an instance: shared by the instances of a group, or
/// durable. An instance asks it about each message that its own window does not know.
class duplicate_store {
public:
    duplicate_store() = default;
    duplicate_store(duplicate_store const&) = delete;
    duplicate_store& operator=(duplicate_store const&) = delete;
    virtual ~duplicate_store() = default;

    /// A message that was handled.
    struct handled {
        /// Its reply; no message where it had none, or where that is not kept any more.
        envelope reply;
    };

    /// What is known of a message; nothing where it was not handled. `scope` names channel and group. What this throws
    /// is a failure of the delivery, which is retried.
    virtual task<std::optional<handled>> find(std::string_view scope, message_id id, time_point now) = 0;
    /// The message was handled. Called after the handler and before the delivery is accepted: a crash between leads to
    /// one more run of the handler, which only a store that takes part in the handler's transaction can prevent.
    virtual task<> insert(std::string_view scope, message_id id, envelope reply, time_point now) = 0;
};

namespace detail {

inline task<> attempt_with(std::shared_ptr<duplicate_store> store, remembered_attempt const& what) {
    auto const& d = what.message;
    if (!d.id()) {
        co_await what.run();
        co_return;
    }
    auto const found = co_await store->find(what.scope, d.id(), what.clock.now());
    if (found) {
        what.answers.restore(d, found->reply);
        what.known = true;
        co_return;
    }
    co_await what.run();
    auto const reply = what.answers.kept(d.id());
    co_await store->insert(what.scope, d.id(), reply, what.clock.now());
}

template <class Store>
remembering_attempt remembering(std::shared_ptr<Store> store) {
    static_assert(std::derived_from<Store, duplicate_store>, "fairway: a store derives from fairway::duplicate_store");
    if (!store) return {};
    return [store = std::shared_ptr<duplicate_store>(std::move(store))](
               remembered_attempt const& what) { return attempt_with(store, what); };
}

} // namespace detail

} // namespace fairway

#endif
