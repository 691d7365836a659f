// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_URL_HPP
#define FAIRWAY_TRANSPORT_URL_HPP

#include <fairway/error.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway {

/// A transport's URL, `scheme://authority/path?name=value&name=value`, in the generic form of RFC 3986.
///
/// What it holds may contain a password: it is never written into an error or a log.
class url {
public:
    /// Parses `text`; throws `system_error` with `errc::invalid_url`, whose text repeats only the scheme.
    explicit url(std::string_view text) {
        auto const colon = text.find("://");
        if (colon == std::string_view::npos || colon == 0)
            detail::fail(errc::invalid_url, "write it as scheme://..., for example inproc://");
        scheme_ = std::string(text.substr(0, colon));
        auto const letter = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-';
        };
        if (!std::all_of(scheme_.begin(), scheme_.end(), letter))
            detail::fail(errc::invalid_url, "a scheme is lower-case letters, digits, '+' and '-'");
        std::string_view rest = text.substr(colon + 3);
        std::string_view query;
        if (auto const mark = rest.find('?'); mark != std::string_view::npos) {
            query = rest.substr(mark + 1);
            rest = rest.substr(0, mark);
        }
        auto const slash = rest.find('/');
        authority_ = std::string(rest.substr(0, slash));
        if (slash != std::string_view::npos) path_ = decode(rest.substr(slash));
        while (!query.empty()) {
            auto const end = std::min(query.find('&'), query.size());
            std::string_view const pair = query.substr(0, end);
            query.remove_prefix(std::min(end + 1, query.size()));
            if (pair.empty()) continue;
            auto const equals = pair.find('=');
            if (equals == std::string_view::npos || equals == 0)
                detail::fail(errc::invalid_url, scheme_ + ": an option is written name=value");
            options_.emplace_back(decode(pair.substr(0, equals)), decode(pair.substr(equals + 1)));
        }
    }

    /// What is before "://".
    std::string const& scheme() const noexcept { return scheme_; }
    /// Who and where: `user:password@host:port`; may be empty.
    std::string const& authority() const noexcept { return authority_; }
    /// What follows the authority, with its slash; may be empty.
    std::string const& path() const noexcept { return path_; }
    /// The options in the order in which they were written.
    std::vector<std::pair<std::string, std::string>> const& options() const noexcept { return options_; }

    /// A part of it without its percent-encoding (RFC 3986, section 2.1). Throws `errc::invalid_url`.
    std::string decode(std::string_view text) const {
        std::string out;
        auto const digit = [&](std::size_t i) {
            char const c = i < text.size() ? text[i] : '\0';
            if (c >= '0' && c <= '9') return c - '0';
            if (c >= 'a' && c <= 'f') return c - 'a' + 10;
            if (c >= 'A' && c <= 'F') return c - 'A' + 10;
            detail::fail(errc::invalid_url, scheme_ + ": after '%' come two hexadecimal digits");
        };
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] != '%') {
                out += text[i];
                continue;
            }
            out += static_cast<char>(digit(i + 1) << 4 | digit(i + 2));
            i += 2;
        }
        return out;
    }

private:
    std::string scheme_;
    std::string authority_;
    std::string path_;
    std::vector<std::pair<std::string, std::string>> options_;
};

} // namespace fairway

#endif
