// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Transports that pass on to another one: a base to change what a sink or source does, and one that can vanish.
#ifndef FAIRWAY_TESTS_CONFORMANCE_LEASH_HPP
#define FAIRWAY_TESTS_CONFORMANCE_LEASH_HPP

#include <fairway/transport/any_transport.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace conformance_kit {

using namespace fairway;

struct relay_sink : sink {
    explicit relay_sink(std::shared_ptr<sink> to) : inner(std::move(to)) {}
    std::size_t try_send(std::span<envelope> envelopes, error_code& why) override {
        return inner->try_send(envelopes, why);
    }
    void send(std::vector<envelope> envelopes, env::steady_point deadline, std::vector<outcome>& into,
        env::continuation done) override {
        inner->send(std::move(envelopes), deadline, into, std::move(done));
    }
    bool accepts_at_once() const noexcept override { return inner->accepts_at_once(); }
    void flush(error_code& into, env::continuation done) override { inner->flush(into, std::move(done)); }

    std::shared_ptr<sink> inner;
};

struct relay_source : source {
    explicit relay_source(std::shared_ptr<source> from) : inner(std::move(from)) {}
    std::size_t receive(std::vector<delivery>& out, std::size_t most) override { return inner->receive(out, most); }
    void notices(std::vector<notice>& out) override { inner->notices(out); }
    void hold(std::uint32_t shard, bool on) override { inner->hold(shard, on); }
    void settle(std::span<settlement const> settlements) override { inner->settle(settlements); }
    void pause() override { inner->pause(); }
    void close() override { inner->close(); }

    std::shared_ptr<source> inner;
};

// What one process has of a transport, so that it can be taken away: its sources leave without settling, its sinks
// refuse.
class leash {
public:
    bool cut() const {
        std::lock_guard const lock(mutex_);
        return cut_;
    }
    void add(std::weak_ptr<source> one) {
        std::lock_guard const lock(mutex_);
        sources_.push_back(std::move(one));
    }
    void pull() {
        std::vector<std::weak_ptr<source>> all;
        {
            std::lock_guard const lock(mutex_);
            cut_ = true;
            all.swap(sources_);
        }
        for (auto const& one : all)
            if (auto const s = one.lock()) s->close();
    }

private:
    mutable std::mutex mutex_;
    bool cut_ = false;
    std::vector<std::weak_ptr<source>> sources_;
};

struct leashed_sink final : relay_sink {
    leashed_sink(std::shared_ptr<sink> to, std::shared_ptr<leash> on) : relay_sink(std::move(to)), by(std::move(on)) {}
    std::size_t try_send(std::span<envelope> envelopes, error_code& why) override {
        if (!by->cut()) return inner->try_send(envelopes, why);
        why = errc::closed;
        return 0;
    }
    void send(std::vector<envelope> envelopes, env::steady_point deadline, std::vector<outcome>& into,
        env::continuation done) override {
        // Nothing of what was taken away is completed any more.
        if (!by->cut()) inner->send(std::move(envelopes), deadline, into, std::move(done));
    }
    std::shared_ptr<leash> by;
};

class leashed {
public:
    static constexpr std::string_view scheme = "inproc";

    leashed(any_transport inner, std::shared_ptr<leash> by) : inner_(std::move(inner)), by_(std::move(by)) {}

    asio::any_io_executor get_executor() const { return inner_.get_executor(); }
    capabilities describe() const { return inner_.describe(); }
    void declare(subscription const& from) { inner_.declare(from); }
    std::shared_ptr<sink> open(address const& to) { return std::make_shared<leashed_sink>(inner_.open(to), by_); }
    std::shared_ptr<source> listen(subscription const& from, receiver& told) { return held(inner_.listen(from, told)); }
    reply_channel open_replies(receiver& told) {
        auto made = inner_.open_replies(told);
        return {std::move(made.address), held(std::move(made.replies))};
    }
    std::shared_ptr<sink> open_reply(std::string_view reply_to) {
        auto to = inner_.open_reply(reply_to);
        return to ? std::make_shared<leashed_sink>(std::move(to), by_) : nullptr;
    }
    void close() { inner_.close(); }

private:
    std::shared_ptr<source> held(std::shared_ptr<source> one) {
        by_->add(one);
        return one;
    }

    any_transport inner_;
    std::shared_ptr<leash> by_;
};

} // namespace conformance_kit

#endif
