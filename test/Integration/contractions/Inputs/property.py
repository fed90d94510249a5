"""Draws random contractions with sparse operands, runs each on the emulator, and holds it against a dense reference.

Each case is compiled and run by pit-run with all checks, and compared by it with the function in double precision, and
where its sums are exact, for equality with NumPy. A refusal must be an error at the operation. Where a sparse
kernel ran, its mma instructions and the bytes that it reads must be within what the index makes necessary. Most cases for
which docs/schedules.md allows a schedule must have run a sparse kernel, in every class. Prints a table of classes.

  property.py --cases=100               with a new seed, which is printed
  property.py --seed=7 --case=42        one of them again; its files stay
  property.py --seed=7 --case=42 --print   only print its module
"""
import argparse
import math
import os
import random
import secrets
import sys
import tempfile
import threading

import contraction
from contraction import Case, WHOLE

SIZES = [1, 2, 3, 5, 7, 8, 13, 16, 17, 24, 31, 32, 33, 37, 48, 61, 64, 65, 72, 96, 100, 127, 128, 130]
# What the n-th case has to be, so that each kind comes often enough; the rest of it is drawn.
THEMES = ["reduction axis", "parallel axis", "partial sums", "rhs", "both", "batch", "vector", "several", "transposed",
          "window", "named", "contract", "one-sided", "empty", "any", "any"]
# Refused cases and cases without a sparse kernel that a run may have, as a share.
MOST_REFUSED = 0.10
MOST_MISSED = 0.10


# --- drawing ------------------------------------------------------------------


def draw_sizes(rng, count, theme, weights):
    """Sizes whose dense tiles are not too many to emulate; `weights`: at which extent a tile covers a dimension."""
    while True:
        sizes = [rng.choice([1, 2, 3, 4, 5, 8]) if weight == 1 and rng.random() < 0.9 else rng.choice(SIZES)
                 for weight in weights]
        if theme == "empty" or rng.random() < 0.02:
            sizes[rng.randrange(count)] = 0
        steps = math.prod(max(1, -(-s // w)) for s, w in zip(sizes, weights))
        if steps <= 48 and math.prod(max(s, 1) for s in sizes) <= 1 << 20:
            return sizes


def draw_structure(rng, theme):
    """Form, attributes, maps (of names of dimensions), and the order of the loops."""
    if theme == "window":
        form = rng.choice(["conv_1d_nwc_wcf", "conv_2d_nhwc_hwcf", "generic"])
        stride, dilation = rng.choice([1, 1, 2, 3]), rng.choice([1, 1, 2])
        two = form == "conv_2d_nhwc_hwcf" or (form == "generic" and rng.random() < 0.5)
        spatial = ["i", "j"][:1 + two]
        taps = ["x", "y"][:1 + two]
        windows = [((s, stride), (t, dilation)) for s, t in zip(spatial, taps)]
        batch = ["b"] if form != "generic" or rng.random() < 0.5 else []
        maps = [batch + windows + ["c"], taps + ["c", "f"], batch + spatial + ["f"]]
        order = batch + spatial + ["f"] + taps + ["c"]
        if form == "generic":
            rng.shuffle(order)
            rng.shuffle(maps[1])
            rng.shuffle(maps[2])
            return form, "", maps, order
        n = 1 + two
        return form, (f"strides = dense<{stride}> : tensor<{n}xi64>, "
                      f"dilations = dense<{dilation}> : tensor<{n}xi64>"), maps, order
    if theme == "named":
        form = rng.choice(["matmul", "matmul", "batch_matmul", "matvec", "vecmat", "batch_matvec", "batch_vecmat", "dot",
                           "mmt4d"])
        swap = lambda names: names[:-2] + names[-2:][::-1] if rng.random() < 0.5 else names
        if form in ("matmul", "batch_matmul"):
            b = ["b"] if form == "batch_matmul" else []
            return form, "", [swap(b + ["m", "k"]), swap(b + ["k", "n"]), b + ["m", "n"]], b + ["m", "n", "k"]
        return (form, "") + {
            "matvec": ([["m", "k"], ["k"], ["m"]], ["m", "k"]),
            "vecmat": ([["k"], ["k", "n"], ["n"]], ["n", "k"]),
            "batch_matvec": ([["b", "m", "k"], ["b", "k"], ["b", "m"]], ["b", "m", "k"]),
            "batch_vecmat": ([["b", "k"], ["b", "k", "n"], ["b", "n"]], ["b", "n", "k"]),
            "dot": ([["k"], ["k"], []], ["k"]),
            "mmt4d": ([["m", "k", "p", "q"], ["n", "k", "o", "q"], ["m", "n", "p", "o"]],
                      ["m", "n", "k", "p", "o", "q"]),
        }[form]
    while True:
        counts = {"b": rng.choices((0, 1, 2), (6, 3, 1))[0], "m": rng.choices((0, 1, 2), (2, 6, 2))[0],
                  "n": rng.choices((0, 1, 2), (2, 6, 2))[0], "k": rng.choices((0, 1, 2), (1, 40, 12))[0]}
        one_sided = theme == "one-sided"
        extra = {"l": int(one_sided and rng.random() < 0.4), "r": int(one_sided and rng.random() < 0.4),
                 "o": int(one_sided and rng.random() < 0.4)}
        if theme == "batch" and not counts["b"]:
            continue
        if theme == "vector" and counts["m"] and counts["n"]:
            continue
        if theme == "several" and max(counts[c] for c in "mnk") < 2:
            continue
        if one_sided and not sum(extra.values()):
            continue
        if theme == "contract" and not counts["k"]:
            continue
        names = lambda c, n: [f"{c}{i}" for i in range(n)]
        b, m, n, k = (names(c, counts[c]) for c in "bmnk")
        l, r, o = (names(c, extra[c]) for c in "lro")
        maps = [b + m + l + k, b + k + r + n, b + m + n + o]
        if max(map(len, maps)) <= 4:
            break
    if theme == "transposed" or rng.random() < 0.5:
        for map_ in maps:
            rng.shuffle(map_)
    order = b + m + n + o + k + l + r
    if rng.random() < 0.5:
        rng.shuffle(order)
    return "contract" if theme == "contract" or (not one_sided and k and rng.random() < 0.2) else "generic", "", maps, order


def draw(seed, number):
    rng = random.Random(f"{seed}/{number}")
    theme = THEMES[number % len(THEMES)]
    while True:
        case = attempt(rng, theme, rng.getrandbits(32))
        if case:
            return case


def attempt(rng, theme, data_seed):
    """A case of a theme, or None where what was drawn cannot be one."""
    form, attributes, names, order = draw_structure(rng, theme)
    if not order:
        return None
    number = {name: i for i, name in enumerate(order)}
    maps = [[tuple((number[d], f) for d, f in e) if isinstance(e, tuple) else number[e] for e in map_]
            for map_ in names]
    type = rng.choice(list(contraction.TYPES))
    out = rng.choice(contraction.TYPES[type][1])
    sparse = {"rhs": (1,), "both": (0, 1)}.get(theme) or rng.choices(((0,), (1,), (0, 1), ()), (50, 28, 18, 4))[0]
    if theme == "window":
        sparse = rng.choices(((1,), ()), (95, 5))[0]
    if any(not maps[i] for i in sparse):  # a single number is no sparse operand
        sparse = tuple(i for i in sparse if maps[i])
    case = Case([1] * len(order), maps, form, attributes, type, out, sparse, rng.choice(("zero", "argument")),
                density=rng.choice((0, 0.02, 0.1, 0.1, 0.3, 0.6, 1)), data=rng.choice(("integers", "normals")),
                seed=data_seed)
    if theme in ("both", "rhs") and not sparse:
        return None
    weights = [1] * len(order)
    for kind, extent in (("lhs", 32), ("rhs", 128), ("reduction", 32)):
        dims = case.kinds()[kind]
        if dims:
            weights[rng.choice(dims)] = extent
    case.sizes = draw_sizes(rng, len(order), theme if theme != "window" else "", weights)
    if theme == "window" and 0 in case.sizes:
        return None
    want = {"reduction axis": "k", "parallel axis": "parallel", "partial sums": "partial"}.get(theme)
    if want and not sparse:
        return None
    if sparse and (want or (theme not in ("named", "transposed") and rng.random() < 0.2)):
        case.schedule = contraction.draw_schedule(case, rng.choice(sparse), rng, want)
        if want and not case.schedule:
            return None
        if case.schedule and math.prod(
                max(1, -(-s // t)) for s, t in zip(case.sizes, case.schedule["tile"])) > 150:
            return None
    case.block = {i: draw_block(case, i, rng) for i in sparse}
    return case


def draw_block(case, operand, rng):
    """Extents of what is zero or not: single elements, random blocks, or the schedule's micro-tile."""
    kind = rng.choice(("elements", "blocks", "blocks", "rows"))
    shape = case.shape(operand)
    if case.schedule and case.schedule["axis"] is not None and rng.random() < 0.5 and len(
            case.schedule["micro"]) == len(shape):
        return [max(1, s) if e is WHOLE else e for s, e in zip(shape, case.schedule["micro"])]
    if kind == "elements":
        return [1] * len(shape)
    block = [rng.choice((1, 8, 16, 32, 64)) for _ in shape]
    if kind == "rows":
        block[rng.randrange(len(shape))] = 1
        block = [max(1, s) if b > 1 else b for s, b in zip(shape, block)]
    return block


# --- classes ------------------------------------------------------------------


def axis_of(case, outcome):
    schedule = outcome.schedule or case.schedule
    return schedule["axis"] if schedule else None


def is_partial(case, outcome):
    schedule = outcome.schedule or case.schedule
    axis = axis_of(case, outcome)
    if axis is None:
        return False
    return any(axis in case.maps[i] and len(schedule["micro"]) == len(case.maps[i])
               and contraction.has_partial_sums(case, i, schedule) for i in case.sparse)


def count_kind(case, kind):
    return len(case.kinds()[kind])


def one_sided(case):
    """A dimension of one input that the output does not have, or of the output alone."""
    lhs, rhs, out = (case.dims_of(i) for i in range(3))
    return bool((lhs ^ rhs) - out or out - lhs - rhs)


# A predicate, and the least share of all cases that are in the class and run a sparse kernel; the expected
# share is about three times as high.
CLASSES = {
    "all": (lambda c, o: True, 0.70),
    "axis: reduction": (lambda c, o: axis_of(c, o) is not None and c.is_reduction(axis_of(c, o)), 0.20),
    "axis: parallel": (lambda c, o: axis_of(c, o) is not None and not c.is_reduction(axis_of(c, o)), 0.05),
    "partial sums": (is_partial, 0.02),
    "deterministic": (lambda c, o: bool(c.schedule and c.schedule.get("deterministic")), 0.02),
    "sparse: lhs": (lambda c, o: c.sparse == (0,), 0.15),
    "sparse: rhs": (lambda c, o: c.sparse == (1,), 0.08),
    "sparse: both": (lambda c, o: c.sparse == (0, 1), 0.05),
    "sparse: none": (lambda c, o: not c.sparse, 0),
    "default schedule": (lambda c, o: not c.schedule, 0.20),
    "pinned schedule": (lambda c, o: bool(c.schedule), 0.10),
    "batch": (lambda c, o: any(d in c.dims_of(0) & c.dims_of(1) & c.dims_of(2) for d in range(len(c.sizes))), 0.06),
    "vector": (lambda c, o: not count_kind(c, "lhs") or not count_kind(c, "rhs"), 0.06),
    "several of a kind": (lambda c, o: max(count_kind(c, k) for k in ("lhs", "rhs", "reduction")) > 1, 0.08),
    "window": (lambda c, o: not c.is_bare(0), 0.01),
    "one-sided dimension": (lambda c, o: one_sided(c), 0.01),
    "size 0": (lambda c, o: 0 in c.sizes, 0.01),
    "size 1": (lambda c, o: 1 in c.sizes, 0.04),
    "linalg.generic": (lambda c, o: c.form == "generic", 0.20),
    "linalg.contract": (lambda c, o: c.form == "contract", 0.04),
    "other named": (lambda c, o: c.form not in ("generic", "contract"), 0.02),
    "output narrow": (lambda c, o: c.out == c.type, 0.12),
    **{type: (lambda c, o, type=type: c.type == type, 0.3 / len(contraction.TYPES)) for type in contraction.TYPES},
}


def describe(case):
    text = f"{case.form} sizes={case.sizes} maps={case.maps} {case.type}->{case.out} sparse={case.sparse}"
    if case.schedule:
        text += f" {case.schedule_text()}"
    return text + f" density={case.density} block={case.block} data={case.data}"


def summarize(results):
    """Prints the table; returns what is below its floor or above its limit."""
    problems = []
    print(f"{'class':<22}{'cases':>7}{'refused':>9}{'legal':>7}{'sparse':>8}{'share':>8}")
    for name, (predicate, floor) in CLASSES.items():
        members = [(c, o, l) for c, o, l in results if predicate(c, o)]
        eligible = [(c, o) for c, o, l in members if l]
        ran = sum(o.kind == "sparse" for _, o in eligible)
        refused = sum(o.kind == "refused" for _, o, _ in members)
        share = ran / len(eligible) if eligible else 1
        print(f"{name:<22}{len(members):>7}{refused:>9}{len(eligible):>7}{ran:>8}{share:>8.1%}")
        total = sum(o.kind == "sparse" for _, o, _ in members)
        if total < int(floor * len(results)):
            problems.append(f"class '{name}' has {total} cases with a sparse kernel, expected at least "
                            f"{int(floor * len(results))} of {len(results)}")
        # In a small class one case is a large share.
        if len(eligible) - ran > max(2, MOST_MISSED * len(eligible)):
            problems.append(f"class '{name}': {len(eligible) - ran} of {len(eligible)} cases with a legal sparse schedule "
                            f"have no sparse kernel, expected at most {MOST_MISSED:.0%}")
    refused = [o.message for _, o, _ in results if o.kind == "refused"]
    print(f"{len(refused)} of {len(results)} refused")
    if len(refused) > MOST_REFUSED * len(results):
        problems.append(f"{len(refused)} of {len(results)} cases are refused, expected at most {MOST_REFUSED:.0%}")
    sparse = [o for _, o, _ in results if o.kind == "sparse" and o.bound]
    if sparse:
        print(f"mma: {sum(o.mma for o in sparse) / sum(o.bound for o in sparse):.3f} of the bound, bytes: "
              f"{sum(o.bytes for o in sparse) / sum(o.bytes_bound for o in sparse):.3f}")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pit-run", default="pit-run")
    parser.add_argument("--pit-compile", default="pit-compile")
    parser.add_argument("--cases", type=int, default=32 if os.environ.get("PIT_SANITIZE") else 100)
    parser.add_argument("--first", type=int, default=0, help="the number of the first case")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--case", type=int, help="only this one; its files stay")
    parser.add_argument("--print", action="store_true", help="only print the modules")
    parser.add_argument("--verbose", action="store_true", help="print every case, and every refusal")
    parser.add_argument("--jobs", type=int, default=1, help="cases at a time; 0: one for each core")
    parser.add_argument("--directory", help="for the files of cases that fail")
    arguments = parser.parse_args()

    seed = secrets.randbelow(2**32) if arguments.seed is None else arguments.seed
    print(f"seed {seed}: to repeat this run, pass --seed={seed} --cases={arguments.cases}", flush=True)
    numbers = range(arguments.first, arguments.first + arguments.cases)
    if arguments.case is not None:
        numbers = [arguments.case]
    if arguments.print:
        for number in numbers:
            case = draw(seed, number)
            print(f"// case {number}: {describe(case)}\n{case.module()}")
        return 0
    directory = arguments.directory or tempfile.mkdtemp(prefix="pit-contractions-")
    tools = {"pit-run": arguments.pit_run, "pit-compile": arguments.pit_compile}
    lock, results, work = threading.Lock(), {}, list(reversed(numbers))

    def worker():
        while True:
            with lock:
                if not work:
                    return
                number = work.pop()
            case = draw(seed, number)
            try:
                options = [f"--seed={number % 4}", f"--landing={('latest', 'earliest')[number % 2]}"]
                outcome = contraction.run(case, tools, os.path.join(directory, f"case{number}"), options)
                legal = any(contraction.has_legal(case, i) for i in case.sparse) and bool(case.kinds()["reduction"])
            except Exception as error:  # a thread that dies would leave its cases out
                outcome, legal = contraction.Outcome("failed", repr(error)), False
            with lock:
                results[number] = (case, outcome, legal)
                if outcome.kind == "failed" or arguments.verbose:
                    print(f"case {number}: {outcome.kind}: {describe(case)}\n  {outcome.message}", flush=True)

    threads = [threading.Thread(target=worker) for _ in range(arguments.jobs or os.cpu_count())]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    failures = sum(o.kind == "failed" for _, o, _ in results.values())
    problems = summarize(list(results.values())) if arguments.case is None else []
    for problem in problems:
        print(problem)
    print(f"{len(results) - failures} of {len(results)} cases passed, {len(problems)} problems")
    return 1 if failures or problems or not results else 0


if __name__ == "__main__":
    sys.exit(main())
