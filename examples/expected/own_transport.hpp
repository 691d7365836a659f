// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The template of examples/17_own_transport filled in, by what there is: the loft is a hub of the in-process transport.
#ifndef PIGEON_TRANSPORT_HPP
#define PIGEON_TRANSPORT_HPP

#include <fairway/env/context_end.hpp>
#include <fairway/inproc.hpp>

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace pigeons {

using loft = fairway::inproc::hub;

// The sources of one participant: they leave when that is killed.
class sources final : public fairway::env::keeper {
public:
    std::shared_ptr<fairway::source> add(std::shared_ptr<fairway::source> one) {
        all_.push_back(one);
        return one;
    }
    void abandon() noexcept override {
        for (auto const& one : std::exchange(all_, {}))
            if (auto const s = one.lock()) s->close();
    }

private:
    std::vector<std::weak_ptr<fairway::source>> all_;
};

class pigeon : public fairway::inproc {
public:
    static constexpr std::string_view scheme = "pigeon";

    pigeon(fairway::asio::any_io_executor const& executor, std::shared_ptr<loft> const& to) : inproc(executor, *to) {
        fairway::env::context_end::tell(executor, mine_);
    }
    // Its stage has no narrow place.
    fairway::capabilities describe() const {
        auto c = inproc::describe();
        c.back_pressure = false;
        return c;
    }
    std::shared_ptr<fairway::source> listen(fairway::subscription const& from, fairway::receiver& told) {
        return mine_->add(inproc::listen(from, told));
    }
    fairway::reply_channel open_replies(fairway::receiver& told) {
        auto made = inproc::open_replies(told);
        mine_->add(made.replies);
        return made;
    }

private:
    std::shared_ptr<sources> mine_ = std::make_shared<sources>();
};

} // namespace pigeons

#endif
