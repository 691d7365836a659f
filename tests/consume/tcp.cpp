// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Uses fairway::tcp as a project would: what listens, and what needs OpenSSL.
#include <fairway/tcp.hpp>

#include <boost/asio/io_context.hpp>

#include <iostream>

int main() {
    boost::asio::io_context io;
    fairway::tcp node(io.get_executor(), fairway::url("tcp://?listen=127.0.0.1:0"));
    auto const store = fairway::credential_store::parse(fairway::token_credential("robot", fairway::make_token()));
    bool const good = node.local() && node.local()->port != 0 && store.has_tokens();
    std::cout << (good ? "listening" : "not listening") << "\n";
    return good ? 0 : 1;
}
