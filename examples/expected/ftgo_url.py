# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""Runs the food delivery over a RabbitMQ of the user's own, as `scripts/demo amqp://...` does.

usage: ftgo_url.py PROGRAM FTGO_FOLDER; ends with 77 where RabbitMQ is not installed.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
program, ftgo = sys.argv[1], pathlib.Path(sys.argv[2])
sys.path.insert(0, str(ftgo))
from child import Failure  # noqa: E402
from rabbitmq import Server  # noqa: E402

USER, PASSWORD, WRONG = "ann", "p@ss/w:rd?", "wr@ng/w:rd?"
HOST = "shop/eu"


def encoded(text):
    """For a URL: every byte that is no letter and no digit."""
    return "".join(c if c.isalnum() else f"%{ord(c):02x}" for c in text)


def control(server, *command):
    """What rabbitmqctl says about the server, as lines."""
    done = subprocess.run([server.program.with_name("rabbitmqctl"), "--silent", *command], env=server.environment,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        sys.exit(f"rabbitmqctl {command[0]}: {done.stderr}")
    return done.stdout.splitlines()


def run(server, password):
    """How it ends, and all that it prints."""
    url = f"amqp://{USER}:{encoded(password)}@127.0.0.1:{server.port}/{encoded(HOST)}"
    done = subprocess.run([sys.executable, ftgo / "processes.py", "--program", program, "--no-timing", "--transport",
                           url, ftgo / "orders.jsonl"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=120)
    for secret in (password, encoded(password)):
        if secret in done.stdout:
            sys.exit("the password is printed:\n" + done.stdout.replace(secret, "(here)"))
    return done.returncode, done.stdout


def check(server):
    control(server, "add_vhost", HOST)
    control(server, "add_user", USER, PASSWORD)
    control(server, "set_permissions", "-p", HOST, USER, ".*", ".*", ".*")

    status, said = run(server, WRONG)
    if status != 1 or "ACCESS_REFUSED" not in said or "the broker can't be used" not in said:
        sys.exit(f"with a wrong password it ended with {status}:\n{said}")

    status, said = run(server, PASSWORD)
    left = re.search(r"^Left on the broker: queues and exchanges named (\S+)\*, of which it deletes the queues 5min",
                     said, re.M)
    # 2 says that some of the lines are no orders.
    if status != 2 or "Every order has exactly one end, and all sums agree" not in said or not left:
        sys.exit(f"it ended with {status}:\n{said}")
    queues = [line.split("\t") for line in control(server, "list_queues", "-p", HOST, "name", "arguments")]
    mine = [name for name, _ in queues if name.startswith(left[1])]
    if not mine:
        sys.exit(f"no queue is named as it says: {queues}")
    for name, arguments in queues:
        # Those of replies have names that nobody can guess.
        if not name.startswith((left[1], "fw.reply.")) or "x-expires" not in arguments:
            sys.exit(f"it leaves behind a queue that does not expire, or is not of this run: {name} {arguments}")
    if others := control(server, "list_queues", "-p", "/", "name"):
        sys.exit(f"it made queues in another virtual host: {others}")


def main():
    with tempfile.TemporaryDirectory(prefix="ftgo-url-", ignore_cleanup_errors=True) as folder:
        try:
            server = Server(pathlib.Path(folder))
        except Failure as e:
            print(f"SKIPPED: {e}")
            return 77
        try:
            server.start()
            check(server)
        finally:
            server.stop()
    return 0


sys.exit(main())
