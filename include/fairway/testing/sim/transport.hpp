// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_SIM_TRANSPORT_HPP
#define FAIRWAY_TESTING_SIM_TRANSPORT_HPP

#include <fairway/service/engine.hpp>
#include <fairway/testing/sim/client.hpp>
#include <fairway/transport/seam.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::testing {

namespace sim_detail {

class sim_sink final : public sink {
public:
    sim_sink(std::shared_ptr<client> through, std::shared_ptr<outbox::road> on)
        : through_(std::move(through)), on_(std::move(on)) {}

    std::size_t try_send(std::span<envelope> envelopes, error_code& why) override {
        return through_->out().try_send(on_, envelopes, why);
    }
    void send(std::vector<envelope> envelopes, env::steady_point deadline, std::vector<outcome>& into,
        env::continuation done) override {
        through_->out().send(on_, through_, std::move(envelopes), deadline, into, std::move(done));
    }
    bool accepts_at_once() const noexcept override { return false; }
    void flush(error_code& into, env::continuation done) override { through_->out().flush(on_, into, std::move(done)); }

private:
    std::shared_ptr<client> through_;
    std::shared_ptr<outbox::road> on_;
};

class sim_source final : public source {
public:
    sim_source(std::shared_ptr<client> through, std::shared_ptr<inbox> in)
        : through_(std::move(through)), in_(std::move(in)) {}
    ~sim_source() override { close(); }

    std::size_t receive(std::vector<delivery>& out, std::size_t most) override { return in_->receive(out, most); }
    void notices(std::vector<notice>& out) override { in_->notices(out); }
    void hold(std::uint32_t shard, bool on) override { in_->hold(shard, on); }
    void settle(std::span<settlement const> settlements) override { in_->settle(settlements); }
    void pause() override { in_->pause(); }
    void close() override { through_->leave(in_); }

private:
    std::shared_ptr<client> through_;
    std::shared_ptr<inbox> in_;
};

} // namespace sim_detail

/// The transport of a simulated host to the model broker: a connection that fails, sends that are confirmed, deliveries
/// that come again. Channels and groups are declared at once, as if by an administrator; all else crosses the link.
/// For one thread.
class sim_transport {
public:
    /// Its name in `any_transport::scheme`.
    static constexpr std::string_view scheme = "sim";

    /// Made by the simulation.
    explicit sim_transport(std::shared_ptr<sim_detail::client> self) : self_(std::move(self)) {}

    /// Where its services run.
    asio::any_io_executor get_executor() const { return self_->executor(); }
    /// What it can do, as the broker's options say.
    capabilities describe() const { return self_->describe(); }
    /// Makes a group known, so that its messages are kept.
    void declare(subscription const& from) { self_->declare(from); }
    /// The way to a channel.
    std::shared_ptr<sink> open(address const& to) {
        self_->declare(to);
        return std::make_shared<sim_detail::sim_sink>(self_, self_->open(to));
    }
    /// Joins a channel.
    std::shared_ptr<source> listen(subscription const& from, receiver& told) {
        self_->declare(from);
        return std::make_shared<sim_detail::sim_source>(self_, self_->listen(from, told));
    }
    /// A reply channel of the caller's own. It is gone while there is no connection: replies are lost then.
    reply_channel open_replies(receiver& told) {
        subscription what;
        what.from.channel = self_->next_reply_address();
        auto replies = std::make_shared<sim_detail::sim_source>(self_, self_->listen(what, told));
        return {what.from.channel, std::move(replies)};
    }
    /// The way to somebody's reply channel; null for what is not one of the model broker's.
    std::shared_ptr<sink> open_reply(std::string_view reply_to) {
        if (!sim_detail::is_reply_address(reply_to)) return nullptr;
        address const to{std::string(reply_to), channel_kind::point_to_point, 0};
        return std::make_shared<sim_detail::sim_sink>(self_, self_->open(to));
    }
    /// Gives up the connection; what was opened fails with `errc::closed` from now on.
    void close() { self_->close(); }

private:
    std::shared_ptr<sim_detail::client> self_;
};

} // namespace fairway::testing

#endif
