// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_DELIVERY_STORED_REPLIES_HPP
#define FAIRWAY_DELIVERY_STORED_REPLIES_HPP

#include <fairway/delivery/keyed_fifo.hpp>
#include <fairway/delivery/siphash.hpp>
#include <fairway/envelope/envelope.hpp>
#include <fairway/envelope/limits.hpp>
#include <fairway/envelope/message_id.hpp>
#include <fairway/envelope/time.hpp>
#include <fairway/error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace fairway {

/// The replies to the requests that were handled of late: a duplicate of such a request gets the same reply again, and
/// no second run. One for all subscriptions of a service, which a number, `scope`, tells apart.
///
/// Bounded by age and by `envelope::footprint()`, and the oldest go first. Not counted: what an object that is a
/// reply's body allocated itself, the bytes into which it is encoded, and the table by which replies are found, of up
/// to 160 bytes for each of the most that there were. The ids may be chosen by an enemy: the table is hashed with a
/// secret key. `now` must not go back. Not thread-safe.
template <class TimePoint = std::chrono::time_point<std::chrono::steady_clock, duration>>
class stored_replies {
public:
    /// Keeps replies of up to `each` bytes, `all` bytes together, for `age` (above zero, else throws
    /// `errc::invalid_argument`), hashed with the secret `key`.
    explicit stored_replies(siphash_key key, std::size_t each = limits::stored_reply,
        std::size_t all = limits::stored_replies, duration age = std::chrono::minutes(10))
        : fifo_(key, fifo::largest), each_(each), all_(all), age_(age) {
        if (age <= duration::zero()) detail::fail(errc::invalid_argument, "the age of stored replies is above zero");
    }

    /// Keeps the reply to the request `id`, in place of one that it had. False, and then none is kept, where there is
    /// no reply or it is too large.
    bool store(std::uint32_t scope, message_id id, envelope reply, TimePoint now) {
        // More go than come, so that no call takes long even when all have become too old.
        for (int i = 0; i < 4 && !fifo_.empty() && !is_fresh(fifo_.oldest().time, now); ++i) drop_oldest();
        fifo_.reserve();
        auto const hash = fifo_.hash(scope, id);
        auto const located = fifo_.locate(hash, scope, id);
        if (auto* const before = fifo_.at(located)) release(before->value);
        std::size_t const size = reply ? reply.footprint() : 0;
        if (size == 0 || size > each_ || size > all_) return false;
        fifo_.put(located, {id, now, scope, hash, {std::move(reply), size}});
        bytes_ += size;
        while (bytes_ > all_ || fifo_.overfull()) drop_oldest();
        return true;
    }

    /// The reply to the request `id`, or null where none is kept (any more); valid until the next change.
    envelope const* find(std::uint32_t scope, message_id id, TimePoint now) const noexcept {
        auto const* const e = fifo_.find(fifo_.hash(scope, id), scope, id);
        return e && e->value.reply && is_fresh(e->time, now) ? &e->value.reply : nullptr;
    }

    /// The footprints of all replies together, those that are too old and not dropped yet among them.
    std::size_t bytes() const noexcept { return bytes_; }
    /// Drops all replies.
    void clear() noexcept {
        while (!fifo_.empty()) drop_oldest();
    }

private:
    struct kept {
        envelope reply;
        std::size_t size = 0;
    };
    using fifo = detail::keyed_fifo<TimePoint, kept>;

    bool is_fresh(TimePoint time, TimePoint now) const noexcept { return now - time < age_; }
    void release(kept& value) noexcept {
        bytes_ -= value.size;
        value = kept();
    }
    void drop_oldest() noexcept {
        release(fifo_.oldest().value);
        fifo_.drop_oldest();
    }

    fifo fifo_;
    std::size_t each_;
    std::size_t all_;
    duration age_;
    std::size_t bytes_ = 0;
};

} // namespace fairway

#endif
