"""Floating-point arithmetic on integers, for expectations.

A number is (sign, significand, exponent): (-1)^sign * significand * 2^exponent
with Python's unbounded integers, so every sum, product, quotient and root is
known exactly (a sticky bit stands for what a quotient or a root has beyond any
finite length) and is rounded once, by `pack`. Everything works on bit patterns.
"""

import math
import random

# (exponent bits, fraction bits, zero bits below, has infinities)
FORMATS = {"f16": (5, 10, 0, True), "bf16": (8, 7, 0, True), "tf32": (8, 10, 13, True), "f32": (8, 23, 0, True),
           "f64": (11, 52, 0, True), "e4m3": (4, 3, 0, False), "e5m2": (5, 2, 0, True)}
NAN, INF = "nan", "inf"


def width(t):
    e, f, low, _ = FORMATS[t]
    return 1 + e + f + low


def sign_bit(t):
    return 1 << (width(t) - 1)


def inf_bits(t):
    e, f, low, _ = FORMATS[t]
    return ((1 << e) - 1) << (f + low)


def nan_bits(t):
    """The NaN that operations produce."""
    return 0x7FF8000000000000 if t == "f64" else sign_bit(t) - 1


def largest(t):
    e, f, low, has_inf = FORMATS[t]
    top = ((1 << e) - 1) << f
    return (top - 1 if has_inf else (1 << (e + f)) - 2) << low


def unpack(bits, t):
    """(sign, significand, exponent); the significand is NAN or INF for those."""
    e, f, low, has_inf = FORMATS[t]
    sign = bits >> (width(t) - 1)
    magnitude = (bits >> low) & ((1 << (e + f)) - 1)
    if magnitude > largest(t) >> low:
        return sign, INF if has_inf and magnitude == ((1 << e) - 1) << f else NAN, 0
    field, fraction = magnitude >> f, magnitude & ((1 << f) - 1)
    bias = (1 << (e - 1)) - 1
    if field == 0:
        return sign, fraction, 1 - bias - f
    return sign, fraction | 1 << f, field - bias - f


def pack(number, t, mode="rn", sticky=False):
    """The number rounded to a format. `sticky`: its magnitude is a little more."""
    sign, m, x = number
    e, f, low, has_inf = FORMATS[t]
    s = sign_bit(t) if sign else 0
    if m == NAN:
        return nan_bits(t)
    if m == INF:
        return s | inf_bits(t) if has_inf else nan_bits(t)
    if m == 0 and not sticky:
        return s
    bias = (1 << (e - 1)) - 1
    m, x = m << 2 | (1 if sticky else 0), x - 2  # room for the sticky bit
    unit = max(m.bit_length() - 1 + x, 1 - bias) - f  # exponent of the last place
    shift = unit - x
    if shift <= 0:
        q, rest, half = m << -shift, 0, 1
    else:
        q, rest, half = m >> shift, m & ((1 << shift) - 1), 1 << (shift - 1)
    if mode == "rn":
        up = rest > half or (rest == half and q & 1)
    elif mode == "rna":
        up = rest >= half
    else:
        up = rest != 0 and ((mode == "rp" and not sign) or (mode == "rm" and sign))
    q += up
    magnitude = (max(unit + f + bias - 1, 0) << f) + q  # the hidden bit adds one to the exponent
    if magnitude << low <= largest(t):
        return s | magnitude << low
    away = mode in ("rn", "rna") or (mode == "rp" and not sign) or (mode == "rm" and sign)
    if not away:
        return s | largest(t)
    return s | inf_bits(t) if has_inf else nan_bits(t)


def flush(bits, t):
    _, m, _ = unpack(bits, t)
    e, f, low, _ = FORMATS[t]
    tiny = m not in (NAN, INF) and m < 1 << f
    return bits & sign_bit(t) if tiny else bits


def saturate(bits, t):
    sign, m, _ = unpack(bits, t)
    if m == NAN or sign:
        return 0
    return min(bits, pack((0, 1, 0), t))


def relu(bits, t):
    sign, m, _ = unpack(bits, t)
    return 0 if sign and m != NAN else bits


def finish(bits, t, ftz=False, sat=False, relu_=False):
    if sat:
        bits = saturate(bits, t)
    if relu_:
        bits = relu(bits, t)
    return flush(bits, t) if ftz else bits


# --- exact operations on numbers: (number, sticky) ---

def negate(n):
    return n[0] ^ 1, n[1], n[2]


def add(a, b, mode):
    if NAN in (a[1], b[1]):
        return (0, NAN, 0), False
    if a[1] == INF or b[1] == INF:
        if a[1] == b[1] and a[0] != b[0]:
            return (0, NAN, 0), False
        return (a if a[1] == INF else b), False
    x = min(a[2], b[2])
    total = sum((-n[1] if n[0] else n[1]) << (n[2] - x) for n in (a, b))
    if total == 0:
        same = a[0] == b[0] and a[1] == 0 and b[1] == 0
        return ((a[0] if same else int(mode == "rm")), 0, x), False
    return (int(total < 0), abs(total), x), False


def mul(a, b):
    sign = a[0] ^ b[0]
    if NAN in (a[1], b[1]) or {a[1], b[1]} == {0, INF}:
        return (0, NAN, 0), False
    if INF in (a[1], b[1]):
        return (sign, INF, 0), False
    return (sign, a[1] * b[1], a[2] + b[2]), False


def fma(a, b, c, mode):
    return add(mul(a, b)[0], c, mode)


def div(a, b):
    sign = a[0] ^ b[0]
    if NAN in (a[1], b[1]) or (a[1] == b[1] and a[1] in (0, INF)):
        return (0, NAN, 0), False
    if a[1] == INF or b[1] == 0:
        return (sign, INF, 0), False
    if b[1] == INF or a[1] == 0:
        return (sign, 0, 0), False
    q, rest = divmod(a[1] << 160, b[1])
    return (sign, q, a[2] - b[2] - 160), rest != 0


def sqrt(a, _=None):
    if a[1] in (NAN, 0):
        return a, False
    if a[0]:
        return (0, NAN, 0), False
    if a[1] == INF:
        return a, False
    m, x = a[1] << 160, a[2] - 160
    if x & 1:
        m, x = m << 1, x - 1
    root = math.isqrt(m)
    return (0, root, x // 2), root * root != m


def operation(op, t, mode="rn", **how):
    """A function of bit patterns: `op` of add sub mul fma div rcp sqrt on type t."""
    def run(*bits):
        if how.get("ftz"):
            bits = [flush(b, t) for b in bits]
        n = [unpack(b, t) for b in bits]
        result, sticky = {
            "add": lambda a, b: add(a, b, mode), "sub": lambda a, b: add(a, negate(b), mode),
            "mul": mul, "fma": lambda a, b, c: fma(a, b, c, mode), "div": div,
            "rcp": lambda a: div((0, 1, 0), a), "sqrt": sqrt}[op](*n)
        return finish(pack(result, t, mode, sticky), t, **how)
    return run


def convert(to, source, mode="rn", satfinite=False, relu_=False, sat=False, ftz=False):
    """A function from bit patterns of `source` to those of `to`."""
    def run(bits):
        if ftz and source == "f32":
            bits = flush(bits, source)
        n = unpack(bits, source)
        if n[1] == NAN:
            return 0 if sat else nan_bits(to)
        if satfinite:
            limit = unpack(largest(to), to)
            rounded = unpack(pack(n, to, mode), to)
            if n[1] == INF or rounded[1] in (INF, NAN):
                n = (n[0], limit[1], limit[2])
        return finish(pack(n, to, mode), to, sat=sat, relu_=relu_, ftz=ftz and to == "f32")
    return run


def to_integer(number, mode):
    """A finite number rounded to an integer."""
    sign, m, x = number
    q, rest, half = (m << x, 0, 1) if x >= 0 else (m >> -x, m & ((1 << -x) - 1), 1 << (-x - 1))
    up = {"rz": False, "rm": rest and sign, "rp": rest and not sign,
          "rn": rest > half or (rest == half and q & 1)}[mode]
    q += 1 if up else 0
    return -q if sign else q


def pairs_of(f, half=16):
    """Applies a function of halves to both halves of its arguments."""
    mask = (1 << half) - 1
    return lambda *args: f(*(a & mask for a in args)) | f(*(a >> half for a in args)) << half


# --- values ---

def edges(t):
    e, f, low, has_inf = FORMATS[t]
    bias = (1 << (e - 1)) - 1
    one = bias << f
    top = largest(t) >> low
    raw = [0, 1, 2, (1 << f) - 1, 1 << f, (1 << f) + 1, one - 1, one, one + 1, one - (1 << f), one + (1 << f),
           one + (1 << (f - 1)), one + (3 << (f - 1)), top - 1, top]
    if has_inf:
        raw += [top + 1, top + 1 | 1 << (f - 1), top + 2]
    raw += [min((bias + k) << f, top) for k in (-f - 2, -f - 1, -f, f - 1, f, f + 1, f + 2, bias // 2, -bias // 2)]
    raw.append((1 << (e + f)) - 1)
    raw = [r & ((1 << (e + f)) - 1) for r in raw]
    return [b << low for r in dict.fromkeys(raw) for b in (r, r | 1 << (e + f))]


def near(rng, t):
    """A value whose exponent is not far from 0, often with few fraction bits."""
    e, f, low, _ = FORMATS[t]
    bias = (1 << (e - 1)) - 1
    reach = min(bias - 1, f + 3)
    fraction = rng.getrandbits(f)
    kind = rng.randrange(4)
    if kind == 0:
        fraction &= ~((1 << rng.randrange(f + 1)) - 1)
    elif kind == 1:
        fraction |= (1 << rng.randrange(f + 1)) - 1
    field = bias + rng.randrange(-reach, reach + 1)
    return (rng.getrandbits(1) << (e + f) | field << f | fraction) << low


def low_end(rng, t):
    """A value around the least normal one."""
    e, f, low, _ = FORMATS[t]
    return (rng.getrandbits(1) << (e + f) | rng.randrange(3) << f | rng.getrandbits(f)) << low


def tuples(t, arity, seed, count=400):
    """Operands worth trying: edges with edges, neighbours in magnitude, tiny ones,
    a value with its own negative, any bits."""
    rng = random.Random(f"{seed} {t} {arity}")
    table = edges(t)
    bits = width(t)
    low = FORMATS[t][2]
    any_bits = lambda: rng.getrandbits(bits) >> low << low
    rows = [(x,) for x in table] if arity == 1 else []
    if arity == 2:
        rows = [(x, y) for x in table for y in table]
        if len(rows) > 4 * count:
            rows = rng.sample(rows, 4 * count)
    elif arity == 3:
        rows = [tuple(rng.choice(table) for _ in range(3)) for _ in range(3 * count)]
    for _ in range(count):
        rows.append(tuple(near(rng, t) for _ in range(arity)))
        rows.append(tuple(rng.choice((near, low_end))(rng, t) for _ in range(arity)))
    for _ in range(count // 2):
        rows.append(tuple(any_bits() for _ in range(arity)))
        if arity == 2:
            x = near(rng, t)
            rows.append((x, x ^ sign_bit(t) ^ rng.randrange(2) << low))
        elif arity == 3:  # c cancels the rounded product
            x, y = near(rng, t), near(rng, t)
            product = pack(mul(unpack(x, t), unpack(y, t))[0], t)
            rows.append((x, y, product ^ sign_bit(t)))
    return rows


def packed_tuples(t, arity, seed, count=400):
    """As tuples, two rows in one."""
    rows = tuples(t, arity, seed, count)
    shift = width(t)
    other = rows[len(rows) // 2:] + rows[:len(rows) // 2]
    return [tuple(a | b << shift for a, b in zip(r, s)) for r, s in zip(rows, other)]
