//===- VectorClock.h - what has happened before -----------------*- C++ -*-===//
//
// Each agent of a block (its warps; later also units that copy or multiply by
// themselves) counts its releases. A vector clock says, for every agent, up to
// which count its actions are ordered before what comes next. The scheme is
// FastTrack's (Flanagan and Freund, PLDI 2009): an access is remembered as an
// epoch (agent, count), and is ordered before an agent's present if that
// agent's vector clock has reached the count.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_EMULATOR_EXEC_VECTORCLOCK_H
#define PIT_LIB_EMULATOR_EXEC_VECTORCLOCK_H

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>

namespace pit::emu {

/// Warps of a block (at most 32), then asynchronous agents.
constexpr unsigned kMaxAgents = 40;

struct VectorClock {
  std::array<uint32_t, kMaxAgents> own{};
  /// The same for accesses through the async proxy (PTX ISA 8.6): of what comes
  /// before, the part that a proxy fence has handed over. An asynchronous unit
  /// starts from these counts, not from `own`.
  std::array<uint32_t, kMaxAgents> async{};
  /// Agents of other blocks: block index * kMaxAgents + agent -> count. Only
  /// kept while races in global memory are looked for.
  std::map<uint64_t, uint32_t> foreign;

  void join(const VectorClock &other) {
    for (unsigned i = 0; i < kMaxAgents; ++i)
      own[i] = std::max(own[i], other.own[i]);
    for (unsigned i = 0; i < kMaxAgents; ++i)
      async[i] = std::max(async[i], other.async[i]);
    for (auto [agent, count] : other.foreign) {
      uint32_t &mine = foreign[agent];
      mine = std::max(mine, count);
    }
  }
};

} // namespace pit::emu

#endif // PIT_LIB_EMULATOR_EXEC_VECTORCLOCK_H
