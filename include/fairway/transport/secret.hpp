// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_SECRET_HPP
#define FAIRWAY_TRANSPORT_SECRET_HPP

#include <openssl/crypto.h>

#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace fairway {

/// A password or token: its memory is wiped when it dies, and it has no way into a log.
class secret {
public:
    /// No secret.
    secret() noexcept = default;
    /// A copy of `text`, whose own memory stays the caller's to wipe.
    explicit secret(std::string_view text)
        : bytes_(text.empty() ? nullptr : std::make_unique<char[]>(text.size())), size_(text.size()) {
        if (size_ > 0) std::memcpy(bytes_.get(), text.data(), size_);
    }
    /// Takes the content of `text` and wipes it there.
    explicit secret(std::string&& text) : secret(std::string_view(text)) {
        if (!text.empty()) OPENSSL_cleanse(text.data(), text.size());
        text.clear();
    }
    /// A copy of a literal or of another text that ends with a zero.
    explicit secret(char const* text) : secret(std::string_view(text)) {}
    secret(secret const& other) : secret(other.view()) {}
    secret(secret&& other) noexcept : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}
    secret& operator=(secret other) noexcept {
        std::swap(bytes_, other.bytes_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~secret() {
        if (size_ > 0) OPENSSL_cleanse(bytes_.get(), size_);
    }

    /// The bytes, until the secret is assigned to, moved from or dies.
    std::string_view view() const noexcept { return {bytes_.get(), size_}; }
    /// True where there is none.
    bool empty() const noexcept { return size_ == 0; }

private:
    // Not a string: what a short string was moved from keeps its bytes.
    std::unique_ptr<char[]> bytes_;
    std::size_t size_ = 0;
};

} // namespace fairway

#endif
