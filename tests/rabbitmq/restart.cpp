// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// RabbitMQ ends in the middle, and starts again with what it has kept; and its operator changes his mind.
#include "fw_catch.hpp"
#include "rabbitmq/stage.hpp"
#include "rabbitmq/without_broker.hpp"

#include <fairway/fairway.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <sys/wait.h>

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace fairway;
using namespace std::chrono_literals;

namespace {

struct doubled {
    using contract = document<"restart.doubled">;
    int n = 0;
};
struct double_it {
    using contract = command<"restart.double-it", doubled>;
    int n = 0;
};
using sums = point_to_point<"restart.sums", double_it>;

class patient final : public receiver {
public:
    void ready() noexcept override {}
};

struct tally {
    int asked = 0;
    int right = 0;
    std::vector<std::string> wrong;
};

// One request after the other, until so many were asked by all.
task<> ask(sender_port<sums> port, tally& t, int most) {
    while (t.asked < most) {
        double_it const what{.n = ++t.asked};
        try {
            auto const answer = co_await port.request(what, 60s);
            if (answer.n == 2 * what.n) ++t.right;
        } catch (system_error const& e) {
            t.wrong.push_back(e.what());
        }
    }
}

// Who asks, and who answers.
struct pair {
    explicit pair(conformance_kit::rabbitmq_stage& stage)
        : asker(stage.connect().net, "asker"), answerer(stage.connect().net, "answerer") {
        answerer.handle<sums>([](double_it const& what) { return doubled{2 * what.n}; });
        answerer.start();
        asker.start();
    }
    // One question after the other.
    void ask_until(int most) {
        asio::co_spawn(asker.get_executor(), ask(asker.sender<sums>(), t, most), asio::detached);
    }
    tally t{};
    service asker;
    service answerer;
};

// As long as it lives RabbitMQ takes no messages, since its disk is full.
class alarm_of_disk {
public:
    alarm_of_disk() { set("1000000GB"); }
    alarm_of_disk(alarm_of_disk const&) = delete;
    alarm_of_disk& operator=(alarm_of_disk const&) = delete;
    ~alarm_of_disk() { set("50MB"); }

private:
    static void set(std::string const& limit) {
        int status = -1;
        waitpid(rabbitmq_kit::shared_broker().control({"set_disk_free_limit", limit}), &status, 0);
        CHECK(status == 0);
    }
};

} // namespace

TEST_CASE("requests that are under way when RabbitMQ ends are answered", "[rabbitmq]") {
    if (rabbitmq_kit::without_broker()) return;
    int const how = GENERATE(SIGKILL, SIGTERM);
    INFO("signal " << how);
    constexpr int most = 2'000;
    conformance_kit::rabbitmq_stage stage;
    pair p(stage);
    auto& t = p.t;
    for (int i = 0; i < 32; ++i) p.ask_until(most);
    REQUIRE(stage.run_until([&] { return t.right > most / 4; }, 60s));
    rabbitmq_kit::shared_broker().keep_declarations();
    rabbitmq_kit::shared_broker().kill(how);
    stage.linger(100ms); // they notice
    rabbitmq_kit::shared_broker().start();
    CHECK(stage.run_until([&] { return t.right + static_cast<int>(t.wrong.size()) >= most; }, 90s));
    CHECK(t.right >= most);
    CHECK(t.wrong == std::vector<std::string>());
}

TEST_CASE("a reply that RabbitMQ has confirmed outlives its process", "[rabbitmq]") {
    if (rabbitmq_kit::without_broker()) return;
    conformance_kit::rabbitmq_stage stage;
    auto asker = stage.connect();
    auto answerer = stage.connect();
    patient told;
    auto const way = asker.net.open_replies(told);
    std::vector<notice> met;
    REQUIRE(stage.run_until([&] { return way.replies->notices(met), !met.empty(); }, 30s));
    rabbitmq_kit::shared_broker().keep_declarations();
    stage.cut(asker);
    stage.pass(100ms);

    std::vector<envelope> one;
    envelope_head head;
    head.id = {1, 1};
    one.push_back(envelope::of_bytes(head, {}, "tea is placed"));
    std::vector<outcome> outcomes;
    bool over = false;
    auto const on = answerer.net.get_executor();
    answerer.net.open_reply(way.address)
        ->send(std::move(one), env::clock::of(on).steady_now() + 30s, outcomes,
            asio::bind_executor(on, [&over] { over = true; }));
    REQUIRE(stage.run_until([&] { return over; }, 30s));
    REQUIRE_FALSE(outcomes.front().error);
    rabbitmq_kit::shared_broker().kill(SIGKILL);
    rabbitmq_kit::shared_broker().start();
    stage.restore(asker);
    std::vector<delivery> batch;
    REQUIRE(stage.run_until([&] { return way.replies->receive(batch, 1) == 1; }, 30s));
    CHECK(batch.front().message().body() == "tea is placed");
}

TEST_CASE("what is sent after a queue was deleted finds its consumers", "[rabbitmq]") {
    if (rabbitmq_kit::without_broker()) return;
    conformance_kit::rabbitmq_stage stage;
    pair p(stage);
    auto& t = p.t;
    int const at_once = 32; // so that it is made again at once
    for (int round = 1; round <= 3; ++round) {
        int const most = round * at_once;
        for (int i = 0; i < at_once; ++i) p.ask_until(most);
        CHECK(stage.run_until([&] { return t.right + static_cast<int>(t.wrong.size()) >= most; }, 90s));
        rabbitmq_kit::shared_broker().ask("DELETE", "/api/queues/" + stage.virtual_host() + "/fw.restart.sums");
    }
    CHECK(t.wrong == std::vector<std::string>());
}

TEST_CASE("while RabbitMQ takes no messages it hears of those that were handled, also of shards", "[rabbitmq]") {
    if (rabbitmq_kit::without_broker()) return;
    conformance_kit::rabbitmq_stage stage;
    auto receiver = stage.connect().net;
    auto sender = stage.connect().net;
    patient told;
    subscription what;
    what.from = {"alarm", channel_kind::point_to_point, 4};
    what.prefetch = 4;
    auto const from = receiver.listen(what, told);
    std::vector<envelope> all;
    for (std::uint64_t n = 0; n < 40; ++n) {
        envelope_head head;
        head.id = {1, n};
        head.shard = static_cast<std::uint32_t>(n % 4);
        all.push_back(envelope::of_bytes(head, {}, "x"));
    }
    std::vector<outcome> outcomes;
    bool sent = false;
    auto const way = sender.open(what.from);
    way->send(std::move(all), env::steady_point::max(), outcomes,
        asio::bind_executor(sender.get_executor(), [&sent] { sent = true; }));
    REQUIRE(stage.run_until([&] { return sent; }, 60s));
    alarm_of_disk const alarm;
    stage.linger(2s); // so that instances have something to say to each other
    std::size_t handled = 0;
    auto const handle = [&] {
        std::vector<delivery> batch;
        from->receive(batch, 4);
        for (auto const& d : batch) {
            settlement const accepted{d.tag(), true, 1};
            from->settle({&accepted, 1});
            ++handled;
        }
        return handled >= 40;
    };
    CHECK(stage.run_until(handle, 30s)); // RabbitMQ delivers more than the prefetch once it has heard of some
}
