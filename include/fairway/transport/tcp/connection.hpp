// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_CONNECTION_HPP
#define FAIRWAY_TRANSPORT_TCP_CONNECTION_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/execute.hpp>
#include <fairway/env/stream.hpp>
#include <fairway/error.hpp>
#include <fairway/transport/tcp/record_input.hpp>
#include <fairway/transport/tcp/record_output.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::tcp_detail {

class connection;

// What is written next: some bytes, and then parts of the stream.
struct output_batch {
    static constexpr std::size_t most_parts = 32;
    static constexpr std::size_t most_bytes = 1024 * 1024;

    std::array<char, 32> control{};
    std::size_t control_size = 0;
    std::vector<output_part> parts;
};

// Who uses a connection: a handshake, then a session.
class connection_user {
public:
    connection_user() = default;
    connection_user(connection_user const&) = delete;
    connection_user& operator=(connection_user const&) = delete;
    // Something has come. It may end the connection, or give it to another user.
    virtual void on_input(record_input& in) = 0;
    // Nothing is being written: what is to be next, if anything.
    virtual void on_output(output_batch& next) = 0;
    // It is no more, and will not call again.
    virtual void on_lost(error_code why) = 0;

protected:
    ~connection_user() = default;
};

// Moves bytes between a stream and who uses it: one read and one write at a time, what is put meanwhile goes with the
// next. It lives as long as one of them is under way; who lets it go ends it. Used on its stream's executor.
class connection final : public std::enable_shared_from_this<connection> {
public:
    // `ticket` lives as long as it does.
    explicit connection(env::stream on, std::shared_ptr<void> ticket = {})
        : stream_(std::move(on)), ticket_(std::move(ticket)) {}

    // Begins to read, for `user`.
    void start(connection_user& user) {
        user_ = &user;
        read();
    }
    // Works for another one from now on.
    void use(connection_user& user) noexcept { user_ = &user; }
    record_input& input() noexcept { return in_; }
    env::stream const& stream() const noexcept { return stream_; }
    bool writing() const noexcept { return writing_; }

    // Within `on_input`: nothing is read any more, before `go_on`, which begins with what is left of the input.
    void hold() noexcept { held_ = true; }
    void go_on() {
        if (!std::exchange(held_, false) || closed_) return;
        auto const self = shared_from_this();
        if (user_) user_->on_input(in_);
        read();
    }
    // Writes these bytes before all that its user has.
    void send(std::string_view bytes) {
        first_.append(bytes);
        write();
    }
    // Writes what its user has to say, unless it does so already.
    void write() {
        if (writing_ || closed_) return;
        auto const self = shared_from_this();
        writing_ = true; // also for whoever is asked below
        batch_.parts.clear();
        batch_.control_size = 0;
        before_.clear();
        before_.swap(first_);
        if (user_) user_->on_output(batch_);
        if (closed_) return;
        before_.append(batch_.control.data(), batch_.control_size);
        before_.append(first_); // the last words of a user that ended it
        first_.clear();
        if (before_.empty() && batch_.parts.empty()) {
            writing_ = false;
            return;
        }
        buffers_.clear();
        if (!before_.empty()) buffers_.emplace_back(before_.data(), before_.size());
        for (auto const& part : batch_.parts) buffers_.emplace_back(part.data, part.size);
        at_ = 0;
        write_some();
    }

    // Has no user any more: writes what is left and `last`, and is gone once the other side has closed, or at `until`.
    // Closed at once it might take back what the other side has not read. It has `place` as long.
    void end(std::string_view last, env::clock& clock, env::steady_point until, std::shared_ptr<void> place = {}) {
        user_ = nullptr;
        if (closed_) return;
        place_ = std::move(place);
        alarm_ = clock.make_alarm(stream_.get_executor());
        alarm_->set(until, [weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->close();
        });
        first_.append(last);
        write();
        if (std::exchange(held_, false)) read();
    }
    // The same, but `last` is said only if that can be done without waiting, but for the handler of what is being
    // written: where all of that was taken at once, as is usual, it is the next of the executor's.
    void end_now(std::string_view last) noexcept {
        user_ = nullptr;
        if (closed_) return;
        if (!writing_) return say_and_close(last);
        try {
            first_.append(last);
            ends_ = true;
            close_after(2); // TLS takes one for itself
        } catch (std::bad_alloc const&) {
            close();
        }
    }
    // Is gone at once.
    void close() noexcept {
        user_ = nullptr;
        closed_ = true;
        alarm_.reset();
        stream_.close();
    }

private:
    struct read_done {
        std::shared_ptr<connection> self;
        void operator()(error_code ec, std::size_t size) const { self->have_read(ec, size); }
    };
    struct write_done {
        std::shared_ptr<connection> self;
        void operator()(error_code ec, std::size_t size) const { self->have_written(ec, size); }
    };

    void read() {
        if (reading_ || held_ || closed_) return;
        reading_ = true;
        auto const [to, room] = in_.prepare();
        stream_.async_read_some(asio::mutable_buffer(to, room), read_done{shared_from_this()});
    }
    void have_read(error_code ec, std::size_t size) {
        reading_ = false;
        if (closed_) return;
        if (ec) return lost(ec);
        if (user_) {
            in_.commit(size);
            user_->on_input(in_);
        }
        read(); // without a user: over what came before
    }
    void write_some() {
        auto const rest = std::span<asio::const_buffer const>(buffers_).subspan(at_);
        stream_.async_write_some(rest, write_done{shared_from_this()});
    }
    void have_written(error_code ec, std::size_t size) {
        if (closed_) return;
        if (ec) return lost(ec);
        while (at_ < buffers_.size() && size >= buffers_[at_].size()) size -= buffers_[at_++].size();
        if (at_ < buffers_.size()) {
            buffers_[at_] += size;
            return write_some();
        }
        writing_ = false;
        batch_.parts.clear();
        if (ends_) return say_and_close(first_);
        write();
    }
    // So many turns of the executor.
    void close_after(int turns) noexcept {
        if (turns == 0) return close();
        try {
            env::post(stream_.get_executor(), [self = shared_from_this(), turns] { self->close_after(turns - 1); });
        } catch (std::bad_alloc const&) {
            close();
        }
    }
    void say_and_close(std::string_view last) noexcept {
        asio::const_buffer rest(last.data(), last.size());
        for (std::size_t n = 1; n > 0 && rest.size() > 0; rest += n) n = stream_.write_now(rest);
        close();
    }
    void lost(error_code why) {
        auto* const user = user_;
        close();
        if (user) user->on_lost(why);
    }

    env::stream stream_;
    std::shared_ptr<void> ticket_;
    std::shared_ptr<void> place_; // among those that end
    connection_user* user_ = nullptr;
    std::unique_ptr<env::alarm> alarm_;
    record_input in_;
    std::string first_;
    std::string before_;
    output_batch batch_;
    std::vector<asio::const_buffer> buffers_;
    std::size_t at_ = 0;
    bool writing_ = false;
    bool reading_ = false;
    bool held_ = false;
    bool ends_ = false; // after what is being written and what is in `first_`
    bool closed_ = false;
};

} // namespace fairway::tcp_detail

#endif
