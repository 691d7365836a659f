// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The commands: each reads its arguments and does what they say. Throw `usage_error`, and `system_error` for the rest.
#ifndef FAIRWAY_CLI_COMMANDS_HPP
#define FAIRWAY_CLI_COMMANDS_HPP

#include "console.hpp"

#include <span>
#include <string>
#include <string_view>

namespace cli {

using given = std::span<std::string const>;

// `all` lives as long as the task.
fairway::task<int> listen(console& c, given all);
fairway::task<int> send(console& c, given all);
fairway::task<int> request(console& c, given all);
fairway::task<int> dead_letters(console& c, given all);
fairway::task<int> channels(console& c, given all);
fairway::task<int> credential(console& c, given all);
fairway::task<int> token(console& c, given all);

// What --help says.
extern std::string_view const listen_help;
extern std::string_view const send_help;
extern std::string_view const request_help;
extern std::string_view const dead_letters_help;
extern std::string_view const channels_help;
extern std::string_view const credential_help;
extern std::string_view const token_help;

} // namespace cli

#endif
