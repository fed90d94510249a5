//===- AsyncCopies.h - copies in flight -------------------------*- C++ -*-===//
//
// Asynchronous copies of a block, by number. A copy is complete once every lane
// that issued it has waited for it; from then on it counts as a write of that
// warp at the time of the wait. Copies of cp.async are told apart by commit
// groups; copies that complete on an mbarrier will be told apart by theirs: the
// completing agent and count are what the shadow asks for.
//
// What is long about a copy (its lanes' addresses) is kept while it is in
// flight only; what the shadow may ask about later is a few bytes a copy.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_EMULATOR_EXEC_ASYNCCOPIES_H
#define PIT_LIB_EMULATOR_EXEC_ASYNCCOPIES_H

#include "Inst.h"
#include "pit/Emulator/Device.h"

#include <array>
#include <vector>

namespace pit::emu {

/// One cp.async of a warp.
struct AsyncCopy {
  unsigned warp = 0;
  uint32_t pc = 0;
  LaneMask lanes = 0;                    ///< that issued it
  LaneMask completed = 0;                ///< that have waited for it
  uint8_t bytes = 0;                     ///< 4, 8 or 16 of each lane
  std::array<uint32_t, kWarpSize> dst{}; ///< shared address
  std::array<uint32_t, kWarpSize> group{};
  std::array<uint8_t, kWarpSize> srcBytes{}; ///< the rest is zero filled
  /// Host address of the source; not used where srcBytes is 0.
  std::array<const uint8_t *, kWarpSize> src{};
};

/// What is remembered of a copy until the block ends.
struct AsyncCopyRecord {
  unsigned warp;
  uint32_t pc;
  /// The warp's count at the first wait of a lane for it; 0: no lane has.
  uint32_t completedAt;
  bool inFlight; ///< some lane has not waited yet
  uint32_t slot; ///< while in flight: where the AsyncCopy is
};

class AsyncCopies {
public:
  /// Begins a block; numbers go on rising from block to block, and wrap around.
  void start(unsigned numWarps);
  uint32_t firstNumber() const { return first; }

  /// Registers a copy in the open group of each lane (`group` and `completed`
  /// are set here); lands it if `landing` says so. `shared` is indexed by
  /// shared address. Returns its number.
  uint32_t issue(AsyncCopy copy, uint8_t *shared, Landing landing);
  /// The number that the next copy will get.
  uint32_t nextNumber() const { return first + uint32_t(records.size()); }
  /// cp.async.commit_group for `lanes`.
  void commit(unsigned warp, LaneMask lanes);
  /// cp.async.wait_group: all but the newest `keep` groups of each lane are
  /// done. `now` is the warp's count.
  void waitGroup(unsigned warp, LaneMask lanes, uint32_t keep, uint32_t now,
                 uint8_t *shared);
  /// cp.async.wait_all: also copies that no group holds yet (they get one).
  void waitAll(unsigned warp, LaneMask lanes, uint32_t now, uint8_t *shared);

  /// The copy numbered `number`, which must be of this block.
  const AsyncCopyRecord &operator[](uint32_t number) const {
    return records[number - first];
  }
  /// True if the byte at shared address `address`, a destination of copy
  /// `number`, has not been waited for by the lane that copies it.
  bool inFlight(uint32_t number, uint32_t address) const;

  /// True if copies are in flight that read [src, src + bytes) of host memory;
  /// `number` is then one of them. Cheap while nothing is in flight.
  bool readsSource(const uint8_t *src, uint32_t bytes, uint32_t &number) const;
  bool anyInFlight() const { return numInFlight != 0; }

private:
  /// Completes the copies of `lanes` for which due(group of the copy, open
  /// group of the lane) holds.
  void finish(unsigned warp, LaneMask lanes, uint32_t keep, uint32_t now,
              uint8_t *shared);
  static void land(const AsyncCopy &copy, LaneMask lanes, uint8_t *shared);

  struct WarpState {
    std::array<uint32_t, kWarpSize>
        group{};                ///< number of each lane's open group
    std::vector<uint32_t> open; ///< indices of copies in flight, by age
  };
  uint32_t first = 1;
  std::vector<AsyncCopyRecord> records;
  std::vector<AsyncCopy> slots;
  std::vector<uint32_t> freeSlots;
  std::vector<uint8_t> landed; ///< by slot
  std::vector<WarpState> warps;
  uint32_t numInFlight = 0;
};

} // namespace pit::emu

#endif // PIT_LIB_EMULATOR_EXEC_ASYNCCOPIES_H
