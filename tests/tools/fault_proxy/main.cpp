// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The fault proxy as a program: it stands between two programs and does to their connections what bad networks do.
//
//   fault_proxy LISTEN TARGET [--seed N] [--control PATH] [--COMMAND WORDS...]...
//
// Addresses are host:port (port 0: any that is free) or paths of Unix sockets. It says "listening ADDRESS" and takes
// commands, a line each, from its standard input, whose end is its own; with --control from whoever connects to that
// Unix socket. It answers with "ok" and what there is to say, or "error: " and what is wrong.
#include "commands.hpp"
#include "proxy.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
using local = asio::local::stream_protocol;

struct options {
    std::string listen;
    std::string target;
    std::uint64_t seed = 1;
    std::string control;
    std::vector<std::string> commands;
};

options parse(std::vector<std::string> const& arguments) {
    options o;
    std::vector<std::string> places;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (!arguments[i].starts_with("--")) {
            places.push_back(arguments[i]);
            continue;
        }
        // An option and its words.
        std::string command = arguments[i].substr(2);
        std::string words;
        while (i + 1 < arguments.size() && !arguments[i + 1].starts_with("--")) words += " " + arguments[++i];
        if (command == "seed") {
            auto const result = std::from_chars(words.data() + !words.empty(), words.data() + words.size(), o.seed);
            if (result.ec != std::errc() || result.ptr != words.data() + words.size())
                throw std::invalid_argument("--seed takes a number");
        } else if (command == "control") {
            if (words.empty()) throw std::invalid_argument("--control takes a path");
            o.control = words.substr(1);
        } else {
            o.commands.push_back(command + words);
        }
    }
    if (places.size() != 2) throw std::invalid_argument("two addresses come first: where to listen, and the target");
    o.listen = places[0];
    o.target = places[1];
    return o;
}

class program {
public:
    explicit program(options const& o) : proxy_(context_.get_executor(), o.listen, o.target, o.seed) {
        for (auto const& each : o.commands) faults::obey(proxy_, each);
        signals_.async_wait([this](boost::system::error_code, int) { context_.stop(); });
        if (o.control.empty()) {
            std::thread([this] { read_lines(); }).detach();
        } else {
            if (std::filesystem::is_socket(o.control)) std::filesystem::remove(o.control);
            control_path_ = o.control;
            acceptor_.emplace(context_, local::endpoint(o.control));
            asio::co_spawn(context_, accepting(), asio::detached);
        }
        std::printf("listening %s\n", proxy_.address().c_str());
        std::fflush(stdout);
    }
    // Until it is told to quit. It ends the process, since a thread may wait for the next line.
    [[noreturn]] void run() {
        context_.run();
        proxy_.close();
        std::error_code ignored;
        if (!control_path_.empty()) std::filesystem::remove(control_path_, ignored);
        std::fflush(stdout);
        std::_Exit(0);
    }

private:
    std::string answer_to(std::string const& line) {
        try {
            if (line == "quit") {
                asio::post(context_, [this] { context_.stop(); });
                return "ok\n";
            }
            if (line == "help") return std::string(faults::commands_help) + "ok\n";
            auto const said = faults::obey(proxy_, line);
            return said.empty() ? "ok\n" : "ok " + said + "\n";
        } catch (std::exception const& e) {
            return std::string("error: ") + e.what() + "\n";
        }
    }

    // Reading blocks, whatever the standard input is, so that a thread does it.
    void read_lines() {
        for (std::string line; std::getline(std::cin, line);) {
            asio::post(context_, [this, line] {
                std::fputs(answer_to(line).c_str(), stdout);
                std::fflush(stdout);
            });
        }
        asio::post(context_, [this] { context_.stop(); });
    }

    asio::awaitable<void> accepting() {
        for (;;) {
            auto socket = co_await acceptor_->async_accept(asio::use_awaitable);
            asio::co_spawn(context_, serving(std::move(socket)), asio::detached);
        }
    }
    // Ends with an exception, which is nobody's concern, when who commands goes.
    asio::awaitable<void> serving(local::socket socket) {
        std::string unread;
        for (;;) {
            auto buffer = asio::dynamic_buffer(unread, 64 * 1024);
            auto const n = co_await asio::async_read_until(socket, buffer, '\n', asio::use_awaitable);
            auto const line = unread.substr(0, n - 1);
            unread.erase(0, n);
            auto const answer = answer_to(line);
            co_await asio::async_write(socket, asio::buffer(answer), asio::use_awaitable);
        }
    }

    asio::io_context context_{1};
    faults::proxy proxy_;
    asio::signal_set signals_{context_, SIGINT, SIGTERM};
    std::optional<local::acceptor> acceptor_;
    std::string control_path_;
};

} // namespace

int main(int argc, char** argv) {
    std::vector<std::string> const arguments(argv + 1, argv + argc);
    try {
        program(parse(arguments)).run();
    } catch (std::exception const& e) {
        std::fprintf(stderr, "fault_proxy: %s\n", e.what());
        std::fprintf(stderr, "usage: fault_proxy LISTEN TARGET [--seed N] [--control PATH] [--COMMAND WORDS...]...\n%s",
            std::string(faults::commands_help).c_str());
        return 2;
    }
}
