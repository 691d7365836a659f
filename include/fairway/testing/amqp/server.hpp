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

// Accepts connections, and lets them and the state go on together. Used on its executor only.
class server final : public env::keeper, public connection_owner, public std::enable_shared_from_this<server> {
public:
    server(asio::any_io_executor executor, amqp_broker_options const& o)
        : executor_(std::move(executor)), clock_(env::clock::of(executor_)), state_(o), at_(o.at()) {}
    ~server() override { server::abandon(); }

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
        env::spawn(executor_, accept_all(weak_from_this(), ++run_), [] {});
    }
    void stop(bool crash) {
        if (!acceptor_) return;
        std::exchange(acceptor_, {})->close();
        alarm_->cancel();
        state();
        end_all(
            crash ? std::string_view() : "CONNECTION_FORCED - broker forced connection closure with reason 'shutdown'");
        state_.restart(crash);
    }
    void cut_all() {
        end_all({});
        settle();
    }
    void abandon() noexcept override {
        if (acceptor_) std::exchange(acceptor_, {})->close();
        alarm_.reset();
        end_all({});
    }

    void block(std::string reason) { state().blocked = std::move(reason); }
    void unblock() {
        state().blocked.reset();
        for (auto const& c : std::vector(connections_)) c->unblock();
        settle();
    }

    broker_state& state() override {
        state_.set_time(clock_.now());
        return state_;
    }
    void settle() override {
        for (auto const& c : connections_) c->served().flush();
        bool serve = false;
        for (auto const& c : connections_) {
            auto& t = c->served().terms();
            if (!t.stalled || t.output.size() + t.writing >= connection_terms::most_output / 2) continue;
            t.stalled = false;
            serve = true;
        }
        if (serve) state_.serve();
        for (auto const& c : std::vector(connections_)) c->write();
        ended_ += std::erase_if(connections_, [](auto const& c) { return c->is_closed(); });
        set_alarm();
    }

private:
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
        auto const c = std::make_shared<connection>(std::move(s), ++last_id_, *this);
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
        auto next = state_.wake();
        for (auto const& c : connections_)
            if (auto const w = c->served().wake()) next = std::min(next.value_or(time_point::max()), *w);
        if (!next) return alarm_->cancel();
        auto const in = std::max(fairway::detail::saturating_distance(state_.now(), *next), duration::zero());
        alarm_->set(fairway::detail::saturating_add(clock_.steady_now(), in), [weak = weak_from_this()] {
            auto const self = weak.lock();
            if (!self) return;
            self->state().tick();
            self->settle();
        });
    }

    asio::any_io_executor executor_;
    env::clock& clock_;
    broker_state state_;
    env::endpoint at_;
    std::unique_ptr<env::acceptor> acceptor_;
    std::uint64_t run_ = 0; // counts the starts
    std::unique_ptr<env::alarm> alarm_;
    std::vector<std::shared_ptr<connection>> connections_;
    std::uint64_t last_id_ = 0;
    std::uint64_t ended_ = 0;
    bool known_ = false;
};

} // namespace fairway::testing::amqp_detail

#endif
