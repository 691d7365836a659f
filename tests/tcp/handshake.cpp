// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Handshakes without I/O: what is agreed, and each rule that a side may break.
#include "samples.hpp"

#include <fairway/transport/tcp/handshake.hpp>

#include "fw_catch.hpp"

using namespace samples;
using fairway::errc;

namespace {

// A secret said in one step, which the acceptor proves to know too with a last one.
class both_know final : public authenticator {
public:
    explicit both_know(std::string secret, std::string proof = "it is me")
        : secret_(std::move(secret)), proof_(std::move(proof)) {}
    std::vector<std::string> mechanisms(connection_facts const&) const override { return {"BOTH"}; }
    std::unique_ptr<client_exchange> begin_client(std::string_view, connection_facts const&) const override {
        return std::make_unique<client>(secret_);
    }
    bool insists() const override { return true; }
    std::string choose(std::vector<std::string_view> const& offered, connection_facts const&) const override {
        for (auto const name : offered)
            if (name == "BOTH") return "BOTH";
        fairway::detail::fail(errc::unauthorized, "no mechanism in common");
    }
    std::unique_ptr<server_exchange> begin_server(std::string_view, connection_facts const&) const override {
        return std::make_unique<server>(*this);
    }
    std::string admit(connection_facts const&) const override { return "nobody"; }

private:
    struct client final : client_exchange {
        explicit client(std::string s) : secret(std::move(s)) {}
        std::string step(std::string_view challenge) override {
            if (challenge.empty()) return secret;
            if (challenge != "it is me") fairway::detail::fail(errc::unauthorized, "the acceptor knows no secret");
            done = true;
            return {};
        }
        bool complete() const override { return done; }
        std::string secret;
        bool done = false;
    };
    struct server final : server_exchange {
        explicit server(both_know const& o) : of(o) {}
        result step(std::string_view response) override {
            if (response != of.secret_) fairway::detail::fail(errc::unauthorized, "a wrong secret");
            result r;
            r.done = true;
            r.data = of.proof_;
            r.principal = "alice";
            return r;
        }
        both_know const& of;
    };
    std::string secret_;
    std::string proof_;
};

session_options options(unsigned node) {
    session_options o;
    o.node = id_of(node);
    o.node_name = "node " + std::to_string(node);
    return o;
}

struct pair {
    explicit pair(session_options d = options(1), session_options a = options(2), resume_point from = {})
        : dial_options(std::move(d)),
          accept_options(std::move(a)),
          dial(dial_options, {}, from),
          accept(accept_options, {"CN=dialer", false, {}}) {}

    // To the end, in parts of `part` bytes.
    void run(std::size_t part = 1000) {
        std::string to_acceptor;
        std::string to_dialer;
        dial.begin(to_acceptor);
        for (int i = 0; i < 10'000 && !(welcomed && to_acceptor.empty()); ++i) {
            auto const a = to_acceptor.substr(0, part);
            to_acceptor.erase(0, a.size());
            feed(accept_in, a);
            if (!greeted && accept.take(accept_in, to_dialer)) {
                greeted = true;
                accept.welcome(to_dialer, session, resumed);
            }
            auto const b = to_dialer.substr(0, part);
            to_dialer.erase(0, b.size());
            feed(dial_in, b);
            if (!welcomed) welcomed = dial.take(dial_in, to_acceptor);
        }
    }
    goodbye_code fault(bool* unauthorized = nullptr) {
        try {
            run();
        } catch (violation const& v) {
            return v.code();
        } catch (fairway::system_error const& e) {
            if (unauthorized) *unauthorized = e.code() == errc::unauthorized;
            return goodbye_code::unauthorized;
        }
        return {};
    }

    session_options dial_options;
    session_options accept_options;
    dial_handshake dial;
    accept_handshake accept;
    record_input dial_in;
    record_input accept_in;
    bool greeted = false;
    bool welcomed = false;
    bool resumed = false;
    resume_point session{id_of(0x30), id_of(0x50), 0};
};

hello_record a_hello() {
    hello_record h;
    h.node = id_of(9);
    return h;
}
welcome_record a_welcome() {
    welcome_record w;
    w.node = id_of(9);
    w.session = id_of(0x30);
    w.token = id_of(0x50);
    return w;
}

template <class Record>
goodbye_code accepted(Record const& r, session_options const& o = options(2)) {
    std::string bytes(preamble);
    append_record(bytes, r);
    accept_handshake side(o, {});
    record_input in;
    feed(in, bytes);
    std::string out;
    try {
        side.take(in, out);
    } catch (violation const& v) {
        return v.code();
    }
    return {};
}
template <class Record>
goodbye_code dialled(Record const& r, session_options const& o = options(1), resume_point from = {}) {
    std::string bytes(preamble);
    append_record(bytes, r);
    dial_handshake side(o, {}, from);
    record_input in;
    feed(in, bytes);
    std::string out;
    try {
        side.take(in, out);
    } catch (violation const& v) {
        return v.code();
    } catch (fairway::system_error const&) {
        return goodbye_code::unauthorized;
    }
    return {};
}

} // namespace

TEST_CASE("a handshake ends in the same way in every split") {
    for (std::size_t const part : {1U, 2U, 3U, 7U, 8U, 9U, 100U, 1000U}) {
        pair p;
        p.dial_options.features = p.accept_options.features = 5;
        p.accept_options.heartbeat = std::chrono::milliseconds(700);
        p.accept_options.largest_record = 5000;
        p.run(part);
        REQUIRE(p.welcomed);
        CHECK(p.accept.terms().node == id_of(1));
        CHECK(p.accept.terms().name == "node 1");
        CHECK(p.accept.terms().principal == "CN=dialer");
        CHECK(p.dial.terms().node == id_of(2));
        CHECK(p.dial.terms().version == 1);
        CHECK(p.dial.terms().features == 5);
        CHECK(p.dial.terms().heartbeat == std::chrono::milliseconds(700));
        CHECK(p.dial.terms().largest_record == 5000);
        CHECK(p.dial.terms().session.session == id_of(0x30));
        CHECK_FALSE(p.dial.terms().resumed);
    }
}

TEST_CASE("features are what both sides know") {
    pair p;
    p.dial_options.features = 0b0110;
    p.accept_options.features = 0b1100;
    p.run();
    CHECK(p.dial.terms().features == 0b0100);
    CHECK(p.accept.terms().features == 0b0100);
    pair q;
    q.dial_options.required = 0b1;
    CHECK(q.fault() == goodbye_code::features);
    pair r;
    r.accept_options.required = 0b1;
    CHECK(r.fault() == goodbye_code::features);
    pair s;
    s.dial_options.required = s.accept_options.features = 0b1;
    CHECK(s.fault() == goodbye_code{});
}

TEST_CASE("both sides prove that they know a secret") {
    auto const with = [](std::string const& dialer, std::string const& acceptor, std::string const& proof) {
        auto d = options(1);
        d.authentication = std::make_shared<both_know>(dialer);
        auto a = options(2);
        a.authentication = std::make_shared<both_know>(acceptor, proof);
        pair p(d, a);
        auto const fault = p.fault();
        if (fault == goodbye_code{}) CHECK(p.accept.terms().principal == "alice");
        return std::pair(fault, p.greeted);
    };
    CHECK(with("s", "s", "it is me") == std::pair(goodbye_code{}, true));
    CHECK(with("t", "s", "it is me") == std::pair(goodbye_code::unauthorized, false));
    CHECK(with("s", "s", "somebody else") == std::pair(goodbye_code::unauthorized, true));
    CHECK(with("s", "s", "") == std::pair(goodbye_code::unauthorized, true)); // a WELCOME before its time
}

TEST_CASE("a dialer that has secrets is not welcomed without") {
    auto d = options(1);
    d.authentication = std::make_shared<both_know>("s");
    CHECK(dialled(a_welcome(), d) == goodbye_code::unauthorized);
    CHECK(dialled(a_welcome()) == goodbye_code{});
    auth_record other;
    other.mechanism = "PLAIN";
    CHECK(dialled(other, d) == goodbye_code::unauthorized);
    CHECK(dialled(other) == goodbye_code::unauthorized);
    auto a = options(2);
    a.authentication = d.authentication;
    pair p(options(1), a);
    bool unauthorized = false;
    p.fault(&unauthorized);
    CHECK(unauthorized);
    CHECK_FALSE(p.greeted);
}

TEST_CASE("each rule that a dialer breaks in its handshake is found") {
    CHECK(accepted(a_hello()) == goodbye_code{});
    auto h = a_hello();
    h.least_version = 2;
    h.most_version = 9;
    CHECK(accepted(h) == goodbye_code::version);
    h = a_hello();
    h.most_version = 9;
    CHECK(accepted(h) == goodbye_code{});
    h = a_hello();
    h.least_version = 0;
    h.most_version = 0;
    CHECK(accepted(h) == goodbye_code::version);
    h.least_version = 1;
    CHECK(accepted(h) == goodbye_code::protocol);
    h = a_hello();
    h.required = 2;
    CHECK(accepted(h) == goodbye_code::features);
    h = a_hello();
    h.node = {};
    CHECK(accepted(h) == goodbye_code::protocol);
    for (std::uint32_t const beat : {0U, 9U, 60'001U, ~0U}) {
        h = a_hello();
        h.heartbeat = beat;
        CHECK(accepted(h) == goodbye_code::protocol);
    }
    for (std::uint32_t const largest : {0U, 4095U, (1U << 20) + 1, ~0U}) {
        h = a_hello();
        h.largest_record = largest;
        CHECK(accepted(h) == goodbye_code::protocol);
    }
    h = a_hello();
    h.received = 1;
    CHECK(accepted(h) == goodbye_code::protocol);
    h = a_hello();
    h.token = id_of(1);
    CHECK(accepted(h) == goodbye_code::protocol);
    CHECK(accepted(auth_record{"PLAIN", {}}) == goodbye_code::protocol);
    CHECK(accepted(a_welcome()) == goodbye_code::protocol);
    CHECK(accepted(offer_record()) == goodbye_code::protocol);
    CHECK(accepted(ack_record()) == goodbye_code::protocol);
    CHECK(accepted(heartbeat_record()) == goodbye_code::protocol);
    std::string const name(4096, 'n');
    h = a_hello();
    h.name = name;
    CHECK(accepted(h) == goodbye_code::too_large);
}

TEST_CASE("each rule that an acceptor breaks in its handshake is found") {
    auto w = a_welcome();
    w.version = 0;
    CHECK(dialled(w) == goodbye_code::version);
    w.version = 2;
    CHECK(dialled(w) == goodbye_code::version);
    w = a_welcome();
    w.features = 1;
    CHECK(dialled(w) == goodbye_code::features);
    auto needs = options(1);
    needs.required = 1;
    CHECK(dialled(w, needs) == goodbye_code{});
    CHECK(dialled(a_welcome(), needs) == goodbye_code::features);
    w = a_welcome();
    w.session = {};
    CHECK(dialled(w) == goodbye_code::protocol);
    w = a_welcome();
    w.token = {};
    CHECK(dialled(w) == goodbye_code::protocol);
    w = a_welcome();
    w.resumed = true;
    CHECK(dialled(w) == goodbye_code::protocol);
    resume_point const from{id_of(0x30), id_of(0x50), 7};
    CHECK(dialled(w, options(1), from) == goodbye_code{});
    w.token = id_of(0x51);
    CHECK(dialled(w, options(1), from) == goodbye_code::protocol);
    w = a_welcome();
    CHECK(dialled(w, options(1), from) == goodbye_code::protocol); // the same session, and not resumed
    w.session = id_of(0x31);
    CHECK(dialled(w, options(1), from) == goodbye_code{});
    w.received = 3;
    CHECK(dialled(w, options(1), from) == goodbye_code::protocol);
    CHECK(dialled(a_hello()) == goodbye_code::protocol);
    CHECK(dialled(subscribed_record{1}) == goodbye_code::protocol);
    CHECK(dialled(goodbye_record{goodbye_code::limits, "full"}) == goodbye_code::unauthorized); // thrown as `dismissed`
    try {
        pair p;
        feed(p.dial_in, std::string(preamble));
        std::string bytes;
        append_record(bytes, goodbye_record{goodbye_code::limits, "who says so?"});
        feed(p.dial_in, bytes);
        p.dial.take(p.dial_in, bytes);
        FAIL_CHECK("it goes on");
    } catch (dismissed const& d) {
        CHECK(d.code() == goodbye_code::limits);
        CHECK(std::string(d.what()).find("who") == std::string::npos);
    }
    std::string const text(257, 't');
    CHECK(dialled(goodbye_record{goodbye_code::limits, text}) == goodbye_code::protocol);
}

TEST_CASE("there are few records before authentication") {
    std::string bytes(preamble);
    for (int i = 0; i < 17; ++i) bytes += std::string("\1\0\0\0\x80", 5);
    session_options const kept = options(2);
    accept_handshake side(kept, {});
    record_input in;
    feed(in, bytes);
    std::string out;
    try {
        side.take(in, out);
        FAIL("17 records");
    } catch (violation const& v) {
        CHECK(v.code() == goodbye_code::limits);
    }
    CHECK(out == preamble);
}
