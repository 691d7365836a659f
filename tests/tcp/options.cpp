// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Nodes that are made by options and URLs: what is refused at once, and what works.
#include "code_of.hpp"
#include "hostile_kit.hpp"

#include "fw_catch.hpp"

#include <fairway/transport/tcp/static_directory.hpp>

using namespace hostile_kit;

namespace {

class maker {
public:
    // Why no node can be made; empty where one can.
    std::string refusal(tcp_options const& o) {
        return why([&] { tcp(io_.get_executor(), o).close(); });
    }
    std::string refusal(char const* text) {
        return why([&] { tcp(io_.get_executor(), url(text)).close(); });
    }
    asio::any_io_executor executor() { return io_.get_executor(); }

private:
    template <class F>
    std::string why(F const& make) {
        try {
            make();
        } catch (system_error const& e) {
            return e.what();
        }
        return {};
    }
    asio::io_context io_;
};

std::shared_ptr<credential_store const> store_of(std::string const& text) {
    return std::make_shared<credential_store const>(credential_store::parse(text));
}

} // namespace

TEST_CASE("options: places on other hosts need TLS that verifies them, which is said at once", "[tcp][options]") {
    maker m;
    for (char const* const text : {"tcp://10.0.0.1:7000", "tcp://stock.example.com:7000",
             "tcp://?channel.orders=127.0.0.1:7000,10.0.0.1:7000", "tcp://?channel.orders.*=10.0.0.1:7000"}) {
        INFO(text);
        CHECK(m.refusal(text).find("which is on another host, without TLS: ") != std::string::npos);
    }
    for (char const* const text :
        {"tcp://10.0.0.1:7000?insecure=true", "tcp://10.0.0.1:7000?tls=true", "tcp://127.0.0.1:7000,[::1]:7000",
            "tcp://?channel.orders=/run/shop,localhost:7000", "tcp://?channel.*=dns://stock:7000"}) {
        INFO(text);
        CHECK(m.refusal(text).empty());
    }
    env::tls_options careless;
    careless.verify_peer = false;
    auto const o = tcp_options::from(url("tcp://10.0.0.1:7000")).tls(careless);
    CHECK(m.refusal(o).find("without TLS that verifies it") != std::string::npos);
    CHECK(m.refusal(tcp_options(o).insecure(true)).empty());
}

TEST_CASE("options: who listens with TLS has a certificate, which is said at once", "[tcp][options]") {
    maker m;
    CHECK(m.refusal("tcp://?listen=127.0.0.1:0&tls=true")
              .starts_with("listening at tcp://127.0.0.1:0 with TLS takes a certificate and its key"));
    CHECK(m.refusal("tcp://127.0.0.1:7000?tls=true").empty());
    CHECK(m.refusal("tcp://?listen=127.0.0.1:0&client-certificates=false").empty()); // which asks for no TLS
}

TEST_CASE("options: a directory is told of an address that others can connect to", "[tcp][options]") {
    maker m;
    auto const books = std::make_shared<static_directory>(m.executor(), discovery_options());
    auto const listening = [&](char const* at) { return tcp_options().places(books).listen(at).insecure(true); };
    for (char const* const at : {"*:0", "0.0.0.0:0"}) {
        CHECK(m.refusal(listening(at)).find("say by announce") != std::string::npos);
        CHECK(m.refusal(listening(at).announce("stock:7000")).empty());
    }
    CHECK(m.refusal(listening("127.0.0.1:0")).empty());
    CHECK(m.refusal(tcp_options().listen("*:0").insecure(true)).empty()); // without a directory nobody is told
}

TEST_CASE("options: what is wrong with a URL is said of the option that is wrong", "[tcp][options]") {
    auto const wrong = [](char const* text) {
        try {
            tcp_options::from(url(text));
        } catch (system_error const& e) {
            return std::string(e.what());
        }
        return std::string();
    };
    CHECK(wrong("tcp://?grace=2min").starts_with("grace is 0s to 60s"));
    CHECK(wrong("tcp://?heartbeat=1ms").starts_with("heartbeat is 10ms to 60s"));
    CHECK(wrong("tcp://?absence=1").starts_with("absence: write a time as 500ms, 2s, 5min or 1h"));
    CHECK(wrong("tcp://?dns-every=5m").starts_with("dns-every: write a time as"));
    CHECK(wrong("tcp://?queue=ten").starts_with("tcp: queue is a number"));
    CHECK(wrong("tcp://?queue=0").starts_with("a queue has room for one at least"));
    CHECK(wrong("tcp://?absence=1h&queue=5&dns-every=5min&grace=0s").empty());
    CHECK(wrong("http://stock:80").starts_with("write it as tcp://... or unix://..."));
    // None counts silently where two say different things.
    CHECK(wrong("tcp://?queue=5&queue=6").starts_with("tcp: the option 'queue' stands there twice"));
    CHECK(wrong("tcp://?channel.a=h:1&channel.a=h:1").starts_with("tcp: the option 'channel.a' stands there twice"));
    for (char const* const both : {"ca=x&tls=false", "tls=false&ca=x"})
        CHECK(wrong(("tcp://?" + std::string(both)).c_str()).starts_with("tcp: tls=false does not go with ca"));
    CHECK(wrong("tcp://?client-certificates=true&tls=false").find("go with client-certificates") != std::string::npos);
}

TEST_CASE("options: a token is shown, and taken, on a loopback address", "[tcp][options]") {
    auto const token = make_token();
    auto const store = store_of(token_credential("checkout", token));
    auto const asks = [&](tcp_options& o) { o.accept_with(store); };
    world good(asks, [&](tcp_options& o) { o.dial_with(client_credentials::token(token)); });
    CHECK(good.serves());
    world bad(asks, [&](tcp_options& o) { o.dial_with(client_credentials::token(make_token())); });
    CHECK_FALSE(bad.serves());
}

TEST_CASE("options: a password lets in whom the store knows", "[tcp][options]") {
    auto const store = store_of(password_credential("checkout", secret("pencil-pencil"), 4096));
    auto const asks = [&](tcp_options& o) { o.accept_with(store); };
    world good(
        asks, [&](tcp_options& o) { o.dial_with(client_credentials::password("checkout", secret("pencil-pencil"))); });
    CHECK(good.serves());
    world bad(asks);
    CHECK_FALSE(bad.serves());
}
