// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FTGO_JOURNAL_HPP
#define FTGO_JOURNAL_HPP

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace ftgo {

/// A file to which a service writes, line by line, what it has done, so that its next process knows it: what was
/// written is with the system, and stays there when the process is killed. (When the whole machine stops it may be
/// lost: that would take an fsync.)
class journal {
public:
    /// Keeps nothing.
    journal() = default;
    /// Calls `reader` with each line of the file, if there is one, then writes behind them. What a killed process has
    /// left of a last line does not count. Throws `std::system_error`.
    journal(std::string const& path, std::function<void(std::string_view line)> const& reader);
    journal(journal const&) = delete;
    journal& operator=(journal const&) = delete;
    ~journal();

    /// Writes a line. When it returns, the line outlives the process. Throws `std::system_error`.
    void add(std::string line);

    /// How many lines there are.
    std::size_t lines() const { return lines_; }

private:
    int file_ = -1;
    std::size_t lines_ = 0;
};

} // namespace ftgo

#endif
