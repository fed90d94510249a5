//===- Axes.h - PIT axes and combiners of linalg operations -----*- C++ -*-===//
//
// What may be permuted and which operand may be sparse, from indexing maps and
// body alone. For matmul (m, n, k): all three may be permuted, and with A zero
// a product under a sum contributes nothing, so A may be sparse. For a
// convolution the window dimensions stand in `d1 + d4` and may not. For a
// product under a maximum no operand may be sparse: 0 is not its identity.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_ANALYSIS_AXES_H
#define PIT_ANALYSIS_AXES_H

#include "pit/Dialect/PIT/IR/PIT.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace mlir::pit {

/// How the body of a structured operation with one output folds contributions
/// into it.
struct BodyInfo {
  /// The operation that takes the accumulator and the contribution. Null if
  /// there is none: the output's old value is not read, or read otherwise.
  Operation *combiner = nullptr;
  /// What is combined with the accumulator, before conversions of type.
  Value contribution;
};

/// Finds combiner and contribution, looking through conversions of type. The
/// contribution does not depend on the accumulator.
BodyInfo analyzeBody(linalg::LinalgOp op);

/// Whether a zero of input `input` makes the contribution the combiner's
/// identity, so that it may be left out: proved for factors of products under
/// add, or, xor.
bool mayBeSparse(linalg::LinalgOp op, int64_t input);

/// Whether the operation has two inputs and one output, and adds up products
/// of the inputs' elements, which are converted only to wider floats; products
/// and sums are at least as wide as the output.
bool isProductSum(linalg::LinalgOp op);

/// A loop dimension as a PIT axis.
struct AxisInfo {
  PermutationKind kind;
  /// Why the dimension may not be permuted; empty if it may.
  std::string obstacle;

  bool isPermutable() const { return obstacle.empty(); }
};

/// One entry per loop dimension.
SmallVector<AxisInfo> analyzeAxes(linalg::LinalgOp op);

/// The dimensions of a matrix product: loop dimensions m, n, k, and the inputs
/// that hold (m, k) and (k, n). m is the first dimension of the output.
struct MatmulDims {
  int64_t m, n, k;
  int64_t lhs, rhs;
};

/// Matches a product-sum over exactly one m, one n and one k, whose operands
/// have rank 2 and bare dimensions in any order.
FailureOr<MatmulDims> matchMatmul(linalg::LinalgOp op);

} // namespace mlir::pit

#endif // PIT_ANALYSIS_AXES_H
