// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// A reply is a message.
// expect: fairway: every reply type of a command needs a contract of its own
#include "prelude.hpp"

struct answer {
#ifdef FAIRWAY_FIXED
    using contract = fairway::document<"answer">;
#endif
    int value = 0;
};
struct question {
    using contract = fairway::command<"question", answer>;
};
using questions = fairway::point_to_point<"questions", question>;

void f(fairway::service& self) {
    self.handle<questions>([](question const&) { return answer{}; });
}
