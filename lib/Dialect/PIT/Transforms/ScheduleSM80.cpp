//===- ScheduleSM80.cpp - cp.async stages for a tile-level kernel ---------===//
//
// Decides how many warps compute, where tiles lie in shared memory and which
// thread holds which coordinates; see PipelineTiles.cpp for the stages.
//
//===----------------------------------------------------------------------===//

#include "PipelineTiles.h"
#include "pit/Dialect/PIT/Transforms/Divisors.h"
#include "pit/Dialect/PIT/Transforms/Schedule.h"
#include "pit/Dialect/PIT/Transforms/TileLayout.h"
#include "pit/Passes/Passes.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/InterleavedRange.h"
#include "llvm/Support/MathExtras.h"

namespace mlir::pit {
#define GEN_PASS_DEF_PITSCHEDULESM80PASS
#include "pit/Passes/Passes.h.inc"
} // namespace mlir::pit

using namespace mlir;
using namespace mlir::pit;

static constexpr int64_t kDefaultStages = 3;
/// Registers of an accumulator per warp that leave enough for everything else:
/// 64 a thread.
static constexpr int64_t kAccRegistersPerWarp = 32 * 64;
static constexpr int64_t kMaxDefaultWarps = 8;
/// What addresses, coordinates and the loop take (37 in a 64x128x32 kernel of
/// f16 as compiled by ptxas).
static constexpr int64_t kOtherRegisters = 37;
static constexpr int64_t kRegisterBits = 32;

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
  LogicalResult findLoops();
  LogicalResult findAccumulator();
  LogicalResult assignWarps();
  FailureOr<int64_t> assignFragments(int64_t pinned, int64_t &registers);
  int64_t assignRuns(int64_t pinned, int64_t &registers);
  LogicalResult assignSharedMemory();
  LogicalResult verifyCoords();
  void distributeCoords();
  void distributeCoords(OpOperand &use, ArrayRef<int64_t> by);

  gpu::GPUFuncOp kernel;
  const Chip &chip;
  int64_t stages = kDefaultStages;
  int64_t threads = 0;
  std::optional<AccType> acc; ///< that of all accumulators, not distributed
  SmallVector<Product> products;
  SmallVector<SReadOp> reads;
  /// Loops that read tiles, and whether each is the first user of shared
  /// memory.
  llvm::MapVector<Operation *, bool> loops;
};

} // namespace

/// True if the operation runs once in its kernel.
static bool runsOnce(Operation *op, gpu::GPUFuncOp kernel) {
  for (; op != kernel.getOperation(); op = op->getParentOp())
    if (isa<LoopLikeOpInterface>(op->getParentOp()) ||
        !op->getParentRegion()->hasOneBlock())
      return false;
  return true;
}

/// The loops that read tiles, in order.
LogicalResult Scheduler::findLoops() {
  bool used = false;
  WalkResult result = kernel.walk<WalkOrder::PreOrder>([&](Operation *op) {
    used |= isa<SWriteOp>(op);
    auto read = dyn_cast<SReadOp>(op);
    if (!read)
      return WalkResult::advance();
    reads.push_back(read);
    auto loop = dyn_cast<scf::ForOp>(read->getParentOp());
    if (!loop)
      return WalkResult(read.emitOpError("has no sm_80 schedule: expects to be "
                                         "in the body of an 'scf.for'"));
    if (loops.contains(loop))
      return WalkResult::advance();
    loops[loop] = !used && runsOnce(loop, kernel);
    used = true;
    return WalkResult(verifyTileLoop(loop));
  });
  return failure(result.wasInterrupted());
}

/// The type of all accumulators, if there are any.
LogicalResult Scheduler::findAccumulator() {
  auto add = [&](Operation *op, AccType type) -> LogicalResult {
    type =
        AccType::get(type.getContext(), type.getShape(), type.getElementType());
    if (acc && *acc != type)
      return op->emitOpError()
             << "has no sm_80 schedule: accumulators of one kernel must have "
                "one type, but got "
             << *acc << " and " << type;
    acc = type;
    return verifyAccumulator(type, [&] { return op->emitOpError(); });
  };
  WalkResult result = kernel.walk([&](Operation *op) {
    if (auto mma = dyn_cast<TileMmaOp>(op)) {
      if (failed(add(op, mma.getAcc().getType())) || failed(verifyProduct(mma)))
        return WalkResult::interrupt();
      products.push_back(Product::get(mma));
    }
    if (auto zero = dyn_cast<AccZeroOp>(op))
      return WalkResult(add(op, zero.getResult().getType()));
    if (auto write = dyn_cast<SWriteOp>(op))
      return WalkResult(add(op, write.getAcc().getType()));
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

/// Warps for tensor cores, from the schedule or the accumulator's size, that
/// divide it into whole fragments; the registers a thread needs for products.
FailureOr<int64_t> Scheduler::assignFragments(int64_t pinned,
                                              int64_t &registers) {
  int64_t m = acc->getShape()[0], n = acc->getShape()[1], warps = pinned;
  FailureOr<WarpLayout> layout = failure();
  if (pinned) {
    layout = WarpLayout::get(*acc, warps);
    if (failed(layout))
      return kernel.emitOpError()
             << "cannot share a tile of " << m << "x" << n << " among " << warps
             << " warps: expected blocks that are multiples of 16x8";
  } else {
    warps = std::clamp<int64_t>(
        llvm::bit_floor(static_cast<uint64_t>(m * n / kAccRegistersPerWarp)), 1,
        kMaxDefaultWarps);
    while (failed(layout = WarpLayout::get(*acc, warps)))
      --warps;
  }
  // Accumulators, and the fragments of one step.
  registers = layout->fragmentsM() * layout->fragmentsN() * 4 +
              layout->fragmentsM() * 4 + layout->fragmentsN() * 2;
  return warps;
}

/// The same for CUDA cores, whose threads any accumulator can be shared by.
int64_t Scheduler::assignRuns(int64_t pinned, int64_t &registers) {
  int64_t perElement = llvm::divideCeil(
      acc->getElementType().getIntOrFloatBitWidth(), kRegisterBits);
  uint64_t size = acc->getShape()[0] * acc->getShape()[1] * perElement;
  int64_t warps =
      pinned ? pinned
             : std::clamp<int64_t>(llvm::bit_floor(size / kAccRegistersPerWarp),
                                   1, kMaxDefaultWarps);
  std::array<int64_t, 2> widths{1, 1};
  for (const Product &product : products)
    for (int dim = 0; dim < 2; ++dim)
      widths[dim] =
          std::max(widths[dim], product.factors[dim].getParallelWidth());
  ThreadLayout layout = ThreadLayout::choose(*acc, warps, widths);
  int64_t factors = 0;
  for (const Product &product : products) {
    int64_t needed = 0;
    for (int dim = 0; dim < 2; ++dim)
      needed += layout.held(dim) * product.factors[dim].getReductionWidth();
    factors = std::max(factors, needed);
  }
  registers = perElement * (layout.held(0) * layout.held(1) + factors);

  AccType distributed = layout.distribute(*acc);
  auto distribute = [&](Value value) {
    if (isa<AccType>(value.getType()))
      value.setType(distributed);
  };
  kernel.walk([&](Operation *op) {
    llvm::for_each(op->getResults(), distribute);
    for (Region &region : op->getRegions())
      for (Block &block : region)
        llvm::for_each(block.getArguments(), distribute);
  });
  return warps;
}

/// Who multiplies: tensor cores where they take every product of the kernel,
/// whose accumulators are held alike, else CUDA cores. Warps, and the registers
/// they need.
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

  int64_t pinned = schedule ? schedule.getWarps() : 0, registers = 0;
  bool tensorCores =
      hasFragments(*acc) && llvm::all_of(products, [](const Product &product) {
        return product.getMmaDepth() != 0;
      });
  FailureOr<int64_t> warps = tensorCores ? assignFragments(pinned, registers)
                                         : assignRuns(pinned, registers);
  if (failed(warps))
    return failure();
  threads = *warps * kWarpSize;
  int64_t needed = registers + kOtherRegisters;
  int64_t available =
      std::min(kMaxRegistersPerThread, chip.maxRegistersPerBlock / threads);
  if (needed > available)
    return kernel.emitOpError()
           << "has a dense tile of " << acc->getShape()[0] << "x"
           << acc->getShape()[1] << " on " << *warps
           << " warps, which needs about " << needed
           << " registers a thread, but " << available << " are available; "
           << "use a smaller tile or more warps";
  const int32_t block[] = {static_cast<int32_t>(threads), 1, 1};
  if (auto known = kernel.getKnownBlockSize();
      known && *known != ArrayRef<int32_t>(block))
    return kernel.emitOpError()
           << "has 'known_block_size' [" << llvm::interleaved(*known)
           << "], but is scheduled for " << threads
           << " threads; leave it out, or pin 'warps' in '"
           << kKernelScheduleAttrName << "'";
  kernel.setKnownBlockSize(ArrayRef<int32_t>(block));
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
  auto type = cast<CoordsType>(load.getResult().getType());
  OpBuilder b(load);
  // An epilogue fetches its own where it needs them: they would take registers
  // during the whole loop.
  if (isa<SWriteOp>(use.getOwner()))
    b.setInsertionPoint(use.getOwner());
  auto wanted = CoordsType::get(type.getContext(), type.getPositions(),
                                type.getMicro(), by);
  // The use, or what it is in, in the block of the coordinates.
  Operation *place =
      b.getInsertionBlock()->findAncestorOpInBlock(*use.getOwner());
  for (Operation *user : load.getCoords().getUsers())
    if (auto other = dyn_cast<LoadCoordsOp>(user);
        other && place && other->getBlock() == b.getInsertionBlock() &&
        other.getResult().getType() == wanted &&
        llvm::equal(other.getOperands(), load.getOperands()) &&
        other->isBeforeInBlock(place)) {
      use.set(other.getResult());
      return;
    }
  use.set(LoadCoordsOp::create(b, load.getLoc(), wanted, load.getCoords(),
                               load.getGroup(), load.getFirst(),
                               load.getLive()));
}

/// Whoever copies or writes with coordinates must be able to fetch its own.
LogicalResult Scheduler::verifyCoords() {
  WalkResult result = kernel.walk([&](Operation *op) {
    if (isa<SReadOp, SWriteOp>(op))
      for (Value operand : op->getOperands())
        if (isa<CoordsType>(operand.getType()) &&
            !operand.getDefiningOp<LoadCoordsOp>())
          return WalkResult(
              op->emitOpError("has no sm_80 schedule: expects coordinates "
                              "straight from a 'pit.load_coords'"));
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
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
                                 {getKnownDivisor(load.getFirst()),
                                  getKnownDivisor(load.getLive())}));
  }
  kernel.walk([&](SWriteOp write) {
    WriteMapping mapping = WriteMapping::get(
        write.getAcc().getType(), getElementTypeOrSelf(write.getDest()),
        getKnownRowDivisor(write.getDest()), threads);
    for (auto [dim, use] : llvm::enumerate(write.getIndicesMutable())) {
      auto type = dyn_cast<CoordsType>(use.get().getType());
      if (!type)
        continue;
      auto load = use.get().getDefiningOp<LoadCoordsOp>();
      distributeCoords(use,
                       getWriteDistribution(mapping, dim, type,
                                            {getKnownDivisor(load.getFirst()),
                                             getKnownDivisor(load.getLive())}));
    }
  });
  SmallVector<LoadCoordsOp> unused;
  kernel.walk([&](LoadCoordsOp load) {
    if (load->use_empty())
      unused.push_back(load);
  });
  for (LoadCoordsOp load : unused)
    load.erase();
}

LogicalResult Scheduler::run() {
  if (failed(findLoops()) || failed(findAccumulator()) ||
      failed(verifyCoords()))
    return failure();
  if (!acc)
    return reads.empty() ? success()
                         : LogicalResult(kernel.emitOpError(
                               "reads tiles, but has no accumulator"));
  if (failed(assignWarps()) || failed(assignSharedMemory()))
    return failure();
  distributeCoords();
  for (auto [loop, first] : loops)
    if (failed(pipelineTileLoop(cast<scf::ForOp>(loop), stages, first)))
      return failure();
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
