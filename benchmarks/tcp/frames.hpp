// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Frames over Asio's sockets, as fast as one writes them by hand: u32 size and what follows. What is queued while a
// write is under way goes out with the next one; a read takes what there is and hands out all its frames.
#ifndef FAIRWAY_BENCHMARKS_TCP_FRAMES_HPP
#define FAIRWAY_BENCHMARKS_TCP_FRAMES_HPP

#include "link.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

using any_socket = boost::asio::generic::stream_protocol::socket;

/// Two sockets that are connected to each other, each on an execution context of its own or both on one.
inline std::pair<any_socket, any_socket> connected(
    road r, boost::asio::io_context& here, boost::asio::io_context& there) {
    if (r == road::local) {
        using local = boost::asio::local::stream_protocol;
        local::socket a(here);
        local::socket b(there);
        boost::asio::local::connect_pair(a, b);
        boost::asio::socket_base::send_buffer_size const buffer(1 << 20);
        a.set_option(buffer);
        b.set_option(buffer);
        return {any_socket(std::move(a)), any_socket(std::move(b))};
    }
    using boost::asio::ip::tcp;
    tcp::acceptor acceptor(there, {boost::asio::ip::address_v4::loopback(), 0});
    tcp::socket a(here);
    a.connect(acceptor.local_endpoint());
    tcp::socket b = acceptor.accept();
    tcp::no_delay const at_once(true);
    a.set_option(at_once);
    b.set_option(at_once);
    return {any_socket(std::move(a)), any_socket(std::move(b))};
}

/// Writes what was queued, all of it with one call, and calls `on_written` when it has been.
class frame_writer {
public:
    explicit frame_writer(any_socket& socket) : socket_(&socket) {}
    frame_writer(frame_writer const&) = delete;
    frame_writer& operator=(frame_writer const&) = delete;

    std::string& queue() { return queue_; }
    void add(std::string_view frame) { queue_ += frame; }
    void flush() {
        if (is_writing_ || queue_.empty()) return;
        is_writing_ = true;
        under_way_.clear();
        queue_.swap(under_way_);
        boost::asio::async_write(
            *socket_, boost::asio::buffer(under_way_), [this](boost::system::error_code error, std::size_t) {
                is_writing_ = false;
                if (error) return;
                if (on_written) on_written();
                flush();
            });
    }

    std::function<void()> on_written;

private:
    any_socket* socket_;
    std::string queue_;
    std::string under_way_;
    bool is_writing_ = false;
};

/// Reads from `start` on: `on_frame` gets each frame, with its size before it, and `on_batch` is called when there are
/// no more for now.
template <class OnFrame, class OnBatch>
class frame_reader {
public:
    frame_reader(any_socket& socket, OnFrame on_frame, OnBatch on_batch)
        : socket_(&socket), on_frame_(std::move(on_frame)), on_batch_(std::move(on_batch)) {}
    frame_reader(frame_reader const&) = delete;
    frame_reader& operator=(frame_reader const&) = delete;

    void start() {
        socket_->async_read_some(boost::asio::buffer(buffer_.data() + have_, buffer_.size() - have_),
            [this](boost::system::error_code error, std::size_t n) {
                if (error) return;
                have_ += n;
                take();
                start();
            });
    }

private:
    void take() {
        std::size_t at = 0;
        while (have_ - at >= sizeof(std::uint32_t)) {
            std::uint32_t size = 0;
            std::memcpy(&size, &buffer_[at], sizeof size);
            auto const whole = sizeof size + size;
            if (have_ - at < whole) break;
            on_frame_(std::string_view(&buffer_[at], whole));
            at += whole;
        }
        on_batch_();
        std::memmove(buffer_.data(), buffer_.data() + at, have_ - at);
        have_ -= at;
    }

    any_socket* socket_;
    OnFrame on_frame_;
    OnBatch on_batch_;
    std::vector<char> buffer_ = std::vector<char>(1 << 18);
    std::size_t have_ = 0;
};

/// A frame with nothing but a body.
inline std::string frame_of(std::size_t body) {
    std::string frame(sizeof(std::uint32_t) + body, 'x');
    auto const size = static_cast<std::uint32_t>(body);
    std::memcpy(frame.data(), &size, sizeof size);
    return frame;
}

/// Appends a message to what is to be written: u32 size, u16 number of headers, the headers, the body.
inline void append_message(
    std::string& to, std::vector<std::pair<std::string, std::string>> const& headers, std::string_view body) {
    // With one allocation at most, and each byte written once.
    std::size_t size = sizeof(std::uint16_t) + body.size();
    for (auto const& [name, value] : headers) size += 2 * sizeof(std::uint16_t) + name.size() + value.size();
    auto const begin = to.size();
    to.resize(begin + sizeof(std::uint32_t) + size);
    char* out = to.data() + begin;
    auto const put = [&out](void const* from, std::size_t n) {
        std::memcpy(out, from, n);
        out += n;
    };
    auto const size32 = static_cast<std::uint32_t>(size);
    auto const count = static_cast<std::uint16_t>(headers.size());
    put(&size32, sizeof size32);
    put(&count, sizeof count);
    for (auto const& [name, value] : headers) {
        std::uint16_t const sizes[] = {
            static_cast<std::uint16_t>(name.size()), static_cast<std::uint16_t>(value.size())};
        put(sizes, sizeof sizes);
        put(name.data(), name.size());
        put(value.data(), value.size());
    }
    put(body.data(), body.size());
}

/// Takes the headers and the body out of a frame.
inline void parse_message(std::string_view frame, message_view& into) {
    char const* at = frame.data() + sizeof(std::uint32_t);
    char const* const end = frame.data() + frame.size();
    std::uint16_t count = 0;
    std::memcpy(&count, at, sizeof count);
    at += sizeof count;
    into.headers.clear();
    for (std::uint16_t i = 0; i < count; ++i) {
        std::uint16_t sizes[2];
        if (end - at < static_cast<std::ptrdiff_t>(sizeof sizes)) std::abort();
        std::memcpy(sizes, at, sizeof sizes);
        at += sizeof sizes;
        if (end - at < sizes[0] + sizes[1]) std::abort();
        into.headers.emplace_back(std::string_view(at, sizes[0]), std::string_view(at + sizes[0], sizes[1]));
        at += sizes[0] + sizes[1];
    }
    into.body = std::string_view(at, static_cast<std::size_t>(end - at));
}

} // namespace bench

#endif
