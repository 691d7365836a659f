// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A look into a running system, from the command line: listens, sends, asks, looks after dead letters.
#include "arguments.hpp"
#include "commands.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <exception>
#include <iostream>

namespace cli {
namespace {

namespace asio = fairway::asio;

struct command {
    std::string_view name;
    fairway::task<int> (*run)(console&, given);
    std::string_view const& help;
    // What is returned where it was interrupted.
    int interrupted;
};

command const commands[] = {
    {"listen", listen, listen_help, done},
    {"send", send, send_help, interrupted},
    {"request", request, request_help, interrupted},
    {"dead-letters", dead_letters, dead_letters_help, interrupted},
    {"channels", channels, channels_help, interrupted},
    {"credential", credential, credential_help, interrupted},
    {"token", token, token_help, interrupted},
};

constexpr std::string_view usage = R"(usage: fairway COMMAND ...

  listen URL CHANNEL                        prints the messages of a channel
  send URL CHANNEL --type NAME BODY         sends a message
  request URL CHANNEL --type NAME BODY      sends a request and prints the reply
  dead-letters URL CHANNEL GROUP [COMMAND]  looks after what could not be handled
  channels URL [CHANNEL...]                 tells what the transport can do, and who is there
  credential USER                           makes of a password the line that lets it in
  token USER                                makes a token, and the line that lets it in

fairway COMMAND --help tells more. URLs are those of the services, with the same options: tcp://host:port, unix:///path,
amqp://user@host/vhost?password-file=F. On a broker the tool makes what is not there yet, unless the URL says
topology=verify.
Status: 0 done, 1 the arguments make no sense, 2 out of reach or too late, 3 refused, 130 interrupted.
)";

// What the exception of a command means for people, and the status.
int report(console& c, std::exception_ptr const& error) {
    try {
        std::rethrow_exception(error);
    } catch (usage_error const& e) {
        c.say(e.what());
        return wrong_usage;
    } catch (fairway::system_error const& e) {
        c.say(plain_text(e.what(), e.code()));
        return status_of(e.code());
    } catch (std::exception const& e) {
        c.say(e.what());
        return out_of_reach;
    }
}

int run(command const& what, given rest) {
    asio::cancellation_signal cancel; // the coroutines of the context refer to it
    asio::io_context context(1);
    auto const stop = [&context, &cancel] {
        asio::post(context, [&cancel] { cancel.emit(asio::cancellation_type::terminal); });
    };
    console c(context.get_executor(), stop);
    bool signalled = false;
    asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&](fairway::error_code ec, int) {
        if (ec) return;
        signalled = true;
        stop();
        signals.async_wait([&](fairway::error_code again, int) {
            if (!again) context.stop();
        });
    });
    int status = interrupted;
    bool ended = false;
    auto const end = [&](std::exception_ptr const& error, int value) {
        ended = true;
        if (!error)
            status = value;
        else if (signalled)
            status = what.interrupted;
        else if (c.turned_away())
            status = refused; // which was said
        else
            status = report(c, error);
        if (status == wrong_usage) c.say("see fairway " + std::string(what.name) + " --help");
        c.close();
        signals.cancel();
    };
    asio::co_spawn(context, what.run(c, rest), asio::bind_cancellation_slot(cancel.slot(), end));
    while (!ended && context.run_one() > 0) {}
    // Says goodbye; whoever does not hear it will find out.
    context.run_for(std::chrono::seconds(2));
    return status;
}

int run_tool(given all) {
    if (all.empty()) {
        std::cerr << "fairway: say what to do\n" << usage;
        return wrong_usage;
    }
    if (all[0] == "--help" || all[0] == "-h" || all[0] == "help") {
        std::cout << usage;
        return done;
    }
    for (auto const& one : commands) {
        if (one.name != all[0]) continue;
        auto const rest = all.subspan(1);
        auto const options_end = std::find(rest.begin(), rest.end(), "--");
        if (std::find_if(rest.begin(), options_end, [](auto const& a) { return a == "--help" || a == "-h"; }) !=
            options_end) {
            std::cout << one.help;
            return done;
        }
        return run(one, rest);
    }
    std::cerr << "fairway: unknown command: " << quoted(all[0]) << "\n" << usage;
    return wrong_usage;
}

} // namespace
} // namespace cli

int main(int argc, char** argv) {
    std::vector<std::string> const all(argv + 1, argv + argc);
    return cli::run_tool(all);
}
