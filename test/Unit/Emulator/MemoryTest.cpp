//===- MemoryTest.cpp - the allocation table ------------------------------===//

#include "Emulator/Exec/Memory.h"

#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <sstream>

using namespace pit::emu;

namespace {

/// Resident bytes of this process.
uint64_t residentBytes() {
  std::ifstream statm("/proc/self/statm");
  uint64_t total = 0, resident = 0;
  statm >> total >> resident;
  return resident * 4096;
}

TEST(Memory, AllocationsAreAlignedZeroAndApart) {
  Memory memory;
  Allocation *previous = nullptr;
  for (uint64_t bytes : {1, 255, 256, 257, 4096, 65536, 65537, 1 << 20}) {
    auto a = memory.allocate(bytes, 0, "a", false);
    ASSERT_TRUE(a) << a.error().message;
    EXPECT_EQ((*a)->base % 256, 0u);
    EXPECT_EQ((*a)->bytes, bytes);
    if (previous) {
      EXPECT_GE((*a)->base - (previous->base + previous->bytes), 512u);
    }
    for (uint64_t i = 0; i < bytes; ++i)
      ASSERT_EQ((*a)->host[i] | (*a)->init[i], 0);
    previous = *a;
  }
}

TEST(Memory, AlignmentBeyondTheDefault) {
  Memory memory;
  ASSERT_TRUE(memory.allocate(3, 1, "pad", true));
  auto a = memory.allocate(16, 65536, "a", true);
  ASSERT_TRUE(a);
  EXPECT_EQ((*a)->base % 65536, 0u);
  auto bad = memory.allocate(16, 24, "b", true);
  ASSERT_FALSE(bad);
  EXPECT_EQ(
      bad.error().message,
      "cannot allocate 16 bytes for 'b': the alignment 24 is no power of 2");
}

TEST(Memory, InitializedAllocationsHaveNoShadow) {
  Memory memory;
  auto small = memory.allocate(16, 0, "a", true);
  auto large = memory.allocate(1 << 20, 0, "b", true);
  ASSERT_TRUE(small && large);
  EXPECT_EQ((*small)->init, nullptr);
  EXPECT_EQ((*large)->init, nullptr);
}

TEST(Memory, FindAgreesWithASearchOfTheWholeTable) {
  Memory memory;
  std::mt19937_64 random(1);
  std::vector<Allocation *> live;
  for (int i = 0; i < 300; ++i) {
    auto a = memory.allocate(random() % 2000, 0, "a", true);
    ASSERT_TRUE(a);
    live.push_back(*a);
    if (random() % 3 == 0) {
      size_t victim = random() % live.size();
      ASSERT_FALSE(memory.free(live[victim]->base));
      live.erase(live.begin() + victim);
    }
  }
  DeviceAddress first = live.front()->base, last = live.back()->base;
  for (int i = 0; i < 20000; ++i) {
    DeviceAddress address = first - 1000 + random() % (last - first + 4000);
    uint64_t bytes = 1 + random() % 64;
    const Allocation *expected = nullptr;
    for (Allocation *a : live)
      if (address >= a->base && address + bytes <= a->base + a->bytes)
        expected = a;
    ASSERT_EQ(memory.find(address, bytes), expected) << address << " " << bytes;
  }
}

TEST(Memory, EdgesOfABuffer) {
  Memory memory;
  auto a = memory.allocate(100, 0, "a", true);
  ASSERT_TRUE(a);
  DeviceAddress base = (*a)->base;
  EXPECT_EQ(memory.find(base, 100), *a);
  EXPECT_EQ(memory.find(base + 99, 1), *a);
  EXPECT_EQ(memory.find(base + 100, 1), nullptr);
  EXPECT_EQ(memory.find(base - 1, 1), nullptr);
  EXPECT_EQ(memory.find(base, 101), nullptr);
  EXPECT_EQ(memory.find(base + 1, ~uint64_t(0)), nullptr);
  EXPECT_EQ(memory.find(0, 1), nullptr);
  EXPECT_EQ(memory.find(~uint64_t(0), 1), nullptr);
  EXPECT_EQ((*a)->at(base + 7), (*a)->host + 7);
}

TEST(Memory, ZeroBytesContainNothing) {
  Memory memory;
  auto a = memory.allocate(0, 0, "empty", false);
  auto b = memory.allocate(0, 0, "too", false);
  ASSERT_TRUE(a && b);
  EXPECT_NE((*a)->base, (*b)->base);
  EXPECT_EQ(memory.find((*a)->base, 1), nullptr);
  DeviceAddress base = (*a)->base;
  EXPECT_FALSE(memory.free(base));
  EXPECT_TRUE(memory.free(base)) << "freed twice";
}

TEST(Memory, FreedAddressesStayInvalid) {
  Memory memory;
  auto a = memory.allocate(64, 0, "a", true);
  ASSERT_TRUE(a);
  DeviceAddress base = (*a)->base;
  EXPECT_EQ(memory.free(base + 4).message.find("cannot free 0x"), 0u);
  EXPECT_NE(memory.free(base + 4).message.find("inside 'a'"),
            std::string::npos);
  EXPECT_FALSE(memory.free(base));
  EXPECT_EQ(memory.find(base, 1), nullptr);
  auto b = memory.allocate(64, 0, "b", true);
  ASSERT_TRUE(b);
  EXPECT_GT((*b)->base, base + 64);
}

TEST(Memory, NearestIsForMessages) {
  Memory memory;
  EXPECT_EQ(memory.nearest(0), nullptr);
  auto a = memory.allocate(64, 0, "a", true);
  auto b = memory.allocate(64, 0, "b", true);
  ASSERT_TRUE(a && b);
  EXPECT_EQ(memory.nearest(0), *a);
  EXPECT_EQ(memory.nearest((*a)->base + 70), *a);
  EXPECT_EQ(memory.nearest((*b)->base - 4), *b);
  EXPECT_EQ(memory.nearest(~uint64_t(0)), *b);
}

TEST(Memory, RequireSaysWhatIsWrong) {
  Memory memory;
  auto none = memory.require(0x10, 4, "copy to the device");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().message,
            "copy to the device: 4 bytes at 0x10 are in no allocation");
  auto a = memory.allocate(64, 0, "A", true);
  ASSERT_TRUE(a);
  EXPECT_TRUE(memory.require((*a)->base, 64, "x"));
  std::ostringstream expected;
  expected << "x: 65 bytes at 0x" << std::hex << (*a)->base
           << " are in no allocation; the nearest is 'A', 64 bytes at 0x"
           << (*a)->base;
  auto bad = memory.require((*a)->base, 65, "x");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().message, expected.str());
}

TEST(Memory, LimitsAreErrors) {
  Memory memory;
  auto huge = memory.allocate(~uint64_t(0), 0, "h", false);
  ASSERT_FALSE(huge);
  EXPECT_EQ(huge.error().message,
            "cannot allocate 18446744073709551615 bytes for "
            "'h': one allocation holds at most 2^40 bytes");
  auto some = memory.allocate(4096, 0, "s", false);
  ASSERT_TRUE(some);
  auto rest = memory.allocate(uint64_t(1) << 40, 0, "", false);
  ASSERT_FALSE(rest);
  EXPECT_EQ(
      rest.error().message,
      "cannot allocate 1099511627776 bytes: the device holds at most 2^40 "
      "bytes and 4096 are in use");
}

TEST(Memory, PagesThatNobodyTouchesTakeNoMemory) {
  Memory memory;
  uint64_t before = residentBytes();
  uint64_t bytes = uint64_t(8) << 30;
  auto a = memory.allocate(bytes, 0, "sparse", false);
  ASSERT_TRUE(a) << a.error().message;
  (*a)->host[0] = (*a)->host[bytes - 1] = 1;
  (*a)->init[bytes - 1] = 1;
  EXPECT_LT(residentBytes() - before, uint64_t(64) << 20);
}

} // namespace
