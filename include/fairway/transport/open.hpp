// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_OPEN_HPP
#define FAIRWAY_TRANSPORT_OPEN_HPP

#include <fairway/transport/any_transport.hpp>
#include <fairway/transport/url.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace fairway {

/// Makes the transport whose scheme `text` names, among those that the program lists: `open<inproc, tcp>(executor,
/// url)`.
///
/// What is not listed is not compiled in. Connects nowhere: that is done when it is needed. `tcp` and `unix_socket`
/// read the files that the URL names, and listen, at once. Throws `system_error` with `errc::invalid_url`, which names
/// the schemes that the program knows, and what the transport's constructor throws.
template <transport... Transports>
any_transport open(asio::any_io_executor const& executor, std::string_view text) {
    static_assert(
        sizeof...(Transports) > 0, "fairway: list the transports that the program can open: open<inproc>(...)");
    url const where(text);
    std::optional<any_transport> made;
    auto const attempt = [&]<class T>() {
        if (!made && where.scheme() == T::scheme) made.emplace(T(executor, where));
    };
    (attempt.template operator()<Transports>(), ...);
    if (made) return *made;
    std::string known;
    ((known += std::string(known.empty() ? "" : ", ") += Transports::scheme), ...);
    detail::fail(errc::invalid_url, "scheme '" + where.scheme() + "' is not one of: " + known);
}

} // namespace fairway

#endif
