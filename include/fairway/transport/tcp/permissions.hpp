// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_PERMISSIONS_HPP
#define FAIRWAY_TRANSPORT_TCP_PERMISSIONS_HPP

#include <fairway/contract/name.hpp>
#include <fairway/transport/secret_file.hpp>
#include <fairway/transport/tcp/principal.hpp>
#include <fairway/transport/tcp/text_file.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway {

/// Who may send into a channel, and who may receive from it. Without rules everybody may everything; as soon as there
/// is one, nobody may anything that no rule allows. Immutable, so that it may be shared.
///
/// Its text has the rules of one principal in each line; `#` begins a comment:
///
///     checkout: send orders, receive orders.events
///     billing: receive orders.events as billing, receive audit.*
///     *: receive public.*
///
/// `*` as principal is everybody who is authenticated. A channel is an exact name, a prefix that ends with `*`, or `*`
/// for all of them. `as` names the consumer group, by the same patterns: who may receive as another service's group can
/// take its messages away. Without it, any group. Lines of one principal add up.
class permissions {
public:
    /// The most rules, that is: of `send` and `receive`.
    static constexpr std::size_t most = 10'000;
    /// The most bytes of the text.
    static constexpr std::size_t most_bytes = 1 << 20;

    /// No rules: everybody may everything.
    permissions() = default;

    /// Reads the text; throws `errc::invalid_argument` with the number of the line that is wrong and what is wrong with
    /// it. A text without any rule is refused, since it would allow everything.
    static permissions parse(std::string_view text) {
        permissions made;
        tcp_detail::for_each_line("permissions", text, most_bytes, [&](std::string_view line, auto const& fail) {
            // A principal may have colons in it (a SPIFFE id): the blank behind it tells.
            std::size_t colon = 0;
            do colon = line.find(':', colon + 1);
            while (colon != std::string_view::npos && colon + 1 < line.size() && !blank(line[colon + 1]));
            if (colon == std::string_view::npos) fail("a line is principal: send channel, receive channel as group");
            auto const who = tcp_detail::trimmed(line.substr(0, colon));
            if (who != "*" && !tcp_detail::is_valid_principal(who)) fail(tcp_detail::invalid_principal);
            auto& rules = made.rules_[std::string(who)];
            auto rest = line.substr(colon + 1);
            for (bool more = true; more;) {
                auto const comma = rest.find(',');
                more = comma != std::string_view::npos;
                if (++made.size_ > most) fail("there are more than 10000 rules");
                rules.push_back(read_rule(rest.substr(0, comma), fail));
                rest.remove_prefix(more ? comma + 1 : rest.size());
            }
        });
        if (made.size_ == 0)
            detail::fail(errc::invalid_argument,
                "permissions: there is no rule; to allow everybody everything, give no permissions at all");
        return made;
    }
    /// Reads the file; throws as `parse`, and `errc::invalid_argument` where it cannot be read.
    static permissions load(std::string const& path) {
        return parse(detail::read_text_file("permissions", path, most_bytes).view());
    }

    /// How many rules there are.
    std::size_t size() const noexcept { return size_; }

    /// True if `principal` may send into the channel. Empty: somebody who is not authenticated.
    bool may_send(std::string_view principal, std::string_view channel) const noexcept {
        return may(principal, [&](rule const& r) { return r.send && matches(r.channel, channel); });
    }
    /// True if `principal` may receive from the channel as a member of the group. Empty: not authenticated.
    bool may_receive(std::string_view principal, std::string_view channel, std::string_view group) const noexcept {
        return may(principal,
            [&](rule const& r) { return !r.send && matches(r.channel, channel) && matches(r.group, group); });
    }

private:
    struct rule {
        bool send = false;
        std::string channel; // patterns
        std::string group;
    };

    static constexpr bool blank(char c) noexcept { return c == ' ' || c == '\t'; }
    static bool matches(std::string_view pattern, std::string_view name) noexcept {
        return pattern.ends_with('*') ? name.starts_with(pattern.substr(0, pattern.size() - 1)) : name == pattern;
    }
    static bool is_pattern(std::string_view text, bool (&is_name)(std::string_view) noexcept) noexcept {
        if (text == "*") return true;
        return is_name(text.ends_with('*') ? text.substr(0, text.size() - 1) : text);
    }
    // The word at the front, and the rest.
    static std::string_view take_word(std::string_view& text) noexcept {
        text = tcp_detail::trimmed(text);
        auto const end = static_cast<std::size_t>(std::find_if(text.begin(), text.end(), blank) - text.begin());
        auto const word = text.substr(0, end);
        text.remove_prefix(end);
        return word;
    }

    template <class Fail>
    static rule read_rule(std::string_view text, Fail const& fail) {
        auto const verb = take_word(text);
        if (verb.empty()) fail("a permission is missing: send channel, or receive channel");
        if (verb != "send" && verb != "receive") fail("a permission begins with send or receive");
        auto const channel = take_word(text);
        if (!is_pattern(channel, is_valid_channel_name))
            fail("behind send or receive comes the name of a channel, a prefix and *, or * for all of them");
        rule made{verb == "send", std::string(channel), "*"};
        auto const as = take_word(text);
        if (as.empty()) return made;
        if (as != "as") fail("permissions are separated by commas");
        if (made.send) fail("as names a group to receive in, and does not go with send");
        auto const group = take_word(text);
        if (!is_pattern(group, is_valid_name))
            fail("behind as comes the name of a group, a prefix and *, or * for all of them");
        if (!take_word(text).empty()) fail("permissions are separated by commas");
        made.group = group;
        return made;
    }

    template <class Allows>
    bool may(std::string_view principal, Allows const& allows) const noexcept {
        if (size_ == 0) return true;
        if (principal.empty() || principal == "*") return false;
        for (std::string_view const who : {principal, std::string_view("*")}) {
            auto const at = rules_.find(who);
            if (at != rules_.end() && std::any_of(at->second.begin(), at->second.end(), allows)) return true;
        }
        return false;
    }

    std::map<std::string, std::vector<rule>, std::less<>> rules_;
    std::size_t size_ = 0;
};

} // namespace fairway

#endif
