// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Two processors against one: two channels, or two shards of one channel, each with sender and consumer on an
// io_context and a processor of its own, joined by one hub. The time of an operation is that of the whole divided by
// all messages.
#include "../kit.hpp"
#include "order.hpp"
#include "threads.hpp"

#include <fairway/codec/json.hpp>

#include <atomic>
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

// Bursts on one process's thread, each when the one before has been handled there.
class course {
public:
    explicit course(running_process& where) : where_(where) {}
    // Begins to call `send` n times.
    template <class Send>
    void start(std::size_t n, Send& send) {
        over_ = false;
        asio::post(where_->context(), [this, n, &send] {
            sent_ = handled_ = 0;
            auto const is_idle = [this] { return handled_ == sent_; };
            auto const end = [this] {
                over_ = true;
                over_.notify_one();
            };
            bench::burst_loop(where_->context(), n, 64, send, is_idle, end)();
        });
    }
    void wait() const { over_.wait(false); }
    // On the process's thread:
    void sent() { ++sent_; }
    void handled() { ++handled_; }
    std::size_t count() const { return handled_; }

private:
    running_process& where_;
    std::size_t sent_ = 0;
    std::size_t handled_ = 0;
    std::atomic<bool> over_{false};
};

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
                course_.handled();
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
    void start(std::size_t n) { course_.start(n, *this); }
    void wait() const { course_.wait(); }
    // What one burst consists of.
    void operator()() {
        course_.sent();
        if (port_->try_send(order_, options_)) std::abort();
    }

private:
    running_process& where_;
    fairway::inproc::hub hub_;
    course course_{where_};
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
                course_.handled();
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
    void start(std::size_t n) { course_.start(n, *this); }
    void wait() const { course_.wait(); }
    void operator()() {
        course_.sent();
        if (++turn_ >= payments_.size()) turn_ = 0;
        send();
    }
    // True where it handles what it sends with this key; else the other one does.
    bool handles(std::string const& key, instance& other) {
        use_keys({key});
        turn_ = 0;
        auto const before = count();
        auto const others = other.count();
        where_.do_there([this] { send(); });
        for (;;) {
            if (count() != before) return true;
            if (other.count() != others) return false;
        }
    }

private:
    void send() {
        if (port_->try_send(payments_[turn_], options_)) std::abort();
    }
    std::size_t count() {
        std::size_t n = 0;
        where_.do_there([&] { n = course_.count(); });
        return n;
    }

    running_process& where_;
    fairway::inproc::hub hub_;
    course course_{where_};
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
    class worker {
    public:
        explicit worker(running_process& where) : course_(where) {}
        void start(std::size_t n) { course_.start(n, *this); }
        void wait() const { course_.wait(); }
        void operator()() { fairway::json_codec::encode(order_, text_); }

    private:
        course course_;
        shop::order_placed order_;
        std::string text_;
    };

    running_process where_{0};
    running_process there_{1};
    worker first_{where_};
    worker second_{there_};
};

void measure(std::string const& scenario, std::vector<bench::peer> const& peers) {
    auto const times = bench::run(scenario, peers);
    if (times.size() == 2)
        bench::print(scenario, peers[1].name, bench::order_size, "times_throughput", times[0].ns / times[1].ns, "x");
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
