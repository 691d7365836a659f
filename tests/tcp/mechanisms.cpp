// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Which mechanism a connection gets, and the mechanisms of one message.
#include "authentication_helpers.hpp"
#include "code_of.hpp"
#include "fw_catch.hpp"

using namespace auth_test;

namespace {

constexpr char const* token_text = "0123456789abcdef-token";

std::shared_ptr<credential_store const> both() {
    return store_of(std::string(pencil) + token_credential("robot", secret(token_text)));
}
connection_facts plain() { return {}; }
connection_facts local() { return {.certificate = {}, .confidential = true, .channel_binding = {}}; }
connection_facts tls() { return {.certificate = {}, .confidential = true, .channel_binding = std::string(32, 'b')}; }
connection_facts mutual(std::string name) {
    return {.certificate = std::move(name), .confidential = true, .channel_binding = std::string(32, 'b')};
}

conversation run(client_credentials const& client, server_credentials const& server, connection_facts const& dialer,
    connection_facts const& acceptor) {
    auto const offered = client.mechanisms(dialer);
    std::vector<std::string_view> const names(offered.begin(), offered.end());
    auto const chosen = server.choose(names, acceptor);
    if (!chosen) return {};
    auto const random = numbers(7);
    auto const one = client.begin(*chosen, dialer, random);
    auto const two = server.begin(*chosen, acceptor, random);
    return talk(*one, *two);
}

std::vector<std::string_view> const all{"TOKEN", "SCRAM-SHA-256", "EXTERNAL", "SCRAM-SHA-256-PLUS", "PLAIN"};

} // namespace

TEST_CASE("mechanisms: a token is its holder's", "[tcp][mechanisms]") {
    token_client client{secret(token_text)};
    token_server server(both());
    CHECK_FALSE(client.complete());
    auto const c = talk(client, server);
    CHECK(c.accepted);
    CHECK(c.principal == "robot");
    CHECK(c.complete);
    CHECK(c.said.size() == 1);
    CHECK(step(server, token_text).what == verdict::kind::refused);
    CHECK(code_of([&] { client.step(""); }) == errc::unauthorized);

    for (std::string const& bad : {std::string(), std::string(token_text) + "x", std::string(token_text).substr(1),
             std::string("0123456789abcdef-Token"), std::string(513, 'x'), std::string(5000, 'x'),
             std::string("0123456789abcdef-token\n"), std::string("short")}) {
        token_server other(both());
        auto const v = step(other, bad);
        CHECK(v.what == verdict::kind::refused);
        CHECK(v.why.find("0123456789") == std::string::npos);
        CHECK(v.principal.empty());
    }
    CHECK(code_of([] { token_client{secret("short")}; }) == errc::invalid_argument);
}

TEST_CASE("mechanisms: a certificate's identity is who it is", "[tcp][mechanisms]") {
    auto const shown = [](std::string certificate, std::string_view message) {
        external_server server(std::move(certificate));
        return auth_test::step(server, message);
    };
    CHECK(shown("checkout.example.com", "").principal == "checkout.example.com");
    CHECK(shown("spiffe://example.com/checkout", "").principal == "spiffe://example.com/checkout");
    CHECK(shown("checkout", "checkout").what == verdict::kind::accepted);
    CHECK(shown("checkout", "billing").what == verdict::kind::refused);
    CHECK(shown("", "").what == verdict::kind::refused);
    CHECK(shown("", "checkout").what == verdict::kind::refused);
    CHECK(shown("*", "").what == verdict::kind::refused);
    CHECK(shown("two words", "").what == verdict::kind::refused);
    CHECK(shown(std::string("nul\0", 4), "").what == verdict::kind::refused);
    CHECK(shown("checkout", std::string(5000, 'c')).what == verdict::kind::refused);
    external_server once("checkout");
    CHECK(step(once, "").what == verdict::kind::accepted);
    CHECK(step(once, "").what == verdict::kind::refused);
}

TEST_CASE("mechanisms: a server that asks more than a mechanism has is not answered", "[tcp][mechanisms]") {
    external_client early;
    CHECK(code_of([&] { early.step("your password?"); }) == errc::unauthorized);
    CHECK_FALSE(early.complete());
    external_client client;
    CHECK_FALSE(client.complete());
    CHECK(client.step("") == "="); // an empty answer would not be sent
    CHECK(client.complete());
    CHECK(code_of([&] { client.step(""); }) == errc::unauthorized);
    CHECK_FALSE(client.complete());
    external_server server("checkout");
    external_client good;
    CHECK(talk(good, server).principal == "checkout");
}

TEST_CASE("mechanisms: the best that both sides can do is chosen", "[tcp][mechanisms]") {
    server_credentials const everything(both(), true, numbers());
    CHECK(everything.required());
    CHECK(everything.choose(all, mutual("checkout")) == "EXTERNAL");
    CHECK(everything.choose(all, tls()) == "SCRAM-SHA-256-PLUS");
    CHECK(everything.choose(all, local()) == "SCRAM-SHA-256");
    CHECK(everything.choose(all, plain()) == "SCRAM-SHA-256");
    std::vector<std::string_view> const token{"TOKEN"};
    CHECK(everything.choose(token, tls()) == "TOKEN");
    CHECK(everything.choose(token, local()) == "TOKEN");
    CHECK_FALSE(everything.choose(token, plain())); // not even if the client would
    std::vector<std::string_view> const other{"PLAIN", "", "scram-sha-256"};
    CHECK_FALSE(everything.choose(other, tls()));
    CHECK_FALSE(everything.choose({}, mutual("checkout")));

    server_credentials const passwords(store_of(pencil), false, numbers());
    CHECK(passwords.choose(all, mutual("checkout")) == "SCRAM-SHA-256-PLUS");
    CHECK_FALSE(passwords.choose(token, tls()));
    server_credentials const certificates(nullptr, true, numbers());
    CHECK(certificates.choose(all, mutual("checkout")) == "EXTERNAL");
    CHECK_FALSE(certificates.choose(all, tls()));
    CHECK_FALSE(server_credentials().required());
    CHECK_FALSE(server_credentials().choose(all, mutual("checkout")));

    // What was not chosen cannot be begun.
    CHECK(code_of([&] { certificates.begin("SCRAM-SHA-256", tls(), numbers()); }) == errc::unauthorized);
    CHECK(code_of([&] { everything.begin("EXTERNAL", tls(), numbers()); }) == errc::unauthorized);
    CHECK(code_of([&] { everything.begin("TOKEN", plain(), numbers()); }) == errc::unauthorized);
    CHECK(code_of([&] { server_credentials().begin("EXTERNAL", mutual("x"), numbers()); }) == errc::unauthorized);
}

TEST_CASE("mechanisms: a client offers and begins only what is its own", "[tcp][mechanisms]") {
    auto const password = client_credentials::password("user", secret("pencil"));
    CHECK(password.mechanisms(plain()) == std::vector<std::string>{"SCRAM-SHA-256"});
    CHECK(password.mechanisms(tls()) == std::vector<std::string>{"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"});
    auto const token = client_credentials::token(secret(token_text));
    CHECK(token.mechanisms(tls()) == std::vector<std::string>{"TOKEN"});
    CHECK(code_of([&] { token.mechanisms(plain()); }) == errc::unauthorized);
    CHECK(client_credentials::certificate().mechanisms(tls()) == std::vector<std::string>{"EXTERNAL"});
    CHECK(client_credentials().mechanisms(tls()).empty());
    CHECK(password.insists());
    CHECK(token.insists());
    CHECK_FALSE(client_credentials::certificate().insists());
    CHECK_FALSE(client_credentials().insists());

    for (std::string_view const name : {"TOKEN", "EXTERNAL", "PLAIN", ""})
        CHECK(code_of([&] { password.begin(name, tls(), numbers()); }) == errc::unauthorized);
    CHECK(code_of([&] { password.begin("SCRAM-SHA-256-PLUS", plain(), numbers()); }) == errc::unauthorized);
    CHECK(code_of([&] { token.begin("TOKEN", plain(), numbers()); }) == errc::unauthorized);
    CHECK(code_of([&] { token.begin("SCRAM-SHA-256", tls(), numbers()); }) == errc::unauthorized);
    CHECK(code_of([&] { client_credentials().begin("EXTERNAL", tls(), numbers()); }) == errc::unauthorized);
    CHECK(code_of([] { client_credentials::token(secret("short")); }) == errc::invalid_argument);
    CHECK(code_of([] { client_credentials::password("", secret("pencil")); }) == errc::invalid_argument);
    CHECK(code_of([] { client_credentials::password("user", secret("")); }) == errc::invalid_argument);
}

TEST_CASE("mechanisms: from credentials to a principal", "[tcp][mechanisms]") {
    server_credentials server(both(), true, numbers());
    auto const password = client_credentials::password("user", secret("pencil"));
    auto c = run(password, server, tls(), tls());
    CHECK(c.principal == "user");
    CHECK(c.complete);
    CHECK(c.said[0].starts_with("p=tls-exporter,,n=user,r="));
    auto const first_nonce = c.said[1];
    CHECK(run(password, server, plain(), plain()).principal == "user");
    CHECK(run(client_credentials::token(secret(token_text)), server, tls(), tls()).principal == "robot");
    CHECK(run(client_credentials::certificate(), server, tls(), mutual("checkout")).principal == "checkout");
    CHECK_FALSE(run(client_credentials::certificate(), server, tls(), tls()).accepted);
    CHECK_FALSE(run(client_credentials(), server, tls(), mutual("checkout")).accepted);

    // Two TLS connections with somebody between them.
    auto other = tls();
    other.channel_binding[0] = 'x';
    CHECK_FALSE(run(password, server, other, tls()).accepted);
    // Somebody takes PLUS out of the offer.
    auto const one = password.begin("SCRAM-SHA-256", tls(), numbers());
    auto const two = server.begin("SCRAM-SHA-256", tls(), numbers());
    CHECK(talk(*one, *two).refusal.find("a downgrade attack") != std::string::npos);

    // A user is taken out of the store: connections to come know it.
    server.use(store_of(password_credential("somebody", secret("else"), numbers(), 4096)));
    CHECK(run(password, server, tls(), tls()).refusal == "SCRAM: the user or the password is wrong");
    server.use(nullptr);
    CHECK_FALSE(server.choose(all, tls()));
    CHECK(server.required());
}

TEST_CASE("mechanisms: each authentication has nonces of its own", "[tcp][mechanisms]") {
    server_credentials const server(both(), false, numbers());
    auto const password = client_credentials::password("user", secret("pencil"));
    random_bytes const random = numbers(5);
    std::set<std::string> seen;
    for (int i = 0; i < 20; ++i) {
        auto const client = password.begin("SCRAM-SHA-256", plain(), random);
        auto const first = client->step("");
        auto const answer = server.begin("SCRAM-SHA-256", plain(), random)->step(first).data;
        seen.insert(first);
        seen.insert(answer.substr(first.size() - 8));
        CHECK(answer.find(",s=") == 2 + 24 + 24);
    }
    CHECK(seen.size() == 40);
}

TEST_CASE("mechanisms: who uses none is who the certificate says, if that is asked for", "[tcp][mechanisms]") {
    server_credentials const certificates(nullptr, true, numbers());
    CHECK(certificates.admit(mutual("checkout")) == "checkout");
    CHECK(code_of([&] { certificates.admit(tls()); }) == errc::unauthorized);
    CHECK(code_of([&] { certificates.admit(mutual("*")); }) == errc::unauthorized);
    server_credentials const passwords(both(), false, numbers());
    CHECK(code_of([&] { passwords.admit(mutual("checkout")); }) == errc::unauthorized);
    CHECK(server_credentials().admit(mutual("checkout")) == "checkout");
    CHECK(server_credentials().admit(plain()).empty());
}

TEST_CASE("mechanisms: a node dials with its own credentials and accepts with its store", "[tcp][mechanisms]") {
    node_authenticator node(client_credentials::password("user", secret("pencil")),
        server_credentials(both(), true, numbers()), numbers(9));
    authenticator const& seen = node;
    CHECK(seen.insists());
    auto const offered = seen.mechanisms(tls());
    auto const chosen = seen.choose({offered.begin(), offered.end()}, tls());
    CHECK(chosen == "SCRAM-SHA-256-PLUS");
    auto const client = seen.begin_client(chosen, tls());
    auto const server = seen.begin_server(chosen, tls());
    CHECK(talk(*client, *server).principal == "user");
    CHECK(seen.choose({"PLAIN"}, tls()).empty());
    CHECK(code_of([&] { seen.admit(tls()); }) == errc::unauthorized);
    CHECK(seen.admit(mutual("checkout")) == "checkout");
    CHECK(code_of([&] { seen.begin_client("TOKEN", tls()); }) == errc::unauthorized);
    node.use(nullptr);
    CHECK(seen.choose({offered.begin(), offered.end()}, tls()).empty());

    no_authentication const none;
    CHECK_FALSE(none.insists());
    CHECK(none.choose({"EXTERNAL"}, tls()).empty());
    CHECK(none.admit(mutual("checkout")) == "checkout");
}
