// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTS_TESTING_SIM_KIT_HPP
#define FAIRWAY_TESTS_TESTING_SIM_KIT_HPP

// Senders and consumers at the seam of a simulated host, without services.

#include <fairway/testing/simulation.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sim_kit {

using namespace fairway;
using fairway::testing::host;
using fairway::testing::simulation;
using numbers = std::vector<std::uint64_t>;

inline envelope numbered(std::uint64_t n, std::uint32_t shard = no_shard) {
    envelope_head h;
    h.id = {1, n};
    h.type = "test.number";
    h.shard = shard;
    std::string const key = shard == no_shard ? "" : "key" + std::to_string(shard);
    h.shard_key = key;
    headers more;
    more.set("n", std::to_string(n));
    return envelope::of_bytes(h, more.view(), "body " + std::to_string(n));
}

inline address queue(std::string name = "work", unsigned shards = 0) {
    return {std::move(name), channel_kind::point_to_point, shards};
}
inline address topic(std::string name = "news", unsigned shards = 0) {
    return {std::move(name), channel_kind::publish_subscribe, shards};
}

// A send that goes on, and what became of it.
struct sending {
    std::vector<outcome> outcomes;
    bool done = false;
    boost::asio::cancellation_signal cancel;

    error_code error(std::size_t i = 0) const { return outcomes.at(i).error; }
};

// The way of a host to a channel.
class sender {
public:
    sender(host& h, address const& to) : transport_(h.transport()), sink_(transport_.open(to)) {}
    sender(host& h, std::string const& reply_to) : transport_(h.transport()), sink_(transport_.open_reply(reply_to)) {}

    std::shared_ptr<sending> send(std::vector<envelope> all, duration patience) {
        auto const state = std::make_shared<sending>();
        auto const executor = transport_.get_executor();
        auto done = boost::asio::bind_executor(executor, [state] { state->done = true; });
        auto const deadline = env::clock::of(executor).steady_now() + patience;
        sink_->send(std::move(all), deadline, state->outcomes,
            boost::asio::bind_cancellation_slot(state->cancel.slot(), std::move(done)));
        return state;
    }
    std::shared_ptr<sending> send(envelope e, duration patience = std::chrono::seconds(30)) {
        std::vector<envelope> one;
        one.push_back(std::move(e));
        return send(std::move(one), patience);
    }
    std::shared_ptr<sending> send(std::uint64_t n, std::uint32_t shard = no_shard) { return send(numbered(n, shard)); }
    error_code try_send(envelope const& e) { return try_send_one(*sink_, e); }
    // What a flush says, once it has completed.
    std::shared_ptr<std::pair<bool, error_code>> flush() {
        auto const state = std::make_shared<std::pair<bool, error_code>>();
        sink_->flush(
            state->second, boost::asio::bind_executor(transport_.get_executor(), [state] { state->first = true; }));
        return state;
    }

private:
    any_transport transport_;
    std::shared_ptr<sink> sink_;
};

// A consumer that receives when it is told to, and keeps what it has not settled.
class consumer {
public:
    consumer(host& h, address const& from, std::string const& group = "g", std::size_t prefetch = 64)
        : transport_(h.transport()) {
        subscription what;
        what.from = from;
        what.group = group;
        what.prefetch = prefetch;
        in_ = transport_.listen(what, told_);
    }
    // A reply channel.
    explicit consumer(host& h) : transport_(h.transport()) {
        auto channel = transport_.open_replies(told_);
        reply_address = std::move(channel.address);
        in_ = std::move(channel.replies);
    }

    numbers receive(std::size_t most = 64) {
        std::vector<delivery> got;
        in_->receive(got, most);
        numbers all;
        for (auto& d : got) {
            all.push_back(d.id().low);
            held.push_back(std::move(d));
        }
        return all;
    }
    void settle(std::uint64_t n, bool accept = true) {
        auto const found = std::find_if(held.begin(), held.end(), [n](auto const& d) { return d.id().low == n; });
        settlement const one{found->tag(), accept};
        held.erase(found);
        in_->settle({&one, 1});
    }
    void settle_all(bool accept = true) {
        std::vector<settlement> all;
        for (auto const& d : held) all.push_back({d.tag(), accept});
        held.clear();
        in_->settle(all);
    }
    // What there is to tell, as text: "connected", "gained 3".
    std::vector<std::string> notices() {
        static constexpr char const* names[] = {"connected", "disconnected", "gained", "revoking", "lost", "gap"};
        std::vector<notice> all;
        in_->notices(all);
        std::vector<std::string> texts;
        for (auto const& n : all) {
            texts.emplace_back(names[static_cast<int>(n.what)]);
            if (n.shard != no_shard) texts.back() += " " + std::to_string(n.shard);
        }
        return texts;
    }
    source& in() { return *in_; }
    int told() const { return told_.times; }

    std::string reply_address;
    std::vector<delivery> held;

private:
    struct counting final : receiver {
        int times = 0;
        void ready() noexcept override { ++times; }
    };
    any_transport transport_;
    counting told_;
    std::shared_ptr<source> in_;
};

inline host& add(simulation& world, std::string name) {
    return world.add_host(std::move(name), [](host&) {});
}

} // namespace sim_kit

#endif
