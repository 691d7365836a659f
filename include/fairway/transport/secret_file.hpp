// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_SECRET_FILE_HPP
#define FAIRWAY_TRANSPORT_SECRET_FILE_HPP

#include <fairway/error.hpp>
#include <fairway/transport/secret.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace fairway {

namespace detail {

// The content of a file; throws errc::invalid_argument where it cannot be read or has more bytes.
inline secret read_text_file(char const* what, std::string const& path, std::size_t most_bytes) {
    auto const fail = [&](std::string const& why) {
        detail::fail(errc::invalid_argument, std::string(what) + ": cannot read " + path + ": " + why);
    };
    auto const close = [](std::FILE* f) { std::fclose(f); };
    std::unique_ptr<std::FILE, decltype(close)> const file(std::fopen(path.c_str(), "rb"), close);
    if (!file) fail(std::strerror(errno));
    std::setvbuf(file.get(), nullptr, _IONBF, 0); // no copy that is not wiped
    // One byte more than is allowed tells that there is more.
    std::string bytes(most_bytes + 1, '\0');
    std::size_t const size = std::fread(bytes.data(), 1, bytes.size(), file.get());
    secret content(std::string_view(bytes).substr(0, size));
    OPENSSL_cleanse(bytes.data(), size);
    if (std::ferror(file.get())) fail(std::strerror(errno));
    if (size > most_bytes) fail("it has more than " + std::to_string(most_bytes) + " bytes");
    return content;
}

} // namespace detail

/// The first line of a file, as a password or token: so it need not be in a URL, an argument or the environment.
/// Throws `errc::invalid_argument` where the file cannot be read, is larger than 4 KiB, or begins with an empty line.
inline secret read_secret(std::string const& path) {
    auto const content = detail::read_text_file("a secret", path, 4096);
    auto line = content.view().substr(0, content.view().find('\n'));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) detail::fail(errc::invalid_argument, "a secret: the first line of " + path + " is empty");
    return secret(line);
}

} // namespace fairway

#endif
