"""Runs the kernels of plan functions on ptx-emu, launch by launch.

    plans = Plans(test, "func.func @f(...) {...}")   # one or many functions
    arrays = plans.run("f", {"arg0": a, "arg1": Out((8, 64), "?")})

A plan function takes memrefs and holds pit.detect and pit.compact. `run` executes
its launches in order, with all checks, and returns what they left. Views of the
workspace are buffers of their own; `Out` is a buffer without content. `stats`
has the counters of each launch, by the role of its kernel.
"""

import json
import os
import re
import subprocess
import tempfile

import numpy as np

_TO_LLVM = ("builtin.module(gpu.module(convert-scf-to-cf,expand-strided-metadata,lower-affine,convert-vector-to-llvm,"
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


class Plans:
    def __init__(self, test, text):
        self.test = test
        plan = opt("--pit-plan-launches", "--convert-pit-to-gpu", text=text)
        self.functions = {}
        for body in re.split(r"(?=func\.func @)", plan)[1:]:
            name = re.match(r"func\.func @(\w+)", body)[1]
            constants = dict(re.findall(r"(%\w+) = arith\.constant (\d+) : index", body))
            views = dict(re.findall(r"(%\w+) = memref\.view .* to memref<(.*)>", body))
            launches = re.findall(r"pit\.launch @\w+::@(\w+) grid\((%\w+)\) args\((.*?) : .*block = (\d+)", body)
            roles = dict(re.findall(r"gpu\.func @(\w+)\(.*pit\.role = \"(\w+)\"", body))
            self.functions[name] = ([(kernel, int(constants[grid]), [a.strip() for a in args.split(",")], int(block),
                                      roles[kernel]) for kernel, grid, args, block in launches], views)
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
        launches, views = self.functions[name]
        self.stats = {}
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            files, written = {}, {}
            for key, value in buffers.items():
                path = files["%" + key] = os.path.join(folder, key + ".npy")
                if isinstance(value, Out):
                    written["%" + key] = value
                else:
                    np.save(path, value)
            for key, type in views.items():
                *shape, element = type.split("x")
                files[key] = os.path.join(folder, key[1:] + ".npy")
                written[key] = Out(tuple(map(int, shape)), _DTYPES[element])
            done = set()
            for kernel, grid, args, block, role in launches:
                command = [self.test.tool, self.ptx[name], f"--entry={kernel}", f"--grid={grid}", f"--block={block}",
                           "--checks=all", "--stats=json", *options]
                for arg in args:
                    # Before the first kernel that uses it, an output has no content.
                    if arg in written and arg not in done:
                        shape, dtype = written[arg].shape, written[arg].dtype
                        code = "u1" if dtype == bool else dtype.str[1:]
                        text = "x".join(map(str, shape))
                        command.append(f"--arg=out:{files[arg]}:{text}:{code}" if 0 not in shape else "--arg=null")
                        done.add(arg)
                    else:
                        command.append(f"--arg=inout:{files[arg]}")
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
