// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What the suite has to know of the transport: how participants come and go. Time is virtual here: it passes where
// nothing else is left to do, so that waiting in vain takes none.
#ifndef PIGEON_STAGE_HPP
#define PIGEON_STAGE_HPP

#include "to_do.hpp"
#include "transport.hpp"

#include <fairway/testing/conformance/virtual_time.hpp>

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace pigeons {

class pigeon_stage final : public fairway::testing::conformance::virtual_time_stage {
public:
    pigeon_stage() {
        able(); // asks a participant that goes at once: that is no case
        to_dos = {};
    }
    ~pigeon_stage() override { clear(); }

    std::string_view name() const override { return "pigeon"; }
    // A process: an execution context with a connection of its own.
    fairway::testing::conformance::participant connect() override {
        auto& context = *contexts_.emplace_back(&add_context());
        return {pigeon(context.get_executor(), loft_), contexts_.size() - 1};
    }
    void drop(fairway::testing::conformance::participant const& who) override { end_context(*contexts_.at(who.id)); }

    // Step 7: narrow_room, connect_narrow. Step 8: threads, together. Only with connections that can break: can_cut,
    // cut, restore.

    // A case that came across something unwritten ends with that.
    bool run_until(std::function<bool()> const& done, fairway::duration most) override {
        auto const written = [&] {
            if (!to_dos.of_case.empty()) throw fairway::testing::unmet(to_dos.of_case.front());
            return done();
        };
        return virtual_time_stage::run_until(written, most);
    }

protected:
    void end() override {
        to_dos.of_case.clear();
        auto const found = to_dos;
        end_contexts();
        to_dos = found; // as all processes end, no case sees what that does
        contexts_.clear();
        loft_ = std::make_shared<loft>();
    }

private:
    std::shared_ptr<loft> loft_ = std::make_shared<loft>();
    std::vector<fairway::asio::io_context*> contexts_;
};

} // namespace pigeons

#endif
