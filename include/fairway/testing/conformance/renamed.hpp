// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_RENAMED_HPP
#define FAIRWAY_TESTING_CONFORMANCE_RENAMED_HPP

#include <fairway/service/engine.hpp>
#include <fairway/transport/any_transport.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace fairway::testing::conformance::detail {

// The same transport with other channels: names are constants in contracts, and cases that share a broker must not
// meet.
class renamed {
public:
    static constexpr std::string_view scheme = "renamed";

    renamed(any_transport inner, std::string prefix) : inner_(std::move(inner)), prefix_(std::move(prefix)) {}

    asio::any_io_executor get_executor() const { return inner_.get_executor(); }
    capabilities describe() const { return inner_.describe(); }
    void declare(subscription const& from) { inner_.declare(longer(from)); }
    std::shared_ptr<sink> open(address const& to) { return inner_.open(longer(to)); }
    std::shared_ptr<source> listen(subscription const& from, receiver& told) {
        return inner_.listen(longer(from), told);
    }
    reply_channel open_replies(receiver& told) { return inner_.open_replies(told); }
    std::shared_ptr<sink> open_reply(std::string_view reply_to) { return inner_.open_reply(reply_to); }
    void close() { inner_.close(); }

private:
    address longer(address a) const {
        a.channel.insert(0, prefix_);
        return a;
    }
    subscription longer(subscription s) const {
        s.from = longer(std::move(s.from));
        return s;
    }

    any_transport inner_;
    std::string prefix_;
};

} // namespace fairway::testing::conformance::detail

#endif
