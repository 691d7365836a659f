// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_AMQP_CONNECTION_HPP
#define FAIRWAY_TESTING_AMQP_CONNECTION_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/stream.hpp>
#include <fairway/testing/amqp/session.hpp>

#include <boost/asio/buffer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace fairway::testing::amqp_detail {

// Whoever has the connections.
class connection_owner {
public:
    connection_owner() = default;
    connection_owner(connection_owner const&) = delete;
    connection_owner& operator=(connection_owner const&) = delete;
    virtual broker_state& state() = 0; // where it is now
    // Something has happened: others may have something to write.
    virtual void settle() = 0;

protected:
    ~connection_owner() = default;
};

// Moves the bytes of a session. Used on its stream's executor; its owner is not used any more once it is closed.
class connection final : public std::enable_shared_from_this<connection> {
public:
    connection(env::stream on, std::uint64_t id, unsigned node, connection_owner& owner)
        : stream_(std::move(on)),
          owner_(owner),
          clock_(env::clock::of(stream_.get_executor())),
          session_(owner.state(), id, stream_.peer(), node),
          heard_(clock_.steady_now()),
          said_(heard_),
          until_(heard_ + patience) {}

    session& served() noexcept { return session_; }
    bool is_closed() const noexcept { return closed_; }
    // Somebody else has put something there.
    bool has_to_write() noexcept { return !closed_ && !writing_ && !session_.terms().output.empty(); }

    void start() {
        alarm_ = clock_.make_alarm(stream_.get_executor());
        delay_ = clock_.make_alarm(stream_.get_executor());
        watch();
        read();
    }
    // Writes what there is to say.
    void write() {
        if (writing_ || closed_) return;
        auto& t = session_.terms();
        if (t.output.empty()) {
            if (session_.is_over()) close();
            return;
        }
        from_.clear();
        from_.swap(t.output);
        at_ = 0;
        t.writing = from_.size();
        writing_ = true;
        write_some();
    }
    void unblock() {
        if (closed_ || !session_.is_blocked()) return;
        session_.on_unblocked();
        take();
    }
    // Says goodbye, as far as that needs no waiting, and is gone.
    void shut(std::string_view why) {
        if (closed_) return;
        session_.close(reply_code::connection_forced, why, {});
        auto const& last = session_.terms().output;
        if (!writing_) stream_.write_now(asio::const_buffer(last.data(), last.size()));
        close();
    }
    // Is gone at once; what it had goes back.
    void close() {
        if (std::exchange(closed_, true)) return;
        alarm_.reset();
        delay_.reset();
        stream_.close();
        session_.leave();
    }

private:
    // How long a client may take to begin, or to end.
    static constexpr auto patience = std::chrono::seconds(10);

    struct read_done {
        std::shared_ptr<connection> self;
        void operator()(error_code ec, std::size_t size) const { self->have_read(ec, size); }
    };
    struct write_done {
        std::shared_ptr<connection> self;
        void operator()(error_code ec, std::size_t size) const { self->have_written(ec, size); }
    };

    void read() {
        auto const [to, room] = in_.prepare();
        stream_.async_read_some(asio::mutable_buffer(to, room), read_done{shared_from_this()});
    }
    void have_read(error_code ec, std::size_t size) {
        if (closed_) return;
        auto& state = owner_.state();
        if (ec || state.draws(state.faults.cut_one_in)) return lost();
        in_.commit(size);
        heard_ = clock_.steady_now();
        if (state.faults.read_delay == duration::zero()) return take();
        delay_->set(heard_ + state.faults.read_delay, [weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->take();
        });
    }
    void take() {
        auto const self = shared_from_this();
        static_cast<void>(owner_.state());
        bool const was_open = session_.is_open();
        session_.take(in_);
        if (was_open != session_.is_open()) {
            until_ = clock_.steady_now() + patience;
            watch();
        }
        owner_.settle();
        if (!closed_ && !session_.is_over() && !session_.is_blocked()) read();
    }
    void write_some() {
        asio::const_buffer const rest(from_.data() + at_, from_.size() - at_);
        stream_.async_write_some(rest, write_done{shared_from_this()});
    }
    void have_written(error_code ec, std::size_t size) {
        if (closed_) return;
        if (ec) return lost();
        at_ += size;
        said_ = clock_.steady_now();
        if (at_ < from_.size()) return write_some();
        writing_ = false;
        session_.terms().writing = 0;
        owner_.state();
        owner_.settle();
    }
    void lost() {
        auto const self = shared_from_this();
        close();
        owner_.settle();
    }

    // Sees to the heartbeats, and that nobody stays half-way.
    void watch() {
        if (closed_) return;
        auto const now = clock_.steady_now();
        std::chrono::seconds const beat(session_.heartbeat());
        auto next = until_;
        if (session_.is_open()) {
            if (beat == std::chrono::seconds(0)) return alarm_->cancel();
            if (session_.is_blocked()) heard_ = now;
            if (now - heard_ >= 3 * beat) return lost(); // as RabbitMQ, which counts two of them, has it at the latest
            if (now - said_ >= beat / 2 && !writing_) {
                said_ = now;
                session_.beat();
                write();
            }
            next = now + std::chrono::nanoseconds(beat) / 2;
        } else if (now >= until_) {
            return lost();
        }
        alarm_->set(next, [weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->watch();
        });
    }

    env::stream stream_;
    connection_owner& owner_;
    env::clock& clock_;
    session session_;
    frame_input in_;
    std::string from_; // what is being written
    std::size_t at_ = 0;
    bool writing_ = false;
    bool closed_ = false;
    env::steady_point heard_;
    env::steady_point said_;
    env::steady_point until_;
    std::unique_ptr<env::alarm> alarm_;
    std::unique_ptr<env::alarm> delay_;
};

} // namespace fairway::testing::amqp_detail

#endif
