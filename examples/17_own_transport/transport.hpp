// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A transport that compiles and carries nothing yet: its messages are to live in a loft, a broker in memory. Each
// `to_do` says what its function has to do; `step n` is that of "The walk" in include/fairway/transport/TRANSPORTS.md.
#ifndef PIGEON_TRANSPORT_HPP
#define PIGEON_TRANSPORT_HPP

#include "to_do.hpp"

#include <fairway/env/context_end.hpp>
#include <fairway/service/engine.hpp> // what services on this transport are made of
#include <fairway/transport/any_transport.hpp>

#include <memory>
#include <span>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace pigeons {

// The broker: the channels by name, what waits in each, and who listens. One mutex over all of it is enough to begin
// with: sinks and sources are used by several threads. With a real broker there is no such class, but its protocol.
class loft {};

// What one participant has at the loft, as a connection is what one process has at a broker. Its sinks and sources keep
// it.
class connection final : public fairway::env::keeper {
public:
    connection(fairway::asio::any_io_executor executor, std::shared_ptr<loft> to)
        : executor_(std::move(executor)), loft_(std::move(to)) {}

    fairway::asio::any_io_executor const& executor() const noexcept { return executor_; }
    loft& there() const noexcept { return *loft_; }

    void close() { to_do(1, "close", "sends through this connection fail with errc::closed from now on"); }
    // The process is killed: it says goodbye to nobody.
    void abandon() noexcept override {
        to_do(1, "abandon", "close all its sources, refuse its sends, and drop those that wait");
    }

private:
    fairway::asio::any_io_executor executor_;
    std::shared_ptr<loft> loft_;
};

// The way to one channel.
class pigeon_sink final : public fairway::sink {
public:
    explicit pigeon_sink(std::shared_ptr<connection> through) : through_(std::move(through)) {}

    std::size_t try_send(std::span<fairway::envelope>, fairway::error_code& why) override {
        to_do(1, "sink::try_send", "put them into the channel, and tell the receivers that found it empty");
        why = fairway::errc::unsupported;
        return 0;
    }
    void send(std::vector<fairway::envelope>, fairway::env::steady_point, std::vector<fairway::outcome>&,
        fairway::env::continuation) override {
        to_do(1, "sink::send", "put them in, set `into` to their outcomes, and resume `done` by a post");
    }
    // To be taken is to be in the loft. False where a broker has to confirm it first.
    bool accepts_at_once() const noexcept override { return true; }
    void flush(fairway::error_code&, fairway::env::continuation) override {
        to_do(1, "sink::flush", "all that was taken is in the loft: clear `into`, and resume `done` by a post");
    }

private:
    std::shared_ptr<connection> through_;
};

// One consumer of one channel.
class pigeon_source final : public fairway::source {
public:
    explicit pigeon_source(std::shared_ptr<connection> through) : through_(std::move(through)) {}
    ~pigeon_source() override { close(); }

    std::size_t receive(std::vector<fairway::delivery>&, std::size_t) override {
        to_do(1, "source::receive", "give out what waits, each under a tag of its own, up to the prefetch");
        return 0;
    }
    // What there is to tell of connections that are there or lost, and of shards that move. The loft is always there.
    void notices(std::vector<fairway::notice>&) override {}
    void hold(std::uint32_t, bool) override {
        to_do(5, "source::hold", "give out nothing of this shard until it is called again with false");
    }
    void settle(std::span<fairway::settlement const>) override {
        to_do(1, "source::settle", "forget what is accepted, put back what is released, skip unknown tags");
    }
    void pause() override {
        to_do(1, "source::pause", "give out nothing more; what was given out can still be settled");
    }
    void close() override { // must not throw, and may come twice: destructors call it
        to_do(1, "source::close", "leave; the receiver is told nothing any more, and what is unsettled goes back");
    }

private:
    std::shared_ptr<connection> through_;
};

class pigeon {
public:
    // Its name in URLs. For those there would be a constructor of an executor and a fairway::url, too.
    static constexpr std::string_view scheme = "pigeon";

    pigeon(fairway::asio::any_io_executor const& executor, std::shared_ptr<loft> to)
        : self_(std::make_shared<connection>(executor, std::move(to))) {
        fairway::env::context_end::tell(executor, self_);
    }

    fairway::asio::any_io_executor get_executor() const { return self_->executor(); }
    // Claim what is done, and no more: the suite leaves out the rest.
    fairway::capabilities describe() const {
        fairway::capabilities c;
        c.point_to_point = true;
        // c.redelivers = c.counts_attempts = true; // step 2
        // c.publish_subscribe = true;              // step 3
        // c.replies = true;                        // step 4
        // c.sharded = true;                        // step 5
        // c.delay = c.simulable = true;            // step 6
        // c.back_pressure = true;                  // step 7
        c.central = true;
        c.level = fairway::acceptance::local; // the loft is in this process
        return c;
    }

    void declare(fairway::subscription const&) {
        to_do(1, "declare", "make the channel and the group known, so that messages are kept for it from now on");
    }
    std::shared_ptr<fairway::sink> open(fairway::address const&) {
        to_do(1, "open", "make the channel known, or throw errc::topology_mismatch where it has another shape");
        return std::make_shared<pigeon_sink>(self_);
    }
    std::shared_ptr<fairway::source> listen(fairway::subscription const&, fairway::receiver&) {
        to_do(1, "listen", "join the channel, and tell the receiver where something waits already");
        return std::make_shared<pigeon_source>(self_);
    }
    fairway::reply_channel open_replies(fairway::receiver&) {
        throw std::logic_error(
            to_do(4, "open_replies", "make a queue for this caller alone, which goes with its source"));
    }
    std::shared_ptr<fairway::sink> open_reply(std::string_view) {
        to_do(4, "open_reply", "give the way to this reply queue, or null for all else: the text is a stranger's");
        return nullptr;
    }
    void close() { self_->close(); }

private:
    std::shared_ptr<connection> self_;
};

} // namespace pigeons

#endif
