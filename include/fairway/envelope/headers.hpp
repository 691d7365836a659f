// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENVELOPE_HEADERS_HPP
#define FAIRWAY_ENVELOPE_HEADERS_HPP

#include <fairway/envelope/byte_order.hpp>
#include <fairway/envelope/header_text.hpp>
#include <fairway/envelope/limits.hpp>
#include <fairway/error.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace fairway {

/// A header: a name and a value, valid as long as what it was read from.
struct header {
    /// Visible ASCII characters.
    std::string_view name;
    /// UTF-8 without control characters.
    std::string_view value;
};

/// The headers of a message, read in place: name-value pairs in the order in which they were set.
///
/// Packed as: length of the name and of the value (16 bit each, little-endian), name, value.
class header_view {
public:
    /// Walks over the pairs.
    class iterator {
    public:
        using value_type = header;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::forward_iterator_tag;
        using pointer = void;
        using reference = header;

        iterator() = default;
        /// At a packed pair, or at the end.
        explicit iterator(char const* at) noexcept : at_(at) {}
        /// The pair.
        header operator*() const noexcept { return {{at_ + 4, length(0)}, {at_ + 4 + length(0), length(2)}}; }
        /// To the next pair.
        iterator& operator++() noexcept {
            at_ += 4 + length(0) + length(2);
            return *this;
        }
        /// To the next pair.
        iterator operator++(int) noexcept {
            auto const before = *this;
            ++*this;
            return before;
        }
        friend bool operator==(iterator, iterator) = default;

    private:
        std::size_t length(std::size_t offset) const noexcept {
            return detail::load<std::uint16_t>(std::endian::little, at_ + offset);
        }
        char const* at_ = nullptr;
    };

    header_view() = default;
    /// Views `count` packed pairs, as another view's `packed` gives them; what came from elsewhere goes through
    /// `checked_headers`.
    header_view(std::string_view packed, std::size_t count) noexcept : header_view(packed, count, count > 0) {}
    /// The same, knowing whether there may be names among them that belong to Fairway.
    header_view(std::string_view packed, std::size_t count, bool reserved) noexcept
        : packed_(packed), count_(count), reserved_(reserved) {}

    /// How many headers there are.
    std::size_t size() const noexcept { return count_; }
    /// True without headers.
    bool empty() const noexcept { return count_ == 0; }
    /// The value of the header `name` (case matters), or nothing.
    std::optional<std::string_view> find(std::string_view name) const noexcept {
        for (auto const& [n, v] : *this)
            if (n == name) return v;
        return std::nullopt;
    }
    /// False where no name belongs to Fairway: it needs no search then.
    bool may_be_reserved() const noexcept { return reserved_; }
    /// The first pair.
    iterator begin() const noexcept { return iterator(packed_.data()); }
    /// Behind the last pair.
    iterator end() const noexcept { return iterator(packed_.data() + packed_.size()); }
    /// The bytes in which the pairs are packed.
    std::string_view packed() const noexcept { return packed_; }

private:
    std::string_view packed_;
    std::size_t count_ = 0;
    bool reserved_ = false;
};

/// Headers to send: `headers h; h.set("tenant", "acme");`
///
/// Names are visible ASCII, values UTF-8 without control characters. Names that start with "fw-" belong to Fairway.
class headers {
public:
    headers() = default;
    /// Copies what was received.
    explicit headers(header_view from)
        : packed_(from.packed()), count_(from.size()), reserved_(from.may_be_reserved()) {}

    /// Sets `name` to `value`, over what it was. Throws `system_error` with `errc::too_many_headers`,
    /// `header_name_too_long`, `header_value_too_long`, `invalid_header` or `reserved_header`; then nothing has
    /// changed.
    headers& set(std::string_view name, std::string_view value) {
        if (name.starts_with("fw-")) detail::fail(errc::reserved_header, std::string(name.substr(0, 64)));
        return put(name, value, limits::headers);
    }

    /// The same for names that belong to Fairway, for which there is always room; for adapters, not for business logic.
    headers& set_reserved(std::string_view name, std::string_view value) {
        put(name, value, limits::headers + limits::reserved_headers);
        reserved_ = true;
        return *this;
    }

    /// Adds what came from elsewhere, and does not lie in these headers; for adapters. False, and nothing has changed,
    /// where it may not be sent, is one too many, or has a name that is there already.
    bool add_received(std::string_view name, std::string_view value) {
        bool const reserved = name.starts_with("fw-");
        if (count_ >= limits::headers + (reserved ? limits::reserved_headers : 0)) return false;
        if (detail::header_name_fault(name) || detail::header_value_fault(value) || find(name)) return false;
        append(name, value);
        reserved_ = reserved_ || reserved;
        return true;
    }
    /// Makes room for so many bytes of names, values and 4 for each header.
    void reserve(std::size_t bytes) { packed_.reserve(bytes); }

    /// Removes `name`, if it is there.
    void erase(std::string_view name) {
        for (auto const& h : view()) {
            if (h.name != name) continue;
            auto const start = static_cast<std::size_t>(h.name.data() - packed_.data()) - 4;
            packed_.erase(start, 4 + h.name.size() + h.value.size());
            --count_;
            return;
        }
    }

    /// How many headers there are.
    std::size_t size() const noexcept { return count_; }
    /// True without headers.
    bool empty() const noexcept { return count_ == 0; }
    /// The value of the header `name`, or nothing.
    std::optional<std::string_view> find(std::string_view name) const noexcept { return view().find(name); }
    /// The pairs, to read; valid until the next change.
    header_view view() const noexcept { return {packed_, count_, reserved_}; }

private:
    // Whether a text lies in these headers, and so moves with the next change: set("b", *find("a")).
    bool is_own(std::string_view text) const noexcept {
        std::less<char const*> const before;
        return !before(text.data(), packed_.data()) && before(text.data(), packed_.data() + packed_.size());
    }

    headers& put(std::string_view name, std::string_view value, std::size_t most) {
        detail::check_header(name, value);
        if (is_own(name) || is_own(value)) return put(std::string(name), std::string(value), most);
        bool const replaces = find(name).has_value();
        if (count_ - (replaces ? 1 : 0) >= most)
            detail::fail(errc::too_many_headers, "at most " + std::to_string(most));
        if (replaces) erase(name);
        append(name, value);
        return *this;
    }
    void append(std::string_view name, std::string_view value) {
        auto const at = packed_.size();
        packed_.resize(at + 4 + name.size() + value.size());
        char* const to = packed_.data() + at;
        auto const lengths = static_cast<std::uint32_t>(name.size() | value.size() << 16);
        auto const packed = detail::in_order(std::endian::little, lengths);
        std::memcpy(to, &packed, sizeof packed);
        detail::copy_few(to + 4, name.data(), name.size());
        detail::copy_few(to + 4 + name.size(), value.data(), value.size());
        ++count_;
    }

    std::string packed_;
    std::size_t count_ = 0;
    bool reserved_ = false;
};

/// Views packed pairs that came from elsewhere, having checked all that `headers` checks; names may start with "fw-".
/// Throws `system_error` with `errc::decode_failed` where `packed` is cut off or has a name twice, `too_many_headers`,
/// `header_name_too_long`, `header_value_too_long` or `invalid_header`; the text counts headers and quotes nothing.
inline header_view checked_headers(std::string_view packed) {
    std::size_t count = 0;
    std::size_t of_users = 0;
    auto const refuse = [&](errc why, char const* text) {
        detail::fail(why, "header " + std::to_string(count + 1) + text);
    };
    // Where the names before are: most have another size or another beginning than this one.
    struct seen {
        char const* name;
        std::size_t size;
    };
    std::array<seen, limits::headers + limits::reserved_headers> names; // NOLINT: written before it is read
    char const* at = packed.data();
    for (char const* const end = at + packed.size(); at != end; ++count) {
        auto const rest = static_cast<std::size_t>(end - at);
        if (rest < 4) refuse(errc::decode_failed, " is cut off");
        std::size_t const name_size = detail::load<std::uint16_t>(std::endian::little, at);
        std::size_t const value_size = detail::load<std::uint16_t>(std::endian::little, at + 2);
        if (name_size + value_size > rest - 4) refuse(errc::decode_failed, " is cut off");
        std::string_view const name(at + 4, name_size);
        if (auto const fault = detail::header_name_fault(name)) refuse(*fault, " in its name");
        if (auto const fault = detail::header_value_fault({at + 4 + name_size, value_size}))
            refuse(*fault, " in its value");
        if (!name.starts_with("fw-")) ++of_users;
        if (of_users > limits::headers || count == names.size()) refuse(errc::too_many_headers, " is one too many");
        for (std::size_t i = 0; i < count; ++i)
            if (names[i].size == name_size && std::memcmp(names[i].name, name.data(), name_size) == 0)
                refuse(errc::decode_failed, " is there twice");
        names[count] = {name.data(), name_size};
        at += 4 + name_size + value_size;
    }
    return {packed, count, of_users < count};
}

} // namespace fairway

#endif
