// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What senders were told of their messages and what receivers have handled, and what is wrong with it.
#ifndef FAIRWAY_TESTS_STRESS_CHAOS_LEDGER_HPP
#define FAIRWAY_TESTS_STRESS_CHAOS_LEDGER_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace chaos {

/// What happened to a message: it was handled, or its sender was told how its send ended.
enum class happened : std::uint16_t { handled = 1, accepted = 2, refused = 4, unknown = 8 };

/// What has to hold, besides that nothing is lost.
struct promises {
    bool order; // the messages of a key are handled for the first time in the order in which they were sent
    bool once;  // nothing is handled again
};

template <std::size_t Keys>
class ledger {
public:
    explicit ledger(promises p) : promises_(p) {}

    /// `n` counts the messages of the key, from 1 on; 0 does not count.
    void add(happened what, std::uint32_t who, std::uint32_t key, std::uint64_t n, std::int64_t sent) {
        auto& k = keys_.at(key);
        if (what == happened::handled) k.newest_handled = std::max(k.newest_handled, sent);
        if (what == happened::accepted) k.newest_accepted = std::max(k.newest_accepted, sent);
        if (n == 0) return;
        if (n >= k.known.size()) k.known.resize(n + n / 2 + 64);
        auto& known = k.known[n];
        bool const fresh = !is(known, what);
        known |= static_cast<std::uint8_t>(what);
        switch (what) {
        case happened::handled:
            ++handled_;
            again_ += !fresh;
            if (!fresh) break;
            if (promises_.order && n < k.last && errors_.size() < 5)
                errors_.push_back("receiver " + std::to_string(who) + " handled " + name(key, n) + " after message " +
                                  std::to_string(k.last));
            k.last = std::max(k.last, n);
            if (is(known, happened::accepted)) --missing_;
            break;
        case happened::accepted:
            ++accepted_;
            if (!is(known, happened::handled)) ++missing_;
            break;
        case happened::refused: ++refused_; break;
        case happened::unknown: ++unknown_; break;
        }
    }
    /// How many were handled, how many of them again; how many sends ended in each of the ways.
    std::uint64_t handled() const noexcept { return handled_; }
    std::uint64_t again() const noexcept { return again_; }
    std::uint64_t accepted() const noexcept { return accepted_; }
    std::uint64_t refused() const noexcept { return refused_; }
    std::uint64_t unknown() const noexcept { return unknown_; }
    /// Of how many keys nothing was accepted, and nothing handled, that was sent then or later.
    std::pair<std::size_t, std::size_t> behind(std::int64_t time) const noexcept {
        std::pair<std::size_t, std::size_t> n;
        for (auto const& k : keys_) {
            n.first += k.newest_accepted < time;
            n.second += k.newest_handled < time;
        }
        return n;
    }
    /// There is no such key.
    bool is_up_to(std::int64_t time) const noexcept { return behind(time) == std::pair<std::size_t, std::size_t>(); }
    /// All that was accepted was handled.
    bool is_complete() const noexcept { return missing_ == 0; }
    /// What is wrong, once all sends have ended.
    std::vector<std::string> errors() const {
        auto wrong = errors_;
        look_for(
            wrong, "were lost", [](std::uint8_t k) { return is(k, happened::accepted) && !is(k, happened::handled); });
        look_for(wrong, "were refused, and handled nevertheless",
            [](std::uint8_t k) { return is(k, happened::refused) && is(k, happened::handled); });
        look_for(wrong, "were handled that nobody sent",
            [](std::uint8_t k) { return k == static_cast<std::uint8_t>(happened::handled); });
        if (promises_.once && again_ > 0) wrong.push_back(std::to_string(again_) + " were handled again");
        return wrong;
    }

private:
    struct of_key {
        std::vector<std::uint8_t> known; // of each message, what happened
        std::uint64_t last = 0;          // of those that were handled
        std::int64_t newest_handled = 0;
        std::int64_t newest_accepted = 0;
    };
    static bool is(std::uint8_t known, happened what) noexcept { return (known & static_cast<unsigned>(what)) != 0; }
    static std::string name(std::size_t key, std::uint64_t n) {
        return "message " + std::to_string(n) + " of key " + std::to_string(key);
    }
    template <class Bad>
    void look_for(std::vector<std::string>& wrong, char const* what, Bad bad) const {
        std::uint64_t count = 0;
        std::string first;
        for (std::size_t key = 0; key < Keys; ++key)
            for (std::uint64_t n = 1; n < keys_[key].known.size(); ++n)
                if (bad(keys_[key].known[n]) && count++ == 0) first = name(key, n);
        if (count > 0) wrong.push_back(std::to_string(count) + " " + what + ", the first is " + first);
    }

    promises promises_;
    std::array<of_key, Keys> keys_{};
    std::uint64_t handled_ = 0;
    std::uint64_t again_ = 0;
    std::uint64_t accepted_ = 0;
    std::uint64_t refused_ = 0;
    std::uint64_t unknown_ = 0;
    std::uint64_t missing_ = 0; // accepted, and not handled yet
    std::vector<std::string> errors_;
};

} // namespace chaos

#endif
