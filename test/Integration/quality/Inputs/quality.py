"""Counts what a sparse matmul kernel does, and holds it against what its index
makes necessary.

usage: quality.py CASE [--size=N] [--density=P] [--rows=N] [--type=bf16]

Compiles C = A * B (f16 or bf16, f32 accumulation and output) with pit-compile, builds the
index of a random A here, runs the sparse kernel alone in ptx-emu and checks

- the result, against float64, in all rows or (--rows) a sample of them;
- mma: executed ones are those of ceil(live positions / k) steps a group;
- global memory: the sectors of what the index lists, init, output and index;
- the main loop: bank conflicts, instructions that are no mma, how tiles come in;
- ptxas, where there is one: spills.
"""

import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile

import numpy as np

SECTOR = 32
CASES = {
    # name: maps of A, layout of A ("km": column-major), axis, micro-tile, tile
    "columns": dict(a="km", axis=2, micro=(1, 64), tile=(64, 128, 32)),
    "blocks": dict(a="mk", axis=2, micro=(32, 64), tile=(32, 128, 32)),
    "blocks16": dict(a="mk", axis=2, micro=(32, 16), tile=(32, 128, 32)),
    "rows": dict(a="mk", axis=0, micro=(1, None), tile=(64, 128, 32)),
}


def fail(text):
    sys.exit(f"quality.py: {text}")


def run(*command):
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if result.returncode:
        fail(f"{' '.join(command)}\n{result.stdout[-2000:]}{result.stderr[-2000:]}")
    return result.stdout


def module(case, size, type):
    m, n, k = size
    a = f"{k}x{m}" if case["a"] == "km" else f"{m}x{k}"
    amap = "(k, m)" if case["a"] == "km" else "(m, k)"
    micro = ", ".join("?" if x is None else str(x) for x in case["micro"])
    tile = ", ".join(map(str, case["tile"]))
    loops = "affine_map<(m, n, k) -> "
    return f"""func.func @f(%a: tensor<{a}x{type}, #pit.sparsity<>>, %b: tensor<{k}x{n}x{type}>, %c: tensor<{m}x{n}xf32>) -> tensor<{m}x{n}xf32> {{
  %0 = linalg.matmul indexing_maps = [{loops}{amap}>, {loops}(k, n)>, {loops}(m, n)>]
      {{pit.schedule = #pit.schedule<axis = {case['axis']}, micro_tile = [{micro}], tile = [{tile}]>}}
      ins(%a, %b : tensor<{a}x{type}, #pit.sparsity<>>, tensor<{k}x{n}x{type}>) outs(%c : tensor<{m}x{n}xf32>) -> tensor<{m}x{n}xf32>
  return %0 : tensor<{m}x{n}xf32>
}}
"""


def as_bf16(array):
    """Raw bf16 items of numbers that it holds exactly."""
    return (array.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16).view("V2")


def random_a(case, size, density, rng):
    """A with a share of live micro-tiles; values are small integers, so sums are exact."""
    m, _, k = size
    shape = (k, m) if case["a"] == "km" else (m, k)
    micro = [s if x is None else x for s, x in zip(shape, case["micro"])]
    grid = [math.ceil(s / x) for s, x in zip(shape, micro)]
    live = rng.random(grid) < density
    mask = np.repeat(np.repeat(live, micro[0], 0), micro[1], 1)[:shape[0], :shape[1]]
    values = rng.integers(1, 4, shape) * rng.choice([-1, 1], shape)
    return (values * mask).astype(np.float16), live


def index_of(case, live, rng):
    """Counts and coordinates, in any order; what is past the counts is rubbish."""
    groups = live.T if case["a"] == "km" and case["axis"] == 2 else live
    if case["axis"] == 0:
        groups = live.T
    counts = groups.sum(1).astype(np.int32)
    coords = np.full(groups.shape, 0x7fffffff, np.int32)
    for g, row in enumerate(groups):
        where = np.flatnonzero(row)
        coords[g, :len(where)] = rng.permutation(where)
    return counts, coords


def bound(case, size, counts, coords):
    """(mma, bytes) that the index makes necessary."""
    m, n, k = size
    tm, tn, tk = case["tile"]
    columns = math.ceil(n / tn)
    per_step = (tm // 16) * (tn // 8) * (tk // 16)
    traffic = 0
    if case["axis"] == 2:
        micro = case["micro"][0] if case["a"] == "km" else case["micro"][1]
        live = counts.astype(np.int64) * micro
        steps = int(sum(-(-live // tk)))
        # In-bounds positions, each a row of both tiles (or columns of A's).
        extents = [sum(min(micro, k - int(c) * micro) for c in row[:count]) for row, count in zip(coords, counts)]
        for group, positions in enumerate(extents):
            rows = min(tm, m - group * tm)
            traffic += columns * positions * rows * 2
            traffic += positions * n * 2
        tiles = steps * columns
        entries = int(counts.sum()) * columns
    else:
        live = int(counts[0])
        row_tiles = math.ceil(live / tm)
        tiles = row_tiles * math.ceil(k / tk) * columns
        traffic = columns * live * k * 2 + row_tiles * k * n * 2
        entries = live * columns
    written = m * n if case["axis"] == 2 else int(counts[0]) * n
    traffic += 2 * written * 4 + 4 * (entries + len(counts) * columns)
    return tiles * per_step, traffic


def main():
    name = sys.argv[1]
    case = CASES[name]
    options = dict(a.lstrip("-").split("=") for a in sys.argv[2:])
    edge = int(options.get("size", 1024))
    size = (edge, edge, edge)
    density = float(options.get("density", 0.05))
    sample = int(options.get("rows", 0))
    rng = np.random.default_rng(int(options.get("seed", 1)))
    m, n, k = size
    work = tempfile.mkdtemp(prefix="quality-")
    os.chdir(work)
    try:
        check(name, case, size, density, sample, rng, options.get("type", "f16"))
    finally:
        os.chdir("/")
        shutil.rmtree(work)


def check(name, case, size, density, sample, rng, type):
    m, n, k = size
    with open("f.mlir", "w") as f:
        f.write(module(case, size, type))
    run("pit-compile", "f.mlir", "--arch=sm_80", "-o", "out")
    with open("out/f.json") as f:
        plan = json.load(f)
    step = next(s for s in plan["steps"] if s["kind"] == "launch" and "schedule" in s)

    a, live = random_a(case, size, density, rng)
    b = rng.integers(-3, 4, (k, n)).astype(np.float16)
    init = rng.integers(-5, 6, (m, n)).astype(np.float32)
    counts, coords = index_of(case, live, rng)
    arrays = [a, b, counts, coords, init, np.full((m, n), -77, np.float32)]
    kinds = ["in", "in", "in", "in", "in", "inout"]
    command = ["ptx-emu", "out/f.ptx", "--entry=" + step["entry"], f"--grid={step['grid']}", f"--block={step['block']}",
               f"--shared={step['shared_bytes']}", "--stats=json", "--checks=all"]
    if sample:  # large: fast arithmetic, and without the costliest checks
        command[-1] = "--checks=bounds,align,inflight,divergence"
    for number, (array, kind, argument) in enumerate(zip(arrays, kinds, step["arguments"])):
        if list(array.shape) != argument["shape"]:
            fail(f"argument {number} of the kernel has shape {argument['shape']}, expected {array.shape}")
        np.save(f"{number}.npy", as_bf16(array) if type == "bf16" and number < 2 else array)
        command.append(f"--arg={kind}:{number}.npy")
    stats = json.loads(run(*command))

    # The result. Rows that no micro-tile reaches are another kernel's.
    result = np.load("5.npy")
    rows = rng.choice(m, sample, replace=False) if sample else np.arange(m)
    if case["axis"] == 0:
        rows = np.array([r for r in rows if live[r, 0]], dtype=int)
        dead = np.flatnonzero(~live[:, 0])
        if not np.all(result[dead] == -77):
            fail("a row that is not listed was written")
    wanted = (a.T if case["a"] == "km" else a)[rows].astype(np.float64) @ b.astype(np.float64) + init[rows]
    if not np.array_equal(result[rows], wanted):
        fail(f"the result differs by up to {np.max(np.abs(result[rows] - wanted))}")

    # The main loop.
    mix = json.loads(run("ptx-mix", "--json", "--entry=" + step["entry"], "out/f.ptx"))
    loop = next(l for l in mix["functions"][0]["loops"] if l.get("main"))
    lines = [l for l in stats["lines"] if loop["first_line"] <= l["line"] <= loop["last_line"]]
    executed = lambda c: sum(l["executed"] for l in lines if l["class"] == c)
    mma, moves = executed("mma"), executed("move")
    others = sum(l["executed"] for l in lines) - mma - moves
    conflicts = sum(l.get("bank_conflicts", 0) for l in lines)
    text = open("out/f.ptx").read().split("\n")[loop["first_line"] - 1:loop["last_line"]]
    copies = [t for t in text if "cp.async." in t and "wait" not in t and "commit" not in t]
    narrow = [t for t in copies if not re.search(r"cp\.async\.cg\.shared\.global.*, 16(,|;)", t)]
    reads = [l for l in lines if l["class"] == "cp.async"]
    requests = sum(l.get("global_requests", l["executed"]) for l in reads)
    sectors = sum(l.get("global_sectors", 0) for l in reads)

    total = stats["total"]
    traffic = total["global_sectors"] * SECTOR
    need_mma, need_bytes = bound(case, size, counts, coords)
    print(f"{name} {m}x{n}x{k}, {100 * density:g} % live: "
          f"mma {stats['by_class']['mma']} of {need_mma} needed ({stats['by_class']['mma'] / max(need_mma, 1):.3f}), "
          f"bytes {traffic} of {need_bytes} ({traffic / need_bytes:.3f}), "
          f"{others / max(mma, 1):.2f} other instructions per mma in the main loop, "
          f"mma share {mma / max(mma + others, 1):.3f}, "
          f"{conflicts} bank conflicts, {sectors / max(requests, 1):.2f} sectors per copy request, "
          f"{step['shared_bytes']} bytes shared")
    problems = []
    if stats["by_class"]["mma"] > 1.02 * need_mma:
        problems.append("more than 1.02 times the mma that the index needs")
    if traffic > 1.1 * need_bytes:
        problems.append("more than 1.1 times the bytes that the index needs")
    if others > 2.5 * mma:
        problems.append("more than 2.5 instructions per mma in the main loop")
    if conflicts:
        problems.append("bank conflicts in the main loop")
    if not copies or narrow:
        problems.append(f"tile loads that are no 16-byte cp.async: {narrow[:2]}")
    if any("ld.global" in t and re.search(r"\.(f16|b16|u16)", t) for t in text):
        problems.append("element loads in the main loop")
    if not any("ldmatrix.sync" in t for t in text) or not any("mma.sync.aligned.m16n8k16" in t for t in text):
        problems.append("no ldmatrix or no mma.sync.m16n8k16")
    if not any("cp.async.wait_group" in t and not re.search(r"wait_group\s+0;", t) for t in text):
        problems.append("fewer than 3 stages: no copies stay in flight")
    if mma == 0:
        problems.append("no mma executed: was it a sparse kernel?")
    if shutil.which("ptxas"):
        out = subprocess.run(["ptxas", "-arch=sm_80", "-v", "out/f.ptx", "-o", "f.cubin"], capture_output=True, text=True)
        log = out.stdout + out.stderr
        if out.returncode:
            fail(log[-2000:])
        part = log[log.index(f"'{step['entry']}'"):]
        spills = re.search(r"(\d+) bytes spill stores, (\d+) bytes spill loads", part)
        registers = re.search(r"Used (\d+) registers", part)
        print(f"  ptxas: {registers.group(1)} registers, {spills.group(1)} bytes spilled")
        if spills.group(1) != "0" or spills.group(2) != "0":
            problems.append("ptxas spills")
    if problems:
        fail("; ".join(problems))


main()
