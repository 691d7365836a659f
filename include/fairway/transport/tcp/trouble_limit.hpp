// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_TROUBLE_LIMIT_HPP
#define FAIRWAY_TRANSPORT_TCP_TROUBLE_LIMIT_HPP

#include <fairway/env/clock.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace fairway::tcp_detail {

// How much is told of trouble that others make: a flood of bad connections is no flood of lines. Some lines at once,
// and then one each second; a line that is told says how many were not. A token bucket. Pure.
class trouble_limit {
public:
    static constexpr std::uint32_t at_once = 32;
    static constexpr duration one_each = std::chrono::seconds(1);

    // Whether to tell a line now, and then how many before it were not told.
    std::optional<std::uint64_t> admit(env::steady_point now) {
        auto const refilled = std::max<std::int64_t>((now - since_) / one_each, 0);
        if (refilled >= at_once - left_) {
            left_ = at_once;
            since_ = now;
        } else {
            left_ += static_cast<std::uint32_t>(refilled);
            since_ += refilled * one_each;
        }
        if (left_ == 0) {
            ++withheld_;
            return std::nullopt;
        }
        --left_;
        return std::exchange(withheld_, 0);
    }

    // Tells the line with `told(text)`, if it may be told now.
    template <class Told>
    void tell(env::steady_point now, std::string_view text, Told const& told) {
        auto const withheld = admit(now);
        if (!withheld) return;
        if (*withheld == 0) return told(text);
        told(std::string(text) + " (" + std::to_string(*withheld) + " more were not told)");
    }

private:
    std::uint32_t left_ = at_once;
    env::steady_point since_{};
    std::uint64_t withheld_ = 0;
};

} // namespace fairway::tcp_detail

#endif
