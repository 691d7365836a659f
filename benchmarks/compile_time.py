#!/usr/bin/env python3
# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""How long the compiler takes for a contract header and for a whole service file, against headers that one includes
anyway: compile_time.py [FILTER] [--quick]

Files take turns, medians of five, no optimisation. Prints lines `scenario peer size metric value unit`; the size is
the number of lines after preprocessing. On an idle machine wall time and CPU time agree; on a busy one the latter
is the one to read. The compiler is $CXX or g++.

    compile_time.py --check [FILTER]    is a public header or a service file more than 10 % dearer than compile_time.txt says?
    compile_time.py --update            writes that file

A time says little on a machine that does other things, too: these two compare how much memory the compiler allocates in
all, freed or not, as `g++ -ftime-report` tells. That is the same in each run, however busy the machine, and a file
that takes more takes longer: 5 to 10 ns per byte.
"""
import concurrent.futures
import os
import pathlib
import re
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

CONTRACT = """#include <fairway/contract.hpp>
#include <string>
struct order_placed { using contract = fairway::document<"shop.order-placed">; std::string order_id; };
struct place_order { using contract = fairway::command<"shop.place-order", order_placed>; std::string sku; int n; };
using orders = fairway::point_to_point<"orders", place_order>;
"""

# A service as it stands in a file of its own: it is handed its transport, and knows neither which one nor main.
SERVICE = CONTRACT + """#include <fairway/fairway.hpp>
struct stock {
    fairway::task<order_placed> operator()(place_order const& o) { co_return order_placed{o.sku}; }
};
fairway::task<> shop(fairway::any_transport net) {
    fairway::service inventory{net, "inventory"};
    inventory.handle<orders>(stock());
    inventory.start();
    fairway::service checkout{net, "checkout"};
    auto const port = checkout.sender<orders>();
    place_order const tea{"tea", 3};
    order_placed const placed = co_await port.request(tea);
    (void)placed;
}
"""

# The same with a transport and main in the same file.
PROGRAM = SERVICE + """#include <fairway/inproc.hpp>
int main() {
    return fairway::run([](auto executor) { return shop(fairway::open<fairway::inproc>(executor, "inproc://")); });
}
"""

# Scenario, peer, source; the first peer of a scenario is Fairway's.
CASES = [
    ("compile_contract", "fairway-contract", CONTRACT),
    ("compile_contract", "std-string-only", "#include <string>\n"),
    ("compile_service", "fairway-service", SERVICE),
    ("compile_service", "fairway-service+transport+main", PROGRAM),
    ("compile_service", "fairway-headers-only", "#include <fairway/fairway.hpp>\n#include <fairway/inproc.hpp>\n"),
    ("compile_service", "boost-asio-only", "#include <boost/asio.hpp>\n"),
    ("compile_service", "nlohmann-json-only", "#include <nlohmann/json.hpp>\n"),
    ("compile_service", "caf-only", "#include <caf/all.hpp>\n"),
]


def command(source, *more):
    compiler = shlex.split(os.environ.get("CXX", "g++"))
    return [*compiler, "-std=c++20", "-O0", "-DBOOST_ASIO_NO_DEPRECATED", "-I", os.path.join(ROOT, "include"), source,
            *more]


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def seconds(source):
    """Wall time and CPU time."""
    start, cpu_start = time.monotonic(), cpu_seconds()
    subprocess.run(command(source, "-c", "-o", os.devnull), check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - start, cpu_seconds() - cpu_start


# ---- check: what does not depend on the machine ----

REFERENCE = os.path.join(ROOT, "benchmarks", "compile_time.txt")
TOLERANCE = 1.1
ROUNDING = 1  # MiB: the reference holds whole ones
HEAD = """# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
# What the compiler allocates, in MiB, for each public header alone and for files of user code. More than 10 % above it
# fails .ci/run compile_time. Written by benchmarks/compile_time.py --update, with:
"""


def public_headers():
    """Those of the first level, and those that the README and the examples name."""
    root = pathlib.Path(ROOT)
    found = {path.name for path in (root / "include" / "fairway").glob("*.hpp")}
    for path in [root / "README.md", *(root / "examples").rglob("*")]:
        if path.suffix in (".md", ".hpp", ".cpp"):
            found.update(re.findall(r"<fairway/([\w/]+\.hpp)>", path.read_text(encoding="utf-8")))
    return sorted(found)


def with_what():
    """The compiler and the libraries that the reference depends on; nothing where it is not a g++."""
    text = "#include <boost/version.hpp>\n__GNUC__ __GNUC_MINOR__ BOOST_LIB_VERSION __clang__"
    run = subprocess.run(command("-x", "c++", "-E", "-P", "-"), input=text, capture_output=True, text=True, check=True)
    major, minor, boost, clang = run.stdout.split()[-4:]
    return f"g++ {major}.{minor}, Boost {boost.strip(chr(34))}" if clang == "__clang__" else None


def mebibytes(source):
    """What the compiler allocates for a file, from `TOTAL : user system wall memory`."""
    run = subprocess.run(command(source, "-c", "-o", os.devnull, "-ftime-report"), capture_output=True, text=True,
                         check=False, env={**os.environ, "LC_ALL": "C"})
    total = re.search(r"^ *TOTAL .*?([0-9]+)([kMG]?) *$", run.stderr, re.M)
    if run.returncode != 0 or not total:
        sys.exit(f"{source}: the compiler fails, or does not say what it allocates:\n{run.stderr[:2000]}")
    return int(total[1]) * {"": 2**-20, "k": 2**-10, "M": 1, "G": 2**10}[total[2]]


def costs(wanted=""):
    texts = {"contract file": CONTRACT, "service file": SERVICE, "program file": PROGRAM}
    # Twice, for the header check, which leaves these to this.
    once = "#define FAIRWAY_COMPILE_ONCE\n"
    for h in public_headers():
        twice = 2 * f"#include <fairway/{h}>\n"
        texts[f"<fairway/{h}>"] = once + twice if h.endswith("_definitions.hpp") else twice
        if os.path.exists(os.path.join(ROOT, "include/fairway", h.replace(".hpp", "_definitions.hpp"))):
            texts[f"<fairway/{h}> compiled once"] = once + twice
    texts = {name: text for name, text in texts.items() if wanted in name}
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        def cost(numbered):
            source = os.path.join(folder, f"{numbered[0]}.cpp")
            pathlib.Path(source).write_text(numbered[1], encoding="utf-8")
            return mebibytes(source)
        return dict(zip(texts, pool.map(cost, enumerate(texts.values()))))


def compare(reference, now):
    """What is wrong, a line each."""
    for name in sorted({*reference, *now}):
        if name not in now or name not in reference:
            yield f"{name}: {'not in the reference' if name in now else 'in the reference only'}: run compile_time.py --update"
        elif now[name] > TOLERANCE * reference[name] + ROUNDING:
            yield (f"{name}: {now[name]:.0f} MiB, {100 * (now[name] / reference[name] - 1):.0f} % more than {reference[name]:.0f}: "
                   "include less, instantiate less; where it is worth that, run compile_time.py --update")


def check(update, wanted):
    compiler = with_what()
    if not compiler:
        sys.exit("compile_time.py: this needs g++")
    if update:
        lines = [f"{value:.0f} {name}\n" for name, value in costs().items()]
        pathlib.Path(REFERENCE).write_text(HEAD + f"# {compiler}\n" + "".join(lines), encoding="utf-8")
        return 0
    lines = pathlib.Path(REFERENCE).read_text(encoding="utf-8").splitlines()
    pairs = [line.split(" ", 1) for line in lines if not line.startswith("#")]
    reference = {name: float(value) for value, name in pairs if wanted in name}
    now = costs(wanted)
    if f"# {compiler}" not in lines:
        print(f"compile time: not checked, but for that all compile: the reference is not of {compiler}")
        return 0
    for name, value in now.items():
        print(f"{value:.0f} MiB, reference {reference.get(name, 0):.0f}: {name}")
    wrong = list(compare(reference, now))
    print(*wrong, f"{len(now.keys() | reference.keys()) - len(wrong)} passed, {len(wrong)} failed", sep="\n")
    return 1 if wrong or not now else 0


def main():
    if "--check" in sys.argv or "--update" in sys.argv:
        sys.exit(check("--update" in sys.argv, "".join(a for a in sys.argv[1:] if not a.startswith("--"))))
    arguments = [a for a in sys.argv[1:] if a != "--quick"]
    rounds = 1 if "--quick" in sys.argv else 5
    wanted = arguments[0] if arguments else ""
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for scenario, peer, text in CASES:
            if wanted not in scenario:
                continue
            source = os.path.join(folder, peer + ".cpp")
            with open(source, "w", encoding="utf-8") as out:
                out.write(text)
            pre = subprocess.run(command(source, "-E", "-P"), capture_output=True, text=True, check=False)
            if pre.returncode != 0:
                if peer.startswith("fairway"):
                    sys.exit(pre.stderr)
                print(f"# {scenario} {peer} left out: not installed", flush=True)
                continue
            files.append((scenario, peer, source, pre.stdout.count("\n"), []))
        for _ in range(rounds):
            for _, _, source, _, times in files:
                times.append(seconds(source))
        for scenario, peer, _, lines, times in files:
            for metric, values in zip(("wall_time", "cpu_time"), zip(*times)):
                print(f"{scenario} {peer} {lines} {metric} {statistics.median(values):.3f} s", flush=True)


if __name__ == "__main__":
    main()
