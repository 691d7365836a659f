// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENVELOPE_ENVELOPE_HPP
#define FAIRWAY_ENVELOPE_ENVELOPE_HPP

#include <fairway/contract/message.hpp>
#include <fairway/envelope/body_type.hpp>
#include <fairway/envelope/headers.hpp>
#include <fairway/envelope/message_id.hpp>
#include <fairway/envelope/time.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>

namespace fairway {

/// The shard of a message that was not assigned one.
inline constexpr std::uint32_t no_shard = 0xffffffffU;

/// The standard headers of a message: what every transport has a place for.
struct envelope_head {
    /// The message's own id.
    message_id id;
    /// The id of the request that this message answers; nil otherwise.
    message_id correlation;
    /// The id of the message that began the conversation; nil where unknown.
    message_id conversation;
    /// The id of the message whose handling sent this one; nil where none did.
    message_id causation;
    /// When it was sent.
    time_point time = no_time;
    /// When it becomes worthless; `no_time` for never.
    time_point expires = no_time;
    /// Not to be delivered before this time; `no_time` for at once.
    time_point due = no_time;
    /// The wire name of its contract.
    std::string_view type;
    /// The version of its contract.
    message_version version;
    /// The shard that the key picks; `no_shard` on an unsharded channel.
    std::uint32_t shard = no_shard;
    /// The media type of the body's bytes.
    std::string_view content_type;
    /// By what it is sharded; empty for unordered.
    std::string_view shard_key;
    /// Where the answer goes, as the transport of the requester wrote it; empty where none is wanted.
    std::string_view reply_to;
    /// The name of the service that sent it.
    std::string_view source;
};

/// An encoded or typed message that travels: standard headers, the user's headers and a body in one immutable,
/// reference-counted block. Copies share the block; they may be used and dropped on any thread.
class envelope {
public:
    /// No message.
    envelope() = default;
    envelope(envelope const& other) noexcept : block_(other.block_) {
        if (block_) block_->references.fetch_add(1, std::memory_order_relaxed);
    }
    envelope(envelope&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
    envelope& operator=(envelope other) noexcept {
        std::swap(block_, other.block_);
        return *this;
    }
    ~envelope() { drop(); }

    /// A message with a body of bytes; everything is copied. Throws `system_error` with the errc of a violated limit.
    static envelope of_bytes(envelope_head const& head, header_view headers, std::string_view body) {
        if (body.size() > limits::body) detail::fail(errc::too_large, "at most 16 MiB");
        envelope e = allocate(head, headers, 1, body.size(), true);
        if (!body.empty()) std::memcpy(e.body_address(), body.data(), body.size());
        e.block_->body_size = body.size();
        return e;
    }

    /// A message whose body is the object that `construct(void*)` makes in place; it is encoded only if somebody asks
    /// for bytes. `head.type` and `type` must have static storage duration; everything else is copied.
    template <class Construct>
    static envelope of_object(
        envelope_head const& head, header_view headers, body_type const& type, Construct&& construct) {
        envelope e = allocate(head, headers, type.align, type.size, false);
        std::forward<Construct>(construct)(e.body_address());
        e.block_->object_type = &type;
        e.block_->head.content_type = type.content_type;
        return e;
    }

    /// True where there is a message.
    explicit operator bool() const noexcept { return block_ != nullptr; }
    /// The standard headers.
    envelope_head const& head() const noexcept { return block_->head; }
    /// The user's headers.
    header_view headers() const noexcept { return {block_->packed, block_->header_count}; }
    /// Which type of object is the body; null where the body is bytes.
    body_type const* object_type() const noexcept { return block_->object_type; }
    /// The body as an object of the type `object_type()` describes.
    void const* object() const noexcept { return body_address(); }

    /// The body as bytes. Of an object they are made at most once; throws what its `encode` throws, or
    /// `errc::too_large`.
    std::string_view body() const {
        if (!block_->object_type) return {static_cast<char const*>(body_address()), block_->body_size};
        auto& state = block_->encoding;
        int now = state.load(std::memory_order_acquire);
        while (now != made) {
            if (now == in_the_making)
                state.wait(now, std::memory_order_acquire);
            else if (state.compare_exchange_strong(now, in_the_making, std::memory_order_acquire))
                encode();
            now = state.load(std::memory_order_acquire);
        }
        return *block_->encoded;
    }

    /// How much memory the message takes, in bytes, without what its object allocated itself.
    std::size_t footprint() const noexcept { return block_->size; }

private:
    // States of a body's bytes. Who takes them from `not_made` to `in_the_making` makes them, others wait.
    static constexpr int not_made = 0;
    static constexpr int in_the_making = 1;
    static constexpr int made = 2;

    struct block {
        std::atomic<std::uint32_t> references{1};
        std::uint32_t header_count = 0;
        std::uint32_t body_offset = 0;
        std::uint32_t align = 0;
        body_type const* object_type = nullptr;
        std::size_t body_size = 0;
        std::size_t size = 0;
        std::atomic<int> encoding{not_made};
        std::unique_ptr<std::string> encoded;
        envelope_head head;
        std::string_view packed;
    };

    // The aligned form of new takes about 5 ns more (glibc 2.36), and few bodies need it.
    static void* obtain(std::size_t size, std::size_t align) {
        if (align <= __STDCPP_DEFAULT_NEW_ALIGNMENT__) return ::operator new(size);
        return ::operator new(size, std::align_val_t(align));
    }
    static void give_back(void* memory, std::size_t align) noexcept {
        if (align <= __STDCPP_DEFAULT_NEW_ALIGNMENT__) return ::operator delete(memory);
        ::operator delete(memory, std::align_val_t(align));
    }

    static void check(envelope_head const& head) {
        detail::check_header_value("shard key", head.shard_key);
        detail::check_header_value("reply to", head.reply_to);
    }

    // One block: the fixed part, the body, then the texts that do not outlive the call.
    static envelope allocate(
        envelope_head const& head, header_view headers, std::size_t align, std::size_t body, bool copy_constants) {
        check(head);
        std::size_t const block_align = std::max(align, alignof(block));
        std::size_t const body_offset = (sizeof(block) + align - 1) / align * align;
        std::size_t constants = 0;
        if (copy_constants) constants = head.type.size() + head.content_type.size();
        std::size_t const size = body_offset + body + headers.packed().size() + head.shard_key.size() +
                                 head.reply_to.size() + head.source.size() + constants;
        void* const memory = obtain(size, block_align);
        envelope e;
        e.block_ = new (memory) block;
        e.block_->size = size;
        e.block_->align = static_cast<std::uint32_t>(block_align);
        e.block_->body_offset = static_cast<std::uint32_t>(body_offset);
        e.block_->header_count = static_cast<std::uint32_t>(headers.size());
        char* tail = static_cast<char*>(memory) + body_offset + body;
        auto const keep = [&tail](std::string_view text) {
            if (text.empty()) return std::string_view();
            std::memcpy(tail, text.data(), text.size());
            std::string_view const kept(tail, text.size());
            tail += text.size();
            return kept;
        };
        e.block_->packed = keep(headers.packed());
        auto& h = e.block_->head;
        h = head;
        h.shard_key = keep(head.shard_key);
        h.reply_to = keep(head.reply_to);
        h.source = keep(head.source);
        if (copy_constants) {
            h.type = keep(head.type);
            h.content_type = keep(head.content_type);
        }
        return e;
    }

    void encode() const {
        try {
            auto fresh = std::make_unique<std::string>();
            block_->object_type->encode(body_address(), *fresh);
            if (fresh->size() > limits::body) detail::fail(errc::too_large, "at most 16 MiB");
            block_->encoded = std::move(fresh);
        } catch (...) {
            end_encoding(not_made);
            throw;
        }
        end_encoding(made);
    }
    void end_encoding(int state) const noexcept {
        block_->encoding.store(state, std::memory_order_release);
        block_->encoding.notify_all();
    }

    void* body_address() const noexcept { return reinterpret_cast<char*>(block_) + block_->body_offset; }

    void drop() noexcept {
        if (!block_) return;
        // The last owner needs no atomic write: nobody else can see the block.
        if (block_->references.load(std::memory_order_acquire) != 1 &&
            block_->references.fetch_sub(1, std::memory_order_acq_rel) != 1)
            return;
        if (block_->object_type) block_->object_type->destroy(body_address());
        std::size_t const align = block_->align;
        block_->~block();
        give_back(block_, align);
    }

    block* block_ = nullptr;
};

} // namespace fairway

#endif
