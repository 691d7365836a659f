// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
#ifndef FAIRWAY_DEAD_LETTERS_HPP
#define FAIRWAY_DEAD_LETTERS_HPP

// To look after dead letters: a box for programs, a command line for people.
#include <fairway/service/dead_letter_box.hpp>
#include <fairway/service/dead_letter_tool.hpp>

#endif
