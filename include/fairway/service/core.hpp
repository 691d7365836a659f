// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_SERVICE_CORE_HPP
#define FAIRWAY_SERVICE_CORE_HPP

#include <fairway/port/handler.hpp>
#include <fairway/port/handler_options.hpp>
#include <fairway/port/middleware.hpp>
#include <fairway/port/sender_core.hpp>
#include <fairway/transport/any_transport.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fairway::detail {

// The handler of one subscription: the object, and how each message of the channel reaches it.
struct bound_handler {
    std::shared_ptr<void> object;
    std::vector<handler_entry> table;
};

// What a service is, behind virtual functions, none of which is on the path of a message: so a file with a service in
// it does not compile what it is made of. That is `service_engine`, compiled in the files that name a transport.
class service_core {
public:
    service_core() = default;
    service_core(service_core const&) = delete;
    service_core& operator=(service_core const&) = delete;
    virtual ~service_core() = default;

    static std::shared_ptr<service_core> make(
        any_transport const& on, std::string name, std::shared_ptr<observer> watcher) {
        return on.self_->serve(on, std::move(name), std::move(watcher));
    }

    virtual void handle(address from, bound_handler handler, handler_options const& options) = 0;
    // `asks`: the channel has messages that are answered.
    virtual std::shared_ptr<sender_core> sender(address const& to, bool asks) = 0;
    virtual void around_deliveries(delivery_middleware m) = 0;
    virtual void around_sends(std::shared_ptr<send_middleware> m) = 0;

    virtual void start() = 0;
    // As those of `service`; what they return keeps what it needs.
    virtual task<> run() = 0;
    virtual task<ledger> drain(duration deadline) = 0;
    virtual void shutdown(duration deadline) = 0;
    virtual void close() = 0;

    virtual std::string const& name() const noexcept = 0;
    virtual asio::any_io_executor executor() const = 0;
    virtual std::size_t pending_requests() const = 0;
    virtual ledger stats() const noexcept = 0;
};

} // namespace fairway::detail

#endif
