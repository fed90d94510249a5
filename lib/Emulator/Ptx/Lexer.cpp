//===- Lexer.cpp - tokens of PTX text -------------------------------------===//
//
// A hand-written scanner. It only moves forward and looks at every byte a
// constant number of times.
//
//===----------------------------------------------------------------------===//

#include "Lexer.h"

#include <array>
#include <charconv>
#include <cstring>

namespace pit::ptx {

namespace {

enum : uint8_t { Follow = 1, Digit = 2, HexDigit = 4, Blank = 8 };

constexpr std::array<uint8_t, 256> makeClasses() {
  std::array<uint8_t, 256> classes{};
  for (int c = 0; c < 256; ++c) {
    bool digit = c >= '0' && c <= '9';
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    bool hex = digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' ||
                 c == '\v';
    classes[c] = (digit || letter || c == '_' || c == '$' ? Follow : 0) |
                 (digit ? Digit : 0) | (hex ? HexDigit : 0) |
                 (blank ? Blank : 0);
  }
  return classes;
}

constexpr std::array<uint8_t, 256> classes = makeClasses();

bool has(char c, uint8_t what) {
  return classes[static_cast<unsigned char>(c)] & what;
}

unsigned digitValue(char c) {
  if (c <= '9')
    return c - '0';
  return (c | 0x20) - 'a' + 10;
}

} // namespace

bool isFollowSymbol(char c) { return has(c, Follow); }

Token Lexer::error(uint32_t offset, std::string_view message) const {
  Token token;
  token.kind = Token::Error;
  token.offset = offset;
  token.text = message;
  return token;
}

Token Lexer::make(uint16_t kind, uint32_t start) const {
  Token token;
  token.kind = kind;
  token.offset = start;
  token.text = source.substr(start, position - start);
  return token;
}

uint32_t Lexer::endOfLine(uint32_t offset) const {
  size_t end = source.find('\n', offset);
  return static_cast<uint32_t>(end == source.npos ? source.size() : end);
}

bool Lexer::skipBlanks() {
  for (;;) {
    while (has(at(position), Blank))
      ++position;
    if (at(position) != '/')
      return true;
    if (at(position + 1) == '/') {
      position = endOfLine(position);
    } else if (at(position + 1) == '*') {
      size_t end = source.find("*/", position + 2);
      if (end == source.npos)
        return false;
      position = static_cast<uint32_t>(end + 2);
    } else {
      return true;
    }
  }
}

Token Lexer::next() {
  if (!skipBlanks()) {
    uint32_t start = position;
    position = static_cast<uint32_t>(source.size());
    return error(start, "comment without an end '*/'");
  }
  uint32_t start = position;
  if (start >= source.size())
    return make(Token::End, start);
  char c = source[start];

  if (has(c, Digit))
    return number(start);
  // A lone '%' is the modulo operator, a lone '_' the sink.
  if (has(c, Follow) || (c == '%' && has(at(start + 1), Follow))) {
    ++position;
    while (has(at(position), Follow))
      ++position;
    return make(Token::Identifier, start);
  }
  if (c == '.') {
    if (!has(at(start + 1), Follow)) {
      ++position;
      return error(start, "expected a directive or modifier after '.'");
    }
    ++position;
    for (;;) {
      while (has(at(position), Follow))
        ++position;
      if (at(position) != ':' || at(position + 1) != ':' ||
          !has(at(position + 2), Follow))
        break;
      position += 2;
    }
    return make(Token::Dot, start);
  }
  if (c == '"') {
    for (++position; position < source.size(); ++position) {
      if (source[position] == '\n')
        break;
      if (source[position] == '\\' && at(position + 1) != '\n') {
        ++position;
      } else if (source[position] == '"') {
        Token token = make(Token::String, start);
        token.text.remove_prefix(1);
        ++position;
        return token;
      }
    }
    if (position > source.size())
      position = static_cast<uint32_t>(source.size());
    return error(start, "string without an end '\"'");
  }

  char second = at(start + 1);
  uint16_t kind = 0;
  if (c == '<' && second == '<')
    kind = Token::ShiftLeft;
  else if (c == '>' && second == '>')
    kind = Token::ShiftRight;
  else if (c == '&' && second == '&')
    kind = Token::AndAnd;
  else if (c == '|' && second == '|')
    kind = Token::OrOr;
  else if (second == '=' && c == '=')
    kind = Token::EqualEqual;
  else if (second == '=' && c == '!')
    kind = Token::NotEqual;
  else if (second == '=' && c == '<')
    kind = Token::LessEqual;
  else if (second == '=' && c == '>')
    kind = Token::GreaterEqual;
  if (kind) {
    position += 2;
    return make(kind, start);
  }
  ++position;
  if (c != '\0' && std::strchr("{}[]()<>,;:@!|&^~+-*/%=?", c))
    return make(static_cast<uint16_t>(c), start);
  if (c == '#')
    return error(start, "preprocessor directives are not supported");
  Token token = error(start, "unexpected character");
  token.value = 0x100 | static_cast<unsigned char>(c);
  return token;
}

Token Lexer::hexFloat(uint32_t start, unsigned digits, uint16_t kind) {
  uint64_t value = 0;
  position = start + 2;
  for (; has(at(position), HexDigit) && position < start + 2 + digits;
       ++position)
    value = value << 4 | digitValue(source[position]);
  bool exact = position == start + 2 + digits && !has(at(position), Follow);
  while (has(at(position), Follow))
    ++position;
  if (!exact)
    return error(start, digits == 8
                            ? "expected 8 hexadecimal digits after '0f'"
                            : "expected 16 hexadecimal digits after '0d'");
  Token token = make(kind, start);
  token.value = value;
  return token;
}

Token Lexer::decimal(uint32_t start) {
  position = start;
  while (has(at(position), Digit))
    ++position;
  if (at(position) == '.')
    ++position;
  while (has(at(position), Digit))
    ++position;
  if ((at(position) | 0x20) == 'e') {
    uint32_t exponent = position + 1;
    if (at(exponent) == '+' || at(exponent) == '-')
      ++exponent;
    if (has(at(exponent), Digit)) {
      position = exponent;
      while (has(at(position), Digit))
        ++position;
    }
  }
  if (has(at(position), Follow)) {
    while (has(at(position), Follow))
      ++position;
    return error(start, "malformed floating-point literal");
  }
  Token token = make(Token::Decimal, start);
  double value = 0;
  auto [end, status] = std::from_chars(
      token.text.data(), token.text.data() + token.text.size(), value);
  if (status == std::errc::result_out_of_range)
    return error(start, "floating-point literal out of the range of .f64");
  if (status != std::errc() || end != token.text.data() + token.text.size())
    return error(start, "malformed floating-point literal");
  std::memcpy(&token.value, &value, sizeof value);
  return token;
}

Token Lexer::number(uint32_t start) {
  unsigned base = 10;
  char kind = at(start + 1) | 0x20;
  uint32_t digits = start;
  if (source[start] == '0') {
    if (kind == 'f')
      return hexFloat(start, 8, Token::Hex32);
    if (kind == 'd')
      return hexFloat(start, 16, Token::Hex64);
    if (kind == 'x' || kind == 'b') {
      base = kind == 'x' ? 16 : 2;
      digits = start + 2;
    } else if (has(at(start + 1), Digit)) {
      base = 8;
    }
  }
  if (base == 10 || base == 8) {
    uint32_t end = start;
    while (has(at(end), Digit))
      ++end;
    char after = at(end);
    // `1.` and `1.5` are floats, and so is `1e5`. `1.x` cannot occur: an
    // integer is never followed by a modifier.
    if (after == '.' || (after | 0x20) == 'e')
      return decimal(start);
  }
  bool overflow = false, badDigit = false;
  uint64_t value = 0;
  position = digits;
  for (; has(at(position), HexDigit); ++position) {
    unsigned digit = digitValue(source[position]);
    if (digit >= base) {
      badDigit = true;
      continue;
    }
    overflow |= value > (UINT64_MAX - digit) / base;
    value = value * base + digit;
  }
  bool empty = position == digits;
  bool isUnsigned = (at(position) | 0x20) == 'u';
  if (isUnsigned)
    ++position;
  bool junk = has(at(position), Follow);
  while (has(at(position), Follow))
    ++position;
  if (empty || badDigit || junk)
    return error(start, base == 8    ? "malformed octal literal"
                        : base == 16 ? "malformed hexadecimal literal"
                        : base == 2  ? "malformed binary literal"
                                     : "malformed integer literal");
  if (overflow)
    return error(start, "integer literal does not fit into 64 bits");
  Token token = make(Token::Integer, start);
  token.value = value;
  token.isUnsigned = isUnsigned || value > uint64_t(INT64_MAX);
  return token;
}

} // namespace pit::ptx
