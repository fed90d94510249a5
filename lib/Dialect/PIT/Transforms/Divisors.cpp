//===- Divisors.cpp - what offsets are known to be multiples of -----------===//

#include "pit/Dialect/PIT/Transforms/Divisors.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/MathExtras.h"

#include <numeric>

using namespace mlir;
using namespace mlir::pit;

/// Operations between a value and what is known of it, at most: sums of sums
/// would take time exponential in their depth.
static constexpr int kMaxDepth = 12;

namespace {

class DivisorAnalysis {
public:
  int64_t get(Value value, int depth);

private:
  int64_t getOfArgument(BlockArgument argument, int depth);
  int64_t getOfOperation(Operation *op, int depth);

  /// Values carried by loops that are being looked at. They count as 0: what
  /// divides the first value, and what is added in a step whatever is carried,
  /// divides them all.
  SmallVector<Value> carried;
};

} // namespace

int64_t DivisorAnalysis::get(Value value, int depth) {
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant))) {
    APInt magnitude = constant.abs();
    return magnitude.isNegative() || magnitude.getActiveBits() > 62
               ? int64_t(1) << std::min(magnitude.countr_zero(), 62u)
               : magnitude.getSExtValue();
  }
  if (depth == kMaxDepth)
    return 1;
  if (auto argument = dyn_cast<BlockArgument>(value))
    return getOfArgument(argument, depth + 1);
  return getOfOperation(value.getDefiningOp(), depth + 1);
}

int64_t DivisorAnalysis::getOfArgument(BlockArgument argument, int depth) {
  Operation *parent = argument.getOwner()->getParentOp();
  if (auto loop = dyn_cast_or_null<scf::ForOp>(parent)) {
    if (argument == loop.getInductionVar())
      return std::gcd(get(loop.getLowerBound(), depth),
                      get(loop.getStep(), depth));
    if (llvm::is_contained(carried, argument))
      return 0;
    carried.push_back(argument);
    int64_t divisor =
        std::gcd(get(loop.getTiedLoopInit(argument)->get(), depth),
                 get(loop.getTiedLoopYieldedValue(argument)->get(), depth));
    carried.pop_back();
    return divisor;
  }
  auto tiles = dyn_cast_or_null<ForEachTileOp>(parent);
  if (!tiles || !tiles.getCounts())
    return 1;
  switch (argument.getArgNumber()) {
  case 1: // first
    return tiles.getPositions().value_or(0);
  case 2: // live
    return *tiles.getMicro();
  default:
    return 1;
  }
}

int64_t DivisorAnalysis::getOfOperation(Operation *op, int depth) {
  if (isa<arith::AddIOp, arith::SubIOp, arith::MinUIOp, arith::MaxUIOp,
          arith::MinSIOp, arith::MaxSIOp>(op))
    return std::gcd(get(op->getOperand(0), depth),
                    get(op->getOperand(1), depth));
  if (isa<arith::MulIOp>(op)) {
    int64_t lhs = get(op->getOperand(0), depth),
            rhs = get(op->getOperand(1), depth), product;
    return llvm::MulOverflow(lhs, rhs, product) ? lhs : product;
  }
  if (auto select = dyn_cast<arith::SelectOp>(op))
    return std::gcd(get(select.getTrueValue(), depth),
                    get(select.getFalseValue(), depth));
  if (isa<arith::IndexCastOp, arith::IndexCastUIOp>(op))
    return get(op->getOperand(0), depth);
  if (auto apply = dyn_cast<affine::AffineApplyOp>(op))
    return std::max<int64_t>(
        1, apply.getAffineMap().getResult(0).getLargestKnownDivisor());
  if (auto load = dyn_cast<LoadCoordsOp>(op)) {
    int64_t micro = cast<CoordsType>(load.getResult().getType()).getMicro();
    return std::gcd(micro, std::gcd(get(load.getFirst(), depth),
                                    get(load.getLive(), depth)));
  }
  return 1;
}

int64_t pit::getKnownDivisor(Value value) {
  return DivisorAnalysis().get(value, 0);
}

bool pit::isKnownMultiple(Value value, int64_t number) {
  return getKnownDivisor(value) % number == 0;
}

int64_t pit::getKnownRowDivisor(Value memref) {
  auto type = cast<MemRefType>(memref.getType());
  SmallVector<int64_t> strides;
  int64_t offset;
  if (failed(type.getStridesAndOffset(strides, offset)))
    return 1;
  if (strides.empty())
    return 0;
  if (strides.back() != 1)
    return 1;
  auto view = memref.getDefiningOp<memref::ReinterpretCastOp>();
  auto getDivisor = [&](int64_t known, function_ref<OpFoldResult()> dynamic) {
    if (!ShapedType::isDynamic(known))
      return known;
    if (!view)
      return int64_t(1);
    OpFoldResult value = dynamic();
    if (std::optional<int64_t> constant = getConstantIntValue(value))
      return *constant;
    return getKnownDivisor(cast<Value>(value));
  };
  int64_t last = type.getRank() - 1;
  int64_t divisor = std::gcd(
      getDivisor(offset, [&] { return view.getConstifiedMixedOffset(); }),
      getDivisor(type.getDimSize(last),
                 [&] { return view.getMixedSizes()[last]; }));
  for (int64_t dim = 0; dim < last; ++dim)
    divisor = std::gcd(divisor, getDivisor(strides[dim], [&] {
                         return view.getMixedStrides()[dim];
                       }));
  return divisor;
}
