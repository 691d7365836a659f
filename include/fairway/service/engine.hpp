// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_SERVICE_ENGINE_HPP
#define FAIRWAY_SERVICE_ENGINE_HPP

#include <fairway/service/core.hpp>

#include <memory>
#include <string>
#include <utility>

namespace fairway::detail {

// What a service is made of.
std::shared_ptr<service_core> make_engine(any_transport const& on, std::string name, std::shared_ptr<observer> watcher);

// One for all transports.
template <transport Transport>
struct engine_on<Transport> {
    static std::shared_ptr<service_core> make(
        any_transport const& on, std::string name, std::shared_ptr<observer> watcher) {
        return make_engine(on, std::move(name), std::move(watcher));
    }
};

} // namespace fairway::detail

#ifndef FAIRWAY_COMPILE_ONCE
#include <fairway/service/engine_definitions.hpp>
#endif

#endif
