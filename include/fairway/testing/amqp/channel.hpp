// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_AMQP_CHANNEL_HPP
#define FAIRWAY_TESTING_AMQP_CHANNEL_HPP

#include <fairway/testing/amqp/broker_state.hpp>
#include <fairway/testing/amqp/confirms.hpp>
#include <fairway/transport/amqp/content.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::testing::amqp_detail {

// What the channels of a connection share.
struct connection_terms {
    // Beyond this nothing more is delivered until some of it is written, in bytes.
    static constexpr std::size_t most_output = 1024 * 1024;

    broker_state& broker;
    std::uint64_t id;
    unsigned node = 0; // where it is
    virtual_host* host = nullptr;
    std::string user{};
    std::uint32_t frame_max = least_frame_max;
    bool hears_cancels = false; // it knows basic.cancel of the broker
    std::string output{};
    std::size_t writing = 0; // bytes that were taken from the output and are not written yet
    bool stalled = false;    // something was not delivered for want of room

    bool has_room() {
        stalled = stalled || output.size() + writing >= most_output;
        return !stalled;
    }
};

// A channel that is open, without I/O: frames in, frames appended to the output of its connection. Functions throw
// `refusal` and `violation`.
class channel final : public subscriber {
public:
    channel(std::uint16_t number, connection_terms& on)
        : number_(number), on_(on), host_(*on.host), input_(on.broker.options.most_bytes()) {}

    void take(frame const& f) { input_.take(f, *this); }
    // It has ended: what it has goes back first, then its consumers go.
    void leave() {
        gone_ = true;
        std::vector<std::shared_ptr<queue>> touched;
        for (auto& [tag, d] : std::exchange(unsettled_, {})) {
            if (!host_.is_current(d.from)) continue;
            touch(touched, d.from);
            d.from->put_back(d.by, std::move(d.what), queue::comes_back::left);
        }
        for (auto const& [tag, c] : std::exchange(consumers_, {})) host_.cancel(c.from, *c.who);
        if (!reply_key_.empty()) host_.forget_replies(reply_key_);
        for (auto const& q : touched)
            if (host_.is_current(q)) q->serve();
    }
    // Nothing is delivered to it any more.
    void mute() noexcept { gone_ = true; }
    // Says which messages are safe by now.
    void flush_confirms() {
        confirms_.flush(
            on_.broker.now(), on_.broker.faults.stalled_key, [&](std::uint64_t tag, bool multiple, bool taken) {
                taken ? say(basic_ack{tag, multiple}) : say(basic_nack{tag, multiple, false});
            });
    }
    // Throws where a delivery has been unsettled for too long.
    void check_patience() const {
        if (!unsettled_.empty() && on_.broker.now() >= unsettled_.begin()->second.until) too_late();
    }
    std::optional<time_point> wake() const {
        auto next = confirms_.wake(on_.broker.faults.stalled_key);
        if (!unsettled_.empty()) next = std::min(next.value_or(time_point::max()), unsettled_.begin()->second.until);
        return next;
    }

    // ---- for queues
    bool has_room() override { return !gone_ && on_.has_room(); }
    void deliver(std::shared_ptr<consumer> const& to, std::shared_ptr<queue> const& from, entry one) override {
        auto const& m = *one.what;
        basic_deliver const d{to->tag, ++last_tag_, one.redelivered, m.exchange, m.routing_key};
        say(d, one, from->shape().quorum && one.returns > 0);
        if (!to->no_ack) unsettled_.emplace(last_tag_, delivery{from, to, std::move(one), patience()});
    }
    void on_cancelled(consumer const& c) override {
        auto const found = consumers_.find(c.tag);
        if (found == consumers_.end()) return;
        consumers_.erase(found);
        if (on_.hears_cancels) say(basic_cancel{c.tag, true});
    }

    // ---- methods of the client
    void operator()(channel_flow const& m) {
        if (!m.active) refuse(reply_code::not_implemented, "active=false");
        say(channel_flow_ok{true});
    }
    void operator()(exchange_declare const& m) {
        host_.declare(m);
        answer(m, exchange_declare_ok{});
    }
    void operator()(exchange_remove const& m) {
        host_.remove(m);
        answer(m, exchange_remove_ok{});
    }
    void operator()(queue_declare const& m) {
        if (m.queue.starts_with(reply_queue) && m.passive) {
            if (m.queue != reply_queue && !host_.knows_replies(m.queue))
                refuse(reply_code::not_found, "no queue " + named(m.queue, host_.name()));
            return answer(m, queue_declare_ok{m.queue, 0, 1});
        }
        auto named_so = m;
        auto const name = m.passive ? or_last(m.queue) : std::string(m.queue);
        named_so.queue = name;
        auto const& q = host_.declare(named_so, on_.id);
        last_queue_ = q.shape().name;
        answer(m, queue_declare_ok{
                      last_queue_, static_cast<std::uint32_t>(q.ready()), static_cast<std::uint32_t>(q.consumers())});
    }
    void operator()(queue_bind m) {
        auto const name = or_last(m.queue);
        m.queue = name;
        host_.bind(m, on_.id);
        answer(m, queue_bind_ok{});
    }
    void operator()(queue_unbind m) {
        auto const name = or_last(m.queue);
        m.queue = name;
        host_.unbind(m, on_.id);
        say(queue_unbind_ok{});
    }
    void operator()(queue_purge const& m) {
        auto const n = host_.purge(or_last(m.queue), on_.id);
        answer(m, queue_purge_ok{static_cast<std::uint32_t>(n)});
    }
    void operator()(queue_remove m) {
        auto const name = or_last(m.queue);
        m.queue = name;
        auto const n = host_.remove(m, on_.id);
        answer(m, queue_remove_ok{static_cast<std::uint32_t>(n)});
    }

    void operator()(basic_qos const& m) {
        if (m.prefetch_size != 0)
            refuse(reply_code::not_implemented, "prefetch_size!=0 (" + std::to_string(m.prefetch_size) + ")");
        if (m.global) refuse(reply_code::not_implemented, "global=true");
        prefetch_ = m.prefetch_count;
        say(basic_qos_ok{});
    }
    void operator()(basic_consume const& m) {
        std::string const tag =
            m.consumer_tag.empty() ? "amq.ctag-" + std::to_string(++made_up_) : std::string(m.consumer_tag);
        if (consumers_.contains(tag) || (tag == reply_tag_ && !reply_key_.empty()))
            refuse(reply_code::not_allowed, "attempt to reuse consumer tag '" + tag + "'");
        if (m.queue == reply_queue) return await_replies(m, tag);
        auto const from = host_.queue_for(or_last(m.queue), on_.id);
        auto const who = std::make_shared<consumer>(consumer{this, tag, prefetch_, m.no_ack, m.exclusive});
        from->add(who, host_.name());
        consumers_.emplace(tag, subscription{from, who});
        answer(m, basic_consume_ok{tag});
        from->serve();
    }
    void operator()(basic_cancel const& m) {
        std::string const tag(m.consumer_tag);
        auto const found = consumers_.find(tag);
        if (tag == reply_tag_ && !reply_key_.empty()) host_.forget_replies(std::exchange(reply_key_, {}));
        std::optional<subscription> ended;
        if (found != consumers_.end()) {
            ended = std::move(found->second);
            consumers_.erase(found);
        }
        answer(m, basic_cancel_ok{tag});
        if (ended) host_.cancel(ended->from, *ended->who);
    }
    void operator()(basic_get const& m) {
        auto const from = host_.queue_for(or_last(m.queue), on_.id);
        if (from->shape().quorum && from->shape().single_active_consumer)
            refuse(reply_code::resource_locked, "cannot obtain access to locked queue " +
                                                    named(from->shape().name, host_.name()) +
                                                    ". basic.get operations are not supported by quorum queues with "
                                                    "single active consumer");
        auto one = from->take(m.no_ack);
        if (!one) return say(basic_get_empty{});
        auto const& w = *one->what;
        basic_get_ok const ok{
            ++last_tag_, one->redelivered, w.exchange, w.routing_key, static_cast<std::uint32_t>(from->ready())};
        say(ok, *one, from->shape().quorum);
        if (!m.no_ack) unsettled_.emplace(last_tag_, delivery{from, nullptr, std::move(*one), patience()});
    }

    void operator()(basic_publish const& m, content const& c) {
        if (m.immediate) refuse(reply_code::not_implemented, "immediate=true");
        auto properties = c.properties;
        if (properties.user_id && *properties.user_id != on_.user)
            refuse(reply_code::precondition_failed, "user_id property set to '" + std::string(*properties.user_id) +
                                                        "' but authenticated user was '" + on_.user + "'");
        if (properties.reply_to == reply_queue) {
            if (reply_key_.empty()) refuse(reply_code::precondition_failed, "fast reply consumer does not exist");
            properties.reply_to = reply_key_;
        }
        auto const one = std::make_shared<message>(m.exchange, m.routing_key, properties, c.body);
        one->safe->node = on_.node;
        auto const& faults = on_.broker.faults;
        if (on_.broker.draws(faults.close_one_in))
            refuse(reply_code::not_found, "no exchange " + named(m.exchange, host_.name()));
        if (confirming_ && on_.broker.draws(faults.nack_one_in)) return confirms_.add(nullptr, on_.broker.now());
        std::pair way(std::string(m.exchange), std::string(m.routing_key));
        if (confirming_ && !known_.contains(way) && on_.broker.draws(faults.nack_first_one_in))
            return confirms_.add(nullptr, on_.broker.now());
        bool const is_full = !faults.full_key.empty() && m.routing_key == faults.full_key;
        if (confirming_ && (is_full || is_refused(way))) return confirms_.add(nullptr, on_.broker.now());
        auto const to = host_.publish(one);
        if (to.queues > 0) known_.insert(std::move(way));
        if (to.queues == 0 && m.mandatory) {
            basic_return const back{reply_code::no_route, name_of(reply_code::no_route), m.exchange, m.routing_key};
            append_content(on_.output, number_, back, c.properties, c.body, on_.frame_max);
        }
        if (!confirming_) return;
        auto const delay = on_.broker.dice.between(faults.least_confirm_delay, faults.most_confirm_delay);
        confirms_.add(to.refused ? nullptr : one, fairway::detail::saturating_add(on_.broker.now(), delay));
    }
    void operator()(basic_publish const&, oversized const& o) {
        refuse(reply_code::precondition_failed, "message size " + std::to_string(o.body_size) +
                                                    " is larger than configured max size " +
                                                    std::to_string(on_.broker.options.most_bytes()));
    }
    void operator()(confirm_select const& m) {
        confirming_ = true;
        answer(m, confirm_select_ok{});
    }

    void operator()(basic_ack const& m) {
        if (on_.broker.draws(on_.broker.faults.close_one_in)) too_late();
        for_each_of(m.delivery_tag, m.multiple, [&](delivery& d) {
            d.from->settle(d.by);
            if (on_.broker.draws(on_.broker.faults.repeat_one_in)) d.from->repeat(std::move(d.what));
        });
    }
    void operator()(basic_nack const& m) { give_back(m.delivery_tag, m.multiple, m.requeue); }
    void operator()(basic_reject const& m) { give_back(m.delivery_tag, false, m.requeue); }
    void operator()(basic_recover const& m) {
        recover(m.requeue);
        say(basic_recover_ok{});
    }
    void operator()(basic_recover_async const& m) { recover(m.requeue); }

private:
    // Not settled yet.
    struct delivery {
        std::shared_ptr<queue> from;
        std::shared_ptr<consumer> by; // none of basic.get
        entry what;
        time_point until; // it has to be settled
    };
    // RabbitMQ's consumer_timeout.
    static constexpr duration consumer_timeout = std::chrono::minutes(30);
    [[noreturn]] void too_late() const {
        refuse(reply_code::precondition_failed,
            "delivery acknowledgement on channel " + std::to_string(number_) + " timed out. Timeout value used: " +
                std::to_string(consumer_timeout / std::chrono::milliseconds(1)) + " ms");
    }
    time_point patience() const { return fairway::detail::saturating_add(on_.broker.now(), consumer_timeout); }
    struct subscription {
        std::shared_ptr<queue> from;
        std::shared_ptr<consumer> who;
    };

    template <class Method>
    void say(Method const& m) {
        append_method(on_.output, number_, m, on_.frame_max);
    }
    template <carries_content Method>
    void say(Method const& m, entry const& one, bool counted) {
        auto properties = one.what->properties();
        std::string headers;
        if (counted) {
            headers = with_header(properties.headers, "x-delivery-count", static_cast<std::int64_t>(one.returns));
            properties.headers = table_view(headers);
        }
        append_content(on_.output, number_, m, properties, one.what->body, on_.frame_max);
    }
    template <class Method, class Ok>
    void answer(Method const& m, Ok const& ok) {
        if (!m.no_wait) say(ok);
    }
    // No name stands for the queue that was declared last.
    std::string or_last(std::string_view name) const {
        if (!name.empty()) return std::string(name);
        if (last_queue_.empty()) refuse(reply_code::not_found, "no previously declared queue");
        return last_queue_;
    }

    void await_replies(basic_consume const& m, std::string const& tag) {
        if (!m.no_ack) refuse(reply_code::precondition_failed, "reply consumer cannot acknowledge");
        if (!reply_key_.empty()) refuse(reply_code::precondition_failed, "reply consumer already set");
        reply_tag_ = tag;
        // A process of the node reply@12345, in base64, and a key, which is that already.
        auto key = std::to_string(on_.id) + "x" + std::to_string(number_) + "x" + std::to_string(++made_up_);
        key.append((4 - key.size() % 4) % 4, 'x');
        reply_key_ = std::string(reply_queue) + ".g1h2AAtyZXBseUAxMjM0NQAAAAEAAAAAAAAAAQ==." + key;
        host_.await_replies(reply_key_, [this](message const& r) {
            basic_deliver const d{reply_tag_, ++last_tag_, false, r.exchange, r.routing_key};
            append_content(on_.output, number_, d, r.properties(), r.body, on_.frame_max);
        });
        answer(m, basic_consume_ok{tag});
    }

    static void touch(std::vector<std::shared_ptr<queue>>& list, std::shared_ptr<queue> const& q) {
        if (std::find(list.begin(), list.end(), q) == list.end()) list.push_back(q);
    }
    // Takes deliveries out of the unsettled ones, and lets their queues go on.
    template <class Do>
    void for_each_of(std::uint64_t tag, bool multiple, Do&& act) {
        bool const all = multiple && tag == 0;
        if (!all && !unsettled_.contains(tag))
            refuse(reply_code::precondition_failed, "unknown delivery tag " + std::to_string(tag));
        auto const begin = multiple ? unsettled_.begin() : unsettled_.find(tag);
        auto const end = all ? unsettled_.end() : unsettled_.upper_bound(tag);
        std::vector<delivery> taken; // others may come meanwhile
        for (auto i = begin; i != end; ++i) taken.push_back(std::move(i->second));
        unsettled_.erase(begin, end);
        std::vector<std::shared_ptr<queue>> touched;
        for (auto& d : taken) {
            if (!host_.is_current(d.from)) continue;
            touch(touched, d.from);
            act(d);
        }
        for (auto const& q : touched) q->serve();
    }
    void give_back(std::uint64_t tag, bool multiple, bool requeue) {
        for_each_of(tag, multiple, [&](delivery& d) {
            requeue ? d.from->put_back(d.by, std::move(d.what), queue::comes_back::sent) : d.from->reject(d.by, d.what);
        });
    }
    bool is_refused(std::pair<std::string, std::string> const& way) {
        if (known_.contains(way)) return false;
        if (!refused_.contains(way) && on_.broker.draws(on_.broker.faults.nack_channel_one_in)) refused_.insert(way);
        return refused_.contains(way);
    }
    void recover(bool requeue) {
        if (!requeue) refuse(reply_code::not_implemented, "requeue=false");
        give_back(0, true, true);
    }

    std::uint16_t number_;
    connection_terms& on_;
    virtual_host& host_;
    content_assembler input_;
    bool gone_ = false;
    std::string last_queue_;
    std::uint64_t prefetch_ = 0;
    std::uint64_t last_tag_ = 0;
    std::map<std::uint64_t, delivery> unsettled_; // by tag
    std::map<std::string, subscription, std::less<>> consumers_;
    std::string reply_tag_;
    std::string reply_key_;
    std::uint64_t made_up_ = 0;
    bool confirming_ = false;
    std::set<std::pair<std::string, std::string>> known_;   // exchanges and keys by which something was taken
    std::set<std::pair<std::string, std::string>> refused_; // those by which nothing ever is
    confirms confirms_;
};

} // namespace fairway::testing::amqp_detail

#endif
