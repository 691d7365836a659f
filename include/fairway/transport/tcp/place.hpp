// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_PLACE_HPP
#define FAIRWAY_TRANSPORT_TCP_PLACE_HPP

#include <fairway/env/endpoint.hpp>

#include <string>

namespace fairway {

/// Where another node is, according to the directory.
struct tcp_place {
    /// Its address.
    env::endpoint at;
    /// True while there is a session with who listens there.
    bool connected = false;
    /// The id of the node there, 32 hexadecimal digits, another one each time it is started; empty where not connected.
    std::string node;
    /// The name that it gave itself; may be empty.
    std::string name;
};

} // namespace fairway

#endif
