//===- AsyncCopies.cpp - copies in flight ---------------------------------===//

#include "AsyncCopies.h"

#include "Lanes.h"

#include <algorithm>
#include <cstring>

namespace pit::emu {

void AsyncCopies::start(unsigned numWarps) {
  first = nextNumber();
  records.clear();
  freeSlots.clear();
  for (uint32_t slot = uint32_t(slots.size()); slot-- > 0;)
    freeSlots.push_back(slot);
  warps.resize(numWarps);
  for (WarpState &state : warps) {
    state.group.fill(0);
    state.open.clear();
  }
  numInFlight = 0;
}

void AsyncCopies::land(const AsyncCopy &copy, LaneMask lanes, uint8_t *shared) {
  eachLane(lanes, [&](unsigned lane) {
    uint8_t *to = shared + copy.dst[lane];
    unsigned filled = copy.srcBytes[lane];
    if (filled == 16 && copy.bytes == 16) {
      std::memcpy(to, copy.src[lane], 16);
      return;
    }
    if (filled)
      std::memcpy(to, copy.src[lane], filled);
    std::memset(to + filled, 0, copy.bytes - filled);
  });
}

uint32_t AsyncCopies::issue(AsyncCopy copy, uint8_t *shared, Landing landing) {
  uint32_t number = nextNumber();
  WarpState &state = warps[copy.warp];
  copy.group = state.group;
  copy.completed = 0;
  bool early = landing == Landing::Earliest;
  if (early)
    land(copy, copy.lanes, shared);

  if (!copy.lanes) { // all of them were reported
    records.push_back({copy.warp, copy.pc, 0, false, 0});
    return number;
  }
  if (freeSlots.empty()) {
    freeSlots.push_back(uint32_t(slots.size()));
    slots.emplace_back();
    landed.push_back(0);
  }
  uint32_t slot = freeSlots.back();
  freeSlots.pop_back();
  landed[slot] = early;
  state.open.push_back(uint32_t(records.size()));
  records.push_back({copy.warp, copy.pc, 0, true, slot});
  slots[slot] = copy;
  ++numInFlight;
  return number;
}

void AsyncCopies::commit(unsigned warp, LaneMask lanes) {
  auto &group = warps[warp].group;
  forLanes(group.data(), lanes, [&](unsigned l) { return group[l] + 1; });
}

void AsyncCopies::finish(unsigned warp, LaneMask lanes, uint32_t keep,
                         uint32_t now, uint8_t *shared) {
  WarpState &state = warps[warp];
  size_t kept = 0;
  for (uint32_t index : state.open) {
    AsyncCopyRecord &record = records[index];
    AsyncCopy &copy = slots[record.slot];
    // A group number is below the lane's open one by the number of groups
    // committed since, itself included.
    LaneMask due = lanes & copy.lanes & ~copy.completed;
    if (due)
      due &= maskOf(
          [&](unsigned l) { return state.group[l] - copy.group[l] > keep; });
    if (due) {
      if (!landed[record.slot])
        land(copy, due, shared);
      copy.completed |= due;
      if (!record.completedAt)
        record.completedAt = now;
      if (copy.completed == copy.lanes) {
        record.inFlight = false;
        freeSlots.push_back(record.slot);
        --numInFlight;
        continue;
      }
    }
    state.open[kept++] = index;
  }
  state.open.resize(kept);
}

void AsyncCopies::waitGroup(unsigned warp, LaneMask lanes, uint32_t keep,
                            uint32_t now, uint8_t *shared) {
  finish(warp, lanes, keep, now, shared);
}

void AsyncCopies::waitAll(unsigned warp, LaneMask lanes, uint32_t now,
                          uint8_t *shared) {
  commit(warp, lanes);
  finish(warp, lanes, 0, now, shared);
}

bool AsyncCopies::inFlight(uint32_t number, uint32_t address) const {
  const AsyncCopyRecord &record = (*this)[number];
  if (!record.inFlight)
    return false;
  const AsyncCopy &copy = slots[record.slot];
  bool found = false;
  eachLane(copy.lanes & ~copy.completed, [&](unsigned lane) {
    found |= address - copy.dst[lane] < copy.bytes;
  });
  return found;
}

bool AsyncCopies::readsSource(const uint8_t *src, uint32_t bytes,
                              uint32_t &number) const {
  if (!numInFlight)
    return false;
  for (const WarpState &state : warps)
    for (uint32_t index : state.open) {
      const AsyncCopy &copy = slots[records[index].slot];
      bool found = false;
      eachLane(copy.lanes & ~copy.completed, [&](unsigned lane) {
        found |= copy.src[lane] && copy.srcBytes[lane] &&
                 src < copy.src[lane] + copy.srcBytes[lane] &&
                 copy.src[lane] < src + bytes;
      });
      if (found) {
        number = first + index;
        return true;
      }
    }
  return false;
}

} // namespace pit::emu
