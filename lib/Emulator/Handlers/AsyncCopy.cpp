//===- AsyncCopy.cpp - cp.async
//--------------------------------------------===//
//
// PTX ISA 9.7.9.25 (cp.async and its commit and wait instructions). The copy is
// checked where it is issued: its source as a read, its destination as a write
// that owns the bytes until the wait. When they arrive is AsyncCopies'
// business.
//
//===----------------------------------------------------------------------===//

#include "Access.h"
#include "Decoder.h"
#include "Lanes.h"

using namespace pit;
using namespace pit::emu;
using ptx::Operand;
using ptx::Space;
using ptx::Type;

namespace {

/// What limits the bytes that a copy reads: op[2].
enum SourceLimit : uint32_t { kNoLimit, kSourceSize, kIgnoreSource };

/// op[0]: destination, op[1]: source; aux: bytes, and SourceLimit above bit 8;
/// target: flips the predicate of kIgnoreSource.
void copyAsync(Warp &w, const Inst &inst, LaneMask mask) {
  const uint32_t bytes = inst.aux & 0xff;
  Block &block = *w.block;
  AsyncCopy copy;
  copy.srcBytes.fill(uint8_t(bytes));
  switch (SourceLimit(inst.aux >> 8)) {
  case kNoLimit:
    break;
  case kSourceSize: {
    const uint32_t *sizes = w.in<uint32_t>(inst.op[2]);
    LaneMask surplus = 0;
    eachLane(mask, [&](unsigned l) {
      if (sizes[l] > bytes)
        surplus |= 1u << l;
      copy.srcBytes[l] = uint8_t(std::min(sizes[l], bytes));
    });
    if (surplus) {
      const int lane = std::countr_zero(surplus);
      w.report(ReportKind::Misuse, inst, lane,
               "the source size is " + std::to_string(sizes[lane]) +
                   " bytes, more than the " + std::to_string(bytes) +
                   " bytes that are copied");
    }
    break;
  }
  case kIgnoreSource: {
    const LaneMask ignored = w.predicate(inst.op[2]) ^ inst.target;
    eachLane(mask & ignored, [&](unsigned l) { copy.srcBytes[l] = 0; });
    break;
  }
  }

  // The source: lanes that read equally much go together.
  LaneAddresses from;
  laneAddresses(w, inst, 1, from);
  LaneMask ready = 0;
  for (LaneMask rest = mask; rest;) {
    const uint8_t size = copy.srcBytes[std::countr_zero(rest)];
    LaneMask same =
        rest & maskOf([&](unsigned l) { return copy.srcBytes[l] == size; });
    rest &= ~same;
    if (size == 0) {
      ready |= same;
      continue;
    }
    Access read;
    read.space = Space::Global;
    read.kind = AccessKind::Read;
    read.bytes = size;
    read.alignment = bytes;
    read.async = true;
    ready |= resolve(w, inst, same, read, from);
  }
  if (!ready)
    return;

  LaneAddresses to;
  laneAddresses(w, inst, 0, to);
  Access write;
  write.space = Space::Shared;
  write.kind = AccessKind::Write;
  write.bytes = bytes;
  write.async = true;
  write.copy = block.copies.nextNumber();
  copy.lanes = resolve(w, inst, ready, write, to);
  copy.warp = w.id;
  copy.pc = uint32_t(&inst - w.program->code.data());
  copy.bytes = uint8_t(bytes);
  const uint8_t *shared = block.shared();
  eachLane(copy.lanes, [&](unsigned l) {
    copy.dst[l] = uint32_t(to.host[l] - shared);
    copy.src[l] = copy.srcBytes[l] ? from.host[l] : nullptr;
  });
  // Its number is taken even if no lane is left: the shadow may know it.
  block.copies.issue(copy, block.shared(), block.launch.options.landing);
}

void commitGroup(Warp &w, const Inst &, LaneMask mask) {
  w.block->copies.commit(w.id, mask);
}

void waitGroup(Warp &w, const Inst &inst, LaneMask mask) {
  Block &block = *w.block;
  block.copies.waitGroup(w.id, mask, inst.aux, block.shadow.now(w.id),
                         block.shared());
}

void waitAll(Warp &w, const Inst &, LaneMask mask) {
  Block &block = *w.block;
  block.copies.waitAll(w.id, mask, block.shadow.now(w.id), block.shared());
}

void decodeCopy(DecodeInst &d, bool bypassL1) {
  if (d.acceptOneOf({"shared", "shared::cta"}) < 0) {
    d.fail("cp.async expects '.shared' or '.shared::cta' as destination");
    return;
  }
  if (!d.accept("global")) {
    d.fail("cp.async expects '.global' as source");
    return;
  }
  const bool hinted = d.accept("L2::cache_hint");
  d.acceptOneOf({"L2::64B", "L2::128B", "L2::256B"});
  const unsigned hints = hinted ? 1 : 0;
  if (!d.expectOperands(3 + hints, 4 + hints))
    return;
  d.address(0, Space::Shared, 0);
  d.address(1, Space::Global, 1);
  const int64_t bytes = d.constant(2, 4, 16);
  if (bytes != 16 && (bypassL1 || (bytes != 4 && bytes != 8)))
    d.fail(bypassL1
               ? "'.cg' copies 16 bytes, not " + std::to_string(bytes)
               : "a copy has 4, 8 or 16 bytes, not " + std::to_string(bytes));
  SourceLimit limit = kNoLimit;
  if (d.numOperands() == 4 + hints) {
    const Operand &operand = d.operand(3);
    if (operand.negated || d.registerType(operand) == Type::Pred) {
      limit = kIgnoreSource;
      d.predicate(3, &d.inst.target, 2);
    } else {
      limit = kSourceSize;
      d.src(3, Type::U32, 2);
    }
  }
  if (hinted)
    d.srcRef(d.operand(3 + (limit != kNoLimit)), Type::B64);
  d.inst.aux = uint32_t(bytes) | limit << 8;
  d.inst.instClass = InstClass::AsyncCopy;
  d.handler(copyAsync);
}

void decodeCp(DecodeInst &d) {
  d.requireSm(80);
  if (!d.accept("async")) {
    d.fail("this form of 'cp' is not supported");
    return;
  }
  // Committing and waiting moves no data: counted with the fences.
  d.inst.instClass = InstClass::Fence;
  if (d.accept("ca")) {
    decodeCopy(d, false);
  } else if (d.accept("cg")) {
    decodeCopy(d, true);
  } else if (d.accept("commit_group")) {
    d.expectOperands(0);
    d.handler(commitGroup);
  } else if (d.accept("wait_group")) {
    d.expectOperands(1);
    d.inst.aux = uint32_t(d.constant(0, 0, 0x7fffffff));
    d.handler(waitGroup);
  } else if (d.accept("wait_all")) {
    d.expectOperands(0);
    d.handler(waitAll);
  } else {
    d.fail("this form of 'cp' is not supported");
  }
}

} // namespace

void pit::emu::registerAsyncCopy(MnemonicTable &table) {
  table["cp"] = decodeCp;
}
