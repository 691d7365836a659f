// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_SIM_STREAM_HOSTS_HPP
#define FAIRWAY_TESTING_SIM_STREAM_HOSTS_HPP

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace fairway::testing::sim_detail {

struct stream_host {
    bool up = false;
    bool silent = false; // since its machine crashed
    bool refuses = false;
    std::uint64_t incarnation = 0;
    std::uint16_t port = 49151;
    // Another one of those that nobody chooses (RFC 6335).
    std::uint16_t next_port() noexcept {
        return port = port == 65535 ? std::uint16_t{49152} : static_cast<std::uint16_t>(port + 1);
    }
};

// The hosts of a simulated network, and what is cut between them.
class stream_hosts {
public:
    std::uint64_t start(std::string const& name) {
        auto& h = all_[name];
        if (h.up) throw std::logic_error("the simulated host '" + name + "' is up already");
        h.up = true;
        h.silent = false;
        return ++h.incarnation;
    }
    stream_host const* find(std::string_view name) const {
        auto const found = all_.find(name);
        return found == all_.end() ? nullptr : &found->second;
    }
    stream_host& at(std::string_view name) {
        auto const found = all_.find(name);
        if (found == all_.end()) throw std::logic_error("the simulation has no host '" + std::string(name) + "'");
        return found->second;
    }
    void cut(std::string_view from, std::string_view to, bool on) {
        at(from);
        at(to);
        std::pair<std::string, std::string> way(from, to);
        if (on)
            cuts_.insert(std::move(way));
        else
            cuts_.erase(way);
    }
    void heal_all() { cuts_.clear(); }
    bool can_arrive(std::string const& from, std::string const& to) const {
        auto const* const h = find(to);
        if (h && h->silent) return false;
        return cuts_.empty() || cuts_.count({from, to}) == 0;
    }

private:
    std::map<std::string, stream_host, std::less<>> all_;
    std::set<std::pair<std::string, std::string>> cuts_;
};

} // namespace fairway::testing::sim_detail

#endif
