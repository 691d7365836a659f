// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The texts of SCRAM (RFC 5802, section 7), without what they mean.
#ifndef FAIRWAY_TRANSPORT_TCP_SCRAM_TEXT_HPP
#define FAIRWAY_TRANSPORT_TCP_SCRAM_TEXT_HPP

#include <fairway/transport/tcp/digest.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fairway::tcp_detail {

inline constexpr std::string_view scram_name = "SCRAM-SHA-256";
inline constexpr std::string_view scram_plus_name = "SCRAM-SHA-256-PLUS";
inline constexpr std::string_view scram_binding_name = "tls-exporter"; // RFC 9266

/// The fewest iterations that are accepted (RFC 7677), the most, which bound the work that a peer can ask for, and what
/// new credentials get.
inline constexpr std::uint32_t scram_least_iterations = 4096;
inline constexpr std::uint32_t scram_most_iterations = 1'000'000;
inline constexpr std::uint32_t scram_new_iterations = 100'000;

inline constexpr std::size_t scram_least_salt = 8;
inline constexpr std::size_t scram_most_salt = 64;
inline constexpr std::size_t scram_most_nonce = 256;
inline constexpr std::size_t scram_nonce_bytes = 18; // what is drawn for each side's nonce: 144 bits, 24 characters

/// A nonce of 144 random bits.
inline std::string scram_nonce(random_bytes const& random) {
    std::array<std::byte, scram_nonce_bytes> bytes;
    random(bytes);
    return to_base64({reinterpret_cast<char const*>(bytes.data()), bytes.size()});
}

/// True for 1 to 256 printable characters other than comma and blank.
constexpr bool is_scram_nonce(std::string_view text) noexcept {
    return !text.empty() && text.size() <= scram_most_nonce &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~' && c != ','; });
}

/// True for what SASLprep (RFC 4013) leaves as it is without any table: printable ASCII. It does not do the rest.
constexpr bool is_prepared(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

/// A number of at most seven digits, without a leading zero.
constexpr std::optional<std::uint32_t> scram_number(std::string_view text) noexcept {
    if (text.empty() || text.size() > 7 || text[0] == '0') return std::nullopt;
    std::uint32_t n = 0;
    for (char const c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        n = n * 10 + static_cast<std::uint32_t>(c - '0');
    }
    return n;
}

/// A user's name as a message has it: comma and equals sign are escaped.
inline std::string to_saslname(std::string_view name) {
    std::string out;
    for (char const c : name) {
        if (c == ',')
            out += "=2C";
        else if (c == '=')
            out += "=3D";
        else
            out += c;
    }
    return out;
}

/// The user's name in a message; none where an escape is not one of the two.
inline std::optional<std::string> from_saslname(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        std::size_t taken = 1;
        if (text.starts_with("=2C"))
            out += ',', taken = 3;
        else if (text.starts_with("=3D"))
            out += '=', taken = 3;
        else if (text[0] == '=')
            return std::nullopt;
        else
            out += text[0];
        text.remove_prefix(taken);
    }
    return out;
}

/// Takes the attributes of a message, `a=value,b=value`, from its front.
class scram_attributes {
public:
    explicit scram_attributes(std::string_view text) noexcept : rest_(text) {}

    /// The value of the next attribute, which must have this name.
    std::optional<std::string_view> take(char name) noexcept {
        if (rest_.size() < 2 || rest_[0] != name || rest_[1] != '=') return std::nullopt;
        auto const end = std::min(rest_.find(','), rest_.size());
        auto const value = rest_.substr(2, end - 2);
        // A comma at the very end would stand before an attribute that is missing.
        if (end + 1 == rest_.size()) return std::nullopt;
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        return value;
    }
    /// True where only well-formed optional extensions are left, which RFC 5802 lets each side ignore.
    bool only_extensions() noexcept {
        while (!rest_.empty()) {
            char const name = rest_[0];
            bool const letter = (name >= 'a' && name <= 'z') || (name >= 'A' && name <= 'Z');
            // m= is a mandatory extension; the others mean something and may not be said twice.
            if (!letter || std::string_view("anmrcsipve").find(name) != std::string_view::npos) return false;
            auto const value = take(name);
            if (!value || value->empty()) return false;
        }
        return true;
    }

private:
    std::string_view rest_;
};

} // namespace fairway::tcp_detail

#endif
