//===- WarpTest.cpp - where lanes part and meet, by the counters ----------===//
//
// How often a line was executed and by how many threads says whether lanes met
// again as soon as they could. Each kernel stands on lines of its own; a line
// is named by a comment in it.
//
//===----------------------------------------------------------------------===//

#include "pit/Emulator/Device.h"

#include <gtest/gtest.h>

using namespace pit;
using namespace pit::emu;

namespace {

struct Line {
  uint64_t executed = 0, threads = 0, divergent = 0;
  bool operator==(const Line &) const = default;
};
std::ostream &operator<<(std::ostream &out, const Line &l) {
  return out << "executed " << l.executed << ", threads " << l.threads
             << ", divergent " << l.divergent;
}

struct Warps : testing::Test {
  Device device;
  LaunchOptions options;
  Stats stats;

  /// Runs `body` in a kernel with %t = tid, %l = lane; `functions` come before.
  void run(const std::string &body, unsigned threads = 64,
           const std::string &functions = "") {
    auto module = device.load(
        ".version 7.8\n.target sm_80\n.address_size 64\n" + functions +
        ".visible .entry k()\n{\n.reg .u32 %t, %l, %i, %x;\n.reg .pred %p, "
        "%q;\n"
        ".reg .b64 %f;\n"
        "mov.u32 %t, %tid.x;\nmov.u32 %l, %laneid;\n" +
        body + "\n}\n");
    ASSERT_TRUE(module) << module.error().message;
    auto result =
        device.launch(*(*module)->kernel("k"), {{1}, {threads}}, {}, options);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_TRUE(result->ok()) << result->reports[0].str();
    stats = result->stats;
  }

  /// Counters of the line that holds `tag`.
  Line line(const std::string &tag) {
    for (const LineStats &l : stats.lines)
      if (l.text.find(tag) != std::string::npos)
        return {l.counters.executed, l.counters.threads,
                l.counters.divergentBranches};
    return {};
  }
};

TEST_F(Warps, BothSidesThenTogether) {
  run(R"(
setp.lt.u32 %p, %l, 12;
@%p bra A; // split
mov.u32 %x, 1; // else
bra B;
A: mov.u32 %x, 2; // then
B: mov.u32 %x, 3; // join
ret;)");
  EXPECT_EQ(line("// split"), (Line{2, 24, 2}));
  EXPECT_EQ(line("// else"), (Line{2, 40, 0}));
  EXPECT_EQ(line("// then"), (Line{2, 24, 0}));
  EXPECT_EQ(line("// join"), (Line{2, 64, 0}));
}

TEST_F(Warps, UniformBranchesDoNotSplit) {
  run(R"(
setp.lt.u32 %p, %t, 32;
@%p bra A; // branch
mov.u32 %x, 1; // else
A: mov.u32 %x, 3; // join
ret;)");
  EXPECT_EQ(line("// branch"), (Line{2, 32, 0}));
  EXPECT_EQ(line("// else"), (Line{1, 32, 0}));
  EXPECT_EQ(line("// join"), (Line{2, 64, 0}));
}

TEST_F(Warps, LoopsRunAsLongAsTheirLongestLane) {
  run(R"(
mov.u32 %i, 0;
LOOP: add.u32 %i, %i, 1; // body
setp.le.u32 %p, %i, %l;
@%p bra LOOP;
mov.u32 %x, 3; // behind
ret;)");
  EXPECT_EQ(line("// body"), (Line{64, 2 * 32 * 33 / 2, 0}));
  EXPECT_EQ(line("// behind"), (Line{2, 64, 0}));
}

TEST_F(Warps, LongLoopsStillMeetBehind) {
  // Lane 0 waits 2000 rounds; that is not long.
  run(R"(
mov.u32 %i, 0;
LOOP: add.u32 %i, %i, 1;
shl.b32 %x, %l, 6; // 64 rounds a lane
setp.le.u32 %p, %i, %x;
@%p bra LOOP;
mov.u32 %x, 3; // behind
ret;)");
  EXPECT_EQ(line("// behind"), (Line{2, 64, 0}));
}

TEST_F(Warps, MeetUnderRandomSchedulesToo) {
  for (options.seed = 1; options.seed < 20; ++options.seed) {
    run(R"(
mov.u32 %i, 0;
LOOP: add.u32 %i, %i, 1;
and.b32 %x, %i, 1;
setp.eq.u32 %q, %x, 0;
@%q bra EVEN;
add.u32 %x, %x, %l;
EVEN:
setp.le.u32 %p, %i, %l;
@%p bra LOOP;
mov.u32 %x, 3; // behind
ret;)");
    EXPECT_EQ(line("// behind"), (Line{2, 64, 0})) << "seed " << options.seed;
  }
}

TEST_F(Warps, LanesThatLeaveAreNotWaitedFor) {
  run(R"(
setp.lt.u32 %p, %l, 8;
@%p bra A;
setp.lt.u32 %q, %l, 16;
@%q exit; // leave
mov.u32 %x, 1; // rest
A: mov.u32 %x, 3; // join
ret;)");
  EXPECT_EQ(line("// leave"), (Line{2, 16, 0}));
  EXPECT_EQ(line("// rest"), (Line{2, 32, 0}));
  EXPECT_EQ(line("// join"), (Line{2, 48, 0}));
}

TEST_F(Warps, NestedBranchesMeetInnermostFirst) {
  run(R"(
and.b32 %x, %l, 1; setp.eq.u32 %p, %x, 0;
@%p bra A;
and.b32 %x, %l, 2; setp.eq.u32 %q, %x, 0;
@%q bra B;
mov.u32 %x, 1; // inner
B: mov.u32 %x, 2; // middle
A: mov.u32 %x, 3; // outer
ret;)");
  EXPECT_EQ(line("// inner"), (Line{2, 16, 0}));
  EXPECT_EQ(line("// middle"), (Line{2, 32, 0}));
  EXPECT_EQ(line("// outer"), (Line{2, 64, 0}));
}

TEST_F(Warps, IndexedBranchesTakeEachTargetOnce) {
  run(R"(
and.b32 %x, %l, 3;
T: .branchtargets A, B, A, C;
brx.idx %x, T; // switch
A: mov.u32 %i, 1; bra D; // A
B: mov.u32 %i, 2; bra D; // B
C: mov.u32 %i, 3; // C
D: mov.u32 %i, 4; // join
ret;)");
  EXPECT_EQ(line("// switch"), (Line{2, 64, 2}));
  EXPECT_EQ(line("// A"), (Line{4, 64, 0})); // two instructions
  EXPECT_EQ(line("// B"), (Line{4, 32, 0}));
  EXPECT_EQ(line("// C"), (Line{2, 16, 0}));
  EXPECT_EQ(line("// join"), (Line{2, 64, 0}));
}

constexpr const char *kFunctions = R"(
.func one() { .reg .u32 %x;
mov.u32 %x, 1; // one
ret; }
.func early() { .reg .u32 %x; .reg .pred %p; mov.u32 %x, %laneid;
setp.lt.u32 %p, %x, 5;
@%p ret; // early return
mov.u32 %x, 1; // late
ret; }
)";

TEST_F(Warps, CallsEndTogether) {
  run(R"(
setp.lt.u32 %p, %l, 12;
@%p call one; // guarded call
mov.u32 %x, 1; // behind one
call early;
mov.u32 %x, 1; // behind early
ret;)",
      64, kFunctions);
  EXPECT_EQ(line("// guarded call"), (Line{2, 24, 0}));
  EXPECT_EQ(line("// one"), (Line{2, 24, 0}));
  EXPECT_EQ(line("// behind one"), (Line{2, 64, 0}));
  EXPECT_EQ(line("// early return"), (Line{2, 10, 0}));
  EXPECT_EQ(line("// late"), (Line{2, 54, 0}));
  EXPECT_EQ(line("// behind early"), (Line{2, 64, 0}));
}

TEST_F(Warps, CallsThroughPointersEndTogether) {
  run(R"(
setp.lt.u32 %p, %l, 12;
mov.u64 %f, early;
@%p mov.u64 %f, one;
P: .callprototype _ ();
call %f, (), P; // call
mov.u32 %x, 1; // behind
ret;)",
      64, kFunctions);
  EXPECT_EQ(line("// call"), (Line{4, 64 + 40, 0}));
  EXPECT_EQ(line("// one"), (Line{2, 24, 0}));
  EXPECT_EQ(line("// late"), (Line{2, 40, 0}));
  EXPECT_EQ(line("// behind"), (Line{2, 64, 0}));
}

TEST_F(Warps, SpinningLanesGiveWay) {
  // Lane 0 sets what all others wait for, but only behind the loop.
  run(R"(
.shared .align 4 .u32 flag;
setp.eq.u32 %p, %t, 0;
@%p st.volatile.shared.u32 [flag], 0;
bar.warp.sync -1;
@%p bra BEHIND;
SPIN: ld.volatile.shared.u32 %x, [flag];
setp.eq.u32 %q, %x, 0;
@%q bra SPIN;
BEHIND: st.volatile.shared.u32 [flag], 1; // behind
ret;)",
      32);
  EXPECT_EQ(line("// behind"), (Line{2, 32, 0}));
  EXPECT_LT(stats.total.executed, 200000u);
}

TEST_F(Warps, LanesWithoutPredicateCountAsExecutedOnly) {
  run(R"(
setp.lt.u32 %p, %l, 3;
@%p mov.u32 %x, 1; // some
setp.gt.u32 %p, %l, 99;
@%p mov.u32 %x, 1; // none
ret;)",
      33);
  EXPECT_EQ(line("// some"), (Line{2, 4, 0}));
  EXPECT_EQ(line("// none"), (Line{2, 0, 0}));
}

} // namespace
