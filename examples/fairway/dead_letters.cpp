// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "arguments.hpp"
#include "commands.hpp"

#include <fairway/service/dead_letter_tool.hpp>

#include <algorithm>
#include <iostream>
#include <sstream>

namespace cli {

std::string_view const dead_letters_help = R"(usage: fairway dead-letters URL CHANNEL GROUP [COMMAND] [options]

Looks after what GROUP could not handle of CHANNEL. Commands:

  list            shows the letters (the default)
  show ID         shows one letter with its headers and its body
  replay ID...    sends letters to CHANNEL again; --all instead of ids: all of them
  drop ID...      throws letters away; --all instead of ids: all of them

  --publish-subscribe  CHANNEL is publish-subscribe (else point-to-point); replay has to know
  --shards N      CHANNEL has N shards; replay has to know
  --most N        list: at most N letters (100)
  --json          list, show: one JSON object a line
  --body          list --json: with bodies; show: also what is no text, in base64
  --force         replay: also messages that are no dead letters
  --quiet D       when nothing came for D, there are no more letters (250ms; 6s where services talk directly, 2s over
                  a broker)

Where services talk directly (tcp, unix) letters lie at the service that could not handle the messages, and end with
it. It dials whoever wants them: its URL says where, channel.CHANNEL.GROUP.dead=/run/dead.sock or a line of the file of
channels=, and this one listens there: 'unix:///run/orders.sock?listen=/run/dead.sock'.
)";

fairway::task<int> dead_letters(console& c, given all) {
    if (all.size() < 3) throw usage_error("name URL, CHANNEL and GROUP");
    std::vector<std::string> words(all.begin() + 3, all.end());
    bool const named = !words.empty() && !words.front().starts_with("-");
    std::string const verb = named ? words.front() : "list";
    if (named) words.erase(words.begin());
    if (verb != "list" && verb != "show" && verb != "replay" && verb != "drop" && verb != "discard")
        throw usage_error("unknown command: " + quoted(verb));
    words.insert(words.begin(),
        {verb == "drop" ? "discard" : verb, checked_name(all[1], "channel"), checked_name(all[2], "group")});

    auto& at = c.open(all[0]);
    if (at.to == reach::direct && at.local.empty())
        throw usage_error(
            "on this transport letters come to who listens: add listen=ADDRESS to the URL, the address at "
            "which the service looks for the channel " +
            all[1] + "." + all[2] + ".dead");
    bool const patient = std::find(words.begin(), words.end(), "--quiet") != words.end();
    // A service that found nobody there tries again within 5 s.
    if (at.to == reach::direct && !patient) words.insert(words.end(), {"--quiet", "6s"});

    std::ostringstream out;
    auto const status = co_await fairway::dead_letter_tool(at.net, words, out);
    auto const text = out.str();
    if (status == 2) throw usage_error(text.substr(text.find(' ') + 1, text.find('\n') - text.find(' ') - 1));
    bool const failed = text.starts_with("error: ");
    (failed ? std::cerr : std::cout) << (failed ? "fairway: " + text.substr(7) : text) << std::flush;
    // All that is left of the error is its text.
    auto const away = fairway::make_error_code(fairway::errc::not_connected).message();
    if (failed && text.find(away) != std::string::npos) co_return out_of_reach;
    co_return status == 0 ? done : refused;
}

} // namespace cli
