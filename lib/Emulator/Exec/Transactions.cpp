//===- Transactions.cpp - what an access costs the memories ---------------===//

#include "Access.h"

#include <algorithm>
#include <bit>

using namespace pit;
using namespace pit::emu;

void emu::countSectors(Counters &count, const LaneAddresses &lanes,
                       LaneMask mask, uint32_t bytes) {
  constexpr uint64_t kSectorBytes = 32;
  uint64_t sectors[2 * kWarpSize];
  unsigned n = 0;
  for (LaneMask rest = mask; rest; rest &= rest - 1) {
    const uint64_t address = lanes.address[std::countr_zero(rest)];
    const uint64_t first = address / kSectorBytes;
    const uint64_t last = (address + bytes - 1) / kSectorBytes;
    for (uint64_t s = first; s <= last && n < 2 * kWarpSize; ++s)
      if (n == 0 || sectors[n - 1] != s)
        sectors[n++] = s;
  }
  std::sort(sectors, sectors + n);
  count.globalSectors += uint64_t(std::unique(sectors, sectors + n) - sectors);
}

/// Shared memory has 32 banks of 4 bytes, and serves a warp in phases: all
/// lanes for accesses of up to 4 bytes, 16 lanes for 8 bytes, 8 lanes for 16. A
/// phase takes as many passes as the bank with the most different words.
void emu::countWavefronts(Counters &count, const LaneAddresses &lanes,
                          LaneMask mask, uint32_t bytes) {
  const unsigned phaseLanes = bytes <= 4 ? 32 : bytes == 8 ? 16 : 8;
  uint64_t passes = 0, ideal = 0;
  for (unsigned begin = 0; begin < kWarpSize; begin += phaseLanes) {
    uint64_t words[kWarpSize * 4];
    unsigned n = 0;
    for (unsigned l = begin; l < begin + phaseLanes; ++l)
      if (mask >> l & 1)
        for (uint64_t w = lanes.address[l] / 4;
             w <= (lanes.address[l] + bytes - 1) / 4; ++w)
          words[n++] = w;
    if (!n)
      continue;
    std::sort(words, words + n);
    n = unsigned(std::unique(words, words + n) - words);
    unsigned perBank[32] = {}, most = 0;
    for (unsigned i = 0; i < n; ++i)
      most = std::max(most, ++perBank[words[i] % 32]);
    passes += most;
    ++ideal;
  }
  count.sharedWavefronts += passes;
  count.sharedWavefrontsIdeal += ideal;
}
