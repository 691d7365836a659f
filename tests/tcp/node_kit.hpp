// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Processes in a simulated network, each with a node of the brokerless transport and a service.
#ifndef FAIRWAY_TESTS_TCP_NODE_KIT_HPP
#define FAIRWAY_TESTS_TCP_NODE_KIT_HPP

#include "env/tasks.hpp"
#include "fw_catch.hpp"

#include <fairway/fairway.hpp>
#include <fairway/tcp.hpp>
#include <fairway/testing/seeded_secure_random.hpp>
#include <fairway/testing/sim/stream_lab.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace node_kit {

using namespace fairway; // NOLINT
using namespace std::chrono_literals;
using env_kit::ended;

struct done {
    using contract = document<"node.done">;
    int number = 0;
};
struct work {
    using contract = command<"node.work", done>;
    int number = 0;
};
struct step {
    using contract = command<"node.step">;
    int number = 0;
};
struct part {
    using contract = command<"node.part">;
    std::string key;
    int number = 0;
    static constexpr auto shard_key = &part::key;
};
struct note {
    using contract = event<"node.note">;
    int number = 0;
};
using jobs = point_to_point<"node.jobs", work>;
using steps = point_to_point<"node.steps", step>;
using parts = sharded<4, point_to_point<"node.parts", part>>;
using news = publish_subscribe<"node.news", note>;
using sports = publish_subscribe<"node.sports", note>;

// What came, in its order.
using numbers = std::vector<int>;
inline numbers sorted(numbers all) {
    std::sort(all.begin(), all.end());
    return all;
}
inline numbers up_to(int last) {
    numbers all;
    for (int n = 1; n <= last; ++n) all.push_back(n);
    return all;
}

// Where others are, by channel or, for the rest, by "*", as the test says at any moment.
class book final : public directory {
public:
    explicit book(asio::any_io_executor executor) : executor_(std::move(executor)) {}

    std::shared_ptr<void> watch(address const& channel, watcher told) override {
        auto const one = std::make_shared<reader>(reader{channel.channel, std::move(told)});
        readers_.push_back(one);
        tell(one);
        return one;
    }
    std::shared_ptr<void> announce(address const&, env::endpoint const&) override { return std::make_shared<int>(0); }
    void put(std::string const& channel, std::vector<std::string> const& places) {
        std::vector<env::endpoint> all;
        for (auto const& p : places) all.push_back(env::endpoint::parse(p));
        std::sort(all.begin(), all.end(), [](auto const& a, auto const& b) { return a.text() < b.text(); });
        places_[channel] = std::move(all);
        for (auto const& r : readers_)
            if (auto const one = r.lock()) tell(one);
    }

private:
    struct reader {
        std::string channel;
        watcher told;
    };
    void tell(std::shared_ptr<reader> const& who) {
        auto found = places_.find(who->channel);
        if (found == places_.end()) found = places_.find("*");
        auto places = found == places_.end() ? std::vector<env::endpoint>() : found->second;
        asio::post(executor_, [weak = std::weak_ptr(who), places = std::move(places)] {
            if (auto const one = weak.lock()) one->told(places);
        });
    }
    asio::any_io_executor executor_;
    std::map<std::string, std::vector<env::endpoint>> places_;
    std::vector<std::weak_ptr<reader>> readers_;
};

struct trouble {
    std::string where;
    error_code why;
    std::string text;
};

class sightings final : public observer {
public:
    void on(observation const& o) noexcept override { all_.emplace_back(o.what, o.channel); }
    std::size_t count(occurrence what, std::string_view channel) const {
        return static_cast<std::size_t>(std::count(all_.begin(), all_.end(), std::pair(what, std::string(channel))));
    }

private:
    std::vector<std::pair<occurrence, std::string>> all_;
};

// One of them; its service has its name, and runs.
struct process {
    std::string name;
    std::string host{};
    asio::io_context* io = nullptr;
    std::shared_ptr<book> places{};
    std::vector<trouble> troubles{};
    std::shared_ptr<sightings> seen{};
    std::optional<tcp> node{};
    std::optional<service> self{};

    any_transport transport() const { return any_transport(tcp(*node)); }
    std::size_t told(errc why) const {
        return static_cast<std::size_t>(
            std::count_if(troubles.begin(), troubles.end(), [why](trouble const& t) { return t.why == why; }));
    }
};

using change = std::function<void(tcp_options&)>;

// All of them. What handlers refer to is declared before it.
class town {
public:
    explicit town(std::uint64_t seed = 1) : lab(testing::stream_options(seed)), seed_(seed) {}
    town(town const&) = delete;
    town& operator=(town const&) = delete;
    ~town() {
        while (!all_.empty()) {
            auto& p = *all_.begin()->second;
            if (p.io) crash(p);
            all_.erase(all_.begin());
        }
    }

    // A process on a host of its own, which listens at its name's port 7000, and knows nobody. Again after its crash.
    process& start(std::string const& name, change const& with = {}) {
        auto& io = lab.start(name);
        asio::make_service<testing::seeded_secure_random>(io, seed_ * 1'000 + ++starts_);
        auto& p = make(name, name, io);
        open(p, with);
        return p;
    }
    // Another one on the host of `beside`, which does not listen.
    process& start_beside(process const& beside, std::string const& name, change const& with = {}) {
        auto& p = make(name, beside.host, *beside.io);
        open(p, with, false);
        return p;
    }
    // Begins another node, after the other one was closed.
    void open(process& p, change const& with = {}, bool listens = true) {
        tcp_options o;
        o.name(p.name).places(p.places).insecure(true).on_trouble(
            [&p](std::string_view where, error_code why, std::string_view text) {
                p.troubles.push_back({std::string(where), why, std::string(text)});
            });
        if (listens) o.listen("*:7000").announce(p.host + ":7000");
        if (with) with(o);
        p.node.emplace(p.io->get_executor(), o);
        p.self.emplace(p.transport(), p.name, p.seen);
        p.self->start();
    }
    // Ends the host, with all processes there, without a word.
    void crash(process& p) {
        auto const host = p.host;
        lab.drop(host);
        for (auto const& [name, one] : all_) {
            if (one->host != host) continue;
            one->io = nullptr;
            one->self.reset();
            one->node.reset();
            one->places.reset();
        }
    }

    bool until(std::function<bool()> const& so, duration most = 1min) { return lab.run_until(so, most); }
    void pass(duration d) { lab.run_for(d); }
    // A task of a process, which has begun.
    template <class T>
    std::shared_ptr<ended<T>> begin(process const& in, task<T> what) {
        return env_kit::start(*in.io, std::move(what));
    }
    // What it ends with.
    template <class T>
    ended<T> finish(process const& in, task<T> what, duration most = 2min) {
        auto const e = begin(in, std::move(what));
        until([&] { return e->yet; }, most);
        return *e;
    }

    testing::stream_lab lab;

private:
    process& make(std::string const& name, std::string const& host, asio::io_context& io) {
        auto& p = all_[name];
        if (!p) p = std::make_unique<process>();
        p->name = name;
        p->host = host;
        p->io = &io;
        p->troubles.clear();
        p->places = std::make_shared<book>(io.get_executor());
        p->seen = std::make_shared<sightings>();
        return *p;
    }

    std::uint64_t seed_;
    std::uint64_t starts_ = 0;
    std::map<std::string, std::unique_ptr<process>> all_;
};

template <class Port>
task<bool> flush(Port port) {
    co_await port.flush();
    co_return true;
}
template <class Port>
task<int> ask(Port port, int number, duration timeout = 10s) {
    work const w{number};
    auto const answer = co_await port.request(w, timeout);
    co_return answer.number;
}
inline task<bool> drain(service& s, duration deadline = 30s) {
    (void)co_await s.drain(deadline);
    co_return true;
}
template <class Message, class Port>
void put(Port const& port, int number) {
    Message const m{number};
    auto const refused = port.try_send(m);
    INFO(refused.message());
    CHECK_FALSE(refused);
}
inline auto into(numbers& all) {
    return [&all](auto const& m) { all.push_back(m.number); };
}
// Answers with ten times the number.
inline auto answering(numbers& all) {
    return [&all](work const& w) {
        all.push_back(w.number);
        return done{10 * w.number};
    };
}

// ---- who may connect
// Users whose passwords are their names and "-password", quick to compute and always the same.
inline std::string users(std::initializer_list<std::string_view> names) {
    std::string lines;
    for (auto const name : names)
        lines += tcp_detail::password_credential(
                     name, secret(std::string(name) + "-password"),
                     [](std::span<std::byte> out) { std::fill(out.begin(), out.end(), std::byte{7}); },
                     tcp_detail::scram_least_iterations) +
                 '\n';
    return lines;
}
inline auto store(std::string const& lines) {
    return std::make_shared<credential_store const>(credential_store::parse(lines));
}
inline change as(std::string const& user) {
    return [user](tcp_options& o) { o.dial_with(client_credentials::password(user, secret(user + "-password"))); };
}

} // namespace node_kit

#endif
