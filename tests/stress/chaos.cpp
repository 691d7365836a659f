// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Chaos: a process that sends to three that receive, over TCP through fault proxies, while receivers are killed and
// started again, stopped and continued, and their connections are delayed, split, stalled, cut and half cut. Nothing
// that was accepted is lost, the order of each key is kept, and after each fault messages come through again in time.
//   stress_chaos [--runs N] [--seconds N] [--rate N] [--seed FIRST]      ends with `N passed, N failed`
#include "chaos/child.hpp"
#include "chaos/ledger.hpp"
#include "chaos/processes.hpp"

#include "../tools/fault_proxy/proxy.hpp"

#include <array>
#include <charconv>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace {

using namespace chaos;
using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

constexpr std::size_t receivers = 3;
constexpr auto recovery = 10s;

struct failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct plan {
    std::uint64_t seed = 1;
    std::chrono::seconds time{30};
    std::uint64_t rate = 2'300; // nine tenths of it are more than 2,000
};

class chaos_run {
public:
    explicit chaos_run(plan const& p) : plan_(p), mode_(static_cast<mode>(p.seed % 3)), draw_(p.seed) {
        if (pipe2(effects_.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe2");
        fcntl(effects_[0], F_SETPIPE_SZ, 1024 * 1024);
        reader_.assign(effects_[0]);
        read();
    }
    chaos_run(chaos_run const&) = delete;
    chaos_run& operator=(chaos_run const&) = delete;
    ~chaos_run() { ::close(effects_[1]); }

    // True where all is well; says how it went.
    bool operator()() {
        std::string wrong;
        try {
            set_up();
            auto const end = clock_type::now() + plan_.time;
            while (clock_type::now() + 1s < end) one_fault();
            until([&] { return clock_type::now() >= end; }, plan_.time, "the end");
            finish();
        } catch (std::exception const& e) {
            wrong = e.what();
        }
        report(wrong);
        return wrong.empty();
    }

private:
    // ---- who takes part
    void set_up() {
        auto const number = std::to_string(plan_.seed % 3);
        auto const places = [this] {
            std::string all;
            for (auto const& p : proxies_) all += (all.empty() ? "" : ",") + p->address().substr(std::strlen("tcp://"));
            return all;
        };
        std::string const nowhere = "tcp://127.0.0.1:1";
        for (std::size_t i = 0; i < receivers; ++i)
            proxies_[i] =
                std::make_unique<faults::proxy>(io_.get_executor(), "tcp://127.0.0.1:0", nowhere, plan_.seed * 10 + i);
        auto const begin_sender = [&] {
            sender_ = std::make_unique<child>(
                io_, std::vector<std::string>{"sender", number, std::to_string(plan_.rate), places()}, effects_[1]);
        };
        if (mode_ == mode::published) {
            begin_sender();
            for (auto& p : proxies_) p->target(listening(*sender_));
        }
        for (std::size_t i = 0; i < receivers; ++i) begin_receiver(i);
        if (!sender_) begin_sender();
        until([&] { return handled_.is_up_to(1); }, 20s, "first messages of all keys");
        sender_->say("g");
    }
    std::string listening(child& who) {
        until([&] { return !who.lines().empty(); }, 20s, "a process to listen");
        return who.lines().front().substr(std::strlen("listening "));
    }
    void begin_receiver(std::size_t i) {
        auto const places = proxies_[i]->address().substr(std::strlen("tcp://"));
        receivers_[i] = std::make_unique<child>(io_,
            std::vector<std::string>{"receiver", std::to_string(plan_.seed % 3), std::to_string(i), places},
            effects_[1]);
        auto const at = listening(*receivers_[i]);
        if (mode_ != mode::published) proxies_[i]->target(at);
    }

    // ---- what happens
    void one_fault() {
        auto const victim = draw_() % receivers;
        auto& between = *proxies_[victim];
        using faults::direction;
        using faults::flow_faults;
        auto const both = [&](flow_faults const& f) {
            between.set(direction::up, f);
            between.set(direction::down, f);
        };
        flow_faults late, split, still, gone;
        late.latency = std::chrono::milliseconds(10 + draw_() % 90);
        late.jitter = late.latency / 2;
        split.split = 1 + draw_() % 200;
        still.stall = true;
        gone.drop = true;
        struct {
            char const* name;
            std::function<void()> begin;
        } const all[] = {
            {"kill", [&] { receivers_[victim].reset(); }},
            {"stop", [&] { receivers_[victim]->signal(SIGSTOP); }},
            {"latency", [&] { both(late); }},
            {"split", [&] { both(split); }},
            {"reset", [&] { between.reset(); }},
            {"refuse", [&] { between.refuse(true), between.reset(); }},
            {"stall", [&] { both(still); }},
            {"stall up", [&] { between.set(direction::up, still); }},
            {"black hole", [&] { both(gone); }},
            {"one way up", [&] { between.set(direction::down, gone); }},
            {"one way down", [&] { between.set(direction::up, gone); }},
            {"half open client", [&] { between.half_open(faults::side::client); }},
            {"half open target", [&] { between.half_open(faults::side::target); }},
            {"cut after", [&] { between.cut_after(direction::down, 1 + draw_() % 20'000); }},
        };
        // Half of them are what only processes do.
        auto const& what = draw_() % 2 ? all[draw_() % 2] : all[draw_() % std::size(all)];
        ++faults_[what.name];
        what.begin();
        // Sometimes longer than a session lives without a connection.
        bool const for_long = plan_.time >= 20s && draw_() % 4 == 0;
        pass(std::chrono::milliseconds(for_long ? 5'500 + draw_() % 2'000 : 100 + draw_() % 900));
        if (!receivers_[victim]) begin_receiver(victim);
        receivers_[victim]->signal(SIGCONT);
        between.heal();
        auto const healed = now_ns();
        until([&] { return handled_.is_up_to(healed); }, recovery,
            std::string("messages of all keys after '") + what.name + "' of receiver " + std::to_string(victim));
        slowest_ = std::max(slowest_, now_ns() - healed);
    }
    void finish() {
        sender_->say("s");
        auto const& lines = sender_->lines();
        until([&] { return !lines.empty() && lines.back().starts_with("accepted"); }, 10s, "the sender to stop");
        std::istringstream said(lines.back().substr(std::strlen("accepted")));
        for (std::uint64_t n = 0; said >> n;) accepted_.push_back(n), total_ += n;
        if (accepted_.size() != keys) throw failure("the sender does not say what was accepted");
        auto const end = clock_type::now() + recovery;
        while (!handled_.is_complete(accepted_) && clock_type::now() < end) io_.run_one_for(50ms);
        pass(200ms); // what comes though nobody has sent it
        for (auto const& each : handled_.errors(accepted_)) throw failure(each);
        if (total_ < plan_.rate * static_cast<std::uint64_t>(plan_.time.count()) * 9 / 10)
            throw failure("only " + std::to_string(total_) + " were accepted");
    }
    void report(std::string const& wrong) const {
        constexpr char const* modes[] = {"competing", "sharded", "published"};
        std::string happened;
        for (auto const& [name, n] : faults_)
            happened += (happened.empty() ? "" : ", ") + name + " " + std::to_string(n);
        std::printf("seed %llu: %s, %lld s, %llu accepted, %llu handled, %llu of them again, slowest recovery %.2f s "
                    "[%s]: %s\n",
            static_cast<unsigned long long>(plan_.seed), modes[plan_.seed % 3],
            static_cast<long long>(plan_.time.count()), static_cast<unsigned long long>(total_),
            static_cast<unsigned long long>(handled_.all()), static_cast<unsigned long long>(handled_.again()),
            static_cast<double>(slowest_) / 1e9, happened.c_str(),
            wrong.empty() ? "passed" : ("FAILED: " + wrong).c_str());
        std::fflush(stdout);
    }

    // ---- time
    template <class Done>
    void until(Done done, clock_type::duration most, std::string const& what) {
        for (auto const end = clock_type::now() + most; !done(); io_.run_one_for(10ms)) {
            if (clock_type::now() >= end) throw failure("in vain it was waited for " + what);
            if (sender_ && sender_->ended()) throw failure("the sender has ended");
            for (auto const& r : receivers_)
                if (r && r->ended()) throw failure("a receiver has ended");
        }
    }
    void pass(clock_type::duration d) {
        auto const end = clock_type::now() + d;
        until([&] { return clock_type::now() >= end; }, d + 10s, "time to pass");
    }
    void read() {
        reader_.async_read_some(
            asio::buffer(buffer_.data() + rest_, buffer_.size() - rest_), [this](error_code ec, std::size_t n) {
                if (ec) return;
                rest_ += n;
                std::size_t at = 0;
                for (; rest_ - at >= sizeof(effect); at += sizeof(effect)) {
                    effect e{};
                    std::memcpy(&e, buffer_.data() + at, sizeof e);
                    handled_.add(e.receiver, e.key, e.n, e.sent);
                }
                std::memmove(buffer_.data(), buffer_.data() + at, rest_ - at);
                rest_ -= at;
                read();
            });
    }

    plan plan_;
    mode mode_;
    std::mt19937_64 draw_;
    asio::io_context io_{1};
    std::array<int, 2> effects_{};
    asio::posix::stream_descriptor reader_{io_};
    std::vector<char> buffer_ = std::vector<char>(64 * 1024);
    std::size_t rest_ = 0;
    handled_messages<keys> handled_{mode_ != mode::competing};
    std::array<std::unique_ptr<faults::proxy>, receivers> proxies_;
    std::unique_ptr<child> sender_;
    std::array<std::unique_ptr<child>, receivers> receivers_;
    std::map<std::string, int> faults_;
    std::int64_t slowest_ = 0;
    std::vector<std::uint64_t> accepted_;
    std::uint64_t total_ = 0;
};

// The value of the argument at `i`, from 1 on.
std::uint64_t number_behind(std::vector<std::string> const& arguments, std::size_t i) {
    if (i + 1 == arguments.size()) throw std::invalid_argument(arguments[i] + " has no value, or is none");
    auto const& text = arguments[i + 1];
    std::uint64_t n = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (error != std::errc() || end != text.data() + text.size() || n == 0)
        throw std::invalid_argument(arguments[i] + " takes a number from 1 on");
    return n;
}

} // namespace

int main(int argc, char** argv) {
    std::vector<std::string> const arguments(argv + 1, argv + argc);
    try {
        if (!arguments.empty() && (arguments[0] == "sender" || arguments[0] == "receiver")) return play(arguments);
        std::signal(SIGPIPE, SIG_IGN);
        std::uint64_t runs = 3;
        plan p{.seed = 1, .time = 5s};
        for (std::size_t i = 0; i < arguments.size(); i += 2) {
            auto const n = number_behind(arguments, i);
            if (arguments[i] == "--runs")
                runs = n;
            else if (arguments[i] == "--seconds")
                p.time = std::chrono::seconds(n);
            else if (arguments[i] == "--rate")
                p.rate = n;
            else if (arguments[i] == "--seed")
                p.seed = n;
            else
                throw std::invalid_argument("what is " + arguments[i] + "?");
        }
        std::uint64_t passed = 0;
        for (auto const last = p.seed + runs; p.seed < last; ++p.seed) passed += chaos_run(p)();
        std::printf("%llu passed, %llu failed\n", static_cast<unsigned long long>(passed),
            static_cast<unsigned long long>(runs - passed));
        return passed == runs ? 0 : 1;
    } catch (std::exception const& e) {
        std::fprintf(stderr, "stress_chaos: %s\n", e.what());
        return 2;
    }
}
