#!/usr/bin/env python3
# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""Time, randomness, threads and connections come from include/fairway/env, so that a simulation can replace them.

Outside of it no header asks the clock, starts a timer or a thread, opens a socket, draws from random_device, reads the
process' environment, or keeps a mutable static.
"""
import re

import cpp_text

FORBIDDEN = [
    (r"::\s*now\s*\(", "asks the clock"),
    (r"\b(steady|system|high_resolution|deadline)_timer\b", "uses a timer"),
    (r"\brandom_device\b", "draws from random_device"),
    (r"\bstd\s*::\s*(thread|jthread|async|this_thread)\b", "uses threads"),
    (r"\bthis_thread\b", "uses threads"),
    (r"\b(?!sleep_for\b)\w*sleep\w*\b", "sleeps"),
    (r"\bip\s*::\s*(tcp|udp)\s*::\s*(socket|acceptor|resolver)\b", "opens sockets"),
    (r"\b(local\s*::\s*stream_protocol|basic_(stream_socket|datagram_socket|socket_acceptor|resolver))\b", "opens sockets"),
    (r"\b(secure_)?getenv\b", "reads the process' environment"),
    (r"\bthread_local\b", "keeps a mutable static"),
]

# Memory that was given back and waits for its next use: a simulation sees nothing of it.
MEMORY = "envelope/block_memory.hpp"


def is_constant(declaration):
    """Is the variable itself constant (not only what it points to)?"""
    if re.search(r"\b(constexpr|consteval)\b", declaration):
        return True
    head = re.split(r"(?<![=!<>])=(?!=)|\{", cpp_text.top_level(declaration))[0]
    after_pointer = head.rsplit("*", 1)
    return re.search(r"\bconst\b", after_pointer[-1]) is not None


def mutable_statics(code):
    """The positions of static and inline variables that can change."""
    found = set()
    for d in cpp_text.declarations(code):
        text = cpp_text.strip_template_head(d.text)
        head = re.split(r"(?<![=!<>])=(?!=)|\{", cpp_text.top_level(text))[0]
        if d.body is None and re.match(r"[\w\s]*\b(static|inline)\b", head) and "(" not in head \
                and not re.match(r"inline\s+namespace|static_assert|using\b", head) and not is_constant(text):
            found.add((d.start, text))
        if d.body:
            body = code[d.body[0]:d.body[1]]
            for m in re.finditer(r"\bstatic\b(?!_)([^;{}=]*)", body):
                if not is_constant("static" + m.group(1)):
                    found.add((d.body[0] + m.start(), m.group()))
    return sorted((p, t) for p, t in found if "execution_context::id" not in t)


def check(root):
    for path, name in cpp_text.headers(root):
        if name.startswith("env/"):
            continue
        text = path.read_text()
        code = cpp_text.blank(text)
        without_includes = re.sub(r"^[ \t]*#[ \t]*include[^\n]*", "", code, flags=re.M)
        shown = path.relative_to(root)
        for pattern, what in FORBIDDEN:
            if what == "keeps a mutable static" and name == MEMORY:
                continue
            for m in re.finditer(pattern, without_includes):
                if m.group() == "this_thread" and re.search(r"std\s*::\s*$", without_includes[:m.start()]):
                    continue
                yield f"{shown}:{cpp_text.line_of(without_includes, m.start())}: {what}: {m.group().strip()}"
        for m in re.finditer(r"^[ \t]*#[ \t]*include[ \t]*<(boost/asio/(?:steady|system|high_resolution|deadline)_timer\.hpp|boost/asio/(?:ip/(?!address)|local/|ssl/)[\w/.]+|boost/asio/ssl\.hpp|openssl/(?!crypto\.h|evp\.h|hmac\.h)\w+\.h|sys/socket\.h|thread)>", text, re.M):
            yield f"{shown}:{cpp_text.line_of(text, m.start())}: includes <{m.group(1)}>"
        for position, declaration in [] if name == MEMORY else mutable_statics(code):
            yield f"{shown}:{cpp_text.line_of(code, position)}: keeps a mutable static: {' '.join(declaration.split())[:60]}"


def self_test(test):
    def one(text, *needles, name="port/a.hpp"):
        test.expect({f"include/fairway/{name}": f"namespace fairway {{\n{text}\n}}\n"}, *needles)

    one("auto f() { return std::chrono::steady_clock::now(); }", "asks the clock")
    one("auto f() { return std::chrono::steady_clock::now(); }", name="env/clock.hpp")
    one("inline thread_local int kept = 0;", name="envelope/block_memory.hpp")
    one("auto f(clock& c) { return c.now(); } // ::now(")
    one('auto f() { return "::now() and std::thread"; }')
    one("struct s { boost::asio::steady_timer t; };", "uses a timer")
    one("inline int r() { return std::random_device{}(); }", "random_device")
    one("inline void r() { std::thread t; std::this_thread::yield(); }", "uses threads", "uses threads")
    one("inline void r() { ::usleep(3); }", "sleeps")
    one("inline task<void> r() { co_await sleep_for(3); }")
    one("struct s { asio::ip::tcp::socket t; };", "opens sockets")
    one("struct s { asio::local::stream_protocol::socket t; };", "opens sockets")
    one("struct s { asio::basic_stream_socket<asio::ip::tcp, executor> t; };", "opens sockets")
    one("struct s { asio::ip::tcp::socket t; };", name="env/a.hpp")
    one("}\n#include <boost/asio/ip/tcp.hpp>\n#include <openssl/ssl.h>\nnamespace fairway {", "includes <boost/asio/ip/tcp.hpp>", "includes <openssl/ssl.h>")
    one("}\n#include <boost/asio/ip/address.hpp>\n#include <openssl/evp.h>\nnamespace fairway {")
    one('inline auto h() { return getenv("HOME"); }', "environment")
    one("inline int f() { static int n; return ++n; }", "mutable static")
    one("inline int f() { static int n = 3; return ++n; }", "mutable static")
    one("inline int f() { static std::map<int, int> const n{{1, 2}}; return n.at(1); }")
    one("inline int f() { static constexpr int n = 3; return n; }")
    one("inline char const* f() { static char const* n = \"\"; return n; }", "mutable static")
    one("thread_local int n;", "mutable static")
    one("inline int n = 1;", "mutable static")
    one("inline std::atomic<int> n{1};", "mutable static")
    one("inline constexpr int n{1};\ntemplate <class T>\ninline constexpr bool b = false;")
    one("inline int const n{1};")
    one("struct s { static int n; static int f(int); static inline boost::asio::execution_context::id id; };", "mutable static")
    one("template <class T>\nstatic T f(T t) { return static_cast<T>(t); }\nstatic_assert(true);")


if __name__ == "__main__":
    cpp_text.main(check, self_test, doc=__doc__)
