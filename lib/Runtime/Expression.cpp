//===- Expression.cpp - integers that depend on sizes ---------------------===//

#include "pit/Runtime/Expression.h"

#include "pit/Support/Text.h"

#include <algorithm>
#include <array>
#include <cassert>

using namespace pit;
using namespace pit::runtime;

/// Values that an evaluation may hold at a time; bounds its stack.
static constexpr unsigned kMaxStack = 128;
/// Parentheses, calls and signs inside one another; bounds the parser's stack.
static constexpr unsigned kMaxNesting = 64;
/// Longer texts are nobody's.
static constexpr size_t kMaxLength = 4096;

namespace pit::runtime {

/// A recursive-descent parser that emits postfix code.
class ExpressionParser {
public:
  ExpressionParser(std::string_view text, std::span<const std::string> symbols)
      : text(text), symbols(symbols) {}

  Expected<Expression> run();

private:
  using Op = Expression::Op;

  bool parseSum();
  bool parseProduct();
  bool parseUnary();
  bool parsePrimary();
  bool parseInteger();
  bool parseName();
  bool parseCall(Op op, std::string_view name);

  bool fail(std::string message, size_t column);
  bool fail(std::string message) { return fail(std::move(message), at); }
  bool emit(Op op, int64_t value = 0);
  void skipBlanks();
  /// Consumes `c` after blanks.
  bool consume(char c);
  bool expect(char c, const char *where);
  std::string found() const;

  std::string_view text;
  std::span<const std::string> symbols;
  size_t at = 0;
  unsigned nesting = 0, stack = 0;
  Expression result;
  std::string message;
};

} // namespace pit::runtime

static bool isNameStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool ExpressionParser::fail(std::string text, size_t column) {
  if (message.empty())
    message = std::move(text) + " at column " + std::to_string(column + 1);
  return false;
}

void ExpressionParser::skipBlanks() {
  while (at < text.size() && text[at] == ' ')
    ++at;
}

bool ExpressionParser::consume(char c) {
  skipBlanks();
  if (at == text.size() || text[at] != c)
    return false;
  ++at;
  return true;
}

std::string ExpressionParser::found() const {
  if (at == text.size())
    return "the end";
  const unsigned char c = text[at];
  if (c < 0x20 || c > 0x7e)
    return "byte " + std::to_string(c);
  return "'" + std::string(1, char(c)) + "'";
}

bool ExpressionParser::expect(char c, const char *where) {
  if (consume(c))
    return true;
  return fail("expected '" + std::string(1, c) + "' " + where + ", but got " +
              found());
}

/// Appends a step and follows how many values are on the stack.
bool ExpressionParser::emit(Op op, int64_t value) {
  switch (op) {
  case Op::Constant:
  case Op::Symbol:
  case Op::Multiprocessors:
  case Op::Occupancy:
    if (++stack > kMaxStack)
      return fail("more than " + std::to_string(kMaxStack) +
                  " values wait for their operators");
    break;
  case Op::Negate:
    break;
  case Op::Add:
  case Op::Subtract:
  case Op::Multiply:
  case Op::CeilDiv:
  case Op::FloorDiv:
  case Op::Min:
  case Op::Max:
    --stack;
    break;
  }
  result.steps.push_back({op, value});
  return true;
}

bool ExpressionParser::parseInteger() {
  const size_t start = at;
  int64_t value = 0;
  for (; at < text.size() && isDigit(text[at]); ++at)
    if (__builtin_mul_overflow(value, 10, &value) ||
        __builtin_add_overflow(value, text[at] - '0', &value))
      return fail("an integer beyond 9223372036854775807", start);
  return emit(Op::Constant, value);
}

bool ExpressionParser::parseCall(Op op, std::string_view name) {
  const std::string where = "in '" + std::string(name) + "'";
  return expect('(', ("after '" + std::string(name) + "'").c_str()) &&
         parseSum() && expect(',', where.c_str()) && parseSum() &&
         expect(')', where.c_str()) && emit(op);
}

bool ExpressionParser::parseName() {
  const size_t start = at;
  while (at < text.size() && (isNameStart(text[at]) || isDigit(text[at])))
    ++at;
  const std::string_view name = text.substr(start, at - start);
  static constexpr struct {
    std::string_view name;
    Op op;
  } functions[] = {{"ceildiv", Op::CeilDiv},
                   {"floordiv", Op::FloorDiv},
                   {"min", Op::Min},
                   {"max", Op::Max}};
  for (const auto &function : functions)
    if (function.name == name)
      return parseCall(function.op, name);
  if (name == "multiprocessors")
    return emit(Op::Multiprocessors);
  if (name == "blocks_per_multiprocessor")
    return emit(Op::Occupancy);
  const auto it = std::find(symbols.begin(), symbols.end(), name);
  if (it != symbols.end())
    return emit(Op::Symbol, it - symbols.begin());
  std::string known;
  for (const std::string &symbol : symbols)
    known += "'" + symbol + "', ";
  return fail("unknown name '" + std::string(name) + "' (known are " + known +
                  "'multiprocessors', 'blocks_per_multiprocessor', 'ceildiv', "
                  "'floordiv', 'min', 'max')",
              start);
}

bool ExpressionParser::parsePrimary() {
  skipBlanks();
  if (at < text.size() && isDigit(text[at]))
    return parseInteger();
  if (at < text.size() && isNameStart(text[at]))
    return parseName();
  if (consume('('))
    return parseSum() && expect(')', "after a sum");
  return fail("expected an integer, a name or '(', but got " + found());
}

bool ExpressionParser::parseUnary() {
  // Every cycle of the grammar passes here.
  if (++nesting > kMaxNesting)
    return fail("nested more than " + std::to_string(kMaxNesting) + " deep");
  const bool ok =
      consume('-') ? parseUnary() && emit(Op::Negate) : parsePrimary();
  --nesting;
  return ok;
}

bool ExpressionParser::parseProduct() {
  if (!parseUnary())
    return false;
  while (consume('*'))
    if (!parseUnary() || !emit(Op::Multiply))
      return false;
  return true;
}

bool ExpressionParser::parseSum() {
  if (!parseProduct())
    return false;
  for (;;) {
    Op op;
    if (consume('+'))
      op = Op::Add;
    else if (consume('-'))
      op = Op::Subtract;
    else
      return true;
    if (!parseProduct() || !emit(op))
      return false;
  }
}

Expected<Expression> ExpressionParser::run() {
  if (text.size() > kMaxLength)
    return Error{"an expression of " + std::to_string(text.size()) +
                 " characters; at most " + std::to_string(kMaxLength) +
                 " are allowed"};
  result.steps.clear();
  result.source = text;
  if (parseSum()) {
    skipBlanks();
    if (at != text.size())
      fail("expected an operator or the end, but got " + found());
  }
  if (!message.empty())
    return Error{"expression '" + result.source + "': " + message};
  // What has no value whatever the sizes are is wrong now already.
  if (!result.usesDevice() && !result.uses(Op::Symbol))
    if (Expected<int64_t> value = result.evaluate({}); !value)
      return value.error();
  return std::move(result);
}

// --- Expression ---

Expression::Expression(int64_t value)
    : steps{{Op::Constant, value}}, source(std::to_string(value)) {}

Expected<Expression> Expression::parse(std::string_view text,
                                       std::span<const std::string> symbols) {
  return ExpressionParser(text, symbols).run();
}

bool Expression::uses(Op op) const {
  return std::any_of(steps.begin(), steps.end(),
                     [&](const Step &step) { return step.op == op; });
}

bool Expression::usesOccupancy() const { return uses(Op::Occupancy); }

bool Expression::usesDevice() const {
  return usesOccupancy() || uses(Op::Multiprocessors);
}

std::optional<unsigned> Expression::bareSymbol() const {
  if (steps.size() == 1 && steps[0].op == Op::Symbol)
    return unsigned(steps[0].value);
  return std::nullopt;
}

std::optional<int64_t> Expression::constant() const {
  if (usesDevice() || uses(Op::Symbol))
    return std::nullopt;
  return *evaluate({}); // the parser saw that there is one
}

/// The quotient rounded down; the divisor is positive.
static int64_t floorDiv(int64_t a, int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

/// The quotient rounded up; the divisor is positive.
static int64_t ceilDiv(int64_t a, int64_t b) {
  return a / b + (a % b > 0 ? 1 : 0);
}

Expected<int64_t> Expression::evaluate(const ExpressionValues &values) const {
  std::array<int64_t, kMaxStack> stack;
  unsigned size = 0;
  auto overflow = [&] {
    return Error{"expression '" + source + "' does not fit into 64 bits"};
  };
  auto badDivisor = [&](int64_t divisor) {
    return Error{"expression '" + source + "' divides by " +
                 std::to_string(divisor) + "; a divisor is at least 1"};
  };
  for (const Step &step : steps) {
    switch (step.op) {
    case Op::Constant:
      stack[size++] = step.value;
      continue;
    case Op::Symbol:
      if (uint64_t(step.value) >= values.symbols.size())
        return Error{"expression '" + source + "' needs symbol " +
                     std::to_string(step.value) +
                     ", but there are values for " +
                     std::to_string(values.symbols.size())};
      stack[size++] = values.symbols[step.value];
      continue;
    case Op::Multiprocessors:
      stack[size++] = values.multiprocessors;
      continue;
    case Op::Occupancy:
      stack[size++] = values.blocksPerMultiprocessor;
      continue;
    case Op::Negate:
      if (__builtin_sub_overflow(0, stack[size - 1], &stack[size - 1]))
        return overflow();
      continue;
    default:
      break;
    }
    assert(size >= 2 && "the parser follows the stack");
    const int64_t b = stack[--size];
    int64_t &a = stack[size - 1];
    bool fits = true;
    switch (step.op) {
    case Op::Add:
      fits = !__builtin_add_overflow(a, b, &a);
      break;
    case Op::Subtract:
      fits = !__builtin_sub_overflow(a, b, &a);
      break;
    case Op::Multiply:
      fits = !__builtin_mul_overflow(a, b, &a);
      break;
    case Op::CeilDiv:
    case Op::FloorDiv:
      if (b < 1)
        return badDivisor(b);
      a = step.op == Op::CeilDiv ? ceilDiv(a, b) : floorDiv(a, b);
      break;
    case Op::Min:
      a = std::min(a, b);
      break;
    default:
      a = std::max(a, b);
      break;
    }
    if (!fits)
      return overflow();
  }
  return stack[0];
}
