// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_IO_HANDLER_HPP
#define FAIRWAY_ENV_IO_HANDLER_HPP

#include <fairway/env/task.hpp>
#include <fairway/env/visit.hpp>
#include <fairway/error.hpp>

#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/recycling_allocator.hpp>
#include <boost/asio/system_executor.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace fairway::env {

/// What is called, once, when a read or a write has ended, with the error and how many bytes went.
///
/// Holds any completion handler of `void(error_code, size_t)`: a suspended coroutine, which is a pointer, in itself,
/// others in memory of their allocator, or else Asio's recycled memory. `boost::asio::any_completion_handler` would
/// allocate for the handler's executor at each operation. Can be moved, but not assigned.
class io_handler {
public:
    using cancellation_slot_type = asio::cancellation_slot;

    /// Takes a handler in, for an operation that ends on `home`; the handler is called on its own executor.
    template <class Handler>
        requires(!std::same_as<std::remove_cvref_t<Handler>, io_handler>)
    io_handler(Handler&& h, asio::any_io_executor const& home) {
        using H = std::remove_cvref_t<Handler>;
        if constexpr (has_executor<H>) {
            static_assert(std::constructible_from<asio::any_io_executor, asio::associated_executor_t<H>>,
                "an any_completion_handler does not say where it runs: use boost::asio::bind_executor on it");
            asio::any_io_executor const own(asio::get_associated_executor(h));
            kind_ = own == home ? &kind_of<H, true> : &kind_of<H, false>;
        } else {
            kind_ = &kind_of<H, true>;
        }
        if constexpr (fits<H>) {
            ::new (storage_) H(std::forward<Handler>(h));
        } else {
            auto memory = memory_of(h);
            H* const p = std::allocator_traits<decltype(memory)>::allocate(memory, 1);
            ::new (storage_) H*(::new (static_cast<void*>(p)) H(std::forward<Handler>(h)));
        }
    }
    io_handler(io_handler&& other) noexcept : kind_(std::exchange(other.kind_, nullptr)) {
        if (kind_) kind_->move(other.storage_, storage_);
    }
    io_handler& operator=(io_handler&&) = delete;
    ~io_handler() {
        if (kind_) kind_->destroy(storage_);
    }

    /// Through which the operation is cancelled.
    cancellation_slot_type get_cancellation_slot() const noexcept { return kind_->slot(storage_); }
    /// Calls the handler, at once where its executor is the operation's, which is the current one. It then holds
    /// nothing.
    void operator()(error_code ec, std::size_t n) { std::exchange(kind_, nullptr)->call(storage_, ec, n); }

private:
    struct kind {
        void (*call)(void*, error_code, std::size_t);
        void (*move)(void*, void*) noexcept;
        void (*destroy)(void*) noexcept;
        cancellation_slot_type (*slot)(void const*) noexcept;
    };
    template <class H>
    static constexpr bool fits =
        sizeof(H) <= sizeof(void*) && alignof(H) <= alignof(void*) && std::is_nothrow_move_constructible_v<H>;
    template <class H>
    static constexpr bool has_executor = !std::same_as<asio::associated_executor_t<H>, asio::system_executor>;

    template <class H>
    static auto memory_of(H const& h) noexcept {
        auto const own = asio::get_associated_allocator(h, asio::recycling_allocator<void>());
        return typename std::allocator_traits<decltype(own)>::template rebind_alloc<H>(own);
    }
    template <class H>
    static H& in(void* storage) noexcept {
        if constexpr (fits<H>)
            return *std::launder(static_cast<H*>(storage));
        else
            return **std::launder(static_cast<H**>(storage));
    }
    template <class H>
    static void destroy(void* storage) noexcept {
        H& h = in<H>(storage);
        if constexpr (fits<H>) {
            h.~H();
        } else {
            auto memory = memory_of(h);
            h.~H();
            std::allocator_traits<decltype(memory)>::deallocate(memory, &h, 1);
        }
    }
    template <class H, bool AtHome>
    static void call(void* storage, error_code ec, std::size_t n) {
        H h(std::move(in<H>(storage)));
        destroy<H>(storage); // first, for what the handler starts may want the memory
        if constexpr (AtHome) {
            std::move(h)(ec, n);
        } else {
            asio::any_io_executor const own(asio::get_associated_executor(h));
            visit const there(own);
            own.execute([h = std::move(h), ec, n]() mutable { std::move(h)(ec, n); });
        }
    }
    template <class H, bool AtHome>
    static constexpr kind kind_of{
        &call<H, AtHome>,
        [](void* from, void* to) noexcept {
            if constexpr (fits<H>) {
                ::new (to) H(std::move(in<H>(from)));
                destroy<H>(from);
            } else {
                ::new (to) H*(&in<H>(from));
            }
        },
        &destroy<H>,
        [](void const* storage) noexcept -> cancellation_slot_type {
            return asio::get_associated_cancellation_slot(in<H>(const_cast<void*>(storage)));
        },
    };

    kind const* kind_;
    alignas(void*) unsigned char storage_[sizeof(void*)];
};

} // namespace fairway::env

#endif
