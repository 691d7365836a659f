// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_REPLY_TOKEN_HPP
#define FAIRWAY_PORT_REPLY_TOKEN_HPP

#include <fairway/port/responder.hpp>

#include <exception>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace fairway {

/// The right to answer one request of the command `M`, later and from anywhere.
///
/// A handler that takes one returns nothing: `void operator()(place_order const&, reply_token<place_order> answer)`.
/// Keep it, move it to another thread, and answer once. A token that is dropped unanswered answers with the fault
/// "no_reply", so that the requester does not wait in vain. The request counts as handled once the handler has
/// returned: a crash afterwards loses it, and a drain does not wait for kept tokens; after that, or a close, they send
/// nothing. Use one token on one thread at a time.
template <class M>
class reply_token {
public:
    /// Made by the library for one delivery.
    reply_token(delivery request, std::shared_ptr<detail::responder> responder)
        : request_(std::move(request)), responder_(std::move(responder)), exceptions_(std::uncaught_exceptions()) {}
    reply_token(reply_token&&) noexcept = default;
    reply_token& operator=(reply_token&& other) noexcept {
        std::swap(request_, other.request_);
        std::swap(responder_, other.responder_);
        return *this;
    }
    ~reply_token() {
        // Where the handler throws, what it throws is the answer.
        if (!responder_ || std::uncaught_exceptions() > exceptions_) return;
        try {
            fail(fault("no_reply", "the handler gave up its reply token without answering"));
        } catch (...) {
            // Out of memory: the requester's timeout remains.
        }
    }

    /// Answers. `value` is one of the replies that the command names. A second answer does nothing.
    template <class R>
    void send(R const& value) {
        static_assert(detail::contains<R, typename contract_of<M>::replies>,
            "fairway: the command's contract does not name this reply: answer with one of the types it names");
        if constexpr (detail::contains<R, typename contract_of<M>::replies>) {
            if (responder_) responder_->reply(request_, value);
            responder_ = nullptr; // now: an answer that could not be written is none
        }
    }

    /// Answers with a fault.
    void fail(fault const& f) {
        if (auto const to = std::exchange(responder_, nullptr)) to->fail(request_, f.code(), f.text());
    }

    /// True until it was answered.
    explicit operator bool() const noexcept { return responder_ != nullptr; }
    /// What it answers.
    delivery const& request() const noexcept { return request_; }

private:
    delivery request_;
    std::shared_ptr<detail::responder> responder_;
    int exceptions_;
};

} // namespace fairway

#endif
