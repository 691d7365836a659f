// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_INPUT_BUFFER_HPP
#define FAIRWAY_TRANSPORT_INPUT_BUFFER_HPP

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace fairway::detail {

// What came from a connection and was not taken yet: bytes go in as they come, and are taken in pieces whose size is
// known once they have begun.
//
// It holds no more than the largest piece that was asked for and what was read at once.
class input_buffer {
public:
    // How much is read at once, at first and at most.
    static constexpr std::size_t least_room = 4 * 1024;
    static constexpr std::size_t most_room = 64 * 1024;

    // Where the next bytes go; some, always. What was taken is gone.
    std::pair<char*, std::size_t> prepare() {
        std::size_t const waiting = end_ - begin_;
        if (waiting == 0) {
            begin_ = end_ = 0;
            if (capacity_ > most_room && need_ <= most_room) shrink(); // a large piece is over
        }
        // A piece of which a part is here goes to the front once there is no room behind it for the rest.
        std::size_t const need = std::max(need_, waiting + 1);
        if (begin_ + need > capacity_ || capacity_ - end_ < capacity_ / 4) make_room(need);
        return {data_.get() + end_, capacity_ - end_};
    }
    // So many of them have come.
    void commit(std::size_t size) noexcept {
        if (size == capacity_ - end_ && capacity_ < most_room) wanted_ = std::min(most_room, 2 * capacity_);
        end_ += size;
    }

    // What is here and was not taken.
    std::string_view waiting() const noexcept { return {data_.get() + begin_, end_ - begin_}; }
    // The piece that begins here has so many bytes, more than are waiting; 0 where that is not known.
    void need(std::size_t whole) noexcept { need_ = whole; }
    // The next bytes, of those that wait; they stay until `prepare`.
    std::string_view take(std::size_t size) noexcept {
        std::string_view const taken(data_.get() + begin_, size);
        begin_ += size;
        return taken;
    }

    // So many of the bytes that were taken last wait again, before anything else is done.
    void put_back(std::size_t size) noexcept { begin_ -= size; }

    // True where nothing is left, not even a part of a piece.
    bool empty() const noexcept { return begin_ == end_; }
    // How much memory it holds, in bytes.
    std::size_t capacity() const noexcept { return capacity_; }

    // Holds no more memory than it begins with, where nothing is left; for connections that are idle.
    void shrink() noexcept {
        if (!empty() || capacity_ <= least_room) return;
        data_.reset();
        begin_ = end_ = capacity_ = need_ = 0;
        wanted_ = least_room;
    }

private:
    void make_room(std::size_t need) {
        std::size_t const waiting = end_ - begin_;
        std::size_t room = std::max(need, wanted_);
        // Bytes of which nobody has asked for a piece yet.
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
    std::size_t need_ = 0;
    std::size_t wanted_ = least_room;
};

} // namespace fairway::detail

#endif
