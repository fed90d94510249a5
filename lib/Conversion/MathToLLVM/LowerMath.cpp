//===- LowerMath.cpp - math operations without a library ------------------===//

#include "MathFunctions.h"

#include "pit/Conversion/MathToLLVM/MathToLLVM.h"
#include "pit/Passes/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include "llvm/ADT/TypeSwitch.h"

#include <limits>

namespace mlir::pit {
#define GEN_PASS_DEF_PITLOWERMATHPASS
#include "pit/Passes/Passes.h.inc"
} // namespace mlir::pit

using namespace mlir;
using namespace mlir::pit;

/// Whether a value of `type` can be the operand of an LLVM intrinsic: a scalar
/// or a vector of one dimension of f16, bf16, f32, f64 or integers.
static bool isSupported(Type type) {
  if (auto vector = dyn_cast<VectorType>(type)) {
    if (vector.getRank() != 1 || vector.isScalable())
      return false;
    type = vector.getElementType();
  }
  return type.isF16() || type.isBF16() || type.isF32() || type.isF64() ||
         type.isSignlessInteger();
}

/// Operations that are an instruction, or nearly one, for every type. Null for
/// other operations.
static Value lowerToIntrinsic(ImplicitLocOpBuilder &b, Operation *op) {
  ValueRange in = op->getOperands();
  return TypeSwitch<Operation *, Value>(op)
      .Case([&](math::AbsFOp) { return callIntrinsic(b, "llvm.fabs", in[0]); })
      .Case([&](math::AbsIOp) {
        return LLVM::AbsOp::create(b, in[0].getType(), in[0],
                                   /*is_int_min_poison=*/false);
      })
      .Case([&](math::CeilOp) { return callIntrinsic(b, "llvm.ceil", in[0]); })
      .Case(
          [&](math::FloorOp) { return callIntrinsic(b, "llvm.floor", in[0]); })
      .Case(
          [&](math::TruncOp) { return callIntrinsic(b, "llvm.trunc", in[0]); })
      .Case(
          [&](math::RoundOp) { return callIntrinsic(b, "llvm.round", in[0]); })
      .Case([&](math::RoundEvenOp) {
        return callIntrinsic(b, "llvm.roundeven", in[0]);
      })
      .Case([&](math::CopySignOp) {
        return callIntrinsic(b, "llvm.copysign", in);
      })
      .Case(
          [&](arith::MaxNumFOp) { return callIntrinsic(b, "llvm.maxnum", in); })
      .Case(
          [&](arith::MinNumFOp) { return callIntrinsic(b, "llvm.minnum", in); })
      .Case([&](math::FmaOp) { return callIntrinsic(b, "llvm.fma", in); })
      .Case([&](math::ClampFOp) -> Value {
        Value atLeast = arith::MaximumFOp::create(b, in[0], in[1]);
        return arith::MinimumFOp::create(b, atLeast, in[2]);
      })
      .Case([&](math::CtPopOp) { return LLVM::CtPopOp::create(b, in[0]); })
      .Case([&](math::CountLeadingZerosOp) {
        return LLVM::CountLeadingZerosOp::create(b, in[0].getType(), in[0],
                                                 /*is_zero_poison=*/false);
      })
      .Case([&](math::CountTrailingZerosOp) {
        return LLVM::CountTrailingZerosOp::create(b, in[0].getType(), in[0],
                                                  /*is_zero_poison=*/false);
      })
      .Default([](Operation *) { return Value(); });
}

/// Operations on f32 and f64, and on narrower floats through f32. Null for
/// other operations.
static Value lowerToArithmetic(ImplicitLocOpBuilder &b, Operation *op,
                               ValueRange in) {
  Type type = in[0].getType();
  MathFunctions f(b, type);
  bool isDouble = getElementTypeOrSelf(type).isF64();
  auto compare = [&](arith::CmpFPredicate predicate, Value x, double bound) {
    TypedAttr value = b.getFloatAttr(getElementTypeOrSelf(type), bound);
    if (auto vector = dyn_cast<VectorType>(type))
      value = DenseElementsAttr::get(vector, static_cast<Attribute>(value));
    Value limit = arith::ConstantOp::create(b, value);
    return arith::CmpFOp::create(b, predicate, x, limit);
  };
  const double infinity = std::numeric_limits<double>::infinity();
  Value result =
      TypeSwitch<Operation *, Value>(op)
          .Case([&](math::SqrtOp) { return f.sqrt(in[0]); })
          .Case([&](math::RsqrtOp) { return f.rsqrt(in[0]); })
          .Case([&](math::ExpOp) { return f.exp(in[0]); })
          .Case([&](math::Exp2Op) { return f.exp2(in[0]); })
          .Case([&](math::ExpM1Op) { return f.expm1(in[0]); })
          .Case([&](math::LogOp) { return f.log(in[0]); })
          .Case([&](math::Log2Op) { return f.log2(in[0]); })
          .Case([&](math::Log10Op) { return f.log10(in[0]); })
          .Case([&](math::Log1pOp) { return f.log1p(in[0]); })
          .Case([&](math::SinhOp) { return f.sinh(in[0]); })
          .Case([&](math::CoshOp) { return f.cosh(in[0]); })
          .Case([&](math::TanhOp) { return f.tanh(in[0]); })
          .Case([&](math::IsNaNOp) {
            return arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, in[0],
                                         in[0]);
          })
          .Case([&](math::IsInfOp) {
            return compare(arith::CmpFPredicate::OEQ, f.abs(in[0]), infinity);
          })
          .Case([&](math::IsFiniteOp) {
            return compare(arith::CmpFPredicate::OLT, f.abs(in[0]), infinity);
          })
          .Default([](Operation *) { return Value(); });
  if (result || isDouble)
    return result;
  return TypeSwitch<Operation *, Value>(op)
      .Case([&](math::PowFOp) { return f.powf(in[0], in[1]); })
      .Case([&](math::ErfOp) { return f.erf(in[0]); })
      .Case([&](math::ErfcOp) { return f.erfc(in[0]); })
      .Case([&](math::SinOp) { return f.sin(in[0]); })
      .Case([&](math::CosOp) { return f.cos(in[0]); })
      .Case([&](math::TanOp) { return f.tan(in[0]); })
      .Default([](Operation *) { return Value(); });
}

/// The replacement of a math operation; null if it has none.
static Value lower(ImplicitLocOpBuilder &b, Operation *op) {
  Type type = op->getOperand(0).getType();
  if (!llvm::all_of(op->getOperandTypes(), isSupported) ||
      !llvm::all_of(op->getResultTypes(), isSupported) ||
      op->getNumResults() != 1)
    return {};
  if (Value result = lowerToIntrinsic(b, op))
    return result;
  Type element = getElementTypeOrSelf(type);
  if (!isa<FloatType>(element) ||
      llvm::any_of(op->getOperandTypes(),
                   [&](Type other) { return other != type; }))
    return {};
  if (element.isF32() || element.isF64())
    return lowerToArithmetic(b, op, op->getOperands());

  Type wide = b.getF32Type();
  if (auto vector = dyn_cast<VectorType>(type))
    wide = vector.clone(wide);
  SmallVector<Value> operands;
  for (Value operand : op->getOperands())
    operands.push_back(arith::ExtFOp::create(b, wide, operand));
  Value result = lowerToArithmetic(b, op, operands);
  if (result && result.getType() == wide)
    result = arith::TruncFOp::create(b, type, result);
  if (!result)
    for (Value operand : operands)
      operand.getDefiningOp()->erase();
  return result;
}

LogicalResult pit::lowerMath(Operation *root) {
  MLIRContext *context = root->getContext();
  RewritePatternSet patterns(context);
  arith::populateCeilFloorDivExpandOpsPatterns(patterns);
  walkAndApplyPatterns(root, std::move(patterns));

  SmallVector<Operation *> work;
  root->walk([&](Operation *op) {
    // Those of arith that upstream turns into calls of libdevice.
    if (isa<math::MathDialect>(op->getDialect()) ||
        isa<arith::RemFOp, arith::MaxNumFOp, arith::MinNumFOp>(op))
      work.push_back(op);
  });
  // Kernels repeat a body for each of their lanes.
  DenseSet<std::pair<Location, OperationName>> refused;
  for (Operation *op : work) {
    ImplicitLocOpBuilder builder(op->getLoc(), op);
    Value result;
    if (!isa<arith::RemFOp>(op))
      result = lower(builder, op);
    if (result) {
      op->replaceAllUsesWith(ValueRange(result));
      op->erase();
      continue;
    }
    if (!refused.insert({op->getLoc(), op->getName()}).second)
      continue;
    InFlightDiagnostic diag = op->emitOpError()
                              << "has no lowering to PTX for operands of type "
                              << op->getOperand(0).getType();
    if (getElementTypeOrSelf(op->getOperand(0).getType()).isF64())
      diag << "; there may be one for 'f32'";
  }
  return success(refused.empty());
}

namespace {
struct PITLowerMathPass
    : public pit::impl::PITLowerMathPassBase<PITLowerMathPass> {
  void runOnOperation() override {
    if (failed(lowerMath(getOperation())))
      signalPassFailure();
  }
};
} // namespace
