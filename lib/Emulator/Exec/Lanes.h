//===- Lanes.h - loops over the lanes of a warp -----------------*- C++ -*-===//
//
// Every arithmetic handler is one of these loops around a scalar function. The
// loop over a full warp has no branch and no dependence between lanes, so it
// becomes vector code; a partial warp computes all lanes and keeps the old
// value in the others. The scalar function must therefore be total: no trap, no
// undefined behaviour for any bit pattern (divide by zero: handle it).
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_EMULATOR_EXEC_LANES_H
#define PIT_LIB_EMULATOR_EXEC_LANES_H

#include "Warp.h"

#include <bit>
#include <cstring>

namespace pit::emu {

#if defined(__clang__)
#define PIT_LANES_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define PIT_LANES_INDEPENDENT _Pragma("GCC ivdep")
#endif

/// Stores result(l) into d[l] for the lanes of `mask`. Sources may be the very
/// array d (same lane), never a shifted one.
template <typename D, typename F>
inline __attribute__((always_inline)) void forLanes(D *d, LaneMask mask,
                                                    F result) {
  if (mask == kAllLanes) {
    PIT_LANES_INDEPENDENT
    for (unsigned l = 0; l < kWarpSize; ++l)
      d[l] = result(l);
    return;
  }
  PIT_LANES_INDEPENDENT
  for (unsigned l = 0; l < kWarpSize; ++l) {
    D value = result(l);
    d[l] = (mask >> l) & 1 ? value : d[l];
  }
}

/// d = f(a)
template <typename D, typename A, typename F>
inline void lanes1(Warp &w, const Inst &inst, LaneMask mask, F f) {
  const A *a = w.in<A>(inst.op[1]);
  forLanes(w.out<D>(inst.op[0]), mask, [=](unsigned l) { return D(f(a[l])); });
}

/// d = f(a, b)
template <typename D, typename A, typename B, typename F>
inline void lanes2(Warp &w, const Inst &inst, LaneMask mask, F f) {
  const A *a = w.in<A>(inst.op[1]);
  const B *b = w.in<B>(inst.op[2]);
  forLanes(w.out<D>(inst.op[0]), mask,
           [=](unsigned l) { return D(f(a[l], b[l])); });
}

/// d = f(a, b, c)
template <typename D, typename A, typename B, typename C, typename F>
inline void lanes3(Warp &w, const Inst &inst, LaneMask mask, F f) {
  const A *a = w.in<A>(inst.op[1]);
  const B *b = w.in<B>(inst.op[2]);
  const C *c = w.in<C>(inst.op[3]);
  forLanes(w.out<D>(inst.op[0]), mask,
           [=](unsigned l) { return D(f(a[l], b[l], c[l])); });
}

/// The lanes for which f(l) holds, as a mask. Evaluates all 32.
template <typename F>
inline __attribute__((always_inline)) LaneMask maskOf(F f) {
  LaneMask result = 0;
  for (unsigned l = 0; l < kWarpSize; ++l)
    result |= LaneMask(f(l) ? 1 : 0) << l;
  return result;
}

/// Calls f(l) for each lane of `mask`, in order: for what cannot be vector
/// code.
template <typename F> inline void eachLane(LaneMask mask, F f) {
  for (; mask; mask &= mask - 1)
    f(unsigned(std::countr_zero(mask)));
}

} // namespace pit::emu

#endif // PIT_LIB_EMULATOR_EXEC_LANES_H
