//===- Access.h - a warp touches memory -------------------------*- C++ -*-===//
//
// The one way from addresses to bytes. A handler of a memory instruction
// collects the addresses of its lanes, says what it is going to do, and gets a
// host pointer for each lane that may. Everything that is checked or counted
// about memory is checked and counted here.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_EMULATOR_EXEC_ACCESS_H
#define PIT_LIB_EMULATOR_EXEC_ACCESS_H

#include "Block.h"

namespace pit::emu {

enum class AccessKind : uint8_t { Read, Write, Atomic };

struct Access {
  ptx::Space space = ptx::Space::Generic;
  AccessKind kind = AccessKind::Read;
  Strength strength = Strength::Weak;
  bool acquire = false, release = false;
  bool ctaScope = false;  ///< strong for the own block only
  uint32_t bytes = 4;     ///< of each lane
  uint32_t alignment = 0; ///< required; 0: `bytes`
  bool async = false;     ///< source or destination of an asynchronous copy
  uint32_t copy = 0;      ///< its number, for the destination
  bool checkInit = true;  ///< false: bytes may be uninitialised
  /// Of a plain store: whether `lane` finds at `host` what it is going to
  /// store. Several warps that set a flag do no harm, so that is no race of
  /// stores.
  bool (*unchanged)(const Warp &warp, const Inst &inst, unsigned lane,
                    const uint8_t *host) = nullptr;
};

/// Addresses and host pointers of a warp's lanes.
struct LaneAddresses {
  alignas(64) uint64_t address[kWarpSize];
  uint8_t *host[kWarpSize];
};

/// Fills `out.address` from the address operand that DecodeInst::address put
/// into inst.op[slot]: register plus offset.
void laneAddresses(const Warp &warp, const Inst &inst, unsigned slot,
                   LaneAddresses &out);

/// Checks, counts and records the access of `mask`. Returns the lanes that may
/// go ahead, with their host pointers; the others have been reported.
LaneMask resolve(Warp &warp, const Inst &inst, LaneMask mask,
                 const Access &access, LaneAddresses &lanes);

/// Adds the 32-byte sectors of global memory that the lanes of `mask` touch
/// with `bytes` each.
void countSectors(Counters &count, const LaneAddresses &lanes, LaneMask mask,
                  uint32_t bytes);

/// Adds the passes over the banks of shared memory that the access takes, and
/// those that it would take without bank conflicts.
void countWavefronts(Counters &count, const LaneAddresses &lanes, LaneMask mask,
                     uint32_t bytes);

} // namespace pit::emu

#endif // PIT_LIB_EMULATOR_EXEC_ACCESS_H
