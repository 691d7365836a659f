// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Any text as a URL: it is refused, with an error that is fit for a log, or its parts make the same URL again.
#include "must.hpp"

#include <fairway/transport/url.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

using fairway::url;

namespace {

std::optional<url> parse(std::string_view text) {
    try {
        return url(text);
    } catch (fairway::system_error const& e) {
        must(e.code() == fairway::errc::invalid_url, "a URL is refused with invalid_url");
        std::string_view const what = e.what();
        must(std::all_of(what.begin(), what.end(), [](char c) { return c >= ' ' && c <= '~'; }),
            "the error is one line of ASCII");
        return std::nullopt;
    }
}

std::string escaped(std::string_view text, std::string_view plain = "") {
    std::string out;
    for (char const c : text) {
        if ((c >= 'a' && c <= 'z') || plain.find(c) != std::string_view::npos) {
            out += c;
            continue;
        }
        auto const byte = static_cast<unsigned char>(c);
        out.append({'%', "0123456789abcdef"[byte >> 4], "0123456789ABCDEF"[byte & 15]});
    }
    return out;
}

std::string rebuilt(url const& u) {
    std::string text = u.scheme() + "://" + u.authority() + escaped(u.path(), "/");
    char separator = '?';
    for (auto const& [name, value] : u.options()) {
        text += separator + escaped(name) + "=" + escaped(value);
        separator = '&';
    }
    return text;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const first = parse({reinterpret_cast<char const*>(data), size});
    if (!first) return 0;
    must(!first->scheme().empty(), "a URL has a scheme");
    must(first->authority().find_first_of("/?") == std::string::npos, "the authority ends before the path");
    must(first->path().empty() || first->path()[0] == '/', "a path starts with a slash");
    auto const second = parse(rebuilt(*first));
    must(second.has_value(), "its parts make a URL");
    must(first->scheme() == second->scheme() && first->authority() == second->authority() &&
             first->path() == second->path() && first->options() == second->options(),
        "its parts make the same URL");
    return 0;
}
