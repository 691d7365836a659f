// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Sessions over real sockets of one context, whose connections can be cut.
#ifndef FAIRWAY_TESTS_TCP_PEERS_HPP
#define FAIRWAY_TESTS_TCP_PEERS_HPP

#include "samples.hpp"

#include <fairway/testing/manual_clock.hpp>
#include <fairway/testing/seeded_secure_random.hpp>
#include <fairway/transport/tcp/dialer.hpp>
#include <fairway/transport/tcp/listener.hpp>

#include <boost/asio/io_context.hpp>

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace peers {

using namespace samples; // NOLINT
namespace asio = boost::asio;

// A stream that ends after so many bytes read, or when it is told to.
class cuttable final : public fairway::env::stream_impl {
public:
    struct control {
        std::function<void()> cut;
        std::size_t cuts = 0;
        std::size_t budget = ~std::size_t{0}; // of the next streams
        std::size_t most_read = ~std::size_t{0};
    };
    cuttable(std::unique_ptr<stream_impl> inner, std::shared_ptr<control> by)
        : inner_(std::move(inner)), by_(std::move(by)), left_(by_->budget) {
        by_->cut = [this] { close(); };
    }
    ~cuttable() override { by_->cut = nullptr; }
    void read_some(asio::mutable_buffer into, fairway::env::io_handler done) override {
        if (left_ == 0) {
            ++by_->cuts;
            inner_->close();
        }
        std::size_t const n = std::min({into.size(), left_, by_->most_read});
        if (left_ != ~std::size_t{0}) left_ -= n; // what is asked for: an upper bound will do
        inner_->read_some(asio::mutable_buffer(into.data(), std::max<std::size_t>(n, 1)), std::move(done));
    }
    void write_some(std::span<asio::const_buffer const> from, fairway::env::io_handler done) override {
        inner_->write_some(from, std::move(done));
    }
    std::size_t write_now(asio::const_buffer from) noexcept override { return inner_->write_now(from); }
    void close() noexcept override { inner_->close(); }
    asio::any_io_executor get_executor() override { return inner_->get_executor(); }

private:
    std::unique_ptr<stream_impl> inner_;
    std::shared_ptr<control> by_;
    std::size_t left_;
};

inline std::function<fairway::task<fairway::env::stream>(fairway::env::stream, std::string)> cut_by(
    std::shared_ptr<cuttable::control> const& by) {
    return [by](fairway::env::stream plain, std::string const&) -> fairway::task<fairway::env::stream> {
        std::string remote = plain.remote();
        auto inner = plain.release();
        auto impl = std::make_unique<cuttable>(std::move(inner), by);
        co_return fairway::env::stream(std::move(impl), std::move(remote));
    };
}

// What sessions said, and echoing where it is wanted.
struct recorder final : session_events {
    std::vector<std::shared_ptr<session>> open;
    std::vector<std::string> records;
    std::vector<fairway::error_code> ends;
    std::uint64_t acked = 0;
    int batches = 0;
    int rooms = 0;
    std::function<void(session&)> first;
    std::function<void(session&, record_type, std::string_view)> then;
    void on_open(std::shared_ptr<session> const& s) override {
        open.push_back(s);
        if (first) first(*s);
    }
    void on_record(session& s, record_type type, std::string_view payload) override {
        records.emplace_back(payload);
        if (then) then(s, type, payload);
    }
    void on_batch_end(session&) override { ++batches; }
    void on_acked(session&, std::uint64_t offset) override { acked = offset; }
    void on_room(session&) override { ++rooms; }
    void on_end(session& s, fairway::error_code why) override {
        ends.push_back(why);
        std::erase_if(open, [&](auto const& one) { return one.get() == &s; });
    }
};

inline void put(session& s, std::string_view text, record_type type = record_type::deliver) {
    s.put(type, text.size(), [&](char* to) { std::memcpy(to, text.data(), text.size()); });
}

// A context with a listener; time stands still unless it is real.
struct world {
    explicit world(bool real_time = false) {
        if (!real_time) clock = &asio::make_service<fairway::testing::manual_clock>(io);
        asio::make_service<fairway::testing::seeded_secure_random>(io, 7U);
        asio::make_service<fairway::env::random>(io, 7U);
        server_options->node = id_of(1);
        server_options->node_name = "server";
        client_options->node = id_of(0x80);
        client_options->node_name = "client";
        for (auto const& o : {server_options, client_options})
            o->trouble = [this](std::string_view, fairway::error_code why, std::string_view text) {
                troubles.emplace_back(text);
                trouble_codes.push_back(why);
            };
    }
    void listen() {
        auto at = fairway::env::endpoint::parse("127.0.0.1:0");
        auto acceptor = fairway::env::network::of(io.get_executor()).listen(at, io.get_executor());
        server = listener::start(io.get_executor(), std::move(acceptor), server_options, served);
    }
    void dial() { client = dialer::start(io.get_executor(), server->local(), client_options, dialled); }
    // Runs until it is so; with a clock that stands still, advances it where nothing happens for a moment.
    template <class So>
    void until(So so) {
        for (int i = 0; i < 200'000; ++i) {
            if (so()) return;
            if (io.stopped()) io.restart();
            if (io.poll_one() > 0) continue;
            if (clock) {
                if (io.run_one_for(std::chrono::milliseconds(1)) == 0) clock->advance(std::chrono::milliseconds(10));
            } else {
                io.run_one();
            }
        }
        throw std::runtime_error("it does not come about");
    }
    // Lets what is under way come to its end, in the time that stands still.
    void settle() {
        for (int quiet = 0; quiet < 3;) quiet = run_a_little() ? 0 : quiet + 1;
    }
    bool run_a_little() {
        if (io.stopped()) io.restart();
        return io.run_one_for(std::chrono::milliseconds(2)) > 0;
    }

    // Before the context: they outlive what uses them.
    recorder served;
    recorder dialled;
    std::vector<std::string> troubles;
    std::vector<fairway::error_code> trouble_codes;
    std::shared_ptr<session_options> server_options = std::make_shared<session_options>();
    std::shared_ptr<session_options> client_options = std::make_shared<session_options>();
    asio::io_context io{1};
    fairway::testing::manual_clock* clock = nullptr;
    std::shared_ptr<listener> server;
    std::shared_ptr<dialer> client;
};

} // namespace peers

#endif
