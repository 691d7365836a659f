// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_RECORD_INPUT_HPP
#define FAIRWAY_TRANSPORT_TCP_RECORD_INPUT_HPP

#include <fairway/envelope/byte_order.hpp>
#include <fairway/transport/tcp/record.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace fairway::tcp_detail {

// A record as it came; its payload lies in the input.
struct raw_record {
    record_type type;
    std::string_view payload;
    // With its size and its type.
    std::size_t whole() const noexcept { return head_bytes + payload.size(); }
};

// What came from a connection and was not taken yet: bytes go in as they come, records come out whole, where they lie.
//
// It holds no more than the largest record and what was read at once: the size of a record is looked at before room is
// made for it.
class record_input {
public:
    // How much is read at once, at first and at most.
    static constexpr std::size_t least_room = 4 * 1024;
    static constexpr std::size_t most_room = 64 * 1024;

    // Records of a size of up to `largest` from now on.
    void limit(std::size_t largest) noexcept { largest_ = largest; }

    // Where the next bytes go; some, always. What `next` returned is gone.
    std::pair<char*, std::size_t> prepare() {
        std::size_t const waiting = end_ - begin_;
        if (waiting == 0) {
            begin_ = end_ = 0;
            if (capacity_ > most_room && need_ <= most_room) begin_anew(); // a large record is over
        }
        // A record of which a part is here goes to the front once there is no room behind it for the rest.
        std::size_t const need = std::max(need_, waiting + 1);
        if (begin_ + need > capacity_ || capacity_ - end_ < capacity_ / 4) make_room(need);
        return {data_.get() + end_, capacity_ - end_};
    }
    // So many of them have come.
    void commit(std::size_t size) noexcept {
        if (size == capacity_ - end_ && capacity_ < most_room) wanted_ = std::min(most_room, 2 * capacity_);
        end_ += size;
    }

    // The preamble of the other side: true once it is here, and taken. Throws `violation` at the first byte that is
    // another one.
    bool take_preamble() {
        std::size_t const here = std::min(preamble.size(), end_ - begin_);
        if (here > 0 && std::memcmp(data_.get() + begin_, preamble.data(), here) != 0)
            violate("the connection does not begin as Fairway's do");
        if (here < preamble.size()) return false;
        begin_ += here;
        return true;
    }

    // The next record, if it has come whole. Throws `violation` for a size that is not allowed.
    std::optional<raw_record> next() {
        need_ = 0;
        if (end_ - begin_ < size_bytes) return std::nullopt;
        std::size_t const whole = record_size();
        if (end_ - begin_ < whole) {
            need_ = whole;
            return std::nullopt;
        }
        char const* const at = data_.get() + begin_;
        begin_ += whole;
        return raw_record{static_cast<record_type>(static_cast<unsigned char>(at[size_bytes])),
            {at + head_bytes, whole - head_bytes}};
    }

    // True where nothing is left, not even a part of a record.
    bool empty() const noexcept { return begin_ == end_; }
    // How much memory it holds, in bytes.
    std::size_t capacity() const noexcept { return capacity_; }

private:
    // Of the record that begins here, whose size has come.
    std::size_t record_size() const {
        std::size_t const size = fairway::detail::load<std::uint32_t>(std::endian::little, data_.get() + begin_);
        if (size == 0) violate("a record of no type");
        if (size > largest_) violate("a record is larger than allowed", goodbye_code::too_large);
        return size_bytes + size;
    }
    // With as much memory as at first. Not while something is read into it.
    void begin_anew() noexcept {
        data_.reset();
        capacity_ = need_ = 0;
        wanted_ = least_room;
    }
    void make_room(std::size_t need) {
        std::size_t const waiting = end_ - begin_;
        std::size_t room = std::max(need, wanted_);
        // Bytes of which nobody has asked for a record yet.
        if (room > capacity_ && room != need_) room = std::max(room, capacity_ + capacity_ / 2);
        if (room > capacity_ || (capacity_ > most_room && room <= most_room)) {
            auto bigger = std::make_unique_for_overwrite<char[]>(room);
            if (waiting > 0) std::memcpy(bigger.get(), data_.get() + begin_, waiting);
            data_ = std::move(bigger);
            capacity_ = room;
        } else if (begin_ > 0 && waiting > 0) {
            std::memmove(data_.get(), data_.get() + begin_, waiting);
        }
        begin_ = 0;
        end_ = waiting;
    }

    std::unique_ptr<char[]> data_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t need_ = 0; // for the record that begins here, where that is known
    std::size_t wanted_ = least_room;
    std::size_t largest_ = wire_limits::before_authentication;
};

} // namespace fairway::tcp_detail

#endif
