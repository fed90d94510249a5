"""Runs kernels that are written at the tile level on the emulator.

    out, stats = run("name", kernel, [a, b, Out((64, 64), "f4")])   # or None

`kernel` is the text of `gpu.func @k(...) kernel ...`; it goes through pit-to-ptx with a
plan that launches it, and every seed and landing of copies must give the same, with
all of the emulator's checks.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

import numpy as np

__all__ = ["Out", "integers", "np", "product", "run", "same", "done", "MN", "MK", "KM", "KN", "NK", "NM"]

_failures, _count = [], [0]

MN, NM, MK, KM, KN, NK = (f"affine_map<(m, n, k) -> ({a}, {b})>" for a, b in ("mn", "nm", "mk", "km", "kn", "nk"))
# The scheduled level as a user may leave and enter it: printed, read, simplified.
_SCHEDULED = tuple(f"--pass-pipeline=builtin.module(gpu.module(gpu.func({passes})))"
                   for passes in ("pit-schedule-sm80,canonicalize,cse", "convert-pit-tile-to-nvgpu"))
_TYPES = {"f2": "f16", "f4": "f32", "b1": "i1", "i4": "i32"}


class Out:
    """A buffer without content: what is not written cannot be read."""

    def __init__(self, shape, dtype):
        self.shape, self.dtype = shape, np.dtype(dtype)


def integers(rng, *shape):
    """Small integers in f16, whose sums of products are exact in f32."""
    return rng.integers(-3, 4, shape).astype(np.float16)


def product(lhs, rhs, acc, into, maps, types):
    """A pit.tile_mma: names, maps, and the types of lhs, rhs and the accumulator."""
    a, b, c = types
    return (f"%{into} = pit.tile_mma %{lhs}, %{rhs}, %{acc} {{indexing_maps = [{', '.join(maps)}]}} : "
            f"!pit.tile<{a}xf16>, !pit.tile<{b}xf16>, !pit.acc<{c}xf32>")


def _check(condition, what, message):
    _count[0] += 1
    if not condition:
        _failures.append(what)
        print(f"FAIL {what}: {message}")


def same(what, have, want):
    _check(have.shape == want.shape and np.array_equal(have, want), what,
           f"{np.argwhere(have != want).shape[0]} wrong elements, the first at {np.argwhere(have != want)[:1].tolist()}")


def _type(array):
    dtype = np.dtype(array.dtype)
    name = "i1" if dtype == bool else _TYPES[dtype.str[1:]]
    return f"memref<{'x'.join(map(str, array.shape))}x{name}>"


def run(name, kernel, arguments, grid=1):
    types = [_type(a) for a in arguments]
    names = ", ".join(f"%{i}" for i in range(len(types)))
    decl = ", ".join(f'%{i}: {t} {{pit.name = "a{i}"{", pit.output" if isinstance(a, Out) else ""}}}'
                     for i, (t, a) in enumerate(zip(types, arguments)))
    decl = re.sub(r"%(\d+)", r"%x\1", decl)
    names = re.sub(r"%(\d+)", r"%x\1", names)
    text = f"""func.func @f({decl}) {{
  %grid = arith.constant {grid} : index
  pit.launch @kernels::@k grid(%grid) args({names} : {', '.join(types)})
  return
}}
gpu.module @kernels {{
{kernel}
}}
"""
    results = None
    for prelude, landings in ((), ("latest", "earliest")), (_SCHEDULED, ("latest",)):
        if (results := _run(name, text, prelude, landings, arguments, grid, results)) is None:
            return None
    _check(True, name, "")
    return results


def _run(name, text, prelude, landings, arguments, grid, before):
    """The outputs, compared with those of another run if there was one, and the counters."""
    for options in (*prelude, "--pit-to-ptx"):
        opt = subprocess.run(["pit-opt", options], input=text, text=True, capture_output=True, timeout=600)
        if opt.returncode or opt.stderr.strip():
            return _check(False, name, f"the lowering says: {opt.stderr[:2000]}")
        text = opt.stdout
    block, shared = re.search(r"pit\.launch .*block = (\d+) : i64, shared_bytes = (\d+)", opt.stdout).groups()
    ptx = re.search(r'assembly = "((?:[^"\\]|\\.)*)"', opt.stdout).group(1)
    ptx = re.sub(r"\\([0-9A-F]{2})", lambda m: chr(int(m.group(1), 16)), ptx).rstrip("\0")
    results = before and before[:-1]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "k.ptx")
        with open(path, "w") as f:
            f.write(ptx)
        for landing in landings:
            command = ["ptx-emu", path, f"--grid={grid}", f"--block={block}", f"--shared={shared}", "--checks=all",
                       "--seeds=4", f"--landing={landing}", "--stats=json"]
            files = []
            for i, a in enumerate(arguments):
                files.append(os.path.join(folder, f"a{i}.npy"))
                if isinstance(a, Out):
                    code = "b1" if a.dtype == bool else a.dtype.str[1:]
                    command.append(f"--arg=out:{files[-1]}:{'x'.join(map(str, a.shape))}:{code}")
                else:
                    np.save(files[-1], a)
                    command.append(f"--arg=in:{files[-1]}")
            emulator = subprocess.run(command, capture_output=True, text=True, timeout=900)
            if emulator.returncode or emulator.stderr.strip():
                return _check(False, name, f"the emulator says: {emulator.stderr[:2000]}")
            stats = json.loads(emulator.stdout)
            outs = [np.load(f) for f, a in zip(files, arguments) if isinstance(a, Out)]
            if results is not None:
                for have, want in zip(outs, results):
                    same(f"{name}, {landing}, {prelude}", have, want)
            results = outs
    return (*results, stats)


def done():
    print(f"{_count[0]} checks, {len(_failures)} failures")
    sys.exit(1 if _failures or not _count[0] else 0)
