// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "report.hpp"

#include <algorithm>
#include <cstddef>
#include <iomanip>
#include <ostream>
#include <string_view>

namespace ftgo {
namespace {

// One row for all instances of a service.
ledgers by_name(ledgers const& all) {
    ledgers rows;
    for (auto const& [name, l] : all) {
        auto const same = std::ranges::find(rows, name, &ledgers::value_type::first);
        if (same == rows.end()) {
            rows.emplace_back(name, l);
            continue;
        }
        same->second.received += l.received;
        same->second.replied += l.replied;
        same->second.failed += l.failed;
        same->second.dead_lettered += l.dead_lettered;
        same->second.sent += l.sent;
    }
    return rows;
}

void print_services(std::ostream& out, ledgers const& all) {
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

void print_reasons(std::ostream& out, auditor const& books) {
    if (books.reasons().empty()) return;
    out << "\nwhy orders were refused\n";
    for (auto const& [reason, n] : books.reasons())
        out << "  " << std::left << std::setw(18) << reason << std::right << std::setw(5) << n << '\n';
}

void print_stories(std::ostream& out, notification_service const& notifications) {
    for (auto const& [how, sample] : notifications.samples()) {
        out << "\nthe first order that was " << how << ": line " << sample.first << '\n';
        for (auto const& line : sample.second) out << "  " << line << '\n';
    }
}

void print_times(std::ostream& out, ledgers const& all, customer_log const& log, std::chrono::nanoseconds took) {
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
    for (std::string_view next = "  "; auto const& [name, l] : all) {
        if (name != "delivery") continue;
        out << next << l.received;
        next = " + ";
    }
    out << ", by instance\n";
}

} // namespace

void report(std::ostream& out, ledgers const& all, customer_log const& log, auditor const& books,
    notification_service const& notifications, std::optional<std::chrono::nanoseconds> took) {
    print_services(out, all);
    print_orders(out, log);
    print_reasons(out, books);
    print_stories(out, notifications);
    if (took) print_times(out, all, log, *took);
}

} // namespace ftgo
