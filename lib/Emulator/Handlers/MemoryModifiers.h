//===- MemoryModifiers.h - modifiers that memory instructions share -*- C++
//-*-===//

#ifndef PIT_LIB_EMULATOR_HANDLERS_MEMORYMODIFIERS_H
#define PIT_LIB_EMULATOR_HANDLERS_MEMORYMODIFIERS_H

#include "Decoder.h"

namespace pit::emu {

/// Memory consistency qualifiers (PTX ISA, chapter 8).
struct MemoryOrder {
  bool strong = false; ///< relaxed, volatile or stronger
  bool acquire = false, release = false;
  bool ctaScope = false;
};

/// Reads `.weak`, `.volatile`, `.relaxed.scope`, `.acquire.scope`,
/// `.release.scope`, `.mmio.relaxed.sys`; weak if there is none.
inline MemoryOrder acceptOrder(DecodeInst &d) {
  MemoryOrder order;
  if (d.accept("weak"))
    return order;
  if (d.accept("volatile")) {
    order.strong = true;
    return order;
  }
  d.accept("mmio");
  const int which = d.acceptOneOf({"relaxed", "acquire", "release"});
  if (which < 0)
    return order;
  order.strong = true;
  order.acquire = which == 1;
  order.release = which == 2;
  order.ctaScope = d.expectOneOf({"cta", "cluster", "gpu", "sys"}) == 0;
  return order;
}

/// Reads the state space; generic if there is none.
inline ptx::Space acceptSpace(DecodeInst &d) {
  if (d.acceptOneOf({"global"}) == 0)
    return ptx::Space::Global;
  if (d.acceptOneOf({"shared", "shared::cta"}) >= 0)
    return ptx::Space::Shared;
  if (d.peek() == "shared::cluster") {
    d.requireSm(90);
    d.accept("shared::cluster");
    return ptx::Space::Shared; // without clusters, the block's own
  }
  if (d.accept("local"))
    return ptx::Space::Local;
  if (d.accept("const"))
    return ptx::Space::Const;
  if (d.acceptOneOf({"param", "param::entry", "param::func"}) >= 0)
    return ptx::Space::Param;
  return ptx::Space::Generic;
}

/// Reads a cache operator (`.ca`, `.cg`, ...), which changes no result.
inline void acceptCacheOperators(DecodeInst &d, bool isLoad) {
  if (isLoad)
    d.acceptOneOf({"ca", "cg", "cs", "lu", "cv"});
  else
    d.acceptOneOf({"wb", "cg", "cs", "wt"});
}

/// Reads eviction priorities, `.L2::cache_hint` and prefetch sizes, which
/// change no result. True if there is a cache hint, and so a cache-policy
/// operand.
inline bool acceptCacheHints(DecodeInst &d) {
  d.acceptOneOf({"L1::evict_normal", "L1::evict_unchanged", "L1::evict_first",
                 "L1::evict_last", "L1::no_allocate"});
  d.acceptOneOf({"L2::evict_normal", "L2::evict_first", "L2::evict_last"});
  const bool hint = d.accept("L2::cache_hint");
  d.acceptOneOf({"L2::64B", "L2::128B", "L2::256B"});
  return hint;
}

} // namespace pit::emu

#endif // PIT_LIB_EMULATOR_HANDLERS_MEMORYMODIFIERS_H
