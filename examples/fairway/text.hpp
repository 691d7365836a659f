// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Messages as the tool prints them.
#ifndef FAIRWAY_CLI_TEXT_HPP
#define FAIRWAY_CLI_TEXT_HPP

#include <fairway/envelope/delivery.hpp>

#include <string>
#include <string_view>

namespace cli {

// How messages are printed.
struct shown {
    // One JSON object a line.
    bool json = false;
    // The whole body: for people else the beginning of it, in JSON nothing.
    bool body = false;
};

// A message with the end of its last line. In text for people no control character of it has an effect.
std::string message_text(std::string_view channel, fairway::delivery const& d, shown how);

// What was sent. `level` says who has it.
std::string sent_text(std::string_view channel, fairway::envelope const& e, std::string_view level, bool json);

// The body of a reply, with an end of line: text as it is but for control characters, other bytes in hexadecimal
// digits.
std::string reply_text(fairway::delivery const& reply);

// A request that was refused.
std::string fault_text(fairway::delivery const& reply, bool json);

} // namespace cli

#endif
