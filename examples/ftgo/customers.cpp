// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "customers.hpp"

#include "order_line.hpp"

#include <fairway/codec/codec.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <iostream>
#include <stdexcept>
#include <string_view>
#include <unistd.h>
#include <utility>
#include <variant>

namespace ftgo {

using namespace std::chrono_literals;

namespace {

progress end_of(order_delivered const&) { return progress::delivered; }
progress end_of(order_rejected const&) { return progress::rejected; }
progress end_of(order_cancelled const&) { return progress::cancelled; }

} // namespace

fairway::task<> customers::order_from(line_reader& input) {
    std::exception_ptr failed;
    try {
        co_await read(input);
    } catch (...) {
        failed = std::current_exception();
    }
    co_await until_fewer_than(1);
    if (failed) std::rethrow_exception(failed);
}

fairway::task<> customers::read(line_reader& input) {
    bool const watched = ::isatty(STDERR_FILENO) != 0;
    for (unsigned shown = 0; auto const line = co_await input.next();) {
        take(input, *line);
        co_await until_fewer_than(at_once);
        if (closed_) throw std::runtime_error("interrupted; orders are not taken any more");
        if (auto const done = input.percent(); watched && done && *done / 10 > shown) {
            shown = *done / 10;
            std::cerr << shown * 10 << " % read\n";
        }
    }
}

void customers::take(line_reader& input, line_reader::line const& line) {
    if (line.text.find_first_not_of(" \t\r") == std::string::npos) return;
    auto const bad = [&](std::string_view why) {
        ++log_.bad_lines;
        std::cerr << input.name() << ':' << line.number << ": " << why << '\n';
    };
    if (line.too_long) return bad("the line is longer than 64 KiB");
    try {
        auto order = read_order(line.text, line.number);
        log_.told.resize(line.number + 1);
        ++in_flight_;
        boost::asio::co_spawn(change_.get_executor(), place(std::move(order)), boost::asio::detached);
    } catch (fairway::decode_error const& e) {
        bad(e.what());
    }
}

fairway::task<> customers::place(place_order order) {
    auto const begin = std::chrono::steady_clock::now();
    try {
        auto const end = co_await orders_.request(order, 60s);
        log_.told[order.id] = std::visit([](auto const& e) { return end_of(e); }, end);
    } catch (fairway::system_error const& e) {
        if (e.code() == fairway::errc::closed)
            closed_ = true; // we were interrupted
        else
            std::cerr << "order " << order.id << ": " << e.what() << '\n';
    } catch (std::exception const& e) {
        std::cerr << "order " << order.id << ": " << e.what() << '\n';
    }
    log_.times.push_back(std::chrono::steady_clock::now() - begin);
    --in_flight_;
    change_.cancel();
}

fairway::task<> customers::until_fewer_than(unsigned n) {
    while (in_flight_ >= n) (void)co_await change_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
}

} // namespace ftgo
