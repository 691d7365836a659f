#!/usr/bin/env python3
# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""How long the compiler takes for a contract header and for a whole service file, against headers that one includes
anyway: compile_time.py [FILTER] [--quick]

Files take turns, medians of five, no optimisation. Prints lines `scenario peer size metric value unit`; the size is
the number of lines after preprocessing. On an idle machine wall time and CPU time agree; on a busy one the latter
is the one to read. The compiler is $CXX or g++.
"""
import os
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


def main():
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
