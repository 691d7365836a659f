#!/usr/bin/env python3
# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""Draws how long requests take under load, of what bench_tcp_under_load prints: plot_latency.py LINES SVG

Two panels, p50 and p99, over the rate at which requests come, both logarithmic: each peer from 10 to 90 per cent of the
most that it can do. Below and to the right is better. The colours follow the reader's choice of a light or a dark page.
"""
import collections
import math
import sys

SCENARIO = "tcp_under_load"
# The peers that are drawn, where they were measured, with their labels.
PEERS = [("fairway", "Fairway"), ("zmq-dealer-router", "ZeroMQ"), ("grpc-stream", "gRPC"),
         ("limit-asio-two-threads", "Asio by hand")]
PANELS = [("Half of the requests take less than", "p50"), ("99 of 100 requests take less than", "p99")]
WIDTH, HEIGHT = 860, 330
PANEL_WIDTH, PANEL_HEIGHT = 340, 200
LEFT, TOP, GAP_X = 70, 52, 430

STYLE = """
  .page { fill: #ffffff; }
  text { font: 12px system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #57606a; }
  .title { font-size: 14px; font-weight: 600; fill: #1f2328; }
  .series { font-weight: 600; }
  .grid { stroke: #d8dee4; stroke-width: 1; }
  .axis { stroke: #8c959f; stroke-width: 1; }
  .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
  .a { stroke: #0969da; } .a-fill { fill: #0969da; }
  .b { stroke: #bc4c00; } .b-fill { fill: #bc4c00; }
  .c { stroke: #8250df; } .c-fill { fill: #8250df; }
  .d { stroke: #8c959f; } .d-fill { fill: #6e7781; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; }
    text { fill: #9198a1; }
    .title { fill: #f0f6fc; }
    .grid { stroke: #262c36; }
    .axis { stroke: #656c76; }
    .a { stroke: #58a6ff; } .a-fill { fill: #58a6ff; }
    .b { stroke: #f0883e; } .b-fill { fill: #f0883e; }
    .c { stroke: #bc8cff; } .c-fill { fill: #bc8cff; }
    .d { stroke: #656c76; } .d-fill { fill: #9198a1; }
  }"""


def read(path):
    """Values by peer, metric and percentage, and the lines that start with #."""
    values, notes = collections.defaultdict(dict), []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            parts = line.split()
            if line.startswith("#"):
                notes.append(line[1:].strip())
            elif len(parts) == 6 and parts[0] == SCENARIO:
                values[parts[1], parts[3]][int(parts[2])] = float(parts[4])
    return values, notes


def points_of(values, peer, metric):
    """(requests a second, microseconds) in the order of the rates; a rate that a peer did not keep up with is left out."""
    rates, times = values.get((peer, "rate"), {}), values.get((peer, metric), {})
    return [(rates[k], times[k] / 1000) for k in sorted(times) if k in rates]


def decades(numbers):
    return math.floor(math.log10(min(numbers))), math.ceil(math.log10(max(numbers)))


def short(exponent, unit=""):
    n = 10.0 ** exponent
    text = f"{n / 1e6:g}M" if n >= 1e6 else f"{n / 1e3:g}k" if n >= 1e3 else f"{n:g}"
    return text + unit


def panel(out, at_x, title, series, x_span, y_span):
    def place(x, y):
        across = (math.log10(x) - x_span[0]) / (x_span[1] - x_span[0])
        up = (math.log10(y) - y_span[0]) / (y_span[1] - y_span[0])
        return at_x + PANEL_WIDTH * across, TOP + PANEL_HEIGHT * (1 - up)

    out.append(f'<text class="title" x="{at_x}" y="{TOP - 26}">{title}</text>')
    out.append(f'<text x="{at_x}" y="{TOP - 9}">µs</text>')
    for k in range(y_span[0], y_span[1] + 1):
        _, y = place(10.0 ** x_span[0], 10.0 ** k)
        out.append(f'<line class="{"axis" if k == y_span[0] else "grid"}" x1="{at_x}" y1="{y:.1f}" '
                   f'x2="{at_x + PANEL_WIDTH}" y2="{y:.1f}"/>')
        out.append(f'<text text-anchor="end" x="{at_x - 8}" y="{y + 4:.1f}">{short(k)}</text>')
    for k in range(x_span[0], x_span[1] + 1):
        x, y = place(10.0 ** k, 10.0 ** y_span[0])
        out.append(f'<line class="axis" x1="{x:.1f}" y1="{y:.1f}" x2="{x:.1f}" y2="{y + 5:.1f}"/>')
        out.append(f'<text text-anchor="middle" x="{x:.1f}" y="{y + 19:.1f}">{short(k)}</text>')
    out.append(f'<text text-anchor="middle" x="{at_x + PANEL_WIDTH / 2}" y="{TOP + PANEL_HEIGHT + 37}">'
               'requests a second</text>')
    for label, colour, points in series:
        places = [place(x, y) for x, y in points]
        out.append(f'<polyline class="line {colour}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>')
        out.extend(f'<circle class="{colour}-fill" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in places)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.splitlines()[0])
    values, notes = read(sys.argv[1])
    if not points_of(values, PEERS[0][0], "p50"):
        sys.exit(f"no points of {SCENARIO} {PEERS[0][0]} in {sys.argv[1]}")
    drawn = [(peer, label, colour) for (peer, label), colour in zip(PEERS, "abcd") if points_of(values, peer, "p50")]
    everything = [p for peer, _, _ in drawn for _, metric in PANELS for p in points_of(values, peer, metric)]
    x_span, y_span = decades([x for x, _ in everything]), decades([y for _, y in everything])
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
           'role="img" aria-label="How long requests over TCP take, over the rate at which they come">',
           f"<style>{STYLE}\n</style>", f'<rect class="page" width="{WIDTH}" height="{HEIGHT}" rx="8"/>']
    for k, (title, metric) in enumerate(PANELS):
        panel(out, LEFT + k * GAP_X, title,
              [(label, colour, points_of(values, peer, metric)) for peer, label, colour in drawn], x_span, y_span)
    for k, (_, label, colour) in enumerate(drawn):
        x = LEFT + 150 * k
        out.append(f'<circle class="{colour}-fill" cx="{x + 4}" cy="{HEIGHT - 16}" r="4"/>')
        out.append(f'<text class="series" x="{x + 14}" y="{HEIGHT - 12}">{label}</text>')
    for note in notes:
        out.append(f"<!-- {note.replace('--', '- -')} -->")
    out.append("</svg>")
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
