// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_EXISTING_HPP
#define FAIRWAY_TRANSPORT_AMQP_EXISTING_HPP

#include <fairway/error.hpp>
#include <fairway/transport/seam.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace fairway::amqp_detail {

// Where a message is published to.
struct route {
    std::string exchange;
    std::string key;
    // It has to arrive in a queue. An event that no group wants is nobody's.
    bool mandatory = false;
};

// Exchanges and queues that others have made, under names of their own, and what they are to a program: where messages
// of a channel go to, and which queue a group consumes.
class existing_names {
public:
    // Names and routing keys on the wire are short texts.
    static constexpr std::size_t most_bytes = 255;

    // Throw `errc::invalid_argument`.
    void set_exchange(std::string channel, std::string exchange, std::string key) {
        check("an existing exchange", exchange);
        if (key.size() > most_bytes) refuse("a routing key", key);
        exchanges_[std::move(channel)] = {std::move(exchange), std::move(key)};
    }
    // `group` is empty for a point-to-point channel.
    void set_queue(std::string channel, std::string group, std::string queue) {
        check("an existing queue", queue);
        queues_[std::move(channel)][std::move(group)] = std::move(queue);
    }

    // Null where there is none.
    route const* exchange(std::string_view channel) const noexcept {
        auto const found = exchanges_.find(channel);
        return found == exchanges_.end() ? nullptr : &found->second;
    }
    std::string const* queue(address const& of, std::string_view group) const noexcept {
        auto const found = queues_.find(of.channel);
        if (found == queues_.end()) return nullptr;
        auto const one = found->second.find(of.kind == channel_kind::point_to_point ? std::string_view() : group);
        return one == found->second.end() ? nullptr : &one->second;
    }
    // Whether what is sent to a channel goes to something that others have made.
    bool has(address const& to) const noexcept { return exchange(to.channel) || queue(to, {}); }
    // Throws `errc::invalid_argument` for a channel that these names are not for.
    void check(address const& of) const {
        auto const found = queues_.find(of.channel);
        if (found == queues_.end() && !exchange(of.channel)) return;
        if (of.shards > 0)
            fail(errc::invalid_argument, of.channel + ": a sharded channel has no existing exchange or queue");
        if (found == queues_.end()) return;
        bool const topic = of.kind == channel_kind::publish_subscribe;
        for (auto const& [group, queue] : found->second)
            if (group.empty() == topic)
                fail(errc::invalid_argument,
                    of.channel + (topic ? ": an existing queue of a publish-subscribe channel is a group's"
                                        : ": an existing queue of a point-to-point channel is no group's"));
    }

private:
    [[noreturn]] static void fail(errc why, std::string const& text) { fairway::detail::fail(why, "amqp: " + text); }
    [[noreturn]] static void refuse(std::string_view what, std::string_view name) {
        fail(errc::invalid_argument, std::string(what) + " has 1 to 255 bytes, not " + std::to_string(name.size()));
    }
    static void check(std::string_view what, std::string_view name) {
        if (name.empty() || name.size() > most_bytes) refuse(what, name);
    }

    std::map<std::string, route, std::less<>> exchanges_;
    // By channel and group.
    std::map<std::string, std::map<std::string, std::string, std::less<>>, std::less<>> queues_;
};

} // namespace fairway::amqp_detail

#endif
