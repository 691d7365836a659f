#!/usr/bin/env python3
# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""Runs the template of a transport, 17_own_transport: every case that fails must say what is not written yet, and the
end what there is to do. own_transport.py PROGRAM
"""
import re
import subprocess
import sys

# What the cases of a point-to-point channel come across before anything is written, in this order.
FIRST = ["listen", "source::close", "open", "sink::send", "sink::try_send", "declare"]
UNWRITTEN = r"([a-z_:]+): not written yet: \S.* \(step [1-8]\)"

run = subprocess.run([sys.argv[1]], capture_output=True, text=True, timeout=20)
print(run.stdout)
wrong = []
if run.returncode != 1 or run.stderr:
    wrong.append(f"it ended with {run.returncode}: {run.stderr}")
failed = re.findall(r"^pigeon: .*: FAILED: (.*)$", run.stdout, re.M)
for text in failed:  # one case sees the result of try_send before anything else can be said
    if not re.fullmatch(UNWRITTEN, text) and "try_send" not in text:
        wrong.append(f"a case does not say what is not written: {text}")
if len(failed) < 50:
    wrong.append(f"only {len(failed)} cases failed")
to_do = [re.fullmatch(UNWRITTEN, text) for text in re.findall(r"^to do: (.*)$", run.stdout, re.M)]
if [match and match[1] for match in to_do] != FIRST:
    wrong.append(f"not what there is to do: {FIRST}")
if not re.search(r"\nnext: listen: not written yet: .*\n\Z", run.stdout):
    wrong.append("it does not end with what is next")
sys.exit("\n".join(wrong) or 0)
