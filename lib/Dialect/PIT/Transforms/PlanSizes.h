//===- PlanSizes.h - where a size of a plan comes from ----------*- C++ -*-===//

#ifndef PIT_LIB_DIALECT_PIT_TRANSFORMS_PLANSIZES_H
#define PIT_LIB_DIALECT_PIT_TRANSFORMS_PLANSIZES_H

#include "pit/Dialect/PIT/Transforms/LaunchPlan.h"

namespace mlir::pit {

/// A factor of a size: a number, an index value, or, where `memref` is not
/// null, the dynamic size of its dimension `dim`; it is an argument, or the
/// result of an operation that plans do not know.
struct SizeFactor {
  OpFoldResult size;
  Value memref;
  int64_t dim = 0;
};

/// The factors whose product is the size of a dimension of a memref, looking
/// through casts.
void collectSizeFactors(Value memref, int64_t dim,
                        SmallVectorImpl<SizeFactor> &factors);

/// The numbers in the size in bytes of a memref: that of an element (i1 takes
/// one) and the sizes that its type tells, multiplied as far as that fits.
SmallVector<int64_t> getKnownByteFactors(MemRefType type);

/// Whether the operation computes sizes: integers from integers.
bool isSizeArithmetic(Operation *op);

/// States by pit.require which sizes the operations of a function in plan form
/// need to agree, where that is not seen. Emits an error and fails where known
/// sizes differ or a size has no expression.
LogicalResult requireSizes(func::FuncOp function);

} // namespace mlir::pit

#endif // PIT_LIB_DIALECT_PIT_TRANSFORMS_PLANSIZES_H
