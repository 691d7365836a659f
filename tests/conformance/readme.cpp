// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The README's table of transports is what they say of themselves.
#include "fw_catch.hpp"
#include "settings.hpp"
#include "suite.hpp"

#include <fairway/testing/conformance/table.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace conformance_kit;

namespace {

std::vector<conformance::described_transport> transports() {
    asio::io_context io;
    auto const able = [&io](std::string_view url) {
        return open<inproc, tcp, unix_socket, amqp>(io.get_executor(), url).describe();
    };
    return {{"inproc", able("inproc://")}, {"tcp", able("tcp://")}, {"unix", able("unix://")},
        {"amqp", able("amqp://localhost")}};
}

constexpr std::string_view begin_mark = "<!-- transports: generated -->\n";
constexpr std::string_view end_mark = "<!-- end -->\n";

std::filesystem::path readme_path() {
    return std::filesystem::path(__FILE__).parent_path().parent_path().parent_path() / "README.md";
}
std::string read(std::filesystem::path const& path) {
    std::ifstream in(path);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

// What stands before the table, in it and behind it; empty where the marks are missing.
struct parts {
    explicit parts(std::string const& text) {
        auto const from = text.find(begin_mark);
        auto const to = text.find(end_mark, from == std::string::npos ? 0 : from);
        if (from == std::string::npos || to == std::string::npos) return;
        before = text.substr(0, from + begin_mark.size());
        table = text.substr(before.size(), to - before.size());
        behind = text.substr(to);
    }
    std::string before, table, behind;
};

} // namespace

TEST_CASE("the README's table of transports is up to date", "[readme]") {
    parts const found(read(readme_path()));
    INFO("to update it: build/dev/tests/conformance_tests \"[write-readme]\"");
    REQUIRE_FALSE(found.before.empty());
    CHECK(found.table == conformance::capability_table(transports()));
}

TEST_CASE("writes the README's table of transports", "[.][write-readme]") {
    parts const found(read(readme_path()));
    REQUIRE_FALSE(found.before.empty());
    std::ofstream(readme_path()) << found.before << conformance::capability_table(transports()) << found.behind;
}

TEST_CASE("a table has a column for each transport", "[readme]") {
    capabilities bare;
    bare.max_body = 1000;
    bare.max_hold = std::chrono::minutes(2);
    bare.level = acceptance::durable;
    auto const table = conformance::capability_table({{"one", bare}, {"two", transports().front().second}});
    CHECK(table.starts_with("| | `one` | `two` |\n| --- | --- | --- |\n| point-to-point channels | no | yes |\n"));
    CHECK(table.find("| largest body | 1000 bytes | 16 MiB |\n") != std::string::npos);
    CHECK(table.find("| longest time to handle a message | 120 s | any |\n") != std::string::npos);
    CHECK(table.find("| who has an accepted message | the broker, durably | this process |\n") != std::string::npos);
}
