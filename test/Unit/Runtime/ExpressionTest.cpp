//===- ExpressionTest.cpp - integers that depend on sizes -----------------===//

#include "pit/Runtime/Expression.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

using namespace pit;
using namespace pit::runtime;

namespace {

const std::vector<std::string> kSymbols = {"s0", "s1", "batch"};

std::string parseError(std::string_view text) {
  Expected<Expression> e = Expression::parse(text, kSymbols);
  return e ? "" : e.error().message;
}

struct Values {
  std::vector<int64_t> symbols = {7, -3, 100};
  ExpressionValues get() const { return {symbols, 108, 4}; }
};

std::string evaluate(std::string_view text, const Values &values = {}) {
  Expected<Expression> e = Expression::parse(text, kSymbols);
  if (!e)
    return e.error().message;
  Expected<int64_t> value = e->evaluate(values.get());
  return value ? std::to_string(*value) : value.error().message;
}

TEST(Expression, FollowsTheUsualPrecedence) {
  EXPECT_EQ(evaluate("1 + 2 * 3"), "7");
  EXPECT_EQ(evaluate("(1 + 2) * 3"), "9");
  EXPECT_EQ(evaluate("10 - 4 - 3"), "3");
  EXPECT_EQ(evaluate("10 - -4"), "14");
  EXPECT_EQ(evaluate("-s0 * 2"), "-14");
  EXPECT_EQ(evaluate("2 * s0+s1*batch"), "-286");
  EXPECT_EQ(evaluate("multiprocessors * blocks_per_multiprocessor"), "432");
  EXPECT_EQ(evaluate("min(multiprocessors*2, ceildiv(batch, 64) * 3)"), "6");
  EXPECT_EQ(evaluate("max(s0, min(s1, batch))"), "7");
}

TEST(Expression, QuotientsAreMathematical) {
  EXPECT_EQ(evaluate("ceildiv(7, 2)"), "4");
  EXPECT_EQ(evaluate("ceildiv(-7, 2)"), "-3");
  EXPECT_EQ(evaluate("ceildiv(8, 2)"), "4");
  EXPECT_EQ(evaluate("ceildiv(0, 5)"), "0");
  EXPECT_EQ(evaluate("floordiv(7, 2)"), "3");
  EXPECT_EQ(evaluate("floordiv(-7, 2)"), "-4");
  EXPECT_EQ(evaluate("floordiv(-8, 2)"), "-4");
  EXPECT_EQ(evaluate("ceildiv(9223372036854775807, 2)"), "4611686018427387904");
}

TEST(Expression, WhatDoesNotFitIsAnError) {
  const std::string big = "9223372036854775807";
  EXPECT_EQ(evaluate(big), big);
  EXPECT_EQ(evaluate("-" + big + " - 1"), "-9223372036854775808");
  for (std::string text :
       {big + " + 1", "-" + big + " - 2", big + " * 2", "-(-" + big + " - 1)"})
    EXPECT_EQ(evaluate(text),
              "expression '" + text + "' does not fit into 64 bits");
  EXPECT_EQ(evaluate("batch * " + big),
            "expression 'batch * " + big + "' does not fit into 64 bits");
  EXPECT_EQ(evaluate("9223372036854775808"),
            "expression '9223372036854775808': an integer beyond "
            "9223372036854775807 at column 1");
}

TEST(Expression, DivisorsAreAtLeastOne) {
  EXPECT_EQ(evaluate("ceildiv(4, 0)"),
            "expression 'ceildiv(4, 0)' divides by 0; a divisor is at least 1");
  EXPECT_EQ(
      evaluate("floordiv(4, s1)"),
      "expression 'floordiv(4, s1)' divides by -3; a divisor is at least 1");
}

TEST(Expression, SyntaxErrorsNameTheColumn) {
  EXPECT_EQ(parseError(""), "expression '': expected an integer, a name or "
                            "'(', but got the end at column 1");
  EXPECT_EQ(parseError("1 +"), "expression '1 +': expected an integer, a name "
                               "or '(', but got the end at column 4");
  EXPECT_EQ(parseError("1 2"), "expression '1 2': expected an operator or the "
                               "end, but got '2' at column 3");
  EXPECT_EQ(parseError("4 / 2"), "expression '4 / 2': expected an operator or "
                                 "the end, but got '/' at column 3");
  EXPECT_EQ(parseError("(1"), "expression '(1': expected ')' after a sum, but "
                              "got the end at column 3");
  EXPECT_EQ(parseError("min 1"), "expression 'min 1': expected '(' after "
                                 "'min', but got '1' at column 5");
  EXPECT_EQ(parseError("max(1)"), "expression 'max(1)': expected ',' in "
                                  "'max', but got ')' at column 6");
  EXPECT_EQ(parseError("max(1, 2"), "expression 'max(1, 2': expected ')' in "
                                    "'max', but got the end at column 9");
  EXPECT_EQ(parseError("1 + \t2"), "expression '1 + \t2': expected an integer, "
                                   "a name or '(', but got byte 9 at column 5");
  EXPECT_EQ(parseError("2 * n"),
            "expression '2 * n': unknown name 'n' (known are 's0', 's1', "
            "'batch', 'multiprocessors', 'blocks_per_multiprocessor', "
            "'ceildiv', 'floordiv', 'min', 'max') at column 5");
}

TEST(Expression, SizeIsBounded) {
  const std::string deep =
      std::string(2000, '(') + "1" + std::string(2000, ')');
  EXPECT_NE(parseError(deep).find("nested more than 64 deep"),
            std::string::npos);
  EXPECT_NE(parseError(std::string(2000, '-') + "1").find("nested more"),
            std::string::npos);
  const std::string fine = std::string(60, '(') + "1" + std::string(60, ')');
  EXPECT_EQ(evaluate(fine), "1");
  EXPECT_EQ(parseError(std::string(5000, '1')),
            "an expression of 5000 characters; at most 4096 are allowed");
  // Every level leaves values of a sum and of a product behind.
  std::string wide;
  for (int i = 0; i < 63; ++i)
    wide += "1+1*(";
  wide += "1" + std::string(63, ')');
  EXPECT_EQ(evaluate(wide), "64");
  std::string wider;
  for (int i = 0; i < 62; ++i)
    wider += "1+1*min(1+1*1,";
  EXPECT_NE(parseError(wider + "1" + std::string(62, ')'))
                .find("more than 128 values wait for their operators"),
            std::string::npos);
}

TEST(Expression, SaysWhatItUses) {
  auto parse = [](std::string_view text) {
    return *Expression::parse(text, kSymbols);
  };
  EXPECT_EQ(parse("3 * 4").constant(), 12);
  EXPECT_EQ(parse("3 * s0").constant(), std::nullopt);
  EXPECT_EQ(parse("multiprocessors").constant(), std::nullopt);
  EXPECT_EQ(Expression().constant(), 0);
  EXPECT_EQ(Expression(-5).constant(), -5);
  EXPECT_EQ(parse(" (batch) ").bareSymbol(), 2u);
  EXPECT_EQ(parse("batch + 0").bareSymbol(), std::nullopt);
  EXPECT_TRUE(parse("1 + multiprocessors").usesDevice());
  EXPECT_FALSE(parse("1 + multiprocessors").usesOccupancy());
  EXPECT_TRUE(parse("blocks_per_multiprocessor").usesOccupancy());
  EXPECT_TRUE(parse("blocks_per_multiprocessor").usesDevice());
  EXPECT_FALSE(parse("s0 * 2").usesDevice());
  EXPECT_EQ(parse("s0*2").text(), "s0*2");
}

TEST(Expression, MissingValuesAreAnError) {
  Expected<Expression> e = Expression::parse("batch", kSymbols);
  ASSERT_TRUE(e);
  const std::vector<int64_t> two = {1, 2};
  Expected<int64_t> value = e->evaluate({two, 1, 1});
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().message, "expression 'batch' needs symbol 2, but "
                                   "there are values for 2");
}

// --- random expressions against 128-bit arithmetic ---

/// A random expression as text, together with its value.
struct Random {
  explicit Random(uint32_t seed) : engine(seed) {}

  unsigned pick(unsigned n) { return engine() % n; }

  struct Node {
    std::string text;
    std::optional<__int128> value; ///< nothing: overflow or a bad divisor
  };

  Node leaf() {
    switch (pick(5)) {
    case 0: {
      const unsigned i = pick(3);
      return {kSymbols[i], values.symbols[i]};
    }
    case 1:
      return {"multiprocessors", 108};
    case 2:
      return {"blocks_per_multiprocessor", 4};
    case 3: {
      const int64_t value = int64_t(engine() >> 1) << pick(33);
      return {std::to_string(value), value};
    }
    default: {
      const int64_t value = pick(10);
      return {std::to_string(value), value};
    }
    }
  }

  Node make(unsigned depth) {
    if (!depth || !pick(6))
      return leaf();
    const unsigned op = pick(8);
    Node a = make(depth - 1);
    if (op == 7)
      return {"-(" + a.text + ")", fit(a.value ? -*a.value : a.value)};
    Node b = make(depth - 1);
    static const char *const functions[] = {"ceildiv", "floordiv", "min",
                                            "max"};
    Node result;
    result.text = op < 3 ? "(" + a.text + ") " + "+-*"[op] + " (" + b.text + ")"
                         : std::string(functions[op - 3]) + "(" + a.text + "," +
                               b.text + ")";
    if (a.value && b.value)
      result.value = fit(apply(op, *a.value, *b.value));
    return result;
  }

  static std::optional<__int128> fit(std::optional<__int128> value) {
    if (value && (*value > INT64_MAX || *value < INT64_MIN))
      return std::nullopt;
    return value;
  }

  static std::optional<__int128> apply(unsigned op, __int128 a, __int128 b) {
    switch (op) {
    case 0:
      return a + b;
    case 1:
      return a - b;
    case 2:
      return a * b;
    case 3:
    case 4: {
      if (b < 1)
        return std::nullopt;
      // The remainder between 0 and b - 1 defines the quotient.
      const __int128 remainder = ((a % b) + b) % b;
      return (a - remainder) / b + (op == 3 && remainder ? 1 : 0);
    }
    case 5:
      return std::min(a, b);
    default:
      return std::max(a, b);
    }
  }

  std::mt19937 engine;
  Values values;
};

TEST(Expression, RandomOnesEqual128BitArithmetic) {
  unsigned defined = 0, undefined = 0;
  for (uint32_t seed = 1; seed <= 5000; ++seed) {
    Random random(seed);
    for (int64_t &symbol : random.values.symbols)
      symbol = int64_t(random.pick(2000)) - 500;
    const Random::Node node = random.make(5);
    Expected<Expression> e = Expression::parse(node.text, kSymbols);
    if (!e) {
      // Without names an error of the value is one of the parser.
      EXPECT_FALSE(node.value)
          << "seed " << seed << ": " << node.text << ": " << e.error().message;
      ++undefined;
      continue;
    }
    const Expected<int64_t> value = e->evaluate(random.values.get());
    ASSERT_EQ(bool(value), node.value.has_value())
        << "seed " << seed << ": " << node.text;
    if (value) {
      ASSERT_TRUE(*value == *node.value)
          << "seed " << seed << ": " << node.text << " gave " << *value;
    }
    ++(value ? defined : undefined);
  }
  // Both kinds were there to be compared.
  EXPECT_GT(defined, 1000u);
  EXPECT_GT(undefined, 200u);
}

} // namespace
