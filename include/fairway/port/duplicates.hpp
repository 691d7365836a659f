// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_DUPLICATES_HPP
#define FAIRWAY_PORT_DUPLICATES_HPP

#include <fairway/delivery/siphash.hpp>
#include <fairway/delivery/window.hpp>
#include <fairway/env/clock.hpp>
#include <fairway/env/random.hpp>
#include <fairway/envelope/delivery.hpp>

#include <cstddef>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace fairway::detail {

// A key that nobody outside can know: what is seen of the generator's other numbers, in ids, is too little to tell.
inline siphash_key random_key(env::random& random) {
    auto const first = random.next();
    auto const second = random.next();
    return {first, second};
}

// The duplicate check of one subscription: which messages were handled, and which are being handled at the moment. A
// duplicate of the latter waits until that has ended.
class duplicates {
public:
    enum class verdict { fresh, waits, handled };

    duplicates(std::size_t ids, duration age, siphash_key key)
        : handled_(key, ids, age), in_progress_(0, keyed_hash{key}) {}

    // Of messages that `look` will be asked for soon.
    void expect(std::span<delivery const> soon) noexcept {
        for (auto const& d : soon) handled_.expect(0, d.id());
    }
    // One that waits is kept here. A message without an id is always fresh.
    verdict look(delivery& d, env::steady_point now) {
        auto const id = d.id();
        if (!id) return verdict::fresh;
        if (handled_.contains(0, id, now)) return verdict::handled;
        if (in_progress_.empty()) return verdict::fresh;
        auto const at = in_progress_.find(id);
        if (at == in_progress_.end()) return verdict::fresh;
        d.keep();
        at->second.push_back(std::move(d));
        return verdict::waits;
    }
    // The handling of a fresh message will not have ended before the next delivery is looked at.
    void begin(message_id id) {
        if (id) in_progress_.try_emplace(id);
    }

    // The handling has succeeded, or its requester was told that it has not: it is not to be handled again.
    void handled(message_id id, env::steady_point now) {
        if (id) handled_.insert(0, id, now);
    }

    // The handling has ended, however; returns the duplicates that waited for that.
    std::vector<delivery> end(message_id id) {
        if (in_progress_.empty()) return {};
        auto const found = in_progress_.find(id);
        if (found == in_progress_.end()) return {};
        auto waited = std::move(found->second);
        in_progress_.erase(found);
        return waited;
    }

    void clear() { in_progress_.clear(); }

private:
    struct keyed_hash {
        siphash_key key;
        std::size_t operator()(message_id id) const noexcept { return siphash<1, 3>(key, id); }
    };

    window<env::steady_point> handled_;
    // No more entries than deliveries that the instance holds.
    std::unordered_map<message_id, std::vector<delivery>, keyed_hash> in_progress_;
};

} // namespace fairway::detail

#endif
