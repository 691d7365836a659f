#!/usr/bin/env python3
# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""The shape of files: headers of at most 400 lines with their guard, and no g++ 12 trap.

The trap: g++ 12 destroys a braced temporary in an expression with co_await twice, as in
`co_await port.send(order{.sku = s})`. Give it a name first.
"""
import re

import cpp_text

LINES = 400


def guards_of(name):
    usual = "FAIRWAY_" + re.sub(r"[/.]", "_", name[:-len(".hpp")]).upper() + "_HPP"
    return {usual, "FAIRWAY_HPP"} if name == "fairway.hpp" else {usual}


def statement_of(code, position):
    """The first and last position of the full-expression around `position`, roughly."""
    depth, start = 0, position
    while start > 0:
        c = code[start - 1]
        if c in ")]":
            depth += 1
        elif c == "}":
            if depth <= 0 and not inside_call(code, start - 1, depth):
                break
            depth += 1
        elif c in "([{":
            if c == "{" and depth <= 0 and not braces_a_value(code, start - 1):
                break
            if c == "(" and depth <= 0 and re.search(r"\b(if|while|for|switch|if constexpr)\s*$", code[:start - 1]):
                break
            depth -= 1
        elif c == ";" and depth <= 0:
            break
        start -= 1
    depth, end = 0, position
    while end < len(code):
        c = code[end]
        if c == "{" and not braces_a_value(code, end):
            if depth <= 0 and code[:end].rstrip().endswith(")") and re.match(r"\s*(if|while|for|switch)\b", code[start:end]):
                break
            end = cpp_text.closing(code, end)  # a lambda's body has statements of its own
        elif c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
            if c == ")" and depth < 0:
                opening = opening_of(code, end)
                if re.search(r"\b(if|while|for|switch|constexpr)\s*$", code[:opening]):
                    break
            if c == "}" and depth < 0 and not braces_a_value(code, opening_of(code, end)):
                break
        elif c == ";" and (depth <= 0):
            break
        end += 1
    return start, end


def opening_of(code, closing):
    depth = 0
    for i in range(closing, -1, -1):
        if code[i] in ")]}":
            depth += 1
        elif code[i] in "([{":
            depth -= 1
            if depth == 0:
                return i
    return 0


def inside_call(code, position, depth):
    """Is the brace that closes here one of a value, as in f(order{1}, co_await g())?"""
    return braces_a_value(code, opening_of(code, position))


def braces_a_value(code, position):
    """`order{` or `vector<int>{`, as clang-format writes values; blocks and lambdas have a space or a bracket before."""
    return position > 0 and (code[position - 1].isalnum() or code[position - 1] in "_>") \
        and not re.search(r"\b(do|else|try|return)$", code[:position])


def co_await_traps(text):
    """The lines where a braced value and co_await share an expression."""
    code = cpp_text.blank_preprocessor(cpp_text.blank(text))
    found = set()
    for m in re.finditer(r"\bco_await\b", code):
        start, end = statement_of(code, m.start())
        i = start
        while i < end:
            if code[i] == "{":
                if braces_a_value(code, i):
                    if code[i + 1:cpp_text.closing(code, i)].strip():
                        found.add((cpp_text.line_of(code, m.start()), " ".join(code[start:end].split())[:90]))
                        break
                elif not (i <= m.start() <= cpp_text.closing(code, i)):
                    i = cpp_text.closing(code, i)
            i += 1
    return sorted(found)


def check(root):
    seen = {}
    for path, name in cpp_text.headers(root):
        text, shown = path.read_text(), path.relative_to(root)
        lines = text.count("\n")
        if lines > LINES:
            yield f"{shown}:{LINES + 1}: {lines} lines, more than {LINES}: one concern for each header"
        m = re.search(r"^#ifndef (\w+)\n#define (\w+)\n", text, re.M)
        if not m or m.group(1) != m.group(2) or m.group(1) not in guards_of(name):
            yield f"{shown}:1: the include guard is not {sorted(guards_of(name))[0]}"
        elif m.group(1) in seen:
            yield f"{shown}:1: the include guard {m.group(1)} is also that of {seen[m.group(1)]}"
        else:
            seen[m.group(1)] = shown
            first = re.search(r"^[ \t]*(#|\w)", cpp_text.blank(text), re.M)
            if not cpp_text.blank(text).lstrip().startswith("#ifndef") or not text.rstrip().splitlines()[-1].startswith("#endif"):
                yield f"{shown}:{cpp_text.line_of(text, first.start())}: there is something outside of the include guard"
    for directory in ("include", "examples", "tests", "benchmarks"):
        for path in sorted((root / directory).rglob("*.[ch]pp")):
            if "wont_compile" not in path.parts:
                for line, what in co_await_traps(path.read_text()):
                    yield f"{path.relative_to(root)}:{line}: g++ 12 destroys the braced value twice, name it first: {what}"
    readme = root / "README.md"
    if readme.exists():
        text = readme.read_text()
        for m in re.finditer(r"^```cpp\n(.*?)^```", text, re.M | re.S):
            for line, what in co_await_traps(m.group(1)):
                yield f"README.md:{cpp_text.line_of(text, m.start()) + line}: g++ 12 destroys the braced value twice, name it first: {what}"


def self_test(test):
    guard = "#ifndef FAIRWAY_PORT_A_HPP\n#define FAIRWAY_PORT_A_HPP\n{}#endif\n"
    test.expect({"include/fairway/port/a.hpp": "// a comment\n" + guard.format("int f();\n")})
    test.expect({"include/fairway/port/b.hpp": guard.format("")}, "guard is not FAIRWAY_PORT_B_HPP")
    test.expect({"include/fairway/port/a.hpp": "#pragma once\n"}, "guard is not")
    test.expect({"include/fairway/port/a.hpp": "int x;\n" + guard.format("")}, "outside of the include guard")
    test.expect({"include/fairway/port/a.hpp": guard.format("\n" * 398)}, "401 lines")
    test.expect({"include/fairway/port/a.hpp": guard.format("\n" * 397)})
    test.expect({"include/fairway/a_b.hpp": "#ifndef FAIRWAY_A_B_HPP\n#define FAIRWAY_A_B_HPP\n#endif\n",
                 "include/fairway/a/b.hpp": "#ifndef FAIRWAY_A_B_HPP\n#define FAIRWAY_A_B_HPP\n#endif\n"}, "is also that of")

    def body(text, *needles):
        test.expect({"tests/a.cpp": f"task<void> f() {{\n    {text}\n}}\n"}, *needles)

    body("co_await port.send(order{.sku = s});", "name it first")
    body("co_await port.send(\n        std::vector<order>{a, b});", "name it first")
    body("REQUIRE(co_await port.request(o) == order{.sku = s});", "name it first")
    body("REQUIRE(order{.sku = s} == co_await port.request(o));", "name it first")
    body("f(order{.sku = s}, co_await g());", "name it first")
    body("auto x = order{co_await g()};", "name it first")
    body("if (co_await g(order{1})) { h(); }", "name it first")
    body("order const o{.sku = s};\n    co_await port.send(o);")
    body("co_await port.send(o);\n    order const p{.sku = s};")
    body("if (co_await g()) {\n        order const p{.sku = s};\n        h(p);\n    }")
    body("for (auto x : co_await g()) { order const p{.sku = s}; }")
    body("co_await port.send(order{});")
    body("co_return order{.sku = s};")
    body("co_spawn(ex, [&]() -> task<void> {\n        order const p{1};\n        co_await g(p);\n    }, detached);")
    body("run([&]() -> task<void> { co_await g(); }, options{1});")
    body("// co_await g(order{1});\n    co_await g(\"order{1}\");")
    test.expect({"tests/wont_compile/cases/a.cpp": "task<void> f() { co_await g(order{1}); }\n"})
    test.expect({"README.md": "x\n```cpp\nco_await g(order{1});\n```\n```sh\nco_await g(order{1});\n```\n"}, "README.md:3")


if __name__ == "__main__":
    cpp_text.main(check, self_test, doc=__doc__)
