"""Runs functions on the emulator, lowered by pit-to-ptx.

    m = Module(\"\"\"func.func @f(%a: memref<4xf32>, %o: memref<4xf32>) {...}\"\"\")
    a, o = m.run("f", [a, Out(4, "f4")])      # what each argument holds afterwards

A function's results (tensors) are arguments after its own.

Every kernel runs by itself with all of the emulator's checks; buffers go from
one launch to the next. `m.stats` lists the counters of the last run's launches.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

import numpy as np

__all__ = ["Module", "Out", "np", "check", "done"]

_failures = []
_count = [0]


class Out:
    """A buffer without content: reading it before it is written is an error."""

    def __init__(self, shape, dtype):
        self.shape = (shape,) if np.isscalar(shape) else tuple(shape)
        self.dtype = np.dtype(dtype)


def _unescape(text):
    simple = {"\\": "\\", '"': '"', "n": "\n", "t": "\t"}
    return re.sub(r'\\([0-9A-Fa-f]{2}|[\\"nt])',
                  lambda m: simple.get(m.group(1)) or chr(int(m.group(1), 16)), text).rstrip("\0")


class Module:
    def __init__(self, text):
        done = subprocess.run(["pit-opt", "--pit-to-ptx", "--mlir-print-local-scope"], input=text, text=True,
                              capture_output=True, timeout=600)
        if done.returncode:
            raise SystemExit(f"the lowering fails:\n{done.stderr}")
        self.plan = done.stdout
        self.ptx = {name: _unescape(body) for name, body in re.findall(
            r'gpu\.binary @(\w+).*?assembly = "((?:[^"\\]|\\.)*)"', done.stdout, re.S)}
        for name, body in self.ptx.items():
            check(".extern" not in body, name, "the PTX has an unresolved symbol")
        self.stats = []

    def launches(self, function):
        """The names of the arguments, the temporaries as (name, Out), and the launches in order, each as
        (module, kernel, grid, names of its arguments)."""
        start = self.plan.index(f"func.func @{function}(")
        head, body = self.plan[start:].split("{\n", 1)
        body = body.split("\n  }\n", 1)[0]
        constants = dict(re.findall(r"(%\w+) = arith.constant (\d+) : index", body))
        names = re.findall(r"(%\w+): memref", head)
        temporaries = []
        for name, shape, kind, size in re.findall(
                r"(%\w+) = memref\.view .* to memref<((?:\d+x)*)([fi])(\d+)>", body):
            temporaries.append((name, Out([int(d) for d in shape.split("x") if d], f"{kind}{int(size) // 8}")))
        found = re.findall(r"pit\.launch @(\w+)::@(\w+) grid\((%\w+)\) args\(([^:)]*)", body)
        return names, temporaries, [(m, k, int(constants[g]), re.findall(r"%\w+", a)) for m, k, g, a in found]

    def run(self, function, arguments):
        """What the arguments hold after the function, in order."""
        names, temporaries, launches = self.launches(function)
        check(len(names) == len(arguments), function, f"{len(names)} arguments: the test is wrong")
        buffers = dict(temporaries)
        self.stats = []
        for name, argument in zip(names, arguments):
            buffers[name] = argument if isinstance(argument, Out) else np.array(argument, order="C")
        with tempfile.TemporaryDirectory() as folder:
            for module, kernel, grid, used in launches:
                self._launch(folder, module, kernel, grid, used, buffers)
        return [buffers[name] for name in names]

    def _launch(self, folder, module, kernel, grid, used, buffers):
        path = os.path.join(folder, f"{module}.ptx")
        with open(path, "w") as f:
            f.write(self.ptx[module])
        command = ["ptx-emu", path, f"--entry={kernel}", f"--grid={grid}", "--block=256", "--checks=all",
                   "--stats=json"]
        for name in used:
            file, buffer = os.path.join(folder, name[1:] + ".npy"), buffers[name]
            if isinstance(buffer, Out):
                shape = "x".join(map(str, buffer.shape)) or "1"
                command.append(f"--arg=out:{file}:{shape}:{buffer.dtype.str[1:]}")
            else:
                np.save(file, buffer)
                command.append(f"--arg=inout:{file}")
        done = subprocess.run(command, capture_output=True, text=True, timeout=900)
        _count[0] += 1
        if done.returncode or done.stderr.strip():
            raise SystemExit(f"{kernel}: exit code {done.returncode}: {done.stderr.strip()[:2000]}\n{' '.join(command)}")
        self.stats.append(json.loads(done.stdout))
        for name in used:
            shape = buffers[name].shape
            buffers[name] = np.load(os.path.join(folder, name[1:] + ".npy")).reshape(shape)


def check(condition, what, message=""):
    _count[0] += 1
    if not condition:
        _failures.append(what)
        print(f"FAIL {what}: {message}")


def done():
    print(f"{_count[0]} checks, {len(_failures)} failures")
    sys.exit(1 if _failures or not _count[0] else 0)
