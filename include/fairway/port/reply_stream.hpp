// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_REPLY_STREAM_HPP
#define FAIRWAY_PORT_REPLY_STREAM_HPP

#include <fairway/env/execute.hpp>
#include <fairway/env/task.hpp>
#include <fairway/envelope/envelope.hpp>
#include <fairway/envelope/limits.hpp>
#include <fairway/error.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/append.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace fairway::detail {

// How a request ended: with an error or with a message. A value, not an exception: the reader says what it was about.
struct answer {
    error_code error;
    envelope message;
};
using reply_handler = asio::any_completion_handler<void(answer)>;

// Completes on the executor that the handler is associated with; at once where that is the current one.
inline void complete(reply_handler h, answer a) { asio::dispatch(asio::append(std::move(h), std::move(a))); }
// The same, never before the caller has returned: from within an initiation, where each completion at once would nest.
inline void complete_later(asio::any_io_executor const& executor, reply_handler h, answer a) {
    env::post(executor, [h = std::move(h), a = std::move(a)]() mutable { complete(std::move(h), std::move(a)); });
}

// The replies to one request, in the order in which they came; read by one coroutine. Thread-safe.
class reply_stream : public std::enable_shared_from_this<reply_stream> {
public:
    using handler = reply_handler;

    explicit reply_stream(asio::any_io_executor executor) : executor_(std::move(executor)) {}

    void put(envelope e) {
        std::optional<handler> reader;
        {
            std::lock_guard const lock(mutex_);
            if (!reader_) {
                // A flood of answers does not grow without bound: what nobody reads in time is dropped.
                if (waiting_.size() < limits::queue_messages) waiting_.push_back(std::move(e));
                return;
            }
            reader = take_reader();
        }
        complete(std::move(*reader), {{}, std::move(e)});
    }

    // The reader, if it waits, gets `why` instead of a reply; after closed and cancelled every later read does too.
    void end(error_code why) {
        std::optional<handler> reader;
        {
            std::lock_guard const lock(mutex_);
            if (why != errc::timed_out) ended_ = why;
            if (!reader_) {
                late_ = late_ || why == errc::timed_out;
                return;
            }
            reader = take_reader();
        }
        complete(std::move(*reader), {why, {}});
    }

    void read(handler h) {
        auto slot = asio::get_associated_cancellation_slot(h);
        if (slot.is_connected())
            slot.assign([weak = weak_from_this()](asio::cancellation_type) {
                if (auto const self = weak.lock()) self->end(errc::cancelled);
            });
        error_code why;
        envelope next;
        {
            std::lock_guard const lock(mutex_);
            if (!waiting_.empty()) {
                next = std::move(waiting_.front());
                waiting_.pop_front();
            } else if (ended_) {
                why = ended_;
            } else if (std::exchange(late_, false)) {
                why = errc::timed_out;
            } else {
                reader_.emplace(std::move(h));
                return;
            }
        }
        complete_later(executor_, std::move(h), {why, std::move(next)});
    }

    void abandon() {
        std::optional<handler> dropped;
        std::lock_guard const lock(mutex_);
        if (reader_) dropped = take_reader();
    }

private:
    std::optional<handler> take_reader() {
        std::optional<handler> h(std::move(*reader_));
        reader_.reset();
        return h;
    }

    asio::any_io_executor executor_;
    std::mutex mutex_;
    std::deque<envelope> waiting_;
    std::optional<handler> reader_;
    error_code ended_;
    // A deadline that passed while nobody read; the reader checks whether it is still its deadline.
    bool late_ = false;
};

} // namespace fairway::detail

#endif
