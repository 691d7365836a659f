# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""What the checks share: finding headers, reading C++ as text, self-tests.

No parser: comments and literals are blanked out (lines and columns stay), then declarations are told apart by brackets
and a few keywords. It understands the style of this repository, not every C++ program.
"""
import argparse
import pathlib
import re
import sys
import tempfile

_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      |(?P<raw>\b(?:u8|u|U|L)?R"(?P<delimiter>[^()\\\s]{0,16})\(.*?\)(?P=delimiter)")
      |(?P<string>"(?:\\.|[^"\\\n])*")
      |(?P<number>\b\d(?:'?[\w.])*)
      |(?P<char>'(?:\\.|[^'\\\n])+')""",
    re.S | re.X)


def blank(text):
    """The same text with comments and the insides of literals replaced by spaces."""
    spaces = lambda s: re.sub(r"[^\n]", " ", s)

    def replace(m):
        whole = m.group()
        if m.lastgroup == "comment" or m.group("comment"):
            return spaces(whole)
        if m.group("number"):
            return whole
        return whole[0] + spaces(whole[1:-1]) + whole[-1]

    return _TOKEN.sub(replace, text)


def blank_preprocessor(code):
    """Blanks #directives, with their continuation lines."""
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: re.sub(r"[^\n]", " ", m.group()), code, flags=re.M)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def includes(text):
    """The (line, name with its brackets) of each #include."""
    no_comments = re.sub(r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m.group()), text, flags=re.S)
    for m in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*(<[^>\n]+>|"[^"\n]+")', no_comments, re.M):
        yield line_of(text, m.start()), m.group(1)


def headers(root):
    """The (path, name below include/fairway) of each header."""
    base = root / "include" / "fairway"
    return [(p, p.relative_to(base).as_posix()) for p in sorted(base.rglob("*.hpp"))]


def closing(code, opening):
    """The position of the bracket that closes the one at `opening`."""
    depth, pairs = 0, {"(": ")", "[": "]", "{": "}"}
    for i in range(opening, len(code)):
        if code[i] in pairs:
            depth += 1
        elif code[i] in ")]}":
            depth -= 1
            if depth == 0:
                return i
    return len(code) - 1


def closing_angle(text, opening):
    """The position of the '>' that closes the template's '<' at `opening`."""
    depth, i = 0, opening
    while i < len(text):
        if text[i] == "<":
            depth += 1
        elif text[i] == ">" and text[i - 1] not in "-=":
            depth -= 1
            if depth == 0:
                return i
        elif text[i] in "([{":
            i = closing(text, i)
        i += 1
    return len(text) - 1


class Declaration:
    """One declaration at namespace or class scope: its text up to the body, and where it stands."""

    def __init__(self, start, end, text, scopes, access, ends_with, body):
        self.start, self.end, self.text, self.scopes, self.access = start, end, text, scopes, access
        self.ends_with = ends_with  # ';' or '{'
        self.body = body  # (start, end) of a function's body, or None


class Scope:
    def __init__(self, kind, name, access=None):
        self.kind, self.name, self.access = kind, name, access  # kind: namespace or class


def strip_template_head(text):
    """The declaration without `template <...>`, `requires` clauses in front and [[attributes]]."""
    text = text.strip()
    while True:
        if text.startswith("[["):
            text = text[text.index("]]") + 2:].lstrip()
        elif re.match(r"template\b\s*<", text):
            text = text[closing_angle(text, text.index("<")) + 1:].lstrip()
        elif re.match(r"requires\b", text):
            # To the end of the constraint: its operands are joined by && and ||.
            rest = text[len("requires"):].lstrip()
            while True:
                m = re.match(r"!?\s*requires\s*", rest)
                if m:
                    rest = rest[m.end():]
                    if rest.startswith("("):
                        rest = rest[closing(rest, 0) + 1:].lstrip()
                    rest = rest[closing(rest, 0) + 1:].lstrip() if rest.startswith("{") else rest
                elif rest.startswith("("):
                    rest = rest[closing(rest, 0) + 1:].lstrip()
                else:
                    m = re.match(r"!?\s*[\w:]+\s*", rest)
                    rest = rest[m.end():] if m else rest
                    while rest.startswith("<") or rest.startswith("::"):
                        if rest.startswith("::"):
                            m = re.match(r"::\s*\w+\s*", rest)
                            rest = rest[m.end():] if m else rest[2:]
                            continue
                        rest = rest[closing_angle(rest, 0) + 1:].lstrip()
                if rest.startswith("&&") or rest.startswith("||"):
                    rest = rest[2:].lstrip()
                    continue
                break
            text = rest
        elif re.match(r"export\b", text):
            text = text[6:].lstrip()
        else:
            return text


_CLASS = re.compile(r"^(?:typedef\s+)?(class|struct|union|enum)\b(?:\s+(?:class|struct))?(?:\s*\[\[.*?\]\])?"
                    r"(?:\s+alignas\s*\([^)]*\))?\s*([\w:]*)", re.S)


def _class_head(plain):
    """The match of a class's head, if the '{' after this text opens a class."""
    m = _CLASS.match(plain)
    if not m or "=" in re.sub(r"<[^{}]*>", "", plain):
        return None
    calls = re.sub(r"alignas\s*\([^)]*\)|decltype\s*\([^)]*\)", "", plain)
    return None if re.search(r"\)\s*(const|noexcept|->|requires|$)", calls) else m


def _is_function(top):
    """Does the '{' after this text (without what stands in brackets) open a function's body, or its initialisers?"""
    if "(" not in top:
        return False
    rest = top.split(")")[-1]
    for operator in ("operator<=>", "operator==", "operator=", "<=", ">="):
        rest = rest.replace(operator, "")
    return not re.search(r"(?<![=!<>])=(?!=)[^=]*$", rest)


def _opens_requires(chunk):
    """Does a '{' after this text open the body of a requires-expression?"""
    without_parameters = re.sub(r"\([^()]*(?:\([^()]*(?:\([^()]*\)[^()]*)*\)[^()]*)*\)\s*$", "", chunk)
    m = re.search(r"(\S*)\s*\brequires\s*$", without_parameters)
    has_parameters = chunk.rstrip().endswith(")")
    if not m:
        return False
    before = m.group(1)
    return not has_parameters or bool(re.search(r"(\brequires|=|&&|\|\||!|\breturn|[(,])$", before))


def declarations(code):
    """Each Declaration of blanked code, at namespace and class scope; bodies of functions are not entered."""
    code = blank_preprocessor(code)
    stack, start, i, n = [], None, 0, len(code)
    while i < n:
        c = code[i]
        if start is None:
            if c.isspace() or c == ";":
                i += 1
                continue
            if c == "}":
                if stack:
                    scope = stack.pop()
                    if scope.kind == "class":  # `struct x {...} name;`: the rest is of no interest
                        end = code.find(";", i)
                        i = end if end >= 0 and not code[i + 1:end].strip(" \n\t\r*&,_abcdefghijklmnopqrstuvwxyz") else i
                i += 1
                continue
            start = i
        if c in "([":
            i = closing(code, i) + 1
            continue
        if c == ":" and code[i + 1:i + 2] != ":" and code[i - 1] != ":" and \
                code[start:i].strip() in ("public", "private", "protected") and stack:
            stack[-1].access = code[start:i].strip()
            start = None
            i += 1
            continue
        chunk = code[start:i]
        access = stack[-1].access if stack and stack[-1].kind == "class" else None
        if c == ";":
            yield Declaration(start, i, chunk, list(stack), access, ";", None)
            start = None
            i += 1
            continue
        if c == "{":
            plain = strip_template_head(chunk)
            if re.match(r'(inline\s+)?namespace\b', plain) or re.match(r'extern\s*"', plain):
                m = re.match(r"(?:inline\s+)?namespace\s*(?:\[\[.*?\]\]\s*)?([\w:\s]*)", plain)
                stack.append(Scope("namespace", re.sub(r"\binline\b|\s", "", m.group(1)) if m else ""))
                start = None
                i += 1
                continue
            if _opens_requires(chunk):
                i = closing(code, i) + 1
                continue
            m = _class_head(plain)
            if m:
                yield Declaration(start, i, chunk, list(stack), access, "{", None)
                if m.group(1) == "enum":
                    i = closing(code, i) + 1
                    start = None
                    continue
                stack.append(Scope("class", m.group(2), "private" if m.group(1) == "class" else "public"))
                start = None
                i += 1
                continue
            top = _without_brackets(plain)
            if _is_function(top):
                in_initialisers = re.search(r"\)[^()]*?(?<!:):(?!:)", top) is not None
                before = chunk.rstrip()[-1:]
                if in_initialisers and (before.isalnum() or before in "_>"):
                    i = closing(code, i) + 1  # name_{value}
                    continue
                end = closing(code, i)
                yield Declaration(start, end, chunk, list(stack), access, "{", (i, end))
                start = None
                i = end + 1
                continue
            i = closing(code, i) + 1  # a variable's initialiser
            continue
        i += 1


def _without_brackets(text):
    """The text with what stands inside of () [] {} removed."""
    out, i = [], 0
    while i < len(text):
        if text[i] in "([{":
            end = closing(text, i)
            out.append({"(": "()", "[": "[]", "{": "{}"}[text[i]])
            i = end + 1
        else:
            out.append(text[i])
            i += 1
    return "".join(out)


def top_level(text):
    return _without_brackets(text)


class SelfTest:
    """Files planted in a directory, to show that a check finds what it should and nothing else."""

    def __init__(self, check):
        self.check, self.failed, self.count = check, 0, 0

    def expect(self, files, *needles):
        """The check of a tree with these files reports one line with each needle, and no other line."""
        self.count += 1
        with tempfile.TemporaryDirectory() as d:
            root = pathlib.Path(d)
            for name, text in files.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            found = [str(v) for v in self.check(root)]
        missing = [n for n in needles if not any(n in f for f in found)]
        if missing or len(found) != len(needles):
            self.failed += 1
            print(f"self-test {self.count} ({', '.join(files)}): expected {list(needles)}, found {found}")


def main(check, self_test, extra_arguments=None, doc=None):
    p = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--self-test", action="store_true", help="shows that the check can fail")
    if extra_arguments:
        extra_arguments(p)
    p.add_argument("root", nargs="?", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    a = p.parse_args()
    bound = (lambda root: check(root, a)) if extra_arguments else check
    if a.self_test:
        test = SelfTest(bound)
        self_test(test)
        print(f"self-test: {test.count - test.failed} passed, {test.failed} failed")
        sys.exit(1 if test.failed else 0)
    found = list(bound(a.root.resolve()))
    for violation in found:
        print(violation)
    print(f"{len(found)} found")
    sys.exit(1 if found else 0)
