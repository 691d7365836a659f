// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What the commands of the tool share.
#ifndef FAIRWAY_CLI_CONSOLE_HPP
#define FAIRWAY_CLI_CONSOLE_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/doorbell.hpp>
#include <fairway/transport/any_transport.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

// How the tool ends.
enum status { done = 0, wrong_usage = 1, out_of_reach = 2, refused = 3, interrupted = 130 };
status status_of(fairway::error_code why) noexcept;
// An error's text without the code's name and place behind it.
std::string plain_text(std::string_view text, fairway::error_code why);

// Where a channel's directory says that its other end is, and who was met there.
struct place {
    std::string at;
    bool connected = false;
    std::string node;
    std::string name;
};

// Who is at the other end: nobody but this process; the services themselves, where the receivers of a point-to-point
// channel listen, and the publishers of the others; or a broker.
enum class reach { process, direct, broker };

// A transport, and what can be asked of this one beyond the seam.
struct opened {
    fairway::any_transport net;
    // Where it listens; empty where it does not, or there is no such thing.
    std::string local;
    reach to = reach::process;
    // Connects with the other ends of a point-to-point channel, as senders do, and tells who is there. Null where
    // there is no such thing.
    std::function<std::vector<place>(std::string const& channel)> places;
};

// Told what is wrong with a connection.
using trouble_log = std::function<void(std::string_view where, fairway::error_code why, std::string_view text)>;

// What a send into a point-to-point channel waits for, unless the URL says it: what the transport does by itself, or
// that a consumer has the message.
enum class sent { accepted, received };

// Opens the URL on one of the transports that were compiled in.
opened open_transport(
    fairway::asio::any_io_executor const& executor, std::string const& url, sent when, trouble_log log);

// A run of the tool: what a command waits for, and what it says besides its output. A command is a coroutine on its
// executor.
class console {
public:
    // `cancel` ends the command.
    console(fairway::asio::any_io_executor executor, std::function<void()> cancel);
    console(console const&) = delete;
    console& operator=(console const&) = delete;

    // Opens the transport; throws `system_error`.
    opened& open(std::string const& url, sent when = sent::accepted);
    // Gives up its connections.
    void close();

    // Rung by whatever a command may wait for.
    std::shared_ptr<fairway::env::doorbell> const& bell() const noexcept { return bell_; }
    fairway::asio::any_io_executor const& executor() const noexcept { return executor_; }
    fairway::env::clock& clock() const noexcept { return clock_; }
    // The time from now on, and what is left of it.
    fairway::env::steady_point after(fairway::duration d) const;
    fairway::duration until(fairway::env::steady_point t) const { return t - clock_.steady_now(); }

    // Says something on the standard error, in which no control character has an effect.
    void say(std::string_view text);
    // What went wrong last at a place; nothing where it did not.
    std::optional<std::string> trouble_at(std::string const& where) const;
    // The other node does not let this one in: nothing that a command waits for will come.
    std::optional<fairway::error_code> const& turned_away() const noexcept { return turned_away_; }

private:
    void note(std::string_view where, fairway::error_code why, std::string_view text);

    fairway::asio::any_io_executor executor_;
    std::function<void()> cancel_;
    std::shared_ptr<fairway::env::doorbell> bell_;
    fairway::env::clock& clock_;
    std::optional<opened> opened_;
    std::map<std::string, std::string, std::less<>> troubles_;
    std::set<std::string> said_;
    std::optional<fairway::error_code> turned_away_;
};

// Rings when a source has something.
class ringing final : public fairway::receiver {
public:
    explicit ringing(std::shared_ptr<fairway::env::doorbell> bell) : bell_(std::move(bell)) {}
    void ready() noexcept override { bell_->ring(); }

private:
    std::shared_ptr<fairway::env::doorbell> bell_;
};

} // namespace cli

#endif
