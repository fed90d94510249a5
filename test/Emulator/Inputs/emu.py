"""Runs kernels with ptx-emu and compares what they leave with numpy arrays.

A test is a Python file with the extension .test (lit finds those):

    # REQUIRES: numpy
    # RUN: env PYTHONPATH=%test_root/Emulator/Inputs %python %s --seeds=%seeds
    from emu import *
    t = Test(__file__)
    k = t.ptx("...PTX text...")             # or t.file("name.ptx")
    k.run("scale", grid=2, block=64, args=[inout(a), i32(3)], expect=[a * 3])
    t.done()

`run` executes the kernel in several modes (seeds, landing of asynchronous
copies, blocks interleaved or not, one and two host threads, both kinds of
tensor-core arithmetic) and compares every `inout` and `out` argument, in order,
with the arrays in `expect`: bit by bit, unless a Close says otherwise. The run
has to end with exit code 0 and without a report. Where ptxas is on the PATH it
must accept every PTX first (ptxas=False: PTX that it rightly refuses).
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

import numpy as np

__all__ = ["Test", "Close", "Any", "entry", "inp", "inout", "out", "zeros", "null", "i32", "u32", "i64", "u64",
           "f32", "f64", "b32", "raw", "np"]

_HEADER = ".version {ptx}\n.target {sm}\n.address_size 64\n"


_PRELUDE = """\
.reg .b32 %t, %cta, %nt, %gid, %lane, %warp;
.reg .b64 %pa, %pb, %pc, %pd, %off;
mov.u32 %t, %tid.x; mov.u32 %cta, %ctaid.x; mov.u32 %nt, %ntid.x;
mad.lo.u32 %gid, %cta, %nt, %t;
and.b32 %lane, %t, 31; shr.u32 %warp, %t, 5;
mul.wide.u32 %off, %gid, 4;
"""


def entry(name, body, params=2, indexed=True):
    """A kernel for one-dimensional blocks with `params` pointers. %t is the thread
    in the block, %gid in the grid, %lane and %warp where it is. %pa %pb %pc %pd
    are the pointers, moved to the thread's 4-byte element if `indexed`."""
    declared = ", ".join(f".param .u64 p{i}" for i in range(params))
    text = f".visible .entry {name}({declared})\n{{\n{_PRELUDE}"
    for i, reg in enumerate(["%pa", "%pb", "%pc", "%pd"][:params]):
        text += f"ld.param.u64 {reg}, [p{i}];"
        text += f" add.s64 {reg}, {reg}, %off;\n" if indexed else "\n"
    return f"{text}{body}\n}}\n"


class _Arg:
    def __init__(self, kind, array=None, text="", offset=0):
        self.kind, self.array, self.text, self.offset = kind, array, text, offset


def inp(array, offset=0):
    """A buffer that the kernel only reads; the pointer is `offset` bytes in."""
    return _Arg("in", np.ascontiguousarray(array), offset=offset)


def inout(array, offset=0):
    """A buffer with content, compared afterwards."""
    return _Arg("inout", np.ascontiguousarray(array), offset=offset)


def out(shape, dtype):
    """A buffer without content (reading it is an error), compared afterwards."""
    shape = (shape,) if np.isscalar(shape) else tuple(shape)
    return _Arg("out", text="x".join(map(str, shape)) + ":" + np.dtype(dtype).str[1:])


def zeros(size):
    return _Arg("value", text=f"zeros:{size}")


null = _Arg("value", text="null")


def _scalar(name):
    return lambda x: _Arg("value", text=f"{name}:{x}")


i32, u32, i64, u64 = map(_scalar, ("i32", "u32", "i64", "u64"))
f32, f64, b32 = map(_scalar, ("f32", "f64", "b32"))


def raw(data):
    """The bytes of an array or bytes object, by value."""
    data = data if isinstance(data, bytes) else np.ascontiguousarray(data).tobytes()
    return _Arg("value", text="hex:" + data.hex())


class Close:
    """An expectation with a relative and an absolute tolerance."""

    def __init__(self, array, rtol, atol=0.0):
        self.array, self.rtol, self.atol = np.asarray(array), rtol, atol


class Any:
    """An expectation given by a function: None if all is well, else a message."""

    def __init__(self, check):
        self.check = check


def _difference(want, have):
    if isinstance(want, Any):
        return want.check(have)
    if isinstance(want, Close):
        with np.errstate(invalid="ignore"):
            bad = ~np.isclose(have, want.array, rtol=want.rtol, atol=want.atol, equal_nan=True)
        want = want.array
    else:
        want = np.asarray(want)
        if want.dtype != have.dtype:
            return f"the result is {have.dtype}, the expectation {want.dtype}: the test is wrong"
        if want.size == have.size:
            want = want.reshape(have.shape)
        if want.shape == have.shape:
            bad = np.ascontiguousarray(want).view(f"u{want.itemsize}") != have.view(f"u{want.itemsize}")
            if want.dtype.kind == "f":  # any NaN is as good as another
                bad &= ~(np.isnan(want) & np.isnan(have))
    if want.shape != have.shape:
        return f"shape {have.shape}, but expected {want.shape}"
    if not bad.any():
        return None
    where = np.argwhere(bad)
    lines = [f"{len(where)} of {have.size} elements differ"]
    for at in where[:8]:
        at = tuple(at)
        lines.append(f"  [{', '.join(map(str, at))}] is {have[at]!r}, expected {want[at]!r}")
    return "\n".join(lines)


class _Kernel:
    def __init__(self, test, path):
        self.test, self.path = test, path

    def modes(self, light=False):
        """Command line options of the runs of a kernel."""
        t = self.test
        yield []
        for seed in range(1, (1 if light else t.seeds) + 1):
            yield [f"--seed={seed}", "--landing=" + ("earliest" if seed % 2 else "latest")]
        if light:
            return
        yield ["--landing=earliest"]
        yield ["--threads=2"]
        yield ["--coresident"]
        yield ["--mma=fp32"]
        if t.long:
            for seed in range(1, t.seeds + 1):
                yield [f"--seed={seed}", "--landing=" + ("latest" if seed % 2 else "earliest")]
                yield [f"--seed={seed}", "--coresident", "--landing=" + ("latest" if seed % 2 else "earliest")]
            yield ["--threads=2", "--landing=earliest", "--mma=fp32"]
            yield ["--coresident", "--landing=earliest"]

    def _command(self, entry, grid, block, args, shared, options, folder):
        t = self.test
        dims = lambda d: ",".join(map(str, d)) if isinstance(d, tuple) else str(d)
        command = [t.tool, self.path, f"--grid={dims(grid)}", f"--block={dims(block)}"]
        if entry:
            command.append(f"--entry={entry}")
        if shared:
            command.append(f"--shared={shared}")
        files = []
        for i, a in enumerate(args):
            if a.kind == "value":
                command.append(f"--arg={a.text}")
                continue
            name = os.path.join(folder, f"{i}.npy")
            if a.kind == "out":
                command.append(f"--arg=out:{name}:{a.text}")
            else:
                np.save(name, a.array)
                offset = f"+{a.offset}" if a.offset else ""
                command.append(f"--arg={a.kind}{offset}:{name}")
            if a.kind != "in":
                files.append(name)
        return command + list(options), files

    def launch(self, entry, grid=1, block=32, args=(), shared=0, options=()):
        """One run: (exit code, standard output, standard error, arrays)."""
        with tempfile.TemporaryDirectory(dir=self.test.folder) as folder:
            command, files = self._command(entry, grid, block, args, shared, options, folder)
            done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=900)
            arrays = []
            if done.returncode == 0:
                arrays = [np.load(f) for f in files]
        self.test.last = " ".join(command)
        return done.returncode, done.stdout, done.stderr, arrays

    def run(self, entry=None, grid=1, block=32, args=(), expect=(), shared=0, options=(), checks="all",
            output=None, modes=None, light=False, name=""):
        """Runs in every mode. `checks=all` looks for races in global memory too."""
        t = self.test
        name = name or entry or os.path.basename(self.path)
        for mode in (self.modes(light) if modes is None else modes):
            extra = [*options, *mode, f"--checks={checks}"]
            if checks == "all" and "--threads=2" in mode:
                extra[-1] = "--checks=standard"  # else it runs in one thread
            rc, stdout, stderr, arrays = self.launch(entry, grid, block, args, shared, extra)
            what = f"{name} {' '.join(extra)}"
            t.count += 1
            if rc != 0 or stderr.strip():
                t.fail(what, f"exit code {rc}: {stderr.strip()[:2000]}")
                return False
            if len(arrays) != len(expect):
                t.fail(what, f"{len(arrays)} results but {len(expect)} expectations: the test is wrong")
                return False
            for i, (want, have) in enumerate(zip(expect, arrays)):
                if message := _difference(want, have):
                    t.fail(what, f"result {i}: {message}")
                    return False
            if output is not None:
                message = output(stdout) if callable(output) else (
                    None if output == stdout else f"printed {stdout!r}, but expected {output!r}")
                if message:
                    t.fail(what, message)
                    return False
        return True

    def reports(self, entry=None, kind="", line="", message="", grid=1, block=32, args=(), shared=0,
                options=(), modes=None, name=""):
        """Every run must end with exit code 1, a report of this kind, and, where given,
        at the line that contains `line` and with a text that matches `message`."""
        t = self.test
        name = name or entry or os.path.basename(self.path)
        for mode in (self.modes(True) if modes is None else modes):
            extra = [*options, *mode]
            rc, _, stderr, _ = self.launch(entry, grid, block, args, shared, extra)
            what = f"{name} {' '.join(extra)}"
            t.count += 1
            if rc != 1:
                t.fail(what, f"must end with exit code 1 and a report, but ended with {rc}: {stderr.strip()[:800]}")
                return False
            if kind and not re.search(rf"\b{re.escape(kind)}\b", stderr):
                t.fail(what, f"must report '{kind}', but says: {stderr.strip()[:1500]}")
                return False
            if message and not re.search(message, stderr):
                t.fail(what, f"must say '{message}', but says: {stderr.strip()[:1500]}")
                return False
            if line:
                with open(self.path) as f:
                    lines = [i for i, text in enumerate(f, 1) if line in text]
                if not lines:
                    t.fail(what, f"no line contains '{line}': the test is wrong")
                    return False
                if not any(f":{i}:" in stderr or f"line {i}" in stderr for i in lines):
                    t.fail(what, f"must name line {lines}, but says: {stderr.strip()[:1500]}")
                    return False
        return True


class Test:
    def __init__(self, file):
        parser = argparse.ArgumentParser()
        parser.add_argument("--ptx-emu", default=os.environ.get("PTX_EMU", "ptx-emu"))
        parser.add_argument("--seeds", type=int, default=1)
        parser.add_argument("--long", action="store_true", help="every mode")
        parser.add_argument("--keep", action="store_true", help="leave the files there")
        parser.add_argument("--no-ptxas", action="store_true")
        options = parser.parse_args()
        self.tool = shutil.which(options.ptx_emu) or options.ptx_emu
        self.seeds, self.long = max(options.seeds, 1), options.long
        self.ptxas = None if options.no_ptxas else shutil.which("ptxas")
        self.here = os.path.dirname(os.path.abspath(file))
        self.name = os.path.basename(file)
        self.keep = options.keep
        self.folder = tempfile.mkdtemp(prefix="ptx-emu-test-")
        self.failures = 0
        self.count = 0
        self.modules = 0
        self.last = ""

    def ptx(self, text, sm="sm_80", ptx="7.8", ptxas=True):
        """A module from its text, without the three directives at the top."""
        self.modules += 1
        path = os.path.join(self.folder, f"module{self.modules}.ptx")
        if not text.lstrip().startswith(".version"):
            text = _HEADER.format(ptx=ptx, sm=sm) + text
        with open(path, "w") as f:
            f.write(text)
        return self._module(path, ptxas)

    def file(self, name, ptxas=True):
        """A module from a file beside the test."""
        return self._module(os.path.join(self.here, name), ptxas)

    def _module(self, path, ptxas):
        if ptxas and self.ptxas:
            with open(path) as f:
                sm = re.search(r"^\.target\s+(\w+)", f.read(), re.M).group(1)
            done = subprocess.run([self.ptxas, f"-arch={sm}", path, "-o", os.devnull], capture_output=True, text=True)
            text = done.stdout + done.stderr
            # An older ptxas may not know the version of the PTX.
            if done.returncode and "nsupported .version" not in text:
                self.fail(os.path.basename(path), f"ptxas refuses it: {text.strip()[:2000]}")
        return _Kernel(self, path)

    def fail(self, what, message):
        self.failures += 1
        print(f"FAIL {what}: {message}")
        if self.last:
            print(f"    {self.last}")

    def expect(self, condition, what, message):
        self.count += 1
        if not condition:
            self.fail(what, message)

    def done(self):
        if not self.keep:
            shutil.rmtree(self.folder, ignore_errors=True)
        print(f"{self.name}: {self.count} runs, {self.failures} failures")
        sys.exit(1 if self.failures or not self.count else 0)
