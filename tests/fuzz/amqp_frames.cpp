// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Any bytes as a connection of AMQP 0-9-1: the same methods and messages come out of every split; what is wrong is
// refused with an error that is documented, and what is not says what it says again when it is written.
#include "must.hpp"

#include <fairway/transport/amqp/content.hpp>
#include <fairway/transport/amqp/frame_input.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <string_view>

using namespace fairway::amqp_detail; // NOLINT

namespace {

constexpr std::uint32_t frame_max = 8192;
constexpr std::uint64_t most_body = 20'000;

std::string fields_of(auto const& what) {
    std::string bytes;
    append_fields(bytes, what);
    return bytes;
}

// Writes down what came.
struct witness {
    std::string& all;

    template <class Method>
    void operator()(Method const& method) {
        // Flags that are not used may have any value, which is not kept; nothing else is lost.
        auto const bytes = fields_of(method);
        struct same {
            std::string const& expected;
            void operator()(Method const& again) const {
                must(fields_of(again) == expected, "a method is written as it was read");
            }
        };
        same check{bytes};
        dispatch(bytes, check);
        all += bytes + '|';
    }
    template <carries_content Method>
    void operator()(Method const& method, content const& c) {
        (*this)(method);
        must(c.body.size() <= most_body, "a body is within its limit");
        note(c.properties, c.body.size());
        all += std::string(c.body) + '|';
    }
    template <carries_content Method>
    void operator()(Method const& method, oversized const& o) {
        (*this)(method);
        must(o.body_size > most_body, "what is passed over is above the limit");
        note(o.properties, o.body_size);
    }
    void note(basic_properties const& p, std::uint64_t size) {
        auto const bytes = fields_of(content_header{size, p});
        auto const again = read_content_header(bytes);
        must(again.properties == p && again.body_size == size, "properties are written as they were read");
        all += bytes + '|';
    }
};

void check_error(fairway::system_error const& e) {
    using fairway::errc;
    must(e.code() == errc::decode_failed || e.code() == errc::unsupported, "the error is one of those documented");
    std::string_view const what = e.what();
    must(what.size() < 200, "the error is short");
    must(std::all_of(what.begin(), what.end(), [](char c) { return c >= ' ' && c <= '~'; }),
        "the error is one line of ASCII");
}

// What came out, up to the first broken rule.
std::string heard(std::string_view bytes, std::size_t part) {
    std::string all;
    frame_input in;
    in.limit(frame_max);
    std::map<std::uint16_t, content_assembler> channels;
    witness to{all};
    try {
        while (!bytes.empty()) {
            auto const [room, size] = in.prepare();
            std::size_t const n = std::min({size, part, bytes.size()});
            must(n > 0, "there is room");
            std::memcpy(room, bytes.data(), n);
            in.commit(n);
            bytes.remove_prefix(n);
            while (auto const f = in.next()) {
                must(f->payload.size() + frame_overhead <= frame_max, "a frame is within its limit");
                all += std::to_string(f->channel) + '.';
                if (f->type != frame_type::heartbeat)
                    channels.try_emplace(f->channel, most_body).first->second.take(*f, to);
            }
        }
    } catch (fairway::system_error const& e) {
        check_error(e);
        all += '!';
    }
    must(in.capacity() <= frame_max + frame_input::most_room, "memory is bounded");
    return all;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const bytes(reinterpret_cast<char const*>(data), size);
    auto const whole = heard(bytes, 1 << 20);
    must(heard(bytes, 1) == whole, "the same comes out of single bytes");
    must(heard(bytes, 7) == whole, "the same comes out of parts");
    return 0;
}
