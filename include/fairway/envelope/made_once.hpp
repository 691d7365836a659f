// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENVELOPE_MADE_ONCE_HPP
#define FAIRWAY_ENVELOPE_MADE_ONCE_HPP

#include <fairway/detail/std_atomics.hpp>

#include <atomic>
#include <utility>

namespace fairway::detail {

// A T that is made at most once, by the thread that asks first, while others wait for it; in the room of a pointer.
template <class T, class Atomics = std_atomics>
class made_once {
public:
    made_once() = default;
    made_once(made_once const&) = delete;
    made_once& operator=(made_once const&) = delete;
    // By then nobody asks any more, and who has asked has done so before.
    ~made_once() { delete static_cast<T const*>(state_.load(std::memory_order_relaxed)); }

    // The T that `make` returned to whoever called it, a new one. Where `make` throws its caller gets that, and the
    // next one tries again.
    template <class Make>
    T const& get(Make&& make) {
        void const* now = state_.load(std::memory_order_acquire);
        for (;;) {
            if (now == &in_the_making) {
                state_.wait(now, std::memory_order_relaxed);
            } else if (now) {
                return *static_cast<T const*>(now);
            } else if (state_.compare_exchange_strong(
                           now, &in_the_making, std::memory_order_acquire, std::memory_order_relaxed)) {
                // Acquired, since somebody may have failed meanwhile.
                return run(std::forward<Make>(make));
            }
            now = state_.load(std::memory_order_acquire);
        }
    }

private:
    // Who takes it from null to this makes it.
    static constexpr char in_the_making = 0;

    template <class Make>
    T const& run(Make&& make) {
        T const* made = nullptr;
        try {
            made = make();
        } catch (...) {
            end(nullptr);
            throw;
        }
        end(made);
        return *made;
    }
    void end(void const* state) noexcept {
        state_.store(state, std::memory_order_release);
        state_.notify_all();
    }

    typename Atomics::template atomic<void const*> state_{nullptr};
};

} // namespace fairway::detail

#endif
