// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_LINE_READER_HPP
#define FTGO_LINE_READER_HPP

#include <fairway/env/task.hpp>

#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace ftgo {

/// Reads a file, pipe or terminal line by line; while it waits for a line, its thread does other work.
class line_reader {
public:
    /// One line without its end.
    struct line {
        std::uint64_t number = 0;
        std::string text;
        bool too_long = false; ///< the text is only its beginning
    };
    /// The longest line that is read whole, in bytes.
    static constexpr std::size_t longest = 64 * 1024;

    /// Opens a file, `-` for the standard input. Throws `std::system_error`.
    line_reader(fairway::asio::any_io_executor const& executor, std::string const& path);
    ~line_reader();

    /// The next line, or nothing at the end. Throws `std::system_error`.
    fairway::task<std::optional<line>> next();

    /// What to call it in messages.
    std::string const& name() const { return name_; }
    /// The part of the file that was read, in percent; nothing for pipes and terminals.
    std::optional<unsigned> percent() const;

private:
    fairway::task<bool> fill();

    std::string name_;
    fairway::asio::posix::stream_descriptor file_;
    int flags_ = 0;
    std::uint64_t size_ = 0;
    std::uint64_t done_ = 0;
    std::uint64_t count_ = 0;
    std::string buffer_;
    std::size_t begin_ = 0;
};

} // namespace ftgo

#endif
