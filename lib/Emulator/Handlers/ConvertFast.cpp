//===- ConvertFast.cpp - the common conversions ---------------------------===//
//
// Conversions that compilers emit all the time, as loops that become vector
// code: between integers, f16, bf16 and f64 to and from f32, int and f32, f32
// to an integral value. They agree bit for bit with convertGeneric.
//
//===----------------------------------------------------------------------===//

#include "Convert.h"
#include "FloatOps.h"

#include <cmath>

namespace pit::emu {

using ptx::Type;

namespace {

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

/// The register of a type: 8-bit values live in 16 bits.
template <typename T> struct RegisterOf { using type = T; };
template <> struct RegisterOf<uint8_t> { using type = uint16_t; };
template <> struct RegisterOf<int8_t> { using type = int16_t; };

template <typename To, typename From>
void intToInt(Warp &w, const Inst &inst, LaneMask mask) {
  using D = typename RegisterOf<To>::type;
  using A = typename RegisterOf<From>::type;
  lanes1<D, A>(w, inst, mask, [](A a) { return D(To(From(a))); });
}

template <typename To> Handler intFrom(Type from) {
  switch (from) {
  case Type::U8:
    return intToInt<To, uint8_t>;
  case Type::S8:
    return intToInt<To, int8_t>;
  case Type::U16:
    return intToInt<To, uint16_t>;
  case Type::S16:
    return intToInt<To, int16_t>;
  case Type::U32:
    return intToInt<To, uint32_t>;
  case Type::S32:
    return intToInt<To, int32_t>;
  case Type::U64:
    return intToInt<To, uint64_t>;
  case Type::S64:
    return intToInt<To, int64_t>;
  default:
    return nullptr;
  }
}

Handler integerHandler(Type to, Type from) {
  switch (to) {
  case Type::U8:
    return intFrom<uint8_t>(from);
  case Type::S8:
    return intFrom<int8_t>(from);
  case Type::U16:
    return intFrom<uint16_t>(from);
  case Type::S16:
    return intFrom<int16_t>(from);
  case Type::U32:
    return intFrom<uint32_t>(from);
  case Type::S32:
    return intFrom<int32_t>(from);
  case Type::U64:
    return intFrom<uint64_t>(from);
  case Type::S64:
    return intFrom<int64_t>(from);
  default:
    return nullptr;
  }
}

//===----------------------------------------------------------------------===//
// Float to float
//===----------------------------------------------------------------------===//

void f16ToF32Lanes(Warp &w, const Inst &inst, LaneMask mask) {
  const uint16_t *a = w.in<uint16_t>(inst.op[1]);
  alignas(64) float wide[kWarpSize];
  f16ToF32(a, wide, kWarpSize);
  const float *r = wide;
  forLanes(w.out<float>(inst.op[0]), mask, [=](unsigned l) { return r[l]; });
}

void f32ToF16Lanes(Warp &w, const Inst &inst, LaneMask mask) {
  const float *a = w.in<float>(inst.op[1]);
  alignas(64) uint16_t narrow[kWarpSize];
  f32ToF16(a, narrow, kWarpSize);
  const uint16_t *r = narrow;
  forLanes(w.out<uint16_t>(inst.op[0]), mask, [=](unsigned l) { return r[l]; });
}

void bf16ToF32Lanes(Warp &w, const Inst &inst, LaneMask mask) {
  lanes1<uint32_t, uint16_t>(w, inst, mask,
                             [](uint16_t a) { return uint32_t(a) << 16; });
}

void f32ToBF16Lanes(Warp &w, const Inst &inst, LaneMask mask) {
  lanes1<uint16_t, float>(w, inst, mask, [](float a) { return f32ToBF16(a); });
}

void f64ToF32Lanes(Warp &w, const Inst &inst, LaneMask mask) {
  lanes1<uint32_t, double>(w, inst, mask, [](double a) {
    return canonicalOrSame(std::bit_cast<uint32_t>(float(a)));
  });
}

void f32ToF64Lanes(Warp &w, const Inst &inst, LaneMask mask) {
  lanes1<uint64_t, uint32_t>(w, inst, mask, [](uint32_t a) {
    uint64_t wide = std::bit_cast<uint64_t>(double(std::bit_cast<float>(a)));
    // Not every processor passes a NaN's sign and payload on.
    uint64_t nan = uint64_t(a & 0x80000000u) << 32 | 0x7FF8000000000000u |
                   uint64_t(a & 0x7FFFFFu) << 29;
    return (a & 0x7FFFFFFFu) > 0x7F800000u ? nan : wide;
  });
}

template <bool kBF16> void packLanes(Warp &w, const Inst &inst, LaneMask mask) {
  const float *high = w.in<float>(inst.op[1]);
  const float *low = w.in<float>(inst.op[2]);
  alignas(64) uint16_t h[kWarpSize], l[kWarpSize];
  if constexpr (kBF16) {
    for (unsigned i = 0; i < kWarpSize; ++i) {
      h[i] = f32ToBF16(high[i]);
      l[i] = f32ToBF16(low[i]);
    }
  } else {
    f32ToF16(high, h, kWarpSize);
    f32ToF16(low, l, kWarpSize);
  }
  const uint16_t *upper = h, *lower = l;
  forLanes(w.out<uint32_t>(inst.op[0]), mask,
           [=](unsigned i) { return uint32_t(upper[i]) << 16 | lower[i]; });
}

//===----------------------------------------------------------------------===//
// Float to integer, float to integral float
//===----------------------------------------------------------------------===//

/// Nearest even is the host's rounding mode whenever handlers run.
template <Rounding kRounding, typename F>
inline __attribute__((always_inline)) F integral(F x) {
  if constexpr (kRounding == Rounding::Nearest)
    return std::rint(x);
  else if constexpr (kRounding == Rounding::Down)
    return std::floor(x);
  else if constexpr (kRounding == Rounding::Up)
    return std::ceil(x);
  else
    return std::trunc(x);
}

template <Rounding kRounding, typename U>
void integralLanes(Warp &w, const Inst &inst, LaneMask mask) {
  using F = typename FloatBits<U>::Float;
  lanes1<U, U>(w, inst, mask, [](U a) {
    U bits = std::bit_cast<U>(integral<kRounding>(std::bit_cast<F>(a)));
    return canonicalOrSame(bits);
  });
}

template <Rounding kRounding>
void f32ToS32(Warp &w, const Inst &inst, LaneMask mask) {
  lanes1<int32_t, float>(w, inst, mask, [](float a) {
    float x = integral<kRounding>(a);
    // In range for the conversion, whatever `a` is; NaN becomes 0.
    float clamped = x > -0x1p31f ? x : -0x1p31f;
    clamped = clamped < 0x1.fffffep30f ? clamped : 0x1.fffffep30f;
    clamped = a == a ? clamped : 0.0f;
    int32_t value = int32_t(clamped);
    return x >= 0x1p31f ? INT32_MAX : value;
  });
}

template <Rounding kRounding>
void f32ToU32(Warp &w, const Inst &inst, LaneMask mask) {
  lanes1<uint32_t, float>(w, inst, mask, [](float a) {
    float x = integral<kRounding>(a);
    float clamped = x > 0.0f ? x : 0.0f; // NaN too
    // The upper half of the range goes through int32 less 2^31.
    bool upper = clamped >= 0x1p31f;
    float rest = upper ? clamped - 0x1p31f : clamped;
    rest = rest < 0x1.fffffep30f ? rest : 0x1.fffffep30f;
    uint32_t value = uint32_t(int32_t(rest)) + (upper ? 0x80000000u : 0u);
    return x >= 0x1p32f ? UINT32_MAX : value;
  });
}

template <Rounding kRounding>
Handler roundingTo(const CvtType &to, const CvtType &from) {
  if (from.type == Type::F32 && to.type == Type::F32)
    return integralLanes<kRounding, uint32_t>;
  if (from.type == Type::F64 && to.type == Type::F64)
    return integralLanes<kRounding, uint64_t>;
  if (from.type == Type::F32 && to.type == Type::S32)
    return f32ToS32<kRounding>;
  if (from.type == Type::F32 && to.type == Type::U32)
    return f32ToU32<kRounding>;
  return nullptr;
}

//===----------------------------------------------------------------------===//
// Integer to float, nearest even
//===----------------------------------------------------------------------===//

template <typename F, typename From>
void intToFloat(Warp &w, const Inst &inst, LaneMask mask) {
  using A = typename RegisterOf<From>::type;
  lanes1<F, A>(w, inst, mask, [](A a) { return F(From(a)); });
}

template <typename F> Handler floatFrom(Type from) {
  switch (from) {
  case Type::U8:
    return intToFloat<F, uint8_t>;
  case Type::S8:
    return intToFloat<F, int8_t>;
  case Type::U16:
    return intToFloat<F, uint16_t>;
  case Type::S16:
    return intToFloat<F, int16_t>;
  case Type::U32:
    return intToFloat<F, uint32_t>;
  case Type::S32:
    return intToFloat<F, int32_t>;
  case Type::U64:
    return intToFloat<F, uint64_t>;
  case Type::S64:
    return intToFloat<F, int64_t>;
  default:
    return nullptr;
  }
}

} // namespace

Handler fastConversion(const CvtType &to, const CvtType &from,
                       const CvtModifiers &modifiers) {
  if (!to.isFloat && !from.isFloat)
    return integerHandler(to.type, from.type);
  if (modifiers.integral) {
    switch (modifiers.rounding) {
    case Rounding::Nearest:
      return roundingTo<Rounding::Nearest>(to, from);
    case Rounding::Down:
      return roundingTo<Rounding::Down>(to, from);
    case Rounding::Up:
      return roundingTo<Rounding::Up>(to, from);
    default:
      return roundingTo<Rounding::TowardZero>(to, from);
    }
  }
  if (modifiers.rounding != Rounding::Nearest)
    return nullptr;
  if (to.type == Type::F32)
    switch (from.type) {
    case Type::F16:
      return f16ToF32Lanes;
    case Type::BF16:
      return bf16ToF32Lanes;
    case Type::F64:
      return f64ToF32Lanes;
    default:
      return floatFrom<float>(from.type);
    }
  if (to.type == Type::F64)
    return from.type == Type::F32 ? f32ToF64Lanes
                                  : floatFrom<double>(from.type);
  if (from.type == Type::F32 && to.type == Type::F16)
    return f32ToF16Lanes;
  if (from.type == Type::F32 && to.type == Type::BF16)
    return f32ToBF16Lanes;
  return nullptr;
}

Handler fastPack(Type to) {
  return to == Type::BF16x2 ? packLanes<true> : packLanes<false>;
}

} // namespace pit::emu
