// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_SUSPEND_HPP
#define FAIRWAY_ENV_SUSPEND_HPP

#include <fairway/env/task.hpp>
#include <fairway/env/visit.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/system_executor.hpp>

#include <concepts>
#include <new>
#include <type_traits>
#include <utility>

namespace fairway::env {

/// Resumes what waits, once, on the executor that it is associated with: `resume(std::move(c))`. Until then it owns
/// what waits, so that a result can be written into a variable of the waiting coroutine before it is resumed.
///
/// Holds any completion handler of `void()`, and a suspended coroutine, which is a pointer, without an allocation. It
/// can be moved, but not assigned.
class continuation {
public:
    using executor_type = asio::any_io_executor;
    using cancellation_slot_type = asio::cancellation_slot;

    /// Takes a handler in.
    template <class Handler>
        requires(!std::same_as<std::remove_cvref_t<Handler>, continuation>)
    continuation(Handler&& h) : kind_(&kind_of<std::remove_cvref_t<Handler>>) { // NOLINT: as a handler that it is
        using H = std::remove_cvref_t<Handler>;
        // It would be called by whoever resumes it. To make an any_io_executor of that default takes long to compile.
        static_assert(!std::same_as<asio::associated_executor_t<H>, asio::system_executor>,
            "this handler does not say where it runs: use boost::asio::bind_executor on it");
        if constexpr (fits<H>)
            ::new (storage_) H(std::forward<Handler>(h));
        else
            ::new (storage_) H*(new H(std::forward<Handler>(h)));
    }
    continuation(continuation&& other) noexcept : kind_(std::exchange(other.kind_, nullptr)) {
        if (kind_) kind_->move(other.storage_, storage_);
    }
    continuation& operator=(continuation&&) = delete;
    ~continuation() {
        if (kind_) kind_->destroy(storage_);
    }

    /// Where it resumes.
    executor_type get_executor() const noexcept { return kind_->executor(storage_); }
    /// Through which what waits is cancelled.
    cancellation_slot_type get_cancellation_slot() const noexcept { return kind_->slot(storage_); }
    /// Resumes at once, which must be on its executor: `resume` sees to that. It then holds nothing.
    void operator()() { std::exchange(kind_, nullptr)->call(storage_); }

private:
    struct kind {
        void (*call)(void*);
        void (*move)(void*, void*) noexcept;
        void (*destroy)(void*) noexcept;
        executor_type (*executor)(void const*) noexcept;
        cancellation_slot_type (*slot)(void const*) noexcept;
    };
    template <class H>
    static constexpr bool fits =
        sizeof(H) <= sizeof(void*) && alignof(H) <= alignof(void*) && std::is_nothrow_move_constructible_v<H>;

    template <class H>
    static H& in(void* storage) noexcept {
        if constexpr (fits<H>)
            return *std::launder(static_cast<H*>(storage));
        else
            return **std::launder(static_cast<H**>(storage));
    }
    template <class H>
    static void destroy(void* storage) noexcept {
        if constexpr (fits<H>)
            in<H>(storage).~H();
        else
            delete &in<H>(storage);
    }
    template <class H>
    static constexpr kind kind_of{
        [](void* storage) {
            H h(std::move(in<H>(storage)));
            destroy<H>(storage); // first, for what resumes may want the memory
            std::move(h)();
        },
        [](void* from, void* to) noexcept {
            if constexpr (fits<H>) {
                ::new (to) H(std::move(in<H>(from)));
                destroy<H>(from);
            } else {
                ::new (to) H*(&in<H>(from));
            }
        },
        &destroy<H>,
        [](void const* storage) noexcept -> executor_type {
            return asio::get_associated_executor(in<H>(const_cast<void*>(storage)));
        },
        [](void const* storage) noexcept -> cancellation_slot_type {
            return asio::get_associated_cancellation_slot(in<H>(const_cast<void*>(storage)));
        },
    };

    kind const* kind_;
    alignas(void*) unsigned char storage_[sizeof(void*)];
};

/// Resumes `c` on its executor, at once where that is the current one.
///
/// Its execution context is not destroyed before this has returned: its own thread might do so once it has resumed,
/// while this one is still at waking it.
inline void resume(continuation c) {
    auto const executor = c.get_executor();
    visit const there(executor);
    executor.execute(std::move(c));
}

namespace detail {

// Where `done` would be resumed, does something else first.
template <class F>
struct before {
    using executor_type = continuation::executor_type;
    using cancellation_slot_type = continuation::cancellation_slot_type;
    executor_type get_executor() const noexcept { return done.get_executor(); }
    cancellation_slot_type get_cancellation_slot() const noexcept { return done.get_cancellation_slot(); }
    void operator()() {
        first();
        done();
    }

    continuation done;
    F first;
};

} // namespace detail

/// What calls `first` and then resumes `done`, both on the executor of `done`, through whose slot it is cancelled.
template <class F>
continuation before(continuation done, F first) {
    return detail::before<F>{std::move(done), std::move(first)};
}

namespace detail {

// A reference to a function that takes a continuation. One type for all, and no arguments: each further instantiation
// of what Asio needs to suspend a coroutine costs a translation unit 0.2 s with g++ -O0.
class starter {
public:
    template <class F>
    starter(std::in_place_t, F& f)
        : f_(&f), call_([](void* g, continuation&& c) { (*static_cast<F*>(g))(std::move(c)); }) {}
    void operator()(continuation&& c) const { call_(f_, std::move(c)); }

private:
    void* f_;
    void (*call_)(void*, continuation&&);
};

inline auto suspend(starter start) {
    auto initiate = [start](auto&& handler) { start(continuation(std::forward<decltype(handler)>(handler))); };
    return asio::async_initiate<asio::deferred_t const, void()>(std::move(initiate), asio::deferred);
}

} // namespace detail

/// Suspends the awaiting coroutine: `start(continuation)` gets what resumes it. Name `start` before:
/// `auto start = [&](env::continuation c) {...}; co_await env::suspend(start);`
template <class Start>
auto suspend(Start& start) {
    return detail::suspend(detail::starter(std::in_place, start));
}

} // namespace fairway::env

#endif
