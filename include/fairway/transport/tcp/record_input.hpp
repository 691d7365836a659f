// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_RECORD_INPUT_HPP
#define FAIRWAY_TRANSPORT_TCP_RECORD_INPUT_HPP

#include <fairway/envelope/byte_order.hpp>
#include <fairway/transport/input_buffer.hpp>
#include <fairway/transport/tcp/record.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace fairway::tcp_detail {

// A record as it came; its payload lies in the input.
struct raw_record {
    record_type type;
    std::string_view payload;
    // With its size and its type.
    std::size_t whole() const noexcept { return head_bytes + payload.size(); }
};

// The records that come from a connection: bytes go in as they come, records come out whole, where they lie.
//
// It holds no more than the largest record and what was read at once: the size of a record is looked at before room is
// made for it. What `next` returned is gone with the next `prepare`.
class record_input : private fairway::detail::input_buffer {
public:
    using input_buffer::capacity;
    using input_buffer::commit;
    using input_buffer::empty;
    using input_buffer::least_room;
    using input_buffer::most_room;
    using input_buffer::prepare;
    using input_buffer::shrink;

    // Records of a size of up to `largest` from now on.
    void limit(std::size_t largest) noexcept { largest_ = largest; }

    // The preamble of the other side: true once it is here, and taken. Throws `violation` at the first byte that is
    // another one.
    bool take_preamble() {
        auto const here = waiting().substr(0, preamble.size());
        if (here != preamble.substr(0, here.size())) violate("the connection does not begin as Fairway's do");
        if (here.size() < preamble.size()) return false;
        take(here.size());
        return true;
    }

    // The next record, if it has come whole. Throws `violation` for a size that is not allowed.
    std::optional<raw_record> next() {
        need(0);
        auto const here = waiting();
        if (here.size() < size_bytes) return std::nullopt;
        std::size_t const whole = record_size(here);
        if (here.size() < whole) {
            need(whole);
            return std::nullopt;
        }
        auto const record = take(whole);
        return raw_record{
            static_cast<record_type>(static_cast<unsigned char>(record[size_bytes])), record.substr(head_bytes)};
    }

    // It was not processed, and comes again: what `next` returned last, before anything else is done.
    void put_back(raw_record const& r) noexcept { input_buffer::put_back(r.whole()); }

private:
    // Of the record that begins here, whose size has come.
    std::size_t record_size(std::string_view here) const {
        std::size_t const size = fairway::detail::load<std::uint32_t>(std::endian::little, here.data());
        if (size == 0) violate("a record of no type");
        if (size > largest_) violate("a record is larger than allowed", goodbye_code::too_large);
        return size_bytes + size;
    }

    std::size_t largest_ = wire_limits::before_authentication;
};

} // namespace fairway::tcp_detail

#endif
