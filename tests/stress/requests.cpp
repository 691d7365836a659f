// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A million requests, half of which nobody answers in time: each completes once, nothing stays behind, memory is flat.
#include <fairway/fairway.hpp>
#include <fairway/testing.hpp>

#include <malloc.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <vector>

using namespace fairway;
using namespace std::chrono_literals;

namespace {

struct answer {
    using contract = fairway::document<"stress.answer">;
    std::uint64_t n = 0;
};
struct question {
    using contract = fairway::command<"stress.question", answer>;
    std::uint64_t n = 0;
};
using questions = point_to_point<"stress.questions", question>;

struct counts {
    std::vector<unsigned char> ends;
    std::size_t answered = 0, timed_out = 0, wrong = 0;
};

task<> ask(sender_port<questions> port, std::uint64_t n, counts& c) {
    question const q{n};
    try {
        auto const a = co_await port.request(q, 1s);
        if (a.n == n && n % 2 == 0)
            ++c.answered;
        else
            ++c.wrong;
    } catch (system_error const& e) {
        if (e.code() == errc::timed_out && n % 2 == 1)
            ++c.timed_out;
        else
            ++c.wrong;
    }
    ++c.ends[n];
}

int failed(char const* what) {
    std::printf("FAILED: %s\n", what);
    return EXIT_FAILURE;
}

} // namespace

int main(int argc, char** argv) {
    std::size_t const all = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
    constexpr std::size_t at_once = 5'000;
    testing::bench b(testing::bench_options().paranoid(false).max_handlers(1'000'000'000));
    auto const net = open<inproc>(b.get_executor(), "inproc://"); // not the bench's own, which keeps all traffic
    service oracle(net, "oracle");
    std::vector<reply_token<question>> kept;
    oracle.handle<questions>([&](question const& q, reply_token<question> token) {
        if (q.n % 2 == 0)
            token.send(answer{q.n});
        else
            kept.push_back(std::move(token)); // answered too late, when its requester has gone
    });
    oracle.start();
    service asker(net, "asker");
    auto const port = asker.sender<questions>();
    counts c;
    c.ends.resize(all);
    std::size_t after_first = 0;
    std::size_t most = 0;
    for (std::uint64_t n = 0; n < all;) {
        for (std::size_t i = 0; i < at_once && n < all; ++i, ++n) b.spawn(ask(port, n, c));
        b.settle();
        b.advance(1s);
        for (auto& token : kept) token.send(answer{0});
        kept.clear();
        b.settle();
        std::size_t const used = mallinfo2().uordblks;
        if (after_first == 0) after_first = used;
        most = used > most ? used : most;
    }
    std::printf(
        "%zu requests: %zu answered, %zu timed out; %zu late replies; heap after the first %zu %zu KiB, at most "
        "%zu KiB\n",
        all, c.answered, c.timed_out, static_cast<std::size_t>(asker.stats().late_replies), at_once, after_first / 1024,
        most / 1024);
    for (auto const ends : c.ends)
        if (ends != 1) return failed("a request did not complete exactly once");
    if (c.wrong != 0) return failed("a request got what was not meant for it");
    if (c.answered != (all + 1) / 2 || c.timed_out != all / 2) return failed("the sums do not add up");
    if (asker.stats().late_replies != all / 2) return failed("late replies are not counted");
    if (asker.pending_requests() != 0) return failed("requests are pending that have ended");
    if (most > after_first + after_first / 20 + 65'536) return failed("memory grows");
    std::printf("1 passed, 0 failed\n");
    return EXIT_SUCCESS;
}
