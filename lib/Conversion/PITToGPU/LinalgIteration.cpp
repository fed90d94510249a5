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

//===----------------------------------------------------------------------===//
// Expressions in sizes
//===----------------------------------------------------------------------===//

static bool isConstant(AffineExpr expr, int64_t value) {
  auto constant = dyn_cast<AffineConstantExpr>(expr);
  return constant && constant.getValue() == value;
}

/// The factors of a product; what is constant of them in `constant`.
static void collectFactors(AffineExpr expr,
                           SmallVectorImpl<AffineExpr> &factors,
                           int64_t &constant) {
  if (auto number = dyn_cast<AffineConstantExpr>(expr)) {
    constant *= number.getValue();
    return;
  }
  if (expr.getKind() == AffineExprKind::Mul) {
    auto product = cast<AffineBinaryOpExpr>(expr);
    collectFactors(product.getLHS(), factors, constant);
    collectFactors(product.getRHS(), factors, constant);
    return;
  }
  factors.push_back(expr);
}

/// A product in a form that is the same for equal products of symbols.
static AffineExpr multiply(AffineExpr lhs, AffineExpr rhs) {
  SmallVector<AffineExpr> factors;
  int64_t constant = 1;
  collectFactors(lhs, factors, constant);
  collectFactors(rhs, factors, constant);
  if (constant == 0)
    return getAffineConstantExpr(0, lhs.getContext());
  llvm::stable_sort(factors, [](AffineExpr a, AffineExpr b) {
    auto symbolA = dyn_cast<AffineSymbolExpr>(a),
         symbolB = dyn_cast<AffineSymbolExpr>(b);
    return symbolA &&
           (!symbolB || symbolA.getPosition() < symbolB.getPosition());
  });
  AffineExpr product = getAffineConstantExpr(1, lhs.getContext());
  for (AffineExpr factor : factors)
    product = product * factor;
  return product * constant;
}

/// Whether `expr` is a multiple of `number` because `divisor` is one.
static bool isMultipleThrough(AffineExpr expr, AffineExpr divisor) {
  SmallVector<AffineExpr> factors, wanted;
  int64_t constant = 1, wantedConstant = 1;
  collectFactors(expr, factors, constant);
  collectFactors(divisor, wanted, wantedConstant);
  if (wantedConstant == 0 || constant % wantedConstant != 0)
    return false;
  for (AffineExpr factor : wanted) {
    auto *found = llvm::find(factors, factor);
    if (found == factors.end())
      return false;
    factors.erase(found);
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Accesses
//===----------------------------------------------------------------------===//

/// Adds `expr * scale` to `access`; false where it is not linear.
static bool addLinear(AffineExpr expr, AffineExpr scale, LinalgAccess &access) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    AffineExpr &coefficient = access.coefficients[dim.getPosition()];
    coefficient = coefficient + scale;
    return true;
  }
  if (isa<AffineConstantExpr>(expr)) {
    access.constant = access.constant + multiply(expr, scale);
    return true;
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return false;
  if (expr.getKind() == AffineExprKind::Add)
    return addLinear(binary.getLHS(), scale, access) &&
           addLinear(binary.getRHS(), scale, access);
  // A multiplication has its constant on the right.
  return expr.getKind() == AffineExprKind::Mul &&
         isa<AffineConstantExpr>(binary.getRHS()) &&
         addLinear(binary.getLHS(), multiply(binary.getRHS(), scale), access);
}

static LinalgAccess getAccess(AffineMap map, ArrayRef<AffineExpr> shape) {
  MLIRContext *context = map.getContext();
  AffineExpr zero = getAffineConstantExpr(0, context);
  LinalgAccess access;
  access.coefficients.assign(map.getNumDims(), zero);
  access.constant = zero;
  bool linear = true;
  AffineExpr offset = zero, stride = getAffineConstantExpr(1, context);
  for (size_t i = shape.size(); i-- > 0;) {
    linear = linear && addLinear(map.getResult(i), stride, access);
    offset = offset + map.getResult(i) * stride;
    stride = multiply(stride, shape[i]);
  }
  if (!linear)
    access.general = offset;
  return access;
}

bool LinalgAccess::dependsOn(unsigned dim) const {
  return general ? general.isFunctionOfDim(dim)
                 : !isConstant(coefficients[dim], 0);
}

namespace {
/// Finds what sizes an operation's loops and operands have.
class SizeFinder {
public:
  SizeFinder(linalg::LinalgOp op, LinalgIteration &space)
      : op(op), space(space) {}

  /// The extent of a loop dimension: the size of an operand's dimension that it
  /// is the subscript of, one that is known if there is.
  AffineExpr getExtent(unsigned dim) {
    std::optional<LinalgIteration::Symbol> found;
    AffineExpr bare = getAffineDimExpr(dim, op->getContext());
    for (OpOperand &operand : op->getOpOperands()) {
      auto type = dyn_cast<MemRefType>(operand.get().getType());
      if (!type)
        continue;
      AffineMap map = op.getMatchingIndexingMap(&operand);
      for (unsigned i = 0; i < map.getNumResults(); ++i) {
        if (map.getResult(i) != bare)
          continue;
        if (!type.isDynamicDim(i))
          return getAffineConstantExpr(type.getDimSize(i), op->getContext());
        if (!found)
          found = {operand.getOperandNumber(), i};
      }
    }
    // A structured operation has each loop as a subscript somewhere.
    return addSymbol(*found);
  }

  /// The sizes of an operand's dimensions, when the extents are known; none of
  /// a scalar.
  SmallVector<AffineExpr> getShape(OpOperand &operand) {
    SmallVector<AffineExpr> shape;
    auto type = dyn_cast<MemRefType>(operand.get().getType());
    if (!type)
      return shape;
    AffineMap map = op.getMatchingIndexingMap(&operand);
    for (auto [i, size] : llvm::enumerate(type.getShape())) {
      auto dim = dyn_cast<AffineDimExpr>(map.getResult(i));
      if (!ShapedType::isDynamic(size))
        shape.push_back(getAffineConstantExpr(size, op->getContext()));
      else if (dim)
        shape.push_back(space.extents[dim.getPosition()]);
      else
        shape.push_back(
            addSymbol({operand.getOperandNumber(), static_cast<unsigned>(i)}));
    }
    return shape;
  }

private:
  AffineExpr addSymbol(LinalgIteration::Symbol symbol) {
    space.symbols.push_back(symbol);
    return getAffineSymbolExpr(space.symbols.size() - 1, op->getContext());
  }

  linalg::LinalgOp op;
  LinalgIteration &space;
};
} // namespace

//===----------------------------------------------------------------------===//
// The space
//===----------------------------------------------------------------------===//

bool LinalgIteration::isKept(unsigned dim) const {
  return !isConstant(extents[dim], 1);
}

/// Whether dimension `outer` may be merged into `inner`, which follows it: each
/// operand steps over both as over one.
static bool canMerge(const LinalgIteration &space, unsigned outer,
                     unsigned inner) {
  return llvm::all_of(space.accesses, [&](const LinalgAccess &access) {
    if (access.general)
      return !access.dependsOn(outer) && !access.dependsOn(inner);
    return access.coefficients[outer] ==
           multiply(access.coefficients[inner], space.extents[inner]);
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
      AffineExpr &extent = space.extents[outer];
      space.extents[dim] = multiply(space.extents[dim], extent);
      extent = getAffineConstantExpr(1, extent.getContext());
      for (LinalgAccess &access : space.accesses)
        access.coefficients[outer] =
            getAffineConstantExpr(0, extent.getContext());
    }
    kept.push_back(dim);
  }
  dims = kept;
}

bool LinalgIteration::isMultipleOfLanes(AffineExpr expr) const {
  return expr.isMultipleOf(lanes) ||
         (rows == Rows::multiples &&
          isMultipleThrough(expr, extents[threadDims.back()]));
}

bool LinalgIteration::isWide(unsigned operand) const {
  const LinalgAccess &access = accesses[operand];
  if (lanes == 1 || access.general || !isMultipleOfLanes(access.constant))
    return false;
  for (unsigned dim = 0; dim < extents.size(); ++dim) {
    if (!isKept(dim))
      continue;
    AffineExpr coefficient = access.coefficients[dim];
    bool isInner = dim == threadDims.back();
    if (isInner ? !isConstant(coefficient, 1) : !isMultipleOfLanes(coefficient))
      return false;
  }
  return true;
}

void LinalgIteration::chooseLanes(linalg::LinalgOp op) {
  if (threadDims.empty() || !loopDims.empty())
    return;
  int64_t bytes = kMaxAccessBytes;
  for (OpOperand &init : op.getDpsInitsMutable()) {
    Type type = getElementTypeOrSelf(init.get().getType());
    // A vector of i1 has a bit per element, a buffer of them a byte.
    if (type.isInteger(1) || type.isIndex())
      return;
    bytes = std::min(bytes, getElementBytes(type));
  }
  wideLanes = lanes = kMaxAccessBytes / bytes;
  auto isWideEverywhere = [&] {
    return llvm::all_of(op.getDpsInitsMutable(), [&](OpOperand &init) {
      return isWide(init.getOperandNumber());
    });
  };
  auto inner = dyn_cast<AffineConstantExpr>(extents[threadDims.back()]);
  if (inner && inner.getValue() < lanes) {
    lanes = 1;
    return;
  }
  if (isWideEverywhere())
    return;
  rows = Rows::multiples;
  if (!inner && isWideEverywhere())
    return;
  rows = Rows::any;
  lanes = 1;
}

SmallVector<LinalgIteration, 1> LinalgIteration::get(linalg::LinalgOp op) {
  LinalgIteration space;
  SizeFinder finder(op, space);
  for (unsigned dim = 0; dim < op.getNumLoops(); ++dim)
    space.extents.push_back(finder.getExtent(dim));
  if (llvm::any_of(space.extents,
                   [](AffineExpr extent) { return isConstant(extent, 0); }))
    return {};
  for (OpOperand &operand : op->getOpOperands())
    space.accesses.push_back(getAccess(op.getMatchingIndexingMap(&operand),
                                       finder.getShape(operand)));

  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  for (unsigned dim = 0; dim < space.extents.size(); ++dim) {
    if (!space.isKept(dim))
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

  // Neighbouring threads write neighbouring elements of the first output: a
  // later subscript has a smaller stride.
  AffineMap output = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  auto getPlace = [&](unsigned dim) {
    return output.getResultPosition(getAffineDimExpr(dim, op->getContext()));
  };
  llvm::stable_sort(space.threadDims, [&](unsigned a, unsigned b) {
    return getPlace(a) < getPlace(b);
  });

  llvm::SmallBitVector pinned(space.extents.size());
  op->walk([&](linalg::IndexOp index) { pinned.set(index.getDim()); });
  mergeDims(space, space.threadDims, pinned);
  mergeDims(space, space.loopDims, pinned);
  space.chooseLanes(op);
  SmallVector<LinalgIteration, 1> forms = {space};
  if (space.rows == Rows::multiples) {
    space.rows = Rows::others;
    space.lanes = 1;
    forms.push_back(space);
  }
  return forms;
}

//===----------------------------------------------------------------------===//
// Sizes at a place
//===----------------------------------------------------------------------===//

LinalgSizes::LinalgSizes(const WarpEmitter &emit, const LinalgIteration &space,
                         function_ref<Value(unsigned)> getOperand)
    : emit(emit), space(space) {
  for (LinalgIteration::Symbol symbol : space.symbols)
    symbols.push_back(emit.size(getOperand(symbol.operand), symbol.dim));
}

Extent LinalgSizes::get(AffineExpr expr) const {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return symbols[symbol.getPosition()];
  auto binary = cast<AffineBinaryOpExpr>(expr);
  Extent lhs = get(binary.getLHS()), rhs = get(binary.getRHS());
  return expr.getKind() == AffineExprKind::Mul ? emit.product(lhs, rhs)
                                               : emit.sum(lhs, rhs);
}

Extent LinalgSizes::getSteps(unsigned dim) const {
  return dim == space.threadDims.back()
             ? emit.ceilDiv(getExtent(dim), space.lanes)
             : getExtent(dim);
}

Extent LinalgSizes::getNumThreads() const {
  Extent threads = 1;
  for (unsigned dim : space.threadDims)
    threads = emit.product(threads, getSteps(dim));
  return threads;
}
