# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""What the pictures of plot.py and plot_latency.py share: the lines that they read, their colours, axes and page. The
colours follow the reader's choice of a light or a dark page."""

WIDTH, PANEL_WIDTH = 860, 340
# Where the first panel begins, and how far the next one is to the right.
LEFT, TOP, GAP_X = 70, 52, 430

# Of a line and of its text, on a light and on a dark page.
COLOURS = {"a": ("#0969da", "#0969da", "#58a6ff", "#58a6ff"), "b": ("#bc4c00", "#bc4c00", "#f0883e", "#f0883e"),
           "c": ("#8250df", "#8250df", "#bc8cff", "#bc8cff"), "d": ("#8c959f", "#6e7781", "#656c76", "#9198a1")}


def read(path):
    """The results, each as scenario, peer, size, metric, value and unit, and the lines that start with #."""
    results, notes = [], []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            parts = line.split()
            if line.startswith("#"):
                notes.append(line[1:].strip())
            elif len(parts) == 6:
                scenario, peer, size, metric, value, unit = parts
                results.append((scenario, peer, int(size), metric, float(value), unit))
    return results, notes


def short(n):
    """A number of an axis: 1k for 1000."""
    return f"{n / 1e6:g}M" if n >= 1e6 else f"{n / 1e3:g}k" if n >= 1e3 else f"{n:g}"


def axes(out, left, top, height, title, x_axis, y_axis, x_marks, y_marks):
    """Appends a panel without its lines; marks are pairs of a place and its text, that of y from below."""
    out.append(f'<text class="title" x="{left}" y="{top - 26}">{title}</text>')
    out.append(f'<text x="{left}" y="{top - 9}">{y_axis}</text>')
    for k, (y, text) in enumerate(y_marks):
        out.append(f'<line class="{"axis" if k == 0 else "grid"}" x1="{left}" y1="{y:.1f}" '
                   f'x2="{left + PANEL_WIDTH}" y2="{y:.1f}"/>')
        out.append(f'<text text-anchor="end" x="{left - 8}" y="{y + 4:.1f}">{text}</text>')
    y = top + height
    for x, text in x_marks:
        out.append(f'<line class="axis" x1="{x:.1f}" y1="{y:.1f}" x2="{x:.1f}" y2="{y + 5:.1f}"/>')
        out.append(f'<text text-anchor="middle" x="{x:.1f}" y="{y + 19:.1f}">{text}</text>')
    out.append(f'<text text-anchor="middle" x="{left + PANEL_WIDTH / 2}" y="{y + 37}">{x_axis}</text>')


def line(out, colour, places):
    """Appends a line with a dot at each place."""
    out.append(f'<polyline class="line {colour}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>')
    out.extend(f'<circle class="{colour}-fill" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in places)


def write(path, height, label, colours, out, notes):
    """Writes the page: `label` says what it shows to who can't see it."""
    def strokes(dark):
        return [f".{c} {{ stroke: {COLOURS[c][2 * dark]}; }} .{c}-fill {{ fill: {COLOURS[c][2 * dark + 1]}; }}"
                for c in colours]

    style = [
        ".page { fill: #ffffff; }",
        "text { font: 12px system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #57606a; }",
        ".title { font-size: 14px; font-weight: 600; fill: #1f2328; }",
        ".series { font-weight: 600; }",
        ".grid { stroke: #d8dee4; stroke-width: 1; }",
        ".axis { stroke: #8c959f; stroke-width: 1; }",
        ".line { fill: none; stroke-width: 2; stroke-linejoin: round; }",
        *strokes(False),
        "@media (prefers-color-scheme: dark) {",
        *(f"  {rule}" for rule in [
            ".page { fill: #0d1117; }",
            "text { fill: #9198a1; }",
            ".title { fill: #f0f6fc; }",
            ".grid { stroke: #262c36; }",
            ".axis { stroke: #656c76; }",
            *strokes(True)]),
        "}",
    ]
    page = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
            f'height="{height}" role="img" aria-label="{label}">',
            "<style>", *(f"  {rule}" for rule in style), "</style>",
            f'<rect class="page" width="{WIDTH}" height="{height}" rx="8"/>', *out,
            *(f"<!-- {note.replace('--', '- -')} -->" for note in notes), "</svg>"]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(page) + "\n")
