// Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
// An error code is made of an errc, never of a bare number.
// expect[gcc]: conversion from 'int' to non-scalar type 'const boost::system::error_code' requested
// expect[clang]: no viable conversion from 'int' to 'const fairway::error_code'
#include "prelude.hpp"

#ifndef FAIRWAY_FIXED
fairway::error_code const code = 3;
#else
fairway::error_code const code = fairway::errc::closed;
#endif
