// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Any bytes as each message of each mechanism, and as a store and as permissions: refused, with an error that is fit
// for a log and repeats nothing; nobody is let in, since nobody here knows a password.
#include "must.hpp"

#include <fairway/transport/tcp/authenticators.hpp>
#include <fairway/transport/tcp/permissions.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

using namespace fairway;
using namespace fairway::tcp_detail;

namespace {

constexpr std::string_view client_nonce = "client-nonce";
constexpr std::string_view server_nonce = "server-nonce";

void fit_for_a_log(std::string_view text) {
    must(!text.empty() && text.size() < 300, "an error has a text of one line");
    must(std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }), "an error is plain ASCII");
}

std::shared_ptr<credential_store const> store() {
    return std::make_shared<credential_store const>(credential_store::parse(
        "user = SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
        "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=\n"));
}

void at_server(std::string_view first, std::string_view last, bool plus) {
    static auto const known = store();
    scram_server server(known, digest(), plus ? std::string(32, 'b') : std::string(), plus, std::string(server_nonce));
    server_exchange::result answer;
    try {
        answer = server.step(first);
    } catch (system_error const& e) {
        must(e.code() == errc::unauthorized, "a server throws unauthorized");
        fit_for_a_log(e.what());
        must(server.spent() == effort(), "what is malformed costs no hash");
        return;
    }
    must(!answer.done, "nobody is accepted by the first message");
    must(first.starts_with(plus ? "p=tls-exporter,,n=" : "n,,n=") || (!plus && first.starts_with("y,,n=")),
        "a first message has its form");
    must(is_scram_nonce(answer.data.substr(2, answer.data.find(',') - 2)), "the server's nonce can be sent");
    must(answer.data.size() < max_auth_message, "the server's message is small");
    try {
        server.step(last);
        must(false, "nobody gets in without the password");
    } catch (system_error const& e) {
        must(e.code() == errc::unauthorized, "a server throws unauthorized");
        fit_for_a_log(e.what());
    }
}

void at_client(std::string_view challenge, std::string_view last) {
    static auto const password = std::make_shared<scram_password>(secret("wrong"));
    scram_client client("user", password, {}, std::string(client_nonce), 5000);
    client.step("");
    try {
        auto const answer = client.step(challenge);
        must(!answer.empty(), "a challenge is answered");
        must(answer.starts_with("c=biws,r=client-nonce"), "the answer has the client's nonce");
        must(challenge.starts_with("r=client-nonce"), "the challenge had it, too");
        client.step(last);
        must(false, "a server without the password is found out");
    } catch (system_error const& e) {
        must(e.code() == errc::unauthorized, "a client throws unauthorized");
        fit_for_a_log(e.what());
    }
    must(!client.complete(), "a client is not content with a server without the password");
}

void as_text(std::string_view text) {
    try {
        auto const read = credential_store::parse(text);
        must(read.size() <= text.size(), "a credential takes its bytes");
    } catch (system_error const& e) {
        must(e.code() == errc::invalid_argument, "a store is refused with invalid_argument");
        fit_for_a_log(e.what());
    }
    try {
        auto const read = permissions::parse(text);
        must(read.size() > 0, "permissions have rules");
        must(!read.may_send("", "orders") && !read.may_receive("", "orders", "billing"), "nobody is allowed nothing");
    } catch (system_error const& e) {
        must(e.code() == errc::invalid_argument, "permissions are refused with invalid_argument");
        fit_for_a_log(e.what());
    }
}

void as_base64(std::string_view text) {
    if (auto const bytes = from_base64(text)) must(to_base64(*bytes) == text, "base64 has one spelling");
}

} // namespace

// The first byte chooses; the rest falls into two messages at its first NUL.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<char const*>(data), size);
    if (rest.empty()) return 0;
    char const how = rest[0];
    rest.remove_prefix(1);
    auto const nul = std::min(rest.find('\0'), rest.size());
    auto const first = rest.substr(0, nul);
    auto const last = rest.substr(std::min(nul + 1, rest.size()));
    switch (how) {
    case 's': at_server(first, last, false); break;
    case 'p': at_server(first, last, true); break;
    case 'c': at_client(first, last); break;
    case 't': as_text(rest); break;
    default: as_base64(rest);
    }
    return 0;
}
