// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A soak: messages of all kinds between services of two threads, one of which always leaves and comes back, with what
// it had not handled on its hands. Nothing is lost, memory is flat, and messages take no longer in the end than at
// first.
//   stress_soak [MESSAGES]    how many are to be handled; 100,000,000 for a real one
#include <fairway/fairway.hpp>
#include <fairway/inproc.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define FAIRWAY_SOAK_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define FAIRWAY_SOAK_SANITIZED 1
#endif
#endif

using namespace fairway;
using namespace std::chrono_literals;

namespace {

struct tick {
    using contract = event<"soak.tick">;
    std::uint64_t n = 0;
    std::int64_t sent = 0;
    std::string text = "as much as is copied, and not in place";
};
struct answer {
    using contract = document<"soak.answer">;
    std::uint64_t n = 0;
};
struct question {
    using contract = command<"soak.question", answer>;
    std::uint64_t n = 0;
};
using near_ticks = point_to_point<"soak.near", tick>;
using far_ticks = point_to_point<"soak.far", tick>;
using news = publish_subscribe<"soak.news", tick>;
using near_questions = point_to_point<"soak.near-questions", question>;
using far_questions = point_to_point<"soak.far-questions", question>;

constexpr std::size_t burst = 256;
constexpr std::size_t questions = 16;
// What a burst leads to: ticks near, far and to two groups, questions near and far and their answers.
constexpr std::size_t messages_of_burst = 4 * burst + 4 * questions;
constexpr std::size_t bursts_between_returns = 10;
constexpr std::size_t tenths = 10;
constexpr std::size_t slices = 10;
constexpr auto patience = 2min;

std::int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

std::size_t resident_kib() {
    std::size_t all = 0;
    std::size_t resident = 0;
    std::FILE* const file = std::fopen("/proc/self/statm", "r");
    if (!file || std::fscanf(file, "%zu %zu", &all, &resident) != 2) std::abort();
    std::fclose(file);
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) / 1024;
}

// Counts of times: 32 to each power of two, so that what is read from them is at most 3 % off.
class latencies {
public:
    void add(std::int64_t ns) {
        auto const value = static_cast<std::uint64_t>(std::max<std::int64_t>(ns, 32));
        auto const shift = static_cast<std::size_t>(std::bit_width(value)) - 6;
        ++counts_[32 * shift + (value >> shift) - 32];
        ++all_;
    }
    std::size_t count() const { return all_; }
    // The time that 99 of 100 did not exceed.
    std::uint64_t p99() const {
        std::size_t seen = 0;
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            seen += counts_[i];
            if (seen * 100 >= all_ * 99) return (i % 32 + 32) << (i / 32);
        }
        return 0;
    }

private:
    std::array<std::size_t, 32 * 60> counts_{};
    std::size_t all_ = 0;
};

// What one consumer is to get of a burst: each message once, or again where it was given back.
class tally {
public:
    void begin(std::uint64_t first) {
        for (auto& m : marks_) m.store(0, std::memory_order_relaxed);
        first_ = first;
        different_ = 0;
    }
    // On the consumer's thread.
    void mark(tick const& t, delivery const& d) {
        auto const place = t.n - first_.load();
        if (place < burst && marks_[place].exchange(1) == 0)
            ++different_;
        else if (d.attempt() > 1)
            ++again_;
        else
            ++unexplained_;
    }
    bool is_complete() const { return different_.load() == burst; }
    std::size_t again() const { return again_; }
    std::size_t unexplained() const { return unexplained_; }

private:
    std::array<std::atomic<unsigned char>, burst> marks_{};
    std::atomic<std::uint64_t> first_{0};
    std::atomic<std::size_t> different_{0};
    std::atomic<std::size_t> again_{0};
    std::atomic<std::size_t> unexplained_{0};
};

// A service that leaves and comes back. Used on its thread.
class participant {
public:
    participant(any_transport net, std::string name, std::function<void(service&)> bind)
        : net_(std::move(net)), name_(std::move(name)), bind_(std::move(bind)) {}
    void come() {
        self_.emplace(net_, name_);
        bind_(*self_);
        self_->start();
    }
    task<> come_back(bool in_good_order) {
        if (in_good_order) co_await self_->drain(10s);
        self_.reset();
        come();
    }
    void leave() { self_.reset(); }

private:
    any_transport net_;
    std::string name_;
    std::function<void(service&)> bind_;
    std::optional<service> self_;
};

class soak {
public:
    explicit soak(std::size_t messages)
        : bursts_(std::max(messages / messages_of_burst, tenths * slices)), samples_(tenths * slices) {}

    int run() {
        std::thread second([this] { there_.run(); });
        asio::co_spawn(here_, drive(), asio::detached);
        here_.run();
        working_there_.reset();
        second.join();
        return judge();
    }

private:
    // The two threads.
    asio::io_context here_{1};
    asio::io_context there_{1};
    asio::executor_work_guard<asio::io_context::executor_type> working_there_{there_.get_executor()};
    inproc::hub hub_;
    any_transport net_here_ = inproc(here_.get_executor(), hub_);
    any_transport net_there_ = inproc(there_.get_executor(), hub_);

    // What is counted.
    std::size_t bursts_;
    tally near_ticks_, far_ticks_, near_news_, far_news_;
    std::size_t answers_ = 0;
    std::size_t wrong_ = 0;
    std::size_t returns_ = 0;
    bool returns_now_ = false;
    bool lost_ = false;
    std::vector<latencies> samples_;
    std::size_t slice_ = 0;
    std::array<std::size_t, tenths> resident_{};

    // Who takes part.
    std::optional<sender_port<near_ticks>> to_near_;
    std::optional<sender_port<far_ticks>> to_far_;
    std::optional<sender_port<news>> to_all_;
    std::optional<sender_port<near_questions>> ask_near_;
    std::optional<sender_port<far_questions>> ask_far_;
    participant sender_{net_here_, "sender", [this](service& s) {
                            to_near_ = s.sender<near_ticks>();
                            to_far_ = s.sender<far_ticks>();
                            to_all_ = s.sender<news>();
                            ask_near_ = s.sender<near_questions>();
                            ask_far_ = s.sender<far_questions>();
                        }};
    participant near_{net_here_, "near", [this](service& s) {
                          s.handle<near_ticks>([this](tick const& t, delivery const& d) {
                              near_ticks_.mark(t, d);
                              if (!returns_now_) samples_[slice_].add(now_ns() - t.sent);
                          });
                          s.handle<news>([this](tick const& t, delivery const& d) { near_news_.mark(t, d); });
                          s.handle<near_questions>([](question const& q) { return answer{q.n}; });
                      }};
    participant far_{net_there_, "far", [this](service& s) {
                         s.handle<far_ticks>([this](tick const& t, delivery const& d) { far_ticks_.mark(t, d); });
                         s.handle<news>([this](tick const& t, delivery const& d) { far_news_.mark(t, d); });
                         auto reply = [](question const& q) -> task<answer> { co_return answer{q.n}; };
                         s.handle<far_questions>(reply);
                     }};

    template <class Channel>
    task<> ask(sender_port<Channel> port, std::uint64_t n) {
        question const q{n};
        try {
            auto const a = co_await port.request(q, 60s);
            if (a.n == n)
                ++answers_;
            else
                ++wrong_;
        } catch (system_error const& e) {
            std::printf("a request failed: %s\n", e.what());
            ++wrong_;
        }
    }

    task<> drive() {
        co_await asio::co_spawn(there_, far_comes(), asio::use_awaitable);
        near_.come();
        sender_.come();
        for (std::size_t i = 0; i < bursts_; ++i) {
            slice_ = i * samples_.size() / bursts_;
            returns_now_ = i % bursts_between_returns == bursts_between_returns - 1;
            co_await one_burst(i * burst);
            resident_[i * tenths / bursts_] = resident_kib();
            if (lost_) break;
        }
        co_await asio::co_spawn(there_, far_leaves(), asio::use_awaitable);
        near_.leave();
        sender_.leave();
        here_.stop();
    }

    task<> one_burst(std::uint64_t first) {
        for (auto* t : {&near_ticks_, &far_ticks_, &near_news_, &far_news_}) t->begin(first);
        std::size_t const wanted = answers_ + wrong_ + 2 * questions;
        for (std::uint64_t n = 0; n < burst; ++n) {
            tick const t{first + n, now_ns()};
            co_await to_near_->send(t);
            co_await to_far_->send(t);
            co_await to_all_->send(t);
            if (n < questions) {
                asio::co_spawn(here_, ask(*ask_near_, n), asio::detached);
                asio::co_spawn(here_, ask(*ask_far_, n), asio::detached);
            }
            // In the middle of it, one of those who have messages on their hands.
            if (returns_now_ && n == burst / 2) co_await one_returns();
        }
        auto const start = now_ns();
        while (answers_ + wrong_ < wanted || !near_ticks_.is_complete() || !far_ticks_.is_complete() ||
               !near_news_.is_complete() || !far_news_.is_complete()) {
            co_await asio::post(here_, asio::deferred);
            std::this_thread::yield();
            lost_ = std::chrono::nanoseconds(now_ns() - start) > patience;
            if (lost_) co_return;
        }
        if (returns_now_) co_await sender_.come_back(true); // it has nothing pending now
    }

    // Both consumers in turn, in good order and at once.
    task<> one_returns() {
        bool const in_good_order = ++returns_ % 4 < 2;
        if (returns_ % 2 == 0)
            co_await near_.come_back(in_good_order);
        else
            co_await asio::co_spawn(there_, far_.come_back(in_good_order), asio::use_awaitable);
    }
    task<> far_comes() {
        far_.come();
        co_return;
    }
    task<> far_leaves() {
        far_.leave();
        co_return;
    }

    // The quietest slice of a tenth: others who want the processor only ever add to a time.
    std::uint64_t p99_of_tenth(std::size_t tenth) const {
        auto const first = samples_.begin() + static_cast<std::ptrdiff_t>(tenth * slices);
        auto const quietest = std::min_element(
            first, first + slices, [](latencies const& a, latencies const& b) { return a.p99() < b.p99(); });
        return quietest->p99();
    }

    int judge() const {
        int passed = 0;
        int failed = 0;
        auto const check = [&](bool ok, char const* what) {
            ++(ok ? passed : failed);
            if (!ok) std::printf("FAILED: %s\n", what);
        };
        std::size_t again = 0;
        std::size_t unexplained = 0;
        for (auto const* t : {&near_ticks_, &far_ticks_, &near_news_, &far_news_}) {
            again += t->again();
            unexplained += t->unexplained();
        }
        auto const early = p99_of_tenth(1);
        auto const late = p99_of_tenth(tenths - 1);
        std::printf("%zu messages, %zu returns, %zu messages handled again after one\n", bursts_ * messages_of_burst,
            returns_, again);
        std::printf("resident KiB at the end of each tenth:");
        for (auto const r : resident_) std::printf(" %zu", r);
        std::printf("\np99 of a message in a burst: %llu ns in the second tenth, %llu ns in the last\n",
            static_cast<unsigned long long>(early), static_cast<unsigned long long>(late));

        check(!lost_, "a message was not handled within two minutes");
        check(wrong_ == 0 && answers_ == bursts_ * 2 * questions, "a request has no answer, or a wrong one");
        check(unexplained == 0, "a message was handled twice, which had not been given back");
        check(returns_ == bursts_ / bursts_between_returns, "not everybody came back");
#if !FAIRWAY_SOAK_SANITIZED // which keep what was freed
        check(resident_[tenths - 1] <= resident_[1] + resident_[1] / 50 + 1024, "memory grows");
#endif
        // In seconds, next to other tests, time says little.
        bool const is_long = bursts_ * messages_of_burst >= 10'000'000;
        check(late * 10 <= early * (is_long ? 12 : 50), "messages take longer in the end");
        std::printf("%d passed, %d failed\n", passed, failed);
        return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    }
};

} // namespace

int main(int argc, char** argv) {
    std::size_t const messages = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 2'000'000;
    return soak(messages).run();
}
