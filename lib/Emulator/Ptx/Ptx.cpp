//===- Ptx.cpp - names of types and spaces, small queries -----------------===//
//
// The parts of the syntax tree that are not parsing.
//
//===----------------------------------------------------------------------===//

#include "pit/Emulator/Ptx.h"

#include <algorithm>
#include <iterator>

namespace pit::ptx {

namespace {

struct TypeInfo {
  std::string_view name;
  uint16_t bits;
};

/// In the order of the enumeration.
constexpr TypeInfo typeInfos[] = {
    {"", 0},      {"pred", 1},    {"b1", 1},      {"b4", 4},     {"b8", 8},
    {"b16", 16},  {"b32", 32},    {"b64", 64},    {"b128", 128}, {"u2", 2},
    {"u4", 4},    {"u8", 8},      {"u16", 16},    {"u32", 32},   {"u64", 64},
    {"s2", 2},    {"s4", 4},      {"s8", 8},      {"s16", 16},   {"s32", 32},
    {"s64", 64},  {"f16", 16},    {"f16x2", 32},  {"bf16", 16},  {"bf16x2", 32},
    {"tf32", 32}, {"f32", 32},    {"f64", 64},    {"f32x2", 64}, {"e4m3", 8},
    {"e5m2", 8},  {"e4m3x2", 16}, {"e5m2x2", 16}, {"u16x2", 32}, {"s16x2", 32},
};
static_assert(std::size(typeInfos) == size_t(Type::S16x2) + 1,
              "one entry for each type");

} // namespace

unsigned bitWidth(Type type) { return typeInfos[size_t(type)].bits; }

std::string_view toString(Type type) { return typeInfos[size_t(type)].name; }

Type parseType(std::string_view name) {
  if (name.empty())
    return Type::None;
  for (size_t i = 1; i < std::size(typeInfos); ++i)
    if (typeInfos[i].name == name)
      return static_cast<Type>(i);
  return Type::None;
}

std::string_view toString(Space space) {
  constexpr std::string_view names[] = {"generic", "reg",   "const", "global",
                                        "local",   "param", "shared"};
  return names[size_t(space)];
}

std::string Instruction::mnemonic() const {
  std::string result(opcode);
  for (std::string_view modifier : modifiers) {
    result += '.';
    result += modifier;
  }
  return result;
}

const Function *Module::findFunction(std::string_view name) const {
  auto found = functionsByName.find(name);
  return found == functionsByName.end() ? nullptr : found->second;
}

std::string_view Module::lineText(unsigned line) const {
  if (line == 0 || line > lineStarts.size())
    return {};
  size_t begin = lineStarts[line - 1];
  size_t end = line < lineStarts.size() ? lineStarts[line] : text.size();
  constexpr std::string_view blanks = " \t\r\n\f\v";
  std::string_view result = std::string_view(text).substr(begin, end - begin);
  size_t first = result.find_first_not_of(blanks);
  if (first == result.npos)
    return {};
  return result.substr(first, result.find_last_not_of(blanks) - first + 1);
}

} // namespace pit::ptx
