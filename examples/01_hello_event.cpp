// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// An event: one service tells what happened, every service that subscribed hears it.
#include <fairway/fairway.hpp>
#include <fairway/inproc.hpp>

#include <iostream>
#include <string>

using fairway::task;

namespace harbour {
struct ship_arrived {
    using contract = fairway::event<"harbour.ship-arrived">;
    std::string name;
    int berth = 0;
};
struct ship_left {
    using contract = fairway::event<"harbour.ship-left">;
    std::string name;
};
using news = fairway::publish_subscribe<"harbour.news", ship_arrived, ship_left>;
} // namespace harbour

task<> watch_the_harbour(fairway::any_transport net) {
    // [subscribe]
    fairway::service cranes{net, "cranes"};
    auto const unload = [](harbour::ship_arrived const& ship) {
        std::cout << "cranes: to berth " << ship.berth << "\n";
    };
    cranes.handle<harbour::news>(fairway::overload{unload, fairway::ignore_others}); // this event and no other
    cranes.start();
    // [/subscribe]

    fairway::service pub{net, "pub"};
    auto const fill = [](harbour::ship_arrived const& ship) { std::cout << "pub: beer for the " << ship.name << "\n"; };
    auto const close = [&](harbour::ship_left const& ship) {
        std::cout << "pub: the " << ship.name << " has left, good night\n";
        // Ends the service in good order. The handler only starts that: awaiting it here would await itself.
        pub.shutdown();
    };
    pub.handle<harbour::news>(fairway::overload{fill, close});

    fairway::service pilot{net, "pilot"};
    auto const news = pilot.sender<harbour::news>();
    harbour::ship_arrived const arrived{.name = "Aurora", .berth = 7};
    co_await news.send(arrived);
    harbour::ship_left const left{.name = "Aurora"};
    co_await news.send(left);

    co_await pub.run(); // handles what came since `handle`; completes when the service has ended
}

int main() {
    return fairway::run(
        [](auto executor) { return watch_the_harbour(fairway::open<fairway::inproc>(executor, "inproc://")); });
}
