#!/usr/bin/env python3
# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""Compiles what must not compile, and reads what the compiler says about it.

A case is a file in cases/ whose head carries one or more lines

    // expect: a part of one `error:` line, or a regular expression that matches in one
    // expect[gcc]: ... or // expect[clang]: ... where the two compilers have different words

It includes "prelude.hpp" and has the wrong code in `#ifndef FAIRWAY_FIXED`, the right code in `#else`. A case passes if
the wrong code is rejected with every expected line, the first of them in the compiler's first error, which is what people
read, and if the right code compiles: so it fails for the right reason.

Many cases are compiled at once, each in a namespace of its own: all right code, and all wrong code, where an error belongs
to the case that it comes from. What does not pass so is compiled alone, and that decides.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


ERROR = re.compile(r"\berror: ")


class Case:
    def __init__(self, path, family):
        self.path, self.name, self.text = path, path.stem, path.read_text()
        self.expected = []
        for only, text in re.findall(r"^// expect(?:\[(gcc|clang)\])?: *(.+?) *$", self.text, re.M):
            if only in ("", family):
                self.expected.append(text)


def matches(expected, line):
    if expected in line:
        return True
    try:
        return re.search(expected, line) is not None
    except re.error:
        return False


class Compiler:
    """A compiler with the prelude compiled once."""

    def __init__(self, command, flags, prelude, work):
        self.command = command
        self.version = subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout
        self.family = "clang" if "clang" in self.version else "gcc"
        self.flags = ["-std=c++20", "-O0", "-Wall", "-Wextra", *flags]
        self.prelude, self.work = prelude, work

    def precompile(self):
        if self.family == "clang":
            compiled = self.work / "prelude.pch"
            self.flags.append("-fpch-instantiate-templates")  # once, and not again at the end of every case
            self.use = ["-include-pch", str(compiled)]
        else:
            (self.work / "prelude.hpp").write_text(f'#include "{self.prelude}"\n')
            compiled = self.work / "prelude.hpp.gch"
            self.use = ["-Winvalid-pch", "-Werror=invalid-pch", "-include", str(self.work / "prelude.hpp")]
        self.run(["-x", "c++-header", str(self.prelude), "-o", str(compiled)], "the prelude does not compile")

    def run(self, arguments, why_fatal=None):
        run = subprocess.run([self.command, *self.flags, *arguments], capture_output=True, text=True,
                             env={**os.environ, "LC_ALL": "C"})
        if why_fatal and run.returncode != 0:
            sys.exit(f"{why_fatal}:\n{run.stderr}")
        return run

    def compile(self, source, *extra):
        color = ["-fdiagnostics-color=never", "-fno-color-diagnostics"][self.family == "clang"]
        return self.run([color, *extra, "-fsyntax-only", *self.use, f"-I{self.prelude.parent}", str(source)])


def compile_together(cases, compiler, *extra):
    handle, together = tempfile.mkstemp(".cpp", dir=compiler.work)
    with os.fdopen(handle, "w") as out:
        out.write('#include "prelude.hpp"\n')
        out.writelines(f'namespace case_{c.name} {{\n#include "{c.path}"\n}}\n' for c in cases)
    return compiler.compile(together, *extra)


def right_code_compiles(cases, compiler):
    return compile_together(cases, compiler, "-DFAIRWAY_FIXED").returncode == 0


def errors_of_each(cases, compiler):
    """The error lines of the wrong code of each case, as far as the compiler says where they come from: g++ says how it
    got there before an error, clang after it."""
    limit = "-ferror-limit=0" if compiler.family == "clang" else "-fmax-errors=0"
    lines = compile_together(cases, compiler, limit, "-ftemplate-backtrace-limit=0").stderr.splitlines()
    errors = [i for i, line in enumerate(lines) if ERROR.search(line)]
    of_file = {str(c.path): c.name for c in cases}
    found = {c.name: [] for c in cases}
    for i, after in zip(errors, [*errors[1:], len(lines)]):
        way = lines[i + 1:after]
        if compiler.family != "clang":
            way = []
            for line in reversed(lines[:i]):
                if ERROR.search(line) or "note: " in line or line.startswith(" "):
                    break
                way.append(line)
        name = next((of_file[f] for line in [lines[i], *way] for f in re.findall(r"[^\s:]+\.cpp", line) if f in of_file), None)
        if name:
            found[name].append(lines[i])
    return found


def as_expected(case, errors):
    """Returns what is wrong with the errors; nothing if they are those that are expected."""
    for expected in case.expected:
        if not any(matches(expected, line) for line in errors):
            return f"no error line has: {expected}\n  but there is:\n    " + "\n    ".join(errors[:12])
    if not matches(case.expected[0], errors[0]):
        return f"the first error has not: {case.expected[0]}\n  but is:\n    {errors[0]}"
    return None


def check(case, compiler, errors=(), right_is_known=False):
    """Returns what is wrong with the case; nothing if it passes. `errors` are known to be those of its wrong code."""
    if not case.expected:
        return "has no '// expect: ...' line for this compiler"
    if "FAIRWAY_FIXED" not in case.text:
        return "has no '#ifndef FAIRWAY_FIXED ... #else ... #endif'"
    if not errors or as_expected(case, errors):
        wrong = compiler.compile(case.path)
        if wrong.returncode == 0:
            return "compiles, but must not"
        errors = [line for line in wrong.stderr.splitlines() if ERROR.search(line)]
        if problem := as_expected(case, errors):
            return problem
    if right_is_known:
        return None
    right = compiler.compile(case.path, "-DFAIRWAY_FIXED")
    if right.returncode != 0:
        return "does not compile with -DFAIRWAY_FIXED:\n" + "\n".join(right.stderr.splitlines()[:20])
    return None


def fingerprint(compiler):
    """Changes with anything that a verdict depends on, but for the case itself."""
    h = hashlib.sha256(pathlib.Path(__file__).read_bytes())
    h.update(repr((compiler.command, compiler.version, compiler.flags)).encode())
    depends = compiler.run(["-M", str(compiler.prelude)], "the prelude does not compile").stdout
    for name in re.split(r"(?:\s|\\\n)+", depends)[1:]:
        if name and os.path.exists(name):
            stat = os.stat(name)
            ours = pathlib.Path(name).resolve().is_relative_to(ROOT)
            h.update(pathlib.Path(name).read_bytes() if ours else f"{name} {stat.st_size} {stat.st_mtime}".encode())
    for header in sorted((ROOT / "include").rglob("*.hpp")):
        h.update(header.read_bytes())
    return h.hexdigest()


def run_all(cases, compiler, jobs, cache_file=None):
    cache = {}
    if cache_file and cache_file.exists():
        cache = json.loads(cache_file.read_text())
    base = fingerprint(compiler) if cache_file else ""
    keys = {c: hashlib.sha256((base + c.text).encode()).hexdigest() for c in cases}
    todo = [c for c in cases if not (cache_file and cache.get(c.name) == keys[c])]
    if todo:
        compiler.precompile()

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        known, errors = False, {}
        if len(todo) > 1:
            right = pool.submit(right_code_compiles, todo, compiler)
            for some in pool.map(lambda part: errors_of_each(part, compiler), [todo[k::jobs] for k in range(min(jobs, len(todo)))]):
                errors.update(some)
            known = right.result()

        def timed(case):
            start = time.monotonic()
            return case, check(case, compiler, errors.get(case.name, ()), known), time.monotonic() - start

        for case, problem, seconds in pool.map(timed, todo):
            print(f"{'FAILED' if problem else 'passed'}  {seconds:5.1f} s  {case.name}" + (f": {problem}" if problem else ""),
                  flush=True)
            failed += problem is not None
            cache.pop(case.name, None)
            if not problem:
                cache[case.name] = keys[case]
    if cache_file:
        cache_file.write_text(json.dumps({c.name: cache[c.name] for c in cases if c.name in cache}, indent=1))
    if len(todo) < len(cases):
        print(f"{len(cases) - len(todo)} passed before, and neither they, the headers nor the compiler have changed since")
    print(f"{len(cases) - failed} passed, {failed} failed")
    return failed


PLANTED = {
    "good": ("no-such-name|was not declared|undeclared", "int x = no_such_name;", "int x = 1;", None),
    "compiles": ("anything", "int x = 1;", "int x = 1;", "compiles, but must not"),
    "second_error": ("not_there", "int x = no_such_name; int y = not_there;", "int x = 1;", "the first error has not"),
    "wrong_reason": ("some other words", "int x = no_such_name;", "int x = 1;", "no error line has"),
    "never_compiles": ("was not declared|undeclared", "int x = no_such_name;", "int x = still_none;", "does not compile with"),
}


def self_test(compiler, work):
    """Every way in which a case can be wrong is noticed, alone and among others."""
    failed = 0
    compiler.precompile()
    cases = []
    for name, (expect, wrong, right, _) in PLANTED.items():
        path = work / f"{name}.cpp"
        path.write_text(f'// expect: {expect}\n#include "prelude.hpp"\n#ifndef FAIRWAY_FIXED\n{wrong}\n#else\n{right}\n#endif\n')
        cases.append(Case(path, compiler.family))
    together = errors_of_each(cases, compiler)
    if [name for name, errors in together.items() if not errors] != ["compiles"]:
        print(f"FAILED  together: {together}")
        failed += 1
    for case in cases:
        problem = PLANTED[case.name][3]
        found = check(case, compiler, together[case.name])
        if (problem or "nothing") not in (found or "nothing"):
            print(f"FAILED  {case.name}: expected {problem}, found {found}")
            failed += 1
    print(f"{len(PLANTED) + 1 - failed} passed, {failed} failed")
    return failed


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--compiler", default="g++")
    p.add_argument("--include", default="", help="include directories, separated by |")
    p.add_argument("--define", default="", help="definitions, separated by |")
    p.add_argument("--jobs", type=int, default=2)
    p.add_argument("--cache", type=pathlib.Path, help="remembers what passed, to skip it while nothing has changed")
    p.add_argument("--self-test", action="store_true", help="shows that wrong cases are noticed")
    p.add_argument("names", nargs="*", help="the cases to run; all by default")
    a = p.parse_args()
    if not shutil.which(a.compiler):
        sys.exit(f"no such compiler: {a.compiler}")
    includes = [d for d in a.include.split("|") if d] or [str(ROOT / "include")]
    defines = [d for d in a.define.split("|") if d] or ["BOOST_ASIO_NO_DEPRECATED"]
    flags = [f"-I{d}" for d in includes] + [f"-D{d}" for d in defines]
    with tempfile.TemporaryDirectory() as work:
        compiler = Compiler(a.compiler, flags, HERE / "prelude.hpp", pathlib.Path(work))
        if a.self_test:
            sys.exit(1 if self_test(compiler, pathlib.Path(work)) else 0)
        cases = [Case(path, compiler.family) for path in sorted((HERE / "cases").glob("*.cpp"))]
        cases = [c for c in cases if not a.names or c.name in a.names]
        if not cases:
            sys.exit("no such case")
        sys.exit(1 if run_all(cases, compiler, a.jobs, None if a.names else a.cache) else 0)


if __name__ == "__main__":
    main()
