// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_SERVICE_DEAD_LETTER_BOX_HPP
#define FAIRWAY_SERVICE_DEAD_LETTER_BOX_HPP

#include <fairway/env/turns.hpp>
#include <fairway/service/dead_letter_choice.hpp>
#include <fairway/service/dead_letter_pass.hpp>
#include <fairway/service/dead_letter_replay.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fairway {

/// What is needed to look after the dead letters of one channel and one group: what there is and why, handing letters
/// back to the group when the cause is mended, throwing them away.
///
///     dead_letter_box box = dead_letter_box::of<shop::orders>(net, "inventory");
///     for (auto const& letter : co_await box.list()) std::cout << letter.type << ": " << letter.text << "\n";
///     co_await box.replay(which_letters::all());
///
/// An operation receives letters and holds them until it ends; then all that was not replayed or discarded is in the
/// channel again, in its order, also where the operation fails or is cancelled (`errc::cancelled`). So whoever else
/// reads the channel meanwhile, another box or a service, sees only a part of it; the operations of one box wait for
/// each other. Errors are `system_error`s, such as `errc::not_connected`. Use it on the transport's executor, from
/// coroutines there; copies are the same box, and operations may outlive it.
class dead_letter_box {
public:
    /// For what `group` could not handle of `channel`. Throws `errc::invalid_name`, or `errc::unsupported` where the
    /// transport can't give messages back.
    dead_letter_box(any_transport net, address channel, std::string group, dead_letter_options const& options = {})
        : core_(std::make_shared<detail::letter_box_core>(
              std::move(net), std::move(channel), std::move(group), options)) {}

    /// For what `group` could not handle of `Channel`.
    template <fairway::channel Channel>
    static dead_letter_box of(any_transport net, std::string group, dead_letter_options const& options = {}) {
        address where;
        where.channel = Channel::name;
        where.kind = Channel::kind;
        where.shards = Channel::shards;
        return {std::move(net), std::move(where), std::move(group), options};
    }

    /// The name of the channel in which the letters lie.
    std::string const& name() const noexcept { return core_->dead; }
    /// The channel that they were sent to.
    address const& channel() const noexcept { return core_->to; }
    /// The group that could not handle them.
    std::string const& group() const noexcept { return core_->group; }

    /// The first `most` letters, in their order in the channel; at most `dead_letter_options::reach`.
    [[nodiscard]] task<std::vector<dead_letter>> list(std::size_t most = 100) const {
        return look(core_, which_letters::all(), std::min(most, core_->options.reach()));
    }
    /// The letter with this id, if it is there.
    [[nodiscard]] task<std::optional<dead_letter>> find(message_id id) const { return find(core_, id); }

    /// Sends letters to their channel again, as the messages that they were: with their ids, headers and bytes, without
    /// a time to live, and with the header `fw-dead-replays`. On a publish-subscribe channel only the box's group
    /// handles them. A letter leaves the dead-letter channel when the channel has accepted it.
    ///
    /// Each letter that is there when it begins is sent at most once; one that dies again meanwhile stays. Where the
    /// channel is full, or closed, the rest is not tried. Of a log (`capabilities::settles_prefix`) letters can be
    /// removed in their order only: all of them, up to the first that stays; else `errc::unsupported`.
    [[nodiscard]] task<replay_result> replay(which_letters which, strays others = strays::keep) const {
        return replay(core_, std::move(which), others);
    }
    /// Throws letters away; returns how many. As for logs, see `replay`.
    [[nodiscard]] task<std::size_t> discard(which_letters which) const { return discard(core_, std::move(which)); }

private:
    using core = std::shared_ptr<detail::letter_box_core>;

    static task<std::vector<dead_letter>> look(core box, which_letters which, std::size_t most) {
        std::vector<dead_letter> letters;
        if (most == 0) co_return letters;
        env::turns::turn turn(box->order);
        co_await turn.begin();
        detail::letter_pass pass(box->net, box->reading(most), box->to.channel, box->group);
        co_await pass.gather(std::move(which), box->options.quiet());
        for (auto const place : pass.taken()) letters.push_back(pass.letter(place));
        co_return letters;
    }
    static task<std::optional<dead_letter>> find(core box, message_id id) {
        which_letters which(id);
        auto const found = co_await look(box, std::move(which), box->options.reach());
        if (found.empty()) co_return std::nullopt;
        co_return found.front();
    }
    static task<replay_result> replay(core box, which_letters which, strays others) {
        check(*box, which);
        env::turns::turn turn(box->order);
        co_await turn.begin();
        detail::letter_pass pass(box->net, box->reading(box->options.reach()), box->to.channel, box->group);
        co_await pass.gather(std::move(which), box->options.quiet());
        detail::letter_replay all(*box, pass, others);
        co_return co_await all.run();
    }
    static task<std::size_t> discard(core box, which_letters which) {
        check(*box, which);
        env::turns::turn turn(box->order);
        co_await turn.begin();
        detail::letter_pass pass(box->net, box->reading(box->options.reach()), box->to.channel, box->group);
        co_await pass.gather(std::move(which), box->options.quiet());
        pass.accept(pass.taken());
        co_return pass.taken().size();
    }
    static void check(detail::letter_box_core const& box, which_letters const& which) {
        if (box.able.settles_prefix && !which.is_all())
            detail::fail(errc::unsupported, box.dead + ": a log's letters can be removed all together only");
    }

    core core_;
};

} // namespace fairway

#endif
