// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "authentication_helpers.hpp"
#include "code_of.hpp"
#include "fw_catch.hpp"

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <new>
#include <stdlib.h>
#include <type_traits>
#include <unistd.h>

using namespace auth_test;

namespace {

std::string refused(std::string_view text) {
    try {
        credential_store::parse(text);
    } catch (system_error const& e) {
        REQUIRE(e.code() == errc::invalid_argument);
        return e.what();
    }
    return "";
}

struct file {
    explicit file(std::string_view content) {
        path = (std::filesystem::temp_directory_path() / "fairway-XXXXXX").string();
        int const opened = mkstemp(path.data());
        REQUIRE(opened >= 0);
        REQUIRE(write(opened, content.data(), content.size()) == static_cast<ssize_t>(content.size()));
        close(opened);
    }
    ~file() { std::filesystem::remove(path); }
    std::string path;
};

} // namespace

TEST_CASE("credentials: a store is read line by line", "[tcp][credentials]") {
    std::string text = "# who may connect\r\n\r\n  \t\n";
    text += pencil;
    text += "robot=SHA-256$PBgQnOgVFDMymDF33+zCPoSERqed3MoyH1UUluDenHA=\r\n";
    text += token_credential("robot", secret("the-next-token-of-it"));
    auto const store = credential_store::parse(text);
    CHECK(store.size() == 3);
    CHECK(store.has_passwords());
    CHECK(store.has_tokens());
    REQUIRE(store.find("user") != nullptr);
    CHECK(store.find("user")->iterations == 4096);
    CHECK(store.find("robot") == nullptr); // a token is not a password
    CHECK(store.find("") == nullptr);
    hasher hash;
    CHECK(store.holder(hash, "0123456789abcdef-token") == "robot");
    CHECK(store.holder(hash, "the-next-token-of-it") == "robot");
    CHECK_FALSE(store.holder(hash, "0123456789abcdef-tokem"));
    CHECK_FALSE(store.holder(hash, ""));
    CHECK(credential_store::parse("").size() == 0);
    CHECK_FALSE(credential_store().has_passwords());
}

TEST_CASE(
    "credentials: what is wrong with a store is said with its line, and without its content", "[tcp][credentials]") {
    std::string const salt = "W22ZaJ0SNY7soEsUEjb6gQ==";
    std::string const stored = "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=";
    std::string const server = "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";
    std::string const name = "the name is not 1 to 256 printable ASCII";
    std::vector<std::pair<std::string, std::string>> const cases{
        {"SuperSecret", "a credential is user = SCRAM-SHA-256$... or user = SHA-256$..."},
        {"user SCRAM-SHA-256$4096:" + salt, name},
        {"= SCRAM-SHA-256$4096:" + salt, name},
        {"two words = SHA-256$" + stored, name},
        {"*=SHA-256$" + stored, name},
        {"us\xc3\xa9r=SHA-256$" + stored, name},
        {std::string(257, 'u') + "=SHA-256$" + stored, name},
        {"user = SuperSecret", "the credential does not begin with SCRAM-SHA-256$"},
        {"user = SCRAM-SHA-1$4096:" + salt + "$" + stored + ":" + server, "the credential does not begin with"},
        {"user = SCRAM-SHA-256$4096", "a SCRAM credential is SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey"},
        {"user = SCRAM-SHA-256$4096:" + salt, "a SCRAM credential is"},
        {"user = SCRAM-SHA-256$4096:" + salt + "$" + stored, "a SCRAM credential is"},
        {"user = SCRAM-SHA-256$4095:" + salt + "$" + stored + ":" + server,
            "the iterations are not a number from 4096 to 1000000"},
        {"user = SCRAM-SHA-256$1000001:" + salt + "$" + stored + ":" + server,
            "the iterations are not a number from 4096 to 1000000"},
        {"user = SCRAM-SHA-256$many:" + salt + "$" + stored + ":" + server,
            "the iterations are not a number from 4096 to 1000000"},
        {"user = SCRAM-SHA-256$4096:SuperSecret$" + stored + ":" + server, "the salt is not 8 to 64 bytes"},
        {"user = SCRAM-SHA-256$4096:$" + stored + ":" + server, "the salt is not 8 to 64 bytes"},
        {"user = SCRAM-SHA-256$4096:" + salt + "$SuperSecret:" + server, "StoredKey is not 32 bytes in base64"},
        {"user = SCRAM-SHA-256$4096:" + salt + "$" + stored + ":SuperSecret", "ServerKey is not 32 bytes in base64"},
        {"user = SCRAM-SHA-256$4096:" + salt + "$" + stored + ":" + server + " SuperSecret", "ServerKey is not 32"},
        {"user = SCRAM-SHA-256$4096:" + salt + "$" + stored + ":" + server + " # note", "ServerKey is not 32 bytes"},
        {"user = SHA-256$SuperSecret", "the hash of the token is not 32 bytes in base64"},
        {"user = SHA-256$" + salt, "the hash of the token is not 32 bytes in base64"},
        {"user = " + std::string(2050, 'x'), "it is longer than 2048 bytes"},
    };
    for (auto const& [line, why] : cases) {
        auto const error = refused("# a comment\n\n" + line + "\nmore = nonsense\n");
        INFO(line << "\n" << error);
        CHECK(error.starts_with("credentials, line 3: " + why));
        for (auto const& content : {salt, stored, server, std::string("SuperSecret"), std::string("xxxx")})
            CHECK(error.find(content) == std::string::npos);
    }
    CHECK(refused(std::string(pencil) + std::string(pencil))
              .starts_with("credentials, line 2: the user has a password already"));
    auto const token = token_credential("one", secret("0123456789abcdef"));
    auto const same = token_credential("two", secret("0123456789abcdef"));
    CHECK(refused(token + "\n" + same).starts_with("credentials, line 2: the token is in another line already"));
    CHECK(refused(std::string(credential_store::most_bytes + 1, '\n'))
              .starts_with("credentials: more than 4194304 bytes"));
    std::string many;
    for (std::size_t i = 0; i <= credential_store::most; ++i)
        many += token_credential("robot", secret("0123456789abcdef" + std::to_string(i))) + '\n';
    CHECK(refused(many).starts_with("credentials, line 10001: there are more than 10000 credentials"));
    many.erase(many.rfind("robot"));
    CHECK(credential_store::parse(many).size() == credential_store::most);
}

TEST_CASE("credentials: a line made of a password lets that password in, and no other", "[tcp][credentials]") {
    auto const line = password_credential("checkout", secret("correct horse"), numbers(), 4096);
    CHECK(line.starts_with("checkout = SCRAM-SHA-256$4096:"));
    CHECK(line.find("horse") == std::string::npos);
    CHECK(line != password_credential("checkout", secret("correct horse"), numbers(2), 4096)); // another salt
    auto const store = store_of(line);
    auto const run = [&](char const* user, char const* password) {
        scram_client client(user, password_of(password), {}, "client-nonce");
        scram_server server(store, decoy_key(), {}, false, "server-nonce");
        return talk(client, server).accepted;
    };
    CHECK(run("checkout", "correct horse"));
    CHECK_FALSE(run("checkout", "correct horsE"));
    CHECK_FALSE(run("checkout", "correct horse "));
    CHECK_FALSE(run("Checkout", "correct horse"));

    auto const refuses = [](char const* user, char const* password, std::uint32_t iterations) {
        return code_of([&] { password_credential(user, secret(password), numbers(), iterations); }) ==
               errc::invalid_argument;
    };
    CHECK(password_credential("checkout", secret("correct horse"), 4096) !=
          password_credential("checkout", secret("correct horse"), 4096));
    CHECK(refuses("check out", "pencil", 4096));
    CHECK(refuses("", "pencil", 4096));
    CHECK(refuses("user", "", 4096));
    CHECK(refuses("user", "p\xc3\xa4ss", 4096));
    CHECK(refuses("user", "pencil", 4095));
    CHECK(refuses("user", "pencil", 1'000'001));
    CHECK_FALSE(refuses("user", "pencil", 4096));
}

TEST_CASE("credentials: tokens are random, and weak ones are refused", "[tcp][credentials]") {
    auto const random = numbers();
    auto const token = make_token(random);
    CHECK(token.view().size() == 44);
    CHECK(is_token(token.view()));
    auto const store = credential_store::parse(token_credential("robot", token));
    hasher hash;
    CHECK(store.holder(hash, token.view()) == "robot");
    for (std::string const& bad : {std::string("short"), std::string(513, 't'), std::string("0123456789 abcdef"),
             std::string("0123456789abcd\xc3\xa4")})
        CHECK(code_of([&] { token_credential("robot", secret(std::string_view(bad))); }) == errc::invalid_argument);
    CHECK(code_of([&] { token_credential("ro bot", token); }) == errc::invalid_argument);
    CHECK(is_token(make_token().view()));
    CHECK(make_token().view() != make_token().view());
}

TEST_CASE("credentials: who holds a token takes the same work to find out, whoever it is", "[tcp][credentials]") {
    std::string text;
    for (int i = 0; i < 20; ++i)
        text +=
            token_credential("robot" + std::to_string(i), secret("token-number-" + std::to_string(1000 + i))) + '\n';
    auto const store = credential_store::parse(text);
    std::optional<effort> spent;
    for (char const* const token :
        {"token-number-1000", "token-number-1019", "token-number-9999", "xxxxxxxxxxxxxxxxx"}) {
        hasher hash;
        store.holder(hash, token);
        if (!spent) spent = hash.spent();
        CHECK(hash.spent() == *spent);
    }
    CHECK(spent->compares == 20);
}

TEST_CASE("credentials: files are read with their limits", "[tcp][credentials]") {
    file const good{pencil};
    CHECK(credential_store::load(good.path).size() == 1);
    auto const error = [](auto&& f) {
        try {
            f();
        } catch (system_error const& e) {
            CHECK(e.code() == errc::invalid_argument);
            return std::string(e.what());
        }
        return std::string();
    };
    auto const missing = error([] { credential_store::load("/nowhere/credentials"); });
    CHECK(missing.starts_with("credentials: cannot read /nowhere/credentials: No such file"));
    CHECK(error([] { credential_store::load("/"); }).starts_with("credentials: cannot read /: "));
    file const large{std::string(credential_store::most_bytes + 1, '\n')};
    CHECK(error([&] { credential_store::load(large.path); }).find("more than 4194304 bytes") != std::string::npos);

    CHECK(read_secret(file("pencil\n").path).view() == "pencil");
    CHECK(read_secret(file("pencil\r\nmore\n").path).view() == "pencil");
    CHECK(read_secret(file(" pencil").path).view() == " pencil");
    file const empty{"\npencil"};
    CHECK(error([&] { read_secret(empty.path); }).find("is empty") != std::string::npos);
    file const huge{std::string(4097, 'x')};
    CHECK(error([&] { read_secret(huge.path); }).find("xxx") == std::string::npos);
    CHECK_FALSE(error([&] { read_secret(huge.path); }).empty());
}

TEST_CASE("credentials: secrets are wiped, and can be neither written nor compared by mistake", "[tcp][credentials]") {
    alignas(digest) unsigned char memory[sizeof(digest)];
    auto* const made = new (memory) digest(hasher().hash("a key"));
    REQUIRE(made->view() == hasher().hash("a key").view());
    made->~digest();
    CHECK(std::all_of(std::begin(memory), std::end(memory), [](unsigned char c) { return c == 0; }));

    std::string source = "short"; // within the string itself
    secret const taken(std::move(source));
    CHECK(taken.view() == "short");
    CHECK(source.empty()); // NOLINT: that is what is tested
    CHECK(std::memcmp(source.data(), "\0\0\0\0\0", 5) == 0);

    secret first("one");
    secret second(first);
    CHECK(second.view() == "one");
    secret third(std::move(first));
    CHECK(third.view() == "one");
    CHECK(first.empty()); // NOLINT
    first = second;
    second = secret("two");
    CHECK(first.view() == "one");
    CHECK(second.view() == "two");
    CHECK(secret().empty());
    CHECK(secret("").view().empty());
    STATIC_REQUIRE_FALSE(std::is_convertible_v<secret, std::string_view>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<std::string, secret>);
}
