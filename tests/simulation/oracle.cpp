// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "oracle.hpp"

#include <fairway/contract/shard.hpp>

#include <algorithm>
#include <cmath>
#include <tuple>

namespace workload {

namespace {

// Clocks of hosts differ by up to 100 ms each way, and delays cross links.
constexpr duration clock_slack = 250ms;
constexpr duration step_slack = 5ms;

std::string ms(duration d) { return std::to_string(d / 1ms) + " ms"; }

duration delay_before(handling const& h, unsigned failed) {
    if (failed <= h.immediate) return duration::zero();
    double const grown = static_cast<double>(h.delay.count()) * std::pow(h.factor, failed - h.immediate - 1);
    return std::min(duration(static_cast<std::int64_t>(grown)), h.max_delay);
}

} // namespace

oracle::oracle(scenario const& s) : world_(s) { messages_.emplace_back(); }

void oracle::fail(promise const& what, std::string fact) {
    if (!found_) found_ = violation{what, std::move(fact)};
}

std::string oracle::name(message const& m) const {
    std::string t = "message " + std::to_string(m.n) + " (" + to_string(m.id) + ") on " + road_names[m.on];
    if (!m.key.empty()) t += " with the key " + m.key;
    return t;
}

message* oracle::find(message_id id) {
    auto const found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : &messages_[found->second];
}

// ---- hosts and instances

unsigned oracle::add_instance(unsigned group, unsigned host) {
    instance i;
    i.number = static_cast<unsigned>(instances_.size());
    i.group = group;
    i.host = host;
    i.life = crashes_[host];
    instances_.push_back(i);
    return i.number;
}

void oracle::host_crashed(unsigned host) {
    ++crashes_[host];
    for (auto& i : instances_)
        if (i.host == host) i.ended = i.crashed = true;
    for (auto& r : requests_)
        if (r.host == host) r.ended = true;
}

void oracle::broker_expired(message_id id, duration now) {
    if (auto const* const m = find(id)) check_expiry(*m, now);
}

void oracle::check_ledger(unsigned number, counts const& c, bool finished) {
    auto const& i = instances_[number];
    auto const sum = c.accepted + c.dead_lettered + c.released + c.expired + c.duplicates;
    std::string const who = "instance " + std::to_string(number) + " of " +
                            (i.group < most_groups ? group_names[i.group] : "a client") + ": ";
    if (c.received != sum)
        fail(promises::ledger, who + "received " + std::to_string(c.received) + ", but accounted for " +
                                   std::to_string(sum) + " (accepted " + std::to_string(c.accepted) + ", dead " +
                                   std::to_string(c.dead_lettered) + ", released " + std::to_string(c.released) +
                                   ", expired " + std::to_string(c.expired) + ", duplicates " +
                                   std::to_string(c.duplicates) + ")");
    if (!finished) return;
    if (c.accepted != i.successes + i.failed_requests + c.skipped)
        fail(promises::ledger, who + "accepted " + std::to_string(c.accepted) + ", but " + std::to_string(i.successes) +
                                   " handlers succeeded, " + std::to_string(i.failed_requests) +
                                   " requests were given up and " + std::to_string(c.skipped) + " messages skipped");
    if (c.dead_lettered > i.dead)
        fail(promises::ledger,
            who + "counts " + std::to_string(c.dead_lettered) + " dead letters of " + std::to_string(i.dead));
}

void oracle::check_drained(unsigned number, bool before_deadline) {
    if (!before_deadline) return;
    auto const& i = instances_[number];
    if (i.cancelled > 0)
        fail(promises::drain_finishes,
            "instance " + std::to_string(number) + " cancelled " + std::to_string(i.cancelled) + " handlers");
    for (unsigned r = 0; r < roads; ++r)
        if (i.running[r] > 0)
            fail(promises::drain_finishes, "instance " + std::to_string(number) + " has drained while " +
                                               std::to_string(i.running[r]) + " handlers run");
}

// ---- sends

std::uint32_t oracle::plan_message(
    unsigned sender, operation const& o, plan const& p, bool from_driver, std::uint32_t parent, duration now) {
    message m;
    m.n = static_cast<std::uint32_t>(messages_.size());
    m.on = o.on;
    m.asks = o.how == style::request || o.how == style::gather;
    m.key = o.key;
    m.what = p;
    m.sender = sender;
    m.sequence = ++events_;
    m.from_driver = from_driver;
    m.sent_at = now;
    m.life = o.life;
    m.delay = o.delay;
    if (m.asks) m.life = o.timeout;
    for (unsigned g = 0; publishes(m.on) && g < world_.groups; ++g)
        m.in[group_of(m.on, g)].too_early = has_queue ? !has_queue(m.on, g) : now < 2s;
    if (parent) {
        auto const& before = messages_[parent];
        m.depth = before.depth + 1;
        m.cause = before.id;
        m.conversation = before.conversation;
    }
    messages_.push_back(std::move(m));
    return messages_.back().n;
}

void oracle::expect_heads(std::vector<std::uint32_t> const& all) { heads_.assign(all.begin(), all.end()); }

void oracle::head_made(message_id id, message_id cause, message_id conversation) {
    if (heads_.empty()) return;
    auto& m = messages_[heads_.front()];
    heads_.pop_front();
    m.id = id;
    if (!by_id_.emplace(id, m.n).second) fail(promises::identity, name(m) + " has the id of another message");
    if (cause != m.cause || (m.cause && conversation != m.conversation))
        fail(promises::causality, name(m) + " is sent as caused by " + to_string(cause) + " in conversation " +
                                      to_string(conversation) + ", not by " + to_string(m.cause) + " in " +
                                      to_string(m.conversation));
    if (!m.cause) m.conversation = id;
}

void oracle::send_ended(std::uint32_t n, sent how, duration now) {
    auto& m = messages_[n];
    m.state = how;
    m.known_at = now;
    if (how == sent::refused)
        for (auto const& f : m.in)
            if (!f.attempts.empty()) fail(promises::no_invention, name(m) + " was refused, and handled");
    if (how == sent::accepted) check_bound(m);
}

// Some attempt was its last one: a crash before its dead letter was accepted may bring it back, late.
bool oracle::was_given_up(message const& m, fate const& f) const {
    return std::any_of(
        f.attempts.begin(), f.attempts.end(), [this, &m](std::size_t at) { return gives_up(m, attempts_[at]); });
}
bool oracle::gives_up(message const& m, attempt const& a) const {
    auto const& h = world_.of(instances_[a.instance].group, m.on);
    return a.how == ending::fault || (a.how == ending::failure && (a.number >= h.attempts || m.life));
}

// Without a broker a node keeps what it has accepted, and nobody else does: what its services sent, and the dead
// letters of what they were given. Of what is published before a subscriber was heard of nothing is kept.
bool oracle::may_be_lost(message const& m, fate const& f) const {
    if (!world_.streams()) return false;
    if (!world_.node.declares && f.too_early) return true;
    // At RabbitMQ a delayed message is elsewhere until it is due, and its queue may have been deleted by then.
    if (world_.rabbit.deletes_queues && m.on == work && m.delay) return true;
    if (world_.by != carrier::streams) return false;
    if (instances_[m.sender].crashed) return true;
    return letter_may_be_lost(m, f);
}
bool oracle::letter_may_be_lost(message const& m, fate const& f) const {
    return world_.by == carrier::streams &&
           std::any_of(f.attempts.begin(), f.attempts.end(), [this, &m](std::size_t at) {
               return instances_[attempts_[at].instance].crashed && gives_up(m, attempts_[at]);
           });
}

void oracle::check_bound(message const& m) {
    if (world_.by != carrier::hub || world_.queue_messages >= 1000 || !m.from_driver || m.delay) return;
    for (unsigned g = 0; g < world_.groups; ++g) {
        if (publishes(m.on) ? !world_.of(g, m.on).subscribed : g > 0) continue;
        std::size_t held = 0;
        for (auto const& i : instances_)
            if (i.group < most_groups && (!publishes(m.on) || i.group == g) && world_.of(i.group, m.on).subscribed)
                held += world_.of(i.group, m.on).prefetch;
        std::size_t waiting = 0;
        for (auto const& other : messages_) {
            if (other.n == 0 || other.on != m.on || other.state != sent::accepted || other.delay) continue;
            auto const& f = other.in[group_of(m.on, g)];
            // A dead letter is known to the undertaker a little later.
            if (!f.successes && !f.dead && !f.expired && !f.refused && !was_given_up(other, f)) ++waiting;
        }
        if (waiting > world_.queue_messages + 2 * held)
            fail(promises::queue_bound, std::to_string(waiting) + " messages wait on " + road_names[m.on] +
                                            ", of which " + std::to_string(2 * held) +
                                            " may be held, with a bound of " + std::to_string(world_.queue_messages));
    }
}

// ---- requests

std::size_t oracle::request_begun(request r) {
    stills_before_[requests_.size()] = stills_[r.host];
    requests_.push_back(r);
    return requests_.size() - 1;
}

void oracle::end_request(request& r, duration, duration host_now) {
    auto const& m = messages_[r.message];
    if (r.ended) return fail(promises::request_ends, name(m) + ": the request ended twice");
    r.ended = true;
    auto const number = static_cast<std::size_t>(
        std::find_if(requests_.begin(), requests_.end(), [&r](request const& o) { return &o == &r; }) -
        requests_.begin());
    if (stills_before_[number] != stills_[r.host]) return;
    auto const took = host_now - r.host_begun;
    if (took > r.timeout + step_slack)
        fail(
            promises::request_ends, name(m) + ": the request took " + ms(took) + " with a timeout of " + ms(r.timeout));
    if (r.inherited && took > std::max(*r.inherited, duration::zero()) + step_slack)
        fail(promises::inherited_deadline,
            name(m) + ": the request took " + ms(took) + ", and its handler had " + ms(*r.inherited) + " left");
}

void oracle::request_ended(
    std::size_t number, std::string_view code, std::optional<std::uint32_t> replied, duration now, duration host_now) {
    auto& r = requests_[number];
    auto const& m = messages_[r.message];
    end_request(r, now, host_now);
    if (replied && *replied != m.n)
        fail(promises::right_reply, name(m) + " was answered with the reply to message " + std::to_string(*replied));
    if (code != "timed_out" || !world_.calm() || !world_.bounces.empty()) return;
    auto const& f = m.in[0];
    auto const done = f.concluded + m.what.answer.value_or(0ms) + 1s;
    if ((f.successes > 0 || f.refused) && done < now)
        fail(promises::answered, name(m) + ": the request timed out at " + ms(now) + ", and was handled at " +
                                     ms(f.concluded) + (f.refused ? " with a fault" : ""));
}

void oracle::gather_ended(std::size_t number, std::vector<std::string> responders, std::vector<std::uint32_t> replied,
    duration now, duration host_now) {
    auto& r = requests_[number];
    auto const& m = messages_[r.message];
    end_request(r, now, host_now);
    for (auto const n : replied)
        if (n != m.n) fail(promises::right_reply, name(m) + " got the reply to message " + std::to_string(n));
    std::sort(responders.begin(), responders.end());
    if (std::adjacent_find(responders.begin(), responders.end()) != responders.end())
        fail(promises::one_answer_each, name(m) + ": a responder counts twice");
    for (auto const& name_of : responders) {
        bool known = false;
        for (unsigned g = 0; g < world_.groups; ++g)
            known = known || (name_of == group_names[g] && world_.of(g, m.on).subscribed);
        if (!known) fail(promises::right_reply, name(m) + " was answered by '" + name_of + "'");
    }
}

// ---- deliveries

std::size_t oracle::begun(unsigned number, seen const& s, duration now, duration host_now) {
    auto& i = instances_[number];
    auto const& h = world_.of(i.group, s.on);
    attempt a;
    a.message = s.n;
    a.instance = number;
    a.tag = s.tag;
    a.number = s.number;
    a.shard = s.shard;
    a.begun = now;
    a.host_begun = host_now;
    if (s.n == 0 || s.n >= messages_.size() || messages_[s.n].on != s.on) {
        fail(promises::no_invention,
            "message " + std::to_string(s.n) + " is handled on " + road_names[s.on] + ", and was never sent there");
        attempts_.push_back(a);
        return attempts_.size() - 1;
    }
    auto& m = messages_[s.n];
    auto& f = m.in[group_of(s.on, i.group)];
    std::string const who = std::string(group_names[i.group]) + " (instance " + std::to_string(number) + ")";
    if (!h.subscribed) fail(promises::no_invention, name(m) + " is handled by " + who + ", which does not subscribe");
    if (m.state == sent::refused) fail(promises::no_invention, name(m) + " was refused, and is handled by " + who);
    if (m.id != s.id) fail(promises::identity, name(m) + " is delivered as " + to_string(s.id));
    if (s.cause != m.cause || s.conversation != m.conversation)
        fail(promises::causality, name(m) + " is delivered with the cause " + to_string(s.cause) +
                                      " and conversation " + to_string(s.conversation));
    if (s.left && *s.left <= duration::zero())
        fail(promises::not_expired, name(m) + " is handled " + ms(-*s.left) + " after its time has ended");
    if (m.delay && now + clock_slack < m.sent_at + *m.delay)
        fail(
            promises::not_early, name(m) + " is handled at " + ms(now) + ", and is due at " + ms(m.sent_at + *m.delay));
    if (!s.only_group.empty() && s.only_group != group_names[i.group])
        fail(
            promises::replay_group, name(m) + ", replayed for " + std::string(s.only_group) + ", is handled by " + who);
    check_calm(m, f, s.number, now);
    // The attempt before this one at the same delivery.
    for (auto at = f.attempts.rbegin(); at != f.attempts.rend(); ++at) {
        auto const& before = attempts_[*at];
        if (before.instance != number || before.tag != s.tag) continue;
        check_retry(before, a, h);
        check_parked_alone(before, a, h);
        break;
    }
    auto const index = attempts_.size();
    attempts_.push_back(a);
    f.attempts.push_back(index);
    running_.push_back(index);
    ++i.running[s.on];
    if (h.coroutine && i.running[s.on] > h.concurrency)
        fail(promises::concurrency, who + " runs " + std::to_string(i.running[s.on]) + " handlers of " +
                                        road_names[s.on] + ", and may run " + std::to_string(h.concurrency));
    // Who has lost a session handles on what was in it.
    bool const limited = world_.by == carrier::hub || (world_.streams() && fences_ == 0);
    if (limited && !i.ended && i.running[s.on] > h.prefetch)
        fail(promises::prefetch, who + " holds " + std::to_string(i.running[s.on]) + " deliveries of " +
                                     road_names[s.on] + ", and may hold " + std::to_string(h.prefetch));
    check_owner(attempts_.back(), s.on);
    return index;
}

// Without a broker, and with nothing that goes wrong: what is not begun is no attempt, and a time to live is the same
// everywhere, but for the time on the way. With RabbitMQ it is a point in time, whatever goes wrong.
void oracle::check_calm(message const& m, fate const& f, std::uint32_t number, duration now) {
    if (world_.by == carrier::amqp && m.life && !m.replayed &&
        now > m.sent_at + m.delay.value_or(0ms) + *m.life + clock_slack)
        fail(promises::not_expired, name(m) + " is handled at " + ms(now) + ", after its time has ended");
    if (world_.by != carrier::streams || !world_.calm() || !world_.bounces.empty()) return;
    if (number > f.attempts.size() + 1)
        fail(promises::attempts, name(m) + " is begun for the time " + std::to_string(f.attempts.size() + 1) +
                                     ", and that is called attempt " + std::to_string(number));
    if (m.life && !m.replayed && now > m.sent_at + m.delay.value_or(0ms) + *m.life + 1s)
        fail(promises::not_expired, name(m) + " is handled at " + ms(now) + ", long after its time has ended");
}

void oracle::check_retry(attempt const& before, attempt const& now, handling const& h) {
    auto const& m = messages_[now.message];
    if (before.how == ending::running || before.how == ending::success)
        return fail(promises::attempts, name(m) + " is tried again while, or after, it is handled");
    if (before.how == ending::fault) fail(promises::attempts, name(m) + " is tried again after a fault");
    if (now.number != before.number + 1 || before.number >= h.attempts)
        fail(promises::attempts, name(m) + " is tried for the time " + std::to_string(now.number) + " after time " +
                                     std::to_string(before.number) + ", the policy says " + std::to_string(h.attempts));
    duration least = h.jitter ? duration::zero() : delay_before(h, before.number);
    if (before.after) least = std::max(least, std::min(*before.after, h.max_delay));
    auto const waited = now.host_begun - before.host_ended;
    if (waited + 1us < least)
        fail(promises::retry_delay, name(m) + " is tried again after " + ms(waited) + ", the policy says " + ms(least));
}

// Where all is calm, there is room for all, and nothing comes again after its end to be parked anew.
void oracle::check_parked_alone(attempt const& before, attempt const& now, handling const& h) {
    auto const& m = messages_[now.message];
    if (!world_.calm() || !world_.bounces.empty() || world_.queue_messages < 1000 || !sharded(m.on)) return;
    if (world_.wrong.duplicates != 0) return;
    if (h.kept != order::key || h.concurrency < 64 || h.prefetch < 64 || m.key.empty()) return;
    if (now.begun - before.ended < 300ms) return;
    auto const g = group_of(m.on, instances_[now.instance].group);
    // Until the members of a group have found each other shards move, which waits for what had begun.
    if (world_.by == carrier::amqp && attempts_[m.in[g].attempts.front()].begun < 2s) return;
    auto const done = [g](message const& o) {
        auto const& f = o.in[g];
        return f.successes || f.dead || f.expired || f.refused;
    };
    std::size_t open = 0;
    for (auto const& o : messages_)
        if (o.n && o.on == m.on && !done(o) && fairway::shard_of(o.key, shard_count) == now.shard) ++open;
    if (open >= 12) return;
    for (auto const& o : messages_) {
        if (o.n == 0 || o.on != m.on || o.state != sent::accepted || o.key.empty() || o.key == m.key) continue;
        if (o.delay || o.life || !o.in[g].attempts.empty() || done(o)) continue;
        if (fairway::shard_of(o.key, shard_count) != now.shard) continue;
        if (o.known_at < before.ended || o.known_at + 200ms > now.begun) continue;
        // No other of its key is open; the last may have been settled by a letter or a reply, not confirmed at once.
        bool const first = std::none_of(messages_.begin(), messages_.end(), [&](message const& p) {
            if (p.n == 0 || p.n == o.n || p.on != o.on || p.key != o.key || p.state == sent::refused) return false;
            return !done(p) || now.begun < p.in[g].left_at + 200ms + world_.rabbit.confirm_delay;
        });
        if (first)
            fail(promises::parked_alone, name(o) + " waits since " + ms(o.known_at) + " while " + name(m) +
                                             " is parked from " + ms(before.ended) + " to " + ms(now.begun));
    }
}

bool oracle::same_sender(message const& one, message const& other) const {
    auto const& from = instances_[one.sender];
    auto const& also = instances_[other.sender];
    // What is replayed comes from elsewhere.
    return from.host == also.host && from.life == also.life && !one.replayed && !other.replayed;
}

void oracle::check_owner(attempt const& now, unsigned on) {
    if (!sharded(on) || fences_ > 0) return;
    auto const& mine = instances_[now.instance];
    for (auto const index : running_) {
        auto const& a = attempts_[index];
        auto const& other = instances_[a.instance];
        if (a.instance == now.instance || other.ended || messages_[a.message].on != on || a.shard != now.shard)
            continue;
        if (publishes(on) && other.group != mine.group) continue;
        // Without a broker each sender has its shards.
        if (world_.by == carrier::streams && !same_sender(messages_[now.message], messages_[a.message])) continue;
        fail(promises::one_owner, "shard " + std::to_string(now.shard) + " of " + road_names[on] + ": instance " +
                                      std::to_string(now.instance) + " begins " + name(messages_[now.message]) +
                                      " while instance " + std::to_string(a.instance) + " handles " +
                                      name(messages_[a.message]));
    }
}

void oracle::ended(
    std::size_t index, ending how, duration now, duration host_now, std::string code, std::optional<duration> after) {
    auto& a = attempts_[index];
    if (a.how != ending::running) return;
    a.how = how;
    a.ended = now;
    a.host_ended = host_now;
    a.code = std::move(code);
    a.after = after;
    auto const was = std::find(running_.begin(), running_.end(), index);
    if (was == running_.end()) return;
    running_.erase(was);
    auto& i = instances_[a.instance];
    auto& m = messages_[a.message];
    auto& f = m.in[group_of(m.on, i.group)];
    f.left_at = now;
    --i.running[m.on];
    ++events_;
    if (how == ending::cancelled || how == ending::dropped) ++i.cancelled;
    if (how == ending::fault || how == ending::failure) ++f.failures;
    if (how != ending::success) return;
    ++i.successes;
    if (++f.successes == 1) {
        f.first_success = events_;
        f.concluded = now;
    }
    auto const& h = world_.of(i.group, m.on);
    if (world_.by == carrier::hub || !h.window) return;
    unsigned here = 0;
    for (auto const at : f.attempts)
        if (attempts_[at].instance == a.instance && attempts_[at].how == ending::success) ++here;
    if (here > 1)
        fail(promises::once_per_instance, name(m) + " was handled with success " + std::to_string(here) +
                                              " times by instance " + std::to_string(a.instance));
}

namespace {
std::optional<unsigned> road_of(std::string_view channel) {
    for (unsigned r = 0; r < roads; ++r)
        if (channel == road_names[r]) return r;
    return std::nullopt;
}
} // namespace

void oracle::answer_given_up(unsigned number, std::string_view channel, message_id id, duration now) {
    auto const on = road_of(channel);
    auto* const m = find(id);
    if (!on || !m || !m->asks) return;
    ++instances_[number].failed_requests;
    auto& f = m->in[group_of(*on, instances_[number].group)];
    f.refused = true;
    if (f.concluded < duration::zero()) f.concluded = now;
}

void oracle::expired(unsigned number, std::string_view channel, message_id id, duration now) {
    auto const on = road_of(channel);
    auto* const m = find(id);
    if (!on || !m) return;
    ++instances_[number].expired;
    auto& f = m->in[group_of(*on, instances_[number].group)];
    f.expired = true;
    f.left_at = now;
    check_expiry(*m, now);
}

void oracle::check_expiry(message const& m, duration now) {
    if (!m.life) return fail(promises::lived_long_enough, name(m) + " expired, and has no time to live");
    // A request of a handler lives no longer than what it answers.
    if (m.asks && m.cause) return;
    auto const end = m.sent_at + m.delay.value_or(0ms) + *m.life;
    if (now + clock_slack < end)
        fail(promises::lived_long_enough, name(m) + " expired at " + ms(now) + ", and was to live until " + ms(end));
}

bool oracle::is_dead(unsigned on, unsigned group, message_id id) const {
    auto const found = by_id_.find(id);
    return found != by_id_.end() && messages_[found->second].in[group_of(on, group)].dead;
}

void oracle::dead_letter(
    unsigned on, unsigned group, message_id id, std::string_view code, std::uint32_t number, duration) {
    auto* const m = find(id);
    if (!m || m->on != on)
        return fail(promises::identity,
            "a dead letter of " + std::string(road_names[on]) + " has the unknown id " + to_string(id));
    auto const& h = world_.of(group, on);
    auto& f = m->in[group_of(on, group)];
    f.dead = true;
    std::string const what = name(*m) + " is a dead letter of " + group_names[group] + " (" + std::string(code) +
                             " after " + std::to_string(number) + " attempts)";
    if (m->asks) return fail(promises::dead_letter_cause, what + ", and is a request");
    if (!h.subscribed) return fail(promises::dead_letter_cause, what + ", which does not subscribe");
    if (code == "expired") {
        if (!h.keep_expired || !m->life) fail(promises::dead_letter_cause, what + ", and must not be");
        return;
    }
    // Its process died again and again, perhaps of another message.
    if (code == "too_many_attempts") {
        auto const most = std::max(20U, 10 * h.attempts);
        if (number <= most)
            fail(promises::dead_letter_cause, what + ", and may be delivered " + std::to_string(most) + " times");
        return;
    }
    bool found = false;
    for (auto const index : f.attempts) {
        auto const& a = attempts_[index];
        if (instances_[a.instance].group != group || a.number != number) continue;
        // A fault of this code came from somebody that the handler had asked.
        found = found || (a.how == ending::fault && a.code == code) ||
                (code == "handler_failed" && a.how == ending::failure && (number >= h.attempts || m->life));
    }
    if (!found) fail(promises::dead_letter_cause, what + ": no such attempt gives the cause");
}

// ---- at the end

bool oracle::is_settled(message const& m) const {
    if (m.state == sent::begun) return instances_[m.sender].ended;
    if (m.state != sent::accepted || m.asks || m.life) return true;
    for (unsigned g = 0; g < world_.groups; ++g) {
        if (publishes(m.on) ? !world_.of(g, m.on).subscribed : g > 0) continue;
        auto const& f = m.in[group_of(m.on, g)];
        if (!f.successes && !f.dead && !may_be_lost(m, f)) return false;
    }
    return true;
}

bool oracle::settled() const {
    if (!running_.empty()) return false;
    for (auto const& r : requests_)
        if (!r.ended) return false;
    return std::all_of(messages_.begin() + 1, messages_.end(), [this](message const& m) { return is_settled(m); });
}

std::string oracle::unsettled() const {
    if (!running_.empty())
        return name(messages_[attempts_[running_.front()].message]) + " is being handled by instance " +
               std::to_string(attempts_[running_.front()].instance);
    for (auto const& r : requests_)
        if (!r.ended) return "the request " + name(messages_[r.message]) + " has not ended";
    for (auto const& m : messages_)
        if (m.n && !is_settled(m)) {
            if (m.state == sent::begun) return "the send of " + name(m) + " has not ended";
            return name(m) + ", sent at " + ms(m.sent_at) + " and accepted, reached neither handler nor dead letters";
        }
    return {};
}

void oracle::check_all() {
    check_no_loss();
    for (unsigned on = 0; on < roads; ++on)
        if (sharded(on))
            for (unsigned g = 0; g < (publishes(on) ? world_.groups : 1); ++g) check_key_order(on, g);
    check_once_per_store();
    if (!running_.empty()) fail(promises::drain_finishes, unsettled());
}

void oracle::check_no_loss() {
    for (auto const& m : messages_)
        if (m.n && !is_settled(m)) return fail(promises::no_loss, unsettled());
}

// What RabbitMQ refuses by basic.nack goes there again behind what was on its way with it.
bool oracle::keeps_order(message const& before, message const& m) const {
    return world_.rabbit.nacks == 0 || before.known_at <= m.sent_at;
}

void oracle::check_key_order(unsigned on, unsigned g) {
    unsigned chosen = g;
    if (!publishes(on))
        while (!world_.of(chosen, on).subscribed) ++chosen;
    auto const& h = world_.of(chosen, on);
    if (!h.subscribed || h.kept == order::none) return;
    std::map<std::tuple<unsigned, std::string>, std::vector<message const*>> done;
    for (auto const& m : messages_) {
        if (m.n == 0 || m.on != on || !m.from_driver || m.state != sent::accepted || m.delay || m.key.empty()) continue;
        auto const& f = m.in[group_of(on, g)];
        if (!f.successes || f.dead || f.expired || m.replayed || letter_may_be_lost(m, f)) continue;
        // It was answered with a fault; who does not remember that may handle a copy of it with success.
        auto const elsewhere = [&](std::size_t at) {
            return attempts_[at].instance != attempts_[f.attempts[0]].instance;
        };
        bool const forgotten = !h.window || std::any_of(f.attempts.begin(), f.attempts.end(), elsewhere);
        if (m.asks && forgotten && was_given_up(m, f)) continue;
        // At the broker its time had ended: who still had it then does not count.
        if (m.life && f.concluded > m.sent_at + *m.life) continue;
        auto const lane = h.kept == order::key ? m.key : std::to_string(fairway::shard_of(m.key, shard_count));
        auto& before = done[{m.sender, lane}];
        for (auto const* const b : before)
            if (keeps_order(*b, m) && b->in[group_of(on, g)].first_success > f.first_success)
                return fail(promises::key_order,
                    name(m) + " was sent after message " + std::to_string(b->n) + ", and first completed before it");
        before.push_back(&m);
    }
}

void oracle::check_once_per_store() {
    if (!world_.calm() || world_.max_hold || fences_ > 0) return;
    // Who replays a dead letter sends another one, which may be handled beside a duplicate of the first.
    for (auto const& m : messages_)
        for (unsigned g = 0; g < world_.groups && publishes(m.on) && !m.replayed; ++g)
            if (m.n && world_.of(g, m.on).store && m.in[g].successes > 1)
                fail(promises::once_per_store, name(m) + " was handled with success " +
                                                   std::to_string(m.in[g].successes) + " times by " + group_names[g]);
}

} // namespace workload
