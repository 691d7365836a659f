#!/usr/bin/env python3
# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""Draws the scaling series that bench_inproc_scaling prints: plot.py LINES SVG

Four panels with what a message costs over how much there is, on a logarithmic axis: a flat line is what one wants to
see. The colours follow the reader's choice of a light or a dark page.
"""
import collections
import math
import sys

# Title, what is on the axes, and the series: scenario and label.
PANELS = [
    ("More groups on a channel", "groups", "ns per delivery", [("scaling_groups", "")]),
    ("More channels", "channels", "ns per message", [("scaling_channels", "")]),
    ("More messages waiting in a queue", "messages waiting", "ns per message", [("scaling_depth", "")]),
    ("More requests pending", "pending requests", "ns per request",
     [("scaling_requests", "all of it"), ("scaling_pending", "its table alone")]),
]
WIDTH, HEIGHT = 860, 560
PANEL_WIDTH, PANEL_HEIGHT = 340, 170
LEFT, TOP = 70, 52
GAP_X, GAP_Y = 430, 268

STYLE = """
  .page { fill: #ffffff; }
  text { font: 12px system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #57606a; }
  .title { font-size: 14px; font-weight: 600; fill: #1f2328; }
  .series { font-weight: 600; }
  .grid { stroke: #d8dee4; stroke-width: 1; }
  .axis { stroke: #8c959f; stroke-width: 1; }
  .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
  .dot { stroke-width: 0; }
  .a { stroke: #0969da; } .a-fill { fill: #0969da; }
  .b { stroke: #bc4c00; } .b-fill { fill: #bc4c00; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; }
    text { fill: #9198a1; }
    .title { fill: #f0f6fc; }
    .grid { stroke: #262c36; }
    .axis { stroke: #656c76; }
    .a { stroke: #58a6ff; } .a-fill { fill: #58a6ff; }
    .b { stroke: #f0883e; } .b-fill { fill: #f0883e; }
  }"""


def read(path):
    """Points by scenario: (size, value), and the lines that start with #."""
    points, notes = collections.defaultdict(list), []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            parts = line.split()
            if line.startswith("#"):
                notes.append(line[1:].strip())
            elif len(parts) == 6 and parts[1] == "fairway" and parts[3] == "cpu_ns_per_op":
                points[parts[0]].append((int(parts[2]), float(parts[4])))
    return points, notes


def nice_step(top):
    """A step of 1, 2 or 5 times a power of ten, so that four or five of them reach `top`."""
    power = 10 ** math.floor(math.log10(top / 4))
    return next(m * power for m in (1, 2, 5, 10) if m * power * 5 >= top)


def short(n):
    return f"{n // 1_000_000}M" if n >= 1_000_000 else f"{n // 1000}k" if n >= 1000 else str(n)


def panel(out, at_x, at_y, title, x_axis, y_axis, series):
    span = max(x for _, points in series for x, _ in points)
    step = nice_step(1.15 * max(y for _, points in series for _, y in points))
    top = step * math.ceil(1.15 * max(y for _, points in series for _, y in points) / step)
    decades = max(1, math.ceil(math.log10(span) - 1e-9))

    def place(x, y):
        return at_x + PANEL_WIDTH * math.log10(x) / decades, at_y + PANEL_HEIGHT * (1 - y / top)

    out.append(f'<text class="title" x="{at_x}" y="{at_y - 26}">{title}</text>')
    out.append(f'<text x="{at_x}" y="{at_y - 9}">{y_axis}</text>')
    for k in range(round(top / step) + 1):
        _, y = place(1, k * step)
        out.append(f'<line class="{"axis" if k == 0 else "grid"}" x1="{at_x}" y1="{y:.1f}" '
                   f'x2="{at_x + PANEL_WIDTH}" y2="{y:.1f}"/>')
        out.append(f'<text text-anchor="end" x="{at_x - 8}" y="{y + 4:.1f}">{k * step:g}</text>')
    for k in range(decades + 1):
        x, y = place(10 ** k, 0)
        out.append(f'<line class="axis" x1="{x:.1f}" y1="{y:.1f}" x2="{x:.1f}" y2="{y + 5:.1f}"/>')
        out.append(f'<text text-anchor="middle" x="{x:.1f}" y="{y + 19:.1f}">{short(10 ** k)}</text>')
    out.append(f'<text text-anchor="middle" x="{at_x + PANEL_WIDTH / 2}" y="{at_y + PANEL_HEIGHT + 37}">{x_axis}</text>')
    for (label, points), colour in zip(series, "ab"):
        places = [place(x, y) for x, y in sorted(points)]
        out.append(f'<polyline class="line {colour}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>')
        out.extend(f'<circle class="dot {colour}-fill" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in places)
        highest = min(y for x, y in places if x <= at_x + PANEL_WIDTH / 2)
        out.append(f'<text class="series {colour}-fill" x="{at_x + 10}" y="{highest - 9:.1f}">{label}</text>')


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.splitlines()[0])
    points, notes = read(sys.argv[1])
    missing = [s for *_, series in PANELS for s, _ in series if not points.get(s)]
    if missing:
        sys.exit(f"no points of {', '.join(missing)} in {sys.argv[1]}")
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
           'role="img" aria-label="Cost of a message over groups, channels, waiting messages and pending requests">',
           f"<style>{STYLE}\n</style>", f'<rect class="page" width="{WIDTH}" height="{HEIGHT}" rx="8"/>']
    for k, (*texts, series) in enumerate(PANELS):
        panel(out, LEFT + k % 2 * GAP_X, TOP + k // 2 * GAP_Y, *texts, [(label, points[s]) for s, label in series])
    for note in notes:
        out.append(f"<!-- {note.replace('--', '- -')} -->")
    out.append("</svg>")
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
