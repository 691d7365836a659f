// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_CONSUMER_HPP
#define FAIRWAY_PORT_CONSUMER_HPP

#include <fairway/delivery/lanes.hpp>
#include <fairway/env/execute.hpp>
#include <fairway/env/suspend.hpp>
#include <fairway/port/dead_letters.hpp>
#include <fairway/port/handler.hpp>
#include <fairway/port/observer.hpp>
#include <fairway/transport/any_transport.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fairway::detail {

// Receives the deliveries of one subscription and runs them through its handler: limits, expiry, type, version, lanes,
// handler, reply or fault or dead letter, settlement. Everything runs on the service's executor but `ready`.
class consumer final : public receiver, public std::enable_shared_from_this<consumer> {
public:
    consumer(any_transport transport, subscription what, std::size_t concurrency, std::shared_ptr<void> handler,
        std::vector<handler_entry> table, std::shared_ptr<telemetry> counts, std::shared_ptr<responder> to)
        : transport_(std::move(transport)),
          what_(std::move(what)),
          executor_(transport_.get_executor()),
          clock_(env::clock::of(executor_)),
          handler_(std::move(handler)),
          table_(std::move(table)),
          counts_(std::move(counts)),
          responder_(std::move(to)),
          lanes_(concurrency),
          dead_(transport_, what_.from.channel, what_.group) {
        transport_.declare(what_);
        concurrent_ = std::any_of(table_.begin(), table_.end(), [](auto const& e) { return e.start != nullptr; });
    }
    ~consumer() override {
        if (source_) source_->close();
    }

    subscription const& what() const noexcept { return what_; }

    void start() {
        if (!source_ && !stopped_) source_ = transport_.listen(what_, *this);
    }

    // No more intake; `idle` becomes true when what was received has ended.
    void pause() {
        paused_ = true;
        if (source_) source_->pause();
    }
    bool idle() const noexcept { return in_flight_ == 0; }
    // Called on the executor whenever it became idle.
    void on_idle(std::function<void()> told) { on_idle_ = std::move(told); }

    // Leaves at once: handlers are cancelled, what is not settled goes back.
    void stop() {
        if (stopped_.exchange(true)) return;
        // Where a handler closes its own service, its message can still end when it returns.
        if (!pumping_) leave();
        for (auto& w : workers_) w.emit(asio::cancellation_type::terminal);
        lanes_.clear();
        auto parked = std::move(parked_);
        parked_.clear();
        for (auto& wake : parked) std::move(wake)();
    }

    // The execution context goes: leaves, so that others get what is not settled, and drops parked coroutines without
    // resuming them. Nothing may be posted from now on.
    void abandon() {
        stopped_ = true;
        if (source_) source_->close();
        auto const dropped = std::move(parked_);
        parked_.clear();
    }

    void ready() noexcept override {
        if (stopped_ || scheduled_.exchange(true)) return;
        asio::post(executor_, [weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->pump();
        });
    }

private:
    // True from the moment when the service was closed, before stop() has run: no handler is called after the service's
    // destructor has returned.
    bool ending() const noexcept { return stopped_ || responder_->closed(); }

    // What has not ended is the transport's again, whatever becomes of its handler.
    void leave() {
        if (std::exchange(left_, true)) return;
        flush();
        if (source_) source_->close();
        count(counts_->released, in_flight_);
        in_flight_ = 0;
    }

    struct job {
        delivery message;
        handler_entry const* entry;
    };

    void pump() {
        scheduled_.store(false);
        constexpr std::size_t at_once = 64;
        constexpr std::size_t most = 256;
        pumping_ = true;
        std::size_t done = 0;
        bool more = true;
        while (more && done < most && !paused_ && !ending()) {
            std::size_t const n = source_->receive(batch_, at_once);
            done += n;
            more = n == at_once;
            count(counts_->received, n);
            in_flight_ += n;
            for (auto& d : batch_) take(d);
            batch_.clear();
            flush();
        }
        pumping_ = false;
        if (stopped_) leave();
        // Others on this executor get their turn.
        if (more && !paused_ && !ending()) ready();
        tell_idle();
    }

    void take(delivery& d) {
        if (ending()) return; // stop() gives it back
        if (drop_expired(d)) return;
        handler_entry const* const entry = find(d);
        if (!entry) return refuse(d);
        if (entry->ignored) {
            count(counts_->skipped);
            return end(d, counts_->accepted);
        }
        auto const key = lane_of(d);
        bool const free = !key && lanes_.waiting() == 0 && lanes_.running() < lanes_.limit();
        if (entry->call && (!concurrent_ || free)) return run(*entry, d);
        lanes_.add(key, job{std::move(d), entry});
        wake_worker();
    }

    bool drop_expired(delivery const& d) {
        auto const until = d.deadline();
        if (!until || *until > clock_.now()) return false;
        tell(occurrence::expired, d, errc::expired);
        end(d, counts_->expired);
        return true;
    }

    // By the identity of the object where it is one, by name otherwise.
    handler_entry const* find(delivery const& d) const noexcept {
        auto const* const object = d.message().object_type();
        for (auto const& e : table_)
            if (e.object == object) return &e;
        // A message of another participant may come without a type: a channel of one message takes it as that.
        if (d.type().empty() && table_.size() == 1) return &table_.front();
        for (auto const& e : table_)
            if (e.type == d.type()) return &e;
        return nullptr;
    }

    void refuse(delivery const& d) {
        if (what_.from.kind == channel_kind::publish_subscribe && !d.wants_reply()) {
            tell(occurrence::unknown_type, d, errc::unknown_type);
            count(counts_->skipped);
            return end(d, counts_->accepted);
        }
        failed(d, "unknown_type", text_of(errc::unknown_type));
    }

    // Which deliveries must not overtake each other.
    std::optional<std::uint64_t> lane_of(delivery const& d) const noexcept {
        if (what_.from.shards == 0 || d.shard_key().empty()) return std::nullopt;
        // Keys that collide wait for each other; of no more than `prefetch` keys at a time.
        return std::hash<std::string_view>()(d.shard_key());
    }

    void run(handler_entry const& entry, delivery const& d) {
        try {
            entry.call(handler_.get(), d, responder_);
        } catch (...) {
            return end_or_explain(d, std::current_exception());
        }
        end_or_explain(d, nullptr);
    }
    // A request whose service was closed meanwhile is given back: its reply was not sent any more.
    void end_or_explain(delivery const& d, std::exception_ptr const& error) {
        if (d.wants_reply() && ending()) return;
        if (error)
            explain(d, error);
        else
            end(d, counts_->accepted);
    }

    // A coroutine that works until there is nothing to do, then parks: no coroutine is spawned per message.
    void wake_worker() {
        if (!parked_.empty()) {
            env::continuation wake(std::move(parked_.back()));
            parked_.pop_back();
            std::move(wake)();
        } else if (workers_.size() < lanes_.limit()) {
            // Workers end with the consumer only, which must not go before the last of them has let its slot go.
            auto const keep = [self = shared_from_this()] {};
            env::spawn(executor_, work(shared_from_this()), keep, workers_.emplace_back().slot());
        }
    }

    static task<> work(std::shared_ptr<consumer> self) {
        auto park = [&self](env::continuation wake) { self->parked_.push_back(std::move(wake)); };
        while (!self->ending()) {
            auto next = self->lanes_.next();
            if (!next) {
                co_await env::suspend(park);
                continue;
            }
            // It may have waited long for its turn.
            if (self->drop_expired(next->job.message)) {
                self->lanes_.finish(next->key);
                self->settle_now();
                continue;
            }
            std::exception_ptr error;
            try {
                if (next->job.entry->start)
                    co_await next->job.entry->start(self->handler_.get(), next->job.message, self->responder_);
                else
                    next->job.entry->call(self->handler_.get(), next->job.message, self->responder_);
            } catch (...) {
                error = std::current_exception();
            }
            self->finish(next->job.message, error);
            self->lanes_.finish(next->key);
        }
    }

    void finish(delivery const& d, std::exception_ptr const& error) {
        if (ending()) return; // stop() gives it back: its reply, if any, was not sent any more
        if (error)
            explain(d, error);
        else
            end(d, counts_->accepted);
        settle_now();
    }
    void settle_now() {
        if (pumping_) return;
        flush();
        tell_idle();
    }

    // Only a fault's text crosses the wire: other exceptions may hold what is nobody else's business.
    void explain(delivery const& d, std::exception_ptr const& error) {
        count(counts_->failed);
        try {
            std::rethrow_exception(error);
        } catch (fault const& f) {
            tell(occurrence::handler_failed, d, errc::faulted, f.what());
            failed(d, f.code(), f.text());
        } catch (unreadable const& u) {
            tell(occurrence::handler_failed, d, u.why, u.text);
            failed(d, u.why == errc::unknown_version ? "unknown_version" : "decode_failed", u.text);
        } catch (system_error const& e) {
            tell(occurrence::handler_failed, d, e.code(), e.what());
            failed(d, "handler_failed", "incident " + to_string(d.id()));
        } catch (std::exception const& e) {
            tell(occurrence::handler_failed, d, errc::handler_failed, e.what());
            failed(d, "handler_failed", "incident " + to_string(d.id()));
        } catch (...) {
            tell(occurrence::handler_failed, d, errc::handler_failed, "an exception of an unknown type");
            failed(d, "handler_failed", "incident " + to_string(d.id()));
        }
    }

    // A request is answered with the fault; a one-way message goes to the dead-letter channel, and is accepted once it
    // is there. Where it can't go there it stays unsettled until the service ends: given back at once it would come
    // round and round.
    void failed(delivery const& d, std::string_view code, std::string_view text) {
        if (d.wants_reply()) {
            responder_->fail(d, code, text);
            return end(d, counts_->accepted);
        }
        tell(occurrence::dead_lettered, d, errc::handler_failed, code);
        auto const done = [weak = weak_from_this(), d](error_code why) {
            auto const self = weak.lock();
            if (!self || self->left_) return;
            if (why) return self->tell(occurrence::dead_letter_refused, d, why);
            self->end(d, self->counts_->dead_lettered);
            self->settle_now();
        };
        try {
            dead_.put(d, code, text, clock_.now(), done);
        } catch (std::exception const& e) {
            tell(occurrence::dead_letter_refused, d, errc::handler_failed, e.what());
        }
    }

    void end(delivery const& d, std::atomic<std::uint64_t>& how) {
        if (left_) return;
        count(how);
        settled_.push_back({d.tag(), true});
        --in_flight_;
    }
    void flush() {
        if (settled_.empty() || !source_) return;
        source_->settle(settled_);
        settled_.clear();
    }
    void tell_idle() {
        if (idle() && on_idle_) on_idle_();
    }
    void tell(occurrence what, delivery const& d, error_code error, std::string_view text = {}) const noexcept {
        counts_->tell({what, {}, what_.from.channel, d.type(), d.id(), error, text});
    }

    any_transport transport_;
    subscription what_;
    asio::any_io_executor executor_;
    env::clock& clock_;
    std::shared_ptr<void> handler_;
    std::vector<handler_entry> table_;
    std::shared_ptr<telemetry> counts_;
    std::shared_ptr<responder> responder_;
    lanes<job> lanes_;
    dead_letters dead_;
    bool concurrent_ = false;
    std::shared_ptr<source> source_;
    std::vector<delivery> batch_;
    std::vector<settlement> settled_;
    std::list<asio::cancellation_signal> workers_;
    std::vector<env::continuation> parked_;
    std::function<void()> on_idle_;
    std::size_t in_flight_ = 0;
    bool pumping_ = false;
    bool left_ = false;
    std::atomic<bool> paused_{false};
    std::atomic<bool> stopped_{false};
    std::atomic<bool> scheduled_{false};
};

} // namespace fairway::detail

#endif
