// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_FRAME_STREAM_HPP
#define FAIRWAY_TRANSPORT_AMQP_FRAME_STREAM_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/stream.hpp>
#include <fairway/error.hpp>
#include <fairway/transport/amqp/frame_input.hpp>

#include <boost/asio/buffer.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace fairway::amqp_detail {

// Who uses a stream of frames.
class frame_user {
public:
    frame_user() = default;
    frame_user(frame_user const&) = delete;
    frame_user& operator=(frame_user const&) = delete;
    // Something has come. It may end the stream.
    virtual void on_input(frame_input& in) = 0;
    // Some of the output is written.
    virtual void on_written() = 0;
    // It is no more, and will not call again.
    virtual void on_lost(error_code why) = 0;

protected:
    ~frame_user() = default;
};

// Moves bytes between a stream and who uses it: one read and one write at a time, what is put meanwhile goes with the
// next. It lives as long as one of them is under way; who lets it go ends it. Used on its stream's executor.
class frame_stream final : public std::enable_shared_from_this<frame_stream> {
public:
    explicit frame_stream(env::stream on) : stream_(std::move(on)) {}

    // Begins to read, for `user`.
    void start(frame_user& user) {
        user_ = &user;
        read();
    }
    frame_input& input() noexcept { return in_; }
    // What goes with the next write: append to it.
    std::string& output() noexcept { return next_; }
    // Bytes of output that are not written.
    std::size_t unwritten() const noexcept { return now_.size() - at_ + next_.size(); }
    bool writing() const noexcept { return writing_; }

    // Writes the output, unless it does so already.
    void write() {
        if (writing_ || closed_ || next_.empty()) return;
        writing_ = true;
        now_.swap(next_);
        write_some();
    }
    // Gives memory back, for a connection that is idle.
    void shrink() noexcept {
        idle_ = true;
        if (next_.empty()) next_ = {};
        if (!writing_) now_ = {};
    }

    // Has no user any more: writes what is left, and is gone once the other side has closed, or at `until`. Closed at
    // once it might take back what the other side has not read.
    void end(env::clock& clock, env::steady_point until) {
        user_ = nullptr;
        if (closed_) return;
        alarm_ = clock.make_alarm(stream_.get_executor());
        alarm_->set(until, [weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->close();
        });
        write();
    }
    // The same, but what is left is written only as far as that can be done without waiting.
    void end_now() noexcept {
        asio::const_buffer rest(next_.data(), next_.size());
        for (std::size_t n = 1; n > 0 && rest.size() > 0 && !closed_ && !writing_; rest += n)
            n = stream_.write_now(rest);
        close();
    }
    // Its user is gone: it goes, too, unless it was ended before.
    void let_go() noexcept {
        if (user_) close();
    }
    // Is gone at once.
    void close() noexcept {
        user_ = nullptr;
        closed_ = true;
        alarm_.reset();
        stream_.close();
    }

private:
    // More than this is given back after an output that needed it, in bytes.
    static constexpr std::size_t most_kept = 512 * 1024;
    // So long it still reads when it can't write any more.
    static constexpr auto last_words = std::chrono::seconds(1);

    struct read_done {
        std::shared_ptr<frame_stream> self;
        void operator()(error_code ec, std::size_t size) const { self->have_read(ec, size); }
    };
    struct write_done {
        std::shared_ptr<frame_stream> self;
        void operator()(error_code ec, std::size_t size) const { self->have_written(ec, size); }
    };

    void read() {
        // Not while it is being read into.
        if (std::exchange(idle_, false)) in_.shrink();
        auto const [to, room] = in_.prepare();
        stream_.async_read_some(asio::mutable_buffer(to, room), read_done{shared_from_this()});
    }
    void have_read(error_code ec, std::size_t size) {
        if (closed_) return;
        if (ec) return lost(ec);
        if (user_) {
            in_.commit(size);
            user_->on_input(in_);
        }
        if (!closed_) read(); // without a user: over what came before
    }
    void write_some() {
        asio::const_buffer const rest(now_.data() + at_, now_.size() - at_);
        stream_.async_write_some(rest, write_done{shared_from_this()});
    }
    void have_written(error_code ec, std::size_t size) {
        if (closed_) return;
        if (ec) return cannot_write(ec);
        at_ += size;
        if (at_ < now_.size()) {
            write_some();
        } else {
            now_.clear();
            if (now_.capacity() > most_kept) now_ = {};
            at_ = 0;
            writing_ = false;
            write();
        }
        if (user_) user_->on_written();
    }
    // The read ends as well, after what the other side has said before it closed: why it did, for instance.
    void cannot_write(error_code why) {
        if (!user_) return; // `end` has a limit of its own
        auto& clock = env::clock::of(stream_.get_executor());
        alarm_ = clock.make_alarm(stream_.get_executor());
        alarm_->set(clock.steady_now() + last_words, [weak = weak_from_this(), why] {
            if (auto const self = weak.lock()) self->lost(why);
        });
    }
    void lost(error_code why) {
        auto* const user = user_;
        close();
        if (user) user->on_lost(why);
    }

    env::stream stream_;
    frame_user* user_ = nullptr;
    std::unique_ptr<env::alarm> alarm_;
    frame_input in_;
    std::string next_;
    std::string now_; // is being written, from `at_` on
    std::size_t at_ = 0;
    bool writing_ = false;
    bool idle_ = false;
    bool closed_ = false;
};

} // namespace fairway::amqp_detail

#endif
