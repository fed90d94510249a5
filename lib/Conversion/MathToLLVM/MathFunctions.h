//===- MathFunctions.h - elementary functions from arithmetic ---*- C++ -*-===//
//
// Elementary functions written out in additions, multiplications and integer
// operations on the bits, so that every device computes the same. They are for
// f32 and f64 where not said otherwise, and for vectors of these. Errors are in
// units in the last place (ulp) of f32, found by test/Integration/elementwise
// over all ranges of the arguments.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_CONVERSION_MATHTOLLVM_MATHFUNCTIONS_H
#define PIT_LIB_CONVERSION_MATHTOLLVM_MATHFUNCTIONS_H

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::pit {

/// Calls the overloaded intrinsic `name`, for example "llvm.fabs", whose
/// operands and result have one type. Upstream's conversion to NVVM refuses the
/// operations of the LLVM dialect that stand for some of them (it takes them
/// for calls of a library), but not this form.
Value callIntrinsic(ImplicitLocOpBuilder &builder, StringRef name,
                    ValueRange operands);

/// Builds elementary functions of values of one type.
class MathFunctions {
public:
  /// `type` is f32, f64 or a vector of one of them.
  MathFunctions(ImplicitLocOpBuilder &builder, Type type);

  Value exp(Value x);
  Value exp2(Value x);
  Value expm1(Value x);
  Value log(Value x);
  Value log2(Value x);
  Value log10(Value x);
  Value log1p(Value x);
  Value sinh(Value x);
  Value cosh(Value x);
  Value tanh(Value x);
  /// f32 only: computed in f64.
  Value powf(Value x, Value y);
  /// f32 only.
  Value erf(Value x);
  /// f32 only.
  Value erfc(Value x);
  /// f32 only. Beyond |x| = 2^30 the result is NaN: the reduction to a quarter
  /// turn has no digits left there.
  Value sin(Value x);
  Value cos(Value x);
  Value tan(Value x);

  Value sqrt(Value x);
  Value rsqrt(Value x);
  Value abs(Value x);
  Value fma(Value a, Value b, Value c);
  Value copysign(Value magnitude, Value sign);

private:
  /// Rounds to the nearest integer k; `bits` is k as an integer. Right for
  /// |x| < 2^22 (f32), 2^51 (f64); anything for NaN.
  Value roundToInt(Value x, Value &bits);
  /// x * 2^k, rounded once, for |k| up to twice the exponent range.
  Value scale(Value x, Value k);
  /// 2^k for an exponent in the range of normal numbers.
  Value power2(Value k);
  /// The sum of coefficients[i] * x^i.
  Value polynomial(Value x, ArrayRef<double> coefficients);
  /// (e^r - 1 - r) / r^2 for |r| up to ln(2)/2.
  Value expTail(Value r);
  /// x = k ln(2) + r, |r| up to ln(2)/2; k as a float too.
  Value reduceExp(Value x, Value &k, Value &bits);
  /// ln(m), where x = 2^k m and m is between sqrt(1/2) and sqrt(2); k as a
  /// float. For positive finite x.
  Value reduceLog(Value x, Value &k);
  /// `finite` for positive finite x; the logarithm's limits for others.
  Value fixLog(Value x, Value finite);
  /// sin(x) (quarter = 0) or cos(x) (quarter = 1).
  Value sinOrCos(Value x, int64_t quarter);
  /// erf(x) / x, for |x| up to 1.
  Value erfSmall(Value x);
  /// erfc(x) for x from 1 to 10.5.
  Value erfcLarge(Value x);

  Value constant(double value);
  Value intConstant(int64_t value);
  Value add(Value a, Value b);
  Value sub(Value a, Value b);
  Value mul(Value a, Value b);
  Value div(Value a, Value b);
  Value select(Value condition, Value a, Value b);
  /// Ordered comparisons: false for NaN.
  Value less(Value a, Value b);
  Value equal(Value a, Value b);
  /// Limits x to [low, high]; NaN stays.
  Value clamp(Value x, double low, double high);
  Value toBits(Value x);
  Value fromBits(Value bits);
  double infinity() const;

  ImplicitLocOpBuilder &b;
  Type type;
  Type intType;
  bool isDouble;
};

} // namespace mlir::pit

#endif // PIT_LIB_CONVERSION_MATHTOLLVM_MATHFUNCTIONS_H
