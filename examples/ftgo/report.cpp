// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "report.hpp"

#include "inspection.hpp"

#include <algorithm>
#include <cstddef>
#include <iomanip>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>

namespace ftgo {
namespace {

using rows = std::vector<std::pair<std::string, fairway::ledger>>;

// One row for all instances of a service.
rows by_name(std::vector<books> const& all) {
    rows sum;
    for (auto const& b : all) {
        auto const same = std::ranges::find(sum, b.service, &rows::value_type::first);
        if (same == sum.end()) {
            sum.emplace_back(b.service, b.done);
            continue;
        }
        same->second.received += b.done.received;
        same->second.replied += b.done.replied;
        same->second.failed += b.done.failed;
        same->second.dead_lettered += b.done.dead_lettered;
        same->second.sent += b.done.sent;
    }
    return sum;
}

void print_services(std::ostream& out, std::vector<books> const& all) {
    out << "service       received  replied   failed   sent  dead letters\n";
    for (auto const& [name, l] : by_name(all)) {
        out << std::left << std::setw(13) << name << std::right << std::setw(9) << l.received << std::setw(9)
            << l.replied << std::setw(9) << l.failed << std::setw(7) << l.sent << std::setw(14) << l.dead_lettered
            << '\n';
    }
}

void print_orders(std::ostream& out, customer_log const& log) {
    auto const count = [&](progress p) { return std::ranges::count(log.told, p); };
    out << "\norders        " << log.times.size() << "\n  delivered   " << count(progress::delivered)
        << "\n  rejected    " << count(progress::rejected) << "\n  cancelled   " << count(progress::cancelled)
        << "\nbad lines     " << log.bad_lines << '\n';
}

void print_reasons(std::ostream& out, audit const& seen) {
    if (seen.reasons.empty()) return;
    out << "\nwhy orders were refused\n";
    for (auto const& [reason, n] : seen.reasons)
        out << "  " << std::left << std::setw(18) << reason << std::right << std::setw(5) << n << '\n';
}

void print_stories(std::ostream& out, told_books const& told) {
    for (auto const& [how, sample] : told.samples) {
        out << "\nthe first order that was " << how << ": line " << sample.id << '\n';
        for (auto const& line : sample.lines) out << "  " << line << '\n';
    }
}

void print_times(
    std::ostream& out, std::vector<books> const& all, customer_log const& log, std::chrono::nanoseconds took) {
    auto times = log.times;
    if (times.empty()) return;
    std::ranges::sort(times);
    auto const percentile = [&](std::size_t p) {
        return std::chrono::duration<double, std::milli>(times[(times.size() * p + 99) / 100 - 1]).count();
    };
    double const seconds = std::chrono::duration<double>(took).count();
    out << std::fixed << std::setprecision(2) << "\none order     p50 " << percentile(50) << " ms, p99 "
        << percentile(99) << " ms\nall orders    " << seconds << " s, " << std::setprecision(0)
        << static_cast<double>(times.size()) / seconds << " orders per second\n";
    out << "deliveries  ";
    for (std::string_view next = "  "; auto const& b : all) {
        if (b.service != "delivery") continue;
        out << next << b.done.received;
        next = " + ";
    }
    out << ", by instance\n";
}

} // namespace

void report(std::ostream& out, std::vector<books> const& all, customer_log const& log,
    std::optional<std::chrono::nanoseconds> took) {
    print_services(out, all);
    print_orders(out, log);
    for (auto const& b : all)
        if (b.seen) print_reasons(out, *b.seen);
    for (auto const& b : all)
        if (b.told) print_stories(out, *b.told);
    if (took) print_times(out, all, log, *took);
}

int verdict(std::vector<books> const& all, customer_log const& log) {
    auto const wrong = check(all, log);
    for (auto const& line : wrong) std::cerr << "check: " << line << '\n';
    if (!wrong.empty()) return 3;
    std::cout << "\nEvery order has exactly one end, and all sums agree.\n";
    return log.bad_lines > 0 ? 2 : 0;
}

} // namespace ftgo
