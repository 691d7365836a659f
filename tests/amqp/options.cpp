// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What URLs say, and what they may not say.
#include "code_of.hpp"
#include "fw_catch.hpp"

#include <fairway/amqp.hpp>

#include <boost/asio/io_context.hpp>

#include <string>
#include <string_view>

using namespace fairway;

namespace {

// Opens it, which connects as soon as the context runs: never, here.
void open(std::string_view text) {
    asio::io_context io;
    amqps const unused(io.get_executor(), url(text));
}
std::string refusal(std::string_view text) {
    try {
        open(text);
    } catch (system_error const& e) {
        return e.what();
    }
    return {};
}

} // namespace

TEST_CASE("URLs of RabbitMQ are understood", "[amqp]") {
    for (std::string_view const good : {
             "amqp://127.0.0.1",
             "amqp://localhost:5673/",
             "amqp://shop:s%40cret@127.0.0.1/%2f",
             "amqp://shop@[::1]:5672/prod",
             "amqp://a:b@127.0.0.1,127.0.0.2:5673/"
             "x?name=shop&prefix=shop.&topology=verify&heartbeat=5s&queue=100&expires=5min",
             "amqps://a:b@rabbit.internal,rabbit2.internal:5671/x?server-name=rabbit.example",
             "amqps://rabbit.internal?mechanism=external",
             "amqp://a:b@rabbit.internal/?insecure=true",
         }) {
        INFO(good);
        CHECK(refusal(good).empty());
    }
}

TEST_CASE("a password does not go to another host without TLS, unless it is meant", "[amqp]") {
    auto const text = refusal("amqp://shop:s3cret@rabbit.internal/");
    CHECK(text.find("rabbit.internal") != std::string::npos);
    CHECK(text.find("insecure=true") != std::string::npos);
    CHECK(text.find("s3cret") == std::string::npos);
    // Names that only look as if they were this host.
    CHECK_FALSE(refusal("amqp://a:b@127.evil.example/").empty());
}

TEST_CASE("what a URL has wrong is told, and no secret with it", "[amqp]") {
    for (std::string_view const bad : {
             "amqp://",
             "amqp://:s3cret@127.0.0.1",
             "amqp://a:s3cret%4@127.0.0.1",
             "amqp://a:s3cret@127.0.0.1:99999",
             "amqp://a:s3cret@*",
             "amqp://a:s3cret@127.0.0.1?unknown=1",
             "amqp://a:s3cret@127.0.0.1?name=a&name=b",
             "amqp://a:s3cret@127.0.0.1?topology=make",
             "amqp://a:s3cret@127.0.0.1?mechanism=digest",
             "amqp://a:s3cret@127.0.0.1?heartbeat=5",
             "amqp://a:s3cret@127.0.0.1?heartbeat=0s",
             "amqp://a:s3cret@127.0.0.1?expires=10ms",
             "amqp://a:s3cret@127.0.0.1?expires=600h",
             "amqp://a:s3cret@127.0.0.1?queue=0",
             "amqp://a:s3cret@127.0.0.1?queue=many",
             "amqp://a:s3cret@127.0.0.1?insecure=maybe",
             "amqp://a:s3cret@127.0.0.1?ca=ca.pem",
             "amqps://a:s3cret@127.0.0.1?ca=/nowhere/ca.pem",
             "amqp://a@127.0.0.1?password-file=/nowhere/password",
             "amqp://127.0.0.1?password-file=" __FILE__,
             "amqp://a:s3cret@127.0.0.1?mechanism=external",
             "rabbit://a:s3cret@127.0.0.1",
         }) {
        INFO(bad);
        auto const text = refusal(bad);
        CHECK_FALSE(text.empty());
        CHECK(text.find("s3cret") == std::string::npos);
    }
}

TEST_CASE("who is the user of a certificate shows it by TLS", "[amqp]") {
    asio::io_context io;
    auto const o = amqp_options().host("127.0.0.1", 5672).user_of_certificate();
    CHECK(code_of([&] { amqp(io.get_executor(), o); }) == errc::invalid_argument);
}

TEST_CASE("a channel has one shape in a program", "[amqp]") {
    asio::io_context io;
    amqp net(io.get_executor(), url("amqp://127.0.0.1"));
    CHECK(net.open({"orders", channel_kind::point_to_point, 0}));
    CHECK(code_of([&] { net.open({"orders", channel_kind::point_to_point, 2}); }) == errc::topology_mismatch);
    CHECK(code_of([&] { net.open({"orders", channel_kind::publish_subscribe, 0}); }) == errc::topology_mismatch);
    CHECK(net.open_reply("orders") == nullptr);
    CHECK(net.open_reply("fw.reply.00112233445566778899aabbccddeeff"));
}

TEST_CASE("a name that is too long for a queue is refused where it is given", "[amqp]") {
    asio::io_context io;
    amqp net(io.get_executor(), url("amqp://127.0.0.1"));
    auto const bytes = [](std::size_t n) { return std::string(n, 'c'); };
    CHECK_NOTHROW(net.open({bytes(252), channel_kind::point_to_point, 0})); // with "fw."
    CHECK(code_of([&] { net.open({bytes(253), channel_kind::point_to_point, 0}); }) == errc::invalid_name);
    subscription s;
    s.from = {bytes(200), channel_kind::publish_subscribe, 0};
    s.group = bytes(52);
    CHECK(code_of([&] { net.declare(s); }) == errc::invalid_name);
    s.group = bytes(51);
    CHECK_NOTHROW(net.declare(s));
}
