// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_REPLY_WAYS_HPP
#define FAIRWAY_TRANSPORT_TCP_REPLY_WAYS_HPP

#include <fairway/transport/tcp/identity.hpp>
#include <fairway/transport/tcp/peer.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::tcp_detail {

// Where a reply goes: a reply channel's number at a node. Its text is `fw:<32 hexadecimal digits>:<number>`.
struct reply_address {
    identity node;
    std::uint64_t number = 0;

    std::string text() const { return std::string(prefix) + to_string(node) + ':' + std::to_string(number); }
    static std::optional<reply_address> parse(std::string_view text) {
        constexpr std::size_t digits = 32;
        if (!text.starts_with(prefix) || text.size() < prefix.size() + digits + 2 ||
            text[prefix.size() + digits] != ':')
            return std::nullopt;
        reply_address a;
        text.remove_prefix(prefix.size());
        for (std::size_t i = 0; i < a.node.bytes.size(); ++i) {
            auto const from = text.data() + 2 * i;
            auto const [end, error] = std::from_chars(from, from + 2, a.node.bytes[i], 16);
            if (error != std::errc() || end != from + 2) return std::nullopt;
        }
        text.remove_prefix(digits + 1);
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), a.number);
        if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
        return a;
    }

private:
    static constexpr std::string_view prefix = "fw:";
};

// The ways to reply channels of the nodes that there is a session with. Thread-safe.
class reply_ways {
public:
    // `principal`: as who it has proved itself where it has dialed; nothing where it was dialed. False where somebody
    // else has dialed as that node: whoever claims its id would get its replies.
    bool add(identity const& node, std::optional<std::string> const& principal, std::shared_ptr<peer> const& through) {
        std::lock_guard const lock(mutex_);
        auto& all = ways_[node];
        if (principal)
            for (auto const& w : all)
                if (w.principal && w.principal != principal) return false;
        // Who was dialed comes first: whoever dials could claim its id.
        auto const has_dialed = [](way const& w) { return w.principal.has_value(); };
        all.insert(principal ? all.end() : std::find_if(all.begin(), all.end(), has_dialed), {through, principal, {}});
        return true;
    }
    // The node has said something by this way: where it has dialed anew, it does not hear by the others any more, and
    // their roads end, so that whoever replies looks for the way again. The same where it was dialed.
    void prefer(identity const& node, peer const& through) {
        std::lock_guard const lock(mutex_);
        auto const found = ways_.find(node);
        if (found == ways_.end()) return;
        auto& all = found->second;
        auto const at = std::find_if(all.begin(), all.end(), [&](way const& w) { return w.through.get() == &through; });
        if (at == all.end()) return;
        auto const is_alike = [dialed = at->principal.has_value()](
                                  way const& w) { return w.principal.has_value() == dialed; };
        auto const first = std::find_if(all.begin(), at, is_alike);
        std::rotate(first, at, std::next(at));
        for (auto w = std::next(first); w != all.end(); ++w) {
            if (!is_alike(*w)) continue;
            for (auto const& [number, road] : std::exchange(w->roads, {})) road->end();
        }
    }
    void remove(identity const& node, std::shared_ptr<peer> const& through) {
        std::lock_guard const lock(mutex_);
        auto const found = ways_.find(node);
        if (found == ways_.end()) return;
        std::erase_if(found->second, [&](way const& w) { return w.through == through; });
        if (found->second.empty()) ways_.erase(found);
    }
    // The queue of what goes to a reply channel; null where there is no session with its node, or where it has too
    // many. `begin(peer, road)` is called with a new one, and starts it; `end(road)` with one that nobody uses.
    template <class Begin, class End>
    std::shared_ptr<hub_detail::channel_state> open(
        reply_address const& to, hub_detail::bounds most, env::clock& clock, Begin&& begin, End&& end) {
        std::lock_guard const lock(mutex_);
        auto const found = ways_.find(to.node);
        if (found == ways_.end()) return nullptr;
        auto& [through, principal, roads] = found->second.front();
        auto const known = roads.find(to.number);
        if (known != roads.end() && !known->second->ended()) return known->second->channel();
        if (known != roads.end()) roads.erase(known); // it was refused
        if (roads.size() >= most_roads) {
            auto const idle = std::find_if(
                roads.begin(), roads.end(), [](auto const& r) { return r.second->channel().use_count() == 1; });
            if (idle == roads.end()) return nullptr;
            end(idle->second);
            roads.erase(idle);
        }
        auto const road = std::make_shared<reply_road>(through->at(), to.number, most, clock);
        roads.emplace(to.number, road);
        begin(through, road);
        return road->channel();
    }

private:
    static constexpr std::size_t most_roads = 256;
    struct way {
        std::shared_ptr<peer> through;
        std::optional<std::string> principal;
        std::map<std::uint64_t, std::shared_ptr<reply_road>> roads;
    };

    std::mutex mutex_;
    std::map<identity, std::vector<way>> ways_; // each over a session of its own
};

} // namespace fairway::tcp_detail

#endif
