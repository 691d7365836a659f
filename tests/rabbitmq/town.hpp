// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A program with Fairway, on a virtual host of its own.
#ifndef FAIRWAY_TESTS_RABBITMQ_TOWN_HPP
#define FAIRWAY_TESTS_RABBITMQ_TOWN_HPP

#include "broker.hpp"

#include <fairway/amqp.hpp>
#include <fairway/fairway.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace rabbitmq_kit {

class town {
public:
    town() : virtual_host_("town" + std::to_string(++count())), broker_(shared_broker()) {
        broker_.add_virtual_host(virtual_host_);
    }
    ~town() {
        keeps_.reset();
        io_.stop();
        if (runs_.joinable()) runs_.join();
        shop.reset();
        broker_.remove_virtual_host(virtual_host_);
    }
    // The service runs on a thread of its own.
    void open(fairway::amqp_options o = fairway::amqp_options()) {
        o.host("127.0.0.1", broker_.port()).virtual_host(virtual_host_);
        fairway::amqp const net(io_.get_executor(), o);
        shop.emplace(fairway::any_transport(net), "shop");
        runs_ = std::thread([this] { io_.run(); });
    }
    // Awaits something on that thread.
    template <class T>
    T await(fairway::task<T> what) {
        std::promise<T> result;
        asio::co_spawn(io_, std::move(what), [&](std::exception_ptr e, T value) {
            if (e)
                result.set_exception(e);
            else
                result.set_value(std::move(value));
        });
        return result.get_future().get();
    }
    std::string const& virtual_host() const noexcept { return virtual_host_; }
    rabbitmq_kit::broker& broker() const noexcept { return broker_; }

    std::optional<fairway::service> shop;

private:
    static int& count() {
        static int n = 0;
        return n;
    }
    std::string virtual_host_;
    rabbitmq_kit::broker& broker_;
    asio::io_context io_{1};
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> keeps_{io_.get_executor()};
    std::thread runs_;
};

} // namespace rabbitmq_kit

#endif
