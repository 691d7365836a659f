// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What receivers have handled, and what is wrong with it.
#ifndef FAIRWAY_TESTS_STRESS_CHAOS_LEDGER_HPP
#define FAIRWAY_TESTS_STRESS_CHAOS_LEDGER_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace chaos {

template <std::size_t Keys>
class handled_messages {
public:
    /// With order, each message of a key is handled for the first time when those before it were. What was handled may
    /// be handled again, by a receiver that goes back to what nobody has accepted: also in its order.
    explicit handled_messages(bool ordered) : ordered_(ordered) {}

    void add(std::uint32_t receiver, std::uint32_t key, std::uint64_t n, std::int64_t sent) {
        ++all_;
        auto& k = keys_.at(key);
        k.newest = std::max(k.newest, sent);
        if (n == 0) return;
        if (n >= k.there.size()) k.there.resize(n + n / 2 + 64);
        bool const fresh = !k.there[n];
        k.there[n] = true;
        again_ += !fresh;
        if (fresh && ordered_ && n > 1 && !k.there[n - 1] && errors_.size() < 5)
            errors_.push_back(
                "receiver " + std::to_string(receiver) + " handled " + name(key, n) + " before the one before it");
        k.count += fresh;
    }
    /// How many were handled, and how many of them again.
    std::uint64_t all() const noexcept { return all_; }
    std::uint64_t again() const noexcept { return again_; }
    /// Of each key something was handled that was sent then or later.
    bool is_up_to(std::int64_t time) const noexcept {
        return std::all_of(keys_.begin(), keys_.end(), [time](auto const& k) { return k.newest >= time; });
    }
    /// As many of each key as were accepted.
    bool is_complete(std::vector<std::uint64_t> const& accepted) const noexcept {
        for (std::size_t k = 0; k < Keys; ++k)
            if (keys_[k].count < accepted[k]) return false;
        return true;
    }
    /// What is wrong, all accepted messages given.
    std::vector<std::string> errors(std::vector<std::uint64_t> const& accepted) const {
        auto wrong = errors_;
        std::uint64_t lost = 0;
        std::string first;
        for (std::size_t key = 0; key < Keys; ++key) {
            auto const& k = keys_[key];
            for (std::uint64_t n = 1; n <= accepted[key]; ++n) {
                if (n < k.there.size() && k.there[n]) continue;
                if (lost++ == 0) first = name(key, n);
            }
            if (std::find(k.there.begin() + static_cast<long>(std::min(k.there.size(), accepted[key] + 1)),
                    k.there.end(), true) != k.there.end())
                wrong.push_back("messages of key " + std::to_string(key) + " were handled that nobody sent");
        }
        if (lost > 0) wrong.push_back(std::to_string(lost) + " were lost, the first is " + first);
        return wrong;
    }

private:
    struct of_key {
        std::vector<bool> there;
        std::uint64_t count = 0;
        std::int64_t newest = 0;
    };
    static std::string name(std::size_t key, std::uint64_t n) {
        return "message " + std::to_string(n) + " of key " + std::to_string(key);
    }

    bool ordered_;
    std::array<of_key, Keys> keys_{};
    std::uint64_t all_ = 0;
    std::uint64_t again_ = 0;
    std::vector<std::string> errors_;
};

} // namespace chaos

#endif
