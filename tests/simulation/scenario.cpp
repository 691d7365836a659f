// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "scenario.hpp"

#include <fairway/testing/sim/draw.hpp>

#include <algorithm>

namespace workload {

namespace {

using fairway::testing::sim_detail::dice;

// A draw with weights: which of them.
unsigned pick(dice& d, std::initializer_list<unsigned> weights) {
    unsigned all = 0;
    for (auto const w : weights) all += w;
    auto left = static_cast<unsigned>(d.below(all));
    unsigned at = 0;
    for (auto const w : weights) {
        if (left < w) return at;
        left -= w;
        ++at;
    }
    return at;
}

bool percent(dice& d, std::uint64_t n) { return d.below(100) < n; }

template <class T>
T one_of(dice& d, std::initializer_list<T> all) {
    return *(all.begin() + static_cast<std::ptrdiff_t>(d.below(all.size())));
}

std::string draw_key(dice& d) {
    auto const n = d.below(9);
    return n == 0 ? std::string() : std::string(1, static_cast<char>('a' + (n - 1) % 5));
}

plan draw_plan(dice& d, scenario const& s) {
    plan p;
    static constexpr conduct all[] = {conduct::well, conduct::transient, conduct::fault, conduct::always, conduct::slow,
        conduct::hang, conduct::kill};
    p.what = all[pick(d, {52, 14, 6, 4, 20, 1, s.wrong.kills ? 3U : 0U})];
    p.times = 1 + static_cast<unsigned>(d.below(4));
    if (d.one_in(4)) p.after = d.between(10ms, 700ms);
    p.length = p.what == conduct::hang   ? d.between(5s, 25s)
               : p.what == conduct::kill ? d.between(1ms, 3s)
                                         : d.between(1ms, 1500ms);
    if (percent(d, 25)) p.children = 1 + static_cast<unsigned>(d.below(2));
    if (d.one_in(2)) p.answer = d.between(0ms, 800ms);
    return p;
}

handling draw_handling(dice& d, scenario const& s, unsigned on) {
    handling h;
    h.coroutine = percent(d, 75);
    h.concurrency = one_of<std::size_t>(d, {1, 2, 3, 5, 64, 64});
    h.prefetch = one_of<std::size_t>(d, {1, 2, 3, 8, 64, 64});
    h.kept = one_of<order>(d, {order::key, order::key, order::key, order::shard, order::none});
    if (!sharded(on) && h.kept == order::shard) h.kept = order::key;
    h.attempts = 1 + static_cast<unsigned>(d.below(5));
    h.immediate = d.one_in(4) ? 1 : 0;
    h.delay = one_of<duration>(d, {50ms, 100ms, 400ms, 1s});
    h.factor = one_of<double>(d, {1.5, 2, 2, 3});
    h.max_delay = one_of<duration>(d, {1s, 2s, 3s});
    h.jitter = d.one_in(2);
    if (s.max_hold) {
        h.max_delay = std::min(h.max_delay, *s.max_hold / 5);
        // What waits for its turn is held too.
        h.prefetch = std::min<std::size_t>(h.prefetch, 3);
        h.concurrency = std::max<std::size_t>(h.concurrency, 3);
    }
    h.window = percent(d, 85);
    h.store = percent(d, 15);
    h.keep_expired = d.one_in(4);
    h.middleware = percent(d, 15);
    return h;
}

void draw_node(dice& d, scenario& s) {
    auto& n = s.node;
    n.heartbeat = one_of<duration>(d, {300ms, 1s, 5s});
    n.grace = one_of<duration>(d, {0ms, 1s, 3s, 10s, 10s});
    n.window = one_of<std::uint32_t>(d, {1, 4, 64, 1'024});
    n.latency = one_of<duration>(d, {1ms, 5ms, 50ms});
    n.short_ones = one_of<std::uint64_t>(d, {0, 2, 3, 20});
    n.room = one_of<std::size_t>(d, {500, 5'000, 64 * 1'024});
    n.finds_itself = d.one_in(3);
    if (s.wrong.crashes.count() || s.wrong.pauses.count() || s.wrong.cuts.count()) {
        if (d.one_in(2)) s.wrong.resets = d.between(1s, 5s);
        if (d.one_in(4)) s.wrong.refusals = d.between(3s, 10s);
    }
    // Where all is well they know them soon enough from their subscribers.
    n.declares = s.wrong.any() || d.one_in(2);
}

void draw_rabbit(dice& d, scenario& s, bool storm) {
    draw_node(d, s);
    auto& n = s.node;
    n.heartbeat = one_of<duration>(d, {1s, 1s, 4s});
    n.room = one_of<std::size_t>(d, {2'000, 64 * 1'024, 64 * 1'024});
    auto& r = s.rabbit;
    r.nodes = 1 + static_cast<unsigned>(d.below(3));
    r.confirm_delay = one_of<duration>(d, {0ms, 0ms, 10ms, 300ms});
    r.read_delay = one_of<duration>(d, {0ms, 0ms, 0ms, 20ms});
    if (!storm) return;
    if (percent(d, 70)) r.troubles = d.between(500ms, 5s);
    r.loses_node = r.nodes > 1 && d.one_in(3);
    r.deletes_queues = d.one_in(3);
    if (d.one_in(4)) r.nacks = one_of<std::uint64_t>(d, {2, 10, 30});
    if (d.one_in(4)) r.closes = one_of<std::uint64_t>(d, {10, 50});
    if (d.one_in(4)) r.cuts = one_of<std::uint64_t>(d, {20, 100});
    if (d.one_in(4)) r.unready = one_of<std::uint64_t>(d, {2, 10});
    if (d.one_in(4)) r.refusals = one_of<std::uint64_t>(d, {3, 10});
    n.declares = true;
}

// Returns whether there is a storm.
bool draw_world(dice& d, scenario& s, std::optional<carrier> only) {
    bool const hub = percent(d, 40);
    auto const turn = fairway::testing::sim_detail::mix(s.seed) % 12;
    s.by = only            ? *only
           : turn % 3 == 0 ? carrier::streams
           : turn % 4 == 1 ? carrier::amqp
           : hub           ? carrier::hub
                           : carrier::broker;
    s.paranoid = d.one_in(2);
    s.log = s.by == carrier::broker && percent(d, 25);
    s.counts_attempts = d.one_in(2);
    if (s.by == carrier::broker && percent(d, 20)) s.max_hold = d.between(15s, 40s);
    s.revoke_within = one_of<duration>(d, {2s, 10s, 30s});
    if (d.one_in(3)) s.queue_messages = 3 + d.below(14);
    s.pct_depth = d.one_in(2) ? 2 + d.below(4) : 0;
    s.hosts = 2 + static_cast<unsigned>(d.below(4));
    s.groups = 2 + static_cast<unsigned>(d.below(2));
    s.window = d.between(10s, 25s);
    // Calm, duplicates only, or a storm.
    auto const weather = pick(d, {30, 15, 55});
    if (weather == 0) return false;
    if ((s.by == carrier::broker || s.by == carrier::amqp) && !s.log)
        s.wrong.duplicates = one_of<std::uint64_t>(d, {2, 4, 10});
    if (weather == 1) return false;
    if (percent(d, 60)) s.wrong.crashes = d.between(2s, 8s);
    if (percent(d, 40)) s.wrong.pauses = d.between(3s, 10s);
    if (percent(d, 60)) s.wrong.cuts = d.between(2s, 10s);
    if (!s.streams() && percent(d, 30)) s.wrong.slow_links = d.between(2s, 10s);
    if (!s.streams() && percent(d, 30)) s.wrong.broker_restarts = d.between(5s, 15s);
    s.wrong.kills = percent(d, 50);
    return true;
}

void draw_services(dice& d, scenario& s) {
    for (unsigned on = 0; on < roads; ++on) {
        auto const all = draw_handling(d, s, on);
        for (unsigned g = 0; g < s.groups; ++g) {
            // Of a point-to-point channel all groups compete, so that they have to agree on the order.
            s.how[g][on] = publishes(on) ? draw_handling(d, s, on) : all;
            s.how[g][on].subscribed = percent(d, publishes(on) ? 85 : 60);
        }
        auto const sure = d.below(s.groups);
        s.how[sure][on].subscribed = true;
    }
    for (unsigned g = 0; g < s.groups; ++g) {
        auto const first = static_cast<unsigned>(d.below(s.hosts));
        auto const n = 1 + static_cast<unsigned>(d.below(std::min(3U, s.hosts)));
        for (unsigned i = 0; i < n; ++i) s.members.push_back({(first + i) % s.hosts, g});
    }
    if (!percent(d, 40)) return;
    auto const n = 1 + d.below(4);
    for (std::uint64_t i = 0; i < n; ++i) {
        bounce b;
        b.at = d.between(1s, s.window);
        b.member = static_cast<unsigned>(d.below(s.members.size()));
        auto const how = pick(d, {5, 3, 2});
        if (how < 2) b.deadline = how == 0 ? duration(120s) : d.between(1ms, 500ms);
        s.bounces.push_back(b);
    }
}

operation draw_operation(dice& d, scenario const& s) {
    operation o;
    o.at = d.between(100ms, s.window);
    o.host = static_cast<unsigned>(d.below(s.hosts));
    o.on = static_cast<unsigned>(d.below(roads));
    auto const how = pick(d, {40, 10, 10, 40});
    o.how = how == 0          ? style::send
            : how == 1        ? style::try_send
            : how == 2        ? style::send_all
            : publishes(o.on) ? style::gather
                              : style::request;
    o.key = draw_key(d);
    bool const asks = o.how == style::request || o.how == style::gather;
    if (!asks && percent(d, 12)) o.life = d.between(5ms, 4s);
    if (!s.log && percent(d, 12)) o.delay = d.between(50ms, 4s);
    if (asks) o.delay.reset();
    o.timeout = asks ? d.between(20ms, 8s) : d.between(500ms, 20s);
    if (o.how == style::gather && d.one_in(3)) o.maximum = 1 + d.below(3);
    auto const n = o.how == style::send_all ? 2 + d.below(12) : o.how == style::try_send ? 1 + d.below(5) : 1;
    for (std::uint64_t i = 0; i < n; ++i) o.messages.push_back(draw_plan(d, s));
    return o;
}

} // namespace

scenario draw(std::uint64_t seed, std::optional<carrier> only) {
    scenario s;
    s.seed = seed;
    dice d(seed, 100);
    bool const storm = draw_world(d, s, only);
    dice of_nodes(seed, 101);
    if (s.by == carrier::streams) draw_node(of_nodes, s);
    if (s.by == carrier::amqp) draw_rabbit(of_nodes, s, storm);
    draw_services(d, s);
    auto const n = 20 + d.below(70);
    for (std::uint64_t i = 0; i < n; ++i) s.operations.push_back(draw_operation(d, s));
    // Where much is sent at the same time queues fill and lanes grow.
    if (d.one_in(2)) {
        auto const at = d.between(1s, s.window / 2);
        for (auto& o : s.operations)
            if (d.one_in(2)) o.at = at + d.between(0ms, 300ms);
    }
    std::stable_sort(
        s.operations.begin(), s.operations.end(), [](auto const& a, auto const& b) { return a.at < b.at; });
    return s;
}

operation draw_child(scenario const& s, std::uint32_t parent, std::uint32_t attempt, unsigned index) {
    dice d(s.seed, (std::uint64_t{parent} << 20) + (std::uint64_t{attempt} << 4) + index + 1000);
    operation o = draw_operation(d, s);
    if (o.how == style::send_all || o.how == style::gather) o.how = style::send;
    o.messages.resize(1);
    o.messages[0].children = std::min(o.messages[0].children, 1U);
    if (o.messages[0].what == conduct::hang || o.messages[0].what == conduct::kill) o.messages[0].what = conduct::slow;
    o.messages[0].length = std::min<duration>(o.messages[0].length, 1500ms);
    // A flush has no deadline, and would wait for room that its own handler takes.
    if (o.how == style::try_send) o.how = style::send;
    o.delay.reset();
    o.timeout = o.how == style::request ? d.between(100ms, 8s) : d.between(500ms, 5s);
    // Handlers end within the time for which a delivery may be held, but for those that hang once.
    if (s.max_hold) o.timeout = std::min(o.timeout, *s.max_hold / 15);
    return o;
}

std::string describe(scenario const& s) {
    std::string t = s.by == carrier::hub       ? (s.paranoid ? "hub, paranoid" : "hub")
                    : s.by == carrier::streams ? "streams"
                    : s.by == carrier::amqp    ? "amqp"
                    : s.log                    ? "log"
                                               : "broker";
    if (s.by == carrier::streams)
        t += ", heartbeat " + std::to_string(s.node.heartbeat / 1ms) + " ms, grace " +
             std::to_string(s.node.grace / 1ms) + " ms, window " + std::to_string(s.node.window) +
             (s.node.finds_itself ? ", finds itself" : "") + (s.node.declares ? "" : ", groups are not declared");
    if (s.by == carrier::amqp)
        t += ", nodes " + std::to_string(s.rabbit.nodes) + ", heartbeat " + std::to_string(s.node.heartbeat / 1ms) +
             " ms" + (s.node.declares ? "" : ", groups are not declared");
    if (s.streams())
        t += ", latency " + std::to_string(s.node.latency / 1ms) + " ms, room " + std::to_string(s.node.room) +
             ", short ones/" + std::to_string(s.node.short_ones);
    if (s.by == carrier::broker) t += s.counts_attempts ? ", counts attempts" : ", counts no attempts";
    if (s.max_hold) t += ", holds " + std::to_string(*s.max_hold / 1ms) + " ms";
    if (s.queue_messages < 1000) t += ", queues of " + std::to_string(s.queue_messages);
    t += s.pct_depth ? ", pct " + std::to_string(s.pct_depth) : ", random order";
    t += ", " + std::to_string(s.hosts) + " hosts, instances:";
    for (auto const& m : s.members) t += " " + std::string(group_names[m.group]) + "@h" + std::to_string(m.host);
    t += ", faults:";
    auto const rate = [&t](char const* name, duration every) {
        if (every.count()) t += std::string(" ") + name + "/" + std::to_string(every / 1ms) + "ms";
    };
    rate("crash", s.wrong.crashes);
    rate("pause", s.wrong.pauses);
    rate("cut", s.wrong.cuts);
    rate("reset", s.wrong.resets);
    rate("refusal", s.wrong.refusals);
    rate("slow", s.wrong.slow_links);
    rate("broker", s.wrong.broker_restarts);
    if (s.wrong.duplicates) t += " duplicates/" + std::to_string(s.wrong.duplicates);
    if (s.wrong.kills) t += " kills";
    rate("troubles", s.rabbit.troubles);
    if (s.rabbit.confirm_delay.count()) t += " confirms take " + std::to_string(s.rabbit.confirm_delay / 1ms) + " ms";
    if (s.rabbit.read_delay.count()) t += " reads wait " + std::to_string(s.rabbit.read_delay / 1ms) + " ms";
    if (s.rabbit.loses_node) t += " a node goes for ever";
    if (s.rabbit.deletes_queues) t += " queues are deleted";
    if (s.rabbit.nacks) t += " nacks/" + std::to_string(s.rabbit.nacks);
    if (s.rabbit.unready) t += " unready/" + std::to_string(s.rabbit.unready);
    if (s.rabbit.refusals) t += " refusals/" + std::to_string(s.rabbit.refusals);
    if (s.rabbit.closes) t += " closes/" + std::to_string(s.rabbit.closes);
    if (s.rabbit.cuts) t += " cuts/" + std::to_string(s.rabbit.cuts);
    t += "\n";
    for (unsigned g = 0; g < s.groups; ++g)
        for (unsigned r = 0; r < roads; ++r) {
            auto const& h = s.how[g][r];
            if (!h.subscribed) continue;
            t += std::string("  ") + group_names[g] + " handles " + road_names[r] +
                 (h.coroutine ? " later" : " at once");
            t += ", concurrency " + std::to_string(h.concurrency) + ", prefetch " + std::to_string(h.prefetch);
            t += h.kept == order::key ? ", by key" : h.kept == order::shard ? ", by shard" : ", unordered";
            t += ", attempts " + std::to_string(h.attempts) + ", immediate " + std::to_string(h.immediate) +
                 ", delay " + std::to_string(h.delay / 1ms) + " ms" + (h.jitter ? " with jitter" : "");
            t += std::string(h.window ? "" : ", no window") + (h.store ? ", store" : "") +
                 (h.keep_expired ? ", keeps expired" : "") + (h.middleware ? ", middleware" : "") + "\n";
        }
    return t;
}

} // namespace workload
