//===- ParserFunctions.cpp - kernels and functions
//-------------------------===//
//
// PTX ISA 11.1 and 11.4: the heads of kernels and functions with their
// parameters and directives, and the bodies as sequences of statements in
// nested scopes.
//
//===----------------------------------------------------------------------===//

#include "Parser.h"

#include <algorithm>

namespace pit::ptx {

bool Parser::parseFunction(bool isEntry, Linkage linkage, uint32_t start) {
  Function parsed;
  parsed.isEntry = isEntry;
  parsed.linkage = linkage;
  parsed.line = lineAt(start);
  while (isDot("attribute"))
    if (!skipAttribute())
      return false;
  if (!isEntry && token.is('(') &&
      !parseParameters(parsed, parsed.returns, parsed.returnRegisters, false))
    return false;
  if (!token.is(Token::Identifier))
    return expected(isEntry ? "the name of a kernel"
                            : "the name of a function");
  parsed.name = token.text;
  uint32_t nameOffset = token.offset;
  advance();
  if (token.is('(') &&
      !parseParameters(parsed, parsed.params, parsed.paramRegisters, isEntry))
    return false;
  if (!parseFunctionDirectives(parsed))
    return false;
  if (!token.is('{') && !token.is(';'))
    return expected("a function body or ';'");
  parsed.hasBody = token.is('{');

  auto [place, fresh] =
      module.functionsByName.try_emplace(parsed.name, nullptr);
  if (fresh) {
    Symbol symbol;
    symbol.kind = Symbol::Function;
    if (!symbols.declare(symbols.intern(parsed.name), symbol))
      return failRedeclared(parsed.name);
    place->second = &module.functions.emplace_back();
  } else if (!checkRedeclaration(*place->second, parsed, nameOffset)) {
    return false;
  }
  Function &target = *place->second;
  if (!parsed.hasBody) {
    if (fresh)
      target = std::move(parsed);
    else
      target.noReturn |= parsed.noReturn;
    advance();
    return true;
  }
  parsed.noReturn |= target.noReturn;
  target = std::move(parsed);
  function = &target;
  bool done = parseBody();
  function = nullptr;
  return done;
}

bool Parser::checkRedeclaration(const Function &previous,
                                const Function &function, uint32_t offset) {
  std::string name = "'" + std::string(function.name) + "'";
  if (previous.hasBody && function.hasBody)
    return fail(offset, "redefinition of " + name + ", defined at line " +
                            std::to_string(previous.line));
  auto same = [](const std::deque<Variable> &a, const std::deque<Variable> &b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const Variable &x, const Variable &y) {
                        return x.space == y.space && x.unsized == y.unsized &&
                               x.bytes() == y.bytes();
                      });
  };
  if (previous.isEntry != function.isEntry ||
      !same(previous.params, function.params) ||
      !same(previous.returns, function.returns))
    return fail(offset, "parameters of " + name +
                            " differ from its declaration at line " +
                            std::to_string(previous.line));
  return true;
}

bool Parser::parseParameters(Function &function, std::deque<Variable> &list,
                             std::vector<int> &registers, bool kernel) {
  advance(); // (
  if (accept(')'))
    return true;
  do {
    Variable variable;
    if (isDot("param"))
      variable.space = Space::Param;
    else if (isDot("reg") && !kernel)
      variable.space = Space::Reg;
    else
      return expected(kernel ? "'.param'" : "'.param' or '.reg'");
    advance();
    if (!parseSpecifiers(variable, /*parameter=*/true))
      return false;
    if (!token.is(Token::Identifier))
      return expected("the name of a parameter");
    Token name = token;
    variable.name = name.text;
    variable.line = lineAt(name.offset);
    advance();
    std::vector<uint64_t> dimensions;
    if (!parseDimensions(variable, dimensions))
      return false;
    if (variable.unsized && kernel)
      return fail(name.offset, "kernel parameter '" + std::string(name.text) +
                                   "' without a size");
    if (variable.space == Space::Reg && variable.isArray)
      return fail(name.offset, "register parameter '" + std::string(name.text) +
                                   "' cannot be an array");
    if (variable.space != Space::Reg && variable.type == Type::Pred)
      return fail(name.offset, "'.pred' is a type of registers only");
    registers.push_back(-1);
    if (variable.space == Space::Reg) {
      registers.back() = static_cast<int>(function.registers.size());
      function.registers.push_back(
          {std::string(name.text), variable.type, variable.vector});
    }
    list.push_back(std::move(variable));
  } while (accept(','));
  return expect(')', "after the parameters");
}

bool Parser::declareParameters(const std::deque<Variable> &list,
                               const std::vector<int> &registers) {
  for (size_t i = 0; i < list.size(); ++i) {
    Symbol symbol;
    if (registers[i] >= 0) {
      symbol.kind = Symbol::Register;
      symbol.index = static_cast<uint32_t>(registers[i]);
    } else {
      symbol.kind = Symbol::Variable;
      symbol.variable = &list[i];
    }
    if (list[i].name != "_" &&
        !symbols.declare(symbols.intern(list[i].name), symbol))
      return failRedeclared(list[i].name);
  }
  return true;
}

bool Parser::parseTriple(std::array<uint32_t, 3> &values) {
  values = {1, 1, 1};
  for (unsigned i = 0;; ++i) {
    if (i == 3)
      return failHere("more than 3 dimensions");
    if (token.is(Token::Integer) && token.value == 0)
      return expected("an extent of at least 1");
    if (!parseU32(values[i], "an extent"))
      return false;
    if (!accept(','))
      return true;
  }
}

bool Parser::parseFunctionDirectives(Function &function) {
  while (token.is(Token::Dot)) {
    std::string_view name = token.text.substr(1);
    uint32_t start = token.offset;
    uint32_t ignored;
    bool good = true;
    if (name == "pragma") {
      good = skipPragma();
    } else if (name == "attribute") {
      good = skipAttribute();
    } else {
      advance();
      if (name == "maxntid")
        good = parseTriple(function.maxntid);
      else if (name == "reqntid")
        good = parseTriple(function.reqntid);
      else if (name == "reqnctapercluster")
        good = parseTriple(function.reqnctapercluster);
      else if (name == "minnctapersm")
        good = parseU32(function.minnctapersm, "a number of blocks");
      else if (name == "maxnreg")
        good = parseU32(function.maxnreg, "a number of registers");
      else if (name == "maxnctapersm" || name == "maxclusterrank" ||
               name == "abi_preserve" || name == "abi_preserve_control")
        good = parseU32(ignored, "a number");
      else if (name == "noreturn")
        function.noReturn = true;
      else if (name != "explicitcluster" && name != "blocksareclusters")
        return fail(start, "unknown directive '." + std::string(name) + "'");
    }
    if (!good)
      return false;
  }
  return true;
}

bool Parser::parseBody() {
  advance(); // {
  // Parameters and the outermost braces are one scope.
  symbols.openScope();
  pendingStarts.push_back(0);
  if (!declareParameters(function->returns, function->returnRegisters) ||
      !declareParameters(function->params, function->paramRegisters))
    return false;
  while (!pendingStarts.empty()) {
    if (token.is('{')) {
      if (pendingStarts.size() >= kMaxNesting)
        return failHere("scopes nested more than " +
                        std::to_string(kMaxNesting) + " levels deep");
      advance();
      symbols.openScope();
      pendingStarts.push_back(static_cast<uint32_t>(pending.size()));
    } else if (token.is('}')) {
      if (!closeScope())
        return false;
      advance();
    } else if (token.is(Token::End)) {
      return expected("'}' at the end of '" + std::string(function->name) +
                      "'");
    } else if (!parseStatement()) {
      return false;
    }
  }
  symbols.endFunction();
  return true;
}

bool Parser::closeScope() {
  size_t kept = pendingStarts.back();
  for (size_t i = kept; i < pending.size(); ++i) {
    const Pending use = pending[i];
    Symbol symbol = symbols.lookupHere(use.name);
    bool isLabel = symbol.kind == Symbol::Label;
    if (use.operand && (isLabel || symbol.kind == Symbol::BranchTargets ||
                        symbol.kind == Symbol::Prototype)) {
      use.operand->kind = isLabel ? Operand::Kind::Label
                          : symbol.kind == Symbol::Prototype
                              ? Operand::Kind::Prototype
                              : Operand::Kind::BranchTargets;
      use.operand->index = symbol.index;
    } else if (!use.operand && isLabel) {
      function->branchTargets[use.table][use.position] = symbol.index;
    } else {
      pending[kept++] = use;
    }
  }
  pending.resize(kept);
  pendingStarts.pop_back();
  symbols.closeScope();
  if (pendingStarts.empty() && !pending.empty())
    return fail(pending[0].offset,
                std::string(pending[0].mustBeLabel ? "undeclared label '"
                                                   : "undeclared name '") +
                    std::string(symbols.text(pending[0].name)) + "'");
  return true;
}

} // namespace pit::ptx
