#!/usr/bin/env python3
# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""Instructions for each operation of the rows within one thread: instructions.py PROGRAMS

Runs each peer twice under valgrind's callgrind, with different numbers of operations, and divides the difference: what
it takes to start is not in it, and a busy machine changes nothing. The numbers are those of valgrind's processor; the
kernel's instructions are not counted. Prints lines `scenario peer size metric value unit`.
"""
import concurrent.futures
import os
import re
import subprocess
import sys

FEW, MANY = 2_000, 10_000
SIZE = 100
PEERS = [
    ("bench_inproc_one_thread", "send_one_thread_burst64", ["fairway-try_send", "fairway-co_await-send", "driver-only"]),
    ("bench_inproc_one_thread", "send_one_thread_single",
     ["fairway-try_send", "driver-only", "fairway-co_await-send", "driver-only-coroutine"]),
    ("bench_inproc_fan_out", "publish_16_groups_burst64", ["fairway-try_send", "driver-only"]),
    ("bench_inproc_request", "request_one_thread",
     ["fairway-coroutine-handler", "fairway-plain-handler", "driver-only", "asio-channels-handle"]),
]


def instructions(program, scenario, peer, count):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
               program, scenario, "--peer", peer, "--count", str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not found:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    return int(found.group(1))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.splitlines()[0])
    cases = [(os.path.join(sys.argv[1], program), scenario, peer) for program, scenario, peers in PEERS for peer in peers]
    try:
        subprocess.run(["valgrind", "--version"], capture_output=True, check=True)
    except FileNotFoundError:
        sys.exit("instructions are counted by valgrind, which is not installed")
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        counts = [[pool.submit(instructions, *case, n) for n in (FEW, MANY)] for case in cases]
        for (_, scenario, peer), (few, many) in zip(cases, counts):
            each = (many.result() - few.result()) / (MANY - FEW)
            print(f"{scenario} {peer} {SIZE} instructions_per_op {each:.1f} instructions", flush=True)


if __name__ == "__main__":
    main()
