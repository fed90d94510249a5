//===- Expression.h - integers that depend on sizes -------------*- C++ -*-===//
//
// The expressions of a launch plan: grid, workspace, offsets, sizes. Grammar:
//
//   sum     := product (('+' | '-') product)*
//   product := unary ('*' unary)*
//   unary   := '-' unary | primary
//   primary := INTEGER | NAME | '(' sum ')' | FUNCTION '(' sum ',' sum ')'
//   FUNCTION := 'ceildiv' | 'floordiv' | 'min' | 'max'
//
// A NAME is a symbol of the plan, 'multiprocessors' or
// 'blocks_per_multiprocessor'. Arithmetic is on 64-bit signed integers; what
// does not fit is an error, and so is a divisor below 1. The quotients are the
// mathematical ones, rounded up and down: ceildiv(-7, 2) is -3.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_RUNTIME_EXPRESSION_H
#define PIT_RUNTIME_EXPRESSION_H

#include "pit/Support/Expected.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pit::runtime {

/// What the names in an expression stand for.
struct ExpressionValues {
  std::span<const int64_t> symbols;    ///< as many as at parsing, in that order
  int64_t multiprocessors = 0;         ///< of the device
  int64_t blocksPerMultiprocessor = 0; ///< of the kernel in question
};

/// A parsed expression. The default is the constant 0.
class Expression {
public:
  Expression() : Expression(0) {}
  /// A constant.
  explicit Expression(int64_t value);

  /// Parses `text`; `symbols` are the names that it may use, beside the two of
  /// the device. The error names the column.
  static Expected<Expression> parse(std::string_view text,
                                    std::span<const std::string> symbols);

  /// Its value. Allocates nothing, unless there is an error: overflow, a
  /// divisor below 1, or fewer symbol values than it needs.
  Expected<int64_t> evaluate(const ExpressionValues &values) const;

  /// Its value where it uses no name.
  std::optional<int64_t> constant() const;
  /// Index of the symbol where it is one symbol and nothing else.
  std::optional<unsigned> bareSymbol() const;
  /// Whether it uses 'multiprocessors' or 'blocks_per_multiprocessor'.
  bool usesDevice() const;
  /// Whether it uses 'blocks_per_multiprocessor'.
  bool usesOccupancy() const;
  /// As it was written.
  const std::string &text() const { return source; }

private:
  friend class ExpressionParser;
  enum class Op : uint8_t {
    Constant,        ///< push value
    Symbol,          ///< push symbols[value]
    Multiprocessors, ///< push
    Occupancy,       ///< push blocksPerMultiprocessor
    Negate,
    Add,
    Subtract,
    Multiply,
    CeilDiv,
    FloorDiv,
    Min,
    Max
  };
  struct Step {
    Op op;
    int64_t value = 0;
  };
  bool uses(Op op) const;

  std::vector<Step> steps; ///< postfix; the parser bounds the stack they need
  std::string source;
};

} // namespace pit::runtime

#endif // PIT_RUNTIME_EXPRESSION_H
