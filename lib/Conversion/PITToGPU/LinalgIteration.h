//===- LinalgIteration.h - iterations of an elementwise kernel --*- C++ -*-===//
//
// How the threads of a kernel share the iteration space of a linalg operation.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_CONVERSION_PITTOGPU_LINALGITERATION_H
#define PIT_LIB_CONVERSION_PITTOGPU_LINALGITERATION_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace mlir::pit {

/// Where an operand's element lies, in elements from the start of its buffer,
/// as a function of the loop dimensions.
struct LinalgAccess {
  /// constant + sum of coefficients[d] * d, unless `general` is set.
  SmallVector<int64_t> coefficients;
  int64_t constant = 0;
  /// The offset of an indexing map with a mod or a division.
  AffineExpr general;

  /// Whether the offset depends on dimension `dim`.
  bool dependsOn(unsigned dim) const;
};

/// The iteration space of a linalg operation on memrefs of static shape and
/// identity layout, as a kernel runs it. A dimension is dropped (its value is
/// 0) where its extent is 1 or where it was merged into another one. For
/// example, the addition of two memref<37x53xf32> has one dimension of 1961.
struct LinalgIteration {
  /// Extent of each loop dimension; 1 for those that are dropped.
  SmallVector<int64_t> extents;
  /// Dimensions that threads share, slowest first: different points along
  /// them write different elements of every output.
  SmallVector<unsigned> threadDims;
  /// Dimensions that each thread loops over, outermost first.
  SmallVector<unsigned> loopDims;
  /// One per operand; those of scalar operands are all zero.
  SmallVector<LinalgAccess> accesses;
  /// Consecutive points along the last of `threadDims` that one thread
  /// computes; 1 where outputs cannot be written in wide stores.
  int64_t lanes = 1;

  /// Threads of the whole kernel.
  int64_t getNumThreads() const;
  /// Whether `operand`'s elements of a thread's lanes are consecutive and
  /// aligned to their size together (at most 16 bytes).
  bool isWide(unsigned operand) const;

  /// Analyses `op`. Its iteration space must not be empty.
  static LinalgIteration get(linalg::LinalgOp op);
};

/// Size of an element in memory, in bytes; 0 for a type without a lowering.
/// f16, bf16, f32, f64, index and signless integers of 1, 8, 16, 32 and 64 bits
/// have one.
int64_t getElementBytes(Type type);

} // namespace mlir::pit

#endif // PIT_LIB_CONVERSION_PITTOGPU_LINALGITERATION_H
