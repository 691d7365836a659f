// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Addresses as the fault proxy writes them: tcp://host:port, host:port, unix:///path, /path.
#ifndef FAIRWAY_TESTS_TOOLS_FAULT_PROXY_ADDRESS_HPP
#define FAIRWAY_TESTS_TOOLS_FAULT_PROXY_ADDRESS_HPP

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

namespace faults {

using endpoint = boost::asio::generic::stream_protocol::endpoint;

inline bool is_local(endpoint const& e) { return e.protocol().family() == AF_UNIX; }

/// Throws std::invalid_argument with what is wrong, or boost::system::system_error if the host is not known.
inline endpoint parse_address(std::string_view text) {
    auto const starts = [&text](std::string_view prefix) {
        if (text.substr(0, prefix.size()) != prefix) return false;
        text.remove_prefix(prefix.size());
        return true;
    };
    auto const whole = std::string(text);
    bool const local = starts("unix://") || (!text.empty() && text.front() == '/');
    if (local) {
        if (text.empty() || text.front() != '/') throw std::invalid_argument("not an absolute path: " + whole);
        return boost::asio::local::stream_protocol::endpoint(std::string(text));
    }
    starts("tcp://");
    auto const colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size())
        throw std::invalid_argument("not host:port or a path: " + whole);
    auto host = text.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    boost::asio::io_context context;
    boost::asio::ip::tcp::resolver resolver(context);
    auto const found = resolver.resolve(host, text.substr(colon + 1), boost::asio::ip::tcp::resolver::numeric_service);
    return found.begin()->endpoint();
}

/// The opposite.
inline std::string text_of(endpoint const& e) {
    if (is_local(e)) {
        boost::asio::local::stream_protocol::endpoint local;
        std::memcpy(local.data(), e.data(), e.size());
        local.resize(e.size()); // which looks for the zero at the path's end
        return "unix://" + local.path();
    }
    boost::asio::ip::tcp::endpoint tcp;
    tcp.resize(e.size());
    std::memcpy(tcp.data(), e.data(), e.size());
    auto const host = tcp.address().to_string();
    return "tcp://" + (tcp.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(tcp.port());
}

} // namespace faults

#endif
