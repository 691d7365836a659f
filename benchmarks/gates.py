#!/usr/bin/env python3
# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""What Fairway's performance must not fall short of, and the check of it: gates.py PROGRAMS [--write | ROW...]

Runs the benchmark programs of the folder PROGRAMS, prints a line for each gate and ends with
`N passed, N failed`; the status is 0 if none failed. A gate is a number, or a multiple of what a rival took in the same
pass; what counts is the median of the passes. A gate whose rival, or broker, is not installed is skipped, by name, and did not pass.
With --write the table in the README is made anew from the same run, see table.py.

Rows within one thread go by processor time (cpu_ns_per_op), which is what has gone by on an idle machine and about the
same on a busy one. Rows between threads go by what has gone by: they say little on a busy machine. What others used of
the processors is told.
"""
import collections
import os
import statistics
import sys

import table
from results import CPU, WALL, measure

Gate = collections.namedtuple("Gate", "row scenario peer size metric sign limit against beside threads beyond")


def gate(row, scenario, peer, metric, size=None, most=None, least=None, against=None, beside=None, threads=1,
         beyond=None):
    """`most` or `least` is a number, or with `against` a multiple of what that peer has, or with `beyond` how much more
    than what that peer has; `beside` is only shown."""
    sign, limit = ("<=", most) if least is None else (">=", least)
    return Gate(row, scenario, peer, size, metric, sign, limit, against, against or beyond or beside, threads, beyond)


GATES = [
    gate(1, "send_one_thread_burst64", "fairway-try_send", CPU, most=120, beside="asio-post-message"),
    gate(1, "send_one_thread_burst64", "fairway-co_await-send", CPU, most=120, beside="asio-channel-message"),
    # A turn of an execution context that has a reactor takes about 210 ns by itself: it asks the kernel each time. It is
    # taken off, with the loop that sends: a posted function for try_send, a coroutine that awaits a post for co_await.
    gate(1, "send_one_thread_single", "fairway-try_send", CPU, most=200, beyond="driver-only"),
    gate(1, "send_one_thread_single", "fairway-co_await-send", CPU, most=200, beyond="driver-only-coroutine"),
    gate(1, "send_one_thread_burst64", "fairway-try_send", "allocs_per_op", most=1, beside="asio-post-message"),
    gate(2, "publish_16_groups_burst64", "fairway-try_send", CPU, most=15, beside="asio-post-shared-body"),
    # Between cores a cache line takes 50 to 1,000 ns, as the host pleases, so that numbers say little: the multiples are
    # those of 150, 200 and 20 ns of what the limits took on a quiet machine, 87 and 9 ns.
    gate(3, "send_two_threads_burst64", "fairway-send_all", WALL, most=1.72, against="limit-recycled-blocks", threads=2),
    gate(3, "send_two_threads_burst8", "fairway-send_all", WALL, most=1.72, against="limit-recycled-blocks", threads=2),
    gate(3, "send_two_threads_single", "fairway-try_send", WALL, most=2.3, against="limit-recycled-blocks", threads=2),
    gate(4, "publish_16_groups_two_threads", "fairway-try_send", WALL, most=2.2, against="limit-one-hand-over",
         threads=2),
    gate(5, "request_one_thread", "fairway-coroutine-handler", CPU, most=0.9, against="asio-channels-handle"),
    gate(6, "request_two_threads", "fairway-coroutine-handler", WALL, most=0.9, against="sobjectizer-body", threads=2),
    # 0.9 of SObjectizer's 1673 ns, where a round trip of a cache line took 293.
    gate(6, "request_two_threads", "fairway-coroutine-handler", WALL, most=5.1, against="limit-cache-line", threads=2),
    gate(7, "pending_completed", "fairway-correlation", CPU, size=1_000, most=40, beside="limit-slots"),
    gate(7, "pending_completed", "fairway-correlation", CPU, size=1_000_000, most=150, beside="limit-slots"),
    gate(7, "pending_deadline", "fairway-reschedule-without-find", CPU, size=10_000, most=15,
         beside="limit-timing-wheel"),
    gate(8, "memory_queued", "fairway", "times_payload", most=1.4, beside="one-block-each"),
    gate(9, "codec_encode", "fairway", CPU, most=1 / 8, against="nlohmann"),
    gate(9, "codec_decode", "fairway", CPU, most=1 / 1.8, against="nlohmann"),
    gate(10, "codec_calls", "objects-16-groups", "encodes_per_message", most=0),
    gate(10, "codec_calls", "objects-16-groups", "decodes_per_message", most=0),
    gate(10, "codec_calls", "objects-request", "encodes_per_message", most=0),
    gate(10, "codec_calls", "bytes-16-groups", "encodes_per_message", most=1),
    # Over sockets, all threads on one processor: what the kernel takes to wake another one up says nothing of a library.
    *(gate(11, "tcp_one_way", "fairway", CPU, size=size, most=1 / 2, against="zmq-two-parts") for size in (100, 1024)),
    *(gate(12, "unix_one_way", "fairway", CPU, size=size, most=1 / 2.5, against="zmq-two-parts")
      for size in (100, 1024)),
    gate(13, "tcp_request", "fairway", "p50", most=1.5, against="asio-coroutines"),
    gate(13, "tcp_request", "fairway", "p50", most=0.6, against="zmq-req-rep"),
    gate(13, "tcp_request", "fairway", "p50", most=0.3, against="grpc-unary"),
    gate(14, "tcp_in_flight", "fairway", CPU, most=1 / 2, against="zmq-dealer-router"),
    gate(14, "tcp_in_flight", "fairway", CPU, most=1 / 20, against="grpc-stream"),
    # The written message is there within a turn or two of the executor: no timer holds it back.
    *(gate(15, f"{road}_calls_one_way", "fairway", "calls_per_op", most=1 / 16) for road in ("tcp", "unix")),
    *(gate(15, f"{road}_sent_alone", "fairway", "p50", most=10_000) for road in ("tcp", "unix")),
    # The same message with the same properties, from the same queue; the broker has most to do.
    *(gate(16, f"rabbitmq_{what}", "fairway", WALL, most=1 / 0.95, against="librabbitmq")
      for what in ("publish", "consume")),
    # What a healthy client's requests take while each kind of hostile peers is at the same node.
    *(gate("hostile", "tcp_hostile", kind, "p99", most=2, against="alone", threads=2)
      for kind in ("idle-64", "idle-1000", "one-byte-a-second", "garbage", "too-large", "header-bombs",
                   "subscription-storm", "false-settlements", "unread-replies")),
    gate("hostile", "tcp_hostile", "never-reads", "p99", most=2, against="alone-publishing", threads=2),
    gate(19, "scale_out_channels", "fairway-two-channels", "times_throughput", least=1.6, threads=2),
    gate(19, "scale_out_shards", "fairway-two-instances", "times_throughput", least=1.6, threads=2),
    gate(20, "compile_contract", "fairway-contract", "cpu_time", most=0.3, beside="std-string-only"),
    gate(20, "compile_service", "fairway-service", "cpu_time", most=6, beside="boost-asio-only"),
]


def figure(value, unit=""):
    return f"{value:.4g} {unit}".rstrip()


def judge(g, results):
    """The verdict, "passed", "failed" or "skipped", and what there is to say."""
    name = f"row {g.row:2} {g.scenario}{'' if g.size is None else f' of {g.size:,}'} {g.peer} {g.metric}"
    mine = results.of(g.scenario, g.peer, g.metric, g.size)
    theirs = results.of(g.scenario, g.beside, g.metric, g.size)
    if g.threads > len(os.sched_getaffinity(0)):
        return "skipped", f"{name}: needs {g.threads} processors"
    if not mine and results.is_left_out(g.scenario):
        return "skipped", f"{name}: what it needs is not installed"
    if not mine:
        return "failed", f"{name}: was not measured"
    if g.against and not theirs:
        return "skipped", f"{name}: {g.against} was not measured, it is not installed"
    unit, value = results.unit_of(g.scenario, g.peer, g.metric, g.size), statistics.median(mine.values())
    text = f"{name}: {figure(value, unit)}"
    if theirs:
        ratio = statistics.median(mine[n] / theirs[n] for n in mine if theirs.get(n))
        text += f", {g.beside} {figure(statistics.median(theirs.values()), unit)}, ratio {figure(ratio)}"
    if g.against:
        value = ratio
        text += f", gate {g.sign} {figure(g.limit)} of it"
    elif g.beyond:
        if not theirs:
            return "failed", f"{name}: {g.beyond} was not measured"
        value = statistics.median(mine[n] - theirs[n] for n in mine if n in theirs)
        text += f", {figure(value, unit)} beyond it, gate {g.sign} {figure(g.limit, unit)}"
    else:
        text += f", gate {g.sign} {figure(g.limit, unit)}"
    if value <= g.limit if g.sign == "<=" else value >= g.limit:
        return "passed", text + ": passed"
    if g.limit == 0:
        return "failed", text + f": short by {figure(value, unit)}"
    return "failed", text + f": short by {100 * abs(value - g.limit) / g.limit:.0f} %"


def main():
    arguments = [a for a in sys.argv[1:] if a != "--write"]
    write = len(arguments) < len(sys.argv) - 1
    if not arguments or (write and len(arguments) > 1):
        sys.exit(__doc__.splitlines()[0])
    rows = set(arguments[1:])
    if unknown := rows - {str(g.row) for g in GATES}:
        sys.exit(f"no gate is of {', '.join(sorted(unknown))}")
    gates = [g for g in GATES if not rows or str(g.row) in rows]
    scenarios = {g.scenario for g in gates} | (table.scenarios() if write else set())
    results = measure(arguments[0], scenarios)
    if results.disturbed:
        print(f"# others used {results.others:.0%} of the processors: rows between threads are off", flush=True)
    count = collections.Counter()
    for g in gates:
        verdict, text = judge(g, results)
        count[verdict] += 1
        print(f"skipped: {text}" if verdict == "skipped" else text, flush=True)
    if count["skipped"]:
        print(f"{count['skipped']} skipped")
    print(f"{count['passed']} passed, {count['failed']} failed")
    if write:
        table.write(results)
    sys.exit(1 if count["failed"] else 0)


if __name__ == "__main__":
    main()
