// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_SENDER_CORE_HPP
#define FAIRWAY_PORT_SENDER_CORE_HPP

#include <fairway/env/random.hpp>
#include <fairway/env/suspend.hpp>
#include <fairway/port/causality.hpp>
#include <fairway/port/middleware.hpp>
#include <fairway/port/replies.hpp>
#include <fairway/port/send_options.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace fairway::detail {

// What a message's contract and a channel say of each of its envelopes.
struct message_facts {
    std::string_view type;
    message_version version;
};

// What the typed sender ports of one service and channel share. Outlives the service: then every operation fails with
// errc::closed. Thread-safe.
class sender_core : public std::enable_shared_from_this<sender_core> {
public:
    sender_core(any_transport transport, address to, std::shared_ptr<telemetry> counts,
        std::shared_ptr<replies> answers, std::shared_ptr<middleware_chain const> around)
        : to_(std::move(to)),
          sink_(transport.open(to_)),
          able_(transport.describe()),
          executor_(transport.get_executor()),
          clock_(env::clock::of(executor_)),
          random_(env::random::of(executor_)),
          ids_(random_.next()),
          counts_(std::move(counts)),
          replies_(std::move(answers)),
          around_(std::move(around)) {}

    // The time that an operation of a handler may take.
    duration within_deadline(duration timeout) const noexcept { return detail::within_deadline(timeout, clock_); }

    void close() noexcept { closed_.store(true, std::memory_order_release); }
    bool closed() const noexcept { return closed_.load(std::memory_order_acquire); }
    void check_open() const {
        if (closed()) fail(errc::closed, "send to " + to_.channel);
    }

    // Makes an envelope: `build(headers of its own)`, with what it inherits and what the middleware adds.
    template <class Build>
    envelope make(envelope_head const& head, headers const& given, Build&& build) const {
        auto const* const cause = env::handling_scope::message();
        bool const traced = is_traced(cause);
        if (!traced && around_->sends.empty()) return build(given.view());
        headers own = given;
        if (traced) inherit_trace(*cause, own);
        outgoing message{to_.channel, head, own};
        for (auto const& m : around_->sends) m->before(message);
        return build(own.view());
    }

    // The standard headers of a new message; `life` replaces the options' time to live. `key` must live until the
    // envelope is made.
    envelope_head head(
        message_facts const& facts, std::string_view key, send_options const& options, std::optional<duration> life) {
        envelope_head h;
        h.time = clock_.now();
        h.id = ids_.next(h.time.time_since_epoch().count());
        h.type = facts.type;
        h.version = facts.version;
        h.source = counts_->service;
        inherit_ids(h);
        time_point starts = h.time;
        if (options.delay()) {
            if (!able_.delay) fail(errc::unsupported, "delayed messages on this transport");
            h.due = starts = saturating_add(h.time, *options.delay());
        }
        if (life) h.expires = saturating_add(starts, *life);
        h.shard_key = key;
        if (to_.shards > 0)
            h.shard = key.empty() ? static_cast<std::uint32_t>(random_.next() % to_.shards) : shard_of(key, to_.shards);
        if (options.message_headers().size() > able_.max_headers)
            fail(errc::too_many_headers, "this transport takes " + std::to_string(able_.max_headers));
        return h;
    }

    error_code try_send(envelope e) {
        sent_copy const seen(*this, e);
        auto const why = hand_over(e);
        seen.ended(why);
        return why;
    }

    // One envelope, waiting for room; throws unless it was accepted.
    static task<> send(std::shared_ptr<sender_core> self, envelope e, duration patience) {
        sent_copy const seen(*self, e);
        error_code why = self->begin(e);
        if (why == errc::queue_full) {
            std::vector<envelope> one;
            one.push_back(std::move(e));
            auto const outcomes = co_await wait_for_room(self, std::move(one), patience, why);
            why = outcomes.front().error;
        } else {
            seen.ended(why);
        }
        if (why) throw system_error(why, "send to " + self->to_.channel);
    }

    // Many envelopes, waiting for room; one outcome each.
    static task<std::vector<outcome>> send_all(
        std::shared_ptr<sender_core> self, std::vector<envelope> all, duration patience) {
        if (self->closed()) co_return std::vector<outcome>(all.size(), outcome{errc::closed, {}});
        std::vector<outcome> outcomes;
        error_code why = errc::queue_full;
        if (self->sink_->accepts_at_once()) {
            std::vector<envelope> seen;
            if (self->is_watched()) seen = all;
            outcomes.resize(self->sink_->try_send(all, why), outcome{{}, self->able_.level});
            count(self->counts_->sent, outcomes.size());
            for (std::size_t i = 0; i < outcomes.size() && !seen.empty(); ++i) self->ended(seen[i], {});
            if (outcomes.size() == all.size()) co_return outcomes;
            all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(outcomes.size()));
        }
        auto const rest = co_await wait_for_room(self, std::move(all), patience, why);
        outcomes.insert(outcomes.end(), rest.begin(), rest.end());
        co_return outcomes;
    }

    // Sends a request whose answer `replies_` already expects; where it can't be sent, that is the answer.
    void send_request(envelope e, env::steady_point deadline) {
        auto const id = e.id();
        sent_copy const seen(*this, e);
        error_code const why = begin(e);
        if (why != errc::queue_full) seen.ended(why);
        if (!why) return;
        if (why != errc::queue_full) {
            // Later, for this may be within the initiation of what waits for the answer.
            env::post(executor_, [waiting = std::weak_ptr(replies_), id, why] {
                if (auto const r = waiting.lock()) r->end(id, why);
            });
            return;
        }
        send_one(*sink_, e, deadline, executor_,
            [waiting = std::weak_ptr(replies_), self = shared_from_this(), id, e](error_code refused) {
                self->ended(e, refused);
                if (!refused) return count(self->counts_->sent);
                if (auto const r = waiting.lock()) r->end(id, refused);
            });
    }

    // Sends a request and hands its reply to `r`, which may end the coroutine that holds the port before this returns.
    static void exchange(std::shared_ptr<sender_core> self, envelope e, duration timeout, reader r) {
        auto const deadline = saturating_add(self->clock_.steady_now(), timeout);
        self->replies_->expect(e.id(), deadline, std::move(r));
        self->send_request(std::move(e), deadline);
    }

    static task<> flush(std::shared_ptr<sender_core> self) {
        self->check_open();
        error_code failed;
        auto start = [&](env::continuation c) { self->sink_->flush(failed, std::move(c)); };
        co_await env::suspend(start);
        if (failed) throw system_error(failed, "flush to " + self->to_.channel);
    }

    // `into`, which lives as long as `done`, tells what failed.
    void flush_into(error_code& into, env::continuation done) { sink_->flush(into, std::move(done)); }

    // Whether the transport takes objects as they are.
    bool passes_objects() const noexcept { return able_.passes_objects; }
    address const& to() const noexcept { return to_; }
    std::shared_ptr<replies> const& answers() const noexcept { return replies_; }
    asio::any_io_executor const& executor() const noexcept { return executor_; }
    env::clock& clock() const noexcept { return clock_; }

private:
    // No error where it was accepted at once; queue_full where it has to be waited for.
    error_code begin(envelope& e) {
        if (sink_->accepts_at_once()) return hand_over(e);
        return closed() ? errc::closed : errc::queue_full;
    }
    error_code hand_over(envelope& e) {
        error_code why;
        if (closed())
            why = errc::closed;
        else if (sink_->try_send({&e, 1}, why) == 1)
            count(counts_->sent);
        return why;
    }
    // Does anybody want to see what was sent?
    bool is_watched() const noexcept { return !around_->sends.empty(); }
    // What is sent is moved from: the middleware sees a copy, which shares it.
    class sent_copy {
    public:
        sent_copy(sender_core const& by, envelope const& e) : by_(by) {
            if (by.is_watched()) message_ = e;
        }
        void ended(error_code outcome) const noexcept {
            if (message_) by_.ended(message_, outcome);
        }

    private:
        sender_core const& by_;
        envelope message_;
    };
    void ended(envelope const& e, error_code outcome) const noexcept {
        for (auto const& m : around_->sends) m->after(to_.channel, e, outcome);
    }

    static task<std::vector<outcome>> wait_for_room(
        std::shared_ptr<sender_core> self, std::vector<envelope> all, duration patience, error_code why) {
        auto const deadline = saturating_add(self->clock_.steady_now(), patience);
        blockage const full(*self, why);
        std::vector<outcome> outcomes;
        // For the middleware; copies of an envelope share it.
        std::vector<envelope> sent;
        if (self->is_watched()) sent = all;
        auto start = [&](env::continuation c) { self->sink_->send(std::move(all), deadline, outcomes, std::move(c)); };
        co_await env::suspend(start);
        for (auto const& o : outcomes)
            if (o) count(self->counts_->sent);
        for (std::size_t i = 0; i < sent.size(); ++i) self->ended(sent[i], outcomes[i].error);
        co_return outcomes;
    }

    // While senders wait for room: told of when the first one begins and the last one ends to do so.
    class blockage {
    public:
        blockage(sender_core& of, error_code why)
            : of_(why == errc::queue_full && of.sink_->accepts_at_once() ? &of : nullptr) {
            if (!of_) return;
            count(of_->counts_->blocked);
            if (of_->blocked_.fetch_add(1) == 0) tell(occurrence::blocked);
        }
        blockage(blockage const&) = delete;
        blockage& operator=(blockage const&) = delete;
        ~blockage() {
            if (of_ && of_->blocked_.fetch_sub(1) == 1) tell(occurrence::unblocked);
        }

    private:
        void tell(occurrence what) const noexcept {
            of_->counts_->tell({what, {}, of_->to_.channel, {}, {}, errc::queue_full, {}});
        }
        sender_core* of_;
    };

    address to_;
    std::shared_ptr<sink> sink_;
    capabilities able_;
    asio::any_io_executor executor_;
    env::clock& clock_;
    env::random& random_;
    id_generator ids_;
    std::shared_ptr<telemetry> counts_;
    std::shared_ptr<replies> replies_;
    std::shared_ptr<middleware_chain const> around_;
    std::atomic<std::size_t> blocked_{0};
    std::atomic<bool> closed_{false};
};

} // namespace fairway::detail

#endif
