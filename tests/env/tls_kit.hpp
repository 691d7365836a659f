// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A certificate authority, who it vouches for, and connections between them.
#ifndef FAIRWAY_TESTS_ENV_TLS_KIT_HPP
#define FAIRWAY_TESTS_ENV_TLS_KIT_HPP

#include "certificates.hpp"
#include "loopback.hpp"

#include <fairway/env/tls.hpp>

#include <memory>
#include <string>
#include <utility>

namespace tls_kit {

using namespace loopback;

// Files of certificates, by name: `x` is in x.pem and x.key.
class office {
public:
    office() {
        root_ = certificates::make({.common_name = "authority", .authority = true});
        root_.write(folder_ / "ca.pem", {});
    }
    std::string file(std::string const& name) const { return folder_ / name; }
    void issue(std::string const& name, certificates::claims const& what) {
        certificates::make(what, &root_).write(file(name + ".pem"), file(name + ".key"));
    }
    // Options with the authority and, if it is named, a certificate.
    env::tls_options options(std::string const& name = {}) const {
        env::tls_options o;
        o.ca_file = file("ca.pem");
        if (!name.empty()) {
            o.certificate_file = file(name + ".pem");
            o.key_file = file(name + ".key");
        }
        return o;
    }

private:
    folder folder_;
    certificates::identity root_;
};

struct shaken {
    std::shared_ptr<ended<env::stream>> client;
    std::shared_ptr<ended<env::stream>> server;
};

// A handshake over TCP. When one end has failed its stream is gone, so the other ends as well.
inline shaken shake(asio::io_context& io, env::tls_options const& client, env::tls_options const& server,
    std::string const& name = "server.example") {
    env::tls_context c(client);
    env::tls_context s(server);
    auto p = connect(io, env::endpoint::tcp("127.0.0.1", 0));
    shaken both;
    both.client = start(io, env::tls_connect(std::move(p.here), c, name));
    both.server = start(io, env::tls_accept(std::move(p.there), s));
    run_until(io, [&] { return both.client->yet && both.server->yet; });
    return both;
}

} // namespace tls_kit

#endif
