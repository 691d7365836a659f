// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What is cast up has a version.
// expect: fairway: the argument of upcast is the message's predecessor and has a contract
#include "prelude.hpp"

#ifndef FAIRWAY_FIXED
struct older {};
#else
struct older {
    using contract = fairway::event<"greeting">;
};
#endif
struct greeting {
    using contract = fairway::event<"greeting">::version<2>;
    static greeting upcast(older const&) { return {}; }
};
using greetings = fairway::publish_subscribe<"greetings", greeting>;

void f(fairway::service& self) {
    self.handle<greetings>([](greeting const&) {});
}
