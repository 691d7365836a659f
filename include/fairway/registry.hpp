// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_REGISTRY_HPP
#define FAIRWAY_REGISTRY_HPP

// The registry, at which services find each other, and its clients' side.
#include <fairway/registry/directory.hpp>
#include <fairway/registry/registry.hpp>

#endif
