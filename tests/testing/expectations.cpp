// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What a test may expect of the traffic, and what it is told where that is not met.
#include "fw_catch.hpp"
#include "shop.hpp"

#include <functional>
#include <limits>
#include <string>

using namespace std::chrono_literals;
using fairway::errc;
using fairway::task;
using fairway::testing::bench;
using fairway::testing::bench_options;
using fairway::testing::unmet;

namespace {

std::string unmet_text(std::function<void()> const& what) {
    try {
        what();
    } catch (unmet const& e) {
        return e.what();
    }
    return "it was met";
}

struct told_bench {
    explicit told_bench(bench_options const& options = {}) : b(options), stock(b.transport(), "inventory") {
        stock.handle<shop::orders>(shop::inventory{stock});
        stock.start();
    }
    bench b;
    fairway::service stock;
    fairway::sender_port<shop::orders> orders = b.sender<shop::orders>();
    shop::place_order tea{.sku = "tea", .quantity = 3};
    shop::place_order salt{.sku = "salt", .quantity = 1};
    shop::cancel_order cancel{"7"};
};

// As a service of another kind would send it: bytes, with a type that lies.
void send_bytes(bench& b, fairway::address const& to, std::string_view type, std::string_view body) {
    fairway::envelope_head head;
    head.id = {1, 2};
    head.time = b.now();
    head.type = type;
    head.content_type = "application/json";
    auto const e = fairway::envelope::of_bytes(head, {}, body);
    REQUIRE_FALSE(try_send_one(*b.transport().open(to), e));
}

} // namespace

TEST_CASE("expect_sent gives the one message") {
    told_bench s;
    s.b.run(s.orders.send(s.tea));
    CHECK(s.b.expect_sent<shop::order_events, shop::order_placed>().sku == "tea");
    CHECK(s.b.expect_sent<shop::orders, shop::place_order>().quantity == 3);
    s.b.expect_none<shop::orders, shop::cancel_order>();
    s.b.expect_silence<shop::prices>();
}

TEST_CASE("expect_sent settles first: a started operation need not be run") {
    told_bench s;
    CHECK_FALSE(s.orders.try_send(s.tea));
    CHECK(s.b.expect_sent<shop::order_events, shop::order_placed>().order_id == "1");
}

TEST_CASE("expect_sent with a predicate picks the one of many") {
    told_bench s;
    s.b.run(s.orders.send(s.tea));
    s.b.run(s.orders.send(s.tea));
    auto const is = [](char const* id) { return [id](shop::order_placed const& p) { return p.order_id == id; }; };
    CHECK(s.b.expect_sent<shop::order_events, shop::order_placed>(is("2")).sku == "tea");
    CHECK(s.b.sent<shop::order_events, shop::order_placed>().size() == 2);
    CHECK(unmet_text([&] { s.b.expect_sent<shop::order_events, shop::order_placed>(is("3")); })
              .starts_with("expected one shop.order-placed on orders.events for which the predicate is true, saw none; "
                           "this was sent:\n  +0.000s sent     orders: shop.place-order"));
}

TEST_CASE("an expectation that is not met shows what was sent instead") {
    told_bench s;
    CHECK(unmet_text([&] { s.b.expect_sent<shop::order_events, shop::order_placed>(); }) ==
          "expected one shop.order-placed on orders.events, saw none; nothing was sent at all");
    s.b.advance(1250ms);
    CHECK_THROWS_AS(
        s.b.run(s.orders.request(s.salt, 2s, fairway::send_options().header("tenant", "acme"))), fairway::fault);
    CHECK(unmet_text([&] { s.b.expect_sent<shop::order_events, shop::order_placed>(); }) ==
          "expected one shop.order-placed on orders.events, saw none; this was sent:\n"
          "  +1.250s sent     orders: shop.place-order {\"sku\":\"salt\",\"quantity\":1} [from=test tenant=acme]\n"
          "  +1.250s replied  orders: fault sold_out \"none left\" [from=inventory]");
    CHECK(unmet_text([&] { s.b.expect_silence<shop::orders>(); }).starts_with("expected nothing on orders, saw 1; "));
    CHECK(unmet_text([&] {
        s.b.expect_none<shop::orders, shop::place_order>();
    }).starts_with("expected no shop.place-order on orders, saw 1; "));
}

TEST_CASE("several where one is expected are too many, only the newest are shown") {
    told_bench s;
    for (int i = 0; i < 50; ++i) CHECK_FALSE(s.orders.try_send(s.cancel));
    s.b.advance(2s);
    auto const text = unmet_text([&] { s.b.expect_sent<shop::orders, shop::cancel_order>(); });
    CHECK(text.starts_with("expected one shop.cancel-order on orders, saw 50; this was sent:\n  (60 before)\n"));
}

TEST_CASE("replies and faults are known by the channel of their request") {
    told_bench s;
    s.b.run(s.orders.request(s.tea));
    REQUIRE(s.b.replies<shop::orders, shop::order_placed>().size() == 1);
    CHECK(s.b.faults<shop::orders>().empty());
    CHECK_THROWS_AS(s.b.run(s.orders.request(s.salt)), fairway::fault);
    auto const f = s.b.expect_fault<shop::orders>("sold_out");
    CHECK(f.text() == "none left");
    CHECK(f.responder() == "inventory");
    CHECK(unmet_text([&] {
        s.b.expect_fault<shop::orders>("broken");
    }).starts_with("expected one fault broken on orders, saw none; this was sent:"));
}

TEST_CASE("dead letters say why") {
    told_bench s;
    s.b.run(s.orders.send(s.cancel));
    s.b.advance(2s);
    auto const letter = s.b.expect_dead_letter<shop::orders>("inventory", "handler_failed");
    CHECK(letter.type == "shop.cancel-order");
    CHECK(letter.body == R"({"order_id":"7"})");
    CHECK(letter.attempts == 5);
    CHECK(letter.text.starts_with("incident "));
    CHECK(s.b.dead_letters<shop::orders>("other").empty());
    CHECK(unmet_text([&] {
        s.b.expect_dead_letter<shop::orders>("inventory", "decode_failed");
    }).starts_with("expected one dead letter decode_failed of inventory on orders, saw none; "));
}

TEST_CASE("forget starts anew, and still knows which channel an open request belongs to") {
    told_bench s;
    shop::place_order const slow{.sku = "slow", .quantity = 1};
    auto waits = s.b.start(s.orders.request(slow));
    s.b.forget();
    CHECK(s.b.traffic().empty());
    s.b.advance(5s);
    CHECK(waits.result().sku == "slow");
    CHECK(s.b.replies<shop::orders, shop::order_placed>().size() == 1);
    s.b.expect_silence<shop::orders>();
}

TEST_CASE("the traffic tells the whole story") {
    told_bench s;
    s.b.run(s.orders.request(s.tea));
    s.b.run(s.orders.send(s.tea, fairway::send_options().delay(1500ms)));
    s.b.advance(2s);
    CHECK(s.b.traffic() == R"(+0.000s sent     orders: shop.place-order {"sku":"tea","quantity":3} [from=test]
+0.000s received orders by inventory: shop.place-order -> accepted
+0.000s sent     orders.events: shop.order-placed {"order_id":"1","sku":"tea"} [from=inventory]
+0.000s replied  orders: shop.order-placed {"order_id":"1","sku":"tea"} [from=inventory]
+0.000s sent     orders: shop.place-order {"sku":"tea","quantity":3} [from=test delay=1.500s]
+1.500s received orders by inventory: shop.place-order -> accepted
+1.500s sent     orders.events: shop.order-placed {"order_id":"2","sku":"tea"} [from=inventory]
)");
}

TEST_CASE("deliveries that are open, given back and delivered again are told apart") {
    bench b;
    auto const orders = b.sender<shop::orders>();
    shop::place_order const slow{.sku = "slow", .quantity = 1};
    {
        fairway::service first(b.transport(), "first");
        first.handle<shop::orders>(shop::inventory{first});
        first.start();
        b.run(orders.send(slow));
        CHECK(b.traffic().ends_with("received orders by first: shop.place-order -> not settled\n"));
    }
    b.settle();
    CHECK(b.traffic().ends_with("received orders by first: shop.place-order -> given back\n"));
    fairway::service second(b.transport(), "second");
    second.handle<shop::orders>(shop::inventory{second});
    second.start();
    b.advance(5s);
    CHECK(b.received<shop::orders, shop::place_order>("second").size() == 1);
    CHECK(b.traffic().find("received orders by second: shop.place-order (attempt 2) -> accepted") != std::string::npos);
}

TEST_CASE("a paranoid bench finds a body that can't be encoded, another one passes the object on") {
    for (bool const paranoid : {true, false}) {
        bench b(bench_options().paranoid(paranoid));
        fairway::service quoting(b.transport(), "quoting");
        quoting.handle<shop::one_price>(
            [](shop::ask_price const&) { return shop::quote{std::numeric_limits<double>::quiet_NaN()}; });
        quoting.start();
        shop::ask_price const tea{"tea"};
        auto asked = b.start(b.sender<shop::one_price>().request(tea, 2s));
        b.advance(2s);
        REQUIRE(asked.done());
        if (paranoid) {
            CHECK_THROWS_AS(asked.result(), fairway::fault);
            CHECK(b.traffic().find("-> refused: the message cannot be encoded") != std::string::npos);
        } else {
            CHECK_NOTHROW(asked.result());
        }
        CHECK(b.traffic().find("shop.quote <not encodable: ") != std::string::npos);
    }
}

TEST_CASE("a body that is not what its type says becomes a dead letter, and is shown as it is") {
    told_bench s;
    send_bytes(s.b, {"orders", fairway::channel_kind::point_to_point, 0}, "shop.cancel-order", R"({"order_id":7})");
    auto const letter = s.b.expect_dead_letter<shop::orders>("inventory", "decode_failed");
    CHECK(letter.body == R"({"order_id":7})");
    CHECK(letter.text.starts_with("/order_id: expected"));
    CHECK_THROWS_AS((s.b.sent<shop::orders, shop::cancel_order>()), fairway::system_error);
}

TEST_CASE("long bodies are cut between characters, and bytes that are no text are counted") {
    using fairway::testing::detail::shortened;
    CHECK(shortened("short", 5) == "short");
    CHECK(shortened("longer", 5) == "longe... (6 bytes)");
    CHECK(shortened("a\xc3\xa9z", 2) == "a... (4 bytes)");
    bench b;
    fairway::envelope_head head;
    head.id = {1, 2};
    head.type = "photo";
    head.content_type = "image/jpeg";
    auto const e = fairway::envelope::of_bytes(head, {}, "abc");
    REQUIRE_FALSE(try_send_one(*b.transport().open({"photos", fairway::channel_kind::point_to_point, 0}), e));
    CHECK(b.traffic() == "+0.000s sent     photos: photo <3 bytes of image/jpeg>\n");
}
