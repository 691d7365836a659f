// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The brokerless transport on the stage: each participant is a host of its own in a simulated network, and finds all
// others.
#ifndef FAIRWAY_TESTS_CONFORMANCE_TCP_STAGE_HPP
#define FAIRWAY_TESTS_CONFORMANCE_TCP_STAGE_HPP

#include <fairway/tcp.hpp>
#include <fairway/testing/conformance/stage.hpp>
#include <fairway/testing/seeded_secure_random.hpp>
#include <fairway/testing/sim/stream_lab.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace conformance_kit {

namespace conformance = fairway::testing::conformance;
using namespace fairway;

// Everybody is at each of these places.
class everywhere final : public directory {
public:
    explicit everywhere(asio::any_io_executor executor) : executor_(std::move(executor)) {}

    std::shared_ptr<void> watch(address const&, watcher told) override {
        auto const one = std::make_shared<watcher>(std::move(told));
        watchers_.push_back(one);
        tell(one);
        return one;
    }
    std::shared_ptr<void> announce(address const&, env::endpoint const&) override { return nullptr; }
    void add(env::endpoint const& place) {
        places_.push_back(place);
        for (auto const& w : watchers_)
            if (auto const one = w.lock()) tell(one);
    }

private:
    void tell(std::weak_ptr<watcher> const& who) {
        asio::post(executor_, [who, places = places_] {
            if (auto const one = who.lock()) (*one)(places);
        });
    }
    asio::any_io_executor executor_;
    std::vector<env::endpoint> places_;
    std::vector<std::weak_ptr<watcher>> watchers_;
};

class tcp_stage final : public conformance::stage {
public:
    tcp_stage(std::string name, confirmation confirms, std::uint64_t seed)
        : name_(std::move(name)), confirms_(confirms), seed_(seed) {}
    ~tcp_stage() override { clear(); }

    std::string_view name() const override { return name_; }
    conformance::participant connect() override { return join(false); }
    std::size_t narrow_room() const override { return 4; }
    conformance::participant connect_narrow() override { return join(true); }
    bool run_until(std::function<bool()> const& done, duration most) override { return lab().run_until(done, most); }
    void pass(duration d) override { lab().run_for(d); }
    void drop(conformance::participant const& who) override {
        auto& m = *members_.at(who.id);
        m.places.reset();
        m.road.reset();
        lab().drop(m.host);
        m.gone = true;
    }
    std::string unique(std::string_view name) override { return std::string(name) + std::to_string(++names_); }
    duration quiet() const override { return std::chrono::seconds(1); }
    duration patience() const override { return std::chrono::minutes(1); }
    bool can_cut() const override { return true; }
    duration long_cut() const override { return std::chrono::seconds(30); }
    void cut(conformance::participant const& who) override {
        each_other(
            who, [&](std::string const& one, std::string const& other) { lab().streams().cut_both(one, other); });
    }
    void restore(conformance::participant const& who) override {
        each_other(who, [&](std::string const& one, std::string const& other) {
            lab().streams().heal(one, other);
            lab().streams().heal(other, one);
        });
    }
    duration clock_error() const override { return std::chrono::milliseconds(300); }
    bool virtual_time() const override { return true; }

protected:
    void end() override {
        for (auto const& m : members_) {
            m->places.reset();
            m->road.reset();
            if (!m->gone) lab().drop(m->host);
        }
        members_.clear();
        lab_.reset();
    }

private:
    struct member {
        std::string host;
        bool narrow;
        env::endpoint at;
        std::shared_ptr<everywhere> places;
        std::shared_ptr<sink> road{};
        bool gone = false;
    };

    testing::stream_lab& lab() {
        if (!lab_) {
            testing::stream_options o(++seed_);
            lab_.emplace(o);
        }
        return *lab_;
    }
    template <class F>
    void each_other(conformance::participant const& who, F f) {
        for (auto const& m : members_)
            if (m.get() != members_.at(who.id).get()) f(members_.at(who.id)->host, m->host);
    }
    conformance::participant join(bool narrow) {
        auto m = std::make_unique<member>();
        m->host = "host-" + std::to_string(members_.size());
        m->narrow = narrow;
        auto& context = lab().start(m->host);
        asio::make_service<testing::seeded_secure_random>(context, seed_ * 1'000 + members_.size());
        auto const executor = context.get_executor();
        m->places = std::make_shared<everywhere>(executor);
        tcp_options o;
        o.listen("*:7000").announce(m->host + ":7000").name(m->host).places(m->places).insecure(true);
        o.confirm(confirms_);
        if (narrow) o.queue(narrow_room(), limits::queue_bytes).window(1);
        tcp node(executor, o);
        // As one who has asked or answers: connected with all others.
        m->road = node.open({"everybody", channel_kind::point_to_point, 0});
        m->at = env::endpoint::tcp(m->host, 7'000);
        for (auto const& other : members_) {
            if (other->gone || other->narrow != narrow) continue;
            m->places->add(other->at);
            other->places->add(m->at);
        }
        members_.push_back(std::move(m));
        // Those who are interested find it.
        lab().run_for(std::chrono::milliseconds(200));
        return {any_transport(std::move(node)), members_.size() - 1};
    }

    std::string name_;
    confirmation confirms_;
    std::uint64_t seed_;
    std::size_t names_ = 0;
    std::optional<testing::stream_lab> lab_;
    std::vector<std::unique_ptr<member>> members_;
};

} // namespace conformance_kit

#endif
