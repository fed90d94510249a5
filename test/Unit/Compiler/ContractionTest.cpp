//===- ContractionTest.cpp - the loop dimensions of a product-sum ---------===//
//
// The examples of pit/Analysis/Contraction.h, then tiles that span too much,
// and in which order a tile's dimensions come.
//
//===----------------------------------------------------------------------===//

#include "pit/Analysis/Contraction.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/MLIRContext.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace mlir::pit;

namespace {

class Contraction : public testing::Test {
protected:
  AffineMap map(const std::string &text) {
    return cast<AffineMapAttr>(
               parseAttribute("affine_map<" + text + ">", &context))
        .getValue();
  }

  /// The maps of lhs, rhs and output over loop dimensions `loops`.
  SmallVector<AffineMap> maps(const std::string &loops,
                              ArrayRef<std::string> results) {
    SmallVector<AffineMap> all;
    for (const std::string &result : results)
      all.push_back(map("(" + loops + ") -> (" + result + ")"));
    return all;
  }

  /// The tiled dimensions as numbers, - for none; or the error.
  std::string tiled(const ContractionDims &dims, ArrayRef<int64_t> tile) {
    std::string error;
    ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
      error = diagnostic.str();
      return success();
    });
    auto found = TiledDims::get(
        dims, tile, [&] { return emitError(UnknownLoc::get(&context)); });
    if (failed(found))
      return error;
    auto text = [](ViewDim dim) {
      return dim ? std::to_string(*dim) : std::string("-");
    };
    return text(found->lhs) + text(found->rhs) + text(found->reduction);
  }

  using Dims = SmallVector<int64_t>;
  MLIRContext context;
};

TEST_F(Contraction, MatrixProduct) {
  auto dims = ContractionDims::get(maps("m, n, k", {"m, k", "k, n", "m, n"}));
  EXPECT_EQ(dims.lhs, Dims({0}));
  EXPECT_EQ(dims.rhs, Dims({1}));
  EXPECT_EQ(dims.reduction, Dims({2}));
  EXPECT_TRUE(dims.outer.empty() && dims.outerReductions.empty());
  EXPECT_EQ(tiled(dims, {64, 128, 32}), "012");
}

TEST_F(Contraction, BatchProduct) {
  auto dims = ContractionDims::get(
      maps("b, m, n, k", {"b, m, k", "b, k, n", "b, m, n"}));
  EXPECT_EQ(dims.outer, Dims({0}));
  EXPECT_EQ(dims.lhs, Dims({1}));
  EXPECT_EQ(tiled(dims, {1, 64, 128, 32}), "123");
  EXPECT_EQ(
      tiled(dims, {2, 64, 128, 32}),
      "expects a dense tile extent of 1 along d0, which no dimension of a "
      "matrix product stands for, but got 2");
}

TEST_F(Contraction, MatrixTimesVector) {
  auto dims = ContractionDims::get(maps("m, k", {"m, k", "k", "m"}));
  EXPECT_EQ(dims.lhs, Dims({0}));
  EXPECT_TRUE(dims.rhs.empty());
  EXPECT_EQ(tiled(dims, {64, 32}), "0-1");
}

TEST_F(Contraction, Convolution) {
  auto dims = ContractionDims::get(
      maps("i, j, f, x, y, c", {"i + x, j + y, c", "x, y, c, f", "i, j, f"}));
  EXPECT_EQ(dims.lhs, Dims({0, 1}));
  EXPECT_EQ(dims.rhs, Dims({2}));
  EXPECT_EQ(dims.reduction, Dims({3, 4, 5}));
  EXPECT_EQ(tiled(dims, {1, 64, 128, 1, 1, 32}), "125");
  EXPECT_EQ(tiled(dims, {2, 64, 128, 1, 1, 32}),
            "expects one dense tile extent of more than 1 along the dimensions "
            "of the first input alone, but d0 has 2 and d1 has 64");
}

// A sum over a dimension of one input, and an output with one of its own.
TEST_F(Contraction, DimensionsOfOneOperand) {
  auto dims = ContractionDims::get(
      maps("m, n, k, s, o", {"m, k, s", "k, n", "o, m, n"}));
  EXPECT_EQ(dims.reduction, Dims({2}));
  EXPECT_EQ(dims.outerReductions, Dims({3}));
  EXPECT_EQ(dims.outer, Dims({4}));
}

TEST_F(Contraction, LinearTerms) {
  AffineMap windows = map("(i, x) -> (2 * i + 3 * x + 4, i floordiv 2)");
  EXPECT_EQ(getLinearTerms(windows.getResult(0), 2),
            std::optional(SmallVector<int64_t>({2, 3, 4})));
  EXPECT_EQ(getLinearTerms(windows.getResult(1), 2), std::nullopt);
}

TEST_F(Contraction, ContiguousDimensionComesLast) {
  Type f16 = Float16Type::get(&context);
  auto type = MemRefType::get({40, 30}, f16);
  EXPECT_FALSE(isReversedView(type, map("(m, k) -> (m, k)"), 0, 1));
  EXPECT_TRUE(isReversedView(type, map("(m, k) -> (k, m)"), 0, 1));
  // Along neither: in the order of storage.
  auto batch = MemRefType::get({40, 30, 2}, f16);
  EXPECT_FALSE(isReversedView(batch, map("(b, m, k) -> (m, k, b)"), 1, 2));
  EXPECT_TRUE(isReversedView(batch, map("(b, m, k) -> (k, m, b)"), 1, 2));
  // Where there is no dimension, its one element is a row.
  auto vector = MemRefType::get({40}, f16);
  EXPECT_TRUE(isReversedView(vector, map("(k) -> (k)"), 0, std::nullopt));
  EXPECT_FALSE(isReversedView(vector, map("(k) -> (k)"), std::nullopt, 0));
}

} // namespace
