//===- Parser.cpp - helpers of the parser, module scope
//--------------------===//
//
// PTX ISA chapters 4 and 11: what stands at module scope.
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
