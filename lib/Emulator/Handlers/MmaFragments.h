//===- MmaFragments.h - matrices in a warp's registers ----------*- C++ -*-===//
//
// Where the elements of A, B, C and D of mma.sync lie (PTX ISA 9.7.14.5,
// "Matrix Fragments for mma.m8n8k16" and its siblings). All shapes but
// m8n8k4.f16 follow one scheme. Lane l is thread t = l % 4 of group g = l / 4,
// and a register holds consecutive elements along k (one word: 2 of f16, 4 of
// s8, 1 of tf32 or f64,
// ...). With H = m / 8:
//
//   A, register r: row g + 8 * (r % H), words 4 * (r / H) + t of the row
//   B, register r: column g, words 4 * r + t of the column
//   C and D, registers 2h and 2h + 1: row g + 8 * h, columns 2 * t and 2 * t +
//   1 C and D of f16, register h: the same two columns, packed
//
// So rows of four words are four neighbouring lanes, and C is two registers
// interleaved: fragments become matrices by copies of 16 bytes.
//
// Example, mma.m16n8k16 with f16: A has four registers; lane 5 (g = 1, t = 1)
// holds A[1][2..3], A[9][2..3], A[1][10..11], A[9][10..11].
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_EMULATOR_HANDLERS_MMAFRAGMENTS_H
#define PIT_LIB_EMULATOR_HANDLERS_MMAFRAGMENTS_H

#include "Lanes.h"

#include <cstring>

namespace pit::emu {

/// Registers of A (`m` is 8 or 16) as rows of words of type T, or registers of
/// B
/// (`m` is 8) as columns.
template <typename T>
inline void gatherRows(const Warp &w, const Ref *regs, unsigned count,
                       unsigned m, T *rows) {
  unsigned blocks = m / 8, stride = count / blocks * 4;
  for (unsigned r = 0; r < count; ++r) {
    const T *reg = w.in<T>(regs[r]);
    T *to = rows + r % blocks * 8 * stride + r / blocks * 4;
    for (unsigned g = 0; g < 8; ++g)
      std::memcpy(to + g * stride, reg + 4 * g, 4 * sizeof(T));
  }
}

/// Registers of C as an m x 8 matrix of T.
template <typename T>
inline void gatherAccumulators(const Warp &w, const Ref *regs, unsigned m,
                               T *matrix) {
  for (unsigned h = 0; h < m / 8; ++h) {
    const T *even = w.in<T>(regs[2 * h]), *odd = w.in<T>(regs[2 * h + 1]);
    T *to = matrix + 64 * h;
    for (unsigned l = 0; l < kWarpSize; ++l) {
      to[2 * l] = even[l];
      to[2 * l + 1] = odd[l];
    }
  }
}

/// An m x 8 matrix into the registers of D.
template <typename T>
inline void scatterAccumulators(Warp &w, const Ref *regs, unsigned m,
                                const T *matrix, LaneMask mask) {
  for (unsigned h = 0; h < m / 8; ++h) {
    const T *from = matrix + 64 * h;
    forLanes(w.out<T>(regs[2 * h]), mask,
             [=](unsigned l) { return from[2 * l]; });
    forLanes(w.out<T>(regs[2 * h + 1]), mask,
             [=](unsigned l) { return from[2 * l + 1]; });
  }
}

/// As above for accumulators of f16: one register is a contiguous piece.
inline void gatherHalves(const Warp &w, const Ref *regs, unsigned m,
                         uint16_t *matrix) {
  for (unsigned h = 0; h < m / 8; ++h)
    std::memcpy(matrix + 64 * h, w.in<uint32_t>(regs[h]), 128);
}
inline void scatterHalves(Warp &w, const Ref *regs, unsigned m,
                          const uint16_t *matrix, LaneMask mask) {
  for (unsigned h = 0; h < m / 8; ++h) {
    uint32_t words[kWarpSize];
    std::memcpy(words, matrix + 64 * h, 128);
    forLanes(w.out<uint32_t>(regs[h]), mask,
             [&](unsigned l) { return words[l]; });
  }
}

/// Whether all 32 lanes take part, as mma and its relatives demand (PTX ISA
/// 9.7.14: undefined if any thread of the warp has exited). Reports it if not.
inline bool needsFullWarp(Warp &w, const Inst &inst, LaneMask mask) {
  if (mask == kAllLanes)
    return true;
  w.report(ReportKind::Misuse, inst, -1,
           "expects all 32 lanes of the warp, but only " +
               std::to_string(std::popcount(mask)) + " take part");
  return false;
}

} // namespace pit::emu

#endif // PIT_LIB_EMULATOR_HANDLERS_MMAFRAGMENTS_H
