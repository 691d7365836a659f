// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// What is cast up is older.
// expect: fairway: upcast takes a message of a lower major version
#include "prelude.hpp"

#ifndef FAIRWAY_FIXED
struct older {
    using contract = fairway::event<"greeting">::version<3>;
};
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
