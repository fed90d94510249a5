//===- LaunchPlan.cpp - what the plan form is -----------------------------===//

#include "PlanSizes.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::pit;

std::optional<int64_t> pit::getStaticByteSize(MemRefType type) {
  Type element = type.getElementType();
  if (!element.isIntOrFloat() || !type.hasStaticShape())
    return std::nullopt;
  unsigned bits = element.getIntOrFloatBitWidth();
  if (bits != 1 && bits % 8 != 0)
    return std::nullopt;
  int64_t bytes = llvm::divideCeil(bits, 8u);
  // A size of 0 makes the whole 0, however long the other dimensions are.
  if (llvm::is_contained(type.getShape(), 0))
    return 0;
  for (int64_t size : type.getShape())
    if (llvm::MulOverflow(bytes, size, bytes))
      return std::nullopt;
  return bytes;
}

/// The memref that a cast of memrefs casts, or null where `op` is no such cast.
static Value getCastSource(Operation *op) {
  if (isa_and_nonnull<memref::CastOp, memref::ExpandShapeOp,
                      memref::CollapseShapeOp, memref::ReinterpretCastOp>(op))
    return op->getOperand(0);
  return {};
}

Value pit::getPlanBuffer(Value memref) {
  while (Value source = getCastSource(memref.getDefiningOp()))
    memref = source;
  return memref;
}

PlanPlace pit::getPlanPlace(Value memref) {
  Value buffer = getPlanBuffer(memref);
  if (auto argument = dyn_cast<BlockArgument>(buffer))
    return {argument, Value()};
  return {BlockArgument(),
          buffer.getDefiningOp<memref::ViewOp>().getByteShift()};
}

bool pit::isPlanElementType(Type type) {
  if (type.isSignlessInteger())
    return llvm::is_contained({1, 8, 16, 32, 64}, type.getIntOrFloatBitWidth());
  return isa<Float16Type, BFloat16Type, Float32Type, Float64Type,
             Float8E4M3FNType, Float8E5M2Type>(type);
}

/// Whether a reinterpretation starts at its source's first element.
static bool startsAtSource(memref::ReinterpretCastOp op) {
  return op.getOffsets().empty() &&
         op.getStaticOffsets() == ArrayRef<int64_t>{0};
}

static LogicalResult verifyBufferType(Operation *op, Type type, Twine what) {
  auto memref = dyn_cast<MemRefType>(type);
  if (!memref)
    return op->emitOpError()
           << what << " has type " << type
           << ", but a launch plan takes memrefs only: a scalar goes into a "
              "tensor of rank 0";
  if (!memref.getLayout().isIdentity() || memref.getMemorySpace())
    return op->emitOpError()
           << what << " has type " << type
           << ", but a launch plan expects the identity layout and the default "
              "memory space";
  if (!isPlanElementType(memref.getElementType()))
    return op->emitOpError()
           << what << " has type " << type
           << ", whose elements have no lowering: a launch plan takes f16, "
              "bf16, f32, f64, f8E4M3FN, f8E5M2 and signless integers of 1, 8, "
              "16, 32 or 64 bits";
  if (memref.hasStaticShape() && !getStaticByteSize(memref))
    return op->emitOpError() << what << " has type " << type
                             << ", whose size is not below 2^63 bytes";
  return success();
}

static LogicalResult verifyStep(Operation *op, PlanStage stage) {
  if (isSizeArithmetic(op) || isa<LaunchOp>(op))
    return success();
  if (isa<WorkspaceOp, RequireOp>(op))
    return success();
  if (auto view = dyn_cast<memref::ViewOp>(op)) {
    if (!view.getSource().getDefiningOp<WorkspaceOp>())
      return op->emitOpError("has no place in a launch plan: only the "
                             "workspace is viewed as buffers of other types");
    return verifyBufferType(op, view.getType(), "a temporary");
  }
  if (getCastSource(op)) {
    auto reinterpret = dyn_cast<memref::ReinterpretCastOp>(op);
    if (reinterpret && !startsAtSource(reinterpret))
      return op->emitOpError("has no place in a launch plan: it does not start "
                             "at the first element of its source");
    return verifyBufferType(op, op->getResult(0).getType(), "its result");
  }
  if (isa<memref::CopyOp>(op) ||
      (stage == PlanStage::Operations &&
       isa<DetectOp, CompactOp, AssembleIndexOp, GenericOp, linalg::LinalgOp>(
           op))) {
    for (auto [number, type] : llvm::enumerate(op->getOperandTypes()))
      if (isa<BaseMemRefType>(type) &&
          failed(verifyBufferType(op, type, "operand " + Twine(number))))
        return failure();
      else if (isa<TensorType>(type))
        return op->emitOpError() << "operand " << number << " has type " << type
                                 << ", but a launch plan takes memrefs only: "
                                    "bufferize the function first";
    return success();
  }
  if (op->getNumRegions() != 0 || op->hasTrait<OpTrait::IsTerminator>())
    return op->emitOpError(
        "has no place in a launch plan: a plan is a straight list of steps "
        "that depend on sizes only, without control flow");
  if (isa<CallOpInterface>(op))
    return op->emitOpError("has no place in a launch plan: inline the function "
                           "that it calls");
  if (llvm::any_of(op->getOperandTypes(), llvm::IsaPred<TensorType>) ||
      llvm::any_of(op->getResultTypes(), llvm::IsaPred<TensorType>))
    return op->emitOpError("has no place in a launch plan: it has tensors; "
                           "bufferize the function first");
  return op->emitOpError(
      "has no place in a launch plan, which holds linalg and pit operations, "
      "copies, launches, and arithmetic on sizes");
}

LogicalResult pit::verifyLaunchPlan(func::FuncOp function, PlanStage stage) {
  if (!function.getBody().hasOneBlock())
    return function.emitOpError() << "expects one block, but has "
                                  << function.getBody().getBlocks().size()
                                  << ": a launch plan has no control flow";
  if (function.getNumResults() != 0)
    return function.emitOpError()
           << "is not a launch plan: expects no results (outputs are "
              "arguments), but has "
           << function.getNumResults();
  bool outputs = false;
  for (BlockArgument argument : function.getArguments()) {
    unsigned number = argument.getArgNumber();
    if (failed(verifyBufferType(function, argument.getType(),
                                "argument " + Twine(number))))
      return failure();
    if (!function.getArgAttrOfType<StringAttr>(number, kNameAttrName))
      return function.emitOpError()
             << "is not a launch plan: argument " << number << " has no '"
             << kNameAttrName << "'";
    bool output = !!function.getArgAttr(number, kOutputAttrName);
    if (outputs && !output)
      return function.emitOpError()
             << "expects its outputs after its inputs, but argument " << number
             << " is an input";
    outputs |= output;
  }
  WorkspaceOp workspace;
  for (Operation &op : function.getBody().front().without_terminator()) {
    if (failed(verifyStep(&op, stage)))
      return failure();
    auto another = dyn_cast<WorkspaceOp>(op);
    if (another && workspace) {
      InFlightDiagnostic diagnostic =
          another.emitOpError("is the second workspace of the plan");
      diagnostic.attachNote(workspace.getLoc()) << "first workspace here";
      return diagnostic;
    }
    if (another)
      workspace = another;
  }
  return success();
}
