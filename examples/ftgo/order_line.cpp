// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "order_line.hpp"

#include <fairway/codec/json.hpp>

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace ftgo {
namespace {

// So many of one dish: a type of its own, as only it knows what is too much.
struct portions {
    std::uint32_t count = 1;
};

struct dish_line {
    std::string dish;
    portions quantity;
    std::uint32_t price;
};

struct order_line {
    std::string consumer;
    std::string restaurant;
    std::vector<dish_line> items;
    std::string zone;
    std::string card;
};

} // namespace
} // namespace ftgo

template <>
struct fairway::json_as<ftgo::portions> {
    static constexpr std::string_view expected = "an integer from 1 to 50";

    static void read(json_reader& in, ftgo::portions& p) {
        char const* const where = in.position();
        p.count = in.integer<std::uint32_t>();
        if (p.count < 1 || p.count > 50) in.fail_at(where, expected);
    }
};

namespace ftgo {

place_order read_order(std::string_view line, order_id id) {
    auto parsed = fairway::from_json_text<order_line>(line);
    place_order order{.id = id,
        .consumer = std::move(parsed.consumer),
        .restaurant = std::move(parsed.restaurant),
        .items = {},
        .zone = std::move(parsed.zone),
        .card = std::move(parsed.card)};
    for (auto& i : parsed.items) order.items.push_back({std::move(i.dish), i.quantity.count, i.price});
    return order;
}

} // namespace ftgo
