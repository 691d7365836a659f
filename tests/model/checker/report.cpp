// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What happened, as text.
#include "engine.hpp"

#include <algorithm>

namespace model {

std::string text(std::memory_order o) {
    switch (o) {
    case std::memory_order_relaxed: return "relaxed";
    case std::memory_order_consume: return "consume";
    case std::memory_order_acquire: return "acquire";
    case std::memory_order_release: return "release";
    case std::memory_order_acq_rel: return "acq_rel";
    case std::memory_order_seq_cst: return "seq_cst";
    }
    return "?";
}

std::string text(act a) {
    switch (a) {
    case act::load: return "load";
    case act::store: return "store";
    case act::modify: return "modify";
    case act::compare: return "compare_exchange";
    case act::fence: return "fence";
    case act::block: return "wait";
    case act::notify: return "notify";
    case act::lock: return "lock";
    case act::try_lock: return "try_lock";
    case act::unlock: return "unlock";
    case act::sleep: return "wait";
    case act::yield: return "pause";
    case act::choose: return "choose";
    }
    return "?";
}

namespace {

std::string file_of(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }
std::string padded(std::string s, std::size_t width) {
    s.resize(std::max(s.size() + 1, width), ' ');
    return s;
}

} // namespace

std::string text(source const& where) { return file_of(where.file_name()) + ":" + std::to_string(where.line()); }

std::string text(site const& s) {
    return file_of(s.file) + ":" + std::to_string(s.line) + ": " + text(s.what) + (s.on_failure ? " (failed)" : "");
}

std::string engine::name_of(location const& l) const {
    if (!l.name.empty()) return l.name;
    auto const* const what = l.what == sort::atomic ? "atomic" : l.what == sort::mutex ? "mutex" : "condition";
    return what + std::to_string(l.number);
}

std::string engine::line_of(std::size_t step, event const& e) const {
    auto const& o = e.done;
    std::string line = padded(std::to_string(step), 4) + padded(threads_[e.thread].name, 12) +
                       padded(text(o.where), 28) + (o.at ? name_of(*o.at) + "." : std::string()) + text(o.what);
    auto const show = [&](std::uint64_t v) { return o.at && o.at->show ? o.at->show(v) : std::to_string(v); };
    switch (o.what) {
    case act::load: line += "(" + text(o.order) + ") = " + show(e.got); break;
    case act::store: line += "(" + show(e.put) + ", " + text(o.order) + ")"; break;
    case act::modify: line += "(" + text(o.order) + "): " + show(e.got) + " -> " + show(e.put); break;
    case act::compare:
        if (e.writes)
            line += "(" + text(o.order) + "): " + show(e.got) + " -> " + show(e.put);
        else
            line += "(" + text(o.failure) + ") fails: " + show(e.got) + ", expected " + show(o.expected);
        break;
    case act::fence: line += "(" + text(o.order) + ")"; break;
    case act::block: line += e.failed ? ": is " + show(e.got) + " already" : ": sleeps"; break;
    case act::try_lock: line += e.failed ? ": fails" : ": succeeds"; break;
    case act::sleep: line += ": sleeps"; break;
    case act::choose: line += " = " + std::to_string(e.got); break;
    case act::notify: line += o.all ? "_all" : "_one"; break;
    case act::lock:
    case act::unlock:
    case act::yield: break;
    }
    if (e.stale) line += e.reads ? "   (there is a newer value)" : "   (behind a newer value)";
    return line + "\n";
}

std::string engine::trace() const {
    std::string all;
    std::size_t step = 0;
    for (auto const& e : search_->events()) all += line_of(++step, e);
    return all;
}

std::string engine::deadlock() const {
    std::string all = "deadlock:";
    for (unsigned t = 1; t < count_; ++t) {
        auto const& thread = threads_[t];
        if (thread.finished) continue;
        all += " " + thread.name;
        if (thread.waits_for)
            all += " waits to be notified by " + name_of(*thread.waits_for);
        else if (thread.next.what == act::lock)
            all += " waits for " + name_of(*thread.next.at);
        else
            all += " spins for ever";
        all += " (" + text(thread.next.where) + ");";
    }
    all.pop_back();
    return all;
}

} // namespace model
