//===- Body.cpp - combiners and zeros of linalg operations ----------------===//

#include "pit/Analysis/Axes.h"

#include "pit/Dialect/PIT/IR/Legality.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;
using namespace mlir::pit;

/// The body's argument that holds an output's old value; null if it has none.
static Value getAccumulator(linalg::LinalgOp op, int64_t output) {
  if (op.getBlock()->getNumArguments() != op->getNumOperands())
    return nullptr;
  return op.getMatchingBlockArgument(op.getDpsInitOperand(output));
}

/// The values of the body that are computed from an output's old value.
static DenseSet<Value> getAccumulated(linalg::LinalgOp op) {
  DenseSet<Value> accumulated;
  for (int64_t output = 0; output < op.getNumDpsInits(); ++output)
    if (Value accumulator = getAccumulator(op, output))
      accumulated.insert(accumulator);
  for (Operation &step : *op.getBlock()) {
    WalkResult walk = step.walk([&](Operation *nested) {
      bool reads = llvm::any_of(nested->getOperands(), [&](Value operand) {
        return accumulated.contains(operand);
      });
      return reads ? WalkResult::interrupt() : WalkResult::advance();
    });
    if (walk.wasInterrupted())
      accumulated.insert(step.result_begin(), step.result_end());
  }
  return accumulated;
}

/// Whether every value of the operand's type is one of the result's, so that
/// narrowing gives it back.
static bool isWidening(Operation *op) {
  if (isa<arith::ExtSIOp, arith::ExtUIOp>(op))
    return true;
  auto extension = dyn_cast<arith::ExtFOp>(op);
  if (!extension)
    return false;
  auto from = dyn_cast<FloatType>(extension.getIn().getType());
  auto to = dyn_cast<FloatType>(extension.getType());
  return from && to &&
         llvm::APFloat::isRepresentableBy(from.getFloatSemantics(),
                                          to.getFloatSemantics());
}

static bool isNarrowing(Operation *op) {
  if (auto truncation = dyn_cast<arith::TruncIOp>(op))
    return truncation.getOverflowFlags() == arith::IntegerOverflowFlags::none;
  return isa<arith::TruncFOp>(op);
}

/// `value` with all operations `pass` stripped that it comes from, one by one.
static Value strip(Value value, function_ref<bool(Operation *)> pass) {
  while (Operation *op = value.getDefiningOp()) {
    if (!pass(op))
      break;
    value = op->getOperand(0);
  }
  return value;
}

/// Why contributions to the combiner's result, which becomes `output`, may not
/// come in any order; empty if they may.
static std::string getOrderObstacle(Operation *combiner, Value output) {
  std::string name =
      ("its combiner '" + combiner->getName().getStringRef() + "'").str();
  if (!isReorderable(combiner))
    return name + " is not known to be associative and commutative";
  auto flags = dyn_cast<arith::ArithIntegerOverflowFlagsInterface>(combiner);
  if (flags && (flags.hasNoSignedWrap() || flags.hasNoUnsignedWrap()))
    return name + " must not overflow, but in another order a partial result "
                  "may";
  // Low bits of sums, products and bits follow from low bits. Rounding floats
  // is reassociation for sums and products, and keeps order.
  bool isCut = output != combiner->getResult(0) &&
               isa<IntegerType>(combiner->getResult(0).getType());
  if (isCut && !isa<arith::AddIOp, arith::MulIOp, arith::AndIOp, arith::OrIOp,
                    arith::XOrIOp>(combiner))
    return name + " is followed by a narrowing whose result depends on the "
                  "order";
  return "";
}

std::string pit::getAccessObstacle(linalg::LinalgOp op) {
  for (Operation &step : *op.getBlock())
    if (!isMemoryEffectFree(&step))
      return ("the body may access memory by '" +
              step.getName().getStringRef() + "'")
          .str();
  return "";
}

BodyInfo pit::analyzeBody(linalg::LinalgOp op, int64_t output) {
  BodyInfo info;
  Block *body = op.getBlock();
  info.obstacle = getAccessObstacle(op);
  if (!info.obstacle.empty())
    return info;
  Value accumulator = getAccumulator(op, output);
  Value yielded = body->getTerminator()->getOperand(output);
  DenseSet<Value> accumulated = getAccumulated(op);
  if (!accumulated.contains(yielded)) {
    info.obstacle = "the body does not read the output's old value, but "
                    "replaces it";
    return info;
  }
  info.obstacle = "the body does not combine contributions by one operation";
  Operation *combiner = strip(yielded, isNarrowing).getDefiningOp();
  if (!combiner || combiner->getBlock() != body ||
      combiner->getNumOperands() != 2 || combiner->getNumResults() != 1)
    return info;
  for (unsigned number : {0u, 1u}) {
    Value other = combiner->getOperand(1 - number);
    if (strip(combiner->getOperand(number), isWidening) != accumulator)
      continue;
    if (accumulated.contains(other)) {
      info.obstacle = "the contribution depends on what is accumulated";
      continue;
    }
    return {combiner, other, getOrderObstacle(combiner, yielded)};
  }
  return info;
}

std::string pit::getSparseObstacle(linalg::LinalgOp op, int64_t input) {
  for (int64_t output = 0; output < op.getNumDpsInits(); ++output) {
    std::string prefix = op.getNumDpsInits() == 1
                             ? ""
                             : "output " + std::to_string(output) + ": ";
    BodyInfo body = analyzeBody(op, output);
    if (!body.combiner)
      return prefix + body.obstacle;
    if (!hasZeroIdentity(body.combiner) ||
        !isZeroWith(body.contribution, op.getBlock()->getArgument(input)))
      return (prefix +
              "with it zero, the contribution is not proved to be the identity "
              "of the combiner '" +
              body.combiner->getName().getStringRef() + "'")
          .str();
  }
  return "";
}

bool pit::mayBeSparse(linalg::LinalgOp op, int64_t input) {
  return getSparseObstacle(op, input).empty();
}

std::optional<ProductSigns> pit::matchProductSum(linalg::LinalgOp op) {
  if (op.getNumDpsInputs() != 2 || op.getNumDpsInits() != 1)
    return std::nullopt;
  BodyInfo body = analyzeBody(op);
  Operation *product = nullptr;
  if (isa_and_nonnull<arith::AddFOp>(body.combiner)) {
    product = skipWidening(body.contribution).getDefiningOp<arith::MulFOp>();
  } else if (isa_and_nonnull<arith::AddIOp>(body.combiner)) {
    // As it is: cutting a product changes it, other than rounding.
    for (Value operand : body.combiner->getOperands())
      if (auto mul = operand.getDefiningOp<arith::MulIOp>())
        product = mul;
  }
  if (!product)
    return std::nullopt;
  // Where the body multiplies or adds in a narrower type than the output has,
  // it overflows on purpose.
  auto isNarrow = [&](Operation *step) {
    return step->getResult(0).getType().getIntOrFloatBitWidth() <
           op.getRegionOutputArgs().front().getType().getIntOrFloatBitWidth();
  };
  if (isNarrow(product) || isNarrow(body.combiner))
    return std::nullopt;
  ArrayRef<BlockArgument> args = op.getRegionInputArgs();
  return matchProduct(product->getResult(0), args[0], args[1]);
}

bool pit::isProductSum(linalg::LinalgOp op) {
  return matchProductSum(op).has_value();
}
