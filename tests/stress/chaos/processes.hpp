// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The processes of the chaos runs: one that sends, and receivers that may be killed at any moment. Both are this
// program itself, told by its arguments what to be.
#ifndef FAIRWAY_TESTS_STRESS_CHAOS_PROCESSES_HPP
#define FAIRWAY_TESTS_STRESS_CHAOS_PROCESSES_HPP

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

/// A handled message, as a receiver says it: in one write, so that a pipe keeps it whole and in its order, whatever
/// becomes of its writer.
struct effect {
    std::uint32_t receiver;
    std::uint32_t key;
    std::uint64_t n;
    std::int64_t sent;
};
inline constexpr int effects_descriptor = 3;

/// Nanoseconds on the clock that all processes of the system share.
inline std::int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

inline tcp_options options() {
    tcp_options o;
    o.heartbeat(std::chrono::seconds(1)).grace(std::chrono::seconds(2));
    o.queue(500'000, std::size_t{256} * 1024 * 1024);
    return o;
}
inline void say(std::string const& line) {
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
}
// Ends with who has started it, whatever happens there.
inline void live_no_longer_than_parent() { prctl(PR_SET_PDEATHSIG, SIGKILL); }

/// Sends: `rate` messages a second, of all keys in turn. Told "go" it begins to count, told "stop" it says how many of
/// each key were accepted; it is there until its input ends.
class sender {
public:
    sender(mode what, std::uint64_t rate, std::string const& places) : rate_(rate) {
        auto o = options().name("sender");
        if (what == mode::published)
            o.listen("127.0.0.1:0");
        else
            o.places(discovery_options().channel("*", places));
        tcp node(io_.get_executor(), o);
        if (auto const at = node.local()) say("listening " + at->text());
        service_.emplace(any_transport(std::move(node)), "sender");
        switch (what) {
        case mode::competing: begin(service_->sender<queue>()); break;
        case mode::sharded: begin(service_->sender<lines>()); break;
        case mode::published: begin(service_->sender<news>()); break;
        }
        service_->start();
        listen();
    }
    void run() { io_.run(); }

private:
    template <class Port>
    void begin(Port port) {
        auto work = [](sender& self, Port to) -> task<> {
            for (std::size_t key = 0; !self.counts_; key = (key + 1) % keys) {
                co_await sleep_for(std::chrono::milliseconds(2));
                self.send_one(to, key, 0);
            }
            auto const from = now_ns();
            for (std::uint64_t sent = 0; !self.stopped_;) {
                co_await sleep_for(std::chrono::milliseconds(2));
                auto const elapsed = static_cast<std::uint64_t>(now_ns() - from);
                for (auto const due = elapsed * self.rate_ / 1'000'000'000; sent < due && !self.stopped_; ++sent) {
                    auto const key = sent % keys;
                    if (!self.send_one(to, key, self.accepted_[key] + 1)) break;
                    ++self.accepted_[key];
                }
            }
            std::string all = "accepted";
            for (auto const n : self.accepted_) all += " " + std::to_string(n);
            say(all);
        };
        asio::co_spawn(io_, work(*this, std::move(port)), [](std::exception_ptr const& e) {
            if (e) std::rethrow_exception(e);
        });
    }
    // False where there is no room at the moment.
    template <class Port>
    bool send_one(Port& to, std::size_t key, std::uint64_t n) {
        item const one{.key = "key-" + std::to_string(key), .n = n, .sent = now_ns()};
        auto const why = to.try_send(one, options_);
        if (why && why != errc::queue_full) throw system_error(why, "sending");
        return !why;
    }
    void listen() {
        input_.async_read_some(asio::buffer(said_), [this](error_code ec, std::size_t n) {
            if (ec) return io_.stop();
            for (char const c : std::string_view(said_.data(), n)) (c == 'g' ? counts_ : stopped_) = true;
            listen();
        });
    }

    std::uint64_t rate_;
    send_options const options_{}; // named, or g++ takes parts of it for uninitialized
    asio::io_context io_{1};
    asio::posix::stream_descriptor input_{io_, ::dup(0)};
    std::array<char, 16> said_{};
    std::optional<service> service_;
    std::array<std::uint64_t, keys> accepted_{};
    bool counts_ = false;
    bool stopped_ = false;
};

/// Handles: says of each message that it has, and returns.
inline void receive(mode what, std::uint32_t who, std::string const& places) {
    asio::io_context io(1);
    auto o = options().name("receiver-" + std::to_string(who));
    if (what == mode::published)
        o.places(discovery_options().channel("*", places));
    else
        o.listen("127.0.0.1:0");
    tcp node(io.get_executor(), o);
    auto const at = node.local();
    service self(any_transport(std::move(node)), "receiver");
    auto const handler = [who](item const& m) {
        effect const done{who, static_cast<std::uint32_t>(std::stoul(m.key.substr(4))), m.n, m.sent};
        if (::write(effects_descriptor, &done, sizeof done) != sizeof done) std::_Exit(3);
    };
    switch (what) {
    case mode::competing: self.handle<queue>(handler); break;
    case mode::sharded: self.handle<lines>(handler); break;
    case mode::published: self.handle<news>(handler); break;
    }
    self.start();
    say("listening " + (at ? at->text() : std::string("nowhere")));
    io.run();
}

/// What this process is to be: `sender MODE RATE PLACES` or `receiver MODE NUMBER PLACES`.
inline int play(std::vector<std::string> const& arguments) {
    live_no_longer_than_parent();
    auto const what = static_cast<mode>(std::stoi(arguments.at(1)));
    auto const places = arguments.size() > 3 ? arguments[3] : std::string();
    if (arguments[0] == "sender")
        sender(what, std::stoull(arguments.at(2)), places).run();
    else
        receive(what, static_cast<std::uint32_t>(std::stoul(arguments.at(2))), places);
    return 0;
}

} // namespace chaos

#endif
