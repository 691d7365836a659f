// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_LINKS_HPP
#define FAIRWAY_TRANSPORT_TCP_LINKS_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/network.hpp>
#include <fairway/env/real_network.hpp>
#include <fairway/transport/tcp/dialer.hpp>
#include <fairway/transport/tcp/listener.hpp>
#include <fairway/transport/tcp/node_options.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace fairway::tcp_detail {

// The connections of a node: the listener, and a dialer for each place where somebody is that it needs. Used on the
// node's executor, but for `local`.
class links {
public:
    // `events` outlives it, or it is abandoned before.
    // `failed` is called when something went wrong with what it dials; `is_used` says whether a node at one end of a
    // session has something of the other one in hand.
    links(asio::any_io_executor executor, node_options const& options, session_events& events,
        std::function<void()> failed, std::function<bool(session&)> is_used)
        : executor_(std::move(executor)),
          clock_(env::clock::of(executor_)),
          is_used_(std::move(is_used)),
          dialing_(dialing_of(options, std::move(failed))),
          accepting_(std::make_shared<session_options>(options.accepting)),
          protects_(options.protects),
          events_(events) {
        if (!options.listen) return;
        auto acceptor = env::network::of(executor_).listen(*options.listen, executor_);
        local_ = acceptor->local();
        listener_ = listener::start(executor_, std::move(acceptor), accepting_, events_);
    }
    links(links const&) = delete;
    links& operator=(links const&) = delete;
    ~links() { abandon(); }

    // Where it listens, with the port that was chosen; nothing where it does not.
    std::optional<env::endpoint> const& local() const noexcept { return local_; }

    // Has a session with whoever is at each of these places, and with nobody else, as soon as what they have in hand
    // has ended.
    void dial(std::vector<env::endpoint> const& all) {
        if (closed_) return;
        std::erase_if(leaving_, [](auto const& one) { return !one->to->current(); });
        std::vector<std::shared_ptr<dialled>> left;
        for (auto const& [text, one] : dialers_) {
            one->wanted = std::find(all.begin(), all.end(), one->place) != all.end();
            if (one->wanted)
                one->patience.reset();
            else
                left.push_back(one);
        }
        for (auto const& one : left) let_go(*one);
        for (auto const& place : all) {
            if (dialers_.count(place.text()) > 0 || is_refused(place)) continue;
            auto& one = dialers_[place.text()];
            one = std::make_shared<dialled>(*this, place);
            one->to = dialer::start(executor_, place, dialing_, *one);
        }
    }
    // Whether somebody may still be found at one of these places, where nobody is yet; `at_first`: where nobody was
    // looked for in vain.
    bool may_come(std::vector<env::endpoint> const& places, bool at_first) const {
        return std::any_of(places.begin(), places.end(), [&](env::endpoint const& p) {
            auto const found = dialers_.find(p.text());
            return found != dialers_.end() && !found->second->now && !found->second->is_self &&
                   !(at_first && found->second->to && found->second->to->has_failed());
        });
    }
    // Whether this side has dialed.
    bool is_dialed(session const& s) const {
        return std::any_of(dialers_.begin(), dialers_.end(), [&](auto const& d) { return d.second->now == &s; });
    }
    // Whether it leads to one of these places.
    bool is_at(session const& s, std::vector<env::endpoint> const& places) const {
        return std::any_of(dialers_.begin(), dialers_.end(), [&](auto const& d) {
            return d.second->now == &s && std::find(places.begin(), places.end(), d.second->place) != places.end();
        });
    }
    // There is a session with the same node already, which does for both places: what was dialed just now ends.
    bool is_spare(session& s) {
        session* other = nullptr;
        for (auto const& [text, one] : dialers_)
            if (one->now && one->now != &s && one->now->peer().node == s.peer().node) other = one->now;
        if (!other) return false;
        for (auto const& [text, one] : dialers_) {
            if (one->now != &s) continue;
            one->now = other;
            one->to->stop();
            return true;
        }
        return false;
    }
    // The session is with this node itself: it needs none. Another time the place may lead to another node: a name may
    // have several addresses, and an address several hosts.
    void is_self(session& s) {
        for (auto const& [text, one] : dialers_)
            if (one->now == &s) {
                one->is_self = true;
                return one->to->try_later();
            }
    }

    // Says goodbye to all.
    void close() {
        closed_ = true;
        if (listener_) listener_->stop();
        for (auto const& [text, one] : dialers_) one->to->stop(goodbye_code::shutting_down);
    }
    void abandon() noexcept {
        closed_ = true;
        if (listener_) std::exchange(listener_, nullptr)->abandon();
        for (auto const& [text, one] : dialers_) one->to->abandon();
        for (auto const& one : leaving_) one->to->abandon();
        dialers_.clear();
        leaving_.clear();
    }

private:
    static std::shared_ptr<session_options const> dialing_of(
        node_options const& options, std::function<void()> failed) {
        auto const o = std::make_shared<session_options>(options.dialing);
        o->trouble = [told = options.dialing.trouble, failed = std::move(failed)](
                         std::string_view remote, error_code why, std::string_view text) {
            if (told) told(remote, why, text);
            failed();
        };
        return o;
    }
    // Others could read what goes there.
    bool is_refused(env::endpoint const& place) {
        try {
            check_dialing(place, protects_);
        } catch (system_error const& e) {
            if (refused_.insert(place.text()).second && dialing_->trouble)
                dialing_->trouble(place.text(), e.code(), e.what());
            return true;
        }
        return false;
    }

    struct dialled;
    // So long the deliveries of a place that nobody needs any more are waited for.
    static constexpr duration most_patience = std::chrono::seconds(30);
    // Ends what leads to a place that is not wanted, unless another one that is shares its session, or something is in
    // hand: that would come again, and be handled at the same time.
    void let_go(dialled& one, bool late = false) {
        if (one.wanted || closed_) return;
        auto const found = dialers_.find(one.place.text());
        if (found == dialers_.end()) return;
        bool const has_dialed = one.now && one.to->current().get() == one.now;
        auto const shares = [&](auto const& d) { return d.second->wanted && d.second->now == one.now; };
        if (has_dialed && std::any_of(dialers_.begin(), dialers_.end(), shares)) return;
        if (has_dialed && !late && is_used_(*one.now)) return one.wait();
        auto const gone = std::move(found->second);
        dialers_.erase(found);
        if (!has_dialed) gone->now = nullptr;
        gone->patience.reset();
        leaving_.push_back(gone);
        gone->to->stop();
    }

    // A place, and what comes from there.
    struct dialled final : session_events, std::enable_shared_from_this<dialled> {
        dialled(links& l, env::endpoint p) : all(l), place(std::move(p)) {}
        void on_open(std::shared_ptr<session> const& s) override {
            now = s.get();
            is_self = false;
            all.events_.on_open(s);
        }
        void on_record(session& s, record_type type, std::string_view payload) override {
            all.events_.on_record(s, type, payload);
        }
        void on_batch_end(session& s) override {
            all.events_.on_batch_end(s);
            all.let_go(*this);
        }
        void on_acked(session& s, std::uint64_t offset) override {
            all.events_.on_acked(s, offset);
            all.let_go(*this);
        }
        void on_room(session& s) override { all.events_.on_room(s); }
        void on_end(session& s, error_code why) override {
            for (auto const& [text, other] : all.dialers_) {
                if (other->now != &s) continue;
                other->now = nullptr;
                if (other.get() != this && !all.closed_)
                    other->to =
                        dialer::start(all.executor_, other->place, all.dialing_, *other, dialer::begin::after_pause);
            }
            if (now == &s) now = nullptr;
            all.events_.on_end(s, why);
            all.let_go(*this);
        }
        void wait() {
            if (patience) return;
            patience = all.clock_.make_alarm(all.executor_);
            patience->set(all.clock_.steady_now() + most_patience, [weak = weak_from_this()] {
                auto const self = weak.lock();
                if (!self) return;
                auto const rung = std::move(self->patience);
                self->all.let_go(*self, true);
            });
        }
        links& all;
        env::endpoint place;
        session* now = nullptr;
        bool is_self = false;
        bool wanted = true;
        std::unique_ptr<env::alarm> patience; // where it is not, and something is in hand
        std::shared_ptr<dialer> to;
    };

    asio::any_io_executor executor_;
    env::clock& clock_;
    std::function<bool(session&)> is_used_;
    std::shared_ptr<session_options const> dialing_;
    std::shared_ptr<session_options const> accepting_;
    protection protects_;
    session_events& events_;
    std::optional<env::endpoint> local_;
    std::shared_ptr<listener> listener_;
    std::map<std::string, std::shared_ptr<dialled>> dialers_;
    std::vector<std::shared_ptr<dialled>> leaving_;
    std::set<std::string, std::less<>> refused_; // and that was told
    bool closed_ = false;
};

} // namespace fairway::tcp_detail

#endif
