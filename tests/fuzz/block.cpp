// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Any bytes as an envelope's block, and as packed headers: they are refused with a system_error, or make a message that
// could have been made in the ordinary way, and whose own block says the same.
#include "must.hpp"

#include <fairway/envelope/block.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

using fairway::duration;
using fairway::envelope;
using fairway::header_view;
using fairway::time_point;

namespace {

void check_error(fairway::system_error const& e) {
    using fairway::errc;
    bool known = false;
    for (auto const code : {errc::decode_failed, errc::too_large, errc::too_many_headers, errc::header_name_too_long,
             errc::header_value_too_long, errc::invalid_header})
        known = known || e.code() == code;
    must(known, "the error is one of those that are documented");
    must(fairway::detail::is_plain_text(e.what()), "the error is one line of ASCII");
}

std::optional<envelope> read(std::string_view bytes, time_point now) {
    try {
        return fairway::read_block(bytes, now);
    } catch (fairway::system_error const& e) {
        check_error(e);
        return std::nullopt;
    }
}

// Headers that pass the checks could have been set one by one.
void check_headers(header_view view) {
    fairway::headers set;
    for (auto const& [name, value] : view) {
        if (name.starts_with("fw-"))
            set.set_reserved(name, value);
        else
            must(view.find(name) == value, "each name is there once");
    }
    fairway::headers all;
    for (auto const& [name, value] : view) all.set_reserved(name, value);
    must(all.view().packed() == view.packed() && all.size() == view.size(), "headers are packed as they are set");
    must(view.size() - set.size() <= fairway::limits::headers, "there are at most 64 of a user's");
}

void check_packed(std::string_view packed) {
    try {
        check_headers(fairway::checked_headers(packed));
    } catch (fairway::system_error const& e) {
        check_error(e);
    }
}

bool same(envelope const& a, envelope const& b) {
    auto const& x = a.head();
    auto const& y = b.head();
    return x.id == y.id && x.correlation == y.correlation && x.conversation == y.conversation &&
           x.causation == y.causation && x.time == y.time && x.expires == y.expires && x.due == y.due &&
           x.type == y.type && x.version == y.version && x.shard == y.shard && x.content_type == y.content_type &&
           x.shard_key == y.shard_key && x.reply_to == y.reply_to && x.source == y.source &&
           a.headers().packed() == b.headers().packed() && a.body() == b.body();
}

void check_block(std::string_view bytes, time_point now) {
    auto const first = read(bytes, now);
    if (!first) return;
    check_headers(first->headers());
    std::string block;
    fairway::write_block(*first, now, block);
    must(block.size() <= bytes.size(), "a block without what is unknown or needless is no longer");
    auto const second = read(block, now);
    must(second && same(*first, *second), "the block of what was read says the same");
    std::string again;
    fairway::write_block(*second, now, again);
    must(block == again, "a message has one block");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const bytes(reinterpret_cast<char const*>(data), size);
    for (time_point const now :
        {time_point(duration(1'795'435'200'000'000'000)), time_point(), time_point::min(), time_point::max()})
        check_block(bytes, now);
    check_packed(bytes);
    return 0;
}
