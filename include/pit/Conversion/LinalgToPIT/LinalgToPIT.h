//===- LinalgToPIT.h - from linalg to pit on tensors ------------*- C++ -*-===//

#ifndef PIT_CONVERSION_LINALGTOPIT_LINALGTOPIT_H
#define PIT_CONVERSION_LINALGTOPIT_LINALGTOPIT_H

#include "pit/Analysis/Axes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::pit {

/// What a linalg operation becomes.
struct ContractionPlan {
  linalg::LinalgOp op;
  /// How it is computed; pinned by the user or the default.
  ScheduleAttr schedule;
  /// The input whose live micro-tiles the index lists; none: dense.
  std::optional<int64_t> sparse;
  /// A second input whose zeros the index leaves out too.
  std::optional<int64_t> paired;
};

/// Decides what becomes of `op`: none if it stays linalg. Emits an error at
/// the operation and fails if it is marked (a sparse operand under a
/// reduction, or `pit.schedule`) and cannot be lowered as it asks.
FailureOr<std::optional<ContractionPlan>> planContraction(linalg::LinalgOp op);

/// The schedule of a product-sum whose input `sparse` is sparse, where none is
/// pinned.
///
/// The dense tile spans, of the dimensions of each kind (see ContractionDims),
/// the one along which an operand is contiguous, or else the longest; of the
/// sparse operand's 64 if that is contiguous along it, else 32, of the other
/// operand's 128, of the reduction 32. The PIT axis is that of the reduction.
/// There the micro-tile is 1, or 16 where an input is contiguous along it;
/// along the sparse operand's own dimension as long as the dense tile; else 1.
/// Along the dimension in which the sparse operand is stored last, micro-tiles
/// have 32 bytes at least. Where the other input is not contiguous along any
/// dimension of the tile, the PIT axis is the sparse operand's own dimension
/// instead, and the micro-tile spans all of the reductions.
ScheduleAttr getDefaultSchedule(linalg::LinalgOp op, int64_t sparse);

/// The dense schedule where none is pinned: 64 x 128 x 32 along the dimensions
/// that getDefaultSchedule takes.
ScheduleAttr getDefaultDenseSchedule(linalg::LinalgOp op);

/// Replaces the operation by pit.generic, with pit.detect and pit.compact
/// before it if an operand is sparse. Its types carry no encodings any more.
GenericOp convertContraction(RewriterBase &rewriter,
                             const ContractionPlan &plan);

/// Fills in the regions of an operation without any: the sum of the products of
/// its two inputs, added to the init.
void buildProductSum(OpBuilder &builder, GenericOp generic, ProductSigns signs);

/// Replaces product-sums whose operand is assembled from block sparse rows
/// (BSR) or compressed sparse rows (CSR) by pit.generic on the stored values:
/// nothing is detected. Such an operand is the result of a
/// `sparse_tensor.assemble`, its encoding says how it is stored, and its
/// compressed dimension is a reduction. Emits an error at an operation with any
/// other operand of such a type and fails.
LogicalResult convertStoredSparse(func::FuncOp func);

/// Whether the element types of a product-sum have kernels: inputs of one type,
/// and an output in which their products are added up (see getSumType).
bool hasLoweredTypes(linalg::LinalgOp op);

/// Takes #pit.sparsity off all types in `func` and erases casts that only put
/// it on or took it off. Emits an error and fails, with nothing changed, where
/// a call passes such a value on or an encoding of another kind is met.
LogicalResult dropSparsityEncodings(func::FuncOp func);

/// Does all of it: plans every operation, then drops the encodings, then
/// converts. Fails with nothing changed.
LogicalResult convertLinalgToPIT(func::FuncOp func);

} // namespace mlir::pit

#endif // PIT_CONVERSION_LINALGTOPIT_LINALGTOPIT_H
