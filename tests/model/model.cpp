// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "model.hpp"

namespace model {

namespace {

using order = std::memory_order;

std::vector<order> weaker(site const& s) {
    bool const loads = s.what == act::load || s.on_failure;
    bool const stores = s.what == act::store;
    switch (s.order) {
    case order::seq_cst:
        if (loads) return {order::acquire, order::relaxed};
        if (stores) return {order::release, order::relaxed};
        return {order::acq_rel, order::acquire, order::release, order::relaxed};
    case order::acq_rel: return {order::acquire, order::release, order::relaxed};
    case order::acquire:
    case order::consume:
    case order::release: return {order::relaxed};
    default: return {};
    }
}

std::string name_of(site const& s) {
    auto const file = s.file.substr(s.file.rfind('/') + 1);
    return std::string(file) + ": " + text(s.what) + (s.on_failure ? " (failed) " : " ");
}

} // namespace

verdict passed(result const& r) {
    verdict v;
    v.holds = r.complete && !r.failed;
    v.shown = std::to_string(r.executions) + " executions";
    if (!r.complete && !r.failed) v.shown += ", and there are more";
    if (r.failed) v.shown += "\n" + r.failed->what + "\n" + r.failed->trace;
    return v;
}

std::vector<weakened> weaken_each(scenes const& bodies, options const& how) {
    scene s;
    engine e;
    std::vector<site> sites;
    std::vector<weakened> all;
    e.note_sites(&sites);
    for (auto const& body : bodies)
        if (auto const found = e.explore([&] { body(s); }, how); found.failed || !found.complete)
            all.push_back({{}, "unchanged", "", passed(found).shown});
    e.note_sites(nullptr);
    if (!all.empty()) return all;
    for (auto const& at : sites) {
        std::vector<mutation> changes;
        for (auto const o : weaker(at)) changes.push_back({at, o, false});
        if (at.what == act::notify) changes.push_back({at, at.order, true});
        for (auto const& c : changes) {
            weakened w;
            w.change = c;
            w.text = name_of(at) + (c.dropped ? "left out" : text(at.order) + " -> " + text(c.order));
            w.line = text(at);
            e.mutate(c);
            for (auto const& body : bodies) {
                auto const found = e.explore([&] { body(s); }, how);
                if (!found.failed && found.complete) continue;
                w.noticed = found.failed ? found.failed->what : "not finished";
                break;
            }
            all.push_back(std::move(w));
        }
    }
    return all;
}

std::vector<std::string> unnoticed(std::vector<weakened> const& all) {
    std::vector<std::string> found;
    for (auto const& w : all)
        if (w.noticed.empty() || w.text == "unchanged") found.push_back(w.text);
    return found;
}

} // namespace model
