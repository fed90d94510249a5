//===- PromoteToF64.cpp - functions in double precision -------------------===//

#include "pit/Dialect/PIT/IR/PIT.h"
#include "pit/Passes/Passes.h"
#include "pit/Reference/Reference.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/AttrTypeSubElements.h"

namespace mlir::pit {
#define GEN_PASS_DEF_PITPROMOTETOF64PASS
#include "pit/Passes/Passes.h.inc"
} // namespace mlir::pit

using namespace mlir;
using namespace mlir::pit;

namespace {
/// Converts types and constants.
class Promoter {
public:
  explicit Promoter(MLIRContext *context);
  /// Everything in and below `op`.
  void run(Operation *op) {
    replacer.recursivelyReplaceElementsIn(op, /*replaceAttrs=*/true,
                                          /*replaceLocs=*/false,
                                          /*replaceTypes=*/true);
  }

private:
  APFloat promote(APFloat value) const {
    bool inexact;
    value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                  &inexact);
    return value;
  }

  Type f64;
  AttrTypeReplacer replacer;
};
} // namespace

Promoter::Promoter(MLIRContext *context) : f64(Float64Type::get(context)) {
  replacer.addReplacement([this](FloatType) { return f64; });
  replacer.addReplacement([this](RankedTensorType type) -> Type {
    Type element = type.getElementType();
    Attribute encoding = type.getEncoding();
    if (isa_and_nonnull<SparsityAttr>(encoding))
      encoding = {};
    return RankedTensorType::get(
        type.getShape(), isa<FloatType>(element) ? f64 : element, encoding);
  });
  replacer.addReplacement([this](FloatAttr attr) -> Attribute {
    return FloatAttr::get(f64, promote(attr.getValue()));
  });
  replacer.addReplacement(
      [this](DenseElementsAttr attr) -> std::pair<Attribute, WalkResult> {
        if (auto floats = dyn_cast<DenseFPElementsAttr>(attr))
          attr = floats.mapValues(f64, [this](const APFloat &value) {
            return promote(value).bitcastToAPInt();
          });
        auto type = dyn_cast<RankedTensorType>(attr.getType());
        if (type && isa_and_nonnull<SparsityAttr>(type.getEncoding()))
          attr = attr.reshape(type.dropEncoding());
        return {attr, WalkResult::skip()};
      });
  // Options of an operation, such as how it may be reassociated, hold no types
  // of values; a schedule's numbers are none of the function's.
  replacer.addReplacement([](ScheduleAttr attr) {
    return std::pair<Attribute, WalkResult>(attr, WalkResult::skip());
  });
}

/// An element type that f64 holds exactly, or no float at all.
static bool isPromotable(Type type) {
  Type element = getElementTypeOrSelf(type);
  if (auto real = dyn_cast<FloatType>(element))
    return real.getWidth() <= 64;
  return element.isIntOrIndex();
}

static LogicalResult checkTypes(Operation *op, TypeRange types) {
  for (Type type : types) {
    bool known = isa<FloatType, IntegerType, ::mlir::IndexType,
                     RankedTensorType, VectorType>(type);
    if (!known || !isPromotable(type))
      return op->emitOpError()
             << "cannot be promoted to f64: has a value of type " << type
             << ", and expects numbers of at most 64 bits, or tensors or "
                "vectors of them";
  }
  return success();
}

/// Whether bits of a float would be taken for something else.
static bool reinterpretsFloats(Operation *op) {
  if (!isa<arith::BitcastOp, tensor::BitcastOp>(op))
    return false;
  Type from = getElementTypeOrSelf(op->getOperand(0).getType());
  Type to = getElementTypeOrSelf(op->getResult(0).getType());
  return isa<FloatType>(from) || isa<FloatType>(to);
}

static LogicalResult checkPromotable(Operation *op) {
  Dialect *dialect = op->getDialect();
  if (!isa_and_nonnull<BuiltinDialect, func::FuncDialect, linalg::LinalgDialect,
                       arith::ArithDialect, math::MathDialect,
                       tensor::TensorDialect, scf::SCFDialect,
                       affine::AffineDialect, cf::ControlFlowDialect,
                       bufferization::BufferizationDialect>(dialect))
    return op->emitOpError(
        "cannot be promoted to f64: the reference is made of functions of "
        "linalg, arith, math, tensor and scf operations on tensors");
  if (reinterpretsFloats(op))
    return op->emitOpError("cannot be promoted to f64: the bits of a float "
                           "depend on its type");
  if (isa<arith::ScalingExtFOp, arith::ScalingTruncFOp>(op))
    return op->emitOpError(
        "cannot be promoted to f64: it scales by a type's exponent");
  if (auto function = dyn_cast<func::FuncOp>(op)) {
    if (function.isDeclaration())
      return op->emitOpError("cannot be promoted to f64: has no body");
    if (failed(checkTypes(op, function.getArgumentTypes())))
      return failure();
  }
  if (auto constant = dyn_cast<arith::ConstantOp>(op))
    if (isa<FloatType>(getElementTypeOrSelf(constant.getType())) &&
        !isa<FloatAttr, DenseFPElementsAttr>(constant.getValue()))
      return op->emitOpError("cannot be promoted to f64: its floats are not in "
                             "a dense attribute");
  return checkTypes(op, op->getResultTypes());
}

LogicalResult pit::promoteToF64(ModuleOp module) {
  WalkResult checked = module.walk([](Operation *op) {
    return failed(checkPromotable(op)) ? WalkResult::interrupt()
                                       : WalkResult::advance();
  });
  if (checked.wasInterrupted())
    return failure();

  Promoter(module.getContext()).run(module);
  module.walk([](Operation *op) {
    op->removeDiscardableAttr(kScheduleAttrName);
    bool vanishes = isa<arith::ExtFOp, arith::TruncFOp>(op) ||
                    (isa<tensor::CastOp>(op) &&
                     op->getOperand(0).getType() == op->getResult(0).getType());
    if (!vanishes)
      return;
    op->getResult(0).replaceAllUsesWith(op->getOperand(0));
    op->erase();
  });
  return success();
}

namespace {
struct PromoteToF64Pass : pit::impl::PITPromoteToF64PassBase<PromoteToF64Pass> {
  void runOnOperation() override {
    if (failed(promoteToF64(getOperation())))
      signalPassFailure();
  }
};
} // namespace
