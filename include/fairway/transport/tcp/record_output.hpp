// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_RECORD_OUTPUT_HPP
#define FAIRWAY_TRANSPORT_TCP_RECORD_OUTPUT_HPP

#include <fairway/envelope/byte_order.hpp>
#include <fairway/transport/tcp/record.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace fairway::tcp_detail {

// Some records of a stream, whole, one behind the other.
struct output_chunk {
    output_chunk(std::size_t room, std::uint64_t offset)
        : data(std::make_unique_for_overwrite<char[]>(room)), capacity(room), begin(offset) {}
    std::uint64_t end() const noexcept { return begin + used; }

    std::unique_ptr<char[]> data;
    std::size_t capacity;
    std::size_t used = 0;
    std::uint64_t begin; // its first byte in the stream
};

// Bytes of a chunk; the chunk stays for as long as this does, also where they are acknowledged meanwhile.
struct output_part {
    std::shared_ptr<output_chunk const> chunk;
    char const* data;
    std::size_t size;
};

// The stream of one direction on the sender's side: what was put and is not acknowledged, where it was written; nothing
// of it is copied. Memory is of chunks that are used again, so that putting, sending and acknowledging small records
// allocates nothing.
class record_output {
public:
    static constexpr std::size_t least_chunk = 4 * 1024;
    static constexpr std::size_t most_chunk = 64 * 1024;

    // Room for a record of `size` bytes at the end. It is put by `end`; otherwise nothing has happened.
    char* begin(std::size_t size) {
        if (chunks_.empty() || chunks_.back()->capacity - chunks_.back()->used < size) add_chunk(size);
        return chunks_.back()->data.get() + chunks_.back()->used;
    }
    // The offset of its end.
    std::uint64_t end(std::size_t size) noexcept {
        chunks_.back()->used += size;
        return end_ += size;
    }

    std::uint64_t end_offset() const noexcept { return end_; }
    std::uint64_t acked_offset() const noexcept { return acked_; }
    std::uint64_t unacked() const noexcept { return end_ - acked_; }
    std::uint64_t unsent() const noexcept { return end_ - sent_; }
    std::uint64_t in_flight() const noexcept { return sent_ - acked_; }

    // What is to be sent next: `take(output_part)` for each part, which ends with a record, or a fragment of one, until
    // `most` bytes or `parts` parts are passed.
    template <class Take>
    void send(std::size_t most, std::size_t parts, Take&& take) {
        std::size_t total = 0;
        for (auto const& chunk : chunks_) {
            if (chunk->end() <= sent_) continue;
            if (parts == 0 || total >= most) break;
            auto const skip = static_cast<std::size_t>(sent_ - chunk->begin);
            char const* const from = chunk->data.get() + skip;
            std::size_t const size = whole_records(from, chunk->used - skip, most - total);
            take(output_part{chunk, from, size});
            sent_ += size;
            furthest_ = std::max(furthest_, sent_);
            if (sent_ < chunk->end()) break;
            total += size;
            --parts;
        }
    }

    // The peer has processed what ends at or before `offset`. Throws `violation`.
    void ack(std::uint64_t offset) {
        if (offset < acked_) violate("an acknowledgement takes back another one");
        if (offset > sent_) violate("an acknowledgement of what was not sent");
        release(offset);
    }

    // On another connection the peer goes on from `offset`: it has processed what was before. Throws `violation`.
    void resume(std::uint64_t offset) {
        if (offset < acked_ || offset > furthest_) violate("a session is resumed at an offset that it has not");
        release(offset);
        sent_ = offset; // who cuts into a record gets what it asked for
    }

    // Gives back memory that waits for its next use.
    void shrink() noexcept {
        spare_.clear();
        if (unacked() == 0 && chunks_.size() == 1 && chunks_[0]->capacity > least_chunk) chunks_.clear();
    }
    // How much memory it holds, in bytes.
    std::size_t capacity() const noexcept {
        std::size_t all = 0;
        for (auto const& c : chunks_) all += c->capacity;
        for (auto const& c : spare_) all += c->capacity;
        return all;
    }

private:
    static constexpr std::size_t most_spare = 4;

    // How much of these to send: all, or, where a large record makes that more than `most`, its fragments up to there,
    // at least one; so that what the other side waits for is not kept waiting by it.
    static std::size_t whole_records(char const* from, std::size_t size, std::size_t most) noexcept {
        if (size <= std::max(most, most_chunk)) return size;
        std::size_t n = 0;
        while (size - n >= size_bytes) {
            std::size_t const next = size_bytes + fairway::detail::load<std::uint32_t>(std::endian::little, from + n);
            if (next > size - n) break; // it was cut into, by whoever has resumed within it
            if (n > 0 && n + next > most) return n;
            n += next;
        }
        return size;
    }

    void release(std::uint64_t offset) {
        acked_ = offset;
        std::size_t done = 0;
        while (done < chunks_.size() && chunks_[done]->end() <= acked_) ++done;
        // The last one goes on to be filled while it has room.
        if (done > 0 && done == chunks_.size() && !is_done_with_last()) --done;
        if (done == 0) return;
        for (std::size_t i = 0; i < done; ++i) keep(std::move(chunks_[i]));
        chunks_.erase(chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(done));
    }

    void add_chunk(std::size_t size) {
        if (size <= most_chunk && !spare_.empty()) {
            auto chunk = std::move(spare_.back());
            spare_.pop_back();
            chunk->used = 0;
            chunk->begin = end_;
            chunks_.push_back(std::move(chunk));
            return;
        }
        // They grow with use: most sessions say little.
        next_ = std::min(most_chunk, 2 * next_);
        chunks_.push_back(std::make_shared<output_chunk>(std::max(size, next_), end_));
    }
    // The last chunk, all of which is acknowledged, begins again at its front: then false.
    bool is_done_with_last() {
        auto& last = chunks_.back();
        if (last->capacity > most_chunk) return true;
        if (last.use_count() > 1) return last->used == last->capacity; // its writer has not returned yet
        last->used = 0;
        last->begin = end_;
        return false;
    }
    void keep(std::shared_ptr<output_chunk> chunk) {
        // One that is still being written is its writer's.
        if (chunk->capacity == most_chunk && chunk.use_count() == 1 && spare_.size() < most_spare)
            spare_.push_back(std::move(chunk));
    }

    std::vector<std::shared_ptr<output_chunk>> chunks_;
    std::vector<std::shared_ptr<output_chunk>> spare_;
    std::size_t next_ = least_chunk / 2;
    std::uint64_t acked_ = 0;
    std::uint64_t sent_ = 0;     // on this connection
    std::uint64_t furthest_ = 0; // on any
    std::uint64_t end_ = 0;
};

} // namespace fairway::tcp_detail

#endif
