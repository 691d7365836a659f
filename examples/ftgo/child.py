# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""Programs that run beside this one and end with it."""
import contextlib
import ctypes
import os
import signal
import subprocess
import threading

PATIENCE = 30  # seconds, for a process to start or to end


class Failure(Exception):
    """Something went wrong; the text is for the user."""


def die_with(parent):
    """In a child: whatever happens to this program, its processes end (Linux)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    if os.getppid() != parent:  # it has ended already
        os._exit(1)


class Child:
    """A program. It has a session of its own, so that a Ctrl-C at the terminal comes to this program alone."""

    def __init__(self, name, command, **how):
        self.name = name
        me = os.getpid()
        self.child = subprocess.Popen(command, start_new_session=True, preexec_fn=lambda: die_with(me), **how)

    def signal(self, number):
        """Sends it a signal, unless it has ended."""
        if self.child.poll() is None:
            self.child.send_signal(number)

    def end(self):
        """Returns how it ends; kills it where it does not."""
        try:
            return self.child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def kill(self):
        self.signal(signal.SIGKILL)
        self.child.wait()


class Process(Child):
    """One process of the town. What it prints first is its place: where it listens, or that it has met the broker."""

    def __init__(self, name, command, **streams):
        super().__init__(name, command, stdout=subprocess.PIPE, **streams)
        self.lines = []
        self.place = None
        self.journal = None
        self.news = threading.Condition()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.child.stdout:
            text = line.decode(errors="replace").rstrip("\n")
            with self.news:
                if text.startswith("journal: "):
                    self.journal = text.split()[1]
                elif self.place is None:
                    self.place = text
                else:
                    self.lines.append(text)
                self.news.notify_all()
        with self.news:
            self.place = self.place or ""
            self.news.notify_all()

    def wait_until(self, there, what, patience=PATIENCE):
        with self.news:
            if not self.news.wait_for(there, patience) or not self.place:
                raise Failure(f"{self.name} did not say {what}")

    def wait_for_place(self, patience=PATIENCE):
        self.wait_until(lambda: self.place is not None, "where it is", patience)

    def journal_lines(self):
        """How many lines it has found in its journal, where it has one."""
        self.wait_until(lambda: self.journal or not self.reader.is_alive(), "what is in its journal")
        return self.journal
