//===- LinalgIteration.cpp - iteration space of an elementwise kernel -----===//

#include "LinalgIteration.h"

#include "pit/Analysis/Chip.h"

using namespace mlir;
using namespace mlir::pit;

int64_t pit::getElementBytes(Type type) {
  if (type.isF16() || type.isBF16())
    return 2;
  if (type.isF32())
    return 4;
  if (type.isF64() || type.isIndex())
    return 8;
  if (type.isSignlessInteger(1))
    return 1;
  for (unsigned width : {8, 16, 32, 64})
    if (type.isSignlessInteger(width))
      return width / 8;
  return 0;
}

/// Adds `scale * expr` to `access`; false where it is not linear.
static bool addLinear(AffineExpr expr, int64_t scale, LinalgAccess &access) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    access.coefficients[dim.getPosition()] += scale;
    return true;
  }
  if (auto constant = dyn_cast<AffineConstantExpr>(expr)) {
    access.constant += scale * constant.getValue();
    return true;
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return false;
  if (expr.getKind() == AffineExprKind::Add)
    return addLinear(binary.getLHS(), scale, access) &&
           addLinear(binary.getRHS(), scale, access);
  // A multiplication has its constant on the right.
  auto factor = dyn_cast<AffineConstantExpr>(binary.getRHS());
  return expr.getKind() == AffineExprKind::Mul && factor &&
         addLinear(binary.getLHS(), scale * factor.getValue(), access);
}

static LinalgAccess getAccess(AffineMap map, Type operandType) {
  LinalgAccess access;
  access.coefficients.assign(map.getNumDims(), 0);
  auto type = dyn_cast<MemRefType>(operandType);
  if (!type)
    return access;
  bool linear = true;
  AffineExpr offset = getAffineConstantExpr(0, map.getContext());
  int64_t stride = 1;
  for (int64_t i = type.getRank() - 1; i >= 0; --i) {
    linear = linear && addLinear(map.getResult(i), stride, access);
    offset = offset + map.getResult(i) * stride;
    stride *= type.getDimSize(i);
  }
  if (!linear)
    access.general = offset;
  return access;
}

bool LinalgAccess::dependsOn(unsigned dim) const {
  return general ? general.isFunctionOfDim(dim) : coefficients[dim] != 0;
}

/// Whether dimension `outer` may be merged into `inner`, which follows it: each
/// operand steps over both as over one.
static bool canMerge(const LinalgIteration &space, unsigned outer,
                     unsigned inner) {
  return llvm::all_of(space.accesses, [&](const LinalgAccess &access) {
    if (access.general)
      return !access.dependsOn(outer) && !access.dependsOn(inner);
    return access.coefficients[outer] ==
           access.coefficients[inner] * space.extents[inner];
  });
}

/// Merges neighbours in `dims` where all operands allow it and no body reads
/// their values (`pinned`).
static void mergeDims(LinalgIteration &space, SmallVectorImpl<unsigned> &dims,
                      const llvm::SmallBitVector &pinned) {
  SmallVector<unsigned> kept;
  for (unsigned dim : dims) {
    while (!kept.empty() && !pinned.test(dim) && !pinned.test(kept.back()) &&
           canMerge(space, kept.back(), dim)) {
      unsigned outer = kept.pop_back_val();
      space.extents[dim] *= space.extents[outer];
      space.extents[outer] = 1;
      for (LinalgAccess &access : space.accesses)
        access.coefficients[outer] = 0;
    }
    kept.push_back(dim);
  }
  dims = kept;
}

int64_t LinalgIteration::getNumThreads() const {
  int64_t threads = 1;
  for (unsigned dim : threadDims)
    threads *= extents[dim];
  if (lanes > 1) {
    int64_t inner = extents[threadDims.back()];
    threads = threads / inner * llvm::divideCeil(inner, lanes);
  }
  return threads;
}

bool LinalgIteration::isWide(unsigned operand) const {
  const LinalgAccess &access = accesses[operand];
  if (lanes == 1 || access.general || access.constant % lanes != 0)
    return false;
  for (auto [dim, extent] : llvm::enumerate(extents)) {
    if (extent == 1)
      continue;
    bool isInner = dim == threadDims.back();
    if (isInner ? access.coefficients[dim] != 1
                : access.coefficients[dim] % lanes != 0)
      return false;
  }
  return true;
}

/// Lanes with which every output is written in 16-byte stores (narrower ones
/// where outputs differ in width), or 1.
static int64_t chooseLanes(linalg::LinalgOp op, LinalgIteration &space) {
  if (space.threadDims.empty() || !space.loopDims.empty())
    return 1;
  int64_t bytes = kMaxAccessBytes;
  for (OpOperand &init : op.getDpsInitsMutable()) {
    Type type = getElementTypeOrSelf(init.get().getType());
    // A vector of i1 has a bit per element, a buffer of them a byte.
    if (type.isInteger(1) || type.isIndex())
      return 1;
    bytes = std::min(bytes, getElementBytes(type));
  }
  space.lanes = kMaxAccessBytes / bytes;
  bool isWide = space.extents[space.threadDims.back()] >= space.lanes &&
                llvm::all_of(op.getDpsInitsMutable(), [&](OpOperand &init) {
                  return space.isWide(init.getOperandNumber());
                });
  return isWide ? space.lanes : 1;
}

LinalgIteration LinalgIteration::get(linalg::LinalgOp op) {
  LinalgIteration space;
  space.extents = op.getStaticLoopRanges();
  for (OpOperand &operand : op->getOpOperands())
    space.accesses.push_back(getAccess(op.getMatchingIndexingMap(&operand),
                                       operand.get().getType()));

  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  for (unsigned dim = 0; dim < space.extents.size(); ++dim) {
    if (space.extents[dim] == 1)
      continue;
    // A dimension that is a subscript by itself in every output sets two
    // points apart. Any other one may meet itself in an element, whatever its
    // iterator type says, so one thread runs it in order.
    AffineExpr bare = getAffineDimExpr(dim, op->getContext());
    bool isApart = iterators[dim] == utils::IteratorType::parallel &&
                   llvm::all_of(op.getDpsInitsMutable(), [&](OpOperand &init) {
                     AffineMap map = op.getMatchingIndexingMap(&init);
                     return llvm::is_contained(map.getResults(), bare);
                   });
    (isApart ? space.threadDims : space.loopDims).push_back(dim);
  }

  // Neighbouring threads write neighbouring elements of the first output.
  const LinalgAccess &output =
      space.accesses[op.getDpsInitOperand(0)->getOperandNumber()];
  if (!output.general)
    llvm::stable_sort(space.threadDims, [&](unsigned a, unsigned b) {
      return output.coefficients[a] > output.coefficients[b];
    });

  llvm::SmallBitVector pinned(space.extents.size());
  op->walk([&](linalg::IndexOp index) { pinned.set(index.getDim()); });
  mergeDims(space, space.threadDims, pinned);
  mergeDims(space, space.loopDims, pinned);
  space.lanes = chooseLanes(op, space);
  return space;
}
