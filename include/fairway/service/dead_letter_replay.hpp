// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_SERVICE_DEAD_LETTER_REPLAY_HPP
#define FAIRWAY_SERVICE_DEAD_LETTER_REPLAY_HPP

#include <fairway/env/random.hpp>
#include <fairway/env/turns.hpp>
#include <fairway/port/dead_letters.hpp>
#include <fairway/service/dead_letter_pass.hpp>
#include <fairway/transport/flush_by.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fairway::detail {

// What the copies of a box share; kept by its operations.
struct letter_box_core {
    letter_box_core(any_transport transport, address channel, std::string reader, dead_letter_options const& how)
        : net(std::move(transport)),
          able(net.describe()),
          to(std::move(channel)),
          group(std::move(reader)),
          dead(dead_letter_channel(to.channel, group)),
          options(how),
          executor(net.get_executor()),
          order(std::make_shared<env::turns>(executor)) {
        if (!is_valid_name(to.channel)) fail(errc::invalid_name, "channel name");
        if (!is_valid_name(group)) fail(errc::invalid_name, "group name");
        if (!able.point_to_point) fail(errc::unsupported, dead + ": point-to-point channels");
        // Or reading it would be the end of its letters.
        if (!able.redelivers) fail(errc::unsupported, dead + ": looking at messages without removing them");
    }

    subscription reading(std::size_t most) const {
        subscription what;
        what.from.channel = dead;
        what.group = group;
        what.prefetch = most;
        return what;
    }
    bool is_ours(dead_letter const& d) const { return d.channel == to.channel && d.group == group; }

    any_transport net;
    capabilities able;
    address to;
    std::string group;
    std::string dead;
    dead_letter_options options;
    asio::any_io_executor executor;
    std::shared_ptr<env::turns> order;
};

// Sends chosen letters of a pass back to their channel, some at a time; those that the channel has are removed.
class letter_replay {
public:
    letter_replay(letter_box_core& box, letter_pass& pass, strays others) : box_(box), pass_(pass), others_(others) {
        // What is accepted of a log is all up to a letter: each has to be accepted before the next one is sent.
        if (box_.able.settles_prefix) at_once_ = 1;
    }

    task<replay_result> run() {
        result_.missing = pass_.missing();
        result_.more = pass_.is_full();
        for (std::size_t next = 0; next < pass_.taken().size() && !stopped_;) {
            next = prepare(next);
            if (messages_.empty()) continue;
            sink& out = open();
            auto const deadline = saturating_add(env::clock::of(box_.executor).steady_now(), box_.options.patience());
            auto start = [&](env::continuation c) {
                out.send(std::move(messages_), deadline, outcomes_, std::move(c));
            };
            co_await env::suspend(start);
            bool gone = true;
            try {
                if (is_here_alone()) gone = co_await flush_by(sink_, deadline);
            } catch (system_error const& e) {
                if (e.code() != errc::not_connected) throw;
                gone = false; // nobody comes for it: it stays here
            }
            learn(gone ? error_code() : errc::outcome_unknown);
        }
        co_return std::move(result_);
    }

private:
    // Makes messages of the letters from `next` on; returns where to go on.
    std::size_t prepare(std::size_t next) {
        messages_.clear();
        places_.clear();
        std::size_t bytes = 0;
        for (; next < pass_.taken().size() && messages_.size() < at_once_ && bytes < bytes_at_once; ++next) {
            auto const place = pass_.taken()[next];
            auto const& letter = pass_.letter(place);
            if (over_) {
                refuse(letter, over_);
            } else if (letter.stray && others_ == strays::keep) {
                ++result_.strays;
                stays();
            } else if (!box_.is_ours(letter)) {
                refuse(letter, errc::unroutable);
            } else if (add(letter)) {
                places_.push_back(place);
                bytes += messages_.back().footprint();
            }
            if (stopped_) break;
        }
        return next;
    }
    bool add(dead_letter const& letter) {
        try {
            messages_.push_back(replay_of(letter, box_.to.kind, box_.to.shards, env::random::of(box_.executor).next()));
            return true;
        } catch (system_error const& e) {
            refuse(letter, e.code());
        } catch (std::exception const&) {
            refuse(letter, errc::encode_failed); // a stray object with a codec of the user's own
        }
        return false;
    }
    void refuse(dead_letter const& letter, error_code why) {
        result_.refused.push_back({letter.id, why});
        stays();
    }
    // Of a log nothing behind a letter that stays can be removed.
    void stays() noexcept { stopped_ = stopped_ || box_.able.settles_prefix; }

    sink& open() {
        if (sink_) return *sink_;
        // Its copy of a published message is kept, even where no instance has subscribed since the channel was made.
        subscription what;
        what.from = box_.to;
        what.group = box_.group;
        if (box_.to.kind == channel_kind::publish_subscribe) box_.net.declare(what);
        sink_ = box_.net.open(box_.to);
        return *sink_;
    }

    // What was accepted is in this process, and ends with it: so it is to have left before its letter goes.
    bool is_here_alone() const noexcept { return !box_.able.central && box_.able.level == acceptance::local; }

    // `flushed` is an error where what was accepted may not have left.
    void learn(error_code flushed) {
        std::vector<std::size_t> sent;
        bool cancelled = false;
        for (std::size_t i = 0; i < places_.size(); ++i) {
            auto const why = outcomes_[i].error ? outcomes_[i].error : flushed;
            if (!why) {
                sent.push_back(places_[i]);
                continue;
            }
            cancelled = cancelled || why == errc::cancelled;
            refuse(pass_.letter(places_[i]), why);
            // A full or closed channel would keep each of the others waiting, or refuse them, too.
            if (why != condition::permanent) over_ = why;
        }
        pass_.accept(sent);
        result_.replayed += sent.size();
        if (cancelled) fail(errc::cancelled, "replay to " + box_.to.channel);
    }

    static constexpr std::size_t bytes_at_once = 1024 * 1024;

    letter_box_core& box_;
    letter_pass& pass_;
    strays others_;
    std::size_t at_once_ = 64;
    std::shared_ptr<sink> sink_;
    std::vector<envelope> messages_;
    std::vector<std::size_t> places_;
    std::vector<outcome> outcomes_;
    replay_result result_;
    error_code over_;
    bool stopped_ = false;
};

} // namespace fairway::detail

#endif
