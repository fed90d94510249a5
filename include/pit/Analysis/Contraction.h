//===- Contraction.h - the loop dimensions of a product-sum -----*- C++ -*-===//
//
// Sorts the loop dimensions of out += lhs * rhs by the operands that they
// index, and says which of them a dense tile spans. Examples (maps of lhs, rhs
// and output; the dense tile's extents):
//
//   matrix product  (m, k) (k, n) (m, n), tile [64, 128, 32]
//     lhs {m}, rhs {n}, reduction {k}; tiled m, n, k
//   batch product   (b, m, k) (b, k, n) (b, m, n), tile [1, 64, 128, 32]
//     outer {b}, lhs {m}, rhs {n}, reduction {k}; tiled m, n, k
//   matrix * vector (m, k) (k) (m), tile [64, 32]
//     lhs {m}, rhs {}, reduction {k}; tiled m, k: nothing stands for n
//   convolution     (i + x, j + y, c) (x, y, c, f) (i, j, f)
//     lhs {i, j}, rhs {f}, reduction {x, y, c}
//
//===----------------------------------------------------------------------===//

#ifndef PIT_ANALYSIS_CONTRACTION_H
#define PIT_ANALYSIS_CONTRACTION_H

#include "pit/Dialect/PIT/IR/PIT.h"

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"

namespace mlir::pit {

/// The loop dimensions of a product-sum of two inputs, each in one list, in
/// ascending order.
struct ContractionDims {
  SmallVector<int64_t> lhs;       ///< parallel, in the first input only
  SmallVector<int64_t> rhs;       ///< parallel, in the second input only
  SmallVector<int64_t> reduction; ///< reductions that are in both inputs
  SmallVector<int64_t> outer;     ///< parallel, in both inputs or in none
  /// Reductions that are in one input or in none.
  SmallVector<int64_t> outerReductions;

  /// For the maps of lhs, rhs and output; a dimension is parallel if the
  /// output has it.
  static ContractionDims get(ArrayRef<AffineMap> maps);
};

/// The loop dimensions that a dense tile spans, at most one of each kind: the
/// one with a tile extent of more than 1. The others are loops around it.
struct TiledDims {
  std::optional<int64_t> lhs, rhs, reduction;

  bool contains(int64_t dim) const {
    return dim == lhs || dim == rhs || dim == reduction;
  }

  /// Emits an error from `emitError` and fails if two dimensions of a kind, or
  /// one that no dense tile spans, have a tile extent of more than 1.
  static FailureOr<TiledDims> get(const ContractionDims &dims,
                                  ArrayRef<int64_t> tile,
                                  function_ref<InFlightDiagnostic()> emitError);
};

/// The factors of the loop dimensions in `expr`, one per dimension, then its
/// constant; none if it is not linear in them.
std::optional<SmallVector<int64_t>> getLinearTerms(AffineExpr expr,
                                                   unsigned numDims);

/// A loop dimension, or none: a dimension of one element then stands for it.
using ViewDim = std::optional<int64_t>;

/// Whether `first` should be the second of an operand's two tile dimensions,
/// and `second` the first: the operand is contiguous along the second, if along
/// one of them. The map, which indexes the operand, is linear.
bool isReversedView(MemRefType type, AffineMap map, ViewDim first,
                    ViewDim second);

} // namespace mlir::pit

#endif // PIT_ANALYSIS_CONTRACTION_H
