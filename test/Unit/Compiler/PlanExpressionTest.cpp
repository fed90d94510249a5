//===- PlanExpressionTest.cpp - expressions that the compiler writes ------===//
//
// The runtime reads what the compiler writes: both must mean the same.
//
//===----------------------------------------------------------------------===//

#include "pit/Dialect/PIT/Transforms/LaunchPlan.h"
#include "pit/Runtime/Expression.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

using llvm::StringRef;
using mlir::Diagnostic;
using mlir::FailureOr;
using mlir::MLIRContext;
using mlir::ModuleOp;
using mlir::OwningOpRef;
using mlir::Value;

namespace {

/// Parses a function of two symbols, `a` and `b`, whose last operation
/// before the return is what is written.
class PlanExpression : public testing::Test {
protected:
  PlanExpression() {
    context.loadDialect<mlir::affine::AffineDialect, mlir::arith::ArithDialect,
                        mlir::func::FuncDialect, mlir::memref::MemRefDialect>();
    context.getDiagEngine().registerHandler(
        [&](Diagnostic &diagnostic) { message = diagnostic.str(); });
  }

  /// The text, or "" where there is none.
  std::string write(StringRef body) {
    std::string source =
        ("func.func @f(%a: index, %b: index, %m: memref<7x?xf32>, "
         "%n: index) {\n"
         "  %c0 = arith.constant 0 : index\n"
         "  %c1 = arith.constant 1 : index\n"
         "  %c3 = arith.constant 3 : index\n"
         "  %c64 = arith.constant 64 : index\n" +
         body + "\n  return\n}")
            .str();
    module = mlir::parseSourceString<ModuleOp>(source, &context);
    if (!module)
      return "malformed: " + message;
    auto function = *module->getOps<mlir::func::FuncOp>().begin();
    Value value = function.front().getTerminator()->getPrevNode()->getResult(0);
    auto getSymbol = [&](Value symbol) {
      auto argument = llvm::dyn_cast<mlir::BlockArgument>(symbol);
      return argument && argument.getArgNumber() < 2
                 ? std::optional<std::string>(argument.getArgNumber() ? "b"
                                                                      : "a")
                 : std::nullopt;
    };
    mlir::pit::PlanSymbols symbols;
    symbols.values = getSymbol;
    FailureOr<std::string> text =
        mlir::pit::writePlanExpression(value, symbols);
    return mlir::succeeded(text) ? *text : "";
  }

  /// What the runtime makes of the text.
  static int64_t evaluate(const std::string &text, int64_t a, int64_t b) {
    const std::vector<std::string> names = {"a", "b"};
    auto parsed = pit::runtime::Expression::parse(text, names);
    EXPECT_TRUE(parsed) << text << ": " << parsed.error().message;
    if (!parsed)
      return -1;
    const int64_t values[] = {a, b};
    auto value = parsed->evaluate({values, 1, 1});
    EXPECT_TRUE(value) << text << ": " << value.error().message;
    return value ? *value : -1;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  std::string message;
};

TEST_F(PlanExpression, FoldsConstants) {
  EXPECT_EQ(write("%0 = arith.constant -5 : index"), "-5");
  EXPECT_EQ(write("%0 = arith.muli %c3, %c64 : index"), "192");
  EXPECT_EQ(write("%0 = arith.subi %c3, %c64 : index"), "-61");
  EXPECT_EQ(write("%0 = arith.ceildivsi %c64, %c3 : index"), "22");
  EXPECT_EQ(write("%0 = arith.floordivsi %c64, %c3 : index"), "21");
  EXPECT_EQ(write("%0 = arith.divui %c64, %c3 : index"), "21");
  EXPECT_EQ(write("%0 = arith.minsi %c64, %c3 : index"), "3");
  EXPECT_EQ(write("%0 = arith.maxui %c64, %c3 : index"), "64");
  EXPECT_EQ(write("%0 = memref.dim %m, %c0 : memref<7x?xf32>"), "7");
  EXPECT_EQ(write("%0 = affine.apply affine_map<()[s] -> (s mod 10)>()[%c64]"),
            "4");
}

TEST_F(PlanExpression, ParenthesizesWhatBindsLoosely) {
  std::string text = write("%0 = arith.addi %a, %c1 : index\n"
                           "%1 = arith.subi %b, %0 : index\n"
                           "%2 = arith.muli %1, %0 : index\n"
                           "%3 = arith.subi %a, %2 : index");
  EXPECT_EQ(text, "a - (b - (a + 1)) * (a + 1)");
  EXPECT_EQ(evaluate(text, 5, 9), 5 - (9 - 6) * 6);
}

TEST_F(PlanExpression, NegativeConstantsKeepTheirMeaning) {
  std::string text = write("%c = arith.constant -2 : index\n"
                           "%0 = arith.subi %a, %c : index\n"
                           "%1 = arith.muli %0, %c : index");
  EXPECT_EQ(evaluate(text, 5, 0), (5 + 2) * -2);
}

TEST_F(PlanExpression, CallsFunctions) {
  std::string text = write("%0 = arith.ceildivui %a, %c64 : index\n"
                           "%1 = arith.floordivsi %b, %c3 : index\n"
                           "%2 = arith.minui %0, %1 : index\n"
                           "%3 = arith.maxsi %2, %c1 : index");
  EXPECT_EQ(text, "max(min(ceildiv(a, 64), floordiv(b, 3)), 1)");
  EXPECT_EQ(evaluate(text, 1000, 100), 16);
  EXPECT_EQ(evaluate(text, 0, 100), 1);
}

TEST_F(PlanExpression, ExpandsAffineExpressions) {
  std::string text = write(
      "%0 = affine.min affine_map<(d)[s] -> (d mod 8, s ceildiv 3 + 2 * d, "
      "d floordiv 2)>(%a)[%b]");
  for (int64_t a : {0, 5, 17, 100})
    for (int64_t b : {0, 1, 50})
      EXPECT_EQ(evaluate(text, a, b),
                std::min({a % 8, (b + 2) / 3 + 2 * a, a / 2}))
          << text;
}

TEST_F(PlanExpression, KeepsWhatDoesNotFit) {
  // The runtime reports the overflow; folding must not wrap.
  std::string text = write("%c = arith.constant 4611686018427387904 : index\n"
                           "%0 = arith.muli %c, %c3 : index");
  EXPECT_EQ(text, "4611686018427387904 * 3");
}

TEST_F(PlanExpression, WritesRemainders) {
  std::string text = write("%0 = arith.remui %a, %c64 : index");
  EXPECT_EQ(text, "a - 64 * floordiv(a, 64)");
  EXPECT_EQ(evaluate(text, 200, 0), 8);
}

TEST_F(PlanExpression, TruncatesTowardsZero) {
  std::string quotient = write("%0 = arith.subi %a, %c64 : index\n"
                               "%1 = arith.divsi %0, %c3 : index");
  std::string rest = write("%0 = arith.subi %a, %c64 : index\n"
                           "%1 = arith.remsi %0, %c3 : index");
  for (int64_t a : {0, 61, 62, 63, 64, 65, 66, 67, 68}) {
    EXPECT_EQ(evaluate(quotient, a, 0), (a - 64) / 3) << quotient;
    EXPECT_EQ(evaluate(rest, a, 0), (a - 64) % 3) << rest;
  }
}

TEST_F(PlanExpression, ProductsHaveOneNumber) {
  EXPECT_EQ(write("%0 = arith.muli %a, %c3 : index\n"
                  "%1 = arith.muli %b, %c64 : index\n"
                  "%2 = arith.muli %0, %1 : index"),
            "192 * a * b");
  EXPECT_EQ(write("%0 = arith.muli %a, %c3 : index\n"
                  "%1 = arith.muli %0, %c0 : index"),
            "0");
  EXPECT_EQ(write("%c = arith.constant -1 : index\n"
                  "%0 = arith.muli %a, %c : index\n"
                  "%1 = arith.muli %0, %c : index\n"
                  "%2 = arith.minsi %1, %b : index"),
            "min(a, b)");
  std::string text = write("%0 = arith.addi %a, %b : index\n"
                           "%1 = arith.muli %0, %c3 : index\n"
                           "%2 = arith.muli %1, %c64 : index\n"
                           "%3 = arith.subi %a, %2 : index");
  EXPECT_EQ(text, "a - 192 * (a + b)");
  EXPECT_EQ(evaluate(text, 5, 2), 5 - 192 * 7);
}

TEST_F(PlanExpression, SharedValuesAreWrittenOnce) {
  // Each value is the sum of the one before and itself: 2^50 paths.
  std::string body = "%0 = arith.addi %c1, %c1 : index\n";
  for (int i = 1; i < 50; ++i)
    body += "%" + std::to_string(i) + " = arith.addi %" +
            std::to_string(i - 1) + ", %" + std::to_string(i - 1) +
            " : index\n";
  EXPECT_EQ(write(body), std::to_string(int64_t(1) << 50));
}

TEST_F(PlanExpression, WhatReadersDoNotTakeIsRefused) {
  std::string body = "%0 = arith.addi %a, %b : index\n";
  for (int i = 1; i < 50; ++i)
    body += "%" + std::to_string(i) + " = arith.addi %" +
            std::to_string(i - 1) + ", %" + std::to_string(i - 1) +
            " : index\n";
  EXPECT_EQ(write(body), "");
  EXPECT_EQ(message, "a size of the launch plan takes an expression of more "
                     "than 4096 characters");
  auto nest = [&](int levels) {
    std::string body = "%0 = arith.minsi %a, %b : index\n";
    for (int i = 1; i < levels; ++i)
      body += "%" + std::to_string(i) + " = arith.minsi %" +
              std::to_string(i - 1) + ", %b : index\n";
    return write(body);
  };
  EXPECT_EQ(evaluate(nest(62), 7, 9), 7);
  EXPECT_EQ(nest(63), "");
  EXPECT_EQ(message, "a size of the launch plan takes an expression of 63 "
                     "levels of parentheses: expected at most 62");
  body = "%0 = arith.addi %c1, %c1 : index\n";
  for (int i = 1; i < 5000; ++i)
    body += "%" + std::to_string(i) + " = arith.addi %" +
            std::to_string(i - 1) + ", %c1 : index\n";
  EXPECT_EQ(write(body), "") << "deeper than any text is long";
}

TEST_F(PlanExpression, RejectsTheRest) {
  EXPECT_EQ(write("%0 = arith.shli %a, %c1 : index"), "");
  EXPECT_NE(message.find("'arith.shli' op has no expression in a launch plan"),
            std::string::npos)
      << message;
  EXPECT_EQ(write("%0 = memref.dim %m, %c1 : memref<7x?xf32>"), "");
  EXPECT_EQ(message, "size 1 of argument 2 of the function has no expression "
                     "in a launch plan");
  EXPECT_EQ(write("%0 = arith.addi %n, %c1 : index"), "");
  EXPECT_EQ(message, "a value of type 'index' that is an argument of the "
                     "function has no expression in a launch plan");
}

} // namespace
