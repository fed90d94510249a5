//===- CfgTest.cpp - control flow of PTX functions ------------------------===//
//
// Small functions whose blocks, post-dominators and loops are worked out by
// hand, and random ones against the definitions, path by path.
//
//===----------------------------------------------------------------------===//

#include "pit/Emulator/Cfg.h"

#include "Emulator/Dominators.h"

#include <gtest/gtest.h>

#include <random>

using namespace pit::ptx;

namespace {

std::unique_ptr<Module> parseOrDie(const std::string &text) {
  auto module = parse(text);
  if (!module) {
    ADD_FAILURE() << module.error().message << "\n" << text;
    return nullptr;
  }
  return std::move(*module);
}

const char *const kHead = ".version 8.0\n.target sm_80\n.address_size 64\n"
                          ".func fatal .noreturn;\n.func helper;\n";
const char *const kRegisters = ".reg .pred %p<10>;\n.reg .b32 %r<10>;\n";

std::unique_ptr<Module> kernel(const std::string &body) {
  return parseOrDie(std::string(kHead) + ".entry k() {\n" + kRegisters + body +
                    "}\n");
}

std::unique_ptr<Module> function(const std::string &body) {
  return parseOrDie(std::string(kHead) + ".func k() {\n" + kRegisters + body +
                    "}\n");
}

/// Where the threads split by instruction `at` meet again.
uint32_t meet(const Module &module, uint32_t at) {
  return Cfg(*module.findFunction("k"), &module).reconvergence(at);
}

using Blocks = std::vector<uint32_t>;

TEST(Cfg, StraightLineIsOneBlock) {
  auto module = kernel("mov.b32 %r1, 1; call helper; ret;");
  Cfg cfg(*module->findFunction("k"), module.get());
  ASSERT_EQ(cfg.blocks().size(), 1u);
  EXPECT_EQ(cfg.blocks()[0].end, 3u);
  EXPECT_EQ(cfg.blocks()[0].successors, Blocks{cfg.exitBlock()});
  EXPECT_EQ(cfg.immediatePostDominator(0), cfg.exitBlock());
  EXPECT_EQ(cfg.reconvergence(0), Cfg::kNone);
  EXPECT_TRUE(cfg.loops().empty());
}

TEST(Cfg, EmptyBody) {
  auto module = kernel("");
  Cfg cfg(*module->findFunction("k"), module.get());
  EXPECT_TRUE(cfg.blocks().empty());
  EXPECT_TRUE(cfg.loops().empty());
}

TEST(Cfg, BodyWithoutReturnFallsIntoTheExit) {
  auto module = kernel("@%p1 bra END; mov.b32 %r1, 1; END:");
  Cfg cfg(*module->findFunction("k"), module.get());
  ASSERT_EQ(cfg.blocks().size(), 2u);
  EXPECT_EQ(cfg.blocks()[0].successors, (Blocks{2, 1}));
  EXPECT_EQ(cfg.blocks()[1].successors, Blocks{2});
}

TEST(Cfg, DiamondMeetsBehind) {
  auto module = kernel("@%p1 bra A;\n"             // 0
                       "mov.b32 %r1, 1;\n"         // 1
                       "bra.uni B;\n"              // 2
                       "A: mov.b32 %r1, 2;\n"      // 3
                       "B: add.s32 %r2, %r1, 1;\n" // 4
                       "ret;\n");                  // 5
  EXPECT_EQ(meet(*module, 0), 4u);
  Cfg cfg(*module->findFunction("k"));
  ASSERT_EQ(cfg.blocks().size(), 4u);
  EXPECT_EQ(cfg.blocks()[0].successors, (Blocks{2, 1}));
  EXPECT_EQ(cfg.blocks()[3].predecessors, (Blocks{1, 2}));
  EXPECT_EQ(cfg.immediateDominator(3), 0u);
  EXPECT_TRUE(cfg.dominates(0, 3));
  EXPECT_TRUE(cfg.dominates(3, 3));
  EXPECT_FALSE(cfg.dominates(1, 3));
}

TEST(Cfg, TwoBranchesToOneJoin) {
  auto module = kernel("@%p1 bra A;\n"        // 0
                       "@!%p2 bra A;\n"       // 1
                       "mov.b32 %r1, 1;\n"    // 2
                       "A: mov.b32 %r2, 1;\n" // 3
                       "ret;\n");
  EXPECT_EQ(meet(*module, 0), 3u);
  EXPECT_EQ(meet(*module, 1), 3u);
}

TEST(Cfg, BranchTableMeetsBehind) {
  auto module = kernel("T: .branchtargets A, B, A, C;\n"
                       "brx.idx %r1, T;\n"               // 0
                       "A: mov.b32 %r1, 1; bra.uni D;\n" // 1 2
                       "B: mov.b32 %r1, 2; bra.uni D;\n" // 3 4
                       "C: mov.b32 %r1, 3;\n"            // 5
                       "D: mov.b32 %r2, %r1; ret;\n");   // 6
  Cfg cfg(*module->findFunction("k"));
  EXPECT_EQ(cfg.blocks()[0].successors, (Blocks{1, 2, 3}));
  EXPECT_EQ(cfg.reconvergence(0), 6u);
}

TEST(Cfg, GuardedBranchTableAlsoFallsThrough) {
  auto module = kernel("T: .branchtargets B;\n@%p1 brx.idx %r1, T;\n"
                       "A: mov.b32 %r1, 1;\nB: mov.b32 %r2, %r1;\nret;\n");
  Cfg cfg(*module->findFunction("k"));
  EXPECT_EQ(cfg.blocks()[0].successors, (Blocks{2, 1}));
}

TEST(Cfg, GuardedRetOfAKernelDoesNotSpoilTheJoin) {
  auto module = kernel("@%p1 bra A;\n"     // 0
                       "@%p2 ret;\n"       // 1
                       "mov.b32 %r1, 1;\n" // 2
                       "A: bar.sync 0;\n"  // 3
                       "ret;\n");
  EXPECT_EQ(meet(*module, 0), 3u);
  EXPECT_EQ(meet(*module, 1), 2u);
}

TEST(Cfg, GuardedRetOfAFunctionIsAPathToItsEnd) {
  auto module = function("@%p1 bra A;\n@%p2 ret;\nmov.b32 %r1, 1;\n"
                         "A: mov.b32 %r2, 1;\nret;\n");
  EXPECT_EQ(meet(*module, 0), Cfg::kNone);
  EXPECT_EQ(meet(*module, 1), Cfg::kNone);
  auto exits = function("@%p1 bra A;\n@%p2 exit;\nmov.b32 %r1, 1;\n"
                        "A: mov.b32 %r2, 1;\nret;\n");
  EXPECT_EQ(meet(*exits, 0), 3u);
}

TEST(Cfg, BranchToTheSharedReturnOfAKernel) {
  // if (p1) { if (p2) return; r1 = 1; } barrier: compilers make one `ret`.
  auto module = kernel("@%p1 bra A;\n"     // 0
                       "@%p2 bra END;\n"   // 1
                       "mov.b32 %r1, 1;\n" // 2
                       "A: bar.sync 0;\n"  // 3
                       "END: ret;\n");
  EXPECT_EQ(meet(*module, 0), 3u);
  EXPECT_EQ(meet(*module, 1), 2u);
}

TEST(Cfg, TrapDoesNotSpoilTheJoin) {
  auto module = kernel("@%p1 bra A;\n"     // 0
                       "@%p2 bra BAD;\n"   // 1
                       "mov.b32 %r1, 1;\n" // 2
                       "A: bar.sync 0;\n"  // 3
                       "ret;\n"            // 4
                       "BAD: mov.b32 %r3, 1; trap;\n");
  EXPECT_EQ(meet(*module, 0), 3u);
  EXPECT_EQ(meet(*module, 1), 2u);
}

TEST(Cfg, CallThatDoesNotReturnIsLikeTrap) {
  std::string body = "@%p1 bra A;\n@%p2 bra BAD;\nmov.b32 %r1, 1;\n"
                     "A: bar.sync 0;\nret;\nBAD: call FN; bra.uni A;\n";
  std::string name = "FN";
  auto with = [&](const std::string &callee) {
    std::string text = body;
    text.replace(text.find(name), name.size(), callee);
    return kernel(text);
  };
  EXPECT_EQ(meet(*with("fatal"), 1), 2u);
  EXPECT_EQ(meet(*with("helper"), 1), 3u);
}

TEST(Cfg, ErrorPathWithAStoreEndsThreads) {
  // if (p1) { if (p2) { *error = 1; return; } r1 = 1; } barrier
  auto module = kernel(".reg .b64 %rd1;\n"
                       "@%p1 bra A;\n"              // 0
                       "@!%p2 bra OK;\n"            // 1
                       "st.global.b32 [%rd1], 1;\n" // 2
                       "bra.uni END;\n"             // 3
                       "OK: mov.b32 %r1, 1;\n"      // 4
                       "A: bar.sync 0;\n"           // 5
                       "END: ret;\n");
  EXPECT_EQ(meet(*module, 0), 5u);
  EXPECT_EQ(meet(*module, 1), 4u);
}

TEST(Cfg, EpilogueAfterALoopIsTheJoin) {
  // if (p1) { loop with a barrier } epilogue: the epilogue has no barrier and
  // ends the thread, but both sides come there.
  auto module = kernel(".reg .b64 %rd1;\n"
                       "@%p1 bra DONE;\n"                 // 0
                       "L: bar.sync 0;\n"                 // 1
                       "@%p2 bra L;\n"                    // 2
                       "DONE: st.global.b32 [%rd1], 1;\n" // 3
                       "ret;\n");
  EXPECT_EQ(meet(*module, 0), 3u);
  EXPECT_EQ(meet(*module, 2), 3u);
}

TEST(Cfg, LoopThatOnlyReturnsLeaves) {
  auto module = kernel("L: bar.sync 0;\n"
                       "@%p1 bra END;\n" // 1
                       "add.s32 %r1, %r1, 1;\n"
                       "bra.uni L;\n"
                       "END: ret;\n"); // 4
  EXPECT_EQ(meet(*module, 1), 4u);
}

TEST(Cfg, EndlessLoopsHavePostDominators) {
  auto module = kernel("@%p1 bra A;\n"             // 0
                       "mov.b32 %r1, 1;\n"         // 1
                       "A: add.s32 %r1, %r1, 1;\n" // 2
                       "@%p2 bra B;\n"             // 3
                       "bar.sync 0;\n"             // 4
                       "B: bra.uni A;\n");         // 5
  EXPECT_EQ(meet(*module, 0), 2u);
  EXPECT_EQ(meet(*module, 3), 5u);
}

TEST(Cfg, LoopLatchMeetsAtTheLoopExit) {
  auto module = kernel("mov.b32 %r1, 0;\n"         // 0
                       "L: add.s32 %r1, %r1, 1;\n" // 1
                       "@%p1 bra SKIP;\n"          // 2
                       "bar.sync 0;\n"             // 3
                       "SKIP: @%p2 bra L;\n"       // 4
                       "mov.b32 %r2, 1;\n"         // 5
                       "ret;\n");
  EXPECT_EQ(meet(*module, 2), 4u);
  EXPECT_EQ(meet(*module, 4), 5u);
}

TEST(Cfg, NestedLoops) {
  auto module = kernel("O: mov.b32 %r1, 0;\n"      // block 0
                       "I: add.s32 %r1, %r1, 1;\n" // 1
                       "@%p1 bra C;\n"
                       "bar.sync 0;\n"    // 2
                       "C: @%p2 bra I;\n" // 3
                       "@%p3 bra O;\n"    // 4
                       "S: @%p4 bra S;\n" // 5
                       "ret;\n");         // 6
  Cfg cfg(*module->findFunction("k"));
  ASSERT_EQ(cfg.loops().size(), 3u);
  const Loop &outer = cfg.loops()[0], &inner = cfg.loops()[1],
             &spin = cfg.loops()[2];
  EXPECT_EQ(outer.header, 0u);
  EXPECT_EQ(outer.parent, -1);
  EXPECT_FALSE(outer.isInnermost);
  EXPECT_EQ(outer.blocks, (Blocks{0, 4}));
  EXPECT_EQ(inner.header, 1u);
  EXPECT_EQ(inner.parent, 0);
  EXPECT_EQ(inner.depth, 2u);
  EXPECT_EQ(inner.blocks, (Blocks{1, 2, 3}));
  EXPECT_EQ(inner.latches, Blocks{3});
  EXPECT_EQ(spin.header, 5u);
  EXPECT_EQ(spin.depth, 1u);
  EXPECT_EQ(cfg.loopOf(2), 1);
  EXPECT_EQ(cfg.loopOf(6), -1);
}

TEST(Cfg, LoopWithTwoLatchesIsOneLoop) {
  auto module = kernel("L: add.s32 %r1, %r1, 1;\n@%p1 bra L;\n"
                       "mov.b32 %r2, 1;\n@%p2 bra L;\nret;\n");
  Cfg cfg(*module->findFunction("k"));
  ASSERT_EQ(cfg.loops().size(), 1u);
  EXPECT_EQ(cfg.loops()[0].latches, (Blocks{0, 1}));
}

TEST(Cfg, IrreducibleCycleIsNoLoop) {
  auto module = kernel("@%p1 bra B;\nA: mov.b32 %r1, 1;\n"
                       "B: mov.b32 %r2, 1;\n@%p2 bra A;\nret;\n");
  EXPECT_TRUE(Cfg(*module->findFunction("k")).loops().empty());
}

TEST(Cfg, UnreachableBlocks) {
  auto module = kernel("bra.uni END;\nL: mov.b32 %r1, 1;\nbra.uni L;\n"
                       "END: ret;\n");
  Cfg cfg(*module->findFunction("k"));
  ASSERT_EQ(cfg.blocks().size(), 3u);
  EXPECT_FALSE(cfg.isReachable(1));
  EXPECT_FALSE(cfg.dominates(1, 1));
  EXPECT_TRUE(cfg.loops().empty());
}

//===----------------------------------------------------------------------===//
// Random graphs against the definition
//===----------------------------------------------------------------------===//

/// Nodes reached from `root` without passing `without`.
std::vector<bool> reach(const Graph &graph, uint32_t root, uint32_t without) {
  std::vector<bool> seen(graph.size());
  std::vector<uint32_t> work;
  if (root != without) {
    seen[root] = true;
    work.push_back(root);
  }
  while (!work.empty()) {
    uint32_t node = work.back();
    work.pop_back();
    for (uint32_t successor : graph[node])
      if (successor != without && !seen[successor]) {
        seen[successor] = true;
        work.push_back(successor);
      }
  }
  return seen;
}

TEST(Dominators, AgreeWithTheDefinitionOnRandomGraphs) {
  std::mt19937 random(20240607);
  for (int round = 0; round < 400; ++round) {
    uint32_t size = 1 + random() % 14;
    Graph graph(size);
    uint32_t edges = random() % (2 * size + 1);
    for (uint32_t i = 0; i < edges; ++i)
      graph[random() % size].push_back(random() % size);
    std::vector<uint32_t> idom = immediateDominators(graph, 0);
    // dominates[a][b]: b cannot be reached without a.
    std::vector<bool> reachable = reach(graph, 0, UINT32_MAX);
    std::vector<std::vector<bool>> avoided(size);
    for (uint32_t a = 0; a < size; ++a)
      avoided[a] = reach(graph, 0, a);
    auto strictlyDominates = [&](uint32_t a, uint32_t b) {
      return a != b && reachable[a] && reachable[b] && !avoided[a][b];
    };
    for (uint32_t b = 0; b < size; ++b) {
      // The strict dominator that all other strict dominators dominate.
      uint32_t expected = UINT32_MAX;
      for (uint32_t a = 0; a < size; ++a)
        if (strictlyDominates(a, b) &&
            (expected == UINT32_MAX || strictlyDominates(expected, a)))
          expected = a;
      EXPECT_EQ(idom[b], expected) << "round " << round << " node " << b;
    }
  }
}

TEST(Dominators, DeepChainNeedsNoDeepStack) {
  constexpr uint32_t size = 300000;
  Graph graph(size);
  for (uint32_t i = 0; i + 1 < size; ++i)
    graph[i].push_back(i + 1);
  graph[size - 1].push_back(0);
  std::vector<uint32_t> idom = immediateDominators(graph, 0);
  EXPECT_EQ(idom[0], UINT32_MAX);
  for (uint32_t i = 1; i < size; ++i)
    ASSERT_EQ(idom[i], i - 1);
}

TEST(Cfg, LoopsAgreeWithTheDefinitionOnRandomFunctions) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    unsigned count = 2 + random() % 12;
    std::string body;
    for (unsigned i = 0; i < count; ++i)
      body += "L" + std::to_string(i) + ": @%p1 bra L" +
              std::to_string(random() % count) + ";\n";
    auto module = kernel(body + "ret;\n");
    Cfg cfg(*module->findFunction("k"));
    uint32_t blocks = cfg.exitBlock();
    // In a loop of header h: b reaches a latch of h without passing h.
    Graph graph(blocks + 1);
    for (uint32_t b = 0; b < blocks; ++b)
      graph[b] = cfg.blocks()[b].successors;
    for (uint32_t h = 0; h < blocks; ++h) {
      std::vector<bool> isMember(blocks);
      bool isHeader = false;
      for (uint32_t latch = 0; latch < blocks; ++latch) {
        const auto &successors = cfg.blocks()[latch].successors;
        if (!cfg.dominates(h, latch) ||
            std::find(successors.begin(), successors.end(), h) ==
                successors.end())
          continue;
        isHeader = isMember[h] = true;
        for (uint32_t b = 0; b < blocks; ++b)
          if (cfg.isReachable(b) && b != h && reach(graph, b, h)[latch])
            isMember[b] = true;
      }
      int found = -1;
      for (size_t i = 0; i < cfg.loops().size(); ++i)
        if (cfg.loops()[i].header == h)
          found = static_cast<int>(i);
      ASSERT_EQ(found >= 0, isHeader) << body;
      for (uint32_t b = 0; isHeader && b < blocks; ++b) {
        bool inside = false;
        for (int loop = cfg.loopOf(b); loop >= 0;
             loop = cfg.loops()[loop].parent)
          inside |= loop == found;
        EXPECT_EQ(inside, isMember[b])
            << "block " << b << ", header " << h << "\n"
            << body;
      }
    }
  }
}

} // namespace
