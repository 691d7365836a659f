// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Asio by hand: the limit of what a library on top of it can reach.
#ifndef FAIRWAY_BENCHMARKS_TCP_ASIO_PEER_HPP
#define FAIRWAY_BENCHMARKS_TCP_ASIO_PEER_HPP

#include "../inproc/threads.hpp"
#include "frames.hpp"
#include "latency.hpp"
#include "link.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace bench {

/// Two ends: on this thread, and on the k-th processor's thread if there is to be a second one.
class asio_ends {
public:
    explicit asio_ends(road r, std::optional<std::size_t> k) {
        if (k) other_ = std::make_unique<running_process>(*k);
        auto both = connected(r, here_.context(), other_ ? (*other_)->context() : here_.context());
        here_socket = std::make_unique<any_socket>(std::move(both.first));
        there_socket = std::make_unique<any_socket>(std::move(both.second));
    }
    process& here() { return here_; }
    /// Does something where the other end is.
    template <class Work>
    void do_there(Work&& work) {
        if (other_)
            other_->do_there(work);
        else
            work();
    }
    /// Before what the handlers of the other end use is gone.
    void end() {
        do_there([this] { there_socket.reset(); });
        other_.reset();
    }

private:
    process here_;
    std::unique_ptr<running_process> other_;

public:
    std::unique_ptr<any_socket> here_socket;
    std::unique_ptr<any_socket> there_socket;
};

/// Messages with four headers, encoded here and parsed there, with writes of almost 64 KiB.
class asio_one_way {
public:
    asio_one_way(road r, std::size_t body, std::optional<std::size_t> second_thread = std::nullopt)
        : ends_(r, second_thread), body_(body, 'x') {
        writer_.on_written = [this] { fill(); };
        ends_.do_there([this] { reader_.start(); });
    }
    ~asio_one_way() { ends_.end(); }
    void operator()(std::size_t n) {
        wanted_.store(n, std::memory_order_relaxed);
        left_ = n;
        begin_series();
        fill();
        writer_.flush();
        ends_.here().run();
    }

private:
    struct on_frame {
        asio_one_way* self;
        void operator()(std::string_view frame) const {
            parse_message(frame, self->seen_);
            check(self->seen_, self->body_.size());
            ++self->handled_;
        }
    };
    struct on_batch {
        asio_one_way* self;
        void operator()() const {
            if (self->handled_ != self->wanted_.load(std::memory_order_relaxed)) return;
            self->handled_ = 0;
            // Posted: it may run later than this, and a stop before would be lost.
            boost::asio::post(self->ends_.here().context(), [self = self] { self->ends_.here().stop(); });
        }
    };

    void fill() {
        // Asio's async_write takes 64 KiB at once at most: a little more would cost another call.
        auto const most = (std::size_t{1} << 16) - body_.size() - 512;
        while (left_ > 0 && writer_.queue().size() < most) {
            append_message(writer_.queue(), headers_, body_);
            --left_;
        }
    }

    std::vector<std::pair<std::string, std::string>> headers_ = make_headers();
    asio_ends ends_;
    std::string body_;
    std::size_t left_ = 0;
    std::atomic<std::size_t> wanted_{0};
    std::size_t handled_ = 0;
    message_view seen_;
    frame_writer writer_{*ends_.here_socket};
    frame_reader<on_frame, on_batch> reader_{*ends_.there_socket, on_frame{this}, on_batch{this}};
};

/// One request after the other, by coroutines; a body goes there and back.
class asio_requests {
public:
    asio_requests(road r, std::size_t body, std::optional<std::size_t> second_thread = std::nullopt)
        : ends_(r, second_thread), question_(frame_of(body)) {
        ends_.do_there([this] {
            boost::asio::co_spawn(ends_.there_socket->get_executor(), answer(*ends_.there_socket, question_.size()),
                boost::asio::detached);
        });
    }
    ~asio_requests() { ends_.end(); }
    void operator()(std::size_t n, latencies& seen) { ends_.here().run(ask(n, seen)); }

private:
    static boost::asio::awaitable<void> answer(any_socket& socket, std::size_t size) {
        std::string buffer(size, '\0');
        for (;;) {
            co_await boost::asio::async_read(socket, boost::asio::buffer(buffer), boost::asio::use_awaitable);
            co_await boost::asio::async_write(socket, boost::asio::buffer(buffer), boost::asio::use_awaitable);
        }
    }
    boost::asio::awaitable<void> ask(std::size_t n, latencies& seen) {
        std::string buffer(question_.size(), '\0');
        auto& socket = *ends_.here_socket;
        for (std::size_t i = 0; i < n; ++i) {
            auto const start = now_ns();
            co_await boost::asio::async_write(socket, boost::asio::buffer(question_), boost::asio::use_awaitable);
            co_await boost::asio::async_read(socket, boost::asio::buffer(buffer), boost::asio::use_awaitable);
            seen.add(now_ns() - start);
        }
    }

    asio_ends ends_;
    std::string question_;
};

/// Many requests at once, by callbacks: each side answers all that a read has brought with one write.
class asio_in_flight {
public:
    asio_in_flight(road r, std::size_t body, std::optional<std::size_t> second_thread = std::nullopt)
        : ends_(r, second_thread), question_(frame_of(body)) {
        answers_.start();
        ends_.do_there([this] { questions_.start(); });
    }
    ~asio_in_flight() { ends_.end(); }
    /// Asks n times, so that `window` requests are under way.
    void operator()(std::size_t n) {
        left_ = n;
        under_way_ = 0;
        keep_asking_ = true;
        begin_series();
        while (under_way_ < window && left_ > 0) ask();
        to_there_.flush();
        ends_.here().run();
        keep_asking_ = false;
    }

    // For an open loop.

    void begin(std::uint64_t stamp) {
        std::memcpy(question_.data() + sizeof(std::uint32_t), &stamp, sizeof stamp);
        to_there_.add(question_);
    }
    void turn() {
        to_there_.flush();
        ends_.here().context().restart();
        ends_.here().context().poll();
    }
    latencies* answered = nullptr;

private:
    struct on_question {
        asio_in_flight* self;
        void operator()(std::string_view frame) const { self->to_here_.add(frame); }
    };
    struct on_questions {
        asio_in_flight* self;
        void operator()() const { self->to_here_.flush(); }
    };
    struct on_answer {
        asio_in_flight* self;
        void operator()(std::string_view frame) const { self->take(frame); }
    };
    struct on_answers {
        asio_in_flight* self;
        void operator()() const {
            if (!self->keep_asking_) return;
            if (self->left_ == 0 && self->under_way_ == 0)
                self->ends_.here().stop();
            else
                self->to_there_.flush();
        }
    };

    void ask() {
        to_there_.add(question_);
        --left_;
        ++under_way_;
    }
    void take(std::string_view frame) {
        if (keep_asking_) {
            --under_way_;
            if (left_ > 0) ask();
            return;
        }
        std::uint64_t stamp = 0;
        std::memcpy(&stamp, frame.data() + sizeof(std::uint32_t), sizeof stamp);
        answered->add(now_ns() - stamp);
    }

    asio_ends ends_;
    std::string question_;
    bool keep_asking_ = false;
    std::size_t left_ = 0;
    std::size_t under_way_ = 0;
    frame_writer to_there_{*ends_.here_socket};
    frame_writer to_here_{*ends_.there_socket};
    frame_reader<on_question, on_questions> questions_{*ends_.there_socket, on_question{this}, on_questions{this}};
    frame_reader<on_answer, on_answers> answers_{*ends_.here_socket, on_answer{this}, on_answers{this}};
};

} // namespace bench

#endif
