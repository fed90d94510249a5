//===- AsyncCopiesTest.cpp - copies in flight -----------------------------===//

#include "Emulator/Exec/AsyncCopies.h"

#include <gtest/gtest.h>

#include <cstring>
#include <numeric>

using namespace pit::emu;

namespace {

class AsyncCopiesTest : public testing::Test {
protected:
  void SetUp() override {
    copies.start(2);
    std::iota(source.begin(), source.end(), uint8_t(1));
    shared.fill(0xEE);
  }

  /// A copy of 4 bytes a lane: lane l moves source[4 l] to shared[base + 4 l].
  uint32_t issue(uint32_t base, LaneMask lanes = kAllLanes, unsigned warp = 0,
                 uint8_t srcBytes = 4, Landing landing = Landing::Latest) {
    AsyncCopy copy;
    copy.warp = warp;
    copy.pc = 7;
    copy.lanes = lanes;
    copy.bytes = 4;
    for (unsigned l = 0; l < kWarpSize; ++l) {
      copy.dst[l] = base + 4 * l;
      copy.srcBytes[l] = srcBytes;
      copy.src[l] = &source[4 * l];
    }
    return copies.issue(copy, shared.data(), landing);
  }
  bool copied(uint32_t base, unsigned lane) const {
    return !std::memcmp(&shared[base + 4 * lane], &source[4 * lane], 4);
  }
  bool untouched(uint32_t base, unsigned lane) const {
    for (unsigned i = 0; i < 4; ++i)
      if (shared[base + 4 * lane + i] != 0xEE)
        return false;
    return true;
  }

  AsyncCopies copies;
  std::array<uint8_t, 128> source;
  std::array<uint8_t, 1024> shared;
};

TEST_F(AsyncCopiesTest, LatestReadsTheSourceAtTheWait) {
  issue(0);
  copies.commit(0, kAllLanes);
  EXPECT_TRUE(untouched(0, 0));
  source[0] = 99;
  copies.waitGroup(0, kAllLanes, 0, 5, shared.data());
  EXPECT_EQ(shared[0], 99);
  for (unsigned l = 0; l < kWarpSize; ++l)
    EXPECT_TRUE(copied(0, l));
}

TEST_F(AsyncCopiesTest, EarliestReadsTheSourceAtTheIssue) {
  uint32_t number = issue(0, kAllLanes, 0, 4, Landing::Earliest);
  source[0] = 99;
  EXPECT_EQ(shared[0], 1);
  EXPECT_TRUE(copies.inFlight(number, 0));
  copies.commit(0, kAllLanes);
  copies.waitGroup(0, kAllLanes, 0, 5, shared.data());
  EXPECT_EQ(shared[0], 1);
  EXPECT_FALSE(copies.inFlight(number, 0));
}

TEST_F(AsyncCopiesTest, ZeroFillsWhatTheSourceDoesNotGive) {
  issue(0, kAllLanes, 0, 1);
  issue(128, kAllLanes, 0, 0);
  copies.waitAll(0, kAllLanes, 5, shared.data());
  EXPECT_EQ(shared[4], source[4]);
  EXPECT_EQ(shared[5] | shared[6] | shared[7], 0);
  for (unsigned i = 128; i < 256; ++i)
    EXPECT_EQ(shared[i], 0);
}

TEST_F(AsyncCopiesTest, WaitGroupKeepsTheNewestGroups) {
  uint32_t number[4];
  for (unsigned g = 0; g < 4; ++g) {
    number[g] = issue(128 * g);
    copies.commit(0, kAllLanes);
  }
  copies.waitGroup(0, kAllLanes, 3, 5, shared.data());
  EXPECT_FALSE(copies[number[0]].inFlight);
  EXPECT_TRUE(copies[number[1]].inFlight);
  copies.waitGroup(0, kAllLanes, 1, 6, shared.data());
  EXPECT_FALSE(copies[number[2]].inFlight);
  EXPECT_TRUE(copies[number[3]].inFlight);
  EXPECT_TRUE(copied(256, 31));
  EXPECT_TRUE(untouched(384, 0));
  EXPECT_EQ(copies[number[0]].completedAt, 5u);
  EXPECT_EQ(copies[number[2]].completedAt, 6u);
}

TEST_F(AsyncCopiesTest, EmptyGroupsCount) {
  uint32_t number = issue(0);
  copies.commit(0, kAllLanes);
  copies.commit(0, kAllLanes);
  copies.waitGroup(0, kAllLanes, 1, 5, shared.data());
  EXPECT_FALSE(copies[number].inFlight);
}

TEST_F(AsyncCopiesTest, AGroupHoldsAllCopiesBeforeItsCommit) {
  uint32_t a = issue(0), b = issue(128);
  copies.commit(0, kAllLanes);
  uint32_t c = issue(256);
  copies.waitGroup(0, kAllLanes, 0, 5, shared.data());
  EXPECT_FALSE(copies[a].inFlight);
  EXPECT_FALSE(copies[b].inFlight);
  EXPECT_TRUE(copies[c].inFlight) << "no group holds it yet";
  copies.waitAll(0, kAllLanes, 6, shared.data());
  EXPECT_FALSE(copies[c].inFlight);
}

TEST_F(AsyncCopiesTest, WarpsWaitForTheirOwnCopiesOnly) {
  uint32_t a = issue(0, kAllLanes, 0), b = issue(128, kAllLanes, 1);
  copies.waitAll(1, kAllLanes, 5, shared.data());
  EXPECT_TRUE(copies[a].inFlight);
  EXPECT_FALSE(copies[b].inFlight);
}

TEST_F(AsyncCopiesTest, LanesWaitForThemselves) {
  uint32_t number = issue(0, 0xFF);
  copies.commit(0, 0xFF);
  copies.waitGroup(0, 0x0F, 0, 5, shared.data());
  EXPECT_TRUE(copies[number].inFlight);
  EXPECT_FALSE(copies.inFlight(number, 4 * 3));
  EXPECT_TRUE(copies.inFlight(number, 4 * 4));
  EXPECT_TRUE(copied(0, 3));
  EXPECT_TRUE(untouched(0, 4));
  copies.waitGroup(0, 0xF0, 0, 6, shared.data());
  EXPECT_FALSE(copies[number].inFlight);
  EXPECT_TRUE(copied(0, 7));
  EXPECT_TRUE(untouched(0, 8)) << "lane 8 did not copy";
}

TEST_F(AsyncCopiesTest, LanesHaveTheirOwnGroups) {
  uint32_t number = issue(0);
  copies.commit(0, 0x1); // the others' group stays open
  copies.waitGroup(0, kAllLanes, 0, 5, shared.data());
  EXPECT_FALSE(copies.inFlight(number, 0));
  EXPECT_TRUE(copies.inFlight(number, 4));
}

TEST_F(AsyncCopiesTest, SourcesInFlight) {
  uint32_t number = 0;
  EXPECT_FALSE(copies.readsSource(&source[0], 128, number));
  uint32_t issued = issue(0, 0x2);
  EXPECT_TRUE(copies.anyInFlight());
  EXPECT_FALSE(copies.readsSource(&source[0], 4, number));
  EXPECT_TRUE(copies.readsSource(&source[3], 2, number));
  EXPECT_EQ(number, issued);
  EXPECT_FALSE(copies.readsSource(&source[8], 1, number));
  copies.waitAll(0, kAllLanes, 5, shared.data());
  EXPECT_FALSE(copies.anyInFlight());
  EXPECT_FALSE(copies.readsSource(&source[3], 2, number));
}

TEST_F(AsyncCopiesTest, NumbersRiseFromBlockToBlock) {
  uint32_t a = issue(0);
  EXPECT_EQ(copies.nextNumber(), a + 1);
  copies.start(2);
  EXPECT_EQ(copies.firstNumber(), a + 1);
  uint32_t b = issue(128);
  EXPECT_EQ(b, a + 1);
  copies.waitAll(0, kAllLanes, 5, shared.data());
  EXPECT_TRUE(untouched(0, 0)) << "the first block's copy never landed";
  EXPECT_TRUE(copied(128, 0));
}

} // namespace
