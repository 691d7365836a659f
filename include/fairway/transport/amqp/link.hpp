// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_LINK_HPP
#define FAIRWAY_TRANSPORT_AMQP_LINK_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/context_end.hpp>
#include <fairway/env/endpoint.hpp>
#include <fairway/env/random.hpp>
#include <fairway/env/real_network.hpp>
#include <fairway/env/spawn.hpp>
#include <fairway/error.hpp>
#include <fairway/transport/amqp/link_options.hpp>
#include <fairway/transport/amqp/reply_errors.hpp>
#include <fairway/transport/amqp/session.hpp>

#include <boost/asio/cancellation_signal.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::amqp_detail {

// Who wants to use whatever session there is. Called on the executor, never from within a function of a link.
class link_user {
public:
    link_user() = default;
    link_user(link_user const&) = delete;
    link_user& operator=(link_user const&) = delete;
    // There is one.
    virtual void on_up(std::shared_ptr<session> const& s) = 0;
    // It is over, and its channels were told; another one comes, but after `stop` (`errc::closed`). `text` is fit for a
    // log, and may be empty.
    virtual void on_down(error_code why, std::string_view text) = 0;
    // The broker takes no messages, or takes them again. A session begins without a block.
    virtual void on_blocked(bool blocked) { static_cast<void>(blocked); }

protected:
    ~link_user() = default;
};

// Keeps a session with one of several hosts: tries all of them in random order, but the one that it has just lost last,
// and again after a random pause. Used on its executor only.
class link final : public env::keeper, public session_owner, public std::enable_shared_from_this<link> {
public:
    // Begins to connect. `user` hears of its sessions until it is destroyed. Throws `errc::invalid_argument` without a
    // host.
    static std::shared_ptr<link> start(
        asio::any_io_executor executor, std::shared_ptr<link_options const> options, link_user& user) {
        if (options->hosts.empty()) fairway::detail::fail(errc::invalid_argument, "a link without a host");
        auto const self = std::make_shared<link>(std::move(executor), std::move(options), user);
        env::context_end::tell(self->executor_, self);
        self->connect();
        return self;
    }
    // Use `start`.
    link(asio::any_io_executor executor, std::shared_ptr<link_options const> options, link_user& user)
        : executor_(std::move(executor)),
          options_(std::move(options)),
          user_(user),
          clock_(env::clock::of(executor_)),
          random_(env::random::of(executor_)),
          alarm_(clock_.make_alarm(executor_)) {}
    ~link() override { link::abandon(); }

    // The session that may be used, or null.
    std::shared_ptr<session> current() const noexcept { return state_ == state::up ? session_ : nullptr; }
    // Connects no more, and closes the session; where there is one, `on_down` says when that is done.
    void stop() {
        if (std::exchange(stopped_, true)) return;
        auto const self = shared_from_this();
        alarm_->cancel();
        give_up();
        if (state_ == state::up)
            session_->close();
        else if (auto const s = std::exchange(session_, nullptr))
            s->abandon();
    }
    // Nobody listens any more.
    void abandon() noexcept override {
        stopped_ = true;
        alarm_.reset();
        give_up();
        if (auto const s = std::exchange(session_, nullptr)) s->abandon();
    }

    // ---- for the session
    void on_open() override {
        state_ = state::up;
        up_since_ = clock_.steady_now();
        auto const s = session_;
        user_.on_up(s);
    }
    void on_blocked(bool blocked) override { user_.on_blocked(blocked); }
    void on_over(error_code why, std::string_view text) override {
        auto const self = shared_from_this();
        bool const was_up = state_ == state::up;
        session_.reset();
        if (!was_up) return failed(why, text);
        state_ = state::resting;
        lost_ = at_;
        if (why != errc::closed) tell(why, text);
        user_.on_down(why, text);
        if (stopped_) return;
        if (clock_.steady_now() - up_since_ >= options_->max_backoff) rounds_ = 0;
        rest(why);
    }

private:
    enum class state { resting, connecting, shaking_hands, up };

    void connect() {
        if (next_ == order_.size()) shuffle();
        at_ = order_[next_++];
        state_ = state::connecting;
        set_alarm(options_->connect_timeout);
        // The operation owns its signal: where both are gone with their context, nobody cancels it.
        auto const cancel = std::make_shared<asio::cancellation_signal>();
        cancel_ = cancel;
        env::spawn(
            executor_, dial(weak_from_this(), ++attempt_, executor_, options_->hosts[at_], options_), [cancel] {},
            cancel->slot());
    }
    static task<> dial(std::weak_ptr<link> weak, std::uint64_t attempt, asio::any_io_executor executor,
        env::endpoint to, std::shared_ptr<link_options const> options) {
        env::stream stream;
        error_code ec;
        std::string text;
        try {
            auto plain = env::network::of(executor).connect(to, executor);
            stream = co_await std::move(plain);
            if (options->secure) {
                auto secure = options->secure(std::move(stream), to.host);
                stream = co_await std::move(secure);
            }
        } catch (system_error const& e) {
            ec = e.code();
            text = e.what();
        } catch (std::exception const&) {
            ec = errc::not_connected;
        }
        if (auto const self = weak.lock()) self->connected(attempt, std::move(stream), ec, text);
    }
    void connected(std::uint64_t attempt, env::stream stream, error_code ec, std::string_view text) {
        if (stopped_ || attempt != attempt_) return;
        cancel_.reset();
        if (ec) return failed(ec, text);
        alarm_->cancel();
        state_ = state::shaking_hands;
        session_ = session::start(executor_, std::move(stream), options_, *this);
    }

    // Ends the attempt.
    void give_up() noexcept {
        ++attempt_;
        if (auto const c = std::exchange(cancel_, {}).lock()) c->emit(asio::cancellation_type::terminal);
    }
    void failed(error_code why, std::string_view text) {
        give_up();
        state_ = state::resting;
        if (stopped_) return;
        tell(why, text);
        if (stopped_) return; // whoever was told
        if (next_ < order_.size() && why != errc::unauthorized) return connect();
        rest(why);
    }
    void tell(error_code why, std::string_view text) const {
        if (options_->trouble) options_->trouble(options_->hosts[at_].text(), why, told(text));
    }
    // Before the next round. Full jitter: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    void rest(error_code why) {
        next_ = order_.size();
        if (why == errc::unauthorized) {
            auto const half = options_->refused_backoff / 2;
            return set_alarm(half + random_below(half));
        }
        duration bound = options_->backoff;
        for (unsigned i = 0; i < rounds_ && bound < options_->max_backoff; ++i) bound *= 2;
        ++rounds_;
        set_alarm(random_below(std::min(bound, options_->max_backoff)));
    }
    duration random_below(duration bound) {
        auto const n = static_cast<std::uint64_t>(std::max<duration::rep>(1, bound.count()));
        return duration(static_cast<duration::rep>(random_.next() % n));
    }
    void shuffle() {
        next_ = 0;
        order_.resize(options_->hosts.size());
        for (std::size_t i = 0; i < order_.size(); ++i) {
            auto const j = static_cast<std::size_t>(random_.next() % (i + 1));
            order_[i] = order_[j];
            order_[j] = i;
        }
        // A host that has gone may not even refuse, and then an attempt takes long.
        if (lost_) std::swap(*std::find(order_.begin(), order_.end(), *lost_), order_.back());
        lost_.reset();
    }
    void set_alarm(duration d) {
        alarm_->set(clock_.steady_now() + d, [weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->ring();
        });
    }
    void ring() {
        if (stopped_) return;
        if (state_ == state::resting) return connect();
        if (state_ == state::connecting) failed(errc::timed_out, "no connection in time");
    }

    asio::any_io_executor executor_;
    std::shared_ptr<link_options const> options_;
    link_user& user_;
    env::clock& clock_;
    env::random& random_;
    std::unique_ptr<env::alarm> alarm_;
    state state_ = state::resting;
    bool stopped_ = false;
    std::vector<std::size_t> order_;  // of the hosts, in this round
    std::size_t next_ = 0;            // of those
    std::size_t at_ = 0;              // the host that was tried last
    std::optional<std::size_t> lost_; // the host of the session that was lost before this round
    unsigned rounds_ = 0;
    std::uint64_t attempt_ = 0;
    std::weak_ptr<asio::cancellation_signal> cancel_; // of the operation that connects
    std::shared_ptr<session> session_;
    env::steady_point up_since_;
};

} // namespace fairway::amqp_detail

#endif
