// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_DETAIL_COMPILE_ONCE_HPP
#define FAIRWAY_DETAIL_COMPILE_ONCE_HPP

// What transports and services are made of takes a compiler seconds. Each file that names a transport compiles it,
// unless FAIRWAY_COMPILE_ONCE is defined, for all files of a program: then one of them compiles it for all, which
// includes <fairway/inproc_definitions.hpp>, or those of another transport, or of several. Where several files do it
// none is in the way of others, since the definitions are weak. A declaration must not be: nobody would look for its
// definition in a library.
#ifdef FAIRWAY_COMPILE_ONCE
#define FAIRWAY_DEFINITION [[gnu::weak]]
#else
#define FAIRWAY_DEFINITION inline
#endif

#endif
