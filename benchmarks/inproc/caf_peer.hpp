// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// CAF (0.17) as a rival: one actor drives, one or many handle.
#ifndef FAIRWAY_BENCHMARKS_INPROC_CAF_PEER_HPP
#define FAIRWAY_BENCHMARKS_INPROC_CAF_PEER_HPP

#include "../kit.hpp"
#include "order.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

namespace bench {
using caf_shared_order = std::shared_ptr<shop::order_placed const>;
} // namespace bench
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bench::naive_message)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bench::caf_shared_order)

namespace bench {

/// An actor system. With one worker all actors share its thread; the caller only waits.
class caf_system {
public:
    explicit caf_system(std::size_t workers = 1) : config_(workers), system_(config_) {}

    /// A driver sends a shared order to each of `sinks` actors, `burst` orders at a time, until there were
    /// `deliveries`.
    void publish(std::size_t deliveries, std::size_t burst, std::size_t sinks) {
        std::size_t const n = (deliveries + sinks - 1) / sinks;
        end_line line(n * sinks);
        std::vector<caf::actor> group;
        for (std::size_t i = 0; i < sinks; ++i) group.push_back(system_.spawn(shared_sink, &line));
        caf::anon_send(system_.spawn(publisher, group, n, burst), go::value);
        line.wait();
        for (auto const& each : group) caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    }

    /// The calling thread sends `n` messages, which it makes, to one actor.
    void send(std::size_t n) {
        end_line line(n);
        auto const to = system_.spawn(sink, &line);
        for (std::size_t i = 0; i < n; ++i) {
            if (i % 256 == 0) line.wait_until_near(i);
            caf::anon_send(to, naive_message());
        }
        line.wait();
        caf::anon_send_exit(to, caf::exit_reason::user_shutdown);
    }

    /// One actor asks another `n` times, one request after the other.
    void request(std::size_t n) {
        end_line line(n);
        auto const to = system_.spawn(answerer);
        caf::anon_send(system_.spawn(asker, to, &line), go::value);
        line.wait();
        caf::anon_send_exit(to, caf::exit_reason::user_shutdown);
    }

private:
    using go = caf::atom_constant<caf::atom("go")>;

    struct config : caf::actor_system_config {
        explicit config(std::size_t workers) { set("scheduler.max-threads", workers); }
    };

    // Where the actors count what they have handled.
    class end_line {
    public:
        explicit end_line(std::size_t n) : wanted_(n) {}
        bool pass() {
            bool const last = done_.fetch_add(1, std::memory_order_relaxed) + 1 == wanted_;
            if (last) {
                over_ = true;
                over_.notify_one();
            }
            return last;
        }
        void wait() const { over_.wait(false); }
        void wait_until_near(std::size_t sent) const {
            while (done_.load(std::memory_order_relaxed) + 10'000 < sent) std::this_thread::yield();
        }

    private:
        std::size_t const wanted_;
        std::atomic<std::size_t> done_{0};
        std::atomic<bool> over_{false};
    };

    static caf::behavior sink(caf::event_based_actor*, end_line* line) {
        return {[line](naive_message const& m) {
            keep(&m);
            line->pass();
        }};
    }
    static caf::behavior shared_sink(caf::event_based_actor*, end_line* line) {
        return {[line](caf_shared_order const& o) {
            keep(&o);
            line->pass();
        }};
    }
    static caf::behavior answerer(caf::event_based_actor*) {
        return {[](naive_message const& m) {
            naive_message answer;
            answer.order.order_id = m.order.order_id;
            return answer;
        }};
    }
    struct progress {
        std::size_t left = 0;
    };
    static caf::behavior publisher(
        caf::stateful_actor<progress>* self, std::vector<caf::actor> const& group, std::size_t n, std::size_t burst) {
        self->state.left = n;
        return {[self, group, burst](go) {
            std::size_t const now = std::min(self->state.left, burst);
            for (std::size_t i = 0; i < now; ++i) {
                auto const order = std::make_shared<shop::order_placed const>();
                for (auto const& each : group) self->send(each, order);
            }
            self->state.left -= now;
            if (self->state.left > 0)
                self->send(self, go::value);
            else
                self->quit();
        }};
    }
    static caf::behavior asker(caf::event_based_actor* self, caf::actor const& to, end_line* line) {
        return {[self, to, line](go) {
            self->request(to, std::chrono::seconds(30), naive_message()).then([self, line](naive_message const& m) {
                keep(&m);
                if (line->pass())
                    self->quit();
                else
                    self->send(self, go::value);
            });
        }};
    }

    config config_;
    caf::actor_system system_;
};

} // namespace bench

#endif
