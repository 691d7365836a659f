# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""Runs the benchmark programs in three passes and keeps what they print, for gates.py and table.py."""
import collections
import glob
import os
import resource
import subprocess
import sys
import time

PASSES = 3
CPU, WALL, ALLOCATIONS = "cpu_ns_per_op", "ns_per_op", "allocs_per_op"


class Results:
    """Values by scenario, peer, metric and size, one for each pass; None as the size is for where there is one only."""

    def __init__(self):
        self._values = collections.defaultdict(dict)
        self._units = {}
        # What begins so needs something that is not installed, as its program says.
        self._left_out = set()
        # The part of the processors that other programs used meanwhile.
        self.others = 0.0

    @property
    def disturbed(self):
        return self.others > 0.05

    def read(self, lines, number):
        for line in lines:
            parts = line.split()
            if line.startswith("# ") and parts[2:5] == ["is", "left", "out:"]:
                self._left_out.add(parts[1])
            if len(parts) != 6 or line.startswith("#"):
                continue
            scenario, peer, size, metric, value, unit = parts
            for key in ((scenario, peer, metric, int(size)), (scenario, peer, metric, None)):
                self._values[key][number] = float(value)
                self._units[key] = unit

    def of(self, scenario, peer, metric, size=None):
        """The values by pass; none where the peer was not measured."""
        return self._values.get((scenario, peer, metric, size), {})

    def is_left_out(self, scenario):
        return any(scenario.startswith(what + "_") for what in self._left_out)

    def unit_of(self, scenario, peer, metric, size=None):
        return self._units.get((scenario, peer, metric, size), "")


def measure(programs, scenarios):
    """What the programs of the folder print of the scenarios; those called compile_... are compile_time.py's."""
    found = sorted(glob.glob(os.path.join(programs, "bench_*")))
    if not found:
        sys.exit(f"no benchmark programs in {programs}")
    results, busy = Results(), _Busy()
    compiled = sorted(s for s in scenarios if s.startswith("compile_"))
    run = sorted(scenarios - set(compiled))
    for number in range(PASSES if run else 0):
        for program in found:
            _run([program, *run], number, results)
    compile_time = os.path.join(os.path.dirname(os.path.abspath(__file__)), "compile_time.py")
    for scenario in compiled:
        # Compiling takes longer than all else, and processor time hardly varies.
        _run([compile_time, scenario, "--quick"], 0, results)
    results.others = busy.others()
    return results


class _Busy:
    """What other programs use of all processors from now on."""

    def __init__(self):
        self._start = self._now()

    @staticmethod
    def _now():
        with open("/proc/stat", encoding="ascii") as file:
            user, nice, system, _, _, *interrupts = (int(n) for n in file.readline().split()[1:9])
        own = resource.getrusage(resource.RUSAGE_CHILDREN)
        everything = (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")
        return time.monotonic(), everything - own.ru_utime - own.ru_stime

    def others(self):
        (before, used_before), (after, used_after) = self._start, self._now()
        return max(0.0, used_after - used_before) / max(after - before, 1e-3) / os.cpu_count()


def _run(command, number, results):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        print(f"# {os.path.basename(command[0])} ended with {done.returncode}", flush=True)
    results.read(done.stdout.splitlines(), number)
