// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A chaos run, whatever the processes talk over: they send and receive under load while one fault comes after the
// other. Nothing that was accepted is lost, the order of each key is kept, and after each fault messages of all keys
// are accepted and handled again in time.
#ifndef FAIRWAY_TESTS_STRESS_CHAOS_RUN_HPP
#define FAIRWAY_TESTS_STRESS_CHAOS_RUN_HPP

#include "child.hpp"
#include "ledger.hpp"
#include "processes.hpp"

#include "../../tools/fault_proxy/proxy.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace chaos {

using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

inline constexpr std::size_t receivers = 3;
inline constexpr auto recovery = 10s;

struct failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct plan {
    std::uint64_t seed = 1;
    std::chrono::seconds time{30};
    std::uint64_t rate = 2'300; // nine tenths of it are more than 2,000
};

/// Set by a signal that asks the program to end: it does so as after a failure, and leaves nothing behind.
inline volatile std::sig_atomic_t asked_to_end = 0;

/// Something that goes wrong, until it is mended.
struct fault {
    std::string name;
    std::string of; // what is hit, for people
    std::function<void()> begin;
    std::chrono::milliseconds lasts;
    std::function<void()> end;
};

class run {
public:
    run(plan const& p, mode what, std::size_t senders, promises all)
        : plan_(p), mode_(what), draw_(p.seed), ledger_(all), senders_(senders) {
        if (pipe2(records_.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe2");
        fcntl(records_[0], F_SETPIPE_SZ, 1024 * 1024);
        reader_.assign(records_[0]);
        read();
    }
    run(run const&) = delete;
    run& operator=(run const&) = delete;
    virtual ~run() { ::close(records_[1]); }

    /// True where all is well; says how it went.
    bool operator()() {
        std::string wrong;
        try {
            set_up();
            until([&] { return ledger_.is_up_to(1); }, 30s, "first messages of all keys");
            tell_senders("g");
            began_ = clock_type::now();
            auto const end = began_ + plan_.time;
            while (clock_type::now() + 1s < end) one_fault();
            until([&] { return clock_type::now() >= end; }, plan_.time, "the end");
            finish();
        } catch (std::exception const& e) {
            wrong = e.what();
        }
        report(wrong);
        has_failed_ = !wrong.empty();
        return !has_failed_;
    }

protected:
    /// Begins all processes.
    virtual void set_up() = 0;
    virtual fault next_fault() = 0;

    plan const& what_is_planned() const noexcept { return plan_; }
    asio::io_context& io() noexcept { return io_; }
    std::uint64_t draw(std::uint64_t below) { return draw_() % below; }
    std::chrono::milliseconds draw_ms(std::uint64_t least, std::uint64_t below) {
        return std::chrono::milliseconds(least + draw(below));
    }

    void begin_sender(std::size_t i, std::string const& places) {
        senders_[i] =
            begin("sender", i, places, {std::to_string(senders_.size()), std::to_string(plan_.rate / senders_.size())});
    }
    void begin_receiver(std::size_t i, std::string const& places) {
        receivers_[i] = begin("receiver", i, places, {}, inherited_);
    }
    std::vector<std::unique_ptr<child>>& all_senders() noexcept { return senders_; }
    std::array<std::unique_ptr<child>, receivers>& all_receivers() noexcept { return receivers_; }
    /// What receivers are given besides, as the descriptors from 4 on.
    void give_receivers(std::vector<int> descriptors) { inherited_ = std::move(descriptors); }
    std::string listening(child& who) {
        until([&] { return !who.lines().empty(); }, 20s, "a process to listen");
        return who.lines().front().substr(std::strlen("listening "));
    }
    static std::size_t count(child const& who, std::string_view said) {
        return static_cast<std::size_t>(std::count_if(who.lines().begin(), who.lines().end(),
            [&](auto const& line) { return line.find(said) != std::string::npos; }));
    }

    void tell_senders(std::string_view what) {
        for (auto const& s : senders_) s->say(what);
    }
    /// Nothing is sent any more, and all that was accepted was handled.
    void quiet(std::string_view how, std::chrono::seconds most) {
        std::vector<std::size_t> before;
        for (auto const& s : senders_) before.push_back(count(*s, "idle"));
        tell_senders(how);
        for (std::size_t i = 0; i < senders_.size(); ++i)
            until([&] { return count(*senders_[i], "idle") > before[i]; }, most, "the ends of all sends");
        auto const end = clock_type::now() + most;
        while (!ledger_.is_complete() && clock_type::now() < end) io_.run_one_for(50ms);
    }
    bool is_complete() const noexcept { return ledger_.is_complete(); }
    bool has_failed() const noexcept { return has_failed_; }

    template <class Done>
    void until(Done done, clock_type::duration most, std::string const& what) {
        for (auto const end = clock_type::now() + most; !done(); io_.run_one_for(10ms)) {
            if (asked_to_end) throw failure("it was asked to end");
            if (clock_type::now() >= end) throw failure("in vain it was waited for " + what);
            for (auto const& s : senders_)
                if (s && s->ended()) throw failure("a sender has ended");
            for (auto const& r : receivers_)
                if (r && r->ended()) throw failure("a receiver has ended");
        }
    }
    void pass(clock_type::duration d) {
        auto const end = clock_type::now() + d;
        until([&] { return clock_type::now() >= end; }, d + 10s, "time to pass");
    }

private:
    std::unique_ptr<child> begin(std::string name, std::size_t i, std::string const& places,
        std::vector<std::string> const& more, std::vector<int> const& descriptors = {}) {
        std::vector<std::string> arguments{
            std::move(name), std::to_string(static_cast<int>(mode_)), std::to_string(i), places};
        arguments.insert(arguments.end(), more.begin(), more.end());
        std::vector<int> all{records_[1]};
        all.insert(all.end(), descriptors.begin(), descriptors.end());
        return std::make_unique<child>(io_, std::move(arguments), all);
    }
    void one_fault() {
        auto const what = next_fault();
        auto& all = faults_[what.name];
        ++all.count;
        what.begin();
        pass(what.lasts);
        what.end();
        auto const mended = now_ns();
        try {
            until([&] { return ledger_.is_up_to(mended); }, recovery, "messages of all keys");
        } catch (failure const& e) {
            auto const [accepted, handled] = ledger_.behind(mended);
            throw failure(std::string(e.what()) + " after '" + what.name + "' of " + what.of + ": of " +
                          std::to_string(accepted) + " keys nothing was accepted, of " + std::to_string(handled) +
                          " nothing handled");
        }
        all.slowest = std::max(all.slowest, now_ns() - mended);
    }
    void finish() {
        loaded_ = clock_type::now() - began_;
        quiet("s", recovery);
        pass(200ms); // what comes though nobody has sent it
        for (auto const& each : ledger_.errors()) throw failure(each);
        if (per_second() < plan_.rate * 9 / 10)
            throw failure("only " + std::to_string(per_second()) + " were accepted each second");
    }
    std::uint64_t per_second() const {
        auto const seconds = std::chrono::duration<double>(loaded_).count();
        return seconds > 0 ? static_cast<std::uint64_t>(static_cast<double>(ledger_.accepted()) / seconds) : 0;
    }
    void report(std::string const& wrong) const {
        constexpr char const* modes[] = {"competing", "sharded", "published"};
        std::string what;
        std::int64_t slowest = 0;
        for (auto const& [name, f] : faults_) {
            std::array<char, 32> took{};
            std::snprintf(took.data(), took.size(), " %.1f s", static_cast<double>(f.slowest) / 1e9);
            what += (what.empty() ? "" : ", ") + name + " " + std::to_string(f.count) + took.data();
            slowest = std::max(slowest, f.slowest);
        }
        auto const number = [](std::uint64_t n) { return static_cast<unsigned long long>(n); };
        std::printf(
            "seed %llu: %s, %.0f s, %llu accepted (%llu a second), %llu refused, %llu unknown, %llu handled, %llu "
            "of them again, slowest recovery %.2f s [%s]: %s\n",
            number(plan_.seed), modes[static_cast<int>(mode_)], std::chrono::duration<double>(loaded_).count(),
            number(ledger_.accepted()), number(per_second()), number(ledger_.refused()), number(ledger_.unknown()),
            number(ledger_.handled()), number(ledger_.again()), static_cast<double>(slowest) / 1e9, what.c_str(),
            wrong.empty() ? "passed" : ("FAILED: " + wrong).c_str());
        if (!wrong.empty()) {
            for (std::size_t i = 0; i < senders_.size(); ++i)
                last_words("sender " + std::to_string(i), senders_[i].get());
            for (std::size_t i = 0; i < receivers; ++i)
                last_words("receiver " + std::to_string(i), receivers_[i].get());
        }
        std::fflush(stdout);
    }
    static void last_words(std::string const& name, child const* who) {
        constexpr std::size_t most = 5;
        if (!who) return;
        auto const& all = who->lines();
        for (auto i = all.size() - std::min(most, all.size()); i < all.size(); ++i)
            std::printf("    %s: %s\n", name.c_str(), all[i].c_str());
    }
    void read() {
        reader_.async_read_some(
            asio::buffer(buffer_.data() + rest_, buffer_.size() - rest_), [this](error_code ec, std::size_t n) {
                if (ec) return;
                rest_ += n;
                std::size_t at = 0;
                for (; rest_ - at >= sizeof(record); at += sizeof(record)) {
                    record r{};
                    std::memcpy(&r, buffer_.data() + at, sizeof r);
                    ledger_.add(r.what, r.who, r.key, r.n, r.sent);
                }
                std::memmove(buffer_.data(), buffer_.data() + at, rest_ - at);
                rest_ -= at;
                read();
            });
    }

    struct seen {
        int count = 0;
        std::int64_t slowest = 0; // recovery
    };

    plan plan_;
    mode mode_;
    std::mt19937_64 draw_;
    asio::io_context io_{1};
    std::array<int, 2> records_{};
    asio::posix::stream_descriptor reader_{io_};
    std::vector<char> buffer_ = std::vector<char>(64 * 1024);
    std::size_t rest_ = 0;
    ledger<keys> ledger_;
    std::vector<std::unique_ptr<child>> senders_;
    std::array<std::unique_ptr<child>, receivers> receivers_;
    std::vector<int> inherited_;
    std::map<std::string, seen> faults_;
    bool has_failed_ = false;
    clock_type::time_point began_;
    clock_type::duration loaded_{}; // from then on until the senders were told to stop
};

} // namespace chaos

#endif
