// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_DELIVERY_RETRY_HPP
#define FAIRWAY_DELIVERY_RETRY_HPP

#include <fairway/envelope/time.hpp>
#include <fairway/error.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace fairway {

namespace detail {

// One rule of a retry policy: which failures it is about, and whether they are worth another attempt.
struct retry_rule {
    std::function<bool(std::exception_ptr const&)> concerns;
    bool retried = true;
};

template <class E>
bool is_thrown(std::exception_ptr const& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (E const&) {
        return true;
    } catch (...) {
        return false;
    }
}

// The code of a failure that is Boost's or the standard library's system_error.
inline std::optional<error_code> code_of(std::exception_ptr const& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (system_error const& e) {
        return e.code();
    } catch (std::system_error const& e) {
        return error_code(e.code());
    } catch (...) {
        return std::nullopt;
    }
}

// Concerns the failures whose code equals `c`, an error_code or an error_condition.
template <class Code>
std::function<bool(std::exception_ptr const&)> having(Code c) {
    return [c](std::exception_ptr const& failure) {
        auto const code = code_of(failure);
        return code && *code == c;
    };
}

// How long the thrower of a failure asked to wait.
inline std::optional<duration> retry_after_of(std::exception_ptr const& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (transient const& e) {
        return e.retry_after();
    } catch (...) {
        return std::nullopt;
    }
}

} // namespace detail

/// Whether a message whose handler failed is handled again, how often and when:
/// `retry_policy().attempts(8).delay(50ms).permanent<bad_order>()`.
///
/// The delays grow exponentially, with full jitter (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture
/// Blog, 2015), so that messages which failed together do not come back together. A value: copies are cheap, and
/// reading one from several threads is safe.
class retry_policy {
public:
    /// 5 attempts; 100 ms before the first retry, doubled for each further one, at most 10 s; full jitter.
    retry_policy() noexcept {} // NOLINT: not an aggregate, so that a temporary may stand beside co_await (g++ 12)

    /// The policy under which a message is handled once.
    static retry_policy never() {
        retry_policy once;
        once.attempts_ = 1;
        return once;
    }

    /// How often the message is handled in all, the first time counted. At least 1.
    retry_policy& attempts(unsigned n) & {
        if (n == 0) detail::fail(errc::invalid_argument, "attempts is at least 1: the first one counts");
        attempts_ = n;
        return *this;
    }
    /// How often the message is handled in all.
    retry_policy&& attempts(unsigned n) && { return std::move(attempts(n)); }

    /// How many of the retries come at once, before the delayed ones; 0 by default.
    retry_policy& immediate(unsigned n) & {
        immediate_ = n;
        return *this;
    }
    /// How many of the retries come at once.
    retry_policy&& immediate(unsigned n) && { return std::move(immediate(n)); }

    /// How long to wait before the first delayed retry. Not negative.
    retry_policy& delay(duration d) & {
        if (d < duration::zero()) detail::fail(errc::invalid_argument, "the delay of a retry is not negative");
        delay_ = d;
        return *this;
    }
    /// How long to wait before the first delayed retry.
    retry_policy&& delay(duration d) && { return std::move(delay(d)); }

    /// By how much each delay is longer than the one before. At least 1.
    retry_policy& factor(double x) & {
        if (!(x >= 1) || !std::isfinite(x))
            detail::fail(errc::invalid_argument, "the factor of the delays is at least 1, and finite");
        factor_ = x;
        return *this;
    }
    /// By how much each delay is longer than the one before.
    retry_policy&& factor(double x) && { return std::move(factor(x)); }

    /// The longest that one delay may be, also one that a failure asked for. Not negative.
    retry_policy& max_delay(duration d) & {
        if (d < duration::zero()) detail::fail(errc::invalid_argument, "max_delay is not negative");
        max_delay_ = d;
        return *this;
    }
    /// The longest that one delay may be.
    retry_policy&& max_delay(duration d) && { return std::move(max_delay(d)); }

    /// Whether each wait is drawn evenly from zero to the delay (the default), or is the delay itself.
    retry_policy& jitter(bool on) & {
        jitter_ = on;
        return *this;
    }
    /// Whether each wait is drawn from zero to the delay.
    retry_policy&& jitter(bool on) && { return std::move(jitter(on)); }

    /// A failure that is an `E`, or derives from it, is not retried. Of several rules the one added last wins; where
    /// none says otherwise, a `fault` is permanent and all else is retried.
    template <class E>
    retry_policy& permanent() & {
        return add(detail::is_thrown<E>, false);
    }
    /// A failure that is an `E` is not retried.
    template <class E>
    retry_policy&& permanent() && {
        return std::move(permanent<E>());
    }
    /// A `system_error` (Boost's or the standard library's) whose code equals `c` is not retried:
    /// `permanent(condition::permanent)`.
    retry_policy& permanent(boost::system::error_condition c) & { return add(detail::having(c), false); }
    /// A `system_error` whose code equals `c` is not retried.
    retry_policy&& permanent(boost::system::error_condition c) && { return std::move(permanent(c)); }
    /// A `system_error` with the code `c` is not retried: `permanent(errc::unroutable)`.
    retry_policy& permanent(error_code c) & { return add(detail::having(c), false); }
    /// A `system_error` with the code `c` is not retried.
    retry_policy&& permanent(error_code c) && { return std::move(permanent(c)); }

    /// A failure that is an `E`, or derives from it, is retried: `transient<fault>()`.
    template <class E>
    retry_policy& transient() & {
        return add(detail::is_thrown<E>, true);
    }
    /// A failure that is an `E` is retried.
    template <class E>
    retry_policy&& transient() && {
        return std::move(transient<E>());
    }
    /// A `system_error` (Boost's or the standard library's) whose code equals `c` is retried.
    retry_policy& transient(boost::system::error_condition c) & { return add(detail::having(c), true); }
    /// A `system_error` whose code equals `c` is retried.
    retry_policy&& transient(boost::system::error_condition c) && { return std::move(transient(c)); }
    /// A `system_error` with the code `c` is retried.
    retry_policy& transient(error_code c) & { return add(detail::having(c), true); }
    /// A `system_error` with the code `c` is retried.
    retry_policy&& transient(error_code c) && { return std::move(transient(c)); }

    /// How often the message is handled in all.
    unsigned attempts() const noexcept { return attempts_; }

    /// Whether a failure is worth another attempt, if there is one left. No failure (null) is not.
    bool retries(std::exception_ptr const& failure) const {
        if (!failure) return false;
        if (rules_)
            for (auto rule = rules_->rbegin(); rule != rules_->rend(); ++rule)
                if (rule->concerns(failure)) return rule->retried;
        return !detail::is_thrown<fault>(failure);
    }

    /// How long to wait after attempt number `failed` (the first is 1), zero for not at all; nothing where that was the
    /// last one. `random` are 64 random bits; `after`, where the failure asked for it, makes the wait longer, but never
    /// longer than `max_delay`.
    std::optional<duration> next(
        unsigned failed, std::uint64_t random, std::optional<duration> after = std::nullopt) const noexcept {
        if (failed >= attempts_) return std::nullopt;
        duration wait = before_retry(failed);
        // The bias of the remainder is below 1 in 2^24 for delays of up to 10 minutes.
        if (jitter_)
            wait = duration(static_cast<std::int64_t>(random % (static_cast<std::uint64_t>(wait.count()) + 1)));
        return after ? std::max(wait, std::min(*after, max_delay_)) : wait;
    }

    /// The longest that all delays together may be, every failure asking for `max_delay`; `duration::max()` where that
    /// is longer than a `duration` can say. A transport must be able to hold a message as long.
    duration longest() const noexcept {
        if (attempts_ == 1 || max_delay_ == duration::zero()) return duration::zero();
        auto const retries = static_cast<std::int64_t>(attempts_ - 1);
        return max_delay_ > duration::max() / retries ? duration::max() : max_delay_ * retries;
    }

private:
    // Copies of a policy share the rules, so that they are replaced and never changed.
    retry_policy& add(std::function<bool(std::exception_ptr const&)> concerns, bool retried) {
        std::vector<detail::retry_rule> rules;
        if (rules_) rules = *rules_;
        rules.push_back({std::move(concerns), retried});
        rules_ = std::make_shared<std::vector<detail::retry_rule> const>(std::move(rules));
        return *this;
    }

    // The delay before retry number `n` (the first is 1), without jitter.
    duration before_retry(unsigned n) const noexcept {
        if (n <= immediate_) return duration::zero();
        unsigned const earlier = n - immediate_ - 1;
        if (earlier == 0 || delay_ == duration::zero()) return std::min(delay_, max_delay_);
        double const grown = static_cast<double>(delay_.count()) * std::pow(factor_, earlier);
        // Compared before the conversion, which could overflow.
        if (!(grown < static_cast<double>(max_delay_.count()))) return max_delay_;
        return duration(static_cast<std::int64_t>(grown));
    }

    unsigned attempts_ = 5;
    unsigned immediate_ = 0;
    duration delay_ = std::chrono::milliseconds(100);
    duration max_delay_ = std::chrono::seconds(10);
    double factor_ = 2;
    bool jitter_ = true;
    std::shared_ptr<std::vector<detail::retry_rule> const> rules_;
};

} // namespace fairway

#endif
