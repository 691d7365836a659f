// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A function with a stack of its own, which can be left in the middle and never be entered again.
#ifndef FAIRWAY_TESTS_MODEL_FIBER_HPP
#define FAIRWAY_TESTS_MODEL_FIBER_HPP

#include <cxxabi.h>
#include <ucontext.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <memory>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FAIRWAY_TESTS_MODEL_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define FAIRWAY_TESTS_MODEL_ASAN 1
#endif
#if defined(FAIRWAY_TESTS_MODEL_ASAN)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace model {

class fiber {
public:
    fiber() = default;
    fiber(fiber const&) = delete;
    fiber& operator=(fiber const&) = delete;

    // The next switch to it calls `run`, which must not return. What ran in it before is forgotten.
    void start(void (*run)()) {
        if (!stack_) stack_ = std::make_unique<std::byte[]>(size);
        getcontext(&context_);
        context_.uc_stack.ss_sp = stack_.get();
        context_.uc_stack.ss_size = size;
        context_.uc_link = nullptr;
        makecontext(&context_, run, 0);
        exceptions_ = {};
        bottom_ = stack_.get();
        length_ = size;
#if defined(FAIRWAY_TESTS_MODEL_ASAN)
        ASAN_UNPOISON_MEMORY_REGION(stack_.get(), size);
        fake_ = nullptr;
#endif
    }

    // Leaves `from`, in which the caller runs, for `to`.
    static void change(fiber& from, fiber& to) {
        // Caught exceptions belong to the stack on which they were caught.
        void* const exceptions = abi::__cxa_get_globals();
        std::memcpy(from.exceptions_.data(), exceptions, from.exceptions_.size());
        std::memcpy(exceptions, to.exceptions_.data(), to.exceptions_.size());
#if defined(FAIRWAY_TESTS_MODEL_ASAN)
        __sanitizer_start_switch_fiber(&from.fake_, to.bottom_, to.length_);
        coming_from_ = &from;
#endif
        swapcontext(&from.context_, &to.context_);
        arrived(from);
    }
    // To be called first by what `start` runs.
    static void arrived([[maybe_unused]] fiber& here) {
#if defined(FAIRWAY_TESTS_MODEL_ASAN)
        __sanitizer_finish_switch_fiber(here.fake_, &coming_from_->bottom_, &coming_from_->length_);
#endif
    }

private:
    static constexpr std::size_t size = 128 * 1024;

    ucontext_t context_{};
    std::unique_ptr<std::byte[]> stack_;
    // The two words of the Itanium C++ ABI's __cxa_eh_globals.
    std::array<std::byte, 2 * sizeof(void*)> exceptions_{};
    void const* bottom_ = nullptr;
    std::size_t length_ = 0;
#if defined(FAIRWAY_TESTS_MODEL_ASAN)
    void* fake_ = nullptr;
    static inline fiber* coming_from_ = nullptr;
#endif
};

} // namespace model

#endif
