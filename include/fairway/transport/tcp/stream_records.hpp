// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The records of a session's stream: what is offered, subscribed, delivered and settled. Those that carry a message
// have a head here, behind which the envelope stands (envelope_fields.hpp).
#ifndef FAIRWAY_TRANSPORT_TCP_STREAM_RECORDS_HPP
#define FAIRWAY_TRANSPORT_TCP_STREAM_RECORDS_HPP

#include <fairway/transport/tcp/record_fields.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace fairway::tcp_detail {

enum class wire_kind : std::uint8_t { point_to_point = 0, publish_subscribe = 1 };

// What became of deliveries; `returned` ones were not begun, which does not count as an attempt.
enum class settle_how : std::uint8_t { accepted = 0, released = 1, returned = 2 };

// `count` deliveries from `tag` on.
struct settled {
    std::uint64_t tag = 0;
    std::uint32_t count = 1;
    settle_how how = settle_how::accepted;
    friend bool operator==(settled const&, settled const&) = default;
};

// What a SETTLE says: written from an array, read in place.
class settled_list {
public:
    static constexpr std::size_t each_bytes = 13;
    static constexpr std::size_t most = 65'535;

    settled_list() = default;
    // At most `most`; the array has to stay.
    explicit settled_list(std::span<settled const> items) noexcept : items_(items), size_(items.size()) {}

    static settled_list read(field_reader& in) {
        settled_list list;
        list.size_ = in.number<std::uint16_t>();
        list.packed_ = in.take(list.size_ * each_bytes);
        for (std::size_t i = 0; i < list.size_; ++i) {
            auto const one = list[i];
            if (one.how > settle_how::returned) violate("a settlement of an unknown kind");
            if (one.count == 0) violate("a settlement of nothing");
            if (one.tag + (one.count - 1) < one.tag) violate("a settlement of tags beyond the last");
        }
        return list;
    }
    std::size_t size() const noexcept { return size_; }
    settled operator[](std::size_t i) const noexcept {
        if (packed_.empty()) return items_[i];
        char const* const at = packed_.data() + i * each_bytes;
        settled one;
        one.tag = fairway::detail::load<std::uint64_t>(std::endian::little, at);
        one.count = fairway::detail::load<std::uint32_t>(std::endian::little, at + 8);
        one.how = static_cast<settle_how>(at[12]);
        return one;
    }
    void write(field_writer& out) const noexcept {
        out.put(static_cast<std::uint16_t>(size_));
        for (std::size_t i = 0; i < size_; ++i) {
            auto const one = (*this)[i];
            out.put(one.tag);
            out.put(one.count);
            out.put(one.how);
        }
    }

private:
    std::span<settled const> items_;
    std::string_view packed_;
    std::size_t size_ = 0;
};
inline std::size_t field_size(settled_list const& list) {
    if (list.size() > settled_list::most) fairway::detail::fail(errc::too_large, "a SETTLE of more than 65535");
    return 2 + list.size() * settled_list::each_bytes;
}

// The sender has a queue for `channel`, known as `road` from now on.
struct offer_record {
    static constexpr auto type = record_type::offer;
    std::uint32_t road = 0;
    wire_kind kind = wire_kind::point_to_point;
    std::uint32_t shards = 0;
    std::string_view channel;
    template <class Self, class F>
    static void each(Self& s, F&& f) {
        f(s.road, s.kind, s.shards, s.channel);
    }
};

// The answer to an OFFER: all who consume the channel have subscribed.
struct answered_record {
    static constexpr auto type = record_type::answered;
    std::uint32_t road = 0;
    template <class Self, class F>
    static void each(Self& s, F&& f) {
        f(s.road);
    }
};

struct withdraw_record {
    static constexpr auto type = record_type::withdraw;
    std::uint32_t road = 0;
    template <class Self, class F>
    static void each(Self& s, F&& f) {
        f(s.road);
    }
};

// The sender wants the messages of `channel`, as a member of `group`.
struct subscribe_record {
    static constexpr auto type = record_type::subscribe;
    std::uint32_t consumer = 0;
    wire_kind kind = wire_kind::point_to_point;
    std::uint32_t shards = 0;
    std::string_view channel;
    std::string_view group;
    std::uint32_t prefetch = 0;
    std::uint32_t window_messages = 0;
    std::uint64_t window_bytes = 0;
    std::uint64_t member = 0;
    template <class Self, class F>
    static void each(Self& s, F&& f) {
        f(s.consumer, s.kind, s.shards, s.channel, s.group, s.prefetch, s.window_messages, s.window_bytes, s.member);
    }
};

// What is said of a consumer without more: SUBSCRIBED, UNSUBSCRIBE, PAUSE, CLOSED, RECALLED.
template <record_type Type>
struct consumer_record {
    static constexpr auto type = Type;
    std::uint32_t consumer = 0;
    template <class Self, class F>
    static void each(Self& s, F&& f) {
        f(s.consumer);
    }
};
using subscribed_record = consumer_record<record_type::subscribed>;
using unsubscribe_record = consumer_record<record_type::unsubscribe>;
using pause_record = consumer_record<record_type::pause>;
using closed_record = consumer_record<record_type::closed>;
using recalled_record = consumer_record<record_type::recalled>;
// What is said of one thing without more.
inline std::uint32_t number_in(std::string_view payload) { return read_fields<closed_record>(payload).consumer; }

// The messages of a group are to be kept from now on.
struct declare_record {
    static constexpr auto type = record_type::declare;
    wire_kind kind = wire_kind::publish_subscribe;
    std::uint32_t shards = 0;
    std::string_view channel;
    std::string_view group;
    template <class Self, class F>
    static void each(Self& s, F&& f) {
        f(s.kind, s.shards, s.channel, s.group);
    }
};

// Give back what was not received, but for what makes up `most` with what is held.
struct recall_record {
    static constexpr auto type = record_type::recall;
    std::uint32_t consumer = 0;
    std::uint32_t most = 0;
    template <class Self, class F>
    static void each(Self& s, F&& f) {
        f(s.consumer, s.most);
    }
};

// The answer to a HOLD that is on: nothing of the shard is on its way.
struct held_record {
    static constexpr auto type = record_type::held;
    std::uint32_t consumer = 0;
    std::uint32_t shard = 0;
    template <class Self, class F>
    static void each(Self& s, F&& f) {
        f(s.consumer, s.shard);
    }
};

// A SUBSCRIBE was refused: `reason` is the number of a `fairway::errc`.
struct refused_record {
    static constexpr auto type = record_type::refused;
    std::uint32_t consumer = 0;
    std::uint16_t reason = 0;
    std::string_view text;
    template <class Self, class F>
    static void each(Self& s, F&& f) {
        f(s.consumer, s.reason, s.text);
    }
};

// So much more may be delivered.
struct window_record {
    static constexpr auto type = record_type::window;
    std::uint32_t consumer = 0;
    std::uint32_t messages = 0;
    std::uint64_t bytes = 0;
    template <class Self, class F>
    static void each(Self& s, F&& f) {
        f(s.consumer, s.messages, s.bytes);
    }
};

// An envelope follows.
struct deliver_head {
    static constexpr auto type = record_type::deliver;
    std::uint32_t consumer = 0;
    std::uint64_t tag = 0;
    std::uint32_t attempt = 1;
    template <class Self, class F>
    static void each(Self& s, F&& f) {
        f(s.consumer, s.tag, s.attempt);
    }
};

struct settle_record {
    static constexpr auto type = record_type::settle;
    std::uint32_t consumer = 0;
    std::uint64_t bytes_freed = 0;
    settled_list what;
    template <class Self, class F>
    static void each(Self& s, F&& f) {
        f(s.consumer, s.bytes_freed, s.what);
    }
};
// As many records as so many settlements take.
template <class Put>
void put_settlements(std::uint32_t consumer, std::uint64_t bytes, std::span<settled const> all, Put&& put) {
    constexpr std::size_t at_once = 4'096;
    for (; !all.empty(); bytes = 0) {
        auto const some = all.first(std::min(all.size(), at_once));
        put(settle_record{consumer, bytes, settled_list(some)});
        all = all.subspan(some.size());
    }
}

// Deliver nothing of a shard, or do so again.
struct hold_record {
    static constexpr auto type = record_type::hold;
    std::uint32_t consumer = 0;
    std::uint32_t shard = 0;
    bool on = false;
    template <class Self, class F>
    static void each(Self& s, F&& f) {
        f(s.consumer, s.shard, s.on);
    }
};

// An envelope follows.
struct reply_head {
    static constexpr auto type = record_type::reply;
    std::uint64_t channel = 0;
    template <class Self, class F>
    static void each(Self& s, F&& f) {
        f(s.channel);
    }
};

// So many messages will never be delivered to the consumer.
struct gap_record {
    static constexpr auto type = record_type::gap;
    std::uint32_t consumer = 0;
    std::uint64_t messages = 0;
    template <class Self, class F>
    static void each(Self& s, F&& f) {
        f(s.consumer, s.messages);
    }
};

} // namespace fairway::tcp_detail

#endif
