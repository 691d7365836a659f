// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Programs without Fairway take part: pika as its tutorials use it, and the command-line tools of librabbitmq.
#include "fw_catch.hpp"
#include "rabbitmq/town.hpp"
#include "rabbitmq/without_broker.hpp"

#include <fairway/amqp.hpp>
#include <fairway/fairway.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

using namespace fairway;
using namespace std::chrono_literals;

namespace {

struct placed {
    using contract = document<"interop.placed">;
    std::string id;
};
struct place {
    using contract = command<"interop.place", placed>;
    std::string sku;
};
struct quote {
    using contract = document<"interop.quote">;
    int price = 0;
};
struct ask_price {
    using contract = command<"interop.ask-price", quote>;
    std::string sku;
};
struct happened {
    using contract = event<"interop.happened">;
    std::string id;
};
using orders = point_to_point<"interop.orders", place>;
using quotes = point_to_point<"interop.quotes", ask_price>;
using events = publish_subscribe<"interop.events", happened>;

std::string const python = "/usr/bin/python3"; // for which Debian has pika

bool skipped() {
    if (rabbitmq_kit::without_broker()) return true;
    static bool const pika = std::system((python + " -c 'import pika' 2>/dev/null").c_str()) == 0;
    static bool const tools = std::system("command -v amqp-publish >/dev/null") == 0;
    if (!pika) WARN("SKIPPED: python3-pika is not installed");
    if (!tools) WARN("SKIPPED: amqp-tools are not installed");
    return !pika || !tools;
}

// With programs without Fairway.
class town : public rabbitmq_kit::town {
public:
    // What a command prints, up to its end; `ready` is called once it has said so, where it does.
    std::string print(std::string const& command, std::function<void()> const& ready = {}) const {
        auto const close = [](std::FILE* f) { pclose(f); };
        std::unique_ptr<std::FILE, decltype(close)> const out(popen((command + " 2>&1").c_str(), "r"), close);
        REQUIRE(out);
        std::string all;
        char line[512];
        while (std::fgets(line, sizeof line, out.get())) {
            if (std::string_view(line) == "ready\n" && ready)
                ready();
            else
                all += line;
        }
        return all;
    }
    std::string pika(std::string const& what, std::function<void()> const& ready = {}) const {
        auto const script = std::filesystem::path(__FILE__).parent_path() / "interop.py";
        return print(
            python + " " + script.string() + " " + std::to_string(broker().port()) + " " + virtual_host() + " " + what,
            ready);
    }
    std::string tool(std::string const& name, std::string const& arguments) const {
        return print(name + " -u amqp://guest:guest@127.0.0.1:" + std::to_string(broker().port()) + "/" +
                     virtual_host() + " " + arguments);
    }
};

// Once what was sent before is confirmed: then all that the service needs is there.
task<bool> settled(service& s) {
    happened const e{"to nobody"};
    co_await s.sender<events>().send(e);
    co_return true;
}

} // namespace

TEST_CASE("pika asks a service of Fairway", "[rabbitmq]") {
    if (skipped()) return;
    town t;
    t.open();
    t.shop->handle<orders>([](place const& p, delivery const& d) {
        return placed{p.sku + " for " + std::string(d.headers().find("tenant").value_or("nobody")) + " " +
                      std::string(d.headers().find("n").value_or("?"))};
    });
    t.shop->start();
    REQUIRE(t.await(settled(*t.shop)));
    for (auto const* how : {"ask", "ask-direct"}) {
        INFO(how);
        CHECK(t.pika(how) == "True interop.placed {\"id\":\"tea for acme 3\"}\n");
    }
}

TEST_CASE("pika answers a request of Fairway", "[rabbitmq]") {
    if (skipped()) return;
    town t;
    t.open();
    auto const port = t.shop->sender<quotes>();
    t.shop->start();
    REQUIRE(t.await(settled(*t.shop)));
    auto ask = [](sender_port<quotes> to) -> task<int> {
        ask_price const tea{"tea"};
        auto const options = send_options().header("tenant", "acme");
        auto const answer = co_await to.request(tea, 20s, options);
        co_return answer.price;
    };
    int price = 0;
    // Its queue is there as soon as somebody has asked.
    std::thread asks([&] { price = t.await(ask(port)); });
    std::string heard;
    for (int tried = 0; tried < 50 && (heard.empty() || heard.find("NOT_FOUND") != std::string::npos); ++tried)
        heard = t.pika("serve");
    asks.join();
    CHECK(price == 42);
    CHECK(heard == "interop.ask-price application/json True acme {\"sku\":\"tea\"}\n");
}

TEST_CASE("pika and amqp-publish publish events, without headers of Fairway and with odd ones", "[rabbitmq]") {
    if (skipped()) return;
    std::mutex mutex;
    std::condition_variable one_more;
    std::vector<std::string> ids;
    town t;
    t.open();
    auto const come = [&](std::size_t n, std::chrono::seconds most) {
        std::unique_lock lock(mutex);
        return one_more.wait_for(lock, most, [&] { return ids.size() >= n; });
    };
    t.shop->handle<events>([&](happened const& e) {
        if (e.id == "to nobody") return;
        std::lock_guard const lock(mutex);
        ids.push_back(e.id);
        one_more.notify_one();
    });
    t.shop->start();
    REQUIRE(t.await(settled(*t.shop)));
    CHECK(t.pika("publish").empty());
    REQUIRE(come(2, 20s));
    // It asks for no confirmation: where a quorum queue does not answer a new channel in time RabbitMQ drops what came.
    for (int tried = 0; tried == 0 || (tried < 5 && !come(3, 5s)); ++tried)
        CHECK(t.tool("amqp-publish", "-e fw.interop.events -r all -b '{\"id\":\"from the shell\"}'").empty());
    REQUIRE(come(3, 5s));
    std::lock_guard const lock(mutex);
    CHECK(std::vector(ids.begin(), ids.begin() + 3) ==
          std::vector<std::string>{"from pika", "with odd headers", "from the shell"});
}

TEST_CASE("pika and amqp-get receive what Fairway sends", "[rabbitmq]") {
    if (skipped()) return;
    town t;
    t.open();
    t.shop->start();
    REQUIRE(t.await(settled(*t.shop)));
    auto publish = [](service& s) -> task<bool> {
        happened const e{"tea is sold"};
        co_await s.sender<events>().send(e);
        co_return true;
    };
    auto const heard = t.pika("subscribe", [&] { t.await(publish(*t.shop)); });
    CHECK(heard == "interop.happened application/json shop 2 36 True {\"id\":\"tea is sold\"}\n");
    auto order = [](service& s) -> task<bool> {
        place const p{"tea"};
        co_await s.sender<orders>().send(p);
        co_return true;
    };
    REQUIRE(t.await(order(*t.shop)));
    CHECK(t.tool("amqp-get", "-q fw.interop.orders") == "{\"sku\":\"tea\"}");
}
