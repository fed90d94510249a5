//===- Cfg.h - control flow of a PTX function -------------------*- C++ -*-===//
//
// Basic blocks over the instructions of a ptx::Function, dominators,
// post-dominators and natural loops.
//
//   @%p bra B;          block 0, successors 1 and 2
//   add.s32 ...;        block 1, successor 2
//   B: ret;             block 2, successor the exit
//
// The two sides of the branch meet again at the immediate post-dominator of
// block 0, block 2: reconvergence(0) is the index of `ret`.
//
// PTX ISA 9.7.12 (control flow instructions).
//
//===----------------------------------------------------------------------===//

#ifndef PIT_EMULATOR_CFG_H
#define PIT_EMULATOR_CFG_H

#include "pit/Emulator/Ptx.h"

#include <cstdint>
#include <vector>

namespace pit::ptx {

/// Instructions [first, end) of a function, entered at the first only and left
/// after the last only.
struct BasicBlock {
  uint32_t first = 0, end = 0;
  /// Blocks that can follow, Cfg::exitBlock() for leaving the function; each
  /// once. For a branch with a guard the fall-through comes last.
  std::vector<uint32_t> successors;
  std::vector<uint32_t> predecessors; ///< each once
};

/// A natural loop: the blocks from which a back edge to `header` is reached
/// without passing the header.
struct Loop {
  uint32_t header = 0;           ///< a block; it dominates the whole loop
  std::vector<uint32_t> latches; ///< blocks that jump back to the header
  std::vector<uint32_t> blocks;  ///< those of no inner loop, ascending
  int parent = -1;               ///< index of the loop around it, or -1
  unsigned depth = 1;            ///< 1 for an outermost loop
  bool isInnermost = true;       ///< no other loop inside
};

/// The control flow graph of one function. `bra` and `brx.idx` go to their
/// labels; an instruction with a guard also falls through; `ret`, `exit`,
/// `trap` and a call of a `.noreturn` function leave the function; any other
/// call falls through.
class Cfg {
public:
  /// "no instruction", "no block".
  static constexpr uint32_t kNone = UINT32_MAX;

  /// `module` is asked for called functions that do not return; it may be null.
  /// Indirect calls are taken to return.
  explicit Cfg(const Function &function, const Module *module = nullptr);

  const std::vector<BasicBlock> &blocks() const { return blockList; }
  /// The number that stands for leaving the function in successor lists; one
  /// more than the last block.
  uint32_t exitBlock() const { return static_cast<uint32_t>(blockList.size()); }
  /// The block of an instruction.
  uint32_t blockOf(uint32_t instruction) const { return blockOfs[instruction]; }
  /// Whether the block can be reached from the start of the function.
  bool isReachable(uint32_t block) const {
    return block == 0 || idoms[block] != kNone;
  }

  /// The immediate dominator; kNone for block 0 and for unreachable blocks.
  uint32_t immediateDominator(uint32_t block) const { return idoms[block]; }
  /// Whether every path to `b` passes `a` (also true if they are the same);
  /// false if `b` is unreachable. Constant time.
  bool dominates(uint32_t a, uint32_t b) const;

  /// The immediate post-dominator: a block, or exitBlock().
  ///
  /// Paths on which a thread ends without coming back are left out if the block
  /// that they leave has another successor, because threads that end there
  /// never meet the others again: a path into a block that ends in `trap` or in
  /// a call that does not return, and, where that ends the thread (`exit`;
  /// `ret` in a kernel), into a block that does nothing else or that is reached
  /// only that way and ends without waiting for other threads. A loop that
  /// never ends is taken to leave from its last block.
  uint32_t immediatePostDominator(uint32_t block) const {
    return ipdoms[block];
  }
  /// Where the threads that a branch in `instruction` separates meet again: the
  /// index of the first instruction of the immediate post-dominator, or kNone
  /// if that is the exit. Meant for the last instruction of a block.
  uint32_t reconvergence(uint32_t instruction) const;

  /// The natural loops, an outer loop before the loops inside. Cycles without a
  /// header that dominates them (irreducible) are not loops.
  const std::vector<Loop> &loops() const { return loopList; }
  /// The innermost loop of a block, -1 if it is in none.
  int loopOf(uint32_t block) const { return loopOfs[block]; }

private:
  /// What the last instruction of a block does, where it takes it.
  enum class Leave : uint8_t {
    No,     ///< goes on inside the function
    Return, ///< back to the caller
    Exit,   ///< the thread ends
    Trap    ///< the kernel ends
  };
  void findBlocks(const Function &function, const Module *module);
  void findDominators();
  void findPostDominators(const Function &function);
  std::vector<bool> findDeadEnds(const Function &function) const;
  void findLoops();

  std::vector<BasicBlock> blockList;
  std::vector<uint32_t> blockOfs;      ///< instruction -> block
  std::vector<Leave> leaves;           ///< block -> meaning of its exit edge
  std::vector<uint32_t> idoms, ipdoms; ///< block -> block
  std::vector<uint32_t> domIn, domOut; ///< block -> times of a walk of the tree
  std::vector<Loop> loopList;
  std::vector<int> loopOfs; ///< block -> loop
};

} // namespace pit::ptx

#endif // PIT_EMULATOR_CFG_H
