//===- Access.cpp - addresses to bytes, checked and counted ---------------===//

#include "Access.h"
#include "GlobalShadow.h"
#include "Lanes.h"

#include "pit/Support/Text.h"

#include <algorithm>
#include <bit>
#include <cstring>

using namespace pit;
using namespace pit::emu;
using ptx::Space;

void emu::laneAddresses(const Warp &warp, const Inst &inst, unsigned slot,
                        LaneAddresses &out) {
  const int64_t offset = inst.secondAddress == slot ? inst.imm2 : inst.imm;
  if (inst.wide >> slot & 1) {
    const uint64_t *base = warp.in<uint64_t>(inst.op[slot]);
    for (unsigned l = 0; l < kWarpSize; ++l)
      out.address[l] = base[l] + uint64_t(offset);
  } else {
    // Compilers rely on the wrap: they put a negative index into the register
    // and what outweighs it into the offset.
    const uint32_t *base = warp.in<uint32_t>(inst.op[slot]);
    for (unsigned l = 0; l < kWarpSize; ++l)
      out.address[l] = uint32_t(base[l] + uint32_t(offset));
  }
}

namespace {

/// The lowest and the highest address of the lanes in `mask`.
struct Range {
  uint64_t low = ~uint64_t(0), high = 0;
  Range(const LaneAddresses &lanes, LaneMask mask) {
    for (unsigned l = 0; l < kWarpSize; ++l) {
      const bool on = mask >> l & 1;
      low = std::min(low, on ? lanes.address[l] : ~uint64_t(0));
      high = std::max(high, on ? lanes.address[l] : 0);
    }
  }
};

/// base + offset, also for lanes that are not in the mask: theirs may be any.
uint8_t *at(uint8_t *base, uint64_t offset) {
  return reinterpret_cast<uint8_t *>(reinterpret_cast<uintptr_t>(base) +
                                     offset);
}

/// One access on its way through the checks.
class Resolver {
public:
  Resolver(Warp &warp, const Inst &inst, const Access &access,
           LaneAddresses &lanes)
      : warp(warp), block(*warp.block), inst(inst), access(access),
        lanes(lanes), checks(block.launch.options.checks) {}

  LaneMask run(LaneMask mask);

private:
  LaneMask global(LaneMask mask);
  LaneMask shared(LaneMask mask);
  LaneMask local(LaneMask mask);
  LaneMask param(LaneMask mask);
  LaneMask aligned(LaneMask mask, Space space);
  void checkGlobalInit(LaneMask mask, const Allocation &allocation);
  void checkSources(LaneMask mask);
  bool isPadding(uint32_t address, uint32_t bytes) const;
  bool isUnchanged(LaneMask mask, uint32_t address, uint32_t bytes) const;
  void recordShared(LaneMask mask);
  void reportShared(const Conflict &conflict, unsigned lane);
  void report(ReportKind kind, unsigned lane, std::string what,
              std::string buffer = "", int64_t offset = 0);
  std::string verb() const;
  bool writes() const { return access.kind != AccessKind::Read; }
  bool reads() const { return access.kind != AccessKind::Write; }

  Warp &warp;
  Block &block;
  const Inst &inst;
  const Access &access;
  LaneAddresses &lanes;
  const Checks &checks;
};

} // namespace

std::string Resolver::verb() const {
  const char *what =
      access.kind == AccessKind::Atomic ? "atomic access"
      : access.async ? (writes() ? "asynchronous copy" : "asynchronous read")
      : writes()     ? "store"
                     : "load";
  return std::string(what) + " of " + std::to_string(access.bytes) + " bytes";
}

void Resolver::report(ReportKind kind, unsigned lane, std::string what,
                      std::string buffer, int64_t offset) {
  warp.report(kind, inst, int(lane), std::move(what), std::move(buffer),
              offset);
}

LaneMask Resolver::run(LaneMask mask) {
  if (access.bytes == 0)
    return 0;
  switch (access.space) {
  case Space::Global:
  case Space::Const:
    return global(mask);
  case Space::Shared:
    return shared(mask);
  case Space::Local:
    return local(mask);
  case Space::Param:
    return param(mask);
  default:
    break;
  }
  // Generic addresses: lanes are usually all in one window. Each window sets
  // the host pointers of all lanes, so those of the first have to be kept.
  LaneMask done = 0;
  uint8_t *host[kWarpSize];
  auto copyLanes = [](LaneMask which, uint8_t *const *from, uint8_t **to) {
    for (; which; which &= which - 1) {
      const unsigned l = unsigned(std::countr_zero(which));
      to[l] = from[l];
    }
  };
  while (mask) {
    const uint64_t window = lanes.address[std::countr_zero(mask)] & kWindowMask;
    LaneMask same = 0;
    for (unsigned l = 0; l < kWarpSize; ++l)
      if ((mask >> l & 1) && (lanes.address[l] & kWindowMask) == window)
        same |= 1u << l;
    mask &= ~same;
    const LaneMask before = done;
    copyLanes(before, lanes.host, host);
    if (window == kSharedWindow || window == kLocalWindow ||
        window == kParamWindow) {
      for (unsigned l = 0; l < kWarpSize; ++l)
        if (same >> l & 1)
          lanes.address[l] &= ~kWindowMask;
      done |= window == kSharedWindow  ? shared(same)
              : window == kLocalWindow ? local(same)
                                       : param(same);
    } else {
      done |= global(same);
    }
    copyLanes(before, host, lanes.host);
  }
  return done;
}

LaneMask Resolver::aligned(LaneMask mask, Space space) {
  const uint64_t low = (access.alignment ? access.alignment : access.bytes) - 1;
  LaneMask bad = 0;
  for (unsigned l = 0; l < kWarpSize; ++l)
    bad |= LaneMask((lanes.address[l] & low) != 0) << l;
  bad &= mask;
  if (!bad || !checks.align)
    return mask;
  const unsigned lane = unsigned(std::countr_zero(bad));
  const uint64_t address = lanes.address[lane];
  std::string buffer;
  int64_t offset = int64_t(address);
  if (space == Space::Shared) {
    if (const Placed *p = block.nearestShared(address)) {
      buffer = p->variable->name;
      offset = int64_t(address - p->offset);
    }
  } else if (space == Space::Global) {
    if (const Allocation *a = block.launch.memory.find(address, 1)) {
      buffer = a->name;
      offset = int64_t(address - a->base);
    }
  }
  report(ReportKind::Misaligned, lane,
         verb() + " at address " + hex(address) + ", which is no multiple of " +
             std::to_string(low + 1),
         buffer, offset);
  return mask & ~bad;
}

// --- global memory ---

LaneMask Resolver::global(LaneMask mask) {
  mask = aligned(mask, Space::Global);
  if (!mask)
    return 0;
  Memory &memory = block.launch.memory;
  const Allocation *&last =
      block.worker.lastAllocation[size_t(&inst - block.program.code.data())];
  const Range range(lanes, mask);
  auto within = [&](const Allocation *a) {
    return a && range.low >= a->base && range.high - a->base <= a->bytes &&
           access.bytes <= a->bytes - (range.high - a->base);
  };
  if (!within(last)) {
    const Allocation *found = memory.find(range.low, access.bytes);
    if (found)
      last = found;
  }
  if (within(last)) {
    for (unsigned l = 0; l < kWarpSize; ++l)
      lanes.host[l] = at(last->host, lanes.address[l] - last->base);
    if (last->init)
      checkGlobalInit(mask, *last);
  } else {
    LaneMask good = 0;
    for (LaneMask rest = mask; rest; rest &= rest - 1) {
      const unsigned l = unsigned(std::countr_zero(rest));
      const uint64_t address = lanes.address[l];
      if (const Allocation *a = memory.find(address, access.bytes)) {
        if (writes() && a->readOnly) {
          report(ReportKind::Misuse, l, verb() + " to constant memory", a->name,
                 int64_t(address - a->base));
          continue;
        }
        lanes.host[l] = a->at(address);
        good |= 1u << l;
        if (a->init)
          checkGlobalInit(1u << l, *a);
        last = a;
        continue;
      }
      const Allocation *near = memory.nearest(address);
      const int64_t offset = near ? int64_t(address - near->base) : 0;
      report(ReportKind::OutOfBounds, l,
             verb() + " at address " + hex(address) +
                 (near ? ", which is outside every buffer; the nearest is '" +
                             near->name + "' with " +
                             std::to_string(near->bytes) + " bytes"
                       : ", but there is no buffer"),
             near ? near->name : "", offset);
    }
    mask = good;
    if (!mask)
      return 0;
  }
  if (writes() && last->readOnly) {
    report(ReportKind::Misuse, unsigned(std::countr_zero(mask)),
           verb() + " to constant memory", last->name);
    return 0;
  }
  if (writes() && checks.inflight && block.copies.anyInFlight())
    checkSources(mask);
  if (GlobalShadow *shadow = block.launch.globalShadow) {
    shadow->access(warp, inst, mask, access, lanes);
  } else if (access.strength == Strength::Strong && block.shadow.enabled()) {
    // Warps of a block may order their shared memory by flags in global memory.
    for (LaneMask rest = mask; rest; rest &= rest - 1)
      block.shadow.synchronize(warp.id, lanes.address[std::countr_zero(rest)],
                               reads(), writes(), access.acquire,
                               access.release);
  }

  Counters &count = warp.counters(inst);
  const uint64_t bytes = uint64_t(std::popcount(mask)) * access.bytes;
  if (access.space == Space::Const) {
    count.constBytes += bytes;
    return mask;
  }
  ++count.globalRequests;
  if (reads())
    count.globalBytesRead += bytes;
  if (writes())
    count.globalBytesWritten += bytes;
  if (block.launch.options.countTransactions)
    countSectors(count, lanes, mask, access.bytes);
  return mask;
}

void Resolver::checkGlobalInit(LaneMask mask, const Allocation &allocation) {
  for (LaneMask rest = mask; rest; rest &= rest - 1) {
    const unsigned l = unsigned(std::countr_zero(rest));
    uint8_t *init = allocation.init + (lanes.address[l] - allocation.base);
    if (reads() && checks.uninit && access.checkInit) {
      for (uint32_t b = 0; b < access.bytes; ++b)
        if (!__atomic_load_n(&init[b], __ATOMIC_RELAXED)) {
          report(ReportKind::Uninitialized, l,
                 verb() + " that nobody has written", allocation.name,
                 int64_t(lanes.address[l] + b - allocation.base));
          break;
        }
    }
    if (writes())
      for (uint32_t b = 0; b < access.bytes; ++b)
        __atomic_store_n(&init[b], uint8_t(1), __ATOMIC_RELAXED);
  }
}

/// Reports a write to bytes that a copy in flight has still to read.
void Resolver::checkSources(LaneMask mask) {
  for (LaneMask rest = mask; rest; rest &= rest - 1) {
    const unsigned l = unsigned(std::countr_zero(rest));
    uint32_t number;
    if (!block.copies.readsSource(lanes.host[l], access.bytes, number))
      continue;
    const AsyncCopyRecord &copy = block.copies[number];
    const Allocation *a = block.launch.memory.find(lanes.address[l], 1);
    report(ReportKind::InFlight, l,
           verb() + " to the source of an asynchronous copy of warp " +
               std::to_string(copy.warp) + " at line " +
               std::to_string(block.program.code[copy.pc].line) +
               " that no wait has observed",
           a ? a->name : "", a ? int64_t(lanes.address[l] - a->base) : 0);
    return;
  }
}

// --- shared memory ---

LaneMask Resolver::shared(LaneMask mask) {
  mask = aligned(mask, Space::Shared);
  if (!mask)
    return 0;
  const Range range(lanes, mask);
  const Placed *p = block.nearestShared(range.low);
  uint8_t *const data = block.shared();
  // The lowest is in the variable or behind it; the highest may be anywhere.
  const uint64_t end = p ? uint64_t(p->offset) + p->bytes : 0;
  if (p && range.high <= end && access.bytes <= end - range.high) {
    for (unsigned l = 0; l < kWarpSize; ++l)
      lanes.host[l] = at(data, lanes.address[l]);
  } else {
    LaneMask good = 0;
    for (LaneMask rest = mask; rest; rest &= rest - 1) {
      const unsigned l = unsigned(std::countr_zero(rest));
      const uint64_t address = lanes.address[l];
      if (address < block.sharedEnd &&
          block.findShared(address, access.bytes)) {
        lanes.host[l] = data + address;
        good |= 1u << l;
        continue;
      }
      const Placed *near = block.nearestShared(address);
      report(ReportKind::OutOfBounds, l,
             verb() + " at shared address " + hex(address) +
                 (near ? ", which is outside every shared variable; the one "
                         "below is '" +
                             std::string(near->variable->name) + "' with " +
                             std::to_string(near->bytes) + " bytes"
                       : ", but no shared variable is there"),
             near ? std::string(near->variable->name) : "",
             near ? int64_t(address - near->offset) : int64_t(address));
    }
    mask = good;
    if (!mask)
      return 0;
  }
  if (block.shadow.enabled())
    recordShared(mask);

  Counters &count = warp.counters(inst);
  ++count.sharedRequests;
  const uint64_t bytes = uint64_t(std::popcount(mask)) * access.bytes;
  if (reads())
    count.sharedBytesRead += bytes;
  if (writes())
    count.sharedBytesWritten += bytes;
  if (block.launch.options.countTransactions)
    countWavefronts(count, lanes, mask, access.bytes);
  return mask;
}

/// Whether unwritten bytes of shared memory look like padding: each word of 4
/// bytes that has some has others that have been written.
bool Resolver::isPadding(uint32_t address, uint32_t bytes) const {
  const Placed *p = block.nearestShared(address);
  if (!p)
    return false;
  const uint32_t end = p->offset + p->bytes;
  for (uint32_t word = address & ~3u; word < address + bytes; word += 4) {
    bool written = false;
    for (uint32_t at = word; at < word + 4; ++at)
      written |= at >= p->offset && at < end && block.shadow.isWritten(at);
    if (!written)
      return false;
  }
  return true;
}

/// Whether a store leaves all of [address, address + bytes) as it is.
bool Resolver::isUnchanged(LaneMask mask, uint32_t address,
                           uint32_t bytes) const {
  if (!access.unchanged)
    return false;
  for (LaneMask rest = mask; rest; rest &= rest - 1) {
    const unsigned l = unsigned(std::countr_zero(rest));
    if (lanes.address[l] - address < bytes &&
        !access.unchanged(warp, inst, l, lanes.host[l]))
      return false;
  }
  return true;
}

/// Tells the shadow, for runs of lanes whose bytes follow one another.
void Resolver::recordShared(LaneMask mask) {
  const uint32_t pc = uint32_t(&inst - block.program.code.data());
  SharedShadow &shadow = block.shadow;
  for (LaneMask rest = mask; rest;) {
    unsigned lane = unsigned(std::countr_zero(rest));
    const uint32_t address = uint32_t(lanes.address[lane]);
    uint32_t bytes = access.bytes;
    for (rest &= rest - 1; rest >> 1 >> lane & 1; rest &= rest - 1) {
      const uint64_t next = lanes.address[lane + 1];
      if (next == address + bytes)
        bytes += access.bytes;
      else if (next != lanes.address[lane]) // a broadcast counts once
        break;
      ++lane;
    }
    Conflict conflict;
    bool bad = false;
    if (access.async && writes()) {
      bad = shadow.asyncWrite(warp.id, pc, address, bytes, access.copy,
                              block.copies, conflict);
    } else {
      if (reads() && access.checkInit)
        bad = shadow.read(warp.id, address, bytes, access.strength,
                          block.copies, conflict);
      if (!bad && writes())
        bad = shadow.write(warp.id, pc, address, bytes, access.strength,
                           block.copies, conflict);
    }
    if (bad && conflict.kind == ReportKind::Uninitialized &&
        (inst.flags & kMoveOnly) && isPadding(address, bytes))
      continue;
    if (bad && conflict.kind == ReportKind::Race && conflict.otherWrote &&
        !conflict.otherAsync && isUnchanged(mask, address, bytes))
      continue;
    if (bad) {
      const LaneMask there = maskOf([&](unsigned l) {
        return conflict.address - lanes.address[l] < access.bytes;
      });
      reportShared(conflict, unsigned(std::countr_zero(there & mask)));
    }
  }
  if (access.strength == Strength::Strong)
    for (LaneMask rest = mask; rest; rest &= rest - 1)
      shadow.synchronize(warp.id, lanes.address[std::countr_zero(rest)],
                         reads(), writes(), access.acquire, access.release);
}

void Resolver::reportShared(const Conflict &conflict, unsigned lane) {
  const Placed *p = block.nearestShared(conflict.address);
  const std::string buffer = p ? std::string(p->variable->name) : "";
  const int64_t offset = p ? conflict.address - p->offset : 0;
  std::string what = verb();
  const std::string other =
      conflict.otherPc != kNoPc && conflict.otherPc < block.program.code.size()
          ? " at line " +
                std::to_string(block.program.code[conflict.otherPc].line)
          : "";
  switch (conflict.kind) {
  case ReportKind::Uninitialized:
    what += " that nobody has written yet";
    break;
  case ReportKind::InFlight:
    what += " that an asynchronous copy of warp " +
            std::to_string(conflict.otherWarp) + other +
            " still owns: no wait has observed it";
    break;
  default:
    what += std::string(", unordered with the ") +
            (conflict.otherAsync   ? "asynchronous copy"
             : conflict.otherWrote ? "store"
                                   : "load") +
            " of warp " + std::to_string(conflict.otherWarp) + other;
    break;
  }
  report(conflict.kind, lane, what, buffer, offset);
}

// --- local memory and parameters ---

LaneMask Resolver::local(LaneMask mask) {
  mask = aligned(mask, Space::Local);
  const Frame &frame = warp.currentFrame();
  const uint64_t end =
      frame.localBase + block.program.functions[frame.function].localBytes;
  LaneMask good = 0;
  for (LaneMask rest = mask; rest; rest &= rest - 1) {
    const unsigned l = unsigned(std::countr_zero(rest));
    const uint64_t address = lanes.address[l];
    if (address > end || access.bytes > end - address) {
      report(ReportKind::OutOfBounds, l,
             verb() + " at local address " + hex(address) +
                 ", but the thread has " + std::to_string(end) +
                 " bytes of local memory");
      continue;
    }
    const size_t at = size_t(l) * warp.localStride() + address;
    lanes.host[l] = warp.local() + at;
    uint8_t *init = warp.localInit() + at;
    // Some bytes written will do: compilers copy structures with their padding.
    if (reads() && checks.uninit && !(inst.flags & kLocalMoveOnly) &&
        std::all_of(init, init + access.bytes, [](uint8_t b) { return !b; }))
      report(ReportKind::Uninitialized, l,
             verb() + " at local address " + hex(address) +
                 " that the thread has not written");
    if (writes())
      std::fill_n(init, access.bytes, uint8_t(1));
    good |= 1u << l;
  }
  warp.counters(inst).localBytes +=
      uint64_t(std::popcount(good)) * access.bytes;
  return good;
}

LaneMask Resolver::param(LaneMask mask) {
  mask = aligned(mask, Space::Param);
  std::vector<uint8_t> &params = block.launch.params;
  LaneMask good = 0;
  for (LaneMask rest = mask; rest; rest &= rest - 1) {
    const unsigned l = unsigned(std::countr_zero(rest));
    const uint64_t address = lanes.address[l];
    if (writes() || address > params.size() ||
        access.bytes > params.size() - address) {
      report(writes() ? ReportKind::Misuse : ReportKind::OutOfBounds, l,
             verb() + " at parameter address " + hex(address) +
                 (writes() ? ", which cannot be written"
                           : ", but the parameters take " +
                                 std::to_string(params.size()) + " bytes"));
      continue;
    }
    lanes.host[l] = params.data() + address;
    good |= 1u << l;
  }
  warp.counters(inst).paramBytes +=
      uint64_t(std::popcount(good)) * access.bytes;
  return good;
}

LaneMask emu::resolve(Warp &warp, const Inst &inst, LaneMask mask,
                      const Access &access, LaneAddresses &lanes) {
  return Resolver(warp, inst, access, lanes).run(mask);
}
