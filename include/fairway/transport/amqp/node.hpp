// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_NODE_HPP
#define FAIRWAY_TRANSPORT_AMQP_NODE_HPP

#include <fairway/env/context_end.hpp>
#include <fairway/env/execute.hpp>
#include <fairway/env/secure_random.hpp>
#include <fairway/transport/amqp/consumer.hpp>
#include <fairway/transport/amqp/declarations.hpp>
#include <fairway/transport/amqp/link.hpp>
#include <fairway/transport/amqp/members.hpp>
#include <fairway/transport/amqp/road.hpp>
#include <fairway/transport/amqp/settling.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::amqp_detail {

struct node_options {
    std::shared_ptr<link_options const> link;
    naming names;
    std::vector<std::string> reply_queues; // beginnings of names, beside Fairway's own
    topology_mode mode = topology_mode::declare;
    fairway::detail::outbox_bounds most;
};

// A program's part in a broker's messaging, over two connections: one that publishes and one that consumes, since a
// broker that takes no messages for a while reads nothing from the former. The functions of the transport are
// thread-safe; all else runs on its executor, where it is destroyed.
class node final : public env::keeper, public std::enable_shared_from_this<node> {
public:
    node(asio::any_io_executor executor, node_options options)
        : executor_(std::move(executor)),
          options_(std::move(options)),
          ids_(env::random::of(executor_).next()),
          publishing_(*this),
          consuming_(*this) {}
    // What is received from is somebody else's as well: nothing of it is used from now on.
    ~node() override {
        for (auto const& c : consumers_) c->abandon();
    }

    void start() {
        env::context_end::tell(executor_, weak_from_this());
        auto const c = std::make_shared<road_context>();
        c->executor = executor_;
        c->names = options_.names;
        c->mode = options_.mode;
        c->trouble = options_.link->trouble;
        context_ = c;
        around_ = std::make_shared<consumer::surroundings>(consumer::surroundings{executor_,
            [this] { return ids_.next(env::clock::of(executor_).now().time_since_epoch().count()); },
            options_.link->trouble});
        replies_ = make_road(std::nullopt);
        needs_ = std::make_shared<declarations>(
            executor_, [this] { needs_changed(); }, options_.link->trouble);
        on_executor([](node& n) {
            n.publishing_.through = link::start(n.executor_, n.options_.link, n.publishing_);
            n.consuming_.through = link::start(n.executor_, n.options_.link, n.consuming_);
        });
    }
    asio::any_io_executor const& executor() const noexcept { return executor_; }
    bool makes_queues() const noexcept { return options_.mode == topology_mode::declare; }
    std::span<std::string const> reply_queues() const noexcept { return options_.reply_queues; }
    bool closed() const noexcept { return closed_.load(std::memory_order_relaxed); }

    // ---- the transport's functions ----
    std::shared_ptr<road> open(address const& to) {
        check_shape(to, {});
        std::lock_guard const lock(mutex_);
        auto& r = roads_[to.channel];
        if (r) return r;
        r = make_road(to);
        if (closed()) r->out()->close(); // `close` has been here already
        on_executor([r](node& n) {
            if (n.publishing_.now) r->up(n.publishing_.now);
        });
        return r;
    }
    std::shared_ptr<road> const& replies() const noexcept { return replies_; }
    void declare(subscription const& what) {
        check_shape(what.from, what.group);
        announce({what.from.channel, what.group, topology_of(what, options_.names), options_.mode});
    }
    std::shared_ptr<source> listen(subscription const& what, receiver& told) {
        declare(what);
        std::vector<shard_reader::wish> parts;
        for (std::uint32_t i = 0; i < std::max(what.from.shards, 1U); ++i) {
            shard_reader::wish p;
            p.queue = options_.names.queue(what.from, what.group, i);
            p.shard = i;
            p.in_order = what.from.shards > 0;
            p.prefetch = prefetch(what.prefetch);
            p.needs = topology_of(what, options_.names);
            p.mode = options_.mode;
            parts.push_back(std::move(p));
        }
        return add_consumer(what, told, std::move(parts));
    }
    reply_channel open_replies(receiver& told) {
        reply_address::secret_bytes secret{};
        env::secure_random::of(executor_).fill(secret);
        auto const name = reply_address::own(options_.names.prefix(), secret);
        // It outlives a lost connection and the broker's process, but not its owner.
        topology t;
        t.queues.push_back(topologies::quorum(name, std::chrono::minutes(1)));
        shard_reader::wish p;
        p.queue = name;
        p.prefetch = 1'000;
        p.needs = t;
        announce({name, {}, t, topology_mode::declare});
        subscription what;
        what.from.channel = name;
        what.prefetch = p.prefetch;
        std::vector<shard_reader::wish> parts;
        parts.push_back(std::move(p));
        return {name, add_consumer(what, told, std::move(parts))};
    }
    // Calls `done` once the broker has the settlements and replies that were made here; or at `until`.
    void settle(env::steady_point until, env::continuation done) {
        on_executor([until, done = std::move(done)](node& n) mutable {
            auto const all = std::make_shared<settling>(n.executor_, until, std::move(done));
            std::erase_if(n.settling_, [](auto const& s) { return s.expired(); });
            n.settling_.push_back(all);
            // A copy: whoever waits for an earlier settling may go on within this, and close some.
            for (auto const& c : std::vector(n.consumers_)) c->settled(all->part());
            n.replies_->out()->settle(asio::bind_executor(n.executor_, all->part()));
            all->begin();
        });
    }
    void close() {
        if (closed_.exchange(true)) return;
        {
            std::lock_guard const lock(mutex_);
            for (auto const& [name, r] : roads_) r->out()->close();
        }
        replies_->out()->close();
        on_executor([](node& n) {
            for (auto const& c : std::exchange(n.consumers_, {})) c->close();
            for (auto const& [c, m] : std::exchange(n.members_, {})) m->close();
            {
                std::lock_guard const lock(n.mutex_);
                for (auto const& [name, r] : n.roads_) r->close();
            }
            n.replies_->close();
            if (n.publishing_.through) n.publishing_.through->stop();
            if (n.consuming_.through) n.consuming_.through->stop();
        });
    }
    void abandon() noexcept override {
        closed_ = true;
        for (auto const& weak : settling_)
            if (auto const s = weak.lock()) s->abandon();
        for (auto const& c : std::exchange(consumers_, {})) c->abandon();
        for (auto const& [c, m] : std::exchange(members_, {})) m->abandon();
        for (auto const& [name, r] : std::exchange(roads_, {})) r->abandon();
        replies_->abandon();
        if (publishing_.through) publishing_.through->abandon();
        if (consuming_.through) consuming_.through->abandon();
        needs_.reset();
    }

private:
    // The connection that publishes.
    struct publishing final : link_user {
        explicit publishing(node& n) : of(n) {}
        void on_up(std::shared_ptr<session> const& s) override {
            now = s;
            of.each_road([&](road& r) { r.up(s); });
            for (auto const& [c, m] : of.members_) m->speak_over(s);
        }
        void on_down(error_code, std::string_view) override {
            now.reset();
            of.each_road([](road& r) { r.down(); });
            for (auto const& [c, m] : of.members_) m->speak_over(nullptr);
        }
        void on_blocked(bool blocked) override {
            if (!blocked) of.each_road([](road& r) { r.go_on(); });
        }
        node& of;
        std::shared_ptr<link> through;
        std::shared_ptr<session> now;
    };
    // The one that consumes.
    struct consuming final : link_user {
        explicit consuming(node& n) : of(n) {}
        void on_up(std::shared_ptr<session> const& s) override {
            now = s;
            of.needs_->up(s);
        }
        void on_down(error_code, std::string_view) override {
            now.reset();
            // The publishing one may be back before: not before what is consumed is there again.
            if (of.needs_->size() > 0) of.context_->open = false;
            of.needs_->down();
            for (auto const& [c, m] : of.members_) m->down();
            for (auto const& c : of.consumers_) c->down();
        }
        node& of;
        std::shared_ptr<link> through;
        std::shared_ptr<session> now;
    };

    template <class Work>
    void on_executor(Work&& work) {
        env::dispatch(executor_, [weak = weak_from_this(), work = std::forward<Work>(work)]() mutable {
            if (auto const self = weak.lock()) work(*self);
        });
    }
    // On any thread; what this one sends next is not published before it is there.
    void announce(declarations::need what) {
        ++context_->announced;
        on_executor([what = std::move(what)](node& n) mutable {
            --n.context_->announced;
            n.need(std::move(what)); // what closes the road until then, or tells that it is there
        });
    }
    static std::uint16_t prefetch(std::size_t wanted) {
        return static_cast<std::uint16_t>(std::clamp<std::size_t>(wanted, 1, 0xffff));
    }
    // In this process a channel has one shape; the broker compares those of others.
    void check_shape(address const& of, std::string_view group) {
        options_.names.existing().check(of);
        auto const longest =
            of.shards > 0 ? options_.names.members(of, group).name : options_.names.queue(of, group, 0);
        if (longest.size() > existing_names::most_bytes)
            fairway::detail::fail(errc::invalid_name, "amqp: a queue would be called " + longest);
        std::lock_guard const lock(mutex_);
        auto const [at, fresh] = shapes_.emplace(of.channel, std::pair(of.kind, of.shards));
        if (!fresh && at->second != std::pair(of.kind, of.shards))
            fairway::detail::fail(errc::topology_mismatch, of.channel);
    }
    std::shared_ptr<road> make_road(std::optional<address> to) {
        auto const r = std::make_shared<road>(context_, std::move(to), options_.most);
        r->start();
        return r;
    }
    std::shared_ptr<source> add_consumer(
        subscription const& what, receiver& told, std::vector<shard_reader::wish> parts) {
        auto const c = std::make_shared<consumer>(around_, what, told);
        auto const with = [weak = weak_from_this(), one = c.get()](void (node::*function)(consumer const&)) {
            return [weak, one, function] {
                if (auto const self = weak.lock()) ((*self).*function)(*one);
            };
        };
        c->start(std::move(parts), with(&node::leave_group), with(&node::remove));
        on_executor([c](node& n) { n.added(c); });
        // Who lets it go has closed it.
        return {c.get(), [c](source*) { c->close(); }};
    }

    // ---- on the executor ----
    template <class Call>
    void each_road(Call&& call) {
        std::vector<std::shared_ptr<road>> all{replies_};
        {
            std::lock_guard const lock(mutex_);
            for (auto const& [name, r] : roads_) all.push_back(r);
        }
        for (auto const& r : all) call(*r);
    }
    void need(declarations::need n) {
        if (closed()) return;
        context_->open = false;
        needs_->add(std::move(n));
    }
    void needs_changed() {
        context_->open = true;
        each_road([](road& r) { r.go_on(); });
        for (auto const& c : consumers_)
            if (!is_refused(*c)) c->up(consuming_.now);
        for (auto const& [c, m] : members_) {
            if (is_refused(*c)) continue;
            m->up(consuming_.now);
            m->speak_over(publishing_.now);
        }
    }
    // Its channel has another shape on the broker.
    bool is_refused(consumer const& c) const { return needs_->is_refused(c.what().from.channel, c.what().group); }
    void added(std::shared_ptr<consumer> const& c) {
        if (closed()) return c->close();
        if (c->closed()) return remove(*c); // on the executor, before this was
        consumers_.push_back(c);
        auto const& from = c->what().from;
        if (from.shards > 0) {
            auto const me = env::random::of(executor_).next() | 1;
            auto meeting = options_.names.members(from, c->what().group);
            meeting.existing = !makes_queues();
            auto const own = [weak = std::weak_ptr(c)](std::vector<bool> const& mine) {
                if (auto const one = weak.lock()) one->own(mine);
            };
            members_.emplace_back(c.get(),
                std::make_shared<members>(executor_, me, std::move(meeting), from.shards, own, options_.link->trouble));
        }
        if (needs_->complete()) needs_changed();
    }
    // Its shards are for others.
    void leave_group(consumer const& paused) {
        auto const at =
            std::find_if(members_.begin(), members_.end(), [&](auto const& m) { return m.first == &paused; });
        if (at == members_.end()) return;
        auto const left = std::move(at->second);
        members_.erase(at);
        left->close();
    }
    void remove(consumer const& gone) {
        leave_group(gone);
        auto const what = gone.what();
        auto const is_same = [&](auto const& c) {
            return c->what().from.channel == what.from.channel && c->what().group == what.group;
        };
        bool const has_failed = needs_->has_failed(what.from.channel, what.group);
        std::erase_if(consumers_, [&](auto const& c) { return c.get() == &gone; });
        bool const is_last = std::none_of(consumers_.begin(), consumers_.end(), is_same);
        if (reply_address::is_own(what.from.channel) || (has_failed && is_last))
            needs_->remove(what.from.channel, what.group);
    }

    asio::any_io_executor executor_;
    node_options options_;
    id_generator ids_;
    std::shared_ptr<road_context> context_;
    std::shared_ptr<consumer::surroundings const> around_;
    std::shared_ptr<declarations> needs_;
    publishing publishing_;
    consuming consuming_;
    std::shared_ptr<road> replies_;
    std::vector<std::shared_ptr<consumer>> consumers_;
    // Of the sharded ones, in the order in which they came.
    std::vector<std::pair<consumer const*, std::shared_ptr<members>>> members_;
    std::vector<std::weak_ptr<settling>> settling_;
    std::atomic<bool> closed_{false};
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<road>, std::less<>> roads_;
    std::map<std::string, std::pair<channel_kind, unsigned>, std::less<>> shapes_;
};

} // namespace fairway::amqp_detail

#endif
