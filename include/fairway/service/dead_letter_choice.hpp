// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_SERVICE_DEAD_LETTER_CHOICE_HPP
#define FAIRWAY_SERVICE_DEAD_LETTER_CHOICE_HPP

#include <fairway/error.hpp>
#include <fairway/port/dead_letter.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace fairway {

/// Which letters an operation of a `dead_letter_box` takes: `box.replay(which_letters::all())`, `box.replay(id)`.
class which_letters {
public:
    /// The one with this id.
    which_letters(message_id one) : wanted_{one} {} // NOLINT: implicit on purpose
    /// Those with these ids.
    explicit which_letters(std::vector<message_id> ids) : wanted_(std::move(ids)) {}

    /// All of them.
    static which_letters all() {
        which_letters w;
        w.all_ = true;
        return w;
    }
    /// Those for which `test` is true. It must not use the box.
    static which_letters where(std::function<bool(dead_letter const&)> test) {
        which_letters w;
        w.test_ = std::move(test);
        return w;
    }

    /// True where no letter is left out.
    bool is_all() const noexcept { return all_; }
    /// True where nothing that comes could still be taken.
    bool satisfied() const noexcept { return !all_ && !test_ && wanted_.empty(); }
    /// Takes the letter, or does not; a letter of a wanted id is taken once.
    bool take(dead_letter const& letter) {
        if (all_) return true;
        if (test_) return test_(letter);
        return std::erase(wanted_, letter.id) > 0;
    }
    /// The ids that were wanted and not taken.
    std::vector<message_id> const& missing() const noexcept { return wanted_; }

private:
    which_letters() = default;

    bool all_ = false;
    std::function<bool(dead_letter const&)> test_;
    std::vector<message_id> wanted_;
};

/// What `dead_letter_box::replay` does with chosen messages that are no dead letters.
enum class strays {
    keep,   ///< leaves them where they are
    replay, ///< sends them to the box's channel
};

/// What became of the letters that were to be replayed. What was not replayed is where it was.
struct replay_result {
    /// A letter that could not be replayed.
    struct refusal {
        /// Which.
        message_id id;
        /// Why: what the channel answered, or `errc::unroutable` for a letter of another channel or group, or
        /// `errc::encode_failed` for one whose body was lost when it died.
        error_code error;
    };

    /// How many were sent and have left the dead-letter channel.
    std::size_t replayed = 0;
    /// How many chosen messages were left because they are no dead letters.
    std::size_t strays = 0;
    /// Those that could not be replayed.
    std::vector<refusal> refused;
    /// The ids that were asked for and are not there.
    std::vector<message_id> missing;
    /// True where there may be more letters than the box looked at: see `dead_letter_options::reach`.
    bool more = false;
};

/// How a `dead_letter_box` works: `dead_letter_options().quiet(2s)`.
class dead_letter_options {
public:
    /// Quiet after 250 ms, 10,000 letters, 30 s of patience.
    dead_letter_options() noexcept {} // NOLINT: not an aggregate, so that a temporary may stand beside co_await

    /// When nothing came for so long, there are no more letters. More for brokers that are slow to
    /// connect, and where there is none (6 s).
    dead_letter_options& quiet(duration d) & {
        if (d < duration::zero()) detail::fail(errc::invalid_argument, "quiet is not negative");
        quiet_ = d;
        return *this;
    }
    /// When nothing came for so long, there are no more letters.
    dead_letter_options&& quiet(duration d) && { return std::move(quiet(d)); }
    /// At how many letters one operation looks, at most; it holds them until it ends. 1 to 10,000.
    dead_letter_options& reach(std::size_t n) & {
        if (n == 0 || n > most_reach) detail::fail(errc::invalid_argument, "reach is 1 to 10,000");
        reach_ = n;
        return *this;
    }
    /// At how many letters one operation looks, at most.
    dead_letter_options&& reach(std::size_t n) && { return std::move(reach(n)); }
    /// How long a replay waits for room in a full channel.
    dead_letter_options& patience(duration d) & {
        if (d < duration::zero()) detail::fail(errc::invalid_argument, "patience is not negative");
        patience_ = d;
        return *this;
    }
    /// How long a replay waits for room in a full channel.
    dead_letter_options&& patience(duration d) && { return std::move(patience(d)); }

    /// When there are no more letters.
    duration quiet() const noexcept { return quiet_; }
    /// At how many letters it looks.
    std::size_t reach() const noexcept { return reach_; }
    /// How long it waits for room.
    duration patience() const noexcept { return patience_; }

private:
    static constexpr std::size_t most_reach = 10'000;

    duration quiet_ = std::chrono::milliseconds(250);
    std::size_t reach_ = most_reach;
    duration patience_ = std::chrono::seconds(30);
};

} // namespace fairway

#endif
