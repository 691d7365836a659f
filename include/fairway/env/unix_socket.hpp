// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_UNIX_SOCKET_HPP
#define FAIRWAY_ENV_UNIX_SOCKET_HPP

#include <fairway/env/task.hpp>
#include <fairway/error.hpp>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <cerrno>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fairway::env::detail {

// Held by who makes the file of a Unix socket, so that of several who start at the same time none replaces another's: a
// locked file beside it, which is gone afterwards.
class start_lock {
public:
    // Throws `system_error`: `address_in_use` where somebody else has it.
    explicit start_lock(std::string const& path) : path_(path + ".fw-lock") {
        do {
            close();
            descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
            if (descriptor_ >= 0 && ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) continue;
            error_code ec(errno, boost::system::system_category());
            if (ec == asio::error::would_block) ec = asio::error::address_in_use;
            close();
            throw system_error(ec, "listen at unix://" + path);
        } while (!is_there()); // who had it before has removed it
    }
    start_lock(start_lock const&) = delete;
    start_lock& operator=(start_lock const&) = delete;
    ~start_lock() {
        ::unlink(path_.c_str());
        close();
    }

private:
    bool is_there() const noexcept {
        struct ::stat mine = {};
        struct ::stat there = {};
        return ::fstat(descriptor_, &mine) == 0 && ::lstat(path_.c_str(), &there) == 0 && mine.st_dev == there.st_dev &&
               mine.st_ino == there.st_ino;
    }
    void close() noexcept {
        if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
    }

    std::string path_;
    int descriptor_ = -1;
};

// The file of a Unix socket, removed at the end if it is still the one that was made.
class socket_file {
public:
    using acceptor = asio::basic_socket_acceptor<asio::local::stream_protocol, asio::any_io_executor>;

    // Makes it, and lets `at` listen there. Throws `system_error`.
    socket_file(acceptor& at, std::string path) : path_(std::move(path)) {
        asio::local::stream_protocol::endpoint const where(path_);
        start_lock const alone(path_);
        at.open(where.protocol());
        error_code ec;
        at.bind(where, ec);
        if (ec == asio::error::address_in_use && is_stale(at.get_executor(), where)) {
            ::unlink(path_.c_str());
            at.bind(where, ec = {});
        }
        if (ec) throw system_error(ec, "listen at unix://" + path_);
        struct ::stat made = {};
        // Nobody can connect before it listens.
        if (::lstat(path_.c_str(), &made) != 0 || ::chmod(path_.c_str(), S_IRUSR | S_IWUSR) != 0) {
            ec.assign(errno, boost::system::system_category());
            ::unlink(path_.c_str());
            throw system_error(ec, "listen at unix://" + path_);
        }
        device_ = made.st_dev;
        node_ = made.st_ino;
        at.listen(asio::socket_base::max_listen_connections, ec);
        if (!ec) return;
        remove();
        throw system_error(ec, "listen at unix://" + path_);
    }
    socket_file(socket_file const&) = delete;
    socket_file& operator=(socket_file const&) = delete;
    ~socket_file() { remove(); }

    std::string const& path() const noexcept { return path_; }
    void remove() noexcept {
        struct ::stat now = {};
        if (std::exchange(removed_, true) || ::lstat(path_.c_str(), &now) != 0) return;
        if (now.st_dev == device_ && now.st_ino == node_) ::unlink(path_.c_str());
    }

private:
    // Whether a socket is there, and nobody listens.
    static bool is_stale(asio::any_io_executor const& on, asio::local::stream_protocol::endpoint const& where) {
        struct ::stat there = {};
        if (::lstat(where.path().c_str(), &there) != 0 || !S_ISSOCK(there.st_mode)) return false;
        asio::basic_stream_socket<asio::local::stream_protocol, asio::any_io_executor> probe(on);
        error_code ec;
        probe.open(where.protocol(), ec);
        // A listener whose backlog is full would block: it is there.
        if (!ec) probe.native_non_blocking(true, ec);
        if (ec) return false;
        auto const failed = ::connect(probe.native_handle(), where.data(), static_cast<socklen_t>(where.size())) != 0;
        return failed && errno == ECONNREFUSED;
    }

    std::string path_;
    ::dev_t device_ = 0;
    ::ino_t node_ = 0;
    bool removed_ = false;
};

} // namespace fairway::env::detail

#endif
