//===- Fence.cpp - membar, fence ------------------------------------------===//
//
// PTX ISA 9.7.13.4. Memory is always consistent here; a fence matters to the
// checks only: it completes relaxed accesses to releases and acquires, for the
// own block or, with a wider scope, for all. .sc and .acq_rel count alike.
//
// Proxy fences order generic accesses with those of another proxy. Aliases of
// an address share everything here, so fence.proxy.alias has nothing to order.
//
//===----------------------------------------------------------------------===//

#include "Block.h"
#include "Decoder.h"

#include <atomic>

using namespace pit;
using namespace pit::emu;

namespace {

/// Inst::aux: whether the scope is the block.
void fence(Warp &w, const Inst &inst, LaneMask) {
  w.block->shadow.fence(w.id, inst.aux != 0);
  // Blocks on other host threads see what came before. Exchanges on one atomic
  // do what a fence does, and ThreadSanitizer understands them.
  static std::atomic<uint32_t> order{0};
  if (inst.aux == 0 && w.block->launch.options.threads != 1)
    order.fetch_add(0);
}

void fenceAlias(Warp &, const Inst &, LaneMask) {}

void fenceAsync(Warp &w, const Inst &, LaneMask) {
  w.block->shadow.fenceProxy(w.id);
}

void decodeProxy(DecodeInst &d) {
  const int kind = d.expectOneOf({"alias", "async"});
  if (kind == 1) {
    d.requireSm(90);
    d.acceptOneOf({"global", "shared::cta", "shared::cluster"});
  }
  d.handler(kind == 1 ? fenceAsync : fenceAlias);
}

void decodeMembar(DecodeInst &d) {
  d.inst.instClass = InstClass::Fence;
  d.expectOperands(0);
  if (d.accept("proxy")) {
    decodeProxy(d);
    return;
  }
  d.inst.aux = d.expectOneOf({"cta", "gl", "sys"}) == 0;
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
  const int scope = d.expectOneOf({"cta", "cluster", "gpu", "sys"});
  if (scope == 1)
    d.requireSm(90);
  d.inst.aux = scope == 0;
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
