//===- MoveOnly.cpp - loads whose values are only copied ------------------===//
//
// Compilers copy objects whole, members that nobody has set included, and empty
// function objects have a byte of their own; bit-fields are set one by one in
// words that nobody has written: unoptimised code is full of loads
// of unwritten local memory whose values end in another local object. Nothing
// depends on such a value until it is looked at, so these loads are not
// reported. In shared memory, where a load for a store to global memory is what
// reads what somebody else has forgotten to write, that goes for padding only.
//
//===----------------------------------------------------------------------===//

#include "FunctionDecoder.h"

#include <algorithm>

using namespace pit;
using namespace pit::emu;
using ptx::Operand;

namespace {

bool has(const ptx::Instruction &inst, std::string_view modifier) {
  return std::find(inst.modifiers.begin(), inst.modifiers.end(), modifier) !=
         inst.modifiers.end();
}

template <typename F>
void forRegisters(const Operand &operand, const F &visit) {
  if (operand.kind == Operand::Kind::Register)
    visit(operand.index);
  for (const Operand &element : operand.elements)
    forRegisters(element, visit);
}

/// A load that may read local or shared memory.
bool isLoad(const ptx::Instruction &inst) {
  if (inst.opcode != "ld" || inst.operands.size() < 2)
    return false;
  for (std::string_view space :
       {"global", "const", "param", "param::entry", "param::func"})
    if (has(inst, space))
      return false;
  return true;
}

/// A store that leaves the thread, as far as its text says so.
bool isPublic(const ptx::Instruction &inst) {
  return has(inst, "global") || has(inst, "shared") || has(inst, "shared::cta");
}

/// Also what sets one bit-field and leaves those beside it.
bool isMove(const ptx::Instruction &inst) {
  return inst.operands.size() >= 2 &&
         (inst.opcode == "mov" || inst.opcode == "and" || inst.opcode == "or" ||
          inst.opcode == "bfi");
}

} // namespace

/// Registers whose values something depends on; stores to shared and global
/// memory count as that if `publicCounts`.
static std::vector<bool> observedRegisters(const ptx::Function &function,
                                           bool publicCounts) {
  const auto &code = function.instructions;
  std::vector<bool> observed(function.registers.size());
  std::vector<std::pair<uint32_t, uint32_t>> moves; ///< to, from
  auto observe = [&](uint32_t r) { observed[r] = true; };
  for (const ptx::Instruction &inst : code) {
    if (inst.guard >= 0)
      observe(uint32_t(inst.guard));
    const auto &operands = inst.operands;
    const bool twoOperands = operands.size() == 2;
    if (inst.opcode == "ld" && twoOperands) {
      forRegisters(operands[1], observe);
    } else if (inst.opcode == "st" && twoOperands &&
               !(publicCounts && isPublic(inst))) {
      forRegisters(operands[0], observe);
    } else if (isMove(inst)) {
      forRegisters(operands[0], [&](uint32_t to) {
        for (size_t i = 1; i < operands.size(); ++i)
          forRegisters(operands[i], [&](uint32_t from) {
            moves.push_back({to, from});
          });
      });
    } else {
      for (const Operand &operand : operands)
        forRegisters(operand, observe);
    }
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = moves.size(); i-- > 0;) // uses come after definitions
      if (auto [to, from] = moves[i]; observed[to] && !observed[from])
        changed = observed[from] = true;
  }
  return observed;
}

std::vector<uint16_t> emu::moveOnlyLoads(const ptx::Function &function) {
  const auto &code = function.instructions;
  std::vector<uint16_t> result;
  if (std::none_of(code.begin(), code.end(), isLoad))
    return result;
  const std::vector<bool> looked = observedRegisters(function, false);
  const std::vector<bool> published = observedRegisters(function, true);
  for (const ptx::Instruction &inst : code) {
    uint16_t flags = 0;
    if (isLoad(inst)) {
      flags = kMoveOnly | kLocalMoveOnly;
      forRegisters(inst.operands[0], [&](uint32_t r) {
        if (looked[r])
          flags &= uint16_t(~kMoveOnly);
        if (published[r])
          flags &= uint16_t(~kLocalMoveOnly);
      });
    }
    result.push_back(flags);
  }
  return result;
}
