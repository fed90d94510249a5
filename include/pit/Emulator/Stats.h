//===- Stats.h - what a launch counted --------------------------*- C++ -*-===//
//
// Counters are exact and, for a given schedule, repeatable, so that a
// performance property can be a test on a machine without a GPU. They count
// what the PTX says; ptxas may still merge or move instructions.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_EMULATOR_STATS_H
#define PIT_EMULATOR_STATS_H

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pit::emu {

/// Classes of instructions, as the counters group them.
enum class InstClass : uint8_t {
  Mma,
  Ldmatrix,
  AsyncCopy,
  LoadGlobal,
  StoreGlobal,
  LoadShared,
  StoreShared,
  LoadLocal,
  StoreLocal,
  LoadConst,
  LoadParam,
  Atomic,
  Move,
  Integer,
  Float,
  Convert,
  Predicate,
  Branch,
  Call,
  Barrier,
  Collective,
  Fence,
  Other
};
constexpr unsigned kNumInstClasses = unsigned(InstClass::Other) + 1;
/// "mma", "ldmatrix", "cp.async", "ld.global", ...
std::string_view toString(InstClass instClass);

/// What one instruction, or a whole kernel, did. Units: warp instructions
/// unless the name says otherwise.
struct Counters {
  uint64_t executed = 0;          ///< warp instructions issued
  uint64_t threads = 0;           ///< lanes that took part, summed
  uint64_t divergentBranches = 0; ///< branches that split a warp
  uint64_t globalRequests = 0;    ///< warp accesses to global memory
  uint64_t globalSectors = 0;     ///< 32-byte sectors they touched
  uint64_t globalBytesRead = 0, globalBytesWritten = 0; ///< by lanes
  uint64_t sharedRequests = 0;        ///< warp accesses to shared memory
  uint64_t sharedWavefronts = 0;      ///< passes over the 32 banks they took
  uint64_t sharedWavefrontsIdeal = 0; ///< passes that their bytes need at least
  uint64_t sharedBytesRead = 0, sharedBytesWritten = 0;
  uint64_t localBytes = 0, constBytes = 0, paramBytes = 0;
  uint64_t atomics = 0; ///< lanes that did an atomic operation

  Counters &operator+=(const Counters &other);
  /// Wavefronts beyond the ideal.
  uint64_t bankConflicts() const {
    return sharedWavefronts - sharedWavefrontsIdeal;
  }
};

/// The counters of one PTX line.
struct LineStats {
  unsigned line;
  InstClass instClass;
  std::string text;
  Counters counters;
};

/// The counters of one launch.
struct Stats {
  std::string kernel;
  uint64_t blocks = 0, warps = 0;
  Counters total;
  std::array<uint64_t, kNumInstClasses> byClass{}; ///< executed, by InstClass
  std::vector<LineStats>
      lines; ///< in PTX order; lines never executed are left out
  bool transactions = false; ///< sectors and wavefronts were counted

  /// One JSON object (schema in docs/ptx-emu.md).
  std::string json() const;
  /// A table for people.
  std::string table() const;
};

} // namespace pit::emu

#endif // PIT_EMULATOR_STATS_H
