#!/usr/bin/env python3
# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""The folders are the architecture: who may include whom.

Dependency runs down only, contract <- envelope <- env, error <- codec | delivery | transport <- port <- service; a
transport's folder knows the seam and never a port, a codec or another transport, but for transport/hub, the queues that
some of them are made of; nothing but tests knows testing.
"""
import re
import subprocess
import tempfile

import cpp_text

# Room -> the rooms it may include, beside itself. `transport` is the seam, `transport/*` a transport's own folder,
# `error` is error.hpp, `front` are the other headers directly in include/fairway. Every room may include `detail`.
RULES = {
    "error": "",
    "detail": "",
    "contract": "",
    "envelope": "contract error",
    "env": "envelope error",
    "codec": "contract error",
    "delivery": "contract envelope error",
    "transport": "contract envelope env error",
    "transport/*": "transport contract envelope env error delivery",
    "port": "contract envelope env error codec delivery transport",
    "service": "contract envelope env error codec delivery transport port",
    "registry": "contract envelope env error codec delivery transport port service",
    "store": "contract envelope env error codec delivery transport port",
    "testing": "*",
    "front": "* !testing",
    "front testing.hpp": "*",
}
# Other people's headers -> the rooms that may include them directly; all others may not.
THIRD_PARTY = {
    r"boost/asio/": "env detail transport transport/* port service store testing front",
    r"nlohmann/(?!json_fwd)": "codec testing front",
    r"nlohmann/": "codec port service store testing front",
    r"boost/pfr": "codec detail testing front",
}


def room_of(name):
    parts = name.split("/")
    if name == "error.hpp":
        return "error"
    if len(parts) == 1:
        return "front testing.hpp" if name == "testing.hpp" else "front"
    if parts[0] == "transport" and len(parts) > 2:
        return "transport/*"
    return parts[0]


def folder_of(name):
    return "/".join(name.split("/")[:2]) if room_of(name) == "transport/*" else room_of(name)


def allowed(name, included):
    own, other = room_of(name), room_of(included)
    rule = RULES[own].split()
    if other.startswith("front") and not own.startswith(("front", "testing")):
        return False
    if folder_of(name) == folder_of(included) or other == "detail":
        return True
    if own == "transport/*" and folder_of(included) == "transport/hub":
        return True
    if other in ("testing", "front testing.hpp"):
        return own in ("testing", "front testing.hpp")
    return "*" in rule or other in rule


def check(root, arguments):
    seen = set()
    for path, name in cpp_text.headers(root):
        text, shown, room = path.read_text(), path.relative_to(root), room_of(name)
        if room not in RULES:
            yield f"{shown}:1: the room {room} is unknown: say in {__file__.rsplit('/', 1)[-1]} whom it may include"
            continue
        for line, what in cpp_text.includes(text):
            bare = what[1:-1]
            if bare == "boost/asio.hpp":
                yield f"{shown}:{line}: includes the umbrella <boost/asio.hpp>: name the headers that are used"
            elif what[0] == '"':
                yield f"{shown}:{line}: includes {what}: write <fairway/...>"
            elif bare.startswith("fairway/"):
                if room_of(bare[8:]) in RULES and not allowed(name, bare[8:]):
                    yield f"{shown}:{line}: {folder_of(name).split()[0]} must not include <{bare}>"
            else:
                for pattern, rooms in THIRD_PARTY.items():
                    if re.match(pattern, bare):
                        if room.split()[0] not in rooms.split():
                            yield f"{shown}:{line}: {room.split()[0]} must not include <{bare}>"
                        break
        if room == "contract" or name == "contract.hpp":
            seen.add(path)
    for directory in ("examples", "tests", "benchmarks"):
        for path in sorted((root / directory).rglob("*.[ch]pp")):
            for line, what in cpp_text.includes(path.read_text()):
                if what == "<boost/asio.hpp>":
                    yield f"{path.relative_to(root)}:{line}: includes the umbrella <boost/asio.hpp>: name the headers that are used"
    # Contract headers are cheap to include for everyone: no Asio and no JSON, however far down.
    if seen:
        with tempfile.NamedTemporaryFile("w", suffix=".cpp") as source:
            source.writelines(f"#include <{path.relative_to(root / 'include').as_posix()}>\n" for path in sorted(seen))
            source.flush()
            run = subprocess.run([arguments.compiler, "-std=c++20", "-H", "-fsyntax-only", "-w", f"-I{root / 'include'}", source.name],
                                 capture_output=True, text=True)
        stack, reported = [], set()
        for m in re.finditer(r"^(\.+)x? (\S+)$", run.stderr, re.M):
            depth = len(m.group(1))
            stack[depth - 1:] = [m.group(2)]
            bad = re.search(r"/(boost/asio|nlohmann)[/.]", m.group(2))
            if bad and not any(re.search(r"/(boost/asio|nlohmann)[/.]", s) for s in stack[:-1]):
                ours = [s for s in stack if "/include/fairway/" in s]
                chain = " -> ".join("fairway/" + s.split("/include/fairway/")[1] for s in ours)
                if chain not in reported:
                    reported.add(chain)
                    yield f"contract headers must not include {bad.group(1)}: {chain} -> {m.group(2)}"
        if run.returncode != 0 and not reported:
            yield f"contract headers do not compile: {run.stderr[:400]}"


def self_test(test):
    def one(name, include, *needles):
        test.expect({f"include/fairway/{name}": f"// #include <fairway/service/x.hpp>\n#include {include}\n"}, *needles)

    one("port/a.hpp", "<fairway/codec/json.hpp>")
    one("port/a.hpp", "<fairway/service/service.hpp>", "port must not include")
    one("port/a.hpp", "<fairway/transport/any_transport.hpp>")
    one("port/a.hpp", "<fairway/transport/hub/hub.hpp>", "port must not include")
    one("port/a.hpp", "<fairway/fairway.hpp>", "port must not include")
    one("service/a.hpp", "<fairway/transport/hub/hub.hpp>", "service must not include")
    one("service/a.hpp", "<fairway/testing/bench.hpp>", "service must not include")
    one("service/a.hpp", "<fairway/contract.hpp>", "service must not include")
    one("service/a.hpp", "<fairway/registry/messages.hpp>", "service must not include")
    one("registry/a.hpp", "<fairway/service/service.hpp>")
    one("registry/a.hpp", "<fairway/transport/hub/hub.hpp>", "registry must not include")
    one("transport/tcp/a.hpp", "<fairway/registry/messages.hpp>", "transport/tcp must not include")
    one("transport/inproc/a.hpp", "<fairway/transport/tcp/frame.hpp>", "transport/inproc must not include")
    one("transport/inproc/a.hpp", "<fairway/transport/hub/hub.hpp>")
    one("transport/inproc/a.hpp", "<fairway/transport/address.hpp>")
    one("transport/inproc/a.hpp", "<fairway/codec/json.hpp>", "transport/inproc must not include")
    one("transport/inproc/a.hpp", "<fairway/delivery/lanes.hpp>")
    one("transport/url.hpp", "<fairway/delivery/lanes.hpp>", "transport must not include")
    one("transport/url.hpp", "<fairway/transport/hub/hub.hpp>", "transport must not include")
    one("error.hpp", "<fairway/contract/message.hpp>", "error must not include")
    one("envelope/a.hpp", "<fairway/env/task.hpp>", "envelope must not include")
    one("env/a.hpp", "<fairway/transport/url.hpp>", "env must not include")
    one("env/a.hpp", "<fairway/detail/gcc.hpp>")
    one("delivery/a.hpp", "<fairway/env/clock.hpp>", "delivery must not include")
    one("delivery/a.hpp", "<boost/asio/post.hpp>", "delivery must not include")
    one("port/a.hpp", "<nlohmann/json.hpp>", "port must not include")
    one("codec/a.hpp", "<nlohmann/json.hpp>")
    one("env/a.hpp", "<boost/asio.hpp>", "umbrella")
    one("env/a.hpp", '"clock.hpp"', "write <fairway/...>")
    one("fairway.hpp", "<fairway/service/service.hpp>")
    one("fairway.hpp", "<fairway/testing/bench.hpp>", "front must not include")
    one("testing.hpp", "<fairway/testing/bench.hpp>")
    one("testing/bench.hpp", "<fairway/inproc.hpp>")
    one("attic/a.hpp", "<string>", "the room attic is unknown")
    test.expect({"examples/a.cpp": "#include <boost/asio.hpp>\n"}, "umbrella")
    test.expect({"include/fairway/contract/a.hpp": "#include <fairway/detail/b.hpp>\n",
                 "include/fairway/detail/b.hpp": "#include <boost/asio/io_context.hpp>\n"},
                "contract headers must not include boost/asio: fairway/contract/a.hpp -> fairway/detail/b.hpp -> ")
    test.expect({"include/fairway/contract.hpp": "#include <nlohmann/json_fwd.hpp>\n"},
                "contract headers must not include nlohmann")


if __name__ == "__main__":
    cpp_text.main(check, self_test, lambda p: p.add_argument("--compiler", default="g++"), __doc__)
