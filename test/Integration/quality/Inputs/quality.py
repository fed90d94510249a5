"""Counts what a sparse matmul kernel does, and holds it against what its index
makes necessary.

usage: quality.py CASE [--size=N] [--density=P] [--rows=N] [--type=bf16] [--side=b] [--dynamic] [--others=X]

Compiles C = A * B (f16 or bf16, f32 accumulation and output) with pit-compile, builds the
index of a random A here, runs the sparse kernel alone in ptx-emu and checks what follows. With
--side=b the second operand is the sparse one: C is transposed, C = B * A. With --dynamic no size is
known when it is compiled. Below, A is the sparse operand.

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
    # name: layout of A ("km": column-major), axis (a dimension of m, n, k), micro-tile, tile
    "columns": dict(a="km", axis=2, micro=(1, 64), tile=(64, 128, 32)),
    "blocks": dict(a="mk", axis=2, micro=(32, 64), tile=(32, 128, 32)),
    "blocks16": dict(a="mk", axis=2, micro=(32, 16), tile=(32, 128, 32)),
    "rows": dict(a="mk", axis=0, micro=(1, None), tile=(64, 128, 32)),
    # Where C is contiguous along the PIT axis, 32 bytes of it make a micro-tile.
    "rows8": dict(a="mk", axis=0, micro=(8, None), tile=(64, 128, 32)),
}


def fail(text):
    sys.exit(f"quality.py: {text}")


def run(*command):
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if result.returncode:
        fail(f"{' '.join(command)}\n{result.stdout[-2000:]}{result.stderr[-2000:]}")
    return result.stdout


def module(case, size, type, side, dynamic):
    m, n, k = size
    shape = lambda *sizes: "x".join("?" if dynamic else str(s) for s in sizes)
    a = shape(k, m) if case["a"] == "km" else shape(m, k)
    a, b, c = f"tensor<{a}x{type}, #pit.sparsity<>>", f"tensor<{shape(k, n)}x{type}>", shape(m, n)
    amap = "(k, m)" if case["a"] == "km" else "(m, k)"
    bmap, cmap = "(k, n)", "(m, n)"
    if side == "b":
        a, b, amap, bmap, cmap, c = b, a, bmap, amap, "(n, m)", shape(n, m)
    c = f"tensor<{c}xf32>"
    micro = ", ".join("?" if x is None else str(x) for x in case["micro"])
    tile = ", ".join(map(str, case["tile"]))
    loops = "affine_map<(m, n, k) -> "
    return f"""func.func @f(%a: {a}, %b: {b}, %c: {c}) -> {c} {{
  %0 = linalg.contract indexing_maps = [{loops}{amap}>, {loops}{bmap}>, {loops}{cmap}>]
      {{pit.schedule = #pit.schedule<axis = {case['axis']}, micro_tile = [{micro}], tile = [{tile}]>}}
      ins(%a, %b : {a}, {b}) outs(%c : {c}) -> {c}
  return %0 : {c}
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
        micro = case["micro"][0]
        rows = sum(min(micro, m - int(c) * micro) for c in coords[0, :live])
        row_tiles = math.ceil(live * micro / tm)
        tiles = row_tiles * math.ceil(k / tk) * columns
        traffic = columns * rows * k * 2 + row_tiles * k * n * 2
        entries = live * columns
    written = m * n if case["axis"] == 2 else rows * n
    traffic += 2 * written * 4 + 4 * (entries + len(counts) * columns)
    return tiles * per_step, traffic


def arg_shape(number, case, size, side):
    """The shape of the function's argument."""
    m, n, k = size
    a, b, c = (k, m) if case["a"] == "km" else (m, k), (k, n), (m, n)
    return [b, a, c[::-1]][number] if side == "b" else [a, b, c][number]


def symbols(plan, shapes):
    """The values of the plan's symbols: each stands by itself as a dimension."""
    values = {}
    for argument in plan["arguments"]:
        for expression, size in zip(argument["shape"], shapes.get(argument["name"], [])):
            if expression in plan["symbols"]:
                values[expression] = size
    return values


def evaluate(expression, values):
    """An expression of a launch plan; see docs/launch-plan.md."""
    if isinstance(expression, int):
        return expression
    functions = {"ceildiv": lambda a, b: -(-a // b), "floordiv": lambda a, b: a // b, "min": min, "max": max}
    return eval(expression, {"__builtins__": {}}, {**functions, **values})


def main():
    name = sys.argv[1]
    case = CASES[name]
    options = dict(a.lstrip("-").split("=") if "=" in a else (a.lstrip("-"), "1") for a in sys.argv[2:])
    edge = int(options.get("size", 1024))
    size = (edge, edge, edge)
    density = float(options.get("density", 0.05))
    sample = int(options.get("rows", 0))
    rng = np.random.default_rng(int(options.get("seed", 1)))
    m, n, k = size
    work = tempfile.mkdtemp(prefix="quality-")
    os.chdir(work)
    try:
        check(name, case, size, density, sample, rng, options.get("type", "f16"), options.get("side", "a"),
              "dynamic" in options, float(options.get("others", 2.5)))
    finally:
        os.chdir("/")
        shutil.rmtree(work)


def check(name, case, size, density, sample, rng, type, side, dynamic, most_others):
    m, n, k = size
    with open("f.mlir", "w") as f:
        f.write(module(case, size, type, side, dynamic))
    run("pit-compile", "f.mlir", "--arch=sm_80", "-o", "out")
    with open("out/f.json") as f:
        plan = json.load(f)
    # Of two kernels for dynamic sizes, the one that these sizes take.
    sizes = symbols(plan, {"arg0": arg_shape(0, case, size, side), "arg1": arg_shape(1, case, size, side),
                           "arg2": arg_shape(2, case, size, side)})
    steps = [s for s in plan["steps"] if s["kind"] == "launch" and "schedule" in s]
    step = next(s for s in steps if evaluate(s["grid"], sizes))

    a, live = random_a(case, size, density, rng)
    b = rng.integers(-3, 4, (k, n)).astype(np.float16)
    init = rng.integers(-5, 6, (m, n)).astype(np.float32)
    counts, coords = index_of(case, live, rng)
    place = lambda x: np.ascontiguousarray(x.T) if side == "b" else x
    inputs = [b, a] if side == "b" else [a, b]
    arrays = [*inputs, counts, coords, place(init), place(np.full((m, n), -77, np.float32))]
    kinds = ["in", "in", "in", "in", "in", "inout"]
    grid = evaluate(step["grid"], sizes)
    command = ["ptx-emu", "out/f.ptx", "--entry=" + step["entry"], f"--grid={grid}", f"--block={step['block']}",
               f"--shared={step['shared_bytes']}", "--stats=json", "--checks=all"]
    if sample:  # large: fast arithmetic, and without the costliest checks
        command[-1] = "--checks=bounds,align,inflight,divergence"
    for number, (array, kind, argument) in enumerate(zip(arrays, kinds, step["arguments"])):
        shape = [evaluate(e, sizes) for e in argument["shape"]]
        if list(array.shape) != shape:
            fail(f"argument {number} of the kernel has shape {shape}, expected {array.shape}")
        np.save(f"{number}.npy", as_bf16(array) if type == "bf16" and number < 2 else array)
        command.append(f"--arg={kind}:{number}.npy")
    command += [f"--arg=i64:{evaluate(a['value'], sizes)}" for a in step["arguments"][len(arrays):]]
    stats = json.loads(run(*command))

    # The result. Rows that no micro-tile reaches are another kernel's.
    result = place(np.load("5.npy"))
    rows = rng.choice(m, sample, replace=False) if sample else np.arange(m)
    if case["axis"] == 0:
        reached = np.repeat(live[:, 0], case["micro"][0])[:m]
        rows = np.array([r for r in rows if reached[r]], dtype=int)
        dead = np.flatnonzero(~reached)
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
    if others > most_others * mma:
        problems.append(f"more than {most_others} instructions per mma in the main loop")
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
