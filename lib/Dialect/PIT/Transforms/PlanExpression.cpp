//===- PlanExpression.cpp - arithmetic on sizes as text -------------------===//

#include "pit/Dialect/PIT/Transforms/LaunchPlan.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::pit;

namespace {

/// How tightly the outermost operator of a text binds.
enum class Binding { Sum, Product, Primary };

struct Text {
  std::string text;
  Binding binding = Binding::Primary;
  std::optional<int64_t> constant = {};
};

} // namespace

static Text makeConstant(int64_t value) {
  // A negative number is a unary minus, which binds as a product does.
  return {std::to_string(value),
          value < 0 ? Binding::Product : Binding::Primary, value};
}

static std::string parenthesize(const Text &text, Binding atLeast) {
  return text.binding < atLeast ? "(" + text.text + ")" : text.text;
}

enum class Operator { Add, Subtract, Multiply, CeilDiv, FloorDiv, Min, Max };

/// The value of an operation on constants; none where it does not fit.
static std::optional<int64_t> fold(Operator op, int64_t a, int64_t b) {
  int64_t result;
  switch (op) {
  case Operator::Add:
    return llvm::AddOverflow(a, b, result) ? std::nullopt
                                           : std::optional(result);
  case Operator::Subtract:
    return llvm::SubOverflow(a, b, result) ? std::nullopt
                                           : std::optional(result);
  case Operator::Multiply:
    return llvm::MulOverflow(a, b, result) ? std::nullopt
                                           : std::optional(result);
  case Operator::CeilDiv:
    return b < 1 ? std::nullopt : std::optional(llvm::divideCeilSigned(a, b));
  case Operator::FloorDiv:
    return b < 1 ? std::nullopt : std::optional(llvm::divideFloorSigned(a, b));
  case Operator::Min:
    return std::min(a, b);
  case Operator::Max:
    return std::max(a, b);
  }
  return std::nullopt;
}

static Text combine(Operator op, const Text &a, const Text &b) {
  if (a.constant && b.constant)
    if (std::optional<int64_t> value = fold(op, *a.constant, *b.constant))
      return makeConstant(*value);
  auto call = [&](StringRef name) {
    return Text{(name + "(" + a.text + ", " + b.text + ")").str()};
  };
  switch (op) {
  case Operator::Add:
    return {a.text + " + " + b.text, Binding::Sum};
  case Operator::Subtract:
    return {a.text + " - " + parenthesize(b, Binding::Product), Binding::Sum};
  case Operator::Multiply:
    return {parenthesize(a, Binding::Product) + " * " +
                parenthesize(b, Binding::Product),
            Binding::Product};
  case Operator::CeilDiv:
    return call("ceildiv");
  case Operator::FloorDiv:
    return call("floordiv");
  case Operator::Min:
    return call("min");
  case Operator::Max:
    return call("max");
  }
  return {};
}

static std::optional<Operator> getOperator(Operation *op) {
  return llvm::TypeSwitch<Operation *, std::optional<Operator>>(op)
      .Case<arith::AddIOp>([](auto) { return Operator::Add; })
      .Case<arith::SubIOp>([](auto) { return Operator::Subtract; })
      .Case<arith::MulIOp>([](auto) { return Operator::Multiply; })
      // Sizes are never negative, so the unsigned quotients are the same.
      .Case<arith::CeilDivSIOp, arith::CeilDivUIOp>(
          [](auto) { return Operator::CeilDiv; })
      .Case<arith::FloorDivSIOp, arith::DivUIOp>(
          [](auto) { return Operator::FloorDiv; })
      .Case<arith::MinSIOp, arith::MinUIOp>([](auto) { return Operator::Min; })
      .Case<arith::MaxSIOp, arith::MaxUIOp>([](auto) { return Operator::Max; })
      .Default([](Operation *) { return std::nullopt; });
}

namespace {
/// Turns values into texts.
struct Converter {
  FailureOr<Text> convert(Value value);
  FailureOr<Text> convert(Operation *op, AffineExpr expr, unsigned numDims);

  function_ref<std::optional<std::string>(Value)> getSymbol;
};
} // namespace

/// An affine expression over the operands of `op`.
FailureOr<Text> Converter::convert(Operation *op, AffineExpr expr,
                                   unsigned numDims) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return makeConstant(constant.getValue());
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return convert(op->getOperand(dim.getPosition()));
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return convert(op->getOperand(numDims + symbol.getPosition()));
  auto binary = cast<AffineBinaryOpExpr>(expr);
  FailureOr<Text> lhs = convert(op, binary.getLHS(), numDims);
  FailureOr<Text> rhs = convert(op, binary.getRHS(), numDims);
  if (failed(lhs) || failed(rhs))
    return failure();
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return combine(Operator::Add, *lhs, *rhs);
  case AffineExprKind::Mul:
    return combine(Operator::Multiply, *lhs, *rhs);
  case AffineExprKind::CeilDiv:
    return combine(Operator::CeilDiv, *lhs, *rhs);
  case AffineExprKind::FloorDiv:
    return combine(Operator::FloorDiv, *lhs, *rhs);
  default: // a mod b = a - floordiv(a, b) * b
    return combine(Operator::Subtract, *lhs,
                   combine(Operator::Multiply,
                           combine(Operator::FloorDiv, *lhs, *rhs), *rhs));
  }
}

FailureOr<Text> Converter::convert(Value value) {
  if (getSymbol)
    if (std::optional<std::string> symbol = getSymbol(value))
      return Text{*symbol};
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant)) &&
      constant.getSignificantBits() <= 64)
    return makeConstant(constant.getSExtValue());
  Operation *op = value.getDefiningOp();
  if (!op)
    return emitError(value.getLoc())
           << "a value of type " << value.getType()
           << " that is an argument of the function has no expression in a "
              "launch plan";
  if (isa<arith::IndexCastOp, arith::IndexCastUIOp>(op))
    return convert(op->getOperand(0));
  if (std::optional<Operator> binary = getOperator(op)) {
    FailureOr<Text> lhs = convert(op->getOperand(0));
    FailureOr<Text> rhs = convert(op->getOperand(1));
    if (failed(lhs) || failed(rhs))
      return failure();
    return combine(*binary, *lhs, *rhs);
  }
  if (auto apply = dyn_cast<affine::AffineApplyOp>(op))
    return convert(op, apply.getAffineMap().getResult(0),
                   apply.getAffineMap().getNumDims());
  if (isa<affine::AffineMinOp, affine::AffineMaxOp>(op)) {
    AffineMap map = cast<AffineMapAttr>(op->getAttr("map")).getValue();
    Operator kind =
        isa<affine::AffineMinOp>(op) ? Operator::Min : Operator::Max;
    std::optional<Text> result;
    for (AffineExpr expr : map.getResults()) {
      FailureOr<Text> next = convert(op, expr, map.getNumDims());
      if (failed(next))
        return failure();
      result = result ? combine(kind, *result, *next) : *next;
    }
    return *result;
  }
  if (auto dim = dyn_cast<memref::DimOp>(op)) {
    std::optional<int64_t> index = dim.getConstantIndex();
    auto type = dyn_cast<MemRefType>(dim.getSource().getType());
    if (type && index && *index >= 0 && *index < type.getRank() &&
        !type.isDynamicDim(*index))
      return makeConstant(type.getDimSize(*index));
  }
  return op->emitOpError("has no expression in a launch plan");
}

FailureOr<std::string> pit::writePlanExpression(
    Value value, function_ref<std::optional<std::string>(Value)> getSymbol) {
  FailureOr<Text> text = Converter{getSymbol}.convert(value);
  if (failed(text))
    return failure();
  return text->text;
}
