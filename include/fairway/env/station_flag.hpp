// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_STATION_FLAG_HPP
#define FAIRWAY_ENV_STATION_FLAG_HPP

#include <fairway/detail/std_atomics.hpp>

#include <atomic>

namespace fairway::env::detail {

// Who has what stands for a runnable in a queue: its maker, who may put it in at any time, and the queue, as long as it
// is in. The last one of the two ends it.
template <class Atomics = fairway::detail::std_atomics>
class basic_station_flag {
public:
    // True where the caller must put it in; false where it is in already.
    bool enter() noexcept { return state_.exchange(queued, std::memory_order_acq_rel) != queued; }
    // It was taken out, and its maker is there: it may be put in again. An exchange, for a store would not see what
    // those did that found it in.
    void leave() noexcept { state_.exchange(idle, std::memory_order_acq_rel); }
    // It was taken out, and its maker goes or has gone: true where the caller must end it.
    bool abandon() noexcept { return state_.exchange(abandoned, std::memory_order_acq_rel) == retired; }
    // Its maker goes, and puts it in no more: true where the caller must end it.
    bool retire() noexcept { return state_.exchange(retired, std::memory_order_acq_rel) != queued; }

private:
    enum state { idle, queued, retired, abandoned };
    typename Atomics::template atomic<state> state_{idle};
};

} // namespace fairway::env::detail

#endif
