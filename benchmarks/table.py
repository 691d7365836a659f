# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""The README's table of what was measured, and the machine on which that was; scripts/bench --check --write makes it."""
import collections
import os
import re
import statistics
import sys

from results import ALLOCATIONS, CPU, WALL

README = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "README.md")
BEGIN = "<!-- performance: written by scripts/bench --check --write -->\n"
END = "<!-- /performance -->"

# Of the rivals as many as tell something; those that are not installed are left out.
Row = collections.namedtuple("Row", "number what scenario peer metric others size", defaults=(None,))
POSTED = ["asio-post-message", "asio-channel-message", "moodycamel-message"]
CROSSED = ["caf-message", "sobjectizer-message", "moodycamel-message", "limit-recycled-blocks"]
SOCKETS = [("TCP", "tcp"), ("Unix socket", "unix")]
ROWS = [
    Row(1, "`try_send`, bursts of 64", "send_one_thread_burst64", "fairway-try_send", CPU, POSTED),
    Row(1, "`co_await send`, bursts of 64", "send_one_thread_burst64", "fairway-co_await-send", CPU,
        ["asio-channel-message"]),
    Row(1, "`try_send`, one by one", "send_one_thread_single", "fairway-try_send", CPU,
        ["asio-post-message", "driver-only"]),
    Row(1, "`co_await send`, one by one", "send_one_thread_single", "fairway-co_await-send", CPU,
        ["asio-channel-message", "driver-only-coroutine"]),
    Row(2, "publish to 16 groups, each delivery", "publish_16_groups_burst64", "fairway-try_send", CPU,
        ["asio-post-shared-body", "eventpp-queue-shared-body", "caf-shared-body", "vector-of-functions"]),
    Row(3, "`send_all` to another thread, 64 at a time", "send_two_threads_burst64", "fairway-send_all", WALL, CROSSED),
    Row(3, "`send_all` to another thread, 8 at a time", "send_two_threads_burst8", "fairway-send_all", WALL, CROSSED),
    Row(3, "`try_send` to another thread", "send_two_threads_single", "fairway-try_send", WALL, CROSSED),
    Row(4, "publish to 16 groups of another thread, each delivery", "publish_16_groups_two_threads", "fairway-try_send",
        WALL, ["eventpp-queue-shared-body", "moodycamel-queue-each", "caf-shared-body", "sobjectizer-shared-body",
               "limit-one-hand-over"]),
    Row(5, "request to a plain handler", "request_one_thread", "fairway-plain-handler", CPU,
        ["asio-channels-handle", "asio-channels-handle-without-timer", "caf-request-message"]),
    Row(5, "request to a coroutine", "request_one_thread", "fairway-coroutine-handler", CPU,
        ["asio-channels-handle", "asio-channels-message", "driver-only"]),
    Row(6, "request to a coroutine of another thread, spin budget 50 µs", "request_two_threads", "fairway-coroutine-handler", WALL,
        ["sobjectizer-body", "moodycamel-blocking-handle", "caf-request-message", "asio-concurrent-channels-handle",
         "limit-cache-line"]),
    Row("", "request to a plain handler of another thread, spin budget 50 µs", "spin_budget_request", "fairway-50us", WALL, ["fairway-without"]),
    Row("", "the same each millisecond: processor time", "spin_budget_rare_request", "fairway-50us", CPU,
        ["fairway-without", "timer-only"]),
    Row("", "the same, and then a handler posted on its context", "spin_budget_other_work", "fairway-50us", WALL,
        ["fairway-without"]),
    Row(7, "entry of a pending request, 1,000 of them", "pending_completed", "fairway-correlation", CPU,
        ["unordered_map-text-function", "limit-slots"], 1_000),
    Row(7, "entry of a pending request, 1,000,000 of them", "pending_completed", "fairway-correlation", CPU,
        ["unordered_map-text-function", "limit-slots"], 1_000_000),
    Row(8, "memory of a queued message of 254 bytes", "memory_queued", "fairway", "bytes_per_message",
        ["one-block-each", "vector-of-pairs", "map-of-strings"]),
    Row(9, "write an order as JSON", "codec_encode", "fairway", CPU, ["nlohmann"]),
    Row(9, "read an order from JSON", "codec_decode", "fairway", CPU, ["nlohmann", "nlohmann-sax"]),
    *(Row(number, f"{road} one way, 4 headers and {size:,} bytes, processor time of both ends", f"{prefix}_one_way", "fairway",
          CPU, ["zmq-two-parts", "limit-asio-one-thread", "limit-asio-two-threads"], size)
      for number, road, prefix in ((11, "TCP", "tcp"), (12, "Unix socket", "unix")) for size in (100, 1024)),
    *(Row(13, f"{road} request, one after the other: p50", f"{prefix}_request", "fairway", "p50",
          ["asio-coroutines", "zmq-req-rep", "grpc-unary"]) for road, prefix in SOCKETS),
    *(Row(14, f"{road}, 64 requests under way, each", f"{prefix}_in_flight", "fairway", CPU,
          ["zmq-dealer-router", "grpc-stream", "grpc-unary", "limit-asio-one-thread"]) for road, prefix in SOCKETS),
    *(Row(15, f"{road} one way: system calls for each message", f"{prefix}_calls_one_way", "fairway", "calls_per_op",
          ["zmq-two-parts", "limit-asio-one-thread"]) for road, prefix in SOCKETS),
    *(Row(15, f"{road}: a message that comes alone is written after", f"{prefix}_sent_alone", "fairway", "p50",
          ["zmq-two-parts", "limit-asio-one-thread"]) for road, prefix in SOCKETS),
    *(Row(16, f"RabbitMQ, {what}, 100 bytes and durable{of}", f"rabbitmq_{scenario}", "fairway", metric,
          ["librabbitmq", "librabbitmq-bare"])
      for what, scenario in (("publish, confirmed", "publish"), ("consume, acknowledged", "consume"))
      for of, metric in (("", WALL), (": the client's processor time", CPU))),
    Row(19, "two channels on two cores over one on one", "scale_out_channels", "fairway-two-channels", "times_throughput",
        []),
    Row(19, "two shards on two cores over two on one", "scale_out_shards", "fairway-two-instances", "times_throughput",
        []),
    Row(20, "compile a contract header, -O0", "compile_contract", "fairway-contract", "cpu_time", ["std-string-only"]),
    Row(20, "compile a service, -O0", "compile_service", "fairway-service", "cpu_time",
        ["boost-asio-only", "nlohmann-json-only"]),
]


def scenarios():
    """What has to be measured for it."""
    return {row.scenario for row in ROWS}


def _figure(value, unit):
    if unit == "ns" and value >= 1000:
        value, unit = value / 1000, "µs"
    number = f"{value:,.0f}" if value >= 100 else f"{float(f'{value:.2g}'):g}"
    return f"{number} {unit}".rstrip()


def _lines(results):
    yield "| row | what | Fairway | others in the same run | allocations |"
    yield "| --- | --- | --- | --- | --- |"
    for row in ROWS:
        def median(peer, metric):
            values = results.of(row.scenario, peer, metric, row.size)
            return statistics.median(values.values()) if values else None

        unit = results.unit_of(row.scenario, row.peer, row.metric, row.size)
        if median(row.peer, row.metric) is None:
            sys.exit(f"{row.scenario} {row.peer} {row.metric} was not measured: the README stays as it is")
        measured = [(peer, median(peer, row.metric)) for peer in row.others]
        others = " · ".join(f"{peer} {_figure(value, unit)}" for peer, value in measured if value is not None)
        allocations = median(row.peer, ALLOCATIONS)
        count = "" if allocations is None else f"{round(allocations, 1):g}"
        yield f"| {row.number} | {row.what} | {_figure(median(row.peer, row.metric), unit)} | {others} | {count} |"


def write(results):
    """Writes the table of the results into the README, with what scripts/bench says of the machine."""
    with open(README, encoding="utf-8") as file:
        readme = file.read()
    place = re.compile(f"(?<={re.escape(BEGIN)}).*?(?={re.escape(END)})", re.S)
    if len(place.findall(readme)) != 1:
        sys.exit("the README has no place for the table")
    about = dict(line.lstrip("# ").split(" ", 1) for line in os.environ.get("BENCH_MACHINE", "").splitlines())
    text = "\n".join(_lines(results)) + "\n"
    text += f"\nMeasured on {about.get('machine', 'an unknown machine')}, with {about.get('compiler', 'an unknown compiler')}"
    if results.disturbed:
        text += f"; others used {results.others:.0%} of its processors, so that rows between threads are off"
    with open(README, "w", encoding="utf-8") as file:
        file.write(place.sub(lambda _: text + ".\n", readme))
