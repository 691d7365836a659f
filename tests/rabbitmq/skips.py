#!/usr/bin/env python3
# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""Runs a test program, and ends as it does; with 77 where it has passed and said that it skipped something.

By what is printed alone (SKIP_REGULAR_EXPRESSION) CTest would call it skipped also where something else has failed."""
import subprocess
import sys

with subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                      errors="replace") as program:
    skips = False
    for line in program.stdout:
        skips = skips or "SKIPPED: " in line
        print(line, end="", flush=True)
sys.exit(program.returncode or (77 if skips else 0))
