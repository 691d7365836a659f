// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_PORT_FAILURE_HPP
#define FAIRWAY_PORT_FAILURE_HPP

#include <fairway/delivery/retry.hpp>
#include <fairway/error.hpp>

#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace fairway::detail {

// A delivery whose body is not its message: unlike what a handler throws, its text may be told to the requester.
struct unreadable {
    error_code why;
    std::string text;
};

// Why an attempt failed: for the observer, for the requester or dead letter, and for the decision whether to try again.
struct failure {
    error_code error;
    // For the observer only: it may hold what is nobody else's business.
    std::string told;
    // What crosses the wire. Only a fault's text does; of other exceptions the incident number.
    std::string code;
    std::string text;
    bool retried = false;
    std::optional<duration> retry_after;
};

inline failure explain(std::exception_ptr const& error, std::string const& incident, retry_policy const& policy) {
    failure f;
    f.error = errc::handler_failed;
    f.code = "handler_failed";
    f.text = "incident " + incident;
    f.retried = policy.retries(error);
    try {
        std::rethrow_exception(error);
    } catch (fault const& e) {
        f.error = errc::faulted;
        f.told = f.text = e.what();
        f.code = e.code();
    } catch (unreadable const& e) {
        f.error = e.why;
        f.told = f.text = e.text;
        f.code = e.why == errc::unknown_version ? "unknown_version" : "decode_failed";
        f.retried = false;
    } catch (transient const& e) {
        f.told = e.what();
        f.retry_after = e.retry_after();
    } catch (system_error const& e) {
        f.error = e.code();
        f.told = e.what();
    } catch (std::exception const& e) {
        f.told = e.what();
    } catch (...) {
        f.told = "an exception of an unknown type";
    }
    return f;
}

} // namespace fairway::detail

#endif
