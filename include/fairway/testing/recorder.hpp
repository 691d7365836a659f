// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_RECORDER_HPP
#define FAIRWAY_TESTING_RECORDER_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/suspend.hpp>
#include <fairway/service/engine.hpp>
#include <fairway/testing/traffic.hpp>
#include <fairway/transport/any_transport.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::testing {

namespace detail {

// What the parts of a recorder share.
struct recording {
    recording(env::clock& c, std::shared_ptr<traffic_log> l) : clock(c), start(c.steady_now()), log(std::move(l)) {}

    sighting seen(movement what, std::string const& channel, envelope const& e) const {
        sighting s;
        s.what = what;
        s.at = clock.steady_now() - start;
        s.channel = channel;
        s.message = e;
        return s;
    }

    env::clock& clock;
    env::steady_point start;
    std::shared_ptr<traffic_log> log;
};

class recording_sink final : public sink {
public:
    recording_sink(std::shared_ptr<sink> inner, std::shared_ptr<recording> by, movement what, std::string channel)
        : inner_(std::move(inner)), by_(std::move(by)), what_(what), channel_(std::move(channel)) {}

    std::size_t try_send(std::span<envelope> envelopes, error_code& why) override {
        // Written down before, because a receiver may answer before this returns.
        std::vector<traffic_log::place> places = note(envelopes);
        std::size_t const taken = inner_->try_send(envelopes, why);
        for (std::size_t i = 0; i < places.size(); ++i)
            by_->log->end(places[i], i < taken ? fate::accepted : fate::refused, i < taken ? error_code() : why);
        return taken;
    }

    void send(std::vector<envelope> envelopes, env::steady_point deadline, std::vector<outcome>& into,
        env::continuation done) override {
        auto places = note(envelopes);
        auto learn = [log = by_->log, places = std::move(places), &into] {
            for (std::size_t i = 0; i < places.size() && i < into.size(); ++i)
                log->end(places[i], into[i] ? fate::accepted : fate::refused, into[i].error);
        };
        inner_->send(std::move(envelopes), deadline, into, env::before(std::move(done), std::move(learn)));
    }

    bool accepts_at_once() const noexcept override { return inner_->accepts_at_once(); }
    void flush(error_code& into, env::continuation done) override { inner_->flush(into, std::move(done)); }

private:
    std::vector<traffic_log::place> note(std::span<envelope const> envelopes) const {
        std::vector<traffic_log::place> places;
        places.reserve(envelopes.size());
        for (auto const& e : envelopes) places.push_back(by_->log->add(by_->seen(what_, channel_, e)));
        return places;
    }

    std::shared_ptr<sink> inner_;
    std::shared_ptr<recording> by_;
    movement what_;
    std::string channel_;
};

class recording_source final : public source {
public:
    recording_source(std::shared_ptr<source> inner, std::shared_ptr<recording> by, subscription const& what)
        : inner_(std::move(inner)), by_(std::move(by)), channel_(what.from.channel), group_(what.group) {}

    std::size_t receive(std::vector<delivery>& out, std::size_t most) override {
        std::size_t const before = out.size();
        std::size_t const n = inner_->receive(out, most);
        std::lock_guard const lock(mutex_);
        for (std::size_t i = before; i < out.size(); ++i) {
            auto s = by_->seen(movement::received, channel_, out[i].message());
            s.group = group_;
            s.attempt = out[i].attempt();
            unsettled_.insert_or_assign(out[i].tag(), by_->log->add(std::move(s)));
        }
        return n;
    }
    void settle(std::span<settlement const> settlements) override {
        {
            std::lock_guard const lock(mutex_);
            for (auto const& one : one_by_one(settlements)) {
                auto const found = unsettled_.find(one.tag);
                if (found == unsettled_.end()) continue;
                by_->log->end(found->second, one.accept ? fate::accepted : fate::released);
                unsettled_.erase(found);
            }
        }
        inner_->settle(settlements);
    }
    void notices(std::vector<notice>& out) override { inner_->notices(out); }
    void hold(std::uint32_t shard, bool on) override { inner_->hold(shard, on); }
    void pause() override { inner_->pause(); }
    void close() override {
        {
            std::lock_guard const lock(mutex_);
            for (auto const& [tag, place] : unsettled_) by_->log->end(place, fate::released);
            unsettled_.clear();
        }
        inner_->close();
    }

private:
    std::shared_ptr<source> inner_;
    std::shared_ptr<recording> by_;
    std::string channel_;
    std::string group_;
    std::mutex mutex_;
    std::map<std::uint64_t, traffic_log::place> unsettled_;
};

} // namespace detail

/// A transport that passes everything on to another one and writes down what it sees in a `traffic_log`: what was sent
/// to channels and what became of it, replies and faults, and what consumers received and how they settled it.
class recorder {
public:
    /// Its name in `any_transport::scheme`.
    static constexpr std::string_view scheme = "recorder";

    /// Records the traffic of `inner` in `log`; times count from now, on the clock of the transport's context.
    recorder(any_transport inner, std::shared_ptr<traffic_log> log)
        : inner_(std::move(inner)),
          by_(std::make_shared<detail::recording>(env::clock::of(inner_.get_executor()), std::move(log))) {}

    /// Where the services that use it run.
    asio::any_io_executor get_executor() const { return inner_.get_executor(); }
    /// What the inner transport can do.
    capabilities describe() const { return inner_.describe(); }
    /// Makes a group known.
    void declare(subscription const& from) { inner_.declare(from); }
    /// The way to a channel.
    std::shared_ptr<sink> open(address const& to) {
        return std::make_shared<detail::recording_sink>(inner_.open(to), by_, movement::sent, to.channel);
    }
    /// Joins a channel.
    std::shared_ptr<source> listen(subscription const& from, receiver& told) {
        return std::make_shared<detail::recording_source>(inner_.listen(from, told), by_, from);
    }
    /// A reply channel of the caller's own; replies are seen where they are sent.
    reply_channel open_replies(receiver& told) { return inner_.open_replies(told); }
    /// The way to somebody's reply channel; null where there is none.
    std::shared_ptr<sink> open_reply(std::string_view reply_to) {
        auto to = inner_.open_reply(reply_to);
        if (!to) return nullptr;
        return std::make_shared<detail::recording_sink>(std::move(to), by_, movement::replied, std::string());
    }
    /// Gives up connections.
    void close() { inner_.close(); }

private:
    any_transport inner_;
    std::shared_ptr<detail::recording> by_;
};

} // namespace fairway::testing

#endif
