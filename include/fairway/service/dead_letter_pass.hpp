// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_SERVICE_DEAD_LETTER_PASS_HPP
#define FAIRWAY_SERVICE_DEAD_LETTER_PASS_HPP

#include <fairway/env/doorbell.hpp>
#include <fairway/service/dead_letter_choice.hpp>
#include <fairway/transport/any_transport.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fairway::detail {

// One look into a dead-letter channel. It holds all that it received until it ends, so that nothing comes twice; then
// what was not accepted goes back, however it ends. Used on the transport's executor but for `ready`.
class letter_pass final : public receiver {
public:
    letter_pass(any_transport& net, subscription what, std::string channel, std::string group)
        : channel_(std::move(channel)),
          group_(std::move(group)),
          most_(what.prefetch),
          connected_(net.describe().level < acceptance::broker), // a broker has to be met first
          bell_(std::make_shared<env::doorbell>(net.get_executor())),
          source_(net.listen(what, *this)) {}
    ~letter_pass() override {
        source_->pause();
        std::vector<settlement> back;
        for (auto const& h : held_)
            if (!h.settled) back.push_back({h.tag, false});
        source_->settle(back);
        source_->close();
    }

    void ready() noexcept override { bell_->ring(); }

    // Receives until all that `which` can take is there, or nothing came for a while, or no more may be held; then
    // stops intake. Throws `not_connected` where the transport says that nothing can come.
    task<> gather(which_letters which, duration quiet) {
        which_letters const fresh = which;
        while (!which.satisfied() && held_.size() < most_) {
            if (read_notices()) which = fresh;
            if (receive(which) > 0) continue;
            bool const rung = co_await bell_->wait(connected_ ? quiet : std::max(quiet, to_connect));
            if (rung) continue;
            if (!connected_) fail(errc::not_connected, "reading dead letters");
            break;
        }
        source_->pause();
        missing_ = which.missing();
        full_ = !which.satisfied() && held_.size() == most_;
    }

    // The places of the letters that were taken, in their order in the channel.
    std::vector<std::size_t> const& taken() const noexcept { return taken_; }
    dead_letter const& letter(std::size_t place) const noexcept { return held_[place].letter; }
    std::vector<message_id> const& missing() const noexcept { return missing_; }
    // True where it held so many that it could not look any further.
    bool is_full() const noexcept { return full_; }

    // Removes letters from the channel.
    void accept(std::vector<std::size_t> const& places) {
        std::vector<settlement> done;
        for (auto const p : places) {
            held_[p].settled = true;
            done.push_back({held_[p].tag, true});
        }
        source_->settle(done);
    }

private:
    // How long a broker may take to let somebody in.
    static constexpr duration to_connect = std::chrono::seconds(2);
    struct held {
        dead_letter letter;
        std::uint64_t tag = 0;
        bool settled = false;
    };

    // True where what was received will come again.
    bool read_notices() {
        std::vector<notice> all;
        source_->notices(all);
        bool again = false;
        for (auto const& n : all) {
            if (n.what == notice_kind::connected) connected_ = true;
            if (n.what != notice_kind::disconnected) continue;
            connected_ = false;
            again = true;
        }
        if (again) {
            held_.clear();
            taken_.clear();
        }
        return again;
    }

    std::size_t receive(which_letters& which) {
        constexpr std::size_t at_once = 64;
        std::vector<delivery> batch;
        source_->receive(batch, std::min(at_once, most_ - held_.size()));
        if (!batch.empty()) connected_ = true;
        for (auto const& d : batch) {
            held_.push_back({{}, d.tag(), false}); // first: it has to go back, whatever is thrown
            held_.back().letter = read_dead_letter(d.message(), channel_, group_);
            if (!which.satisfied() && which.take(held_.back().letter)) taken_.push_back(held_.size() - 1);
        }
        return batch.size();
    }

    std::string channel_;
    std::string group_;
    std::size_t most_;
    bool connected_;
    std::shared_ptr<env::doorbell> bell_;
    std::vector<held> held_;
    std::vector<std::size_t> taken_;
    std::vector<message_id> missing_;
    bool full_ = false;
    std::shared_ptr<source> source_;
};

} // namespace fairway::detail

#endif
