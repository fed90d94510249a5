//===- ParserExpressions.cpp - constant expressions -----------------------===//
//
// PTX ISA 4.5: literals and constant expressions, with the evaluation rules of
// table "Constant Expression Evaluation Rules". Integer arithmetic wraps in 64
// bits; a shift by 64 or more gives what shifting one by one would give.
//
//===----------------------------------------------------------------------===//

#include "Parser.h"

#include <cmath>
#include <cstring>

namespace pit::ptx {

namespace {

/// Binding strength of a binary operator, 0 if `kind` is none. As in C.
int precedenceOf(int kind) {
  switch (kind) {
  case Token::OrOr:
    return 1;
  case Token::AndAnd:
    return 2;
  case '|':
    return 3;
  case '^':
    return 4;
  case '&':
    return 5;
  case Token::EqualEqual:
  case Token::NotEqual:
    return 6;
  case '<':
  case '>':
  case Token::LessEqual:
  case Token::GreaterEqual:
    return 7;
  case Token::ShiftLeft:
  case Token::ShiftRight:
    return 8;
  case '+':
  case '-':
    return 9;
  case '*':
  case '/':
  case '%':
    return 10;
  default:
    return 0;
  }
}

constexpr int kMultiplicative = 10;

Constant makeS64(int64_t value) {
  return {Constant::S64, static_cast<uint64_t>(value)};
}

bool isTrue(const Constant &value) {
  return value.isFloat() ? value.asDouble() != 0 : value.bits != 0;
}

template <typename T> bool compare(int op, T a, T b) {
  switch (op) {
  case '<':
    return a < b;
  case '>':
    return a > b;
  case Token::LessEqual:
    return a <= b;
  case Token::GreaterEqual:
    return a >= b;
  case Token::EqualEqual:
    return a == b;
  default:
    return a != b;
  }
}

} // namespace

double Constant::asDouble() const {
  if (kind == S64)
    return static_cast<double>(static_cast<int64_t>(bits));
  if (kind == U64)
    return static_cast<double>(bits);
  if (kind == F32) {
    uint32_t low = static_cast<uint32_t>(bits);
    float value;
    std::memcpy(&value, &low, sizeof value);
    return value;
  }
  double value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

Constant Constant::fromDouble(double value) {
  Constant result;
  result.kind = F64;
  std::memcpy(&result.bits, &value, sizeof value);
  return result;
}

bool Parser::parsePrimary(Constant &value) {
  switch (token.kind) {
  case Token::Integer:
    value = {token.isUnsigned ? Constant::U64 : Constant::S64, token.value};
    break;
  case Token::Decimal:
  case Token::Hex64:
    value = {Constant::F64, token.value};
    break;
  case Token::Hex32:
    value = {Constant::F32, token.value};
    break;
  case Token::Dot: {
    // ".5": the scanner took it for a modifier.
    Lexer again = lexer;
    again.seek(token.offset);
    Token number = again.leadingDot();
    if (!number.is(Token::Decimal))
      return expected("a constant");
    value = {Constant::F64, number.value};
    lexer = again;
    break;
  }
  case Token::Identifier:
    if (token.text != "WARP_SZ")
      return expected("a constant");
    value = makeS64(32);
    break;
  case '(': {
    advance();
    if (isDot("s64") || isDot("u64")) {
      Nest nest(*this);
      if (!checkNesting())
        return false;
      Constant::Kind kind = isDot("s64") ? Constant::S64 : Constant::U64;
      advance();
      if (!expect(')', "after the type of a cast") || !parseUnary(value))
        return false;
      if (value.isFloat())
        return failHere("cast of a floating-point constant");
      value.kind = kind;
      return true;
    }
    if (!parseConstant(value))
      return false;
    return expect(')', "after an expression");
  }
  default:
    return expected("a constant");
  }
  advance();
  return true;
}

bool Parser::parseUnary(Constant &value) {
  uint32_t start = token.offset;
  int op = token.kind;
  if (op != '-' && op != '+' && op != '~' && op != '!')
    return parsePrimary(value);
  Nest nest(*this);
  if (!checkNesting())
    return false;
  advance();
  if (!parseUnary(value))
    return false;
  if (op == '!') {
    if (value.isFloat())
      return fail(start, "'!' of a floating-point constant");
    value = makeS64(!isTrue(value));
  } else if (op == '~') {
    if (value.isFloat())
      return fail(start, "'~' of a floating-point constant");
    value = {Constant::U64, ~value.bits};
  } else if (op == '-') {
    if (value.kind == Constant::F64)
      value.bits ^= uint64_t(1) << 63;
    else if (value.kind == Constant::F32)
      value.bits ^= uint64_t(1) << 31;
    else
      value.bits = 0 - value.bits;
  }
  return true;
}

bool Parser::applyBinary(int op, Constant &left, const Constant &right,
                         uint32_t offset) {
  if (op == Token::AndAnd || op == Token::OrOr) {
    left = makeS64(op == Token::AndAnd ? isTrue(left) && isTrue(right)
                                       : isTrue(left) || isTrue(right));
    return true;
  }
  int precedence = precedenceOf(op);
  bool isComparison = precedence == 6 || precedence == 7;
  if (left.isFloat() || right.isFloat()) {
    double a = left.asDouble(), b = right.asDouble();
    if (isComparison)
      left = makeS64(compare(op, a, b));
    else if (op == '+')
      left = Constant::fromDouble(a + b);
    else if (op == '-')
      left = Constant::fromDouble(a - b);
    else if (op == '*')
      left = Constant::fromDouble(a * b);
    else if (op == '/' && b == 0)
      return fail(offset, "division by zero in a constant expression");
    else if (op == '/')
      left = Constant::fromDouble(a / b);
    else
      return fail(offset, "floating-point constant as an operand of an integer "
                          "operator");
    return true;
  }
  if (op == Token::ShiftLeft || op == Token::ShiftRight) {
    uint64_t amount = right.bits;
    int64_t asSigned = static_cast<int64_t>(left.bits);
    if (op == Token::ShiftLeft)
      left.bits = amount > 63 ? 0 : left.bits << amount;
    else if (left.kind == Constant::U64)
      left.bits = amount > 63 ? 0 : left.bits >> amount;
    else
      left.bits =
          static_cast<uint64_t>(asSigned >> (amount > 63 ? 63 : amount));
    return true;
  }
  bool isSigned = left.kind == Constant::S64 && right.kind == Constant::S64;
  uint64_t a = left.bits, b = right.bits;
  if (isComparison) {
    left = makeS64(
        isSigned ? compare(op, static_cast<int64_t>(a), static_cast<int64_t>(b))
                 : compare(op, a, b));
    return true;
  }
  left.kind = isSigned ? Constant::S64 : Constant::U64;
  switch (op) {
  case '+':
    left.bits = a + b;
    return true;
  case '-':
    left.bits = a - b;
    return true;
  case '*':
    left.bits = a * b;
    return true;
  case '/':
  case '%': {
    if (b == 0)
      return fail(offset, "division by zero in a constant expression");
    bool divide = op == '/';
    if (!isSigned)
      left.bits = divide ? a / b : a % b;
    else if (b == UINT64_MAX) // -1: INT64_MIN / -1 would overflow
      left.bits = divide ? 0 - a : 0;
    else
      left.bits = static_cast<uint64_t>(
          divide ? static_cast<int64_t>(a) / static_cast<int64_t>(b)
                 : static_cast<int64_t>(a) % static_cast<int64_t>(b));
    return true;
  }
  default: // & | ^ work on .u64 and give .u64
    left = {Constant::U64, op == '&' ? a & b : op == '|' ? a | b : a ^ b};
    return true;
  }
}

bool Parser::parseBinary(Constant &value, int precedence) {
  if (!parseUnary(value))
    return false;
  for (;;) {
    // `10 %3`: no name can stand here, so the '%' is the operator.
    if (token.is(Token::Identifier) && token.text[0] == '%') {
      lexer.seek(token.offset + 1);
      token.kind = '%';
      token.text = token.text.substr(0, 1);
    }
    int op = token.kind;
    int strength = precedenceOf(op);
    if (strength == 0 || strength < precedence)
      return true;
    uint32_t offset = token.offset;
    advance();
    Constant right;
    if (!parseBinary(right, strength + 1) ||
        !applyBinary(op, value, right, offset))
      return false;
  }
}

bool Parser::parseConstant(Constant &value) {
  Nest nest(*this);
  if (!checkNesting() || !parseBinary(value, 1))
    return false;
  if (!token.is('?'))
    return true;
  uint32_t offset = token.offset;
  if (value.isFloat())
    return failHere("floating-point constant as a condition");
  advance();
  Constant first, second;
  if (!parseConstant(first) || !expect(':', "after '?'") ||
      !parseConstant(second))
    return false;
  if (first.isFloat() != second.isFloat())
    return fail(offset, "'?' between an integer and a floating-point constant");
  bool isUnsigned = first.kind == Constant::U64 || second.kind == Constant::U64;
  bool differ = first.kind != second.kind;
  value = isTrue(value) ? first : second;
  if (differ)
    value =
        value.isFloat()
            ? Constant::fromDouble(value.asDouble())
            : Constant{isUnsigned ? Constant::U64 : Constant::S64, value.bits};
  return true;
}

bool Parser::parseInteger(int64_t &value, std::string_view what) {
  uint32_t start = token.offset;
  Constant constant;
  if (!parseConstant(constant))
    return false;
  if (constant.isFloat())
    return fail(start, "expected " + std::string(what) +
                           ", but got a floating-point constant");
  value = static_cast<int64_t>(constant.bits);
  return true;
}

bool Parser::parseAddends(int64_t &addend) {
  uint64_t sum = 0;
  while (token.is('+') || token.is('-')) {
    bool minus = token.is('-');
    uint32_t start = token.offset;
    advance();
    Constant constant;
    if (!parseBinary(constant, kMultiplicative))
      return false;
    if (constant.isFloat())
      return fail(start, "offset that is a floating-point constant");
    sum = minus ? sum - constant.bits : sum + constant.bits;
  }
  addend = static_cast<int64_t>(sum);
  return true;
}

} // namespace pit::ptx
