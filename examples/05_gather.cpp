// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Publish/async responses: one question to all, many answers. A gather says why it ended.
#include <fairway/fairway.hpp>
#include <fairway/inproc.hpp>

#include <iostream>
#include <string>
#include <string_view>

using namespace std::chrono_literals;
using fairway::task;

namespace taxi {
struct offer {
    using contract = fairway::document<"taxi.offer">;
    int minutes = 0;
};
struct who_comes {
    using contract = fairway::command<"taxi.who-comes", offer>;
    std::string street;
};
using calls = fairway::publish_subscribe<"taxi.calls", who_comes>;
} // namespace taxi

std::string_view why(fairway::gather_end end) {
    switch (end) {
    case fairway::gather_end::timed_out: return "the time was over";
    case fairway::gather_end::stalled: return "nobody answered any more";
    case fairway::gather_end::maximum: return "enough answers";
    case fairway::gather_end::satisfied: return "one was good enough";
    case fairway::gather_end::closed: return "the service was closed";
    }
    return "?";
}

void print(std::string_view what, fairway::gathered<taxi::offer> const& all) {
    std::cout << what << ":";
    for (auto const& [responder, offer] : all.replies) std::cout << " " << responder << " in " << offer.minutes << "'";
    for (auto const& fault : all.faults) std::cout << " (" << fault.responder() << ": " << fault.what() << ")";
    std::cout << ", " << why(all.ended_by) << "\n";
}

task<> call_taxis(fairway::any_transport net) {
    fairway::service near{net, "near"}, far{net, "far"}, busy{net, "busy"};
    near.handle<taxi::calls>([](taxi::who_comes const&) { return taxi::offer{.minutes = 4}; });
    far.handle<taxi::calls>([](taxi::who_comes const&) { return taxi::offer{.minutes = 9}; });
    busy.handle<taxi::calls>(
        [](taxi::who_comes const&) -> taxi::offer { throw fairway::fault("busy", "not before noon"); });
    for (auto* const service : {&near, &far, &busy}) service->start();

    fairway::service caller{net, "caller"};
    auto const calls = caller.sender<taxi::calls>();
    taxi::who_comes const question{.street = "Quay 7"};

    // [gather]
    using options = fairway::gather_options<taxi::offer>; // its argument is the total timeout
    auto const all = co_await calls.gather(question, options(5s).maximum(3));
    print("three answers", all);

    auto const soon = [](taxi::offer const& o) { return o.minutes < 5; };
    auto const first = co_await calls.gather(question, options(5s).until(soon));
    print("in five minutes", first);

    auto const patient = co_await calls.gather(question, options(5s).stall(100ms));
    print("as long as they come", patient);
    // [/gather]
}

int main() {
    return fairway::run(
        [](auto executor) { return call_taxis(fairway::open<fairway::inproc>(executor, "inproc://")); });
}
