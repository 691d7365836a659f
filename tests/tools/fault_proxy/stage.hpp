// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What the tests of the fault proxy share: a target that accepts, clients, and the proxy between them, in one thread.
#ifndef FAIRWAY_TESTS_TOOLS_FAULT_PROXY_STAGE_HPP
#define FAIRWAY_TESTS_TOOLS_FAULT_PROXY_STAGE_HPP

#include "address.hpp"
#include "fw_catch.hpp"
#include "link.hpp"
#include "proxy.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>

#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <list>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace faults::testing {

/// Where a Unix socket may be bound, removed in the end.
class socket_path {
public:
    socket_path() {
        static int made = 0;
        path_ = std::filesystem::temp_directory_path() /
                ("fw-proxy-" + std::to_string(getpid()) + "-" + std::to_string(++made));
    }
    socket_path(socket_path const&) = delete;
    socket_path& operator=(socket_path const&) = delete;
    ~socket_path() {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }
    std::string text() const { return path_.string(); }

private:
    std::filesystem::path path_;
};

/// A connection that keeps what it gets, and how it ended.
struct peer {
    explicit peer(stream_socket s) : socket(std::move(s)) {}
    void read() {
        socket.async_read_some(boost::asio::buffer(buffer), [this](boost::system::error_code error, std::size_t n) {
            got.append(buffer.data(), n);
            reads += n > 0;
            if (error)
                end = error;
            else
                read();
        });
    }
    void send(std::string_view bytes) { boost::asio::write(socket, boost::asio::buffer(bytes)); }
    void send_end() { socket.shutdown(boost::asio::socket_base::shutdown_send); }
    bool was_reset() const { return end == boost::asio::error::connection_reset; }

    stream_socket socket;
    std::array<char, 4096> buffer{};
    std::string got;
    std::size_t reads = 0;
    boost::system::error_code end;
};

class stage {
public:
    /// The proxy listens at `listen`, the target at `target`.
    explicit stage(std::string_view listen = "tcp://127.0.0.1:0", std::string_view target = "tcp://127.0.0.1:0") {
        auto const there = parse_address(target);
        acceptor.open(there.protocol());
        acceptor.bind(there);
        acceptor.listen();
        accept();
        middle = std::make_unique<proxy>(context.get_executor(), listen, text_of(acceptor.local_endpoint()), 7);
    }

    /// A client that is connected to the proxy.
    peer& connect() {
        stream_socket s(context);
        s.connect(parse_address(middle->address()));
        clients.emplace_back(std::move(s)).read();
        return clients.back();
    }
    /// And what the target has of it then.
    std::pair<peer&, peer&> connect_through() {
        auto const before = accepted.size();
        auto& client = connect();
        until([&] { return accepted.size() > before; });
        return {client, accepted.back()};
    }

    /// Runs until it is so.
    template <class Condition>
    void until(Condition is_so) {
        while (!is_so()) {
            context.restart();
            if (context.run_one() == 0) throw std::logic_error("nothing is left to do, and it is not so");
        }
    }
    /// Runs what can be done without waiting.
    void settle() {
        context.restart();
        while (context.poll() > 0) context.restart();
    }

    boost::asio::io_context context{1};
    std::list<peer> clients;
    std::list<peer> accepted;
    boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol> acceptor{context};
    std::unique_ptr<proxy> middle;

private:
    void accept() {
        acceptor.async_accept([this](boost::system::error_code error, stream_socket s) {
            if (error) return;
            accepted.emplace_back(std::move(s)).read();
            accept();
        });
    }
};

} // namespace faults::testing

#endif
