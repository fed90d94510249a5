//===- Cfg.cpp - control flow of a PTX function ---------------------------===//
//
// Blocks, dominators, reconvergence points and loops. Every step is linear in
// the size of the function, or nearly.
//
//===----------------------------------------------------------------------===//

#include "pit/Emulator/Cfg.h"

#include "Dominators.h"

#include <algorithm>
#include <iterator>

namespace pit::ptx {

namespace {

void addUnique(std::vector<uint32_t> &list, uint32_t value) {
  if (std::find(list.begin(), list.end(), value) == list.end())
    list.push_back(value);
}

/// Whether a thread may wait in `instruction` for what another one does.
bool mayWait(const Instruction &instruction) {
  constexpr std::string_view opcodes[] = {"bar",   "barrier",       "mbarrier",
                                          "call",  "wgmma",         "tcgen05",
                                          "elect", "griddepcontrol"};
  if (std::find(std::begin(opcodes), std::end(opcodes), instruction.opcode) !=
      std::end(opcodes))
    return true;
  for (std::string_view modifier : instruction.modifiers)
    if (modifier == "sync" || modifier == "aligned")
      return true;
  return false;
}

bool callsNoReturn(const Instruction &instruction, const Module *module) {
  if (!module || instruction.opcode != "call")
    return false;
  for (const Operand &operand : instruction.operands)
    if (operand.kind == Operand::Kind::Function) {
      const Function *callee = module->findFunction(operand.name);
      return callee && callee->noReturn;
    }
  return false;
}

} // namespace

Cfg::Cfg(const Function &function, const Module *module) {
  findBlocks(function, module);
  if (blockList.empty())
    return;
  findDominators();
  findPostDominators(function);
  findLoops();
}

void Cfg::findBlocks(const Function &function, const Module *module) {
  const std::vector<Instruction> &code = function.instructions;
  uint32_t count = static_cast<uint32_t>(code.size());
  if (count == 0)
    return;

  std::vector<bool> starts(count + 1);
  starts[0] = true;
  for (uint32_t target : function.labels)
    starts[target] = true;
  std::vector<Leave> leaving(count, Leave::No);
  std::vector<bool> jumps(count);
  for (uint32_t i = 0; i < count; ++i) {
    const Instruction &instruction = code[i];
    std::string_view opcode = instruction.opcode;
    if (opcode == "ret")
      leaving[i] = function.isEntry ? Leave::Exit : Leave::Return;
    else if (opcode == "exit")
      leaving[i] = Leave::Exit;
    else if (opcode == "trap" || callsNoReturn(instruction, module))
      leaving[i] = Leave::Trap;
    jumps[i] = opcode == "bra" || opcode == "brx";
    if (jumps[i] || leaving[i] != Leave::No)
      starts[i + 1] = true;
  }

  blockOfs.resize(count);
  for (uint32_t i = 0; i < count; ++i) {
    if (starts[i]) {
      blockList.emplace_back();
      blockList.back().first = i;
    }
    blockOfs[i] = static_cast<uint32_t>(blockList.size() - 1);
    blockList.back().end = i + 1;
  }

  leaves.assign(blockList.size(), Leave::No);
  // Running into the end of the body, or jumping there, is like `ret`.
  Leave atEnd = function.isEntry ? Leave::Exit : Leave::Return;
  for (uint32_t b = 0; b < blockList.size(); ++b) {
    BasicBlock &block = blockList[b];
    uint32_t last = block.end - 1;
    const Instruction &instruction = code[last];
    std::vector<uint32_t> &successors = block.successors;
    auto addLabel = [&](uint32_t label) {
      uint32_t target = function.labels[label];
      addUnique(successors, target < count ? blockOfs[target] : exitBlock());
    };
    if (jumps[last])
      for (const Operand &operand : instruction.operands) {
        if (operand.kind == Operand::Kind::Label)
          addLabel(operand.index);
        else if (operand.kind == Operand::Kind::BranchTargets) {
          // A table may be long and name the same label often.
          std::vector<uint32_t> labels = function.branchTargets[operand.index];
          std::sort(labels.begin(), labels.end());
          labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
          for (uint32_t label : labels) {
            uint32_t target = function.labels[label];
            successors.push_back(target < count ? blockOfs[target]
                                                : exitBlock());
          }
          std::sort(successors.begin(), successors.end());
          successors.erase(std::unique(successors.begin(), successors.end()),
                           successors.end());
        }
      }
    else if (leaving[last] != Leave::No)
      successors.push_back(exitBlock());
    bool falls = (!jumps[last] && leaving[last] == Leave::No) ||
                 instruction.guard >= 0 || successors.empty();
    if (falls)
      addUnique(successors, b + 1); // the exit, if it is the last block
    leaves[b] = leaving[last] == Leave::No ? atEnd : leaving[last];
  }
  for (uint32_t b = 0; b < blockList.size(); ++b)
    for (uint32_t successor : blockList[b].successors)
      if (successor != exitBlock())
        blockList[successor].predecessors.push_back(b);
}

void Cfg::findDominators() {
  Graph graph(blockList.size() + 1);
  for (uint32_t b = 0; b < blockList.size(); ++b)
    graph[b] = blockList[b].successors;
  idoms = immediateDominators(graph, 0);
  idoms.pop_back(); // the exit

  Graph children(blockList.size());
  for (uint32_t b = 1; b < blockList.size(); ++b)
    if (idoms[b] != kNone)
      children[idoms[b]].push_back(b);
  // A node dominates those whose times lie within its own.
  domIn.assign(blockList.size(), 0);
  domOut.assign(blockList.size(), 0);
  uint32_t time = 0;
  std::vector<std::pair<uint32_t, size_t>> stack{{0, 0}};
  domIn[0] = ++time;
  while (!stack.empty()) {
    auto &[node, next] = stack.back();
    if (next == children[node].size()) {
      domOut[node] = ++time;
      stack.pop_back();
      continue;
    }
    uint32_t child = children[node][next++];
    domIn[child] = ++time;
    stack.push_back({child, 0});
  }
}

bool Cfg::dominates(uint32_t a, uint32_t b) const {
  return isReachable(a) && isReachable(b) && domIn[a] <= domIn[b] &&
         domOut[b] <= domOut[a];
}

/// Blocks that threads enter only to end (see immediatePostDominator).
std::vector<bool> Cfg::findDeadEnds(const Function &function) const {
  // Successors first, so that a chain of such blocks is found in one pass.
  std::vector<uint32_t> order;
  std::vector<bool> seen(blockList.size());
  std::vector<std::pair<uint32_t, size_t>> stack{{0, 0}};
  seen[0] = true;
  while (!stack.empty()) {
    auto &[node, next] = stack.back();
    if (next == blockList[node].successors.size()) {
      order.push_back(node);
      stack.pop_back();
      continue;
    }
    uint32_t successor = blockList[node].successors[next++];
    if (successor == exitBlock() || seen[successor])
      continue;
    seen[successor] = true;
    stack.push_back({successor, 0});
  }

  std::vector<bool> dead(blockList.size());
  for (uint32_t b : order) {
    const BasicBlock &block = blockList[b];
    bool onlyLeaves = block.successors.size() == 1 &&
                      block.successors[0] == exitBlock() &&
                      leaves[b] != Leave::Return;
    if (onlyLeaves &&
        (leaves[b] == Leave::Trap || block.end - block.first == 1)) {
      dead[b] = true;
      continue;
    }
    if (block.predecessors.size() != 1)
      continue;
    bool ends = true;
    for (uint32_t successor : block.successors)
      ends &= successor == exitBlock() ? leaves[b] != Leave::Return
                                       : bool(dead[successor]);
    for (uint32_t i = block.first; ends && i < block.end; ++i)
      ends = !mayWait(function.instructions[i]);
    dead[b] = ends;
  }
  return dead;
}

void Cfg::findPostDominators(const Function &function) {
  uint32_t count = static_cast<uint32_t>(blockList.size());
  std::vector<bool> dead = findDeadEnds(function);
  // The graph backwards: backward[s] are the blocks that go to s.
  Graph backward(count + 1);
  std::vector<std::vector<uint32_t>> dropped(count);
  for (uint32_t b = 0; b < count; ++b) {
    auto isDead = [&](uint32_t successor) {
      return successor == exitBlock() ? leaves[b] != Leave::Return
                                      : bool(dead[successor]);
    };
    const std::vector<uint32_t> &successors = blockList[b].successors;
    bool hasOther = !std::all_of(successors.begin(), successors.end(), isDead);
    for (uint32_t successor : successors) {
      if (hasOther && isDead(successor))
        dropped[b].push_back(successor);
      else
        backward[successor].push_back(b);
    }
  }

  // Everything must have a way out, else it would have no post-dominator.
  std::vector<bool> leaves(count + 1);
  std::vector<uint32_t> work;
  auto spread = [&](uint32_t from) {
    leaves[from] = true;
    work.push_back(from);
    while (!work.empty()) {
      uint32_t node = work.back();
      work.pop_back();
      for (uint32_t predecessor : backward[node])
        if (!leaves[predecessor]) {
          leaves[predecessor] = true;
          work.push_back(predecessor);
        }
    }
  };
  spread(exitBlock());
  // A loop that ends only where threads end: that is its way out after all.
  std::vector<uint32_t> again;
  for (uint32_t b = 0; b < count; ++b)
    if (!leaves[b])
      again.push_back(b);
  for (uint32_t b : again)
    for (uint32_t successor : dropped[b])
      backward[successor].push_back(b);
  for (uint32_t b : again)
    for (uint32_t successor : dropped[b])
      if (leaves[successor] && !leaves[b])
        spread(b);
  // An endless loop.
  for (uint32_t b = count; b-- > 0;)
    if (!leaves[b]) {
      backward[exitBlock()].push_back(b);
      spread(b);
    }

  ipdoms = immediateDominators(backward, exitBlock());
  ipdoms.pop_back();
}

uint32_t Cfg::reconvergence(uint32_t instruction) const {
  uint32_t block = ipdoms[blockOfs[instruction]];
  return block == exitBlock() ? kNone : blockList[block].first;
}

void Cfg::findLoops() {
  uint32_t count = static_cast<uint32_t>(blockList.size());
  loopOfs.assign(count, -1);
  // Inner headers come later in the dominator tree than the outer ones.
  std::vector<uint32_t> headers;
  std::vector<std::vector<uint32_t>> latches(count);
  for (uint32_t b = 0; b < count; ++b)
    for (uint32_t successor : blockList[b].successors)
      if (successor != exitBlock() && dominates(successor, b)) {
        if (latches[successor].empty())
          headers.push_back(successor);
        latches[successor].push_back(b);
      }
  std::sort(headers.begin(), headers.end(),
            [&](uint32_t a, uint32_t b) { return domIn[a] < domIn[b]; });

  // Inner loops first; each then counts as one node of the loop around it.
  // `top` leads from a loop to the outermost one known, shortened as it is
  // followed.
  loopList.resize(headers.size());
  std::vector<int> top(headers.size());
  auto outermost = [&](int loop) {
    while (top[loop] != loop)
      loop = top[loop] = top[top[loop]];
    return loop;
  };
  std::vector<uint32_t> work;
  for (size_t i = headers.size(); i-- > 0;) {
    int self = static_cast<int>(i);
    Loop &loop = loopList[i];
    loop.header = headers[i];
    loop.latches = latches[headers[i]];
    top[i] = self;
    auto enter = [&](uint32_t block) {
      if (!isReachable(block))
        return;
      if (loopOfs[block] < 0) {
        loopOfs[block] = self;
      } else {
        int inner = outermost(loopOfs[block]);
        if (inner == self)
          return;
        top[inner] = self;
        loopList[inner].parent = self;
        loop.isInnermost = false;
        block = loopList[inner].header;
      }
      if (block != loop.header)
        work.push_back(block);
    };
    if (loopOfs[loop.header] < 0)
      loopOfs[loop.header] = self;
    for (uint32_t latch : loop.latches)
      enter(latch);
    while (!work.empty()) {
      uint32_t block = work.back();
      work.pop_back();
      for (uint32_t predecessor : blockList[block].predecessors)
        enter(predecessor);
    }
  }
  for (Loop &loop : loopList)
    if (loop.parent >= 0)
      loop.depth = loopList[loop.parent].depth + 1;
  for (uint32_t b = 0; b < count; ++b)
    if (loopOfs[b] >= 0)
      loopList[loopOfs[b]].blocks.push_back(b);
}

} // namespace pit::ptx
