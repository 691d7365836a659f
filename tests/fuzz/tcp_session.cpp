// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A whole session with a peer that says any bytes at any time: what it holds is bounded, what it writes are records,
// and its offsets never go back. The input is a list of steps.
#include "must.hpp"

#include <fairway/transport/tcp/session_state.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <string_view>

using namespace fairway::tcp_detail; // NOLINT

namespace {

struct peer {
    explicit peer(session_options const& o) : options(o), state(o) {}

    // Above: some records are answered, some need no prompt acknowledgement, some are refused.
    bool ended() const { return over; }
    void on_record(record_type type, std::string_view payload) {
        must(
            is_known(type) && is_counted(type) && type != record_type::fragment, "a record above is one of the stream");
        ++records;
        if (payload.size() % 3 == 0) state.defer_ack();
        if (payload.size() % 5 == 0 && state.has_room()) put(payload.size() * 7 % 6000);
        if (payload.size() == 666) fairway::detail::fail(fairway::errc::decode_failed, "above");
    }
    void on_acked(std::uint64_t offset) {
        must(offset >= acked && offset <= state.put_offset(), "acknowledgements rise, up to what was put");
        acked = offset;
    }
    void on_room() { must(state.has_room(), "there is room"); }

    void put(std::size_t size) {
        auto const before = state.put_offset();
        auto const end = state.put(record_type::deliver, size, [&](char* to) { std::memset(to, 'x', size); });
        must(end > before + size, "an offset is that of the record's end");
        ends.insert(end);
    }
    void write() {
        if (!state.wants_to_write()) return;
        std::string bytes(session_state::control_bytes, '\0');
        std::string parts;
        bytes.resize(
            state.write(bytes.data(), 10'000, 4, now, [&](output_part const& p) { parts.append(p.data, p.size); }));
        bytes += parts;
        if (resumed_within) return; // the peer has cut a record in two
        record_input in;
        in.limit(4096);
        std::string_view rest = bytes;
        while (!rest.empty()) {
            auto const [to, room] = in.prepare();
            auto const n = std::min(room, rest.size());
            std::memcpy(to, rest.data(), n);
            in.commit(n);
            rest.remove_prefix(n);
            while (auto const r = in.next()) must(is_known(r->type), "what is written are records");
        }
        must(in.empty(), "what is written ends with a record");
    }
    void attach(std::uint64_t received) {
        input = record_input();
        input.limit(4096);
        peer_terms terms;
        terms.session.received = received;
        terms.heartbeat = std::chrono::seconds(5);
        terms.largest_record = 4096;
        state.attach(terms, now);
        resumed_within = resumed_within || !ends.contains(received);
        state.tell_acked(*this);
    }
    void take(std::string_view bytes) {
        auto const before = state.received_offset();
        while (!bytes.empty() && !over) {
            auto const [to, room] = input.prepare();
            auto const n = std::min(room, bytes.size());
            std::memcpy(to, bytes.data(), n);
            input.commit(n);
            bytes.remove_prefix(n);
            state.take(input, now, *this);
        }
        must(state.received_offset() >= before, "what was received stays so");
    }

    session_options const& options;
    session_state state;
    record_input input;
    fairway::env::steady_point now{};
    std::uint64_t acked = 0;
    std::size_t records = 0;
    std::set<std::uint64_t> ends{0};
    bool over = false;
    bool resumed_within = false;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    session_options options;
    options.largest_record = 4096;
    options.unacked = 20'000;
    options.most_unacked = 60'000;
    peer p(options);
    p.attach(0);
    std::string_view rest(reinterpret_cast<char const*>(data), size);
    try {
        while (rest.size() >= 2 && !p.over) {
            auto const what = static_cast<unsigned char>(rest[0]);
            std::size_t const n = static_cast<unsigned char>(rest[1]);
            rest.remove_prefix(2);
            switch (what % 6) {
            case 0:
            case 1: { // the peer says something
                std::size_t const length = std::min(rest.size(), what % 6 == 0 ? n : 16 * n);
                if (p.state.attached()) p.take(rest.substr(0, length));
                rest.remove_prefix(length);
                break;
            }
            case 2:
                if (!p.state.overflows()) p.put(n * 41);
                break;
            case 3: p.write(); break;
            case 4:
                p.now += std::chrono::milliseconds(n * 100);
                switch (p.state.tick(p.now)) {
                case session_state::verdict::dead: p.state.detach(p.now); break;
                case session_state::verdict::over:
                case session_state::verdict::slow:
                case session_state::verdict::stalled: p.over = true; break;
                case session_state::verdict::write: must(p.state.wants_to_write(), "something is due"); break;
                case session_state::verdict::nothing: break;
                }
                must(p.over || p.state.alarm() > p.now || !p.state.attached(), "the alarm is ahead");
                break;
            default: // another connection
                if (p.state.attached()) p.state.detach(p.now);
                p.attach(p.state.acked_offset() + n);
            }
            must(p.state.capacity() < 60'000 + 20'000 + 6 * record_output::most_chunk, "memory is bounded");
            must(p.input.capacity() <= record_input::most_room + 4100, "input is bounded");
        }
    } catch (fairway::system_error const&) { // it is over
    }
    return 0;
}
