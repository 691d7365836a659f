// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The brokerless transport on the stage, over the system's sockets and in real time: each participant has an execution
// context of its own, and reaches each other one through a proxy of the two of them, which can cut them apart.
#ifndef FAIRWAY_TESTS_CONFORMANCE_SOCKET_STAGE_HPP
#define FAIRWAY_TESTS_CONFORMANCE_SOCKET_STAGE_HPP

#include "env/certificates.hpp"
#include "tcp_stage.hpp"
#include "tools/fault_proxy/proxy.hpp"

#include <fairway/env/real_network.hpp>
#include <fairway/tcp.hpp>
#include <fairway/testing/conformance/stage.hpp>

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace conformance_kit {

// A folder for sockets and certificates, with an authority that all trust and one certificate for all of them.
class socket_folder {
public:
    socket_folder() {
        std::string name = (std::filesystem::temp_directory_path() / "fw-XXXXXX").string();
        if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder can be made");
        path_ = name;
        auto const root = certificates::make({.common_name = "authority", .authority = true});
        root.write(path_ / "ca.pem", {});
        certificates::make({.common_name = "node.example", .alternatives = "DNS:node.example"}, &root)
            .write(path_ / "node.pem", path_ / "node.key");
    }
    socket_folder(socket_folder const&) = delete;
    socket_folder& operator=(socket_folder const&) = delete;
    ~socket_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    std::string file(std::string const& name) const { return path_ / name; }

    // Mutual TLS.
    void protect(tcp_options& o) const {
        env::tls_options tls;
        tls.ca_file = file("ca.pem");
        tls.certificate_file = file("node.pem");
        tls.key_file = file("node.key");
        tls.require_client_certificate = true;
        tls.expected_name = "node.example";
        o.tls(tls).dial_with(client_credentials::certificate());
        o.accept_with(nullptr, true);
    }

private:
    std::filesystem::path path_;
};

// What is built to find errors needs more time.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr int slower = 4;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr int slower = 4;
#else
inline constexpr int slower = 1;
#endif
#else
inline constexpr int slower = 1;
#endif

enum class socket_kind { tcp, local };

class socket_stage final : public conformance::stage {
public:
    socket_stage(std::string name, socket_kind kind, bool tls) : name_(std::move(name)), kind_(kind), tls_(tls) {}
    ~socket_stage() override { clear(); }

    std::string_view name() const override { return name_; }
    conformance::participant connect() override { return join(false); }
    std::size_t narrow_room() const override { return 4; }
    conformance::participant connect_narrow() override { return join(true); }
    bool run_until(std::function<bool()> const& done, duration most) override {
        auto const end = now() + most;
        while (!done()) {
            if (now() >= end) return false;
            if (!step()) wait(end);
        }
        return true;
    }
    void pass(duration d) override {
        run_until([] { return false; }, d);
    }
    void drop(conformance::participant const& who) override { members_.at(who.id)->leave(); }
    std::string unique(std::string_view name) override { return std::string(name) + std::to_string(++names_); }
    duration quiet() const override { return std::chrono::milliseconds(80) * slower; }
    duration clock_error() const override { return std::chrono::milliseconds(50) * slower; }

    bool threads() const override { return true; }
    void together(std::vector<std::function<void()>> jobs) override {
        std::atomic<std::size_t> left(jobs.size());
        std::vector<std::thread> all;
        for (auto& job : jobs)
            all.emplace_back([&left, job = std::move(job)] {
                job();
                --left;
            });
        while (left > 0)
            if (!step()) std::this_thread::yield();
        for (auto& one : all) one.join();
    }

    bool can_cut() const override { return true; }
    duration long_cut() const override { return grace + quiet(); }
    void cut(conformance::participant const& who) override {
        for_each_way(who, [](faults::proxy& between) {
            between.refuse(true);
            between.reset();
        });
    }
    void restore(conformance::participant const& who) override {
        for_each_way(who, [](faults::proxy& between) { between.refuse(false); });
    }

protected:
    void end() override {
        for (auto const& m : members_) m->leave();
        ways_.clear();
        members_.clear();
        middle_.reset();
    }

private:
    struct member {
        bool narrow = false;
        std::unique_ptr<asio::io_context> io = std::make_unique<asio::io_context>(1);
        env::endpoint at{};
        std::shared_ptr<everywhere> places{};
        std::shared_ptr<sink> road{};
        // By which others see that there is a session with it.
        struct nobody final : receiver {
            void ready() noexcept override {}
        } deaf{};
        std::optional<tcp> node{};
        std::string replies_at{};
        std::shared_ptr<source> replies{};

        // As a process that is killed: nothing of it runs any more.
        void leave() {
            replies.reset();
            places.reset();
            road.reset();
            node.reset();
            io.reset();
        }
    };
    // For which a session is kept.
    static constexpr duration grace = std::chrono::seconds(1);
    using way = std::pair<std::size_t, std::size_t>; // from one who dials to one who listens

    static env::steady_point now() { return std::chrono::steady_clock::now(); }
    static socket_folder const& folder() {
        static socket_folder const one;
        return one;
    }
    asio::io_context& middle() {
        if (!middle_) middle_ = std::make_unique<asio::io_context>(1);
        return *middle_;
    }

    // Runs one handler of one context; false where there is none.
    bool step() {
        for (std::size_t tried = 0; tried <= members_.size(); ++tried) {
            auto* const io = next();
            if (!io) continue;
            io->restart();
            if (io->poll_one() > 0) return true;
        }
        return false;
    }
    // For a moment, at one of the contexts.
    void wait(env::steady_point until) {
        constexpr duration most = std::chrono::microseconds(100);
        auto const left = std::min<duration>(until - now(), most);
        for (std::size_t tried = 0; tried <= members_.size(); ++tried) {
            auto* const io = next();
            if (!io) continue;
            io->restart();
            io->run_one_for(left);
            return;
        }
    }
    asio::io_context* next() {
        turn_ = turn_ < members_.size() ? turn_ + 1 : 0;
        return turn_ == members_.size() ? &middle() : members_[turn_]->io.get();
    }
    // Until nothing happens any more but what time brings: all that could make something happen runs in this thread.
    void rest() {
        constexpr duration enough = std::chrono::milliseconds(2);
        for (auto end = now() + enough; now() < end;) {
            if (step())
                end = now() + enough;
            else
                wait(end);
        }
    }

    template <class F>
    void for_each_way(conformance::participant const& who, F f) {
        for (auto const& [between, proxy] : ways_)
            if (between.first == who.id || between.second == who.id) f(*proxy);
    }
    bool is_open(std::size_t n) const {
        if (!members_[n]->io) return false;
        error_code why;
        members_[n]->road->try_send({}, why);
        return why != errc::closed;
    }
    std::string place(std::string const& text) const {
        return kind_ == socket_kind::tcp ? "tcp://127.0.0.1:0" : "unix://" + folder().file(text);
    }
    void connect_to(std::size_t from, std::size_t to) {
        auto const listen = place("w" + std::to_string(from) + "-" + std::to_string(to));
        auto const target = members_[to]->at.text();
        auto made = std::make_unique<faults::proxy>(middle().get_executor(), listen, target);
        auto& from_there = *members_[from];
        from_there.places->add(env::endpoint::parse(made->address()));
        ways_.emplace(way(from, to), std::move(made));
    }
    bool reaches(std::size_t from, std::size_t to) {
        auto const& proxy = *ways_.at({from, to});
        return proxy.counted().open > 0 && members_[from]->node->open_reply(members_[to]->replies_at);
    }

    conformance::participant join(bool narrow) {
        auto const id = members_.size();
        auto& m = *members_.emplace_back(std::make_unique<member>());
        m.narrow = narrow;
        auto const executor = m.io->get_executor();
        m.places = std::make_shared<everywhere>(executor);
        tcp_options o;
        o.listen(place("n" + std::to_string(id))).places(m.places);
        // What is not so long that cases would wait for it, nor so short that a busy machine would be taken for dead.
        o.heartbeat(std::chrono::seconds(2)).grace(grace);
        if (tls_) folder().protect(o);
        if (narrow) o.queue(narrow_room(), limits::queue_bytes).window(1);
        m.node.emplace(executor, o);
        // As one who has asked or answers: connected with all others.
        m.road = m.node->open({"everybody", channel_kind::point_to_point, 0});
        auto replies = m.node->open_replies(m.deaf);
        m.replies_at = replies.address;
        m.replies = replies.replies;
        m.at = *m.node->local();
        std::vector<std::size_t> others;
        for (std::size_t n = 0; n < id; ++n)
            if (members_[n]->narrow == narrow && is_open(n)) others.push_back(n);
        for (auto const n : others) {
            connect_to(id, n);
            connect_to(n, id);
        }
        auto const there = [&] {
            return std::all_of(others.begin(), others.end(), [&](auto n) { return reaches(id, n) && reaches(n, id); });
        };
        if (!run_until(there, patience())) throw std::runtime_error("the participants do not find each other");
        rest();
        return {any_transport(*m.node), id};
    }

    std::string name_;
    socket_kind kind_;
    bool tls_;
    std::size_t names_ = 0;
    std::size_t turn_ = 0;
    std::unique_ptr<asio::io_context> middle_;
    std::vector<std::unique_ptr<member>> members_;
    std::map<way, std::unique_ptr<faults::proxy>> ways_;
};

} // namespace conformance_kit

#endif
