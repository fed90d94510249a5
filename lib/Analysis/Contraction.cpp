//===- Contraction.cpp - the loop dimensions of a product-sum -------------===//

#include "pit/Analysis/Contraction.h"

#include "mlir/Analysis/FlatLinearValueConstraints.h"

using namespace mlir;
using namespace mlir::pit;

ContractionDims ContractionDims::get(ArrayRef<AffineMap> maps) {
  ContractionDims dims;
  for (int64_t dim = 0; dim < maps[2].getNumDims(); ++dim) {
    bool inLhs = maps[0].isFunctionOfDim(dim),
         inRhs = maps[1].isFunctionOfDim(dim);
    if (!maps[2].isFunctionOfDim(dim))
      (inLhs && inRhs ? dims.reduction : dims.outerReductions).push_back(dim);
    else
      (inLhs == inRhs ? dims.outer
       : inLhs        ? dims.lhs
                      : dims.rhs)
          .push_back(dim);
  }
  return dims;
}

FailureOr<TiledDims>
TiledDims::get(const ContractionDims &dims, ArrayRef<int64_t> tile,
               function_ref<InFlightDiagnostic()> emitError) {
  auto find = [&](ArrayRef<int64_t> candidates,
                  StringRef what) -> FailureOr<std::optional<int64_t>> {
    std::optional<int64_t> found;
    for (int64_t dim : candidates) {
      if (tile[dim] == 1)
        continue;
      if (found)
        return emitError() << "expects one dense tile extent of more than 1 "
                              "along the dimensions of "
                           << what << ", but d" << *found << " has "
                           << tile[*found] << " and d" << dim << " has "
                           << tile[dim];
      found = dim;
    }
    return found;
  };
  auto lhs = find(dims.lhs, "the first input alone");
  auto rhs = find(dims.rhs, "the second input alone");
  auto reduction = find(dims.reduction, "the reduction");
  if (failed(lhs) || failed(rhs) || failed(reduction))
    return failure();
  for (ArrayRef<int64_t> loops :
       {ArrayRef<int64_t>(dims.outer), ArrayRef<int64_t>(dims.outerReductions)})
    for (int64_t dim : loops)
      if (tile[dim] != 1)
        return emitError() << "expects a dense tile extent of 1 along d" << dim
                           << ", which no dimension of a matrix product "
                              "stands for, but got "
                           << tile[dim];
  return TiledDims{*lhs, *rhs, *reduction};
}

std::optional<SmallVector<int64_t>> pit::getLinearTerms(AffineExpr expr,
                                                        unsigned numDims) {
  SmallVector<int64_t> terms;
  // Divisions and remainders become terms of their own.
  if (failed(getFlattenedAffineExpr(expr, numDims, /*numSymbols=*/0, &terms)) ||
      terms.size() != numDims + 1)
    return std::nullopt;
  return terms;
}

/// The stride along loop dimension `dim`, as far as the type tells.
static int64_t getStaticStride(MemRefType type, AffineMap map, int64_t dim) {
  auto [strides, offset] = type.getStridesAndOffset();
  int64_t total = 0;
  for (auto [expr, stride] : llvm::zip(map.getResults(), strides)) {
    int64_t factor = (*getLinearTerms(expr, map.getNumDims()))[dim];
    if (factor && ShapedType::isDynamic(stride))
      return ShapedType::kDynamic;
    total += factor ? factor * stride : 0;
  }
  return total;
}

bool pit::isReversedView(MemRefType type, AffineMap map, ViewDim first,
                         ViewDim second) {
  auto isContiguous = [&](ViewDim dim) {
    return dim && getStaticStride(type, map, *dim) == 1;
  };
  auto getPosition = [&](ViewDim dim) -> int64_t {
    if (!dim)
      return -1;
    for (int64_t i = map.getNumResults() - 1; i >= 0; --i)
      if (map.getResult(i).isFunctionOfDim(*dim))
        return i;
    return -1;
  };
  return isContiguous(first) != isContiguous(second)
             ? isContiguous(first)
             : getPosition(first) > getPosition(second);
}
