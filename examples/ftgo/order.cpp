// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#include "order.hpp"

namespace ftgo {
namespace {

cents total_of(place_order const& wish) {
    cents total = 0;
    for (auto const& i : wish.items) total += cents{i.quantity} * i.price;
    return total;
}

} // namespace

fairway::task<order_service::ending> order_service::operator()(place_order const& wish) {
    auto const id = wish.id;
    cents const total = total_of(wish);
    order_created const created{.id = id, .restaurant = wish.restaurant, .total = total};
    co_await events_.send(created);

    if (auto const reason = co_await approve(wish, total)) {
        order_rejected const rejected{.id = id, .reason = *reason};
        co_await events_.send(rejected);
        co_return rejected;
    }
    order_approved const approved{.id = id};
    co_await events_.send(approved);

    deliver_order const ride{.id = id, .zone = wish.zone};
    auto const answer = co_await deliveries_.request(ride);
    if (auto const* booked = std::get_if<courier_booked>(&answer)) {
        capture_payment const payment{.id = id};
        co_await accounting_.send(payment);
        order_delivered const delivered{
            .id = id, .courier = booked->courier, .minutes = booked->minutes, .total = total};
        co_await events_.send(delivered);
        co_return delivered;
    }
    co_await undo_money(id);
    co_await undo_ticket(id);
    order_cancelled const cancelled{.id = id, .reason = "no_courier"};
    co_await events_.send(cancelled);
    co_return cancelled;
}

fairway::task<order_service::refusal> order_service::approve(place_order const& wish, cents total) {
    if (auto const reason = co_await verify(wish.consumer, total)) co_return reason;
    if (auto const reason = co_await cook(wish)) co_return reason;
    auto const reason = co_await hold_money(wish, total);
    if (reason) co_await undo_ticket(wish.id);
    co_return reason;
}

fairway::task<order_service::refusal> order_service::verify(std::string const& consumer, cents total) {
    verify_consumer const who{.consumer = consumer, .total = total};
    try {
        (void)co_await consumers_.request(who);
    } catch (fairway::fault const& f) {
        co_return f.code();
    }
    co_return std::nullopt;
}

fairway::task<order_service::refusal> order_service::cook(place_order const& wish) {
    create_ticket const ticket{.id = wish.id, .restaurant = wish.restaurant, .items = wish.items};
    auto const answer = co_await kitchen_.request(ticket);
    if (auto const* refused = std::get_if<ticket_refused>(&answer)) co_return refused->reason;
    co_return std::nullopt;
}

fairway::task<order_service::refusal> order_service::hold_money(place_order const& wish, cents total) {
    authorize_card const money{.id = wish.id, .card = wish.card, .total = total};
    auto const answer = co_await accounting_.request(money);
    if (std::holds_alternative<card_declined>(answer)) co_return "card_declined";
    co_return std::nullopt;
}

fairway::task<> order_service::undo_ticket(order_id id) {
    cancel_ticket const ticket{.id = id};
    (void)co_await kitchen_.request(ticket);
}

fairway::task<> order_service::undo_money(order_id id) {
    reverse_authorization const money{.id = id};
    (void)co_await accounting_.request(money);
}

} // namespace ftgo
