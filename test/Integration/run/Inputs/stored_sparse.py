"""Runs products of matrices that are stored sparse (BSR, CSR), against numpy.

usage: stored_sparse.py

Each case is a sparse matrix in blocks of one size; values are small integers, so
that sums are exact. Rows of blocks may be empty, and all of them.
"""

import os
import subprocess
import sys
import tempfile

import numpy as np

CASES = [
    # rows, columns, other size, block, share of blocks, type of positions, form
    (96, 160, 90, (16, 32), 0.3, "i32", "ab"),
    (96, 160, 90, (16, 32), 0.3, "i64", "abt"),
    (96, 160, 90, (16, 32), 0.3, "i32", "ba"),
    (64, 128, 64, (64, 64), 0.5, "i32", "ab"),
    (45, 55, 33, (3, 5), 0.2, "i32", "ab"),
    (200, 96, 40, (100, 24), 0.5, "i64", "ab"),
    (96, 96, 40, (1, 16), 0.2, "i32", "ab"),
    (96, 96, 40, (16, 1), 0.2, "i32", "ab"),
    (96, 160, 90, (1, 1), 0.05, "i32", "ab"),
    (96, 160, 90, (1, 1), 0.05, "i64", "ba"),
    (32, 64, 24, (16, 16), 0.0, "i32", "ab"),
    (32, 64, 24, (16, 16), 1.0, "i32", "ab"),
]


def module(rows, columns, other, block, stored, type, form):
    br, bc = block
    width = type[1:]
    split = lambda dim, extent: dim if extent == 1 else f"{dim} floordiv {extent}"
    levels = f"(i, j) -> ({split('i', br)} : dense, {split('j', bc)} : compressed"
    levels += "".join(f", {dim} mod {extent} : dense" for dim, extent in (("i", br), ("j", bc)) if extent > 1) + ")"
    a = f"tensor<{rows}x{columns}xf16, #stored>"
    b = f"tensor<{other}x{columns}xf16>" if form == "abt" else f"tensor<{columns}x{other}xf16>"
    c = f"tensor<{other}x{rows}xf32>" if form == "ba" else f"tensor<{rows}x{other}xf32>"
    amap, bmap = "(m, k)", "(n, k)" if form == "abt" else "(k, n)"
    cmap = "(n, m)" if form == "ba" else "(m, n)"
    maps, names, types = [amap, bmap], ["%a", "%b"], [a, b]
    if form == "ba":
        maps, names, types = maps[::-1], names[::-1], types[::-1]
    ptr, idx, values = f"tensor<{rows // br + 1}x{type}>", f"tensor<{stored}x{type}>", f"tensor<{stored * br * bc}xf16>"
    return f"""#stored = #sparse_tensor.encoding<{{ map = {levels}, posWidth = {width}, crdWidth = {width} }}>
func.func @f(%ptr: {ptr}, %idx: {idx}, %values: {values}, %b: {b}, %c: {c}) -> {c} {{
  %a = sparse_tensor.assemble (%ptr, %idx), %values : ({ptr}, {idx}), {values} to {a}
  %0 = linalg.contract indexing_maps = [{", ".join(f"affine_map<(m, n, k) -> {m}>" for m in [*maps, cmap])}]
      ins({", ".join(names)} : {", ".join(types)}) outs(%c : {c}) -> {c}
  return %0 : {c}
}}
"""


def run(case, rng):
    rows, columns, other, (br, bc), share, type, form = case
    grid = (rows // br, columns // bc)
    live = rng.random(grid) < share
    cells = np.flatnonzero(live.ravel())
    dtype = np.dtype(type.replace("i", "int"))
    ptr = np.concatenate([[0], np.cumsum(live.sum(1))]).astype(dtype)
    idx = (cells % grid[1]).astype(dtype)
    blocks = rng.integers(-4, 5, (len(cells), br, bc))
    dense = np.zeros((rows, columns))
    for (g, p), block in zip(np.argwhere(live), blocks):
        dense[g * br:(g + 1) * br, p * bc:(p + 1) * bc] = block
    b = rng.integers(-4, 5, (columns, other))
    c = rng.integers(-9, 10, (rows, other))
    wanted = dense @ b + c
    if form == "ba":
        c, wanted = c.T, wanted.T
    arrays = [ptr, idx, blocks.astype(np.float16).ravel(), (b.T if form == "abt" else b).astype(np.float16),
              np.ascontiguousarray(c).astype(np.float32)]
    with open("f.mlir", "w") as f:
        f.write(module(rows, columns, other, (br, bc), len(cells), type, form))
    for number, array in enumerate(arrays):
        np.save(f"{number}.npy", np.ascontiguousarray(array))
    for device in ("emulator", "cpu"):
        command = ["pit-run", "f.mlir", "--arch=sm_80", f"--device={device}", "--out=y.npy"]
        result = subprocess.run(command + [f"--arg={number}.npy" for number in range(5)], capture_output=True, text=True)
        if result.returncode:
            sys.exit(f"{case} on {device}:\n{result.stdout}{result.stderr}")
        if not np.array_equal(np.load("y.npy"), wanted):
            sys.exit(f"{case} on {device}: the result is wrong")


with tempfile.TemporaryDirectory() as work:
    os.chdir(work)
    for number, case in enumerate(CASES):
        run(case, np.random.default_rng(number))
    os.chdir("/")
print(f"{len(CASES)} cases")
