// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENV_FILES_HPP
#define FAIRWAY_ENV_FILES_HPP

#include <fairway/env/task.hpp>
#include <fairway/error.hpp>

#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace fairway::env {

/// By what one sees that a file has changed: two equal stamps say that it has most likely not.
struct file_stamp {
    /// When its content was changed last, in nanoseconds of the file system's clock.
    std::int64_t modified = 0;
    /// Its size in bytes.
    std::uint64_t size = 0;
    /// Which file it is: another one where it was replaced.
    std::uint64_t number = 0;

    friend bool operator==(file_stamp const&, file_stamp const&) = default;
};

/// The files that a program of an execution context reads, those of the system unless another was put there before its
/// first use, as of `clock`. For small files of configuration: it blocks while the system reads. Thread-safe.
class files : public asio::execution_context::service {
public:
    /// Asio's key of the service, also of those that derive from it.
    static inline asio::execution_context::id id;

    /// Made by Asio.
    explicit files(asio::execution_context& context) : service(context) {}

    /// A file's stamp. Throws `system_error` with the system's error, or `errc::invalid_argument` where it is no
    /// regular file.
    virtual file_stamp look(std::string const& path) const {
        struct stat s = {};
        check(::stat(path.c_str(), &s) == 0, path);
        return stamp_of(s, path);
    }
    /// A file's content. Throws as `look`, and `errc::too_large` where it has more than `most` bytes.
    virtual std::string read(std::string const& path, std::size_t most) const {
        // Not to wait for a writer where it is a pipe: which is refused.
        descriptor const file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
        check(file.number >= 0, path);
        struct stat s = {};
        check(::fstat(file.number, &s) == 0, path);
        stamp_of(s, path);
        std::string text;
        for (;;) {
            std::size_t const had = text.size();
            text.resize(had + std::min(most - had + 1, std::size_t{64} * 1024));
            auto const n = ::read(file.number, text.data() + had, text.size() - had);
            text.resize(had + (n > 0 ? static_cast<std::size_t>(n) : 0));
            if (n < 0 && errno == EINTR) continue;
            check(n >= 0, path);
            if (n == 0) return text;
            if (text.size() > most)
                fairway::detail::fail(errc::too_large, path + " has more than " + std::to_string(most) + " bytes");
        }
    }

    /// The files of the executor's context.
    static files& of(asio::any_io_executor const& executor) {
        return asio::use_service<files>(asio::query(executor, asio::execution::context));
    }

private:
    void shutdown() override {}

    struct descriptor {
        explicit descriptor(int n) noexcept : number(n) {}
        descriptor(descriptor const&) = delete;
        descriptor& operator=(descriptor const&) = delete;
        ~descriptor() {
            if (number >= 0) ::close(number);
        }
        int number;
    };

    static void check(bool ok, std::string const& path) {
        if (!ok) throw system_error(errno, boost::system::system_category(), path);
    }
    static file_stamp stamp_of(struct stat const& s, std::string const& path) {
        if (!S_ISREG(s.st_mode)) fairway::detail::fail(errc::invalid_argument, path + " is no regular file");
        return {std::int64_t{s.st_mtim.tv_sec} * 1'000'000'000 + s.st_mtim.tv_nsec,
            static_cast<std::uint64_t>(s.st_size), static_cast<std::uint64_t>(s.st_ino)};
    }
};

} // namespace fairway::env

#endif
