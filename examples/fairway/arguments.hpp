// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The command line, taken apart.
#ifndef FAIRWAY_CLI_ARGUMENTS_HPP
#define FAIRWAY_CLI_ARGUMENTS_HPP

#include <fairway/contract/channel.hpp>
#include <fairway/contract/message.hpp>
#include <fairway/envelope/time.hpp>

#include <cstddef>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cli {

// The arguments make no sense; the text says why.
class usage_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// An option that a command knows.
struct option {
    enum class kind { flag, value, values };
    std::string_view name;
    kind what = kind::value;
};

// What was given in a command's place, for an error: never a URL, in which there might be a secret.
std::string quoted(std::string_view text);

// The arguments of one command: options and the rest in their order. Behind "--" all is rest, and so is "-".
class arguments {
public:
    // Throws usage_error for an option that is not known, or has no value, or is there twice.
    arguments(std::span<std::string const> given, std::initializer_list<option> known);

    // Names what stands in the places, at least the first `needed` of them. Throws where there are fewer or more.
    void expect(std::initializer_list<std::string_view> places, std::size_t needed) const;
    std::vector<std::string> const& rest() const noexcept { return rest_; }

    bool has(std::string_view name) const { return values_.count(name) > 0; }
    std::optional<std::string> value(std::string_view name) const;
    std::vector<std::string> values(std::string_view name) const;
    // A number from 1 to `most`.
    std::optional<std::size_t> number(std::string_view name, std::size_t most) const;
    // A time such as 250ms or 2s.
    std::optional<fairway::duration> time(std::string_view name) const;

private:
    std::multimap<std::string, std::string, std::less<>> values_;
    std::vector<std::string> rest_;
};

// A channel's or a group's name, as it stands there.
std::string const& checked_name(std::string const& name, std::string_view what);
// The name of a channel, or of one's dead letters.
std::string const& checked_channel(std::string const& name);

// NAME, NAME:2 or NAME:2.1.
std::pair<std::string, fairway::message_version> type_of(std::string_view text);

// "name=value"
std::pair<std::string, std::string> pair_of(std::string const& text);

// Text itself, @file, or - for the standard input. Throws usage_error where it can't be read.
std::string body_of(std::string const& text);

} // namespace cli

#endif
