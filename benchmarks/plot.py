#!/usr/bin/env python3
# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""Draws the scaling series that bench_inproc_scaling prints: plot.py LINES SVG

Four panels with what a message costs over how much there is, on a logarithmic axis: a flat line is what one wants to
see.
"""
import collections
import math
import sys

import picture

# Title, what is on the axes, and the series: scenario and label.
PANELS = [
    ("More groups on a channel", "groups", "ns per delivery", [("scaling_groups", "")]),
    ("More channels", "channels", "ns per message", [("scaling_channels", "")]),
    ("More messages waiting in a queue", "messages waiting", "ns per message", [("scaling_depth", "")]),
    ("More requests pending", "pending requests", "ns per request",
     [("scaling_requests", "all of it"), ("scaling_pending", "its table alone")]),
]
HEIGHT = 560
PANEL_HEIGHT, GAP_Y = 170, 268


def points_of(results):
    """Points by scenario: (size, value)."""
    points = collections.defaultdict(list)
    for scenario, peer, size, metric, value, _ in results:
        if peer == "fairway" and metric == "cpu_ns_per_op":
            points[scenario].append((size, value))
    return points


def nice_step(top):
    """A step of 1, 2 or 5 times a power of ten, so that four or five of them reach `top`."""
    power = 10 ** math.floor(math.log10(top / 4))
    return next(m * power for m in (1, 2, 5, 10) if m * power * 5 >= top)


def panel(out, left, top, title, x_axis, y_axis, series):
    span = max(x for _, points in series for x, _ in points)
    step = nice_step(1.15 * max(y for _, points in series for _, y in points))
    most = step * math.ceil(1.15 * max(y for _, points in series for _, y in points) / step)
    decades = max(1, math.ceil(math.log10(span) - 1e-9))

    def place(x, y):
        return left + picture.PANEL_WIDTH * math.log10(x) / decades, top + PANEL_HEIGHT * (1 - y / most)

    picture.axes(out, left, top, PANEL_HEIGHT, title, x_axis, y_axis,
                 [(place(10 ** k, 0)[0], picture.short(10 ** k)) for k in range(decades + 1)],
                 [(place(1, k * step)[1], f"{k * step:g}") for k in range(round(most / step) + 1)])
    for (label, points), colour in zip(series, "ab"):
        places = [place(x, y) for x, y in sorted(points)]
        picture.line(out, colour, places)
        highest = min(y for x, y in places if x <= left + picture.PANEL_WIDTH / 2)
        out.append(f'<text class="series {colour}-fill" x="{left + 10}" y="{highest - 9:.1f}">{label}</text>')


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.splitlines()[0])
    results, notes = picture.read(sys.argv[1])
    points = points_of(results)
    missing = [s for *_, series in PANELS for s, _ in series if not points.get(s)]
    if missing:
        sys.exit(f"no points of {', '.join(missing)} in {sys.argv[1]}")
    out = []
    for k, (*texts, series) in enumerate(PANELS):
        panel(out, picture.LEFT + k % 2 * picture.GAP_X, picture.TOP + k // 2 * GAP_Y, *texts,
              [(label, points[s]) for s, label in series])
    picture.write(sys.argv[2], HEIGHT, "Cost of a message over groups, channels, waiting messages and pending requests",
                  "ab", out, notes)


if __name__ == "__main__":
    main()
