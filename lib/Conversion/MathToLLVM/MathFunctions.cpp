//===- MathFunctions.cpp - elementary functions from arithmetic -----------===//

#include "MathFunctions.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinTypes.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace mlir::pit;

static constexpr double kLn2 = 0.693147180559945309417;
static constexpr double kLog2E = 1.44269504088896340736;

MathFunctions::MathFunctions(ImplicitLocOpBuilder &builder, Type type)
    : b(builder), type(type), isDouble(getElementTypeOrSelf(type).isF64()) {
  intType = b.getIntegerType(isDouble ? 64 : 32);
  if (auto vector = dyn_cast<VectorType>(type))
    intType = vector.clone(intType);
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

Value pit::callIntrinsic(ImplicitLocOpBuilder &b, StringRef name,
                         ValueRange operands) {
  return LLVM::CallIntrinsicOp::create(b, operands[0].getType(),
                                       b.getStringAttr(name), operands)
      .getResult(0);
}

static Value makeConstant(ImplicitLocOpBuilder &b, Type type, TypedAttr value) {
  if (auto vector = dyn_cast<VectorType>(type))
    value = DenseElementsAttr::get(vector, static_cast<Attribute>(value));
  return arith::ConstantOp::create(b, value);
}

Value MathFunctions::constant(double value) {
  return makeConstant(b, type,
                      b.getFloatAttr(getElementTypeOrSelf(type), value));
}
Value MathFunctions::intConstant(int64_t value) {
  return makeConstant(b, intType,
                      b.getIntegerAttr(getElementTypeOrSelf(intType), value));
}
Value MathFunctions::add(Value x, Value y) {
  return arith::AddFOp::create(b, x, y);
}
Value MathFunctions::sub(Value x, Value y) {
  return arith::SubFOp::create(b, x, y);
}
Value MathFunctions::mul(Value x, Value y) {
  return arith::MulFOp::create(b, x, y);
}
Value MathFunctions::div(Value x, Value y) {
  return arith::DivFOp::create(b, x, y);
}
Value MathFunctions::fma(Value x, Value y, Value z) {
  return callIntrinsic(b, "llvm.fma", {x, y, z});
}
Value MathFunctions::sqrt(Value x) { return callIntrinsic(b, "llvm.sqrt", x); }
Value MathFunctions::rsqrt(Value x) { return div(constant(1), sqrt(x)); }
Value MathFunctions::abs(Value x) { return callIntrinsic(b, "llvm.fabs", x); }
Value MathFunctions::copysign(Value magnitude, Value sign) {
  return callIntrinsic(b, "llvm.copysign", {magnitude, sign});
}
Value MathFunctions::select(Value condition, Value x, Value y) {
  return arith::SelectOp::create(b, condition, x, y);
}
Value MathFunctions::less(Value x, Value y) {
  return arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, x, y);
}
Value MathFunctions::equal(Value x, Value y) {
  return arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, x, y);
}
Value MathFunctions::toBits(Value x) {
  return arith::BitcastOp::create(b, intType, x);
}
Value MathFunctions::fromBits(Value bits) {
  return arith::BitcastOp::create(b, type, bits);
}
double MathFunctions::infinity() const {
  return std::numeric_limits<double>::infinity();
}

Value MathFunctions::clamp(Value x, double low, double high) {
  Value lowest = constant(low), highest = constant(high);
  Value atLeast = select(less(x, lowest), lowest, x);
  return select(less(highest, atLeast), highest, atLeast);
}

Value MathFunctions::polynomial(Value x, ArrayRef<double> coefficients) {
  Value sum = constant(coefficients.back());
  for (double coefficient : llvm::reverse(coefficients.drop_back()))
    sum = fma(sum, x, constant(coefficient));
  return sum;
}

Value MathFunctions::roundToInt(Value x, Value &bits) {
  // Adding 1.5 * 2^23 (f32) leaves no bits for a fraction: the sum's low bits
  // are the integer. A conversion would be undefined for NaN.
  Value magic = constant(isDouble ? 0x1.8p52 : 0x1.8p23);
  Value sum = add(x, magic);
  bits = arith::SubIOp::create(b, toBits(sum), toBits(magic));
  return sub(sum, magic);
}

Value MathFunctions::power2(Value k) {
  Value biased =
      arith::AddIOp::create(b, k, intConstant(isDouble ? 1023 : 127));
  return fromBits(
      arith::ShLIOp::create(b, biased, intConstant(isDouble ? 52 : 23)));
}

Value MathFunctions::scale(Value x, Value k) {
  // Two factors, so that neither leaves the range of normal numbers.
  Value half = arith::ShRSIOp::create(b, k, intConstant(1));
  Value rest = arith::SubIOp::create(b, k, half);
  return mul(mul(x, power2(half)), power2(rest));
}

//===----------------------------------------------------------------------===//
// Exponentials
//===----------------------------------------------------------------------===//

Value MathFunctions::expTail(Value r) {
  // Taylor's series; what is left out is below a quarter ulp.
  SmallVector<double> coefficients;
  double factorial = 1;
  for (int n = 2; n <= (isDouble ? 14 : 8); ++n) {
    factorial *= n;
    coefficients.push_back(1 / factorial);
  }
  return polynomial(r, coefficients);
}

Value MathFunctions::reduceExp(Value x, Value &k, Value &bits) {
  k = roundToInt(mul(x, constant(kLog2E)), bits);
  // ln(2) in two parts; k times the first is exact.
  double high = isDouble ? 0x1.62e42fefa38p-1 : 0x1.62ep-1;
  double low = isDouble ? 0x1.ef35793c7673p-45 : kLn2 - 0x1.62ep-1;
  Value minusK = sub(constant(0), k);
  return fma(minusK, constant(low), fma(minusK, constant(high), x));
}

Value MathFunctions::exp(Value x) {
  x = clamp(x, isDouble ? -750 : -105, isDouble ? 720 : 90);
  Value k, bits;
  Value r = reduceExp(x, k, bits);
  Value tail = mul(mul(r, r), expTail(r));
  return scale(add(constant(1), add(r, tail)), bits);
}

Value MathFunctions::exp2(Value x) {
  x = clamp(x, isDouble ? -1080 : -152, isDouble ? 1030 : 130);
  Value bits;
  Value r = mul(sub(x, roundToInt(x, bits)), constant(kLn2));
  Value tail = mul(mul(r, r), expTail(r));
  return scale(add(constant(1), add(r, tail)), bits);
}

Value MathFunctions::expm1(Value x) {
  // 2^k (e^r - 1) + (2^k - 1), each exact but for e^r - 1. Above the limit the
  // 1 is below half an ulp.
  double limit = isDouble ? 40 : 20;
  Value bounded = clamp(x, -limit * 2, limit);
  Value k, bits;
  Value r = reduceExp(bounded, k, bits);
  Value small = fma(mul(r, r), expTail(r), r);
  Value power = power2(bits);
  Value result = fma(power, small, sub(power, constant(1)));
  result = select(less(constant(limit), x), exp(x), result);
  // Keeps the sign of zero.
  return select(equal(x, constant(0)), x, result);
}

Value MathFunctions::sinh(Value x) {
  Value magnitude = abs(x);
  Value e = expm1(clamp(magnitude, 0, 20));
  Value small = mul(constant(0.5), add(e, div(e, add(e, constant(1)))));
  // e^x alone would overflow before sinh does.
  Value root = exp(mul(magnitude, constant(0.5)));
  Value large = mul(mul(constant(0.5), root), root);
  return copysign(select(less(constant(20), magnitude), large, small), x);
}

Value MathFunctions::cosh(Value x) {
  Value root = exp(mul(abs(x), constant(0.5)));
  Value half = mul(constant(0.5), root);
  return fma(half, root, div(constant(0.5), mul(root, root)));
}

Value MathFunctions::tanh(Value x) {
  Value e = expm1(mul(constant(2), clamp(abs(x), 0, 20)));
  return copysign(div(e, add(e, constant(2))), x);
}

//===----------------------------------------------------------------------===//
// Logarithms
//===----------------------------------------------------------------------===//

Value MathFunctions::reduceLog(Value x, Value &k) {
  int64_t mantissaBits = isDouble ? 52 : 23;
  int64_t bias = isDouble ? 1023 : 127;
  // Subnormals become normal.
  Value isTiny = less(x, constant(isDouble ? 0x1p-1022 : 0x1p-126));
  Value grown = mul(x, constant(std::ldexp(1.0, mantissaBits)));
  Value bits = toBits(select(isTiny, grown, x));
  Value correction =
      arith::SelectOp::create(b, isTiny, intConstant(bias + mantissaBits),
                              intConstant(bias))
          .getResult();
  // Shifted by what lies between sqrt(1/2) and 1, so that the exponent steps
  // at sqrt(1/2).
  int64_t one = bias << mantissaBits;
  int64_t root = isDouble ? 0x3FE6A09E667F3BCD : 0x3F3504F3;
  Value shifted = arith::AddIOp::create(b, bits, intConstant(one - root));
  Value exponent =
      arith::ShRUIOp::create(b, shifted, intConstant(mantissaBits));
  Value fraction = arith::AndIOp::create(
      b, shifted, intConstant((int64_t(1) << mantissaBits) - 1));
  Value m = fromBits(arith::AddIOp::create(b, fraction, intConstant(root)));
  k = arith::SIToFPOp::create(b, type,
                              arith::SubIOp::create(b, exponent, correction));

  // With s = f / (2 + f), ln(1 + f) = 2 atanh(s) = 2s + s R; written so that
  // the rounding of s does not reach the leading term f.
  Value f = sub(m, constant(1));
  Value s = div(f, add(constant(2), f));
  Value z = mul(s, s);
  SmallVector<double> coefficients;
  for (int n = 3; n <= (isDouble ? 25 : 11); n += 2)
    coefficients.push_back(2.0 / n);
  Value tail = mul(z, polynomial(z, coefficients));
  Value half = mul(constant(0.5), mul(f, f));
  return sub(f, sub(half, mul(s, add(half, tail))));
}

Value MathFunctions::fixLog(Value x, Value finite) {
  Value result = select(equal(x, constant(infinity())), x, finite);
  result = select(equal(x, constant(0)), constant(-infinity()), result);
  Value isNumber =
      arith::CmpFOp::create(b, arith::CmpFPredicate::OGE, x, constant(0));
  return select(isNumber, result,
                constant(std::numeric_limits<double>::quiet_NaN()));
}

Value MathFunctions::log(Value x) {
  Value k;
  Value part = reduceLog(x, k);
  double high = isDouble ? 0x1.62e42fefa38p-1 : 0x1.62ep-1;
  double low = isDouble ? 0x1.ef35793c7673p-45 : kLn2 - 0x1.62ep-1;
  return fixLog(x, fma(k, constant(high), fma(k, constant(low), part)));
}

Value MathFunctions::log2(Value x) {
  Value k;
  Value part = reduceLog(x, k);
  return fixLog(x, fma(part, constant(kLog2E), k));
}

Value MathFunctions::log10(Value x) {
  Value k;
  Value part = reduceLog(x, k);
  Value small = mul(part, constant(0.43429448190325182765));
  return fixLog(x, fma(k, constant(0.30102999566398119521), small));
}

Value MathFunctions::log1p(Value x) {
  // ln(u) x / (u - 1) makes up for the rounding of u = 1 + x.
  Value u = add(constant(1), x);
  Value difference = sub(u, constant(1));
  Value isTiny = equal(difference, constant(0));
  Value quotient = div(x, select(isTiny, constant(1), difference));
  Value result = mul(log(u), quotient);
  result = select(equal(x, constant(infinity())), x, result);
  return select(isTiny, x, result);
}

Value MathFunctions::powf(Value x, Value y) {
  // x^y = 2^(y log2(x)): an error of the logarithm grows by up to 128, so it
  // is computed in f64.
  Type wideType = b.getF64Type();
  if (auto vector = dyn_cast<VectorType>(type))
    wideType = vector.clone(wideType);
  MathFunctions wide(b, wideType);
  Value magnitude = abs(x);
  Value exponent =
      wide.mul(arith::ExtFOp::create(b, wideType, y),
               wide.log2(arith::ExtFOp::create(b, wideType, magnitude)));
  Value result = arith::TruncFOp::create(b, type, wide.exp2(exponent));

  // Negative x: defined for integers y, negative for odd ones. From 2^24 on
  // all are even.
  Value whole = callIntrinsic(b, "llvm.trunc", y);
  Value isInteger = equal(whole, y);
  Value half = mul(y, constant(0.5));
  Value isOdd = arith::AndIOp::create(
      b, isInteger,
      arith::CmpFOp::create(b, arith::CmpFPredicate::ONE,
                            callIntrinsic(b, "llvm.trunc", half), half));
  result = select(isOdd, copysign(result, x), result);
  Value isInfinite = equal(abs(y), constant(infinity()));
  Value isUndefined = arith::AndIOp::create(
      b, less(x, constant(0)),
      arith::XOrIOp::create(
          b, arith::OrIOp::create(b, isInteger, isInfinite),
          makeConstant(b, isInteger.getType(), b.getBoolAttr(true))));
  // (-inf)^y is 0 or infinity for every y.
  isUndefined = arith::AndIOp::create(b, isUndefined,
                                      less(magnitude, constant(infinity())));
  result = select(isUndefined,
                  constant(std::numeric_limits<double>::quiet_NaN()), result);
  // IEEE 754: 1^y and x^0 are 1, even for NaN; (-1)^inf is 1.
  Value isOne =
      arith::OrIOp::create(b, equal(x, constant(1)), equal(y, constant(0)));
  isOne = arith::OrIOp::create(
      b, isOne,
      arith::AndIOp::create(b, isInfinite, equal(magnitude, constant(1))));
  return select(isOne, constant(1), result);
}

//===----------------------------------------------------------------------===//
// Error function
//===----------------------------------------------------------------------===//

Value MathFunctions::erfSmall(Value x) {
  // Chebyshev fit in x^2 on [0, 1]; relative error 4e-11.
  return polynomial(mul(x, x),
                    {1.1283791670623973, -0.37612638475984606,
                     0.11283782621941318, -0.026865438302458713,
                     0.005221053387248893, -0.0008484396146774414,
                     0.00011268250720229944, -9.673581071482611e-06});
}

Value MathFunctions::erfcLarge(Value x) {
  // erfc(x) e^(x^2) / t as a Chebyshev fit in t = 1 / (1 + x/2), for x from 1
  // to 10.4; relative error 4e-10.
  Value t = div(constant(1), fma(constant(0.5), x, constant(1)));
  Value fit = polynomial(t, {0.2820932502906389, 0.2821372126466212,
                             0.24634476350786907, 0.17930222632640733,
                             0.07380697023356306, 0.008347501597726459,
                             -0.029733377668968608, -0.19179652529786254,
                             0.21918142752328462, -0.06986312540149188});
  // x^2 in two parts: e^(-x^2) would lose as many digits as x^2 has before
  // the point.
  Value square = mul(x, x);
  Value rest = fma(x, x, sub(constant(0), square));
  Value power = exp(sub(constant(0), square));
  return mul(mul(t, fit), fma(sub(constant(0), rest), power, power));
}

Value MathFunctions::erf(Value x) {
  Value magnitude = clamp(abs(x), 0, 4);
  Value large = sub(constant(1), erfcLarge(magnitude));
  Value isSmall = less(abs(x), constant(1));
  return select(isSmall, mul(x, erfSmall(x)), copysign(large, x));
}

Value MathFunctions::erfc(Value x) {
  Value large = erfcLarge(clamp(abs(x), 0, 10.4));
  Value isNegative = less(x, constant(0));
  large = select(isNegative, sub(constant(2), large), large);
  Value small = sub(constant(1), mul(x, erfSmall(x)));
  return select(less(abs(x), constant(1)), small, large);
}

//===----------------------------------------------------------------------===//
// Trigonometry
//===----------------------------------------------------------------------===//

Value MathFunctions::sinOrCos(Value x, int64_t quarter) {
  // x = q pi/2 + r in f64: pi/2 in two parts leaves an error of q * 2^-109.
  Type wideType = b.getF64Type();
  if (auto vector = dyn_cast<VectorType>(type))
    wideType = vector.clone(wideType);
  MathFunctions wide(b, wideType);
  Value wideX = arith::ExtFOp::create(b, wideType, x);
  Value wideBits;
  Value q = wide.roundToInt(
      wide.mul(wideX, wide.constant(0.63661977236758134308)), wideBits);
  Value minusQ = wide.sub(wide.constant(0), q);
  Value wideR =
      wide.fma(minusQ, wide.constant(0x1.1a62633145c07p-54),
               wide.fma(minusQ, wide.constant(0x1.921fb54442d18p0), wideX));
  Value r = arith::TruncFOp::create(b, type, wideR);
  Value bits = arith::AddIOp::create(
      b, arith::TruncIOp::create(b, intType, wideBits), intConstant(quarter));

  Value z = mul(r, r);
  // Taylor's series; what is left out is below a quarter ulp.
  Value sine =
      fma(mul(r, z),
          polynomial(z, {-1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880}), r);
  Value cosine = fma(z,
                     polynomial(z, {-1.0 / 2, 1.0 / 24, -1.0 / 720, 1.0 / 40320,
                                    -1.0 / 3628800}),
                     constant(1));
  auto testBit = [&](int64_t mask) -> Value {
    return arith::CmpIOp::create(
        b, arith::CmpIPredicate::ne,
        arith::AndIOp::create(b, bits, intConstant(mask)), intConstant(0));
  };
  Value result = select(testBit(1), cosine, sine);
  result = select(testBit(2), arith::NegFOp::create(b, result), result);
  if (quarter == 0)
    result = select(equal(x, constant(0)), x, result);
  Value isReduced = arith::CmpFOp::create(b, arith::CmpFPredicate::OLE, abs(x),
                                          constant(0x1p30));
  return select(isReduced, result,
                constant(std::numeric_limits<double>::quiet_NaN()));
}

Value MathFunctions::sin(Value x) { return sinOrCos(x, 0); }
Value MathFunctions::cos(Value x) { return sinOrCos(x, 1); }
Value MathFunctions::tan(Value x) { return div(sin(x), cos(x)); }
