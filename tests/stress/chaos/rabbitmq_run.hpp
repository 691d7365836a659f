// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Chaos with RabbitMQ: the broker is killed and started again, stopped and continued, takes no messages, loses queues,
// closes channels and refuses its user, and connections to it are cut.
#ifndef FAIRWAY_TESTS_STRESS_CHAOS_RABBITMQ_RUN_HPP
#define FAIRWAY_TESTS_STRESS_CHAOS_RABBITMQ_RUN_HPP

#include "run.hpp"

#include "../../rabbitmq/broker.hpp"

#include <sys/wait.h>

namespace chaos {

/// Two senders and three receivers of a sharded channel, each with a proxy between it and the broker, in a virtual host
/// and as a user of their own. The receivers share a store, so that what was handled is not handled again. A queue is
/// deleted when nothing is in it, since what an operator deletes is lost: the senders pause before.
class rabbitmq_run final : public run {
public:
    rabbitmq_run(plan const& p, rabbitmq_kit::broker& server)
        : run(p, mode::sharded, senders, {.order = true, .once = true}),
          server_(server),
          host_("chaos-" + std::to_string(p.seed)) {}
    ~rabbitmq_run() override {
        for (auto& s : all_senders()) s.reset();
        for (auto& r : all_receivers()) r.reset();
        if (memory_ >= 0) ::close(memory_);
        // After a failure nobody knows in what state it is: the next run starts it.
        if (has_failed()) server_.kill(SIGKILL);
        try {
            if (!has_failed()) server_.remove_virtual_host(host_);
        } catch (std::exception const&) {
            // It ends with the program.
        }
    }

private:
    static constexpr std::size_t senders = 2;
    static constexpr auto patience = 60s; // with a broker that starts, or does what it is told

    // ---- who takes part
    void set_up() override {
        if (!server_.answers()) server_.start();
        memory_ = shared_store::make_memory();
        give_receivers({memory_});
        server_.add_virtual_host(host_);
        let_in("good");
        server_.ask("PUT", "/api/permissions/" + host_ + "/" + user, R"({"configure":".*","write":".*","read":".*"})");
        auto const target = "tcp://127.0.0.1:" + std::to_string(server_.port());
        for (std::size_t i = 0; i < proxies_.size(); ++i) {
            proxies_[i] = std::make_unique<faults::proxy>(
                io().get_executor(), "tcp://127.0.0.1:0", target, what_is_planned().seed * 10 + i);
            auto const at = proxies_[i]->address().substr(std::strlen("tcp://"));
            auto const where = std::string("amqp://") + user + ":good@" + at + "/" + host_;
            if (i < senders)
                begin_sender(i, where);
            else
                begin_receiver(i - senders, where);
        }
    }
    void let_in(std::string const& password) {
        server_.ask("PUT", std::string("/api/users/") + user, R"({"tags":"","password":")" + password + "\"}");
    }

    // ---- what happens
    fault next_fault() override {
        constexpr fault (rabbitmq_run::*all[])() = {&rabbitmq_run::kill, &rabbitmq_run::stop, &rabbitmq_run::cut,
            &rabbitmq_run::block, &rabbitmq_run::fail, &rabbitmq_run::revoke, &rabbitmq_run::remove};
        // The first one so that all of them happen in as many runs. RabbitMQ (3.10) is not killed once queues were made
        // again under their names: there were times when one of them had no leader afterwards, for anybody. So it is
        // killed before.
        std::size_t const least = has_removed_ ? 1 : 0;
        std::size_t const most = std::size(all) - (has_killed_ || has_removed_ ? 0 : 1);
        auto const which =
            std::exchange(is_first_, false) ? what_is_planned().seed % std::size(all) : least + draw(most - least);
        pass(draw_ms(0, 2'000));
        return (this->*all[which])();
    }
    fault kill() {
        has_killed_ = true;
        return {"kill", "the broker", [this] { server_.kill(SIGKILL); }, draw_ms(0, 2'000),
            [this] {
                server_.begin();
                until([this] { return server_.answers(); }, patience, "RabbitMQ to start");
            }};
    }
    fault stop() {
        return {"stop", "the broker", [this] { server_.signal(SIGSTOP); }, draw_ms(500, 7'000),
            [this] { server_.signal(SIGCONT); }};
    }
    fault cut() {
        auto const victim = draw(proxies_.size());
        auto& between = *proxies_[victim];
        using faults::direction;
        auto const how = draw(5);
        auto const bytes = 1 + draw(50'000);
        return {"cut", victim < senders ? "a sender" : "a receiver",
            [&between, how, bytes] {
                faults::flow_faults gone;
                gone.drop = true;
                switch (how) {
                case 0: between.reset(); break;
                case 1: between.refuse(true), between.reset(); break;
                case 2: between.cut_after(direction::up, bytes), between.cut_after(direction::down, bytes); break;
                case 3: between.half_open(faults::side::client); break;
                default: between.set(direction::up, gone), between.set(direction::down, gone);
                }
            },
            draw_ms(100, 6'000), [&between] { between.heal(); }};
    }
    // The disk is full, as far as the broker knows.
    fault block() {
        return {"block", "the broker",
            [this] {
                control({"set_disk_free_limit", "1000000GB"});
            },
            draw_ms(500, 5'000),
            [this] {
                control({"set_disk_free_limit", "50MB"});
            }};
    }
    fault remove() {
        has_removed_ = true;
        auto const shard = std::to_string(draw(lines::shards));
        return {"remove", "an empty queue",
            [this, shard] {
                quiet("p", recovery);
                if (!is_complete()) throw failure("what was accepted is not handled though nothing is wrong");
                server_.ask("DELETE", "/api/queues/" + host_ + "/fw.chaos.lines%3A" + shard);
            },
            0ms, [this] { tell_senders("g"); }};
    }
    // A client's mistake, made up inside the broker: on half of all channels it settles a delivery that there is not.
    fault fail() {
        return {"fail", "half of the channels",
            [this] {
                control(
                    {"eval", "[rabbit_channel:do(C, {'basic.ack', 999999999, false}) || C <- rabbit_channel:list(), "
                             "erlang:phash2({C, " +
                                 std::to_string(draw(1'000'000)) + "}, 2) =:= 0]."});
            },
            0ms, [] {}};
    }
    fault revoke() {
        return {"revoke", "the user's password",
            [this] {
                auto const before = refusals();
                let_in("another");
                control({"close_all_connections", "--vhost", host_, "the password was changed"});
                until([&] { return all_are_refused(before); }, patience, "all processes to say that they are refused");
            },
            draw_ms(0, 4'000), [this] { let_in("good"); }};
    }
    std::vector<std::size_t> refusals() {
        std::vector<std::size_t> all;
        auto const text = make_error_code(errc::unauthorized).message();
        for (auto const& s : all_senders()) all.push_back(count(*s, text));
        for (auto const& r : all_receivers()) all.push_back(count(*r, text));
        return all;
    }
    bool all_are_refused(std::vector<std::size_t> const& before) {
        auto const after = refusals();
        return std::equal(before.begin(), before.end(), after.begin(), [](auto a, auto b) { return a < b; });
    }
    // Tells the broker, while messages go on.
    void control(std::vector<std::string> arguments) {
        auto const what = arguments.front();
        pid_t const process = server_.control(std::move(arguments));
        int status = 0;
        until([&] { return waitpid(process, &status, WNOHANG) != 0; }, patience, "rabbitmqctl " + what);
        if (status != 0) throw failure("rabbitmqctl " + what + " failed");
    }

    static constexpr char const* user = "chaos";
    rabbitmq_kit::broker& server_;
    std::string host_;
    int memory_ = -1;
    bool is_first_ = true;
    bool has_killed_ = false;
    bool has_removed_ = false;
    std::array<std::unique_ptr<faults::proxy>, senders + receivers> proxies_;
};

} // namespace chaos

#endif
