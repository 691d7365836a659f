// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_REQUEST_HPP
#define FAIRWAY_PORT_REQUEST_HPP

#include <fairway/contract/channel.hpp>
#include <fairway/port/gather.hpp>
#include <fairway/port/sender_core.hpp>
#include <fairway/port/typed_body.hpp>

#include <algorithm>
#include <exception>
#include <iterator>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace fairway::detail {

// The wire name and header of a reply that is a fault.
inline constexpr std::string_view fault_type = "fairway.fault";
inline constexpr std::string_view fault_code_header = "fw-fault-code";

// Anything that a range-based for can walk; <ranges> itself would cost every translation unit 0.2 s.
template <class R>
concept range = requires(R const& r) {
    std::begin(r);
    std::end(r);
};
template <class M, class Channel>
inline constexpr bool is_range_of_messages = false;
template <class M, class Channel>
    requires(!carries<Channel, std::remove_cvref_t<M>> && range<M>)
inline constexpr bool is_range_of_messages<M, Channel> =
    carries<Channel, std::remove_cvref_t<decltype(*std::begin(std::declval<M const&>()))>>;

template <class List>
struct reply_result;
template <>
struct reply_result<type_list<>> {
    using type = void;
};
template <class One>
struct reply_result<type_list<One>> {
    using type = One;
};
template <class... Many>
struct reply_result<type_list<Many...>> {
    using type = std::variant<Many...>;
};

// What a request for M returns: its reply, or a variant of its replies.
template <class M>
using reply_of = typename reply_result<typename contract_of<M>::replies>::type;

template <class M>
struct gathered_reply_of {
    using type = std::monostate;
};
template <message M>
    requires(contract_of<M>::replies::size > 0)
struct gathered_reply_of<M> {
    using type = reply_of<M>;
};
template <class M>
using gathered_of = typename gathered_reply_of<M>::type;

template <class... Rs>
consteval bool replies_have_contracts(type_list<Rs...>) {
    return (message<Rs> && ...);
}

template <class M>
consteval bool answerable() {
    using reply_list = typename contract_of<M>::replies;
    static_assert(reply_list::size > 0, "fairway: this message has no reply: name one in its contract, "
                                        "'fairway::command<\"name\", reply>', or use send");
    static_assert(
        replies_have_contracts(reply_list{}), "fairway: every reply type of a command needs a contract of its own");
    return reply_list::size > 0 && replies_have_contracts(reply_list{});
}

inline fault read_fault(envelope const& e) {
    auto const code = e.headers().find(fault_code_header);
    return fault(std::string(code.value_or("unknown")), std::string(e.body().substr(0, limits::header_value)),
        std::string(e.source()));
}

template <class Reply>
struct reply_decoder {
    static Reply decode(envelope const& e) {
        if (e.object_type() == &typed_body<Reply>) return e.object_as<Reply>();
        // A responder without Fairway may leave it out.
        if (!e.type().empty() && e.type() != wire_name<Reply>) fail(errc::unexpected_reply, std::string(e.type()));
        std::optional<Reply> storage;
        Reply const& value = body_as<Reply>(e, storage);
        if (storage) return std::move(*storage);
        return value;
    }
};
template <class... Rs>
struct reply_decoder<std::variant<Rs...>> {
    static std::variant<Rs...> decode(envelope const& e) {
        std::optional<std::variant<Rs...>> out;
        auto const attempt = [&]<class R>() {
            if (!out && e.type() == wire_name<R>) out.emplace(std::in_place_type<R>, reply_decoder<R>::decode(e));
        };
        (attempt.template operator()<Rs>(), ...);
        if (!out) fail(errc::unexpected_reply, std::string(e.type()));
        return std::move(*out);
    }
};

template <class Reply>
Reply read_reply(envelope const& e) {
    if (!e.object_type() && e.type() == fault_type) throw read_fault(e);
    return reply_decoder<Reply>::decode(e);
}

// `type`, which has static storage duration, is the message's wire name: once it is sent the envelope may be gone.
template <class Reply>
task<Reply> request(std::shared_ptr<sender_core> core, envelope e, duration timeout, std::string_view type) {
    answer a;
    core->check_open();
    // Again: it may be awaited long after it was made.
    timeout = core->within_deadline(timeout);
    auto start = [&](env::continuation c) {
        sender_core::exchange(core, std::move(e), timeout, reader{std::move(c), &a});
    };
    if (timeout > duration::zero())
        co_await env::suspend(start);
    else
        a.error = errc::timed_out; // the handler's own requester has stopped waiting
    if (a.error) throw system_error(a.error, "request " + std::string(type) + " to " + core->to().channel);
    co_return read_reply<Reply>(a.message);
}

// Ends the expectation of a gather, however its coroutine ends.
class expectation {
public:
    expectation(std::shared_ptr<replies> where, message_id id) : where_(std::move(where)), id_(id) {}
    expectation(expectation const&) = delete;
    expectation& operator=(expectation const&) = delete;
    ~expectation() { where_->forget(id_); }

private:
    std::shared_ptr<replies> where_;
    message_id id_;
};

template <class Reply>
void collect(gathered<Reply>& all, envelope const& e, gather_options<Reply> const& until, bool& satisfied) {
    std::optional<decltype(read_reply<Reply>(e))> value;
    try {
        value.emplace(read_reply<Reply>(e));
    } catch (fault const& f) {
        return all.faults.push_back(f);
    } catch (std::bad_alloc const&) {
        throw;
    } catch (std::exception const&) {
        ++all.undecodable;
        return;
    }
    satisfied = until.until() && until.until()(*value);
    all.replies.push_back({std::string(e.source()), std::move(*value)});
}

template <class Reply>
task<gathered<Reply>> gather(
    std::shared_ptr<sender_core> core, envelope e, gather_options<Reply> until, duration total, duration patience) {
    gathered<Reply> all;
    auto const stream = std::make_shared<reply_stream>(core->executor());
    auto const id = e.id();
    auto const& answers = core->answers();
    auto& clock = core->clock();
    if (error_code const refused = answers->expect(id, stream)) throw system_error(refused, "gather");
    expectation const ending(answers, id);
    gathering<env::steady_point> rules(clock.steady_now(), total, until.stall(), until.maximum());
    if (total <= duration::zero()) co_return all; // the handler's own requester has stopped waiting
    co_await sender_core::send(core, std::move(e), std::min(patience, total));
    answer a;
    auto read = [&](env::continuation c) { stream->read(reader{std::move(c), &a}); };
    for (;;) {
        answers->set_deadline(id, rules.deadline());
        co_await env::suspend(read);
        envelope const& next = a.message;
        if (a.error == errc::timed_out) {
            if (clock.steady_now() < rules.deadline()) continue;
            all.ended_by = rules.expired();
            co_return all;
        }
        if (a.error == errc::closed) {
            all.ended_by = gather_end::closed;
            co_return all;
        }
        if (a.error) throw system_error(a.error, "gather from " + core->to().channel);
        if (!rules.offer(next.source(), next.id(), clock.steady_now())) {
            ++all.duplicates;
            continue;
        }
        bool satisfied = false;
        collect(all, next, until, satisfied);
        if (satisfied || rules.complete()) {
            all.ended_by = satisfied ? gather_end::satisfied : gather_end::maximum;
            co_return all;
        }
    }
}

} // namespace fairway::detail

#endif
