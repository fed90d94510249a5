//===- Block.cpp - warps take turns, barriers -----------------------------===//

#include "Block.h"

#include <bit>

using namespace pit;
using namespace pit::emu;

/// Instructions a warp may execute before it is another's turn. Long, since a
/// warp usually runs to a barrier; short enough that a warp that spins on
/// something another warp of the block does costs little.
static constexpr uint64_t kTurn = 4096;

Block::Block(LaunchContext &theLaunch, Worker &theWorker)
    : launch(theLaunch), worker(theWorker), program(theLaunch.program) {
  numThreads = uint32_t(launch.config.block.count());
  numWarps = (numThreads + kWarpSize - 1) / kWarpSize;
  warps.resize(numWarps);
  sharedEnd = launch.sharedEnd;
  sharedData.resize(sharedEnd + 16);
  sharedMap = program.shared;
  const uint32_t dynamicBytes = launch.config.sharedBytes;
  if (dynamicBytes && program.dynamicShared)
    sharedMap.push_back(
        {program.dynamicShared, program.dynamicSharedOffset, dynamicBytes});
}

void Block::start(uint64_t blockIndex) {
  index = blockIndex;
  const Dim3 &grid = launch.config.grid;
  ctaid[0] = uint32_t(index % grid.x);
  ctaid[1] = uint32_t(index / grid.x % grid.y);
  ctaid[2] = uint32_t(index / grid.x / grid.y);
  random.seed(launch.options.seed * 0x9E3779B97F4A7C15ull + index);
  nextWarp = 0;
  for (BlockBarrier &barrier : barriers)
    barrier = BlockBarrier();
  // Shared memory holds signalling garbage until it is written: a NaN as f16,
  // bf16, f32 and f64.
  std::fill(sharedData.begin(), sharedData.end(), uint8_t(0xff));
  shadow.start(numWarps, kSharedBase, sharedEnd, launch.options.checks);
  for (const Placed &p : program.shared)
    if (p.variable == &program.reservedShared) { // comes zeroed
      std::fill_n(sharedData.begin() + p.offset, p.bytes, uint8_t(0));
      shadow.initialize(p.offset, p.bytes);
    }
  copies.start(numWarps);
  for (unsigned w = 0; w < numWarps; ++w) {
    const uint32_t first = w * kWarpSize;
    const uint32_t count = std::min(numThreads - first, kWarpSize);
    warps[w].start(*this, program, w,
                   count == kWarpSize ? kAllLanes : (1u << count) - 1);
    writeSpecials(warps[w]);
  }
}

void Block::writeSpecials(Warp &warp) {
  auto *special = reinterpret_cast<uint32_t(*)[kWarpSize]>(warp.specials());
  const Dim3 &block = launch.config.block, &grid = launch.config.grid;
  auto set = [&](Special which, auto value) {
    for (unsigned l = 0; l < kWarpSize; ++l)
      special[unsigned(which)][l] = uint32_t(value(l));
  };
  auto all = [&](Special which, uint32_t value) {
    set(which, [=](unsigned) { return value; });
  };
  const uint32_t first = warp.id * kWarpSize;
  set(Special::TidX, [&](unsigned l) { return (first + l) % block.x; });
  set(Special::TidY,
      [&](unsigned l) { return (first + l) / block.x % block.y; });
  set(Special::TidZ,
      [&](unsigned l) { return (first + l) / block.x / block.y; });
  all(Special::NtidX, block.x), all(Special::NtidY, block.y),
      all(Special::NtidZ, block.z);
  all(Special::CtaidX, ctaid[0]), all(Special::CtaidY, ctaid[1]),
      all(Special::CtaidZ, ctaid[2]);
  all(Special::NctaidX, grid.x), all(Special::NctaidY, grid.y),
      all(Special::NctaidZ, grid.z);
  set(Special::LaneId, [](unsigned l) { return l; });
  all(Special::WarpId, warp.id);
  all(Special::NwarpId, numWarps);
  all(Special::SmId, uint32_t(index % program.chip.multiprocessors));
  all(Special::NsmId, program.chip.multiprocessors);
  all(Special::GridId, 1);
  set(Special::LanemaskEq, [](unsigned l) { return 1u << l; });
  set(Special::LanemaskLe, [](unsigned l) { return (2u << l) - 1; });
  set(Special::LanemaskLt, [](unsigned l) { return (1u << l) - 1; });
  set(Special::LanemaskGe, [](unsigned l) { return ~((1u << l) - 1); });
  set(Special::LanemaskGt, [](unsigned l) { return ~((2u << l) - 1); });
  all(Special::DynamicSmemSize, launch.config.sharedBytes);
  all(Special::TotalSmemSize,
      uint32_t(program.staticSharedBytes) + launch.config.sharedBytes);
  // Without clusters every block is a cluster of one.
  all(Special::ClusterIdX, ctaid[0]), all(Special::ClusterIdY, ctaid[1]),
      all(Special::ClusterIdZ, ctaid[2]);
  all(Special::NclusterIdX, grid.x), all(Special::NclusterIdY, grid.y),
      all(Special::NclusterIdZ, grid.z);
  for (Special s :
       {Special::ClusterCtaidX, Special::ClusterCtaidY, Special::ClusterCtaidZ,
        Special::ClusterCtarank, Special::IsExplicitCluster, Special::Zero})
    all(s, 0);
  for (Special s : {Special::ClusterNctaidX, Special::ClusterNctaidY,
                    Special::ClusterNctaidZ, Special::ClusterNctarank})
    all(s, 1);
}

unsigned Block::pickWarp() {
  if (launch.options.seed == 0) {
    for (unsigned i = 0; i < numWarps; ++i) {
      const unsigned w = (nextWarp + i) % numWarps;
      if (warps[w].hasReady()) {
        nextWarp = (w + 1) % numWarps;
        return w;
      }
    }
    return numWarps;
  }
  const unsigned start = unsigned(random() % numWarps);
  for (unsigned i = 0; i < numWarps; ++i)
    if (warps[(start + i) % numWarps].hasReady())
      return (start + i) % numWarps;
  return numWarps;
}

bool Block::run(uint64_t turns) {
  for (uint64_t turn = 0; turns == 0 || turn < turns; ++turn) {
    const unsigned w = pickWarp();
    if (w == numWarps) {
      if (liveThreads() == 0 || stopped())
        return true;
      if (turns == 0)
        reportDeadlock();
      return turns == 0;
    }
    // A random schedule has turns of very different lengths.
    const uint64_t quantum =
        launch.options.seed ? uint64_t(1) << (random() % 10) : kTurn;
    const RunState state = warps[w].run(quantum);
    const uint64_t executed =
        launch.executed.fetch_add(worker.pendingInstructions) +
        worker.pendingInstructions;
    worker.pendingInstructions = 0;
    if (executed > launch.options.maxInstructions && !stopped()) {
      const Inst &inst = program.code[warps[w].pc];
      warps[w].report(
          ReportKind::Limit, inst, -1,
          "the kernel has executed " + std::to_string(executed) +
              " warp instructions and does not end (see "
              "--max-instructions; blocks that wait for one another "
              "need --coresident)");
      launch.stop.store(true);
    }
    if (state == RunState::Stop || stopped())
      return true;
  }
  return false;
}

bool Block::stuck() const {
  for (const Warp &warp : warps)
    if (warp.hasReady())
      return false;
  return true;
}

void Block::reportDeadlock() {
  std::string message = "no warp can go on:";
  const Warp *first = nullptr;
  for (const Warp &warp : warps) {
    if (warp.done())
      continue;
    if (!first)
      first = &warp;
    message +=
        " warp " + std::to_string(warp.id) + ": " + warp.describe() + ".";
  }
  for (unsigned id = 0; id < barriers.size(); ++id)
    if (!barriers[id].arrivals.empty())
      message += " barrier " + std::to_string(id) + " has " +
                 std::to_string(barriers[id].arrivedThreads) + " of " +
                 std::to_string(barriers[id].expectedThreads
                                    ? barriers[id].expectedThreads
                                    : liveThreads()) +
                 " threads.";
  const_cast<Warp *>(first)->report(
      ReportKind::Deadlock, program.code[first->waitingPc()], -1, message);
  launch.stop.store(true);
}

uint32_t Block::liveThreads() const {
  uint32_t threads = 0;
  for (const Warp &warp : warps)
    threads += uint32_t(std::popcount(warp.live));
  return threads;
}

// --- shared memory ---

const Placed *Block::nearestShared(uint64_t address) const {
  const Placed *found = nullptr;
  for (const Placed &p : sharedMap)
    if (p.offset <= address)
      found = &p;
  return found;
}

const Placed *Block::findShared(uint64_t address, uint64_t bytes) const {
  const Placed *p = nearestShared(address);
  return p && address + bytes <= uint64_t(p->offset) + p->bytes ? p : nullptr;
}

// --- barriers ---

void Block::arrive(Warp &warp, const Inst &inst, LaneMask lanes,
                   const BarrierOp &op, uint32_t next) {
  BlockBarrier &barrier = barriers[op.id];
  if (!barrier.arrivals.empty() && barrier.expectedThreads != op.threads) {
    auto count = [](uint32_t threads) {
      return threads ? std::to_string(threads) + " threads" : "all threads";
    };
    warp.report(ReportKind::Misuse, inst, -1,
                "barrier " + std::to_string(op.id) + " is used for " +
                    count(op.threads) + " here and for " +
                    count(barrier.expectedThreads) + " at line " +
                    std::to_string(barrier.arrivals[0].inst->line));
  }
  barrier.expectedThreads = op.threads;
  // With a count, `.aligned` counts whole warps, also a last one that is not
  // full.
  barrier.arrivedThreads += op.threads && (inst.flags & kAligned)
                                ? kWarpSize
                                : uint32_t(std::popcount(lanes));
  barrier.arrivals.push_back(
      {warp.id, lanes, &inst, warp.currentFrame().registers, op.waits});
  if (op.reduces) {
    barrier.popc += uint32_t(std::popcount(op.vote & lanes));
    barrier.voters += uint32_t(std::popcount(lanes));
  }
  shadow.arrive(warp.id, barrier.meeting);
  if (op.waits) {
    if (const LaneMask rest = warp.mask & ~lanes)
      warp.split(rest, next);
    warp.waitBarrier(int(op.id), next);
  } else {
    warp.pc = next;
  }
  completeIfFull(op.id);
}

void Block::completeIfFull(unsigned id) {
  const BlockBarrier &barrier = barriers[id];
  if (barrier.arrivals.empty())
    return;
  const uint32_t expected =
      barrier.expectedThreads ? barrier.expectedThreads : liveThreads();
  if (barrier.arrivedThreads >= expected)
    complete(id);
}

void Block::complete(unsigned id) {
  BlockBarrier barrier = std::move(barriers[id]);
  barriers[id] = BlockBarrier();
  for (const BlockBarrier::Arrival &arrival : barrier.arrivals) {
    if (!arrival.waits)
      continue;
    shadow.leave(arrival.warp, barrier.meeting);
    if (arrival.inst->op[0] != kNoRef) {
      // bar.red: the result goes to the frame that arrived.
      uint8_t *where =
          arrival.registers + (arrival.inst->op[0] & kRefOffsetMask);
      auto *words = reinterpret_cast<uint32_t *>(where);
      const auto reduction = BarrierReduction(arrival.inst->aux);
      if (reduction == BarrierReduction::Popc) {
        for (unsigned l = 0; l < kWarpSize; ++l)
          if (arrival.lanes >> l & 1)
            words[l] = barrier.popc;
      } else {
        const bool holds = reduction == BarrierReduction::And
                               ? barrier.popc == barrier.voters
                               : barrier.popc != 0;
        *words = (*words & ~arrival.lanes) | (holds ? arrival.lanes : 0);
      }
    }
    warps[arrival.warp].releaseBarrier(int(id));
  }
}

void Block::lanesExited() {
  for (unsigned id = 0; id < barriers.size(); ++id)
    if (barriers[id].expectedThreads == 0)
      completeIfFull(id);
}
