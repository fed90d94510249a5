//===- ParserDirectives.cpp - variables, registers, what is skipped -------===//
//
// PTX ISA 5.4 (variables) and 11 (directives). Debug information, pragmas and
// attributes are checked for form and dropped: they change nothing that an
// emulator computes.
//
//===----------------------------------------------------------------------===//

#include "Parser.h"

namespace pit::ptx {

namespace {

/// The types that variables and registers may have (PTX ISA 5.2.1); the
/// alternate formats such as .bf16 are held in .b16 and .b32.
bool isFundamental(Type type) {
  switch (type) {
  case Type::Pred:
  case Type::B8:
  case Type::B16:
  case Type::B32:
  case Type::B64:
  case Type::B128:
  case Type::U8:
  case Type::U16:
  case Type::U32:
  case Type::U64:
  case Type::S8:
  case Type::S16:
  case Type::S32:
  case Type::S64:
  case Type::F16:
  case Type::F16x2:
  case Type::F32:
  case Type::F64:
    return true;
  default:
    return false;
  }
}

} // namespace

//===----------------------------------------------------------------------===//
// Skipped directives
//===----------------------------------------------------------------------===//

bool Parser::parseU32(uint32_t &value, std::string_view what) {
  if (!token.is(Token::Integer))
    return expected(what);
  if (token.value > UINT32_MAX)
    return failHere("'" + std::string(token.text) +
                    "' does not fit into 32 bits");
  value = static_cast<uint32_t>(token.value);
  advance();
  return true;
}

bool Parser::skipFile() {
  // .file 1 "name", time, size
  advance();
  uint32_t number;
  if (!parseU32(number, "a file number"))
    return false;
  if (!token.is(Token::String))
    return expected("a file name");
  advance();
  while (accept(',')) {
    if (!token.is(Token::Integer))
      return expected("a time or a size");
    advance();
  }
  return true;
}

bool Parser::skipLoc() {
  // .loc file line column [, function_name label[+offset]]
  //                       [, inlined_at file line column]
  advance();
  uint32_t number;
  for (int i = 0; i < 3; ++i)
    if (!parseU32(number, "a file, line or column number"))
      return false;
  while (accept(',')) {
    if (token.text == "function_name") {
      advance();
      if (!token.is(Token::Identifier) && !token.is(Token::Dot))
        return expected("a label");
      advance();
      if (accept('+') && !parseU32(number, "an offset"))
        return false;
    } else if (token.text == "inlined_at") {
      advance();
      for (int i = 0; i < 3; ++i)
        if (!parseU32(number, "a file, line or column number"))
          return false;
    } else {
      return expected("'function_name' or 'inlined_at'");
    }
  }
  return true;
}

bool Parser::skipSection() {
  advance();
  if (!token.is(Token::Dot) && !token.is(Token::Identifier))
    return expected("the name of a section");
  advance();
  if (!expect('{', "after the name of a section"))
    return false;
  for (; !token.is('}'); advance())
    if (token.is(Token::End) || token.is('{'))
      return expected("'}' at the end of a section");
  advance();
  return true;
}

bool Parser::skipPragma() {
  advance();
  do {
    if (!token.is(Token::String))
      return expected("a string after '.pragma'");
    advance();
  } while (accept(','));
  return expect(';', "after '.pragma'");
}

bool Parser::skipAttribute() {
  advance();
  if (!expect('(', "after '.attribute'"))
    return false;
  for (unsigned open = 1; open; advance()) {
    if (token.is('('))
      ++open;
    else if (token.is(')'))
      --open;
    else if (token.is(Token::End) || token.is(';') || token.is('{'))
      return expected("')' after '.attribute'");
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Registers
//===----------------------------------------------------------------------===//

bool Parser::parseRegisters() {
  advance(); // .reg
  Variable specifiers;
  specifiers.space = Space::Reg;
  if (!parseSpecifiers(specifiers, /*parameter=*/false))
    return false;
  do {
    if (!token.is(Token::Identifier) || token.text == "_")
      return expected("the name of a register");
    Token name = token;
    SymbolTable::Name id = symbols.intern(name.text);
    advance();
    bool fresh;
    if (accept('<')) {
      if (token.is(Token::Integer) &&
          (token.value == 0 || token.value > kMaxRegisterRange))
        return failHere("'" + std::string(name.text) + "' declares " +
                        std::string(token.text) + " registers, expected 1 to " +
                        std::to_string(kMaxRegisterRange));
      uint32_t count;
      if (!parseU32(count, "a number of registers") ||
          !expect('>', "after the number of registers"))
        return false;
      fresh =
          symbols.declareRange(id, count, specifiers.type, specifiers.vector);
    } else {
      Symbol symbol;
      symbol.kind = Symbol::Register;
      symbol.index = static_cast<uint32_t>(function->registers.size());
      function->registers.push_back(
          {std::string(name.text), specifiers.type, specifiers.vector});
      fresh = symbols.declare(id, symbol);
    }
    if (!fresh)
      return failRedeclared(name.text);
  } while (accept(','));
  return expect(';', "after the declaration of registers");
}

//===----------------------------------------------------------------------===//
// Variables
//===----------------------------------------------------------------------===//

bool Parser::parseAlignment(unsigned &align) {
  advance(); // .align
  uint64_t value = token.value;
  if (!token.is(Token::Integer))
    return expected("an alignment in bytes");
  if (value == 0 || (value & (value - 1)) || value > kMaxAlignment)
    return failHere("alignment " + std::string(token.text) +
                    ", expected a power of two up to " +
                    std::to_string(kMaxAlignment));
  align = static_cast<unsigned>(value);
  advance();
  return true;
}

bool Parser::parseSpecifiers(Variable &variable, bool parameter) {
  variable.type = Type::None;
  uint32_t start = token.offset;
  while (token.is(Token::Dot)) {
    std::string_view name = token.text.substr(1);
    if (name == "align" && variable.space != Space::Reg) {
      if (!parseAlignment(variable.align))
        return false;
      continue;
    }
    if (name == "attribute") {
      if (!skipAttribute())
        return false;
      continue;
    }
    if (name == "ptr" && parameter && variable.space == Space::Param) {
      variable.isPointer = true;
      advance();
      constexpr Space spaces[] = {Space::Const, Space::Global, Space::Local,
                                  Space::Shared};
      for (Space space : spaces)
        if (isDot(toString(space))) {
          variable.pointee = space;
          advance();
          break;
        }
      if (isDot("align") && !parseAlignment(variable.pointeeAlign))
        return false;
      continue;
    }
    if (name == "v2" || name == "v4") {
      variable.vector = name[1] - '0';
      advance();
      continue;
    }
    Type type = parseType(name);
    if (type == Type::None || variable.type != Type::None)
      return expected("the type of a variable");
    if (!isFundamental(type))
      return failHere("variables cannot have type '" + std::string(token.text) +
                      "'");
    variable.type = type;
    advance();
  }
  if (variable.type == Type::None)
    return expected("the type of a variable");
  if (variable.type == Type::Pred &&
      (variable.space != Space::Reg || variable.vector > 1))
    return fail(start, "'.pred' is a type of scalar registers only");
  if (bitWidth(variable.type) * variable.vector > 128)
    return fail(start, "vector of more than 128 bits");
  if (!variable.align)
    variable.align = static_cast<unsigned>(variable.elementBytes());
  return true;
}

bool Parser::parseDimensions(Variable &variable,
                             std::vector<uint64_t> &dimensions) {
  uint64_t limit = kMaxVariableBytes / variable.elementBytes();
  while (token.is('[')) {
    uint32_t start = token.offset;
    advance();
    int64_t extent = 0;
    if (token.is(']')) {
      if (!dimensions.empty())
        return failHere("only the first dimension can be left out");
      variable.unsized = true;
    } else {
      uint32_t at = token.offset;
      if (!parseInteger(extent, "the extent of a dimension"))
        return false;
      if (extent <= 0)
        return fail(at, "extent of a dimension is not positive");
      if (static_cast<uint64_t>(extent) > limit / variable.count)
        return fail(at, "'" + std::string(variable.name) + "' has more than " +
                            std::to_string(kMaxVariableBytes >> 20) + " MiB");
      variable.count *= static_cast<uint64_t>(extent);
    }
    if (!expect(']', "after the extent of a dimension"))
      return false;
    if (dimensions.size() == kMaxDimensions)
      return fail(start, "more than " + std::to_string(kMaxDimensions) +
                             " dimensions");
    variable.isArray = true;
    dimensions.push_back(static_cast<uint64_t>(extent));
  }
  return true;
}

bool Parser::parseVariables(Space space, Linkage linkage, bool inFunction) {
  Variable specifiers;
  specifiers.space = space;
  specifiers.linkage = linkage;
  if (!parseSpecifiers(specifiers, /*parameter=*/false))
    return false;
  do {
    if (!token.is(Token::Identifier) || token.text == "_")
      return expected("the name of a variable");
    Variable variable = specifiers;
    Token name = token;
    variable.name = name.text;
    variable.line = lineAt(name.offset);
    advance();
    if (token.is('<')) {
      // `.param .b32 p<4>` is allowed by the ISA, but no compiler writes it.
      return failHere("only registers can be declared as a range");
    }
    std::vector<uint64_t> dimensions;
    if (!parseDimensions(variable, dimensions))
      return false;
    if (token.is('=')) {
      if (linkage == Linkage::Extern ||
          (space != Space::Global && space != Space::Const))
        return failHere("'" + std::string(name.text) +
                        "' cannot have an initializer, only .global and .const "
                        "variables that are not .extern can");
      advance();
      if (!parseInitializer(variable, dimensions))
        return false;
    }
    if (variable.unsized && linkage != Linkage::Extern)
      return fail(name.offset, "array '" + std::string(name.text) +
                                   "' without a size is neither .extern nor "
                                   "initialized");
    if (!addVariable(variable, name.offset, inFunction))
      return false;
  } while (accept(','));
  return expect(';', "after the declaration of a variable");
}

bool Parser::addVariable(Variable &variable, uint32_t offset, bool inFunction) {
  SymbolTable::Name name = symbols.intern(variable.name);
  Symbol previous = symbols.lookupHere(name);
  if (!inFunction && previous.kind == Symbol::Variable) {
    // An .extern declaration may be repeated and may be followed by the
    // definition. Uses point to the first, which therefore takes it over.
    Variable &first = const_cast<Variable &>(*previous.variable);
    bool toExtern = variable.linkage == Linkage::Extern;
    if (first.linkage != Linkage::Extern && !toExtern)
      return failRedeclared(variable.name);
    if (first.space != variable.space ||
        first.elementBytes() != variable.elementBytes() ||
        (!first.unsized && !variable.unsized && first.count != variable.count))
      return fail(offset, "type of '" + std::string(variable.name) +
                              "' differs from its declaration at line " +
                              std::to_string(first.line));
    if (!toExtern)
      first = std::move(variable);
    return true;
  }
  std::deque<Variable> &list =
      inFunction ? function->variables : module.variables;
  list.push_back(std::move(variable));
  Symbol symbol;
  symbol.kind = Symbol::Variable;
  symbol.variable = &list.back();
  if (!symbols.declare(name, symbol))
    return failRedeclared(list.back().name);
  return true;
}

bool Parser::parsePrototype() {
  // .callprototype (ret) _ (params) .noreturn .abi_preserve n ;
  advance();
  Function prototype;
  if (token.is('(') && !parseParameters(prototype, prototype.returns,
                                        prototype.returnRegisters, false))
    return false;
  if (!token.is(Token::Identifier))
    return expected("'_' in '.callprototype'");
  advance();
  if (token.is('(') && !parseParameters(prototype, prototype.params,
                                        prototype.paramRegisters, false))
    return false;
  return parseFunctionDirectives(prototype) &&
         expect(';', "after '.callprototype'");
}

} // namespace pit::ptx
