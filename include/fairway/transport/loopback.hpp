// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_TRANSPORT_LOOPBACK_HPP
#define FAIRWAY_TRANSPORT_LOOPBACK_HPP

#include <fairway/error.hpp>

#include <boost/asio/ip/address.hpp>

#include <string>
#include <string_view>

namespace fairway::detail {

// True for localhost, 127.0.0.0/8 and ::1. Other names are not looked up: they count as another host.
inline bool is_loopback(std::string_view host) {
    if (host == "localhost") return true;
    if (host.find('\0') != std::string_view::npos) return false; // the system would read on to there only
    error_code ec;
    auto const address = boost::asio::ip::make_address(std::string(host), ec);
    if (ec) return false;
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).is_loopback();
    return address.is_loopback();
}

} // namespace fairway::detail

#endif
