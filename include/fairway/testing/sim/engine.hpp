// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_SIM_ENGINE_HPP
#define FAIRWAY_TESTING_SIM_ENGINE_HPP

#include <fairway/inproc.hpp>
#include <fairway/testing/sim/agenda.hpp>
#include <fairway/testing/sim/host.hpp>
#include <fairway/testing/sim/network.hpp>
#include <fairway/testing/sim/options.hpp>
#include <fairway/testing/sim/scheduler.hpp>
#include <fairway/testing/sim/stream_world.hpp>
#include <fairway/testing/sim/trace.hpp>
#include <fairway/testing/sim/transport.hpp>
#include <fairway/testing/stuck.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::testing::sim_detail {

// Hosts, virtual time and steps: chooses who runs, lets time jump when nobody can.
class engine {
public:
    explicit engine(simulation_options const& o)
        : options_(o),
          dice_(o.seed(), 2),
          scheduler_(o.scheduler(), o.seed(), o.pct_depth(), o.pct_steps()),
          hub_(hub_options(o)),
          streams_(o.streams().seed(o.seed())) {
        streams_.trace([this](auto where, auto what, auto other) { note(where, what, other); });
        if (o.carried_by() != carrier::broker) return;
        network_env env;
        env.at = [this](duration when, std::function<void()> f) { at(when, std::move(f)); };
        env.note = [this](std::string_view where, std::string_view what, std::string_view text, message_id id) {
            note(where, what, text, id);
        };
        network_ = std::make_unique<network>(o, std::move(env));
    }
    engine(engine const&) = delete;
    engine& operator=(engine const&) = delete;
    ~engine() {
        streams_.trace({});
        for (auto const& h : hosts_) end_process(*h);
    }

    simulation_options const& options() const noexcept { return options_; }
    duration now() const noexcept { return now_; }
    std::uint64_t steps() const noexcept { return steps_; }
    trace& record() noexcept { return trace_; }
    trace const& record() const noexcept { return trace_; }
    dice& choices() noexcept { return dice_; }
    stream_world& streams() noexcept { return streams_; }
    std::vector<std::unique_ptr<host>> const& hosts() const noexcept { return hosts_; }

    void note(std::string_view where, std::string_view what, std::string_view text = {}, message_id id = {}) {
        trace_.put(now_, steps_, where, what, text, id);
    }

    host& add_host(std::string name, host::boot_function boot) {
        if (find(name)) throw std::logic_error("the simulation has a host '" + name + "' already");
        clock_error error;
        error.origin = env::steady_point(std::chrono::hours(1));
        if (options_.carried_by() != carrier::hub) {
            error.origin += dice_.between(duration::zero(), std::chrono::hours(24));
            error.skew = dice_.between(-options_.skew(), options_.skew());
            duration const most(options_.drift());
            error.drift = dice_.between(-most, most).count();
        }
        if (network_) network_->add_host(name);
        hosts_.push_back(
            std::unique_ptr<host>(new host(*this, std::move(name), hosts_.size(), error, std::move(boot))));
        start(*hosts_.back());
        return *hosts_.back();
    }
    host* find(std::string_view name) const noexcept {
        for (auto const& h : hosts_)
            if (h->name() == name) return h.get();
        return nullptr;
    }

    void start(host& h) {
        outside("start a host");
        if (h.up()) throw std::logic_error("simulated host '" + h.name_ + "' is up already");
        ++h.incarnation_;
        ++h.turn_;
        note(h.name_, "start");
        auto const seed = mix(options_.seed() + mix(hash_of(h.name_) + h.incarnation_));
        h.process_ = std::make_unique<process>(h.error_, seed, failures_);
        h.process_->clock().advance_to(now_);
        h.process_->join(streams_, h.name_);
        h.process_->use(make_transport(h));
        h.paused_ = false;
        h.wake();
        try {
            h.keep(h.boot_(h));
        } catch (...) {
            end_process(h);
            throw;
        }
    }
    void crash(host& h, std::optional<duration> down) {
        outside("crash a host");
        if (!h.up()) return;
        note(h.name_, "crash");
        end_process(h);
        if (!down) return;
        at(later(now_, *down), [this, &h, turn = h.turn_] {
            if (h.turn_ == turn) start(h);
        });
    }
    void pause(host& h, duration d) {
        if (!h.up()) return;
        note(h.name_, "pause");
        h.paused_ = true;
        auto const turn = ++h.turn_;
        at(later(now_, d), [this, &h, turn] {
            if (h.turn_ == turn) resume(h);
        });
        if (network_) network_->stand_still(h.index_, [&h, turn] { return h.turn_ == turn && h.paused_; });
    }
    void resume(host& h) {
        if (!h.up() || !h.paused_) return;
        note(h.name_, "resume");
        ++h.turn_;
        h.paused_ = false;
        h.process_->clock().advance_to(now_);
        h.wake();
    }
    void cut(host& h, link_way way, std::optional<duration> length) { links().cut(h.index_, way, length); }
    void heal(host& h) {
        auto& net = links();
        net.end_slow(h.index_);
        net.heal(h.index_);
    }
    void slow(host& h, duration extra, duration length) {
        auto& net = links();
        note(h.name_, "slow");
        net.slow(h.index_, extra, length);
    }
    void restart_broker(duration down) {
        auto& net = links();
        note("broker", "restart");
        net.restart_broker(down);
    }
    void end_broker_restart() { links().end_restart(); }
    void duplicate(std::uint64_t one_in) { links().center().repeat_one_in(one_in); }
    std::size_t backlog(std::string_view channel, std::string_view group) const {
        if (!network_) no_network();
        return network_->center().backlog(channel, group);
    }
    bool has_network() const noexcept { return network_ != nullptr; }

    void crash_is_wanted() noexcept { crash_wanted_ = true; }

    // Calls `f` at `when`, between two steps.
    void at(duration when, std::function<void()> f) { agenda_.at(when, std::move(f)); }
    // Calls `f` after that many more steps.
    void after_steps(std::uint64_t n, std::function<void()> f) { agenda_.at_step(steps_ + n, std::move(f)); }

    // Makes steps until `done()`, or until there is nothing more to do up to `end`: then it is `end`. Returns whether
    // it is done.
    bool run(duration end, std::function<bool()> const& done) { return run(end, done, step_limit()); }

    // Lets time pass for what is under way only.
    void settle() {
        auto const never = [] { return false; };
        auto const limit = step_limit();
        run(now_, never, limit);
        while (auto const next = next_arrival()) run(std::max(*next, now_), never, limit);
    }

private:
    static inproc::options hub_options(simulation_options const& o) {
        inproc::options to;
        to.paranoid = o.paranoid();
        to.queue_messages = o.broker().queue_messages();
        to.queue_bytes = o.broker().queue_bytes();
        return to;
    }

    std::uint64_t step_limit() const noexcept { return steps_ + options_.max_steps(); }
    bool run(duration end, std::function<bool()> const& done, std::uint64_t limit) {
        outside("run the simulation");
        for (auto const& h : hosts_) h->wake();
        while (!done()) {
            agenda_.do_due(now_);
            if (step()) {
                if (steps_ >= limit) not_at_rest();
                after_step();
            } else if (!pass_time(end)) {
                if (end != duration::max()) set_time(end);
                return done();
            }
        }
        return true;
    }

    [[noreturn]] static void no_network() { throw std::logic_error("there are neither links nor a broker"); }
    network& links() {
        if (!network_) no_network();
        return *network_;
    }
    any_transport make_transport(host& h) {
        if (options_.carried_by() == carrier::own) return options_.makes()(h);
        if (!network_) return inproc(h.process_->executor(), hub_);
        auto const c = std::make_shared<client>(
            h.process_->executor(), *network_, h.index_, h.name_ + "." + std::to_string(h.incarnation_));
        c->start();
        return sim_transport(c);
    }
    std::optional<duration> next_arrival() const {
        auto next = streams_.next_due();
        if (!network_) return next;
        auto const linked = network_->next_arrival([this](std::size_t host) { return listens(host); });
        return linked && (!next || *linked < *next) ? linked : next;
    }
    bool listens(std::size_t index) const {
        auto const& h = *hosts_[index];
        return h.process_ && !h.paused_;
    }
    void outside(char const* what) const {
        if (inside_) throw std::logic_error(std::string("a handler must not ") + what + ": it would run within itself");
    }

    // One step at the present moment; false where nobody can make one.
    bool step() {
        // Hosts that share a hub, or objects, wake each other without telling: look again before giving up.
        for (bool again : {false, true}) {
            if (again)
                for (auto const& h : hosts_) h->wake();
            look();
            while (!able_.empty()) {
                auto const chosen = scheduler_.choose(able_);
                auto const who = able_[chosen];
                if (make(who, able_.size() - chosen)) {
                    scheduler_.ran(who);
                    return true;
                }
                able_.erase(able_.begin() + static_cast<std::ptrdiff_t>(chosen));
            }
        }
        return false;
    }

    // Who can make a step: the broker is 0, of host n its handlers are 3n + 1, what arrives at the broker 3n + 2, what
    // arrives at the host 3n + 3. Arrivals come behind, in the order of `arrivals_`.
    void look() {
        able_.clear();
        arrivals_.clear();
        for (auto const& h : hosts_)
            if (h->process_ && !h->paused_ && h->maybe_ready_) able_.push_back(3 * h->index_ + 1);
        if (network_ && network_->broker_is_due()) able_.push_back(0);
        for (auto const due = streams_.due_hosts(); auto const& h : hosts_) {
            if (std::find(due.begin(), due.end(), h->name_) == due.end()) continue;
            able_.push_back(3 * h->index_ + 3);
            arrivals_.push_back({h->index_, by_stream, network::direction::down});
        }
        if (!network_) return;
        network_->arrivals([this](std::size_t host) { return listens(host); },
            [this](network::arrival const& a) {
                able_.push_back(3 * a.host + (a.way == network::direction::up ? 2 : 3));
                arrivals_.push_back(a);
            });
    }
    // `from_behind` is the party's place among the able, counted from the last one, which is 1.
    bool make(party_id who, std::size_t from_behind) {
        if (who % 3 == 1) return run_one(*hosts_[who / 3]);
        if (who == 0) {
            note("broker", "tick");
            network_->center().tick();
        } else {
            auto const a = arrivals_[arrivals_.size() - from_behind];
            if (a.connection == by_stream)
                streams_.step(hosts_[a.host]->name_);
            else
                network_->arrive(a);
            hosts_[a.host]->wake();
        }
        return true;
    }

    bool run_one(host& h) {
        struct guard {
            explicit guard(bool& f) : flag(f) { flag = true; }
            ~guard() { flag = false; }
            guard(guard const&) = delete;
            guard& operator=(guard const&) = delete;
            bool& flag;
        } const within(inside_);
        if (!h.process_->poll_one()) {
            h.maybe_ready_ = false;
            return false;
        }
        ++h.steps_;
        note(h.name_, "run");
        if (options_.carried_by() == carrier::hub)
            for (auto const& other : hosts_) other->wake();
        return true;
    }

    void after_step() {
        ++steps_;
        if (crash_wanted_) {
            crash_wanted_ = false;
            for (auto const& h : hosts_)
                if (std::exchange(h->to_crash_, false)) crash(*h, h->down_for_);
        }
        agenda_.do_after(steps_);
        if (failures_->empty()) return;
        auto const first = failures_->front();
        failures_->erase(failures_->begin());
        std::rethrow_exception(first);
    }

    // To the next moment at which something happens; false where there is none up to `end`.
    bool pass_time(duration end) {
        std::optional<duration> next;
        auto const consider = [&next](std::optional<duration> t) {
            if (t && (!next || *t < *next)) next = t;
        };
        consider(agenda_.next());
        for (auto const& h : hosts_)
            if (h->process_ && !h->paused_) consider(h->process_->clock().next_alarm());
        consider(next_arrival());
        if (network_) consider(network_->center().wake());
        if (!next || *next > end || *next == duration::max()) return false;
        set_time(*next);
        return true;
    }
    void set_time(duration to) {
        now_ = std::max(now_, to);
        if (network_) network_->set_time(now_);
        streams_.advance_to(now_);
        for (auto const& h : hosts_)
            if (h->process_ && !h->paused_ && h->process_->clock().advance_to(now_) > 0) h->wake();
    }

    void end_process(host& h) noexcept {
        if (!h.process_) return;
        ++h.turn_;
        if (network_) network_->crash(h.index_);
        streams_.crash(h.name_, crash_kind::either);
        // Reachable no more while it goes.
        auto const gone = std::move(h.process_);
        gone->end(dice_.below(process::orders));
    }

    [[noreturn]] void not_at_rest() const {
        std::string who;
        for (auto const& h : hosts_) who += " " + h->name_ + ":" + std::to_string(h->steps_);
        throw stuck("the simulation (seed " + std::to_string(options_.seed()) + ") does not come to rest: " +
                    std::to_string(options_.max_steps()) + " steps in one call, virtual time " +
                    std::to_string(now_ / std::chrono::milliseconds(1)) + " ms, steps of all hosts:" + who);
    }

    // An arrival through a stream; connections to the broker count from 1.
    static constexpr std::uint64_t by_stream = 0;

    simulation_options options_;
    dice dice_;
    scheduler scheduler_;
    trace trace_;
    inproc::hub hub_;
    stream_world streams_;
    std::unique_ptr<network> network_;
    duration now_{};
    std::uint64_t steps_ = 0;
    bool inside_ = false;
    bool crash_wanted_ = false;
    agenda agenda_;
    std::shared_ptr<failures> failures_ = std::make_shared<failures>();
    std::vector<std::unique_ptr<host>> hosts_;
    std::vector<party_id> able_;
    std::vector<network::arrival> arrivals_;
};

} // namespace fairway::testing::sim_detail

namespace fairway::testing {

inline void host::request_crash(std::optional<duration> down) {
    if (!up()) return;
    to_crash_ = true;
    down_for_ = down;
    world_.crash_is_wanted();
}

} // namespace fairway::testing

#endif
