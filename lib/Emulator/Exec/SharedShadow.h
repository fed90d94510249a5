//===- SharedShadow.h - who touched shared memory last ----------*- C++ -*-===//
//
// For each byte of a block's shared memory: the last write as an epoch, and the
// last read of each warp. One look at them tells an uninitialised read, a race
// and an access to bytes that an asynchronous copy still owns.
//
// Most accesses take 16 or 4 bytes whole, so the bytes are leaves of a tree: an
// entry stands for 16 bytes until a smaller access makes it split into four
// words, and a word into bytes. A 16-byte access to bytes that were last
// touched in the same way costs one comparison and one store.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_EMULATOR_EXEC_SHAREDSHADOW_H
#define PIT_LIB_EMULATOR_EXEC_SHAREDSHADOW_H

#include "VectorClock.h"

#include "pit/Emulator/Report.h"

#include <memory>
#include <unordered_map>
#include <vector>

namespace pit::emu {

class AsyncCopies;

/// How an access takes part in races.
enum class Strength : uint8_t {
  Weak,  ///< plain
  Strong ///< atomic, volatile, relaxed and stronger: does not race with its
         ///< like
};

/// What an access ran into.
struct Conflict {
  ReportKind kind;    ///< Uninitialized, Race or InFlight
  uint32_t address;   ///< first byte concerned
  unsigned otherWarp; ///< who
  uint32_t otherPc;   ///< kNoPc where unknown (reads)
  bool otherWrote, otherAsync;
};

class SharedShadow {
public:
  /// Begins a block: shared addresses [begin, end) are uninitialised and nobody
  /// has read them; no warp is ordered with another. `checks` says what is
  /// looked for.
  void start(unsigned numWarps, uint32_t begin, uint32_t end,
             const Checks &checks);

  /// True if the access has a conflict; it is recorded either way.
  bool read(unsigned warp, uint32_t address, uint32_t bytes, Strength strength,
            const AsyncCopies &copies, Conflict &conflict) {
    uint32_t offset = address - begin;
    uint32_t chunk = offset / kChunk;
    if (bytes == kChunk && offset % kChunk == 0 &&
        isOrdered(uint32_t(writes.chunks[chunk]), clocks[warp]) &&
        readLevels[chunk] == 0 && strength == Strength::Weak) {
      readRows[0][size_t(chunk) * stride + warp] = countOf(warp);
      return false;
    }
    return readSlowly(warp, offset, bytes, strength, copies, conflict);
  }
  bool write(unsigned warp, uint32_t pc, uint32_t address, uint32_t bytes,
             Strength strength, const AsyncCopies &copies, Conflict &conflict);
  /// An asynchronous copy, numbered `copy`, takes the bytes.
  bool asyncWrite(unsigned warp, uint32_t pc, uint32_t address, uint32_t bytes,
                  uint32_t copy, const AsyncCopies &copies, Conflict &conflict);

  /// Whether the byte has been written, or a copy to it issued.
  bool isWritten(uint32_t address) const;
  /// The bytes have been written before anything else.
  void initialize(uint32_t address, uint32_t bytes);

  VectorClock &clock(unsigned agent) { return clocks[agent]; }
  /// The agent's present count.
  uint32_t now(unsigned agent) const { return clocks[agent].own[agent]; }
  /// A release: what the agent does from here on is not ordered with it.
  void tick(unsigned agent) { ++clocks[agent].own[agent]; }
  bool enabled() const { return active; }

  // --- order through memory (fences and strong accesses) ---
  /// fence, membar: what was read strongly before is now acquired, and what was
  /// done before is released by later strong writes. With `ctaScope` that holds
  /// within the block only.
  void fence(unsigned warp, bool ctaScope = false);
  /// fence.proxy.async: what is ordered before it through the generic proxy is
  /// so through the async proxy too.
  void fenceProxy(unsigned warp);
  /// A strong access to a synchronising location. `acquire` and `release` are
  /// the access's own semantics; a relaxed one is completed by fences. An
  /// atomic operation reads and writes.
  void synchronize(unsigned warp, uint64_t location, bool reads, bool writes,
                   bool acquire, bool release);
  /// The halves of synchronize, for locations that are kept elsewhere: `warp`
  /// reads one that publishes `location`; or writes one: what it publishes
  /// (null: nothing). After a release the caller ticks.
  void acquireFrom(unsigned warp, const VectorClock &location, bool acquire);
  const VectorClock *given(unsigned warp, bool release) const {
    return release ? &clocks[warp] : released[warp].get();
  }
  /// The same for readers in other blocks.
  const VectorClock *givenToAll(unsigned warp, bool release) const {
    return release ? &clocks[warp] : releasedToAll[warp].get();
  }

  // --- barriers ---
  /// A clock, or nothing.
  class MaybeClock {
  public:
    const VectorClock *get() const { return has ? &clock : nullptr; }
    void clear() { has = false; }
    void set(const VectorClock &value) {
      clock = value;
      has = true;
    }
    void join(const MaybeClock &other) {
      if (other.has)
        join(other.clock);
    }
    void join(const VectorClock &value) {
      if (has)
        clock.join(value);
      else
        set(value);
    }

  private:
    VectorClock clock;
    bool has = false;
  };
  /// What the warps that arrive at a barrier bring with them, for those that
  /// wait there: what they have done; and what fences have released, or have
  /// still to acquire, since .sc fences are ordered among each other: a fence
  /// of every thread, a barrier and then one thread's relaxed store is a
  /// release.
  struct Meeting {
    VectorClock clock;
    MaybeClock released, releasedToAll, pending;
  };
  void arrive(unsigned warp, Meeting &meeting) {
    meeting.clock.join(clocks[warp]);
    meeting.released.join(released[warp]);
    meeting.releasedToAll.join(releasedToAll[warp]);
    meeting.pending.join(pending[warp]);
    tick(warp);
  }
  void leave(unsigned warp, const Meeting &meeting) {
    clocks[warp].join(meeting.clock);
    released[warp].join(meeting.released);
    releasedToAll[warp].join(meeting.releasedToAll);
    pending[warp].join(meeting.pending);
  }

private:
  // An entry of a write: async in bit 31 and the number of the copy, plus one,
  // within the block below; or strong in bit 30, warp in bits 29..25 and count
  // below. 0: nobody wrote. Beside it, in the upper half of 64 bits, the pc. An
  // entry of a read: strong in bit 30, count below.
  static constexpr uint32_t kAsync = 1u << 31, kStrong = 1u << 30;
  static constexpr unsigned kWarpShift = 25;
  static constexpr uint32_t kCountMask = (1u << kWarpShift) - 1;
  static constexpr uint32_t kChunk = 16, kWord = 4;

  /// Of the last writes. An entry of a chunk or word with all bits set: look
  /// one level below, which is valid below such entries only.
  struct Writes {
    static constexpr uint64_t kSplit = ~uint64_t(0);
    std::unique_ptr<uint64_t[]> chunks, words, bytes;
    uint32_t capacity = 0;
  };

  /// A count as an entry can hold it. A warp that releases more often than that
  /// looks ordered earlier than it is: races are missed, none is invented.
  uint32_t countOf(unsigned warp) const {
    return std::min(now(warp), kCountMask - 1);
  }
  static bool isOrdered(uint32_t entry, const VectorClock &clock) {
    return entry && !(entry & kAsync) &&
           (entry & kCountMask) <= clock.own[(entry >> kWarpShift) & 31];
  }
  bool anyReadAfter(const uint32_t *row, const VectorClock &clock) const;

  struct Access;
  bool readSlowly(unsigned warp, uint32_t offset, uint32_t bytes,
                  Strength strength, const AsyncCopies &copies,
                  Conflict &conflict);
  bool writeEntry(Access &access, uint32_t offset, uint32_t bytes,
                  uint64_t entry);
  bool checkWrite(Access &access, uint64_t &entry, uint32_t offset);
  bool checkWrites(Access &access, uint32_t offset, unsigned size);
  bool checkReads(Access &access, uint32_t offset, unsigned size);
  void setWrite(uint32_t offset, unsigned size, uint64_t entry);
  void setRead(uint32_t offset, unsigned size, unsigned warp, uint32_t entry);
  void refineReads(uint32_t chunk, unsigned level);

  Checks checks;
  bool active = false;
  uint32_t begin = 0;
  unsigned warps = 0;
  uint32_t stride = 8; ///< warps, rounded up
  Writes writes;
  /// Of the last reads, in rows of `stride`, a row for each chunk, word or
  /// byte: which of them is valid is the chunk's level, 0 to 2.
  std::unique_ptr<uint32_t[]> readRows[3];
  std::unique_ptr<uint8_t[]> readLevels;
  size_t readCapacity = 0;
  std::array<VectorClock, kMaxAgents> clocks;
  std::array<MaybeClock, kMaxAgents> released, releasedToAll, pending;
  std::unordered_map<uint64_t, VectorClock> locations;
};

} // namespace pit::emu

#endif // PIT_LIB_EMULATOR_EXEC_SHAREDSHADOW_H
