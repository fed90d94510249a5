//===- Block.h - a thread block ---------------------------------*- C++ -*-===//
//
// The warps of a block, their shared memory and barriers, and the order in
// which the warps take turns, in one host thread.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_EMULATOR_EXEC_BLOCK_H
#define PIT_LIB_EMULATOR_EXEC_BLOCK_H

#include "AsyncCopies.h"
#include "Launch.h"
#include "SharedShadow.h"
#include "Warp.h"

#include <array>
#include <deque>
#include <random>

namespace pit::emu {

/// One of the 16 barriers of a block (PTX ISA, bar.sync).
struct BlockBarrier {
  /// A warp's arrival.
  struct Arrival {
    unsigned warp;
    LaneMask lanes;
    const Inst *inst;   ///< bar.red: where its result goes when complete
    uint8_t *registers; ///< frame area of the arriving fragment
    bool waits;         ///< false for bar.arrive
  };
  std::vector<Arrival> arrivals;
  uint32_t arrivedThreads = 0;
  uint32_t expectedThreads = 0;  ///< 0: every live thread
  uint32_t popc = 0;             ///< bar.red: threads whose predicate holds
  uint32_t voters = 0;           ///< bar.red: threads that took part
  SharedShadow::Meeting meeting; ///< of all that arrived
};

/// What bar.red makes of the predicates; Inst::aux of its instruction.
enum class BarrierReduction : uint32_t { Popc, And, Or };

class Block {
public:
  explicit Block(LaunchContext &launch, Worker &worker);

  /// Prepares block `index` of the grid.
  void start(uint64_t index);
  /// Runs until the block ends or, if `turns` is not 0, that many warp turns
  /// are over. True when the block has ended.
  bool run(uint64_t turns = 0);
  /// No warp can go on (for blocks that take turns with others).
  bool stuck() const;
  void reportDeadlock();

  LaunchContext &launch;
  Worker &worker;
  const Program &program;
  uint32_t ctaid[3] = {0, 0, 0};
  uint64_t index = 0;
  unsigned numWarps = 0;
  uint32_t numThreads = 0;
  std::deque<Warp> warps;

  // --- shared memory ---
  uint32_t sharedEnd = 0;                         ///< first address past it
  uint8_t *shared() { return sharedData.data(); } ///< indexed by shared address
  /// The variable that holds [address, address + bytes), or null.
  const Placed *findShared(uint64_t address, uint64_t bytes) const;
  /// The variable nearest below `address`, for messages; null before the first.
  const Placed *nearestShared(uint64_t address) const;
  SharedShadow shadow;
  AsyncCopies copies;

  // --- barriers ---
  struct BarrierOp {
    unsigned id;
    uint32_t threads; ///< 0: all
    bool waits;       ///< bar.sync and bar.red; not bar.arrive
    bool reduces;
    LaneMask vote; ///< bar.red: lanes whose predicate holds
  };
  /// The running fragment of `warp` arrives. Sets the warp's next pc.
  void arrive(Warp &warp, const Inst &inst, LaneMask lanes, const BarrierOp &op,
              uint32_t next);
  /// Lanes have exited: barriers may be complete without them.
  void lanesExited();

  uint32_t liveThreads() const;
  /// Random if the schedule is, else false.
  bool coin() { return launch.options.seed != 0 && (random() & 1); }
  bool stopped() const { return launch.stop.load(std::memory_order_relaxed); }

private:
  void completeIfFull(unsigned id);
  void complete(unsigned id);
  void writeSpecials(Warp &warp);
  unsigned pickWarp();

  std::vector<uint8_t> sharedData;
  std::vector<Placed> sharedMap; ///< static then dynamic, by address
  std::array<BlockBarrier, 16> barriers;
  std::mt19937_64 random;
  unsigned nextWarp = 0;
};

} // namespace pit::emu

#endif // PIT_LIB_EMULATOR_EXEC_BLOCK_H
