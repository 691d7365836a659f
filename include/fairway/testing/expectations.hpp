// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_EXPECTATIONS_HPP
#define FAIRWAY_TESTING_EXPECTATIONS_HPP

#include <fairway/contract/channel.hpp>
#include <fairway/port/dead_letters.hpp>
#include <fairway/port/request.hpp>
#include <fairway/testing/traffic.hpp>
#include <fairway/testing/unmet.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::testing {

/// A message that a group could not handle.
struct dead_letter {
    /// The wire name of its contract.
    std::string type;
    /// Why: the code of a fault, or "handler_failed", "decode_failed", "unknown_type", "unknown_version", "too_large",
    /// "too_many_attempts", "expired".
    std::string code;
    /// More for people.
    std::string text;
    /// How often it had been delivered.
    std::uint32_t attempts = 1;
    /// Its body as bytes.
    std::string body;
};

namespace detail {

template <class M, class Channel>
consteval bool looked_for() {
    static_assert(carries<Channel, M>, "fairway: this channel does not carry the message that the test looks for");
    return carries<Channel, M>;
}

template <class M>
M read(envelope const& e) {
    std::optional<M> storage;
    M const& m = fairway::detail::body_as<M>(e, storage);
    if (storage) return std::move(*storage);
    return m;
}

} // namespace detail

/// What a test asks of the traffic that a bench saw; a part of `bench`. It knows no test framework: an expectation that
/// is not met throws `unmet`. Every question first lets the bench settle.
class expectations {
public:
    expectations(expectations const&) = delete;
    expectations& operator=(expectations const&) = delete;

    /// The messages `M` that were sent to `Channel` and accepted, in their order. Throws `errc::decode_failed` for one
    /// that is not what its type says.
    template <channel Channel, message M>
    std::vector<M> sent() {
        return find<Channel, M>([](M const&) { return true; });
    }
    /// The one message `M` that was sent to `Channel`; throws `unmet` for none or several.
    template <channel Channel, message M>
    M expect_sent() {
        return the_one<Channel>(sent<Channel, M>(), wire_name<M>, "");
    }
    /// The one message `M` that was sent to `Channel` and for which `which(M const&)` is true; throws `unmet` for none
    /// or several.
    template <channel Channel, message M, std::predicate<M const&> Which>
    M expect_sent(Which which) {
        return the_one<Channel>(find<Channel, M>(which), wire_name<M>, " for which the predicate is true");
    }
    /// Throws `unmet` if an `M` was sent to `Channel`.
    template <channel Channel, message M>
    void expect_none() {
        if (auto const n = sent<Channel, M>().size())
            fail("expected no " + std::string(wire_name<M>) + " on " + std::string(Channel::name), n);
    }
    /// Throws `unmet` if anything was sent to `Channel`.
    template <channel Channel>
    void expect_silence() {
        std::size_t n = 0;
        for (auto const& s : look())
            if (s.what == movement::sent && s.channel == Channel::name && s.end != fate::refused) ++n;
        if (n > 0) fail("expected nothing on " + std::string(Channel::name), n);
    }

    /// The messages `M` that the service named `group` took from `Channel`, in their order; one that was delivered
    /// again counts again.
    template <channel Channel, message M>
    std::vector<M> received(std::string_view group) {
        static_assert(detail::looked_for<M, Channel>());
        std::vector<M> all;
        for (auto const& s : look())
            if (s.what == movement::received && s.channel == Channel::name && s.group == group &&
                s.message.type() == wire_name<M>)
                all.push_back(detail::read<M>(s.message));
        return all;
    }

    /// The replies `R` to requests that were sent to `Channel`, in their order.
    template <channel Channel, message R>
    std::vector<R> replies() {
        std::vector<R> all;
        for (auto const& s : look())
            if (answers<Channel>(s) && s.message.type() == wire_name<R>) all.push_back(detail::read<R>(s.message));
        return all;
    }
    /// The faults with which requests that were sent to `Channel` were answered, in their order.
    template <channel Channel>
    std::vector<fault> faults() {
        std::vector<fault> all;
        for (auto const& s : look())
            if (answers<Channel>(s) && is_fault(s)) all.push_back(fairway::detail::read_fault(s.message));
        return all;
    }
    /// The one fault with `code` that answered a request on `Channel`; throws `unmet` for none or several.
    template <channel Channel>
    fault expect_fault(std::string_view code) {
        auto all = faults<Channel>();
        std::erase_if(all, [code](fault const& f) { return f.code() != code; });
        return the_one<Channel>(std::move(all), "fault " + std::string(code), "");
    }

    /// What the service named `group` could not handle of `Channel`, in the order in which it gave up.
    template <channel Channel>
    std::vector<dead_letter> dead_letters(std::string_view group) {
        auto const channel = dead_letter_channel(Channel::name, group);
        std::vector<dead_letter> all;
        for (auto const& s : look())
            if (s.what == movement::sent && s.channel == channel && s.end == fate::accepted)
                all.push_back(letter(s.message));
        return all;
    }
    /// The one dead letter with `code` of `Channel` and `group`; throws `unmet` for none or several.
    template <channel Channel>
    dead_letter expect_dead_letter(std::string_view group, std::string_view code) {
        auto all = dead_letters<Channel>(group);
        std::erase_if(all, [code](dead_letter const& d) { return d.code != code; });
        return the_one<Channel>(std::move(all), "dead letter " + std::string(code) + " of " + std::string(group), "");
    }

    /// All that was seen, in the order in which it happened.
    std::vector<sighting> seen() { return look(); }
    /// All that was seen, one line each; see `to_string(sighting)`.
    std::string traffic() {
        std::string text;
        for (auto const& s : look()) text.append(to_string(s)).append("\n");
        return text;
    }
    /// Forgets what was seen, so that the next expectations are about what comes.
    void forget() {
        look();
        log_->clear();
    }

protected:
    expectations() : log_(std::make_shared<traffic_log>()) {}
    ~expectations() = default;
    /// Where the transport records.
    std::shared_ptr<traffic_log> const& log() const noexcept { return log_; }

private:
    virtual void before_looking() = 0;

    std::vector<sighting> look() {
        before_looking();
        return log_->all();
    }

    template <class Channel>
    static bool answers(sighting const& s) {
        return s.what == movement::replied && s.channel == Channel::name && s.end != fate::refused;
    }

    template <class Channel, class M, class Which>
    std::vector<M> find(Which which) {
        static_assert(detail::looked_for<M, Channel>());
        std::vector<M> all;
        for (auto const& s : look()) {
            if (s.what != movement::sent || s.channel != Channel::name || s.end != fate::accepted) continue;
            if (s.message.type() != wire_name<M>) continue;
            M m = detail::read<M>(s.message);
            if (which(std::as_const(m))) all.push_back(std::move(m));
        }
        return all;
    }

    template <class Channel, class T>
    T the_one(std::vector<T> found, std::string_view what, std::string_view condition) {
        if (found.size() == 1) return std::move(found.front());
        fail("expected one " + std::string(what) + " on " + std::string(Channel::name) + std::string(condition),
            found.size());
    }

    static dead_letter letter(envelope const& e) {
        auto const value = [&e](std::string_view name) { return std::string(e.headers().find(name).value_or("")); };
        dead_letter d;
        d.type = e.type();
        d.code = value("fw-dead-code");
        d.text = value("fw-dead-text");
        auto const attempts = value("fw-dead-attempts");
        if (!attempts.empty()) d.attempts = static_cast<std::uint32_t>(std::stoul(attempts));
        d.body = e.body();
        return d;
    }

    [[noreturn]] void fail(std::string expected, std::size_t found) const {
        expected.append(", saw ").append(found == 0 ? "none" : std::to_string(found));
        // The newest are the most telling, and a failing test should fit a screen.
        constexpr std::size_t most = 40;
        std::vector<std::string> lines;
        for (auto const& s : log_->all())
            if (s.what != movement::received) lines.push_back(to_string(s));
        if (lines.empty()) throw unmet(expected + "; nothing was sent at all");
        expected.append("; this was sent:");
        std::size_t const first = lines.size() > most ? lines.size() - most : 0;
        if (first > 0) expected.append("\n  (" + std::to_string(first) + " before)");
        for (std::size_t i = first; i < lines.size(); ++i) expected.append("\n  ").append(lines[i]);
        throw unmet(expected);
    }

    std::shared_ptr<traffic_log> log_;
};

} // namespace fairway::testing

#endif
