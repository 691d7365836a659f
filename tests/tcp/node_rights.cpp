// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Who may connect to a node, and what each may do there; and a service that does not know which transport it has.
#include "env/tls_kit.hpp"
#include "fw_catch.hpp"
#include "hostile_kit.hpp"
#include "node_kit.hpp"

#include <fairway/inproc.hpp>

#include <cstdlib>
#include <filesystem>

using namespace node_kit;

namespace {

// A process "stock" that asks who comes.
process& start_stock(town& t, std::string const& may, change const& more = {}) {
    return t.start("stock", [&](tcp_options& o) {
        o.accept_with(store(users({"alice", "bob"})));
        if (!may.empty()) o.allow(permissions::parse(may));
        if (more) more(o);
    });
}
process& start_at_stock(town& t, std::string const& name, change const& with) {
    auto& p = t.start(name, with);
    p.places->put("*", {"stock:7000"});
    return p;
}
std::string all_texts(process const& p) {
    std::string all;
    for (auto const& one : p.troubles) all += one.text + '\n';
    return all;
}

constexpr std::string_view alices_token = "alices-token-alices-token";
constexpr std::string_view bobs_token = "bobs-token-bobs-token";
std::string tokens() {
    return token_credential("alice", secret(alices_token)) + '\n' + token_credential("bob", secret(bobs_token));
}

} // namespace

TEST_CASE("who may not send into a channel of a node gets nothing handled there", "[node]") {
    numbers handled;
    town t;
    auto& stock = start_stock(t, "alice: send node.steps\nbob: send node.jobs, receive *");
    stock.self->handle<steps>(into(handled));
    stock.self->handle<jobs>(answering(handled));
    auto& alice = start_at_stock(t, "alice", as("alice"));
    auto& bob = start_at_stock(t, "bob", as("bob"));

    auto const bobs = bob.self->sender<steps>();
    put<step>(bobs, 1);
    t.pass(5s);
    CHECK(handled.empty());
    CHECK(t.finish(bob, flush(bobs)).code() == errc::not_connected);
    REQUIRE(stock.told(errc::unauthorized) == 1);
    CHECK(all_texts(stock) == "bob may not send to node.steps: the permissions here do not say so\n");
    // What he may, he can meanwhile, over the same session.
    CHECK(t.finish(bob, ask(bob.self->sender<jobs>(), 2)).value == 20);
    auto const alices = alice.self->sender<steps>();
    put<step>(alices, 3);
    CHECK(t.finish(alice, flush(alices)).value);
    CHECK(t.finish(alice, ask(alice.self->sender<jobs>(), 4)).code() == errc::timed_out);
    t.pass(1min);
    CHECK(handled == numbers{2, 3});
}

TEST_CASE("who may not receive is refused by a node, and told of it", "[node]") {
    numbers alices;
    numbers bobs;
    numbers stolen;
    town t;
    auto& stock =
        start_stock(t, "alice: receive node.news as alice\nbob: receive node.sports, receive node.news as bo*");
    auto const out = stock.self->sender<news>();
    auto const other = stock.self->sender<sports>();
    auto& alice = start_at_stock(t, "alice", as("alice"));
    alice.self->handle<news>(into(alices));
    alice.self->handle<sports>(into(alices));
    auto& bob = start_at_stock(t, "bob", as("bob"));
    bob.self->handle<news>(into(bobs));
    service thief(bob.transport(), "alice"); // in the group of somebody else
    thief.handle<news>(into(stolen));
    thief.start();
    REQUIRE(t.until([&] { return alice.told(errc::unauthorized) == 1 && bob.told(errc::unauthorized) == 1; }));
    CHECK(alice.troubles.front().text == "does not deliver node.sports to alice");
    CHECK(bob.troubles.front().text == "does not deliver node.news to alice");
    INFO(all_texts(stock));
    CHECK(stock.told(errc::unauthorized) == 2);
    for (char const* const who : {"alice may not receive from node.sports as alice: ",
             "bob may not receive from node.news as alice: "}) // in its own name, not in the group's
        CHECK(all_texts(stock).find(who) != std::string::npos);

    for (int n = 1; n <= 20; ++n) put<note>(out, n);
    put<note>(other, 100);
    CHECK(t.finish(stock, flush(out)).value);
    t.pass(1min);
    CHECK(alices == up_to(20));
    CHECK(bobs == up_to(20));
    CHECK(stolen.empty());
}

TEST_CASE("of a publisher that may not send nothing is handled, and it keeps nothing", "[node]") {
    constexpr std::size_t room = 4;
    for (bool const has_rules : {true, false}) {
        numbers got;
        town t;
        auto& press = t.start("press", [](tcp_options& o) { o.queue(room, limits::queue_bytes); });
        auto const out = press.self->sender<news>();
        auto& reader = t.start("reader", [&](tcp_options& o) {
            // Whoever is dialed without TLS has proved nothing, as in all of a town.
            if (has_rules) o.allow(permissions::parse("*: send node.news\npress: send node.news"));
        });
        reader.places->put("*", {"press:7000"});
        reader.self->handle<news>(into(got));
        t.pass(5s);
        REQUIRE(reader.told(errc::unauthorized) == (has_rules ? 1 : 0));
        CHECK(all_texts(reader) ==
              (has_rules ? "somebody who is not authenticated may not send to node.news: the permissions here do not "
                           "say so\n"
                         : ""));
        for (int n = 1; n <= 10; ++n) {
            put<note>(out, n);
            t.pass(1s);
        }
        CHECK(got == (has_rules ? numbers() : up_to(10)));
        CHECK(t.finish(press, flush(out), 5s).value);
    }
}

TEST_CASE("a publisher that is dialed may send what its certificate's name may", "[node]") {
    tls_kit::office office;
    office.issue("press", {.common_name = "press", .alternatives = "DNS:press.example"});
    for (std::string const may : {"press.example", "*", "reader"}) {
        numbers got;
        std::vector<std::string> troubles;
        asio::io_context io{1};
        tcp_options at;
        at.listen("127.0.0.1:0").tls(office.options("press")).insecure(true);
        tcp const press(io.get_executor(), at);
        tcp_options from;
        auto tls = office.options();
        tls.expected_name = "press.example";
        auto const place = press.local()->text().substr(std::string_view("tcp://").size());
        from.places(discovery_options().channel("*", place))
            .tls(tls)
            .allow(permissions::parse(may + ": send node.news"));
        from.on_trouble([&](std::string_view, error_code, std::string_view text) { troubles.emplace_back(text); });
        service paper(any_transport(tcp(press)), "press");
        service reader(any_transport(tcp(io.get_executor(), from)), "reader");
        reader.handle<news>(into(got));
        reader.start();
        auto const out = paper.sender<news>();
        // It goes out as soon as the reader has subscribed.
        for (int n = 1; got.empty() && troubles.empty();) {
            if (io.poll_one() == 0) put<note>(out, n);
            io.run_one_for(10ms);
        }
        CHECK(got.empty() == (may == "reader"));
        CHECK(troubles.empty() == (may != "reader"));
        if (may != "reader") continue;
        REQUIRE(troubles.size() == 1);
        CHECK(troubles.front() == "press.example may not send to node.news: the permissions here do not say so");
    }
}

TEST_CASE("a node keeps nothing for a group that may not receive", "[node]") {
    constexpr std::size_t room = 4;
    auto const few = [](tcp_options& o) { o.queue(room, limits::queue_bytes); };
    for (bool const allowed : {false, true}) {
        town t;
        auto& stock = start_stock(t, allowed ? "bob: receive node.news" : "alice: receive node.news", few);
        auto const out = stock.self->sender<news>();
        auto& bob = start_at_stock(t, "bob", as("bob"));
        numbers got;
        service idle(bob.transport(), "idle"); // it says that messages are to be kept, and takes none yet
        idle.handle<news>(into(got));
        t.pass(5s);
        for (std::size_t n = 0; n < room; ++n) put<note>(out, 1);
        note const one_more{2};
        CHECK(out.try_send(one_more) == (allowed ? error_code(errc::queue_full) : error_code()));
        CHECK(t.finish(stock, flush(out), 5s).yet == !allowed);
        idle.start();
        t.pass(5s);
        CHECK(got.size() == (allowed ? room : 0));
        t.crash(bob);
    }
}

TEST_CASE("a node serves who has the password, and nobody else", "[node]") {
    numbers handled;
    town t;
    auto& stock = start_stock(t, {});
    stock.self->handle<steps>(into(handled));
    stock.self->handle<jobs>(answering(handled));
    auto& alice = start_at_stock(t, "alice", as("alice"));
    CHECK(t.finish(alice, ask(alice.self->sender<jobs>(), 1)).value == 10);
    CHECK(alice.troubles.empty());

    auto const wrong = client_credentials::password("alice", secret("bob-password"));
    auto const unknown = client_credentials::password("carol", secret("carol-password"));
    int n = 0;
    for (auto const& who : {wrong, unknown, client_credentials()}) {
        auto const before = stock.told(errc::unauthorized);
        auto& other = start_at_stock(t, "other", [&](tcp_options& o) { o.dial_with(who); });
        auto const out = other.self->sender<steps>();
        put<step>(out, 2);
        CHECK(t.finish(other, ask(other.self->sender<jobs>(), 3), 30s).code() == errc::timed_out);
        CHECK(other.told(errc::unauthorized) > 0);
        CHECK(stock.told(errc::unauthorized) > before);
        CHECK(all_texts(other).find("password") == std::string::npos); // of what was tried nothing is told
        CHECK(all_texts(stock).find("-password") == std::string::npos);
        CHECK_FALSE(t.finish(other, flush(out), 5s).value);
        t.crash(other);
        ++n;
    }
    CHECK(n == 3);
    CHECK(handled == numbers{1});
}

TEST_CASE("a node serves who has a token, within its host", "[node]") {
    numbers handled;
    town t;
    auto& stock = t.start("stock", [](tcp_options& o) {
        o.listen("/stock.sock").announce("/stock.sock").accept_with(store(tokens()));
        o.allow(permissions::parse("bob: send node.jobs\nalice: send node.steps"));
    });
    stock.self->handle<steps>(into(handled));
    stock.self->handle<jobs>(answering(handled));
    auto const with = [](std::string_view token) {
        return [token](tcp_options& o) { o.dial_with(client_credentials::token(secret(token))); };
    };
    auto& bob = t.start_beside(stock, "bob", with(bobs_token));
    bob.places->put("*", {"/stock.sock"});
    CHECK(t.finish(bob, ask(bob.self->sender<jobs>(), 1)).value == 10);
    CHECK(bob.troubles.empty());
    // He is who his token says.
    put<step>(bob.self->sender<steps>(), 2);

    auto& wrong = t.start_beside(stock, "wrong", with("no-token-at-all-of-anybody"));
    wrong.places->put("*", {"/stock.sock"});
    CHECK(t.finish(wrong, ask(wrong.self->sender<jobs>(), 3)).code() == errc::timed_out);
    CHECK(wrong.told(errc::unauthorized) > 0);
    CHECK(stock.told(errc::unauthorized) > 0);
    // And it is not shown to another host, without TLS.
    auto& store_room = t.start("store-room", [](tcp_options& o) { o.accept_with(store(tokens())); });
    store_room.self->handle<jobs>(answering(handled));
    auto& afar = t.start("afar", with(bobs_token));
    afar.places->put("*", {"store-room:7000"});
    CHECK(t.finish(afar, ask(afar.self->sender<jobs>(), 4)).code() == errc::timed_out);
    CHECK(afar.told(errc::unauthorized) > 0);
    CHECK(handled == numbers{1});
}

TEST_CASE("two nodes that dial each other have their requests answered, each as its own user", "[node]") {
    numbers at_alice;
    numbers at_bob;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        town t(seed);
        auto const both = store(users({"alice", "bob"}));
        auto const start = [&](std::string const& name, numbers& all) -> process& {
            auto& p = t.start(name, [&](tcp_options& o) {
                as(name)(o);
                o.accept_with(both);
            });
            p.self->handle<jobs>(answering(all));
            return p;
        };
        auto& alice = start("alice", at_alice);
        auto& bob = start("bob", at_bob);
        alice.places->put("*", {"bob:7000"});
        bob.places->put("*", {"alice:7000"});
        auto const from_alice = alice.self->sender<jobs>();
        auto const from_bob = bob.self->sender<jobs>();
        for (int n = 1; n <= 10; ++n) {
            auto const one = t.begin(alice, ask(from_alice, n));
            auto const other = t.begin(bob, ask(from_bob, 100 + n));
            REQUIRE(t.until([&] { return one->yet && other->yet; }));
            CHECK(one->value == 10 * n);
            CHECK(other->value == 10 * (100 + n));
        }
        CHECK(alice.troubles.empty());
        CHECK(bob.troubles.empty());
        CHECK(t.lab.streams().connections() == 2);
    }
    CHECK(at_alice.size() + at_bob.size() == 100);
}

TEST_CASE("a node that claims the id of another one, as another user, is sent away", "[node]") {
    std::string reply_to;
    hostile_kit::world w([](tcp_options& o) { o.accept_with(store(tokens())); },
        [](tcp_options& o) { o.dial_with(client_credentials::token(secret(alices_token))); });
    w.stock->handle<jobs>([&](work const& one, delivery const& d) {
        reply_to = d.message().reply_to();
        return done{10 * one.number};
    });
    auto const asked = env_kit::start(w.io, ask(w.checkout->sender<jobs>(), 1));
    REQUIRE(w.until([&] { return asked->yet; }));
    REQUIRE(asked->value == 10);
    auto const victim = tcp_detail::reply_address::parse(reply_to);
    REQUIRE(victim);

    auto const greet = [&](hostile_kit::bad_peer& p, tcp_detail::identity const& node, std::string_view token) {
        std::string names;
        tcp_detail::hello_record h;
        h.node = node;
        h.mechanisms = tcp_detail::name_list({"TOKEN"}, names);
        std::string bytes(tcp_detail::preamble);
        tcp_detail::append_record(bytes, h);
        p.say(bytes);
        REQUIRE(w.until([&] { return p.has(tcp_detail::record_type::auth); }));
        tcp_detail::auth_record a;
        a.mechanism = "TOKEN";
        a.data.bytes = token;
        p.say(a);
        w.until([&] { return p.ended(); }, 1s);
    };
    hostile_kit::bad_peer thief(w);
    greet(thief, victim->node, bobs_token);
    CHECK(thief.goodbye() == tcp_detail::goodbye_code::unauthorized);
    // With a node of his own he may stay; and another session of the same user may, too.
    hostile_kit::bad_peer bob(w);
    greet(bob, samples::id_of(9), bobs_token);
    CHECK_FALSE(bob.ended());
    hostile_kit::bad_peer again(w);
    greet(again, victim->node, alices_token);
    CHECK_FALSE(again.ended());
    CHECK(w.serves());
    CHECK_FALSE(bob.has(tcp_detail::record_type::reply));
    CHECK_FALSE(thief.has(tcp_detail::record_type::reply));
}

namespace {

// Two services, as they are written for any transport.
class desk {
public:
    desk(any_transport const& at, numbers& seen) : self_(at, "desk"), seen_(seen) {
        self_.handle<jobs>([this](work const& w) -> task<done> { return answer(w); });
        self_.handle<steps>(into(seen_));
        self_.start();
    }
    task<> end() {
        auto const l = co_await self_.drain();
        CHECK(l.received == l.accepted);
    }

private:
    task<done> answer(work const& w) {
        done const d{10 * w.number};
        seen_.push_back(w.number);
        co_await sleep_for(1ms);
        co_return d;
    }
    service self_;
    numbers& seen_;
};

task<bool> visit(any_transport there, any_transport here) {
    numbers seen;
    desk d(there, seen);
    service self(here, "visitor");
    auto const questions = self.sender<jobs>();
    for (int n = 1; n <= 3; ++n) {
        work const w{n};
        auto const answer = co_await questions.request(w, 20s);
        CHECK(answer.number == 10 * n);
    }
    auto const orders = self.sender<steps>();
    step const s{4};
    co_await orders.send(s);
    co_await orders.flush();
    co_await self.drain();
    while (seen.size() < 4) co_await sleep_for(1ms);
    co_await d.end();
    CHECK(seen == up_to(4));
    co_return true;
}

void visit_by(asio::io_context& io, any_transport there, any_transport here) {
    auto const over = env_kit::start(io, visit(std::move(there), std::move(here)));
    while (!over->yet && io.run_one_for(20s) > 0) {}
    INFO(over->text());
    CHECK(over->value);
}
any_transport opened(asio::io_context& io, std::string const& where) {
    return fairway::open<inproc, tcp, unix_socket>(io.get_executor(), where);
}

} // namespace

TEST_CASE("a service goes over another transport by its URL alone", "[node]") {
    {
        asio::io_context io{1};
        visit_by(io, opened(io, "inproc://"), opened(io, "inproc://"));
    }
    {
        asio::io_context io{1};
        tcp const there(io.get_executor(), url("tcp://?listen=127.0.0.1:0"));
        visit_by(io, any_transport(tcp(there)), opened(io, there.local()->text()));
    }
    {
        std::string folder = (std::filesystem::temp_directory_path() / "fw-XXXXXX").string();
        REQUIRE(mkdtemp(folder.data()));
        {
            asio::io_context io{1};
            auto const there = opened(io, "unix://?listen=" + folder + "/desk");
            visit_by(io, there, opened(io, "unix://" + folder + "/desk"));
        }
        std::filesystem::remove_all(folder);
    }
}
