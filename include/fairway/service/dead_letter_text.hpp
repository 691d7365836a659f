// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Dead letters for people and for scripts. What is in a letter was written by who knows whom: nothing of it reaches a
// terminal that could do more there than stand in its place.
#ifndef FAIRWAY_SERVICE_DEAD_LETTER_TEXT_HPP
#define FAIRWAY_SERVICE_DEAD_LETTER_TEXT_HPP

#include <fairway/codec/base64.hpp>
#include <fairway/codec/json.hpp>
#include <fairway/codec/time_text.hpp>
#include <fairway/envelope/header_text.hpp>
#include <fairway/port/dead_letter.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::detail {

// ---- characters

// Calls `f(bytes, code point)` for each character; for a byte that is not UTF-8 with the code point `not_utf8`.
inline constexpr char32_t not_utf8 = 0xffffffff;
template <class F>
void for_each_character(std::string_view text, F&& f) {
    for (std::size_t i = 0; i < text.size();) {
        std::size_t const n = utf8_sequence(text, i);
        auto const byte = [&](std::size_t k) { return static_cast<unsigned char>(text[i + k]); };
        char32_t c = not_utf8;
        if (n > 0) {
            constexpr unsigned char lead[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
            c = byte(0) & lead[n];
            for (std::size_t k = 1; k < n; ++k) c = c << 6 | (byte(k) & 0x3fU);
        }
        f(text.substr(i, std::max<std::size_t>(n, 1)), c);
        i += std::max<std::size_t>(n, 1);
    }
}

// Control characters, and what moves or hides other characters: marks of direction (CVE-2021-42574), zero widths, line
// separators, tags.
constexpr bool is_unsafe(char32_t c) noexcept {
    auto const in = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
    return c < 0x20 || in(0x7f, 0x9f) || c == 0xad || c == 0x61c || c == 0x180e || in(0x200b, 0x200f) ||
           in(0x2028, 0x202e) || in(0x2060, 0x206f) || c == 0xfeff || in(0xfff9, 0xfffb) || in(0xe0000, 0xe007f);
}

inline void append_hex(std::string& out, std::uint32_t value, int digits) {
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out += "0123456789abcdef"[value >> shift & 15];
}

// The text in one line: unsafe characters as \n, \t, \x1b, \u{202e}, bytes that are not UTF-8 as \xff.
inline std::string visible(std::string_view text) {
    std::string out;
    for_each_character(text, [&out](std::string_view bytes, char32_t c) {
        if (c == '\n') {
            out += "\\n";
        } else if (c == '\t') {
            out += "\\t";
        } else if (c == not_utf8 || (is_unsafe(c) && c < 0x80)) {
            out += "\\x";
            append_hex(out, static_cast<unsigned char>(bytes[0]), 2);
        } else if (is_unsafe(c)) {
            out += "\\u{";
            append_hex(out, c, c > 0xffff ? 5 : 4);
            out += '}';
        } else {
            out += bytes;
        }
    });
    return out;
}

// Visible text of at most `most` characters, the last three dots where some are missing.
inline std::string cut(std::string_view text, std::size_t most) {
    auto const all = visible(text.substr(0, 4 * most + 4)); // no more of it can be shown
    std::size_t count = 0;
    std::size_t end = 0;
    std::size_t dots = 0;
    for_each_character(all, [&](std::string_view bytes, char32_t) {
        end += bytes.size();
        if (++count == most - 3) dots = end;
    });
    return count <= most ? all : all.substr(0, dots) + "...";
}

// Is it text for people? Line ends and tabs are, other control characters are not.
inline bool is_readable(std::string_view bytes) {
    bool readable = true;
    for_each_character(bytes, [&](std::string_view, char32_t c) {
        readable = readable && c != not_utf8 && (c >= 0x20 || c == '\n' || c == '\r' || c == '\t') && c != 0x7f;
    });
    return readable;
}

// The same with U+FFFD for what is not UTF-8, which JSON could not hold.
inline std::string as_utf8(std::string_view text) {
    std::string out;
    for_each_character(
        text, [&out](std::string_view bytes, char32_t c) { out += c == not_utf8 ? "\xef\xbf\xbd" : bytes; });
    return out;
}

// JSON text means the same with its unsafe characters escaped: they can be in strings only.
inline std::string visible_json(std::string_view json) {
    std::string out;
    for_each_character(json, [&out](std::string_view bytes, char32_t c) {
        if (!is_unsafe(c)) {
            out += bytes;
            return;
        }
        auto const unit = [&out](char32_t u) {
            out += "\\u";
            append_hex(out, u, 4);
        };
        if (c > 0xffff) unit(0xd800 + ((c - 0x10000) >> 10));
        unit(c > 0xffff ? 0xdc00 + ((c - 0x10000) & 0x3ff) : c);
    });
    return out;
}

inline std::string base64_of(std::string_view bytes) {
    std::string out(base64_length(bytes.size()), '\0');
    write_base64(out.data(), reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size());
    return out;
}

// ---- letters

inline std::string version_text(message_version v) { return std::to_string(v.major) + "." + std::to_string(v.minor); }

inline std::string letter_time(time_point t) {
    if (t == no_time) return "-";
    char text[32];
    return {text, write_time(text, split(t.time_since_epoch()), 0)};
}

inline std::string or_dash(std::string text) { return text.empty() ? "-" : std::move(text); }

// A table, one line for each letter.
inline std::string letter_table(std::vector<dead_letter> const& letters) {
    using row = std::array<std::string, 6>;
    std::vector<row> rows{{"TIME", "ID", "TYPE", "ATTEMPTS", "CODE", "TEXT"}};
    for (auto const& d : letters)
        rows.push_back({letter_time(d.time), to_string(d.id), or_dash(cut(d.type, 32)),
            d.attempts > 0 ? std::to_string(d.attempts) : "-", d.stray ? "(no letter)" : or_dash(cut(d.code, 24)),
            or_dash(cut(d.text, 60))});
    auto const width = [](std::string_view text) {
        std::size_t n = 0;
        for_each_character(text, [&n](std::string_view, char32_t) { ++n; });
        return n;
    };
    std::array<std::size_t, 6> widths{};
    for (auto const& r : rows)
        for (std::size_t i = 0; i < r.size(); ++i) widths[i] = std::max(widths[i], width(r[i]));
    std::string out;
    for (auto const& r : rows) {
        for (std::size_t i = 0; i + 1 < r.size(); ++i) out.append(r[i]).append(widths[i] - width(r[i]) + 2, ' ');
        out.append(r.back()).append("\n");
    }
    return out;
}

// The body of a letter; nothing where it can't be written (a stray object whose codec refuses it).
inline std::optional<std::string_view> body_of(dead_letter const& d) {
    try {
        return d.body();
    } catch (std::exception const&) {
        return std::nullopt;
    }
}

// One letter, in lines of a name and a value. A body that is no text comes in base64, if `whole`.
inline std::string letter_page(dead_letter const& d, bool whole) {
    std::string out;
    auto const line = [&out](std::string_view name, std::string_view value) {
        out.append(name).append(name.size() < 15 ? 15 - name.size() : 1, ' ').append(value).append("\n");
    };
    line("id", to_string(d.id));
    line("type", or_dash(visible(d.type)) + " " + version_text(d.version));
    line("channel", visible(d.channel));
    line("group", visible(d.group));
    if (d.stray) line("no letter", "it was sent here by somebody, not given up by the group");
    line("code", or_dash(visible(d.code)));
    line("text", or_dash(visible(d.text)));
    line("attempts", d.attempts > 0 ? std::to_string(d.attempts) : "-");
    line("first attempt", letter_time(d.first_time));
    line("given up", letter_time(d.time));
    line("replays", std::to_string(d.replays));
    line("source", or_dash(visible(d.source)));
    line("content type", or_dash(visible(d.content_type)));
    for (auto const& h : d.headers.view()) line("header", visible(h.name) + ": " + visible(h.value));
    auto const body = body_of(d);
    if (!body) {
        line("body", "not encodable");
        return out;
    }
    bool const text = is_readable(*body);
    line("body", std::to_string(body->size()) + (text ? " bytes" : " bytes that are no text"));
    if (text && !body->empty()) out.append(visible(*body)).append("\n");
    if (!text && whole) out.append(base64_of(*body)).append("\n");
    return out;
}

// What a letter is in JSON.
struct letter_json {
    std::string id, type, version, channel, group, code, text;
    std::uint32_t attempts = 0;
    std::optional<std::chrono::sys_seconds> first_time, time;
    std::uint32_t replays = 0;
    bool stray = false;
    std::string source, content_type;
    std::map<std::string, std::string> headers;
    std::optional<std::size_t> size;
    std::optional<std::string> body, body_base64;
};

enum class body_shown { none, text, whole };

// One letter as a JSON object in one line, without its end. The body is `body` where it is text, else `body_base64`.
inline std::string letter_line(dead_letter const& d, body_shown how) {
    auto const seconds = [](time_point t) -> std::optional<std::chrono::sys_seconds> {
        if (t == no_time) return std::nullopt;
        return std::chrono::floor<std::chrono::seconds>(t);
    };
    letter_json j;
    j.id = to_string(d.id);
    j.type = as_utf8(d.type);
    j.version = version_text(d.version);
    j.channel = as_utf8(d.channel);
    j.group = as_utf8(d.group);
    j.code = as_utf8(d.code);
    j.text = as_utf8(d.text);
    j.attempts = d.attempts;
    j.first_time = seconds(d.first_time);
    j.time = seconds(d.time);
    j.replays = d.replays;
    j.stray = d.stray;
    j.source = as_utf8(d.source);
    j.content_type = as_utf8(d.content_type);
    for (auto const& h : d.headers.view()) j.headers.insert_or_assign(as_utf8(h.name), as_utf8(h.value));
    if (auto const body = body_of(d)) {
        j.size = body->size();
        bool const text = is_readable(*body);
        if (text && how != body_shown::none) j.body = *body;
        if (!text && how == body_shown::whole) j.body_base64 = base64_of(*body);
    }
    return visible_json(to_json_text(j));
}

} // namespace fairway::detail

#endif
