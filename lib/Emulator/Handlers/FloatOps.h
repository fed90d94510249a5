//===- FloatOps.h - what floating-point handlers share ----------*- C++ -*-===//
//
// Values travel as bit patterns: flushing, NaN and sign rules are integer
// operations that no compiler may rearrange, and one template serves every
// format. The rules hold for all of them:
//
//  - A NaN that arithmetic produces is the canonical one: 0x7FFF (f16, bf16),
//    0x7FFFFFFF (f32; CUDART_NAN_F of CUDA's math_constants.h) and
//    0x7FF8000000000000 (f64). Payloads are not passed on.
//  - .ftz flushes subnormal inputs, and results that are subnormal after
//    rounding, to a zero of their sign.
//  - .sat clamps to [+0, 1] and turns NaN into +0; .relu turns what is negative
//    into +0 and leaves NaN.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_EMULATOR_HANDLERS_FLOATOPS_H
#define PIT_LIB_EMULATOR_HANDLERS_FLOATOPS_H

#include "Decoder.h"
#include "Lanes.h"

#include <bit>
#include <cstdint>

namespace pit::emu {

/// The layout of f32 and f64, by the integer of their size.
template <typename U> struct FloatBits;
template <> struct FloatBits<uint32_t> {
  using Float = float;
  static constexpr uint32_t kSign = 0x80000000u, kInf = 0x7F800000u,
                            kOne = 0x3F800000u, kNaN = 0x7FFFFFFFu;
};
template <> struct FloatBits<uint64_t> {
  using Float = double;
  static constexpr uint64_t kSign = 0x8000000000000000u,
                            kInf = 0x7FF0000000000000u,
                            kOne = 0x3FF0000000000000u,
                            kNaN = 0x7FF8000000000000u;
};

template <typename U> constexpr U canonicalOrSame(U bits) {
  using B = FloatBits<U>;
  return (bits & ~B::kSign) > B::kInf ? B::kNaN : bits;
}
template <typename U> constexpr U flushSubnormal(U bits) {
  using B = FloatBits<U>;
  return bits & B::kInf ? bits : bits & B::kSign;
}
template <typename U> constexpr U saturate(U bits) {
  using B = FloatBits<U>;
  bool zero = ((bits & B::kSign) != 0) | (bits > B::kInf);
  U low = zero ? U(0) : bits;
  return low > B::kOne ? B::kOne : low;
}

/// Modifiers of floating-point instructions, a bit each.
constexpr uint32_t kRn = 1 << 0, kRz = 1 << 1, kRm = 1 << 2, kRp = 1 << 3,
                   kAnyRounding = kRn | kRz | kRm | kRp, kFtz = 1 << 4,
                   kSat = 1 << 5, kRelu = 1 << 6, kApprox = 1 << 7,
                   kFull = 1 << 8, kNaN = 1 << 9, kXorsignAbs = 1 << 10,
                   kOob = 1 << 11;

/// Reads modifiers up to the type, in any order as ptxas does. Two rounding
/// modes are an error.
uint32_t readFloatModifiers(DecodeInst &d);

/// Fails if `modifiers` has one outside `allowed`, naming it and `type`.
void allowModifiers(DecodeInst &d, uint32_t modifiers, uint32_t allowed,
                    ptx::Type type);

/// Fails unless the instruction names a rounding mode (or .approx, .full).
void requireRounding(DecodeInst &d, uint32_t modifiers,
                     std::string_view expected);

/// Operand 0 as destination and 1 to `count` as sources, all of `type`.
void floatOperands(DecodeInst &d, ptx::Type type, unsigned count);

bool isHalfType(ptx::Type type); ///< f16, f16x2, bf16, bf16x2

enum class Arith : uint8_t { Add, Sub, Mul, Fma };

// Half.cpp: the part of an instruction after its modifiers and its type.
void decodeHalfArith(DecodeInst &d, Arith op, uint32_t modifiers,
                     ptx::Type type);
void decodeHalfAbsNeg(DecodeInst &d, bool isNeg, uint32_t modifiers,
                      ptx::Type type);
void decodeHalfMinMax(DecodeInst &d, bool isMax, uint32_t modifiers,
                      ptx::Type type);

// FloatApprox.cpp: .approx and .full forms.
void decodeApproxDiv(DecodeInst &d, uint32_t modifiers);
void decodeApproxRcp(DecodeInst &d, uint32_t modifiers, ptx::Type type);
void decodeApproxSqrt(DecodeInst &d, uint32_t modifiers);
void registerFloatApprox(MnemonicTable &table); ///< rsqrt sin cos lg2 ex2 tanh

/// min and max of values given as bit patterns of type U. kSign and kInf belong
/// to the format; `ftz`, `nan` and `xorsign` are zero or all ones.
template <typename U, U kSign, U kInf, U kCanonical, bool kMax>
constexpr U minMax(U a, U b, U ftz, U nan, U xorsign) {
  a = (a & kInf) || !ftz ? a : U(a & kSign);
  b = (b & kInf) || !ftz ? b : U(b & kSign);
  U sign = U((a ^ b) & kSign & xorsign);
  U keep = U(~(kSign & xorsign));
  a &= keep;
  b &= keep;
  // Keys are ordered, as unsigned numbers, as the values are, -0 below +0.
  U keyA = a & kSign ? U(~a) : U(a | kSign);
  U keyB = b & kSign ? U(~b) : U(b | kSign);
  bool takeA = kMax ? keyA > keyB : keyA < keyB;
  bool nanA = U(a & ~kSign) > kInf, nanB = U(b & ~kSign) > kInf;
  U result = takeA ? a : b;
  result = nanA ? b : result;
  result = nanB ? a : result;
  result |= sign;
  bool bad = (nanA & nanB) | ((nanA | nanB) & (nan != 0));
  return bad ? kCanonical : result;
}

} // namespace pit::emu

#endif // PIT_LIB_EMULATOR_HANDLERS_FLOATOPS_H
