// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Needs OpenSSL.
#ifndef FAIRWAY_TRANSPORT_AMQP_TLS_HPP
#define FAIRWAY_TRANSPORT_AMQP_TLS_HPP

#include <fairway/env/stream.hpp>
#include <fairway/env/tls.hpp>

#include <memory>
#include <string>
#include <utility>

namespace fairway::amqp_detail {

// For `link_options::secure`: TLS in which the broker proves to be the host that was looked for.
inline auto over_tls(std::shared_ptr<env::tls_context> with) {
    return [with = std::move(with)](env::stream over, std::string host) {
        return env::tls_connect(std::move(over), *with, std::move(host));
    };
}

} // namespace fairway::amqp_detail

#endif
