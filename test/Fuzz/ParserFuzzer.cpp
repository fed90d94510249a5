//===- ParserFuzzer.cpp - any bytes through the PTX parser ----------------===//
//
// Whatever the text is, the parser either gives one line of error or a tree
// that keeps its promises: every index in range, every reference set, every
// piece of text inside the module's. The control flow graph must take each such
// tree.
//
//===----------------------------------------------------------------------===//

#include "pit/Emulator/Cfg.h"
#include "pit/Emulator/Ptx.h"

#include <cstdio>
#include <cstdlib>

using namespace pit::ptx;

namespace {

#define PROMISE(condition)                                                     \
  do {                                                                         \
    if (!(condition)) {                                                        \
      std::fprintf(stderr, "line %d: broken: %s\n", __LINE__, #condition);     \
      std::abort();                                                            \
    }                                                                          \
  } while (false)

bool isInside(const Module &module, std::string_view text) {
  return text.empty() ||
         (text.data() >= module.text.data() &&
          text.data() + text.size() <= module.text.data() + module.text.size());
}

void check(const Module &module, const Variable &variable) {
  PROMISE(isInside(module, variable.name));
  PROMISE(variable.type != Type::None);
  PROMISE(variable.vector == 1 || variable.vector == 2 || variable.vector == 4);
  PROMISE(variable.align && !(variable.align & (variable.align - 1)));
  PROMISE(variable.line >= 1 && variable.line <= module.lineStarts.size());
  PROMISE(variable.count >= 1);
  PROMISE(variable.bytes() <= uint64_t(1) << 30);
  PROMISE(variable.unsized || variable.init.size() <= variable.bytes());
  for (const Relocation &relocation : variable.relocations) {
    PROMISE(relocation.bytes == 4 || relocation.bytes == 8);
    PROMISE(relocation.offset + relocation.bytes <= variable.init.size());
    PROMISE(isInside(module, relocation.symbol));
    PROMISE(!relocation.symbol.empty());
  }
}

void check(const Module &module, const Function &function,
           const Operand &operand) {
  PROMISE(isInside(module, operand.name));
  size_t elements = operand.elements.size();
  switch (operand.kind) {
  case Operand::Kind::Register:
    PROMISE(operand.index < function.registers.size());
    PROMISE(!operand.component || function.registers[operand.index].vector > 1);
    break;
  case Operand::Kind::Special:
    PROMISE(operand.name[0] == '%');
    break;
  case Operand::Kind::Variable:
    PROMISE(operand.variable);
    break;
  case Operand::Kind::Label:
    PROMISE(operand.index < function.labels.size());
    break;
  case Operand::Kind::BranchTargets:
    PROMISE(operand.index < function.branchTargets.size());
    break;
  case Operand::Kind::Function:
    PROMISE(module.findFunction(operand.name));
    break;
  case Operand::Kind::Vector:
    PROMISE(elements >= 1);
    break;
  case Operand::Kind::Address: {
    PROMISE(elements >= 1);
    Operand::Kind base = operand.elements[0].kind;
    PROMISE(base == Operand::Kind::Register ||
            base == Operand::Kind::Variable || base == Operand::Kind::Integer);
    break;
  }
  case Operand::Kind::Pair:
    PROMISE(elements == 2);
    break;
  default:
    break;
  }
  for (const Operand &element : operand.elements)
    check(module, function, element);
}

void check(const Module &module, const Function &function) {
  for (const auto *list :
       {&function.params, &function.returns, &function.variables})
    for (const Variable &variable : *list)
      check(module, variable);
  PROMISE(function.params.size() == function.paramRegisters.size());
  PROMISE(function.returns.size() == function.returnRegisters.size());
  for (const auto *list : {&function.paramRegisters, &function.returnRegisters})
    for (int index : *list)
      PROMISE(index < static_cast<int>(function.registers.size()));
  PROMISE(function.labels.size() == function.labelNames.size());
  for (uint32_t target : function.labels)
    PROMISE(target <= function.instructions.size());
  for (const auto &table : function.branchTargets)
    for (uint32_t label : table)
      PROMISE(label < function.labels.size());
  for (const Instruction &instruction : function.instructions) {
    PROMISE(isInside(module, instruction.opcode));
    PROMISE(instruction.guard < static_cast<int>(function.registers.size()));
    PROMISE(instruction.line >= 1 &&
            instruction.line <= module.lineStarts.size());
    PROMISE(!module.lineText(instruction.line).empty());
    PROMISE(!instruction.mnemonic().empty());
    for (const Operand &operand : instruction.operands)
      check(module, function, operand);
  }

  Cfg cfg(function, &module);
  uint32_t end = 0;
  for (uint32_t b = 0; b < cfg.blocks().size(); ++b) {
    const BasicBlock &block = cfg.blocks()[b];
    PROMISE(block.first == end && block.end > block.first);
    end = block.end;
    PROMISE(!block.successors.empty());
    for (uint32_t successor : block.successors)
      PROMISE(successor <= cfg.exitBlock());
    PROMISE(cfg.immediatePostDominator(b) <= cfg.exitBlock());
    PROMISE(cfg.immediatePostDominator(b) != b);
    uint32_t meet = cfg.reconvergence(block.end - 1);
    PROMISE(meet == Cfg::kNone || meet < function.instructions.size());
    int loop = cfg.loopOf(b);
    PROMISE(loop < 0 || cfg.dominates(cfg.loops()[loop].header, b));
  }
  PROMISE(end == function.instructions.size());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto parsed =
      parse(std::string(reinterpret_cast<const char *>(data), size), "k.ptx");
  if (!parsed) {
    const std::string &message = parsed.error().message;
    PROMISE(message.rfind("k.ptx:", 0) == 0);
    PROMISE(message.find('\n') == message.npos);
    PROMISE(message.size() < 1000 || size > 500);
    return 0;
  }
  const Module &module = **parsed;
  for (const Variable &variable : module.variables)
    check(module, variable);
  for (const Function &function : module.functions)
    check(module, function);
  return 0;
}
