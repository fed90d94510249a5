"""Tests of a command line: exact messages, and that nothing is written.

    # RUN: env PYTHONPATH=%test_root/Emulator/Inputs %python %s
    from tooltest import ToolTest
    t = ToolTest("ptx-emu")
    t.file("k.ptx", "...")                   # text or bytes, in a folder of its own
    t.npy("a.npy", "<f4", [1.0, 2.0])        # shape=(1, 2) unless one-dimensional
    t.fails(["k.ptx"], "ptx-emu: error: ...")  # the whole of standard error
    t.runs(["k.ptx", "--list"], "...")       # the whole of standard output
    t.equal(t.read("c.npy"), ("<f4", (2,), [2.0, 4.0]))
    t.done()

`fails` wants exit code 1, nothing on standard output and no file changed; where
`expected` is a compiled regular expression it must match the whole text.
"""

import ast
import os
import shutil
import struct
import subprocess
import sys
import tempfile

from ptxtest import write_npy

_FORMATS = {"b1": "?", "i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "i8": "q", "u8": "Q",
            "f2": "e", "f4": "f", "f8": "d"}


class ToolTest:
    def __init__(self, tool):
        self.tool = shutil.which(tool)
        if not self.tool:
            sys.exit(f"error: {tool} is not on the PATH")
        self.folder = tempfile.mkdtemp()
        self.count = self.failed = 0

    def path(self, name):
        return os.path.join(self.folder, name)

    def file(self, name, content):
        with open(self.path(name), "wb") as f:
            f.write(content if isinstance(content, bytes) else content.encode())

    def npy(self, name, dtype, values, shape=None):
        code = _FORMATS[dtype[-2:]]
        data = struct.pack(f"<{len(values)}{code}", *values)
        write_npy(self.path(name), data, dtype, shape if shape is not None else (len(values),))

    def read(self, name):
        """(dtype, shape, values) of a .npy file of version 1.0."""
        with open(self.path(name), "rb") as f:
            content = f.read()
        length = struct.unpack("<H", content[8:10])[0]
        header = ast.literal_eval(content[10:10 + length].decode())
        data, dtype = content[10 + length:], header["descr"]
        code = _FORMATS.get(dtype[-2:])
        values = list(struct.unpack(f"<{len(data) // int(dtype[2:])}{code}", data)) if code else data
        return dtype, header["shape"], values

    def snapshot(self):
        result = {}
        for name in sorted(os.listdir(self.folder)):
            with open(self.path(name), "rb") as f:
                result[name] = f.read()
        return result

    def _run(self, args):
        self.count += 1
        # A tool that waits for something is a failure, not a hang.
        return subprocess.run([self.tool, *args], cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, errors="replace", timeout=300)

    def _complain(self, args, what):
        self.failed += 1
        print(f"FAIL {' '.join(args)}\n    {what}")

    def fails(self, args, expected):
        before = self.snapshot()
        done = self._run(args)
        if done.returncode != 1:
            self._complain(args, f"exit code {done.returncode} instead of 1; {done.stderr}")
        if done.stdout:
            self._complain(args, f"prints {done.stdout!r}")
        if self.snapshot() != before:
            self._complain(args, "changed a file")
        if isinstance(expected, str):
            if done.stderr != expected + "\n":
                self._complain(args, f"got      {done.stderr!r}\n    expected {expected!r}")
        elif not expected.fullmatch(done.stderr):
            self._complain(args, f"got      {done.stderr!r}\n    expected a match of {expected.pattern!r}")

    def runs(self, args, expected=None, stderr=""):
        """Returns standard output."""
        done = self._run(args)
        if done.returncode != 0:
            self._complain(args, f"exit code {done.returncode}: {done.stderr}")
        elif expected is not None and done.stdout != expected:
            self._complain(args, f"got      {done.stdout!r}\n    expected {expected!r}")
        elif stderr is not None and done.stderr != stderr:
            self._complain(args, f"standard error is {done.stderr!r}\n    expected {stderr!r}")
        return done.stdout

    def equal(self, got, expected):
        self.count += 1
        if got != expected:
            self._complain([], f"got      {got!r}\n    expected {expected!r}")

    def done(self):
        shutil.rmtree(self.folder)
        print(f"{self.count} checks, {self.failed} failed")
        sys.exit(1 if self.failed or not self.count else 0)
