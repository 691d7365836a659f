// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "process.hpp"
#include "report.hpp"
#include "town.hpp"

#include <fairway/service/run.hpp>

#include <charconv>
#include <chrono>
#include <iostream>
#include <optional>
#include <string_view>
#include <system_error>

namespace {

constexpr std::string_view help = R"(usage: ftgo [--no-timing] [--lose LINE] FILE
       ftgo --role NAME --transport URL [options] [FILE]

A town's food delivery: reads orders from FILE (- for the standard input) and lets the order, consumer, kitchen,
accounting, delivery, courier and notification services handle them. A line is one order, with prices in cents:
  {"consumer":"ada","restaurant":"Rosa","items":[{"dish":"calzone","quantity":2,"price":1150}],
   "zone":"center","card":"4000-0001"}
(here broken in two). Lines that are no orders are reported on the standard error and skipped.

  --no-timing  leave out of the report what differs from run to run
  --lose LINE  hide the events of that line's order from the auditor, to see its check fail
  --help       print this

With --role it is one process of the town, as examples/ftgo/processes.py starts them:
  --role NAME      a service (order, consumer, kitchen, accounting, delivery, swift, pedal, ox, notification, auditor),
                   or customers, who take FILE and print the report
  --transport URL  tcp://..., unix://... or amqp://..., see the README; its first line on the standard output is where
                   it listens, or says that it has met the broker
  --name NAME      its own name among the instances of one service
  --journal FILE   where the kitchen and accounting keep their state for their next process
  --offices N      the customers expect so many processes to show their books

Ends with
  0  if every line was an order and the books are right
  1  if FILE can't be read, for a wrong option, or when interrupted (130 when interrupted twice)
  2  if lines were skipped, and the books are right
  3  if the books are wrong: an order without exactly one end, or sums that differ
)";

template <class Number>
bool read_number(std::string_view text, Number& n) {
    auto const end = text.data() + text.size();
    auto const result = std::from_chars(text.data(), end, n);
    return result.ec == std::errc() && result.ptr == end;
}

// Takes an option that has a value; false where there is no such option, or the value makes no sense.
bool take(std::string_view name, std::string_view value, ftgo::process_options& o) {
    if (name == "--lose") return read_number(value, o.office.unheard.emplace());
    if (name == "--role") return !(o.role = value).empty();
    if (name == "--transport") return !(o.transport = value).empty();
    if (name == "--name") return !(o.name = value).empty();
    if (name == "--journal") return !(o.office.journal = value).empty();
    if (name == "--offices") return read_number(value, o.offices);
    return false;
}

// Nothing where the arguments make no sense.
std::optional<ftgo::process_options> parse(int argc, char** argv) {
    ftgo::process_options o;
    for (int i = 1; i < argc; ++i) {
        std::string_view const argument = argv[i];
        if (argument == "--no-timing") {
            o.timing = false;
        } else if (o.file.empty() && (argument == "-" || !argument.starts_with('-'))) {
            o.file = argument;
        } else if (i + 1 == argc || !take(argument, argv[++i], o)) {
            return std::nullopt;
        }
    }
    bool const takes_orders = o.role.empty() || o.role == "customers";
    if (takes_orders == o.file.empty() || o.role.empty() != o.transport.empty()) return std::nullopt;
    return o;
}

fairway::task<int> one_day(fairway::asio::any_io_executor executor, ftgo::process_options const& o) {
    ftgo::line_reader input(executor, o.file);
    ftgo::town town(executor, o.office.unheard);

    auto const begin = std::chrono::steady_clock::now();
    co_await town.crowd().order_from(input);
    std::optional<std::chrono::nanoseconds> took;
    if (o.timing) took = std::chrono::steady_clock::now() - begin;

    auto const all = co_await town.close();
    ftgo::report(std::cout, all, town.crowd().log(), took);
    co_return ftgo::verdict(all, town.crowd().log());
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
    return fairway::run(
        [&](auto executor) { return o->role.empty() ? one_day(executor, *o) : ftgo::run_process(executor, *o); });
}
