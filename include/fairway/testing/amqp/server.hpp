// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_AMQP_SERVER_HPP
#define FAIRWAY_TESTING_AMQP_SERVER_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/context_end.hpp>
#include <fairway/env/network.hpp>
#include <fairway/env/real_network.hpp>
#include <fairway/env/sleep.hpp>
#include <fairway/env/spawn.hpp>
#include <fairway/testing/amqp/connection.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::testing::amqp_detail {

class server;

// What the nodes of a broker have in common. One thread runs them all.
struct cluster {
    explicit cluster(amqp_broker_options const& o) : state(o) {}
    broker_state state;
    std::vector<server*> running; // those that are up
    unsigned nodes = 0;           // that there were
    std::uint64_t connections = 0;
};

// A node: accepts connections, and lets them and the state go on together. Used on its executor only, but for what its
// cluster does.
class server final : public env::keeper, public connection_owner, public std::enable_shared_from_this<server> {
public:
    server(asio::any_io_executor executor, std::shared_ptr<cluster> of, env::endpoint at)
        : executor_(std::move(executor)),
          clock_(env::clock::of(executor_)),
          cluster_(std::move(of)),
          node_(++cluster_->nodes),
          at_(std::move(at)) {}
    ~server() override { server::abandon(); }

    std::shared_ptr<cluster> const& together() const noexcept { return cluster_; }
    env::endpoint const& local() const noexcept { return at_; }
    bool is_running() const noexcept { return acceptor_ != nullptr; }
    std::size_t connections() const noexcept { return connections_.size(); }
    std::uint64_t ended() const noexcept { return ended_; }

    // Listens again where it did before.
    void start() {
        if (acceptor_) return;
        acceptor_ = env::network::of(executor_).listen(at_, executor_);
        at_ = acceptor_->local();
        alarm_ = clock_.make_alarm(executor_);
        if (!std::exchange(known_, true)) env::context_end::tell(executor_, weak_from_this());
        cluster_->running.push_back(this);
        env::spawn(executor_, accept_all(weak_from_this(), ++run_), [] {});
    }
    void stop(bool crash) {
        if (!acceptor_) return;
        std::exchange(acceptor_, {})->close();
        alarm_->cancel();
        state();
        end_all(
            crash ? std::string_view() : "CONNECTION_FORCED - broker forced connection closure with reason 'shutdown'");
        leave();
        auto& s = cluster_->state;
        if (cluster_->running.empty())
            s.restart(crash);
        else if (crash)
            s.lose_node(node_);
    }
    void cut_all() {
        end_all({});
        settle();
    }
    void abandon() noexcept override {
        if (acceptor_) std::exchange(acceptor_, {})->close();
        alarm_.reset();
        end_all({});
        leave();
    }

    void block(std::string reason) { state().blocked = std::move(reason); }
    void unblock() {
        state().blocked.reset();
        for (auto* const s : cluster_->running)
            for (auto const& c : std::vector(s->connections_)) c->unblock();
        settle_all();
    }

    broker_state& state() override {
        cluster_->state.set_time(clock_.now());
        return cluster_->state;
    }
    void settle() override {
        settle_here();
        for (auto* const s : cluster_->running)
            if (s != this && s->has_to_write()) s->settle_soon();
    }
    // Something has happened to all.
    void settle_all() {
        settle_here();
        for (auto* const s : cluster_->running)
            if (s != this) s->settle_soon();
    }

private:
    void settle_here() {
        for (auto const& c : connections_) c->served().flush();
        bool serve = false;
        for (auto const& c : connections_) {
            auto& t = c->served().terms();
            if (!t.stalled || t.output.size() + t.writing >= connection_terms::most_output / 2) continue;
            t.stalled = false;
            serve = true;
        }
        if (serve) cluster_->state.serve();
        for (auto const& c : std::vector(connections_)) c->write();
        ended_ += std::erase_if(connections_, [](auto const& c) { return c->is_closed(); });
        set_alarm();
    }
    bool has_to_write() const {
        return std::any_of(connections_.begin(), connections_.end(), [](auto const& c) { return c->has_to_write(); });
    }
    // Where it runs.
    void settle_soon() {
        if (std::exchange(is_to_settle_, true)) return;
        asio::post(executor_, [weak = weak_from_this()] {
            auto const self = weak.lock();
            if (!self) return;
            self->is_to_settle_ = false;
            self->state();
            self->settle();
        });
    }
    // It is not up any more: others do what it had to do.
    void leave() {
        if (std::erase(cluster_->running, this) == 0) return;
        for (auto* const s : cluster_->running) s->settle_soon();
    }

    static task<> accept_all(std::weak_ptr<server> weak, std::uint64_t run) {
        for (;;) {
            auto self = weak.lock();
            if (!self || !self->acceptor_ || self->run_ != run) co_return;
            auto next = self->acceptor_->accept();
            self.reset(); // who is waited for keeps nobody
            env::stream stream;
            error_code ec;
            try {
                stream = co_await std::move(next);
            } catch (system_error const& e) {
                ec = e.code();
            }
            if (ec == asio::error::operation_aborted) co_return;
            if (ec) { // the system is short of something
                co_await sleep_for(std::chrono::milliseconds(100));
                continue;
            }
            if (auto const still = weak.lock(); still && still->acceptor_ && still->run_ == run)
                still->accepted(std::move(stream));
        }
    }
    void accepted(env::stream s) {
        auto const c = std::make_shared<connection>(std::move(s), ++cluster_->connections, node_, *this);
        connections_.push_back(c);
        c->start();
    }
    // Others get nothing of what they give back.
    void end_all(std::string_view why) {
        auto const all = std::exchange(connections_, {});
        ended_ += all.size();
        for (auto const& c : all) c->served().mute();
        for (auto const& c : all) why.empty() ? c->close() : c->shut(why);
    }
    void set_alarm() {
        if (!acceptor_) return;
        auto next = cluster_->state.wake();
        for (auto const& c : connections_)
            if (auto const w = c->served().wake()) next = std::min(next.value_or(time_point::max()), *w);
        if (!next) return alarm_->cancel();
        // Until then by its own clock, which may be behind that of another node.
        auto const in = std::max(fairway::detail::saturating_distance(clock_.now(), *next), duration::zero());
        alarm_->set(fairway::detail::saturating_add(clock_.steady_now(), in), [weak = weak_from_this()] {
            auto const self = weak.lock();
            if (!self) return;
            self->state().tick();
            self->settle();
        });
    }

    asio::any_io_executor executor_;
    env::clock& clock_;
    std::shared_ptr<cluster> cluster_;
    unsigned node_; // its number
    env::endpoint at_;
    std::unique_ptr<env::acceptor> acceptor_;
    std::uint64_t run_ = 0; // counts the starts
    std::unique_ptr<env::alarm> alarm_;
    std::vector<std::shared_ptr<connection>> connections_;
    std::uint64_t ended_ = 0;
    bool is_to_settle_ = false;
    bool known_ = false;
};

} // namespace fairway::testing::amqp_detail

#endif
