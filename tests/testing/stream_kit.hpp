// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Two simulated hosts and a connection between them.
#ifndef FAIRWAY_TESTS_TESTING_STREAM_KIT_HPP
#define FAIRWAY_TESTS_TESTING_STREAM_KIT_HPP

#include "env/tasks.hpp"
#include "fw_catch.hpp"

#include <fairway/env/real_network.hpp>
#include <fairway/testing/sim/stream_lab.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace stream_kit {

using namespace fairway;
using namespace fairway::testing;
using namespace env_kit;
using namespace std::chrono_literals;

inline std::string numbered_bytes(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        text[i] = static_cast<char>(static_cast<std::uint32_t>(i) * 2654435761U >> 24);
    return text;
}
// Serves all who come with `answer`, until it is destroyed.
inline task<> serve(boost::asio::any_io_executor on, std::string answer) {
    auto const door = env::network::of(on).listen(env::endpoint::tcp("*", 80), on);
    for (;;) {
        auto s = co_await door->accept();
        error_code gone; // who asked
        co_await boost::asio::async_write(
            s, boost::asio::buffer(answer), boost::asio::redirect_error(boost::asio::use_awaitable, gone));
    }
}

inline env::network& net(boost::asio::io_context& io) { return env::network::of(io.get_executor()); }

// Hosts a and b; b listens at `place`, and has accepted `there` from a's `here`.
struct two_hosts {
    stream_lab lab;
    boost::asio::io_context& a;
    boost::asio::io_context& b;
    std::unique_ptr<env::acceptor> door;
    env::endpoint place;
    env::stream here;
    env::stream there;

    explicit two_hosts(stream_options const& o = stream_options(), std::function<void(stream_lab&)> const& prepare = {})
        : lab(o), a(lab.start("a")), b(lab.start("b")) {
        if (prepare) prepare(lab);
        door = net_b().listen(env::endpoint::tcp("*", 0), b.get_executor());
        place = env::endpoint::tcp("b", door->local().port);
        auto const opened = start(a, net_a().connect(place, a.get_executor()));
        auto const accepted = start(b, door->accept());
        lab.run_until([&] { return opened->yet && accepted->yet; }, 1s);
        REQUIRE(opened->value);
        REQUIRE(accepted->value);
        here = std::move(*opened->value);
        there = std::move(*accepted->value);
    }
    env::network& net_a() { return net(a); }
    env::network& net_b() { return net(b); }
    void drop_b(crash_kind how) {
        lab.drop("b", how);
        door.reset();
        there = {};
    }
};

} // namespace stream_kit

#endif
