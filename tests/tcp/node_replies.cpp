// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Requests and their replies between nodes: all that are answered are, and nobody else answers them.
#include "fw_catch.hpp"
#include "hostile_kit.hpp"
#include "node_kit.hpp"

using namespace node_kit;

TEST_CASE("replies that come together all arrive, however small the queues are", "[node]") {
    constexpr int many = 64;
    numbers handled;
    town t;
    auto const few = [](tcp_options& o) { o.queue(2, limits::queue_bytes); };
    auto& stock = t.start("stock");
    stock.self->handle<jobs>(answering(handled));
    auto& shop = t.start("shop", few);
    shop.places->put("*", {"stock:7000"});
    auto const asks = shop.self->sender<jobs>();
    std::vector<std::shared_ptr<ended<int>>> all;
    for (int n = 1; n <= many; ++n) all.push_back(t.begin(shop, ask(asks, n)));
    t.pass(20s);
    CHECK(handled.size() == many);
    for (int n = 1; n <= many; ++n) {
        auto const& one = *all[static_cast<std::size_t>(n - 1)];
        INFO(n << ": " << one.text());
        CHECK(one.value == 10 * n);
    }
}

TEST_CASE("who was not sent a request cannot answer it, though it knows the request's id", "[node]") {
    message_id question;
    bool go_on = false;
    hostile_kit::world w;
    w.stock->handle<jobs>([&](work const& one, delivery const& d) -> task<done> {
        question = d.id();
        done const answer{10 * one.number};
        while (!go_on) co_await sleep_for(100ms);
        co_return answer;
    });
    auto const asked = env_kit::start(w.io, ask(w.stock->sender<jobs>(), 1));
    REQUIRE(w.until([&] { return question != message_id(); }));

    // Whoever gets what its handler publishes knows the id.
    envelope_head head;
    head.id = {7, 9};
    head.correlation = head.causation = question;
    head.type = "node.done";
    head.content_type = "application/json";
    auto const forged = samples::bytes_of(envelope::of_bytes(head, headers().view(), R"({"number":666})"));
    hostile_kit::bad_peer p(w);
    p.greet();
    std::string bytes;
    for (std::uint64_t channel = 0; channel < 100; ++channel)
        bytes += hostile_kit::record_of(
            tcp_detail::record_type::reply, samples::fields_of(tcp_detail::reply_head{channel}).append(forged));
    p.say(bytes);
    w.pass(1s);
    CHECK_FALSE(asked->yet);
    CHECK_FALSE(p.ended());
    go_on = true;
    REQUIRE(w.until([&] { return asked->yet; }));
    CHECK(asked->value == 10);
    CHECK(w.serves());
}
