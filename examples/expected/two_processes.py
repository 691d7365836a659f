# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""Runs the two services of examples/14_two_processes.cpp as two processes and compares what the shop prints.

usage: two_processes.py PROGRAM EXPECTED tcp|unix
"""
import pathlib
import socket
import subprocess
import sys
import tempfile


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def run(program, how, folder):
    """What the shop has printed; nothing where the stock could not listen, since somebody else took its port."""
    if how == "tcp":
        place = f"127.0.0.1:{free_port()}"
        urls = f"tcp://?listen={place}", f"tcp://{place}"
    else:
        urls = f"unix://?listen={folder}/stock", f"unix://{folder}/stock"
    with subprocess.Popen([program, "stock", urls[0]]) as stock:
        try:
            shop = subprocess.run([program, "shop", urls[1]], stdout=subprocess.PIPE, text=True, timeout=60)
            if stock.poll() is not None:
                return None
            stock.terminate()
            ends = stock.wait(20), shop.returncode
            if ends != (0, 0):
                sys.exit(f"the stock and the shop ended with {ends}, not with 0")
            return shop.stdout
        finally:
            stock.kill()


def main():
    program, expected, how = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="fairway-") as folder:
        for _ in range(3):
            printed = run(program, how, folder)
            if printed is not None:
                break
    if printed != pathlib.Path(expected).read_text():
        sys.exit(f"the shop printed something else than {expected}:\n{printed}")


main()
