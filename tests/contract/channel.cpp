// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What a channel says about itself.
#include "fw_catch.hpp"

#include <fairway/contract.hpp>

#include <string>
#include <string_view>
#include <type_traits>

namespace {

struct placed {
    using contract = fairway::event<"shop.placed">;
    std::string id;
    std::string const& shard_key() const { return id; }
};
struct cancelled {
    using contract = fairway::event<"shop.cancelled">;
    std::string id;
    static constexpr auto shard_key = &cancelled::id;
};
struct place {
    using contract = fairway::command<"shop.place", placed>;
};

using orders = fairway::point_to_point<"orders", place>;
using order_events = fairway::publish_subscribe<"orders.events", placed, cancelled>;
using sharded_events = fairway::sharded<8, order_events>;
using sharded_reports = fairway::sharded<fairway::max_shards, fairway::point_to_point<"reports", placed>>;

static_assert(fairway::channel<orders> && fairway::channel<order_events> && fairway::channel<sharded_events>);
static_assert(!fairway::channel<place> && !fairway::channel<int> && !fairway::channel<orders&>);

static_assert(fairway::carries<orders, place> && !fairway::carries<orders, placed>);
static_assert(fairway::carries<order_events, placed> && fairway::carries<order_events, cancelled>);
static_assert(fairway::carries<sharded_events, cancelled> && !fairway::carries<sharded_events, place>);
static_assert(!fairway::carries<orders, place const> && !fairway::carries<orders, place&>);

static_assert(std::is_same_v<sharded_events::messages, fairway::type_list<placed, cancelled>>);
static_assert(!std::is_same_v<sharded_events, order_events>);

} // namespace

TEST_CASE("a channel has a name, a kind and its shards") {
    CHECK(orders::name == "orders");
    CHECK(orders::kind == fairway::channel_kind::point_to_point);
    CHECK(orders::shards == 0U);
    CHECK(order_events::name == "orders.events");
    CHECK(order_events::kind == fairway::channel_kind::publish_subscribe);
    CHECK(order_events::shards == 0U);
}

TEST_CASE("a sharded channel is the channel with shards") {
    CHECK(sharded_events::name == "orders.events");
    CHECK(sharded_events::kind == fairway::channel_kind::publish_subscribe);
    CHECK(sharded_events::shards == 8U);
    CHECK(sharded_reports::kind == fairway::channel_kind::point_to_point);
    CHECK(sharded_reports::shards == 1024U);
}
