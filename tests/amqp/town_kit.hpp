// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Programs that use the transport, each on a host of its own, with the model broker, in a simulated network.
#ifndef FAIRWAY_TESTS_AMQP_TOWN_KIT_HPP
#define FAIRWAY_TESTS_AMQP_TOWN_KIT_HPP

#include "fw_catch.hpp"

#include <fairway/amqp.hpp>
#include <fairway/testing/amqp/broker.hpp>
#include <fairway/testing/seeded_secure_random.hpp>
#include <fairway/testing/sim/stream_lab.hpp>

#include <boost/asio/bind_executor.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace town_kit {

using namespace fairway;              // NOLINT
using namespace std::chrono_literals; // NOLINT

class patient final : public receiver {
public:
    void ready() noexcept override {}
};

// Hosts with a broker between them, which may have several nodes.
class town {
public:
    explicit town(std::uint64_t seed = 1) : town(testing::stream_options(seed)) {}
    explicit town(
        testing::stream_options const& streams, testing::amqp_broker_options o = testing::amqp_broker_options())
        : lab_(streams) {
        o.listen_at(everywhere()).seed(streams.seed());
        broker.emplace(lab_.start("broker").get_executor(), o);
    }
    ~town() {
        for (auto const& host : hosts_) lab_.drop(host);
        nodes_.clear();
        broker.reset();
        for (auto const& host : brokers_) lab_.drop(host);
    }

    // One more node, on a host of its own.
    testing::amqp_broker& add_node(std::string const& host) {
        auto& context = lab_.start(host);
        brokers_.push_back(host);
        nodes_.push_back(std::make_unique<testing::amqp_broker>(context.get_executor(), *broker, everywhere()));
        return *nodes_.back();
    }
    // The machine of a node falls silent, for ever.
    void lose(std::string const& host) {
        lab_.drop(host, testing::crash_kind::machine);
        std::erase(brokers_, host);
    }
    amqp connect(std::string const& host, amqp_options o = amqp_options()) {
        auto& context = lab_.start(host);
        asio::make_service<testing::seeded_secure_random>(context, ++seed_);
        hosts_.push_back(host);
        for (auto const& node : brokers_) o.host(node, 5672);
        return amqp(context.get_executor(), o.insecure(true));
    }
    void cut(std::string const& host) { lab_.streams().cut_both(host, "broker"); }
    void heal(std::string const& host) {
        lab_.streams().heal(host, "broker");
        lab_.streams().heal("broker", host);
    }
    void pass(duration d) { lab_.run_for(d); }
    bool until(std::function<bool()> const& done, duration most) { return lab_.run_until(done, most); }
    duration now() const { return lab_.now(); }

    // Begins to send them together; `over` says that all are confirmed or refused.
    void begin_send(amqp& from, std::shared_ptr<sink> const& to, std::vector<std::string> const& texts,
        std::vector<outcome>& into, bool& over, std::uint32_t shard = 0, duration limit = 1h) {
        std::vector<envelope> all;
        for (auto const& text : texts) {
            envelope_head head;
            head.id = {1, ++last_id_};
            head.correlation = {2, last_id_};
            head.shard = shard;
            all.push_back(envelope::of_bytes(head, {}, text));
        }
        auto const until = env::clock::of(from.get_executor()).steady_now() + limit;
        to->send(std::move(all), until, into, asio::bind_executor(from.get_executor(), [&over] { over = true; }));
    }
    // Sends, together, and waits until the broker has confirmed all; the first error.
    error_code send(
        amqp& from, std::shared_ptr<sink> const& to, std::vector<std::string> const& texts, std::uint32_t shard = 0) {
        std::vector<outcome> outcomes;
        bool over = false;
        begin_send(from, to, texts, outcomes, over, shard);
        REQUIRE(lab_.run_until([&] { return over; }, 2min));
        for (auto const& o : outcomes)
            if (o.error) return o.error;
        return {};
    }
    error_code send(amqp& from, std::shared_ptr<sink> const& to, std::string_view text) {
        return send(from, to, std::vector<std::string>{std::string(text)});
    }
    // The next message that comes within a minute.
    std::string next(source& from) {
        std::vector<delivery> batch;
        lab_.run_until([&] { return from.receive(batch, 1) > 0; }, 1min);
        if (batch.empty()) return "none";
        settlement const accepted{batch.front().tag(), true, 1};
        from.settle({&accepted, 1});
        return std::string(batch.front().message().body());
    }
    bool has(std::string_view queue) const { return broker->queue(queue).has_value(); }

private:
    static env::endpoint everywhere() { return env::endpoint::tcp("*", 5672); }

    testing::stream_lab lab_;
    std::vector<std::string> brokers_{"broker"};
    std::vector<std::string> hosts_;
    std::uint64_t seed_ = 0;
    std::uint64_t last_id_ = 0;

public:
    std::optional<testing::amqp_broker> broker; // its first node

private:
    std::vector<std::unique_ptr<testing::amqp_broker>> nodes_; // the others
};

} // namespace town_kit

#endif
