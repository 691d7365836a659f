// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What checked code uses in place of the types of <atomic>, <mutex> and <condition_variable>.
#ifndef FAIRWAY_TESTS_MODEL_TYPES_HPP
#define FAIRWAY_TESTS_MODEL_TYPES_HPP

#include "engine.hpp"

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <string>
#include <type_traits>
#include <utility>

namespace model {

namespace detail {

template <class T>
std::uint64_t to_bits(T value) {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(std::uint64_t));
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof(T));
    return bits;
}
template <class T>
T from_bits(std::uint64_t bits) {
    T value;
    std::memcpy(&value, &bits, sizeof(T));
    return value;
}
template <class T>
std::string show(std::uint64_t bits) {
    if constexpr (std::is_same_v<T, bool>) return bits ? "true" : "false";
    if constexpr (std::is_integral_v<T>) return std::to_string(from_bits<T>(bits));
    if constexpr (std::is_pointer_v<T>) return bits ? "pointer to ..." + std::to_string(bits % 1'000'000) : "null";
    return std::to_string(bits);
}

} // namespace detail

// std::atomic, of types of up to eight bytes.
template <class T>
class atomic {
public:
    using value_type = T;

    atomic() : atomic(T()) {}
    atomic(T value) : at_(&engine::active->make_atomic(detail::to_bits(value), &detail::show<T>)) {}
    atomic(atomic const&) = delete;
    atomic& operator=(atomic const&) = delete;
    ~atomic() { engine::active->destroy(*at_); }

    T load(std::memory_order o = std::memory_order_seq_cst, source const& w = source::current()) const {
        return detail::from_bits<T>(engine::active->load(*at_, o, w));
    }
    void store(T value, std::memory_order o = std::memory_order_seq_cst, source const& w = source::current()) {
        engine::active->store(*at_, detail::to_bits(value), o, w);
    }
    T exchange(T value, std::memory_order o = std::memory_order_seq_cst, source const& w = source::current()) {
        auto const put = [](std::uint64_t, std::uint64_t fresh) { return fresh; };
        return detail::from_bits<T>(engine::active->modify(*at_, put, detail::to_bits(value), o, w));
    }
    bool compare_exchange_strong(
        T& expected, T desired, std::memory_order o = std::memory_order_seq_cst, source const& w = source::current()) {
        return compare_exchange(expected, desired, o, std::nullopt, false, w);
    }
    bool compare_exchange_strong(
        T& expected, T desired, std::memory_order o, std::memory_order failure, source const& w = source::current()) {
        return compare_exchange(expected, desired, o, failure, false, w);
    }
    bool compare_exchange_weak(
        T& expected, T desired, std::memory_order o = std::memory_order_seq_cst, source const& w = source::current()) {
        return compare_exchange(expected, desired, o, std::nullopt, true, w);
    }
    bool compare_exchange_weak(
        T& expected, T desired, std::memory_order o, std::memory_order failure, source const& w = source::current()) {
        return compare_exchange(expected, desired, o, failure, true, w);
    }
    T fetch_add(T by, std::memory_order o = std::memory_order_seq_cst, source const& w = source::current())
        requires std::integral<T>
    {
        return change<[](T a, T b) { return static_cast<T>(a + b); }>(by, o, w);
    }
    T fetch_sub(T by, std::memory_order o = std::memory_order_seq_cst, source const& w = source::current())
        requires std::integral<T>
    {
        return change<[](T a, T b) { return static_cast<T>(a - b); }>(by, o, w);
    }
    T fetch_or(T by, std::memory_order o = std::memory_order_seq_cst, source const& w = source::current())
        requires std::integral<T>
    {
        return change<[](T a, T b) { return static_cast<T>(a | b); }>(by, o, w);
    }
    T fetch_and(T by, std::memory_order o = std::memory_order_seq_cst, source const& w = source::current())
        requires std::integral<T>
    {
        return change<[](T a, T b) { return static_cast<T>(a & b); }>(by, o, w);
    }

    void wait(T old, std::memory_order o = std::memory_order_seq_cst, source const& w = source::current()) const {
        engine::active->wait(*at_, detail::to_bits(old), o, w);
    }
    void notify_one(source const& w = source::current()) { engine::active->notify(*at_, false, w); }
    void notify_all(source const& w = source::current()) { engine::active->notify(*at_, true, w); }

    operator T() const { return load(); }
    T operator=(T value) {
        store(value);
        return value;
    }

    // For the trace of a failure.
    void name(std::string_view n) { engine::active->name(*at_, n); }

private:
    bool compare_exchange(T& expected, T desired, std::memory_order o, std::optional<std::memory_order> failure,
        bool weak, source const& w) {
        auto bits = detail::to_bits(expected);
        bool const done = engine::active->compare_exchange(*at_, bits, detail::to_bits(desired), o, failure, weak, w);
        if (!done) expected = detail::from_bits<T>(bits);
        return done;
    }
    template <auto Change>
    T change(T by, std::memory_order o, source const& w) {
        auto const on_bits = [](std::uint64_t a, std::uint64_t b) {
            return detail::to_bits<T>(Change(detail::from_bits<T>(a), detail::from_bits<T>(b)));
        };
        return detail::from_bits<T>(engine::active->modify(*at_, on_bits, detail::to_bits(by), o, w));
    }

    location* at_;
};

// Data that is not atomic; stands for a T. Two uses of which one writes must be ordered.
template <class T>
class plain {
public:
    plain() : plain(T()) {}
    plain(T value) : value_(std::move(value)) { engine::active->born(uses_); }
    plain(plain const& other) : plain(other.read()) {}
    plain& operator=(plain const& other) { return *this = other.read(); }
    ~plain() { engine::active->died(uses_); }

    T const& read() const {
        engine::active->used(uses_, false);
        return value_;
    }
    // For changes in place.
    T& write() {
        engine::active->used(uses_, true);
        return value_;
    }

    operator T const&() const { return read(); }
    T const& operator->() const
        requires std::is_pointer_v<T>
    {
        return read();
    }
    plain& operator=(T value) {
        write() = std::move(value);
        return *this;
    }
    plain& operator++() {
        ++write();
        return *this;
    }
    plain& operator--() {
        --write();
        return *this;
    }
    plain& operator+=(T const& by) {
        write() += by;
        return *this;
    }

private:
    mutable plain_uses uses_;
    T value_;
};

class mutex {
public:
    mutex() : at_(&engine::active->make(sort::mutex)) {}
    mutex(mutex const&) = delete;
    mutex& operator=(mutex const&) = delete;
    ~mutex() { engine::active->destroy(*at_); }

    void lock(source const& w = source::current()) { engine::active->lock(*at_, w); }
    bool try_lock(source const& w = source::current()) { return engine::active->try_lock(*at_, w); }
    void unlock(source const& w = source::current()) { engine::active->unlock(*at_, w); }

    void name(std::string_view n) { engine::active->name(*at_, n); }

private:
    friend class condition_variable;
    location* at_;
};

// Does not wake without reason: use it with a predicate all the same.
class condition_variable {
public:
    condition_variable() : at_(&engine::active->make(sort::condition)) {}
    condition_variable(condition_variable const&) = delete;
    condition_variable& operator=(condition_variable const&) = delete;
    ~condition_variable() { engine::active->destroy(*at_); }

    void wait(std::unique_lock<mutex>& lock, source const& w = source::current()) {
        engine::active->sleep(*at_, *lock.mutex()->at_, w);
    }
    template <class Until>
    void wait(std::unique_lock<mutex>& lock, Until until, source const& w = source::current()) {
        while (!until()) wait(lock, w);
    }
    void notify_one(source const& w = source::current()) { engine::active->notify(*at_, false, w); }
    void notify_all(source const& w = source::current()) { engine::active->notify(*at_, true, w); }

    void name(std::string_view n) { engine::active->name(*at_, n); }

private:
    location* at_;
};

inline void fence(std::memory_order o, source const& w = source::current()) { engine::active->fence(o, w); }

} // namespace model

#endif
