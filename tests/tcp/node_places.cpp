// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Channels without a place, with the longest names, and more of them than go over one session.
#include "fw_catch.hpp"
#include "node_kit.hpp"

#include <fairway/dead_letters.hpp>

using namespace node_kit;

namespace {

// A channel and a group with the longest names that there may be.
using long_steps = point_to_point<"01234567890123456789012345678901234567890123456789"
                                  "01234567890123456789012345678901234567890123456789",
    step>;
std::string const long_group(100, 'g');
static_assert(long_steps::name.size() == max_name_length);

std::string const missing = "there is no place for ";

} // namespace

TEST_CASE("a channel that has no place is told of, each time when it has lost its last one", "[node]") {
    town t;
    auto& shop = t.start("shop");
    auto const walks = shop.self->sender<steps>();
    t.pass(1s);
    REQUIRE(shop.troubles.size() == 1);
    CHECK(shop.troubles[0].why == errc::unroutable);
    CHECK(shop.troubles[0].text == missing + "node.steps at present");
    shop.places->put("*", {});
    t.pass(1s);
    CHECK(shop.told(errc::unroutable) == 1);
    shop.places->put("*", {"stock:7000"});
    t.pass(1s);
    CHECK(shop.told(errc::unroutable) == 1);
    shop.places->put("*", {});
    t.pass(1s);
    CHECK(shop.told(errc::unroutable) == 2);

    numbers read;
    auto& reader = t.start("reader");
    reader.self->handle<news>(into(read));
    t.pass(1s);
    REQUIRE(reader.troubles.size() == 1);
    CHECK(reader.troubles[0].text == missing + "node.news at present");
}

TEST_CASE("a channel whose other end is here needs no place, nor do dead letters", "[node]") {
    numbers handled;
    numbers read;
    town t;
    auto& all = t.start("all");
    auto const walks = all.self->sender<steps>();
    auto const out = all.self->sender<news>();
    all.self->handle<steps>(into(handled));
    all.self->handle<news>(into(read));
    put<step>(walks, 1);
    put<note>(out, 2);
    t.pass(1s);
    CHECK(handled == numbers{1});
    CHECK(read == numbers{2});
    CHECK(all.troubles.empty());
}

TEST_CASE("dead letters of the longest names are taken by whoever has the place for them", "[node]") {
    town t;
    auto& stock = t.start("stock");
    stock.places->put("*", {"desk:7000"});
    service longest(stock.transport(), long_group);
    longest.handle<long_steps>([](step const&) { throw fault("closed", "no more"); });
    longest.start();
    auto& shop = t.start("shop");
    shop.places->put("*", {"stock:7000"});
    put<step>(shop.self->sender<long_steps>(), 7);
    auto& desk = t.start("desk");
    t.pass(10s);
    auto const box = dead_letter_box::of<long_steps>(desk.transport(), long_group);
    auto const found = t.finish(desk, box.list());
    REQUIRE(found.value);
    REQUIRE(found.value->size() == 1);
    CHECK(found.value->front().code == "closed");
    CHECK(found.value->front().channel == long_steps::name);
    CHECK(found.value->front().group == long_group);
    CHECK(desk.troubles.empty());
    t.crash(desk);
    longest.close();
}

TEST_CASE("channels beyond what goes over one session are left out, which is told, and the rest goes on", "[node]") {
    numbers handled;
    town t;
    auto& stock = t.start("stock");
    stock.self->handle<jobs>(answering(handled));
    auto& shop = t.start("shop");
    shop.places->put("*", {"stock:7000"});
    auto const ask_stock = shop.self->sender<jobs>();
    std::vector<std::shared_ptr<sink>> many; // whose names come behind it
    for (int n = 1; n <= 1'030; ++n)
        many.push_back(shop.node->open({"storm-" + std::to_string(n), channel_kind::point_to_point, 0}));
    CHECK(t.finish(shop, ask(ask_stock, 2)).value == 20);
    t.pass(1min);
    REQUIRE(shop.told(errc::queue_full) == 7);
    CHECK(shop.troubles.size() == 7);
    CHECK(shop.troubles[0].text.ends_with(" is left out: there are 1,024 channels with this node already"));
    CHECK(stock.troubles.empty());
    CHECK(t.finish(shop, ask(ask_stock, 3)).value == 30);
}

TEST_CASE(
    "a channel's list has places that are used up to a bound, first those in use, and the rest is told", "[node]") {
    numbers handled;
    town t;
    auto& stock = t.start("stock");
    stock.self->handle<steps>(into(handled));
    auto& shop = t.start("shop");
    shop.places->put("*", {"stock:7000"});
    auto const walks = shop.self->sender<steps>();
    t.pass(1s);
    std::vector<std::string> many{"stock:7000"}; // behind all others
    for (int n = 0; n < 300; ++n) many.push_back("a" + std::to_string(n) + ":7000");
    shop.places->put("*", many);
    t.pass(1s);
    auto const places = shop.node->places("node.steps");
    CHECK(places.size() == 256);
    CHECK(std::count_if(places.begin(), places.end(), [](tcp_place const& p) { return p.connected; }) == 1);
    REQUIRE(shop.told(errc::too_large) == 1);
    put<step>(walks, 1);
    t.pass(1s);
    CHECK(handled == numbers{1});
    many.push_back("b:7000");
    shop.places->put("*", many);
    t.pass(1s);
    CHECK(shop.told(errc::too_large) == 1);
    CHECK(shop.node->places("node.steps").size() == 256);
    shop.places->put("*", {"stock:7000"});
    shop.places->put("*", many);
    t.pass(1s);
    CHECK(shop.told(errc::too_large) == 2);
}

TEST_CASE("of a place that leads to the node itself nothing is told, however often it is dialed", "[node]") {
    numbers handled;
    town t;
    auto& stock = t.start("stock");
    stock.self->handle<steps>(into(handled));
    auto& shop = t.start("shop");
    shop.places->put("*", {"shop:7000", "stock:7000"});
    put<step>(shop.self->sender<steps>(), 1);
    t.pass(10min);
    CHECK(handled == numbers{1});
    CHECK(shop.troubles.empty());
    shop.places->put("*", {"stock:7000"});
    t.pass(10s);
    CHECK(shop.troubles.empty());
}
