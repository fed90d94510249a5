//===- Parser.h - recursive descent over PTX --------------------*- C++ -*-===//
//
// One parser object per module. Every parse function returns false after it has
// recorded an error; the first error wins. Its methods are spread over
// Parser.cpp (module), ParserFunctions.cpp, ParserDirectives.cpp (variables,
// registers), ParserInitializers.cpp, ParserExpressions.cpp and
// ParserInstructions.cpp.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_EMULATOR_PTX_PARSER_H
#define PIT_LIB_EMULATOR_PTX_PARSER_H

#include "Lexer.h"
#include "Symbols.h"

#include "pit/Emulator/Ptx.h"

#include <string>
#include <string_view>
#include <vector>

namespace pit::ptx {

/// Bounds that keep hostile text from costing more than its length.
constexpr uint64_t kMaxTextBytes = uint64_t(1) << 30;
constexpr uint64_t kMaxRegisterRange = uint64_t(1) << 20;
constexpr uint64_t kMaxVariableBytes = uint64_t(1) << 30;
constexpr uint64_t kMaxInitializerBytes = uint64_t(1) << 26; ///< of a module
constexpr uint64_t kMaxAlignment = uint64_t(1) << 20;
constexpr unsigned kMaxNesting = 64; ///< of scopes, of braces, of parentheses
constexpr unsigned kMaxDimensions = 16;

/// A constant while it is computed (PTX ISA 4.5.5).
struct Constant {
  enum Kind : uint8_t { S64, U64, F64, F32 };
  Kind kind = S64;
  uint64_t bits = 0; ///< of the integer, the double, or (F32) the float

  bool isFloat() const { return kind >= F64; }
  double asDouble() const;
  static Constant fromDouble(double value);
};

class Parser {
public:
  explicit Parser(Module &module);

  bool parseModule();
  const std::string &error() const { return message; }

private:
  // Parser.cpp: helpers.
  void advance();
  bool fail(uint32_t offset, std::string text);
  bool failHere(std::string text) {
    return fail(token.offset, std::move(text));
  }
  /// "expected <what>, but got 'xyz'"
  bool expected(std::string_view what);
  bool failRedeclared(std::string_view name);
  /// Where `part`, a piece of the text, stands in it.
  uint32_t offsetOf(std::string_view part) const {
    return static_cast<uint32_t>(part.data() - module.text.data());
  }
  bool expect(char punctuation, std::string_view where);
  bool accept(char punctuation);
  bool isDot(std::string_view name) const {
    return token.is(Token::Dot) && token.text.substr(1) == name;
  }
  unsigned lineAt(uint32_t offset);
  /// Counts nesting for as long as it lives.
  struct Nest {
    explicit Nest(Parser &parser) : parser(parser) { ++parser.nesting; }
    ~Nest() { --parser.nesting; }
    Parser &parser;
  };
  bool checkNesting();

  // Parser.cpp: module scope; ParserFunctions.cpp.
  bool parseVersion();
  bool parseTarget();
  bool parseModuleDirective();
  bool parseAlias();
  bool parseFunction(bool isEntry, Linkage linkage, uint32_t start);
  bool parseParameters(Function &function, std::deque<Variable> &list,
                       std::vector<int> &registers, bool kernel);
  bool declareParameters(const std::deque<Variable> &list,
                         const std::vector<int> &registers);
  bool parseFunctionDirectives(Function &function);
  bool parseTriple(std::array<uint32_t, 3> &values);
  bool checkRedeclaration(const Function &previous, const Function &function,
                          uint32_t offset);
  bool parseBody();

  // ParserDirectives.cpp.
  bool skipFile();
  bool skipLoc();
  bool skipSection();
  bool skipPragma();
  bool skipAttribute();
  bool parseU32(uint32_t &value, std::string_view what);
  bool parseAlignment(unsigned &align);
  bool parseRegisters();
  /// The specifiers between the space and the name.
  bool parseSpecifiers(Variable &variable, bool parameter);
  bool parsePrototype();
  bool parseDimensions(Variable &variable, std::vector<uint64_t> &dimensions);
  bool parseVariables(Space space, Linkage linkage, bool inFunction);
  bool addVariable(Variable &variable, uint32_t offset, bool inFunction);

  // ParserInitializers.cpp. The extents are those of the dimensions, with that
  // of a vector last; 0 for one left out.
  bool parseInitializer(Variable &variable,
                        const std::vector<uint64_t> &dimensions);
  bool parseInitializerLevel(Variable &variable,
                             const std::vector<uint64_t> &extents, size_t level,
                             uint64_t offset, uint64_t &used);
  bool parseInitializerElement(Variable &variable, uint64_t offset);
  bool parseMask(Variable &variable, uint64_t mask, uint32_t start,
                 uint64_t offset);
  bool parseInitializerSymbol(std::string_view &name);
  bool reserveInitializer(Variable &variable, uint64_t end, uint32_t at);
  // ParserExpressions.cpp.
  bool parseConstant(Constant &value);
  bool parseBinary(Constant &value, int precedence);
  bool parseUnary(Constant &value);
  bool parsePrimary(Constant &value);
  bool applyBinary(int op, Constant &left, const Constant &right,
                   uint32_t offset);
  bool parseInteger(int64_t &value, std::string_view what);
  /// `+ expr` and `- expr` after a base, summed up into `addend`.
  bool parseAddends(int64_t &addend);

  // ParserInstructions.cpp.
  bool parseStatement();
  bool parseLabel(Token name);
  bool parseInstruction(Token opcode, int guard, bool guardNegated);
  bool parseCallOperands();
  bool parseList(Operand &operand);
  bool parseOperand(Operand &operand);
  bool parseOperandNoPair(Operand &operand);
  bool parseNamed(Operand &operand);
  bool parseSpecial(Operand &operand, Token name);
  bool parseVector(Operand &operand);
  bool parseAddress(Operand &operand);
  bool closeScope();
  /// Notes the label references below `operand` for resolution.
  void notePending(Operand &operand);

  /// A use of a name that may be a label declared later.
  struct Pending {
    SymbolTable::Name name;
    uint32_t offset;
    Operand *operand;         ///< set to what the name is, or
    uint32_t table, position; ///< an entry of a .branchtargets list
    bool mustBeLabel;         ///< for the message
  };

  Module &module;
  Lexer lexer;
  Token token;
  std::string message;
  SymbolTable symbols;
  Function *function = nullptr; ///< whose body is parsed
  unsigned nesting = 0;
  uint32_t lineCursor = 0;
  uint64_t initializerBytes = 0;
  std::vector<Operand> operands;           ///< of the instruction being parsed
  std::vector<std::string_view> modifiers; ///< likewise
  bool hasPending = false;                 ///< likewise
  bool isBranch = false;                   ///< likewise
  bool isMove = false;                     ///< likewise
  std::vector<Pending> pending;
  std::vector<uint32_t> pendingStarts; ///< of each open scope of the body
};

/// Whether `name` ("%tid", no component) is a special register; PTX ISA chapter
/// 10. `isVector` tells whether it has components.
bool isSpecialRegister(std::string_view name, bool &isVector);

} // namespace pit::ptx

#endif // PIT_LIB_EMULATOR_PTX_PARSER_H
