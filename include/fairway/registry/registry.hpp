// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_REGISTRY_REGISTRY_HPP
#define FAIRWAY_REGISTRY_REGISTRY_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/context_end.hpp>
#include <fairway/env/random.hpp>
#include <fairway/envelope/delivery.hpp>
#include <fairway/port/reply_token.hpp>
#include <fairway/registry/messages.hpp>
#include <fairway/registry/state.hpp>
#include <fairway/service/service.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway {

/// How a registry behaves.
class registry_options {
public:
    /// The limits of `registry_limits`, principals by service name, everybody may announce everything.
    registry_options() {} // NOLINT: not an aggregate, so that a temporary may stand beside co_await (g++ 12)

    /// Leases and bounds.
    registry_options& limits(registry_limits const& l) {
        limits_ = l;
        return *this;
    }
    /// Who has sent a request, for the bounds and for `may_announce`. By default the name of the service, which the
    /// sender chose itself; a function may take it from a header that a middleware has verified.
    registry_options& principal(std::function<std::string(delivery const&)> f) {
        principal_ = std::move(f);
        return *this;
    }
    /// Whether a principal may announce an entry; an announcement with one that it may not is refused as a whole.
    registry_options& may_announce(std::function<bool(std::string_view principal, registry_entry const&)> f) {
        may_announce_ = std::move(f);
        return *this;
    }

    /// Leases and bounds.
    registry_limits const& limits() const noexcept { return limits_; }
    /// Who has sent a request.
    std::string principal_of(delivery const& d) const { return principal_ ? principal_(d) : std::string(d.source()); }
    /// Whether a principal may announce an entry.
    bool allows(std::string_view principal, registry_entry const& e) const {
        return !may_announce_ || may_announce_(principal, e);
    }

private:
    registry_limits limits_;
    std::function<std::string(delivery const&)> principal_;
    std::function<bool(std::string_view, registry_entry const&)> may_announce_;
};

namespace detail {

// The registry's state, its questions' reply tokens and its alarm. On the service's executor.
class registry_core final : public env::keeper, public std::enable_shared_from_this<registry_core> {
public:
    registry_core(asio::any_io_executor const& executor, registry_options options)
        : clock_(env::clock::of(executor)),
          alarm_(clock_.make_alarm(executor)),
          options_(std::move(options)),
          state_(epoch_of(env::random::of(executor)), options_.limits()) {
        state_.advance(clock_.steady_now()); // it begins
    }

    registry_lease announce(registry_announce const& what, delivery const& d) {
        auto const principal = options_.principal_of(d);
        for (auto const& e : what.entries)
            if (!options_.allows(principal, e))
                throw fault("registry.forbidden", "channel " + e.channel + " may not be announced by this principal");
        auto const answer = state_.announce(principal, what, clock_.steady_now());
        advance();
        return answer;
    }
    void watch(registry_watch const& what, delivery const& d, reply_token<registry_watch> answer) {
        auto const mark = ++last_mark_;
        try {
            auto const now_known = state_.watch(options_.principal_of(d), what, mark, clock_.steady_now());
            if (now_known)
                answer.send(*now_known);
            else
                waiting_.emplace(mark, std::move(answer));
        } catch (...) {
            advance(); // it may have ended an earlier question
            throw;
        }
        advance();
    }
    registry_state const& state() const noexcept { return state_; }

    void shutdown(duration) override {
        for (auto& [mark, token] : std::exchange(waiting_, {}))
            token.fail(fault("registry.closing", "the registry ends; ask again"));
    }
    void abandon() noexcept override {
        alarm_.reset();
        waiting_.clear();
    }

private:
    static std::string epoch_of(env::random& random) {
        constexpr std::string_view digits = "0123456789abcdef";
        std::string text;
        for (int i = 0; i < 2; ++i)
            for (std::uint64_t bits = random.next(), n = 0; n < 16; ++n, bits >>= 4) text += digits[bits & 15];
        return text;
    }

    void advance() {
        for (auto const& a : state_.advance(clock_.steady_now())) {
            auto const at = waiting_.find(a.to);
            if (at == waiting_.end()) continue; // it was told that the registry ends
            at->second.send(a.lists);
            waiting_.erase(at);
        }
        auto const next = state_.next_event();
        if (next == rings_at_ || !alarm_) return;
        rings_at_ = next;
        if (!next) return alarm_->cancel();
        alarm_->set(*next, [weak = weak_from_this()] {
            auto const self = weak.lock();
            if (!self) return;
            self->rings_at_.reset();
            self->advance();
        });
    }

    env::clock& clock_;
    std::unique_ptr<env::alarm> alarm_;
    registry_options options_;
    registry_state state_;
    std::map<registry_state::ticket, reply_token<registry_watch>> waiting_;
    std::optional<env::steady_point> rings_at_;
    registry_state::ticket last_mark_ = 0;
};

} // namespace detail

/// The registry: the handler of `registry_channel`, to be bound on any transport. Services announce to it where they
/// listen, and are told where others do, through `registry_directory`.
///
///     fairway::service names{net, "registry"};
///     names.handle<fairway::registry_channel>(fairway::registry{names});
///     co_await names.run();
///
/// Run one instance. It keeps all in memory: after its restart clients find it, announce themselves again, and
/// meanwhile go on with what they knew. Copies are the same registry. Used on the service's executor.
class registry {
public:
    /// A registry that knows nothing yet, for the service that will handle it. Throws `errc::invalid_argument` for a
    /// lease that is none.
    explicit registry(service const& self, registry_options options = {})
        : core_(std::make_shared<detail::registry_core>(self.get_executor(), std::move(options))) {
        env::context_end::tell(self.get_executor(), core_);
    }

    /// Handles an announcement. Throws `fault` where it is refused.
    registry_lease operator()(registry_announce const& what, delivery const& d) { return core_->announce(what, d); }
    /// Handles a question. Throws `fault` where it is refused.
    void operator()(registry_watch const& what, delivery const& d, reply_token<registry_watch> answer) {
        core_->watch(what, d, std::move(answer));
    }

    /// All that is announced at present, by channel: for a person to look at.
    std::vector<registry_list> lists() const { return core_->state().lists(); }
    /// How many questions wait for a change.
    std::size_t questions() const { return core_->state().questions(); }

private:
    std::shared_ptr<detail::registry_core> core_;
};

} // namespace fairway

#endif
