// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_SPEAKER_HPP
#define FAIRWAY_TESTING_CONFORMANCE_SPEAKER_HPP

#include <fairway/testing/conformance/expect.hpp>
#include <fairway/testing/conformance/stage.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fairway::testing::conformance::detail {

// A send, or a flush, that has begun.
struct sending {
    bool done = false;
    std::vector<outcome> outcomes;
    error_code flushed;
    asio::cancellation_signal signal;

    void cancel() { signal.emit(asio::cancellation_type::terminal); }
};

// A sender at the seam.
class speaker {
public:
    speaker(any_transport net, address const& to)
        : out_(net.open(to)), executor_(net.get_executor()), clock_(env::clock::of(executor_)) {}
    // The way to a reply channel.
    speaker(any_transport const& net, std::shared_ptr<sink> to)
        : out_(std::move(to)), executor_(net.get_executor()), clock_(env::clock::of(executor_)) {}

    // Hands over all, and waits for room at most for `patience`.
    std::shared_ptr<sending> send(std::vector<envelope> all, duration patience) {
        auto const s = std::make_shared<sending>();
        auto const until = fairway::detail::saturating_add(clock_.steady_now(), patience);
        auto told = asio::bind_executor(executor_, [s] { s->done = true; });
        out_->send(std::move(all), until, s->outcomes, asio::bind_cancellation_slot(s->signal.slot(), std::move(told)));
        return s;
    }
    std::size_t try_send(std::vector<envelope> all, error_code& why) { return out_->try_send(all, why); }
    error_code try_one(envelope e) {
        error_code why;
        std::size_t const n = out_->try_send({&e, 1}, why);
        expect_equal(n, why ? 0U : 1U, "the number that try_send took");
        return why;
    }
    std::shared_ptr<sending> flush() {
        auto const s = std::make_shared<sending>();
        out_->flush(s->flushed, asio::bind_executor(executor_, [s] { s->done = true; }));
        return s;
    }
    sink& raw() noexcept { return *out_; }

private:
    std::shared_ptr<sink> out_;
    asio::any_io_executor executor_;
    env::clock& clock_;
};

} // namespace fairway::testing::conformance::detail

#endif
