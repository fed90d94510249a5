#!/usr/bin/env python3
"""Runs the digits network, compiled to PTX, and says what skipping zeros saves.

Compiles digits.mlir with pit-compile, runs it with pit-run in the emulator with all checks on, then runs it twice
more with its sparse layer compiled dense. Every figure printed comes from these runs and from the launch plan; what
they must agree on is checked, and a disagreement ends the demo with an error. Needs only numpy.
"""

import argparse
import json
import os
import re
import subprocess
import sys

import numpy as np

sys.dont_write_bytecode = True
import reference  # noqa: E402  (beside this file)

HERE = os.path.dirname(os.path.abspath(__file__))
ARGUMENTS = ("x",) + reference.ARRAYS  # in digits.mlir's order
SPARSE_WEIGHTS = "w2"  # B of the sparse layer
SCHEDULE = re.compile(r"#pit\.schedule<axis = \d[^>]*>")
LOOPS = "mnk"
SECTOR_BYTES = 32  # what the emulator counts global memory in
MAX_MMA_RATIO = 1.02  # executed mma, of what the index makes necessary
MIN_SKIPPED = 0.5  # the least share of micro-tiles that the trained network promises to skip
CHECKED = re.compile(r"result 0 .*: error (\S+) of .*, bound ([^\s;:]+).*: ok")


class Demo:
    """The tools, a folder for files, and the data of the first images of the set."""

    def __init__(self, tools, folder, images):
        self.tools, self.folder = os.path.abspath(tools), folder
        x, labels, self.weights = reference.load()
        images = len(labels) if images is None else images
        if not 0 < images <= len(labels):
            sys.exit(f"error: --images={images}: expected 1 to {len(labels)}")
        self.x, self.labels = x[: images * reference.VIEWS], labels[:images]
        self.full_rows = len(x)
        os.makedirs(folder, exist_ok=True)
        for name in ARGUMENTS:
            np.save(self.path(f"{name}.npy"), self.x if name == "x" else self.weights[name])

    def path(self, name):
        return os.path.join(self.folder, name)

    def source(self, name):
        """The text of an example, for as many rows as there are."""
        with open(os.path.join(HERE, name)) as f:
            return f.read().replace(f"{self.full_rows}x", f"{len(self.x)}x")

    def write(self, name, text):
        with open(self.path(name), "w") as f:
            f.write(text)
        return self.path(name)

    def tool(self, name, *arguments):
        """What a tool prints; its errors end the demo."""
        program = os.path.join(self.tools, name)
        if not os.access(program, os.X_OK):
            sys.exit(f"error: there is no '{name}' in '{self.tools}': build it, for instance by 'tools/dev build'")
        result = subprocess.run(
            [program, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        if result.returncode:
            sys.exit(f"{result.stdout}{result.stderr}error: {name} {' '.join(arguments)} failed")
        return result.stdout

    def compile(self, source):
        """The launch plan of the file's function, 'digits'."""
        name = os.path.splitext(os.path.basename(source))[0]
        folder = self.path(name)
        self.tool("pit-compile", source, "--arch=sm_80", "-o", folder)
        with open(os.path.join(folder, "digits.json")) as f:
            return json.load(f)

    def run(self, source, arguments, results, check):
        """Runs in the emulator; returns the results, what each kernel did, and (error, bound) if checked."""
        name = os.path.splitext(os.path.basename(source))[0]
        outs = [self.path(f"{name}-{number}.npy") for number in range(results)]
        stats = self.path(f"{name}-stats.json")
        options = ["--checks=all", "--stats=json", f"--stats-out={stats}"] + (["--check"] if check else [])
        text = self.tool(
            "pit-run", source, *(f"--arg={self.path(a)}" for a in arguments), *(f"--out={o}" for o in outs), *options
        )
        with open(stats) as f:
            counts = {launch["kernel"]: launch for launch in json.load(f)["launches"]}
        verdict = CHECKED.search(text)
        if check and not verdict:
            sys.exit(f"error: pit-run --check did not say what it found:\n{text}")
        return [np.load(out) for out in outs], counts, verdict.groups() if check else None


def launches(plan):
    return [step for step in plan["steps"] if step["kind"] == "launch"]


def layer_matmul(plan, dense):
    """The launch that multiplies by the sparse layer's weights."""
    buffer = plan["arguments"][ARGUMENTS.index(SPARSE_WEIGHTS)]["name"]
    found = [
        step
        for step in launches(plan)
        if step.get("schedule", {}).get("dense", False) == dense
        and "schedule" in step
        and any(a.get("buffer") == buffer for a in step["arguments"])
    ]
    if len(found) != 1:
        sys.exit(f"error: expected 1 kernel that multiplies by '{SPARSE_WEIGHTS}', got {len(found)}")
    return found[0]


def index_kernels(plan):
    """The launches that find the live micro-tiles: those that write the index, and what they read."""
    steps = launches(plan)
    found = [s for s in steps if "schedule" not in s and any(a["kind"] == "index" for a in s["arguments"])]

    def place(argument):
        return argument.get("buffer"), argument.get("offset"), argument.get("type")

    for step in list(found):
        for argument in step["arguments"]:
            if argument["kind"] == "workspace":
                before = [s for s in steps[: steps.index(step)] if any(place(a) == place(argument) for a in s["arguments"])]
                if before and before[-1] not in found:
                    found.insert(0, before[-1])
    return [step["entry"] for step in found]


def needed_mma(live, schedule, columns):
    """The mma of ceil(live positions / k) steps for each group: what the index makes necessary."""
    tile_m, tile_n, tile_k = schedule["tile"]
    steps = -(-live.sum(1) * schedule["micro_tile"][1] // tile_k)
    return int(steps.sum()) * -(-columns // tile_n) * (tile_m // 16) * (tile_n // 8) * (tile_k // 16)


def extents(sizes):
    return "x".join(map(str, sizes))


def row(name, launch_counts):
    """A line of the table: sums over some kernels. Bytes are whole sectors of global memory."""
    mma = sum(c["by_class"]["mma"] for c in launch_counts)
    executed = sum(c["total"]["executed"] for c in launch_counts)
    moved = sum(c["total"]["global_sectors"] for c in launch_counts) * SECTOR_BYTES
    conflicts = sum(c["total"]["bank_conflicts"] for c in launch_counts)
    print(f"  {name:<38} {mma:>8} {executed:>13} {moved / 1e6:>9.2f} MB {conflicts:>15}")
    return mma, moved


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tools", help="folder of pit-compile and pit-run")
    parser.add_argument("folder", help="folder for the files that the demo makes")
    parser.add_argument("--images", type=int, help="only the first so many images")
    options = parser.parse_args()
    demo = Demo(options.tools, options.folder, options.images)
    files = [f"{name}.npy" for name in ARGUMENTS]

    # The network, with the sparse layer as it stands in the file.
    text = demo.source("digits.mlir")
    if len(SCHEDULE.findall(text)) != 1:
        sys.exit(f"error: expected 1 sparse '#pit.schedule' in 'digits.mlir', got {len(SCHEDULE.findall(text))}")
    source = demo.write("digits.mlir", text)
    plan = demo.compile(source)
    matmul = layer_matmul(plan, dense=False)
    schedule = matmul["schedule"]
    if schedule["axis"] != 2:
        sys.exit(f"error: expected PIT axis 2 (k) of the sparse layer, got {schedule['axis']}")
    (sparse_logits,), sparse_counts, network_error = demo.run(source, files, 1, check=True)

    # The same, compiled to return the hidden activations too: what the kernels themselves found zero.
    result = f"tensor<{len(demo.x)}x10xf32>"
    hidden_type = f"tensor<{len(demo.x)}x512xf16>"
    shown = text.replace(f"-> {result} {{", f"-> ({result}, {hidden_type}) {{", 1)
    shown = shown.replace(f"return %logits : {result}", f"return %logits, %h : {result}, {hidden_type}")
    (_, hidden), _, _ = demo.run(demo.write("digits-hidden.mlir", shown), files, 2, check=False)
    live = reference.live_micro_tiles(hidden, schedule["micro_tile"])
    np.save(demo.path("hidden.npy"), hidden)
    layer = demo.write("layer.mlir", demo.source("layer.mlir"))
    _, _, layer_error = demo.run(layer, ["hidden.npy", f"{SPARSE_WEIGHTS}.npy"], 1, check=True)

    # The same with the layer compiled dense: with the tile of the sparse one, and with a dense product's usual one.
    same = schedule["tile"]
    usual = next(s["schedule"]["tile"] for s in launches(plan) if s.get("schedule", {}).get("dense"))
    dense = {}
    for tile in [same] + [usual] * (usual != same):
        name = f"digits-dense-{extents(tile)}.mlir"
        variant = SCHEDULE.sub(f"#pit.schedule<dense, tile = [{', '.join(map(str, tile))}]>", text)
        file = demo.write(name, variant)
        kernel = layer_matmul(demo.compile(file), dense=True)["entry"]
        (logits,), counts, _ = demo.run(file, files, 1, check=False)
        dense[extents(tile)] = logits, counts[kernel]
    dense_logits = dense[extents(same)][0]

    # What it comes to.
    x, labels, weights = demo.x, demo.labels, demo.weights
    h_reference = reference.hidden(x, weights)
    expected = reference.logits(reference.dense_matmul(h_reference, weights[SPARSE_WEIGHTS]), weights)
    tolerance = reference.tolerance(x, weights)
    worst, dense_worst = (float((np.abs(v - expected) / tolerance).max()) for v in (sparse_logits, dense_logits))
    accuracy = reference.accuracy(sparse_logits, labels)
    dense_accuracy = reference.accuracy(dense_logits, labels)
    skipped = 1 - live.mean()
    finders = index_kernels(plan)

    print(f"digits.mlir (linalg) to PTX for {plan['arch']}: {len(launches(plan))} kernels, "
          "run in the emulator with all checks on")
    print(f"  {len(labels)} images, {reference.VIEWS} views each: {len(x)} rows\n")
    print(f"  hidden activations: {100 * (hidden == 0).mean():.1f} % of {extents(hidden.shape)} are zero")
    print(f"  after cover: {100 * skipped:.1f} % of {live.size} micro-tiles skipped, "
          f"{len(np.unique(live, axis=0))} different live sets among {len(live)} groups")
    print(f"  schedule: PIT axis {LOOPS[schedule['axis']]}, micro-tile {extents(schedule['micro_tile'])}, "
          f"dense tile {extents(same)}\n")
    print(f"  error against dense, in float64: layer {layer_error[0]} (bound {layer_error[1]}), "
          f"logits {network_error[0]} (bound {network_error[1]})")
    print(f"  error against numpy: at most {worst:.3f} of the tolerance, dense kernels {dense_worst:.3f}; "
          f"against them: {reference.relative_error(sparse_logits, dense_logits):.2e}")
    equal = "equal" if accuracy == dense_accuracy else "NOT equal"
    print(f"  accuracy: with skipping {100 * accuracy[0]:.2f} % of images, "
          f"without {100 * dense_accuracy[0]:.2f} %: {equal}\n")
    print(f"  {'what the layer takes':<38} {'mma':>8} {'instructions':>13} {'global':>12} {'bank conflicts':>15}")
    mma, moved = row(f"sparse matmul ({matmul['entry']})", [sparse_counts[matmul["entry"]]])
    _, found = row(f"detect and compact ({', '.join(finders)})", [sparse_counts[name] for name in finders])
    dense_rows = [row(f"dense, tile {tile}", [counts]) for tile, (_, counts) in dense.items()]
    needed = needed_mma(live, schedule, weights[SPARSE_WEIGHTS].shape[1])
    least = min(bytes_moved for _, bytes_moved in dense_rows)
    print(f"  mma: {100 * mma / dense_rows[0][0]:.1f} % of dense; the live micro-tiles need {needed}")
    print(f"  bytes: {100 * moved / dense_rows[0][1]:.1f} % of dense with the same tile, {100 * moved / least:.1f} % of the "
          f"best dense one; with detection {100 * (moved + found) / least:.1f} %")

    for what, share in (("sparse", worst), ("dense", dense_worst)):
        if not share <= 1:
            sys.exit(f"error: with the {what} layer the logits differ from numpy's by more than the tolerance")
    if accuracy != dense_accuracy:
        sys.exit("error: skipping zeros changed the accuracy")
    if skipped < MIN_SKIPPED:
        sys.exit(f"error: {100 * skipped:.1f} % of the micro-tiles are skipped, expected at least {100 * MIN_SKIPPED:.0f} %")
    if not needed <= mma <= MAX_MMA_RATIO * needed:
        sys.exit(f"error: {mma} mma were executed, expected {needed} to {MAX_MMA_RATIO * needed:.0f}")


if __name__ == "__main__":
    main()
