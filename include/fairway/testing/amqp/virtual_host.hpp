// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_AMQP_VIRTUAL_HOST_HPP
#define FAIRWAY_TESTING_AMQP_VIRTUAL_HOST_HPP

#include <fairway/envelope/time.hpp>
#include <fairway/testing/amqp/dead_letters.hpp>
#include <fairway/testing/amqp/queue.hpp>
#include <fairway/testing/amqp/routing.hpp>
#include <fairway/transport/amqp/basic_methods.hpp>
#include <fairway/transport/amqp/topology_methods.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::testing::amqp_detail {

inline constexpr std::string_view reply_queue = "amq.rabbitmq.reply-to";

// The state of a virtual host, without I/O: exchanges, queues, and what lies in them. `set_time` comes before whatever
// depends on the time. Functions throw `refusal`.
class virtual_host final : public queue_host {
public:
    explicit virtual_host(std::string name) : name_(std::move(name)) {
        declare_own("", exchange_type::direct);
        declare_own("amq.direct", exchange_type::direct);
        declare_own("amq.fanout", exchange_type::fanout);
        declare_own("amq.topic", exchange_type::topic);
    }
    std::string const& name() const noexcept { return name_; }

    // ---- time
    void set_time(time_point now) noexcept { now_ = now; }
    time_point now() const override { return now_; }
    std::optional<time_point> wake() const {
        std::optional<time_point> next;
        for (auto const& [name, q] : queues_)
            if (auto const w = q->wake()) next = std::min(next.value_or(time_point::max()), *w);
        return next;
    }
    void tick() {
        for (auto const& q : all()) q->is_unused() ? end(*q) : q->drop_expired();
    }
    // Where channels have room again.
    void serve() {
        for (auto const& q : all()) q->serve();
    }

    // ---- exchanges
    void declare(exchange_declare const& d) {
        must_not_be_default(d.exchange);
        auto const found = exchanges_.find(d.exchange);
        if (d.passive) return static_cast<void>(exchange_at(d.exchange));
        auto const type = exchange_type_of(d.type);
        if (!type)
            refuse(reply_code::command_invalid, "unknown exchange type '" + std::string(d.type.substr(0, 64)) + "'");
        if (found == exchanges_.end()) {
            must_not_be_reserved("exchange", d.exchange);
            exchanges_.emplace(d.exchange, exchange{*type, d.durable, d.auto_delete, d.internal});
            return;
        }
        auto const& e = found->second;
        auto const whose = named(d.exchange, name_);
        auto const quoted = [](std::string_view text) { return "'" + std::string(text) + "'"; };
        if (*type != e.type) shaping::different("type", "exchange", whose, quoted(d.type), quoted(name_of(e.type)));
        shaping::same_flag("durable", "exchange", whose, d.durable, e.durable);
        shaping::same_flag("auto_delete", "exchange", whose, d.auto_delete, e.auto_delete);
        shaping::same_flag("internal", "exchange", whose, d.internal, e.internal);
    }
    void remove(exchange_remove const& r) {
        must_not_be_default(r.exchange);
        if (r.exchange.starts_with("amq."))
            refuse(
                reply_code::access_refused, "deletion of system exchange " + named(r.exchange, name_) + " not allowed");
        auto const found = exchanges_.find(r.exchange);
        if (found == exchanges_.end()) return;
        if (r.if_unused && !found->second.bindings.empty())
            refuse(reply_code::precondition_failed, "exchange " + named(r.exchange, name_) + " in use");
        exchanges_.erase(found);
    }
    // Bindings of queues.
    void bind(queue_bind const& b, std::uint64_t connection) {
        queue_for(b.queue, connection);
        must_not_be_default(b.exchange);
        auto& to = exchange_at(b.exchange).bindings;
        binding one{std::string(b.queue), std::string(b.routing_key)};
        if (std::find(to.begin(), to.end(), one) == to.end()) to.push_back(std::move(one));
    }
    void unbind(queue_unbind const& u, std::uint64_t connection) {
        if (queues_.contains(u.queue)) queue_for(u.queue, connection);
        must_not_be_default(u.exchange);
        auto const found = exchanges_.find(u.exchange);
        if (found == exchanges_.end()) return;
        unbind(found, [&](binding const& b) { return b.queue == u.queue && b.key == u.routing_key; });
    }

    // ---- queues
    // A queue for itself, whose name it makes up where there is none.
    queue& declare(queue_declare const& d, std::uint64_t connection) {
        auto const found = queues_.find(d.queue);
        if (d.passive || found != queues_.end()) {
            auto& q = *queue_for(d.queue, connection);
            if (!d.passive) {
                if ((q.shape().owner != 0) != d.exclusive) locked(d.queue);
                must_be_equivalent(q.shape(), d, name_);
                if (!q.shape().quorum) q.use(); // which counts for one without consumers, from when it was made
            }
            return q;
        }
        must_not_be_reserved("queue", d.queue);
        auto shape = shape_of(d, connection, name_);
        if (shape.name.empty()) shape.name = "amq.gen-" + std::to_string(++made_up_);
        auto const& name = shape.name;
        auto q = std::make_shared<queue>(shape, *this);
        return *queues_.emplace(name, std::move(q)).first->second;
    }
    // One that the connection may use.
    std::shared_ptr<queue> const& queue_for(std::string_view name, std::uint64_t connection) {
        auto const found = queues_.find(name);
        if (found == queues_.end()) refuse(reply_code::not_found, "no queue " + named(name, name_));
        auto const owner = found->second->shape().owner;
        if (owner != 0 && owner != connection) locked(name);
        return found->second;
    }
    std::size_t purge(std::string_view name, std::uint64_t connection) { return queue_for(name, connection)->purge(); }
    std::size_t remove(queue_remove const& r, std::uint64_t connection) {
        if (!queues_.contains(r.queue)) return 0;
        auto const q = queue_for(r.queue, connection);
        if (r.if_unused && q->consumers() > 0)
            refuse(reply_code::precondition_failed, "queue " + named(r.queue, name_) + " in use");
        if (r.if_empty && q->ready() > 0)
            refuse(reply_code::precondition_failed, "queue " + named(r.queue, name_) + " not empty");
        auto const n = q->ready();
        end(*q);
        return n;
    }
    // As an operator does it, whosesoever it is.
    bool remove(std::string_view name) {
        auto const found = queues_.find(name);
        if (found == queues_.end()) return false;
        end(*found->second);
        return true;
    }
    // For a look at it.
    queue const* find_queue(std::string_view name) const {
        auto const found = queues_.find(name);
        return found == queues_.end() ? nullptr : found->second.get();
    }
    std::size_t queues() const noexcept { return queues_.size(); }

    // ---- messages
    struct routed {
        std::size_t queues = 0;
        bool refused = false; // by one of them
    };
    routed publish(std::shared_ptr<message> const& m) {
        auto const& e = exchange_at(m->exchange);
        if (e.internal)
            refuse(reply_code::access_refused, "cannot publish to internal exchange " + named(m->exchange, name_));
        if (m->exchange.empty() && m->routing_key.starts_with(reply_queue)) {
            reply(m);
            return {}; // RabbitMQ does not count it
        }
        routed r;
        for (auto const& name : route(e, *m)) {
            ++r.queues;
            if (!queues_.find(name)->second->push(m)) r.refused = true;
        }
        return r;
    }
    void bury(queue_shape const& of, message const& what, std::string_view reason) override {
        auto const to = exchanges_.find(*of.dead_letter_exchange);
        if (to == exchanges_.end()) return;
        auto const m = dead_letter(what, of, reason, now_);
        for (auto const& name : route(to->second, *m))
            if (!goes_in_a_circle(*m, name)) queues_.find(name)->second->push(m);
    }

    // ---- consumers
    void consume(std::shared_ptr<queue> const& from, std::shared_ptr<consumer> const& c) {
        from->add(c, name_);
        from->serve();
    }
    // It gets nothing any more; its queue ends with its last one where that is its kind.
    void cancel(std::shared_ptr<queue> const& from, consumer const& c) {
        if (!is_current(from)) return;
        from->remove(c);
        if (from->shape().auto_delete && from->consumers() == 0) return end(*from);
        from->serve();
    }
    // False for one that was deleted.
    bool is_current(std::shared_ptr<queue> const& q) const {
        auto const found = queues_.find(q->shape().name);
        return found != queues_.end() && found->second == q;
    }

    // Direct reply-to: answers go to whoever consumes under this key, by the second argument.
    void await_replies(std::string const& key, std::function<void(message const&)> take) {
        repliers_[key] = std::move(take);
    }
    void forget_replies(std::string const& key) { repliers_.erase(key); }
    bool knows_replies(std::string_view key) const { return repliers_.contains(key); }

    // ---- ends
    // A connection is gone, and so are the queues that were its own.
    void leave(std::uint64_t connection) {
        for (auto const& q : all())
            if (q->shape().owner == connection) end(*q);
    }
    // A node, or without one all of them, has crashed: see `queue`.
    void lose_unconfirmed(sim_detail::dice& by, std::optional<unsigned> node) {
        for (auto const& [name, q] : queues_) q->lose_unconfirmed(by, node);
    }
    // The broker was stopped: what is durable stays.
    void restart() {
        for (auto const& q : all()) q->shape().durable ? q->restart() : end(*q);
        std::erase_if(exchanges_, [](auto const& e) { return !e.second.durable; });
    }

private:
    using exchanges = std::map<std::string, exchange, std::less<>>;

    void declare_own(std::string const& name, exchange_type type) { exchanges_.emplace(name, exchange{type, true}); }
    exchange& exchange_at(std::string_view name) {
        auto const found = exchanges_.find(name);
        if (found == exchanges_.end()) refuse(reply_code::not_found, "no exchange " + named(name, name_));
        return found->second;
    }
    static void must_not_be_default(std::string_view name) {
        if (name.empty()) refuse(reply_code::access_refused, "operation not permitted on the default exchange");
    }
    static void must_not_be_reserved(std::string const& kind, std::string_view name) {
        if (name.starts_with("amq."))
            refuse(reply_code::access_refused,
                kind + " name '" + std::string(name) + "' contains reserved prefix 'amq.*'");
    }
    [[noreturn]] void locked(std::string_view name) const {
        refuse(
            reply_code::resource_locked, "cannot obtain exclusive access to locked queue " + named(name, name_) +
                                             ". It could be originally declared on another connection or the exclusive "
                                             "property value does not match that of the original declaration.");
    }

    std::vector<std::string> route(exchange const& e, message const& m) const {
        if (!m.exchange.empty()) return e.route(m.routing_key);
        if (!queues_.contains(m.routing_key)) return {};
        return {m.routing_key};
    }
    void reply(std::shared_ptr<message> const& m) {
        auto const found = repliers_.find(m->routing_key);
        if (found != repliers_.end()) found->second(*m);
    }
    std::vector<std::shared_ptr<queue>> all() const {
        std::vector<std::shared_ptr<queue>> list;
        for (auto const& [name, q] : queues_) list.push_back(q);
        return list;
    }
    void end(queue& q) {
        auto const keep = q.shared_from_this();
        auto const name = q.shape().name;
        if (!is_current(keep)) return;
        queues_.erase(name);
        q.end();
        for (auto i = exchanges_.begin(); i != exchanges_.end();) {
            auto const one = i++;
            unbind(one, [&](binding const& b) { return b.queue == name; });
        }
    }
    template <class Predicate>
    void unbind(exchanges::iterator from, Predicate which) {
        auto const n = std::erase_if(from->second.bindings, which);
        if (n > 0 && from->second.auto_delete && from->second.bindings.empty()) exchanges_.erase(from);
    }

    std::string name_;
    time_point now_{};
    exchanges exchanges_;
    std::map<std::string, std::shared_ptr<queue>, std::less<>> queues_;
    std::map<std::string, std::function<void(message const&)>, std::less<>> repliers_;
    std::uint64_t made_up_ = 0;
};

} // namespace fairway::testing::amqp_detail

#endif
