// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Uses Fairway as a project would: a command and its reply, with bodies as bytes, so that all that it links is needed.
#include <fairway/fairway.hpp>
#include <fairway/inproc.hpp>

#include <iostream>
#include <string>

using namespace std::chrono_literals;

struct echoed {
    using contract = fairway::document<"consume.echoed">;
    std::string text;
};
struct echo {
    using contract = fairway::command<"consume.echo", echoed>;
    std::string text;
};
using echoes = fairway::point_to_point<"consume.echoes", echo>;

fairway::task<int> talk(fairway::any_transport net) {
    fairway::service wall{net, "wall"};
    wall.handle<echoes>([](echo const& e) { return echoed{.text = e.text + ", " + e.text}; });
    wall.start();

    fairway::service caller{net, "caller"};
    echo const hello{.text = "hello"};
    auto const heard = co_await caller.sender<echoes>().request(hello, 10s);
    auto const ledger = co_await wall.drain(10s);
    std::cout << heard.text << "\n";
    co_return heard.text == "hello, hello" && ledger.accepted == 1 ? 0 : 1;
}

int main() {
    return fairway::run(
        [](auto executor) { return talk(fairway::open<fairway::inproc>(executor, "inproc://?paranoid=true")); });
}
