// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_EXECUTE_HPP
#define FAIRWAY_ENV_EXECUTE_HPP

// Asio's post and dispatch behind one type of function each: every new one costs a translation unit about
// 70 ms with g++ -O0. For what is not on the path of each message.

#include <fairway/env/task.hpp>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <memory>
#include <utility>

namespace fairway::env {

namespace detail {

class job {
public:
    job() = default;
    job(job const&) = delete;
    job& operator=(job const&) = delete;
    virtual ~job() = default;
    virtual void run() = 0;
};

template <class F>
class job_of final : public job {
public:
    explicit job_of(F f) : f_(std::move(f)) {}
    void run() override { f_(); }

private:
    F f_;
};

struct run_job {
    std::unique_ptr<job> what;
    void operator()() const { what->run(); }
};

inline void post_job(asio::any_io_executor const& executor, job* what) {
    asio::post(executor, run_job{std::unique_ptr<job>(what)});
}
inline void dispatch_job(asio::any_io_executor const& executor, job* what) {
    asio::dispatch(executor, run_job{std::unique_ptr<job>(what)});
}

} // namespace detail

/// Runs `f` on `executor`, never before this returns.
template <class F>
void post(asio::any_io_executor const& executor, F f) {
    detail::post_job(executor, new detail::job_of<F>(std::move(f)));
}

/// Runs `f` on `executor`, at once where this runs there.
template <class F>
void dispatch(asio::any_io_executor const& executor, F f) {
    detail::dispatch_job(executor, new detail::job_of<F>(std::move(f)));
}

} // namespace fairway::env

#endif
