// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A node with services, one that uses them as it should, and peers that do not.
#ifndef FAIRWAY_TESTS_TCP_HOSTILE_KIT_HPP
#define FAIRWAY_TESTS_TCP_HOSTILE_KIT_HPP

#include "samples.hpp"

#include <fairway/fairway.hpp>
#include <fairway/tcp.hpp>
#include <fairway/testing/manual_clock.hpp>
#include <fairway/testing/seeded_secure_random.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <malloc.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hostile_kit {

using namespace samples; // NOLINT
using namespace fairway;
using namespace std::chrono_literals;
namespace ip = asio::ip;

struct placed {
    using contract = document<"hostile.placed">;
    std::uint64_t number = 0;
};
struct place {
    using contract = command<"hostile.place", placed>;
    std::uint64_t number = 0;
};
struct sold {
    using contract = event<"hostile.sold">;
    std::string text;
};
using orders = point_to_point<"hostile.orders", place>;
using sales = publish_subscribe<"hostile.sales", sold>;

// Bytes that were asked of the heap and not given back; 0 where a sanitizer has a heap of its own.
inline std::size_t heap_bytes() {
    auto const all = mallinfo2();
    return all.uordblks + all.hblkhd;
}

// One context, in which time passes when nothing else happens.
class world {
public:
    // `change` may change the options of the node that is attacked, `change_good` those of the one that does as it
    // should.
    explicit world(std::function<void(tcp_options&)> const& change = {},
        std::function<void(tcp_options&)> const& change_good = {}) {
        asio::make_service<testing::seeded_secure_random>(io, 7U);
        asio::make_service<env::random>(io, 7U);
        tcp_options o;
        o.listen("127.0.0.1:0").name("stock").on_trouble([this](std::string_view, error_code, std::string_view text) {
            troubles.emplace_back(text);
        });
        if (change) change(o);
        tcp node(io.get_executor(), o);
        at = *node.local();
        stock.emplace(any_transport(std::move(node)), "stock");
        stock->handle<orders>([this](place const& p) -> task<placed> { return handle(p); });
        stock->start();
        auto const everywhere = at.text().substr(std::string_view("tcp://").size());
        tcp_options c;
        c.name("checkout").places(discovery_options().channel("*", everywhere));
        if (change_good) change_good(c);
        checkout.emplace(any_transport(tcp(io.get_executor(), c)), "checkout");
        checkout->start();
    }
    // Runs until it is so, or so much time has passed.
    bool until(std::function<bool()> const& so, duration most = 60s) {
        for (auto const end = clock.steady_now() + most; !so();) {
            if (run_one()) continue;
            if (clock.steady_now() >= end) return false;
            clock.advance(10ms);
        }
        return true;
    }
    void pass(duration d) {
        until([] { return false; }, d);
    }
    // Runs what there is to run, without time.
    void settle() {
        for (int quiet = 0; quiet < 3;) quiet = run_one() ? 0 : quiet + 1;
    }
    // The one that does as it should is served.
    bool serves() {
        auto const answer = std::make_shared<std::uint64_t>(0);
        auto const n = ++asked_;
        auto ask = [](service& by, std::uint64_t number, std::shared_ptr<std::uint64_t> into) -> task<> {
            place const p{number};
            auto const got = co_await by.sender<orders>().request(p, 5s);
            *into = got.number;
        };
        std::exception_ptr failed;
        asio::co_spawn(io, ask(*checkout, n, answer), [&](std::exception_ptr e) { failed = e; });
        return until([&] { return failed || *answer != 0; }, 6s) && *answer == n;
    }

    // Before the context: they outlive what uses them.
    std::vector<std::string> troubles;
    bool stuck = false; // the handlers of orders
    std::size_t handled = 0;
    asio::io_context io{1};
    testing::manual_clock& clock = asio::make_service<testing::manual_clock>(io);
    env::endpoint at;
    std::optional<service> stock;
    std::optional<service> checkout;

private:
    task<placed> handle(place const& p) {
        placed const done{p.number};
        ++handled;
        while (stuck) co_await sleep_for(100ms);
        co_return done;
    }
    bool run_one() {
        if (io.stopped()) io.restart();
        return io.poll_one() > 0 || io.run_one_for(1ms) > 0;
    }
    std::uint64_t asked_ = 0;
};

// A connection on which a test says what it likes.
class bad_peer {
public:
    explicit bad_peer(world& in, bool reads = true) : w_(in), socket_(in.io) {
        socket_.connect(ip::tcp::endpoint(ip::make_address("127.0.0.1"), in.at.port));
        in_.limit(wire_limits::most_largest_record);
        if (reads) read();
    }
    // Says nothing until it can be written, and waits until it was, unless the other end has closed.
    void say(std::string bytes) {
        auto const kept = std::make_shared<std::string>(std::move(bytes));
        auto const written = std::make_shared<bool>(false);
        asio::async_write(socket_, asio::buffer(*kept), [kept, written](error_code, std::size_t) { *written = true; });
        w_.until([&] { return *written; }, 1s);
        w_.settle();
    }
    template <class Record>
        requires requires { Record::type; }
    void say(Record const& r) {
        std::string bytes;
        append_record(bytes, r);
        say(std::move(bytes));
    }
    // Authenticated, as far as that is asked for.
    void greet(unsigned id = 9) {
        hello_record h;
        h.node = id_of(id);
        std::string bytes(preamble);
        append_record(bytes, h);
        say(std::move(bytes));
        REQUIRE(w_.until([&] { return !reads_ || has(record_type::welcome); }));
    }
    // What was said to it: how many records, how many of a type, and the first one.
    std::size_t heard() const noexcept { return heard_; }
    bool has(record_type type) const { return count(type) > 0; }
    std::size_t count(record_type type) const {
        auto const found = said_.find(type);
        return found == said_.end() ? 0 : found->second.count;
    }
    std::string payload_of(record_type type) const { return has(type) ? said_.at(type).first : std::string(); }
    // With what it was sent away; waits for it.
    goodbye_code goodbye() {
        REQUIRE(w_.until([&] { return ended_; }));
        auto const last = payload_of(record_type::goodbye);
        return last.empty() ? goodbye_code{} : read_fields<goodbye_record>(last).code;
    }
    bool ended() const noexcept { return ended_; }
    void close() { socket_.close(); }

private:
    void read() {
        reads_ = true;
        socket_.async_read_some(asio::buffer(buffer_), [this](error_code ec, std::size_t n) {
            if (ec == asio::error::operation_aborted) return;
            samples::feed(in_, {buffer_.data(), n});
            if (!greeted_) greeted_ = in_.take_preamble();
            while (auto const r = greeted_ ? in_.next() : std::nullopt) {
                ++heard_;
                auto& one = said_[r->type];
                if (++one.count == 1) one.first = r->payload;
            }
            ended_ = static_cast<bool>(ec);
            if (!ec) read();
        });
    }
    world& w_;
    ip::tcp::socket socket_;
    std::array<char, 4096> buffer_{};
    struct said {
        std::size_t count = 0;
        std::string first;
    };
    record_input in_;
    bool greeted_ = false;
    std::size_t heard_ = 0;
    std::map<record_type, said> said_;
    bool reads_ = false;
    bool ended_ = false;
};

inline std::string with_size(std::uint32_t size, std::string_view rest) {
    std::string bytes(4, '\0');
    field_writer(bytes.data()).put(size);
    return bytes.append(rest);
}
inline std::string record_of(record_type type, std::string_view payload) {
    std::string rest(1, static_cast<char>(type));
    return with_size(static_cast<std::uint32_t>(payload.size() + 1), rest.append(payload));
}
// A message for a consumer.
inline std::string delivery_to(std::uint32_t consumer, std::uint64_t tag, std::string_view envelope_bytes) {
    return record_of(record_type::deliver, fields_of(deliver_head{consumer, tag, 1}).append(envelope_bytes));
}

} // namespace hostile_kit

#endif
