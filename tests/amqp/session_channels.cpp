// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The channels of a session.
#include "session_kit.hpp"

using namespace session_kit;
using namespace fairway::amqp_detail;
using session_kit::listener;

namespace {

basic_deliver delivery(std::uint64_t tag) {
    basic_deliver m;
    m.consumer_tag = "c";
    m.delivery_tag = tag;
    m.routing_key = "q";
    return m;
}

} // namespace

TEST_CASE("a channel's user hears all that the broker says on it, and answers come in order") {
    world w;
    auto const at = w.open();
    auto const user = hear();
    auto const c = w.open_channel(*at, user);
    lines answers;
    queue_declare declare;
    declare.queue = "orders";
    c->call<queue_declare_ok>(declare, [&](queue_declare_ok const& ok) {
        answers.push_back("declared " + std::string(ok.queue) + " " + std::to_string(ok.messages));
    });
    c->call<basic_qos_ok>(basic_qos{0, 10, false}, [&](basic_qos_ok const&) { answers.push_back("qos"); });
    c->call<confirm_select_ok>(confirm_select(), [&](confirm_select_ok const&) { answers.push_back("confirms"); });
    CHECK(w.expect<queue_declare>(*at, 1).queue == "orders");
    CHECK(w.expect<basic_qos>(*at, 1).prefetch_count == 10);
    w.expect<confirm_select>(*at, 1);
    at->send(1, queue_declare_ok{"orders", 7, 0});
    at->send(1, basic_qos_ok());
    at->send(1, confirm_select_ok());
    w.until([&] { return answers.size() == 3; });
    CHECK(answers == lines{"declared orders 7", "qos", "confirms"});

    at->send_content(1, delivery(1), "one");
    at->send_content(1, delivery(2), "");
    at->send_content(1, delivery(3), std::string(131'072 - frame_overhead, 'x'), {}, 131'072); // the largest frame
    at->send_content(1, basic_return{reply_code::no_route, "NO_ROUTE", "", "k"}, "back");
    at->send(1, basic_ack{1, false});
    at->send(1, basic_ack{3, true});
    at->send(1, basic_nack{4, false, false});
    at->send(1, basic_cancel{"c", true});
    w.until([&] { return user->heard.size() == 8; });
    CHECK(user->heard == lines{"deliver 1 one", "deliver 2 ", "deliver 3 " + std::string(20, 'x'),
                             "return NO_ROUTE back", "ack 1", "ack 3 multiple", "nack 4", "cancel c"});
    w.settle();
    CHECK(at->frames.empty());
    at->send(1, basic_cancel{"d", false});
    CHECK(w.expect<basic_cancel_ok>(*at, 1).consumer_tag == "d");
    CHECK(w.troubles.empty());
}

TEST_CASE("bodies above the limit are passed over, and their senders and receivers hear of it") {
    world w;
    w.options->most_body = 1000;
    auto const at = w.open();
    auto const user = hear();
    auto const c = w.open_channel(*at, user);
    at->send_content(1, delivery(1), std::string(1001, 'x'));
    at->send_content(1, basic_return{reply_code::no_route, "NO_ROUTE", "", "k"}, std::string(1001, 'x'));
    at->send_content(1, delivery(2), std::string(1000, 'y'));
    w.until([&] { return user->heard.size() == 3; });
    CHECK(user->heard == lines{"oversized 1 1001", "return NO_ROUTE ", "deliver 2 " + std::string(20, 'y')});
}

TEST_CASE("what a channel puts before it is open goes behind its opening") {
    world w;
    auto const at = w.open();
    auto const user = hear();
    auto const c = w.session->open(user);
    bool answered = false;
    c->call<confirm_select_ok>(confirm_select(), [&](confirm_select_ok const&) { answered = true; });
    w.expect<channel_open>(*at, 1);
    w.expect<confirm_select>(*at, 1);
    at->send(1, channel_open_ok());
    at->send(1, confirm_select_ok());
    w.until([&] { return answered; });
    CHECK(user->heard == lines{"open"});
}

TEST_CASE("messages are published in frames of the size that was agreed upon, whole and in order") {
    world w;
    auto const at = w.open({2047, 4096, 60});
    auto const user = hear();
    auto const c = w.open_channel(*at, user);
    basic_publish m;
    m.routing_key = "orders";
    basic_properties p;
    p.message_id = "id-1";
    c->publish(m, p, std::string(10'000, 'b'));
    c->publish(m, {}, "");
    CHECK(w.expect<basic_publish>(*at, 1).routing_key == "orders");
    w.until([&] { return at->frames.size() == 6; });
    CHECK(read_content_header(at->frames[0].payload).body_size == 10'000);
    CHECK(read_content_header(at->frames[0].payload).properties.message_id == "id-1");
    std::string body;
    for (int i = 1; i < 4; ++i) {
        CHECK(at->frames[static_cast<std::size_t>(i)].payload.size() + frame_overhead <= 4096);
        body += at->frames[static_cast<std::size_t>(i)].payload;
    }
    CHECK(body == std::string(10'000, 'b'));
    CHECK(read_content_header(at->frames[5].payload).body_size == 0);
}

TEST_CASE("what does not fit a frame is refused where it is put, and the channel goes on") {
    world w;
    auto const at = w.open({2047, 4096, 60});
    auto const user = hear();
    auto const c = w.open_channel(*at, user);
    std::string headers;
    append_entry(headers, "long", std::string(5000, 'h'));
    basic_properties p;
    p.headers = table_view(headers);
    std::string const name(256, 'n');
    basic_publish m;
    CHECK_THROWS_AS(c->publish(m, p, "body"), fairway::system_error);
    queue_declare declare;
    declare.queue = name;
    CHECK_THROWS_AS(c->call<queue_declare_ok>(declare, [](queue_declare_ok const&) {}), fairway::system_error);
    bool answered = false;
    c->call<confirm_select_ok>(confirm_select(), [&](confirm_select_ok const&) { answered = true; });
    w.expect<confirm_select>(*at, 1);
    at->send(1, confirm_select_ok());
    w.until([&] { return answered; });
}

TEST_CASE("all that is put in a turn goes with one write, and there is one read and one write at a time") {
    world w;
    auto const at = w.open();
    auto const user = hear();
    auto const c = w.open_channel(*at, user);
    w.settle();
    int const before = w.pace->all_writes;
    for (std::uint64_t i = 1; i <= 100; ++i) c->put(basic_ack{i, false});
    for (std::uint64_t i = 1; i <= 100; ++i) w.expect<basic_ack>(*at, 1);
    CHECK(w.pace->all_writes == before + 1);
    // Also what is put from within what comes.
    std::uint64_t tag = 0;
    user->then = [&] { c->put(basic_ack{++tag, false}); };
    std::string many;
    for (std::uint64_t i = 1; i <= 10; ++i) append_content(many, 1, delivery(i), {}, "x", 4096);
    at->send_raw(many);
    for (std::uint64_t i = 1; i <= 10; ++i) w.expect<basic_ack>(*at, 1);
    CHECK(w.pace->all_writes == before + 2);
    CHECK_FALSE(w.pace->overlaps);
}

TEST_CASE("the broker ends a channel without ending others, with the reason and an answer") {
    struct {
        reply_code code;
        std::string text;
        errc why;
    } const cases[] = {
        {reply_code::precondition_failed, "PRECONDITION_FAILED - inequivalent arg", errc::topology_mismatch},
        {reply_code::not_found, "NOT_FOUND - no queue", errc::unroutable},
        {reply_code::access_refused, "ACCESS_REFUSED - access to queue", errc::unauthorized},
    };
    for (auto const& c : cases) {
        world w;
        auto const at = w.open();
        auto const bad = hear();
        auto const good = hear();
        auto const one = w.open_channel(*at, bad, 1);
        auto const two = w.open_channel(*at, good, 2);
        auto const token = std::make_shared<int>(0);
        one->call<queue_declare_ok>(queue_declare(), [token](queue_declare_ok const&) { FAIL_CHECK("answered"); });
        w.expect<queue_declare>(*at, 1);
        at->send(1, channel_close{c.code, c.text + "\n", queue_declare::id});
        w.expect<channel_close_ok>(*at, 1);
        CHECK(bad->heard == lines{"closed: " + c.text + "?"});
        CHECK(bad->why == c.why);
        CHECK(token.use_count() == 1); // the call is dropped
        // Nothing comes of it any more.
        one->put(basic_ack{1, false});
        one->close();
        CHECK_FALSE(one->has_room());
        bool answered = false;
        two->call<confirm_select_ok>(confirm_select(), [&](confirm_select_ok const&) { answered = true; });
        w.expect<confirm_select>(*at, 2);
        at->send(2, confirm_select_ok());
        w.until([&] { return answered; });
        CHECK(good->heard.empty());
        // Its number is free: the broker has had its close-ok before.
        w.open_channel(*at, hear(), 1);
        CHECK(w.troubles.empty());
    }
}

TEST_CASE("a channel may be opened again from within its end") {
    world w;
    auto const at = w.open();
    auto const user = hear();
    auto c = w.open_channel(*at, user);
    user->then = [&] {
        user->then = nullptr;
        c = w.session->open(user);
    };
    at->send(1, channel_close{reply_code::not_found, "gone", {}});
    w.expect<channel_close_ok>(*at, 1);
    w.expect<channel_open>(*at, 2);
    at->send(2, channel_open_ok());
    w.until([&] { return user->heard.size() == 2; });
    CHECK(user->heard == lines{"closed: gone", "open"});
}

TEST_CASE("of a channel that is closed nothing is heard, and its number is used again only after close-ok") {
    world w;
    auto const at = w.open();
    auto const user = hear();
    auto const c = w.open_channel(*at, user);
    auto const token = std::make_shared<int>(0);
    c->call<confirm_select_ok>(confirm_select(), [token](confirm_select_ok const&) { FAIL_CHECK("answered"); });
    c->close();
    CHECK(token.use_count() == 1);
    c->close();
    c->put(basic_ack{1, false});
    w.expect<confirm_select>(*at, 1);
    w.expect<channel_close>(*at, 1);
    // What was under way, and half a message.
    at->send(1, confirm_select_ok());
    at->send_content(1, delivery(1), "late");
    at->send(1, basic_cancel{"c", false});
    std::string half;
    append_content(half, 1, delivery(2), {}, "half", 4096);
    at->send_raw(half.substr(0, half.size() - 4 - frame_overhead));
    auto const other = hear();
    auto const two = w.open_channel(*at, other, 2); // not 1
    bool const crossing = GENERATE(false, true);
    if (crossing) {
        at->send(1, channel_close{reply_code::not_found, "it, too", {}});
        w.expect<channel_close_ok>(*at, 1);
    }
    at->send(1, channel_close_ok());
    w.settle();
    CHECK(at->frames.empty());
    CHECK(user->heard.empty());
    auto const again = hear();
    auto const three = w.open_channel(*at, again, 1);
    at->send_content(1, delivery(1), "new");
    w.until([&] { return again->heard.size() == 1; });
    CHECK(again->heard == lines{"deliver 1 new"});
    CHECK(w.downs.empty());
}

TEST_CASE("a channel that is closed before it is open is gone all the same") {
    world w;
    auto const at = w.open();
    auto const user = hear();
    w.session->open(user)->close();
    w.expect<channel_open>(*at, 1);
    w.expect<channel_close>(*at, 1);
    at->send(1, channel_open_ok());
    at->send(1, channel_close_ok());
    w.settle();
    CHECK(user->heard.empty());
    w.open_channel(*at, user, 1);
}

TEST_CASE("there are no more channels than the broker allows, and who wants one more hears so, but not at once") {
    world w;
    auto const at = w.open({2, 131072, 60});
    auto const one = w.open_channel(*at, hear(), 1);
    auto const keeper = hear();
    auto const two = w.open_channel(*at, keeper, 2);
    auto const user = hear();
    auto const c = w.session->open(user);
    REQUIRE(c);
    CHECK(user->heard.empty());
    CHECK_FALSE(c->has_room());
    c->put(basic_ack{1, false});
    c->publish({}, {}, "x");
    w.until([&] { return !user->heard.empty(); });
    CHECK(user->why == errc::queue_full);
    CHECK(user->heard.size() == 1);
    w.settle();
    CHECK(at->frames.empty());
    two->close();
    w.expect<channel_close>(*at, 2);
    at->send(2, channel_close_ok());
    w.settle();
    w.open_channel(*at, hear(), 2);
}

TEST_CASE("a channel whose user is gone is closed with what comes on it") {
    world w;
    auto const at = w.open();
    auto user = hear();
    auto const c = w.open_channel(*at, user);
    user.reset();
    at->send_content(1, delivery(1), "for nobody");
    w.expect<channel_close>(*at, 1);
}

TEST_CASE("a user may close its channel, its session or its link from within what it hears") {
    for (int const what : {0, 1, 2, 3}) {
        world w;
        auto const at = w.open();
        auto const user = hear();
        auto c = w.open_channel(*at, user);
        user->then = [&] {
            if (what == 0) c->close();
            if (what == 1 && w.session) w.session->close();
            if (what == 2) w.link->stop();
            if (what == 3) w.link.reset();
        };
        std::string two;
        append_content(two, 1, delivery(1), {}, std::string(5000, 'x'), 4096);
        append_content(two, 1, delivery(2), {}, "x", 4096);
        at->send_raw(two);
        if (what == 0) w.expect<channel_close>(*at, 1);
        if (what > 0) w.expect<connection_close>(*at, 0);
        CHECK(user->heard.size() == 1);
        at->close();
        w.settle();
        CHECK(user->heard.size() == (what == 3 ? 1 : what == 0 ? 1 : 2));
    }
}

TEST_CASE("what comes behind the end of a channel that the server has closed is passed over") {
    world w;
    auto const at = w.open();
    auto const first = hear();
    auto const one = w.open_channel(*at, first);
    at->send(1, channel_close{reply_code::precondition_failed, "PRECONDITION_FAILED - unknown delivery tag 7", {}});
    w.expect<channel_close_ok>(*at, 1);
    std::string late;
    append_content(late, 1, delivery(8), {}, "late", 4096);
    at->send_raw(late);
    w.settle();
    REQUIRE(w.session);
    auto const second = hear();
    auto const again = w.session->open(second); // the same number
    w.expect<channel_open>(*at, 1);
    at->send_raw(late);
    at->send(1, channel_open_ok());
    w.until([&] { return !second->heard.empty(); });
    CHECK(second->heard == lines{"open"});
    CHECK(first->heard.size() == 1);
    CHECK(w.downs.empty());
}

TEST_CASE("a server that breaks the protocol on a channel loses the session") {
    struct {
        std::string what;
        reply_code code;
        std::function<void(server_end&)> act;
    } const cases[] = {
        {"a channel that is not open", reply_code::channel_error, [](server_end& at) { at.send(2, basic_ack{1}); }},
        {"a number beyond all", reply_code::channel_error, [](server_end& at) { at.send(65535, basic_ack{1}); }},
        {"an answer to nothing", reply_code::command_invalid, [](server_end& at) { at.send(1, queue_bind_ok()); }},
        {"another answer", reply_code::command_invalid, [](server_end& at) { at.send(1, queue_bind_ok()); }},
        {"opened twice", reply_code::command_invalid, [](server_end& at) { at.send(1, channel_open_ok()); }},
        {"a close-ok without a close", reply_code::command_invalid,
            [](server_end& at) { at.send(1, channel_close_ok()); }},
        {"a close-ok of the connection", reply_code::command_invalid,
            [](server_end& at) { at.send(0, connection_close_ok()); }},
        {"what a client says", reply_code::command_invalid, [](server_end& at) { at.send(1, queue_declare()); }},
        {"a body without its method", reply_code::unexpected_frame,
            [](server_end& at) { at.send_raw(std::string_view("\3\0\1\0\0\0\1x\xce", 9)); }},
        {"a body on channel 0", reply_code::unexpected_frame,
            [](server_end& at) { at.send_raw(std::string_view("\3\0\0\0\0\0\1x\xce", 9)); }},
        {"a frame above frame_max", reply_code::frame_error,
            [](server_end& at) { at.send_raw(std::string_view("\1\0\1\0\1\xff\xf9", 7)); }},
        {"a handshake", reply_code::command_invalid, [](server_end& at) { at.send(0, world::offer()); }},
    };
    for (auto const& c : cases) {
        CAPTURE(c.what);
        world w;
        auto const at = w.open();
        auto const user = hear();
        auto const one = w.open_channel(*at, user);
        auto const token = std::make_shared<int>(0);
        if (c.what == "another answer") {
            one->call<confirm_select_ok>(confirm_select(), [token](confirm_select_ok const&) { FAIL_CHECK("it"); });
            w.expect<confirm_select>(*at, 1);
        }
        c.act(*at);
        CHECK(w.expect_close(*at).code == c.code);
        CHECK(w.downs == std::vector<fairway::error_code>{errc::decode_failed});
        CHECK(w.troubles == w.down_texts);
        CHECK(user->heard == lines{"closed: " + w.down_texts[0]});
        CHECK(token.use_count() == 1);
        w.until([&] { return w.ends.size() == 2; });
    }
}

TEST_CASE("what a user throws ends the session, and its text goes nowhere") {
    world w;
    auto const at = w.open();
    auto const user = hear();
    auto const c = w.open_channel(*at, user);
    user->then = [&] {
        user->then = nullptr;
        throw std::runtime_error("private");
    };
    at->send_content(1, delivery(1), "x");
    auto const m = w.expect_close(*at);
    CHECK(m.code == reply_code::internal_error);
    CHECK(m.text.find("private") == std::string_view::npos);
    CHECK(w.downs.size() == 1);
    CHECK(w.troubles[0].find("private") == std::string::npos);
    CHECK(user->heard.size() == 2);
}

TEST_CASE("there is room again once the broker has read") {
    world w;
    w.options->room = 100'000;
    auto const at = w.open();
    auto const user = hear();
    auto const other = hear();
    auto const c = w.open_channel(*at, user, 1);
    auto const d = w.open_channel(*at, other, 2);
    at->pause();
    std::size_t put = 0;
    for (int i = 0; i < 1000 && c->has_room(); ++i) {
        while (c->has_room()) {
            c->publish({}, {}, std::string(10'000, 'x'));
            ++put;
        }
        w.settle(); // the sockets take a part of it
    }
    CHECK_FALSE(d->has_room());
    auto const rooms = user->heard.size();
    w.settle();
    CHECK(user->heard.size() == rooms);
    d->put(basic_ack{1, false}); // nevertheless, a little
    at->resume();
    w.until([&] { return user->heard.size() > rooms; });
    CHECK(user->heard.back() == "room");
    CHECK(other->heard.back() == "room");
    CHECK(c->has_room());
    w.until([&] { return at->frames.size() == 3 * put + 1; });
}
