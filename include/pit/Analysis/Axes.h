//===- Axes.h - PIT axes and combiners of linalg operations -----*- C++ -*-===//
//
// What may be permuted and which operand may be sparse, from indexing maps,
// iterator types and body alone. Worked examples, which are the unit tests:
// the operation, its PIT axes, its combiner, the inputs that may be sparse.
//
//  1. row sum: C[p] += A[p, l]
//     p, l; addf; A
//  2. vector addition: C[p] = A[p] + B[p]
//     p; none; none
//  3. matmul: C[m, n] += A[m, k] * B[k, n]
//     m, n, k; addf; A, B
//  4. batch matmul of i8: C[b, m, n] += A[b, m, k] * B[b, k, n]
//     b, m, n, k; addi; A, B
//  5. convolution: C[n, f, x, y] += A[n, m, x + i, y + j] * B[f, m, i, j]
//     n, f, m; addf; A, B. Not x, y, i and j, which A's map reads in sums.
//  6. routed experts: C[t, n] += R[e, t] * A[t, k] * B[e, k, n]
//     t, n, e, k; addf; R, A, B
//  7. row maximum: C[m] = maximumf(C[m], A[m, n] * B[n])
//     m, n; maximumf; none: zero is not its identity. It is that of maxui.
//  8. mask: C[m] += M[m, k] ? A[m, k] * B[k] : 0
//     m, k; addf; M, A, B
//  9. quotient: C[m] += A[m, k] / B[k]
//     m, k; addf; none: 0 / B[k] may be 0 / 0. But A for C[m] += A[m, k] / 2.
// 10. pole: C[m] += A[m, k] * log(A[m, k])
//     m, k; addf; none: 0 * log(0) is a NaN
// 11. narrow sum: C[m] = truncf(extf(C[m]) + extf(A[m, k]))
//     m, k; addf; A
// 12. cut maximum: C[m] = trunci(maxsi(extsi(C[m]), A[m, k]))
//     m; maxsi; none. What is cut off after each step depends on the order.
// 13. position: C[m] += A[m, k] * k
//     m; addi; A. The body reads k by 'linalg.index'.
// 14. two outputs: C[m] += A[m, k], D[m] += A[m, k] * A[m, k]
//     m, k; addf, addf; A
// 15. position of the maximum: if (A[m, k] > C[m]) C[m], D[m] = A[m, k], k
//     m; none, none; none
// 16. running sum: C[m] += A[m, k], D[m, k] = C[m]
//     m; addf, none; none
// 17. broadcast: C[m, n] += s * A[m]
//     m, n; addf; s, A
// 18. one column: C[m] += A[m, 0] * B[m, k]
//     m, k; addf; A, B
// 19. bounded sum: C[m] = addi overflow<nsw>(C[m], A[m, k])
//     m; addi; A. In another order a partial sum may overflow.
//
// What is not proved is a no; a dimension of size 1 counts as any other. On
// buffers, operands are taken not to overlap, as linalg's iterator types do.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_ANALYSIS_AXES_H
#define PIT_ANALYSIS_AXES_H

#include "pit/Dialect/PIT/IR/Legality.h"
#include "pit/Dialect/PIT/IR/PIT.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace mlir::pit {

/// How the body of a structured operation folds contributions into an output.
struct BodyInfo {
  /// The operation that takes the accumulator and the contribution. Null if
  /// there is none: the output's old value is not read, or read otherwise. The
  /// accumulator is widened before it and narrowed after it, or neither.
  Operation *combiner = nullptr;
  /// What is combined with the accumulator, before conversions of type. It
  /// depends on no output's old value.
  Value contribution;
  /// Why contributions may not come in any order and grouping (there is no
  /// combiner, or it is not associative and commutative); empty if they may.
  std::string obstacle;

  bool isReorderable() const { return obstacle.empty(); }
};

/// Why iterations may do more than compute what they yield: the operation of
/// the body that may access memory; empty if none may.
std::string getAccessObstacle(linalg::LinalgOp op);

/// Finds combiner and contribution of output `output`, looking through
/// conversions of type. There is none where the body may access memory.
BodyInfo analyzeBody(linalg::LinalgOp op, int64_t output = 0);

/// Why input `input` may not be sparse; empty if a zero of it makes the
/// contributions to all outputs their combiners' identity, so that iterations
/// that read the zero may be left out. An output without a combiner (as of a
/// vector addition) keeps its old value where iterations are left out, so that
/// no input may be sparse. See isZeroWith for what counts as proved.
std::string getSparseObstacle(linalg::LinalgOp op, int64_t input);

/// Whether getSparseObstacle has nothing to say.
bool mayBeSparse(linalg::LinalgOp op, int64_t input);

/// How an operation with two inputs and one output that adds up products of the
/// inputs' elements widens them (to wider floats or integers), or none if it is
/// no such operation. Products and sums are at least as wide as the output.
std::optional<ProductSigns> matchProductSum(linalg::LinalgOp op);

/// Whether matchProductSum matches.
bool isProductSum(linalg::LinalgOp op);

/// A loop dimension as a PIT axis.
struct AxisInfo {
  PermutationKind kind;
  /// Why the dimension may not be permuted; empty if it may.
  std::string obstacle;

  bool isPermutable() const { return obstacle.empty(); }
};

/// One entry per loop dimension. A PIT axis stands in the indexing maps only as
/// a bare dimension, and the body does not compute with its number. A parallel
/// one is in every output's map: permuted, it permutes the outputs. A
/// reduction is in none, and every output's contributions may come in any
/// order.
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
