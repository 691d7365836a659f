#!/usr/bin/env python3
# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""Every planted bug of tests/mutants applies, without fuzz and at one place, and has its row in the README there."""
import re

import cpp_text

FILE = re.compile(r"^\+\+\+ b/(\S+)$")
HUNK = re.compile(r"^@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@")


def hunks(lines):
    """The (file, first line, lines that are there before) of each hunk."""
    file = found = None
    for line in lines:
        if m := FILE.match(line):
            file = m.group(1)
        elif m := HUNK.match(line):
            found = (file, int(m.group(1)), [])
            yield found
        elif found and line[:1] in (" ", "-") and not line.startswith("--- "):
            found[2].append(line[1:])


def check(root):
    folder = root / "tests/mutants"
    page = folder / "README.md"
    rows = set(re.findall(r"^\| (\w+) \|", page.read_text(), re.M)) - {"patch"} if page.exists() else set()
    patches = sorted(folder.glob("*.patch"))
    for patch in patches:
        name = f"tests/mutants/{patch.name}"
        if patch.stem not in rows:
            yield f"{name}: has no row in tests/mutants/README.md"
        found = list(hunks(patch.read_text().splitlines()))
        if not found:
            yield f"{name}: changes nothing"
        for file, first, before in found:
            path = root / file
            there = path.read_text().splitlines() if path.exists() else []
            places = [i + 1 for i in range(len(there)) if there[i:i + len(before)] == before]
            if first not in places and len(places) != 1:
                yield f"{name}: {'may apply twice to' if places else 'does not apply to'} {file}:{first}"
    for row in sorted(rows - {p.stem for p in patches}):
        yield f"tests/mutants/README.md: there is no patch {row}"


def self_test(test):
    page = "| patch | mistake | checker |\n| --- | --- | --- |\n| a | b | c |\n"
    patch = "# x\n--- a/include/f.hpp\n+++ b/include/f.hpp\n@@ -2,2 +2,1 @@\n two\n-three\n"
    good = {"tests/mutants/README.md": page, "tests/mutants/a.patch": patch, "include/f.hpp": "one\ntwo\nthree\n"}
    test.expect(good)
    test.expect({**good, "include/f.hpp": "one\ntwo\nfour\n"}, "does not apply to include/f.hpp:2")
    test.expect({**good, "include/f.hpp": "zero\none\ntwo\nthree\n"})
    test.expect({**good, "include/f.hpp": "one\n\ntwo\nthree\ntwo\nthree\n"}, "may apply twice to include/f.hpp:2")
    test.expect({k: v for k, v in good.items() if k != "include/f.hpp"}, "does not apply")
    test.expect({**good, "tests/mutants/README.md": ""}, "a.patch: has no row")
    test.expect({k: v for k, v in good.items() if k != "tests/mutants/a.patch"}, "there is no patch a")
    test.expect({**good, "tests/mutants/a.patch": "# x\n"}, "changes nothing")


if __name__ == "__main__":
    cpp_text.main(check, self_test, doc=__doc__)
