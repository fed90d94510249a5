//===- FunctionDecoder.h - decoding the functions of a kernel ---*- C++ -*-===//

#ifndef PIT_LIB_EMULATOR_EXEC_FUNCTIONDECODER_H
#define PIT_LIB_EMULATOR_EXEC_FUNCTIONDECODER_H

#include "Decoder.h"

#include <map>
#include <unordered_set>

namespace pit::emu {

/// The size of a parameter that one function passes to another.
constexpr uint64_t kMaxParamBytes = 1 << 16;

/// What the functions of one program share while they are decoded.
class ProgramBuilder {
public:
  ProgramBuilder(Program &program, const ptx::Module &module,
                 const SymbolTable &symbols)
      : program(program), module(module), symbols(symbols) {}

  Error build(const ptx::Function &root);

  Program &program;
  const ptx::Module &module;
  const SymbolTable &symbols;

  /// An immediate in each of 32 lanes of `bits` bits (1: a predicate).
  Ref constant(unsigned bits, uint64_t value);
  /// Index into program.functions, or -1 for one without a body.
  int functionIndex(const ptx::Function *function) const;
  const Placed *findShared(const ptx::Variable *variable) const;

private:
  void collect(const ptx::Function &root);
  void addReachable(const ptx::Function &function);
  void collectVariable(const ptx::Operand &operand);
  Error placeShared();
  Error placeParams(const ptx::Function &kernel);
  Error checkParams(const ptx::Function &function) const;

  std::map<std::pair<unsigned, uint64_t>, Ref> constants;
  std::vector<const ptx::Function *> reachable;
  std::vector<const ptx::Variable *> sharedVariables;
  std::unordered_set<const void *> seen;
};

/// Lays out the frame of one function and decodes its instructions.
class FunctionDecoder {
public:
  FunctionDecoder(ProgramBuilder &builder, uint32_t index);

  Error run();

  ProgramBuilder &builder;
  const ptx::Function &function;
  const uint32_t index; ///< in program.functions

  FunctionInfo &info() { return builder.program.functions[index]; }
  /// Where register `r` is; placed in the frame at its first use.
  Ref registerRef(uint32_t r, char component);
  /// A place for results that nobody wants.
  Ref scratch();
  /// Per-lane memory of a .param variable of this function.
  const ParamSlot *paramSlot(const ptx::Variable *variable);
  /// uint64_t[32] that holds the address of a .local variable.
  Ref localAddress(const ptx::Variable *variable);
  uint32_t reserve(uint32_t bytes, uint32_t align);

private:
  Error decodeOne(const ptx::Instruction &source);
  Error placeVariables();
  void reserveParams();

  std::vector<uint32_t> registerOffsets; ///< kNoRef: not placed yet
  Ref scratchRef = kNoRef;
  std::map<const ptx::Variable *, ParamSlot> slots;
  std::map<const ptx::Variable *, Ref> localRefs;
};

/// For each instruction kMoveOnly and kLocalMoveOnly, where they hold for a
/// load of local, shared or generic memory; empty if there is no such load.
std::vector<uint16_t> moveOnlyLoads(const ptx::Function &function);

} // namespace pit::emu

#endif // PIT_LIB_EMULATOR_EXEC_FUNCTIONDECODER_H
