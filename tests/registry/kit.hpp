// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTS_REGISTRY_KIT_HPP
#define FAIRWAY_TESTS_REGISTRY_KIT_HPP

#include "code_of.hpp"

#include <fairway/registry/messages.hpp>
#include <fairway/registry/state.hpp>
#include <fairway/transport/seam.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace registry_kit {

inline fairway::registry_announce announce(
    std::string client, std::uint64_t number, std::vector<fairway::registry_entry> entries) {
    fairway::registry_announce a;
    a.client = std::move(client);
    a.number = number;
    a.entries = std::move(entries);
    return a;
}

inline fairway::registry_watch ask(std::string client, std::uint64_t number, std::vector<std::string> channels,
    std::string epoch = "", std::uint64_t since = 0, std::uint64_t wait_ms = 10'000) {
    fairway::registry_watch w;
    w.client = std::move(client);
    w.number = number;
    w.channels = std::move(channels);
    w.epoch = std::move(epoch);
    w.since = since;
    w.wait_ms = wait_ms;
    return w;
}

inline fairway::address channel(std::string name) {
    fairway::address a;
    a.channel = std::move(name);
    return a;
}

/// The code of the fault that `f` throws; empty where it throws none.
template <class F>
std::string fault_of(F&& f) {
    try {
        f();
    } catch (fairway::fault const& e) {
        return e.code();
    }
    return {};
}

} // namespace registry_kit

#endif
