"""Runs contractions with elementwise consumers, each fused and not.

A function that also returns what the contraction yields cannot be fused: the
result is used twice. Both forms run on the emulator with --check; the fused one
takes as many launches as the contraction alone, and its result is the other's
bit for bit, also where rounding to a narrow type lies in between. The fused one
runs as plain loops too.
"""

import json
import os
import subprocess
import sys

import numpy as np

DIRECTORY = sys.argv[1]
os.makedirs(DIRECTORY, exist_ok=True)
failures, count = [], 0

ID, ROW, COLUMN, SWAPPED, SCALAR = (f"affine_map<(i, j) -> ({r})>" for r in ("i, j", "i", "j", "j, i", ""))


class Contraction:
    """A product of m x k and k x n, sparse in its first operand."""

    def __init__(self, name, m, n, k, lhs, schedule, data, sparse=True):
        self.name, self.m, self.n, self.k = name, m, n, k
        sizes = {"m": m, "n": n, "k": k}
        encoding = ", #pit.sparsity<>" if sparse else ""
        self.lhs = f"tensor<{sizes[lhs[0]]}x{sizes[lhs[1]]}xf16{encoding}>"
        self.rhs = f"tensor<{k}x{n}xf16>"
        self.maps = ", ".join(f"affine_map<(m, n, k) -> ({r})>" for r in (", ".join(lhs), "k, n", "m, n"))
        self.schedule, self.data = schedule, data


# A group without live micro-tiles, and rows that none reaches, get the epilogue
# of zero: live blocks are few.
CONTRACTIONS = [
    Contraction("k", 150, 37, 70, "km", "#pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 64, 32]>",
                "random:seed=1,density=0.2,block=70x64"),
    Contraction("m", 70, 40, 48, "mk", "#pit.schedule<axis = 0, micro_tile = [1, ?], tile = [64, 64, 32]>",
                "random:seed=2,density=0.3,block=1x48"),
    Contraction("m_odd", 33, 21, 17, "mk", "#pit.schedule<axis = 0, micro_tile = [1, ?], tile = [32, 64, 16]>",
                "random:seed=2,density=0.3,block=1x17"),
    Contraction("dense", 65, 24, 31, "mk", "#pit.schedule<dense, tile = [64, 64, 32]>", "random", sparse=False)]


def generic(inputs, out, body, outs=None):
    """A linalg.generic. `inputs` are (value, map, element type, argument)."""
    maps = ", ".join([m for _, m, _, _ in inputs] + [ID])
    args = ", ".join([f"%{a}: {t}" for _, _, t, a in inputs] + [f"%o: {out}"])
    ins = ", ".join(v for v, *_ in inputs) + " : " + ", ".join(TYPES[m].format(t=t) for _, m, t, _ in inputs)
    return (f'linalg.generic {{{{indexing_maps = [{maps}], iterator_types = ["parallel", "parallel"]}}}} ins({ins}) '
            f"outs({outs or '%e_' + out} : tensor<{{m}}x{{n}}x{out}>) {{{{\n^bb0({args}):\n{body}\n"
            f"linalg.yield %y : {out}\n}}}} -> tensor<{{m}}x{{n}}x{out}>")


TYPES = {ID: "tensor<{{m}}x{{n}}x{t}>", ROW: "tensor<{{m}}x{t}>", COLUMN: "tensor<{{n}}x{t}>",
         SWAPPED: "tensor<{{n}}x{{m}}x{t}>", SCALAR: "tensor<{t}>"}


def unary(op, source, type="f32"):
    full = f"tensor<{{m}}x{{n}}x{type}>"
    return f"linalg.{op} ins({source} : {full}) outs(%e_{type} : {full}) -> {full}"


def binary(op, a, b, type="f32"):
    full = f"tensor<{{m}}x{{n}}x{type}>"
    return f"linalg.{op} ins({a}, {b} : {full}, {full}) outs(%e_{type} : {full}) -> {full}"


GELU_TANH = """%c0 = arith.constant 0.044715 : f32
%c1 = arith.constant 0.7978845608 : f32
%c2 = arith.constant 0.5 : f32
%c3 = arith.constant 1.0 : f32
%0 = arith.mulf %x, %x : f32
%1 = arith.mulf %0, %x : f32
%2 = arith.mulf %1, %c0 : f32
%3 = arith.addf %x, %2 : f32
%4 = arith.mulf %3, %c1 : f32
%5 = math.tanh %4 : f32
%6 = arith.addf %5, %c3 : f32
%7 = arith.mulf %6, %c2 : f32
%y = arith.mulf %7, %x : f32"""
GELU_ERF = """%c1 = arith.constant 0.70710678118654752 : f32
%c2 = arith.constant 0.5 : f32
%c3 = arith.constant 1.0 : f32
%4 = arith.mulf %x, %c1 : f32
%5 = math.erf %4 : f32
%6 = arith.addf %5, %c3 : f32
%7 = arith.mulf %6, %c2 : f32
%y = arith.mulf %7, %x : f32"""
SIGMOID = """%c1 = arith.constant 1.0 : f32
%0 = arith.negf %x : f32
%1 = math.exp %0 : f32
%2 = arith.addf %1, %c1 : f32
%s = arith.divf %c1, %2 : f32
%y = arith.mulf %s, %x : f32"""


class Case:
    """Operations on the contraction's result %r; the last one's value is the result. `arguments` are (name, type)."""

    def __init__(self, name, steps, arguments=(), out="f32", contraction="f32", init="%z"):
        self.name, self.steps, self.arguments = name, steps, list(arguments)
        self.out, self.contraction, self.init = out, contraction, init


BIAS = ("bias", "tensor<{n}xf32>")
RELU = "%zero = arith.constant 0.0 : f32\n%y = arith.maximumf %x, %zero : f32"
CASES = [
    Case("bias_relu", [generic([("%r", ID, "f32", "x"), ("%bias", COLUMN, "f32", "v")], "f32",
                               "%y = arith.addf %x, %v : f32"),
                       generic([("%0", ID, "f32", "x")], "f32", RELU)], [BIAS]),
    Case("named", ["linalg.broadcast ins(%bias : tensor<{n}xf32>) outs(%e_f32 : tensor<{m}x{n}xf32>) dimensions = [0]",
                   binary("add", "%r", "%0"), binary("max", "%1", "%z"), unary("square", "%2")], [BIAS]),
    Case("gelu_tanh", [generic([("%r", ID, "f32", "x")], "f32", GELU_TANH)]),
    Case("gelu_erf", [generic([("%r", ID, "f32", "x"), ("%bias", COLUMN, "f32", "v")], "f32",
                              "%y = arith.addf %x, %v : f32"),
                      generic([("%0", ID, "f32", "x")], "f32", GELU_ERF)], [BIAS]),
    Case("silu_bf16", [generic([("%r", ID, "f32", "x")], "f32", SIGMOID),
                       generic([("%0", ID, "f32", "x")], "bf16", "%y = arith.truncf %x : f32 to bf16")], out="bf16"),
    Case("scale", [generic([("%r", ID, "f32", "x"), ("%scale", SCALAR, "f32", "s")], "f32",
                           "%y = arith.mulf %x, %s : f32")], [("scale", "tensor<f32>")]),
    Case("residual", [binary("add", "%r", "%residual")], [("residual", "tensor<{m}x{n}xf32>")]),
    Case("residual_in_place", [generic([("%r", ID, "f32", "x")], "f32", "%y = arith.addf %x, %o : f32",
                                       outs="%residual")], [("residual", "tensor<{m}x{n}xf32>")]),
    Case("accumulated", [generic([("%row", ROW, "f32", "x")], "f32", "%y = arith.addf %x, %o : f32", outs="%r")],
         [("row", "tensor<{m}xf32>")]),
    Case("transposed", [generic([("%r", ID, "f32", "x"), ("%t", SWAPPED, "f16", "u")], "f32",
                                "%w = arith.extf %u : f16 to f32\n%y = arith.subf %x, %w : f32")],
         [("t", "tensor<{n}x{m}xf16>")]),
    Case("masked", [generic([("%r", ID, "f32", "x"), ("%mask", ID, "i1", "k")], "f32",
                            "%zero = arith.constant 0.0 : f32\n%y = arith.select %k, %x, %zero : f32")],
         [("mask", "tensor<{m}x{n}xi1>")]),
    Case("cast_f16", [generic([("%r", ID, "f32", "x")], "f16", "%y = arith.truncf %x : f32 to f16")], out="f16"),
    Case("cast_bf16", [generic([("%r", ID, "f32", "x")], "bf16", "%y = arith.truncf %x : f32 to bf16")], out="bf16"),
    # The contraction's own rounding to f16 stays, also where what follows is f32.
    Case("half", [binary("add", "%r", "%residual", "f16"), binary("mul", "%0", "%0", "f16")],
         [("residual", "tensor<{m}x{n}xf16>")], out="f16", contraction="f16"),
    Case("widened", [generic([("%r", ID, "f16", "x")], "f32", "%w = arith.extf %x : f16 to f32\n"
                             "%y = arith.mulf %w, %w : f32")], contraction="f16"),
    # An init that is no constant is read by the epilogue, before what follows.
    Case("init", [generic([("%r", ID, "f32", "x")], "f32", RELU)], [("c", "tensor<{m}x{n}xf32>")], init="%c"),
    Case("init_ones", [unary("exp", "%r")], init="%ones")]


def function(contraction, case, form):
    """form: 'fused', 'apart' (returns the contraction's result as well), 'alone' (no consumer)."""
    sizes = {"m": contraction.m, "n": contraction.n}
    full = "tensor<{m}x{n}x{t}>"
    result, mid = full.format(**sizes, t=case.out), full.format(**sizes, t=case.contraction)
    arguments = "".join(f", %{name}: {type.format(**sizes)}" for name, type in case.arguments)
    results = {"fused": result, "apart": f"{mid}, {result}", "alone": mid}[form]
    lines = [f"func.func @f(%a: {contraction.lhs}, %b: {contraction.rhs}{arguments}) -> ({results}) {{"]
    for type in ("f32", "f16", "bf16"):
        lines.append(f"%e_{type} = tensor.empty() : {full.format(**sizes, t=type)}")
    for name, value in (("z", "0.0"), ("ones", "1.0")):
        if case.init != f"%{name}" and not any(f"%{name} " in step for step in case.steps):
            continue  # it would be a kernel that nobody needs
        lines += [f"%c_{name} = arith.constant {value} : {case.contraction}",
                  f"%{name} = linalg.fill ins(%c_{name} : {case.contraction}) outs(%e_{case.contraction} : {mid}) -> {mid}"]
    lines.append(f"%r = linalg.matmul indexing_maps = [{contraction.maps}] {{pit.schedule = {contraction.schedule}}} "
                 f"ins(%a, %b : {contraction.lhs}, {contraction.rhs}) outs({case.init} : {mid}) -> {mid}")
    if form == "alone":
        return "\n".join(lines + [f"return %r : {mid}", "}"])
    for number, step in enumerate(case.steps):
        lines.append(f"%{number} = " + step.format(**sizes))
    last = f"%{len(case.steps) - 1}"
    values = f"%r, {last}" if form == "apart" else last
    return "\n".join(lines + [f"return {values} : {results}", "}"])


def run(contraction, case, form, device):
    """The result's bytes and the number of launches."""
    path = os.path.join(DIRECTORY, f"{contraction.name}-{case.name}-{form}")
    with open(path + ".mlir", "w") as file:
        file.write(function(contraction, case, form))
    command = ["pit-run", path + ".mlir", f"--device={device}", "--check", f"--arg={contraction.data}",
               "--arg=random:seed=7"]
    command += [f"--arg=random:seed={8 + i}" if "i1" not in type else "--arg=random:density=0.5,block=1x1"
                for i, (_, type) in enumerate(case.arguments)]
    outs = [f"{path}-{i}.npy" for i in range(2 if form == "apart" else 1)]
    command += [f"--out={out}" for out in outs]
    if device == "emulator":
        command += ["--stats=json", f"--stats-out={path}.json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    launches = 0
    if device == "emulator":
        with open(path + ".json") as file:
            launches = len(json.load(file)["launches"])
    return np.load(outs[-1]).tobytes(), launches


for number, contraction in enumerate(CONTRACTIONS):
    _, alone = run(contraction, Case("plain", []), "alone", "emulator")
    for case in CASES if number < 2 else CASES[:1] + CASES[-6:]:
        count += 1
        try:
            fused, launches = run(contraction, case, "fused", "emulator")
            apart, more = run(contraction, case, "apart", "emulator")
            run(contraction, case, "fused", "cpu")
        except RuntimeError as error:
            failures.append(f"{contraction.name}, {case.name}: {error}")
            continue
        if fused != apart:
            failures.append(f"{contraction.name}, {case.name}: the fused result is another")
        if launches != alone or more <= alone:
            failures.append(f"{contraction.name}, {case.name}: {launches} launches, {more} apart, {alone} of the "
                            "contraction alone")
for failure in failures:
    print(failure)
print(f"{count - len(failures)} of {count} cases passed")
