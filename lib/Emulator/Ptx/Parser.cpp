//===- Parser.cpp - modules and functions ---------------------------------===//
//
// PTX ISA chapters 4 and 11: what stands at module scope, the heads of kernels
// and functions, and the bodies as sequences of statements.
//
//===----------------------------------------------------------------------===//

#include "Parser.h"

#include <algorithm>
#include <cstring>

namespace pit::ptx {

Parser::Parser(Module &module) : module(module), lexer(module.text) {
  module.lineStarts.push_back(0);
  std::string_view text = module.text;
  for (size_t at = text.find('\n'); at != text.npos;
       at = text.find('\n', at + 1))
    module.lineStarts.push_back(static_cast<uint32_t>(at + 1));
  advance();
}

//===----------------------------------------------------------------------===//
// Helpers
//===----------------------------------------------------------------------===//

void Parser::advance() {
  if (!token.is(Token::End) || previousEnd == 0)
    previousEnd = token.offset + static_cast<uint32_t>(token.text.size());
  token = lexer.next();
  if (token.is(Token::Error)) {
    // The caller will meet an end and fail too, but this message is first.
    std::string text(token.text);
    if (token.value) { // the character at fault
      constexpr char digits[] = "0123456789abcdef";
      unsigned char c = static_cast<unsigned char>(token.value);
      if (c > ' ' && c < 127)
        text += std::string(" '") + static_cast<char>(c) + "'";
      else
        text += std::string(" '\\x") + digits[c >> 4] + digits[c & 15] + "'";
    }
    fail(token.offset, std::move(text));
    token.kind = Token::End;
    token.text = {};
  }
}

bool Parser::fail(uint32_t offset, std::string text) {
  if (!message.empty())
    return false;
  const std::vector<uint32_t> &starts = module.lineStarts;
  auto line = std::upper_bound(starts.begin(), starts.end(), offset) - 1;
  message = module.fileName + ':' + std::to_string(line - starts.begin() + 1) +
            ':' + std::to_string(offset - *line + 1) + ": " + std::move(text);
  return false;
}

bool Parser::failRedeclared(std::string_view name) {
  return fail(offsetOf(name), "redeclaration of '" + std::string(name) + "'");
}

bool Parser::expected(std::string_view what) {
  std::string text = "expected " + std::string(what) + ", but got ";
  // A token can be long (a string, say); a message should not be.
  constexpr size_t kShown = 60;
  if (token.is(Token::End))
    text += "the end of the file";
  else if (token.text.size() > kShown)
    text += "'" + std::string(token.text.substr(0, kShown)) + "...'";
  else
    text += "'" + std::string(token.text) + "'";
  return failHere(std::move(text));
}

bool Parser::expect(char punctuation, std::string_view where) {
  if (accept(punctuation))
    return true;
  return expected("'" + std::string(1, punctuation) + "' " +
                  std::string(where));
}

bool Parser::accept(char punctuation) {
  if (!token.is(punctuation))
    return false;
  advance();
  return true;
}

unsigned Parser::lineAt(uint32_t offset) {
  // Statements come in the order of the text, so this only moves forward.
  while (lineCursor + 1 < module.lineStarts.size() &&
         module.lineStarts[lineCursor + 1] <= offset)
    ++lineCursor;
  return lineCursor + 1;
}

bool Parser::checkNesting() {
  if (nesting <= kMaxNesting)
    return true;
  return failHere("nested more than " + std::to_string(kMaxNesting) +
                  " levels deep");
}

//===----------------------------------------------------------------------===//
// Module scope
//===----------------------------------------------------------------------===//

bool Parser::parseModule() {
  symbols.openScope();
  if (!isDot("version"))
    return expected("'.version' at the start of the module");
  advance();
  if (!parseVersion())
    return false;
  while (!token.is(Token::End))
    if (!parseModuleDirective())
      return false;
  if (message.empty() && module.target.empty())
    return failHere("module without a '.target' directive");
  return message.empty();
}

bool Parser::parseVersion() {
  std::string_view text = token.text;
  size_t dot = text.find('.');
  auto number = [](std::string_view digits, unsigned &value) {
    value = 0;
    for (char c : digits) {
      if (c < '0' || c > '9')
        return false;
      value = value * 10 + (c - '0');
    }
    return !digits.empty() && digits.size() <= 3;
  };
  if (!token.is(Token::Decimal) || dot == text.npos ||
      !number(text.substr(0, dot), module.versionMajor) ||
      !number(text.substr(dot + 1), module.versionMinor))
    return expected("a version like '8.0'");
  advance();
  return true;
}

bool Parser::parseTarget() {
  constexpr std::string_view options[] = {
      "debug", "texmode_unified", "texmode_independent", "map_f64_to_f32"};
  do {
    std::string_view text = token.text;
    bool isOption = std::find(std::begin(options), std::end(options), text) !=
                    std::end(options);
    bool isTarget = text.substr(0, 3) == "sm_" && text.size() > 3 &&
                    text[3] >= '0' && text[3] <= '9';
    if (!token.is(Token::Identifier) || (!isOption && !isTarget))
      return expected("a target like 'sm_80'");
    if (isTarget)
      module.target = text;
    advance();
  } while (accept(','));
  if (module.target.empty())
    return failHere("'.target' without a target like 'sm_80'");
  return true;
}

bool Parser::parseModuleDirective() {
  if (token.is('@')) {
    // `@@DWARF .byte ...`, the debug sections of PTX before version 2.0.
    Token first = token;
    advance();
    if (!token.is('@'))
      return expected("a directive");
    lexer.seek(lexer.endOfLine(first.offset));
    advance();
    return true;
  }
  if (!token.is(Token::Dot))
    return expected("a directive");
  uint32_t start = token.offset;
  std::string_view name = token.text.substr(1);
  if (name == "version")
    return failHere("second '.version' directive");
  if (name == "target") {
    advance();
    return parseTarget();
  }
  if (name == "file")
    return skipFile();
  if (name == "section")
    return skipSection();
  if (name == "pragma")
    return skipPragma();
  if (module.target.empty())
    return expected("'.target' after '.version'");
  if (name == "address_size") {
    advance();
    if (!token.is(Token::Integer) || (token.value != 32 && token.value != 64))
      return expected("an address size of 32 or 64");
    module.addressSize = static_cast<unsigned>(token.value);
    advance();
    return true;
  }
  if (name == "alias")
    return parseAlias();

  Linkage linkage = Linkage::Internal;
  if (name == "visible")
    linkage = Linkage::Visible;
  else if (name == "extern")
    linkage = Linkage::Extern;
  else if (name == "weak")
    linkage = Linkage::Weak;
  else if (name == "common")
    linkage = Linkage::Common;
  if (linkage != Linkage::Internal) {
    advance();
    if (!token.is(Token::Dot))
      return expected("a declaration after the linkage");
    name = token.text.substr(1);
  }
  if (name == "entry" || name == "func") {
    advance();
    return parseFunction(name == "entry", linkage, start);
  }
  Space space = Space::Generic;
  if (name == "global")
    space = Space::Global;
  else if (name == "const")
    space = Space::Const;
  else if (name == "shared" || name == "shared::cta")
    space = Space::Shared;
  else if (name == "reg" || name == "local" || name == "param")
    return failHere("'" + std::string(token.text) +
                    "' is not allowed at module scope");
  else if (name == "tex")
    return failHere("texture variables are not supported");
  else if (linkage != Linkage::Internal)
    return expected("a function or a variable after the linkage");
  else
    return failHere("unknown directive '" + std::string(token.text) + "'");
  advance();
  return parseVariables(space, linkage, /*inFunction=*/false);
}

bool Parser::parseAlias() {
  advance();
  Token alias = token;
  if (!token.is(Token::Identifier))
    return expected("the name of the alias");
  advance();
  if (!expect(',', "after the alias"))
    return false;
  auto aliasee = module.functionsByName.find(token.text);
  if (!token.is(Token::Identifier))
    return expected("the name of a function");
  if (aliasee == module.functionsByName.end() || !aliasee->second->hasBody)
    return failHere("'.alias' to '" + std::string(token.text) +
                    "', which is no function defined before");
  auto declared = module.functionsByName.find(alias.text);
  if (declared != module.functionsByName.end()) {
    if (declared->second->hasBody)
      return fail(alias.offset, "'.alias' of '" + std::string(alias.text) +
                                    "', which is defined");
    declared->second = aliasee->second;
  } else {
    Symbol symbol;
    symbol.kind = Symbol::Function;
    if (!symbols.declare(symbols.intern(alias.text), symbol))
      return failRedeclared(alias.text);
    module.functionsByName.emplace(alias.text, aliasee->second);
  }
  advance();
  return expect(';', "after '.alias'");
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

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
        return fail(previousEnd - static_cast<uint32_t>(name.size() + 1),
                    "unknown directive '." + std::string(name) + "'");
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

emu::Expected<std::unique_ptr<Module>> parse(std::string text,
                                             std::string fileName) {
  auto module = std::make_unique<Module>();
  module->text = std::move(text);
  module->fileName = std::move(fileName);
  if (module->text.size() > kMaxTextBytes)
    return emu::Error{module->fileName + ": more than " +
                      std::to_string(kMaxTextBytes >> 20) + " MiB of text"};
  Parser parser(*module);
  if (!parser.parseModule())
    return emu::Error{parser.error()};
  return module;
}

} // namespace pit::ptx
