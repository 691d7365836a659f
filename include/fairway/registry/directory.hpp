// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_REGISTRY_DIRECTORY_HPP
#define FAIRWAY_REGISTRY_DIRECTORY_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/context_end.hpp>
#include <fairway/env/execute.hpp>
#include <fairway/env/random.hpp>
#include <fairway/env/spawn.hpp>
#include <fairway/registry/client_state.hpp>
#include <fairway/registry/messages.hpp>
#include <fairway/service/service.hpp>
#include <fairway/transport/directory.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway {

namespace detail {

// Carries the messages of a `registry_client_state` and tells its watchers. On one executor.
class registry_client final : public env::keeper, public std::enable_shared_from_this<registry_client> {
public:
    registry_client(service const& self, directory_log log)
        : executor_(self.get_executor()),
          clock_(env::clock::of(executor_)),
          random_(env::random::of(executor_)),
          alarm_(clock_.make_alarm(executor_)),
          port_(self.sender<registry_channel>()),
          log_(std::move(log)),
          state_(name_of(random_.next(), random_.next())) {}

    std::shared_ptr<void> watch(std::string const& channel, directory::watcher told) {
        auto const w = std::make_shared<watching>();
        w->channel = channel;
        w->told = std::move(told);
        w->of = weak_from_this();
        watching_.push_back(w);
        state_.watch(channel, clock_.steady_now());
        soon();
        return w;
    }
    std::shared_ptr<void> announce(std::string const& channel, env::endpoint const& self) {
        auto const a = std::make_shared<announcing>();
        a->entry = registry_entry{channel, self.text()};
        state_.announce(a->entry, clock_.steady_now());
        a->of = weak_from_this();
        soon();
        return a;
    }
    // The directory goes: the registry need not wait for the lease to end.
    void leave() noexcept {
        if (std::exchange(left_, true)) return; // the context has gone, and its clock
        alarm_.reset();
        try {
            auto const farewell = state_.farewell(clock_.steady_now());
            if (farewell) (void)port_.try_send(*farewell);
        } catch (...) {
            // The service is closed already: the lease ends it.
        }
    }
    void abandon() noexcept override {
        left_ = true;
        alarm_.reset();
    }

private:
    struct watching {
        watching() = default;
        watching(watching const&) = delete;
        watching& operator=(watching const&) = delete;
        ~watching() {
            if (auto const client = of.lock()) client->state_.unwatch(channel);
        }
        std::string channel;
        directory::watcher told;
        std::optional<std::vector<std::string>> known; // what was told
        std::weak_ptr<registry_client> of;
    };
    struct announcing {
        announcing() = default;
        announcing(announcing const&) = delete;
        announcing& operator=(announcing const&) = delete;
        ~announcing() {
            auto const client = of.lock();
            if (!client || client->left_) return;
            client->state_.withdraw(entry, client->clock_.steady_now());
            client->soon();
        }
        registry_entry entry;
        std::weak_ptr<registry_client> of;
    };

    static std::string name_of(std::uint64_t a, std::uint64_t b) {
        constexpr std::string_view digits = "0123456789abcdef";
        std::string text;
        for (std::uint64_t bits : {a, b})
            for (int n = 0; n < 16; ++n, bits >>= 4) text += digits[bits & 15];
        return text;
    }

    // Once for all that is wanted in one turn.
    void soon() {
        if (left_ || std::exchange(posted_, true)) return;
        env::post(executor_, [weak = weak_from_this()] {
            auto const self = weak.lock();
            if (!self) return;
            self->posted_ = false;
            self->go_on();
        });
    }

    void go_on() {
        if (left_) return;
        auto const now = clock_.steady_now();
        if (closed_)
            state_.give_up();
        else
            state_.advance(now);
        tell();
        if (left_) return;
        if (closed_) return alarm_->cancel();
        if (auto a = state_.next_announce(now))
            env::spawn(executor_, send(weak_from_this(), port_, std::move(*a)), [] {});
        if (auto q = state_.next_watch(now)) env::spawn(executor_, ask(weak_from_this(), port_, std::move(*q)), [] {});
        auto const next = state_.next_event();
        if (!next) return alarm_->cancel();
        alarm_->set(*next, [weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->go_on();
        });
    }

    // Those whose list is another one than they know. A watcher may drop handles and watch more.
    void tell() {
        state_.take_changed();
        std::erase_if(watching_, [](auto const& w) { return w.expired(); });
        std::vector<std::weak_ptr<watching>> const all(watching_.begin(), watching_.end());
        for (auto const& one : all) {
            auto const w = one.lock();
            if (left_) return; // a watcher may drop the directory, too
            if (!w || !state_.knows(w->channel)) continue;
            auto list = state_.endpoints(w->channel);
            if (w->known == list) continue;
            w->known = list;
            auto const told = w->told; // it may drop itself
            told(parsed(list));
        }
    }
    std::vector<env::endpoint> parsed(std::vector<std::string> const& texts) {
        std::vector<env::endpoint> all;
        for (auto const& t : texts) {
            try {
                all.push_back(env::endpoint::parse(t));
            } catch (system_error const& e) {
                say(e.code(), "registry: what it says is no endpoint");
            }
        }
        return all;
    }

    // Coroutines own nothing of the client while they wait: it may go.
    static task<> send(std::weak_ptr<registry_client> of, sender_port<registry_channel> port, registry_announce what) {
        trouble why;
        std::optional<registry_lease> answer;
        try {
            answer = co_await port.request(what, announce_timeout);
        } catch (...) {
            why = trouble_of(std::current_exception());
        }
        if (answer && answer->left_out) why = left_out(*answer->left_out);
        auto const self = of.lock();
        if (!self || self->left_) co_return;
        auto const now = self->clock_.steady_now();
        bool const counts = answer ? self->state_.leased(what.number, *answer, now, self->random_.next())
                                   : self->state_.announce_failed(what.number, now, self->random_.next());
        if (counts) self->note(self->announce_trouble_, "announcing", why);
        if (why.error == errc::closed) self->closed_ = true;
        self->go_on();
    }
    static task<> ask(std::weak_ptr<registry_client> of, sender_port<registry_channel> port, registry_watch what) {
        trouble why;
        std::optional<registry_lists> answer;
        try {
            answer = co_await port.request(what, watch_timeout);
        } catch (...) {
            why = trouble_of(std::current_exception());
        }
        auto const self = of.lock();
        if (!self || self->left_) co_return;
        auto const now = self->clock_.steady_now();
        bool const counts = answer ? self->state_.listed(what.number, *answer, now)
                                   : self->state_.watch_failed(what.number, now, self->random_.next());
        if (counts) self->note(self->watch_trouble_, "watching", why);
        if (why.error == errc::closed) self->closed_ = true;
        if (self->state_.take_conflict())
            self->say(errc::topology_mismatch, "registry: two of them answer, each knows a half: run one only");
        self->go_on();
    }

    struct trouble {
        error_code error;
        std::string text;
    };
    static trouble trouble_of(std::exception_ptr const& e) {
        try {
            std::rethrow_exception(e);
        } catch (fault const& f) {
            return {errc::faulted, f.code() + ": " + std::string(f.text())};
        } catch (system_error const& s) {
            return {s.code(), s.code().message()};
        } catch (std::exception const& other) {
            return {errc::handler_failed, other.what()};
        }
    }
    static trouble left_out(std::vector<std::string> const& channels) {
        if (channels.empty()) return {};
        trouble t{errc::queue_full, "left out, because there are as many endpoints as may be: of channel "};
        t.text += channels.front().substr(0, max_channel_name_length);
        if (channels.size() > 1) t.text += ", and " + std::to_string(channels.size() - 1) + " more";
        return t;
    }
    // Says what is wrong once, and when it is over.
    void note(std::string& said, char const* doing, trouble const& t) {
        if (said == t.text) return;
        said = t.text;
        say(t.error, std::string("registry, ") + doing + ": " + (t.error ? t.text : "it answers again"));
    }
    void say(error_code const& e, std::string_view text) const {
        if (log_) log_(e, text);
    }

    static constexpr auto announce_timeout = std::chrono::seconds(5);
    static constexpr auto watch_timeout = registry_client_state::longest_wait + std::chrono::seconds(5);

    asio::any_io_executor executor_;
    env::clock& clock_;
    env::random& random_;
    std::unique_ptr<env::alarm> alarm_;
    sender_port<registry_channel> port_;
    directory_log log_;
    registry_client_state state_;
    std::list<std::weak_ptr<watching>> watching_;
    std::string announce_trouble_;
    std::string watch_trouble_;
    bool posted_ = false;
    bool closed_ = false; // the service: nothing will come any more
    bool left_ = false;   // the directory has gone, or the context
};

} // namespace detail

/// A directory that asks a `registry`, and announces to it, through a service of the caller's; for a transport that
/// lives on the executor of that service.
///
/// It finds the registry again after any failure. While the registry is away all lists stay as they were. After a
/// restart of the registry, what it does not know yet stays in the lists for one more lease. A watcher is told nothing
/// before the registry has answered for its channel, nor that nobody is there by one that has itself begun less than a
/// lease ago; after 30 s, or where the service is closed, the watcher is told that nobody is known. Entries are
/// announced again three times in a lease, and withdrawn when their handles, or the directory, go. It ends with the
/// service: its lists stay as they were then.
class registry_directory final : public directory {
public:
    /// Reaches the registry on the transport of `self`, which may be destroyed earlier; `log`, if any, is told what is
    /// wrong. Throws as `service::sender`.
    explicit registry_directory(service const& self, directory_log log = {})
        : client_(std::make_shared<detail::registry_client>(self, std::move(log))) {
        env::context_end::tell(self.get_executor(), client_);
    }
    ~registry_directory() override { client_->leave(); }

    [[nodiscard]] std::shared_ptr<void> watch(address const& channel, watcher told) override {
        return client_->watch(channel.channel, std::move(told));
    }
    [[nodiscard]] std::shared_ptr<void> announce(address const& channel, env::endpoint const& self) override {
        return client_->announce(channel.channel, self);
    }

private:
    std::shared_ptr<detail::registry_client> client_;
};

} // namespace fairway

#endif
