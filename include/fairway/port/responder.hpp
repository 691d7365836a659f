// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_RESPONDER_HPP
#define FAIRWAY_PORT_RESPONDER_HPP

#include <fairway/delivery/stored_replies.hpp>
#include <fairway/env/brief_mutex.hpp>
#include <fairway/env/handled.hpp>
#include <fairway/env/random.hpp>
#include <fairway/port/causality.hpp>
#include <fairway/port/observer.hpp>
#include <fairway/port/request.hpp>
#include <fairway/port/typed_body.hpp>
#include <fairway/transport/any_transport.hpp>

#include <atomic>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
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
          passes_objects_(transport_.describe().passes_objects),
          counts_(std::move(counts)) {}

    // Keeps the replies of handled requests from now on, for their duplicates.
    void keep_replies(siphash_key key) {
        std::lock_guard const lock(mutex_);
        if (!kept_) kept_.emplace(key);
        keeps_.store(true);
    }
    // The request was handled: where it has no reply yet, its token will be answered later.
    void expect(delivery const& request) {
        if (!request.wants_reply()) return;
        std::lock_guard const lock(mutex_);
        if (kept_ && !kept_->find(0, request.id(), clock_.steady_now())) keep(request.id(), mark(on_its_way));
    }
    // The reply to a request that was handled; no message where it has none, or where that is not kept any more.
    envelope kept(message_id request) {
        std::lock_guard const lock(mutex_);
        auto const* const reply = kept_ ? kept_->find(0, request, clock_.steady_now()) : nullptr;
        return reply && !is_mark(*reply) ? *reply : envelope();
    }
    // The reply to a request that another instance has handled.
    void restore(delivery const& request, envelope const& reply) {
        if (!request.wants_reply() || !reply) return;
        std::lock_guard const lock(mutex_);
        keep(request.id(), reply);
    }
    // Answers a duplicate of a handled request with the same reply, and with a fault where that is not kept any more.
    void repeat(delivery const& request) {
        if (!request.wants_reply() || closed_.load()) return;
        envelope reply;
        {
            std::lock_guard const lock(mutex_);
            if (auto const* const found = kept_ ? kept_->find(0, request.id(), clock_.steady_now()) : nullptr)
                reply = *found;
        }
        if (!reply || reply.type() == not_kept)
            return post(request, fault_of(request, "duplicate_request", text_of(errc::duplicate_request)), false);
        if (reply.type() != on_its_way) post(request, reply, false);
    }

    void close() noexcept { closed_.store(true); }
    bool closed() const noexcept { return closed_.load(); }

    template <class R>
    void reply(delivery const& request, R const& value) {
        if (!request.wants_reply() || closed_.load()) return;
        auto head = head_of(request, wire_name<R>, contract_of<R>::number);
        headers own;
        inherit_trace(request, own);
        if (!passes_objects_) return post(request, encoded_envelope<R>(head, own.view(), value));
        post(request,
            envelope::of_object(head, own.view(), typed_body<R>, [&](void* where) { ::new (where) R(value); }));
    }
    template <class... Rs>
    void reply(delivery const& request, std::variant<Rs...> const& value) {
        std::visit([&](auto const& one) { reply(request, one); }, value);
    }

    void fail(delivery const& request, std::string_view code, std::string_view text) {
        if (!request.wants_reply() || closed_.load()) return;
        post(request, fault_of(request, code, text));
    }

private:
    envelope_head head_of(delivery const& request, std::string_view type, message_version version) {
        envelope_head head;
        head.time = clock_.now();
        head.id = ids_.next(head.time.time_since_epoch().count());
        head.correlation = request.id();
        head.conversation = request.conversation();
        head.causation = request.id();
        head.type = type;
        head.version = version;
        head.source = counts_->service;
        head.expires = request.message().expires();
        return head;
    }

    envelope fault_of(delivery const& request, std::string_view code, std::string_view text) {
        count(counts_->faulted);
        auto head = head_of(request, fault_type, {});
        head.content_type = "text/plain";
        headers h;
        inherit_trace(request, h);
        bool const sound = !code.empty() && code.size() <= limits::header_value && is_header_text(code);
        h.set_reserved(fault_code_header, sound ? code : "invalid_fault_code");
        return envelope::of_bytes(head, h.view(), text.substr(0, limits::header_value));
    }

    // With the lock held.
    void keep(message_id request, envelope const& reply) {
        if (!kept_ || kept_->store(0, request, as_bytes(reply), clock_.steady_now())) return;
        kept_->store(0, request, mark(not_kept), clock_.steady_now());
    }
    // A typed object's size is not known; its bytes are made once, for the transport too.
    static envelope as_bytes(envelope const& e) {
        try {
            return e && e.object_type() ? envelope::of_bytes(e.head(), e.headers(), e.body()) : e;
        } catch (std::exception const&) {
            return {}; // it can't be sent either, which its requester is told
        }
    }
    // What stands in a reply's place: it will come, or it was too large to be kept.
    static envelope mark(std::string_view type) {
        envelope_head head;
        head.type = type;
        return envelope::of_bytes(head, {}, {});
    }
    static bool is_mark(envelope const& e) noexcept { return e.type() == on_its_way || e.type() == not_kept; }

    void post(delivery const& request, envelope answer, bool first = true) {
        if (first) env::handling_scope::answered(request.id());
        if (first && keeps_.load(std::memory_order_relaxed)) {
            std::lock_guard const lock(mutex_);
            keep(request.id(), answer);
        }
        auto const address = request.message().reply_to();
        auto to = sink_of(address);
        error_code why;
        if (try_send(to, answer, why)) return count(counts_->replied);
        // That way is over, as with the session it led through: there may be another one.
        if (to && to->accepts_at_once() && why == errc::unroutable) {
            forget(address);
            to = sink_of(address);
            if (try_send(to, answer, why)) return count(counts_->replied);
        }
        // What can't be sent is told, so that the requester does not wait in vain; a fault always can be sent.
        bool const unsendable = why == errc::encode_failed || why == errc::too_large;
        if (unsendable && answer.type() != fault_type)
            return fail(request, why == errc::too_large ? "too_large" : "encode_failed", "the reply can't be sent");
        count(counts_->replied);
        if (to && (why == errc::queue_full || !to->accepts_at_once())) {
            send_one(
                *to, answer, deadline_of(answer), executor_, [counts = counts_, id = request.id()](error_code failed) {
                    if (failed) lost(*counts, id, failed);
                });
            return;
        }
        forget(address);
        lost(*counts_, request.id(), why);
    }

    static bool try_send(std::shared_ptr<sink> const& to, envelope& answer, error_code& why) {
        why = errc::unroutable;
        return to && to->accepts_at_once() && to->try_send({&answer, 1}, why) == 1;
    }

    // A reply waits for room no longer than its requester waits for it.
    env::steady_point deadline_of(envelope const& answer) const {
        duration const patience = answer.expires() == no_time ? default_patience : answer.expires() - clock_.now();
        return saturating_add(clock_.steady_now(), std::max(patience, duration::zero()));
    }

    static void lost(telemetry const& counts, message_id request, error_code why) {
        counts.tell({occurrence::reply_lost, {}, {}, {}, request, why, {}});
    }

    std::shared_ptr<sink> sink_of(std::string_view address) {
        {
            std::lock_guard const lock(sinks_mutex_);
            // Mostly that of the request before.
            if (last_sink_ != sinks_.end() && last_sink_->first == address) return last_sink_->second;
            last_sink_ = sinks_.find(address);
            if (last_sink_ != sinks_.end()) return last_sink_->second;
        }
        auto to = transport_.open_reply(address);
        if (!to) return nullptr;
        std::map<std::string, std::shared_ptr<sink>, std::less<>> too_many; // dropped without the lock
        std::lock_guard const lock(sinks_mutex_);
        if (sinks_.size() >= max_sinks) sinks_.swap(too_many);
        last_sink_ = sinks_.end();
        return sinks_.emplace(std::string(address), std::move(to)).first->second;
    }
    void forget(std::string_view address) {
        std::shared_ptr<sink> gone;
        std::lock_guard const lock(sinks_mutex_);
        auto const found = sinks_.find(address);
        if (found == sinks_.end()) return;
        gone = std::move(found->second);
        last_sink_ = sinks_.end();
        sinks_.erase(found);
    }

    static constexpr std::string_view on_its_way = "fairway.on-its-way";
    static constexpr std::string_view not_kept = "fairway.not-kept";
    static constexpr std::size_t max_sinks = 1024;
    static constexpr duration default_patience = std::chrono::seconds(30);

    any_transport transport_;
    asio::any_io_executor executor_;
    env::clock& clock_;
    id_generator ids_;
    bool passes_objects_;
    std::shared_ptr<telemetry> counts_;
    std::atomic<bool> closed_{false};
    env::brief_mutex sinks_mutex_;
    std::map<std::string, std::shared_ptr<sink>, std::less<>> sinks_;
    std::map<std::string, std::shared_ptr<sink>, std::less<>>::iterator last_sink_ = sinks_.end();
    std::mutex mutex_;
    std::optional<stored_replies<env::steady_point>> kept_;
    std::atomic<bool> keeps_{false};
};

} // namespace fairway::detail

#endif
