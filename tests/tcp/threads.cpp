// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What a node has made goes on its executor, whoever drops it.
#include "env/watched_clock.hpp"
#include "fw_catch.hpp"

#include <fairway/tcp.hpp>

#include <boost/asio/bind_executor.hpp>

#include <future>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

using namespace fairway;

namespace {

class indifferent final : public receiver {
public:
    void ready() noexcept override {}
};

// Two nodes of one context, on a thread that runs; one has sent something to the other.
struct two_nodes {
    two_nodes() {
        there.emplace(t.io.get_executor(), tcp_options().listen("127.0.0.1:0").confirm(confirmation::received));
        discovery_options places;
        places.channel("*", there->local()->text());
        here.emplace(t.io.get_executor(), tcp_options().places(places).confirm(confirmation::received));
        subscription orders;
        orders.from = {"orders", channel_kind::point_to_point, 0};
        from = there->listen(orders, told);
        way = here->open(orders.from);
        t.start();
        envelope_head head;
        head.id = {1, 1};
        std::vector<envelope> one{envelope::of_bytes(head, {}, "tea")};
        std::vector<outcome> outcomes;
        std::promise<void> done;
        way->send(std::move(one), env::steady_point::max(), outcomes,
            asio::bind_executor(t.io.get_executor(), [&done] { done.set_value(); }));
        while (!received) {
            std::vector<delivery> batch;
            if (from->receive(batch, 1) > 0) received = batch.front().tag();
        }
        done.get_future().wait();
        REQUIRE_FALSE(outcomes.at(0).error);
    }
    ~two_nodes() { t.stop(); }

    env_kit::threaded t;
    indifferent told;
    std::optional<std::uint64_t> received;
    std::optional<tcp> here;
    std::optional<tcp> there;
    std::shared_ptr<source> from;
    std::shared_ptr<sink> way;
};

} // namespace

TEST_CASE("connections end on the node's executor, whichever thread drops the transport", "[node]") {
    two_nodes n;
    SECTION("of who has dialed") { n.here.reset(); }
    SECTION("of who has accepted") { n.there.reset(); }
    SECTION("of both") {
        n.here.reset();
        n.there.reset();
    }
    n.t.ask([] { return true; });
    CHECK(n.t.clock.strays() == 0);
    // A channel's way has alarms as well, which nobody has set.
    n.way.reset();
    n.from.reset();
    n.t.stop();
}
