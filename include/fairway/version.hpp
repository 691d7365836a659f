// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_VERSION_HPP
#define FAIRWAY_VERSION_HPP

// major * 10000 + minor * 100 + patch, for `#if`. CMake reads it from here.
#define FAIRWAY_VERSION 100

#endif
