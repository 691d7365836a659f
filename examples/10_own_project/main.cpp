// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A program in a project of its own: its services, and a URL that says by which transport they talk.
#include "parcels.hpp"
#include "post_office.hpp"

#include <fairway/fairway.hpp>
#include <fairway/inproc.hpp>

#include <iostream>

using namespace std::chrono_literals;
using fairway::task;

task<int> send_one(fairway::any_transport net) {
    fairway::service office{net, "post-office"};
    office.handle<parcels::counter>(post_office{});
    office.start();

    fairway::service customer{net, "customer"};
    parcels::send_parcel const gift{
        .to = "Quay 7", .class_ = parcels::size::large, .note = "fragile", .contents = {"cups", "a pot"}};
    auto const label = co_await customer.sender<parcels::counter>().request(gift, 5s);
    std::cout << label.number << " costs " << label.cents << " cents\n";
    co_return label.cents == 790 ? 0 : 1; // what main returns
}

int main(int argc, char** argv) {
    return fairway::run([&](auto executor) {
        return send_one(fairway::open<fairway::inproc>(executor, argc > 1 ? argv[1] : "inproc://"));
    });
}
