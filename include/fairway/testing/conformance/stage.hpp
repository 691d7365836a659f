// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_CONFORMANCE_STAGE_HPP
#define FAIRWAY_TESTING_CONFORMANCE_STAGE_HPP

#include <fairway/envelope/time.hpp>
#include <fairway/transport/any_transport.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::testing::conformance {

/// One end of the transport under test, as one process would have it: a connection of its own.
struct participant {
    /// Its way into the transport.
    any_transport net;
    /// Which one it is, for `stage::drop`, `cut` and `restore`.
    std::size_t id = 0;
};

/// What the author of a transport writes, so that the suite can run on it: how participants come and go, and how time
/// passes there.
///
/// Everything happens inside `run_until` and `pass`, on the calling thread: handlers, completions, alarms. Nothing is
/// expected to happen at once. Cases are run one after another on one stage and may share a broker: all names that they
/// use come from `unique`.
class stage {
public:
    stage() = default;
    stage(stage const&) = delete;
    stage& operator=(stage const&) = delete;
    virtual ~stage() = default;

    /// The name of the transport in reports: "inproc".
    virtual std::string_view name() const = 0;
    /// Another participant; all participants of a stage can reach each other.
    virtual participant connect() = 0;
    /// Lets things happen until `done()` is true, which is asked between any two of them; false where it is not after
    /// `most`. May return early where nothing can happen any more.
    virtual bool run_until(std::function<bool()> const& done, duration most) = 0;
    /// Lets things happen for `d`.
    virtual void pass(duration d) = 0;
    /// A participant vanishes, as a process that is killed: it settles nothing, says goodbye to nobody, and nothing of
    /// it runs any more. What a case still holds of it may be used, without effect, and destroyed.
    virtual void drop(participant const& who) = 0;
    /// A name for a channel or group that nobody has used on this transport, made from `name`, at most 30 characters
    /// longer.
    virtual std::string unique(std::string_view name) = 0;
    /// How long nothing has to happen to conclude that nothing will; the unit of all times in cases. Shorter than the
    /// time that the transport gives the owner of a shard to finish before it takes the shard away.
    virtual duration quiet() const = 0;
    /// How long what is to happen may take.
    virtual duration patience() const { return std::chrono::seconds(30); }

    /// How much two clocks of the stage may differ, those of participants and of what carries their messages.
    virtual duration clock_error() const { return duration::zero(); }

    /// How many messages wait in a channel of `connect_narrow` before its senders do; 0 where the stage has no such
    /// place. At least 2 otherwise.
    virtual std::size_t narrow_room() const { return 0; }
    /// A participant of another place, where few messages find room in a channel.
    virtual participant connect_narrow() { return connect(); }

    /// True where participants may be used by several threads at a time.
    virtual bool threads() const { return false; }
    /// Runs each job on a thread of its own, and what happens on the stage meanwhile on this one; returns when all jobs
    /// have returned. Jobs do not throw.
    virtual void together(std::vector<std::function<void()>> jobs) { jobs.clear(); }

    /// True where `cut` and `restore` work.
    virtual bool can_cut() const { return false; }
    /// The participant's connections break, and new ones fail until `restore`.
    virtual void cut(participant const& who) { static_cast<void>(who); }
    /// The participant may connect again, and does so by itself.
    virtual void restore(participant const& who) { static_cast<void>(who); }

    /// How long a cut lasts for the transport to give up what it keeps for connections that come back soon.
    virtual duration long_cut() const { return 2 * quiet(); }

    /// True where time only passes inside of `run_until` and `pass`: on a manual clock, or under simulation.
    virtual bool virtual_time() const { return false; }

    /// What the transport says that it can do. Asked once.
    capabilities const& able() {
        if (!able_) {
            auto const asked = connect();
            able_ = asked.net.describe();
            drop(asked);
        }
        return *able_;
    }

    /// Keeps what a case has made for a participant, a service or a consumer, until `clear`.
    void keep(std::size_t owner, std::shared_ptr<void> what) { things_.push_back({owner, std::move(what)}); }
    /// Keeps what such things refer to; it ends after all of them.
    void keep_state(std::shared_ptr<void> state) { states_.push_back(std::move(state)); }
    /// Ends what a participant has, from the last one to the first one.
    void end_things_of(std::size_t owner) {
        for (auto one = things_.rbegin(); one != things_.rend(); ++one)
            if (one->owner == owner) one->what.reset();
    }
    /// Ends all that a case has made and all participants. Called after each case.
    void clear() {
        while (!things_.empty()) things_.pop_back();
        end();
        states_.clear();
    }

protected:
    /// Something that a case has made.
    struct thing {
        /// For which participant.
        std::size_t owner;
        /// It.
        std::shared_ptr<void> what;
    };
    /// All of them, for stages that end them in an order of their own.
    std::vector<thing>& things() noexcept { return things_; }
    /// Ends all participants.
    virtual void end() = 0;

private:
    std::optional<capabilities> able_;
    std::vector<thing> things_;
    std::vector<std::shared_ptr<void>> states_;
};

} // namespace fairway::testing::conformance

#endif
