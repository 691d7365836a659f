// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_AMQP_OPTIONS_HPP
#define FAIRWAY_TESTING_AMQP_OPTIONS_HPP

#include <fairway/env/endpoint.hpp>
#include <fairway/error.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::testing {

/// How an `amqp_broker` is; as it is made, RabbitMQ as it is installed, on any free port of this host:
/// `amqp_broker_options().user("orders", "secret").virtual_host("shop")`.
class amqp_broker_options {
public:
    /// One user, guest, with the password guest; one virtual host, `/`.
    amqp_broker_options() : users_{{"guest", "guest"}}, hosts_{"/"} {}

    /// Where it listens; 127.0.0.1 and any free port by default.
    amqp_broker_options& listen_at(env::endpoint at) {
        at_ = std::move(at);
        return *this;
    }
    /// Another user beside guest, whose password is guest.
    amqp_broker_options& user(std::string name, std::string password) {
        users_[std::move(name)] = std::move(password);
        return *this;
    }
    /// Another virtual host beside `/`.
    amqp_broker_options& virtual_host(std::string name) {
        hosts_.push_back(std::move(name));
        return *this;
    }
    /// The mechanism EXTERNAL is offered, too: it takes anybody as the user that their certificate or else they
    /// themselves name.
    amqp_broker_options& external() {
        external_ = true;
        return *this;
    }
    /// What is proposed to clients: how often both sides say that they live (whole seconds; zero for never), the bytes
    /// of a frame (at least 4096), the number of channels.
    amqp_broker_options& tune(
        std::chrono::seconds heartbeat, std::uint32_t frame_max = 131072, std::uint16_t channel_max = 2047) {
        if (heartbeat < std::chrono::seconds(0) || heartbeat > std::chrono::seconds(65535) || frame_max < 4096)
            fairway::detail::fail(
                errc::invalid_argument, "a heartbeat is 0 to 65535 s, frames have at least 4096 bytes");
        heartbeat_ = static_cast<std::uint16_t>(heartbeat.count());
        frame_max_ = frame_max;
        channel_max_ = channel_max;
        return *this;
    }
    /// The bytes of the largest body; 128 MiB by default.
    amqp_broker_options& most_bytes(std::uint64_t n) {
        most_bytes_ = n;
        return *this;
    }
    /// What its random faults follow from.
    amqp_broker_options& seed(std::uint64_t n) {
        seed_ = n;
        return *this;
    }

    /// Where it listens.
    env::endpoint const& at() const noexcept { return at_; }
    /// Whether there is a user with this password.
    bool knows(std::string_view name, std::string_view password) const {
        auto const found = users_.find(name);
        return found != users_.end() && found->second == password;
    }
    /// The virtual hosts.
    std::vector<std::string> const& virtual_hosts() const noexcept { return hosts_; }
    /// Whether EXTERNAL is offered.
    bool offers_external() const noexcept { return external_; }
    /// The proposed heartbeat, in seconds.
    std::uint16_t heartbeat() const noexcept { return heartbeat_; }
    /// The proposed bytes of a frame.
    std::uint32_t frame_max() const noexcept { return frame_max_; }
    /// The proposed number of channels.
    std::uint16_t channel_max() const noexcept { return channel_max_; }
    /// The bytes of the largest body.
    std::uint64_t most_bytes() const noexcept { return most_bytes_; }
    /// What its random faults follow from.
    std::uint64_t seed() const noexcept { return seed_; }

private:
    env::endpoint at_ = env::endpoint::tcp("127.0.0.1", 0);
    std::map<std::string, std::string, std::less<>> users_;
    std::vector<std::string> hosts_;
    bool external_ = false;
    std::uint16_t heartbeat_ = 60;
    std::uint32_t frame_max_ = 131072;
    std::uint16_t channel_max_ = 2047;
    std::uint64_t most_bytes_ = 128ULL * 1024 * 1024;
    std::uint64_t seed_ = 1;
};

} // namespace fairway::testing

#endif
