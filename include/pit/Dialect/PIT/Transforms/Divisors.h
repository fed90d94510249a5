//===- Divisors.h - what offsets are known to be multiples of ---*- C++ -*-===//

#ifndef PIT_DIALECT_PIT_TRANSFORMS_DIVISORS_H
#define PIT_DIALECT_PIT_TRANSFORMS_DIVISORS_H

#include "pit/Dialect/PIT/IR/PIT.h"

namespace mlir::pit {

/// A number that divides `value` whatever the run: that of a constant (0 is a
/// multiple of everything: 0), of bounds and steps of loops, of products and
/// sums of such, of the positions of a tile scheduler; 1 where nothing is
/// known. For coordinates (!pit.coords), what divides their first position,
/// their live positions and the micro-tile: from a multiple of it, as many
/// positions lie side by side, at a place that is a multiple of it, and are all
/// live or all not. `value` is an index, an integer or coordinates.
int64_t getKnownDivisor(Value value);

/// A number that divides the place of each row of a memref, in elements from a
/// 16-byte aligned address, and the length of a row (0: everything does):
/// accesses as wide, from a multiple of it on, are aligned, and lie within the
/// row or outside of it. 1 where the last dimension's elements do not lie side
/// by side.
int64_t getKnownRowDivisor(Value memref);

/// True if `value` is a multiple of `number` (at least 1) whatever the run.
bool isKnownMultiple(Value value, int64_t number);

} // namespace mlir::pit

#endif // PIT_DIALECT_PIT_TRANSFORMS_DIVISORS_H
