// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_ERROR_HPP
#define FAIRWAY_ERROR_HPP

#include <boost/system/error_code.hpp>
#include <boost/system/error_condition.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace fairway {

using boost::system::error_code;
using boost::system::system_error;

/// What can go wrong in Fairway. Each value is an `error_code` of `fairway_category()`. The numbers are on the wire
/// (PROTOCOL.md, REFUSED): none is ever changed. Those that are reserved come from no transport that there is.
enum class errc {
    timed_out = 1,             ///< the deadline passed before the operation completed
    cancelled = 2,             ///< the operation was cancelled by its caller
    closed = 3,                ///< the service, port or transport is closed or draining
    queue_full = 4,            ///< the bounded queue had no room until the deadline
    too_large = 5,             ///< the body is larger than the transport or the limits allow
    too_many_headers = 6,      ///< more than `limits::headers` headers
    header_name_too_long = 7,  ///< a header name longer than `limits::header_name` bytes
    header_value_too_long = 8, ///< a header value longer than `limits::header_value` bytes
    invalid_header = 9,        ///< a header name or value with characters that may not be sent
    reserved_header = 10,      ///< a user header whose name starts with the reserved prefix "fw-"
    unroutable = 11,           ///< no such destination
    no_responder = 12,         ///< reserved: nobody is there who could answer the request
    unsupported = 13,          ///< the transport cannot do what the port asks for
    topology_mismatch = 14,    ///< the channel exists with another shape (kind or shard count)
    encode_failed = 15,        ///< the message cannot be written in the channel's format
    decode_failed = 16,        ///< the body cannot be read as the expected message
    unknown_type = 17,         ///< the message's type does not belong to the channel
    unknown_version = 18,      ///< the message's major version is newer than the handler's, or has no upcast
    expired = 19,              ///< the message's time to live ended before it was handled
    would_deadlock = 20,       ///< a blocking call on the thread that has to do the work
    handler_failed = 21,       ///< a handler threw something that is not a `fault`
    faulted = 22,              ///< the responder answered with a fault
    no_reply = 23,             ///< reserved: the responder dropped its reply token without answering
    too_many_requests = 24,    ///< the bound of pending requests is reached
    not_connected = 25,        ///< there is no connection to the broker or peer
    unauthorized = 26,         ///< the broker or peer refused the credentials
    outcome_unknown = 27,      ///< the message may or may not have been accepted
    invalid_name = 28,         ///< a service, group or channel name that is empty, too long or has bad characters
    invalid_url = 29,          ///< a transport URL that cannot be understood
    unexpected_reply = 30,     ///< a reply of a type that the request does not name
    invalid_argument = 31,     ///< an option outside its range
    dead_letter_full = 32,     ///< reserved: the dead-letter channel had no room; the message was given back
    duplicate_request = 33,    ///< the request was handled before, and its reply is not kept any more
};

/// Classes of errors, so that a retry policy does not need to know brokers: `if (ec == condition::transient)`.
enum class condition {
    transient = 1, ///< trying the same again may succeed
    permanent,     ///< trying the same again fails again
    closed,        ///< this end has been closed or cancelled
};

namespace detail {

constexpr char const* text_of(errc e) noexcept {
    switch (e) {
    case errc::timed_out: return "the deadline passed";
    case errc::cancelled: return "the operation was cancelled";
    case errc::closed: return "the service or transport is closed";
    case errc::queue_full: return "the queue is full";
    case errc::too_large: return "the body is too large";
    case errc::too_many_headers: return "too many headers";
    case errc::header_name_too_long: return "a header name is too long";
    case errc::header_value_too_long: return "a header value is too long";
    case errc::invalid_header: return "a header has characters that may not be sent";
    case errc::reserved_header: return "header names that start with fw- are reserved";
    case errc::unroutable: return "the destination does not exist";
    case errc::no_responder: return "nobody is there to answer";
    case errc::unsupported: return "the transport does not support this";
    case errc::topology_mismatch: return "the channel exists with another kind or shard count";
    case errc::encode_failed: return "the message cannot be encoded";
    case errc::decode_failed: return "the body cannot be decoded";
    case errc::unknown_type: return "the message type does not belong to the channel";
    case errc::unknown_version: return "the message version is not understood";
    case errc::expired: return "the message expired before it was handled";
    case errc::would_deadlock: return "a blocking call on the thread that has to do the work would deadlock";
    case errc::handler_failed: return "the handler failed";
    case errc::faulted: return "the responder answered with a fault";
    case errc::no_reply: return "the responder gave up its reply token without answering";
    case errc::too_many_requests: return "too many requests are pending";
    case errc::not_connected: return "not connected";
    case errc::unauthorized: return "not authorized";
    case errc::outcome_unknown: return "the outcome is unknown";
    case errc::invalid_name: return "the name is empty, too long or has characters other than a-z A-Z 0-9 . _ -";
    case errc::invalid_url: return "the transport URL is not understood";
    case errc::unexpected_reply: return "the reply is of a type that the request does not name";
    case errc::invalid_argument: return "an option is outside its range";
    case errc::dead_letter_full: return "the dead-letter channel is full";
    case errc::duplicate_request: return "the request was handled before and its reply is not kept any more";
    }
    return "unknown error";
}

constexpr condition condition_of(errc e) noexcept {
    switch (e) {
    case errc::closed:
    case errc::cancelled: return condition::closed;
    case errc::timed_out:
    case errc::queue_full:
    case errc::no_responder:
    case errc::too_many_requests:
    case errc::not_connected:
    case errc::outcome_unknown:
    case errc::dead_letter_full:
    case errc::handler_failed: return condition::transient;
    default: return condition::permanent;
    }
}

class category_impl final : public boost::system::error_category {
public:
    char const* name() const noexcept override { return "fairway"; }
    std::string message(int value) const override { return text_of(static_cast<errc>(value)); }
    boost::system::error_condition default_error_condition(int value) const noexcept override;
};

class condition_category_impl final : public boost::system::error_category {
public:
    char const* name() const noexcept override { return "fairway.condition"; }
    std::string message(int value) const override {
        switch (static_cast<condition>(value)) {
        case condition::transient: return "transient";
        case condition::permanent: return "permanent";
        case condition::closed: return "closed";
        }
        return "unknown condition";
    }
};

inline constexpr category_impl category_instance;
inline constexpr condition_category_impl condition_category_instance;

} // namespace detail

/// The category of `errc`.
inline boost::system::error_category const& fairway_category() noexcept { return detail::category_instance; }

/// The category of `condition`.
inline boost::system::error_category const& fairway_condition_category() noexcept {
    return detail::condition_category_instance;
}

/// Makes the `error_code` of an `errc`; found by argument-dependent look-up.
inline error_code make_error_code(errc e) noexcept { return {static_cast<int>(e), fairway_category()}; }

/// Makes the `error_condition` of a `condition`; found by argument-dependent look-up.
inline boost::system::error_condition make_error_condition(condition c) noexcept {
    return {static_cast<int>(c), fairway_condition_category()};
}

inline boost::system::error_condition detail::category_impl::default_error_condition(int value) const noexcept {
    return make_error_condition(condition_of(static_cast<errc>(value)));
}

/// A failure that a handler tells its requester, who gets it thrown: `throw fault("sold_out", "no tea left")`.
///
/// Only a fault's code and text cross the wire; the text of any other exception stays in the handler's process.
class fault : public std::runtime_error {
public:
    /// A fault with a code for programs (`"sold_out"`) and a text for people.
    fault(std::string code, std::string const& text) : std::runtime_error(text), code_(std::move(code)) {}
    /// The same, from the service `responder`.
    fault(std::string code, std::string const& text, std::string responder)
        : std::runtime_error(text), code_(std::move(code)), responder_(std::move(responder)) {}

    /// The code for programs.
    std::string const& code() const noexcept { return code_; }
    /// The text for people.
    std::string_view text() const noexcept { return what(); }
    /// The name of the service that answered; empty where the fault was made.
    std::string const& responder() const noexcept { return responder_; }

private:
    std::string code_;
    std::string responder_;
};

/// A failure of a handler that will pass, so that the message is worth another attempt:
/// `throw fairway::transient("the database is locked")`. Its text stays in the handler's process.
class transient : public std::runtime_error {
public:
    /// A failure that the retry policy's own delays are right for.
    explicit transient(std::string const& text) : std::runtime_error(text) {}
    /// A failure after which an attempt is no use before `after` has passed (as of HTTP's Retry-After).
    transient(std::string const& text, std::chrono::nanoseconds after) : std::runtime_error(text), after_(after) {}

    /// How long to wait at least; nothing where the thrower did not say.
    std::optional<std::chrono::nanoseconds> retry_after() const noexcept { return after_; }

private:
    std::optional<std::chrono::nanoseconds> after_;
};

namespace detail {
[[noreturn]] inline void fail(errc e, std::string const& what) { throw system_error(make_error_code(e), what); }
} // namespace detail

} // namespace fairway

template <>
struct boost::system::is_error_code_enum<fairway::errc> : std::true_type {};
template <>
struct boost::system::is_error_condition_enum<fairway::condition> : std::true_type {};

#endif
