// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The beginning of a connection, without I/O: PROTOCOL.md, "Handshake".
#ifndef FAIRWAY_TRANSPORT_TCP_HANDSHAKE_HPP
#define FAIRWAY_TRANSPORT_TCP_HANDSHAKE_HPP

#include <fairway/transport/tcp/authentication.hpp>
#include <fairway/transport/tcp/control_records.hpp>
#include <fairway/transport/tcp/record_input.hpp>
#include <fairway/transport/tcp/session_options.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::tcp_detail {

inline constexpr std::uint16_t least_version = 1;
inline constexpr std::uint16_t most_version = 1;

// Which session is to be resumed, and from where; no session for a new one.
struct resume_point {
    identity session;
    identity token;
    std::uint64_t received = 0;
};

// What a handshake has found out about the other side, and agreed with it.
struct peer_terms {
    std::uint16_t version = 0;
    std::uint64_t features = 0;
    identity node;
    std::string name;
    std::string principal; // who it has proved to be; of an acceptor what its certificate says
    resume_point session;  // `received` is the other side's
    bool resumed = false;
    duration heartbeat{0};
    std::size_t largest_record = 0;
};

// What both sides do.
class handshake {
public:
    handshake(session_options const& options, connection_facts facts) : options_(options), facts_(std::move(facts)) {}
    peer_terms& terms() noexcept { return terms_; }
    // Whether the other side has begun as Fairway does.
    bool begun() const noexcept { return begun_; }

protected:
    std::uint32_t heartbeat_ms() const {
        auto const ms = std::chrono::duration_cast<std::chrono::milliseconds>(options_.heartbeat).count();
        return static_cast<std::uint32_t>(
            std::clamp<decltype(ms)>(ms, wire_limits::least_heartbeat, wire_limits::most_heartbeat));
    }
    template <class Record>
    void agree(Record const& r) {
        if (r.heartbeat < wire_limits::least_heartbeat || r.heartbeat > wire_limits::most_heartbeat)
            violate("a heartbeat is 10 ms to 60 s");
        if (r.largest_record < wire_limits::least_largest_record || r.largest_record > wire_limits::most_largest_record)
            violate("a largest record is 4 KiB to 1 MiB");
        if (!r.node) violate("a node without an id");
        terms_.node = r.node;
        terms_.name = r.name;
        terms_.heartbeat = std::chrono::milliseconds(r.heartbeat);
        terms_.largest_record = r.largest_record;
        terms_.session = {r.session, r.token, r.received};
    }
    // The next record, of which there are few; those that may be skipped are.
    std::optional<raw_record> next(record_input& in) {
        while (auto const r = in.next()) {
            if (++records_ > wire_limits::records_before_authentication)
                violate("too many records before authentication", goodbye_code::limits);
            if (static_cast<std::uint8_t>(r->type) >= skipped && !is_counted(r->type)) continue;
            if (r->type == record_type::goodbye) dismiss(*r, false);
            return r;
        }
        return std::nullopt;
    }

public:
    // `authenticated`: whether the other side is, so that its text is worth to be told.
    [[noreturn]] static void dismiss(raw_record const& r, bool authenticated) {
        auto const said = read_fields<goodbye_record>(r.payload);
        if (said.text.size() > wire_limits::goodbye_text) violate("the text of a GOODBYE is longer than 256 bytes");
        throw dismissed(said.code, authenticated ? said.text : std::string_view());
    }

protected:
    session_options const& options_;
    connection_facts facts_;
    peer_terms terms_;
    bool begun_ = false; // the other side's preamble is here

private:
    unsigned records_ = 0;
};

// The dialer's side.
class dial_handshake : public handshake {
public:
    dial_handshake(session_options const& options, connection_facts facts, resume_point from)
        : handshake(options, std::move(facts)), from_(from), mechanisms_(options.authentication->mechanisms(facts_)) {}

    // What is sent first. Throws `errc::invalid_argument` for a name that others would refuse.
    void begin(std::string& out) {
        out.append(preamble);
        hello_record h;
        h.least_version = least_version;
        h.most_version = most_version;
        h.features = options_.features | options_.required;
        h.required = options_.required;
        h.node = options_.node;
        h.name = checked_node_name(options_.node_name);
        h.session = from_.session;
        h.token = from_.token;
        h.received = from_.received;
        h.heartbeat = heartbeat_ms();
        h.largest_record = static_cast<std::uint32_t>(options_.largest_record);
        std::string packed;
        h.mechanisms = name_list(mechanisms_, packed);
        append_record(out, h);
    }

    // Takes what has come, appends what is to be sent: true after a WELCOME; what is left in `in` then comes behind it.
    // Throws `violation`, `dismissed`, and `system_error` with `errc::unauthorized`.
    bool take(record_input& in, std::string& out) {
        if (!begun_ && !(begun_ = in.take_preamble())) return false;
        while (auto const r = next(in)) {
            switch (r->type) {
            case record_type::auth: step(read_fields<auth_record>(r->payload), out); break;
            case record_type::welcome: welcomed(read_fields<welcome_record>(r->payload)); return true;
            default: violate("something else than AUTH or WELCOME in a handshake");
            }
        }
        return false;
    }

private:
    void step(auth_record const& a, std::string& out) {
        if (!exchange_) {
            if (std::find(mechanisms_.begin(), mechanisms_.end(), a.mechanism) != mechanisms_.end())
                exchange_ = options_.authentication->begin_client(a.mechanism, facts_);
            if (!exchange_) violate("a mechanism of authentication that was not offered", goodbye_code::unauthorized);
            mechanism_ = a.mechanism;
        } else if (a.mechanism != mechanism_) {
            violate("another mechanism of authentication in the midst of one", goodbye_code::unauthorized);
        }
        std::string const answer = exchange_->step(a.data.bytes);
        if (answer.empty() && exchange_->complete()) return;
        auth_record reply;
        reply.mechanism = mechanism_;
        reply.data.bytes = answer;
        append_record(out, reply);
    }
    void welcomed(welcome_record const& w) {
        if (exchange_ ? !exchange_->complete() : options_.authentication->insists())
            violate("a WELCOME before authentication has ended", goodbye_code::unauthorized);
        if (w.version < least_version || w.version > most_version)
            violate("a version that was not offered", goodbye_code::version);
        std::uint64_t const offered = options_.features | options_.required;
        if ((w.features & ~offered) != 0) violate("a feature that was not offered", goodbye_code::features);
        if ((options_.required & ~w.features) != 0)
            violate("a feature that is required is missing", goodbye_code::features);
        if (!w.session || !w.token) violate("a session without an id or a token");
        if (w.resumed && (!from_.session || w.session != from_.session || !same_secret(w.token, from_.token)))
            violate("another session is resumed than was asked for");
        if (!w.resumed && (w.session == from_.session || w.received != 0))
            violate("a new session that does not begin as one");
        agree(w);
        terms_.version = w.version;
        terms_.features = w.features;
        terms_.resumed = w.resumed;
        terms_.principal = facts_.certificate;
    }

    resume_point from_;
    std::vector<std::string> mechanisms_;
    std::unique_ptr<client_exchange> exchange_;
    std::string mechanism_;
};

// The acceptor's side.
class accept_handshake : public handshake {
public:
    using handshake::handshake;

    // Takes what has come, appends what is to be sent: true once the dialer is authenticated; `terms()` then say what
    // it wants, and `welcome` ends the handshake. Throws as the dialer's.
    bool take(record_input& in, std::string& out) {
        if (!begun_) {
            if (!in.take_preamble()) return false;
            begun_ = true;
            out.append(preamble);
        }
        while (auto const r = next(in)) {
            if (!said_hello_ && r->type == record_type::hello) {
                if (greet(read_fields<hello_record>(r->payload), out)) return true;
            } else if (exchange_ && r->type == record_type::auth) {
                if (step(read_fields<auth_record>(r->payload), out)) return true;
            } else {
                violate("something else than HELLO or AUTH in a handshake");
            }
        }
        return false;
    }

    // The last word; `session.received` is this side's. Throws as `begin`.
    void welcome(std::string& out, resume_point const& session, bool resumed) {
        welcome_record w;
        w.version = terms_.version;
        w.features = terms_.features;
        w.node = options_.node;
        w.name = checked_node_name(options_.node_name);
        w.session = session.session;
        w.token = session.token;
        w.resumed = resumed;
        w.received = session.received;
        w.heartbeat = heartbeat_ms();
        w.largest_record = static_cast<std::uint32_t>(options_.largest_record);
        append_record(out, w);
    }

private:
    bool greet(hello_record const& h, std::string& out) {
        said_hello_ = true;
        if (h.least_version > h.most_version) violate("a least version above the most");
        if (h.least_version > most_version || h.most_version < least_version)
            violate("no version in common", goodbye_code::version);
        std::uint64_t const known = options_.features | options_.required;
        if ((h.required & ~known) != 0) violate("a required feature is not known here", goodbye_code::features);
        if ((options_.required & ~(h.features | h.required)) != 0)
            violate("a feature that is required here was not offered", goodbye_code::features);
        if (!h.session && (h.token || h.received != 0)) violate("a new session that does not begin as one");
        agree(h);
        terms_.version = std::min(most_version, h.most_version);
        terms_.features = (h.features | h.required) & known;
        mechanism_ = options_.authentication->choose(h.mechanisms.names(), facts_);
        if (mechanism_.empty()) {
            terms_.principal = options_.authentication->admit(facts_);
            return true;
        }
        exchange_ = options_.authentication->begin_server(mechanism_, facts_);
        send({}, out);
        return false;
    }
    bool step(auth_record const& a, std::string& out) {
        if (a.mechanism != mechanism_)
            violate("another mechanism of authentication in the midst of one", goodbye_code::unauthorized);
        auto result = exchange_->step(a.data.bytes);
        if (!result.done || !result.data.empty()) send(result.data, out);
        if (result.done) terms_.principal = std::move(result.principal);
        return result.done;
    }
    void send(std::string_view data, std::string& out) const {
        auth_record a;
        a.mechanism = mechanism_;
        a.data.bytes = data;
        append_record(out, a);
    }

    bool said_hello_ = false;
    std::unique_ptr<server_exchange> exchange_;
    std::string mechanism_;
};

} // namespace fairway::tcp_detail

#endif
