// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// How letters are shown, and that nothing in them has power over a terminal.
#include "service/letters.hpp"

using namespace letters;
using namespace std::chrono_literals;
using fairway::detail::cut;
using fairway::detail::letter_arguments;
using fairway::detail::letter_command;
using fairway::detail::visible;

namespace {

bool is_harmless(std::string_view text) {
    bool harmless = true;
    fairway::detail::for_each_character(text, [&](std::string_view, char32_t c) {
        harmless = harmless && (c == '\n' || (c != fairway::detail::not_utf8 && !fairway::detail::is_unsafe(c)));
    });
    return harmless;
}

letter_command parse(std::vector<std::string> const& arguments) { return letter_arguments(arguments).read(); }

std::string const id = "00000000-0000-0001-0000-000000000002";

dead_letter hostile() {
    dead_letter d;
    d.id = {1, 2};
    d.type = "t\x1b[2J";
    d.channel = "c\x07";
    d.group = "g\xc2\x9b"
              "31m";
    d.code = "\xe2\x80\xae"
             "code";
    d.text = "line\nline\r\x1b]0;title\x07 \xff\xfe \x7f";
    d.source = "s\xc2\x85";
    d.content_type = "x/\x1b";
    headers h;
    h.set("name", "v\xe2\x81\xa6 \xf3\xa0\x81\x81");
    d.headers = h;
    envelope_head head;
    head.id = d.id;
    d.message = envelope::of_bytes(head, {}, "\xe2\x80\xa8 \xc2\x9b 'body' \xef\xbb\xbf");
    return d;
}

} // namespace

TEST_CASE("text is shown in one line of harmless characters", "[dead-letter][text]") {
    CHECK(visible("plain \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80 \"\\") ==
          "plain \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80 \"\\");
    CHECK(visible("a\nb\tc\rd") == "a\\nb\\tc\\x0dd");
    CHECK(visible(std::string_view("\0", 1)) == "\\x00");
    CHECK(visible("\x1b[2J\x7f") == "\\x1b[2J\\x7f");
    CHECK(visible("\xc2\x9b") == "\\u{009b}");
    CHECK(visible("\xe2\x80\xae\xf3\xa0\x81\x81") == "\\u{202e}\\u{e0041}");
    CHECK(visible("\xff\xc3") == "\\xff\\xc3");
    CHECK(visible("\xed\xa0\x80") == "\\xed\\xa0\\x80");
    for (unsigned c = 0; c < 0x3000; ++c) {
        std::string text;
        if (c < 0x80) {
            text += static_cast<char>(c);
        } else if (c < 0x800) {
            text += static_cast<char>(0xc0 | c >> 6);
            text += static_cast<char>(0x80 | (c & 0x3f));
        } else {
            text += static_cast<char>(0xe0 | c >> 12);
            text += static_cast<char>(0x80 | (c >> 6 & 0x3f));
            text += static_cast<char>(0x80 | (c & 0x3f));
        }
        bool const harmless = is_harmless(text) && text != "\n";
        REQUIRE((visible(text) == text) == harmless);
        REQUIRE(is_harmless(visible(text)));
    }
}

TEST_CASE("text is cut between characters", "[dead-letter][text]") {
    CHECK(cut("", 8) == "");
    CHECK(cut("12345678", 8) == "12345678");
    CHECK(cut("123456789", 8) == "12345...");
    std::string many;
    for (int i = 0; i < 100; ++i) many += "\xf0\x9f\x98\x80";
    CHECK(cut(many, 8) == many.substr(0, 20) + "...");
    CHECK(cut(many.substr(0, 32), 8) == many.substr(0, 32));
    CHECK(cut("\n\n\n\n\n", 8) == "\\n\\n\\...");
}

TEST_CASE("a hostile letter is harmless in every form", "[dead-letter][text]") {
    auto const d = hostile();
    CHECK(is_harmless(detail::letter_table({d})));
    CHECK(is_harmless(detail::letter_page(d, true)));
    for (auto const how : {detail::body_shown::none, detail::body_shown::text, detail::body_shown::whole}) {
        auto const line = detail::letter_line(d, how);
        CHECK(is_harmless(line));
        CHECK(line.find('\n') == std::string::npos);
        auto const again = from_json_text<detail::letter_json>(line);
        CHECK(again.type == d.type);
        CHECK(again.code == d.code);
        CHECK(again.text == "line\nline\r\x1b]0;title\x07 \xef\xbf\xbd\xef\xbf\xbd \x7f");
        CHECK(again.headers.at("name") == d.headers.find("name"));
        if (how != detail::body_shown::none) CHECK(again.body == d.body());
    }
}

TEST_CASE("a letter in JSON has all that it says", "[dead-letter][text]") {
    headers h;
    h.set("tenant", "acme");
    h.set_reserved("fw-dead-channel", "jobs");
    h.set_reserved("fw-dead-group", "workers");
    h.set_reserved("fw-dead-code", "broken");
    h.set_reserved("fw-dead-text", "no \"tea\"");
    h.set_reserved("fw-dead-attempts", "5");
    h.set_reserved("fw-dead-first-time", "1767225600");
    h.set_reserved("fw-dead-time", "1767225661");
    h.set_reserved("fw-dead-replays", "2");
    envelope_head head;
    head.id = {1, 2};
    head.type = "jobs.job";
    head.version = {2, 1};
    head.source = "test";
    head.content_type = "application/json";
    auto const d = read_dead_letter(envelope::of_bytes(head, h.view(), "{}"));
    CHECK(detail::letter_line(d, detail::body_shown::text) ==
          R"({"id":"00000000-0000-0001-0000-000000000002","type":"jobs.job","version":"2.1","channel":"jobs",)"
          R"("group":"workers","code":"broken","text":"no \"tea\"","attempts":5,"first_time":"2026-01-01T00:00:00Z",)"
          R"("time":"2026-01-01T00:01:01Z","replays":2,"stray":false,"source":"test",)"
          R"("content_type":"application/json","headers":{"tenant":"acme"},"size":2,"body":"{}"})");
    auto const image = read_dead_letter(envelope::of_bytes(head, h.view(), std::string_view("\x00\xff", 2)));
    auto const without = detail::letter_line(image, detail::body_shown::text);
    CHECK(without.ends_with(R"("size":2})"));
    CHECK(detail::letter_line(image, detail::body_shown::whole).ends_with(R"("size":2,"body_base64":"AP8="})"));
}

TEST_CASE("a page shows a body that is text, others when asked", "[dead-letter][text]") {
    envelope_head head;
    head.id = {1, 2};
    head.type = "jobs.job";
    auto const text = read_dead_letter(envelope::of_bytes(head, {}, "{\n}"), "jobs", "workers");
    CHECK(detail::letter_page(text, false) == "id             00000000-0000-0001-0000-000000000002\n"
                                              "type           jobs.job 1.0\n"
                                              "channel        jobs\n"
                                              "group          workers\n"
                                              "no letter      it was sent here by somebody, not given up by the group\n"
                                              "code           -\n"
                                              "text           -\n"
                                              "attempts       -\n"
                                              "first attempt  -\n"
                                              "given up       -\n"
                                              "replays        0\n"
                                              "source         -\n"
                                              "content type   -\n"
                                              "body           3 bytes\n"
                                              "{\\n}\n");
    auto const image = read_dead_letter(envelope::of_bytes(head, {}, std::string_view("\x00\xff", 2)));
    CHECK(detail::letter_page(image, false).ends_with("body           2 bytes that are no text\n"));
    CHECK(detail::letter_page(image, true).ends_with("body           2 bytes that are no text\nAP8=\n"));
    CHECK(detail::letter_page(read_dead_letter(envelope::of_bytes(head, {}, "")), true).ends_with("0 bytes\n"));
}

TEST_CASE("arguments are understood", "[dead-letter][text]") {
    using verb = letter_command::verb;
    auto const list = parse({"list", "jobs", "workers", "--publish-subscribe", "--shards", "8", "--most", "7", "--json",
        "--body", "--quiet", "2s"});
    CHECK(list.wrong.empty());
    CHECK(list.what == verb::list);
    CHECK(list.channel.channel == "jobs");
    CHECK(list.channel.kind == channel_kind::publish_subscribe);
    CHECK(list.channel.shards == 8);
    CHECK(list.group == "workers");
    CHECK(list.most == 7);
    CHECK(list.json);
    CHECK(list.body);
    CHECK(list.options.quiet() == 2s);
    auto const show = parse({"show", "--body", "jobs", "workers", id});
    CHECK(show.wrong.empty());
    CHECK(show.ids == std::vector<message_id>{{1, 2}});
    CHECK(show.channel.kind == channel_kind::point_to_point);
    CHECK(show.channel.shards == 0);
    auto const replay = parse({"replay", "jobs", "workers", "--force", "--all"});
    CHECK(replay.wrong.empty());
    CHECK(replay.all);
    CHECK(replay.force);
    CHECK(parse({"discard", "jobs", "workers", id, id}).ids.size() == 1);
    for (auto const* const help : {"help", "--help", "-h"}) {
        CHECK(parse({help}).what == verb::help);
        CHECK(parse({help}).wrong.empty());
    }
}

TEST_CASE("arguments that make no sense are told so", "[dead-letter][text]") {
    auto const wrong = [](std::vector<std::string> const& arguments) { return parse(arguments).wrong; };
    CHECK(wrong({}) == "say what to do");
    CHECK(wrong({"read"}) == "unknown command: read");
    CHECK(wrong({"list", "jobs"}) == "name the channel and the group");
    CHECK(wrong({"list", "j o", "workers"}) == "not the name of a channel or group: j o");
    CHECK(wrong({"list", "jobs", "workers", id}) == "list takes no ids: show takes one");
    CHECK(wrong({"show", "jobs", "workers"}) == "show takes one id");
    CHECK(wrong({"show", "jobs", "workers", id, "00000000-0000-0001-0000-000000000003"}) == "show takes one id");
    CHECK(wrong({"show", "jobs", "workers", "7"}) == "not the id of a message: 7");
    CHECK(wrong({"replay", "jobs", "workers"}) == "name letters by their ids, or say --all");
    CHECK(wrong({"discard", "jobs", "workers", id, "--all"}) == "name letters by their ids, or say --all");
    CHECK(wrong({"list", "jobs", "workers", "--all"}) == "unknown option: --all");
    CHECK(wrong({"discard", "jobs", "workers", id, "--force"}) == "unknown option: --force");
    CHECK(wrong({"replay", "jobs", "workers", id, "--json"}) == "unknown option: --json");
    CHECK(wrong({"list", "jobs", "workers", "--body"}) == "list shows bodies with --json only");
    for (auto const* const bad : {"0", "10001", "-1", "x", "1x", ""})
        CHECK(wrong({"list", "jobs", "workers", "--most", bad}) == "--most takes a number from 1 to 10000");
    CHECK(wrong({"list", "jobs", "workers", "--most"}) == "--most takes a number from 1 to 10000");
    CHECK(wrong({"list", "jobs", "workers", "--shards", "1025"}) == "--shards takes a number from 1 to 1024");
    for (auto const* const bad : {"2", "-2s", "x", ""})
        CHECK(wrong({"list", "jobs", "workers", "--quiet", bad}) == "--quiet takes a time, such as 250ms or 2s");
    CHECK(wrong({"list", "jobs", "workers", "--quiet"}) == "--quiet takes a time, such as 250ms or 2s");
}
