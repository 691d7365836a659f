#!/usr/bin/env python3
# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""Every C++ block of the README is a piece of a program that is compiled and run.

Before each ```cpp block stands a comment `<!-- example: examples/01_hello_event.cpp#anchor -->`; the block equals what
stands in that file between the lines `// [anchor]` and `// [/anchor]`, with less indentation (without #anchor: the whole
file but for its copyright line). `readme.py --write` copies the files' text into the README.
"""
import re
import textwrap

import cpp_text

MARKER = re.compile(r"<!-- example: ([\w./-]+)(?:#([\w.-]+))? -->[ \t]*\n\s*\Z")
BLOCK = re.compile(r"^```(?:cpp|c\+\+|cc|cxx)[^\n]*\n(.*?)^```[ \t]*$", re.M | re.S | re.I)
ANCHOR_LINE = re.compile(r"^[ \t]*// \[/?[\w.-]+\][ \t]*\n", re.M)


def tidy(text):
    lines = [line.rstrip() for line in textwrap.dedent(text).splitlines()]
    return "\n".join(lines).strip("\n") + "\n"


def snippet(path, anchor):
    """The text between the anchors, or an explanation of why there is none."""
    text = path.read_text()
    if anchor is None:
        return tidy(ANCHOR_LINE.sub("", re.sub(r"\A// Copyright[^\n]*\n", "", text))), None
    pattern = rf"^[ \t]*// \[{re.escape(anchor)}\][ \t]*\n(.*?)^[ \t]*// \[/{re.escape(anchor)}\][ \t]*$"
    found = re.findall(pattern, text, re.M | re.S)
    if len(found) != 1:
        return None, f"has {len(found)} parts from '// [{anchor}]' to '// [/{anchor}]'"
    return tidy(ANCHOR_LINE.sub("", found[0])), None


def check(root, arguments):
    readme = root / "README.md"
    if not readme.exists():
        return
    text, out, end = readme.read_text(), [], 0
    for block in BLOCK.finditer(text):
        where = f"README.md:{cpp_text.line_of(text, block.start())}"
        marker = MARKER.search(text[:block.start()])
        if not marker:
            yield f"{where}: a C++ block without '<!-- example: file#anchor -->' before it"
            continue
        path = root / marker.group(1)
        if not path.is_file():
            yield f"{where}: {marker.group(1)} does not exist"
            continue
        expected, problem = snippet(path, marker.group(2))
        if problem:
            yield f"{where}: {marker.group(1)} {problem}"
        elif tidy(block.group(1)) != expected:
            if arguments.write:
                out += [text[end:block.start(1)], expected]
                end = block.end(1)
                continue
            have, want = tidy(block.group(1)).splitlines(), expected.splitlines()
            n = next((i for i, (a, b) in enumerate(zip(have, want)) if a != b), min(len(have), len(want)))
            line = lambda lines: lines[n] if n < len(lines) else "(end)"
            yield f"{where}: differs from {marker.group(1)} in line {n + 1}: '{line(have)}' is there '{line(want)}'"
    if arguments.write and out:
        readme.write_text("".join(out) + text[end:])


def self_test(test):
    source = "int main() {\n    // [a]\n    one();\n        two();\n    // [/a]\n    // [b]\n    three();\n}\n"

    def readme(block, *needles):
        test.expect({"README.md": f"# x\n\n{block}\n", "examples/01.cpp": source}, *needles)

    readme("<!-- example: examples/01.cpp#a -->\n```cpp\none();\n    two();\n```")
    readme("<!-- example: examples/01.cpp#a -->\n\n```cpp\none();\n    two();\n```")
    readme("<!-- example: examples/01.cpp#a -->\n```cpp\none();\ntwo();\n```", "differs from examples/01.cpp in line 2")
    readme("<!-- example: examples/01.cpp#a -->\n```cpp\none();\n```", "differs from examples/01.cpp in line 2")
    readme("<!-- example: examples/01.cpp#b -->\n```cpp\nthree();\n```", "has 0 parts")
    readme("<!-- example: examples/02.cpp#a -->\n```cpp\none();\n```", "does not exist")
    readme("```cpp\none();\n```", "without")
    readme("<!-- example: examples/01.cpp#a -->\n```cpp\none();\n    two();\n```\ntext\n```cpp\nx();\n```", "without")
    readme("```sh\nmake\n```")
    test.expect({"examples/01.cpp": source})


if __name__ == "__main__":
    cpp_text.main(check, self_test, lambda p: p.add_argument("--write", action="store_true", help="updates the README"), __doc__)
