//===- Barrier.cpp - bar and barrier --------------------------------------===//
//
// PTX ISA 9.7.13.1 (bar, barrier). `bar.X` is `barrier.cta.X.aligned`.
//
//===----------------------------------------------------------------------===//

#include "Block.h"
#include "Decoder.h"
#include "Lanes.h"

#include <bit>

using namespace pit;
using namespace pit::emu;
using ptx::Type;

namespace {

constexpr unsigned kNumBarriers = 16;

// Operands of the decoded instruction: [0] bar.red's result, [1] the barrier,
// [2] the number of threads, [3] the predicate (complemented if imm is 1).

enum class Action : uint8_t { Sync, Arrive, Reduce };

/// The value of a register that has to be the same in all lanes.
uint32_t uniform(Warp &w, const Inst &inst, LaneMask mask, Ref ref,
                 const char *what) {
  const uint32_t *value = w.in<uint32_t>(ref);
  const uint32_t first = value[std::countr_zero(mask)];
  bool same = true;
  eachLane(mask, [&](unsigned l) { same &= value[l] == first; });
  if (!same)
    w.report(ReportKind::Misuse, inst, std::countr_zero(mask),
             std::string("the ") + what +
                 " differs between the lanes of a warp");
  return first;
}

template <Action A> void arrive(Warp &w, const Inst &inst, LaneMask mask) {
  const uint32_t next = w.pc + 1;
  if (!mask) {
    w.pc = next;
    return;
  }
  Block::BarrierOp op{};
  op.id = uniform(w, inst, mask, inst.op[1], "number of the barrier");
  op.waits = A != Action::Arrive;
  op.reduces = A == Action::Reduce;
  if (op.id >= kNumBarriers) {
    w.report(ReportKind::Misuse, inst, std::countr_zero(mask),
             "barrier " + std::to_string(op.id) +
                 " does not exist: a block has " +
                 std::to_string(kNumBarriers));
    w.block->launch.stop.store(true);
    return;
  }
  if (inst.op[2] != kNoRef) {
    op.threads = uniform(w, inst, mask, inst.op[2], "number of threads");
    if (op.threads == 0 || op.threads % kWarpSize != 0) {
      w.report(ReportKind::Misuse, inst, std::countr_zero(mask),
               "a barrier for " + std::to_string(op.threads) +
                   " threads: the number has to be a multiple of 32");
      w.block->launch.stop.store(true);
      return;
    }
  }
  if (op.reduces)
    op.vote = w.predicate(inst.op[3]) ^ (inst.imm ? kAllLanes : 0);
  w.block->arrive(w, inst, mask, op, next);
}

void decodeArrival(DecodeInst &d, bool aligned) {
  d.inst.instClass = InstClass::Barrier;
  d.inst.flags |= kControl;
  const int action = d.expectOneOf({"sync", "arrive", "red"});
  int reduction = 0;
  if (action == 2)
    reduction = d.expectOneOf({"popc", "and", "or"});
  if (d.accept("aligned"))
    aligned = true;
  if (aligned)
    d.inst.flags |= kAligned;
  unsigned next = 0;
  if (action == 2) {
    // bar.red.popc.u32 d, a{, b}, {!}c;   bar.red.{and,or}.pred p, a{, b},
    // {!}c;
    const bool popc = reduction == 0;
    d.type({popc ? Type::U32 : Type::Pred});
    d.expectOperands(3, 4);
    d.dst(0, popc ? Type::U32 : Type::Pred, 0);
    LaneMask flip = 0;
    d.predicate(d.numOperands() - 1, &flip, 3);
    d.inst.imm = flip != 0;
    d.inst.aux = uint32_t(popc             ? BarrierReduction::Popc
                          : reduction == 1 ? BarrierReduction::And
                                           : BarrierReduction::Or);
    next = 1;
    if (d.numOperands() == 4)
      d.src(2, Type::U32, 2);
    d.handler(arrive<Action::Reduce>);
  } else {
    d.expectOperands(action == 1 ? 2 : 1, 2);
    if (d.numOperands() == 2)
      d.src(1, Type::U32, 2);
    d.handler(action == 1 ? arrive<Action::Arrive> : arrive<Action::Sync>);
  }
  d.src(next, Type::U32, 1);
  // PTX ISA: a block has 16 of them. Numbers in registers are checked later.
  if (d.operand(next).kind == ptx::Operand::Kind::Integer)
    d.constant(next, 0, 15);
}

/// bar.warp.sync is a collective of a warp; see Collective.cpp.
void decodeBar(DecodeInst &d) {
  if (d.accept("warp")) {
    decodeWarpBarrier(d);
    return;
  }
  d.accept("cta");
  decodeArrival(d, true);
}

void decodeBarrier(DecodeInst &d) {
  if (d.peek() == "cluster") {
    d.fail("clusters are not supported");
    return;
  }
  d.accept("cta");
  decodeArrival(d, false);
}

} // namespace

void emu::registerBarrier(MnemonicTable &table) {
  table["bar"] = decodeBar;
  table["barrier"] = decodeBarrier;
}
