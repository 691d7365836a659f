// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#if __has_include(<fairway/fairway.hpp>)
#include <fairway/fairway.hpp>
#include <fairway/inproc.hpp>
#endif
#include <fairway/error.hpp>

int main() { return make_error_code(fairway::errc::closed) == fairway::condition::closed ? 0 : 1; }
