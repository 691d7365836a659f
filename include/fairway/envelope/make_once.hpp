// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENVELOPE_MAKE_ONCE_HPP
#define FAIRWAY_ENVELOPE_MAKE_ONCE_HPP

#include <fairway/detail/std_atomics.hpp>

#include <atomic>
#include <cstdint>
#include <utility>

namespace fairway::detail {

// Makes something at most once, on the thread that asks first; others wait for it. Smaller than std::once_flag and its
// like: four bytes.
template <class Atomics = std_atomics>
class make_once {
public:
    // Returns once `make` has been called and has returned, by anyone; what it did happened before. Where it throws,
    // its caller gets that, and the next one tries again.
    template <class Make>
    void operator()(Make&& make) {
        auto now = state_.load(std::memory_order_acquire);
        while (now != made) {
            if (now == in_the_making) {
                state_.wait(now, std::memory_order_relaxed);
            } else if (state_.compare_exchange_strong(
                           now, in_the_making, std::memory_order_acquire, std::memory_order_relaxed)) {
                // Acquired, since somebody may have failed meanwhile.
                run(std::forward<Make>(make));
                return;
            }
            now = state_.load(std::memory_order_acquire);
        }
    }

private:
    using state = std::uint32_t;
    // Who takes it from `not_made` to `in_the_making` makes it.
    static constexpr state not_made = 0;
    static constexpr state in_the_making = 1;
    static constexpr state made = 2;

    template <class Make>
    void run(Make&& make) {
        try {
            make();
        } catch (...) {
            end(not_made);
            throw;
        }
        end(made);
    }
    void end(state now) noexcept {
        state_.store(now, std::memory_order_release);
        state_.notify_all();
    }

    typename Atomics::template atomic<state> state_{not_made};
};

} // namespace fairway::detail

#endif
