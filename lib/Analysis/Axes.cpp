//===- Axes.cpp - PIT axes and combiners of linalg operations -------------===//

#include "pit/Analysis/Axes.h"

#include "pit/Dialect/PIT/IR/Legality.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace mlir::pit;

/// Whether `value` is computed from `argument` within its block.
static bool dependsOn(Value value, BlockArgument argument) {
  SmallVector<Value> pending{value};
  llvm::SmallPtrSet<Operation *, 8> seen;
  while (!pending.empty()) {
    Value next = pending.pop_back_val();
    if (next == argument)
      return true;
    Operation *op = next.getDefiningOp();
    if (!op || op->getBlock() != argument.getOwner() || !seen.insert(op).second)
      continue;
    llvm::append_range(pending, op->getOperands());
    llvm::SetVector<Value> captured;
    getUsedValuesDefinedAbove(op->getRegions(), captured);
    llvm::append_range(pending, captured);
  }
  return false;
}

BodyInfo pit::analyzeBody(linalg::LinalgOp op) {
  Block *body = op.getBlock();
  if (op.getNumDpsInits() != 1 || body->getTerminator()->getNumOperands() != 1)
    return {};
  Operation *combiner =
      skipConversions(body->getTerminator()->getOperand(0)).getDefiningOp();
  if (!combiner || combiner->getBlock() != body ||
      combiner->getNumOperands() != 2)
    return {};
  BlockArgument accumulator = op.getRegionOutputArgs().front();
  for (unsigned number : {0u, 1u}) {
    Value other = combiner->getOperand(1 - number);
    if (skipConversions(combiner->getOperand(number)) == accumulator &&
        !dependsOn(other, accumulator))
      return {combiner, other};
  }
  return {};
}

bool pit::mayBeSparse(linalg::LinalgOp op, int64_t input) {
  BodyInfo body = analyzeBody(op);
  return body.combiner && hasZeroIdentity(body.combiner) &&
         isZeroWith(body.contribution, op.getRegionInputArgs()[input]);
}

bool pit::isProductSum(linalg::LinalgOp op) {
  if (op.getNumDpsInputs() != 2 || op.getNumDpsInits() != 1)
    return false;
  BodyInfo body = analyzeBody(op);
  if (!isa_and_nonnull<arith::AddFOp>(body.combiner))
    return false;
  auto product = skipWidening(body.contribution).getDefiningOp<arith::MulFOp>();
  if (!product)
    return false;
  // Where the body multiplies or adds in a narrower type than the output has,
  // it overflows on purpose.
  auto isNarrow = [&](Operation *step) {
    return step->getResult(0).getType().getIntOrFloatBitWidth() <
           op.getRegionOutputArgs().front().getType().getIntOrFloatBitWidth();
  };
  if (isNarrow(product) || isNarrow(body.combiner))
    return false;
  ArrayRef<BlockArgument> args = op.getRegionInputArgs();
  return isProduct(product, args[0], args[1]);
}

SmallVector<AxisInfo> pit::analyzeAxes(linalg::LinalgOp op) {
  SmallVector<AxisInfo> axes;
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  BodyInfo body = analyzeBody(op);
  for (auto [dim, iterator] : llvm::enumerate(op.getIteratorTypesArray())) {
    bool isReduction = iterator == utils::IteratorType::reduction;
    AxisInfo &axis = axes.emplace_back();
    axis.kind =
        isReduction ? PermutationKind::reduction : PermutationKind::parallel;
    llvm::raw_string_ostream reason(axis.obstacle);
    if (isReduction && !body.combiner) {
      reason << "the body does not combine contributions by one operation";
      continue;
    }
    if (isReduction && !isReorderable(body.combiner)) {
      reason << "its combiner '" << body.combiner->getName()
             << "' is not associative and commutative";
      continue;
    }
    // Captured anew: clang++ before 16 captures no structured binding.
    op.getBlock()->walk([&, dim = dim](linalg::IndexOp index) {
      if (index.getDim() != dim)
        return WalkResult::advance();
      reason << "the body reads its number by 'linalg.index'";
      return WalkResult::interrupt();
    });
    for (auto [number, map] : llvm::enumerate(maps))
      for (AffineExpr expr : map.getResults())
        if (axis.isPermutable() && !isa<AffineDimExpr>(expr) &&
            expr.isFunctionOfDim(dim))
          reason << "indexing map " << number << " reads it in '" << expr
                 << "', not as a bare dimension: " << AffineMapAttr::get(map);
  }
  return axes;
}

FailureOr<MatmulDims> pit::matchMatmul(linalg::LinalgOp op) {
  if (!isProductSum(op) || op.getNumLoops() != 3 || op.hasIndexSemantics())
    return failure();
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  for (AffineMap map : maps)
    if (map.getNumResults() != 2 || !map.isProjectedPermutation())
      return failure();
  auto dims = linalg::inferContractionDims(op);
  if (failed(dims) || dims->m.size() != 1 || dims->n.size() != 1 ||
      dims->k.size() != 1 || !dims->batch.empty())
    return failure();
  // The input that holds the output's first dimension is the left one.
  MatmulDims result;
  result.m = maps[2].getDimPosition(0);
  result.n = maps[2].getDimPosition(1);
  result.k = dims->k.front();
  result.lhs = findDim(maps[0], result.m) ? 0 : 1;
  result.rhs = 1 - result.lhs;
  return result;
}
