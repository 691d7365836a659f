// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Two processors against one: two channels, or two shards of one channel, each with sender and consumer on an
// io_context and a processor of its own, joined by one hub. The time of an operation is that of the whole divided by
// all messages.
#include "../kit.hpp"
#include "order.hpp"
#include "threads.hpp"

#include <fairway/codec/json.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace shop {

struct payment {
    using contract = fairway::event<"shop.payment">;
    std::string account = "acc-12345678";
    static constexpr auto shard_key = &payment::account;
    std::string iban = "DE00123400";
    std::int64_t customer = 87654321;
    std::int64_t quantity = 3;
    std::int64_t cents = 1999;
    bool gift = false;
};
using first_orders = fairway::point_to_point<"orders.first", order_placed>;
using second_orders = fairway::point_to_point<"orders.second", order_placed>;
using payments = fairway::sharded<2, fairway::point_to_point<"payments", payment>>;

} // namespace shop

namespace {

namespace asio = boost::asio;
using bench::running_process;

// Runs `send` in bursts on the process's thread; `send` is used until `over` was called there.
template <class Send, class Over>
void begin_bursts(running_process& where, std::size_t n, Send& send, Over over) {
    asio::post(where->context(), bench::burst_loop(where->context(), n, 64, send, over));
}

// Two processes, each on its processor.
using both = std::array<running_process, 2>;

// A channel's sender and consumer on one process.
template <class Channel>
class wing {
public:
    wing(running_process& where, fairway::inproc::hub const& hub) : where_(where), hub_(hub) {
        where_.do_there([this] {
            fairway::any_transport const net = fairway::inproc(where_->executor(), hub_);
            stock_.emplace(net, "stock");
            shop_.emplace(net, "shop");
            stock_->template handle<Channel>([this](shop::order_placed const& o) {
                bench::keep(o.quantity);
                line_.pass();
            });
            stock_->start();
            port_.emplace(shop_->template sender<Channel>());
        });
    }
    ~wing() {
        where_.do_there([this] {
            stock_.reset();
            shop_.reset();
        });
    }
    void start(std::size_t n) {
        line_.start(n);
        begin_bursts(where_, n, *this, [] {});
    }
    void wait() const { line_.wait(); }
    // What one burst consists of.
    void operator()() {
        if (port_->try_send(order_, options_)) std::abort();
    }

private:
    running_process& where_;
    fairway::inproc::hub hub_;
    bench::finish_line line_;
    std::optional<fairway::service> stock_;
    std::optional<fairway::service> shop_;
    std::optional<fairway::sender_port<Channel>> port_;
    fairway::send_options options_ = bench::order_options();
    shop::order_placed order_;
};

class channels {
public:
    void one(std::size_t n) {
        first_.start(n);
        first_.wait();
    }
    void two(std::size_t n) {
        std::size_t const half = (n + 1) / 2;
        first_.start(half);
        second_.start(half);
        first_.wait();
        second_.wait();
    }

private:
    running_process where_{0};
    running_process there_{1};
    fairway::inproc::hub hub_;
    wing<shop::first_orders> first_{where_, hub_};
    wing<shop::second_orders> second_{there_, hub_};
};

// An instance that handles shards of one channel, and a sender of messages for one shard, on one process.
class instance {
public:
    instance(running_process& where, fairway::inproc::hub const& hub) : where_(where), hub_(hub) {
        where_.do_there([this] {
            fairway::any_transport const net = fairway::inproc(where_->executor(), hub_);
            stock_.emplace(net, "stock");
            shop_.emplace(net, "shop");
            stock_->handle<shop::payments>([this](shop::payment const& p) {
                bench::keep(p.quantity);
                line_.pass();
            });
            stock_->start();
            port_.emplace(shop_->sender<shop::payments>());
        });
    }
    ~instance() {
        where_.do_there([this] {
            stock_.reset();
            shop_.reset();
        });
    }
    // The keys of the payments to send, which take turns.
    void use_keys(std::vector<std::string> keys) {
        payments_.clear();
        for (auto& each : keys) payments_.emplace_back().account = std::move(each);
    }
    // Expects n and sends m.
    void expect(std::size_t n) { line_.start(n); }
    void start(std::size_t m) {
        begin_bursts(where_, m, *this, [] {});
    }
    void wait() const { line_.wait(); }
    void operator()() {
        if (++turn_ >= payments_.size()) turn_ = 0;
        if (port_->try_send(payments_[turn_], options_)) std::abort();
    }
    // True where it has handled what was sent with this key.
    bool handles(std::string const& key, instance& other) {
        line_.start(1);
        other.line_.start(1);
        use_keys({key});
        start(1);
        while (!line_.is_over() && !other.line_.is_over()) bench::relax();
        return line_.is_over();
    }

private:
    running_process& where_;
    fairway::inproc::hub hub_;
    bench::finish_line line_;
    std::optional<fairway::service> stock_;
    std::optional<fairway::service> shop_;
    std::optional<fairway::sender_port<shop::payments>> port_;
    fairway::send_options options_ = bench::order_options();
    std::vector<shop::payment> payments_{1};
    std::size_t turn_ = 0;
};

std::string key_of(int i) { return "acc-" + std::to_string(i); }

// One instance that owns both shards.
class one_owner {
public:
    one_owner() {
        std::vector<std::string> keys;
        for (int i = 0; i < 64; ++i) keys.push_back(key_of(i));
        alone_.use_keys(std::move(keys));
    }
    void operator()(std::size_t n) {
        alone_.expect(n);
        alone_.start(n);
        alone_.wait();
    }

private:
    running_process where_{0};
    fairway::inproc::hub hub_;
    instance alone_{where_, hub_};
};

// Two instances with a shard each; who sends to a shard lives where that is handled.
class two_owners {
public:
    two_owners() {
        std::vector<std::string> firsts;
        std::vector<std::string> seconds;
        for (int i = 0; i < 64; ++i) (first_.handles(key_of(i), second_) ? firsts : seconds).push_back(key_of(i));
        if (firsts.empty() || seconds.empty()) {
            std::fprintf(stderr, "the shards are not shared out\n");
            std::exit(1);
        }
        first_.use_keys(std::move(firsts));
        second_.use_keys(std::move(seconds));
    }
    void operator()(std::size_t n) {
        std::size_t const half = (n + 1) / 2;
        first_.expect(half);
        second_.expect(half);
        first_.start(half);
        second_.start(half);
        first_.wait();
        second_.wait();
    }

private:
    running_process where_{0};
    running_process there_{1};
    fairway::inproc::hub hub_;
    instance first_{where_, hub_};
    instance second_{there_, hub_};
};

// What the machine gives at most: threads that have nothing in common.
class independent_work {
public:
    void one(std::size_t n) {
        begin(first_, where_, n);
        first_.line.wait();
    }
    void two(std::size_t n) {
        std::size_t const half = (n + 1) / 2;
        begin(first_, where_, half);
        begin(second_, there_, half);
        first_.line.wait();
        second_.line.wait();
    }

private:
    struct worker {
        bench::finish_line line;
        shop::order_placed order;
        std::string text;
        void operator()() {
            fairway::json_codec::encode(order, text);
            line.pass();
        }
    };
    static void begin(worker& who, running_process& where, std::size_t n) {
        who.line.start(n);
        begin_bursts(where, n, who, [] {});
    }

    running_process where_{0};
    running_process there_{1};
    worker first_;
    worker second_;
};

void measure(std::string const& scenario, std::vector<bench::peer> const& peers) {
    auto const times = bench::run(scenario, peers);
    if (times.size() == 2)
        bench::print(scenario, peers[1].name, bench::order_size, "times_throughput", times[0] / times[1], "x");
}

} // namespace

int main(int argc, char** argv) {
    bench::begin(argc, argv);
    constexpr auto size = bench::order_size;
    {
        bench::lazy<channels> const c;
        measure("scale_out_channels", {{"fairway-one-channel", size, [&](std::size_t n) { c->one(n); }},
                                          {"fairway-two-channels", size, [&](std::size_t n) { c->two(n); }}});
    }
    {
        bench::lazy<one_owner> const one;
        bench::lazy<two_owners> const two;
        measure("scale_out_shards", {{"fairway-one-instance", size, [&](std::size_t n) { (*one)(n); }},
                                        {"fairway-two-instances", size, [&](std::size_t n) { (*two)(n); }}});
    }
    bench::lazy<independent_work> const w;
    measure("scale_out_limit", {{"one-thread", size, [&](std::size_t n) { w->one(n); }},
                                   {"two-threads", size, [&](std::size_t n) { w->two(n); }}});
}
