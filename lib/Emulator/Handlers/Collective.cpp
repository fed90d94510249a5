//===- Collective.cpp - lanes of a warp exchange values -------------------===//
//
// PTX ISA 9.7.9.6 (shfl.sync), 9.7.13.9 to 9.7.13.14 (vote.sync, match.sync,
// activemask, redux.sync, elect.sync) and 9.7.13.2 (bar.warp.sync).
//
// Before one of these runs, the lanes that its member masks name are here, or
// have exited. Lanes may name different masks: those with the same one work
// together.
//
//===----------------------------------------------------------------------===//

#include "Block.h"
#include "Decoder.h"
#include "Lanes.h"

#include "pit/Support/Text.h"

using namespace pit;
using namespace pit::emu;
using ptx::Operand;
using ptx::Type;

namespace {

//===----------------------------------------------------------------------===//
// Member masks
//===----------------------------------------------------------------------===//

/// Calls f(lanes) for each set of executing lanes with the same member mask. A
/// lane that is not in its own mask is reported and left out.
template <typename F>
void eachGroup(Warp &w, const Inst &inst, LaneMask mask, F f) {
  const uint32_t *members = w.in<uint32_t>(inst.op[kMemberMaskOp]);
  while (mask) {
    const uint32_t named = members[std::countr_zero(mask)];
    const LaneMask same =
        mask & maskOf([&](unsigned l) { return members[l] == named; });
    mask &= ~same;
    if (const LaneMask outside = same & ~named) {
      const int lane = std::countr_zero(outside);
      w.report(ReportKind::Misuse, inst, lane,
               "lane " + std::to_string(lane) +
                   " executes this with member mask " +
                   hex(named, /*minDigits=*/8) + ", which does not name it");
    }
    if (same & named)
      f(same & named);
  }
}

//===----------------------------------------------------------------------===//
// shfl.sync
//===----------------------------------------------------------------------===//

enum class Shuffle : uint8_t { Up, Down, Bfly, Idx };

/// Operands: [0] result, [1] value, [2] lane or distance, [3] clamp and
/// segment, [4] the predicate "source in range", or kNoRef.
template <Shuffle Mode> void shuffle(Warp &w, const Inst &inst, LaneMask mask) {
  const uint32_t *a = w.in<uint32_t>(inst.op[1]);
  const uint32_t *b = w.in<uint32_t>(inst.op[2]);
  const uint32_t *c = w.in<uint32_t>(inst.op[3]);
  uint32_t result[kWarpSize], source[kWarpSize];
  LaneMask inRange = 0;
  for (unsigned l = 0; l < kWarpSize; ++l) {
    const uint32_t distance = b[l] & 31, clamp = c[l] & 31;
    const uint32_t segment = c[l] >> 8 & 31;
    const uint32_t last = (l & segment) | (clamp & ~segment);
    const uint32_t first = l & segment;
    uint32_t j = 0;
    bool valid = false;
    switch (Mode) {
    case Shuffle::Up:
      j = l - distance;
      valid = int32_t(j) >= int32_t(last);
      break;
    case Shuffle::Down:
      j = l + distance;
      valid = j <= last;
      break;
    case Shuffle::Bfly:
      j = l ^ distance;
      valid = j <= last;
      break;
    case Shuffle::Idx:
      j = first | (distance & ~segment);
      valid = j <= last;
      break;
    }
    source[l] = valid ? j & 31 : l;
    inRange |= LaneMask(valid) << l;
  }
  for (unsigned l = 0; l < kWarpSize; ++l)
    result[l] = a[source[l]];

  LaneMask done = 0;
  eachGroup(w, inst, mask, [&](LaneMask group) {
    done |= group;
    const LaneMask lost =
        group & ~maskOf([&](unsigned l) { return group >> source[l] & 1; });
    if (!lost)
      return;
    const unsigned lane = unsigned(std::countr_zero(lost)), from = source[lane];
    w.report(ReportKind::InactiveLane, inst, int(lane),
             "lane " + std::to_string(lane) + " takes the value of lane " +
                 std::to_string(from) +
                 (!(w.live >> from & 1) ? ", which has exited"
                  : !(mask >> from & 1) ? ", which does not execute this"
                                        : ", which names another member mask"));
  });
  forLanes(w.out<uint32_t>(inst.op[0]), done,
           [&](unsigned l) { return result[l]; });
  if (inst.op[4] != kNoRef)
    w.setPredicate(inst.op[4], done, inRange);
}

//===----------------------------------------------------------------------===//
// vote.sync, activemask, elect.sync
//===----------------------------------------------------------------------===//

enum class Vote : uint8_t { All, Any, Uni, Ballot };

/// Operands: [0] result, [1] predicate, complemented by aux.
template <Vote Mode> void vote(Warp &w, const Inst &inst, LaneMask mask) {
  const LaneMask votes = w.predicate(inst.op[1]) ^ inst.aux;
  eachGroup(w, inst, mask, [&](LaneMask group) {
    const LaneMask yes = votes & group;
    if (Mode == Vote::Ballot) {
      forLanes(w.out<uint32_t>(inst.op[0]), group,
               [=](unsigned) { return yes; });
      return;
    }
    const bool holds = Mode == Vote::All   ? yes == group
                       : Mode == Vote::Any ? yes != 0
                                           : yes == group || yes == 0;
    w.setPredicate(inst.op[0], group, holds ? kAllLanes : 0);
  });
}

void activeMask(Warp &w, const Inst &inst, LaneMask mask) {
  forLanes(w.out<uint32_t>(inst.op[0]), mask, [=](unsigned) { return mask; });
}

/// The lowest lane of a group is elected. Operands: [0] its number, or kNoRef;
/// [1] the predicate that holds for it.
void elect(Warp &w, const Inst &inst, LaneMask mask) {
  eachGroup(w, inst, mask, [&](LaneMask group) {
    const uint32_t leader = uint32_t(std::countr_zero(group));
    if (inst.op[0] != kNoRef)
      forLanes(w.out<uint32_t>(inst.op[0]), group,
               [=](unsigned) { return leader; });
    w.setPredicate(inst.op[1], group, 1u << leader);
  });
}

//===----------------------------------------------------------------------===//
// match.sync, redux.sync
//===----------------------------------------------------------------------===//

/// Operands: [0] lanes with the same value, [1] value.
template <typename T> void matchAny(Warp &w, const Inst &inst, LaneMask mask) {
  T value[kWarpSize];
  std::memcpy(value, w.in<T>(inst.op[1]), sizeof value);
  eachGroup(w, inst, mask, [&](LaneMask group) {
    uint32_t *d = w.out<uint32_t>(inst.op[0]);
    eachLane(group, [&](unsigned lane) {
      d[lane] =
          group & maskOf([&](unsigned l) { return value[l] == value[lane]; });
    });
  });
}

/// Operands: [0] the group, or 0; [1] value; [2] whether all are equal, or
/// kNoRef.
template <typename T> void matchAll(Warp &w, const Inst &inst, LaneMask mask) {
  T value[kWarpSize];
  std::memcpy(value, w.in<T>(inst.op[1]), sizeof value);
  eachGroup(w, inst, mask, [&](LaneMask group) {
    const T first = value[std::countr_zero(group)];
    const bool all =
        !(group & maskOf([&](unsigned l) { return value[l] != first; }));
    const uint32_t result = all ? group : 0;
    forLanes(w.out<uint32_t>(inst.op[0]), group,
             [=](unsigned) { return result; });
    if (inst.op[2] != kNoRef)
      w.setPredicate(inst.op[2], group, all ? kAllLanes : 0);
  });
}

struct ReduceAdd {
  template <typename T> T operator()(T a, T b) const {
    return T(uint32_t(a) + uint32_t(b));
  }
};
struct ReduceMin {
  template <typename T> T operator()(T a, T b) const { return std::min(a, b); }
};
struct ReduceMax {
  template <typename T> T operator()(T a, T b) const { return std::max(a, b); }
};
struct ReduceAnd {
  template <typename T> T operator()(T a, T b) const { return a & b; }
};
struct ReduceOr {
  template <typename T> T operator()(T a, T b) const { return a | b; }
};
struct ReduceXor {
  template <typename T> T operator()(T a, T b) const { return a ^ b; }
};

/// Operands: [0] result, [1] value.
template <typename T, typename Op>
void reduce(Warp &w, const Inst &inst, LaneMask mask) {
  T value[kWarpSize];
  std::memcpy(value, w.in<T>(inst.op[1]), sizeof value);
  eachGroup(w, inst, mask, [&](LaneMask group) {
    T result = value[std::countr_zero(group)];
    eachLane(group & (group - 1),
             [&](unsigned l) { result = Op()(result, value[l]); });
    forLanes(w.out<T>(inst.op[0]), group, [=](unsigned) { return result; });
  });
}

/// The lanes have met; there is nothing else to do but to look at their masks.
void warpBarrier(Warp &w, const Inst &inst, LaneMask mask) {
  eachGroup(w, inst, mask, [](LaneMask) {});
}

void nothing(Warp &, const Inst &, LaneMask) {}

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

/// The operand with the member mask, which every form but activemask has.
void members(DecodeInst &d, unsigned operand) {
  d.src(operand, Type::B32, kMemberMaskOp);
  d.inst.flags |= kMemberMask;
  d.inst.instClass = InstClass::Collective;
}

/// `d` or `d|p` into slots 0 and `slot`.
void resultAndPredicate(DecodeInst &d, Type type, unsigned slot) {
  const Operand &operand = d.operand(0);
  if (operand.kind != Operand::Kind::Pair) {
    d.dst(0, type);
    return;
  }
  d.inst.op[0] = d.dstRef(operand.elements[0], type);
  if (operand.elements[1].kind != Operand::Kind::Sink)
    d.inst.op[slot] = d.dstRef(operand.elements[1], Type::Pred);
}

/// Fails for the forms without .sync, which chips since sm_70 do not have.
bool expectSync(DecodeInst &d) {
  if (d.has("sync"))
    return true;
  d.fail(
      "expects '" + std::string(d.source.opcode) +
      ".sync' with a member mask: the form without does not exist since sm_70");
  return false;
}

void decodeShfl(DecodeInst &d) {
  if (!expectSync(d))
    return;
  d.accept("sync");
  const int mode = d.expectOneOf({"up", "down", "bfly", "idx"});
  const Type type = d.type({Type::B32});
  d.expectOperands(5);
  resultAndPredicate(d, type, 4);
  d.src(1, Type::B32);
  d.src(2, Type::B32);
  d.src(3, Type::B32);
  members(d, 4);
  constexpr Handler handlers[] = {shuffle<Shuffle::Up>, shuffle<Shuffle::Down>,
                                  shuffle<Shuffle::Bfly>,
                                  shuffle<Shuffle::Idx>};
  d.handler(handlers[std::max(mode, 0)]);
}

void decodeVote(DecodeInst &d) {
  if (!expectSync(d))
    return;
  d.accept("sync");
  const int mode = d.expectOneOf({"all", "any", "uni", "ballot"});
  const bool ballot = mode == 3;
  const Type type = d.type({ballot ? Type::B32 : Type::Pred});
  d.expectOperands(3);
  d.dst(0, type);
  d.predicate(1, &d.inst.aux);
  members(d, 2);
  constexpr Handler handlers[] = {vote<Vote::All>, vote<Vote::Any>,
                                  vote<Vote::Uni>, vote<Vote::Ballot>};
  d.handler(handlers[std::max(mode, 0)]);
}

void decodeMatch(DecodeInst &d) {
  if (!expectSync(d))
    return;
  // The ISA writes match.any.sync and, in its grammar, match.sync.any.
  const bool before = d.accept("sync");
  const bool all = d.expectOneOf({"any", "all"}) == 1;
  if (!before)
    d.accept("sync");
  const bool wide = d.type({Type::B32, Type::B64}) == Type::B64;
  d.expectOperands(3);
  if (all)
    resultAndPredicate(d, Type::B32, 2);
  else
    d.dst(0, Type::B32);
  d.src(1, wide ? Type::B64 : Type::B32);
  members(d, 2);
  d.handler(all ? (wide ? matchAll<uint64_t> : matchAll<uint32_t>)
                : (wide ? matchAny<uint64_t> : matchAny<uint32_t>));
}

void decodeRedux(DecodeInst &d) {
  if (!expectSync(d))
    return;
  d.requireSm(80);
  d.accept("sync");
  const int op = d.expectOneOf({"add", "min", "max", "and", "or", "xor"});
  if (d.lastType() == Type::F32) {
    d.requireSm(100);
    d.fail("this form of '" + std::string(d.source.opcode) +
           "' is not supported");
    return;
  }
  const bool isSigned =
      d.type(op >= 3 ? std::initializer_list<Type>{Type::B32}
                     : std::initializer_list<Type>{Type::U32, Type::S32}) ==
      Type::S32;
  d.expectOperands(3);
  d.dst(0, Type::B32);
  d.src(1, Type::B32);
  members(d, 2);
  switch (op) {
  case 1:
    d.handler(isSigned ? reduce<int32_t, ReduceMin>
                       : reduce<uint32_t, ReduceMin>);
    break;
  case 2:
    d.handler(isSigned ? reduce<int32_t, ReduceMax>
                       : reduce<uint32_t, ReduceMax>);
    break;
  case 3:
    d.handler(reduce<uint32_t, ReduceAnd>);
    break;
  case 4:
    d.handler(reduce<uint32_t, ReduceOr>);
    break;
  case 5:
    d.handler(reduce<uint32_t, ReduceXor>);
    break;
  default:
    d.handler(reduce<uint32_t, ReduceAdd>);
    break;
  }
}

void decodeActiveMask(DecodeInst &d) {
  d.type({Type::B32});
  d.expectOperands(1);
  d.dst(0, Type::B32);
  d.inst.instClass = InstClass::Collective;
  d.handler(activeMask);
}

void decodeElect(DecodeInst &d) {
  d.requireSm(90);
  if (!expectSync(d))
    return;
  d.accept("sync");
  d.expectOperands(2);
  const Operand &result = d.operand(0);
  if (result.kind != Operand::Kind::Pair) {
    d.fail("expects 'd|p' as destination");
    return;
  }
  if (result.elements[0].kind != Operand::Kind::Sink)
    d.inst.op[0] = d.dstRef(result.elements[0], Type::B32);
  d.inst.op[1] = d.dstRef(result.elements[1], Type::Pred);
  members(d, 1);
  d.handler(elect);
}

/// Time does not pass here: a pause is nothing.
void decodeNanosleep(DecodeInst &d) {
  d.type({Type::U32});
  d.expectOperands(1);
  d.src(0, Type::U32);
  d.handler(nothing);
}

} // namespace

void pit::emu::decodeWarpBarrier(DecodeInst &d) {
  if (!d.accept("sync")) {
    d.fail("expects 'bar.warp.sync'");
    return;
  }
  d.expectOperands(1);
  members(d, 0);
  d.inst.flags |= kSyncOnly;
  d.inst.instClass = InstClass::Barrier;
  d.handler(warpBarrier);
}

void pit::emu::registerCollective(MnemonicTable &table) {
  table["shfl"] = decodeShfl;
  table["vote"] = decodeVote;
  table["match"] = decodeMatch;
  table["redux"] = decodeRedux;
  table["activemask"] = decodeActiveMask;
  table["elect"] = decodeElect;
  table["nanosleep"] = decodeNanosleep;
}
