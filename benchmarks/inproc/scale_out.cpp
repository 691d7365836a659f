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

// A sender and a handler on one process; the messages to send take turns.
template <class Channel, class Message>
class wing {
public:
    wing(running_process& where, fairway::inproc::hub const& hub) : where_(where), hub_(hub) {
        where_.do_there([this] {
            fairway::any_transport const net = fairway::inproc(where_->executor(), hub_);
            stock_.emplace(net, "stock");
            shop_.emplace(net, "shop");
            stock_->template handle<Channel>([this](Message const& m) {
                bench::keep(m.quantity);
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
    void use(std::vector<Message> messages) {
        messages_ = std::move(messages);
        turn_ = 0;
    }
    void start(std::size_t n) { course_.start(n, *this); }
    void wait() const { course_.wait(); }
    // What one burst consists of.
    void operator()() {
        course_.sent();
        if (++turn_ >= messages_.size()) turn_ = 0;
        send();
    }
    // True where it handles what it sends next; else the other one does.
    bool handles_next(wing& other) {
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
        if (port_->try_send(messages_[turn_], options_)) std::abort();
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
    std::optional<fairway::sender_port<Channel>> port_;
    fairway::send_options options_ = bench::order_options();
    std::vector<Message> messages_{1};
    std::size_t turn_ = 0;
};

// Half of the work for each of two, or all of it for one.
template <class First, class Second>
void share_out(First& first, Second& second, std::size_t n) {
    std::size_t const half = (n + 1) / 2;
    first.start(half);
    second.start(half);
    first.wait();
    second.wait();
}
template <class First>
void do_alone(First& first, std::size_t n) {
    first.start(n);
    first.wait();
}

class channels {
public:
    void one(std::size_t n) { do_alone(first_, n); }
    void two(std::size_t n) { share_out(first_, second_, n); }

private:
    running_process where_{0};
    running_process there_{1};
    fairway::inproc::hub hub_;
    wing<shop::first_orders, shop::order_placed> first_{where_, hub_};
    wing<shop::second_orders, shop::order_placed> second_{there_, hub_};
};

// An instance that handles shards of one channel, and a sender.
using instance = wing<shop::payments, shop::payment>;

// Payments of 64 accounts.
std::vector<shop::payment> some_payments() {
    std::vector<shop::payment> all(64);
    for (std::size_t i = 0; i < all.size(); ++i) all[i].account = "acc-" + std::to_string(i);
    return all;
}

// One instance that owns both shards.
class one_owner {
public:
    one_owner() { alone_.use(some_payments()); }
    void operator()(std::size_t n) { do_alone(alone_, n); }

private:
    running_process where_{0};
    fairway::inproc::hub hub_;
    instance alone_{where_, hub_};
};

// Two instances with a shard each; who sends to a shard lives where that is handled.
class two_owners {
public:
    two_owners() {
        std::vector<shop::payment> firsts;
        std::vector<shop::payment> seconds;
        for (auto const& each : some_payments()) {
            first_.use({each});
            (first_.handles_next(second_) ? firsts : seconds).push_back(each);
        }
        if (firsts.empty() || seconds.empty()) {
            std::fprintf(stderr, "the shards are not shared out\n");
            std::exit(1);
        }
        first_.use(std::move(firsts));
        second_.use(std::move(seconds));
    }
    void operator()(std::size_t n) { share_out(first_, second_, n); }

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
    void one(std::size_t n) { do_alone(first_, n); }
    void two(std::size_t n) { share_out(first_, second_, n); }

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
