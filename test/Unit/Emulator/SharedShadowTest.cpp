//===- SharedShadowTest.cpp - who touched shared memory last --------------===//

#include "Emulator/Exec/SharedShadow.h"

#include "Emulator/Exec/AsyncCopies.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

using namespace pit::emu;

namespace {

constexpr uint32_t kBegin = 1024, kEnd = 1024 + 512;

class SharedShadowTest : public testing::Test {
protected:
  void SetUp() override { start(4); }
  void start(unsigned numWarps, Checks checks = Checks::standard()) {
    warps = numWarps;
    copies.start(numWarps);
    shadow.start(numWarps, kBegin, kEnd, checks);
  }
  bool read(unsigned warp, uint32_t offset, uint32_t bytes = 4,
            Strength strength = Strength::Weak) {
    return shadow.read(warp, kBegin + offset, bytes, strength, copies,
                       conflict);
  }
  bool write(unsigned warp, uint32_t offset, uint32_t bytes = 4,
             Strength strength = Strength::Weak, uint32_t pc = 0) {
    return shadow.write(warp, pc, kBegin + offset, bytes, strength, copies,
                        conflict);
  }
  /// An atomic operation, as the executor records it.
  bool atomic(unsigned warp, uint32_t offset) {
    bool bad = read(warp, offset, 4, Strength::Strong);
    return write(warp, offset, 4, Strength::Strong) || bad;
  }
  bool asyncWrite(unsigned warp, uint32_t offset, uint32_t bytes = 16,
                  LaneMask lanes = 1) {
    AsyncCopy copy;
    copy.warp = warp;
    copy.lanes = lanes;
    copy.bytes = uint8_t(bytes);
    for (unsigned l = 0; l < kWarpSize; ++l)
      copy.dst[l] = kBegin + offset + l * bytes;
    bool bad = false;
    uint32_t number = copies.nextNumber();
    for (unsigned l = 0; l < kWarpSize; ++l)
      if (lanes >> l & 1)
        bad |= shadow.asyncWrite(warp, 3, copy.dst[l], bytes, number, copies,
                                 conflict);
    copies.issue(copy, memory, Landing::Latest);
    return bad;
  }
  void wait(unsigned warp, LaneMask lanes = kAllLanes) {
    copies.waitAll(warp, lanes, shadow.now(warp), memory);
  }
  /// bar.sync of all warps.
  void barrier() {
    VectorClock all;
    for (unsigned w = 0; w < warps; ++w)
      all.join(shadow.clock(w));
    for (unsigned w = 0; w < warps; ++w) {
      shadow.clock(w).join(all);
      shadow.tick(w);
    }
  }

  unsigned warps = 0;
  SharedShadow shadow;
  AsyncCopies copies;
  Conflict conflict{};
  uint8_t memory[kEnd] = {};
  unsigned found = 0, missed = 0;
};

TEST_F(SharedShadowTest, UninitializedUntilWritten) {
  ASSERT_TRUE(read(0, 32, 16));
  EXPECT_EQ(conflict.kind, ReportKind::Uninitialized);
  EXPECT_EQ(conflict.address, kBegin + 32);
  EXPECT_FALSE(write(0, 32, 4));
  EXPECT_FALSE(read(0, 32, 4));
  ASSERT_TRUE(read(0, 32, 8));
  EXPECT_EQ(conflict.address, kBegin + 36)
      << "the first byte that nobody wrote";
  EXPECT_FALSE(write(0, 40, 1));
  ASSERT_TRUE(read(0, 40, 2));
  EXPECT_EQ(conflict.address, kBegin + 41);
}

TEST_F(SharedShadowTest, ABlockBeginsAfresh) {
  write(0, 0, 16);
  read(1, 0, 4);
  write(0, 17, 1);
  start(4);
  ASSERT_TRUE(read(0, 0, 16));
  EXPECT_EQ(conflict.kind, ReportKind::Uninitialized);
  EXPECT_TRUE(read(0, 17, 1));
  EXPECT_FALSE(write(2, 32, 16)) << "an earlier block's reads are no conflict";
}

TEST_F(SharedShadowTest, WriteThenReadNeedsABarrier) {
  EXPECT_FALSE(write(0, 0, 4, Strength::Weak, 11));
  EXPECT_FALSE(read(0, 0));
  ASSERT_TRUE(read(1, 0));
  EXPECT_EQ(conflict.kind, ReportKind::Race);
  EXPECT_EQ(conflict.otherWarp, 0u);
  EXPECT_EQ(conflict.otherPc, 11u);
  EXPECT_TRUE(conflict.otherWrote);
  barrier();
  EXPECT_FALSE(read(1, 0));
  EXPECT_FALSE(write(0, 4));
  EXPECT_TRUE(read(1, 4)) << "the barrier was before this write";
}

TEST_F(SharedShadowTest, ReadThenWriteNeedsABarrier) {
  write(0, 0, 16);
  barrier();
  EXPECT_FALSE(read(1, 0, 16));
  EXPECT_FALSE(read(2, 0, 16));
  ASSERT_TRUE(write(2, 4));
  EXPECT_EQ(conflict.kind, ReportKind::Race);
  EXPECT_EQ(conflict.otherWarp, 1u);
  EXPECT_FALSE(conflict.otherWrote);
  barrier();
  EXPECT_FALSE(write(0, 0, 16));
}

TEST_F(SharedShadowTest, WriteThenWriteNeedsABarrier) {
  EXPECT_FALSE(write(3, 0, 16));
  EXPECT_TRUE(write(1, 8, 8));
  barrier();
  EXPECT_FALSE(write(2, 0, 8));
}

TEST_F(SharedShadowTest, NeighboursDoNotConflict) {
  for (unsigned warp = 0; warp < 4; ++warp) {
    EXPECT_FALSE(write(warp, warp, 1));
    EXPECT_FALSE(write(warp, 16 + 2 * warp, 2));
    EXPECT_FALSE(write(warp, 32 + 4 * warp, 4));
    EXPECT_FALSE(write(warp, 64 + 8 * warp, 8));
  }
  for (unsigned warp = 0; warp < 4; ++warp) {
    EXPECT_FALSE(read(warp, warp, 1));
    EXPECT_FALSE(read(warp, 16 + 2 * warp, 2));
  }
  EXPECT_TRUE(read(0, 0, 4));
}

TEST_F(SharedShadowTest, StrongAccessesRaceWithWeakOnesOnly) {
  write(0, 0);
  barrier();
  EXPECT_FALSE(atomic(0, 0));
  EXPECT_FALSE(atomic(1, 0));
  EXPECT_FALSE(read(2, 0, 4, Strength::Strong));
  EXPECT_TRUE(read(3, 0)) << "a weak read among atomics";
  EXPECT_TRUE(atomic(0, 0)) << "an atomic after a weak read";
  barrier();
  EXPECT_FALSE(read(3, 0));
}

TEST_F(SharedShadowTest, AWeakReadIsNotHiddenByAStrongOne) {
  write(0, 0);
  barrier();
  EXPECT_FALSE(read(1, 0));
  EXPECT_FALSE(read(1, 0, 4, Strength::Strong));
  EXPECT_TRUE(write(0, 0, 4, Strength::Strong));
}

TEST_F(SharedShadowTest, CopiesInFlight) {
  EXPECT_FALSE(asyncWrite(0, 0));
  ASSERT_TRUE(read(0, 0, 4)) << "even for the warp that issued it";
  EXPECT_EQ(conflict.kind, ReportKind::InFlight);
  EXPECT_EQ(conflict.otherPc, 3u);
  EXPECT_TRUE(conflict.otherAsync);
  wait(0);
  EXPECT_FALSE(read(0, 0, 4));
  ASSERT_TRUE(read(1, 0, 16)) << "another warp needs a barrier as well";
  EXPECT_EQ(conflict.kind, ReportKind::Race);
  barrier();
  EXPECT_FALSE(read(1, 0, 16));
}

TEST_F(SharedShadowTest, ABarrierBeforeTheWaitIsTooEarly) {
  asyncWrite(0, 0);
  barrier();
  wait(0);
  ASSERT_TRUE(read(1, 0, 16));
  EXPECT_EQ(conflict.kind, ReportKind::Race);
  ASSERT_TRUE(asyncWrite(2, 0));
}

TEST_F(SharedShadowTest, CopiesAreWritesWhenTheyAreIssued) {
  write(0, 0, 16);
  barrier();
  read(1, 0, 16);
  ASSERT_TRUE(asyncWrite(0, 0));
  EXPECT_EQ(conflict.kind, ReportKind::Race);
  EXPECT_EQ(conflict.otherWarp, 1u);
  ASSERT_TRUE(write(0, 8)) << "the copy owns the bytes now";
  EXPECT_EQ(conflict.kind, ReportKind::InFlight);
}

TEST_F(SharedShadowTest, LanesThatHaveWaitedMayReadTheirBytes) {
  asyncWrite(0, 0, 4, 0x3);
  wait(0, 0x1);
  EXPECT_FALSE(read(0, 0));
  ASSERT_TRUE(read(0, 4));
  EXPECT_EQ(conflict.kind, ReportKind::InFlight);
}

TEST_F(SharedShadowTest, ChecksCanBeChosen) {
  Checks inflight;
  inflight.inflight = true;
  start(4, inflight);
  EXPECT_FALSE(read(0, 0)) << "uninitialised";
  write(0, 0);
  EXPECT_FALSE(read(1, 0)) << "a race";
  asyncWrite(0, 16);
  EXPECT_TRUE(read(0, 16));
  Checks race;
  race.race = true;
  start(4, race);
  asyncWrite(0, 16);
  EXPECT_FALSE(read(1, 16)) << "in flight";
  write(0, 0);
  EXPECT_TRUE(read(1, 0));
  start(4, Checks::none());
  EXPECT_FALSE(shadow.enabled());
}

TEST_F(SharedShadowTest, ReleaseAndAcquireOrder) {
  write(0, 0);
  shadow.synchronize(0, 64, false, true, false, true);
  shadow.synchronize(1, 64, true, false, true, false);
  EXPECT_FALSE(read(1, 0));
  EXPECT_TRUE(read(2, 0)) << "did not acquire";
  write(0, 4);
  EXPECT_TRUE(read(1, 4)) << "after the release";
}

TEST_F(SharedShadowTest, RelaxedAccessesNeedFencesOnBothSides) {
  write(0, 0);
  shadow.synchronize(0, 64, false, true, false, false);
  shadow.synchronize(1, 64, true, false, false, false);
  shadow.fence(1);
  EXPECT_TRUE(read(1, 0)) << "no fence before the store";
  barrier();

  write(0, 4);
  shadow.fence(0);
  shadow.synchronize(0, 64, false, true, false, false);
  shadow.synchronize(1, 64, true, false, false, false);
  EXPECT_TRUE(read(1, 4)) << "no fence after the load";
  shadow.fence(1);
  EXPECT_FALSE(read(1, 4));
  write(0, 8);
  EXPECT_TRUE(read(1, 8)) << "after the fence";
}

TEST_F(SharedShadowTest, AtomicsContinueAReleaseSequence) {
  write(0, 0);
  shadow.synchronize(0, 64, true, true, false, true);
  shadow.synchronize(1, 64, true, true, false, false); // relaxed atomic
  shadow.synchronize(2, 64, true, false, true, false);
  EXPECT_FALSE(read(2, 0));
  shadow.synchronize(1, 64, false, true, false, false); // relaxed store
  shadow.synchronize(3, 64, true, false, true, false);
  EXPECT_TRUE(read(3, 0)) << "a store ends the sequence";
}

TEST_F(SharedShadowTest, ProxyFencesHandOrderOver) {
  const uint32_t before = shadow.now(0);
  auto seenBy = [&](unsigned warp) { return shadow.clock(warp).async[0]; };
  auto barrier = [&] {
    SharedShadow::Meeting meeting;
    shadow.arrive(0, meeting);
    shadow.arrive(1, meeting);
    shadow.leave(0, meeting);
    shadow.leave(1, meeting);
  };
  barrier();
  EXPECT_LT(seenBy(0), before); // ordered, but for the generic proxy only
  EXPECT_LT(seenBy(1), before);
  // The reader's fence, behind the barrier, is enough for what came before it.
  shadow.fenceProxy(1);
  EXPECT_GE(seenBy(1), before);
  EXPECT_LT(seenBy(0), before);
  // So is the writer's, before the barrier; not for what it does after that.
  const uint32_t later = shadow.now(0);
  shadow.fenceProxy(0);
  EXPECT_EQ(seenBy(0), later);
  EXPECT_LT(seenBy(1), later);
  const uint32_t tooLate = shadow.now(0);
  barrier();
  EXPECT_EQ(seenBy(1), later);
  EXPECT_LT(seenBy(1), tooLate);
}

TEST_F(SharedShadowTest, OrderIsTransitive) {
  write(0, 0);
  shadow.synchronize(0, 64, false, true, false, true);
  shadow.synchronize(1, 64, true, false, true, false);
  shadow.synchronize(1, 72, false, true, false, true);
  shadow.synchronize(2, 72, true, false, true, false);
  EXPECT_FALSE(read(2, 0));
}

/// The same rules, written byte by byte without any shortcut.
struct PlainModel {
  struct Event {
    unsigned warp;
    uint32_t count;
    bool strong;
  };
  std::map<uint32_t, Event> lastWrite;
  std::map<std::pair<uint32_t, unsigned>, Event> lastRead;

  static bool unordered(const Event &e, unsigned warp, bool strong,
                        SharedShadow &shadow) {
    return e.warp != warp && e.count > shadow.clock(warp).own[e.warp] &&
           !(e.strong && strong);
  }
  /// 0: nothing wrong; else 1 + the first byte that is.
  uint32_t access(unsigned warp, uint32_t offset, uint32_t bytes, bool strong,
                  bool isWrite, SharedShadow &shadow) {
    uint32_t bad = 0;
    Event mine{warp, shadow.now(warp), strong};
    for (uint32_t b = offset; b < offset + bytes; ++b) {
      auto w = lastWrite.find(b);
      bool wrong = w == lastWrite.end()
                       ? !isWrite
                       : unordered(w->second, warp, strong, shadow);
      if (isWrite)
        for (unsigned other = 0; other < 32; ++other)
          if (auto r = lastRead.find({b, other}); r != lastRead.end())
            wrong |= unordered(r->second, warp, strong, shadow);
      if (wrong && !bad)
        bad = 1 + b;
      if (isWrite) {
        lastWrite[b] = mine;
      } else {
        auto [r, isNew] = lastRead.try_emplace({b, warp}, mine);
        if (!isNew && !(r->second.count == mine.count && !r->second.strong))
          r->second = mine;
      }
    }
    return bad;
  }
};

TEST_F(SharedShadowTest, AgreesWithAPlainModel) {
  std::mt19937 random(42);
  for (unsigned round = 0; round < 300; ++round) {
    start(round % 3 == 0 ? 4 : round % 3 == 1 ? 9 : 32);
    PlainModel model;
    for (unsigned step = 0; step < 400; ++step) {
      unsigned choice = random() % 24;
      if (choice == 0) {
        barrier();
        continue;
      }
      unsigned warp = random() % warps;
      if (choice == 1) {
        unsigned other = random() % warps;
        uint64_t location = random() % 4;
        shadow.synchronize(warp, location, false, true, false, true);
        shadow.synchronize(other, location, true, false, true, false);
        continue;
      }
      uint32_t bytes = 1u << random() % 5;
      uint32_t offset = random() % (64 / bytes) * bytes;
      bool strong = random() % 8 == 0;
      bool isWrite = random() % 3 == 0;
      uint32_t expected =
          model.access(warp, offset, bytes, strong, isWrite, shadow);
      Strength strength = strong ? Strength::Strong : Strength::Weak;
      bool got = isWrite ? write(warp, offset, bytes, strength)
                         : read(warp, offset, bytes, strength);
      // Forgetting reads that a write covers may hide a strong write's race
      // with them later; nothing is ever found that the model does not find.
      if (got) {
        ASSERT_NE(expected, 0u) << "round " << round << " step " << step;
        ASSERT_GE(conflict.address + 1 - kBegin, expected);
      } else {
        missed += expected != 0;
      }
      found += got;
    }
  }
  EXPECT_GT(found, 1000u);
  EXPECT_LT(missed * 100, found);
}

} // namespace
