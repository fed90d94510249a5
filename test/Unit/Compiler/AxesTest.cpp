//===- AxesTest.cpp - PIT axes and combiners ------------------------------===//
//
// The worked examples of pit/Analysis/Axes.h, in their order, then what maps,
// iterators and accumulators must not do.
//
//===----------------------------------------------------------------------===//

#include "AxesFixture.h"

namespace {

class Axes : public AxesFixture {};

const std::string kSum = "%s = arith.addf %i0, %o0 : f32\n"
                         "linalg.yield %s : f32";
const std::string kProductSum = "%p = arith.mulf %i0, %i1 : f32\n"
                                "%s = arith.addf %o0, %p : f32\n"
                                "linalg.yield %s : f32";

TEST_F(Axes, RowSum) {
  EXPECT_EQ(analyze("pr", {{"d0, d1", "f32"}}, {{"d0", "f32"}}, kSum),
            "p0 r1; arith.addf; 0");
}

TEST_F(Axes, VectorAdd) {
  EXPECT_EQ(analyze("p", {{"d0", "f32"}, {"d0", "f32"}}, {{"d0", "f32"}},
                    "%s = arith.addf %i0, %i1 : f32\nlinalg.yield %s : f32"),
            "p0; none; ");
  EXPECT_EQ(analyze({"tensor<8xf32>", "tensor<8xf32>", "tensor<8xf32>"},
                    "linalg.add ins(%0, %1 : tensor<8xf32>, tensor<8xf32>) "
                    "outs(%2 : tensor<8xf32>) -> tensor<8xf32>"),
            "p0; none; ");
  EXPECT_EQ(analyze({"tensor<8xf32>", "tensor<8xf32>", "tensor<8xf32>"},
                    "%r = linalg.map { arith.addf } ins(%0, %1 : "
                    "tensor<8xf32>, tensor<8xf32>) outs(%2 : tensor<8xf32>)"),
            "p0; none; ");
}

TEST_F(Axes, Matmul) {
  EXPECT_EQ(analyze({"tensor<4x8xf16>", "tensor<8x6xf16>", "tensor<4x6xf32>"},
                    "linalg.matmul ins(%0, %1 : tensor<4x8xf16>, "
                    "tensor<8x6xf16>) outs(%2 : tensor<4x6xf32>) -> "
                    "tensor<4x6xf32>"),
            "p0 p1 r2; arith.addf; 0 1");
}

TEST_F(Axes, BatchMatmul) {
  EXPECT_EQ(
      analyze({"tensor<2x4x8xi8>", "tensor<2x8x6xi8>", "tensor<2x4x6xi32>"},
              "linalg.batch_matmul ins(%0, %1 : tensor<2x4x8xi8>, "
              "tensor<2x8x6xi8>) outs(%2 : tensor<2x4x6xi32>) -> "
              "tensor<2x4x6xi32>"),
      "p0 p1 p2 r3; arith.addi; 0 1");
}

TEST_F(Axes, Convolution) {
  // The loops are n, f, x, y, m, i, j.
  EXPECT_EQ(analyze({"tensor<1x3x10x10xf32>", "tensor<5x3x3x3xf32>",
                     "tensor<1x5x8x8xf32>"},
                    "linalg.conv_2d_nchw_fchw ins(%0, %1 : "
                    "tensor<1x3x10x10xf32>, tensor<5x3x3x3xf32>) outs(%2 : "
                    "tensor<1x5x8x8xf32>) -> tensor<1x5x8x8xf32>"),
            "p0 p1 r4; arith.addf; 0 1");
}

TEST_F(Axes, RoutedExperts) {
  EXPECT_EQ(
      analyze("pprr",
              {{"d2, d0", "f32"}, {"d0, d3", "f32"}, {"d2, d3, d1", "f32"}},
              {{"d0, d1", "f32"}},
              "%p = arith.mulf %i0, %i1 : f32\n"
              "%q = arith.mulf %p, %i2 : f32\n"
              "%s = arith.addf %q, %o0 : f32\nlinalg.yield %s : f32"),
      "p0 p1 r2 r3; arith.addf; 0 1 2");
}

TEST_F(Axes, RowMaximum) {
  EXPECT_EQ(analyze("pr", {{"d0, d1", "f32"}, {"d1", "f32"}}, {{"d0", "f32"}},
                    "%p = arith.mulf %i0, %i1 : f32\n"
                    "%s = arith.maximumf %o0, %p : f32\nlinalg.yield %s : f32"),
            "p0 r1; arith.maximumf; ");
  EXPECT_EQ(analyze("pr", {{"d0, d1", "i8"}}, {{"d0", "i8"}},
                    "%s = arith.maxui %o0, %i0 : i8\nlinalg.yield %s : i8"),
            "p0 r1; arith.maxui; 0");
}

TEST_F(Axes, Mask) {
  EXPECT_EQ(analyzeSum("%zero = arith.constant 0.0 : f32\n"
                       "%p = arith.mulf %i0, %i1 : f32\n"
                       "%x = arith.select %i2, %p, %zero : f32"),
            "0 1 2");
}

TEST_F(Axes, Quotient) {
  EXPECT_EQ(analyzeSum("%x = arith.divf %i0, %i1 : f32"), "");
  EXPECT_EQ(analyzeSum("%two = arith.constant 2.0 : f32\n"
                       "%x = arith.divf %i0, %two : f32"),
            "0");
}

TEST_F(Axes, Pole) {
  EXPECT_EQ(analyzeSum("%l = math.log %i0 : f32\n"
                       "%x = arith.mulf %i0, %l : f32"),
            "");
}

TEST_F(Axes, NarrowSum) {
  EXPECT_EQ(analyze("pr", {{"d0, d1", "f16"}}, {{"d0", "f16"}},
                    "%a = arith.extf %i0 : f16 to f32\n"
                    "%c = arith.extf %o0 : f16 to f32\n"
                    "%s = arith.addf %c, %a : f32\n"
                    "%t = arith.truncf %s : f32 to f16\nlinalg.yield %t : f16"),
            "p0 r1; arith.addf; 0");
}

TEST_F(Axes, CutMaximum) {
  auto cut = [&](const std::string &combiner) {
    return analyze("pr", {{"d0, d1", "i32"}}, {{"d0", "i8"}},
                   "%c = arith.extsi %o0 : i8 to i32\n%s = " + combiner +
                       " %c, %i0 : i32\n%t = arith.trunci %s : i32 to i8\n"
                       "linalg.yield %t : i8");
  };
  EXPECT_EQ(cut("arith.maxsi"), "p0; arith.maxsi!; ");
  EXPECT_EQ(cut("arith.addi"), "p0 r1; arith.addi; 0");
}

TEST_F(Axes, Position) {
  auto position = [&](const std::string &factor) {
    return analyze("pr", {{"d0, d1", "i32"}}, {{"d0", "i32"}},
                   "%k = linalg.index 1 : index\n"
                   "%n = arith.index_cast %k : index to i32\n"
                   "%p = arith.muli " +
                       factor +
                       ", %i0 : i32\n%s = arith.addi %o0, %p : i32\n"
                       "linalg.yield %s : i32");
  };
  EXPECT_EQ(position("%n"), "p0; arith.addi; 0");
  // Read, but not used.
  EXPECT_EQ(position("%i0"), "p0 r1; arith.addi; 0");
}

TEST_F(Axes, TwoOutputs) {
  auto two = [&](const std::string &second) {
    return analyze("pr", {{"d0, d1", "f32"}}, {{"d0", "f32"}, {"d0", "f32"}},
                   "%s = arith.addf %o0, %i0 : f32\n"
                   "%p = arith.mulf %i0, %i0 : f32\n%t = " +
                       second +
                       " %o1, %p : f32\nlinalg.yield %s, %t : f32, f32");
  };
  EXPECT_EQ(two("arith.addf"), "p0 r1; arith.addf arith.addf; 0");
  EXPECT_EQ(two("arith.maximumf"), "p0 r1; arith.addf arith.maximumf; ");
  EXPECT_EQ(two("arith.subf"), "p0; arith.addf arith.subf!; ");
}

TEST_F(Axes, PositionOfTheMaximum) {
  EXPECT_EQ(analyze("pr", {{"d0, d1", "f32"}}, {{"d0", "f32"}, {"d0", "index"}},
                    "%k = linalg.index 1 : index\n"
                    "%c = arith.cmpf ogt, %i0, %o0 : f32\n"
                    "%s = arith.select %c, %i0, %o0 : f32\n"
                    "%t = arith.select %c, %k, %o1 : index\n"
                    "linalg.yield %s, %t : f32, index"),
            "p0; none none; ");
}

TEST_F(Axes, RunningSum) {
  EXPECT_EQ(analyze("pr", {{"d0, d1", "f32"}},
                    {{"d0", "f32"}, {"d0, d1", "f32"}},
                    "%s = arith.addf %o0, %i0 : f32\n"
                    "linalg.yield %s, %s : f32, f32"),
            "p0; arith.addf none; ");
}

TEST_F(Axes, Broadcast) {
  EXPECT_EQ(analyze("pp", {{"", "f32"}, {"d0", "f32"}}, {{"d0, d1", "f32"}},
                    kProductSum),
            "p0 p1; arith.addf; 0 1");
}

TEST_F(Axes, ColumnZero) {
  EXPECT_EQ(analyze("pr", {{"d0, 0", "f32"}, {"d0, d1", "f32"}},
                    {{"d0", "f32"}}, kProductSum),
            "p0 r1; arith.addf; 0 1");
}

TEST_F(Axes, BoundedSum) {
  EXPECT_EQ(analyze("pr", {{"d0, d1", "i32"}}, {{"d0", "i32"}},
                    "%s = arith.addi %i0, %o0 overflow<nsw> : i32\n"
                    "linalg.yield %s : i32"),
            "p0; arith.addi!; 0");
}

TEST_F(Axes, MapsThatAreNotBare) {
  // Bare in the output alone, and bare as well as in a sum.
  EXPECT_EQ(analyze("pr", {{"d0 + d1, d1", "f32"}}, {{"d0", "f32"}}, kSum),
            "; arith.addf; 0");
  EXPECT_EQ(analyze("pp", {{"d0 * 2, d1 mod 3", "f32"}}, {{"d0, d1", "f32"}},
                    "linalg.yield %i0 : f32"),
            "; none; ");
  // A diagonal is bare.
  EXPECT_EQ(analyze("p", {{"d0, d0", "f32"}}, {{"d0", "f32"}},
                    "linalg.yield %i0 : f32"),
            "p0; none; ");
}

TEST_F(Axes, IteratorsThatOutputsContradict) {
  // Written more than once by a parallel loop; a reduction that reduces
  // nothing.
  EXPECT_EQ(analyze("pp", {{"d0, d1", "f32"}}, {{"d0", "f32"}},
                    "linalg.yield %i0 : f32"),
            "p0; none; ");
  EXPECT_EQ(analyze("pr", {{"d0, d1", "f32"}}, {{"d0, d1", "f32"}}, kSum),
            "p0; arith.addf; 0");
}

TEST_F(Axes, SizeOneCountsAsAnyOther) {
  EXPECT_EQ(analyze({"tensor<1x3xf32>", "tensor<1x3xf32>", "tensor<1x1xf32>"},
                    "linalg.matmul indexing_maps = ["
                    "affine_map<(m, n, k) -> (m, k)>,"
                    "affine_map<(m, n, k) -> (n, k)>,"
                    "affine_map<(m, n, k) -> (m, n)>] ins(%0, %1 : "
                    "tensor<1x3xf32>, tensor<1x3xf32>) outs(%2 : "
                    "tensor<1x1xf32>) -> tensor<1x1xf32>"),
            "p0 p1 r2; arith.addf; 0 1");
  EXPECT_EQ(analyze("r", {{"d0", "f32"}}, {{"", "f32"}},
                    "%s = arith.subf %o0, %i0 : f32\nlinalg.yield %s : f32"),
            "; arith.subf!; ");
}

TEST_F(Axes, AccumulatorThatLosesBits) {
  // What leaving out a zero would not do: round the accumulator.
  EXPECT_EQ(analyze("pr", {{"d0, d1", "f16"}}, {{"d0", "f32"}},
                    "%c = arith.truncf %o0 : f32 to f16\n"
                    "%s = arith.addf %c, %i0 : f16\n"
                    "%t = arith.extf %s : f16 to f32\nlinalg.yield %t : f32"),
            "p0; none; ");
}

} // namespace
