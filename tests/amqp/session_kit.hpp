// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Sessions over real sockets of one context, against a server that says what a test lets it say.
#ifndef FAIRWAY_TESTS_AMQP_SESSION_KIT_HPP
#define FAIRWAY_TESTS_AMQP_SESSION_KIT_HPP

#include "fw_catch.hpp"

#include <fairway/env/real_network.hpp>
#include <fairway/env/spawn.hpp>
#include <fairway/testing/manual_clock.hpp>
#include <fairway/transport/amqp/link.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace session_kit {

namespace asio = boost::asio;
namespace amqp = fairway::amqp_detail;
namespace env = fairway::env;
using namespace std::chrono_literals; // NOLINT
using fairway::errc;

// A stream that moves at most so many bytes at once, and counts.
class slow final : public env::stream_impl {
public:
    struct control {
        std::size_t most_read = ~std::size_t{0};
        std::size_t most_written = ~std::size_t{0};
        int reads = 0; // that are under way
        int writes = 0;
        int all_writes = 0;
        bool overlaps = false;
        bool broken = false; // no write succeeds any more
    };
    slow(std::unique_ptr<stream_impl> inner, std::shared_ptr<control> by) : inner_(std::move(inner)), by_(by) {}
    void read_some(asio::mutable_buffer into, env::io_handler done) override {
        by_->overlaps |= by_->reads++ > 0;
        asio::mutable_buffer const some(into.data(), std::min(into.size(), by_->most_read));
        inner_->read_some(some, counted(std::move(done), by_->reads));
    }
    void write_some(std::span<asio::const_buffer const> from, env::io_handler done) override {
        if (by_->broken)
            return asio::post(inner_->get_executor(), [done = std::make_shared<env::io_handler>(std::move(done))] {
                (*done)(asio::error::make_error_code(asio::error::broken_pipe), 0);
            });
        ++by_->all_writes;
        by_->overlaps |= by_->writes++ > 0;
        asio::const_buffer const some(from[0].data(), std::min(from[0].size(), by_->most_written));
        inner_->write_some(std::span(&some, 1), counted(std::move(done), by_->writes));
    }
    std::size_t write_now(asio::const_buffer from) noexcept override {
        return by_->broken ? 0 : inner_->write_now(from);
    }
    void close() noexcept override { inner_->close(); }
    asio::any_io_executor get_executor() override { return inner_->get_executor(); }

private:
    env::io_handler counted(env::io_handler done, int& under_way) {
        auto then = [by = by_, done = std::make_shared<env::io_handler>(std::move(done)), &under_way](
                        fairway::error_code ec, std::size_t n) {
            --under_way;
            (*done)(ec, n);
        };
        return env::io_handler(std::move(then), inner_->get_executor());
    }
    std::unique_ptr<stream_impl> inner_;
    std::shared_ptr<control> by_;
};

// The server's end of a connection.
class server_end : public std::enable_shared_from_this<server_end> {
public:
    struct got {
        amqp::frame_type type;
        std::uint16_t channel;
        std::string payload;
    };
    explicit server_end(env::stream s) : stream_(std::move(s)) { in_.limit(1024 * 1024); }

    void read() {
        reading_ = true;
        auto const [to, room] = in_.prepare();
        stream_.async_read_some(
            asio::mutable_buffer(to, room), [self = shared_from_this()](fairway::error_code ec, std::size_t n) {
                self->reading_ = false;
                self->have_read(ec, n);
            });
    }
    // Reads nothing until `read`.
    void pause() { paused_ = true; }
    void resume() {
        paused_ = false;
        if (!reading_) read();
    }
    void send_raw(std::string_view bytes) {
        out_ += bytes;
        if (!writing_) write();
    }
    template <class Method>
    void send(std::uint16_t channel, Method const& m) {
        std::string bytes;
        amqp::append_method(bytes, channel, m, 1024 * 1024);
        send_raw(bytes);
    }
    template <class Method>
    void send_content(std::uint16_t channel, Method const& m, std::string_view body,
        amqp::basic_properties const& properties = {}, std::uint32_t frame_max = 4096) {
        std::string bytes;
        amqp::append_content(bytes, channel, m, properties, body, frame_max);
        send_raw(bytes);
    }
    void close() { stream_.close(); }

    bool header = false; // has come
    bool lost = false;
    std::deque<got> frames; // that were not taken
    int heartbeats = 0;

private:
    void have_read(fairway::error_code ec, std::size_t n) {
        if (ec) {
            lost = true;
            return;
        }
        in_.commit(n);
        if (!header) header = in_.take_protocol_header();
        while (header) {
            auto const f = in_.next();
            if (!f) break;
            if (f->type == amqp::frame_type::heartbeat)
                ++heartbeats;
            else
                frames.push_back({f->type, f->channel, std::string(f->payload)});
        }
        if (!paused_) read();
    }
    void write() {
        writing_ = true;
        now_.swap(out_);
        out_.clear();
        asio::async_write(
            stream_, asio::buffer(now_), [self = shared_from_this()](fairway::error_code ec, std::size_t) {
                self->writing_ = false;
                if (!ec && !self->out_.empty()) self->write();
            });
    }

    env::stream stream_;
    amqp::frame_input in_;
    std::string out_;
    std::string now_;
    bool writing_ = false;
    bool reading_ = false;
    bool paused_ = false;
};

// What a channel's user heard, a line each.
struct listener : amqp::channel_user {
    std::vector<std::string> heard;
    fairway::error_code why;
    std::function<void()> then;
    void say(std::string line) {
        heard.push_back(std::move(line));
        if (auto const act = then) act(); // it may change it
    }
    void on_open() override { say("open"); }
    void on_closed(fairway::error_code code, std::string_view text) override {
        why = code;
        say("closed: " + std::string(text));
    }
    void on_deliver(amqp::basic_deliver const& m, amqp::content const& c) override {
        say("deliver " + std::to_string(m.delivery_tag) + " " + std::string(c.body.substr(0, 20)));
    }
    void on_oversized(amqp::basic_deliver const& m, amqp::oversized const& c) override {
        say("oversized " + std::to_string(m.delivery_tag) + " " + std::to_string(c.body_size));
    }
    void on_return(amqp::basic_return const& m, amqp::content const& c) override {
        say("return " + std::string(m.text) + " " + std::string(c.body.substr(0, 20)));
    }
    void on_confirm(std::uint64_t tag, bool multiple, bool taken) override {
        say((taken ? "ack " : "nack ") + std::to_string(tag) + (multiple ? " multiple" : ""));
    }
    void on_cancel(std::string_view tag) override { say("cancel " + std::string(tag)); }
    void on_room() override { say("room"); }
};
inline std::shared_ptr<listener> hear() { return std::make_shared<listener>(); }

// A context with a server at a port, and a link to it; time stands still unless it is advanced.
struct world : amqp::link_user {
    world() {
        clock = &asio::make_service<fairway::testing::manual_clock>(io);
        asio::make_service<env::random>(io, 7U);
        options->user = "clerk";
        options->password = fairway::secret("hush-hush");
        options->name = "the till";
        options->trouble = [this](std::string_view where, fairway::error_code why, std::string_view text) {
            troubles.emplace_back(text);
            trouble_codes.push_back(why);
            trouble_places.emplace_back(where);
        };
        options->secure = [by = pace](env::stream plain, std::string) -> fairway::task<env::stream> {
            std::string remote = plain.remote();
            auto impl = std::make_unique<slow>(plain.release(), by);
            co_return env::stream(std::move(impl), std::move(remote));
        };
    }
    void on_up(std::shared_ptr<amqp::session> const& s) override {
        ++ups;
        session = s;
        if (first) first();
    }
    void on_down(fairway::error_code why, std::string_view text) override {
        downs.push_back(why);
        down_texts.emplace_back(text);
        session.reset();
    }
    void on_blocked(bool on) override { blocks.push_back(on); }

    // Listens at another port; the link tries all of them.
    void listen() {
        auto at = env::endpoint::parse("127.0.0.1:0");
        doors.push_back(env::network::of(io.get_executor()).listen(at, io.get_executor()));
        options->hosts.push_back(doors.back()->local());
        env::spawn(io.get_executor(), accept(*doors.back(), *this), [] {});
    }
    static fairway::task<> accept(env::acceptor& door, world& into) {
        for (;;) {
            auto next = door.accept();
            auto s = co_await std::move(next);
            into.ends.push_back(std::make_shared<server_end>(std::move(s)));
            into.ends.back()->read();
        }
    }
    void start() {
        if (doors.empty()) listen();
        link = amqp::link::start(io.get_executor(), options, *this);
    }

    // Runs until it is so; where nothing happens for a moment, time goes on.
    template <class So>
    void until(So so) {
        for (int quiet = 0; quiet < 6000;) { // a minute of that time
            if (so()) return;
            if (io.stopped()) io.restart();
            if (io.poll_one() > 0 || io.run_one_for(1ms) > 0) continue;
            clock->advance(10ms);
            ++quiet;
        }
        throw std::runtime_error("it does not come about");
    }
    // Lets what is under way come to its end, in the time that stands still.
    void settle() {
        for (int quiet = 0; quiet < 3;) {
            if (io.stopped()) io.restart();
            quiet = io.run_one_for(1ms) > 0 ? 0 : quiet + 1;
        }
    }
    void pass(fairway::duration time) {
        clock->advance(time);
        settle();
    }

    // The next connection, its protocol header included.
    std::shared_ptr<server_end> next_end() {
        until([&] { return ends.size() > taken && ends[taken]->header; });
        return ends[taken++];
    }
    // The next frame, which is this method of this channel; texts in it stay.
    template <class Method>
    Method expect(server_end& at, std::uint16_t channel) {
        until([&] { return !at.frames.empty(); });
        kept.push_back(std::move(at.frames.front()));
        at.frames.pop_front();
        auto const& f = kept.back();
        REQUIRE(f.type == amqp::frame_type::method);
        REQUIRE(f.channel == channel);
        amqp::wire_reader in(f.payload);
        REQUIRE(amqp::method_id::read(in) == Method::id);
        return amqp::read_fields<Method>(in.rest());
    }

    // The server's side of a handshake.
    static amqp::connection_start offer(std::string_view mechanisms = "AMQPLAIN PLAIN EXTERNAL") {
        amqp::connection_start m;
        m.mechanisms.bytes = mechanisms;
        return m;
    }
    void greet(server_end& at, amqp::connection_tune const& tune = {2047, 131072, 60}) {
        at.send(0, offer());
        expect<amqp::connection_start_ok>(at, 0);
        at.send(0, tune);
        agreed = expect<amqp::connection_tune_ok>(at, 0);
        expect<amqp::connection_open>(at, 0);
        at.send(0, amqp::connection_open_ok());
    }
    // A whole one, from the beginning on, or the next.
    std::shared_ptr<server_end> open(amqp::connection_tune const& tune = {2047, 131072, 60}) {
        if (!link) start();
        auto const at = next_end();
        greet(*at, tune);
        until([&] { return session != nullptr; });
        return at;
    }
    // A channel of it.
    std::shared_ptr<amqp::channel> open_channel(
        server_end& at, std::shared_ptr<listener> const& user, std::uint16_t number = 1) {
        auto c = session->open(user);
        expect<amqp::channel_open>(at, number);
        at.send(number, amqp::channel_open_ok());
        until([&] { return !user->heard.empty(); });
        REQUIRE(user->heard.front() == "open");
        user->heard.clear();
        return c;
    }
    // Of the connection's end by this side, answered.
    amqp::connection_close expect_close(server_end& at) {
        auto const m = expect<amqp::connection_close>(at, 0);
        at.send(0, amqp::connection_close_ok());
        at.close();
        return m;
    }

    std::shared_ptr<slow::control> pace = std::make_shared<slow::control>();
    std::shared_ptr<amqp::link_options> options = std::make_shared<amqp::link_options>();
    std::vector<std::string> troubles;
    std::vector<std::string> trouble_places;
    std::vector<fairway::error_code> trouble_codes;
    std::vector<fairway::error_code> downs;
    std::vector<std::string> down_texts;
    std::vector<bool> blocks;
    std::function<void()> first;
    int ups = 0;
    amqp::connection_tune_ok agreed;
    std::deque<server_end::got> kept;
    asio::io_context io{1};
    fairway::testing::manual_clock* clock = nullptr;
    std::vector<std::unique_ptr<env::acceptor>> doors;
    std::vector<std::shared_ptr<server_end>> ends;
    std::size_t taken = 0; // of those
    std::shared_ptr<amqp::link> link;
    std::shared_ptr<amqp::session> session;
};

using lines = std::vector<std::string>;

} // namespace session_kit

#endif
