// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "console.hpp"

#include <fairway/service/dead_letter_text.hpp>

#include <iostream>

namespace cli {

using fairway::errc;

status status_of(fairway::error_code why) noexcept {
    if (why.category() != fairway::fairway_category()) return out_of_reach;
    switch (static_cast<errc>(why.value())) {
    case errc::invalid_url:
    case errc::invalid_name:
    case errc::invalid_header:
    case errc::reserved_header:
    case errc::header_name_too_long:
    case errc::header_value_too_long:
    case errc::too_many_headers:
    case errc::invalid_argument: return wrong_usage;
    case errc::closed:
    case errc::cancelled: return out_of_reach;
    default: return why == fairway::condition::transient ? out_of_reach : refused;
    }
}

std::string plain_text(std::string_view text, fairway::error_code why) {
    return std::string(text.substr(0, text.find(std::string(" [") + why.category().name() + ":")));
}

console::console(fairway::asio::any_io_executor executor, std::function<void()> cancel)
    : executor_(std::move(executor)),
      cancel_(std::move(cancel)),
      bell_(std::make_shared<fairway::env::doorbell>(executor_)),
      clock_(fairway::env::clock::of(executor_)) {}

opened& console::open(std::string const& url, sent when) {
    return opened_.emplace(open_transport(executor_, url, when,
        [this](std::string_view where, fairway::error_code why, std::string_view text) { note(where, why, text); }));
}

void console::close() {
    if (opened_) opened_->net.close();
}

fairway::env::steady_point console::after(fairway::duration d) const {
    return fairway::detail::saturating_add(clock_.steady_now(), d);
}

void console::say(std::string_view text) { std::cerr << "fairway: " << fairway::detail::visible(text) << std::endl; }

std::optional<std::string> console::trouble_at(std::string const& where) const {
    auto const found = troubles_.find(where);
    if (found == troubles_.end()) return std::nullopt;
    return found->second;
}

void console::note(std::string_view where, fairway::error_code why, std::string_view text) {
    auto const what = text.empty() ? why.message() : plain_text(text, why);
    troubles_[std::string(where)] = what;
    // Once: it tries again and again.
    auto const line = std::string(where) + ": " + what;
    if (said_.size() < 100 && said_.insert(line).second) say(line);
    bell_->ring();
    // Where it listens, it may be the other one who was not let in.
    bool const dials_only = opened_ && opened_->local.empty();
    if (why != errc::unauthorized || turned_away_ || !dials_only) return;
    turned_away_ = why;
    cancel_();
}

} // namespace cli
