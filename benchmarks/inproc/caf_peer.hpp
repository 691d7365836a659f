// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// CAF (0.17) as a rival: one actor or thread drives, one or many actors handle.
#ifndef FAIRWAY_BENCHMARKS_INPROC_CAF_PEER_HPP
#define FAIRWAY_BENCHMARKS_INPROC_CAF_PEER_HPP

#include "../kit.hpp"
#include "order.hpp"
#include "threads.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace bench {
using caf_shared_order = std::shared_ptr<shop::order_placed const>;
} // namespace bench
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bench::naive_message)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bench::caf_shared_order)

namespace bench {

/// An actor system. With one worker all actors share its thread; the caller sends, or only waits.
class caf_system {
public:
    /// Its threads are on `processor`, or anywhere.
    explicit caf_system(std::size_t workers = 1, std::optional<std::size_t> processor = std::nullopt)
        : placement_(processor), config_(workers), system_(config_) {
        placement_.there.reset();
    }

    /// A driver sends a shared order to each of `sinks` actors, `burst` orders at a time, until there were
    /// `deliveries`.
    void publish(std::size_t deliveries, std::size_t burst, std::size_t sinks) {
        std::size_t const n = calls_for(deliveries, sinks);
        line_.start(n * sinks);
        auto const group = spawn_group(sinks);
        caf::anon_send(system_.spawn(publisher, group, n, burst), go::value);
        line_.wait();
        end(group);
    }

    /// The calling thread sends a shared order to each of `sinks` actors.
    void publish_from_outside(std::size_t deliveries, std::size_t sinks) {
        std::size_t const n = calls_for(deliveries, sinks);
        line_.start(n * sinks);
        auto const group = spawn_group(sinks);
        for (std::size_t i = 0; i < n; ++i) {
            line_.keep_near(i, sinks);
            auto const order = std::make_shared<shop::order_placed const>();
            for (auto const& each : group) caf::anon_send(each, order);
        }
        line_.wait();
        end(group);
    }

    /// The calling thread sends `n` messages, which it makes, to one actor.
    void send(std::size_t n) {
        line_.start(n);
        auto const to = system_.spawn(sink, &line_);
        for (std::size_t i = 0; i < n; ++i) {
            line_.keep_near(i);
            caf::anon_send(to, naive_message());
        }
        line_.wait();
        end({to});
    }

    /// One actor asks another `n` times, one request after the other.
    void request(std::size_t n) {
        line_.start(n);
        auto const to = system_.spawn(answerer);
        caf::anon_send(system_.spawn(asker, to, &line_), go::value);
        line_.wait();
        end({to});
    }

private:
    using go = caf::atom_constant<caf::atom("go")>;

    struct placement {
        explicit placement(std::optional<std::size_t> processor) {
            if (processor) there.emplace(*processor);
        }
        std::optional<start_on> there;
    };
    struct config : caf::actor_system_config {
        explicit config(std::size_t workers) { set("scheduler.max-threads", workers); }
    };

    std::vector<caf::actor> spawn_group(std::size_t sinks) {
        std::vector<caf::actor> group;
        for (std::size_t i = 0; i < sinks; ++i) group.push_back(system_.spawn(shared_sink, &line_));
        return group;
    }
    static void end(std::vector<caf::actor> const& group) {
        for (auto const& each : group) caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    }

    static caf::behavior sink(caf::event_based_actor*, finish_line* line) {
        return {[line](naive_message const& m) {
            keep(&m);
            line->pass();
        }};
    }
    static caf::behavior shared_sink(caf::event_based_actor*, finish_line* line) {
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
    static caf::behavior asker(caf::event_based_actor* self, caf::actor const& to, finish_line* line) {
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

    finish_line line_;
    placement placement_;
    config config_;
    caf::actor_system system_;
};

} // namespace bench

#endif
