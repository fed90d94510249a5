//===- Zeros.cpp - what is zero where an operand is zero ------------------===//

#include "pit/Dialect/PIT/IR/Legality.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;
using namespace mlir::pit;

/// Zero of that type, or null if it has none.
static Attribute getZero(Type type) {
  if (auto floatType = dyn_cast<FloatType>(type))
    if (!llvm::APFloat::semanticsHasZero(floatType.getFloatSemantics()))
      return nullptr;
  if (!type.isIntOrIndexOrFloat())
    return nullptr;
  return Builder(type.getContext()).getZeroAttr(type);
}

/// Whether a known value is a zero, of whatever sign.
static bool isZero(Attribute value) {
  if (auto number = dyn_cast_or_null<FloatAttr>(value))
    return number.getValue().isZero();
  auto number = dyn_cast_or_null<IntegerAttr>(value);
  return number && number.getValue().isZero();
}

/// Whether 0 divided by a known value is 0.
static bool isDivisor(Attribute value) {
  if (auto number = dyn_cast_or_null<FloatAttr>(value))
    return !number.getValue().isZero() && !number.getValue().isNaN();
  return isa_and_nonnull<IntegerAttr>(value) && !isZero(value);
}

/// Functions of one value that are zero at zero.
static bool keepsZero(Operation *op) {
  return isa<arith::ExtFOp, arith::TruncFOp, arith::ExtSIOp, arith::ExtUIOp,
             arith::TruncIOp, arith::SIToFPOp, arith::UIToFPOp, arith::FPToSIOp,
             arith::FPToUIOp, arith::IndexCastOp, arith::IndexCastUIOp,
             arith::NegFOp, math::AbsFOp, math::AbsIOp, math::AsinOp,
             math::AsinhOp, math::AtanOp, math::AtanhOp, math::CbrtOp,
             math::CeilOp, math::CtPopOp, math::ErfOp, math::ExpM1Op,
             math::FloorOp, math::Log1pOp, math::RoundOp, math::RoundEvenOp,
             math::SinOp, math::SinhOp, math::SqrtOp, math::TanOp, math::TanhOp,
             math::TruncOp>(op);
}

/// Functions that are zero where any argument is, or NaN where another is Inf
/// or NaN.
static bool isProductLike(Operation *op) {
  return isa<arith::MulFOp, arith::MulIOp, arith::AndIOp, arith::MinUIOp>(op);
}

/// Functions that are zero where all arguments are.
static bool isSumLike(Operation *op) {
  return isa<arith::AddFOp, arith::SubFOp, arith::AddIOp, arith::SubIOp,
             arith::OrIOp, arith::XOrIOp, arith::MaximumFOp, arith::MinimumFOp,
             arith::MaxNumFOp, arith::MinNumFOp, arith::MaxSIOp, arith::MinSIOp,
             arith::MaxUIOp>(op);
}

static bool isDivision(Operation *op) {
  return isa<arith::DivFOp, arith::RemFOp, arith::DivSIOp, arith::DivUIOp,
             arith::CeilDivSIOp, arith::CeilDivUIOp, arith::FloorDivSIOp,
             arith::RemSIOp, arith::RemUIOp>(op);
}

static bool isShift(Operation *op) {
  return isa<arith::ShLIOp, arith::ShRSIOp, arith::ShRUIOp>(op);
}

/// Float functions without a pole: finite where their arguments are, overflow
/// aside.
static bool hasNoPole(Operation *op) {
  return isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::NegFOp,
             arith::MaximumFOp, arith::MinimumFOp, arith::MaxNumFOp,
             arith::MinNumFOp, arith::ExtFOp, arith::TruncFOp, arith::SIToFPOp,
             arith::UIToFPOp, arith::SelectOp, math::AbsFOp, math::AsinhOp,
             math::AtanOp, math::CbrtOp, math::CeilOp, math::CopySignOp,
             math::CosOp, math::CoshOp, math::ErfOp, math::ErfcOp, math::ExpOp,
             math::Exp2Op, math::ExpM1Op, math::FloorOp, math::FmaOp,
             math::RoundOp, math::RoundEvenOp, math::SinOp, math::SinhOp,
             math::TanhOp, math::TruncOp>(op);
}

namespace {

/// What is known of a block's values where one of its arguments is zero. One
/// pass over the block, in which what comes later counts as unknown: bodies may
/// be long, share values and, before dominance is verified, have cycles.
class Facts {
public:
  explicit Facts(BlockArgument zero) : block(zero.getOwner()) {
    known[zero] = getZero(zero.getType());
    for (Operation &op : *block) {
      if (op.getNumResults() != 1)
        continue;
      Value result = op.getResult(0);
      if (isFiniteWithArguments(&op))
        finite.insert(result);
      if (Attribute value = evaluate(&op))
        known[result] = value;
    }
  }

  /// The value, or null if it is not known. A zero may be of either sign.
  Attribute getKnown(Value value) const {
    if (Attribute fact = known.lookup(value))
      return fact;
    Attribute constant;
    if (!matchPattern(value, m_Constant(&constant)) ||
        !isa<FloatAttr, IntegerAttr>(constant))
      return nullptr;
    return constant;
  }

private:
  /// What comes from outside may be Inf or NaN, which does not count.
  bool isFinite(Value value) const {
    Attribute fact = getKnown(value);
    if (auto number = dyn_cast_or_null<FloatAttr>(fact))
      return number.getValue().isFinite();
    Operation *op = value.getDefiningOp();
    return fact || !isa<FloatType>(value.getType()) || !op ||
           op->getBlock() != block || finite.contains(value);
  }

  bool isFiniteWithArguments(Operation *op) const {
    auto isFiniteValue = [&](Value value) { return isFinite(value); };
    if (isa<arith::DivFOp, arith::RemFOp>(op))
      return isFinite(op->getOperand(0)) &&
             isDivisor(getKnown(op->getOperand(1)));
    return hasNoPole(op) && llvm::all_of(op->getOperands(), isFiniteValue);
  }

  /// Comparisons of known values, which do not see a zero's sign.
  Attribute compare(Operation *op) const {
    Attribute lhs = getKnown(op->getOperand(0));
    Attribute rhs = getKnown(op->getOperand(1));
    Builder builder(op->getContext());
    if (auto floats = dyn_cast<arith::CmpFOp>(op)) {
      auto x = dyn_cast_or_null<FloatAttr>(lhs);
      auto y = dyn_cast_or_null<FloatAttr>(rhs);
      if (!x || !y || x.getType() != y.getType())
        return nullptr;
      return builder.getBoolAttr(arith::applyCmpPredicate(
          floats.getPredicate(), x.getValue(), y.getValue()));
    }
    auto x = dyn_cast_or_null<IntegerAttr>(lhs);
    auto y = dyn_cast_or_null<IntegerAttr>(rhs);
    if (!x || !y || x.getType() != y.getType())
      return nullptr;
    return builder.getBoolAttr(arith::applyCmpPredicate(
        cast<arith::CmpIOp>(op).getPredicate(), x.getValue(), y.getValue()));
  }

  Attribute select(arith::SelectOp op) const {
    Attribute trueValue = getKnown(op.getTrueValue());
    Attribute falseValue = getKnown(op.getFalseValue());
    if (Attribute condition = getKnown(op.getCondition()))
      return isZero(condition) ? falseValue : trueValue;
    return isZero(trueValue) && isZero(falseValue) ? trueValue : nullptr;
  }

  /// The value of an operation with one result, or null.
  Attribute evaluate(Operation *op) const {
    if (auto choice = dyn_cast<arith::SelectOp>(op))
      return select(choice);
    if (isa<arith::CmpFOp, arith::CmpIOp>(op))
      return compare(op);
    return isZeroResult(op) ? getZero(op->getResult(0).getType()) : nullptr;
  }

  bool isZeroResult(Operation *op) const {
    auto isZeroOperand = [&](unsigned number) {
      return isZero(getKnown(op->getOperand(number)));
    };
    auto isZeroProduct = [&] {
      return (isZeroOperand(0) && isFinite(op->getOperand(1))) ||
             (isZeroOperand(1) && isFinite(op->getOperand(0)));
    };
    if (keepsZero(op) || isShift(op) || isa<math::CopySignOp>(op))
      return isZeroOperand(0);
    if (isProductLike(op))
      return isZeroProduct();
    if (isa<math::FmaOp>(op))
      return isZeroProduct() && isZeroOperand(2);
    if (isSumLike(op))
      return isZeroOperand(0) && isZeroOperand(1);
    return isDivision(op) && isZeroOperand(0) &&
           isDivisor(getKnown(op->getOperand(1)));
  }

  Block *block;
  DenseMap<Value, Attribute> known;
  DenseSet<Value> finite;
};

} // namespace

bool pit::isZeroWith(Value value, BlockArgument argument) {
  return isZero(Facts(argument).getKnown(value));
}
