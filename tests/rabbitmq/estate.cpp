// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A RabbitMQ on which others have made exchanges and queues: services use them as they are.
#include "fw_catch.hpp"
#include "rabbitmq/town.hpp"
#include "rabbitmq/without_broker.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

using namespace fairway;
using namespace std::chrono_literals;

namespace {

struct sold {
    using contract = event<"estate.sold">;
    std::string id;
};
struct cancel {
    using contract = command<"estate.cancel">;
    std::string id;
};
using sales = publish_subscribe<"estate.sales", sold>;
using cancellations = point_to_point<"estate.cancellations", cancel>;

// What others have made: the topic exchange `erp.sales`, the queue `erp.shop` bound to it with `order.*`, and the
// queue `erp.cancel`; of the classic kind.
class estate : public rabbitmq_kit::town {
public:
    estate() {
        make("PUT", "exchanges/" + virtual_host() + "/erp.sales", R"({"type":"topic","durable":true})");
        for (auto const* queue : {"erp.shop", "erp.cancel"})
            make("PUT", "queues/" + virtual_host() + "/" + queue, R"({"durable":true})");
        make("POST", "bindings/" + virtual_host() + "/e/erp.sales/q/erp.shop", R"({"routing_key":"order.*"})");
    }
    // The queues and exchanges that are not there from the start.
    std::string others() const {
        std::string text;
        for (auto const* kind : {"queues", "exchanges"}) {
            std::string const what = kind;
            auto answer = make("GET", what + "/" + virtual_host() + "?columns=name", "{}");
            for (auto at = answer.find("\"name\":\""); at != answer.npos; at = answer.find("\"name\":\"", at)) {
                at += 8;
                auto const name = answer.substr(at, answer.find('"', at) - at);
                if (!name.empty() && !name.starts_with("amq.") && !name.starts_with("erp.")) text += name + " ";
            }
        }
        return text;
    }
    // A queue for the same events, which has room for one.
    void add_narrow_queue() const {
        make("PUT", "queues/" + virtual_host() + "/erp.full",
            R"({"durable":true,"arguments":{"x-max-length":1,"x-overflow":"reject-publish"}})");
        make("POST", "bindings/" + virtual_host() + "/e/erp.sales/q/erp.full", R"({"routing_key":"order.*"})");
    }
    // An event of others.
    void publish(std::string const& key, std::string const& id) const {
        auto const answer = make("POST", "exchanges/" + virtual_host() + "/erp.sales/publish",
            R"({"properties":{},"routing_key":")" + key + R"(","payload":"{\"id\":\")" + id +
                R"(\"}","payload_encoding":"string"})");
        CHECK(answer.find("\"routed\":true") != answer.npos);
    }
    // How many wait there.
    std::string waiting(std::string const& queue) const {
        auto const answer = make("POST", "queues/" + virtual_host() + "/" + queue + "/get",
            R"({"count":10,"ackmode":"ack_requeue_false","encoding":"auto"})");
        std::string ids;
        std::string const mark = R"({\"id\":\")";
        for (auto at = answer.find(mark); at != answer.npos; at = answer.find(mark, at)) {
            at += mark.size();
            ids += answer.substr(at, answer.find('\\', at) - at) + " ";
        }
        return ids;
    }

private:
    std::string make(std::string const& method, std::string const& what, std::string const& body) const {
        return broker().ask(method, "/api/" + what, body);
    }
};

} // namespace

TEST_CASE("services use exchanges and queues that others have made, and make none", "[rabbitmq]") {
    if (rabbitmq_kit::without_broker()) return;
    auto const mode = GENERATE(topology_mode::declare, topology_mode::verify, topology_mode::none);
    estate e;
    e.open(amqp_options()
               .topology(mode)
               .existing_exchange("estate.sales", "erp.sales", "order.placed")
               .existing_queue("estate.sales", "shop", "erp.shop")
               .existing_queue("estate.cancellations", "erp.cancel"));
    std::promise<void> all;
    std::vector<std::string> ids;
    auto const note = [&](std::string const& id) {
        ids.push_back(id);
        if (ids.size() == 3) all.set_value();
    };
    e.shop->handle<sales>([&](sold const& p) { note(p.id); });
    e.shop->handle<cancellations>([&](cancel const& c) { note(c.id); });
    e.shop->start();
    auto send = [](service& s) -> task<bool> {
        sold const p{"ours"};
        co_await s.sender<sales>().send(p);
        cancel const c{"off"};
        co_await s.sender<cancellations>().send(c);
        co_return true;
    };
    REQUIRE(e.await(send(*e.shop)));
    e.publish("order.paid", "theirs");
    REQUIRE(all.get_future().wait_for(20s) == std::future_status::ready);
    std::sort(ids.begin(), ids.end());
    CHECK(ids == std::vector<std::string>{"off", "ours", "theirs"});
    // Queues for dead letters are the service's own.
    CHECK(e.others() ==
          (mode == topology_mode::declare ? "fw.estate.cancellations.shop.dead fw.estate.sales.shop.dead " : ""));
}

TEST_CASE("others get what services send to their exchanges and queues", "[rabbitmq]") {
    if (rabbitmq_kit::without_broker()) return;
    estate e;
    e.open(amqp_options()
               .existing_exchange("estate.sales", "erp.sales", "order.placed")
               .existing_queue("estate.cancellations", "erp.cancel"));
    e.shop->start();
    auto send = [](service& s) -> task<bool> {
        sold const p{"sold"};
        co_await s.sender<sales>().send(p);
        cancel const c{"off"};
        co_await s.sender<cancellations>().send(c);
        co_return true;
    };
    REQUIRE(e.await(send(*e.shop)));
    CHECK(e.waiting("erp.shop") == "sold ");
    CHECK(e.waiting("erp.cancel") == "off ");
    CHECK(e.others().empty());
}

TEST_CASE("a group's own queue is bound to an exchange that others have made", "[rabbitmq]") {
    if (rabbitmq_kit::without_broker()) return;
    estate e;
    e.open(amqp_options().existing_exchange("estate.sales", "erp.sales", "order.#"));
    std::promise<std::string> first;
    e.shop->handle<sales>([&](sold const& p) { first.set_value(p.id); });
    e.shop->start();
    auto begun = [](service& s) -> task<bool> {
        cancel const c{"nothing"};
        co_await s.sender<cancellations>().send(c);
        co_return true;
    };
    REQUIRE(e.await(begun(*e.shop)));
    e.publish("order.paid", "theirs");
    auto heard = first.get_future();
    REQUIRE(heard.wait_for(20s) == std::future_status::ready);
    CHECK(heard.get() == "theirs");
    CHECK(e.others().find("fw.estate.sales:shop ") != std::string::npos);
    CHECK(e.others().find("fw.estate.sales ") == std::string::npos);
}

TEST_CASE("what an operator has not made is told where services only look", "[rabbitmq]") {
    if (rabbitmq_kit::without_broker()) return;
    estate e;
    std::mutex lock;
    std::string told;
    e.open(amqp_options()
               .topology(topology_mode::verify)
               .on_trouble([&](std::string_view where, error_code why, std::string_view text) {
                   std::lock_guard const guard(lock);
                   told += std::string(where) + ": " + why.message() + ": " + std::string(text) + "\n";
               }));
    e.shop->start();
    auto send = [](service& s) -> task<std::string> {
        sold const p{"lost"};
        try {
            co_await s.sender<sales>().send(p);
        } catch (system_error const& failed) {
            if (failed.code() == errc::unroutable) co_return "unroutable";
        }
        co_return "sent";
    };
    CHECK(e.await(send(*e.shop)) == "unroutable");
    std::lock_guard const guard(lock);
    INFO(told);
    CHECK(told.find("no exchange 'fw.estate.sales'") != std::string::npos);
    CHECK(e.others().empty());
}

TEST_CASE("where one queue of an exchange is full, others do not get an event again and again", "[rabbitmq]") {
    if (rabbitmq_kit::without_broker()) return;
    estate e;
    e.add_narrow_queue();
    e.open(amqp_options().existing_exchange("estate.sales", "erp.sales", "order.placed"));
    e.shop->start();
    auto send = [](service& s, std::string id) -> task<bool> {
        sold const p{std::move(id)};
        co_await s.sender<sales>().send(p);
        co_return true;
    };
    REQUIRE(e.await(send(*e.shop, "first")));
    auto const second = std::async(std::launch::async, [&] { return e.await(send(*e.shop, "second")); });
    CHECK(second.wait_for(2s) == std::future_status::timeout);
    auto const times = e.waiting("erp.shop");
    INFO(times);
    // At once, and after 0.1, 0.3, 0.7 and 1.5 s.
    CHECK(std::count(times.begin(), times.end(), ' ') <= 7);
    CHECK(e.waiting("erp.full") == "first ");
    CHECK(second.wait_for(20s) == std::future_status::ready);
}
