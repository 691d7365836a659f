// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_AMQP_ENVELOPE_MAP_HPP
#define FAIRWAY_TRANSPORT_AMQP_ENVELOPE_MAP_HPP

// Envelopes as the properties and headers of AMQP messages, so that programs without Fairway can take part:
//
// | envelope             | property or header                                      |
// | -------------------- | ------------------------------------------------------- |
// | id                   | message-id                                              |
// | correlation          | correlation-id; of a request that has none, its own id  |
// | reply to             | reply-to                                                |
// | type, content type   | type, content-type                                      |
// | source               | app-id                                                  |
// | time                 | timestamp (seconds), fw-time (nanoseconds since 1970)   |
// | expires              | expiration (milliseconds that are left), fw-expires     |
// | conversation, cause  | fw-conversation, fw-causation                           |
// | version, shard key   | fw-version (`2.1`; without it 1.0), fw-key              |
// | headers of the user  | headers, as texts                                       |

#include <fairway/delivery/siphash.hpp>
#include <fairway/envelope/envelope.hpp>
#include <fairway/transport/amqp/properties.hpp>
#include <fairway/transport/amqp/reply_address.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace fairway::amqp_detail {

// The properties of an envelope that is about to be published; used again and again, so that it allocates nothing.
class envelope_properties {
public:
    // What stands for `e`, which has to stay, as this does, for as long as the result is used. Its time to live counts
    // from `now`. Throws `errc::invalid_header` for a header that RabbitMQ takes for its own.
    basic_properties const& of(envelope const& e, time_point now) {
        headers_.clear();
        all_ = {};
        auto const head = e.head();
        if (!head.content_type.empty()) all_.content_type = head.content_type;
        all_.delivery_mode = std::uint8_t{2}; // persistent
        all_.message_id = write(head.id, id_);
        auto const answers = head.correlation ? head.correlation : head.id;
        if (head.correlation || !head.reply_to.empty()) all_.correlation_id = write(answers, correlation_);
        if (!head.reply_to.empty()) all_.reply_to = head.reply_to;
        if (!head.type.empty()) all_.type = head.type;
        if (!head.source.empty()) all_.app_id = head.source.substr(0, short_text);
        if (head.time != no_time) {
            auto const since = head.time.time_since_epoch();
            auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(since).count();
            all_.time = timestamp{static_cast<std::uint64_t>(std::max<std::int64_t>(seconds, 0))};
            append_entry(headers_, "fw-time", std::int64_t{since.count()});
        }
        if (head.expires != no_time && head.expires != time_point::max()) {
            append_entry(headers_, "fw-expires", std::int64_t{head.expires.time_since_epoch().count()});
            all_.expiration = life(fairway::detail::saturating_distance(now, head.expires));
        }
        if (head.conversation) add("fw-conversation", write(head.conversation, scratch_));
        if (head.causation) add("fw-causation", write(head.causation, scratch_));
        if (head.version != message_version{}) add("fw-version", version(head.version));
        if (!head.shard_key.empty()) add("fw-key", head.shard_key);
        for (auto const& h : e.headers()) {
            // Those are lists of routing keys: RabbitMQ closes the channel for a text, with all that is on its way.
            if (h.name == "CC" || h.name == "BCC")
                fairway::detail::fail(errc::invalid_header, "the headers CC and BCC are RabbitMQ's own");
            add(h.name, h.value);
        }
        if (!headers_.empty()) all_.headers = table_view(headers_);
        return all_;
    }

private:
    static constexpr std::size_t short_text = 255;
    using id_text = std::array<char, 36>;

    static std::string_view write(message_id id, id_text& to) {
        write_id(id, to.data());
        return {to.data(), to.size()};
    }
    void add(std::string_view name, std::string_view value) { append_entry(headers_, name, value); }
    // RabbitMQ takes milliseconds up to 2^32 - 1, and drops at once where it is 0.
    std::string_view life(duration left) {
        auto const ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
        auto const number = std::clamp<std::int64_t>(ms, 0, 0xffffffff);
        auto const end = std::to_chars(life_.data(), life_.data() + life_.size(), number).ptr;
        return {life_.data(), static_cast<std::size_t>(end - life_.data())};
    }
    std::string_view version(message_version v) {
        auto* at = std::to_chars(scratch_.data(), scratch_.data() + scratch_.size(), v.major).ptr;
        *at++ = '.';
        at = std::to_chars(at, scratch_.data() + scratch_.size(), v.minor).ptr;
        return {scratch_.data(), static_cast<std::size_t>(at - scratch_.data())};
    }

    basic_properties all_;
    std::string headers_;
    id_text id_{};
    id_text correlation_{};
    id_text scratch_{};
    std::array<char, 12> life_{};
};

// What a message says of itself, read once; texts are borrowed from the frame and from here.
class received_head {
public:
    // `make_id` gives ids to messages that have none.
    template <class MakeId>
    received_head(basic_properties const& from, MakeId&& make_id) {
        head_.id = id_of(from.message_id).value_or(message_id{});
        if (!head_.id) head_.id = make_id();
        take(from.type, head_.type);
        take(from.content_type, head_.content_type);
        take(from.app_id, head_.source);
        if (from.time) {
            using std::chrono::seconds;
            constexpr auto most = static_cast<std::uint64_t>(duration::max() / seconds(1));
            head_.time = time_point(seconds(static_cast<std::int64_t>(std::min(from.time->seconds, most))));
        }
        take_addresses(from);
        if (!from.headers) return;
        room_ = from.headers->bytes().size(); // what is in it is longer, but for numbers
        for (auto const& [name, value] : *from.headers) take_header(name, value);
    }

    envelope_head const& head() const noexcept { return head_; }
    // The user's.
    fairway::headers const& headers() const noexcept { return headers_; }
    // Which attempt a delivery of it is: quorum queues count how often it has come back.
    std::uint32_t attempt(bool redelivered) const noexcept { return redelivered ? std::max(returns_, 1U) + 1 : 1; }
    // Headers that an envelope has no place for: their values are no texts or numbers, or limits are exceeded.
    std::size_t left_out() const noexcept { return left_out_; }

private:
    void take(std::optional<std::string_view> const& from, std::string_view& to) noexcept {
        if (!from) return;
        if (fairway::detail::is_header_text(*from))
            to = *from;
        else
            ++left_out_;
    }
    // A text that is no UUID is an id as well: its hash, the same whoever reads it.
    static std::optional<message_id> id_of(std::optional<std::string_view> text) noexcept {
        if (!text || text->empty()) return std::nullopt;
        if (auto const id = parse_id(*text); id && *id) return id;
        return message_id{siphash({1, 0}, *text) | 1, siphash({2, 0}, *text)};
    }
    // A requester's correlation id is its request's own id, where Fairway has made it; of others it is a text that has
    // to come back with the answer as it was.
    void take_addresses(basic_properties const& from) {
        if (!from.reply_to || from.reply_to->empty()) {
            head_.correlation = id_of(from.correlation_id).value_or(message_id{});
            return;
        }
        std::array<char, 36> own{};
        write_id(head_.id, own.data());
        if (from.correlation_id == std::string_view(own.data(), own.size())) {
            take(from.reply_to, head_.reply_to);
            return;
        }
        reply_address to{std::string(*from.reply_to), std::nullopt};
        to.correlation = from.correlation_id.value_or(std::string_view());
        reply_to_ = to.text();
        take(reply_to_, head_.reply_to);
    }
    // What RabbitMQ adds on the way.
    static bool is_brokers(std::string_view name) noexcept {
        return name == "x-delivery-count" || name == "x-death" || name.starts_with("x-first-death-") ||
               name.starts_with("x-last-death-");
    }
    void take_header(std::string_view name, value_view const& value) {
        if (name.starts_with("fw-")) return take_own(name, value);
        if (name == "x-delivery-count") returns_ = count(value);
        if (is_brokers(name)) return;
        std::array<char, 24> digits{};
        auto text = value.text();
        if (auto const number = value.integer(); !text && number) {
            auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), *number).ptr;
            text.emplace(digits.data(), static_cast<std::size_t>(end - digits.data()));
        } else if (auto const flag = value.flag(); !text && flag) {
            text = *flag ? "true" : "false";
        }
        if (!text || !keep(name, *text)) ++left_out_;
    }
    void take_own(std::string_view name, value_view const& value) {
        auto const text = value.text().value_or(std::string_view());
        auto const number = value.integer();
        if (name == "fw-time" && number) {
            head_.time = time_point(duration(*number));
        } else if (name == "fw-expires" && number) {
            head_.expires = time_point(duration(*number));
        } else if (name == "fw-conversation") {
            head_.conversation = parse_id(text).value_or(message_id{});
        } else if (name == "fw-causation") {
            head_.causation = parse_id(text).value_or(message_id{});
        } else if (name == "fw-version") {
            take_version(text);
        } else if (name == "fw-key") {
            text.size() <= limits::header_value ? take(text, head_.shard_key) : void(++left_out_);
        } else {
            keep(name, text); // as it is
        }
    }
    static std::uint32_t count(value_view const& from) noexcept {
        constexpr std::int64_t most = 1'000'000;
        return static_cast<std::uint32_t>(std::clamp<std::int64_t>(from.integer().value_or(0), 0, most));
    }
    bool keep(std::string_view name, std::string_view text) {
        if (headers_.empty()) headers_.reserve(room_); // most messages have none
        return headers_.add_received(name, text);
    }
    void take_version(std::string_view text) noexcept {
        message_version v;
        auto const [dot, first] = std::from_chars(text.data(), text.data() + text.size(), v.major);
        if (first != std::errc() || dot == text.data() + text.size() || *dot != '.') return;
        auto const [end, second] = std::from_chars(dot + 1, text.data() + text.size(), v.minor);
        if (second == std::errc() && end == text.data() + text.size()) head_.version = v;
    }

    envelope_head head_;
    fairway::headers headers_;
    std::string reply_to_;
    std::size_t room_ = 0;
    std::size_t left_out_ = 0;
    std::uint32_t returns_ = 0;
};

} // namespace fairway::amqp_detail

#endif
