//===- FloatApprox.cpp - approximate mathematics --------------------------===//
//
// div.approx div.full rcp.approx sqrt.approx rsqrt sin cos lg2 ex2 tanh
// (PTX ISA 9.7.3, 9.7.4). A GPU computes them to a stated error with tables
// nobody has published. Here they are computed in double precision and rounded,
// which is closer to the true value than any GPU's result; code that relies on
// more than the stated error is not caught. Special values (zeros, infinities,
// NaN, values out of the domain, .ftz) follow the ISA's tables.
//
//===----------------------------------------------------------------------===//

#include "FloatOps.h"

#include "Numerics/Float.h"

#include <cmath>

namespace pit::emu {

using ptx::Type;

namespace {

//===----------------------------------------------------------------------===//
// f32
//===----------------------------------------------------------------------===//

float asFloat(uint32_t bits) { return std::bit_cast<float>(bits); }

/// Functions of the host's library are called for the lanes of `mask` alone.
template <float (*kFunction)(float), bool kFlush>
void approxF32(Warp &w, const Inst &inst, LaneMask mask) {
  const uint32_t *a = w.in<uint32_t>(inst.op[1]);
  uint32_t *d = w.out<uint32_t>(inst.op[0]);
  eachLane(mask, [=](unsigned l) {
    uint32_t in = kFlush ? flushSubnormal(a[l]) : a[l];
    uint32_t out =
        canonicalOrSame(std::bit_cast<uint32_t>(kFunction(asFloat(in))));
    d[l] = kFlush ? flushSubnormal(out) : out;
  });
}

float sine(float x) { return float(std::sin(double(x))); }
float cosine(float x) { return float(std::cos(double(x))); }
float log2Of(float x) { return float(std::log2(double(x))); }
float exp2Of(float x) { return float(std::exp2(double(x))); }
float tanhOf(float x) { return float(std::tanh(double(x))); }

template <typename F>
inline __attribute__((always_inline)) void unaryF32(Warp &w, const Inst &inst,
                                                    LaneMask mask, F f) {
  uint32_t flush = inst.aux & kFtz;
  lanes1<uint32_t, uint32_t>(w, inst, mask, [=](uint32_t a) {
    a = flush ? flushSubnormal(a) : a;
    uint32_t bits = canonicalOrSame(std::bit_cast<uint32_t>(f(asFloat(a))));
    return flush ? flushSubnormal(bits) : bits;
  });
}

void rcpF32(Warp &w, const Inst &inst, LaneMask mask) {
  unaryF32(w, inst, mask, [](float a) { return 1.0f / a; });
}
void sqrtF32(Warp &w, const Inst &inst, LaneMask mask) {
  unaryF32(w, inst, mask, [](float a) { return __builtin_sqrtf(a); });
}
void rsqrtF32(Warp &w, const Inst &inst, LaneMask mask) {
  // sqrt(-0) is -0, whose reciprocal is -Inf, as the ISA wants it.
  unaryF32(w, inst, mask,
           [](float a) { return float(1.0 / __builtin_sqrt(double(a))); });
}

/// div.full, and div.approx for divisors up to 2^126.
template <bool kApproximate>
void divF32(Warp &w, const Inst &inst, LaneMask mask) {
  uint32_t flush = inst.aux & kFtz;
  lanes2<uint32_t, uint32_t, uint32_t>(
      w, inst, mask, [=](uint32_t a, uint32_t b) {
        a = flush ? flushSubnormal(a) : a;
        b = flush ? flushSubnormal(b) : b;
        if (kApproximate) {
          // The reciprocal of a larger divisor underflows to zero: the quotient
          // is 0, or NaN if the dividend is infinite.
          uint32_t magnitude = b & 0x7FFFFFFFu;
          bool large = (magnitude > 0x7E800000u) & (magnitude < 0x7F800000u);
          b = large ? (b & 0x80000000u) | 0x7F800000u : b;
        }
        uint32_t bits =
            canonicalOrSame(std::bit_cast<uint32_t>(asFloat(a) / asFloat(b)));
        return flush ? flushSubnormal(bits) : bits;
      });
}

//===----------------------------------------------------------------------===//
// f64
//===----------------------------------------------------------------------===//

constexpr uint64_t kLowHalf = 0xFFFFFFFFu;

/// The "gross" approximations look at the upper half of the operand and give
/// the upper half of the result; the rest is zero.
template <bool kSqrt> void grossF64(Warp &w, const Inst &inst, LaneMask mask) {
  lanes1<uint64_t, uint64_t>(w, inst, mask, [](uint64_t a) {
    // A NaN may have its payload in the lower half alone.
    bool nan = (a & ~FloatBits<uint64_t>::kSign) > FloatBits<uint64_t>::kInf;
    double x = std::bit_cast<double>(flushSubnormal(a & ~kLowHalf));
    double y = 1.0 / (kSqrt ? __builtin_sqrt(x) : x);
    uint64_t bits = std::bit_cast<uint64_t>(y) + (kLowHalf / 2 + 1);
    bits = canonicalOrSame(flushSubnormal(bits & ~kLowHalf));
    return nan ? FloatBits<uint64_t>::kNaN : bits;
  });
}

void rsqrtF64(Warp &w, const Inst &inst, LaneMask mask) {
  lanes1<uint64_t, uint64_t>(w, inst, mask, [](uint64_t a) {
    double y = 1.0 / __builtin_sqrt(std::bit_cast<double>(a));
    return canonicalOrSame(std::bit_cast<uint64_t>(y));
  });
}

//===----------------------------------------------------------------------===//
// f16 and bf16
//===----------------------------------------------------------------------===//

uint16_t exp2F16(uint16_t a) { return f32ToF16(exp2Of(f16ToF32(a))); }
uint16_t tanhF16(uint16_t a) { return f32ToF16(tanhOf(f16ToF32(a))); }
uint16_t tanhBF16(uint16_t a) { return f32ToBF16(tanhOf(bf16ToF32(a))); }
/// ex2.approx.ftz.bf16
uint16_t exp2BF16(uint16_t a) {
  auto flush = [](uint16_t x) {
    return x & 0x7F80u ? x : uint16_t(x & 0x8000u);
  };
  return flush(f32ToBF16(exp2Of(bf16ToF32(flush(a)))));
}

template <uint16_t (*kFunction)(uint16_t)>
void approxHalf(Warp &w, const Inst &inst, LaneMask mask) {
  const uint16_t *a = w.in<uint16_t>(inst.op[1]);
  uint16_t *d = w.out<uint16_t>(inst.op[0]);
  eachLane(mask, [=](unsigned l) { d[l] = kFunction(a[l]); });
}
template <uint16_t (*kFunction)(uint16_t)>
void approxHalfx2(Warp &w, const Inst &inst, LaneMask mask) {
  const uint32_t *a = w.in<uint32_t>(inst.op[1]);
  uint32_t *d = w.out<uint32_t>(inst.op[0]);
  eachLane(mask, [=](unsigned l) {
    d[l] = uint32_t(kFunction(uint16_t(a[l]))) |
           uint32_t(kFunction(uint16_t(a[l] >> 16))) << 16;
  });
}

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

uint32_t readApprox(DecodeInst &d) {
  d.inst.instClass = InstClass::Float;
  uint32_t modifiers = readFloatModifiers(d);
  if (!(modifiers & kApprox))
    d.fail("expects '.approx'");
  d.inst.aux = modifiers;
  return modifiers;
}

template <float (*kFunction)(float)> void decodeF32Only(DecodeInst &d) {
  uint32_t modifiers = readApprox(d);
  allowModifiers(d, modifiers, kApprox | kFtz, d.type({Type::F32}));
  floatOperands(d, Type::F32, 1);
  d.handler(modifiers & kFtz ? approxF32<kFunction, true>
                             : approxF32<kFunction, false>);
}

void decodeRsqrt(DecodeInst &d) {
  uint32_t modifiers = readApprox(d);
  Type type = d.type({Type::F32, Type::F64});
  allowModifiers(d, modifiers, kApprox | kFtz, type);
  floatOperands(d, type, 1);
  if (type == Type::F32)
    d.handler(rsqrtF32);
  else
    d.handler(modifiers & kFtz ? grossF64<true> : rsqrtF64);
}

void decodeEx2(DecodeInst &d) {
  uint32_t modifiers = readApprox(d);
  Type type =
      d.type({Type::F32, Type::F16, Type::F16x2, Type::BF16, Type::BF16x2});
  bool isBF16 = type == Type::BF16 || type == Type::BF16x2;
  bool mayFlush = type == Type::F32 || isBF16;
  allowModifiers(d, modifiers, kApprox | (mayFlush ? kFtz : 0u), type);
  if (isBF16) {
    d.requireSm(90);
    if (!(modifiers & kFtz))
      d.fail("expects '.approx.ftz' with type '" + std::string(toString(type)) +
             "'");
  }
  floatOperands(d, type, 1);
  if (type == Type::F32)
    d.handler(modifiers & kFtz ? approxF32<exp2Of, true>
                               : approxF32<exp2Of, false>);
  else if (type == Type::F16)
    d.handler(approxHalf<exp2F16>);
  else if (type == Type::F16x2)
    d.handler(approxHalfx2<exp2F16>);
  else
    d.handler(type == Type::BF16 ? approxHalf<exp2BF16>
                                 : approxHalfx2<exp2BF16>);
}

void decodeTanh(DecodeInst &d) {
  uint32_t modifiers = readApprox(d);
  Type type =
      d.type({Type::F32, Type::F16, Type::F16x2, Type::BF16, Type::BF16x2});
  allowModifiers(d, modifiers, kApprox, type);
  if (type == Type::BF16 || type == Type::BF16x2)
    d.requireSm(90);
  floatOperands(d, type, 1);
  if (type == Type::F32)
    d.handler(approxF32<tanhOf, false>);
  else if (type == Type::F16)
    d.handler(approxHalf<tanhF16>);
  else if (type == Type::F16x2)
    d.handler(approxHalfx2<tanhF16>);
  else
    d.handler(type == Type::BF16 ? approxHalf<tanhBF16>
                                 : approxHalfx2<tanhBF16>);
}

} // namespace

void decodeApproxDiv(DecodeInst &d, uint32_t modifiers) {
  floatOperands(d, Type::F32, 2);
  d.inst.aux = modifiers;
  d.handler(modifiers & kApprox ? divF32<true> : divF32<false>);
}

void decodeApproxRcp(DecodeInst &d, uint32_t modifiers, Type type) {
  floatOperands(d, type, 1);
  d.inst.aux = modifiers;
  if (type == Type::F64 && !(modifiers & kFtz))
    d.fail("expects '.approx.ftz' with type 'f64'");
  d.handler(type == Type::F64 ? grossF64<false> : rcpF32);
}

void decodeApproxSqrt(DecodeInst &d, uint32_t modifiers) {
  floatOperands(d, Type::F32, 1);
  d.inst.aux = modifiers;
  d.handler(sqrtF32);
}

void registerFloatApprox(MnemonicTable &table) {
  table["rsqrt"] = decodeRsqrt;
  table["sin"] = decodeF32Only<sine>;
  table["cos"] = decodeF32Only<cosine>;
  table["lg2"] = decodeF32Only<log2Of>;
  table["ex2"] = decodeEx2;
  table["tanh"] = decodeTanh;
}

} // namespace pit::emu
