// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_LISTENER_HPP
#define FAIRWAY_TRANSPORT_TCP_LISTENER_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/context_end.hpp>
#include <fairway/env/network.hpp>
#include <fairway/env/secure_random.hpp>
#include <fairway/env/sleep.hpp>
#include <fairway/env/spawn.hpp>
#include <fairway/transport/tcp/greeting.hpp>
#include <fairway/transport/tcp/session.hpp>
#include <fairway/transport/tcp/trouble_limit.hpp>

#include <boost/asio/error.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::tcp_detail {

// Accepts connections, has them authenticated, and knows the sessions that they begin or resume. Used on its executor
// only.
class listener final : public env::keeper,
                       public greeter,
                       public session_owner,
                       public std::enable_shared_from_this<listener> {
public:
    // Begins to accept. `events` hears of its sessions until it is destroyed.
    static std::shared_ptr<listener> start(asio::any_io_executor executor, std::unique_ptr<env::acceptor> acceptor,
        std::shared_ptr<session_options const> options, session_events& events) {
        auto const self =
            std::make_shared<listener>(std::move(executor), std::move(acceptor), std::move(options), events);
        env::context_end::tell(self->executor_, self);
        env::spawn(self->executor_, accept_all(self->weak_from_this()), [] {});
        return self;
    }
    // Use `start`.
    listener(asio::any_io_executor executor, std::unique_ptr<env::acceptor> acceptor,
        std::shared_ptr<session_options const> options, session_events& events)
        : executor_(std::move(executor)),
          acceptor_(std::move(acceptor)),
          options_(std::move(options)),
          events_(events),
          clock_(env::clock::of(executor_)),
          secrets_(env::secure_random::of(executor_)),
          tickets_(std::make_shared<char>()),
          lingering_(std::make_shared<char>()) {}
    ~listener() override { listener::abandon(); }

    // Where it listens.
    env::endpoint local() const { return acceptor_->local(); }
    // Its sessions, with a connection or without.
    std::size_t sessions() const noexcept { return sessions_.size(); }
    // Its connections, and those among them that are not authenticated.
    std::size_t connections() const noexcept { return static_cast<std::size_t>(tickets_.use_count()) - 1; }
    std::size_t unauthenticated() const noexcept { return greetings_.size(); }

    // Accepts no more, and closes all sessions, which end as after `session::close`.
    void stop(goodbye_code code = goodbye_code::shutting_down) {
        if (std::exchange(stopped_, true)) return;
        auto const self = shared_from_this();
        acceptor_->close();
        for (auto const& g : std::exchange(greetings_, {})) g->close();
        for (auto const& s : all()) s->close(code);
    }
    // Nobody listens any more; nothing is said.
    void abandon() noexcept override {
        stopped_ = true;
        acceptor_->close();
        for (auto const& g : std::exchange(greetings_, {})) g->close();
        for (auto const& [id, s] : std::exchange(sessions_, {})) s->abandon();
    }

    // ---- for the greetings
    void on_greeted(greeting& g) override {
        auto const keep = g.shared_from_this();
        forget(g);
        auto const& terms = g.terms();
        auto const found = terms.session.session ? sessions_.find(terms.session.session) : sessions_.end();
        bool const resumed = found != sessions_.end() && found->second->is_resumed_by(terms);
        std::shared_ptr<session> s;
        if (resumed) {
            s = found->second;
            s->drop_connection(); // before it is said what has come
        } else {
            if (sessions_.size() >= options_->most_sessions) return g.refuse(goodbye_code::limits, "too many sessions");
            s = make_session(terms);
        }
        auto mine = terms;
        if (!resumed) mine.session.received = 0; // of a session that is no more
        std::string welcome;
        g.welcome(welcome, s->resume(), resumed);
        if (!resumed) sessions_.emplace(s->id(), s); // where nothing throws any more
        auto const with = g.release();
        try {
            s->attach(with, mine, welcome);
        } catch (violation const& v) {
            g.refuse(with, v.code(), v.rule());
            return s->end(error_of(v.code()), v.rule());
        }
        if (!s->over() && s->connected() && !with->input().empty()) s->on_input(with->input());
    }
    void on_greeting_failed(greeting& g, error_code why, std::string_view text) override {
        forget(g);
        tell(g.remote(), why, text);
    }
    std::shared_ptr<void> place_to_linger() override {
        auto const n = static_cast<std::size_t>(lingering_.use_count()) - 1;
        return n < options_->most_unauthenticated ? lingering_ : nullptr;
    }

    // ---- for the sessions
    void on_detached(session&) override {} // it may be resumed
    void on_over(session& s, error_code why, std::string_view text) override {
        sessions_.erase(s.id());
        // A node that has dialed itself goes again: nothing is wrong.
        if (s.peer().node == options_->node && why == errc::not_connected) return;
        if (!text.empty()) tell(s.peer().endpoint, why, text);
    }

private:
    static task<> accept_all(std::weak_ptr<listener> weak) {
        for (;;) {
            auto self = weak.lock();
            if (!self || self->stopped_) co_return;
            auto next = self->acceptor_->accept();
            self.reset(); // who is waited for keeps nobody
            env::stream stream;
            error_code ec;
            try {
                stream = co_await std::move(next);
            } catch (system_error const& e) {
                ec = e.code();
            }
            if (ec == asio::error::operation_aborted) co_return;
            if (ec) { // the system is short of something
                if (auto const still = weak.lock())
                    still->tell(still->acceptor_->local().text(), ec, "can't accept connections at the moment");
                co_await sleep_for(std::chrono::milliseconds(100));
                continue;
            }
            if (auto const still = weak.lock()) still->accepted(std::move(stream));
        }
    }
    void accepted(env::stream stream) {
        if (stopped_) return;
        if (connections() >= options_->most_connections)
            return tell(stream.remote(), errc::queue_full, "too many connections");
        if (greetings_.size() >= options_->most_unauthenticated) {
            auto const [oldest, here, most] = crowd(stream.remote());
            // The address that has most of them makes room for one with fewer; else the oldest one has had its time,
            // and where all are young, nobody makes room for a flood.
            if (here + 1 >= most && clock_.steady_now() - oldest->since() < patience)
                return tell(stream.remote(), errc::queue_full, "too many connections are not authenticated");
            oldest->close();
            on_greeting_failed(*oldest, errc::queue_full, "it had to make room for another one");
        }
        greetings_.push_back(
            std::make_shared<greeting>(executor_, options_, *this, stream.remote(), std::shared_ptr<void>(tickets_)));
        auto const g = greetings_.back();
        g->start(std::move(stream));
    }
    struct crowded {
        std::shared_ptr<greeting> oldest; // of the address that has most connections which are not authenticated
        std::size_t here;                 // how many `remote`'s address has
        std::size_t most;                 // and that one
    };
    crowded crowd(std::string const& remote) const {
        auto const host = [](std::string const& r) { return std::string_view(r).substr(0, r.rfind(':')); };
        std::map<std::string_view, std::size_t> counts;
        for (auto const& g : greetings_) ++counts[host(g->remote())];
        crowded c{nullptr, 0, 0};
        for (auto const& [at, n] : counts) c.most = std::max(c.most, n);
        for (auto const& g : greetings_)
            if (!c.oldest && counts[host(g->remote())] == c.most) c.oldest = g;
        if (auto const mine = counts.find(host(remote)); mine != counts.end()) c.here = mine->second;
        return c;
    }
    std::shared_ptr<session> make_session(peer_terms const& terms) {
        resume_point who;
        secrets_.fill(std::as_writable_bytes(std::span(who.session.bytes)));
        secrets_.fill(std::as_writable_bytes(std::span(who.token.bytes)));
        peer_info peer;
        peer.node = terms.node;
        peer.name = terms.name;
        peer.principal = terms.principal;
        return std::make_shared<session>(executor_, options_, events_, *this, who, std::move(peer));
    }
    void forget(greeting& g) {
        greetings_.remove_if([&](auto const& one) { return one.get() == &g; });
    }
    std::vector<std::shared_ptr<session>> all() const {
        std::vector<std::shared_ptr<session>> list;
        for (auto const& [id, s] : sessions_) list.push_back(s);
        return list;
    }
    void tell(std::string_view remote, error_code why, std::string_view text) {
        if (!options_->trouble) return;
        limit_.tell(clock_.steady_now(), text, [&](std::string_view line) { options_->trouble(remote, why, line); });
    }

    static constexpr duration patience = std::chrono::seconds(1);

    asio::any_io_executor executor_;
    std::unique_ptr<env::acceptor> acceptor_;
    std::shared_ptr<session_options const> options_;
    session_events& events_;
    env::clock& clock_;
    env::secure_random& secrets_;
    std::shared_ptr<char> tickets_;   // one for each connection
    std::shared_ptr<char> lingering_; // one for each of those that were refused
    bool stopped_ = false;
    trouble_limit limit_;
    std::list<std::shared_ptr<greeting>> greetings_;
    std::map<identity, std::shared_ptr<session>> sessions_; // by ids that were drawn here
};

} // namespace fairway::tcp_detail

#endif
