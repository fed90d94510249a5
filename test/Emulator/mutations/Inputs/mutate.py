"""Runs a kernel, and its mutants with one bug each.

A PTX file says in comments what to do with it. Data, the run, and what has to
come out of the unharmed kernel:

    //# a : f4 = [i % 7 for i in range(256)]
    //# c : f4 = [0] * 256
    //# run: --grid=2 --block=128 --arg=in:{a} --arg=inout:{c}
    //# check: c == [2 * x for x in a]

(types: i1 u1 i2 u2 i4 u4 i8 f2 f4 f8; `run:` lines add up; {folder} is an empty one).
A mutant is made by changing the line above:

    bar.sync 0;             //@ barrier
    //^ missing-barrier: delete -> race @use
    //^ too-many-threads: becomes bar.sync 0, 256; -> deadlock @barrier
    ld.shared.f32 x, [p];   //@ use

or by another run or other data:

    //! too-large: run --block=512 -> out-of-bounds @store
    //! bad-index: data idx[17] = 1000 -> out-of-bounds @load

There must be a report of the given kind at the line marked with the label (or one
of several, `@a|@b`; other reports may come with it, such as an uninitialised read
with a race). A change without an arrow is one more of a mutant named elsewhere.

The unharmed kernel must be silent, and every mutant reported, in the order of
the warps and in `--seeds` random ones, with both landings of asynchronous copies.
"""
import argparse
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Inputs"))
from ptxtest import read_npy, write_npy  # noqa: E402

CODES = {"i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "i8": "q", "f4": "f", "f8": "d", "f2": "e"}

parser = argparse.ArgumentParser()
parser.add_argument("ptx")
parser.add_argument("--seeds", type=int, default=2)
parser.add_argument("--ptx-emu", default=shutil.which("ptx-emu"))
parser.add_argument("--only", default="", help="mutants whose name contains this")
parser.add_argument("--show", action="store_true", help="print what ptx-emu says of each mutant")
options = parser.parse_args()
if not options.ptx_emu:
    sys.exit("error: ptx-emu is not on the PATH: give --ptx-emu=PATH")

with open(options.ptx) as f:
    source = f.read().split("\n")

data, types, run, checks, labels, mutants = {}, {}, [], [], {}, {}


target = 0  # the line that `//^` changes


def parse(n, line):
    global target
    if m := re.match(r"\s*//# (\w+) : (\w+) = (.*)", line):
        data[m[1]], types[m[1]] = eval(m[3], dict(data)), m[2]
    elif m := re.match(r"\s*//# run: (.*)", line):
        run.extend(m[1].split())
    elif m := re.match(r"\s*//# check: (.*)", line):
        checks.append(m[1])
    for m in re.finditer(r"//@ (\w+)", line):
        labels[m[1]] = n
    if m := re.match(r"\s*//[!^] ([\w-]+): (.*?)(?: -> ([\w-]+) (@[\w|@]+))?\s*$", line):
        mutant = mutants.setdefault(m[1], dict(changes=[], kind=None, labels=[]))
        mutant["changes"].append((target, m[2]))
        if m[3]:
            mutant["kind"] = m[3]
            mutant["labels"] = [x[1:] for x in m[4].split("|")]
    elif not re.match(r"\s*(//.*)?$", line):
        target = n


for number, text in enumerate(source, 1):
    parse(number, text)


def execute(folder, lines, values, extra, seeds):
    """(exit code, standard error, arrays afterwards)"""
    path = os.path.join(folder, "k.ptx")
    with open(path, "w") as f:
        f.write("\n".join(lines))
    names = {"folder": folder}
    for name, column in values.items():
        names[name] = os.path.join(folder, name + ".npy")
        code = CODES[types[name]]
        kind = {"e": "f2", "b": "i1", "B": "u1"}.get(code, types[name])
        write_npy(names[name], struct.pack(f"<{len(column)}{code}", *column),
                  ("|" if struct.calcsize(code) == 1 else "<") + kind, itemsize=struct.calcsize(code))
    arguments = [x.format(**names) for x in run]
    for x in extra:  # replaces the option of the same name
        key = x.split("=")[0]
        arguments = [y for y in arguments if y.split("=")[0] != key or key == "--arg"] + [x]
    done = subprocess.run([options.ptx_emu, path, *arguments, *seeds], capture_output=True, text=True, timeout=600)
    after = {}
    for name in values:
        code = CODES[types[name]]
        after[name] = list(struct.unpack(f"<{len(values[name])}{code}", read_npy(names[name])))
    return done.returncode, done.stderr, after


failures = []


def fail(name, message):
    failures.append(name)
    print(f"FAIL {name}: {message}")


def strip(line):
    return re.sub(r"\s*//[!^#@].*", "", line)


def ptxas(folder, lines):
    tool = shutil.which("ptxas")
    if not tool:
        return ""
    path = os.path.join(folder, "k.ptx")
    with open(path, "w") as f:
        f.write("\n".join(lines))
    arch = next(m[1] for line in lines if (m := re.match(r"\s*\.target (\w+)", line)))
    done = subprocess.run([tool, f"-arch={arch}", path, "-o", os.devnull], capture_output=True, text=True)
    text = done.stdout + done.stderr
    # An older ptxas cannot say anything about newer PTX.
    return "" if done.returncode == 0 or "Unsupported .version" in text or "is not defined for option" in text else text


RUNS = [[f"--landing={landing}", *seeds] for landing in ("latest", "earliest")
        for seeds in ([], *[[f"--seed={s}"] for s in range(1, options.seeds + 1)])]

with tempfile.TemporaryDirectory() as folder:
    clean = [strip(line) for line in source]
    if refusal := ptxas(folder, clean):
        sys.exit(f"FAIL clean: ptxas refuses it: {refusal}")
    for seeds in RUNS:
        code, text, after = execute(folder, clean, data, [], seeds)
        if code or text.strip():
            fail("clean", f"{' '.join(seeds)}: must be silent, but exit code {code}: {text.strip()}")
            break
        wrong = [c for c in checks if not eval(c, dict(after))]
        if wrong:
            fail("clean", f"{' '.join(seeds)}: does not hold: {wrong[0]}; " +
                 str({k: v[:40] for k, v in after.items()}))
            break

    for name, mutant in mutants.items():
        if options.only not in name:
            continue
        if not mutant["kind"]:
            sys.exit(f"{options.ptx}: mutant '{name}' does not say what is expected")
        wanted = [labels[x] for x in mutant["labels"]]
        lines, values, extra = list(clean), {k: list(v) for k, v in data.items()}, []
        for number, change in mutant["changes"]:
            if change == "delete":
                lines[number - 1] = ""
            elif m := re.match(r"becomes (.*)", change):
                lines[number - 1] = m[1]
            elif m := re.match(r"run (.*)", change):
                extra += m[1].split()
            elif m := re.match(r"data (.*)", change):
                exec(m[1], values)
                values.pop("__builtins__", None)
            else:
                sys.exit(f"{options.ptx}:{number}: unknown change '{change}'")
        if refusal := ptxas(folder, lines):
            fail(name, f"ptxas refuses it: {refusal}")
            continue
        for seeds in RUNS:
            code, text, after = execute(folder, lines, values, extra, seeds)
            if options.show and seeds == RUNS[0]:
                print(f"--- {name}\n{text}")
            found = [(kind, int(line)) for line, kind in re.findall(r"k\.ptx:(\d+): error: ([\w-]+):", text)]
            if code != 1 or not any((mutant["kind"], line) in found for line in wanted):
                got = ", ".join(f"{kind} at line {line}" for kind, line in found)
                fail(name, f"{' '.join(seeds)}: expected {mutant['kind']} at line "
                           f"{' or '.join(map(str, wanted))}, got {got or f'exit code {code}: {text.strip()}'}")
                break
            if after != values:
                fail(name, f"{' '.join(seeds)}: a file has changed")

print(f"{os.path.basename(options.ptx)}: {len(mutants)} mutants, {len(RUNS)} runs each, {len(failures)} failed")
sys.exit(1 if failures or not mutants else 0)
