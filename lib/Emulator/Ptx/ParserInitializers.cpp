//===- ParserInitializers.cpp - initial values of variables ---------------===//
//
// PTX ISA 5.4.4: nested braces over the dimensions, numbers, and addresses of
// variables and functions, whole (`p`, `generic(p)+4`) or byte by byte
// (`0xFF(p), 0xFF00(p), ...`).
//
//===----------------------------------------------------------------------===//

#include "Parser.h"

#include <cfloat>
#include <cmath>
#include <cstring>

namespace pit::ptx {

bool Parser::parseInitializer(Variable &variable,
                              const std::vector<uint64_t> &dimensions) {
  // A vector counts as one more dimension.
  std::vector<uint64_t> extents = dimensions;
  if (variable.vector > 1)
    extents.push_back(variable.vector);
  uint64_t used = 0;
  uint32_t start = token.offset;
  if (!parseInitializerLevel(variable, extents, 0, 0, used))
    return false;
  if (variable.unsized) {
    variable.unsized = false;
    variable.count *= used;
    if (used == 0)
      return fail(start, "empty initializer of '" + std::string(variable.name) +
                             "', whose size it should give");
  }
  for (const Relocation &relocation : variable.relocations)
    if (relocation.bytes != 4 && relocation.bytes != 8)
      return fail(start, "only " + std::to_string(relocation.bytes) +
                             " bytes of the address of '" +
                             std::string(relocation.symbol) +
                             "' are stored, expected 4 or 8");
  return true;
}

bool Parser::parseInitializerLevel(Variable &variable,
                                   const std::vector<uint64_t> &extents,
                                   size_t level, uint64_t offset,
                                   uint64_t &used) {
  if (level == extents.size())
    return parseInitializerElement(variable, offset);
  uint64_t stride = bitWidth(variable.type) / 8;
  for (size_t i = level + 1; i < extents.size(); ++i)
    stride *= extents[i];
  uint64_t limit = extents[level];
  if (limit == 0) // left out: the initializer tells
    limit = kMaxVariableBytes / stride;
  if (!expect('{', "at the start of an initializer"))
    return false;
  used = 0;
  while (!token.is('}')) {
    if (used == limit)
      return failHere("too many initial values for '" +
                      std::string(variable.name) + "'");
    uint64_t below = 0;
    if (!parseInitializerLevel(variable, extents, level + 1,
                               offset + used * stride, below))
      return false;
    ++used;
    if (!accept(','))
      break;
  }
  return expect('}', "after initial values");
}

bool Parser::reserveInitializer(Variable &variable, uint64_t end, uint32_t at) {
  if (end <= variable.init.size())
    return true;
  initializerBytes += end - variable.init.size();
  if (initializerBytes > kMaxInitializerBytes)
    return fail(at, "more than " + std::to_string(kMaxInitializerBytes >> 20) +
                        " MiB of initial values in the module");
  variable.init.resize(end);
  return true;
}

bool Parser::parseInitializerSymbol(std::string_view &name) {
  // Uses must follow the declaration; ptxas wants that too.
  std::vector<Register> none;
  Symbol symbol;
  if (token.is(Token::Identifier))
    symbol = symbols.lookup(symbols.intern(token.text), none);
  bool isAddress = symbol.kind == Symbol::Function ||
                   (symbol.kind == Symbol::Variable &&
                    (symbol.variable->space == Space::Global ||
                     symbol.variable->space == Space::Const));
  if (token.is(Token::Identifier) && !isAddress)
    return failHere("'" + std::string(token.text) +
                    "' is neither a function nor a .global or .const variable "
                    "declared before");
  if (!isAddress)
    return expected("the name of a variable or a function");
  name = token.text;
  advance();
  return true;
}

bool Parser::parseMask(Variable &variable, uint64_t mask, uint32_t start,
                       uint64_t offset) {
  // 0xFF00(sym): byte 1 of the address. Only whole addresses make sense, so
  // each mask must continue the one before it.
  advance(); // (
  std::string_view name;
  bool generic = false;
  if (token.text == "generic" && token.is(Token::Identifier)) {
    generic = true;
    advance();
    if (!expect('(', "after 'generic'"))
      return false;
  }
  if (!parseInitializerSymbol(name))
    return false;
  if (generic && !expect(')', "after 'generic('"))
    return false;
  int64_t addend = 0;
  if (!parseAddends(addend) || !expect(')', "after a masked address"))
    return false;
  if (bitWidth(variable.type) != 8)
    return fail(start, "masked address in an array whose elements are not "
                       "bytes");
  unsigned byte = 0;
  while (byte < 8 && mask != uint64_t(0xFF) << (8 * byte))
    ++byte;
  if (byte == 8)
    return fail(start, "mask of an address does not select one byte");
  if (byte == 0) {
    variable.relocations.push_back({offset, name, addend, generic, 1});
    return true;
  }
  Relocation *last =
      variable.relocations.empty() ? nullptr : &variable.relocations.back();
  if (!last || last->bytes != byte || last->offset + byte != offset ||
      last->symbol != name || last->addend != addend ||
      last->generic != generic)
    return fail(start, "byte " + std::to_string(byte) + " of the address of '" +
                           std::string(name) +
                           "' does not follow the byte before it");
  ++last->bytes;
  return true;
}

bool Parser::parseInitializerElement(Variable &variable, uint64_t offset) {
  uint32_t start = token.offset;
  unsigned bytes = bitWidth(variable.type) / 8;
  bool isFloat = variable.type == Type::F32 || variable.type == Type::F64;
  if (variable.type == Type::F16 || variable.type == Type::F16x2 ||
      variable.type == Type::B128)
    return failHere("variables of type '." +
                    std::string(toString(variable.type)) +
                    "' cannot have initial values");
  if (!reserveInitializer(variable, offset + bytes, start))
    return false;

  if (token.is(Token::Integer)) {
    Lexer savedLexer = lexer;
    Token saved = token;
    advance();
    if (token.is('('))
      return parseMask(variable, saved.value, start, offset);
    lexer = savedLexer;
    token = saved;
  }
  if (token.is(Token::Identifier) && token.text != "WARP_SZ") {
    Relocation relocation{offset, {}, 0, token.text == "generic", bytes};
    if (relocation.generic) {
      advance();
      if (!expect('(', "after 'generic'"))
        return false;
    }
    if (!parseInitializerSymbol(relocation.symbol))
      return false;
    if (relocation.generic && !expect(')', "after 'generic('"))
      return false;
    if (!parseAddends(relocation.addend))
      return false;
    if (isFloat || bytes < 4)
      return fail(start, "address as initial value of type '." +
                             std::string(toString(variable.type)) + "'");
    variable.relocations.push_back(relocation);
    return true;
  }

  Constant value;
  if (!parseConstant(value))
    return false;
  if (isFloat && !value.isFloat())
    return fail(start, "integer as initial value of type '." +
                           std::string(toString(variable.type)) + "'");
  uint64_t bits = value.bits;
  if (variable.type == Type::F32 && value.kind == Constant::F64) {
    double wide = value.asDouble();
    if (std::isfinite(wide) && std::fabs(wide) > FLT_MAX)
      return fail(start, "initial value out of the range of '.f32'");
    float narrow = static_cast<float>(wide);
    uint32_t low;
    std::memcpy(&low, &narrow, sizeof low);
    bits = low;
  } else if (variable.type == Type::F64 && value.kind == Constant::F32) {
    bits = Constant::fromDouble(value.asDouble()).bits;
  } else if (!isFloat && value.isFloat() &&
             bytes != (value.kind == Constant::F32 ? 4u : 8u)) {
    return fail(start, "floating-point constant as initial value of type '." +
                           std::string(toString(variable.type)) + "'");
  }
  for (unsigned i = 0; i < bytes; ++i)
    variable.init[offset + i] = static_cast<uint8_t>(bits >> (8 * i));
  return true;
}

} // namespace pit::ptx
