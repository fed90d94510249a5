"""Data for index-semantics.mlir, and what must come of them.

A (64 x 32) is live in the micro-tile of rows 0 to 31 and columns 0 to 15, where it is 1 but for row 0, and holds -0.0,
which is a zero, everywhere else. B is 1, but infinite in row 5, which the live micro-tile reads, and NaN in row 20,
which it does not.
"""
import sys

import numpy as np

mode, directory = sys.argv[1:]
a = np.full((64, 32), -0.0, np.float16)
a[1:32, :16] = 1
b = np.ones((32, 16), np.float16)
b[5], b[20] = np.inf, np.nan
c = np.arange(64 * 16, dtype=np.float32).reshape(64, 16)
if mode == "make":
    for name, array in (("a", a), ("b", b), ("c", c)):
        np.save(f"{directory}/{name}.npy", array)
    sys.exit()
y = np.load(f"{directory}/y.npy")
expected = c.copy()
if mode == "check-k":
    # Row 0 lies in a live micro-tile: 0 times infinity. Columns from 16 on, with the NaN, are not read.
    expected[0] = np.nan
    expected[1:32] = np.inf
else:
    # Whole rows: row 0 is not live, and the others read the NaN.
    expected[1:32] = np.nan
if not np.array_equal(y, expected, equal_nan=True):
    sys.exit(f"{mode}: differs at {np.argwhere(~((y == expected) | (np.isnan(y) & np.isnan(expected))))[:5].tolist()}")
