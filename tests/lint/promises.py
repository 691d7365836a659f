#!/usr/bin/env python3
# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""tests/PROMISES.md names the tests of each promise; each of them exists.

A row of its tables is `| promise | tests |`, its tests in backquotes: `room: name of the test`, `example: program`,
`stress: program`, or `conformance: name of the case`.
"""
import re

import cpp_text

TEST = re.compile(r'\bTEST_CASE\s*\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)')
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')


def tests_of(folder):
    names = set()
    for path in sorted(folder.rglob("*.cpp")):
        for m in TEST.finditer(path.read_text()):
            names.add("".join(STRING.findall(m.group(1))))
    return names


def cases_of(root):
    names = set()
    for path in sorted((root / "include/fairway/testing/conformance").glob("*.hpp")):
        names.update(STRING.findall(path.read_text()))
    return names


def check(root):
    page = root / "tests/PROMISES.md"
    if not page.exists():
        yield "tests/PROMISES.md: is missing"
        return
    known = {}
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if not line.startswith("| ") or line.startswith(("| promise", "| ---")):
            continue
        cells = [c.strip() for c in line.strip("| ").split(" | ")]
        named = re.findall(r"`([\w-]+): ([^`]+)`", cells[-1])
        if len(cells) != 2 or not named:
            yield f"tests/PROMISES.md:{number}: a promise without a test"
            continue
        for room, name in named:
            if room not in known:
                if room == "conformance":
                    known[room] = cases_of(root)
                elif room in ("example", "stress"):
                    folder = root / ("examples" if room == "example" else "tests/stress")
                    known[room] = {p.stem for p in folder.glob("*.cpp")}
                else:
                    known[room] = tests_of(root / "tests" / room)
            if name not in known[room]:
                yield f"tests/PROMISES.md:{number}: there is no test '{room}: {name}'"


def self_test(test):
    case = 'TEST_CASE("it "\n    "works", "[x]") {}\n'
    row = "| promise | tests |\n| --- | --- |\n"
    test.expect({"tests/PROMISES.md": row + "| A | `port: it works` |\n", "tests/port/a.cpp": case})
    test.expect({"tests/PROMISES.md": row + "| A | `port: it fails` |\n", "tests/port/a.cpp": case}, "no test 'port: it fails'")
    test.expect({"tests/PROMISES.md": row + "| A | nothing |\n"}, "PROMISES.md:3: a promise without a test")
    test.expect({"README.md": ""}, "is missing")
    test.expect({"tests/PROMISES.md": row + "| A | `stress: much` |\n", "tests/stress/much.cpp": "int main() {}\n"})


if __name__ == "__main__":
    cpp_text.main(check, self_test, doc=__doc__)
