// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Peers that harm a node, as far as it lets them: what each kind of them does, so many times a second.
#ifndef FAIRWAY_BENCHMARKS_TCP_HOSTILE_PEERS_HPP
#define FAIRWAY_BENCHMARKS_TCP_HOSTILE_PEERS_HPP

#include "fairway_peer.hpp"

#include <fairway/transport/tcp/control_records.hpp>
#include <fairway/transport/tcp/envelope_fields.hpp>
#include <fairway/transport/tcp/reply_ways.hpp>
#include <fairway/transport/tcp/stream_records.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

/// What the node publishes for those who subscribe.
using stories = fairway::publish_subscribe<"bench.stories", parcel>;

namespace hostile {

using namespace fairway::tcp_detail;

/// A connection to the node at that port of this host. It reads nothing: what the node says stays in the kernel, which
/// takes little of it.
class connection {
public:
    connection() = default;
    explicit connection(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        int const little = 4096;
        int const on = 1;
        timeval const a_second{1, 0}; // a node that takes nothing must not hold its attackers up
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
        ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &a_second, sizeof a_second);
        ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_port = htons(port);
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        static_cast<void>(::connect(socket_, reinterpret_cast<sockaddr const*>(&at), sizeof at));
    }
    connection(connection&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
    connection& operator=(connection other) noexcept {
        std::swap(socket_, other.socket_);
        return *this;
    }
    ~connection() {
        if (socket_ >= 0) ::close(socket_);
    }
    /// False where the node has ended it.
    bool say(std::string_view bytes) const {
        while (!bytes.empty()) {
            auto const n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (n <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
        return true;
    }

private:
    int socket_ = -1;
};

/// A node's id that nobody else has.
inline identity another_id() {
    static std::uint64_t last = 0; // used by one thread
    identity id;
    ++last;
    std::memcpy(id.bytes.data(), &last, sizeof last);
    return id;
}
/// How a dialer begins; what it says next may follow at once.
inline std::string greeting_of(identity const& node) {
    hello_record h;
    h.node = node;
    std::string bytes(preamble);
    append_record(bytes, h);
    return bytes;
}
inline std::string with_size(std::uint32_t size, std::string_view rest) {
    std::string bytes(size_bytes, '\0');
    field_writer(bytes.data()).put(size);
    return bytes.append(rest);
}
/// Asks the node to consume questions; the first consumer that it names is 1.
inline std::string offer_of_questions() {
    std::string bytes;
    append_record(bytes, offer_record{1, wire_kind::point_to_point, 0, questions::name});
    return bytes;
}
inline std::string delivery(std::uint64_t tag, std::string_view envelope_bytes) {
    deliver_head const head{1, tag, 1};
    std::string rest(1 + wire_size(head), '\0');
    rest[0] = static_cast<char>(deliver_head::type);
    write_fields(rest.data() + 1, head);
    rest.append(envelope_bytes);
    return with_size(static_cast<std::uint32_t>(rest.size()), rest);
}
inline std::string bytes_of(fairway::envelope const& e) {
    wire_envelope const wire(e, fairway::no_time);
    std::string bytes(wire.size(), '\0');
    wire.write(bytes.data());
    return bytes;
}
inline std::string question_to(std::string_view reply_to, std::uint64_t number, std::size_t body) {
    fairway::envelope_head head;
    head.id = {number, 1};
    head.type = "bench.question";
    head.content_type = fairway::raw_codec::content_type;
    head.reply_to = reply_to;
    std::string const text(body, 'x');
    return bytes_of(fairway::envelope::of_bytes(head, {}, text));
}
inline std::string subscription_to(
    std::uint32_t consumer, std::string_view channel, std::string_view group, std::uint32_t shards) {
    subscribe_record s;
    s.consumer = consumer;
    s.kind = wire_kind::publish_subscribe;
    s.shards = shards;
    s.channel = channel;
    s.group = group;
    s.prefetch = s.window_messages = 0xffffffffU;
    s.window_bytes = ~std::uint64_t{0};
    s.member = consumer;
    std::string bytes;
    append_record(bytes, s);
    return bytes;
}

/// What a hostile peer does each time; what it has goes with it.
using visit = std::function<void()>;

/// So many connections that never say anything, all there from the beginning; each visit takes the next one's place.
inline visit idle(std::uint16_t port, std::size_t many) {
    auto const all = std::make_shared<std::vector<connection>>();
    for (std::size_t i = 0; i < many; ++i) all->emplace_back(port);
    return [all, port, next = std::size_t{0}]() mutable {
        auto& one = (*all)[next++ % all->size()];
        one = connection(); // first: it need not be there twice
        one = connection(port);
    };
}
/// So many connections that say one byte at each so-manieth visit.
inline visit slow(std::uint16_t port, std::size_t many) {
    struct talker {
        connection on;
        std::string text;
        std::size_t said = 0;
    };
    auto const all = std::make_shared<std::vector<talker>>();
    for (std::size_t i = 0; i < many; ++i) all->push_back({connection(port), greeting_of(another_id())});
    return [all, port, next = std::size_t{0}]() mutable {
        auto& one = (*all)[next++ % all->size()];
        auto const byte = std::string_view(one.text).substr(one.said++ % one.text.size(), 1);
        if (!one.on.say(byte)) one = {connection(port), greeting_of(another_id())};
    };
}
/// Connections that say one of these things each, and go as the next one comes.
inline visit saying(std::uint16_t port, std::vector<std::string> texts) {
    return [port, texts = std::move(texts), last = std::make_shared<connection>(), next = std::size_t{0}]() mutable {
        *last = connection(port);
        last->say(texts[next++ % texts.size()]);
    };
}
inline std::vector<std::string> garbage() {
    std::string noise(1024, '\0');
    for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = static_cast<char>(i * i * 31 + 17);
    return {noise, "GET /index.html HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n",
        std::string("\x16\x03\x01\x02\x01\x01\0\x01\xfc\x03\x03", 11) + noise, std::string(preamble) + noise};
}
/// Sizes beyond what is allowed, before and after the handshake.
inline std::vector<std::string> too_large() {
    auto const greeting = greeting_of(another_id());
    std::vector<std::string> all;
    for (std::uint32_t const size : {0xffffffffU, std::uint32_t{wire_limits::most_largest_record} + 1}) {
        all.push_back(std::string(preamble) + with_size(size, "\x01"));
        all.push_back(greeting + with_size(size, "\x17"));
    }
    return all;
}
/// Messages with more headers than may be, and such as have others than they say.
inline std::vector<std::string> header_bombs() {
    auto const begin = greeting_of(another_id()) + offer_of_questions();
    fairway::headers many;
    for (std::size_t i = 0; i < fairway::limits::headers; ++i)
        many.set("h" + std::to_string(i), std::string(1000, 'v'));
    auto const packed = many.view().packed();
    fairway::envelope_head head;
    head.id = {1, 2};
    head.type = "bench.question";
    auto const good = bytes_of(fairway::envelope::of_bytes(head, many.view(), {}));
    auto const at = good.find(packed); // behind the count, of one byte, and before that the size, of four
    auto fewer = good;
    fewer[at - 1] = 1;
    auto longer = good;
    longer[at - 2] = '\x7f';
    std::string more(good, 0, at - 5);
    std::string const twice(std::string(packed) + std::string(packed));
    more += with_size(static_cast<std::uint32_t>(twice.size()), "\x80") + twice + std::string(4, '\0');
    return {begin + delivery(1, fewer), begin + delivery(1, longer), begin + delivery(1, more)};
}
/// Settles what it never was delivered.
inline std::vector<std::string> false_settlements() {
    auto said = greeting_of(another_id()) + subscription_to(1, stories::name, "liar", 0);
    settled const one{7, 0xffffffffU, settle_how::released};
    append_record(said, settle_record{1, ~std::uint64_t{0}, settled_list({&one, 1})});
    return {said};
}
/// Subscribes and never reads.
inline visit deaf(std::uint16_t port) {
    auto const on = std::make_shared<connection>(port);
    on->say(greeting_of(another_id()) + subscription_to(1, stories::name, "deaf", 0));
    return [on] {};
}
/// At each visit it subscribes some channels of many shards, and declares as many groups, that nobody has heard of;
/// after some visits it goes, and comes back as somebody else.
inline visit storm(std::uint16_t port) {
    return [port, on = std::make_shared<connection>(), consumer = std::uint32_t{0}, named = 0]() mutable {
        constexpr std::uint32_t at_once = 8;
        constexpr std::uint32_t in_all = 128;
        if (consumer % in_all == 0) {
            std::string bye;
            append_record(bye, goodbye_record{});
            on->say(bye);
            *on = connection(port);
            on->say(greeting_of(another_id()));
        }
        std::string said;
        for (std::uint32_t i = 0; i < at_once; ++i) {
            auto const name = "storm-" + std::to_string(++named);
            said += subscription_to(++consumer, name, "storm", 16);
            append_record(said, declare_record{wire_kind::publish_subscribe, 16, name, "declared"});
        }
        on->say(said);
    };
}
/// Asks, and never reads a reply; each is to go to another reply channel. Much is unread from the beginning.
inline visit unread_replies(std::uint16_t port) {
    auto const id = another_id();
    auto const on = std::make_shared<connection>(port);
    on->say(greeting_of(id) + offer_of_questions());
    auto ask = [on, id, tag = std::uint64_t{0}](std::size_t body) mutable {
        auto const to = reply_address{id, ++tag}.text();
        on->say(delivery(tag, question_to(to, tag, body)));
    };
    for (int i = 0; i < 200; ++i) ask(64 * 1024);
    return [ask]() mutable { ask(1024); };
}

} // namespace hostile

/// A kind of hostile peers.
struct hostile_kind {
    std::string name;
    double visits_per_second;
    /// Begins, at the node of that port of this host, and returns what each visit is.
    std::function<hostile::visit(std::uint16_t)> begin;
    /// Whether it is about what the node publishes.
    bool published = false;
};

/// All kinds.
inline std::vector<hostile_kind> hostile_kinds() {
    using namespace hostile;
    auto const say = [](std::vector<std::string> texts) {
        return [texts](std::uint16_t port) { return saying(port, texts); };
    };
    return {
        {"idle-64", 1, [](std::uint16_t port) { return idle(port, 64); }},
        {"idle-1000", 1'000, [](std::uint16_t port) { return idle(port, 1'000); }},
        {"one-byte-a-second", 64, [](std::uint16_t port) { return slow(port, 64); }},
        {"garbage", 500, say(garbage())},
        {"too-large", 500, say(too_large())},
        {"header-bombs", 500, say(header_bombs())},
        {"never-reads", 1, deaf, true},
        {"subscription-storm", 100, storm},
        {"false-settlements", 500, say(false_settlements())},
        {"unread-replies", 500, unread_replies},
    };
}

} // namespace bench

#endif
