//===- GlobalShadow.h - who touched global memory last ----------*- C++ -*-===//
//
// Races in global memory between warps of the same or of different blocks, for
// one launch in one host thread. For each word of 4 bytes: the last write and
// two reads, each with the bytes concerned. That may miss a race; it never
// invents one. What happened before the launch is ordered with everything in
// it.
//
// Blocks are ordered through memory only: a strong write (st.release, or an
// atomic operation after a fence) publishes what its warp has seen, a strong
// read with acquire takes it over. Within a block the same is done by the
// block's own shadow. A block's own clock counts its own warps;
// what is known of other blocks' warps is in VectorClock::foreign.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_EMULATOR_EXEC_GLOBALSHADOW_H
#define PIT_LIB_EMULATOR_EXEC_GLOBALSHADOW_H

#include "Inst.h"
#include "VectorClock.h"

#include <memory>
#include <unordered_map>

namespace pit::emu {

class Block;
class Warp;
struct Access;
struct LaneAddresses;

class GlobalShadow {
public:
  /// Checks and records an access of `mask` to global memory, and takes the
  /// order that it makes if it is strong. A race is reported at `inst`, once.
  void access(Warp &warp, const Inst &inst, LaneMask mask, const Access &access,
              const LaneAddresses &lanes);

private:
  /// An access of some bytes of a word.
  struct Event {
    uint32_t agent;      ///< block and warp
    uint32_t count : 26; ///< of the agent; 0: no access
    uint32_t strong : 1;
    uint32_t ctaScope : 1; ///< strong for the own block only
    uint32_t bytes : 4;    ///< a bit each
    uint32_t pc;
  };
  struct Word {
    Event write, reads[2];
  };
  static constexpr unsigned kPageBits = 12;
  static constexpr uint32_t kMaxCount = (1u << 26) - 1;
  static constexpr unsigned kWarpBits = 5;

  Word &word(uint64_t address);
  static bool conflict(const Event &old, const Event &mine,
                       const VectorClock &clock);
  /// The event that `mine`, a write if `writes`, is unordered with, or null.
  static const Event *check(const Word &word, const Event &mine, bool writes,
                            const VectorClock &clock);
  static void recordRead(Word &word, const Event &mine,
                         const VectorClock &clock);
  static void recordWrite(Word &word, const Event &mine);
  void synchronize(Warp &warp, uint64_t address, const Access &access);
  static void report(Warp &warp, const Inst &inst, unsigned lane,
                     const Access &access, uint64_t address, const Event &other,
                     bool otherWrote);

  std::unordered_map<uint64_t, std::unique_ptr<Word[]>> pages;
  uint64_t lastPage = ~uint64_t(0);
  Word *lastWords = nullptr;
  /// What a location publishes: agents of all blocks are in `foreign`.
  std::unordered_map<uint64_t, VectorClock> locations;
};

} // namespace pit::emu

#endif // PIT_LIB_EMULATOR_EXEC_GLOBALSHADOW_H
