// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// RabbitMQ on the stage, in real time: each participant has an execution context of its own, and reaches the broker
// through a proxy that can cut it off. Each stage has a virtual host of its own.
#ifndef FAIRWAY_TESTS_RABBITMQ_STAGE_HPP
#define FAIRWAY_TESTS_RABBITMQ_STAGE_HPP

#include "broker.hpp"
#include "tools/fault_proxy/proxy.hpp"

#include <fairway/amqp.hpp>
#include <fairway/env/real_network.hpp>
#include <fairway/testing/conformance/stage.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace conformance_kit {

using namespace fairway;
namespace conformance = fairway::testing::conformance;

class rabbitmq_stage final : public conformance::stage {
public:
    rabbitmq_stage() : virtual_host_("test" + std::to_string(++stages())) { server().add_virtual_host(virtual_host_); }
    ~rabbitmq_stage() override {
        clear();
        server().remove_virtual_host(virtual_host_);
    }

    std::string const& virtual_host() const noexcept { return virtual_host_; }
    std::string_view name() const override { return "rabbitmq"; }
    conformance::participant connect() override {
        auto const id = members_.size();
        auto& m = *members_.emplace_back(std::make_unique<member>());
        auto const target = "tcp://127.0.0.1:" + std::to_string(server().port());
        m.between = std::make_unique<faults::proxy>(middle_.get_executor(), "tcp://127.0.0.1:0", target);
        auto const at = env::endpoint::parse(m.between->address());
        amqp_options o;
        o.host(at.host, at.port).virtual_host(virtual_host_);
        m.net.emplace(m.io->get_executor(), o);
        m.nobody = m.net->open({"nobody", channel_kind::publish_subscribe, 0});
        return {any_transport(*m.net), id};
    }
    bool run_until(std::function<bool()> const& done, duration most) override {
        auto const end = now() + most;
        while (!done()) {
            if (now() >= end) return false;
            if (!step()) wait(end);
        }
        return true;
    }
    // At least: a transport publishes nothing before all is there that it was to declare, so once the broker has
    // confirmed something that was sent to nobody, what a participant joined and declared before is in force, however
    // slow this machine is.
    void pass(duration d) override {
        auto const left = std::make_shared<std::size_t>(0);
        for (auto const& m : members_)
            if (m->net && !m->is_cut) m->send_to_nobody(left);
        linger(d);
        run_until([&] { return *left == 0; }, patience());
    }
    // For so long, whether the broker answers or not.
    void linger(duration d) {
        run_until([] { return false; }, d);
    }
    void drop(conformance::participant const& who) override { members_.at(who.id)->leave(); }
    std::string unique(std::string_view name) override { return std::string(name) + std::to_string(++names_); }
    duration quiet() const override { return std::chrono::milliseconds(300); }
    duration clock_error() const override { return std::chrono::milliseconds(50); }

    bool threads() const override { return true; }
    void together(std::vector<std::function<void()>> jobs) override {
        std::atomic<std::size_t> left(jobs.size());
        std::vector<std::thread> all;
        for (auto& job : jobs)
            all.emplace_back([&left, job = std::move(job)] {
                job();
                --left;
            });
        while (left > 0)
            if (!step()) std::this_thread::yield();
        for (auto& one : all) one.join();
    }

    bool can_cut() const override { return true; }
    void cut(conformance::participant const& who) override {
        members_[who.id]->is_cut = true;
        members_[who.id]->between->refuse(true);
        members_[who.id]->between->reset();
    }
    void restore(conformance::participant const& who) override {
        members_[who.id]->is_cut = false;
        members_[who.id]->between->refuse(false);
    }

protected:
    void end() override {
        for (auto const& m : members_) m->leave();
        members_.clear();
    }

private:
    struct member {
        std::unique_ptr<asio::io_context> io = std::make_unique<asio::io_context>(1);
        std::unique_ptr<faults::proxy> between{};
        std::optional<amqp> net{};
        std::shared_ptr<sink> nobody{};
        bool is_cut = false;

        // `left` counts the messages that the broker has not confirmed.
        void send_to_nobody(std::shared_ptr<std::size_t> const& left) {
            envelope_head head;
            head.type = "conformance.nothing";
            std::vector<envelope> one;
            one.push_back(envelope::of_bytes(head, {}, ""));
            auto const outcomes = std::make_shared<std::vector<outcome>>();
            ++*left;
            nobody->send(std::move(one), env::steady_point::max(), *outcomes,
                asio::bind_executor(io->get_executor(), [left, outcomes] { --*left; }));
        }
        // As a process that is killed: nothing of it runs any more.
        void leave() {
            nobody.reset();
            net.reset();
            io.reset();
            if (between) between->reset();
        }
    };

    static rabbitmq_kit::broker& server() { return rabbitmq_kit::shared_broker(); }
    static int& stages() {
        static int count = 0;
        return count;
    }
    static env::steady_point now() { return std::chrono::steady_clock::now(); }

    // Runs one handler of one context; false where there is none.
    bool step() {
        for (std::size_t tried = 0; tried <= members_.size(); ++tried) {
            auto* const io = next();
            if (!io) continue;
            io->restart();
            if (io->poll_one() > 0) return true;
        }
        return false;
    }
    // For a moment, at one of the contexts.
    void wait(env::steady_point until) {
        constexpr duration most = std::chrono::microseconds(100);
        auto const left = std::min<duration>(until - now(), most);
        for (std::size_t tried = 0; tried <= members_.size(); ++tried) {
            auto* const io = next();
            if (!io) continue;
            io->restart();
            io->run_one_for(left);
            return;
        }
    }
    asio::io_context* next() {
        turn_ = turn_ < members_.size() ? turn_ + 1 : 0;
        return turn_ == members_.size() ? &middle_ : members_[turn_]->io.get();
    }

    std::string virtual_host_;
    std::size_t names_ = 0;
    std::size_t turn_ = 0;
    asio::io_context middle_{1};
    std::vector<std::unique_ptr<member>> members_;
};

} // namespace conformance_kit

#endif
