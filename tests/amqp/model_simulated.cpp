// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The model broker on a simulated host.
#include "fw_catch.hpp"
#include "model_kit.hpp"

#include <fairway/testing/amqp/broker.hpp>
#include <fairway/testing/sim/stream_lab.hpp>

#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <optional>

using namespace model_kit; // NOLINT
namespace asio = boost::asio;
using fairway::testing::stream_lab;
using fairway::testing::stream_options;

namespace {

struct conversation {
    std::string to_say;
    lines heard;
    bool over = false;
};

fairway::task<> converse(asio::any_io_executor on, conversation& c, std::string host = "broker") {
    auto const at = fairway::env::endpoint::tcp(host, 5672);
    auto s = co_await fairway::env::network::of(on).connect(at, on);
    co_await asio::async_write(s, asio::buffer(c.to_say), asio::use_awaitable);
    reader r;
    r.frame_max = 131072;
    std::array<char, 4096> some{};
    try {
        for (;;) {
            auto const n = co_await s.async_read_some(asio::buffer(some), asio::use_awaitable);
            r.take(std::string_view(some.data(), n));
            for (auto const& line : r.said()) c.heard.push_back(line);
        }
    } catch (fairway::system_error const&) {
        c.over = true;
    }
}

// Of a client that publishes and consumes, and waits for nothing.
std::string script(bool confirmed = false) {
    std::string all(protocol_header);
    auto const say = [&](auto const& m, std::uint16_t on) { append_method(all, on, m, 131072); };
    connection_start_ok start;
    start.mechanism = "PLAIN";
    start.response.bytes = std::string_view("\0guest\0guest", 12);
    say(start, 0);
    say(connection_tune_ok{2047, 131072, 0}, 0);
    say(connection_open{}, 0);
    say(channel_open{}, 1);
    if (confirmed) say(confirm_select{}, 1);
    queue_declare d;
    d.queue = "q";
    d.durable = true;
    say(d, 1);
    basic_consume t;
    t.queue = "q";
    t.consumer_tag = "t";
    say(t, 1);
    for (auto const* const body : {"1", "2", "3"}) append_content(all, 1, to("", "q"), persistent(), body, 131072);
    return all;
}

struct world_of_two {
    explicit world_of_two(std::uint64_t seed) : lab(stream_options(seed).short_ones(2).room(64)) {
        amqp_broker_options o;
        o.listen_at(fairway::env::endpoint::tcp("*", 5672));
        broker.emplace(lab.start("broker").get_executor(), o);
        auto& io = lab.start("client");
        asio::co_spawn(io, converse(io.get_executor(), talk), asio::detached);
    }
    conversation talk{script(), {}, false};
    stream_lab lab;
    std::optional<fairway::testing::amqp_broker> broker;
};

lines const all_of_it = {
    "start PLAIN", "tune 2047 131072 60", "open", "declared 0 0", "deliver t 1 1", "deliver t 2 2", "deliver t 3 3"};

} // namespace

TEST_CASE("the model broker: it runs on simulated hosts, however their streams split what is said", "[amqp][model]") {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        world_of_two w(seed);
        REQUIRE(w.lab.run_until([&] { return w.talk.heard.size() == all_of_it.size(); }, seconds(60)));
        CHECK(w.talk.heard == all_of_it);
        w.broker->crash();
        CHECK(w.lab.run_until([&] { return w.talk.over; }, seconds(60)));
        CHECK(w.broker->connections() == 0);
    }
}

TEST_CASE("the model broker: its host may go before it does", "[amqp][model]") {
    world_of_two w(1);
    w.lab.run_until([&] { return w.talk.heard.size() == all_of_it.size(); }, seconds(60));
    w.lab.drop("broker");
    CHECK(w.lab.run_until([&] { return w.talk.over; }, seconds(60)));
    w.broker.reset();
}

TEST_CASE("the model broker: a node waits for its own clock, which is behind that of another one", "[amqp][model]") {
    world_of_two w(1);
    auto const everywhere = fairway::env::endpoint::tcp("*", 5672);
    fairway::testing::amqp_broker behind(w.lab.start("broker2").get_executor(), *w.broker, everywhere);
    auto& io = w.lab.start("ahead");
    asio::use_service<fairway::testing::manual_clock>(io).advance(seconds(1));
    fairway::testing::amqp_broker ahead(io.get_executor(), *w.broker, everywhere);
    fairway::testing::amqp_faults slow;
    slow.least_confirm_delay = slow.most_confirm_delay = std::chrono::nanoseconds(1);
    ahead.set_faults(slow);
    conversation confirmed{script(true), {}, false};
    auto& client = w.lab.start("client2");
    asio::co_spawn(client, converse(client.get_executor(), confirmed, "broker2"), asio::detached);
    auto const is_confirmed = [&] { return !confirmed.heard.empty() && confirmed.heard.back().starts_with("ack"); };
    // Throws where it asks the clock once and again.
    CHECK(w.lab.run_until(is_confirmed, seconds(2)));
}
