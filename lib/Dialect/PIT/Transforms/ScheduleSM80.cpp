//===- ScheduleSM80.cpp - cp.async stages for a tile-level kernel ---------===//
//
// The unpipelined loop of a tile-level kernel reads tiles, waits and computes.
// With S slots for each tile, the pipelined loop computes step i while the
// copies of steps i + 1 .. i + S - 1 are on their way and the coordinates of
// step i + S are being fetched:
//
//   wait(i); sread(i + S - 1); load_coords(i + S); tile_mma(i)
//
// One barrier a step is enough: it follows the wait, and the slot that is then
// overwritten was last read in step i - 1.
//
// Steps past the end need no predicates: coordinates past the live positions
// and offsets past the size are out of bounds, and pit.sread fills with zero.
//
//===----------------------------------------------------------------------===//

#include "pit/Conversion/PITToGPU/KernelBuilder.h"
#include "pit/Dialect/PIT/Transforms/Schedule.h"
#include "pit/Dialect/PIT/Transforms/TileLayout.h"
#include "pit/Passes/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/Transforms/Transforms.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/MathExtras.h"

namespace mlir::pit {
#define GEN_PASS_DEF_PITSCHEDULESM80PASS
#include "pit/Passes/Passes.h.inc"
} // namespace mlir::pit

using namespace mlir;
using namespace mlir::pit;

static constexpr int64_t kDefaultStages = 3;
/// Elements of an accumulator per warp that leave registers for everything
/// else: 32 x 64 are 64 registers a thread.
static constexpr int64_t kAccElementsPerWarp = 32 * 64;

int64_t pit::getNumThreads(gpu::GPUFuncOp kernel) {
  std::optional<ArrayRef<int32_t>> size = kernel.getKnownBlockSize();
  return size && !size->empty() ? size->front() : 0;
}

int64_t pit::getStagingStride(AccType acc) {
  // 32 banks of 4 bytes; 8 words a row are 4 pairs.
  int64_t columns = acc.getShape()[1];
  return columns + (8 - columns % 32 + 32) % 32;
}

int64_t pit::getStagingBytes(AccType acc) {
  return acc.getShape()[0] * getStagingStride(acc) *
         acc.getElementType().getIntOrFloatBitWidth() / 8;
}

namespace {

/// Schedules one kernel.
class Scheduler {
public:
  Scheduler(gpu::GPUFuncOp kernel, const Chip &chip)
      : kernel(kernel), chip(chip) {}

  LogicalResult run();

private:
  LogicalResult assignWarps();
  LogicalResult assignSharedMemory();
  void distributeCoords();
  void distributeCoords(OpOperand &use, ArrayRef<int64_t> by);
  LogicalResult pipeline(scf::ForOp loop);
  scf::ForOp addSlots(scf::ForOp loop);

  gpu::GPUFuncOp kernel;
  const Chip &chip;
  int64_t stages = kDefaultStages;
  int64_t threads = 0;
  SmallVector<SReadOp> reads;
  llvm::SetVector<Operation *> loops;
};

} // namespace

/// Warps, from the schedule or the accumulator's size, that divide it into
/// whole fragments; the registers they need.
LogicalResult Scheduler::assignWarps() {
  auto schedule = kernel->getAttrOfType<ScheduleAttr>(kKernelScheduleAttrName);
  if (schedule && schedule.getArch() &&
      schedule.getArch().getValue() != chip.name)
    return kernel.emitOpError()
           << "has a schedule for '" << schedule.getArch().getValue()
           << "', but is compiled for '" << chip.name
           << "'; take 'arch' off the schedule, or compile for that";
  if (schedule && schedule.getStages())
    stages = schedule.getStages();
  if (stages < 2)
    return kernel.emitOpError()
           << "expects at least 2 stages, but got " << stages;

  std::optional<AccType> acc;
  int64_t depth = 0;
  WalkResult result = kernel.walk([&](TileMmaOp mma) {
    AccType type = mma.getAcc().getType();
    if (type.getShape().size() != 2)
      return WalkResult(
          mma.emitOpError()
          << "has no sm_80 schedule: expects an accumulator of rank 2, but got "
          << type);
    if (acc && *acc != type)
      return WalkResult(mma.emitOpError()
                        << "has no sm_80 schedule: accumulators of one kernel "
                           "must have one type, but "
                           "got "
                        << *acc << " and " << type);
    acc = type;
    for (TileType tile : {mma.getLhs().getType(), mma.getRhs().getType()})
      if (!tile.getElementType().isF16() || !type.getElementType().isF32())
        return WalkResult(mma.emitOpError()
                          << "has no sm_80 schedule for tiles of "
                          << tile.getElementType() << " and an accumulator of "
                          << type.getElementType() << ": expected f16 and f32");
    AffineMap lhs = cast<AffineMapAttr>(mma.getIndexingMaps()[0]).getValue();
    for (auto [expr, extent] :
         llvm::zip(lhs.getResults(), mma.getLhs().getType().getShape()))
      if (!cast<AffineMapAttr>(mma.getIndexingMaps()[2])
               .getValue()
               .getResultPosition(expr))
        depth = extent;
    return WalkResult::advance();
  });
  if (result.wasInterrupted())
    return failure();
  if (!acc)
    return success();
  int64_t m = acc->getShape()[0], n = acc->getShape()[1];
  if (m % 16 || n % 8 || depth % 16)
    return kernel.emitOpError()
           << "has a dense tile of " << m << "x" << n << "x" << depth
           << ", which mma.sync m16n8k16 does not divide: expected multiples "
              "of 16, 8 and 16";

  int64_t warps = schedule ? schedule.getWarps() : 0;
  FailureOr<WarpLayout> layout = failure();
  if (warps) {
    layout = WarpLayout::get(*acc, warps);
    if (failed(layout))
      return kernel.emitOpError()
             << "cannot share a tile of " << m << "x" << n << " among " << warps
             << " warps: expected blocks that are multiples of 16x8";
  } else {
    warps = std::clamp<int64_t>(
        llvm::bit_floor(static_cast<uint64_t>(m * n / kAccElementsPerWarp)), 1,
        8);
    while (failed(layout = WarpLayout::get(*acc, warps)))
      --warps;
  }
  threads = warps * kWarpSize;
  // Accumulators, the fragments of one step of 16, and what addresses,
  // coordinates and the loop take (37 in a 64x128x32 kernel as compiled by
  // ptxas).
  int64_t needed = layout->fragmentsM() * layout->fragmentsN() * 4 +
                   layout->fragmentsM() * 4 + layout->fragmentsN() * 2 + 37;
  int64_t available =
      std::min(chip.maxRegistersPerThread, chip.maxRegistersPerBlock / threads);
  if (needed > available)
    return kernel.emitOpError()
           << "has a dense tile of " << m << "x" << n << " on " << warps
           << " warps, which needs about " << needed
           << " registers a thread, but " << available << " are available; "
           << "use a smaller tile or more warps";
  kernel.setKnownBlockSize(
      ArrayRef<int32_t>{static_cast<int32_t>(threads), 1, 1});
  return success();
}

/// Every tile gets `stages` slots in the arena; epilogues use the arena again.
LogicalResult Scheduler::assignSharedMemory() {
  int64_t bytes = 0;
  for (SReadOp read : reads) {
    TileType type = read.getTile().getType();
    FailureOr<TileLayout> layout = TileLayout::get(
        type, [&] { return read.emitOpError("has no sm_80 schedule: "); });
    if (failed(layout))
      return failure();
    read.getTile().setType(TileType::get(type.getContext(), type.getShape(),
                                         type.getElementType(), bytes));
    bytes += llvm::alignTo(layout->bytes() * stages, kBankBytes);
  }
  kernel.walk([&](SWriteOp write) {
    bytes = std::max(bytes, getStagingBytes(write.getAcc().getType()));
  });
  if (bytes > chip.maxSharedBytesPerBlock)
    return kernel.emitOpError()
           << "needs " << bytes << " bytes of shared memory a block with "
           << stages << " stages, but " << chip.name << " has "
           << chip.maxSharedBytesPerBlock
           << "; use a smaller tile or fewer stages";
  auto i64 = IntegerType::get(kernel.getContext(), 64);
  kernel->setAttr(kStagesAttrName, IntegerAttr::get(i64, stages));
  kernel->setAttr(kSharedBytesAttrName, IntegerAttr::get(i64, bytes));
  return success();
}

//===----------------------------------------------------------------------===//
// Coordinates
//===----------------------------------------------------------------------===//

/// Gives one use its own coordinates, in the registers of the threads that need
/// them. Uses with the same distribution share theirs through CSE.
void Scheduler::distributeCoords(OpOperand &use, ArrayRef<int64_t> by) {
  auto load = use.get().getDefiningOp<LoadCoordsOp>();
  if (!load)
    return;
  auto type = cast<CoordsType>(load.getResult().getType());
  OpBuilder b(load);
  // An epilogue fetches its own where it needs them: they would take registers
  // during the whole loop.
  if (isa<SWriteOp>(use.getOwner()))
    b.setInsertionPoint(use.getOwner());
  auto wanted = CoordsType::get(type.getContext(), type.getPositions(),
                                type.getMicro(), by);
  for (Operation *user : load.getCoords().getUsers())
    if (auto other = dyn_cast<LoadCoordsOp>(user);
        other && other->getBlock() == b.getInsertionBlock() &&
        other.getResult().getType() == wanted &&
        llvm::equal(other.getOperands(), load.getOperands()) &&
        other->isBeforeInBlock(use.getOwner())) {
      use.set(other.getResult());
      return;
    }
  use.set(LoadCoordsOp::create(b, load.getLoc(), wanted, load.getCoords(),
                               load.getGroup(), load.getFirst(),
                               load.getLive()));
}

/// True if the tile starts at a multiple of its positions: at the start of a
/// group's list or of a tile of the scheduler.
static bool isAligned(LoadCoordsOp load) {
  auto argument = dyn_cast<BlockArgument>(load.getFirst());
  if (!argument)
    return matchPattern(load.getFirst(), m_Zero());
  int64_t positions =
      cast<CoordsType>(load.getResult().getType()).getPositions();
  if (auto loop = dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp())) {
    APInt step;
    return argument == loop.getInductionVar() &&
           matchPattern(loop.getLowerBound(), m_Zero()) &&
           matchPattern(loop.getStep(), m_ConstantInt(&step)) &&
           step.getSExtValue() % positions == 0;
  }
  auto tiles = dyn_cast<ForEachTileOp>(argument.getOwner()->getParentOp());
  return tiles && tiles.getPositions() &&
         *tiles.getPositions() % positions == 0;
}

void Scheduler::distributeCoords() {
  for (SReadOp read : reads) {
    std::optional<int64_t> dim = read.getGatheredDim();
    if (!dim)
      continue;
    auto layout = TileLayout::get(read.getTile().getType(),
                                  [&] { return read.emitOpError(); });
    OpOperand &use = read.getIndicesMutable()[*dim];
    auto load = use.get().getDefiningOp<LoadCoordsOp>();
    distributeCoords(
        use, getReadDistribution(*layout, CopyMapping::get(*layout, threads),
                                 *dim, cast<CoordsType>(use.get().getType()),
                                 load && isAligned(load)));
  }
  kernel.walk([&](SWriteOp write) {
    for (OpOperand &use : write.getIndicesMutable())
      if (isa<CoordsType>(use.get().getType()))
        distributeCoords(
            use, getWriteDistribution(WriteMapping::get(
                     write.getAcc().getType(),
                     cast<MemRefType>(write.getDest().getType()), threads)));
  });
  SmallVector<LoadCoordsOp> unused;
  kernel.walk([&](LoadCoordsOp load) {
    if (load->use_empty())
      unused.push_back(load);
  });
  for (LoadCoordsOp load : unused)
    load.erase();
}

//===----------------------------------------------------------------------===//
// Pipelining
//===----------------------------------------------------------------------===//

/// Tells the loop's reads which slot they go to: step i's is i % stages.
scf::ForOp Scheduler::addSlots(scf::ForOp loop) {
  IRRewriter rewriter(loop.getContext());
  Location loc = loop.getLoc();
  rewriter.setInsertionPoint(loop);
  Value zero = arith::ConstantIndexOp::create(rewriter, loc, 0);
  Value one = arith::ConstantIndexOp::create(rewriter, loc, 1);
  Value last = arith::ConstantIndexOp::create(rewriter, loc, stages - 1);
  auto replaced = cast<scf::ForOp>(*loop.replaceWithAdditionalYields(
      rewriter, zero, /*replaceInitOperandUsesInLoop=*/false,
      [&](OpBuilder &b, Location loc,
          ArrayRef<BlockArgument> slots) -> SmallVector<Value> {
        Value isLast = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                             slots.front(), last);
        Value next = arith::AddIOp::create(b, loc, slots.front(), one);
        return {arith::SelectOp::create(b, loc, isLast, zero, next)};
      }));
  for (SReadOp read : replaced.getBody()->getOps<SReadOp>())
    read.getSlotMutable().assign(replaced.getRegionIterArgs().back());
  return replaced;
}

/// What may stand in a loop that is pipelined, in the order of the new loop.
LogicalResult Scheduler::pipeline(scf::ForOp loop) {
  Block *body = loop.getBody();
  SmallVector<Operation *> waits, copies, coords, compute, slots;
  SmallVector<Value> tokens;
  for (Operation &op : llvm::make_early_inc_range(body->without_terminator())) {
    if (auto wait = dyn_cast<WaitOp>(op)) {
      waits.push_back(wait);
    } else if (auto read = dyn_cast<SReadOp>(op)) {
      copies.push_back(read);
      tokens.push_back(read.getToken());
    } else if (isa<LoadCoordsOp>(op)) {
      coords.push_back(&op);
    } else if (isa<TileMmaOp>(op)) {
      compute.push_back(&op);
    } else if (isa<arith::ArithDialect>(op.getDialect()) &&
               op.getNumRegions() == 0) {
      slots.push_back(&op);
    } else {
      return op.emitOpError("has no place in a loop that is to be pipelined");
    }
  }
  if (waits.size() != 1)
    return loop.emitOpError()
           << "expects one 'pit.wait' in a loop with reads, but got "
           << waits.size();

  // Steps run past the end: what was in bounds in every step is now in bounds
  // or entirely outside, if tiles follow each other without gaps.
  APInt step;
  bool constantStep = matchPattern(loop.getStep(), m_ConstantInt(&step)) &&
                      matchPattern(loop.getLowerBound(), m_Zero());
  for (Operation *op : copies) {
    auto read = cast<SReadOp>(op);
    if (!read.getInBounds())
      continue;
    SmallVector<bool> inBounds(*read.getInBounds()),
        allOrNone(inBounds.size(), false);
    for (auto [dim, index] : llvm::enumerate(read.getIndices())) {
      if (!index.getType().isIndex() || index.getParentBlock() != body)
        continue;
      allOrNone[dim] =
          inBounds[dim] && index == loop.getInductionVar() && constantStep &&
          step.getSExtValue() == read.getTile().getType().getShape()[dim];
      inBounds[dim] = false;
    }
    read.setInBounds(inBounds);
    read.setAllOrNone(allOrNone);
  }

  OpBuilder b(waits.front());
  cast<WaitOp>(waits.front()).getTokensMutable().clear();
  cast<WaitOp>(waits.front()).setInFlight(stages - 2);
  b.setInsertionPointAfter(copies.back());
  copies.push_back(CommitOp::create(
      b, loop.getLoc(), TokenType::get(b.getContext()), ValueRange()));

  unsigned copyStage = coords.empty() ? 0 : 1,
           computeStage = copyStage + stages - 1;
  scf::PipeliningOption options;
  options.supportDynamicLoops = true;
  options.peelEpilogue = false;
  options.predicateFn = [](RewriterBase &, Operation *op, Value) { return op; };
  options.getScheduleFn =
      [&](scf::ForOp, std::vector<std::pair<Operation *, unsigned>> &schedule) {
        auto add = [&](ArrayRef<Operation *> ops, unsigned stage) {
          for (Operation *op : ops)
            schedule.emplace_back(op, stage);
        };
        add(waits, computeStage);
        add(copies, copyStage);
        add(slots, copyStage);
        add(coords, 0);
        add(compute, computeStage);
      };
  IRRewriter rewriter(loop.getContext());
  rewriter.setInsertionPoint(loop);
  if (failed(scf::pipelineForLoop(rewriter, loop, options)))
    return kernel.emitOpError("has a loop that cannot be pipelined");
  return success();
}

/// An empty loop must not touch the index: its list may be empty, and what is
/// past its end was never written.
static scf::ForOp guardAgainstEmpty(scf::ForOp loop) {
  OpBuilder b(loop);
  Location loc = loop.getLoc();
  Value some =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt,
                            loop.getLowerBound(), loop.getUpperBound());
  auto guard = scf::IfOp::create(b, loc, loop.getResultTypes(), some,
                                 /*addThenBlock=*/true, /*addElseBlock=*/true);
  loop.replaceAllUsesWith(guard.getResults());
  loop->moveBefore(guard.thenBlock(), guard.thenBlock()->end());
  b.setInsertionPointToEnd(guard.thenBlock());
  scf::YieldOp::create(b, loc, loop.getResults());
  b.setInsertionPointToEnd(guard.elseBlock());
  scf::YieldOp::create(b, loc, loop.getInitArgs());
  return loop;
}

LogicalResult Scheduler::run() {
  kernel.walk([&](SReadOp read) { reads.push_back(read); });
  for (SReadOp read : reads) {
    auto loop = dyn_cast<scf::ForOp>(read->getParentOp());
    if (!loop)
      return read.emitOpError(
          "has no sm_80 schedule: expects to be in the body of an 'scf.for'");
    loops.insert(loop);
  }
  if (failed(assignWarps()))
    return failure();
  if (!threads)
    return reads.empty() ? success()
                         : LogicalResult(kernel.emitOpError(
                               "reads tiles, but has no 'pit.tile_mma'"));
  if (failed(assignSharedMemory()))
    return failure();
  distributeCoords();
  for (Operation *op : loops) {
    auto loop = cast<scf::ForOp>(op);
    if (!loop.getBody()->getOps<LoadCoordsOp>().empty())
      loop = guardAgainstEmpty(loop);
    if (failed(pipeline(addSlots(loop))))
      return failure();
  }
  return success();
}

LogicalResult pit::scheduleSM80(gpu::GPUFuncOp kernel, const Chip &chip) {
  return Scheduler(kernel, chip).run();
}

namespace {
struct PITScheduleSM80Pass
    : public pit::impl::PITScheduleSM80PassBase<PITScheduleSM80Pass> {
  using PITScheduleSM80PassBase::PITScheduleSM80PassBase;

  void runOnOperation() override {
    const Chip *chip = findChip(arch);
    if (!chip) {
      InFlightDiagnostic diagnostic = getOperation().emitOpError()
                                      << "unknown arch '" << arch
                                      << "': expected one of ";
      llvm::interleaveComma(getChips(), diagnostic, [&](const Chip &known) {
        diagnostic << known.name;
      });
      return signalPassFailure();
    }
    if (failed(scheduleSM80(getOperation(), *chip)))
      signalPassFailure();
  }
};
} // namespace
