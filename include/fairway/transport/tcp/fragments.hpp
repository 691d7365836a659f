// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A record that is larger than the largest record travels in several FRAGMENTs, one right behind the other in the
// stream: PROTOCOL.md, "Fragments".
#ifndef FAIRWAY_TRANSPORT_TCP_FRAGMENTS_HPP
#define FAIRWAY_TRANSPORT_TCP_FRAGMENTS_HPP

#include <fairway/transport/tcp/control_records.hpp>
#include <fairway/transport/tcp/joining_budget.hpp>
#include <fairway/transport/tcp/record_fields.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace fairway::tcp_detail {

// The parts of a record of `payload_size` where a record's size may be `largest`.
struct fragment_plan {
    static constexpr std::size_t head = head_bytes + 1;

    fragment_plan(std::size_t payload_size, std::size_t largest) noexcept
        : bytes(1 + payload_size), each(largest - 2), count((bytes + each - 1) / each) {}
    std::size_t whole() const noexcept { return bytes + count * head; }

    // Puts the heads between the parts, in place: `to` has room for `whole()`, whose last `bytes` are type and payload.
    void spread(char* to) const noexcept {
        char const* from = to + count * head;
        std::size_t left = bytes;
        while (left > 0) {
            std::size_t const part = std::min(left, each);
            left -= part;
            // Never over what is still to be moved: the heads that are missing make the distance.
            std::memmove(to + head, from, part);
            char* const at = write_head(to, record_type::fragment, 1 + part);
            *at = left == 0 ? 1 : 0;
            to += head + part;
            from += part;
        }
    }

    std::size_t bytes;
    std::size_t each;
    std::size_t count;
};

// Joins them again.
class fragment_joiner {
public:
    // See `joining_budget::share`.
    explicit fragment_joiner(std::shared_ptr<joining_budget> budget = std::make_shared<joining_budget>(),
        std::string whose = {}, std::function<void()> go_on = {})
        : budget_(std::move(budget), std::move(whose), std::move(go_on)) {}

    // True between the first fragment of a record and its last one.
    bool inside() const noexcept { return !joined_.empty(); }

    // Whether there is room for a FRAGMENT's payload, which is to be taken then; where there is none, `go_on` says when
    // to ask again.
    bool reserve(std::string_view payload) {
        if (done_) clear();
        std::size_t const part = payload.size() - std::min<std::size_t>(payload.size(), 1);
        return part > wire_limits::joined - joined_.size() || budget_.take(part); // what is too large is refused below
    }
    // Does not ask any more.
    void stop_asking() noexcept { budget_.stop_waiting(); }
    // Takes a FRAGMENT's payload; the record's type and payload once it is whole, valid until the next call. Throws
    // `violation`.
    std::optional<std::pair<record_type, std::string_view>> take(std::string_view payload) {
        if (done_) clear();
        field_reader in(payload);
        bool last = false;
        in.get(last);
        auto const part = in.rest();
        if (part.empty()) violate("an empty fragment");
        if (part.size() > wire_limits::joined - joined_.size())
            violate("the fragments of a record are too large", goodbye_code::too_large);
        joined_.append(part);
        if (!last) return std::nullopt;
        auto const type = static_cast<record_type>(static_cast<unsigned char>(joined_[0]));
        if (!is_counted(type) || type == record_type::fragment) violate("a record in fragments that may not be");
        done_ = true;
        return std::pair(type, std::string_view(joined_).substr(1));
    }
    // What `take` returned is done with.
    void clear() noexcept {
        budget_.give_back();
        if (joined_.capacity() > 64) std::string().swap(joined_);
        joined_.clear();
        done_ = false;
    }

private:
    joining_budget::share budget_;
    std::string joined_;
    bool done_ = false;
};

} // namespace fairway::tcp_detail

#endif
