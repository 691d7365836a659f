// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TESTING_AMQP_CONFIRMS_HPP
#define FAIRWAY_TESTING_AMQP_CONFIRMS_HPP

#include <fairway/envelope/time.hpp>
#include <fairway/testing/amqp/message.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace fairway::testing::amqp_detail {

// What a channel has to confirm.
class confirms {
public:
    // Of the next message; none where it was not taken. To be said at `due`.
    void add(std::shared_ptr<message> taken, time_point due) {
        waiting_.emplace(++last_, pending{due, std::move(taken)});
    }
    // The first of what is due, but for messages to `stalled`.
    std::optional<time_point> wake(std::string_view stalled) const {
        std::optional<time_point> next;
        for (auto const& [tag, p] : waiting_)
            if (!p.goes_to(stalled)) next = std::min(next.value_or(p.due), p.due);
        return next;
    }
    // Says what is due, but for messages to `stalled`: `say(tag, multiple, taken)`. Those at the front that were taken
    // go together.
    template <class Say>
    void flush(time_point now, std::string_view stalled, Say&& say) {
        auto const may_be_said = [&](pending const& p) { return p.due <= now && !p.goes_to(stalled); };
        std::size_t together = 0;
        std::uint64_t last = 0;
        while (!waiting_.empty() && may_be_said(waiting_.begin()->second) && waiting_.begin()->second.what) {
            last = waiting_.begin()->first;
            ++together;
            waiting_.begin()->second.what->safe->confirmed = true;
            waiting_.erase(waiting_.begin());
        }
        if (together > 0) say(last, together > 1, true);
        for (auto i = waiting_.begin(); i != waiting_.end();) {
            auto const one = i++;
            if (!may_be_said(one->second)) continue;
            auto& what = one->second.what;
            if (what) what->safe->confirmed = true;
            say(one->first, false, what != nullptr);
            waiting_.erase(one);
        }
    }

private:
    struct pending {
        time_point due;
        std::shared_ptr<message> what;

        bool goes_to(std::string_view key) const noexcept { return !key.empty() && what && what->routing_key == key; }
    };
    std::map<std::uint64_t, pending> waiting_;
    std::uint64_t last_ = 0;
};

} // namespace fairway::testing::amqp_detail

#endif
