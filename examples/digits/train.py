#!/usr/bin/env python3
"""Trains the digits network so that its hidden activations stay sparse after cover.

    python3 -m venv build/venv && build/venv/bin/pip install numpy scikit-learn
    build/venv/bin/python examples/digits/train.py            # rewrites examples/digits/data

Trains twice, without and with the penalty on live micro-tiles, and prints both. The seed is fixed;
the last digits of the figures may still differ with the BLAS that numpy was built with.
"""

import argparse
import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one order of summation on any number of cores

import numpy as np
from sklearn.datasets import load_digits

import reference

SIDE = 8
HIDDEN, SECOND, CLASSES = 512, 128, 10
BLOCK = reference.MICRO_TILE[1]
BLOCKS = HIDDEN // BLOCK
TRAINING_IMAGES = 1437  # the other 360, last in the data set's order, are only measured on
SAVED_IMAGES = 128  # of those, the ones saved as the example's input
EPOCHS, IMAGES_PER_STEP, VIEWS_PER_STEP = 100, 32, 8
LEARNING_RATE = 2e-3
PENALTY = 0.6
KNEE = 0.3  # the activation size (root mean square) past which a live block costs little more


def view_matrices():
    """32 small affine maps of an 8x8 image, [view, input pixel, output pixel], bilinear, zero outside."""
    matrices = []
    for degrees in (-12, -4, 4, 12):
        c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        for shift_x in (-0.75, -0.25, 0.25, 0.75):
            for shift_y in (-0.5, 0.5):
                matrix = np.zeros((SIDE * SIDE, SIDE * SIDE), np.float32)
                for pixel in range(SIDE * SIDE):
                    y, x = np.array(divmod(pixel, SIDE)) - (SIDE - 1) / 2
                    u = c * x - s * y + shift_x + (SIDE - 1) / 2
                    v = s * x + c * y + shift_y + (SIDE - 1) / 2
                    for row in (int(np.floor(v)), int(np.floor(v)) + 1):
                        for column in (int(np.floor(u)), int(np.floor(u)) + 1):
                            if 0 <= row < SIDE and 0 <= column < SIDE:
                                weight = (1 - abs(u - column)) * (1 - abs(v - row))
                                matrix[row * SIDE + column, pixel] += weight
                matrices.append(matrix)
    return np.stack(matrices)


def dataset():
    """All views of all digits, [image, view, pixel] in 0..1 as f16 stores them, and the labels."""
    digits = load_digits()
    views = np.einsum("ni,vij->nvj", (digits.data / 16).astype(np.float32), view_matrices())
    return views.astype(np.float16), digits.target.astype(np.int32)


class Network:
    """Weights in f32 with Adam's moments (Kingma and Ba, arXiv:1412.6980)."""

    def __init__(self, rng):
        sizes = (SIDE * SIDE, HIDDEN, SECOND, CLASSES)
        self.parameters = []
        for fan_in, fan_out in zip(sizes, sizes[1:]):
            self.parameters.append(rng.normal(0, (2 / fan_in) ** 0.5, (fan_in, fan_out)).astype(np.float32))
            self.parameters.append(np.zeros(fan_out, np.float32))
        self.first = [np.zeros_like(p) for p in self.parameters]
        self.second = [np.zeros_like(p) for p in self.parameters]
        self.steps = 0
        self.usage = np.full(BLOCKS, 0.5, np.float32)  # running share of images for which a block is live

    def gradients(self, x, labels, penalty):
        """Gradients of the mean cross-entropy over rows plus the penalty; rows are [image, view]."""
        w1, b1, w2, b2, w3, b3 = self.parameters
        h1 = np.maximum(x @ w1 + b1, 0)
        h2 = np.maximum(h1 @ w2 + b2, 0)
        z = h2 @ w3 + b3
        dz = np.exp(z - z.max(1, keepdims=True))
        dz /= dz.sum(1, keepdims=True)
        dz[np.arange(len(labels)), labels] -= 1
        dz /= len(labels)
        dh2 = (dz @ w3.T) * (h2 > 0)
        dh1 = (dh2 @ w2.T + self.penalty_gradient(h1, penalty)) * (h1 > 0)
        return [x.T @ dh1, dh1.sum(0), h1.T @ dh2, dh2.sum(0), h2.T @ dz, dz.sum(0)]

    def penalty_gradient(self, h1, penalty):
        """Of penalty * mean over images of the sum over blocks of usage * KNEE * n / (n + KNEE).

        n is the root mean square of the block's activations over the views of one image: a group lasso
        (Yuan and Lin, 2006) on what becomes a micro-tile, bent so that it counts live blocks rather than their
        size. The relative usage makes blocks that are live for most images dearer, so that the network cannot
        settle on a few blocks for everything, which would be pruning.
        """
        blocks = h1.reshape(IMAGES_PER_STEP, VIEWS_PER_STEP, BLOCKS, BLOCK)
        squares = (blocks**2).mean((1, 3))
        size = np.sqrt(squares + 1e-8)
        self.usage = 0.98 * self.usage + 0.02 * (squares > 0).mean(0)
        relative = self.usage / self.usage.mean()
        slope = penalty * relative * KNEE**2 / (size + KNEE) ** 2
        scaled = blocks * (slope / size)[:, None, :, None]
        return (scaled / (IMAGES_PER_STEP * VIEWS_PER_STEP * BLOCK)).reshape(-1, HIDDEN)

    def update(self, gradients, rate):
        self.steps += 1
        for p, g, m, v in zip(self.parameters, gradients, self.first, self.second):
            m += 0.1 * (g - m)
            v += 0.01 * (g * g - v)
            p -= rate * (m / (1 - 0.9**self.steps)) / (np.sqrt(v / (1 - 0.99**self.steps)) + 1e-8)

    def split_idle_units(self, x, rng):
        """A unit that fires for no row becomes half of a unit of its block that does, plus some noise.

        Keeps all units in use: otherwise most of them die during training, and a smaller dense layer would do.
        """
        w1, b1, w2 = self.parameters[:3]
        fires = (x @ w1 + b1 > 0).mean(0)
        for units in np.arange(HIDDEN).reshape(BLOCKS, BLOCK):
            active = units[fires[units] > 0]
            if not len(active):
                continue
            for idle in units[fires[units] == 0]:
                model = rng.choice(active, p=fires[active] / fires[active].sum())
                noise = 0.1 * np.linalg.norm(w1[:, model]) / SIDE * rng.normal(0, 1, SIDE * SIDE)
                w1[:, idle] = w1[:, model] + noise
                b1[idle] = b1[model]
                w2[model] /= 2
                w2[idle] = w2[model]
                for moments in (self.first, self.second):
                    moments[0][:, idle] = moments[0][:, model]
                    moments[1][idle] = moments[1][model]
                    moments[2][idle] = moments[2][model]

    def stored(self):
        """The weights as the example stores them: matrices in f16, biases in f32."""
        return {
            name: p.astype(np.float16 if p.ndim == 2 else np.float32)
            for name, p in zip(reference.ARRAYS, self.parameters)
        }


def train(views, labels, penalty, seed=1):
    rng = np.random.default_rng(seed)
    network = Network(rng)
    steps_per_epoch = TRAINING_IMAGES // IMAGES_PER_STEP
    steps = EPOCHS * steps_per_epoch
    quarter = views[:TRAINING_IMAGES, ::4].reshape(-1, SIDE * SIDE)
    for epoch in range(EPOCHS):
        order = rng.permutation(TRAINING_IMAGES)
        for step in range(steps_per_epoch):
            images = order[step * IMAGES_PER_STEP : (step + 1) * IMAGES_PER_STEP]
            chosen = rng.permutation(reference.VIEWS)[:VIEWS_PER_STEP]
            x = views[images][:, chosen].reshape(-1, SIDE * SIDE)
            # The penalty comes in over the first 30 % of the steps, once there are features to choose among.
            strength = penalty * min(1, network.steps / (0.3 * steps))
            gradients = network.gradients(x, np.repeat(labels[images], VIEWS_PER_STEP), strength)
            cosine = 0.5 * (1 + np.cos(np.pi * network.steps / steps))
            network.update(gradients, LEARNING_RATE * cosine + 1e-5)
        if penalty and epoch % 5 == 4 and epoch < 0.8 * EPOCHS:
            network.split_idle_units(quarter, rng)
    return network.stored()


def report(title, views, labels, weights):
    h = reference.hidden(views.reshape(-1, SIDE * SIDE), weights)
    values = reference.logits(reference.dense_matmul(h, weights["w2"]), weights)
    share, single = reference.accuracy(values, labels)
    print(f"== {title}: {len(labels)} images not trained on")
    print(f"accuracy: {100 * share:.2f} % of images, {100 * single:.2f} % of single views")
    print("\n".join(reference.describe(h, reference.live_micro_tiles(h))), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", default=reference.DATA, help="folder for the .npy files")
    parser.add_argument("--penalty", type=float, default=PENALTY, help="strength of the penalty (default %(default)s)")
    options = parser.parse_args()

    stored, labels = dataset()
    views = stored.astype(np.float32)
    held_out = slice(TRAINING_IMAGES, None)
    started = time.time()
    report("without penalty", stored[held_out], labels[held_out], train(views, labels, 0))
    weights = train(views, labels, options.penalty)
    report(f"penalty {options.penalty:g}", stored[held_out], labels[held_out], weights)
    everything = reference.hidden(stored.reshape(-1, SIDE * SIDE), weights)
    print(f"units that fire for no image of the whole data set: {int((everything == 0).all(0).sum())} of {HIDDEN}")
    print(f"{time.time() - started:.0f} s")

    saved = slice(TRAINING_IMAGES, TRAINING_IMAGES + SAVED_IMAGES)
    weights["x"] = stored[saved].reshape(-1, SIDE * SIDE)
    weights["labels"] = labels[saved]
    os.makedirs(options.output, exist_ok=True)
    for name, array in weights.items():
        np.save(os.path.join(options.output, name + ".npy"), array)


if __name__ == "__main__":
    main()
