//===- FunctionDecoder.cpp - frames and instructions of a function --------===//

#include "FunctionDecoder.h"
#include "pit/Emulator/Cfg.h"

#include <algorithm>

using namespace pit;
using namespace pit::emu;

unsigned emu::registerBits(ptx::Type type) {
  if (type == ptx::Type::Pred)
    return 1;
  return std::max(ptx::bitWidth(type), 16u);
}

static uint32_t laneBytes(ptx::Type type) {
  return type == ptx::Type::Pred ? 4 : registerBits(type) / 8;
}

/// Of a lane; checkParams has refused what is larger.
static uint32_t slotBytes(const ptx::Variable &v) {
  return (uint32_t(std::min(v.bytes(), kMaxParamBytes)) + 15) & ~15u;
}

FunctionDecoder::FunctionDecoder(ProgramBuilder &theBuilder, uint32_t theIndex)
    : builder(theBuilder),
      function(*theBuilder.program.functions[theIndex].function),
      index(theIndex), registerOffsets(function.registers.size(), kNoRef) {
  reserveParams();
}

uint32_t FunctionDecoder::reserve(uint32_t bytes, uint32_t align) {
  uint32_t &end = info().frameBytes;
  end = (end + align - 1) / align * align;
  const uint32_t at = end;
  end = uint32_t(std::min<uint64_t>(uint64_t(end) + bytes, kMaxFrameBytes + 1));
  return at;
}

Ref FunctionDecoder::registerRef(uint32_t r, char component) {
  const ptx::Register &reg = function.registers[r];
  const bool isPredicate = reg.type == ptx::Type::Pred;
  const uint32_t bytes = isPredicate ? 4 : laneBytes(reg.type) * kWarpSize;
  if (registerOffsets[r] == kNoRef)
    registerOffsets[r] = reserve(bytes * reg.vector, isPredicate ? 4 : 64);
  const std::string_view names = "xyzw";
  const uint32_t element =
      component ? uint32_t(names.find(component)) % reg.vector : 0;
  return registerOffsets[r] + element * bytes;
}

Ref FunctionDecoder::scratch() {
  if (scratchRef == kNoRef)
    scratchRef = reserve(16 * kWarpSize, 64);
  return scratchRef;
}

void FunctionDecoder::reserveParams() {
  auto add = [&](const std::deque<ptx::Variable> &variables,
                 const std::vector<int> &registers,
                 std::vector<ParamSlot> &list) {
    for (size_t i = 0; i < variables.size(); ++i) {
      const ptx::Variable &v = variables[i];
      if (i < registers.size() && registers[i] >= 0) {
        const ptx::Type type = function.registers[size_t(registers[i])].type;
        list.push_back({&v, registerRef(uint32_t(registers[i]), 0),
                        laneBytes(type), type == ptx::Type::Pred});
        continue;
      }
      const uint32_t bytes = slotBytes(v);
      const ParamSlot slot{&v, reserve(bytes * kWarpSize, 64), bytes};
      slots[&v] = slot;
      list.push_back(slot);
    }
  };
  add(function.returns, function.returnRegisters, info().returns);
  if (!function.isEntry)
    add(function.params, function.paramRegisters, info().params);
}

const ParamSlot *FunctionDecoder::paramSlot(const ptx::Variable *variable) {
  auto it = slots.find(variable);
  if (it != slots.end())
    return &it->second;
  for (const ptx::Variable &v : function.variables) {
    if (&v != variable || v.space != ptx::Space::Param)
      continue;
    const uint32_t bytes = slotBytes(v);
    return &(slots[&v] = {&v, reserve(bytes * kWarpSize, 64), bytes});
  }
  return nullptr;
}

Ref FunctionDecoder::localAddress(const ptx::Variable *variable) {
  if (auto it = localRefs.find(variable); it != localRefs.end())
    return it->second;
  for (const Placed &p : info().locals)
    if (p.variable == variable) {
      const Ref ref = reserve(8 * kWarpSize, 64);
      info().localAddresses.push_back({ref, p.offset});
      return localRefs[variable] = ref;
    }
  return kNoRef;
}

Error FunctionDecoder::placeVariables() {
  auto place = [&](const ptx::Variable &v) -> Error {
    if (v.space != ptx::Space::Local)
      return Error::success();
    uint32_t &end = info().localBytes;
    info().localAlign = std::max(info().localAlign, v.align);
    const uint64_t align = std::max(v.align, 1u);
    const uint64_t at = (end + align - 1) / align * align;
    if (v.bytes() > kMaxLocalBytes || at + v.bytes() > kMaxLocalBytes)
      return {builder.module.fileName + ":" + std::to_string(v.line) +
              ": local variables take more than the " +
              std::to_string(kMaxLocalBytes) + " bytes that a thread can have"};
    info().locals.push_back({&v, uint32_t(at), uint32_t(v.bytes())});
    end = uint32_t(at + v.bytes());
    return Error::success();
  };
  for (const ptx::Variable &v : function.variables)
    if (Error error = place(v))
      return error;
  // Module-scope .local variables belong to the kernel.
  if (index == 0)
    for (const ptx::Variable &v : builder.module.variables)
      if (Error error = place(v))
        return error;
  return Error::success();
}

Error FunctionDecoder::decodeOne(const ptx::Instruction &source) {
  DecodeInst d(*this, source);
  d.inst.line = source.line;
  if (source.guard >= 0) {
    d.inst.guard = registerRef(uint32_t(source.guard), 0);
    d.inst.guardFlip = source.guardNegated ? kAllLanes : 0;
    if (function.registers[size_t(source.guard)].type != ptx::Type::Pred)
      d.fail("the guard '" + function.registers[size_t(source.guard)].name +
             "' is no predicate");
  } else {
    d.inst.guard = kConstArea << kRefShift;
  }
  const auto &table = mnemonicTable();
  const auto it = table.find(source.opcode);
  if (it == table.end()) {
    d.fail("unknown instruction '" + std::string(source.opcode) + "'");
  } else {
    it->second(d);
    if (!d.failed() && !d.peek().empty())
      d.fail("unknown modifier '." + std::string(d.peek()) + "' at this place");
    if (!d.failed() && !d.inst.handler)
      d.fail("this combination of modifiers is not supported");
  }
  if (d.failed())
    return {builder.module.fileName + ":" + std::to_string(source.line) + ": " +
            d.errorMessage() + " in '" + source.mnemonic() + "'"};
  builder.program.code.push_back(d.inst);
  return Error::success();
}

Error FunctionDecoder::run() {
  Program &program = builder.program;
  const uint32_t entry = info().entryPc = uint32_t(program.code.size());
  if (Error error = placeVariables())
    return error;
  for (const auto &targets : function.branchTargets) {
    std::vector<uint32_t> pcs;
    for (uint32_t label : targets)
      pcs.push_back(entry + function.labels[label]);
    program.branchTables.push_back(std::move(pcs));
  }
  auto add = [&](const ptx::Instruction &source) -> Error {
    if (Error error = decodeOne(source))
      return error;
    if (info().frameBytes > kMaxFrameBytes)
      return {builder.module.fileName + ":" + std::to_string(function.line) +
              ": registers and parameters of '" + std::string(function.name) +
              "' take more than " + std::to_string(kMaxFrameBytes >> 20) +
              " MiB a warp"};
    return Error::success();
  };
  for (const ptx::Instruction &source : function.instructions)
    if (Error error = add(source))
      return error;

  // Falling off the end returns.
  ptx::Instruction ret;
  ret.opcode = "ret";
  ret.line = function.instructions.empty() ? function.line
                                           : function.instructions.back().line;
  if (Error error = add(ret))
    return error;
  info().endPc = uint32_t(program.code.size());

  const std::vector<uint16_t> moves = moveOnlyLoads(function);
  for (size_t i = 0; i < moves.size(); ++i)
    program.code[entry + i].flags |= moves[i];

  const ptx::Cfg cfg(function, &builder.module);
  for (uint32_t i = 0; i < function.instructions.size(); ++i) {
    Inst &inst = program.code[entry + i];
    if (inst.instClass == InstClass::Call) {
      program.code[entry + i + 1].flags |= kJoinPoint;
      continue;
    }
    if (inst.instClass != InstClass::Branch)
      continue;
    const uint32_t meet = cfg.reconvergence(i);
    inst.reconverge = meet == ptx::Cfg::kNone ? kNoPc : entry + meet;
    if (inst.reconverge != kNoPc)
      program.code[inst.reconverge].flags |= kJoinPoint;
  }
  return Error::success();
}
