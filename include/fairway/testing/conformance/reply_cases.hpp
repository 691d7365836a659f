// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_REPLY_CASES_HPP
#define FAIRWAY_TESTING_CONFORMANCE_REPLY_CASES_HPP

// Reply channels at the seam: who can be reached, and who cannot.

#include <fairway/testing/conformance/case.hpp>
#include <fairway/testing/conformance/scene.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fairway::testing::conformance {

namespace detail {

// A requester: a reply channel of its own.
class requester final : public receiver {
public:
    explicit requester(any_transport net) { channel_ = net.open_replies(*this); }
    ~requester() override { channel_.replies->close(); }
    void ready() noexcept override { told_ = true; }

    std::string const& address() const noexcept { return channel_.address; }
    void close() { channel_.replies->close(); }
    // The correlation and number of each reply so far.
    std::vector<delivery> const& replies() {
        for (bool more = told_.exchange(false) || more_; more;) {
            std::vector<delivery> batch;
            more = channel_.replies->receive(batch, 16) == 16;
            std::vector<settlement> done;
            for (auto& d : batch) {
                done.push_back({d.tag(), true});
                d.keep();
                got_.push_back(std::move(d));
            }
            channel_.replies->settle(done);
        }
        return got_;
    }
    numbers received() {
        numbers all;
        for (auto const& d : replies()) all.push_back(number_of(d));
        return all;
    }

private:
    reply_channel channel_;
    std::vector<delivery> got_;
    std::atomic<bool> told_{false};
    bool more_ = false;
};

// Sends replies to one that is there.
inline void send_replies(scene& play, participant& by, std::string const& address, numbers const& which) {
    auto to = by.net.open_reply(address);
    expect(to != nullptr, "a reply address of this transport to be known");
    auto& out = play.give<speaker>(by, by.net, std::move(to));
    play.send(out, play.all_numbers(which));
}

inline void reply_reaches_its_requester(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& asking = play.connect();
    auto& answering = play.connect();
    auto& me = play.give<requester>(asking, asking.net);
    auto& there = play.listen(answering, to);
    play.pause();
    draft question = play.number(1);
    question.head.reply_to = me.address();
    play.send(play.speak(asking, to), question);
    play.until([&] { return there.take() > 0; }, "a request to arrive");
    delivery const asked = there.held().front();
    expect(asked.wants_reply(), "a request to want a reply");
    expect_equal(asked.message().reply_to(), me.address(), "the reply address, which is opaque");
    draft reply = play.number(2);
    reply.head.correlation = asked.id();
    reply.head.source = "responder";
    reply.more.set("tenant", "acme");
    auto out = answering.net.open_reply(asked.message().reply_to());
    expect(out != nullptr, "the address in a request to be known");
    play.send(play.give<speaker>(answering, answering.net, out), reply);
    there.accept_all();
    play.until([&] { return !me.replies().empty(); }, "a reply to arrive");
    auto const& got = me.replies().front();
    expect(got.correlation() == question.head.id, "the id of the request in its reply");
    expect_equal(number_of(got), 2U, "the reply");
    expect_equal(got.source(), "responder", "who answered");
    expect_equal(got.header("tenant").value_or(""), "acme", "a header of a reply");
}

inline void replies_reach_nobody_else(stage& on) {
    scene play(on);
    auto& shared = play.connect();
    auto& me = play.give<requester>(shared, shared.net);
    auto& neighbour = play.give<requester>(shared, shared.net);
    auto& far = play.connect();
    auto& other = play.give<requester>(far, far.net);
    play.pause();
    expect(me.address() != neighbour.address() && me.address() != other.address(), "each requester's own address");
    auto& by = play.connect();
    send_replies(play, by, me.address(), {1, 2});
    send_replies(play, by, other.address(), {3});
    play.until_numbers([&] { return sorted(me.received()); }, {1, 2}, "the replies of the first requester");
    play.until_numbers([&] { return other.received(); }, {3}, "the replies of the other requester");
    play.pause();
    expect_equal(neighbour.received(), numbers{}, "the replies of one that asked nothing");
    expect_equal(play.tidy(me.received()).size(), 2U, "the number of replies of the first requester");
}

inline void many_replies(stage& on) {
    scene play(on);
    auto& asking = play.connect();
    auto& me = play.give<requester>(asking, asking.net);
    play.pause();
    for (std::uint64_t i = 0; i < 5; ++i)
        send_replies(play, play.connect(), me.address(), count_up(i * 40 + 1, i * 40 + 40));
    play.until_numbers([&] { return sorted(me.received()); }, count_up(1, 200), "200 replies of five responders");
}

inline void address_fits_a_header(stage& on) {
    scene play(on);
    auto& at = play.connect();
    auto& me = play.give<requester>(at, at.net);
    expect(!me.address().empty() && me.address().size() <= 1024, "a reply address of 1 to 1,024 bytes");
    expect(fairway::detail::is_header_text(me.address()), "a reply address that can stand in a header");
}

inline void foreign_addresses(stage& on) {
    scene play(on);
    auto& at = play.connect();
    auto& me = play.give<requester>(at, at.net);
    auto const to = play.queue(0, "payments"), news = play.topic(0, "news");
    auto& there = play.listen(play.connect(), to);
    auto& reader = play.listen(play.connect(), news);
    play.pause();
    std::vector<std::string> const foreign = {"", " ", to.channel, news.channel, "queue:" + to.channel,
        "/queue/" + to.channel, "/exchange/amq.direct/x", "amqp://elsewhere/x", "tcp://127.0.0.1:1/x", "http://x/",
        "../" + to.channel, std::string(1, '\0'), std::string(limits::header_value, 'a'), "\xff\xfe", "\r\n",
        "{\"queue\":\"" + to.channel + "\"}"};
    for (auto const& address : foreign)
        if (at.net.open_reply(address)) throw unmet("expected no way to the reply address " + text_of(address));
    // Of what looks like one of its own the transport may find out when it sends.
    auto const mine = me.address();
    for (auto const& address : {mine + "x", mine + "/../" + to.channel, "x" + mine, mine + "\n", mine.substr(0, 1)}) {
        auto out = at.net.open_reply(address);
        if (!out) continue;
        auto& by = play.give<speaker>(at, at.net, std::move(out));
        auto const s = by.send(play.all_numbers({1}), play.quiet());
        play.until([&] { return s->done; }, "a reply to an address that does not exist to be done with");
    }
    play.linger({&there, &reader});
    expect_equal(joined(there.received(), reader.received()), numbers{}, "what came to a channel as a reply");
    expect_equal(me.received(), numbers{}, "what came to one whose address was changed");
}

// A requester that has gone is no error for who answers: there is no way to it, or the reply leads nowhere.
inline void answer_a_gone_one(scene& play, participant& by, std::string const& address, std::shared_ptr<sink> known) {
    for (auto out : {std::move(known), by.net.open_reply(address)}) {
        if (!out) continue;
        auto& to = play.give<speaker>(by, by.net, out);
        auto const s = to.send(play.all_numbers({1}), play.quiet());
        play.until([&] { return s->done; }, "a reply to a requester that has gone to be done with");
        expect_equal(s->outcomes.size(), 1U, "the number of outcomes");
        auto const why = s->outcomes.front().error;
        expect(!why || why == errc::unroutable || why == errc::no_responder || why == errc::queue_full ||
                   why == errc::timed_out || why == errc::not_connected,
            "a reply to a requester that has gone to be lost or unroutable, found " + text_of(why));
    }
}

inline void closed_requester(stage& on) {
    scene play(on);
    auto& at = play.connect();
    auto& by = play.connect();
    auto& me = play.give<requester>(at, at.net);
    play.pause();
    send_replies(play, by, me.address(), {7});
    play.until_numbers([&] { return me.received(); }, {7}, "the reply before the requester closed");
    auto known = by.net.open_reply(me.address());
    me.close();
    play.pause();
    auto& next = play.give<requester>(at, at.net);
    answer_a_gone_one(play, by, me.address(), std::move(known));
    play.pause();
    expect_equal(me.received(), numbers{7}, "the replies of one that has closed");
    expect_equal(next.received(), numbers{}, "the replies of the next one, which asked nothing");
    send_replies(play, by, next.address(), {8});
    play.until_numbers([&] { return next.received(); }, {8}, "the reply of the next one");
}

inline void crashed_requester(stage& on) {
    scene play(on);
    auto& by = play.connect();
    auto& doomed = play.connect();
    auto& me = play.give<requester>(doomed, doomed.net);
    play.pause();
    send_replies(play, by, me.address(), {7});
    auto const address = me.address();
    auto known = by.net.open_reply(address);
    play.until_numbers([&] { return me.received(); }, {7}, "the reply before the requester crashed");
    play.drop(doomed);
    play.pause();
    auto& at = play.connect();
    auto& next = play.give<requester>(at, at.net);
    answer_a_gone_one(play, by, address, std::move(known));
    play.pause();
    expect_equal(next.received(), numbers{}, "the replies of the next one, which asked nothing");
    send_replies(play, by, next.address(), {8});
    play.until_numbers([&] { return next.received(); }, {8}, "the reply of the next one");
}

inline void large_reply(stage& on) {
    scene play(on);
    auto& at = play.connect();
    auto& by = play.connect();
    auto& me = play.give<requester>(at, at.net);
    play.pause();
    draft d = play.number(1);
    d.body = std::string(std::min<std::size_t>(300'000, play.able().max_body), '7');
    d.more.set("fault", "Grüße");
    auto out = by.net.open_reply(me.address());
    expect(out != nullptr, "a reply address of this transport to be known");
    play.send(play.give<speaker>(by, by.net, std::move(out)), d);
    play.until([&] { return !me.replies().empty(); }, "a large reply to arrive");
    expect(me.replies().front().body() == d.body, "the body of a large reply to arrive unchanged");
    expect_equal(me.replies().front().header("fault").value_or(""), "Grüße", "a header of a reply");
}

} // namespace detail

/// Reply channels at the seam.
inline constexpr test_case reply_cases[] = {
    {"a reply reaches its requester", "The address travels as it was written, and leads back from anywhere.",
        needs::queues | needs::replies, detail::reply_reaches_its_requester},
    {"replies reach nobody else", "Requesters of one participant or several do not see each other's replies.",
        needs::replies, detail::replies_reach_nobody_else},
    {"many replies come back", "One reply channel takes the replies of many.", needs::replies, detail::many_replies},
    {"a reply address fits a header", "It is text of a sensible length.", needs::replies,
        detail::address_fits_a_header},
    {"a foreign reply address leads nowhere",
        "What is not an address of a reply channel of this transport opens nothing: no open relay.",
        needs::queues | needs::topics | needs::replies, detail::foreign_addresses},
    {"a requester that closed gets nothing more", "A reply to it is lost or unroutable, and harms nobody.",
        needs::replies, detail::closed_requester},
    {"a requester that crashed gets nothing more", "A reply to it is lost or unroutable, and harms nobody.",
        needs::replies, detail::crashed_requester},
    {"a reply may be large", "Replies have headers and bodies like all messages.", needs::replies, detail::large_reply},
};

} // namespace fairway::testing::conformance

#endif
