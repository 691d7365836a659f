#!/usr/bin/env python3
# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""Runs the food delivery as one process for each service, kills one of them in the middle, and starts it again.

The processes talk over TCP (each at a port that the system chose, which the others find in a file) or over Unix
sockets, plain or with mutual TLS; or over RabbitMQ, the user's own or a private one, which is killed and started again
as well. Ends as the customers' process does, see ftgo --help, or with 1 where anything else went wrong.
"""
import argparse
import contextlib
import fcntl
import os
import pathlib
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

sys.dont_write_bytecode = True
from child import Failure, Process  # noqa: E402
from direct import Direct  # noqa: E402
from rabbitmq import Broker  # noqa: E402

DIRECT = ("tcp", "unix", "tcp-tls", "unix-tls")
# Of a service: its processes.
SERVICES = {"order": 1, "consumer": 1, "kitchen": 1, "accounting": 1, "swift": 1, "pedal": 1, "ox": 1,
            "notification": 1, "auditor": 1, "delivery": 2}
WITH_JOURNAL = ("kitchen", "accounting")
# Those who keep nothing, or keep it in a journal; and who send nothing but replies, which the next process sends again.
MAY_DIE = ("accounting", "kitchen", "consumer", "swift", "pedal", "ox")
RESTARTS = {"kill": signal.SIGKILL, "stop": signal.SIGTERM, "never": None}


def say(text):
    print(text, flush=True)


class Town:
    """All processes; `ways` is how they reach each other."""

    def __init__(self, options, ways, folder):
        self.options = options
        self.ways = ways
        self.folder = folder
        self.processes = {}
        self.deadline = 0

    def start(self, name, service, *more, **streams):
        command = [self.options.program, "--role", service, "--name", name, "--transport", self.ways.url(name), *more]
        if service in WITH_JOURNAL:
            command += ["--journal", str(self.folder / f"{name}.journal")]
        if service == "auditor" and self.options.lose:
            command += ["--lose", self.options.lose]
        self.processes[name] = Process(name, command, **streams)
        self.ways.started(self.processes[name])
        return self.processes[name]

    def open(self):
        for service, count in SERVICES.items():
            for i in range(count):
                self.start(service if count == 1 else f"{service}-{i + 1}", service, stdin=subprocess.DEVNULL)
        more = ["--offices", str(len(self.processes)), "-"] + ["--no-timing"] * self.options.no_timing
        # All offices have to be there before the customers are.
        self.ways.introduce(self.processes.values())
        self.start("customers", "customers", *more, stdin=subprocess.PIPE)
        self.ways.introduce(self.processes.values())
        for process in self.processes.values():
            say(f"  {process.name:<13} process {process.child.pid:<8} {process.place}")

    def feed(self, orders):
        """Lets the customers read the orders; when they have read the half, and three quarters, something happens."""
        pipe = self.processes["customers"].child.stdin
        happens = [(len(orders) // 2, self.kill_and_restart)] if self.options.kill != "nobody" else []
        if self.ways.can_restart and RESTARTS[self.options.restart]:
            happens.append((len(orders) * 3 // 4, self.restart_broker))

        def unread():
            return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))[0]

        with contextlib.suppress(BrokenPipeError):  # how it ends says more
            written = 0
            for upto, something in happens:
                self.write(pipe, b"".join(orders[written:upto]))
                written = upto
                # So much more waits, at least, that orders are under way then.
                while unread() > 8 * 1024:
                    self.check_time()
                    time.sleep(0.002)
                something()
            self.write(pipe, b"".join(orders[written:]))
            pipe.close()

    def write(self, pipe, text):
        """Writes it as the customers read it."""
        os.set_blocking(pipe.fileno(), False)
        while text:
            self.check_time()
            with contextlib.suppress(BlockingIOError):
                text = text[os.write(pipe.fileno(), text):]
                continue
            select.select([], [pipe], [], 1)

    def check_time(self):
        if time.monotonic() > self.deadline:
            raise Failure(f"the customers were not done after {self.options.patience:g} s")

    def kill_and_restart(self):
        name = self.options.kill
        victim = self.processes[name]
        victim.signal(signal.SIGKILL)
        status = victim.end()
        if status != -signal.SIGKILL:
            raise Failure(f"{name} had ended with {status} before it was killed")
        say(f"Killed {name}, process {victim.child.pid} (SIGKILL). Orders go on until they need it.")
        time.sleep(self.options.pause)
        again = self.start(name, name, stdin=subprocess.DEVNULL)
        self.ways.introduce(self.processes.values())
        found = f" It found {again.journal_lines()} lines in its journal." if name in WITH_JOURNAL else ""
        say(f"Started {name} again after {self.options.pause} s: process {again.child.pid}, {again.place}.{found}")

    def restart_broker(self):
        how = RESTARTS[self.options.restart]
        say(f"{'Killing' if how == signal.SIGKILL else 'Stopping'} the broker ({how.name}) and starting it again.")
        old, new, took = self.ways.restart(how)
        say(f"The broker was process {old} and is process {new} after {took:.1f} s, with the same port and data.")

    def close(self):
        """All processes end by themselves when they are asked to."""
        bad = []
        # Once each: the second one would end it at once.
        for process in self.processes.values():
            process.signal(signal.SIGTERM)
        for name, process in self.processes.items():
            if name != "customers" and (status := process.end()) != 0:
                bad.append(f"{name} ended with {status}")
        if bad:
            raise Failure("; ".join(bad))

    def stop(self):
        """Nothing is left running, whatever has happened."""
        for process in self.processes.values():
            process.kill()
        self.ways.close()

    def run(self, orders):
        say(f"One process for each service, over {self.ways.title}:")
        self.ways.open()
        self.deadline = time.monotonic() + self.options.patience
        self.open()
        self.feed(orders)
        say("")
        customers = self.processes["customers"]
        while (status := customers.child.poll()) is None:
            self.check_time()
            time.sleep(0.01)
        customers.reader.join()
        say("\n".join(customers.lines))
        self.close()
        if self.options.kill != "nobody":
            say(f"({self.options.kill}: what it did before it was killed is not among its counts.)")
        return status


def read_orders(path):
    with (contextlib.nullcontext(sys.stdin.buffer) if path == "-" else open(path, "rb")) as file:
        return file.read().splitlines(keepends=True)


class Parser(argparse.ArgumentParser):
    def error(self, message):
        """As ftgo ends for a wrong option; 2 means something else there."""
        self.exit(1, f"{self.format_usage()}{self.prog}: {message}\n")


def is_broker(transport):
    return transport == "rabbitmq" or transport.startswith(("amqp://", "amqps://"))


def parse():
    parser = Parser(prog="processes.py", description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True, help="the program ftgo")
    parser.add_argument("--transport", default="tcp", metavar="HOW",
                        help=f"{', '.join(DIRECT)}; all: one after the other; rabbitmq: a private broker; or the URL "
                             "of a RabbitMQ, amqp://... (tcp)")
    parser.add_argument("--kill", choices=(*MAY_DIE, "nobody"), default="accounting",
                        help="the service that is killed in the middle (accounting)")
    parser.add_argument("--restart", choices=RESTARTS, default="kill",
                        help="how a private broker ends in the middle, before it is started again (kill)")
    parser.add_argument("--pause", type=float, default=0.5, help="seconds until the service is started again (0.5)")
    parser.add_argument("--patience", type=float, default=100, help="seconds until all orders must have ended (100)")
    parser.add_argument("--no-timing", action="store_true")
    parser.add_argument("--lose", help="as in ftgo --help")
    parser.add_argument("file", help="the orders; - for the standard input")
    options = parser.parse_args()
    if options.transport not in (*DIRECT, "all") and not is_broker(options.transport):
        # What might hold a secret is not repeated.
        parser.error(f"--transport is {', '.join(DIRECT)}, all, rabbitmq, or a URL amqp://... or amqps://...")
    return options


def interrupted(number, frame):
    raise KeyboardInterrupt


def run_once(options, transport, orders):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="ftgo-"))
    town = ways = None
    try:
        if is_broker(transport):
            ways = Broker(folder, None if transport == "rabbitmq" else transport)
        else:
            ways = Direct(transport, folder)
        town = Town(options, ways, folder)
        return town.run(orders)
    finally:
        # Now it ends, whoever asks for it once more.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if town:
            town.stop()
        shutil.rmtree(folder, ignore_errors=True)
        if ways and ways.leaves():
            say(ways.leaves())


def main():
    options = parse()
    worst = 0
    try:
        orders = read_orders(options.file)
        for transport in DIRECT if options.transport == "all" else (options.transport,):
            signal.signal(signal.SIGINT, interrupted)
            signal.signal(signal.SIGTERM, interrupted)
            status = run_once(options, transport, orders)
            # 2 says only that lines were skipped: 1 and 3 are worse.
            worst = max(worst, status, key=lambda s: (s not in (0, 2), s))
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; all processes are stopped\n")
        return 130
    except (Failure, OSError) as e:
        sys.stderr.write(f"processes.py: {e}\n")
        return 1
    return worst if worst >= 0 else 1


sys.exit(main())
