// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Fairway over RabbitMQ, through a sender port and a handler port; all is as by default, but for the bounds of the
// rows.
#ifndef FAIRWAY_BENCHMARKS_AMQP_FAIRWAY_PEER_HPP
#define FAIRWAY_BENCHMARKS_AMQP_FAIRWAY_PEER_HPP

#include "../kit.hpp"

#include <fairway/amqp.hpp>
#include <fairway/fairway.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <span>
#include <string>
#include <vector>

namespace bench {

struct parcel {
    using contract = fairway::event<"bench.parcel">;
    using codec = fairway::raw_codec;
    std::string bytes;
};
using parcels = fairway::point_to_point<"bench.parcels", parcel>;
/// The queue of that channel.
inline std::string const parcels_queue = "fw.bench.parcels";

class fairway_over_rabbitmq {
public:
    fairway_over_rabbitmq(std::uint16_t port, std::size_t window)
        : window_(window),
          net_(fairway::amqp(io_.get_executor(),
              fairway::amqp_options().host("127.0.0.1", port).queue(window, fairway::limits::queue_bytes))),
          sends_(net_, "bench-sends"),
          port_(sends_.sender<parcels>()) {}

    /// Publishes n messages of the body, of which the window's number at most are not confirmed, and waits for all.
    /// A fourth of them goes at a time, so that the broker has others to do when it has confirmed those.
    void publish(std::string const& body, std::size_t n) {
        std::vector<parcel> const together(window_ / 4, parcel{body});
        std::size_t left = n, open = 4;
        for (auto i = open; i > 0; --i)
            boost::asio::co_spawn(io_, publishing(together, left), [&](std::exception_ptr const& error) {
                if (error) std::rethrow_exception(error);
                if (--open == 0) io_.stop();
            });
        io_.restart();
        io_.run();
    }
    /// Handles n messages that lie in the queue; calls `at(1)` with the first one and `at(n)` with the last one.
    template <class F>
    void consume(std::size_t n, F at) {
        run(consuming(n, std::move(at)));
    }

private:
    fairway::task<> publishing(std::span<parcel const> together, std::size_t& left) {
        while (left > 0) {
            auto const batch = together.first(std::min(left, together.size()));
            left -= batch.size();
            auto const outcomes = co_await port_.send_all(batch);
            for (auto const& o : outcomes)
                if (o.error) std::abort();
        }
    }
    template <class F>
    fairway::task<> consuming(std::size_t n, F at) {
        fairway::service handles(net_, "bench-handles");
        std::size_t handled = 0;
        auto count = [&](parcel const&) {
            if (++handled == 1 || handled == n) at(handled);
            if (handled == n) handles.shutdown();
        };
        handles.handle<parcels>(count, fairway::handler_options().prefetch(window_));
        co_await handles.run();
        if (handled != n) std::abort();
    }
    void run(fairway::task<> what) {
        boost::asio::co_spawn(io_, std::move(what), [this](std::exception_ptr const& error) {
            if (error) std::rethrow_exception(error);
            io_.stop();
        });
        io_.restart();
        io_.run();
    }

    std::size_t window_;
    boost::asio::io_context io_{1};
    fairway::any_transport net_;
    fairway::service sends_;
    fairway::sender_port<parcels> port_;
};

} // namespace bench

#endif
