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
    for (int i = 0; i < count; ++i) static_cast<void>(to.deliver(numbered(1), false));
}
std::vector<std::uint64_t> take(part& from, int count) {
    std::vector<std::uint64_t> tags;
    for (int i = 0; i < count; ++i) tags.push_back(from.take().tag);
    return tags;
}
told answers(part& of) {
    told all;
    for (auto const& a : of.take_answers()) all.emplace_back(a.what, a.tag);
    return all;
}

} // namespace

TEST_CASE("what is accepted in a row is acknowledged at once, up to a tag that is open", "[amqp]") {
    part p(false);
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
    part p(false);
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
    part p(true);
    p.begin();
    deliver(p, 5);
    auto const tags = take(p, 3);
    CHECK(p.settle(tags[1], false));
    CHECK(answers(p).empty());
    CHECK_FALSE(p.has_some()); // the fourth must not overtake the second
    CHECK_FALSE(p.deliver(numbered(6), false));
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
    CHECK(p.deliver(numbered(2), true));
    CHECK(p.take().redelivered);
}

TEST_CASE("who stops hands out no more, and gives back what waits", "[amqp]") {
    part p(false);
    p.begin();
    deliver(p, 4);
    auto const tags = take(p, 1);
    p.stop();
    p.stop();
    CHECK_FALSE(p.has_some());
    CHECK(answers(p) == told{{kind::back, 2}, {kind::back, 3}, {kind::back, 4}});
    CHECK_FALSE(p.deliver(numbered(5), false)); // it was on its way
    CHECK(answers(p) == told{{kind::back, 5}});
    CHECK_FALSE(p.returns());
    CHECK(p.settle(tags[0], true));
    CHECK(answers(p) == told{{kind::ack_up_to, 1}});
    CHECK(p.returns()); // there is nothing more to wait for
}

TEST_CASE("a shard that is held hands out nothing, and goes on where it was", "[amqp]") {
    part p(true);
    p.begin();
    deliver(p, 2);
    p.hold(true);
    CHECK_FALSE(p.has_some());
    CHECK_FALSE(p.deliver(numbered(3), false));
    CHECK(answers(p).empty());
    p.hold(false);
    CHECK(take(p, 3).size() == 3);
}

TEST_CASE("a delivery that is no message is refused, and the others go on", "[amqp]") {
    part p(false);
    p.begin();
    deliver(p, 1);
    CHECK_FALSE(p.deliver({}, false));
    deliver(p, 1);
    CHECK(answers(p) == told{{kind::refuse, 2}});
    auto const tags = take(p, 2);
    CHECK(p.settle(tags[0], true));
    CHECK(p.settle(tags[1], true));
    CHECK(answers(p) == told{{kind::ack_up_to, 3}});
}
