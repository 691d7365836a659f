// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_SERVICE_DEAD_LETTER_ARGUMENTS_HPP
#define FAIRWAY_SERVICE_DEAD_LETTER_ARGUMENTS_HPP

#include <fairway/codec/time_text.hpp>
#include <fairway/service/dead_letter_choice.hpp>
#include <fairway/transport/seam.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <ratio>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace fairway::detail {

inline constexpr std::string_view letter_usage = R"(usage:
  list    CHANNEL GROUP           shows the letters: what GROUP could not handle of CHANNEL
  show    CHANNEL GROUP ID        shows one letter with its headers and its body
  replay  CHANNEL GROUP ID...     sends letters to CHANNEL again; --all instead of ids: all of them
  discard CHANNEL GROUP ID...     throws letters away; --all instead of ids: all of them
options:
  --publish-subscribe  the channel is publish-subscribe (else point-to-point); replay has to know
  --shards N           the channel has N shards; replay has to know
  --most N             list: at most N letters (100)
  --json               list, show: one JSON object a line
  --body               list --json: with bodies; show: also what is no text, in base64
  --force              replay: also messages that are no dead letters
  --quiet D            when nothing came for D, such as 2s, there are no more letters (250ms)
)";

// What the tool is to do.
struct letter_command {
    enum class verb { help, list, show, replay, discard };
    verb what = verb::help;
    address channel;
    std::string group;
    std::vector<message_id> ids;
    std::size_t most = 100;
    bool all = false;
    bool json = false;
    bool body = false;
    bool force = false;
    dead_letter_options options;
    // What is wrong with the arguments, for people; empty where nothing is.
    std::string wrong;
};

class letter_arguments {
public:
    explicit letter_arguments(std::span<std::string const> arguments) : rest_(arguments) {}

    letter_command read() {
        try {
            read_verb();
            if (command_.what != verb::help) read_rest();
        } catch (bad const& b) {
            command_.wrong = b.text;
        }
        return std::move(command_);
    }

private:
    using verb = letter_command::verb;
    struct bad {
        std::string text;
    };

    std::string_view next() {
        std::string_view const one = rest_.front();
        rest_ = rest_.subspan(1);
        return one;
    }

    void read_verb() {
        if (rest_.empty()) throw bad{"say what to do"};
        auto const name = next();
        constexpr std::pair<std::string_view, verb> verbs[] = {{"list", verb::list}, {"show", verb::show},
            {"replay", verb::replay}, {"discard", verb::discard}, {"help", verb::help}, {"--help", verb::help},
            {"-h", verb::help}};
        for (auto const& [known, what] : verbs) {
            if (name != known) continue;
            command_.what = what;
            return;
        }
        throw bad{"unknown command: " + std::string(name)};
    }

    void read_rest() {
        std::vector<std::string_view> names;
        while (!rest_.empty()) {
            auto const one = next();
            if (one.starts_with("-"))
                read_option(one);
            else
                names.push_back(one);
        }
        if (names.size() < 2) throw bad{"name the channel and the group"};
        for (std::size_t i = 0; i < 2; ++i)
            if (!is_valid_name(names[i])) throw bad{"not the name of a channel or group: " + std::string(names[i])};
        command_.channel.channel = names[0];
        command_.group = names[1];
        for (std::size_t i = 2; i < names.size(); ++i) {
            auto const id = parse_id(names[i]);
            if (!id) throw bad{"not the id of a message: " + std::string(names[i])};
            if (std::find(command_.ids.begin(), command_.ids.end(), *id) == command_.ids.end())
                command_.ids.push_back(*id);
        }
        check_ids();
        if (command_.what == verb::list && command_.body && !command_.json)
            throw bad{"list shows bodies with --json only"};
    }

    void check_ids() const {
        bool const some = !command_.ids.empty();
        switch (command_.what) {
        case verb::list:
            if (some) throw bad{"list takes no ids: show takes one"};
            break;
        case verb::show:
            if (command_.ids.size() != 1) throw bad{"show takes one id"};
            break;
        default:
            if (some == command_.all) throw bad{"name letters by their ids, or say --all"};
        }
    }

    void read_option(std::string_view name) {
        bool const list = command_.what == verb::list;
        bool const show = command_.what == verb::show;
        bool const replay = command_.what == verb::replay;
        if (name == "--publish-subscribe")
            command_.channel.kind = channel_kind::publish_subscribe;
        else if (name == "--shards")
            command_.channel.shards = static_cast<unsigned>(number(name, max_shards));
        else if (name == "--quiet")
            command_.options.quiet(time(name));
        else if (name == "--most" && list)
            command_.most = number(name, command_.options.reach());
        else if (name == "--json" && (list || show))
            command_.json = true;
        else if (name == "--body" && (list || show))
            command_.body = true;
        else if (name == "--force" && replay)
            command_.force = true;
        else if (name == "--all" && !list && !show)
            command_.all = true;
        else
            throw bad{"unknown option: " + std::string(name)};
    }

    std::size_t number(std::string_view option, std::size_t most) {
        std::size_t n = 0;
        auto const text = rest_.empty() ? std::string_view() : next();
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
        if (error != std::errc() || end != text.data() + text.size() || n < 1 || n > most)
            throw bad{std::string(option) + " takes a number from 1 to " + std::to_string(most)};
        return n;
    }
    duration time(std::string_view option) {
        std::int64_t ns = 0;
        if (rest_.empty() || !read_duration(next(), 1, std::nano::den, ns) || ns < 0)
            throw bad{std::string(option) + " takes a time, such as 250ms or 2s"};
        return duration(ns);
    }

    std::span<std::string const> rest_;
    letter_command command_;
};

} // namespace fairway::detail

#endif
