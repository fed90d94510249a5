#!/usr/bin/env python3
"""Runs the commands of a page and compares what they print with the page.

A comment before a fenced block says what the block is:

  <!-- file: NAME -->    it becomes the file NAME in the working folder
  <!-- same: PATH -->    it is the file PATH of the repository
  <!-- run -->           its commands are run (sh -e), and have to succeed
  <!-- fail -->          the same, and the last command has to fail
  <!-- output -->        it is what the commands before it printed; '...' stands
                         for any text in a line, and by itself for any lines

Other blocks are only text. Commands find this repository as $PIT, and as python3
the interpreter that runs this file.
"""
import argparse
import os
import re
import shlex
import subprocess
import sys

MARK = re.compile(r"<!-- (file|same|run|fail|output)(?:: (\S+))? -->")
FENCE = re.compile(r"```(\w*)")
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Block:
    """A marked block: what it is, of what, its lines in [first, last)."""

    def __init__(self, kind, argument, first, last):
        self.kind, self.argument, self.first, self.last = kind, argument, first, last


def blocks_of(path, lines):
    """The marked blocks of a page, in order."""
    blocks, number = [], 0
    while number < len(lines):
        mark = MARK.fullmatch(lines[number].strip())
        number += 1
        if not mark:
            if lines[number - 1].startswith("<!--"):
                raise ValueError(f"{path}:{number}: unknown comment")
            continue
        if number == len(lines) or not FENCE.fullmatch(lines[number]):
            raise ValueError(f"{path}:{number + 1}: expected a fenced block after the comment")
        first = number + 1
        try:
            last = lines.index("```", first)
        except ValueError:
            raise ValueError(f"{path}:{number + 1}: the block has no end") from None
        blocks.append(Block(mark[1], mark[2], first, last))
        number = last + 1
    return blocks


def matches(wanted, got):
    """Whether the lines got are those wanted, with their '...'."""
    pattern = "".join("(?:.*\n)*" if line.strip() == "..." else
                      ".*".join(map(re.escape, line.rstrip().split("..."))) + "\n" for line in wanted)
    return re.fullmatch(pattern, "".join(line + "\n" for line in got)) is not None


def environment(folder):
    """The environment of the commands."""
    programs = os.path.join(folder, ".programs")
    os.makedirs(programs, exist_ok=True)
    python = os.path.join(programs, "python3")
    with open(python, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
    os.chmod(python, 0o755)
    return {**os.environ, "PIT": ROOT, "PATH": os.pathsep.join([programs, os.environ["PATH"]])}


def run_page(path, folder, update):
    """Runs a page in a folder; returns the page's lines and what is wrong."""
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    blocks = blocks_of(path, lines)
    os.makedirs(folder, exist_ok=True)
    variables = environment(os.path.abspath(folder))
    problems, printed, changes = [], None, []
    for block in blocks:
        text = lines[block.first:block.last]
        where = f"{path}:{block.first}"
        if block.kind == "file":
            name = os.path.join(folder, block.argument)
            os.makedirs(os.path.dirname(name), exist_ok=True)
            with open(name, "w", encoding="utf-8") as file:
                file.write("\n".join(text) + "\n")
        elif block.kind == "same":
            with open(os.path.join(ROOT, block.argument), encoding="utf-8") as file:
                content = file.read().rstrip("\n").split("\n")
            if content != text:
                if update:
                    changes.append((block, content))
                else:
                    problems.append(f"{where}: differs from {block.argument}")
        elif block.kind == "output":
            if printed is None:
                raise ValueError(f"{where}: there are no commands before this output")
            if not matches(text, printed):
                if update and not any("..." in line for line in text):
                    changes.append((block, printed))
                else:
                    problems.append(f"{where}: the commands printed something else:\n" +
                                    "\n".join(printed))
        else:
            result = subprocess.run(["sh", "-e", "-c", "\n".join(text)], cwd=folder, env=variables,
                                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                    stderr=subprocess.STDOUT, text=True)
            printed = [line.rstrip() for line in result.stdout.rstrip("\n").split("\n")]
            if (result.returncode == 0) != (block.kind == "run"):
                problems.append(f"{where}: exit code {result.returncode}:\n" + "\n".join(printed))
                break
    for block, new in reversed(changes):
        lines[block.first:block.last] = new
    if not any(block.kind in ("run", "fail") for block in blocks):
        problems.append(f"{path}: there are no commands to run")
    return lines, problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page")
    parser.add_argument("folder", help="where the commands run")
    parser.add_argument("--update", action="store_true",
                        help="write what the commands print into the page, where it has no '...'")
    arguments = parser.parse_args()
    try:
        lines, problems = run_page(arguments.page, arguments.folder, arguments.update)
    except (OSError, ValueError) as error:
        sys.exit(f"error: {error}")
    if arguments.update:
        with open(arguments.page, "w", encoding="utf-8") as file:
            file.write("\n".join(lines))
    for problem in problems:
        print(problem, file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
