#!/usr/bin/env python3
"""The digits network in numpy: what digits.mlir computes, and what its cover saves.

Reads the weights and inputs under data/, computes the network with f32 math on the
f16 values, and prints the sparsity of the hidden activations before and after cover,
and the accuracy with the dense layer and with the dead micro-tiles skipped. Needs only numpy.
"""

import argparse
import os
import sys

import numpy as np

VIEWS = 32  # rows of one image, and the micro-tile's extent along m
MICRO_TILE = (VIEWS, 16)
TILE_K = 32  # hidden units the dense tile takes per step
ARRAYS = ("w1", "b1", "w2", "b2", "w3", "b3")
DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")


def load(directory=DATA):
    """Returns the inputs, one row a view, the labels, one an image, and the weights by name."""
    arrays = {}
    for name in ("x", "labels") + ARRAYS:
        arrays[name] = np.load(os.path.join(directory, name + ".npy"))
    return arrays.pop("x"), arrays.pop("labels"), arrays


def hidden(x, weights):
    """First layer: relu(x w1 + b1) as f16, the sparse operand of the second."""
    product = x.astype(np.float32) @ weights["w1"].astype(np.float32)
    return np.maximum(product + weights["b1"], 0).astype(np.float16)


def live_micro_tiles(h, micro_tile=MICRO_TILE):
    """One boolean per micro-tile of h, [group, coordinate]: some element is not zero.

    A micro-tile that sticks out at the edge counts only its real elements.
    """
    pad = [(0, -extent % micro) for extent, micro in zip(h.shape, micro_tile)]
    nonzero = np.pad(h != 0, pad)
    rows, columns = (extent // micro for extent, micro in zip(nonzero.shape, micro_tile))
    return nonzero.reshape(rows, micro_tile[0], columns, micro_tile[1]).any((1, 3))


def dense_matmul(h, w2):
    """The second layer's product over all hidden units."""
    return h.astype(np.float32) @ w2.astype(np.float32)


def covered_matmul(h, w2, live, micro_tile=MICRO_TILE):
    """The same over live micro-tiles only: for each group, gather their columns of h and rows of w2."""
    out = np.zeros((h.shape[0], w2.shape[1]), np.float32)
    for group, tiles in enumerate(live):
        rows = slice(group * micro_tile[0], (group + 1) * micro_tile[0])
        units = np.flatnonzero(np.repeat(tiles, micro_tile[1])[: h.shape[1]])
        out[rows] = h[rows][:, units].astype(np.float32) @ w2[units].astype(np.float32)
    return out


def logits(product, weights):
    """From the second layer's product to f32 logits: relu(product + b2) w3 + b3."""
    activations = np.maximum(product + weights["b2"], 0).astype(np.float16)
    return activations.astype(np.float32) @ weights["w3"].astype(np.float32) + weights["b3"]


def accuracy(values, labels):
    """Share of images classified right, and share of single views."""
    views = values.argmax(1) == np.repeat(labels, VIEWS)
    images = values.reshape(-1, VIEWS, values.shape[1]).mean(1).argmax(1) == labels
    return images.mean(), views.mean()


def relative_error(values, expected):
    """Largest difference over the largest expected magnitude."""
    scale = np.abs(expected).max()
    return float(np.abs(values - expected).max() / (scale if scale > 0 else 1))


def tolerance(x, weights):
    """How far apart two right programs may be, for each logit.

    Both add K products in f32, in orders of their own, with an error of at most 2^-23 of the sum of magnitudes per
    addition where the hardware truncates; both round activations to f16, to within 2^-11 (2^-25 if subnormal).
    """
    value, error = x.astype(np.float32), np.zeros_like(x, np.float32)
    for layer in "123":
        matrix, bias = weights["w" + layer].astype(np.float32), weights["b" + layer]
        magnitudes = np.abs(value) @ np.abs(matrix) + np.abs(bias)
        error = error @ np.abs(matrix) + (len(matrix) + 1) * 2.0**-22 * magnitudes
        if layer != "3":
            value = np.maximum(value @ matrix + bias, 0)
            error += 2.0**-10 * (value + error) + 2.0**-24
            value = value.astype(np.float16).astype(np.float32)
    return error


def describe(h, live):
    """Lines on how sparse h is, and how much of that is dynamic."""
    counts = live.sum(1)
    share = live.mean(0)
    positions = counts * MICRO_TILE[1]
    steps = -(-positions // TILE_K)
    dense_steps = -(-h.shape[1] // TILE_K)
    unused = int((h == 0).all(0).sum())
    return [
        f"hidden activations: {h.shape[0]} x {h.shape[1]} f16, {100 * (h == 0).mean():.1f} % zero",
        f"after cover by micro-tiles {list(MICRO_TILE)}: {100 * (1 - live.mean()):.1f} % of {live.size} skipped",
        f"live micro-tiles per group: {counts.min()} to {counts.max()} of {live.shape[1]}, mean {counts.mean():.1f}",
        f"steps of k = {TILE_K} per group: mean {steps.mean():.2f} of {dense_steps} dense",
        f"different live sets: {len(np.unique(live, axis=0))} among {live.shape[0]} groups",
        f"blocks of {MICRO_TILE[1]} units live in no group: {int((share == 0).sum())}, in every group: "
        f"{int((share == 1).sum())}; units that never fire: {unused} of {h.shape[1]}",
    ]


def check_results(path, x, labels, weights, expected):
    """Compares the logits that another program wrote; returns whether they stand."""
    values = np.load(path)
    if values.shape != expected.shape or values.dtype != np.float32:
        sys.exit(
            f"error: '{path}' holds {values.dtype} {list(values.shape)}, expected float32 {list(expected.shape)}"
        )
    worst = float((np.abs(values - expected) / tolerance(x, weights)).max())
    share, views = accuracy(values, labels)
    print(
        f"logits of '{os.path.basename(path)}': relative error {relative_error(values, expected):.2e}, at most "
        f"{worst:.3f} of the tolerance; accuracy {100 * share:.2f} % of images, {100 * views:.2f} % of single views"
    )
    return worst <= 1 and share == accuracy(expected, labels)[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write-hidden", metavar="FILE", help="save the hidden activations, layer.mlir's input")
    parser.add_argument("--write-logits", metavar="FILE", help="save the logits of the dense network")
    parser.add_argument("--check-logits", metavar="FILE", help="compare these logits, for instance digits.mlir's")
    options = parser.parse_args()

    x, labels, weights = load()
    h = hidden(x, weights)
    live = live_micro_tiles(h)
    dense = dense_matmul(h, weights["w2"])
    covered = covered_matmul(h, weights["w2"], live)
    expected = logits(dense, weights)
    skipping = logits(covered, weights)

    print(f"{len(labels)} images, {VIEWS} views each")
    print("\n".join(describe(h, live)))
    for name, values in (("dense layer", expected), ("dead micro-tiles skipped", skipping)):
        share, views = accuracy(values, labels)
        print(f"accuracy, {name}: {100 * share:.2f} % of images, {100 * views:.2f} % of single views")
    print(f"relative error of the skipping layer against dense: {relative_error(covered, dense):.2e}")

    if options.write_hidden:
        np.save(options.write_hidden, h)
    if options.write_logits:
        np.save(options.write_logits, expected)
    if options.check_logits and not check_results(
        options.check_logits, x, labels, weights, expected
    ):
        sys.exit(f"error: '{options.check_logits}' differs from the reference")


if __name__ == "__main__":
    main()
