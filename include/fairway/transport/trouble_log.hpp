// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_TROUBLE_LOG_HPP
#define FAIRWAY_TRANSPORT_TROUBLE_LOG_HPP

#include <fairway/env/execute.hpp>
#include <fairway/error.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace fairway::detail {

// Is told what is wrong with a transport: where, why, and a text for people.
using trouble_log = std::function<void(std::string_view where, error_code why, std::string_view text)>;

// Tells `told` on the executor, soon after, not within what tells it: it may throw, or end the transport or who uses
// it.
inline trouble_log posted(asio::any_io_executor const& executor, trouble_log told) {
    if (!told) return {};
    return [executor, told = std::move(told)](std::string_view where, error_code why, std::string_view text) {
        env::post(
            executor, [told, why, where = std::string(where), text = std::string(text)] { told(where, why, text); });
    };
}

} // namespace fairway::detail

#endif
