// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "journal.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace ftgo {
namespace {

[[noreturn]] void fail(std::string const& what) { throw std::system_error(errno, std::generic_category(), what); }

} // namespace

journal::journal(std::string const& path, std::function<void(std::string_view line)> const& reader) {
    std::ostringstream all;
    if (std::ifstream in(path, std::ios::binary); in) all << in.rdbuf();
    std::string const text = std::move(all).str();
    std::size_t begin = 0;
    for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
        reader(std::string_view(text).substr(begin, end - begin));
        ++lines_;
        begin = end + 1;
    }
    file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file_ < 0 || ::ftruncate(file_, static_cast<off_t>(begin)) != 0) {
        int const why = errno;
        if (file_ >= 0) ::close(file_);
        errno = why;
        fail(path);
    }
}

journal::~journal() {
    if (file_ >= 0) ::close(file_);
}

void journal::add(std::string line) {
    if (file_ < 0) return;
    line += '\n';
    for (std::string_view rest = line; !rest.empty();) {
        auto const n = ::write(file_, rest.data(), rest.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) fail("journal");
        rest.remove_prefix(static_cast<std::size_t>(n));
    }
    ++lines_;
}

} // namespace ftgo
