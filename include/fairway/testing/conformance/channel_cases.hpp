// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_CHANNEL_CASES_HPP
#define FAIRWAY_TESTING_CONFORMANCE_CHANNEL_CASES_HPP

// Who gets a message: point-to-point and publish-subscribe channels, groups and their instances.

#include <fairway/testing/conformance/case.hpp>
#include <fairway/testing/conformance/scene.hpp>

#include <string>
#include <vector>

namespace fairway::testing::conformance {

namespace detail {

inline void one_consumer_of_all_groups(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& stock = play.listen(play.connect(), to, "stock");
    auto& mail = play.listen(play.connect(), to, "mail");
    play.pause();
    play.send(play.connect(), to, count_up(1, 20));
    play.until_accepted({&stock, &mail}, count_up(1, 20), "what both groups received");
    play.linger({&stock, &mail});
    expect_equal(play.tidy(joined(stock.received(), mail.received())).size(), 20U, "the number of deliveries");
}

inline void queue_keeps_what_came_before(stage& on) {
    scene play(on);
    auto const to = play.queue();
    play.send(play.connect(), to, count_up(1, 5));
    play.pause();
    auto& late = play.listen(play.connect(), to);
    play.until_accepted({&late}, count_up(1, 5), "what was sent before anybody listened");
}

inline void competing_consumers(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& a = play.listen(play.connect(), to, "stock", 2);
    auto& b = play.listen(play.connect(), to, "stock", 2);
    play.pause();
    play.send(play.connect(), to, count_up(1, 60));
    play.until_accepted({&a, &b}, count_up(1, 60), "what both instances received");
    // A log without shards has one owner at a time.
    bool const shared = !a.accepted().empty() && !b.accepted().empty();
    expect(shared || play.able().settles_prefix, "both instances to get a part");
}

inline void each_group_its_copy(stage& on) {
    scene play(on);
    auto const to = play.topic();
    auto& mail = play.listen(play.connect(), to, "mail");
    auto& audit = play.listen(play.connect(), to, "audit");
    play.pause();
    play.send(play.connect(), to, count_up(1, 5));
    play.until_accepted({&mail}, count_up(1, 5), "what the group mail received");
    play.until_accepted({&audit}, count_up(1, 5), "what the group audit received");
}

inline void instances_compete_for_the_copy(stage& on) {
    scene play(on);
    auto const to = play.topic();
    auto& alone = play.listen(play.connect(), to, "audit");
    auto& a = play.listen(play.connect(), to, "mail", 2);
    auto& b = play.listen(play.connect(), to, "mail", 2);
    play.pause();
    play.send(play.connect(), to, count_up(1, 60));
    play.until_accepted({&a, &b}, count_up(1, 60), "what both instances of mail received");
    play.until_accepted({&alone}, count_up(1, 60), "what the group audit received");
    play.linger({&a, &b, &alone});
    expect_equal(play.tidy(joined(a.received(), b.received())).size(), 60U, "the number of deliveries to mail");
    bool const shared = !a.accepted().empty() && !b.accepted().empty();
    expect(shared || play.able().settles_prefix, "both instances of mail to get a part");
}

inline void many_groups(stage& on) {
    scene play(on);
    auto const to = play.topic();
    auto& everybody = play.connect();
    std::vector<listener*> all;
    for (int i = 0; i < 10; ++i) all.push_back(&play.listen(everybody, to, "group-" + std::to_string(i)));
    play.pause();
    play.send(play.connect(), to, {1, 2});
    for (auto* one : all) play.until_accepted({one}, {1, 2}, "what one of ten groups received");
}

inline void declared_group_keeps(stage& on) {
    scene play(on);
    auto const to = play.topic();
    auto& mail = play.connect();
    mail.net.declare(play.subscribed(to, "mail"));
    mail.net.declare(play.subscribed(to, "mail")); // twice is once
    play.pause();
    play.send(play.connect(), to, count_up(1, 3));
    play.pause();
    auto& later = play.listen(mail, to, "mail");
    play.until_accepted({&later}, count_up(1, 3), "what was published between declare and listen");
}

inline void late_group_starts_now(stage& on) {
    scene play(on);
    auto const to = play.topic();
    auto& early = play.listen(play.connect(), to, "early");
    play.pause();
    auto& sender = play.speak(play.connect(), to);
    play.send(sender, play.all_numbers({1, 2}));
    play.until_accepted({&early}, {1, 2}, "what the first group received");
    auto& late = play.listen(play.connect(), to, "late");
    play.pause();
    play.send(sender, play.all_numbers({3}));
    play.until_accepted({&late}, {3}, "what the late group received");
    play.until_accepted({&early}, {1, 2, 3}, "what the first group received");
}

inline void absent_group_keeps(stage& on) {
    scene play(on);
    auto const to = play.topic();
    auto& sender = play.speak(play.connect(), to);
    auto& first = play.listen(play.connect(), to, "mail");
    play.pause();
    play.send(sender, play.all_numbers({1}));
    play.until_accepted({&first}, {1}, "what the first instance received");
    first.close();
    play.pause();
    play.send(sender, play.all_numbers({2, 3}));
    play.pause();
    auto& second = play.listen(play.connect(), to, "mail");
    play.until_accepted({&second}, {2, 3}, "what was published while no instance was there");
}

inline void nobody_subscribed(stage& on) {
    scene play(on);
    auto const to = play.topic();
    auto& sender = play.speak(play.connect(), to);
    play.send(sender, play.all_numbers(count_up(1, 3)));
    play.pause();
    auto& late = play.listen(play.connect(), to, "late");
    play.pause();
    play.send(sender, play.all_numbers({4}));
    play.until_accepted({&late}, {4}, "what a group received that came later");
}

inline void channels_do_not_mix(stage& on) {
    scene play(on);
    auto& here = play.connect();
    auto& there = play.connect();
    std::vector<address> const all = {
        play.queue(0, "a"), play.queue(0, "a.b"), play.queue(0, "A"), play.queue(0, "aa")};
    std::vector<listener*> listeners;
    for (auto const& one : all) listeners.push_back(&play.listen(there, one));
    play.pause();
    for (std::size_t i = 0; i < all.size(); ++i) play.send(here, all[i], {10 + i});
    for (std::size_t i = 0; i < all.size(); ++i)
        play.until_accepted({listeners[i]}, {10 + i}, "what came on " + all[i].channel);
    play.linger(listeners);
    for (auto* one : listeners) expect_equal(play.tidy(one->received()).size(), 1U, "the deliveries of one channel");
}

inline void topics_do_not_mix(stage& on) {
    scene play(on);
    auto& here = play.connect();
    auto const news = play.topic(0, "news"), more = play.topic(0, "news.more");
    auto& a = play.listen(play.connect(), news, "g");
    auto& b = play.listen(play.connect(), more, "g");
    play.pause();
    play.send(here, news, {1});
    play.send(here, more, {2});
    play.until_accepted({&a}, {1}, "what came on the first channel");
    play.until_accepted({&b}, {2}, "what came on the second channel");
    play.linger({&a, &b});
    expect_equal(play.tidy(joined(a.received(), b.received())).size(), 2U, "the deliveries of both channels");
}

// Throws at once where the transport knows the channel's shape, or fails a send where it has to ask first.
inline void expect_mismatch(scene& play, participant& by, address const& wrong) {
    std::shared_ptr<sending> sent;
    auto const bind = [&] { sent = play.speak(by, wrong).send(play.all_numbers({1}), play.patience()); };
    error_code why = code_of(bind);
    if (!why) {
        play.until([&] { return sent->done; }, "a send to a channel of another shape to complete");
        expect(!sent->outcomes.empty(), "an outcome of a send to a channel of another shape");
        why = sent->outcomes.front().error;
    }
    expect_equal(why, errc::topology_mismatch, "the error of a channel of another shape");
}

inline void other_kind_is_refused(stage& on) {
    scene play(on);
    auto const to = play.queue(0, "channel");
    auto& first = play.connect();
    play.send(first, to, {1});
    expect_mismatch(play, first, play.topic(0, "channel"));
    if (play.able().central) expect_mismatch(play, play.connect(), play.topic(0, "channel"));
    auto& still = play.listen(play.connect(), to);
    play.until_accepted({&still}, {1}, "what is in the channel as it was");
}

inline void other_shard_count_is_refused(stage& on) {
    scene play(on);
    auto const to = play.queue(4, "channel");
    auto& first = play.connect();
    play.send(play.speak(first, to), play.on_shard(3, 4, {1}));
    expect_mismatch(play, first, play.queue(8, "channel"));
    if (play.able().central) {
        expect_mismatch(play, play.connect(), play.queue(2, "channel"));
        expect_mismatch(play, play.connect(), play.queue(0, "channel"));
    }
    auto& still = play.listen(play.connect(), to);
    play.until_accepted({&still}, {1}, "what is in the channel as it was");
}

inline void names_of_all_characters(stage& on) {
    scene play(on);
    std::string longest = play.name("AZaz09._-");
    longest.resize(100, 'x');
    address const to{longest, channel_kind::point_to_point, 0};
    auto& a = play.listen(play.connect(), to, "AZaz09._-" + std::string(91, 'y'));
    play.pause();
    play.send(play.connect(), to, {1});
    play.until_accepted({&a}, {1}, "what came on a channel with the longest name");
}

inline void group_names_of_all_characters(stage& on) {
    scene play(on);
    std::string longest = play.name("AZaz09._-");
    longest.resize(100, 'x');
    address const to{longest, channel_kind::publish_subscribe, 0};
    auto const group = "AZaz09._-" + std::string(91, 'y');
    auto& a = play.listen(play.connect(), to, group);
    auto& b = play.listen(play.connect(), to, "azAZ09._-" + std::string(91, 'y'));
    play.pause();
    play.send(play.connect(), to, {1});
    play.until_accepted({&a}, {1}, "what came to a group with the longest name");
    play.until_accepted({&b}, {1}, "what came to a group whose name differs in case only");
}

inline void many_senders_and_consumers(stage& on) {
    scene play(on);
    auto const to = play.queue();
    for (std::uint64_t sender = 0; sender < 5; ++sender)
        play.send(play.connect(), to, count_up(sender * 20 + 1, sender * 20 + 20));
    std::vector<listener*> all;
    for (int i = 0; i < 10; ++i) all.push_back(&play.listen(play.connect(), to, "stock", 4));
    play.until_accepted(all, count_up(1, 100), "what ten consumers received of five senders");
}

inline void one_channel_many_participants(stage& on) {
    scene play(on);
    auto const to = play.queue();
    auto& both = play.connect();
    auto& own = play.listen(both, to);
    play.pause();
    auto& first = play.speak(both, to);
    auto& second = play.speak(both, to);
    play.send(first, play.all_numbers({1}));
    play.send(second, play.all_numbers({2}));
    play.until_accepted({&own}, {1, 2}, "what a participant received of itself");
}

} // namespace detail

/// Who gets a message.
inline constexpr test_case channel_cases[] = {
    {"a queue's message goes to one consumer of all groups",
        "On a point-to-point channel each message goes to exactly one of all consumers, whatever their group.",
        needs::queues, detail::one_consumer_of_all_groups},
    {"a queue keeps what came before its consumers",
        "A sender makes a point-to-point channel known, and its first consumer starts at the earliest message.",
        needs::queues, detail::queue_keeps_what_came_before},
    {"competing consumers share", "Instances of one group on a point-to-point channel all get a part, none twice.",
        needs::queues, detail::competing_consumers},
    {"each group gets its copy", "On a publish-subscribe channel each message goes to every group.", needs::topics,
        detail::each_group_its_copy},
    {"instances compete for their group's copy", "The instances of a group share its copies; others do not notice.",
        needs::topics, detail::instances_compete_for_the_copy},
    {"ten groups get ten copies", "Groups of one participant are as independent as those of many.", needs::topics,
        detail::many_groups},
    {"a declared group's messages are kept", "From declare on a group's messages wait for its first instance.",
        needs::topics, detail::declared_group_keeps},
    {"a late group starts now", "A new group of a publish-subscribe channel gets what is published from now on.",
        needs::topics, detail::late_group_starts_now},
    {"a group's messages wait while its instances are away", "A group stays known after its last instance has left.",
        needs::topics, detail::absent_group_keeps},
    {"publishing to nobody is accepted and gone", "Without a group a published message is accepted, and not kept.",
        needs::topics, detail::nobody_subscribed},
    {"channels do not mix", "What is sent to one channel comes on no other, however alike their names.", needs::queues,
        detail::channels_do_not_mix},
    {"topics do not mix", "What is published on one channel comes on no other, though the group is the same.",
        needs::topics, detail::topics_do_not_mix},
    {"a channel of another kind is refused",
        "A channel that exists as point-to-point is not opened as publish-subscribe: topology_mismatch.",
        needs::queues | needs::topics, detail::other_kind_is_refused},
    {"another shard count is refused", "A shard count that differs from the existing one fails: topology_mismatch.",
        needs::queues | needs::shards, detail::other_shard_count_is_refused},
    {"channel names may have all characters", "100 characters of A-Z a-z 0-9 . _ - name a channel.", needs::queues,
        detail::names_of_all_characters},
    {"group names may have all characters", "100 characters of A-Z a-z 0-9 . _ - name a group, and case matters.",
        needs::topics, detail::group_names_of_all_characters},
    {"five senders and ten consumers", "All messages of several participants reach several others, once each.",
        needs::queues, detail::many_senders_and_consumers},
    {"a participant talks to itself", "One participant may send and listen, through several sinks.", needs::queues,
        detail::one_channel_many_participants},
};

} // namespace fairway::testing::conformance

#endif
