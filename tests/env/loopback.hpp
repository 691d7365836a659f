// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A context with the system's network, and two ends of a connection in it.
#ifndef FAIRWAY_TESTS_ENV_LOOPBACK_HPP
#define FAIRWAY_TESTS_ENV_LOOPBACK_HPP

#include "env/tasks.hpp"
#include "fw_catch.hpp"

#include <fairway/env/real_network.hpp>
#include <fairway/error.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>

namespace loopback {

namespace asio = boost::asio;
namespace env = fairway::env;
using namespace env_kit;

// Runs a task to its end; throws what it throws.
inline void run(asio::io_context& io, task<> what) {
    std::exception_ptr error;
    asio::co_spawn(io, std::move(what), [&](std::exception_ptr e) { error = e; });
    io.restart();
    io.run();
    if (error) std::rethrow_exception(error);
}

// Runs until `done()`.
template <class Done>
void run_until(asio::io_context& io, Done done) {
    io.restart();
    while (!done())
        if (io.run_one() == 0) FAIL("nothing is left to do");
}

struct pair {
    env::stream here;  // the one that connected
    env::stream there; // the one that was accepted
};

inline pair connect(asio::io_context& io, env::endpoint const& at) {
    auto& net = env::network::of(io.get_executor());
    auto const door = net.listen(at, io.get_executor());
    auto const here = start(io, net.connect(door->local(), io.get_executor()));
    auto const there = start(io, door->accept());
    run_until(io, [&] { return here->yet && there->yet; });
    REQUIRE(here->value);
    REQUIRE(there->value);
    return {std::move(*here->value), std::move(*there->value)};
}

// A folder of the test's own, gone with it.
class folder {
public:
    folder() {
        std::string name = (std::filesystem::temp_directory_path() / "fw-XXXXXX").string();
        if (!::mkdtemp(name.data())) throw std::runtime_error("mkdtemp failed");
        path_ = name;
    }
    folder(folder const&) = delete;
    folder& operator=(folder const&) = delete;
    ~folder() { std::filesystem::remove_all(path_); }
    std::string operator/(std::string const& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

} // namespace loopback

#endif
