// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "arguments.hpp"
#include "commands.hpp"
#include "text.hpp"

#include <fairway/transport/url.hpp>

#include <algorithm>
#include <iostream>
#include <limits>

namespace cli {

std::string_view const listen_help = R"(usage: fairway listen URL CHANNEL [options]

Prints the messages of a channel as they come, and accepts them: of a point-to-point channel they are then handled.
Ends with Ctrl-C, or after --count or --for. Where services talk directly (tcp, unix), the receivers of a
point-to-point channel listen, so the URL needs listen=: 'unix://?listen=/run/orders.sock'.

  --queue         the channel is point-to-point (the default)
  --topic         the channel is publish-subscribe
  --group G       the consumer group (fairway-cli). The group's messages are kept for it after this ends, where services
                  talk directly for the publisher's absence= (1min), who waits meanwhile if that queue is full. Use one of
                  your own, not a service's, whose messages would be taken from it
  --shards N      the channel has N shards
  --count N       ends after N messages
  --for D         ends after this time, such as 10s; with --count the status is 2 if there were fewer by then
  --body          prints whole bodies; otherwise their beginning, and with --json none
  --json          one JSON object a line: time, id, type, version, channel, attempt, shard, shard_key, source,
                  content_type, correlation, expires, wants_reply, headers, size (of the body), body, or body_base64
                  where it is no text; what has no value is not there
)";

namespace {

// A member of a group that takes what comes and, however it ends, gives back what it has not accepted.
class membership {
public:
    membership(fairway::any_transport& net, fairway::subscription const& what, console& c)
        : told_(c.bell()), from_(net.listen(what, told_)) {}
    membership(membership const&) = delete;
    membership& operator=(membership const&) = delete;
    ~membership() {
        from_->pause();
        from_->close();
    }
    fairway::source& from() noexcept { return *from_; }

private:
    ringing told_;
    std::shared_ptr<fairway::source> from_;
};

void say_notices(console& c, fairway::source& from) {
    std::vector<fairway::notice> all;
    from.notices(all);
    for (auto const& n : all) {
        if (n.what == fairway::notice_kind::connected) c.say("connected");
        if (n.what == fairway::notice_kind::disconnected) c.say("disconnected");
        if (n.what == fairway::notice_kind::gap) c.say("messages of this subscription were lost");
    }
}

} // namespace

fairway::task<int> listen(console& c, given all) {
    arguments const a(all, {{"--queue", option::kind::flag}, {"--topic", option::kind::flag}, {"--group"}, {"--shards"},
                               {"--count"}, {"--for"}, {"--body", option::kind::flag}, {"--json", option::kind::flag}});
    a.expect({"URL", "CHANNEL"}, 2);
    if (a.has("--queue") && a.has("--topic")) throw usage_error("a channel is either --queue or --topic");
    fairway::subscription what;
    what.from.channel = checked_channel(a.rest()[1]);
    if (a.has("--topic")) what.from.kind = fairway::channel_kind::publish_subscribe;
    what.from.shards = static_cast<unsigned>(a.number("--shards", fairway::max_shards).value_or(0));
    what.group = checked_name(a.value("--group").value_or("fairway-cli"), "group");
    constexpr auto no_end = std::numeric_limits<std::size_t>::max();
    std::size_t const count = a.number("--count", no_end).value_or(no_end);
    auto const until = c.after(a.time("--for").value_or(fairway::duration::max()));
    what.prefetch = std::min(what.prefetch, count);
    shown const how{a.has("--json"), a.has("--body")};

    auto& at = c.open(a.rest()[0]);
    bool const topic = a.has("--topic");
    if (at.to == reach::direct && !topic && at.local.empty())
        throw usage_error("on this transport who receives from a point-to-point channel listens: add listen=ADDRESS to "
                          "the URL, as in 'unix://?listen=/run/orders.sock'");
    if (topic) at.net.declare(what);
    membership me(at.net, what, c);
    c.say("listening to " + what.from.channel + (at.local.empty() ? "" : " at " + at.local));

    std::vector<fairway::delivery> batch;
    for (std::size_t seen = 0; seen < count;) {
        say_notices(c, me.from());
        me.from().receive(batch, std::min<std::size_t>(64, count - seen));
        for (auto const& d : batch) {
            std::cout << message_text(what.from.channel, d, how) << std::flush;
            if (!std::cout) throw std::runtime_error("the output can't be written");
            fairway::settlement const accepted{d.tag(), true, 1};
            me.from().settle({&accepted, 1});
            ++seen;
        }
        bool const some = !batch.empty();
        batch.clear();
        if (some) continue;
        auto const left = c.until(until);
        if (left <= fairway::duration::zero()) co_return count == no_end ? done : out_of_reach;
        co_await c.bell()->wait(left);
    }
    co_return done;
}

} // namespace cli
