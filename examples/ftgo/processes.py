#!/usr/bin/env python3
# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""Runs the food delivery as one process for each service, kills one of them in the middle, and starts it again.

The processes talk over TCP (each at a port that the system chose, which the others find in a file) or over Unix
sockets, plain or with mutual TLS. Ends as the customers' process does, see ftgo --help, or with 1 where anything else
went wrong.
"""
import argparse
import contextlib
import ctypes
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
import threading
import time

TRANSPORTS = ("tcp", "unix", "tcp-tls", "unix-tls")
# Of a service: its processes, and the channels that it listens for.
SERVICES = {
    "order": (1, ["orders", "orders.events"]),
    "consumer": (1, ["consumers"]),
    "kitchen": (1, ["kitchen"]),
    "accounting": (1, ["accounting"]),
    "swift": (1, []),
    "pedal": (1, []),
    "ox": (1, []),
    "notification": (1, []),
    "auditor": (1, []),
    "delivery": (2, ["delivery", "couriers"]),
    "customers": (1, ["town-hall"]),
}
WITH_JOURNAL = ("kitchen", "accounting")
# Those who keep nothing, or keep it in a journal; and who send nothing but replies, which the next process sends again.
MAY_DIE = ("accounting", "kitchen", "consumer", "swift", "pedal", "ox")
PATIENCE = 30  # seconds, for a process to start or to end


class Failure(Exception):
    pass


def die_with_parent():
    """In a child: whatever happens to this program, its processes end (Linux)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def say(text):
    print(text, flush=True)


class Certificates:
    """An authority of its own, and a certificate for each process."""

    def __init__(self, folder):
        self.folder = folder / "certificates"
        self.folder.mkdir()
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
                     "-subj", "/CN=FTGO", "-keyout", "ca.key", "-out", "ca.pem")

    def openssl(self, *arguments):
        done = subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, text=True)
        if done.returncode != 0:
            raise Failure(f"openssl {arguments[0]} failed:\n{done.stderr}")

    def options(self, name):
        """The part of a URL that says what the process proves itself with, and what others must."""
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                     "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        (self.folder / f"{name}.ext").write_text("subjectAltName=DNS:town.ftgo.test\n"
                                                 "extendedKeyUsage=serverAuth,clientAuth\n")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                     "-days", "1", "-extfile", f"{name}.ext", "-out", f"{name}.pem")
        at = self.folder
        return (f"&ca={at}/ca.pem&certificate={at}/{name}.pem&key={at}/{name}.key&client-certificates=true"
                "&server-name=town.ftgo.test")


class Process:
    """One process of the town. What it prints first is where it listens."""

    def __init__(self, name, command, **streams):
        self.name = name
        # In a session of its own, so that a Ctrl-C at the terminal comes to this program alone.
        self.child = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True,
                                      preexec_fn=die_with_parent, **streams)
        self.lines = []
        self.place = None
        self.news = threading.Condition()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.child.stdout:
            text = line.decode(errors="replace").rstrip("\n")
            with self.news:
                if self.place is None:
                    self.place = text
                else:
                    self.lines.append(text)
                self.news.notify_all()
        with self.news:
            self.place = self.place or ""
            self.news.notify_all()

    def wait_until(self, there, what):
        with self.news:
            if not self.news.wait_for(there, PATIENCE) or not self.place:
                raise Failure(f"{self.name} did not say {what}")

    def journal_lines(self):
        """How many lines it has found in its journal, where it has one."""
        self.wait_until(lambda: self.lines or not self.reader.is_alive(), "what is in its journal")
        return self.lines[0].split()[1]

    def signal(self, number):
        """Sends it a signal, unless it has ended."""
        if self.child.poll() is None:
            self.child.send_signal(number)

    def end(self):
        """Returns how it ends; kills it where it does not."""
        try:
            return self.child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            return None


class Town:
    def __init__(self, options, transport, folder):
        self.options = options
        self.transport, _, self.tls = transport.partition("-")
        self.folder = folder
        self.channels = folder / "channels"
        self.certificates = Certificates(folder) if self.tls else None
        self.secrets = {}
        self.processes = {}
        self.deadline = 0
        # A channel map names one channel at least; this one is nobody's.
        self.channels.write_text(f"nothing-yet = {folder}/nobody\n")

    def start(self, name, service, *more, **streams):
        if self.tls and name not in self.secrets:
            self.secrets[name] = self.certificates.options(name)
        listen = "127.0.0.1:0" if self.transport == "tcp" else f"{self.folder}/{name}.socket"
        # A service that was killed is not waited for longer than a second: it never comes back as the one it was.
        url = (f"{self.transport}://?listen={listen}&channels={self.channels}&channels-every=100ms&grace=1s&name={name}"
               + self.secrets.get(name, ""))
        command = [self.options.program, "--role", service, "--name", name, "--transport", url, *more]
        if service in WITH_JOURNAL:
            command += ["--journal", str(self.folder / f"{name}.journal")]
        if service == "auditor" and self.options.lose:
            command += ["--lose", self.options.lose]
        self.processes[name] = Process(name, command, **streams)
        return self.processes[name]

    def tell_places(self):
        """Writes who listens where for which channel; the processes look at that file again and again."""
        places = {}
        for process in self.processes.values():
            process.wait_until(lambda p=process: p.place is not None, "where it listens")
            for channel in SERVICES[process.name.partition("-")[0]][1]:
                places.setdefault(channel, []).append(process.place)
        text = "".join(f"{channel} = {', '.join(at)}\n" for channel, at in places.items())
        new = self.channels.with_suffix(".new")
        new.write_text(text)
        new.rename(self.channels)

    def open(self):
        offices = 0
        for service, (count, _) in SERVICES.items():
            if service == "customers":
                continue
            for i in range(count):
                self.start(service if count == 1 else f"{service}-{i + 1}", service, stdin=subprocess.DEVNULL)
                offices += 1
        more = ["--offices", str(offices), "-"] + ["--no-timing"] * self.options.no_timing
        self.start("customers", "customers", *more, stdin=subprocess.PIPE)
        self.tell_places()
        for process in self.processes.values():
            say(f"  {process.name:<13} process {process.child.pid:<8} {process.place}")

    def feed(self, orders):
        """Lets the customers read the orders, and kills and restarts a service when they have read the half."""
        pipe = self.processes["customers"].child.stdin
        half = len(orders) // 2

        def unread():
            return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))[0]

        with contextlib.suppress(BrokenPipeError):  # how it ends says more
            self.write(pipe, b"".join(orders[:half]))
            # So much more waits, at least, that orders are under way when it dies.
            while unread() > 8 * 1024:
                self.check_time()
                time.sleep(0.002)
            self.kill_and_restart()
            self.write(pipe, b"".join(orders[half:]))
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
        if name == "nobody":
            return
        victim = self.processes[name]
        victim.signal(signal.SIGKILL)
        status = victim.end()
        if status != -signal.SIGKILL:
            raise Failure(f"{name} had ended with {status} before it was killed")
        say(f"Killed {name}, process {victim.child.pid} (SIGKILL). Orders go on until they need it.")
        time.sleep(self.options.pause)
        again = self.start(name, name, stdin=subprocess.DEVNULL)
        self.tell_places()
        found = f" It found {again.journal_lines()} lines in its journal." if name in WITH_JOURNAL else ""
        say(f"Started {name} again after {self.options.pause} s: process {again.child.pid}, {again.place}.{found}\n")

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
            process.signal(signal.SIGKILL)
        for process in self.processes.values():
            process.child.wait()

    def run(self, orders):
        say(f"One process for each service, over {'TCP' if self.transport == 'tcp' else 'Unix sockets'}"
            f"{' with mutual TLS' if self.tls else ''}:")
        self.deadline = time.monotonic() + self.options.patience
        self.open()
        self.feed(orders)
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


def parse():
    parser = Parser(prog="processes.py", description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True, help="the program ftgo")
    parser.add_argument("--transport", choices=(*TRANSPORTS, "all"), default="tcp")
    parser.add_argument("--kill", choices=(*MAY_DIE, "nobody"), default="accounting",
                        help="the service that is killed in the middle (accounting)")
    parser.add_argument("--pause", type=float, default=0.5, help="seconds until it is started again (0.5)")
    parser.add_argument("--patience", type=float, default=100, help="seconds until all orders must have ended (100)")
    parser.add_argument("--no-timing", action="store_true")
    parser.add_argument("--lose", help="as in ftgo --help")
    parser.add_argument("file", help="the orders; - for the standard input")
    return parser.parse_args()


def interrupted(number, frame):
    raise KeyboardInterrupt


def run_once(options, transport, orders):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="ftgo-"))
    town = None
    try:
        town = Town(options, transport, folder)
        return town.run(orders)
    finally:
        # Now it ends, whoever asks for it once more.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if town:
            town.stop()
        shutil.rmtree(folder, ignore_errors=True)


def main():
    options = parse()
    worst = 0
    try:
        orders = read_orders(options.file)
        for transport in TRANSPORTS if options.transport == "all" else (options.transport,):
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
