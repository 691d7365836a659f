// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_REPLY_STREAM_HPP
#define FAIRWAY_PORT_REPLY_STREAM_HPP

#include <fairway/env/execute.hpp>
#include <fairway/env/suspend.hpp>
#include <fairway/env/task.hpp>
#include <fairway/envelope/envelope.hpp>
#include <fairway/envelope/limits.hpp>
#include <fairway/error.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/post.hpp>

#include <deque>
#include <exception>
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
// Who waits for an answer: it is written into `into`, which lives as long as `resume`.
struct reader {
    env::continuation resume;
    answer* into;
};

// Completes on the executor that the reader is associated with; at once where that is the current one.
inline void complete(reader r, answer a) {
    *r.into = std::move(a);
    env::resume(std::move(r.resume));
}
// The same from code that runs on `here`, which costs a fraction where that is the reader's executor, too.
inline void complete_on(asio::any_io_executor const& here, reader&& r, answer&& a) {
    *r.into = std::move(a);
    if (r.resume.get_executor() != here) return env::resume(std::move(r.resume));
    try {
        r.resume();
    } catch (...) {
        // To whoever runs the context, as an executor would have it.
        env::post(here, [error = std::current_exception()] { std::rethrow_exception(error); });
    }
}
// The same, never before the caller has returned: from within an initiation, where each completion at once would nest.
inline void complete_later(asio::any_io_executor const& executor, reader r, answer a) {
    *r.into = std::move(a);
    env::post(executor, [resume = std::move(r.resume)]() mutable { env::resume(std::move(resume)); });
}

// The replies to one request, in the order in which they came; read by one coroutine. Thread-safe.
class reply_stream : public std::enable_shared_from_this<reply_stream> {
public:
    explicit reply_stream(asio::any_io_executor executor) : executor_(std::move(executor)) {}

    void put(envelope e) {
        std::optional<reader> waiting;
        {
            std::lock_guard const lock(mutex_);
            if (!reader_) {
                // A flood of answers does not grow without bound: what nobody reads in time is dropped.
                if (waiting_.size() < limits::queue_messages) waiting_.push_back(std::move(e));
                return;
            }
            waiting.emplace(take_reader());
        }
        complete(std::move(*waiting), {{}, std::move(e)});
    }

    // The reader, if it waits, gets `why` instead of a reply; after closed and cancelled every later read does too.
    void end(error_code why) {
        std::optional<reader> waiting;
        {
            std::lock_guard const lock(mutex_);
            if (why != errc::timed_out) ended_ = why;
            if (!reader_) {
                late_ = late_ || why == errc::timed_out;
                return;
            }
            waiting.emplace(take_reader());
        }
        complete(std::move(*waiting), {why, {}});
    }

    void read(reader r) {
        auto slot = asio::get_associated_cancellation_slot(r.resume);
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
                reader_.emplace(std::move(r));
                return;
            }
        }
        complete_later(executor_, std::move(r), {why, std::move(next)});
    }

    void abandon() {
        std::optional<reader> dropped;
        std::lock_guard const lock(mutex_);
        if (reader_) dropped.emplace(take_reader());
    }

private:
    reader take_reader() {
        reader r(std::move(*reader_));
        reader_.reset();
        return r;
    }

    asio::any_io_executor executor_;
    std::mutex mutex_;
    std::deque<envelope> waiting_;
    std::optional<reader> reader_;
    error_code ended_;
    // A deadline that passed while nobody read; the reader checks whether it is still its deadline.
    bool late_ = false;
};

} // namespace fairway::detail

#endif
