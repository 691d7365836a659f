// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTS_TCP_AUTHENTICATION_HELPERS_HPP
#define FAIRWAY_TESTS_TCP_AUTHENTICATION_HELPERS_HPP

#include <fairway/transport/tcp/authenticators.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace auth_test {

using namespace fairway;
using namespace fairway::tcp_detail;

/// Numbers that are the same in each run, and different in each call.
inline random_bytes numbers(unsigned seed = 1) {
    return [state = seed](std::span<std::byte> out) mutable {
        for (auto& byte : out) {
            state = state * 1664525u + 1013904223u;
            byte = static_cast<std::byte>(state >> 24);
        }
    };
}

/// The user "user" with the password "pencil", as in RFC 7677.
inline constexpr std::string_view pencil =
    "user = SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
    "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=\n";

inline std::shared_ptr<credential_store const> store_of(std::string_view text) {
    return std::make_shared<credential_store const>(credential_store::parse(text));
}

/// A password whose keys are made once.
inline std::shared_ptr<scram_password> password_of(char const* text) {
    return std::make_shared<scram_password>(secret(text));
}

inline digest decoy_key() { return hasher().hash("the key of this test's decoys"); }

/// What a server makes of a message.
struct verdict {
    enum class kind { more, accepted, refused };
    kind what = kind::refused;
    std::string data;
    std::string principal;
    std::string why; ///< it was refused, without the text of the error's code
};
inline verdict step(server_exchange& server, std::string_view message) {
    try {
        auto r = server.step(message);
        return {r.done ? verdict::kind::accepted : verdict::kind::more, r.data, r.principal, {}};
    } catch (system_error const& e) {
        if (e.code() != errc::unauthorized) throw;
        std::string const text = e.what();
        return {verdict::kind::refused, {}, {}, text.substr(0, text.rfind(": not authorized"))};
    }
}

/// A conversation: what was said, and how it ended.
struct conversation {
    std::vector<std::string> said; ///< client, server, client, server
    bool complete = false;         ///< the client is content
    bool accepted = false;         ///< the server is
    std::string principal;
    std::string refusal; ///< of the server
    std::string error;   ///< of the client
};

struct no_change {
    void operator()(std::size_t, std::string&) const {}
};

/// Lets the two talk, as a handshake does; `on_the_way(n, message)` may change each message, of which 0 is the first.
template <class Change = no_change>
conversation talk(client_exchange& client, server_exchange& server, Change on_the_way = {}) {
    conversation c;
    auto const carry = [&](std::string message) {
        on_the_way(c.said.size(), message);
        c.said.push_back(message);
        return message;
    };
    try {
        std::string answer = client.step("");
        while (!answer.empty() || !client.complete()) {
            auto const v = step(server, carry(std::move(answer)));
            c.refusal = v.why;
            c.accepted = v.what == verdict::kind::accepted;
            c.principal = v.principal;
            if (v.what == verdict::kind::refused || (c.accepted && v.data.empty())) break;
            answer = client.step(carry(v.data));
            if (c.accepted) break;
        }
    } catch (system_error const& e) {
        c.error = e.what();
        if (e.code() != errc::unauthorized) throw;
    }
    c.complete = client.complete();
    return c;
}

inline scram_client pencil_client(
    std::shared_ptr<scram_password> password, std::string nonce = "rOprNGfwEbeRWgbNEkqO", scram_channel channel = {}) {
    return scram_client("user", std::move(password), std::move(channel), std::move(nonce), 10'000);
}
inline scram_server pencil_server(std::string nonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0") {
    return scram_server(store_of(pencil), decoy_key(), {}, false, std::move(nonce));
}

} // namespace auth_test

#endif
