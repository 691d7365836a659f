// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The in-process transport, with one lie.
#ifndef FAIRWAY_TESTS_CONFORMANCE_LIAR_HPP
#define FAIRWAY_TESTS_CONFORMANCE_LIAR_HPP

#include "leash.hpp"
#include "stages.hpp"

#include <fairway/env/execute.hpp>
#include <fairway/env/suspend.hpp>

#include <boost/asio/bind_executor.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace conformance_kit {

enum class lie {
    none,
    // what it says of itself
    says_no_shards,
    says_no_topics,
    says_no_replies,
    says_no_delay,
    says_no_redelivery,
    says_few_headers,
    says_durable,
    says_prefixes,
    says_short_hold,
    says_small_bodies,
    // what it does with what is sent
    delivers_before_due,
    loses_headers,
    loses_many_headers,
    loses_causation,
    cuts_bodies,
    refuses_large_bodies,
    sends_twice,
    drops_when_full,
    ignores_cancellation,
    reverses_batches,
    sends_when_closed,
    // what it does with what is received
    forgets_releases,
    forgets_the_unsettled,
    forgets_attempts,
    puts_released_last,
    exceeds_the_prefetch,
    tells_once,
    ignores_pause,
    ignores_hold,
    accepts_prefixes,
    // what it does with channels
    has_no_shards,
    has_one_group,
    has_a_queue_per_group,
    declares_nothing,
    relays_replies_anywhere,
    knows_no_reply_address,
};

inline envelope remade(envelope const& e, lie told) {
    envelope_head head = e.head();
    headers more(e.headers());
    if (told == lie::delivers_before_due) head.due = no_time;
    if (told == lie::loses_headers) more = {};
    while (told == lie::loses_many_headers && more.size() > 20) more.erase((*more.view().begin()).name);
    if (told == lie::loses_causation) head.causation = {};
    std::string_view const body = e.body();
    constexpr std::size_t most = 64 * 1024;
    return envelope::of_bytes(head, more.view(), told == lie::cuts_bodies ? body.substr(0, most) : body);
}

class lying_sink final : public relay_sink {
public:
    lying_sink(std::shared_ptr<sink> to, asio::any_io_executor where, lie told)
        : relay_sink(std::move(to)), where_(std::move(where)), told_(told) {}

    std::size_t try_send(std::span<envelope> envelopes, error_code& why) override {
        std::size_t n = 0;
        for (auto const& e : envelopes) {
            why = {};
            if (told_ == lie::refuses_large_bodies && too_large(e)) why = errc::too_large;
            if (!why) why = one(changed(e));
            if (!why && told_ == lie::sends_twice) (void)one(e);
            if (told_ == lie::drops_when_full && why == errc::queue_full) why = {};
            if (why) return n;
            ++n;
        }
        return n;
    }
    void send(std::vector<envelope> envelopes, env::steady_point deadline, std::vector<outcome>& into,
        env::continuation done) override {
        bool const refused =
            told_ == lie::refuses_large_bodies && std::any_of(envelopes.begin(), envelopes.end(), too_large);
        if (refused || told_ == lie::drops_when_full) {
            error_code why;
            try_send(envelopes, why);
            into.assign(envelopes.size(), outcome{why, {}});
            return env::post(where_, [done = std::move(done)]() mutable { env::resume(std::move(done)); });
        }
        std::vector<envelope> all;
        for (auto const& e : envelopes)
            for (int i = 0; i < (told_ == lie::sends_twice ? 2 : 1); ++i) all.push_back(changed(e));
        if (told_ == lie::reverses_batches) std::reverse(all.begin(), all.end());
        if (told_ != lie::ignores_cancellation && told_ != lie::sends_twice)
            return inner->send(std::move(all), deadline, into, std::move(done));
        // Without the slot through which it would be cancelled.
        auto deaf = [&into, n = envelopes.size(), done = std::move(done)]() mutable {
            into.resize(n);
            env::resume(std::move(done));
        };
        inner->send(std::move(all), deadline, into, asio::bind_executor(where_, std::move(deaf)));
    }

private:
    envelope changed(envelope const& e) const {
        switch (told_) {
        case lie::delivers_before_due:
        case lie::loses_headers:
        case lie::loses_many_headers:
        case lie::loses_causation:
        case lie::cuts_bodies: return remade(e, told_);
        default: return e;
        }
    }
    error_code one(envelope const& e) { return try_send_one(*inner, e); }
    static bool too_large(envelope const& e) { return e.body().size() > 1024 * 1024; }

    asio::any_io_executor where_;
    lie told_;
};

class lying_source final : public relay_source, public receiver {
public:
    lying_source(receiver& outer, lie told) : relay_source(nullptr), outer_(outer), told_(told) {}

    void ready() noexcept override {
        if (told_ == lie::tells_once && std::exchange(said_, true)) return;
        outer_.ready();
    }
    std::size_t receive(std::vector<delivery>& out, std::size_t most) override {
        std::size_t const before = out.size();
        inner->receive(out, most);
        for (std::size_t i = before; i < out.size(); ++i) {
            held_.emplace(out[i].tag(), out[i]);
            order_.push_back(out[i].tag());
            if (told_ == lie::forgets_attempts) out[i] = delivery(out[i].message(), out[i].tag(), 1);
        }
        return out.size() - before;
    }
    void settle(std::span<settlement const> settlements) override {
        std::vector<settlement> all;
        for (auto one : one_by_one(settlements)) {
            auto const found = held_.find(one.tag);
            if (!one.accept && told_ == lie::puts_released_last && found != held_.end()) {
                try_send_one(*back, found->second.message());
                one.accept = true;
            }
            if (told_ == lie::forgets_releases) one.accept = true;
            if (one.accept && told_ == lie::accepts_prefixes) {
                auto const here = std::find(order_.begin(), order_.end(), one.tag);
                for (auto i = order_.begin(); i != here; ++i) all.push_back({*i, true});
            }
            held_.erase(one.tag);
            all.push_back(one);
        }
        inner->settle(all);
    }
    void hold(std::uint32_t shard, bool on) override {
        if (told_ != lie::ignores_hold) inner->hold(shard, on);
    }
    void pause() override {
        if (told_ != lie::ignores_pause) inner->pause();
    }
    void close() override {
        if (told_ == lie::forgets_the_unsettled)
            for (auto const& [tag, d] : held_) {
                settlement const gone{tag, true};
                inner->settle({&gone, 1});
            }
        inner->close();
    }

    // The channel that it comes from.
    std::shared_ptr<sink> back;

private:
    receiver& outer_;
    lie told_;
    bool said_ = false;
    std::map<std::uint64_t, delivery> held_;
    std::vector<std::uint64_t> order_;
};

class liar {
public:
    static constexpr std::string_view scheme = "inproc";

    liar(any_transport inner, lie told) : inner_(std::move(inner)), told_(told) {}

    asio::any_io_executor get_executor() const { return inner_.get_executor(); }
    capabilities describe() const {
        capabilities c = inner_.describe();
        switch (told_) {
        case lie::says_no_shards: c.sharded = false; break;
        case lie::says_no_topics: c.publish_subscribe = false; break;
        case lie::says_no_replies: c.replies = false; break;
        case lie::says_no_delay: c.delay = false; break;
        case lie::says_no_redelivery: c.redelivers = c.counts_attempts = false; break;
        case lie::says_few_headers: c.max_headers = 8; break;
        case lie::says_durable: c.level = acceptance::durable; break;
        case lie::says_prefixes: c.settles_prefix = true; break;
        case lie::says_short_hold: c.max_hold = std::chrono::minutes(1); break;
        case lie::says_small_bodies: c.max_body = 1024; break;
        default: break;
        }
        return c;
    }
    void declare(subscription const& from) {
        if (told_ != lie::declares_nothing) inner_.declare(truly(from));
    }
    std::shared_ptr<sink> open(address const& to) {
        return std::make_shared<lying_sink>(inner_.open(truly(to)), inner_.get_executor(), told_);
    }
    std::shared_ptr<source> listen(subscription const& from, receiver& told) {
        auto made = std::make_shared<lying_source>(told, told_);
        made->inner = inner_.listen(truly(from), *made);
        made->back = inner_.open(truly(from.from));
        return made;
    }
    reply_channel open_replies(receiver& told) { return inner_.open_replies(told); }
    std::shared_ptr<sink> open_reply(std::string_view reply_to) {
        if (told_ == lie::knows_no_reply_address) return nullptr;
        auto to = inner_.open_reply(reply_to);
        if (!to && told_ == lie::relays_replies_anywhere)
            return inner_.open({std::string(reply_to), channel_kind::point_to_point, 0});
        return to;
    }
    void close() {
        if (told_ != lie::sends_when_closed) inner_.close();
    }

private:
    address truly(address a) const {
        if (told_ == lie::has_no_shards) a.shards = 0;
        if (told_ == lie::has_one_group) a.kind = channel_kind::point_to_point;
        if (told_ == lie::has_a_queue_per_group) a.kind = channel_kind::publish_subscribe;
        return a;
    }
    subscription truly(subscription s) const {
        s.from = truly(std::move(s.from));
        if (told_ == lie::exceeds_the_prefetch) s.prefetch *= 2;
        return s;
    }

    any_transport inner_;
    lie told_;
};

class liar_stage final : public inproc_stage {
public:
    explicit liar_stage(lie told) : inproc_stage("liar", contexts::one, false), told_(told) {}
    // A thread that waits for what a lie has lost would wait for ever: no time passes while threads run.
    bool threads() const override { return false; }

protected:
    any_transport wrap(any_transport net) override { return liar(std::move(net), told_); }

private:
    lie told_;
};

} // namespace conformance_kit

#endif
