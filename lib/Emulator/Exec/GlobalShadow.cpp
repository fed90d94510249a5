//===- GlobalShadow.cpp - who touched global memory last ------------------===//

#include "GlobalShadow.h"

#include "Access.h"

using namespace pit;
using namespace pit::emu;

/// The key of an agent in VectorClock::foreign.
static uint64_t foreignKey(uint64_t block, unsigned warp) {
  return block * kMaxAgents + warp;
}

GlobalShadow::Word &GlobalShadow::word(uint64_t address) {
  const uint64_t page = address >> kPageBits;
  if (page != lastPage) {
    constexpr size_t words = (size_t(1) << kPageBits) / 4;
    std::unique_ptr<Word[]> &entry = pages[page];
    if (!entry)
      entry = std::make_unique<Word[]>(words);
    lastPage = page;
    lastWords = entry.get();
  }
  return lastWords[(address & ((uint64_t(1) << kPageBits) - 1)) / 4];
}

bool GlobalShadow::conflict(const Event &old, const Event &mine,
                            const VectorClock &clock) {
  if (!(old.bytes & mine.bytes) || old.agent == mine.agent)
    return false;
  const uint32_t block = old.agent >> kWarpBits;
  const unsigned warp = old.agent & ((1u << kWarpBits) - 1);
  const bool sameBlock = block == mine.agent >> kWarpBits;
  if (old.strong && mine.strong &&
      (sameBlock || !(old.ctaScope || mine.ctaScope)))
    return false;
  if (sameBlock)
    return old.count > clock.own[warp];
  const auto known = clock.foreign.find(foreignKey(block, warp));
  return known == clock.foreign.end() || old.count > known->second;
}

const GlobalShadow::Event *GlobalShadow::check(const Word &word,
                                               const Event &mine, bool writes,
                                               const VectorClock &clock) {
  if (conflict(word.write, mine, clock))
    return &word.write;
  if (writes)
    for (const Event &read : word.reads)
      if (conflict(read, mine, clock))
        return &read;
  return nullptr;
}

void GlobalShadow::recordRead(Word &word, const Event &mine,
                              const VectorClock &clock) {
  for (Event &read : word.reads)
    if (read.agent == mine.agent && read.count == mine.count && read.bytes &&
        read.strong == mine.strong && read.ctaScope == mine.ctaScope) {
      read.bytes |= mine.bytes;
      return;
    }
  // Take the place of an earlier read of ours, or of one that is ordered with
  // this one: who is unordered with that is unordered with this as well.
  Event weak = mine;
  weak.strong = 0;
  weak.bytes = 15;
  for (Event &read : word.reads)
    if (!read.bytes || read.agent == mine.agent ||
        !conflict(read, weak, clock)) {
      read = mine;
      return;
    }
  word.reads[1] = mine;
}

void GlobalShadow::recordWrite(Word &word, const Event &mine) {
  Event &write = word.write;
  const bool same = write.agent == mine.agent && write.count == mine.count &&
                    write.strong == mine.strong &&
                    write.ctaScope == mine.ctaScope;
  const uint32_t bytes = same ? write.bytes | mine.bytes : mine.bytes;
  write = mine;
  write.bytes = bytes & 15;
}

void GlobalShadow::synchronize(Warp &warp, uint64_t address,
                               const Access &access) {
  Block &block = *warp.block;
  SharedShadow &shadow = block.shadow;
  const bool reads = access.kind != AccessKind::Write;
  const bool writes = access.kind != AccessKind::Read;
  const auto found = locations.find(address);
  const uint64_t begin = foreignKey(block.index, 0);
  if (reads && !access.ctaScope && found != locations.end()) {
    VectorClock seen;
    for (auto [agent, count] : found->second.foreign) {
      if (agent >= begin && agent < begin + kMaxAgents)
        seen.own[agent - begin] = count;
      else
        seen.foreign[agent] = count;
    }
    shadow.acquireFrom(warp.id, seen, access.acquire);
  }
  // A store ends what atomic operations continue.
  if (writes && !reads && found != locations.end())
    locations.erase(found);
  const VectorClock *given = shadow.givenToAll(warp.id, access.release);
  if (writes && !access.ctaScope && given) {
    VectorClock published;
    published.foreign = given->foreign;
    for (unsigned agent = 0; agent < kMaxAgents; ++agent)
      if (given->own[agent])
        published.foreign[begin + agent] = given->own[agent];
    locations[address].join(published);
  }
  shadow.synchronize(warp.id, address, reads, writes, access.acquire,
                     access.release);
}

void GlobalShadow::report(Warp &warp, const Inst &inst, unsigned lane,
                          const Access &access, uint64_t address,
                          const Event &other, bool otherWrote) {
  Block &block = *warp.block;
  const uint64_t otherBlock = other.agent >> kWarpBits;
  const Dim3 &grid = block.launch.config.grid;
  std::string where =
      "warp " + std::to_string(other.agent & ((1u << kWarpBits) - 1));
  if (otherBlock != block.index)
    where += " of block (" + std::to_string(otherBlock % grid.x) + "," +
             std::to_string(otherBlock / grid.x % grid.y) + "," +
             std::to_string(otherBlock / grid.x / grid.y) + ")";
  const char *mine = access.kind == AccessKind::Read    ? "load"
                     : access.kind == AccessKind::Write ? "store"
                                                        : "atomic access";
  const char *theirs = !otherWrote    ? "load"
                       : other.strong ? "strong or atomic write"
                                      : "store";
  const Allocation *a = block.launch.memory.find(address, 1);
  warp.report(ReportKind::Race, inst, int(lane),
              std::string(mine) + " of " + std::to_string(access.bytes) +
                  " bytes in global memory, unordered with the " + theirs +
                  " of " + where + " at line " +
                  std::to_string(block.program.code[other.pc].line),
              a ? a->name : "", a ? int64_t(address - a->base) : 0);
}

void GlobalShadow::access(Warp &warp, const Inst &inst, LaneMask mask,
                          const Access &access, const LaneAddresses &lanes) {
  Block &block = *warp.block;
  if (access.space == ptx::Space::Const || block.index >> (32 - kWarpBits))
    return; // more blocks than an event can name: not looked at
  const bool reads = access.kind != AccessKind::Write;
  const bool writes = access.kind != AccessKind::Read;
  const bool strong = access.strength == Strength::Strong;
  const VectorClock &clock = block.shadow.clock(warp.id);
  Event mine{};
  mine.agent = uint32_t(block.index) << kWarpBits | warp.id;
  mine.strong = strong;
  mine.ctaScope = access.ctaScope;
  mine.pc = uint32_t(&inst - block.program.code.data());
  bool reported = false;
  for (LaneMask rest = mask; rest; rest &= rest - 1) {
    const unsigned lane = unsigned(std::countr_zero(rest));
    mine.count = std::min(block.shadow.now(warp.id), kMaxCount) & kMaxCount;
    const uint64_t begin = lanes.address[lane], end = begin + access.bytes;
    for (uint64_t at = begin & ~uint64_t(3); at < end; at += 4) {
      mine.bytes = 0;
      for (unsigned b = 0; b < 4; ++b)
        if (at + b >= begin && at + b < end)
          mine.bytes |= 1u << b & 15;
      Word &entry = word(at);
      if (!reported)
        if (const Event *other = check(entry, mine, writes, clock);
            other && !(other == &entry.write && access.unchanged &&
                       access.unchanged(warp, inst, lane, lanes.host[lane]))) {
          report(warp, inst, lane, access, std::max(at, begin), *other,
                 other == &entry.write);
          reported = true;
        }
      if (reads)
        recordRead(entry, mine, clock);
      if (writes)
        recordWrite(entry, mine);
    }
    if (strong)
      synchronize(warp, begin, access);
  }
}
