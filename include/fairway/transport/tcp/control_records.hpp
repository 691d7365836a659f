// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The records of a connection: its handshake, acknowledgements, signs of life and end.
#ifndef FAIRWAY_TRANSPORT_TCP_CONTROL_RECORDS_HPP
#define FAIRWAY_TRANSPORT_TCP_CONTROL_RECORDS_HPP

#include <fairway/transport/tcp/record_fields.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fairway::tcp_detail {

// Names of mechanisms, read in place: a count of 8 bits and as many texts.
class name_list {
public:
    name_list() = default;
    // Packs `names` into `into`, which has to stay.
    name_list(std::vector<std::string> const& names, std::string& into) {
        if (names.size() > wire_limits::mechanisms)
            fairway::detail::fail(errc::invalid_argument, "more than 16 mechanisms of authentication");
        into.push_back(static_cast<char>(names.size()));
        for (auto const& name : names) {
            std::size_t const at = into.size();
            into.resize(at + field_size(name));
            field_writer(into.data() + at).put(std::string_view(name));
        }
        packed_ = into;
    }
    static name_list read(field_reader& in) {
        name_list list;
        char const* const begin = in.rest().data();
        std::size_t const before = in.rest().size();
        std::size_t const count = in.number<std::uint8_t>();
        if (count > wire_limits::mechanisms) violate("more than 16 mechanisms of authentication");
        for (std::size_t i = 0; i < count; ++i)
            if (in.text().empty()) violate("a mechanism without a name");
        list.packed_ = {begin, before - in.rest().size()};
        return list;
    }
    std::vector<std::string_view> names() const {
        std::vector<std::string_view> all;
        if (packed_.empty()) return all;
        field_reader in(packed_);
        all.resize(in.number<std::uint8_t>());
        for (auto& one : all) one = in.bytes();
        return all;
    }
    void write(field_writer& out) const noexcept { out.raw(packed().data(), packed().size()); }
    std::string_view packed() const noexcept { return packed_.empty() ? std::string_view("\0", 1) : packed_; }

private:
    std::string_view packed_;
};
inline std::size_t field_size(name_list const& list) noexcept { return list.packed().size(); }

// The dialer's first record.
struct hello_record {
    static constexpr auto type = record_type::hello;
    std::uint16_t least_version = 1;
    std::uint16_t most_version = 1;
    std::uint64_t features = 0;
    std::uint64_t required = 0;
    identity node;
    std::string_view name;
    identity session; // none for a new one
    identity token;
    std::uint64_t received = 0;
    std::uint32_t heartbeat = 5000;
    std::uint32_t largest_record = wire_limits::most_largest_record;
    name_list mechanisms;
    template <class Self, class F>
    static void each(Self& s, F&& f) {
        f(s.least_version, s.most_version, s.features, s.required, s.node, s.name, s.session, s.token, s.received,
            s.heartbeat, s.largest_record, s.mechanisms);
    }
};

// The acceptor's answer to a dialer that it has authenticated.
struct welcome_record {
    static constexpr auto type = record_type::welcome;
    std::uint16_t version = 1;
    std::uint64_t features = 0;
    identity node;
    std::string_view name;
    identity session;
    identity token;
    bool resumed = false;
    std::uint64_t received = 0;
    std::uint32_t heartbeat = 5000;
    std::uint32_t largest_record = wire_limits::most_largest_record;
    template <class Self, class F>
    static void each(Self& s, F&& f) {
        f(s.version, s.features, s.node, s.name, s.session, s.token, s.resumed, s.received, s.heartbeat,
            s.largest_record);
    }
};

// A step of authentication.
struct auth_record {
    static constexpr auto type = record_type::auth;
    std::string_view mechanism;
    blob data;
    template <class Self, class F>
    static void each(Self& s, F&& f) {
        f(s.mechanism, s.data);
    }
};

// All records of the stream that end at or before `offset` were processed.
struct ack_record {
    static constexpr auto type = record_type::ack;
    std::uint64_t offset = 0;
    template <class Self, class F>
    static void each(Self& s, F&& f) {
        f(s.offset);
    }
};

struct heartbeat_record {
    static constexpr auto type = record_type::heartbeat;
    template <class Self, class F>
    static void each(Self&, F&& f) {
        f();
    }
};

// The session is over.
struct goodbye_record {
    static constexpr auto type = record_type::goodbye;
    goodbye_code code = goodbye_code::normal;
    std::string_view text;
    template <class Self, class F>
    static void each(Self& s, F&& f) {
        f(s.code, s.text);
    }
};

// A whole record with its head, into `to`, where there is room for head_bytes + payload_size; returns where the
// payload begins.
inline char* write_head(char* to, record_type type, std::size_t payload_size) noexcept {
    field_writer out(to);
    out.put(static_cast<std::uint32_t>(payload_size + 1));
    out.put(type);
    return out.at();
}
// Appends one.
template <class Record>
void append_record(std::string& out, Record const& record) {
    std::size_t const size = wire_size(record);
    std::size_t const at = out.size();
    out.resize(at + head_bytes + size);
    write_fields(write_head(out.data() + at, Record::type, size), record);
}

} // namespace fairway::tcp_detail

#endif
