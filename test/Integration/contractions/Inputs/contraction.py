"""Contractions: a case as MLIR and data, what docs/schedules.md allows for it, and what its index makes necessary.

Nothing here is taken from the compiler: legality is computed from the page's rules, results from NumPy, and the
steps of dense tiles from the data and the schedule that a plan states.

A map is a list of expressions, one per dimension of the operand; an expression is the number of a loop dimension, or,
for a window, a tuple of (loop dimension, factor) that are added up.
"""
import dataclasses
import itertools
import json
import math
import os
import subprocess
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Inputs"))
from slice import EXACT, load, rounded, save  # noqa: E402

# Inputs: bytes of an element, output types, and the instruction's multiples of rows, columns and depth.
TYPES = {
    "f16": (2, ("f16", "f32"), (16, 8, 16)),
    "bf16": (2, ("bf16", "f32"), (16, 8, 16)),
}
BYTES = {"f16": 2, "bf16": 2, "f32": 4}
WHOLE = None  # a micro-tile's extent of the whole dimension, '?'
SECTOR = 32


@dataclasses.dataclass
class Case:
    sizes: list  # of the loop dimensions
    maps: list  # of lhs, rhs and output
    form: str = "generic"  # or the name of an operation of linalg
    attributes: str = ""  # of a named operation, such as strides
    type: str = "f16"
    out: str = "f32"
    sparse: tuple = (0,)
    init: str = "zero"
    schedule: dict = None  # axis, micro, tile, deterministic; axis None is a dense one
    density: float = 0.2
    block: list = None  # per sparse input, extents of what is zero or not
    data: str = "integers"
    seed: int = 0

    # --- loop dimensions ------------------------------------------------------

    def dims_of(self, operand):
        """The loop dimensions that an operand's map mentions."""
        dims = set()
        for expr in self.maps[operand]:
            dims |= {expr} if isinstance(expr, int) else {d for d, _ in expr}
        return dims

    def is_bare(self, operand):
        return all(isinstance(expr, int) for expr in self.maps[operand])

    def shape(self, operand):
        return [self.sizes[e] if isinstance(e, int) else sum(f * (self.sizes[d] - 1) for d, f in e) + 1
                for e in self.maps[operand]]

    def kinds(self):
        """Own dimensions of either input, reductions of both, and the outer ones, which no dense tile spans."""
        lhs, rhs, out = (self.dims_of(i) for i in range(3))
        kinds = {"lhs": [], "rhs": [], "reduction": [], "outer": []}
        for d in range(len(self.sizes)):
            if d in out:
                kind = "outer" if (d in lhs) == (d in rhs) else "lhs" if d in lhs else "rhs"
            else:
                kind = "reduction" if d in lhs and d in rhs else "outer"
            kinds[kind].append(d)
        return kinds

    def is_reduction(self, dim):
        return dim not in self.dims_of(2)

    # --- text -----------------------------------------------------------------

    def type_of(self, operand, encoding=True):
        element = self.out if operand == 2 else self.type
        dims = "".join(f"{s}x" for s in self.shape(operand))
        return f"tensor<{dims}{element}{', #sparse' if encoding and operand in self.sparse else ''}>"

    def map_text(self, operand):
        names = [f"d{i}" for i in range(len(self.sizes))]
        exprs = [names[e] if isinstance(e, int)
                 else " + ".join(names[d] if f == 1 else f"{names[d]} * {f}" for d, f in e) for e in self.maps[operand]]
        return f"affine_map<({', '.join(names)}) -> ({', '.join(exprs)})>"

    def schedule_text(self):
        s = self.schedule
        tile = ", ".join(map(str, s["tile"]))
        if s["axis"] is None:
            return f"#pit.schedule<dense, tile = [{tile}]>"
        micro = ", ".join("?" if e is WHOLE else str(e) for e in s["micro"])
        rest = ", deterministic" if s.get("deterministic") else ""
        return f"#pit.schedule<axis = {s['axis']}, micro_tile = [{micro}], tile = [{tile}]{rest}>"

    def module(self):
        a, b, c = (self.type_of(i) for i in range(3))
        arguments = f"%a: {a}, %b: {b}" + (f", %init: {c}" if self.init == "argument" else "")
        lines = ["#sparse = #pit.sparsity<>", f"func.func @f({arguments}) -> {c} {{"]
        if self.init == "zero":
            lines += [f"  %zero = arith.constant 0.0 : {self.out}", f"  %empty = tensor.empty() : {c}",
                      f"  %init = linalg.fill ins(%zero : {self.out}) outs(%empty : {c}) -> {c}"]
        operands = f"ins(%a, %b : {a}, {b}) outs(%init : {c})"
        maps = "[" + ", ".join(self.map_text(i) for i in range(3)) + "]"
        pinned = "" if self.schedule is None else f"pit.schedule = {self.schedule_text()}"
        if self.form == "generic":
            iterators = ", ".join('"reduction"' if self.is_reduction(d) else '"parallel"'
                                  for d in range(len(self.sizes)))
            lines += [f"  %0 = linalg.generic {{indexing_maps = {maps}, iterator_types = [{iterators}]}} {operands}"
                      + (f" attrs = {{{pinned}}}" if pinned else "") + " {",
                      f"  ^bb0(%x: {self.type}, %y: {self.type}, %acc: {self.out}):"]
            x, y = "%x", "%y"
            if self.type != self.out:
                lines += [f"    %wx = arith.extf %x : {self.type} to {self.out}",
                          f"    %wy = arith.extf %y : {self.type} to {self.out}"]
                x, y = "%wx", "%wy"
            lines += [f"    %p = arith.mulf {x}, {y} : {self.out}", f"    %s = arith.addf %acc, %p : {self.out}",
                      f"    linalg.yield %s : {self.out}", f"  }} -> {c}"]
        else:
            shown = f" indexing_maps = {maps}" if self.form in ("matmul", "batch_matmul", "contract") else ""
            attributes = ", ".join(filter(None, (self.attributes, pinned)))
            lines.append(f"  %0 = linalg.{self.form}{shown}{f' {{{attributes}}}' if attributes else ''} {operands}"
                         f" -> {c}")
        return "\n".join(lines + [f"  return %0 : {c}", "}", ""])

    # --- data and result ------------------------------------------------------

    def terms(self):
        """Products that are added up for an output element."""
        return math.prod(s for d, s in enumerate(self.sizes) if self.is_reduction(d))

    def bound(self):
        """The largest integer in the data, such that sums are exact in the output type where that is possible."""
        return max(1, min(4, math.isqrt(max(EXACT[self.out] - 8, 1) // max(self.terms(), 1))))

    def is_exact(self):
        return self.data == "integers" and self.terms() * self.bound() ** 2 + 2 * self.bound() <= EXACT[self.out]

    def arrays(self):
        """Lhs, rhs and init."""
        rng = np.random.default_rng(self.seed)
        bound, result = self.bound(), []
        for operand in range(3):
            shape = self.shape(operand)
            type = self.out if operand == 2 else self.type
            if self.data == "integers":
                values = (rng.integers(1, bound + 1, shape) * rng.choice([-1, 1], shape)).astype(np.float32)
            else:
                values = rounded(rng.standard_normal(shape), type)
            if operand in self.sparse:
                blocks = (self.block or {}).get(operand) or [1] * len(shape)
                live = rng.random([-(-s // b) for s, b in zip(shape, blocks)]) < self.density
                live = np.asarray(live)
                for dim, extent in enumerate(blocks):
                    live = live.repeat(extent, dim)
                live = live[tuple(slice(0, s) for s in shape)]
                # A negative zero is a zero.
                values = np.where(live, values, np.where(rng.random(shape) < 0.5, -0.0, 0.0)).astype(np.float32)
            result.append(values)
        return result

    def view(self, array, operand):
        """The operand with exactly the loop dimensions of its map, in ascending order."""
        dims, strides = sorted(self.dims_of(operand)), []
        for d in dims:
            strides.append(sum(stride * (1 if e == d else 0 if isinstance(e, int) else dict(e).get(d, 0))
                               for e, stride in zip(self.maps[operand], array.strides)))
        return np.lib.stride_tricks.as_strided(array, [self.sizes[d] for d in dims], strides), dims

    def reference(self, a, b, init):
        arguments = []
        for operand, array in ((0, a), (1, b)):
            view, dims = self.view(np.ascontiguousarray(array.astype(np.float64)), operand)
            arguments += [view, dims]
        present = self.dims_of(0) | self.dims_of(1)
        sums = np.einsum(*arguments, [d for d in self.maps[2] if d in present], optimize=True)
        for position, d in enumerate(self.maps[2]):
            if d not in present:
                sums = np.expand_dims(sums, position)
        sums = np.broadcast_to(sums, self.shape(2))
        return sums + init if self.init == "argument" else sums


# --- what docs/schedules.md allows --------------------------------------------


def axes(case, operand):
    """Loop dimensions of a sparse operand that may be its PIT axis. A sum may be permuted along any of them."""
    mentioned = [e for m in case.maps for e in m]
    windows = {d for e in mentioned if not isinstance(e, int) for d, _ in e}
    return [e for e in case.maps[operand] if isinstance(e, int) and e not in windows]


def columns(case, tiled):
    """Which of 'lhs' and 'rhs' is along the output's columns: the contiguous one, or else the later."""
    strides = {}
    stride = 1
    for position in reversed(range(len(case.maps[2]))):
        strides[case.maps[2][position]] = (stride, position)
        stride *= case.sizes[case.maps[2][position]]
    lhs, rhs = (strides.get(tiled[side], (None, -1)) for side in ("lhs", "rhs"))
    contiguous = [lhs[0] == 1, rhs[0] == 1]
    if contiguous[0] != contiguous[1]:
        return "lhs" if contiguous[0] else "rhs"
    return "lhs" if lhs[1] > rhs[1] else "rhs"


def tiled_dims(case, tile):
    """The dimension of each kind that a dense tile spans, or None; False where it spans what it may not."""
    kinds, tiled = case.kinds(), {}
    for kind in ("lhs", "rhs", "reduction"):
        spanned = [d for d in kinds[kind] if tile[d] > 1]
        if len(spanned) > 1:
            return False
        tiled[kind] = spanned[0] if spanned else None
    return tiled if all(tile[d] == 1 for d in kinds["outer"]) else False


def granules(case, tiled):
    """What the tile's extents must be multiples of, by kind: the smallest tile, too."""
    rows, cols, depth = TYPES[case.type][2]
    by_columns = columns(case, tiled)
    return {"lhs": cols if by_columns == "lhs" else rows, "rhs": cols if by_columns == "rhs" else rows,
            "reduction": depth}


def legal(case, operand, schedule):
    """Whether the page calls a schedule legal whose sparse operand is this one."""
    axis, micro, tile = schedule["axis"], schedule["micro"], schedule["tile"]
    if axis not in axes(case, operand) or not case.is_bare(operand):
        return False
    tiled = tiled_dims(case, tile)
    if tiled is False:
        return False
    steps = granules(case, tiled)
    if any(d is not None and tile[d] % steps[kind] for kind, d in tiled.items()):
        return False
    bytes = BYTES[case.type]
    for input in (0, 1):
        # Its rows in shared memory, along the contiguous dimension; a dimension that is not spanned has no row.
        last = case.maps[input][-1] if case.maps[input] else None
        if isinstance(last, int) and tile[last] > 1 and tile[last] not in (8, 16, 32) and tile[last] % 64:
            return False
    for d, extent in zip(case.maps[operand], micro):
        if d != axis and extent is not WHOLE and (extent < tile[d] or extent % tile[d]):
            return False
    tile_bytes = [bytes * math.prod(tile[e] for e in case.maps[i] if isinstance(e, int)) for i in (0, 1)]
    gathered = [i for i in range(3) if axis in case.dims_of(i)]
    step_bytes = sum(tile_bytes[i] for i in gathered if i < 2)
    for i in gathered:
        if i < 2 and case.is_bare(i) and tile_bytes[i] * 8 <= step_bytes:
            continue
        last = case.maps[i][-1]
        element = BYTES[case.out] if i == 2 else bytes
        if i == operand:
            extent = micro[-1]
        elif last == axis:
            extent = micro[case.maps[operand].index(axis)]
        else:
            extent = tile[last] if isinstance(last, int) else 1
        if extent is not WHOLE and extent * element < SECTOR:
            return False
    return True


def has_legal(case, operand):
    """Whether any schedule is legal, tried over the choices that the rules leave."""
    kinds = case.kinds()
    choices = [kinds[kind] + [None] for kind in ("lhs", "rhs", "reduction")]
    for axis in axes(case, operand):
        micro = [64 if d == axis else WHOLE for d in case.maps[operand]]
        for spanned in itertools.product(*choices):
            for extents in ((64, 64, 64), (128, 16, 16), (16, 128, 16)):
                tile = [1] * len(case.sizes)
                for d, extent in zip(spanned, extents):
                    if d is not None:
                        tile[d] = extent
                if legal(case, operand, {"axis": axis, "micro": micro, "tile": tile}):
                    return True
    return False


def draw_schedule(case, operand, rng, want=None):
    """A legal schedule, or None where luck has none; `want` is 'k', 'parallel', 'partial' or None."""
    kinds = case.kinds()
    candidates = [d for d in axes(case, operand)
                  if want is None or case.is_reduction(d) == (want == "k")]
    if operand and 0 in case.sparse:  # an axis that both have is the first one's
        candidates = [d for d in candidates if d not in case.maps[0]]
    reductions = [d for d in case.maps[operand] if case.is_reduction(d)] if case.is_bare(operand) else []
    for _ in range(60):
        if not candidates or (want == "partial" and not reductions):
            return None
        axis = rng.choice(candidates)
        tile = [1] * len(case.sizes)
        for kind, extents in (("lhs", (16, 32, 64, 128)), ("rhs", (8, 16, 32, 64, 128)), ("reduction", (16, 32, 64))):
            if kinds[kind] and rng.random() < 0.95:
                tile[axis if axis in kinds[kind] and rng.random() < 0.8 else rng.choice(kinds[kind])] = rng.choice(
                    extents)
        micro = []
        for d in case.maps[operand]:
            if d == axis:
                micro.append(rng.choice((1, 1, 2, 4, 8, 16, 17, 32, 64, WHOLE)))
            elif not case.is_reduction(axis) and case.is_reduction(d) and want != "partial" and rng.random() < 0.8:
                micro.append(WHOLE)
            else:
                micro.append(rng.choice((tile[d], tile[d], 2 * tile[d], 3 * tile[d], WHOLE)))
        schedule = {"axis": axis, "micro": micro, "tile": tile, "deterministic": rng.random() < 0.3}
        if not legal(case, operand, schedule):
            continue
        if want == "partial" and not has_partial_sums(case, operand, schedule):
            continue
        return schedule
    return None


def has_partial_sums(case, operand, schedule):
    """Whether several groups add to one element: a parallel axis, and a reduction cut in parts."""
    return not case.is_reduction(schedule["axis"]) and any(
        case.is_reduction(d) and extent is not WHOLE and extent < case.sizes[d]
        for d, extent in zip(case.maps[operand], schedule["micro"]))


# --- what the index makes necessary -------------------------------------------


def live_tiles(array, micro):
    """Which micro-tiles hold a number other than zero."""
    live = array != 0
    for position, extent in enumerate(micro):
        extent = max(1, array.shape[position] if extent is WHOLE else extent)
        starts = range(0, live.shape[position], extent)
        live = (np.add.reduceat(live, starts, position, dtype=np.int64) > 0 if len(starts)
                else live)
    return live


def tile_steps(case, schedule, arrays):
    """Steps of dense tiles that the index of the schedule asks for, and the flags that are set."""
    axis, tile = schedule["axis"], schedule["tile"]
    operand = next((i for i in case.sparse if axis in case.maps[i] and len(case.maps[i]) == len(schedule["micro"])),
                   case.sparse[0])
    if axis not in case.maps[operand]:
        operand = 1 - operand
    micro = dict(zip(case.maps[operand], schedule["micro"]))
    operands = [operand]
    other = 1 - operand
    if other in case.sparse and case.is_reduction(axis) and axis in case.maps[other] and case.is_bare(other):
        operands.append(other)
        for d in case.maps[other]:
            micro.setdefault(d, tile[d])
    groups = [d for d in micro if d != axis]
    live = None
    for i in operands:
        flags = live_tiles(arrays[i], [micro[d] for d in case.maps[i]])
        order = [case.maps[i].index(d) for d in groups + [axis] if d in case.maps[i]]
        flags = flags.transpose(order)
        for position, d in enumerate(groups):
            if d not in case.maps[i]:
                flags = np.expand_dims(flags, position)
        live = flags if live is None else live & flags
    # An extent past the end of the dimension is one that ends there, or where its sector does.
    sector = SECTOR // BYTES[case.type]
    extent = -(-max(1, case.sizes[axis]) // sector) * sector
    if micro[axis] is not WHOLE:
        extent = min(extent, micro[axis])
    counts = live.sum(-1)
    steps = -(-counts * extent // tile[axis])
    for position, d in enumerate(groups):
        size = case.sizes[d]
        reach = max(1, size if micro[d] is WHOLE else micro[d])
        # A group that is several dense tiles long is read by each of them.
        tiles = np.array([-(-min(reach, size - start) // tile[d]) for start in range(0, size, reach)], np.int64)
        steps = steps * tiles.reshape([-1 if p == position else 1 for p in range(len(groups))])
    rest = [d for d in range(len(case.sizes)) if d != axis and d not in groups]
    return int(steps.sum()) * math.prod(-(-case.sizes[d] // tile[d]) for d in rest), int(live.sum())


def step_cost(case, tile):
    """Of one dense tile step: mma instructions, bytes of both inputs; and the output elements of a tile."""
    tiled = tiled_dims(case, tile)
    steps = granules(case, tiled)
    m, n, k = (steps[kind] if tiled[kind] is None else tile[tiled[kind]] for kind in ("lhs", "rhs", "reduction"))
    real = [1 if tiled[kind] is None else tile[tiled[kind]] for kind in ("lhs", "rhs", "reduction")]
    bytes = BYTES[case.type] * (real[0] * real[2] + real[2] * real[1])
    return m * n * k // math.prod(TYPES[case.type][2]), bytes, real[0] * real[1]


def piece_bytes(case, operand, schedule):
    """Bytes of an input that lie together and are aligned, wherever its tiles are gathered."""
    if not case.maps[operand]:
        return BYTES[case.type]
    elements = [case.shape(operand)[-1]]
    if case.maps[operand][-1] == schedule["axis"]:
        elements += [e for e in schedule["micro"] if e is not WHOLE]
    return math.gcd(16, *(BYTES[case.type] * e for e in elements))


# --- running ------------------------------------------------------------------


@dataclasses.dataclass
class Outcome:
    """What became of a case: 'sparse', 'dense', 'refused' or 'failed', and what there is to say about it."""
    kind: str
    message: str = ""
    mma: int = 0
    bound: int = 0
    bytes: int = 0
    bytes_bound: int = 0
    schedule: dict = None


def run(case, tools, directory, options):
    """Compiles and runs a case. The files stay where it failed."""
    os.makedirs(directory, exist_ok=True)
    path = lambda name: os.path.join(directory, name)
    arrays = case.arrays()
    with open(path("f.mlir"), "w") as file:
        file.write(case.module())
    names = [("a", case.type), ("b", case.type)] + ([("init", case.out)] if case.init == "argument" else [])
    for (name, type), array in zip(names, arrays):
        save(path(name + ".npy"), array, type)
    command = [tools["pit-run"], path("f.mlir"), "--device=emulator", "--check", "--checks=all",
               f"--stats-out={path('stats.json')}", f"--out={path('y.npy')}"]
    command += [f"--arg={path(name + '.npy')}" for name, _ in names] + options
    outcome = execute(case, tools, path, command, arrays)
    if outcome.kind == "failed":
        outcome.message += f"\n  {' '.join(command)}"
    else:
        for name in os.listdir(directory):
            os.remove(path(name))
        os.rmdir(directory)
    return outcome


def execute(case, tools, path, command, arrays):
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    except subprocess.TimeoutExpired:
        return Outcome("failed", "no end within 300 s")
    said = (done.stdout + done.stderr).strip()
    if done.returncode:
        return judge_refusal(case, path("f.mlir"), done.returncode, said)
    got = load(path("y.npy"), case.out)
    if got is None or list(got.shape) != case.shape(2):
        return Outcome("failed", f"result is not {case.out} of shape {case.shape(2)}")
    if case.is_exact():
        expected = case.reference(*arrays)
        if not np.array_equal(got, expected):
            where = np.argwhere(got != expected)
            i = tuple(where[0]) if len(where) else ()
            return Outcome("failed", f"wrong result: {len(where)} of {got.size} elements differ, first {list(i)}: "
                                     f"{got[i]}, not {expected[i]}")
    compiled = subprocess.run([tools["pit-compile"], path("f.mlir"), "-o", path("")], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=300)
    if compiled.returncode:
        return Outcome("failed", f"pit-compile fails where pit-run does not: {compiled.stderr.strip()[:500]}")
    with open(path("f.json")) as file:
        plan = json.load(file)
    with open(path("stats.json")) as file:
        stats = json.load(file)
    return judge_counts(case, plan, stats, arrays)


def judge_refusal(case, file, code, said):
    """A refusal is an error at the operation, and nothing else."""
    first = said.splitlines()[0] if said else ""
    line = next(n for n, text in enumerate(case.module().splitlines(), 1) if text.startswith("  %0 = linalg."))
    if code == 1 and first.startswith(f"{file}:{line}:") and ": error: 'linalg." in first:
        return Outcome("refused", first.split(": error: ", 1)[1])
    return Outcome("failed", f"exit code {code}: {said[:1500]}")


def judge_counts(case, plan, stats, arrays):
    """Which kernels ran, and whether they did more than the index makes necessary."""
    executed = {}
    for launch in stats["launches"]:
        executed.setdefault(launch["kernel"], []).append(launch)
    mma = sum(launch["by_class"].get("mma", 0) for launch in stats["launches"])
    sums = [s for s in plan["steps"] if s["kind"] == "launch" and "axis" in s.get("schedule", {})]
    if not sums:
        # Where nothing is added up, or nothing is there to write, no kernel of a product is needed.
        return Outcome("dense", mma=mma)
    schedule = sums[0]["schedule"]
    schedule = {"axis": schedule["axis"], "tile": schedule["tile"],
                "micro": [WHOLE if not isinstance(e, int) or e < 0 else e for e in schedule["micro_tile"]]}
    steps, flags = tile_steps(case, schedule, arrays)
    per_step, step_bytes, tile_elements = step_cost(case, schedule["tile"])
    launches = [l for s in sums for l in executed.get(s["entry"], [])]
    read = sum(l["total"]["global_bytes_read"] for l in launches)
    # Each step reads its tiles, and for each piece that is copied at once a coordinate; each block or tile column of a
    # group the counts, every warp for itself; a number for all lanes counts for each of them. The init is read once.
    tiled, axis, tile = tiled_dims(case, schedule["tile"]), schedule["axis"], schedule["tile"]
    pieces = step_bytes // min(piece_bytes(case, i, schedule) for i in (0, 1)) if axis in tiled.values() else 32
    warps = max((l["warps"] // max(l["blocks"], 1) for l in launches), default=0)
    visits = math.prod(-(-s // t) for d, (s, t) in enumerate(zip(case.sizes, tile)) if d != axis)
    index = 4 * (max(pieces, 64 * warps) * steps + 32 * warps * (visits + sum(l["blocks"] for l in launches)))
    init = math.prod(case.shape(2)) * BYTES[case.out]
    if any(l["by_class"].get("atomic", 0) for l in launches):
        if not any(axis in case.maps[i] and has_partial_sums(case, i, schedule) for i in case.sparse
                   if len(case.maps[i]) == len(schedule["micro"])):
            return Outcome("failed", "atomic additions, but no partial sums meet")
        init += steps * tile_elements * 4  # each of which reads what it adds to
    if not case.is_reduction(axis):
        init += 4 * math.prod(case.shape(2))  # the coordinates of what is scattered
    # What is read besides the tiles depends on how threads are laid over them: three times an estimate of it, and what
    # the smallest kernels read.
    outcome = Outcome("sparse", mma=mma, bound=steps * per_step, bytes=read,
                      bytes_bound=steps * step_bytes + 3 * (index + init) + 8192, schedule=schedule)
    if mma > 1.02 * outcome.bound:
        outcome.kind = "failed"
        outcome.message = (f"{mma} mma were executed, expected at most those of {steps} dense tile steps, "
                           f"{outcome.bound}")
    elif read > 1.1 * outcome.bytes_bound:
        outcome.kind = "failed"
        outcome.message = (f"{read} bytes were read, expected at most {outcome.bytes_bound}: {steps * step_bytes} of "
                           f"{steps} dense tile steps, {index} of the index, {init} of the output")
    elif steps and not mma:
        outcome.kind = "failed"
        outcome.message = f"no mma was executed, expected those of {steps} dense tile steps"
    return outcome
