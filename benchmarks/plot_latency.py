#!/usr/bin/env python3
# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""Draws how long requests take under load, of what bench_tcp_under_load prints: plot_latency.py LINES SVG

Two panels, p50 and p99, over the rate at which requests come, both logarithmic: each peer from 10 to 90 per cent of the
most that it can do. Below and to the right is better.
"""
import collections
import math
import sys

import picture

SCENARIO = "tcp_under_load"
# The peers that are drawn, where they were measured, with their labels.
PEERS = [("fairway", "Fairway"), ("zmq-dealer-router", "ZeroMQ"), ("grpc-stream", "gRPC"),
         ("limit-asio-two-threads", "Asio by hand")]
PANELS = [("Half of the requests take less than", "p50"), ("99 of 100 requests take less than", "p99")]
HEIGHT, PANEL_HEIGHT = 330, 200


def values_of(results):
    """Values by peer and metric, and then by percentage."""
    values = collections.defaultdict(dict)
    for scenario, peer, percent, metric, value, _ in results:
        if scenario == SCENARIO:
            values[peer, metric][percent] = value
    return values


def points_of(values, peer, metric):
    """(requests a second, microseconds) in the order of the rates; a rate that a peer did not keep up with is left out."""
    rates, times = values.get((peer, "rate"), {}), values.get((peer, metric), {})
    return [(rates[k], times[k] / 1000) for k in sorted(times) if k in rates]


def decades(numbers):
    return math.floor(math.log10(min(numbers))), math.ceil(math.log10(max(numbers)))


def panel(out, left, title, series, x_span, y_span):
    top = picture.TOP

    def place(x, y):
        across = (math.log10(x) - x_span[0]) / (x_span[1] - x_span[0])
        up = (math.log10(y) - y_span[0]) / (y_span[1] - y_span[0])
        return left + picture.PANEL_WIDTH * across, top + PANEL_HEIGHT * (1 - up)

    x_marks = [10.0 ** k for k in range(x_span[0], x_span[1] + 1)]
    y_marks = [10.0 ** k for k in range(y_span[0], y_span[1] + 1)]
    picture.axes(out, left, top, PANEL_HEIGHT, title, "requests a second", "µs",
                 [(place(x, y_marks[0])[0], picture.short(x)) for x in x_marks],
                 [(place(x_marks[0], y)[1], picture.short(y)) for y in y_marks])
    for colour, points in series:
        picture.line(out, colour, [place(x, y) for x, y in points])


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.splitlines()[0])
    results, notes = picture.read(sys.argv[1])
    values = values_of(results)
    if not points_of(values, PEERS[0][0], "p50"):
        sys.exit(f"no points of {SCENARIO} {PEERS[0][0]} in {sys.argv[1]}")
    drawn = [(peer, label, colour) for (peer, label), colour in zip(PEERS, "abcd") if points_of(values, peer, "p50")]
    everything = [p for peer, _, _ in drawn for _, metric in PANELS for p in points_of(values, peer, metric)]
    x_span, y_span = decades([x for x, _ in everything]), decades([y for _, y in everything])
    out = []
    for k, (title, metric) in enumerate(PANELS):
        panel(out, picture.LEFT + k * picture.GAP_X, title,
              [(colour, points_of(values, peer, metric)) for peer, _, colour in drawn], x_span, y_span)
    for k, (_, label, colour) in enumerate(drawn):
        x = picture.LEFT + 150 * k
        out.append(f'<circle class="{colour}-fill" cx="{x + 4}" cy="{HEIGHT - 16}" r="4"/>')
        out.append(f'<text class="series" x="{x + 14}" y="{HEIGHT - 12}">{label}</text>')
    picture.write(sys.argv[2], HEIGHT, "How long requests over TCP take, over the rate at which they come", "abcd", out,
                  notes)


if __name__ == "__main__":
    main()
