"""One tiny PTX per instruction: the harness.

A test is a Python file with the extension .test (lit finds those):

    # RUN: env PYTHONPATH=%test_root/Emulator/Inputs %python %s
    from ptxtest import Suite
    s = Suite(__file__)
    s.op("add.sat.s32", ["s32", "s32"], "s32",
         lambda a, b: max(-2**31, min(2**31 - 1, a + b)))
    s.run()

`op` makes a kernel in which each thread loads one value of each input, executes
the instruction and stores the result; the result is compared bit by bit with
what `expect` computes, which must not look at the emulator. A second time the
instruction runs under a guard that only odd threads pass, so that the lanes
without it must keep what they had. The number of threads is never a multiple
of 32. Many cases share a kernel and a run of ptx-emu (that makes it quick); when
a run fails, its cases run again one by one to find the culprit. Where ptxas is
on the PATH it must accept every PTX first.

    s.op(mnemonic, inputs, output, expect, *,
         values=None,     # list of tuples instead of the edge values
         body=None,       # text instead of "mnemonic {d}, {a}, {b};"; may be several
                          # instructions and declarations, for example
                          # "{{ .reg .b32 t; not.b32 t, {a}; add.u32 {d}, t, {b}; }}"
         bits=False,      # expect gets and returns raw unsigned bits
         nan=None,        # "any": every NaN is as good as every other
         close=None,      # close(got, want) -> bool instead of equality
         random=64,       # random bit patterns beside the edge values
         exhaustive=False,  # one input of 8 or 16 bits: all its values
         guarded=None,    # the second, guarded run; default: unless body is given
         module="",       # text at module scope (variables, functions)
         sm="sm_80", ptx="7.8",
         args=())         # more options for ptx-emu
    s.rejects(text, message, inputs=(), output="b32", ...)
                          # ptx-emu must refuse `text` with this regular expression in
                          # its message and with the line of the text

Operands are called {a} {b} {c} {e} {f} {g} (inputs) and {d} {d1} {d2} (outputs,
if `output` is a list; the default syntax is then "{d}|{d1}"). Types:

    pred                        bool
    b8 .. b64, u8 .. u64        unsigned int      (8 bits live in a 16-bit register)
    s8 .. s64                   signed int
    f16 bf16 f32 f64            float; `expect` may return a float, which is rounded
                                to nearest even, a Fraction, which is rounded once and
                                exactly, or encode(value, type, mode) as Bits
    f16x2 bf16x2                (low, high) floats
    tf32                        float, in the 32-bit format with 13 low zero bits
    u16x2 s16x2                 (low, high) ints
    v2.T v4.T                   tuple; {a} is "{r0, r1}", {a0} {a1} its elements

A NaN that `expect` returns stands for the canonical one (all bits set but the
sign); of f64 it stands for any.

Options of a test file: --ptx-emu=PATH, --seed=N, --filter=TEXT (cases whose name
contains it), --keep=DIR (leaves the files there), --no-ptxas.
"""

import argparse
import array
import itertools
import math
import os
import random as random_module
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from fractions import Fraction

_BATCH = 48  # cases a kernel
_MAX_CROSS = 2048
_SAMPLED = 512
_BLOCK = 128
_INPUT_NAMES = ["a", "b", "c", "e", "f", "g"]

# (exponent bits, fraction bits)
_FLOATS = {"f16": (5, 10), "bf16": (8, 7), "tf32": (8, 10), "f32": (8, 23), "f64": (11, 52)}
_SPREAD = {"tf32": 13}  # low zero bits


class Bits(int):
    """Raw bits, where a number would be converted."""


def _is_float(t):
    return t in _FLOATS


def encode(value, t, mode="rn"):
    """The bits of type `t` for a float, int or Fraction: rounded once. Modes: rn rz
    rm rp rna. A NaN becomes the canonical one."""
    if isinstance(value, Bits):
        return value
    ebits, fbits = _FLOATS[t]
    spread = _SPREAD.get(t, 0)
    sign_bit = 1 << (ebits + fbits)
    top = (1 << ebits) - 1
    if isinstance(value, float):
        if math.isnan(value):
            return Bits((sign_bit - 1) << spread | ((1 << spread) - 1))
        if math.isinf(value):
            return Bits(((sign_bit if value < 0 else 0) | top << fbits) << spread)
        negative = math.copysign(1, value) < 0
    else:
        negative = value < 0
    x = abs(Fraction(value))
    if x == 0:
        return Bits((sign_bit if negative else 0) << spread)
    bias = (1 << (ebits - 1)) - 1
    exponent = x.numerator.bit_length() - x.denominator.bit_length()
    if x < Fraction(2) ** exponent:
        exponent -= 1
    exponent = max(exponent, 1 - bias)
    scaled = x / Fraction(2) ** (exponent - fbits)  # in units of the last place
    q, r = divmod(scaled.numerator, scaled.denominator)
    half = Fraction(r, scaled.denominator)
    up = {
        "rn": half > Fraction(1, 2) or (half == Fraction(1, 2) and q & 1),
        "rna": half >= Fraction(1, 2),
        "rz": False,
        "rm": half > 0 and negative,
        "rp": half > 0 and not negative,
    }[mode]
    q += 1 if up else 0
    if q >= 1 << (fbits + 1):
        q >>= 1
        exponent += 1
    if exponent > bias:
        to_max = mode == "rz" or (mode == "rm" and not negative) or (mode == "rp" and negative)
        body = (top << fbits) - 1 if to_max else top << fbits
    elif q < 1 << fbits:
        body = q  # subnormal
    else:
        body = ((exponent + bias) << fbits) + (q - (1 << fbits))
    return Bits(((sign_bit if negative else 0) | body) << spread)


def decode(bits, t):
    """The number that the bits of a type stand for."""
    if t == "pred":
        return bool(bits)
    if t in _FLOATS:
        if t == "f64":
            return struct.unpack("<d", struct.pack("<Q", bits))[0]
        if t in ("f32", "tf32"):
            return struct.unpack("<f", struct.pack("<I", bits))[0]
        if t == "bf16":
            return struct.unpack("<f", struct.pack("<I", bits << 16))[0]
        return struct.unpack("<e", struct.pack("<H", bits))[0]
    if t.endswith("x2"):
        half = width(t) // 2
        return decode(bits & ((1 << half) - 1), t[:-2]), decode(bits >> half, t[:-2])
    if t[0] == "s":
        w = width(t)
        return bits - (1 << w) if bits >> (w - 1) else bits
    return bits


def width(t):
    """Bits of a scalar or packed type."""
    if t == "pred":
        return 8
    if t.endswith("x2"):
        return 2 * width(t[:-2])
    if t == "tf32":
        return 32
    match = re.fullmatch(r"(?:b|u|s|f|bf)(8|16|32|64)", t)
    if not match:
        raise ValueError(f"unknown type '{t}'")
    return int(match.group(1))


def to_bits(value, t):
    """The bits of a value as `expect` returns it."""
    if isinstance(value, Bits):
        result = int(value)
    elif t in _FLOATS:
        result = encode(value, t)
    elif t.endswith("x2") and isinstance(value, tuple):
        half = width(t) // 2
        result = to_bits(value[0], t[:-2]) | to_bits(value[1], t[:-2]) << half
    else:
        w = width(t)
        if not -(1 << (w - 1)) <= int(value) < (1 << w):
            raise ValueError(f"expected value {value} does not fit into {t}")
        result = int(value) & ((1 << w) - 1)
    return result


def is_nan_bits(bits, t):
    if t not in _FLOATS:
        return False
    ebits, fbits = _FLOATS[t]
    bits >>= _SPREAD.get(t, 0)
    return bits & ((1 << (ebits + fbits)) - 1) > ((1 << ebits) - 1) << fbits


def edge_values(t):
    """Bits worth trying of a type."""
    if t == "pred":
        return [0, 1]
    if t in _FLOATS:
        ebits, fbits = _FLOATS[t]
        spread = _SPREAD.get(t, 0)
        top = ((1 << ebits) - 1) << fbits
        one = encode(1.0, t) >> spread
        raw = [0, 1, (1 << fbits) - 1, 1 << fbits, (1 << fbits) + 1,  # zero, subnormals, least normal
               one - 1, one, one + 1, top - 1, top,  # around 1, largest, infinity
               top | 1 << (fbits - 1), top | 1, top | (1 << fbits) - 1]  # quiet, signalling, canonical NaN
        for x in (0.1, 0.5, 0.75, 1.5, 2, 2.5, 3, 3.14159265, 5, 100, 255, 256, 1000.5, 32767, 32768, 65504,
                  2**fbits - 1, 2.0**fbits, 2.0**(fbits + 1) + 2, 2.0**31, 2.0**32, 2.0**63, 2.0**64):
            raw.append(encode(x, t) >> spread)
        sign = 1 << (ebits + fbits)
        raw += [r | sign for r in raw]
        return [r << spread for r in dict.fromkeys(raw)]
    if t.endswith("x2"):
        parts = edge_values(t[:-2])
        half = width(t) // 2
        rotated = parts[len(parts) // 3:] + parts[:len(parts) // 3]
        return [a | b << half for a, b in zip(parts, rotated)]
    w = width(t)
    mask = (1 << w) - 1
    raw = [0, 1, 2, 3, 5, 7, 8, 10, w - 1, w, w + 1, 2 * w, 100, 127, 128, 255]
    raw += [1 << k for k in range(4, w, max(1, w // 8))]
    raw += [(1 << k) - 1 for k in range(4, w, max(1, w // 4))]
    raw += [mask >> 1, (mask >> 1) + 1, (mask >> 1) + 2, mask, mask - 1, mask - 6,
            0x5555555555555555, 0xAAAAAAAAAAAAAAAA, 0x0123456789ABCDEF, 0xFEDCBA9876543210]
    return list(dict.fromkeys(r & mask for r in raw))


def _split(t):
    """(elements, scalar type)"""
    match = re.fullmatch(r"v([24])\.(\w+)", t)
    return (int(match.group(1)), match.group(2)) if match else (1, t)


def _edge(t):
    n, s = _split(t)
    values = edge_values(s)
    if n == 1:
        return values
    return [tuple(values[(i + k * 7) % len(values)] for k in range(n)) for i in range(len(values))]


def _random_bits(rng, t):
    n, s = _split(t)

    def one():
        if s == "pred":
            return rng.getrandbits(1)
        bits = rng.getrandbits(width(s))
        return bits & ~((1 << _SPREAD.get(s, 0)) - 1)

    return one() if n == 1 else tuple(one() for _ in range(n))


def _decode(bits, t):
    n, s = _split(t)
    return decode(bits, s) if n == 1 else tuple(decode(b, s) for b in bits)


def _encode(value, t, raw):
    n, s = _split(t)
    if n == 1:
        return to_bits(Bits(value) if raw else value, s)
    return tuple(to_bits(Bits(v) if raw else v, s) for v in value)


def _memory(t):
    """(bytes of an element, scalars, ld/st type)"""
    n, s = _split(t)
    w = width(s)
    return w // 8, n, f"b{w}" if w > 8 else "u8"


class _Case:
    def __init__(self, suite, name, inputs, outputs, expect, body, options):
        self.suite, self.name, self.inputs, self.outputs = suite, name, inputs, outputs
        self.expect, self.body, self.options = expect, body, options
        self.tuples = self._tuples()
        while len(self.tuples) % 32 == 0:  # so that the last warp is not full
            self.tuples.append(self.tuples[0])

    def key(self):
        o = self.options
        return o["sm"], o["ptx"], o["module"], tuple(o["args"])

    def _tuples(self):
        o = self.options
        if o["values"] is not None:
            rows = [v if isinstance(v, tuple) else (v,) for v in o["values"]]
            return [tuple(_encode(x, t, o["bits"]) for x, t in zip(row, self.inputs)) for row in rows]
        if not self.inputs:
            return [()] * 33
        if o["exhaustive"]:
            if len(self.inputs) != 1 or width(self.inputs[0]) > 16:
                raise ValueError(f"{self.name}: exhaustive needs one input of at most 16 bits")
            return [(v,) for v in range(1 << width(self.inputs[0]))]
        rng = random_module.Random(f"{self.suite.seed} {self.name} {self.inputs}")
        tables = [_edge(t) for t in self.inputs]
        total = math.prod(len(table) for table in tables)
        limit = _MAX_CROSS if len(self.inputs) <= 2 else _SAMPLED
        if total <= limit:
            rows = list(itertools.product(*tables))
        else:
            rows = [tuple(rng.choice(table) for table in tables) for _ in range(limit)]
        if self.inputs != ["pred"] * len(self.inputs):
            rows += [tuple(_random_bits(rng, t) for t in self.inputs) for _ in range(o["random"])]
        return rows

    def expected(self):
        """For each tuple the list of (bits, number) of the outputs."""
        o = self.options
        result = []
        for row in self.tuples:
            args = row if o["bits"] else [_decode(x, t) for x, t in zip(row, self.inputs)]
            out = self.expect(*args)
            out = out if len(self.outputs) > 1 else (out,)
            if len(out) != len(self.outputs):
                raise ValueError(f"{self.name}: expect returned {len(out)} values, not {len(self.outputs)}")
            result.append([_encode(v, t, o["bits"]) for v, t in zip(out, self.outputs)])
        return result

    # --- code ---

    def _registers(self, prefix, t):
        """(names, declarations)"""
        n, s = _split(t)
        if s == "pred":
            return [prefix], f".reg .pred {prefix};"
        names = [prefix] if n == 1 else [f"{prefix}_{k}" for k in range(n)]
        return names, f".reg .b{max(width(s), 16)} {', '.join(names)};"

    def emit(self, index, in_offset, out_offset, lines):
        """Appends the code; returns the next free offsets."""
        n = len(self.tuples)
        lines.append(f"// {self.name} {' '.join(self.inputs)}")
        lines.append("{ .reg .pred skip, odd, wide; .reg .b64 p; .reg .b16 t16; .reg .b32 t32;")
        lines.append(f"setp.ge.u32 skip, %i, {n};")
        lines.append(f"@skip bra END_{index};")
        fields = {}
        for name, t in zip(_INPUT_NAMES, self.inputs):
            regs, decl = self._registers(f"%{name}", t)
            lines.append(decl)
            size, count, kind = _memory(t)
            lines.append(f"mad.wide.u32 p, %i, {size * count}, %in;")
            for k, reg in enumerate(regs):
                where = f"[p+{in_offset + k * size}]"
                if _split(t)[1] == "pred":
                    lines.append(f"ld.global.u8 t16, {where}; setp.ne.u16 {reg}, t16, 0;")
                elif t in ("s8",):
                    lines.append(f"ld.global.s8 {reg}, {where};")
                else:
                    lines.append(f"ld.global.{kind} {reg}, {where};")
            self._fields(fields, name, regs)
            in_offset = _align(in_offset + n * size * count)
        outs = []
        for k, t in enumerate(self.outputs):
            regs, decl = self._registers(f"%d{k}", t)
            lines.append(decl)
            self._fields(fields, "d" if k == 0 else f"d{k}", regs)
            outs.append(regs)
        text = self.body.format(**fields)
        first = len(lines) + 1
        lines += text.split("\n")
        out_offset = self._store(outs, out_offset, lines)
        if self.options["guarded"]:
            lines.append("and.b32 t32, %i, 1; setp.ne.u32 odd, t32, 0;")
            for t, regs in zip(self.outputs, outs):
                for reg in regs:
                    if t == "pred":
                        lines.append(f"setp.ne.u32 {reg}, 0, 0;")
                    else:
                        w = max(width(_split(t)[1]), 16)
                        lines.append(f"mov.b{w} {reg}, {_old(w):#x};")
            lines.append("@odd " + text)
            out_offset = self._store(outs, out_offset, lines)
        lines.append("}")
        lines.append(f"END_{index}:")
        self.lines = range(first, first + len(text.split("\n")))
        return in_offset, out_offset

    @staticmethod
    def _fields(fields, name, regs):
        fields[name] = regs[0] if len(regs) == 1 else "{" + ", ".join(regs) + "}"
        if len(regs) > 1:
            for k, reg in enumerate(regs):
                fields[f"{name}{k}"] = reg

    def _store(self, outs, out_offset, lines):
        n = len(self.tuples)
        for t, regs in zip(self.outputs, outs):
            size, count, kind = _memory(t)
            lines.append(f"mad.wide.u32 p, %i, {size * count}, %out;")
            for k, reg in enumerate(regs):
                if t == "pred":
                    lines.append(f"selp.b16 t16, 1, 0, {reg};")
                    reg = "t16"
                lines.append(f"st.global.{kind} [p+{out_offset + k * size}], {reg};")
            out_offset = _align(out_offset + n * size * count + 64)
        return out_offset

    # --- data ---

    def pack(self, data):
        """Appends the inputs."""
        for k, t in enumerate(self.inputs):
            size, count, _ = _memory(t)
            column = [row[k] for row in self.tuples]
            if count > 1:
                column = [x for v in column for x in v]
            data += _pack(column, size)
            data += b"\0" * (_align(len(data)) - len(data))

    def check(self, data, offset):
        """Compares the outputs; returns the next offset."""
        n = len(self.tuples)
        expected = self.expected()
        for guarded in [False, True] if self.options["guarded"] else [False]:
            for k, t in enumerate(self.outputs):
                size, count, _ = _memory(t)
                got = _unpack(data[offset:offset + n * size * count], size)
                end = offset + n * size * count
                if data[end:end + 64] != _FILL * 64:
                    self.suite.fail(self, "stored beyond its last element")
                for i in range(n):
                    want = expected[i][k]
                    if guarded and i % 2 == 0:
                        want = tuple([_old_of(_split(t)[1])] * count) if count > 1 else _old_of(t)
                    have = tuple(got[i * count:(i + 1) * count]) if count > 1 else got[i]
                    if not self._same(have, want, t, guarded and i % 2 == 0):
                        self.suite.mismatch(self, i, k, have, want, guarded)
                offset = _align(end + 64)
        self.suite.values += n
        return offset

    def _same(self, have, want, t, exact):
        if have == want:
            return True
        if exact:
            return False
        n, s = _split(t)
        if n > 1:
            return all(self._same_scalar(h, w, s) for h, w in zip(have, want))
        return self._same_scalar(have, want, s)

    def _same_scalar(self, have, want, t):
        if have == want:
            return True
        if t.endswith("x2") and t[:-2] in _FLOATS:
            mask = 0xFFFF
            return all(self._same_scalar(h, w, t[:-2])
                       for h, w in ((have & mask, want & mask), (have >> 16, want >> 16)))
        if is_nan_bits(have, t) and is_nan_bits(want, t):
            # f64 keeps payloads, of which the PTX ISA does not say more.
            return self.options["nan"] == "any" or (t == "f64" and not self.options["bits"])
        close = self.options["close"]
        return bool(close and close(decode(have, t), decode(want, t)))


_FILL = b"\xC3"


def _old(w):
    return 0xA5A5A5A5A5A5A5A5 & ((1 << w) - 1)


def _old_of(t):
    return 0 if t == "pred" else _old(width(t))


def _align(offset):
    return (offset + 15) & ~15


_CODES = {1: "B", 2: "H", 4: "I", 8: "Q"}


def _pack(values, size):
    a = array.array(_CODES[size], values)
    if sys.byteorder == "big":
        a.byteswap()
    return a.tobytes()


def _unpack(data, size):
    a = array.array(_CODES[size])
    a.frombytes(data)
    if sys.byteorder == "big":
        a.byteswap()
    return a.tolist()


def write_npy(path, data, dtype="|u1", shape=None, itemsize=1):
    """A .npy file (format 1.0) from bytes; no numpy needed."""
    shape = shape if shape is not None else (len(data) // itemsize,)
    header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {tuple(shape)!r}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    with open(path, "wb") as f:
        f.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data)


def read_npy(path):
    """The bytes of the array in a .npy file of format 1.0."""
    with open(path, "rb") as f:
        content = f.read()
    assert content[:8] == b"\x93NUMPY\x01\x00", f"{path}: unexpected start {content[:8]!r}"
    return content[10 + struct.unpack("<H", content[8:10])[0]:]


class Suite:
    def __init__(self, file):
        parser = argparse.ArgumentParser(description=os.path.basename(file))
        parser.add_argument("--ptx-emu", default=shutil.which("ptx-emu"), help="the emulator")
        parser.add_argument("--seed", type=int, default=1, help="of the random values")
        parser.add_argument("--filter", default="", help="only cases whose name contains this")
        parser.add_argument("--keep", help="folder in which the files stay")
        parser.add_argument("--no-ptxas", action="store_true", help="do not ask ptxas")
        options = parser.parse_args()
        if not options.ptx_emu:
            sys.exit("error: ptx-emu is not on the PATH: give --ptx-emu=PATH")
        self.emu, self.seed, self.filter = options.ptx_emu, options.seed, options.filter
        self.keep = options.keep
        self.ptxas = None if options.no_ptxas else shutil.which("ptxas")
        self.file = os.path.basename(file)
        self.cases, self.rejections = [], []
        self.failures, self.values, self.shown = {}, 0, 0

    def op(self, mnemonic, inputs, output, expect, *, name=None, values=None, body=None, bits=False, nan=None,
           close=None, random=64, exhaustive=False, guarded=None, module="", sm="sm_80", ptx="7.8", args=()):
        outputs = list(output) if isinstance(output, (list, tuple)) else [output]
        inputs = list(inputs)
        if guarded is None:
            guarded = body is None and all(_split(t)[0] == 1 for t in outputs)
        if body is None:
            d = "|".join("{d}" if k == 0 else f"{{d{k}}}" for k in range(len(outputs)))
            body = f"{mnemonic} " + ", ".join([d] + [f"{{{n}}}" for n in _INPUT_NAMES[:len(inputs)]]) + ";"
        name = name or mnemonic
        if self.filter not in name:
            return
        self.cases.append(_Case(self, name, inputs, outputs, expect, body, dict(
            values=values, bits=bits, nan=nan, close=close, random=random, exhaustive=exhaustive,
            guarded=guarded, module=module, sm=sm, ptx=ptx, args=args)))

    def rejects(self, text, message, inputs=(), output="b32", *, module="", sm="sm_80", ptx="7.8", args=()):
        outputs = list(output) if isinstance(output, (list, tuple)) else [output]
        if self.filter not in text:
            return
        case = _Case(self, text, list(inputs), outputs, None, text, dict(
            values=[(0,) * len(inputs)] if inputs else None, bits=True, nan=None, close=None, random=0,
            exhaustive=False, guarded=False, module=module, sm=sm, ptx=ptx, args=args))
        self.rejections.append((case, message))

    # --- running ---

    def run(self):
        groups = {}
        for case in self.cases:
            groups.setdefault(case.key(), []).append(case)
        with tempfile.TemporaryDirectory() as folder:
            self.folder = self.keep or folder
            os.makedirs(self.folder, exist_ok=True)
            for group in groups.values():
                for first in range(0, len(group), _BATCH):
                    self._batch(group[first:first + _BATCH])
            for case, message in self.rejections:
                self._reject(case, message)
        total = len(self.cases) + len(self.rejections)
        print(f"{self.file}: {total} cases with {self.values} values, {len(self.failures)} failed"
              f" (seed {self.seed})")
        if not total:
            print("error: nothing ran")
        sys.exit(1 if self.failures or not total else 0)

    def _write(self, cases):
        sm, version, module, args = cases[0].key()
        lines = [f".version {version}", f".target {sm}", ".address_size 64"]
        lines += module.split("\n") if module else []
        lines += [".visible .entry test(.param .u64 in, .param .u64 out)", "{",
                  ".reg .b32 %i, %n, %c; .reg .b64 %in, %out;",
                  "ld.param.u64 %in, [in]; ld.param.u64 %out, [out];",
                  "mov.u32 %i, %tid.x; mov.u32 %c, %ctaid.x; mov.u32 %n, %ntid.x;",
                  "mad.lo.u32 %i, %c, %n, %i;"]
        in_offset = out_offset = 0
        for index, case in enumerate(cases):
            in_offset, out_offset = case.emit(index, in_offset, out_offset, lines)
        lines += ["ret;", "}", ""]
        data = bytearray()
        for case in cases:
            case.pack(data)
        path = lambda name: os.path.join(self.folder, name)
        with open(path("test.ptx"), "w") as f:
            f.write("\n".join(lines))
        write_npy(path("in.npy"), bytes(data))
        write_npy(path("out.npy"), _FILL * out_offset)
        threads = max(len(case.tuples) for case in cases)
        return [self.emu, path("test.ptx"), f"--grid={-(-threads // _BLOCK)}", f"--block={_BLOCK}",
                f"--arg=in:{path('in.npy')}", f"--arg=inout:{path('out.npy')}", *args]

    def _batch(self, cases):
        command = self._write(cases)
        message = self._ask_ptxas(cases[0])
        if not message:
            done = subprocess.run(command, capture_output=True, text=True, errors="replace")
            if done.returncode != 0:
                message = f"ptx-emu ended with {done.returncode}: {done.stderr.strip()}"
        if message:
            if len(cases) > 1:
                for case in cases:
                    self._batch([case])
            else:
                self.fail(cases[0], message)
            return
        data = read_npy(os.path.join(self.folder, "out.npy"))
        offset = 0
        for case in cases:
            offset = case.check(data, offset)

    def _ask_ptxas(self, case):
        """Empty if ptxas is content or not there."""
        if not self.ptxas:
            return ""
        path = os.path.join(self.folder, "test.ptx")
        done = subprocess.run([self.ptxas, f"-arch={case.options['sm']}", "-O0", path, "-o", os.devnull],
                              capture_output=True, text=True)
        text = done.stdout + done.stderr
        if done.returncode == 0 or "Unsupported .version" in text or "is not defined for option" in text:
            return ""  # an older ptxas cannot say anything about newer PTX
        return f"ptxas refuses it: {text.strip()}"

    def _reject(self, case, message):
        command = self._write([case])
        done = subprocess.run(command, capture_output=True, text=True, errors="replace")
        where = re.search(r"test\.ptx:(\d+)", done.stderr)
        if done.returncode != 1:
            self.fail(case, f"must be refused with exit code 1, but ended with {done.returncode}: "
                            f"{done.stderr.strip()}")
        elif not re.search(message, done.stderr):
            self.fail(case, f"must be refused with '{message}', but the message is: {done.stderr.strip()}")
        elif not where or int(where.group(1)) not in case.lines:
            self.fail(case, f"must be refused at line {case.lines[0]}, but the message is: {done.stderr.strip()}")

    # --- messages ---

    def fail(self, case, message):
        self.failures[case.name, tuple(case.inputs), id(case)] = True
        print(f"FAIL {case.name} ({', '.join(case.inputs)}): {message}")
        print(f"    {case.body}")

    def mismatch(self, case, i, k, have, want, guarded):
        key = case.name, tuple(case.inputs), id(case)
        seen = self.failures.get(key, 0)
        self.failures[key] = seen + 1
        if seen >= 5:
            return  # five values of a case are enough
        t = case.outputs[k]
        which = f" output {k}" if len(case.outputs) > 1 else ""
        print(f"FAIL {case.name} ({', '.join(case.inputs)}){' under a guard' if guarded else ''}: element {i}{which}")
        for name, x, it in zip(_INPUT_NAMES, case.tuples[i], case.inputs):
            print(f"    {name}        = {_show(x, it)}")
        print(f"    got      = {_show(have, t)}")
        print(f"    expected = {_show(want, t)}")


def _show(bits, t):
    n, s = _split(t)
    if n > 1:
        return "{" + ", ".join(_show(b, s) for b in bits) + "}"
    return f"{bits:#0{width(s) // 4 + 2}x} ({decode(bits, s)!r})"
