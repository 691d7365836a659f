# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""Processes that talk over RabbitMQ: the user's, or a private one that is there as long as this program."""
import contextlib
import os
import pathlib
import secrets
import shutil
import signal
import socket
import subprocess
import time

from child import PATIENCE, Child, Failure

# Of Debian's package: the programs of the same names in /usr/sbin want to be a certain user.
PROGRAMS = pathlib.Path("/usr/lib/rabbitmq/bin")
CONNECT_PATIENCE = 15  # seconds, until the first process has met the broker
# What an earlier run has left disturbs nobody: names are of one run, and the queues go when nobody uses them.
EXPIRES = "5min"


def free_ports(count):
    with contextlib.ExitStack() as all_of_them:
        sockets = [all_of_them.enter_context(socket.socket()) for _ in range(count)]
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]


class Server:
    """A RabbitMQ with a folder, a name, a cookie and ports of its own, on the loopback only."""

    def __init__(self, folder):
        self.program = PROGRAMS / "rabbitmq-server"
        if not self.program.exists():
            found = shutil.which("rabbitmq-server")
            if not found:
                raise Failure("rabbitmq-server is not installed")
            self.program = pathlib.Path(found)
        self.folder = folder / "rabbitmq"
        self.folder.mkdir()
        self.port, self.names_port, nodes_port = free_ports(3)
        at = self.folder
        (at / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{self.port}\n"
                                          "log.console = false\nlog.file.level = warning\n"
                                          "vm_memory_high_watermark.absolute = 512MB\n"
                                          "disk_free_limit.absolute = 50MB\n")
        (at / "enabled_plugins").write_text("[].")
        self.environment = os.environ | {
            "HOME": str(at),  # of the cookie
            "RABBITMQ_NODENAME": f"ftgo{self.port}@localhost",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_DIST_PORT": str(nodes_port),
            "ERL_EPMD_PORT": str(self.names_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": str(at / "rabbitmq"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(at / "advanced"),
            "RABBITMQ_MNESIA_BASE": str(at / "data"),
            "RABBITMQ_LOG_BASE": str(at / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(at / "enabled_plugins"),
            "RABBITMQ_PID_FILE": str(at / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none "
                                                   "-kernel inet_dist_use_interface {127,0,0,1}",
            "RUNNING_UNDER_SYSTEMD": "true",  # the process that is started is the broker itself, not a shell around it
        }
        self.names = None
        self.broker = None

    def run(self, name, *command):
        with open(self.folder / "output", "ab") as output:
            return Child(name, command, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=output,
                         stderr=output)

    def start(self):
        """Returns once it takes connections."""
        if not self.names:
            # Erlang's port mapper, which RabbitMQ would start as well, but then as nobody's child.
            self.names = self.run("epmd", "epmd", "-address", "127.0.0.1", "-port", str(self.names_port))
        self.broker = self.run("RabbitMQ", str(self.program))
        deadline = time.monotonic() + 2 * PATIENCE
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            if self.broker.child.poll() is not None or time.monotonic() > deadline:
                said = (self.folder / "output").read_text(errors="replace").strip().splitlines()
                raise Failure("RabbitMQ does not start:\n" + "\n".join(said[-10:]))
            time.sleep(0.05)

    def keep_declarations(self):
        """Returns when the queues are on its disk: it writes there some 2 s after it has answered, and would have
        forgotten those that were declared just before it is killed, with all that it has confirmed for them."""
        written = self.run("rabbitmqctl", str(self.program.with_name("rabbitmqctl")), "eval",
                           "ok = mnesia:sync_log(), [ok = dets:sync(T) || T <- dets:all()], ok.")
        if written.end() != 0:
            raise Failure("RabbitMQ does not write down its queues")

    def stop(self):
        for child in (self.broker, self.names):
            if child:
                child.kill()


class Broker:
    """How the processes reach each other: one URL for all. Starts a private broker where no URL is given."""

    def __init__(self, folder, url=None):
        self.server = None if url else Server(folder)
        self.can_restart = self.server is not None
        self.title = "RabbitMQ" if url else "RabbitMQ, a private broker that is started"
        self.is_met = False
        if self.server:
            url = f"amqp://guest:guest@127.0.0.1:{self.server.port}"
        self.base, _, options = url.partition("?")
        own = dict(o.partition("=")[::2] for o in options.split("&") if o)
        # Of this run alone, whatever an earlier one has left behind.
        self.prefix = f"{own.pop('prefix', '')}ftgo-{secrets.token_hex(4)}."
        own.pop("name", None)
        self.options = {"expires": EXPIRES} | own | {"prefix": self.prefix}

    def open(self):
        if self.server:
            self.server.start()

    def url(self, name):
        return f"{self.base}?" + "&".join(f"{n}={v}" for n, v in (self.options | {"name": name}).items())

    def started(self, process):
        """The first one tells, for all, whether the broker is there and lets them in."""
        if self.is_met:
            return
        try:
            process.wait_for_place(CONNECT_PATIENCE)
        except Failure:
            try:
                process.child.wait(1)  # whoever is refused has ended, or is about to
            except subprocess.TimeoutExpired:
                raise Failure(f"no broker was met in {CONNECT_PATIENCE} s") from None
            raise Failure("the broker can't be used") from None
        self.is_met = True

    def introduce(self, processes):
        """Waits until all have met the broker."""
        for process in processes:
            process.wait_for_place()

    def restart(self, how):
        """Kills or stops the private broker, and starts it with the same port and data."""
        old = self.server.broker
        self.server.keep_declarations()
        begin = time.monotonic()
        old.signal(how)
        old.end()
        self.server.start()
        return old.child.pid, self.server.broker.child.pid, time.monotonic() - begin

    def close(self):
        """Nothing is left running."""
        if self.server:
            self.server.stop()

    def leaves(self):
        """What is left behind that is not the user's own."""
        if self.server or not self.is_met:
            return ""
        goes = self.options["expires"]
        return (f"Left on the broker: queues and exchanges named {self.prefix}*"
                + (f", of which it deletes the queues {goes} after their last use." if goes != "0s" else "."))
