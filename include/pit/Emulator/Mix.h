//===- Mix.h - what the loops of a PTX function consist of ------*- C++ -*-===//
//
// A look at the text alone: nothing is executed, every instruction counts once,
// however often it would run. The classes are those of the executed counters
// (Stats.h); a generic load or store counts as a global one, as there.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_EMULATOR_MIX_H
#define PIT_EMULATOR_MIX_H

#include "pit/Emulator/Ptx.h"
#include "pit/Emulator/Stats.h"

#include <array>
#include <span>
#include <string>
#include <vector>

namespace pit::ptx {

/// The class of an instruction by its opcode and modifiers.
emu::InstClass classify(const Instruction &instruction);

/// Numbers of instructions by class.
struct InstructionMix {
  std::array<uint64_t, emu::kNumInstClasses> byClass{};

  uint64_t of(emu::InstClass instClass) const {
    return byClass[unsigned(instClass)];
  }
  /// All of them.
  uint64_t total() const;
  /// mma instructions / all instructions, from 0 to 1; 0 if there are none.
  double mmaShare() const;
  InstructionMix &operator+=(const InstructionMix &other);
};

/// A natural loop; its mix includes that of the loops inside.
struct LoopMix {
  unsigned firstLine = 0, lastLine = 0; ///< of its instructions
  unsigned depth = 1;                   ///< 1 for an outermost loop
  int parent = -1; ///< index of the loop around it in FunctionMix::loops, or -1
  bool isInnermost = true;
  /// The one loop of the function that its speed most likely depends on: of the
  /// innermost loops that with most mma instructions; without any mma, with
  /// most instructions. The first one if several have as many.
  bool isMain = false;
  InstructionMix mix;
};

/// A function with a body.
struct FunctionMix {
  std::string name;
  bool isEntry = false;
  unsigned line = 0;
  InstructionMix mix;         ///< of all instructions
  std::vector<LoopMix> loops; ///< an outer loop before those inside
};

/// Finds the loops of `function`, a function of `module`, and counts.
FunctionMix mixOf(const Module &module, const Function &function);

/// A table for people.
std::string mixTable(std::span<const FunctionMix> functions);
/// {"functions": [{"name", "kernel", "line", "instructions", "mix": {class:
/// number, ...}, "loops": [{"first_line", "last_line", "depth", "parent" (-1
/// for none), "innermost", "main", "instructions", "mma_share", "mix"}, ...]},
/// ...]}; classes without an instruction are left out of a mix.
std::string mixJson(std::span<const FunctionMix> functions);

} // namespace pit::ptx

#endif // PIT_EMULATOR_MIX_H
