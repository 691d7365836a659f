// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A transport that claims what it does not do fails, in the cases that are about it and in no others; one that claims
// less than it does passes.
#include "liar.hpp"
#include "dynamic_tests.hpp"
#include "settings.hpp"
#include "suite.hpp"

#include <algorithm>
#include <sstream>

using namespace conformance_kit;
using names = std::vector<std::string>;

namespace {

// What a lie breaks is seen at the seam first; retries and the like need not be tried too.
std::vector<conformance::test_case> questions_to_liars() {
    std::vector<conformance::test_case> all(seam_suite().begin(), seam_suite().end());
    all.insert(all.end(), service_suite().begin(), service_suite().end());
    return all;
}

conformance::summary suite_on(lie told, std::string& report) {
    liar_stage stage(told);
    std::ostringstream out;
    auto const all = run(stage, out, questions_to_liars());
    report = out.str();
    return all;
}

struct confession {
    lie told;
    char const* text;
    names failed;
};

names const of_room = {
    "back-pressure as claimed",
    "a full queue suspends its sender",
    "a send without room ends at its deadline",
    "a batch may find room in part",
    "try_send never waits",
    "a cancelled send that waits takes nothing",
    "sends that wait keep their order",
    "try_send does not overtake a sender that waits",
    "a slow group slows its publishers",
    "a batch may be larger than the room",
    "a sender that waits may crash",
    "simulation as claimed",
    "a port waits for room",
};

std::vector<confession> const confessions = {
    {lie::none, "none at all", {}},
    {lie::says_no_shards, "it has shards, and says no", {}},
    {lie::says_no_topics, "it has publish-subscribe channels, and says no", {}},
    {lie::says_no_replies, "it has replies, and says no", {}},
    {lie::says_no_delay, "it delays, and says no", {}},
    {lie::says_no_redelivery, "it redelivers, and says no", {}},
    {lie::says_few_headers, "it takes 64 headers, and says 8", {}},
    {lie::says_durable, "it says that it is durable",
        {
            "a batch has one outcome each",
            "the level of acceptance as claimed",
        }},
    {lie::says_prefixes, "it says that it accepts prefixes",
        {
            "prefixes as claimed",
            "order survives instances that come and go",
        }},
    {lie::says_short_hold, "it says that it takes back what is held",
        {
            "the time to handle a message as claimed",
        }},
    {lie::says_small_bodies, "it takes large bodies, and says no",
        {
            "the largest body as claimed",
        }},
    {lie::delivers_before_due, "it delivers delayed messages at once",
        {
            "a delayed message comes when it is due",
            "a delayed message survives its sender",
            "a delayed message keeps its shard",
            "delay as claimed",
            "simulation as claimed",
            "the life of a delayed message begins when it is due",
        }},
    {lie::loses_headers, "it loses headers",
        {
            "headers arrive as they were sent",
            "header values are UTF-8",
            "the longest headers arrive",
            "bodies of many sizes arrive",
            "an envelope can be sent twice",
            "each attempt sees the message as it was sent",
            "a delivery outlives its source",
            "a delayed message survives its sender",
            "the most headers as claimed",
            "a handler learns all about its message",
            "a refused message becomes a dead letter",
            "an unreadable message becomes a dead letter",
        }},
    {lie::loses_many_headers, "it loses headers where there are many",
        {
            "the most headers as claimed",
        }},
    {lie::loses_causation, "it loses the causation id",
        {
            "standard headers arrive",
        }},
    {lie::cuts_bodies, "it cuts long bodies",
        {
            "a body may be large",
            "bodies of many sizes arrive",
            "the largest body as claimed",
        }},
    {lie::refuses_large_bodies, "it refuses bodies that it says it takes",
        {
            "the largest body as claimed",
        }},
    {lie::drops_when_full, "it drops what finds no room", of_room},
    {lie::ignores_cancellation, "it sends what was cancelled",
        {
            "a cancelled send that waits takes nothing",
        }},
    {lie::reverses_batches, "it reverses batches",
        {
            "a batch may find room in part",
            "sends that wait keep their order",
            "try_send does not overtake a sender that waits",
            "a sender's messages keep their order on a shard",
            "shards keep what came before their first owner",
            "a shard's unsettled delivery holds up no other shard",
            "a held shard rests alone",
            "a held shard goes to the next owner",
            "a released message comes before its successors",
            "several released messages come in their order",
            "shards move to one who joins",
            "shards move from one who leaves",
            "shards move from one who pauses",
            "a shard moves when its owner has settled",
            "after a crash a shard's unaccepted tail comes again",
            "members come and go at random",
            "members come and vanish at random",
            "shards as claimed",
        }},
    {lie::sends_when_closed, "it sends though it is closed",
        {
            "a closed transport refuses",
        }},
    {lie::forgets_releases, "it takes releases for acceptance",
        {
            "each attempt sees the message as it was sent",
            "a released message comes again",
            "a released message comes to anyone",
            "releases are counted",
            "a batch may accept and release",
            "one bad message holds up no other",
            "nothing is lost by many failures",
            "a paused consumer may release",
            "a released message comes before its successors",
            "several released messages come in their order",
            "redelivery as claimed",
            "counted attempts as claimed",
        }},
    {lie::forgets_the_unsettled, "it takes closing for acceptance",
        {
            "what is unsettled at close comes again",
            "a settlement after close is void",
            "a closed source is silent",
            "consumers may close at once",
            "parts end in any order",
            "a held shard goes to the next owner",
            "members come and go at random",
            "a drain has a deadline",
            "a closed service gives back what it held",
        }},
    {lie::forgets_attempts, "it does not count attempts",
        {
            "releases are counted",
            "crashes are counted",
            "counted attempts as claimed",
            "a message is accepted after its handler has ended",
            "a responder may crash",
            "a closed service gives back what it held",
        }},
    {lie::puts_released_last, "it puts released messages at the end",
        {
            "releases are counted",
            "a released message comes before its successors",
            "several released messages come in their order",
            "counted attempts as claimed",
        }},
    {lie::exceeds_the_prefetch, "it exceeds the prefetch",
        {
            "the prefetch is a bound",
            "a prefetch of one is one at a time",
            "several released messages come in their order",
            "a shard moves when its owner has settled",
            "what one instance does not take is for others",
            "a drain leaves what was not received",
            "a closed service gives back what it held",
        }},
    {lie::ignores_pause, "it goes on after a pause",
        {
            "a paused consumer takes no more",
            "a paused consumer may release",
            "shards move from one who pauses",
            "a drain leaves what was not received",
        }},
    {lie::ignores_hold, "it goes on with a held shard",
        {
            "a held shard rests alone",
        }},
    {lie::accepts_prefixes, "it accepts prefixes, and does not say so",
        {
            "prefixes as claimed",
            "order survives a crash",
        }},
    {lie::has_no_shards, "its shards have no owners",
        {
            "another shard count is refused",
            "a queue's shards have one owner each",
            "a topic's shards have one owner in each group",
            "a consumer without a shard takes over",
            "a held shard rests alone",
            "a released message comes before its successors",
            "several released messages come in their order",
            "a shard moves when its owner has settled",
            "members come and go at random",
            "members come and vanish at random",
            "shards as claimed",
            "order survives instances that come and go",
        }},
    {lie::has_one_group, "its groups share one copy",
        {
            "each group gets its copy",
            "instances compete for their group's copy",
            "ten groups get ten copies",
            "a late group starts now",
            "publishing to nobody is accepted and gone",
            "a channel of another kind is refused",
            "group names may have all characters",
            "a slow group slows its publishers",
            "groups own shards apart",
            "publish-subscribe channels as claimed",
            "events reach every service",
            "all groups answer a gather",
            "a group answers a gather once",
            "a gather collects faults",
            "a gather ends at its timeout",
            "gathers do not mix",
        }},
    {lie::has_a_queue_per_group, "its queues have a copy for each group",
        {
            "a queue's message goes to one consumer of all groups",
            "a queue keeps what came before its consumers",
            "a channel of another kind is refused",
            "another shard count is refused",
            "five senders and ten consumers",
            "a batch has one outcome each",
            "flush completes what try_send took",
            "back-pressure as claimed",
            "a full queue suspends its sender",
            "a send without room ends at its deadline",
            "a batch may find room in part",
            "try_send never waits",
            "a cancelled send that waits takes nothing",
            "sends that wait keep their order",
            "try_send does not overtake a sender that waits",
            "a batch may be larger than the room",
            "a sender that waits may crash",
            "crashes are counted",
            "nothing is lost by many failures",
            "a paused consumer takes no more",
            "a consumer may leave and listen again",
            "consumers may close at once",
            "a closed transport refuses",
            "parts end in any order",
            "a queue's shards have one owner each",
            "shards keep what came before their first owner",
            "point-to-point channels as claimed",
            "a refused message becomes a dead letter",
            "an unreadable message becomes a dead letter",
            "a service may only send",
            "a port waits for room",
            "a request waits for a responder",
            "a closed service refuses",
        }},
    {lie::declares_nothing, "it forgets declared groups",
        {
            "a declared group's messages are kept",
            "messages wait for a service to start",
        }},
    {lie::relays_replies_anywhere, "it sends replies to any channel",
        {
            "a foreign reply address leads nowhere",
        }},
    {lie::knows_no_reply_address, "it knows no reply address",
        {
            "a reply reaches its requester",
            "replies reach nobody else",
            "many replies come back",
            "a requester that closed gets nothing more",
            "a requester that crashed gets nothing more",
            "a reply may be large",
            "replies as claimed",
            "a request is answered",
            "each request gets its own answer",
            "a request waits for a responder",
            "a fault refuses a request",
            "a failure answers without its text",
            "a request can be cancelled",
            "a requester may close",
            "a requester may crash",
            "a late reply is dropped",
            "what is too late is not handled",
            "a request may be answered later",
            "a responder may crash",
            "a handler may ask",
            "a question that cannot be read is refused",
            "all groups answer a gather",
            "a group answers a gather once",
            "a gather collects faults",
            "a gather ends at its timeout",
            "gathers do not mix",
            "handlers may send and ask during a drain",
        }},
};

void check(confession const& one) {
    std::string report;
    auto const all = suite_on(one.told, report);
    INFO(report);
    CHECK(all.failed == one.failed);
    CHECK(all.passed > 30);
}

[[maybe_unused]] bool const liars_added = [] {
    for (auto const& one : confessions)
        dynamic_tests::add(std::string("a lie: ") + one.text, "[liar]", [&one] { check(one); });
    return true;
}();

} // namespace

TEST_CASE("a lie: it delivers twice what it says it delivers once", "[liar]") {
    std::string report;
    auto const all = suite_on(lie::sends_twice, report);
    CHECK(all.failed.size() > 100);
    CHECK(std::count(all.failed.begin(), all.failed.end(), "duplicates as claimed") == 1);
}

TEST_CASE("a lie: it tells of its first message only", "[liar]") {
    std::string report;
    auto const all = suite_on(lie::tells_once, report);
    CHECK(all.failed.size() > 40);
    CHECK(std::count(all.failed.begin(), all.failed.end(), "a receiver is told when there is more") == 1);
}

TEST_CASE("what a transport does not claim is not applicable, and the case about it passes", "[liar]") {
    struct {
        lie told;
        std::string probe, why;
    } const all[] = {
        {lie::says_no_shards, "shards as claimed", "needs shards"},
        {lie::says_no_topics, "publish-subscribe channels as claimed", "needs publish-subscribe channels"},
        {lie::says_no_replies, "replies as claimed", "needs replies"},
        {lie::says_no_delay, "delay as claimed", "needs delay"},
    };
    for (auto const& one : all) {
        std::string report;
        auto const sum = suite_on(one.told, report);
        INFO(report);
        CHECK(report.find("liar: " + one.probe + ": passed\n") != std::string::npos);
        CHECK(report.find(": not applicable: " + one.why) != std::string::npos);
        CHECK(sum.not_applicable > 13);
        CHECK(sum.passed + sum.failed.size() + sum.not_applicable == questions_to_liars().size());
        CHECK(report.ends_with("liar: " + std::to_string(sum.passed) + " passed, 0 failed, " +
                               std::to_string(sum.not_applicable) + " not applicable\n"));
    }
}
