//===- Lexer.h - tokens of PTX text -----------------------------*- C++ -*-===//
//
// Cuts PTX text into tokens without copying it. A directive or modifier is one
// token with its `::` parts (".shared::cta"), so `ld.global.b32` is an
// identifier and two dot words. PTX ISA 4.1 to 4.5.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_EMULATOR_PTX_LEXER_H
#define PIT_LIB_EMULATOR_PTX_LEXER_H

#include <cstdint>
#include <string_view>

namespace pit::ptx {

/// A token. Punctuation of one character has that character as its kind.
struct Token {
  enum : uint16_t {
    End = 256,
    Error,      ///< `text` is the message, a static string; `value` is 0 or the
                ///< character at fault plus 256
    Identifier, ///< "ld", "%r1", "$L__BB0_1", "_"
    Dot,        ///< ".global", "L2::128B" included; `text` keeps the dot
    Integer,    ///< `value`; `isUnsigned` for a U suffix or beyond int64_t
    Decimal,    ///< "1.5", "2e10"; `value` holds the bits of the double
    Hex32,      ///< 0f3F800000; `value` holds the bits
    Hex64,      ///< 0d3FF0000000000000; `value` holds the bits
    String,     ///< `text` without the quotes, escapes untouched
    ShiftLeft,
    ShiftRight,
    AndAnd,
    OrOr,
    EqualEqual,
    NotEqual,
    LessEqual,
    GreaterEqual
  };
  uint16_t kind = End;
  bool isUnsigned = false;
  uint32_t offset = 0;
  std::string_view text;
  uint64_t value = 0;

  bool is(int wanted) const { return kind == wanted; }
};

/// The cutter. Copying one saves the place, assigning the copy goes back to it.
class Lexer {
public:
  /// `source` must outlive the tokens and be shorter than 2^31 bytes.
  explicit Lexer(std::string_view source) : source(source) {}

  Token next();
  /// Reads ".5", for which next() gives a Dot, as a floating-point literal.
  Token leadingDot() { return decimal(position); }
  /// Continues at `offset`; used to cut a `%` off an identifier that turns out
  /// to be the modulo operator, and to skip a line.
  void seek(uint32_t offset) { position = offset; }
  /// The offset of the line end at or after `offset`.
  uint32_t endOfLine(uint32_t offset) const;

private:
  /// Moves past blanks and comments; false if a comment does not end.
  bool skipBlanks();
  Token number(uint32_t start);
  Token decimal(uint32_t start);
  Token hexFloat(uint32_t start, unsigned digits, uint16_t kind);
  Token error(uint32_t offset, std::string_view message) const;
  Token make(uint16_t kind, uint32_t start) const;
  char at(uint32_t offset) const {
    return offset < source.size() ? source[offset] : '\0';
  }

  std::string_view source;
  uint32_t position = 0;
};

/// True for a character that may follow the first one of an identifier.
bool isFollowSymbol(char c);

} // namespace pit::ptx

#endif // PIT_LIB_EMULATOR_PTX_LEXER_H
