//===- Axes.cpp - PIT axes of linalg operations ---------------------------===//

#include "pit/Analysis/Axes.h"

#include "pit/Dialect/PIT/IR/Legality.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace mlir::pit;

/// The loop dimensions whose number what the body yields is computed from.
static llvm::BitVector getIndexedDims(linalg::LinalgOp op) {
  llvm::BitVector dims(op.getNumLoops());
  DenseSet<Value> used;
  for (Operation &step : llvm::reverse(*op.getBlock())) {
    bool isUsed = step.hasTrait<OpTrait::IsTerminator>() ||
                  llvm::any_of(step.getResults(), [&](Value result) {
                    return used.contains(result);
                  });
    if (!isUsed)
      continue;
    if (auto index = dyn_cast<linalg::IndexOp>(step))
      dims.set(index.getDim());
    step.walk([&](Operation *nested) {
      used.insert(nested->operand_begin(), nested->operand_end());
    });
  }
  return dims;
}

/// How a map of `op` reads `dim` that is not bare; empty if none does.
static std::string getMapObstacle(linalg::LinalgOp op, int64_t dim) {
  std::string text;
  llvm::raw_string_ostream reason(text);
  for (auto [number, map] : llvm::enumerate(op.getIndexingMapsArray()))
    for (AffineExpr expr : map.getResults())
      if (!isa<AffineDimExpr>(expr) && expr.isFunctionOfDim(dim)) {
        reason << "indexing map " << number << " reads it in '" << expr
               << "', not as a bare dimension: " << AffineMapAttr::get(map);
        return text;
      }
  return text;
}

/// Why the outputs do not allow dimension `dim` to be permuted as `kind`.
static std::string getOutputObstacle(linalg::LinalgOp op, int64_t dim,
                                     PermutationKind kind,
                                     ArrayRef<BodyInfo> bodies) {
  for (auto [output, body] : llvm::enumerate(bodies)) {
    std::string name = "output " + std::to_string(output);
    AffineMap map = op.getMatchingIndexingMap(op.getDpsInitOperand(output));
    bool hasDim = findDim(map, dim).has_value();
    // What such an element ends as depends on which iteration comes last.
    if (kind == PermutationKind::parallel && !hasDim)
      return "it is parallel, but " + name + " does not have it";
    if (kind == PermutationKind::parallel)
      continue;
    if (hasDim)
      return "it is a reduction, but " + name + " has it";
    if (!body.isReorderable())
      return (bodies.size() == 1 ? "" : name + ": ") + body.obstacle;
  }
  return "";
}

SmallVector<AxisInfo> pit::analyzeAxes(linalg::LinalgOp op) {
  SmallVector<BodyInfo> bodies;
  for (int64_t output = 0; output < op.getNumDpsInits(); ++output)
    bodies.push_back(analyzeBody(op, output));
  std::string access = getAccessObstacle(op);
  llvm::BitVector indexed = getIndexedDims(op);
  SmallVector<AxisInfo> axes;
  for (auto [dim, iterator] : llvm::enumerate(op.getIteratorTypesArray())) {
    PermutationKind kind = iterator == utils::IteratorType::reduction
                               ? PermutationKind::reduction
                               : PermutationKind::parallel;
    std::string obstacle = access;
    if (obstacle.empty())
      obstacle = getMapObstacle(op, dim);
    if (obstacle.empty() && indexed.test(dim))
      obstacle = "the body reads its number by 'linalg.index'";
    if (obstacle.empty())
      obstacle = getOutputObstacle(op, dim, kind, bodies);
    axes.push_back({kind, std::move(obstacle)});
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
