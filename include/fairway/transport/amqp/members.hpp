// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_MEMBERS_HPP
#define FAIRWAY_TRANSPORT_AMQP_MEMBERS_HPP

#include <fairway/delivery/membership.hpp>
#include <fairway/env/clock.hpp>
#include <fairway/transport/amqp/reply_errors.hpp>
#include <fairway/transport/amqp/session.hpp>
#include <fairway/transport/amqp/topology.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace fairway::amqp_detail {

// Who consumes a sharded group, as far as this member has heard. Pure.
class member_list {
public:
    // Who was not heard for so long is gone.
    static constexpr duration most_silence = std::chrono::seconds(4);

    explicit member_list(member_id me) : me_(me) {}

    // True where it was not known.
    bool heard(member_id who, env::steady_point now) {
        if (who == me_) return false;
        return others_.insert_or_assign(who, now).second;
    }
    // True where somebody has gone.
    bool left(member_id who) { return others_.erase(who) > 0; }
    bool forget(env::steady_point now) {
        return std::erase_if(others_, [now](auto const& m) { return now - m.second >= most_silence; }) > 0;
    }
    void forget_all() noexcept { others_.clear(); }
    // Which shards are this member's. All who have heard of the same members agree.
    std::vector<bool> mine(std::size_t shards) const {
        std::vector<member_id> all{me_};
        for (auto const& [id, when] : others_) all.push_back(id);
        std::vector<bool> is_mine;
        for (auto const owner : agree(shards, all)) is_mine.push_back(owner == me_);
        return is_mine;
    }

private:
    member_id me_;
    std::map<member_id, env::steady_point> others_;
};

// What members say, over the connection that publishes: a broker that takes no messages for a while reads nothing of a
// connection on which something was published.
class member_voice final : public channel_user, public std::enable_shared_from_this<member_voice> {
public:
    // `failed` is told why the broker does not take what is said.
    member_voice(std::string exchange, std::function<void(error_code why, std::string_view text)> failed)
        : exchange_(std::move(exchange)), failed_(std::move(failed)) {}

    // Nothing where there is no connection.
    void use(std::shared_ptr<session> const& s) {
        if (session_ == s) return;
        close();
        session_ = s;
    }
    void say(std::string_view what, std::string_view who) {
        if (!session_ || session_->over() || session_->blocked()) return;
        if (!channel_) channel_ = session_->open(weak_from_this());
        basic_properties p;
        p.type = what;
        basic_publish m;
        m.exchange = exchange_;
        channel_->publish(m, p, who);
    }
    void close() {
        if (channel_) std::exchange(channel_, nullptr)->close();
        session_.reset();
    }

    // ---- of its channel ----
    void on_open() override {}
    // Opened again with the next word.
    void on_closed(error_code why, std::string_view text) override {
        channel_.reset();
        if (session_ && !session_->over()) failed_(why, text);
    }

private:
    std::string exchange_;
    std::function<void(error_code, std::string_view)> failed_;
    std::shared_ptr<session> session_;
    std::shared_ptr<channel> channel_;
};

// Tells the other members of a group that this one is there, each second, over a fanout exchange, and hears them. The
// broker sees to it that a shard has one active consumer: for a moment members may see different others. Who shares
// another number of shards is no member. Used on the executor.
class members final : public channel_user, public std::enable_shared_from_this<members> {
public:
    // `own` is told which of the shards are this member's, whenever that may have changed; `trouble` why none is.
    members(asio::any_io_executor const& executor, member_id me, exchange_spec exchange, std::size_t shards,
        std::function<void(std::vector<bool> const&)> own,
        std::function<void(std::string_view where, error_code why, std::string_view text)> trouble)
        : clock_(env::clock::of(executor)),
          alarm_(clock_.make_alarm(executor)),
          list_(me),
          exchange_(std::move(exchange)),
          voice_(std::make_shared<member_voice>(
              exchange_.name, [this](error_code why, std::string_view text) { not_heard(why, text); })),
          shards_(shards),
          word_(word(me, shards)),
          own_(std::move(own)),
          trouble_(std::move(trouble)) {}

    void up(std::shared_ptr<session> const& s) {
        if (session_ == s) return;
        session_ = s;
        channel_ = s->open(weak_from_this());
    }
    void down() {
        session_.reset();
        channel_.reset();
        listening_ = heard_all_ = false;
        alarm_->cancel();
        list_.forget_all();
    }
    // What it says goes over this one; nothing where there is none.
    void speak_over(std::shared_ptr<session> const& publishing) {
        voice_->use(publishing);
        if (listening_) say("here");
    }
    // Says that it leaves.
    void close() {
        if (listening_) say("left");
        voice_->close();
        if (channel_) std::exchange(channel_, nullptr)->close();
        session_.reset();
        alarm_->cancel();
    }
    void abandon() noexcept {
        alarm_.reset();
        voice_->use(nullptr);
        channel_.reset();
        session_.reset();
    }

    // ---- of its channel ----
    void on_open() override {
        listening_ = false;
        exchange_declare e;
        e.exchange = exchange_.name;
        e.type = exchange_.type;
        e.durable = true;
        e.auto_delete = exchange_.auto_delete;
        e.passive = exchange_.existing;
        channel_->call<exchange_declare_ok>(e, [](auto const&) {});
        queue_declare q;
        q.exclusive = true;
        q.auto_delete = true;
        channel_->call<queue_declare_ok>(q, [weak = weak_from_this(), now = channel_](queue_declare_ok const& ok) {
            auto const self = weak.lock();
            if (self && self->channel_ == now) self->listen(ok.queue);
        });
    }
    void on_closed(error_code why, std::string_view text) override {
        channel_.reset();
        listening_ = false;
        if (!session_ || session_->over()) return;
        if (trouble_) trouble_(exchange_.name, why, text);
        set_alarm(beat); // tried again
    }
    // The queue that it hears others by was deleted.
    void on_cancel(std::string_view) override { lost_touch(errc::unroutable, "the queue of a member was deleted"); }
    void on_deliver(basic_deliver const&, content const& what) override {
        member_id who = 0;
        auto const text = what.body;
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), who, 16);
        if (error != std::errc() || who == 0) return;
        if (text != word(who, shards_)) return complain(text.substr(static_cast<std::size_t>(end - text.data())));
        bool const leaves = what.properties.type == "left";
        bool const changed = leaves ? list_.left(who) : list_.heard(who, clock_.steady_now());
        if (!changed) return;
        if (!leaves) say("here"); // so that it hears of this one soon
        if (heard_all_) own_(list_.mine(shards_));
    }

private:
    static constexpr duration beat = std::chrono::seconds(1);
    // Before it takes shards it hears who else is there.
    static constexpr duration first_look = std::chrono::milliseconds(250);

    void listen(std::string_view queue) {
        queue_bind b;
        b.queue = queue;
        b.exchange = exchange_.name;
        channel_->call<queue_bind_ok>(b, [](auto const&) {});
        basic_consume c;
        c.queue = queue;
        c.no_ack = true;
        channel_->call<basic_consume_ok>(c, [weak = weak_from_this(), now = channel_](auto const&) {
            auto const self = weak.lock();
            if (!self || self->channel_ != now) return;
            self->listening_ = true;
            self->say("here");
            self->set_alarm(first_look);
        });
    }
    void say(std::string_view what) { voice_->say(what, word_); }
    // The others do not hear of this one, which takes its shares none the less: the broker sees to it that each has one
    // owner.
    void not_heard(error_code why, std::string_view text) {
        if (heard_all_) return lost_touch(why, text);
        if (trouble_) trouble_(exchange_.name, why, text);
    }
    // All that meeting needs is made again.
    void lost_touch(error_code why, std::string_view text) {
        if (channel_) channel_->close();
        on_closed(why, text);
    }
    // Who it is, and how many shards it shares.
    static std::string word(member_id who, std::size_t shards) {
        std::array<char, 16> digits{};
        auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), who, 16).ptr;
        return std::string(digits.data(), end) + " of " + std::to_string(shards);
    }
    // Once, for members say it each second.
    void complain(std::string_view theirs) {
        if (!trouble_ || std::exchange(complained_, true)) return;
        trouble_(exchange_.name, errc::topology_mismatch,
            "another instance has another number of shards:" + told(theirs.substr(0, 16)) + ", here of " +
                std::to_string(shards_));
    }
    void set_alarm(duration d) {
        alarm_->set(clock_.steady_now() + d, [weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->ring();
        });
    }
    void ring() {
        if (!session_ || session_->over()) return;
        if (!channel_) {
            channel_ = session_->open(weak_from_this());
            return;
        }
        bool const gone = list_.forget(clock_.steady_now());
        if (!std::exchange(heard_all_, true) || gone) own_(list_.mine(shards_));
        say("here");
        set_alarm(beat);
    }

    env::clock& clock_;
    std::unique_ptr<env::alarm> alarm_;
    member_list list_;
    exchange_spec exchange_;
    std::shared_ptr<member_voice> voice_;
    std::size_t shards_;
    std::string word_;
    std::function<void(std::vector<bool> const&)> own_;
    std::function<void(std::string_view, error_code, std::string_view)> trouble_;
    std::shared_ptr<session> session_;
    std::shared_ptr<channel> channel_;
    bool listening_ = false;
    bool heard_all_ = false;
    bool complained_ = false;
};

} // namespace fairway::amqp_detail

#endif
