// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// Uses Fairway as a project would, without a service, which takes long to compile: the contract, and what runs tasks.
#include <fairway/contract.hpp>
#include <fairway/service/run.hpp>
#include <fairway/version.hpp>

#include <iostream>
#include <string>

#ifdef PACKAGE_VERSION
static_assert(FAIRWAY_VERSION == PACKAGE_VERSION);
#endif
#ifdef BOOST_ASIO_NO_DEPRECATED
#error what a project uses of Asio is its own business
#endif

struct heard {
    using contract = fairway::event<"consume.heard">;
    std::string text;
};
using news = fairway::publish_subscribe<"consume.news", heard>;

fairway::task<int> tell() {
    std::cout << news::name << "\n";
    co_return news::name == "consume.news" ? 0 : 1;
}

int main() {
    return fairway::run([](auto const&) { return tell(); });
}
