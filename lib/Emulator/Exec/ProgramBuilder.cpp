//===- ProgramBuilder.cpp - a kernel and what it calls --------------------===//

#include "FunctionDecoder.h"
#include "pit/Emulator/Cfg.h"

#include <algorithm>
#include <bit>
#include <cstring>

using namespace pit;
using namespace pit::emu;

/// Immediates take 32 lanes each; a Ref has 30 bits for where they are.
static constexpr size_t kMaxConstantBytes = 512u << 20;

uint32_t Program::functionAt(uint32_t pc) const {
  for (uint32_t i = 0; i < functions.size(); ++i)
    if (pc >= functions[i].entryPc && pc < functions[i].endPc)
      return i;
  return 0;
}

DeviceAddress emu::functionAddress(const ptx::Module &module,
                                   const ptx::Function &function) {
  for (size_t i = 0; i < module.functions.size(); ++i)
    if (&module.functions[i] == &function)
      return kFunctionWindow + 16 * i;
  return 0;
}

int Program::functionByAddress(DeviceAddress address) const {
  const DeviceAddress index = (address - kFunctionWindow) / 16;
  if (address < kFunctionWindow || index >= module->functions.size())
    return -1;
  for (size_t i = 1; i < functions.size(); ++i)
    if (functions[i].function == &module->functions[index])
      return int(i);
  return -1;
}

Ref ProgramBuilder::constant(unsigned bits, uint64_t value) {
  if (bits < 64)
    value &= (uint64_t(1) << bits) - 1;
  auto [it, isNew] = constants.try_emplace({bits, value}, 0);
  if (!isNew)
    return it->second;
  std::vector<uint8_t> &pool = program.constants;
  if (pool.size() > kMaxConstantBytes)
    return kConstArea << kRefShift; // build() reports it
  pool.resize((pool.size() + 63) & ~size_t(63));
  it->second = (kConstArea << kRefShift) | uint32_t(pool.size());
  if (bits == 1) {
    const LaneMask lanes = value ? kAllLanes : 0;
    pool.resize(pool.size() + sizeof lanes);
    std::memcpy(&pool[pool.size() - sizeof lanes], &lanes, sizeof lanes);
    return it->second;
  }
  const unsigned bytes = std::clamp(bits, 16u, 64u) / 8;
  for (unsigned lane = 0; lane < kWarpSize; ++lane)
    for (unsigned b = 0; b < bytes; ++b)
      pool.push_back(uint8_t(value >> (8 * b)));
  if (bits > 64) // the upper halves
    pool.resize(pool.size() + 8 * kWarpSize);
  return it->second;
}

int ProgramBuilder::functionIndex(const ptx::Function *function) const {
  for (size_t i = 0; i < reachable.size(); ++i)
    if (reachable[i] == function)
      return int(i);
  return -1;
}

const Placed *ProgramBuilder::findShared(const ptx::Variable *variable) const {
  for (const std::vector<Placed> *list :
       {&program.shared, &program.dynamicSharedVars})
    for (const Placed &p : *list)
      if (p.variable == variable)
        return &p;
  return nullptr;
}

void ProgramBuilder::collectVariable(const ptx::Operand &operand) {
  if (operand.variable && operand.variable->space == ptx::Space::Shared &&
      seen.insert(operand.variable).second)
    sharedVariables.push_back(operand.variable);
  if (operand.kind == ptx::Operand::Kind::Function)
    if (const ptx::Function *callee = module.findFunction(operand.name))
      addReachable(*callee);
  if (operand.kind == ptx::Operand::Kind::Special &&
      operand.name.starts_with("%reserved_smem_offset_") &&
      seen.insert(&program.reservedShared).second) {
    ptx::Variable &v = program.reservedShared;
    v.name = "reserved shared memory";
    v.space = ptx::Space::Shared;
    v.count = kReservedSharedBytes;
    v.align = 16;
    sharedVariables.push_back(&v);
  }
  for (const ptx::Operand &element : operand.elements)
    collectVariable(element);
}

void ProgramBuilder::addReachable(const ptx::Function &function) {
  if (function.hasBody && seen.insert(&function).second)
    reachable.push_back(&function);
}

/// Chains of calls may be long: a list of what is to be looked at, no
/// recursion.
void ProgramBuilder::collect(const ptx::Function &root) {
  addReachable(root);
  bool all = false;
  for (size_t i = 0; i < reachable.size(); ++i)
    for (const ptx::Instruction &inst : reachable[i]->instructions) {
      for (const ptx::Operand &operand : inst.operands)
        collectVariable(operand);
      // A call through a pointer may reach any function.
      if (all || inst.opcode != "call" || inst.operands.size() < 2 ||
          inst.operands[1].kind == ptx::Operand::Kind::Function)
        continue;
      all = true;
      for (const ptx::Function &callee : module.functions)
        if (!callee.isEntry)
          addReachable(callee);
    }
}

/// A multiple of `align` that is no multiple of twice that, at or after `from`:
/// code that relies on more than it declared is found out.
static uint64_t alignExactly(uint64_t from, uint64_t align) {
  uint64_t at = (from + align - 1) / align * align;
  return at % (2 * align) == 0 ? at + align : at;
}

/// Nobody's bytes behind a shared variable: some rows, if it is a tile. Every
/// block fills them and has a shadow of them, so not more.
static uint64_t redZone(uint64_t variableBytes) {
  return std::clamp<uint64_t>(variableBytes / 8, 16, 1024);
}

Error ProgramBuilder::placeShared() {
  uint64_t end = kSharedBase + redZone(0);
  // In the order of the PTX, not of use, so that layouts do not shift.
  std::stable_sort(sharedVariables.begin(), sharedVariables.end(),
                   [](const ptx::Variable *a, const ptx::Variable *b) {
                     return a->line < b->line;
                   });
  uint64_t declared = 0, dynamicAlign = 16;
  for (const ptx::Variable *v : sharedVariables) {
    if (v->unsized) {
      if (!program.dynamicShared || v->align > program.dynamicShared->align)
        program.dynamicShared = v;
      dynamicAlign = std::max<uint64_t>(dynamicAlign, v->align);
      continue;
    }
    const uint64_t at = alignExactly(end, std::max(v->align, 1u));
    const uint64_t aligned = (declared + v->align - 1) / v->align * v->align;
    if (v != &program.reservedShared)
      declared = aligned + v->bytes();
    if (declared > program.chip.maxStaticSharedBytes)
      return {module.fileName + ":" + std::to_string(v->line) + ": kernel '" +
              std::string(program.kernel->name) + "' declares more than " +
              std::to_string(program.chip.maxStaticSharedBytes) +
              " bytes of shared memory; larger arrays have to be dynamic "
              "('.extern .shared')"};
    program.shared.push_back({v, uint32_t(at), uint32_t(v->bytes())});
    end = at + v->bytes() + redZone(v->bytes());
  }
  program.staticSharedBytes = declared;
  program.sharedEnd = uint32_t(end);
  program.dynamicSharedOffset = uint32_t(alignExactly(end, dynamicAlign));
  for (const ptx::Variable *v : sharedVariables)
    if (v->unsized)
      program.dynamicSharedVars.push_back({v, program.dynamicSharedOffset, 0});
  return Error::success();
}

Error ProgramBuilder::placeParams(const ptx::Function &kernel) {
  // CUDA C++ programming guide, "Kernel Function Parameters": from sm_70 on.
  constexpr uint64_t kMaxKernelParamBytes = 32764;
  uint64_t end = 0;
  for (const ptx::Variable &v : kernel.params) {
    const uint64_t align = std::max(v.align, 1u);
    end = (end + align - 1) / align * align;
    if (end + v.bytes() > kMaxKernelParamBytes)
      return {module.fileName + ":" + std::to_string(v.line) +
              ": the parameters of '" + std::string(kernel.name) +
              "' take more than the " + std::to_string(kMaxKernelParamBytes) +
              " bytes that are possible"};
    program.paramLayout.push_back({&v, uint32_t(end), uint32_t(v.bytes())});
    program.params.push_back({std::string(v.name),
                              v.isArray ? ptx::Type::B8 : v.type, v.bytes(),
                              align, v.isPointer});
    end += v.bytes();
  }
  program.paramBytes = uint32_t(end);
  return Error::success();
}

/// What a function passes is copied from frame to frame, 32 lanes of it.
Error ProgramBuilder::checkParams(const ptx::Function &function) const {
  for (const auto *list :
       {&function.params, &function.returns, &function.variables})
    for (const ptx::Variable &v : *list)
      if (v.space == ptx::Space::Param && v.bytes() > kMaxParamBytes)
        return {module.fileName + ":" + std::to_string(v.line) + ": '" +
                std::string(v.name) + "' has " + std::to_string(v.bytes()) +
                " bytes, but a parameter has at most " +
                std::to_string(kMaxParamBytes)};
  return Error::success();
}

Error ProgramBuilder::build(const ptx::Function &root) {
  program.module = &module;
  program.kernel = &root;
  constant(1, 1); // "true", at offset 0: the guard of unguarded instructions
  collect(root);
  if (Error error = placeShared())
    return error;
  if (Error error = placeParams(root))
    return error;
  for (const ptx::Function *function : reachable) {
    if (Error error = checkParams(*function))
      return error;
    program.functions.emplace_back().function = function;
  }
  // Frames are laid out before the code that calls them is decoded.
  std::vector<std::unique_ptr<FunctionDecoder>> decoders;
  for (uint32_t i = 0; i < reachable.size(); ++i)
    decoders.push_back(std::make_unique<FunctionDecoder>(*this, i));
  for (auto &decoder : decoders)
    if (Error error = decoder->run())
      return error;
  if (program.constants.size() > kMaxConstantBytes)
    return {module.fileName + ":" + std::to_string(root.line) + ": '" +
            std::string(root.name) + "' has more than " +
            std::to_string(kMaxConstantBytes / (8 * kWarpSize)) +
            " different constants"};
  return Error::success();
}

Expected<std::unique_ptr<Program>> emu::decode(const ptx::Module &module,
                                               const ptx::Function &kernel,
                                               const SymbolTable &symbols,
                                               const Chip &chip) {
  auto program = std::make_unique<Program>();
  program->chip = chip;
  ProgramBuilder builder(*program, module, symbols);
  if (Error error = builder.build(kernel))
    return error;
  return program;
}
