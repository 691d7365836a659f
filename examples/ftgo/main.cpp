// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "report.hpp"
#include "town.hpp"

#include <fairway/service/run.hpp>

#include <charconv>
#include <chrono>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view help = R"(usage: ftgo [--no-timing] [--lose LINE] FILE

A town's food delivery: reads orders from FILE (- for the standard input) and lets the order, consumer, kitchen,
accounting, delivery, courier and notification services handle them. A line is one order, with prices in cents:
  {"consumer":"ada","restaurant":"Rosa","items":[{"dish":"calzone","quantity":2,"price":1150}],
   "zone":"center","card":"4000-0001"}
(here broken in two). Lines that are no orders are reported on the standard error and skipped.

  --no-timing  leave out of the report what differs from run to run
  --lose LINE  hide the events of that line's order from the auditor, to see its check fail
  --help       print this

Ends with
  0  if every line was an order and the books are right
  1  if FILE can't be read, for a wrong option, or when interrupted (130 when interrupted twice)
  2  if lines were skipped, and the books are right
  3  if the books are wrong: an order without exactly one end, or sums that differ
)";

struct options {
    std::string file;
    bool timing = true;
    std::optional<ftgo::order_id> lose;
};

// Nothing where the arguments make no sense.
std::optional<options> parse(int argc, char** argv) {
    options o;
    for (int i = 1; i < argc; ++i) {
        std::string_view const argument = argv[i];
        if (argument == "--no-timing") {
            o.timing = false;
        } else if (argument == "--lose" && i + 1 < argc) {
            std::string_view const number = argv[++i];
            auto const end = number.data() + number.size();
            if (std::from_chars(number.data(), end, o.lose.emplace()).ptr != end) return std::nullopt;
        } else if (o.file.empty() && (argument == "-" || !argument.starts_with('-'))) {
            o.file = argument;
        } else {
            return std::nullopt;
        }
    }
    if (o.file.empty()) return std::nullopt;
    return o;
}

fairway::task<int> one_day(fairway::asio::any_io_executor executor, options const& o) {
    ftgo::line_reader input(executor, o.file);
    ftgo::town town(executor, o.lose);

    auto const begin = std::chrono::steady_clock::now();
    co_await town.crowd().order_from(input);
    std::optional<std::chrono::nanoseconds> took;
    if (o.timing) took = std::chrono::steady_clock::now() - begin;

    auto const ledgers = co_await town.close();
    ftgo::report(std::cout, ledgers, town.crowd().log(), town.books(), town.notifications(), took);
    auto const wrong = town.check(ledgers);
    for (auto const& line : wrong) std::cerr << "check: " << line << '\n';
    if (!wrong.empty()) co_return 3;
    std::cout << "\nEvery order has exactly one end, and all sums agree.\n";
    co_return town.crowd().log().bad_lines > 0 ? 2 : 0;
}

} // namespace

int main(int argc, char** argv) {
    if (argc == 2 && argv[1] == std::string_view("--help")) {
        std::cout << help;
        return 0;
    }
    auto const o = parse(argc, argv);
    if (!o) {
        std::cerr << help;
        return 1;
    }
    return fairway::run([&](auto executor) { return one_day(executor, *o); });
}
