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

/// A number of the run that may be known.
static std::string toString(const Extent &extent) {
  return extent.isKnown() ? std::to_string(extent.known) : "?";
}

/// Says what this lowering leaves unoptimised.
static void remarkMissed(linalg::LinalgOp op, const LinalgIteration &space,
                         const Extent &threads, const Extent &points) {
  auto function = op->getParentOfType<FunctionOpInterface>();
  auto opts = remark::RemarkOpts::name("scalar-loop")
                  .category("linalg-to-gpu")
                  .function(function ? function.getName() : StringRef());
  if (space.loopDims.empty())
    return;
  bool isContraction = linalg::isaContractionOpInterface(op);
  remark::missed(op->getLoc(), opts)
      << remark::add("'{0}' runs on scalar code: each of {1} threads loops "
                     "over {2} points",
                     op->getName().getStringRef().str(), toString(threads),
                     toString(points))
      << remark::suggest(
             "{0}", isContraction
                        ? "f16 and bf16 inputs run on tensor cores"
                        : "reduce in two steps where there are few outputs");
}

/// The kernel of one form of the iteration space.
static LogicalResult convertForm(OpBuilder &builder, linalg::LinalgOp op,
                                 ValueRange buffers,
                                 const LinalgIteration &space, bool isFirst) {
  WarpEmitter emit(builder, op->getLoc());
  LinalgSizes sizes(emit, space,
                    [&](unsigned operand) { return op->getOperand(operand); });
  Extent threads = sizes.getNumThreads(), points = 1;
  for (unsigned dim : space.loopDims)
    points = emit.product(points, sizes.getExtent(dim));
  if (isFirst)
    remarkMissed(op, space, threads, points);
  auto body = [&](OpBuilder &builder, Location loc, ValueRange arguments) {
    IRMapping map;
    map.map(buffers, arguments);
    writeLinalgKernel(builder, loc, op, space, map);
  };
  StringRef role = op->getName().stripDialect();
  Extent grid = emit.ceilDiv(threads, kLinalgBlockSize);
  if (grid.isKnown() && points.isKnown())
    return buildKernel(builder, op, role, buffers, grid.known, kLinalgBlockSize,
                       body);
  // No blocks where there is nothing to reduce, so that outputs keep their
  // init, nor where the other form is right.
  Value blocks = emit.get(grid);
  if (!points.isKnown())
    blocks = emit.mul(blocks, emit.min(points.value, emit.constant(1)));
  if (space.rows != LinalgIteration::Rows::any) {
    Value isOther = emit.isNoMultiple(
        emit.get(sizes.getExtent(space.threadDims.back())), space.wideLanes);
    blocks = emit.mul(blocks, space.rows == LinalgIteration::Rows::others
                                  ? isOther
                                  : emit.negate(isOther));
  }
  return buildKernel(builder, op, role, buffers, blocks, kLinalgBlockSize,
                     body);
}

LogicalResult pit::convertLinalgToGPU(OpBuilder &builder, Operation *op) {
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  if (!linalgOp || !linalgOp.hasPureBufferSemantics())
    return op->emitOpError("has no lowering to a kernel: expects a structured "
                           "operation on memrefs");
  if (failed(checkLowering(linalgOp)))
    return failure();
  SmallVector<LinalgIteration, 1> forms = LinalgIteration::get(linalgOp);
  // Nothing to compute: outputs keep their init, which is in place already.
  if (forms.empty()) {
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

  for (const LinalgIteration &form : forms)
    if (failed(convertForm(builder, linalgOp, buffers.getArrayRef(), form,
                           &form == &forms.front())))
      return failure();
  op->erase();
  return success();
}
