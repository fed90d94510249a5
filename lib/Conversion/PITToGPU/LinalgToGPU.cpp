//===- LinalgToGPU.cpp - kernels for linalg operations --------------------===//
//
// What can become a kernel, its arguments and its grid; the kernel's body is
// LinalgKernel's.
//
//===----------------------------------------------------------------------===//

#include "LinalgKernel.h"

#include "pit/Conversion/PITToGPU/KernelBuilder.h"
#include "pit/Conversion/PITToGPU/PITToGPU.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlir::pit;

//===----------------------------------------------------------------------===//
// What a kernel can be made of
//===----------------------------------------------------------------------===//

/// Collects the memrefs that `value`'s computation reads into `buffers`; fails
/// where a kernel cannot repeat that computation, which does not happen in plan
/// form.
static LogicalResult collectSources(Operation *user, Value value,
                                    llvm::SetVector<Value> &buffers) {
  if (isa<MemRefType>(value.getType())) {
    buffers.insert(value);
    return success();
  }
  Operation *def = value.getDefiningOp();
  // A load cannot be repeated: the buffer may change before the kernel runs.
  if (!def || def->getNumRegions() != 0 || !isPure(def))
    return user->emitOpError()
           << "reads a value of type " << value.getType()
           << " that a kernel cannot compute: expects arithmetic on constants";
  for (Value operand : def->getOperands())
    if (failed(collectSources(user, operand, buffers)))
      return failure();
  return success();
}

/// Fails at an operand or an operation of the body that has no lowering.
static LogicalResult checkLowering(linalg::LinalgOp op) {
  for (OpOperand &operand : op->getOpOperands()) {
    Type element = getElementTypeOrSelf(operand.get().getType());
    if (getElementBytes(element) == 0)
      return op->emitOpError()
             << "operand #" << operand.getOperandNumber()
             << " has elements of type " << element
             << ", which has no lowering: expects f16, bf16, f32, f64, index "
                "or a signless integer of 1, 8, 16, 32 or 64 bits";
  }
  WalkResult result = op.getBlock()->walk([&](Operation *inner) {
    if (isa<arith::ArithDialect, math::MathDialect, linalg::LinalgDialect,
            scf::SCFDialect>(inner->getDialect()) ||
        isa<memref::LoadOp>(inner))
      return WalkResult::advance();
    inner->emitOpError() << "has no lowering inside of a '" << op->getName()
                         << "': expects arith and math operations";
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

//===----------------------------------------------------------------------===//
// The operation
//===----------------------------------------------------------------------===//

/// Says what this lowering leaves unoptimised.
static void remarkMissed(linalg::LinalgOp op, const LinalgIteration &space) {
  auto function = op->getParentOfType<FunctionOpInterface>();
  auto opts = remark::RemarkOpts::name("scalar-loop")
                  .category("linalg-to-gpu")
                  .function(function ? function.getName() : StringRef());
  if (space.loopDims.empty())
    return;
  int64_t points = 1;
  for (unsigned dim : space.loopDims)
    points *= space.extents[dim];
  int64_t threads = space.getNumThreads();
  bool isContraction = linalg::isaContractionOpInterface(op);
  remark::missed(op->getLoc(), opts)
      << remark::add("'{0}' runs on scalar code: each of {1} threads loops "
                     "over {2} points",
                     op->getName().getStringRef().str(), threads, points)
      << remark::suggest(
             "{0}", isContraction
                        ? "f16 inputs run on tensor cores"
                        : "reduce in two steps where there are few outputs");
}

LogicalResult pit::convertLinalgToGPU(OpBuilder &builder, Operation *op) {
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  if (!linalgOp || !linalgOp.hasPureBufferSemantics() ||
      linalgOp.hasDynamicShape())
    return op->emitOpError("has no lowering to a kernel: expects a structured "
                           "operation on memrefs of static shape");
  if (failed(checkLowering(linalgOp)))
    return failure();
  // Nothing to compute: outputs keep their init, which is in place already.
  if (llvm::is_contained(linalgOp.getStaticLoopRanges(), 0)) {
    op->erase();
    return success();
  }

  // Arguments: what is read, then the outputs; each buffer once.
  llvm::SetVector<Value> inits, buffers, captured;
  for (Value init : linalgOp.getDpsInits())
    inits.insert(init);
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  SmallVector<Value> read(linalgOp.getDpsInputs());
  llvm::append_range(read, captured);
  for (Value value : read)
    if (failed(collectSources(op, value, buffers)))
      return failure();
  buffers.remove_if([&](Value value) { return inits.contains(value); });
  buffers.insert(inits.begin(), inits.end());

  LinalgIteration space = LinalgIteration::get(linalgOp);
  int64_t grid = llvm::divideCeil(space.getNumThreads(), kLinalgBlockSize);
  remarkMissed(linalgOp, space);
  FailureOr<LaunchOp> launch =
      buildKernel(builder, op, op->getName().stripDialect(),
                  buffers.getArrayRef(), grid, kLinalgBlockSize,
                  [&](OpBuilder &builder, Location loc, ValueRange arguments) {
                    IRMapping map;
                    map.map(buffers.getArrayRef(), arguments);
                    writeLinalgKernel(builder, loc, linalgOp, space, map);
                  });
  if (failed(launch))
    return failure();
  op->erase();
  return success();
}
