// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENVELOPE_BODY_TYPE_HPP
#define FAIRWAY_ENVELOPE_BODY_TYPE_HPP

#include <fairway/contract/message.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace fairway {

/// What an envelope knows of the typed object that it carries instead of bytes. Its address is the type's identity.
struct body_type {
    /// The object's size in bytes.
    std::size_t size;
    /// The object's alignment in bytes.
    std::size_t align;
    /// How the object's bytes are written: a media type.
    std::string_view content_type;
    /// Ends the object.
    void (*destroy)(void* object) noexcept;
    /// Writes the object as bytes; throws `system_error` with `errc::encode_failed`.
    void (*encode)(void const* object, std::string& out);
    /// The wire name of the object's contract.
    std::string_view type = {};
    /// The version of the object's contract.
    message_version version = {};
};

} // namespace fairway

#endif
