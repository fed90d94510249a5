//===- Warp.cpp - the run loop of a warp ----------------------------------===//

#include "Warp.h"
#include "Block.h"

#include <algorithm>
#include <bit>
#include <cstring>

using namespace pit;
using namespace pit::emu;

Counters &Warp::counters(const Inst &inst) const {
  return block->worker.counters[&inst - code];
}

void Warp::report(ReportKind kind, const Inst &inst, int lane,
                  std::string message, std::string buffer, int64_t offset) {
  const uint32_t at = uint32_t(&inst - code);
  const ptx::Module &module = *program->module;
  Report r;
  r.kind = kind;
  r.message = std::move(message);
  r.buffer = std::move(buffer);
  r.offset = offset;
  r.file = module.fileName;
  r.line = inst.line;
  r.text = std::string(module.lineText(inst.line));
  r.function =
      std::string(program->functions[program->functionAt(at)].function->name);
  std::copy_n(block->ctaid, 3, r.block);
  r.warp = int(id);
  r.lane = lane;
  block->launch.report(std::move(r), at);
}

void Warp::start(Block &owner, const Program &theProgram, unsigned index,
                 LaneMask lanes) {
  block = &owner;
  program = &theProgram;
  id = index;
  code = program->code.data();
  refs = program->refs.data();
  if (!special)
    special = std::make_unique<uint8_t[]>(kSpecialBytes);
  base[kConstArea] = const_cast<uint8_t *>(program->constants.data());
  base[kSpecialArea] = special.get();
  live = lanes;
  others.clear();
  joins.clear();
  freeJoins.clear();
  freeFrames.clear();
  for (size_t i = frames.size(); i-- > 0;)
    freeFrames.push_back(int(i)); // the kernel's is number 0
  localBytes = 0;
  stackBytes = 0;
  executed = 0;
  carry = 0;
  patience = kPatience;
  parked = false;
  pc = program->functions[0].entryPc;
  mask = lanes;
  join = -1;
  frame = -1;
  const int kernelFrame = newFrame(0);
  frames[kernelFrame].lanes = lanes;
  setFrame(kernelFrame);
}

RunState Warp::run(uint64_t quantum) {
  Counters *counts = block->worker.counters.data();
  quantum = std::min(quantum, patience);
  const uint64_t budget = quantum;
  auto finish = [&](RunState state) {
    executed += budget - quantum;
    block->worker.pendingInstructions += budget - quantum;
    return state;
  };
  for (;;) {
    if (parked && !pickNext())
      return finish(done()             ? RunState::Done
                    : block->stopped() ? RunState::Stop
                                       : RunState::Blocked);
    const Inst &inst = code[pc];
    if ((inst.flags & kJoinPoint) && join >= 0 && !arriveAtJoin()) {
      parked = true;
      continue;
    }
    if (quantum == 0) {
      takeTurns(budget);
      return finish(RunState::Yield);
    }
    --quantum;
    const LaneMask active = mask & (predicate(inst.guard) ^ inst.guardFlip);
    Counters &count = counts[pc];
    if (!active && !(inst.flags & kControl)) {
      ++count.executed;
      ++pc;
      continue;
    }
    if ((inst.flags & (kAligned | kMemberMask)) && active &&
        !syncReady(inst, active)) {
      suspend(FragmentState::Collective);
      mergeCollective();
      continue;
    }
    ++count.executed;
    count.threads += unsigned(std::popcount(active));
    if (!(inst.flags & kControl)) {
      inst.handler(*this, inst, active);
      ++pc;
      continue;
    }
    inst.handler(*this, inst, active);
    if (block->stopped())
      return finish(RunState::Stop);
  }
}

/// The end of a turn: other fragments of the warp go first next time, and lanes
/// that wait in a join are let go if their siblings do not come for long; they
/// may be what the siblings spin for.
void Warp::takeTurns(uint64_t executedNow) {
  for (Join &j : joins)
    if (j.arrived)
      j.waited += executedNow;
  if (releaseJoins(patience))
    patience = std::max(patience / 2, kLeastPatience);
  if (!others.empty()) {
    suspend(FragmentState::Ready);
    pick();
  }
}

bool Warp::hasReady() const {
  if (!parked)
    return live != 0;
  for (const Fragment &f : others)
    if (f.state == FragmentState::Ready)
      return true;
  return false;
}

void Warp::suspend(FragmentState state, int barrier) {
  others.push_back({pc, mask, join, frame, state, barrier});
  parked = true;
}

bool Warp::pick() {
  for (size_t i = 0; i < others.size(); ++i) {
    if (others[i].state != FragmentState::Ready)
      continue;
    const Fragment f = others[i];
    others.erase(others.begin() + long(i));
    pc = f.pc;
    mask = f.mask;
    join = f.join;
    setFrame(f.frame);
    parked = false;
    return true;
  }
  return false;
}

void Warp::addFragment(uint32_t at, LaneMask lanes, int theJoin, int theFrame) {
  others.push_back({at, lanes, theJoin, theFrame, FragmentState::Ready, -1});
}

// --- joins ---

int Warp::newJoin(uint32_t at, LaneMask expected) {
  int index;
  if (freeJoins.empty()) {
    index = int(joins.size());
    joins.emplace_back();
  } else {
    index = freeJoins.back();
    freeJoins.pop_back();
  }
  joins[index] = {at, frame, join, expected, 0, 0};
  return index;
}

void Warp::freeJoin(int index) {
  joins[index].arrived = joins[index].expected = 0;
  freeJoins.push_back(index);
}

void Warp::arrive(Join &j, LaneMask lanes) {
  j.arrived |= lanes;
  j.waited = 0;
}

bool Warp::arriveAtJoin() {
  while (join >= 0 && joins[join].pc == pc && joins[join].frame == frame) {
    Join &j = joins[join];
    arrive(j, mask);
    if (j.arrived != j.expected)
      return false;
    mask = j.arrived;
    const int parent = j.parent;
    freeJoin(join);
    join = parent;
  }
  return true;
}

void Warp::removeFromJoins(LaneMask lanes, int from, int until) {
  for (int i = from; i >= 0 && i != until;) {
    Join &j = joins[i];
    const int parent = j.parent;
    j.expected &= ~lanes;
    if (!j.expected) {
      freeJoin(i);
    } else if (j.arrived == j.expected) {
      addFragment(j.pc, j.arrived, parent, j.frame);
      freeJoin(i);
    }
    i = parent;
  }
}

/// Lets lanes go that have waited in a join for so many instructions.
bool Warp::releaseJoins(uint64_t waited) {
  bool released = false;
  for (Join &j : joins) {
    if (!j.arrived || j.arrived == j.expected || j.waited < waited)
      continue;
    addFragment(j.pc, j.arrived, j.parent, j.frame);
    j.expected &= ~j.arrived;
    j.arrived = 0;
    released = true;
  }
  return released;
}

// --- branches ---

void Warp::branch(LaneMask taken, uint32_t target, uint32_t next,
                  uint32_t reconverge) {
  if (taken == mask) {
    pc = target;
    return;
  }
  if (!taken) {
    pc = next;
    return;
  }
  if (reconverge != kNoPc)
    meetAt(reconverge);
  const LaneMask rest = mask & ~taken;
  if (target == reconverge) {
    arrive(joins[join], taken);
    mask = rest;
    pc = next;
  } else if (next == reconverge) {
    arrive(joins[join], rest);
    mask = taken;
    pc = target;
  } else if (block->coin()) {
    addFragment(next, rest, join, frame);
    mask = taken;
    pc = target;
  } else {
    addFragment(target, taken, join, frame);
    mask = rest;
    pc = next;
  }
}

void Warp::branchMany(const std::vector<std::pair<uint32_t, LaneMask>> &targets,
                      uint32_t reconverge) {
  if (targets.size() == 1) {
    pc = targets[0].first;
    return;
  }
  if (reconverge != kNoPc)
    meetAt(reconverge);
  for (size_t i = 1; i < targets.size(); ++i)
    addFragment(targets[i].first, targets[i].second, join, frame);
  pc = targets[0].first;
  mask = targets[0].second;
}

void Warp::exit(LaneMask lanes, uint32_t next) {
  live &= ~lanes;
  mask &= ~lanes;
  const int at = join;
  leaveFrame(frame, lanes);
  for (int f = frames[frame].parent; f >= 0; f = frames[f].parent)
    leaveFrame(f, lanes);
  pc = next;
  if (!mask)
    parked = true;
  removeFromJoins(lanes, at);
  block->lanesExited();
  mergeCollective(); // fewer lanes may be enough now
}

void Warp::waitBarrier(int barrier, uint32_t next) {
  pc = next;
  suspend(FragmentState::Barrier, barrier);
}

void Warp::split(LaneMask lanes, uint32_t at) {
  addFragment(at, lanes, join, frame);
  mask &= ~lanes;
}

void Warp::releaseBarrier(int barrier) {
  for (Fragment &f : others)
    if (f.state == FragmentState::Barrier && f.barrier == barrier)
      f.state = FragmentState::Ready;
}

// --- calls ---

void Warp::meetAt(uint32_t at) {
  if (!(join >= 0 && joins[join].pc == at && joins[join].frame == frame))
    join = newJoin(at, mask);
}

/// Where the local variables of `function` start if it is called now: behind
/// the running function's, with their own alignment.
uint64_t Warp::nextLocalBase(uint32_t function) const {
  if (frame < 0)
    return 0;
  const uint64_t end = uint64_t(frames[frame].localBase) +
                       program->functions[frames[frame].function].localBytes;
  const uint64_t align = program->functions[function].localAlign;
  return (end + align - 1) / align * align;
}

/// Whether the stack has room for one more call, which it has to: a recursion
/// that does not end must not take all memory of the host.
bool Warp::canCall(const Inst &inst, uint32_t function, LaneMask lanes) {
  std::string problem;
  const uint64_t local =
      nextLocalBase(function) + program->functions[function].localBytes;
  if (depth(frame) >= kMaxCallDepth)
    problem = "more than " + std::to_string(kMaxCallDepth) + " deep";
  else if (local > kMaxLocalBytes)
    problem = "so deep that local variables take more than the " +
              std::to_string(kMaxLocalBytes) + " bytes that a thread can have";
  else if (stackBytes + program->functions[function].frameBytes >
           kMaxStackBytes)
    problem = "so deep that registers and parameters take more than " +
              std::to_string(kMaxStackBytes >> 20) + " MiB a warp";
  else
    return true;
  report(ReportKind::Misuse, inst, std::countr_zero(lanes),
         "calls are nested " + problem);
  return false;
}

void Warp::call(const Inst &inst, uint32_t function, LaneMask lanes,
                uint32_t next) {
  if (!canCall(inst, function, lanes)) {
    block->launch.stop.store(true);
    return;
  }
  meetAt(next); // also those that do not call
  arrive(joins[join], mask & ~lanes);
  mask = lanes;
  const int callee = newFrame(function);
  frames[callee].returnPc = next;
  frames[callee].call = &inst;
  frames[callee].lanes = lanes;
  copyArguments(inst, frames[frame], frames[callee], lanes);
  setFrame(callee);
  pc = program->functions[function].entryPc;
}

void Warp::ret(LaneMask lanes, uint32_t next) {
  if (frames[frame].parent < 0)
    return exit(lanes, next);
  if (const LaneMask rest = mask & ~lanes)
    addFragment(next, rest, join, frame);
  Frame &callee = frames[frame];
  int callJoin = join;
  while (callJoin >= 0 && joins[callJoin].frame == frame)
    callJoin = joins[callJoin].parent;
  removeFromJoins(lanes, join, callJoin);
  join = callJoin;
  mask = lanes;
  pc = callee.returnPc;
  const int caller = callee.parent;
  copyResults(*callee.call, frames[caller], callee, lanes);
  leaveFrame(frame, lanes);
  setFrame(caller);
}

unsigned Warp::depth(int index) const {
  unsigned depth = 0;
  for (; index >= 0; index = frames[index].parent)
    ++depth;
  return depth;
}

/// Bytes of one lane of a parameter that is passed in a register.
static void copyLane(uint8_t *dst, const uint8_t *src, unsigned lane,
                     unsigned dstStride, unsigned srcStride, unsigned bytes) {
  std::memcpy(dst + lane * dstStride, src + lane * srcStride, bytes);
}

void Warp::copyValue(const CallOperand &actual, Frame &outer, bool toOuter,
                     uint8_t *inner, unsigned innerStride, unsigned innerBytes,
                     LaneMask lanes) {
  const unsigned area = actual.ref >> kRefShift;
  uint8_t *outside = (area == kFrameArea ? outer.registers : base[area]) +
                     (actual.ref & kRefOffsetMask);
  if (actual.isPredicate) { // one mask for all lanes
    LaneMask from, to;
    std::memcpy(&from, toOuter ? inner : outside, sizeof from);
    std::memcpy(&to, toOuter ? outside : inner, sizeof to);
    to = (to & ~lanes) | (from & lanes);
    std::memcpy(toOuter ? outside : inner, &to, sizeof to);
    return;
  }
  const unsigned bytes = std::min(innerBytes, actual.bytes);
  for (LaneMask rest = lanes; rest; rest &= rest - 1) {
    const unsigned lane = unsigned(std::countr_zero(rest));
    if (toOuter)
      copyLane(outside, inner, lane, actual.bytes, innerStride, bytes);
    else
      copyLane(inner, outside, lane, innerStride, actual.bytes, bytes);
  }
}

void Warp::copyArguments(const Inst &inst, Frame &caller, Frame &callee,
                         LaneMask lanes) {
  const CallInfo &info = program->calls[inst.aux];
  const FunctionInfo &f = program->functions[callee.function];
  for (size_t i = 0; i < info.arguments.size() && i < f.params.size(); ++i)
    copyValue(info.arguments[i], caller, false,
              callee.registers + f.params[i].offset, f.params[i].bytes,
              f.params[i].bytes, lanes);
}

void Warp::copyResults(const Inst &inst, Frame &caller, Frame &callee,
                       LaneMask lanes) {
  const CallInfo &info = program->calls[inst.aux];
  const FunctionInfo &f = program->functions[callee.function];
  for (size_t i = 0; i < info.results.size() && i < f.returns.size(); ++i)
    copyValue(info.results[i], caller, true,
              callee.registers + f.returns[i].offset, f.returns[i].bytes,
              f.returns[i].bytes, lanes);
}

// --- frames ---

void Warp::setFrame(int index) {
  frame = index;
  base[kFrameArea] = frames[index].registers;
}

int Warp::newFrame(uint32_t function) {
  const FunctionInfo &info = program->functions[function];
  int index;
  if (freeFrames.empty()) {
    index = int(frames.size());
    frames.emplace_back();
  } else {
    index = freeFrames.back();
    freeFrames.pop_back();
  }
  Frame &f = frames[index];
  if (!f.storage || f.capacity < info.frameBytes) {
    f.storage.reset(new uint8_t[info.frameBytes + 64]);
    f.capacity = info.frameBytes;
    f.registers = reinterpret_cast<uint8_t *>(
        (reinterpret_cast<uintptr_t>(f.storage.get()) + 63) & ~uintptr_t(63));
  }
  // What nobody wrote should not look like a good value.
  std::memset(f.registers, 0xff, info.frameBytes);
  stackBytes += info.frameBytes;
  f.function = function;
  f.parent = frame;
  f.call = nullptr;
  f.localBase = uint32_t(nextLocalBase(function));
  growLocal(f.localBase + info.localBytes);
  for (const FunctionInfo::LocalAddress &a : info.localAddresses) {
    auto *lanes = reinterpret_cast<uint64_t *>(f.registers + a.frameOffset);
    std::fill_n(lanes, kWarpSize, uint64_t(f.localBase + a.localOffset));
  }
  return index;
}

void Warp::leaveFrame(int index, LaneMask lanes) {
  Frame &f = frames[index];
  f.lanes &= ~lanes;
  if (f.lanes)
    return;
  freeFrames.push_back(index);
  stackBytes -= program->functions[f.function].frameBytes;
}

void Warp::growLocal(uint32_t bytes) {
  if (bytes <= localBytes)
    return;
  const uint32_t stride = std::max((bytes + 63) & ~63u, localBytes * 2);
  std::vector<uint8_t> data(size_t(stride) * kWarpSize, 0xff);
  std::vector<uint8_t> init(data.size(), 0);
  for (unsigned l = 0; l < kWarpSize && localBytes; ++l) {
    std::copy_n(&localData[size_t(l) * localBytes], localBytes,
                &data[size_t(l) * stride]);
    std::copy_n(&localInitData[size_t(l) * localBytes], localBytes,
                &init[size_t(l) * stride]);
  }
  localData = std::move(data);
  localInitData = std::move(init);
  localBytes = stride;
}
