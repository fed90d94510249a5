"""Runs matrix multiplications with a sparse operand through pit-run and compares them with NumPy.

A case is a function with one linalg.matmul (and what may stand around it), a pinned schedule, sizes, and data. Each is
compiled and run by one pit-run process. Where the data are small integers every sum is exactly representable, so the
result must be equal to NumPy's in double precision; where they are random normals pit-run's own --check judges too.
On the emulator the executed mma instructions must be those of the live micro-tiles: at most 1.02 times the dense tile
steps that the index asks for. So a case also shows that the sparse kernel ran, and not a dense one.

  slice.py --device=cpu --suite=pairs       every pair of factors once (what CI runs)
  slice.py --device=emulator --suite=long   300 combinations with 5 seeds and both landing modes
  slice.py --list                           print the cases; --case=N runs one of them, and keeps its files
"""
import argparse
import itertools
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import threading

import numpy as np

# How the sparse operand lies, and the schedule: layout of A, PIT axis, micro-tile (in A's own dimensions, 0 is the
# whole dimension), dense tile (m, n, k). Without an axis A is dense to the compiler.
SCHEDULES = {
    "k-columns-1x64": ("km", 2, (1, 64), (64, 128, 32)),
    "k-columns-2x64": ("km", 2, (2, 64), (64, 64, 32)),
    "k-columns-1x128": ("km", 2, (1, 128), (64, 128, 32)),
    "k-blocks-32x16": ("mk", 2, (32, 16), (32, 64, 32)),
    "k-blocks-32x64": ("mk", 2, (32, 64), (32, 128, 32)),
    "k-blocks-32x20": ("mk", 2, (32, 20), (32, 64, 32)),
    "m-rows-1": ("mk", 0, (1, 0), (64, 128, 32)),
    "m-rows-4": ("mk", 0, (4, 0), (32, 64, 32)),
    "m-columns-17": ("km", 0, (0, 17), (64, 64, 32)),
    "dense": ("mk", None, (1, 1), (64, 64, 32)),
}

FACTORS = {
    "schedule": list(SCHEDULES),
    "M": [0, 1, 37, 64, 129, 256],
    "N": [0, 1, 10, 64, 129, 200],
    "K": [0, 1, 33, 64, 130, 256],
    "density": [0, 0.01, 0.1, 0.5, 1],
    "pattern": ["blocks", "elements"],
    "in": ["f16", "bf16"],
    "out": ["f32", "in"],  # linalg.matmul converts to wider types only
    "deterministic": [False, True],
    "init": ["argument", "zero"],
    "after": ["nothing", "relu", "bias"],
    "data": ["integers", "normals"],
}

# The integers from 0 that a type holds without a gap, and how far two roundings may take a result.
EXACT = {"f32": 2**24, "f16": 2**11, "bf16": 2**8}
SLACK = {"f16": 2.0 ** -9, "bf16": 2.0 ** -6}


def rounded(values, type):
    """The nearest numbers of a type, as float32."""
    values = np.asarray(values, np.float32)
    if type != "bf16":
        return values.astype({"f32": np.float32, "f16": np.float16}[type]).astype(np.float32)
    bits = values.view(np.uint32)
    return ((bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000).astype(np.uint32).view(np.float32)


def save(path, values, type):
    if type == "bf16":
        bits = (np.atleast_1d(values).view(np.uint32) >> 16).astype(np.uint16)
        np.save(path, bits.view("V2").reshape(np.shape(values)))
    else:
        np.save(path, values.astype({"f32": np.float32, "f16": np.float16}[type]))


def load(path, type):
    """The numbers as float64, or None where the file is of another type."""
    array = np.load(path)
    if array.dtype != {"f32": np.dtype("f4"), "f16": np.dtype("f2"), "bf16": np.dtype("V2")}[type]:
        return None
    if type == "bf16":
        bits = np.atleast_1d(array).view(np.uint16).astype(np.uint32)
        array = (bits << 16).view(np.float32).reshape(array.shape)
    return array.astype(np.float64)


def pairwise(factors, seed):
    """Cases that hold every pair of values of two factors at least once (greedy, over random candidates)."""
    rng = random.Random(seed)
    names = list(factors)
    missing = {((a, x), (b, y)) for a, b in itertools.combinations(names, 2) for x in factors[a] for y in factors[b]}
    cases = []
    while missing:
        (a, x), (b, y) = rng.choice(sorted(missing, key=repr))
        best, covered = None, set()
        for _ in range(30):
            case = {n: rng.choice(v) for n, v in factors.items()}
            case[a], case[b] = x, y
            now = {p for p in itertools.combinations(case.items(), 2) if p in missing}
            if best is None or len(now) > len(covered):
                best, covered = case, now
        cases.append(best)
        missing -= covered
    return cases


def sample(factors, count, seed):
    """Different random cases."""
    rng = random.Random(seed)
    cases = {}
    while len(cases) < count:
        case = {n: rng.choice(v) for n, v in factors.items()}
        cases[repr(case)] = case
    return list(cases.values())


def make_module(case):
    layout, axis, micro, tile = SCHEDULES[case["schedule"]]
    m, n, k, out, type = case["M"], case["N"], case["K"], case["out"], case["in"]
    encoding = "" if axis is None else ", #sparse"
    a_type = f"tensor<{k}x{m}x{type}{encoding}>" if layout == "km" else f"tensor<{m}x{k}x{type}{encoding}>"
    a_map = "(k, m)" if layout == "km" else "(m, k)"
    c_type = f"tensor<{m}x{n}x{out}>"
    extents = ", ".join(str(e) if e else "?" for e in micro)
    choice = "dense" if axis is None else f"axis = {axis}, micro_tile = [{extents}]"
    schedule = (f"#pit.schedule<{choice}, tile = [{', '.join(map(str, tile))}]"
                f"{', deterministic' if case['deterministic'] else ''}>")
    lines = ["#sparse = #pit.sparsity<>",
             f"func.func @f(%a: {a_type}, %b: tensor<{k}x{n}x{type}>"
             + (f", %init: {c_type}" if case["init"] == "argument" else "")
             + (f", %bias: tensor<{n}x{out}>" if case["after"] == "bias" else "") + f") -> {c_type} {{"]
    lines.append(f"  %zero = arith.constant 0.0 : {out}")
    if case["init"] == "zero":
        lines += [f"  %empty = tensor.empty() : {c_type}",
                  f"  %init = linalg.fill ins(%zero : {out}) outs(%empty : {c_type}) -> {c_type}"]
    maps = ", ".join(f"affine_map<(m, n, k) -> {r}>" for r in (a_map, "(k, n)", "(m, n)"))
    lines += [f"  %0 = linalg.matmul indexing_maps = [{maps}] {{pit.schedule = {schedule}}}",
              f"      ins(%a, %b : {a_type}, tensor<{k}x{n}x{type}>) outs(%init : {c_type}) -> {c_type}"]
    result = "%0"
    if case["after"] != "nothing":
        identity = "affine_map<(d0, d1) -> (d0, d1)>"
        bias = case["after"] == "bias"
        ins = f"%0, %bias : {c_type}, tensor<{n}x{out}>" if bias else f"%0 : {c_type}"
        op_maps = [identity] + (["affine_map<(d0, d1) -> (d1)>"] if bias else []) + [identity]
        operation = "arith.addf %x, %y" if bias else "arith.maximumf %x, %zero"
        lines += [f"  %target = tensor.empty() : {c_type}",
                  f"  %1 = linalg.generic {{indexing_maps = [{', '.join(op_maps)}], "
                  f"iterator_types = [\"parallel\", \"parallel\"]}} ins({ins}) outs(%target : {c_type}) {{",
                  f"  ^bb0(%x: {out}, {'%y: ' + out + ', ' if bias else ''}%o: {out}):",
                  f"    %r = {operation} : {out}",
                  f"    linalg.yield %r : {out}",
                  f"  }} -> {c_type}"]
        result = "%1"
    return "\n".join(lines + [f"  return {result} : {c_type}", "}", ""])


def largest(case):
    """The largest integer in the data, such that sums are exact in the output type where that is possible."""
    return max(1, min(4, math.isqrt((EXACT[case["out"]] - 8) // max(case["K"], 1))))


def is_exact(case):
    bound = largest(case)
    return case["data"] == "integers" and case["K"] * bound**2 + 2 * bound <= EXACT[case["out"]]


def make_data(case, seed):
    """A (as it is stored), B, init and bias; numbers such that integer cases are exact in the output type."""
    layout, _, micro, _ = SCHEDULES[case["schedule"]]
    rng = np.random.default_rng(seed)
    m, n, k = case["M"], case["N"], case["K"]
    bound = largest(case)

    def values(shape, type):
        if case["data"] == "normals":
            return rounded(rng.standard_normal(shape), type)
        return (rng.integers(1, bound + 1, shape) * rng.choice([-1, 1], shape)).astype(np.float32)

    shape = (k, m) if layout == "km" else (m, k)
    a = values(shape, case["in"])
    if case["pattern"] == "elements":
        live = rng.random(shape) < case["density"]
    else:
        blocks = [e or max(s, 1) for e, s in zip(micro, shape)]
        grid = tuple(-(-s // b) for s, b in zip(shape, blocks))
        live = rng.random(grid) < case["density"]
        for dim, block in enumerate(blocks):
            live = live.repeat(block, dim)
        live = live[:shape[0], :shape[1]]
    # A negative zero is a zero.
    a = np.where(live, a, np.where(rng.random(shape) < 0.5, -0.0, 0.0)).astype(np.float32)
    return a, values((k, n), case["in"]), values((m, n), case["out"]), values((n,), case["out"])


def reference(case, a, b, init, bias):
    a = a.astype(np.float64)
    c = (a.T if SCHEDULES[case["schedule"]][0] == "km" else a) @ b.astype(np.float64)
    if case["init"] == "argument":
        c = c + init.astype(np.float64)
    if case["after"] == "relu":
        c = np.maximum(c, 0)
    if case["after"] == "bias":
        c = c + bias.astype(np.float64)
    return c


def tile_steps(case, a):
    """Dense tile steps that the index of A asks for, and those of a dense kernel."""
    layout, axis, micro, (tm, tn, tk) = SCHEDULES[case["schedule"]]
    m, n, k = case["M"], case["N"], case["K"]
    columns = -(-n // tn)
    dense = -(-m // tm) * columns * -(-k // tk)
    if axis is None:
        return dense, dense
    live = (a if layout == "mk" else a.T) != 0  # m by k
    extent_m, extent_k = micro if layout == "mk" else micro[::-1]
    if axis == 0:
        rows = -(-m // extent_m)
        count = sum(live[r * extent_m:(r + 1) * extent_m].any() for r in range(rows))
        return -(-count * extent_m // tm) * columns * -(-k // tk), dense
    steps = 0
    for start in range(0, m, extent_m):
        group = live[start:start + extent_m]
        count = sum(group[:, c:c + extent_k].any() for c in range(0, k, extent_k))
        # A group that is several dense tiles high is read by each of them.
        steps += -(-count * extent_k // tk) * -(-min(extent_m, m - start) // tm)
    return steps * columns, dense


def run_case(case, options, directory, keep=False):
    """None, or what is wrong."""
    os.makedirs(directory, exist_ok=True)
    path = lambda name: os.path.join(directory, name)
    a, b, init, bias = make_data(case, options["data_seed"])
    arrays = [("a", a, case["in"]), ("b", b, case["in"])]
    if case["init"] == "argument":
        arrays.append(("init", init, case["out"]))
    if case["after"] == "bias":
        arrays.append(("bias", bias, case["out"]))
    with open(path("f.mlir"), "w") as file:
        file.write(make_module(case))
    for name, array, type in arrays:
        save(path(name + ".npy"), array, type)
    command = [options["pit_run"], path("f.mlir"), f"--device={options['device']}"]
    command += [f"--arg={path(name + '.npy')}" for name, *_ in arrays] + [f"--out={path('y.npy')}"]
    if options["device"] == "emulator":
        command += [f"--checks={options['checks']}", f"--seed={options['seed']}", f"--landing={options['landing']}",
                    f"--stats-out={path('stats.json')}"]
    if not is_exact(case):
        command.append("--check")
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
    except subprocess.TimeoutExpired:
        return f"no end within 600 s\n  {' '.join(command)}"
    problem = None
    if done.returncode != 0:
        problem = f"exit code {done.returncode}: {(done.stdout + done.stderr).strip()[:2000]}"
    else:
        problem = judge(case, options, path, a, reference(case, a, b, init, bias))
    if problem:
        return problem + f"\n  {' '.join(command)}"
    if not keep:
        for name in os.listdir(directory):
            os.remove(path(name))
        os.rmdir(directory)
    return None


def judge(case, options, path, a, expected):
    got = load(path("y.npy"), case["out"])
    if got is None or got.shape != expected.shape:
        return f"result is not {case['out']} of shape {expected.shape}"
    if is_exact(case):
        if not np.array_equal(got, expected):
            where = np.argwhere(got != expected)
            i = tuple(where[0])
            return f"{len(where)} of {got.size} elements differ, first {i}: {got[i]}, not {expected[i]}"
    elif got.size:
        error = np.abs(got - expected).max() / max(np.abs(expected).max(), 1e-30)
        limit = SLACK.get(case["out"]) or (case["K"] + 16) * 2.0 ** -24
        if not error <= limit:
            return f"relative error {error:.3g}, expected at most {limit:.3g}"
    if options["device"] == "emulator":
        with open(path("stats.json")) as file:
            stats = json.load(file)
        mma = sum(launch["by_class"].get("mma", 0) for launch in stats["launches"])
        tm, tn, tk = SCHEDULES[case["schedule"]][3]
        steps, dense = tile_steps(case, a)
        per_step = tm * tn * tk // (16 * 8 * 16)
        if mma > 1.02 * steps * per_step:
            return (f"{mma} mma were executed, expected at most those of {steps} dense tile steps, "
                    f"{steps * per_step} (dense: {dense * per_step})")
        if steps and not mma:
            return f"no mma was executed, expected those of {steps} dense tile steps"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pit-run", default="pit-run")
    parser.add_argument("--device", choices=["emulator", "cpu"], default="emulator")
    parser.add_argument("--suite", choices=["pairs", "long"], default="pairs")
    parser.add_argument("--selection-seed", type=int, default=1, help="another choice of cases")
    parser.add_argument("--checks", default="all")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--filter", help="only cases whose description contains this")
    parser.add_argument("--case", type=int, help="only this one; keeps its files")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--directory", help="for the files of cases that fail")
    arguments = parser.parse_args()

    chosen = (pairwise(FACTORS, arguments.selection_seed) if arguments.suite == "pairs"
              else sample(FACTORS, 300, arguments.selection_seed))
    emulated = arguments.device == "emulator"
    runs = []
    for number, case in enumerate(chosen):
        if case["out"] == "in":
            case["out"] = case["in"]
        schedules = [(number % 3, ("latest", "earliest")[number % 2])]
        if arguments.suite == "long" and emulated:
            schedules = list(itertools.product(range(5), ("latest", "earliest")))
        for seed, landing in schedules:
            runs.append((case, dict(pit_run=arguments.pit_run, device=arguments.device, checks=arguments.checks,
                                    seed=seed, landing=landing, data_seed=number)))

    def describe(index):
        case, options = runs[index]
        text = " ".join(f"{n}={v}" for n, v in case.items())
        return f"case {index}: {text}" + (f" seed={options['seed']} landing={options['landing']}" if emulated else "")

    indices = [i for i in range(len(runs)) if not arguments.filter or arguments.filter in describe(i)]
    if arguments.case is not None:
        indices = [arguments.case]
    if arguments.list:
        print("\n".join(map(describe, indices)))
        return 0
    directory = arguments.directory or tempfile.mkdtemp(prefix="pit-slice-")
    lock, failures, work = threading.Lock(), [], list(reversed(indices))

    def worker():
        while True:
            with lock:
                if not work:
                    return
                index = work.pop()
            try:
                problem = run_case(*runs[index], os.path.join(directory, f"case{index}"), arguments.case is not None)
            except Exception as error:  # a thread that dies would leave its cases out
                problem = repr(error)
            if problem:
                with lock:
                    failures.append(index)
                    print(f"{describe(index)}\n  {problem}", flush=True)

    threads = [threading.Thread(target=worker) for _ in range(max(1, arguments.jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"{len(indices) - len(failures)} of {len(indices)} runs passed, {len(chosen)} combinations")
    return 1 if failures or not indices else 0


if __name__ == "__main__":
    sys.exit(main())
