//===- WarpSync.cpp - lanes that wait for lanes of their warp -------------===//

#include "Block.h"
#include "Warp.h"

#include <bit>

using namespace pit;
using namespace pit::emu;

/// The lanes without which `inst` cannot run, of those that have not exited.
LaneMask Warp::requiredLanes(const Inst &inst, LaneMask active) const {
  if (inst.flags & kAligned)
    return live;
  LaneMask required = 0;
  const uint32_t *members = in<uint32_t>(inst.op[kMemberMaskOp]);
  for (LaneMask rest = active; rest; rest &= rest - 1)
    required |= members[std::countr_zero(rest)];
  return required & live;
}

bool Warp::syncReady(const Inst &inst, LaneMask active) {
  const LaneMask missing = requiredLanes(inst, active) & ~active;
  if (!missing)
    return true;
  // Lanes that are here but whose guard is false will not come any more.
  if (missing & ~mask)
    return false;
  if (block->launch.options.checks.divergence)
    report(ReportKind::BarrierDivergence, inst, std::countr_zero(missing),
           "the guard is false for lane " +
               std::to_string(std::countr_zero(missing)) +
               ", which has to take part in this warp-collective instruction");
  return true;
}

bool Warp::isAncestorJoin(int ancestor, int of) const {
  for (; of >= 0; of = joins[of].parent)
    if (of == ancestor)
      return true;
  return ancestor < 0;
}

/// Merges fragments that wait at the same collective instruction, and makes
/// ready those that have all their lanes. True if one became ready.
bool Warp::mergeCollective() {
  for (size_t i = 0; i < others.size(); ++i)
    for (size_t k = i + 1; k < others.size();) {
      if (others[i].state != FragmentState::Collective ||
          others[k].state != FragmentState::Collective ||
          others[i].pc != others[k].pc || others[i].frame != others[k].frame) {
        ++k;
        continue;
      }
      const Fragment a = others[i], b = others[k];
      int common = a.join;
      while (!isAncestorJoin(common, b.join))
        common = joins[common].parent;
      others[i].mask |= b.mask;
      others[i].join = common;
      others.erase(others.begin() + long(k));
      // These lanes have met before their joins: they do not go there any more.
      removeFromJoins(a.mask, a.join, common);
      removeFromJoins(b.mask, b.join, common);
    }

  bool any = false;
  uint8_t *const saved = base[kFrameArea];
  LaneMask syncOnly = 0; // lanes at instructions that only wait (bar.warp.sync)
  for (const Fragment &f : others)
    if (f.state == FragmentState::Collective && (code[f.pc].flags & kSyncOnly))
      syncOnly |= f.mask;
  for (Fragment &f : others) {
    if (f.state != FragmentState::Collective)
      continue;
    const Inst &inst = code[f.pc];
    base[kFrameArea] = frames[f.frame].registers;
    const LaneMask active = f.mask & (predicate(inst.guard) ^ inst.guardFlip);
    const LaneMask missing = requiredLanes(inst, active) & ~active;
    if (!(missing & ~f.mask)) {
      f.state = FragmentState::Ready;
      any = true;
    } else if ((inst.flags & kSyncOnly) && !(missing & ~syncOnly)) {
      // The others wait at another instruction of the kind: that will do.
      f.state = FragmentState::Ready;
      ++f.pc;
      any = true;
    }
  }
  base[kFrameArea] = saved;
  return any;
}

/// Nothing in the warp can run, and some fragment waits for lanes of the warp:
/// reports the lanes that are missing and lets the fragments go on without.
void Warp::reportMissingLanes() {
  for (Fragment &f : others) {
    if (f.state != FragmentState::Collective)
      continue;
    const Inst &inst = code[f.pc];
    uint8_t *const saved = base[kFrameArea];
    base[kFrameArea] = frames[f.frame].registers;
    const LaneMask active = f.mask & (predicate(inst.guard) ^ inst.guardFlip);
    const LaneMask missing = requiredLanes(inst, active) & ~active;
    base[kFrameArea] = saved;
    const int lane = std::countr_zero(missing);
    std::string where = "elsewhere";
    for (const Fragment &o : others)
      if (&o != &f && (o.mask >> lane & 1))
        where =
            "at line " +
            std::to_string(
                code[o.state == FragmentState::Barrier ? o.pc - 1 : o.pc].line);
    for (const Join &j : joins)
      if (j.arrived >> lane & 1)
        where = "past it, at line " + std::to_string(code[j.pc].line);
    report(ReportKind::BarrierDivergence, inst, std::countr_zero(active),
           std::to_string(std::popcount(active)) + " of " +
               std::to_string(std::popcount(active | missing)) +
               " lanes are at this warp-collective instruction; lane " +
               std::to_string(lane) + " waits " + where);
    // There is no sound way to go on.
    block->launch.stop.store(true);
    return;
  }
}

/// Some fragment is at an `.aligned` instruction, and lanes it wants have gone
/// past: they wait in a join behind it.
bool Warp::wantsJoinedLanes() const {
  LaneMask joined = 0;
  for (const Join &j : joins)
    joined |= j.arrived;
  if (!joined)
    return false;
  for (const Fragment &f : others)
    if (f.state == FragmentState::Collective && (code[f.pc].flags & kAligned))
      return true;
  return false;
}

bool Warp::pickNext() {
  if (block->stopped())
    return false;
  if (pick())
    return true;
  const bool strict = block->launch.options.checks.divergence;
  if (!(strict && wantsJoinedLanes()) && releaseJoins())
    return pick();
  bool collective = false, barrier = false;
  for (const Fragment &f : others) {
    collective |= f.state == FragmentState::Collective;
    barrier |= f.state == FragmentState::Barrier;
  }
  // Lanes at a block barrier may still come, once the other warps have.
  if (collective && (!barrier || (strict && wantsJoinedLanes())))
    reportMissingLanes();
  return false;
}

std::string Warp::describe() const {
  std::string text;
  for (const Fragment &f : others) {
    if (!text.empty())
      text += "; ";
    const uint32_t at = f.state == FragmentState::Barrier ? f.pc - 1 : f.pc;
    text += std::to_string(std::popcount(f.mask)) + " lanes ";
    text += f.state == FragmentState::Barrier
                ? "wait at barrier " + std::to_string(f.barrier)
            : f.state == FragmentState::Collective ? "wait for other lanes"
                                                   : "can run";
    text += " (line " + std::to_string(code[at].line) + ")";
  }
  return text.empty() ? "runs at line " + std::to_string(code[pc].line) : text;
}

uint32_t Warp::waitingPc() const {
  for (const Fragment &f : others)
    if (f.state != FragmentState::Ready)
      return f.state == FragmentState::Barrier ? f.pc - 1 : f.pc;
  return pc;
}
