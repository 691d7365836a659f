// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A proxy between two programs, over TCP and Unix sockets, that does to their connections what bad networks do.
//
//   faults::proxy proxy(executor, "tcp://127.0.0.1:0", target_address);
//   connect_to(proxy.address());
//   proxy.set(faults::direction::down, {.latency = 20ms, .jitter = 5ms});
//   proxy.reset();
//
// Use it on its executor only, which is serial. What it draws depends on the seed, the number of the connection and on
// how bytes arrive.
#ifndef FAIRWAY_TESTS_TOOLS_FAULT_PROXY_PROXY_HPP
#define FAIRWAY_TESTS_TOOLS_FAULT_PROXY_PROXY_HPP

#include "address.hpp"
#include "flow.hpp"
#include "link.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace faults {

class proxy {
public:
    /// Listens at the first address (port 0: any that is free) and connects to the second one for each connection. A
    /// Unix socket that is left from an earlier run is replaced. Throws std::invalid_argument or system_error.
    proxy(
        boost::asio::any_io_executor executor, std::string_view listen, std::string_view target, std::uint64_t seed = 1)
        : acceptor_(std::make_shared<acceptor>(executor)), seed_(seed) {
        this->target(target);
        auto const here = parse_address(listen);
        if (is_local(here)) {
            path_ = text_of(here).substr(std::string_view("unix://").size());
            if (std::filesystem::is_socket(path_)) std::filesystem::remove(path_);
        }
        acceptor_->open(here.protocol());
        if (!is_local(here)) acceptor_->set_option(boost::asio::socket_base::reuse_address(true));
        acceptor_->bind(here);
        acceptor_->listen();
        address_ = text_of(acceptor_->local_endpoint());
        accept(acceptor_, state_, seed_, 0);
    }
    proxy(proxy const&) = delete;
    proxy& operator=(proxy const&) = delete;
    ~proxy() { close(); }

    /// Where it listens, as one connects to it.
    std::string const& address() const { return address_; }
    /// Where connections lead from now on, as when a program has restarted at another address.
    void target(std::string_view address) { state_->target = parse_address(address); }

    /// What happens in that direction, also to what is on its way.
    void set(direction d, flow_faults const& faults) {
        state_->links_state.faults_of(d) = faults;
        for_each([](link& each) { each.changed(); });
    }
    flow_faults const& faults_of(direction d) const { return state_->links_state.faults_of(d); }
    /// Each connection is reset when so many of its bytes have passed in that direction; 0: never.
    void cut_after(direction d, std::uint64_t bytes) {
        state_->links_state.cut_of(d) = bytes;
        for_each([](link& each) { each.changed(); });
    }
    /// New connections are reset at once.
    void refuse(bool on) { state_->refuses = on; }
    /// All is well again. What has lost bytes, or one of its ends, is reset.
    void heal() {
        refuse(false);
        for (auto const d : {direction::up, direction::down}) {
            state_->links_state.faults_of(d) = {};
            state_->links_state.cut_of(d) = 0;
        }
        for_each([](link& each) {
            if (each.is_orphan()) return each.reset();
            each.changed();
        });
    }

    /// Both ends of all connections see a reset (on a Unix socket: the end, or a reset if something was left unread).
    /// Returns how many there were.
    std::size_t reset() {
        return for_each([](link& each) { each.reset(); });
    }
    /// One end of each connection sees a reset; the other one is not told, as if the first one's host had lost power.
    std::size_t half_open(side dead) {
        return for_each([dead](link& each) { each.half_open(dead); });
    }

    /// What there was since it began.
    struct counts {
        std::uint64_t accepted;
        std::uint64_t refused;
        std::uint64_t open;
        std::uint64_t resets;
        flow_counts up;
        flow_counts down;
    };
    counts counted() const {
        auto& s = state_->links_state;
        return {state_->accepted, state_->refused, s.links.size(), s.resets, s.counts_of(direction::up),
            s.counts_of(direction::down)};
    }

    /// Listens no longer, and resets all connections.
    void close() {
        if (!acceptor_->is_open()) return;
        boost::system::error_code ignored;
        acceptor_->close(ignored);
        std::error_code not_there;
        if (!path_.empty()) std::filesystem::remove(path_, not_there);
        reset();
    }

private:
    using acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;
    struct all {
        link_state links_state;
        endpoint target;
        bool refuses = false;
        std::uint64_t accepted = 0;
        std::uint64_t refused = 0;
    };

    // They hold what they need: the proxy may go meanwhile.
    static void accept(
        std::shared_ptr<acceptor> const& from, std::shared_ptr<all> const& state, std::uint64_t seed, std::uint64_t n) {
        from->async_accept([=](boost::system::error_code error, stream_socket client) {
            if (!from->is_open()) return;
            if (error) return accept_later(from, state, seed, n); // too many files are open
            begin(state, std::move(client), seed + 2 * n);
            accept(from, state, seed, n + 1);
        });
    }
    static void accept_later(
        std::shared_ptr<acceptor> const& from, std::shared_ptr<all> const& state, std::uint64_t seed, std::uint64_t n) {
        auto later = std::make_unique<boost::asio::steady_timer>(from->get_executor(), std::chrono::milliseconds(10));
        auto& timer = *later;
        timer.async_wait([=, keep = std::move(later)](boost::system::error_code) {
            if (from->is_open()) accept(from, state, seed, n);
        });
    }
    static void begin(std::shared_ptr<all> const& state, stream_socket client, std::uint64_t seed) {
        std::shared_ptr<link_state> const shared(state, &state->links_state);
        auto const made = std::make_shared<link>(shared, std::move(client), seed);
        shared->links.insert(made);
        ++state->accepted;
        if (!state->refuses) return made->start(state->target);
        ++state->refused;
        made->reset();
    }

    template <class Work>
    std::size_t for_each(Work work) {
        auto const& links = state_->links_state.links;
        std::vector<std::shared_ptr<link>> const now(links.begin(), links.end()); // some leave meanwhile
        for (auto const& each : now) work(*each);
        return now.size();
    }

    std::shared_ptr<all> state_ = std::make_shared<all>();
    std::shared_ptr<acceptor> acceptor_;
    std::uint64_t seed_;
    std::string address_;
    std::string path_;
};

} // namespace faults

#endif
