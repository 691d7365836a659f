// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The processes of the chaos runs: those that send, and receivers that may be killed at any moment. All are this
// program itself, told by its arguments what to be.
#ifndef FAIRWAY_TESTS_STRESS_CHAOS_PROCESSES_HPP
#define FAIRWAY_TESTS_STRESS_CHAOS_PROCESSES_HPP

#include "ledger.hpp"
#include "shared_store.hpp"

#include <fairway/amqp.hpp>
#include <fairway/fairway.hpp>
#include <fairway/tcp.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chaos {

using namespace fairway;

struct item {
    using contract = event<"chaos.item">;
    std::string key;
    std::uint64_t n = 0; // of its key, from 1 on; 0 before it counts
    std::int64_t sent = 0;
    static constexpr auto shard_key = &item::key;
};
using queue = point_to_point<"chaos.queue", item>;
using lines = sharded<16, point_to_point<"chaos.lines", item>>;
using news = sharded<16, publish_subscribe<"chaos.news", item>>;

/// What the processes do: share a queue, or its shards, or those of a publisher.
enum class mode { competing, sharded, published };

inline constexpr std::size_t keys = 64;

/// What happened to a message, as a process says it: in one write, so that a pipe keeps it whole and in its order,
/// whatever becomes of its writer.
struct record {
    happened what;
    std::uint16_t who;
    std::uint32_t key;
    std::uint64_t n;
    std::int64_t sent;
};
inline constexpr int records_descriptor = 3;
/// Of those that may handle each message once only: the memory of what was handled.
inline constexpr int memory_descriptor = 4;

inline void tell(happened what, std::uint16_t who, item const& m) {
    record const r{what, who, static_cast<std::uint32_t>(std::stoul(m.key.substr(4))), m.n, m.sent};
    if (::write(records_descriptor, &r, sizeof r) != sizeof r) std::_Exit(3);
}

/// Nanoseconds on the clock that all processes of the system share.
inline std::int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

inline void say(std::string const& line) {
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
}
// Ends with who has started it, whatever happens there.
inline void live_no_longer_than_parent() { prctl(PR_SET_PDEATHSIG, SIGKILL); }

/// What a process is told of itself.
struct part {
    mode what;
    std::uint16_t number;
    std::string places; // of those whom it connects to: those that listen, or the URL of a broker

    bool has_broker() const { return places.starts_with("amqp:"); }
};
inline constexpr std::size_t most_queued = 500'000;

/// Its way to the others. Says `listening`, and where, once there is one.
inline any_transport connect(asio::any_io_executor const& on, part const& me, bool sends) {
    auto const name = (sends ? "sender-" : "receiver-") + std::to_string(me.number);
    if (me.has_broker()) {
        auto o = amqp_options::from(url(me.places)).name(name).heartbeat(std::chrono::seconds(2));
        o.queue(most_queued, std::size_t{256} * 1024 * 1024);
        o.on_trouble([](std::string_view where, error_code why, std::string_view text) {
            say("trouble " + why.message() + ": " + std::string(where) + ": " + std::string(text));
        });
        say("listening nowhere");
        return any_transport(amqp(on, o));
    }
    auto o = tcp_options().name(name).heartbeat(std::chrono::seconds(1)).grace(std::chrono::seconds(2));
    o.queue(most_queued, std::size_t{256} * 1024 * 1024);
    bool const listens = (me.what == mode::published) == sends;
    if (listens)
        o.listen("127.0.0.1:0");
    else
        o.places(discovery_options().channel("*", me.places));
    tcp node(on, o);
    auto const at = node.local();
    say("listening " + (at ? at->text() : std::string("nowhere")));
    return any_transport(std::move(node));
}

/// Sends `rate` messages a second, of its keys in turn: every `senders`th one. It begins to count when told `g`, sends
/// nothing after `p` and until another `g`, and ends at `s`; after the latter two it says `idle` once all sends have
/// ended. It is there until its input ends.
class sender {
public:
    sender(part me, std::size_t senders, std::uint64_t rate)
        : me_(std::move(me)),
          senders_(senders),
          rate_(rate),
          service_(connect(io_.get_executor(), me_, true), "sender") {
        switch (me_.what) {
        case mode::competing: begin(service_.sender<queue>()); break;
        case mode::sharded: begin(service_.sender<lines>()); break;
        case mode::published: begin(service_.sender<news>()); break;
        }
        service_.start();
        listen();
    }
    void run() { io_.run(); }

private:
    static constexpr auto tick = std::chrono::milliseconds(2);
    static void rethrow(std::exception_ptr const& e) {
        if (e) std::rethrow_exception(e);
    }

    template <class Port>
    void begin(Port port) {
        auto work = [](sender& self, Port to) -> task<> {
            while (!self.counts_) {
                co_await sleep_for(tick);
                self.send(to, 1);
            }
            auto from = now_ns();
            for (std::uint64_t sent = 0; !self.stopped_;) {
                co_await sleep_for(tick);
                if (self.paused_) {
                    from = now_ns();
                    sent = 0;
                    continue;
                }
                auto const elapsed = static_cast<std::uint64_t>(now_ns() - from);
                auto const due = elapsed * self.rate_ / 1'000'000'000;
                self.send(to, due - sent);
                sent = due;
            }
        };
        asio::co_spawn(io_, work(*this, std::move(port)), rethrow);
    }
    template <class Port>
    void send(Port const& to, std::uint64_t count) {
        if (count == 0) return;
        std::vector<item> some;
        for (; some.size() < count; next_ += senders_) {
            auto const key = (next_ + me_.number) % keys;
            auto const n = counts_ ? ++sent_[key] : 0;
            some.push_back({.key = "key-" + std::to_string(key), .n = n, .sent = now_ns()});
        }
        auto work = [](sender& self, Port port, std::vector<item> all) -> task<> {
            auto const outcomes = co_await port.send_all(all, self.options_);
            for (std::size_t i = 0; i < all.size(); ++i) self.ended(all[i], outcomes[i].error);
        };
        open_ += count;
        asio::co_spawn(io_, work(*this, to, std::move(some)), rethrow);
    }
    void ended(item const& m, error_code why) {
        tell(!why                           ? happened::accepted
             : why == errc::outcome_unknown ? happened::unknown
                                            : happened::refused,
            me_.number, m);
        --open_;
        say_if_idle();
    }
    void say_if_idle() {
        if (open_ == 0 && (paused_ || stopped_) && !std::exchange(said_idle_, true)) say("idle");
    }
    void listen() {
        input_.async_read_some(asio::buffer(said_), [this](error_code ec, std::size_t n) {
            if (ec) return io_.stop();
            for (char const c : std::string_view(said_.data(), n)) {
                counts_ = counts_ || c == 'g';
                paused_ = c == 'p';
                stopped_ = stopped_ || c == 's';
                said_idle_ = false;
            }
            say_if_idle();
            listen();
        });
    }

    part me_;
    std::size_t senders_;
    std::uint64_t rate_;
    send_options const options_ = send_options().patience(std::chrono::minutes(10));
    asio::io_context io_{1};
    service service_;
    asio::posix::stream_descriptor input_{io_, ::dup(0)};
    std::array<char, 16> said_{};
    std::array<std::uint64_t, keys> sent_{};
    std::size_t next_ = 0;
    std::uint64_t open_ = 0; // sends that have not ended
    bool counts_ = false;
    bool paused_ = false;
    bool stopped_ = false;
    bool said_idle_ = false;
};

/// Handles: says of each message that it has, and returns.
inline void receive(part const& me) {
    asio::io_context io(1);
    service self(connect(io.get_executor(), me, false), "receiver");
    auto const handler = [who = me.number](item const& m) { tell(happened::handled, who, m); };
    handler_options options;
    if (me.has_broker()) options.remember_in(std::make_shared<shared_store>(memory_descriptor));
    switch (me.what) {
    case mode::competing: self.handle<queue>(handler, options); break;
    case mode::sharded: self.handle<lines>(handler, options); break;
    case mode::published: self.handle<news>(handler, options); break;
    }
    self.start();
    io.run();
}

/// What this process is to be: `sender MODE NUMBER PLACES SENDERS RATE` or `receiver MODE NUMBER PLACES`.
inline int play(std::vector<std::string> const& arguments) {
    live_no_longer_than_parent();
    part me{static_cast<mode>(std::stoi(arguments.at(1))), static_cast<std::uint16_t>(std::stoul(arguments.at(2))),
        arguments.at(3)};
    if (arguments[0] == "sender")
        sender(std::move(me), std::stoul(arguments.at(4)), std::stoull(arguments.at(5))).run();
    else
        receive(me);
    return 0;
}

} // namespace chaos

#endif
