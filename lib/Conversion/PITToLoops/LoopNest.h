//===- LoopNest.h - helpers to write loops ----------------------*- C++ -*-===//

#ifndef PIT_CONVERSION_PITTOLOOPS_LOOPNEST_H
#define PIT_CONVERSION_PITTOLOOPS_LOOPNEST_H

#include "pit/Conversion/Utils/IndexBuilder.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

namespace mlir::pit {

/// The range of a loop of step 1.
struct LoopRange {
  Value begin, end;
};

/// Index arithmetic, and loops over micro-tiles.
struct LoopBuilder : IndexBuilder {
  using IndexBuilder::IndexBuilder;

  /// An i32 or i64 from memory as an index.
  Value loadIndex(Value memref, ValueRange indices);
  /// The range [0, end).
  LoopRange upTo(Value end) { return {constant(0), end}; }

  /// Number of micro-tiles of extent `micro` in a dimension of `size` elements;
  /// a dynamic extent is the whole dimension.
  Value microTiles(Value size, int64_t micro);
  /// The elements of micro-tile `number` that lie in bounds.
  LoopRange microTileRange(Value size, int64_t micro, Value number);

  /// Builds nested loops, the last range innermost.
  void loops(ArrayRef<LoopRange> ranges,
             function_ref<void(OpBuilder &, ValueRange)> body);
};

} // namespace mlir::pit

#endif // PIT_CONVERSION_PITTOLOOPS_LOOPNEST_H
