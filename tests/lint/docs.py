#!/usr/bin/env python3
# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""Every public name has its sentence: a `///` comment before it, or `///<` behind it.

Looked at: classes, enums, concepts, aliases, functions and variables in namespace fairway, and the public members of its
classes; not what is in a namespace or folder `detail`, or in a namespace `..._detail`. Needing none: forward
declarations, specialisations, friends, using-declarations, overrides, operators and members that are defaulted or deleted, destructors, copies, further overloads right
behind a documented one, names that end in `_`, and the nested types that generic code expects by name.
"""
import re

import cpp_text

CONVENTIONAL = set("""
    value_type reference const_reference pointer iterator const_iterator iterator_category iterator_concept
    difference_type size_type key_type mapped_type allocator_type executor_type cancellation_slot_type result_type
    lowest_layer_type next_layer_type promise_type type is_transparent is_always_equal begin end
""".split())
OPERATORS = [("operator<=>", "operator_cmp"), ("operator==", "operator_eq"), ("operator!=", "operator_ne"),
             ("operator<=", "operator_le"), ("operator>=", "operator_ge"), ("operator=", "operator_assign"),
             ("operator()", "operator_call")]


def name_and_kind(d, own_class):
    """What a declaration declares, or None if it needs no documentation."""
    text = cpp_text.strip_template_head(d.text)
    if re.match(r"template\s*<\s*>", d.text.strip()):
        return None
    if re.match(r"(friend|using\s+namespace|namespace|static_assert|extern\s+template|template\s+(class|struct))\b", text):
        return None
    m = re.match(r"concept\s+(\w+)", text)
    if m:
        return m.group(1), "concept"
    m = re.match(r"using\s+(\w+)\s*(?:\[\[.*?\]\]\s*)?=", text)
    if m:
        return (None if m.group(1) in CONVENTIONAL and own_class else (m.group(1), "alias"))
    if text.startswith("using"):
        return None
    top = cpp_text.top_level(text)
    m = re.match(r"(?:typedef\s+)?(class|struct|union|enum)\b(?:\s+(?:class|struct)\b)?(?:\s*\[\])?\s*([\w:]+)?\s*(<?)", top)
    forward = re.fullmatch(r"(class|struct|union|enum(\s+class|\s+struct)?)\s+[\w:]+(\s*:\s*[\w:\s]+)?\s*", top)
    if m and "(" not in top and (d.ends_with == "{" or forward):
        if d.ends_with == ";" or m.group(3) or not m.group(2) or "::" in m.group(2):
            return None
        return m.group(2), m.group(1)
    if re.search(r"=\s*(default|delete)\s*(\(\))?\s*$", top) or re.search(r"\b(override|final)\b[\w\s]*$", top.split("{")[0]):
        return None
    named = top
    for operator, name in OPERATORS:
        named = named.replace(operator, name, 1)
    head = re.split(r"(?<![=!<>])=(?!=)", named)[0]
    if "(" in head:
        m = re.search(r"(~?[\w:]*(?:operator\s*[^\w\s(]+|operator\s+[\w:&*<>\s]+|operator_\w+|\w+))\s*(?:<[^()]*>)?\s*\(\)",
                      head)
        if not m:
            return None
        name = m.group(1).strip()
        if name.startswith("~") or "::" in name or name in ("operator_assign", "operator_eq", "operator_cmp", "operator_ne"):
            return None
        if d.ends_with == ";" and re.match(r"(explicit\s+)?[A-Za-z_]\w*\s*\(\)\s*->", head):
            return None  # a deduction guide
        if name == own_class and re.search(rf"\(\s*{name}(\s+const)?\s*&&?\s*\w*\s*\)", text):
            return None  # copies or moves
        return (None if name in CONVENTIONAL and own_class else (name, "function"))
    head = head.split("{")[0]
    m = re.search(r"(\w+)\s*(?::\s*\w+\s*)?(?:\[\]\s*)*$", head)
    if not m or not re.search(r"\s", head.strip()):
        return None
    if re.search(r"<[^<>]*>\s*$", head):
        return None
    return m.group(1), "variable"


def documented(lines, first, last):
    """Is there a /// above line `first` (0-based), or a ///< in the lines of the declaration?"""
    for i in range(first, min(last + 1, len(lines))):
        if "///<" in lines[i]:
            return True
    if last + 1 < len(lines) and lines[last + 1].lstrip().startswith("///<"):
        return True
    i = first - 1
    while i >= 0:
        line = lines[i].strip()
        if line.startswith("///"):
            return not line.startswith("///<")
        if line.startswith("//") or line.startswith("#"):
            i -= 1
            continue
        return False
    return False


def check(root):
    for path, name in cpp_text.headers(root):
        if name.startswith("detail/"):
            continue
        text = path.read_text()
        code = cpp_text.blank(text)
        lines = text.splitlines()
        last_documented = {}  # scope -> the name last documented there
        for d in cpp_text.declarations(code):
            spaces = [s.name for s in d.scopes if s.kind == "namespace"]
            classes = [s for s in d.scopes if s.kind == "class"]
            path_of = "::".join(spaces).split("::")
            if path_of[0] != "fairway" or "" in path_of or any(re.fullmatch(r"(\w+_)?detail", n) for n in path_of):
                continue
            if any(s.name.endswith("_") or "::" in s.name for s in classes) or any(s.access != "public" for s in classes):
                continue
            found = name_and_kind(d, classes[-1].name if classes else "")
            if not found or found[0].endswith("_"):
                continue
            scope = tuple(id(s) for s in d.scopes)
            first = cpp_text.line_of(code, d.start) - 1
            last = cpp_text.line_of(code, d.start + len(d.text)) - 1  # not its body
            if documented(lines, first, last):
                last_documented[scope] = found[0]
            elif last_documented.get(scope) != found[0]:
                owner = "::".join(s.name for s in classes)
                yield f"{path.relative_to(root)}:{first + 1}: {found[1]} {owner + '::' if owner else ''}{found[0]} has no /// sentence"


def self_test(test):
    def one(text, *needles, name="port/a.hpp"):
        test.expect({f"include/fairway/{name}": f"#ifndef X\n#include <x>\nnamespace fairway {{\n\n{text}\n\n}} // namespace fairway\n"}, *needles)

    for undocumented, what in [
            ("struct order {\n};", "struct order"),
            ("class order : public base<int>, other {\n};", "class order"),
            ("template <class T, auto N = 3>\n    requires(N > 2 && std::same_as<T, int>)\nclass order {\n};", "class order"),
            ("enum class kind : std::uint8_t { a, b };", "enum kind"),
            ("template <class T>\nconcept message = requires(T t) { t.x(); } && std::integral<T>;", "concept message"),
            ("using name = std::string;", "alias name"),
            ("void f(int = 3);", "function f"),
            ("inline int f(int x) {\n    if (x) { return 1; }\n    return 2;\n}", "function f"),
            ("template <class T>\n    requires requires(T t) { t.x(); }\nauto f(T&& t) -> decltype(t.x()) {\n    return t.x();\n}", "function f"),
            ("template <class T>\nauto f(T&& t) noexcept(true)\n    requires(sizeof(T) > 1)\n{\n    return t;\n}", "function f"),
            ("inline constexpr int limit = 3;", "variable limit"),
            ("inline constexpr std::array<int, 2> limits{1, 2};", "variable limits"),
            ("std::ostream& operator<<(std::ostream& o, order const& x);", "function operator<<")]:
        one(undocumented, what)
        one("/// A sentence.\n" + undocumented)
        one("// A sentence.\n" + undocumented, what)
        one("namespace detail {\n" + undocumented + "\n}")
        one("} namespace fairway::x_detail {\n" + undocumented)
        one(undocumented, name="detail/a.hpp")
    one("/// S.\nstruct s {\n    int n = 1; ///< how many\n    int undocumented;\n    std::string t{1, 'x'};\n};", "s::undocumented", "s::t")
    one("/// S.\nclass c {\npublic:\n    /// Makes.\n    explicit c(int a) : a_{a}, b_(a) { g(); }\n"
        "    int f() const { return 1; }\n    ~c();\n    c(c const& other) : a_(other.a_) {}\n    c(c&& other) noexcept;\n"
        "    c& operator=(c const&) = delete;\n    bool operator==(c const&) const = default;\n"
        "private:\n    int h();\n    int a_;\n    int b_;\n};\nint after();",
        "c::f", "function after")
    one("/// S.\nclass c {\n    int hidden();\npublic:\n    using value_type = int;\n    using other = int;\n"
        "    void run() override;\n};", "c::other")
    one("/// F of int.\nvoid f(int);\nvoid f(long);\nvoid g();", "function g")
    one("namespace asio = boost::asio;\nstruct forward;\ntemplate <class>\nclass forward_too;\nusing std::string;\n"
        "static_assert(true, \"\");")
    one("/// K.\nenum class kind {\n    a, ///< first\n    b\n};")
    test.expect({"include/fairway/port/a.hpp": "namespace other {\nint f();\n}\n"
                                               "template <>\nstruct std::hash<int> {\n    int x;\n};\n"})


if __name__ == "__main__":
    cpp_text.main(check, self_test, doc=__doc__)
