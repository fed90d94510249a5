"""Runs the kernels of plan functions on ptx-emu, launch by launch.

    plans = Plans(test, "func.func @f(...) {...}")   # one or many functions
    arrays = plans.run("f", {"arg0": a, "arg1": Out((8, 64), "?")})

A plan function takes memrefs and holds pit.detect and pit.compact. `run` executes
its launches in order, with all checks, and returns what they left; dynamic sizes
are those of the arrays, and a grid of 0 launches nothing. Views of the
workspace are buffers of their own; `Out` is a buffer without content. `stats`
has the counters of each launch, by the role of its kernel.
"""

import json
import os
import re
import subprocess
import tempfile

import numpy as np

_TO_LLVM = ("builtin.module(gpu.module(arith-expand,convert-scf-to-cf,expand-strided-metadata,lower-affine,convert-vector-to-llvm,"
            "convert-gpu-to-nvvm{use-bare-ptr-memref-call-conv=1 has-redux=1},convert-nvvm-to-llvm,"
            "reconcile-unrealized-casts,canonicalize,cse),"
            "nvvm-attach-target{chip=sm_80 features=+ptx78 O=3},gpu-module-to-binary{format=isa})")
_DTYPES = {"i1": "?", "i8": "i1", "i32": "i4"}


class Out:
    def __init__(self, shape, dtype):
        self.shape, self.dtype = shape, np.dtype(dtype)


def _unescape(text):
    return re.sub(rb"\\([0-9A-Fa-f]{2}|[\\\"nt])",
                  lambda m: {b"\\": b"\\", b'"': b'"', b"n": b"\n", b"t": b"\t"}.get(m[1]) or bytes([int(m[1], 16)]),
                  text.encode()).rstrip(b"\0").decode()


def opt(*args, text):
    done = subprocess.run(["pit-opt", *args], input=text, capture_output=True, text=True, timeout=600)
    if done.returncode:
        raise SystemExit(f"pit-opt {' '.join(args)[:200]}: {done.stderr[:3000]}")
    return done.stdout


_ARITHMETIC = {"addi": lambda a, b: a + b, "subi": lambda a, b: a - b, "muli": lambda a, b: a * b,
               "divui": lambda a, b: a // b, "floordivsi": lambda a, b: a // b, "ceildivui": lambda a, b: -(-a // b),
               "ceildivsi": lambda a, b: -(-a // b), "minui": min, "minsi": min, "maxui": max, "maxsi": max}


def evaluate(body, shapes):
    """The integers of a plan function, by name, where its arguments have these shapes; and the shapes of its views."""
    values = {}
    shapes = dict(shapes)
    for line in body.splitlines():
        line = line.strip()
        if m := re.match(r"(%\w+) = arith\.constant (-?\d+) : index", line):
            values[m[1]] = int(m[2])
        elif m := re.match(r"(%\w+) = memref\.dim (%\w+), (%\w+) :", line):
            values[m[1]] = shapes[m[2]][values[m[3]]]
        elif m := re.match(r"(%\w+) = arith\.index_cast (%\w+) :", line):
            values[m[1]] = values[m[2]]
        elif m := re.match(r"(%\w+) = arith\.(\w+) (%\w+), (%\w+) : index", line):
            values[m[1]] = _ARITHMETIC[m[2]](values[m[3]], values[m[4]])
        elif m := re.match(r"(%\w+) = memref\.view %\w+\[%\w+\]\[(.*?)\].* to memref<(.*)>", line):
            *shape, element = m[3].split("x")
            sizes = iter(re.findall(r"%\w+", m[2]))
            shapes[m[1]] = tuple(values[next(sizes)] if size == "?" else int(size) for size in shape)
    return values, shapes


class Plans:
    def __init__(self, test, text):
        self.test = test
        plan = opt("--pit-plan-launches", "--convert-pit-to-gpu", text=text)
        self.functions = {}
        for body in re.split(r"(?=func\.func @)", plan)[1:]:
            name = re.match(r"func\.func @(\w+)", body)[1]
            views = dict(re.findall(r"(%\w+) = memref\.view .* to memref<.*x(\w+)>", body))
            launches = re.findall(r"pit\.launch @\w+::@(\w+) grid\((%\w+)\) args\((.*?) : .*block = (\d+)", body)
            roles = dict(re.findall(r"gpu\.func @(\w+)\(.*pit\.role = \"(\w+)\"", body))
            # Grids that no size decides are known.
            known = dict(re.findall(r"(%\w+) = arith\.constant (\d+) : index", body))
            self.functions[name] = ([(kernel, int(known[grid]) if grid in known else grid,
                                      [a.strip() for a in args.split(",")], int(block), roles[kernel])
                                     for kernel, grid, args, block in launches], views, body)
        self.folder = tempfile.mkdtemp(dir=test.folder)
        binary = opt(f"--pass-pipeline={_TO_LLVM}", text=plan)
        self.ptx = {}
        for name, text in re.findall(r"gpu\.binary @(\w+)_kernels .*?assembly = \"((?:[^\"\\]|\\.)*)\"", binary):
            self.ptx[name] = os.path.join(self.folder, name + ".ptx")
            with open(self.ptx[name], "w") as f:
                f.write(_unescape(text))

    def text(self, name):
        with open(self.ptx[name]) as f:
            return f.read()

    def check_ptxas(self):
        """ptxas, where there is one, takes every kernel, without spills."""
        if not self.test.ptxas:
            return
        for name, path in self.ptx.items():
            done = subprocess.run([self.test.ptxas, "-arch=sm_80", "-v", path, "-o", os.devnull],
                                  capture_output=True, text=True)
            log = done.stdout + done.stderr
            spills = [s for s in re.findall(r"(\d+) bytes spill", log) if s != "0"]
            self.test.expect(done.returncode == 0 and not spills, name, f"ptxas says: {log[:1500]}")

    def run(self, name, buffers, options=()):
        """The arrays after the run, or None if the emulator has found something."""
        launches, views, body = self.functions[name]
        values, shapes = evaluate(body.split("gpu.module")[0], {"%" + key: value.shape for key, value in buffers.items()})
        self.stats = {}
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            files, written = {}, {}
            for key, value in buffers.items():
                path = files["%" + key] = os.path.join(folder, key + ".npy")
                if isinstance(value, Out):
                    written["%" + key] = value
                else:
                    np.save(path, value)
            for key, element in views.items():
                files[key] = os.path.join(folder, key[1:] + ".npy")
                written[key] = Out(shapes[key], _DTYPES[element])
            done = set()
            for kernel, grid, args, block, role in launches:
                grid = values[grid] if isinstance(grid, str) else grid
                if not grid:
                    continue
                command = [self.test.tool, self.ptx[name], f"--entry={kernel}", f"--grid={grid}", f"--block={block}",
                           "--checks=all", "--stats=json", *options]
                for arg in args:
                    if arg in values:
                        command.append(f"--arg=i64:{values[arg]}")
                        continue
                    # Before the first kernel that uses it, an output has no content.
                    if arg in written and arg not in done:
                        shape, dtype = written[arg].shape, written[arg].dtype
                        code = "u1" if dtype == bool else dtype.str[1:]
                        text = "x".join(map(str, shape))
                        command.append(f"--arg=out:{files[arg]}:{text}:{code}" if 0 not in shape else "--arg=null")
                        done.add(arg)
                    else:
                        command.append(f"--arg=inout:{files[arg]}" if 0 not in shapes[arg] else "--arg=null")
                # A coordinate past the count stays unwritten, which is no error.
                run = subprocess.run(command, capture_output=True, text=True, timeout=900)
                self.test.last = " ".join(command)
                if run.returncode or run.stderr.strip():
                    self.test.fail(f"{name} {role}", f"exit code {run.returncode}: {run.stderr[:2000]}")
                    return None
                stats = json.loads(run.stdout)
                self.stats[role] = stats["total"] | {
                    "blocks": stats["blocks"],
                    "load_sectors": sum(l["global_sectors"] for l in stats["lines"] if l["class"] == "ld.global")}
            return {key: np.load(files["%" + key]) for key in buffers if os.path.exists(files["%" + key])}
