// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// gRPC as a rival: a message with one field of bytes.
#ifndef FAIRWAY_BENCHMARKS_TCP_GRPC_PEER_HPP
#define FAIRWAY_BENCHMARKS_TCP_GRPC_PEER_HPP

#include "latency.hpp"
#include "link.hpp"

#include <bytes.grpc.pb.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace bench {

/// A server and a channel to it. Unary requests are answered by the synchronous interface, the quicker one of the two
/// for one request at a time, or by callbacks; streams are answered by callbacks.
template <class Service>
class grpc_ends {
public:
    explicit grpc_ends(road r) {
        auto address = r == road::tcp ? "127.0.0.1:0" : "unix:" + file_.path();
        int port = 0;
        grpc::ServerBuilder builder;
        builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port);
        builder.RegisterService(&service_);
        server_ = builder.BuildAndStart();
        if (!server_) std::abort();
        if (r == road::tcp) address = "127.0.0.1:" + std::to_string(port);
        stub = rival::echo::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
    }
    ~grpc_ends() {
        stub.reset();
        server_->Shutdown();
    }

    std::unique_ptr<rival::echo::Stub> stub;

private:
    socket_file file_;
    Service service_;
    std::unique_ptr<grpc::Server> server_;
};

inline void grpc_checked(grpc::Status const& status) {
    if (status.ok()) return;
    std::fprintf(stderr, "grpc: %s\n", status.error_message().c_str());
    std::abort();
}

/// Answers each request with itself, synchronously.
class grpc_echo final : public rival::echo::Service {
public:
    grpc::Status ask(grpc::ServerContext*, rival::body const* question, rival::body* answer) override {
        *answer = *question;
        return grpc::Status::OK;
    }
};

/// Answers each request, and each message of a stream, with itself, by callbacks.
class grpc_callback_echo final : public rival::echo::CallbackService {
public:
    grpc::ServerUnaryReactor* ask(
        grpc::CallbackServerContext* context, rival::body const* question, rival::body* answer) override {
        *answer = *question;
        auto* const reactor = context->DefaultReactor();
        reactor->Finish(grpc::Status::OK);
        return reactor;
    }
    grpc::ServerBidiReactor<rival::body, rival::body>* talk(grpc::CallbackServerContext*) override {
        return new stream;
    }

private:
    // Reads on while it writes.
    class stream final : public grpc::ServerBidiReactor<rival::body, rival::body> {
    public:
        stream() { StartRead(&question_); }
        void OnReadDone(bool ok) override {
            std::lock_guard const lock(mutex_);
            if (!ok) {
                has_ended_ = true;
                if (waiting_.empty()) Finish(grpc::Status::OK);
                return;
            }
            waiting_.push_back(question_);
            if (waiting_.size() == 1) StartWrite(&waiting_.front());
            StartRead(&question_);
        }
        void OnWriteDone(bool) override {
            std::lock_guard const lock(mutex_);
            waiting_.pop_front();
            if (!waiting_.empty())
                StartWrite(&waiting_.front());
            else if (has_ended_)
                Finish(grpc::Status::OK);
        }
        void OnDone() override { delete this; }

    private:
        std::mutex mutex_;
        std::deque<rival::body> waiting_;
        bool has_ended_ = false;
        rival::body question_;
    };
};

/// One unary request after the other, synchronously.
class grpc_requests {
public:
    grpc_requests(road r, std::size_t body) : ends_(r) { question_.set_data(std::string(body, 'x')); }
    void operator()(std::size_t n, latencies& seen) {
        rival::body answer;
        for (std::size_t i = 0; i < n; ++i) {
            auto const start = now_ns();
            grpc::ClientContext context;
            grpc_checked(ends_.stub->ask(&context, question_, &answer));
            seen.add(now_ns() - start);
        }
        if (answer.data().size() != question_.data().size()) std::abort();
    }

private:
    grpc_ends<grpc_echo> ends_;
    rival::body question_;
};

/// Waits until so many were counted.
class grpc_finish {
public:
    void start(std::size_t n) {
        std::lock_guard const lock(mutex_);
        left_ = n;
    }
    void pass() {
        std::lock_guard const lock(mutex_);
        if (--left_ == 0) over_.notify_one();
    }
    void wait() {
        std::unique_lock lock(mutex_);
        over_.wait(lock, [this] { return left_ == 0; });
    }

private:
    std::mutex mutex_;
    std::condition_variable over_;
    std::size_t left_ = 0;
};

/// Many unary requests at once, by callbacks.
class grpc_in_flight {
public:
    grpc_in_flight(road r, std::size_t body) : ends_(r) {
        for (auto& each : calls_) each.question.set_data(std::string(body, 'x'));
    }
    void operator()(std::size_t n) {
        finish_.start(n);
        left_ = static_cast<std::ptrdiff_t>(n);
        for (auto& each : calls_) next(each);
        finish_.wait();
    }

private:
    struct call {
        std::unique_ptr<grpc::ClientContext> context;
        rival::body question;
        rival::body answer;
    };

    void next(call& c) {
        if (left_.fetch_sub(1) <= 0) return;
        c.context = std::make_unique<grpc::ClientContext>();
        ends_.stub->async()->ask(c.context.get(), &c.question, &c.answer, [this, &c](grpc::Status const& status) {
            grpc_checked(status);
            next(c);
            finish_.pass();
        });
    }

    grpc_ends<grpc_callback_echo> ends_;
    std::vector<call> calls_ = std::vector<call>(window);
    std::atomic<std::ptrdiff_t> left_{0};
    grpc_finish finish_;
};

/// Many requests at once as messages of a stream in both directions, by callbacks: the quickest that gRPC has to offer.
class grpc_stream {
public:
    grpc_stream(road r, std::size_t body) : ends_(r), question_(body, 'x'), talk_(*this) {}
    ~grpc_stream() { talk_.end(); }
    void operator()(std::size_t n) {
        finish_.start(n);
        {
            std::lock_guard const lock(mutex_);
            left_ = n;
        }
        for (std::size_t i = 0; i < window; ++i) ask_one_more();
        finish_.wait();
    }

    // For an open loop.

    void begin(std::uint64_t stamp) {
        std::memcpy(question_.data(), &stamp, sizeof stamp);
        talk_.send(question_);
    }
    /// gRPC's own threads do all there is to do; what they have noted is taken over.
    void turn() {
        std::lock_guard const lock(mutex_);
        for (auto const ns : taken_) answered->add(ns);
        taken_.clear();
    }
    latencies* answered = nullptr;

private:
    class conversation final : public grpc::ClientBidiReactor<rival::body, rival::body> {
    public:
        explicit conversation(grpc_stream& self) : self_(&self) {
            self.ends_.stub->async()->talk(&context_, this);
            AddHold();
            StartRead(&answer_);
            StartCall();
        }
        void send(std::string const& question) {
            std::lock_guard const lock(mutex_);
            rival::body next;
            next.set_data(question);
            waiting_.push_back(std::move(next));
            if (waiting_.size() == 1) StartWrite(&waiting_.front());
        }
        void end() {
            context_.TryCancel();
            RemoveHold();
            std::unique_lock lock(mutex_);
            over_.wait(lock, [this] { return is_over_; });
        }
        void OnReadDone(bool ok) override {
            if (!ok) return;
            self_->take(answer_);
            StartRead(&answer_);
        }
        void OnWriteDone(bool ok) override {
            std::lock_guard const lock(mutex_);
            waiting_.pop_front();
            if (ok && !waiting_.empty()) StartWrite(&waiting_.front());
        }
        void OnDone(grpc::Status const&) override {
            std::lock_guard const lock(mutex_);
            is_over_ = true;
            over_.notify_one();
        }

    private:
        grpc_stream* self_;
        grpc::ClientContext context_;
        std::mutex mutex_;
        std::condition_variable over_;
        bool is_over_ = false;
        std::deque<rival::body> waiting_;
        rival::body answer_;
    };

    void ask_one_more() {
        {
            std::lock_guard const lock(mutex_);
            if (left_ == 0) return;
            --left_;
        }
        talk_.send(question_);
    }
    void take(rival::body const& answer) {
        if (answered == nullptr) {
            ask_one_more();
            finish_.pass();
            return;
        }
        std::uint64_t stamp = 0;
        std::memcpy(&stamp, answer.data().data(), sizeof stamp);
        std::lock_guard const lock(mutex_);
        taken_.push_back(now_ns() - stamp);
    }

    grpc_ends<grpc_callback_echo> ends_;
    std::string question_;
    std::mutex mutex_;
    std::size_t left_ = 0;
    std::vector<std::uint64_t> taken_;
    grpc_finish finish_;
    conversation talk_;
};

} // namespace bench

#endif
