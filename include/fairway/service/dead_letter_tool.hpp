// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_SERVICE_DEAD_LETTER_TOOL_HPP
#define FAIRWAY_SERVICE_DEAD_LETTER_TOOL_HPP

#include <fairway/service/dead_letter_arguments.hpp>
#include <fairway/service/dead_letter_box.hpp>
#include <fairway/service/dead_letter_text.hpp>

#include <cstddef>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace fairway {

namespace detail {

// One run of the tool.
class letter_desk {
public:
    letter_desk(any_transport net, letter_command command, std::ostream& out)
        : command_(std::move(command)),
          box_(std::move(net), command_.channel, command_.group, command_.options),
          out_(out) {}

    task<int> run() {
        switch (command_.what) {
        case letter_command::verb::list: return list();
        case letter_command::verb::show: return show();
        case letter_command::verb::replay: return replay();
        default: return discard();
        }
    }

private:
    task<int> list() {
        auto const letters = co_await box_.list(command_.most);
        if (command_.json) {
            for (auto const& d : letters)
                out_ << letter_line(d, command_.body ? body_shown::whole : body_shown::none) << "\n";
            co_return 0;
        }
        if (letters.empty())
            out_ << "no letters in " << box_.name() << "\n";
        else
            out_ << letter_table(letters);
        if (letters.size() == command_.most) out_ << "there may be more: --most N shows up to N\n";
        co_return 0;
    }
    task<int> show() {
        auto const letter = co_await box_.find(command_.ids.front());
        if (!letter) co_return not_there(command_.ids.front());
        if (command_.json)
            out_ << letter_line(*letter, command_.body ? body_shown::whole : body_shown::text) << "\n";
        else
            out_ << letter_page(*letter, command_.body);
        co_return 0;
    }
    task<int> replay() {
        auto const r = co_await box_.replay(chosen(), command_.force ? strays::replay : strays::keep);
        out_ << "replayed " << count_of(r.replayed) << "\n";
        for (auto const& one : r.refused)
            out_ << "not replayed: " << to_string(one.id) << ": " << visible(one.error.message()) << "\n";
        if (r.strays > 0)
            out_ << "not replayed, being no dead letters: " << r.strays << "; --force replays them, too\n";
        for (auto const& id : r.missing) not_there(id);
        if (r.more) out_ << "there may be more letters: run it again\n";
        co_return r.refused.empty() && r.strays == 0 && r.missing.empty() ? 0 : 1;
    }
    task<int> discard() {
        auto const n = co_await box_.discard(chosen());
        out_ << "discarded " << count_of(n) << "\n";
        if (command_.all || n >= command_.ids.size()) co_return 0;
        out_ << "not there: " << count_of(command_.ids.size() - n) << "\n";
        co_return 1;
    }

    which_letters chosen() const { return command_.all ? which_letters::all() : which_letters(command_.ids); }
    int not_there(message_id id) {
        out_ << "not there: " << to_string(id) << "\n";
        return 1;
    }
    static std::string count_of(std::size_t n) { return std::to_string(n) + (n == 1 ? " letter" : " letters"); }

    letter_command command_;
    dead_letter_box box_;
    std::ostream& out_;
};

inline task<int> run_letter_command(any_transport net, letter_command command, std::ostream& out) {
    if (!command.wrong.empty()) {
        out << "error: " << visible(command.wrong) << "\n" << letter_usage;
        co_return 2;
    }
    if (command.what == letter_command::verb::help) {
        out << letter_usage;
        co_return 0;
    }
    try {
        letter_desk desk(std::move(net), std::move(command), out);
        co_return co_await desk.run();
    } catch (system_error const& e) {
        if (e.code() == errc::cancelled) throw;
        out << "error: " << visible(e.what()) << "\n";
        if (e.code() == errc::topology_mismatch)
            out << "is it publish-subscribe, or sharded? --publish-subscribe and --shards N say so\n";
    }
    co_return 1;
}

} // namespace detail

/// A command line to look after dead letters, for programs to embed: `list`, `show`, `replay` and `discard`; without
/// arguments it tells its usage.
///
/// Takes the arguments before it returns the task. Prints to `out`, which must live as long as the task: text in which
/// no control character of a letter has any effect, or one JSON object a line. Gives the status for `main` to return: 0
/// for done, 1 where something failed, was refused or is not there, 2 for arguments that make no sense. Throws only
/// where it is cancelled: `errc::cancelled`.
[[nodiscard]] inline task<int> dead_letter_tool(
    any_transport net, std::span<std::string const> arguments, std::ostream& out) {
    return detail::run_letter_command(std::move(net), detail::letter_arguments(arguments).read(), out);
}

} // namespace fairway

#endif
