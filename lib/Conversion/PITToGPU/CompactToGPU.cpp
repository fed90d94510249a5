//===- CompactToGPU.cpp - kernels that list the live micro-tiles ----------===//
//
// A group's flags are cut into chunks, a block each. A warp votes on 32
// neighbouring flags at a time; the votes alone tell every lane where its
// coordinate goes: after those of earlier votes, earlier warps and earlier
// chunks. Without anything atomic the result is always the same and ascends, so
// an index asked to be deterministic and any other come from one mechanism; an
// atomic cursor would save the count of earlier chunks, which is a read of the
// flags only (an element of 1 byte for a whole micro-tile of the operand).
//
//===----------------------------------------------------------------------===//

#include "WarpEmitter.h"

#include "pit/Conversion/PITToGPU/KernelBuilder.h"
#include "pit/Conversion/PITToGPU/PITToGPU.h"
#include "pit/Dialect/PIT/Transforms/LaunchPlan.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::pit;

/// Votes of a warp before it writes: that many loads are in flight.
static constexpr int64_t kMaxVotes = 16;
static constexpr int64_t kMaxWarps = 8;
/// Each block adds up the counts of all earlier chunks of its group. That this
/// stays below what the block reads anyway (4 KB) bounds the chunks of a group.
static constexpr int64_t kMaxChunks = 1024;
/// Threads of a block that writes zeros.
static constexpr int64_t kFillBlock = 256;

namespace {

/// How the flags of a group are spread: `chunks` blocks of `warps` warps, each
/// `steps` times over `votes` votes of 32 flags a warp.
struct CompactPlan {
  /// 1 and 0 stand for those of a bitmap whose capacity is dynamic: the sizes
  /// of the run say.
  int64_t warps = kMaxWarps, votes = kMaxVotes, steps = 1, chunks = 0;
  bool isDynamic;

  explicit CompactPlan(int64_t capacity)
      : isDynamic(ShapedType::isDynamic(capacity)) {
    if (isDynamic)
      return;
    warps = std::clamp<int64_t>(
        llvm::divideCeil(capacity, kMaxVotes * kWarpSize), 1, kMaxWarps);
    votes = std::min<int64_t>(llvm::divideCeil(capacity, warps * kWarpSize),
                              kMaxVotes);
    steps = llvm::divideCeil(capacity, stepFlags() * kMaxChunks);
    chunks = llvm::divideCeil(capacity, stepFlags() * steps);
  }

  int64_t blockSize() const { return warps * kWarpSize; }
  int64_t stepFlags() const { return warps * votes * kWarpSize; }
};

/// The sizes of a compaction at one place: in the launch plan or in the kernel.
struct CompactSizes {
  Extent groups, capacity;
  /// At least 1, also without micro-tiles: somebody writes the count.
  Extent steps, chunks;

  CompactSizes(const WarpEmitter &emit, const CompactPlan &plan, Value bitmap)
      : groups(emit.extent(bitmap, 0)), capacity(emit.extent(bitmap, 1)),
        steps(plan.steps), chunks(plan.chunks) {
    if (!plan.isDynamic)
      return;
    steps = emit.max(
        emit.ceilDiv(capacity.value, plan.stepFlags() * kMaxChunks), 1);
    chunks = emit.max(
        emit.ceilDiv(capacity.value, emit.mul(steps.value, plan.stepFlags())),
        1);
  }
};

/// Emits the body of one of a compaction's kernels.
class CompactEmitter {
public:
  CompactEmitter(OpBuilder &builder, Location loc, const CompactPlan &plan,
                 Value bitmap)
      : emit(builder, loc), plan(plan), sizes(emit, plan, bitmap),
        bitmap(bitmap) {
    Value thread = emit.threadId();
    lane = emit.rem(thread, kWarpSize);
    warp = emit.div(thread, kWarpSize);
    group = emit.div(emit.blockId(), sizes.chunks);
    chunk = emit.rem(emit.blockId(), sizes.chunks);
    if (plan.warps > 1)
      shared = addSharedWords(plan.warps);
  }

  /// Writes how many micro-tiles of the chunk are live to `partial`.
  void countChunk(Value partial);
  /// Writes the chunk's coordinates; the last one's block writes the count.
  void listChunk(Value partial, Value counts, Value coords);

private:
  /// The votes on a warp's flags of one step.
  struct Votes {
    SmallVector<Value> masks;
    SmallVector<Value> flags, coordinates;
    Value total;
  };

  Value addSharedWords(int64_t words);
  /// Carries a value through all steps of the chunk.
  Value forEachStep(Value init,
                    function_ref<Value(Value step, Value carried)> body);
  Votes vote(Value step);
  /// Sums over the block of one value a warp: of all, and of earlier warps.
  std::pair<Value, Value> sumWarps(Value value);
  /// A sum of the counts of the group's earlier chunks.
  Value sumEarlierChunks(Value partial);
  void storeOnce(Value condition, Value value, Value memref,
                 ValueRange indices);

  WarpEmitter emit;
  const CompactPlan &plan;
  CompactSizes sizes;
  Value bitmap, lane, warp, group, chunk, shared;
};

} // namespace

/// A word per warp in shared memory.
Value CompactEmitter::addSharedWords(int64_t words) {
  OpBuilder &b = emit.builder;
  auto kernel = cast<gpu::GPUFuncOp>(b.getInsertionBlock()->getParentOp());
  auto space = gpu::AddressSpaceAttr::get(
      b.getContext(), gpu::GPUDialect::getWorkgroupAddressSpace());
  Value buffer = kernel.addWorkgroupAttribution(
      MemRefType::get({words}, b.getI32Type(), MemRefLayoutAttrInterface(),
                      space),
      emit.loc);
  // LLVM takes arrays without a stated alignment for 16-byte aligned and loads
  // vectors, but declares them with the element's alignment.
  kernel.setWorkgroupAttributionAttr(kernel.getNumWorkgroupAttributions() - 1,
                                     LLVM::LLVMDialect::getAlignAttrName(),
                                     b.getI64IntegerAttr(16));
  return buffer;
}

CompactEmitter::Votes CompactEmitter::vote(Value step) {
  OpBuilder &b = emit.builder;
  Votes votes;
  Extent chunkFlags = emit.product(sizes.steps, plan.stepFlags());
  Value first = emit.add(
      emit.add(emit.mul(chunk, chunkFlags), emit.mul(step, plan.stepFlags())),
      emit.add(emit.mul(warp, plan.votes * kWarpSize), lane));
  bool mayEnd = plan.isDynamic ||
                sizes.capacity.known % (plan.chunks * chunkFlags.known) != 0;
  for (int64_t i = 0; i < plan.votes; ++i) {
    Value coordinate = emit.add(first, i * kWarpSize);
    votes.coordinates.push_back(coordinate);
    votes.flags.push_back(emit.ifTrueElseZero(
        mayEnd ? emit.less(coordinate, sizes.capacity) : Value(), b.getI1Type(),
        [&]() -> Value {
          return memref::LoadOp::create(b, emit.loc, bitmap,
                                        ValueRange{group, coordinate});
        }));
  }
  votes.total = emit.i32(0);
  for (Value flag : votes.flags) {
    votes.masks.push_back(emit.ballot(flag));
    votes.total = emit.add(votes.total, emit.popcount(votes.masks.back()));
  }
  return votes;
}

std::pair<Value, Value> CompactEmitter::sumWarps(Value value) {
  if (plan.warps == 1)
    return {value, emit.i32(0)};
  OpBuilder &b = emit.builder;
  // What an earlier step has left has been read.
  gpu::BarrierOp::create(b, emit.loc);
  storeOnce(emit.equals(lane, 0), value, shared, warp);
  gpu::BarrierOp::create(b, emit.loc);
  Value all = emit.i32(0), earlier = emit.i32(0);
  for (int64_t i = 0; i < plan.warps; ++i) {
    Value part = memref::LoadOp::create(b, emit.loc, shared,
                                        ValueRange{emit.constant(i)});
    all = emit.add(all, part);
    Value before = emit.less(emit.constant(i), warp);
    earlier = emit.add(earlier, emit.select(before, part, emit.i32(0)));
  }
  return {all, earlier};
}

void CompactEmitter::storeOnce(Value condition, Value value, Value memref,
                               ValueRange indices) {
  emit.ifTrue(condition, [&] {
    memref::StoreOp::create(emit.builder, emit.loc, value, memref, indices);
  });
}

Value CompactEmitter::sumEarlierChunks(Value partial) {
  Value sum = emit.loop(
      emit.add(emit.mul(warp, kWarpSize), lane), chunk, plan.blockSize(),
      emit.i32(0), [&](Value earlier, Value carried) {
        Value count = memref::LoadOp::create(emit.builder, emit.loc, partial,
                                             ValueRange{group, earlier});
        return emit.add(carried, count);
      });
  return sumWarps(emit.warpSum(sum)).first;
}

Value CompactEmitter::forEachStep(
    Value init, function_ref<Value(Value step, Value carried)> body) {
  if (sizes.steps.isKnown() && sizes.steps.known == 1)
    return body(emit.constant(0), init);
  return emit.loop(emit.constant(0), emit.get(sizes.steps), 1, init, body);
}

void CompactEmitter::countChunk(Value partial) {
  Value total = forEachStep(emit.i32(0), [&](Value step, Value carried) {
    return emit.add(carried, vote(step).total);
  });
  Value all = sumWarps(total).first;
  storeOnce(emit.equals(emit.threadId(), 0), all, partial,
            ValueRange{group, chunk});
}

void CompactEmitter::listChunk(Value partial, Value counts, Value coords) {
  OpBuilder &b = emit.builder;
  Value lower = emit.lowerLanes();
  // Lists one step's coordinates from `base` on; returns where the next begin.
  auto list = [&](Value step, Value base) {
    Votes votes = vote(step);
    auto [all, earlier] = sumWarps(votes.total);
    Value next = emit.add(base, earlier);
    for (auto [mask, flag, coordinate] :
         llvm::zip_equal(votes.masks, votes.flags, votes.coordinates)) {
      Value slot = emit.add(next, emit.popcount(emit.bitAnd(mask, lower)));
      emit.ifTrue(flag, [&, coordinate = coordinate] {
        memref::StoreOp::create(b, emit.loc, emit.toI32(coordinate), coords,
                                ValueRange{group, emit.toIndex(slot)});
      });
      next = emit.add(next, emit.popcount(mask));
    }
    return emit.add(base, all);
  };
  Value base = partial ? sumEarlierChunks(partial) : emit.i32(0);
  Value total = forEachStep(base, list);
  Value last = emit.equals(emit.threadId(), 0);
  if (partial) {
    Value isLast = sizes.chunks.isKnown()
                       ? emit.equals(chunk, sizes.chunks.known - 1)
                       : emit.equals(emit.add(chunk, 1), sizes.chunks.value);
    last = emit.all({last, isLast});
  }
  storeOnce(last, total, counts, group);
}

/// Builds a kernel of a grid that is known, or a value of the plan.
static LogicalResult build(OpBuilder &builder, CompactOp op, StringRef role,
                           ValueRange operands, const Extent &grid,
                           int64_t blockSize, KernelBodyBuilder body) {
  return grid.isKnown() ? buildKernel(builder, op, role, operands, grid.known,
                                      blockSize, body)
                        : buildKernel(builder, op, role, operands, grid.value,
                                      blockSize, body);
}

/// A bitmap without micro-tiles: every count is zero.
static LogicalResult fillCounts(OpBuilder &builder, CompactOp op) {
  auto body = [&](OpBuilder &b, Location loc, ValueRange args) {
    WarpEmitter emit(b, loc);
    Value id = emit.add(emit.mul(emit.blockId(), kFillBlock), emit.threadId());
    emit.ifTrue(emit.less(id, emit.extent(args[0], 0)), [&] {
      memref::StoreOp::create(b, loc, emit.i32(0), args[0], id);
    });
  };
  WarpEmitter emit(builder, op.getLoc());
  Extent grid = emit.ceilDiv(emit.extent(op.getCounts(), 0), kFillBlock);
  return build(builder, op, "compact", {op.getCounts()}, grid, kFillBlock,
               body);
}

/// The temporary for the counts of chunks, and the kernel that fills it; null
/// where a group has one chunk only.
static FailureOr<Value> countChunks(OpBuilder &builder, CompactOp op,
                                    const CompactPlan &plan,
                                    const CompactSizes &sizes) {
  if (plan.chunks == 1)
    return Value();
  WarpEmitter emit(builder, op.getLoc());
  Extent groups = sizes.groups;
  // Where there is one chunk only, nothing is counted, and nothing stored.
  if (!sizes.chunks.isKnown())
    groups = emit.mul(
        emit.min(emit.sub(sizes.chunks.value, 1), emit.constant(1)), groups);
  SmallVector<int64_t> shape;
  SmallVector<Value> dynamicSizes;
  for (const Extent &size : {groups, sizes.chunks}) {
    shape.push_back(size.isKnown() ? size.known : ShapedType::kDynamic);
    if (!size.isKnown())
      dynamicSizes.push_back(size.value);
  }
  FailureOr<Value> partial =
      createTemporary(builder, op, MemRefType::get(shape, builder.getI32Type()),
                      "chunk_counts", dynamicSizes);
  if (failed(partial))
    return failure();
  auto body = [&](OpBuilder &b, Location loc, ValueRange args) {
    CompactEmitter(b, loc, plan, args[0]).countChunk(args[1]);
  };
  if (failed(build(builder, op, "compact_count", {op.getBitmap(), *partial},
                   emit.product(groups, sizes.chunks), plan.blockSize(), body)))
    return failure();
  return partial;
}

LogicalResult pit::convertCompactToGPU(OpBuilder &builder, CompactOp op) {
  auto bitmap = cast<MemRefType>(op.getBitmap().getType());
  int64_t capacity = bitmap.getDimSize(1);
  if (bitmap.getDimSize(0) == 0) {
    op.erase();
    return success();
  }
  if (!ShapedType::isDynamic(capacity) && !llvm::isInt<32>(capacity))
    return op.emitOpError() << "has " << capacity
                            << " micro-tiles a group, but coordinates are i32: "
                               "expects at most 2147483647; take longer "
                               "micro-tiles along the PIT axis";
  if (capacity == 0) {
    if (failed(fillCounts(builder, op)))
      return failure();
    op.erase();
    return success();
  }

  CompactPlan plan(capacity);
  WarpEmitter emit(builder, op.getLoc());
  CompactSizes sizes(emit, plan, op.getBitmap());
  if (plan.isDynamic)
    RequireOp::create(builder, op.getLoc(),
                      emit.constant(std::numeric_limits<int32_t>::max()),
                      sizes.capacity.value,
                      "micro-tiles a group of 'pit.compact', whose coordinates "
                      "are i32, at most",
                      /*at_least=*/true);
  FailureOr<Value> partial = countChunks(builder, op, plan, sizes);
  if (failed(partial))
    return failure();
  // The kernel ABI's order: inputs, index buffers, workspace pieces.
  SmallVector<Value> operands = {op.getBitmap(), op.getCounts(),
                                 op.getCoords()};
  if (*partial)
    operands.push_back(*partial);
  auto list = [&](OpBuilder &b, Location loc, ValueRange args) {
    CompactEmitter(b, loc, plan, args[0])
        .listChunk(*partial ? args[3] : Value(), args[1], args[2]);
  };
  if (failed(build(builder, op, "compact", operands,
                   emit.product(sizes.groups, sizes.chunks), plan.blockSize(),
                   list)))
    return failure();
  op.erase();
  return success();
}
