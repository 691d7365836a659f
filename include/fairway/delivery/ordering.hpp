// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_DELIVERY_ORDERING_HPP
#define FAIRWAY_DELIVERY_ORDERING_HPP

namespace fairway {

/// Which deliveries of a channel must not overtake each other.
enum class ordering {
    key,   ///< those of one shard key; without a key none
    shard, ///< those of one shard; of an unsharded channel all
    none,  ///< none
};

} // namespace fairway

#endif
