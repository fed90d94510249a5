//===- LinalgToGPU.cpp - kernels for linalg operations --------------------===//
//
// What can become a kernel, its arguments and its grid; the kernel's body is
// LinalgKernel's.
//
//===----------------------------------------------------------------------===//

#include "KernelPayload.h"
#include "LinalgKernel.h"

#include "pit/Conversion/PITToGPU/KernelBuilder.h"
#include "pit/Conversion/PITToGPU/PITToGPU.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace mlir::pit;

//===----------------------------------------------------------------------===//
// What a kernel can be made of
//===----------------------------------------------------------------------===//

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
  return checkPayload(op, op->getRegion(0));
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
                        ? "f16 and bf16 inputs run on tensor cores"
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
