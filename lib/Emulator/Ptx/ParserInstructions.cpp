//===- ParserInstructions.cpp - statements, operands ----------------------===//
//
// PTX ISA 4.3 (statements) and 6 (operands). What an opcode wants is not known
// here, with three exceptions of syntax: `call`, `bra`, whose operand is always
// a label, and `mov`, in which `a[1]` is an address and not what stands there.
//
//===----------------------------------------------------------------------===//

#include "Parser.h"

#include <iterator>

namespace pit::ptx {

namespace {

/// Marks a reference to a name that may still become a label.
constexpr uint32_t kPendingIndex = UINT32_MAX;

bool startsConstant(const Token &token) {
  switch (token.kind) {
  case Token::Integer:
  case Token::Decimal:
  case Token::Hex32:
  case Token::Hex64:
  case Token::Identifier:
  case Token::Dot:
  case '(':
  case '+':
  case '-':
  case '~':
  case '!':
    return true;
  default:
    return false;
  }
}

} // namespace

bool Parser::parseStatement() {
  int guard = -1;
  bool guardNegated = false;
  if (token.is(Token::Dot)) {
    std::string_view name = token.text.substr(1);
    if (name == "reg")
      return parseRegisters();
    if (name == "loc")
      return skipLoc();
    if (name == "pragma")
      return skipPragma();
    if (name == "file")
      return skipFile();
    if (name == "section")
      return skipSection();
    Space space = Space::Generic;
    if (name == "local")
      space = Space::Local;
    else if (name == "shared" || name == "shared::cta")
      space = Space::Shared;
    else if (name == "param")
      space = Space::Param;
    else if (name == "global")
      space = Space::Global;
    else if (name == "const")
      space = Space::Const;
    else if (name == "branchtargets" || name == "calltargets" ||
             name == "callprototype")
      return failHere("'" + std::string(token.text) + "' without a label");
    else
      return failHere("unknown directive '" + std::string(token.text) + "'");
    advance();
    return parseVariables(space, Linkage::Internal, /*inFunction=*/true);
  }
  if (token.is('@')) {
    advance();
    guardNegated = accept('!');
    if (!token.is(Token::Identifier))
      return expected("a predicate after '@'");
    Symbol symbol =
        symbols.lookup(symbols.intern(token.text), function->registers);
    if (symbol.kind != Symbol::Register)
      return failHere("undeclared predicate '" + std::string(token.text) + "'");
    if (function->registers[symbol.index].type != Type::Pred)
      return failHere("guard '" + std::string(token.text) +
                      "' is not a register of type .pred");
    guard = static_cast<int>(symbol.index);
    advance();
  }
  if (!token.is(Token::Identifier))
    return expected("an instruction");
  Token name = token;
  advance();
  if (token.is(':') && guard < 0) {
    advance();
    return parseLabel(name);
  }
  return parseInstruction(name, guard, guardNegated);
}

bool Parser::parseLabel(Token name) {
  Symbol symbol;
  if (isDot("branchtargets")) {
    symbol.kind = Symbol::BranchTargets;
    symbol.index = static_cast<uint32_t>(function->branchTargets.size());
    function->branchTargets.emplace_back();
    do {
      advance();
      if (!token.is(Token::Identifier))
        return expected("a label");
      Pending use{};
      use.name = symbols.intern(token.text);
      use.offset = token.offset;
      use.table = symbol.index;
      use.position =
          static_cast<uint32_t>(function->branchTargets.back().size());
      use.mustBeLabel = true;
      pending.push_back(use);
      function->branchTargets.back().push_back(0);
      advance();
    } while (token.is(','));
    if (!expect(';', "after '.branchtargets'"))
      return false;
  } else if (isDot("calltargets")) {
    symbol.kind = Symbol::Prototype;
    do {
      advance();
      if (!token.is(Token::Identifier))
        return expected("a function");
      if (!module.functionsByName.count(token.text))
        return failHere("undeclared function '" + std::string(token.text) +
                        "'");
      advance();
    } while (token.is(','));
    if (!expect(';', "after '.calltargets'"))
      return false;
  } else if (isDot("callprototype")) {
    symbol.kind = Symbol::Prototype;
    if (!parsePrototype())
      return false;
  } else {
    symbol.kind = Symbol::Label;
    symbol.index = static_cast<uint32_t>(function->labels.size());
    function->labels.push_back(
        static_cast<uint32_t>(function->instructions.size()));
    function->labelNames.push_back(name.text);
  }
  if (!symbols.declare(symbols.intern(name.text), symbol))
    return failRedeclared(name.text);
  return true;
}

bool Parser::parseInstruction(Token opcode, int guard, bool guardNegated) {
  Instruction &instruction = function->instructions.emplace_back();
  instruction.line = lineAt(opcode.offset);
  instruction.opcode = opcode.text;
  instruction.guard = guard;
  instruction.guardNegated = guardNegated;
  modifiers.clear();
  for (; token.is(Token::Dot); advance())
    modifiers.push_back(token.text.substr(1));
  instruction.modifiers.assign(modifiers.begin(), modifiers.end());

  operands.clear();
  hasPending = false;
  isBranch = opcode.text == "bra";
  isMove = opcode.text == "mov";
  if (opcode.text == "call") {
    if (!parseCallOperands())
      return false;
  } else if (!token.is(';') && !token.is('}')) {
    do {
      if (!parseOperand(operands.emplace_back()))
        return false;
    } while (accept(','));
  }
  if (!expect(';', "after the instruction"))
    return false;
  instruction.operands.assign(std::make_move_iterator(operands.begin()),
                              std::make_move_iterator(operands.end()));
  if (hasPending)
    for (Operand &operand : instruction.operands)
      notePending(operand);
  return true;
}

void Parser::notePending(Operand &operand) {
  if (operand.kind == Operand::Kind::Label && operand.index == kPendingIndex) {
    Pending use{};
    use.name = symbols.intern(operand.name);
    use.offset = offsetOf(operand.name);
    use.operand = &operand;
    use.mustBeLabel = isBranch;
    pending.push_back(use);
  }
  for (Operand &element : operand.elements)
    notePending(element);
}

bool Parser::parseCallOperands() {
  // call (returns), callee, (arguments), prototype;
  Operand returns, arguments;
  returns.kind = arguments.kind = Operand::Kind::List;
  if (token.is('(')) {
    if (!parseList(returns) || !expect(',', "after the return values"))
      return false;
  }
  operands.push_back(std::move(returns));

  if (!token.is(Token::Identifier))
    return expected("a function");
  Operand callee;
  Token name = token;
  Symbol symbol =
      symbols.lookup(symbols.intern(name.text), function->registers);
  if (symbol.kind == Symbol::Register) {
    callee.kind = Operand::Kind::Register;
    callee.index = symbol.index;
  } else if (symbol.kind == Symbol::Function) {
    callee.kind = Operand::Kind::Function;
  } else {
    return failHere("undeclared function '" + std::string(name.text) + "'");
  }
  callee.name = name.text;
  operands.push_back(std::move(callee));
  advance();

  bool comma = accept(',');
  if (comma && token.is('(')) {
    if (!parseList(arguments))
      return false;
    comma = accept(',');
  }
  operands.push_back(std::move(arguments));
  return !comma || parseOperand(operands.emplace_back());
}

bool Parser::parseList(Operand &operand) {
  advance(); // (
  if (accept(')'))
    return true;
  do {
    if (!parseOperand(operand.elements.emplace_back()))
      return false;
  } while (accept(','));
  return expect(')', "after a list");
}

bool Parser::parseOperand(Operand &operand) {
  uint32_t start = token.offset;
  if (!parseOperandNoPair(operand))
    return false;
  if (!token.is('|'))
    return true;
  if (operand.kind != Operand::Kind::Register &&
      operand.kind != Operand::Kind::Sink)
    return fail(start, "expected a register or '_' before '|'");
  advance();
  Operand first = std::move(operand);
  operand = Operand();
  operand.kind = Operand::Kind::Pair;
  operand.elements.reserve(2);
  operand.elements.push_back(std::move(first));
  start = token.offset;
  if (!parseOperandNoPair(operand.elements.emplace_back()))
    return false;
  Operand::Kind kind = operand.elements[1].kind;
  if (kind != Operand::Kind::Register && kind != Operand::Kind::Sink)
    return fail(start, "expected a register or '_' after '|'");
  return true;
}

bool Parser::parseOperandNoPair(Operand &operand) {
  if (token.is(Token::Identifier) && token.text != "WARP_SZ")
    return parseNamed(operand);
  if (token.is('['))
    return parseAddress(operand);
  if (token.is('{'))
    return parseVector(operand);
  if (token.is('!')) {
    Lexer savedLexer = lexer;
    Token saved = token;
    advance();
    if (token.is(Token::Identifier) && token.text != "WARP_SZ") {
      Token name = token;
      if (!parseNamed(operand))
        return false;
      if (operand.kind != Operand::Kind::Register ||
          function->registers[operand.index].type != Type::Pred)
        return fail(name.offset,
                    "'!' of '" + std::string(name.text) +
                        "', which is not a register of type .pred");
      operand.negated = true;
      return true;
    }
    lexer = savedLexer;
    token = saved;
  }
  if (!startsConstant(token))
    return expected("an operand");
  Constant value;
  if (!parseConstant(value))
    return false;
  operand.kind = value.kind == Constant::F32   ? Operand::Kind::Float32
                 : value.kind == Constant::F64 ? Operand::Kind::Float64
                                               : Operand::Kind::Integer;
  operand.value = static_cast<int64_t>(value.bits);
  return true;
}

bool Parser::parseNamed(Operand &operand) {
  Token name = token;
  operand.name = name.text;
  advance();
  if (name.text == "_") {
    operand.kind = Operand::Kind::Sink;
    return true;
  }
  Symbol symbol =
      symbols.lookup(symbols.intern(name.text), function->registers);
  if (isBranch && symbol.kind != Symbol::Register)
    symbol.kind = Symbol::Label; // maybe of a block whose end is not yet seen
  switch (symbol.kind) {
  case Symbol::Register: {
    operand.kind = Operand::Kind::Register;
    operand.index = symbol.index;
    if (!token.is(Token::Dot))
      return true;
    unsigned size = function->registers[symbol.index].vector;
    constexpr std::string_view letters = "xyzwrgba";
    size_t which =
        token.text.size() == 2 ? letters.find(token.text[1]) : letters.npos;
    if (which == letters.npos || which % 4 >= size || size == 1)
      return failHere("register '" + std::string(name.text) +
                      "' has no component '" + std::string(token.text) + "'");
    operand.component = letters[which % 4];
    advance();
    return true;
  }
  case Symbol::Variable:
    operand.kind = Operand::Kind::Variable;
    operand.variable = symbol.variable;
    if (token.is('[')) {
      // a[2]: PTX ISA 6.4.2, arrays as operands.
      advance();
      int64_t position;
      if (!parseInteger(position, "an index") ||
          !expect(']', "after the index of an array"))
        return false;
      operand.value = static_cast<int64_t>(static_cast<uint64_t>(position) *
                                           symbol.variable->elementBytes());
      if (isMove)
        return true;
      Operand base = std::move(operand);
      operand = Operand();
      operand.kind = Operand::Kind::Address;
      operand.value = base.value;
      base.value = 0;
      operand.elements.push_back(std::move(base));
      return true;
    }
    return parseAddends(operand.value);
  case Symbol::Function:
    operand.kind = Operand::Kind::Function;
    return true;
  case Symbol::None:
    if (name.text[0] == '%')
      return parseSpecial(operand, name);
    break;
  default:
    break;
  }
  operand.kind = Operand::Kind::Label;
  operand.index = kPendingIndex;
  hasPending = true;
  return true;
}

bool Parser::parseSpecial(Operand &operand, Token name) {
  bool isVector = false;
  if (!isSpecialRegister(name.text, isVector))
    return fail(name.offset,
                "undeclared register '" + std::string(name.text) + "'");
  operand.kind = Operand::Kind::Special;
  if (!token.is(Token::Dot))
    return true;
  constexpr std::string_view components = "xyzw";
  if (!isVector || token.text.size() != 2 ||
      components.find(token.text[1]) == components.npos ||
      token.offset != name.offset + name.text.size())
    return failHere("special register '" + std::string(name.text) +
                    "' has no component '" + std::string(token.text) + "'");
  operand.name = std::string_view(name.text.data(), name.text.size() + 2);
  operand.component = token.text[1];
  advance();
  return true;
}

bool Parser::parseVector(Operand &operand) {
  Nest nest(*this);
  if (!checkNesting())
    return false;
  advance(); // {
  operand.kind = Operand::Kind::Vector;
  operand.elements.reserve(4);
  do {
    if (!parseOperand(operand.elements.emplace_back()))
      return false;
  } while (accept(','));
  return expect('}', "after the elements of a vector");
}

bool Parser::parseAddress(Operand &operand) {
  Nest nest(*this);
  if (!checkNesting())
    return false;
  advance(); // [
  operand.kind = Operand::Kind::Address;
  uint32_t start = token.offset;
  Operand &base = operand.elements.emplace_back();
  if (token.is(Token::Identifier) && token.text != "WARP_SZ") {
    Token name = token;
    if (!parseNamed(base))
      return false;
    if (base.kind == Operand::Kind::Register) {
      if (!parseAddends(operand.value))
        return false;
    } else if (base.kind == Operand::Kind::Variable) {
      operand.value = base.value;
      base.value = 0;
    } else if (base.kind == Operand::Kind::Label) {
      return fail(start,
                  "undeclared variable '" + std::string(name.text) + "'");
    } else {
      return fail(start, "'" + std::string(name.text) +
                             "' cannot be the base of an address");
    }
  } else {
    base.kind = Operand::Kind::Integer;
    if (!parseInteger(base.value, "an address"))
      return false;
  }
  while (accept(','))
    if (!parseOperand(operand.elements.emplace_back()))
      return false;
  return expect(']', "after an address");
}

} // namespace pit::ptx
