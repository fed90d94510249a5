"""layer.py make|check FOLDER: data for layer.mlir; whether y.bin is right."""
import os
import sys

import numpy as np

command, folder = sys.argv[1:]
rng = np.random.default_rng(7)
# Small integers: sums are exact in any order.
a = rng.integers(-4, 5, (100, 72)).astype(np.float16)
a[rng.random((100, 72)) < 0.9] = 0
b = rng.integers(-4, 5, (72, 56)).astype(np.float16)
c = rng.integers(-4, 5, (100, 56)).astype(np.float32)
if command == "make":
    for name, array in (("a", a), ("b", b), ("c", c)):
        array.tofile(os.path.join(folder, name + ".bin"))
else:
    y = np.fromfile(os.path.join(folder, "y.bin"), np.float32).reshape(100, 56)
    wanted = a.astype(np.float32) @ b.astype(np.float32) + c
    print(f"right: {y.size} elements" if (y == wanted).all() else "wrong")
