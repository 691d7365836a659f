// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "line_reader.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cerrno>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace ftgo {

namespace asio = fairway::asio;

namespace {

[[noreturn]] void fail(int code, std::string const& name) {
    throw std::system_error(code, std::generic_category(), name);
}

} // namespace

line_reader::line_reader(asio::any_io_executor const& executor, std::string const& path)
    : name_(path == "-" ? "standard input" : path), file_(executor) {
    int const file = path == "-" ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) fail(errno, name_);
    file_.assign(file);
    flags_ = ::fcntl(file, F_GETFL);
    struct stat facts {};
    if (::fstat(file, &facts) == 0 && S_ISREG(facts.st_mode)) size_ = static_cast<std::uint64_t>(facts.st_size);
}

line_reader::~line_reader() {
    // Others share the standard input, and how it is read.
    if (file_.is_open()) ::fcntl(file_.native_handle(), F_SETFL, flags_);
}

fairway::task<std::optional<line_reader::line>> line_reader::next() {
    line result{.number = ++count_, .text = {}};
    for (bool empty = true;; empty = false) {
        auto const rest = std::string_view(buffer_).substr(begin_);
        auto const piece = rest.substr(0, rest.find('\n'));
        if (result.text.size() + piece.size() > longest)
            result.too_long = true;
        else
            result.text.append(piece);
        bool const ends = piece.size() < rest.size();
        begin_ += piece.size() + (ends ? 1 : 0);
        done_ += piece.size() + (ends ? 1 : 0);
        if (ends) co_return result;
        if (co_await fill()) continue;
        if (empty && piece.empty()) co_return std::nullopt;
        co_return result;
    }
}

fairway::task<bool> line_reader::fill() {
    buffer_.resize(longest);
    begin_ = 0;
    auto const read = co_await file_.async_read_some(asio::buffer(buffer_), asio::as_tuple(asio::use_awaitable));
    auto const& [error, n] = read;
    buffer_.resize(n);
    if (error && error != asio::error::eof) fail(error.value(), name_);
    co_return n > 0;
}

std::optional<unsigned> line_reader::percent() const {
    if (size_ == 0) return std::nullopt;
    return static_cast<unsigned>(done_ * 100 / size_);
}

} // namespace ftgo
