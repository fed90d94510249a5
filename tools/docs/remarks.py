#!/usr/bin/env python3
"""Compares the names of remarks in the sources with those in docs/remarks.md.

Each name that a source gives to RemarkOpts::name has to be in the table of the
page and to have a section '### `name`' whose output shows it; the page has no
others.
"""
import argparse
import glob
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def names_in_sources(problems):
    """The names that the sources emit, each with the place of the first."""
    names = {}
    for path in sorted(glob.glob(os.path.join(ROOT, "lib", "**", "*.cpp"), recursive=True)):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for use in re.finditer(r"RemarkOpts::name\(\s*", text):
            where = f"{os.path.relpath(path, ROOT)}:{text.count(chr(10), 0, use.start()) + 1}"
            literal = re.compile(r'"([\w-]+)"\s*\)').match(text, use.end())
            if literal:
                names.setdefault(literal[1], where)
            else:
                problems.append(f"{where}: expected the remark's name as a literal, which can be looked up")
    return names


def main():
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    problems = []
    emitted = names_in_sources(problems)
    with open(os.path.join(ROOT, "docs", "remarks.md"), encoding="utf-8") as file:
        page = file.read()
    listed = set(re.findall(r"^\| `([\w-]+)` \|", page, re.MULTILINE))
    shown = set()
    for section in re.split(r"^### ", page, flags=re.MULTILINE)[1:]:
        name = re.match(r"`([\w-]+)`\n", section)
        if name and re.search(r"<!-- output -->\n```\w*\n[^`]*\] " + name[1] + r" \|", section):
            shown.add(name[1])
    for name, where in sorted(emitted.items()):
        if name not in listed:
            problems.append(f"{where}: remark '{name}' is not in the table of docs/remarks.md")
        if name not in shown:
            problems.append(f"{where}: remark '{name}' has no section in docs/remarks.md whose output shows it")
    for name in sorted((listed | shown) - set(emitted)):
        problems.append(f"docs/remarks.md: no source emits remark '{name}'")
    if not emitted:
        problems.append("no source emits a remark: are they made in another way now?")
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(emitted)} remarks")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
