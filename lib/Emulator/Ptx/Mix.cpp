//===- Mix.cpp - what the loops of a PTX function consist of --------------===//
//
// See Mix.h.
//
//===----------------------------------------------------------------------===//

#include "pit/Emulator/Mix.h"

#include "Json.h"
#include "pit/Emulator/Cfg.h"

#include <algorithm>
#include <cstdio>
#include <unordered_map>

namespace pit::ptx {

using emu::InstClass;

namespace {

/// Opcodes whose class does not depend on their modifiers.
const std::unordered_map<std::string_view, InstClass> &fixedClasses() {
  using C = InstClass;
  static const std::unordered_map<std::string_view, InstClass> classes = {
      {"ldmatrix", C::Ldmatrix}, {"stmatrix", C::Ldmatrix},
      {"mma", C::Mma},           {"atom", C::Atomic},
      {"red", C::Atomic},        {"cvta", C::Move},
      {"isspacep", C::Move},     {"mapa", C::Move},
      {"cvt", C::Convert},       {"setp", C::Predicate},
      {"set", C::Predicate},     {"selp", C::Predicate},
      {"slct", C::Predicate},    {"testp", C::Predicate},
      {"bra", C::Branch},        {"brx", C::Branch},
      {"ret", C::Branch},        {"exit", C::Branch},
      {"trap", C::Branch},       {"call", C::Call},
      {"bar", C::Barrier},       {"barrier", C::Barrier},
      {"mbarrier", C::Barrier},  {"shfl", C::Collective},
      {"vote", C::Collective},   {"match", C::Collective},
      {"redux", C::Collective},  {"activemask", C::Collective},
      {"elect", C::Collective},  {"movmatrix", C::Collective},
      {"fence", C::Fence},       {"membar", C::Fence},
      {"fma", C::Float},         {"rcp", C::Float},
      {"sqrt", C::Float},        {"rsqrt", C::Float},
      {"sin", C::Float},         {"cos", C::Float},
      {"lg2", C::Float},         {"ex2", C::Float},
      {"tanh", C::Float},        {"copysign", C::Float},
      {"popc", C::Integer},      {"clz", C::Integer},
      {"bfind", C::Integer},     {"brev", C::Integer},
      {"bfe", C::Integer},       {"bfi", C::Integer},
      {"bmsk", C::Integer},      {"szext", C::Integer},
      {"fns", C::Integer},       {"cnot", C::Integer},
      {"lop3", C::Integer},      {"shl", C::Integer},
      {"shr", C::Integer},       {"shf", C::Integer},
      {"prmt", C::Integer},      {"dp4a", C::Integer},
      {"dp2a", C::Integer},      {"addc", C::Integer},
      {"subc", C::Integer},      {"madc", C::Integer},
      {"mul24", C::Integer},     {"mad24", C::Integer},
      {"sad", C::Integer},       {"rem", C::Integer},
  };
  return classes;
}

bool isFloat(Type type) {
  switch (type) {
  case Type::F16:
  case Type::F16x2:
  case Type::BF16:
  case Type::BF16x2:
  case Type::F32:
  case Type::F32x2:
  case Type::F64:
    return true;
  default:
    return false;
  }
}

/// Whether the first part of some modifier (before "::") is `name`.
bool has(const Instruction &instruction, std::string_view name) {
  return std::any_of(instruction.modifiers.begin(), instruction.modifiers.end(),
                     [&](std::string_view modifier) {
                       return modifier.substr(0, modifier.find("::")) == name;
                     });
}

InstClass classifyAccess(const Instruction &instruction, bool isLoad) {
  if (has(instruction, "shared"))
    return isLoad ? InstClass::LoadShared : InstClass::StoreShared;
  if (has(instruction, "local"))
    return isLoad ? InstClass::LoadLocal : InstClass::StoreLocal;
  if (has(instruction, "const"))
    return InstClass::LoadConst;
  if (has(instruction, "param"))
    return InstClass::LoadParam;
  return isLoad ? InstClass::LoadGlobal : InstClass::StoreGlobal;
}

} // namespace

InstClass classify(const Instruction &instruction) {
  const auto &fixed = fixedClasses();
  std::string_view opcode = instruction.opcode;
  if (auto found = fixed.find(opcode); found != fixed.end())
    return found->second;
  if (opcode == "ld" || opcode == "ldu")
    return classifyAccess(instruction, true);
  if (opcode == "st")
    return classifyAccess(instruction, false);
  if (opcode == "cp") // committing and waiting moves no data
    return has(instruction, "commit_group") || has(instruction, "wait_group") ||
                   has(instruction, "wait_all")
               ? InstClass::Fence
               : InstClass::AsyncCopy;
  if (opcode == "wmma" || opcode == "wgmma" || opcode == "tcgen05") {
    if (has(instruction, "mma") || has(instruction, "mma_async"))
      return InstClass::Mma;
    if (opcode != "wmma")
      return has(instruction, "cp") || has(instruction, "ld") ||
                     has(instruction, "st")
                 ? InstClass::Other
                 : InstClass::Fence;
    return classifyAccess(instruction, has(instruction, "load"));
  }
  bool isMove = opcode == "mov";
  bool isLogic =
      opcode == "and" || opcode == "or" || opcode == "xor" || opcode == "not";
  if (isMove || isLogic)
    return has(instruction, "pred") ? InstClass::Predicate
           : isMove                 ? InstClass::Move
                                    : InstClass::Integer;
  for (std::string_view arithmetic :
       {"add", "sub", "mul", "mad", "div", "abs", "neg", "min", "max"})
    if (opcode == arithmetic) {
      Type type = instruction.modifiers.empty()
                      ? Type::None
                      : parseType(instruction.modifiers.back());
      return isFloat(type) ? InstClass::Float : InstClass::Integer;
    }
  return InstClass::Other;
}

uint64_t InstructionMix::total() const {
  uint64_t sum = 0;
  for (uint64_t count : byClass)
    sum += count;
  return sum;
}

double InstructionMix::mmaShare() const {
  uint64_t all = total();
  return all ? static_cast<double>(of(InstClass::Mma)) / all : 0;
}

InstructionMix &InstructionMix::operator+=(const InstructionMix &other) {
  for (size_t i = 0; i < byClass.size(); ++i)
    byClass[i] += other.byClass[i];
  return *this;
}

FunctionMix mixOf(const Module &module, const Function &function) {
  Cfg cfg(function, &module);
  FunctionMix result;
  result.name = std::string(function.name);
  result.isEntry = function.isEntry;
  result.line = function.line;
  for (const Loop &loop : cfg.loops()) {
    LoopMix mix;
    mix.depth = loop.depth;
    mix.parent = loop.parent;
    mix.isInnermost = loop.isInnermost;
    mix.firstLine = UINT32_MAX;
    result.loops.push_back(mix);
  }
  for (uint32_t i = 0; i < function.instructions.size(); ++i) {
    const Instruction &instruction = function.instructions[i];
    unsigned which = unsigned(classify(instruction));
    ++result.mix.byClass[which];
    int loop = cfg.loopOf(cfg.blockOf(i));
    if (loop < 0)
      continue;
    LoopMix &mix = result.loops[loop];
    ++mix.mix.byClass[which];
    mix.firstLine = std::min(mix.firstLine, instruction.line);
    mix.lastLine = std::max(mix.lastLine, instruction.line);
  }
  // Inner loops come behind the outer ones.
  for (size_t i = result.loops.size(); i-- > 0;) {
    const LoopMix &inner = result.loops[i];
    if (inner.parent < 0)
      continue;
    LoopMix &outer = result.loops[inner.parent];
    outer.mix += inner.mix;
    outer.firstLine = std::min(outer.firstLine, inner.firstLine);
    outer.lastLine = std::max(outer.lastLine, inner.lastLine);
  }
  auto weight = [](const LoopMix &loop) {
    return std::pair(loop.mix.of(InstClass::Mma),
                     loop.mix.of(InstClass::Mma) ? 0 : loop.mix.total());
  };
  LoopMix *main = nullptr;
  for (LoopMix &loop : result.loops)
    if (loop.isInnermost && (!main || weight(loop) > weight(*main)))
      main = &loop;
  if (main)
    main->isMain = true;
  return result;
}

//===----------------------------------------------------------------------===//
// Output
//===----------------------------------------------------------------------===//

namespace {

std::string mixList(const InstructionMix &mix) {
  std::string result;
  for (size_t i = 0; i < mix.byClass.size(); ++i)
    if (mix.byClass[i]) {
      result += result.empty() ? "" : ", ";
      result += toString(static_cast<InstClass>(i));
      result += ' ';
      result += std::to_string(mix.byClass[i]);
    }
  return result.empty() ? "nothing" : result;
}

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f%%", 100 * share);
  return text;
}

void writeMix(emu::JsonWriter &json, const InstructionMix &mix) {
  json.key("mix");
  json.beginObject();
  for (size_t i = 0; i < mix.byClass.size(); ++i)
    if (mix.byClass[i])
      json.member(toString(static_cast<InstClass>(i)), mix.byClass[i]);
  json.endObject();
}

} // namespace

std::string mixTable(std::span<const FunctionMix> functions) {
  std::string result;
  for (const FunctionMix &function : functions) {
    if (!result.empty())
      result += '\n';
    result += function.isEntry ? "kernel '" : "function '";
    result += function.name + "', line " + std::to_string(function.line) +
              ": " + std::to_string(function.mix.total()) + " instructions, " +
              percent(function.mix.mmaShare()) + " mma\n  " +
              mixList(function.mix) + '\n';
    if (function.loops.empty())
      result += "  no loops\n";
    for (const LoopMix &loop : function.loops) {
      std::string indent(2 * loop.depth, ' ');
      result += indent + (loop.isMain ? "main loop" : "loop") + ", lines " +
                std::to_string(loop.firstLine) + "-" +
                std::to_string(loop.lastLine) + ", depth " +
                std::to_string(loop.depth) + ": " +
                std::to_string(loop.mix.total()) + " instructions, " +
                percent(loop.mix.mmaShare()) + " mma\n" + indent + "  " +
                mixList(loop.mix) + '\n';
    }
  }
  return result;
}

std::string mixJson(std::span<const FunctionMix> functions) {
  emu::JsonWriter json;
  json.beginObject();
  json.key("functions");
  json.beginArray();
  for (const FunctionMix &function : functions) {
    json.lineBreak();
    json.beginObject();
    json.member("name", std::string_view(function.name));
    json.member("kernel", function.isEntry);
    json.member("line", uint64_t(function.line));
    json.member("instructions", function.mix.total());
    json.member("mma_share", function.mix.mmaShare());
    writeMix(json, function.mix);
    json.key("loops");
    json.beginArray();
    for (const LoopMix &loop : function.loops) {
      json.lineBreak();
      json.beginObject();
      json.member("first_line", uint64_t(loop.firstLine));
      json.member("last_line", uint64_t(loop.lastLine));
      json.member("depth", uint64_t(loop.depth));
      json.member("parent", int64_t(loop.parent));
      json.member("innermost", loop.isInnermost);
      json.member("main", loop.isMain);
      json.member("instructions", loop.mix.total());
      json.member("mma_share", loop.mix.mmaShare());
      writeMix(json, loop.mix);
      json.endObject();
    }
    json.endArray();
    json.endObject();
  }
  json.endArray();
  json.endObject();
  return json.take();
}

} // namespace pit::ptx
