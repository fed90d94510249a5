//===- Fence.cpp - membar, fence ------------------------------------------===//
//
// PTX ISA 9.7.13.4. Memory is always consistent here; a fence matters to the
// checks only: it completes relaxed accesses to releases and acquires. All
// scopes count alike, and so do .sc and .acq_rel.
//
// Proxy fences order generic accesses with those of another proxy. The copies
// of this emulator's instructions so far use the generic proxy, so there is
// nothing that they could order.
//
//===----------------------------------------------------------------------===//

#include "Block.h"
#include "Decoder.h"

using namespace pit;
using namespace pit::emu;

namespace {

void fence(Warp &w, const Inst &, LaneMask) { w.block->shadow.fence(w.id); }
void proxyFence(Warp &, const Inst &, LaneMask) {}

void decodeProxy(DecodeInst &d) {
  const int kind = d.expectOneOf({"alias", "async"});
  if (kind == 1) {
    d.requireSm(90);
    d.acceptOneOf({"global", "shared::cta", "shared::cluster"});
  }
  d.handler(proxyFence);
}

void decodeMembar(DecodeInst &d) {
  d.inst.instClass = InstClass::Fence;
  d.expectOperands(0);
  if (d.accept("proxy")) {
    decodeProxy(d);
    return;
  }
  d.expectOneOf({"cta", "gl", "sys"});
  d.handler(fence);
}

void decodeFence(DecodeInst &d) {
  d.inst.instClass = InstClass::Fence;
  d.expectOperands(0);
  if (d.accept("proxy")) {
    decodeProxy(d);
    return;
  }
  // ptxas takes the two in any order.
  const bool before =
      d.acceptOneOf({"sc", "acq_rel", "acquire", "release"}) >= 0;
  if (d.expectOneOf({"cta", "cluster", "gpu", "sys"}) == 1)
    d.requireSm(90);
  if (!before)
    d.acceptOneOf({"sc", "acq_rel", "acquire", "release"});
  d.handler(fence);
}

} // namespace

namespace pit::emu {
void registerFence(MnemonicTable &table) {
  table["membar"] = decodeMembar;
  table["fence"] = decodeFence;
}
} // namespace pit::emu
