//===- SharedShadow.cpp - who touched shared memory last ------------------===//

#include "SharedShadow.h"

#include "AsyncCopies.h"
#include "Inst.h"

#include <cstring>

namespace pit::emu {

/// An access under examination.
struct SharedShadow::Access {
  unsigned warp;
  bool strong, reading;
  const AsyncCopies &copies;
  Conflict &conflict;
};

/// Bytes that an entry stands for at each level.
constexpr unsigned kRowBytes[3] = {16, 4, 1};

static unsigned levelOf(unsigned size) {
  return size == 16 ? 0 : size == 4 ? 1 : 2;
}

/// Calls part(offset, size) for the largest aligned chunks, words and bytes of
/// an access.
template <typename F>
static inline void forParts(uint32_t offset, uint32_t bytes, F part) {
  uint32_t end = offset + bytes;
  while (offset < end) {
    unsigned size = 1;
    if (offset % 16 == 0 && end - offset >= 16)
      size = 16;
    else if (offset % 4 == 0 && end - offset >= 4)
      size = 4;
    part(offset, size);
    offset += size;
  }
}

void SharedShadow::start(unsigned numWarps, uint32_t beginAddress, uint32_t end,
                         const Checks &chosen) {
  checks = chosen;
  // Order made through shared memory counts for global memory too.
  active = checks.uninit || checks.race || checks.inflight || checks.globalRace;
  warps = numWarps;
  stride = (numWarps + 7) / 8 * 8;
  begin = beginAddress / kChunk * kChunk;
  if (active) {
    // Words and bytes are looked at only after what is above has been split,
    // which fills them: they need no clearing.
    uint32_t numChunks = (end - begin + kChunk - 1) / kChunk;
    if (numChunks > writes.capacity) {
      writes.capacity = numChunks;
      writes.chunks = std::make_unique_for_overwrite<uint64_t[]>(numChunks);
      writes.words =
          std::make_unique_for_overwrite<uint64_t[]>(size_t(numChunks) * 4);
      writes.bytes =
          std::make_unique_for_overwrite<uint64_t[]>(size_t(numChunks) * 16);
      readLevels = std::make_unique_for_overwrite<uint8_t[]>(numChunks);
    }
    size_t rows = size_t(numChunks) * stride;
    if (rows > readCapacity) {
      readCapacity = rows;
      for (unsigned level = 0; level < 3; ++level)
        readRows[level] = std::make_unique_for_overwrite<uint32_t[]>(
            rows * (kRowBytes[0] / kRowBytes[level]));
    }
    std::fill_n(writes.chunks.get(), numChunks, uint64_t(0));
    std::fill_n(readLevels.get(), numChunks, uint8_t(0));
    std::fill_n(readRows[0].get(), rows, 0u);
  }
  // Everybody's first actions have count 1, and nobody has seen another's.
  for (unsigned agent = 0; agent < kMaxAgents; ++agent) {
    clocks[agent].own.fill(0);
    clocks[agent].async.fill(0);
    clocks[agent].own[agent] = 1;
    clocks[agent].foreign.clear();
    released[agent].clear();
    releasedToAll[agent].clear();
    pending[agent].clear();
  }
  locations.clear();
}

//===----------------------------------------------------------------------===//
// Looking
//===----------------------------------------------------------------------===//

/// Whether the write `entry`, of the bytes at `offset`, is in the access's way.
/// An entry of a copy that has completed becomes one of the warp that waited.
bool SharedShadow::checkWrite(Access &access, uint64_t &entry,
                              uint32_t offset) {
  uint32_t who = uint32_t(entry);
  if (isOrdered(who, clocks[access.warp]))
    return false;
  if (!who) {
    if (!access.reading || !checks.uninit)
      return false;
    access.conflict = {ReportKind::Uninitialized,
                       begin + offset,
                       access.warp,
                       kNoPc,
                       false,
                       false};
    return true;
  }
  uint32_t pc = uint32_t(entry >> 32);
  bool async = who & kAsync;
  if (async) {
    uint32_t number = access.copies.firstNumber() + (who & ~kAsync) - 1;
    const AsyncCopyRecord &copy = access.copies[number];
    if (access.copies.inFlight(number, begin + offset)) {
      access.conflict = {
          ReportKind::InFlight, begin + offset, copy.warp, pc, true, true};
      return checks.inflight;
    }
    who = copy.warp << kWarpShift | std::min(copy.completedAt, kCountMask - 1);
    entry = uint64_t(pc) << 32 | who;
  }
  unsigned writer = (who >> kWarpShift) & 31;
  if (!checks.race || (who & kCountMask) <= clocks[access.warp].own[writer] ||
      ((who & kStrong) && access.strong))
    return false;
  access.conflict = {ReportKind::Race, begin + offset, writer, pc, true, async};
  return true;
}

bool SharedShadow::checkWrites(Access &access, uint32_t offset, unsigned size) {
  uint64_t &chunk = writes.chunks[offset / 16];
  if (chunk != Writes::kSplit)
    return checkWrite(access, chunk, offset);
  for (uint32_t at = offset; at < offset + size; at += kWord) {
    uint64_t &word = writes.words[at / 4];
    if (word != Writes::kSplit) {
      if (checkWrite(access, word, at))
        return true;
      continue;
    }
    for (uint32_t byte = at; byte < at + std::min(size, kWord); ++byte)
      if (checkWrite(access, writes.bytes[byte], byte))
        return true;
  }
  return false;
}

/// Whether some warp's read is later than what `clock` has seen of that warp.
inline bool SharedShadow::anyReadAfter(const uint32_t *row,
                                       const VectorClock &clock) const {
  // Eight signed comparisons at a time, which every vector unit has; counts are
  // far from 2^31.
  typedef int32_t Vector __attribute__((vector_size(32)));
  typedef int64_t Wide __attribute__((vector_size(32)));
  Vector any{};
  for (unsigned w = 0; w < stride; w += 8) {
    Vector read, seen;
    std::memcpy(&read, row + w, sizeof read);
    std::memcpy(&seen, clock.own.data() + w, sizeof seen);
    any |= (read & int32_t(kCountMask)) > seen;
  }
  Wide wide = (Wide)any;
  return (wide[0] | wide[1] | wide[2] | wide[3]) != 0;
}

bool SharedShadow::checkReads(Access &access, uint32_t offset, unsigned size) {
  const VectorClock &clock = clocks[access.warp];
  unsigned level = readLevels[offset / 16];
  unsigned rowBytes = kRowBytes[level];
  for (uint32_t at = offset; at < offset + size; at += rowBytes) {
    const uint32_t *row = &readRows[level][size_t(at / rowBytes) * stride];
    if (!anyReadAfter(row, clock))
      continue;
    for (unsigned w = 0; w < warps; ++w)
      if (w != access.warp && (row[w] & kCountMask) > clock.own[w] &&
          !((row[w] & kStrong) && access.strong)) {
        access.conflict = {
            ReportKind::Race, begin + at, w, kNoPc, false, false};
        return true;
      }
  }
  return false;
}

//===----------------------------------------------------------------------===//
// Recording
//===----------------------------------------------------------------------===//

void SharedShadow::setWrite(uint32_t offset, unsigned size, uint64_t entry) {
  uint64_t &chunk = writes.chunks[offset / 16];
  if (size == 16) {
    chunk = entry;
    return;
  }
  if (chunk == entry)
    return;
  if (chunk != Writes::kSplit) {
    std::fill_n(&writes.words[offset / 16 * 4], 4, chunk);
    chunk = Writes::kSplit;
  }
  uint64_t &word = writes.words[offset / 4];
  if (size == 4) {
    word = entry;
    return;
  }
  if (word == entry)
    return;
  if (word != Writes::kSplit) {
    std::fill_n(&writes.bytes[offset / 4 * 4], 4, word);
    word = Writes::kSplit;
  }
  writes.bytes[offset] = entry;
}

/// Gives the chunk's reads rows of their own for words (level 1) or bytes (2).
void SharedShadow::refineReads(uint32_t chunk, unsigned level) {
  while (readLevels[chunk] < level) {
    unsigned from = readLevels[chunk]++;
    size_t rows = kRowBytes[0] / kRowBytes[from];
    const uint32_t *coarse = &readRows[from][chunk * rows * stride];
    uint32_t *fine = &readRows[from + 1][chunk * rows * 4 * stride];
    for (size_t row = 0; row < rows * 4; ++row)
      std::copy_n(coarse + row / 4 * stride, stride, fine + row * stride);
  }
}

void SharedShadow::setRead(uint32_t offset, unsigned size, unsigned warp,
                           uint32_t entry) {
  uint32_t chunk = offset / 16;
  unsigned level = readLevels[chunk];
  // A weak read says more than a strong one of the same count.
  auto covers = [entry](uint32_t old) {
    return old == entry || old == (entry & ~kStrong);
  };
  if (level < levelOf(size)) {
    if (covers(
            readRows[level][size_t(offset / kRowBytes[level]) * stride + warp]))
      return;
    refineReads(chunk, level = levelOf(size));
  }
  unsigned rowBytes = kRowBytes[level];
  for (uint32_t at = offset; at < offset + size; at += rowBytes) {
    uint32_t &old = readRows[level][size_t(at / rowBytes) * stride + warp];
    if (!covers(old))
      old = entry;
  }
}

bool SharedShadow::readSlowly(unsigned warp, uint32_t offset, uint32_t bytes,
                              Strength strength, const AsyncCopies &copies,
                              Conflict &conflict) {
  Access access{warp, strength == Strength::Strong, true, copies, conflict};
  uint32_t entry = countOf(warp) | (access.strong ? kStrong : 0);
  const VectorClock &clock = clocks[warp];
  bool bad = false;
  forParts(offset, bytes, [&](uint32_t at, unsigned size) {
    uint32_t chunk = at / 16;
    if (size == 16 && isOrdered(uint32_t(writes.chunks[chunk]), clock) &&
        readLevels[chunk] == 0 && !access.strong) {
      readRows[0][size_t(chunk) * stride + warp] = entry;
      return;
    }
    bad = bad || checkWrites(access, at, size);
    setRead(at, size, warp, entry);
  });
  return bad;
}

bool SharedShadow::writeEntry(Access &access, uint32_t offset, uint32_t bytes,
                              uint64_t entry) {
  const VectorClock &clock = clocks[access.warp];
  bool bad = false;
  forParts(offset, bytes, [&](uint32_t at, unsigned size) {
    uint32_t chunk = at / 16;
    if (size == 16 && isOrdered(uint32_t(writes.chunks[chunk]), clock) &&
        readLevels[chunk] == 0 &&
        !anyReadAfter(&readRows[0][size_t(chunk) * stride], clock)) {
      writes.chunks[chunk] = entry;
      return;
    }
    bad = bad || checkWrites(access, at, size) ||
          (checks.race && checkReads(access, at, size));
    setWrite(at, size, entry);
    // All reads of these bytes come before this write: whoever is ordered with
    // it is ordered with them, and coarse rows are cheaper.
    if (size == 16 && !bad && readLevels[at / 16] != 0) {
      readLevels[at / 16] = 0;
      std::fill_n(&readRows[0][size_t(at / 16) * stride], stride, 0u);
    }
  });
  return bad;
}

bool SharedShadow::write(unsigned warp, uint32_t pc, uint32_t address,
                         uint32_t bytes, Strength strength,
                         const AsyncCopies &copies, Conflict &conflict) {
  bool strong = strength == Strength::Strong;
  Access access{warp, strong, false, copies, conflict};
  uint64_t entry = uint64_t(pc) << 32 | (strong ? kStrong : 0) |
                   warp << kWarpShift | countOf(warp);
  return writeEntry(access, address - begin, bytes, entry);
}

bool SharedShadow::asyncWrite(unsigned warp, uint32_t pc, uint32_t address,
                              uint32_t bytes, uint32_t copy,
                              const AsyncCopies &copies, Conflict &conflict) {
  Access access{warp, false, false, copies, conflict};
  uint32_t number = copy - copies.firstNumber() + 1;
  return writeEntry(access, address - begin, bytes,
                    uint64_t(pc) << 32 | kAsync | number);
}

bool SharedShadow::isWritten(uint32_t address) const {
  const uint32_t at = address - begin;
  uint64_t entry = writes.chunks[at / 16];
  if (entry == Writes::kSplit)
    entry = writes.words[at / 4];
  if (entry == Writes::kSplit)
    entry = writes.bytes[at];
  return uint32_t(entry) != 0;
}

void SharedShadow::initialize(uint32_t address, uint32_t bytes) {
  if (!active)
    return;
  // A count of 0 is in everybody's past; the warp only makes it an entry.
  forParts(address - begin, bytes, [&](uint32_t at, unsigned size) {
    setWrite(at, size, 1u << kWarpShift);
  });
}

//===----------------------------------------------------------------------===//
// Order through memory
//===----------------------------------------------------------------------===//

void SharedShadow::fence(unsigned warp, bool ctaScope) {
  VectorClock &clock = clocks[warp];
  if (const VectorClock *read = pending[warp].get()) {
    if (ctaScope) { // what other blocks gave waits for a wider fence
      VectorClock mine;
      mine.own = read->own;
      clock.join(mine);
    } else {
      clock.join(*read);
      pending[warp].clear();
    }
  }
  released[warp].set(clock);
  if (!ctaScope)
    releasedToAll[warp].set(clock);
  tick(warp);
}

void SharedShadow::fenceProxy(unsigned warp) {
  VectorClock &clock = clocks[warp];
  for (unsigned agent = 0; agent < kMaxAgents; ++agent)
    clock.async[agent] = std::max(clock.async[agent], clock.own[agent]);
  tick(warp);
}

void SharedShadow::acquireFrom(unsigned warp, const VectorClock &location,
                               bool acquire) {
  if (acquire) {
    clocks[warp].join(location);
  } else {
    pending[warp].join(location);
  }
}

void SharedShadow::synchronize(unsigned warp, uint64_t location, bool isRead,
                               bool isWrite, bool acquire, bool release) {
  const VectorClock *gives = isWrite ? given(warp, release) : nullptr;
  if (!gives && locations.empty())
    return;
  auto found = locations.find(location);
  if (isRead && found != locations.end())
    acquireFrom(warp, found->second, acquire);
  if (!isWrite)
    return;
  // A store ends the release sequence that an atomic operation continues.
  if (found != locations.end() && !isRead) {
    locations.erase(found);
    found = locations.end();
  }
  if (!gives)
    return;
  if (found == locations.end())
    locations.emplace(location, *gives);
  else
    found->second.join(*gives);
  if (release)
    tick(warp);
}

} // namespace pit::emu
