// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENVELOPE_LAYOUT_HPP
#define FAIRWAY_ENVELOPE_LAYOUT_HPP

#include <fairway/contract/message.hpp>
#include <fairway/envelope/block_memory.hpp>
#include <fairway/envelope/body_type.hpp>
#include <fairway/envelope/head.hpp>
#include <fairway/envelope/header_text.hpp>
#include <fairway/envelope/headers.hpp>
#include <fairway/envelope/limits.hpp>
#include <fairway/envelope/made_once.hpp>
#include <fairway/envelope/reference_count.hpp>
#include <fairway/error.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <string_view>

namespace fairway::detail {

// How an envelope lies in memory: a fixed part; the body; then, one after the other and not aligned:
//
//     correlation, conversation, causation, expires, due, version, shard    where `present` says so
//     headers, shard key, reply to, source
//     type, content type, each behind its length                            of bytes
//
// An object's type, version and content type stand in its `body_type`. So a message takes 64 bytes beside its content.
struct block {
    enum field : std::uint8_t {
        has_correlation = 1,
        has_conversation = 2,
        has_causation = 4,
        has_expires = 8,
        has_due = 16,
        has_version = 32,
        has_shard = 64,
        may_be_reserved = 128, // headers that belong to Fairway may be among them
    };

    using text_size = std::uint16_t;

    reference_count<> references;
    std::uint32_t body_size = 0;
    body_type const* object_type = nullptr; // null for bytes
    mutable made_once<std::string> encoded;
    message_id id;
    time_point time;
    std::uint32_t size = 0; // of all
    std::uint32_t headers_size = 0;
    std::uint16_t key_size = 0;
    std::uint16_t reply_to_size = 0;
    std::uint16_t source_size = 0;
    std::uint8_t header_count = 0;
    std::uint8_t present = 0;

    std::size_t align() const noexcept { return object_type ? object_type->align : 1; }
    char* body() noexcept { return reinterpret_cast<char*>(this) + body_offset(align()); }
    char const* body() const noexcept { return reinterpret_cast<char const*>(this) + body_offset(align()); }
    static constexpr std::size_t body_offset(std::size_t align) noexcept {
        return (sizeof(block) + align - 1) & ~(align - 1);
    }

    // Of the optional fields before `f`, of those that are there.
    static constexpr std::size_t size_before(unsigned fields, field f) noexcept { return sizes[fields & (f - 1U)]; }
    char const* optional_fields() const noexcept { return body() + body_size; }
    template <class T>
    T optional(field f, T value = {}) const noexcept {
        if (present & f) std::memcpy(&value, optional_fields() + size_before(present, f), sizeof value);
        return value;
    }

    char const* headers() const noexcept { return optional_fields() + size_before(present, may_be_reserved); }
    header_view header_pairs() const noexcept {
        return {{headers(), headers_size}, header_count, (present & may_be_reserved) != 0};
    }
    std::string_view shard_key() const noexcept { return {headers() + headers_size, key_size}; }
    std::string_view reply_to() const noexcept { return {headers() + headers_size + key_size, reply_to_size}; }
    std::string_view source() const noexcept {
        return {headers() + headers_size + key_size + reply_to_size, source_size};
    }
    std::string_view type() const noexcept {
        if (object_type) return object_type->type;
        return text_at(source().data() + source_size);
    }
    std::string_view content_type() const noexcept {
        if (object_type) return object_type->content_type;
        auto const before = type();
        return text_at(before.data() + before.size());
    }
    message_version version() const noexcept {
        return object_type ? object_type->version : optional<message_version>(has_version);
    }

    // The aligned form of new takes about 5 ns more (glibc 2.36), and few bodies need it.
    static void* obtain(std::size_t size, std::size_t align) {
        if (align <= __STDCPP_DEFAULT_NEW_ALIGNMENT__) return obtain_block(size);
        return ::operator new(size, std::align_val_t(align));
    }
    static void give_back(void* memory, std::size_t size, std::size_t align) noexcept {
        if (align <= __STDCPP_DEFAULT_NEW_ALIGNMENT__) return give_back_block(memory, size);
        ::operator delete(memory, std::align_val_t(align));
    }

private:
    static constexpr std::array<std::uint8_t, may_be_reserved> sizes = [] {
        std::array<std::uint8_t, may_be_reserved> all{};
        for (unsigned fields = 0; fields < may_be_reserved; ++fields) {
            unsigned bytes = 0;
            for (unsigned const f : {has_correlation, has_conversation, has_causation}) bytes += (fields & f) ? 16 : 0;
            for (unsigned const f : {has_expires, has_due, has_version}) bytes += (fields & f) ? 8 : 0;
            if (fields & has_shard) bytes += 4;
            all[fields] = static_cast<std::uint8_t>(bytes);
        }
        return all;
    }();

    // A text behind its length.
    static std::string_view text_at(char const* at) noexcept {
        text_size n = 0;
        std::memcpy(&n, at, sizeof n);
        return {at + sizeof n, n};
    }
};
static_assert(sizeof(block) == 64 || sizeof(void*) != 8);

inline void check_head(envelope_head const& head) {
    if (!head.shard_key.empty()) check_header_value("shard key", head.shard_key);
    if (!head.reply_to.empty()) check_header_value("reply to", head.reply_to);
    constexpr auto most = limits::header_value;
    if (head.type.size() > most || head.content_type.size() > most || head.source.size() > most)
        fail(errc::header_value_too_long, "type, content type or source");
}

// A block for a body of `body_size` bytes, of an object of `type` or of bytes (null), and everything else in its place.
inline block* make_block(envelope_head const& head, header_view headers, body_type const* type, std::size_t body_size) {
    unsigned present = headers.may_be_reserved() ? block::may_be_reserved : 0;
    if (head.correlation) present |= block::has_correlation;
    if (head.conversation) present |= block::has_conversation;
    if (head.causation) present |= block::has_causation;
    if (head.expires != no_time) present |= block::has_expires;
    if (head.due != no_time) present |= block::has_due;
    if (head.shard != no_shard) present |= block::has_shard;
    if (!type && head.version != message_version{}) present |= block::has_version;
    bool const has_optional = (present & (block::may_be_reserved - 1U)) != 0;
    std::size_t const align = type ? type->align : 1;
    std::size_t const offset = block::body_offset(align);
    std::size_t const constants = type ? 0 : 2 * sizeof(block::text_size) + head.type.size() + head.content_type.size();
    std::size_t const size = offset + body_size + block::size_before(present, block::may_be_reserved) +
                             headers.packed().size() + head.shard_key.size() + head.reply_to.size() +
                             head.source.size() + constants;
    void* const memory = block::obtain(size, align);
    auto* const b = new (memory) block;
    b->object_type = type;
    b->id = head.id;
    b->time = head.time;
    b->body_size = static_cast<std::uint32_t>(body_size);
    b->size = static_cast<std::uint32_t>(size);
    b->headers_size = static_cast<std::uint32_t>(headers.packed().size());
    b->key_size = static_cast<std::uint16_t>(head.shard_key.size());
    b->reply_to_size = static_cast<std::uint16_t>(head.reply_to.size());
    b->source_size = static_cast<std::uint16_t>(head.source.size());
    b->header_count = static_cast<std::uint8_t>(headers.size());
    b->present = static_cast<std::uint8_t>(present);
    char* tail = static_cast<char*>(memory) + offset + body_size;
    auto const put = [&tail](void const* from, std::size_t n) {
        copy_few(tail, static_cast<char const*>(from), n);
        tail += n;
    };
    if (has_optional) {
        if (present & block::has_correlation) put(&head.correlation, sizeof head.correlation);
        if (present & block::has_conversation) put(&head.conversation, sizeof head.conversation);
        if (present & block::has_causation) put(&head.causation, sizeof head.causation);
        if (present & block::has_expires) put(&head.expires, sizeof head.expires);
        if (present & block::has_due) put(&head.due, sizeof head.due);
        if (present & block::has_version) put(&head.version, sizeof head.version);
        if (present & block::has_shard) put(&head.shard, sizeof head.shard);
    }
    put(headers.packed().data(), headers.packed().size());
    put(head.shard_key.data(), head.shard_key.size());
    put(head.reply_to.data(), head.reply_to.size());
    put(head.source.data(), head.source.size());
    if (type) return b;
    for (auto const& text : {head.type, head.content_type}) {
        auto const n = static_cast<block::text_size>(text.size());
        put(&n, sizeof n);
        put(text.data(), n);
    }
    return b;
}

// The last owner has gone.
inline void end_block(block* b) noexcept {
    std::size_t const align = b->align();
    std::size_t const size = b->size;
    if (b->object_type) b->object_type->destroy(b->body());
    std::destroy_at(b);
    block::give_back(b, size, align);
}

// The bytes of an object, made by the first who asks.
inline std::string_view encoded(block const& b) {
    return b.encoded.get([&b] {
        auto fresh = std::make_unique<std::string>();
        b.object_type->encode(b.body(), *fresh);
        if (fresh->size() > limits::body) fail(errc::too_large, "at most 16 MiB");
        return fresh.release();
    });
}

} // namespace fairway::detail

#endif
