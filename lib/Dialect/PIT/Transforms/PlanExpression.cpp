//===- PlanExpression.cpp - arithmetic on sizes as text -------------------===//

#include "PlanSizes.h"

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
  /// Of a product with a number: the number, and the product without it.
  int64_t factor = 1;
  std::string rest = {};
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

/// Most characters, and levels of parentheses with a negative number in them,
/// that readers accept; docs/launch-plan.md.
static constexpr size_t kMaxLength = 4096;
static constexpr int kMaxParentheses = 62;
/// Operations on the way from a value to the sizes of arguments, at most: more
/// would not fit into the text anyway.
static constexpr int kMaxDepth = 1024;

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

/// A product has its number in front, so that n * 2 * 3 and 6 * n are seen to
/// be the same.
static Text multiply(const Text &a, const Text &b) {
  auto getFactor = [](const Text &text) {
    return text.constant.value_or(text.factor);
  };
  auto getRest = [](const Text &text) {
    if (text.constant)
      return std::string();
    return text.rest.empty() ? parenthesize(text, Binding::Product) : text.rest;
  };
  int64_t factor;
  if (llvm::MulOverflow(getFactor(a), getFactor(b), factor))
    return {parenthesize(a, Binding::Product) + " * " +
                parenthesize(b, Binding::Product),
            Binding::Product};
  if (factor == 0)
    return makeConstant(0);
  std::string rest = getRest(a), other = getRest(b);
  if (!rest.empty() && !other.empty())
    rest += " * ";
  rest += other;
  // A name stays what needs no parentheses.
  if (factor == 1 && (a.constant == 1 || b.constant == 1))
    return a.constant ? b : a;
  if (factor == 1)
    return {rest, Binding::Product};
  return {std::to_string(factor) + " * " + rest, Binding::Product,
          /*constant=*/{}, factor, rest};
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
    return multiply(a, b);
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
class Converter {
public:
  explicit Converter(PlanSymbols symbols) : symbols(symbols) {}
  FailureOr<Text> convert(Value value);
  FailureOr<Text> convertSize(Value memref, int64_t dim);

private:
  FailureOr<Text> compute(Value value);
  FailureOr<Text> convertArgumentSize(BlockArgument argument, int64_t dim);
  FailureOr<Text> convert(Operation *op, AffineExpr expr, unsigned numDims);

  PlanSymbols symbols;
  DenseMap<Value, Text> known; ///< a value may be used many times
  int depth = 0;
};
} // namespace

/// a - floordiv(a, b) * b
static Text combineRemainder(const Text &a, const Text &b) {
  return combine(
      Operator::Subtract, a,
      combine(Operator::Multiply, combine(Operator::FloorDiv, a, b), b));
}

/// The quotient rounded towards 0, for a divisor of at least 1.
static Text combineTruncated(const Text &a, const Text &b, bool isNonNegative) {
  Text floor = combine(Operator::FloorDiv, a, b);
  if (isNonNegative)
    return floor;
  Text zero = makeConstant(0);
  return combine(
      Operator::Add, combine(Operator::Max, floor, zero),
      combine(Operator::Min, combine(Operator::CeilDiv, a, b), zero));
}

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
  if (failed(lhs))
    return failure();
  FailureOr<Text> rhs = convert(op, binary.getRHS(), numDims);
  if (failed(rhs))
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
  default:
    return combineRemainder(*lhs, *rhs);
  }
}

/// Whether a value is a size or made of such without a difference.
static bool isNonNegative(Value value, int depth = 0) {
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant)))
    return constant.isNonNegative();
  Operation *op = value.getDefiningOp();
  if (isa_and_nonnull<memref::DimOp>(op))
    return true;
  constexpr int kMaxDepth = 8;
  return depth < kMaxDepth &&
         isa_and_nonnull<arith::AddIOp, arith::MulIOp, arith::CeilDivSIOp,
                         arith::FloorDivSIOp, arith::DivSIOp, arith::MaxSIOp,
                         arith::MinSIOp, arith::IndexCastOp>(op) &&
         llvm::all_of(op->getOperands(), [&](Value operand) {
           return isNonNegative(operand, depth + 1);
         });
}

FailureOr<Text> Converter::convertArgumentSize(BlockArgument argument,
                                               int64_t dim) {
  if (Value definition = getSizeDefinition(argument, dim))
    return convert(definition);
  if (symbols.sizes)
    if (std::optional<std::string> symbol = symbols.sizes(argument, dim))
      return Text{*symbol};
  return emitError(argument.getLoc())
         << "size " << dim << " of argument " << argument.getArgNumber()
         << " of the function has no expression in a launch plan";
}

FailureOr<Text> Converter::convertSize(Value memref, int64_t dim) {
  SmallVector<SizeFactor> factors;
  collectSizeFactors(memref, dim, factors);
  std::optional<Text> product;
  for (const SizeFactor &factor : factors) {
    FailureOr<Text> next;
    if (auto argument = dyn_cast_if_present<BlockArgument>(factor.memref))
      next = convertArgumentSize(argument, factor.dim);
    else if (factor.memref)
      return factor.memref.getDefiningOp()->emitOpError()
             << "has a size that has no expression in a launch plan";
    else if (auto number = dyn_cast<Attribute>(factor.size))
      next = makeConstant(cast<IntegerAttr>(number).getInt());
    else
      next = convert(cast<Value>(factor.size));
    if (failed(next))
      return failure();
    product = product ? combine(Operator::Multiply, *product, *next) : *next;
  }
  return *product;
}

FailureOr<Text> Converter::convert(Value value) {
  auto found = known.find(value);
  if (found != known.end())
    return found->second;
  auto fail = [&] {
    return emitError(value.getLoc())
           << "a size of the launch plan takes an expression of more than "
           << kMaxLength << " characters";
  };
  if (depth == kMaxDepth)
    return fail();
  ++depth;
  FailureOr<Text> text = compute(value);
  --depth;
  if (failed(text))
    return failure();
  if (text->text.size() > kMaxLength)
    return fail();
  known[value] = *text;
  return text;
}

FailureOr<Text> Converter::compute(Value value) {
  if (symbols.values)
    if (std::optional<std::string> symbol = symbols.values(value))
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
    if (failed(lhs))
      return failure(); // said once, and not searched for twice
    FailureOr<Text> rhs = convert(op->getOperand(1));
    if (failed(rhs))
      return failure();
    return combine(*binary, *lhs, *rhs);
  }
  if (isa<arith::RemUIOp, arith::RemSIOp, arith::DivSIOp>(op)) {
    FailureOr<Text> lhs = convert(op->getOperand(0));
    if (failed(lhs))
      return failure(); // said once, and not searched for twice
    FailureOr<Text> rhs = convert(op->getOperand(1));
    if (failed(rhs))
      return failure();
    if (isa<arith::RemUIOp>(op))
      return combineRemainder(*lhs, *rhs);
    Text quotient =
        combineTruncated(*lhs, *rhs, isNonNegative(op->getOperand(0)));
    return isa<arith::DivSIOp>(op)
               ? quotient
               : combine(Operator::Subtract, *lhs,
                         combine(Operator::Multiply, quotient, *rhs));
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
    if (type && index && *index >= 0 && *index < type.getRank())
      return convertSize(dim.getSource(), *index);
  }
  return op->emitOpError("has no expression in a launch plan");
}

/// The text of an expression that readers accept.
static FailureOr<std::string> finish(Location loc, FailureOr<Text> text) {
  if (failed(text))
    return failure();
  int nesting = 0, most = 0;
  for (char c : text->text) {
    nesting += (c == '(') - (c == ')');
    most = std::max(most, nesting);
  }
  if (most > kMaxParentheses)
    return emitError(loc) << "a size of the launch plan takes an expression of "
                          << most << " levels of parentheses: expected at most "
                          << kMaxParentheses;
  return text->text;
}

FailureOr<std::string> pit::writePlanExpression(Value value,
                                                PlanSymbols symbols) {
  return finish(value.getLoc(), Converter(symbols).convert(value));
}

FailureOr<std::string> pit::writePlanSize(Value memref, int64_t dim,
                                          PlanSymbols symbols) {
  return finish(memref.getLoc(), Converter(symbols).convertSize(memref, dim));
}

FailureOr<std::string> pit::writePlanByteSize(Value memref,
                                              PlanSymbols symbols) {
  auto type = cast<MemRefType>(memref.getType());
  if (std::optional<int64_t> bytes = getStaticByteSize(type))
    return std::to_string(*bytes);
  Converter converter(symbols);
  Text bytes = makeConstant(1);
  for (int64_t factor : getKnownByteFactors(type))
    bytes = combine(Operator::Multiply, bytes, makeConstant(factor));
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    if (!type.isDynamicDim(dim))
      continue;
    FailureOr<Text> size = converter.convertSize(memref, dim);
    if (failed(size))
      return failure();
    bytes = combine(Operator::Multiply, bytes, *size);
  }
  return finish(memref.getLoc(), bytes);
}
