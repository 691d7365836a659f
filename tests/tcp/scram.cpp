// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// SCRAM-SHA-256: the RFC's example, and every way to do it wrong.
#include "authentication_helpers.hpp"
#include "code_of.hpp"
#include "fw_catch.hpp"

using namespace auth_test;

namespace {

template <class F>
std::string refusal_of(F&& f) {
    try {
        f();
    } catch (system_error const& e) {
        REQUIRE(e.code() == errc::unauthorized);
        std::string const text = e.what();
        return text.substr(0, text.rfind(": not authorized"));
    }
    return "(none)";
}

constexpr char const* nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";

} // namespace

TEST_CASE("scram: the example of RFC 7677", "[tcp][scram]") {
    auto client = pencil_client(password_of("pencil"));
    auto server = pencil_server();
    CHECK_FALSE(client.complete());
    auto const c = talk(client, server);
    REQUIRE(c.said.size() == 4);
    CHECK(c.said[0] == "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
    CHECK(c.said[1] == "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
    CHECK(c.said[2] == "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                       "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    CHECK(c.said[3] == "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    CHECK(c.accepted);
    CHECK(c.principal == "user");
    CHECK(c.complete);
}

TEST_CASE("scram: no byte of no message can be changed, lost or added", "[tcp][scram]") {
    auto const password = password_of("pencil");
    auto const whole = [&] {
        auto client = pencil_client(password);
        auto server = pencil_server();
        return talk(client, server).said;
    }();
    REQUIRE(whole.size() == 4);
    std::size_t tried = 0;
    for (std::size_t message = 0; message < 4; ++message) {
        auto const attempt = [&](std::string const& changed) {
            if (changed == whole[message]) return;
            ++tried;
            auto client = pencil_client(password);
            auto server = pencil_server();
            auto const c = talk(client, server, [&](std::size_t n, std::string& text) {
                if (n == message) text = changed;
            });
            INFO("message " << message << " as " << changed);
            CHECK_FALSE(c.complete);
            CHECK(c.accepted == (message == 3)); // of the last message the server does not hear
            CHECK(c.error.empty() != c.refusal.empty());
        };
        auto const& text = whole[message];
        for (std::size_t i = 0; i < text.size(); ++i) {
            attempt(text.substr(0, i));
            attempt(text.substr(i + 1));
            std::string other = text;
            other.erase(i, 1);
            attempt(other);
            for (char const c : {',', '=', 'A', '0', '\0', '\xff'}) {
                other = text;
                other.insert(i, 1, c);
                attempt(other);
                other = text;
                other[i] = c;
                attempt(other);
            }
            other = text;
            other[i] = static_cast<char>(other[i] ^ 1);
            attempt(other);
            other[i] = static_cast<char>(text[i] ^ 0x20);
            attempt(other);
        }
        for (char const* const more : {",", "=", " ", "A", ",x=1", ",m=1", "\n"}) attempt(text + more);
        for (std::size_t other = 0; other < 4; ++other) attempt(whole[other]);
        attempt(text + ',' + text);
    }
    CHECK(tried > 4000);
}

TEST_CASE("scram: what is wrong with a server's first message", "[tcp][scram]") {
    auto const n = std::string(nonce);
    std::string const salt = "W22ZaJ0SNY7soEsUEjb6gQ==";
    std::vector<std::pair<std::string, std::string>> const cases{
        {"", "the server's first message is malformed"},
        {"e=other-error", "the server refused it"},
        {"m=x,r=" + n + ",s=" + salt + ",i=4096", "the server asks for an extension that is not known"},
        {"s=" + salt + ",r=" + n + ",i=4096", "the server's first message is malformed"},
        {"r=" + n + ",s=" + salt, "the server's first message is malformed"},
        {"r=" + n + ",s=" + salt + ",i=4096,", "the server's first message is malformed"},
        {"r=" + n + ",s=" + salt + ",i=4096,i=4096", "the server's first message is malformed"},
        {"r=" + n + ",s=" + salt + ",i=4096,m=1", "the server's first message is malformed"},
        {"r=rOprNGfwEbeRWgbNEkqO,s=" + salt + ",i=4096", "the server's nonce does not continue the client's"},
        {"r=Another" + n + ",s=" + salt + ",i=4096", "the server's nonce does not continue the client's"},
        {"r=,s=" + salt + ",i=4096", "the server's nonce does not continue the client's"},
        {"r=" + n + "\x7f,s=" + salt + ",i=4096", "the server's nonce does not continue the client's"},
        {"r=" + n + std::string(256, 'x') + ",s=" + salt + ",i=4096",
            "the server's nonce does not continue the client's"},
        {"r=" + n + ",s=,i=4096", "the server's salt is not 8 to 64 bytes in base64"},
        {"r=" + n + ",s=AAAA,i=4096", "the server's salt is not 8 to 64 bytes in base64"},
        {"r=" + n + ",s=W22ZaJ0SNY7soEsUEjb6gQ,i=4096", "the server's salt is not 8 to 64 bytes in base64"},
        {"r=" + n + ",s=W22ZaJ0SNY7soEsUEjb6gR==,i=4096", "the server's salt is not 8 to 64 bytes in base64"},
        {"r=" + n + ",s=" + std::string(88, 'A') + ",i=4096", "the server's salt is not 8 to 64 bytes in base64"},
        {"r=" + n + ",s=" + salt + ",i=", "the server's iteration count is not a number from 4096 to 1000000"},
        {"r=" + n + ",s=" + salt + ",i=-4096", "the server's iteration count is not a number from 4096 to 1000000"},
        {"r=" + n + ",s=" + salt + ",i=04096", "the server's iteration count is not a number from 4096 to 1000000"},
        {"r=" + n + ",s=" + salt + ",i=99999999999",
            "the server's iteration count is not a number from 4096 to 1000000"},
        {"r=" + n + ",s=" + salt + ",i=1", "the server asks for fewer than 4096 iterations"},
        {"r=" + n + ",s=" + salt + ",i=4095", "the server asks for fewer than 4096 iterations"},
        {"r=" + n + ",s=" + salt + ",i=10001", "the server asks for more iterations than this client computes"},
        {"r=" + n + ",s=" + salt + ",i=9999999", "the server asks for more iterations than this client computes"},
        {std::string(max_auth_message + 1, 'r'), "the server's message is too large"},
    };
    auto const password = password_of("pencil");
    for (auto const& [text, why] : cases) {
        auto client = pencil_client(password);
        client.step("");
        INFO(text);
        CHECK(refusal_of([&, &message = text] { client.step(message); }) == "SCRAM: " + why);
        CHECK(client.spent() == effort{}); // refused before anything is computed
        CHECK_FALSE(client.complete());
        // A refusal is final, also for a good message.
        auto const good = "r=" + n + ",s=" + salt + ",i=4096";
        CHECK(refusal_of([&] { client.step(good); }) == "SCRAM: the server said more than the mechanism has");
    }
    // An extension that may be ignored is, and is signed with the rest.
    auto client = pencil_client(password);
    client.step("");
    CHECK(client.step("r=" + n + ",s=" + salt + ",i=4096,x=later").starts_with("c=biws,r=" + n));
}

TEST_CASE("scram: what is wrong with a client's first message", "[tcp][scram]") {
    std::vector<std::pair<std::string, std::string>> const cases{
        {"", "the first message is malformed"},
        {"n", "the first message is malformed"},
        {"n,", "the first message is malformed"},
        {"n,n=user,r=abc", "the first message is malformed"},
        {"x,,n=user,r=abc", "the first message is malformed"},
        {"N,,n=user,r=abc", "the first message is malformed"},
        {"n,,", "the first message is malformed"},
        {"n,,n=user", "the first message is malformed"},
        {"n,,r=abc,n=user", "the first message is malformed"},
        {"n,,n=user,r=abc,", "the first message is malformed"},
        {"n,,n=user,r=abc,n=root", "the first message is malformed"},
        {"n,,n=user,r=abc,m=x", "the first message is malformed"},
        {"n,,n=user,r=abc,1=x", "the first message is malformed"},
        {"n,,n=user,r=abc,x=", "the first message is malformed"},
        {"n,,m=x,n=user,r=abc", "the client asks for an extension that is not known"},
        {"n,a=root,n=user,r=abc", "acting for another user is not supported"},
        {"n,a=,n=user,r=abc", "acting for another user is not supported"},
        {"p=tls-exporter,,n=user,r=abc", "channel binding was asked for without SCRAM-SHA-256-PLUS"},
        {"n,,n=,r=abc", "the user's name is not 1 to 256 characters of printable ASCII"},
        {"n,,n=us=er,r=abc", "the user's name is not 1 to 256 characters of printable ASCII"},
        {"n,,n=us=2cer,r=abc", "the user's name is not 1 to 256 characters of printable ASCII"},
        {"n,,n=us\x01,r=abc", "the user's name is not 1 to 256 characters of printable ASCII"},
        {"n,,n=us\xc3\xa9r,r=abc", "the user's name is not 1 to 256 characters of printable ASCII"},
        {"n,,n=" + std::string(257, 'u') + ",r=abc", "the user's name is not 1 to 256 characters of printable ASCII"},
        {"n,,n=user,r=", "the client's nonce is malformed"},
        {"n,,n=user,r=a b", "the client's nonce is malformed"},
        {"n,,n=user,r=" + std::string(257, 'n'), "the client's nonce is malformed"},
        {std::string(max_auth_message + 1, 'n'), "a message is too large"},
    };
    for (auto const& [text, why] : cases) {
        auto server = pencil_server();
        auto const v = step(server, text);
        INFO(text);
        CHECK(v.what == verdict::kind::refused);
        CHECK(v.why == "SCRAM: " + why);
        CHECK(v.data.empty());
        CHECK(server.spent() == effort{});
        CHECK(step(server, "n,,n=user,r=abc").why == "SCRAM: there was a message behind the last one");
    }
}

TEST_CASE("scram: what is wrong with a client's last message", "[tcp][scram]") {
    auto const password = password_of("pencil");
    auto const n = std::string(nonce);
    std::string const proof = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    std::vector<std::pair<std::string, std::string>> const cases{
        {"", "the last message is malformed"},
        {"c=biws,r=" + n, "the last message is malformed"},
        {"c=biws,p=" + proof, "the last message is malformed"},
        {"r=" + n + ",c=biws,p=" + proof, "the last message is malformed"},
        {"c=biws,r=" + n + ",p=" + proof + ",p=" + proof, "the last message is malformed"},
        {"c=biws,r=" + n + ",,p=" + proof, "the last message is malformed"},
        {"c=eSws,r=" + n + ",p=" + proof, "the channel is not the one that the client sees"},
        {"c=,r=" + n + ",p=" + proof, "the channel is not the one that the client sees"},
        {"c=biws,r=" + n + "x,p=" + proof, "the nonce is not this connection's"},
        {"c=biws,r=rOprNGfwEbeRWgbNEkqO,p=" + proof, "the nonce is not this connection's"},
        {"c=biws,r=,p=" + proof, "the nonce is not this connection's"},
        {"c=biws,r=" + n + ",p=", "the proof is not 32 bytes in base64"},
        {"c=biws,r=" + n + ",p=AAAA", "the proof is not 32 bytes in base64"},
        {"c=biws,r=" + n + ",p=" + proof + ",x=1", "the proof is not 32 bytes in base64"},
        {"c=biws,r=" + n + ",p=" + std::string(1500, 'A'), "the proof is not 32 bytes in base64"},
        {"c=biws,r=" + n + ",x=1,p=" + proof, "the user or the password is wrong"},
        {"c=biws,r=" + n + ",p=eHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", "the user or the password is wrong"},
        {std::string(max_auth_message + 1, 'c'), "a message is too large"},
    };
    for (auto const& [text, why] : cases) {
        auto server = pencil_server();
        REQUIRE(step(server, "n,,n=user,r=rOprNGfwEbeRWgbNEkqO").what == verdict::kind::more);
        auto const v = step(server, text);
        INFO(text);
        CHECK(v.what == verdict::kind::refused);
        CHECK(v.why == "SCRAM: " + why);
        CHECK(v.data.empty());
        // There is no second try in a connection.
        CHECK(step(server, "c=biws,r=" + n + ",p=" + proof).why == "SCRAM: there was a message behind the last one");
    }
}

TEST_CASE("scram: a server that does not know the password is found out", "[tcp][scram]") {
    auto const password = password_of("pencil");
    std::vector<std::pair<std::string, std::string>> const cases{
        {"", "the server's last message is malformed"},
        {"v", "the server's last message is malformed"},
        {"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=,", "the server's last message is malformed"},
        {"e=invalid-proof", "the server refused it"},
        {"v=", "the server does not know the password"},
        {"v=AAAA", "the server does not know the password"},
        {"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5=", "the server does not know the password"},
        {"v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "the server does not know the password"},
        // its own proof, sent back
        {"v=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", "the server does not know the password"},
    };
    for (auto const& [text, why] : cases) {
        auto client = pencil_client(password);
        client.step("");
        client.step("r=" + std::string(nonce) + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
        INFO(text);
        CHECK_FALSE(client.complete()); // a WELCOME now would come from anybody
        CHECK(refusal_of([&, &message = text] { client.step(message); }) == "SCRAM: " + why);
        CHECK_FALSE(client.complete());
    }
}

TEST_CASE("scram: messages in the wrong order, and after the end", "[tcp][scram]") {
    auto const password = password_of("pencil");
    auto client = pencil_client(password);
    CHECK(refusal_of([&] { client.step("v=AAAA"); }) == "SCRAM: the server spoke first");
    CHECK(refusal_of([&] { client.step(""); }) == "SCRAM: the server said more than the mechanism has");

    auto one = pencil_client(password);
    auto two = pencil_server();
    auto const c = talk(one, two);
    REQUIRE(c.complete);
    CHECK(step(two, c.said[2]).what == verdict::kind::refused);
    CHECK(step(two, c.said[0]).what == verdict::kind::refused);
    CHECK(refusal_of([&] { one.step(c.said[3]); }) == "SCRAM: the server said more than the mechanism has");
    CHECK_FALSE(one.complete());

    auto early = pencil_server();
    CHECK(step(early, c.said[2]).what == verdict::kind::refused);
    auto twice = pencil_server();
    CHECK(step(twice, c.said[0]).what == verdict::kind::more);
    CHECK(step(twice, c.said[0]).what == verdict::kind::refused);
}

TEST_CASE("scram: what was recorded is of no use in another connection", "[tcp][scram]") {
    auto const password = password_of("pencil");
    auto client = pencil_client(password);
    auto server = pencil_server();
    auto const recorded = talk(client, server).said;

    // A client that replays does not get past the server's nonce.
    auto next = pencil_server("another-nonce-of-the-server");
    REQUIRE(step(next, recorded[0]).what == verdict::kind::more);
    CHECK(step(next, recorded[2]).why == "SCRAM: the nonce is not this connection's");

    // A server that replays does not get past the client's.
    auto again = pencil_client(password, "another-nonce-of-the-client");
    again.step("");
    CHECK(refusal_of([&] { again.step(recorded[1]); }) == "SCRAM: the server's nonce does not continue the client's");

    // The same with the new nonces put in: the proofs are of the old ones.
    auto fresh = pencil_server("another-nonce-of-the-server");
    step(fresh, recorded[0]);
    CHECK(step(fresh,
              "c=biws,r=rOprNGfwEbeRWgbNEkqOanother-nonce-of-the-server," + recorded[2].substr(recorded[2].find("p=")))
              .why == "SCRAM: the user or the password is wrong");
}

TEST_CASE("scram: wrong passwords and users are refused, and names are escaped", "[tcp][scram]") {
    auto wrong = scram_client("user", password_of("Pencil"), {}, "nonce");
    auto server = pencil_server();
    auto c = talk(wrong, server);
    CHECK_FALSE(c.accepted);
    CHECK(c.refusal == "SCRAM: the user or the password is wrong");

    // The escapes go both ways; a store cannot hold such a name, so that it is an unknown one.
    auto odd = scram_client("a,b=c", password_of("pencil"), {}, "nonce", 100'000);
    auto other = scram_server(store_of(pencil), decoy_key(), {}, false, "nonce");
    c = talk(odd, other);
    CHECK(c.said[0] == "n,,n=a=2Cb=3Dc,r=nonce");
    CHECK(c.refusal == "SCRAM: the user or the password is wrong");
    CHECK(from_saslname("a=2Cb=3Dc") == "a,b=c");
    CHECK_FALSE(from_saslname("a=2"));
}

TEST_CASE("scram: names and passwords beyond ASCII are refused, not mangled", "[tcp][scram]") {
    auto const make = [](std::string user, char const* password) {
        scram_client(std::move(user), password_of(password), {}, "nonce");
    };
    for (char const* const bad : {"", "p\xc3\xa4ss", "tab\t", "\x7f"}) {
        CHECK(code_of([&] { make(bad, "pencil"); }) == errc::invalid_argument);
        CHECK(code_of([&] { make("user", bad); }) == errc::invalid_argument);
    }
    CHECK(code_of([&] { make(std::string(257, 'u'), "pencil"); }) == errc::invalid_argument);
    CHECK(code_of([&] { make("user", std::string(1025, 'p').c_str()); }) == errc::invalid_argument);
    CHECK(code_of([&] { make("user name", "pass, word="); }) == error_code());
    try {
        make("user", "secr\xc3\xa4t");
        FAIL("not refused");
    } catch (system_error const& e) {
        CHECK(std::string(e.what()).find("SASLprep") != std::string::npos);
        CHECK(std::string(e.what()).find("secr") == std::string::npos);
    }
}

TEST_CASE("scram: an unknown user costs and sees the same as a wrong password", "[tcp][scram]") {
    std::string text(pencil);
    text += password_credential("other", secret("longer"), numbers(3), 5000) + '\n';
    auto const store = store_of(text);
    std::optional<effort> known;
    for (std::string const user : {"user", "usex", "zzzz", "root", "User"}) {
        scram_server server(store, decoy_key(), {}, false, "server-nonce");
        auto const first = step(server, "n,,n=" + user + ",r=client-nonce");
        INFO(user);
        REQUIRE(first.what == verdict::kind::more);
        auto const last =
            step(server, "c=biws,r=client-nonceserver-nonce,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
        CHECK(last.what == verdict::kind::refused);
        CHECK(last.why == "SCRAM: the user or the password is wrong");
        CHECK(last.data.empty());
        CHECK(first.data.size() == std::string("r=client-nonceserver-nonce,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096").size());
        if (!known) known = server.spent();
        CHECK(server.spent() == *known);
        CHECK(server.spent().iterations == 0); // a server never runs PBKDF2: nobody can make it
    }
    CHECK(known->hmacs == 7);
    CHECK(known->hashes == 1);
    CHECK(known->compares == 1);
}

TEST_CASE("scram: what an unknown user is told stays the same, looks like a user's and is secret", "[tcp][scram]") {
    std::string text(pencil);
    text += password_credential("other", secret("longer"), numbers(3), 5000) + '\n';
    auto const store = store_of(text);
    auto const told = [&](std::string const& user, digest const& key) {
        scram_server server(store, key, {}, false, "server-nonce");
        return step(server, "n,,n=" + user + ",r=client-nonce").data;
    };
    auto const other_key = hasher().hash("another key");
    std::set<std::string> salts;
    std::size_t of_4096 = 0;
    for (int i = 0; i < 64; ++i) {
        auto const user = "nobody" + std::to_string(i);
        auto const answer = told(user, decoy_key());
        CHECK(answer == told(user, decoy_key()));
        CHECK(answer != told(user, other_key));
        salts.insert(answer.substr(0, answer.find(",i=")));
        of_4096 += answer.ends_with(",i=4096");
        CHECK((answer.ends_with(",i=4096") || answer.ends_with(",i=5000")));
    }
    CHECK(salts.size() == 64);
    CHECK(of_4096 > 16); // each of the two users lends its shape to some
    CHECK(of_4096 < 48);
    // Where nobody is in the store, there is a shape, too.
    hasher hash;
    auto const alone = credential_store().decoy(hash, decoy_key(), "nobody");
    CHECK(alone.iterations == scram_new_iterations);
    CHECK(alone.salt.size() == 16);
}

TEST_CASE("scram: connecting again costs no iterations, and new salts or counts do", "[tcp][scram]") {
    auto const password = password_of("pencil");
    auto const cost = [&](std::string const& salt, int iterations) {
        auto client = pencil_client(password);
        client.step("");
        client.step("r=" + std::string(nonce) + ",s=" + salt + ",i=" + std::to_string(iterations));
        return client.spent().iterations;
    };
    CHECK(cost("W22ZaJ0SNY7soEsUEjb6gQ==", 4096) == 4096);
    CHECK(cost("W22ZaJ0SNY7soEsUEjb6gQ==", 4096) == 0);
    CHECK(cost("W22ZaJ0SNY7soEsUEjb6gQ==", 4097) == 4097);
    CHECK(cost("X22ZaJ0SNY7soEsUEjb6gQ==", 4097) == 4097);
    CHECK(cost("X22ZaJ0SNY7soEsUEjb6gQ==", 4097) == 0);
    // The other servers' are kept, too.
    CHECK(cost("W22ZaJ0SNY7soEsUEjb6gQ==", 4096) == 0);
    CHECK(cost("W22ZaJ0SNY7soEsUEjb6gQ==", 4097) == 0);
    // But not without end: 3 were made, and after 62 more the oldest is gone, and only that one.
    for (int i = 0; i < 62; ++i) CHECK(cost("X22ZaJ0SNY7soEsUEjb6gQ==", 4098 + i) > 0);
    CHECK(cost("W22ZaJ0SNY7soEsUEjb6gQ==", 4097) == 0);
    CHECK(cost("X22ZaJ0SNY7soEsUEjb6gQ==", 4097) == 0);
    CHECK(cost("W22ZaJ0SNY7soEsUEjb6gQ==", 4096) == 4096);
}

TEST_CASE("scram: the channel is bound", "[tcp][scram]") {
    auto const password = password_of("pencil");
    auto const store = store_of(pencil);
    auto const run = [&](scram_channel client_channel, std::string server_binding, bool plus) {
        scram_client client("user", password, std::move(client_channel), "client-nonce");
        scram_server server(store, decoy_key(), std::move(server_binding), plus, "server-nonce");
        return talk(client, server);
    };
    std::string const one(32, '\1');
    std::string const two(32, '\2');
    auto const good = run({one, true}, one, true);
    CHECK(good.said[0] == "p=tls-exporter,,n=user,r=client-nonce");
    CHECK(good.complete);
    // Somebody between two TLS connections, who passes all messages on.
    CHECK(run({two, true}, one, true).refusal == "SCRAM: the channel is not the one that the client sees");
    // Who can, but was told that the server can't, says so; and the server knows better.
    auto const downgraded = run({one, false}, one, false);
    CHECK(downgraded.said[0] == "y,,n=user,r=client-nonce");
    CHECK(downgraded.refusal.find("a downgrade attack") != std::string::npos);
    // It also knows if the flag was changed on the way.
    scram_client client("user", password, {one, false}, "client-nonce");
    scram_server server(store, decoy_key(), one, false, "server-nonce");
    auto const hidden = talk(client, server, [](std::size_t n, std::string& text) {
        if (n == 0) text[0] = 'n';
    });
    CHECK(hidden.refusal == "SCRAM: the channel is not the one that the client sees");
    // One that has none may talk to one that has.
    CHECK(run({{}, false}, one, false).complete);
    CHECK(run({one, false}, {}, false).complete);
    CHECK(run({{}, false}, one, true).refusal == "SCRAM: SCRAM-SHA-256-PLUS was chosen without channel binding");
    scram_server strict(store, decoy_key(), one, true, "server-nonce");
    CHECK(step(strict, "p=tls-unique,,n=user,r=abc").why == "SCRAM: the channel binding is not tls-exporter");
    CHECK(code_of([&] { run({{}, true}, one, true); }) == errc::invalid_argument);
    CHECK(code_of([&] { run({one, true}, {}, true); }) == errc::invalid_argument);
}

TEST_CASE("base64 has one spelling", "[tcp][scram]") {
    for (std::size_t size = 0; size < 50; ++size) {
        std::string bytes(size, '\0');
        for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 37 + size);
        CHECK(from_base64(to_base64(bytes)) == bytes);
        CHECK(from_base64(to_base64(bytes), size) == bytes);
        if (size > 0) CHECK_FALSE(from_base64(to_base64(bytes), size - 1));
    }
    CHECK(to_base64("n,,") == "biws");
    for (char const* const bad : {"A", "AA", "AAA", "A===", "====", "AB==", "AAB=", "AA=A", " AAA", "AAA ", "AAA\n",
             "AA A", "AAAA====", "AA==AAAA", "-_AA", "AAAA\nAAAA", "\nAAAA", "AAAA    "})
        CHECK_FALSE(from_base64(bad));
}
