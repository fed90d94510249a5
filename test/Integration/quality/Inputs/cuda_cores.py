"""Counts what a dense kernel of f32 on CUDA cores does.

usage: cuda_cores.py LAYOUTS

LAYOUTS names A's and B's dimensions, as in mkkn. Compiles C = A * B with pit-compile,
runs the kernel alone in ptx-emu and checks

- the result, exactly: values are small integers;
- the main loop: at least half of the instructions are fma, no bank conflicts;
- at least 8x8 outputs a thread: fma instructions per thread and step;
- ptxas, where there is one: spills.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import numpy as np

M, N, K, STEP = 128, 256, 64, 16
TILE = (128, 128)


def fail(text):
    sys.exit(f"cuda_cores.py: {text}")


def run(*command):
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if result.returncode:
        fail(f"{' '.join(command)}\n{result.stdout[-2000:]}{result.stderr[-2000:]}")
    return result.stdout


def main():
    layouts = sys.argv[1]
    sizes = dict(m=M, n=N, k=K)
    left, right = layouts[:2], layouts[2:]
    shape = lambda dims: "x".join(str(sizes[d]) for d in dims)
    maps = ", ".join(f"affine_map<(m, n, k) -> ({x[0]}, {x[1]})>" for x in (left, right, "mn"))
    with open("f.mlir", "w") as f:
        f.write(f"""func.func @f(%a: tensor<{shape(left)}xf32>, %b: tensor<{shape(right)}xf32>, %c: tensor<{M}x{N}xf32>) -> tensor<{M}x{N}xf32> {{
  %0 = linalg.matmul indexing_maps = [{maps}] {{pit.schedule = #pit.schedule<dense, tile = [{TILE[0]}, {TILE[1]}, {STEP}]>}}
      ins(%a, %b : tensor<{shape(left)}xf32>, tensor<{shape(right)}xf32>) outs(%c : tensor<{M}x{N}xf32>) -> tensor<{M}x{N}xf32>
  return %0 : tensor<{M}x{N}xf32>
}}
""")
    run("pit-compile", "f.mlir", "--arch=sm_80", "-o", "out")
    with open("out/f.json") as f:
        plan = json.load(f)
    step = next(s for s in plan["steps"] if s["kind"] == "launch" and "schedule" in s)
    rng = np.random.default_rng(1)
    a = rng.integers(-3, 4, [sizes[d] for d in left]).astype(np.float32)
    b = rng.integers(-3, 4, [sizes[d] for d in right]).astype(np.float32)
    init = rng.integers(-5, 6, (M, N)).astype(np.float32)
    command = ["ptx-emu", "out/f.ptx", "--entry=" + step["entry"], f"--grid={step['grid']}", f"--block={step['block']}",
               f"--shared={step['shared_bytes']}", "--stats=json", "--checks=all"]
    for number, (array, kind) in enumerate(((a, "in"), (b, "in"), (init, "in"), (np.zeros((M, N), np.float32), "inout"))):
        np.save(f"{number}.npy", array)
        command.append(f"--arg={kind}:{number}.npy")
    stats = json.loads(run(*command))
    wanted = (a if left == "mk" else a.T) @ (b if right == "kn" else b.T) + init
    if not np.array_equal(np.load("3.npy"), wanted):
        fail("the result is wrong")

    mix = json.loads(run("ptx-mix", "--json", "--entry=" + step["entry"], "out/f.ptx"))
    loop = next(l for l in mix["functions"][0]["loops"] if l.get("main"))
    lines = [l for l in stats["lines"] if loop["first_line"] <= l["line"] <= loop["last_line"]]
    text = open("out/f.ptx").read().split("\n")
    fma = sum(l["executed"] for l in lines if "fma.rn.f32" in text[l["line"] - 1])
    # Moves are gone after register allocation.
    others = sum(l["executed"] for l in lines if l["class"] != "move") - fma
    conflicts = sum(l.get("bank_conflicts", 0) for l in lines)
    outputs = sum("fma.rn.f32" in t for t in text[loop["first_line"] - 1:loop["last_line"]]) / STEP
    print(f"{layouts}: fma share {fma / (fma + others):.3f}, {outputs:g} outputs a thread, {conflicts} bank conflicts, block {step['block']}")
    problems = []
    if fma < others:
        problems.append("fewer than half of the main loop's instructions are fma")
    if outputs < 64:
        problems.append("fewer than 8x8 outputs a thread")
    if conflicts:
        problems.append("bank conflicts in the main loop")
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


work = tempfile.mkdtemp(prefix="cuda-cores-")
os.chdir(work)
try:
    main()
finally:
    os.chdir("/")
    shutil.rmtree(work)
