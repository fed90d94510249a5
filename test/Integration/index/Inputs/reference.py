"""The definition of detection and compaction, on numpy arrays."""

import itertools

import numpy as np

# Raw storage of the element types that numpy does not have.
DTYPES = {"f16": "<f2", "bf16": "<u2", "f32": "<f4", "f64": "<f8", "i1": "|b1", "i8": "|i1", "i16": "<i2", "i32": "<i4",
          "i64": "<i8"}


def grid(shape, micro, axis):
    """Groups, and micro-tiles of each."""
    counts = [1 if m is None else -(-s // m) for s, m in zip(shape, micro)]
    return int(np.prod([c for d, c in enumerate(counts) if d != axis], dtype=np.int64)), counts[axis], counts


def nonzero(values, element):
    if element == "bf16":
        return (values & 0x7FFF) != 0
    return values != 0  # NaN compares unequal, -0.0 equal


def detect(values, element, micro, axis):
    """The bitmap, from the definition: no trick in common with the kernels."""
    groups, capacity, counts = grid(values.shape, micro, axis)
    live = nonzero(values, element)
    bits = np.zeros((groups, capacity), bool)
    others = [d for d in range(values.ndim) if d != axis]
    for g, where in enumerate(itertools.product(*(range(counts[d]) for d in others))):
        for t in range(capacity):
            at = dict(zip(others, where)) | {axis: t}
            block = tuple(slice(None) if micro[d] is None else slice(at[d] * micro[d], (at[d] + 1) * micro[d])
                          for d in range(values.ndim))
            bits[g, t] = live[block].any()
    return bits


def sample(rng, shape, element, micro, density):
    """Values of which about `density` of the micro-tiles have one or a few live elements, among zeros of both
    signs; live ones may be NaN, infinite or subnormal."""
    dtype = np.dtype(DTYPES[element])
    size = int(np.prod(shape, dtype=np.int64))
    if element in ("f16", "bf16", "f32", "f64"):
        bits = np.dtype(f"u{dtype.itemsize}")
        width = 8 * dtype.itemsize
        sign = 1 << (width - 1)
        values = np.where(rng.random(size) < 0.5, sign, 0).astype(bits)
        exponents = {"f16": 0x7C00, "bf16": 0x7F80, "f32": 0x7F800000, "f64": 0x7FF0000000000000}[element]
        lives = np.array([1, sign | 1, exponents, exponents | 1, sign | exponents | (exponents >> 1), exponents >> 1],
                         dtype=bits)
    else:
        values = np.zeros(size, dtype)
        lives = np.array([True], bool) if element == "i1" else np.array([1, -1, np.iinfo(dtype).min], dtype)
    tile = [s if m is None else min(s, m) for s, m in zip(shape, micro)]
    per_tile = max(int(np.prod(tile, dtype=np.int64)), 1)
    if density >= 1:
        hit = rng.random(size) < 0.7
    else:
        hit = rng.random(size) < density / per_tile
    values[hit] = rng.choice(lives, size=int(hit.sum()))
    return values.view(dtype).reshape(shape)
