// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Any bytes as the other side of a handshake, with and without authentication: it ends in the same way in every split,
// is answered with little, and nobody gets through who does not know the secret.
#include "must.hpp"

#include <fairway/transport/tcp/handshake.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace fairway::tcp_detail; // NOLINT

namespace {

class password final : public authenticator {
public:
    std::vector<std::string> mechanisms(connection_facts const&) const override { return {"PASSWORD"}; }
    std::unique_ptr<client_exchange> begin_client(std::string_view, connection_facts const&) const override {
        struct says final : client_exchange {
            std::string step(std::string_view) override { return "open sesame"; }
            bool complete() const override { return true; }
        };
        return std::make_unique<says>();
    }
    bool insists() const override { return true; }
    std::string choose(std::vector<std::string_view> const& offered, connection_facts const&) const override {
        if (std::find(offered.begin(), offered.end(), "PASSWORD") != offered.end()) return "PASSWORD";
        fairway::detail::fail(fairway::errc::unauthorized, "no mechanism in common");
    }
    std::unique_ptr<server_exchange> begin_server(std::string_view, connection_facts const&) const override {
        struct hears final : server_exchange {
            result step(std::string_view response) override {
                if (response != "open sesame") fairway::detail::fail(fairway::errc::unauthorized, "another password");
                result r;
                r.done = true;
                r.principal = "ali";
                return r;
            }
        };
        return std::make_unique<hears>();
    }
    std::string admit(connection_facts const&) const override { return {}; }
};

// How it ended, and all that was answered.
template <class Side>
std::string ending(Side& side, std::string_view bytes, std::size_t part) {
    record_input in;
    std::string out;
    std::string said = "open";
    try {
        while (!bytes.empty() && said == "open") {
            auto const [to, room] = in.prepare();
            std::size_t const n = std::min({room, part, bytes.size()});
            std::memcpy(to, bytes.data(), n);
            in.commit(n);
            bytes.remove_prefix(n);
            if (side.take(in, out)) {
                said = "done " + side.terms().principal + side.terms().name;
                must(static_cast<bool>(side.terms().node), "a node has an id");
                must(side.terms().largest_record >= 4096, "records are not too small");
                must(side.terms().heartbeat.count() > 0, "heartbeats have an interval");
            }
        }
    } catch (fairway::system_error const& e) {
        said = e.what();
    }
    must(out.size() < 17 * 4096, "little is answered");
    must(in.capacity() <= 2 * record_input::most_room, "little is kept");
    return said + out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size == 0) return 0;
    std::string_view const bytes(reinterpret_cast<char const*>(data) + 1, size - 1);
    session_options options;
    options.node.bytes[0] = 1;
    bool const secret = (data[0] & 1) != 0;
    if (secret) options.authentication = std::make_shared<password>();
    if (data[0] & 2) options.features = 0x0f;
    if (data[0] & 4) options.required = 0x01;
    resume_point from;
    if (data[0] & 8) from.session.bytes[0] = from.token.bytes[0] = 1;
    std::string first;
    for (std::size_t const part : {std::size_t{1}, std::size_t{5}, std::size_t{1} << 20}) {
        accept_handshake accept(options, {});
        auto const a = ending(accept, bytes, part);
        if (secret && a.rfind("done", 0) == 0)
            must(bytes.find("open sesame") != std::string_view::npos, "who gets in knows the secret");
        dial_handshake dial(options, {}, from);
        auto const d = ending(dial, bytes, part);
        if (secret && d.rfind("done", 0) == 0)
            must(bytes.find("PASSWORD") != std::string_view::npos, "an acceptor has to ask for the secret");
        if (first.empty()) first = a + d;
        must(a + d == first, "a handshake ends in the same way in every split");
    }
    return 0;
}
