// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ENVELOPE_ENVELOPE_HPP
#define FAIRWAY_ENVELOPE_ENVELOPE_HPP

#include <fairway/envelope/body_type.hpp>
#include <fairway/envelope/head.hpp>
#include <fairway/envelope/headers.hpp>
#include <fairway/envelope/layout.hpp>
#include <fairway/envelope/limits.hpp>
#include <fairway/error.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace fairway {

/// An encoded or typed message that travels: standard headers, the user's headers and a body in one immutable,
/// reference-counted block. Copies share the block; they may be used and dropped on any thread.
class envelope {
public:
    /// No message.
    envelope() = default;
    envelope(envelope const& other) noexcept : block_(other.block_) {
        if (block_) block_->references.add();
    }
    envelope(envelope&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
    envelope& operator=(envelope other) noexcept {
        std::swap(block_, other.block_);
        return *this;
    }
    ~envelope() {
        if (block_) drop();
    }

    /// A message with a body of bytes; everything is copied. Throws `system_error` with the errc of a violated limit.
    static envelope of_bytes(envelope_head const& head, header_view headers, std::string_view body) {
        if (body.size() > limits::body) detail::fail(errc::too_large, "at most 16 MiB");
        detail::check_head(head);
        envelope e(detail::make_block(head, headers, nullptr, body.size()));
        if (!body.empty()) std::memcpy(e.block_->body(), body.data(), body.size());
        return e;
    }

    /// A message whose body is the object that `construct(void*)` makes in place; it is encoded only if somebody asks
    /// for bytes. `type`, which has static storage duration, says type, version and content type, whatever `head` says
    /// of them; everything else is copied. Throws what `construct` throws, and as `of_bytes`.
    template <class Construct>
    static envelope of_object(
        envelope_head const& head, header_view headers, body_type const& type, Construct&& construct) {
        detail::check_head(head);
        detail::block* const b = detail::make_block(head, headers, &type, type.size);
        try {
            std::forward<Construct>(construct)(static_cast<void*>(b->body()));
        } catch (...) {
            detail::block::give_back(b, b->size, type.align);
            throw;
        }
        return envelope(b);
    }

    /// True where there is a message.
    explicit operator bool() const noexcept { return block_ != nullptr; }
    /// The standard headers; their texts live as long as the message. Of one or two of them the functions below are
    /// cheaper.
    envelope_head head() const noexcept {
        envelope_head h;
        h.id = block_->id;
        h.correlation = correlation();
        h.conversation = block_->optional<message_id>(detail::block::has_conversation);
        h.causation = causation();
        h.time = block_->time;
        h.expires = expires();
        h.due = due();
        h.type = block_->type();
        h.version = block_->version();
        h.shard = shard();
        h.content_type = block_->content_type();
        h.shard_key = block_->shard_key();
        h.reply_to = block_->reply_to();
        h.source = block_->source();
        return h;
    }
    /// The message's own id.
    message_id id() const noexcept { return block_->id; }
    /// The id of the request that this message answers; nil otherwise.
    message_id correlation() const noexcept { return block_->optional<message_id>(detail::block::has_correlation); }
    /// The id of the message that began the conversation: its own where it began one.
    message_id conversation() const noexcept {
        return block_->present & detail::block::has_conversation
                   ? block_->optional<message_id>(detail::block::has_conversation)
                   : block_->id;
    }
    /// The id of the message whose handling sent this one; nil where none did.
    message_id causation() const noexcept { return block_->optional<message_id>(detail::block::has_causation); }
    /// When it was sent.
    time_point time() const noexcept { return block_->time; }
    /// When it becomes worthless; `no_time` for never.
    time_point expires() const noexcept { return block_->optional<time_point>(detail::block::has_expires); }
    /// Not to be delivered before this time; `no_time` for at once.
    time_point due() const noexcept { return block_->optional<time_point>(detail::block::has_due); }
    /// True where it has such a time.
    bool is_delayed() const noexcept { return (block_->present & detail::block::has_due) != 0; }
    /// The wire name of its contract.
    std::string_view type() const noexcept { return block_->type(); }
    /// The version of its contract.
    message_version version() const noexcept { return block_->version(); }
    /// The media type of the body's bytes.
    std::string_view content_type() const noexcept { return block_->content_type(); }
    /// The shard that the key picks; `no_shard` on an unsharded channel.
    std::uint32_t shard() const noexcept { return block_->optional(detail::block::has_shard, no_shard); }
    /// By what it is sharded; empty for unordered.
    std::string_view shard_key() const noexcept { return block_->shard_key(); }
    /// Where the answer goes; empty where none is wanted.
    std::string_view reply_to() const noexcept { return block_->reply_to(); }
    /// True where somebody waits for an answer.
    bool wants_reply() const noexcept { return block_->reply_to_size > 0; }
    /// The name of the service that sent it.
    std::string_view source() const noexcept { return block_->source(); }
    /// The user's headers.
    header_view headers() const noexcept { return block_->header_pairs(); }
    /// False where none of the headers belongs to Fairway.
    bool may_have_reserved_headers() const noexcept { return (block_->present & detail::block::may_be_reserved) != 0; }
    /// Which type of object is the body; null where the body is bytes.
    body_type const* object_type() const noexcept { return block_->object_type; }
    /// The body as an object of the type `object_type()` describes.
    void const* object() const noexcept { return block_->body(); }
    /// The same where it is known that it is a T.
    template <class T>
    T const& object_as() const noexcept {
        return *reinterpret_cast<T const*>(
            reinterpret_cast<char const*>(block_) + detail::block::body_offset(alignof(T)));
    }

    /// The body as bytes. Of an object they are made at most once; throws what its `encode` throws, or
    /// `errc::too_large`.
    std::string_view body() const {
        if (!block_->object_type) return {block_->body(), block_->body_size};
        return detail::encoded(*block_);
    }

    /// How much memory the message takes, in bytes, without what its object allocated itself.
    std::size_t footprint() const noexcept { return block_->size; }

private:
    // Who sees to it that another owner outlives it, may refer to a message without counting: see `delivery`.
    friend class delivery;
    envelope refer() const noexcept { return envelope(block_); }
    void forget() noexcept { block_ = nullptr; }
    void retain() const noexcept {
        if (block_) block_->references.add();
    }

    explicit envelope(detail::block* b) noexcept : block_(b) {}

    void drop() noexcept {
        if (block_->references.drop()) detail::end_block(block_);
    }

    detail::block* block_ = nullptr;
};

} // namespace fairway

#endif
