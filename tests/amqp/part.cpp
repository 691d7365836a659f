// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What becomes of deliveries of one queue, as the broker is told of it.
#include "fw_catch.hpp"

#include <fairway/transport/amqp/part.hpp>

#include <cstdint>
#include <utility>
#include <vector>

using namespace fairway;
using amqp_detail::part;

namespace {

using kind = part::answer::kind;
using told = std::vector<std::pair<kind, std::uint64_t>>;

envelope numbered(std::uint64_t n) {
    envelope_head h;
    h.id = {1, n};
    return envelope::of_bytes(h, {}, "x");
}
void deliver(part& to, int count) {
    for (int i = 0; i < count; ++i) static_cast<void>(to.deliver(numbered(1), 1));
}
std::vector<std::uint64_t> take(part& from, int count) {
    std::vector<std::uint64_t> tags;
    for (int i = 0; i < count; ++i) tags.push_back(from.take().tag);
    return tags;
}
told answers(part& of, bool all = true) {
    told list;
    for (auto const& a : of.take_answers(all)) list.emplace_back(a.what, a.tag);
    return list;
}
told steps(part& of) { return answers(of, false); }
void accept(part& of, std::vector<std::uint64_t> const& tags) {
    for (auto const t : tags) CHECK(of.settle(t, true));
}

} // namespace

TEST_CASE("what is accepted in a row is acknowledged at once, up to a tag that is open", "[amqp]") {
    part p(false, 40);
    p.begin();
    deliver(p, 6);
    auto const tags = take(p, 5);
    CHECK(answers(p).empty());
    for (int const i : {0, 1, 3}) CHECK(p.settle(tags[static_cast<std::size_t>(i)], true));
    CHECK(answers(p) == told{{kind::ack_up_to, 2}, {kind::ack, 4}});
    CHECK(p.settle(tags[2], true));
    // The fourth is not open any more.
    CHECK(answers(p) == told{{kind::ack_up_to, 3}});
    CHECK(p.in_hands() == 1);
    CHECK_FALSE(p.settle(tags[2], true)); // again
    CHECK(answers(p).empty());
}

TEST_CASE("a released delivery goes back alone where there is no order", "[amqp]") {
    part p(false, 40);
    p.begin();
    deliver(p, 3);
    auto const tags = take(p, 2);
    CHECK(p.settle(tags[0], false));
    CHECK(answers(p) == told{{kind::back, 1}});
    CHECK(p.has_some());
    CHECK_FALSE(p.returns());
    CHECK(p.settle(tags[1], true));
    CHECK(answers(p) == told{{kind::ack_up_to, 2}});
}

TEST_CASE("of a shard all goes back together, once what was handed out has ended", "[amqp]") {
    part p(true, 40);
    p.begin();
    deliver(p, 5);
    auto const tags = take(p, 3);
    CHECK(p.settle(tags[1], false));
    CHECK(answers(p).empty());
    CHECK_FALSE(p.has_some()); // the fourth must not overtake the second
    CHECK_FALSE(p.deliver(numbered(6), 1));
    CHECK_FALSE(p.returns());
    CHECK(p.settle(tags[0], true));
    CHECK(answers(p) == told{{kind::ack_up_to, 1}});
    CHECK(p.settle(tags[2], true));
    CHECK(answers(p) == told{{kind::ack, 3}});
    CHECK(p.returns());
    // The channel is closed, and opened again.
    p.begin();
    CHECK_FALSE(p.returns());
    CHECK_FALSE(p.settle(tags[2], true)); // a tag of the channel that was
    CHECK(p.deliver(numbered(2), 2));
    CHECK(p.take().attempt == 2);
}

TEST_CASE("who stops hands out no more, and gives back what waits", "[amqp]") {
    part p(false, 40);
    p.begin();
    deliver(p, 4);
    auto const tags = take(p, 1);
    p.stop();
    p.stop();
    CHECK_FALSE(p.has_some());
    CHECK(answers(p) == told{{kind::back, 2}, {kind::back, 3}, {kind::back, 4}});
    CHECK_FALSE(p.deliver(numbered(5), 1)); // it was on its way
    CHECK(answers(p) == told{{kind::back, 5}});
    CHECK_FALSE(p.returns());
    CHECK(p.settle(tags[0], true));
    CHECK(answers(p) == told{{kind::ack_up_to, 1}});
    CHECK(p.returns()); // there is nothing more to wait for
}

TEST_CASE("a shard that is held hands out nothing, and goes on where it was", "[amqp]") {
    part p(true, 40);
    p.begin();
    deliver(p, 2);
    p.hold(true);
    CHECK_FALSE(p.has_some());
    CHECK_FALSE(p.deliver(numbered(3), 1));
    CHECK(answers(p).empty());
    p.hold(false);
    CHECK(take(p, 3).size() == 3);
}

TEST_CASE("a delivery that is no message is refused, and the others go on", "[amqp]") {
    part p(false, 40);
    p.begin();
    deliver(p, 1);
    CHECK_FALSE(p.deliver({}, 1));
    deliver(p, 1);
    CHECK(answers(p) == told{{kind::refuse, 2}});
    auto const tags = take(p, 2);
    CHECK(p.settle(tags[0], true));
    CHECK(p.settle(tags[1], true));
    CHECK(answers(p) == told{{kind::ack_up_to, 3}});
}

TEST_CASE("what is accepted is acknowledged in steps, which end at the same tags each time", "[amqp]") {
    part p(false, 8);
    p.begin();
    deliver(p, 8);
    CHECK_FALSE(p.is_due());
    auto tags = take(p, 7);
    auto const some = [&](std::size_t from, std::size_t to) {
        accept(p, {tags.begin() + static_cast<std::ptrdiff_t>(from), tags.begin() + static_cast<std::ptrdiff_t>(to)});
    };
    some(0, 3);
    CHECK_FALSE(p.is_due());
    some(3, 6);
    CHECK(p.is_due());
    CHECK(steps(p) == told{{kind::ack_up_to, 4}});
    CHECK(p.untold() == 2);
    CHECK_FALSE(p.is_due());
    SECTION("two at once") {
        deliver(p, 4);
        for (auto const t : take(p, 5)) tags.push_back(t);
        some(6, 12);
        CHECK(steps(p) == told{{kind::ack_up_to, 12}});
        CHECK(p.untold() == 0);
    }
    SECTION("after some that went before their step was full") {
        CHECK(answers(p) == told{{kind::ack_up_to, 6}});
        some(6, 7);
        CHECK_FALSE(p.is_due());
        tags.push_back(take(p, 1).front());
        some(7, 8);
        CHECK(p.is_due());
        CHECK(steps(p) == told{{kind::ack_up_to, 8}});
    }
    SECTION("over one that was refused") {
        static_cast<void>(take(p, 1));
        CHECK_FALSE(p.deliver({}, 1));
        CHECK(answers(p) == told{{kind::refuse, 9}, {kind::ack_up_to, 6}});
    }
    SECTION("not where there is something else to tell") {
        some(6, 7);
        tags.push_back(take(p, 1).front());
        CHECK(p.settle(tags[7], false));
        CHECK(steps(p) == told{{kind::back, 8}, {kind::ack_up_to, 7}});
    }
}

TEST_CASE("what is accepted behind one that takes long is acknowledged without it", "[amqp]") {
    part p(false, 8);
    p.begin();
    deliver(p, 8);
    auto const tags = take(p, 7);
    SECTION("where a step begins") {
        accept(p, {tags[1], tags[2], tags[4]});
        CHECK_FALSE(p.is_due());
        accept(p, {tags[5]});
        CHECK(p.is_due());
        CHECK(steps(p) == told{{kind::ack, 2}, {kind::ack, 3}, {kind::ack, 5}, {kind::ack, 6}});
        CHECK(p.untold() == 0);
        accept(p, {tags[0]});
        CHECK(answers(p) == told{{kind::ack_up_to, 1}});
    }
    SECTION("and together, where a step ends with it") {
        accept(p, {tags[0], tags[1], tags[2]});
        CHECK(answers(p) == told{{kind::ack_up_to, 3}});
        accept(p, {tags[4], tags[5]});
        CHECK_FALSE(p.is_due());
        accept(p, {tags[3]});
        CHECK(p.is_due());
        CHECK(steps(p) == told{{kind::ack_up_to, 4}});
        CHECK(p.untold() == 2);
    }
    SECTION("with the step before it, where there is a step of them") {
        deliver(p, 8); // more than is allowed, so that there are enough
        auto const more = take(p, 8);
        accept(p, {tags[0], tags[1], tags[2], tags[3], tags[5], tags[6], more[0], more[1]});
        CHECK(steps(p) == told{{kind::ack_up_to, 4}, {kind::ack, 6}, {kind::ack, 7}, {kind::ack, 8}, {kind::ack, 9}});
    }
}

TEST_CASE("a broker that can't deliver before it is told is told", "[amqp]") {
    part p(false, 8);
    p.begin();
    deliver(p, 7);
    auto const tags = take(p, 6);
    accept(p, {tags[0]});
    CHECK_FALSE(p.is_due()); // one more may come, and one lies here
    deliver(p, 1);
    CHECK_FALSE(p.is_due()); // two lie here
    static_cast<void>(take(p, 2));
    CHECK(p.is_due());
    CHECK(steps(p) == told{{kind::ack_up_to, 1}});
    CHECK_FALSE(p.is_due());
}

TEST_CASE("what is over is not remembered, however long an older one stays open", "[amqp]") {
    part p(false, 8);
    p.begin();
    deliver(p, 8);
    auto const oldest = take(p, 1).front();
    std::uint64_t tag = 1;
    for (int i = 0; i < 1'000; ++i) {
        // One of them is no message, and one waits here.
        accept(p, take(p, 5));
        CHECK_FALSE(p.deliver({}, 1));
        told expected;
        for (int n = 0; n < 5; ++n) {
            if (++tag % 6 == 3 && tag > 3) ++tag; // was refused
            expected.emplace_back(kind::ack, tag);
        }
        auto const all = steps(p);
        REQUIRE(all.size() == 6);
        REQUIRE(told(all.begin() + 1, all.end()) == expected);
        REQUIRE(p.remembered() <= 24);
        deliver(p, 5);
    }
    REQUIRE(p.settle(oldest, true));
    CHECK(answers(p) == told{{kind::ack_up_to, 1}});
    auto const last = take(p, 7);
    CHECK_FALSE(p.has_some());
    accept(p, last);
    CHECK(answers(p) == told{{kind::ack_up_to, last.back() & ((std::uint64_t{1} << part::tag_bits) - 1)}});
    CHECK(p.remembered() == 0);
}
