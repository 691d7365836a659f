// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Tasks that a test starts, and what becomes of them.
#ifndef FAIRWAY_TESTS_ENV_TASKS_HPP
#define FAIRWAY_TESTS_ENV_TASKS_HPP

#include <fairway/env/stream.hpp>
#include <fairway/env/task.hpp>
#include <fairway/error.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace env_kit {

namespace asio = boost::asio;
using fairway::error_code;
using fairway::task;

// How a task ended.
template <class T>
struct ended {
    bool yet = false;
    std::exception_ptr error;
    std::optional<T> value;

    // The error code that was thrown; no error where none was.
    error_code code() const {
        try {
            if (error) std::rethrow_exception(error);
        } catch (fairway::system_error const& e) {
            return e.code();
        }
        return {};
    }
    // What the error says.
    std::string text() const {
        try {
            if (error) std::rethrow_exception(error);
        } catch (std::exception const& e) {
            return e.what();
        }
        return {};
    }
};
// Starts a task; what it ends with is in the result.
template <class T>
std::shared_ptr<ended<T>> start(asio::io_context& io, task<T> what, asio::cancellation_slot slot = {}) {
    auto const into = std::make_shared<ended<T>>();
    asio::co_spawn(io, std::move(what), asio::bind_cancellation_slot(slot, [into](std::exception_ptr e, T value) {
        into->yet = true;
        into->error = e;
        if (!e) into->value.emplace(std::move(value));
    }));
    return into;
}

inline task<bool> write(fairway::env::stream& to, std::string text) {
    co_await asio::async_write(to, asio::buffer(text), asio::use_awaitable);
    co_return true;
}
inline task<std::string> read(fairway::env::stream& from, std::size_t size) {
    std::string text(size, '\0');
    co_await asio::async_read(from, asio::buffer(text), asio::use_awaitable);
    co_return text;
}
// Reads once; the error in `ec`.
inline task<std::string> read_some(fairway::env::stream& from, error_code& ec) {
    std::string text(1000, '\0');
    auto const n = co_await from.async_read_some(asio::buffer(text), asio::redirect_error(asio::use_awaitable, ec));
    text.resize(n);
    co_return text;
}

} // namespace env_kit

#endif
