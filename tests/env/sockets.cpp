// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The real network: TCP and Unix sockets of this host.
#include "code_of.hpp"
#include "fw_catch.hpp"
#include "loopback.hpp"

#include <fairway/env/real_network.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace loopback;
using env::endpoint;

namespace {

bool has_ipv6() {
    asio::io_context io;
    asio::ip::tcp::acceptor probe(io);
    error_code ec;
    asio::ip::tcp::endpoint const at(asio::ip::address_v6::loopback(), 0);
    probe.open(at.protocol(), ec);
    if (!ec) probe.bind(at, ec);
    return !ec;
}

std::vector<endpoint> places(folder const& f) {
    std::vector<endpoint> all{
        endpoint::tcp("127.0.0.1", 0), endpoint::tcp("localhost", 0), endpoint::tcp("*", 0), endpoint::file(f / "s")};
    if (has_ipv6()) all.push_back(endpoint::tcp("::1", 0));
    return all;
}

} // namespace

TEST_CASE("bytes go both ways through each kind of socket", "[network]") {
    folder const f;
    for (auto const& place : places(f)) {
        INFO(place.text());
        asio::io_context io(1);
        auto p = connect(io, place);
        std::string const large(1 << 20, 'x');
        auto const sent = start(io, write(p.there, "hello"));
        auto const got = start(io, read(p.here, 5));
        run_until(io, [&] { return got->yet; });
        CHECK(got->value == "hello");

        auto const all = start(io, read(p.there, large.size()));
        auto const wrote = start(io, write(p.here, large));
        run_until(io, [&] { return all->yet && wrote->yet; });
        CHECK(all->value == large);
        CHECK(p.here.peer().empty());
        CHECK(p.here.remote().substr(0, 6) == (place.kind == endpoint::family::tcp ? "tcp://" : "unix:/"));
    }
}

TEST_CASE("many buffers are gathered in one write", "[network]") {
    asio::io_context io(1);
    auto p = connect(io, endpoint::tcp("127.0.0.1", 0));
    std::vector<std::string> parts;
    std::string expected;
    for (int i = 0; i < 100; ++i)
        expected += parts.emplace_back(static_cast<std::size_t>(i % 3), static_cast<char>('a' + i % 26));
    std::vector<asio::const_buffer> buffers;
    for (auto const& part : parts) buffers.push_back(asio::buffer(part));
    auto const write_all = [&]() -> task<> { co_await asio::async_write(p.here, buffers, asio::use_awaitable); };
    run(io, write_all());
    auto const got = start(io, read(p.there, expected.size()));
    run_until(io, [&] { return got->yet; });
    CHECK(got->value == expected);
}

TEST_CASE("a closed stream ends what is pending, and the other end reads its end", "[network]") {
    asio::io_context io(1);
    auto p = connect(io, endpoint::tcp("127.0.0.1", 0));
    error_code here;
    error_code there;
    auto const mine = start(io, read_some(p.here, here));
    auto const other = start(io, read_some(p.there, there));
    io.restart();
    io.poll();
    REQUIRE_FALSE(mine->yet);
    SECTION("closed") {
        p.here.close();
        p.here.close();
    }
    SECTION("destroyed") { p.here = {}; }
    CHECK_FALSE(mine->yet);
    run_until(io, [&] { return mine->yet && other->yet; });
    CHECK(here == asio::error::operation_aborted);
    CHECK(there == asio::error::eof);
}

TEST_CASE("a read is cancelled alone", "[network]") {
    asio::io_context io(1);
    auto p = connect(io, endpoint::tcp("127.0.0.1", 0));
    asio::cancellation_signal stop;
    error_code ec;
    auto const mine = start(io, read_some(p.here, ec), stop.slot());
    io.restart();
    io.poll();
    stop.emit(asio::cancellation_type::terminal);
    run_until(io, [&] { return mine->yet; });
    CHECK(ec == asio::error::operation_aborted);
    auto const sent = start(io, write(p.there, "later"));
    auto const again = start(io, read(p.here, 5));
    run_until(io, [&] { return again->yet; });
    CHECK(again->value == "later");
}

TEST_CASE("nobody listens: the connection is refused, with the endpoint in the text", "[network]") {
    folder const f;
    for (auto place : places(f)) {
        asio::io_context io(1);
        auto& net = env::network::of(io.get_executor());
        place = net.listen(place, io.get_executor())->local();
        auto const c = start(io, net.connect(place, io.get_executor()));
        io.run();
        REQUIRE(c->yet);
        if (place.kind == endpoint::family::tcp)
            CHECK(c->code() == asio::error::connection_refused);
        else
            CHECK(c->code() == boost::system::errc::no_such_file_or_directory);
        CHECK(c->text().find(place.text()) != std::string::npos);
    }
}

TEST_CASE("an accept is cancelled, closed or destroyed", "[network]") {
    asio::io_context io(1);
    auto& net = env::network::of(io.get_executor());
    auto door = net.listen(endpoint::tcp("127.0.0.1", 0), io.get_executor());
    asio::cancellation_signal stop;
    auto const a = start(io, door->accept(), stop.slot());
    io.poll();
    REQUIRE_FALSE(a->yet);
    SECTION("cancelled, it takes none") {
        stop.emit(asio::cancellation_type::terminal);
        io.run();
        REQUIRE(a->yet);
        CHECK(a->code() == asio::error::operation_aborted);
        auto const again = start(io, door->accept());
        auto const c = start(io, net.connect(door->local(), io.get_executor()));
        run_until(io, [&] { return again->yet && c->yet; });
        CHECK(again->value);
        CHECK(c->value);
    }
    SECTION("closed") {
        door->close();
        auto const after = start(io, door->accept());
        io.run();
        CHECK(a->code() == asio::error::operation_aborted);
        CHECK(after->code() == asio::error::operation_aborted);
    }
    SECTION("destroyed") {
        door.reset();
        io.run();
        CHECK(a->code() == asio::error::operation_aborted);
    }
    SECTION("gone with its context") {}
}

TEST_CASE("a port or a file where somebody listens is in use", "[network]") {
    folder const f;
    for (auto const& place : places(f)) {
        INFO(place.text());
        asio::io_context io(1);
        auto& net = env::network::of(io.get_executor());
        auto const first = net.listen(place, io.get_executor());
        try {
            net.listen(first->local(), io.get_executor());
            FAIL_CHECK("it listens twice");
        } catch (fairway::system_error const& e) {
            CHECK(e.code() == asio::error::address_in_use);
        }
        auto const c = start(io, net.connect(first->local(), io.get_executor()));
        run_until(io, [&] { return c->yet; });
        CHECK(c->value);
    }
}

TEST_CASE("the file of a Unix socket is its owner's, and is removed at the end", "[network]") {
    folder const f;
    asio::io_context io(1);
    auto& net = env::network::of(io.get_executor());
    auto const path = f / "s";
    auto door = net.listen(endpoint::file(path), io.get_executor());
    struct ::stat is = {};
    REQUIRE(::lstat(path.c_str(), &is) == 0);
    CHECK((is.st_mode & 0777) == 0600);
    SECTION("destroyed") {
        door.reset();
        CHECK_FALSE(std::filesystem::exists(path));
    }
    SECTION("closed") {
        door->close();
        CHECK_FALSE(std::filesystem::exists(path));
    }
    SECTION("not what took its place") {
        std::filesystem::remove(path);
        auto const next = net.listen(endpoint::file(path), io.get_executor());
        door.reset();
        CHECK(std::filesystem::exists(path));
    }
}

TEST_CASE("the file of a dead listener is replaced, any other is not", "[network]") {
    folder const f;
    asio::io_context io(1);
    auto& net = env::network::of(io.get_executor());
    auto const path = f / "s";
    SECTION("a dead one's") {
        { asio::local::stream_protocol::acceptor dead(io, asio::local::stream_protocol::endpoint(path)); }
        REQUIRE(std::filesystem::exists(path));
        auto p = connect(io, endpoint::file(path));
        CHECK(p.here);
    }
    SECTION("another kind of file") {
        std::filesystem::create_directory(path);
        CHECK_THROWS_AS(net.listen(endpoint::file(path), io.get_executor()), fairway::system_error);
        CHECK(std::filesystem::is_directory(path));
    }
    SECTION("no folder") {
        CHECK_THROWS_AS(net.listen(endpoint::file(path + "/x/y"), io.get_executor()), fairway::system_error);
    }
}

TEST_CASE("who finds another one starting at its file gives way, and no lock is left behind", "[network]") {
    folder const f;
    asio::io_context io(1);
    auto& net = env::network::of(io.get_executor());
    auto const path = f / "s";
    auto const beside = path + ".fw-lock";
    int const other = ::open(beside.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    REQUIRE(::flock(other, LOCK_EX) == 0);
    auto const listen = [&] { net.listen(endpoint::file(path), io.get_executor()); };
    CHECK(code_of(listen) == asio::error::address_in_use);
    CHECK_FALSE(std::filesystem::exists(path));
    CHECK(std::filesystem::exists(beside));
    ::close(other); // as by a process that dies
    CHECK(code_of(listen) == fairway::error_code());
    CHECK_FALSE(std::filesystem::exists(beside));
}

TEST_CASE("of many who start at a dead listener's file at the same time one listens", "[network]") {
    folder const f;
    auto const path = f / "s";
    for (int round = 0; round < 50; ++round) {
        asio::io_context io(1);
        { asio::local::stream_protocol::acceptor dead(io, asio::local::stream_protocol::endpoint(path)); }
        std::array<std::unique_ptr<env::acceptor>, 4> doors;
        std::vector<std::thread> all;
        auto& net = env::network::of(io.get_executor());
        for (auto& door : doors)
            all.emplace_back([&] { code_of([&] { door = net.listen(endpoint::file(path), io.get_executor()); }); });
        for (auto& one : all) one.join();
        REQUIRE(std::count(doors.begin(), doors.end(), nullptr) == 3);
        auto const c = start(io, net.connect(endpoint::file(path), io.get_executor()));
        run_until(io, [&] { return c->yet; });
        REQUIRE(c->value);
    }
}

TEST_CASE("names are looked up, addresses are themselves", "[network]") {
    asio::io_context io(1);
    auto& net = env::network::of(io.get_executor());
    auto const self = start(io, net.resolve("127.0.0.1", io.get_executor()));
    auto const local = start(io, net.resolve("localhost", io.get_executor()));
    auto const none = start(io, net.resolve("no.such.host.invalid", io.get_executor()));
    io.run();
    CHECK(self->value == std::vector<std::string>{"127.0.0.1"});
    REQUIRE(local->value);
    CHECK_FALSE(local->value->empty());
    CHECK(none->code());
    CHECK(none->text().find("no.such.host.invalid") != std::string::npos);
}

TEST_CASE("of several addresses each is the first in its turn, and all are tried within 10 s", "[network]") {
    struct many final : env::detail::real_network {
        task<std::vector<std::string>> resolve(std::string, asio::any_io_executor) override {
            std::vector<std::string> all{"127.0.0.1", "127.0.0.2", "127.0.0.3"};
            co_return all;
        }
    } net;
    asio::io_context io(1);
    auto const door = net.listen(endpoint::tcp("127.0.0.2", 0), io.get_executor());
    auto const wide = net.listen(endpoint::tcp("*", 0), io.get_executor());
    auto const connected = [&](env::acceptor const& to) {
        auto const c = start(io, net.connect(endpoint::tcp("some.host", to.local().port), io.get_executor()));
        run_until(io, [&] { return c->yet; });
        return c->value ? c->value->remote().substr(0, 15) : c->text();
    };
    for (auto const* const each : {"127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.1"})
        CHECK(connected(*wide) == "tcp://" + std::string(each));
    for (int i = 0; i < 3; ++i) CHECK(connected(*door) == "tcp://127.0.0.2"); // the others refuse
    using namespace std::chrono_literals;
    CHECK(net.patience_for(0) == 3s);
    CHECK(net.patience_for(1) == 3s);
    CHECK(net.patience_for(3) == 3s);
    CHECK(net.patience_for(5) == 2s);
    for (std::size_t n = 1; n < 100; ++n) CHECK(net.patience_for(n) * n <= 10s);
}

TEST_CASE("a look-up is cancelled at once, or dropped with its context", "[network]") {
    asio::io_context io(1);
    auto& net = env::network::of(io.get_executor());
    asio::cancellation_signal stop;
    auto const c = start(io, net.connect(endpoint::tcp("localhost", 1), io.get_executor()), stop.slot());
    io.run_one(); // as far as the look-up
    if (c->yet) return;
    SECTION("cancelled") {
        stop.emit(asio::cancellation_type::terminal);
        run_until(io, [&] { return c->yet; });
        CHECK(c->code() == asio::error::operation_aborted);
    }
    SECTION("dropped") {}
}

TEST_CASE("a name is no place to listen", "[network]") {
    asio::io_context io(1);
    auto& net = env::network::of(io.get_executor());
    try {
        net.listen(endpoint::tcp("example.org", 0), io.get_executor());
        FAIL_CHECK("it listens");
    } catch (fairway::system_error const& e) {
        CHECK(e.code() == fairway::errc::invalid_argument);
    }
}
