// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_HUB_HUB_HPP
#define FAIRWAY_TRANSPORT_HUB_HUB_HPP

#include <fairway/transport/hub/channel.hpp>
#include <fairway/transport/seam.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::hub_detail {

struct hub_options {
    bounds most;
    bool paranoid = false;
    // Where it is not 0, members have ids that no other hub gives, and hubs agree whose a shard is.
    std::uint64_t members_of = 0;
};

// Where in-process services meet: the channels by name, the reply channels, and the messages that are not due yet.
// Thread-safe.
class hub_state : public std::enable_shared_from_this<hub_state> {
public:
    explicit hub_state(hub_options options) : options_(options) {}

    hub_options const& options() const noexcept { return options_; }

    // The channel; throws where somebody here has used it with another shape. What others take it for counts no more.
    std::shared_ptr<channel_state> channel(address const& shape) {
        std::vector<asked_for> others; // go without the lock
        std::lock_guard const lock(mutex_);
        auto& c = channels_[shape.channel];
        if (!c) {
            if (auto const asked = for_others_.find(shape.channel); asked != for_others_.end()) {
                others = std::move(asked->second);
                for_others_.erase(asked);
                if (auto const same = find_of(shape, others); same != others.end()) c = same->channel;
            }
            if (!c) c = make_channel(shape);
        }
        return check(c, shape);
    }
    // The same for somebody at another node, who has not asked for it before where it is the `first` time: as long as
    // nobody here uses it, there is one of each shape that was asked for, until all have dropped it who asked.
    std::shared_ptr<channel_state> channel_for_others(address const& shape, bool first) {
        std::lock_guard const lock(mutex_);
        if (auto const used = channels_.find(shape.channel); used != channels_.end()) return check(used->second, shape);
        auto& all = for_others_[shape.channel];
        auto at = find_of(shape, all);
        if (at == all.end()) at = all.insert(at, asked_for{make_channel(shape), 0});
        if (first) ++at->by;
        return at->channel;
    }
    // Somebody here uses a channel of this name, or others have asked for this one.
    bool has_channel(address const& shape) {
        std::lock_guard const lock(mutex_);
        if (channels_.count(shape.channel) > 0) return true;
        auto const asked = for_others_.find(shape.channel);
        return asked != for_others_.end() && find_of(shape, asked->second) != asked->second.end();
    }
    // One of those who have asked for it has gone; with the last one it goes, unless somebody here has used it. True
    // where it went.
    bool drop_for_others(address const& shape) {
        std::shared_ptr<channel_state> last; // goes without the lock
        std::lock_guard const lock(mutex_);
        auto const asked = for_others_.find(shape.channel);
        if (asked == for_others_.end()) return false;
        auto const at = find_of(shape, asked->second);
        if (at == asked->second.end() || (at->by > 0 && --at->by > 0)) return false;
        if (at->channel.use_count() > 1) return false;
        last = std::move(at->channel);
        asked->second.erase(at);
        if (asked->second.empty()) for_others_.erase(asked);
        return true;
    }

    // Null where there is none of this name; of those that others alone have asked for the first one.
    std::shared_ptr<channel_state> find(std::string_view name) {
        std::lock_guard const lock(mutex_);
        if (auto const used = channels_.find(name); used != channels_.end()) return used->second;
        auto const asked = for_others_.find(name);
        return asked == for_others_.end() ? nullptr : asked->second.front().channel;
    }

    // A new reply channel and its address, by a number that others do not guess, or else the next one. Its bounds are
    // never small: replies were asked for, by no more requests than there may be, and those that come from another node
    // can't wait for room.
    std::pair<std::string, std::shared_ptr<channel_state>> make_reply_channel(
        std::optional<std::uint64_t> number = std::nullopt) {
        std::lock_guard const lock(mutex_);
        std::string name = "inproc-reply:" + std::to_string(number ? *number : ++reply_count_);
        bounds most;
        most.messages = std::max(most.messages, options_.most.messages);
        most.bytes = std::max(most.bytes, options_.most.bytes);
        auto c = std::make_shared<channel_state>(address{name, channel_kind::point_to_point, 0}, most);
        replies_.emplace(name, c);
        return {std::move(name), std::move(c)};
    }
    std::shared_ptr<channel_state> reply_channel_at(std::string_view name) {
        std::lock_guard const lock(mutex_);
        auto const found = replies_.find(name);
        return found == replies_.end() ? nullptr : found->second;
    }
    void remove_reply_channel(std::string const& name) {
        std::lock_guard const lock(mutex_);
        replies_.erase(name);
    }

    member_id next_member() noexcept { return options_.members_of + ++member_count_; }

    // An execution context ends: drops what its coroutines wait for.
    void abandon(asio::execution_context const& context) {
        for (auto const& c : all_channels()) c->abandon(context);
    }
    // What was opened through this is closed: so are the sends that wait.
    void end_sends(void const* through) {
        for (auto const& c : all_channels()) c->end_sends(through);
    }

    // Keeps a message until it is due. False where the bound of such messages is reached.
    bool delay(std::shared_ptr<channel_state> to, envelope message) {
        std::lock_guard const lock(mutex_);
        if (delayed_.size() + releasing_ >= options_.most.messages) return false;
        auto const due = message.due();
        bool const first = delayed_.empty() || due < delayed_.begin()->first;
        delayed_.emplace(due, delayed{std::move(to), std::move(message)});
        if (first) tell_tickers();
        return true;
    }

    // Sends what is due at `now`. What finds no room stays here, within the bound, and is tried again soon.
    void release_due(time_point now) {
        std::vector<delayed> due;
        {
            std::lock_guard const lock(mutex_);
            auto const end = delayed_.upper_bound(now);
            for (auto i = delayed_.begin(); i != end; ++i) due.push_back(std::move(i->second));
            delayed_.erase(delayed_.begin(), end);
            releasing_ += due.size();
        }
        std::vector<delayed> full;
        for (auto& d : due) {
            error_code why;
            if (d.to->try_send({&d.message, 1}, why) == 0 && why == errc::queue_full) full.push_back(std::move(d));
        }
        std::lock_guard const lock(mutex_);
        releasing_ -= due.size();
        for (auto& d : full) delayed_.emplace(now + retry_after, std::move(d));
        tell_tickers();
    }

    // Contexts that lend their clock: `tick(first due)` is called, under the lock, whenever that changed.
    using ticker = std::function<void(time_point)>;
    void add_ticker(void const* key, ticker tick) {
        std::lock_guard const lock(mutex_);
        if (!delayed_.empty()) tick(delayed_.begin()->first);
        tickers_.emplace_back(key, std::move(tick));
    }
    void remove_ticker(void const* key) {
        std::lock_guard const lock(mutex_);
        std::erase_if(tickers_, [key](auto const& t) { return t.first == key; });
    }

private:
    static constexpr duration retry_after = std::chrono::milliseconds(10);

    struct delayed {
        std::shared_ptr<channel_state> to;
        envelope message;
    };
    // What others have asked for, and how many of them.
    struct asked_for {
        std::shared_ptr<channel_state> channel;
        std::size_t by = 0;
    };

    std::vector<std::shared_ptr<channel_state>> all_channels() {
        std::vector<std::shared_ptr<channel_state>> all;
        std::lock_guard const lock(mutex_);
        for (auto const& [name, c] : channels_) all.push_back(c);
        for (auto const& [name, asked] : for_others_)
            for (auto const& one : asked) all.push_back(one.channel);
        for (auto const& [name, c] : replies_) all.push_back(c);
        return all;
    }
    std::shared_ptr<channel_state> make_channel(address const& shape) const {
        return std::make_shared<channel_state>(shape, options_.most, options_.members_of != 0);
    }
    static bool is_of(channel_state const& c, address const& shape) noexcept {
        return c.shape().kind == shape.kind && c.shape().shards == shape.shards;
    }
    static std::shared_ptr<channel_state> check(std::shared_ptr<channel_state> const& c, address const& shape) {
        if (!is_of(*c, shape)) detail::fail(errc::topology_mismatch, shape.channel);
        return c;
    }
    static std::vector<asked_for>::iterator find_of(address const& shape, std::vector<asked_for>& all) {
        return std::find_if(all.begin(), all.end(), [&](asked_for const& a) { return is_of(*a.channel, shape); });
    }
    void tell_tickers() {
        if (delayed_.empty()) return;
        for (auto const& t : tickers_) t.second(delayed_.begin()->first);
    }

    hub_options options_;
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<channel_state>, std::less<>> channels_; // that somebody here has used
    std::map<std::string, std::shared_ptr<channel_state>, std::less<>> replies_;
    // What nobody here has used yet, one for each shape that others take it for.
    std::map<std::string, std::vector<asked_for>, std::less<>> for_others_;
    std::uint64_t reply_count_ = 0;
    std::atomic<member_id> member_count_{0};
    std::multimap<time_point, delayed> delayed_;
    std::size_t releasing_ = 0; // taken out of these, and maybe to come back
    std::vector<std::pair<void const*, ticker>> tickers_;
};

// The hub that services of one execution context share when none is named.
class context_hub : public asio::execution_context::service {
public:
    using key_type = context_hub;
    static inline asio::execution_context::id id;
    explicit context_hub(asio::execution_context& context) : service(context) {}

    std::shared_ptr<hub_state> get(hub_options const& options) {
        std::lock_guard const lock(mutex_);
        auto& hub = options.paranoid ? paranoid_ : plain_;
        if (!hub) hub = std::make_shared<hub_state>(options);
        return hub;
    }

private:
    void shutdown() override {
        plain_.reset();
        paranoid_.reset();
    }
    std::mutex mutex_;
    std::shared_ptr<hub_state> plain_;
    std::shared_ptr<hub_state> paranoid_;
};

} // namespace fairway::hub_detail

#endif
