// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The transport to RabbitMQ on the stage, with the model broker: each participant is a host of its own in a simulated
// network, and so is the broker.
#ifndef FAIRWAY_TESTS_CONFORMANCE_AMQP_STAGE_HPP
#define FAIRWAY_TESTS_CONFORMANCE_AMQP_STAGE_HPP

#include <fairway/amqp.hpp>
#include <fairway/testing/amqp/broker.hpp>
#include <fairway/testing/conformance/stage.hpp>
#include <fairway/testing/seeded_secure_random.hpp>
#include <fairway/testing/sim/stream_lab.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace conformance_kit {

namespace conformance = fairway::testing::conformance;
using namespace fairway;

class amqp_stage final : public conformance::stage {
public:
    explicit amqp_stage(std::uint64_t seed) : seed_(seed) {}
    ~amqp_stage() override { clear(); }

    std::string_view name() const override { return "amqp"; }
    conformance::participant connect() override {
        auto& m = members_.emplace_back();
        m.host = "host-" + std::to_string(members_.size());
        auto& context = lab().start(m.host);
        asio::make_service<testing::seeded_secure_random>(context, seed_ * 1'000 + members_.size());
        amqp_options o;
        o.host("broker", 5672).insecure(true).name(m.host);
        o.heartbeat(std::chrono::seconds(15)); // there are days to pass, and a minute to notice a cut
        amqp net(context.get_executor(), o);
        return {any_transport(std::move(net)), members_.size() - 1};
    }
    bool run_until(std::function<bool()> const& done, duration most) override { return lab().run_until(done, most); }
    void pass(duration d) override { lab().run_for(d); }
    void drop(conformance::participant const& who) override {
        lab().drop(members_.at(who.id).host);
        members_.at(who.id).gone = true;
    }
    std::string unique(std::string_view name) override { return std::string(name) + std::to_string(++names_); }
    duration quiet() const override { return std::chrono::seconds(2); }
    duration patience() const override { return std::chrono::minutes(1); }
    bool can_cut() const override { return true; }
    void cut(conformance::participant const& who) override {
        lab().streams().cut_both(members_.at(who.id).host, "broker");
    }
    void restore(conformance::participant const& who) override {
        lab().streams().heal(members_.at(who.id).host, "broker");
        lab().streams().heal("broker", members_.at(who.id).host);
    }
    duration clock_error() const override { return std::chrono::milliseconds(300); }
    bool virtual_time() const override { return true; }

protected:
    void end() override {
        for (auto const& m : members_)
            if (!m.gone) lab().drop(m.host);
        members_.clear();
        broker_.reset();
        lab_.reset();
    }

private:
    struct member {
        std::string host;
        bool gone = false;
    };

    testing::stream_lab& lab() {
        if (!lab_) {
            lab_.emplace(testing::stream_options(++seed_));
            testing::amqp_broker_options o;
            o.listen_at(env::endpoint::tcp("*", 5672)).seed(seed_);
            broker_.emplace(lab_->start("broker").get_executor(), o);
        }
        return *lab_;
    }

    std::uint64_t seed_;
    std::size_t names_ = 0;
    std::optional<testing::stream_lab> lab_;
    std::optional<testing::amqp_broker> broker_;
    std::vector<member> members_;
};

} // namespace conformance_kit

#endif
