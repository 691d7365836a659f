// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Chaos: processes that send to others that receive, under load, through fault proxies, while everything goes wrong
// that may. Nothing that was accepted is lost, the order of each key is kept, and after each fault messages come
// through again in time. See chaos/tcp_run.hpp, and chaos/rabbitmq_run.hpp for what happens with a broker.
//   stress_chaos [--broker rabbitmq] [--runs N] [--seconds N] [--rate N] [--seed FIRST]    ends with `N passed, N
//   failed`
#include "chaos/rabbitmq_run.hpp"
#include "chaos/tcp_run.hpp"

#include <charconv>
#include <csignal>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace chaos;

struct wanted {
    bool broker = false;
    std::uint64_t runs = 3;
    plan first{.seed = 1, .time = 5s};
};

std::uint64_t number(std::string const& name, std::string const& text) {
    std::uint64_t n = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (error != std::errc() || end != text.data() + text.size() || n == 0)
        throw std::invalid_argument(name + " takes a number from 1 on");
    return n;
}
wanted read(std::vector<std::string> const& arguments) {
    wanted w;
    for (std::size_t i = 0; i < arguments.size(); i += 2) {
        auto const& name = arguments[i];
        if (i + 1 == arguments.size()) throw std::invalid_argument(name + " has no value, or is none");
        auto const& value = arguments[i + 1];
        if (name == "--broker") {
            if (value != "rabbitmq") throw std::invalid_argument("the broker is rabbitmq");
            w.broker = true;
        } else if (name == "--runs") {
            w.runs = number(name, value);
        } else if (name == "--seconds") {
            w.first.time = std::chrono::seconds(number(name, value));
        } else if (name == "--rate") {
            w.first.rate = number(name, value);
        } else if (name == "--seed") {
            w.first.seed = number(name, value);
        } else {
            throw std::invalid_argument("what is " + name + "?");
        }
    }
    return w;
}

// How many have passed.
std::uint64_t runs(wanted const& w) {
    std::uint64_t passed = 0;
    for (auto p = w.first; p.seed < w.first.seed + w.runs && !asked_to_end; ++p.seed)
        passed += w.broker ? rabbitmq_run(p, rabbitmq_kit::shared_broker())() : tcp_run(p)();
    return passed;
}

} // namespace

int main(int argc, char** argv) {
    std::vector<std::string> const arguments(argv + 1, argv + argc);
    try {
        if (!arguments.empty() && (arguments[0] == "sender" || arguments[0] == "receiver")) return play(arguments);
        std::signal(SIGPIPE, SIG_IGN);
        for (int const end : {SIGINT, SIGTERM, SIGHUP}) std::signal(end, [](int) { asked_to_end = 1; });
        auto const w = read(arguments);
        if (w.broker && !rabbitmq_kit::broker::installed()) {
            std::puts("chaos with RabbitMQ is skipped: rabbitmq-server is not installed");
            return 0;
        }
        auto const passed = runs(w);
        std::printf("%llu passed, %llu failed\n", static_cast<unsigned long long>(passed),
            static_cast<unsigned long long>(w.runs - passed));
        return passed == w.runs ? 0 : 1;
    } catch (std::exception const& e) {
        std::fprintf(stderr, "stress_chaos: %s\n", e.what());
        return 2;
    }
}
