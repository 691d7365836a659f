// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The contract of the parcel service: all that other services need to know of it, and cheap to include.
#ifndef PARCELS_HPP
#define PARCELS_HPP

#include <fairway/contract.hpp>

#include <optional>
#include <string>
#include <vector>

namespace parcels {

enum class size { small, large };

struct label {
    using contract = fairway::document<"parcels.label">;
    std::string number;
    int cents = 0;
};

struct send_parcel {
    using contract = fairway::command<"parcels.send", label>;
    std::string to;
    size class_ = size::small;
    std::optional<std::string> note;
    std::vector<std::string> contents;

    static constexpr auto json_names = fairway::renamed("class_", "class"); // another name in the JSON
    static constexpr auto defaulted = fairway::fields("contents");          // may be absent in the JSON
};

using counter = fairway::point_to_point<"parcels.counter", send_parcel>;

} // namespace parcels

#endif
