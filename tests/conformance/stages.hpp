// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// The in-process transport on the stage.
#ifndef FAIRWAY_TESTS_CONFORMANCE_STAGES_HPP
#define FAIRWAY_TESTS_CONFORMANCE_STAGES_HPP

#include "leash.hpp"

#include <fairway/inproc.hpp>
#include <fairway/testing/conformance/virtual_time.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace conformance_kit {

namespace conformance = fairway::testing::conformance;

// Whether all participants share one execution context, or each has one of its own.
enum class contexts { one, many };

class inproc_stage : public conformance::virtual_time_stage {
public:
    inproc_stage(std::string name, contexts layout, bool paranoid)
        : name_(std::move(name)), layout_(layout), paranoid_(paranoid) {}

    std::string_view name() const override { return name_; }
    conformance::participant connect() override { return join(wide_, limits::queue_messages); }
    std::size_t narrow_room() const override { return 4; }
    conformance::participant connect_narrow() override { return join(narrow_, narrow_room()); }
    void drop(conformance::participant const& who) override {
        auto& gone = members_.at(who.id);
        gone.by->pull();
        if (layout_ == contexts::many) end_context(*gone.context);
    }
    bool threads() const override { return true; }
    void together(std::vector<std::function<void()>> jobs) override {
        std::atomic<std::size_t> left(jobs.size());
        std::vector<std::thread> all;
        for (auto& job : jobs)
            all.emplace_back([&left, job = std::move(job)] {
                job();
                --left;
            });
        while (left > 0)
            if (!step()) std::this_thread::yield();
        for (auto& one : all) one.join();
    }

protected:
    // What `connect` gives to the cases; a wrapper may lie.
    virtual any_transport wrap(any_transport net) { return net; }
    void end() override {
        end_contexts();
        members_.clear();
        wide_.reset();
        narrow_.reset();
    }

private:
    struct member {
        asio::io_context* context;
        std::shared_ptr<leash> by;
    };

    conformance::participant join(std::optional<inproc::hub>& hub, std::size_t room) {
        if (!hub) {
            inproc::options o;
            o.queue_messages = room;
            o.paranoid = paranoid_;
            hub.emplace(o);
        }
        bool const fresh = layout_ == contexts::many || members_.empty();
        auto* const where = fresh ? &add_context() : members_.front().context;
        auto by = std::make_shared<leash>();
        any_transport net = wrap(leashed(inproc(where->get_executor(), *hub), by));
        members_.push_back({where, std::move(by)});
        return {std::move(net), members_.size() - 1};
    }

    std::string name_;
    contexts layout_;
    bool paranoid_;
    std::optional<inproc::hub> wide_;
    std::optional<inproc::hub> narrow_;
    std::vector<member> members_;
};

} // namespace conformance_kit

#endif
