// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What a transport has made goes on its executor, whoever has the last of it.
#include "env/watched_clock.hpp"
#include "fw_catch.hpp"

#include <fairway/amqp.hpp>
#include <fairway/testing/amqp/broker.hpp>

#include <boost/asio/bind_executor.hpp>

#include <future>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

using namespace fairway;
using namespace std::chrono_literals;

namespace {

class deaf final : public receiver {
public:
    void ready() noexcept override {}
};

// A transport that is connected and has sent something, on a thread that runs, with what a user has of it.
struct connected {
    connected() {
        auto const its = std::make_shared<int>(0);
        left = its;
        net.emplace(t.io.get_executor(),
            amqp_options().host("127.0.0.1", broker.endpoint().port).insecure(true).on_trouble([its](auto, auto, auto) {
            }));
        subscription orders;
        orders.from = {"orders", channel_kind::point_to_point, 2};
        way = net->open(orders.from);
        from = net->listen(orders, told);
        t.start();
        envelope_head head;
        head.id = {1, 1};
        head.shard = 0;
        std::vector<envelope> one{envelope::of_bytes(head, {}, "tea")};
        std::vector<outcome> outcomes;
        std::promise<void> done;
        way->send(std::move(one), env::steady_point::max(), outcomes,
            asio::bind_executor(t.io.get_executor(), [&done] { done.set_value(); }));
        done.get_future().wait();
        REQUIRE_FALSE(outcomes.at(0).error);
    }
    ~connected() { t.stop(); }

    env_kit::threaded t;
    testing::amqp_broker broker{t.io.get_executor()};
    deaf told;
    std::weak_ptr<int> left; // of the transport's inside
    std::optional<amqp> net;
    std::shared_ptr<sink> way;
    std::shared_ptr<source> from;
};

} // namespace

TEST_CASE("connections end on the transport's executor, whichever thread drops the last sink", "[amqp]") {
    connected c;
    SECTION("after the transport") {
        c.net.reset();
        c.way.reset();
    }
    SECTION("before it") {
        c.way.reset();
        c.net.reset();
    }
    SECTION("and closes what it listens to") {
        c.from->close();
        c.net.reset();
        c.way.reset();
    }
    c.t.until([&c] { return c.broker.connections() == 0; });
    c.from.reset();
    c.t.stop();
    CHECK(c.t.clock.strays() == 0);
}

TEST_CASE("what is dropped where the context runs no more goes with that", "[amqp]") {
    std::weak_ptr<int> left;
    {
        connected c;
        c.t.stop();
        c.net.reset();
        c.way.reset();
        c.from.reset();
        left = c.left;
        CHECK_FALSE(left.expired());
    }
    CHECK(left.expired());
}

TEST_CASE("a source may be dropped when its context has gone before it was used", "[amqp]") {
    deaf told;
    std::shared_ptr<source> from;
    {
        asio::io_context io;
        amqp net(io.get_executor(), amqp_options().host("127.0.0.1", 1));
        subscription orders;
        orders.from = {"orders", channel_kind::point_to_point, 0};
        from = net.listen(orders, told);
    }
    from.reset();
}
