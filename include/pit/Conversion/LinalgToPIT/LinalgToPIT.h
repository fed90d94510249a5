//===- LinalgToPIT.h - from linalg to pit on tensors ------------*- C++ -*-===//

#ifndef PIT_CONVERSION_LINALGTOPIT_LINALGTOPIT_H
#define PIT_CONVERSION_LINALGTOPIT_LINALGTOPIT_H

#include "pit/Analysis/Axes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::pit {

/// What a linalg operation becomes.
struct ContractionPlan {
  linalg::LinalgOp op;
  MatmulDims dims;
  /// How it is computed; pinned by the user or the default.
  ScheduleAttr schedule;
  /// The sparse input by the operation's own numbering; none: dense.
  std::optional<int64_t> sparse;
};

/// Decides what becomes of `op`: none if it stays linalg. Emits an error at
/// the operation and fails if it is marked (a sparse operand under a
/// reduction, or `pit.schedule`) and cannot be lowered as it asks.
FailureOr<std::optional<ContractionPlan>> planContraction(linalg::LinalgOp op);

/// The schedule of a product with a sparse left operand where none is pinned.
/// The PIT axis is k. Where the operand is contiguous along m, the dense tile
/// is 64x128x32, else 32x128x32; the micro-tile is as long as it along m. Along
/// k the micro-tile is 1, or 16 where the left or the right operand is
/// contiguous along k, so that each has 32 contiguous bytes.
ScheduleAttr getDefaultSchedule(linalg::LinalgOp op, const MatmulDims &dims);

/// The dense schedule where none is pinned: tile 64x128x32.
ScheduleAttr getDefaultDenseSchedule(linalg::LinalgOp op,
                                     const MatmulDims &dims);

/// Replaces the operation by pit.generic, with pit.detect and pit.compact
/// before it if an operand is sparse. Its types carry no encodings any more.
GenericOp convertContraction(RewriterBase &rewriter,
                             const ContractionPlan &plan);

/// Takes #pit.sparsity off all types in `func` and erases casts that only put
/// it on or took it off. Emits an error and fails, with nothing changed, where
/// a call passes such a value on or an encoding of another kind is met.
LogicalResult dropSparsityEncodings(func::FuncOp func);

/// Does all of it: plans every operation, then drops the encodings, then
/// converts. Fails with nothing changed.
LogicalResult convertLinalgToPIT(func::FuncOp func);

} // namespace mlir::pit

#endif // PIT_CONVERSION_LINALGTOPIT_LINALGTOPIT_H
