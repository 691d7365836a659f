#!/usr/bin/env python3
# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""Runs the tool in processes of its own, over Unix sockets in a temporary folder: cli_test.py TOOL SHOP CASE

Nothing is waited for by time: a test goes on when a line was printed, or a process has ended.
"""
import json
import pathlib
import signal
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "ftgo"))
import rabbitmq as rabbitmq_kit  # noqa: E402

TOOL, SHOP, CASE = sys.argv[1:4]


class Process:
    """A program that runs beside the test."""

    def __init__(self, *arguments):
        self.child = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.child.poll() is None:
            self.child.kill()
        self.child.communicate()

    def out(self):
        """The next line of the standard output."""
        return self.child.stdout.readline().rstrip("\n")

    def wait_for(self, text):
        """Reads the standard error until a line has `text`."""
        seen = []
        for line in self.child.stderr:
            seen.append(line)
            if text in line:
                return line.rstrip("\n")
        raise AssertionError(f"it ended without {text!r}: {''.join(seen)!r}")

    def end(self, status, number=None):
        """Ends, after a signal if one is given, with the status; returns what else it printed."""
        if number is not None:
            self.child.send_signal(number)
        out, err = self.child.communicate()
        assert self.child.returncode == status, f"status {self.child.returncode}, not {status}: {out!r} {err!r}"
        return out, err


def start(*arguments):
    return Process(TOOL, *arguments)


def run(status, *arguments, stdin=None):
    """Runs the tool to its end; returns its standard output and error."""
    done = subprocess.run([TOOL, *arguments], input=stdin, capture_output=True, check=False)
    out, err = done.stdout.decode(), done.stderr.decode()
    assert done.returncode == status, f"{arguments}: status {done.returncode}, not {status}: {out!r} {err!r}"
    return out, err


def equal(found, expected):
    assert found == expected, f"{found!r}, not {expected!r}"


def contains(text, part):
    assert part in text, f"no {part!r} in {text!r}"


def shop(folder):
    """The service, listening, and its URL."""
    s = Process(SHOP, f"unix://?listen={folder}/shop.sock&channel.shop.orders.inventory.dead={folder}/dead.sock&name=stock")
    equal(s.out(), "serving")
    return s, f"unix://{folder}/shop.sock"


# ---- the cases

def help(folder):
    contains(run(0, "--help")[0], "dead-letters URL CHANNEL GROUP")
    for command in ("listen", "send", "request", "dead-letters", "channels"):
        contains(run(0, command, "--help")[0], f"usage: fairway {command} URL")
    # Behind -- it is no option.
    contains(run(1, "send", "unix:///x", "a", "--", "--help")[1], "--type NAME")


def usage(folder):
    contains(run(1)[1], "usage: fairway COMMAND")
    contains(run(1, "lisen")[1], "unknown command: 'lisen'")
    contains(run(1, "listen")[1], "URL is missing")
    contains(run(1, "listen", "inproc://")[1], "CHANNEL is missing")
    contains(run(1, "listen", "inproc://", "a b")[1], "not the name of a channel: 'a b'")
    contains(run(1, "listen", "inproc://", "a", "--fast")[1], "unknown option: '--fast'")
    contains(run(1, "listen", "inproc://", "a", "--count")[1], "--count needs a value")
    contains(run(1, "listen", "inproc://", "a", "--count", "0")[1], "--count takes a number from 1")
    contains(run(1, "listen", "inproc://", "a", "--for", "2")[1], "--for takes a time")
    contains(run(1, "listen", "inproc://", "a", "--topic", "--queue")[1], "either --queue or --topic")
    contains(run(1, "listen", f"unix://{folder}/x", "a")[1], "add listen=ADDRESS")
    contains(run(1, "send", "inproc://", "a", "x")[1], "--type NAME")
    contains(run(1, "send", "inproc://", "a", "--type", "b:0", "x")[1], "a version is written")
    contains(run(1, "send", "inproc://", "a", "--type", "b", "--header", "c", "x")[1], "name=value")
    contains(run(1, "send", "inproc://", "a", "--type", "b", "--header", "fw-x=1", "x")[1], "reserved")
    contains(run(1, "send", "inproc://", "a", "--type", "b", f"@{folder}/none")[1], "can't be opened")
    contains(run(1, "send", f"unix://{folder}/x", "a", "--topic", "--type", "b", "x")[1], "a publisher listens")
    contains(run(1, "dead-letters", "inproc://", "a", "b", "burn")[1], "unknown command: 'burn'")
    contains(run(1, "dead-letters", "inproc://", "a", "b", "replay")[1], "name letters by their ids, or say --all")
    contains(run(1, "channels", "tcp://?grace=2m")[1], "grace: write a time as")
    contains(run(1, "channels", "tcp://?grace=2min")[1], "grace is 0s to 60s")
    contains(run(1, "channels", "tcp://?queue=0")[1], "a queue has room for one at least")
    contains(run(1, "channels", "tcp://stock.example.com:7000")[1], "which is on another host, without TLS")
    contains(run(1, "channels", "ftp://x")[1], "scheme 'ftp' is not one of: inproc, tcp, unix, amqp, amqps")
    contains(run(1, "channels", "amqp://localhost?topology=make")[1], "topology is declare, verify or none")
    contains(run(1, "channels", "amqp://u:x@rabbit.example.com")[1], "without TLS")
    # What might hold a secret is not repeated.
    for words in (["listen", "a", "tcp://u:secret@h:1"], ["listen", "tcp://u:secret@h:1", "a"],
                  ["send", "inproc://", "a", "--type", "b", "c", "tcp://u:secret@h:1"],
                  ["channels", "tcp://h:1?password=secret"], ["channels", "amqp://u:secret@h:99999"],
                  ["channels", "amqp://u:secret@127.0.0.1?password=secret"]):
        out, err = run(1, *words)
        assert err and "secret" not in out + err, f"{words}: {err!r}"


def send(folder):
    url = f"unix://{folder}/orders.sock"
    with start("listen", f"unix://?listen={folder}/orders.sock", "shop.orders", "--count", "3", "--body") as listener:
        equal(listener.wait_for("listening"), f"fairway: listening to shop.orders at {url}")
        out, _ = run(0, "send", url, "shop.orders", "--type", "shop.place-order:2.1", "--header", "tenant=acme",
                     "--header", "note=a=b", '{"sku":"tea"}')
        id = out.split()[1]
        equal(out, f"sent {id} (accepted: peer)\n")
        first = listener.out()
        contains(first, f"Z  {id}  shop.place-order 2.1  from fairway-cli")
        equal([listener.out() for _ in range(3)], ["  tenant: acme", "  note: a=b", '  {"sku":"tea"}'])
        # Other bytes in hexadecimal digits; control characters have no effect.
        run(0, "send", url, "shop.orders", "--type", "raw", "-", stdin=b"\x00\xff\x01")
        contains(listener.out(), "  raw 1.0")
        equal(listener.out(), "  00ff01")
        file = pathlib.Path(folder) / "body"
        file.write_text("two\nlines")
        out, _ = run(0, "send", url, "shop.orders", "--type", "text", "--json", f"@{file}")
        sent = json.loads(out)
        equal({k: sent[k] for k in sent if k != "id"}, {"channel": "shop.orders", "type": "text", "version": "1.0", "accepted": "peer"})
        contains(listener.out(), sent["id"])
        equal(listener.out(), r"  two\nlines")
        listener.end(0)


def listen_json(folder):
    url = f"unix://{folder}/orders.sock"
    with start("listen", f"unix://?listen={folder}/orders.sock", "shop.orders", "--json", "--body") as listener:
        listener.wait_for("listening")
        out, _ = run(0, "send", url, "shop.orders", "--json", "--type", "shop.place-order", "--header", "a=b", "--ttl", "1h",
                     "--content-type", "text/plain", "tea")
        j = json.loads(listener.out())
        equal(j["id"], json.loads(out)["id"])
        expected = {"type": "shop.place-order", "version": "1.0", "channel": "shop.orders", "attempt": 1, "shard_key": "",
                    "source": "fairway-cli", "content_type": "text/plain", "wants_reply": False, "headers": {"a": "b"},
                    "size": 3, "body": "tea"}
        equal({k: j[k] for k in expected}, expected)
        assert j["expires"] > j["time"], j
        run(0, "send", url, "shop.orders", "--type", "raw", "-", stdin=b"\xff")
        j = json.loads(listener.out())
        equal((j["size"], j.get("body"), j["body_base64"]), (1, None, "/w=="))
        listener.end(0, signal.SIGINT)


def sharded(folder):
    with start("listen", f"unix://?listen={folder}/s.sock", "bank.accounts", "--shards", "8", "--json", "--count", "2") as listener:
        listener.wait_for("listening")
        for body in ("1", "2"):
            run(0, "send", f"unix://{folder}/s.sock", "bank.accounts", "--shards", "8", "--key", "ada", "--type", "t", body)
        first, second = json.loads(listener.out()), json.loads(listener.out())
        equal((first["shard_key"], first["size"]), ("ada", 1))
        equal(first["shard"], second["shard"])
        assert 0 <= first["shard"] < 8
        assert first.get("body") is None # without --body
        listener.end(0)


def topic(folder):
    service, url = shop(folder)
    with service, start("listen", url, "shop.order-events", "--topic", "--group", "audit", "--json", "--body", "--count", "1") as audit:
        audit.wait_for("connected")
        run(0, "request", url, "shop.orders", "--type", "shop.place-order", '{"sku":"tea"}')
        j = json.loads(audit.out())
        equal((j["type"], j["source"]), ("shop.order-placed", "inventory"))
        equal(json.loads(j["body"]), {"order_id": "order-1", "sku": "tea"})
        audit.end(0)
    # And the tool as the publisher: the subscriber dials it.
    with start("listen", f"unix://{folder}/news.sock", "news", "--topic", "--group", "g", "--count", "1") as reader:
        reader.wait_for("listening")
        out, _ = run(0, "send", f"unix://?listen={folder}/news.sock", "news", "--topic", "--group", "g", "--type", "t", "x")
        contains(reader.out(), out.split()[1])
        reader.end(0)


def request(folder):
    service, url = shop(folder)
    with service:
        order = ["request", url, "shop.orders", "--type", "shop.place-order"]
        equal(json.loads(run(0, *order, '{"sku":"tea"}')[0]), {"order_id": "order-1", "sku": "tea"})
        j = json.loads(run(0, *order, "--json", '{"sku":"tea"}')[0])
        equal((j["type"], j["source"]), ("shop.order-placed", "inventory"))
        equal(json.loads(j["body"]), {"order_id": "order-2", "sku": "tea"})
        out, err = run(3, *order, '{"sku":"gold"}')
        equal((out, err), ("", "inventory refused (sold_out): no more gold\n"))
        j = json.loads(run(3, *order, "--json", '{"sku":"gold"}')[0])
        equal((j["fault"], j["text"], j["responder"]), ("sold_out", "no more gold", "inventory"))
        contains(run(3, *order, "no JSON")[1], "refused (decode_failed)")


def dead_letters(folder):
    service, url = shop(folder)
    with service:
        for order in ("1", "2"):
            run(0, "send", url, "shop.orders", "--type", "shop.cancel-order", json.dumps({"order_id": order}))
        letters = ["dead-letters", f"{url}?listen={folder}/dead.sock", "shop.orders", "inventory"]
        contains(run(0, *letters, "list", "--most", "2")[0], "no_such_order")
        found = [json.loads(line) for line in run(0, *letters, "list", "--most", "2", "--json", "--body")[0].splitlines()]
        found.sort(key=lambda j: j["body"])
        equal([j["text"] for j in found], ["there is no 1", "there is no 2"])
        equal([j["code"] for j in found], ["no_such_order"] * 2)
        contains(run(0, *letters, "show", found[0]["id"])[0], '{"order_id": "1"}')
        equal(run(0, *letters, "replay", found[0]["id"])[0], "replayed 1 letter\n")
        equal(service.out(), "cancelled 1")
        equal(run(0, *letters, "drop", found[1]["id"])[0], "discarded 1 letter\n")
    # Nobody is there any more.
    equal(run(0, *letters, "--quiet", "10ms")[0], "no letters in shop.orders.inventory.dead\n")
    missing = "00000000-0000-7000-8000-000000000000"
    equal(run(3, *letters, "drop", missing, "--quiet", "10ms")[0], "discarded 0 letters\nnot there: 1 letter\n")


def channels(folder):
    contains(run(0, "channels", "inproc://")[0], "transport           inproc\n")
    service, url = shop(folder)
    with service:
        out, _ = run(0, "channels", url, "shop.orders")
        contains(out, f"shop.orders  unix://{folder}/shop.sock  connected  node ")
        contains(out, "name stock\n")
        facts, place = [json.loads(line) for line in run(0, "channels", url, "shop.orders", "--json")[0].splitlines()]
        equal((facts["transport"], facts["central"], facts["accepted"]), ("unix", False, "local"))
        equal((place["at"], place["connected"], place["name"]), (f"unix://{folder}/shop.sock", True, "stock"))
    out, err = run(2, "channels", f"unix://{folder}/none.sock", "shop.orders")
    contains(out, "not connected: connect to")
    contains(err, "No such file or directory")
    contains(run(2, "channels", "unix://", "shop.orders", "--timeout", "50ms")[1], "names no place for shop.orders")


def tcp(folder):
    with start("listen", "tcp://?listen=127.0.0.1:0", "a", "--count", "1") as listener:
        url = listener.wait_for("listening").split()[-1]
        assert url.startswith("tcp://127.0.0.1:"), url
        run(0, "send", url, "a", "--type", "t", "x")
        contains(listener.out(), "  t 1.0")
        listener.end(0)


def rabbitmq(folder):
    try:
        server = rabbitmq_kit.Server(pathlib.Path(folder))
    except rabbitmq_kit.Failure as e:
        print(f"SKIPPED: {e}")
        return
    try:
        server.start()
        at = f"127.0.0.1:{server.port}"
        over_rabbitmq(folder, f"amqp://guest:guest@{at}", at)
    finally:
        server.stop()


def over_rabbitmq(folder, url, at):
    contains(run(0, "channels", url)[0], "connected           yes\n")
    facts = json.loads(run(0, "channels", url, "--json")[0])
    equal((facts["transport"], facts["accepted"], facts["connected"]), ("amqp", "durable", True))
    # Point-to-point, with all that a message has.
    out, _ = run(0, "send", url, "shop.orders", "--type", "shop.place-order:2.1", "--header", "tenant=acme", '{"sku":"tea"}')
    equal(out.split(maxsplit=2)[2], "(accepted: durable)\n")
    out, err = run(0, "listen", url, "shop.orders", "--count", "1", "--body")
    contains(err, "fairway: connected")
    contains(out, "  shop.place-order 2.1  from fairway-cli")
    contains(out, '  tenant: acme\n  {"sku":"tea"}\n')
    # Publish-subscribe: kept for a group that is named.
    run(0, "send", url, "news", "--topic", "--group", "g", "--type", "t", "x")
    contains(run(0, "listen", url, "news", "--topic", "--group", "g", "--count", "1", "--json")[0], '"channel":"news"')
    run(0, "send", url, "bank", "--shards", "2", "--key", "ada", "--type", "t", "x")
    contains(run(0, "listen", url, "bank", "--shards", "2", "--count", "1", "--json")[0], '"shard_key":"ada"')
    # A service of its own, asked, and its dead letters.
    with Process(SHOP, url) as service:
        equal(service.out(), "serving")
        order = ["request", url, "shop.orders", "--type", "shop.place-order"]
        equal(json.loads(run(0, *order, '{"sku":"tea"}')[0]), {"order_id": "order-1", "sku": "tea"})
        contains(run(3, *order, '{"sku":"gold"}')[1], "inventory refused (sold_out)")
        letters = ["dead-letters", url, "shop.orders", "inventory"]
        equal(run(0, *letters, "--quiet", "500ms")[0], "no letters in shop.orders.inventory.dead\n")
        run(0, "send", url, "shop.orders", "--type", "shop.cancel-order", '{"order_id":"1"}')
        letter = json.loads(run(0, *letters, "list", "--most", "1", "--json")[0])
        equal((letter["code"], letter["text"]), ("no_such_order", "there is no 1"))
        equal(run(0, *letters, "replay", letter["id"])[0], "replayed 1 letter\n")
        equal(service.out(), "cancelled 1")
    # What is not there, and who is not let in. Passwords are not repeated.
    contains(run(3, "send", f"{url}?topology=verify", "nowhere", "--type", "t", "x")[1], "no queue 'fw.nowhere'")
    contains(run(3, "listen", f"amqp://guest:secret@{at}", "a")[1], "Login was refused")
    for words in (["channels"], ["send", "a", "--type", "t", "x"], ["dead-letters", "a", "b"]):
        words.insert(1, f"amqp://guest:secret@{at}")
        out, err = run(3, *words)
        assert out == "" and "ACCESS_REFUSED" in err and "secret" not in err, f"{words}: {err!r}"


def unreachable(folder):
    url = f"unix://{folder}/none.sock"
    out, err = run(2, "send", url, "a", "--type", "t", "--timeout", "50ms", "x")
    equal(out, "")
    contains(err, "nobody has taken the message in time")
    contains(run(2, "send", f"{url}?confirm=queued", "a", "--type", "t", "--timeout", "50ms", "x")[1], "nobody has taken")
    contains(run(2, "send", "unix://", "a", "--type", "t", "--timeout", "50ms", "x")[1], "nobody has taken the message")
    contains(run(2, "request", url, "a", "--type", "t", "--timeout", "50ms", "x")[1], "nobody has answered in time")
    contains(run(2, "listen", f"unix://?listen={folder}/no/such/x.sock", "a")[1], "No such file or directory")
    contains(run(2, "listen", f"unix://?listen={folder}/a.sock", "a", "--count", "1", "--for", "10ms")[1], "listening")
    run(0, "listen", f"unix://?listen={folder}/a.sock", "a", "--for", "10ms")
    # A broker.
    for words in (["channels", "--timeout", "500ms"], ["send", "a", "--type", "t", "--timeout", "500ms", "x"],
                  ["request", "a", "--type", "t", "--timeout", "500ms", "x"],
                  ["dead-letters", "a", "b", "--quiet", "500ms"], ["listen", "a", "--count", "1", "--for", "500ms"]):
        words.insert(1, "amqp://guest:secret@127.0.0.1:1")
        err = run(2, *words)[1]
        assert "Connection refused" in err and "secret" not in err, f"{words}: {err!r}"
    contains(run(2, "channels", "amqps://127.0.0.1:1")[1], "Connection refused")


def unauthorized(folder):
    secret = pathlib.Path(folder) / "token"
    secret.write_text("a-secret-token-that-nobody-knows\n")
    secret.chmod(0o600)
    service, url = shop(folder)
    with service:
        # The service asks nobody who he is: it does not know what to do with a token.
        out, err = run(3, "send", f"{url}?token-file={secret}", "shop.orders", "--type", "t", "x")
        equal(out, "")
        assert "nobody-knows" not in err, err


def credentials(folder):
    place = pathlib.Path(folder)
    contains(run(0, "credential", "--help")[0], "usage: fairway credential USER")
    contains(run(0, "token", "--help")[0], "usage: fairway token USER")
    contains(run(1, "token")[1], "USER is missing")
    contains(run(1, "token", "two words")[1], "the name is not 1 to 256")
    contains(run(1, "credential", "checkout", stdin=b"\n")[1], "begins with no password")
    contains(run(1, "credential", "checkout", "--iterations", "10", stdin=b"x")[1], "4096 to 1000000")
    line, err = run(0, "credential", "checkout", stdin=b"correct horse\n")
    assert line.startswith("checkout = SCRAM-SHA-256$100000:") and line.count("\n") == 1, line
    assert "horse" not in line + err, line
    token, token_line = run(0, "token", "robot")[0].splitlines()
    assert token_line.startswith("robot = SHA-256$") and token not in token_line, token_line
    # Both let their user in, over a Unix socket and over TCP, and nobody else.
    (place / "credentials").write_text(line + token_line + "\n")
    for name, secret in (("password", "correct horse"), ("token", token), ("wrong", "correct horsE")):
        (place / name).write_text(secret + "\n")
    for at in (f"unix://?listen={folder}/a.sock", "tcp://?listen=127.0.0.1:0"):
        with start("listen", f"{at}&credentials={folder}/credentials", "a", "--count", "2") as listener:
            url = listener.wait_for("listening").split()[-1]
            run(0, "send", f"{url}?user=checkout&password-file={folder}/password", "a", "--type", "by-password", "x")
            run(0, "send", f"{url}?token-file={folder}/token", "a", "--type", "by-token", "x")
            contains(listener.out(), "by-password")
            equal(listener.out(), "  x")
            contains(listener.out(), "by-token")
            listener.end(0)
        with start("listen", f"{at}&credentials={folder}/credentials", "a") as listener:
            url = listener.wait_for("listening").split()[-1]
            run(3, "send", f"{url}?user=checkout&password-file={folder}/wrong", "a", "--type", "t", "x")
            run(3, "send", f"{url}", "a", "--type", "t", "x")
            listener.end(0, signal.SIGINT)


def interrupted(folder):
    with start("listen", f"unix://?listen={folder}/a.sock", "a") as listener:
        listener.wait_for("listening")
        listener.end(0, signal.SIGINT)
    assert not (pathlib.Path(folder) / "a.sock").exists()
    with start("request", f"unix://{folder}/none.sock", "a", "--type", "t", "--timeout", "1h", "x") as asker:
        asker.wait_for("No such file")
        asker.end(130, signal.SIGINT)


with tempfile.TemporaryDirectory(prefix="fw") as place:
    globals()[CASE](place)
