//===- PlanSizes.cpp - where a size of a plan comes from ------------------===//

#include "PlanSizes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::pit;

bool pit::isSizeArithmetic(Operation *op) {
  if (isa<memref::DimOp>(op) || op->hasTrait<OpTrait::ConstantLike>())
    return true;
  return isa_and_nonnull<arith::ArithDialect, affine::AffineDialect>(
             op->getDialect()) &&
         op->getNumRegions() == 0 &&
         llvm::all_of(op->getResultTypes(),
                      [](Type type) { return type.isIntOrIndex(); });
}

SmallVector<int64_t> pit::getKnownByteFactors(MemRefType type) {
  SmallVector<int64_t> factors = {static_cast<int64_t>(
      llvm::divideCeil(type.getElementTypeBitWidth(), 8u))};
  for (int64_t size : type.getShape()) {
    if (size == 0)
      return {0};
    int64_t product;
    if (ShapedType::isDynamic(size))
      continue;
    if (llvm::MulOverflow(factors.back(), size, product))
      factors.push_back(size);
    else
      factors.back() = product;
  }
  return factors;
}

void pit::collectSizeFactors(Value memref, int64_t dim,
                             SmallVectorImpl<SizeFactor> &factors) {
  while (true) {
    auto type = cast<MemRefType>(memref.getType());
    if (!type.isDynamicDim(dim)) {
      Builder builder(memref.getContext());
      factors.push_back({builder.getIndexAttr(type.getDimSize(dim)), {}, 0});
      return;
    }
    Operation *op = memref.getDefiningOp();
    auto source = [&] { return op->getOperand(0); };
    if (isa_and_nonnull<memref::CastOp>(op) &&
        isa<MemRefType>(source().getType())) {
      memref = source();
      continue;
    }
    if (isa_and_nonnull<memref::AllocOp, memref::AllocaOp>(op)) {
      factors.push_back(
          {op->getOperand(type.getDynamicDimIndex(dim)), Value(), 0});
      return;
    }
    if (auto view = dyn_cast_or_null<memref::ViewOp>(op)) {
      factors.push_back(
          {view.getSizes()[type.getDynamicDimIndex(dim)], Value(), 0});
      return;
    }
    if (auto expand = dyn_cast_or_null<memref::ExpandShapeOp>(op)) {
      factors.push_back({expand.getMixedOutputShape()[dim], Value(), 0});
      return;
    }
    if (auto reinterpret = dyn_cast_or_null<memref::ReinterpretCastOp>(op)) {
      factors.push_back({reinterpret.getMixedSizes()[dim], Value(), 0});
      return;
    }
    if (auto collapse = dyn_cast_or_null<memref::CollapseShapeOp>(op)) {
      ReassociationIndices group = collapse.getReassociationIndices()[dim];
      for (int64_t inner : ArrayRef(group).drop_back())
        collectSizeFactors(source(), inner, factors);
      memref = source();
      dim = group.back();
      continue;
    }
    factors.push_back({OpFoldResult(), memref, dim});
    return;
  }
}

/// Whether `value` is computed from constants and from sizes of arguments that
/// come before dimension `dim` of `argument`.
static bool usesEarlierSizes(Value value, BlockArgument argument, int64_t dim) {
  llvm::SmallPtrSet<Operation *, 8> seen;
  SmallVector<Value> work = {value};
  auto isEarlier = [&](BlockArgument other, int64_t otherDim) {
    return std::pair(other.getArgNumber(), otherDim) <
           std::pair(argument.getArgNumber(), dim);
  };
  while (!work.empty()) {
    Operation *op = work.pop_back_val().getDefiningOp();
    if (!op)
      return false; // an argument that is no memref
    if (!seen.insert(op).second)
      continue;
    auto size = dyn_cast<memref::DimOp>(op);
    if (!size) {
      llvm::append_range(work, op->getOperands());
      continue;
    }
    std::optional<int64_t> constant = size.getConstantIndex();
    auto type = dyn_cast<MemRefType>(size.getSource().getType());
    if (!type || !constant || *constant < 0 || *constant >= type.getRank())
      return false;
    SmallVector<SizeFactor> factors;
    collectSizeFactors(size.getSource(), *constant, factors);
    for (const SizeFactor &factor : factors) {
      if (auto known = dyn_cast_if_present<Value>(factor.size))
        work.push_back(known);
      auto other = dyn_cast_if_present<BlockArgument>(factor.memref);
      if (factor.memref && (!other || !isEarlier(other, factor.dim)))
        return false;
    }
  }
  return true;
}

/// Calls `action` for every memref.dim of a dimension of an argument, in the
/// function's block.
static void forEachSize(BlockArgument argument, int64_t dim,
                        function_ref<void(memref::DimOp)> action) {
  for (Operation *user : argument.getUsers()) {
    auto size = dyn_cast<memref::DimOp>(user);
    if (size && size->getBlock() == argument.getOwner() &&
        size.getConstantIndex() == dim)
      action(size);
  }
}

Value pit::getSizeDefinition(BlockArgument argument, int64_t dim) {
  SmallVector<RequireOp> requirements;
  forEachSize(argument, dim, [&](memref::DimOp size) {
    for (Operation *user : size->getUsers())
      if (auto require = dyn_cast<RequireOp>(user))
        if (require.getSize() == size.getResult() && !require.getAtLeast() &&
            require->getBlock() == argument.getOwner())
          requirements.push_back(require);
  });
  llvm::sort(requirements,
             [](RequireOp a, RequireOp b) { return a->isBeforeInBlock(b); });
  for (RequireOp require : requirements)
    if (usesEarlierSizes(require.getExpected(), argument, dim))
      return require.getExpected();
  return {};
}

/// Whether `value` is there at `builder`'s place, seen from `block`.
static bool isAvailable(OpBuilder &builder, Value value, Block *block) {
  Operation *def = value.getDefiningOp();
  if (!def)
    return true;
  if (def->getBlock() != block)
    return false;
  Operation *at = nullptr;
  if (builder.getBlock() != block)
    at = block->findAncestorOpInBlock(*builder.getBlock()->getParentOp());
  else if (builder.getInsertionPoint() != block->end())
    at = &*builder.getInsertionPoint();
  else
    return true;
  return at && def != at && def->isBeforeInBlock(at);
}

/// Size of a dimension of an argument.
static Value getArgumentSize(OpBuilder &builder, Location loc,
                             BlockArgument argument, int64_t dim) {
  Block *block = argument.getOwner();
  if (Value definition = getSizeDefinition(argument, dim)) {
    auto size = definition.getDefiningOp<memref::DimOp>();
    if (size && isa<BlockArgument>(size.getSource()))
      return getPlanSize(builder, loc, size.getSource(),
                         *size.getConstantIndex());
    if (isAvailable(builder, definition, block))
      return definition;
  }
  memref::DimOp found;
  forEachSize(argument, dim, [&](memref::DimOp size) {
    if (isAvailable(builder, size, block) &&
        (!found || size->isBeforeInBlock(found)))
      found = size;
  });
  if (found)
    return found;
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(block);
  return memref::DimOp::create(builder, loc, argument, dim);
}

Value pit::getPlanSize(OpBuilder &builder, Location loc, Value memref,
                       int64_t dim) {
  SmallVector<SizeFactor> factors;
  collectSizeFactors(memref, dim, factors);
  Value product;
  for (const SizeFactor &factor : factors) {
    Value next;
    auto argument = dyn_cast_if_present<BlockArgument>(factor.memref);
    if (argument && isa<func::FuncOp>(argument.getOwner()->getParentOp()))
      next = getArgumentSize(builder, loc, argument, factor.dim);
    else if (factor.memref)
      next = memref::DimOp::create(builder, loc, factor.memref, factor.dim);
    else
      next = getValueOrCreateConstantIndexOp(builder, loc, factor.size);
    product = product ? builder.createOrFold<arith::MulIOp>(loc, product, next)
                      : next;
  }
  return product;
}

Value pit::getPlanByteSize(OpBuilder &builder, Location loc, MemRefType type,
                           ValueRange sizes) {
  Value bytes;
  auto multiply = [&](Value factor) {
    bytes = bytes ? builder.createOrFold<arith::MulIOp>(loc, bytes, factor)
                  : factor;
  };
  for (int64_t factor : getKnownByteFactors(type))
    multiply(arith::ConstantIndexOp::create(builder, loc, factor));
  for (Value size : sizes)
    multiply(size);
  return bytes;
}

Value pit::createDenseMemRef(OpBuilder &builder, Location loc, MemRefType type,
                             Value buffer, ValueRange sizes) {
  if (buffer.getType() == type)
    return buffer;
  SmallVector<OpFoldResult> extents =
      getMixedValues(type.getShape(), sizes, builder);
  SmallVector<OpFoldResult> strides(extents.size());
  auto [known, offset] = type.getStridesAndOffset();
  OpFoldResult stride = builder.getIndexAttr(1);
  for (size_t dim = extents.size(); dim-- > 0;) {
    strides[dim] = ShapedType::isDynamic(known[dim])
                       ? stride
                       : OpFoldResult(builder.getIndexAttr(known[dim]));
    if (dim == 0 || !ShapedType::isDynamic(known[dim - 1]))
      continue; // the next stride is known
    stride = builder.createOrFold<arith::MulIOp>(
        loc, getValueOrCreateConstantIndexOp(builder, loc, strides[dim]),
        getValueOrCreateConstantIndexOp(builder, loc, extents[dim]));
  }
  return memref::ReinterpretCastOp::create(
      builder, loc, type, buffer, builder.getIndexAttr(0), extents, strides);
}
