// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_ATTEMPTS_HPP
#define FAIRWAY_PORT_ATTEMPTS_HPP

#include <fairway/env/suspend.hpp>
#include <fairway/env/task.hpp>
#include <fairway/envelope/delivery.hpp>
#include <fairway/port/responder.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace fairway::detail {

// The deliveries that a coroutine handler is tried with, one after the other.
class attempts {
public:
    enum class step { attempt, wait, leave };

    attempts() = default;
    attempts(attempts const&) = delete;
    attempts& operator=(attempts const&) = delete;

    // Begins an attempt, with this.
    virtual delivery const& begin() = 0;
    // It has failed, with the exception that is being handled; may throw that on.
    virtual void failed() = 0;
    // Ends the attempt, if one has begun, and says what comes next; again after a wait.
    virtual step next() = 0;
    // Keeps what resumes once there may be something else to do.
    virtual void wait(env::continuation wake) = 0;

protected:
    ~attempts() = default;
};

// The next attempt begins with a cancellation of its own, whatever the handler before has done to its: to be awaited.
inline auto fresh_cancellation() {
    return asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
}

// What was decoded for a handler, while it runs.
class decoded_message {
public:
    decoded_message() = default;
    decoded_message(decoded_message const&) = delete;
    decoded_message& operator=(decoded_message const&) = delete;
    ~decoded_message() {
        if (object_) end_(object_);
    }
    template <class M>
    std::optional<M>& room_for() {
        auto* const made = new std::optional<M>;
        object_ = made;
        end_ = [](void* object) noexcept { delete static_cast<std::optional<M>*>(object); };
        return *made;
    }

private:
    void* object_ = nullptr;
    void (*end_)(void*) noexcept = nullptr;
};

// How a handler is called that is a coroutine.
struct coroutine_handler {
    // Goes through all attempts; throws what `attempts::failed` throws.
    task<> (*run)(coroutine_handler const& how, void* handler, attempts& all, std::shared_ptr<responder> const& to);
};

// One that returns an R.
template <class R>
struct coroutine_handler_of : coroutine_handler {
    using begin_function = task<R>(
        void* handler, delivery const& d, std::shared_ptr<responder> const& to, decoded_message& decoded);
    begin_function* begin;

    // One coroutine for all attempts. With one for each there would be three at once for each request, of which Asio
    // keeps the memory of two: the third one is allocated each time, which is up to 80 of 810 ns.
    static task<> run_all(
        coroutine_handler const& how, void* handler, attempts& all, std::shared_ptr<responder> const& to) {
        auto const& self = static_cast<coroutine_handler_of const&>(how);
        auto park = [&all](env::continuation wake) { all.wait(std::move(wake)); };
        for (;;) {
            try {
                decoded_message decoded;
                auto const& d = all.begin();
                if constexpr (std::is_void_v<R>) {
                    co_await self.begin(handler, d, to, decoded);
                } else {
                    R const answer = co_await self.begin(handler, d, to, decoded);
                    to->reply(d, answer);
                }
            } catch (...) {
                all.failed();
            }
            auto step = all.next();
            while (step == attempts::step::wait) {
                co_await env::suspend(park);
                step = all.next();
            }
            if (step == attempts::step::leave) co_return;
            co_await fresh_cancellation();
            co_await asio::this_coro::throw_if_cancelled(true);
        }
    }
};

// The one that begins so. Not a member: clang wants the type to be complete.
template <class R, typename coroutine_handler_of<R>::begin_function* Begin>
inline constexpr coroutine_handler_of<R> coroutine_handler_with{{&coroutine_handler_of<R>::run_all}, Begin};

} // namespace fairway::detail

#endif
