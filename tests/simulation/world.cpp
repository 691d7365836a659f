// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
//
// Makes a scenario's hosts and services, lets them send and handle, and tells the oracle what happens.
#include "nodes.hpp"
#include "rabbit.hpp"
#include "run.hpp"

#include <fairway/fairway.hpp>
#include <fairway/port/dead_letters.hpp>
#include <fairway/port/memory_store.hpp>
#include <fairway/testing/simulation.hpp>

#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace workload {

namespace {

using fairway::delivery;
using fairway::errc;
using fairway::error_code;
using fairway::fault;
using fairway::reply_token;
using fairway::send_options;
using fairway::service;
using fairway::system_error;
using fairway::task;
using fairway::testing::host;
using fairway::testing::sim_event;

// ---- the contract

struct answer {
    using contract = fairway::event<"sim.answer">;
    std::uint32_t n = 0;
};
struct job {
    using contract = fairway::command<"sim.job">;
    std::uint32_t n = 0;
    std::string key;
    std::string const& shard_key() const { return key; }
};
struct ask {
    using contract = fairway::command<"sim.ask", answer>;
    std::uint32_t n = 0;
    std::string key;
    std::string const& shard_key() const { return key; }
};
struct note {
    using contract = fairway::event<"sim.note">;
    std::uint32_t n = 0;
    std::string key;
    std::string const& shard_key() const { return key; }
};
struct survey {
    using contract = fairway::command<"sim.survey", answer>;
    std::uint32_t n = 0;
    std::string key;
    std::string const& shard_key() const { return key; }
};
using work_channel = fairway::point_to_point<"work", job, ask>;
using lanes_channel = fairway::sharded<shard_count, fairway::point_to_point<"lanes", job, ask>>;
using news_channel = fairway::publish_subscribe<"news", note, survey>;
using feed_channel = fairway::sharded<shard_count, fairway::publish_subscribe<"feed", note, survey>>;

fairway::address address_of(unsigned on) {
    return {road_names[on],
        publishes(on) ? fairway::channel_kind::publish_subscribe : fairway::channel_kind::point_to_point,
        sharded(on) ? shard_count : 0};
}

struct ports {
    explicit ports(service const& from)
        : work(from.sender<work_channel>()),
          lanes(from.sender<lanes_channel>()),
          news(from.sender<news_channel>()),
          feed(from.sender<feed_channel>()) {}
    fairway::sender_port<work_channel> work;
    fairway::sender_port<lanes_channel> lanes;
    fairway::sender_port<news_channel> news;
    fairway::sender_port<feed_channel> feed;
};

class world;

// What the code of an instance works with; it does not keep the service.
struct actor {
    actor(world& w, host& h, unsigned n, unsigned of_group, service const& self)
        : in(w), on(h), number(n), group(of_group), out(self) {}
    world& in;
    host& on;
    unsigned number;
    unsigned group;
    ports out;

    // The host's own monotonic clock; while it is destroyed there is none.
    duration clock() const {
        return on.up() ? fairway::env::clock::of(on.executor()).steady_now().time_since_epoch() : duration::zero();
    }
};
using actor_ptr = std::shared_ptr<actor>;

struct live {
    std::shared_ptr<service> self;
    actor_ptr who;
};
// The instance of a member as it is now; it dies with its host.
using slot = std::shared_ptr<live>;

class world {
public:
    world(std::uint64_t seed, bool trace, std::optional<carrier> only);

    void run();
    void say(std::string const& text) const {
        if (trace_) std::fprintf(stderr, "%10.6f      %s\n", static_cast<double>(now().count()) / 1e9, text.c_str());
    }
    duration now() const noexcept { return sim_.elapsed(); }

    scenario const s;
    oracle o;
    fairway::testing::simulation& sim() noexcept { return sim_; }
    host& host_at(unsigned n) { return *hosts_[n]; }
    slot make_instance(host& h, unsigned number);
    std::weak_ptr<slot>& slot_of(unsigned member) { return slots_[member]; }
    unsigned drained = 0;

private:
    fairway::testing::simulation_options options();
    fairway::testing::fault_plan plan() const;
    void boot(host& h, unsigned n);
    void boot_undertaker(host& h);
    void heard(sim_event const& e);
    unsigned index_of(std::string_view name) const;
    std::size_t backlog(fairway::address const& of, std::string_view group) const;
    std::size_t backlog() const;
    template <class Told>
    void each_backlog(Told told) const {
        for (unsigned on = 0; on < roads; ++on)
            for (unsigned g = 0; g < s.groups; ++g) {
                if (!s.of(g, on).subscribed) continue;
                std::string const group = group_names[g];
                fairway::address const dead{fairway::dead_letter_channel(road_names[on], group)};
                for (auto const& from : {address_of(on), dead}) told(from.channel, group, backlog(from, group));
            }
    }
    std::string waiting() const;
    void check_pending();
    task<> drive(host& h, unsigned n, actor_ptr who);

    bool trace_;
    std::shared_ptr<fairway::memory_store> store_;
    std::vector<host*> hosts_;
    std::vector<std::weak_ptr<slot>> slots_;
    std::vector<std::weak_ptr<actor>> clients_;
    std::vector<bool> begun_;
    std::shared_ptr<rabbit> rabbit_;      // where there is one
    bool consumed_[roads][most_groups]{}; // of the broker: at least once
    fairway::testing::simulation sim_;
};

// ---- sending

sent state_of(error_code const& e) {
    if (!e) return sent::accepted;
    for (auto const certain : {errc::queue_full, errc::closed, errc::cancelled, errc::not_connected, errc::unroutable})
        if (e == certain) return sent::refused;
    return sent::unknown;
}
bool is_usual(error_code const& e) {
    for (auto const usual : {errc::queue_full, errc::closed, errc::cancelled, errc::not_connected, errc::unroutable,
             errc::outcome_unknown, errc::timed_out})
        if (e == usual) return true;
    return e == boost::asio::error::operation_aborted;
}

// Some messages on their way: what nobody tells of by its end is unknown.
class watched_send {
public:
    watched_send(actor& a, std::vector<std::uint32_t> all)
        : in_(a.in), all_(std::move(all)), told_(all_.size(), false) {
        in_.o.expect_heads(all_);
    }
    watched_send(watched_send const&) = delete;
    watched_send& operator=(watched_send const&) = delete;
    ~watched_send() {
        for (std::size_t i = 0; i < all_.size(); ++i)
            if (!told_[i]) in_.o.send_ended(all_[i], sent::unknown, in_.now());
    }
    void end(std::size_t i, error_code const& e) { end(i, state_of(e), e); }
    void end(std::size_t i, sent how, error_code const& e) {
        if (told_[i]) return;
        told_[i] = true;
        if (e && !is_usual(e))
            in_.o.fail(promises::sane, "a send of message " + std::to_string(all_[i]) + " failed with " + e.message());
        in_.say("sent " + std::to_string(all_[i]) + (e ? ": " + e.message() : std::string()));
        in_.o.send_ended(all_[i], how, in_.now());
    }
    void end_all(error_code const& e) {
        for (std::size_t i = 0; i < all_.size(); ++i) end(i, e);
    }
    std::size_t size() const noexcept { return all_.size(); }

private:
    world& in_;
    std::vector<std::uint32_t> all_;
    std::vector<bool> told_;
};

send_options options_of(operation const& o) {
    send_options with;
    if (o.life) with.time_to_live(*o.life);
    if (o.delay) with.delay(*o.delay);
    with.patience(o.timeout);
    return with;
}

template <class Port>
using one_way_of = std::conditional_t<Port::channel_type::kind == fairway::channel_kind::point_to_point, job, note>;

template <class Port>
task<> send_messages(actor_ptr a, Port port, operation o, std::vector<std::uint32_t> ns) {
    watched_send watch(*a, ns);
    send_options const with = options_of(o);
    std::vector<one_way_of<Port>> all;
    for (auto const n : ns) all.push_back({n, o.key});
    error_code failed;
    try {
        if (o.how == style::send_all) {
            auto const outcomes = co_await port.send_all(all, with);
            for (std::size_t i = 0; i < all.size(); ++i) watch.end(i, outcomes[i].error);
        } else if (o.how == style::try_send) {
            for (std::size_t i = 0; i < all.size(); ++i)
                if (error_code const why = port.try_send(all[i], with)) watch.end(i, why);
            co_await port.flush();
            // The broker may refuse what is delayed, RabbitMQ what it has no exchange for; of several flushes at a time
            // one is told.
            bool const may_fail = a->in.s.by == carrier::broker ? o.delay.has_value() : a->in.s.rabbit.closes > 0;
            if (!may_fail) watch.end_all({});
        } else if (o.key == "c") {
            co_await port.send(fairway::moved(all.front()), with);
        } else {
            co_await port.send(all.front(), with);
        }
    } catch (system_error const& e) {
        failed = e.code();
    }
    // What a flush tells is of some of them.
    if (o.how == style::try_send) {
        for (std::size_t i = 0; i < watch.size(); ++i) watch.end(i, sent::unknown, failed);
    } else {
        watch.end_all(failed);
    }
    if (failed) throw system_error(failed);
}

// A request that waits: dropped unless it ends.
class watched_request {
public:
    watched_request(actor_ptr a, operation const& o, std::uint32_t n, std::optional<duration> inherited)
        : a_(std::move(a)), n_(n) {
        request r;
        r.message = n;
        r.instance = a_->number;
        r.host = a_->in.o.at(a_->number).host;
        r.begun = a_->in.now();
        r.host_begun = a_->clock();
        r.timeout = o.timeout;
        r.inherited = inherited;
        number_ = a_->in.o.request_begun(r);
    }
    watched_request(watched_request const&) = delete;
    watched_request& operator=(watched_request const&) = delete;
    ~watched_request() {
        if (!ended_) a_->in.o.request_dropped(number_);
    }
    void end(std::string const& code) { end(code, std::nullopt); }
    void end(std::string const& code, std::optional<std::uint32_t> replied) {
        ended_ = true;
        a_->in.say("request " + std::to_string(n_) + " ends: " + code);
        a_->in.o.request_ended(number_, code, replied, a_->in.now(), a_->clock());
    }
    void end_gather(std::vector<std::string> responders, std::vector<std::uint32_t> replied) {
        ended_ = true;
        a_->in.say("gather " + std::to_string(n_) + " ends with " + std::to_string(replied.size()) + " replies");
        a_->in.o.gather_ended(number_, std::move(responders), std::move(replied), a_->in.now(), a_->clock());
    }

private:
    actor_ptr a_;
    std::uint32_t n_;
    std::size_t number_ = 0;
    bool ended_ = false;
};

template <class Port>
task<> request_reply(actor_ptr a, Port port, operation o, std::uint32_t n, std::optional<duration> inherited) {
    std::vector<std::uint32_t> const just{n};
    watched_send sending(*a, just);
    watched_request watch(a, o, n, inherited);
    ask const question{n, o.key};
    std::exception_ptr error;
    try {
        answer const reply = co_await port.request(question, o.timeout);
        sending.end(0, {});
        watch.end("reply", reply.n);
    } catch (fault const& f) {
        error = std::current_exception();
        sending.end(0, {});
        watch.end(f.code());
    } catch (system_error const& e) {
        error = std::current_exception();
        bool const refused = e.code() == errc::queue_full || e.code() == errc::not_connected;
        sending.end(0, refused ? sent::refused : sent::unknown, e.code());
        watch.end(e.code() == errc::timed_out ? "timed_out" : e.code().message());
    }
    if (error) std::rethrow_exception(error);
}

template <class Port>
task<> ask_around(actor_ptr a, Port port, operation o, std::uint32_t n) {
    std::vector<std::uint32_t> const just{n};
    watched_send sending(*a, just);
    watched_request watch(a, o, n, std::nullopt);
    survey const question{n, o.key};
    fairway::gather_options<answer> until(o.timeout);
    if (o.maximum) until.maximum(*o.maximum);
    try {
        auto const got = co_await port.gather(question, until);
        sending.end(0, {});
        std::vector<std::string> who;
        std::vector<std::uint32_t> what;
        for (auto const& r : got.replies) {
            who.push_back(r.responder);
            what.push_back(r.value.n);
        }
        for (auto const& f : got.faults) who.push_back(f.responder());
        if (o.maximum && who.size() > *o.maximum)
            a->in.o.fail(promises::one_answer_each, "message " + std::to_string(n) + ": a gather of " +
                                                        std::to_string(*o.maximum) + " answers has " +
                                                        std::to_string(who.size()));
        watch.end_gather(std::move(who), std::move(what));
    } catch (system_error const& e) {
        sending.end(0, e.code());
        watch.end(e.code().message());
    }
}

// Sends what an operation says; the messages are known to the oracle.
task<> perform(actor_ptr a, operation o, std::vector<std::uint32_t> ns, std::optional<duration> inherited) {
    auto& out = a->out;
    if (o.how == style::request) {
        if (o.on == work) return request_reply(a, out.work, o, ns.front(), inherited);
        return request_reply(a, out.lanes, o, ns.front(), inherited);
    }
    if (o.how == style::gather) {
        if (o.on == news) return ask_around(a, out.news, o, ns.front());
        return ask_around(a, out.feed, o, ns.front());
    }
    switch (o.on) {
    case work: return send_messages(a, out.work, o, std::move(ns));
    case lanes: return send_messages(a, out.lanes, o, std::move(ns));
    case news: return send_messages(a, out.news, o, std::move(ns));
    default: return send_messages(a, out.feed, o, std::move(ns));
    }
}

task<> perform_quietly(actor_ptr a, operation o) {
    std::vector<std::uint32_t> ns;
    for (auto const& p : o.messages) ns.push_back(a->in.o.plan_message(a->number, o, p, true, 0, a->in.now()));
    a->in.say(a->on.name() + " sends " + std::to_string(ns.front()) + ".." + std::to_string(ns.back()) + " on " +
              road_names[o.on] + (o.key.empty() ? "" : " key ") + o.key);
    try {
        co_await perform(a, std::move(o), std::move(ns), std::nullopt);
    } catch (system_error const&) {
    } catch (fault const&) {}
}

// ---- handling

class watched_attempt {
public:
    watched_attempt(actor_ptr a, unsigned on, std::uint32_t n, delivery const& d) : a_(std::move(a)), n_(n) {
        oracle::seen s{};
        s.on = on;
        s.n = n;
        s.id = d.id();
        s.cause = d.causation();
        s.conversation = d.conversation();
        s.tag = d.tag();
        s.number = d.attempt();
        s.shard = d.message().head().shard;
        s.only_group = d.header(fairway::detail::replay_group).value_or("");
        if (d.deadline()) s.left = *d.deadline() - a_->on.now();
        number_ = a_->in.o.begun(a_->number, s, a_->in.now(), a_->clock());
        a_->in.say("instance " + std::to_string(a_->number) + " begins " + std::to_string(n) + " attempt " +
                   std::to_string(s.number));
    }
    watched_attempt(watched_attempt const&) = delete;
    watched_attempt& operator=(watched_attempt const&) = delete;
    ~watched_attempt() { end(ending::dropped); }
    void end(ending how) { end(how, std::string(), std::nullopt); }
    void end(ending how, std::string code, std::optional<duration> after) {
        if (std::exchange(over_, true)) return;
        static constexpr char const* names[] = {"runs", "succeeds", "faults", "fails", "is cancelled", "is dropped"};
        a_->in.say(
            "instance " + std::to_string(a_->number) + ": " + std::to_string(n_) + " " + names[static_cast<int>(how)]);
        a_->in.o.ended(number_, how, a_->in.now(), a_->clock(), std::move(code), after);
    }
    // What the handler threw is thrown on.
    void failed(std::exception_ptr const& error) {
        try {
            std::rethrow_exception(error);
        } catch (fault const& f) {
            end(ending::fault, f.code(), std::nullopt);
        } catch (fairway::transient const& t) {
            end(ending::failure, std::string(), t.retry_after());
        } catch (system_error const& e) {
            end(e.code() == boost::asio::error::operation_aborted ? ending::cancelled : ending::failure);
        } catch (std::exception const&) {
            end(ending::failure);
        }
    }

private:
    actor_ptr a_;
    std::uint32_t n_;
    std::size_t number_ = 0;
    bool over_ = false;
};

bool is_known(actor const& a, std::uint32_t n) { return n > 0 && n < a.in.o.messages(); }

void throw_as_planned(actor& a, unsigned on, std::uint32_t n) {
    auto& m = a.in.o.of(n);
    auto const& f = m.in[publishes(on) ? a.group : 0];
    auto const& p = m.what;
    if (p.what == conduct::transient && f.failures < p.times) {
        if (p.after) throw fairway::transient("not now", *p.after);
        throw fairway::transient("not now");
    }
    if (p.what == conduct::fault && !m.replayed) throw fault("refused", "as planned");
    if (p.what == conduct::always) throw std::runtime_error("as planned");
}
bool kills(actor& a, std::uint32_t n) {
    auto& m = a.in.o.of(n);
    if (m.what.what != conduct::kill || std::exchange(m.killed, true)) return false;
    a.on.crash_soon(m.what.length);
    return true;
}

task<> behave(actor_ptr a, unsigned on, std::uint32_t n, delivery const& d) {
    auto const p = a->in.o.of(n).what;
    for (unsigned i = 0; i < p.children; ++i) {
        auto const o = draw_child(a->in.s, n, d.attempt(), i);
        std::optional<duration> left;
        if (d.deadline()) left = *d.deadline() - a->on.now();
        std::vector<std::uint32_t> ns;
        ns.push_back(a->in.o.plan_message(a->number, o, o.messages.front(), false, n, a->in.now()));
        co_await perform(a, o, std::move(ns), left);
    }
    if (kills(*a, n)) co_await fairway::sleep_for(1ms);
    bool const hangs = p.what == conduct::hang && !std::exchange(a->in.o.of(n).hung, true);
    if (hangs || p.what == conduct::slow) co_await fairway::sleep_for(p.length);
    throw_as_planned(*a, on, n);
}

task<> handle_later(actor_ptr a, unsigned on, std::uint32_t n, delivery const& d) {
    watched_attempt watch(a, on, n, d);
    if (!is_known(*a, n)) co_return;
    try {
        co_await behave(a, on, n, d);
    } catch (...) {
        watch.failed(std::current_exception());
        throw;
    }
    watch.end(ending::success);
}
task<answer> answer_later(actor_ptr a, unsigned on, std::uint32_t n, delivery const& d) {
    co_await handle_later(a, on, n, d);
    answer const reply{n};
    co_return reply;
}

template <class M>
task<> answer_after(duration d, std::uint32_t n, reply_token<M> token) {
    co_await fairway::sleep_for(d);
    answer const reply{n};
    token.send(reply);
}
template <class M>
void answer_by(actor& a, std::uint32_t n, reply_token<M> token) {
    answer const reply{n};
    if (!is_known(a, n)) return;
    auto const& p = a.in.o.of(n).what;
    if (p.answer)
        a.on.spawn(answer_after<M>(*p.answer, n, std::move(token)));
    else
        token.send(reply);
}
template <class M>
task<> token_later(actor_ptr a, unsigned on, std::uint32_t n, delivery const& d, reply_token<M> token) {
    // A token that is dropped answers: what the handler throws must be known first.
    std::exception_ptr error;
    try {
        co_await handle_later(a, on, n, d);
    } catch (...) {
        error = std::current_exception();
    }
    if (!error) co_return answer_by(*a, n, std::move(token));
    std::rethrow_exception(error);
}

template <class Port>
void send_child_now(actor& a, Port const& port, operation const& o, std::uint32_t n) {
    std::vector<std::uint32_t> const just{n};
    watched_send watch(a, just);
    one_way_of<Port> const m{n, o.key};
    error_code const why = port.try_send(m, options_of(o));
    // With a broker nobody waits for what becomes of it.
    bool const brokered = a.in.s.by == carrier::broker || a.in.s.by == carrier::amqp;
    watch.end(0, why ? state_of(why) : brokered ? sent::unknown : sent::accepted, why);
}
void handle_now(actor_ptr const& a, unsigned on, std::uint32_t n, delivery const& d) {
    watched_attempt watch(a, on, n, d);
    if (!is_known(*a, n)) return;
    try {
        auto const p = a->in.o.of(n).what;
        for (unsigned i = 0; i < p.children; ++i) {
            auto o = draw_child(a->in.s, n, d.attempt(), i);
            o.how = style::send;
            auto const child = a->in.o.plan_message(a->number, o, o.messages.front(), false, n, a->in.now());
            switch (o.on) {
            case work: send_child_now(*a, a->out.work, o, child); break;
            case lanes: send_child_now(*a, a->out.lanes, o, child); break;
            case news: send_child_now(*a, a->out.news, o, child); break;
            default: send_child_now(*a, a->out.feed, o, child);
            }
        }
        kills(*a, n);
        throw_as_planned(*a, on, n);
    } catch (...) {
        watch.failed(std::current_exception());
        throw;
    }
    watch.end(ending::success);
}

// The forms of handlers: coroutines, which return replies or take tokens, and plain ones.
struct coroutine_work {
    actor_ptr a;
    unsigned on;
    task<> operator()(job const& m, delivery const& d) { return handle_later(a, on, m.n, d); }
    task<answer> operator()(ask const& m, delivery const& d) { return answer_later(a, on, m.n, d); }
};
struct plain_work {
    actor_ptr a;
    unsigned on;
    void operator()(job const& m, delivery const& d) { handle_now(a, on, m.n, d); }
    answer operator()(ask const& m, delivery const& d) {
        handle_now(a, on, m.n, d);
        return answer{m.n};
    }
};
struct coroutine_news {
    actor_ptr a;
    unsigned on;
    task<> operator()(note const& m, delivery const& d) { return handle_later(a, on, m.n, d); }
    task<> operator()(survey const& m, delivery const& d, reply_token<survey> t) {
        return token_later<survey>(a, on, m.n, d, std::move(t));
    }
};
struct plain_news {
    actor_ptr a;
    unsigned on;
    void operator()(note const& m, delivery const& d) { handle_now(a, on, m.n, d); }
    void operator()(survey const& m, delivery const& d, reply_token<survey> t) {
        handle_now(a, on, m.n, d);
        answer_by(*a, m.n, std::move(t));
    }
};

// ---- instances

class heads final : public fairway::send_middleware {
public:
    explicit heads(oracle& o) : o_(o) {}
    void before(fairway::outgoing& m) override { o_.head_made(m.head.id, m.head.causation, m.head.conversation); }

private:
    oracle& o_;
};

class ears final : public fairway::observer {
public:
    ears(world& in, unsigned number) : in_(in), number_(number) {}
    void on(fairway::observation const& e) noexcept override {
        switch (e.what) {
        case fairway::occurrence::expired: return in_.o.expired(number_, e.channel, e.id, in_.now());
        case fairway::occurrence::handler_failed: return in_.o.answer_given_up(number_, e.channel, e.id, in_.now());
        case fairway::occurrence::dead_lettered: ++in_.o.at(number_).dead; return;
        default: return;
        }
    }

private:
    world& in_;
    unsigned number_;
};

fairway::handler_options options_of(handling const& h, std::shared_ptr<fairway::memory_store> const& store) {
    fairway::retry_policy retry;
    retry.attempts(h.attempts)
        .immediate(h.immediate)
        .delay(h.delay)
        .factor(h.factor)
        .max_delay(h.max_delay)
        .jitter(h.jitter);
    fairway::handler_options to;
    to.concurrency(h.concurrency).prefetch(h.prefetch).retry(retry).window(h.window ? 2000 : 0);
    to.keep_expired(h.keep_expired);
    to.order(h.kept == order::key     ? fairway::ordering::key
             : h.kept == order::shard ? fairway::ordering::shard
                                      : fairway::ordering::none);
    if (h.store) to.remember_in(store);
    return to;
}

fairway::ledger ledger_of(live const& l) { return l.self->stats(); }
void check_ledger(world& in, live const& l, bool finished) {
    auto const c = ledger_of(l);
    in.o.check_ledger(l.who->number,
        {c.received, c.accepted, c.dead_lettered, c.released, c.expired, c.duplicates, c.skipped}, finished);
}

task<> drain(world& in, slot from, duration deadline) {
    auto const number = from->who->number;
    in.say("drain instance " + std::to_string(number));
    in.o.instance_draining(number);
    auto const begun = from->who->clock();
    try {
        (void)co_await from->self->drain(deadline);
    } catch (system_error const& e) {
        // What could not be sent by the deadline stays behind, which is told; so do messages that nobody is there for,
        // where nobody keeps them in between, and what was sent into a channel that ended by an error.
        bool const late = e.code() == errc::timed_out && from->who->clock() - begun >= deadline;
        bool const alone = in.s.by == carrier::streams && e.code() == errc::not_connected;
        bool const closed =
            in.s.rabbit.closes > 0 && (e.code() == errc::outcome_unknown || e.code() == errc::unroutable);
        if (!late && !alone && !closed) throw;
    }
    bool const finished = from->who->clock() - begun < deadline;
    in.say("instance " + std::to_string(number) + " has drained");
    in.o.check_drained(number, finished);
    check_ledger(in, *from, finished);
}

task<> bounce_later(world& in, host& h, bounce b) {
    if (b.at < in.now()) co_return;
    co_await fairway::sleep_for(b.at - in.now());
    auto const at = in.slot_of(b.member).lock();
    if (!at) co_return;
    auto const old = *at;
    if (in.o.at(old->who->number).ended) co_return; // another one is not over yet
    if (b.deadline) {
        co_await drain(in, old, *b.deadline);
    } else {
        in.o.instance_draining(old->who->number);
        old->self->close();
        check_ledger(in, *old, false);
    }
    *at = in.make_instance(h, b.member);
}
task<> drain_last(world& in, slot from) {
    co_await drain(in, from, 120s);
    ++in.drained;
}

// ---- dead letters

// Takes what comes to a dead-letter channel, and replays some of it.
class mortuary final : public fairway::receiver, public std::enable_shared_from_this<mortuary> {
public:
    mortuary(world& in, host& h, unsigned on, unsigned group)
        : in_(in), transport_(h.transport()), on_(on), group_(group) {}
    void start() {
        fairway::subscription what;
        what.from.channel = fairway::dead_letter_channel(road_names[on_], group_names[group_]);
        what.group = "undertaker";
        transport_.declare(what);
        road_ = transport_.open(address_of(on_));
        source_ = transport_.listen(what, *this);
        ready();
    }
    void ready() noexcept override {
        boost::asio::post(transport_.get_executor(), [weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->take();
        });
    }

private:
    void take() {
        std::vector<fairway::notice> notices;
        source_->notices(notices);
        std::vector<delivery> all;
        while (source_->receive(all, 64) == 64) {}
        std::vector<fairway::settlement> done;
        for (auto const& d : all) {
            done.push_back({d.tag(), true});
            std::string const code(d.header("fw-dead-code").value_or(""));
            std::string const attempts(d.header("fw-dead-attempts").value_or("0"));
            in_.say("dead letter " + to_string(d.id()) + " of " + road_names[on_] + ": " + code);
            in_.o.dead_letter(on_, group_, d.id(), code, static_cast<std::uint32_t>(std::stoul(attempts)), in_.now());
            if (code == "refused" && publishes(on_)) replay(d);
        }
        source_->settle(done);
    }
    void replay(delivery const& d) {
        auto* const m = in_.o.find(d.id());
        if (!m || std::exchange(m->replayed, true)) return;
        fairway::headers h(d.headers());
        h.set_reserved(fairway::detail::replay_group, group_names[group_]);
        auto head = d.message().head();
        if (sharded(on_)) head.shard = head.shard_key.empty() ? 0 : fairway::shard_of(head.shard_key, shard_count);
        auto const again = fairway::envelope::of_bytes(head, h.view(), d.body());
        fairway::try_send_one(*road_, again);
    }

    world& in_;
    fairway::any_transport transport_;
    unsigned on_;
    unsigned group_;
    std::shared_ptr<fairway::sink> road_;
    std::shared_ptr<fairway::source> source_;
};

// ---- the world

fairway::testing::simulation_options world::options() {
    fairway::testing::broker_options b;
    b.log(s.log).counts_attempts(s.counts_attempts).revoke_within(s.revoke_within).queue_messages(s.queue_messages);
    if (s.max_hold) b.max_hold(*s.max_hold);
    fairway::testing::simulation_options all(s.seed);
    all.broker(b).paranoid(s.paranoid);
    if (s.by == carrier::hub) all.carried_by(fairway::testing::carrier::hub);
    if (s.streams()) {
        fairway::testing::stream_options between;
        between.latency(100us, s.node.latency).room(s.node.room).short_ones(s.node.short_ones);
        all.streams(between);
        all.carried_by([this](host& h) {
            auto told = [this, &h](std::string_view what, bool allowed) {
                say(h.name() + ": " + std::string(what));
                o.shard_was_fenced();
                if (!allowed) o.fail(promises::sane, "the node of " + h.name() + " says: " + std::string(what));
            };
            return s.by == carrier::amqp ? make_rabbit_client(h, s, told) : make_node(h, s, told);
        });
    }
    if (s.pct_depth) all.pct(s.pct_depth, 8000);
    return all;
}

fairway::testing::fault_plan world::plan() const {
    fairway::testing::fault_plan p(s.window);
    if (s.wrong.crashes.count()) p.crashes(s.wrong.crashes, 1ms, 5s);
    if (s.wrong.pauses.count()) p.pauses(s.wrong.pauses, 1ms, 8s);
    if (s.wrong.cuts.count()) p.cuts(s.wrong.cuts, 1ms, 8s);
    if (s.wrong.resets.count()) p.resets(s.wrong.resets);
    if (s.wrong.refusals.count()) p.refusals(s.wrong.refusals, 1ms, 5s);
    if (s.wrong.slow_links.count()) p.slow_links(s.wrong.slow_links, 1s, 1ms, 5s);
    if (s.wrong.broker_restarts.count()) p.broker_restarts(s.wrong.broker_restarts);
    p.duplicates(s.wrong.duplicates);
    p.spare("undertaker");
    if (s.by == carrier::amqp)
        for (unsigned n = 0; n < s.rabbit.nodes; ++n) p.spare(rabbit::places[n]).around(rabbit::places[n]);
    return p;
}

world::world(std::uint64_t seed, bool trace, std::optional<carrier> only)
    : s(draw(seed, only)),
      o(s),
      trace_(trace),
      store_(std::make_shared<fairway::memory_store>(fairway::siphash_key{seed, 1})),
      slots_(s.members.size()),
      clients_(s.hosts),
      begun_(s.operations.size(), false),
      sim_(options()) {
    if (trace_) std::fprintf(stderr, "%s", describe(s).c_str());
    sim_.trace([this](sim_event const& e) { heard(e); });
    if (s.by == carrier::amqp) {
        sim_.add_host(rabbit::places[0], [this](host& h) { rabbit_ = rabbit::boot(h, s, sim_); });
        for (unsigned n = 1; n < s.rabbit.nodes; ++n)
            sim_.add_host(rabbit::places[n], [this](host& h) { rabbit_->add_node(h); });
        o.has_queue = [this](unsigned on, unsigned g) {
            auto& known = consumed_[on][g];
            return known = known || rabbit_->is_consumed(address_of(on), group_names[g]);
        };
    }
    sim_.add_host("undertaker", [this](host& h) { boot_undertaker(h); });
    hosts_.resize(s.hosts);
    for (unsigned n = 0; n < s.hosts; ++n) sim_.add_host("h" + std::to_string(n), [this, n](host& h) { boot(h, n); });
}

unsigned world::index_of(std::string_view name) const {
    return name.size() == 2 && name[0] == 'h' ? static_cast<unsigned>(name[1] - '0') : s.hosts;
}

void world::heard(sim_event const& e) {
    if (trace_) std::fprintf(stderr, "%s\n", to_string(e).c_str());
    if (e.what == "pause" || e.what == "resume")
        o.host_stood_still(index_of(e.where));
    else if (e.what == "crash")
        o.host_crashed(index_of(e.where));
    else if (e.what == "fence" || e.what == "lost" || e.what == "held too long" || e.what == "closed")
        o.shard_was_fenced();
    else if (e.what == "expired")
        o.broker_expired(e.id, now());
    if (rabbit_ && rabbit_->has_lost_something()) o.shard_was_fenced();
}

void world::boot_undertaker(host& h) {
    for (unsigned on = 0; on < roads; ++on)
        for (unsigned g = 0; g < s.groups; ++g)
            if (s.of(g, on).subscribed) {
                auto const m = std::make_shared<mortuary>(*this, h, on, g);
                h.keep(m);
                m->start();
            }
}

template <class Channel, class Later, class Now>
void handle(service& to, actor_ptr const& a, unsigned on, handling const& h, fairway::handler_options const& with) {
    if (h.coroutine)
        to.handle<Channel>(Later{a, on}, with);
    else
        to.handle<Channel>(Now{a, on}, with);
}

slot world::make_instance(host& h, unsigned member) {
    unsigned const group = s.members[member].group;
    auto const number = o.add_instance(group, s.members[member].host);
    say("instance " + std::to_string(number) + " of " + group_names[group] + " begins on " + h.name());
    auto const made = std::make_shared<live>();
    made->self = std::make_shared<service>(h.transport(), group_names[group], std::make_shared<ears>(*this, number));
    auto& self = *made->self;
    self.around_sends(std::make_shared<heads>(o));
    made->who = std::make_shared<actor>(*this, h, number, group, self);
    bool around = false;
    for (unsigned on = 0; on < roads; ++on) {
        auto const& how = s.of(group, on);
        if (!how.subscribed) continue;
        around = around || how.middleware;
        auto const with = options_of(how, store_);
        switch (on) {
        case work: handle<work_channel, coroutine_work, plain_work>(self, made->who, on, how, with); break;
        case lanes: handle<lanes_channel, coroutine_work, plain_work>(self, made->who, on, how, with); break;
        case news: handle<news_channel, coroutine_news, plain_news>(self, made->who, on, how, with); break;
        default: handle<feed_channel, coroutine_news, plain_news>(self, made->who, on, how, with);
        }
    }
    if (around)
        self.around_deliveries([](fairway::handling const&, fairway::next_handler next) -> task<> { return next(); });
    self.start();
    return made;
}

void world::boot(host& h, unsigned n) {
    hosts_[n] = &h;
    if (s.streams() && s.node.declares) {
        for (unsigned on = 0; on < roads; ++on)
            for (unsigned g = 0; g < s.groups; ++g)
                if (publishes(on) && s.of(g, on).subscribed) h.transport().declare({address_of(on), group_names[g]});
    }
    for (unsigned m = 0; m < s.members.size(); ++m) {
        if (s.members[m].host != n) continue;
        auto const at = std::make_shared<slot>(make_instance(h, m));
        h.keep(at);
        slots_[m] = at;
    }
    auto const number = o.add_instance(most_groups, n);
    auto const made = std::make_shared<live>();
    made->self = std::make_shared<service>(h.transport(), "client" + std::to_string(n));
    made->self->around_sends(std::make_shared<heads>(o));
    made->who = std::make_shared<actor>(*this, h, number, most_groups, *made->self);
    made->self->start();
    h.keep(made);
    clients_[n] = made->who;
    h.spawn(drive(h, n, made->who));
    for (auto const& b : s.bounces)
        if (s.members[b.member].host == n) h.spawn(bounce_later(*this, h, b));
}

task<> world::drive(host& h, unsigned n, actor_ptr who) {
    for (std::size_t i = 0; i < s.operations.size(); ++i) {
        auto const& op = s.operations[i];
        if (op.host != n || begun_[i]) continue;
        if (op.at > now()) co_await fairway::sleep_for(op.at - now());
        begun_[i] = true;
        h.spawn(perform_quietly(who, op));
    }
}

std::size_t world::backlog(fairway::address const& of, std::string_view group) const {
    if (rabbit_) return rabbit_->backlog(of, group);
    return s.by == carrier::broker ? sim_.backlog(of.channel, group) : 0;
}
std::size_t world::backlog() const {
    std::size_t n = 0;
    each_backlog([&n](auto const&, auto const&, std::size_t one) { n += one; });
    return n;
}
std::string world::waiting() const {
    std::string text;
    each_backlog([&text](std::string const& channel, std::string const& group, std::size_t n) {
        if (n > 0) text += " " + std::to_string(n) + " on " + channel + " for " + group;
    });
    return text;
}

void world::check_pending() {
    auto const check = [this](actor const& a) {
        if (auto const n = a.out.work.core()->answers()->pending(); n > 0)
            o.fail(promises::no_leaks, "instance " + std::to_string(a.number) + " has " + std::to_string(n) +
                                           " pending requests when all have ended");
    };
    for (auto const& weak : clients_)
        if (auto const c = weak.lock()) check(*c);
    for (auto const& weak : slots_)
        if (auto const at = weak.lock()) check(*(*at)->who);
}

void world::run() {
    if (s.wrong.any() || s.wrong.duplicates) sim_.inject(plan());
    sim_.run_for(s.window + 1s);
    auto const quiet = [this] {
        for (bool const b : begun_)
            if (!b) return false;
        return o.settled() && backlog() == 0;
    };
    auto const limit = s.window + 15min;
    // Quiet for longer than messages are delayed: of some nobody knows whether they were sent.
    int const enough = s.by == carrier::amqp ? 10 : 6; // a channel that is refused is opened again meanwhile
    for (int calm = 0; calm < enough && !o.found() && now() < limit; calm = quiet() ? calm + 1 : 0) sim_.run_for(1s);
    if (o.found()) return;
    if (!quiet()) {
        auto const what = o.unsettled();
        return o.fail(what.empty() || backlog() > 0 ? promises::liveness : promises::no_loss,
            what.empty() ? "messages still wait:" + waiting()
                         : what + (backlog() > 0 ? "; there wait" + waiting() : ""));
    }
    check_pending();
    unsigned all = 0;
    for (unsigned m = 0; m < slots_.size(); ++m)
        if (auto const at = slots_[m].lock()) {
            ++all;
            host_at(s.members[m].host).spawn(drain_last(*this, *at));
        }
    if (!sim_.run_until([this, all] { return drained == all; }, 3min))
        o.fail(promises::liveness, "a drain does not end");
    sim_.run_for(1s);
    if (backlog() > 0) o.fail(promises::no_leaks, "messages wait after all has ended:" + waiting());
    o.check_all();
}

} // namespace

result run(std::uint64_t seed, bool trace, std::optional<carrier> only) {
    result r;
    world w(seed, trace, only);
    try {
        w.run();
    } catch (std::exception const& e) {
        w.o.fail(promises::sane, e.what());
    }
    r.found = w.o.found();
    r.hash = w.sim().hash();
    r.steps = w.sim().steps();
    r.messages = w.o.messages() - 1;
    return r;
}

} // namespace workload
