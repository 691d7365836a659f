// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_RESPONDER_HPP
#define FAIRWAY_PORT_RESPONDER_HPP

#include <fairway/env/random.hpp>
#include <fairway/port/observer.hpp>
#include <fairway/port/request.hpp>
#include <fairway/port/typed_body.hpp>
#include <fairway/transport/any_transport.hpp>

#include <atomic>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace fairway::detail {

// Sends a service's replies. Thread-safe; may outlive the service, then it sends nothing.
class responder {
public:
    responder(any_transport transport, std::shared_ptr<telemetry> counts)
        : transport_(std::move(transport)),
          executor_(transport_.get_executor()),
          clock_(env::clock::of(executor_)),
          ids_(env::random::of(executor_).next()),
          counts_(std::move(counts)) {}

    void close() noexcept { closed_.store(true); }
    bool closed() const noexcept { return closed_.load(); }

    template <class R>
    void reply(delivery const& request, R const& value) {
        if (!request.wants_reply() || closed_.load()) return;
        auto const head = head_of(request, wire_name<R>, contract_of<R>::number);
        post(request, envelope::of_object(head, {}, typed_body<R>, [&](void* where) { ::new (where) R(value); }));
    }
    template <class... Rs>
    void reply(delivery const& request, std::variant<Rs...> const& value) {
        std::visit([&](auto const& one) { reply(request, one); }, value);
    }

    void fail(delivery const& request, std::string_view code, std::string_view text) {
        if (!request.wants_reply() || closed_.load()) return;
        count(counts_->faulted);
        auto head = head_of(request, fault_type, {});
        head.content_type = "text/plain";
        headers h;
        bool const sound = !code.empty() && code.size() <= limits::header_value && is_header_text(code);
        h.set_reserved(fault_code_header, sound ? code : "invalid_fault_code");
        post(request, envelope::of_bytes(head, h.view(), text.substr(0, limits::header_value)));
    }

private:
    envelope_head head_of(delivery const& request, std::string_view type, message_version version) {
        envelope_head head;
        head.time = clock_.now();
        head.id = ids_.next(head.time.time_since_epoch().count());
        head.correlation = request.id();
        head.type = type;
        head.version = version;
        head.source = counts_->service;
        head.expires = request.message().head().expires;
        return head;
    }

    void post(delivery const& request, envelope answer) {
        auto const to = sink_of(request.message().head().reply_to);
        error_code why = errc::unroutable;
        if (to && to->accepts_at_once() && to->try_send({&answer, 1}, why) == 1) return count(counts_->replied);
        // What can't be sent is told, so that the requester does not wait in vain; a fault always can be sent.
        bool const unsendable = why == errc::encode_failed || why == errc::too_large;
        if (unsendable && answer.head().type != fault_type)
            return fail(request, why == errc::too_large ? "too_large" : "encode_failed", "the reply can't be sent");
        count(counts_->replied);
        if (to && (why == errc::queue_full || !to->accepts_at_once())) {
            send_one(
                *to, answer, deadline_of(answer), executor_, [counts = counts_, id = request.id()](error_code failed) {
                    if (failed) lost(*counts, id, failed);
                });
            return;
        }
        forget(request.message().head().reply_to);
        lost(*counts_, request.id(), why);
    }

    // A reply waits for room no longer than its requester waits for it.
    env::steady_point deadline_of(envelope const& answer) const {
        duration const patience =
            answer.head().expires == no_time ? default_patience : answer.head().expires - clock_.now();
        return saturating_add(clock_.steady_now(), std::max(patience, duration::zero()));
    }

    static void lost(telemetry const& counts, message_id request, error_code why) {
        counts.tell({occurrence::reply_lost, {}, {}, {}, request, why, {}});
    }

    std::shared_ptr<sink> sink_of(std::string_view address) {
        std::lock_guard const lock(mutex_);
        if (auto const found = sinks_.find(address); found != sinks_.end()) return found->second;
        auto to = transport_.open_reply(address);
        if (!to) return nullptr;
        if (sinks_.size() >= max_sinks) sinks_.clear();
        sinks_.emplace(std::string(address), to);
        return to;
    }
    void forget(std::string_view address) {
        std::lock_guard const lock(mutex_);
        if (auto const found = sinks_.find(address); found != sinks_.end()) sinks_.erase(found);
    }

    static constexpr std::size_t max_sinks = 1024;
    static constexpr duration default_patience = std::chrono::seconds(30);

    any_transport transport_;
    asio::any_io_executor executor_;
    env::clock& clock_;
    id_generator ids_;
    std::shared_ptr<telemetry> counts_;
    std::atomic<bool> closed_{false};
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<sink>, std::less<>> sinks_;
};

} // namespace fairway::detail

#endif
