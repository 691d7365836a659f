// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The command line for dead letters.
#include "service/letters.hpp"

#include <sstream>

using namespace letters;
using namespace std::chrono_literals;
using testing::bench;
using texts = std::vector<std::string>;

namespace {

struct answer {
    int status;
    std::string text;
};

answer ask(bench& b, any_transport net, texts const& arguments) {
    std::ostringstream out;
    int const status = b.run(dead_letter_tool(std::move(net), arguments, out));
    return {status, out.str()};
}
answer ask(bench& b, texts const& arguments) { return ask(b, b.transport(), arguments); }

std::string id_of(unsigned n) { return to_string(message_id{1, n}); }

} // namespace

TEST_CASE("the tool lists, shows, replays and discards", "[dead-letter][tool]") {
    bench b;
    service workers(b.transport(), "workers");
    worker w;
    workers.handle<jobs>(std::ref(w));
    workers.start();
    let_die(b, {"a", "bb"});
    auto const letters = b.run(dead_letter_box::of<jobs>(b.transport(), "workers").list());
    REQUIRE(letters.size() == 2);
    auto const first = to_string(letters[0].id);
    auto const second = to_string(letters[1].id);

    auto const list = ask(b, {"list", "jobs", "workers"});
    CHECK(list.status == 0);
    CHECK(list.text == "TIME                  ID                                    TYPE      ATTEMPTS  CODE    TEXT\n"
                       "2026-01-01T00:00:00Z  " +
                           first + "  jobs.job  1         broken  no a\n" + "2026-01-01T00:00:00Z  " + second +
                           "  jobs.job  1         broken  no bb\n");

    auto const one = ask(b, {"list", "jobs", "workers", "--most", "1"});
    CHECK(one.text.ends_with("no a\nthere may be more: --most N shows up to N\n"));

    auto const json = ask(b, {"list", "jobs", "workers", "--json"});
    CHECK(json.status == 0);
    CHECK(std::count(json.text.begin(), json.text.end(), '\n') == 2);
    CHECK(json.text.find("\"body\"") == std::string::npos);
    auto const bodies = ask(b, {"list", "jobs", "workers", "--json", "--body"});
    CHECK(bodies.text.find(R"("body":"{\"name\":\"bb\"}")") != std::string::npos);

    auto const show = ask(b, {"show", "jobs", "workers", second});
    CHECK(show.status == 0);
    CHECK(show.text.find("header         tenant: acme\n") != std::string::npos);
    CHECK(show.text.ends_with("13 bytes\n{\"name\":\"bb\"}\n"));
    CHECK(ask(b, {"show", "jobs", "workers", second, "--json"}).text.find("\"body\"") != std::string::npos);
    auto const nothing = ask(b, {"show", "jobs", "workers", id_of(1)});
    CHECK(nothing.status == 1);
    CHECK(nothing.text == "not there: " + id_of(1) + "\n");

    w.mended = true;
    auto const replay = ask(b, {"replay", "jobs", "workers", second, id_of(1)});
    CHECK(replay.status == 1);
    CHECK(replay.text == "replayed 1 letter\nnot there: " + id_of(1) + "\n");
    CHECK(w.done == texts{"bb/1"});

    auto const discard = ask(b, {"discard", "jobs", "workers", first, id_of(1)});
    CHECK(discard.status == 1);
    CHECK(discard.text == "discarded 1 letter\nnot there: 1 letter\n");
    auto const empty = ask(b, {"list", "jobs", "workers"});
    CHECK(empty.status == 0);
    CHECK(empty.text == "no letters in jobs.workers.dead\n");
    auto const none = ask(b, {"list", "jobs", "workers", "--json"});
    CHECK(none.text.empty());
    auto const all = ask(b, {"replay", "jobs", "workers", "--all"});
    CHECK(all.status == 0);
    CHECK(all.text == "replayed 0 letters\n");
    CHECK(ask(b, {"discard", "jobs", "workers", "--all"}).text == "discarded 0 letters\n");
    CHECK(w.calls == 3);
}

TEST_CASE("the tool says what was not replayed", "[dead-letter][tool]") {
    bench b(testing::bench_options().queue_messages(3));
    put(b.transport(), "jobs.workers.dead", letter(1));
    put(b.transport(), "jobs.workers.dead", letter(2, ""));
    put(b.transport(), "jobs.workers.dead", letter(3, "other"));
    auto const first = ask(b, {"replay", "jobs", "workers", "--all"});
    CHECK(first.status == 1);
    CHECK(first.text == "replayed 1 letter\nnot replayed: " + id_of(3) +
                            ": the destination does not exist\n"
                            "not replayed, being no dead letters: 1; --force replays them, too\n");
    auto const list = ask(b, {"list", "jobs", "workers"});
    CHECK(list.text.find("(no letter)") != std::string::npos);
    auto const forced = ask(b, {"replay", "jobs", "workers", id_of(2), "--force"});
    CHECK(forced.status == 0);
    CHECK(forced.text == "replayed 1 letter\n");
}

TEST_CASE("the tool's errors are for people", "[dead-letter][tool]") {
    bench b;
    put_letters(b.transport(), 1);
    (void)b.sender<jobs>();
    auto const wrong = ask(b, {"replay", "jobs", "workers", "--all", "--shards", "8"});
    CHECK(wrong.status == 1);
    CHECK(wrong.text.starts_with("error: jobs: the channel exists with another kind or shard count"));
    CHECK(wrong.text.ends_with("--publish-subscribe and --shards N say so\n"));
    auto const usage = ask(b, {"eat", "\x1b[2J"});
    CHECK(usage.status == 2);
    CHECK(usage.text.starts_with("error: unknown command: eat\nusage:\n"));
    auto const escaped = ask(b, {"list", "\x1b[2J", "workers"});
    CHECK(escaped.text.starts_with("error: not the name of a channel or group: \\x1b[2J\n"));
    auto const help = ask(b, {"help"});
    CHECK(help.status == 0);
    CHECK(help.text.starts_with("usage:\n"));
    CHECK(ask(b, {}).status == 2);
}

TEST_CASE("a cancelled tool ends as cancelled", "[dead-letter][tool][cancel]") {
    bench b;
    std::ostringstream out;
    auto const run = [&] {
        // The arguments need not outlive the call.
        std::vector<std::string> const arguments{"list", "jobs", "workers"};
        return dead_letter_tool(b.transport(), arguments, out);
    };
    auto list = b.start(run());
    b.settle();
    list.cancel();
    b.settle();
    CHECK(code_of([&] { list.result(); }) == errc::cancelled);
    CHECK(out.str().empty());
}
