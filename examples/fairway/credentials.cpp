// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "arguments.hpp"
#include "commands.hpp"

#include <fairway/transport/tcp/credential_store.hpp>

#include <iostream>

namespace cli {

std::string_view const credential_help = R"(usage: fairway credential USER [options]

Reads a password, the first line of the standard input, and prints the line for the file of credentials of those whom
USER connects to (credentials=). The password itself goes into a file of USER's own (password-file=):

  umask 077; openssl rand -base64 24 > checkout.password
  fairway credential checkout < checkout.password >> credentials

  --iterations N  what a guess at the password costs, 4096 to 1000000 (100000)
)";

std::string_view const token_help = R"(usage: fairway token USER

Prints a new random token, for a file of USER's own (token-file=), and below it the line for the file of credentials of
those whom USER connects to (credentials=):

  umask 077; fairway token robot > new
  head -n 1 new > robot.token; tail -n 1 new >> credentials; rm new
)";

namespace {

fairway::secret first_line_of_input() {
    std::string line;
    std::getline(std::cin, line);
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty()) throw usage_error("the standard input begins with no password");
    return fairway::secret(std::move(line));
}

} // namespace

fairway::task<int> credential(console&, given all) {
    arguments const a(all, {{"--iterations"}});
    a.expect({"USER"}, 1);
    auto const iterations = a.number("--iterations", 1'000'000).value_or(100'000);
    std::cout << fairway::password_credential(
                     a.rest()[0], first_line_of_input(), static_cast<std::uint32_t>(iterations))
              << std::endl;
    co_return done;
}

fairway::task<int> token(console&, given all) {
    arguments const a(all, {});
    a.expect({"USER"}, 1);
    auto const made = fairway::make_token();
    std::cout << made.view() << "\n" << fairway::token_credential(a.rest()[0], made) << std::endl;
    co_return done;
}

} // namespace cli
