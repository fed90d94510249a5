//===- OrderLoops.cpp - loops in the order of memory ----------------------===//

#include "pit/Passes/Passes.h"
#include "pit/Reference/Reference.h"

#include "mlir/Dialect/Linalg/Transforms/Transforms.h"

namespace mlir::pit {
#define GEN_PASS_DEF_PITORDERLOOPSPASS
#include "pit/Passes/Passes.h.inc"
} // namespace mlir::pit

using namespace mlir;
using namespace mlir::pit;

/// Whether an operand read by `map` jumps in memory from one iteration of loop
/// `dim` to the next: it moves, and not along the last dimension alone.
static bool jumps(AffineMap map, unsigned dim) {
  if (map.getNumResults() == 0)
    return false;
  for (AffineExpr expr : map.getResults().drop_back())
    if (expr.isFunctionOfDim(dim))
      return true;
  AffineExpr last = map.getResults().back();
  return last.isFunctionOfDim(dim) && !isa<AffineDimExpr>(last);
}

/// The loop for the innermost place; the present one unless another is better.
static unsigned chooseInnermost(linalg::LinalgOp op) {
  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  auto cost = [&](unsigned dim) {
    int64_t jumping =
        llvm::count_if(op.getIndexingMapsArray(),
                       [&](AffineMap map) { return jumps(map, dim); });
    // A sum in order cannot be vectorized, so a parallel loop wins a tie.
    bool reduction = iterators[dim] != utils::IteratorType::parallel;
    return std::pair(jumping, reduction);
  };
  unsigned best = op.getNumLoops() - 1;
  for (unsigned dim = 0; dim < op.getNumLoops(); ++dim)
    if (cost(dim) < cost(best))
      best = dim;
  return best;
}

FailureOr<linalg::LinalgOp> pit::orderLoops(RewriterBase &rewriter,
                                            linalg::LinalgOp op) {
  if (op.getNumReductionLoops() == 0)
    return op;
  unsigned innermost = chooseInnermost(op);
  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  // A reduction that passes others would sum in another order.
  if (iterators[innermost] == utils::IteratorType::reduction &&
      llvm::is_contained(ArrayRef(iterators).drop_front(innermost + 1),
                         utils::IteratorType::reduction))
    return op;
  SmallVector<unsigned> order =
      llvm::to_vector(llvm::seq<unsigned>(0, op.getNumLoops()));
  order.erase(order.begin() + innermost);
  order.push_back(innermost);
  if (llvm::is_sorted(order))
    return op;
  auto generic = dyn_cast<linalg::GenericOp>(op.getOperation());
  if (!generic) {
    FailureOr<linalg::GenericOp> made = linalg::generalizeNamedOp(rewriter, op);
    if (failed(made))
      return failure();
    generic = *made;
  }
  FailureOr<linalg::GenericOp> ordered =
      linalg::interchangeGenericOp(rewriter, generic, order);
  if (failed(ordered))
    return failure();
  return cast<linalg::LinalgOp>(ordered->getOperation());
}

namespace {
struct OrderLoopsPass : pit::impl::PITOrderLoopsPassBase<OrderLoopsPass> {
  void runOnOperation() override {
    SmallVector<linalg::LinalgOp> work;
    getOperation()->walk([&](linalg::LinalgOp op) { work.push_back(op); });
    IRRewriter rewriter(&getContext());
    // An operation that cannot be reordered still becomes the loops that it
    // has: slower, and the same.
    for (linalg::LinalgOp op : work) {
      rewriter.setInsertionPoint(op);
      (void)orderLoops(rewriter, op);
    }
  }
};
} // namespace
