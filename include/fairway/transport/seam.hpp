// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_SEAM_HPP
#define FAIRWAY_TRANSPORT_SEAM_HPP

// The seam between ports and transports: what a transport does, and all it does. Request/reply, retry, dead letters,
// duplicates, codecs and lanes live above it and are written once.

#include <fairway/contract/channel.hpp>
#include <fairway/env/clock.hpp>
#include <fairway/env/suspend.hpp>
#include <fairway/env/task.hpp>
#include <fairway/envelope/delivery.hpp>
#include <fairway/envelope/limits.hpp>
#include <fairway/error.hpp>

#include <boost/asio/bind_executor.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fairway {

/// Who has a message that was accepted.
enum class acceptance {
    local,   ///< this process: a bounded queue
    peer,    ///< the receiving process
    broker,  ///< a broker, in memory
    durable, ///< a broker or store, on disk or replicated
};

/// What a transport can do. A port that needs more fails when it is bound, with `errc::unsupported`.
struct capabilities {
    /// Channels of one of all consumers.
    bool point_to_point = false;
    /// Channels of every group.
    bool publish_subscribe = false;
    /// Shards with one owner at a time.
    bool sharded = false;
    /// Reply channels.
    bool replies = false;
    /// Delivery not before a given time.
    bool delay = false;
    /// What waits in a channel is bounded, and whoever sends more waits for room: slow consumers slow their senders.
    /// Otherwise it is what a broker keeps for as long as it likes.
    bool back_pressure = false;
    /// A delivery that was not settled, or was released, comes again.
    bool redelivers = false;
    /// The channels are in one place, a hub or a broker: it knows the shape of each, whoever opened it, and what it has
    /// accepted outlives the process that sent it. Otherwise they are where they are sent into.
    bool central = false;
    /// A message may come again although a delivery of it was accepted: then a window suppresses the duplicates.
    bool duplicates = false;
    /// A log: what is accepted is the whole prefix of a shard up to a delivery. Ports settle finished prefixes only.
    bool settles_prefix = false;
    /// A message may arrive as the object that it was when it was sent; on other transports ports encode it at once.
    bool passes_objects = false;
    /// Can be run under simulation: time, random numbers and connections all come from `env`.
    bool simulable = false;
    /// Counts the attempts of a redelivered message.
    bool counts_attempts = false;
    /// Who has an accepted message.
    acceptance level = acceptance::local;
    /// The largest body in bytes.
    std::size_t max_body = limits::body;
    /// The most headers.
    std::size_t max_headers = limits::headers;
    /// How long a delivery may stay unsettled before it is given to somebody else.
    duration max_hold = duration::max();
};

/// Where messages go to or come from.
struct address {
    /// The channel's name.
    std::string channel;
    /// The channel's kind.
    channel_kind kind = channel_kind::point_to_point;
    /// How many shards it has; 0 for an unsharded channel.
    unsigned shards = 0;
};

/// What a consumer listens to.
struct subscription {
    /// The channel.
    address from;
    /// The consumer group; on a point-to-point channel all groups compete.
    std::string group;
    /// The most deliveries that may be unsettled at a time.
    std::size_t prefetch = limits::prefetch;
};

/// What became of an envelope handed to a sink.
struct outcome {
    /// No error where it was accepted.
    error_code error;
    /// Who has it, where it was accepted.
    acceptance level = acceptance::local;

    /// True where it was accepted.
    explicit operator bool() const noexcept { return !error; }
};

/// A way to one address. All operations are thread-safe.
class sink {
public:
    sink() = default;
    sink(sink const&) = delete;
    sink& operator=(sink const&) = delete;
    virtual ~sink() = default;

    /// Hands over as many envelopes as there is room for, from the front, without waiting; returns how many and sets
    /// `why` where it was not all: `errc::queue_full`, `closed`, `too_large`, `unroutable`. Those that were handed over
    /// may be moved from.
    virtual std::size_t try_send(std::span<envelope> envelopes, error_code& why) = 0;

    /// Hands over all, waiting for room up to `deadline`; then sets `into` to the outcomes, one per envelope in the
    /// same order, and calls `done` once, through its associated executor. `into` lives as long as `done`. Cancelled
    /// through the handler's cancellation slot: what was not handed over yet has `errc::cancelled`.
    virtual void send(std::vector<envelope> envelopes, env::steady_point deadline, std::vector<outcome>& into,
        env::continuation done) = 0;

    /// True where `try_send` is acceptance at the transport's own level, so that nobody needs to wait for more.
    virtual bool accepts_at_once() const noexcept = 0;

    /// Calls `done` as soon as all that `try_send` took is accepted or has failed, which `into` then tells.
    virtual void flush(error_code& into, env::continuation done) = 0;
};

/// Hands one envelope over without waiting; no error where there was room.
inline error_code try_send_one(sink& to, envelope e) {
    error_code why;
    if (to.try_send({&e, 1}, why) == 1) return {};
    return why;
}

/// Sends one envelope, waiting for room up to `deadline`; `told` gets no error where it
/// was accepted, on `executor`.
inline void send_one(sink& to, envelope e, env::steady_point deadline, asio::any_io_executor const& executor,
    std::function<void(error_code)> told) {
    std::vector<envelope> one;
    one.push_back(std::move(e));
    auto const into = std::make_shared<std::vector<outcome>>();
    to.send(std::move(one), deadline, *into,
        asio::bind_executor(executor, [into, told = std::move(told)] { told(into->front().error); }));
}

/// Told by a source, on any thread, that there is something to receive, until `source::close` has returned.
class receiver {
public:
    receiver() = default;
    receiver(receiver const&) = delete;
    receiver& operator=(receiver const&) = delete;
    virtual ~receiver() = default;
    /// The source went from empty to non-empty. Must not block nor call the source: sources call it under their lock.
    virtual void ready() noexcept = 0;
};

/// What becomes of deliveries: accepted (done) or released (not done; give them to anyone again).
struct settlement {
    /// The delivery's tag.
    std::uint64_t tag = 0;
    /// Done?
    bool accept = true;
    /// How many deliveries, at least one: those with the tags `tag`, `tag + 1` and so on.
    std::uint32_t count = 1;
};

/// The same settlements, each of one delivery.
inline std::vector<settlement> one_by_one(std::span<settlement const> settlements) {
    std::vector<settlement> all;
    for (auto const& s : settlements)
        for (std::uint32_t n = 0; n < s.count; ++n) all.push_back({s.tag + n, s.accept});
    return all;
}

/// What a source tells besides deliveries.
enum class notice_kind {
    connected,      ///< deliveries come (again)
    disconnected,   ///< no deliveries come; what is unsettled will come again, here or elsewhere
    shard_gained,   ///< this consumer owns the shard now
    shard_revoking, ///< the shard is to move: what has not begun is to be released, what has begun to be finished
    shard_lost,     ///< another consumer owns the shard: what has not begun is not to be begun
    gap,            ///< messages of this subscription were lost, or may have been
};

/// Something that a source tells besides deliveries.
struct notice {
    /// What.
    notice_kind what = notice_kind::connected;
    /// Of which shard; `no_shard` where it is of none.
    std::uint32_t shard = no_shard;
};

/// Where deliveries come from. All operations are thread-safe.
class source {
public:
    source() = default;
    source(source const&) = delete;
    source& operator=(source const&) = delete;
    virtual ~source() = default;

    /// Appends up to `most` deliveries and returns how many; they are valid until they are settled or the source is
    /// closed, their copies longer (`delivery::of_kept`). After it returned fewer than `most` the receiver is told
    /// when there are more.
    virtual std::size_t receive(std::vector<delivery>& out, std::size_t most) = 0;
    /// Appends what there is to tell. The receiver is told as of deliveries; read notices before deliveries.
    virtual void notices(std::vector<notice>& out) = 0;
    /// Stops, or resumes, the intake of one shard; what was received of it stays. All intake is resumed once `notices`
    /// has told `disconnected`.
    virtual void hold(std::uint32_t shard, bool on) = 0;
    /// Ends deliveries, accepted or released; does not wait. Of a log (`capabilities::settles_prefix`) an acceptance
    /// covers all of the shard before it, and a release all after it. Tags of deliveries that were lost mean nothing.
    virtual void settle(std::span<settlement const> settlements) = 0;
    /// Stops intake: what was not received yet goes back, what was received can still be settled. What has nobody to
    /// go back to can still be received.
    virtual void pause() = 0;
    /// Leaves: what is not settled goes back, to be delivered again.
    virtual void close() = 0;
};

/// A reply channel: its address as it is written into requests, and the source of the replies.
struct reply_channel {
    /// Opaque to all but the transport.
    std::string address;
    /// The replies.
    std::shared_ptr<source> replies;
};

} // namespace fairway

#endif
