// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What `inproc` does: attaches an executor to a hub.
#ifndef FAIRWAY_TRANSPORT_INPROC_TRANSPORT_DEFINITIONS_HPP
#define FAIRWAY_TRANSPORT_INPROC_TRANSPORT_DEFINITIONS_HPP

#include <fairway/detail/compile_once.hpp>
#include <fairway/transport/hub/ends.hpp>
#include <fairway/transport/inproc/transport.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace fairway {

FAIRWAY_DEFINITION inproc::hub::hub(options const& o)
    : state_(std::make_shared<hub_detail::hub_state>(
          hub_detail::hub_options{{o.queue_messages, o.queue_bytes}, o.paranoid})) {}

FAIRWAY_DEFINITION inproc::inproc(asio::any_io_executor executor, hub const& where)
    : inproc(std::move(executor), where.state_) {}

FAIRWAY_DEFINITION inproc::inproc(asio::any_io_executor const& executor, url const& where)
    : inproc(executor, of_context(executor, where)) {}

FAIRWAY_DEFINITION asio::any_io_executor inproc::get_executor() const { return self_->executor(); }

FAIRWAY_DEFINITION capabilities inproc::describe() const {
    capabilities c;
    c.point_to_point = c.publish_subscribe = c.sharded = c.replies = c.delay = c.back_pressure = true;
    c.redelivers = c.counts_attempts = c.simulable = c.central = true;
    c.passes_objects = !self_->hub().options().paranoid;
    c.level = acceptance::local;
    return c;
}

FAIRWAY_DEFINITION void inproc::declare(subscription const& from) {
    self_->hub().channel(from.from)->declare(from.group);
}

FAIRWAY_DEFINITION std::shared_ptr<sink> inproc::open(address const& to) {
    return std::make_shared<hub_detail::hub_sink>(self_, self_->hub().channel(to));
}

FAIRWAY_DEFINITION std::shared_ptr<source> inproc::listen(subscription const& from, receiver& told) {
    return std::make_shared<hub_detail::hub_source>(self_->shared_hub(), self_->hub().channel(from.from), from, told);
}

FAIRWAY_DEFINITION reply_channel inproc::open_replies(receiver& told) {
    auto [name, channel] = self_->hub().make_reply_channel();
    auto replies = std::make_shared<hub_detail::hub_source>(self_->shared_hub(), channel, subscription{}, told, name);
    return {std::move(name), std::move(replies)};
}

FAIRWAY_DEFINITION std::shared_ptr<sink> inproc::open_reply(std::string_view reply_to) {
    auto channel = self_->hub().reply_channel_at(reply_to);
    if (!channel) return nullptr;
    return std::make_shared<hub_detail::hub_sink>(self_, std::move(channel));
}

FAIRWAY_DEFINITION void inproc::close() { self_->close(); }

FAIRWAY_DEFINITION inproc::inproc(asio::any_io_executor executor, std::shared_ptr<hub_detail::hub_state> where)
    : self_(std::make_shared<hub_detail::attachment>(std::move(executor), std::move(where))) {
    self_->start();
}

FAIRWAY_DEFINITION std::shared_ptr<hub_detail::hub_state> inproc::of_context(
    asio::any_io_executor const& executor, url const& where) {
    if (!where.authority().empty() || !where.path().empty())
        detail::fail(errc::invalid_url, "inproc:// has neither host nor path; share an inproc::hub instead");
    hub_detail::hub_options o;
    for (auto const& [name, value] : where.options()) {
        if (name != "paranoid" || (value != "true" && value != "false"))
            detail::fail(errc::invalid_url, "inproc:// knows one option: paranoid=true or paranoid=false");
        o.paranoid = value == "true";
    }
    auto& context = asio::query(executor, asio::execution::context);
    return asio::use_service<hub_detail::context_hub>(context).get(o);
}

} // namespace fairway

#endif
