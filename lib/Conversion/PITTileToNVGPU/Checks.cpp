//===- Checks.cpp - what a kernel must be to be lowered -------------------===//
//
// Everything that the patterns of this folder rely on and verifiers do not
// promise is checked here, before the first of them runs: whoever writes tiles
// by hand gets one error, at the operation that is to be changed.
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "pit/Dialect/PIT/Transforms/Divisors.h"
#include "pit/Dialect/PIT/Transforms/Schedule.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/Support/InterleavedRange.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::pit;

/// The threads must be able to share an accumulator, and what they hold of it
/// must fit their registers.
static FailureOr<AccLayout> verifyThreads(Operation *op, AccType acc,
                                          const KernelContext &context) {
  FailureOr<AccLayout> layout =
      AccLayout::get(acc, context.threads, [&] { return op->emitOpError(); });
  if (failed(layout))
    return failure();
  int64_t perElement =
      llvm::divideCeil(acc.getElementType().getIntOrFloatBitWidth(), 32);
  if (layout->held() * perElement > kMaxRegistersPerThread)
    return op->emitOpError()
           << "has an accumulator of type " << acc << ", of which a thread "
           << "holds " << layout->held() << " elements, but has "
           << kMaxRegistersPerThread
           << " registers: use a smaller tile or more warps";
  return layout;
}

static LogicalResult verifyTile(TileMmaOp op, const KernelContext &context) {
  if (failed(verifyProduct(op)))
    return failure();
  FailureOr<AccLayout> layout =
      verifyThreads(op, op.getAcc().getType(), context);
  if (failed(layout))
    return failure();
  Product product = Product::get(op);
  for (const Product::Factor &factor : product.factors)
    if (failed(TileLayout::get(factor.tile, [&] { return op.emitOpError(); })))
      return failure();
  if (layout->getWarps()) {
    if (product.getMmaDepth())
      return success();
    return op.emitOpError()
           << "has an accumulator that is held in fragments, but tensor cores "
              "do not take tiles of types "
           << op.getLhs().getType() << " and " << op.getRhs().getType()
           << " with a reduction of " << product.depth << " here";
  }
  if (product.isTF32)
    return op.emitOpError("has math = tf32, but an accumulator that is not "
                          "held in fragments of tensor cores");
  // A load must not reach past a run, nor a run past a chunk.
  const ThreadLayout &threads = *layout->getThreads();
  for (int dim = 0; dim < 2; ++dim)
    if (int64_t width = product.factors[dim].getParallelWidth();
        !product.factors[dim].reductionContiguous && width % threads.run[dim])
      return op.emitOpError()
             << "has an accumulator with runs of " << threads.run[dim]
             << " along dimension " << dim
             << ", which one load does not read: expected a divisor of "
             << width;
  return success();
}

static LogicalResult verifyTile(LoadCoordsOp op) {
  auto type = cast<CoordsType>(op.getResult().getType());
  if (type.getBy().empty())
    return op.emitOpError("has coordinates without 'by', which says what a "
                          "thread holds: run a schedule first");
  int64_t mul = type.getBy()[2], step = type.getBy()[3];
  if (mul == 0 &&
      (type.getMicro() % step || !isKnownMultiple(op.getFirst(), step) ||
       !isKnownMultiple(op.getLive(), step)))
    return op.emitOpError()
           << "has one place for " << step
           << " positions, but its first position, its live positions and its "
              "micro-tile are not all known to be multiples of "
           << step;
  return success();
}

/// The coordinates of a tile must be those of what each thread copies.
static LogicalResult verifyCoords(SReadOp op, const TileLayout &layout,
                                  const CopyMapping &mapping) {
  std::optional<int64_t> dim = op.getGatheredDim();
  if (!dim)
    return success();
  Value index = op.getIndices()[*dim];
  auto coords = cast<CoordsType>(index.getType());
  // Along rows every position has a place of its own.
  int64_t run = *dim == 1 ? getRun(op, layout) : 1;
  SmallVector<int64_t> own = getReadDistribution(layout, mapping, *dim, coords,
                                                 {/*first=*/run, /*live=*/run});
  SmallVector<int64_t> shared =
      getReadDistribution(layout, mapping, *dim, coords, {0, 0});
  ArrayRef<int64_t> by = coords.getBy();
  if (by.empty() || (by != ArrayRef(own) && by != ArrayRef(shared)))
    return op.emitOpError()
           << "cannot be copied with " << coords
           << ": expected the distribution " << llvm::interleaved_array(own)
           << " or " << llvm::interleaved_array(shared);
  if (*dim == 1 && by[2] != 0 && !isKnownMultiple(index, run))
    return op.emitOpError()
           << "has coordinates that tell where each " << run
           << " positions lie, but their first position, their live positions "
              "and their micro-tile are not all known to be multiples of "
           << run;
  return success();
}

static LogicalResult verifyTile(SReadOp op, const KernelContext &context) {
  TileType type = op.getTile().getType();
  auto source = cast<MemRefType>(op.getSource().getType());
  if (!op.getSlot() || !type.getAt())
    return op.emitOpError("has no 'slot', or a tile without 'at', which say "
                          "where in shared memory it goes: run a schedule "
                          "first");
  if (!source.isStrided())
    return op.emitOpError() << "has no lowering for a source of type " << source
                            << ": expected strides";
  auto layout = TileLayout::get(
      type, [&] { return op.emitOpError("has no lowering: "); });
  if (failed(layout) ||
      failed(verifyCoords(op, *layout,
                          CopyMapping::get(*layout, context.threads))))
    return failure();
  int64_t end = *type.getAt() + context.stages * layout->bytes();
  if (*type.getAt() % kChunkBytes)
    return op.emitOpError()
           << "has a tile at byte " << *type.getAt()
           << " of shared memory: expected a multiple of " << kChunkBytes;
  if (end > context.sharedBytes)
    return op.emitOpError()
           << "needs shared memory up to byte " << end
           << ", but the kernel has " << context.sharedBytes << " bytes";
  return success();
}

static LogicalResult verifyTile(SWriteOp op, const KernelContext &context) {
  if (failed(verifyThreads(op, op.getAcc().getType(), context)))
    return failure();
  auto dest = cast<MemRefType>(op.getDest().getType());
  for (Value operand : op->getOperands())
    if (auto type = dyn_cast<MemRefType>(operand.getType());
        type && !type.isStrided())
      return op.emitOpError()
             << "has no lowering for "
             << (operand == op.getDest() ? "a destination" : "an input")
             << " of type " << type << ": expected strides";
  if (Type type = dest.getElementType();
      op.getMode() == WriteMode::add && !type.isF32() && !type.isF64() &&
      !type.isSignlessInteger(32) && !type.isSignlessInteger(64))
    return op.emitOpError() << "adds partial sums in f32, f64, i32 and i64 "
                               "only, but the destination has elements of "
                            << type;
  if (int64_t needed = getStagingBytes(op.getAcc().getType());
      needed > context.sharedBytes)
    return op.emitOpError() << "needs " << needed
                            << " bytes of shared memory, but the kernel has "
                            << context.sharedBytes;
  WriteMapping mapping =
      WriteMapping::get(op.getAcc().getType(), dest.getElementType(),
                        getKnownRowDivisor(op.getDest()), context.threads);
  for (auto [dim, index] : llvm::enumerate(op.getIndices())) {
    auto coords = dyn_cast<CoordsType>(index.getType());
    if (!coords)
      continue;
    int64_t divisor = getKnownDivisor(index);
    SmallVector<int64_t> by =
        getWriteDistribution(mapping, dim, coords, {divisor, divisor});
    if (coords.getBy() != ArrayRef(by))
      return op.emitOpError()
             << "cannot be written with " << coords
             << ": expected the distribution " << llvm::interleaved_array(by);
  }
  return success();
}

/// Tiles, accumulators and coordinates become several values each, which only
/// operations that are converted can take.
static LogicalResult verifyValues(Operation *op) {
  if (isa<ForEachTileOp, YieldOp, LoadCoordsOp, SReadOp, WaitOp, CommitOp,
          AccZeroOp, TileMmaOp, SWriteOp>(op))
    return success();
  if (isa_and_nonnull<PITDialect>(op->getDialect()))
    return op->emitOpError("has no place in a kernel: expected operations of "
                           "the tile level");
  if (isa<scf::ForOp, scf::IfOp, scf::WhileOp, scf::YieldOp, scf::ConditionOp>(
          op))
    return success();
  SmallVector<Type> types(op->getOperandTypes());
  llvm::append_range(types, op->getResultTypes());
  for (Type type : types)
    if (isa<PITDialect>(type.getDialect()))
      return op->emitOpError()
             << "has a value of type " << type
             << ", which only operations of the tile level, 'scf.for', "
                "'scf.if' and 'scf.while' may hand on";
  return success();
}

bool pit::hasContiguousRows(MemRefType type) {
  auto [strides, offset] = type.getStridesAndOffset();
  return strides.empty() || strides.back() == 1;
}

bool pit::needsSchedule(gpu::GPUFuncOp kernel) {
  return kernel
      .walk([](Operation *op) {
        bool tile = isa_and_nonnull<PITDialect>(op->getDialect()) &&
                    !isa<ForEachTileOp, YieldOp>(op);
        return tile ? WalkResult::interrupt() : WalkResult::advance();
      })
      .wasInterrupted();
}

LogicalResult pit::verifyTileKernel(gpu::GPUFuncOp kernel,
                                    KernelContext &context) {
  for (Type type : kernel.getArgumentTypes())
    if (isa<PITDialect>(type.getDialect()))
      return kernel.emitOpError() << "has an argument of type " << type
                                  << ", which no launch can pass";
  ForEachTileOp tiles;
  WalkResult result = kernel.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (failed(verifyValues(op)))
      return WalkResult::interrupt();
    if (auto another = dyn_cast<ForEachTileOp>(op)) {
      if (tiles) {
        InFlightDiagnostic diagnostic = another.emitOpError(
            "is the second of its kernel, whose blocks are the tiles of one");
        diagnostic.attachNote(tiles.getLoc()) << "the first is here";
        return WalkResult(diagnostic);
      }
      tiles = another;
    }
    if (auto zero = dyn_cast<AccZeroOp>(op))
      return WalkResult(failure(
          failed(verifyThreads(zero, zero.getResult().getType(), context))));
    if (auto mma = dyn_cast<TileMmaOp>(op))
      return WalkResult(verifyTile(mma, context));
    if (auto load = dyn_cast<LoadCoordsOp>(op))
      return WalkResult(verifyTile(load));
    if (auto read = dyn_cast<SReadOp>(op)) {
      if (failed(verifyTile(read, context)))
        return WalkResult::interrupt();
      context.offsetDivisors[op] = getKnownDivisor(read.getIndices()[1]);
      context.rowDivisors[read.getSource()] =
          getKnownRowDivisor(read.getSource());
    }
    if (auto write = dyn_cast<SWriteOp>(op)) {
      if (failed(verifyTile(write, context)))
        return WalkResult::interrupt();
      context.offsetDivisors[op] = getKnownDivisor(write.getIndices()[1]);
      for (Value operand : write->getOperands())
        if (isa<MemRefType>(operand.getType()))
          context.rowDivisors[operand] = getKnownRowDivisor(operand);
    }
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}
