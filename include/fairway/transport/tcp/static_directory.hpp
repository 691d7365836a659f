// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TCP_STATIC_DIRECTORY_HPP
#define FAIRWAY_TRANSPORT_TCP_STATIC_DIRECTORY_HPP

#include <fairway/env/clock.hpp>
#include <fairway/env/context_end.hpp>
#include <fairway/env/execute.hpp>
#include <fairway/env/files.hpp>
#include <fairway/env/random.hpp>
#include <fairway/env/real_network.hpp>
#include <fairway/env/spawn.hpp>
#include <fairway/transport/directory.hpp>
#include <fairway/transport/tcp/channel_map.hpp>
#include <fairway/transport/tcp/discovery_options.hpp>
#include <fairway/transport/tcp/discovery_state.hpp>

#include <algorithm>
#include <exception>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway {

namespace tcp_detail {

// The lists of a channel map, whose file is looked at and whose names are looked up at intervals. On one executor.
class static_lists final : public env::keeper, public std::enable_shared_from_this<static_lists> {
public:
    // Reads the file, if it is to.
    static_lists(asio::any_io_executor const& executor, discovery_options options, directory_log log)
        : executor_(executor),
          clock_(env::clock::of(executor)),
          random_(env::random::of(executor)),
          alarm_(clock_.make_alarm(executor)),
          options_(std::move(options)),
          log_(std::move(log)),
          map_(options_.channels()) {
        if (options_.file().empty()) return;
        files_ = &env::files::of(executor);
        auto const stamp = files_->look(options_.file());
        auto const text = files_->read(options_.file(), channel_map::max_size);
        map_ = channel_map::parse(text, options_.file());
        content_.begin(stamp, text);
        look_due_ = clock_.steady_now() + options_.file_interval();
    }

    std::shared_ptr<void> watch(std::string const& channel, directory::watcher told) {
        auto const w = std::make_shared<watching>();
        w->channel = channel;
        w->told = std::move(told);
        watching_.push_back(w);
        soon();
        return w;
    }
    // The directory goes, maybe in a watcher or in the log.
    void leave() noexcept { ended_ = true; }
    void abandon() noexcept override {
        alarm_.reset();
        ended_ = true;
    }
    void soon() {
        if (ended_ || std::exchange(posted_, true)) return;
        env::post(executor_, [weak = weak_from_this()] {
            auto const self = weak.lock();
            if (!self) return;
            self->posted_ = false;
            self->go_on();
        });
    }

private:
    struct watching {
        std::string channel;
        directory::watcher told;
        std::optional<std::vector<env::endpoint>> known; // what was told
    };
    struct name {
        name(std::string h, duration interval, env::steady_point now) : host(std::move(h)), state(interval, now) {}
        std::string host;
        name_state state;
        std::string trouble;
        bool wanted = false;
    };

    void go_on() {
        if (ended_) return;
        auto const now = clock_.steady_now();
        if (look_due_ && *look_due_ <= now) {
            look();
            look_due_ = now + options_.file_interval();
        }
        want_names(now);
        tell();
        if (ended_) return;
        auto next = look_due_;
        for (auto const& [host, n] : names_) {
            if (n->state.ask(now))
                env::spawn(
                    executor_, resolve(weak_from_this(), n, env::network::of(executor_), executor_, host), [] {});
            if (!n->state.asking() && (!next || n->state.due() < *next)) next = n->state.due();
        }
        if (!next) return alarm_->cancel();
        alarm_->set(*next, [weak = weak_from_this()] {
            if (auto const self = weak.lock()) self->go_on();
        });
    }

    // Takes a new content of the file where it is understood.
    void look() {
        trouble why;
        try {
            auto const stamp = files_->look(options_.file());
            if (!content_.wants(stamp)) return;
            auto const text = files_->read(options_.file(), channel_map::max_size);
            if (!content_.read(stamp, text)) return;
            map_ = channel_map::parse(text, options_.file());
        } catch (system_error const& e) {
            why = {e.code(), e.what()};
            // It was read, and stays as it is until somebody corrects it; or it was not.
            if (e.code() != errc::invalid_argument) content_.lost();
        }
        note(file_trouble_, why, "channel map " + options_.file() + " is in force again", "; the last good one stays");
    }

    // The names that somebody needs, and no others.
    void want_names(env::steady_point now) {
        std::erase_if(watching_, [](auto const& w) { return w.expired(); });
        for (auto const& [host, n] : names_) n->wanted = false;
        for (auto const& one : watching_) {
            auto const w = one.lock();
            if (!w) continue;
            for (auto const& p : map_.find(w->channel)) {
                if (!p.by_name) continue;
                auto& n = names_[p.at.host];
                if (!n) n = std::make_shared<name>(p.at.host, options_.dns_interval(), now);
                n->wanted = true;
            }
        }
        std::erase_if(names_, [](auto const& n) { return !n.second->wanted; });
    }

    // Those whose list is another one than they know. A watcher may drop handles and watch more.
    void tell() {
        std::vector<std::weak_ptr<watching>> const all(watching_.begin(), watching_.end());
        for (auto const& one : all) {
            auto const w = one.lock();
            if (ended_) return;
            if (!w) continue;
            auto list = endpoints(w->channel);
            if (!list || w->known == list) continue;
            w->known = list;
            auto const told = w->told; // it may drop itself
            told(std::move(*list));
        }
    }
    // Nothing while one of its names has not been looked up for the first time: what is known would look like all.
    std::optional<std::vector<env::endpoint>> endpoints(std::string const& channel) const {
        std::map<std::string, env::endpoint> all; // by text
        auto const add = [&all](env::endpoint const& e) { all.emplace(e.text(), e); };
        for (auto const& p : map_.find(channel)) {
            if (!p.by_name) {
                add(p.at);
                continue;
            }
            auto const n = names_.find(p.at.host);
            if (n == names_.end() || !n->second->state.looked_up()) return std::nullopt;
            for (auto const& a : n->second->state.addresses()) add(env::endpoint::tcp(a, p.at.port));
        }
        std::vector<env::endpoint> list;
        for (auto& [text, e] : all) list.push_back(std::move(e));
        return list;
    }

    struct trouble {
        error_code error;
        std::string text;
    };
    // Owns nothing of the directory while it waits: that may go.
    static task<> resolve(std::weak_ptr<static_lists> of, std::weak_ptr<name> which, env::network& network,
        asio::any_io_executor executor, std::string host) {
        trouble why;
        std::vector<std::string> found;
        try {
            found = co_await network.resolve(host, executor);
            if (found.empty()) why = {errc::unroutable, "it has no address"};
        } catch (system_error const& e) {
            why = {e.code(), e.code().message()};
        } catch (std::exception const& e) {
            why = {errc::unroutable, e.what()};
        }
        auto const self = of.lock();
        auto const n = which.lock();
        if (!self || self->ended_ || !n) co_return;
        auto const now = self->clock_.steady_now();
        if (why.error)
            n->state.failed(now, self->random_.next());
        else
            n->state.answered(std::move(found), now, self->random_.next());
        if (!why.error && n->state.too_many())
            why = {errc::too_large,
                "it has more addresses than " + std::to_string(name_state::max_addresses) + ", the rest is not used"};
        if (why.error) why.text = "dns://" + host + ": " + why.text;
        self->note(n->trouble, why, "dns://" + host + " is found again",
            why.error == errc::too_large ? "" : "; the last answer stays");
        self->go_on();
    }

    // Says what is wrong once, and when it is over.
    void note(std::string& said, trouble const& t, std::string const& over, std::string_view behind) {
        if (said == t.text) return;
        said = t.text;
        if (!log_) return;
        std::string text = t.error ? t.text : over;
        if (t.error) text.append(behind);
        log_(t.error, text);
    }

    asio::any_io_executor executor_;
    env::clock& clock_;
    env::random& random_;
    env::files* files_ = nullptr;
    std::unique_ptr<env::alarm> alarm_;
    discovery_options options_;
    directory_log log_;
    channel_map map_;
    settled_content content_;
    std::optional<env::steady_point> look_due_;
    std::string file_trouble_;
    std::list<std::weak_ptr<watching>> watching_;
    std::map<std::string, std::shared_ptr<name>> names_;
    bool posted_ = false;
    bool ended_ = false;
};

} // namespace tcp_detail

/// A directory that is written by hand: a `channel_map` from options of a URL or from a file, which is looked at again
/// for changes; names in it (`dns://name:port`) are looked up again and again.
///
/// A new content of the file counts once two looks in a row have found the same, so after two intervals at most; one
/// that can't be read or understood is told to the log, and the last good one stays. A list with a name in it is told
/// once that has been looked up, found or not; the list before it stays until then. Of a name that is not found any
/// more the last addresses stay; an address goes once two answers in a row were without it. Announcements are ignored.
class static_directory final : public directory {
public:
    /// For one serial executor. Throws `errc::invalid_argument` for a file that is not understood, with the line, and
    /// the system's error for one that can't be read.
    static_directory(asio::any_io_executor const& executor, discovery_options options, directory_log log = {})
        : lists_(std::make_shared<tcp_detail::static_lists>(executor, std::move(options), std::move(log))) {
        env::context_end::tell(executor, lists_);
        lists_->soon();
    }

    ~static_directory() override { lists_->leave(); }

    [[nodiscard]] std::shared_ptr<void> watch(address const& channel, watcher told) override {
        return lists_->watch(channel.channel, std::move(told));
    }
    [[nodiscard]] std::shared_ptr<void> announce(address const&, env::endpoint const&) override {
        return std::make_shared<int>(0);
    }

private:
    std::shared_ptr<tcp_detail::static_lists> lists_;
};

} // namespace fairway

#endif
