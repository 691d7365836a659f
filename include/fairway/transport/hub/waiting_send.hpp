// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_HUB_WAITING_SEND_HPP
#define FAIRWAY_TRANSPORT_HUB_WAITING_SEND_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/execute.hpp>
#include <fairway/env/suspend.hpp>
#include <fairway/transport/seam.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace fairway::hub_detail {

// A send that waits for room: its envelopes go in one after another, in the order of the senders. Guarded by the
// channel's locks until it is finished, then used on its executor only.
struct waiting_send {
    std::vector<envelope> envelopes;
    std::vector<outcome> outcomes;
    std::vector<outcome>* into = nullptr;
    std::optional<env::continuation> done;
    asio::any_io_executor executor;
    // Keeps alive what drops this when the executor's context ends.
    std::shared_ptr<void> through;
    std::unique_ptr<env::alarm> alarm;
    // Sent by a handler of this very channel.
    bool inner = false;
    bool finished = false;

    // What has not gone in fails with `why`; no error where all has.
    void finish(error_code why) {
        finished = true;
        outcomes.resize(envelopes.size(), outcome{why, acceptance::local});
    }
};

// Sends that have ended. Their senders are told by posting, for what runs then may send again.
class finished_sends {
public:
    void add(std::shared_ptr<waiting_send> const& w, error_code why) {
        w->finish(why);
        all_.push_back(w);
    }
    void tell() const {
        for (auto const& w : all_) {
            env::post(w->executor, [w] {
                w->alarm.reset();
                w->through.reset();
                env::continuation done(std::move(*w->done));
                w->done.reset();
                *w->into = std::move(w->outcomes);
                env::resume(std::move(done));
            });
        }
    }

private:
    std::vector<std::shared_ptr<waiting_send>> all_;
};

// Calls `give_up(w, why)` where `w` is cancelled.
template <class GiveUp>
void on_cancellation(std::shared_ptr<waiting_send> const& w, env::continuation const& done, GiveUp give_up) {
    auto slot = asio::get_associated_cancellation_slot(done);
    if (!slot.is_connected()) return;
    slot.assign([weak = std::weak_ptr(w), give_up = std::move(give_up)](asio::cancellation_type) {
        if (auto const cancelled = weak.lock()) give_up(cancelled, errc::cancelled);
    });
}

// Calls `give_up(w, why)` where `w` has not gone in by `deadline`.
template <class GiveUp>
void on_deadline(std::shared_ptr<waiting_send> const& w, env::steady_point deadline, GiveUp give_up) {
    if (deadline == env::steady_point::max()) return;
    env::post(w->executor, [w, deadline, give_up = std::move(give_up)] {
        if (!w->done) return;
        w->alarm = env::clock::of(w->executor).make_alarm(w->executor);
        w->alarm->set(deadline, [weak = std::weak_ptr(w), give_up] {
            if (auto const late = weak.lock()) give_up(late, errc::queue_full);
        });
    });
}

} // namespace fairway::hub_detail

#endif
