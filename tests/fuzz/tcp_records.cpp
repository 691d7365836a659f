// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Any bytes as records of the brokerless transport's protocol: the same ones come out of every split; each is refused
// with an error that is documented, or says what it says again when it is written.
#include "must.hpp"

#include <fairway/transport/tcp/control_records.hpp>
#include <fairway/transport/tcp/envelope_fields.hpp>
#include <fairway/transport/tcp/fragments.hpp>
#include <fairway/transport/tcp/record_input.hpp>
#include <fairway/transport/tcp/stream_records.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

using namespace fairway::tcp_detail; // NOLINT

namespace {

constexpr fairway::time_point now{fairway::duration(1'795'435'200'000'000'000)};

void check_error(fairway::system_error const& e) {
    using fairway::errc;
    bool known = false;
    for (auto const code : {errc::decode_failed, errc::too_large, errc::too_many_headers, errc::header_name_too_long,
             errc::header_value_too_long, errc::invalid_header})
        known = known || e.code() == code;
    must(known, "the error is one of those that are documented");
    must(fairway::detail::is_plain_text(e.what()), "the error is one line of ASCII");
}

template <class Record>
std::string written(Record const& r) {
    std::string bytes(wire_size(r), '\0');
    must(write_fields(bytes.data(), r) == bytes.data() + bytes.size(), "a record is as long as it says");
    return bytes;
}
template <class Record>
void check(std::string_view payload) {
    auto const bytes = written(read_fields<Record>(payload));
    must(payload.substr(0, bytes.size()) == bytes, "a record is written as it was read");
}
std::string written(fairway::envelope const& e) {
    wire_envelope const wire(e, now);
    std::string bytes(wire.size(), '\0');
    must(wire.write(bytes.data()) == bytes.data() + bytes.size(), "an envelope is as long as it says");
    return bytes;
}
template <class Head>
void check_message(std::string_view payload) {
    field_reader in(payload);
    read_fields<Head>(in);
    auto const bytes = written(read_envelope(in, now));
    must(bytes.size() <= payload.size(), "an envelope without what is needless is no longer");
    field_reader again(bytes);
    must(written(read_envelope(again, now)) == bytes, "an envelope is written as it was read");
    must(again.rest().empty(), "an envelope ends where it is read to");
}

void check(record_type type, std::string_view payload) {
    switch (type) {
    case record_type::hello: return check<hello_record>(payload);
    case record_type::welcome: return check<welcome_record>(payload);
    case record_type::auth: return check<auth_record>(payload);
    case record_type::ack: return check<ack_record>(payload);
    case record_type::goodbye: return check<goodbye_record>(payload);
    case record_type::offer: return check<offer_record>(payload);
    case record_type::withdraw: return check<withdraw_record>(payload);
    case record_type::subscribe: return check<subscribe_record>(payload);
    case record_type::subscribed: return check<subscribed_record>(payload);
    case record_type::refused: return check<refused_record>(payload);
    case record_type::unsubscribe: return check<unsubscribe_record>(payload);
    case record_type::window: return check<window_record>(payload);
    case record_type::settle: return check<settle_record>(payload);
    case record_type::hold: return check<hold_record>(payload);
    case record_type::pause: return check<pause_record>(payload);
    case record_type::closed: return check<closed_record>(payload);
    case record_type::gap: return check<gap_record>(payload);
    case record_type::deliver: return check_message<deliver_head>(payload);
    case record_type::reply: return check_message<reply_head>(payload);
    default: return;
    }
}

// What came out, up to the first broken rule.
std::string records(std::string_view bytes, std::size_t part) {
    std::string all;
    record_input in;
    in.limit(wire_limits::most_largest_record);
    fragment_joiner joiner;
    try {
        while (!bytes.empty()) {
            auto const [to, room] = in.prepare();
            std::size_t const n = std::min({room, part, bytes.size()});
            must(n > 0, "there is room");
            std::memcpy(to, bytes.data(), n);
            in.commit(n);
            bytes.remove_prefix(n);
            while (auto const r = in.next()) {
                all += static_cast<char>(r->type);
                all += r->payload;
                all += '|';
                if (part < 100) continue;
                try {
                    if (r->type == record_type::fragment) {
                        if (auto const joined = joiner.take(r->payload)) check(joined->first, joined->second);
                    } else {
                        check(r->type, r->payload);
                    }
                } catch (fairway::system_error const& e) {
                    check_error(e);
                }
            }
        }
    } catch (violation const& v) {
        check_error(v);
        all += '!';
    }
    must(in.capacity() <= wire_limits::most_largest_record + 4 + record_input::most_room, "memory is bounded");
    return all;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const bytes(reinterpret_cast<char const*>(data), size);
    auto const whole = records(bytes, 1 << 20);
    must(records(bytes, 1) == whole, "the same records come out of single bytes");
    must(records(bytes, 7) == whole, "the same records come out of parts");
    return 0;
}
