// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// SObjectizer (5.8) as a rival: agents with a thread each.
#ifndef FAIRWAY_BENCHMARKS_INPROC_SOBJECTIZER_PEER_HPP
#define FAIRWAY_BENCHMARKS_INPROC_SOBJECTIZER_PEER_HPP

#include "../kit.hpp"
#include "order.hpp"
#include "threads.hpp"

#include <so_5/all.hpp>

#include <cstddef>
#include <functional>

namespace bench {

/// An environment of agents, each of which handles what `handle` says on the k-th processor.
class sobjectizer_agent : public so_5::agent_t {
public:
    sobjectizer_agent(context_t context, std::size_t k) : so_5::agent_t(std::move(context)), processor_(k) {}
    void so_evt_start() override { pin(processor_); }

private:
    std::size_t processor_;
};

/// The calling thread sends messages, which it makes, to `sinks` agents that share a thread on processor 1.
template <class Message>
class sobjectizer_sinks {
public:
    explicit sobjectizer_sinks(std::size_t sinks) : sinks_(sinks) {
        auto& environment = environment_.environment();
        to_ = environment.create_mbox();
        environment.introduce_coop(
            so_5::disp::one_thread::make_dispatcher(environment).binder(), [&](so_5::coop_t& coop) {
                for (std::size_t i = 0; i < sinks_; ++i) coop.make_agent<sink>(to_, line_);
            });
    }
    void operator()(std::size_t deliveries) {
        std::size_t const n = calls_for(deliveries, sinks_);
        line_.start(n * sinks_);
        for (std::size_t i = 0; i < n; ++i) {
            line_.keep_near(i, sinks_);
            so_5::send<Message>(to_);
        }
        line_.wait();
    }

private:
    class sink final : public sobjectizer_agent {
    public:
        sink(context_t context, so_5::mbox_t const& from, finish_line& line)
            : sobjectizer_agent(std::move(context), 1) {
            so_subscribe(from).event([&line](so_5::mhood_t<Message> m) {
                keep(&*m);
                line.pass();
            });
        }
    };

    finish_line line_;
    std::size_t sinks_;
    so_5::wrapped_env_t environment_;
    so_5::mbox_t to_;
};

/// An agent on processor 0 asks one on processor 1, one request after the other; both make their messages.
template <class Message>
class sobjectizer_pair {
public:
    sobjectizer_pair() {
        auto& environment = environment_.environment();
        auto const alone = [&] { return so_5::disp::one_thread::make_dispatcher(environment).binder(); };
        environment.introduce_coop(
            alone(), [&](so_5::coop_t& coop) { answerer_ = coop.make_agent<answerer>()->so_direct_mbox(); });
        environment.introduce_coop(
            alone(), [&](so_5::coop_t& coop) { asker_ = coop.make_agent<asker>(answerer_, line_)->so_direct_mbox(); });
        so_5::send<introduction>(answerer_, asker_);
    }
    void operator()(std::size_t n) {
        line_.start(n);
        so_5::send<go>(asker_);
        line_.wait();
    }

private:
    struct go final : so_5::signal_t {};
    struct introduction {
        so_5::mbox_t to;
        explicit introduction(so_5::mbox_t who) : to(std::move(who)) {}
    };

    class answerer final : public sobjectizer_agent {
    public:
        explicit answerer(context_t context) : sobjectizer_agent(std::move(context), 1) {
            so_subscribe_self()
                .event([this](so_5::mhood_t<introduction> m) { asker_ = m->to; })
                .event([this](so_5::mhood_t<Message> m) {
                    keep(&*m);
                    so_5::send<Message>(asker_);
                });
        }

    private:
        so_5::mbox_t asker_;
    };
    class asker final : public sobjectizer_agent {
    public:
        asker(context_t context, so_5::mbox_t to, finish_line& line)
            : sobjectizer_agent(std::move(context), 0), to_(std::move(to)) {
            so_subscribe_self()
                .event([this](so_5::mhood_t<go>) { so_5::send<Message>(to_); })
                .event([this, &line](so_5::mhood_t<Message> m) {
                    keep(&*m);
                    if (!line.pass()) so_5::send<Message>(to_);
                });
        }

    private:
        so_5::mbox_t to_;
    };

    finish_line line_;
    so_5::wrapped_env_t environment_;
    so_5::mbox_t answerer_;
    so_5::mbox_t asker_;
};

} // namespace bench

#endif
