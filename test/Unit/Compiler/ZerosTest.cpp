//===- ZerosTest.cpp - what is zero where an operand is zero --------------===//
//
// One test for each way in which a zero is proved to be one, or is not.
//
//===----------------------------------------------------------------------===//

#include "AxesFixture.h"

namespace {

class Zeros : public AxesFixture {};

TEST_F(Zeros, ThroughFunctions) {
  EXPECT_EQ(analyzeSum("%e = math.erf %i0 : f32\n%n = arith.negf %e : f32\n"
                       "%x = math.absf %n : f32"),
            "0");
  EXPECT_EQ(analyzeSum("%x = math.exp %i0 : f32"), "");
  EXPECT_EQ(analyzeSum("%x = math.cos %i0 : f32"), "");
  EXPECT_EQ(analyzeSum("%x = math.powf %i0, %i1 : f32"), "");
  EXPECT_EQ(analyzeSum("%b = arith.bitcast %i0 : f32 to i32\n"
                       "%x = arith.sitofp %b : i32 to f32"),
            "");
}

TEST_F(Zeros, ThroughProducts) {
  // Overflow, and what operands hold, does not count; a pole does.
  EXPECT_EQ(analyzeSum("%e = math.exp %i1 : f32\n"
                       "%x = arith.mulf %e, %i0 : f32"),
            "0");
  EXPECT_EQ(analyzeSum("%one = arith.constant 1.0 : f32\n"
                       "%q = arith.divf %one, %i1 : f32\n"
                       "%x = arith.mulf %q, %i0 : f32"),
            "");
  EXPECT_EQ(analyzeSum("%inf = arith.constant 0x7F800000 : f32\n"
                       "%x = arith.mulf %inf, %i0 : f32"),
            "");
  // sqrt(0) is finite where the zero is its argument.
  EXPECT_EQ(analyzeSum("%r = math.sqrt %i0 : f32\n"
                       "%x = arith.mulf %r, %i0 : f32"),
            "0");
  EXPECT_EQ(analyzeSum("%r = math.sqrt %i1 : f32\n"
                       "%x = arith.mulf %r, %i0 : f32"),
            "1");
  EXPECT_EQ(analyzeSum("%c = arith.constant 0.0 : f32\n"
                       "%x = math.fma %i0, %i1, %c : f32"),
            "0 1");
  EXPECT_EQ(analyzeSum("%x = math.fma %i0, %i1, %i0 : f32"), "0");
}

TEST_F(Zeros, ThroughSumsAndDivisors) {
  EXPECT_EQ(analyzeSum("%x = arith.addf %i0, %i1 : f32"), "");
  EXPECT_EQ(analyzeSum("%p = arith.mulf %i0, %i1 : f32\n"
                       "%x = arith.subf %p, %i0 : f32"),
            "0");
  EXPECT_EQ(analyzeSum("%zero = arith.constant 0.0 : f32\n"
                       "%x = arith.divf %i0, %zero : f32"),
            "");
  EXPECT_EQ(analyzeSum("%c = arith.constant 0.0 : f32\n"
                       "%x = arith.maximumf %i0, %c : f32"),
            "0");
  EXPECT_EQ(analyzeSum("%c = arith.constant 1.0 : f32\n"
                       "%x = arith.maximumf %i0, %c : f32"),
            "");
}

TEST_F(Zeros, ThroughSelect) {
  EXPECT_EQ(analyzeSum("%x = arith.select %i2, %i0, %i1 : f32"), "");
  EXPECT_EQ(analyzeSum("%p = arith.mulf %i0, %i1 : f32\n"
                       "%x = arith.select %i2, %p, %i0 : f32"),
            "0");
  // The comparison sees the zero, of either sign.
  auto compare = [&](const std::string &predicate) {
    return analyzeSum("%c = arith.constant 0.0 : f32\n%b = arith.cmpf " +
                      predicate +
                      ", %i0, %c : f32\n"
                      "%x = arith.select %b, %i1, %c : f32");
  };
  EXPECT_EQ(compare("ogt"), "0 1");
  EXPECT_EQ(compare("oge"), "1");
  EXPECT_EQ(compare("une"), "0 1");
  EXPECT_EQ(compare("ueq"), "1");
}

TEST_F(Zeros, SharedValuesTakeLinearTime) {
  // Squares of squares: a proof by paths would look at 2^2000 of them.
  std::string body = "%p0 = arith.addf %i0, %i1 : f32\n";
  for (int i = 0; i < 2000; ++i)
    body += "%p" + std::to_string(i + 1) + " = arith.mulf %p" +
            std::to_string(i) + ", %p" + std::to_string(i) + " : f32\n";
  EXPECT_EQ(analyzeSum(body + "%x = arith.mulf %p2000, %i0 : f32"), "0");
}

} // namespace
