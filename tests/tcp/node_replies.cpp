// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Requests and their replies between nodes: all that are answered are, and nobody else answers them.
#include "fw_catch.hpp"
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
